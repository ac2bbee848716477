"""RNN, LSTM and GRU, their cells and packed sequences against PyTorch: outputs, states, all gradients."""
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

import tinygrad_bio as tg
from .both import array, assert_same, compare, ints
from .twins import fail_alike, step_alike, twins

KINDS = ["LSTM", "GRU", "RNN", "RNN relu"]
lengths_of_batches = st.lists(st.integers(1, 6), min_size=1, max_size=4)


def layer_text(kind, inputs, hidden, layers=1, bias=True, batch_first=False, bidirectional=False):
    name, _, nonlinearity = kind.partition(" ")
    more = ", nonlinearity='relu'" if nonlinearity else ""
    return (f"{name}({inputs}, {hidden}, {layers}, bias={bias}, batch_first={batch_first}, "
            f"bidirectional={bidirectional}{more})")


def start(kind, layers, directions, n, hidden, seed=7):
    """States to start from, as arrays: a pair for an LSTM."""
    h = array(layers * directions, n, hidden, seed=seed)
    return (h, array(layers * directions, n, hidden, seed=seed + 1)) if kind == "LSTM" else h


# ----------------------------------------------------------------------------------------- whole sequences

@settings(max_examples=60)
@given(kind=st.sampled_from(KINDS), inputs=st.integers(1, 3), hidden=st.integers(1, 4),
       layers=st.integers(1, 3),
       bias=st.booleans(), batch_first=st.booleans(), both_ways=st.booleans(), length=st.integers(1, 5),
       n=st.integers(1, 3), states=st.booleans(), training=st.booleans())
def test_padded_batches(kind, inputs, hidden, layers, bias, batch_first, both_ways, length, n, states,
                        training):
    ours, theirs = twins(layer_text(kind, inputs, hidden, layers, bias, batch_first, both_ways))
    for layer in (ours, theirs):
        layer.train(training)
    x = array(*((n, length) if batch_first else (length, n)), inputs)
    step_alike(ours, theirs, x, *([start(kind, layers, 1 + both_ways, n, hidden)] if states else []))


@settings(max_examples=30)
@given(kind=st.sampled_from(KINDS), layers=st.integers(1, 2), both_ways=st.booleans(), states=st.booleans(),
       batch_first=st.booleans())
def test_one_sequence_without_a_batch(kind, layers, both_ways, states, batch_first):
    hx = start(kind, layers, 1 + both_ways, 1, 3)
    hx = tuple(s[:, 0] for s in hx) if kind == "LSTM" else hx[:, 0]
    step_alike(*twins(layer_text(kind, 2, 3, layers, True, batch_first, both_ways)), array(5, 2),
               *([hx] if states else []))


@settings(max_examples=60)
@given(kind=st.sampled_from(KINDS), layers=st.integers(1, 2), both_ways=st.booleans(), bias=st.booleans(),
       lengths=lengths_of_batches, states=st.booleans(), batch_first=st.booleans(), is_sorted=st.booleans())
def test_packed_sequences(kind, layers, both_ways, bias, lengths, states, batch_first, is_sorted):
    """pack, run, pad again: in any order of lengths, with states to start from."""
    if is_sorted:
        lengths = sorted(lengths, reverse=True)
    n = len(lengths)

    def call(layer, x, *hx):
        rnn = (tg if isinstance(x, tg.Tensor) else torch).nn.utils.rnn
        packed = rnn.pack_padded_sequence(x, lengths, batch_first=batch_first, enforce_sorted=is_sorted)
        y, last = layer(packed, *hx)
        padded = rnn.pad_packed_sequence(y, batch_first=batch_first, total_length=max(lengths) + 1)
        return y.data, padded, last

    x = array(*((n, max(lengths)) if batch_first else (max(lengths), n)), 2)
    step_alike(*twins(layer_text(kind, 2, 3, layers, bias, batch_first, both_ways)), x,
               *([start(kind, layers, 1 + both_ways, n, 3)] if states else []), call=call)


@settings(max_examples=40)
@given(kind=st.sampled_from(KINDS), layers=st.integers(1, 2), both_ways=st.booleans(),
       lengths=lengths_of_batches,
       states=st.booleans(), batch_first=st.booleans(), more=st.integers(0, 2))
def test_lengths_are_what_packing_is(kind, layers, both_ways, lengths, states, batch_first, more):
    """Our ``lengths=`` gives what PyTorch gives for a packed sequence, padded to the length of the input."""
    n, length = len(lengths), max(lengths) + more

    def call(layer, x, *hx):
        if isinstance(x, tg.Tensor):
            return layer(x, *hx, lengths=tg.tensor(lengths))
        rnn = torch.nn.utils.rnn
        y, last = layer(rnn.pack_padded_sequence(x, lengths, batch_first, enforce_sorted=False), *hx)
        return rnn.pad_packed_sequence(y, batch_first, total_length=length)[0], last

    x = array(*((n, length) if batch_first else (length, n)), 2)
    step_alike(*twins(layer_text(kind, 2, 3, layers, True, batch_first, both_ways)), x,
               *([start(kind, layers, 1 + both_ways, n, 3)] if states else []), call=call)


def test_second_derivative():
    """Through time, of inputs, states and weights (PyTorch's own, by its composite of cells)."""
    theirs = torch.nn.LSTM(2, 3, bidirectional=True).double()
    weights = [p.detach().numpy().copy() for p in theirs.parameters()]
    names = [name for name, _ in theirs.named_parameters()]

    def call(library, x, h, c, *weights):
        layer = library.nn.LSTM(2, 3, bidirectional=True).to(library.float64)
        if library is torch:
            return torch.func.functional_call(layer, dict(zip(names, weights)), (x, (h, c)))
        for name, w in zip(names, weights):
            delattr(layer, name)
            object.__setattr__(layer, name, w)
        return layer(x, (h, c))
    compare(call, array(4, 2, 2), array(2, 2, 3), array(2, 2, 3, seed=3), *weights)


# ---------------------------------------------------------------------------------------------------- cells

@settings(max_examples=40)
@given(kind=st.sampled_from(KINDS), bias=st.booleans(), n=st.sampled_from([None, 1, 3]), states=st.booleans())
def test_cells(kind, bias, n, states):
    name, _, nonlinearity = kind.partition(" ")
    text = f"{name}Cell(3, 4, bias={bias}" + (", nonlinearity='relu')" if nonlinearity else ")")
    batch = () if n is None else (n,)
    hx = (array(*batch, 4), array(*batch, 4, seed=5)) if name == "LSTM" else array(*batch, 4)
    step_alike(*twins(text), array(*batch, 3), *([hx] if states else []))


def test_a_loop_over_a_cell_is_the_layer():
    cell, layer = tg.nn.LSTMCell(3, 4), tg.nn.LSTM(3, 4)
    layer.load_state_dict({f"{name}_l0": p for name, p in cell.state_dict().items()})
    x, state = tg.randn(6, 2, 3), None
    for t in range(6):
        state = cell(x[t], state)
    output, (h, c) = layer(x)
    tg.testing.assert_close(state[0], h[0])
    tg.testing.assert_close(state[1], c[0])
    tg.testing.assert_close(output[-1], h[0])


# ------------------------------------------------------------------------------------------------ as printed

TEXTS = ["LSTM(3, 4)", "LSTM(3, 4, 2, False, True, 0.25, True)", "GRU(3, 4, num_layers=2, dropout=0.5)",
         "RNN(3, 4, 2, 'relu', False)", "RNN(3, 4, nonlinearity='relu', batch_first=True)", "LSTMCell(3, 4)",
         "GRUCell(3, 4, False)", "RNNCell(3, 4, nonlinearity='relu')", "RNNCell(3, 4, False, 'tanh')"]


@pytest.mark.parametrize("text", TEXTS)
def test_names_shapes_and_printing(text):
    twins(text)


def test_starting_values_are_even_in_plus_minus_one_over_root_hidden():
    tg.manual_seed(0)
    for p in tg.nn.LSTM(30, 64).parameters():
        assert 0.95 / 8 < p.abs().max().item() <= 1 / 8 and abs(p.mean().item()) < 0.02


# ------------------------------------------------------------------------------------------ packed sequences

@settings(max_examples=40)
@given(lengths=lengths_of_batches, batch_first=st.booleans(), is_sorted=st.booleans(), whole=st.booleans(),
       more=st.integers(0,
                        2), value=st.sampled_from([0.0, -1.0, 7.0]), rest=st.sampled_from([(), (2,), (2, 3)]))
def test_packing_and_padding(lengths, batch_first, is_sorted, whole, more, value, rest):
    if is_sorted:
        lengths = sorted(lengths, reverse=True)
    shape = ((len(lengths), max(lengths)) if batch_first else (max(lengths), len(lengths))) + rest

    def call(library, x):
        rnn = library.nn.utils.rnn
        packed = rnn.pack_padded_sequence(x, library.tensor(lengths), batch_first, enforce_sorted=is_sorted)
        padded = rnn.pad_packed_sequence(packed, batch_first, value, max(lengths) + more)
        return packed.data, packed.batch_sizes, packed.unsorted_indices, padded, rnn.unpack_sequence(packed)
    compare(call, ints(*shape) if whole else array(*shape))


@settings(max_examples=40)
@given(lengths=lengths_of_batches, batch_first=st.booleans(), side=st.sampled_from(["left", "right"]),
       value=st.sampled_from([0.0, -1.0]), whole=st.booleans(), rest=st.sampled_from([(), (2,)]))
def test_lists_of_sequences(lengths, batch_first, side, value, whole, rest):
    def call(library, *sequences):
        rnn = library.nn.utils.rnn
        padded = rnn.pad_sequence(sequences, batch_first, value, side)
        packed = rnn.pack_sequence(sequences, enforce_sorted=False)
        again = rnn.unpad_sequence(padded * 1, library.tensor(lengths),
                                   batch_first)  # PyTorch transposes its input
        return padded, again, packed.data, packed.batch_sizes
    make = ints if whole else array
    compare(call, *(make(n, *rest, seed=k) for k, n in enumerate(lengths)))


def test_fields_of_a_packed_sequence():
    ours, theirs = (lib.nn.utils.rnn.pack_sequence([lib.arange(2), lib.arange(3)], enforce_sorted=False)
                    for lib in (tg, torch))
    assert ours._fields == theirs._fields
    assert_same(ours, theirs, "PackedSequence")
    assert_same(ours.to("float64").data, theirs.to(torch.float64).data, "to")
    assert ours.is_cuda == theirs.is_cuda is False
    assert_same(ours.cpu(), theirs.cpu(), "cpu")
    assert_same(tg.nn.utils.rnn.invert_permutation(tg.tensor([2, 0, 1])),
                torch.nn.utils.rnn.invert_permutation(torch.tensor([2, 0, 1])), "invert_permutation")


# ------------------------------------------------------------------------------------------------- errors

CALLS = {
    "input size": (lambda L, m: m(L.zeros(5, 2, 4)), "input_size=3"),
    "4D": (lambda L, m: m(L.zeros(5, 2, 3, 1)), "Expected input to be 2D or 3D"),
    "no steps": (lambda L, m: m(L.zeros(0, 2, 3)), "at least one residue"),
    "states": (lambda L, m: m(L.zeros(5, 2, 3), (L.zeros(1, 3, 4), L.zeros(1, 3, 4))),
               "Expected hidden size (1, 2, 4)"),
    "states without batch": (lambda L, m: m(L.zeros(5, 3), (L.zeros(1, 1, 4), L.zeros(1, 1, 4))),
                             "should also be 2-D"),
    "empty sequence": (lambda L, m: L.nn.utils.rnn.pack_padded_sequence(L.zeros(5, 2, 3), L.tensor([5, 0])),
                       "sequence 1 has length 0"),
    "unsorted": (lambda L, m: L.nn.utils.rnn.pack_padded_sequence(L.zeros(5, 2, 3), [1, 5]),
                 "sorted in decreasing"),
    "too few lengths": (lambda L, m: L.nn.utils.rnn.pack_padded_sequence(L.zeros(5, 2, 3), [5]),
                        "expected 2 lengths"),
    "total length": (lambda L, m: L.nn.utils.rnn.pad_packed_sequence(
        L.nn.utils.rnn.pack_sequence([L.zeros(3)]), total_length=2), "total_length is 2"),
    "hidden_size": (lambda L, m: L.nn.LSTM(3, 0), "hidden_size must be greater than zero"),
    "hidden_size, type": (lambda L, m: L.nn.LSTM(3, 4.0), "hidden_size must be an int"),
    "dropout": (lambda L, m: L.nn.LSTM(3, 4, 2, dropout=1.5), "between 0 and 1"),
    "proj_size": (lambda L, m: L.nn.LSTM(3, 4, proj_size=4), "smaller than hidden_size=4"),
    "nonlinearity": (lambda L, m: L.nn.RNN(3, 4, nonlinearity="sin"), "Unknown nonlinearity"),
    "cell": (lambda L, m: L.nn.LSTMCell(3, 4)(L.zeros(1, 2, 3)), "Expected input to be 1D or 2D"),
    "batch_first": (lambda L, m: L.nn.LSTM(3, 4, 1, True, 0.5), "batch_first must be a bool"),
}


@pytest.mark.parametrize("call, message", CALLS.values(), ids=CALLS)
def test_errors(call, message):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fail_alike(lambda: call(tg, tg.nn.LSTM(3, 4)), lambda: call(torch, torch.nn.LSTM(3, 4)), message)


def test_errors_of_our_own():
    layer, x = tg.nn.LSTM(3, 4), tg.zeros(5, 2, 3)
    for lengths, message in (([5, 0], "sequence 1 has length 0"), ([5, 6], "sequence 1 has length 6"),
                             ([5], "expected 2 lengths"), ([5., 5.], "one integer for each")):
        with pytest.raises(ValueError, match=message):
            layer(x, lengths=lengths)
    with pytest.raises(TypeError, match="pair"):
        layer(x, tg.zeros(1, 2, 4))
    with pytest.raises(ValueError, match="has length 6"):               # where PyTorch makes up a sixth step
        tg.nn.utils.rnn.pack_padded_sequence(x, [6, 5])
    with pytest.raises(TypeError, match="must be a Tensor h_0"):
        tg.nn.GRU(3, 4)(x, (tg.zeros(1, 2, 4),))
    with pytest.raises(ValueError, match="proj_size argument is only supported for LSTM"):
        tg.nn.RNNBase("GRU", 3, 4, proj_size=2)
    with pytest.raises(RuntimeError, match="must all have one dtype|one dtype"):
        layer(x.double())
    net = tg.nn.Sequential(tg.nn.Flatten(0, 0), layer)
    with pytest.raises(ValueError, match=r"LSTM in layer '1 \(LSTM\)': the last dimension"):
        net(tg.zeros(5, 2, 4))
    assert np.isfinite(layer(x)[0].detach().numpy()).all()
