"""Whether numbers agree, and where they do not."""
import numpy as np

from .. import autograd
from ..backend import asnumpy

_TOLERANCES = {"float16": (1e-3, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}     # rtol, atol


def assert_close(actual, expected, *, rtol=None, atol=None, equal_nan=False, check_dtype=True, msg=None):
    """Raise AssertionError unless |actual − expected| ≤ atol + rtol·|expected| everywhere.

    Shapes must be equal, and dtypes too. Takes Tensors, arrays and numbers. The tolerances are by default
    those of the less exact dtype, as in PyTorch:

    ======== ======= =====
    dtype    rtol    atol
    ======== ======= =====
    float16  1e-3    1e-5
    float32  1.3e-6  1e-5
    float64  1e-7    1e-7
    others   0       0
    ======== ======= =====

    >>> import tinygrad_bio as tg
    >>> assert_close(tg.tensor([1., 2.]), tg.tensor([1., 2.5]))
    Traceback (most recent call last):
        ...
    AssertionError: 1 of 2 numbers differ, most at (1,): 2.0, expected 2.5 (difference 0.5, allowed 1.325e-05)
    """
    a, b = _plain(actual), _plain(expected)
    start = f"{msg}: " if msg else ""
    if a.shape != b.shape:
        raise AssertionError(f"{start}shape {a.shape}, expected {b.shape}")
    if check_dtype and a.dtype != b.dtype:
        raise AssertionError(f"{start}dtype {a.dtype}, expected {b.dtype} "
                             f"(check_dtype=False compares the numbers alone)")
    default_rtol, default_atol = np.max([_TOLERANCES.get(x.dtype.name, (0.0, 0.0)) for x in (a, b)], axis=0)
    rtol, atol = default_rtol if rtol is None else rtol, default_atol if atol is None else atol
    wide = "complex128" if "c" in (a.dtype.kind, b.dtype.kind) else "float64"
    a, b = a.astype(wide), b.astype(wide)
    with np.errstate(invalid="ignore"):                         # inf − inf
        distance, allowed = np.abs(a - b), atol + rtol * np.abs(b)
        close = (a == b) | (np.isfinite(b) & (distance <= allowed)) | (equal_nan & np.isnan(a) & np.isnan(b))
    if not close.all():
        worst = np.unravel_index(np.argmax(np.where(close, -1, np.nan_to_num(distance, nan=np.inf))), a.shape)
        place = tuple(int(i) for i in worst)
        raise AssertionError(
            f"{start}{(~close).sum()} of {a.size} numbers differ, most at {place}: {a[worst]}, "
            f"expected {b[worst]} (difference {distance[worst]:.6g}, allowed {allowed[worst]:.6g})")


def _plain(x):
    return asnumpy(x.array) if isinstance(x, autograd.Tensor) else asnumpy(x)
