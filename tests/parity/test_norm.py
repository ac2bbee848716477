"""Normalisation layers and functions against PyTorch: values, gradients, buffers, in training and in use."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

import tinygrad_bio as tg
from .both import array, assert_same, compare
from .twins import fail_alike, step_alike, twins

F, F_ = tg.nn.functional, torch.nn.functional
PLACES = {"1d": [(), (1,), (5,)], "2d": [(3, 4), (1, 2)]}


# ---------------------------------------------------------------------------------------------- batch norm

@settings(max_examples=40)
@given(kind=st.sampled_from(["1d", "2d"]), n=st.integers(2, 5), c=st.integers(1, 4), data=st.data(),
       momentum=st.sampled_from([0.1, 0.7, 0.0, 1.0, None]), eps=st.sampled_from([1e-5, 0.1]),
       affine=st.booleans(), bias=st.booleans(), track=st.booleans())
def test_batch_norm_over_steps_and_in_use(kind, n, c, data, momentum, eps, affine, bias, track):
    """Three batches in training, then two in use, then training again: outputs, gradients and averages."""
    places = data.draw(st.sampled_from(PLACES[kind]))
    ours, theirs = twins(f"BatchNorm{kind}({c}, {eps}, {momentum}, {affine}, {track}, bias={bias})")
    for step, training in enumerate((True, True, True, False, False, True)):
        for layer in (ours, theirs):
            layer.train(training)
        step_alike(ours, theirs, 3 + 2 * array(n, c, *places, seed=step))


def test_running_variance_is_unbiased_and_what_normalises_is_not():
    """The numbers of PyTorch 2.13: a batch with mean 3, biased variance 4, unbiased variance 14/3."""
    layer = tg.nn.BatchNorm1d(1, dtype=tg.float64)
    y = layer(tg.tensor(np.array([[1.], [2.], [3.], [6.]])))
    assert layer.running_mean.tolist() == pytest.approx([0.3])
    assert layer.running_var.tolist() == pytest.approx([0.9 * 1 + 0.1 * 14 / 3])
    assert y.max().item() == pytest.approx(3 / np.sqrt(3.5 + 1e-5))
    assert layer.num_batches_tracked.item() == 1 and layer.num_batches_tracked.dtype == tg.int64
    names = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
    assert list(layer.state_dict()) == names
    assert list(tg.nn.BatchNorm1d(1, track_running_stats=False).state_dict()) == ["weight", "bias"]


def test_the_averages_stay_where_they_are_in_memory():
    """A state_dict that was taken before the step sees it, as in PyTorch."""
    ours, theirs = twins("BatchNorm1d(3)")
    before, before_ = ours.state_dict(), theirs.state_dict()
    step_alike(ours, theirs, array(4, 3))
    for name in before_:
        assert_same(before[name], before_[name].detach(), name)


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 5), (2, 3, 4, 5)], ids=str)
@pytest.mark.parametrize("given", ["w", "b", "wb", ""])
@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_function(shape, given, training):
    """Also the second derivative (for a bias alone PyTorch's fails)."""
    def call(library, x, *wb):
        wb = dict(zip([{"w": "weight", "b": "bias"}[k] for k in given], wb))
        mean, var = library.full((3,), 0.2).double(), library.full((3,), 1.5).double()
        y = library.nn.functional.batch_norm(x, mean, var, training=training, momentum=0.3, **wb)
        return y, mean, var
    weights = (array(3, seed=k) for k in range(len(given)))
    compare(call, array(*shape), *weights, order=1 if given == "b" else 2)


def test_batch_norm_function_without_averages():
    compare(lambda library, x: library.nn.functional.batch_norm(x, None, None, training=True), array(4, 3))


# ----------------------------------------------------------------------------- layer, rms, group, instance

@settings(max_examples=40)
@given(kind=st.sampled_from(["LayerNorm", "RMSNorm"]), front=st.lists(st.integers(1, 3), max_size=2),
       last=st.lists(st.integers(1, 4), min_size=1, max_size=3), eps=st.sampled_from([1e-5, 0.1]),
       affine=st.booleans(), bias=st.booleans())
def test_layer_and_rms_norm(kind, front, last, eps, affine, bias):
    text = f"{kind}({last}, {eps}, {affine}" + (f", {bias})" if kind == "LayerNorm" else ")")
    step_alike(*twins(text), array(*front, *last))


@pytest.mark.parametrize("text", ["LayerNorm(3)", "LayerNorm((3,), eps=0.5)", "RMSNorm(3)", "RMSNorm([3])",
                                  "LayerNorm(3, bias=False)", "LayerNorm(3, elementwise_affine=False)",
                                  "RMSNorm(3, elementwise_affine=False)"])
def test_layer_and_rms_norm_as_they_are_written(text):
    step_alike(*twins(text), array(2, 4, 3))


@pytest.mark.parametrize("given", ["w", "b", "wb", ""])
def test_layer_norm_function(given):
    def call(library, x, *wb):
        wb = dict(zip([{"w": "weight", "b": "bias"}[k] for k in given], wb))
        return library.nn.functional.layer_norm(x, (4, 3), **wb)
    weights = (array(4, 3, seed=k) for k in range(len(given)))
    compare(call, array(2, 4, 3), *weights, order=1 if given == "b" else 2)


def test_layer_norm_of_constants():
    compare(lambda library, x: library.nn.functional.layer_norm(x, (3,)), np.full((1, 3), 2.0), order=1)


@pytest.mark.parametrize("eps", [None, 0.1])
def test_rms_norm_function(eps):
    compare(lambda library, x, w: library.nn.functional.rms_norm(x, (3,), w, eps), array(2, 4, 3), array(3))


@settings(max_examples=40)
@given(n=st.integers(1, 3), groups=st.integers(1, 3), per_group=st.integers(1, 3), affine=st.booleans(),
       places=st.sampled_from([(), (2,), (3, 2)]), bias=st.booleans(), eps=st.sampled_from([1e-5, 0.1]))
def test_group_norm(n, groups, per_group, affine, places, bias, eps):
    if n * per_group * int(np.prod(places)) == 1:
        return                                                  # an error: see below
    text = f"GroupNorm({groups}, {groups * per_group}, {eps}, {affine}, bias={bias})"
    step_alike(*twins(text), array(n, groups * per_group, *places))


@settings(max_examples=40)
@given(kind=st.sampled_from(["1d", "2d"]), n=st.sampled_from([None, 1, 3]), c=st.integers(1, 3),
       data=st.data(),
       momentum=st.sampled_from([0.1, 0.7]), affine=st.booleans(), bias=st.booleans(), track=st.booleans())
def test_instance_norm_over_steps_and_in_use(kind, n, c, data, momentum, affine, bias, track):
    places = data.draw(st.sampled_from([(2,), (5,)] if kind == "1d" else PLACES["2d"]))
    ours, theirs = twins(f"InstanceNorm{kind}({c}, 1e-4, {momentum}, {affine}, {track}, bias={bias})")
    for step, training in enumerate((True, True, False)):
        for layer in (ours, theirs):
            layer.train(training)
        step_alike(ours, theirs, array(*([] if n is None else [n]), c, *places, seed=step))


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("shape", [(2, 4, 3), (1, 5, 2, 3)], ids=str)
def test_local_response_norm(size, shape):
    step_alike(*twins(f"LocalResponseNorm({size}, alpha=0.1, beta=0.5, k=2.0)"), array(*shape))
    compare(lambda library, x: library.nn.functional.local_response_norm(x, size), array(*shape))


# ------------------------------------------------------------------------------------------------- errors

WRONG = {
    "one example": ("BatchNorm1d(3)", (1, 3), "Expected more than 1 value per channel"),
    "one pixel": ("BatchNorm2d(3)", (1, 3, 1, 1), "Expected more than 1 value per channel"),
    "3D for 2d": ("BatchNorm2d(3)", (2, 3, 4), "expected 4D input"),
    "4D for 1d": ("BatchNorm1d(3)", (2, 3, 4, 4), "expected 2D or 3D input"),
    "channels": ("BatchNorm1d(3)", (2, 4), "has 4 channels"),
    "LayerNorm": ("LayerNorm(3)", (2, 4), "expected input with shape [*, 3]"),
    "RMSNorm": ("RMSNorm((2, 3))", (2, 4), "expected input with shape [*, 2, 3]"),
    "GroupNorm": ("GroupNorm(2, 4)", (1, 2), "Expected more than 1 value per channel"),
    "one place": ("InstanceNorm1d(3)", (2, 3, 1), "Expected more than 1 spatial element"),
    "InstanceNorm1d": ("InstanceNorm1d(3)", (2, 3, 4, 4), "expected 2D or 3D input"),
    "InstanceNorm2d, channels": ("InstanceNorm2d(3, affine=True)", (2, 4, 4, 4), "expected 3 channels"),
    "LocalResponseNorm": ("LocalResponseNorm(2)", (2, 3), "Expected 3D or higher"),
}


@pytest.mark.parametrize("text, shape, message", WRONG.values(), ids=WRONG)
def test_errors(text, shape, message):
    ours, theirs = twins(text)
    if text.startswith("GroupNorm"):
        ours, theirs = twins("GroupNorm(2, 2)")
    x = np.ones(shape)
    fail_alike(lambda: ours(tg.tensor(x)), lambda: theirs(torch.tensor(x)), message)


def test_errors_of_functions_and_settings():
    x, x_ = tg.ones(2, 3, 4), torch.ones(2, 3, 4)
    fail_alike(lambda: tg.nn.GroupNorm(2, 3), lambda: torch.nn.GroupNorm(2, 3), "divisible by num_groups")
    fail_alike(lambda: F.group_norm(x, 2), lambda: F_.group_norm(x_, 2), "divisible by num_groups")
    fail_alike(lambda: F.batch_norm(x, None, None), lambda: F_.batch_norm(x_, None, None), "running_mean")
    fail_alike(lambda: F.layer_norm(x, (4,), tg.ones(3)), lambda: F_.layer_norm(x_, (4,), torch.ones(3)),
               "normalized_shape=[4]")
