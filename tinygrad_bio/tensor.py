"""Tensor: an array that remembers how it was computed.

A Tensor has four things: ``array``, the NumPy or CuPy array; ``requires_grad``; ``grad_fn``, the node of the tape that made it
(None for a *leaf*, which nobody computed); and ``grad``, where ``backward()`` puts a leaf's gradient. Everything else in this
file hands on: operators to ``ops``, methods to ``functions`` (they are listed in ``methods.py``), in-place methods to ``inplace.py``.

As in PyTorch ``t.data`` is a Tensor that shares the array and has no history. ``t.array`` is the array itself.
"""
import weakref

import numpy as np

from . import autograd, backend, functions as F, ops
from .autograd import ShapeError, new_tensor
from .create import as_array, as_tensor, tensor, zeros
from .inplace import InPlace
from .methods import Methods
from .printing import printed


class Tensor(Methods, InPlace):
    """An n-dimensional array with automatic differentiation. Made by :func:`tensor`, :func:`zeros`, …

    >>> import tinygrad_bio as tg
    >>> w = tg.tensor([1., 2., 3.], requires_grad=True)
    >>> loss = (w ** 2).sum()
    >>> loss.backward()
    >>> w.grad
    tensor([2., 4., 6.])
    """
    __slots__ = ("array", "grad", "grad_fn", "_requires_grad", "_hooks", "_part_of", "__weakref__")
    __array_priority__ = 1000

    def __init__(self, *data, device=None):
        """PyTorch's old way, of default floats: ``Tensor([1, 2])``, or zeros of a shape, ``Tensor(2, 3)``."""
        if len(data) == 1 and isinstance(data[0], Tensor):
            made = as_tensor(data[0], device=device)
        elif len(data) == 1 and not isinstance(data[0], int):
            made = tensor(data[0], backend.get_default_dtype(), device)
        else:
            made = zeros(*(data or (0,)), device=device)
        self.array, self.grad, self.grad_fn, self._requires_grad = made.array, None, None, False

    def __init_subclass__(cls, **keywords):
        super().__init_subclass__(**keywords)
        backend.NAMESPACES[cls] = ops

    # ------------------------------------------------------------------------------------ what it is

    @property
    def data(self):
        """The same numbers as a Tensor without history; writing into it writes here. Assigning rebinds the array."""
        return new_tensor(self.array, None)

    @data.setter
    def data(self, value):
        self.array = value.array if isinstance(value, Tensor) else as_array(value)

    @property
    def requires_grad(self):
        """Whether a gradient is wanted: set on leaves, and true for all that is computed from them."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, wanted):
        if wanted and self.array.dtype.kind not in "fc":
            raise RuntimeError(f"only tensors of floats can require grad, and this one holds {self.dtype.name}: "
                               f"write .float() first")
        if not wanted and self.grad_fn is not None:
            raise RuntimeError("only a leaf can stop requiring grad: use .detach() to get a tensor without history")
        self._requires_grad = bool(wanted)

    @property
    def shape(self):
        """The size of each dimension."""
        return self.array.shape

    @property
    def dtype(self):
        """The type of the numbers, a NumPy dtype such as ``tg.float32``."""
        return self.array.dtype

    @property
    def device(self):
        """Where the numbers are: ``device('cpu')`` or ``device('cuda:0')``."""
        return backend.device_of(self.array)

    @property
    def ndim(self):
        """The number of dimensions."""
        return self.array.ndim

    @property
    def is_leaf(self):
        """Whether it was made by the user rather than by an operation that is on the tape."""
        return self.grad_fn is None

    @property
    def is_cuda(self):
        """Whether the numbers are on a graphics card."""
        return self.device.type == "cuda"

    @property
    def itemsize(self):
        """Bytes per number."""
        return self.array.itemsize

    @property
    def nbytes(self):
        """Bytes of all numbers."""
        return self.array.nbytes

    @property
    def T(self):
        """The dimensions in reverse: the transpose of a matrix."""
        return F.permute(self, tuple(reversed(range(self.ndim))))

    @property
    def mT(self):
        """The last two dimensions exchanged."""
        return F.transpose(self, -2, -1)

    def size(self, dim=None):
        """The shape, or the size of one dimension."""
        return self.shape if dim is None else self.shape[dim]

    def dim(self):
        """The number of dimensions."""
        return self.array.ndim

    def numel(self):
        """How many numbers there are."""
        return self.array.size

    ndimension, nelement = dim, numel              # their old names in PyTorch

    def stride(self, dim=None):
        """How many numbers further on in memory the next one of each dimension (or of one) lies."""
        steps = tuple(n // self.array.itemsize for n in self.array.strides)
        return steps if dim is None else steps[dim]

    def element_size(self):
        """Bytes per number."""
        return self.array.itemsize

    def is_floating_point(self):
        """Whether the numbers are floats."""
        return self.array.dtype.kind == "f"

    def is_contiguous(self):
        """Whether the numbers lie in memory row after row."""
        return self.array.flags.c_contiguous

    def requires_grad_(self, requires_grad=True):
        """Ask (or no longer ask) for a gradient, in place."""
        self.requires_grad = requires_grad
        return self

    # ------------------------------------------------------------------------------------- gradients

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        """Add d(self)/d(leaf) to ``.grad`` of every leaf that led here. See :func:`tinygrad_bio.autograd.backward`."""
        autograd.backward(self, gradient, retain_graph, create_graph, inputs)

    def detach(self):
        """The same numbers without history."""
        return new_tensor(self.array, None)

    def detach_(self):
        """Forget the history, in place."""
        self.grad_fn, self._requires_grad = None, False
        return self

    def register_hook(self, hook):
        """Call ``hook(gradient)`` when this tensor's gradient is complete; what it returns, if anything, replaces it.

        >>> import tinygrad_bio as tg
        >>> x = tg.tensor(2., requires_grad=True)
        >>> handle = x.register_hook(lambda g: 10 * g)
        >>> (x * x).backward(); x.grad
        tensor(40.)
        """
        if not self.requires_grad:
            raise RuntimeError("register_hook: this tensor does not require grad, so no gradient will ever reach it")
        if self.grad_fn is not None:
            if self.grad_fn.hooks is None:
                self.grad_fn.hooks = {}
            handle, hooks = autograd.add_hook(self.grad_fn.hooks, hook), self.grad_fn.hooks
            if _RETAIN in hooks:
                hooks[_RETAIN] = hooks.pop(_RETAIN)             # it comes last: what it keeps is what goes on
            return handle
        if getattr(self, "_hooks", None) is None:
            self._hooks = {}
        return autograd.add_hook(self._hooks, hook)

    def retain_grad(self):
        """Keep the gradient of this tensor in ``.grad`` although it is not a leaf."""
        if not self.requires_grad:
            raise RuntimeError("retain_grad: this tensor does not require grad, so no gradient will ever reach it")
        if self.grad_fn is None or _RETAIN in (self.grad_fn.hooks or ()):
            return
        me = weakref.ref(self)                      # the graph must not keep the tensor alive

        def keep(g):
            if me() is not None:
                kept = g.detach().clone() if not g.requires_grad else g
                me().grad = kept if me().grad is None else me().grad + kept
        self.grad_fn.hooks = {**(self.grad_fn.hooks or {}), _RETAIN: keep}

    # ----------------------------------------------------------------------------- leaving the library

    def item(self):
        """The number in a tensor that holds one, as a Python number."""
        if self.array.size != 1:
            raise ShapeError(f"item: expected one number, but the tensor has shape {tuple(self.shape)}")
        return self.array.item()

    def tolist(self):
        """The numbers as (nested) Python lists."""
        return self.array.tolist()

    def numpy(self, *, force=False):
        """The numbers as a NumPy array that shares memory; with `force` also from the tape or from a card."""
        return self.detach().cpu().__array__() if force else self.__array__()

    def __array__(self, dtype=None, copy=None):
        if self.requires_grad:
            raise RuntimeError("a tensor that requires grad cannot become a NumPy array, because what NumPy does is not "
                               "recorded: write .detach().numpy()")
        if not isinstance(self.array, np.ndarray):
            raise TypeError("a tensor on 'cuda' does not become a NumPy array by itself: write .cpu().numpy()")
        if copy:
            return np.array(self.array, dtype=dtype)
        return np.asarray(self.array, dtype=dtype)

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __index__(self):
        if self.array.dtype.kind not in "iub" or self.array.size != 1:
            raise TypeError("only a tensor of one integer can be used as an index")
        return int(self.item())

    def __bool__(self):
        if self.array.size != 1:
            raise RuntimeError(f"the truth of a tensor of shape {tuple(self.shape)} is ambiguous: write .any() or .all()")
        return bool(self.array.item())

    def __len__(self):
        if self.ndim == 0:
            raise TypeError("len() of a tensor without dimensions")
        return self.shape[0]

    def __iter__(self):
        if self.ndim == 0:
            raise TypeError("iteration over a tensor without dimensions")
        return iter(F.unbind(self, 0))

    def __contains__(self, value):
        return bool((self == value).any())

    __hash__ = object.__hash__                      # by identity: == compares the numbers, element by element

    def __format__(self, spec):
        return format(self.item(), spec) if spec and self.array.size == 1 else str(self)

    def __repr__(self):
        return printed(self)

    def __deepcopy__(self, memo):
        if self.grad_fn is not None:
            raise RuntimeError("only leaves can be deep-copied: write .detach().clone()")
        copied = object.__new__(type(self))
        copied.array, copied.grad_fn, copied._requires_grad = self.array.copy(), None, self.requires_grad
        copied.grad = None if self.grad is None else self.grad.clone()
        memo[id(self)] = copied
        return copied

    def __reduce__(self):
        if self.grad_fn is not None:
            raise RuntimeError("a tensor with history cannot be pickled or sent to another process: write .detach()")
        return _rebuilt, (type(self), backend.asnumpy(self.array), str(self.device), self.requires_grad)

    # --------------------------------------------------------------------------------- NumPy's protocols

    def __array_ufunc__(self, ufunc, method, *args, **keywords):
        name = _UFUNCS.get(ufunc.__name__, ufunc.__name__)
        function = getattr(ops, name, None) or getattr(F, name, None)
        if method != "__call__" or function is None or keywords:
            raise TypeError(f"np.{ufunc.__name__} ({method}) does not work on Tensors: use a function of tinygrad_bio, or "
                            f"np.{ufunc.__name__}(t.detach().numpy())")
        return function(*args)

    def __array_function__(self, function, types, args, keywords):
        ours = _AS_IN_NUMPY.get(function.__name__) or getattr(F, function.__name__, None)
        if ours is None or function.__module__ != "numpy" or function.__name__ in _NOT_AS_IN_NUMPY:
            raise TypeError(f"np.{function.__name__} does not work on Tensors: use a function of tinygrad_bio, or "
                            f"np.{function.__name__}(t.detach().numpy())")
        return ours(*args, **keywords)

    # ------------------------------------------------------------------------------------------ operators

    # The reflected forms (2 - t) come with the operands exchanged.

    __add__ = ops.add
    __sub__ = ops.sub
    __mul__ = ops.mul
    __truediv__ = ops.div
    __mod__ = ops.remainder
    __pow__ = ops.pow
    __matmul__ = ops.matmul
    __floordiv__ = F.floor_divide
    __neg__ = ops.neg
    __pos__ = F.positive
    __abs__ = ops.absolute
    __invert__ = F.bitwise_not
    __and__ = __rand__ = F.bitwise_and
    __or__ = __ror__ = F.bitwise_or
    __xor__ = __rxor__ = F.bitwise_xor
    __lshift__ = F.bitwise_left_shift
    __rshift__ = F.bitwise_right_shift
    __lt__ = F.lt
    __le__ = F.le
    __gt__ = F.gt
    __ge__ = F.ge

    def __radd__(self, other):
        return ops.add(other, self)

    def __rsub__(self, other):
        return ops.sub(other, self)

    def __rmul__(self, other):
        return ops.mul(other, self)

    def __rtruediv__(self, other):
        return ops.div(other, self)

    def __rmod__(self, other):
        return ops.remainder(other, self)

    def __rpow__(self, other):
        return ops.pow(other, self)

    def __rmatmul__(self, other):
        return ops.matmul(other, self)

    def __rlshift__(self, other):
        return F.bitwise_left_shift(other, self)

    def __rrshift__(self, other):
        return F.bitwise_right_shift(other, self)

    def __rfloordiv__(self, other):
        return F.floor_divide(other, self)

    def __eq__(self, other):
        return F.eq(self, other) if _comparable(other) else NotImplemented

    def __ne__(self, other):
        return F.ne(self, other) if _comparable(other) else NotImplemented


def _comparable(other):
    """Whether it holds numbers: anything else (None, text, …) is not equal to a tensor."""
    return isinstance(other, (Tensor, bool, int, float, complex, np.generic, list, tuple)) or backend.is_array(other)


_RETAIN = "retain_grad"             # the key of its hook


def _rebuilt(cls, array, device, requires_grad):
    """Unpickle a tensor: worker processes of a DataLoader send them."""
    made = object.__new__(cls)
    array = backend.to_device(backend.with_own_dtype(array), device)
    made.array, made.grad, made.grad_fn, made._requires_grad = array, None, None, requires_grad
    return made


_UFUNCS = {"subtract": "sub", "multiply": "mul", "divide": "div", "true_divide": "div", "negative": "neg", "power": "pow",
           "abs": "absolute", "invert": "bitwise_not", "left_shift": "bitwise_left_shift",
           "right_shift": "bitwise_right_shift", "equal": "eq", "not_equal": "ne", "less": "lt", "less_equal": "le",
           "greater": "gt", "greater_equal": "ge"}      # NumPy's names that are not ours

# Where a function of NumPy's is called, its meaning and its arguments count, not those of PyTorch's namesake.
_AS_IN_NUMPY = {
    "shape": lambda a: tuple(a.shape), "ndim": lambda a: a.ndim, "size": lambda a, axis=None: a.numel() if axis is None else a.shape[axis],
    "broadcast_to": ops.broadcast_to, "swapaxes": ops.swapaxes, "moveaxis": ops.moveaxis,
    "transpose": lambda a, axes=None: F.permute(a, axes or tuple(reversed(range(a.ndim)))),
    "flip": lambda m, axis=None: ops.flip(m, axis),
    "roll": lambda a, shift, axis=None: F.roll(a, shift, axis),
    "std": lambda a, axis=None, *, ddof=0, keepdims=False: F.std(a, axis, correction=ddof, keepdim=keepdims),
    "var": lambda a, axis=None, *, ddof=0, keepdims=False: F.var(a, axis, correction=ddof, keepdim=keepdims),
    "max": lambda a, axis=None, *, keepdims=False: F.amax(a, axis, keepdims),
    "min": lambda a, axis=None, *, keepdims=False: F.amin(a, axis, keepdims),
    "sort": lambda a, axis=-1: F.sort(a, axis).values,
    "round": lambda a, decimals=0: F.round(a, decimals=decimals),
    "split": lambda ary, indices_or_sections, axis=0: list(F.tensor_split(ary, indices_or_sections, axis)),
}
_NOT_AS_IN_NUMPY = {"median", "nanmedian", "quantile", "nanquantile", "nonzero", "repeat", "take", "unique"}

autograd.Tensor = Tensor                        # the engine may now make Tensors,
backend.NAMESPACES[Tensor] = ops                # and rules may be run on them
