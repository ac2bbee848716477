"""Operations that pick elements by their place, and their opposites that put elements into places.

Picking and putting are transposes of one another: ``getitem`` picks, ``putitem`` adds into zeros. An index
that occurs twice picks an element twice, so its gradient must be *added* twice: that is why putting adds.
Places are settings (keywords), never differentiated.
"""
import numpy as np

from ..autograd import op
from ..backend import add_at, add_rows, check_index, is_array, keep, namespace


def is_basic(index):
    """Whether an index holds only numbers, slices, None and …: then no place can occur twice.

    >>> is_basic((slice(None), 0)), is_basic(([0, 0],))
    (True, False)
    """
    parts = index if isinstance(index, tuple) else (index,)
    return all(p is None or p is Ellipsis or isinstance(p, (int, slice, np.integer)) for p in parts)


def checked(index, shape):
    """Raise IndexError if an index array reaches out of the array (CuPy would wrap it around silently).

    >>> checked(np.array([0, -1]), (3,))
    array([ 0, -1])
    """
    axis, parts = 0, index if isinstance(index, tuple) else (index,)
    used = sum(p.ndim if is_array(p) and p.dtype == bool else p is not None and p is not Ellipsis for p in parts)
    for p in parts:
        if p is Ellipsis:
            axis += len(shape) - used
        elif is_array(p) and p.dtype == bool:
            axis += p.ndim
        elif p is not None:
            if is_array(p) and axis < len(shape):
                check_index(p, shape[axis], f"index (dimension {axis})")
            axis += 1
    return index


def add_into(y, index, values):
    """`add_at` for an array y of our own, through one index into all of its elements in a row.

    For that NumPy has a loop that is five times as fast as the one for several indices.

    >>> y = np.zeros((2, 2))
    >>> add_into(y, (slice(None), np.array([0, 0])), np.array([[1., 2.], [3., 4.]])); y
    array([[3., 0.],
           [7., 0.]])
    """
    xp = namespace(y)
    places = xp.arange(y.size).reshape(y.shape)[index]
    add_at(y.reshape(-1), places.reshape(-1), xp.broadcast_to(values, places.shape).reshape(-1))


@op(linear=True)
def getitem(x, *, index):
    """y = x[index],   ∂x = zeros with g added at the index

    >>> tg.ops.getitem(tg.tensor([5., 6., 7.]), index=slice(1, None))
    tensor([6., 7.])
    """
    if not is_basic(index):
        checked(index, x.shape)
    shape, y = x.shape, x[index]
    if isinstance(y, np.generic):               # NumPy's way to give one number; with … it is a view of its place
        y = x[(*index, Ellipsis) if isinstance(index, tuple) else (index, Ellipsis)]
    return y, (lambda g: putitem(g, index=index, shape=shape),)


@op(linear=True)
def putitem(x, *, index, shape):
    """y = zeros of this shape with x added at the index,   ∂x = g[index]

    >>> tg.ops.putitem(tg.tensor([5., 6.]), index=np.array([2, 2]), shape=(3,))
    tensor([ 0.,  0., 11.])
    """
    xp = namespace(x)
    rows = index[0] if isinstance(index, tuple) and len(index) == 1 else index
    if is_array(rows) and rows.dtype.kind in "iu" and rows.ndim >= 1 and rows.size and 0 not in shape:
        y = add_rows(shape[0], rows.reshape(-1), x.reshape((rows.size,) + tuple(shape[1:])))
    else:
        y = xp.zeros(shape, dtype=x.dtype)
        if is_basic(index):
            y[index] = x
        else:
            add_into(y, index, x)
    return y, (lambda g: getitem(g, index=index),)


@op(linear=True)
def setitem(x, v, *, index):
    """y = x with v at the index,   ∂x = g with 0 there,   ∂v = g[index]

    >>> tg.ops.setitem(tg.zeros(3), tg.tensor(7.), index=1)
    tensor([0., 7., 0.])
    """
    if not is_basic(index):
        checked(index, x.shape)
    y = x.copy()
    y[index] = v
    before = v.shape

    def to_v(g):
        d = g[index]                                        # v may have axes of size 1 in front: x[0] = v with v (1, 3)
        return d.reshape((1,) * (len(before) - len(d.shape)) + tuple(d.shape))

    return y, (lambda g: fillitem(g, index=index, value=0), to_v)


@op(linear=True)
def fillitem(x, *, index, value):
    """y = x with one number at the index,   ∂x = g with 0 there

    >>> tg.ops.fillitem(tg.zeros(3), index=1, value=7.)
    tensor([0., 7., 0.])
    """
    if not is_basic(index):
        checked(index, x.shape)
    y = x.copy()
    y[index] = value
    return y, (lambda g: fillitem(g, index=index, value=0),)


@op(linear=True)
def take_along_axis(x, *, index, axis):
    """y[…i…] = x[…index[…i…]…],   ∂x = zeros with g added at the index

    >>> take_along_axis(tg.tensor([5., 6., 7.]), index=np.array([2, 0]), axis=0)
    tensor([7., 5.])
    """
    check_index(index, x.shape[axis])
    shape = x.shape
    return namespace(x).take_along_axis(x, index, axis), (
        lambda g: put_along_axis(g, index=index, axis=axis, shape=shape),)


@op(linear=True)
def put_along_axis(x, *, index, axis, shape):
    """y = zeros of this shape with x added at the places ``…index…`` of one axis,   ∂x = g at those places

    >>> tg.ops.put_along_axis(tg.tensor([5., 6.]), index=np.array([2, 2]), axis=0, shape=(3,))
    tensor([ 0.,  0., 11.])
    """
    y = namespace(x).zeros(shape, dtype=x.dtype)
    add_into(y, along(index, axis), x)
    return y, (lambda g: gather(g, index=index, axis=axis),)


def along(index, axis):
    """The full index of take_along_axis: `index` on one axis, each element's own place on all others."""
    places = list(namespace(index).ogrid[tuple(slice(n) for n in index.shape)])
    places[axis] = index
    return tuple(places)


@op(linear=True)
def gather(x, *, index, axis):
    """y = x at the places ``…index…`` of one axis; `index` may be smaller than x,   ∂x = zeros with g added there

    >>> tg.ops.gather(tg.tensor([5., 6., 7.]), index=np.array([2, 0]), axis=0)
    tensor([7., 5.])
    """
    check_index(index, x.shape[axis], f"gather: index along dimension {axis}")
    shape = x.shape
    return x[along(index, axis)], (lambda g: put_along_axis(g, index=index, axis=axis, shape=shape),)


@op(linear=True)
def scatter_add(x, src, *, index, axis):
    """y = x with src added at the places ``…index…`` of one axis,   ∂x = g,   ∂src = g at those places

    >>> tg.ops.scatter_add(tg.zeros(3), tg.tensor([5., 6.]), index=np.array([2, 2]), axis=0)
    tensor([ 0.,  0., 11.])
    """
    check_index(index, x.shape[axis], f"scatter_add: index along dimension {axis}")
    y = x.copy(order="C")
    add_into(y, along(index, axis), src[tuple(slice(n) for n in index.shape)])
    return y, (lambda g: g, lambda g: _in_corner(gather(g, index=index, axis=axis), src.shape))


@op(linear=True)
def scatter(x, src, *, index, axis):
    """y = x with src written at the places ``…index…`` of one axis,   ∂x = g with 0 there,   ∂src = g there

    >>> tg.ops.scatter(tg.zeros(3), tg.tensor([5., 6.]), index=np.array([2, 0]), axis=0)
    tensor([6., 0., 5.])
    """
    check_index(index, x.shape[axis], f"scatter: index along dimension {axis}")
    places, shape = along(index, axis), src.shape
    y = x.copy()
    y[places] = src[tuple(slice(n) for n in index.shape)]
    return y, (lambda g: fillitem(g, index=places, value=0),
               lambda g: _in_corner(gather(g, index=index, axis=axis), shape))


@op
def scatter_extreme(x, src, *, index, axis, largest):
    """y = the largest (smallest) of x and of all of src that ``…index…`` sends there,   ∂ = g in equal parts to those equal to y

    >>> tg.ops.scatter_extreme(tg.zeros(3), tg.tensor([5., 6.]), index=np.array([2, 2]), axis=0, largest=True)
    tensor([0., 0., 6.])
    """
    check_index(index, x.shape[axis], f"scatter_reduce: index along dimension {axis}")
    home, places = namespace(index), along(index, axis)
    y = (x.array if hasattr(x, "array") else x).copy()
    (home.maximum if largest else home.minimum).at(y, places, src.array if hasattr(src, "array") else src)
    won, sent = x == y, src == y[places]                                        # who is equal to the extreme
    ties = home.asarray(won.array if hasattr(won, "array") else won).astype(y.dtype)
    add_at(ties, places, sent.array if hasattr(sent, "array") else sent)
    share = 1 / home.maximum(ties, 1)

    def to_x(g):
        return keep(g * share, won)

    def to_src(g):
        return keep(gather(g * share, index=index, axis=axis), sent)

    return y, (to_x, to_src)


def _in_corner(g, shape):
    """g in the first corner of zeros of this shape: PyTorch uses only that corner of `src`."""
    if g.shape == shape:
        return g
    xp = namespace(g)
    return xp.pad(g, tuple((0, n - k) for n, k in zip(shape, g.shape)))


@op(linear=True)
def embedding(weight, *, index, padding_idx=None):
    """y = the rows of `weight` at the index,   ∂weight = zeros with g added to those rows, none to padding_idx

    >>> tg.ops.embedding(tg.tensor([[1., 2.], [3., 4.]]), index=np.array([1, 1]))
    tensor([[3., 4.],
            [3., 4.]])
    """
    shape = weight.shape
    if index.size and (int(index.min()) < 0 or int(index.max()) >= shape[0]):
        bad = int(index.max()) if int(index.max()) >= shape[0] else int(index.min())
        raise IndexError(f"index {bad} is out of range: expected 0 … {shape[0] - 1} for a table of {shape[0]} rows")

    def pullback(g):
        dw = putitem(g, index=index, shape=shape)
        return dw if padding_idx is None else fillitem(dw, index=padding_idx, value=0)

    return weight[index], (pullback,)
