"""Functions that look for something: what is not zero, what differs, how often, where it would go."""
from ..autograd import ShapeError
from ..backend import namespace
from .common import array_of, as_tensor, constant, index_array

__all__ = ["nonzero", "argwhere", "unique", "unique_consecutive", "searchsorted", "bucketize", "bincount",
           "isin"]


def nonzero(input, *, as_tuple=False):
    """The places of the elements that are not zero: one row each, or one tensor for each dimension.

    >>> tg.nonzero(tg.tensor([0, 5, 6]))
    tensor([[1],
            [2]])
    """
    a = array_of(input)
    if a.ndim == 0:
        places = nonzero(constant(a.reshape(1)))
        return (places[:, 0],) if as_tuple else places[:, 1:]
    places = a.nonzero()
    if as_tuple:
        return tuple(constant(p) for p in places)
    return constant(namespace(*places).stack(places, axis=1))


def argwhere(input):
    """The places of the elements that are not zero, one row each.

    >>> tg.argwhere(tg.tensor([[0, 5], [6, 0]]))
    tensor([[0, 1],
            [1, 0]])
    """
    return nonzero(input)


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The different elements in order; on request where each element went, and how often each occurs.

    >>> tg.unique(tg.tensor([3, 1, 3]), return_counts=True)
    (tensor([1, 3]), tensor([1, 2]))
    """
    a = array_of(input)
    found, _, inverse, counts = namespace(a).unique(a, True, True, True, axis=dim, equal_nan=False)
    return _with(constant(found), inverse, counts, a, dim, return_inverse, return_counts)


def _with(found, inverse, counts, a, dim, return_inverse, return_counts):
    """What was found; with it, on request, where each element went, and how often each occurs."""
    inverse = inverse.reshape(a.shape if dim is None else (a.shape[dim],))
    extra = [constant(inverse)] * return_inverse + [constant(counts)] * return_counts
    return (found, *extra) if extra else found


def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """The elements without those that equal the one before; on request where each went, how long runs are.

    >>> tg.unique_consecutive(tg.tensor([1, 1, 2, 1]))
    tensor([1, 2, 1])
    """
    a = array_of(input)
    xp = namespace(a)
    rows = a.reshape(-1, 1) if dim is None else xp.moveaxis(a, dim, 0).reshape(a.shape[dim], -1)
    fresh = xp.concatenate([xp.ones(min(1, len(rows)), dtype=bool), (rows[1:] != rows[:-1]).any(axis=1)])
    starts = xp.nonzero(fresh)[0]
    found = a.reshape(-1)[starts] if dim is None else xp.take(a, starts, dim)
    counts = xp.diff(xp.concatenate([starts, xp.asarray([len(rows)])]))
    return _with(constant(found), xp.cumsum(fresh) - 1, counts, a, dim, return_inverse, return_counts)


def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    """Where elements would go in a sorted row to keep it sorted: before equal ones, or (`right`) behind.

    Several rows (…, n) are searched for the elements (…, m) of the same place.

    >>> tg.searchsorted(tg.tensor([1, 3, 5]), tg.tensor([3, 6]))
    tensor([1, 3])
    """
    if side not in (None, "left", "right") or (side == "left" and right):
        raise RuntimeError(f"searchsorted: side must be 'left' or 'right', as `right` has it, not {side!r} "
                           f"with right={right}")
    side = side or ("right" if right else "left")
    if sorter is not None:
        if tuple(sorter.shape) != tuple(sorted_sequence.shape):
            raise ShapeError(f"searchsorted: sorter has shape {tuple(sorter.shape)}, the rows "
                             f"{tuple(sorted_sequence.shape)}: "
                             f"it is what argsort gives of them")
        sorted_sequence = constant(sorted_sequence.array).take_along_dim(sorter, -1)
    rows, x = array_of(sorted_sequence), array_of(as_tensor(input, sorted_sequence))
    xp = namespace(rows)
    if rows.ndim == 1:
        found = xp.asarray(xp.searchsorted(rows, x, side=side))
    elif rows.shape[:-1] != x.shape[:-1]:
        raise ShapeError(f"searchsorted: rows of shape {tuple(rows.shape)} need elements of shape "
                         f"{rows.shape[:-1]} + (m,), got {tuple(x.shape)}")
    else:
        pairs = zip(rows.reshape(-1, rows.shape[-1]), x.reshape(-1, x.shape[-1]))
        found = xp.stack([xp.searchsorted(r, v, side=side) for r, v in pairs]).reshape(x.shape)
    return constant(found.astype("int32" if out_int32 else "int64"))


def bucketize(input, boundaries, *, out_int32=False, right=False):
    """The number of the bucket between sorted boundaries that each element falls into.

    >>> tg.bucketize(tg.tensor([1., 5., 9.]), tg.tensor([2., 6.]))
    tensor([0, 1, 2])
    """
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def bincount(input, weights=None, minlength=0):
    """How often each number from 0 on occurs (or the sum of its weights).

    >>> tg.bincount(tg.tensor([0, 2, 2]))
    tensor([1, 0, 2])
    """
    counts = array_of(index_array(input, input, "bincount", "input"))
    if counts.ndim != 1 or (counts.size and int(counts.min()) < 0):
        raise ShapeError("bincount: expected a vector of integers that are not negative")
    w = None if weights is None else array_of(weights)
    found = namespace(counts).bincount(counts, w, minlength)
    return constant(found.astype("float32") if w is not None and w.dtype == "float32" else found)


def isin(elements, test_elements, *, assume_unique=False, invert=False):
    """Where an element is one of the test elements.

    >>> tg.isin(tg.tensor([1, 2, 3]), tg.tensor([2, 5]))
    tensor([False,  True, False])
    """
    like = elements if hasattr(elements, "shape") else test_elements
    a, b = (array_of(as_tensor(v, like)) for v in (elements, test_elements))
    return constant(namespace(a, b).isin(a, b, assume_unique=assume_unique, invert=invert))
