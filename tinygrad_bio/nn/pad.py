"""Layers that put a border around sequences and images."""
import math

from . import functional as F
from .functional.spatial import per_axis
from .module import Module

__all__ = ["ZeroPad1d", "ZeroPad2d", "ConstantPad1d", "ConstantPad2d", "ReflectionPad1d", "ReflectionPad2d",
           "ReplicationPad1d", "ReplicationPad2d", "CircularPad1d", "CircularPad2d"]


class _Pad(Module):
    """`padding`: one width for all sides, or (left, right), or (left, right, top, bottom)."""
    axes, mode = None, None

    def __init__(self, padding):
        super().__init__()
        self.padding = per_axis(padding, 2 * self.axes, "padding", type(self).__name__, least=-math.inf)

    def forward(self, input):
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self):
        return f"{self.padding}"


class _ConstantPad(_Pad):
    def __init__(self, padding, value):
        super().__init__(padding)
        self.value = value

    def forward(self, input):
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self):
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPad):
    """A border of `value`: (…, L) -> (…, left + L + right).

    >>> import tinygrad_bio as tg
    >>> tg.nn.ConstantPad1d((1, 2), 7.)(tg.tensor([[1., 2.]]))
    tensor([[7., 1., 2., 7., 7.]])
    """
    axes = 1


class ConstantPad2d(_ConstantPad):
    """A border of `value`: (…, H, W) -> (…, top + H + bottom, left + W + right).

    >>> import tinygrad_bio as tg
    >>> tg.nn.ConstantPad2d(1, 7.)(tg.ones(1, 2, 3)).shape
    (1, 4, 5)
    """
    axes = 2


class ZeroPad1d(_ConstantPad):
    """A border of zeros.

    >>> import tinygrad_bio as tg
    >>> tg.nn.ZeroPad1d(1)(tg.tensor([[1., 2.]]))
    tensor([[0., 1., 2., 0.]])
    """
    axes = 1

    def __init__(self, padding):
        super().__init__(padding, 0.0)

    def extra_repr(self):
        return f"{self.padding}"


class ZeroPad2d(_ConstantPad):
    """A border of zeros around images.

    >>> import tinygrad_bio as tg
    >>> tg.nn.ZeroPad2d((1, 1, 2, 0))(tg.ones(1, 3, 5, 5)).shape
    (1, 3, 7, 7)
    """
    axes = 2

    def __init__(self, padding):
        super().__init__(padding, 0.0)

    def extra_repr(self):
        return f"{self.padding}"


class ReflectionPad1d(_Pad):
    """A border that mirrors what is inside, without the outermost element itself.

    >>> import tinygrad_bio as tg
    >>> tg.nn.ReflectionPad1d(2)(tg.tensor([[1., 2., 3.]]))
    tensor([[3., 2., 1., 2., 3., 2., 1.]])
    """
    axes, mode = 1, "reflect"


class ReflectionPad2d(_Pad):
    """`ReflectionPad1d` around images.

    >>> import tinygrad_bio as tg
    >>> tg.nn.ReflectionPad2d(1)(tg.ones(1, 4, 4)).shape
    (1, 6, 6)
    """
    axes, mode = 2, "reflect"


class ReplicationPad1d(_Pad):
    """A border of the outermost elements.

    >>> import tinygrad_bio as tg
    >>> tg.nn.ReplicationPad1d(2)(tg.tensor([[1., 2., 3.]]))
    tensor([[1., 1., 1., 2., 3., 3., 3.]])
    """
    axes, mode = 1, "replicate"


class ReplicationPad2d(_Pad):
    """`ReplicationPad1d` around images.

    >>> import tinygrad_bio as tg
    >>> tg.nn.ReplicationPad2d(1)(tg.ones(1, 4, 4)).shape
    (1, 6, 6)
    """
    axes, mode = 2, "replicate"


class CircularPad1d(_Pad):
    """A border that goes on at the other end: for circular genomes and periodic images.

    >>> import tinygrad_bio as tg
    >>> tg.nn.CircularPad1d((1, 2))(tg.tensor([[1., 2., 3.]]))
    tensor([[3., 1., 2., 3., 1., 2.]])
    """
    axes, mode = 1, "circular"


class CircularPad2d(_Pad):
    """`CircularPad1d` around images.

    >>> import tinygrad_bio as tg
    >>> tg.nn.CircularPad2d(1)(tg.ones(1, 4, 4)).shape
    (1, 6, 6)
    """
    axes, mode = 2, "circular"
