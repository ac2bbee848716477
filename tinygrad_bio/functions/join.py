"""Functions that put tensors together and take them apart, under PyTorch's names."""
import builtins
import itertools

from .. import ops
from ..autograd import ShapeError, here
from ..backend import common_dtype
from .common import array_of, numpy_words, one_dim
from .shape import narrow, reshape, squeeze, unsqueeze

__all__ = ["cat", "concat", "concatenate", "stack", "vstack", "hstack", "dstack", "column_stack",
           "block_diag", "atleast_1d", "atleast_2d", "atleast_3d", "split", "chunk", "tensor_split", "unbind",
           "cartesian_prod"]


@numpy_words
def cat(tensors, dim=0):
    """The tensors one after another along a dimension they have.

    >>> import tinygrad_bio as tg
    >>> tg.cat([tg.zeros(2), tg.ones(1)])
    tensor([0., 0., 1.])
    """
    tensors = list(tensors)
    if not tensors:
        raise ShapeError(f"cat{here()}: expected a list of tensors, got an empty one")
    some = [x for x in tensors if tuple(x.shape) != (0,)] or tensors[:1]    # as in PyTorch tensor([]) fits
    shapes = [tuple(x.shape) for x in some]
    dim = one_dim(dim, len(shapes[0]), "cat")
    if () in shapes or len({s[:dim] + ("any",) + s[dim + 1:] for s in shapes}) > 1:
        way = "write stack" if () in shapes else "pad or slice them first"
        raise ShapeError(f"cat{here()}: the tensors must have one shape but for dimension {dim}, but have "
                         f"{', '.join(map(str, shapes[:5]))}: {way}")
    joined = ops.concatenate(some, axis=dim) if len(some) > 1 else some[0].clone()
    return joined if len(some) == len(tensors) else joined.to(common_dtype([array_of(x) for x in tensors]))


concat = concatenate = cat


@numpy_words
def stack(tensors, dim=0):
    """The tensors along a new dimension."""
    tensors = list(tensors)
    if not tensors:
        raise ShapeError(f"stack{here()}: expected a list of tensors, got an empty one")
    if len({tuple(x.shape) for x in tensors}) > 1:
        raise ShapeError(f"stack{here()}: all tensors must have one shape, but they have "
                         f"{', '.join(str(tuple(x.shape)) for x in tensors[:5])}: pad them first, or use cat")
    return ops.stack(tensors, axis=one_dim(dim, tensors[0].ndim + 1, "stack"))


def _each(function, tensors):
    """function(tensor), or a tuple of its results for several tensors or a list of them."""
    if len(tensors) == 1 and not isinstance(tensors[0], (list, tuple)):
        return function(tensors[0])
    return tuple(function(x) for x in (tensors[0] if len(tensors) == 1 else tensors))


def atleast_1d(*tensors):
    """With at least one dimension."""
    return _each(lambda x: x if x.ndim else reshape(x, 1), tensors)


def atleast_2d(*tensors):
    """With at least two dimensions: a vector becomes a row."""
    return _each(lambda x: x if x.ndim > 1 else reshape(x, 1, -1), tensors)


def atleast_3d(*tensors):
    """With at least three dimensions: a vector of n becomes (1, n, 1), a matrix (n, m, 1)."""
    return _each(lambda x: x if x.ndim > 2 else unsqueeze(atleast_2d(x), 2), tensors)


def vstack(tensors):
    """Stacked row after row."""
    return cat([atleast_2d(x) for x in tensors], 0)


def hstack(tensors):
    """Side by side."""
    tensors = [atleast_1d(x) for x in tensors]
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


def dstack(tensors):
    """Stacked along the third dimension."""
    return cat([atleast_3d(x) for x in tensors], 2)


def column_stack(tensors):
    """Side by side; vectors become columns."""
    return cat([reshape(x, -1, 1) if x.ndim < 2 else x for x in tensors], 1)


def block_diag(*tensors):
    """Matrices along the diagonal of a large one, zeros elsewhere."""
    blocks = [atleast_2d(x) for x in tensors]
    columns, start, rows = builtins.sum(b.shape[1] for b in blocks), 0, []
    for b in blocks:
        rows.append(ops.pad(b, ((0, 0), (start, columns - start - b.shape[1]))))
        start += b.shape[1]
    return cat(rows, 0)


def cartesian_prod(*tensors):
    """All combinations of one element from each vector, one row each."""
    if len(tensors) == 1:
        return tensors[0]
    places = list(itertools.product(*(range(x.shape[0]) for x in tensors)))
    return stack([x[[p[i] for p in places]] for i, x in enumerate(tensors)], 1)


@numpy_words
def split(tensor, split_size_or_sections, dim=0):
    """Pieces of one size (the last may be smaller), or of the given sizes.

    >>> import tinygrad_bio as tg
    >>> tg.split(tg.arange(5), 2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    dim = one_dim(dim, tensor.ndim, "split")
    n, size = tensor.shape[dim], split_size_or_sections
    if isinstance(size, int):
        if size < 0 or (size == 0 and n):
            raise ShapeError(f"split{here()}: the size of a piece must be positive, but is {size}")
        pieces = [builtins.min(size, n - start) for start in range(0, n, size)] if n else [0]
    else:
        pieces = [int(k) for k in size]
        if builtins.sum(pieces) != n:
            raise ShapeError(f"split{here()}: the sizes {pieces} sum to {builtins.sum(pieces)}, but "
                             f"dimension {dim} has {n}")
    return ops.split(tensor, sizes=tuple(pieces), axis=dim)


@numpy_words
def chunk(input, chunks, dim=0):
    """At most `chunks` pieces of equal size (the last may be smaller)."""
    dim = one_dim(dim, input.ndim, "chunk")
    if chunks < 1:
        raise ShapeError(f"chunk{here()}: the number of pieces must be positive, but is {chunks}")
    n = input.shape[dim]
    return split(input, -(-n // chunks), dim) if n else split(input, [0] * chunks, dim)


@numpy_words
def tensor_split(input, indices_or_sections=None, dim=0, *, sections=None, indices=None):
    """Pieces of nearly equal size, or cut at the given places."""
    k = next(v for v in (indices_or_sections, sections, indices) if v is not None)
    dim = one_dim(dim, input.ndim, "tensor_split")
    n, k = input.shape[dim], k.tolist() if hasattr(k, "tolist") else k
    if isinstance(k, int):
        return split(input, [n // k + (i < n % k) for i in range(k)], dim)
    cuts = [0] + [builtins.min(builtins.max(c + n if c < 0 else c, 0), n) for c in k] + [n]
    return tuple(narrow(input, dim, a, builtins.max(b - a, 0)) for a, b in zip(cuts, cuts[1:]))


@numpy_words
def unbind(input, dim=0):
    """The slices along a dimension, as a tuple."""
    dim = one_dim(dim, input.ndim, "unbind")
    if input.shape[dim] == 0:
        return ()
    return tuple(squeeze(piece, dim) for piece in split(input, 1, dim))
