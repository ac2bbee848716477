"""Sums, means, extremes and running versions, under PyTorch's names and with its ``dim`` and ``keepdim``."""
import builtins
import collections

from .. import ops
from ..autograd import DtypeError, here
from ..backend import int64, namespace
from .common import all_dims, array_of, constant, numpy_words, one_dim

__all__ = ["sum", "mean", "prod", "var", "std", "var_mean", "std_mean", "amax", "amin", "max", "min",
           "aminmax", "argmax", "argmin", "all", "any", "count_nonzero", "logsumexp", "norm", "cumsum",
           "cumprod", "cummax", "cummin", "logcumsumexp", "softmax", "log_softmax", "nansum", "nanmean"]

ValuesAndIndices = collections.namedtuple("ValuesAndIndices", "values indices")
MinAndMax = collections.namedtuple("MinAndMax", "min max")


@numpy_words
def sum(input, dim=None, keepdim=False, *, dtype=None):
    """The sum of all elements, or along `dim` (a number or several).

    >>> import tinygrad_bio as tg
    >>> tg.sum(tg.ones(2, 3), dim=1)
    tensor([3., 3.])
    """
    if dtype is not None:
        input = input.to(dtype)
    return ops.sum(_signed(input), axis=all_dims(dim, input.ndim, "sum"), keepdims=keepdim)


def _signed(input):
    """uint8 as int64, in which integers are summed. (NumPy would make uint64 of it.)"""
    return input.to(int64) if input.dtype.kind == "u" else input


@numpy_words
def mean(input, dim=None, keepdim=False, *, dtype=None):
    """The mean of all elements, or along `dim`; NaN of none.

    >>> import tinygrad_bio as tg
    >>> tg.mean(tg.tensor([[1., 2.], [3., 4.]]), dim=0)
    tensor([2., 3.])
    """
    if dtype is not None:
        input = input.to(dtype)
    return ops.mean(floats(input, "mean"), axis=all_dims(dim, input.ndim, "mean"), keepdims=keepdim)


def floats(input, caller):
    """The input if it holds floats: a mean of integers would have to change their dtype unasked."""
    if input.dtype.kind in "iub":
        raise DtypeError(f"{caller}{here()}: expected floats, but the tensor holds {input.dtype.name}: "
                         f"write .float() first")
    return input


@numpy_words
def nansum(input, dim=None, keepdim=False, *, dtype=None):
    """The sum without the NaNs."""
    if input.dtype.kind in "iub":
        return sum(input, dim, keepdim, dtype=dtype)
    return sum(ops.where(input != input, 0.0, input), dim, keepdim, dtype=dtype)


@numpy_words
def nanmean(input, dim=None, keepdim=False, *, dtype=None):
    """The mean without the NaNs."""
    floats(input if dtype is None else input.to(dtype), "nanmean")
    return nansum(input, dim, keepdim, dtype=dtype) / sum((input == input).to(input.dtype), dim, keepdim)


@numpy_words
def prod(input, dim=None, keepdim=False, *, dtype=None):
    """The product of all elements, or along one `dim`. Exact where elements are 0."""
    if dtype is not None:
        input = input.to(dtype)
    if dim is None:
        input = input.reshape(-1)
    dim = 0 if dim is None else one_dim(dim, input.ndim, "prod")
    return ops.prod(_signed(input if input.ndim else input.reshape(1)), axis=dim, keepdims=keepdim)


@numpy_words
def var(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The variance Σ(x − μ)²/(n − correction); correction 1 is the unbiased estimate, 0 the mean square."""
    dim, correction = _old_style(dim, unbiased, correction)
    return ops.var(floats(input, "var"), axis=all_dims(dim, input.ndim, "var"), correction=correction,
                   keepdims=keepdim)


@numpy_words
def std(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The standard deviation, the root of `var`. Its gradient where all elements are equal is 0.

    >>> import tinygrad_bio as tg
    >>> tg.std(tg.tensor([1., 2., 3.]))
    tensor(1.)
    """
    dim, correction = _old_style(dim, unbiased, correction)
    return ops.std(floats(input, "std"), axis=all_dims(dim, input.ndim, "std"), correction=correction,
                   keepdims=keepdim)


def _old_style(dim, unbiased, correction):
    """Understand ``std(x, False)`` and ``unbiased=``, PyTorch's older words for `correction`."""
    if isinstance(dim, builtins.bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    return dim, correction


@numpy_words
def var_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Variance and mean."""
    dim, correction = _old_style(dim, unbiased, correction)
    return var(input, dim, correction=correction, keepdim=keepdim), mean(input, dim, keepdim)


@numpy_words
def std_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Standard deviation and mean."""
    dim, correction = _old_style(dim, unbiased, correction)
    return std(input, dim, correction=correction, keepdim=keepdim), mean(input, dim, keepdim)


def _not_empty(input, dim, caller):
    if input.array.size == 0 and (dim is None or builtins.any(input.shape[d] == 0 for d in dim)):
        kind = RuntimeError if dim is None else IndexError              # PyTorch's
        raise kind(f"{caller}{here()}: nothing is largest or smallest in the shape {tuple(input.shape)}")


@numpy_words
def amax(input, dim=None, keepdim=False):
    """The largest element, over all or along `dim`. Equal ones share the gradient."""
    dim = all_dims(dim, input.ndim, "amax")
    _not_empty(input, dim, "amax")
    return ops.amax(input, axis=dim, keepdims=keepdim)


@numpy_words
def amin(input, dim=None, keepdim=False):
    """The smallest element, over all or along `dim`. Equal ones share the gradient."""
    dim = all_dims(dim, input.ndim, "amin")
    _not_empty(input, dim, "amin")
    return ops.amin(input, axis=dim, keepdims=keepdim)


@numpy_words
def aminmax(input, *, dim=None, keepdim=False):
    """Smallest and largest."""
    return MinAndMax(amin(input, dim, keepdim), amax(input, dim, keepdim))


@numpy_words
def max(input, dim=None, keepdim=False, *, other=None):
    """``max(x)``: the largest; equal ones share the gradient. ``max(x, y)``: the larger of each pair.

    ``max(x, dim)``: the largest along a dimension, and where it is. Of equal ones the first gets a gradient.

    >>> import tinygrad_bio as tg
    >>> values, indices = tg.max(tg.tensor([[1., 5.], [7., 2.]]), dim=1)
    >>> values, indices
    (tensor([5., 7.]), tensor([1, 0]))
    """
    other = dim if hasattr(dim, "shape") else other
    if other is not None:
        return ops.maximum(input, other)
    return amax(input) if dim is None else _extreme(input, dim, keepdim, "argmax", "max")


@numpy_words
def min(input, dim=None, keepdim=False, *, other=None):
    """The smallest, in the three forms of `max`."""
    other = dim if hasattr(dim, "shape") else other
    if other is not None:
        return ops.minimum(input, other)
    return amin(input) if dim is None else _extreme(input, dim, keepdim, "argmin", "min")


def _extreme(input, dim, keepdim, name, caller):
    dim = one_dim(dim, input.ndim, caller)
    _not_empty(input, (dim,) if input.ndim else None, caller)
    if input.ndim == 0:
        return ValuesAndIndices(input.clone(), constant(namespace(input.array).zeros((), dtype="int64")))
    index = _expanded(getattr(namespace(input.array), name)(input.array, axis=dim), dim)
    return _taken(input, index, dim, keepdim)


def _expanded(index, dim):
    return namespace(index).expand_dims(index, dim)


def _taken(input, index, dim, keepdim):
    values, index = ops.take_along_axis(input, index, dim), constant(index)
    if not keepdim:
        values, index = values.squeeze(dim), index.squeeze(dim)
    return ValuesAndIndices(values, index)


def _arg(name, input, dim, keepdim):
    a = array_of(input)
    if a.size == 0 and (dim is None or a.shape[dim] == 0):
        raise IndexError(f"{name}{here()}: nothing is largest or smallest in the shape {tuple(a.shape)}")
    dim = None if dim is None else one_dim(dim, a.ndim, name)
    index = getattr(namespace(a), name)(a, axis=dim if a.ndim else None)
    if keepdim:
        index = index.reshape(ops.reduce.kept_shape(a.shape, dim))
    return constant(index, input)


@numpy_words
def argmax(input, dim=None, keepdim=False):
    """Where the largest is: the first of equal ones. Without `dim`, its place in the flattened tensor."""
    return _arg("argmax", input, dim, keepdim)


@numpy_words
def argmin(input, dim=None, keepdim=False):
    """Where the smallest is: the first of equal ones."""
    return _arg("argmin", input, dim, keepdim)


@numpy_words
def all(input, dim=None, keepdim=False):
    """Whether all are true (not zero)."""
    return _truth(input, (array_of(input) != 0).all(axis=all_dims(dim, input.ndim, "all"), keepdims=keepdim))


@numpy_words
def any(input, dim=None, keepdim=False):
    """Whether any is true (not zero)."""
    return _truth(input, (array_of(input) != 0).any(axis=all_dims(dim, input.ndim, "any"), keepdims=keepdim))


def _truth(input, answer):
    """Booleans; for uint8, which PyTorch once used in their place, uint8."""
    return constant(answer.astype("uint8") if input.dtype == "uint8" else answer, input)


@numpy_words
def count_nonzero(input, dim=None):
    """How many are not zero."""
    return constant((array_of(input) != 0).sum(axis=all_dims(dim, input.ndim, "count_nonzero")), input)


@numpy_words
def logsumexp(input, dim=None, keepdim=False):
    """ln Σ eˣ along `dim`, without overflow."""
    return ops.logsumexp(input, axis=all_dims(dim, input.ndim, "logsumexp"), keepdims=keepdim)


@numpy_words
def norm(input, p="fro", dim=None, keepdim=False, dtype=None):
    """(Σ|x|ᵖ)^(1/p) over all elements or along `dim`; p = 2 unless said otherwise. The gradient at 0 is 0."""
    if dtype is not None:
        input = input.to(dtype)
    if p == "nuc":
        from .decompose import matrix_norm
        return matrix_norm(input, "nuc", (0, 1) if dim is None else dim, keepdim)
    floats(input, "norm")
    return ops.norm(input, ord=2 if p in ("fro", None) else p, axis=all_dims(dim, input.ndim, "norm"),
                    keepdims=keepdim)


# ----------------------------------------------------------------------------------------------- running

@numpy_words
def cumsum(input, dim, *, dtype=None):
    """Running sums along `dim`."""
    if dtype is not None:
        input = input.to(dtype)
    return ops.cumsum(_signed(input), one_dim(dim, input.ndim, "cumsum"))


@numpy_words
def cumprod(input, dim, *, dtype=None):
    """Running products along `dim`. Exact where elements are 0."""
    if dtype is not None:
        input = input.to(dtype)
    return ops.cumprod(_signed(input), one_dim(dim, input.ndim, "cumprod"))


@numpy_words
def logcumsumexp(input, dim):
    """Running ln Σ eˣ along `dim`."""
    return ops.logcumsumexp(input, axis=one_dim(dim, input.ndim, "logcumsumexp"))


@numpy_words
def cummax(input, dim):
    """The largest so far along `dim`, and where it was (the last of equal ones, as in PyTorch)."""
    return _running(input, dim, "maximum", "cummax")


@numpy_words
def cummin(input, dim):
    """The smallest so far along `dim`, and where it was."""
    return _running(input, dim, "minimum", "cummin")


def _running(input, dim, name, caller):
    dim = one_dim(dim, input.ndim, caller)
    a = input.array
    xp = namespace(a)
    n = a.shape[dim]
    along = xp.arange(n).reshape((-1,) + (1,) * (a.ndim - dim - 1))
    best = accumulated(xp, name, a, dim)
    fresh = xp.where((a == best) | (a != a), along, -1)                  # places where the best was met
    return _taken(input, accumulated(xp, "maximum", fresh, dim), dim, True)


def accumulated(xp, name, a, dim):
    """maximum.accumulate, written with doubling steps, because CuPy has none."""
    step, y, lead = 1, a.copy(), (slice(None),) * dim
    while step < a.shape[dim]:
        later, earlier = lead + (slice(step, None),), lead + (slice(0, -step),)
        y[later] = getattr(xp, name)(y[later], y[earlier])
        step *= 2
    return y


@numpy_words
def softmax(input, dim=None, dtype=None):
    """eˣ/Σeˣ along `dim`: positive numbers that sum to 1.

    >>> import tinygrad_bio as tg
    >>> tg.softmax(tg.tensor([0., 0.]), dim=0)
    tensor([0.5000, 0.5000])
    """
    return ops.softmax(floats(input, "softmax") if dtype is None else input.to(dtype),
                       axis=_softmax_dim(dim, input, "softmax"))


@numpy_words
def log_softmax(input, dim=None, dtype=None):
    """The logarithm of `softmax`, computed without leaving the range of floats."""
    return ops.log_softmax(floats(input, "log_softmax") if dtype is None else input.to(dtype),
                           axis=_softmax_dim(dim, input, "log_softmax"))


def _softmax_dim(dim, input, caller):
    if dim is None:
        raise TypeError(f"{caller}: say along which dimension: dim=-1 for classes in the last one")
    one_dim(dim, input.ndim, caller)
    return dim if input.ndim else None
