"""Linear maps, and what only changes shapes."""
import math

from ..create import empty
from . import functional as F, init
from .module import Module
from .parameter import Parameter

__all__ = ["Identity", "Linear", "Bilinear", "Flatten", "Unflatten"]


class Identity(Module):
    """y = x. Stands where a layer may or may not be; takes and forgets any settings.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Identity(54, unused=True)(tg.ones(1))
    tensor([1.])
    """

    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, input):
        return input


class Linear(Module):
    """y = x Wᵀ + b over the last dimension.

    Parameters
    ----------
    in_features, out_features : sizes of the last dimension of input and output
    bias : whether b is added

    Shapes
    ------
    input (…, in_features), output (…, out_features); weight (out_features, in_features), bias (out_features).
    Both start evenly in ±1/√in_features.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.Linear(180, 32)
    >>> layer(tg.ones(64, 180)).shape
    (64, 32)
    """

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(empty(out_features, in_features, device=device, dtype=dtype))
        b = Parameter(empty(out_features, device=device, dtype=dtype)) if bias else None
        self.register_parameter("bias", b)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new starting values."""
        bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input):
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self):
        return (f"in_features={self.in_features}, out_features={self.out_features}, "
                f"bias={self.bias is not None}")


class Bilinear(Module):
    """y_k = x1ᵀ W_k x2 + b_k: every pair of features of two inputs has a weight.

    Shapes
    ------
    inputs (…, in1) and (…, in2), output (…, out); weight (out, in1, in2), bias (out).
    Both start evenly in ±1/√in1_features.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Bilinear(3, 4, 2)(tg.ones(5, 3), tg.ones(5, 4)).shape
    (5, 2)
    """

    def __init__(self, in1_features, in2_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        self.weight = Parameter(empty(out_features, in1_features, in2_features, device=device, dtype=dtype))
        b = Parameter(empty(out_features, device=device, dtype=dtype)) if bias else None
        self.register_parameter("bias", b)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new starting values."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1, input2):
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self):
        return (f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
                f"out_features={self.out_features}, bias={self.bias is not None}")


class Flatten(Module):
    """Several dimensions as one: (N, C, H, W) -> (N, C·H·W).

    >>> import tinygrad_bio as tg
    >>> tg.nn.Flatten()(tg.ones(8, 9, 20)).shape
    (8, 180)
    """

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input):
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """One dimension as several: (N, C·H·W) -> (N, C, H, W).

    >>> import tinygrad_bio as tg
    >>> tg.nn.Unflatten(1, (9, 20))(tg.ones(8, 180)).shape
    (8, 9, 20)
    """

    def __init__(self, dim, unflattened_size):
        super().__init__()
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, input):
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
