"""Operations that move elements without changing them. All are linear: none keeps its argument in memory."""
from ..autograd import op
from ..backend import diagonal_view, namespace


@op(linear=True)
def reshape(x, *, shape):
    """y = the same elements in another shape,   ∂x = g in x's shape

    >>> tg.ops.reshape(tg.arange(6), shape=(2, 3))
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    before = x.shape
    return x.reshape(shape), (lambda g: g.reshape(before),)


@op(linear=True)
def transpose(x, *, axes):
    """y = x with its axes in another order,   ∂x = g with the order undone

    >>> tg.ops.transpose(tg.ones(2, 3), axes=(1, 0)).shape
    (3, 2)
    """
    back = [0] * len(axes)
    for i, a in enumerate(axes):
        back[a] = i
    return x.transpose(axes), (lambda g: transpose(g, axes=tuple(back)),)


@op(linear=True)
def swapaxes(x, *, axis1, axis2):
    """y = x with two axes exchanged,   ∂x = g with them exchanged

    >>> swapaxes(tg.ones(2, 3), axis1=0, axis2=1).shape
    (3, 2)
    """
    return x.swapaxes(axis1, axis2), (lambda g: g.swapaxes(axis1, axis2),)


@op(linear=True)
def broadcast_to(x, *, shape):
    """y = x repeated to a larger shape,   ∂x = g summed (by the engine, as for every broadcast)

    >>> broadcast_to(tg.tensor([1, 2]), shape=(2, 2))
    tensor([[1, 2],
            [1, 2]])
    """
    return namespace(x).broadcast_to(x, shape), (lambda g: g,)


@op(linear=True)
def flip(x, *, axis):
    """y = x backwards along some axes,   ∂x = g backwards

    >>> flip(tg.arange(3), axis=0)
    tensor([2, 1, 0])
    """
    return namespace(x).flip(x, axis), (lambda g: flip(g, axis=axis),)


@op(linear=True)
def roll(x, *, shift, axis):
    """y = x moved on by `shift` places, what falls off coming in again,   ∂x = g moved back

    >>> roll(tg.arange(3), shift=1, axis=0)
    tensor([2, 0, 1])
    """
    back = tuple(-s for s in shift) if isinstance(shift, tuple) else -shift
    return namespace(x).roll(x, shift, axis), (lambda g: roll(g, shift=back, axis=axis),)


@op(linear=True)
def concatenate(*arrays, axis):
    """y = the arrays one after another,   ∂ = each one's piece of g

    >>> concatenate(tg.arange(2), tg.arange(3), axis=0)
    tensor([0, 1, 0, 1, 2])
    """
    pullbacks, start, before = [], 0, (slice(None),) * (axis % max(len(arrays[0].shape), 1))
    for a in arrays:
        stop = start + a.shape[axis]
        pullbacks.append(lambda g, piece=before + (slice(start, stop),): g[piece])
        start = stop
    return namespace(*arrays).concatenate(arrays, axis), tuple(pullbacks)


@op(linear=True)
def stack(*arrays, axis):
    """y = the arrays along a new axis,   ∂ = each one's slice of g

    >>> stack(tg.arange(2), tg.arange(2), axis=0)
    tensor([[0, 1],
            [0, 1]])
    """
    before = (slice(None),) * (axis % (len(arrays[0].shape) + 1))
    return namespace(*arrays).stack(arrays, axis), tuple(
        lambda g, place=before + (i,): g[place] for i in range(len(arrays)))


@op(linear=True)
def split(x, *, sizes, axis):
    """y = pieces of these sizes,   ∂x = their gradients one after another

    >>> tg.ops.split(tg.arange(5), sizes=(2, 3), axis=0)
    (tensor([0, 1]), tensor([2, 3, 4]))
    """
    pieces, start, before = [], 0, (slice(None),) * (axis % len(x.shape))
    for n in sizes:
        pieces.append(x[before + (slice(start, start + n),)])
        start += n
    return tuple(pieces), (lambda gs: concatenate(*gs, axis=axis),)


@op(linear=True)
def pad(x, *, width, value=0.0):
    """y = x within a border of `value`; width = ((before, after), …) for each axis,   ∂x = g without the border

    >>> pad(tg.ones(2), width=((1, 0),))
    tensor([0., 1., 1.])
    """
    inside = tuple(slice(before, before + n) for (before, _), n in zip(width, x.shape))
    return namespace(x).pad(x, width, constant_values=value), (lambda g: g[inside],)


@op(linear=True)
def tile(x, *, repeats):
    """y = x laid out repeatedly along each axis,   ∂x = g summed over the copies

    >>> tg.ops.tile(tg.tensor([1, 2]), repeats=(2,))
    tensor([1, 2, 1, 2])
    """
    before = x.shape
    shape = (1,) * (len(repeats) - len(before)) + tuple(before)
    cut = tuple(n for pair in zip(repeats, shape) for n in pair)            # (r₀, n₀, r₁, n₁, …)
    copies = tuple(range(0, len(cut), 2))
    return namespace(x).tile(x, repeats), (lambda g: g.reshape(cut).sum(axis=copies).reshape(before),)


@op(linear=True)
def tril(x, *, k=0):
    """y = x on and below diagonal k, 0 above,   ∂x = the same part of g

    >>> tg.ops.tril(tg.ones(2, 2))
    tensor([[1., 0.],
            [1., 1.]])
    """
    return namespace(x).tril(x, k), (lambda g: tril(g, k=k),)


@op(linear=True)
def triu(x, *, k=0):
    """y = x on and above diagonal k, 0 below,   ∂x = the same part of g

    >>> tg.ops.triu(tg.ones(2, 2))
    tensor([[1., 1.],
            [0., 1.]])
    """
    return namespace(x).triu(x, k), (lambda g: triu(g, k=k),)


@op(linear=True)
def diagonal(x, *, offset=0, axis1=0, axis2=1):
    """y = the diagonal of two axes, as a new last axis,   ∂x = g on that diagonal, 0 elsewhere

    >>> tg.ops.diagonal(tg.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    shape = x.shape
    return diagonal_view(x, offset, axis1, axis2), (
        lambda g: diagonal_scatter(g, shape=shape, offset=offset, axis1=axis1, axis2=axis2),)


@op(linear=True)
def diagonal_scatter(x, *, shape, offset=0, axis1=0, axis2=1):
    """y = zeros of this shape with x on a diagonal,   ∂x = the diagonal of g

    >>> tg.ops.diagonal_scatter(tg.tensor([1., 2.]), shape=(2, 2))
    tensor([[1., 0.],
            [0., 2.]])
    """
    xp = namespace(x)
    y = xp.zeros(shape, dtype=x.dtype)
    moved = xp.moveaxis(y, (axis1, axis2), (-2, -1))
    i = xp.arange(x.shape[-1])
    moved[..., i + max(-offset, 0), i + max(offset, 0)] = x
    return y, (lambda g: diagonal(g, offset=offset, axis1=axis1, axis2=axis2),)
