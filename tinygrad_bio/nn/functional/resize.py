"""Other sizes: a border around, values in between, and channels in exchange for pixels."""
import math

import numpy as np

from ... import ops
from ...autograd import here
from ...backend import namespace
from ...functions.common import array_of
from ...ops.graph import Pattern, sparse_matmul
from .spatial import wrong

__all__ = ["pad", "interpolate", "upsample", "upsample_nearest", "upsample_bilinear", "pixel_shuffle",
           "pixel_unshuffle", "channel_shuffle"]


# ---------------------------------------------------------------------------------------------- borders

def pad(input, pad, mode="constant", value=None):
    """A border around the last dimensions.

    Parameters
    ----------
    pad : (left, right), (left, right, top, bottom), …: last dimension first; a negative width cuts off
    mode : "constant": of `value` (0); "replicate": the outermost elements again; "reflect": mirrored, without
        the outermost itself; "circular": the other end. All but "constant" are for (N, C, …) or (C, …), and
        leave these dimensions as they are.

    >>> import tinygrad_bio as tg
    >>> x = tg.tensor([[1., 2., 3.]])
    >>> pad(x, (2, 1)), pad(x, (2, 1), "replicate")
    (tensor([[0., 0., 1., 2., 3., 0.]]), tensor([[1., 1., 1., 2., 3., 3.]]))
    >>> pad(x, (2, 1), "reflect"), pad(x, (2, 1), "circular")
    (tensor([[3., 2., 1., 2., 3., 2.]]), tensor([[2., 3., 1., 2., 3., 1.]]))
    """
    widths, shape = [int(n) for n in pad], tuple(input.shape)
    axes = len(widths) // 2
    if len(widths) % 2 or axes > input.ndim:
        raise wrong("pad", "expected an even number of widths, before and after for each dimension from the "
                           f"last one on, at most {2 * input.ndim} for an input of shape {shape}; got "
                           f"{tuple(pad)}")
    pairs = [(0, 0)] * (input.ndim - axes) + list(zip(widths[-2::-2], widths[::-2]))
    if mode == "constant":
        return _pad_constant(input, pairs, 0.0 if value is None else value)
    if mode not in _BORDERS:
        raise NotImplementedError(f"pad{here()}: mode must be 'constant', 'reflect', 'replicate' or "
                                  f"'circular', not {mode!r}")
    if value is not None and value != 0:
        raise ValueError(f"pad{here()}: mode {mode!r} takes no value")
    if input.ndim not in (axes + 1, axes + 2):
        raise NotImplementedError(f"pad{here()}: mode {mode!r} with {2 * axes} widths is for (N, C, …) or "
                                  f"(C, …) with {axes} more, but the input has shape {shape}")
    for axis, (before, after) in enumerate(pairs):
        if before or after:
            input = _BORDERS[mode](_cut(input, axis, before, after), axis, max(before, 0), max(after, 0))
    return input


def _pad_constant(input, pairs, value):
    for axis, (before, after) in enumerate(pairs):
        input = _cut(input, axis, before, after)
    pairs = tuple((max(before, 0), max(after, 0)) for before, after in pairs)
    return ops.pad(input, pairs, constant_values=value) if any(map(any, pairs)) else ops.positive(input)


def _cut(input, axis, before, after):
    """Without what negative widths cut off."""
    if before >= 0 and after >= 0:
        return input
    n = input.shape[axis]
    if n + min(before, 0) + min(after, 0) < 0:
        raise wrong("pad", f"widths {(before, after)} cut more than dimension {axis} of {tuple(input.shape)} "
                           "has")
    return _part(input, axis, max(-before, 0), n - max(-after, 0))


def _part(x, axis, start, stop):
    return x[(slice(None),) * axis + (slice(start, stop),)]


def _with_ends(before, x, after, axis):
    return ops.concatenate([piece for piece in (before, x, after) if piece.shape[axis]], axis)


def _reflect(x, axis, before, after):
    n = x.shape[axis]
    if before >= n or after >= n:
        raise wrong("pad", "padding size should be less than the corresponding input dimension, but got: "
                           f"padding ({before}, {after}) at dimension {axis} of input {list(x.shape)}: there "
                           "is not enough to mirror")
    left, right = _part(x, axis, 1, before + 1), _part(x, axis, n - 1 - after, n - 1)
    return _with_ends(ops.flip(left, axis), x, ops.flip(right, axis), axis)


def _replicate(x, axis, before, after):
    n = x.shape[axis]
    if n == 0:
        raise wrong("pad", f"dimension {axis} of input {list(x.shape)} has nothing to replicate")

    def repeated(piece, times):
        return ops.broadcast_to(piece, x.shape[:axis] + (times,) + x.shape[axis + 1:])

    first, last = _part(x, axis, 0, 1), _part(x, axis, n - 1, n)
    return _with_ends(repeated(first, before), x, repeated(last, after), axis)


def _circular(x, axis, before, after):
    n = x.shape[axis]
    if before > n or after > n:
        raise wrong("pad", f"padding value causes wrapping around more than once: padding ({before}, "
                           f"{after}) at dimension {axis} of input {list(x.shape)}")
    return _with_ends(_part(x, axis, n - before, n), x, _part(x, axis, 0, after), axis)


_BORDERS = {"reflect": _reflect, "replicate": _replicate, "circular": _circular}


# ------------------------------------------------------------------------------------ values in between

def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None,
                recompute_scale_factor=None, antialias=False):
    """Images and sequences made larger or smaller: (N, C, L) or (N, C, H, W) -> (N, C, *size).

    Along each dimension the result is a sparse matrix times the input.

    Parameters
    ----------
    size, scale_factor : the new sizes, or by what to multiply the old ones; one number, or one per dimension
    mode : "nearest", "nearest-exact" (the nearer pixel, as other programs take it), "linear" (sequences),
        "bilinear", "bicubic" (images), "area" (means)
    align_corners : True: the centres of the outermost pixels stay where they are; False: their outer edges do
    recompute_scale_factor : reckon with new size / old size in place of `scale_factor`

    >>> import tinygrad_bio as tg
    >>> x = tg.tensor([[[1., 2.]]])
    >>> interpolate(x, scale_factor=2), interpolate(x, size=3, mode="linear", align_corners=True)
    (tensor([[[1., 1., 2., 2.]]]), tensor([[[1.0000, 1.5000, 2.0000]]]))
    """
    axes = input.ndim - 2
    if axes not in _MODES.get(mode, ()) or antialias:
        raise NotImplementedError(f"interpolate{here()}: mode {mode!r}{' with antialias' * bool(antialias)} "
                                  f"is not there for an input of shape {tuple(input.shape)}: use 'nearest', "
                                  "'nearest-exact', 'area', 'linear' (N, C, L), 'bilinear' or 'bicubic' (N, "
                                  "C, H, W)")
    if align_corners is not None and not mode.endswith(("linear", "cubic")):
        raise ValueError(f"interpolate{here()}: align_corners is for the modes 'linear', 'bilinear' and "
                         f"'bicubic', not for {mode!r}")
    sizes, scales = _new_sizes(input, axes, size, scale_factor, recompute_scale_factor)
    for axis, (n, m, scale) in enumerate(zip(input.shape[2:], sizes, scales)):
        matrix = averaging_matrix(n, m) if mode == "area" else _between(mode, n, m, scale, align_corners)
        input = map_axis(input, 2 + axis, matrix)
    return input


_MODES = {"nearest": (1, 2), "nearest-exact": (1, 2), "area": (1, 2),               # for so many dimensions
          "linear": (1,), "bilinear": (2,), "bicubic": (2,)}


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """`interpolate`, by its former name.

    >>> import tinygrad_bio as tg
    >>> upsample(tg.tensor([[[1., 2.]]]), scale_factor=2)
    tensor([[[1., 1., 2., 2.]]])
    """
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None):
    """`interpolate` with mode "nearest", by a former name.

    >>> import tinygrad_bio as tg
    >>> upsample_nearest(tg.ones(1, 1, 2, 3), scale_factor=2).shape
    (1, 1, 4, 6)
    """
    return interpolate(input, size, scale_factor)


def upsample_bilinear(input, size=None, scale_factor=None):
    """`interpolate` with mode "bilinear" and ``align_corners=True``, by a former name.

    >>> import tinygrad_bio as tg
    >>> upsample_bilinear(tg.tensor([[[[1., 2.]]]]), size=(1, 3))
    tensor([[[[1.0000, 1.5000, 2.0000]]]])
    """
    return interpolate(input, size, scale_factor, "bilinear", True)


def _new_sizes(input, axes, size, scale_factor, recompute):
    """The new sizes, and for each dimension how many old pixels a new one is wide."""
    given, lengths = scale_factor if size is None else size, tuple(input.shape[2:])
    if (size is None) == (scale_factor is None):
        raise ValueError(f"interpolate{here()}: give either size or scale_factor, and not both")
    if size is not None and recompute:
        raise ValueError(f"interpolate{here()}: recompute_scale_factor makes no sense with an explicit size")
    given = list(given) if isinstance(given, (tuple, list)) else [given] * axes
    if len(given) != axes:
        raise ValueError(f"interpolate{here()}: size and scale_factor are one number or {axes}, one for each "
                         f"dimension after (N, C), got {given}")
    sizes = tuple(int(n) if scale_factor is None else math.floor(k * n) for k, n in zip(lengths, given))
    if min(sizes + lengths) < 1:
        raise wrong("interpolate", f"input and output sizes must be greater than 0, but are {lengths} and "
                                   f"{sizes}")
    scaled = size is None and not recompute
    return sizes, [1 / f if scaled else n / m for n, m, f in zip(lengths, sizes, given)]


def _between(mode, n, m, scale, align_corners):
    """The matrix (m, n) that makes m pixels of n: (rows, columns, values, shape)."""
    new = np.arange(m)
    if mode == "nearest":
        near = np.floor(np.float32(scale) * new.astype("float32"))
    elif mode == "nearest-exact":
        near = np.floor((new + 0.5) * scale)
    if mode.startswith("nearest"):
        return new, np.clip(near, 0, n - 1).astype(int), np.ones(m), (m, n)
    if align_corners:
        place = new * ((n - 1) / (m - 1) if m > 1 else 0.0)
    else:
        place = (new + 0.5) * scale - 0.5
    if mode != "bicubic":
        place = np.clip(place, 0, n - 1)
    first = np.floor(place)
    t = place - first
    if mode == "bicubic":                               # Keys 1981, a = −3/4
        weights = [_cubic(t + 1), _cubic(t), _cubic(1 - t), _cubic(2 - t)]
        neighbours = [first - 1, first, first + 1, first + 2]
    else:
        weights, neighbours = [1 - t, t], [first, first + 1]
    columns = np.clip(np.stack(neighbours), 0, n - 1).astype(int)
    return np.tile(new, len(weights)), columns.reshape(-1), np.concatenate(weights), (m, n)


def _cubic(t, a=-0.75):
    """The weight of a pixel at a distance of t ≤ 2."""
    return np.where(t <= 1, ((a + 2) * t - (a + 3)) * t * t + 1, ((a * t - 5 * a) * t + 8 * a) * t - 4 * a)


def shares(n, m):
    """Where m windows begin and end that share n elements: ⌊i·n/m⌋ and ⌈(i + 1)·n/m⌉.

    >>> shares(5, 3)
    (array([0, 1, 3]), array([2, 4, 5]))
    """
    i = np.arange(m)
    return i * n // m, -(-(i + 1) * n // m)


def averaging_matrix(n, m):
    """The matrix (m, n) of the means of windows that share: (rows, columns, values, shape)."""
    starts, stops = shares(n, m)
    columns, width = np.concatenate([np.arange(a, b) for a, b in zip(starts, stops)]), stops - starts
    return np.repeat(np.arange(m), width), columns, np.repeat(1 / width, width), (m, n)


def map_axis(x, axis, matrix):
    """A sparse matrix (rows, columns, values, shape) times x along one axis."""
    rows, columns, values, (m, n) = matrix
    xp = namespace(array_of(x))
    front = ops.moveaxis(x, axis, 0)                                                    # (n, …)
    pattern = Pattern(xp.asarray(rows), xp.asarray(columns), (m, n))
    flat = front.reshape(n, math.prod(front.shape[1:]))
    y = sparse_matmul(xp.asarray(values.astype(x.dtype)), flat, pattern=pattern)
    return ops.moveaxis(y.reshape(m, *front.shape[1:]), 0, axis)


# --------------------------------------------------------------------------------- channels and pixels

def pixel_shuffle(input, upscale_factor):
    """Channels become pixels: (…, C·r², H, W) -> (…, C, H·r, W·r). Shi et al. 2016.

    >>> import tinygrad_bio as tg
    >>> pixel_shuffle(tg.arange(4.).reshape(1, 4, 1, 1), 2)
    tensor([[[[0., 1.],
              [2., 3.]]]])
    """
    r, (*n, c, h, w) = _factor("pixel_shuffle", upscale_factor, input), input.shape
    if c % r ** 2:
        raise wrong("pixel_shuffle", f"the channels must be divisible by upscale_factor² = {r ** 2}, but the "
                                     f"input has shape {tuple(input.shape)}")
    x = input.reshape(-1, c // r ** 2, r, r, h, w)
    return ops.transpose(x, axes=(0, 1, 4, 2, 5, 3)).reshape(*n, c // r ** 2, h * r, w * r)


def pixel_unshuffle(input, downscale_factor):
    """Pixels become channels: (…, C, H·r, W·r) -> (…, C·r², H, W). `pixel_shuffle` backwards.

    >>> import tinygrad_bio as tg
    >>> pixel_unshuffle(tg.zeros(1, 3, 8, 6), 2).shape
    (1, 12, 4, 3)
    """
    r, (*n, c, h, w) = _factor("pixel_unshuffle", downscale_factor, input), input.shape
    if h % r or w % r:
        raise wrong("pixel_unshuffle", f"height and width must be divisible by downscale_factor={r}, but the "
                                       f"input has shape {tuple(input.shape)}")
    x = input.reshape(-1, c, h // r, r, w // r, r)
    return ops.transpose(x, axes=(0, 1, 3, 5, 2, 4)).reshape(*n, c * r ** 2, h // r, w // r)


def channel_shuffle(input, groups):
    """Channels of (N, C, …) in the order of 0, C/g, 2C/g, …, 1, …: one of each group after another.

    >>> import tinygrad_bio as tg
    >>> channel_shuffle(tg.arange(6.).reshape(1, 6, 1), 2).flatten()
    tensor([0., 3., 1., 4., 2., 5.])
    """
    shape = tuple(input.shape)
    if input.ndim < 3 or groups < 1 or shape[1] % groups:
        raise wrong("channel_shuffle", "expected input (N, C, …) of more than 2 dimensions, with C divisible "
                                       f"by groups, got shape {shape} and groups={groups}")
    x = input.reshape(shape[0], groups, shape[1] // groups, *shape[2:])
    return ops.swapaxes(x, 1, 2).reshape(shape)


def _factor(caller, factor, input):
    if input.ndim < 3 or factor < 1:
        raise wrong(caller, "expected input (…, C, H, W) and a factor of at least 1, got shape "
                            f"{tuple(input.shape)} and {factor}")
    return factor
