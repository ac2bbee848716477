"""The rules of differentiation, by kind, and NumPy's names for them.

A rule asks ``xp = namespace(x)`` for its functions. For a Tensor `xp` is this module: it has the functions that
rules use, under NumPy's names and with NumPy's arguments, and what they do is recorded. (PyTorch's names are
in ``functions/``.) So the files here are all there is to know about derivatives.
"""
from .. import autograd as _autograd
from .. import backend as _backend
from . import reduce as _reduce
from . import shape as _shape
from . import index as _index
from ..autograd import cast  # noqa: F401
from .activation import (  # noqa: F401
    dropout, elu, gelu, gelu_tanh, hardshrink, hardsigmoid, hardswish, hardtanh, leaky_relu, logsigmoid, mish, prelu,
    scale_gradient, silu, softplus, softshrink, softsign, tanhshrink, threshold)
from .attention import attention_weights, scaled_dot_product_attention, softmax_or_zero  # noqa: F401
from .arithmetic import (  # noqa: F401
    add, div, div_floor, div_trunc, fmod, hypot, lerp, mul, neg, positive, pow, reciprocal, remainder, rsqrt, sqrt, square, sub)
from .choice import (  # noqa: F401
    absolute, ceil, clip, clip_above, clip_below, clip_between, floor, maximum, minimum, nan_to_num, relu, round, select, sign, trunc)
from .exponential import (  # noqa: F401
    exp, exp2, expm1, log, log10, log1p, log2, logaddexp, logit, sigmoid, xlogy)
from .index import (  # noqa: F401
    checked, embedding, fillitem, gather, put_along_axis, putitem, scatter, scatter_add, scatter_extreme, setitem)
from .index import getitem  # noqa: F401
from .linalg import cross, einsum, linear, matmul  # noqa: F401
from .loss import (  # noqa: F401
    bce, bce_with_logits, floor_at, huber, mean_squared_error, softmax_cross_entropy, squared_error)
from .normalise import batch_norm, layer_norm, rms_norm  # noqa: F401
from .recurrent import gru, lstm, pack_rows, rnn, unpack_rows  # noqa: F401
from .reduce import amax, amin, logcumsumexp, logsumexp, mean, norm, prod, std, sum, var  # noqa: F401
from .shape import diagonal, diagonal_scatter, reshape, split, tile, transpose, tril, triu  # noqa: F401
from .softmax import log_softmax, softmax  # noqa: F401
from .special import digamma, erf, erfc, erfinv, gammaln, polygamma  # noqa: F401
from .trigonometric import (  # noqa: F401
    arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, cos, cosh, sin, sinh, tan, tanh)


def where(condition, a, b):
    """a where the condition holds, else b.

    >>> tg.ops.where(tg.tensor([True, False]), tg.tensor([1., 2.]), tg.tensor([8., 9.]))
    tensor([1., 9.])
    """
    return select(a, b, condition=_plain(condition))


def broadcast_to(x, shape):
    """x repeated to a larger shape.

    >>> tg.ops.broadcast_to(tg.tensor([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])
    """
    return _shape.broadcast_to(x, shape=tuple(shape))


def expand_dims(x, axis):
    """x with a new axis of size 1.

    >>> tg.ops.expand_dims(tg.ones(2), 1).shape
    (2, 1)
    """
    axis = axis % (x.ndim + 1)
    return reshape(x, shape=tuple(x.shape[:axis]) + (1,) + tuple(x.shape[axis:]))


def swapaxes(x, axis1, axis2):
    """x with two axes exchanged.

    >>> tg.ops.swapaxes(tg.ones(2, 3), 0, 1).shape
    (3, 2)
    """
    return _shape.swapaxes(x, axis1=axis1, axis2=axis2)


def moveaxis(x, source, destination):
    """x with one axis moved to another place.

    >>> tg.ops.moveaxis(tg.ones(2, 3, 4), 0, 2).shape
    (3, 4, 2)
    """
    order = list(range(x.ndim))
    order.insert(destination % x.ndim, order.pop(source))
    return transpose(x, axes=tuple(order))


def flip(x, axis=None):
    """x backwards along an axis.

    >>> tg.ops.flip(tg.arange(3))
    tensor([2, 1, 0])
    """
    return _shape.flip(x, axis=axis)


def roll(x, shift, axis):
    """x moved on along an axis, coming in again at the other end.

    >>> tg.ops.roll(tg.arange(3), 1, 0)
    tensor([2, 0, 1])
    """
    return _shape.roll(x, shift=shift, axis=axis)


def pad(x, width, constant_values=0.0):
    """x within a border.

    >>> tg.ops.pad(tg.ones(2), ((1, 0),))
    tensor([0., 1., 1.])
    """
    return _shape.pad(x, width=width, value=constant_values)


def concatenate(arrays, axis=0):
    """The arrays one after another.

    >>> tg.ops.concatenate([tg.arange(2), tg.arange(3)])
    tensor([0, 1, 0, 1, 2])
    """
    return _shape.concatenate(*arrays, axis=axis)


def stack(arrays, axis=0):
    """The arrays along a new axis.

    >>> tg.ops.stack([tg.arange(2), tg.arange(2)])
    tensor([[0, 1],
            [0, 1]])
    """
    return _shape.stack(*arrays, axis=axis)


def cumsum(x, axis):
    """Running sums.

    >>> tg.ops.cumsum(tg.tensor([2., 3.]), 0)
    tensor([2., 5.])
    """
    return _reduce.cumsum(x, axis=axis)


def cumprod(x, axis):
    """Running products.

    >>> tg.ops.cumprod(tg.tensor([2., 3.]), 0)
    tensor([2., 6.])
    """
    return _reduce.cumprod(x, axis=axis)


def take_along_axis(x, index, axis):
    """x at the places named by `index` along an axis.

    >>> tg.ops.take_along_axis(tg.tensor([5., 6.]), np.array([1, 1]), 0)
    tensor([6., 6.])
    """
    return _index.take_along_axis(x, index=_plain(index), axis=axis)


def isnan(x):
    """Where NaN, without a gradient.

    >>> tg.ops.isnan(tg.tensor([1., tg.nan]))
    tensor([False,  True])
    """
    return _autograd.new_tensor(_backend.namespace(x.array).isnan(x.array), None)


def isfinite(x):
    """Where neither NaN nor infinite, without a gradient.

    >>> tg.ops.isfinite(tg.tensor([1., tg.inf]))
    tensor([ True, False])
    """
    return _autograd.new_tensor(_backend.namespace(x.array).isfinite(x.array), None)


def zeros_like(x):
    """Zeros of the same shape and dtype.

    >>> tg.ops.zeros_like(tg.ones(2))
    tensor([0., 0.])
    """
    return _autograd.new_tensor(_backend.namespace(x.array).zeros_like(x.array), None)


def ones_like(x):
    """Ones of the same shape and dtype.

    >>> tg.ops.ones_like(tg.zeros(2))
    tensor([1., 1.])
    """
    return _autograd.new_tensor(_backend.namespace(x.array).ones_like(x.array), None)


def _plain(x):
    return x.array if isinstance(x, _autograd.Tensor) else x
