"""Graph layers against their formulas with dense matrices, and what must hold for graphs of any kind."""
import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings, strategies as st

import tinygrad_bio as tg
from tinygrad_bio.nn import graph as layers
from tinygrad_bio.testing import gradcheck, gradgradcheck

nn = tg.nn
PATH = [[0, 1, 1, 2], [1, 0, 2, 1]]                         # 0 – 1 – 2, and 3 stands alone


def random_graph(seed, n=6, e=12):
    """(edge_index (2, E) without repeated edges, weights (E,), dense A (N, N) with A[target, source])"""
    rng = np.random.default_rng(seed)
    places = rng.choice(n * n, size=e, replace=False)
    index, weight = np.stack([places // n, places % n]), rng.uniform(0.5, 2, e)
    a = np.zeros((n, n))
    a[index[1], index[0]] = weight
    return tg.tensor(index), tg.tensor(weight), tg.tensor(a)


def gcn(a):
    """Â = D^(−1/2) (A + I where the diagonal is 0) D^(−1/2) by its definition."""
    a = a + np.diag(np.where(np.diag(a) == 0, 1.0, 0.0))
    d = a.sum(axis=1)
    return a / np.sqrt(np.outer(d, d))


@pytest.fixture
def x():
    return tg.tensor(np.random.default_rng(0).standard_normal((6, 3)), requires_grad=True)


@pytest.mark.parametrize("seed", range(3))
def test_three_ways_to_give_a_graph_are_one(x, seed):
    index, weight, a = random_graph(seed)
    layer = nn.GraphConv(3, 2).double()
    by_edges = layer(x, index, weight)
    wanted = gcn(a.numpy()) @ x.detach().numpy() @ layer.lin.weight.detach().numpy().T + layer.bias.detach().numpy()
    np.testing.assert_allclose(by_edges.detach().numpy(), wanted, rtol=1e-12)
    sparse = tg.SparseTensor.from_scipy(scipy.sparse.csr_matrix(a.numpy()))
    for graph in (a, sparse, a.unsqueeze(0)):
        given_graph = layer(x if graph.shape[0] == 6 else x.unsqueeze(0), graph)
        np.testing.assert_allclose(given_graph.detach().numpy().reshape(6, 2), wanted, rtol=1e-12)


def test_a_self_loop_that_is_there_keeps_its_weight():
    source, target, weight = layers.with_self_loops(np.array([0, 1]), np.array([0, 0]), tg.tensor([5., 1.]), 3)
    assert list(zip(source.tolist(), target.tolist(), weight.tolist())) == [(0, 0, 5.), (1, 0, 1.), (1, 1, 1.), (2, 2, 1.)]


def test_an_isolated_node_gives_zero_not_nan():
    layer = nn.GraphConv(3, 2, bias=False, add_self_loops=False)
    y = layer(tg.ones(4, 3), tg.tensor(PATH))
    assert y[3].tolist() == [0., 0.] and bool(tg.isfinite(y).all())
    a = tg.zeros(1, 4, 4)
    assert layer(tg.ones(1, 4, 3), a).tolist() == [[[0., 0.]] * 4]


def test_settings_that_contradict_are_refused():
    with pytest.raises(ValueError, match="self-loops belong to the normalisation"):
        nn.GraphConv(2, 2, normalize=False, add_self_loops=True)


LAYERS = [lambda: nn.GraphConv(3, 4), lambda: nn.GATConv(3, 4, heads=2), lambda: nn.GINConv(nn.Linear(3, 4), train_eps=True),
          lambda: nn.MessagePassing("mean"), lambda: nn.MessagePassing("max")]


@pytest.mark.parametrize("make", LAYERS)
@settings(max_examples=10)
@given(order=st.permutations(range(6)), seed=st.integers(0, 99))
def test_renumbering_the_nodes_renumbers_the_result(make, order, seed):
    """Permutation equivariance: layer(P X, P A Pᵀ) = P layer(X, A)."""
    tg.manual_seed(seed)
    layer, x, (index, _, _) = make(), tg.randn(6, 3), random_graph(seed)
    place = np.argsort(order)                               # node order[i] becomes node i
    y, moved = layer(x, index), layer(x[list(order)], tg.tensor(place[index.numpy()]))
    np.testing.assert_allclose(moved.detach().numpy(), y.detach().numpy()[list(order)], rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("make", LAYERS)
def test_graphs_side_by_side_do_not_see_one_another(make):
    tg.manual_seed(1)
    layer = make()
    one, two = (tg.randn(4, 3), tg.tensor(PATH)), (tg.randn(3, 3), tg.tensor([[0, 2], [2, 1]]))
    x, index, batch = nn.batch_graphs([one, two])
    together = layer(x, index)
    apart = tg.cat([layer(*one), layer(*two)])
    np.testing.assert_allclose(together.detach().numpy(), apart.detach().numpy(), rtol=1e-5, atol=1e-6)
    for pool, plain in ((nn.global_add_pool, tg.sum), (nn.global_mean_pool, tg.mean), (nn.global_max_pool, tg.amax)):
        wanted = tg.stack([plain(layer(*g), dim=0) for g in (one, two)])
        np.testing.assert_allclose(pool(together, batch).detach().numpy(), wanted.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_attention_weights_sum_to_one_over_the_edges_into_a_node(x):
    index, _, _ = random_graph(3)
    layer = nn.GATConv(3, 2, heads=3).double()
    _, attention = layer(x, index, return_attention_weights=True)
    source, target, _ = layers.with_self_loops(index.numpy()[0], index.numpy()[1], tg.ones(12), 6)
    np.testing.assert_allclose(nn.global_add_pool(attention, tg.tensor(target)).detach().numpy(), 1, rtol=1e-12)


def test_gin_by_its_formula(x):
    index, _, a = random_graph(4)
    layer = nn.GINConv(nn.Identity(), eps=0.3).double()
    neighbours = (a.numpy() > 0).astype(float)
    np.testing.assert_allclose(layer(x, index).detach().numpy(), (1.3 * np.eye(6) + neighbours) @ x.detach().numpy(), rtol=1e-6)


@pytest.mark.parametrize("make", LAYERS)
def test_gradients_first_and_second(make, x):
    tg.manual_seed(0)
    layer, (index, _, _) = make().double(), random_graph(5)
    assert gradcheck(lambda x: layer(x, index), x)
    assert gradgradcheck(lambda x: layer(x, index), x)


def test_gradients_of_the_edge_weights(x):
    layer, (index, weight, _) = nn.GraphConv(3, 2).double(), random_graph(6)
    weight.requires_grad_()
    assert gradcheck(lambda w: layer(x.detach(), index, w), weight)
    assert gradgradcheck(lambda w: layer(x.detach(), index, w), weight)


@pytest.mark.parametrize("graph, error, said", [
    (tg.tensor([[0, 9], [1, 0]]), IndexError, "9 is out of range"), (tg.tensor([[0, -1], [1, 0]]), IndexError, "-1 is out of range"),
    (tg.tensor([[0, 1], [1, 0], [1, 2]]), tg.ShapeError, r"edge_index.t\(\)"), (tg.zeros(3, 3), tg.ShapeError, r"\(4, 4\)")])
def test_a_graph_that_does_not_fit_is_explained(graph, error, said):
    with pytest.raises(error, match=said):
        nn.GraphConv(3, 2)(tg.ones(4, 3), graph)


# ------------------------------------------------------------------------------------------------ sparse matrices

def test_sparse_matrices():
    rng = np.random.default_rng(0)
    places, values = rng.integers(0, 5, (2, 9)), tg.tensor(rng.standard_normal(9), requires_grad=True)
    a = tg.sparse_coo_tensor(places, values, (5, 6))
    dense = np.zeros((5, 6))
    np.add.at(dense, tuple(places), values.detach().numpy())            # places that occur twice are added
    x = tg.tensor(rng.standard_normal((6, 2)), requires_grad=True)
    np.testing.assert_allclose(a.to_dense().detach().numpy(), dense)
    np.testing.assert_allclose((a @ x).detach().numpy(), dense @ x.detach().numpy())
    np.testing.assert_allclose((a.t() @ tg.ones(5, 1, dtype=tg.float64)).detach().numpy()[:, 0], dense.sum(axis=0))
    assert gradcheck(lambda v, x: tg.sparse.mm(tg.sparse_coo_tensor(places, v, (5, 6)), x), (values, x))
    assert gradgradcheck(lambda v, x: tg.sparse.mm(tg.sparse_coo_tensor(places, v, (5, 6)), x), (values, x))


def test_the_kept_matrix_follows_its_values():
    """The CSR form is kept between products, but never used for other values."""
    values = tg.tensor([1., 2.])
    a = tg.sparse_coo_tensor([[0, 1], [0, 1]], values, (2, 2))
    assert (a @ tg.ones(2, 1)).tolist() == [[1.], [2.]]
    values += 1
    assert (a @ tg.ones(2, 1)).tolist() == [[2.], [3.]]
    with pytest.raises(tg.ShapeError, match="2 columns, but 3 rows"):
        a @ tg.ones(3, 1)


def test_on_the_other_device(device):
    tg.manual_seed(0)
    layer, x, index = nn.GATConv(3, 2, heads=2), tg.randn(4, 3), tg.tensor(PATH)
    wanted = layer(x, index).detach().numpy()
    np.testing.assert_allclose(layer.to(device)(x.to(device), index.to(device)).detach().cpu().numpy(), wanted, rtol=1e-5)
    gcn_layer = nn.GraphConv(3, 2)
    wanted = gcn_layer(x, index).detach().numpy()
    np.testing.assert_allclose(gcn_layer.to(device)(x.to(device), index.to(device)).detach().cpu().numpy(), wanted, rtol=1e-5)
