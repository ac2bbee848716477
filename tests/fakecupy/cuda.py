"""The graphics card of the stand-in: how many there are, waiting for them, and what `cupy.cuda` offers.

There is one card, or none: ``fake_cupy(devices=0)`` plays a machine that has CuPy but no card.
"""
import contextlib

# The oldest CuPy that the library promises to work with (in setup.cfg). What came later counts as missing.
# When this becomes 14, the tests with "too_new" in their names go.
OLDEST = 13

card = {"count": 1, "waiting_allowed": True}


class CUDARuntimeError(RuntimeError):
    """What CuPy raises when the driver refuses (`cupy.cuda.runtime.CUDARuntimeError`)."""


class DeviceSynchronized(RuntimeError):
    """Raised where the host would wait for the card, inside ``cupyx.allow_synchronize(False)``."""


def need_card():
    """Raise CuPy's error if this machine has no card. Called wherever memory on the card is asked for."""
    if not card["count"]:
        raise CUDARuntimeError("cudaErrorInsufficientDriver: CUDA driver version is insufficient for "
                               "CUDA runtime version")


def wait():
    """The host waits here for the card (a result is copied back, or its shape depends on values)."""
    if not card["waiting_allowed"]:
        raise DeviceSynchronized("Device synchronization was detected while disallowed.")


@contextlib.contextmanager
def allow_synchronize(allow):
    """Forbid (False) or allow (True) waiting for the card: finds a hidden ``float(loss)``."""
    before = card["waiting_allowed"]
    card["waiting_allowed"] = allow
    try:
        yield
    finally:
        card["waiting_allowed"] = before


class Device:
    """A card, by its number; a context manager that makes it the current one."""

    def __init__(self, device=None):
        self.id = getDevice() if device is None else int(device)

    def use(self):
        setDevice(self.id)

    def synchronize(self):
        need_card()

    @property
    def mem_info(self):
        need_card()
        return 8 << 30, 16 << 30                                        # bytes free, bytes in all

    def __enter__(self):
        setDevice(self.id)
        return self

    def __exit__(self, *exception):
        pass

    def __int__(self):
        return self.id

    def __eq__(self, other):
        return isinstance(other, Device) and self.id == other.id

    def __hash__(self):
        return hash(self.id)

    def __repr__(self):
        return f"<CUDA Device {self.id}>"


class Stream:
    """A queue of work. The stand-in works at once, so there is nothing to wait for."""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def synchronize(self):
        need_card()


Stream.null = Stream()


class MemoryPool:
    """CuPy's cache of freed blocks; empty here."""

    def used_bytes(self):
        return 0

    def total_bytes(self):
        return 0

    def free_all_blocks(self):
        pass


pool = MemoryPool()


def get_default_memory_pool():
    return pool


def get_current_stream():
    return Stream.null


def is_available():
    if OLDEST < 14:
        need_card()                     # CuPy 13 does not say no, it raises
    return card["count"] > 0


# cupy.cuda.runtime: CUDA's own names

def getDeviceCount():
    need_card()
    return card["count"]


def getDevice():
    need_card()
    return 0


def setDevice(device):
    need_card()
    if not 0 <= device < card["count"]:
        raise CUDARuntimeError("cudaErrorInvalidDevice: invalid device ordinal")


def getDeviceProperties(device):
    setDevice(device)
    return {"name": b"stand-in for a graphics card", "totalGlobalMem": 16 << 30, "major": 9, "minor": 0}


def runtimeGetVersion():
    return 12090


def driverGetVersion():
    return 12090 if card["count"] else 0
