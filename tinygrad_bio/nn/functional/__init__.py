"""Layers, activations and losses as functions: ``import tinygrad_bio.nn.functional as F``.

By kind: ``activation``, ``softmax`` (and what else works along a dimension), ``linear`` (also embedding,
one_hot), ``distance``, ``loss`` (of numbers), ``classification``, ``margin`` and ``ctc`` (losses of classes).
"""
from .activation import *           # noqa: F401,F403
from .attention import *            # noqa: F401,F403
from .bag import *                  # noqa: F401,F403
from .classification import *       # noqa: F401,F403
from .conv import *                 # noqa: F401,F403
from .ctc import *                  # noqa: F401,F403
from .distance import *             # noqa: F401,F403
from .dropout import *              # noqa: F401,F403
from .linear import *               # noqa: F401,F403
from .loss import *                 # noqa: F401,F403
from .margin import *               # noqa: F401,F403
from .norm import *                 # noqa: F401,F403
from .pool import *                 # noqa: F401,F403
from .resize import *               # noqa: F401,F403
from .softmax import *              # noqa: F401,F403
from .unpool import *               # noqa: F401,F403
