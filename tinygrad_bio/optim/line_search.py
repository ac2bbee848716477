"""How far to go along a direction: a line search for the strong Wolfe conditions."""
import collections
import math

Point = collections.namedtuple("Point", "t loss gradient slope")    # at x + t·d; slope = gradient·d


def strong_wolfe(at, start, t, size, enough=1e-4, flat=0.9, smallest=1e-9, tries=25):
    """A point along the direction where the loss is low enough, and flat enough.

    *Low enough*: loss(t) ≤ loss(0) + enough·t·slope(0). *Flat enough*: |slope(t)| ≤ flat·|slope(0)|. First
    steps outwards until two points have such a point between them, then steps inwards; each next guess is the
    minimum of a cubic through two points. Nocedal and Wright (2006), Numerical Optimization, algorithms 3.5
    and 3.6.

    Parameters
    ----------
    at : function from t to a `Point`
    start : the point at t = 0, whose slope is negative
    t : the first guess
    size : the largest component of the direction: no interval shorter than `smallest`/`size` is searched
    tries : how often to guess again at most

    Returns
    -------
    (Point, how many points were looked at)

    >>> def at(t):                                  # (t − 3)²
    ...     return Point(t, (t - 3) ** 2, None, 2 * (t - 3))
    >>> strong_wolfe(at, at(0), 1, size=1, flat=0.1)[0].t
    3.0
    """
    def too_high(point):
        return point.loss > start.loss + enough * point.t * start.slope

    def flat_enough(point):
        return abs(point.slope) <= -flat * start.slope

    before, now, count = start, at(t), 1
    while count <= tries:                                           # outwards
        overshot = too_high(now) or (count > 2 and now.loss >= before.loss)
        if not overshot and flat_enough(now):
            return now, count
        if overshot or now.slope >= 0:
            ends = [before, now]
            break
        bounds = now.t + 0.01 * (now.t - before.t), now.t * 10
        before, now = now, at(lowest_of_cubic(before, now, bounds))
        count += 1
    else:
        ends = [start, now]

    crept = False
    while count <= tries:                                           # inwards
        low, high = sorted(ends, key=lambda point: point.loss)
        left, right = sorted(point.t for point in ends)
        if (right - left) * size < smallest:
            break
        t, margin = lowest_of_cubic(low, high, (left, right)), 0.1 * (right - left)
        at_the_end = min(right - t, t - left) < margin
        if at_the_end and (crept or not left < t < right):      # so close a second time: step away from it
            t = right - margin if abs(t - right) < abs(t - left) else left + margin
            at_the_end = False
        crept = at_the_end
        now, count = at(t), count + 1
        if too_high(now) or now.loss >= low.loss:
            ends = [low, now]
        elif flat_enough(now):
            return now, count
        else:
            ends = [now, low if now.slope * (high.t - low.t) >= 0 else high]
    return min(ends, key=lambda point: point.loss), count


def lowest_of_cubic(a, b, bounds):
    """Where the cubic through two points, with their slopes, is lowest within bounds.

    >>> lowest_of_cubic(Point(0., 0., None, -2.), Point(3., 3., None, 4.), (0, 3))
    1.0
    """
    if a.t > b.t:
        a, b = b, a
    if a.t == b.t:
        return sum(bounds) / 2
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1 ** 2 - a.slope * b.slope
    if not square >= 0 or not math.isfinite(square):            # no minimum (or a loss that is not finite)
        return sum(bounds) / 2
    d2 = math.sqrt(square)
    bottom = b.slope - a.slope + 2 * d2
    t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / bottom) if bottom else math.inf
    return min(max(t, bounds[0]), bounds[1])
