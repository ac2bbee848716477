"""Normalisation layers: they keep the numbers inside a network at mean 0 and variance 1, so that deep
networks train.

What the mean is taken over, for an input (N, C, H, W)::

    BatchNorm       N, H, W     for each channel; in use, averages from training take their place
    LayerNorm       C, H, W     for each example (of sequences (N, L, E): E, for each residue)
    GroupNorm       H, W        and the channels of a group, for each example
    InstanceNorm    H, W        for each example and channel
"""
from ..autograd import ShapeError, here, no_grad
from ..create import empty, ones, tensor, zeros
from . import functional as F, init
from .module import Module
from .parameter import Parameter

__all__ = ["BatchNorm1d", "BatchNorm2d", "LayerNorm", "GroupNorm", "InstanceNorm1d", "InstanceNorm2d",
           "RMSNorm", "LocalResponseNorm"]


def _add_affine(layer, shape, weighted, biased, device, dtype):
    """Give a layer the parameters weight and bias of a shape, or None for them."""
    for name, wanted in (("weight", weighted), ("bias", biased)):
        p = Parameter(empty(shape, device=device, dtype=dtype)) if wanted else None
        layer.register_parameter(name, p)


class _RunningNorm(Module):
    """What batch and instance norm share: weight and bias, and running averages as buffers."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True,
                 device=None, dtype=None, *, bias=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        _add_affine(self, num_features, affine, affine and bias, device, dtype)
        mean = var = number = None
        if track_running_stats:
            mean = zeros(num_features, device=device, dtype=dtype)
            var, number = ones(num_features, device=device, dtype=dtype), tensor(0, device=device)
        self.register_buffer("running_mean", mean)
        self.register_buffer("running_var", var)
        self.register_buffer("num_batches_tracked", number)
        self.reset_parameters()

    @no_grad()
    def reset_running_stats(self):
        """Forget the averages: mean 0, variance 1, no batches."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self):
        """Start anew: weight 1, bias 0, no averages."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def _check_input(self, input, shapes):
        """Raise unless the input has one of the numbers of dimensions that `shapes` names."""
        allowed = {len(shape) for shape in shapes}
        if input.ndim not in allowed:
            names = " or ".join(f"({', '.join(shape)})" for shape in shapes)
            raise ShapeError(f"{type(self).__name__}{here()}: expected "
                             f"{'D or '.join(map(str, sorted(allowed)))}D input {names}, got {input.ndim}D "
                             f"input of shape {tuple(input.shape)}")

    def extra_repr(self):
        return (f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
                f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}")


class _BatchNorm(_RunningNorm):
    _shapes = ()

    def forward(self, input):
        self._check_input(input, self._shapes)
        tracking = self.training and self.track_running_stats
        momentum = self.momentum
        if tracking and self.num_batches_tracked is not None:
            with no_grad():
                self.num_batches_tracked += 1
            if momentum is None:                                        # the plain average of all batches
                momentum = 1 / self.num_batches_tracked.item()
        mean, var = self.running_mean, self.running_var
        by_batch = self.training or (mean is None and var is None)
        if by_batch and not tracking:
            mean = var = None                                           # not to be updated
        return F.batch_norm(input, mean, var, self.weight, self.bias, by_batch,
                            0.0 if momentum is None else momentum, self.eps)


class BatchNorm1d(_BatchNorm):
    """y = (x − μ)/√(σ² + ε)·w + b for each channel, over the batch (and places). Ioffe & Szegedy 2015.

    In training μ and σ² are those of the batch, so an example's output depends on the others in it. In use
    (``.eval()``) they are the running averages: buffers running_mean and running_var, which every training
    batch moves by `momentum`.

    Parameters
    ----------
    num_features : C
    eps : ε
    momentum : how far each batch moves the averages; None gives every batch the same weight
    affine, bias : whether w and b are there
    track_running_stats : False keeps no averages, and takes those of the batch in use as well

    Shapes
    ------
    input and output (N, C) or (N, C, L). A training batch of one (N, C) is an error: it has no variance.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.BatchNorm1d(1, momentum=0.5)
    >>> layer(tg.tensor([[1.], [3.]])).detach()
    tensor([[-1.0000],
            [ 1.0000]])
    >>> layer.running_mean, layer.running_var               # half way from 0 to 2, and from 1 to 2
    (tensor([1.]), tensor([1.5000]))
    """
    _shapes = (("N", "C"), ("N", "C", "L"))


class BatchNorm2d(_BatchNorm):
    """`BatchNorm1d` for images (N, C, H, W): one mean and variance for each channel, over batch and pixels.

    >>> import tinygrad_bio as tg
    >>> tg.nn.BatchNorm2d(3)(tg.rand(4, 3, 8, 8)).shape
    (4, 3, 8, 8)
    """
    _shapes = (("N", "C", "H", "W"),)


class _InstanceNorm(_RunningNorm):
    _shapes = ()

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False,
                 device=None, dtype=None, *, bias=True):                # here both are off unless asked for
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input):
        self._check_input(input, self._shapes)
        alone = input.ndim == min(map(len, self._shapes))               # one example, without a batch
        x = input[None] if alone else input
        if x.shape[1] != self.num_features and (self.affine or self.track_running_stats):
            raise ShapeError(f"{type(self).__name__}{here()}: expected {self.num_features} channels "
                             f"(num_features), got an input of shape {tuple(input.shape)}")
        y = F.instance_norm(x, self.running_mean, self.running_var, self.weight, self.bias,
                            self.training or not self.track_running_stats, self.momentum or 0.0, self.eps)
        return y[0] if alone else y


class InstanceNorm1d(_InstanceNorm):
    """y = (x − μ)/√(σ² + ε)·w + b for each example and channel, μ and σ² over the places. Ulyanov et al.
    2016.

    Parameters as for BatchNorm1d; by default there are no w, b and running averages.

    Shapes
    ------
    input and output (N, C, L) or (C, L)

    >>> import tinygrad_bio as tg
    >>> tg.nn.InstanceNorm1d(1)(tg.tensor([[[1., 3.]]]))
    tensor([[[-1.0000,  1.0000]]])
    """
    _shapes = (("C", "L"), ("N", "C", "L"))


class InstanceNorm2d(_InstanceNorm):
    """`InstanceNorm1d` for images (N, C, H, W) or (C, H, W).

    >>> import tinygrad_bio as tg
    >>> tg.nn.InstanceNorm2d(3, affine=True)(tg.rand(4, 3, 8, 8)).shape
    (4, 3, 8, 8)
    """
    _shapes = (("C", "H", "W"), ("N", "C", "H", "W"))


class _LastDims(Module):
    """What LayerNorm and RMSNorm share: the shape of the dimensions that they normalise."""

    def __init__(self, normalized_shape, eps, elementwise_affine, bias, device, dtype):
        super().__init__()
        alone = not hasattr(normalized_shape, "__iter__")
        self.normalized_shape = (normalized_shape,) if alone else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        biased = elementwise_affine and bias
        _add_affine(self, self.normalized_shape, elementwise_affine, biased, device, dtype)
        self.reset_parameters()

    def reset_parameters(self):
        """Start anew: weight 1, bias 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class LayerNorm(_LastDims):
    """y = (x − μ)/√(σ² + ε)·w + b, μ and σ² over the last dimensions of each example. Ba et al. 2016.

    It does not look at the rest of the batch, so it is the same in training and in use: the norm of
    transformers.

    Parameters
    ----------
    normalized_shape : the sizes of those dimensions: E, or (C, H, W)
    eps : ε
    elementwise_affine, bias : whether w and b, of that shape, are there

    >>> import tinygrad_bio as tg
    >>> tg.nn.LayerNorm(2)(tg.tensor([[1., 3.], [10., 30.]])).detach()
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])
    """

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None,
                 dtype=None):
        super().__init__(normalized_shape, eps, elementwise_affine, bias, device, dtype)

    def forward(self, input):
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return f"{super().extra_repr()}, bias={self.bias is not None}"


class RMSNorm(_LastDims):
    """y = x/√(mean(x²) + ε)·w over the last dimensions: no mean, no bias. Zhang & Sennrich 2019.

    Parameters
    ----------
    normalized_shape : the sizes of those dimensions
    eps : ε; None takes the smallest that the dtype tells from 1

    >>> import tinygrad_bio as tg
    >>> tg.nn.RMSNorm(4)(tg.tensor([3., 4., 0., 0.])).detach()
    tensor([1.2000, 1.6000, 0.0000, 0.0000])
    """

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None):
        super().__init__(normalized_shape, eps, elementwise_affine, False, device, dtype)

    def forward(self, x):
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)


class GroupNorm(Module):
    """LayerNorm over each group of channels, with w and b for each channel. Wu & He 2018.

    Parameters
    ----------
    num_groups, num_channels : G and C; G divides C
    eps : ε
    affine, bias : whether w and b (C) are there

    Shapes
    ------
    input and output (N, C, …)

    >>> import tinygrad_bio as tg
    >>> tg.nn.GroupNorm(2, 6)(tg.rand(4, 6, 8, 8)).shape
    (4, 6, 8, 8)
    """

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None, *,
                 bias=True):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"GroupNorm: num_channels ({num_channels}) must be divisible by num_groups "
                             f"({num_groups})")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        _add_affine(self, num_channels, affine, affine and bias, device, dtype)
        self.reset_parameters()

    def reset_parameters(self):
        """Start anew: weight 1, bias 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input):
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return (f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
                f"bias={self.bias is not None}")


class LocalResponseNorm(Module):
    """x/(k + α·mean(x² of `size` neighbouring channels))^β: strong channels silence their neighbours.
    Krizhevsky et al. 2012.

    >>> import tinygrad_bio as tg
    >>> tg.nn.LocalResponseNorm(5)(tg.rand(4, 8, 6, 6)).shape
    (4, 8, 6, 6)
    """

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1.0):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input):
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self):
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
