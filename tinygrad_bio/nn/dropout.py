"""Dropout: a network that may rely on no single unit. What each does: ``functional/dropout.py``."""
from . import functional as F
from .module import Module

__all__ = ["Dropout", "Dropout1d", "Dropout2d", "AlphaDropout", "FeatureAlphaDropout"]


class _Dropout(Module):
    """What the dropouts share: the probability."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"{type(self).__name__}: p is a probability and must be between 0 and 1, but "
                             f"is {p}")
        self.p, self.inplace = p, inplace

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """In training, each element becomes 0 with probability p and else grows by 1/(1 − p); in use, nothing
    happens.

    The mask is drawn from the seeded generator (`tg.manual_seed`). Srivastava et al. 2014.

    Parameters
    ----------
    p : the probability of 0
    inplace : change the input itself

    >>> import tinygrad_bio as tg
    >>> tg.nn.Dropout(0.5).eval()(tg.ones(3))
    tensor([1., 1., 1.])
    """

    def forward(self, input):
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_Dropout):
    """`Dropout` of whole channels of sequences (N, C, L) or (C, L). Tompson et al. 2015.

    Behind a convolution: neighbouring places of a channel are so alike that a single one is not missed.

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.nn.Dropout1d(0.5)(tg.ones(1, 4, 100)).mean(dim=2)
    tensor([[2., 2., 2., 0.]])
    """

    def forward(self, input):
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_Dropout):
    """`Dropout` of whole channels of images (N, C, H, W).

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.nn.Dropout2d(0.5)(tg.ones(1, 4, 8, 8)).mean(dim=(2, 3))
    tensor([[2., 2., 2., 0.]])
    """

    def forward(self, input):
        return F.dropout2d(input, self.p, self.training, self.inplace)


class AlphaDropout(_Dropout):
    """`Dropout` for behind a `SELU`: it keeps mean 0 and variance 1. Klambauer et al. 2017.

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(0)
    >>> y = tg.nn.AlphaDropout(0.2)(tg.randn(10000))
    >>> abs(y.mean().item()) < 0.05, abs(y.std().item() - 1) < 0.05
    (True, True)
    """

    def forward(self, input):
        return F.alpha_dropout(input, self.p, self.training, self.inplace)


class FeatureAlphaDropout(_Dropout):
    """`AlphaDropout` of whole channels of (N, C, …).

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.nn.FeatureAlphaDropout(0.5)(tg.zeros(1, 4, 2))
    tensor([[[ 0.7792,  0.7792],
             [ 0.7792,  0.7792],
             [ 0.7792,  0.7792],
             [-0.7792, -0.7792]]])
    """

    def forward(self, input):
        return F.feature_alpha_dropout(input, self.p, self.training, self.inplace)
