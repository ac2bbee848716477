"""Making tensors: filled, ranged, random. Random numbers come from a seeded generator and are drawn on the host."""
import numpy as np

from . import autograd, backend
from .autograd import DtypeError, ShapeError, new_tensor
from .backend import is_array
from .functions.common import sizes, whole

__all__ = ["tensor", "as_tensor", "from_numpy", "zeros", "ones", "empty", "full", "eye", "arange", "linspace",
           "logspace", "meshgrid", "rand", "randn", "randint", "randperm", "normal", "bernoulli",
           "multinomial", "rand_like", "randn_like", "randint_like", "FloatTensor", "DoubleTensor",
           "LongTensor", "IntTensor", "BoolTensor", "ByteTensor", "HalfTensor", "ShortTensor", "CharTensor", "tril_indices",
           "triu_indices", "is_tensor", "scalar_tensor", "asarray", "poisson", "binomial"]


def tensor(data, dtype=None, device=None, requires_grad=False):
    """A tensor with a copy of the data: a number, (nested) lists, an array.

    Python floats become float32 (see `set_default_dtype`), integers int64; arrays keep their dtype.

    >>> tg.tensor([[1, 2], [3, 4]]).dtype, tg.tensor(0.5).dtype
    (dtype('int64'), dtype('float32'))
    """
    array = as_array(data, None if dtype is None else np.dtype(dtype))
    if is_array(data) or isinstance(data, autograd.Tensor):
        array = array.copy()
    made = new_tensor(array if device is None else backend.to_device(array, device), None)
    if requires_grad:
        made.requires_grad = True
    return made


def as_array(data, dtype=None):
    """Numbers, lists (of lists, of Tensors), arrays and Tensors as an array in the right dtype."""
    if isinstance(data, autograd.Tensor):
        data = data.array
    if is_array(data):
        array = data if dtype is None else data.astype(dtype, copy=False)
    else:
        try:
            array = np.asarray(_without_tensors(data), dtype=dtype)
        except (ValueError, TypeError) as error:
            raise _no_array(data, str(error), ShapeError if "inhomogeneous" in str(error) else DtypeError) from None
        if dtype is None and array.dtype.kind in "if":
            array = array.astype(_dtype_of_list(data, array.dtype.kind), copy=False)
    if array.dtype.kind not in "biufc":
        raise _no_array(data, f"NumPy makes {array.dtype} of it")
    return backend.with_own_dtype(array)


def _no_array(data, why, kind=DtypeError):
    return kind(f"tensor: expected numbers in (nested) lists of equal length or an array, got {type(data).__name__} "
                     f"{repr(data)[:60]} ({why}). Encode text as numbers first, and pad rows to one length")


_PLAIN = {bool, int, float}


def _without_tensors(data):
    if isinstance(data, (list, tuple)):
        return data if _PLAIN.issuperset(map(type, data)) else [_without_tensors(d) for d in data]
    return backend.asnumpy(data.array) if isinstance(data, autograd.Tensor) else data


def _dtype_of_list(data, kind):
    """The widest dtype in nested lists. Python's numbers count as int64 and the default float."""
    pythons = {bool: backend.bool_, int: backend.int64}
    other = backend.int64 if kind == "i" else backend.get_default_dtype()
    found = [d if isinstance(d, np.dtype) else pythons.get(d, other) for d in _dtypes_within([data], set())]
    return np.result_type(*[d for d in found if d.kind == kind] or [other])


def _dtypes_within(data, found):
    """The dtypes in nested lists, of Python's numbers the classes."""
    classes = set(map(type, data))
    if classes <= _PLAIN:
        found |= classes
    else:
        for d in data:
            if isinstance(d, (list, tuple)):
                _dtypes_within(d, found)
            else:
                found.add(getattr(d, "dtype", type(d)))
    return found


def _made(array, dtype, device, requires_grad):
    """A tensor of a NumPy array in a dtype, on a device."""
    made = new_tensor(backend.to_device(array if dtype is None else array.astype(dtype, copy=False), device or "cpu"), None)
    if requires_grad:
        made.requires_grad = True
    return made


def is_tensor(obj):
    """Whether it is a Tensor.

    >>> tg.is_tensor([1, 2])
    False
    """
    return isinstance(obj, autograd.Tensor)


def as_tensor(data, dtype=None, device=None):
    """A tensor that shares memory with the data if it can: a Tensor or array of the right dtype on the right device.

    >>> tg.as_tensor([1, 2])
    tensor([1, 2])
    """
    if isinstance(data, autograd.Tensor):
        return data.to(*(x for x in (dtype, device) if x is not None))
    made = new_tensor(as_array(data, None if dtype is None else np.dtype(dtype)), None)
    return made if device is None else made.to(device)


def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=None):
    """A tensor of numbers, lists, an array or a Tensor: sharing memory if it can, unless `copy` says True (copy) or False (share).

    >>> a = np.zeros(2)
    >>> tg.asarray(a).add_(1.)
    tensor([1., 1.], dtype=float64)
    >>> a
    array([1., 1.])
    """
    made = as_tensor(obj, dtype, device)
    source = obj.array if isinstance(obj, autograd.Tensor) else obj
    shared = is_array(source) and np.may_share_memory(made.array, source) if made.device.type == "cpu" else made is obj
    if copy is False and not shared:
        raise ValueError(f"asarray: a {type(obj).__name__} cannot be shared in dtype {made.dtype.name} on {made.device} without "
                         f"copying: leave out copy=False")
    made = made.clone() if copy and shared else made
    if requires_grad is None:
        return made
    return made if requires_grad and made.requires_grad else made.detach().requires_grad_(requires_grad)


def from_numpy(ndarray):
    """A tensor that shares memory with a NumPy array.

    >>> tg.from_numpy(np.zeros(2)).dtype
    dtype('float64')
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"from_numpy: expected a NumPy array, got {type(ndarray).__name__}: write tg.tensor(...)")
    return new_tensor(as_array(ndarray), None)


def full(size, fill_value, *, dtype=None, device=None, requires_grad=False):
    """One number everywhere.

    >>> tg.full((2,), 7.)
    tensor([7., 7.])
    """
    if dtype is None:
        dtype = backend._scalar_dtype(fill_value)
    return _made(np.full(_size((size,), None), fill_value, dtype=dtype), None, device, requires_grad)


def scalar_tensor(s, *, dtype=None, device=None, requires_grad=False):
    """A tensor of one number, as float unless said otherwise.

    >>> tg.scalar_tensor(3)
    tensor(3.)
    """
    return tensor(s, backend.get_default_dtype() if dtype is None else dtype, device, requires_grad)


def _size(shape, size):
    """``zeros(2, 3)``, ``zeros((2, 3))`` and ``zeros(size=(2, 3))`` alike."""
    size = sizes(shape if size is None else (size,))
    if any(n < 0 for n in size):
        raise ShapeError(f"a size must not be negative: {size}")
    return size


def zeros(*shape, size=None, dtype=None, device=None, requires_grad=False):
    """Zeros.

    >>> tg.zeros(2, 2)
    tensor([[0., 0.],
            [0., 0.]])
    """
    return _made(np.zeros(_size(shape, size), dtype=dtype or backend.get_default_dtype()), None, device, requires_grad)


def ones(*shape, size=None, dtype=None, device=None, requires_grad=False):
    """Ones.

    >>> tg.ones(2)
    tensor([1., 1.])
    """
    return _made(np.ones(_size(shape, size), dtype=dtype or backend.get_default_dtype()), None, device, requires_grad)


def empty(*shape, size=None, dtype=None, device=None, requires_grad=False):
    """Zeros, under the name of PyTorch's uninitialised tensors: nothing is left to chance here.

    >>> tg.empty(2, 3).shape
    (2, 3)
    """
    return zeros(*shape, size=size, dtype=dtype, device=device, requires_grad=requires_grad)


def eye(n, m=None, *, dtype=None, device=None, requires_grad=False):
    """The identity matrix.

    >>> tg.eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    n, m = whole(n, "n", "eye"), None if m is None else whole(m, "m", "eye")
    return _made(np.eye(n, m, dtype=dtype or backend.get_default_dtype()), None, device, requires_grad)


def arange(start=0, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """Numbers from `start` up to, not including, `end`.

    >>> tg.arange(4)
    tensor([0, 1, 2, 3])
    """
    start, end = (0, start) if end is None else (start, end)
    if step == 0 or (end - start) / step < 0:
        raise RuntimeError(f"arange: no way leads from {start} to {end} in steps of {step}")
    whole = all(isinstance(v, (int, np.integer)) for v in (start, end, step))
    dtype = dtype or (backend.int64 if whole else backend.get_default_dtype())
    return _made(np.arange(start, end, step), dtype, device, requires_grad)


def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False):
    """`steps` numbers evenly from `start` to `end`, both included.

    >>> tg.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    return _made(np.linspace(start, end, whole(steps, "steps", "linspace")), dtype or backend.get_default_dtype(), device, requires_grad)


def logspace(start, end, steps, base=10.0, *, dtype=None, device=None, requires_grad=False):
    """base to the powers from `start` to `end`.

    >>> tg.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    return _made(np.logspace(start, end, whole(steps, "steps", "logspace"), base=base), dtype or backend.get_default_dtype(), device, requires_grad)


def meshgrid(*tensors, indexing="ij"):
    """The coordinates of a grid, one tensor for each direction.

    >>> rows, columns = tg.meshgrid(tg.arange(2), tg.arange(3))
    >>> columns
    tensor([[0, 1, 2],
            [0, 1, 2]])
    """
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tensors[0]
    shape = tuple(len(x) for x in tensors)
    grid = [x.reshape((1,) * i + (-1,) + (1,) * (len(shape) - i - 1)).expand(shape) for i, x in enumerate(tensors)]
    return tuple(g.transpose(0, 1) for g in grid) if indexing == "xy" else tuple(grid)


def tril_indices(row, col, offset=0, *, dtype=None, device=None, requires_grad=False):
    """The places on and below a diagonal, (2, n).

    >>> tg.tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """
    return _made(np.stack(np.tril_indices(row, offset, col)), dtype, device, requires_grad)


def triu_indices(row, col, offset=0, *, dtype=None, device=None, requires_grad=False):
    """The places on and above a diagonal, (2, n).

    >>> tg.triu_indices(2, 2)
    tensor([[0, 0, 1],
            [0, 1, 1]])
    """
    return _made(np.stack(np.triu_indices(row, offset, col)), dtype, device, requires_grad)


# ----------------------------------------------------------------------------------------------------- random

def _rng(generator):
    return (generator or backend.default_generator).numpy


def rand(*shape, size=None, generator=None, dtype=None, device=None, requires_grad=False):
    """Evenly distributed between 0 and 1.

    >>> g = tg.Generator().manual_seed(1)
    >>> a = tg.rand(3, generator=g)
    >>> bool((a == tg.rand(3, generator=g.manual_seed(1))).all())
    True
    """
    return _made(_rng(generator).random(_size(shape, size)), dtype or backend.get_default_dtype(), device, requires_grad)


def randn(*shape, size=None, generator=None, dtype=None, device=None, requires_grad=False):
    """From a normal distribution with mean 0 and standard deviation 1.

    >>> tg.randn(2, 3).shape
    (2, 3)
    """
    return _made(_rng(generator).standard_normal(_size(shape, size)), dtype or backend.get_default_dtype(), device, requires_grad)


def randint(low=0, high=None, size=None, *, generator=None, dtype=None, device=None, requires_grad=False):
    """Whole numbers from `low` (0 if left out) up to, not including, `high`.

    >>> bool((tg.randint(3, 9, (100,)) < 9).all())
    True
    """
    if size is None and high is not None:       # randint(high, size)
        high, size = None, high
    if high is None:
        low, high = 0, low
    if low >= high:
        raise RuntimeError(f"randint: no whole number lies from {low} up to, not including, {high}")
    return _made(_rng(generator).integers(low, high, _size((size,), None)), dtype or backend.int64, device, requires_grad)


def randperm(n, *, generator=None, dtype=None, device=None, requires_grad=False):
    """The numbers 0 … n − 1 in random order.

    >>> tg.randperm(4).sort().values
    tensor([0, 1, 2, 3])
    """
    return _made(_rng(generator).permutation(whole(n, "n", "randperm")), dtype or backend.int64, device, requires_grad)


def rand_like(input, *, generator=None, dtype=None, device=None, requires_grad=False):
    """`rand` in the shape, dtype and place of another tensor.

    >>> tg.rand_like(tg.ones(2, 3)).shape
    (2, 3)
    """
    return rand(size=input.shape, generator=generator, dtype=dtype or input.dtype, device=device or input.device, requires_grad=requires_grad)


def randn_like(input, *, generator=None, dtype=None, device=None, requires_grad=False):
    """`randn` in the shape, dtype and place of another tensor.

    >>> tg.randn_like(tg.ones(2, 3)).shape
    (2, 3)
    """
    return randn(size=input.shape, generator=generator, dtype=dtype or input.dtype, device=device or input.device, requires_grad=requires_grad)


def randint_like(input, low=0, high=None, *, generator=None, dtype=None, device=None, requires_grad=False):
    """`randint` in the shape, dtype and place of another tensor.

    >>> tg.randint_like(tg.ones(2, 3), 9).shape
    (2, 3)
    """
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, tuple(input.shape), generator=generator, dtype=dtype or input.dtype,
                   device=device or input.device, requires_grad=requires_grad)


def normal(mean, std=1.0, size=None, *, generator=None, dtype=None, device=None, requires_grad=False):
    """From normal distributions: numbers and a size, or tensors of means and standard deviations.

    >>> tg.normal(0, 1, (2, 3)).shape
    (2, 3)
    """
    if size is None:
        like = mean if isinstance(mean, autograd.Tensor) else std
        return mean + std * randn(*like.shape, generator=generator, dtype=like.dtype, device=like.device)
    made = mean + std * randn(*size, generator=generator, dtype=dtype, device=device)
    return made.requires_grad_(requires_grad)


def bernoulli(input, p=None, *, generator=None):
    """1 with the probability in `input` (or, in its shape, with the probability `p`), else 0.

    >>> tg.bernoulli(tg.tensor([0., 1.]))
    tensor([0., 1.])
    """
    if p is not None:
        input = input.new_full(tuple(input.shape), p)
    if not bool(((input >= 0) & (input <= 1)).all()):
        raise RuntimeError("bernoulli: expected probabilities between 0 and 1")
    drawn = rand(*input.shape, generator=generator, device=input.device, dtype=backend.float64)
    return (drawn < input).to(input.dtype)


def multinomial(input, num_samples, replacement=False, *, generator=None):
    """Class numbers drawn with the probabilities in the last dimension: (…, num_samples).

    >>> tg.multinomial(tg.tensor([0., 1.]), 3, replacement=True)
    tensor([1, 1, 1])
    """
    p = backend.asnumpy(input.array).astype(backend.float64)
    rows = p.reshape(-1, p.shape[-1])
    if (rows < 0).any() or (rows.sum(axis=1) <= 0).any():
        raise RuntimeError("multinomial: probabilities must not be negative, and some must be positive in every row")
    rng = _rng(generator)
    drawn = [rng.choice(p.shape[-1], num_samples, replacement, row / row.sum()) for row in rows]
    return _made(np.array(drawn).reshape(p.shape[:-1] + (num_samples,)), backend.int64, input.device, False)


def poisson(input, generator=None):
    """Counts drawn from Poisson distributions with the rates in `input`: reads of genes, mutations, photons.

    >>> tg.poisson(tg.tensor([0., 1000.])) > 800
    tensor([False,  True])
    """
    rates = backend.asnumpy(input.array)
    if rates.dtype.kind != "f" or (rates < 0).any():
        raise RuntimeError("poisson: expected rates as floats, none of them negative")
    return _made(_rng(generator).poisson(rates), input.dtype, input.device, False)


def binomial(count, prob, generator=None):
    """Numbers of successes among `count` attempts that each succeed with probability `prob`.

    >>> tg.binomial(tg.tensor([10., 10.]), tg.tensor([0., 1.]))
    tensor([ 0., 10.])
    """
    n, p = backend.asnumpy(count.array), backend.asnumpy(prob.array)
    if (n < 0).any() or not ((p >= 0) & (p <= 1)).all():
        raise RuntimeError("binomial: expected counts that are not negative, and probabilities between 0 and 1")
    return _made(_rng(generator).binomial(n.astype("int64"), p), count.dtype, count.device, False)


# ------------------------------------------------------------------------------------------- PyTorch's old names

def _old(dtype):
    def make(*data):
        """A tensor of the data in this dtype, or zeros of these sizes: PyTorch's old way to say so.

        >>> tg.LongTensor([1, 2]), tg.FloatTensor(2)
        (tensor([1, 2]), tensor([0., 0.]))
        """
        if len(data) == 1 and not isinstance(data[0], int):
            return tensor(data[0], dtype=dtype)
        return zeros(*data, dtype=dtype)
    return make


FloatTensor, DoubleTensor = _old(backend.float32), _old(backend.float64)
LongTensor, IntTensor, BoolTensor, ByteTensor = (_old(d) for d in (backend.int64, backend.int32, backend.bool_, backend.uint8))
HalfTensor, ShortTensor, CharTensor = (_old(d) for d in (backend.float16, backend.int16, backend.int8))

OLD_TYPES = {FloatTensor: backend.float32, DoubleTensor: backend.float64, LongTensor: backend.int64,
             IntTensor: backend.int32, BoolTensor: backend.bool_, ByteTensor: backend.uint8,
             HalfTensor: backend.float16, ShortTensor: backend.int16, CharTensor: backend.int8}
