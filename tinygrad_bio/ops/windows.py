"""The windows that a kernel slides over: what convolution and pooling have in common, for plain arrays.

An input has the shape (N, C, L), (N, C, H, W), …: the batch, the channels, and the *axes*. For each axis
there is a number in `kernel`, `stride` and `dilation`, and a pair (before, after) in `padding`. A window has
a *place* m, and the kernel's elements are its *taps* k. Along an axis, tap k of the window at place m sees

    l = stride·m + dilation·k − padding before,

or the padding, if that is less than 0 or not less than L.
"""
import itertools
import math

from ..backend import namespace


def places(lengths, kernel, stride, padding, dilation):
    """How many windows fit along each axis.

    >>> places((10,), (3,), (2,), ((1, 1),), (1,))
    (5,)
    """
    return tuple((n + p[0] + p[1] - d * (k - 1) - 1) // s + 1
                 for n, k, s, p, d in zip(lengths, kernel, stride, padding, dilation))


def covered(places, kernel, stride, padding, dilation):
    """The lengths that so many windows just cover: the opposite of `places`.

    >>> covered((5,), (3,), (2,), ((1, 0),), (1,))
    (10,)
    """
    return tuple(s * (m - 1) + d * (k - 1) + 1 - p[0] - p[1]
                 for m, k, s, p, d in zip(places, kernel, stride, padding, dilation))


def trimmed(lengths, kernel, stride, padding, dilation):
    """The padding without what no window reaches at the end, so that `places` and `covered` agree.

    Where no window reaches the input's own end, it gets negative.

    >>> trimmed((10,), (3,), (2,), ((1, 1),), (1,)), trimmed((4,), (1,), (2,), ((0, 0),), (1,))
    (((1, 0),), ((0, -1),))
    """
    windows = places(lengths, kernel, stride, padding, dilation)
    reached = covered(windows, kernel, stride, padding, dilation)
    return tuple((before, after - (n - r)) for (before, after), n, r in zip(padding, lengths, reached))


def taps(lengths, places, kernel, stride, before, dilation):
    """(k, where, what) for each tap: the windows in which it sees the input, and what it sees there.

    Both are tuples of slices, one for each axis.

    >>> for k, where, what in taps((5,), (3,), (3,), (2,), (1,), (1,)):
    ...     print(k, where, what)
    (0,) (slice(1, 3, None),) (slice(1, 4, 2),)
    (1,) (slice(0, 3, None),) (slice(0, 5, 2),)
    (2,) (slice(0, 2, None),) (slice(1, 4, 2),)
    """
    each = [[_one_tap(d * k - p, n, m, s) for k in range(size)]
            for n, m, size, s, p, d in zip(lengths, places, kernel, stride, before, dilation)]
    for k in itertools.product(*map(range, kernel)):
        pairs = [axis[i] for axis, i in zip(each, k)]
        yield k, tuple(where for where, _ in pairs), tuple(what for _, what in pairs)


def _one_tap(shift, length, places, stride):
    """The places m with 0 ≤ stride·m + shift < length, and those l."""
    first = max(0, -(shift // stride))                                      # ⌈−shift / stride⌉
    last = max(first, min(places, (length - 1 - shift) // stride + 1))
    start = stride * first + shift
    stop = start + stride * (last - first - 1) + 1
    return slice(first, last), slice(start, stop, stride) if last > first else slice(0, 0)


# ----------------------------------------------------------------------- how convolutions lie in memory

def rows_first(x):
    """(N, C, H, W, …) as an array (H, C, W, …, N), without a copy if it lies in memory like that.

    That is how convolutions leave their values, and so mostly find them. Windows are then easily read: a
    kernel of k rows needs k rows that follow one another, one piece of memory; and in each row the samples,
    which all get the same weights, stand side by side.
    """
    xp, order = namespace(x), (2, 1, *range(3, x.ndim), 0)
    if xp.__name__ == "numpy" and x.flags.c_contiguous and x.strides[0] % 4096 == 0 and len(x) > 1:
        # Samples that lie a multiple of 4096 bytes apart drive each other out of the processor's cache. With
        # a gap between them first, (32, 16, 32, 32) takes 0.4 and not 1.3 ms.
        apart = xp.empty((len(x), x[0].size + 16), dtype=x.dtype)[:, :-16]
        apart[...] = x.reshape(len(x), -1)
        x = apart.reshape(x.shape)
    return xp.ascontiguousarray(x.transpose(order))


def batch_first(x):
    """The opposite of `rows_first`: a view."""
    return x.transpose(x.ndim - 1, 1, 0, *range(2, x.ndim - 1))


def framed(x, padding):
    """An array (H, C, W, …, N) within a border of zeros; where a width is negative, so much is cut off."""
    if not any(map(any, padding)):
        return x
    rows, *others = padding
    widths = [rows, (0, 0), *others, (0, 0)]
    y = namespace(x).zeros([n + b + a for n, (b, a) in zip(x.shape, widths)], dtype=x.dtype)
    inside = tuple(slice(max(b, 0), n - max(a, 0)) for n, (b, a) in zip(y.shape, widths))
    kept = tuple(slice(max(-b, 0), n - max(-a, 0)) for n, (b, a) in zip(x.shape, widths))
    y[inside] = x[kept]
    return y


def window_rows(x, places, kernel, stride, padding, dilation, groups, most):
    """The windows of an array (H, C, W, …, N) as matrices to multiply with, some rows of places at a time.

    Yields (rows, matrices): a slice of places along H, and for each of them and each group of channels a
    matrix with a column for each window of each sample. As one array

        (R, G, K₀·C/G·K₁…, M₁…·N)       R rows, G groups, K taps, M places

    For all k rows of a kernel that is one piece of memory. So only the shifts along W… are copied, not those
    along H (unless there are groups, or dilation). `most`: how many numbers to copy at a time.
    """
    xp, c, n = namespace(x), x.shape[1], x.shape[-1]
    (k0, *k), (s0, *s), (d0, *d), (m0, *m) = kernel, stride, dilation, places
    depth, width = c // groups * math.prod(k), math.prod(m) * n
    step = max(1, most // max(1, groups * depth * width))
    for a in range(0, m0, step):
        b = min(a + step, m0)
        start, stop = s0 * a - padding[0][0], s0 * (b - 1) + d0 * (k0 - 1) + 1 - padding[0][0]
        seen, above = x[max(start, 0):max(stop, 0)], max(-start, 0)
        seen = framed(seen, ((above, stop - start - above - seen.shape[0]), *padding[1:]))
        shifted = _shifted(seen, k, m, s, d).reshape(seen.shape[0], groups, depth, width)
        row, *rest = shifted.strides
        kernels = xp.lib.stride_tricks.as_strided(              # (R, K₀, G, C/G·K₁…, M₁…·N), a view
            shifted, (b - a, k0, *shifted.shape[1:]), (s0 * row, d0 * row, *rest))
        yield slice(a, b), kernels.transpose(0, 2, 1, 3, 4).reshape(b - a, groups, k0 * depth, width)


def _shifted(x, kernel, places, stride, dilation):
    """The windows along all axes but the first: (H, C, W…, N) -> (H, C, K₁…, M₁…, N), a view."""
    if not kernel:
        return x
    h, c, *w, n = x.strides
    between_taps, between_windows = [a * d for a, d in zip(w, dilation)], [a * s for a, s in zip(w, stride)]
    return namespace(x).lib.stride_tricks.as_strided(
        x, (*x.shape[:2], *kernel, *places, x.shape[-1]), (h, c, *between_taps, *between_windows, n))
