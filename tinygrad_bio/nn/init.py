"""Starting values for weights. All write in place, return the tensor, and draw from the seeded generator.

A layer sums fan_in products. If weights have the variance 1/fan_in, the sum has the variance of its inputs:
signals neither explode nor vanish from layer to layer. Xavier and Kaiming are this idea; `gain` makes up for
what the activation takes away.

>>> import tinygrad_bio as tg
>>> w = tg.empty(3, 5)
>>> bool((tg.nn.init.xavier_uniform_(w).abs() <= (6 / (3 + 5)) ** 0.5).all())
True
"""
import math
import warnings

import numpy as np

from .. import backend
from ..autograd import ShapeError, no_grad

__all__ = ["calculate_gain", "uniform_", "normal_", "trunc_normal_", "constant_", "ones_", "zeros_", "eye_",
           "dirac_", "xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_",
           "orthogonal_", "sparse_"]


def calculate_gain(nonlinearity, param=None):
    """By how much weights must be larger before this activation, for the variance to stay.

    Parameters
    ----------
    nonlinearity : "linear", "conv1d" …, "sigmoid", "tanh", "relu", "leaky_relu" or "selu"
    param : the slope of a leaky_relu (0.01)

    >>> calculate_gain("leaky_relu", 1.0), calculate_gain("tanh")
    (1.0, 1.6666666666666667)
    """
    if nonlinearity in ("linear", "sigmoid") or nonlinearity.startswith("conv"):
        return 1.0
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        return math.sqrt(2 / (1 + slope ** 2))
    gains = {"tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4}
    if nonlinearity not in gains:
        raise ValueError(f"calculate_gain: nonlinearity {nonlinearity!r} is not known: expected 'linear', "
                         "'sigmoid', 'leaky_relu', "
                         f"{', '.join(map(repr, gains))} or 'conv…'")
    return gains[nonlinearity]


# ----------------------------------------------------------------------------------------------- plain values

@no_grad()
def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """Evenly between a and b.

    >>> import tinygrad_bio as tg
    >>> w = uniform_(tg.empty(3, 5), -2, 2)
    >>> bool((w.abs() <= 2).all())
    True
    """
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(tensor, mean=0.0, std=1.0, generator=None):
    """From a normal distribution.

    >>> import tinygrad_bio as tg
    >>> normal_(tg.empty(3, 5), std=0.02).shape
    (3, 5)
    """
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    """From a normal distribution without what lies outside [a, b].

    >>> import tinygrad_bio as tg
    >>> bool((trunc_normal_(tg.empty(100), std=5.0).abs() <= 2).all())
    True
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn("trunc_normal_: the mean is more than 2 std from [a, b]: values will crowd at one end",
                      stacklevel=2)
    from scipy.special import ndtr, ndtri                               # Φ and its inverse
    rng = (generator or backend.default_generator).numpy
    p = rng.uniform(ndtr((a - mean) / std), ndtr((b - mean) / std), tuple(tensor.shape))
    return _write(tensor, np.clip(mean + std * ndtri(p), a, b))


@no_grad()
def constant_(tensor, val):
    """One number everywhere.

    >>> import tinygrad_bio as tg
    >>> constant_(tg.empty(2), 0.1)
    tensor([0.1000, 0.1000])
    """
    return tensor.fill_(val)


@no_grad()
def ones_(tensor):
    """Ones.

    >>> import tinygrad_bio as tg
    >>> ones_(tg.empty(2))
    tensor([1., 1.])
    """
    return tensor.fill_(1.0)


@no_grad()
def zeros_(tensor):
    """Zeros.

    >>> import tinygrad_bio as tg
    >>> zeros_(tg.empty(2))
    tensor([0., 0.])
    """
    return tensor.fill_(0.0)


@no_grad()
def eye_(tensor):
    """The identity matrix.

    >>> import tinygrad_bio as tg
    >>> eye_(tg.empty(2, 3))
    tensor([[1., 0., 0.],
            [0., 1., 0.]])
    """
    _needs(tensor, (2,), "eye_")
    return _write(tensor, np.eye(*tensor.shape))


@no_grad()
def dirac_(tensor, groups=1):
    """A convolution (out, in/groups, K …) that hands as many channels through unchanged as it can.

    >>> import tinygrad_bio as tg
    >>> dirac_(tg.empty(2, 1, 3))
    tensor([[[0., 1., 0.]],
            [[0., 0., 0.]]])
    """
    _needs(tensor, (3, 4, 5), "dirac_")
    out, into, *kernel = tensor.shape
    if out % groups:
        raise ValueError(f"dirac_: the number of output channels, {out}, must be divisible by "
                         f"groups={groups}")
    weight, centre = np.zeros(tuple(tensor.shape)), tuple(k // 2 for k in kernel)
    for group in range(groups):
        for channel in range(min(out // groups, into)):
            weight[(group * (out // groups) + channel, channel) + centre] = 1
    return _write(tensor, weight)


# ------------------------------------------------------------------------------------ variances that stay

@no_grad()
def xavier_uniform_(tensor, gain=1.0, generator=None):
    """Evenly in ±gain·√(6/(fan_in + fan_out)): keeps variance forward and backward. Glorot & Bengio 2010.

    >>> import tinygrad_bio as tg
    >>> w = xavier_uniform_(tg.empty(3, 5))
    >>> bool((w.abs() <= (6 / (3 + 5)) ** 0.5).all())
    True
    """
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    bound = gain * math.sqrt(6 / (fan_in + fan_out))
    return tensor.uniform_(-bound, bound, generator=generator)


@no_grad()
def xavier_normal_(tensor, gain=1.0, generator=None):
    """Normal with standard deviation gain·√(2/(fan_in + fan_out)). Glorot & Bengio 2010.

    >>> import tinygrad_bio as tg
    >>> w = xavier_normal_(tg.empty(100, 100))
    >>> abs(w.std().item() - 0.1) < 0.01
    True
    """
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return tensor.normal_(0.0, gain * math.sqrt(2 / (fan_in + fan_out)), generator=generator)


@no_grad()
def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Evenly in ±gain·√(3/fan), for layers before a relu. He et al. 2015.

    >>> import tinygrad_bio as tg
    >>> w = kaiming_uniform_(tg.empty(3, 6), nonlinearity="relu")
    >>> bool((w.abs() <= 1).all())
    True
    """
    bound = math.sqrt(3) * _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor.uniform_(-bound, bound, generator=generator)


@no_grad()
def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Normal with standard deviation gain/√fan, for layers before a relu. He et al. 2015.

    >>> import tinygrad_bio as tg
    >>> w = kaiming_normal_(tg.empty(100, 200), nonlinearity="relu")
    >>> abs(w.std().item() - 0.1) < 0.01
    True
    """
    return tensor.normal_(0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator=generator)


def _kaiming_std(tensor, a, mode, nonlinearity):
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"kaiming: mode must be 'fan_in' or 'fan_out', not {mode!r}")
    if 0 in tensor.shape:
        return 0.0
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan_in if mode == "fan_in" else fan_out)


def _calculate_fan_in_and_fan_out(tensor):
    """How many numbers each output sums, and into how many each input goes: (out, in, K …) -> in·K, out·K."""
    if tensor.ndim < 2:
        raise ShapeError("the fan-in of a tensor needs at least 2 dimensions (out, in), but the shape is "
                         f"{tuple(tensor.shape)}: "
                         f"use uniform_ or zeros_ for a bias")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


# --------------------------------------------------------------------------------------------- structure

@no_grad()
def orthogonal_(tensor, gain=1, generator=None):
    """Rows (or columns, if fewer) of length `gain` that are orthogonal to one another. Saxe et al. 2013.

    >>> import tinygrad_bio as tg
    >>> q = orthogonal_(tg.empty(2, 3, dtype=tg.float64))
    >>> (q @ q.T).allclose(tg.eye(2, dtype=tg.float64))
    True
    """
    if tensor.ndim < 2:
        raise ShapeError(f"orthogonal_: expected at least 2 dimensions, got shape {tuple(tensor.shape)}")
    if tensor.numel() == 0:
        return tensor
    rows, columns = tensor.shape[0], tensor.numel() // tensor.shape[0]
    rng = (generator or backend.default_generator).numpy
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))                            # so that every orthogonal matrix is equally likely
    return _write(tensor, gain * (q if rows >= columns else q.T).reshape(tuple(tensor.shape)))


@no_grad()
def sparse_(tensor, sparsity, std=0.01, generator=None):
    """Normal, with a fraction `sparsity` of each column set to 0. Martens 2010.

    >>> import tinygrad_bio as tg
    >>> (sparse_(tg.empty(4, 3), sparsity=0.5) == 0).sum(dim=0)
    tensor([2, 2, 2])
    """
    _needs(tensor, (2,), "sparse_")
    rng = (generator or backend.default_generator).numpy
    weight, zeros = rng.normal(0.0, std, tuple(tensor.shape)), math.ceil(sparsity * tensor.shape[0])
    for column in range(tensor.shape[1]):
        weight[rng.permutation(tensor.shape[0])[:zeros], column] = 0
    return _write(tensor, weight)


def _write(tensor, array):
    """Write an array of the host into a tensor, whatever its dtype and device."""
    from ..create import tensor as new
    return tensor.copy_(new(array.astype(tensor.dtype)))


def _needs(tensor, ndims, caller):
    if tensor.ndim not in ndims:
        raise ShapeError(f"{caller}: expected {' or '.join(map(str, ndims))} dimensions, got shape "
                         f"{tuple(tensor.shape)}")
