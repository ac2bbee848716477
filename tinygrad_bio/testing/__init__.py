"""Tools to test your own operations and layers with.

`gradcheck`, `gradgradcheck`  compare gradients with differences of values, at one point
`check_op`, `property_test`   test an operation in one line: value, gradients, dtypes, layouts, broadcasting …
`strategies`                  shapes, tensors and indices for your own tests with Hypothesis
`assert_close`                compare numbers, PyTorch's way

>>> import tinygrad_bio as tg
>>> from tinygrad_bio.testing import check_op, gradcheck
>>> @tg.autograd.op
... def cube(x):
...     '''y = x³,   ∂x = g·3x²'''
...     return x * x * x, (lambda g: g * (3 * x * x),)
>>> gradcheck(cube, tg.tensor([1., -2.], dtype=tg.float64, requires_grad=True))
True
>>> check_op(cube)
"""
from . import strategies
from .close import assert_close
from .differences import GradcheckError, KinkWarning
from .gradients import gradcheck, gradgradcheck
from .properties import check_op, property_test

__all__ = ["GradcheckError", "KinkWarning", "assert_close", "check_op", "gradcheck", "gradgradcheck",
           "property_test", "strategies"]
