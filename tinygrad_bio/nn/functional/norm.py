"""Normalisations as functions; the rules, with their derivatives, are in ``ops/normalise.py``."""
import math

import numpy as np

from ... import ops
from ...autograd import ShapeError, here, mark_written
from ...functions.common import array_of

__all__ = ["batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm", "local_response_norm"]


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1,
               eps=1e-5):
    """(x − μ)/√(σ² + ε)·w + b for each channel, over batch and places: (N, C) or (N, C, …).

    Parameters
    ----------
    running_mean, running_var : (C), averages over batches, or None. In training they are updated in place: r
        ← (1 − momentum)·r + momentum·new, where the new variance is divided by n − 1 (the one that
        normalises, by n)
    weight, bias : (C)
    training : take μ and σ² of this batch; else the running ones

    >>> import tinygrad_bio as tg
    >>> batch_norm(tg.tensor([[1.], [3.]]), None, None, training=True)
    tensor([[-1.0000],
            [ 1.0000]])
    """
    if input.ndim < 2:
        raise ShapeError(f"batch_norm{here()}: expected (N, C) or (N, C, …), got shape {tuple(input.shape)}")
    if not training:
        if running_mean is None or running_var is None:
            raise RuntimeError(f"batch_norm{here()}: Expected running_mean and running_var to be defined "
                               f"when training=False")
        return _by_running(input, running_mean, running_var, weight, bias, eps)
    n = _more_than_one(input, input.shape[0] * math.prod(input.shape[2:]))
    _check_channels(input, running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    y, mean, var = ops.batch_norm(input, *_given(weight, bias), eps=eps)
    _update(running_mean, mean.array, momentum)
    _update(running_var, var.array * (n / (n - 1)), momentum)
    return y if bias is None or weight is not None else y + _along_channels(bias, y)


def _given(weight, bias):
    """The arrays for a rule: (), (weight), or (weight, bias). A bias alone is added behind it."""
    return () if weight is None else (weight,) if bias is None else (weight, bias)


def _by_running(x, mean, var, weight, bias, eps):
    """x·scale + shift, with both numbers of each channel worked out first."""
    _check_channels(x, running_mean=mean, running_var=var, weight=weight, bias=bias)
    scale = (var + eps) ** -0.5                                                         # (C)
    if weight is not None:
        scale = scale * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    return x * _along_channels(scale, x) + _along_channels(shift, x)


def _along_channels(v, x):
    """(C) as (1, C, 1, …), beside x (N, C, …)."""
    return v.reshape((1, -1) + (1,) * (x.ndim - 2))


def _check_channels(x, **arrays):
    for name, a in arrays.items():
        if a is not None and tuple(a.shape) != (x.shape[1],):
            raise ShapeError(f"batch_norm{here()}: {name} has shape {tuple(a.shape)}, but the input of shape "
                             f"{tuple(x.shape)} has {x.shape[1]} channels (dimension 1)")


def _more_than_one(x, n):
    if n == 1:
        raise ValueError(f"batch_norm{here()}: Expected more than 1 value per channel when training, got "
                         f"input size {list(x.shape)}: the variance of one value is 0. Use larger batches "
                         f"(drop_last=True), or .eval()")
    return n


def _update(running, new, momentum):
    """r ← (1 − m)·r + m·new, in place, so that all who hold r see it."""
    if running is not None:
        array = array_of(running)
        array *= 1 - momentum
        array += (momentum * new).astype(array.dtype)
        mark_written(array)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """(x − μ)/√(σ² + ε)·w + b for each example, over the last dimensions.

    Parameters
    ----------
    normalized_shape : the sizes of those dimensions, which are also the shape of weight and bias

    >>> import tinygrad_bio as tg
    >>> layer_norm(tg.tensor([[1., 3.], [10., 30.]]), (2,))
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])
    """
    ndim = _last_dims("layer_norm", input, normalized_shape, weight, bias)
    y = ops.layer_norm(input, *_given(weight, bias), ndim=ndim, eps=eps)
    return y if bias is None or weight is not None else y + bias


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """x/√(mean(x²) + ε)·w for each example, over the last dimensions; ε is that of the dtype if None.

    >>> import tinygrad_bio as tg
    >>> rms_norm(tg.tensor([[3., 4., 0., 0.]]), (4,))
    tensor([[1.2000, 1.6000, 0.0000, 0.0000]])
    """
    ndim = _last_dims("rms_norm", input, normalized_shape, weight)
    eps = float(np.finfo(input.dtype).eps) if eps is None else eps
    return ops.rms_norm(input, *_given(weight, None), ndim=ndim, eps=eps)


def _last_dims(name, x, shape, *arrays):
    """How many dimensions `shape` has, if it fits to the end of x and to the arrays."""
    shape = tuple(int(n) for n in shape) if hasattr(shape, "__iter__") else (int(shape),)
    if not shape:
        raise ShapeError(f"{name}{here()}: normalized_shape must have at least one dimension")
    if tuple(x.shape[-len(shape):]) != shape:
        raise ShapeError(f"{name}{here()}: Given normalized_shape={list(shape)}, expected input with shape "
                         f"[*, {', '.join(map(str, shape))}], but got input of size {list(x.shape)}")
    for a in arrays:
        if a is not None and tuple(a.shape) != shape:
            raise ShapeError(f"{name}{here()}: weight and bias must have normalized_shape={list(shape)}, got "
                             f"{list(a.shape)}")
    return len(shape)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """`layer_norm` over each of `num_groups` groups of channels: (N, C, …). Wu & He 2018.

    >>> import tinygrad_bio as tg
    >>> group_norm(tg.tensor([[1., 3., 10., 30.]]), 2)
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    """
    if input.ndim < 2:
        raise ShapeError(f"group_norm{here()}: expected (N, C) or (N, C, …), got shape {tuple(input.shape)}")
    n, channels, *places = input.shape
    if num_groups <= 0 or channels % num_groups:
        raise ShapeError(f"group_norm{here()}: Expected number of channels in input to be divisible by "
                         f"num_groups, but got input of shape {list(input.shape)} and "
                         f"num_groups={num_groups}")
    _check_channels(input, weight=weight, bias=bias)
    _more_than_one(input, n * channels // num_groups * math.prod(places))
    grouped = input.reshape(n * num_groups, channels // num_groups * math.prod(places))
    return _affine(ops.layer_norm(grouped, ndim=1, eps=eps).reshape(tuple(input.shape)), weight, bias)


def _affine(y, weight, bias):
    if weight is not None:
        y = y * _along_channels(weight, y)
    return y if bias is None else y + _along_channels(bias, y)


def instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True,
                  momentum=0.1, eps=1e-5):
    """`batch_norm` of each example by itself: means over the places of (N, C, …) alone. Ulyanov et al. 2016.

    Parameters
    ----------
    use_input_stats : False takes the running averages, as `batch_norm` does when it is not training

    >>> import tinygrad_bio as tg
    >>> instance_norm(tg.tensor([[[1., 3.]], [[10., 30.]]]))
    tensor([[[-1.0000,  1.0000]],
    <BLANKLINE>
            [[-1.0000,  1.0000]]])
    """
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    if input.ndim < 3:
        raise ShapeError(f"instance_norm{here()}: expected (N, C, L) or (N, C, …), got shape "
                         f"{tuple(input.shape)}")
    n, channels, *places = input.shape
    count = math.prod(places)
    if count == 1:
        raise ValueError(f"instance_norm{here()}: Expected more than 1 spatial element when training, got "
                         f"input size {list(input.shape)}: the variance of one value is 0")
    _check_channels(input, running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    y, mean, var = ops.batch_norm(input.reshape(1, n * channels, *places), eps=eps)              # (N·C) means
    _update(running_mean, mean.array.reshape(n, channels).mean(axis=0), momentum)
    _update(running_var, var.array.reshape(n, channels).mean(axis=0) * (count / (count - 1)), momentum)
    return _affine(y.reshape(tuple(input.shape)), weight, bias)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """x/(k + α·mean(x² of `size` neighbouring channels))^β: (N, C, …). Krizhevsky et al. 2012 (AlexNet).

    >>> import tinygrad_bio as tg
    >>> local_response_norm(tg.ones(1, 2, 1), 2, alpha=2.0, beta=1.0)
    tensor([[[0.5000],
             [0.3333]]])
    """
    if input.ndim < 3:
        raise ShapeError(f"local_response_norm{here()}: Expected 3D or higher dimensionality input (got "
                         f"{input.ndim} dimensions)")
    if 0 in input.shape:
        return input
    channels, before = input.shape[1], size // 2
    padded = ops.pad(input * input, ((0, 0), (before, size - 1 - before)) + ((0, 0),) * (input.ndim - 2))
    total = padded[:, :channels]
    for i in range(1, size):
        total = total + padded[:, i:i + channels]
    return input / (total * (alpha / size) + k) ** beta
