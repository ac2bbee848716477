"""Optimisers over 100 steps, schedulers over all epochs, weight averages: PyTorch's numbers to 1e-10."""
import inspect
import warnings

import numpy as np
import pytest
import torch

import tinygrad_bio as tg

import torch.optim.swa_utils

LIBRARIES = (tg, torch)
RTOL = 1e-10

# Every setting of every optimiser. (lr is such that 100 steps neither stand still nor diverge.)
SETTINGS = [
    ("SGD", {}),
    ("SGD", {"lr": 0.05}),
    ("SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.05, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.02, "momentum": 0.8, "dampening": 0.5, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.02, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 1e-3, "maximize": True}),
    ("SGD", {"lr": 1e-3, "momentum": 0.5, "weight_decay": 0.1, "maximize": True}),
    *((name, {"lr": 0.05, **more}) for name in ("Adam", "AdamW") for more in (
        {}, {"betas": (0.8, 0.95)}, {"betas": (0.0, 0.0)}, {"eps": 0.1}, {"weight_decay": 0.1},
        {"amsgrad": True},
        {"amsgrad": True, "weight_decay": 0.1, "betas": (0.7, 0.6)}, {"maximize": True},
        {"maximize": True, "weight_decay": 0.1, "amsgrad": True})),
    ("Adam", {}),
    ("AdamW", {}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RMSprop", {}),
    *(("RMSprop", {"lr": 0.01, **more}) for more in (
        {"alpha": 0.5}, {"alpha": 0.0}, {"eps": 0.1}, {"weight_decay": 0.1}, {"momentum": 0.8},
        {"centered": True},
        {"centered": True, "momentum": 0.5, "weight_decay": 0.1},
        {"maximize": True, "momentum": 0.5, "weight_decay": 0.1})),
    ("Adagrad", {}),
    *(("Adagrad", {"lr": 0.1, **more}) for more in (
        {"lr_decay": 0.1}, {"weight_decay": 0.1}, {"initial_accumulator_value": 0.5}, {"eps": 0.1},
        {"maximize": True, "weight_decay": 0.1, "lr_decay": 0.01})),
    ("Adadelta", {}),
    *(("Adadelta", {"lr": 2.0, **more}) for more in (
        {"rho": 0.5}, {"rho": 1.0, "lr": 0.1}, {"eps": 0.01}, {"weight_decay": 0.1},
        {"maximize": True, "weight_decay": 0.1})),
    ("Adamax", {}),
    *(("Adamax", {"lr": 0.05, **more}) for more in (
        {"betas": (0.8, 0.95)}, {"eps": 0.1}, {"weight_decay": 0.1},
        {"maximize": True, "weight_decay": 0.1})),
    ("NAdam", {}),
    *(("NAdam", {"lr": 0.05, **more}) for more in (
        {"betas": (0.5, 0.7)}, {"eps": 0.1}, {"weight_decay": 0.1}, {"momentum_decay": 0.1},
        {"weight_decay": 0.1, "decoupled_weight_decay": True}, {"maximize": True, "weight_decay": 0.1})),
    ("RAdam", {}),
    *(("RAdam", {"lr": 0.05, **more}) for more in (
        {"betas": (0.8, 0.95)}, {"betas": (0.9, 0.6)}, {"eps": 0.1}, {"weight_decay": 0.1},
        {"weight_decay": 0.1, "decoupled_weight_decay": True}, {"maximize": True, "weight_decay": 0.1})),
]
OPTIMISERS = sorted({name for name, _ in SETTINGS})


@pytest.fixture(autouse=True)
def counters_in_float64():
    """PyTorch keeps its counters, and NAdam its product of momenta, in the default dtype."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def label(case):
    name, settings = case
    return name + "".join(f" {k}={v}" for k, v in settings.items())


def parameters(library):
    rng = np.random.default_rng(0)
    return [library.tensor(rng.normal(size=shape), requires_grad=True)
            for shape in ((3, 2), (2,), (), (1, 4))]


def loss_of(library, w, b, scale, idle, step):
    """New in each step; no gradient for the last parameter in every third. (Not chaotic.)"""
    x = library.tensor(np.random.default_rng([1, step]).normal(size=(5, 3)))
    z = x @ w + b
    loss = (1 + z.exp()).log().mean() + scale * z.tanh().mean() / 5 + (w ** 2).sum() / 20 + (scale - 2) ** 2
    return loss + (idle ** 4).sum() / 10 + (idle ** 2).sum() if step % 3 else loss


def trajectory(library, optimiser, settings, steps=100, grouped=False):
    """All parameters after each step: (steps, number of parameters)."""
    params = parameters(library)
    groups = [{"params": params[:1]}, {"params": params[1:], "lr": 0.03}] if grouped else params
    opt = getattr(library.optim, optimiser)(groups, **settings)
    path = []
    for step in range(steps):
        opt.zero_grad()
        loss_of(library, *params, step).backward()
        opt.step()
        path.append(np.concatenate([p.detach().numpy().ravel() for p in params]))
    return np.array(path), opt


def compare(optimiser, settings, **keywords):
    (ours, a), (theirs, b) = (trajectory(library, optimiser, settings, **keywords) for library in LIBRARIES)
    assert np.ptp(theirs, axis=0).max() > 1e-3, "nothing has moved, so nothing is compared"
    np.testing.assert_allclose(ours, theirs, RTOL, 1e-12)
    return a, b


@pytest.mark.parametrize("case", SETTINGS, ids=label)
def test_hundred_steps(case):
    ours, theirs = compare(*case)
    state, other = ours.state_dict(), theirs.state_dict()
    assert state["state"].keys() == other["state"].keys()
    for number, remembered in state["state"].items():
        for name, value in remembered.items():
            np.testing.assert_allclose(np.asarray(value), other["state"][number][name].numpy(), 1e-9, 1e-14,
                                       err_msg=name)
        assert remembered.keys() == other["state"][number].keys()
    for mine, yours in zip(state["param_groups"], other["param_groups"]):
        assert {k: yours[k] for k in mine} == mine


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_two_groups(optimiser):
    compare(optimiser, {"lr": 0.05, "weight_decay": 0.1}, grouped=True, steps=30)


def faulty_adam(self, p, g, state, group):
    """Adam without the correction of the second moment's bias."""
    beta1, beta2 = group["betas"]
    state["step"] += 1
    m, v = state["exp_avg"].array, state["exp_avg_sq"].array
    m[...] = beta1 * m + (1 - beta1) * g
    v[...] = beta2 * v + (1 - beta2) * g * g
    p -= group["lr"] / (1 - beta1 ** state["step"]) * m / (np.sqrt(v) + group["eps"])


def faulty_sgd(self, p, g, state, group):
    """Momentum with dampening already in the first step."""
    v = state.setdefault("momentum_buffer", tg.zeros(p.shape, dtype=tg.float64)).array
    v[...] = group["momentum"] * v + (1 - group["dampening"]) * g
    p -= group["lr"] * v


@pytest.mark.parametrize("name, update, settings", [
    ("Adam", faulty_adam, {"lr": 0.05}), ("SGD", faulty_sgd,
                                          {"lr": 0.05, "momentum": 0.9, "dampening": 0.3})])
def test_the_comparison_can_fail(monkeypatch, name, update, settings):
    monkeypatch.setattr(getattr(tg.optim, name), "update", update)
    with pytest.raises(AssertionError):
        compare(name, settings)


# ----------------------------------------------------------------------------------------------------- LBFGS

def quartic(library, w):
    return (w ** 4).sum() + w.exp().sum() + (w[0] * w[1]) ** 2


def waves(library, w):
    return ((3 * w).exp() + 1).log().sum() - w.sum() + w.cos().sum()


def valley(library, w):
    return ((1 - w[:-1]) ** 2 + 100 * (w[1:] - w[:-1] ** 2) ** 2).sum()


def descent(library, function, start, steps, settings):
    """Each loss that the closure computes, and the parameters after each step."""
    a = library.tensor(np.array(start[:1]), requires_grad=True)
    b = library.tensor(np.array(start[1:]).reshape(1, -1), requires_grad=True)
    unused = library.zeros(2, dtype=library.float64, requires_grad=True)
    opt, seen = library.optim.LBFGS([a, unused, b], **settings), []

    def closure():
        opt.zero_grad()
        loss = function(library, library.cat([a, b.reshape(-1)]))
        loss.backward()
        seen.append(loss.item())
        return loss

    for _ in range(steps):
        seen.append(opt.step(closure).item())
        seen += [a.item(), *b.detach().numpy().ravel()]
    return np.array(seen), opt


LBFGS = [{}, {"lr": 0.1}, {"lr": 0.5, "history_size": 2}, {"max_iter": 5, "lr": 0.01},
         {"max_iter": 3, "max_eval": 2},
         {"line_search_fn": "strong_wolfe"},
         {"line_search_fn": "strong_wolfe", "history_size": 3, "max_iter": 7},
         {"line_search_fn": "strong_wolfe", "max_iter": 30, "max_eval": 11},
         {"line_search_fn": "strong_wolfe", "lr": 20},
         {"line_search_fn": "strong_wolfe", "tolerance_grad": 1e-3}, {"tolerance_change": 1e-3}]


@pytest.mark.parametrize("settings", LBFGS, ids=str)
@pytest.mark.parametrize("function, start, steps", [
    (quartic, [-1., 2., 0.5], 5), (quartic, [0.3, -0.2, 3., 1.7], 5), (waves, [-1., 2., 0.5], 4),
    (waves, [0.3, -0.2, 1.0], 4),
    (valley, [0.9, 0.7], 1)])           # rounding grows in the valley: a few steps only
def test_lbfgs(settings, function, start, steps):
    (ours, a), (theirs, b) = (descent(library, function, start, steps, settings) for library in LIBRARIES)
    assert len(ours) == len(theirs), "a different number of evaluations"
    np.testing.assert_allclose(ours, theirs, 1e-8, 1e-10)
    mine, yours = a.state_dict()["state"][0], b.state_dict()["state"][0]
    assert (mine["func_evals"], mine["n_iter"]) == (yours["func_evals"], yours["n_iter"])
    assert len(mine["old_dirs"]) == len(yours.get("old_dirs", ()))


# ------------------------------------------------------------------------------------------------- schedulers

SCHEDULERS = {
    "LambdaLR": lambda L, o: L.LambdaLR(o, lambda t: 0.9 ** t),
    "LambdaLR, one each": lambda L, o: L.LambdaLR(o, [lambda t: 0.9 ** t, lambda t: 1 / (1 + t)]),
    "MultiplicativeLR": lambda L, o: L.MultiplicativeLR(o, lambda t: 0.95),
    "StepLR": lambda L, o: L.StepLR(o, 3, 0.5),
    "StepLR, default": lambda L, o: L.StepLR(o, 4),
    "MultiStepLR": lambda L, o: L.MultiStepLR(o, [9, 2, 5, 5]),
    "MultiStepLR from 0": lambda L, o: L.MultiStepLR(o, [0, 5], 0.3),
    "ConstantLR": lambda L, o: L.ConstantLR(o, 0.25, 4),
    "ConstantLR, default": lambda L, o: L.ConstantLR(o),
    "LinearLR": lambda L, o: L.LinearLR(o, 0.25, 1.0, 4),
    "LinearLR, default": lambda L, o: L.LinearLR(o),
    "LinearLR to 0": lambda L, o: L.LinearLR(o, 1.0, 0.0, 7),
    "ExponentialLR": lambda L, o: L.ExponentialLR(o, 0.9),
    "PolynomialLR": lambda L, o: L.PolynomialLR(o, 8, 2.0),
    "PolynomialLR, default": lambda L, o: L.PolynomialLR(o),
    "CosineAnnealingLR": lambda L, o: L.CosineAnnealingLR(o, 7),
    "CosineAnnealingLR, floor": lambda L, o: L.CosineAnnealingLR(o, 10, 0.05),
    "CosineAnnealingWarmRestarts": lambda L, o: L.CosineAnnealingWarmRestarts(o, 3),
    "CosineAnnealingWarmRestarts, longer": lambda L, o: L.CosineAnnealingWarmRestarts(o, 3, 2, 0.01),
    "OneCycleLR": lambda L, o: L.OneCycleLR(o, 1.0, total_steps=45),
    "OneCycleLR, too many steps": lambda L, o: L.OneCycleLR(o, 1.0, total_steps=20),
    "OneCycleLR, three phases": lambda L, o: L.OneCycleLR(o, [1.0, 2.0], total_steps=41, three_phase=True),
    "OneCycleLR, linear": lambda L, o: L.OneCycleLR(o, 1.0, epochs=6, steps_per_epoch=7,
                                                    anneal_strategy="linear", pct_start=0.5,
                                                    base_momentum=0.5, max_momentum=[0.8, 0.9], div_factor=5,
                                                    final_div_factor=10),
    "OneCycleLR, no momentum": lambda L, o: L.OneCycleLR(o, 1.0, total_steps=45, cycle_momentum=False),
    "CyclicLR": lambda L, o: L.CyclicLR(o, 0.1, 1.0, 4),
    "CyclicLR, triangular2": lambda L, o: L.CyclicLR(o, 0.1, 1.0, 4, 3, mode="triangular2"),
    "CyclicLR, exp_range": lambda L, o: L.CyclicLR(o, [0.1, 0.2], [1.0, 2], 4, 5, mode="exp_range",
                                                   gamma=0.97, base_momentum=0.5),
    "CyclicLR, function of the cycle": lambda L,
    o: L.CyclicLR(o, 0.1, 1.0, 4, scale_fn=lambda c: 1 / c, cycle_momentum=False),
    "CyclicLR, function of the batch": lambda L,
    o: L.CyclicLR(o, 0.1, 1.0, 4, scale_fn=lambda t: 0.9 ** t, scale_mode="iterations"),
    "SequentialLR": lambda L, o: L.SequentialLR(o, [L.ConstantLR(o, 0.1, 3), L.ExponentialLR(o, 0.9)], [4]),
    "SequentialLR of three": lambda L, o: L.SequentialLR(
        o, [L.LinearLR(o, 0.1, 1.0, 5), L.CosineAnnealingLR(o, 10), L.StepLR(o, 2, 0.3)], [5, 15]),
    "SequentialLR, restarts": lambda L, o: L.SequentialLR(o,
                                                          [L.LinearLR(o, 0.1, 1.0, 5),
                                                           L.CosineAnnealingWarmRestarts(o, 4)], [5]),
    "SequentialLR, one cycle": lambda L, o: L.SequentialLR(o,
                                                           [L.ExponentialLR(o, 0.9),
                                                            L.OneCycleLR(o, 1.0, total_steps=45)], [5]),
    "SequentialLR, first for 0 epochs": lambda L,
    o: L.SequentialLR(o, [L.ConstantLR(o, 0.1, 3), L.ExponentialLR(o, 0.9)], [0]),
    "ChainedScheduler": lambda L, o: L.ChainedScheduler([L.ConstantLR(o, 0.1, 4), L.ExponentialLR(o, 0.9)]),
    "ChainedScheduler of three": lambda L, o: L.ChainedScheduler(
        [L.CosineAnnealingLR(o, 7), L.ExponentialLR(o, 0.9), L.MultiStepLR(o, [4, 9], 0.5)], o),
    "two on one optimiser": lambda L, o: (L.StepLR(o, 3, 0.5), L.LinearLR(o, 0.2, 1.0, 9))[1],
}


def optimiser_for(library, kind="SGD"):
    params = [library.zeros(1, requires_grad=True) for _ in range(2)]
    return getattr(library.optim, kind)([{"params": params[:1]}, {"params": params[1:], "lr": 0.3}], lr=1.0,
                                        **({"momentum": 0.9} if kind == "SGD" else {}))


def rates(library, make, epochs=40, kind="SGD", arguments=lambda t: ()):
    """Of each epoch the learning rates, momenta and what get_last_lr says; a row of −1 where step raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("error" if library is tg else "ignore")   # (PyTorch warns of its own sequences)
        opt, rows = optimiser_for(library, kind), []
        scheduler = make(library.optim.lr_scheduler, opt)
        for t in range(epochs):
            groups = opt.param_groups
            momenta = [g["betas"][0] if "betas" in g else g["momentum"] for g in groups]
            rows.append([g["lr"] for g in groups] + momenta + list(scheduler.get_last_lr()))
            opt.step()
            try:
                scheduler.step(*arguments(t))
            except ValueError:
                rows.append([-1.0] * 6)
                break
    return np.array(rows, dtype="float64")


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("name", SCHEDULERS)
def test_schedulers(name, kind):
    ours, theirs = (rates(library, SCHEDULERS[name], kind=kind) for library in LIBRARIES)
    np.testing.assert_allclose(ours, theirs, RTOL, 1e-13)


@pytest.mark.parametrize("name", ["StepLR", "MultiStepLR", "LinearLR", "ExponentialLR", "PolynomialLR",
                                  "CosineAnnealingLR, floor",
                                  "CosineAnnealingWarmRestarts, longer", "LambdaLR"])
def test_schedulers_jump_to_an_epoch(name):
    ours, theirs = (rates(library, SCHEDULERS[name], arguments=lambda t: (t * 7 % 11,))
                    for library in LIBRARIES)
    np.testing.assert_allclose(ours, theirs, RTOL, 1e-13)


def test_warm_restarts_within_epochs():
    make = SCHEDULERS["CosineAnnealingWarmRestarts, longer"]
    ours, theirs = (rates(library, make, arguments=lambda t: (t * 0.37,)) for library in LIBRARIES)
    np.testing.assert_allclose(ours, theirs, RTOL, 1e-13)


@pytest.mark.parametrize("settings", [
    {}, {"patience": 2}, {"mode": "max", "patience": 1, "factor": 0.5},
    {"patience": 0, "eps": 0.01, "factor": 0.5},
    {"threshold_mode": "abs", "threshold": 0.3, "patience": 1, "cooldown": 2},
    {"threshold": 0.2, "patience": 1},
    {"mode": "max", "threshold_mode": "abs", "threshold": 0.3, "patience": 0, "min_lr": [0.01, 0.02]},
    {"mode": "max", "threshold": 0.1, "patience": 1}], ids=str)
def test_reduce_on_plateau(settings):
    values = np.cumsum(np.random.default_rng(0).normal(size=60))
    ours, theirs = (rates(library, lambda L, o: L.ReduceLROnPlateau(o, **settings), 60,
                          arguments=lambda t: (values[t],))
                    for library in LIBRARIES)
    np.testing.assert_allclose(ours, theirs, RTOL, 0)
    assert len(np.unique(theirs[:, 0])) > 2, "nothing was reduced, so nothing is compared"


@pytest.mark.parametrize("settings", [{}, {"anneal_strategy": "linear", "anneal_epochs": 4},
                                      {"anneal_epochs": 0}], ids=str)
def test_swalr(settings):
    ours, theirs = (rates(library, lambda L, o,
                          library=library: library.optim.swa_utils.SWALR(o, [0.05, 0.01], **settings))
                    for library in LIBRARIES)
    np.testing.assert_allclose(ours, theirs, RTOL, 0)


def test_where_sequences_within_sequences_differ():
    """PyTorch 2.13 loses an epoch of the inner sequence, 0.1, 0.4, 1.0; ours keeps it, 0.1, 0.4, 0.7, 1.0."""
    def nested(L, o):
        inner = L.SequentialLR(o, [L.LinearLR(o, 0.1, 1.0, 3), L.ExponentialLR(o, 0.8)], [3])
        return L.SequentialLR(o, [inner, L.StepLR(o, 2, 0.3)], [8])
    ours, theirs = (rates(library, nested, 10)[:, 0] for library in LIBRARIES)
    np.testing.assert_allclose(ours[:4], [0.1, 0.4, 0.7, 1.0])
    np.testing.assert_allclose(theirs[:3], [0.1, 0.4, 1.0])
    np.testing.assert_allclose(ours[8:], theirs[8:])


# --------------------------------------------------------------------------------------------------- averages

def averages(library, **settings):
    """The averaged weights and buffers after each of five updates with the same weights in both libraries."""
    swa = library.optim.swa_utils
    settings = {k: getattr(swa, f[0])(*f[1:]) if isinstance(f, tuple) else f for k, f in settings.items()}
    model = library.nn.Linear(3, 2, dtype=library.float64)
    model.register_buffer("mean", library.zeros(2, dtype=library.float64))
    model.register_buffer("count", library.tensor(0))
    averaged, found = swa.AveragedModel(model, **settings), []
    for i in range(5):
        rng = np.random.default_rng(i)
        with library.no_grad():
            for t in (model.weight, model.bias, model.mean):
                t.copy_(library.tensor(rng.normal(size=tuple(t.shape))))
            model.count += 1
        averaged.update_parameters(model)
        found.append(np.concatenate([v.detach().numpy().ravel().astype("float64")
                                     for v in averaged.state_dict().values()]))
    y = averaged(library.ones(1, 3, dtype=library.float64))
    return np.array(found), y.detach().numpy(), list(averaged.state_dict())


@pytest.mark.parametrize("settings", [
    {}, {"avg_fn": ("get_swa_avg_fn",)}, {"avg_fn": ("get_ema_avg_fn", 0.9)},
    {"multi_avg_fn": ("get_ema_multi_avg_fn", 0.9)},
    {"multi_avg_fn": ("get_swa_multi_avg_fn",)}, {"avg_fn": ("get_ema_avg_fn", 0.5)}], ids=str)
def test_averaged_models(settings):
    (ours, y, keys), (theirs, y_, keys_) = (averages(library, **settings) for library in LIBRARIES)
    assert keys == keys_
    np.testing.assert_allclose(ours, theirs, RTOL, 1e-15)
    np.testing.assert_allclose(y, y_, RTOL)


# ------------------------------------------------------------------------------------------------- signatures

NAMES = [*(("optim", n) for n in [*OPTIMISERS, "LBFGS", "Optimizer"]),
         *(("optim.lr_scheduler", n) for n in sorted({n.split(",")[0].split(" ")[0]
                                                      for n in SCHEDULERS if n[0].isupper()}
                                                     | {"LRScheduler", "ReduceLROnPlateau"})),
         *(("optim.swa_utils", n) for n in ("AveragedModel", "SWALR", "update_bn", "get_ema_avg_fn",
                                            "get_swa_avg_fn",
                                            "get_ema_multi_avg_fn", "get_swa_multi_avg_fn"))]


@pytest.mark.parametrize("where, name", NAMES, ids=lambda x: x)
def test_signatures(where, name):
    """The same argument names, kinds, order and defaults."""
    def signature(library):
        thing = library
        for part in (*where.split("."), name):
            thing = getattr(thing, part)
        thing = thing.__init__ if isinstance(thing, type) else thing
        return [(p.name, p.kind, p.default) for p in inspect.signature(thing).parameters.values()]
    assert signature(tg) == signature(torch)
