"""The testing tools find what they are for: faults are planted here, and each must be caught."""
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings

import tinygrad_bio as tg
from tinygrad_bio.autograd import grad, op
from tinygrad_bio.ops.arithmetic import constant
from tinygrad_bio.testing import (
    GradcheckError, KinkWarning, assert_close, check_op, gradcheck, gradgradcheck, property_test, strategies)


def leaf(*shape, low=-2.0, high=2.0, seed=0, dtype=tg.float64):
    return tg.tensor(strategies.random_array(seed, shape, low, high), dtype=dtype, requires_grad=True)


# ------------------------------------------------------------------------------------- wrong gradients

@op(linear=True)
def transpose_that_forgets(x):
    """y = xᵀ,   ∂x = gᵀ, but the transpose is forgotten"""
    return x.T, (lambda g: g,)


@op
def softmax_without_gradient(x):
    """y = eˣ/Σeˣ,   ∂x = 0"""
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True), (lambda g: 0 * g,)


@op
def bias_that_averages(x, bias):
    """y = x + b,   ∂b = Σg, but the mean is taken"""
    return x + bias, (lambda g: g, lambda g: g.mean(axis=0))


@op
def bias_of_the_first(x, bias):
    """y = x + b,   ∂b = Σg, but only the first row's is taken"""
    return x + bias, (lambda g: g, lambda g: g[0])


@op(linear=True)
def rows_that_get_lost(x, *, index):
    """y = x[index],   ∂x = zeros with g added, but written: of an index that occurs twice one is lost"""
    def pullback(g):
        d = np.zeros(x.shape)
        d[index] = g
        return d
    return x[index], (pullback,)


@op
def product_with_forgotten_factor(a, b):
    """y = a·b,   ∂b = g·a, but a is forgotten"""
    return a * b, (lambda g: g * b, lambda g: g)


@op
def sign_turned(x):
    """y = cos x,   ∂x = g·sin x, where it should be −g·sin x"""
    return np.cos(x), (lambda g: g * np.sin(x),)


@op
def missing_pullback(a, b):
    """y = a·b,   ∂b = None: 0"""
    return a * b, (lambda g: g * b, lambda g: None)


def detached(x):
    return tg.exp(x.detach()) * 2


FAULTS = {
    "a forgotten transpose": (transpose_that_forgets, (leaf(3, 3),), "transpose of the right"),
    "softmax with gradient 0": (softmax_without_gradient, (leaf(2, 3),), "all are 0"),
    "a mean in place of a sum over a broadcast axis": (
        bias_that_averages, (leaf(4, 3), leaf(3)), "all are 0.25 times"),
    "a broadcast axis not summed": (bias_of_the_first, (leaf(4, 3), leaf(3)), "is wrong at 3 of 3"),
    "a lost repeated index": (
        lambda x: rows_that_get_lost(x, index=np.array([0, 2, 0])), (leaf(3, 2),), r"\(0, 0\)"),
    "a forgotten factor": (product_with_forgotten_factor, (leaf(3), leaf(3)), "gradient of input 1"),
    "a wrong sign": (sign_turned, (leaf(3),), "the sign"),
    "a missing pullback": (missing_pullback, (leaf(3), leaf(3)), "gradient of input 1"),
    "a detached input": (detached, (leaf(3),), "detach"),
    "two things exchanged": (
        lambda x: transpose_that_forgets(x.reshape(2, 2)).reshape(4), (leaf(4),), "wrong places"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_gradcheck_catches(fault):
    function, inputs, says = FAULTS[fault]
    with pytest.raises(GradcheckError, match=says):
        gradcheck(function, inputs)
    assert gradcheck(function, inputs, raise_exception=False) is False


def test_a_gradient_of_ones_would_miss_two_of_them():
    """Why the gradient of the value must be random: ``f(x).sum()`` has the right gradient in both."""
    x = leaf(3, 3)
    pairs = [(transpose_that_forgets, tg.t), (softmax_without_gradient, lambda x: tg.softmax(x, -1))]
    for wrong, right in pairs:
        assert_close(grad(wrong(x).sum(), x)[0], grad(right(x).sum(), x)[0])


@op
def sine_with_fixed_slope(x):
    """y = sin x,   ∂x = g·cos x, right; but held constant, so that the second derivative is 0"""
    slope = tg.ops.cos(constant(x)) if hasattr(x, "detach") else np.cos(x)
    return (tg.ops if hasattr(x, "detach") else np).sin(x), (lambda g: g * slope,)


def cube_wrongly(x):
    return x * x * x * 1.01


@op(composite=cube_wrongly)
def cube_with_wrong_composite(x):
    """y = x³,   ∂x = g·3x²; its composite is another function"""
    return x * x * x, (lambda g: g * 3 * x * x,)


@op(linear=True)
def square_called_linear(x):
    """y = x²,   ∂x = g·2x, right; but its pullback looks at x, which a linear op's must not"""
    return x * x, (lambda g: g * (2 * x),)


@pytest.mark.parametrize("function", [sine_with_fixed_slope, cube_with_wrong_composite, square_called_linear])
def test_gradgradcheck_catches_a_second_derivative_that_is_wrong_where_the_first_is_right(function):
    x = leaf(3, low=0.5)
    assert gradcheck(function, x)
    with pytest.raises(GradcheckError, match=f"gradgradcheck of the gradient of {function.__name__}"):
        gradgradcheck(function, x)
    with pytest.raises(GradcheckError):
        check_op(function, low=0.5)
    check_op(function, low=0.5, second_order=False)


# ------------------------------------------------------------------------------- who writes, who is not exact

@op
def writes_into_its_input(x):
    """y = 2x, but x is doubled as well"""
    x *= 2
    return x + 0, (lambda g: 2 * g,)


@op
def writes_into_g(x):
    """y = 3x,   ∂x = 3g, but g is tripled"""
    def pullback(g):
        g *= 3
        return g
    return 3 * x, (pullback,)


@op
def writes_into_its_input_backward(x):
    """y = x²,   ∂x = g·2x, but x is doubled"""
    def pullback(g):
        x.__imul__(2)
        return g * x
    return x * x, (pullback,)


@pytest.mark.parametrize("function, says", [
    (writes_into_its_input, "the function wrote into input 0"), (writes_into_g, "wrote into the gradient"),
    (writes_into_its_input_backward, "backward pass wrote into input 0")])
def test_gradcheck_catches_writing(function, says):
    with pytest.raises(GradcheckError, match=says):
        gradcheck(function, leaf(3))


def test_check_op_catches_writing():
    for function in (writes_into_its_input, writes_into_g, writes_into_its_input_backward):
        with pytest.raises(Exception, match="wrote into"):
            check_op(function)


@op
def wide_value(x):
    """y = 2x in float64, because np.float64(2) is no weak number"""
    return x * np.float64(2), (lambda g: g * 2,)


@op
def wide_gradient(x):
    """y = 2x,   ∂x = 2g, computed in float64"""
    return x * 2, (lambda g: g * np.full(g.shape, 2.0),)


@op
def depends_on_memory(x):
    """y = x, read in the order of memory"""
    return x.ravel("K").reshape(x.shape) if type(x) is np.ndarray else x, (lambda g: g,)


@op
def does_not_broadcast(a, b):
    """y = a + b where the shapes are equal, else a + 1"""
    if a.shape == b.shape:
        return a + b, (lambda g: g, lambda g: g)
    return a + 1 + 0 * b, (lambda g: g, lambda g: 0 * g)


@op
def fails_on_nothing(x):
    """y = x/1, with a look at the largest"""
    return x / 1 + 0 * float(np.max(getattr(x, "array", x))), (lambda g: g,)


@op
def not_finite(x):
    """y = ln x, which has no value where x < 0"""
    with np.errstate(all="ignore"):
        return (tg.ops if hasattr(x, "detach") else np).log(x), (lambda g: g / x,)


@pytest.mark.parametrize("function, says", [
    (wide_value, "float32 arguments is float64"),
    (wide_gradient, "pullback of argument 0 computes in float64"),
    (depends_on_memory, "in memory"), (does_not_broadcast, "broadcast"), (fails_on_nothing, "zero-size"),
    (not_finite, "not finite"), (product_with_forgotten_factor, "is wrong"), (missing_pullback, "is wrong")])
def test_check_op_catches(function, says):
    with pytest.raises(Exception, match=says):
        check_op(function)


def test_check_op_passes_what_is_right():
    check_op(tg.tanh)
    check_op(tg.mul)
    check_op(tg.log, low=0.1)
    check_op(tg.softmax, shapes=[(3,), (2, 3), (0, 3)], dim=-1)
    check_op(tg.matmul, shapes=[((2, 3), (3, 4)), ((3,), (3,))])
    check_op(tg.ops.lerp, low=[-1, -1, 0], high=[1, 1, 1], examples=5)
    check_op(lambda a, b: tg.cat([a, b], dim=1), shapes=[((2, 3), (2, 1))])


def test_check_op_says_how_it_wants_to_be_called():
    with pytest.raises(TypeError, match="say how many with arguments="):
        check_op(lambda *xs: tg.stack(xs))
    with pytest.raises(TypeError, match="takes no arrays"):
        check_op(lambda *, x: x)
    with pytest.raises(ValueError, match="takes 2 arrays, but .* shapes of 1"):
        check_op(tg.mul, shapes=[((2, 3),)])


def test_property_test_makes_a_test_of_a_function():
    @property_test(low=0.5, high=[1.0, 2.0], examples=5)
    def test_ratio(a, b):
        return a / b
    test_ratio()
    assert test_ratio.__name__ == "test_ratio" and property_test(tg.tanh).__name__ == "test_tanh"
    with pytest.raises(GradcheckError):
        property_test(sign_turned)()


# --------------------------------------------------------------------------------- steps, tolerances, kinks

def test_a_step_that_is_too_large_fails():
    x = leaf(3, low=0.5)
    assert gradcheck(lambda x: tg.sin(3 * x), x)
    for eps in (0.1, 0.3):
        with pytest.raises(GradcheckError):
            gradcheck(lambda x: tg.sin(3 * x), x, eps=eps)


def test_a_tolerance_that_is_too_small_fails():
    with pytest.raises(GradcheckError):
        gradcheck(lambda x: tg.exp(3 * x), leaf(3), atol=0, rtol=1e-15)


def test_a_small_fault_is_within_a_large_tolerance_only():
    @op
    def nearly(x):
        return x * x, (lambda g: g * 2.001 * x,)
    x = leaf(3, low=0.5)
    assert gradcheck(nearly, x, rtol=1e-2)
    with pytest.raises(GradcheckError):
        gradcheck(nearly, x, rtol=1e-4)


@pytest.mark.parametrize("function, kinks", [
    (tg.abs, [0.0]), (tg.relu, [0.0]), (tg.sign, [0.0]), (tg.floor, [1.0]),
    (lambda x: x.clamp(-1, 1), [1.0, -1.0]),
    (lambda x: tg.maximum(x, tg.tensor([0.0, 1.0, 9.0, 9.0], dtype=tg.float64)), [0.0, 1.0]),
    (lambda x: x.amax(), [2.0, 2.0]), (tg.abs, [1e-7]),
    (lambda x: tg.where(x > 1, x, 0.0), [1.0]), (lambda x: x.norm(), [])])
def test_elements_at_a_kink_are_counted_and_left_out(function, kinks):
    x = tg.tensor(kinks + [0.5, -1.7], dtype=tg.float64, requires_grad=True)
    if not kinks:
        assert gradcheck(function, x)
        return
    n = len(kinks)
    with pytest.warns(KinkWarning, match=f"{n} of {n + 2} elements of input 0 lie at a kink"):
        gradcheck(function, x)


def test_nothing_but_kinks_is_an_error():
    with pytest.raises(GradcheckError, match="all 2 elements of input 0 lie at a kink, so nothing"):
        gradcheck(tg.abs, tg.zeros(2, dtype=tg.float64, requires_grad=True))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("function", [
    lambda x: tg.exp(5 * x), lambda x: 1 / (1e-3 + x * x), lambda x: tg.sin(100 * x),
    lambda x: (1e6 * x) ** 2,
    lambda x: 1e3 + x ** 3, tg.floor])
def test_strong_curvature_and_large_values_are_no_kinks(function):
    assert gradcheck(function, tg.tensor([0.011, -0.3, 0.73], dtype=tg.float64, requires_grad=True))


def test_a_kink_does_not_hide_a_fault_elsewhere():
    @op
    def wrong_abs(x):
        return np.abs(x), (lambda g: g * np.sign(x) * 2,)
    with pytest.warns(KinkWarning), pytest.raises(GradcheckError, match="at 2 of 2 elements"):
        gradcheck(wrong_abs, tg.tensor([0.0, 1.0, -1.0], dtype=tg.float64, requires_grad=True))


# ------------------------------------------------------------------------------------------ what it reports

def test_the_report_names_function_input_element_and_numbers():
    with pytest.raises(GradcheckError) as caught:
        gradcheck(lambda a, b: product_with_forgotten_factor(tg.exp(a), b) * 2, (leaf(2), leaf(2, seed=1)))
    text = str(caught.value)
    assert "gradcheck of a lambda" in text and "input 1 (float64[2])" in text
    assert "ops: exp, product_with_forgotten_factor, mul" in text
    header, *rows = [line.split() for line in text.splitlines()[2:5]]
    assert header == ["element", "analytic", "numeric", "difference"]
    assert {row[0] for row in rows} == {"(0,)", "(1,)"}
    for _, analytic, numeric, difference in rows:
        assert np.isclose(abs(float(analytic) - float(numeric)), float(difference), rtol=1e-4)


def test_calls_that_cannot_work_are_refused():
    with pytest.raises(ValueError, match=r"input 0 is float32.*\.double\(\)"):
        gradcheck(tg.exp, leaf(2, dtype=tg.float32))
    with pytest.raises(ValueError, match="no input requires grad"):
        gradcheck(tg.exp, leaf(2).detach())
    with pytest.raises(GradcheckError, match="not finite"):
        gradcheck(tg.log, tg.tensor([-1.0], dtype=tg.float64, requires_grad=True))
    with pytest.raises(GradcheckError, match="no Tensor of floats"):
        gradcheck(tg.argmax, leaf(3))
    with pytest.raises(GradcheckError, match="edge of its domain"):
        gradcheck(tg.sqrt, tg.tensor([0.0, 1.0], dtype=tg.float64, requires_grad=True))
    with pytest.raises(GradcheckError, match="Is it random"):
        gradcheck(lambda x: x * tg.rand(2, dtype=tg.float64), leaf(2))
    with pytest.raises(GradcheckError, match="left the tape"):
        gradgradcheck(detached, leaf(2))


def test_many_kinds_of_functions_can_be_checked():
    a, b, w = leaf(2, 3), leaf(3), leaf(3)
    fixed = leaf(3).detach()
    assert gradcheck(lambda a, b: (a * b, a.sum(), a.argmax()), (a, b))     # several outputs, one of integers
    assert gradcheck(lambda a, n, b: (a * b) ** n, (a, 2, fixed))               # other arguments
    assert gradcheck(lambda *_: (a * w).sum(), [w])                             # a parameter, not handed on
    assert gradcheck(lambda x: x * w, (w,)) and gradgradcheck(lambda x: x * x * w, (w,))
    assert gradcheck(tg.exp, a * 2)                                             # a computed input
    assert gradgradcheck(lambda x, y: x * y.exp(), (a, a + 1))
    assert gradgradcheck(tg.mul, (a, b), grad_outputs=tg.ones(2, 3, dtype=tg.float64))
    assert gradcheck(tg.exp, tg.zeros(0, 3, dtype=tg.float64, requires_grad=True))
    assert gradcheck(tg.exp, tg.from_numpy(np.broadcast_to(np.arange(3.0), (2, 3))).requires_grad_())
    assert a.grad is None and w.grad is None                                    # nothing was left behind


def test_of_large_inputs_a_sample_is_checked():
    calls = []

    def counted(x):
        calls.append(1)
        return x.exp()
    assert gradcheck(counted, leaf(100, 100), max_elements=20) and len(calls) < 60

    @op
    def wrong_in_one_half(x):
        return x * 1, (lambda g: np.where(np.arange(g.size).reshape(g.shape) < 5000, g, 0),)
    with pytest.raises(GradcheckError, match=r"wrong at \d+ of 20 elements"):
        gradcheck(wrong_in_one_half, leaf(100, 100), max_elements=20)


def test_gradcheck_on_the_card(device):
    x = leaf(2, 3).detach().to(device).requires_grad_()
    index = tg.tensor([1, 0, 1], device=device)
    assert gradcheck(lambda x: x[index].softmax(-1), x) and gradgradcheck(lambda x: x[index].softmax(-1), x)


# ----------------------------------------------------------------------------------------------- assert_close

def test_assert_close_compares_like_pytorch():
    a = tg.tensor([1.0, 2.0])
    assert_close(a, a + 1e-6)
    assert_close(a.double(), a, check_dtype=False)
    assert_close(tg.tensor([np.inf, np.nan]), tg.tensor([np.inf, np.nan]), equal_nan=True)
    assert_close(1.0, 1.0 + 1e-8)
    assert_close(tg.tensor([1, 2]), np.array([1, 2]))
    for actual, expected, says in [
            (a, a + 1e-3, "2 of 2 numbers differ, most at"),
            (a, a.double(), "dtype float32, expected float64"),
            (a, a[:1], r"shape \(2,\), expected \(1,\)"),
            (tg.tensor([1, 2]), tg.tensor([1, 3]), r"at \(1,\): 2.0, expected 3.0"),
            (tg.tensor([np.nan]), tg.tensor([np.nan]), "1 of 1"), (tg.tensor([np.inf]), a[:1], "1 of 1"),
            (a[:1], tg.tensor([np.inf]), "1 of 1"),
            (tg.tensor([np.inf]), tg.tensor([-np.inf]), "1 of 1")]:
        with pytest.raises(AssertionError, match=says):
            assert_close(actual, expected)
    with pytest.raises(AssertionError, match="^the loss: "):
        assert_close(a, a + 1, msg="the loss")


# ------------------------------------------------------------------------------------------------- strategies

@given(strategies.tensors(low=0.5, high=1.5))
def test_tensors_lie_in_their_range(x):
    assert x.dtype == tg.float64 and x.requires_grad and x.ndim <= 3
    assert bool(((x >= 0.5) & (x <= 1.5)).all())


@given(strategies.tensors((2, 3), dtype="int64", low=0, high=1))
def test_tensors_of_integers(x):
    assert x.dtype == tg.int64 and not x.requires_grad and set(x.flatten().tolist()) <= {0, 1}


def test_all_layouts_of_memory_occur():
    seen = set()

    @settings(max_examples=100)
    @given(strategies.arrays((2, 3)))
    def look(a):
        seen.add(a.strides)
    look()
    assert seen >= {(24, 8), (8, 16), (-24, -8), (96, 16), (24, 0)}


@pytest.mark.parametrize("layout", strategies.LAYOUTS)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 2), (1, 1)])
def test_a_layout_keeps_shape_and_numbers(layout, shape):
    a = strategies.random_array(0, shape)
    b = strategies.laid_out(a, layout)
    assert b.shape == a.shape and isinstance(b, np.ndarray)
    assert layout == "repeated" or np.array_equal(a, b)


def test_all_kinds_of_indices_occur_and_repeat_places():
    seen, repeated, negative = set(), [], []

    @settings(max_examples=200)
    @given(strategies.indices((3, 4)))
    def look(index):
        parts = index if isinstance(index, tuple) else (index,)
        for p in parts:
            kind = getattr(getattr(p, "dtype", None), "kind", "")
            seen.add("mask" if kind == "b" else type(p).__name__)
            if kind == "i":
                repeated.append(len(np.unique(p)) < p.size)
                negative.append(bool((p < 0).any()))
        np.ones((3, 4))[index]                              # NumPy takes it
    look()
    assert seen >= {"mask", "int", "slice", "NoneType", "ellipsis", "ndarray"}
    assert any(repeated) and any(negative)
    with pytest.raises(ValueError, match="kinds .*'fancy'.* are not known"):
        strategies.indices((3,), kinds=["fancy"])


def test_without_hypothesis_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis.strategies", None)
    with pytest.raises(ImportError, match=r'pip install "tinygrad_bio\[test\]"'):
        check_op(tg.exp)


def test_importing_does_not_import_hypothesis():
    code = "import sys, tinygrad_bio.testing; sys.exit(not {'hypothesis', 'pytest'}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
