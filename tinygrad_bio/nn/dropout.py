"""Dropout: a network that may rely on no single unit."""
from . import functional as F
from .module import Module

__all__ = ["Dropout"]


class Dropout(Module):
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

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"{type(self).__name__}: p is a probability and must be between 0 and 1, but "
                             f"is {p}")
        self.p, self.inplace = p, inplace

    def forward(self, input):
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"
