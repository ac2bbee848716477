"""Recurrent networks: one direction of one layer, over whole sequences, as one operation.

A recurrent cell makes a new state from the old one and the next residue. Unfolded in time that is a chain of
small operations; here the chain is one rule, which does at once what does not depend on the state: the
product of all residues with W_ih before the loop, the slopes of all gates and the gradients of the weights
after it. Each rule has the plain loop over its cell as composite. Read the cells first.

Sequences of different lengths come *packed*: sorted by length, longest first, the rows of step 0, then those
of step 1, and so on. ``batch_sizes`` says how many sequences are still there in each step. For a (4
residues), b (2), c (1)::

    rows  a₀ b₀ c₀ a₁ b₁ a₂ a₃        batch_sizes (3, 2, 1, 1)        M = 7 rows, N = 3 sequences

No row is padding, so padding cannot leak into a state. In reverse the steps are taken from the last to the
first, and each sequence joins at its own last residue. A state that is not in use (not yet, or no more) stays
as it is: so at the end there is, for every sequence, the state after its own last step. Letters: M rows, N
sequences, I inputs, H hidden units.
"""
import numpy as np

from ..autograd import op
from ..backend import namespace
from .exponential import sigmoid


# ----------------------------------------------------------------------------------------- into rows and back

@op(linear=True)
def pack_rows(x, *, rows):
    """y = x[rows], where no row comes twice,   ∂x = zeros with g in those rows

    >>> pack_rows(tg.tensor([1., 2., 3.]), rows=np.array([2, 0]))
    tensor([3., 1.])
    """
    size = len(x)
    return x[rows], (lambda g: unpack_rows(g, rows=rows, size=size),)


@op(linear=True)
def unpack_rows(x, *, rows, size):
    """y = zeros (size, …) with x in those rows,   ∂x = g[rows]

    >>> unpack_rows(tg.tensor([3., 1.]), rows=np.array([2, 0]), size=3)
    tensor([1., 0., 3.])
    """
    y = namespace(x).zeros((size,) + x.shape[1:], dtype=x.dtype)
    y[rows] = x
    return y, (lambda g: pack_rows(g, rows=rows),)


# ---------------------------------------------------------------------------------- one step, written plainly

def rnn_cell(x, h, w_ih, w_hh, b_ih=0.0, b_hh=0.0, *, relu=False):
    """h′ = tanh(W_ih x + b_ih + W_hh h + b_hh), or the positive part of the same."""
    xp = namespace(x)
    z = x @ w_ih.swapaxes(0, 1) + b_ih + (h @ w_hh.swapaxes(0, 1) + b_hh)                   # (n, H)
    return (xp.maximum(z, 0) if relu else xp.tanh(z),)


def lstm_cell(x, h, c, w_ih, w_hh, b_ih=0.0, b_hh=0.0):
    """c′ = σ(f)·c + σ(i)·tanh(g),   h′ = σ(o)·tanh c′;   (i, f, g, o) = W_ih x + b_ih + W_hh h + b_hh"""
    xp = namespace(x)
    z = x @ w_ih.swapaxes(0, 1) + b_ih + (h @ w_hh.swapaxes(0, 1) + b_hh)                   # (n, 4H)
    i, f, g, o = _blocks(z, h.shape[1])
    c = sigmoid(f) * c + sigmoid(i) * xp.tanh(g)                                            # (n, H)
    return sigmoid(o) * xp.tanh(c), c


def gru_cell(x, h, w_ih, w_hh, b_ih=0.0, b_hh=0.0):
    """h′ = (1 − z)·n + z·h;   r, z = σ(W_ih x + b_ih + W_hh h + b_hh);
    n = tanh(W_in x + b_in + r·(W_hn h + b_hn))
    """
    xp = namespace(x)
    of_x = _blocks(x @ w_ih.swapaxes(0, 1) + b_ih, h.shape[1])                              # 3 × (n, H)
    of_h = _blocks(h @ w_hh.swapaxes(0, 1) + b_hh, h.shape[1])
    r, z = (sigmoid(of_x[k] + of_h[k]) for k in (0, 1))
    n = xp.tanh(of_x[2] + r * of_h[2])
    return ((1 - z) * n + z * h,)


def _blocks(z, width):
    """The gates side by side in (n, 3H) or (n, 4H), one by one."""
    return [z[:, k:k + width] for k in range(0, z.shape[1], width)]


def _plainly(cell, x, states, weights, batch_sizes, reverse, **settings):
    """The cell, step after step: (outputs (M, H), each state (N, ·) after the last step)."""
    xp = namespace(x)
    outputs = []
    for rows, n in steps(batch_sizes, reverse):
        new = cell(x[rows], *(s[:n] for s in states), *weights, **settings)
        states = [a if n == len(s) else xp.concatenate([a, s[n:]]) for a, s in zip(new, states)]
        outputs.append(new[0])
    return (xp.concatenate(outputs[::-1] if reverse else outputs), *states)


def rnn_plainly(x, h0, w_ih, w_hh, *biases, batch_sizes, reverse=False, relu=False):
    """`rnn_cell` in a loop: a composition."""
    return _plainly(rnn_cell, x, [h0], (w_ih, w_hh, *biases), batch_sizes, reverse, relu=relu)


def lstm_plainly(x, h0, c0, w_ih, w_hh, *biases, batch_sizes, reverse=False):
    """`lstm_cell` in a loop: a composition."""
    return _plainly(lstm_cell, x, [h0, c0], (w_ih, w_hh, *biases), batch_sizes, reverse)


def gru_plainly(x, h0, w_ih, w_hh, *biases, batch_sizes, reverse=False):
    """`gru_cell` in a loop: a composition."""
    return _plainly(gru_cell, x, [h0], (w_ih, w_hh, *biases), batch_sizes, reverse)


# --------------------------------------------------------------------------------------- what the loops share

def steps(batch_sizes, reverse=False):
    """(the rows of a step, how many they are) for each step, in the order in which they are taken.

    >>> steps((3, 1), reverse=True)
    [(slice(3, 4, None), 1), (slice(0, 3, None), 3)]
    """
    found, start = [], 0
    for n in batch_sizes:
        found.append((slice(start, start + n), n))
        start += n
    return found[::-1] if reverse else found


def _states_before(first, states, batch_sizes, reverse):
    """The state that each row's step began with (M, H), from `first` (N, H) and those after the steps."""
    xp, n = namespace(states), len(first)
    place = np.arange(n)                      # where in [first, states] the present state of each sequence is
    before = np.empty(len(states), "int64")
    for rows, k in steps(batch_sizes, reverse):
        before[rows] = place[:k]
        place[:k] = np.arange(n + rows.start, n + rows.stop)
    return xp.concatenate([first, states])[xp.asarray(before)]


def once(function):
    """The function of g, and a memory of its last result: pullbacks that are given one g share the work."""
    last = [None, None]

    def remembering(g):
        if last[0] is not g:
            last[:] = g, function(g)
        return last[1]
    return remembering


def _of_inputs(x, w_ih, *biases):
    """W_ih x + b for all rows at once: (M, gates·H)."""
    z = x @ w_ih.swapaxes(0, 1)
    for b in biases:
        z += b
    return z


# ------------------------------------------------------------------------------------------------------- RNN

@op(composite=rnn_plainly, promote=False)
def rnn(x, h0, w_ih, w_hh, b_ih=None, b_hh=None, *, batch_sizes, reverse=False, relu=False):
    """y_t = tanh z_t, z_t = W_ih x_t + W_hh y_t₋₁ + b, h = last y;   ∂z_t = (1 − y_t²)·(∂y_t + W_hhᵀ ∂z_t₊₁)

    and from that ∂x_t = W_ihᵀ ∂z_t,   ∂W_ih = Σ ∂z_t x_tᵀ,   ∂W_hh = Σ ∂z_t y_t₋₁ᵀ,   ∂b = Σ ∂z_t.
    x (M, I) packed, h0 (N, H), w_ih (H, I), w_hh (H, H), biases (H) -> y (M, H), h (N, H)

    >>> x, h, one = tg.tensor([[1.], [2.]]), tg.zeros(1, 1), tg.ones(1, 1)              # 2 steps of 1 sequence
    >>> rnn(x, h, one, one, batch_sizes=(1, 1), relu=True)
    (tensor([[1.],
            [3.]]), tensor([[3.]]))
    """
    xp = namespace(x)
    biases = () if b_ih is None else (b_ih, b_hh)
    y = _of_inputs(x, w_ih, *biases)                                    # (M, H)
    h, back = h0.copy(), xp.ascontiguousarray(w_hh.swapaxes(0, 1))
    for rows, n in steps(batch_sizes, reverse):
        z = y[rows]                                                     # (n, H), a view: filled in place
        z += h[:n] @ back
        xp.maximum(z, 0, out=z) if relu else xp.tanh(z, out=z)
        h[:n] = z

    @once
    def gradients(g):
        dz = (y > 0).astype(y.dtype) if relu else 1 - y * y             # (M, H): the slopes, then times ∂h
        dh = g[1].copy()                                                # (N, H)
        for rows, n in reversed(steps(batch_sizes, reverse)):
            dhn, d = dh[:n], dz[rows]                                   # views, filled in place
            dhn += g[0][rows]
            d *= dhn
            xp.matmul(d, w_hh, out=dhn)
        return dz, dh

    def before():
        return _states_before(h0, y, batch_sizes, reverse)              # (M, H)

    return (y, h), _pullbacks(gradients, x, w_ih, before, bool(biases))


def _pullbacks(gradients, x, w_ih, before, biased, *more):
    """What is left to do when ∂z of all rows is known: one product for each weight."""
    def to_bias(g):
        return gradients(g)[0].sum(axis=0)

    return (lambda g: gradients(g)[0] @ w_ih,
            lambda g: gradients(g)[1],
            *more,
            lambda g: gradients(g)[0].swapaxes(0, 1) @ x,
            lambda g: gradients(g)[0].swapaxes(0, 1) @ before()) + (to_bias, to_bias) * biased


# ------------------------------------------------------------------------------------------------------ LSTM

@op(composite=lstm_plainly, promote=False)
def lstm(x, h0, c0, w_ih, w_hh, b_ih=None, b_hh=None, *, batch_sizes, reverse=False):
    """y_t = σ(o)·tanh c_t,   c_t = σ(f)·c_t₋₁ + σ(i)·tanh(g),   (i, f, g, o) = W_ih x_t + W_hh y_t₋₁ + b

    x (M, I) packed, h0 and c0 (N, H), w_ih (4H, I), w_hh (4H, H), biases (4H) -> y (M, H), h and c (N, H).
    ∂(i, f, g, o): see `_lstm_gradients`; from it the rest as for `rnn`.
    All four gates take one call of tanh, because σ(z) = ½ + ½·tanh(z/2).

    >>> x, h, w = tg.zeros(3, 2), tg.zeros(2, 1), tg.ones(4, 2)                          # 2 sequences, packed
    >>> y, h, c = lstm(x, h, h, w, tg.ones(4, 1), batch_sizes=(2, 1))
    >>> y.shape, h.shape, c.shape
    ((3, 1), (2, 1), (2, 1))
    """
    xp, H = namespace(x), h0.shape[1]
    scale = xp.full(4 * H, 0.5, dtype=x.dtype)                          # (4H): ½ for i, f and o, 1 for g
    scale[2 * H:3 * H] = 1
    shift = 1 - scale
    biases = () if b_ih is None else (b_ih, b_hh)
    gates = _of_inputs(x, w_ih * scale[:, None], *(b * scale for b in biases))              # (M, 4H)
    back = xp.ascontiguousarray((w_hh * scale[:, None]).swapaxes(0, 1))                     # (H, 4H)
    y, cells, tanhs = (xp.empty((len(x), H), dtype=x.dtype) for _ in range(3))              # (M, H)
    h, c = h0.copy(), c0.copy()                                                             # (N, H)
    for rows, n in steps(batch_sizes, reverse):
        z, cn = gates[rows], c[:n]                                      # (n, 4H), (n, H): views
        z += h[:n] @ back
        xp.tanh(z, out=z)
        z *= scale
        z += shift
        i, f, g, o = _blocks(z, H)
        cn *= f
        cn += i * g
        cells[rows] = cn
        xp.tanh(cn, out=tanhs[rows])
        h[:n] = xp.multiply(o, tanhs[rows], out=y[rows])

    @once
    def gradients(g):
        cells_before = _states_before(c0, cells, batch_sizes, reverse)  # (M, H)
        return _lstm_gradients(g, gates, cells_before, tanhs, w_hh, steps(batch_sizes, reverse))

    def before():
        return _states_before(h0, y, batch_sizes, reverse)              # (M, H)

    return (y, h, c), _pullbacks(gradients, x, w_ih, before, bool(biases), lambda g: gradients(g)[2])


def _lstm_gradients(g, gates, before, tanhs, w_hh, taken):
    """The gradients of the gates before their squashing (M, 4H), of h0 and of c0 (N, H).

    In each step, with i, f, g, o squashed:   ∂c += ∂h·o·(1 − tanh² c),
    ∂i = ∂c·g·i(1 − i),   ∂f = ∂c·c₋₁·f(1 − f),   ∂g = ∂c·i·(1 − g²),   ∂o = ∂h·tanh c·o(1 − o);
    then one step back:   ∂h = W_hhᵀ ∂(i, f, g, o) + ∂y,   ∂c ← ∂c·f.
    Only what is multiplied by ∂h or ∂c has to wait for its step.
    """
    xp, (M, H) = namespace(gates), tanhs.shape
    i, f, u, o = _blocks(gates, H)                                      # (M, H): u is tanh(g)
    dz = xp.empty((M, 4, H), dtype=gates.dtype)                         # the slopes, then times ∂c or ∂h
    xp.multiply(i * u, 1 - i, out=dz[:, 0])
    xp.multiply(f * before, 1 - f, out=dz[:, 1])
    xp.multiply(i, 1 - u * u, out=dz[:, 2])
    xp.multiply(o * tanhs, 1 - o, out=dz[:, 3])
    through = o * (1 - tanhs * tanhs)                                   # (M, H): ∂c/∂h
    dh, dc = g[1].copy(), g[2].copy()                                   # (N, H)
    for rows, n in reversed(taken):
        dhn, dcn, d = dh[:n], dc[:n], dz[rows]                          # (n, H), (n, H), (n, 4, H): views
        dhn += g[0][rows]
        dcn += dhn * through[rows]
        xp.multiply(d[:, :3], dcn[:, None], out=d[:, :3])
        xp.multiply(d[:, 3], dhn, out=d[:, 3])
        xp.matmul(d.reshape(n, 4 * H), w_hh, out=dhn)
        dcn *= f[rows]
    return dz.reshape(M, 4 * H), dh, dc


# ------------------------------------------------------------------------------------------------------- GRU

@op(composite=gru_plainly, promote=False)
def gru(x, h0, w_ih, w_hh, b_ih=None, b_hh=None, *, batch_sizes, reverse=False):
    """y_t = (1 − z)·n + z·y_t₋₁;   r, z = σ(W_ih x_t + W_hh y_t₋₁ + b),   n = tanh(W_in x_t + r·W_hn y_t₋₁)

    x (M, I) packed, h0 (N, H), w_ih (3H, I), w_hh (3H, H), biases (3H) -> y (M, H), h (N, H). b_ih goes
    with the product of x and b_hh with that of y, also within n. ∂(r, z, n): see `_gru_gradients`.

    >>> x, h, w = tg.zeros(3, 2), tg.ones(2, 1), tg.zeros(3, 2)                          # 2 sequences, packed
    >>> gru(x, h, w, tg.zeros(3, 1), batch_sizes=(2, 1))                # z = ½, n = 0: each step halves it
    (tensor([[0.5000],
            [0.5000],
            [0.2500]]), tensor([[0.2500],
            [0.5000]]))
    """
    xp, H = namespace(x), h0.shape[1]
    gates = _of_inputs(x, w_ih, *(() if b_ih is None else (b_ih,)))                         # (M, 3H)
    back = xp.ascontiguousarray(w_hh.swapaxes(0, 1))                                        # (H, 3H)
    y, of_h = (xp.empty((len(x), H), dtype=x.dtype) for _ in range(2))                      # (M, H)
    h = h0.copy()                                                                           # (N, H)
    for rows, k in steps(batch_sizes, reverse):
        z, hn = gates[rows], h[:k]                                      # views, filled in place
        u = hn @ back                                                   # (k, 3H)
        if b_hh is not None:
            u += b_hh
        rz = z[:, :2 * H]                                               # (k, 2H): σ(z) = ½ + ½·tanh(z/2)
        rz += u[:, :2 * H]
        rz *= 0.5
        xp.tanh(rz, out=rz)
        rz *= 0.5
        rz += 0.5
        n = z[:, 2 * H:]
        of_h[rows] = u[:, 2 * H:]                                       # W_hn h + b_hn
        n += z[:, :H] * of_h[rows]
        xp.tanh(n, out=n)
        hn -= n                                                         # h′ = n + z·(h − n)
        hn *= z[:, H:2 * H]
        hn += n
        y[rows] = hn

    @once
    def gradients(g):
        before = _states_before(h0, y, batch_sizes, reverse)
        return *_gru_gradients(g, gates, before, of_h, w_hh, steps(batch_sizes, reverse)), before

    return (y, h), (lambda g: gradients(g)[0] @ w_ih,
                    lambda g: gradients(g)[2],
                    lambda g: gradients(g)[0].swapaxes(0, 1) @ x,
                    lambda g: gradients(g)[1].swapaxes(0, 1) @ gradients(g)[3],
                    lambda g: gradients(g)[0].sum(axis=0),
                    lambda g: gradients(g)[1].sum(axis=0))[:4 if b_ih is None else 6]


def _gru_gradients(g, gates, before, of_h, w_hh, taken):
    """The gradients of W_ih x + b_ih and of W_hh h + b_hh, both (M, 3H), and of h0 (N, H).

    In each step, with r, z, n squashed and ∂ before it:
    ∂n = ∂h·(1 − z)·(1 − n²),   ∂z = ∂h·(h₋₁ − n)·z(1 − z),   ∂r = ∂n·(W_hn h + b_hn)·r(1 − r);
    then one step back:   ∂h ← ∂h·z + W_hhᵀ (∂r, ∂z, ∂n·r) + ∂y.
    """
    xp, (M, H) = namespace(gates), of_h.shape
    r, z, n = _blocks(gates, H)                                         # (M, H)
    to_n = (1 - z) * (1 - n * n)
    dz = xp.empty((M, 3, H), dtype=gates.dtype)                         # first the slopes, then times ∂h
    xp.multiply(to_n * of_h, r * (1 - r), out=dz[:, 0])
    xp.multiply(before - n, z * (1 - z), out=dz[:, 1])
    xp.multiply(to_n, r, out=dz[:, 2])
    dh, dhs = g[1].copy(), xp.empty((M, H), dtype=gates.dtype)          # (N, H); ∂h of every row
    for rows, k in reversed(taken):
        dhn, d = dh[:k], dz[rows]                                       # (k, H), (k, 3, H): views
        dhn += g[0][rows]
        dhs[rows] = dhn
        d *= dhn[:, None]
        dhn *= z[rows]
        dhn += d.reshape(k, 3 * H) @ w_hh
    of_state = dz.reshape(M, 3 * H)
    of_input = of_state.copy()
    of_input[:, 2 * H:] = to_n * dhs
    return of_input, of_state, dh
