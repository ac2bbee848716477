"""Recurrent layers: RNN, LSTM and GRU over whole sequences. One step alone: ``cell.py``; the formulas:
``ops/recurrent.py``.

A layer reads a sequence residue by residue and keeps a state, its memory of what it has read. Layers are
stacked: the outputs of one are the inputs of the next. In both directions a second network reads from the
end, and the two outputs stand side by side.
"""
import math
import warnings

from .. import ops
from ..autograd import ShapeError, here
from ..create import empty, zeros
from ..functions import cat, stack
from ..ops.recurrent import steps
from . import functional as F, init
from .module import Module
from .parameter import Parameter
from .utils.rnn import PackedSequence, Packing, checked_lengths

__all__ = ["RNNBase", "RNN", "LSTM", "GRU"]

GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}


class RNNBase(Module):
    """What RNN, LSTM and GRU share: parameters, stacking, directions, sequences of different lengths.

    >>> import tinygrad_bio as tg
    >>> isinstance(tg.nn.GRU(20, 32), tg.nn.RNNBase)
    True
    """

    def __init__(self, mode, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
                 bidirectional=False, proj_size=0, device=None, dtype=None):
        super().__init__()
        self.mode, self.input_size, self.hidden_size = mode, input_size, hidden_size
        self.num_layers = num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, dropout
        self.bidirectional, self.proj_size = bidirectional, proj_size
        self._check_settings()
        outputs, directions = self._output_size(), 2 if bidirectional else 1
        for suffix, layer in self._runs():
            inputs = input_size if layer == 0 else outputs * directions
            rows = GATES[mode] * hidden_size
            shapes = {"weight_ih": (rows, inputs), "weight_hh": (rows, outputs)}        # rows: gates·H
            if bias:
                shapes.update(bias_ih=(rows,), bias_hh=(rows,))
            if proj_size:
                shapes.update(weight_hr=(proj_size, hidden_size))
            for name, shape in shapes.items():
                setattr(self, name + suffix, Parameter(empty(*shape, device=device, dtype=dtype)))
        self.reset_parameters()

    def _check_settings(self):
        kind = type(self).__name__
        for name in ("input_size", "hidden_size", "num_layers"):
            size = getattr(self, name)
            if not isinstance(size, int) or isinstance(size, bool):
                raise TypeError(f"{kind}: {name} must be an int, not {type(size).__name__}")
            if size <= 0:
                raise ValueError(f"{kind}: {name} must be greater than zero, but is {size}")
        for name in ("bias", "batch_first"):
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{kind}: {name} must be a bool, not {type(getattr(self, name)).__name__}: "
                                f"is an argument left out?")
        p = self.dropout
        if isinstance(p, bool) or not isinstance(p, (int, float)) or not 0 <= p <= 1:
            raise ValueError(f"{kind}: dropout is a probability and must be a number between 0 and 1, but is "
                             f"{p!r}")
        if p > 0 and self.num_layers == 1:
            warnings.warn(f"{kind}: dropout acts between layers, so dropout={p} does nothing here",
                          stacklevel=4)
        if self.proj_size and self.mode != "LSTM":
            raise ValueError(f"{kind}: proj_size argument is only supported for LSTM, not RNN or GRU")
        if self.proj_size < 0 or self.proj_size >= self.hidden_size:
            raise ValueError(f"{kind}: proj_size must be 0, for none, or smaller than hidden_size="
                             f"{self.hidden_size}, but is {self.proj_size}")

    def _output_size(self):
        """The width of h: H, or P if it is projected."""
        return self.proj_size or self.hidden_size

    def _runs(self):
        """("_l0", 0), ("_l0_reverse", 0), ("_l1", 1), …: each run's suffix of names, and its layer."""
        ways = ("", "_reverse") if self.bidirectional else ("",)
        return [(f"_l{layer}{way}", layer) for layer in range(self.num_layers) for way in ways]

    def _weights(self, suffix):
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[:4 if self.bias else 2]
        names += ("weight_hr",) if self.proj_size else ()
        return [getattr(self, name + suffix) for name in names]

    @property
    def all_weights(self):
        """The parameters of each layer and direction, in lists."""
        return [self._weights(suffix) for suffix, _ in self._runs()]

    def reset_parameters(self):
        """Draw new starting values: all evenly in ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size)
        for p in self.parameters():
            init.uniform_(p, -bound, bound)

    def flatten_parameters(self):
        """Does nothing: it is here for programs that call it."""

    # -------------------------------------------------------------------------------------------- forward

    def forward(self, input, hx=None, lengths=None):
        """(output, last state). See the class; `lengths` says how long each sequence of a padded batch is."""
        states = None if hx is None else self._listed(hx)
        if isinstance(input, PackedSequence):
            if lengths is not None:
                raise ValueError(f"{self._here()}: a PackedSequence knows its lengths: leave out lengths=")
            return self._forward_packed(input, states)
        if input.ndim not in (2, 3):
            raise ShapeError(f"{self._here()}: Expected input to be 2D or 3D, got {input.ndim}D instead: it "
                             f"must be (L, I) or {'(N, L, I)' if self.batch_first else '(L, N, I)'}")
        if input.ndim == 2:
            return self._forward_one(input, states, lengths)
        batch_dim = 0 if self.batch_first else 1
        n, length = input.shape[batch_dim], input.shape[1 - batch_dim]
        if lengths is not None:
            packing = Packing(checked_lengths(lengths, n, length, self._here()))
            rows, states = packing.pack(input, self.batch_first), self._sorted(states, packing.order, n)
            y, states = self._run(rows, states, packing.batch_sizes)
            y = packing.pad(y, length, self.batch_first)                                         # (L, N, D·H)
            return y, self._given_back(states, packing.order.argsort())
        rows = input.transpose(0, 1) if self.batch_first else input                              # (L, N, I)
        rows = rows.reshape(length * n, input.shape[2])                                          # (L·N, I)
        y, states = self._run(rows, self._sorted(states, None, n), (n,) * length)
        y = y.reshape(length, n, y.shape[1])                                                     # (L, N, D·H)
        return (y.transpose(0, 1) if self.batch_first else y), self._given_back(states, None)

    def _forward_one(self, input, states, lengths):
        """One sequence (L, I) without a batch: its states have shape (layers·D, H)."""
        if lengths is not None:
            raise ShapeError(f"{self._here()}: lengths= is for a batch of sequences, and the input has shape "
                             f"{tuple(input.shape)}")
        for state in states or ():
            if state.ndim != 2:
                raise ShapeError(f"{self._here()}: For unbatched 2-D input, hx should also be 2-D, of shape "
                                 f"{(len(self._runs()), self.hidden_size)}, but got {state.ndim}-D")
        states = states and [state[:, None] for state in states]
        y, states = self._run(input, self._sorted(states, None, 1), (1,) * len(input))
        return y, self._given_back([state[:, 0] for state in states], None)

    def _forward_packed(self, packed, states):
        sizes = tuple(packed.batch_sizes.tolist())
        order, back = (i if i is None else i.array for i in (packed.sorted_indices, packed.unsorted_indices))
        y, states = self._run(packed.data, self._sorted(states, order, sizes[0]), sizes)
        return PackedSequence(y, *packed[1:]), self._given_back(states, back)

    def _run(self, x, states, batch_sizes):
        """All layers and directions over packed rows (M, I): outputs (M, D·H), [states (layers·D, N, H)]."""
        if not len(batch_sizes):
            raise ShapeError(f"{self._here()}: a sequence must have at least one residue; these have none")
        if x.shape[1] != self.input_size:
            raise ShapeError(f"{self._here()}: the last dimension of the input must have "
                             f"input_size={self.input_size}, but has {x.shape[1]}")
        if states is None:
            states = [[zeros(batch_sizes[0], size, dtype=x.dtype, device=x.device)] * len(self._runs())
                      for size in self._state_sizes()]                                                # (N, H)
        outputs, last = [], []
        for run, (suffix, layer) in enumerate(self._runs()):
            reverse = suffix.endswith("_reverse")
            y, *new = self._sequence(x, *(s[run] for s in states), *self._weights(suffix),
                                     batch_sizes=batch_sizes, reverse=reverse)
            outputs.append(y)                                                                         # (M, H)
            last.append(new)
            if reverse or not self.bidirectional:                       # the layer is complete
                x = cat(outputs, 1) if self.bidirectional else y                                    # (M, D·H)
                outputs = []
                if self.dropout and layer < self.num_layers - 1:
                    x = F.dropout(x, self.dropout, self.training)
        return x, [stack(state) for state in zip(*last)]

    def _sequence(self, *arrays, **settings):
        """The rule of this kind of layer."""
        if self.proj_size:
            return projected_lstm(*arrays, **settings)
        if self.mode == "LSTM":
            return ops.lstm(*arrays, **settings)
        if self.mode == "GRU":
            return ops.gru(*arrays, **settings)
        return ops.rnn(*arrays, relu=self.mode == "RNN_RELU", **settings)

    # ------------------------------------------------------------------------------------- the user's states

    def _state_sizes(self):
        """The width of each state: of h and, in an LSTM, of c."""
        return (self._output_size(), self.hidden_size) if self.mode == "LSTM" else (self.hidden_size,)

    def _listed(self, hx):
        """A state as a list: [h, c] for an LSTM, [h] for the others."""
        if self.mode != "LSTM":
            if isinstance(hx, (tuple, list)):
                raise TypeError(f"{self._here()}: hx must be a Tensor h_0, got a {type(hx).__name__} (which "
                                f"is for LSTM)")
            return [hx]
        if not isinstance(hx, (tuple, list)) or len(hx) != 2:
            raise TypeError(f"{self._here()}: hx must be a pair (h_0, c_0), got {type(hx).__name__}")
        return list(hx)

    def _sorted(self, states, order, n):
        """The states to start from, checked, with the sequences in packed order; None stands for zeros."""
        if states is None:
            return None
        for name, state, size in zip("hc", states, self._state_sizes()):
            expected = (len(self._runs()), n, size)
            if tuple(state.shape) != expected:
                raise ShapeError(f"{self._here()}: Expected hidden size {expected} for {name}_0 "
                                 f"(layers·directions, batch, hidden_size), got {tuple(state.shape)}")
        return states if order is None else [state[:, order] for state in states]

    def _given_back(self, states, order):
        states = states if order is None else [state[:, order] for state in states]
        return tuple(states) if self.mode == "LSTM" else states[0]

    def _here(self):
        return type(self).__name__ + here()

    def extra_repr(self):
        notes = f"{self.input_size}, {self.hidden_size}"
        for name, usual in (("proj_size", 0), ("num_layers", 1), ("bias", True), ("batch_first", False),
                            ("dropout", 0), ("bidirectional", False)):
            if getattr(self, name) != usual:
                notes += f", {name}={getattr(self, name)}"
        return notes


def projected_lstm(x, h, c, w_ih, w_hh, *rest, batch_sizes, reverse=False):
    """`ops.lstm` with h_t = W_hr·σ(o)·tanh(c_t), step by step: outputs (M, P), h (N, P), c (N, H)."""
    *biases, w_hr = rest                                                                        # w_hr (P, H)
    b_ih, b_hh = biases or (0.0, 0.0)
    outputs = []
    for rows, n in steps(batch_sizes, reverse):
        i, f, g, o = (x[rows] @ w_ih.T + b_ih + h[:n] @ w_hh.T + b_hh).chunk(4, 1)              # (n, H) each
        new_c = f.sigmoid() * c[:n] + i.sigmoid() * g.tanh()                                    # (n, H)
        new_h = (o.sigmoid() * new_c.tanh()) @ w_hr.T                                           # (n, P)
        h, c = cat([new_h, h[n:]]), cat([new_c, c[n:]])
        outputs.append(new_h)
    return cat(outputs[::-1] if reverse else outputs), h, c


class RNN(RNNBase):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_t₋₁ + b_hh): the plain recurrent network. Elman 1990.

    Parameters
    ----------
    input_size, hidden_size : I and H
    num_layers : how many are stacked
    nonlinearity : "tanh" or "relu"
    bias, batch_first, dropout, bidirectional : as for LSTM

    Shapes
    ------
    As for LSTM, with one state h (layers·D, N, H).

    >>> import tinygrad_bio as tg
    >>> output, h = tg.nn.RNN(20, 32)(tg.ones(100, 8, 20))
    >>> output.shape, h.shape
    ((100, 8, 32), (1, 8, 32))
    """

    def __init__(self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias=True,
                 batch_first=False, dropout=0.0, bidirectional=False, device=None, dtype=None):
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"RNN: Unknown nonlinearity {nonlinearity!r}: select 'tanh' or 'relu'")
        mode = f"RNN_{nonlinearity.upper()}"
        super().__init__(mode, input_size, hidden_size, num_layers, bias, batch_first, dropout,
                         bidirectional, 0, device, dtype)
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Long short-term memory: a cell c that gates i, f and o write, keep and read. Hochreiter & Schmidhuber
    1997.

    (i, f, g, o) = W_ih x_t + b_ih + W_hh h_t₋₁ + b_hh;   c_t = σ(f)·c_t₋₁ + σ(i)·tanh(g);   h_t =
    σ(o)·tanh(c_t)

    The cell is *added to*, so the gradient of what was read long ago does not vanish as it does in a plain
    RNN.

    Parameters
    ----------
    input_size, hidden_size : I and H
    num_layers : how many are stacked
    bias : whether the b's are there
    batch_first : inputs and outputs are (N, L, ·) instead of (L, N, ·); states are not affected
    dropout : the probability of 0 between layers, in training
    bidirectional : read in both directions (D = 2)
    proj_size : P, if not 0: h_t is W_hr times the h_t above, and narrower than the cell. Sak et al. 2014.

    Shapes
    ------
    ``lstm(input, (h_0, c_0), lengths=lengths)``, all but the input may be left out, gives ``output, (h_n,
    c_n)``: input (L, N, I), a PackedSequence, or one sequence (L, I); output (L, N, D·H), forward beside
    reverse; states (layers·D, N, H): forward, reverse of layer 0, then of layer 1, …; weight_ih_l0 (4H, I),
    weight_hh_l0 (4H, H); if there is a P, it stands for H in the outputs, h and weight_hh_l0 (4H, P), and
    weight_hr_l0 is (P, H). With `lengths` what lies behind the end of a sequence is not read: outputs there
    are 0, states are those at the last residue, and the reverse direction begins there.

    >>> import tinygrad_bio as tg
    >>> lstm = tg.nn.LSTM(20, 32, batch_first=True, bidirectional=True)
    >>> output, (h, c) = lstm(tg.ones(2, 100, 20), lengths=[100, 8])
    >>> output.shape, h.shape
    ((2, 100, 64), (2, 2, 32))
    >>> bool((h[0, 1] == output[1, 7, :32]).all()), bool((output[1, 8:] == 0).all())
    (True, True)
    """

    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
                 bidirectional=False, proj_size=0, device=None, dtype=None):
        super().__init__("LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout,
                         bidirectional, proj_size, device, dtype)


class GRU(RNNBase):
    """Gated recurrent unit: an LSTM with two gates and no separate cell. Cho et al. 2014.

    r, z = σ(W_ih x_t + b_ih + W_hh h_t₋₁ + b_hh);   n = tanh(W_in x_t + b_in + r·(W_hn h_t₋₁ + b_hn));   h_t
    = (1 − z)·n + z·h_t₋₁

    Parameters and shapes as for LSTM, with one state h (layers·D, N, H); weight_ih_l0 (3H, I), weight_hh_l0
    (3H, H).

    >>> import tinygrad_bio as tg
    >>> output, h = tg.nn.GRU(20, 32, num_layers=2)(tg.ones(100, 8, 20))
    >>> output.shape, h.shape
    ((100, 8, 32), (2, 8, 32))
    """

    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
                 bidirectional=False, device=None, dtype=None):
        super().__init__("GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout,
                         bidirectional, 0, device, dtype)
