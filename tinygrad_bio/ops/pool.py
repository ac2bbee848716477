"""Pooling: one number for each window of the input; and the transposes that give a window's gradient back.

Input (N, C, *L), value (N, C, *M). `kernel`, `stride`, `dilation` have a number for each axis, `padding` a
pair (before, after); see ``windows.py``. All of it goes tap by tap: the first element of every window at
once, then the second of every window, … The values lie in memory as the inputs do.
"""
import math

from ..autograd import op
from ..backend import keep, namespace
from .windows import places, taps

_ALL = (slice(None), slice(None))                           # of the batch and the channels


def _taps(lengths, m, kernel, stride, padding, dilation):
    """(number, where, what) for each tap: its number, and the indices of the windows and of what they see."""
    before = [p[0] for p in padding]
    for number, (_, where, what) in enumerate(taps(lengths, m, kernel, stride, before, dilation)):
        yield number, _ALL + where, _ALL + what


# ------------------------------------------------------------------------------------------ the largest

@op
def max_pool(x, *, kernel, stride, padding, dilation):
    """y = the largest in each window,   ∂x = g for the first that is largest, 0 for the others

    >>> x = tg.tensor([[[1., 3., 3., 0.]]])
    >>> max_pool(x, kernel=(2,), stride=(2,), padding=((0, 0),), dilation=(1,))
    tensor([[[3., 3.]]])
    """
    settings = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    y, winner = largest(x.array if hasattr(x, "array") else x, **settings)
    lengths = x.shape[2:]
    return y, (lambda g: put_winners(g, winner=winner, lengths=lengths, **settings),)


def largest(x, *, kernel, stride, padding, dilation):
    """The largest in each window, and its tap's number: the first of equal ones, the last of several NaN.

    What lies in the padding never wins. Equal ones are met from last to first, so that the first one stays.
    """
    m = places(x.shape[2:], kernel, stride, padding, dilation)
    xp, last = namespace(x), math.prod(kernel) - 1
    y = xp.full_like(x, -math.inf, shape=x.shape[:2] + m)
    from_last = xp.zeros_like(x, shape=y.shape, dtype="uint8" if last < 256 else "int32")   # last − number
    in_order = list(_taps(x.shape[2:], m, kernel, stride, padding, dilation))
    for number, where, what in reversed(in_order):
        seen, best = x[what], y[where]
        wins = (seen >= best) | ((seen != seen) & (best == best))
        xp.maximum(best, seen, out=best)                                                    # NaN stays NaN
        number = wins * from_last.dtype.type(last - number)
        xp.maximum(from_last[where], number, out=from_last[where])
    return y, from_last.dtype.type(last) - from_last


def flat_places(winner, lengths, kernel, stride, padding, dilation):
    """Where the winners stand, counted through all axes of the input: what `return_indices` returns."""
    xp, index, rest = namespace(winner), 0, winner.astype("int64")
    for axis in reversed(range(len(kernel))):
        m = xp.arange(winner.shape[2 + axis]).reshape((-1,) + (1,) * (len(kernel) - 1 - axis))
        place = stride[axis] * m + dilation[axis] * (rest % kernel[axis]) - padding[axis][0]
        index = index + place * math.prod(lengths[axis + 1:])
        rest = rest // kernel[axis]
    return index


@op(linear=True)
def pick_winners(x, *, winner, kernel, stride, padding, dilation):
    """y = the element of each window whose tap `winner` names,   ∂x = g there, 0 elsewhere

    >>> x, winner = tg.tensor([[[1., 3., 3., 0.]]]), tg.tensor([[[1, 0]]]).array
    >>> pick_winners(x, winner=winner, kernel=(2,), stride=(2,), padding=((0, 0),), dilation=(1,))
    tensor([[[3., 3.]]])
    """
    xp, m, lengths = namespace(x), winner.shape[2:], x.shape[2:]
    settings = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    y = xp.zeros_like(winner, dtype=x.dtype)
    for number, where, what in _taps(lengths, m, **settings):
        y[where] += keep(x[what], winner[where] == number)
    return y, (lambda g: put_winners(g, winner=winner, lengths=lengths, **settings),)


@op(linear=True)
def put_winners(g, *, winner, lengths, kernel, stride, padding, dilation):
    """y = 0, but g added to the element of each window whose tap `winner` names,   ∂g = the gradient there

    >>> g, winner = tg.tensor([[[5., 7.]]]), tg.tensor([[[1, 0]]]).array
    >>> put_winners(g, winner=winner, lengths=(4,), kernel=(2,), stride=(2,), padding=((0, 0),),
    ...             dilation=(1,))
    tensor([[[0., 5., 7., 0.]]])
    """
    xp, m = namespace(g), winner.shape[2:]
    settings = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    y = xp.zeros_like(winner, shape=winner.shape[:2] + tuple(lengths), dtype=g.dtype)
    g = _laid_like(g, winner)
    for number, where, what in _taps(lengths, m, **settings):
        y[what] += keep(g[where], winner[where] == number)
    return y, (lambda h: pick_winners(h, winner=winner, **settings),)


def _laid_like(g, other):
    """g in the memory order of another array, so that both can be walked through side by side."""
    y = namespace(g).empty_like(other, dtype=g.dtype)
    if y.strides == g.strides:
        return g
    y[...] = g
    return y


# --------------------------------------------------------------------------------------------- the mean

@op(linear=True)
def window_sum(x, *, kernel, stride, padding, scale=1):
    """y = scale · Σ over each window,   ∂x = scale·g for each of its elements

    >>> window_sum(tg.tensor([[[1., 3., 5., 7.]]]), kernel=(2,), stride=(2,), padding=((0, 0),), scale=0.5)
    tensor([[[2., 6.]]])
    """
    lengths, none = x.shape[2:], (1,) * len(kernel)
    settings = {"kernel": kernel, "stride": stride, "padding": padding, "scale": scale}
    m = places(lengths, kernel, stride, padding, none)
    y = namespace(x).zeros_like(x, shape=x.shape[:2] + m)
    for _, where, what in _taps(lengths, m, kernel, stride, padding, none):
        y[where] += x[what]
    y *= scale
    return y, (lambda g: window_spread(g, lengths=lengths, **settings),)


@op(linear=True)
def window_spread(g, *, lengths, kernel, stride, padding, scale=1):
    """y = scale · Σ of g over all windows that see an element,   ∂g = scale · Σ over each window

    >>> window_spread(tg.tensor([[[1., 10.]]]), lengths=(3,), kernel=(2,), stride=(1,), padding=((0, 0),))
    tensor([[[ 1., 11., 10.]]])
    """
    m, none = g.shape[2:], (1,) * len(kernel)
    settings = {"kernel": kernel, "stride": stride, "padding": padding, "scale": scale}
    y = namespace(g).zeros_like(g, shape=g.shape[:2] + tuple(lengths))
    g = g * scale
    for _, where, what in _taps(lengths, m, kernel, stride, padding, none):
        y[what] += g[where]
    return y, (lambda h: window_sum(h, **settings),)


# ----------------------------------------------------------------------------------- windows as columns

@op(linear=True)
def unfold(x, *, kernel, stride, padding, dilation):
    """y[n, c·K + k, m] = x[n, c, s·m + d·k − p]: each window as a column,   ∂x = fold(g)

    >>> unfold(tg.tensor([[[1., 2., 3.]]]), kernel=(2,), stride=(1,), padding=((0, 0),), dilation=(1,))
    tensor([[[1., 2.],
             [2., 3.]]])
    """
    lengths, size = x.shape[2:], math.prod(kernel)
    settings = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    m = places(lengths, **settings)
    y = namespace(x).zeros((*x.shape[:2], size, *m), dtype=x.dtype)
    for number, where, what in _taps(lengths, m, **settings):
        y[:, :, number][where] = x[what]
    y = y.reshape(x.shape[0], x.shape[1] * size, math.prod(m))
    return y, (lambda g: fold(g, lengths=lengths, **settings),)


@op(linear=True)
def fold(x, *, lengths, kernel, stride, padding, dilation):
    """y[n, c, l] = Σ x[n, c·K + k, m] over s·m + d·k − p = l: what windows see, added up,   ∂x = unfold(g)

    >>> columns = tg.tensor([[[1., 2.], [2., 3.]]])
    >>> fold(columns, lengths=(3,), kernel=(2,), stride=(1,), padding=((0, 0),), dilation=(1,))
    tensor([[[1., 4., 3.]]])
    """
    settings = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    m, size = places(lengths, **settings), math.prod(kernel)
    n, c = x.shape[0], x.shape[1] // size
    y, x = namespace(x).zeros((n, c, *lengths), dtype=x.dtype), x.reshape(n, c, size, *m)
    for number, where, what in _taps(lengths, m, **settings):
        y[what] += x[:, :, number][where]
    return y, (lambda g: unfold(g, **settings),)
