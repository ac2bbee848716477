"""A strict stand-in for CuPy: the same names and the same refusals, on a machine without a graphics card.

>>> from fakecupy import fake_cupy
>>> with fake_cupy() as cupy:                   # inside, `import cupy` finds the stand-in
...     cupy.arange(3) + 1
array([1, 2, 3])

It works on NumPy and SciPy, and behaves like CuPy 14.2 where a program that is right on NumPy could go wrong
on a card. Every name and argument in its tables exists in CuPy 13.6 and 14.2 (`test_fakecupy.py` compares
them where CuPy is installed). A name that CuPy lacks is an AttributeError, an argument it lacks a TypeError.

How CuPy differs from NumPy, and why
------------------------------------
Two memories. Copying between host and card is slow and makes the host wait, so CuPy never does it unasked.
 1. Arithmetic and functions refuse NumPy arrays and lists: ``Unsupported type <class 'numpy.ndarray'>``.
    Python and NumPy *scalars* are fine: they travel with the call. (An *index* may be a list or NumPy array.)
 2. ``np.asarray(x)`` raises. ``x.get()``, ``cupy.asnumpy(x)``, ``x.item()``, ``float(x)``, ``bool(x)`` and
    ``print(x)`` copy to the host and wait. So do ``nonzero``, ``unique``, ``bincount`` and boolean indices,
    whose result's *shape* depends on values. ``cupyx.allow_synchronize(False)`` raises where the host waits.
 3. ``cupy.asarray(a)`` of a NumPy array is always a copy. There is no ``__index__``: ``range(x)`` fails.
 4. ``np.exp(x)`` and ``np.sum(x)`` hand over to CuPy's function of that name, or raise if there is none.
No waiting for answers. A kernel is started, not awaited, so it cannot report what it finds.
 5. Reductions and ``x[0]`` give 0-d arrays, never NumPy scalars; ``allclose`` and ``array_equal`` too.
 6. Integers in index *arrays* wrap around when out of range, in ``x[i]``, ``x[i] = v``, ``take``,
    ``take_along_axis``, ``add.at``. A plain integer is known to the host and does raise IndexError.
 7. No warnings for overflow or 1/0, hence no ``cupy.errstate``. A singular matrix gives NaN, no LinAlgError.
Thousands of threads at once.
 8. ``x[i] = v`` with a place twice in `i`: any of the values may stay. Here the FIRST does (NumPy: the last).
    ``cupy.add.at`` counts all, but has atomic instructions only for some dtypes: no bool, int8, int16; int64
    only since CuPy 14. ``multiply.at`` and others are missing. (``cupy.scatter_add`` was removed.)
 9. Only ``add`` and ``multiply`` have ``reduce`` and ``accumulate``; only ``add`` has ``reduceat``.
10. Sorting is stable and takes no other `kind`; ``x.sort()`` in place wants contiguous memory.
Less of NumPy.
11. No ``where=`` and ``initial=`` in reductions, no ``where=``, ``order=``, ``subok=`` in ufuncs, no ``out=``
    in einsum, no ``mode=`` in take.
12. No write protection: no ``flags.writeable``; the views of ``broadcast_to`` and ``diagonal`` can be written
    to. ``as_strided`` and ``sliding_window_view`` return arrays whose ``base`` is None.
13. ``x[1:3] = [1, 2]`` (data of the host into a slice) raises; numbers and arrays of the card are fine.
14. dtypes: bool, integers, floats and complex numbers; sparse matrices hold no integers and no float16.
    Ufuncs give the dtypes of NumPy 2. (CuPy 13 still looks at the *value* of scalars.)

Where the stand-in is stricter than CuPy, to find more
------------------------------------------------------
* ``cupy.empty`` is full of NaN (85 for integers), as fresh memory may be.
* Functions that in CuPy only call a method, as ``cupy.sum(a)`` does, would pass a NumPy array on; here they
  refuse.
* ``cupy.random`` is missing, since the library draws its numbers on the host. So are rare names: their error
  says that CuPy has them, and where to add them. Functions that came with CuPy 14 are missing as long as
  `cuda.OLDEST` is 13.

What it cannot show: speed, rounding (sums run in another order on a card), races, several cards.
"""
import contextlib
import sys

from . import cuda
from .modules import MODULES


def install(monkeypatch=None):
    """Make ``import cupy`` give the stand-in; returns the module.

    With pytest's `monkeypatch` it is undone at the end of the test. Without, it stays: prefer `fake_cupy`.
    A real CuPy that was imported before is set aside, submodules and all.
    """
    for name in list(sys.modules):
        if name.split(".")[0] in ("cupy", "cupyx"):
            if monkeypatch is None:
                del sys.modules[name]
            else:
                monkeypatch.delitem(sys.modules, name)
    for name, module in MODULES.items():
        if monkeypatch is None:
            sys.modules[name] = module
        else:
            monkeypatch.setitem(sys.modules, name, module)
    return MODULES["cupy"]


@contextlib.contextmanager
def fake_cupy(devices=1):
    """Have the stand-in inside the ``with`` block only. ``devices=0`` plays CuPy on a machine without a card.

    >>> with fake_cupy() as cupy:
    ...     import cupyx.scipy.special
    ...     float(cupyx.scipy.special.erf(cupy.zeros(3)).sum())
    0.0
    """
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] in ("cupy", "cupyx")}
    cards, cuda.card["count"] = cuda.card["count"], devices
    try:
        yield install()
    finally:
        cuda.card["count"] = cards
        for name in list(sys.modules):
            if name.split(".")[0] in ("cupy", "cupyx"):
                del sys.modules[name]
        sys.modules.update(before)
