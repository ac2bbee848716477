"""The switches of PyTorch's kernels, so that programs which set them run. (NumPy and CuPy: ``backend.py``.)

>>> import tinygrad_bio as tg
>>> tg.backends.cudnn.deterministic = True      # as it is here anyway
>>> tg.backends.mps.is_available()
False
"""
from . import cudnn, mps  # noqa: F401
