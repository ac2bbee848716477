"""What layers keep: moving, or reordering, the input moves or reorders the output.  (Lectures D3, D4, B9)"""
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_bio as tg
from tinygrad_bio import nn
from tinygrad_bio.nn import functional as F

SEEDS = st.integers(0, 10**6)


def normal(seed, *shape):
    return tg.from_numpy(np.random.default_rng(seed).normal(size=shape))


@settings(deadline=None, max_examples=40)
@given(SEEDS, st.integers(0, 12), st.integers(0, 12), st.sampled_from([1, 3, 5]), st.sampled_from([1, 2]))
def test_convolution_on_a_ring_moves_along(seed, down, right, k, groups):
    layer = nn.Conv2d(2, 4, k, padding=k // 2, padding_mode="circular", groups=groups).double()
    x, move = normal(seed, 2, 2, 12, 12), dict(shifts=(down, right), dims=(2, 3))
    np.testing.assert_allclose(layer(tg.roll(x, **move)).detach(), tg.roll(layer(x), **move).detach(), atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(SEEDS, st.integers(0, 5), st.sampled_from([2, 3, 4]))
def test_pooling_moves_along_by_whole_windows_and_global_pooling_stays(seed, windows, k):
    x = normal(seed, 2, 3, 12, 12)
    moved = tg.roll(x, windows * k, dims=3)
    assert (F.max_pool2d(moved, k) == tg.roll(F.max_pool2d(x, k), windows, dims=3)).all()
    anywhere = tg.roll(x, (seed % 12, windows), dims=(2, 3))
    assert (F.adaptive_max_pool2d(anywhere, 1) == F.adaptive_max_pool2d(x, 1)).all()
    np.testing.assert_allclose(F.adaptive_avg_pool2d(anywhere, 1), F.adaptive_avg_pool2d(x, 1), atol=1e-13)


@settings(deadline=None, max_examples=30)
@given(SEEDS, st.permutations(range(6)))
def test_graph_convolution_and_attention_do_not_care_for_the_order(seed, order):
    x = normal(seed, 6, 4)
    adjacency = (normal(seed + 1, 6, 6) > 0.5).double()
    adjacency = ((adjacency + adjacency.T) > 0).double()
    for layer in (nn.GraphConv(4, 3).double(), nn.GINConv(nn.Linear(4, 3)).double()):
        edges = tg.stack(tg.nonzero(adjacency, as_tuple=True))
        reordered = tg.stack(tg.nonzero(adjacency[order][:, order], as_tuple=True))
        np.testing.assert_allclose(layer(x[order], reordered).detach(), layer(x, edges)[order].detach(), atol=1e-12)
    attention = nn.MultiheadAttention(4, 2, batch_first=True).double()
    np.testing.assert_allclose(attention(*[x[None, order]] * 3)[0].detach(), attention(*[x[None]] * 3)[0][:, order].detach(), atol=1e-12)
