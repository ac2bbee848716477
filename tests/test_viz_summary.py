"""viz.summary: operations counted on the tape against published counts, formulas, and what must stay as it was."""
import pytest

import tinygrad_bio as tg
from tinygrad_bio import models, nn, viz
from tinygrad_bio.nn import functional as F


# Published with PyTorch's weights, in 10⁹ multiply-adds of one image of 224 × 224.
@pytest.mark.parametrize("build, giga", [(models.AlexNet, 0.71), (models.GoogLeNet, 1.50), (models.resnet18, 1.81),
                                         (models.resnet50, 4.09), (models.convnext_tiny, 4.46)])
def test_published_operations(build, giga, monkeypatch):
    for name in ("normal_", "kaiming_normal_", "kaiming_uniform_", "uniform_", "trunc_normal_"):
        monkeypatch.setattr(nn.init, name, lambda tensor, *args, **keywords: tensor)
    net = build()
    found = viz.summary(net, tg.zeros(1, 3, 224, 224))
    assert round(found.operations / 1e9, 2) == giga
    assert found.parameters == found.trainable == sum(row.parameters for row in found.rows) == sum(p.numel() for p in net.parameters())


N, L, D = 2, 7, 6
X = tg.zeros(N, L, D)


@pytest.mark.parametrize("layer, inputs, operations, steps", [
    (nn.Linear(D, 5), (X,), N * L * D * 5, 1),
    (nn.Bilinear(3, 4, 5), (tg.zeros(N, 3), tg.zeros(N, 4)), None, None),
    (nn.Conv1d(D, 4, 3), (tg.zeros(N, D, L),), N * 4 * (L - 2) * 3 * D, 1),
    (nn.Conv1d(D, D, 3, groups=D), (tg.zeros(N, D, L),), N * D * (L - 2) * 3, 1),
    (nn.ConvTranspose1d(D, 4, 3), (tg.zeros(N, D, L),), N * L * D * 4 * 3, 1),
    (nn.RNN(D, 4, batch_first=True), (X,), N * L * (4 * D + 4 * 4), L),
    (nn.GRU(D, 4, batch_first=True), (X,), N * L * 3 * (4 * D + 4 * 4), L),
    (nn.LSTM(D, 4, num_layers=2, batch_first=True), (X,), N * L * 4 * (4 * D + 4 * 4 + 4 * 4 + 4 * 4), 2 * L),
    (nn.LSTM(D, 4, bidirectional=True, batch_first=True), (X,), N * L * 2 * 4 * (4 * D + 4 * 4), L),
    (nn.MultiheadAttention(D, 2, batch_first=True), (X, X, X), N * (4 * L * D * D + 2 * L * L * D), 4),
])
def test_layers_cost_what_the_formulas_say(layer, inputs, operations, steps):
    found = viz.summary(layer, *inputs)
    if operations is None:
        assert found.operations > 0
    else:
        assert (found.operations, found.steps) == (operations, steps)


def test_functions_between_layers_are_counted():
    def attention(x):
        return F.scaled_dot_product_attention(x, x, x) + tg.einsum("nld,nmd->nlm", x, x).sum() + F.softmax(x @ x.mT, dim=-1) @ x
    assert viz.summary(attention, X).operations == N * L * L * D * (2 + 1 + 2)


def test_a_sparse_graph_costs_its_edges():
    layer = nn.GraphConv(D, 4)
    found = viz.summary(layer, tg.zeros(5, D), tg.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]))
    assert found.operations == 5 * D * 4 + (4 + 5) * 4                     # the product, then 4 edges and 5 self-connections


def test_the_network_is_as_before():
    net = nn.Sequential(nn.Linear(D, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))
    net[0].weight.requires_grad_(False)
    net[1].eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    state = tg.get_rng_state()
    found = viz.summary(net, tg.ones(3, D))
    assert found.trainable == found.parameters - 4 * D
    assert [m.training for m in net] == [True, False, True, True] and not net[0].weight.requires_grad
    assert all((net.state_dict()[name] == before[name]).all() for name in before)
    assert all(p.grad is None for p in net.parameters()) and tg.get_rng_state() == state


def test_a_frozen_network_over_letters_is_counted_too():
    net = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 2)).requires_grad_(False)
    assert viz.summary(net, tg.tensor([[0, 1, 2]])).operations == 3 * 3 * 2
    assert not any(p.requires_grad for p in net.parameters())


def test_within_no_grad_and_a_layer_called_twice():
    layer = nn.Linear(4, 4)
    with tg.no_grad():
        found = viz.summary(lambda x: {"both": [layer(layer(x))]}, tg.ones(2, 4))
    assert (found.operations, found.steps) == (2 * 2 * 4 * 4, 2)


def test_nothing_recorded_is_said():
    with pytest.raises(RuntimeError, match="no operation was recorded"):
        viz.summary(lambda x: x.detach(), X)
