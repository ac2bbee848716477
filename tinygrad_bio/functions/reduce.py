"""Sums, means, extremes, under PyTorch's names and with its ``dim`` and ``keepdim``."""
import builtins
import collections

from .. import ops
from ..autograd import DtypeError, here
from ..backend import int64, namespace
from .common import all_dims, array_of, constant, numpy_words, one_dim

__all__ = ["sum", "mean", "prod", "var", "std", "var_mean", "std_mean", "amax", "amin", "max", "min",
           "aminmax", "argmax", "argmin", "all", "any", "count_nonzero", "logsumexp", "norm", "softmax",
           "log_softmax", "nansum", "nanmean"]

ValuesAndIndices = collections.namedtuple("ValuesAndIndices", "values indices")
MinAndMax = collections.namedtuple("MinAndMax", "min max")


@numpy_words
def sum(input, dim=None, keepdim=False, *, dtype=None):
    """The sum of all elements, or along `dim` (a number or several).

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
    """The sum without the NaNs.

    >>> tg.nansum(tg.tensor([1., tg.nan, 3.]))
    tensor(4.)
    """
    if input.dtype.kind in "iub":
        return sum(input, dim, keepdim, dtype=dtype)
    return sum(ops.where(input != input, 0.0, input), dim, keepdim, dtype=dtype)


@numpy_words
def nanmean(input, dim=None, keepdim=False, *, dtype=None):
    """The mean without the NaNs.

    >>> tg.nanmean(tg.tensor([1., tg.nan, 3.]))
    tensor(2.)
    """
    floats(input if dtype is None else input.to(dtype), "nanmean")
    return nansum(input, dim, keepdim, dtype=dtype) / sum((input == input).to(input.dtype), dim, keepdim)


@numpy_words
def prod(input, dim=None, keepdim=False, *, dtype=None):
    """The product of all elements, or along one `dim`. Exact where elements are 0.

    >>> tg.prod(tg.tensor([[2., 3.], [4., 5.]]), dim=1)
    tensor([ 6., 20.])
    """
    if dtype is not None:
        input = input.to(dtype)
    if dim is None:
        input = input.reshape(-1)
    dim = 0 if dim is None else one_dim(dim, input.ndim, "prod")
    return ops.prod(_signed(input if input.ndim else input.reshape(1)), axis=dim, keepdims=keepdim)


@numpy_words
def var(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The variance Σ(x − μ)²/(n − correction); correction 1 is the unbiased estimate, 0 the mean square.

    >>> tg.var(tg.tensor([1., 2., 3.]))
    tensor(1.)
    """
    dim, correction = _old_style(dim, unbiased, correction)
    return ops.var(floats(input, "var"), axis=all_dims(dim, input.ndim, "var"), correction=correction,
                   keepdims=keepdim)


@numpy_words
def std(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The standard deviation, the root of `var`. Its gradient where all elements are equal is 0.

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
    """Variance and mean.

    >>> tg.var_mean(tg.tensor([1., 2., 3.]))
    (tensor(1.), tensor(2.))
    """
    dim, correction = _old_style(dim, unbiased, correction)
    return var(input, dim, correction=correction, keepdim=keepdim), mean(input, dim, keepdim)


@numpy_words
def std_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Standard deviation and mean.

    >>> tg.std_mean(tg.tensor([1., 2., 3.]))
    (tensor(1.), tensor(2.))
    """
    dim, correction = _old_style(dim, unbiased, correction)
    return std(input, dim, correction=correction, keepdim=keepdim), mean(input, dim, keepdim)


def _not_empty(input, dim, caller):
    if input.array.size == 0 and (dim is None or builtins.any(input.shape[d] == 0 for d in dim)):
        kind = RuntimeError if dim is None else IndexError              # PyTorch's
        raise kind(f"{caller}{here()}: nothing is largest or smallest in the shape {tuple(input.shape)}")


@numpy_words
def amax(input, dim=None, keepdim=False):
    """The largest element, over all or along `dim`. Equal ones share the gradient.

    >>> tg.amax(tg.tensor([[1., 5.], [7., 2.]]), dim=1)
    tensor([5., 7.])
    """
    dim = all_dims(dim, input.ndim, "amax")
    _not_empty(input, dim, "amax")
    return ops.amax(input, axis=dim, keepdims=keepdim)


@numpy_words
def amin(input, dim=None, keepdim=False):
    """The smallest element, over all or along `dim`. Equal ones share the gradient.

    >>> tg.amin(tg.tensor([[1., 5.], [7., 2.]]), dim=1)
    tensor([1., 2.])
    """
    dim = all_dims(dim, input.ndim, "amin")
    _not_empty(input, dim, "amin")
    return ops.amin(input, axis=dim, keepdims=keepdim)


@numpy_words
def aminmax(input, *, dim=None, keepdim=False):
    """Smallest and largest.

    >>> tg.aminmax(tg.tensor([3., 1., 2.]))
    MinAndMax(min=tensor(1.), max=tensor(3.))
    """
    return MinAndMax(amin(input, dim, keepdim), amax(input, dim, keepdim))


@numpy_words
def max(input, dim=None, keepdim=False, *, other=None):
    """``max(x)``: the largest; equal ones share the gradient. ``max(x, y)``: the larger of each pair.

    ``max(x, dim)``: the largest along a dimension, and where it is. Of equal ones the first gets a gradient.

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
    """The smallest, in the three forms of `max`.

    >>> tg.min(tg.tensor([[1., 5.], [7., 2.]]), dim=1)
    ValuesAndIndices(values=tensor([1., 2.]), indices=tensor([0, 1]))
    """
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
    """Where the largest is: the first of equal ones. Without `dim`, its place in the flattened tensor.

    >>> tg.argmax(tg.tensor([[1., 5.], [7., 2.]]), dim=1)
    tensor([1, 0])
    """
    return _arg("argmax", input, dim, keepdim)


@numpy_words
def argmin(input, dim=None, keepdim=False):
    """Where the smallest is: the first of equal ones.

    >>> tg.argmin(tg.tensor([3., 1., 2.]))
    tensor(1)
    """
    return _arg("argmin", input, dim, keepdim)


@numpy_words
def all(input, dim=None, keepdim=False):
    """Whether all are true (not zero).

    >>> tg.all(tg.tensor([[True, False], [True, True]]), dim=1)
    tensor([False,  True])
    """
    return _truth(input, (array_of(input) != 0).all(axis=all_dims(dim, input.ndim, "all"), keepdims=keepdim))


@numpy_words
def any(input, dim=None, keepdim=False):
    """Whether any is true (not zero).

    >>> tg.any(tg.tensor([[True, False], [False, False]]), dim=1)
    tensor([ True, False])
    """
    return _truth(input, (array_of(input) != 0).any(axis=all_dims(dim, input.ndim, "any"), keepdims=keepdim))


def _truth(input, answer):
    """Booleans; for uint8, which PyTorch once used in their place, uint8."""
    return constant(answer.astype("uint8") if input.dtype == "uint8" else answer, input)


@numpy_words
def count_nonzero(input, dim=None):
    """How many are not zero.

    >>> tg.count_nonzero(tg.tensor([0., 2., 3.]))
    tensor(2)
    """
    return constant((array_of(input) != 0).sum(axis=all_dims(dim, input.ndim, "count_nonzero")), input)


@numpy_words
def logsumexp(input, dim=None, keepdim=False):
    """ln Σ eˣ along `dim`, without overflow.

    >>> tg.logsumexp(tg.tensor([1000., 1000.]), dim=0)
    tensor(1000.6932)
    """
    return ops.logsumexp(input, axis=all_dims(dim, input.ndim, "logsumexp"), keepdims=keepdim)


@numpy_words
def norm(input, p="fro", dim=None, keepdim=False, *, dtype=None):
    """(Σ|x|ᵖ)^(1/p) over all elements or along `dim`; p = 2 unless said otherwise. The gradient at 0 is 0.

    >>> tg.norm(tg.tensor([3., 4.]))
    tensor(5.)
    """
    if dtype is not None:
        input = input.to(dtype)
    if p == "nuc":
        from .decompose import matrix_norm
        return matrix_norm(input, "nuc", (0, 1) if dim is None else dim, keepdim)
    floats(input, "norm")
    return ops.norm(input, ord=2 if p in ("fro", None) else p, axis=all_dims(dim, input.ndim, "norm"),
                    keepdims=keepdim)


@numpy_words
def softmax(input, dim=None, dtype=None):
    """eˣ/Σeˣ along `dim`: positive numbers that sum to 1.

    >>> tg.softmax(tg.tensor([0., 0.]), dim=0)
    tensor([0.5000, 0.5000])
    """
    return ops.softmax(floats(input, "softmax") if dtype is None else input.to(dtype),
                       axis=_softmax_dim(dim, input, "softmax"))


@numpy_words
def log_softmax(input, dim=None, dtype=None):
    """The logarithm of `softmax`, computed without leaving the range of floats.

    >>> tg.log_softmax(tg.tensor([0., 0.]), dim=0)
    tensor([-0.6931, -0.6931])
    """
    return ops.log_softmax(floats(input, "log_softmax") if dtype is None else input.to(dtype),
                           axis=_softmax_dim(dim, input, "log_softmax"))


def _softmax_dim(dim, input, caller):
    if dim is None:
        raise TypeError(f"{caller}: say along which dimension: dim=-1 for classes in the last one")
    one_dim(dim, input.ndim, caller)
    return dim if input.ndim else None
