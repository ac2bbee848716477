"""Functions of each element, under PyTorch's names. Most *are* the rules of ``ops``."""
import builtins

from .. import autograd, ops
from ..ops import (
    absolute, arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, ceil, cos, cosh, digamma, erf, erfc,
    erfinv, exp,
    exp2, expm1, floor, fmod, hypot, log, log10, log1p, log2, logaddexp, maximum, minimum,
    reciprocal, relu, remainder, rsqrt, sigmoid, sign, sin, sinh, sqrt, square, tan, tanh, trunc)
from ..autograd import DtypeError, here
from ..backend import common_dtype, get_default_dtype, namespace
from .common import array_of, as_tensor, constant

__all__ = ["absolute", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "ceil",
           "cos", "cosh", "digamma", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "floor", "fmod",
           "hypot", "log", "log10", "log1p", "log2", "logaddexp", "maximum", "minimum", "nan_to_num",
           "positive", "pow", "reciprocal", "relu", "remainder", "rsqrt", "sigmoid", "sign", "sin", "sinh",
           "sqrt", "square", "tan", "tanh", "trunc", "xlogy", "abs", "acos", "acosh", "asin", "asinh", "atan",
           "atan2", "atanh", "fix", "lgamma", "negative", "neg", "multiply", "divide", "true_divide",
           "subtract", "fmax", "fmin", "polygamma", "add", "sub", "mul", "div", "clamp", "clip", "round",
           "frac", "where", "lerp", "logit", "sinc", "heaviside", "float_power", "rsub", "addcmul", "addcdiv",
           "deg2rad", "rad2deg", "sgn", "clamp_min", "clamp_max", "clone", "detach",
           "logaddexp2", "copysign", "ldexp", "gcd", "lcm"]

abs, sgn = absolute, sign
acos, acosh, asin, asinh, atan, atan2, atanh = arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh
fix, lgamma, neg, negative = trunc, ops.gammaln, ops.neg, ops.neg


def positive(input):
    """``+input``: the input itself.

    >>> tg.positive(tg.tensor([-1., 2.]))
    tensor([-1.,  2.])
    """
    return input


def add(input, other, *, alpha=1):
    """input + alpha·other.

    >>> tg.add(tg.tensor([1., 2.]), 10, alpha=2)
    tensor([21., 22.])
    """
    return ops.add(input, other if alpha == 1 else other * alpha)


def sub(input, other, *, alpha=1):
    """input − alpha·other.

    >>> tg.sub(tg.tensor([5., 6.]), 2, alpha=2)
    tensor([1., 2.])
    """
    return ops.sub(input, other if alpha == 1 else other * alpha)


def rsub(input, other, *, alpha=1):
    """other − alpha·input.

    >>> tg.rsub(tg.tensor([1., 2.]), 10)
    tensor([9., 8.])
    """
    return ops.sub(other, input if alpha == 1 else ops.mul(input, alpha))


def mul(input, other):
    """input·other.

    >>> tg.mul(tg.tensor([1., 2.]), 3)
    tensor([3., 6.])
    """
    return ops.mul(input, other)


def pow(input, exponent):
    """input to the power `exponent`; either may be a number.

    >>> tg.pow(2, tg.tensor([1., 2., 3.]))
    tensor([2., 4., 8.])
    """
    return ops.pow(input, exponent)


def div(input, other, *, rounding_mode=None):
    """input/other; with ``rounding_mode="trunc"`` or ``"floor"`` a whole number, and then the gradient is 0.

    >>> tg.div(tg.tensor([7., -7.]), 2, rounding_mode="trunc")
    tensor([ 3., -3.])
    """
    if rounding_mode is None:
        return ops.div(input, other)
    if rounding_mode not in ("trunc", "floor"):
        raise RuntimeError(f"div: rounding_mode must be None, 'trunc' or 'floor', not {rounding_mode!r}")
    return (ops.div_trunc if rounding_mode == "trunc" else ops.div_floor)(input, other)


multiply, divide, true_divide, subtract = mul, div, div, sub


def clamp(input, min=None, max=None):
    """The elements held between `min` and `max` (numbers or Tensors). At the bounds the gradient is 1.

    >>> tg.clamp(tg.tensor([-1., 0.5, 2.]), 0, 1)
    tensor([0.0000, 0.5000, 1.0000])
    """
    if min is None and max is None:
        raise RuntimeError("clamp: give min, max or both")
    if not hasattr(min, "shape") and not hasattr(max, "shape"):
        if input.dtype.kind in "iub":                       # integers between floats are floats
            input = input.to(common_dtype([input.array, *(v for v in (min, max) if v is not None)]))
        return ops.clip(input, min=min, max=max)
    if min is None or max is None:
        return ops.clip_below(input, max) if min is None else ops.clip_above(input, min)
    return ops.clip_between(input, min, max)


clip = clamp


def clamp_min(input, min):
    """Nothing below `min`.

    >>> tg.clamp_min(tg.tensor([1., 5.]), 3)
    tensor([3., 5.])
    """
    return clamp(input, min=min)


def clamp_max(input, max):
    """Nothing above `max`.

    >>> tg.clamp_max(tg.tensor([1., 5.]), 3)
    tensor([1., 3.])
    """
    return clamp(input, max=max)


def detach(input):
    """The same numbers without history.

    >>> tg.detach(tg.tensor([1.], requires_grad=True)).requires_grad
    False
    """
    return input.detach()


def clone(input):
    """A copy, on the tape: gradients flow through.

    >>> tg.clone(tg.tensor([1., 2.]))
    tensor([1., 2.])
    """
    return input.clone()


def round(input, *, decimals=0):
    """The nearest whole number (or number with so many decimals); halves go to the even one.

    >>> tg.round(tg.tensor([0.5, 1.5, 2.7]))
    tensor([0., 2., 3.])
    """
    return ops.round(input, decimals=decimals)


def frac(input):
    """What is behind the decimal point: input − trunc(input).

    >>> tg.frac(tg.tensor([1.5, -1.5]))
    tensor([ 0.5000, -0.5000])
    """
    if input.dtype.kind in "iub":
        raise DtypeError(f"frac: expected floats, but the tensor holds {input.dtype.name}")
    return input - ops.trunc(input)


def where(condition, input=None, other=None):
    """`input` where the condition holds, else `other`; with a condition alone, the places where it holds.

    The gradient of a branch is 0 where it was not chosen, *but NaN if the branch itself is not finite there*
    (0·∞): write ``sqrt(where(x > 0, x, 1))`` inside, not only ``where(x > 0, sqrt(x), 0)`` outside.

    >>> x = tg.tensor([-1., 4.])
    >>> tg.where(x > 0, x, 0.)
    tensor([0., 4.])
    """
    if input is None and other is None:
        from .find import nonzero
        return nonzero(condition, as_tuple=True)
    condition = array_of(condition)
    if isinstance(condition, builtins.bool):
        condition = namespace(array_of(input), array_of(other)).asarray(condition)
    if getattr(condition, "dtype", None) != bool:
        raise DtypeError(f"where{here()}: the condition must hold booleans, not "
                         f"{getattr(condition, 'dtype', type(condition).__name__)}: "
                         f"write condition != 0")
    if not isinstance(input, autograd.Tensor) and not isinstance(other, autograd.Tensor):
        input = constant(namespace(condition).asarray(input, dtype=common_dtype([input, other])))
    return ops.select(input, other, condition=condition)


def fmax(input, other):
    """The larger one; a NaN beside a number is passed over. Of two equal ones the first gets a gradient.

    >>> tg.fmax(tg.tensor([1., tg.nan]), tg.tensor([2., 3.]))
    tensor([2., 3.])
    """
    return where((input >= other) | (other != other), input, other)


def fmin(input, other):
    """The smaller one; a NaN beside a number is passed over. Of two equal ones the first gets a gradient.

    >>> tg.fmin(tg.tensor([1., tg.nan]), tg.tensor([2., 3.]))
    tensor([1., 3.])
    """
    return where((input <= other) | (other != other), input, other)


def lerp(input, end, weight):
    """input + weight·(end − input).

    >>> tg.lerp(tg.tensor([0., 10.]), tg.tensor([10., 20.]), 0.1)
    tensor([ 1., 11.])
    """
    return ops.lerp(input, end, weight)


def logit(input, eps=None):
    """ln(p/(1 − p)), the inverse of `sigmoid`; p is first held in [eps, 1 − eps] if eps is given.

    >>> tg.logit(tg.tensor([0.5, 0.75]))
    tensor([0.0000, 1.0986])
    """
    p = input if eps is None else clamp(input, eps, 1 - eps)
    return ops.logit(p)


def sinc(input):
    """sin(πx)/(πx), and 1 at 0.

    >>> tg.sinc(tg.tensor([0., 0.5]))
    tensor([1.0000, 0.6366])
    """
    at_zero = input == 0
    x = where(at_zero, 1.0, input) * 3.141592653589793
    return where(at_zero, 1.0, ops.sin(x) / x)


def heaviside(input, values):
    """0 below zero, 1 above, `values` at zero. Without a gradient.

    >>> tg.heaviside(tg.tensor([-1., 0., 2.]), tg.tensor(0.5))
    tensor([0.0000, 0.5000, 1.0000])
    """
    a, v = array_of(input), array_of(values)
    if hasattr(v, "dtype") and v.dtype != a.dtype:
        raise DtypeError(f"heaviside: input is {a.dtype.name} and values {v.dtype.name}: convert one")
    return constant(namespace(a).where(a != a, a, (a > 0) + (a == 0) * v).astype(a.dtype), input)


def float_power(input, exponent):
    """inputᵉˣᵖᵒⁿᵉⁿᵗ in float64.

    >>> tg.float_power(tg.tensor([2, 3]), 2)
    tensor([4., 9.], dtype=float64)
    """
    return ops.pow(*(x.to("float64") if hasattr(x, "shape") else float(x) for x in (input, exponent)))


def xlogy(input, other):
    """input·ln(other), and 0 where input is 0.

    >>> tg.xlogy(tg.tensor([0., 2.]), tg.tensor([0., 1.]))
    tensor([0., 0.])
    """
    like = input if isinstance(input, autograd.Tensor) else other
    return ops.xlogy(as_tensor(input, like), as_tensor(other, like))


def nan_to_num(input, nan=None, posinf=None, neginf=None):
    """Finite numbers for NaN and ±∞: 0 and the largest and smallest of the dtype, unless others are given.

    >>> tg.nan_to_num(tg.tensor([1., tg.nan]), nan=0.)
    tensor([1., 0.])
    """
    return ops.nan_to_num(input, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf)


def addcmul(input, tensor1, tensor2, *, value=1):
    """input + value·tensor1·tensor2.

    >>> tg.addcmul(tg.tensor([1.]), tg.tensor([2.]), tg.tensor([3.]), value=10)
    tensor([61.])
    """
    return input + value * (tensor1 * tensor2)


def addcdiv(input, tensor1, tensor2, *, value=1):
    """input + value·tensor1/tensor2.

    >>> tg.addcdiv(tg.tensor([1.]), tg.tensor([6.]), tg.tensor([3.]), value=10)
    tensor([21.])
    """
    return input + value * (tensor1 / tensor2)


def deg2rad(input):
    """Degrees to radians.

    >>> tg.deg2rad(tg.tensor([180.]))
    tensor([3.1416])
    """
    return input * (3.141592653589793 / 180)


def rad2deg(input):
    """Radians to degrees.

    >>> tg.rad2deg(tg.tensor([tg.pi]))
    tensor([180.])
    """
    return input * (180 / 3.141592653589793)


def polygamma(n, input):
    """The n-th derivative of the digamma function.

    >>> tg.polygamma(1, tg.tensor([1.]))
    tensor([1.6449])
    """
    return ops.polygamma(input, n=n) if n else ops.digamma(input)


def logaddexp2(input, other):
    """log₂(2ᵃ + 2ᵇ), without overflow.

    >>> tg.logaddexp2(tg.tensor([3.]), tg.tensor([3.]))
    tensor([4.])
    """
    ln2 = 0.6931471805599453
    return ops.logaddexp(input * ln2, other * ln2) / ln2


def copysign(input, other):
    """|input| with the sign of `other` (which may be that of −0.0).

    >>> tg.copysign(tg.tensor([1., 2.]), tg.tensor([-1., 1.]))
    tensor([-1.,  2.])
    """
    sign = array_of(other)
    sign = namespace(input.array).asarray(sign) if not hasattr(sign, "dtype") else sign
    dtype = input.dtype if input.dtype.kind == "f" else get_default_dtype()
    return ops.absolute(input) * constant(1 - 2 * namespace(sign).signbit(sign).astype(dtype))


def ldexp(input, other):
    """input·2^other.

    >>> tg.ldexp(tg.tensor([1.]), tg.tensor([3]))
    tensor([8.])
    """
    return input * ops.pow(2.0, other)


def gcd(input, other):
    """The largest whole number that divides both.

    >>> tg.gcd(tg.tensor([4, 6]), tg.tensor([6, 9]))
    tensor([2, 3])
    """
    return _of_whole_numbers("gcd", input, other)


def lcm(input, other):
    """The smallest whole number that both divide.

    >>> tg.lcm(tg.tensor([4, 6]), tg.tensor([6, 9]))
    tensor([12, 18])
    """
    return _of_whole_numbers("lcm", input, other)


def _of_whole_numbers(name, input, other):
    a, b = array_of(input), array_of(other)
    dtype = common_dtype([a, b])
    if dtype.kind not in "iu":
        raise DtypeError(f"{name}: expected integers, got {dtype.name}")
    return constant(getattr(namespace(a, b), name)(a.astype(dtype), b.astype(dtype)))
