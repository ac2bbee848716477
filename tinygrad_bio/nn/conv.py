"""Convolution layers: kernels that slide over a sequence or an image."""
import math

from ..create import empty
from . import functional as F, init
from .functional.conv import borders
from .functional.spatial import per_axis, wrong
from .module import Module
from .parameter import Parameter

__all__ = ["Conv1d", "Conv2d", "ConvTranspose1d", "ConvTranspose2d"]


class _Conv(Module):
    """What all convolution layers have: a kernel, a bias, and the settings of how it slides."""
    axes, transposed = None, False

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding, output_padding, dilation,
                 groups, bias, padding_mode, device, dtype):
        super().__init__()
        name = type(self).__name__
        _check(name, in_channels, out_channels, groups, padding, padding_mode)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size = per_axis(kernel_size, self.axes, "kernel_size", name, 1)
        self.stride = per_axis(stride, self.axes, "stride", name, 1)
        if padding == "same" and any(s != 1 for s in self.stride):
            raise ValueError(f"{name}: padding='same' is not supported for strided convolutions")
        self.padding = padding if isinstance(padding, str) else per_axis(padding, self.axes, "padding", name)
        self.dilation = per_axis(dilation, self.axes, "dilation", name, 1)
        self.output_padding = per_axis(output_padding, self.axes, "output_padding", name)
        self.groups, self.padding_mode = groups, padding_mode
        first, second = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        self.weight = Parameter(empty(first, second // groups, *self.kernel_size, device=device, dtype=dtype))
        b = Parameter(empty(out_channels, device=device, dtype=dtype)) if bias else None
        self.register_parameter("bias", b)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new starting values, evenly in ±1/√fan_in."""
        fan_in = math.prod(self.weight.shape[1:])
        bound = 1 / math.sqrt(fan_in) if fan_in else 0.0
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def _convolved(self, function, input):
        """The input, with its border if that is not of zeros, through the function."""
        padding = self.padding
        if self.padding_mode != "zeros":
            name = type(self).__name__
            pairs = borders(padding, self.axes, self.kernel_size, self.stride, self.dilation, name)
            input = F.pad(input, [n for pair in reversed(pairs) for n in pair], self.padding_mode)
            padding = 0
        return function(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def extra_repr(self):
        none, one = (0,) * self.axes, (1,) * self.axes
        usual = {"padding": none, "dilation": one, "output_padding": none, "groups": 1,
                 "padding_mode": "zeros"}
        shown = [f"{name}={getattr(self, name)}" for name in usual if getattr(self, name) != usual[name]]
        if self.bias is None:
            shown.insert(len(shown) - (self.padding_mode != "zeros"), "bias=False")
        return ", ".join([f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
                          f"stride={self.stride}", *shown])


def _check(name, in_channels, out_channels, groups, padding, padding_mode):
    """Raise unless the settings of a layer fit together."""
    modes = "zeros", "reflect", "replicate", "circular"
    if groups < 1:
        raise ValueError(f"{name}: groups must be a positive integer, not {groups}")
    for which, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if channels % groups:
            raise ValueError(f"{name}: {which} must be divisible by groups, but {which}={channels} and "
                             f"groups={groups}")
    if padding_mode not in modes:
        raise ValueError(f"{name}: padding_mode must be one of {modes}, but got "
                         f"padding_mode={padding_mode!r}")
    if isinstance(padding, str) and padding not in ("same", "valid"):
        raise ValueError(f"{name}: invalid padding string {padding!r}, should be one of 'same', 'valid'")


class Conv1d(_Conv):
    """y[n, o, m] = Σ_ck x[n, c, s·m + d·k − p]·w[o, c, k] + b[o]: O filters that slide over sequences.

    Parameters
    ----------
    in_channels, out_channels : C (20 for one-hot amino acids) and O, the number of filters
    kernel_size, stride, dilation : the length K of a filter, its step s, and the step d between its elements
    padding : how many zeros on both sides; "same" for as many as keep the length, "valid" for none
    groups : the channels are split into so many parts that do not mix
    bias : whether b is added
    padding_mode : "zeros", or "reflect", "replicate", "circular" (see `functional.pad`)

    Shapes
    ------
    input (N, C, L) or (C, L), output (N, O, M) with M = ⌊(L + 2p − d(K − 1) − 1)/s⌋ + 1;
    weight (O, C/groups, K), bias (O). Both start evenly in ±1/√(C/groups·K).

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.Conv1d(20, 16, 3, padding=1)
    >>> layer(tg.ones(64, 20, 9)).shape
    (64, 16, 9)
    """
    axes = 1

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1,
                 bias=True, padding_mode="zeros", device=None, dtype=None):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, 0, dilation, groups, bias,
                         padding_mode, device, dtype)

    def forward(self, input):
        return self._convolved(F.conv1d, input)


class Conv2d(_Conv):
    """`Conv1d` in two dimensions, for images. Settings may be one number or two: ``kernel_size=(3, 5)``.

    Shapes
    ------
    input (N, C, H, W) or (C, H, W), output (N, O, H', W'); weight (O, C/groups, K, K), bias (O).

    >>> import tinygrad_bio as tg
    >>> tg.nn.Conv2d(3, 16, 5, stride=2)
    Conv2d(3, 16, kernel_size=(5, 5), stride=(2, 2))
    """
    axes = 2

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1,
                 bias=True, padding_mode="zeros", device=None, dtype=None):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, 0, dilation, groups, bias,
                         padding_mode, device, dtype)

    def forward(self, input):
        return self._convolved(F.conv2d, input)


class _ConvTranspose(_Conv):
    """What the transposed layers have: an output size that may be asked for."""
    transposed = True

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0,
                 groups=1, bias=True, dilation=1, padding_mode="zeros", device=None, dtype=None):
        if padding_mode != "zeros":
            raise ValueError(f'{type(self).__name__}: only "zeros" padding mode is supported')
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, output_padding, dilation,
                         groups, bias, padding_mode, device, dtype)

    def _spread(self, function, input, output_size):
        extra = self.output_padding if output_size is None else self._extra(input, output_size)
        return function(input, self.weight, self.bias, self.stride, self.padding, extra, self.groups,
                        self.dilation)

    def _extra(self, input, output_size):
        """The output padding that gives the output this size."""
        least = tuple(s * (n - 1) + d * (k - 1) + 1 - 2 * p for n, k, s, p, d in zip(
            input.shape[-self.axes:], self.kernel_size, self.stride, self.padding, self.dilation))
        most = tuple(n + s - 1 for n, s in zip(least, self.stride))
        size = tuple(output_size)[-self.axes:]
        if not all(low <= n <= high for low, n, high in zip(least, size, most)) or (
                len(output_size) not in (self.axes, self.axes + 1, self.axes + 2)):
            raise wrong(type(self).__name__, f"requested an output size of {tuple(output_size)}, but valid "
                                             f"sizes range from {least} to {most} (for an input of "
                                             f"{tuple(input.shape[-self.axes:])})")
        return tuple(n - low for n, low in zip(size, least))


class ConvTranspose1d(_ConvTranspose):
    """`Conv1d` transposed: every element of the input is spread over a window, times the kernel.

    Its settings are those of the `Conv1d` that goes the other way. Stride 2 doubles the length: for decoders.

    Shapes
    ------
    input (N, C, M) or (C, M), output (N, O, L) with L = s(M − 1) + d(K − 1) + 1 − 2p + output_padding;
    weight (C, O/groups, K), bias (O).

    >>> import tinygrad_bio as tg
    >>> up = tg.nn.ConvTranspose1d(16, 8, 4, stride=2, padding=1)
    >>> up(tg.ones(2, 16, 10)).shape, up(tg.ones(2, 16, 10), output_size=[21]).shape
    ((2, 8, 20), (2, 8, 21))
    """
    axes = 1

    def forward(self, input, output_size=None):
        return self._spread(F.conv_transpose1d, input, output_size)


class ConvTranspose2d(_ConvTranspose):
    """`ConvTranspose1d` in two dimensions: (N, C, H', W') -> (N, O, H, W), weight (C, O/groups, K, K).

    >>> import tinygrad_bio as tg
    >>> tg.nn.ConvTranspose2d(16, 8, 2, stride=2)(tg.ones(1, 16, 5, 7)).shape
    (1, 8, 10, 14)
    """
    axes = 2

    def forward(self, input, output_size=None):
        return self._spread(F.conv_transpose2d, input, output_size)
