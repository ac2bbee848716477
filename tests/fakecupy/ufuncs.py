"""CuPy's universal functions: the ones it has, with the few arguments they take."""
import numpy as np
import scipy.special

from . import indexing
from .array import ndarray
from .convert import SCALARS, call, from_host, unsupported

NAMES = """
add subtract multiply divide true_divide floor_divide remainder mod fmod divmod power float_power negative
positive absolute abs sign reciprocal square sqrt cbrt exp exp2 expm1 log log2 log10 log1p logaddexp
logaddexp2 sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh arcsinh arccosh arctanh hypot deg2rad
rad2deg degrees radians floor ceil trunc rint modf frexp ldexp copysign nextafter signbit heaviside gcd lcm
fabs maximum minimum fmax fmin equal not_equal less less_equal greater greater_equal logical_and logical_or
logical_xor logical_not isfinite isinf isnan bitwise_and bitwise_or bitwise_xor invert bitwise_not
left_shift right_shift conj conjugate matmul
"""

SPECIAL_NAMES = """
erf erfc erfcx erfinv erfcinv expit logit log_expit ndtr ndtri log_ndtr gamma gammaln gammasgn gammainc
gammaincc loggamma rgamma digamma psi beta betaln betainc xlogy xlog1py entr rel_entr kl_div huber
pseudo_huber poch i0 i0e i1 i1e k0 k0e k1 k1e j0 j1 y0 y1 exp10 exp2 expm1 log1p cbrt exprel
"""


class ufunc:
    """One universal function. Works on arrays of the card and on scalars, and on nothing else."""

    def __init__(self, host):
        self._host = host
        self.name = self.__name__ = f"cupy_{host.__name__}"
        self.nin, self.nout, self.nargs = host.nin, host.nout, host.nargs
        self.__doc__ = f"CuPy's {host.__name__}: out=, dtype= and casting= are all the settings it takes."

    def __repr__(self):
        return f"<ufunc '{self.name}'>"

    def __call__(self, *args, out=None, dtype=None, casting="same_kind", **wrong):
        if wrong:
            raise TypeError(f"Wrong arguments {wrong}")
        if not self.nin <= len(args) <= self.nargs:
            raise TypeError(f"Wrong number of arguments for {self.name!r}. It must be either {self.nin} or "
                            f"{self.nargs} (with outputs), but given {len(args)}.")
        for a in args[:self.nin]:
            if not isinstance(a, (ndarray,) + SCALARS):
                raise unsupported(a)
        if args[self.nin:]:
            if out is not None:
                raise ValueError("Cannot specify 'out' as both a positional and keyword argument")
            out = args[self.nin:]
        settings = {} if out is None else {"out": out}
        return call(self._host, *args[:self.nin], dtype=dtype, casting=casting, order="C", **settings)

    def at(self, a, indices, b=None):
        indexing.at(a, indices, b, self._host.__name__)

    def outer(self, A, B, **settings):
        A, B = from_host(A), from_host(B)
        return self(A.reshape(A.shape + (1,) * B.ndim), B, **settings)

    def _only(self, method, names):
        if self._host.__name__ not in names:
            raise NotImplementedError(f"`{self.name}.{method}` is not supported yet")

    def reduce(self, array, axis=0, dtype=None, out=None, keepdims=False):
        self._only("reduce", ("add", "multiply"))
        return call(self._host.reduce, array, axis, dtype, out, keepdims)

    def accumulate(self, array, axis=0, dtype=None, out=None):
        self._only("accumulate", ("add", "multiply"))
        return call(self._host.accumulate, array, axis, dtype, out)

    def reduceat(self, array, indices, axis=0, dtype=None, out=None):
        self._only("reduceat", ("add",))
        return call(self._host.reduceat, array, indices, axis, dtype, out)


UFUNCS = {name: ufunc(getattr(np, name)) for name in NAMES.split()}
SPECIAL_UFUNCS = {name: ufunc(getattr(scipy.special, name)) for name in SPECIAL_NAMES.split()}
