"""How arrays are written in pictures and accounts: ``float32[64, 9]``, a few numbers, a summary of many."""
import numpy as np

from .. import backend


def kind(dtype, shape):
    """``float32[64, 9]``; ``float32[]`` for a single number.

    >>> kind(np.dtype("float32"), (64, 9))
    'float32[64, 9]'
    """
    return f"{np.dtype(dtype).name}{list(map(int, shape))}"


def number(x, digits=4):
    """A number rounded to `digits` behind the point; in powers of ten where that would leave nothing of it.

    >>> number(0.49361, 2), number(0.5, 2), number(2.0), number(1.234e-7, 2), number(-0.0)
    ('0.49', '0.5', '2', '1.23e-07', '0')
    """
    if isinstance(x, (bool, np.bool_, str)) or x is None:
        return str(x)
    if isinstance(x, (int, np.integer)):
        return str(int(x))
    x = float(x)
    if not np.isfinite(x):
        return str(x)
    if x and not 0.5 * 10.0 ** -digits <= abs(x) < 1e6:
        return f"{x:.{digits}e}"
    text = f"{x:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) if x else "0"


def is_small(array, most=8):
    """Whether there are few enough numbers to write them all."""
    return int(np.prod(array.shape)) <= most


def numbers(array, digits=4, most=8):
    """All numbers of a small array on one line, or how large a large one's numbers are.

    >>> numbers(np.array([[0.35, 0.4], [1, 2]]))
    '[[0.35, 0.4], [1, 2]]'
    >>> numbers(np.arange(100.), digits=2)
    'mean 49.5, from 0 to 99'
    """
    array = backend.asnumpy(array) if backend.is_array(array) else np.asarray(array)
    if is_small(array, most):
        return _nested(array.tolist(), digits)
    low, mean, high = (number(f(array.astype(np.float64)), digits) for f in (np.min, np.mean, np.max))
    return f"mean {mean}, from {low} to {high}"


def _nested(values, digits):
    if isinstance(values, list):
        return "[" + ", ".join(_nested(v, digits) for v in values) + "]"
    return number(values, digits)
