"""Lengths, distances and angles of vectors."""
from ... import ops
from ...autograd import ShapeError, here
from ...backend import namespace
from ...functions import broadcast_tensors, norm
from ...functions.common import constant, one_dim

__all__ = ["normalize", "cosine_similarity", "pairwise_distance", "pdist"]


def normalize(input, p=2.0, dim=1, eps=1e-12):
    """The vectors along `dim` divided by their p-norm (or by eps, if that is larger): each gets length 1.

    >>> import tinygrad_bio as tg
    >>> normalize(tg.tensor([[3., 4.]]))
    tensor([[0.6000, 0.8000]])
    """
    return input / ops.clip(norm(input, p, dim, keepdim=True), min=eps)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between vectors along `dim`: 1 in the same direction, −1 in opposite ones.

    >>> import tinygrad_bio as tg
    >>> cosine_similarity(tg.tensor([[1., 0.], [1., 1.]]), tg.tensor([[2., 0.], [1., -1.]]))
    tensor([1., 0.])
    """
    if x1.shape != x2.shape:
        x1, x2 = broadcast_tensors(x1, x2)
    unit1 = x1 / ops.clip(norm(x1, 2, dim, keepdim=True), min=eps)
    unit2 = x2 / ops.clip(norm(x2, 2, dim, keepdim=True), min=eps)
    return ops.sum(unit1 * unit2, axis=one_dim(dim, x1.ndim, "cosine_similarity"))


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The p-norm of x1 − x2 + eps along the last dimension (eps keeps the slope at 0 finite).

    >>> import tinygrad_bio as tg
    >>> pairwise_distance(tg.tensor([[0., 0.]]), tg.tensor([[3., 4.]]))
    tensor([5.0000])
    """
    return norm(x1 - x2 + eps, p, -1, keepdim)


def pdist(input, p=2.0):
    """The p-norm of x_i − x_j for all pairs i < j of the rows of (N, E): N(N − 1)/2 distances.

    >>> import tinygrad_bio as tg
    >>> pdist(tg.tensor([[0., 0.], [3., 4.], [3., 0.]]))
    tensor([5., 3., 4.])
    """
    if input.ndim != 2:
        raise ShapeError(f"pdist{here()}: pdist only supports 2D tensors (N, E), got shape "
                         f"{tuple(input.shape)}")
    xp = namespace(input.array)
    first, second = xp.nonzero(xp.triu(xp.ones((len(input), len(input)), dtype=bool), 1))
    return norm(input[constant(first)] - input[constant(second)], p, -1)
