"""The same elements in another shape, under PyTorch's names."""
import builtins
import math

import numpy as np

from .. import ops
from ..autograd import ShapeError, here
from ..size import Size
from .common import all_dims, numpy_words, one_dim, one_or_many

__all__ = ["reshape", "view", "flatten", "unflatten", "ravel", "squeeze", "unsqueeze", "expand_dims",
           "permute", "transpose", "swapaxes", "swapdims", "t", "movedim", "moveaxis", "expand", "expand_as",
           "broadcast_to", "broadcast_tensors", "adjoint", "view_as", "reshape_as", "numel",
           "is_floating_point", "broadcast_shapes"]


@one_or_many("shape")
def reshape(input, shape):
    """The same elements in another shape; one size may be −1.

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
    """`reshape`. (Where elements would have to be copied PyTorch's `view` refuses; here they are copied.)

    >>> tg.arange(6).view(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    return _reshaped(input, shape)


def view_as(input, other):
    """In the shape of another tensor.

    >>> tg.arange(6).view_as(tg.ones(2, 3)).shape
    (2, 3)
    """
    return reshape(input, tuple(other.shape))


reshape_as = view_as


@numpy_words
def flatten(input, start_dim=0, end_dim=-1):
    """Several dimensions as one: all, or those from `start_dim` to `end_dim`.

    >>> tg.flatten(tg.ones(2, 3, 4), start_dim=1).shape
    (2, 12)
    """
    if input.ndim == 0:
        return reshape(input, 1)
    first, last = one_dim(start_dim, input.ndim, "flatten"), one_dim(end_dim, input.ndim, "flatten")
    size = 1
    for n in input.shape[first:last + 1]:
        size *= n
    return reshape(input, tuple(input.shape[:first]) + (size,) + tuple(input.shape[last + 1:]))


def ravel(input):
    """All dimensions as one.

    >>> tg.ravel(tg.tensor([[1, 2], [3, 4]]))
    tensor([1, 2, 3, 4])
    """
    return reshape(input, -1)


@numpy_words
def unflatten(input, dim, sizes):
    """One dimension as several; one size may be −1.

    >>> tg.unflatten(tg.ones(2, 6), 1, (2, 3)).shape
    (2, 2, 3)
    """
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
    """Without the dimensions of size 1: all, or those named.

    >>> tg.squeeze(tg.ones(1, 2, 1)).shape
    (2,)
    """
    if dim is None:
        dims = range(input.ndim)
    else:
        dims = () if dim == () else all_dims(dim, input.ndim, "squeeze") or ()
    return ops.reshape(input, shape=tuple(n for i, n in enumerate(input.shape) if n != 1 or i not in dims))


@numpy_words
def unsqueeze(input, dim):
    """With a new dimension of size 1 at `dim`.

    >>> tg.unsqueeze(tg.tensor([1, 2]), 1)
    tensor([[1],
            [2]])
    """
    dim = one_dim(dim, input.ndim + 1, "unsqueeze")
    return ops.reshape(input, shape=tuple(input.shape[:dim]) + (1,) + tuple(input.shape[dim:]))


expand_dims = unsqueeze


@numpy_words
@one_or_many("dims")
def permute(input, dims):
    """The dimensions in another order.

    >>> tg.zeros(2, 3, 4).permute(2, 0, 1).shape
    (4, 2, 3)
    """
    dims = all_dims(dims, input.ndim, "permute") or ()
    if len(dims) != input.ndim:
        raise ShapeError(f"permute{here()}: {len(dims)} dimensions named for a tensor of {input.ndim} "
                         f"(shape {tuple(input.shape)})")
    return ops.transpose(input, axes=dims)


def transpose(input, dim0, dim1):
    """Two dimensions exchanged.

    >>> tg.transpose(tg.ones(2, 3, 4), 1, 2).shape
    (2, 4, 3)
    """
    dim0, dim1 = one_dim(dim0, input.ndim, "transpose"), one_dim(dim1, input.ndim, "transpose")
    return ops.swapaxes(input, dim0, dim1) if input.ndim else input


swapdims = transpose


def swapaxes(input, axis0, axis1):
    """NumPy's name for `transpose`.

    >>> tg.swapaxes(tg.ones(2, 3, 4), 0, 1).shape
    (3, 2, 4)
    """
    return transpose(input, axis0, axis1)


def t(input):
    """The transpose of a matrix.

    >>> tg.t(tg.tensor([[1, 2], [3, 4]]))
    tensor([[1, 3],
            [2, 4]])
    """
    if input.ndim > 2:
        raise ShapeError(f"t{here()}: expected at most 2 dimensions, got {input.ndim}: write .mT")
    return transpose(input, 0, 1) if input.ndim == 2 else input


def adjoint(input):
    """The last two dimensions exchanged.

    >>> tg.adjoint(tg.tensor([[1, 2], [3, 4]]))
    tensor([[1, 3],
            [2, 4]])
    """
    return transpose(input, -2, -1)


def movedim(input, source, destination):
    """Dimensions moved to other places, the others keeping their order.

    >>> tg.movedim(tg.ones(2, 3, 4), 0, -1).shape
    (3, 4, 2)
    """
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
    """Repeated (without copying) where a size is 1; −1 keeps a size.

    >>> tg.tensor([[1], [2]]).expand(-1, 3)
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    lead = len(shape) - input.ndim
    full = tuple(input.shape[i - lead] if n == -1 and i >= lead else n for i, n in enumerate(shape))
    if lead < 0 or any(n != k and (k != 1 or n < 0) for n, k in zip(full, (1,) * lead + tuple(input.shape))):
        raise ShapeError(f"expand{here()}: a tensor of shape {tuple(input.shape)} cannot become "
                         f"{tuple(shape)}: only a size of 1 can grow, and new dimensions come first")
    return ops.broadcast_to(input, full)


def expand_as(input, other):
    """Expanded to the shape of another tensor.

    >>> tg.tensor([1, 2]).expand_as(tg.ones(3, 2)).shape
    (3, 2)
    """
    return expand(input, tuple(other.shape))


@one_or_many("size")
def broadcast_to(input, shape):
    """Expanded to a shape.

    >>> tg.broadcast_to(tg.tensor([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])
    """
    return expand(input, shape)


def broadcast_shapes(*shapes):
    """The shape that tensors of these shapes are broadcast to.

    >>> tg.broadcast_shapes((3, 1), (4,))
    (3, 4)
    """
    try:
        return Size(np.broadcast_shapes(*(tuple(s) if isinstance(s, (tuple, list)) else s for s in shapes)))
    except ValueError:
        raise ShapeError(f"the shapes {', '.join(map(str, shapes))} cannot be broadcast: aligned at the "
                         f"right, sizes must be equal or 1") from None


def broadcast_tensors(*tensors):
    """All tensors expanded to their common shape.

    >>> [t.shape for t in tg.broadcast_tensors(tg.ones(3, 1), tg.ones(4))]
    [(3, 4), (3, 4)]
    """
    shape = broadcast_shapes(*(tuple(x.shape) for x in tensors))
    return tuple(expand(x, shape) for x in tensors)


def numel(input):
    """How many elements there are.

    >>> tg.numel(tg.ones(2, 3))
    6
    """
    return input.array.size


def is_floating_point(input):
    """Whether the elements are floats.

    >>> tg.is_floating_point(tg.tensor([1, 2]))
    False
    """
    return input.dtype.kind == "f"
