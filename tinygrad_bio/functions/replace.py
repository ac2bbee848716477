"""Copies with a part replaced: by mask, by slice, by diagonal, by place in the flattened tensor."""
import numpy as np

from .. import ops
from ..autograd import DtypeError, ShapeError, here
from ..backend import check_index, namespace
from .common import array_of, constant, index_array, numpy_words, one_dim
from .index import _row, _slices_fit, scatter_reduce, setitem
from .reduce import norm
from .shape import expand, reshape

__all__ = ["masked_scatter", "select_scatter", "slice_scatter", "diagonal_scatter", "index_reduce", "put",
           "fill", "renorm", "unravel_index"]


def _one_dtype(input, source, caller):
    if source.dtype != input.dtype:
        raise DtypeError(f"{caller}{here()}: the source holds {source.dtype.name}, input {input.dtype.name}: "
                         f"write source.to(input.dtype)")


def masked_scatter(input, mask, source):
    """A copy with the elements of `source`, one after another, where the mask is True.

    >>> tg.masked_scatter(tg.zeros(4), tg.tensor([True, False, False, True]), tg.tensor([5., 6., 7.]))
    tensor([5., 0., 0., 6.])
    """
    m, xp = array_of(mask), namespace(array_of(mask))
    if m.dtype != bool:
        raise DtypeError(f"masked_scatter{here()}: the mask must hold booleans, not {m.dtype.name}: write "
                         "mask != 0")
    _one_dtype(input, source, "masked_scatter")
    shape = np.broadcast_shapes(tuple(input.shape), m.shape)
    m = xp.broadcast_to(m, shape)
    if int(m.sum()) > source.array.size:
        raise ShapeError(f"masked_scatter{here()}: the mask is True in {int(m.sum())} places, but source has "
                         f"{source.array.size} elements")
    if not source.array.size:
        return ops.broadcast_to(input, shape)
    place = xp.where(m, xp.cumsum(m.reshape(-1)).reshape(shape) - 1, 0)     # the first True gets element 0, …
    return ops.where(m, reshape(source, -1)[constant(place)], input)


@numpy_words
def select_scatter(input, src, dim, index):
    """A copy with `src` in place of the slice that ``select(dim, index)`` gives.

    >>> tg.select_scatter(tg.zeros(2, 2), tg.ones(2), 0, 1)
    tensor([[0., 0.],
            [1., 1.]])
    """
    dim = one_dim(dim, input.ndim, "select_scatter")
    return _replaced(input, (slice(None),) * dim + (int(index),), src, "select_scatter")


@numpy_words
def slice_scatter(input, src, dim=0, start=None, end=None, step=1):
    """A copy with `src` in place of the slice ``start:end:step`` of a dimension.

    >>> tg.slice_scatter(tg.zeros(4), tg.ones(2), start=1, end=3)
    tensor([0., 1., 1., 0.])
    """
    dim = one_dim(dim, input.ndim, "slice_scatter")
    return _replaced(input, (slice(None),) * dim + (slice(start, end, step),), src, "slice_scatter")


def _replaced(input, index, src, caller):
    shape = input.array[index].shape
    if tuple(src.shape) != shape:
        raise ShapeError(f"{caller}{here()}: src has shape {tuple(src.shape)}, but the slice has {shape}")
    return setitem(input, index, src)


def diagonal_scatter(input, src, offset=0, dim1=0, dim2=1):
    """A copy with `src` in place of the diagonal that ``diagonal(offset, dim1, dim2)`` gives.

    >>> tg.diagonal_scatter(tg.zeros(2, 2), tg.tensor([3., 4.]))
    tensor([[3., 0.],
            [0., 4.]])
    """
    dim1, dim2 = (one_dim(d, input.ndim, "diagonal_scatter") for d in (dim1, dim2))
    where = dict(shape=tuple(input.shape), offset=offset, axis1=dim1, axis2=dim2)
    expected = input.array.diagonal(offset, dim1, dim2).shape
    if tuple(src.shape) != expected:
        raise ShapeError(f"diagonal_scatter{here()}: src has shape {tuple(src.shape)}, but the diagonal has "
                         f"{expected}")
    mask = ops.diagonal_scatter(namespace(input.array).ones(expected, dtype=input.dtype), **where) != 0
    placed = ops.diagonal_scatter(src, **where)
    return ops.where(mask, placed if placed.dtype == input.dtype else placed.to(input.dtype), input)


@numpy_words
def index_reduce(input, dim, index, source, reduce, *, include_self=True):
    """A copy with the "mean", "amax", "amin" or "prod" of all slices of `source` that go to one place along
    `dim`.

    The place's own slice counts too if `include_self`.

    >>> tg.index_reduce(tg.zeros(2), 0, tg.tensor([0, 0, 1]), tg.tensor([1., 5., 3.]), "amax")
    tensor([5., 3.])
    """
    if reduce not in ("mean", "amax", "amin", "prod"):
        raise RuntimeError(f"index_reduce: reduce must be 'mean', 'amax', 'amin' or 'prod', not {reduce!r}")
    row, dim = _row(index, input, dim, "index_reduce")
    _slices_fit(row, source, input, dim, "index_reduce")
    place = expand(constant(row.reshape((-1,) + (1,) * (input.ndim - dim - 1))), tuple(source.shape))
    return scatter_reduce(input, dim, place, source, reduce, include_self=include_self)


def put(input, index, source, accumulate=False):
    """A copy with elements written (or added) at their places in the flattened tensor: `take` reversed.

    >>> tg.put(tg.zeros(2, 2), tg.tensor([0, 3]), tg.tensor([5., 6.]))
    tensor([[5., 0.],
            [0., 6.]])
    """
    from .index import index_put
    _one_dtype(input, source, "put")
    places = index_array(index, input, "put").reshape(-1)
    check_index(places, input.array.size, "put: index")
    if source.array.size != places.size:
        raise IndexError(f"put{here()}: {places.size} places need as many elements, but source has "
                         f"{source.array.size}")
    flat = index_put(reshape(input, -1), (constant(places),), reshape(source, -1), accumulate)
    return reshape(flat, tuple(input.shape))


def fill(input, value):
    """A tensor of the same shape and dtype with one number (or tensor of one) everywhere.

    >>> tg.fill(tg.zeros(2), 3)
    tensor([3., 3.])
    """
    return setitem(input, ..., value)


@numpy_words
def renorm(input, p, dim, maxnorm):
    """The slices along `dim`, those with a p-norm above `maxnorm` scaled down to it.

    >>> tg.renorm(tg.tensor([[3., 4.], [0.3, 0.4]]), 2, 0, 1.)
    tensor([[0.6000, 0.8000],
            [0.3000, 0.4000]])
    """
    dim = one_dim(dim, input.ndim, "renorm")
    n = norm(input, p, tuple(d for d in range(input.ndim) if d != dim), True)
    return input * ops.where(n.array > maxnorm, maxnorm / (n + 1e-7), 1.0)


def unravel_index(indices, shape):
    """Places in the flattened tensor as one index for each dimension.

    >>> tg.unravel_index(tg.tensor([5, 2]), (2, 3))
    (tensor([1, 0]), tensor([2, 2]))
    """
    rest, found = index_array(indices, indices, "unravel_index", "indices"), []
    for n in reversed((shape,) if isinstance(shape, int) else tuple(shape)):
        found.append(constant(rest % n))
        rest = rest // n
    return tuple(reversed(found))
