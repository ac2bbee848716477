"""Every operator with a Tensor on either side, beside arrays and numbers; NumPy's functions on Tensors."""
import operator

import numpy as np
import pytest
from hypothesis import given, strategies as st

import tinygrad_bio as tg
from tinygrad_bio.autograd import grad
from tinygrad_bio.testing import assert_close, gradcheck, strategies

SMOOTH = {operator.add: (-2, 2), operator.sub: (-2, 2), operator.mul: (-2, 2), operator.truediv: (0.5, 2),
          operator.pow: (0.5, 2), operator.mod: (0.5, 2)}
STEPS = {operator.floordiv: (0.5, 2)}
COMPARISONS = {operator.lt: (-2, 2), operator.le: (-2, 2), operator.gt: (-2, 2), operator.ge: (-2, 2),
               operator.eq: (-2, 2), operator.ne: (-2, 2)}
OF_INTEGERS = [operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift, operator.floordiv,
               operator.mod, operator.add, operator.sub, operator.mul]


def name(x):
    return getattr(x, "__name__", None)


def numbers(seed, shape, bounds, dtype="float64"):
    return strategies.random_array(seed, shape, *bounds, dtype=dtype)


# ------------------------------------------------------------------------------- one operator, three partners

@pytest.mark.parametrize("function, bounds", (SMOOTH | STEPS | COMPARISONS).items(), ids=name)
@pytest.mark.parametrize("partner", ["Tensor", "array", "float", "int", "np.float64", "list"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_value_beside(function, bounds, partner, side):
    a = numbers(0, (2, 3), bounds, "float32")
    row = numbers(1, (3,), bounds, "float32")
    b = {"float": 1.5, "int": 1, "np.float64": np.float64(1.5)}.get(partner, row)
    if partner == "list":                                   # a list is no number: said so, not guessed
        if function not in COMPARISONS:
            with pytest.raises(TypeError):
                function(tg.tensor(a), [1.0, 2.0, 3.0])
        return
    x, y = tg.tensor(a, requires_grad=function in SMOOTH), tg.tensor(b) if partner == "Tensor" else b
    found = function(x, y) if side == "left" else function(y, x)
    expected = function(a, b) if side == "left" else function(b, a)
    assert isinstance(found, tg.Tensor), f"{type(found).__name__}"
    assert found.dtype == (bool if function in COMPARISONS else tg.float32)
    assert_close(found, expected, rtol=1e-6, check_dtype=False)


@pytest.mark.parametrize("function, bounds", SMOOTH.items(), ids=name)
def test_gradient_on_both_sides_and_beside_a_number(function, bounds):
    a, b = (tg.tensor(numbers(s, (2, 3), bounds), requires_grad=True) for s in (0, 1))
    assert gradcheck(function, (a, b))
    assert gradcheck(lambda a: function(a, 1.3), a) and gradcheck(lambda a: function(1.3, a), a)
    assert gradcheck(lambda a: function(a, b.detach()), a) and gradcheck(lambda a: function(b.detach(), a), a)
    array = b.detach().numpy()
    assert gradcheck(lambda a: function(a, array), a) and gradcheck(lambda a: function(array, a), a)
    assert gradcheck(lambda a: function(a, a), a)           # the same tensor on both sides


@pytest.mark.parametrize("function", OF_INTEGERS, ids=name)
@pytest.mark.parametrize("partner", ["Tensor", "array", "int"])
def test_integers(function, partner, device):
    a, b = np.array([5, 6, 7]), 2 if partner == "int" else np.array([1, 2, 3])
    if partner == "array" and device == "cuda":
        return                                # an array of the processor beside a tensor on the card: refused
    x, y = tg.tensor(a, device=device), tg.tensor(b, device=device) if partner == "Tensor" else b
    assert_close(function(x, y), function(a, b))
    assert_close(function(y, x), function(b, a))


def test_matmul_on_both_sides():
    a, b = numbers(0, (2, 3), (-1, 1)), numbers(1, (3, 2), (-1, 1))
    x, y = tg.tensor(a, requires_grad=True), tg.tensor(b, requires_grad=True)
    for found in (x @ y, x @ b, a @ y):
        assert isinstance(found, tg.Tensor) and found.requires_grad
        assert_close(found, a @ b)
    with pytest.raises(ValueError, match="at least one dimension"):
        x @ 2.0


def test_of_one():
    x = tg.tensor([-1.5, 2.0], requires_grad=True)
    assert_close(-x, tg.tensor([1.5, -2.0]))
    assert_close(+x, x.detach())
    assert_close(abs(x), tg.tensor([1.5, 2.0]))
    assert_close(grad((-x).sum() + abs(x).sum(), x)[0], tg.tensor([-2.0, 0.0]))
    assert_close(~tg.tensor([True, False]), np.array([False, True]))
    assert_close(~tg.tensor([0, 5]), np.array([-1, -6]))


def test_division_of_integers_gives_floats():
    y = tg.tensor([1, 2]) / tg.tensor([2, 2])
    assert y.dtype == tg.float32 and y.tolist() == [0.5, 1.0]
    assert (1 / tg.tensor([2])).dtype == tg.float32 and (tg.tensor([3]) * 0.5).dtype == tg.float32


def test_what_does_not_fit_is_refused_with_the_shapes():
    with pytest.raises(tg.ShapeError, match=r"(?s)add: .*float32\[2\].*float32\[3\]"):
        tg.ones(2) + tg.ones(3)
    with pytest.raises(TypeError, match="add: argument 'b' is None"):
        tg.ones(2) + None
    with pytest.raises(TypeError, match="mul: argument 'b' is a str"):
        tg.ones(2) * "2"


# ---------------------------------------------------------------------------------------------- broadcasting

@given(st.sampled_from(list(SMOOTH)), strategies.broadcastable_shapes(2), strategies.seeds(), st.data())
def test_operators_broadcast_as_numpy_does(function, shapes, seed, data):
    arrays = [data.draw(strategies.arrays(s, *SMOOTH[function])) for s in shapes]
    x, y = (tg.from_numpy(np.asarray(a)).requires_grad_() for a in arrays)
    z = function(x, y)
    assert_close(z, np.asarray(function(*arrays)), rtol=1e-12)
    g = np.random.default_rng(seed).normal(size=z.shape)
    dx, dy = grad(z, (x, y), tg.tensor(g))
    assert dx.shape == x.shape and dy.shape == y.shape
    if function is not operator.mod:            # which jumps, where both sides happen to be equal
        assert gradcheck(function, (x, y))


@given(strategies.broadcastable_shapes(3))
def test_three_arguments_broadcast(shapes):
    a, b, c = (tg.tensor(strategies.random_array(i, s), requires_grad=True) for i, s in enumerate(shapes))
    assert gradcheck(tg.lerp, (a, b, c))
    assert gradcheck(lambda a, b: tg.where(c > 0, a, b), (a, b))


# ------------------------------------------------------------------------------------------ NumPy's protocols

X = strategies.random_array(0, (2, 3), 0.2, 0.9, "float32")


@pytest.mark.parametrize("function", [
    np.exp, np.log, np.sqrt, np.sin, np.tanh, np.abs, np.negative, np.square, np.sign, np.floor, np.isnan,
    np.isfinite,
    np.log1p, np.arctanh, np.reciprocal, np.positive, np.ceil], ids=name)
def test_numpys_functions_of_one_tensor(function):
    y = function(tg.tensor(X, requires_grad=True))
    assert isinstance(y, tg.Tensor)
    assert_close(y, function(X), rtol=1e-6)


@pytest.mark.parametrize("function", [
    np.add, np.subtract, np.multiply, np.divide, np.true_divide, np.power, np.maximum, np.minimum, np.matmul,
    np.arctan2,
    np.hypot, np.logaddexp, np.equal, np.less, np.greater_equal, np.remainder], ids=name)
def test_numpys_functions_of_two_with_a_tensor_on_either_side(function):
    square = X[:, :2]
    x = tg.tensor(square, requires_grad=True)
    for found in (function(x, x), function(x, square), function(square, x)):
        assert isinstance(found, tg.Tensor)
        assert_close(found, function(square, square), rtol=1e-6)


@pytest.mark.parametrize("function, settings", [
    (np.sum, {}), (np.sum, {"axis": 1}), (np.mean, {"axis": 0, "keepdims": True}), (np.prod, {"axis": 1}),
    (np.std, {}),
    (np.std, {"ddof": 1}), (np.var, {"axis": 1, "keepdims": True}), (np.amax, {"axis": 1}),
    (np.max, {"axis": 1}),
    (np.min, {"axis": (0, 1)}), (np.cumsum, {"axis": 1}), (np.transpose, {}),
    (np.transpose, {"axes": (1, 0)}),
    (np.reshape, {"shape": (3, 2)}), (np.squeeze, {}), (np.expand_dims, {"axis": 0}),
    (np.argmax, {"axis": 1}), (np.all, {}),
    (np.flip, {}), (np.flip, {"axis": 1}), (np.roll, {"shift": 1, "axis": 1}), (np.roll, {"shift": 1}),
    (np.tril, {}), (np.ravel, {}),
    (np.sort, {"axis": 0}), (np.round, {"decimals": 1}), (np.diff, {}),
    (np.broadcast_to, {"shape": (4, 2, 3)}),
    (np.swapaxes, {"axis1": 0, "axis2": 1}), (np.trace, {}),
], ids=name)
def test_numpys_functions_with_settings(function, settings):
    y = function(tg.tensor(X), **settings)
    assert isinstance(y, tg.Tensor)
    assert_close(y, np.asarray(function(X, **settings)), rtol=1e-6)


def test_numpys_functions_are_recorded():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    np.sum(np.exp(x) * np.array([1.0, 2.0], "float32")).backward()
    assert_close(x.grad, np.exp(np.array([1, 2], "float32")) * np.array([1, 2], "float32"))


def test_numpy_joins_tensors():
    x = tg.tensor(X, requires_grad=True)
    for function in (np.concatenate, np.stack):
        y = function([x, X])
        assert isinstance(y, tg.Tensor) and y.requires_grad
        assert_close(y, function([X, X]))
    assert_close(np.where(X > 0.5, x, 0), np.where(X > 0.5, X, 0), check_dtype=False)


def test_numpys_split_cuts_into_so_many_pieces():
    for pieces in (3, [1, 2]):
        for y, e in zip(np.split(tg.tensor(X), pieces, axis=1), np.split(X, pieces, axis=1), strict=True):
            assert_close(y, e)
    assert np.shape(tg.tensor(X)) == (2, 3) and np.ndim(tg.tensor(X)) == 2 and np.size(tg.tensor(X)) == 6


def test_what_numpy_cannot_do_is_said():
    """Also where PyTorch's function of the same name means something else: another number would be worse."""
    x = tg.tensor(X, requires_grad=True)
    for call in (lambda: np.median(x), lambda: np.repeat(x, 2), lambda: np.linalg.norm(x, 2),
                 lambda: np.take(x, 0, axis=1), lambda: np.fft.fft(x), lambda: np.add.reduce(x),
                 lambda: np.spacing(x)):
        with pytest.raises(TypeError, match="does not work on Tensors"):
            call()
    array = np.ones((2, 3), "float32")
    with pytest.raises(TypeError, match="does not work on Tensors"):
        array += x                              # a recorded value cannot be written into NumPy's own array


def test_as_array():
    x = tg.tensor(X)
    assert np.shares_memory(np.asarray(x), x.array) and np.asarray(x, "float64").dtype == "float64"
    assert not np.shares_memory(np.array(x), x.array)
    assert float(tg.tensor(2.5)) == 2.5 and int(tg.tensor(3)) == 3 and [10, 20][tg.tensor(1)] == 20
    with pytest.raises(RuntimeError, match=r"\.detach\(\)\.numpy\(\)"):
        np.asarray(x.requires_grad_())


def test_an_array_of_the_processor_is_not_taken_from_the_card(cuda):
    x = tg.ones(3, device=cuda)
    with pytest.raises(TypeError, match=r"\.cpu\(\)\.numpy\(\)"):
        np.asarray(x)
    for call in (lambda: x + np.ones(3, "float32"), lambda: np.ones(3, "float32") * x):
        with pytest.raises(tg.DeviceMismatchError, match="on different devices: .*on 'cpu'"):
            call()
