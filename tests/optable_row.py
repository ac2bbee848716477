"""What a row of the op table is, and references that NumPy has no single function for."""
import itertools
import zlib

import numpy as np

from tinygrad_bio.ops import decompose
from tinygrad_bio.testing.strategies import random_array


class Row:
    """One operation, and how to test it.

    op : the operation
    reference : its value by NumPy or SciPy, called with the same arrays and settings
    shapes : the cases: each a tuple of shapes, one for each argument, or one shape if there is one argument.
        Left out for elementwise operations: these take any shapes that broadcast together.
    low, high : the range of the numbers; a list gives each argument its own
    before : a function of the arguments that makes valid ones of them, such as a symmetric matrix
    any_shape : (dimensions, size): all settings make sense for any shape of the one argument from there on
    gradient : where it is on purpose not the derivative: the right one, a function of g, arrays, settings
    leave_out : names of properties (see testing.properties) that do not hold, each with the reason
    settings : keywords, each with the list of values to try; all are combined
    """

    def __init__(self, op, reference, shapes=None, low=-2.0, high=2.0, any_shape=None, gradient=None,
                 before=None, leave_out=None, **settings):
        self.op, self.reference, self.low, self.high = op, reference, low, high
        self.elementwise, self.any_shape, self.gradient = shapes is None, any_shape, gradient
        self.leave_out, self.before = dict(leave_out or {}), before
        if gradient is not None:
            self.leave_out.update(first_derivative="see gradient=", second_derivative="see gradient=")
        self.settings = [dict(zip(settings, values)) for values in itertools.product(*settings.values())]
        n = len(op.names)
        self.shapes = _COMMON[n] if shapes is None else [
            (shape,) if all(isinstance(k, int) for k in shape) and n == 1 and not op.variadic else shape
            for shape in shapes]

    def __repr__(self):
        return self.op.__name__

    def call(self, *arguments, **settings):
        """The op applied to valid arguments."""
        return self.op(*(arguments if self.before is None else self.before(*arguments)), **settings)

    @property
    def function(self):
        """What is tested: the op itself, wherever possible."""
        return self.op if self.before is None else self.call

    def value(self, *arrays, **settings):
        """What the reference says."""
        return self.reference(*(arrays if self.before is None else self.before(*arrays)), **settings)

    @property
    def arguments(self):
        return len(self.shapes[0])

    def cases(self):
        """(arrays, settings) for all combinations of shapes and settings. The same numbers in every run."""
        seed = zlib.crc32(self.op.__name__.encode())
        for shapes, settings in itertools.product(self.shapes, self.settings):
            yield [random_array(seed + k, shape, of(self.low, k), of(self.high, k))
                   for k, shape in enumerate(shapes)], settings


def of(bound, k):
    return bound[k] if isinstance(bound, list) else bound


_COMMON = {
    1: [((),), ((3,),), ((2, 3),), ((1, 1),), ((0, 3),)],
    2: [((), ()), ((3,), (3,)), ((2, 1), (3,)), ((), (2, 2)), ((1, 1), (2,)), ((0, 3), (1,)),
        ((2, 3), (2, 3))],
    3: [((), (), ()), ((2, 3), (3,), (2, 1)), ((3,), (), (1,)), ((0, 2), (2,), ())],
}


# ------------------------------------------------------------------------------------------- references

def put(x, index, shape):
    """Zeros with x added at the index."""
    y = np.zeros(shape)
    np.add.at(y, index, x)
    return y


def written(x, v, index):
    y = x.copy()
    y[index] = v
    return y


def along(index, axis):
    """The full index of take_along_axis."""
    places = list(np.indices(index.shape))
    places[axis] = index
    return tuple(places)


def put_along(x, index, axis, shape):
    return put(x, along(index, axis), shape)


def gathered(x, index, axis):
    return x[along(index, axis)]


def share(x, axis):
    return np.exp(x) / np.exp(x).sum(axis, keepdims=True)


def p_norm(x, ord, axis, keepdims):
    size = np.abs(x)
    if ord in (np.inf, -np.inf):
        return (size.max if ord > 0 else size.min)(axis=axis, keepdims=keepdims)
    if ord == 0:
        return (x != 0).sum(axis=axis, keepdims=keepdims) * 1.0
    return (size ** ord).sum(axis=axis, keepdims=keepdims) ** (1 / ord)


def variance(x, axis=None, correction=1, keepdims=False):
    return np.var(x, axis=axis, ddof=correction, keepdims=keepdims)


def deviation(x, axis=None, correction=1, keepdims=False):
    return np.std(x, axis=axis, ddof=correction, keepdims=keepdims)


def einsum(*operands, subscripts):
    return np.einsum(subscripts, *operands)


# ------------------------------------------------------------------------- what makes arguments valid

def regular(x, *others):
    """x + 3, a matrix that has an inverse."""
    return x + 3 * decompose._eye(x), *others


def symmetric(x):
    return (x + x.swapaxes(-1, -2),)


def positive(x):
    """x xᵀ + 1, which has only positive eigenvalues."""
    return (x @ x.swapaxes(-1, -2) + decompose._eye(x),)


# ------------------------------------------------------------------------------- references for networks

def largest_of_each(x, index, size):
    return np.stack([x[index == k].max(axis=0) if (index == k).any() else 0 * x[0] for k in range(size)])


def extreme(x, src, index, axis, largest):
    y = x.copy()
    (np.maximum if largest else np.minimum).at(y, along(index, axis), src)
    return y


def product(values, x, pattern):
    dense = np.zeros(pattern.shape)
    np.add.at(dense, (pattern.rows, pattern.columns), values)
    return dense @ x


def correlate(x, w, bias=None, *, stride, padding, dilation, groups):
    """Convolution as it is defined: for every window and every element of the kernel a product."""
    lengths = [(n + sum(p) - d * (k - 1) - 1) // s + 1
               for n, k, s, p, d in zip(x.shape[2:], w.shape[2:], stride, padding, dilation)]
    y = np.zeros((len(x), len(w), *lengths))
    y += 0 if bias is None else bias.reshape(-1, *(1 for _ in lengths))
    for at, tap, seen in meetings(x.shape[2:], lengths, w.shape[2:], stride, padding, dilation):
        for o, c in channels(w, groups):
            y[(slice(None), o, *at)] += x[(slice(None), c, *seen)] @ w[(o, slice(None), *tap)]
    return y


def correlate_input(g, w, *, stride, padding, dilation, groups):
    """The sum in which `correlate` is linear, without x: what each element of x is multiplied by."""
    lengths = [s * (m - 1) + d * (k - 1) + 1 - sum(p)
               for m, k, s, p, d in zip(g.shape[2:], w.shape[2:], stride, padding, dilation)]
    x = np.zeros((len(g), w.shape[1] * groups, *lengths))
    for at, tap, seen in meetings(lengths, g.shape[2:], w.shape[2:], stride, padding, dilation):
        for o, c in channels(w, groups):
            x[(slice(None), c, *seen)] += g[(slice(None), o, *at)][:, None] * w[(o, slice(None), *tap)]
    return x


def correlate_weight(g, x, *, stride, padding, dilation, groups):
    """The same without w."""
    kernel = [(n + sum(p) - s * (m - 1) - 1) // d + 1
              for n, m, s, p, d in zip(x.shape[2:], g.shape[2:], stride, padding, dilation)]
    w = np.zeros((g.shape[1], x.shape[1] // groups, *kernel))
    for at, tap, seen in meetings(x.shape[2:], g.shape[2:], kernel, stride, padding, dilation):
        for o, c in channels(w, groups):
            w[(o, slice(None), *tap)] += g[(slice(None), o, *at)] @ x[(slice(None), c, *seen)]
    return w


def channels(w, groups):
    """Each output channel, and the input channels that it sees."""
    per_group = len(w) // groups
    for o in range(len(w)):
        first = o // per_group * w.shape[1]
        yield o, slice(first, first + w.shape[1])


def meetings(lengths, places, kernel, stride, padding, dilation):
    """(place, tap, what the tap sees there) for all that see the input and not the padding."""
    for at, tap in itertools.product(np.ndindex(*places), np.ndindex(*kernel)):
        seen = tuple(s * m + d * k - p[0] for m, k, s, p, d in zip(at, tap, stride, padding, dilation))
        if all(0 <= n < length for n, length in zip(seen, lengths)):
            yield at, tap, seen


def columns(x, kernel, stride, padding, dilation, fill=0.0):
    """What each window of x (N, C, *L) sees: (N, C, taps, *M)."""
    lengths = [(n + sum(p) - d * (k - 1) - 1) // s + 1
               for n, k, s, p, d in zip(x.shape[2:], kernel, stride, padding, dilation)]
    y = np.full((*x.shape[:2], *kernel, *lengths), fill)
    for at, tap, seen in meetings(x.shape[2:], lengths, kernel, stride, padding, dilation):
        y[(..., *tap, *at)] = x[(..., *seen)]
    return y.reshape(*x.shape[:2], -1, *lengths)


def put_back(y, lengths, kernel, stride, padding, dilation):
    """The transpose of `columns`: what windows see, (N, C, taps, *M), added up where they see it."""
    x, m = np.zeros((*y.shape[:2], *lengths)), y.shape[3:]
    y = y.reshape(*y.shape[:2], *kernel, *m)
    for at, tap, seen in meetings(lengths, m, kernel, stride, padding, dilation):
        x[(..., *seen)] += y[(..., *tap, *at)]
    return x


def in_tap(g, winner, kernel):
    """g (N, C, *M) in the tap that `winner` names, 0 in the others: (N, C, taps, *M)."""
    taps = np.arange(np.prod(kernel)).reshape(-1, *(1 for _ in g.shape[2:]))
    return np.where(winner[:, :, None] == taps, g[:, :, None], 0)


def attention(q, k, v, bias=0.0, *, mask, scale, dropout):
    """softmax(q kᵀ·scale + bias) v, keys that `mask` hides having no weight."""
    scores = q @ k.swapaxes(-1, -2) * scale + bias
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask
    return share(scores, -1) * (1 if dropout is None else dropout) @ v
