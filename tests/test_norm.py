"""Normalisation: the formulas, the fused rules beside their compositions, and what the layers remember."""
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import tinygrad_bio as tg
from tinygrad_bio import nn, ops
from tinygrad_bio.autograd import grad
from tinygrad_bio.backend import asnumpy
from tinygrad_bio.testing import assert_close, gradcheck, gradgradcheck

F = nn.functional
seeds = st.integers(0, 2 ** 20)


def random(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def both_ways(rule, arrays, seed=0, **settings):
    """Values and gradients of a fused rule and of its composite: two lists of arrays."""
    results = []
    for function in (rule, rule.composite):
        tensors = [tg.tensor(a, requires_grad=True) for a in arrays]
        outputs = function(*tensors, **settings)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        gs = [tg.tensor(random(*y.shape, seed=seed + 1)) for y in outputs]
        results.append([t.detach().numpy() for t in [*outputs, *grad(outputs, tensors, gs)]])
    return results


# ------------------------------------------------------------------------------------- fused and composed

@settings(max_examples=60)
@given(n=st.integers(1, 4), c=st.integers(1, 3), places=st.lists(st.integers(1, 4), max_size=3),
       weights=st.integers(0, 2),
       eps=st.sampled_from([1e-5, 0.3]), channels_first=st.booleans(), seed=seeds)
def test_batch_norm_is_its_composition(n, c, places, weights, eps, channels_first, seed):
    """Also for images that lie in memory channel after channel, as convolutions hand them on."""
    x = random(n, c, *places, seed=seed)
    if channels_first:
        x = np.ascontiguousarray(x.swapaxes(0, 1)).swapaxes(0, 1)
    fused, plain = both_ways(ops.batch_norm, [x, *(random(c, seed=seed + k) for k in range(weights))],
                             eps=eps)
    for a, b in zip(fused, plain):
        assert_close(a, b, rtol=1e-10, atol=1e-10)


def test_batch_norm_keeps_the_order_in_memory():
    """So that a convolution that likes it gets it back."""
    x = np.ascontiguousarray(random(3, 4, 5, 6)).swapaxes(0, 1)                 # (C, N, H, W) in memory
    tensor = tg.tensor(x).requires_grad_()
    tensor.array = x
    y, _, _ = ops.batch_norm(tensor, eps=1e-5)
    assert y.array.strides == x.strides and grad(y.sum(), tensor)[0].array.strides == x.strides


@settings(max_examples=60)
@given(front=st.lists(st.integers(1, 4), max_size=2),
       last=st.lists(st.integers(1, 4), min_size=1, max_size=2),
       weights=st.integers(0, 2), eps=st.sampled_from([1e-5, 0.3]), seed=seeds)
def test_layer_norm_is_its_composition(front, last, weights, eps, seed):
    arrays = [random(*front, *last, seed=seed), *(random(*last, seed=seed + k) for k in range(weights))]
    for a, b in zip(*both_ways(ops.layer_norm, arrays, ndim=len(last), eps=eps)):
        assert_close(a, b, rtol=1e-10, atol=1e-10)


LAYERS = {"BatchNorm1d": (lambda: nn.BatchNorm1d(3, eps=0.1), (4, 3)),
          "BatchNorm1d in use": (lambda: nn.BatchNorm1d(3).eval(), (4, 3)),
          "BatchNorm2d": (lambda: nn.BatchNorm2d(2, eps=0.1), (2, 2, 2, 2)),
          "LayerNorm": (lambda: nn.LayerNorm((2, 3), eps=0.1), (2, 2, 3)),
          "GroupNorm": (lambda: nn.GroupNorm(2, 4, eps=0.1), (2, 4, 2)),
          "InstanceNorm1d": (lambda: nn.InstanceNorm1d(2, eps=0.1, affine=True), (2, 2, 3)),
          "InstanceNorm2d": (lambda: nn.InstanceNorm2d(2, eps=0.1), (1, 2, 2, 2)),
          "RMSNorm": (lambda: nn.RMSNorm(3, eps=0.1), (2, 3)),
          "LocalResponseNorm": (lambda: nn.LocalResponseNorm(2, alpha=0.5), (2, 3, 2))}


@pytest.mark.parametrize("make, shape", LAYERS.values(), ids=LAYERS)
def test_first_and_second_derivatives(make, shape):
    """Of the input and of the weights, by differences."""
    layer = make().double()
    x = tg.tensor(random(*shape), requires_grad=True)
    assert gradcheck(lambda x, *weights: layer(x), [x, *layer.parameters()])
    assert gradgradcheck(lambda x, *weights: layer(x), [x, *layer.parameters()])


# ------------------------------------------------------------------------------------------- the formulas

def test_batch_norm_is_its_formula():
    """Worked by hand: the batch 1, 2, 6 has mean 3 and (biased) variance 14/3."""
    layer = nn.BatchNorm1d(1, eps=0.0, dtype=tg.float64)
    layer.weight.data, layer.bias.data = tg.tensor(np.array([2.0])), tg.tensor(np.array([10.0]))
    y = layer(tg.tensor(np.array([[1.], [2.], [6.]])))
    assert_close(y.detach(), 10 + 2 * np.array([[-2.], [-1.], [3.]]) / np.sqrt(14 / 3))
    assert layer.running_mean.tolist() == pytest.approx([0.1 * 3])
    assert layer.running_var.tolist() == pytest.approx([0.9 + 0.1 * 7])         # unbiased: 14/2


@pytest.mark.parametrize("make, shape", LAYERS.values(), ids=LAYERS)
def test_shifting_and_stretching_the_input_changes_nothing(make, shape):
    """y(a·x + b) = y(x) for a > 0, for all that subtract a mean and divide by a deviation."""
    layer = make()
    if isinstance(layer, nn.LocalResponseNorm) or not layer.training:
        return
    layer.eps, x = 0.0, tg.tensor(random(*shape))
    layer = layer.double()
    assert_close(layer(3.0 * x), layer(x), rtol=1e-9)
    if not isinstance(layer, nn.RMSNorm):
        assert_close(layer(3.0 * x + 5.0), layer(x), rtol=1e-9)


@pytest.mark.parametrize("kind, axes", [
    ("LayerNorm", (1, 2, 3)), ("InstanceNorm2d", (2, 3)), ("BatchNorm2d", (0, 2, 3))])
def test_what_the_mean_is_taken_over(kind, axes):
    x = tg.tensor(random(3, 4, 5, 6) * 2 + 7)
    y = getattr(nn, kind)((4, 5, 6) if kind == "LayerNorm" else 4).double()(x).detach().numpy()
    assert_close(y.mean(axes), np.zeros_like(y.mean(axes)), atol=1e-12)
    assert_close(y.var(axes), np.ones_like(y.var(axes)), rtol=1e-4)


def test_group_norm_between_layer_and_instance_norm():
    x = tg.tensor(random(2, 4, 5))
    assert_close(F.group_norm(x, 1), F.layer_norm(x, (4, 5)), rtol=1e-10)
    assert_close(F.group_norm(x, 4), F.instance_norm(x), rtol=1e-10)


def test_rms_norm_is_layer_norm_of_what_has_mean_0():
    x = random(4, 6)
    x -= x.mean(axis=1, keepdims=True)
    assert_close(F.rms_norm(tg.tensor(x), 6, eps=1e-5), F.layer_norm(tg.tensor(x), 6), rtol=1e-10)


# ------------------------------------------------------------------------------------------ running averages

@pytest.mark.parametrize("bias", [True, False])
def test_averages_over_steps(bias):
    """r ← (1 − m)·r + m·new in training; nothing changes in use."""
    layer, mean, var = nn.BatchNorm1d(2, momentum=0.2, bias=bias).double(), np.zeros(2), np.ones(2)
    for k in range(5):
        x = random(6, 2, seed=k) + k
        layer(tg.tensor(x))
        mean, var = 0.8 * mean + 0.2 * x.mean(0), 0.8 * var + 0.2 * x.var(0, ddof=1)
    kept = {k: v.numpy().copy() for k, v in layer.state_dict().items()}
    assert_close(kept["running_mean"], mean, rtol=1e-12)
    assert_close(kept["running_var"], var, rtol=1e-12)
    assert kept["num_batches_tracked"] == 5
    layer.eval()
    y = layer(tg.tensor(x))
    assert_close(y.detach(), (x - mean) / np.sqrt(var + layer.eps), rtol=1e-12)
    assert all(np.array_equal(v.numpy(), kept[k]) for k, v in layer.state_dict().items())


def test_momentum_none_gives_every_batch_the_same_weight():
    layer, batches = nn.BatchNorm1d(2, momentum=None).double(), [random(6, 2, seed=k) + k for k in range(4)]
    for x in batches:
        layer(tg.tensor(x))
    assert_close(layer.running_mean, np.mean([x.mean(0) for x in batches], 0), rtol=1e-12)
    assert_close(layer.running_var, np.mean([x.var(0, ddof=1) for x in batches], 0), rtol=1e-12)


def test_forgetting_the_averages():
    layer = nn.BatchNorm1d(2)
    layer(tg.tensor(random(6, 2).astype("float32")))
    layer.reset_running_stats()
    assert layer.running_mean.tolist() == [0, 0] and layer.running_var.tolist() == [1, 1]
    assert layer.num_batches_tracked.item() == 0


def test_in_use_an_example_does_not_depend_on_the_others():
    layer, x = nn.BatchNorm1d(2).eval(), tg.tensor(random(5, 2).astype("float32"))
    assert_close(layer(x)[2:3], layer(x[2:3]))


def test_without_averages_the_batch_counts_in_use_as_well():
    layer = nn.BatchNorm1d(2, track_running_stats=False).eval()
    y = layer(tg.tensor(random(5, 2).astype("float32") + 3))
    assert abs(y.mean().item()) < 1e-6 and layer.running_mean is None


def test_statistics_that_were_written_after_their_use_are_noticed():
    """A step in use, then one in training, then backward of the first: its numbers are still right."""
    layer, x = nn.BatchNorm1d(2).double(), tg.tensor(random(5, 2), requires_grad=True)
    expected, = grad(layer.eval()(x).sum(), x)
    y = layer(x).sum()
    layer.train()(x * 2)
    assert_close(grad(y, x)[0], expected)


def test_averages_that_something_holds_are_not_written_unnoticed():
    """Who has used an average in a graph, and then takes a step, is told so by backward."""
    layer, w = nn.BatchNorm1d(2), tg.ones(2, requires_grad=True)
    y = (w * layer.running_mean).sum()
    layer(tg.tensor(random(5, 2).astype("float32")))
    with pytest.raises(RuntimeError, match="written in place"):
        y.backward()


def test_tracking_switched_off_keeps_the_averages_as_they_are():
    layer, x = nn.BatchNorm1d(2), tg.tensor(random(5, 2).astype("float32") + 3)
    layer.track_running_stats = False
    y = layer(x)
    assert layer.running_mean.tolist() == [0, 0] and layer.num_batches_tracked.item() == 0
    assert abs(y.mean().item()) < 1e-6


def test_copies_of_a_layer_have_averages_of_their_own():
    import copy
    layer = nn.BatchNorm1d(2)
    twin = copy.deepcopy(layer)
    layer(tg.tensor(random(5, 2).astype("float32") + 3))
    assert twin.running_mean.tolist() == [0, 0] and twin.num_batches_tracked.item() == 0


# -------------------------------------------------------------------------------------------- surroundings

@pytest.mark.parametrize("make, shape", LAYERS.values(), ids=LAYERS)
def test_on_a_device_in_float32(make, shape, device):
    """Value, gradients and averages are those of the processor, and stay where and what they are."""
    results = []
    for where in ("cpu", device):
        layer = make().to(where)
        x = tg.tensor(random(*shape).astype("float32"), device=where, requires_grad=True)
        y = layer(x)
        gs = tg.tensor(random(*shape, seed=1).astype("float32"), device=where)
        found = [y, *grad(y, [x, *layer.parameters()], gs), *layer.buffers()]
        assert all(t.device.type == where and t.dtype in (tg.float32, tg.int64) for t in found)
        results.append([asnumpy(t.detach().array) for t in found])
    for a, b in zip(*results):
        assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_messages_name_the_layer():
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    with pytest.raises(ValueError,
                       match=r"batch_norm in layer '1 \(BatchNorm1d\)': Expected more than 1 value"):
        net(tg.zeros(1, 3))
    with pytest.raises(ValueError,
                       match=r"layer '1 \(BatchNorm1d\)': expected 2D or 3D input \(N, C\) or"):
        net(tg.zeros(1, 2, 2, 3))
