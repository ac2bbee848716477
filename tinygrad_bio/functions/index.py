"""Functions that pick and put elements by place, under PyTorch's names."""
import builtins

from .. import ops
from ..autograd import ShapeError, here
from ..backend import asnumpy, is_array, namespace
from .common import array_of, as_tensor, constant, index_array, numpy_words, one_dim

__all__ = ["getitem", "setitem", "gather", "scatter", "scatter_add", "take_along_dim", "take_along_axis", "index_select", "index_add", "index_copy",
           "index_fill", "masked_fill", "masked_select", "nonzero", "argwhere", "take", "one_hot", "unique", "searchsorted", "bucketize",
           "bincount", "isin"]


def plain_index(index, like):
    """An index as NumPy and CuPy understand it: arrays for Tensors and lists, on the device of the array `like`."""
    if isinstance(index, tuple):
        return tuple(plain_index(i, like) for i in index)
    index = array_of(index)
    if isinstance(index, (list, range)):
        index = namespace(like).asarray(index, dtype=None if len(index) else "int64")
    if is_array(index):
        if index.dtype.kind not in "iub":
            raise IndexError(f"an index must hold integers or booleans, not {index.dtype.name}: write .long()")
        if index.dtype != bool and index.ndim == 0:
            return int(index)
    return index


def getitem(input, index):
    """``input[index]``: numbers, slices, None, …, and arrays or tensors of integers or booleans.

    >>> import tinygrad_bio as tg
    >>> x = tg.tensor([10., 20., 30.])
    >>> x[[0, 0, 2]], x[x > 15]
    (tensor([10., 10., 30.]), tensor([20., 30.]))
    """
    return ops.getitem(input, index=plain_index(index, input.array))


def setitem(input, index, value):
    """A copy of `input` with `value` at the index; ``input[index] = value`` puts it in place of the input."""
    index = plain_index(index, input.array)
    if isinstance(value, (builtins.bool, int, float)):
        return ops.fillitem(input, index=index, value=value)
    value = as_tensor(value, input)
    return ops.setitem(input, value if value.dtype == input.dtype else value.to(input.dtype), index=index)


def _places(index, input, caller):
    index = index_array(index, input, caller)
    if index.ndim != input.ndim:
        raise ShapeError(f"{caller}{here()}: index has {index.ndim} dimensions and input {input.ndim}; they must be equal "
                         f"(shapes {tuple(index.shape)} and {tuple(input.shape)})")
    return index


def gather(input, dim, index):
    """``out[i][j] = input[index[i][j]][j]`` for dim 0, ``input[i][index[i][j]]`` for dim 1, and so on.

    >>> import tinygrad_bio as tg
    >>> tg.gather(tg.tensor([[1., 2.], [3., 4.]]), 1, tg.tensor([[0], [1]]))
    tensor([[1.],
            [4.]])
    """
    return ops.gather(input, index=_places(index, input, "gather"), axis=one_dim(dim, input.ndim, "gather"))


@numpy_words
def scatter(input, dim, index, src=None, *, value=None, reduce=None):
    """A copy of `input` with `src` (or a number) written at ``index`` along `dim`; the reverse of `gather`."""
    if reduce is not None:
        if reduce != "add":
            raise NotImplementedError(f"scatter: reduce={reduce!r} is not supported, only 'add'")
        return scatter_add(input, dim, index, src)
    index = _places(index, input, "scatter")
    src = value if src is None else src
    if not hasattr(src, "shape"):
        src = constant(namespace(index).full(index.shape, src, dtype=input.dtype))
    return ops.scatter(input, src, index=index, axis=one_dim(dim, input.ndim, "scatter"))


def scatter_add(input, dim, index, src):
    """A copy of `input` with `src` added at ``index`` along `dim`; places named twice get both."""
    return ops.scatter_add(input, src, index=_places(index, input, "scatter_add"), axis=one_dim(dim, input.ndim, "scatter_add"))


@numpy_words
def take_along_dim(input, indices, dim=None):
    """`gather` that broadcasts; the companion of `argsort` and `argmax(keepdim=True)`."""
    if dim is None:
        return take_along_dim(input.reshape(-1), indices.reshape(-1), 0)
    return ops.take_along_axis(input, index_array(indices, input, "take_along_dim"), one_dim(dim, input.ndim, "take_along_dim"))


def take_along_axis(arr, indices, axis=-1):
    """NumPy's name for `take_along_dim`."""
    return take_along_dim(arr, indices, axis)


@numpy_words
def index_select(input, dim, index):
    """The slices at `index` along a dimension."""
    return input[(slice(None),) * one_dim(dim, input.ndim, "index_select") + (index,)]


def index_add(input, dim, index, source, *, alpha=1):
    """A copy of `input` with alpha·source added to the slices at `index`; a slice named twice gets both."""
    index = index_array(index, input, "index_add")
    place = (slice(None),) * one_dim(dim, input.ndim, "index_add") + (index,)
    return input + ops.putitem(source if alpha == 1 else source * alpha, index=ops.checked(place, input.shape), shape=tuple(input.shape))


def index_copy(input, dim, index, source):
    """A copy of `input` with the slices at `index` replaced."""
    return setitem(input, (slice(None),) * one_dim(dim, input.ndim, "index_copy") + (index,), source)


def index_fill(input, dim, index, value):
    """A copy of `input` with one number in the slices at `index`."""
    return setitem(input, (slice(None),) * one_dim(dim, input.ndim, "index_fill") + (index,), value)


def masked_fill(input, mask, value):
    """A copy with `value` where the mask is True."""
    mask = array_of(mask)
    if mask.dtype != bool:
        raise TypeError(f"masked_fill{here()}: the mask must hold booleans, not {mask.dtype.name}: write mask != 0")
    return ops.where(mask, value, input)


def masked_select(input, mask):
    """The elements where the mask is True, in one row."""
    xp = namespace(input.array)
    shape = xp.broadcast_shapes(tuple(input.shape), tuple(mask.shape)) if xp.__name__ == "numpy" else \
        xp.broadcast(input.array, array_of(mask)).shape
    return ops.broadcast_to(input, shape)[constant(xp.broadcast_to(array_of(mask), shape))]


def nonzero(input, *, as_tuple=False):
    """The places of the elements that are not zero: one row each, or one tensor for each dimension."""
    places = array_of(input).nonzero()
    if as_tuple:
        return tuple(constant(p) for p in places)
    return constant(namespace(*places).stack(places, axis=1))


def argwhere(input):
    """The places of the elements that are not zero, one row each."""
    return nonzero(input)


def take(input, index):
    """Elements by their place in the flattened tensor."""
    return input.reshape(-1)[index]


def one_hot(tensor, num_classes=-1):
    """Class numbers (…) as rows with a single 1 (…, num_classes), int64.

    >>> import tinygrad_bio as tg
    >>> tg.one_hot(tg.tensor([0, 2]), 3)
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    index = index_array(tensor, tensor, "one_hot", "the class numbers")
    n = int(index.max()) + 1 if num_classes == -1 else num_classes
    if index.size and (int(index.min()) < 0 or int(index.max()) >= n):
        raise RuntimeError(f"one_hot: class numbers must lie in 0 … {n - 1}, found {int(index.min())} … {int(index.max())}")
    return constant((index[..., None] == namespace(index).arange(n)).astype("int64"))


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The different elements in order; on request where each element went, and how often each occurs."""
    found = namespace(array_of(input)).unique(array_of(input), return_inverse=return_inverse, return_counts=return_counts, axis=dim)
    return tuple(constant(f) for f in found) if isinstance(found, tuple) else constant(found)


def searchsorted(sorted_sequence, input, *, right=False):
    """Where the elements would be put into a sorted row so that it stays sorted."""
    row = array_of(sorted_sequence)
    return constant(namespace(row).searchsorted(row, array_of(as_tensor(input, sorted_sequence)), side="right" if right else "left"))


def bucketize(input, boundaries, *, right=False):
    """The number of the bucket between sorted boundaries that each element falls into."""
    return searchsorted(boundaries, input, right=right)


def bincount(input, weights=None, minlength=0):
    """How often each number from 0 on occurs (or the sum of its weights)."""
    return constant(namespace(input.array).bincount(input.array, None if weights is None else array_of(weights), minlength))


def isin(elements, test_elements):
    """Where an element is one of the test elements."""
    return constant(namespace(array_of(elements)).isin(array_of(elements), array_of(test_elements)))


def _host(x):
    return asnumpy(array_of(x))
