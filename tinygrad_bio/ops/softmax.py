"""Softmax and its logarithm, and the cross-entropy that stands on them.

They take the largest element away first: softmax does not change when a constant is added, and eˣ overflows.
"""
from ..autograd import op
from ..backend import namespace
from .arithmetic import quiet
from .reduce import in_float32, largest, total


@op
@quiet
@in_float32
def softmax(x, *, axis):
    """y = eˣ / Σ eˣ,   ∂x = y·(g − Σ g·y)

    >>> tg.ops.softmax(tg.tensor([0., 0.]), axis=0)
    tensor([0.5000, 0.5000])
    """
    e = namespace(x).exp(x - largest(x, axis))
    y = e / total(e, axis, keepdims=True)
    return y, (lambda g: y * (g - total(g * y, axis, keepdims=True)),)


@op
@quiet
@in_float32
def log_softmax(x, *, axis):
    """y = x − ln Σ eˣ,   ∂x = g − eʸ·Σ g

    >>> tg.ops.log_softmax(tg.tensor([0., 0.]), axis=0)
    tensor([-0.6931, -0.6931])
    """
    xp = namespace(x)
    shifted = x - largest(x, axis)
    y = shifted - xp.log(total(xp.exp(shifted), axis, keepdims=True))
    return y, (lambda g: g - xp.exp(y) * total(g, axis, keepdims=True),)
