"""Distances as layers."""
from . import functional as F
from .module import Module

__all__ = ["CosineSimilarity", "PairwiseDistance"]


class CosineSimilarity(Module):
    """The cosine of the angle between vectors along `dim`.

    >>> import tinygrad_bio as tg
    >>> tg.nn.CosineSimilarity()(tg.tensor([[1., 1.]]), tg.tensor([[2., 2.]]))
    tensor([1.0000])
    """

    def __init__(self, dim=1, eps=1e-8):
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1, x2):
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """The p-norm of x1 − x2 + eps along the last dimension.

    >>> import tinygrad_bio as tg
    >>> tg.nn.PairwiseDistance(p=1)(tg.tensor([[1., 1.]]), tg.tensor([[2., 3.]]))
    tensor([3.0000])
    """

    def __init__(self, p=2.0, eps=1e-6, keepdim=False):
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1, x2):
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
