"""Every operation of the table, tested for everything that an operation must do."""
import functools

import numpy as np
import pytest
from hypothesis import strategies as st

import tinygrad_bio as tg
from optable import TABLE
from optable_row import of
from tinygrad_bio import autograd
from tinygrad_bio.autograd import grad, new_tensor
from tinygrad_bio.backend import DeviceMismatchError, is_array, to_device
from tinygrad_bio.ops.graph import Pattern
from tinygrad_bio.testing import GradcheckError, assert_close, property_test, strategies
from tinygrad_bio.testing.properties import check_once, first_derivative, run

pytestmark = pytest.mark.filterwarnings("error::tinygrad_bio.testing.KinkWarning")  # nothing may be left out

by_row = pytest.mark.parametrize("row", TABLE, ids=[f"{row}-{k}" for k, row in enumerate(TABLE)])
of_several = pytest.mark.parametrize("row", [r for r in TABLE if r.elementwise and r.arguments > 1], ids=str)


def listed(x):
    return list(x) if isinstance(x, (tuple, list)) else [x]


@by_row
def test_value_is_numpys(row):
    for arrays, settings in row.cases():
        found, expected = row.call(*map(tg.from_numpy, arrays), **settings), row.value(*arrays, **settings)
        assert len(listed(found)) == len(listed(expected))
        for y, e in zip(listed(found), listed(expected)):
            assert_close(y, np.asarray(e, y.dtype), rtol=1e-12, atol=1e-12,
                         msg=f"{[a.shape for a in arrays]} {settings}")


@pytest.mark.parametrize("row", [row for row in TABLE if row.gradient is not None], ids=str)
def test_gradient_that_is_no_derivative(row):
    """On purpose: nothing for padding, something below a floor. Then the row says what it is."""
    for arrays, settings in row.cases():
        x = tg.tensor(arrays[0], requires_grad=True)
        y = row.op(x, **settings)
        g = np.random.default_rng(0).normal(size=y.shape)
        assert_close(grad(y, x, tg.tensor(g))[0], row.gradient(g, *arrays, **settings), rtol=1e-12)


@by_row
def test_all_properties(row):
    """Both derivatives, float32, broadcasting, layouts, nothing written: see testing.properties."""
    for arrays, settings in row.cases():
        check_once(row.function, arrays, settings, elementwise=row.elementwise, leave_out=row.leave_out)


@pytest.mark.parametrize("row", [row for row in TABLE if row.elementwise or row.any_shape], ids=str)
def test_all_properties_for_any_shape(row):
    shapes = None
    if row.any_shape:
        shapes = st.tuples(strategies.shapes(min_dims=row.any_shape[0], min_side=row.any_shape[1]))
    for settings in row.settings:
        property_test(row.op, low=row.low, high=row.high, shapes=shapes, arguments=row.arguments,
                      examples=max(10 // len(row.settings), 3), **settings)()


# ------------------------------------------------------------------------------- is the table any good?

def with_fault(op, argument):
    """The op, but with the gradient of one argument 1 % too large."""
    @functools.wraps(op.rule)
    def rule(*arrays, **settings):
        value, pullbacks = op.rule(*arrays, **settings)

        def faulty(g):
            found = pullbacks(g) if callable(pullbacks) else [p and p(g) for p in pullbacks]
            return tuple(d if d is None or i != argument else 1.01 * d for i, d in enumerate(found))
        return value, faulty
    return autograd.op(rule, linear=op.linear, composite=op.composite, promote=op.promote)


@by_row
def test_a_wrong_gradient_would_be_noticed(row, monkeypatch):
    """The numbers of a row must be such that a fault in any argument's gradient shows."""
    if row.gradient is not None:
        return                                  # looked at in test_gradient_that_is_no_derivative
    cases = list(row.cases())
    for argument in range(row.arguments):
        if all(not run(row.function, *case)[1][argument].any() for case in cases):
            continue                            # it is 0 everywhere: of steps, and of empty arrays
        with monkeypatch.context() as patch:
            patch.setattr(row, "op", with_fault(row.op, argument))
            with pytest.raises(GradcheckError):
                for case in cases:
                    first_derivative(row.function, *case)


# --------------------------------------------------------------------------------------------- devices

def on(device, settings):
    """Settings with their arrays (masks, indices) on a device."""
    if is_array(settings):
        return to_device(settings, device)
    if isinstance(settings, Pattern):
        return Pattern(on(device, settings.rows), on(device, settings.columns), settings.shape)
    if isinstance(settings, (tuple, list)):
        return type(settings)(on(device, part) for part in settings)
    if isinstance(settings, dict):
        return {name: on(device, value) for name, value in settings.items()}
    return settings


def everything(row, arrays, settings, device):
    """Values, gradients and second derivatives of an op on a device, for the same random gradients."""
    def random(y):
        return new_tensor(to_device(np.random.default_rng(y.array.size).normal(size=y.shape), y.device), None)

    tensors = [tg.tensor(a, device=device, requires_grad=True) for a in arrays]
    outputs = listed(row.call(*tensors, **on(device, settings)))
    gs = [random(y).requires_grad_() for y in outputs]
    first = grad(outputs, tensors, gs, retain_graph=True)
    again = grad(outputs, tensors, gs, create_graph=True)
    recorded = [d for d in again if d.requires_grad]
    if not recorded:
        return outputs, first, again, ()
    second = grad(recorded, tensors + gs, [random(d) for d in recorded], materialize_grads=True)
    return outputs, first, again, second


@by_row
def test_a_card_gives_the_same_as_the_processor(row, cuda):
    for arrays, settings in row.cases():
        here, there = (everything(row, arrays, settings, device) for device in ("cpu", cuda))
        names = "value", "gradient", "recorded gradient", "second derivative"
        for what, expected, found in zip(names, here, there):
            for e, f in zip(expected, found):
                assert f.is_cuda or settings.get("device") == "cpu", f"the {what} is not on the card"
                assert_close(f, e, rtol=1e-12, atol=1e-12,
                             msg=f"{what} {[a.shape for a in arrays]} {settings}")


@of_several
def test_arguments_on_two_devices_are_an_error_that_names_them(row, cuda):
    arguments = [tg.ones(3)] * (row.arguments - 1) + [tg.ones(3, device=cuda)]
    first, last = row.op.names[0], row.op.names[-1]
    with pytest.raises(DeviceMismatchError, match=f"^{row.op.__name__}: .*{first} on 'cpu'.*{last} on 'cuda"):
        row.op(*arguments)


# ------------------------------------------------------------------------------- numbers beside tensors

def numbers(low, high):
    """Numbers of all kinds between two bounds."""
    middle = (low + high) / 2 + 0.1
    whole = next((n for n in (1, -1) if low <= n <= high), middle)
    return [whole, middle, np.float64(middle), np.float32(middle)]


@of_several
@pytest.mark.parametrize("side", [0, 1, 2])
def test_float32_stays_float32_beside_numbers(row, side, device):
    """One argument is a float32 tensor, the others are numbers: Python's, or NumPy's in float64."""
    if side >= row.arguments or (side and "numbers" in row.leave_out):
        return
    array = np.linspace(of(row.low, side), of(row.high, side), 5)[1:-1].astype("float32")
    x = tg.tensor(array, device=device, requires_grad=True)
    others = [numbers(of(row.low, k), of(row.high, k)) for k in range(row.arguments)]
    for case in zip(*others):
        y = row.op(*(x if k == side else n for k, n in enumerate(case)))
        d, = grad(y.sum(), x)
        assert y.dtype == d.dtype == tg.float32, f"{case}"
        wide = array.astype("float64")
        exact = row.reference(*(wide if k == side else float(n) for k, n in enumerate(case)))
        assert_close(y, np.asarray(exact), rtol=1e-5, atol=1e-5, check_dtype=False)


@of_several
def test_float64_without_dimensions_does_not_make_float32_wide(row):
    """As in PyTorch: a number in an array, or in a tensor, counts as a number."""
    x = tg.tensor(np.linspace(of(row.low, 0), of(row.high, 0), 5)[1:-1], dtype=tg.float32)
    for number in (np.array, tg.tensor):
        others = [number(numbers(of(row.low, k), of(row.high, k))[2]) for k in range(1, row.arguments)]
        assert row.op(x, *others).dtype == tg.float32


# ---------------------------------------------------------------------------------------- fused operations

FUSED = [row for row in TABLE if row.op.composite is not None]


@pytest.mark.parametrize("row", FUSED, ids=str)
def test_fused_operation_is_what_its_composition_is(row):
    """Value and gradient, to rounding. (Second derivatives come from the composition.)"""
    for arrays, settings in row.cases():
        results = []
        for function in (row.op, row.op.composite):
            tensors = [tg.tensor(a, requires_grad=True) for a in arrays]
            outputs = listed(function(*tensors, **settings))
            rng = np.random.default_rng(0)
            gs = [tg.tensor(rng.normal(size=y.shape)) for y in outputs]
            results.append(outputs + list(grad(outputs, tensors, gs, materialize_grads=True)))
        for fused, plain in zip(*results):
            assert_close(fused, plain, rtol=1e-10, atol=1e-10)
