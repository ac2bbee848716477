"""Activations that bound their output, suppress what is small, or share 1 among a dimension: as layers.

What they compute, and their derivatives: ``ops/activation.py`` and ``ops/softmax.py``.
"""
from ..autograd import ShapeError, here
from . import functional as F
from .activation import Activation, settings
from .module import Module

__all__ = ["Sigmoid", "LogSigmoid", "Tanh", "Hardtanh", "Hardsigmoid", "Hardswish", "Softsign", "Tanhshrink",
           "Softshrink", "Hardshrink", "Threshold", "GLU", "Softmin", "Softmax", "Softmax2d", "LogSoftmax"]


# ------------------------------------------------------------------------------------------------ bounded

class Sigmoid(Module):
    """1/(1 + e⁻ˣ), between 0 and 1.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Sigmoid()(tg.tensor([0.]))
    tensor([0.5000])
    """

    def forward(self, input):
        return F.sigmoid(input)


class LogSigmoid(Module):
    """ln(sigmoid(x)), without overflow.

    >>> import tinygrad_bio as tg
    >>> tg.nn.LogSigmoid()(tg.tensor([0.]))
    tensor([-0.6931])
    """

    def forward(self, input):
        return F.logsigmoid(input)


class Tanh(Module):
    """tanh x, between −1 and 1.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Tanh()(tg.tensor([1.]))
    tensor([0.7616])
    """

    def forward(self, input):
        return F.tanh(input)


class Hardtanh(Module):
    """x held between two bounds.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Hardtanh()(tg.tensor([-3., 0.5]))
    tensor([-1.0000,  0.5000])
    """

    def __init__(self, min_val=-1.0, max_val=1.0, inplace=False):
        super().__init__()
        if min_val > max_val:
            raise ValueError(f"Hardtanh: min_val {min_val} is larger than max_val {max_val}")
        self.min_val, self.max_val, self.inplace = min_val, max_val, inplace

    def forward(self, input):
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self):
        return settings(self, f"min_val={self.min_val}, max_val={self.max_val}")


class Hardsigmoid(Activation):
    """x/6 + ½ held between 0 and 1.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Hardsigmoid()(tg.tensor([-3., 0.]))
    tensor([0.0000, 0.5000])
    """

    def forward(self, input):
        return F.hardsigmoid(input, self.inplace)


class Hardswish(Activation):
    """x·hardsigmoid(x). Howard et al. 2019.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Hardswish()(tg.tensor([1.]))
    tensor([0.6667])
    """

    def forward(self, input):
        return F.hardswish(input, self.inplace)


class Softsign(Module):
    """x/(1 + |x|).

    >>> import tinygrad_bio as tg
    >>> tg.nn.Softsign()(tg.tensor([3.]))
    tensor([0.7500])
    """

    def forward(self, input):
        return F.softsign(input)


# ---------------------------------------------------------------------------- nothing for what is small

class Tanhshrink(Module):
    """x − tanh x.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Tanhshrink()(tg.tensor([1.]))
    tensor([0.2384])
    """

    def forward(self, input):
        return F.tanhshrink(input)


class Softshrink(Module):
    """x moved by λ towards 0; 0 where |x| ≤ λ.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Softshrink()(tg.tensor([2.]))
    tensor([1.5000])
    """

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, input):
        return F.softshrink(input, self.lambd)

    def extra_repr(self):
        return str(self.lambd)


class Hardshrink(Module):
    """x where |x| > λ, else 0.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Hardshrink()(tg.tensor([0.5, 2.]))
    tensor([0., 2.])
    """

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, input):
        return F.hardshrink(input, self.lambd)

    def extra_repr(self):
        return str(self.lambd)


class Threshold(Module):
    """x where x > threshold, else `value`.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Threshold(1, 0)(tg.tensor([0.5, 2.]))
    tensor([0., 2.])
    """

    def __init__(self, threshold, value, inplace=False):
        super().__init__()
        self.threshold, self.value, self.inplace = threshold, value, inplace

    def forward(self, input):
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self):
        return settings(self, f"threshold={self.threshold}, value={self.value}")


# ---------------------------------------------------------------------------------------- along a dimension

class _Along(Module):
    """An activation along one dimension."""

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def extra_repr(self):
        return f"dim={self.dim}"


class GLU(_Along):
    """a·sigmoid(b), where a and b are the halves of the input along `dim`. Dauphin et al. 2016.

    >>> import tinygrad_bio as tg
    >>> tg.nn.GLU()(tg.tensor([4., 0.]))
    tensor([2.])
    """

    def __init__(self, dim=-1):
        super().__init__(dim)

    def forward(self, input):
        return F.glu(input, self.dim)


class Softmin(_Along):
    """softmax(−x) along `dim`.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Softmin(0)(tg.tensor([0., 0.]))
    tensor([0.5000, 0.5000])
    """

    def forward(self, input):
        return F.softmin(input, self.dim)


class Softmax(_Along):
    """eˣ/Σeˣ along `dim`: positive numbers that sum to 1.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Softmax(dim=0)(tg.tensor([0., 0.]))
    tensor([0.5000, 0.5000])
    """

    def forward(self, input):
        return F.softmax(input, self.dim)


class LogSoftmax(_Along):
    """ln(softmax(x)) along `dim`.

    >>> import tinygrad_bio as tg
    >>> tg.nn.LogSoftmax(dim=0)(tg.tensor([0., 0.]))
    tensor([-0.6931, -0.6931])
    """

    def forward(self, input):
        return F.log_softmax(input, self.dim)


class Softmax2d(Module):
    """Softmax over the channels of images (N, C, H, W) or (C, H, W).

    >>> import tinygrad_bio as tg
    >>> tg.nn.Softmax2d()(tg.zeros(1, 4, 2, 2)).sum(dim=1)[0, 0, 0]
    tensor(1.)
    """

    def forward(self, input):
        if input.ndim not in (3, 4):
            raise ShapeError(f"Softmax2d{here()}: expected (N, C, H, W) or (C, H, W), got shape "
                             f"{tuple(input.shape)}")
        return F.softmax(input, -3)
