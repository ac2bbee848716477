"""Functions that rearrange, under PyTorch's names."""
import builtins
import math

import numpy as np

from .. import ops
from ..autograd import ShapeError, here
from ..backend import namespace
from .common import all_dims, array_of, constant, numpy_words, one_dim, one_or_many

__all__ = ["reshape", "view", "flatten", "unflatten", "ravel", "squeeze", "unsqueeze", "expand_dims",
           "permute", "transpose", "swapaxes", "swapdims", "t", "movedim", "moveaxis", "expand", "expand_as",
           "broadcast_to", "broadcast_tensors", "flip", "fliplr", "flipud", "roll", "rot90", "repeat", "tile",
           "repeat_interleave", "tril", "triu", "diagonal", "diag", "diag_embed", "diagflat", "narrow",
           "select", "unfold", "diff", "adjoint", "view_as", "reshape_as", "numel", "is_floating_point",
           "broadcast_shapes"]


@one_or_many("shape")
def reshape(input, shape):
    """The same elements in another shape; one size may be −1.

    >>> import tinygrad_bio as tg
    >>> tg.arange(6).reshape(2, -1).shape
    (2, 3)
    """
    return _reshaped(input, shape)


def _reshaped(input, shape):
    n = input.array.size if hasattr(input, "array") else input.size
    known = math.prod(k for k in shape if k != -1)
    free = shape.count(-1)
    fits = known == n if free == 0 else free == 1 and known != 0 and n % known == 0
    if not fits or builtins.min(shape, default=0) < -1:
        raise ShapeError(f"reshape{here()}: shape {list(shape)} is impossible for a tensor of shape "
                         f"{tuple(input.shape)}, which has {n} elements")
    return ops.reshape(input, shape=shape)


@one_or_many("size")
def view(input, shape):
    """`reshape`. (Where elements would have to be copied PyTorch's `view` refuses; here they are copied.)"""
    return _reshaped(input, shape)


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


@numpy_words
def unflatten(input, dim, sizes):
    """One dimension as several; one size may be −1."""
    dim, sizes = one_dim(dim, input.ndim, "unflatten"), tuple(sizes)
    size, known = input.shape[dim], math.prod(n for n in sizes if n != -1)
    free = sizes.count(-1)
    if free > 1 or known == 0 or (size % known if free else size != known):
        raise ShapeError(f"unflatten{here()}: {list(sizes)} do not multiply up to {size}, the size of "
                         f"dimension {dim}")
    sizes = tuple(size // known if n == -1 else n for n in sizes)
    return reshape(input, tuple(input.shape[:dim]) + sizes + tuple(input.shape[dim + 1:]))


@numpy_words
def squeeze(input, dim=None):
    """Without the dimensions of size 1: all, or those named."""
    if dim is None:
        dims = range(input.ndim)
    else:
        dims = () if dim == () else all_dims(dim, input.ndim, "squeeze") or ()
    return ops.reshape(input, shape=tuple(n for i, n in enumerate(input.shape) if n != 1 or i not in dims))


@numpy_words
def unsqueeze(input, dim):
    """With a new dimension of size 1 at `dim`."""
    dim = one_dim(dim, input.ndim + 1, "unsqueeze")
    return ops.reshape(input, shape=tuple(input.shape[:dim]) + (1,) + tuple(input.shape[dim:]))


expand_dims = unsqueeze


@numpy_words
@one_or_many("dims")
def permute(input, dims):
    """The dimensions in another order.

    >>> import tinygrad_bio as tg
    >>> tg.zeros(2, 3, 4).permute(2, 0, 1).shape
    (4, 2, 3)
    """
    dims = all_dims(dims, input.ndim, "permute") or ()
    if len(dims) != input.ndim:
        raise ShapeError(f"permute{here()}: {len(dims)} dimensions named for a tensor of {input.ndim} "
                         f"(shape {tuple(input.shape)})")
    return ops.transpose(input, axes=dims)


def transpose(input, dim0, dim1):
    """Two dimensions exchanged."""
    dim0, dim1 = one_dim(dim0, input.ndim, "transpose"), one_dim(dim1, input.ndim, "transpose")
    return ops.swapaxes(input, dim0, dim1) if input.ndim else input


swapdims = transpose


def swapaxes(input, axis0, axis1):
    """NumPy's name for `transpose`."""
    return transpose(input, axis0, axis1)


def t(input):
    """The transpose of a matrix."""
    if input.ndim > 2:
        raise ShapeError(f"t{here()}: expected at most 2 dimensions, got {input.ndim}: write .mT")
    return transpose(input, 0, 1) if input.ndim == 2 else input


def adjoint(input):
    """The last two dimensions exchanged."""
    return transpose(input, -2, -1)


def movedim(input, source, destination):
    """Dimensions moved to other places, the others keeping their order."""
    source = all_dims(source, input.ndim, "movedim") or ()
    destination = all_dims(destination, input.ndim, "movedim") or ()
    if len(source) != len(destination):
        raise ShapeError(f"movedim{here()}: {len(source)} dimensions cannot go to {len(destination)} places")
    order = [d for d in range(input.ndim) if d not in source]
    for to, d in sorted(zip(destination, source)):
        order.insert(to, d)
    return ops.transpose(input, axes=tuple(order))


moveaxis = movedim


@one_or_many("size")
def expand(input, shape):
    """Repeated (without copying) where a size is 1; −1 keeps a size."""
    lead = len(shape) - input.ndim
    full = tuple(input.shape[i - lead] if n == -1 and i >= lead else n for i, n in enumerate(shape))
    if lead < 0 or any(n != k and (k != 1 or n < 0) for n, k in zip(full, (1,) * lead + tuple(input.shape))):
        raise ShapeError(f"expand{here()}: a tensor of shape {tuple(input.shape)} cannot become "
                         f"{tuple(shape)}: only a size of 1 can grow, and new dimensions come first")
    return ops.broadcast_to(input, full)


def expand_as(input, other):
    """Expanded to the shape of another tensor."""
    return expand(input, tuple(other.shape))


@one_or_many("size")
def broadcast_to(input, shape):
    """Expanded to a shape."""
    return expand(input, shape)


def broadcast_shapes(*shapes):
    """The shape that tensors of these shapes are broadcast to."""
    try:
        return np.broadcast_shapes(*(tuple(s) if isinstance(s, (tuple, list)) else s for s in shapes))
    except ValueError:
        raise ShapeError(f"the shapes {', '.join(map(str, shapes))} cannot be broadcast: aligned at the "
                         f"right, sizes must be equal or 1") from None


def broadcast_tensors(*tensors):
    """All tensors expanded to their common shape."""
    shape = broadcast_shapes(*(tuple(x.shape) for x in tensors))
    return tuple(expand(x, shape) for x in tensors)


@numpy_words
@one_or_many("dims")
def flip(input, dims):
    """Backwards along the dimensions."""
    return ops.flip(input, all_dims(dims, input.ndim, "flip") or ())


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
    if isinstance(dims, (tuple, list)):
        shifts = tuple(shifts) if isinstance(shifts, (tuple, list)) else (shifts,)
        return ops.roll(input, shifts, all_dims(dims, input.ndim, "roll"))
    return ops.roll(input, shifts, one_dim(dims, input.ndim, "roll"))


def rot90(input, k=1, dims=(0, 1)):
    """Turned by k quarter turns in the plane of two dimensions."""
    a, b = dims
    k %= 4
    if k == 0:
        return input.clone()
    if k == 2:
        return flip(input, (a, b))
    return transpose(flip(input, b), a, b) if k == 1 else flip(transpose(input, a, b), b)


@one_or_many("repeats")
def repeat(input, repeats):
    """Laid out repeatedly along each dimension (PyTorch's `repeat`, NumPy's `tile`)."""
    if len(repeats) < input.ndim or builtins.min(repeats, default=0) < 0:
        raise ShapeError(f"repeat{here()}: expected a number (not negative) for each of the {input.ndim} "
                         f"dimensions, got {repeats}")
    return ops.tile(input, repeats=repeats)


@one_or_many("dims")
def tile(input, dims):
    """`repeat`, where missing dimensions are repeated once."""
    return repeat(input, (1,) * (input.ndim - len(dims)) + dims)


@numpy_words
def repeat_interleave(input, repeats=None, dim=None):
    """Each element repeated in place: [a, a, b, b]. A tensor (3, 1, …) alone gives places 0, 0, 0, 1, …"""
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
    """On and below a diagonal; 0 above."""
    return ops.tril(input, k=diagonal)


def triu(input, diagonal=0):
    """On and above a diagonal; 0 below."""
    return ops.triu(input, k=diagonal)


def diagonal(input, offset=0, dim1=0, dim2=1):
    """The diagonal of two dimensions, as a new last dimension."""
    return ops.diagonal(input, offset=offset, axis1=one_dim(dim1, input.ndim, "diagonal"),
                        axis2=one_dim(dim2, input.ndim, "diagonal"))


def diagflat(input, offset=0):
    """A matrix with all elements on a diagonal."""
    return diag_embed(reshape(input, -1), offset)


@numpy_words
def select(input, dim, index):
    """The slice at one place of a dimension, without that dimension."""
    return input[(slice(None),) * one_dim(dim, input.ndim, "select") + (int(index),)]


def numel(input):
    """How many elements there are."""
    return input.array.size


def is_floating_point(input):
    """Whether the elements are floats."""
    return input.dtype.kind == "f"


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


@numpy_words
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
    if input.ndim == 0 or not 0 <= size <= input.shape[dim] or step < 1:
        raise ShapeError(f"unfold{here()}: windows of {size}, {step} apart, do not fit into dimension {dim} "
                         f"of shape {tuple(input.shape)}")
    starts = xp.arange(0, input.shape[dim] - size + 1, step)
    windows = input[(slice(None),) * dim + (constant(starts[:, None] + xp.arange(size)),)]
    return movedim(windows, dim + 1, -1)


@numpy_words
def diff(input, n=1, dim=-1, prepend=None, append=None):
    """Differences of neighbours along a dimension, n times."""
    dim = one_dim(dim, input.ndim, "diff")
    if prepend is not None or append is not None:
        input = ops.concatenate([x for x in (prepend, input, append) if x is not None], dim)
    for _ in range(n):
        later = narrow(input, dim, builtins.min(1, input.shape[dim]), builtins.max(input.shape[dim] - 1, 0))
        earlier = narrow(input, dim, 0, later.shape[dim])
        input = later ^ earlier if input.dtype == bool else later - earlier
    return input
