"""Apple's graphics chips, which CuPy cannot use."""


def is_available():
    """False.

    >>> tg.backends.mps.is_available()
    False
    """
    return False


def is_built():
    """False.

    >>> tg.backends.mps.is_built()
    False
    """
    return False
