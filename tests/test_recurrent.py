"""Recurrent networks: the formulas, the fused rules beside their loops, and that padding never matters."""
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import tinygrad_bio as tg
from tinygrad_bio import nn, ops
from tinygrad_bio.autograd import grad, tape
from tinygrad_bio.backend import asnumpy
from tinygrad_bio.nn.utils import rnn
from tinygrad_bio.testing import assert_close, gradcheck, gradgradcheck

KINDS = ["LSTM", "GRU", "RNN", "RNN relu"]
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
seeds = st.integers(0, 2 ** 20)
lengths_of_batches = st.lists(st.integers(1, 6), min_size=1, max_size=4)


def random(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def layer(kind, *args, seed=0, **settings):
    """A layer in float64 with random weights; "RNN relu" is an RNN with relu."""
    name, _, nonlinearity = kind.partition(" ")
    tg.manual_seed(seed)
    return getattr(nn, name)(*args, **({"nonlinearity": nonlinearity} if nonlinearity else {}),
                             **settings).double()


def listed(state):
    """The states (h, c) or h in a list."""
    return list(state) if isinstance(state, tuple) else [state]


# ------------------------------------------------------------------------------------- fused and composed

def rule_and_arrays(kind, lengths, inputs, hidden, biased, seed):
    name, _, relu = kind.partition(" ")
    batch_sizes = tuple(sum(n > t for n in lengths) for t in range(max(lengths)))
    states = [(len(lengths), hidden)] * (2 if name == "LSTM" else 1)
    rows = GATES[name] * hidden
    shapes = [(sum(lengths), inputs), *states, (rows, inputs), (rows, hidden), *[(rows,)] * (2 * biased)]
    arrays = [random(*shape, seed=seed + k) for k, shape in enumerate(shapes)]
    return {"LSTM": ops.lstm, "GRU": ops.gru,
            "RNN": ops.rnn}[name], arrays, batch_sizes, {"relu": True} if relu else {}


@settings(max_examples=80)
@given(kind=st.sampled_from(KINDS), lengths=lengths_of_batches, inputs=st.integers(1, 3),
       hidden=st.integers(1, 4),
       biased=st.booleans(), reverse=st.booleans(), seed=seeds)
def test_fused_rule_is_the_loop_over_its_cell(kind, lengths, inputs, hidden, biased, reverse, seed):
    """Outputs, states and the gradients of everything, for any lengths and both directions."""
    rule, arrays, batch_sizes, more = rule_and_arrays(kind, lengths, inputs, hidden, biased, seed)
    results = []
    for function in (rule, rule.composite):
        tensors = [tg.tensor(a, requires_grad=True) for a in arrays]
        outputs = function(*tensors, batch_sizes=batch_sizes, reverse=reverse, **more)
        gs = [tg.tensor(random(*y.shape, seed=seed + 20)) for y in outputs]
        results.append([t.detach() for t in [*outputs, *grad(outputs, tensors, gs)]])
    for fused, plain in zip(*results):
        assert_close(fused, plain, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("reverse", [False, True])
def test_first_and_second_derivatives(kind, reverse):
    """By differences; also of one output alone."""
    rule, arrays, batch_sizes, _ = rule_and_arrays(kind, [3, 1], 2, 2, True, 0)
    tensors = [tg.tensor(a, requires_grad=True) for a in arrays]
    for pick in (lambda ys: ys, lambda ys: ys[-1]):
        def function(*tensors):
            return pick(rule(*tensors, batch_sizes=batch_sizes, reverse=reverse))
        assert gradcheck(function, tensors) and gradgradcheck(function, tensors)


def test_large_gates_in_float64_and_float32():
    """σ by way of tanh: saturated gates are 0 and 1, and nothing overflows."""
    for dtype in ("float64", "float32"):
        w = np.array([[1e4], [-1e4], [3.0], [1e4]], dtype)         # i = 1, f = 0, g = tanh 3, o = 1 for x = 1
        x, state = np.ones((2, 1), dtype), np.zeros((1, 1), dtype)
        with np.errstate(all="raise"):
            y, h, c = ops.lstm(*map(tg.tensor, (x, state, state, w, 0 * w)), batch_sizes=(1, 1))
        assert_close(c, np.array([[np.tanh(3)]], dtype), rtol=1e-6)
        assert_close(h, np.tanh(c.numpy()), rtol=1e-6)


def test_a_sequence_of_any_length_is_one_operation():
    """Not one for each residue: neither the graph nor its drawing grows with the sequence."""
    model = nn.LSTM(3, 4)
    sizes = [len(tape(model(tg.zeros(n, 2, 3))[0].sum().grad_fn)) for n in (2, 300)]
    assert sizes[0] == sizes[1] < 10


# ------------------------------------------------------------------------------------------- the formulas

def sigma(z):
    return 1 / (1 + np.exp(-z))


def test_lstm_is_its_formula():
    """Written out with its gates i, f, g, o, for one sequence."""
    model, x = layer("LSTM", 3, 2), random(5, 3)
    p = {name: t.numpy() for name, t in model.state_dict().items()}
    h, c = np.zeros(2), np.zeros(2)
    for t in range(5):
        z = p["weight_ih_l0"] @ x[t] + p["bias_ih_l0"] + p["weight_hh_l0"] @ h + p["bias_hh_l0"]
        i, f, g, o = z[0:2], z[2:4], z[4:6], z[6:8]
        c = sigma(f) * c + sigma(i) * np.tanh(g)
        h = sigma(o) * np.tanh(c)
    output, (h_n, c_n) = model(tg.tensor(x))
    assert_close(output[-1].detach(), h, rtol=1e-12)
    assert_close(h_n.detach(), h[None], rtol=1e-12)
    assert_close(c_n.detach(), c[None], rtol=1e-12)


def test_gru_is_its_formula():
    """r, z, n; the bias of the state is multiplied by r as well."""
    model, x, h = layer("GRU", 3, 2), random(5, 3), np.zeros(2)
    p = {name: t.numpy() for name, t in model.state_dict().items()}
    for t in range(5):
        a = p["weight_ih_l0"] @ x[t] + p["bias_ih_l0"]
        b = p["weight_hh_l0"] @ h + p["bias_hh_l0"]
        r, z = sigma(a[0:2] + b[0:2]), sigma(a[2:4] + b[2:4])
        h = (1 - z) * np.tanh(a[4:6] + r * b[4:6]) + z * h
    assert_close(model(tg.tensor(x))[1].detach(), h[None], rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_both_directions_and_two_layers_are_runs_of_one(kind):
    """The second layer reads what both directions of the first have written."""
    deep = layer(kind, 3, 2, num_layers=2, bidirectional=True)
    x = tg.tensor(random(5, 4, 3))
    read = x
    for k in range(2):
        runs = []
        for suffix in (f"_l{k}", f"_l{k}_reverse"):
            single = layer(kind, read.shape[-1], 2)
            single.load_state_dict({name + "_l0": getattr(deep, name + suffix).detach()
                                    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")})
            runs.append(single)
        there, back = runs[0](read)[0], runs[1](read.flip(0))[0].flip(0)
        read = tg.cat([there, back], 2)
    output, state = deep(x)
    assert_close(output, read, rtol=1e-12)
    h = listed(state)[0]
    assert_close(h[2], output[-1, :, :2])                              # layer 1, forward: at the last residue
    assert_close(h[3], output[0, :, 2:])                                # layer 1, reverse: at the first
    assert h.shape == (4, 4, 2)


# --------------------------------------------------------------------------------- padding never matters

def run_with_lengths(model, x, lengths, way, seed=5):
    """All that comes out for a padded batch (N, L, I): outputs within the lengths, states, gradients."""
    x = tg.tensor(x, requires_grad=True)
    for p in model.parameters():
        p.grad = None
    if way == "lengths":
        output, state = model(x, lengths=lengths)
    else:
        packed, state = model(rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
        output, again = rnn.pad_packed_sequence(packed, batch_first=True, total_length=x.shape[1])
        assert again.tolist() == list(lengths)
    behind = np.arange(x.shape[1]) >= np.array(lengths)[:, None]                        # (N, L)
    assert (output.detach().numpy()[behind] == 0).all(), "outputs behind the end must be 0"
    shape = output.shape[::2]
    rngs = [np.random.default_rng([seed, n]) for n in range(shape[0])]                  # more than are needed
    g = np.stack([rng.normal(size=(10, shape[1]))[:output.shape[1]] for rng in rngs])
    total = (output * tg.tensor(g)).sum() + sum((s * s).sum() for s in listed(state))
    total.backward()
    dx = x.grad.numpy()
    assert (dx[behind] == 0).all(), "what lies behind the end must get no gradient"
    parts = [a[n, :k] for a in (output.detach().numpy(), dx) for n, k in enumerate(lengths)]
    return parts + [s.detach().numpy() for s in listed(state)] + [p.grad.numpy() for p in model.parameters()]


@settings(max_examples=60)
@given(kind=st.sampled_from(KINDS), lengths=lengths_of_batches, layers=st.integers(1, 2),
       both_ways=st.booleans(), more=st.integers(0, 3), way=st.sampled_from(["lengths", "packed"]),
       filler=st.sampled_from([0.0, 1e3, np.inf, np.nan]), seed=seeds)
def test_padding_never_matters(kind, lengths, layers, both_ways, more, way, filler, seed):
    """Neither its amount nor its content, not even NaN: outputs, states and gradients, in both directions."""
    model = layer(kind, 2, 3, num_layers=layers, bidirectional=both_ways, batch_first=True)
    x = random(len(lengths), max(lengths), 2, seed=seed)
    expected = run_with_lengths(model, x, lengths, "packed")
    wide = np.full((len(lengths), max(lengths) + more, 2), filler)
    for n, k in enumerate(lengths):
        wide[n, :k] = x[n, :k]
    for a, b in zip(run_with_lengths(model, wide, lengths, way), expected):
        assert_close(a, b, rtol=1e-10, atol=1e-12)


@settings(max_examples=40)
@given(kind=st.sampled_from(KINDS), lengths=lengths_of_batches, both_ways=st.booleans(), states=st.booleans(),
       seed=seeds)
def test_each_sequence_of_a_batch_is_as_if_alone(kind, lengths, both_ways, states, seed):
    model = layer(kind, 2, 3, num_layers=2, bidirectional=both_ways, batch_first=True)
    x, directions = tg.tensor(random(len(lengths), max(lengths), 2, seed=seed)), 1 + both_ways
    number = 2 if kind == "LSTM" else 1
    hx = [tg.tensor(random(2 * directions, len(lengths), 3, seed=seed + k)) for k in range(number)]

    def start(n):
        chosen = hx if n is None else [h[:, n:n + 1] for h in hx]
        return None if not states else tuple(chosen) if kind == "LSTM" else chosen[0]
    output, state = model(x, start(None), lengths=lengths)
    for n, k in enumerate(lengths):
        own, last = model(x[n:n + 1, :k], start(n))
        assert_close(output[n, :k], own[0], rtol=1e-10)
        for a, b in zip(listed(state), listed(last)):
            assert_close(a[:, n:n + 1], b, rtol=1e-10)


def test_the_reverse_direction_begins_at_each_sequences_own_end():
    model = layer("LSTM", 2, 3, bidirectional=True, batch_first=True)
    x = tg.tensor(random(2, 6, 2))
    output, (h, _) = model(x, lengths=[6, 2])
    alone, (h_alone, _) = model(x[1:, :2])
    assert_close(output[1, :2], alone[0])
    assert_close(h[:, 1], h_alone[:, 0])
    assert_close(h[1, 1], output[1, 0, 3:])                             # it ends at the first residue


# ---------------------------------------------------------------------------------------------- the engine

def test_backward_twice_adds_up():
    model, x = layer("LSTM", 2, 3), tg.tensor(random(4, 2, 2))
    total = (model(x)[0] ** 2).sum()
    total.backward(retain_graph=True)
    once = [p.grad.numpy().copy() for p in model.parameters()]
    total.backward()
    for p, g in zip(model.parameters(), once):
        assert_close(p.grad, 2 * g)


def test_gradients_for_two_different_cotangents():
    """The pullbacks share their work within a walk, not between walks."""
    model, x = layer("LSTM", 2, 3), tg.tensor(random(4, 2, 2), requires_grad=True)
    output, (h, c) = model(x)
    one, = grad(output[0].sum(), x, retain_graph=True)
    two, = grad(output[1].sum(), x, retain_graph=True)
    both, = grad(output[:2].sum(), x)
    assert_close(one + two, both, rtol=1e-10)
    assert (one - two).abs().max().item() > 0.01


def test_both_biases_have_gradients_of_their_own():
    model = layer("LSTM", 2, 3)
    model(tg.tensor(random(4, 2, 2)))[0].sum().backward()
    model.bias_ih_l0.grad.zero_()
    assert (model.bias_hh_l0.grad != 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_between_forward_and_backward_is_an_error(kind):
    model = layer(kind, 2, 3)
    loss = model(tg.tensor(random(4, 2, 2)))[0].sum()
    with tg.no_grad():
        model.weight_hh_l0 += 1.0
    with pytest.raises(RuntimeError, match="written in place"):
        loss.backward()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ["padded", "lengths", "packed", "cell"])
def test_on_a_device_in_float32(kind, way, device):
    results = []
    for where in ("cpu", device):
        name, _, nonlinearity = kind.partition(" ")
        more = {"nonlinearity": nonlinearity} if nonlinearity else {}
        tg.manual_seed(0)
        if way == "cell":
            model = getattr(nn, name + "Cell")(2, 3, **more).to(where)
        else:
            model = getattr(nn, name)(2, 3, 2, bidirectional=True, **more).to(where)
        x = random(*((4, 2) if way == "cell" else (5, 4, 2))).astype("float32")
        x = tg.tensor(x, device=where, requires_grad=True)
        hx = tg.tensor(random(4, 4, 3).astype("float32"), device=where, requires_grad=True)
        hx = (hx, hx) if kind == "LSTM" else hx
        if way == "packed":
            packed, state = model(rnn.pack_padded_sequence(x, [2, 5, 1, 3], enforce_sorted=False), hx)
            outputs = [packed.data, rnn.pad_packed_sequence(packed)[0], *listed(state)]
        elif way == "cell":
            outputs = listed(model(x))
        else:
            output, state = model(x, hx, **({"lengths": tg.tensor([2, 5, 1, 3])} if way == "lengths" else {}))
            outputs = [output, *listed(state)]
        found = outputs + list(grad(sum((y * y).sum() for y in outputs), [x, *model.parameters()]))
        assert all(t.device.type == where and t.dtype == tg.float32 for t in found)
        results.append([asnumpy(t.detach().array) for t in found])
    for a, b in zip(*results):
        assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_an_lstm_remembers_what_a_plain_network_forgets():
    """The gradient of the last state for the first residue is gone in an RNN, not in an LSTM."""
    x = tg.tensor(random(60, 1, 4), requires_grad=True)
    sizes = {}
    for kind in ("LSTM", "RNN"):
        model = layer(kind, 4, 16)
        if kind == "LSTM":
            with tg.no_grad():
                model.bias_ih_l0[16:32] += 3.0                          # the forget gate open: σ(3) = 0.95
        dx, = grad((model(x)[0][-1] ** 2).sum(), x)
        norms = dx.norm(dim=(1, 2))
        sizes[kind] = (norms[0] / norms[-1]).item()
    assert sizes["RNN"] < 1e-6 < 1e-3 < sizes["LSTM"]


def test_dropout_between_layers():
    """In training about p of what goes from one layer into the next is 0; not in use, nor behind the last."""
    tg.manual_seed(0)
    model, x = nn.LSTM(3, 50, 2, dropout=0.5), tg.randn(10, 4, 3)
    seen, dropout = [], nn.functional.dropout

    def watching(input, p, training):
        seen.append((input, dropout(input, p, training)))
        return seen[-1][1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nn.functional, "dropout", watching)
        output = model(x)[0]
        model.eval()
        model(x)
    (before, after), (use, unchanged) = seen
    assert 0.45 < (after == 0).float().mean().item() < 0.55
    assert ((after == 0) | ((after - 2 * before).abs() < 1e-6)).all()
    assert unchanged is use and (output != 0).all()
    with pytest.warns(UserWarning, match="dropout acts between layers"):
        nn.LSTM(3, 4, dropout=0.5)


def test_learns_to_remember_the_first_residue():
    """Twenty steps back; random guessing has a loss of ln 4 = 1.39."""
    tg.manual_seed(0)
    x = tg.randint(0, 4, (64, 20))
    encoded, target = tg.nn.functional.one_hot(x, 4).float(), x[:, 0]
    lstm, head = nn.LSTM(4, 24, batch_first=True), nn.Linear(24, 4)
    optimizer = tg.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.02)
    with tg.no_grad():
        lstm.bias_ih_l0[24:48] += 2.0
    for _ in range(120):
        optimizer.zero_grad()
        loss = tg.nn.functional.cross_entropy(head(lstm(encoded)[0][:, -1]), target)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1
