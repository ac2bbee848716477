"""Dropouts, bags, un-pooling, projections, lazy and wrapped layers against PyTorch."""
import importlib

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings, strategies as st

import tinygrad_bio as tg
from tinygrad_bio import backend
from .both import LIBRARIES, array, assert_same, compare, ints, numpy_of
from .twins import fail_alike, step_alike, twins

quiet = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")


# ----------------------------------------------------------------------------------------------- dropouts

DROPOUTS = {"dropout": (5, 6, 7), "dropout1d": (20, 9, 3), "dropout2d": (20, 9, 3, 2), "alpha_dropout": (5, 6, 7),
            "feature_alpha_dropout": (20, 9, 3)}
MODULES = {"dropout": "Dropout", "dropout1d": "Dropout1d", "dropout2d": "Dropout2d",
           "alpha_dropout": "AlphaDropout", "feature_alpha_dropout": "FeatureAlphaDropout"}


@pytest.mark.parametrize("name", DROPOUTS)
def test_dropouts_without_chance(name):
    """In use, and with p = 0 and 1, nothing is left to chance."""
    for settings_ in ({"training": False}, {"p": 0.0, "training": True}, {"p": 1.0, "training": True}):
        compare(lambda L, x: getattr(L.nn.functional, name)(x, **settings_), array(*DROPOUTS[name]))
    for text in (f"{MODULES[name]}()", f"{MODULES[name]}(0.25, True)"):
        assert repr(eval(f"tg.nn.{text}")) == repr(eval(f"torch.nn.{text}"))
    layer = getattr(tg.nn, MODULES[name])(0.3)
    x = tg.randn(*DROPOUTS[name])
    assert layer.eval()(x) is x
    assert bool((layer.train()(x) != x).any())


@pytest.mark.parametrize("name", DROPOUTS)
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("inplace", [False, True])
def test_dropouts_do_one_of_two_things_to_each_element(name, p, inplace):
    """y = a·x + b for what is kept, y = c for the rest, with PyTorch's a, b and c; ∂x = a or 0."""
    found = []
    for L in LIBRARIES:
        L.manual_seed(1)
        x = L.tensor(array(*DROPOUTS[name]) + 9, requires_grad=True)
        y = getattr(L.nn.functional, name)(x * 1, p, True, inplace)
        y.sum().backward()
        x, y, g = numpy_of(x), numpy_of(y), numpy_of(x.grad)
        kept = g != 0
        found.append((np.unique(g[kept]), np.unique((y - g * x)[kept].round(10)), np.unique(y[~kept].round(10)),
                      kept.mean()))
    for ours, theirs in zip(found[0][:3], found[1][:3]):
        np.testing.assert_allclose(ours, theirs, 1e-8, 1e-9)
    drawn = 180 if "1d" in name or "2d" in name or "feature" in name else 210
    assert abs(found[0][3] - (1 - p)) < 4 * (p * (1 - p) / drawn) ** 0.5


@pytest.mark.parametrize("name, shape", [("dropout1d", (40, 7)), ("dropout1d", (4, 40, 7)), ("dropout2d", (4, 40, 3, 3)),
                                         ("feature_alpha_dropout", (4, 40, 2, 3, 2))], ids=str)
def test_channels_are_dropped_as_a_whole(name, shape):
    tg.manual_seed(0)
    y = getattr(tg.nn.functional, name)(tg.ones(*shape), 0.5, True).numpy()
    rows = y.reshape(-1, int(np.prod(shape[len(shape) - (1 if len(shape) == 2 else len(shape) - 2):])))
    assert (rows == rows[:, :1]).all() and len(np.unique(rows)) == 2


@pytest.mark.parametrize("name", DROPOUTS)
def test_the_seed_decides(name):
    x, drop = tg.ones(*DROPOUTS[name]), getattr(tg.nn.functional, name)
    seen = []
    for seed in (3, 3, 4):
        tg.manual_seed(seed)
        seen.append(drop(x, 0.5, True).tolist())
    assert seen[0] == seen[1] != seen[2]


@pytest.mark.parametrize("p", [0.05, 0.3, 0.8])
def test_alpha_dropout_keeps_mean_and_variance(p):
    tg.manual_seed(0)
    y = tg.nn.functional.alpha_dropout(tg.randn(200000, dtype=tg.float64), p, training=True)
    assert abs(y.mean().item()) < 0.02 and abs(y.var().item() - 1) < 0.03


def test_errors_of_dropouts():
    for name in DROPOUTS:
        fail_alike(lambda: getattr(tg.nn.functional, name)(tg.ones(2, 3), 1.5),
                   lambda: getattr(torch.nn.functional, name)(torch.ones(2, 3), 1.5), "between 0 and 1")
        fail_alike(lambda: getattr(tg.nn, MODULES[name])(-0.1), lambda: getattr(torch.nn, MODULES[name])(-0.1),
                   "between 0 and 1")
    fail_alike(lambda: tg.nn.Dropout1d()(tg.ones(2, 3, 4, 5)), lambda: torch.nn.Dropout1d()(torch.ones(2, 3, 4, 5)),
               "Expected 2D or 3D input")
    fail_alike(lambda: tg.nn.FeatureAlphaDropout()(tg.ones(2)), lambda: torch.nn.FeatureAlphaDropout()(torch.ones(2)),
               "at least 2 dimensions")
    for L in LIBRARIES:
        with pytest.warns(UserWarning, match="dropout2d"):
            L.nn.Dropout2d()(L.ones(2, 3, 4))


@pytest.mark.parametrize("tau, dim", [(1, -1), (0.3, 0), (2.5, 1)])
@pytest.mark.parametrize("hard", [False, True])
def test_gumbel_softmax(tau, dim, hard):
    """With its own noise told to PyTorch: value, and the gradient of the smooth vector in both cases."""
    x = array(4, 5)
    tg.manual_seed(2)
    noise = backend.default_generator.numpy.gumbel(size=x.shape)
    tg.manual_seed(2)
    mine = tg.tensor(x, requires_grad=True)
    y = tg.nn.functional.gumbel_softmax(mine, tau, hard, dim=dim)
    theirs = torch.tensor(x, requires_grad=True)
    smooth = ((theirs + torch.tensor(noise)) / tau).softmax(dim)
    w = array(4, 5, seed=8)
    (y * tg.tensor(w)).sum().backward()
    (smooth * torch.tensor(w)).sum().backward()
    assert_same(mine.grad, theirs.grad, "gradient")
    if hard:
        expected = torch.zeros_like(smooth).scatter(dim, smooth.argmax(dim, keepdim=True), 1.0)
        np.testing.assert_allclose(numpy_of(y), expected.numpy(), atol=1e-12)
    else:
        assert_same(y, smooth, "value")


def test_gumbel_softmax_draws_from_softmax():
    tg.manual_seed(0)
    logits = tg.tensor([0.0, 1.0, 2.0])
    drawn = tg.nn.functional.gumbel_softmax(logits.expand(20000, 3), hard=True).mean(dim=0)
    tg.testing.assert_close(drawn, logits.softmax(0), rtol=0, atol=0.015)
    for L in LIBRARIES:
        with pytest.warns(Warning, match="eps"):
            L.nn.functional.gumbel_softmax(L.zeros(2, 3), eps=1e-5)


IN_PLACE = [("celu_", (0.5,)), ("elu_", (2.0,)), ("hardtanh_", (-0.5, 0.3)), ("leaky_relu_", (0.2,)), ("relu_", ()),
            ("rrelu_", (0.1, 0.3)), ("selu_", ()), ("threshold_", (0.1, 5.0))]


@pytest.mark.parametrize("name, arguments", IN_PLACE, ids=str)
def test_activations_in_place(name, arguments):
    def call(L, x):
        y = x * 1
        assert getattr(L.nn.functional, name)(y, *arguments) is y
        return y
    compare(call, array(4, 5))


# --------------------------------------------------------------------------------------------------- bags

@settings(max_examples=120)
@given(lengths=st.lists(st.integers(0, 4), min_size=1, max_size=5), mode=st.sampled_from(["sum", "mean", "max"]),
       padding_idx=st.sampled_from([None, 0, -1]), last=st.booleans(), weighted=st.booleans(), seed=st.integers(0, 20),
       ties=st.booleans())
def test_embedding_bag(lengths, mode, padding_idx, last, weighted, seed, ties):
    """Empty bags, ties and padding included."""
    weighted = weighted and mode == "sum"
    index = ints(sum(lengths), high=6, seed=seed)
    offsets = np.concatenate([[0], np.cumsum(lengths)])[:None if last else -1]

    def call(L, table, *w):
        return L.nn.functional.embedding_bag(
            L.tensor(index), table, L.tensor(offsets), mode=mode, include_last_offset=last, per_sample_weights=w[0] if w else None, padding_idx=padding_idx)
    compare(call, array(6, 3, seed=seed, kind="ties" if ties else "normal"),
            *([array(sum(lengths))] if weighted else []), order=1)


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_embedding_bag_of_rows(mode):
    compare(lambda L, w: L.nn.functional.embedding_bag(L.tensor(ints(4, 3, high=5)), w, mode=mode), array(5, 2), order=1)
    w = array(4, 3, seed=2)
    compare(lambda L, t, w: L.nn.functional.embedding_bag(L.tensor(ints(4, 3, high=5)), t, mode="sum",
                                                          per_sample_weights=w), array(5, 2), w, order=1)


@pytest.mark.parametrize("mode", ["sum", "mean"])
def test_embedding_bag_by_frequency(mode):
    """As PyTorch documents it. It divides by the count of the wrong row, so only equal counts can be compared."""
    index, offsets = np.array([3, 1, 1, 4, 3, 4]), np.array([0, 2])

    def call(L, table, by_frequency=True, index=index):
        return L.nn.functional.embedding_bag(L.tensor(index), table, L.tensor(offsets), mode=mode,
                                             scale_grad_by_freq=by_frequency)
    compare(call, array(5, 2), order=1)
    gradients = []
    for by_frequency in (False, True):
        table = tg.tensor(array(5, 2), requires_grad=True)
        call(tg, table, by_frequency, np.array([3, 1, 1, 4, 3, 3])).sum().backward()
        gradients.append(table.grad)
    times = tg.tensor([[1.0], [2.0], [1.0], [3.0], [1.0]], dtype=tg.float64)
    tg.testing.assert_close(gradients[1] * times, gradients[0])


def test_embedding_bag_differentiates_twice():                          # PyTorch's does not
    index, offsets = tg.tensor([0, 2, 2, 1]), tg.tensor([0, 3])
    for mode in ("sum", "mean", "max"):
        table = tg.tensor(array(3, 2), requires_grad=True)
        assert tg.testing.gradgradcheck(
            lambda t: tg.nn.functional.embedding_bag(index, t, offsets, mode=mode) ** 2, table)


@pytest.mark.parametrize("text", [
    "EmbeddingBag(6, 3)", "EmbeddingBag(6, 3, mode='max', padding_idx=2)", "EmbeddingBag(6, 3, 0.5, 1.0, mode='sum')",
    "EmbeddingBag(6, 3, include_last_offset=True, padding_idx=-1)",
    "EmbeddingBag.from_pretrained(lib.ones(6, 3), freeze=False, mode='sum')"])
def test_embedding_bag_as_a_layer(text):
    ours, theirs = twins(text)
    step_alike(ours, theirs, ints(4, high=6), ints(3, low=0, high=1) + np.array([0, 2, 4]))
    assert ours.padding_idx == theirs.padding_idx and ours.mode == theirs.mode


def test_starting_values_of_a_bag():
    tg.manual_seed(0)
    layer = tg.nn.EmbeddingBag(400, 50, padding_idx=3)
    assert abs(layer.weight.std().item() - 1) < 0.02 and not layer.weight[3].any()
    assert not tg.nn.EmbeddingBag.from_pretrained(tg.ones(2, 2)).weight.requires_grad


BAGS = {"offsets": lambda L, F, i, w: F(i, w), "begin": lambda L, F, i, w: F(i, w, L.tensor([1, 2])),
        "end": lambda L, F, i, w: F(i, w, L.tensor([0, 9])), "mode": lambda L, F, i, w: F(i, w, L.tensor([0]), mode="x"),
        "2D": lambda L, F, i, w: F(i.reshape(1, -1), w, L.tensor([0])), "3D": lambda L, F, i, w: F(i.reshape(1, 1, -1), w),
        "shape of weights": lambda L, F, i, w: F(i, w, L.tensor([0]), mode="sum", per_sample_weights=w[0]),
        "sum only": lambda L, F, i, w: F(i, w, L.tensor([0]), per_sample_weights=i.to(w.dtype)),
        "freq": lambda L, F, i, w: F(i, w, L.tensor([0]), mode="max", scale_grad_by_freq=True)}


@pytest.mark.parametrize("call", BAGS.values(), ids=BAGS)
def test_errors_of_bags(call):
    fail_alike(*(lambda L=L: call(L, L.nn.functional.embedding_bag, L.tensor([0, 1, 1]), L.ones(2, 4)) for L in LIBRARIES),
               "embedding_bag")
    with pytest.raises(IndexError, match="index 2 is out of range"):
        tg.nn.functional.embedding_bag(tg.tensor([0, 2]), tg.ones(2, 4), [0])


# --------------------------------------------------------------------------- un-pooling, channels, distances

@settings(max_examples=60)
@given(axes=st.integers(1, 2), kernel=st.integers(1, 3), stride=st.sampled_from([None, 1, 2, 3]), padding=st.integers(0, 1),
       length=st.integers(3, 8), batched=st.booleans(), size=st.booleans())
def test_max_unpool(axes, kernel, stride, padding, length, batched, size):
    """After the pooling of PyTorch's own indices. Windows may overlap: then a largest is put back once."""
    assume(2 * padding <= kernel and (stride is None or stride >= kernel - padding or not size))
    shape = ((2,) if batched else ()) + (3,) + (length,) * axes
    x = array(*shape, seed=kernel)

    def call(L, x):
        F = L.nn.functional
        pool, back = (getattr(F, f"{name}{axes}d") for name in ("max_pool", "max_unpool"))
        y, where = pool(x, kernel, stride, padding, return_indices=True)
        given = dict(output_size=tuple(x.shape[-axes:])) if size else {}
        return back(y, where, kernel, stride, padding, **given)
    try:
        call(torch, torch.tensor(x))
    except (ValueError, RuntimeError):
        with pytest.raises((ValueError, IndexError)):           # sizes that do not fit
            call(tg, tg.tensor(x))
    else:
        compare(call, x, order=1 if (stride or kernel) >= kernel else 0)    # of overlaps PyTorch's gradient is by chance


@pytest.mark.parametrize("text", ["MaxUnpool1d(2)", "MaxUnpool1d(3, 2, 1)", "MaxUnpool2d(2)", "MaxUnpool2d((2, 3), (2, 3), (1, 0))"])
def test_max_unpool_as_a_layer(text):
    assert repr(eval("tg.nn." + text)) == repr(eval("torch.nn." + text))
    axes = int(text[9])

    def call(L, x):
        pool = eval("nn." + text.replace("Unpool", "Pool")[:-1] + ", return_indices=True)", {"nn": L.nn})
        return eval("nn." + text, {"nn": L.nn})(*pool(x), output_size=tuple(x.shape))
    compare(call, array(2, 3, *(6,) * axes), order=1)


def test_errors_of_unpooling():
    F, F_ = tg.nn.functional, torch.nn.functional
    fail_alike(lambda: F.max_unpool1d(tg.ones(1, 1, 2), tg.tensor([[[0, 2]]]), 2, output_size=(9,)),
               lambda: F_.max_unpool1d(torch.ones(1, 1, 2), torch.tensor([[[0, 2]]]), 2, output_size=(9,)), "invalid output_size")
    for bad in (4, -1):
        with pytest.raises(IndexError, match="out of range"):
            F.max_unpool1d(tg.ones(1, 1, 2), tg.tensor([[[0, bad]]]), 2)
    fail_alike(lambda: F.max_unpool2d(tg.ones(1, 1, 2, 2), tg.tensor([[[0, 2]]]), 2),
               lambda: F_.max_unpool2d(torch.ones(1, 1, 2, 2), torch.tensor([[[0, 2]]]), 2), "one shape")


@quiet
def test_channels_sizes_and_pairs():
    for groups in (1, 2, 3):
        compare(lambda L, x: L.nn.functional.channel_shuffle(x, groups), array(2, 6, 2, 3))
        compare(lambda L, x: L.nn.ChannelShuffle(groups)(x), array(2, 6, 2, 3))
    assert repr(tg.nn.ChannelShuffle(3)) == repr(torch.nn.ChannelShuffle(3))
    fail_alike(lambda: tg.nn.ChannelShuffle(4)(tg.ones(2, 6, 2, 3)), lambda: torch.nn.ChannelShuffle(4)(torch.ones(2, 6, 2, 3)),
               "divisible by groups")
    compare(lambda L, x: L.nn.functional.upsample_nearest(x, scale_factor=2), array(2, 3, 2, 3))
    compare(lambda L, x: L.nn.functional.upsample_bilinear(x, size=(5, 4)), array(2, 3, 2, 3))
    for p in (1.0, 2.0, 3.0, float("inf")):
        compare(lambda L, x: L.nn.functional.pdist(x, p), array(5, 3), order=1)
    compare(lambda L, x: L.nn.functional.pdist(x), np.ones((3, 2)), order=1)
    fail_alike(lambda: tg.nn.functional.pdist(tg.ones(2)), lambda: torch.nn.functional.pdist(torch.ones(2)), "2D")


# --------------------------------------------------------------------------------------------- projections

@settings(max_examples=40)
@given(layers=st.integers(1, 2), bias=st.booleans(), batch_first=st.booleans(), both_ways=st.booleans(),
       length=st.integers(1, 5), n=st.integers(1, 3), states=st.booleans())
def test_lstm_with_a_projection(layers, bias, batch_first, both_ways, length, n, states):
    text = f"LSTM(2, 4, {layers}, {bias}, {batch_first}, 0.0, {both_ways}, 3)"
    d, shape = layers * (1 + both_ways), (n, length) if batch_first else (length, n)
    start = [(array(d, n, 3, seed=4), array(d, n, 4, seed=5))] if states else []
    step_alike(*twins(text), array(*shape, 2), *start)
    if n == 1:
        step_alike(*twins(text), array(length, 2), *[tuple(s[:, 0] for s in pair) for pair in start])


@settings(max_examples=25)
@given(lengths=st.lists(st.integers(1, 5), min_size=1, max_size=4), both_ways=st.booleans())
def test_packed_sequences_with_a_projection(lengths, both_ways):
    def call(layer, x):
        rnn = (tg if isinstance(x, tg.Tensor) else torch).nn.utils.rnn
        y, last = layer(rnn.pack_padded_sequence(x, lengths, True, enforce_sorted=False))
        return rnn.pad_packed_sequence(y, True), last
    step_alike(*twins(f"LSTM(2, 4, bidirectional={both_ways}, proj_size=2)"), array(len(lengths), max(lengths), 2), call=call)


# -------------------------------------------------------------------------------------------- lazy, wrapped

LAZY = {"LazyLinear(3)": (5, 4), "LazyLinear(3, bias=False)": (2, 5, 4), "LazyConv1d(4, 3, padding=1, groups=2)": (2, 4, 5),
        "LazyConv2d(3, (2, 3), 2, bias=False)": (2, 2, 5, 6), "LazyConvTranspose1d(4, 3, 2, groups=2)": (2, 6, 5),
        "LazyConvTranspose2d(4, 3, 2, 1)": (2, 6, 5, 4), "LazyBatchNorm1d(momentum=0.3)": (5, 4),
        "LazyBatchNorm2d(affine=False)": (5, 4, 3, 2), "LazyConv2d(3, 2, padding_mode='reflect', padding=1)": (2, 5, 5)}


@quiet
@pytest.mark.parametrize("text", LAZY)
def test_lazy_layers(text):
    """How they print before and after; then they are the layer of that size."""
    x = array(*LAZY[text])
    layers = [eval("lib.nn." + text, {"lib": L}).to(L.float64) for L in LIBRARIES]
    assert repr(layers[0]) == repr(layers[1]) and layers[0].has_uninitialized_params()
    before = [p for p in layers[0].parameters()]
    for L, layer in zip(LIBRARIES, layers):
        layer(L.tensor(x))
    ours, theirs = layers
    assert repr(ours) == repr(theirs) and type(ours).__name__ == type(theirs).__name__ == text[4:text.index("(")]
    assert all(p is q for p, q in zip(before, ours.parameters()))
    if "Batch" not in text:
        bound = float(theirs.weight.abs().max())
        assert 0.3 * bound < float(ours.weight.abs().max()) < 3 * bound
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    step_alike(ours, theirs, x)


def test_lazy_layers_take_what_their_forward_takes():
    for L in LIBRARIES:
        assert tuple(L.nn.LazyConvTranspose1d(4, 3, 2)(L.ones(2, 6, 5), output_size=[12]).shape) == (2, 4, 12)
    for text, shape in (("LazyConv1d(4, 3)", (4,)), ("LazyBatchNorm2d()", (4, 5))):
        with pytest.raises((ValueError, RuntimeError), match=text[:8]):
            eval("tg.nn." + text)(tg.ones(*shape))
    with pytest.raises(ValueError, match="LazyConv2d: in_channels must be divisible by groups, but the input has 4"):
        tg.nn.LazyConv2d(6, 3, groups=3)(tg.ones(1, 4, 5, 5))


def test_a_lazy_network_trains():
    net = tg.nn.Sequential(tg.nn.LazyConv1d(4, 3), tg.nn.LazyBatchNorm1d(), tg.nn.Flatten(), tg.nn.LazyLinear(1))
    optimizer = tg.optim.SGD(net.parameters(), 0.1)
    tg.manual_seed(0)
    x = tg.randn(8, 2, 6)
    for _ in range(2):
        optimizer.zero_grad()
        net(x).pow(2).mean().backward()
        optimizer.step()
    assert sum(p.numel() for p in net.parameters()) == (4 * 2 * 3 + 4) + 8 + 17
    with pytest.raises(ValueError, match=r"in layer '0 \(Conv1d\)'"):
        net(tg.ones(8, 3, 6))


def test_data_parallel():
    ours, theirs = twins("DataParallel(nn.Linear(4, 3))")
    step_alike(ours, theirs, array(5, 4))
    assert ours.module.in_features == 4 and list(ours.state_dict()) == ["module.weight", "module.bias"]
    assert tg.nn.parallel.DataParallel is tg.nn.DataParallel


def test_pytorchs_paths():
    """Each layer that we have is where PyTorch has it: ``nn.modules.conv.Conv2d``."""
    from tinygrad_bio.nn import modules
    count = 0
    for name in modules.FILES:
        theirs = importlib.import_module(f"torch.nn.modules.{name}")
        ours = importlib.import_module(f"tinygrad_bio.nn.modules.{name}")
        for layer in theirs.__all__ if hasattr(theirs, "__all__") else ():
            if hasattr(tg.nn, layer):
                assert getattr(ours, layer) is getattr(tg.nn, layer) is getattr(modules, layer), layer
                count += 1
    assert count > 100
    from tinygrad_bio.nn.modules.batchnorm import _BatchNorm
    assert isinstance(tg.nn.BatchNorm2d(3), _BatchNorm)
