"""Weight and spectral normalisation, parametrisations, norms of gradients against PyTorch."""
import copy

import pytest
import torch

import tinygrad_bio as tg
from .both import LIBRARIES, array, assert_same, compare, ints
from .twins import fail_alike, step_alike, twins

quiet = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")


# ------------------------------------------------------------------------------------------ normed weights

LAYERS = {"Linear(4, 3)": (5, 4), "Conv1d(4, 3, 2)": (2, 4, 6), "ConvTranspose1d(4, 3, 2)": (2, 4, 5),
          "Conv2d(2, 3, 2, bias=False)": (2, 2, 4, 4), "Embedding(6, 3)": None}
NORMS = ["utils.weight_norm({})", "utils.weight_norm({}, dim=1)", "utils.weight_norm({}, dim=None)", "utils.spectral_norm({})",
         "utils.spectral_norm({}, n_power_iterations=3)", "utils.parametrizations.weight_norm({})",
         "utils.parametrizations.weight_norm({}, dim=None)", "utils.parametrizations.spectral_norm({})",
         "utils.parametrizations.spectral_norm({}, n_power_iterations=2, dim=1)"]


@quiet
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("layer", LAYERS)
def test_normed_weights(norm, layer):
    """Names in the state_dict, values, gradients, and u and v after steps in training and in use."""
    ours, theirs = twins(norm.format(f"nn.{layer}").replace("utils", "nn.utils", 1))
    x = ints(2, 3, high=6) if LAYERS[layer] is None else array(*LAYERS[layer])
    for training in (True, True, False):
        ours.train(training), theirs.train(training)
        step_alike(ours, theirs, x)
    assert_same(ours.weight.detach(), theirs.weight.detach(), "weight")
    for module, utils in ((ours, tg.nn.utils), (theirs, torch.nn.utils)):
        if "parametriz" in norm:
            utils.parametrize.remove_parametrizations(module, "weight")
        else:
            (utils.remove_weight_norm if "weight_norm" in norm else utils.remove_spectral_norm)(module)
    assert repr(ours) == repr(theirs) and list(ours.state_dict()) == list(theirs.state_dict())
    assert isinstance(ours.weight, tg.nn.Parameter)
    step_alike(ours, theirs, x)


def test_training_with_a_normed_weight():
    """Ten steps of Adam, and a copy that goes its own way."""
    results = []
    twin = twins("nn.utils.parametrizations.weight_norm(nn.Linear(4, 3))")
    for L, layer in zip(LIBRARIES, twin):
        optimizer = L.optim.Adam(layer.parameters(), 0.1)
        for k in range(10):
            optimizer.zero_grad()
            layer(L.tensor(array(5, 4, seed=k))).pow(2).sum().backward()
            optimizer.step()
        other = copy.deepcopy(layer)
        with L.no_grad():
            other.parametrizations.weight.original0.mul_(2)
        results.append([layer.weight.detach(), other.weight.detach()])
    assert_same(*results, "weight")
    tg.nn.utils.parametrize.remove_parametrizations(twin[0], "weight")
    assert type(twin[0]) is tg.nn.Linear


def test_parametrisations_of_ones_own():
    """Two in a row, of a buffer too, with an inverse and without; assigned to; removed in both ways."""
    found = []
    for L in LIBRARIES:
        class Double(L.nn.Module):
            def forward(self, x):
                return 2 * x

            def right_inverse(self, y):
                return y / 2

        class Shift(L.nn.Module):
            def forward(self, x):
                return x + 1

        utils = L.nn.utils.parametrize
        layer = L.nn.BatchNorm1d(3).to(L.float64)
        utils.register_parametrization(layer, "weight", Double())
        seen = [layer.weight.detach().clone()]
        layer.weight = L.tensor([3.0, 4.0, 5.0], dtype=L.float64)
        seen += [layer.weight.detach(), layer.parametrizations.weight.original.detach().clone()]
        utils.register_parametrization(layer, "weight", Shift())
        utils.register_parametrization(layer, "running_var", Double())
        seen += [layer.weight.detach(), layer.running_var, layer(L.tensor(array(4, 3))).detach()]
        seen += [list(layer.state_dict()), repr(layer).count("Double()"), utils.is_parametrized(layer, "bias"),
                 utils.is_parametrized(layer), utils.type_before_parametrizations(layer) is L.nn.BatchNorm1d,
                 isinstance(layer, L.nn.BatchNorm1d), [n for n, _ in layer.named_parameters()]]
        with utils.cached():
            seen.append(layer.weight is layer.weight)
        seen.append(layer.weight is layer.weight)
        utils.remove_parametrizations(layer, "weight", leave_parametrized=False)
        seen += [layer.weight.detach(), list(layer.state_dict()), type(layer).__name__]
        utils.remove_parametrizations(layer, "running_var")
        seen += [layer.running_var, type(layer).__name__, sorted(layer.state_dict())]
        found.append(seen)
    assert_same(*found, "all")


def test_a_value_goes_back_through_the_last_parametrisation_first():
    found = []
    for L in LIBRARIES:
        class Double(L.nn.Module):
            def forward(self, x):
                return 2 * x

            def right_inverse(self, y):
                return y / 2

        class Plus(Double):
            def forward(self, x):
                return x + 3

            def right_inverse(self, y):
                return y - 3

        layer = L.nn.Linear(2, 1).to(L.float64)
        for part in (Double(), Plus()):
            L.nn.utils.parametrize.register_parametrization(layer, "weight", part)
        layer.weight = L.tensor([[9.0, 5.0]], dtype=L.float64)
        found.append([layer.weight.detach(), layer.parametrizations.weight.original.detach()])
    assert_same(*found, "assigned")


class Wrong:
    """Makers of parametrisations that do not fit."""
    @staticmethod
    def of(L, name):
        class Made(L.nn.Module):
            def forward(self, x):
                return {"shape": x[:1], "dtype": x.double(), "kind": 3}[name]
        return Made()


@quiet
def test_errors_of_normed_weights():
    P, P_ = tg.nn.utils.parametrize, torch.nn.utils.parametrize
    for wrong, message in (("shape", "change the shape"), ("dtype", "change the dtype"), ("kind", "return a Tensor")):
        with pytest.raises((ValueError, TypeError), match=message):
            P.register_parametrization(tg.nn.Linear(2, 3), "weight", Wrong.of(tg, wrong))
        with pytest.raises(ValueError):
            P_.register_parametrization(torch.nn.Linear(2, 3), "weight", Wrong.of(torch, wrong))
    fail_alike(lambda: P.register_parametrization(tg.nn.Linear(2, 3), "w", tg.nn.Identity()),
               lambda: P_.register_parametrization(torch.nn.Linear(2, 3), "w", torch.nn.Identity()), "no parameter or buffer 'w'")
    fail_alike(lambda: P.remove_parametrizations(tg.nn.Linear(2, 3), "weight"),
               lambda: P_.remove_parametrizations(torch.nn.Linear(2, 3), "weight"), "no parametrization")
    for name in ("weight_norm", "spectral_norm"):
        one, two = (getattr(L.nn.utils, name) for L in LIBRARIES)
        fail_alike(lambda: one(one(tg.nn.Linear(2, 3))), lambda: two(two(torch.nn.Linear(2, 3))), "Cannot register two")
        gone, gone_ = (getattr(L.nn.utils, f"remove_{name}") for L in LIBRARIES)
        fail_alike(lambda: gone(tg.nn.Linear(2, 3)), lambda: gone_(torch.nn.Linear(2, 3)), "not found")
    fail_alike(lambda: tg.nn.utils.spectral_norm(tg.nn.Linear(2, 3), n_power_iterations=0),
               lambda: torch.nn.utils.spectral_norm(torch.nn.Linear(2, 3), n_power_iterations=0), "positive")


def test_norms_of_gradients():
    grads = [array(3, 4), array(5)]
    for p in (1.0, 2.0, float("inf")):
        compare(lambda L, *g: L.nn.utils.get_total_norm([t.detach() for t in g], p), *grads, order=0)
    found = []
    for L in LIBRARIES:
        q = [L.nn.Parameter(L.zeros(g.shape, dtype=L.float64)) for g in grads]
        for p, g in zip(q, grads):
            p.grad = L.tensor(g)
        L.nn.utils.clip_grads_with_norm_(q, 1.0, L.tensor(7.0, dtype=L.float64))
        found.append([p.grad for p in q])
    assert_same(*found, "clip_grads_with_norm_")
    fail_alike(*(lambda L=L: L.nn.utils.get_total_norm([L.tensor([float("nan")])], error_if_nonfinite=True)
                 for L in LIBRARIES), "norm")


def test_a_planted_fault_is_seen():
    """The comparison of layers fails if one of them is changed."""
    ours, theirs = twins("nn.utils.parametrizations.weight_norm(nn.Linear(4, 3))")
    with tg.no_grad():
        ours.parametrizations.weight.original0 *= 1.000001
    with pytest.raises(AssertionError, match="output"):
        step_alike(ours, theirs, array(5, 4))
