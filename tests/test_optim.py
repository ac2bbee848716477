"""Optimisers, schedulers and weight averages, without PyTorch: its numbers are written down here."""
import copy
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given, strategies as st

import tinygrad_bio as tg
from tinygrad_bio.optim import lr_scheduler, swa_utils
from tinygrad_bio.optim.line_search import Point, lowest_of_cubic, strong_wolfe

# Three steps (RAdam: eight) from (1, −2) down the loss Σw²; the numbers are PyTorch's.
GOLD = [
    ("SGD", {"lr": 0.1, "momentum": 0.9}, [0.0619999999999999, -0.1239999999999998]),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}, [-0.10835200000000006, 0.21670400000000012]),
    ("SGD", {"lr": 0.1, "weight_decay": 0.1}, [0.49303899999999995, -0.9860779999999999]),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}, [0.252, -0.504]),
    ("Adam", {"lr": 0.1}, [0.7015862729460302, -1.700623392046465]),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1}, [0.7015862728718214, -1.7006233920100058]),
    ("AdamW", {"lr": 0.1}, [0.6989111831582322, -1.6949445143849768]),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.1}, [0.6751012216400697, -1.6443686835605893]),
    ("Adam", {"lr": 0.1, "amsgrad": True}, [0.7015862729460302, -1.700623392046465]),
    ("RMSprop", {"lr": 0.1}, [2.54431267743102e-12, -0.3096873875871078]),
    ("RMSprop", {"lr": 0.1, "centered": True, "momentum": 0.9}, [-1.0394789855961653, 1.419086610958566]),
    ("Adagrad", {"lr": 0.1}, [0.7804561813568098, -1.775821515013063]),
    ("Adadelta", {}, [0.990309045658058, -1.9903007524197172]),
    ("NAdam", {"lr": 0.1}, [0.7527292651416537, -1.7475084999785465]),
    ("RAdam", {"lr": 0.1}, [0.19408385613224668, -0.3957276562272956]),
    ("Adamax", {"lr": 0.1}, [0.7154994733923282, -1.707648235553021]),
]

# Each optimiser with everything switched on that it has.
ALL = [
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.5, "maximize": True}),
    ("SGD", {"lr": 0.05}),
    ("Adam", {"lr": 0.05, "amsgrad": True, "weight_decay": 0.1, "maximize": True}),
    ("AdamW", {"lr": 0.05}),
    ("RMSprop", {"lr": 0.05, "centered": True, "momentum": 0.9, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.05, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.1}),
    ("Adadelta", {"weight_decay": 0.1}),
    ("Adamax", {"lr": 0.05, "weight_decay": 0.1}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", {"lr": 0.05, "weight_decay": 0.1, "betas": (0.9, 0.9)}),
    ("LBFGS", {"lr": 0.1, "max_iter": 3, "line_search_fn": "strong_wolfe"}),
]
optimisers = pytest.mark.parametrize("name, settings", ALL, ids=[f"{n} {i}" for i, (n, _) in enumerate(ALL)])


def parameters(device="cpu", dtype=tg.float64):
    rng = np.random.default_rng(0)
    return [tg.tensor(rng.normal(size=shape), dtype=dtype, device=device, requires_grad=True)
            for shape in ((4, 3), (3,), (), (0, 2))]


def loss_of(params):
    return sum((p.exp() + p ** 2).sum() for p in params)


def train(opt, params, steps):
    def closure():
        opt.zero_grad()
        loss = loss_of(params)
        loss.backward()
        return loss
    for _ in range(steps):
        opt.step(closure)


def numbers(tensors):
    return np.concatenate([t.detach().cpu().numpy().ravel() for t in tensors])


# ------------------------------------------------------------------------------------------------ the numbers

def some_steps(optimiser, settings):
    w = tg.tensor([1.0, -2.0], dtype=tg.float64, requires_grad=True)
    opt = optimiser([w], **settings)
    for _ in range(8 if optimiser is tg.optim.RAdam else 3):
        opt.zero_grad()
        (w ** 2).sum().backward()
        opt.step()
    return w.detach().numpy()


@pytest.mark.parametrize("name, settings, expected", GOLD, ids=[f"{n} {s}" for n, s, _ in GOLD])
def test_pytorchs_numbers(name, settings, expected):
    rtol = 1e-7 if name == "NAdam" else 1e-10           # PyTorch keeps NAdam's product of momenta in float32
    np.testing.assert_allclose(some_steps(getattr(tg.optim, name), settings), expected, rtol, 1e-14)


def test_a_fault_would_be_seen():
    class Faulty(tg.optim.AdamW):
        """Weight decay as in Adam: a term in the gradient."""
        def __init__(self, params, **settings):
            tg.optim.Adam.__init__(self, params, **settings)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(some_steps(Faulty, {"lr": 0.1, "weight_decay": 0.1}), GOLD[7][2], 1e-10)


@optimisers
def test_both_devices(name, settings, device):
    here, there = parameters(), parameters(device)
    for params in (here, there):
        train(getattr(tg.optim, name)(params, **settings), params, 5)
    assert {str(p.device.type) for p in there} == {tg.device(device).type}
    np.testing.assert_allclose(numbers(there), numbers(here), 1e-12)


@optimisers
def test_float32_stays_float32(name, settings):
    """Parameters and state, also with a learning rate of NumPy's; the values are right to its precision."""
    exact, rounded = parameters(), parameters(dtype=tg.float32)
    for params in (exact, rounded):
        opt = getattr(tg.optim, name)(params, **settings)
        opt.param_groups[0]["lr"] = np.float64(opt.param_groups[0]["lr"])
        train(opt, params, 5 if name != "LBFGS" else 1)     # (LBFGS stops where float32 sees no progress)
    assert {p.dtype for p in rounded} == {tg.float32}
    for state in opt.state.values():
        flat = [v for value in state.values() for v in (value if isinstance(value, list) else [value])]
        assert {v.dtype for v in flat if isinstance(v, tg.Tensor)} <= {tg.float32}
    np.testing.assert_allclose(numbers(rounded), numbers(exact), 1e-4, 1e-5)


@given(seed=st.integers(0, 99), layout=st.sampled_from(["transposed", "strided", "Fortran", "reversed"]),
       which=st.integers(0, len(ALL) - 1))
def test_any_memory_layout(seed, layout, which):
    name, settings = ALL[which]
    rng = np.random.default_rng(seed)
    start, slope = rng.normal(size=(3, 5)), rng.normal(size=(3, 5))
    arrays = {"transposed": start.T.copy().T, "strided": np.repeat(start, 2, axis=1)[:, ::2],
              "Fortran": np.asfortranarray(start),
              "reversed": start[::-1].copy()[::-1]}
    ends = []
    for array in (start.copy(), arrays[layout]):
        w = tg.from_numpy(array).requires_grad_()
        before = w.array
        opt = getattr(tg.optim, name)([w], **settings)

        def closure():
            opt.zero_grad()
            loss = (w * tg.tensor(slope)).sum() + (w ** 2).sum()
            loss.backward()
            return loss
        for _ in range(3):
            opt.step(closure)
        assert w.array is before                        # written in place, whatever the layout
        ends.append(w.detach().numpy().copy())
    np.testing.assert_allclose(ends[1], ends[0], 1e-9, 1e-12)


# --------------------------------------------------------------------------------- memory, history, gradients

@optimisers
def test_gradients_are_never_written(name, settings):
    params = parameters()
    opt = getattr(tg.optim, name)(params, **settings)
    opt.step(lambda: loss_of(params))                   # there are no gradients yet
    loss_of(params).backward()
    kept = [p.grad for p in params]
    before = numbers(kept)
    for _ in range(3):
        opt.step(lambda: tg.tensor(1.0))
    assert all(p.grad is g for p, g in zip(params, kept))
    np.testing.assert_array_equal(numbers(kept), before)


@optimisers
def test_parameters_are_written_in_place_and_it_is_noted(name, settings):
    params = parameters()
    arrays = [p.array for p in params]
    opt = getattr(tg.optim, name)(params, **settings)
    stale = sum((p * p).sum() for p in params)
    train(opt, params, 1)
    assert all(p.array is a for p, a in zip(params, arrays))
    with pytest.raises(RuntimeError, match="written in place"):
        stale.backward()


@pytest.mark.parametrize("name, settings", [case for case in ALL if case[0] != "LBFGS"],
                         ids=lambda x: str(x)[:40])
def test_a_step_allocates_next_to_nothing(name, settings):
    """All arrays are there after the first step: later ones add less than 20 kB to 1.6 MB."""
    params = [tg.randn(100_000, requires_grad=True).double().detach().requires_grad_() for _ in range(2)]
    opt = getattr(tg.optim, name)(params, **settings)
    for p in params:
        p.grad = tg.ones(100_000, dtype=tg.float64)
    opt.step()
    opt.step()
    tracemalloc.start()
    opt.step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000


def test_infinite_gradients_do_not_warn():
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    for name, settings in ALL:
        opt = getattr(tg.optim, name)([w], **settings)
        w.grad = tg.tensor([np.inf, np.nan])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            opt.step(lambda: tg.tensor(np.nan))


def test_closure_is_recorded_within_no_grad_and_its_loss_returned():
    w = tg.tensor(3.0, requires_grad=True)
    opt = tg.optim.SGD([w], lr=0.1)

    def closure():
        opt.zero_grad()
        loss = w * w
        loss.backward()
        return loss
    with tg.no_grad():
        assert opt.step(closure).item() == 9.0
    assert w.item() == pytest.approx(2.4)
    assert opt.step() is None


def test_zero_grad():
    w = tg.tensor([1.0], requires_grad=True)
    opt = tg.optim.SGD([w])
    (w * 2).sum().backward()
    first = w.grad
    opt.zero_grad(set_to_none=False)
    assert w.grad.tolist() == [0.0] and first.tolist() == [2.0]
    opt.zero_grad()
    assert w.grad is None


def test_a_parameter_without_gradient_is_left_alone():
    a, b = tg.ones(2, requires_grad=True), tg.ones(2, requires_grad=True)
    opt = tg.optim.AdamW([a, b], weight_decay=0.5)
    (a ** 2).sum().backward()
    opt.step()
    assert b.tolist() == [1.0, 1.0] and list(opt.state_dict()["state"]) == [0]


# ------------------------------------------------------------------------------------------- parameter groups

def test_groups_have_their_own_settings():
    a, b, c = (tg.ones(1, requires_grad=True) for _ in range(3))
    opt = tg.optim.SGD([{"params": [a]}, {"params": b, "lr": tg.tensor(0.5)}], lr=0.1)
    opt.add_param_group({"params": [c], "lr": np.float32(0.25)})
    (a + b + c).sum().backward()
    opt.step()
    assert [round(p.item(), 6) for p in (a, b, c)] == [0.9, 0.5, 0.75]
    assert [type(g["lr"]) for g in opt.param_groups] == [float] * 3
    opt.param_groups[0]["lr"] = 1.0
    opt.step()
    assert round(a.item(), 6) == -0.1


def test_names_of_parameters_are_kept():
    w = tg.ones(1, requires_grad=True)
    opt = tg.optim.SGD([("weight", w)])
    assert opt.param_groups[0]["param_names"] == ["weight"] and opt.param_groups[0]["params"] == [w]


def test_repr_is_pytorchs():
    assert repr(tg.optim.SGD([tg.ones(1, requires_grad=True)], lr=0.5)).splitlines()[:4] == [
        "SGD (", "Parameter Group 0", "    dampening: 0", "    differentiable: False"]


def parameter():
    return tg.ones(2, requires_grad=True)


@pytest.mark.parametrize("make, kind, message", [
    (lambda: tg.optim.SGD([]), ValueError, "SGD: the list of parameters is empty"),
    (lambda: tg.optim.SGD(p for p in []), ValueError, "gone through only once"),
    (lambda: tg.optim.Adam(parameter()), TypeError,
     r"Adam: params must be a list .* it is one Tensor: write model.parameters\(\)"),
    (lambda: tg.optim.Adam([1.0]), TypeError,
     "Adam: parameter group 0: parameter 0 must be a Tensor, got float 1.0"),
    (lambda: tg.optim.Adam([parameter() * 2]), ValueError,
     r"parameter 0 was computed \(by op 'mul'\), and only leaves"),
    (lambda: tg.optim.Adam([parameter()] * 2), ValueError, r"parameter 1 \(shape \(2,\)\) is there twice"),
    (lambda: tg.optim.Adam([{"params": {parameter()}}]), TypeError,
     "parameter group 0: params must have an order"),
    (lambda: tg.optim.Adam([{"parameters": [parameter()]}]), TypeError,
     "parameter group 0 must be a dictionary with the key 'params'"),
    (lambda: tg.optim.SGD([parameter()], lr=-1), ValueError, "SGD: lr must be ≥ 0, got -1"),
    (lambda: tg.optim.SGD([parameter()], lr="1e-3"), TypeError, "SGD: lr must be a number, got '1e-3'"),
    (lambda: tg.optim.SGD([parameter()], lr=float("nan")), ValueError, "SGD: lr must be ≥ 0, got nan"),
    (lambda: tg.optim.SGD([{"params": [parameter()], "momentum": -1}]), ValueError,
     "SGD: momentum must be ≥ 0, got -1"),
    (lambda: tg.optim.SGD([parameter()], nesterov=True), ValueError,
     "nesterov=True needs momentum > 0 and dampening = 0"),
    (lambda: tg.optim.SGD([parameter()], differentiable=True), NotImplementedError, "create_graph=True"),
    (lambda: tg.optim.Adam([parameter()], betas=(0.9, 1.0)), ValueError,
     r"Adam: betas must be in 0 ≤ x < 1, got \(0.9, 1.0\)"),
    (lambda: tg.optim.Adamax([parameter()], eps=-1e-8), ValueError, "Adamax: eps must be ≥ 0"),
    (lambda: tg.optim.Adadelta([parameter()], rho=1.5), ValueError,
     "Adadelta: rho must be in 0 ≤ x ≤ 1, got 1.5"),
    (lambda: tg.optim.LBFGS([parameter()], line_search_fn="wolfe"), ValueError,
     "'strong_wolfe', got 'wolfe'"),
    (lambda: tg.optim.LBFGS([{"params": [parameter()]}, {"params": [parameter()]}]), ValueError,
     "groups are not possible"),
])
def test_bad_arguments(make, kind, message):
    with pytest.raises(kind, match=message):
        make()


def test_a_group_that_is_refused_is_not_added():
    w = parameter()
    opt = tg.optim.SGD([w])
    with pytest.raises(ValueError, match="parameter group 1: parameter 0 .* is there twice"):
        opt.add_param_group({"params": [w]})
    assert len(opt.param_groups) == 1


def test_gradients_that_do_not_fit(cuda):
    a, b = parameter(), parameter()
    opt = tg.optim.Adam([a, b])
    b.data, b.grad, b.data = tg.ones(1), tg.ones(1), b.data             # rebound after the backward pass
    where = r"Adam.step: parameter 1 of group 0, float32\[2\] on 'cpu': "
    with pytest.raises(tg.ShapeError, match=where + r"its gradient has shape \(1,\)"):
        opt.step()
    b.grad = None
    b.data, b.grad, b.data = b.data.to(cuda), tg.ones(2, device=cuda), b.data
    with pytest.raises(tg.DeviceMismatchError, match="its gradient is on 'cuda:0'"):
        opt.step()
    b.grad = tg.ones(2)
    opt.step()
    b.data, b.grad = b.data.to(cuda), tg.ones(2, device=cuda)
    with pytest.raises(tg.DeviceMismatchError,
                       match="its state is on 'cpu'. Move the model before the first step"):
        opt.step()


def test_an_optimiser_of_ones_own_may_override_step():
    class Plain(tg.optim.Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, {"lr": lr})

        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    p.data.add_(p.grad, alpha=-group["lr"])
    w = tg.tensor([1.0], requires_grad=True)
    opt = Plain([w], 0.5)
    (w * w).sum().backward()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scheduler = lr_scheduler.StepLR(opt, 1)
        opt.step()
        scheduler.step()
    assert w.tolist() == [0.0]
    with pytest.raises(NotImplementedError, match="write a method update"):
        w.grad = tg.ones(1)
        tg.optim.Optimizer([w], {}).step()


# ----------------------------------------------------------------------------------------- saving and loading

@optimisers
def test_going_on_from_a_saved_state_is_exact(name, settings, device):
    straight, broken = parameters(device), parameters(device)
    train(getattr(tg.optim, name)(straight, **settings), straight, 6)
    first = getattr(tg.optim, name)(broken, **settings)
    train(first, broken, 3)
    saved = copy.deepcopy(first.state_dict())
    fresh = [p.detach().clone().requires_grad_() for p in broken]
    second = getattr(tg.optim, name)(fresh, lr=123.0)
    second.load_state_dict(saved)
    train(second, fresh, 3)
    np.testing.assert_array_equal(numbers(fresh), numbers(straight))


def test_state_dict_has_pytorchs_form():
    params = parameters()
    opt = tg.optim.Adam([{"params": params[:1]}, {"params": params[1:], "lr": 0.5}])
    train(opt, params, 2)
    state = opt.state_dict()
    assert [g["params"] for g in state["param_groups"]] == [[0], [1, 2, 3]]
    assert state["param_groups"][1]["lr"] == 0.5
    assert list(state["state"]) == [0, 1, 2, 3]
    assert list(state["state"][0]) == ["step", "exp_avg", "exp_avg_sq"]
    assert state["state"][0]["step"] == 2 and state["state"][0]["exp_avg"].shape == (4, 3)


def test_loading_copies_and_converts():
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    opt = tg.optim.Adam([w])
    theirs = {"step": tg.tensor(7.0), "exp_avg": tg.ones(2, dtype=tg.float64), "exp_avg_sq": np.ones(2),
              "max_exp_avg_sq": tg.ones(2)}
    group = {"lr": 0.5, "betas": (0.5, 0.5), "params": [0], "amsgrad": True, "foreach": None}
    opt.load_state_dict({"state": {0: theirs}, "param_groups": [group]})
    state = opt.state[w]
    assert state["step"] == 7 and type(state["step"]) is int
    assert state["exp_avg"].dtype == state["exp_avg_sq"].dtype == tg.float32
    assert opt.param_groups[0]["lr"] == 0.5 and opt.param_groups[0]["eps"] == 1e-8
    w.grad = tg.ones(2) * 3
    opt.step()
    assert state["max_exp_avg_sq"].tolist() == [5.0, 5.0]
    assert theirs["exp_avg"].tolist() == theirs["max_exp_avg_sq"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("change, message", [
    (lambda s: s.pop("state"), "expected a dictionary with 'state' and 'param_groups'"),
    (lambda s: s["param_groups"].append({"params": []}),
     r"groups of \[2\] parameters, what is loaded has \[2, 0\]"),
    (lambda s: s["state"][1].pop("exp_avg"), r"parameter 1 has shape \(3,\), but 'exp_avg' is missing"),
    (lambda s: s["state"][0].update(exp_avg_sq=tg.ones(3, 4)),
     r"parameter 0 has shape \(4, 3\), but 'exp_avg_sq' has shape \(3, 4\)"),
    (lambda s: s["state"].update({9: {}}), "there is a state for parameter 9, but no group lists it"),
])
def test_states_that_do_not_fit(change, message):
    params = parameters()[:2]
    opt = tg.optim.Adam(params)
    train(opt, params, 1)
    saved, before = copy.deepcopy(opt.state_dict()), opt.state
    change(saved)
    with pytest.raises(ValueError, match="Adam.load_state_dict: .*" + message):
        opt.load_state_dict(saved)
    assert opt.state is before                              # nothing was taken over


# ------------------------------------------------------------------------------------------------------ LBFGS

def test_lbfgs_solves_a_quadratic_and_the_valley():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(6, 6))
    a = tg.tensor(a @ a.T + np.eye(6))
    b = tg.tensor(rng.normal(size=6))
    w = tg.zeros(6, dtype=tg.float64, requires_grad=True)
    opt = tg.optim.LBFGS([w], line_search_fn="strong_wolfe", max_iter=100, tolerance_change=1e-14)

    def quadratic():
        opt.zero_grad()
        loss = (w @ a @ w) / 2 - b @ w
        loss.backward()
        return loss
    opt.step(quadratic)
    np.testing.assert_allclose(w.detach().numpy(), np.linalg.solve(a.numpy(), b.numpy()), 1e-5)
    assert opt.state[w]["func_evals"] < 40


def test_lbfgs_without_progress_stops():
    w = tg.tensor([1.0], requires_grad=True)
    opt, calls = tg.optim.LBFGS([w]), []

    def flat():
        calls.append(1)
        w.grad = tg.zeros(1)
        return tg.tensor(3.0)
    assert opt.step(flat).item() == 3.0 and len(calls) == 1 and w.item() == 1.0


@given(st.floats(-50, 50).filter(lambda x: abs(x) > 0.05), st.floats(0.01, 100), st.floats(0.2, 3))
def test_the_line_search_finds_a_wolfe_point(lowest, first, width):
    """For a loss that falls at t = 0 along d: low enough and flat enough, or the best of 25 points."""
    def at(t):
        x = (t - abs(lowest)) / width
        return Point(t, float(np.sqrt(1 + x * x)), None, float(x / np.sqrt(1 + x * x) / width))
    start = at(0.0)
    point, count = strong_wolfe(at, start, first, size=1.0)
    assert point.loss <= start.loss + 1e-4 * point.t * start.slope + 1e-12 and count <= 26
    assert abs(point.slope) <= 0.9 * abs(start.slope) + 1e-9 or count == 26 or abs(lowest) < 1e-6


def test_cubics_without_minimum_give_the_middle():
    a, b = Point(0.0, 0.0, None, 1.0), Point(1.0, np.inf, None, 1.0)
    assert lowest_of_cubic(a, b, (0.0, 1.0)) == 0.5 and lowest_of_cubic(a, a, (0.0, 4.0)) == 2.0


# ------------------------------------------------------------------------------------------------- schedulers

RATES = {                                                   # PyTorch's numbers, from lr = 1
    "StepLR": (lambda o: lr_scheduler.StepLR(o, 3, 0.5), [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]),
    "MultiStepLR": (lambda o: lr_scheduler.MultiStepLR(o, [2, 5]), [1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01]),
    "ExponentialLR": (lambda o: lr_scheduler.ExponentialLR(o, 0.5),
                      [1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125]),
    "CosineAnnealingLR": (lambda o: lr_scheduler.CosineAnnealingLR(o, 4),
                          [1, 0.853553, 0.5, 0.146447, 0, 0.146447, 0.5, 0.853553]),
    "CosineAnnealingWarmRestarts": (lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 3),
                                    [1, 0.75, 0.25, 1, 0.75, 0.25, 1, 0.75]),
    "LinearLR": (lambda o: lr_scheduler.LinearLR(o, 0.25, total_iters=4),
                 [0.25, 0.4375, 0.625, 0.8125, 1, 1, 1, 1]),
    "OneCycleLR": (lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=9),
                   [0.04, 0.651358, 0.994415, 0.898567, 0.705645, 0.462637, 0.22873, 0.060893]),
}


def optimiser(lr=1.0):
    return tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=lr, momentum=0.9)


def rates(opt, scheduler, n=8):
    found = []
    for _ in range(n):
        found.append(opt.param_groups[0]["lr"])
        opt.step()
        scheduler.step()
    return found


@pytest.mark.parametrize("name", RATES)
def test_pytorchs_rates(name):
    make, expected = RATES[name]
    opt = optimiser()
    np.testing.assert_allclose(rates(opt, make(opt)), expected, 0, 1e-6)


MAKE = {**{name: make for name, (make, _) in RATES.items()},
        "LambdaLR": lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + t)),
        "MultiplicativeLR": lambda o: lr_scheduler.MultiplicativeLR(o, lambda t: 0.9),
        "ConstantLR": lambda o: lr_scheduler.ConstantLR(o, 0.5, 3),
        "PolynomialLR": lambda o: lr_scheduler.PolynomialLR(o, 6, 2.0),
        "CyclicLR": lambda o: lr_scheduler.CyclicLR(o, 0.1, 1.0, 3),
        "SequentialLR": lambda o: lr_scheduler.SequentialLR(
            o, [lr_scheduler.LinearLR(o), lr_scheduler.ExponentialLR(o, 0.9)], [5]),
        "ChainedScheduler": lambda o: lr_scheduler.ChainedScheduler(
            [lr_scheduler.ConstantLR(o), lr_scheduler.StepLR(o, 2)]),
        "SWALR": lambda o: swa_utils.SWALR(o, 0.05, anneal_epochs=5)}


@pytest.mark.parametrize("name", MAKE)
def test_schedulers_go_on_from_a_saved_state(name, tmp_path):
    """… through a file: state dictionaries hold nothing that cannot be saved."""
    opt = optimiser()
    straight = rates(opt, MAKE[name](opt), 8)
    opt = optimiser()
    scheduler = MAKE[name](opt)
    first = rates(opt, scheduler, 4)
    tg.save({"optimizer": opt.state_dict(), "scheduler": scheduler.state_dict()}, tmp_path / "state")
    loaded = tg.load(tmp_path / "state")
    opt = optimiser(lr=77.0)
    scheduler = MAKE[name](opt)
    opt.load_state_dict(loaded["optimizer"])
    scheduler.load_state_dict(loaded["scheduler"])
    assert first + rates(opt, scheduler, 4) == straight
    assert scheduler.get_last_lr() == [opt.param_groups[0]["lr"]]


def test_schedulers_multiply_so_that_changes_by_hand_stay():
    opt = optimiser()
    scheduler = lr_scheduler.StepLR(opt, 2, 0.1)
    opt.step()
    opt.param_groups[0]["lr"] = 5.0
    scheduler.step()
    scheduler.step()
    assert opt.param_groups[0]["lr"] == pytest.approx(0.5)


def test_going_on_with_last_epoch():
    opt = optimiser()
    with pytest.raises(KeyError, match="parameter group 0 has no 'initial_lr'"):
        lr_scheduler.StepLR(opt, 2, last_epoch=3)
    opt.param_groups[0]["initial_lr"] = 1.0
    assert lr_scheduler.LambdaLR(opt, lambda t: t, last_epoch=3).get_last_lr() == [4.0]


def test_plateau_watches_a_value():
    opt = optimiser()
    scheduler = lr_scheduler.ReduceLROnPlateau(opt, patience=1, factor=0.1)
    seen = []
    for loss in (3.0, tg.tensor(2.0), 2.0, 2.0, 1.0, 1.0, 1.0):
        scheduler.step(loss)
        seen.append(round(opt.param_groups[0]["lr"], 6))
    assert seen == [1, 1, 1, 0.1, 0.1, 0.1, 0.01]
    state = scheduler.state_dict()
    assert state["best"] == 1.0 and "optimizer" not in state


def test_stepping_the_scheduler_first_warns():
    scheduler = lr_scheduler.StepLR(optimiser(), 1)
    with pytest.warns(UserWarning, match=r"StepLR.step\(\) was called before optimizer.step\(\)"):
        scheduler.step()


def test_sequences_of_sequences():
    opt = optimiser()
    inner = lr_scheduler.SequentialLR(
        opt, [lr_scheduler.LinearLR(opt, 0.5, total_iters=2), lr_scheduler.ExponentialLR(opt, 0.5)], [2])
    both = lr_scheduler.ChainedScheduler(
        [lr_scheduler.ConstantLR(opt, 0.5, 2), lr_scheduler.StepLR(opt, 1, 0.5)])
    outer = lr_scheduler.SequentialLR(opt, [lr_scheduler.ConstantLR(opt, 0.1, 9), inner, both], [2, 6])
    assert rates(opt, outer, 9) == [0.1, 0.1, 0.5, 0.75, 1.0, 0.5, 0.5, 0.25, 0.25]


@pytest.mark.parametrize("make, message", [
    (lambda o: lr_scheduler.LambdaLR(o, [abs, abs]), "LambdaLR: expected 1 values of lr_lambda"),
    (lambda o: lr_scheduler.ConstantLR(o, 2), "ConstantLR: factor must be in"),
    (lambda o: lr_scheduler.LinearLR(o, 0), "LinearLR: expected 0 < start_factor"),
    (lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 0), "T_0 must be an integer ≥ 1, got 0"),
    (lambda o: lr_scheduler.OneCycleLR(o, 1.0), "OneCycleLR: give total_steps, or both"),
    (lambda o: lr_scheduler.OneCycleLR(tg.optim.Adagrad([parameter()]), 1.0, 5),
     "Adagrad has no momentum to cycle"),
    (lambda o: rates(o, lr_scheduler.OneCycleLR(o, 1.0, total_steps=4)), "step 5 of 4: the cycle is over"),
    (lambda o: lr_scheduler.CyclicLR(o, 0.1, 1.0, mode="square"), "CyclicLR: mode must be"),
    (lambda o: lr_scheduler.ReduceLROnPlateau(o, "low"), "mode 'min' or 'max'"),
    (lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=1.0), "factor must be < 1"),
    (lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.StepLR(o, 1)], [1]),
     "1 schedulers need 0 rising milestones"),
    (lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.StepLR(optimiser(), 1)], []), "the same optimizer"),
    (lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.ReduceLROnPlateau(o)]), "no ReduceLROnPlateau"),
    (lambda o: swa_utils.SWALR(o, 0.1, anneal_epochs=1.5), "an integer anneal_epochs"),
    (lambda o: swa_utils.get_ema_avg_fn(1.5), "decay must be in"),
])
def test_bad_arguments_of_schedulers(make, message):
    with pytest.raises(ValueError, match=message):
        make(optimiser())


def test_a_scheduler_needs_an_optimiser():
    with pytest.raises(TypeError, match="StepLR: optimizer must be an Optimizer, got Tensor"):
        lr_scheduler.StepLR(tg.ones(1), 1)


# --------------------------------------------------------------------------------------------------- averages

class Normalised(tg.nn.Module):
    """A weight, and running statistics as a batch normalisation keeps them."""

    def __init__(self):
        super().__init__()
        self.weight = tg.nn.Parameter(tg.ones(1))
        self.register_buffer("running_mean", tg.zeros(1))
        self.register_buffer("count", tg.tensor(0))
        self.momentum = 0.1

    def reset_running_stats(self):
        self.running_mean.zero_()
        self.count.zero_()

    def forward(self, x):
        if self.training:
            self.count += 1
            part = 1 / self.count.item() if self.momentum is None else self.momentum
            self.running_mean.lerp_(x.mean(0).detach(), part)
        return (x - self.running_mean) * self.weight


def test_averaged_model_is_the_mean_and_moves_independently():
    model = Normalised()
    averaged = swa_utils.AveragedModel(model)
    for value in (1.0, 2.0, 6.0):
        model.weight.data.fill_(value)
        model.running_mean.fill_(value)
        averaged.update_parameters(model)
    assert averaged.module.weight.item() == 3.0 and model.weight.item() == 6.0
    assert averaged.module.running_mean.item() == 6.0
    assert averaged.n_averaged.item() == 3  # buffers are copied
    assert list(averaged.state_dict()) == ["n_averaged", "module.weight", "module.running_mean",
                                           "module.count"]


def test_averaged_buffers():
    model = Normalised()
    averaged = swa_utils.AveragedModel(model, use_buffers=True)
    for value in (1, 3):
        model.running_mean.fill_(value)
        model.count.fill_(value)
        averaged.update_parameters(model)
    assert averaged.module.running_mean.item() == 2.0 and averaged.module.count.item() == 3
    with pytest.raises(ValueError, match="avg_fn or multi_avg_fn, not both"):
        swa_utils.AveragedModel(model, avg_fn=max, multi_avg_fn=max)


def test_update_bn_computes_the_statistics_anew():
    model = Normalised().eval()
    model.running_mean.fill_(100.0)
    batches = [(tg.tensor([[1.0], [3.0]]), "target"), (tg.tensor([[5.0], [7.0]]), "target")]
    swa_utils.update_bn(batches, model)
    assert model.running_mean.item() == 4.0 and model.momentum == 0.1 and not model.training
