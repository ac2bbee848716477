"""Where arrays live: NumPy on the processor, CuPy on a graphics card.

This is the only file that knows CuPy exists. CuPy is imported when a tensor is first sent to ``"cuda"``.

The library never asks "which backend am I on?". A rule asks each array it is given for the module that
made it, ``xp = namespace(x)``, and calls that module's functions: ``xp.exp(x)``. For a NumPy array that is
NumPy, for a CuPy array CuPy, and for a Tensor it is ``tinygrad_bio.ops``, whose functions have NumPy's names.
So one rule runs on all three.

Where NumPy and CuPy differ, and what we do about it
----------------------------------------------------
* An integer index out of range *wraps around* in CuPy and raises in NumPy: :func:`check_index` looks first.
* ``a[i] = v`` with an index that occurs twice is undefined in CuPy: rules that need every occurrence to
  count call :func:`add_at`.
* A reduction gives a 0-d array in CuPy and a scalar in NumPy: the engine makes every value an array.
* CuPy never mixes with NumPy arrays by itself: the engine turns its refusal into :class:`DeviceMismatchError`.
* ``erf`` and its kin are in ``scipy.special`` here and in ``cupyx.scipy.special`` there: :func:`special`.
* Random numbers differ between the two: they are always drawn here, then moved, so that a network starts
  with the same weights on either.
"""
import numpy as np

from . import memory  # noqa: F401  (importing it is what it is for)
from .random import (  # noqa: F401
    Generator, default_generator, get_rng_state, initial_seed, manual_seed, set_rng_state)

NAMESPACES = {np.ndarray: np}       # type of array or Tensor -> the module with its functions
ARRAYS = {np.ndarray}               # the types that are plain arrays


def namespace(*arrays):
    """The module whose functions work on these arrays: NumPy, CuPy, or our own ``ops`` for Tensors.

    Python scalars fit in anywhere. Tensors go before plain arrays: a rule that is differentiated again
    may meet both.

    >>> namespace(np.ones(3)).__name__
    'numpy'
    """
    found = None
    for a in arrays:
        xp = NAMESPACES.get(type(a))
        if xp is None or xp is found:
            continue
        if xp.__name__ == "tinygrad_bio.ops":
            return xp
        if found is not None:
            raise DeviceMismatchError("some arrays are on 'cpu' (NumPy) and some on 'cuda' (CuPy)")
        found = xp
    return found or np


def special(x):
    """The module with ``erf``, ``gammaln``, …: ``scipy.special``, CuPy's copy of it, or ``ops`` for Tensors.

    >>> special(np.ones(2)).__name__, special(tg.ones(2)).__name__
    ('scipy.special', 'tinygrad_bio.ops')
    """
    xp = namespace(x)
    if xp is np:
        import scipy.special        # imported late: it takes longer than all of this library
        return scipy.special
    if xp.__name__ == "cupy":
        import cupyx.scipy.special
        return cupyx.scipy.special
    return xp


def sparse(x):
    """The module with ``csr_matrix``, …: ``scipy.sparse``, or CuPy's copy of it.

    >>> sparse(np.ones(2)).__name__
    'scipy.sparse'
    """
    if namespace(x) is np:
        import scipy.sparse
        return scipy.sparse
    import cupyx.scipy.sparse
    return cupyx.scipy.sparse


def is_array(x):
    """Whether `x` is a plain array, of NumPy or of CuPy (and not a Tensor).

    >>> is_array(np.ones(2)), is_array([1, 1])
    (True, False)
    """
    return type(x) in ARRAYS or isinstance(x, np.ndarray)


# ------------------------------------------------------------------------------------------- devices

class DeviceMismatchError(TypeError):
    """Arrays of one operation lie on different devices. The message says which, and what to write."""


class device:
    """A place for arrays: ``device("cpu")``, ``device("cuda")`` or ``device("cuda:1")``.

    >>> device("cuda:0").type, device("cpu") == "cpu"
    ('cuda', True)
    """
    __slots__ = ("type", "index")

    def __init__(self, type=None, index=None, *, device=None):
        name = device if type is None else type
        if hasattr(name, "index") and hasattr(name, "type"):                # a device
            name, index = name.type, name.index
        kind, _, number = str(name).partition(":")
        if kind not in ("cpu", "cuda") or (number and not number.isdigit()):
            raise ValueError(f"device {name!r} is not known: write 'cpu', 'cuda' or 'cuda:0'")
        self.type = kind
        self.index = int(number) if number else index

    def __eq__(self, other):
        if isinstance(other, str):
            other = device(other)
        return isinstance(other, device) and (self.type, self.index or 0) == (other.type, other.index or 0)

    def __hash__(self):
        return hash((self.type, self.index or 0))

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self):
        return f"device(type={self.type!r}" + ("" if self.index is None else f", index={self.index}") + ")"


CPU = device("cpu")


def device_of(array):
    """The device that holds an array.

    >>> device_of(np.ones(2))
    device(type='cpu')
    """
    if isinstance(array, np.ndarray):
        return CPU
    return device("cuda", array.device.id)


def cupy():
    """CuPy itself, imported on first use; an error that says how to install it where it is missing.

    >>> x = cupy().ones(3) if cuda_is_available() else np.ones(3)
    """
    try:
        import cupy as module
    except ImportError as error:
        raise ImportError("device 'cuda' needs CuPy, which is not installed: pip install 'tinygrad_bio[cuda12]' "
                          "(or [cuda13], to match `nvidia-smi`)") from error
    NAMESPACES.setdefault(module.ndarray, module)
    ARRAYS.add(module.ndarray)
    return module


def cuda_is_available():
    """Whether CuPy is installed and finds a card. Never raises.

    >>> cuda_is_available() == tg.cuda.is_available()
    True
    """
    try:
        return cupy().cuda.is_available()
    except Exception:
        return False


def to_device(array, where):
    """The array on device `where`: itself if it is there already, else a copy.

    >>> to_device(np.ones(2), "cpu")
    array([1., 1.])
    """
    where = device(where)
    if where.type == "cpu":
        return asnumpy(array)
    module = cupy()
    if where.index is None:
        return module.asarray(array)
    with module.cuda.Device(where.index):
        return module.asarray(array)


def asnumpy(array):
    """The array as a NumPy array: itself if it is one, else a copy from the card.

    >>> asnumpy(np.ones(2))
    array([1., 1.])
    """
    return array.get() if type(array) in NAMESPACES and not isinstance(array, np.ndarray) else np.asarray(array)


def address(array):
    """Where in memory the first number of an array is.

    >>> x = np.zeros(3)
    >>> address(x[1:]) - address(x)
    8
    """
    return array.ctypes.data if isinstance(array, np.ndarray) else array.data.ptr


# -------------------------------------------------------------------------------------------- dtypes

float16, float32, float64 = np.dtype("float16"), np.dtype("float32"), np.dtype("float64")
int8, int16, int32, int64, uint8 = (np.dtype(n) for n in ("int8", "int16", "int32", "int64", "uint8"))
bool_ = np.dtype("bool")

_default_dtype = float32


def get_default_dtype():
    """The dtype of floats made from Python numbers: float32 unless set otherwise.

    >>> import tinygrad_bio as tg
    >>> tg.get_default_dtype()
    dtype('float32')
    """
    return _default_dtype


def set_default_dtype(d):
    """Make tensors of Python floats have this floating dtype from now on.

    >>> import tinygrad_bio as tg
    >>> tg.set_default_dtype(tg.float64)
    >>> tg.tensor([1.5]).dtype
    dtype('float64')
    >>> tg.set_default_dtype(tg.float32)
    """
    global _default_dtype
    d = np.dtype(d)
    if d.kind != "f":
        raise TypeError(f"set_default_dtype: expected a floating dtype such as float32, got {d.name}")
    _default_dtype = d


_CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}         # a higher category wins over a lower one


def common_dtype(values):
    """The dtype in which an operation on these arrays and Python scalars is computed (PyTorch's rule).

    Arrays with dimensions decide; a 0-d array or a Python scalar matters only if it is of a higher category
    (bool < integer < float < complex). So a float32 array times a 0-d float64 array stays float32.

    >>> common_dtype([np.ones(3, "float32"), np.array(2.0)]), common_dtype([np.arange(3), 2.5])
    (dtype('float32'), dtype('float32'))
    """
    wide = [a.dtype for a in values if hasattr(a, "dtype") and a.ndim > 0]
    zero = [a.dtype for a in values if hasattr(a, "dtype") and a.ndim == 0]
    scalars = [_scalar_dtype(a) for a in values if not hasattr(a, "dtype")]
    best = None
    for group in (wide, zero, scalars):
        if group:
            top = max(_CATEGORY[d.kind] for d in group)
            if best is None or top > _CATEGORY[best.kind]:
                best = np.result_type(*(d for d in group if _CATEGORY[d.kind] == top))
    if best.kind in "iu" and any(type(v) is int and not np.iinfo(best).min <= v <= np.iinfo(best).max for v in values):
        return int64                                # uint8 and −1: rather than −1 becoming 255
    return best


def _scalar_dtype(x):
    if isinstance(x, bool):
        return bool_
    return int64 if isinstance(x, int) else np.dtype("complex128") if isinstance(x, complex) else _default_dtype


# -------------------------------------------------- what NumPy, CuPy and SciPy spell or do differently

def check_index(index, size, what="index"):
    """Raise IndexError naming the first integer of `index` outside ``-size … size-1``.

    On a card this waits for the result once; CuPy itself would silently wrap the index around.

    >>> check_index(np.array([0, 3]), size=3)
    Traceback (most recent call last):
        ...
    IndexError: index 3 is out of range: expected -3 … 2 for a dimension of size 3
    """
    if index.size == 0:
        return
    low, high = int(index.min()), int(index.max())
    if low < -size or high >= size:
        bad = high if high >= size else low
        raise IndexError(f"{what} {bad} is out of range: expected {-size} … {size - 1} for a dimension of size {size}")


def keep(g, mask):
    """g where the mask holds, 0 elsewhere, be g infinite there (when 0·g would be NaN). For Tensors too.

    On the processor large arrays are masked by their bits, with 111…1 or 000…0: `where` takes some ten times as long,
    because the processor cannot guess which way it goes next.

    >>> keep(np.array([1., np.inf]), np.array([True, False]))
    array([1., 0.])
    """
    if type(g) is not np.ndarray or g.size < 8192 or g.shape != mask.shape or type(mask) is not np.ndarray:
        return namespace(g, mask).where(mask, g, 0.0)
    bits = mask.view(np.int8).astype(f"int{8 * g.itemsize}")        # 0 or 1
    np.negative(bits, out=bits)                                     # 0 or −1, which is 111…1
    values = g.view(bits.dtype)
    if values.strides != bits.strides and g.flags.forc:             # gradient and mask lie in memory in different orders: copying
        values = np.empty_like(bits)                                # first is three to nine times as fast as combining them so
        values[...] = g.view(bits.dtype)
    bits &= values
    return bits.view(g.dtype)


def add_at(array, index, values):
    """``array[index] += values`` where an index that occurs twice counts twice. Writes into `array`.

    >>> counts = np.zeros(3)
    >>> add_at(counts, np.array([0, 0, 2]), 1.0)
    >>> counts
    array([2., 0., 1.])
    """
    if array.dtype == bool_:                                # CuPy has no atomic "or": count instead
        counts = array.astype(int32)
        add_at(counts, index, values.astype(int32))
        array[...] = counts != 0
    else:
        namespace(array).add.at(array, index, values)


def add_rows(rows, index, values):
    """An array of `rows` rows, where row ``index[n]`` has been given ``values[n]``, summed over n.

    A product with a sparse matrix of ones does it: M (rows, N) has M[index[n], n] = 1. That is some ten
    times faster than ``add_at`` for wide rows, and gives the same bits in every run. (CuPy's sparse matrices hold float32
    and float64 only; others go through `add_at`.)

    >>> add_rows(3, np.array([0, 0, 2]), np.ones((3, 2)))
    array([[2., 2.],
           [0., 0.],
           [1., 1.]])
    """
    if values.dtype not in (float32, float64):
        total = namespace(values).zeros((rows,) + values.shape[1:], dtype=values.dtype)
        add_at(total, index, values)
        return total
    n = index.shape[0]
    xp = namespace(values)
    index = xp.where(index < 0, index + rows, index)
    ones = xp.ones(n, dtype=values.dtype)
    matrix = sparse(values).csc_matrix((ones, index, xp.arange(n + 1)), shape=(rows, n))
    return (matrix @ values.reshape(n, -1)).reshape((rows,) + values.shape[1:])


def with_own_dtype(array):
    """The array with NumPy's own object for its dtype, in this machine's byte order.

    The engine compares dtypes with ``is``. Arrays that were unpickled (by a DataLoader's workers, say) have a copy of it.

    >>> with_own_dtype(np.ones(2, np.dtype("float32").newbyteorder())).dtype is float32
    True
    """
    if not array.dtype.isnative:
        return array.astype(np.dtype(array.dtype.newbyteorder("=").str))
    own = np.dtype(array.dtype.str)
    return array if array.dtype is own or array.dtype.kind not in "biufc" else array.view(own)


def is_writable(array):
    """Whether an array may be written: NumPy's broadcast views may not, and CuPy's have no flag but are views too.

    >>> is_writable(np.zeros(3)), is_writable(np.broadcast_to(np.zeros(1), 3))
    (True, False)
    """
    return array.flags.writeable if isinstance(array, np.ndarray) else 0 not in array.strides or array.size <= 1


def diagonal_view(array, offset=0, axis1=0, axis2=1):
    """``array.diagonal(...)`` that may be written, as CuPy's and PyTorch's may: NumPy marks its own as read-only.

    >>> x = np.zeros((2, 2))
    >>> diagonal_view(x)[:] = 1
    >>> x.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    view = array.diagonal(offset, axis1, axis2)
    if isinstance(view, np.ndarray) and is_writable(array):
        view.flags.writeable = True
    return view


def recorded(*arrays):
    """Whether a rule is being run on Tensors, to be differentiated once more.

    >>> recorded(np.ones(2)), recorded(tg.ones(2))
    (False, True)
    """
    return namespace(*arrays).__name__ == "tinygrad_bio.ops"


def buffer_of(array):
    """The array that owns the memory which `array` looks at.

    >>> x = np.zeros((2, 2))
    >>> buffer_of(x[0].T) is x
    True
    """
    base = array.base
    while base is not None and is_array(base):
        array, base = base, base.base
    return array
