"""Tensor: an array that remembers how it was computed.

A Tensor has four things: ``array``, the NumPy or CuPy array; ``requires_grad``; ``grad_fn``, the node of the tape that made it
(None for a *leaf*, which nobody computed); and ``grad``, where ``backward()`` puts a leaf's gradient. Everything else in this
file hands on: operators to ``ops``, methods to ``functions`` (they are listed in ``methods.py``). In-place methods are in ``inplace.py``
and ``inplace_math.py``, those that copy and convert in ``conversions.py``.

As in PyTorch ``t.data`` is a Tensor that shares the array and has no history. ``t.array`` is the array itself.
"""
import weakref

import numpy as np

from . import autograd, backend, functions as F, ops
from .autograd import DtypeError, ShapeError, new_tensor
from .conversions import Conversions
from .create import as_array, as_tensor, tensor, zeros
from .inplace import InPlace
from .inplace_elements import InPlaceElements
from .inplace_math import InPlaceMath
from .inplace_others import InPlaceOthers
from .methods import Methods
from .numpy_protocols import NumPyProtocols
from .printing import printed
from .size import Size


class Tensor(Conversions, Methods, InPlace, InPlaceMath, InPlaceElements, InPlaceOthers, NumPyProtocols):
    """An n-dimensional array with automatic differentiation. Made by :func:`tensor`, :func:`zeros`, …

    >>> import tinygrad_bio as tg
    >>> w = tg.tensor([1., 2., 3.], requires_grad=True)
    >>> loss = (w ** 2).sum()
    >>> loss.backward()
    >>> w.grad, w.requires_grad, w.is_leaf, loss.is_leaf
    (tensor([2., 4., 6.]), True, True, False)

    What it is, and what its parts are called:

    >>> x = tg.zeros(4, 2, 3)
    >>> x.shape, x.ndim, x.dtype, x.itemsize, x.nbytes
    ((4, 2, 3), 3, dtype('float32'), 4, 96)
    >>> x.T.shape, x.mT.shape
    ((3, 2, 4), (4, 3, 2))
    >>> x.device, x.is_cpu, x.is_cuda, x.is_sparse
    (device(type='cpu'), True, False, False)
    >>> tg.zeros(2, 3).H.shape, x.mH.shape, x.real is x, loss.retains_grad
    ((3, 2), (4, 3, 2), True, False)
    >>> w.data[0] = 9.                              # the same numbers, without history
    >>> w
    tensor([9., 2., 3.], requires_grad=True)
    """
    __slots__ = ("array", "_grad", "grad_fn", "_requires_grad", "_hooks", "_part_of", "__weakref__")
    __array_priority__ = 1000

    def __init__(self, *data, device=None):
        """PyTorch's old way, of default floats: ``Tensor([1, 2])``, or zeros of a shape, ``Tensor(2, 3)``."""
        if len(data) == 1 and isinstance(data[0], Tensor):
            made = as_tensor(data[0], device=device)
        elif len(data) == 1 and not isinstance(data[0], int):
            made = tensor(data[0], backend.get_default_dtype(), device)
        else:
            made = zeros(*(data or (0,)), device=device)
        self.array, self._grad, self.grad_fn, self._requires_grad = made.array, None, None, False

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
    def grad(self):
        """The gradient that ``backward()`` has put here: a Tensor of the same shape, or None. ``x.grad = None`` forgets it."""
        return self._grad

    @grad.setter
    def grad(self, g):
        if g is not None:
            if not isinstance(g, Tensor):
                raise TypeError(f"grad: expected a Tensor or None, got a {type(g).__name__}: write x.grad = tg.tensor(…)")
            if g is self:
                raise RuntimeError("grad: a tensor cannot be its own gradient: write x.grad = x.detach().clone()")
            if g.array.shape != self.array.shape:
                raise ShapeError(f"grad: the gradient has shape {tuple(g.shape)}, but the tensor {tuple(self.shape)}; they must be "
                                 f"equal")
            if g.dtype != self.dtype:
                raise DtypeError(f"grad: the gradient is of {g.dtype.name}, but the tensor of {self.dtype.name}: write "
                                 f"g.to(tg.{self.dtype.name})")
            if g.device != self.device:
                raise backend.DeviceMismatchError(f"grad: the gradient is on {str(g.device)!r}, but the tensor on "
                                                  f"{str(self.device)!r}: write g.to({str(self.device)!r})")
        self._grad = g

    @grad.deleter
    def grad(self):
        self._grad = None

    @property
    def shape(self):
        """The size of each dimension."""
        return Size(self.array.shape)

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
    def is_cpu(self):
        """Whether the numbers are in the computer's own memory."""
        return self.device.type == "cpu"

    @property
    def is_sparse(self):
        """Whether it is a `SparseTensor`: no."""
        return False

    @property
    def retains_grad(self):
        """Whether `retain_grad` was called, so that this computed tensor's gradient will be kept."""
        return self.grad_fn is not None and _RETAIN in (self.grad_fn.hooks or ())

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

    @property
    def H(self):
        """The transpose of a matrix (and the conjugate, which changes only complex numbers)."""
        if self.ndim != 2:
            raise ShapeError(f"H: expected a matrix, got shape {tuple(self.shape)}: write .mH for stacks of matrices")
        return F.transpose(self, 0, 1)

    @property
    def mH(self):
        """The last two dimensions exchanged (and the conjugate)."""
        return F.transpose(self, -2, -1)

    @property
    def real(self):
        """The real part: the tensor itself."""
        return F.real(self)

    def size(self, dim=None):
        """The shape, or the size of one dimension.

        >>> x = tg.zeros(2, 3)
        >>> x.size(), x.size(1)
        ((2, 3), 3)
        """
        return self.shape if dim is None else self.shape[dim]

    def dim(self):
        """The number of dimensions.

        >>> tg.zeros(2, 3).dim()
        2
        """
        return self.array.ndim

    def numel(self):
        """How many numbers there are.

        >>> tg.zeros(2, 3).numel()
        6
        """
        return self.array.size

    ndimension, nelement = dim, numel              # their old names in PyTorch

    def stride(self, dim=None):
        """How many numbers further on in memory the next one of each dimension (or of one) lies.

        >>> x = tg.zeros(2, 3)
        >>> x.stride(), x.T.stride()
        ((3, 1), (1, 3))
        """
        steps = tuple(n // self.array.itemsize for n in self.array.strides)
        return steps if dim is None else steps[dim]

    def element_size(self):
        """Bytes per number.

        >>> tg.zeros(2, 3).element_size()
        4
        """
        return self.array.itemsize

    def is_floating_point(self):
        """Whether the numbers are floats.

        >>> tg.tensor(1.).is_floating_point(), tg.tensor(1).is_floating_point()
        (True, False)
        """
        return self.array.dtype.kind == "f"

    def is_contiguous(self):
        """Whether the numbers lie in memory row after row.

        >>> x = tg.zeros(2, 3)
        >>> x.is_contiguous(), x.T.is_contiguous()
        (True, False)
        """
        return self.array.flags.c_contiguous

    def requires_grad_(self, requires_grad=True):
        """Ask (or no longer ask) for a gradient, in place.

        >>> tg.zeros(2).requires_grad_()
        tensor([0., 0.], requires_grad=True)
        """
        self.requires_grad = requires_grad
        return self

    # ------------------------------------------------------------------------------------- gradients

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        """Add d(self)/d(leaf) to ``.grad`` of every leaf that led here. See :func:`tinygrad_bio.autograd.backward`.

        >>> x = tg.tensor([1., 2.], requires_grad=True)
        >>> (x ** 3).sum().backward()
        >>> x.grad
        tensor([ 3., 12.])
        """
        autograd.backward(self, gradient, retain_graph, create_graph, inputs)

    def detach(self):
        """The same numbers without history.

        >>> x = tg.ones(2, requires_grad=True)
        >>> (x + 1).detach()
        tensor([2., 2.])
        """
        return new_tensor(self.array, None)

    def detach_(self):
        """Forget the history, in place.

        >>> y = tg.ones(2, requires_grad=True) + 1
        >>> y.detach_()
        tensor([2., 2.])
        """
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
        """Keep the gradient of this tensor in ``.grad`` although it is not a leaf.

        >>> x = tg.tensor(2., requires_grad=True)
        >>> y = x * x
        >>> y.retain_grad()
        >>> (3 * y).backward()
        >>> y.grad
        tensor(3.)
        """
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
        """The number in a tensor that holds one, as a Python number.

        >>> tg.tensor([2.5]).item()
        2.5
        """
        if self.array.size != 1:
            raise ShapeError(f"item: expected one number, but the tensor has shape {tuple(self.shape)}")
        return self.array.item()

    def tolist(self):
        """The numbers as (nested) Python lists.

        >>> tg.arange(4).reshape(2, 2).tolist()
        [[0, 1], [2, 3]]
        """
        return self.array.tolist()

    def numpy(self, *, force=False):
        """The numbers as a NumPy array that shares memory; with `force` also from the tape or from a card.

        >>> x = tg.ones(2, requires_grad=True)
        >>> x.detach().numpy(), x.numpy(force=True)
        (array([1., 1.], dtype=float32), array([1., 1.], dtype=float32))
        """
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


autograd.Tensor = Tensor                        # the engine may now make Tensors,
backend.NAMESPACES[Tensor] = ops                # and rules may be run on them
