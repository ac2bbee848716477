"""tinygrad_bio: a deep-learning framework to read to the end, with PyTorch's names and biology's examples.

>>> import tinygrad_bio as tg
>>> x = tg.tensor([1., 2.], requires_grad=True)
>>> (x * x).sum().backward()
>>> x.grad
tensor([2., 4.])

Read ``autograd.py`` first, then ``tensor.py``, ``backend.py``, ``ops/``, ``nn/``.
"""
import sys as _sys

from numpy import dtype, finfo, iinfo  # noqa: F401

from .backend import (  # noqa: F401
    DeviceMismatchError, Generator, device, get_default_dtype, get_rng_state, initial_seed, manual_seed,
    set_default_dtype, set_rng_state,
    float16, float32, float64, int8, int16, int32, int64, uint8, bool_)
from . import autograd  # noqa: F401
from .autograd import (  # noqa: F401
    DtypeError, ShapeError, enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled)
from .tensor import Tensor  # noqa: F401
from .size import Size  # noqa: F401
from .printing import set_printoptions  # noqa: F401
from .functions import *        # noqa: F401,F403
from .create import *           # noqa: F401,F403
from .settings import *         # noqa: F401,F403
from . import derivatives  # noqa: F401

autograd.functional = _sys.modules["tinygrad_bio.autograd.functional"] = derivatives            # PyTorch's name for it

__version__ = "0.1.0"

half, float, double = float16, float32, float64
short, int, long, bool = int16, int32, int64, bool_
e, pi, inf, nan = 2.718281828459045, 3.141592653589793, 1e999, 1e999 - 1e999


_ROOMS = {"nn", "optim", "utils", "linalg", "special", "sparse", "cuda", "accelerator", "amp", "backends", "serialize", "viz", "testing",
          "bio", "distributions", "models", "train", "course"}
_NAMES = {"save": "serialize", "load": "serialize", "SparseTensor": "sparse", "autocast": "amp", "sparse_coo_tensor": "sparse", "spmm": "sparse"}
_NAMES |= dict.fromkeys(                    # those of nn.functional that PyTorch offers here too
    ("adaptive_avg_pool1d", "avg_pool1d", "bilinear", "celu", "celu_", "channel_shuffle", "conv1d", "conv2d", "conv_transpose1d",
     "conv_transpose2d", "cosine_similarity", "group_norm", "hardshrink", "layer_norm", "max_pool1d", "max_pool2d",
     "pairwise_distance", "pdist", "pixel_shuffle", "pixel_unshuffle", "prelu", "relu_", "rms_norm", "rrelu_", "selu", "selu_",
     "threshold", "threshold_"), "nn.functional")


def __getattr__(name):
    """``tg.nn`` and the other rooms are imported when they are first used, so that ``import tinygrad_bio`` is quick."""
    import importlib
    if name in _ROOMS:
        return importlib.import_module(f".{name}", __name__)
    if name in _NAMES:
        return getattr(importlib.import_module(f".{_NAMES[name]}", __name__), name)
    raise AttributeError(f"module 'tinygrad_bio' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_ROOMS, *_NAMES})
