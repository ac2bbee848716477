"""Dropout as functions: elements, or whole channels, that are silenced at random while a network trains.

The random numbers are drawn on the host from the seeded generator, and enter the rule as a constant mask.
"""
import math
import warnings

from ... import backend, ops
from ...autograd import ShapeError, here
from ...functions.common import constant
from ...inplace import in_place
from .activation import SELU_ALPHA, SELU_SCALE

__all__ = ["dropout", "dropout1d", "dropout2d", "alpha_dropout", "feature_alpha_dropout"]


def dropout(input, p=0.5, training=True, inplace=False):
    """In training, 0 in place of each element with probability p; the rest times 1/(1 − p): the mean stays.

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(0)
    >>> dropout(tg.ones(4), 0.5)
    tensor([2., 2., 2., 0.])
    >>> dropout(tg.ones(4), 0.5, training=False)
    tensor([1., 1., 1., 1.])
    """
    _check(p, "dropout")
    return _silenced(input, input.shape, p, training, inplace)


def dropout1d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of (N, C, L) or (C, L).

    Neighbouring places of a channel are so alike that a single one would not be missed. Tompson et al. 2015.

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(0)
    >>> dropout1d(tg.ones(4, 3), 0.5)
    tensor([[2., 2., 2.],
            [2., 2., 2.],
            [2., 2., 2.],
            [0., 0., 0.]])
    """
    _check(p, "dropout1d")
    if input.ndim not in (2, 3):
        raise ShapeError(f"dropout1d{here()}: Expected 2D or 3D input, (C, L) or (N, C, L), but received a "
                         f"{input.ndim}D input of shape {tuple(input.shape)}")
    return _silenced(input, tuple(input.shape[:-1]) + (1,), p, training, inplace)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of images (N, C, H, W).

    Three dimensions are read as (N, C, L), with PyTorch's warning; for other shapes it warns as well.

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(0)
    >>> dropout2d(tg.ones(1, 4, 8, 8), 0.5).mean(dim=(2, 3))
    tensor([[2., 2., 2., 0.]])
    """
    _check(p, "dropout2d")
    if input.ndim not in (3, 4):
        warnings.warn(f"dropout2d: the input should be (N, C, H, W), but has {input.ndim} dimensions; use "
                      "dropout for single elements", stacklevel=2)
    if input.ndim == 3:
        warnings.warn("dropout2d: a 3D input is read as (N, C, L), as PyTorch does, not as one image "
                      "(C, H, W): write dropout1d, or give the image a batch, input[None]", stacklevel=2)
    return _silenced(input, _of_channels(input, "dropout2d"), p, training, inplace)


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """y = a·(x·m + α′·(1 − m)) + b, with m = 0 with probability p, else 1: `dropout` for behind a `selu`.

    What is dropped takes selu's lowest value α′ = −1.7581, and a = 1/√((1 − p)(1 + p·α′²)), b = −a·p·α′ keep
    mean 0 and variance 1. Klambauer et al. 2017.

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(0)
    >>> alpha_dropout(tg.zeros(4), 0.5, training=True)
    tensor([ 0.7792,  0.7792,  0.7792, -0.7792])
    """
    _check(p, "alpha_dropout")
    return _lowered(input, input.shape, p, training, inplace)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """`alpha_dropout` of whole channels of (N, C, …).

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(0)
    >>> feature_alpha_dropout(tg.zeros(1, 4, 2), 0.5, training=True)
    tensor([[[ 0.7792,  0.7792],
             [ 0.7792,  0.7792],
             [ 0.7792,  0.7792],
             [-0.7792, -0.7792]]])
    """
    _check(p, "feature_alpha_dropout")
    return _lowered(input, _of_channels(input, "feature_alpha_dropout"), p, training, inplace)


# ------------------------------------------------------------------------------------------------- the work

def _check(p, caller):
    if not 0 <= p <= 1:
        raise ValueError(f"{caller}{here()}: p is a probability and must be between 0 and 1, but is {p}")


def _of_channels(input, caller):
    """The shape of one number for each channel, (N, C, 1, …)."""
    if input.ndim < 2:
        raise ShapeError(f"{caller}{here()}: Feature dropout requires at least 2 dimensions in the input, "
                         f"(N, C, …), got shape {tuple(input.shape)}")
    return tuple(input.shape[:2]) + (1,) * (input.ndim - 2)


def _silenced(input, shape, p, training, inplace):
    """The input times a mask of this shape."""
    if not training or p == 0:
        return input
    mask = backend.to_device(kept(shape, p, input.dtype), input.device)
    return in_place(input, ops.dropout, mask=mask) if inplace else ops.dropout(input, mask=mask)


def kept(shape, p, dtype):
    """0 with probability p, else 1/(1 − p), as an array of the host."""
    mask = _stays(shape, p).astype(dtype)
    mask *= 0 if p == 1 else 1 / (1 - p)
    return mask


def _stays(shape, p):
    """False with probability p, for each element of a shape: drawn from the seeded generator."""
    return backend.default_generator.numpy.random(tuple(shape), dtype=backend.float32) >= p


def _lowered(input, shape, p, training, inplace):
    """alpha_dropout with a mask of this shape."""
    if not training or p == 0:
        return input
    stays, lowest = _stays(shape, p).astype(input.dtype), -SELU_SCALE * SELU_ALPHA
    a = 0 if p == 1 else 1 / math.sqrt((1 - p) * (1 + p * lowest ** 2))     # if all are dropped, y = 0
    scale, shift = (backend.to_device(m, input.device) for m in (a * stays, a * lowest * (1 - p - stays)))
    return in_place(input, _alpha, scale, shift) if inplace else _alpha(input, scale, shift)


def _alpha(x, scale, shift):
    return ops.dropout(x, mask=scale) + constant(shift)
