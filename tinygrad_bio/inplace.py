"""Writing into tensors: the one function that makes it safe, the operators, and the methods that fill, draw and put.

Those that compute with each element, ``x.exp_()``, are in ``inplace_math.py``.
"""
import numpy as np

from . import autograd, backend, functions as F, ops
from .autograd import DtypeError, ShapeError, mark_written, new_tensor, threads
from .backend import _CATEGORY


def in_place(self, function, *args, **keywords):
    """Give a tensor the value ``function(self, …)``: what every in-place method does.

    If nothing is recorded, the array is written, and the write is noted (see `mark_written`). If the tensor or
    an argument is on the tape, the tensor is given a *new* array and the node that made it: arrays that
    pullbacks hold are never touched, so no gradient can silently go wrong. (Views taken before keep the old array.
    Writing into a part, ``x[0] += 1`` or ``x[0][1] = 1``, changes the whole; writing into other views, as of ``x.T`` or
    ``x.view(-1)``, does not.)
    """
    name = getattr(function, "__name__", "write").strip("_")
    differentiable = threads.mode.recording and (self._requires_grad or any(getattr(a, "_requires_grad", False) for a in args))
    if differentiable and self._requires_grad and self.grad_fn is None:
        raise RuntimeError(f"in-place {name}: a leaf that requires grad cannot be changed while operations are recorded, because "
                           f"its gradient would be that of the old value: write 'with tg.no_grad():' around it, or make a new tensor")
    new = function(self, *args, **keywords)
    if tuple(new.shape) != tuple(self.shape):
        raise ShapeError(f"in-place {name}: the result has shape {tuple(new.shape)}, which does not fit into the tensor of shape "
                         f"{tuple(self.shape)}")
    if _CATEGORY[new.dtype.kind] > _CATEGORY[self.dtype.kind]:
        raise DtypeError(f"in-place {name}: a result of {new.dtype.name} cannot be written into a tensor of {self.dtype.name}: "
                           f"convert the tensor first, x = x.to(tg.{new.dtype.name})")
    if differentiable:
        self._rebind(new if new.dtype == self.dtype else new.to(self.dtype))
        whole, index, _ = getattr(self, "_part_of", (None, None, None))
        if whole is not None:                           # a part of another tensor, x[0], which shall change with it
            in_place(whole, F.setitem, index, self)
            self._part_of = whole, index, whole.grad_fn
    else:
        _write(self, ..., new.array, name)
    return self


def _write(self, index, values, name):
    """Write into a tensor's array, and note it."""
    try:
        self.array[index] = values
    except ValueError as error:
        if "read-only" not in str(error):
            raise ShapeError(f"in-place {name}: {error}") from None
        raise RuntimeError(f"in-place {name}: this tensor of shape {tuple(self.shape)} cannot be written: {F.index.READ_ONLY}") from None
    mark_written(self.array)


class InPlace:
    """The methods of Tensor that write into it. Their names end in "_", or are the operators += and x[i] = v."""
    __slots__ = ()

    def _rebind(self, new):
        """Become another tensor: its array and its place on the tape."""
        self.array, self.grad_fn, self._requires_grad = new.array, new.grad_fn, new._requires_grad
        return self

    def _reshaped(self, function, *args):
        """Take another shape in place: recorded for what is on the tape, refused for a leaf that is being recorded."""
        if threads.mode.recording and self._requires_grad:
            if self.grad_fn is None:
                raise RuntimeError(f"in-place {function.__name__}: a leaf that requires grad cannot be changed while operations are "
                                   f"recorded: write 'with tg.no_grad():' around it, or make a new tensor")
            return self._rebind(function(self, *args))
        self.array = function(self.detach(), *args).array
        return self

    def __setitem__(self, index, value):
        if threads.mode.recording and (self._requires_grad or getattr(value, "_requires_grad", False)):
            whole, place, written = getattr(value, "_part_of", (None, None, None))
            if whole is self and written is not None and written is self.grad_fn and place == index:
                return                                  # the second half of x[i] += v: it is there already
            in_place(self, F.setitem, index, value)
        else:
            F.index.put(self.array, index, value)
            mark_written(self.array)

    def __iadd__(self, other):
        return in_place(self, ops.add, other)

    def __isub__(self, other):
        return in_place(self, ops.sub, other)

    def __imul__(self, other):
        return in_place(self, ops.mul, other)

    def __itruediv__(self, other):
        return in_place(self, ops.div, other)

    def __ipow__(self, other):
        return in_place(self, ops.pow, other)

    def __iand__(self, other):
        return in_place(self, F.bitwise_and, other)

    def __ior__(self, other):
        return in_place(self, F.bitwise_or, other)

    def __ixor__(self, other):
        return in_place(self, F.bitwise_xor, other)

    def __ifloordiv__(self, other):
        return in_place(self, F.floor_divide, other)

    def __imod__(self, other):
        return in_place(self, ops.remainder, other)

    def masked_fill_(self, mask, value):
        """Write a number where the mask is True.

        >>> x = tg.tensor([-1., 2.])
        >>> x.masked_fill_(x < 0, 0.)
        tensor([0., 2.])
        """
        return in_place(self, F.masked_fill, mask, value)

    def scatter_(self, dim, index, src=None, *, value=None, reduce=None):
        """Write src (or a number) at the places `index` along a dimension.

        >>> tg.zeros(2, 3).scatter_(1, tg.tensor([[2], [0]]), value=1.)
        tensor([[0., 0., 1.],
                [1., 0., 0.]])
        """
        return in_place(self, F.scatter, dim, index, src, value=value, reduce=reduce)

    def scatter_add_(self, dim, index, src):
        """Add src at the places `index` along a dimension.

        >>> tg.zeros(2).scatter_add_(0, tg.tensor([0, 0, 1]), tg.tensor([1., 2., 3.]))
        tensor([3., 3.])
        """
        return in_place(self, F.scatter_add, dim, index, src)

    def scatter_reduce_(self, dim, index, src, reduce, *, include_self=True):
        """Combine src with the places `index` along a dimension: "sum", "mean", "amax", "amin", "prod".

        >>> tg.zeros(2).scatter_reduce_(0, tg.tensor([0, 0, 1]), tg.tensor([1., 2., 3.]), "amax")
        tensor([2., 3.])
        """
        return in_place(self, F.scatter_reduce, dim, index, src, reduce, include_self=include_self)

    def index_put_(self, indices, values, accumulate=False):
        """Write (or add) values at the places that a tuple of index tensors names.

        >>> tg.zeros(2, 2).index_put_((tg.tensor([0, 1]), tg.tensor([1, 0])), tg.tensor([5., 6.]))
        tensor([[0., 5.],
                [6., 0.]])
        """
        return in_place(self, F.index_put, indices, values, accumulate)

    def index_add_(self, dim, index, source, *, alpha=1):
        """Add source to the slices at `index`.

        >>> tg.zeros(3).index_add_(0, tg.tensor([0, 0, 2]), tg.tensor([1., 2., 3.]))
        tensor([3., 0., 3.])
        """
        return in_place(self, F.index_add, dim, index, source, alpha=alpha)

    def index_copy_(self, dim, index, source):
        """Replace the slices at `index`.

        >>> tg.zeros(3).index_copy_(0, tg.tensor([2, 0]), tg.tensor([1., 2.]))
        tensor([2., 0., 1.])
        """
        return in_place(self, F.index_copy, dim, index, source)

    def index_fill_(self, dim, index, value):
        """Write one number into the slices at `index`.

        >>> tg.zeros(3).index_fill_(0, tg.tensor([0, 2]), 7.)
        tensor([7., 0., 7.])
        """
        return in_place(self, F.index_fill, dim, index, value)

    def copy_(self, other, non_blocking=False):
        """Write the numbers of another tensor (broadcast, converted, moved) into this one.

        >>> tg.zeros(2, 2).copy_(tg.tensor([1, 2]))
        tensor([[1., 2.],
                [1., 2.]])
        """
        return in_place(self, _copy, other)

    def fill_(self, value):
        """Write one number everywhere.

        >>> tg.zeros(2).fill_(7.)
        tensor([7., 7.])
        """
        if isinstance(value, (int, float)) and not (threads.mode.recording and self._requires_grad):
            self[...] = value                                   # straight into the array
            return self
        return in_place(self, _fill, value)

    def zero_(self):
        """Write 0 everywhere.

        >>> tg.ones(2).zero_()
        tensor([0., 0.])
        """
        return in_place(self, _zero) if threads.mode.recording and self._requires_grad else self.fill_(0)

    def fill_diagonal_(self, fill_value, wrap=False):
        """Write one number on a matrix's diagonal; with `wrap` it begins anew, one row below its end, in a tall one.

        >>> tg.zeros(2, 2).fill_diagonal_(1.)
        tensor([[1., 0.],
                [0., 1.]])
        """
        places = np.arange(self.shape[0] if wrap else min(self.shape))
        rows, columns = places, places % (self.shape[1] + 1 if wrap else self.shape[1])
        inside = columns < self.shape[1]
        return in_place(self, F.setitem, (rows[inside].tolist(), columns[inside].tolist()), fill_value)

    def uniform_(self, from_=0.0, to=1.0, *, generator=None):
        """Draw every number evenly between two bounds.

        >>> x = tg.zeros(100).uniform_(-1., 1.)
        >>> bool((x.abs() <= 1).all())
        True
        """
        return draw(self, "uniform", lambda rng, n: rng.uniform(from_, to, n), generator)

    def normal_(self, mean=0.0, std=1.0, *, generator=None):
        """Draw every number from a normal distribution.

        >>> g = tg.Generator().manual_seed(0)
        >>> tg.zeros(3).normal_(mean=10., std=0.1, generator=g)
        tensor([10.0126,  9.9868, 10.0640])
        """
        return draw(self, "normal", lambda rng, n: rng.normal(mean, std, n), generator)

    def bernoulli_(self, p=0.5, *, generator=None):
        """Draw 1 with probability p, else 0.

        >>> tg.zeros(3).bernoulli_(p=1.)
        tensor([1., 1., 1.])
        """
        return in_place(self, _bernoulli, p, generator)

    def random_(self, from_=None, to=None, *, generator=None):
        """Draw whole numbers from `from_` up to, not including, `to`; from 0 on, and as large as the dtype has, if left out.

        >>> x = tg.zeros(100, dtype=tg.int64).random_(1, 7)
        >>> x.min(), x.max()
        (tensor(1), tensor(6))
        """
        low, high = (0, from_) if to is None else (from_ or 0, to)
        if high is None:                                # floats hold all whole numbers up to here: 2²⁴ for float32
            high = 2 ** (np.finfo(self.dtype).nmant + 1) + 1 if self.dtype.kind == "f" else _integers_of(self.dtype)
        return draw(self, "random", lambda rng, n: rng.integers(low, high, n), generator)

    def exponential_(self, lambd=1.0, *, generator=None):
        """Draw every number from an exponential distribution with mean 1/lambd.

        >>> bool((tg.zeros(100).exponential_() > 0).all())
        True
        """
        return draw(self, "exponential", lambda rng, n: rng.exponential(1 / lambd, n), generator)

    def tril_(self, diagonal=0):
        """0 above a diagonal.

        >>> tg.ones(2, 2).tril_()
        tensor([[1., 0.],
                [1., 1.]])
        """
        return in_place(self, F.tril, diagonal)

    def triu_(self, diagonal=0):
        """0 below a diagonal.

        >>> tg.ones(2, 2).triu_(1)
        tensor([[0., 1.],
                [0., 0.]])
        """
        return in_place(self, F.triu, diagonal)

    def transpose_(self, dim0, dim1):
        """Exchange two dimensions in place.

        >>> tg.zeros(2, 3, 4).transpose_(0, 2).shape
        (4, 3, 2)
        """
        return self._reshaped(F.transpose, dim0, dim1)

    def t_(self):
        """Transpose in place.

        >>> tg.zeros(2, 3).t_().shape
        (3, 2)
        """
        return self._reshaped(F.t)

    def squeeze_(self, *dim):
        """`squeeze` in place.

        >>> tg.zeros(1, 3).squeeze_().shape
        (3,)
        """
        return self._reshaped(F.squeeze, F.common.sizes(dim) if dim else None)

    def unsqueeze_(self, dim):
        """`unsqueeze` in place.

        >>> tg.zeros(3).unsqueeze_(0).shape
        (1, 3)
        """
        return self._reshaped(F.unsqueeze, dim)


def _integers_of(dtype):
    """How many whole numbers from 0 on a dtype of integers (or booleans) holds."""
    return 2 if dtype.kind == "b" else int(np.iinfo(dtype).max) + 1


def _copy(self, src):
    """What `copy_` writes: the source in this tensor's shape, dtype and place."""
    src = src if isinstance(src, autograd.Tensor) else F.common.as_tensor(src, self)
    return F.setitem(self, ..., src.to(self.device))


def _fill(self, value):
    return F.setitem(self, ..., value)


def _zero(self):
    return F.setitem(self, ..., 0)


def draw(self, name, numbers, generator, at_a_time=1 << 14):
    """Put random ``numbers(rng, n)`` into a tensor, some at a time and, where that is possible, straight into its array:
    to find room for all of a large layer's once more takes longer than to draw them."""
    rng = (generator or backend.default_generator).numpy

    def drawn_into(array):
        flat = array.reshape(-1)
        for start in range(0, flat.size, at_a_time):
            part = flat[start:start + at_a_time]
            part[...] = numbers(rng, part.size)
        return array

    if isinstance(self.array, np.ndarray) and self.array.flags.carray and not (threads.mode.recording and self._requires_grad):
        mark_written(drawn_into(self.array))
        return self

    def drawn(self):
        return new_tensor(backend.to_device(drawn_into(np.empty(self.shape, self.dtype)), self.device), None)
    drawn.__name__ = name                                       # for the message
    return in_place(self, drawn)


def _bernoulli(self, p, generator):
    p = backend.asnumpy(p.array) if hasattr(p, "array") else p
    drawn = (generator or backend.default_generator).numpy.random(self.shape) < p
    return new_tensor(backend.to_device(np.asarray(drawn).astype(self.dtype), self.device), None)
