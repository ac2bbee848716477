"""Activation functions: what a network puts between two linear layers.

Without them two layers would be one. They differ in where they are flat: a unit whose slope is 0 learns
nothing. At a kink each takes PyTorch's side, which its formula shows: "≤" or "<".
"""
import math

from ..autograd import op
from ..backend import namespace
from .elementwise import erf, logaddexp, quiet, sigmoid


@op
def leaky_relu(x, *, negative_slope=0.01):
    """y = x where x > 0, else s·x,   ∂x = g where x > 0, else s·g"""
    xp = namespace(x)
    return xp.where(x > 0, x, negative_slope * x), (lambda g: xp.where(x > 0, g, negative_slope * g),)


@op
def prelu(x, weight):
    """y = x where x > 0, else w·x,   ∂x = g where x > 0, else w·g,   ∂w = g·x where x ≤ 0"""
    xp = namespace(x, weight)
    return xp.where(x > 0, x, weight * x), (
        lambda g: xp.where(x > 0, g, weight * g), lambda g: xp.where(x > 0, 0 * g, g * x))


@op
@quiet
def elu(x, *, alpha=1.0, scale=1.0, input_scale=1.0):
    """y = s·x where x > 0, else s·α·(e^(k·x) − 1),   ∂x = g·s where x > 0, else g·s·α·k·e^(k·x)

    One rule for three: ELU (α), SELU (s, α such that means stay 0 and variances 1), CELU (k = 1/α: no kink).
    """
    xp = namespace(x)
    low = xp.where(x <= 0, x, 0)                            # e^(k·x) must not overflow where it is not used
    return xp.where(x <= 0, scale * alpha * xp.expm1(input_scale * low), scale * x), (
        lambda g: g * xp.where(x <= 0, scale * alpha * input_scale * xp.exp(input_scale * low), scale + 0 * x),)


@op
def gelu(x):
    """y = x·Φ(x),   ∂x = g·(Φ(x) + x·φ(x));   Φ, φ: distribution and density of the standard normal"""
    xp = namespace(x)
    cdf = 0.5 * (1 + erf(x * math.sqrt(0.5)))
    return x * cdf, (lambda g: g * (cdf + x * xp.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))),)


@op
def gelu_tanh(x):
    """y = x/2·(1 + t), t = tanh(√(2/π)·(x + 0.044715·x³)),   ∂x = g·((1 + t)/2 + x/2·(1 − t²)·u′)"""
    c = math.sqrt(2 / math.pi)
    t = namespace(x).tanh(c * (x + 0.044715 * x * x * x))
    return 0.5 * x * (1 + t), (
        lambda g: g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (c * (1 + 3 * 0.044715 * x * x))),)


@op
def silu(x):
    """y = x·σ(x),   ∂x = g·σ·(1 + x·(1 − σ))"""
    s = sigmoid(x)
    return x * s, (lambda g: g * (s * (1 + x * (1 - s))),)


@op
@quiet
def mish(x):
    """y = x·t, t = tanh(ln(1 + eˣ)),   ∂x = g·(t + x·σ(x)·(1 − t²))"""
    t = namespace(x).tanh(logaddexp(x, 0))
    return x * t, (lambda g: g * (t + x * sigmoid(x) * (1 - t * t)),)


@op
@quiet
def softplus(x, *, beta=1.0, threshold=20.0):
    """y = ln(1 + e^(βx))/β, a smooth relu; x itself where βx > threshold,   ∂x = g·σ(βx), or g"""
    xp = namespace(x)
    large = beta * x > threshold
    return xp.where(large, x, xp.log1p(xp.exp(beta * x)) / beta), (
        lambda g: xp.where(large, g, g * sigmoid(beta * x)),)


@op
def logsigmoid(x):
    """y = ln σ(x) = min(x, 0) − ln(1 + e^−|x|), without overflow,   ∂x = g·σ(−x)"""
    xp = namespace(x)
    return xp.minimum(x, 0) - xp.log1p(xp.exp(-abs(x))), (lambda g: g * sigmoid(-x),)


@op
def hardtanh(x, *, min_val=-1.0, max_val=1.0):
    """y = x held between two bounds,   ∂x = g strictly between them   (at the bounds 0; `clip` has 1)"""
    xp = namespace(x)
    return xp.minimum(xp.maximum(x, min_val), max_val), (
        lambda g: xp.where((x <= min_val) | (x >= max_val), 0 * g, g),)


@op
def hardsigmoid(x):
    """y = x/6 + ½ held in [0, 1],   ∂x = g/6 where −3 < x < 3"""
    xp = namespace(x)
    return xp.minimum(xp.maximum(x + 3, 0), 6) / 6, (
        lambda g: xp.where((x > -3) & (x < 3), g / 6, 0 * g),)


@op
def hardswish(x):
    """y = x·hardsigmoid(x),   ∂x = 0 where x ≤ −3, g where x ≥ 3, else g·(x/3 + ½)"""
    xp = namespace(x)
    y = x * (xp.minimum(xp.maximum(x + 3, 0), 6) / 6)
    return y, (lambda g: xp.where(x <= -3, 0 * g, xp.where(x < 3, g * (x / 3 + 0.5), g)),)


@op
def softsign(x):
    """y = x/(1 + |x|),   ∂x = g/(1 + |x|)²"""
    return x / (1 + abs(x)), (lambda g: g / (1 + abs(x)) ** 2,)


@op
def tanhshrink(x):
    """y = x − tanh x,   ∂x = g·tanh² x"""
    t = namespace(x).tanh(x)
    return x - t, (lambda g: g * t * t,)


@op
def softshrink(x, *, lambd=0.5):
    """y = x moved by λ towards 0, and 0 where |x| ≤ λ,   ∂x = g where |x| > λ"""
    xp = namespace(x)
    small = abs(x) <= lambd
    return xp.where(small, 0 * x, x - lambd * xp.sign(x)), (lambda g: xp.where(small, 0 * g, g),)


@op
def hardshrink(x, *, lambd=0.5):
    """y = 0 where |x| ≤ λ, else x,   ∂x = g where |x| > λ"""
    xp = namespace(x)
    small = abs(x) <= lambd
    return xp.where(small, 0 * x, x), (lambda g: xp.where(small, 0 * g, g),)


@op
def threshold(x, *, threshold, value):
    """y = x where x > threshold, else a given value,   ∂x = g where x > threshold"""
    xp = namespace(x)
    return xp.where(x <= threshold, value + 0 * x, x), (lambda g: xp.where(x <= threshold, 0 * g, g),)


@op(linear=True)
def dropout(x, *, mask):
    """y = x·m,   ∂x = g·m;   m is 0 for what is dropped, and 1/(1 − p) else, so that the mean stays"""
    return x * mask, (lambda g: g * mask,)


@op(linear=True)
def scale_gradient(x, *, factor):
    """y = x,   ∂x = g·factor"""
    return x, (lambda g: g * factor,)
