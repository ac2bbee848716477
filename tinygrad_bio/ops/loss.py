"""Losses that are better computed in one piece: exact where their parts would overflow or divide by 0.

All give one number for each element, or for each row; the mean or the sum is taken afterwards.
"""
import math

from ..autograd import op
from ..backend import namespace
from .activation import hardtanh, ln_1p_exp
from .arithmetic import quiet, same
from .exponential import sigmoid
from .index import take_along_axis
from .reduce import largest, total
from .softmax import log_softmax


@op
def squared_error(a, b):
    """y = (a − b)²,   ∂a = g·2(a − b),   ∂b = −∂a

    >>> squared_error(tg.tensor([1., 2.]), tg.tensor([1., 5.]))
    tensor([0., 9.])
    """
    d = a - b
    return d * d, (lambda g: g * (2 * d), lambda g: g * (-2 * d))


@op
def mean_squared_error(a, b):
    """y = Σ (a − b)²/n,   ∂a = g·2(a − b)/n,   ∂b = −∂a   (one pass where its parts would take four)

    >>> mean_squared_error(tg.tensor([1., 2.]), tg.tensor([1., 5.]))
    tensor(4.5000)
    """
    d = a - b
    n = math.prod(d.shape) or math.nan
    return total(d * d, over=n), (lambda g: g * (2 / n) * d, lambda g: g * (-2 / n) * d)


@op
def huber(d, *, delta=1.0):
    """y = d²/2 where |d| < δ, else δ·(|d| − δ/2),   ∂d = g·d, held between −δ and δ

    A parabola that goes over into straight lines: one wild measurement does not pull harder than δ. With c
    for the smaller of |d| and δ both are c·(|d| − c/2): no ``where``, which is slow (see ``activation.py``).

    >>> huber(tg.tensor([0.5, -3.]))
    tensor([0.1250, 2.5000])
    """
    size = abs(d)
    near = size.clip(0, delta)
    return near * (size - 0.5 * near), (lambda g: g * hardtanh(d, min_val=-delta, max_val=delta),)


# ---------------------------------------------------------------------------------------- yes or no

@op
@quiet
def bce(p, t):
    """y = −t·ln p − (1 − t)·ln(1 − p), with logarithms not below −100

    ∂p = g·(p − t)/(p(1 − p)),   ∂t = g·(ln(1 − p) − ln p)

    >>> bce(tg.tensor([0.5, 1.]), tg.tensor([1., 0.]))
    tensor([  0.6931, 100.0000])
    """
    xp = namespace(p, t)
    y = (t - 1) * xp.maximum(xp.log1p(-p), -100) - t * xp.maximum(xp.log(p), -100)
    return y, (lambda g: g * (p - t) / xp.maximum(p * (1 - p), 1e-12),
               lambda g: g * (xp.log1p(-p) - xp.log(p)))


@op
@quiet
def bce_with_logits(x, t):
    """y = bce(σ(x), t) = ln(1 + eˣ) − x·t,   ∂x = g·(σ(x) − t),   ∂t = −g·x

    >>> bce_with_logits(tg.tensor([0., 1000.]), tg.tensor([1., 1.]))
    tensor([0.6931, 0.0000])
    """
    return ln_1p_exp(x) - x * t, (lambda g: g * (sigmoid(x) - t), lambda g: -g * x)


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

    >>> softmax_cross_entropy(tg.tensor([[0., 0.], [9., 0.]]), target=tg.tensor([1, 1]).array)
    tensor([0.6931, 9.0001])
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
    """y = max(x, min), but ∂x = g also below it: a variance that is too small may grow again

    >>> x = tg.tensor([-1., 2.], requires_grad=True)
    >>> floor_at(x, min=0.5).sum().backward(); x.grad
    tensor([1., 1.])
    """
    return namespace(x).maximum(x, min), (same,)
