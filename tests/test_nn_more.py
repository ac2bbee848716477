"""Dropouts, bags, CTC, un-pooling, margins, projections, normed and lazy layers: the same on every device."""
import copy
import sys

import numpy as np
import pytest

import tinygrad_bio as tg
from test_nn_layers import numbers, on
from tinygrad_bio import nn
from tinygrad_bio.nn import functional as F
from tinygrad_bio.testing import gradcheck, gradgradcheck


class Call(nn.Module):
    """A function as a layer."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


class Outputs(nn.LSTM):
    """An LSTM of which only the outputs count."""

    def forward(self, x):
        return super().forward(x)[0]


def moved(x, *numbers):
    """Integers beside x."""
    return tg.tensor(list(numbers), device=x.device)


def unpooled(axes, *settings):
    pool, back = getattr(F, f"max_pool{axes}d"), getattr(F, f"max_unpool{axes}d")
    return Call(lambda x: back(*pool(x, *settings, return_indices=True), *settings))


def spelled(**settings):
    def loss(x):
        return F.ctc_loss(x.log_softmax(-1), moved(x, [1, 2, 2], [3, 1, 0]), moved(x, 6, 4), moved(x, 3, 2), **settings)
    return Call(loss)


BAG, OFFSETS = tg.tensor([0, 3, 3, 4, 2]), tg.tensor([0, 2, 2])
CASES = {
    "dropout1d": (nn.Dropout1d(), numbers(3, 4, 5)), "dropout2d": (nn.Dropout2d(), numbers(3, 4, 2, 2)),
    "alpha": (nn.AlphaDropout(0.3), numbers(4, 5)), "feature alpha": (nn.FeatureAlphaDropout(0.3), numbers(3, 4, 5)),
    "gumbel": (Call(F.gumbel_softmax), numbers(4, 5)), "hard": (Call(lambda x: F.gumbel_softmax(x, hard=True)), numbers(4, 5)),
    "sum": (nn.EmbeddingBag(5, 3, mode="sum"), BAG, OFFSETS), "mean": (nn.EmbeddingBag(5, 3), BAG, OFFSETS),
    "max": (nn.EmbeddingBag(5, 3, mode="max"), BAG, OFFSETS), "rows": (nn.EmbeddingBag(5, 3), tg.tensor([[0, 3], [3, 4]])),
    "padding": (nn.EmbeddingBag(5, 3, padding_idx=3), BAG, OFFSETS),
    "often": (nn.EmbeddingBag(5, 3, scale_grad_by_freq=True), BAG, OFFSETS),
    "weighted": (nn.EmbeddingBag(5, 3, mode="sum"), BAG, OFFSETS, numbers(5)),
    "short rows": (nn.EmbeddingBag(5, 3, max_norm=0.5), BAG, OFFSETS),
    "ctc": (spelled(), numbers(6, 2, 4)), "ctc, each": (spelled(reduction="none"), numbers(6, 2, 4)),
    "ctc, too long": (Call(lambda x: F.ctc_loss(x, moved(x, [1, 1]), [2], [2], zero_infinity=True)), numbers(2, 1, 3)),
    "unpool1d": (unpooled(1, 2), numbers(2, 3, 6)), "unpool2d": (unpooled(2, (2, 3)), numbers(2, 3, 4, 6)),
    "soft margin": (Call(lambda x: F.soft_margin_loss(x, (x.detach() > 0).to(x.dtype) * 2 - 1)), numbers(4, 5)),
    "multi margin": (Call(lambda x: F.multi_margin_loss(x, moved(x, 0, 4), 2, weight=moved(x, 1., 2., 0.5, 0., 3.))), numbers(2, 5)),
    "labels": (Call(lambda x: F.multilabel_margin_loss(x, moved(x, [3, 0, -1, 1], [1, -1, 0, 0]))), numbers(2, 4)),
    "pairs": (Call(F.pdist), numbers(4, 3)), "channels": (nn.ChannelShuffle(2), numbers(2, 4, 3)),
    "projected": (Outputs(4, 3, bidirectional=True, proj_size=2), numbers(5, 2, 4)),
    "wrapped": (nn.DataParallel(nn.Linear(4, 3)), numbers(5, 4)),
}
NORMED = {
    "weight norm": lambda: nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)),
    "spectral norm": lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(4, 3)),
    "hooked weight norm": lambda: nn.utils.weight_norm(nn.Linear(4, 3)),
    "hooked spectral norm": lambda: nn.utils.spectral_norm(nn.Linear(4, 3)),
}


def case(name):
    """A new layer in float64, and its inputs. Layers with a hook cannot be copied (nor can PyTorch's)."""
    tg.manual_seed(0)
    if name in NORMED:
        return NORMED[name]().double(), [numbers(5, 4)]
    module, *inputs = CASES[name]
    return copy.deepcopy(module).double(), inputs


@pytest.mark.parametrize("name", [*CASES, *NORMED])
def test_the_same_on_every_device(name, cuda):
    found = []
    for device in ("cpu", cuda):
        module, inputs = case(name)
        found.append(on(device, module, *inputs))
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, 1e-9, 1e-12)


def test_lazy_layers_on_another_device(cuda):
    for lazy, x in ((nn.LazyLinear(3), numbers(5, 4)), (nn.LazyConv1d(3, 2), numbers(2, 4, 5)), (nn.LazyBatchNorm1d(), numbers(5, 4))):
        lazy.double().to(cuda)
        assert lazy(x.to(cuda)).is_cuda and all(p.is_cuda for p in lazy.parameters())


SMOOTH = ["ctc", "ctc, each", "soft margin", "multi margin", "labels", "pairs", "unpool1d", "projected", "weight norm",
          "hooked weight norm", "weighted"]


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives(name):
    """First and second, for the inputs, against differences."""
    module, inputs = case(name)
    leaves = tuple(x.detach().requires_grad_(x.is_floating_point()) for x in inputs)
    assert gradcheck(module, leaves) and gradgradcheck(lambda *x: module(*x) ** 2, leaves)


@pytest.mark.parametrize("name", ["weight norm", "spectral norm"])
def test_copies_of_normed_layers_are_their_own(name):
    module, (x,) = case(name)
    other, before = copy.deepcopy(module.eval()), module(x).detach()
    with tg.no_grad():
        for p in other.parameters():
            p.fill_(0.5)
    assert not other(x).allclose(before) and module(x).equal(before)


@pytest.mark.parametrize("name", NORMED)
def test_saving_normed_layers(name, tmp_path):
    module, (x,) = case(name)
    before = module.eval()(x).detach()
    tg.save(module.state_dict(), tmp_path / "weights.safetensors")
    other = case(name)[0].eval()
    with tg.no_grad():
        for p in other.parameters():
            p.fill_(0.5)
    other.load_state_dict(tg.load(tmp_path / "weights.safetensors"))
    assert other(x).equal(before)


def test_gradients_flow_through_two_uses_of_a_spectral_norm():
    """As in a GAN, D(real) − D(fake): the second use improves u and v, and must not spoil the first."""
    for layer in (nn.utils.spectral_norm(nn.Linear(4, 3)), nn.utils.parametrizations.spectral_norm(nn.Linear(4, 3))):
        (layer(tg.ones(2, 4)) - layer(tg.zeros(2, 4))).sum().backward()
        assert all(p.grad is not None for p in layer.parameters())


@pytest.mark.parametrize("name", ["ctc", "max", "alpha", "unpool1d", "weight norm"])
def test_float32_stays_float32(name):
    module, inputs = case(name)
    assert module.float()(*(x.float() if x.is_floating_point() else x for x in inputs)).dtype == tg.float32


def test_a_planted_fault_is_seen(monkeypatch):
    """A CTC that lets paths jump over any blank is found by the sum over all paths: –A–A– needs three steps."""
    right = F.ctc_loss(tg.zeros(2, 1, 2), tg.tensor([[1, 1]]), [2], [2], reduction="sum")
    monkeypatch.setattr(sys.modules["tinygrad_bio.nn.functional.ctc"], "NEVER", 0.0)
    wrong = F.ctc_loss(tg.zeros(2, 1, 2), tg.tensor([[1, 1]]), [2], [2], reduction="sum")
    assert right.item() == float("inf") != wrong.item()
