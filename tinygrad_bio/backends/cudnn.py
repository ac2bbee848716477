"""Switches of NVIDIA's library of kernels, which is not used here: they may be set, and change nothing."""
enabled, deterministic, benchmark, allow_tf32 = False, True, False, False


def is_available():
    """False: it is not used.

    >>> tg.backends.cudnn.is_available()
    False
    """
    return False


def version():
    """None: it is not used.

    >>> tg.backends.cudnn.version() is None
    True
    """
