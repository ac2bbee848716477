"""CTC and the losses with margins between classes against PyTorch."""
import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

import tinygrad_bio as tg
from .both import LIBRARIES, array, assert_same, compare, ints, numpy_of
from .twins import fail_alike

REDUCTIONS = ["mean", "sum", "none"]


# ---------------------------------------------------------------------------------------------------- CTC

@settings(max_examples=80)
@given(n=st.integers(1, 3), t=st.integers(1, 6), classes=st.integers(2, 4), seed=st.integers(0, 99),
       blank=st.integers(0, 3), flat=st.booleans(), zero=st.booleans(), reduction=st.sampled_from(REDUCTIONS),
       as_lists=st.booleans())
def test_ctc(n, t, classes, seed, blank, flat, zero, reduction, as_lists):
    """On logits, where PyTorch's gradient is the gradient. Targets of any length, also 0 and too long ones."""
    blank %= classes
    rng = np.random.default_rng(seed)
    lengths, sizes = rng.integers(0, t + 1, n), rng.integers(0, 4, n)
    labels = np.delete(np.arange(classes), blank)[rng.integers(0, classes - 1, (n, 4))]
    given_ = np.concatenate([row[:k] for row, k in zip(labels, sizes)]) if flat else labels
    found = []
    for L in LIBRARIES:
        x = L.tensor(rng.normal(size=(t, n, classes)) if L is tg else numpy_of(found[0][1]), requires_grad=True)
        told = [v.tolist() if as_lists else L.tensor(v) for v in (lengths, sizes)]
        loss = L.nn.functional.ctc_loss(x.log_softmax(-1), L.tensor(given_), *told, blank, reduction, zero)
        loss.sum().backward()
        found.append((loss, x.detach(), x.grad))
    (loss, _, g), (loss_, _, g_) = found
    assert_same(loss, loss_, "loss")
    right = np.isfinite(numpy_of(g_))                           # NaN for a target that is too long; 0 here
    assert zero or right.all() or np.isinf(numpy_of(loss_)).any()
    assert not numpy_of(g)[~right].any()
    np.testing.assert_allclose(numpy_of(g)[right], numpy_of(g_)[right], 1e-8, 1e-10)


def test_ctc_is_the_sum_over_all_paths():
    """By trying all 3⁴ paths, and its gradient for the logarithms themselves."""
    labels = [1, 1]

    def by_paths(log_probs):
        total = 0.0
        for path in itertools.product(range(3), repeat=4):
            merged = [c for c, _ in itertools.groupby(path)]
            if [c for c in merged if c] == labels:
                total = total + sum(log_probs[t, c] for t, c in enumerate(path)).exp()
        return -total.log()

    x, seen = tg.tensor(array(4, 3), requires_grad=True), []
    for loss in (by_paths(x), tg.nn.functional.ctc_loss(x, tg.tensor(labels), 4, 2, reduction="none")):
        g, = tg.autograd.grad(loss, x, create_graph=True)
        second, = tg.autograd.grad((g ** 2).sum(), x)
        seen.append((loss.detach(), g.detach(), second))
    for ours, expected in zip(*seen):
        tg.testing.assert_close(ours, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_ctc_of_one_sequence(reduction):
    for target in (np.array([1, 2, 2]), np.array([[1, 2, 2]])):
        compare(lambda L, x: L.nn.functional.ctc_loss(x.log_softmax(-1), L.tensor(target), L.tensor(6), L.tensor(3),
                                                      reduction=reduction), array(6, 4), order=1)


def test_ctc_differentiates_twice():                                    # PyTorch's does not
    x = tg.tensor(array(5, 2, 3), requires_grad=True)
    assert tg.testing.gradgradcheck(
        lambda x: tg.nn.functional.ctc_loss(x.log_softmax(-1), tg.tensor([[1, 2], [2, 0]]), [5, 3], [2, 1]), x)


def test_ctc_of_impossible_steps():
    """−∞ among the logarithms: a finite loss if there is another path, and no NaN in its gradient."""
    x = tg.tensor([[0.0, 0.0], [0.0, -np.inf]], dtype=tg.float64, requires_grad=True)
    loss = tg.nn.functional.ctc_loss(x, tg.tensor([1]), [2], [1], reduction="sum")
    loss.backward()
    assert loss.item() == 0.0 and x.grad.tolist() == [[0.0, -1.0], [-1.0, 0.0]]


def test_ctc_as_a_layer():
    for text in ("CTCLoss()", "CTCLoss(2, 'sum', True)"):
        assert repr(eval("tg.nn." + text)) == repr(eval("torch.nn." + text))
        compare(lambda L, x: eval("nn." + text, {"nn": L.nn})(x.log_softmax(-1), L.tensor([[1, 3], [1, 1]]),
                                                             L.tensor([5, 4]), L.tensor([2, 1])), array(5, 2, 4), order=1)


CTC = {"input_lengths": (([6, 5], [1, 2]), {}), "batch_size": (([5], [1, 2]), {}), "S ≥ 4": (([5, 5], [4, 2]), {}),
       "blank must be in label range": (([5, 5], [1, 2]), {"blank": 9})}


@pytest.mark.parametrize("told, keywords", CTC.values(), ids=CTC)
def test_errors_of_ctc(told, keywords, request):
    targets = [[1, 1, 1], [2, 3, 1]]
    ours, theirs = (lambda L=L: L.nn.functional.ctc_loss(L.zeros(5, 2, 4), L.tensor(targets), *told, **keywords)
                    for L in LIBRARIES)
    with pytest.raises(RuntimeError):
        theirs()
    with pytest.raises((RuntimeError, ValueError), match=request.node.callspec.id):
        ours()


def test_targets_that_are_no_labels():
    for bad in ([[4]], [[-1]], [[0]]):
        with pytest.raises(IndexError, match="ctc_loss: target .* is out of range"):
            tg.nn.functional.ctc_loss(tg.zeros(5, 1, 4), tg.tensor(bad), [5], [1])
    with pytest.raises(TypeError, match="integers"):
        tg.nn.functional.ctc_loss(tg.zeros(5, 1, 4), tg.tensor([[1.0]]), [5], [1])


# ------------------------------------------------------------------------------------------------ margins

@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_losses_with_margins_between_classes(reduction):
    rows, signs = array(4, 5), np.sign(array(4, 5, seed=3))
    weight, y = array(5, kind="positive"), ints(4, high=5)
    some = np.array([[3, 0, -1, 1, 2], [-1, 0, 0, 0, 0], [0, 1, 2, 3, 4], [2, -1, -1, 7, 7]])

    def told(L, v):
        return L.tensor(v)

    compare(lambda L, x: L.nn.functional.soft_margin_loss(x, told(L, signs), reduction=reduction), rows * 3)
    for p in (1, 2):
        for w in (None, weight):
            compare(lambda L, x: L.nn.functional.multi_margin_loss(
                x, told(L, y), p, 0.7, None if w is None else told(L, w), reduction=reduction), rows, order=1)
    compare(lambda L, x: L.nn.functional.multi_margin_loss(x, L.tensor(2), reduction=reduction), rows[0], order=1)
    compare(lambda L, x: L.nn.functional.multilabel_margin_loss(x, told(L, some[:3]), reduction=reduction), rows[:3],
            order=1)
    compare(lambda L, x: L.nn.functional.multilabel_margin_loss(x, told(L, some[0]), reduction=reduction), rows[0],
            order=1)
    for w in (None, weight):
        compare(lambda L, x: L.nn.functional.multilabel_soft_margin_loss(
            x, told(L, (signs > 0) * 1.0), None if w is None else told(L, w), reduction=reduction), rows)
    for swap in (False, True):
        compare(lambda L, a, b, c: L.nn.functional.triplet_margin_with_distance_loss(
            a, b, c, distance_function=lambda u, v: 1 - L.nn.functional.cosine_similarity(u, v), margin=0.5, swap=swap,
            reduction=reduction), rows, array(4, 5, seed=1), array(4, 5, seed=2))


def test_margins_as_layers():
    y = np.array([0, 2, 1])
    for text, target in (("SoftMarginLoss()", np.sign(array(3, 4))), ("MultiMarginLoss(2, 0.5)", y),
                         ("MultiMarginLoss(weight=lib.tensor([1., 2., 3., 4.]).to(lib.float64), reduction='sum')", y),
                         ("MultiLabelMarginLoss()", np.array([[1, -1, 0, 0]] * 3)),
                         ("MultiLabelSoftMarginLoss(reduction='none')", (array(3, 4) > 0) * 1.0)):
        layers = [eval("lib.nn." + text, {"lib": L}) for L in LIBRARIES]
        assert repr(layers[0]) == repr(layers[1]) and list(layers[0].state_dict()) == list(layers[1].state_dict())
        compare(lambda L, x: layers[L is torch](x, L.tensor(target)), array(3, 4), order=1)
    compare(lambda L, *x: L.nn.TripletMarginWithDistanceLoss(margin=0.5)(*x), array(3, 4), array(3, 4, seed=1),
            array(3, 4, seed=2))


def test_errors_of_margins():
    F, F_ = tg.nn.functional, torch.nn.functional
    fail_alike(lambda: F.multi_margin_loss(tg.ones(2, 3), tg.tensor([0, 1]), 3),
               lambda: F_.multi_margin_loss(torch.ones(2, 3), torch.tensor([0, 1]), 3), "p == 1 and p == 2")
    for y in ([0, 3], [0, -1]):
        with pytest.raises(IndexError, match="out of range"):
            F.multi_margin_loss(tg.ones(2, 3), tg.tensor(y))
    with pytest.raises(IndexError, match="out of range"):
        F.multilabel_margin_loss(tg.ones(3), tg.tensor([3, -1, 0]))
    fail_alike(lambda: F.multi_margin_loss(tg.ones(2, 3), tg.tensor([0, 1, 1])),
               lambda: F_.multi_margin_loss(torch.ones(2, 3), torch.tensor([0, 1, 1])), "expected input (N, C)")
    fail_alike(lambda: F.triplet_margin_with_distance_loss(*[tg.ones(2, 3)] * 3, margin=0),
               lambda: F_.triplet_margin_with_distance_loss(*[torch.ones(2, 3)] * 3, margin=0), "greater than 0")
    with pytest.raises(ValueError, match="they must be equal"):
        F.soft_margin_loss(tg.ones(2, 3), tg.ones(2))
