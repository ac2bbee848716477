"""The graphics card, whatever its make, under PyTorch's names: here it is one that CuPy finds, or none.

>>> device = tg.accelerator.current_accelerator().type if tg.accelerator.is_available() else "cpu"
"""
from . import backend, cuda

__all__ = ["is_available", "current_accelerator", "device_count", "synchronize"]

is_available, device_count, synchronize = cuda.is_available, cuda.device_count, cuda.synchronize


def current_accelerator(check_available=False):
    """``device("cuda")`` if there is a card, else None.

    >>> tg.accelerator.current_accelerator() is None or tg.cuda.is_available()
    True
    """
    return backend.device("cuda") if is_available() else None
