"""Questions about graphics cards, under PyTorch's names. The answers are true: False and 0 where there is no card.

>>> from tinygrad_bio import cuda
>>> cuda.is_available() or cuda.device_count() == 0
True
"""
import sys as _sys
import types as _types

from . import amp as _amp, backend

__all__ = ["is_available", "device_count", "current_device", "get_device_name", "synchronize", "empty_cache", "memory_allocated",
           "memory_reserved", "manual_seed", "manual_seed_all"]


def is_available():
    """Whether CuPy is installed and finds a card.

    >>> tg.cuda.is_available() == (tg.cuda.device_count() > 0)
    True
    """
    return backend.cuda_is_available()


def device_count():
    """How many cards there are.

    >>> devices = ["cpu"] + [f"cuda:{i}" for i in range(tg.cuda.device_count())]
    """
    return backend.cupy().cuda.runtime.getDeviceCount() if is_available() else 0


def current_device():
    """The number of the card that ``"cuda"`` means.

    >>> tg.cuda.current_device() if tg.cuda.is_available() else 0
    0
    """
    return backend.cupy().cuda.Device().id


def get_device_name(device=None):
    """What the card calls itself.

    >>> name = tg.cuda.get_device_name() if tg.cuda.is_available() else "no card"
    """
    number = backend.device("cuda" if device is None else device).index or 0
    return backend.cupy().cuda.runtime.getDeviceProperties(number)["name"].decode()


def synchronize(device=None):
    """Wait until the card has finished: before reading a clock. Does nothing without a card.

    >>> tg.cuda.synchronize()
    """
    if is_available():
        backend.cupy().cuda.Device(backend.device(device or "cuda").index).synchronize()


def empty_cache():
    """Give memory that no array uses back to the card. (Other programs see it only then.)

    >>> tg.cuda.empty_cache()
    """
    if is_available():
        backend.cupy().get_default_memory_pool().free_all_blocks()


def memory_allocated(device=None):
    """Bytes in use by arrays.

    >>> tg.cuda.memory_allocated() <= tg.cuda.memory_reserved()
    True
    """
    return backend.cupy().get_default_memory_pool().used_bytes() if is_available() else 0


def memory_reserved(device=None):
    """Bytes taken from the card, in use or kept for later.

    >>> text = f"{tg.cuda.memory_reserved() / 2**30:.1f} GiB taken"
    """
    return backend.cupy().get_default_memory_pool().total_bytes() if is_available() else 0


def manual_seed(seed):
    """The same as ``tg.manual_seed``: random numbers are drawn on the host, whatever the device.

    >>> tg.cuda.manual_seed(0)
    """
    backend.manual_seed(seed)


manual_seed_all = manual_seed


class _autocast(_amp.autocast):
    """`tg.autocast` for the card."""

    def __init__(self, enabled=True, dtype=None, cache_enabled=True):
        super().__init__("cuda", dtype, enabled, cache_enabled)


class _GradScaler(_amp.GradScaler):
    """`tg.amp.GradScaler` for the card."""

    def __init__(self, init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        super().__init__("cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled)


# Where older programs find mixed precision: ``from torch.cuda.amp import autocast, GradScaler``.
amp = _sys.modules[f"{__name__}.amp"] = _types.ModuleType(f"{__name__}.amp", _amp.__doc__)
amp.autocast, amp.GradScaler = _autocast, _GradScaler
