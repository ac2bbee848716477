"""Activations that let large values through: ReLU and its kin, as layers.

What they compute, and their derivatives: ``ops/activation.py``. Sigmoid and others: ``squashing.py``.
"""
from ..create import empty
from . import functional as F, init
from .module import Module
from .parameter import Parameter

__all__ = ["ReLU", "ReLU6", "LeakyReLU", "PReLU", "RReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish",
           "Softplus"]


class Activation(Module):
    """An activation without settings but `inplace`."""

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


def settings(module, text):
    """The text for `extra_repr`, with a note if the layer works in place."""
    return text + (", inplace=True" if module.inplace else "")


class ReLU(Activation):
    """max(x, 0).

    >>> import tinygrad_bio as tg
    >>> tg.nn.ReLU()(tg.tensor([-1., 2.]))
    tensor([0., 2.])
    """

    def forward(self, input):
        return F.relu(input, self.inplace)


class ReLU6(Activation):
    """x held between 0 and 6.

    >>> import tinygrad_bio as tg
    >>> tg.nn.ReLU6()(tg.tensor([-1., 9.]))
    tensor([0., 6.])
    """

    def forward(self, input):
        return F.relu6(input, self.inplace)


class LeakyReLU(Module):
    """x where x > 0, else negative_slope·x.

    >>> import tinygrad_bio as tg
    >>> tg.nn.LeakyReLU(0.5)(tg.tensor([-1., 2.]))
    tensor([-0.5000,  2.0000])
    """

    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope, self.inplace = negative_slope, inplace

    def forward(self, input):
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self):
        return settings(self, f"negative_slope={self.negative_slope}")


class PReLU(Module):
    """x where x > 0, else w·x, with a learnt slope: one, or one per channel (dimension 1). He et al. 2015.

    >>> import tinygrad_bio as tg
    >>> tg.nn.PReLU()(tg.tensor([-1., 2.]))
    tensor([-0.2500,  2.0000], grad_fn=<prelu>)
    """

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self):
        """Set all slopes to their starting value."""
        init.constant_(self.weight, self.init)

    def forward(self, input):
        return F.prelu(input, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"


class RReLU(Module):
    """x where x > 0, else s·x; in training s is drawn between two bounds, in use it is their middle.

    >>> import tinygrad_bio as tg
    >>> tg.nn.RReLU(0.1, 0.3).eval()(tg.tensor([-1., 2.]))
    tensor([-0.2000,  2.0000])
    """

    def __init__(self, lower=1 / 8, upper=1 / 3, inplace=False):
        super().__init__()
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input):
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self):
        return settings(self, f"lower={self.lower}, upper={self.upper}")


class ELU(Module):
    """x where x > 0, else α(eˣ − 1). Clevert et al. 2015.

    >>> import tinygrad_bio as tg
    >>> tg.nn.ELU()(tg.tensor([-100., 2.]))
    tensor([-1.,  2.])
    """

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha, self.inplace = alpha, inplace

    def forward(self, input):
        return F.elu(input, self.alpha, self.inplace)

    def extra_repr(self):
        return settings(self, f"alpha={self.alpha}")


class SELU(Activation):
    """ELU scaled such that many layers keep mean 0 and variance 1. Klambauer et al. 2017.

    >>> import tinygrad_bio as tg
    >>> tg.nn.SELU()(tg.tensor([-100., 1.]))
    tensor([-1.7581,  1.0507])
    """

    def forward(self, input):
        return F.selu(input, self.inplace)


class CELU(Module):
    """x where x > 0, else α(e^(x/α) − 1): smooth at 0 for every α. Barron 2017.

    >>> import tinygrad_bio as tg
    >>> tg.nn.CELU(0.5)(tg.tensor([-100., 2.]))
    tensor([-0.5000,  2.0000])
    """

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha, self.inplace = alpha, inplace

    def forward(self, input):
        return F.celu(input, self.alpha, self.inplace)

    def extra_repr(self):
        return settings(self, f"alpha={self.alpha}")


class GELU(Module):
    """x·Φ(x), Φ the normal distribution; ``approximate="tanh"`` as in GPT-2. Hendrycks & Gimpel 2016.

    >>> import tinygrad_bio as tg
    >>> tg.nn.GELU()(tg.tensor([-1., 1.]))
    tensor([-0.1587,  0.8413])
    """

    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, input):
        return F.gelu(input, self.approximate)

    def extra_repr(self):
        return f"approximate={self.approximate!r}"


class SiLU(Activation):
    """x·sigmoid(x), also called swish.

    >>> import tinygrad_bio as tg
    >>> tg.nn.SiLU()(tg.tensor([1.]))
    tensor([0.7311])
    """

    def forward(self, input):
        return F.silu(input, self.inplace)


class Mish(Activation):
    """x·tanh(softplus(x)). Misra 2019.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Mish()(tg.tensor([1.]))
    tensor([0.8651])
    """

    def forward(self, input):
        return F.mish(input, self.inplace)


class Softplus(Module):
    """ln(1 + e^(βx))/β, a smooth relu, always positive; x itself where βx > threshold.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Softplus()(tg.tensor([0.]))
    tensor([0.6931])
    """

    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input):
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self):
        return f"beta={self.beta}, threshold={self.threshold}"
