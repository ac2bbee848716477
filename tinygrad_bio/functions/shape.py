"""Functions that rearrange, under PyTorch's names."""
import builtins

from .. import ops
from ..autograd import ShapeError, here
from ..backend import namespace
from .common import all_dims, array_of, constant, numpy_words, one_dim, sizes

__all__ = ["reshape", "view", "flatten", "unflatten", "ravel", "squeeze", "unsqueeze", "expand_dims", "permute", "transpose", "swapaxes",
           "swapdims", "t", "movedim", "moveaxis", "expand", "expand_as", "broadcast_to", "broadcast_tensors", "flip", "fliplr", "flipud", "roll",
           "rot90", "cat", "concat", "concatenate", "stack", "vstack", "hstack", "split", "chunk", "tensor_split", "unbind", "repeat", "tile",
           "repeat_interleave", "tril", "triu", "diagonal", "diag", "diag_embed", "narrow", "unfold", "atleast_1d", "atleast_2d", "diff",
           "adjoint", "view_as", "reshape_as"]


def reshape(input, *shape):
    """The same elements in another shape; one size may be −1.

    >>> import tinygrad_bio as tg
    >>> tg.arange(6).reshape(2, -1).shape
    (2, 3)
    """
    shape = sizes(shape)
    known = 1
    for n in shape:
        known *= n if n != -1 else 1
    n = input.array.size if hasattr(input, "array") else input.size
    if shape.count(-1) > 1 or any(k < -1 for k in shape) or (known != n if -1 not in shape else known == 0 or n % known):
        raise ShapeError(f"reshape{here()}: shape {list(shape)} is impossible for a tensor of shape {tuple(input.shape)}, "
                         f"which has {n} elements")
    return ops.reshape(input, shape=shape)


view = reshape


def view_as(input, other):
    """In the shape of another tensor."""
    return reshape(input, tuple(other.shape))


reshape_as = view_as


@numpy_words
def flatten(input, start_dim=0, end_dim=-1):
    """Several dimensions as one: all, or those from `start_dim` to `end_dim`."""
    if input.ndim == 0:
        return reshape(input, 1)
    first, last = one_dim(start_dim, input.ndim, "flatten"), one_dim(end_dim, input.ndim, "flatten")
    size = 1
    for n in input.shape[first:last + 1]:
        size *= n
    return reshape(input, tuple(input.shape[:first]) + (size,) + tuple(input.shape[last + 1:]))


def ravel(input):
    """All dimensions as one."""
    return reshape(input, -1)


def unflatten(input, dim, sizes):
    """One dimension as several."""
    dim = one_dim(dim, input.ndim, "unflatten")
    known = 1
    for n in sizes:
        known *= n if n != -1 else 1
    sizes = tuple(input.shape[dim] // known if n == -1 else n for n in sizes)
    return reshape(input, tuple(input.shape[:dim]) + sizes + tuple(input.shape[dim + 1:]))


@numpy_words
def squeeze(input, dim=None):
    """Without the dimensions of size 1: all, or those named."""
    dims = range(input.ndim) if dim is None else all_dims(dim, input.ndim, "squeeze") or ()
    return ops.reshape(input, shape=tuple(n for i, n in enumerate(input.shape) if not (n == 1 and i in dims)))


@numpy_words
def unsqueeze(input, dim):
    """With a new dimension of size 1 at `dim`."""
    dim = one_dim(dim, input.ndim + 1, "unsqueeze")
    return ops.reshape(input, shape=tuple(input.shape[:dim]) + (1,) + tuple(input.shape[dim:]))


expand_dims = unsqueeze


@numpy_words
def permute(input, *dims):
    """The dimensions in another order.

    >>> import tinygrad_bio as tg
    >>> tg.zeros(2, 3, 4).permute(2, 0, 1).shape
    (4, 2, 3)
    """
    dims = all_dims(sizes(dims), input.ndim, "permute") or ()
    if len(dims) != input.ndim:
        raise ShapeError(f"permute{here()}: {len(dims)} dimensions named for a tensor of {input.ndim} (shape {tuple(input.shape)})")
    return ops.transpose(input, axes=dims)


def transpose(input, dim0, dim1):
    """Two dimensions exchanged."""
    dim0, dim1 = one_dim(dim0, input.ndim, "transpose"), one_dim(dim1, input.ndim, "transpose")
    return ops.swapaxes(input, dim0, dim1) if input.ndim else input


swapaxes = swapdims = transpose


def t(input):
    """The transpose of a matrix."""
    if input.ndim > 2:
        raise ShapeError(f"t{here()}: expected at most 2 dimensions, got {input.ndim}: write .transpose(-2, -1)")
    return transpose(input, 0, 1) if input.ndim == 2 else input


def adjoint(input):
    """The last two dimensions exchanged."""
    return transpose(input, -2, -1)


def movedim(input, source, destination):
    """Dimensions moved to other places, the others keeping their order."""
    source = all_dims(source, input.ndim, "movedim")
    destination = all_dims(destination, input.ndim, "movedim")
    order = [d for d in range(input.ndim) if d not in source]
    for to, d in sorted(zip(destination, source)):
        order.insert(to, d)
    return ops.transpose(input, axes=tuple(order))


moveaxis = movedim


def expand(input, *shape):
    """Repeated (without copying) where a size is 1; −1 keeps a size."""
    shape = sizes(shape)
    lead = len(shape) - input.ndim
    shape = tuple(input.shape[i - lead] if n == -1 and i >= lead else n for i, n in enumerate(shape))
    return ops.broadcast_to(input, shape)


def expand_as(input, other):
    """Expanded to the shape of another tensor."""
    return expand(input, tuple(other.shape))


def broadcast_to(input, shape):
    """Expanded to a shape."""
    return expand(input, tuple(shape))


def broadcast_tensors(*tensors):
    """All tensors expanded to their common shape."""
    import numpy as np
    shape = np.broadcast_shapes(*(tuple(x.shape) for x in tensors))
    return tuple(expand(x, shape) for x in tensors)


@numpy_words
def flip(input, *dims):
    """Backwards along the dimensions."""
    return ops.flip(input, all_dims(sizes(dims), input.ndim, "flip"))


def fliplr(input):
    """Backwards along the second dimension."""
    return flip(input, 1)


def flipud(input):
    """Backwards along the first dimension."""
    return flip(input, 0)


@numpy_words
def roll(input, shifts, dims=None):
    """Moved along by `shifts`, what falls off coming in at the other end; without `dims`, as one long row."""
    if dims is None:
        return ops.roll(input.reshape(-1), shifts, 0).reshape(tuple(input.shape))
    return ops.roll(input, tuple(shifts) if isinstance(shifts, (tuple, list)) else shifts, all_dims(dims, input.ndim, "roll")
                    if isinstance(dims, (tuple, list)) else one_dim(dims, input.ndim, "roll"))


def rot90(input, k=1, dims=(0, 1)):
    """Turned by k quarter turns in the plane of two dimensions."""
    a, b = dims
    k %= 4
    if k == 0:
        return input.clone()
    if k == 2:
        return flip(input, (a, b))
    return transpose(flip(input, b), a, b) if k == 1 else flip(transpose(input, a, b), b)


@numpy_words
def cat(tensors, dim=0):
    """The tensors one after another along a dimension they have.

    >>> import tinygrad_bio as tg
    >>> tg.cat([tg.zeros(2), tg.ones(1)])
    tensor([0., 0., 1.])
    """
    tensors = [x for x in tensors if tuple(x.shape) != (0,)] or list(tensors)[:1]   # PyTorch lets an empty one pass
    if not tensors:
        raise RuntimeError("cat: expected a list of tensors, got an empty one")
    return ops.concatenate(tensors, axis=one_dim(dim, tensors[0].ndim, "cat"))


concat = concatenate = cat


@numpy_words
def stack(tensors, dim=0):
    """The tensors along a new dimension."""
    tensors = list(tensors)
    if not tensors:
        raise RuntimeError("stack: expected a list of tensors, got an empty one")
    if len({tuple(x.shape) for x in tensors}) > 1:
        raise ShapeError(f"stack{here()}: all tensors must have one shape, but they have "
                         f"{', '.join(str(tuple(x.shape)) for x in tensors[:5])}: pad them first, or use cat")
    return ops.stack(tensors, axis=one_dim(dim, tensors[0].ndim + 1, "stack"))


def atleast_1d(input):
    """With at least one dimension."""
    return input if input.ndim else reshape(input, 1)


def atleast_2d(input):
    """With at least two dimensions."""
    return input if input.ndim > 1 else unsqueeze(atleast_1d(input), 0)


def vstack(tensors):
    """Stacked row after row."""
    return cat([atleast_2d(x) for x in tensors], 0)


def hstack(tensors):
    """Side by side."""
    tensors = [atleast_1d(x) for x in tensors]
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


@numpy_words
def split(tensor, split_size_or_sections, dim=0):
    """Pieces of one size (the last may be smaller), or of the given sizes."""
    dim = one_dim(dim, tensor.ndim, "split")
    n, size = tensor.shape[dim], split_size_or_sections
    if isinstance(size, int):
        pieces = [builtins.min(size, n - start) for start in range(0, n, size)] or [0]
    else:
        pieces = list(size)
        if builtins.sum(pieces) != n:
            raise ShapeError(f"split{here()}: the sizes {pieces} sum to {builtins.sum(pieces)}, but dimension {dim} has {n}")
    return ops.split(tensor, sizes=tuple(pieces), axis=dim)


@numpy_words
def chunk(input, chunks, dim=0):
    """At most `chunks` pieces of equal size (the last may be smaller)."""
    n = input.shape[one_dim(dim, input.ndim, "chunk")]
    return split(input, builtins.max(-(-n // chunks), 1), dim)


@numpy_words
def tensor_split(input, indices_or_sections, dim=0):
    """Pieces of nearly equal size, or cut at the given places."""
    dim = one_dim(dim, input.ndim, "tensor_split")
    n, k = input.shape[dim], indices_or_sections
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


def repeat(input, *repeats):
    """Laid out repeatedly along each dimension (PyTorch's `repeat`, NumPy's `tile`)."""
    return ops.tile(input, repeats=sizes(repeats))


def tile(input, *dims):
    """`repeat`, where missing dimensions are repeated once."""
    dims = sizes(dims)
    return repeat(input, (1,) * (input.ndim - len(dims)) + dims)


@numpy_words
def repeat_interleave(input, repeats, dim=None):
    """Each element repeated in place: [a, a, b, b]."""
    if dim is None:
        input, dim = input.reshape(-1), 0
    dim = one_dim(dim, input.ndim, "repeat_interleave")
    xp = namespace(input.array)
    index = xp.repeat(xp.arange(input.shape[dim]), array_of(repeats) if isinstance(repeats, int) else
                      array_of(repeats).tolist())
    return input[(slice(None),) * dim + (constant(index),)]


def tril(input, diagonal=0):
    """On and below a diagonal; 0 above."""
    return ops.tril(input, k=diagonal)


def triu(input, diagonal=0):
    """On and above a diagonal; 0 below."""
    return ops.triu(input, k=diagonal)


def diagonal(input, offset=0, dim1=0, dim2=1):
    """The diagonal of two dimensions, as a new last dimension."""
    return ops.diagonal(input, offset=offset, axis1=one_dim(dim1, input.ndim, "diagonal"),
                        axis2=one_dim(dim2, input.ndim, "diagonal"))


def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    """Zeros with the last dimension on a diagonal of two new ones."""
    n = input.ndim + 1
    dim1, dim2 = one_dim(dim1, n, "diag_embed"), one_dim(dim2, n, "diag_embed")
    shape, size = list(input.shape[:-1]), input.shape[-1] + builtins.abs(offset)
    for d in sorted((dim1, dim2)):
        shape.insert(d, size)
    return ops.diagonal_scatter(input, shape=tuple(shape), offset=offset, axis1=dim1, axis2=dim2)


def diag(input, diagonal=0):
    """A matrix's diagonal, or a matrix with this diagonal."""
    return diag_embed(input, diagonal) if input.ndim == 1 else ops.diagonal(input, offset=diagonal)


def narrow(input, dim, start, length):
    """`length` places from `start` along a dimension."""
    dim = one_dim(dim, input.ndim, "narrow")
    start, n = int(start), input.shape[dim]
    start = start + n if start < 0 else start
    if start < 0 or length < 0 or start + length > n:
        raise RuntimeError(f"narrow: {length} places from {start} do not fit in dimension {dim} of size {n}")
    return input[(slice(None),) * dim + (slice(start, start + length),)]


def unfold(input, dimension, size, step):
    """Every window of `size` places along a dimension, `step` apart, as a new last dimension."""
    dim = one_dim(dimension, input.ndim, "unfold")
    xp = namespace(input.array)
    starts = xp.arange(0, input.shape[dim] - size + 1, step)
    windows = input[(slice(None),) * dim + (constant(starts[:, None] + xp.arange(size)),)]
    return movedim(windows, dim + 1, -1)


@numpy_words
def diff(input, n=1, dim=-1):
    """Differences of neighbours along a dimension, n times."""
    for _ in range(n):
        size = input.shape[dim]
        input = narrow(input, dim, 1, size - 1) - narrow(input, dim, 0, size - 1)
    return input
