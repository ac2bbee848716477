"""Pooling as functions: the largest or the mean of each window; windows of a fixed or of an adapted size."""
import math

import numpy as np

from ... import ops
from ...backend import namespace
from ...functions.common import array_of, constant
from ...ops import pool as rules
from ...ops.windows import covered, places
from .resize import averaging_matrix, map_axis, shares
from .spatial import per_axis, with_batch, without_batch, wrong

__all__ = ["max_pool1d", "max_pool2d", "max_pool1d_with_indices", "max_pool2d_with_indices", "avg_pool1d",
           "avg_pool2d", "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool1d_with_indices",
           "adaptive_max_pool2d_with_indices", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "lp_pool1d",
           "lp_pool2d"]


# ---------------------------------------------------------------------------------------------- largest

def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """The largest in each window: (N, C, L) -> (N, C, M). Of equal ones the first gets the gradient.

    Parameters
    ----------
    kernel_size, dilation : the size of a window, and the step between its elements
    stride : from one window to the next (kernel_size)
    padding : −∞ on both sides, at most half a window
    ceil_mode : allow a last window that hangs over the end
    return_indices : also where along L each largest stands

    >>> import tinygrad_bio as tg
    >>> max_pool1d(tg.tensor([[[1., 3., 2., 0.]]]), 2)
    tensor([[[3., 2.]]])
    """
    how = kernel_size, stride, padding, dilation, ceil_mode
    return _max_pool("max_pool1d", 1, input, *how, return_indices)


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """`max_pool1d` in two dimensions: (N, C, H, W) -> (N, C, H', W'). Indices count through all of H × W.

    >>> import tinygrad_bio as tg
    >>> max_pool2d(tg.arange(16.).reshape(1, 1, 4, 4), 2, return_indices=True)
    (tensor([[[[ 5.,  7.],
              [13., 15.]]]]), tensor([[[[ 5,  7],
              [13, 15]]]]))
    """
    how = kernel_size, stride, padding, dilation, ceil_mode
    return _max_pool("max_pool2d", 2, input, *how, return_indices)


def max_pool1d_with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False,
                            return_indices=False):
    """`max_pool1d` with ``return_indices=True``.

    >>> import tinygrad_bio as tg
    >>> max_pool1d_with_indices(tg.tensor([[[1., 3., 2., 0.]]]), 2)
    (tensor([[[3., 2.]]]), tensor([[[1, 2]]]))
    """
    return max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool2d_with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False,
                            return_indices=False):
    """`max_pool2d` with ``return_indices=True``.

    >>> import tinygrad_bio as tg
    >>> max_pool2d_with_indices(tg.arange(4.).reshape(1, 1, 2, 2), 2)
    (tensor([[[[3.]]]]), tensor([[[[3]]]]))
    """
    return max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def _max_pool(caller, axes, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices):
    x, batched = with_batch(input, axes, caller)
    dilation = per_axis(dilation, axes, "dilation", caller, 1)
    settings = _windows(caller, axes, x, kernel_size, stride, padding, dilation, ceil_mode)
    if _sees_everything(x, settings):
        y, where = _global_max(x)
    elif return_indices:
        _, winner = rules.largest(array_of(x), **settings)
        y = rules.pick_winners(x, winner=winner, **settings)
        where = rules.flat_places(winner, x.shape[2:], **settings)
    else:
        return without_batch(rules.max_pool(x, **settings), batched)
    y = without_batch(y, batched)
    return (y, constant(where if batched else where[0])) if return_indices else y


def _sees_everything(x, settings):
    """Whether there is one window, and it is the whole input."""
    return settings["kernel"] == tuple(x.shape[2:]) and not any(map(any, settings["padding"])) and (
        max(settings["dilation"]) == 1)


def _global_max(x):
    """The largest of all, and where it stands: (N, C, *L) -> twice (N, C, 1, …)."""
    n, c, *lengths = x.shape
    rows = x.reshape(n, c, math.prod(lengths))
    where = array_of(rows).argmax(axis=-1)[..., None]
    shape = (n, c) + (1,) * len(lengths)
    return ops.gather(rows, index=where, axis=2).reshape(shape), where.reshape(shape)


def _windows(caller, axes, x, kernel_size, stride, padding, dilation, ceil_mode):
    """The settings of the rules, checked; the padding such that the windows just cover the input."""
    kernel = per_axis(kernel_size, axes, "kernel_size", caller, 1)
    stride = kernel if stride is None or stride == [] else per_axis(stride, axes, "stride", caller, 1)
    padding, lengths = per_axis(padding, axes, "padding", caller), x.shape[2:]
    for p, k in zip(padding, kernel):
        if p > k // 2:
            raise wrong(caller, f"padding should be at most half of kernel size, but got padding={p} and "
                                f"kernel_size={k}")
    m = list(places(lengths, kernel, stride, [(p, p) for p in padding], dilation))
    if ceil_mode:
        for axis, (n, k, s, p, d) in enumerate(zip(lengths, kernel, stride, padding, dilation)):
            more = -(-(n + 2 * p - d * (k - 1) - 1) // s) + 1
            m[axis] = more if s * (more - 1) < n + p else more - 1      # no window begins behind the end
    if min(m) < 1:
        raise wrong(caller, f"the window is larger than the input: input {tuple(x.shape)}, kernel_size "
                            f"{kernel}, dilation {dilation}, padding {padding}. Use a smaller kernel_size, "
                            "or more padding")
    reached = covered(m, kernel, stride, [(p, 0) for p in padding], dilation)
    pairs = tuple((p, r - n) for p, r, n in zip(padding, reached, lengths))
    return {"kernel": kernel, "stride": stride, "padding": pairs, "dilation": dilation}


# ------------------------------------------------------------------------------------------------- mean

def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """The mean of each window: (N, C, L) -> (N, C, M).

    Parameters
    ----------
    kernel_size, stride : the size of a window, and the step to the next (kernel_size)
    padding : zeros on both sides, at most half a window
    ceil_mode : allow a last window that hangs over the end (what lies behind the padding does not count)
    count_include_pad : whether the zeros of the padding count in the mean

    >>> import tinygrad_bio as tg
    >>> x = tg.tensor([[[2., 4.]]])
    >>> avg_pool1d(x, 2, padding=1), avg_pool1d(x, 2, padding=1, count_include_pad=False)
    (tensor([[[1., 2.]]]), tensor([[[2., 4.]]]))
    """
    how = kernel_size, stride, padding, ceil_mode
    return _avg_pool("avg_pool1d", 1, input, *how, count_include_pad, None)


def avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
               divisor_override=None):
    """`avg_pool1d` in two dimensions: (N, C, H, W) -> (N, C, H', W'). `divisor_override` divides the sums.

    >>> import tinygrad_bio as tg
    >>> avg_pool2d(tg.arange(16.).reshape(1, 1, 4, 4), 2)
    tensor([[[[ 2.5000,  4.5000],
              [10.5000, 12.5000]]]])
    """
    how = kernel_size, stride, padding, ceil_mode
    return _avg_pool("avg_pool2d", 2, input, *how, count_include_pad, divisor_override)


def _avg_pool(caller, axes, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor):
    x, batched = with_batch(input, axes, caller)
    settings = _windows(caller, axes, x, kernel_size, stride, padding, (1,) * axes, ceil_mode)
    if divisor == 0:
        raise wrong(caller, "divisor_override must not be 0")
    if divisor is None and _sees_everything(x, settings):
        return without_batch(ops.mean(x, axis=tuple(range(2, x.ndim)), keepdims=True), batched)
    padding = per_axis(padding, axes, "padding", caller)
    scale = 1 / divisor if divisor else _one_over_count(array_of(x), padding, settings, count_include_pad)
    del settings["dilation"]
    return without_batch(rules.window_sum(x, **settings, scale=scale), batched)


def _one_over_count(x, padding, settings, count_include_pad):
    """1 / the size of each window: one number, or (H', W') if those at the border have fewer elements."""
    counts, lengths, size = np.ones(()), x.shape[2:], math.prod(settings["kernel"])
    axes = zip(lengths, places(lengths, **settings), settings["kernel"], settings["stride"], padding)
    for n, m, k, s, p in axes:
        start = s * np.arange(m) - p
        stop = np.minimum(start + k, n + p)
        inside = np.minimum(stop, n) - np.maximum(start, 0)
        counts = counts[..., None] * (stop - start if count_include_pad else inside)
    if (counts == size).all():
        return 1 / size
    return namespace(x).asarray((1 / counts).astype(x.dtype))


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """(Σ xᵖ)^(1/p) over each window, p = norm_type: (N, C, L) -> (N, C, M).

    >>> import tinygrad_bio as tg
    >>> lp_pool1d(tg.tensor([[[3., 4.]]]), 2, 2)
    tensor([[[5.]]])
    """
    mean = avg_pool1d(input ** norm_type, kernel_size, stride, 0, ceil_mode)
    return _lp_pool(mean, norm_type, kernel_size, 1)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """`lp_pool1d` in two dimensions.

    >>> import tinygrad_bio as tg
    >>> lp_pool2d(tg.tensor([[[[1., 2.], [2., 4.]]]]), 2, 2)
    tensor([[[[5.]]]])
    """
    mean = avg_pool2d(input ** norm_type, kernel_size, stride, 0, ceil_mode)
    return _lp_pool(mean, norm_type, kernel_size, 2)


def _lp_pool(mean, p, kernel_size, axes):
    return (mean * math.prod(per_axis(kernel_size, axes, "kernel_size", "lp_pool"))) ** (1 / p)


# --------------------------------------------------------------------------------------------- adaptive

def adaptive_max_pool1d(input, output_size, return_indices=False):
    """The largest of each of `output_size` windows that share the length: (N, C, L) -> (N, C, output_size).

    Window i goes from ⌊i·L/out⌋ to ⌈(i+1)·L/out⌉; they overlap where L is not divisible.

    >>> import tinygrad_bio as tg
    >>> adaptive_max_pool1d(tg.tensor([[[1., 2., 3., 4., 5.]]]), 3)
    tensor([[[2., 4., 5.]]])
    """
    return _adaptive_max_pool("adaptive_max_pool1d", 1, input, output_size, return_indices)


def adaptive_max_pool2d(input, output_size, return_indices=False):
    """`adaptive_max_pool1d` in two dimensions: (N, C, H, W) -> (N, C, *output_size); None keeps a size.

    >>> import tinygrad_bio as tg
    >>> adaptive_max_pool2d(tg.arange(4.).reshape(1, 1, 2, 2), (1, None))
    tensor([[[[2., 3.]]]])
    """
    return _adaptive_max_pool("adaptive_max_pool2d", 2, input, output_size, return_indices)


def adaptive_max_pool1d_with_indices(input, output_size, return_indices=False):
    """`adaptive_max_pool1d` with ``return_indices=True``.

    >>> import tinygrad_bio as tg
    >>> adaptive_max_pool1d_with_indices(tg.tensor([[[1., 3., 2., 0.]]]), 1)
    (tensor([[[3.]]]), tensor([[[1]]]))
    """
    return adaptive_max_pool1d(input, output_size, True)


def adaptive_max_pool2d_with_indices(input, output_size, return_indices=False):
    """`adaptive_max_pool2d` with ``return_indices=True``.

    >>> import tinygrad_bio as tg
    >>> adaptive_max_pool2d_with_indices(tg.arange(4.).reshape(1, 1, 2, 2), 1)
    (tensor([[[[3.]]]]), tensor([[[[3]]]]))
    """
    return adaptive_max_pool2d(input, output_size, True)


def _adaptive_max_pool(caller, axes, input, output_size, return_indices):
    x, batched = with_batch(input, axes, caller)
    out, lengths = _adapted(caller, x, output_size), x.shape[2:]
    if all(n % m == 0 for n, m in zip(lengths, out)):
        kernel = tuple(n // m for n, m in zip(lengths, out))
        return _max_pool(caller, axes, input, kernel, None, 0, 1, False, return_indices)
    where = _largest_of_shares(array_of(x), out)                                        # (N, C, *out)
    rows, index = x.reshape(*x.shape[:2], -1), where.reshape(*x.shape[:2], -1)
    y = without_batch(ops.gather(rows, index=index, axis=2).reshape(where.shape), batched)
    return (y, constant(where if batched else where[0])) if return_indices else y


def _largest_of_shares(x, out):
    """Where the largest of each adapted window stands, counted through all axes: (N, C, *out), int64."""
    xp, lengths, both = namespace(x), x.shape[2:], (slice(None), slice(None))
    where = xp.empty(x.shape[:2] + out, dtype="int64")
    numbers = xp.arange(math.prod(lengths)).reshape(lengths)
    bounds = [list(zip(*shares(n, m))) for n, m in zip(lengths, out)]
    for i in np.ndindex(*out):
        share = tuple(slice(*map(int, axis[k])) for axis, k in zip(bounds, i))
        best = x[both + share].reshape(*x.shape[:2], -1).argmax(axis=-1)                # (N, C)
        where[both + i] = numbers[share].reshape(-1)[best]
    return where


def adaptive_avg_pool1d(input, output_size):
    """The mean of each of `output_size` windows that share the length: (N, C, L) -> (N, C, output_size).

    >>> import tinygrad_bio as tg
    >>> adaptive_avg_pool1d(tg.tensor([[[1., 2., 3., 4., 5.]]]), 3)
    tensor([[[1.5000, 3.0000, 4.5000]]])
    """
    return _adaptive_avg_pool("adaptive_avg_pool1d", 1, input, output_size)


def adaptive_avg_pool2d(input, output_size):
    """`adaptive_avg_pool1d` in two dimensions: (N, C, H, W) -> (N, C, *output_size); None keeps a size.

    >>> import tinygrad_bio as tg
    >>> adaptive_avg_pool2d(tg.arange(4.).reshape(1, 1, 2, 2), (1, None))
    tensor([[[[1., 2.]]]])
    """
    return _adaptive_avg_pool("adaptive_avg_pool2d", 2, input, output_size)


def _adaptive_avg_pool(caller, axes, input, output_size):
    x, batched = with_batch(input, axes, caller)
    out, lengths = _adapted(caller, x, output_size), x.shape[2:]
    if all(n % m == 0 for n, m in zip(lengths, out)):
        kernel = tuple(n // m for n, m in zip(lengths, out))
        return _avg_pool(caller, axes, input, kernel, None, 0, False, True, None)
    for axis, (n, m) in enumerate(zip(lengths, out)):
        x = map_axis(x, 2 + axis, averaging_matrix(n, m))
    return without_batch(x, batched)


def _adapted(caller, x, output_size):
    """The output sizes, one for each axis; None stands for the input's."""
    axes = x.ndim - 2
    sizes = list(output_size) if isinstance(output_size, (tuple, list)) else [output_size] * axes
    if len(sizes) != axes:
        raise wrong(caller, f"output_size must be one number or {axes}, but is {output_size}")
    if min(x.shape[2:]) < 1:
        raise wrong(caller, f"the input must have something to pool, but has shape {tuple(x.shape)}")
    sizes = [n if m is None else m for n, m in zip(x.shape[2:], sizes)]
    return per_axis(sizes, axes, "output_size", caller, 1)
