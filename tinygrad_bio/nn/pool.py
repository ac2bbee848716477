"""Pooling layers: the largest or the mean of each window."""
from . import functional as F
from .functional.spatial import per_axis
from .module import Module

__all__ = ["MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d", "AdaptiveMaxPool1d", "AdaptiveMaxPool2d",
           "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "LPPool1d", "LPPool2d", "MaxUnpool1d", "MaxUnpool2d"]


class _MaxPool(Module):
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False,
                 ceil_mode=False):
        super().__init__()
        self.kernel_size, self.padding, self.dilation = kernel_size, padding, dilation
        self.stride = kernel_size if stride is None else stride
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def _pooled(self, function, input):
        return function(input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode,
                        self.return_indices)

    def extra_repr(self):
        return (f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
                f"dilation={self.dilation}, ceil_mode={self.ceil_mode}")


class MaxPool1d(_MaxPool):
    """The largest in each window: (N, C, L) -> (N, C, M). Of equal ones the first gets the gradient.

    Parameters
    ----------
    kernel_size, dilation : the size of a window, and the step between its elements
    stride : from one window to the next (kernel_size)
    padding : −∞ on both sides, at most half a window
    return_indices : also return where along L each largest stands
    ceil_mode : allow a last window that hangs over the end

    >>> import tinygrad_bio as tg
    >>> tg.nn.MaxPool1d(2)(tg.tensor([[[1., 3., 2., 0.]]]))
    tensor([[[3., 2.]]])
    """

    def forward(self, input):
        return self._pooled(F.max_pool1d, input)


class MaxPool2d(_MaxPool):
    """`MaxPool1d` in two dimensions: (N, C, H, W) -> (N, C, H', W').

    >>> import tinygrad_bio as tg
    >>> tg.nn.MaxPool2d(2)(tg.ones(1, 6, 28, 28)).shape
    (1, 6, 14, 14)
    """

    def forward(self, input):
        return self._pooled(F.max_pool2d, input)


class AvgPool1d(Module):
    """The mean of each window: (N, C, L) -> (N, C, M).

    Parameters
    ----------
    kernel_size, stride : the size of a window, and the step to the next (kernel_size)
    padding : zeros on both sides, at most half a window
    ceil_mode : allow a last window that hangs over the end
    count_include_pad : whether the zeros of the padding count in the mean

    >>> import tinygrad_bio as tg
    >>> tg.nn.AvgPool1d(2)(tg.tensor([[[1., 3., 2., 0.]]]))
    tensor([[[2., 1.]]])
    """

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        super().__init__()
        stride = kernel_size if stride is None else stride
        self.kernel_size, self.stride, self.padding = (
            per_axis(n, 1, "a setting", "AvgPool1d") for n in (kernel_size, stride, padding))
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, input):
        return F.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode,
                            self.count_include_pad)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(Module):
    """`AvgPool1d` in two dimensions: (N, C, H, W) -> (N, C, H', W'). `divisor_override` divides the sums.

    >>> import tinygrad_bio as tg
    >>> tg.nn.AvgPool2d(2)(tg.ones(1, 6, 28, 28)).shape
    (1, 6, 14, 14)
    """

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
                 divisor_override=None):
        super().__init__()
        self.kernel_size, self.padding, self.ceil_mode = kernel_size, padding, ceil_mode
        self.stride = kernel_size if stride is None else stride
        self.count_include_pad, self.divisor_override = count_include_pad, divisor_override

    def forward(self, input):
        return F.avg_pool2d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode,
                            self.count_include_pad, self.divisor_override)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _LPPool(Module):
    def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
        super().__init__()
        self.norm_type, self.kernel_size = norm_type, kernel_size
        self.stride, self.ceil_mode = stride, ceil_mode

    def extra_repr(self):
        return (f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
                f"ceil_mode={self.ceil_mode}")


class LPPool1d(_LPPool):
    """(Σ xᵖ)^(1/p) over each window, p = norm_type: (N, C, L) -> (N, C, M).

    >>> import tinygrad_bio as tg
    >>> tg.nn.LPPool1d(2, 2)(tg.tensor([[[3., 4.]]]))
    tensor([[[5.]]])
    """

    def forward(self, input):
        return F.lp_pool1d(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class LPPool2d(_LPPool):
    """`LPPool1d` in two dimensions.

    >>> import tinygrad_bio as tg
    >>> tg.nn.LPPool2d(1, 2)(tg.ones(1, 1, 2, 2))
    tensor([[[[4.]]]])
    """

    def forward(self, input):
        return F.lp_pool2d(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class _AdaptiveMaxPool(Module):
    def __init__(self, output_size, return_indices=False):
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def extra_repr(self):
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """The largest of each of `output_size` windows that share the length: (N, C, L) -> (N, C, output_size).

    >>> import tinygrad_bio as tg
    >>> tg.nn.AdaptiveMaxPool1d(3)(tg.tensor([[[1., 2., 3., 4., 5.]]]))
    tensor([[[2., 4., 5.]]])
    """

    def forward(self, input):
        return F.adaptive_max_pool1d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """`AdaptiveMaxPool1d` in two dimensions: (N, C, H, W) -> (N, C, *output_size); None keeps a size.

    >>> import tinygrad_bio as tg
    >>> tg.nn.AdaptiveMaxPool2d((1, None))(tg.ones(1, 3, 8, 9)).shape
    (1, 3, 1, 9)
    """

    def forward(self, input):
        return F.adaptive_max_pool2d(input, self.output_size, self.return_indices)


class _AdaptiveAvgPool(Module):
    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def extra_repr(self):
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """The mean of each of `output_size` windows that share the length: (N, C, L) -> (N, C, output_size).

    >>> import tinygrad_bio as tg
    >>> tg.nn.AdaptiveAvgPool1d(3)(tg.tensor([[[1., 2., 3., 4., 5.]]]))
    tensor([[[1.5000, 3.0000, 4.5000]]])
    """

    def forward(self, input):
        return F.adaptive_avg_pool1d(input, self.output_size)


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """`AdaptiveAvgPool1d` in two dimensions: (N, C, H, W) -> (N, C, *output_size); 1 is the mean of an image.

    >>> import tinygrad_bio as tg
    >>> tg.nn.AdaptiveAvgPool2d(1)(tg.ones(1, 64, 8, 8)).shape
    (1, 64, 1, 1)
    """

    def forward(self, input):
        return F.adaptive_avg_pool2d(input, self.output_size)


class _MaxUnpool(Module):
    _axes = 1

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        stride = kernel_size if stride is None else stride
        self.kernel_size, self.stride, self.padding = (
            per_axis(n, self._axes, "a setting", type(self).__name__) for n in (kernel_size, stride, padding))

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """What a MaxPool1d with ``return_indices=True`` returned, put back among zeros: (N, C, M) -> (N, C, L).

    Parameters are those of the pooling. ``layer(input, indices, output_size=None)``: the size before the
    pooling must be given where its last window did not reach the end.

    >>> import tinygrad_bio as tg
    >>> pool = tg.nn.MaxPool1d(2, return_indices=True)
    >>> tg.nn.MaxUnpool1d(2)(*pool(tg.tensor([[[1., 3., 2., 0.]]])))
    tensor([[[0., 3., 2., 0.]]])
    """

    def forward(self, input, indices, output_size=None):
        return F.max_unpool1d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool2d(_MaxUnpool):
    """`MaxUnpool1d` for images: (N, C, H, W) -> (N, C, H', W').

    >>> import tinygrad_bio as tg
    >>> pool = tg.nn.MaxPool2d(2, return_indices=True)
    >>> y, where = pool(tg.ones(1, 6, 29, 28))
    >>> tg.nn.MaxUnpool2d(2)(y, where, output_size=(29, 28)).shape
    (1, 6, 29, 28)
    """
    _axes = 2

    def forward(self, input, indices, output_size=None):
        return F.max_unpool2d(input, indices, self.kernel_size, self.stride, self.padding, output_size)
