"""Exponentials and logarithms, and the sigmoid, each element by itself."""
import math

from ..autograd import op
from ..backend import namespace, recorded
from .arithmetic import quiet


@op
@quiet
def exp(x):
    """y = eˣ,   ∂x = g·y

    >>> tg.exp(tg.tensor([0., 1.]))
    tensor([1.0000, 2.7183])
    """
    y = namespace(x).exp(x)
    return y, (lambda g: g * y,)


@op
@quiet
def exp2(x):
    """y = 2ˣ,   ∂x = g·y·ln 2

    >>> tg.exp2(tg.tensor([0., 3.]))
    tensor([1., 8.])
    """
    y = namespace(x).exp2(x)
    return y, (lambda g: g * y * math.log(2),)


@op
@quiet
def expm1(x):
    """y = eˣ − 1, exact for small x,   ∂x = g·(y + 1)

    >>> tg.expm1(tg.tensor([0., 1e-6]))
    tensor([0.0000e+00, 1.0000e-06])
    """
    y = namespace(x).expm1(x)
    return y, (lambda g: g * (y + 1),)


@op
@quiet
def log(x):
    """y = ln x,   ∂x = g/x

    >>> tg.log(tg.tensor([1., 2.]))
    tensor([0.0000, 0.6931])
    """
    return namespace(x).log(x), (lambda g: g / x,)


@op
@quiet
def log2(x):
    """y = log₂ x,   ∂x = g/(x·ln 2)

    >>> tg.log2(tg.tensor([1., 8.]))
    tensor([0., 3.])
    """
    return namespace(x).log2(x), (lambda g: g / (x * math.log(2)),)


@op
@quiet
def log10(x):
    """y = log₁₀ x,   ∂x = g/(x·ln 10)

    >>> tg.log10(tg.tensor([1., 100.]))
    tensor([0., 2.])
    """
    return namespace(x).log10(x), (lambda g: g / (x * math.log(10)),)


@op
@quiet
def log1p(x):
    """y = ln(1 + x), exact for small x,   ∂x = g/(1 + x)

    >>> tg.log1p(tg.tensor([0., 1e-6]))
    tensor([0.0000e+00, 1.0000e-06])
    """
    return namespace(x).log1p(x), (lambda g: g / (1 + x),)


@op
@quiet
def logaddexp(a, b):
    """y = ln(eᵃ + eᵇ),   ∂a = g·eᵃ⁻ʸ,   ∂b = g·eᵇ⁻ʸ

    >>> tg.logaddexp(tg.tensor([1000.]), tg.tensor([1000.]))
    tensor([1000.6932])
    """
    xp = namespace(a, b)
    y = xp.logaddexp(a, b)
    return y, (lambda g: g * xp.exp(a - y), lambda g: g * xp.exp(b - y))


@op
@quiet
def xlogy(a, b):
    """y = a·ln b, and 0 where a = 0,   ∂a = g·ln b (0 where a = 0 and b ≤ 0),   ∂b = g·a/b

    >>> tg.ops.xlogy(tg.tensor([0., 2.]), tg.tensor([0., 1.]))
    tensor([0., 0.])
    """
    xp = namespace(a, b)
    b = xp.zeros_like(a) + b if isinstance(b, (int, float)) else b      # of two numbers, where() makes float64
    none = a == 0
    y = xp.where(none & ~xp.isnan(b), 0.0, a * xp.log(xp.where(none & (b <= 0), 1.0, b)))

    def to_a(g):
        off = none & (b <= 0)
        return xp.where(off, 0.0, g * xp.log(xp.where(off, 1.0, b)))

    return y, (to_a, lambda g: g * a / b)


@op
@quiet
def sigmoid(x):
    """y = 1/(1 + e⁻ˣ),   ∂x = g·y·(1 − y)

    >>> tg.sigmoid(tg.tensor([0., 2.]))
    tensor([0.5000, 0.8808])
    """
    y = sigmoid(x) if recorded(x) else 1 / (1 + namespace(x).exp(-x))      # e⁻ˣ may overflow; its derivative must not be asked
    return y, (lambda g: g * (y * (1 - y)),)


@op
@quiet
def logit(x):
    """y = ln(x/(1 − x)), the inverse of the sigmoid,   ∂x = g/(x·(1 − x))

    >>> tg.ops.logit(tg.tensor([0.5, 0.75]))
    tensor([0.0000, 1.0986])
    """
    return namespace(x).log(x / (1 - x)), (lambda g: g / (x * (1 - x)),)
