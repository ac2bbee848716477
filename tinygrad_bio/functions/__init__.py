"""PyTorch's functions on Tensors: its names, its arguments, its defaults, on top of the rules in ``ops``.

Where PyTorch and NumPy disagree on a word (dim or axis, keepdim or keepdims), both are understood.
"""
from . import (arrange, calculus, compare, decompose, dtypes, find, histograms, index, join, linalg, math, order, reduce,
               replace, running, shape, solve)
from .arrange import *      # noqa: F401,F403
from .calculus import *     # noqa: F401,F403
from .compare import *      # noqa: F401,F403
from .decompose import *    # noqa: F401,F403
from .dtypes import *       # noqa: F401,F403
from .find import *         # noqa: F401,F403
from .histograms import *   # noqa: F401,F403
from .index import *        # noqa: F401,F403
from .join import *         # noqa: F401,F403
from .linalg import *       # noqa: F401,F403
from .math import *         # noqa: F401,F403
from .order import *        # noqa: F401,F403
from .reduce import *       # noqa: F401,F403
from .replace import *      # noqa: F401,F403
from .running import *      # noqa: F401,F403
from .shape import *        # noqa: F401,F403
from .solve import *        # noqa: F401,F403

__all__ = [name for room in (arrange, calculus, compare, decompose, dtypes, find, histograms, index, join, linalg, math, order,
                             reduce, replace, running, shape, solve)
           for name in room.__all__]
