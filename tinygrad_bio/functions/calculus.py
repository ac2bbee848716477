"""Areas under curves, and slopes of sampled functions, under PyTorch's names."""
import builtins

from ..autograd import ShapeError, here
from .common import all_dims, as_tensor, numpy_words, one_dim
from .join import cat
from .reduce import sum
from .running import cumsum
from .arrange import narrow
from .shape import reshape

__all__ = ["trapezoid", "trapz", "cumulative_trapezoid", "gradient"]


def _trapezoids(y, x, dx, dim, caller):
    """The areas between neighbours, ½(yᵢ + yᵢ₊₁)·(xᵢ₊₁ − xᵢ); and the dimension."""
    dim = one_dim(dim, y.ndim, caller)
    n = builtins.max(y.shape[dim] - 1, 0)
    pairs = narrow(y, dim, builtins.min(1, y.shape[dim]), n) + narrow(y, dim, 0, n)
    if x is None:
        return pairs * (dx / 2.0), dim
    if x.ndim == 1 and y.ndim > 1:
        x = reshape(x, (-1,) + (1,) * (y.ndim - dim - 1))
        along = 0
    else:
        along = dim - y.ndim + x.ndim
    if x.shape[along] != y.shape[dim]:
        raise ShapeError(f"{caller}{here()}: x has {x.shape[along]} places, but y has {y.shape[dim]} along "
                         f"dim {dim}")
    return pairs * (narrow(x, along, builtins.min(1, n), n) - narrow(x, along, 0, n)) / 2.0, dim


@numpy_words
def trapezoid(y, x=None, *, dx=1, dim=-1):
    """The area under values y along `dim`, by the trapezoidal rule: at the places x, or `dx` apart.

    >>> tg.trapezoid(tg.tensor([1., 5., 10.]), tg.tensor([0., 1., 3.]))
    tensor(18.)
    """
    areas, dim = _trapezoids(y, x, dx, dim, "trapezoid")
    return sum(areas, dim)


trapz = trapezoid


@numpy_words
def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """The areas that `trapezoid` adds up, as running sums.

    >>> tg.cumulative_trapezoid(tg.tensor([1., 5., 10.]))
    tensor([ 3.0000, 10.5000])
    """
    areas, dim = _trapezoids(y, x, dx, dim, "cumulative_trapezoid")
    return cumsum(areas, dim)


@numpy_words
def gradient(input, *, spacing=None, dim=None, edge_order=1):
    """The slopes of sampled values along each dimension (or those of `dim`), by differences of the
    neighbours.

    Parameters
    ----------
    spacing : how far apart the samples are: 1, a number, one for each dimension, or a list of vectors of
        places edge_order : 1 for the plain difference at both ends, 2 for one of three points

    Returns a tuple, one tensor for each dimension.

    >>> tg.gradient(tg.tensor([1., 2., 4., 7.]))
    (tensor([1.0000, 1.5000, 2.5000, 3.0000]),)
    """
    dims = all_dims(dim, input.ndim, "gradient") or tuple(range(input.ndim))
    spacing = [1.0] * len(dims) if spacing is None else spacing
    if not isinstance(spacing, (list, tuple)):
        spacing = [spacing] * len(dims)
    if len(spacing) != len(dims) or edge_order not in (1, 2):
        raise RuntimeError(f"gradient{here()}: expected one spacing for each of {len(dims)} dimensions and "
                           f"edge_order 1 or 2, got {len(spacing)} and {edge_order}")
    return tuple(_slopes(input, h, d, edge_order) for h, d in zip(spacing, dims))


def _slopes(y, spacing, dim, edge_order):
    """Along one dimension. Inside, for steps a before and b behind: (a²·y₊ + (b² − a²)·y − b²·y₋)/(ab(a +
    b)).
    """
    n = y.shape[dim]
    if n < edge_order + 1:
        raise RuntimeError(f"gradient{here()}: dimension {dim} of shape {tuple(y.shape)} needs "
                           f"{edge_order + 1} places or more")

    def part(start, length):
        return narrow(y, dim, start, length)

    if getattr(spacing, "ndim", 0) == 1:
        places = reshape(as_tensor(spacing, y), (-1,) + (1,) * (y.ndim - dim - 1))
        if places.shape[0] != n:
            raise ShapeError(f"gradient{here()}: {places.shape[0]} places for {n} values along dimension "
                             f"{dim}")
        steps = narrow(places, 0, 1, n - 1) - narrow(places, 0, 0, n - 1)                   # (n − 1, 1, …)
        first, last = narrow(steps, 0, 0, 1), narrow(steps, 0, n - 2, 1)
        a, b = narrow(steps, 0, 0, n - 2), narrow(steps, 0, builtins.min(1, n - 1), n - 2)
    else:
        first = last = a = b = spacing
    inner = None
    if n > 2:
        inner = a * a * part(2, n - 2) + (b * b - a * a) * part(1, n - 2) - b * b * part(0, n - 2)
        inner = inner / (a * b * (a + b))
    if edge_order == 1:
        left, right = (part(1, 1) - part(0, 1)) / first, (part(n - 1, 1) - part(n - 2, 1)) / last
    else:
        second, before = (first, last) if a is first else (narrow(steps, 0, 1, 1), narrow(steps, 0, n - 3, 1))
        left = _at_the_end(part(0, 1), part(1, 1), part(2, 1), first, second)
        right = -_at_the_end(part(n - 1, 1), part(n - 2, 1), part(n - 3, 1), last, before)
    return cat([left, right] if inner is None else [left, inner, right], dim)


def _at_the_end(y0, y1, y2, a, b):
    """The slope at the first of three points, a and b apart, of the parabola through them."""
    return -(2 * a + b) / (a * (a + b)) * y0 + (a + b) / (a * b) * y1 - a / (b * (a + b)) * y2
