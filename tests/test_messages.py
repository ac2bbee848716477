"""What a slip of the pen is answered: the error says what was expected, what came, and what to write instead."""
import re

import numpy as np
import pytest

import tinygrad_bio as tg

AB = tg.ones(2), tg.ones(2)
FIXED = np.zeros(3)
FIXED.flags.writeable = False


def written(x, index, value):
    x[index] = value


SLIPS = {
    "tensors without brackets": (lambda: tg.cat(*AB), TypeError, "cat: expected a list of tensors, got a tensor of shape (2,): write cat([a, b])"),
    "… of stack": (lambda: tg.stack(*AB), TypeError, "stack: expected a list of tensors, got a tensor of shape (2,): write stack([a, b])"),
    "a matrix is no list": (lambda: tg.cat(tg.ones(2, 2)), TypeError, "cat: expected a list of tensors, got a tensor of shape (2, 2)"),
    "… for vstack": (lambda: tg.vstack(tg.ones(2, 2)), TypeError, "vstack: expected a list of tensors, got a tensor of shape (2, 2)"),
    "numbers are no tensors": (lambda: tg.stack([1.0, 2.0]), TypeError, "stack: expected a list of tensors, but number 0 is a float: write tg.tensor"),
    "… for hstack": (lambda: tg.hstack([tg.ones(1), 2]), TypeError, "hstack: expected a list of tensors, but number 1 is a int"),
    "nothing": (lambda: tg.dstack([]), tg.ShapeError, "dstack: expected a list of tensors, got an empty one"),
    "a float as size": (lambda: tg.zeros(2.0), TypeError, "a size must be a whole number, but is 2.0 (a float): write 2"),
    "a quotient as size": (lambda: tg.randn(3, 5 / 2), TypeError, "a size must be a whole number, but is 2.5 (a float): write n // 2 rather than n / 2"),
    "… of reshape": (lambda: tg.ones(4).reshape(4 / 2, 2), TypeError, "a size must be a whole number, but is 2.0 (a float): write 2"),
    "… of view": (lambda: tg.ones(4).view(-1, 4 / 2), TypeError, "a size must be a whole number, but is 2.0 (a float): write 2"),
    "… of full": (lambda: tg.full((2.0,), 1), TypeError, "a size must be a whole number, but is 2.0 (a float): write 2"),
    "… of eye": (lambda: tg.eye(2.0), TypeError, "eye: n must be a whole number, but is 2.0 (a float): write 2"),
    "… of randint": (lambda: tg.randint(0, 5, (2.0,)), TypeError, "a size must be a whole number, but is 2.0"),
    "… of randperm": (lambda: tg.randperm(4 / 2), TypeError, "randperm: n must be a whole number, but is 2.0"),
    "… of linspace": (lambda: tg.linspace(0, 1, 2.5), TypeError, "linspace: steps must be a whole number, but is 2.5"),
    "text as size": (lambda: tg.zeros("x"), TypeError, "a size must be a whole number, but is 'x' (a str)"),
    "a size in a size": (lambda: tg.rand((2, 3), 4), TypeError, "a size must be a whole number, but is (2, 3) (a tuple)"),
    "a float as dim": (lambda: tg.cat(AB, 0.0), TypeError, "cat: dim must be a whole number, but is 0.0 (a float): write 0"),
    "a tensor as dim": (lambda: tg.softmax(AB[0], AB[1]), TypeError, "softmax: dim must be a whole number, but is a tensor of float32[2]"),
    "an expanded tensor": (lambda: written(tg.ones(1).expand(3), 0, 2.0), RuntimeError, "x[index] = v: x cannot be written: it is a view with fewer "
                           "numbers than places, as of expand(), or the array it looks at is read-only: write into a copy, x = x.clone()"),
    "… in place": (lambda: tg.ones(1).expand(3).add_(1), RuntimeError, "in-place add: this tensor of shape (3,) cannot be written: it is a view with fewer"),
    "a fixed array": (lambda: written(tg.from_numpy(FIXED), 0, 2.0), RuntimeError, "or the array it looks at is read-only: write into a copy, x = x.clone()"),
    "… drawn": (lambda: tg.from_numpy(FIXED).normal_(), RuntimeError, "in-place normal: this tensor of shape (3,) cannot be written"),
    "None": (lambda: written(tg.ones(2), 0, None), TypeError, "x[index] = v: v is None, but must be a number"),
    "text": (lambda: written(tg.ones(2), 0, "a"), TypeError, "x[index] = v: v is 'a', but must be a number"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_answered(name):
    call, error, words = SLIPS[name]
    with pytest.raises(error, match="^" + re.escape(words) if not words.startswith("or ") else re.escape(words)):
        call()


def test_sizes_may_be_whole_numbers_of_any_kind():
    for n in (2, np.int64(2), np.uint8(2), tg.tensor(2), True + True):
        assert tg.zeros(n).shape == (2,) and tg.zeros((n, 3)).shape == (2, 3) and tg.ones(4).view(n, -1).shape == (2, 2)


METHODS = {"fill": lambda x: x.fill_(1.), "zero": lambda x: x.zero_(), "copy": lambda x: x.copy_(tg.ones(2)),
           "normal": lambda x: x.normal_(), "uniform": lambda x: x.uniform_(), "bernoulli": lambda x: x.bernoulli_(),
           "random": lambda x: x.random_(0, 5), "exponential": lambda x: x.exponential_(), "cauchy": lambda x: x.cauchy_(),
           "log_normal": lambda x: x.log_normal_(), "geometric": lambda x: x.geometric_(0.5)}


@pytest.mark.parametrize("name", METHODS)
def test_an_in_place_method_has_its_own_name(name):
    with pytest.raises(RuntimeError, match=f"^in-place {name}: a leaf that requires grad"):
        METHODS[name](tg.ones(2, requires_grad=True))


@pytest.mark.parametrize("name", METHODS)
def test_what_is_on_the_tape_is_overwritten_in_a_new_array(name):
    """The pullback of the square holds the old numbers, and nothing flows through the new ones."""
    x = tg.tensor([1., 2.], requires_grad=True)
    y = x * 3
    square = (y * y).sum()
    METHODS[name](y)
    (square + 0 * y.sum()).backward()
    assert x.grad.tolist() == [18., 36.]


@pytest.mark.parametrize("name", METHODS)
def test_overwriting_is_noticed_by_what_needs_the_old_numbers(name):
    w = tg.tensor([1., 2.], requires_grad=True)
    loss = (w * w).sum()
    with tg.no_grad():
        METHODS[name](w)
    with pytest.raises(RuntimeError, match="written in place"):
        loss.backward()


@pytest.mark.parametrize("dtype", [tg.float32, tg.float64, tg.float16])
def test_numbers_are_drawn_straight_into_the_array_and_are_those_of_one_long_draw(dtype):
    x = tg.zeros(50_000, dtype=dtype)
    array = x.array
    x.normal_(1., 2., generator=tg.Generator().manual_seed(3))
    assert x.array is array
    assert np.array_equal(array, tg.Generator().manual_seed(3).numpy.normal(1., 2., 50_000).astype(dtype))
    turned = tg.zeros(300, 200, dtype=dtype).T                              # not in one piece: the same numbers
    turned.normal_(1., 2., generator=tg.Generator().manual_seed(3))
    assert np.array_equal(turned.array.reshape(-1)[:50_000], array)
