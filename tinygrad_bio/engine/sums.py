"""Sums of many numbers that are right to their last digits but one.

Adding a million float32 numbers one after another loses up to 1 %: the sum grows, and whatever is added to it is
rounded to the last digit of the *sum*. NumPy adds so along all axes but the innermost. Adding whole rows to rows
first, and then the few rows that this leaves, lets numbers of like size meet. (It is faster, too: NumPy gets longer
rows to add. For the same reason several axes are summed one at a time.)
"""
import numpy as np

from ..backend import float16, float32, is_array

_LARGE = 4096               # smaller arrays are left to NumPy
_LONG = 512                 # fewer numbers than this are added one after another
_PIECES = 64                # so many rows are added into one at a time


def total(x, axis=None, keepdims=False, over=None):
    """Σ x (or, with a number `over`, Σ x/over) over everything, one axis or several. For arrays and for Tensors.

    float16 is added up in float32.

    >>> x = np.full((1_000_000, 2), 0.1, dtype="float32")
    >>> x.sum(axis=0).round(), total(x, axis=0).round()
    (array([100958., 100958.], dtype=float32), array([100000., 100000.], dtype=float32))
    """
    dtype = x.dtype
    if dtype is float16 and is_array(x):
        with np.errstate(over="ignore"):                        # above 65 504 it is ∞
            return total(x.astype(float32), axis, keepdims, over).astype(float16)
    if type(x) is not np.ndarray:                               # a Tensor: recorded. CuPy adds in this way by itself
        y = x.sum(axis=axis, keepdims=keepdims)
        return y if over is None else y / over
    if x.size >= _LARGE and x.ndim > 1 and dtype.kind == "f" and not (axis is None and x.flags.forc):
        axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
        for a in axes:
            if x.strides[a] != x.itemsize and (x.shape[a] >= _LONG or len(axes) > 1):
                x = _along(x, a % x.ndim)
    y = np.add.reduce(x, axis, None, None, keepdims)
    return y if over is None else y / over


def _along(x, axis):
    """Σ along one axis, which is left with size 1: x (…, n, …) -> (…, 1, …)."""
    before, after = x.shape[:axis], x.shape[axis + 1:]
    to = (slice(None),) * axis
    while x.shape[axis] >= _LONG:
        n = x.shape[axis]
        rows = n // _PIECES
        pieces = n // rows                                      # 64, or a few more
        y = np.add.reduce(x[(*to, slice(0, pieces * rows))].reshape(*before, pieces, rows, *after), axis)
        if pieces * rows < n:                                   # fewer than `rows` are left over
            y[(*to, slice(0, n - pieces * rows))] += x[(*to, slice(pieces * rows, n))]
        x = y
    return np.add.reduce(x, axis, None, None, True)
