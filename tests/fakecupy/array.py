"""`cupy.ndarray` of the stand-in: a NumPy array (`_host`) that plays memory on the card."""
import functools
import warnings

import numpy as np

from . import indexing
from .convert import IMPLICIT, SCALARS, call, from_host, garbage, new, wrap
from .cuda import Device, wait
from .operators import Flags, MemoryPointer, comparison, operators, ufunc


class ndarray:
    """An array on the (pretended) card. No NumPy array, and refuses to become one unless asked by `get`."""

    __slots__ = ("_host", "_base", "__weakref__")
    __module__ = "cupy"
    __hash__ = None
    __array_priority__ = 100

    def __init__(self, shape, dtype=float, memptr=None, strides=None, order="C"):
        if memptr is not None or strides is not None:
            raise NotImplementedError("the stand-in has no raw memory: use as_strided")
        self._host, self._base = garbage(shape, dtype, order)._host, None

    # ---- layout
    dtype = property(lambda x: x._host.dtype)
    ndim = property(lambda x: x._host.ndim)
    size = property(lambda x: x._host.size)
    itemsize = property(lambda x: x._host.itemsize)
    nbytes = property(lambda x: x._host.nbytes)
    strides = property(lambda x: x._host.strides)
    flags = property(Flags)
    data = property(MemoryPointer)
    base = property(lambda x: x._base)
    device = property(lambda x: Device(0))
    T = property(lambda x: x if x.ndim < 2 else x.transpose())
    real = property(lambda x: wrap(x._host.real, [x]))
    imag = property(lambda x: wrap(x._host.imag, [x]))

    @property
    def shape(self):
        return self._host.shape

    @shape.setter
    def shape(self, shape):
        host = self._host.reshape(shape)
        if self.size and not np.may_share_memory(host, self._host):
            raise AttributeError("Incompatible shape for in-place modification. Use `.reshape()` to make "
                                 "a copy with the desired shape.")
        self._host = host

    # ---- to the host: each of these waits for the card
    def get(self, stream=None, order="C", out=None, blocking=True):
        wait()
        if out is None:
            return self._host.copy(order)
        if not isinstance(out, np.ndarray):
            raise TypeError("Only numpy.ndarray can be obtained from cupy.ndarray")
        out[...] = self._host
        return out

    def set(self, arr, stream=None):
        if not isinstance(arr, np.ndarray):
            raise TypeError("Only numpy.ndarray can be set to cupy.ndarray")
        if (arr.dtype, arr.shape) != (self.dtype, self.shape):
            raise (TypeError if arr.dtype != self.dtype else ValueError)(
                f"{arr.dtype}{arr.shape} array cannot be set to {self.dtype}{self.shape} array")
        self._host[...] = arr

    def item(self):
        return self.get().item()                                    # of one element only

    def __bool__(self):
        if self.size == 0:
            warnings.warn("The truth value of an empty array is ambiguous.", DeprecationWarning, stacklevel=2)
            return False
        return bool(self.get())                                     # of one element only

    def tolist(self): return self.get().tolist()
    def tobytes(self, order="C"): return self.get().tobytes(order)
    def __int__(self): return int(self.get())
    def __float__(self): return float(self.get())
    def __complex__(self): return complex(self.get())
    def __repr__(self): return repr(self.get())
    def __str__(self): return str(self.get())
    def __format__(self, spec): return format(self.get(), spec)

    def __array__(self, dtype=None, copy=None):
        raise TypeError(IMPLICIT)

    def __reduce__(self):
        return from_host, (self.get(order="A"),)

    # ---- elements
    def __len__(self):
        if self.ndim == 0:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self):
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(self.shape[0]))

    def __getitem__(self, index): return indexing.getitem(self, index)
    def __setitem__(self, index, value): indexing.setitem(self, index, value)
    def take(self, indices, axis=None, out=None): return function("take")(self, indices, axis, out)
    def put(self, indices, values, mode="wrap"): function("put")(self, indices, values, mode)
    def repeat(self, repeats, axis=None): return function("repeat")(self, repeats, axis)
    def nonzero(self): return function("nonzero")(self)
    def diagonal(self, offset=0, axis1=0, axis2=1): return call(np.diagonal, self, offset, axis1, axis2)

    def compress(self, condition, axis=None, out=None):
        return function("compress")(condition, self, axis, out)

    def searchsorted(self, v, side="left", sorter=None):
        return function("searchsorted")(self, v, side, sorter)

    @indexing.quiet
    def fill(self, value):
        if np.ndim(getattr(value, "_host", value)):
            raise ValueError("non-scalar numpy.ndarray cannot be used for fill")
        self._host.fill(getattr(value, "_host", value))

    # ---- shape and type
    @indexing.quiet
    def astype(self, dtype, order="K", casting=None, subok=None, copy=True):
        if casting is not None or subok is not None:
            raise TypeError("casting and subok are not supported yet")
        host = self._host.astype(dtype, order, copy=bool(copy))
        return self if host is self._host else new(host)

    def copy(self, order="C"): return new(self._host.copy(order))
    def __copy__(self): return self.copy()
    def __deepcopy__(self, memo): return self.copy()
    def view(self, dtype=None): return wrap(self._host.view(dtype or self.dtype), [self])
    def reshape(self, *shape, order="C"): return wrap(self._host.reshape(*shape, order=order), [self])
    def transpose(self, *axes): return wrap(self._host.transpose(*axes), [self])
    def swapaxes(self, axis1, axis2): return wrap(self._host.swapaxes(axis1, axis2), [self])
    def ravel(self, order="C"): return wrap(self._host.reshape(-1, order=order), [self])
    def flatten(self, order="C"): return new(self._host.flatten(order))
    def squeeze(self, axis=None): return wrap(self._host.squeeze(axis), [self])

    # ---- sums and the like: always arrays, and with CuPy's arguments only (no where=, no initial=)
    def sum(self, axis=None, dtype=None, out=None, keepdims=False):
        return call(np.sum, self, axis=axis, dtype=dtype, out=out, keepdims=keepdims)

    def prod(self, axis=None, dtype=None, out=None, keepdims=False):
        return call(np.prod, self, axis=axis, dtype=dtype, out=out, keepdims=keepdims)

    def mean(self, axis=None, dtype=None, out=None, keepdims=False):
        return call(np.mean, self, axis=axis, dtype=dtype, out=out, keepdims=keepdims)

    def var(self, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
        return call(np.var, self, axis=axis, dtype=dtype, out=out, ddof=ddof, keepdims=keepdims)

    def std(self, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
        return call(np.std, self, axis=axis, dtype=dtype, out=out, ddof=ddof, keepdims=keepdims)

    def max(self, axis=None, out=None, keepdims=False):
        return call(np.max, self, axis=axis, out=out, keepdims=keepdims)

    def min(self, axis=None, out=None, keepdims=False):
        return call(np.min, self, axis=axis, out=out, keepdims=keepdims)

    def ptp(self, axis=None, out=None, keepdims=False):
        return call(np.ptp, self, axis=axis, out=out, keepdims=keepdims)

    def argmax(self, axis=None, out=None, *, keepdims=False):
        return call(np.argmax, self, axis=axis, out=out, keepdims=keepdims)

    def argmin(self, axis=None, out=None, *, keepdims=False):
        return call(np.argmin, self, axis=axis, out=out, keepdims=keepdims)

    def all(self, axis=None, out=None, keepdims=False):
        return call(np.all, self, axis=axis, out=out, keepdims=keepdims)

    def any(self, axis=None, out=None, keepdims=False):
        return call(np.any, self, axis=axis, out=out, keepdims=keepdims)

    def cumsum(self, axis=None, dtype=None, out=None):
        return call(np.cumsum, self, axis=axis, dtype=dtype, out=out)

    def cumprod(self, axis=None, dtype=None, out=None):
        return call(np.cumprod, self, axis=axis, dtype=dtype, out=out)

    def trace(self, offset=0, axis1=0, axis2=1, dtype=None, out=None):
        return call(np.trace, self, offset, axis1, axis2, dtype, out)

    def clip(self, min=None, max=None, out=None): return function("clip")(self, min, max, out)
    def round(self, decimals=0, out=None): return call(np.round, self, decimals, out)
    def conj(self): return self if self.dtype.kind != "c" else ufunc("conjugate")(self)
    conjugate = conj

    def dot(self, b, out=None):
        if not isinstance(b, ndarray):
            raise TypeError(f"Argument 'b' has incorrect type (expected cupy.ndarray, got {type(b)})")
        return call(np.dot, self, b, out)

    def sort(self, axis=-1):
        if not self._host.flags.c_contiguous:
            raise NotImplementedError("Sorting non-contiguous array is not supported.")
        self._host.sort(axis, kind="stable")

    def argsort(self, axis=-1): return call(functools.partial(np.argsort, kind="stable"), self, axis)
    def argpartition(self, kth, axis=-1): return self.argsort(axis)

    # ---- operators
    __add__, __radd__, __iadd__ = operators("add")
    __sub__, __rsub__, __isub__ = operators("subtract")
    __mul__, __rmul__, __imul__ = operators("multiply")
    __truediv__, __rtruediv__, __itruediv__ = operators("true_divide")
    __floordiv__, __rfloordiv__, __ifloordiv__ = operators("floor_divide")
    __mod__, __rmod__, __imod__ = operators("remainder")
    __pow__, __rpow__, __ipow__ = operators("power")
    __lshift__, __rlshift__, __ilshift__ = operators("left_shift")
    __rshift__, __rrshift__, __irshift__ = operators("right_shift")
    __and__, __rand__, __iand__ = operators("bitwise_and")
    __or__, __ror__, __ior__ = operators("bitwise_or")
    __xor__, __rxor__, __ixor__ = operators("bitwise_xor")
    __matmul__, __rmatmul__, _ = operators("matmul")
    __divmod__, __rdivmod__, _ = operators("divmod")
    del _
    __lt__, __le__, __eq__ = comparison("less"), comparison("less_equal"), comparison("equal")
    __gt__, __ge__, __ne__ = comparison("greater"), comparison("greater_equal"), comparison("not_equal")
    def __neg__(self): return ufunc("negative")(self)
    def __pos__(self): return ufunc("positive")(self)
    def __abs__(self): return ufunc("absolute")(self)
    def __invert__(self): return ufunc("invert")(self)

    # ---- NumPy's own functions called on arrays of the card: CuPy's function of that name, if there is one
    def __array_ufunc__(self, np_ufunc, method, *inputs, **settings):
        from .modules import cupy, special
        outputs = settings.get("out", ())
        if outputs:
            if len(outputs) != 1:
                raise ValueError("The 'out' parameter must have exactly one array value")
            settings["out"] = outputs[0]
        try:
            function = getattr(cupy, np_ufunc.__name__, None) or getattr(special, np_ufunc.__name__)
            function = function if method == "__call__" else getattr(function, method)
        except AttributeError:
            return NotImplemented
        if not all(isinstance(x, SCALARS + (np.ndarray, ndarray)) for x in inputs + outputs):
            return NotImplemented
        return function(*inputs, **settings)

    def __array_function__(self, function, types, args, settings):
        from .modules import cupy
        try:
            module = functools.reduce(getattr, function.__module__.split(".")[1:], cupy)
            ours = getattr(module, function.__name__)
        except AttributeError:
            return NotImplemented
        if not all(issubclass(t, (ndarray, np.ndarray)) for t in types):
            return NotImplemented
        return ours(*args, **settings)


def function(name):
    from .functions import FUNCTIONS
    return FUNCTIONS[name]
