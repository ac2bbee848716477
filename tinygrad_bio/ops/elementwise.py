"""Operations on each element by itself.

Every rule reads as its formula: the value, then one pullback for each argument. ``g`` is the gradient of the value.
A rule that keeps its value ``y`` for the pullback does so because the derivative is simplest in terms of it.
"""
import math

import numpy as np

from ..autograd import op
from ..backend import keep, namespace, recorded, special

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


# ------------------------------------------------------------------------------------------ arithmetic

@op(linear=True)
def add(a, b):
    """y = a + b,   ∂a = g,   ∂b = g"""
    return a + b, (same, same)


@op(linear=True)
def sub(a, b):
    """y = a − b,   ∂a = g,   ∂b = −g"""
    return a - b, (same, minus)


@op(linear=True)
def neg(x):
    """y = −x,   ∂x = −g"""
    return -x, (minus,)


@op(linear=True)
def positive(x):
    """y = x,   ∂x = g"""
    return +x, (same,)


@op
def mul(a, b):
    """y = a·b,   ∂a = g·b,   ∂b = g·a"""
    return a * b, (lambda g: g * b, lambda g: g * a)


@op
@quiet
def div(a, b):
    """y = a/b,   ∂a = g/b,   ∂b = −g·a/b²"""
    y = a / b
    return y, (lambda g: g / b, lambda g: -g * (y / b))


@op(linear=True)
@quiet
def div_floor(a, b):
    """y = ⌊a/b⌋,   ∂a = ∂b = 0"""
    _no_integer_by_zero(b)
    return namespace(a, b).floor_divide(a, b), (zero, zero)


@op(linear=True)
@quiet
def div_trunc(a, b):
    """y = a/b without its fraction,   ∂a = ∂b = 0"""
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
    """y = aᵇ,   ∂a = g·b·aᵇ⁻¹,   ∂b = g·y·ln a   (0 where b = 0, and where a = 0 < b)"""
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
    """y = 1/x,   ∂x = −g·y²"""
    y = 1 / x
    return y, (lambda g: -g * y * y,)


@op
def square(x):
    """y = x²,   ∂x = g·2x"""
    return x * x, (lambda g: g * (2 * x),)


@op
@quiet
def remainder(a, b):
    """y = a − b·⌊a/b⌋ (the sign of b),   ∂a = g,   ∂b = −g·⌊a/b⌋"""
    xp = namespace(a, b)
    _no_integer_by_zero(b)
    return xp.remainder(a, b), (same, lambda g: -g * xp.floor(a / b))


@op
@quiet
def fmod(a, b):
    """y = a − b·trunc(a/b) (the sign of a),   ∂a = g,   ∂b = −g·trunc(a/b)"""
    xp = namespace(a, b)
    _no_integer_by_zero(b)
    return xp.fmod(a, b), (same, lambda g: -g * xp.trunc(a / b))


# --------------------------------------------------------------------------- exponentials and logarithms

@op
@quiet
def exp(x):
    """y = eˣ,   ∂x = g·y"""
    y = namespace(x).exp(x)
    return y, (lambda g: g * y,)


@op
@quiet
def exp2(x):
    """y = 2ˣ,   ∂x = g·y·ln 2"""
    y = namespace(x).exp2(x)
    return y, (lambda g: g * y * math.log(2),)


@op
@quiet
def expm1(x):
    """y = eˣ − 1, exact for small x,   ∂x = g·(y + 1)"""
    y = namespace(x).expm1(x)
    return y, (lambda g: g * (y + 1),)


@op
@quiet
def log(x):
    """y = ln x,   ∂x = g/x"""
    return namespace(x).log(x), (lambda g: g / x,)


@op
@quiet
def log2(x):
    """y = log₂ x,   ∂x = g/(x·ln 2)"""
    return namespace(x).log2(x), (lambda g: g / (x * math.log(2)),)


@op
@quiet
def log10(x):
    """y = log₁₀ x,   ∂x = g/(x·ln 10)"""
    return namespace(x).log10(x), (lambda g: g / (x * math.log(10)),)


@op
@quiet
def log1p(x):
    """y = ln(1 + x), exact for small x,   ∂x = g/(1 + x)"""
    return namespace(x).log1p(x), (lambda g: g / (1 + x),)


@op
@quiet
def logaddexp(a, b):
    """y = ln(eᵃ + eᵇ),   ∂a = g·eᵃ⁻ʸ,   ∂b = g·eᵇ⁻ʸ"""
    xp = namespace(a, b)
    y = xp.logaddexp(a, b)
    return y, (lambda g: g * xp.exp(a - y), lambda g: g * xp.exp(b - y))


@op
@quiet
def xlogy(a, b):
    """y = a·ln b, and 0 where a = 0,   ∂a = g·ln b (0 where a = 0 and b ≤ 0),   ∂b = g·a/b"""
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
def logit(x):
    """y = ln(x/(1 − x)), the inverse of the sigmoid,   ∂x = g/(x·(1 − x))"""
    return namespace(x).log(x / (1 - x)), (lambda g: g / (x * (1 - x)),)


@op
@quiet
def sqrt(x):
    """y = √x,   ∂x = g/(2y)   (inf at 0)"""
    y = namespace(x).sqrt(x)
    return y, (lambda g: g / (2 * y),)


@op
@quiet
def rsqrt(x):
    """y = 1/√x,   ∂x = −g·y³/2"""
    y = 1 / namespace(x).sqrt(x)
    return y, (lambda g: g * (-0.5 * y * y * y),)


# ---------------------------------------------------------------------------- trigonometric, hyperbolic

@op
def sin(x):
    """y = sin x,   ∂x = g·cos x"""
    xp = namespace(x)
    return xp.sin(x), (lambda g: g * xp.cos(x),)


@op
def cos(x):
    """y = cos x,   ∂x = −g·sin x"""
    xp = namespace(x)
    return xp.cos(x), (lambda g: -g * xp.sin(x),)


@op
def tan(x):
    """y = tan x,   ∂x = g·(1 + y²)"""
    y = namespace(x).tan(x)
    return y, (lambda g: g * (1 + y * y),)


@op
@quiet
def arcsin(x):
    """y = arcsin x,   ∂x = g/√(1 − x²)"""
    xp = namespace(x)
    return xp.arcsin(x), (lambda g: g / xp.sqrt(1 - x * x),)


@op
@quiet
def arccos(x):
    """y = arccos x,   ∂x = −g/√(1 − x²)"""
    xp = namespace(x)
    return xp.arccos(x), (lambda g: -g / xp.sqrt(1 - x * x),)


@op
def arctan(x):
    """y = arctan x,   ∂x = g/(1 + x²)"""
    return namespace(x).arctan(x), (lambda g: g / (1 + x * x),)


@op
@quiet
def arctan2(a, b):
    """y = the angle of the point (b, a),   ∂a = g·b/(a² + b²),   ∂b = −g·a/(a² + b²)   (0 at the origin)"""
    xp = namespace(a, b)

    def over_square(v):
        r = a * a + b * b
        return xp.where(r == 0, 0.0, v / xp.where(r == 0, 1.0, r))

    return xp.arctan2(a, b), (lambda g: over_square(g * b), lambda g: over_square(-g * a))


@op
@quiet
def sinh(x):
    """y = sinh x,   ∂x = g·cosh x"""
    xp = namespace(x)
    return xp.sinh(x), (lambda g: g * xp.cosh(x),)


@op
@quiet
def cosh(x):
    """y = cosh x,   ∂x = g·sinh x"""
    xp = namespace(x)
    return xp.cosh(x), (lambda g: g * xp.sinh(x),)


@op
def tanh(x):
    """y = tanh x,   ∂x = g·(1 − y²)"""
    y = namespace(x).tanh(x)
    return y, (lambda g: g * (1 - y * y),)


@op
def arcsinh(x):
    """y = arsinh x,   ∂x = g/√(x² + 1)"""
    xp = namespace(x)
    return xp.arcsinh(x), (lambda g: g / xp.sqrt(x * x + 1),)


@op
@quiet
def arccosh(x):
    """y = arcosh x,   ∂x = g/√(x² − 1)"""
    xp = namespace(x)
    return xp.arccosh(x), (lambda g: g / xp.sqrt(x * x - 1),)


@op
@quiet
def arctanh(x):
    """y = artanh x,   ∂x = g/(1 − x²)"""
    return namespace(x).arctanh(x), (lambda g: g / (1 - x * x),)


@op
@quiet
def hypot(a, b):
    """y = √(a² + b²),   ∂a = g·a/y,   ∂b = g·b/y"""
    y = namespace(a, b).hypot(a, b)
    return y, (lambda g: g * (a / y), lambda g: g * (b / y))


# ------------------------------------------------------------------------------------ special functions

@op
@quiet
def sigmoid(x):
    """y = 1/(1 + e⁻ˣ),   ∂x = g·y·(1 − y)"""
    y = sigmoid(x) if recorded(x) else 1 / (1 + namespace(x).exp(-x))      # e⁻ˣ may overflow; its derivative must not be asked
    return y, (lambda g: g * (y * (1 - y)),)


def _special(name, x):
    """A function of SciPy's, in x's dtype: SciPy itself makes float64 of float16."""
    y = getattr(special(x), name)(x)
    return y.astype(x.dtype) if y.dtype != x.dtype and x.dtype.kind == "f" else y


@op
def erf(x):
    """y = 2/√π ∫₀ˣ e^(−t²) dt,   ∂x = g·2/√π·e^(−x²)"""
    xp = namespace(x)
    return _special("erf", x), (lambda g: g * (2 / math.sqrt(math.pi) * xp.exp(-x * x)),)


@op
def erfc(x):
    """y = 1 − erf x, exact for large x,   ∂x = −g·2/√π·e^(−x²)"""
    xp = namespace(x)
    return _special("erfc", x), (lambda g: g * (-2 / math.sqrt(math.pi) * xp.exp(-x * x)),)


@op
@quiet
def erfinv(x):
    """y = the inverse of erf,   ∂x = g·√π/2·e^(y²)"""
    y = _special("erfinv", x)
    return y, (lambda g: g * (math.sqrt(math.pi) / 2 * namespace(y).exp(y * y)),)


@op
@quiet
def gammaln(x):
    """y = ln |Γ(x)|,   ∂x = g·ψ(x)"""
    return _special("gammaln", x), (lambda g: g * _special("digamma", x),)


@op
@quiet
def digamma(x):
    """y = ψ(x), the derivative of ln Γ,   ∂x = g·ψ′(x)"""
    return _special("digamma", x), (lambda g: g * polygamma(x, n=1),)


@op
@quiet
def polygamma(x, *, n):
    """y = ψ⁽ⁿ⁾(x), the n-th derivative of ψ,   ∂x = g·ψ⁽ⁿ⁺¹⁾(x)"""
    if recorded(x):
        return polygamma(x, n=n), (lambda g: g * polygamma(x, n=n + 1),)
    y = special(x).polygamma(n, x).astype(x.dtype)
    return y, (lambda g: g * polygamma(x, n=n + 1),)


# ----------------------------------------------------------------------------------- pieces and choices

@op
def absolute(x):
    """y = |x|,   ∂x = g·sign x   (0 at 0)"""
    xp = namespace(x)
    return xp.absolute(x), (lambda g: g * xp.sign(x),)


@op(linear=True)
def sign(x):
    """y = −1, 0 or 1,   ∂x = 0"""
    return namespace(x).sign(x), (zero,)


@op(linear=True)
def floor(x):
    """y = ⌊x⌋,   ∂x = 0"""
    return namespace(x).floor(x), (zero,)


@op(linear=True)
def ceil(x):
    """y = ⌈x⌉,   ∂x = 0"""
    return namespace(x).ceil(x), (zero,)


@op(linear=True)
def trunc(x):
    """y = x without its fraction,   ∂x = 0"""
    return namespace(x).trunc(x), (zero,)


@op(linear=True)
def round(x, *, decimals=0):
    """y = x rounded, halves to even,   ∂x = 0"""
    return namespace(x).round(x, decimals), (zero,)


@op
def relu(x):
    """y = max(x, 0),   ∂x = g where x > 0   (0 at 0)"""
    xp = namespace(x)
    return xp.maximum(x, 0), (lambda g: keep(g, x > 0),)


@op
def maximum(a, b):
    """y = the larger,   ∂ = g to the larger, half to each where they are equal"""
    return namespace(a, b).maximum(a, b), (lambda g: _to_winner(g, a, b), lambda g: _to_winner(g, b, a))


@op
def minimum(a, b):
    """y = the smaller,   ∂ = g to the smaller, half to each where they are equal"""
    return namespace(a, b).minimum(a, b), (lambda g: _to_winner(g, b, a), lambda g: _to_winner(g, a, b))


def _to_winner(g, larger, smaller):
    """g where larger > smaller, half where equal, else 0; NaN counts as a winner, so that it is seen."""
    won, equal = keep(g, ~(larger < smaller)), larger == smaller
    return namespace(g, larger, smaller).where(equal, 0.5 * won, won) if bool(equal.any()) else won


@op
def clip(x, *, min=None, max=None):
    """y = x held between min and max,   ∂x = g where min ≤ x ≤ max   (1 at the bounds)"""
    xp = namespace(x)
    y = x if min is None else xp.maximum(x, min)
    y = y if max is None else xp.minimum(y, max)

    def pullback(g):
        inside = (x == x) if min is None else (x >= min)
        inside = inside if max is None else inside & (x <= max)
        return keep(g, inside)

    return +y, (pullback,)


@op
def clip_above(x, low):
    """y = max(x, low),   ∂x = g where x ≥ low,   ∂low = g where x < low"""
    xp = namespace(x, low)
    return xp.maximum(x, low), (lambda g: keep(g, x >= low), lambda g: keep(g, x < low))


@op
def clip_below(x, high):
    """y = min(x, high),   ∂x = g where x ≤ high,   ∂high = g where x > high"""
    xp = namespace(x, high)
    return xp.minimum(x, high), (lambda g: keep(g, x <= high), lambda g: keep(g, x > high))


@op
def clip_between(x, low, high):
    """y = min(max(x, low), high),   ∂x = g where low ≤ x ≤ high,   ∂low where x < low,   ∂high where x or low > high"""
    xp = namespace(x, low, high)
    return xp.minimum(xp.maximum(x, low), high), (
        lambda g: keep(g, (x >= low) & (x <= high)),
        lambda g: keep(g, (x < low) & (low < high)),
        lambda g: keep(g, (x > high) | (high < low)))


@op(linear=True)
def select(a, b, *, condition):
    """y = a where condition, else b,   ∂a = g where condition,   ∂b = g elsewhere

    A branch that was not chosen still takes part in the backward pass with the gradient 0; if its own
    derivative is infinite there, 0·∞ gives NaN. Mask the *input* of such a branch too.
    """
    return namespace(a, b).where(condition, a, b), (
        lambda g: keep(g, condition), lambda g: keep(g, ~condition))


@op
@quiet
def lerp(a, b, weight):
    """y = a + w·(b − a), which is b for w = 1,   ∂a = g·(1 − w),   ∂b = g·w,   ∂w = g·(b − a)"""
    xp, near = namespace(a, b, weight), abs(weight) < 0.5       # from the nearer end: so b is met exactly
    if isinstance(weight, (int, float)):
        y = a + weight * (b - a) if near else b - (b - a) * (1 - weight)
    else:
        y = xp.where(near, a + weight * (b - a), b - (b - a) * (1 - weight))
    return y, (lambda g: g * (1 - weight), lambda g: g * weight, lambda g: g * (b - a))


@op
def nan_to_num(x, *, nan=0.0, posinf=None, neginf=None):
    """y = x with finite numbers for NaN and ±∞ (by default 0 and the largest),   ∂x = g where x is finite"""
    xp = namespace(x)
    if recorded(x):
        return nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf), (lambda g: keep(g, xp.isfinite(x)),)
    return xp.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf), (lambda g: keep(g, xp.isfinite(x)),)
