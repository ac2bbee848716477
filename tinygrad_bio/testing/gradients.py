"""Gradients compared with differences of values.

A derivative can be had without any rule: shift one element of an input a little to either side and see how
the value changes. That costs two evaluations for each element: far too slow for training, and just what a
test needs. How it is done is in ``differences.py``. Three things make such a test worth having.

*A random gradient of the value.* With ones in its place (``f(x).sum()``) many faults do not show: every row
of softmax sums to 1, so its gradient would be 0 anyhow; the sum of a matrix is the sum of its transpose.

*float64.* Values in float32 are right to seven digits. With steps of 1e-6 one digit of the slope is left.

*Kinks.* At a point like 0 for |x| there is no derivative to compare with. Such elements are recognised, left
out and counted.
"""
import numpy as np

from .. import autograd
from ..autograd import enable_grad, is_grad_enabled, new_tensor, no_grad
from ..backend import to_device
from .differences import Comparison, GradcheckError, floats, listed, name_of, random_gradient


def gradcheck(func, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, nondet_tol=0.0, seed=0,
              max_elements=1000):
    """Check a function's gradient against differences of its values, (f(x + eps) − f(x − eps)) / 2 eps.

    Parameters
    ----------
    func : function of Tensors (and other things) that returns a Tensor, or several
    inputs : its arguments, one or a tuple. Those with ``requires_grad=True`` are checked, in float64.
    eps : the step
    atol, rtol : every element must satisfy |analytic − numeric| ≤ atol + rtol·|numeric|
    raise_exception : if False, return False where a GradcheckError would be raised
    nondet_tol : by how much two evaluations may differ
    seed : of the random gradient of the value, and of the sample
    max_elements : of a larger input, a random sample of so many elements is checked

    Returns
    -------
    True. Elements at a kink are left out, with a KinkWarning that counts them.

    >>> import tinygrad_bio as tg
    >>> x = tg.tensor([[1., 2.], [3., 4.]], dtype=tg.float64, requires_grad=True)
    >>> gradcheck(tg.exp, x)
    True
    >>> @tg.autograd.op
    ... def half_of_square(x):
    ...     return x * x, (lambda g: g * x,)                # should be 2x
    >>> gradcheck(half_of_square, x)
    Traceback (most recent call last):
        ...
    tinygrad_bio.testing.GradcheckError: gradcheck of half_of_square:
    the gradient of input 0 (float64[2, 2]) is wrong at 4 of 4 elements; the largest differences are
        element          analytic         numeric      difference
        (1, 1)            2.06611         4.13222         2.06611
        (1, 0)            1.62292         3.24584         1.62292
        (0, 1)            1.53957         3.07915         1.53957
        (0, 0)           -1.13696        -2.27392         1.13696
    Likely cause: all are 0.5 times the right ones: a factor forgotten, or a mean in place of a sum?
    """
    options = dict(eps=eps, atol=atol, rtol=rtol, nondet_tol=nondet_tol, seed=seed, max_elements=max_elements)
    return _answer("gradcheck", func, _leaves(inputs), options, raise_exception)


def gradgradcheck(func, inputs, grad_outputs=None, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True,
                  nondet_tol=0.0, seed=0, max_elements=1000):
    """Check the second derivative: `gradcheck` of the gradient, in inputs and in gradients of the values.

    The gradient is taken as with ``create_graph=True``, by running the rules on Tensors, and is compared with
    differences of the gradient that ``backward()`` gives. So it also shows where these two ways disagree.

    Parameters
    ----------
    grad_outputs : the gradients of the values; random ones if left out
    others : as for `gradcheck`

    >>> import tinygrad_bio as tg
    >>> x = tg.tensor([1., -2.], dtype=tg.float64, requires_grad=True)
    >>> gradgradcheck(tg.sin, x)
    True
    """
    inputs = _leaves(inputs)
    wanted = [x for x in inputs if getattr(x, "requires_grad", False)]
    if grad_outputs is None:
        with no_grad():
            values = floats(func(*inputs))
        rng = np.random.default_rng(seed + 1)
        grad_outputs = [new_tensor(to_device(random_gradient(rng, y), y.device), None) for y in values]
    grad_outputs = [g.detach().requires_grad_() for g in listed(grad_outputs)]

    def gradient(*_):           # always of the same Tensors: the comparison changes their arrays
        recording = is_grad_enabled()
        with enable_grad():
            pairs = [(y, g) for y, g in zip(floats(func(*inputs)), grad_outputs) if y.requires_grad]
        if not pairs:
            raise GradcheckError(f"gradgradcheck of {name_of(func)}: no output requires grad, though an "
                                 f"input does: the function left the tape (.detach(), .item(), NumPy …)")
        return autograd.grad([y for y, _ in pairs], wanted, [g for _, g in pairs], create_graph=recording,
                             materialize_grads=True)

    gradient.__name__ = f"the gradient of {name_of(func)}"
    names = [f"input {i}" for i, _ in enumerate(inputs)]
    names += [f"grad_outputs[{i}]" for i, _ in enumerate(grad_outputs)]
    options = dict(eps=eps, atol=atol, rtol=rtol, nondet_tol=nondet_tol, seed=seed, max_elements=max_elements,
                   names=names)
    return _answer("gradgradcheck", gradient, inputs + grad_outputs, options, raise_exception)


def _answer(caller, func, inputs, options, raise_exception):
    try:
        Comparison(caller, func, inputs, **options).run()
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _leaves(inputs):
    """The inputs, with a new leaf for one that was computed: what lies before it is not our business."""
    return [x if getattr(x, "grad_fn", None) is None else x.detach().requires_grad_() for x in listed(inputs)]
