"""Functions in pieces: of each element the sign, the whole part, the larger, what lies within bounds, what was chosen.

Their pullbacks let the gradient through where the element went through, and stop it elsewhere.
"""
from ..autograd import op
from ..backend import keep, namespace, recorded
from .arithmetic import zero


@op
def absolute(x):
    """y = |x|,   ∂x = g·sign x   (0 at 0)

    >>> tg.absolute(tg.tensor([-1., 2.]))
    tensor([1., 2.])
    """
    xp = namespace(x)
    return xp.absolute(x), (lambda g: g * xp.sign(x),)


@op(linear=True)
def sign(x):
    """y = −1, 0 or 1,   ∂x = 0

    >>> tg.sign(tg.tensor([-3., 0., 2.]))
    tensor([-1.,  0.,  1.])
    """
    return namespace(x).sign(x), (zero,)


@op(linear=True)
def floor(x):
    """y = ⌊x⌋,   ∂x = 0

    >>> tg.floor(tg.tensor([-0.2, 1.7]))
    tensor([-1.,  1.])
    """
    return namespace(x).floor(x), (zero,)


@op(linear=True)
def ceil(x):
    """y = ⌈x⌉,   ∂x = 0

    >>> tg.ceil(tg.tensor([0.2, 1.7]))
    tensor([1., 2.])
    """
    return namespace(x).ceil(x), (zero,)


@op(linear=True)
def trunc(x):
    """y = x without its fraction,   ∂x = 0

    >>> tg.trunc(tg.tensor([-1.7, 1.7]))
    tensor([-1.,  1.])
    """
    return namespace(x).trunc(x), (zero,)


@op(linear=True)
def round(x, *, decimals=0):
    """y = x rounded, halves to even,   ∂x = 0

    >>> tg.ops.round(tg.tensor([0.5, 1.5]))
    tensor([0., 2.])
    """
    return namespace(x).round(x, decimals), (zero,)


@op
def relu(x):
    """y = max(x, 0),   ∂x = g where x > 0   (0 at 0)

    >>> tg.relu(tg.tensor([-1., 2.]))
    tensor([0., 2.])
    """
    xp = namespace(x)
    return xp.maximum(x, 0), (lambda g: keep(g, x > 0),)


@op
def maximum(a, b):
    """y = the larger,   ∂ = g to the larger, half to each where they are equal

    >>> tg.maximum(tg.tensor([1., 5.]), tg.tensor([3., 3.]))
    tensor([3., 5.])
    """
    return namespace(a, b).maximum(a, b), (lambda g: _to_winner(g, a, b), lambda g: _to_winner(g, b, a))


@op
def minimum(a, b):
    """y = the smaller,   ∂ = g to the smaller, half to each where they are equal

    >>> tg.minimum(tg.tensor([1., 5.]), tg.tensor([3., 3.]))
    tensor([1., 3.])
    """
    return namespace(a, b).minimum(a, b), (lambda g: _to_winner(g, b, a), lambda g: _to_winner(g, a, b))


def _to_winner(g, larger, smaller):
    """g where larger > smaller, half where equal, else 0; NaN counts as a winner, so that it is seen."""
    won, equal = keep(g, ~(larger < smaller)), larger == smaller
    return namespace(g, larger, smaller).where(equal, 0.5 * won, won) if bool(equal.any()) else won


@op
def clip(x, *, min=None, max=None):
    """y = x held between min and max,   ∂x = g where min ≤ x ≤ max   (1 at the bounds)

    >>> tg.ops.clip(tg.tensor([1., 5.]), min=2., max=3.)
    tensor([2., 3.])
    """
    xp = namespace(x)
    y = x if min is None else xp.maximum(x, min)
    y = y if max is None else xp.minimum(y, max)

    def pullback(g):
        inside = (x == x) if min is None else (x >= min)
        inside = inside if max is None else inside & (x <= max)
        return keep(g, inside)

    return +y, (pullback,)


@op
def clip_above(x, low):
    """y = max(x, low),   ∂x = g where x ≥ low,   ∂low = g where x < low

    >>> tg.ops.clip_above(tg.tensor([1., 5.]), 3.)
    tensor([3., 5.])
    """
    xp = namespace(x, low)
    return xp.maximum(x, low), (lambda g: keep(g, x >= low), lambda g: keep(g, x < low))


@op
def clip_below(x, high):
    """y = min(x, high),   ∂x = g where x ≤ high,   ∂high = g where x > high

    >>> tg.ops.clip_below(tg.tensor([1., 5.]), 3.)
    tensor([1., 3.])
    """
    xp = namespace(x, high)
    return xp.minimum(x, high), (lambda g: keep(g, x <= high), lambda g: keep(g, x > high))


@op
def clip_between(x, low, high):
    """y = min(max(x, low), high),   ∂x = g where low ≤ x ≤ high,   ∂low where x < low,   ∂high where x or low > high

    >>> tg.ops.clip_between(tg.tensor([1., 2.5, 5.]), 2., 3.)
    tensor([2.0000, 2.5000, 3.0000])
    """
    xp = namespace(x, low, high)
    return xp.minimum(xp.maximum(x, low), high), (
        lambda g: keep(g, (x >= low) & (x <= high)),
        lambda g: keep(g, (x < low) & (low < high)),
        lambda g: keep(g, (x > high) | (high < low)))


@op(linear=True)
def select(a, b, *, condition):
    """y = a where condition, else b,   ∂a = g where condition,   ∂b = g elsewhere

    A branch that was not chosen still takes part in the backward pass with the gradient 0; if its own
    derivative is infinite there, 0·∞ gives NaN. Mask the *input* of such a branch too.

    >>> tg.ops.select(tg.tensor([1., 2.]), tg.tensor([8., 9.]), condition=tg.tensor([True, False]).array)
    tensor([1., 9.])
    """
    return namespace(a, b).where(condition, a, b), (
        lambda g: keep(g, condition), lambda g: keep(g, ~condition))


@op
def nan_to_num(x, *, nan=0.0, posinf=None, neginf=None):
    """y = x with finite numbers for NaN and ±∞ (by default 0 and the largest),   ∂x = g where x is finite

    >>> tg.ops.nan_to_num(tg.tensor([1., tg.nan]))
    tensor([1., 0.])
    """
    xp = namespace(x)
    if recorded(x):
        return nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf), (lambda g: keep(g, xp.isfinite(x)),)
    return xp.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf), (lambda g: keep(g, xp.isfinite(x)),)
