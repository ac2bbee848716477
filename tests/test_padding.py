"""Padding never changes a result: whole models, transformers with a decoder, and batches of graphs.

Recurrent layers and attention by themselves are in `test_recurrent.py` and `test_attention.py`. Here as
there, outputs *and* gradients must be the same for any amount and any content of padding, and padding gets no
gradient.
"""
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import tinygrad_bio as tg
from tinygrad_bio import models
from tinygrad_bio.testing import assert_close

nn = tg.nn
lengths_of_batches = st.lists(st.integers(1, 5), min_size=1, max_size=3)
seeds = st.integers(0, 999)


def random(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def padded(x, lengths, more, filler):
    """The batch (N, L, …) with `more` places, and `filler` behind each end."""
    wide = np.full((len(lengths), max(lengths) + more, *x.shape[2:]), filler, dtype=x.dtype)
    for n, k in enumerate(lengths):
        wide[n, :k] = x[n, :k]
    return wide


def result_and_gradients(module, y, leaves):
    """y, the gradients of leaves and parameters, for a random gradient of y."""
    wanted = [*leaves, *(p for p in module.parameters() if p.requires_grad)]
    found = tg.autograd.grad(y, wanted, tg.tensor(random(*y.shape, seed=7)), allow_unused=True)
    return [y.detach().numpy()] + [None if g is None else g.numpy() for g in found]


def assert_alike(found, expected):
    for a, b in zip(found, expected, strict=True):
        assert (a is None) == (b is None)
        if b is not None:
            assert_close(a, b, rtol=1e-9, atol=1e-12)


# ------------------------------------------------------------------------------------------------ sequences

NUMBERS = {
    "peptide network": (lambda: models.PeptideCNN(3, (1, 3, 5), filters=2, hidden=4),
                        lambda net, x, lengths: net(x, lengths=lengths)),
    "classifier": (lambda: models.SequenceClassifier(9, 3, embedding=3, hidden=2, dropout=0.0),
                   lambda net, x, lengths: net.read(x, lengths=lengths)),
    "classifier without convolution": (
        lambda: models.SequenceClassifier(9, 3, embedding=3, hidden=2, width=0, dropout=0.0),
        lambda net, x, lengths: net.read(x, lengths=lengths))}


@settings(max_examples=40)
@given(kind=st.sampled_from(list(NUMBERS)), lengths=lengths_of_batches, more=st.integers(0, 4),
       filler=st.sampled_from([0.0, -3.0, 1e3, np.inf, np.nan]), seed=seeds)
def test_models_of_numbers(kind, lengths, more, filler, seed):
    """Not even NaN is seen, nor by the filters that reach over the end."""
    build, call = NUMBERS[kind]
    tg.manual_seed(seed)
    net, x = build().double(), random(len(lengths), max(lengths), 3, seed=seed)

    def run(wide):
        wide = tg.tensor(wide, requires_grad=True)
        y, dx, *rest = result_and_gradients(net, call(net, wide, lengths), [wide])
        assert all((dx[n, k:] == 0).all() for n, k in enumerate(lengths)), "padding must get no gradient"
        return [y, *(dx[n, :k] for n, k in enumerate(lengths)), *rest]
    assert_alike(run(padded(x, lengths, more, filler)), run(padded(x, lengths, 0, 0.0)))


def call_transformer(net, tokens, lengths):
    """TranslationTransformer knows padding by its token alone."""
    source = tokens.clone()
    for n, k in enumerate(lengths):
        source[n, k:] = 0
    return net(source, tg.tensor([[1, 2, 3]] * len(lengths)))


TOKENS = {
    "classifier": (lambda: models.SequenceClassifier(9, 3, embedding=3, hidden=2, dropout=0.0),
                   lambda net, x, lengths: net(x, lengths=lengths)),
    "seq2seq": (lambda: models.Seq2Seq(9, 5, 3, 2),
                lambda net, x, lengths: net(x, tg.tensor([[0, 1]] * len(lengths)), lengths=lengths)),
    "transformer": (lambda: models.TranslationTransformer(9, 5, 4, 2, 1, dropout=0.0, padding_idx=0),
                    call_transformer)}


@settings(max_examples=40)
@given(kind=st.sampled_from(list(TOKENS)), lengths=lengths_of_batches, more=st.integers(0, 4),
       filler=st.integers(1, 8), seed=seeds)
def test_models_of_tokens(kind, lengths, more, filler, seed):
    """Letters behind the end might be any others; their embeddings get nothing from there."""
    build, call = TOKENS[kind]
    tg.manual_seed(seed)
    net = build().double()
    x = np.random.default_rng(seed).integers(1, 9, (len(lengths), max(lengths)))
    expected, found = (result_and_gradients(net, call(net, tg.tensor(wide), lengths), [])
                       for wide in (padded(x, lengths, 0, 0), padded(x, lengths, more, filler)))
    assert_alike(found, expected)


@settings(max_examples=30)
@given(sources=lengths_of_batches, data=st.data(), more=st.tuples(st.integers(0, 3), st.integers(0, 3)),
       filler=st.sampled_from([0.0, -3.0, 1e3]), norm_first=st.booleans(), seed=seeds)
def test_transformer_with_a_decoder(sources, data, more, filler, norm_first, seed):
    """Padding of the source, of the target, and of the memory, all at once."""
    targets = data.draw(st.lists(st.integers(1, 4), min_size=len(sources), max_size=len(sources)))
    tg.manual_seed(seed)
    net = nn.Transformer(4, 2, 1, 1, 6, dropout=0.0, batch_first=True, norm_first=norm_first).double()
    x, y = (random(len(k), max(k), 4, seed=seed + i) for i, k in enumerate((sources, targets)))

    def run(x, y):
        x, y = (tg.tensor(a, requires_grad=True) for a in (x, y))
        behind = [nn.functional.padding_mask_from_lengths(k, a.shape[1])
                  for k, a in ((sources, x), (targets, y))]
        out = net(x, y, tgt_mask=nn.Transformer.generate_square_subsequent_mask(y.shape[1]).double(),
                  src_key_padding_mask=behind[0], tgt_key_padding_mask=behind[1],
                  memory_key_padding_mask=behind[0])
        real = tg.cat([out[n, :k] for n, k in enumerate(targets)])                      # (ΣT, E)
        z, dx, dy, *rest = result_and_gradients(net, real, [x, y])
        for d, lengths in ((dx, sources), (dy, targets)):
            assert all((d[n, k:] == 0).all() for n, k in enumerate(lengths)), "padding must get no gradient"
        return [z, *(d[n, :k] for d, ks in ((dx, sources), (dy, targets)) for n, k in enumerate(ks)), *rest]
    wide = padded(x, sources, more[0], filler), padded(y, targets, more[1], filler)
    assert_alike(run(*wide), run(x, y))


# --------------------------------------------------------------------------------------------------- graphs

def random_graph(n, seed):
    """Nodes (n, 3) and edges (2, E), some of them maybe twice; some nodes without any."""
    rng = np.random.default_rng([seed, n])
    return rng.normal(size=(n, 3)), rng.integers(0, n, (2, int(rng.integers(0, 2 * n + 1))))


LAYERS = {
    "GraphConv": lambda: nn.GraphConv(3, 2), "GraphConv, plain": lambda: nn.GraphConv(3, 2, normalize=False),
    "GATConv": lambda: nn.GATConv(3, 2, heads=2),
    "GATConv without self-loops": lambda: nn.GATConv(3, 2, heads=2, add_self_loops=False),
    "GINConv": lambda: nn.GINConv(nn.Linear(3, 2), train_eps=True),
    "mean of messages": lambda: nn.MessagePassing("mean"),
    "largest message": lambda: nn.MessagePassing("max")}
POOLS = {"sum": nn.global_add_pool, "mean": nn.global_mean_pool, "max": nn.global_max_pool}


@pytest.mark.parametrize("kind", LAYERS)
@settings(max_examples=15)
@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4), pool=st.sampled_from(list(POOLS)),
       seed=seeds)
def test_a_batch_of_graphs_is_the_graphs_one_by_one(kind, sizes, pool, seed):
    """The read-out of each; the gradients of its nodes; and those of the weights, which add up."""
    tg.manual_seed(seed)
    layer = LAYERS[kind]().double()
    graphs = [random_graph(n, seed + i) for i, n in enumerate(sizes)]

    def run(chosen):
        xs = [tg.tensor(graphs[i][0], requires_grad=True) for i in chosen]
        x, edges, batch = nn.batch_graphs([(x, tg.tensor(graphs[i][1])) for x, i in zip(xs, chosen)])
        y = POOLS[pool](layer(x, edges), batch)                                         # (B, C)
        parameters = list(layer.parameters())
        weights = tg.tensor(random(len(sizes), y.shape[1], seed=3)[list(chosen)])
        found = tg.autograd.grad((y * weights).sum(), [*xs, *parameters], allow_unused=True)
        found = [tg.zeros_like(t) if g is None else g for g, t in zip(found, [*xs, *parameters])]
        return y.detach().numpy(), [g.numpy() for g in found[:len(xs)]], [g.numpy() for g in found[len(xs):]]
    together, apart = run(range(len(sizes))), [run([i]) for i in range(len(sizes))]
    for i, (y, (dx,), _) in enumerate(apart):
        assert_close(together[0][i:i + 1], y, rtol=1e-9, atol=1e-12)
        assert_close(together[1][i], dx, rtol=1e-9, atol=1e-12)
    for k, total in enumerate(together[2]):
        assert_close(total, sum(weights[k] for _, _, weights in apart), rtol=1e-9, atol=1e-12)


@settings(max_examples=30)
@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3), more=st.integers(0, 3), bias=st.booleans(),
       filler=st.sampled_from([0.0, -3.0, 1e3]), normalize=st.booleans(), seed=seeds)
def test_dense_graphs_with_nodes_that_are_padding(sizes, more, bias, filler, normalize, seed):
    """A batch (B, N, N): nodes without edges that stand for nothing do not count, whatever they hold."""
    tg.manual_seed(seed)
    layer, n = nn.GraphConv(3, 2, bias=bias, normalize=normalize).double(), max(sizes)
    x, a = random(len(sizes), n, 3, seed=seed), np.abs(random(len(sizes), n, n, seed=seed)) * (
        random(len(sizes), n, n, seed=seed + 1) > 0)

    def run(more, filler):
        wide, graph = padded(x, sizes, more, filler), np.zeros((len(sizes), n + more, n + more))
        for i, k in enumerate(sizes):
            graph[i, :k, :k] = a[i, :k, :k]
        wide, graph = (tg.tensor(array, requires_grad=True) for array in (wide, graph))
        y = tg.cat([out[:k] for out, k in zip(layer(wide, graph), sizes)])              # (ΣN, C)
        y, dx, da, *rest = result_and_gradients(layer, y, [wide, graph])
        assert all((dx[i, k:] == 0).all() for i, k in enumerate(sizes)), "padding must get no gradient"
        real = [part for i, k in enumerate(sizes) for part in (dx[i, :k], da[i, :k, :k])]
        return [y, *real, *rest]
    assert_alike(run(more, filler), run(0, 0.0))


@pytest.mark.parametrize("self_loops", [True, False])
def test_an_isolated_node_in_graph_attention(self_loops):
    """Without edges into it there is nothing to attend to: 0 and gradient 0, to the second order, not NaN."""
    tg.manual_seed(0)
    layer = nn.GATConv(3, 2, heads=2, bias=False, add_self_loops=self_loops).double()
    x = tg.tensor(random(4, 3), requires_grad=True)
    y = layer(x, tg.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]))                               # 3 stands alone
    found = tg.autograd.grad((y * y).sum(), [x, *layer.parameters()], create_graph=True)
    second = tg.autograd.grad(sum((g * g).sum() for g in found), [x, *layer.parameters()])
    assert bool((y[3] != 0).all()) is self_loops and bool((found[0][3] != 0).any()) is self_loops
    assert not self_loops or y[3].allclose(layer.lin(x[3]))
    assert all(bool(g.isfinite().all()) for g in [y, *found, *second])


def test_a_planted_fault_is_seen(monkeypatch):
    """A classifier that lets its convolution read what stands behind the end."""
    monkeypatch.setattr(tg.Tensor, "masked_fill", lambda self, mask, value: self if value == 0 else tg.where(
        mask, tg.tensor(value, dtype=self.dtype), self))
    with pytest.raises(AssertionError):
        test_models_of_numbers.hypothesis.inner_test("classifier", [3, 5], 1, -3.0, 0)
