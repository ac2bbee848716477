"""PyTorch's functions on Tensors: its names, its arguments, its defaults, on top of the rules in ``ops``.

Where PyTorch and NumPy disagree on a word (dim or axis, keepdim or keepdims), both are understood.
"""
from .compare import *      # noqa: F401,F403
from .index import *        # noqa: F401,F403
from .linalg import *       # noqa: F401,F403
from .math import *         # noqa: F401,F403
from .reduce import *       # noqa: F401,F403
from .shape import *        # noqa: F401,F403
