"""Sorting, and what is found in sorted order: the k largest, medians, quantiles. Under PyTorch's names."""
from .. import ops
from ..backend import namespace
from .common import constant, numpy_words, one_dim
from .reduce import ValuesAndIndices, _not_empty, _taken, amax, floats, sum
from .running import accumulated

__all__ = ["sort", "argsort", "msort", "topk", "kthvalue", "median", "nanmedian", "mode", "quantile",
           "nanquantile"]


def _order(a, dim, descending):
    """The stable order of an array along a dimension; NaN counts as the largest."""
    xp = namespace(a)
    if not descending:
        return xp.argsort(a, axis=dim, kind="stable")
    backward = xp.argsort(xp.flip(a, dim), axis=dim, kind="stable")         # so equal ones keep their order
    return a.shape[dim] - 1 - xp.flip(backward, dim)


@numpy_words
def argsort(input, dim=-1, descending=False, stable=False):
    """The indices that put the elements along `dim` in order.

    >>> tg.argsort(tg.tensor([3., 1., 2.]))
    tensor([1, 2, 0])
    """
    if input.ndim == 0:
        return constant(namespace(input.array).zeros((), dtype="int64"))
    return constant(_order(input.array, one_dim(dim, input.ndim, "argsort"), descending))


@numpy_words
def sort(input, dim=-1, descending=False, stable=False):
    """The elements along `dim` in order, and where they were.

    >>> tg.sort(tg.tensor([3., 1., 2.])).values
    tensor([1., 2., 3.])
    """
    if input.ndim == 0:
        return ValuesAndIndices(input.clone(), argsort(input))
    dim = one_dim(dim, input.ndim, "sort")
    return _taken(input, _order(input.array, dim, descending), dim, True)


def msort(input):
    """Sorted along the first dimension.

    >>> tg.msort(tg.tensor([3., 1., 2.]))
    tensor([1., 2., 3.])
    """
    return sort(input, 0).values


@numpy_words
def topk(input, k, dim=-1, largest=True, sorted=True):
    """The k largest (or smallest) along `dim` in order, and where they were.

    >>> tg.topk(tg.tensor([3., 1., 2.]), 2).indices
    tensor([0, 2])
    """
    dim = one_dim(dim, input.ndim, "topk")
    if not 0 <= k <= input.shape[dim]:
        raise RuntimeError(f"topk: k must be between 0 and the size of dimension {dim}, {input.shape[dim]}, "
                           f"not {k}")
    order = _order(input.array, dim, largest)
    return _taken(input, order[(slice(None),) * dim + (slice(0, k),)], dim, True)


@numpy_words
def kthvalue(input, k, dim=-1, keepdim=False):
    """The k-th smallest along `dim` (k counts from 1), and where it was.

    >>> tg.kthvalue(tg.tensor([3., 1., 2.]), 2)
    ValuesAndIndices(values=tensor(2.), indices=tensor(2))
    """
    dim = one_dim(dim, input.ndim, "kthvalue")
    if input.ndim == 0:
        return ValuesAndIndices(input.clone(), argsort(input))
    if not 1 <= k <= input.shape[dim]:
        raise RuntimeError(f"kthvalue: k must be between 1 and the size of dimension {dim}, "
                           f"{input.shape[dim]}, not {k}")
    order = _order(input.array, dim, False)
    return _taken(input, order[(slice(None),) * dim + (slice(k - 1, k),)], dim, keepdim)


@numpy_words
def median(input, dim=None, keepdim=False):
    """The middle one; of two middle ones the lower; NaN if there is a NaN.

    Without `dim`, the elements equal to it share the gradient.

    >>> tg.median(tg.tensor([3., 1., 2., 9.]))
    tensor(2.)
    """
    return _median(input, dim, keepdim, "median")


@numpy_words
def nanmedian(input, dim=None, keepdim=False):
    """The middle one of those that are not NaN.

    >>> tg.nanmedian(tg.tensor([3., tg.nan, 2.]))
    tensor(2.)
    """
    return _median(input, dim, keepdim, "nanmedian")


def _median(input, dim, keepdim, caller):
    if dim is None:
        flat = input.reshape(-1)
        if flat.shape[0] == 0:
            return sum(flat) * float("nan")
        middle = _median(flat.detach(), 0, False, caller).values
        if flat.dtype.kind != "f":
            return middle
        hit = (flat == middle) | (middle != middle) & (flat != flat)
        return amax(ops.where(hit, flat, -float("inf")))                        # amax shares the gradient out
    dim = one_dim(dim, input.ndim, caller)
    if input.ndim == 0:
        return ValuesAndIndices(input.clone(), argsort(input))
    a, xp = input.array, namespace(input.array)
    _not_empty(input, (dim,), caller)
    nan = a != a
    n = (~nan).sum(axis=dim, keepdims=True)                                     # these come first in order
    index = xp.take_along_axis(_order(a, dim, False), xp.maximum(n - 1, 0) // 2, dim)
    if caller == "median":
        index = xp.where(nan.any(axis=dim, keepdims=True), xp.expand_dims(nan.argmax(axis=dim), dim), index)
    return _taken(input, index, dim, keepdim)


@numpy_words
def mode(input, dim=-1, keepdim=False):
    """The most frequent element along `dim`, the smallest of several such, and the last place where it is.

    >>> values, indices = tg.mode(tg.tensor([3, 1, 3, 2, 1]))
    >>> values, indices
    (tensor(1), tensor(4))
    """
    if input.ndim == 0:
        return ValuesAndIndices(input.clone(), argsort(input))
    dim = one_dim(dim, input.ndim, "mode")
    _not_empty(input, (dim,), "mode")
    a, xp = input.array, namespace(input.array)
    order = _order(a, dim, False)
    ranked = xp.moveaxis(xp.take_along_axis(a, order, dim), dim, -1)                    # (…, n)
    place = xp.arange(ranked.shape[-1])
    new = xp.concatenate([xp.ones_like(ranked[..., :1], dtype=bool), ranked[..., 1:] != ranked[..., :-1]], -1)
    start = accumulated(xp, "maximum", xp.where(new, place, 0), ranked.ndim - 1)        # of the run it is in
    last = xp.expand_dims(xp.moveaxis(place - start, -1, dim).argmax(axis=dim), dim)    # of the longest run
    return _taken(input, xp.take_along_axis(order, last, dim), dim, keepdim)


@numpy_words
def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """The numbers below which a part q (0 … 1, or several) of the elements lies; NaN if there is a NaN.

    Where that falls between two elements, `interpolation` says what to do: "linear", "lower", "higher",
    "nearest" or "midpoint".

    >>> tg.quantile(tg.tensor([1., 2., 4.]), tg.tensor([0.5, 0.75]))
    tensor([2., 3.])
    """
    return _quantile(input, q, dim, keepdim, interpolation, "quantile")


@numpy_words
def nanquantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """`quantile` of the elements that are not NaN.

    >>> tg.nanquantile(tg.tensor([3., tg.nan, 2.]), 0.5)
    tensor(2.5000)
    """
    return _quantile(input, q, dim, keepdim, interpolation, "nanquantile")


def _quantile(input, q, dim, keepdim, interpolation, caller):
    if interpolation not in ("linear", "lower", "higher", "nearest", "midpoint"):
        raise RuntimeError(f"{caller}: interpolation must be linear, lower, higher, nearest or midpoint, "
                           f"not {interpolation!r}")
    floats(input, caller)
    xp = namespace(input.array)
    parts = q.to(input.dtype) if hasattr(q, "to") else constant(xp.asarray(q, dtype=input.dtype))
    parts = parts.reshape(-1)                                                   # (Q)
    if parts.numel() and not bool(((parts >= 0) & (parts <= 1)).all()):
        raise RuntimeError(f"{caller}: q must lie between 0 and 1, but is {q}")
    x = input.reshape(-1) if dim is None else input.movedim(one_dim(dim, input.ndim, caller), -1)
    x = sort(x).values                                                          # (…, L), NaN last
    if x.shape[-1] == 0:
        raise RuntimeError(f"{caller}: no quantile of nothing: the tensor has shape {tuple(input.shape)}")
    n, last = (x.array == x.array).sum(axis=-1, keepdims=True), x.shape[-1] - 1         # n (…, 1) numbers
    if caller == "nanquantile":
        place = parts * constant(xp.maximum(n - 1, 0))                          # (…, Q)
    else:
        place = ops.where(n <= last, float(last), parts * last)                 # where the NaN is, if any
    if interpolation in ("lower", "higher", "nearest"):
        place = {"lower": ops.floor, "higher": ops.ceil, "nearest": ops.round}[interpolation](place)
    low, high = (ops.take_along_axis(x, f(place.array).astype("int64"), -1) for f in (xp.floor, xp.ceil))
    weight = 0.5 if interpolation == "midpoint" else place - constant(xp.floor(place.array))
    found = ops.lerp(low, high, weight).movedim(-1, 0)                          # (Q, …)
    if keepdim and dim is None:
        found = found.reshape(found.shape[:1] + (1,) * input.ndim)
    elif keepdim:
        found = found.unsqueeze(one_dim(dim, input.ndim, caller) + 1)
    return found if getattr(q, "ndim", 0) else found[0]
