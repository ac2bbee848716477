"""tinygrad_bio: a deep-learning framework to read to the end, with PyTorch's names and biology's examples.

>>> import tinygrad_bio as tg
>>> x = tg.tensor([1., 2.], requires_grad=True)
>>> (x * x).sum().backward()
>>> x.grad
tensor([2., 4.])

Read ``autograd.py`` first, then ``tensor.py``, ``backend.py``, ``ops/``, ``nn/``.
"""
from .backend import (  # noqa: F401
    DeviceMismatchError, Generator, device, get_default_dtype, manual_seed, set_default_dtype,
    float16, float32, float64, int8, int16, int32, int64, uint8, bool_)
from . import autograd  # noqa: F401
from .autograd import (  # noqa: F401
    DtypeError, ShapeError, enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled)
from .tensor import Tensor  # noqa: F401
from .printing import set_printoptions  # noqa: F401
from .functions import *        # noqa: F401,F403
from .create import *           # noqa: F401,F403
from . import cuda, linalg, sparse, special   # noqa: F401
from . import nn, optim, utils  # noqa: F401
from .sparse import SparseTensor, sparse_coo_tensor  # noqa: F401
from .serialize import load, save  # noqa: F401

__version__ = "0.1.0"

half, float, double = float16, float32, float64
short, int, long, bool = int16, int32, int64, bool_
_unused = float16, float32, float64, int16, int32, int64, bool_
e, pi, inf, nan = 2.718281828459045, 3.141592653589793, 1e999, 1e999 - 1e999


def __getattr__(name):
    """``tg.viz`` and ``tg.testing`` are imported when they are first used: they need more than most programs do."""
    if name in ("viz", "testing", "bio"):
        import importlib
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module 'tinygrad_bio' has no attribute {name!r}")
