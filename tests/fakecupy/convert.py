"""The border of the stand-in: every array that comes in or goes out is checked here."""
from types import SimpleNamespace

import numpy as np

from . import array
from .cuda import need_card

IMPLICIT = ("Implicit conversion to a NumPy array is not allowed. "
            "Please use `.get()` to construct a NumPy array explicitly.")
SCALARS = (bool, int, float, complex, np.number, np.bool_)
# Names and settings may go into a function beside arrays. Anything else (a Tensor, say) is refused.
PLAIN = SCALARS + (type(None), str, type, np.dtype, slice, type(Ellipsis))


def unsupported(value):
    return TypeError(f"Unsupported type {type(value)}")


def unwrap(value, arrays):
    """What NumPy may work on: the array behind a stand-in array (noted in `arrays`), or a plain setting."""
    if type(value) is array.ndarray:
        arrays.append(value)
        return value._host
    if isinstance(value, (list, tuple)):
        return type(value)(unwrap(v, arrays) for v in value)
    if isinstance(value, PLAIN):
        return value
    raise unsupported(value)


def wrap(value, arrays=()):
    """A result of NumPy as CuPy gives it: scalars become 0-d arrays, views know the array they look at."""
    if isinstance(value, (tuple, list)):
        return (list if type(value) is list else tuple)(wrap(v, arrays) for v in value)
    if not isinstance(value, (np.ndarray, np.generic)):
        return value
    for a in arrays:
        if value is a._host:                                        # out=…, or a function with nothing to do
            return a
    host = np.asarray(value)
    if host.base is not None:
        for a in arrays:
            if np.may_share_memory(host, a._host):
                return new(writeable(host), a if a._base is None else a._base)
    return new(host)


def writeable(view):
    """The view without NumPy's write protection (of `broadcast_to`, `diagonal`, …): a card knows none."""
    if view.flags.writeable:
        return view
    place = dict(view.__array_interface__)
    place["data"] = place["data"][0], False                         # the address; not read-only
    return np.asarray(SimpleNamespace(__array_interface__=place, keep=view))


def new(host, base=None):
    """A stand-in array around `host`, without a copy. A card holds no strings, objects or long doubles."""
    need_card()
    if host.dtype.kind not in "biufc" or host.dtype.char in "gG":
        raise ValueError(f"Unsupported dtype {host.dtype}")
    x = object.__new__(array.ndarray)
    x._host, x._base = host, base
    return x


def call(function, *args, **settings):
    """Run a NumPy function on the arrays behind stand-in arrays. A card never warns of 1/0 or overflow."""
    arrays = []
    args = [unwrap(a, arrays) for a in args]
    settings = {name: unwrap(v, arrays) for name, v in settings.items()}
    with np.errstate(all="ignore"):
        return wrap(function(*args, **settings), arrays)


def from_host(value, dtype=None, order="K"):
    """Copy numbers, lists or a NumPy array to the card; lists of stand-in arrays are stacked there."""
    if type(value) is array.ndarray:
        return value
    if isinstance(value, (list, tuple)):
        value = hosts(value)
    return new(np.array(value, dtype=dtype, order=order))


def hosts(nested):
    """A nested list with the arrays behind its stand-in arrays; beside them no numbers of the host."""
    leaves = []

    def walk(part):
        if isinstance(part, (list, tuple)):
            return [walk(p) for p in part]
        leaves.append(type(part) is array.ndarray)
        return part._host if leaves[-1] else part

    nested = walk(nested)
    if any(leaves) and not all(leaves):
        raise TypeError(IMPLICIT)
    return nested


def garbage(shape, dtype=float, order="C"):
    """Fresh memory holds anything: NaN, or a number nobody expects."""
    anything = {"f": np.nan, "c": np.nan, "b": True}.get(np.dtype(dtype).kind, 85)
    return new(np.full(shape, anything, dtype, order or "C"))
