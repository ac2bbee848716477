"""CuPy's functions: a table of those that are NumPy's with fewer arguments, then those that are written out.

An entry of the table reads ``name(arrays; settings)``. Before the semicolon stand arrays of the card (in
brackets: a list of them), as CuPy's kernels demand. Behind it stand all the settings that CuPy takes, by its
names; ``dims:shape`` says that NumPy calls the setting `shape`. A star makes the rest keyword-only.
"""
import re

import numpy as np

from .array import ndarray
from .convert import SCALARS, call, from_host, garbage, new, unsupported, unwrap, wrap
from .cuda import OLDEST, wait
from .indexing import wrap_around

TABLE = """
all(a; axis, out, keepdims)                     any(a; axis, out, keepdims)
max(a; axis, out, keepdims)                     min(a; axis, out, keepdims)
amax(a; axis, out, keepdims)                    amin(a; axis, out, keepdims)
nanmax(a; axis, out, keepdims)                  nanmin(a; axis, out, keepdims)
ptp(a; axis, out, keepdims)                     count_nonzero(a; axis)
sum(a; axis, dtype, out, keepdims)              prod(a; axis, dtype, out, keepdims)
nansum(a; axis, dtype, out, keepdims)           nanprod(a; axis, dtype, out, keepdims)
mean(a; axis, dtype, out, keepdims)             nanmean(a; axis, dtype, out, keepdims)
var(a; axis, dtype, out, ddof, keepdims)        std(a; axis, dtype, out, ddof, keepdims)
nanvar(a; axis, dtype, out, ddof, keepdims)     nanstd(a; axis, dtype, out, ddof, keepdims)
argmax(a; axis, *, out, keepdims)               argmin(a; axis, *, out, keepdims)
nanargmax(a; axis)                              nanargmin(a; axis)
median(a; axis, out, overwrite_input, keepdims) nanmedian(a; axis, out, overwrite_input, keepdims)
quantile(a; q, axis, out, overwrite_input, method, keepdims)
percentile(a; q, axis, out, overwrite_input, method, keepdims)
average(a; axis, weights, returned, *, keepdims)
cumsum(a; axis, dtype, out)                     cumprod(a; axis, dtype, out)
nancumsum(a; axis, dtype, out)                  nancumprod(a; axis, dtype, out)
diff(a; n, axis, prepend, append)               trace(a; offset, axis1, axis2, dtype, out)
digitize(x, bins; right)                        interp(x, xp, fp; left, right, period)
histogram(x; bins, range, *, density, weights)  convolve(a, v; mode)
correlate(a, v; mode)                           corrcoef(a; y, rowvar, *, dtype)
cov(a; y, rowvar, bias, ddof, fweights, aweights, *, dtype)

dot(a, b; out)      inner(a, b)     outer(a, b; out)    vdot(a, b)      kron(a, b)      tensordot(a, b; axes)
cross(a, b; axisa, axisb, axisc, axis)

around(a; decimals, out)        round(a; decimals, out)     fix(x; out)     sinc(x)     i0(x)
clip(a; a_min, a_max, out)      nan_to_num(x; copy, nan, posinf, neginf)    angle(z; deg)
isneginf(x; out)    isposinf(x; out)    isreal(x)   iscomplex(x)    isrealobj(x)    iscomplexobj(x)
partition(a; kth, axis)         lexsort(keys)       isin(element, test_elements; assume_unique, invert)

ravel(a; order)                 squeeze(a; axis)                expand_dims(a; axis)
moveaxis(a; source, destination)    rollaxis(a; axis, start)    swapaxes(a; axis1, axis2)
transpose(a; axes)              flip(a; axis)       fliplr(a)   flipud(a)       rot90(a; k, axes)
roll(a; shift, axis)            tile(A; reps)       resize(a; new_shape)
broadcast_to(array; shape)      broadcast_arrays(*args)
atleast_1d(*arys)               atleast_2d(*arys)               atleast_3d(*arys)
concatenate([tup]; axis, out, *, dtype, casting)    stack([tup]; axis, out, *, dtype, casting)
vstack([tup]; *, dtype, casting)    hstack([tup]; *, dtype, casting)    dstack([tup])   column_stack([tup])
split(ary; indices_or_sections, axis)           array_split(ary; indices_or_sections, axis)
hsplit(ary; indices_or_sections)    vsplit(ary; indices_or_sections)    dsplit(ary; indices_or_sections)
append(arr; values, axis)       delete(arr; indices:obj, axis)

diag(v; k)      diagflat(v; k)  diagonal(a; offset, axis1, axis2)   fill_diagonal(a; val, wrap)
tril(m; k)      triu(m; k)      tri(; N, M, k, dtype)
tril_indices(; n, k, m)         triu_indices(; n, k, m)         diag_indices(; n, ndim)
tril_indices_from(arr; k)       triu_indices_from(arr; k)       diag_indices_from(arr)
indices(; dimensions, dtype)    ix_(*args)          meshgrid(*xi; *, copy, sparse, indexing)
unravel_index(indices; dims:shape, order)           select([condlist], [choicelist]; default)
putmask(a, mask; values)        copyto(dst; src, casting, where)

zeros(; shape, dtype, order)    ones(; shape, dtype, order)     full(; shape, fill_value, dtype, order)
zeros_like(a; dtype, order, *, shape)           ones_like(a; dtype, order, *, shape)
full_like(a; fill_value, dtype, order, *, shape)    eye(; N, M, k, dtype, order)    identity(; n, dtype)
linspace(; start, stop, num, endpoint, retstep, dtype, axis)
logspace(; start, stop, num, endpoint, base, dtype, axis)
copy(a; order)                  asfortranarray(a; dtype)
may_share_memory(a, b; max_work)    shares_memory(a, b; max_work)

concat([tup]; axis, out, *, dtype, casting)     trapezoid(y; x, dx, axis)       matrix_transpose(x)
permute_dims(a; axes)           cumulative_sum(x; *, axis, dtype, out, include_initial)
cumulative_prod(x; *, axis, dtype, out, include_initial)        put_along_axis(arr, indices; values, axis)
"""

# Functions whose result has a shape that only the card knows: the host waits for it.
WAITING = """
unique(ar; return_index, return_inverse, return_counts, axis, *, equal_nan)
nonzero(a)      flatnonzero(a)      argwhere(a)     bincount(x; weights, minlength)
extract(condition, a)           compress(condition, a; axis, out)
union1d(arr1, arr2)             setdiff1d(ar1, ar2; assume_unique)
intersect1d(arr1, arr2; assume_unique, return_indices)
"""

LINALG = """
norm(x; ord, axis, keepdims)    det(a)          slogdet(a)      inv(a)      pinv(a; rcond)      solve(a, b)
lstsq(a, b; rcond)              cholesky(a)     qr(a; mode)     svd(a; full_matrices, compute_uv)
eigh(a; UPLO)                   eigvalsh(a; UPLO)       matrix_power(M; n)      matrix_rank(M; tol)
eig(a)          eigvals(a)      cond(x; p)      matrix_transpose(a)
"""

SPECIAL = """
logsumexp(a; axis, b, keepdims, return_sign)    softmax(x; axis)        log_softmax(x; axis)
polygamma(n, x)                 zeta(x, q)
"""


def entries(table):
    """The lines of a table as (name, arrays, settings, which settings are keyword-only)."""
    for name, inside in re.findall(r"(\w+)\(([^()]*)\)", table):
        arrays, _, settings = inside.partition(";")
        settings = [s.strip() for s in settings.split(",") if s.strip()]
        positional = settings.index("*") if "*" in settings else len(settings)
        settings = dict(s.partition(":")[::2] for s in settings if s != "*")
        yield (name, [a.strip() for a in arrays.split(",") if a.strip()],
               {ours: theirs or ours for ours, theirs in settings.items()}, positional)


def mirror(host, name, arrays, settings, positional):
    """CuPy's function `name`, played by NumPy's `host`: checks the arguments, then calls it."""
    any_number = arrays[:1] and arrays[0].startswith("*")               # of arrays: broadcast_arrays(a, b, c)
    lists = any(a.startswith("[") for a in arrays)                      # concatenate([a, b, c])
    names = [a.strip("[]") for a in arrays]

    def function(*args, **kwargs):
        n = len(args) if any_number else len(arrays)
        if len(args) > n + positional:
            raise TypeError(f"{name}() takes {n + positional} positional arguments, not {len(args)}")
        args = list(args) + [kwargs.pop(a) for a in names[len(args):] if a in kwargs]
        if len(args) < n:
            raise TypeError(f"{name}() missing required argument: {names[len(args)]!r}")
        for a in args[:n]:
            for each in a if lists and isinstance(a, (list, tuple)) else [a]:
                if not isinstance(each, ndarray) and not (name in SCALARS_TOO and isinstance(each, SCALARS)):
                    raise unsupported(each)
        named = dict(zip(settings, args[n:]))
        for key, value in kwargs.items():
            if key not in settings or key in named:
                raise TypeError(f"{name}() got an unexpected keyword argument {key!r}")
            named[key] = value
        return call(host, *args[:n], **{settings[key]: value for key, value in named.items()})
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"CuPy's {name}({', '.join(arrays + list(settings))})."
    return function


SCALARS_TOO = ("polygamma", "zeta", "nan_to_num", "fix", "sinc", "i0")      # elementwise: numbers do as well
FUNCTIONS = {e[0]: mirror(getattr(np, e[0]), *e) for e in entries(TABLE) if hasattr(np, e[0])}


def written(function):
    """Put a function that is written out below into the table."""
    FUNCTIONS[function.__name__] = function
    return function


def waiting(function):
    def waits(*args, **kwargs):
        wait()
        return function(*args, **kwargs)
    return waits


FUNCTIONS.update({e[0]: waiting(mirror(getattr(np, e[0]), *e)) for e in entries(WAITING)})


# --------------------------------------------------------------------------- to and from the card

@written
def array(obj, dtype=None, copy=True, order="K", subok=False, ndmin=0, *, blocking=False):
    x = from_host(obj, dtype, order or "K")
    if x is obj:
        x = x.astype(x.dtype if dtype is None else dtype, order or "K", copy=copy)
    return x if x.ndim >= ndmin else x.reshape((1,) * (ndmin - x.ndim) + x.shape)


@written
def asarray(a, dtype=None, order=None, *, blocking=False):
    return array(a, dtype, False, order)


@written
def asanyarray(a, dtype=None, order=None, *, blocking=False):
    return array(a, dtype, False, order)


@written
def ascontiguousarray(a, dtype=None):
    if not isinstance(a, ndarray):
        raise unsupported(a)
    return a.astype(dtype or a.dtype, order="C", copy=False)


@written
def asnumpy(a, stream=None, order="C", out=None, *, blocking=True):
    return a.get(order=order, out=out) if isinstance(a, ndarray) else np.asarray(a, order=order)


@written
def empty(shape, dtype=float, order="C"):
    return garbage(shape, dtype, order)


@written
def empty_like(prototype, dtype=None, order="K", subok=None, shape=None):
    return garbage(shape or prototype.shape, dtype or prototype.dtype)


@written
def arange(start, stop=None, step=1, dtype=None):
    return call(np.arange, *((0, start) if stop is None else (start, stop)), step, dtype=dtype)


@written
def get_array_module(*args):
    from .modules import cupy
    return cupy if any(isinstance(a, ndarray) for a in args) else np


# ------------------------------------------------------------------- other results than NumPy's

@written
def where(condition, x=None, y=None):
    if (x is None) != (y is None):
        raise ValueError("Must provide both 'x' and 'y' or neither.")
    if x is None:
        return FUNCTIONS["nonzero"](condition)
    if not hasattr(condition, "astype"):
        raise AttributeError(f"{type(condition).__name__!r} object has no attribute 'astype'")
    for a in (condition, x, y):
        if not isinstance(a, (ndarray,) + SCALARS):
            raise unsupported(a)
    return call(np.where, condition, x, y)


@written
def take(a, indices, axis=None, out=None):
    indices = from_host(indices, None if isinstance(indices, ndarray) else int)._host
    indices = wrap_around(indices, a.size if axis is None else a.shape[axis])
    return call(np.take, a, new(indices), axis, out)


@written
def take_along_axis(a, indices, axis):
    size = a.size if axis is None else a.shape[axis]
    return new(np.take_along_axis(a._host, wrap_around(unwrap(indices, []), size), axis))


@written
def put(a, ind, v, mode="wrap"):
    np.put(a._host, from_host(ind)._host, from_host(v, a.dtype)._host, mode)


@written
def ravel_multi_index(multi_index, dims, mode="wrap", order="C"):
    return call(np.ravel_multi_index, multi_index, dims, mode=mode, order=order)


@written
def searchsorted(a, v, side="left", sorter=None):
    if not isinstance(a, ndarray) or not isinstance(v, (ndarray, int, float, complex)):
        raise NotImplementedError("Only python scalars or ndarrays are supported for v")
    return call(np.searchsorted, a, v, side, sorter)


@written
def repeat(a, repeats, axis=None):
    if isinstance(repeats, ndarray) and OLDEST < 14:
        raise ValueError("cupy.ndaray cannot be specified as `repeats` argument.")
    return call(np.repeat, a, repeats, axis)


@written
def reshape(a, newshape, order="C"):
    return a.reshape(newshape, order=order)


@written
def sort(a, axis=-1, kind=None):
    if kind not in (None, "stable"):
        raise ValueError("kind can only be None or 'stable'")
    return call(np.sort, a, axis, kind="stable")


@written
def argsort(a, axis=-1, kind=None):
    if kind not in (None, "stable"):
        raise ValueError("kind can only be None or 'stable'")
    return a.argsort(axis)


@written
def argpartition(a, kth, axis=-1):
    return a.argsort(axis)


@written
def einsum(*operands, dtype=None, optimize=False, **wrong):
    if wrong:
        raise TypeError(f"Did not understand the following kwargs: {list(wrong)}")
    return call(np.einsum, *operands, dtype=dtype, optimize=optimize)


@written
def pad(array, pad_width, mode="constant", **settings):
    return call(np.pad, array, pad_width, mode, **settings)


@written
def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    return call(np.isclose, from_host(a), from_host(b), rtol, atol, equal_nan)


@written
def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    return isclose(a, b, rtol, atol, equal_nan).all()           # an array, where NumPy gives a bool


@written
def array_equal(a1, a2, equal_nan=False):
    return wrap(np.bool_(np.array_equal(unwrap(a1, []), unwrap(a2, []), equal_nan)))


@written
def real(val):
    return from_host(val).real


@written
def imag(val):
    return from_host(val).imag


# ------------------------------------------------------------------ about arrays: plain Python values

@written
def shape(a):
    return a.shape if isinstance(a, ndarray) else np.shape(a)


@written
def ndim(a):
    return a.ndim if isinstance(a, ndarray) else np.ndim(a)


@written
def size(a, axis=None):
    if not isinstance(a, ndarray):
        raise unsupported(a)
    return a.size if axis is None else a.shape[axis]


@written
def result_type(*arrays_and_dtypes):
    return np.result_type(*(a.dtype if isinstance(a, ndarray) else a for a in arrays_and_dtypes))
