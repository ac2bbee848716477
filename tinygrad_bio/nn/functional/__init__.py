"""Layers, activations and losses as functions: ``import tinygrad_bio.nn.functional as F``.

By kind: ``activation``, ``linear`` (also embedding, dropout, one_hot), ``distance``, ``loss`` (of numbers),
``classification`` (losses of classes).
"""
from .activation import *           # noqa: F401,F403
from .attention import *            # noqa: F401,F403
from .classification import *       # noqa: F401,F403
from .conv import *                 # noqa: F401,F403
from .distance import *             # noqa: F401,F403
from .linear import *               # noqa: F401,F403
from .loss import *                 # noqa: F401,F403
from .norm import *                 # noqa: F401,F403
from .pool import *                 # noqa: F401,F403
from .resize import *               # noqa: F401,F403
