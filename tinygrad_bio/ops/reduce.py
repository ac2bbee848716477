"""Operations that make one number of many: sums, means, extremes, norms; and their running versions.

``axis`` is None (everything), one axis, or a tuple of axes, as in NumPy; ``keepdims`` keeps reduced axes with size 1.
"""
import functools
import math

import numpy as np

from ..autograd import cast, op
from ..backend import float16, float32, keep, namespace, recorded
from ..engine.sums import total
from .arithmetic import constant, quiet


def kept_shape(shape, axis, size=(1,)):
    """The shape with 1 for every reduced axis (or, with ``size=()``, without it).

    >>> kept_shape((2, 3, 4), (0, -1)), kept_shape((2, 3, 4), (0, -1), size=())
    ((1, 3, 1), (3,))
    """
    if axis is None:
        return size * len(shape)
    axes = {a % len(shape) for a in ((axis,) if isinstance(axis, int) else axis)} if shape else set()
    kept = ()
    for i, n in enumerate(shape):
        kept += size if i in axes else (n,)
    return kept


def spread(g, shape, axis):
    """Give every element that was reduced the gradient of its sum: the transpose of `sum`."""
    return namespace(g).broadcast_to(g.reshape(kept_shape(shape, axis)), shape)


def count(shape, axis):
    """How many elements are reduced to one."""
    if axis is None:
        return math.prod(shape)
    n = 1
    for size, kept in zip(shape, kept_shape(shape, axis)):
        n *= size if kept == 1 else 1
    return n


def in_float32(rule):
    """The rule, with float16 computed in float32 and rounded at the end: a sum of squares soon passes float16's 65 504."""
    @functools.wraps(rule)
    def widened(x, **settings):
        if x.dtype is not float16:
            return rule(x, **settings)
        y, pullbacks = rule(cast(x, dtype=float32), **settings)
        return cast(y, dtype=float16), pullbacks                    # (what these return is rounded by the engine)
    return widened


@op(linear=True)
def sum(x, *, axis=None, keepdims=False):
    """y = Σ x,   ∂x = g for every element

    >>> tg.ops.sum(tg.tensor([[1., 5.], [7., 2.]]), axis=1)
    tensor([6., 9.])
    """
    shape = x.shape
    return total(x, axis, keepdims), (lambda g: spread(g, shape, axis),)


@op(linear=True)
def mean(x, *, axis=None, keepdims=False):
    """y = Σ x / n,   ∂x = g/n for every element   (NaN if there is none)

    >>> tg.ops.mean(tg.tensor([[1., 5.], [7., 2.]]), axis=1)
    tensor([3.0000, 4.5000])
    """
    shape, n = x.shape, count(x.shape, axis)
    return total(x, axis, keepdims, over=n or np.nan), (lambda g: spread(g / n, shape, axis),)


@op
@quiet
@in_float32
def var(x, *, axis=None, correction=1, keepdims=False):
    """y = Σ (x − μ)² / (n − correction),   ∂x = g·2(x − μ)/(n − correction)

    >>> tg.ops.var(tg.tensor([1., 2., 3.]), correction=1)
    tensor(1.)
    """
    n = max(count(x.shape, axis) - correction, 0)
    d = x - total(x, axis, keepdims=True) / max(count(x.shape, axis), 1)
    y = total(d * d, axis, keepdims)
    return y / (y * 0 + n), (lambda g: spread(g, x.shape, axis) * d * (2 / n if n else np.inf),)


@op
@quiet
@in_float32
def std(x, *, axis=None, correction=1, keepdims=False):
    """y = √var,   ∂x = g·(x − μ)/((n − correction)·y)   (0 where y = 0)

    >>> tg.ops.std(tg.tensor([1., 2., 3.]), correction=1)
    tensor(1.)
    """
    n = max(count(x.shape, axis) - correction, 0)
    xp = namespace(x)
    d = x - total(x, axis, keepdims=True) / max(count(x.shape, axis), 1)
    v = total(d * d, axis, keepdims)
    flat = v == 0 if n else v != v
    y = xp.where(flat, 0.0, xp.sqrt(xp.where(flat, 1.0, v) / (0 * v + n)))
    return y, (lambda g: spread(xp.where(flat, 0.0, g / xp.where(flat, 1.0, y)), x.shape, axis) * d
               * (1 / n if n else np.inf),)


@op
def prod(x, *, axis, keepdims=False):
    """y = Π x along one axis,   ∂x = g·(the product of all the others)

    >>> tg.ops.prod(tg.tensor([2., 3.]), axis=0)
    tensor(6.)
    """
    others = _exclusive(x, axis) * _exclusive_back(x, axis)
    return x.prod(axis=axis, keepdims=keepdims), (lambda g: spread(g, x.shape, axis) * others,)


def _exclusive(x, axis):
    """The product of all elements before each: 1, x₀, x₀x₁, …"""
    xp = namespace(x)
    first, rest = _ends(x, axis)
    return xp.concatenate([1 + 0 * first, cumprod(rest, axis=axis)], axis=axis)


def _exclusive_back(x, axis):
    """The product of all elements after each."""
    xp = namespace(x)
    return xp.flip(_exclusive(xp.flip(x, axis), axis), axis)


def _ends(x, axis):
    """The first element along the axis, and all but the last."""
    before = (slice(None),) * (axis % x.ndim)
    return x[before + (slice(0, 1),)], x[before + (slice(0, -1),)]


@op
def amax(x, *, axis=None, keepdims=False):
    """y = the largest,   ∂x = g, in equal parts, to all that are equal to it

    >>> tg.ops.amax(tg.tensor([[1., 5.], [7., 2.]]), axis=1)
    tensor([5., 7.])
    """
    y = namespace(x).amax(x, axis=axis, keepdims=keepdims)
    return y, (lambda g: _to_extreme(g, x, y, axis),)


@op
def amin(x, *, axis=None, keepdims=False):
    """y = the smallest,   ∂x = g, in equal parts, to all that are equal to it

    >>> tg.ops.amin(tg.tensor([[1., 5.], [7., 2.]]), axis=1)
    tensor([1., 2.])
    """
    y = namespace(x).amin(x, axis=axis, keepdims=keepdims)
    return y, (lambda g: _to_extreme(g, x, y, axis),)


def _to_extreme(g, x, y, axis):
    """g, in equal parts, to all x that are equal to the extreme y."""
    x, y = (v.array if recorded(v) else v for v in (x, y))      # which one it is has no derivative
    g, y = (v.reshape(kept_shape(x.shape, axis)) for v in (g, y))
    hit = x == y
    if bool((y != y).any()):
        hit |= x != x                                           # NaN is equal to nothing, but it is what was found
    if int(namespace(hit).count_nonzero(hit)) != y.size:        # some are equal
        g = g / hit.sum(axis=axis, keepdims=True, dtype=g.dtype)
    return keep(namespace(g).broadcast_to(g, x.shape), hit)


@op
@quiet
@in_float32
def norm(x, *, ord=2, axis=None, keepdims=False):
    """y = (Σ |x|ᵖ)^(1/p),   ∂x = g·x·|x|ᵖ⁻²/yᵖ⁻¹   (0 where y = 0)

    p = ∞: the largest |x|, −∞: the smallest, 0: how many are not 0.

    >>> tg.ops.norm(tg.tensor([3., 4.]))
    tensor(5.)
    """
    xp, shape = namespace(x), x.shape
    if ord == 2:
        y = _root(total(x * x, axis, keepdims), 2)
        return y, (lambda g: spread(_over(g, y), shape, axis) * x,)
    size = abs(x)
    if ord == 0:
        return total(xp.where(x == 0, 0 * x, 1.0), axis, keepdims), (lambda g: 0 * spread(g, shape, axis),)
    if ord == 1:
        return total(size, axis, keepdims), (lambda g: spread(g, shape, axis) * xp.sign(x),)
    if ord in (np.inf, -np.inf):
        y = (xp.amax if ord > 0 else xp.amin)(size, axis=axis, keepdims=keepdims)
        return y, (lambda g: _to_extreme(g, size, y, axis) * xp.sign(x),)
    nil = x == 0
    y = _root(total(xp.where(nil, 0.0, xp.where(nil, 1.0, size) ** ord), axis, keepdims), ord)

    def pullback(g):
        g = spread(_over(g, y, ord - 1), shape, axis)
        return xp.where(nil, 0.0, g * x * xp.where(nil, 1.0, size) ** (ord - 2))

    return y, (pullback,)


def _root(x, p):
    """x^(1/p), whose derivative at 0 shall be 0 and not infinite."""
    xp, zero = namespace(x), x == 0
    inside = xp.where(zero, 1.0, x)
    return xp.where(zero, 0.0, xp.sqrt(inside) if p == 2 else inside ** (1 / p))


def _over(g, y, p=1):
    """g/yᵖ, and 0 where y = 0."""
    xp, zero = namespace(g, y), y == 0
    inside = xp.where(zero, 1.0, y)
    return xp.where(zero, 0.0, g / (inside if p == 1 else inside ** p))


@op
@quiet
@in_float32
def logsumexp(x, *, axis=None, keepdims=False):
    """y = ln Σ eˣ, without overflow,   ∂x = g·eˣ⁻ʸ

    >>> tg.ops.logsumexp(tg.tensor([1000., 1000.]))
    tensor(1000.6932)
    """
    xp = namespace(x)
    top = _finite_max(x, axis)
    y = xp.log(total(xp.exp(x - top), axis, keepdims=True)) + top
    return y.reshape(kept_shape(x.shape, axis, (1,) if keepdims else ())), (
        lambda g: spread(g, x.shape, axis) * xp.exp(x - y),)


def largest(x, axis):
    """The largest element along the axis as a constant; 0 where there is none."""
    x = constant(x)
    return namespace(x).amax(x, axis=axis, keepdims=True) if 0 not in x.shape else x.sum(axis=axis, keepdims=True)


def _finite_max(x, axis):
    """The largest element along the axis as a constant; 0 where that is infinite or where there is none."""
    top = largest(x, axis)
    return keep(top, namespace(top).isfinite(top))


# ----------------------------------------------------------------------------------------------- running

@op(linear=True)
def cumsum(x, *, axis):
    """y_i = x_0 + … + x_i,   ∂x_i = g_i + … + g_last

    >>> cumsum(tg.tensor([1., 2.]), axis=0)
    tensor([1., 3.])
    """
    return namespace(x).cumsum(x, axis), (lambda g: _from_the_end(g, axis),)


def _from_the_end(g, axis):
    xp = namespace(g)
    return xp.flip(cumsum(xp.flip(g, axis), axis=axis), axis)


@op
@quiet
def cumprod(x, *, axis):
    """y_i = x_0 · … · x_i,   ∂x_i = Σ_{j ≥ i} g_j·y_j/x_i;   where an x_i is 0, the products are formed without it

    >>> cumprod(tg.tensor([2., 3.]), axis=0)
    tensor([2., 6.])
    """
    y = namespace(x).cumprod(x, axis)

    def pullback(g):
        if not bool((x == 0).any()):
            return _from_the_end(g * y, axis) / x
        return _cumprod_pullback_with_zeros(g, x, axis)

    return y, (pullback,)


def _cumprod_pullback_with_zeros(g, x, axis):
    """Σ_j g_j · Π_{k ≤ j, k ≠ i} x_k for every i, from an (…, i, j) table of the products: quadratic, but exact."""
    xp = namespace(g, x)
    x, g = xp.moveaxis(x, axis, -1), xp.moveaxis(g, axis, -1)
    n = x.shape[-1]
    home = namespace(x.array if hasattr(x, "array") else x)
    own, later = home.eye(n, dtype=bool), home.triu(home.ones((n, n), dtype=bool))      # k = i;  j ≥ i
    table = xp.broadcast_to(xp.expand_dims(x, -2), x.shape[:-1] + (n, n))
    products = cumprod(xp.where(own, 1.0, table), axis=-1)
    result = xp.where(later, products * xp.expand_dims(g, -2), 0.0).sum(axis=-1)
    return xp.moveaxis(result, -1, axis)


@op
@quiet
def logcumsumexp(x, *, axis):
    """y_i = ln(eˣ⁰ + … + eˣⁱ),   ∂x_i = eˣⁱ·Σ_{j ≥ i} g_j·e^(−y_j)

    >>> tg.ops.logcumsumexp(tg.tensor([0., 0.]), axis=0)
    tensor([0.0000, 0.6931])
    """
    y = logcumsumexp(x, axis=axis) if recorded(x) else _logaddexp_so_far(x, axis)
    return y, (lambda g: _logcumsumexp_pullback(g, x, y, axis),)


def _logaddexp_so_far(x, axis):
    """Running ln Σ eˣ in doubling steps: one maximum for the whole row would lose what is far below it."""
    xp, y, step = namespace(x), x.copy(), 1
    y = xp.moveaxis(y, axis, 0)
    while step < len(y):
        y[step:] = xp.logaddexp(y[step:], y[:-step])
        step *= 2
    return xp.moveaxis(y, 0, axis)


def _logcumsumexp_pullback(g, x, y, axis):
    """Σ_{j ≥ i} g_j·e^(x_i − y_j) for every i, from an (…, i, j) table of exponents, none of which is above 0."""
    xp = namespace(g, x)
    g, x, y = (xp.moveaxis(v, axis, -1) for v in (g, x, y))
    home, n = namespace(x.array if hasattr(x, "array") else x), x.shape[-1]
    later = home.triu(home.ones((n, n), dtype=bool))
    exponents = xp.where(later, xp.expand_dims(x, -1) - xp.expand_dims(y, -2), -np.inf)
    result = (xp.exp(exponents) * xp.expand_dims(g, -2)).sum(axis=-1)
    return xp.moveaxis(result, -1, axis)
