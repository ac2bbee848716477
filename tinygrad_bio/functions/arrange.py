"""Elements in other places: turned, rolled, repeated, along a diagonal, a part of them. PyTorch's names."""
import builtins

from .. import ops
from ..autograd import ShapeError, here
from ..backend import namespace
from .common import all_dims, array_of, constant, numpy_words, one_dim, one_or_many
from .shape import movedim, reshape, transpose

__all__ = ["flip", "fliplr", "flipud", "roll", "rot90", "repeat", "tile", "repeat_interleave", "tril",
           "triu", "diagonal", "diag", "diag_embed", "diagflat", "narrow", "select", "unfold", "diff"]


@numpy_words
@one_or_many("dims")
def flip(input, dims):
    """Backwards along the dimensions.

    >>> tg.flip(tg.arange(3), dims=[0])
    tensor([2, 1, 0])
    """
    return ops.flip(input, all_dims(dims, input.ndim, "flip") or ())


def fliplr(input):
    """Backwards along the second dimension.

    >>> tg.fliplr(tg.tensor([[1, 2]]))
    tensor([[2, 1]])
    """
    return flip(input, 1)


def flipud(input):
    """Backwards along the first dimension.

    >>> tg.flipud(tg.tensor([1, 2]))
    tensor([2, 1])
    """
    return flip(input, 0)


@numpy_words
def roll(input, shifts, dims=()):
    """Moved along by `shifts`, what falls off coming in at the other end; without `dims`, as one long row.

    >>> tg.roll(tg.arange(4), 1)
    tensor([3, 0, 1, 2])
    """
    if dims is None or dims == ():
        return ops.roll(input.reshape(-1), shifts, 0).reshape(tuple(input.shape))
    if isinstance(dims, (tuple, list)):
        shifts = tuple(shifts) if isinstance(shifts, (tuple, list)) else (shifts,)
        return ops.roll(input, shifts, all_dims(dims, input.ndim, "roll"))
    return ops.roll(input, shifts, one_dim(dims, input.ndim, "roll"))


def rot90(input, k=1, dims=(0, 1)):
    """Turned by k quarter turns in the plane of two dimensions.

    >>> tg.rot90(tg.tensor([[1, 2], [3, 4]]))
    tensor([[2, 4],
            [1, 3]])
    """
    a, b = dims
    k %= 4
    if k == 0:
        return input.clone()
    if k == 2:
        return flip(input, (a, b))
    return transpose(flip(input, b), a, b) if k == 1 else flip(transpose(input, a, b), b)


@one_or_many("repeats")
def repeat(input, repeats):
    """Laid out repeatedly along each dimension (PyTorch's `repeat`, NumPy's `tile`).

    >>> tg.tensor([1, 2]).repeat(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    if len(repeats) < input.ndim or builtins.min(repeats, default=0) < 0:
        raise ShapeError(f"repeat{here()}: expected a number (not negative) for each of the {input.ndim} "
                         f"dimensions, got {repeats}")
    return ops.tile(input, repeats=repeats)


@one_or_many("dims")
def tile(input, dims):
    """`repeat`, where missing dimensions are repeated once.

    >>> tg.tile(tg.tensor([1, 2]), (2,))
    tensor([1, 2, 1, 2])
    """
    return repeat(input, (1,) * (input.ndim - len(dims)) + dims)


@numpy_words
def repeat_interleave(input, repeats=None, dim=None):
    """Each element repeated in place: [a, a, b, b]. A tensor (3, 1, …) alone gives places 0, 0, 0, 1, …

    >>> tg.repeat_interleave(tg.tensor([1, 2]), 2)
    tensor([1, 1, 2, 2])
    """
    if repeats is None:
        input, repeats = constant(namespace(input.array).arange(input.shape[0])), input
    if dim is None:
        input, dim = input.reshape(-1), 0
    dim = one_dim(dim, input.ndim, "repeat_interleave")
    xp = namespace(input.array)
    times = repeats if isinstance(repeats, int) else array_of(repeats).tolist()
    index = xp.repeat(xp.arange(input.shape[dim]), times)
    return input[(slice(None),) * dim + (constant(index),)]


def tril(input, diagonal=0):
    """On and below a diagonal; 0 above.

    >>> tg.tril(tg.ones(2, 2))
    tensor([[1., 0.],
            [1., 1.]])
    """
    return ops.tril(input, k=diagonal)


def triu(input, diagonal=0):
    """On and above a diagonal; 0 below.

    >>> tg.triu(tg.ones(2, 2), diagonal=1)
    tensor([[0., 1.],
            [0., 0.]])
    """
    return ops.triu(input, k=diagonal)


def diagonal(input, offset=0, dim1=0, dim2=1):
    """The diagonal of two dimensions, as a new last dimension.

    >>> tg.diagonal(tg.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    return ops.diagonal(input, offset=offset, axis1=one_dim(dim1, input.ndim, "diagonal"),
                        axis2=one_dim(dim2, input.ndim, "diagonal"))


def diagflat(input, offset=0):
    """A matrix with all elements on a diagonal.

    >>> tg.diagflat(tg.tensor([[1], [2]]))
    tensor([[1, 0],
            [0, 2]])
    """
    return diag_embed(reshape(input, -1), offset)


@numpy_words
def select(input, dim, index):
    """The slice at one place of a dimension, without that dimension.

    >>> tg.select(tg.tensor([[1, 2], [3, 4]]), 1, 0)
    tensor([1, 3])
    """
    return input[(slice(None),) * one_dim(dim, input.ndim, "select") + (int(index),)]


def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    """Zeros with the last dimension on a diagonal of two new ones.

    >>> tg.diag_embed(tg.ones(5, 2)).shape
    (5, 2, 2)
    """
    n = input.ndim + 1
    dim1, dim2 = one_dim(dim1, n, "diag_embed"), one_dim(dim2, n, "diag_embed")
    shape, size = list(input.shape[:-1]), input.shape[-1] + builtins.abs(offset)
    for d in sorted((dim1, dim2)):
        shape.insert(d, size)
    return ops.diagonal_scatter(input, shape=tuple(shape), offset=offset, axis1=dim1, axis2=dim2)


def diag(input, diagonal=0):
    """A matrix's diagonal, or a matrix with this diagonal.

    >>> tg.diag(tg.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    return diag_embed(input, diagonal) if input.ndim == 1 else ops.diagonal(input, offset=diagonal)


@numpy_words
def narrow(input, dim, start, length):
    """`length` places from `start` along a dimension.

    >>> tg.narrow(tg.arange(9), 0, start=2, length=3)
    tensor([2, 3, 4])
    """
    dim = one_dim(dim, input.ndim, "narrow")
    start, n = int(start), input.shape[dim]
    start = start + n if start < 0 else start
    if start < 0 or length < 0 or start + length > n:
        raise RuntimeError(f"narrow: {length} places from {start} do not fit in dimension {dim} of size {n}")
    return input[(slice(None),) * dim + (slice(start, start + length),)]


def unfold(input, dimension, size, step):
    """Every window of `size` places along a dimension, `step` apart, as a new last dimension.

    >>> tg.arange(5).unfold(0, size=3, step=1)
    tensor([[0, 1, 2],
            [1, 2, 3],
            [2, 3, 4]])
    """
    dim = one_dim(dimension, input.ndim, "unfold")
    xp = namespace(input.array)
    if input.ndim == 0 or not 0 <= size <= input.shape[dim] or step < 1:
        raise ShapeError(f"unfold{here()}: windows of {size}, {step} apart, do not fit into dimension {dim} "
                         f"of shape {tuple(input.shape)}")
    starts = xp.arange(0, input.shape[dim] - size + 1, step)
    windows = input[(slice(None),) * dim + (constant(starts[:, None] + xp.arange(size)),)]
    return movedim(windows, dim + 1, -1)


@numpy_words
def diff(input, n=1, dim=-1, prepend=None, append=None):
    """Differences of neighbours along a dimension, n times.

    >>> tg.diff(tg.tensor([1, 4, 9]))
    tensor([3, 5])
    """
    dim = one_dim(dim, input.ndim, "diff")
    if prepend is not None or append is not None:
        input = ops.concatenate([x for x in (prepend, input, append) if x is not None], dim)
    for _ in range(n):
        later = narrow(input, dim, builtins.min(1, input.shape[dim]), builtins.max(input.shape[dim] - 1, 0))
        earlier = narrow(input, dim, 0, later.shape[dim])
        input = later ^ earlier if input.dtype == bool else later - earlier
    return input
