"""Windows as columns, and columns as windows."""
from . import functional as F
from .module import Module

__all__ = ["Fold", "Unfold"]


class Unfold(Module):
    """Each window of an image as a column: (N, C, H, W) -> (N, C·K·K, M) for M windows.

    A convolution is a product with these: Y = W X̃.

    >>> import tinygrad_bio as tg
    >>> x, conv = tg.randn(1, 3, 6, 6), tg.nn.Conv2d(3, 5, 3, bias=False)
    >>> y = conv.weight.flatten(1) @ tg.nn.Unfold(3)(x)
    >>> tg.allclose(y.reshape(1, 5, 4, 4), conv(x), atol=1e-6)
    True
    """

    def __init__(self, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.kernel_size, self.dilation = kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, input):
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self):
        return (f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, "
                f"stride={self.stride}")


class Fold(Module):
    """Windows put back into an image (N, C, *output_size), added where they overlap: `Unfold` transposed.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Fold((4, 6), 2, stride=2)(tg.ones(1, 12, 6)).shape
    (1, 3, 4, 6)
    """

    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.output_size, self.kernel_size, self.dilation = output_size, kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, input):
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self):
        return (f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
                f"padding={self.padding}, stride={self.stride}")
