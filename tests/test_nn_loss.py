"""Losses: against their formulas, at their edges, on every device; and what they refuse."""
import math

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import special, stats

import tinygrad_bio as tg
from tinygrad_bio import nn
from tinygrad_bio.nn import functional as F
from tinygrad_bio.testing import gradcheck, gradgradcheck


def numbers(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def leaf(x):
    return tg.tensor(x, requires_grad=True)


def gradient(function, x):
    x = leaf(np.asarray(x, dtype="float64"))
    function(x).backward()
    return x.grad.tolist()


# -------------------------------------------------------------------------------------------------- formulas

def test_regression():
    a, b, w = numbers(4, 3), numbers(4, 3, seed=1), abs(numbers(4, 3, seed=2))
    x, y = tg.tensor(a), tg.tensor(b)
    d = abs(a - b)
    expected = {
        F.mse_loss: d ** 2, F.l1_loss: d, F.smooth_l1_loss: np.where(d < 1, d ** 2 / 2, d - 0.5),
        F.huber_loss: np.where(d < 1, d ** 2 / 2, d - 0.5), F.poisson_nll_loss: np.exp(a) - b * a}
    for function, value in expected.items():
        np.testing.assert_allclose(function(x, y, reduction="none").numpy(), value, rtol=1e-12)
        np.testing.assert_allclose(function(x, y, reduction="sum").item(), value.sum(), rtol=1e-12)
        np.testing.assert_allclose(function(x, y).item(), value.mean(), rtol=1e-12)
    for function in (F.mse_loss, F.l1_loss):
        np.testing.assert_allclose(function(x, y, weight=tg.tensor(w)).item(), (w * expected[function]).sum() / w.sum(), rtol=1e-12)
    np.testing.assert_allclose(F.huber_loss(x, y, delta=0.3, reduction="none").numpy(), special.huber(0.3, d), rtol=1e-12)
    assert F.smooth_l1_loss(x, y, beta=0.0).item() == F.l1_loss(x, y).item()


def test_likelihoods_against_scipy():
    """The losses are −ln of the densities whose name they bear."""
    mean, var, seen = numbers(5), abs(numbers(5, seed=1)) + 0.1, numbers(5, seed=2)
    loss = F.gaussian_nll_loss(tg.tensor(mean), tg.tensor(seen), tg.tensor(var), full=True, reduction="none")
    np.testing.assert_allclose(loss.numpy(), -stats.norm.logpdf(seen, mean, np.sqrt(var)), rtol=1e-12)
    rate, counts = np.array([0.5, 3.0, 10.0]), np.array([0, 1, 40])
    loss = F.poisson_nll_loss(tg.tensor(np.log(rate)), tg.tensor(counts), full=True, reduction="none")
    np.testing.assert_allclose(loss.numpy(), -stats.poisson.logpmf(counts, rate), atol=0.01)             # Stirling's approximation
    p, q = special.softmax(numbers(3, 4), 1), special.softmax(numbers(3, 4, seed=1), 1)
    for log_target in (False, True):
        loss = F.kl_div(tg.tensor(np.log(q)), tg.tensor(np.log(p) if log_target else p), reduction="batchmean", log_target=log_target)
        np.testing.assert_allclose(loss.item(), special.rel_entr(p, q).sum() / 3, rtol=1e-12)


def test_classes_against_scipy():
    x, t = numbers(5, 4), np.array([0, 3, 2, 2, 1])
    expected = -special.log_softmax(x, 1)[np.arange(5), t]
    assert np.allclose(F.cross_entropy(tg.tensor(x), tg.tensor(t), reduction="none").numpy(), expected, rtol=1e-12)
    assert np.allclose(F.nll_loss(tg.tensor(special.log_softmax(x, 1)), tg.tensor(t)).item(), expected.mean(), rtol=1e-12)
    w = np.array([1.0, 2.0, 0.5, 3.0])
    for reduction, value in (("none", w[t] * expected), ("sum", (w[t] * expected).sum()), ("mean", (w[t] * expected).sum() / w[t].sum())):
        np.testing.assert_allclose(F.cross_entropy(tg.tensor(x), tg.tensor(t), tg.tensor(w), reduction=reduction).numpy(), value, rtol=1e-12)
    p = special.expit(numbers(6))
    for q in (0.0, 0.3, 1.0):
        expected = special.rel_entr(q, p) + special.rel_entr(1 - q, 1 - p) + special.entr(q) + special.entr(1 - q)
        target = tg.full((6,), q, dtype=tg.float64)
        np.testing.assert_allclose(F.binary_cross_entropy(tg.tensor(p), target, reduction="none").numpy(), expected, rtol=1e-12)
        np.testing.assert_allclose(F.binary_cross_entropy_with_logits(tg.tensor(special.logit(p)), target, reduction="none").numpy(), expected, rtol=1e-9)


@given(data=st.data())
def test_cross_entropy_in_all_its_forms_agrees_with_one_hot_probabilities(data):
    """Class numbers and one-hot rows, weighted and smoothed, with more dimensions: the same loss and the same gradient."""
    n, c, more = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 5)), data.draw(st.sampled_from([(), (3,), (2, 2)]))
    smoothing = data.draw(st.sampled_from([0.0, 0.3]))
    x, t = numbers(n, c, *more), np.random.default_rng(data.draw(st.integers(0, 99))).integers(0, c, (n, *more))
    a, b = leaf(x), leaf(x)
    one_hot = tg.one_hot(tg.tensor(t), c).double().movedim(-1, 1)
    first = F.cross_entropy(a, tg.tensor(t), label_smoothing=smoothing)
    second = F.cross_entropy(b, one_hot, label_smoothing=smoothing)
    assert np.isclose(first.item(), second.item(), rtol=1e-12)
    first.backward()
    second.backward()
    np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-9, atol=1e-14)


@given(data=st.data())
def test_ignored_places_might_as_well_not_be_there(data):
    """Loss and gradient are those of the batch without them, whatever stands there, even NaN."""
    n, c = data.draw(st.integers(1, 6)), data.draw(st.integers(2, 4))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    t, ignored = rng.integers(0, c, n), rng.random(n) < 0.5
    weight = tg.tensor(rng.random(c) + 0.1) if data.draw(st.booleans()) else None
    smoothing, reduction = data.draw(st.sampled_from([0.0, 0.2])), data.draw(st.sampled_from(["sum", "mean"]))
    x = numbers(n, c)
    with_nan = x.copy()
    with_nan[ignored] = np.nan
    a, b = leaf(with_nan), leaf(x[~ignored])
    whole = F.cross_entropy(a, tg.tensor(np.where(ignored, -100, t)), weight, label_smoothing=smoothing, reduction=reduction)
    part = F.cross_entropy(b, tg.tensor(t[~ignored]), weight, label_smoothing=smoothing, reduction=reduction)
    np.testing.assert_allclose(whole.item(), part.item(), rtol=1e-12)
    whole.backward()
    part.backward()
    assert not a.grad.numpy()[ignored].any()
    np.testing.assert_allclose(a.grad.numpy()[~ignored], b.grad.numpy(), rtol=1e-9, atol=1e-14)


# ----------------------------------------------------------------------------------------------------- edges

def test_kinks():
    zero = np.zeros(1)
    assert gradient(lambda x: F.l1_loss(x, tg.tensor(zero)), zero) == [0]
    assert gradient(lambda x: F.smooth_l1_loss(x, tg.tensor(zero), beta=0.0), zero) == [0]
    assert gradient(lambda x: F.huber_loss(x, tg.tensor(zero)), [1.0]) == [1]
    assert gradient(lambda x: F.binary_cross_entropy_with_logits(x, tg.tensor([0.5], dtype=tg.float64)), zero) == [0]
    assert gradient(lambda x: F.cosine_similarity(x, tg.ones(1, 2, dtype=tg.float64)).sum(), np.zeros((1, 2))) == [pytest.approx([2 ** -0.5 * 1e8] * 2)]


def test_activations_at_their_kinks():
    zero = [0.0]
    assert gradient(lambda x: F.relu(x).sum(), zero) == [0] and gradient(lambda x: F.leaky_relu(x, 0.1).sum(), zero) == [0.1]
    assert gradient(lambda x: F.elu(x).sum(), zero) == [1] and gradient(lambda x: F.elu(x, 2.0).sum(), zero) == [2]
    assert gradient(lambda x: F.hardtanh(x).sum(), [-1.0, 1.0, 0.0]) == [0, 0, 1] and gradient(lambda x: F.relu6(x).sum(), [0.0, 6.0]) == [0, 0]
    assert gradient(lambda x: F.gelu(x).sum(), zero) == [0.5] and F.gelu(tg.ones(1, dtype=tg.float64)).item() == pytest.approx(0.841344746068543)
    assert gradient(lambda x: F.softplus(x).sum(), [0.0, 30.0]) == [0.5, 1] and F.softplus(tg.tensor(30.0)).item() == 30
    assert gradient(lambda x: F.logsigmoid(x).sum(), [-1000.0]) == [1] and F.logsigmoid(tg.tensor(-1000.0)).item() == -1000


def test_extreme_numbers():
    assert F.binary_cross_entropy(tg.tensor([0.]), tg.tensor([1.])).item() == 100
    assert F.binary_cross_entropy_with_logits(tg.tensor([1000.]), tg.tensor([0.])).item() == 1000
    x = leaf([[1.0, -math.inf, 2.0]])
    assert F.cross_entropy(x, tg.tensor([1])).item() == math.inf
    assert F.cross_entropy(tg.tensor([[1e4, -1e4]]), tg.tensor([1])).item() == 2e4
    assert F.kl_div(tg.tensor([[-1., -1.]]), tg.tensor([[1., 0.]]), reduction="batchmean").item() == 1          # 0·ln 0 = 0


def test_all_ignored():
    x, t = leaf(numbers(2, 3)), tg.tensor([-100, -100])
    assert math.isnan(F.cross_entropy(x, t).item()) and F.cross_entropy(x, t, reduction="sum").item() == 0
    assert F.cross_entropy(x, t, reduction="none").tolist() == [0, 0]
    for smoothing in (0.0, 0.1):
        loss = F.cross_entropy(x, t, label_smoothing=smoothing)
        loss.backward()
        assert math.isnan(loss.item()) and not x.grad.any()
    assert math.isnan(F.cross_entropy(tg.zeros(0, 3), tg.zeros(0, dtype=tg.int64)).item())


def test_ignore_index_may_be_a_class():
    x = tg.tensor(numbers(3, 4))
    loss = F.cross_entropy(x, tg.tensor([1, 0, 3]), ignore_index=0, reduction="none")
    assert loss[1].item() == 0 and loss[0].item() > 0


def test_labels_of_any_integer_dtype():
    x = tg.tensor(numbers(3, 4))
    values = {F.cross_entropy(x, tg.tensor([1, 0, 3]).to(dtype)).item() for dtype in (tg.int64, tg.int32, tg.uint8, tg.int8)}
    assert len(values) == 1


# ------------------------------------------------------------------------------------------------- refusals

TWO = [F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss, F.binary_cross_entropy, F.binary_cross_entropy_with_logits, F.kl_div,
       F.poisson_nll_loss, F.hinge_embedding_loss, lambda a, b: F.gaussian_nll_loss(a, b, 1.0)]


@pytest.mark.parametrize("loss", TWO)
@pytest.mark.parametrize("shape, other", [((4, 1), (4,)), ((4,), (4, 1)), ((4,), ()), ((2, 3), (3, 2))], ids=str)
def test_shapes_must_be_equal(loss, shape, other):
    with pytest.raises(tg.ShapeError, match=r"must be\s+equal, because broadcasting would silently compare"):
        loss(tg.full(shape, 0.5), tg.full(other, 0.5))


def test_shapes_of_several():
    a, b = tg.ones(4, 3), tg.ones(4, 2)
    for call in (lambda: F.triplet_margin_loss(a, a, b), lambda: F.triplet_margin_loss(a, b, a), lambda: F.margin_ranking_loss(a, a, b),
                 lambda: F.margin_ranking_loss(a, b, a), lambda: F.cosine_embedding_loss(a, b, tg.ones(4)), lambda: F.cosine_embedding_loss(a, a, tg.ones(3)),
                 lambda: F.gaussian_nll_loss(a, a, tg.ones(3)), lambda: F.gaussian_nll_loss(a, a, tg.ones(1, 1)), lambda: F.mse_loss(a, a, weight=tg.ones(3)),
                 lambda: F.huber_loss(a, a, weight=tg.ones(3)), lambda: F.binary_cross_entropy(a, a, tg.ones(2, 4, 3)),
                 lambda: F.binary_cross_entropy_with_logits(a, a, pos_weight=tg.ones(2, 4, 3))):
        with pytest.raises(tg.ShapeError):
            call()


@pytest.mark.parametrize("loss", [F.cross_entropy, F.nll_loss])
def test_targets_that_are_no_classes(loss, device):
    x = tg.tensor(numbers(2, 3)).to(device)
    for bad, target in ((3, [0, 3]), (-1, [-1, 0]), (7, [7, -100])):
        with pytest.raises(IndexError, match=rf"target {bad} is out of range: expected 0 … 2 \(3 classes in dimension 1 of the input\), or "
                                             "ignore_index=-100"):
            loss(x, tg.tensor(target).to(device))
    with pytest.raises(tg.ShapeError, match=r"got input \(2, 3\) and target \(3,\)"):
        loss(x, tg.tensor([0, 1, 2]).to(device))
    with pytest.raises(tg.ShapeError, match="class probabilities must be floats"):
        F.cross_entropy(x, tg.zeros(2, 3, dtype=tg.int64).to(device))
    with pytest.raises(tg.ShapeError, match=r"input.transpose\(1, 2\)"):
        loss(tg.zeros(2, 5, 3).to(device), tg.zeros(2, 5, dtype=tg.int64).to(device))
    with pytest.raises((TypeError, RuntimeError), match=r"write (target)?\.long\(\)"):
        loss(x, tg.zeros(2).to(device))
    with pytest.raises(tg.ShapeError, match="one number for each of 3 classes"):
        loss(x, tg.tensor([0, 1]).to(device), tg.ones(2).to(device))


def test_other_refusals(cuda):
    x, t = tg.full((2, 3), 0.5), tg.tensor([0, 1])
    for wrong in ("average", None):
        for call in (lambda r: F.mse_loss(x, x, reduction=r), lambda r: F.cross_entropy(x, t, reduction=r), lambda r: nn.BCELoss(reduction=r)(x, x)):
            with pytest.raises(ValueError, match="'mean', 'sum' or 'none'"):
                call(wrong)
    with pytest.raises(TypeError, match="size_average"):
        F.mse_loss(x, x, size_average=False)
    with pytest.raises(ValueError, match=r"its range is -1 … 0.5: for logits use binary_cross_entropy_with_logits"):
        F.binary_cross_entropy(tg.tensor([-1., 0.5]), tg.tensor([0., 1.]))
    with pytest.raises(ValueError, match="target must hold probabilities"):
        F.binary_cross_entropy(tg.tensor([0.5]), tg.tensor([2.]))
    with pytest.raises(ValueError, match="label_smoothing"):
        F.cross_entropy(x, t, label_smoothing=1.5)
    with pytest.raises(ValueError, match="negative numbers, such as -1"):
        F.gaussian_nll_loss(x, x, tg.full((2, 3), -1.0))
    for call in (lambda: F.smooth_l1_loss(x, x, beta=-1), lambda: F.huber_loss(x, x, delta=0)):
        with pytest.raises(RuntimeError, match="beta|delta"):
            call()
    for call in (lambda: F.triplet_margin_loss(x, x, x, margin=0), lambda: nn.TripletMarginLoss(0)):
        with pytest.raises(ValueError, match="margin must be positive"):
            call()
    with pytest.raises(tg.DeviceMismatchError, match="cross_entropy: input is on 'cuda:0'"):
        F.cross_entropy(x.to(cuda), t)
    with pytest.raises(tg.DeviceMismatchError, match="squared_error"):
        F.mse_loss(x.to(cuda), x)


def test_a_refusal_names_the_layer():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.loss = nn.MSELoss()

        def forward(self, x, t):
            return self.loss(x, t)
    with pytest.raises(tg.ShapeError, match=r"mse_loss in layer 'loss \(MSELoss\)'"):
        Net()(tg.ones(3, 1), tg.ones(3))


# --------------------------------------------------------------------------------- devices and derivatives

def losses():
    """(name, module, inputs): every loss with something to compute, in float64."""
    p, q = special.expit(numbers(4, 3)), special.expit(numbers(4, 3, seed=1))
    t, signs, w = np.array([0, 2, 1, -100]), np.array([1, -1, 1, -1]), np.array([1.0, 2.0, 0.5])
    for make, inputs in [
            (nn.L1Loss, (p, q)), (nn.MSELoss, (p, q)), (nn.SmoothL1Loss, (p, q)), (nn.HuberLoss, (p, q)), (nn.BCELoss, (p, q)),
            (nn.BCEWithLogitsLoss, (p, q)), (lambda: nn.BCEWithLogitsLoss(tg.tensor(w), pos_weight=tg.tensor(w)), (p, q)),
            (lambda: nn.KLDivLoss(reduction="batchmean"), (np.log(p), q)), (lambda: nn.PoissonNLLLoss(full=True), (p, 3 * q)),
            (nn.GaussianNLLLoss, (p, q, q[:, :1])), (nn.HingeEmbeddingLoss, (p[:, 0], signs)), (lambda: nn.MarginRankingLoss(0.1), (p[:, 0], q[:, 0], signs)),
            (nn.TripletMarginLoss, (p, q, p[::-1].copy())), (nn.CosineEmbeddingLoss, (p, q, signs)), (nn.CrossEntropyLoss, (p, t)),
            (lambda: nn.CrossEntropyLoss(reduction="none"), (p, t)), (lambda: nn.CrossEntropyLoss(tg.tensor(w), label_smoothing=0.1), (p, t)),
            (nn.CrossEntropyLoss, (p, q)), (lambda: nn.NLLLoss(tg.tensor(w)), (p, t)), (nn.CrossEntropyLoss, (numbers(2, 3, 4), np.array([[0, 1, 2, 0]] * 2)))]:
        module = make().double()
        yield pytest.param(module, inputs, id=f"{type(module).__name__}-{len(module.state_dict())}-{getattr(module, 'reduction', '')}-{inputs[0].shape}-{inputs[1].dtype}")


def run(module, inputs, device):
    module.to(device)
    tensors = [tg.tensor(x).to(device) for x in inputs]
    for x in tensors:
        x.requires_grad_(x.is_floating_point())
    loss = module(*tensors)
    loss.sum().backward()
    found = [loss.detach(), *(x.grad for x in tensors if x.grad is not None)]
    assert {x.device.type for x in found} == {device}
    return [x.cpu().numpy() for x in found]


@pytest.mark.parametrize("module, inputs", [*losses()])
def test_a_loss_on_another_device(module, inputs, cuda):
    for a, b in zip(run(module, inputs, "cpu"), run(module, inputs, cuda)):
        np.testing.assert_allclose(a, b, 1e-9, 1e-12)


@pytest.mark.parametrize("module, inputs", [*losses()])
def test_derivatives_of_a_loss(module, inputs):
    module.to("cpu")
    tensors = [tg.tensor(x) for x in inputs]
    floats = [x.requires_grad_() for x in tensors if x.is_floating_point()]

    def call(*arguments):
        given = iter(arguments)
        return module(*(next(given) if x.is_floating_point() else x for x in tensors))
    assert gradcheck(call, tuple(floats)) and gradgradcheck(call, tuple(floats))


def test_the_fused_cross_entropy_equals_its_composition():
    from tinygrad_bio.ops.loss import cross_entropy_plainly, softmax_cross_entropy
    x, t, g = numbers(50, 7) * 5, np.random.default_rng(0).integers(0, 7, 50), numbers(50)
    a, b = leaf(x), leaf(x)
    y, z = softmax_cross_entropy(a, target=t), cross_entropy_plainly(b, target=t)
    y.backward(tg.tensor(g))
    z.backward(tg.tensor(g))
    np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-10, atol=1e-14)


def test_a_loss_keeps_float32():
    for module, inputs in (p.values for p in losses()):
        tensors = [tg.tensor(x) for x in inputs]
        tensors = [x.float().requires_grad_() if x.is_floating_point() else x for x in tensors]
        loss = module.to("cpu", tg.float32)(*tensors)
        loss.sum().backward()
        assert loss.dtype == tg.float32 and all(x.grad.dtype == tg.float32 for x in tensors if x.requires_grad), module


def test_targets_of_other_dtypes():
    """Integer labels beside float32 predictions; float64 numbers as NumPy makes them."""
    x = tg.tensor([[0.2], [0.8]], requires_grad=True)
    for t in (tg.tensor([[0], [1]]), tg.tensor([[False], [True]]), tg.tensor([[0.], [1.]])):
        loss = F.mse_loss(x, t)
        assert loss.dtype == tg.float32 and loss.item() == pytest.approx(0.04)
    F.mse_loss(x, tg.tensor(np.array([[0.0], [1.0]]))).backward()
    assert x.grad.dtype == tg.float32
