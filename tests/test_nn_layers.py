"""Layers, activations, starting values, clipping: without PyTorch, on every device."""
import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

import tinygrad_bio as tg
from tinygrad_bio import nn
from tinygrad_bio.nn import functional as F
from tinygrad_bio.testing import gradcheck, gradgradcheck


def numbers(*shape, seed=0):
    return tg.tensor(np.random.default_rng([seed, *shape]).normal(size=shape))


def on(device, module, *inputs):
    """Output and all gradients of a module on a device, as NumPy arrays."""
    module.zero_grad()
    module.to(device)
    inputs = [x.detach().to(device) for x in inputs]
    for x in inputs:
        x.requires_grad_(x.is_floating_point())
    y = module(*inputs)
    y.backward(tg.arange(y.numel(), dtype=y.dtype).reshape(y.shape).to(device) / y.numel())
    found = [y.detach(), *(p.grad for p in module.parameters()), *(x.grad for x in inputs if x.grad is not None)]
    assert {t.device.type for t in found} == {device}
    return [t.cpu().numpy() for t in found]


# ----------------------------------------------------------------------------------- the same on every device

MODULES = [
    nn.Linear(4, 3), nn.Linear(4, 3, bias=False), nn.ReLU(), nn.ReLU6(), nn.LeakyReLU(), nn.PReLU(), nn.PReLU(4), nn.RReLU().eval(),
    nn.ELU(), nn.SELU(), nn.CELU(2.0), nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.Mish(), nn.Softplus(), nn.Sigmoid(), nn.LogSigmoid(),
    nn.Tanh(), nn.Hardtanh(), nn.Hardsigmoid(), nn.Hardswish(), nn.Softsign(), nn.Tanhshrink(), nn.Softshrink(), nn.Hardshrink(),
    nn.Threshold(0.1, 2), nn.GLU(), nn.Softmin(-1), nn.Softmax(-1), nn.LogSoftmax(-1), nn.Dropout(), nn.RReLU(), nn.Flatten(),
    nn.Unflatten(1, (2, 2)), nn.Identity(), nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 1))]


@pytest.mark.parametrize("module", MODULES, ids=repr)
def test_a_layer_on_another_device(module, cuda):
    module.double()
    tg.manual_seed(0)
    expected = on("cpu", module, numbers(6, 4))
    tg.manual_seed(0)
    for a, b in zip(expected, on(cuda, module, numbers(6, 4))):
        np.testing.assert_allclose(a, b, 1e-9, 1e-12)


def test_more_layers_on_another_device(cuda):
    index = tg.tensor([[0, 3, 3], [4, 2, 0]])
    for module, inputs in [
            (nn.Embedding(5, 3), [index]), (nn.Embedding(5, 3, padding_idx=3), [index]), (nn.Embedding(5, 3, scale_grad_by_freq=True), [index]),
            (nn.Embedding(5, 3, max_norm=0.5), [index]), (nn.Bilinear(3, 4, 2), [numbers(5, 3), numbers(5, 4)]),
            (nn.PairwiseDistance(), [numbers(5, 3), numbers(5, 3, seed=1)]), (nn.CosineSimilarity(), [numbers(5, 3), numbers(5, 3, seed=1)]),
            (nn.Softmax2d(), [numbers(2, 3, 2, 2)])]:
        expected = on("cpu", module.double(), *inputs)
        for a, b in zip(expected, on(cuda, module, *inputs)):
            np.testing.assert_allclose(a, b, 1e-9, 1e-12)
    with pytest.raises(tg.DeviceMismatchError, match=r"embedding in layer 'Embedding': input is on 'cpu', weight on 'cuda:0'"):
        nn.Embedding(5, 3).to(cuda)(index)
    with pytest.raises(tg.DeviceMismatchError, match="linear"):
        nn.Linear(2, 2).to(cuda)(tg.ones(2))


def test_starting_values_do_not_depend_on_the_device(cuda):
    for make in (lambda **k: nn.Linear(3, 2, **k), lambda **k: nn.Embedding(3, 2, **k), lambda **k: nn.Bilinear(3, 2, 2, **k)):
        tg.manual_seed(3)
        here = make()
        tg.manual_seed(3)
        there = make(device=cuda)
        assert there.weight.is_cuda and here.weight.equal(there.weight.cpu())
        assert make(dtype=tg.float64).weight.dtype == tg.float64


# ------------------------------------------------------------------------------------------------- gradients

@pytest.mark.parametrize("function", [F.gelu, F.silu, F.mish, F.softplus, F.selu, F.elu, F.logsigmoid, F.softsign, F.tanhshrink, F.hardswish,
                                      F.leaky_relu, lambda x: F.celu(x, 0.5), lambda x: F.glu(x, 1), lambda x: F.softmin(x, 0), lambda x: F.normalize(x, dim=0)])
def test_gradients(function):
    x = numbers(3, 4).requires_grad_()
    assert gradcheck(function, x) and gradgradcheck(function, x)


@pytest.mark.parametrize("function", [
    F.leaky_relu, lambda x: F.leaky_relu(x, 2.0), F.elu, F.selu, lambda x: F.celu(x, 2.0), F.gelu, F.mish, F.softplus,
    lambda x: F.softplus(x, 2.0, 1.0), F.logsigmoid, F.hardtanh, F.relu6, F.hardsigmoid, F.hardswish, F.softshrink, F.hardshrink,
    lambda x: F.threshold(x, 0.5, 9.0), lambda x: F.prelu(x, tg.tensor(0.1, dtype=tg.float64)),
    lambda x: F.huber_loss(x, tg.zeros_like(x), reduction="none")])
def test_many_numbers_give_what_few_give(function):
    """Large arrays take other ways (`either`, `keep`): bounds, very large and very small numbers, what is not a number."""
    few = [math.nan, math.inf, -math.inf, 1e4, -1e4, 40., -40., 3., -3., 1., -1., 0.5, -0.5, 0., 1e-9, -1e-9]
    results = []
    with np.errstate(all="ignore"):
        for numbers_ in (few, few * 1000):
            x = tg.tensor(numbers_, dtype=tg.float64, requires_grad=True)
            y = function(x)
            y.backward(tg.tensor([2., -3.] * (len(numbers_) // 2), dtype=tg.float64))
            results.append(np.stack([y.detach().numpy(), x.grad.numpy()]).reshape(2, -1, len(few)))
    np.testing.assert_allclose(results[1], np.broadcast_to(results[0], results[1].shape), 1e-14, 0)


@pytest.mark.parametrize("x", [-1e4, -50., -3., -1e-5, -1e-12, 0., 1e-12, 1e-5, 3., 50., 1e4])
def test_logarithms_and_exponentials_keep_all_digits(x):
    """`softplus`, `elu`, `mish` and their kin go other ways than log1p, expm1 and tanh ∘ ln: they must be as exact."""
    t, plus = tg.tensor(x, dtype=tg.float64), np.logaddexp(x, 0)
    exact = {F.elu: x if x > 0 else np.expm1(x), F.logsigmoid: -np.logaddexp(-x, 0), F.mish: x * np.tanh(plus),
             F.softplus: x if x > 20 else plus}
    for function, expected in exact.items():
        np.testing.assert_allclose(function(t).item(), expected, 4e-15, 1e-300, err_msg=function.__name__)


def test_gradients_of_layers():
    for layer, inputs in ((nn.Linear(3, 2), [numbers(4, 3)]), (nn.Bilinear(2, 3, 2), [numbers(4, 2), numbers(4, 3)]), (nn.PReLU(3), [numbers(4, 3)])):
        layer.double()
        inputs = [x.requires_grad_() for x in inputs]

        def run(*arguments):
            return layer(*arguments[:len(inputs)])
        assert gradcheck(run, (*inputs, *layer.parameters())) and gradgradcheck(run, (*inputs, *layer.parameters()))


# ---------------------------------------------------------------------------------------------------- errors

@pytest.mark.parametrize("shape, advice", [
    ((5, 2, 3), r"flatten all but the batch, x.flatten\(1\)"), ((5, 6, 7), r"move the features to the end, x.transpose\(1, -1\)"),
    ((6, 1), r"x.transpose\(0, -1\)"), ((5, 7), "change the layer to in_features=7"), ((), "change the layer to in_features=1")], ids=str)
def test_linear_says_what_to_write(shape, advice):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(6, 2)

        def forward(self, x):
            return self.fc1(x)
    with pytest.raises(tg.ShapeError, match=r"linear in layer 'fc1 \(Linear\)': the last dimension of the input must have in_features=6, but the "
                                            rf"input has shape {'[(]' + str(shape)[1:-1] + '[)]'}: .*{advice}"):
        Net()(tg.ones(shape))


def test_other_errors():
    with pytest.raises(TypeError, match="float32"):
        nn.Linear(2, 2)(tg.ones(2, dtype=tg.float64))
    with pytest.raises(TypeError, match="int64"):
        nn.Linear(2, 2)(tg.tensor([1, 2]))
    with pytest.raises(tg.ShapeError, match=r"expected inputs \(…, 2\) and \(…, 3\)"):
        nn.Bilinear(2, 3, 1)(tg.ones(4, 2), tg.ones(5, 3))
    with pytest.raises(tg.ShapeError, match=r"expected weight \(out, in\) and bias \(out\)"):
        F.linear(tg.ones(4, 2), tg.ones(3, 2), tg.ones(2))
    for p in (-0.1, 1.5):
        with pytest.raises(ValueError, match=f"between 0 and 1, but is {p}"):
            nn.Dropout(p)
        with pytest.raises(ValueError, match="between 0 and 1"):
            F.dropout(tg.ones(1), p)
    with pytest.raises(tg.ShapeError, match="even size"):
        F.glu(tg.ones(3))
    with pytest.raises(tg.ShapeError, match="4 channels"):
        F.prelu(tg.ones(2, 4), tg.ones(3))
    with pytest.raises(ValueError, match="larger than"):
        nn.Hardtanh(1, -1)
    with pytest.raises(RuntimeError, match="'none' or 'tanh'"):
        F.gelu(tg.ones(1), approximate="exact")
    with pytest.raises(RuntimeError, match="lambd"):
        F.softshrink(tg.ones(1), -1)
    with pytest.raises(tg.ShapeError, match="Softmax2d"):
        nn.Softmax2d()(tg.ones(2, 2))
    with pytest.raises(TypeError, match="along which dimension"):
        nn.Softmax()(tg.ones(2, 2))


def test_embedding_errors(device):
    layer = nn.Sequential(nn.Embedding(4, 2)).to(device)
    for bad, index in ((9, [0, 9]), (4, [4]), (-1, [-1, 0]), (-9, [[-9]])):
        with pytest.raises(IndexError, match=rf"embedding in layer '0 \(Embedding\)': index {bad} is out of range: expected 0 … 3"):
            layer(tg.tensor(index).to(device))
    with pytest.raises(TypeError, match="must hold integers"):
        layer(tg.tensor([0.0]).to(device))
    for wrong in (4, -5):
        with pytest.raises(IndexError, match="padding_idx"):
            nn.Embedding(4, 2, padding_idx=wrong)
        with pytest.raises(IndexError, match="padding_idx"):
            F.embedding(tg.tensor([0]), tg.ones(4, 2), wrong)
    with pytest.raises(tg.ShapeError):
        nn.Embedding.from_pretrained(tg.ones(3))
    with pytest.raises(tg.ShapeError):
        nn.Embedding(3, 2, _weight=tg.ones(2, 3))


# ------------------------------------------------------------------------------------------- single layers

def test_embedding():
    layer = nn.Embedding(5, 3, padding_idx=-1)
    assert layer.padding_idx == 4 and not layer.weight[4].any() and repr(layer) == "Embedding(5, 3, padding_idx=4)"
    layer(tg.tensor([[4, 1], [1, 1]])).sum().backward()
    assert layer.weight.grad.tolist() == [[0] * 3, [3] * 3, [0] * 3, [0] * 3, [0] * 3]
    table = tg.tensor([[1., 2.], [3., 4.]])
    fixed = nn.Embedding.from_pretrained(table, padding_idx=0)
    assert not fixed.weight.requires_grad and fixed.weight.array is table.array and fixed(tg.tensor(1)).tolist() == [3, 4]
    assert nn.Embedding.from_pretrained(table, freeze=False).weight.requires_grad
    assert layer(tg.ones(0, 2, dtype=tg.int64)).shape == (0, 2, 3)


def test_embedding_is_a_one_hot_product():
    layer, index = nn.Embedding(6, 4).double(), tg.tensor(np.random.default_rng(0).integers(0, 6, (7, 3)))
    matrix = layer.weight.detach().requires_grad_()
    y, z = layer(index), tg.one_hot(index, 6).double() @ matrix
    cotangent = numbers(7, 3, 4)
    y.backward(cotangent)
    z.backward(cotangent)
    assert np.allclose(y.detach().numpy(), z.detach().numpy()) and np.allclose(layer.weight.grad.numpy(), matrix.grad.numpy(), rtol=1e-12)


@given(p=st.floats(0, 1), shape=st.sampled_from([(1000,), (10, 100)]), seed=st.integers(0, 10))
def test_dropout(p, shape, seed):
    """What stays is scaled, how much stays is right, the gradient is the mask, the seed decides."""
    tg.manual_seed(seed)
    x = tg.ones(*shape, requires_grad=True)
    y = F.dropout(x, p)
    scale = np.float32(0 if p == 1 else 1 / (1 - p))
    assert set(np.unique(y.detach().numpy())) <= {np.float32(0), scale} and y.dtype == tg.float32
    assert abs((y.detach().numpy() > 0).mean() - (1 - p)) < 0.08
    y.sum().backward()
    assert np.array_equal(x.grad.numpy(), y.detach().numpy())
    tg.manual_seed(seed)
    assert F.dropout(x, p).equal(y) and F.dropout(x, p, training=False) is x


def test_dropout_layers():
    layer = nn.Dropout(0.5)
    x = tg.ones(100)
    assert not layer(x).equal(x) and layer.eval()(x) is x and layer.train()(x).shape == x.shape
    nn.Dropout(0.5, inplace=True)(x)
    assert set(x.tolist()) == {0.0, 2.0}


def test_rrelu_draws_its_slopes():
    layer, x = nn.RReLU(0.2, 0.4), -tg.ones(1000)
    slopes = -layer(x).numpy()
    assert 0.2 <= slopes.min() < 0.22 and 0.38 < slopes.max() <= 0.4 and slopes.dtype == "float32"
    assert layer(tg.ones(3)).tolist() == [1, 1, 1] and np.allclose(layer.eval()(x).numpy(), -0.3)


def test_identity_and_flatten():
    assert nn.Identity("anything", at=1)(5) == 5
    assert nn.Flatten()(tg.ones(2, 3, 4)).shape == (2, 12) and nn.Flatten(0)(tg.ones(2, 3)).shape == (6,)
    assert nn.Unflatten(-1, [2, 3])(tg.ones(5, 6)).shape == (5, 2, 3)


# --------------------------------------------------------------------------------------------- starting values

def test_linear_starts_within_its_bound():
    tg.manual_seed(0)
    layer = nn.Linear(25, 4000)
    for p in layer.parameters():
        a = p.detach().numpy()
        assert 0.199 < abs(a).max() <= np.float32(0.2) and abs(a.mean()) < 0.005 and abs(a.std() - 0.4 / math.sqrt(12)) < 0.003
    first, second = nn.Linear(25, 4), nn.Linear(25, 4)
    assert not first.weight.equal(second.weight)
    tg.manual_seed(0)
    assert nn.Linear(25, 4000).weight.equal(layer.weight)
    assert nn.Linear(0, 3)(tg.ones(2, 0)).shape == (2, 3)


def test_init_writes_in_place_without_a_history():
    w = nn.Parameter(tg.empty(4, 6))
    for fill in (nn.init.xavier_uniform_, nn.init.kaiming_normal_, nn.init.orthogonal_, nn.init.trunc_normal_, nn.init.zeros_):
        assert fill(w) is w and w.grad_fn is None and w.requires_grad
    assert nn.init.constant_(w, 2).tolist()[0][0] == 2 and nn.init.ones_(w).sum().item() == 24


def test_init_takes_a_generator():
    for fill in (nn.init.uniform_, nn.init.normal_, nn.init.trunc_normal_, nn.init.xavier_uniform_, nn.init.xavier_normal_,
                 nn.init.kaiming_uniform_, nn.init.kaiming_normal_, nn.init.orthogonal_, lambda t, generator: nn.init.sparse_(t, 0.5, generator=generator)):
        a, b = (fill(tg.empty(3, 4), generator=tg.Generator().manual_seed(5)) for _ in range(2))
        assert a.equal(b) and not a.equal(fill(tg.empty(3, 4), generator=tg.Generator().manual_seed(6)))


@given(rows=st.integers(1, 8), columns=st.integers(1, 8), gain=st.floats(0.1, 3))
def test_orthogonal(rows, columns, gain):
    w = nn.init.orthogonal_(tg.empty(rows, columns, dtype=tg.float64), gain).numpy()
    product = w @ w.T if rows <= columns else w.T @ w
    np.testing.assert_allclose(product, gain ** 2 * np.eye(min(rows, columns)), atol=1e-10)


def test_orthogonal_takes_all_signs():
    assert {nn.init.orthogonal_(tg.empty(1, 1)).item() for _ in range(30)} == {1.0, -1.0}


def test_truncated_normal_against_scipy():
    from scipy import stats
    tg.manual_seed(1)
    drawn = nn.init.trunc_normal_(tg.empty(20000), mean=1.0, std=2.0, a=0.0, b=2.5).numpy()
    assert drawn.min() >= 0 and drawn.max() <= 2.5
    assert stats.kstest(drawn, stats.truncnorm(-0.5, 0.75, 1, 2).cdf).pvalue > 0.01
    with pytest.warns(UserWarning, match="more than 2 std"):
        nn.init.trunc_normal_(tg.empty(3), mean=9.0)


def test_kaiming_keeps_the_variance_through_many_layers():
    tg.manual_seed(0)
    x = tg.randn(200, 256)
    for _ in range(20):
        x = F.relu(F.linear(x, nn.init.kaiming_normal_(tg.empty(256, 256), nonlinearity="relu")))
    assert 0.2 < (x * x).mean().item() < 5


def test_init_errors():
    for fill in (nn.init.xavier_uniform_, nn.init.kaiming_normal_, nn.init.orthogonal_, nn.init.eye_, nn.init.dirac_):
        with pytest.raises(tg.ShapeError):
            fill(tg.empty(3))
    with pytest.raises(ValueError, match="'fan_in' or 'fan_out'"):
        nn.init.kaiming_normal_(tg.empty(2, 2), mode="fan")
    with pytest.raises(ValueError, match="'gelu' is not known"):
        nn.init.calculate_gain("gelu")
    with pytest.raises(ValueError, match="groups=2"):
        nn.init.dirac_(tg.empty(3, 1, 1), 2)


# ---------------------------------------------------------------------------------------------------- clipping

def parameters(device="cpu"):
    found = [nn.Parameter(tg.zeros(2, device=device)), nn.Parameter(tg.zeros(1, device=device)), nn.Parameter(tg.zeros(3, device=device))]
    found[0].grad, found[1].grad = tg.tensor([3., 0.], device=device), tg.tensor([4.], device=device)
    return found


def test_clipping(device):
    ps = parameters(device)
    kept = ps[0].grad
    assert nn.utils.clip_grad_norm_(ps, 1.0).item() == 5 and np.allclose(ps[0].grad.cpu().numpy(), [0.6, 0]) and ps[0].grad is kept
    assert nn.utils.clip_grad_norm_(ps, 9.0).item() == pytest.approx(1, rel=1e-5) and np.allclose(ps[1].grad.cpu().numpy(), [0.8])
    assert nn.utils.clip_grad_norm_(parameters(device), 1.0, "inf").item() == 4
    assert nn.utils.clip_grad_norm_(iter(parameters(device)), 1.0, 1).item() == 7
    ps = parameters(device)
    nn.utils.clip_grad_value_(ps, 3.5)
    assert ps[0].grad.tolist() == [3, 0] and ps[1].grad.tolist() == [3.5] and ps[2].grad is None


def test_clipping_of_nothing_and_of_nan():
    assert nn.utils.clip_grad_norm_([], 1.0).item() == 0
    ps = parameters()
    ps[0].grad[0] = float("nan")
    with pytest.raises(RuntimeError, match="norm of the gradients is nan"):
        nn.utils.clip_grad_norm_(ps, 1.0, error_if_nonfinite=True)
    assert ps[1].grad.item() == 4
    assert math.isnan(nn.utils.clip_grad_norm_(ps, 1.0).item()) and math.isnan(ps[1].grad.item())
    w = nn.Parameter(tg.tensor(2.0))
    (w * 3).backward()
    nn.utils.clip_grad_norm_(w, 1.0)
    assert w.grad.shape == () and w.grad.item() == pytest.approx(1, rel=1e-5)


def test_clipping_a_gradient_that_is_a_broadcast_view():
    """The gradient of a sum has one number in memory: it must not be multiplied once for each of its elements."""
    w = nn.Parameter(tg.ones(4))
    (w.sum() * 2).backward()
    nn.utils.clip_grad_norm_(w, 2.0)
    np.testing.assert_allclose(w.grad.numpy(), 1, rtol=1e-5)


def test_vectors():
    net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    v = nn.utils.parameters_to_vector(net.parameters())
    assert v.shape == (13,) and v.requires_grad
    w = tg.arange(13, dtype=tg.float32)
    nn.utils.vector_to_parameters(w, net.parameters())
    assert net[1].bias.tolist() == [12] and net[0].weight.requires_grad and nn.utils.parameters_to_vector(net.parameters()).equal(w)
    w[12] = 99
    assert net[1].bias.tolist() == [12]
    with pytest.raises(tg.ShapeError, match="13 numbers"):
        nn.utils.vector_to_parameters(tg.ones(12), net.parameters())


# -------------------------------------------------------------------------------------------------- training

def test_a_network_learns():
    """Exclusive or: not possible without the hidden layer."""
    tg.manual_seed(0)
    x, t = tg.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]]), tg.tensor([[0.], [1.], [1.], [0.]])
    net, loss_of = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1), nn.Sigmoid()), nn.BCELoss()
    for _ in range(800):
        net.zero_grad()
        loss = loss_of(net(x), t)
        loss.backward()
        with tg.no_grad():
            for p in net.parameters():
                p -= 0.5 * p.grad
    assert loss.item() < 0.1 and ((net(x) > 0.5) == (t > 0.5)).all()
