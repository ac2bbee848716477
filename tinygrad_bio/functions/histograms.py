"""Histograms: how many elements fall between two edges."""
import collections

from ..autograd import DtypeError, here
from ..backend import namespace
from .common import array_of, constant

__all__ = ["histc", "histogram"]

Histogram = collections.namedtuple("Histogram", "hist bin_edges")


def histc(input, bins=100, min=0, max=0):
    """How many elements fall into each of `bins` equally wide bins from `min` to `max` (without both: of the
    data).

    What lies outside is not counted. Counts are floats, in the dtype of the input, and have no gradient.

    >>> tg.histc(tg.tensor([1., 2., 1.]), bins=4, min=0, max=3)
    tensor([0., 2., 1., 0.])
    """
    a = _floats(input, "histc")
    low, high = (min, max) if min != max or not a.size else (a.min().item(), a.max().item())
    return constant(_counted(a, bins, low, high, None, "histc")[0])


def histogram(input, bins=100, *, range=None, weight=None, density=False):
    """How many elements (or how much of their `weight`) fall into each bin, and the edges of the bins.

    Parameters
    ----------
    bins : how many, of one width, from ``range[0]`` to ``range[1]`` (left out: of the data); or their edges,
        a vector density : divide by the total and the widths, so that the area is 1

    A bin holds its left edge, and the last one its right edge too. There is no gradient.

    >>> counts, edges = tg.histogram(tg.tensor([1., 2., 1.]), bins=4, range=(0., 3.))
    >>> counts, edges
    (tensor([0., 2., 1., 0.]), tensor([0.0000, 0.7500, 1.5000, 2.2500, 3.0000]))
    """
    a, w = _floats(input, "histogram"), None if weight is None else array_of(weight)
    xp = namespace(a)
    if hasattr(bins, "shape"):
        edges = array_of(bins)
        counts = xp.histogram(a, edges, weights=w)[0].astype(a.dtype)
    else:
        low, high = range or ((a.min().item(), a.max().item()) if a.size else (0.0, 0.0))
        counts, edges = _counted(a, bins, low, high, w, "histogram")
    if density:
        counts = counts / counts.sum() / xp.diff(edges)
    return Histogram(constant(counts.astype(a.dtype)), constant(edges.astype(a.dtype)))


def _floats(input, caller):
    a = array_of(input)
    if a.dtype.kind != "f":
        raise DtypeError(f"{caller}{here()}: expected floats, but the tensor holds {a.dtype.name}: write "
                         f".float() first, or bincount for counts of whole numbers")
    return a


def _counted(a, bins, low, high, weights, caller):
    """Counts and edges of bins of one width. One number alone stands in the middle of a range of 1."""
    xp = namespace(a)
    if bins < 1:
        raise RuntimeError(f"{caller}{here()}: expected one bin or more, got {bins}")
    if not low - high <= 0:
        raise RuntimeError(f"{caller}{here()}: the range must go from a smaller to a larger finite number, "
                           f"not from {low} to {high}")
    if low == high:
        low, high = low - 0.5, high + 0.5
    weights = None if weights is None else weights.reshape(-1)
    counts, edges = xp.histogram(a.reshape(-1), bins, (low, high), weights=weights)
    return counts.astype(a.dtype), edges
