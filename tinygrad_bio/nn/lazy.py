"""Lazy layers: those that read the number of their inputs off the first input.

>>> import tinygrad_bio as tg
>>> net = tg.nn.Sequential(tg.nn.LazyLinear(32), tg.nn.ReLU(), tg.nn.LazyLinear(1))
>>> _ = net(tg.ones(64, 180))                       # once, before the parameters are counted, saved or loaded
>>> net
Sequential(
  (0): Linear(in_features=180, out_features=32, bias=True)
  (1): ReLU()
  (2): Linear(in_features=32, out_features=1, bias=True)
)
"""
from .conv import Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d
from .functional.spatial import with_batch
from .linear import Linear
from .norm import BatchNorm1d, BatchNorm2d
from .scope import Tree

__all__ = ["LazyLinear", "LazyConv1d", "LazyConv2d", "LazyConvTranspose1d", "LazyConvTranspose2d",
           "LazyBatchNorm1d", "LazyBatchNorm2d"]


class _Lazy:
    """What lazy layers share. Before the first call the parameters are empty; they stay the same objects."""
    cls_to_become = None

    def forward(self, input):
        self._become_ordinary(input)
        return self.forward(input)

    def _become_ordinary(self, input):
        self.initialize_parameters(input)
        self.__class__ = self.cls_to_become
        Tree.version += 1                               # its label in messages is another one

    def has_uninitialized_params(self):
        """Whether the layer has not been called yet."""
        return True

    def _sized(self, **shapes):
        """Give parameters and buffers these shapes, and draw new starting values."""
        for name, shape in shapes.items():
            tensor = getattr(self, name)
            if tensor is not None:
                tensor.array = tensor.new_empty(shape).array
        self.reset_parameters()


class LazyLinear(_Lazy, Linear):
    """A Linear whose in_features are those of its first input.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.LazyLinear(32)
    >>> layer(tg.ones(64, 180)).shape, layer
    ((64, 32), Linear(in_features=180, out_features=32, bias=True))
    """
    cls_to_become = Linear

    def __init__(self, out_features, bias=True, device=None, dtype=None):
        super().__init__(0, out_features, bias, device, dtype)

    def initialize_parameters(self, input):
        """Learn in_features."""
        self.in_features = input.shape[-1]
        self._sized(weight=(self.out_features, self.in_features))


class _LazyConv(_Lazy):
    def initialize_parameters(self, input, *args, **kwargs):
        """Learn in_channels."""
        x, _ = with_batch(input, self.axes, type(self).__name__)
        c, g, name = x.shape[1], self.groups, type(self).__name__
        if c % g:
            raise ValueError(f"{name}: in_channels must be divisible by groups, but the input has {c} "
                             f"channels, and groups={g}")
        self.in_channels = c
        shape = (c, self.out_channels // g) if self.transposed else (self.out_channels, c // g)
        self._sized(weight=shape + self.kernel_size)


class LazyConv1d(_LazyConv, Conv1d):
    """A Conv1d whose in_channels are those of its first input.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.LazyConv1d(16, 3)
    >>> layer(tg.ones(64, 20, 9)).shape, layer
    ((64, 16, 7), Conv1d(20, 16, kernel_size=(3,), stride=(1,)))
    """
    cls_to_become = Conv1d

    def __init__(self, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
                 padding_mode="zeros", device=None, dtype=None):
        super().__init__(0, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode,
                         device, dtype)


class LazyConv2d(_LazyConv, Conv2d):
    """A Conv2d whose in_channels are those of its first input.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.LazyConv2d(16, 5)
    >>> layer(tg.ones(1, 3, 28, 28)).shape, layer
    ((1, 16, 24, 24), Conv2d(3, 16, kernel_size=(5, 5), stride=(1, 1)))
    """
    cls_to_become = Conv2d

    def __init__(self, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
                 padding_mode="zeros", device=None, dtype=None):
        super().__init__(0, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode,
                         device, dtype)


class _LazyConvTranspose(_LazyConv):
    def forward(self, input, output_size=None):
        self._become_ordinary(input)
        return self.forward(input, output_size)


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):
    """A ConvTranspose1d whose in_channels are those of its first input.

    >>> import tinygrad_bio as tg
    >>> tg.nn.LazyConvTranspose1d(8, 4, stride=2, padding=1)(tg.ones(2, 16, 10)).shape
    (2, 8, 20)
    """
    cls_to_become = ConvTranspose1d

    def __init__(self, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True,
                 dilation=1, padding_mode="zeros", device=None, dtype=None):
        super().__init__(0, out_channels, kernel_size, stride, padding, output_padding, groups, bias,
                         dilation, padding_mode, device, dtype)


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):
    """A ConvTranspose2d whose in_channels are those of its first input.

    >>> import tinygrad_bio as tg
    >>> tg.nn.LazyConvTranspose2d(8, 2, stride=2)(tg.ones(1, 16, 5, 7)).shape
    (1, 8, 10, 14)
    """
    cls_to_become = ConvTranspose2d

    def __init__(self, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True,
                 dilation=1, padding_mode="zeros", device=None, dtype=None):
        super().__init__(0, out_channels, kernel_size, stride, padding, output_padding, groups, bias,
                         dilation, padding_mode, device, dtype)


class _LazyBatchNorm(_Lazy):
    def __init__(self, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None,
                 *, bias=True):
        super().__init__(0, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def initialize_parameters(self, input):
        """Learn num_features."""
        self._check_input(input, self._shapes)
        c = self.num_features = input.shape[1]
        self._sized(weight=(c,), bias=(c,), running_mean=(c,), running_var=(c,))


class LazyBatchNorm1d(_LazyBatchNorm, BatchNorm1d):
    """A BatchNorm1d whose num_features are the channels of its first input.

    >>> import tinygrad_bio as tg
    >>> tg.nn.LazyBatchNorm1d()(tg.rand(4, 3)).shape
    (4, 3)
    """
    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyBatchNorm, BatchNorm2d):
    """A BatchNorm2d whose num_features are the channels of its first input.

    >>> import tinygrad_bio as tg
    >>> tg.nn.LazyBatchNorm2d()(tg.rand(4, 3, 8, 8)).shape
    (4, 3, 8, 8)
    """
    cls_to_become = BatchNorm2d
