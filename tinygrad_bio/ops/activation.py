"""Activation functions: what a network puts between two linear layers.

Without them two layers would be one. They differ in where they are flat: a unit whose slope is 0 learns
nothing. At a kink each takes PyTorch's side, which its formula shows: "≤" or "<".

On which side of a kink a number lies cannot be guessed, and a processor that guesses wrong loses ten times
what it takes to compute. So nothing here says ``where``: bounds are `clip`, and `either` chooses without
guessing. Nor ``expm1`` or ``log1p``, for which NumPy takes one number after the other. (Times in this file:
milliseconds for 2¹⁸ floats on one core.)
"""
import math

import numpy as np

from ..autograd import op
from ..backend import keep, namespace
from .arithmetic import quiet
from .exponential import sigmoid
from .special import erf


def either(mask, a, b):
    """a where the mask holds, b elsewhere, like ``where(mask, a, b)``: 0.2 ms, and not 1.5.

    Bit by bit, b ^ (a ^ b) is a, and b ^ 0 is b. So a ^ b is masked, with 111…1 or 000…0, as in `keep`.

    >>> either(np.array([True, False]), np.array([1., 2.]), np.array([3., 4.]))
    array([1., 4.])
    """
    if not type(mask) is type(a) is type(b) is np.ndarray or a.size < 8192 or not (
            mask.shape == a.shape == b.shape and a.dtype == b.dtype and a.dtype.kind == "f"):
        return namespace(mask, a, b).where(mask, a, b)
    whole = f"int{8 * a.itemsize}"
    bits = mask.view("int8").astype(whole)                                      # 0 or 1
    np.negative(bits, out=bits)                                                 # 0 or −1, which is 111…1
    bits &= a.view(whole) ^ b.view(whole)
    bits ^= b.view(whole)
    return bits.view(a.dtype)


def _expm1(x):
    """eˣ − 1 for x ≤ 0, exact near 0 too: 2t/(1 − t) with t = tanh(x/2), 0.5 ms. (expm1 takes 4.9.)"""
    t = namespace(x).tanh(0.5 * x)
    return 2 * t / (1 - t)


def ln_1p_exp(x):
    """ln(1 + eˣ) = max(x, 0) + ln(1 + z), z = e^−|x|, which cannot overflow: 0.9 ms. (logaddexp takes 7.1.)

    In u = 1 + z the last digits of a small z are lost. What is lost is z − (u − 1), exactly; and
    ln(u + lost) = ln u + lost/u. (log1p does this too, one number after the other.)

    >>> ln_1p_exp(np.array([-40., 0., 1000.]))
    array([4.24835426e-18, 6.93147181e-01, 1.00000000e+03])
    """
    xp = namespace(x)
    z = xp.exp(-abs(x))
    u = 1 + z
    return x.clip(0, math.inf) + (xp.log(u) + (z - (u - 1)) / u)


@op
def leaky_relu(x, *, negative_slope=0.01):
    """y = x where x > 0, else s·x,   ∂x = g where x > 0, else s·g

    >>> leaky_relu(tg.tensor([-10., 10.]), negative_slope=0.1)
    tensor([-1., 10.])
    """
    return either(x > 0, x, negative_slope * x), (lambda g: either(x > 0, g, negative_slope * g),)


@op
def prelu(x, weight):
    """y = x where x > 0, else w·x,   ∂x = g where x > 0, else w·g,   ∂w = g·x where x ≤ 0

    >>> prelu(tg.tensor([-10., 10.]), tg.tensor(0.1))
    tensor([-1., 10.])
    """
    return either(x > 0, x, weight * x), (
        lambda g: either(x > 0, g, weight * g), lambda g: keep(g * x, ~(x > 0)))


@op
@quiet
def elu(x, *, alpha=1.0, scale=1.0, input_scale=1.0):
    """y = s·x where x > 0, else s·α·(e^(k·x) − 1),   ∂x = g·s where x > 0, else g·s·α·k·e^(k·x)

    One rule for three: ELU (α), SELU (s, α such that means stay 0 and variances 1), CELU (k = 1/α: no kink).
    Computed as s·max(x, 0) + s·α·(e^(k·min(x, 0)) − 1): one of the two is 0.

    >>> elu(tg.tensor([-20., 0., 20.]), alpha=2.0)
    tensor([-2.,  0., 20.])
    """
    low = x.clip(-math.inf, 0)                              # e^(k·x) must not overflow where it is not used
    slope = scale * alpha * input_scale

    def pullback(g):
        xp = namespace(x)
        return g * either(x > 0, scale + xp.zeros_like(x), slope * xp.exp(input_scale * low))

    return scale * x.clip(0, math.inf) + scale * alpha * _expm1(input_scale * low), (pullback,)


@op
def gelu(x):
    """y = x·Φ(x),   ∂x = g·(Φ(x) + x·φ(x));   Φ, φ: distribution and density of the standard normal

    SciPy's erf takes nine tenths of the time: it is exact, and takes one number after the other (20 ns each).
    `gelu_tanh` takes a quarter of that.

    >>> gelu(tg.tensor([-1., 0., 1.]))
    tensor([-0.1587,  0.0000,  0.8413])
    """
    xp = namespace(x)
    cdf = 0.5 * (1 + erf(x * math.sqrt(0.5)))
    return x * cdf, (lambda g: g * (cdf + x * xp.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))),)


@op
def gelu_tanh(x):
    """y = x/2·(1 + t), t = tanh(√(2/π)·(x + 0.044715·x³)),   ∂x = g·((1 + t)/2 + x/2·(1 − t²)·u′)

    >>> gelu_tanh(tg.tensor([-1., 0., 1.]))
    tensor([-0.1588,  0.0000,  0.8412])
    """
    c = math.sqrt(2 / math.pi)
    t = namespace(x).tanh(c * (x + 0.044715 * x * x * x))
    return 0.5 * x * (1 + t), (
        lambda g: g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (c * (1 + 3 * 0.044715 * x * x))),)


@op
def silu(x):
    """y = x·σ(x),   ∂x = g·σ·(1 + x·(1 − σ))

    >>> silu(tg.tensor([-1., 0., 1.]))
    tensor([-0.2689,  0.0000,  0.7311])
    """
    s = sigmoid(x)
    return x * s, (lambda g: g * (s * (1 + x * (1 - s))),)


@op
@quiet
def mish(x):
    """y = x·t, t = tanh(ln(1 + eˣ)),   ∂x = g·(t + x·σ(x)·(1 − t²))

    t = n/(n + 2) with n = eˣ(eˣ + 2), and 1 for a large x, whose eˣ is not needed.

    >>> mish(tg.tensor([-1., 1., 100.]))
    tensor([ -0.3034,   0.8651, 100.0000])
    """
    e = namespace(x).exp(x.clip(-math.inf, 25))
    n = e * (e + 2)
    t = n / (n + 2)
    return x * t, (lambda g: g * (t + x * sigmoid(x) * (1 - t * t)),)


@op
@quiet
def softplus(x, *, beta=1.0, threshold=20.0):
    """y = ln(1 + e^(βx))/β, a smooth relu; x itself where βx > threshold,   ∂x = g·σ(βx), or g

    >>> softplus(tg.tensor([-9., 0., 100.]))
    tensor([1.2340e-04, 6.9315e-01, 1.0000e+02])
    """
    large = beta * x > threshold
    return either(large, x, ln_1p_exp(beta * x) / beta), (lambda g: either(large, g, g * sigmoid(beta * x)),)


@op
@quiet
def logsigmoid(x):
    """y = ln σ(x) = −ln(1 + e⁻ˣ), without overflow,   ∂x = g·σ(−x)

    >>> logsigmoid(tg.tensor([-90., 0.]))
    tensor([-90.0000,  -0.6931])
    """
    return -ln_1p_exp(-x), (lambda g: g * sigmoid(-x),)


@op
def hardtanh(x, *, min_val=-1.0, max_val=1.0):
    """y = x held between two bounds,   ∂x = g strictly between them   (at the bounds 0; `clip` has 1)

    >>> hardtanh(tg.tensor([-2., 0.5, 2.]))
    tensor([-1.0000,  0.5000,  1.0000])
    """
    return x.clip(min_val, max_val), (lambda g: keep(g, (x > min_val) & (x < max_val)),)


@op
def hardsigmoid(x):
    """y = x/6 + ½ held in [0, 1],   ∂x = g/6 where −3 < x < 3

    >>> hardsigmoid(tg.tensor([-4., 0., 4.]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    return (x + 3).clip(0, 6) / 6, (lambda g: keep(g / 6, (x > -3) & (x < 3)),)


@op
def hardswish(x):
    """y = x·hardsigmoid(x),   ∂x = 0 where x ≤ −3, g where x ≥ 3, else g·(x/3 + ½)

    >>> hardswish(tg.tensor([-4., 1., 4.]))
    tensor([-0.0000,  0.6667,  4.0000])
    """
    return x * ((x + 3).clip(0, 6) / 6), (
        lambda g: keep(either(x < 3, g * (x / 3 + 0.5), g), ~(x <= -3)),)


@op
def softsign(x):
    """y = x/(1 + |x|),   ∂x = g/(1 + |x|)²

    >>> softsign(tg.tensor([-1., 0., 3.]))
    tensor([-0.5000,  0.0000,  0.7500])
    """
    return x / (1 + abs(x)), (lambda g: g / (1 + abs(x)) ** 2,)


@op
def tanhshrink(x):
    """y = x − tanh x,   ∂x = g·tanh² x

    >>> tanhshrink(tg.tensor([-1., 0., 1.]))
    tensor([-0.2384,  0.0000,  0.2384])
    """
    t = namespace(x).tanh(x)
    return x - t, (lambda g: g * t * t,)


@op
def softshrink(x, *, lambd=0.5):
    """y = x moved by λ towards 0, and 0 where |x| ≤ λ,   ∂x = g where |x| > λ

    >>> softshrink(tg.tensor([-2., 0.1, 2.]))
    tensor([-1.5000,  0.0000,  1.5000])
    """
    small = abs(x) <= lambd
    return either(small, 0 * x, x - x.clip(-lambd, lambd)), (lambda g: keep(g, ~small),)


@op
def hardshrink(x, *, lambd=0.5):
    """y = 0 where |x| ≤ λ, else x,   ∂x = g where |x| > λ

    >>> hardshrink(tg.tensor([-2., 0.1, 2.]))
    tensor([-2.,  0.,  2.])
    """
    large = ~(abs(x) <= lambd)                                              # NaN counts as large
    return keep(x, large), (lambda g: keep(g, large),)


@op
def threshold(x, *, threshold, value):
    """y = x where x > threshold, else a given value,   ∂x = g where x > threshold

    >>> threshold(tg.tensor([1., 3.]), threshold=2.0, value=-1.0)
    tensor([-1.,  3.])
    """
    small = x <= threshold
    return either(small, value + namespace(x).zeros_like(x), x), (lambda g: keep(g, ~small),)


@op(linear=True)
def dropout(x, *, mask):
    """y = x·m,   ∂x = g·m;   m is 0 for what is dropped, and 1/(1 − p) else, so that the mean stays

    >>> dropout(tg.tensor([1., 2., 3.]), mask=np.array([0, 2, 2], "float32"))
    tensor([0., 4., 6.])
    """
    return x * mask, (lambda g: g * mask,)


@op(linear=True)
def scale_gradient(x, *, factor):
    """y = x,   ∂x = g·factor

    >>> x = tg.tensor([1.], requires_grad=True)
    >>> scale_gradient(x, factor=-1.0).backward(); x.grad
    tensor([-1.])
    """
    return x, (lambda g: g * factor,)
