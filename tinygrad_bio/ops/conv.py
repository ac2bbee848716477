"""Convolution, in any number of dimensions, and its two gradients, which are operations like itself.

Behind all three stands one sum over everything, of an input x, a kernel w, and a third array g that has the
shape of the value:

    T(x, w, g) = Σ  g[n, o, m] · x[n, c, s·m + d·k − p] · w[o, c, k]     s stride, d dilation, p padding

It is linear in each of them, so its derivative with respect to one is a function of the other two:

    ∂T/∂g = conv(x, w)          the convolution (as everywhere in deep learning, the kernel is not flipped)
    ∂T/∂x = conv_input(g, w)    its gradient for the input: the *transposed convolution*
    ∂T/∂w = conv_weight(g, x)   its gradient for the kernel

Each of these has the other two as *its* gradients, and so on to any order: there is nothing else to write.

Shapes: x (N, C, *L), w (O, C/G, *K), value and g (N, O, *M). Settings: ``stride`` and ``dilation`` have a
number for each axis, ``padding`` a pair (before, after); ``groups`` is G: the channels are split into G parts
that do not mix. `conv_input` and `conv_weight` conclude L and K from them: see `windows.trimmed`.

How it is computed is below: windows become columns of matrices (see ``windows.py``), and all three are
matrix products.
"""
import math

from ..autograd import op
from ..backend import is_array, namespace
from .recurrent import once
from .reduce import total
from .windows import batch_first, covered, places, rows_first, taps, trimmed, window_rows

FEW = 12                    # fewer columns than this in a matrix are not worth a product of their own


@op(promote=False)
def conv(x, w, bias=None, *, stride, padding, dilation, groups=1):
    """y[n, o, m] = Σ x[n, c, s·m + d·k − p]·w[o, c, k] + b[o]

    ∂x = conv_input(g, w),   ∂w = conv_weight(g, x),   ∂b = Σ g

    >>> x, w = tg.tensor([[[1., 2., 3.]]]), tg.tensor([[[1., 10.]]])
    >>> conv(x, w, stride=(1,), padding=((0, 0),), dilation=(1,))
    tensor([[[21., 32.]]])
    """
    padding = trimmed(x.shape[2:], w.shape[2:], stride, padding, dilation)
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    y = None                                    # Tensors ask for the pullbacks only
    if is_array(x):
        x = batch_first(rows_first(x))          # the pullback for w shall not have to rearrange it once more
        y = _conv(x, w, bias, settings)
    arranged = once(lambda g: batch_first(rows_first(g)) if is_array(g) else g)
    pullbacks = (lambda g: conv_input(arranged(g), w, **settings),
                 lambda g: conv_weight(arranged(g), x, **settings))
    if bias is None:
        return y, pullbacks
    others = (0, *range(2, len(x.shape)))
    return y, (*pullbacks, lambda g: total(g, others))


@op(promote=False)
def conv_input(g, w, *, stride, padding, dilation, groups=1):
    """y[n, c, l] = Σ g[n, o, m]·w[o, c, k] over all with s·m + d·k − p = l

    for a gradient h: ∂g = conv(h, w),   ∂w = conv_weight(g, h)

    >>> g, w = tg.tensor([[[1., 1.]]]), tg.tensor([[[1., 10.]]])
    >>> conv_input(g, w, stride=(1,), padding=((0, 0),), dilation=(1,))
    tensor([[[ 1., 11., 10.]]])
    """
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    y = _conv_input(g, w, settings) if is_array(g) else None
    return y, (lambda h: conv(h, w, **settings), lambda h: conv_weight(g, h, **settings))


@op(promote=False)
def conv_weight(g, x, *, stride, padding, dilation, groups=1):
    """y[o, c, k] = Σ g[n, o, m]·x[n, c, s·m + d·k − p]

    for a gradient h: ∂g = conv(x, h),   ∂x = conv_input(g, h)

    >>> g, x = tg.tensor([[[1., 1.]]]), tg.tensor([[[1., 2., 3.]]])
    >>> conv_weight(g, x, stride=(1,), padding=((0, 0),), dilation=(1,))
    tensor([[[3., 5.]]])
    """
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    y = _conv_weight(g, x, settings) if is_array(g) else None
    return y, (lambda h: conv(x, h, **settings), lambda h: conv_input(g, h, **settings))


# -------------------------------------------------------------------------------- how they are computed

def _conv(x, w, bias, settings):
    """The kernel times matrices of windows, some rows at a time."""
    xp, o, kernel, groups = namespace(x), w.shape[0], w.shape[2:], settings["groups"]
    m = places(x.shape[2:], kernel, settings["stride"], settings["padding"], settings["dilation"])
    x, w = rows_first(x), _matrices(w, groups)                          # (H, C, …, N), (G, O/G, K₀·C/G·K₁…)
    y = xp.empty((m[0], groups, o // groups, math.prod(m[1:]) * x.shape[-1]), dtype=x.dtype)
    for rows, windows in window_rows(x, m, kernel, **settings, most=_most(x)):
        _multiply(w, windows, y[rows])
        if bias is not None:
            y[rows] += bias.reshape(groups, -1, 1)
    return batch_first(y.reshape(m[0], o, *m[1:], x.shape[-1]))


def _conv_weight(g, x, settings):
    """Matrices of windows times the gradients, summed over the rows."""
    xp, o, c, m, groups = namespace(x), g.shape[1], x.shape[1], g.shape[2:], settings["groups"]
    axes = zip(x.shape[2:], m, settings["stride"], settings["padding"], settings["dilation"])
    kernel = tuple((n + p[0] + p[1] - s * (m_ - 1) - 1) // d + 1 for n, m_, s, p, d in axes)
    width = math.prod(m[1:]) * x.shape[0]
    x, g = rows_first(x), rows_first(g).reshape(m[0], groups, o // groups, width)
    w = xp.zeros((groups, math.prod(kernel) * c // groups, o // groups), dtype=x.dtype)
    most = _most(x) * width // max(width, o, 1)             # the products of all rows stand side by side
    for rows, windows in window_rows(x, m, kernel, **settings, most=most):
        w += _outer(windows, g[rows])
    w = w.reshape(groups, kernel[0], c // groups, *kernel[1:], o // groups)
    last = w.ndim - 1                                       # (G, K₀, C/G, K₁…, O/G) -> (G, O/G, C/G, K₀, K₁…)
    return xp.ascontiguousarray(w.transpose(0, last, 2, 1, *range(3, last))).reshape(o, c // groups, *kernel)


def _conv_input(g, w, settings):
    """The gradients of all windows, each added where its tap looked: the way back through `_conv`."""
    stride, padding, dilation, groups = (settings[k] for k in ("stride", "padding", "dilation", "groups"))
    o, c, kernel, m = w.shape[0], w.shape[1] * groups, w.shape[2:], g.shape[2:]
    if (max(stride) == 1 and o < 2 * c) or o == groups:
        return _conv_input_by_conv(g, w, settings)      # twice as fast, if there are not many o in a group
    lengths = covered(m, kernel, stride, padding, dilation)
    xp, n, width, per_group = namespace(g), g.shape[0], math.prod(m[1:]) * g.shape[0], (groups, c // groups)
    g = rows_first(g).reshape(m[0], groups, o // groups, width)
    w = _matrices(w, groups).swapaxes(1, 2)                                         # (G, K₀·C/G·K₁…, O/G)
    x = xp.zeros((lengths[0], *per_group, *lengths[1:], n), dtype=g.dtype)          # (H, G, C/G, …, N)
    step = max(1, _most(g) // max(1, w.shape[0] * w.shape[1] * width))
    for a in range(0, m[0], step):
        b = min(a + step, m[0])
        windows = xp.empty((b - a, groups, w.shape[1], width), dtype=g.dtype)
        _multiply(w, g[a:b], windows)
        windows = windows.reshape(b - a, groups, kernel[0], c // groups, *kernel[1:], *m[1:], n)
        before = [padding[0][0] - stride[0] * a, *(p[0] for p in padding[1:])]
        for k, where, what in taps(lengths, (b - a, *m[1:]), kernel, stride, before, dilation):
            seen = windows[(where[0], slice(None), k[0], slice(None), *k[1:], *where[1:])]
            x[(what[0], slice(None), slice(None), *what[1:])] += seen
    return batch_first(x.reshape(lengths[0], c, *lengths[1:], n))


def _conv_input_by_conv(g, w, settings):
    """g with zeros between its places if there is a stride, in a border, convolved with the kernel flipped
    and its channels exchanged.
    """
    (o, per_group, *kernel), groups, xp = w.shape, settings["groups"], namespace(g)
    if max(settings["stride"]) > 1:
        h, *others = (slice(None, None, s) for s in settings["stride"])
        lengths = [s * (m - 1) + 1 for s, m in zip(settings["stride"], g.shape[2:])]
        spaced = xp.zeros((lengths[0], o, *lengths[1:], len(g)), dtype=g.dtype)         # (H, O, W, …, N)
        spaced[(h, slice(None), *others)] = rows_first(g)
        g, settings = batch_first(spaced), {**settings, "stride": (1,) * len(lengths)}
    w = xp.flip(w, tuple(range(2, w.ndim))).reshape(groups, o // groups, per_group, *kernel)
    w = w.swapaxes(1, 2).reshape(groups * per_group, o // groups, *kernel)
    padding = tuple((d * (k - 1) - p[0], d * (k - 1) - p[1])
                    for k, p, d in zip(kernel, settings["padding"], settings["dilation"]))
    return _conv(g, w, None, {**settings, "padding": padding})


# ----------------------------------------------------------------------------------------- the products

def _most(x):
    """How many numbers of windows to lay out at a time: what fits a processor's cache; a card wants more."""
    return 1 << 18 if namespace(x).__name__ == "numpy" else 1 << 26


def _matrices(w, groups):
    """The kernel (O, C/G, K₀, K₁…) as a matrix for each group, (G, O/G, K₀·C/G·K₁…)."""
    o, *others = w.shape
    w = w.swapaxes(1, 2).reshape(groups, o // groups, math.prod(others))
    return namespace(w).ascontiguousarray(w)            # of a view in another order BLAS makes no products


def _multiply(w, windows, y):
    """y = w · windows for each row: (G, O, K) and (R, G, K, n) -> (R, G, O, n), written into y."""
    r, groups, k, n = windows.shape
    if n >= FEW:
        namespace(w).matmul(w, windows, out=y)
    else:                                           # few samples: one product for all rows together
        product = _flat(windows) @ w.swapaxes(1, 2)                                         # (G, R·n, O)
        y[...] = product.reshape(groups, r, n, w.shape[1]).transpose(1, 0, 3, 2)


def _outer(windows, g):
    """Σ over rows of windows · gᵀ: (R, G, K, n) and (R, G, O, n) -> (G, K, O)."""
    if windows.shape[-1] >= FEW:
        return (windows @ g.swapaxes(2, 3)).sum(axis=0)
    return _flat(windows).swapaxes(1, 2) @ _flat(g)


def _flat(windows):
    """All rows of windows in one matrix: (R, G, K, n) -> (G, R·n, K)."""
    r, groups, k, n = windows.shape
    return namespace(windows).ascontiguousarray(windows.transpose(1, 0, 3, 2).reshape(groups, r * n, k))
