"""Activation functions under PyTorch's names; their rules, with derivatives, are in ``ops/activation.py``.

Those that make probabilities along a dimension: ``softmax.py``.
"""
from ... import backend, ops
from ...autograd import ShapeError, here, new_tensor
from ...functions import sigmoid, tanh  # noqa: F401
from ...inplace import in_place

__all__ = ["relu", "relu_", "relu6", "leaky_relu", "prelu", "rrelu", "elu", "selu", "celu", "gelu", "silu",
           "mish", "softplus", "sigmoid", "logsigmoid", "tanh", "hardtanh", "hardsigmoid", "hardswish",
           "softsign", "tanhshrink", "softshrink", "hardshrink", "threshold", "celu_", "elu_", "hardtanh_",
           "leaky_relu_", "rrelu_", "selu_", "threshold_"]

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805         # fixed point: mean 0, variance 1


def _applied(function, input, inplace, **settings):
    return in_place(input, function, **settings) if inplace else function(input, **settings)


# ------------------------------------------------------------------------------------ like a rectifier

def relu(input, inplace=False):
    """max(x, 0).

    >>> import tinygrad_bio as tg
    >>> relu(tg.tensor([-1., 2.]))
    tensor([0., 2.])
    """
    return in_place(input, ops.relu) if inplace else ops.relu(input)


def relu_(input):
    """`relu` in place.

    >>> import tinygrad_bio as tg
    >>> x = tg.tensor([-1., 2.])
    >>> _ = relu_(x)
    >>> x
    tensor([0., 2.])
    """
    return in_place(input, ops.relu)


def relu6(input, inplace=False):
    """x held between 0 and 6.

    >>> import tinygrad_bio as tg
    >>> relu6(tg.tensor([-1., 2., 9.]))
    tensor([0., 2., 6.])
    """
    return _applied(ops.hardtanh, input, inplace, min_val=0.0, max_val=6.0)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """x where x > 0, else negative_slope·x: never quite flat.

    >>> import tinygrad_bio as tg
    >>> leaky_relu(tg.tensor([-1., 2.]), 0.5)
    tensor([-0.5000,  2.0000])
    """
    return _applied(ops.leaky_relu, input, inplace, negative_slope=negative_slope)


def prelu(input, weight):
    """`leaky_relu` with a slope that is learnt: one, or one for each channel (dimension 1 of the input).

    >>> import tinygrad_bio as tg
    >>> prelu(tg.tensor([[-1., -1.]]), tg.tensor([0.5, 0.25]))
    tensor([[-0.5000, -0.2500]])
    """
    if weight.numel() != 1:
        channels = input.shape[1] if input.ndim > 1 else 1
        if weight.ndim != 1 or weight.numel() != channels:
            raise ShapeError(f"prelu{here()}: weight has shape {tuple(weight.shape)}, but an input of shape "
                             f"{tuple(input.shape)} has {channels} channels (dimension 1): give one slope, "
                             f"or one for each channel")
        weight = weight.reshape((-1,) + (1,) * (input.ndim - 2))        # (C, 1, …) beside (N, C, …)
    elif input.ndim == 0:
        weight = weight.reshape(())
    return ops.prelu(input, weight)


def rrelu(input, lower=1 / 8, upper=1 / 3, training=False, inplace=False):
    """`leaky_relu` whose slope is drawn for each element in training, and is the middle of the bounds in use.

    >>> import tinygrad_bio as tg
    >>> rrelu(tg.tensor([-1., 2.]), 0.1, 0.3)
    tensor([-0.2000,  2.0000])
    """
    if not training:
        return leaky_relu(input, (lower + upper) / 2, inplace)
    drawn = backend.default_generator.numpy.uniform(lower, upper, tuple(input.shape)).astype(input.dtype)
    slopes = new_tensor(backend.to_device(drawn, input.device), None)
    return in_place(input, ops.prelu, slopes) if inplace else ops.prelu(input, slopes)


def elu(input, alpha=1.0, inplace=False):
    """x where x > 0, else α(eˣ − 1). Clevert et al. 2015.

    >>> import tinygrad_bio as tg
    >>> elu(tg.tensor([-100., 2.]))
    tensor([-1.,  2.])
    """
    return _applied(ops.elu, input, inplace, alpha=alpha)


def selu(input, inplace=False):
    """`elu` scaled such that many layers keep mean 0 and variance 1. Klambauer et al. 2017.

    >>> import tinygrad_bio as tg
    >>> selu(tg.tensor([-100., 1.]))
    tensor([-1.7581,  1.0507])
    """
    return _applied(ops.elu, input, inplace, alpha=SELU_ALPHA, scale=SELU_SCALE)


def celu(input, alpha=1.0, inplace=False):
    """x where x > 0, else α(e^(x/α) − 1): smooth at 0 for every α. Barron 2017.

    >>> import tinygrad_bio as tg
    >>> celu(tg.tensor([-100., 2.]), 0.5)
    tensor([-0.5000,  2.0000])
    """
    return _applied(ops.elu, input, inplace, alpha=alpha, input_scale=1 / alpha)


def gelu(input, approximate="none"):
    """x·Φ(x), Φ the normal distribution; ``approximate="tanh"`` as in GPT-2. Hendrycks & Gimpel 2016.

    >>> import tinygrad_bio as tg
    >>> gelu(tg.tensor([-1., 1.])), gelu(tg.tensor([1.]), approximate="tanh")
    (tensor([-0.1587,  0.8413]), tensor([0.8412]))
    """
    if approximate not in ("none", "tanh"):
        raise RuntimeError(f"gelu: approximate must be 'none' or 'tanh', not {approximate!r}")
    return ops.gelu(input) if approximate == "none" else ops.gelu_tanh(input)


def silu(input, inplace=False):
    """x·sigmoid(x), also called swish.

    >>> import tinygrad_bio as tg
    >>> silu(tg.tensor([-1., 1.]))
    tensor([-0.2689,  0.7311])
    """
    return _applied(ops.silu, input, inplace)


def mish(input, inplace=False):
    """x·tanh(softplus(x)). Misra 2019.

    >>> import tinygrad_bio as tg
    >>> mish(tg.tensor([1.]))
    tensor([0.8651])
    """
    return _applied(ops.mish, input, inplace)


def softplus(input, beta=1.0, threshold=20.0):
    """ln(1 + e^(βx))/β, a smooth relu, always positive; x itself where βx > threshold.

    >>> import tinygrad_bio as tg
    >>> softplus(tg.tensor([0., 30.]))
    tensor([ 0.6931, 30.0000])
    """
    return ops.softplus(input, beta=beta, threshold=threshold)


# -------------------------------------------------------------------------------------------- bounded

def logsigmoid(input):
    """ln(sigmoid(x)) without overflow.

    >>> import tinygrad_bio as tg
    >>> logsigmoid(tg.tensor([-500., 0.]))
    tensor([-500.0000,   -0.6931])
    """
    return ops.logsigmoid(input)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """x held between two bounds; gradient 0 at the bounds (`clamp` has 1).

    >>> import tinygrad_bio as tg
    >>> hardtanh(tg.tensor([-3., 0.5]))
    tensor([-1.0000,  0.5000])
    """
    if min_val > max_val:
        raise ValueError(f"hardtanh: min_val {min_val} is larger than max_val {max_val}")
    return _applied(ops.hardtanh, input, inplace, min_val=min_val, max_val=max_val)


def hardsigmoid(input, inplace=False):
    """x/6 + ½ held between 0 and 1.

    >>> import tinygrad_bio as tg
    >>> hardsigmoid(tg.tensor([-3., 0., 3.]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    return _applied(ops.hardsigmoid, input, inplace)


def hardswish(input, inplace=False):
    """x·hardsigmoid(x).

    >>> import tinygrad_bio as tg
    >>> hardswish(tg.tensor([-3., 1., 3.]))
    tensor([-0.0000,  0.6667,  3.0000])
    """
    return _applied(ops.hardswish, input, inplace)


def softsign(input):
    """x/(1 + |x|).

    >>> import tinygrad_bio as tg
    >>> softsign(tg.tensor([-1., 3.]))
    tensor([-0.5000,  0.7500])
    """
    return ops.softsign(input)


# ------------------------------------------------------------------------- nothing for what is small

def tanhshrink(input):
    """x − tanh(x).

    >>> import tinygrad_bio as tg
    >>> tanhshrink(tg.tensor([1.]))
    tensor([0.2384])
    """
    return ops.tanhshrink(input)


def softshrink(input, lambd=0.5):
    """x moved by λ towards 0; 0 where |x| ≤ λ.

    >>> import tinygrad_bio as tg
    >>> softshrink(tg.tensor([-0.5, 2.]))
    tensor([-0.0000,  1.5000])
    """
    if lambd < 0:
        raise RuntimeError(f"softshrink: lambd must not be negative, but is {lambd}")
    return ops.softshrink(input, lambd=lambd)


def hardshrink(input, lambd=0.5):
    """x where |x| > λ, else 0.

    >>> import tinygrad_bio as tg
    >>> hardshrink(tg.tensor([0.5, 2.]))
    tensor([0., 2.])
    """
    return ops.hardshrink(input, lambd=lambd)


def threshold(input, threshold, value, inplace=False):
    """x where x > threshold, else `value`.

    >>> import tinygrad_bio as tg
    >>> threshold(tg.tensor([0.5, 2.]), 1, 0)
    tensor([0., 2.])
    """
    return _applied(ops.threshold, input, inplace, threshold=threshold, value=value)


# ------------------------------------------------------------------------------------------- in place

def celu_(input, alpha=1.0):
    """`celu` in place.

    >>> import tinygrad_bio as tg
    >>> celu_(tg.tensor([-100., 2.]))
    tensor([-1.,  2.])
    """
    return celu(input, alpha, True)


def elu_(input, alpha=1.0):
    """`elu` in place.

    >>> import tinygrad_bio as tg
    >>> elu_(tg.tensor([-100., 2.]))
    tensor([-1.,  2.])
    """
    return elu(input, alpha, True)


def hardtanh_(input, min_val=-1.0, max_val=1.0):
    """`hardtanh` in place.

    >>> import tinygrad_bio as tg
    >>> hardtanh_(tg.tensor([-100., 0.5]))
    tensor([-1.0000,  0.5000])
    """
    return hardtanh(input, min_val, max_val, True)


def leaky_relu_(input, negative_slope=0.01):
    """`leaky_relu` in place.

    >>> import tinygrad_bio as tg
    >>> leaky_relu_(tg.tensor([-1., 2.]), 0.5)
    tensor([-0.5000,  2.0000])
    """
    return leaky_relu(input, negative_slope, True)


def rrelu_(input, lower=1 / 8, upper=1 / 3, training=False):
    """`rrelu` in place.

    >>> import tinygrad_bio as tg
    >>> rrelu_(tg.tensor([-1., 2.]), 0.1, 0.3)
    tensor([-0.2000,  2.0000])
    """
    return rrelu(input, lower, upper, training, True)


def selu_(input):
    """`selu` in place.

    >>> import tinygrad_bio as tg
    >>> selu_(tg.tensor([-100., 1.]))
    tensor([-1.7581,  1.0507])
    """
    return selu(input, True)


def threshold_(input, threshold, value):
    """`threshold` in place.

    >>> import tinygrad_bio as tg
    >>> threshold_(tg.tensor([0.5, 2.]), 1, 0)
    tensor([0., 2.])
    """
    return _applied(ops.threshold, input, True, threshold=threshold, value=value)
