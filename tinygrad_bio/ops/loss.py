"""Losses that are better computed in one piece: exact where their parts would overflow or divide by 0.

All give one number for each element, or for each row; the mean or the sum is taken afterwards.
"""
import math

from ..autograd import op
from ..backend import namespace
from .elementwise import quiet, same, sigmoid
from .index import take_along_axis
from .reduce import largest
from .softmax import log_softmax


@op
def squared_error(a, b):
    """y = (a − b)²,   ∂a = g·2(a − b),   ∂b = −∂a"""
    d = a - b
    return d * d, (lambda g: g * (2 * d), lambda g: g * (-2 * d))


@op
def mean_squared_error(a, b):
    """y = Σ (a − b)²/n,   ∂a = g·2(a − b)/n,   ∂b = −∂a   (one pass where its parts would take four)"""
    d = a - b
    n = math.prod(d.shape) or math.nan
    return (d * d).sum() / n, (lambda g: g * (2 / n) * d, lambda g: g * (-2 / n) * d)


@op
def huber(d, *, delta=1.0):
    """y = d²/2 where |d| < δ, else δ·(|d| − δ/2),   ∂d = g·d, held between −δ and δ

    A parabola that goes over into straight lines: one wild measurement does not pull harder than δ.
    """
    xp = namespace(d)
    return xp.where(abs(d) < delta, 0.5 * d * d, delta * (abs(d) - 0.5 * delta)), (
        lambda g: g * xp.where(abs(d) < delta, d, delta * xp.sign(d)),)


# ---------------------------------------------------------------------------------------- yes or no

@op
@quiet
def bce(p, t):
    """y = −t·ln p − (1 − t)·ln(1 − p), with logarithms not below −100

    ∂p = g·(p − t)/(p(1 − p)),   ∂t = g·(ln(1 − p) − ln p)
    """
    xp = namespace(p, t)
    y = (t - 1) * xp.maximum(xp.log1p(-p), -100) - t * xp.maximum(xp.log(p), -100)
    return y, (lambda g: g * (p - t) / xp.maximum(p * (1 - p), 1e-12),
               lambda g: g * (xp.log1p(-p) - xp.log(p)))


@op
def bce_with_logits(x, t):
    """y = bce(σ(x), t) = max(x, 0) − x·t + ln(1 + e^−|x|),   ∂x = g·(σ(x) − t),   ∂t = −g·x"""
    xp = namespace(x, t)
    y = xp.maximum(x, 0) - x * t + xp.log1p(xp.exp(-abs(x)))
    return y, (lambda g: g * (sigmoid(x) - t), lambda g: -g * x)


# -------------------------------------------------------------------------------------- many classes

def cross_entropy_plainly(x, *, target):
    """y_i = −ln softmax(x_i)[t_i], written as it is defined: a composition."""
    y = -log_softmax(x, axis=1)
    return take_along_axis(y, index=target[:, None], axis=1).reshape(target.shape)


@op(composite=cross_entropy_plainly)
@quiet
def softmax_cross_entropy(x, *, target):
    """y_i = ln Σ_k e^x_ik − x_i,t_i for the rows of x (M, C),   ∂x_i = g_i·(softmax(x_i) − onehot(t_i))

    The gradient is what was expected less what was seen: no logarithm, no division by a small number.
    """
    xp = namespace(x)
    rows = xp.arange(len(target))                               # (M)
    shifted = x - largest(x, 1)                             # (M, C)
    e = xp.exp(shifted)
    total = e.sum(axis=1)                                       # (M)

    def pullback(g):
        d = e * (g / total)[:, None]                            # g·softmax
        d[rows, target] -= g
        return d

    return xp.log(total) - shifted[rows, target], (pullback,)



# ------------------------------------------------------------------------------------------- variances

@op(linear=True)
def floor_at(x, *, min):
    """y = max(x, min), but ∂x = g also below it: a variance that is too small may grow again"""
    return namespace(x).maximum(x, min), (same,)
