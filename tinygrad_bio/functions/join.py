"""Functions that put tensors together and take them apart, under PyTorch's names."""
import builtins
import itertools

from .. import ops
from ..autograd import ShapeError, here
from ..backend import common_dtype
from .common import array_of, numpy_words, one_dim
from .arrange import narrow
from .shape import reshape, squeeze, unsqueeze

__all__ = ["cat", "concat", "concatenate", "stack", "vstack", "hstack", "dstack", "column_stack",
           "block_diag", "atleast_1d", "atleast_2d", "atleast_3d", "split", "split_with_sizes", "chunk",
           "tensor_split", "hsplit", "vsplit", "dsplit", "unbind", "cartesian_prod", "combinations",
           "row_stack"]


@numpy_words
def cat(tensors, dim=0):
    """The tensors one after another along a dimension they have.

    >>> tg.cat([tg.zeros(2), tg.ones(1)])
    tensor([0., 0., 1.])
    """
    tensors = _tensors(tensors, "cat")
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
    """The tensors along a new dimension.

    >>> tg.stack([tg.tensor([1, 2]), tg.tensor([8, 9])])
    tensor([[1, 2],
            [8, 9]])
    """
    tensors = _tensors(tensors, "stack")
    if len({tuple(x.shape) for x in tensors}) > 1:
        raise ShapeError(f"stack{here()}: all tensors must have one shape, but they have "
                         f"{', '.join(str(tuple(x.shape)) for x in tensors[:5])}: pad them first, or use cat")
    return ops.stack(tensors, axis=one_dim(dim, tensors[0].ndim + 1, "stack"))


def _tensors(tensors, caller):
    """The tensors to be put together, as a list; an error for one tensor, for none, and for anything else."""
    if hasattr(tensors, "shape"):
        raise TypeError(f"{caller}{here()}: expected a list of tensors, got a tensor of shape {tuple(tensors.shape)}: write "
                        f"{caller}([a, b]) with brackets")
    tensors = list(tensors)
    if not tensors:
        raise ShapeError(f"{caller}{here()}: expected a list of tensors, got an empty one")
    for i, x in enumerate(tensors):
        if not hasattr(x, "shape"):
            raise TypeError(f"{caller}{here()}: expected a list of tensors, but number {i} is a {type(x).__name__}: write "
                            f"tg.tensor(…) around it (of a list of numbers, tg.tensor([1., 2.]) makes one tensor)")
    return tensors


def _each(function, tensors):
    """function(tensor), or a tuple of its results for several tensors or a list of them."""
    if len(tensors) == 1 and not isinstance(tensors[0], (list, tuple)):
        return function(tensors[0])
    return tuple(function(x) for x in (tensors[0] if len(tensors) == 1 else tensors))


def atleast_1d(*tensors):
    """With at least one dimension.

    >>> tg.atleast_1d(tg.tensor(3)).shape
    (1,)
    """
    return _each(lambda x: x if x.ndim else reshape(x, 1), tensors)


def atleast_2d(*tensors):
    """With at least two dimensions: a vector becomes a row.

    >>> tg.atleast_2d(tg.tensor([3, 4])).shape
    (1, 2)
    """
    return _each(lambda x: x if x.ndim > 1 else reshape(x, 1, -1), tensors)


def atleast_3d(*tensors):
    """With at least three dimensions: a vector of n becomes (1, n, 1), a matrix (n, m, 1).

    >>> tg.atleast_3d(tg.tensor([3, 4])).shape
    (1, 2, 1)
    """
    return _each(lambda x: x if x.ndim > 2 else unsqueeze(atleast_2d(x), 2), tensors)


def vstack(tensors):
    """Stacked row after row.

    >>> tg.vstack([tg.tensor([1, 2]), tg.tensor([8, 9])])
    tensor([[1, 2],
            [8, 9]])
    """
    return cat([atleast_2d(x) for x in _tensors(tensors, "vstack")], 0)


def hstack(tensors):
    """Side by side.

    >>> tg.hstack([tg.tensor([1, 2]), tg.tensor([8])])
    tensor([1, 2, 8])
    """
    tensors = [atleast_1d(x) for x in _tensors(tensors, "hstack")]
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


def dstack(tensors):
    """Stacked along the third dimension.

    >>> tg.dstack([tg.tensor([1, 2]), tg.tensor([8, 9])]).shape
    (1, 2, 2)
    """
    return cat([atleast_3d(x) for x in _tensors(tensors, "dstack")], 2)


def column_stack(tensors):
    """Side by side; vectors become columns.

    >>> tg.column_stack([tg.tensor([1, 2]), tg.tensor([8, 9])])
    tensor([[1, 8],
            [2, 9]])
    """
    return cat([reshape(x, -1, 1) if x.ndim < 2 else x for x in _tensors(tensors, "column_stack")], 1)


def block_diag(*tensors):
    """Matrices along the diagonal of a large one, zeros elsewhere.

    >>> tg.block_diag(tg.ones(1, 2), tg.tensor([[5.]]))
    tensor([[1., 1., 0.],
            [0., 0., 5.]])
    """
    blocks = [atleast_2d(x) for x in tensors]
    columns, start, rows = builtins.sum(b.shape[1] for b in blocks), 0, []
    for b in blocks:
        rows.append(ops.pad(b, ((0, 0), (start, columns - start - b.shape[1]))))
        start += b.shape[1]
    return cat(rows, 0)


def cartesian_prod(*tensors):
    """All combinations of one element from each vector, one row each.

    >>> tg.cartesian_prod(tg.tensor([1, 2]), tg.tensor([8, 9]))
    tensor([[1, 8],
            [1, 9],
            [2, 8],
            [2, 9]])
    """
    if len(tensors) == 1:
        return tensors[0]
    places = list(itertools.product(*(range(x.shape[0]) for x in tensors)))
    return stack([x[[p[i] for p in places]] for i, x in enumerate(tensors)], 1)


def combinations(input, r=2, with_replacement=False):
    """All combinations of r elements of a vector, one row each, in order; `with_replacement` an element may
    come again.

    >>> tg.combinations(tg.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    if input.ndim != 1 or r < 0:
        raise ShapeError(f"combinations{here()}: expected a vector and r ≥ 0, got shape {tuple(input.shape)} "
                         f"and r = {r}")
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = list(choose(range(input.shape[0]), r)) if r else []
    return reshape(input[[i for row in places for i in row]], len(places), r)


row_stack = vstack


@numpy_words
def split(tensor, split_size_or_sections, dim=0):
    """Pieces of one size (the last may be smaller), or of the given sizes.

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
    """At most `chunks` pieces of equal size (the last may be smaller).

    >>> tg.chunk(tg.arange(5), 2)
    (tensor([0, 1, 2]), tensor([3, 4]))
    """
    dim = one_dim(dim, input.ndim, "chunk")
    if chunks < 1:
        raise ShapeError(f"chunk{here()}: the number of pieces must be positive, but is {chunks}")
    n = input.shape[dim]
    return split(input, -(-n // chunks), dim) if n else split(input, [0] * chunks, dim)


@numpy_words
def tensor_split(input, indices_or_sections=None, dim=0, *, sections=None, indices=None):
    """Pieces of nearly equal size, or cut at the given places.

    >>> tg.tensor_split(tg.arange(5), [2, 3])
    (tensor([0, 1]), tensor([2]), tensor([3, 4]))
    """
    k = next(v for v in (indices_or_sections, sections, indices) if v is not None)
    dim = one_dim(dim, input.ndim, "tensor_split")
    n, k = input.shape[dim], k.tolist() if hasattr(k, "tolist") else k
    if isinstance(k, int):
        return split(input, [n // k + (i < n % k) for i in range(k)], dim)
    cuts = [0] + [builtins.min(builtins.max(c + n if c < 0 else c, 0), n) for c in k] + [n]
    return tuple(narrow(input, dim, a, builtins.max(b - a, 0)) for a, b in zip(cuts, cuts[1:]))


def hsplit(input, indices_or_sections=None, *, sections=None, indices=None):
    """Pieces side by side, along dimension 1 (0 of a vector): so many of one size, or cut at the given
    places.

    >>> tg.hsplit(tg.arange(4), 2)
    (tensor([0, 1]), tensor([2, 3]))
    """
    dim = 1 if input.ndim > 1 else 0
    return _equal_pieces(input, indices_or_sections, sections, indices, dim, 1, "hsplit")


def vsplit(input, indices_or_sections=None, *, sections=None, indices=None):
    """Pieces above each other, along dimension 0: so many of one size, or cut at the given places.

    >>> [piece.shape for piece in tg.vsplit(tg.ones(4, 3), [1, 2])]
    [(1, 3), (1, 3), (2, 3)]
    """
    return _equal_pieces(input, indices_or_sections, sections, indices, 0, 2, "vsplit")


def dsplit(input, indices_or_sections=None, *, sections=None, indices=None):
    """Pieces behind each other, along dimension 2: so many of one size, or cut at the given places.

    >>> [piece.shape for piece in tg.dsplit(tg.ones(2, 3, 4), 2)]
    [(2, 3, 2), (2, 3, 2)]
    """
    return _equal_pieces(input, indices_or_sections, sections, indices, 2, 3, "dsplit")


def _equal_pieces(input, either, sections, indices, dim, ndim, caller):
    k = next(v for v in (either, sections, indices) if v is not None)
    if input.ndim < ndim:
        raise ShapeError(f"{caller}{here()}: expected {ndim} dimensions or more, got shape "
                         f"{tuple(input.shape)}")
    if isinstance(k, int) and (k < 1 or input.shape[dim] % k):
        raise ShapeError(f"{caller}{here()}: dimension {dim} of shape {tuple(input.shape)} cannot be cut "
                         f"into {k} equal pieces: tensor_split makes some longer than others")
    return tensor_split(input, k, dim)


def split_with_sizes(input, split_sizes, dim=0):
    """`split` into pieces of given sizes.

    >>> tg.split_with_sizes(tg.arange(4), [1, 3])
    (tensor([0]), tensor([1, 2, 3]))
    """
    return split(input, split_sizes, dim)


@numpy_words
def unbind(input, dim=0):
    """The slices along a dimension, as a tuple.

    >>> tg.unbind(tg.tensor([[1, 2], [3, 4]]))
    (tensor([1, 2]), tensor([3, 4]))
    """
    dim = one_dim(dim, input.ndim, "unbind")
    if input.shape[dim] == 0:
        return ()
    return tuple(squeeze(piece, dim) for piece in split(input, 1, dim))
