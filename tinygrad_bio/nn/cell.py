"""One step of a recurrent network: for programs that write the loop over time themselves, as decoders do."""
import math

from .. import ops
from ..autograd import ShapeError, here
from ..create import empty, zeros
from . import init
from .module import Module
from .parameter import Parameter

__all__ = ["RNNCellBase", "RNNCell", "LSTMCell", "GRUCell"]


class RNNCellBase(Module):
    """What the cells share: parameters, and inputs with or without a batch.

    >>> import tinygrad_bio as tg
    >>> isinstance(tg.nn.GRUCell(20, 32), tg.nn.RNNCellBase)
    True
    """

    def __init__(self, input_size, hidden_size, bias, num_chunks, device=None, dtype=None):
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(empty(rows, input_size, device=device, dtype=dtype))         # (gates·H, I)
        self.weight_hh = Parameter(empty(rows, hidden_size, device=device, dtype=dtype))        # (gates·H, H)
        for name in ("bias_ih", "bias_hh"):
            b = Parameter(empty(rows, device=device,
                                dtype=dtype)) if bias else None                # (gates·H)
            self.register_parameter(name, b)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new starting values: all evenly in ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size else 0
        for p in self.parameters():
            init.uniform_(p, -bound, bound)

    def _step(self, rule, input, states, **settings):
        """The rule of the whole sequence, for a sequence of one step: the new states."""
        name = type(self).__name__ + here()
        if input.ndim not in (1, 2) or input.shape[-1] != self.input_size:
            raise ShapeError(f"{name}: Expected input to be 1D or 2D, (input_size) or (N, input_size) with "
                             f"input_size={self.input_size}, got shape {tuple(input.shape)}")
        x = input if input.ndim == 2 else input[None]                                           # (N, I)
        n, expected = len(x), tuple(input.shape[:-1]) + (self.hidden_size,)
        if states is None:
            states = [zeros(*expected, dtype=x.dtype, device=x.device)] * (2 if rule is ops.lstm else 1)
        for state in states:
            if tuple(state.shape) != expected:
                raise ShapeError(f"{name}: Expected hx of shape {expected} for an input of shape "
                                 f"{tuple(input.shape)}, got {tuple(state.shape)}")
        states = [s if s.ndim == 2 else s[None] for s in states]                                # (N, H)
        weights = [self.weight_ih, self.weight_hh] + [self.bias_ih, self.bias_hh] * self.bias
        _, *new = rule(x, *states, *weights, batch_sizes=(n,), **settings)
        return [s if input.ndim == 2 else s[0] for s in new]

    def extra_repr(self):
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")


class RNNCell(RNNCellBase):
    """h′ = tanh(W_ih x + b_ih + W_hh h + b_hh)

    Shapes
    ------
    input (N, input_size) or (input_size), hx (N, hidden_size) or (hidden_size), zeros if left out; output
    like hx.

    >>> import tinygrad_bio as tg
    >>> cell = tg.nn.RNNCell(20, 32)
    >>> h = cell(tg.ones(8, 20))
    >>> cell(tg.ones(8, 20), h).shape
    (8, 32)
    """

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"RNNCell: Unknown nonlinearity {nonlinearity!r}: select 'tanh' or 'relu'")
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        return self._step(ops.rnn, input, None if hx is None else [hx], relu=self.nonlinearity == "relu")[0]

    def extra_repr(self):
        nonlinearity = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        return super().extra_repr() + nonlinearity


class LSTMCell(RNNCellBase):
    """(i, f, g, o) = W_ih x + b_ih + W_hh h + b_hh;   c′ = σ(f)·c + σ(i)·tanh(g);   h′ = σ(o)·tanh(c′)

    Shapes
    ------
    input (N, input_size) or (input_size), hx a pair (h, c) of (N, hidden_size) or (hidden_size); output a
    pair like hx.

    >>> import tinygrad_bio as tg
    >>> h, c = tg.nn.LSTMCell(20, 32)(tg.ones(8, 20))
    >>> h.shape, c.shape
    ((8, 32), (8, 32))
    """

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input, hx=None):
        if hx is not None and (not isinstance(hx, (tuple, list)) or len(hx) != 2):
            raise TypeError(f"LSTMCell{here()}: hx must be a pair (h, c), got {type(hx).__name__}")
        return tuple(self._step(ops.lstm, input, hx))


class GRUCell(RNNCellBase):
    """r, z = σ(W_ih x + b_ih + W_hh h + b_hh);   n = tanh(W_in x + b_in + r·(W_hn h + b_hn));   h′ = (1 −
    z)·n + z·h

    Shapes
    ------
    As for RNNCell.

    >>> import tinygrad_bio as tg
    >>> tg.nn.GRUCell(20, 32)(tg.ones(8, 20)).shape
    (8, 32)
    """

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input, hx=None):
        return self._step(ops.gru, input, None if hx is None else [hx])[0]
