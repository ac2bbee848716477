"""Convolution, pooling, windows, borders: against loops, SciPy and the numbers of the lectures; errors."""
import importlib
import itertools
import math

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings, strategies as st

import tinygrad_bio as tg
from tinygrad_bio import nn
from tinygrad_bio.nn import functional as F
from tinygrad_bio.ops import windows
from tinygrad_bio.ops.conv import conv, conv_input, conv_weight
from tinygrad_bio.testing import assert_close, gradcheck, gradgradcheck

rules = importlib.import_module("tinygrad_bio.ops.conv")            # the file; `ops.conv` may be the function


def random(*shape, seed=0, dtype="float64"):
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype(dtype)


def leaf(*shape, seed=0, **keywords):
    return tg.tensor(random(*shape, seed=seed), requires_grad=True, **keywords)


# ---------------------------------------------------------------------------------- numbers of the lectures

def test_course_b3_worked_convolution():
    image = tg.tensor([[3., 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
    kernel = tg.tensor([[0., 1, 2], [2, 2, 0], [0, 1, 2]])
    y = F.conv2d(image[None, None], kernel[None, None])[0, 0]
    assert y.tolist() == [[12, 12, 17], [10, 17, 19], [9, 6, 14]]


def test_course_e2_true_convolution_with_replicated_border():
    """A true convolution flips the kernel; everywhere else "convolution" means that it is not flipped."""
    image = tg.tensor([[1., 0, 1, 1, 0], [0, 1, 1, 0, 0], [1, 0, 0, 0, 1], [1, 1, 0, 0, 0], [0, 1, 1, 1, 1]])
    kernel = tg.tensor([[9., 8, 7], [6, 5, 4], [3, 2, 1]])
    framed = F.pad(image[None, None], (1, 1, 1, 1), "replicate")
    y = F.conv2d(framed, kernel.flip(0, 1)[None, None])[0, 0]
    assert y[0].tolist() == [21, 31, 31, 19, 5] and y[1, :2].tolist() == [24, 22]
    correlated = F.conv2d(framed, kernel[None, None])[0, 0]
    both_flipped = F.conv2d(framed.flip(2, 3), kernel.flip(0, 1)[None, None])[0, 0]
    assert correlated.flip(0, 1).tolist() == both_flipped.tolist()


# ------------------------------------------------------------------------- the edges of PyTorch's semantics

def gradient(function, x):
    """Value and gradient of the sum, as lists."""
    x = tg.tensor([[x]], requires_grad=True)
    y = function(x)
    y.sum().backward()
    return y[0, 0].tolist(), x.grad[0, 0].tolist()


def test_pooling_of_ties_borders_and_nan():
    assert gradient(lambda x: F.max_pool1d(x, 2), [1., 1, 2, 2]) == ([1, 2], [1, 0, 1, 0])
    assert gradient(lambda x: F.max_pool2d(x, 2), [[1., 1], [1, 1]]) == ([[1]], [[1, 0], [0, 0]])
    assert gradient(lambda x: F.max_pool1d(x, 2, 2, 1), [-1., -2, -3]) == ([-1, -2], [1, 1, 0])
    assert gradient(lambda x: F.max_pool1d(x, 2, ceil_mode=True), [1., 2, 3]) == ([2, 3], [0, 1, 1])
    assert gradient(lambda x: F.avg_pool1d(x, 2, padding=1), [2., 4]) == ([1, 2], [0.5, 0.5])
    assert gradient(lambda x: F.adaptive_max_pool1d(x, 3), [1., 2, 3, 4, 5]) == ([2, 4, 5], [0, 1, 0, 1, 1])
    y, g = gradient(lambda x: F.adaptive_avg_pool1d(x, 3), [1., 2, 3, 4, 5])
    assert y == [1.5, 3, 4.5] and np.allclose(g, [1 / 2, 5 / 6, 1 / 3, 5 / 6, 1 / 2])
    y, g = gradient(lambda x: F.max_pool1d(x, 2), [1., math.nan])
    assert math.isnan(y[0]) and g == [0, 1]


def test_padding_same_puts_the_odd_zero_behind():
    x = tg.arange(5.)[None, None]
    assert F.conv1d(x, tg.tensor([[[1., 1]]]), padding="same").tolist() == [[[1, 3, 5, 7, 4]]]
    assert F.conv1d(x, tg.tensor([[[1., 0, 0, 0]]]), padding="same").tolist() == [[[0, 0, 1, 2, 3]]]
    assert F.conv1d(x, tg.tensor([[[1., 0]]])).tolist() == [[[0, 1, 2, 3]]]     # the kernel is not flipped


class Net(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.body = nn.Sequential(*layers)

    def forward(self, x):
        return self.body(x)


ERRORS = [
    (lambda: F.conv1d(tg.ones(1, 1, 5), tg.ones(1, 1, 2), stride=2, padding="same"),
     "not supported for strided convolutions"),
    (lambda: F.conv1d(tg.ones(1, 1, 5), tg.ones(1, 1, 2), padding="some"), "'same' or 'valid', not 'some'"),
    (lambda: F.conv1d(tg.ones(1, 1, 5), tg.ones(1, 1, 7)),
     r"kernel is larger than the input: it covers 7.*padding 5\."),
    (lambda: F.conv1d(tg.ones(2, 3, 10), tg.ones(8, 4, 3)),
     r"given groups=1, weight of size \[8, 4, 3\], expected input\[2, 3, 10\] to have 4 channels, but got 3"),
    (lambda: F.conv1d(tg.ones(2, 9, 20), tg.ones(8, 20, 3)), r"x\.transpose\(-1, -2\)"),
    (lambda: Net(nn.Conv2d(3, 4, 3))(tg.ones(1, 1, 8, 8)),
     r"^conv2d in layer 'body\.0 \(Conv2d\)': given groups=1"),
    (lambda: Net(nn.Conv1d(3, 4, 3))(tg.ones(8)),
     r"layer 'body\.0 \(Conv1d\)': expected input \(N, C, L\) or \(C, L\), got shape \(8,\)"),
    (lambda: Net(nn.Conv1d(3, 4, 3))(tg.ones(1, 3, 8, dtype=tg.float64)),
     r"layer 'body\.0 \(Conv1d\)': all arguments must have one dtype"),
    (lambda: Net(nn.MaxPool1d(2, padding=2))(tg.ones(1, 1, 8)),
     r"layer 'body\.0 .*at most half of kernel size.*padding=2 and kernel_size=2"),
    (lambda: Net(nn.AvgPool2d(4))(tg.ones(1, 1, 3, 3)), r"layer 'body\.0 .*window is larger than the input"),
    (lambda: Net(nn.ConvTranspose1d(3, 4, 3))(tg.ones(1, 4, 8)), r"layer 'body\.0 .*to have 3 channels"),
    (lambda: nn.ConvTranspose1d(1, 1, 3, 2)(tg.ones(1, 1, 5), [20]),
     r"requested an output size of \(20,\).*from \(11,\) to \(12,\)"),
    (lambda: F.conv_transpose1d(tg.ones(1, 1, 5), tg.ones(1, 1, 3), output_padding=1),
     "output padding must be smaller"),
    (lambda: F.conv_transpose1d(tg.ones(1, 1, 1), tg.ones(1, 1, 1), padding=1), "nothing is left"),
    (lambda: F.pad(tg.ones(1, 1, 3), (3, 0), "reflect"),
     r"less than the corresponding input dimension.*\(3, 0\) at dimension 2"),
    (lambda: F.pad(tg.ones(1, 1, 3), (4, 0), "circular"), "more than once"),
    (lambda: F.pad(tg.ones(1, 1, 3), (1, 0, 1)), "an even number"),
    (lambda: F.fold(tg.ones(1, 5, 4), (3, 3), 2), r"\(N, C·4, 4\)"),
    (lambda: F.unfold(tg.ones(1, 1, 2, 2), 3), "kernel is larger"),
    (lambda: F.pixel_shuffle(tg.ones(1, 3, 2, 2), 2), "divisible by upscale_factor² = 4"),
    (lambda: F.max_pool2d(tg.ones(1, 1, 4, 4), (2, 2, 2)), "kernel_size must be one number or 2"),
    (lambda: F.conv1d(tg.ones(1, 1, 4), tg.ones(1, 1, 1), tg.ones(2)), r"expected bias \(1,\)"),
]


@pytest.mark.parametrize("call, message", ERRORS, ids=[str(i) for i in range(len(ERRORS))])
def test_errors_say_what_came_and_what_to_write(call, message):
    with pytest.raises(RuntimeError, match=message):
        call()


# --------------------------------------------------------------------------- against loops and against SciPy

def loops(x, w, stride, padding, dilation, groups):
    """A convolution as it is defined: one loop for each index. The value, and the places of all products."""
    m = windows.places(x.shape[2:], w.shape[2:], stride, padding, dilation)
    y, terms, per_group, outs = np.zeros((x.shape[0], w.shape[0], *m)), [], w.shape[1], w.shape[0] // groups
    for n, o, c in itertools.product(range(x.shape[0]), range(w.shape[0]), range(per_group)):
        channel = o // outs * per_group + c
        for place, k in itertools.product(np.ndindex(*m), np.ndindex(*w.shape[2:])):
            at = tuple(s * i + d * j - p[0] for i, j, s, p, d in zip(place, k, stride, padding, dilation))
            if all(0 <= a < size for a, size in zip(at, x.shape[2:])):
                y[(n, o, *place)] += x[(n, channel, *at)] * w[(o, c, *k)]
                terms.append(((n, o, *place), (n, channel, *at), (o, c, *k)))
    return y, terms


CASES = [((2, 3, 7), (4, 3, 3), (2,), ((1, 1),), (1,), 1),
         ((13, 2, 6), (2, 1, 2), (1,), ((0, 2),), (2,), 2),
         ((1, 4, 5, 6), (2, 2, 2, 3), (2, 1), ((1, 0), (3, 1)), (1, 2), 2),
         ((14, 1, 4, 4), (3, 1, 3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
         ((2, 2, 4, 3, 4), (3, 2, 2, 1, 3), (1, 2, 1), ((1, 0), (0, 0), (1, 1)), (1, 1, 1), 1),
         ((3, 2, 5), (1, 2, 1), (3,), ((0, 0),), (1,), 1),
         ((3, 2, 16, 16), (2, 1, 3, 2), (2, 1), ((1, 0), (0, 1)), (1, 1), 2),      # each channel by itself; 4096 bytes
         ((2, 3, 9), (3, 1, 2), (2,), ((1, 0),), (3,), 3)]


@pytest.mark.parametrize("shape, kernel, stride, padding, dilation, groups", CASES, ids=str)
def test_the_three_operations_against_loops(shape, kernel, stride, padding, dilation, groups, device):
    """In one, two and three dimensions; the value, and both gradients."""
    against_loops(shape, kernel, stride, padding, dilation, groups, device)


def against_loops(shape, kernel, stride, padding, dilation, groups, device):
    x, w = random(*shape), random(*kernel, seed=1)
    expected, terms = loops(x, w, stride, padding, dilation, groups)
    g = random(*expected.shape, seed=2)
    to_x, to_w = np.zeros_like(x), np.zeros_like(w)
    for at_g, at_x, at_w in terms:
        to_x[at_x] += g[at_g] * w[at_w]
        to_w[at_w] += g[at_g] * x[at_x]
    x, w, g = (tg.tensor(a, device=device) for a in (x, w, g))
    given = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    exact = {**given, "padding": windows.trimmed(shape[2:], kernel[2:], stride, padding, dilation)}
    for found, e in ((conv(x, w, **given), expected), (conv_input(g, w, **exact), to_x),
                     (conv_weight(g, x, **exact), to_w)):
        assert str(found.device) == str(x.device)
        assert_close(found.cpu(), e, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shape, kernel, stride, padding, dilation, groups", [
    *CASES, ((2, 1, 2), (3, 1, 2), (1,), ((4, 5),), (1,), 1),
    ((2, 1, 3, 2), (1, 1, 2, 3), (2, 3), ((5, 4), (4, 4)), (1, 2), 1)], ids=str)
def test_computed_in_pieces(shape, kernel, stride, padding, dilation, groups, monkeypatch):
    """A few numbers at a time, and windows that see nothing but padding."""
    monkeypatch.setattr(rules, "_most", lambda x: 40)
    against_loops(shape, kernel, stride, padding, dilation, groups, "cpu")


@pytest.mark.parametrize("mode, padding", [("valid", 0), ("same", "same"), ("full", 2)])
def test_convolution_is_scipys_correlation(mode, padding):
    x, w = random(8, 9), random(3, 3, seed=1)
    y = F.conv2d(tg.tensor(x)[None, None], tg.tensor(w)[None, None], padding=padding)
    assert_close(y[0, 0], scipy.signal.correlate2d(x, w, mode), rtol=1e-12)


def test_transposed_convolution_is_scipys_convolution():
    x, w = random(8, 9), random(3, 4, seed=1)
    y = F.conv_transpose2d(tg.tensor(x)[None, None], tg.tensor(w)[None, None])
    assert_close(y[0, 0], scipy.signal.convolve2d(x, w, "full"), rtol=1e-12)


def test_transposed_convolution_puts_the_kernel_at_every_element():
    """Stride 2 and kernel 3: 3 give 7. Padding takes the outermost, output_padding gives one back."""
    x, w = tg.tensor([[[1., 10, 100]]]), tg.tensor([[[1., 2, 3]]])
    full = [1, 2, 13, 20, 130, 200, 300]
    assert F.conv_transpose1d(x, w, stride=2)[0, 0].tolist() == full
    assert F.conv_transpose1d(x, w, stride=2, output_padding=1)[0, 0].tolist() == full + [0]
    assert F.conv_transpose1d(x, w, stride=2, padding=1)[0, 0].tolist() == full[1:-1]
    assert F.conv_transpose1d(x, w, stride=2, padding=1, output_padding=1)[0, 0].tolist() == full[1:]


POOLS = [((6,), (2,), (2,), (0,), False), ((6,), (3,), (2,), (0,), True), ((7,), (3,), (2,), (1,), True),
         ((5,), (2,), (3,), (0,), True), ((4,), (2,), (3,), (1,), True),
         ((5, 6), (3, 2), (2, 2), (1, 1), True), ((40, 9), (20, 7), (5, 1), (10, 2), False),
         ((301,), (300,), (1,), (0,), False)]


@pytest.mark.parametrize("lengths, kernel, stride, padding, ceil_mode", POOLS, ids=str)
def test_pools_against_loops(lengths, kernel, stride, padding, ceil_mode):
    """Values, counts and places. With `ceil_mode` the rest has a window too, if that begins in the input."""
    x, axes = random(2, 3, *lengths), len(lengths)
    x[0, 0, ..., :4] = np.nan
    starts = [[a for a in range(-p, n + p, s)
               if a + k <= n + p or (ceil_mode and a < n and a - s + k < n + p)]
              for n, k, s, p in zip(lengths, kernel, stride, padding)]
    for include in (True, False):
        largest, mean, index = (np.zeros((2, 3, *map(len, starts))) for _ in range(3))
        for place in np.ndindex(*map(len, starts)):
            first = [s[i] for s, i in zip(starts, place)]
            seen = tuple(slice(max(f, 0), min(f + k, n)) for f, k, n in zip(first, kernel, lengths))
            count = math.prod(min(f + k, n + p) - f for f, k, n, p in zip(first, kernel, lengths, padding))
            numbers = np.arange(math.prod(lengths)).reshape(lengths)[seen].reshape(-1)
            for n, c in np.ndindex(2, 3):
                window = x[(n, c, *seen)].reshape(-1)
                nan = np.flatnonzero(np.isnan(window))
                best = nan[-1] if nan.size else np.argmax(window)
                largest[(n, c, *place)], index[(n, c, *place)] = window[best], numbers[best]
                mean[(n, c, *place)] = window.sum() / (count if include else len(window))
        t = tg.tensor(x)
        y = getattr(F, f"avg_pool{axes}d")(t, kernel, stride, padding, ceil_mode, include)
        assert_close(y, mean, rtol=1e-12, equal_nan=True)
    y, where = getattr(F, f"max_pool{axes}d")(t, kernel, stride, padding, 1, ceil_mode, True)
    assert np.array_equal(y.numpy(), largest, equal_nan=True) and np.array_equal(where.numpy(), index)
    y = getattr(F, f"max_pool{axes}d")(t, kernel, stride, padding, 1, ceil_mode)
    assert np.array_equal(y.numpy(), largest, equal_nan=True)


def test_interpolation_is_numpys():
    x, n, m = random(7), 7, 20
    for align, places in ((True, np.linspace(0, n - 1, m)), (False, (np.arange(m) + 0.5) * n / m - 0.5)):
        y = F.interpolate(tg.tensor(x)[None, None], m, mode="linear", align_corners=align)
        assert_close(y[0, 0], np.interp(places, np.arange(n), x), rtol=1e-12)


@pytest.mark.parametrize("layout", ["plain", "channels last", "batch last", "with gaps", "broadcast"])
def test_how_the_input_lies_in_memory_makes_no_difference(layout):
    x = random(14, 3, 6, 5)
    views = {"plain": x, "channels last": x.transpose(0, 2, 3, 1).copy().transpose(0, 3, 1, 2),
             "batch last": x.transpose(2, 1, 3, 0).copy().transpose(3, 1, 0, 2),
             "with gaps": np.repeat(x, 2, axis=3)[..., ::2], "broadcast": np.broadcast_to(x[:1], x.shape)}
    view = views[layout]
    kept = view.copy()
    results = []
    for a in (view, kept):
        x, w, b = tg.from_numpy(a).requires_grad_(), leaf(4, 3, 3, 3, seed=1), leaf(4, seed=2)
        y = F.max_pool2d(F.conv2d(x, w, b, 2, 2), 2)
        results.append([y, *tg.autograd.grad((y * y).sum(), (x, w, b))])
    for found, expected in zip(*results):
        assert_close(found, expected, rtol=1e-12)
    assert np.array_equal(view, kept)


# ---------------------------------------------------------------------------------------------- gradients

FUNCTIONS = {
    "conv1d": (lambda x, w, b: F.conv1d(x, w, b, 2, 1, 1, 2), (2, 4, 7), (6, 2, 3), (6,)),
    "conv2d": (lambda x, w, b: F.conv2d(x, w, b, (1, 2), "valid", (2, 1)), (2, 2, 6, 5), (3, 2, 2, 3), (3,)),
    "conv2d same": (lambda x, w: F.conv2d(x, w, padding="same"), (2, 3, 4, 4), (2, 3, 2, 3)),
    "conv_transpose1d": (lambda x, w, b: F.conv_transpose1d(x, w, b, 2, 1, 1), (2, 3, 4), (3, 2, 3), (2,)),
    "conv_transpose2d": (lambda x, w: F.conv_transpose2d(x, w, groups=2), (1, 4, 3, 3), (4, 1, 2, 2)),
    "max_pool1d": (lambda x: F.max_pool1d(x, 3, 2, 1), (2, 3, 8)),
    "max_pool2d": (lambda x: F.max_pool2d(x, 2, 1, ceil_mode=True), (2, 2, 4, 5)),
    "max_pool2d with indices": (lambda x: F.max_pool2d(x, 2, return_indices=True)[0], (2, 2, 4, 5)),
    "global max_pool2d": (lambda x: F.max_pool2d(x, (4, 5)), (2, 2, 4, 5)),
    "adaptive_max_pool2d": (lambda x: F.adaptive_max_pool2d(x, (3, 2)), (2, 2, 4, 5)),
    "avg_pool1d": (lambda x: F.avg_pool1d(x, 3, 2, 1, True, False), (2, 3, 8)),
    "avg_pool2d": (lambda x: F.avg_pool2d(x, 2, 1, 1), (2, 2, 4, 3)),
    "adaptive_avg_pool1d": (lambda x: F.adaptive_avg_pool1d(x, 3), (2, 2, 7)),
    "adaptive_avg_pool2d": (lambda x: F.adaptive_avg_pool2d(x, (1, 3)), (2, 2, 4, 5)),
    "unfold": (lambda x: F.unfold(x, 2, 1, 1, 2), (2, 2, 4, 5)),
    "fold": (lambda x: F.fold(x, (4, 4), 2), (2, 8, 9)),
    "interpolate": (lambda x: F.interpolate(x, (3, 7), mode="bilinear"), (2, 2, 4, 5)),
    "interpolate nearest": (lambda x: F.interpolate(x, scale_factor=1.5), (2, 2, 4)),
    "pad reflect": (lambda x: F.pad(x, (2, 1, 0, 3), "reflect"), (2, 2, 4, 5)),
    "pad circular": (lambda x: F.pad(x, (2, 1), "circular"), (2, 2, 4)),
    "pixel_shuffle": (lambda x: F.pixel_shuffle(x, 2), (1, 8, 2, 3)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_first_and_second_derivatives_are_differences_of_values(name):
    function, *shapes = FUNCTIONS[name]
    leaves = tuple(leaf(*shape, seed=i) for i, shape in enumerate(shapes))
    gradcheck(lambda *xs: function(*xs) ** 2, leaves)           # squared, so that pooling has a second one
    gradgradcheck(lambda *xs: function(*xs) ** 2, leaves)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_devices_give_the_same(name, cuda):
    """Values, gradients and second derivatives, on the card and here."""
    function, *shapes = FUNCTIONS[name]
    found = []
    for where in ("cpu", cuda):
        leaves = [leaf(*shape, seed=i, device=where) for i, shape in enumerate(shapes)]
        y = function(*leaves)
        first = tg.autograd.grad((y ** 3).sum(), leaves, create_graph=True)
        second = tg.autograd.grad(sum((g ** 2).sum() for g in first), leaves)
        assert all(str(t.device) == str(leaves[0].device) for t in (y, *first, *second))
        found.append([t.detach().cpu() for t in (y, *first, *second)])
    for here, there in zip(*found):
        assert_close(there, here, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_float32_stays_float32(name):
    function, *shapes = FUNCTIONS[name]
    leaves = [leaf(*shape, seed=i).detach().float().requires_grad_() for i, shape in enumerate(shapes)]
    y = function(*leaves)
    exact = function(*(t.detach().double() for t in leaves))
    assert y.dtype == tg.float32 and all(g.dtype == tg.float32 for g in tg.autograd.grad(y.sum(), leaves))
    assert_close(y.detach().double(), exact, rtol=1e-4, atol=1e-5)


def test_integers_and_half_precision():
    """A Sobel filter on whole numbers stays whole; float16 stays float16."""
    x, w = tg.tensor([[[0, 1, 4, 9]]]), tg.tensor([[[-1, 1]]])
    assert F.conv1d(x, w).dtype == tg.int64 and F.conv1d(x, w).tolist() == [[[1, 3, 5]]]
    half = F.max_pool1d(F.conv1d(x.half(), w.half()), 2)
    assert half.dtype == tg.float16 and half.tolist() == [[[3]]]


def test_arguments_on_two_devices_are_an_error_that_names_them(cuda):
    with pytest.raises(tg.DeviceMismatchError, match="conv: .*x on 'cpu'.*w on 'cuda"):
        F.conv1d(tg.ones(1, 2, 5), tg.ones(3, 2, 2, device=cuda))


def test_derivatives_of_any_order():
    """T(x, w, g) is linear in each: the third derivative in one direction each is T itself."""
    x, w = leaf(2, 3, 6), leaf(4, 3, 2, seed=1)
    dx, dw = tg.tensor(random(2, 3, 6, seed=2)), tg.tensor(random(4, 3, 2, seed=3))
    y = F.conv1d(x, w, stride=2)
    g = leaf(*y.shape, seed=4)
    to_x, = tg.autograd.grad(y, x, g, create_graph=True)
    to_w, = tg.autograd.grad((to_x * dx).sum(), w, create_graph=True)
    to_g, = tg.autograd.grad((to_w * dw).sum(), g)
    assert_close(to_g, F.conv1d(dx, dw, stride=2), rtol=1e-12)


def test_the_first_layer_is_not_asked_for_the_gradient_of_its_input(monkeypatch):
    monkeypatch.setattr(rules, "_conv_input", None)
    x, layer = tg.randn(2, 3, 8), nn.Conv1d(3, 4, 3)
    layer(x).sum().backward()
    assert layer.weight.grad is not None


@pytest.mark.parametrize("pool", [lambda x: F.max_pool1d(x, 3, 1), lambda x: F.avg_pool1d(x, 3, 1)])
@pytest.mark.parametrize("layer", [nn.Conv1d(2, 3, 4), nn.Conv1d(2, 3, 3, dilation=2)])
def test_translation_equivariance(layer, pool):
    """φ(τ(x)) = τ(φ(x)): to shift the input is to shift the output, away from the ends."""
    x = tg.tensor(random(1, 2, 30, dtype="float32"))
    y, shifted = pool(layer(x)), pool(layer(x.roll(5, 2)))
    assert_close(shifted[..., 5:], y[..., :-5], rtol=1e-5, atol=1e-6)


@given(n=st.integers(1, 40), out=st.integers(1, 12))
@settings(max_examples=50)
def test_adapted_windows_cover_everything(n, out):
    x = tg.tensor(np.arange(float(n))).reshape(1, 1, n).requires_grad_()
    y = F.adaptive_avg_pool1d(x, out)
    assert y.shape == (1, 1, out) and bool((tg.autograd.grad(y.sum(), x)[0] > 0).all())
    assert F.adaptive_max_pool1d(x, out)[0, 0, -1].item() == n - 1


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_enlarging_keeps_a_constant(mode):
    assert_close(F.interpolate(tg.full((1, 2, 5), 3.), 13, mode=mode), tg.full((1, 2, 13), 3.), rtol=1e-6)


# ------------------------------------------------------------------------------------------------- internals

@given(st.data())
@settings(max_examples=100)
def test_places_covered_and_trimmed_agree(data):
    n, k, s, d = (data.draw(st.integers(1, high)) for high in (20, 5, 4, 3))
    p = (data.draw(st.integers(0, 4)), data.draw(st.integers(0, 4)))
    if n + sum(p) < d * (k - 1) + 1:
        return
    axis = (n,), (k,), (s,), (p,), (d,)
    m = windows.places(*axis)
    exact = windows.trimmed(*axis)
    assert windows.covered(m, (k,), (s,), exact, (d,)) == (n,)
    assert windows.places((n,), (k,), (s,), exact, (d,)) == m
    seen = {(k_, w, l) for (k_,), (where,), (what,) in windows.taps((n,), m, (k,), (s,), (p[0],), (d,))
            for w, l in zip(range(*where.indices(m[0])), range(*what.indices(n)), strict=True)}
    expected = {(j, i, s * i + d * j - p[0]) for j in range(k) for i in range(m[0])}
    assert seen == {(j, i, l) for j, i, l in expected if 0 <= l < n}


def test_a_convolution_reads_the_value_of_the_last_one_without_rearranging_it():
    y = F.conv2d(tg.randn(8, 3, 6, 6), tg.randn(4, 3, 3, 3)).relu()
    assert np.shares_memory(windows.rows_first(y.array), y.array)
    pooled = F.avg_pool2d(F.max_pool2d(y, 2), 2)
    assert np.shares_memory(windows.rows_first(pooled.array), pooled.array)
