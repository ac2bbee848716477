"""Functions of each element, under PyTorch's names. Most *are* the rules of ``ops.elementwise``."""
import builtins

from .. import autograd, ops
from ..ops import (
    absolute, arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, ceil, cos, cosh, digamma, erf, erfc,
    erfinv, exp,
    exp2, expm1, floor, fmod, hypot, log, log10, log1p, log2, logaddexp, maximum, minimum,
    reciprocal, relu, remainder, rsqrt, sigmoid, sign, sin, sinh, sqrt, square, tan, tanh, trunc)
from ..autograd import DtypeError, here
from ..backend import common_dtype, namespace
from .common import array_of, as_tensor, constant

__all__ = ["absolute", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "ceil",
           "cos", "cosh", "digamma", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "floor", "fmod",
           "hypot", "log", "log10", "log1p", "log2", "logaddexp", "maximum", "minimum", "nan_to_num",
           "positive", "pow", "reciprocal", "relu", "remainder", "rsqrt", "sigmoid", "sign", "sin", "sinh",
           "sqrt", "square", "tan", "tanh", "trunc", "xlogy", "abs", "acos", "acosh", "asin", "asinh", "atan",
           "atan2", "atanh", "fix", "lgamma", "negative", "neg", "multiply", "divide", "true_divide",
           "subtract", "fmax", "fmin", "polygamma", "add", "sub", "mul", "div", "clamp", "clip", "round",
           "frac", "where", "lerp", "logit", "sinc", "heaviside", "float_power", "rsub", "addcmul", "addcdiv",
           "deg2rad", "rad2deg", "sgn", "clamp_min", "clamp_max", "clone", "detach"]

abs, sgn = absolute, sign
acos, acosh, asin, asinh, atan, atan2, atanh = arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh
fix, lgamma, neg, negative = trunc, ops.gammaln, ops.neg, ops.neg


def positive(input):
    """``+input``: the input itself."""
    return input


def add(input, other, *, alpha=1):
    """input + alpha·other.

    >>> import tinygrad_bio as tg
    >>> tg.add(tg.tensor([1., 2.]), 10, alpha=2)
    tensor([21., 22.])
    """
    return ops.add(input, other if alpha == 1 else other * alpha)


def sub(input, other, *, alpha=1):
    """input − alpha·other."""
    return ops.sub(input, other if alpha == 1 else other * alpha)


def rsub(input, other, *, alpha=1):
    """other − alpha·input."""
    return ops.sub(other, input if alpha == 1 else ops.mul(input, alpha))


def mul(input, other):
    """input·other."""
    return ops.mul(input, other)


def pow(input, exponent):
    """input to the power `exponent`; either may be a number.

    >>> import tinygrad_bio as tg
    >>> tg.pow(2, tg.tensor([1., 2., 3.]))
    tensor([2., 4., 8.])
    """
    return ops.pow(input, exponent)


def div(input, other, *, rounding_mode=None):
    """input/other; with ``rounding_mode="trunc"`` or ``"floor"`` a whole number, and then the gradient is 0.

    >>> import tinygrad_bio as tg
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

    >>> import tinygrad_bio as tg
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
    """Nothing below `min`."""
    return clamp(input, min=min)


def clamp_max(input, max):
    """Nothing above `max`."""
    return clamp(input, max=max)


def detach(input):
    """The same numbers without history."""
    return input.detach()


def clone(input):
    """A copy, on the tape: gradients flow through."""
    return input.clone()


def round(input, *, decimals=0):
    """The nearest whole number (or number with so many decimals); halves go to the even one."""
    return ops.round(input, decimals=decimals)


def frac(input):
    """What is behind the decimal point: input − trunc(input)."""
    if input.dtype.kind in "iub":
        raise DtypeError(f"frac: expected floats, but the tensor holds {input.dtype.name}")
    return input - ops.trunc(input)


def where(condition, input=None, other=None):
    """`input` where the condition holds, else `other`; with a condition alone, the places where it holds.

    The gradient of a branch is 0 where it was not chosen, *but NaN if the branch itself is not finite there*
    (0·∞): write ``sqrt(where(x > 0, x, 1))`` inside, not only ``where(x > 0, sqrt(x), 0)`` outside.

    >>> import tinygrad_bio as tg
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
    """The larger one; a NaN beside a number is passed over. Of two equal ones the first gets a gradient."""
    return where((input >= other) | (other != other), input, other)


def fmin(input, other):
    """The smaller one; a NaN beside a number is passed over. Of two equal ones the first gets a gradient."""
    return where((input <= other) | (other != other), input, other)


def lerp(input, end, weight):
    """input + weight·(end − input)."""
    return ops.lerp(input, end, weight)


def logit(input, eps=None):
    """ln(p/(1 − p)), the inverse of `sigmoid`; p is first held in [eps, 1 − eps] if eps is given."""
    p = input if eps is None else clamp(input, eps, 1 - eps)
    return ops.logit(p)


def sinc(input):
    """sin(πx)/(πx), and 1 at 0."""
    at_zero = input == 0
    x = where(at_zero, 1.0, input) * 3.141592653589793
    return where(at_zero, 1.0, ops.sin(x) / x)


def heaviside(input, values):
    """0 below zero, 1 above, `values` at zero. Without a gradient."""
    a, v = array_of(input), array_of(values)
    if hasattr(v, "dtype") and v.dtype != a.dtype:
        raise DtypeError(f"heaviside: input is {a.dtype.name} and values {v.dtype.name}: convert one")
    return constant(namespace(a).where(a != a, a, (a > 0) + (a == 0) * v).astype(a.dtype), input)


def float_power(input, exponent):
    """inputᵉˣᵖᵒⁿᵉⁿᵗ in float64."""
    return ops.pow(*(x.to("float64") if hasattr(x, "shape") else float(x) for x in (input, exponent)))


def xlogy(input, other):
    """input·ln(other), and 0 where input is 0."""
    like = input if isinstance(input, autograd.Tensor) else other
    return ops.xlogy(as_tensor(input, like), as_tensor(other, like))


def nan_to_num(input, nan=None, posinf=None, neginf=None):
    """Finite numbers for NaN and ±∞: 0 and the largest and smallest of the dtype, unless others are given."""
    return ops.nan_to_num(input, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf)


def addcmul(input, tensor1, tensor2, *, value=1):
    """input + value·tensor1·tensor2."""
    return input + value * (tensor1 * tensor2)


def addcdiv(input, tensor1, tensor2, *, value=1):
    """input + value·tensor1/tensor2."""
    return input + value * (tensor1 / tensor2)


def deg2rad(input):
    """Degrees to radians."""
    return input * (3.141592653589793 / 180)


def rad2deg(input):
    """Radians to degrees."""
    return input * (180 / 3.141592653589793)


def polygamma(n, input):
    """The n-th derivative of the digamma function."""
    return ops.polygamma(input, n=n) if n else ops.digamma(input)
