"""Sums of many numbers: what comes out is right to some six digits, whichever axis is summed, and in float16 too."""
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

import tinygrad_bio as tg
from tinygrad_bio.engine import sums
from tinygrad_bio.engine.sums import total
from tinygrad_bio.nn import functional as F

MANY = 300_000
TENTHS = np.full((MANY, 2), 0.1, "float32")                     # NumPy's own sum along axis 0 is 0.3 % off


def exact(numbers):
    """The same numbers in float64."""
    return np.asarray(numbers, dtype="float64")


def relative_error(tensor, expected):
    """The largest error of a tensor, as a part of what was expected."""
    return np.max(np.abs(np.asarray(tensor, dtype="float64") - expected) / np.abs(expected))


def test_numpy_alone_would_be_wrong():
    assert relative_error(TENTHS.sum(axis=0), exact(TENTHS).sum(axis=0)) > 1e-3


@pytest.mark.parametrize("name, of", [
    ("sum", lambda x: x.sum(0)), ("mean", lambda x: x.mean(0)), ("norm", lambda x: x.norm(dim=0)),
    ("sum over both", lambda x: x.sum((0, 1))), ("sum of a part", lambda x: x[:, :1].sum()),
    ("norm 3", lambda x: x.norm(3, dim=0)), ("sum along the middle", lambda x: x.reshape(1, MANY, 2).sum(1)),
    ("logsumexp", lambda x: x.logsumexp(0)), ("softmax", lambda x: x.softmax(0)[:1]), ("log_softmax", lambda x: x.log_softmax(0)[:1])])
def test_sum_along_the_first_axis(name, of):
    assert relative_error(of(tg.from_numpy(TENTHS)), of(tg.from_numpy(exact(TENTHS))).numpy()) < 3e-6


@pytest.mark.parametrize("name, of", [("var", lambda x: x.var(0)), ("std", lambda x: x.std(0))])
def test_variance_along_the_first_axis(name, of):
    x = 3 + TENTHS * np.array([1, -1], "float32")
    x[::2] += 0.5
    assert relative_error(of(tg.from_numpy(x)), of(tg.from_numpy(exact(x))).numpy()) < 3e-6


@pytest.mark.parametrize("shape", [(MANY, 2), (MANY // 300, 300, 2)])
def test_bias_gradient(shape):
    for bias_added_by in (lambda x, w, b: F.linear(x, w, b), lambda x, w, b: F.linear(x, w) + b):
        bias = tg.zeros(2, requires_grad=True)
        y = bias_added_by(tg.from_numpy(TENTHS.reshape(shape)), tg.eye(2), bias)
        y.backward(tg.from_numpy(TENTHS.reshape(shape)))
        assert relative_error(bias.grad, exact(TENTHS).sum(axis=0)) < 3e-6


def test_bias_gradient_of_a_convolution():
    bias = tg.zeros(1, requires_grad=True)
    x = tg.from_numpy(TENTHS.reshape(MANY, 1, 2))
    F.conv1d(x, tg.ones(1, 1, 1), bias).backward(x)
    assert relative_error(bias.grad, exact(TENTHS).sum()) < 3e-6


@given(st.data())
def test_total_is_the_sum_for_all_shapes_and_axes(data):
    """With the limits made small, so that small arrays go the long way: whole numbers, so that it must be exact."""
    shape = data.draw(hnp.array_shapes(max_dims=4, min_side=0, max_side=9), "shape")
    x = data.draw(hnp.arrays("float64", shape, elements=st.integers(-9, 9)), "x")
    x = x.transpose(data.draw(st.permutations(range(x.ndim)), "order"))[data.draw(st.sampled_from([..., slice(None, None, -2)]))]
    axis = data.draw(st.one_of(st.none(), st.integers(-x.ndim, x.ndim - 1),
                               st.sets(st.integers(0, x.ndim - 1)).flatmap(lambda s: st.permutations(sorted(s))).map(tuple)), "axis")
    keepdims = data.draw(st.booleans(), "keepdims")
    with pytest.MonkeyPatch.context() as patch:
        for name, small in (("_LARGE", 0), ("_LONG", 4), ("_PIECES", 2)):
            patch.setattr(sums, name, small)
        found, expected = total(x, axis, keepdims), x.sum(axis=axis, keepdims=keepdims)
    assert found.shape == expected.shape and np.array_equal(found, expected)


def test_nan_and_infinity_are_seen():
    x = TENTHS.copy()
    x[7, 0], x[-1, 1] = np.nan, np.inf
    assert np.isnan(total(x, 0)[0]) and total(x, 0)[1] == np.inf


HALF = tg.full((MANY,), 2.0, dtype=tg.float16)


@pytest.mark.parametrize("of, expected", [
    (lambda x: x.mean(), 2.0), (lambda x: (x[:100_000] * 3).mean(), 6.0), (lambda x: (x / 64).sum(), 9376.0),
    (lambda x: x.norm(), 1095.0), (lambda x: (x * 100).norm(dim=0, p=3), 13390.0), (lambda x: (100 * x[:200]).norm(), 2828.0),
    (lambda x: (x[:1000].reshape(2, -1) * tg.tensor([[1.], [-100.]], dtype=tg.float16)).var(), 10210.0),
    (lambda x: (x[:1000].reshape(2, -1) * tg.tensor([[1.], [-200.]], dtype=tg.float16)).std(), 201.1),
    (lambda x: x.logsumexp(0), np.log(MANY) + 2), (lambda x: x[:100_000].softmax(0)[0], 1e-5),
    (lambda x: x.log_softmax(0)[0], -np.log(MANY)), (lambda x: F.mse_loss(x, 0 * x), 4.0)])
def test_float16_is_added_up_in_float32(of, expected):
    x = HALF.clone().requires_grad_()
    y = of(x)
    assert y.dtype == tg.float16
    assert y.item() == pytest.approx(expected, rel=2e-3, abs=6e-8)
    y.backward()
    assert x.grad.dtype == tg.float16 and bool(tg.isfinite(x.grad).all())


def test_float16_sum_that_does_not_fit_is_infinite():
    assert HALF.sum().item() == np.inf                          # as in PyTorch: 600 000 is above 65 504


@pytest.mark.parametrize("of", [lambda x: x.mean(), lambda x: x.var(), lambda x: x.norm(), lambda x: x.softmax(0)[0]])
def test_float16_differentiates_twice(of):
    x = tg.tensor([1., 2., 4.], dtype=tg.float16, requires_grad=True)
    g, = tg.autograd.grad(of(x) ** 2, x, create_graph=True)
    h, = tg.autograd.grad((g * g).sum(), x)
    wide = tg.tensor([1., 2., 4.], dtype=tg.float64, requires_grad=True)
    g64, = tg.autograd.grad(of(wide) ** 2, wide, create_graph=True)
    h64, = tg.autograd.grad((g64 * g64).sum(), wide)
    assert g.dtype == h.dtype == tg.float16
    assert np.allclose(h.numpy(), h64.numpy(), rtol=2e-2, atol=2e-2)


@pytest.mark.parametrize("of", [lambda x: x.max(), lambda x: x.amax((0, 1)), lambda x: x.min()])
def test_gradient_of_an_extreme(of):
    """One number of many: the gradient goes there; of equals, in equal parts; of NaN, to the NaNs."""
    for values, expected in [([[1., 1], [1, 1]], [[.25, .25], [.25, .25]]), ([[np.nan, 1], [np.nan, 0]], [[.5, 0], [.5, 0]])]:
        x = tg.tensor(values, requires_grad=True)
        of(x).backward()
        assert np.array_equal(x.grad.numpy(), expected)
    x = tg.tensor([[1., np.nan, 3.], [5., 5., 4.]], requires_grad=True)     # as many hits as results, but not one for each
    x.amax(1).sum().backward()
    assert np.array_equal(x.grad.numpy(), [[0, 1, 0], [.5, .5, 0]])
