"""The modules `cupy`, `cupyx`, … put together from the tables."""
import types
from importlib.machinery import ModuleSpec

import numpy as np
import scipy.special

from . import cuda as card
from .array import ndarray
from .convert import new, unwrap, wrap
from .cuda import OLDEST
from .functions import FUNCTIONS, LINALG, SPECIAL, entries, mirror
from .sparse import SPARSE
from .ufuncs import SPECIAL_UFUNCS, UFUNCS, ufunc

SINCE_14 = {
    "cupy": "concat trapezoid permute_dims matrix_transpose cumulative_sum cumulative_prod "
            "put_along_axis bool astype isdtype pow acos acosh asin asinh atan atan2 atanh "
            "bitwise_count bitwise_invert bitwise_left_shift bitwise_right_shift apply_over_axes "
            "unique_all unique_counts unique_inverse unique_values long ulong",
    "cupy.linalg": "eig eigvals cond cross matmul matrix_transpose",
}

# What CuPy has and the stand-in does not play: its error says so, lest CuPy be blamed. Random numbers are
# left out on purpose: the library draws them on the host.
NOT_PLAYED = {
    "cupy": "random fft polynomial testing typing exceptions ElementwiseKernel RawKernel RawModule "
            "ReductionKernel apply_along_axis array2string array_equiv array_repr array_str "
            "asarray_chkfinite asfarray bartlett base_repr binary_repr blackman broadcast byte_bounds "
            "c_ choose clear_memo common_type disp ediff1d flatiter format_float_positional "
            "format_float_scientific from_dlpack fromDlpack frombuffer fromfile fromfunction fromiter "
            "fromstring fuse genfromtxt get_default_pinned_memory_pool get_printoptions gradient "
            "hamming hanning histogram2d histogramdd in1d index_exp isfortran iterable kaiser load "
            "loadtxt mask_indices memoize msort packbits piecewise place poly poly1d polyadd polyfit "
            "polymul polysub polyval printoptions r_ real_if_close require roots round_ row_stack s_ "
            "save savetxt savez savez_compressed set_printoptions setxor1d show_config sort_complex "
            "trapz trim_zeros unpackbits unwrap vander vectorize who AxisError byte short intc longlong "
            "ubyte ushort uint uintc ulonglong csingle cdouble cfloat",
    "cupy.linalg": "tensorinv tensorsolve",
    "cupyx": "scatter_add scatter_max scatter_min rsqrt errstate linalg GeneralizedUFunc optimizing "
             "profiler",
}

CONSTANTS = "pi e inf nan newaxis euler_gamma"
TYPES = ("bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 "
         "complex128 intp uintp int_ half single double generic number integer signedinteger "
         "unsignedinteger inexact floating complexfloating dtype finfo iinfo ndindex")
ABOUT_TYPES = "can_cast promote_types issubdtype min_scalar_type isscalar broadcast_shapes"


class Module(types.ModuleType):
    """A module of the stand-in. Asked for a name it lacks, it says whether CuPy has it."""

    def __init__(self, name, *contents):
        super().__init__(name, "Part of the tests' stand-in for CuPy.")
        self.__spec__ = ModuleSpec(name, None)
        for content in contents:
            for key, value in content.items():
                if OLDEST >= 14 or key not in SINCE_14.get(name, "").split():
                    setattr(self, key, value)

    def __getattr__(self, name):
        why = ""
        too_new = name in SINCE_14.get(self.__name__, "").split()
        if too_new and OLDEST < 14:
            why = f" (CuPy has it since version 14; the library promises {OLDEST})"
        elif too_new or name in NOT_PLAYED.get(self.__name__, "").split():
            why = " (CuPy has it, the tests' stand-in does not: see tests/fakecupy/modules.py)"
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}{why}")


def quietly_singular(name):
    """CuPy's solvers do not look whether it worked: a singular matrix gives NaNs, not LinAlgError."""
    def function(*arrays):
        try:
            return mirrored(*arrays)
        except np.linalg.LinAlgError:
            matrix, like = arrays[0], arrays[-1]
            if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2]:
                raise                                                   # a wrong shape is refused by CuPy too
            return like.astype(like.dtype if like.dtype.kind in "fc" else float) * np.nan
    mirrored = linalg_functions[name]
    return function


class Grid:
    """`cupy.ogrid` and `cupy.mgrid`."""

    def __init__(self, host):
        self.host = host

    def __getitem__(self, key):
        return wrap(self.host[key])


def as_strided(x, shape=None, strides=None):
    return new(np.lib.stride_tricks.as_strided(x._host, shape, strides))    # its base is None, in CuPy too


def sliding_window_view(x, window_shape, axis=None, *, subok=False, writeable=False):
    if writeable:
        raise NotImplementedError("Writeable views are not supported.")
    view = np.lib.stride_tricks.sliding_window_view(unwrap(x, []), window_shape, axis)
    return as_strided(x, view.shape, view.strides)


def pick(source, names):
    return {name: getattr(source, name) for name in names.split()}


linalg_functions = {e[0]: mirror(getattr(np.linalg, e[0]), *e) for e in entries(LINALG)}
linalg_functions.update({name: quietly_singular(name) for name in ("inv", "solve", "cholesky")})
linalg = Module("cupy.linalg", linalg_functions, {"LinAlgError": np.linalg.LinAlgError})

stride_tricks = Module("cupy.lib.stride_tricks",
                       {"as_strided": as_strided, "sliding_window_view": sliding_window_view})
lib = Module("cupy.lib", {"stride_tricks": stride_tricks})

runtime = Module("cupy.cuda.runtime", pick(card, "CUDARuntimeError getDeviceCount getDevice setDevice "
                                                 "getDeviceProperties runtimeGetVersion driverGetVersion"))
cuda = Module("cupy.cuda", {"runtime": runtime},
              pick(card, "Device Stream MemoryPool get_current_stream is_available"))

cupy = Module("cupy", UFUNCS, FUNCTIONS, pick(np, CONSTANTS), pick(np, TYPES), pick(np, ABOUT_TYPES), {
    "__version__": "14.2.0", "ndarray": ndarray, "ufunc": ufunc, "linalg": linalg, "lib": lib, "cuda": cuda,
    "ogrid": Grid(np.ogrid), "mgrid": Grid(np.mgrid), "bool": np.bool_,
    "is_available": card.is_available, "get_default_memory_pool": card.get_default_memory_pool})

special = Module("cupyx.scipy.special", SPECIAL_UFUNCS,
                 {e[0]: mirror(getattr(scipy.special, e[0]), *e) for e in entries(SPECIAL)})
sparse = Module("cupyx.scipy.sparse", SPARSE)
cupyx_scipy = Module("cupyx.scipy", {"special": special, "sparse": sparse,
                                     "get_array_module": FUNCTIONS["get_array_module"]})
cupyx = Module("cupyx", {"scipy": cupyx_scipy, "DeviceSynchronized": card.DeviceSynchronized,
                         "allow_synchronize": card.allow_synchronize})

MODULES = {module.__name__: module for module in (cupy, linalg, lib, stride_tricks, cuda, runtime,
                                                  cupyx, cupyx_scipy, special, sparse)}
