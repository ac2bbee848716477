"""Running sums, products and extremes along a dimension, under PyTorch's names."""
from .. import ops
from ..backend import namespace
from .common import numpy_words, one_dim
from .reduce import _signed, _taken

__all__ = ["cumsum", "cumprod", "cummax", "cummin", "logcumsumexp"]


@numpy_words
def cumsum(input, dim, *, dtype=None):
    """Running sums along `dim`.

    >>> tg.cumsum(tg.tensor([1., 2., 3.]), dim=0)
    tensor([1., 3., 6.])
    """
    if dtype is not None:
        input = input.to(dtype)
    return ops.cumsum(_signed(input), one_dim(dim, input.ndim, "cumsum"))


@numpy_words
def cumprod(input, dim, *, dtype=None):
    """Running products along `dim`. Exact where elements are 0.

    >>> tg.cumprod(tg.tensor([1., 2., 3.]), dim=0)
    tensor([1., 2., 6.])
    """
    if dtype is not None:
        input = input.to(dtype)
    return ops.cumprod(_signed(input), one_dim(dim, input.ndim, "cumprod"))


@numpy_words
def logcumsumexp(input, dim):
    """Running ln Σ eˣ along `dim`.

    >>> tg.logcumsumexp(tg.tensor([0., 0.]), dim=0)
    tensor([0.0000, 0.6931])
    """
    return ops.logcumsumexp(input, axis=one_dim(dim, input.ndim, "logcumsumexp"))


@numpy_words
def cummax(input, dim):
    """The largest so far along `dim`, and where it was (the last of equal ones, as in PyTorch).

    >>> tg.cummax(tg.tensor([1., 3., 2.]), dim=0)
    ValuesAndIndices(values=tensor([1., 3., 3.]), indices=tensor([0, 1, 1]))
    """
    return _running(input, dim, "maximum", "cummax")


@numpy_words
def cummin(input, dim):
    """The smallest so far along `dim`, and where it was.

    >>> tg.cummin(tg.tensor([3., 1., 2.]), dim=0)
    ValuesAndIndices(values=tensor([3., 1., 1.]), indices=tensor([0, 1, 1]))
    """
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
