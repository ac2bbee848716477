"""Writing into tensors: every in-place method, and the one function that makes them safe."""
import numpy as np

from . import autograd, backend, functions as F, ops
from .autograd import ShapeError, mark_written, new_tensor, threads
from .backend import namespace


def in_place(self, function, *args, **keywords):
    """Give a tensor the value ``function(self, …)``: what every in-place method does.

    If nothing is recorded, the array is written, and the write is noted (see `mark_written`). If the tensor or
    an argument is on the tape, the tensor is given a *new* array and the node that made it: arrays that
    pullbacks hold are never touched, so no gradient can silently go wrong. (Views taken before keep the old array.)
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
    if "biufc".index(new.dtype.kind) > max("biufc".index(self.dtype.kind), 2):
        raise RuntimeError(f"in-place {name}: a result of {new.dtype.name} cannot be written into a tensor of {self.dtype.name}: "
                           f"convert the tensor first, x = x.to(tg.{new.dtype.name})")
    if differentiable:
        self._rebind(new if new.dtype == self.dtype else new.to(self.dtype))
    else:
        self.array[...] = new.array
        mark_written(self.array)
    return self


class InPlace:
    """The methods of Tensor that write into it. Their names end in "_", or are the operators += and x[i] = v."""
    __slots__ = ()

    def _rebind(self, new):
        """Become another tensor: its array and its place on the tape."""
        self.array, self.grad_fn, self._requires_grad = new.array, new.grad_fn, new._requires_grad
        return self

    def __setitem__(self, index, value):
        in_place(self, F.setitem, index, value)

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

    def add_(self, other, *, alpha=1):
        """self += alpha·other."""
        return in_place(self, F.add, other, alpha=alpha)

    def sub_(self, other, *, alpha=1):
        """self −= alpha·other."""
        return in_place(self, F.sub, other, alpha=alpha)

    def mul_(self, other):
        """self *= other."""
        return in_place(self, ops.mul, other)

    def div_(self, other):
        """self /= other."""
        return in_place(self, ops.div, other)

    def pow_(self, exponent):
        """self **= exponent."""
        return in_place(self, ops.pow, exponent)

    def neg_(self):
        """self = −self."""
        return in_place(self, ops.neg)

    def abs_(self):
        """self = |self|."""
        return in_place(self, ops.absolute)

    def exp_(self):
        """self = e to the self."""
        return in_place(self, ops.exp)

    def log_(self):
        """self = ln self."""
        return in_place(self, ops.log)

    def sqrt_(self):
        """self = √self."""
        return in_place(self, ops.sqrt)

    def relu_(self):
        """self = max(self, 0)."""
        return in_place(self, ops.relu)

    def sigmoid_(self):
        """self = sigmoid(self)."""
        return in_place(self, ops.sigmoid)

    def tanh_(self):
        """self = tanh(self)."""
        return in_place(self, ops.tanh)

    def clamp_(self, min=None, max=None):
        """Hold every element between min and max."""
        return in_place(self, F.clamp, min, max)

    def clip_(self, min=None, max=None):
        """`clamp_` under NumPy's name."""
        return in_place(self, F.clamp, min, max)

    def masked_fill_(self, mask, value):
        """Write a number where the mask is True."""
        return in_place(self, F.masked_fill, mask, value)

    def lerp_(self, end, weight):
        """self += weight·(end − self)."""
        return in_place(self, F.lerp, end, weight)

    def addcmul_(self, tensor1, tensor2, *, value=1):
        """self += value·tensor1·tensor2."""
        return in_place(self, F.addcmul, tensor1, tensor2, value=value)

    def addcdiv_(self, tensor1, tensor2, *, value=1):
        """self += value·tensor1/tensor2."""
        return in_place(self, F.addcdiv, tensor1, tensor2, value=value)

    def scatter_(self, dim, index, src=None, *, value=None, reduce=None):
        """Write src (or a number) at the places `index` along a dimension."""
        return in_place(self, F.scatter, dim, index, src, value=value, reduce=reduce)

    def scatter_add_(self, dim, index, src):
        """Add src at the places `index` along a dimension."""
        return in_place(self, F.scatter_add, dim, index, src)

    def index_add_(self, dim, index, source, *, alpha=1):
        """Add source to the slices at `index`."""
        return in_place(self, F.index_add, dim, index, source, alpha=alpha)

    def index_copy_(self, dim, index, source):
        """Replace the slices at `index`."""
        return in_place(self, F.index_copy, dim, index, source)

    def index_fill_(self, dim, index, value):
        """Write one number into the slices at `index`."""
        return in_place(self, F.index_fill, dim, index, value)

    def copy_(self, src, non_blocking=False):
        """Write the numbers of another tensor (broadcast, converted, moved) into this one."""
        return in_place(self, _copied, src)

    def fill_(self, value):
        """Write one number everywhere."""
        return in_place(self, _filled, value)

    def zero_(self):
        """Write 0 everywhere."""
        return in_place(self, _filled, 0)

    def fill_diagonal_(self, value):
        """Write one number on a matrix's diagonal."""
        places = list(range(min(self.shape)))
        return in_place(self, F.setitem, (places, places), value)

    def uniform_(self, from_=0.0, to=1.0, *, generator=None):
        """Draw every number evenly between two bounds."""
        return in_place(self, _drawn, lambda rng, shape: rng.uniform(from_, to, shape), generator)

    def normal_(self, mean=0.0, std=1.0, *, generator=None):
        """Draw every number from a normal distribution."""
        return in_place(self, _drawn, lambda rng, shape: rng.normal(mean, std, shape), generator)

    def bernoulli_(self, p=0.5, *, generator=None):
        """Draw 1 with probability p, else 0."""
        return in_place(self, _drawn, lambda rng, shape: rng.random(shape) < p, generator)

    def random_(self, from_=0, to=None, *, generator=None):
        """Draw whole numbers from `from_` up to, not including, `to`."""
        low, high = (0, from_) if to is None else (from_, to)
        return in_place(self, _drawn, lambda rng, shape: rng.integers(low, high, shape), generator)

    def t_(self):
        """Transpose in place."""
        return self._rebind(F.t(self))

    def squeeze_(self, dim=None):
        """`squeeze` in place."""
        return self._rebind(F.squeeze(self, dim))

    def unsqueeze_(self, dim):
        """`unsqueeze` in place."""
        return self._rebind(F.unsqueeze(self, dim))


def _copied(self, src):
    """What `copy_` writes: the source in this tensor's shape, dtype and place."""
    src = src if isinstance(src, autograd.Tensor) else F.common.as_tensor(src, self)
    return ops.broadcast_to(src.to(self.device), tuple(self.shape)).to(self.dtype)


def _filled(self, value):
    if isinstance(value, autograd.Tensor):
        return ops.broadcast_to(value, tuple(self.shape))
    return new_tensor(namespace(self.array).full(self.shape, value, dtype=self.dtype), None)


def _drawn(self, draw, generator):
    drawn = np.asarray(draw((generator or backend.default_generator).numpy, self.shape)).astype(self.dtype)
    return new_tensor(backend.to_device(drawn, self.device), None)
