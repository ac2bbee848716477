"""Softmax and its logarithm, and the cross-entropy that stands on them.

They take the largest element away first: softmax does not change when a constant is added, and eˣ overflows.
"""
from ..autograd import op
from ..backend import namespace
from .elementwise import quiet
from .reduce import largest


@op
@quiet
def softmax(x, *, axis):
    """y = eˣ / Σ eˣ,   ∂x = y·(g − Σ g·y)"""
    e = namespace(x).exp(x - largest(x, axis))
    y = e / e.sum(axis=axis, keepdims=True)
    return y, (lambda g: y * (g - (g * y).sum(axis=axis, keepdims=True)),)


@op
@quiet
def log_softmax(x, *, axis):
    """y = x − ln Σ eˣ,   ∂x = g − eʸ·Σ g"""
    xp = namespace(x)
    shifted = x - largest(x, axis)
    y = shifted - xp.log(xp.exp(shifted).sum(axis=axis, keepdims=True))
    return y, (lambda g: g - xp.exp(y) * g.sum(axis=axis, keepdims=True),)
