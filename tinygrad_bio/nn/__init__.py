"""Layers, losses and containers, with PyTorch's names: ``from tinygrad_bio import nn``.

Read ``module.py`` first, then ``linear.py``; each family has its own file.
"""
from . import functional, init, utils  # noqa: F401
from .parameter import Parameter  # noqa: F401
from .module import Module  # noqa: F401
from .activation import *       # noqa: F401,F403
from .attention import *        # noqa: F401,F403
from .cell import *             # noqa: F401,F403
from .container import *        # noqa: F401,F403
from .conv import *             # noqa: F401,F403
from .distance import *         # noqa: F401,F403
from .dropout import *          # noqa: F401,F403
from .embedding import *        # noqa: F401,F403
from .fold import *             # noqa: F401,F403
from .graph import *            # noqa: F401,F403
from .lazy import *             # noqa: F401,F403
from .linear import *           # noqa: F401,F403
from .loss import *             # noqa: F401,F403
from .margin import *           # noqa: F401,F403
from .norm import *             # noqa: F401,F403
from .pad import *              # noqa: F401,F403
from .parallel import *         # noqa: F401,F403
from .pool import *             # noqa: F401,F403
from .recurrent import *        # noqa: F401,F403
from .squashing import *        # noqa: F401,F403
from .transformer import *      # noqa: F401,F403
from .upsample import *         # noqa: F401,F403
from . import modules           # noqa: F401
