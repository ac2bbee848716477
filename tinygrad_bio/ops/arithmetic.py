"""Arithmetic: + − · /, remainders, powers and roots, each element by itself. Begin here.

Every rule in the files ``arithmetic``, ``exponential``, ``trigonometric``, ``special`` and ``choice`` reads as its formula: the
value, then one pullback for each argument. ``g`` is the gradient of the value. A rule that keeps its value ``y`` for the
pullback does so because the derivative is simplest in terms of it.
"""
import math

import numpy as np

from ..autograd import op
from ..backend import namespace

quiet = np.errstate(all="ignore")       # log(0) is -inf without a warning, here as in PyTorch


def same(g):
    """The pullback of an argument whose change is the value's change."""
    return g


def minus(g):
    """The pullback of an argument that is subtracted."""
    return -g


def zero(g):
    """The pullback of a function made of steps: its derivative is 0 wherever it has one."""
    return namespace(g).zeros_like(g)


def constant(x):
    """x as a number that does not depend on anything: no gradient flows through it."""
    return x.detach() if hasattr(x, "detach") else x


# ------------------------------------------------------------------------------------------ the rules

@op(linear=True)
def add(a, b):
    """y = a + b,   ∂a = g,   ∂b = g

    >>> tg.ops.add(tg.tensor([1., 2.]), 10.)
    tensor([11., 12.])
    """
    return a + b, (same, same)


@op(linear=True)
def sub(a, b):
    """y = a − b,   ∂a = g,   ∂b = −g

    >>> tg.ops.sub(tg.tensor([1., 2.]), 10.)
    tensor([-9., -8.])
    """
    return a - b, (same, minus)


@op(linear=True)
def neg(x):
    """y = −x,   ∂x = −g

    >>> tg.neg(tg.tensor([1., -2.]))
    tensor([-1.,  2.])
    """
    return -x, (minus,)


@op(linear=True)
def positive(x):
    """y = x,   ∂x = g

    >>> tg.ops.positive(tg.tensor([-1.]))
    tensor([-1.])
    """
    return +x, (same,)


@op
def mul(a, b):
    """y = a·b,   ∂a = g·b,   ∂b = g·a

    >>> tg.ops.mul(tg.tensor([1., 2.]), 10.)
    tensor([10., 20.])
    """
    return a * b, (lambda g: g * b, lambda g: g * a)


@op
@quiet
def div(a, b):
    """y = a/b,   ∂a = g/b,   ∂b = −g·a/b²

    >>> tg.ops.div(tg.tensor([1., 2.]), 4.)
    tensor([0.2500, 0.5000])
    """
    y = a / b
    return y, (lambda g: g / b, lambda g: -g * (y / b))


@op(linear=True)
@quiet
def div_floor(a, b):
    """y = ⌊a/b⌋,   ∂a = ∂b = 0

    >>> tg.ops.div_floor(tg.tensor([5., -5.]), 3.)
    tensor([ 1., -2.])
    """
    _no_integer_by_zero(b)
    return namespace(a, b).floor_divide(a, b), (zero, zero)


@op(linear=True)
@quiet
def div_trunc(a, b):
    """y = a/b without its fraction,   ∂a = ∂b = 0

    >>> tg.ops.div_trunc(tg.tensor([5., -5.]), 3.)
    tensor([ 1., -1.])
    """
    xp = namespace(a, b)
    if _no_integer_by_zero(b):
        return (a - xp.fmod(a, b)) // b, (zero, zero)           # exact, where a/b would be rounded
    return xp.trunc(a / b), (zero, zero)


def _no_integer_by_zero(b):
    """Whether b holds integers; an error if one of them is 0. (Among floats, dividing by 0 gives ∞ or NaN.)"""
    if hasattr(b, "dtype") and b.dtype == bool:
        raise TypeError("ufunc for whole-number division: booleans cannot be divided: write .int() or .float()")
    whole = hasattr(b, "dtype") and b.dtype.kind in "iu"
    if whole and bool((b == 0).any()):
        raise RuntimeError("integers cannot be divided by 0: write .float() on one of them for ∞, or hold the divisor away from 0")
    return whole


@op
@quiet
def pow(a, b):
    """y = aᵇ,   ∂a = g·b·aᵇ⁻¹,   ∂b = g·y·ln a   (0 where b = 0, and where a = 0 < b)

    >>> tg.ops.pow(tg.tensor([2., 3.]), 2.)
    tensor([4., 9.])
    """
    if isinstance(b, (int, float)):
        if b == 0:
            return a ** b, (zero, None)
        return a ** b, (lambda g: g * (b * a ** (b - 1)), None)
    xp = namespace(a, b)
    if isinstance(a, (int, float)):
        y = a ** b
        if a == 0:
            return y, (None, lambda g: xp.where(b >= 0, 0.0, g * y * -math.inf))
        return y, (None, lambda g: g * y * (math.log(a) if a > 0 else math.nan))
    y = a ** b

    def to_a(g):
        never = b == 0
        return xp.where(never, 0.0, g * b * a ** xp.where(never, 1.0, b - 1))

    def to_b(g):
        flat = (a == 0) & (b >= 0)
        return xp.where(flat, 0.0, g * y * xp.log(xp.where(flat, 1.0, a)))

    return y, (to_a, to_b)


@op
@quiet
def reciprocal(x):
    """y = 1/x,   ∂x = −g·y²

    >>> tg.reciprocal(tg.tensor([2., 4.]))
    tensor([0.5000, 0.2500])
    """
    y = 1 / x
    return y, (lambda g: -g * y * y,)


@op
def square(x):
    """y = x²,   ∂x = g·2x

    >>> tg.square(tg.tensor([-3., 2.]))
    tensor([9., 4.])
    """
    return x * x, (lambda g: g * (2 * x),)


@op
@quiet
def sqrt(x):
    """y = √x,   ∂x = g/(2y)   (inf at 0)

    >>> tg.sqrt(tg.tensor([4., 9.]))
    tensor([2., 3.])
    """
    y = namespace(x).sqrt(x)
    return y, (lambda g: g / (2 * y),)


@op
@quiet
def rsqrt(x):
    """y = 1/√x,   ∂x = −g·y³/2

    >>> tg.rsqrt(tg.tensor([4., 16.]))
    tensor([0.5000, 0.2500])
    """
    y = 1 / namespace(x).sqrt(x)
    return y, (lambda g: g * (-0.5 * y * y * y),)


@op
@quiet
def hypot(a, b):
    """y = √(a² + b²),   ∂a = g·a/y,   ∂b = g·b/y

    >>> tg.hypot(tg.tensor([3.]), tg.tensor([4.]))
    tensor([5.])
    """
    y = namespace(a, b).hypot(a, b)
    return y, (lambda g: g * (a / y), lambda g: g * (b / y))


@op
@quiet
def remainder(a, b):
    """y = a − b·⌊a/b⌋ (the sign of b),   ∂a = g,   ∂b = −g·⌊a/b⌋

    >>> tg.remainder(tg.tensor([5., -5.]), 3)
    tensor([2., 1.])
    """
    xp = namespace(a, b)
    _no_integer_by_zero(b)
    return xp.remainder(a, b), (same, lambda g: -g * xp.floor(a / b))


@op
@quiet
def fmod(a, b):
    """y = a − b·trunc(a/b) (the sign of a),   ∂a = g,   ∂b = −g·trunc(a/b)

    >>> tg.fmod(tg.tensor([5., -5.]), 3)
    tensor([ 2., -2.])
    """
    xp = namespace(a, b)
    _no_integer_by_zero(b)
    return xp.fmod(a, b), (same, lambda g: -g * xp.trunc(a / b))


@op
@quiet
def lerp(a, b, weight):
    """y = a + w·(b − a), which is b for w = 1,   ∂a = g·(1 − w),   ∂b = g·w,   ∂w = g·(b − a)

    >>> tg.ops.lerp(tg.tensor([0.]), tg.tensor([10.]), 0.1)
    tensor([1.])
    """
    xp, near = namespace(a, b, weight), abs(weight) < 0.5       # from the nearer end: so b is met exactly
    if isinstance(weight, (int, float)):
        y = a + weight * (b - a) if near else b - (b - a) * (1 - weight)
    else:
        y = xp.where(near, a + weight * (b - a), b - (b - a) * (1 - weight))
    return y, (lambda g: g * (1 - weight), lambda g: g * weight, lambda g: g * (b - a))
