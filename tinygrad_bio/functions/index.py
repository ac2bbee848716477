"""Functions that pick and put elements by place, under PyTorch's names."""
import builtins

import numpy as np

from .. import ops
from ..ops.index import along
from ..autograd import DtypeError, ShapeError, here
from ..backend import add_at, is_array, is_writable, namespace
from .common import array_of, as_tensor, constant, index_array, numpy_words, one_dim
from .running import accumulated

__all__ = ["getitem", "setitem", "gather", "scatter", "scatter_add", "scatter_reduce", "take_along_dim",
           "take_along_axis", "index_select", "index_add", "index_copy", "index_fill", "index_put",
           "masked_fill", "masked_select", "take", "one_hot"]


def plain_index(index, like):
    """An index as NumPy and CuPy understand it: arrays for Tensors and lists, on the device of `like`."""
    if isinstance(index, tuple):
        return tuple(plain_index(i, like) for i in index)
    index = array_of(index)
    if isinstance(index, (list, range)):
        index = namespace(like).asarray([array_of(i) for i in index], dtype=None if len(index) else "int64")
    if is_array(index):
        if index.dtype.kind not in "iub" or index.dtype == "uint8":
            way = ".bool() for a mask, .long() for places" if index.dtype == "uint8" else ".long()"
            raise IndexError(f"an index must hold integers or booleans, not {index.dtype.name}: write {way}")
        if index.dtype != bool and index.ndim == 0:
            return int(index)
        if isinstance(index, np.ndarray) and not isinstance(like, np.ndarray):
            index = namespace(like).asarray(index)              # numbers of the host may index a card's tensor, as in PyTorch
    elif not (index is None or index is Ellipsis or isinstance(index, (int, slice, np.integer))):
        raise IndexError(f"an index must be a number, a slice, None, … or a tensor of integers or booleans, "
                         f"not {index!r}")
    return index


def _in_two_steps(index):
    """``x[0, :, [1, 2]]`` as the two steps ``x[0]`` and ``[:, [1, 2]]`` that it means in PyTorch.

    In NumPy the dimensions of the result would come in another order. None, where one step does the same.
    """
    if not isinstance(index, tuple) or not builtins.any(is_array(p) for p in index):
        return None
    if not builtins.any(_is_number(p) for p in index):
        return None
    numbers, rest = [], []
    for p in index:
        if _is_number(p):
            numbers.append(p)
            continue
        rest.append(p)
        if p is Ellipsis:
            numbers.append(p)
        elif p is not None and not isinstance(p, builtins.bool):
            numbers += [slice(None)] * (p.ndim if is_array(p) and p.dtype == bool else 1)
    return tuple(numbers), tuple(rest)


def _is_number(part):
    return isinstance(part, (int, np.integer)) and not isinstance(part, builtins.bool)


def getitem(input, index):
    """``input[index]``: numbers, slices, None, …, and arrays or tensors of integers or booleans.

    >>> x = tg.tensor([10., 20., 30.])
    >>> x[[0, 0, 2]], x[x > 15]
    (tensor([10., 10., 30.]), tensor([20., 30.]))
    """
    index = plain_index(index, input.array)
    steps = _in_two_steps(index)
    if steps is not None:
        return ops.getitem(ops.getitem(input, index=steps[0]), index=steps[1])
    return ops.getitem(input, index=index)


def setitem(input, index, value):
    """A copy of `input` with `value` at the index; ``input[index] = value`` puts it in place of the input.

    >>> tg.functions.setitem(tg.zeros(3), 1, 7.)
    tensor([0., 7., 0.])
    """
    index = plain_index(index, input.array)
    steps = _in_two_steps(index)
    if steps is not None:
        slice_ = setitem(ops.getitem(input, index=steps[0]), steps[1], value)
        return ops.setitem(input, slice_, index=steps[0])
    if isinstance(value, (builtins.bool, int, float)):
        return ops.fillitem(input, index=index, value=value)
    value = as_tensor(value, input)
    while value.ndim and value.shape[0] == 1 and value.ndim > input.array[index].ndim:
        value = value.reshape(value.shape[1:])                  # (1, 3) fits where (3,) does
    return ops.setitem(input, value if value.dtype == input.dtype else value.to(input.dtype), index=index)


def put(array, index, value):
    """``array[index] = value``: what `setitem` does, without a copy and without a gradient."""
    if value is None or isinstance(value, str):
        raise TypeError(f"x[index] = v{here()}: v is {value!r}, but must be a number, a list of numbers, an array or a tensor")
    index = plain_index(index, array)
    steps = _in_two_steps(index)
    if steps is not None:
        array, index = array[steps[0]], steps[1]
    if not is_array(value) and not isinstance(value, (builtins.bool, int, float)):
        value = array_of(as_tensor(value, constant(array)))
    while getattr(value, "ndim", 0) and value.shape[0] == 1 and value.ndim > array[index].ndim:
        value = value[0]
    namespace(array, value)                                     # raises if they are on different devices
    parts = index if isinstance(index, tuple) else (index,)
    if builtins.any(is_array(p) for p in parts):
        ops.checked(index, array.shape)
    try:
        array[index] = value
    except ValueError as error:
        if not is_writable(array):
            raise RuntimeError(f"x[index] = v{here()}: x cannot be written: {READ_ONLY}") from None
        raise ShapeError(f"x[index] = v{here()}: {error} (x has shape {tuple(array.shape)})") from None


READ_ONLY = ("it is a view with fewer numbers than places, as of expand(), or the array it looks at is read-only: "
             "write into a copy, x = x.clone()")


def _places(index, input, dim, caller):
    """The index of gather and scatter, checked for its shape and range; and the dimension."""
    index, dim = index_array(index, input, caller), one_dim(dim, input.ndim, caller)
    larger = [d for d, (n, k) in enumerate(zip(index.shape, input.shape)) if n > k and d != dim]
    if index.ndim != input.ndim or larger:
        raise ShapeError(f"{caller}{here()}: index has shape {tuple(index.shape)} and input "
                         f"{tuple(input.shape)}; index must have as many dimensions as input, none of them "
                         f"larger (but for dim {dim})")
    return _in_range(index, input.shape[dim] if input.ndim else 1, caller), dim


def _in_range(index, size, caller):
    """Raise if a place does not exist. A negative one is mostly a mark (−1, −100) that ought to have been masked."""
    low, high = (int(index.min()), int(index.max())) if index.size else (0, -1)
    if low < 0 or high >= size:
        raise IndexError(f"{caller}{here()}: index {low if low < 0 else high} is out of range: "
                         f"expected 0 … {size - 1}")
    return index


def _row(index, input, dim, caller):
    """The index of index_select and its kin, a vector of places that exist; and the dimension."""
    index, dim = index_array(index, input, caller), one_dim(dim, input.ndim, caller)
    if index.ndim > 1:
        raise IndexError(f"{caller}{here()}: index must be a vector, but has shape {tuple(index.shape)}")
    return _in_range(index.reshape(-1), input.shape[dim] if input.ndim else 1, caller), dim


@numpy_words
def gather(input, dim, index):
    """``out[i][j] = input[index[i][j]][j]`` for dim 0, ``input[i][index[i][j]]`` for dim 1, and so on.

    >>> tg.gather(tg.tensor([[1., 2.], [3., 4.]]), 1, tg.tensor([[0], [1]]))
    tensor([[1.],
            [4.]])
    """
    index, dim = _places(index, input, dim, "gather")
    if input.ndim == 0:
        return input.reshape(1)[index.reshape(1)].reshape(())
    return ops.gather(input, index=index, axis=dim)


@numpy_words
def scatter(input, dim, index, src=None, *, value=None, reduce=None):
    """A copy of `input` with `src` (or a number) written at ``index`` along `dim`: `gather` reversed.

    >>> tg.scatter(tg.zeros(4), 0, tg.tensor([3, 0]), tg.tensor([5., 6.]))
    tensor([6., 0., 0., 5.])
    """
    index, dim = _places(index, input, dim, "scatter")
    src = value if src is None else src
    if not hasattr(src, "shape"):
        src = constant(namespace(index).full(index.shape, src, dtype=input.dtype))
    _source_fits(index, src, input, "scatter")
    if reduce is None:
        return ops.scatter(input, src, index=index, axis=dim)
    if reduce not in ("add", "multiply"):
        raise RuntimeError(f"scatter: reduce must be 'add' or 'multiply', not {reduce!r}")
    return scatter_reduce(input, dim, constant(index), src, "sum" if reduce == "add" else "prod")


def _source_fits(index, src, input, caller):
    if src.ndim != index.ndim or builtins.any(n > k for n, k in zip(index.shape, src.shape)):
        raise ShapeError(f"{caller}{here()}: src has shape {tuple(src.shape)}, but index has "
                         f"{tuple(index.shape)}: src must not be smaller")
    if src.dtype != input.dtype:
        raise DtypeError(f"{caller}{here()}: src holds {src.dtype.name}, input {input.dtype.name}: write "
                         f"src.to(input.dtype)")


@numpy_words
def scatter_add(input, dim, index, src):
    """A copy of `input` with `src` added at ``index`` along `dim`; places named twice get both.

    >>> tg.scatter_add(tg.zeros(3), 0, tg.tensor([2, 2]), tg.tensor([5., 6.]))
    tensor([ 0.,  0., 11.])
    """
    index, dim = _places(index, input, dim, "scatter_add")
    _source_fits(index, src, input, "scatter_add")
    return ops.scatter_add(input, src, index=index, axis=dim)


@numpy_words
def scatter_reduce(input, dim, index, src, reduce, *, include_self=True):
    """A copy of `input` with the "sum", "mean", "amax", "amin" or "prod" of all that goes to each place.

    That is all of `src` that ``index`` sends to the place along `dim`, and the place's own element if
    `include_self`. Equal extremes share the gradient.

    >>> tg.zeros(2).scatter_reduce(0, tg.tensor([0, 0, 1]), tg.tensor([1., 5., 3.]), "amax")
    tensor([5., 3.])
    """
    if reduce not in ("sum", "mean", "amax", "amin", "prod"):
        raise RuntimeError(f"scatter_reduce: reduce must be 'sum', 'mean', 'amax', 'amin' or 'prod', not "
                           f"{reduce!r}")
    index, dim = _places(index, input, dim, "scatter_reduce")
    _source_fits(index, src, input, "scatter_reduce")
    xp, src = namespace(index), src[tuple(slice(n) for n in index.shape)]
    counts = xp.zeros(input.shape, dtype=input.dtype)
    add_at(counts, along(index, dim), 1)
    touched = constant(counts > 0)
    if reduce in ("sum", "mean"):
        base = input if include_self else ops.where(touched, 0.0, input)
        total = ops.scatter_add(base, src, index=index, axis=dim)
        return total if reduce == "sum" else total / constant(xp.maximum(counts + include_self, 1))
    if reduce == "prod":
        return _scatter_prod(input if include_self else ops.where(touched, 1.0, input), src, index, dim)
    worst = -float("inf") if reduce == "amax" else float("inf")
    base = input if include_self else ops.where(touched, worst, input)
    return ops.scatter_extreme(base, src, index=index, axis=dim, largest=reduce == "amax")


def _scatter_prod(base, src, index, dim):
    """base times what arrives at each place first, times what arrives second, …"""
    xp = namespace(index)
    order = xp.argsort(index, axis=dim, kind="stable")
    ranked = xp.take_along_axis(index, order, dim)
    place = xp.arange(index.shape[dim]).reshape((-1,) + (1,) * (index.ndim - dim - 1))
    first = xp.where(xp.diff(ranked, axis=dim, prepend=-1) != 0, place, 0)
    arrival = place - accumulated(xp, "maximum", first, dim)    # its number among those sent to one place
    src = ops.take_along_axis(src, order, dim)
    for n in range(int(arrival.max()) + 1 if arrival.size else 0):
        now = constant(arrival == n)
        factor = ops.scatter_add(base * 0, ops.where(now, src - 1, 0.0), index=ranked, axis=dim) + 1
        base = base * factor
    return base


@numpy_words
def take_along_dim(input, indices, dim=None):
    """`gather` that broadcasts; the companion of `argsort` and `argmax(keepdim=True)`.

    >>> tg.take_along_dim(tg.tensor([[1, 2], [3, 4]]), tg.tensor([[1], [0]]), dim=1)
    tensor([[2],
            [3]])
    """
    if dim is None:
        return take_along_dim(input.reshape(-1), indices.reshape(-1), 0)
    index, dim = index_array(indices, input, "take_along_dim"), one_dim(dim, input.ndim, "take_along_dim")
    if index.ndim != input.ndim:
        raise ShapeError(f"take_along_dim{here()}: indices have shape {tuple(index.shape)}, input "
                         f"{tuple(input.shape)}: as many dimensions are expected")

    def with_size(shape, n):                                    # n places along dim
        return tuple(shape[:dim]) + (n,) + tuple(shape[dim + 1:])

    common = np.broadcast_shapes(with_size(index.shape, 1), with_size(input.shape, 1))
    index = namespace(index).broadcast_to(index, with_size(common, index.shape[dim]))
    return ops.take_along_axis(ops.broadcast_to(input, with_size(common, input.shape[dim])), index, dim)


def take_along_axis(arr, indices, axis=-1):
    """NumPy's name for `take_along_dim`.

    >>> np.take_along_axis(tg.tensor([[1, 2], [3, 4]]), tg.tensor([[1], [0]]), 1)
    tensor([[2],
            [3]])
    """
    return take_along_dim(arr, indices, axis)


@numpy_words
def index_select(input, dim, index):
    """The slices at `index` along a dimension.

    >>> tg.index_select(tg.tensor([[1, 2], [3, 4]]), 1, tg.tensor([1, 1]))
    tensor([[2, 2],
            [4, 4]])
    """
    index, dim = _row(index, input, dim, "index_select")
    if input.ndim == 0:
        return input.reshape(1)[index].reshape(())
    return ops.getitem(input, index=(slice(None),) * dim + (index,))


@numpy_words
def index_add(input, dim, index, source, *, alpha=1):
    """A copy of `input` with alpha·source added to the slices at `index`; a slice named twice gets both.

    >>> tg.index_add(tg.zeros(3), 0, tg.tensor([0, 2, 2]), tg.tensor([1., 2., 3.]))
    tensor([1., 0., 5.])
    """
    index, dim = _row(index, input, dim, "index_add")
    _slices_fit(index, source, input, dim, "index_add")
    place = ops.checked((slice(None),) * dim + (index,), input.shape)
    source = source if alpha == 1 else source * alpha
    return input + ops.putitem(source, index=place, shape=tuple(input.shape))


def _slices_fit(index, source, input, dim, caller):
    expected = tuple(input.shape[:dim]) + (index.shape[0],) + tuple(input.shape[dim + 1:])
    if tuple(source.shape) != expected:
        raise ShapeError(f"{caller}{here()}: source has shape {tuple(source.shape)}, but {index.shape[0]} "
                         f"places along dimension {dim} of {tuple(input.shape)} take {expected}")
    if source.dtype != input.dtype:
        raise DtypeError(f"{caller}{here()}: source holds {source.dtype.name}, input {input.dtype.name}: "
                         f"write source.to(input.dtype)")


@numpy_words
def index_copy(input, dim, index, source):
    """A copy of `input` with the slices at `index` replaced.

    >>> tg.index_copy(tg.zeros(3), 0, tg.tensor([2, 0]), tg.tensor([5., 6.]))
    tensor([6., 0., 5.])
    """
    index, dim = _row(index, input, dim, "index_copy")
    _slices_fit(index, source, input, dim, "index_copy")
    return setitem(input, (slice(None),) * dim + (index,), source)


@numpy_words
def index_fill(input, dim, index, value):
    """A copy of `input` with one number in the slices at `index`.

    >>> tg.index_fill(tg.zeros(3), 0, tg.tensor([1]), 7)
    tensor([0., 7., 0.])
    """
    dim = one_dim(dim, input.ndim, "index_fill")
    return setitem(input, (slice(None),) * dim + (index_array(index, input, "index_fill"),), value)


def index_put(input, indices, values, accumulate=False):
    """A copy of `input` with values written (or added) at the places that a tuple of index tensors names.

    >>> tg.index_put(tg.zeros(3), (tg.tensor([0, 2]),), tg.tensor([5., 6.]))
    tensor([5., 0., 6.])
    """
    if not accumulate:
        return setitem(input, tuple(indices), values)
    index = ops.checked(plain_index(tuple(indices), input.array), input.shape)
    values = ops.broadcast_to(values, input.array[index].shape)
    return input + ops.putitem(values, index=index, shape=tuple(input.shape))


def masked_fill(input, mask, value):
    """A copy with `value` (a number or a tensor of one) where the mask is True.

    >>> tg.masked_fill(tg.tensor([1., 2.]), tg.tensor([True, False]), 0)
    tensor([0., 2.])
    """
    mask = array_of(mask)
    if mask.dtype != bool:
        raise DtypeError(f"masked_fill{here()}: the mask must hold booleans, not {mask.dtype.name}: write "
                         f"mask != 0")
    if getattr(value, "ndim", 0):
        raise ShapeError(f"masked_fill{here()}: value must be one number, but has shape "
                         f"{tuple(value.shape)}: write where(mask, value, input)")
    if not hasattr(value, "shape"):
        value = input.dtype.type(value)
    filled = ops.where(mask, value, input)
    return filled if filled.dtype == input.dtype else filled.to(input.dtype)


def masked_select(input, mask):
    """The elements where the mask is True, in one row.

    >>> tg.masked_select(tg.tensor([1., 2., 3.]), tg.tensor([True, False, True]))
    tensor([1., 3.])
    """
    mask = array_of(mask)
    if mask.dtype != bool:
        raise DtypeError(f"masked_select{here()}: the mask must hold booleans, not {mask.dtype.name}: write "
                         f"mask != 0")
    shape = np.broadcast_shapes(tuple(input.shape), tuple(mask.shape))
    return ops.broadcast_to(input, shape)[constant(namespace(mask).broadcast_to(mask, shape))]


def take(input, index):
    """Elements by their place in the flattened tensor.

    >>> tg.take(tg.tensor([[1, 2], [3, 4]]), tg.tensor([3, 0]))
    tensor([4, 1])
    """
    return input.reshape(-1)[index]


def one_hot(tensor, num_classes=-1):
    """Class numbers (…) as rows with a single 1 (…, num_classes), int64.

    >>> tg.one_hot(tg.tensor([0, 2]), 3)
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    index = index_array(tensor, tensor, "one_hot", "the class numbers")
    low, high = (int(index.min()), int(index.max())) if index.size else (0, -1)
    n = high + 1 if num_classes == -1 else num_classes
    if low < 0 or high >= n:
        raise IndexError(f"one_hot: class numbers must lie in 0 … {n - 1}, found {low} … {high}")
    return constant((index[..., None] == namespace(index).arange(n)).astype("int64"))
