"""Reading and writing ``x[index]`` as CuPy does it. See the list of differences in ``__init__.py``."""
import numpy as np

from .cuda import OLDEST, wait

AT_DTYPES = {       # the dtypes that atomic instructions exist for
    "add": "i4 f2 f4 f8 u4 u8", "subtract": "i4 u4", "maximum": "i4 f4 f8 u4 u8", "minimum": "i4 f4 f8 u4 u8",
    "bitwise_and": "i4 i8 u4 u8", "bitwise_or": "i4 i8 u4 u8", "bitwise_xor": "i4 i8 u4 u8",
}
if OLDEST >= 14:
    AT_DTYPES.update({name: AT_DTYPES[name] + " i8" for name in ("add", "maximum", "minimum")})
quiet = np.errstate(all="ignore")       # a card does not warn when NaN is cast to an integer


def prepare(host, index):
    """The index for NumPy that picks what CuPy would pick, and whether it holds arrays (so gives a copy).

    Lists, tuples and NumPy arrays in an index are moved to the card by CuPy itself; integers in arrays wrap
    around, also far outside of the array.
    """
    from .array import ndarray
    from .convert import from_host
    parts = list(index) if isinstance(index, tuple) else [index]
    for n, part in enumerate(parts):
        is_number = isinstance(part, (int, np.integer)) and not isinstance(part, bool)
        if part is None or part is Ellipsis or isinstance(part, (slice, ndarray)) or is_number:
            continue
        part = from_host(part)
        if part.size == 0 and isinstance(parts[n], (list, tuple)):
            part = part.astype(np.int32)                                # an empty list picks nothing
        parts[n] = part

    arrays = [p for p in parts if isinstance(p, ndarray)]
    for p in arrays:
        if p.dtype.kind not in "biu":
            raise IndexError(f"arrays used as indices must be of integer or boolean type (actual: {p.dtype})")
    used = sum(p.ndim if isinstance(p, ndarray) and p.dtype == bool else 1
               for p in parts if p is not None and p is not Ellipsis)
    axis, found = 0, []
    for p in parts:
        if p is Ellipsis:
            axis += host.ndim - used
        elif isinstance(p, ndarray) and p.dtype == bool:
            wait()                                                  # how many are True only the card knows
            axis, p = axis + p.ndim, p._host
        elif p is not None:
            if isinstance(p, ndarray):
                p = wrap_around(p._host, host.shape[axis]) if axis < host.ndim else p._host
            axis += 1
        found.append(p)
    return tuple(found), bool(arrays)


def wrap_around(index, size):
    """Every integer brought into 0 … size-1, as CuPy's kernels do: no error, no warning."""
    return index.astype(np.int64) % size if size else index


def getitem(x, index):
    """``x[index]``: a view for slices and numbers (0-d for one element), a copy for arrays."""
    from .convert import wrap
    where, copies = prepare(x._host, index)
    picked = x._host[where]
    if copies:
        return wrap(np.array(picked))
    if not isinstance(picked, np.ndarray):                      # one element: NumPy reads it, CuPy views it
        picked = x._host[where + (...,)]
    return wrap(picked, [x])


@quiet
def setitem(x, index, value):
    """``x[index] = value``. Of values that fall on one place the FIRST stays (NumPy: the last; CuPy: any)."""
    from .array import ndarray
    from .convert import from_host
    where, copies = prepare(x._host, index)
    if not copies:
        if not isinstance(value, ndarray):
            if np.ndim(value):                                      # data of the host are not copied silently
                raise ValueError("non-scalar numpy.ndarray cannot be used for fill")
            value = np.asarray(value, dtype=x.dtype)
        x._host[where] = getattr(value, "_host", value)
        return
    places = np.arange(x.size).reshape(x.shape)[where]
    value = value._host if isinstance(value, ndarray) else from_host(value, x.dtype)._host
    value = np.broadcast_to(value.reshape(value.shape[value.ndim - places.ndim:])
                            if value.ndim > places.ndim else value, places.shape)
    places, first = np.unique(places, return_index=True)
    if places.size:
        x._host[np.unravel_index(places, x.shape)] = value.reshape(-1)[first].astype(x.dtype)


@quiet
def at(x, index, value, name):
    """``cupy.add.at`` and its kin: every occurrence of a place counts."""
    from .array import ndarray
    from .convert import from_host
    if name not in AT_DTYPES:
        raise NotImplementedError(f"`cupy_{name}.at` is not supported yet")
    where, copies = prepare(x._host, index)
    if not copies:                                                      # then it is plain x[index] += value
        from .ufuncs import UFUNCS
        view = getitem(x, index)
        UFUNCS[name](view, value, view)
        return
    has_mask = any(isinstance(p, np.ndarray) and p.dtype == bool for p in where)
    if not has_mask and x.dtype not in [np.dtype(d) for d in AT_DTYPES[name].split()]:
        raise TypeError(f"cupy.{name}.at only supports {AT_DTYPES[name]} as data type")
    value = value if isinstance(value, ndarray) else from_host(value)
    getattr(np, name).at(x._host, where, value._host.astype(x.dtype))
