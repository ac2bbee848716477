"""Convolution, pooling, borders and resizing against PyTorch: Hypothesis draws shapes and settings."""
import inspect

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings, strategies as st

import tinygrad_bio as tg
from .both import array, compare, numpy_of
from .test_nn_basic import same_weights

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same'")      # about PyTorch's speed
many = settings(max_examples=max(60, settings.default.max_examples))       # half of the settings are refused


def functional(name):
    return lambda library, *args, **keywords: getattr(library.nn.functional, name)(*args, **keywords)


def same_or_both_refuse(call, *args, order=2, **keywords):
    """Compare; where PyTorch refuses, we must too."""
    try:
        told = [torch.tensor(a) if isinstance(a, np.ndarray) else a for a in args]
        call(torch, *told, **keywords)
    except (RuntimeError, ValueError, NotImplementedError, IndexError):
        with pytest.raises((RuntimeError, ValueError, NotImplementedError)):
            call(tg, *(tg.tensor(a) if isinstance(a, np.ndarray) else a for a in args), **keywords)
        return
    compare(call, *args, order=order, **keywords)


@st.composite
def one_for_each(draw, axes, low, high):
    """A number for all axes, or one for each."""
    numbers = st.integers(low, high)
    return draw(st.one_of(numbers, st.tuples(*[numbers] * axes)))


# ------------------------------------------------------------------------------------------------ convolution

@st.composite
def convolutions(draw, axes, transposed=False):
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    inward, out = groups * draw(st.integers(1, 3)), groups * draw(st.integers(1, 4))
    batch = draw(st.sampled_from([None, 1, 2, 3, 13, 14]))                  # 12 is where the lowering changes
    lengths = draw(st.tuples(*[st.integers(1, 9 if axes == 1 else 6)] * axes))
    kernel = draw(st.tuples(*[st.integers(1, 4 if axes == 1 else 3)] * axes))
    keywords = {"stride": draw(one_for_each(axes, 1, 3)), "dilation": draw(one_for_each(axes, 1, 3)),
                "groups": groups, "padding": draw(one_for_each(axes, 0, 3))}
    if transposed:
        keywords["output_padding"] = draw(one_for_each(axes, 0, 2))
    elif draw(st.booleans()):
        keywords["padding"] = draw(st.sampled_from(["same", "valid"]))
        keywords["stride"] = 1
    x = array(*(() if batch is None else (batch,)), inward, *lengths)
    first, second = (inward, out) if transposed else (out, inward)
    w = array(first, second // groups, *kernel, seed=1)
    bias = (array(out, seed=2),) if draw(st.booleans()) else ()
    return (x, w, *bias), keywords


@pytest.mark.parametrize("axes", [1, 2])
@given(data=st.data())
@many
def test_convolution(axes, data):
    """Values, gradients for input, weight and bias, second derivatives."""
    arrays, keywords = data.draw(convolutions(axes))
    same_or_both_refuse(functional(f"conv{axes}d"), *arrays, **keywords)


@pytest.mark.parametrize("axes", [1, 2])
@given(data=st.data())
@many
def test_transposed_convolution(axes, data):
    arrays, keywords = data.draw(convolutions(axes, transposed=True))
    each = [keywords[k] if isinstance(keywords[k], tuple) else (keywords[k],) * axes
            for k in ("output_padding", "stride", "dilation")]
    assume(all(o < max(s, d) for o, s, d in zip(*each)))    # PyTorch checks this on some of its paths only
    same_or_both_refuse(functional(f"conv_transpose{axes}d"), *arrays, **keywords)


@pytest.mark.parametrize("shape, weight, keywords", [
    ((40, 3, 30), (16, 3, 9), {"padding": 4}), ((20, 5, 24, 30), (8, 5, 3, 3), {"padding": 1}),
    ((20, 8, 24, 30), (8, 8, 3, 3), {"stride": 2, "padding": 1}),
    ((16, 32, 9, 9), (32, 1, 3, 3), {"groups": 32}),
    ((3, 4, 3000), (6, 4, 7), {"padding": "same"}), ((16, 64, 12, 12), (48, 64, 1, 1), {"stride": 2}),
    ((14, 4, 40), (300, 4, 3), {})], ids=str)
def test_large_enough_to_be_computed_in_pieces(shape, weight, keywords):
    arrays = array(*shape), array(*weight, seed=1), array(weight[0], seed=2)
    compare(functional(f"conv{len(shape) - 2}d"), *arrays, order=1, **keywords)


@pytest.mark.parametrize("name, x, w", [
    ("conv1d", (0, 3, 5), (4, 3, 2)), ("conv2d", (0, 3, 5, 5), (4, 3, 2, 2)),
    ("conv_transpose1d", (0, 3, 5), (3, 4, 2))])
def test_empty_batch(name, x, w):
    compare(functional(name), array(*x), array(*w), order=1)


@pytest.mark.parametrize("text, shape", [
    ("Conv1d(4, 6, 3)", (2, 4, 8)), ("Conv1d(4, 6, 3, 2, 1, 2, 2, False)", (2, 4, 9)),
    ("Conv1d(4, 6, 4, padding='same')", (4, 8)), ("Conv1d(4, 6, 3, padding='valid', dilation=2)", (1, 4, 8)),
    ("Conv1d(1, 2, 4, padding='same', padding_mode='circular')", (2, 1, 7)),
    ("Conv1d(2, 2, 3, padding=2, padding_mode='reflect')", (2, 2, 7)),
    ("Conv1d(2, 2, 3, padding=2, padding_mode='replicate')", (2, 7)),
    ("Conv2d(3, 4, 3)", (2, 3, 6, 5)), ("Conv2d(4, 4, (3, 2), (1, 2), (1, 0), (1, 2), 4)", (2, 4, 6, 6)),
    ("Conv2d(3, 4, 3, padding='same', padding_mode='reflect')", (2, 3, 6, 5)),
    ("Conv2d(3, 4, (2, 3), padding=(2, 1), padding_mode='replicate')", (3, 6, 5)),
    ("Conv2d(3, 4, (2, 3), padding=(2, 1), padding_mode='circular', bias=False)", (2, 3, 6, 5)),
    ("ConvTranspose1d(4, 6, 3)", (2, 4, 5)), ("ConvTranspose1d(4, 6, 3, 2, 1, 1, 2, False, 2)", (4, 5)),
    ("ConvTranspose2d(3, 4, 3, 2, 1, 1)", (2, 3, 4, 3)),
    ("ConvTranspose2d(4, 4, (3, 2), (1, 2), groups=2)", (2, 4, 3, 4))], ids=str)
def test_layer(text, shape):
    """The same weights, names and shapes in the state_dict, printed alike."""
    same_weights(text, array(*shape))


@pytest.mark.parametrize("text, fan_in", [("Conv1d(20, 50, 5)", 100), ("Conv2d(8, 64, 3, groups=2)", 36),
                                          ("ConvTranspose2d(32, 8, 3)", 72)])
def test_starting_values(text, fan_in):
    for library in (tg, torch):
        layer = eval(f"library.nn.{text}")
        bound = 1 / fan_in ** 0.5
        for p in (layer.weight, layer.bias):
            size = float(p.detach().abs().max())
            assert size <= bound and (p.numel() < 50 or size > 0.9 * bound)


@pytest.mark.parametrize("size", [(9,), (10,), (2, 4, 10)])
def test_output_size_of_transposed(size):
    theirs, ours = (lib.nn.ConvTranspose1d(3, 4, 3, stride=2, padding=1).double() for lib in (torch, tg))
    ours.load_state_dict({k: tg.tensor(v.numpy()) for k, v in theirs.state_dict().items()})
    x = array(2, 3, 5)
    y, expected = ours(tg.tensor(x), list(size)), theirs(torch.tensor(x), list(size))
    np.testing.assert_allclose(numpy_of(y), numpy_of(expected), 1e-12)


def test_state_dict_there_and_back():
    theirs, ours = (lib.nn.Conv2d(4, 6, 3, groups=2).double() for lib in (torch, tg))
    ours.load_state_dict({k: tg.tensor(v.numpy()) for k, v in theirs.state_dict().items()})
    theirs.load_state_dict({k: torch.tensor(v.numpy() * 2) for k, v in ours.state_dict().items()})
    x = array(1, 4, 5, 5)
    np.testing.assert_allclose(2 * numpy_of(ours(tg.tensor(x))), numpy_of(theirs(torch.tensor(x))), 1e-12)


WRONG = ["Conv1d(3, 4, 3, groups=2)", "Conv1d(4, 3, 3, groups=2)", "Conv1d(4, 4, 3, groups=0)",
         "Conv1d(4, 4, 3, padding='no')", "Conv1d(4, 4, 3, 2, padding='same')",
         "Conv2d(4, 4, 3, padding_mode='none')", "ConvTranspose1d(4, 4, 3, padding_mode='reflect')"]


@pytest.mark.parametrize("text", WRONG)
def test_wrong_settings_are_a_value_error(text):
    for library in (tg, torch):
        with pytest.raises(ValueError):
            eval(f"library.nn.{text}")


# ---------------------------------------------------------------------------------------------------- pooling

@st.composite
def images(draw, axes):
    """Numbers of which many are equal, and those that follow PyTorch's rules for ties."""
    lengths = draw(st.tuples(*[st.integers(1, 9 if axes == 1 else 6)] * axes))
    batch = draw(st.sampled_from([(), (1,), (3,)]))
    kind = draw(st.sampled_from(["normal", "ties"]))
    return array(*batch, 2, *lengths, kind=kind, seed=draw(st.integers(0, 5)))


def every_window_sees_something(axes, x, kernel, keywords):
    """A dilated window may see only padding. PyTorch 2.13's gradient then writes outside of its memory."""
    try:
        keywords = {**keywords, "return_indices": False}
        seen = functional(f"max_pool{axes}d")(torch, torch.zeros(x.shape), kernel, **keywords)
        return bool(torch.isfinite(seen).all())
    except RuntimeError:
        return True


@pytest.mark.parametrize("axes", [1, 2])
@given(data=st.data())
@many
def test_max_pool(axes, data):
    keywords = {"stride": data.draw(st.one_of(st.none(), one_for_each(axes, 1, 4))),
                "padding": data.draw(one_for_each(axes, 0, 2)),
                "dilation": data.draw(one_for_each(axes, 1, 2)), "ceil_mode": data.draw(st.booleans()),
                "return_indices": data.draw(st.booleans())}
    x, kernel = data.draw(images(axes)), data.draw(one_for_each(axes, 1, 4))
    assume(every_window_sees_something(axes, x, kernel, keywords))
    same_or_both_refuse(functional(f"max_pool{axes}d"), x, kernel, **keywords)


@pytest.mark.parametrize("axes", [1, 2])
@given(data=st.data())
@many
def test_avg_pool(axes, data):
    keywords = {"stride": data.draw(st.one_of(st.none(), one_for_each(axes, 1, 4))),
                "padding": data.draw(one_for_each(axes, 0, 2)),
                "ceil_mode": data.draw(st.booleans()), "count_include_pad": data.draw(st.booleans())}
    if axes == 2:
        keywords["divisor_override"] = data.draw(st.sampled_from([None, None, 1, 3, -2]))
    x, kernel = data.draw(images(axes)), data.draw(one_for_each(axes, 1, 4))
    same_or_both_refuse(functional(f"avg_pool{axes}d"), x, kernel, **keywords)


@pytest.mark.parametrize("kind", ["max", "avg"])
@pytest.mark.parametrize("axes", [1, 2])
@given(data=st.data())
@many
def test_adaptive_pool(kind, axes, data):
    size = data.draw(one_for_each(axes, 1, 7))
    if axes == 2 and isinstance(size, tuple) and data.draw(st.booleans()):
        size = (None, size[1])
    keywords = {"return_indices": data.draw(st.booleans())} if kind == "max" else {}
    same_or_both_refuse(functional(f"adaptive_{kind}_pool{axes}d"), data.draw(images(axes)), size, **keywords)


@pytest.mark.parametrize("kernel, shape", [((16, 17), (2, 3, 16, 17)), (300, (2, 3, 301)), (20, (2, 3, 20))],
                         ids=str)
def test_large_windows(kernel, shape):
    """More taps than a byte can count; and one window that sees everything."""
    compare(functional(f"max_pool{len(shape) - 2}d"), array(*shape, kind="ties"), kernel, return_indices=True)
    compare(functional(f"max_pool{len(shape) - 2}d"), array(*shape, kind="ties"), kernel, 1)


def test_nan_and_infinite_numbers():
    """NaN is the largest; −∞ everywhere still has a place; an infinite gradient stays where it belongs."""
    x = np.array([[[1., np.nan, 3, 4, -np.inf, -np.inf, 7, np.nan, np.nan]]])
    for kernel, keywords in ((2, {}), (3, {"padding": 1, "stride": 2}),
                             (2, {"stride": 1, "return_indices": True})):
        compare(functional("max_pool1d"), x, kernel, order=1, **keywords)
    compare(functional("max_pool1d"), x[..., :7], 7, order=1)
    x = tg.tensor([[[1., 2., 3., 4.]]], requires_grad=True)
    tg.nn.functional.max_pool1d(x, 2).backward(tg.tensor([[[np.inf, 1.]]]))
    assert x.grad.tolist() == [[[0, np.inf, 0, 1]]]


LAYERS = ["MaxPool{}d(2)", "MaxPool{}d(3, 2, 1, 1, False, True)", "AvgPool{}d(2)",
          "AvgPool{}d(3, 2, 1, True, False)", "AdaptiveMaxPool{}d(3)", "AdaptiveAvgPool{}d(3)",
          "LPPool{}d(2, 2)", "LPPool{}d(3, 3, 2, True)"]


@pytest.mark.parametrize("axes", [1, 2])
@pytest.mark.parametrize("text", LAYERS)
def test_pooling_layer(text, axes):
    same_weights(text.format(axes), array(2, 3, *(7, 8)[:axes], kind="positive"))


# --------------------------------------------------------------------------- windows, borders, sizes

@given(data=st.data())
@many
def test_unfold_and_fold(data):
    kernel, stride, padding, dilation = (data.draw(one_for_each(2, low, 3)) for low in (1, 1, 0, 1))
    h, w, c = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6)), data.draw(st.integers(1, 2))
    batch = data.draw(st.sampled_from([(), (1,), (3,)]))
    same_or_both_refuse(functional("unfold"), array(*batch, c, h, w), kernel, dilation, padding, stride)
    try:
        columns = functional("unfold")(torch, torch.zeros(1, c, h, w), kernel, dilation, padding, stride)
    except RuntimeError:
        return
    compare(functional("fold"), array(*batch, *columns.shape[1:]), (h, w), kernel, dilation, padding, stride)


@given(data=st.data())
@many
def test_pad(data):
    mode = data.draw(st.sampled_from(["constant", "reflect", "replicate", "circular"]))
    x = data.draw(images(data.draw(st.sampled_from([1, 2]))))
    n = data.draw(st.integers(1, 2)) if mode == "constant" else max(x.ndim - 2, 1)
    widths = data.draw(st.tuples(*[st.integers(-1 if mode == "constant" else 0, 3)] * (2 * n)))
    keywords = {"value": data.draw(st.sampled_from([None, 1.5]))} if mode == "constant" else {}
    same_or_both_refuse(functional("pad"), x, widths, mode, **keywords)


@pytest.mark.parametrize("text", ["ZeroPad{}d(1)", "ConstantPad{}d(2, 3.5)", "ReflectionPad{}d(1)",
                                  "ReplicationPad{}d(3)", "CircularPad{}d(1)"])
@pytest.mark.parametrize("axes", [1, 2])
def test_padding_layer(text, axes):
    same_weights(text.format(axes), array(2, 3, *(4, 5)[:axes]))


@pytest.mark.parametrize("axes", [1, 2])
@given(data=st.data())
@many
def test_interpolate(axes, data):
    smooth = ["linear"] if axes == 1 else ["bilinear", "bicubic"]
    mode = data.draw(st.sampled_from(["nearest", "nearest-exact", "area", *smooth]))
    x = array(2, 2, *data.draw(st.tuples(*[st.integers(1, 6)] * axes)))
    keywords = {"mode": mode}
    if "linear" in mode or mode == "bicubic":
        keywords["align_corners"] = data.draw(st.sampled_from([None, False, True]))
    if data.draw(st.booleans()):
        keywords["size"] = data.draw(one_for_each(axes, 1, 9))
    else:
        factors = st.sampled_from([0.5, 0.7, 1.0, 1.5, 2.0, 2.6, 3.0])
        keywords["scale_factor"] = data.draw(st.one_of(factors, st.tuples(*[factors] * axes)))
        keywords["recompute_scale_factor"] = data.draw(st.sampled_from([None, True]))
        assume(mode != "area" or min(x.shape[2:]) > 1)          # nothing would be left: PyTorch gives that
    same_or_both_refuse(functional("interpolate"), x, **keywords)


@pytest.mark.parametrize("n, m", [(7, 100), (100, 7), (33, 64), (64, 33), (29, 30)])
@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
def test_nearest_over_many_pixels(n, m, mode):
    compare(functional("interpolate"), array(1, 1, n), m, mode=mode, order=1)
    compare(functional("interpolate"), array(1, 1, n), scale_factor=m / n, mode=mode, order=1)


@pytest.mark.parametrize("text", [
    "Upsample(scale_factor=2)", "Upsample(size=(3, 7), mode='bilinear')", "Upsample(None, (2, 1.5))",
    "UpsamplingNearest2d(scale_factor=2)", "UpsamplingBilinear2d((5, 6))", "PixelShuffle(2)",
    "PixelUnshuffle(2)", "Unfold(2, 1, 1, 2)"])
def test_resizing_layer(text):
    same_weights(text, array(2, 4, 4, 6))


def test_fold_layer():
    same_weights("Fold((4, 5), (2, 3), padding=1)", array(2, 12, 25))


@pytest.mark.parametrize("name", ["pixel_shuffle", "pixel_unshuffle"])
@pytest.mark.parametrize("shape", [(4, 2, 4), (2, 8, 4, 2), (2, 3, 4, 6, 2)])
def test_pixel_shuffle(name, shape):
    same_or_both_refuse(functional(name), array(*shape), 2)


NAMES = ["conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d", "max_pool1d", "max_pool2d", "avg_pool1d",
         "avg_pool2d"]


@pytest.mark.parametrize("name", NAMES)
def test_wrong_shapes_are_refused(name):
    weight = () if "pool" in name else (np.ones((4, 3) + (2,) * int(name[-2])),)
    for shape in [(3,), (2, 3), (2, 3, 4, 5, 6), (2, 5, 6), (2, 5, 6, 6)]:
        for extra in ((9,), (2,)) if "pool" in name else ((),):
            same_or_both_refuse(functional(name), np.ones(shape), *weight, *extra, order=0)


CLASSES = [*(f"{name}{axes}d" for axes in (1, 2) for name in (
    "Conv", "ConvTranspose", "MaxPool", "AvgPool", "AdaptiveMaxPool", "AdaptiveAvgPool", "LPPool", "ZeroPad",
    "ConstantPad", "ReflectionPad", "ReplicationPad", "CircularPad")),
    "Fold", "Unfold", "Upsample", "UpsamplingNearest2d", "UpsamplingBilinear2d", "PixelShuffle",
    "PixelUnshuffle"]


def arguments(function):
    return [(p.name, p.default) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize("name", CLASSES)
def test_signature(name):
    """Names, order and defaults of the arguments."""
    assert arguments(getattr(tg.nn, name)) == arguments(getattr(torch.nn, name))


@pytest.mark.parametrize("name", [
    "unfold", "fold", "pad", "interpolate", "upsample", "lp_pool1d", "lp_pool2d", "adaptive_avg_pool2d"])
def test_signature_of_function(name):
    assert arguments(getattr(tg.nn.functional, name)) == arguments(getattr(torch.nn.functional, name))
