"""Corners of the engine in which small frameworks go wrong silently; each was once wrong here, or nearly."""
import pickle

import numpy as np
import pytest

import tinygrad_bio as tg
from tinygrad_bio import autograd
from tinygrad_bio.autograd import Function, op
from tinygrad_bio.nn import functional as F


def leaf(*values, **keywords):
    return tg.tensor(list(values), requires_grad=True, **keywords)


# ------------------------------------------------------------------------------------------- parts that are written

def test_writing_into_a_part_of_a_part_reaches_the_whole():
    table, h = tg.zeros(2, 2), leaf(5.)
    table[0][1] = h[0]
    assert table.tolist() == [[0., 5.], [0., 0.]]
    (table * table).sum().backward()
    assert h.grad.tolist() == [10.]


def test_in_place_methods_of_a_part_reach_the_whole():
    x = leaf(1., 2., 3.)
    y = x * 2
    y[0:2].mul_(10)
    y[2] += 1
    row = y[0:1]
    row += 100
    assert y.tolist() == [120., 40., 7.]
    y.sum().backward()
    assert x.grad.tolist() == [20., 20., 2.]


def test_a_part_that_was_taken_before_a_change_can_be_put_back():
    x = leaf(1., 2.)
    y = x * 1
    first = y[0]
    y[0] = 7.
    y[0] = first
    assert y.tolist() == [1., 2.]
    y.sum().backward()
    assert x.grad.tolist() == [1., 1.]


def test_a_leaf_is_not_reshaped_while_recording():
    w = tg.ones(2, 3, requires_grad=True)
    with pytest.raises(RuntimeError, match="leaf that requires grad"):
        w.t_()
    with tg.no_grad():
        w.t_()
    assert w.shape == (3, 2) and w.requires_grad and w.is_leaf


# ----------------------------------------------------------------------------------------------- owning gradients

def test_a_gradient_can_be_written():
    x = tg.ones(3, requires_grad=True)
    x.mean().backward()
    x.grad.zero_()                                          # it was a broadcast view once
    x.grad[0] = 5.
    assert x.grad.tolist() == [5., 0., 0.]
    g, = tg.autograd.grad(x.sum(), x)
    assert g.mul_(2).tolist() == [2., 2., 2.]


def test_gradients_that_are_on_the_tape_are_not_shared_either():
    a, b, seed = leaf(1.), leaf(2.), tg.ones(1)
    (a + b).backward(seed, create_graph=True)
    assert a.grad is not b.grad and a.grad is not seed
    assert not np.shares_memory(a.grad.array, b.grad.array)


def test_a_small_gradient_does_not_hold_a_large_buffer():
    a, b = tg.ones(3, requires_grad=True), tg.ones(1000, requires_grad=True)
    tg.exp(tg.cat([a, b])).sum().backward()
    assert a.grad.array.base is None


def test_the_gradient_of_an_intermediate_leaves_its_own_graph_alone():
    x = leaf(1.)
    y = x.exp()
    g, = tg.autograd.grad((y * 2).sum(), y)
    y.backward(g)
    assert x.grad.item() == pytest.approx(2 * np.e, rel=1e-6)


# --------------------------------------------------------------------------------------------------- wrong calls

def test_as_many_gradients_as_outputs():
    x = leaf(1.)
    with pytest.raises(RuntimeError, match="1 gradients were given for 2 tensors"):
        tg.autograd.backward([x * 2, x * 3], [tg.ones(1)])
    with pytest.raises(TypeError, match="expected Tensors, got a float"):
        tg.autograd.backward([1., 2.])


def test_a_hook_must_return_what_it_was_shown():
    x = leaf(1., 2.)
    x.register_hook(lambda g: g.sum())
    with pytest.raises(tg.ShapeError, match=r"shown a gradient of shape \(2,\)"):
        (x * 2).sum().backward()
    y = leaf(1.)
    y.register_hook(lambda g: 3.)
    with pytest.raises(tg.ShapeError, match="returned 3.0"):
        y.sum().backward()


def test_the_missing_comma():
    @op
    def square(x):
        return x * x, (lambda g: g * 2 * x)

    with pytest.raises(TypeError, match="'square'.*comma missing"):
        square(leaf(1., 2., 3.)).sum().backward()


# ------------------------------------------------------------------------------------------------------ Function

class Square(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        return 2 * g * ctx.saved_tensors[0]


def test_a_saved_tensor_that_was_written_is_refused():
    w = leaf(1., 2.)
    y = Square.apply(w).sum()
    with tg.no_grad():
        w += 10
    with pytest.raises(RuntimeError, match="'Square' needs 'a saved tensor'.*written in place"):
        y.backward()


def test_a_saved_tensor_that_was_rebound_is_the_old_one():
    x = leaf(3.)
    h = x * 1
    y = Square.apply(h)
    h += 100
    y.sum().backward()
    assert x.grad.tolist() == [6.]


def test_outputs_without_a_gradient_pass_through():
    class Sorted(Function):
        @staticmethod
        def forward(ctx, x, k):
            order = x.argsort()
            ctx.save_for_backward(order)
            return x[order], order, "text", None

        @staticmethod
        def backward(ctx, g, *rest):
            assert rest == (None, None, None)
            order, = ctx.saved_tensors
            return tg.zeros(3).index_add(0, order, g), None

    x = leaf(3., 1., 2.)
    values, order, text, nothing = Sorted.apply(x, 5)
    assert not order.requires_grad and text == "text" and nothing is None
    (values * tg.tensor([1., 10., 100.])).sum().backward()
    assert x.grad.tolist() == [100., 1., 10.]


def test_the_style_with_setup_context():
    class Cube(Function):
        @staticmethod
        def forward(x):
            return x ** 3

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, g):
            return 3 * g * ctx.saved_tensors[0] ** 2

    x = leaf(2.)
    g, = tg.autograd.grad(Cube.apply(x).sum(), x, create_graph=True)
    assert g.tolist() == [12.] and tg.autograd.grad(g.sum(), x)[0].tolist() == [12.]


# ------------------------------------------------------------------------------------------------- far-out numbers

FAR = [-1e4, -200., -100., 0.3, 100., 200., 1e4]
ACTIVATIONS = [F.relu, F.sigmoid, F.tanh, F.elu, F.selu, F.celu, F.gelu, F.silu, F.mish, F.softplus, F.logsigmoid, F.leaky_relu,
               F.hardswish, F.softsign, F.tanhshrink, lambda x: F.gelu(x, approximate="tanh")]


@pytest.mark.parametrize("dtype", [tg.float32, tg.float64])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_are_finite_far_out_up_to_the_second_derivative(activation, dtype):
    x = tg.tensor(FAR, dtype=dtype, requires_grad=True)
    y = activation(x)
    first, = tg.autograd.grad(y.sum(), x, create_graph=True)
    second = tg.zeros(1)                                    # of what is made of straight lines
    if first.requires_grad:
        second, = tg.autograd.grad(first.sum(), x, allow_unused=True, materialize_grads=True)
    for numbers in (y, first, second):
        assert np.isfinite(numbers.detach().numpy()).all(), numbers


def test_logcumsumexp_of_a_wide_range():
    x = leaf(-100., 0., 100., -50.)
    y = tg.logcumsumexp(x, 0)
    np.testing.assert_allclose(y.detach().numpy(), [-100., 0., 100., 100.], atol=1e-6)
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [1., 1., 2., 0.], atol=1e-6)


# ------------------------------------------------------------------------------------------------------ unpickled

def test_an_unpickled_tensor_takes_the_fast_path():
    """Unpickled arrays bring a dtype of their own, and the engine compares dtypes by identity."""
    t = pickle.loads(pickle.dumps(tg.ones(2))).requires_grad_()
    assert t.array.dtype is np.dtype("float32")
    y = t * tg.ones(2)
    assert [n.name for n in autograd.tape(y.grad_fn)] == ["mul"]
    assert tg.from_numpy(pickle.loads(pickle.dumps(np.ones(2, "float32")))).array.dtype is np.dtype("float32")


# --------------------------------------------------------------------------------------------------- settings

SETTINGS = {
    "softplus: 'beta'": lambda x, p: F.softplus(x, beta=p), "elu: 'alpha'": lambda x, p: F.elu(x, p),
    "leaky_relu: 'negative_slope'": lambda x, p: F.leaky_relu(x, p), "hardshrink: 'lambd'": lambda x, p: F.hardshrink(x, p),
    "threshold: 'threshold'": lambda x, p: F.threshold(x, p, 0.), "norm: 'ord'": lambda x, p: tg.norm(x, p),
    "nan_to_num: 'nan'": lambda x, p: tg.nan_to_num(x, nan=p), "layer_norm: 'eps'": lambda x, p: F.layer_norm(x, (3,), eps=p),
    "var: 'correction'": lambda x, p: tg.var(x, correction=p)}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_that_requires_grad_is_an_error_and_a_number_in_a_tensor_is_one(name):
    x, p = leaf(0.5, 1., 2.), tg.tensor(1.5)
    assert SETTINGS[name](x, p).tolist() == SETTINGS[name](x, 1.5).tolist()
    with pytest.raises(TypeError, match=f"^{name} is a setting.* requires grad: write .*item"):
        SETTINGS[name](x, p.requires_grad_())
    with pytest.raises(TypeError, match=f"^{name} is a setting.* of shape \\(1,\\)"):
        SETTINGS[name](x, tg.tensor([1.5]))


def test_settings_with_a_gradient_where_pytorch_has_one():
    x, low = leaf(0.5, 1., 2.), tg.tensor(1.5, requires_grad=True)
    tg.clamp(x, min=low).sum().backward()
    assert x.grad.tolist() == [0., 0., 1.] and low.grad.item() == 2
