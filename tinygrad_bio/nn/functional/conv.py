"""Convolutions and their transposes, and the windows they see, as functions."""
import math

from ...ops import pool
from ...ops.conv import conv, conv_input
from ...ops.windows import covered, places
from .spatial import per_axis, with_batch, without_batch, wrong

__all__ = ["conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d", "unfold", "fold"]


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """y[n, o, m] = Σ_ck x[n, c, s·m + d·k − p]·w[o, c, k] + b[o]: O kernels that slide over the sequences.

    Parameters
    ----------
    input : (N, C, L), or one sequence (C, L)
    weight : (O, C/groups, K)
    bias : (O), or None
    stride : from one window to the next
    padding : zeros on both sides; "same": as many as keep the length (the odd one behind); "valid": none
    dilation : from one element of the kernel to the next
    groups : the channels are split into so many parts that do not mix

    >>> import tinygrad_bio as tg
    >>> x = tg.tensor([[[0., 1., 2., 3., 0.]]])
    >>> conv1d(x, tg.tensor([[[1., 2.]]]))
    tensor([[[2., 5., 8., 3.]]])
    """
    return _conv("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """`conv1d` in two dimensions: input (N, C, H, W), weight (O, C/groups, K, K) -> (N, O, H', W').

    >>> import tinygrad_bio as tg
    >>> conv2d(tg.ones(1, 3, 8, 8), tg.ones(5, 3, 3, 3), padding="same").shape
    (1, 5, 8, 8)
    """
    return _conv("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def _conv(caller, axes, input, weight, bias, stride, padding, dilation, groups):
    x, batched = with_batch(input, axes, caller)
    stride = per_axis(stride, axes, "stride", caller, 1)
    dilation = per_axis(dilation, axes, "dilation", caller, 1)
    if weight.ndim != axes + 2 or groups < 1 or weight.shape[0] % groups:
        kernel = ", ".join(["K"] * axes)
        raise wrong(caller, f"expected weight (out, in/groups, {kernel}) with an out that is divisible by "
                            f"groups={groups}, got shape {tuple(weight.shape)}")
    if x.shape[1] != weight.shape[1] * groups:
        raise _wrong_channels(caller, input, weight, groups, batched)
    _check_bias(caller, bias, weight.shape[0])
    kernel = weight.shape[2:]
    padding = borders(padding, axes, kernel, stride, dilation, caller)
    for n, k, (before, after), d in zip(x.shape[2:], kernel, padding, dilation):
        if n + before + after < d * (k - 1) + 1:
            raise wrong(caller, f"the kernel is larger than the input: it covers {d * (k - 1) + 1} (kernel "
                                f"size {k}, dilation {d}), the input with its padding {n + before + after}. "
                                f"Input {tuple(input.shape)}, weight {tuple(weight.shape)}: use a smaller "
                                "kernel, or padding")
    arrays = (x, weight) if bias is None else (x, weight, bias)
    y = conv(*arrays, stride=stride, padding=padding, dilation=dilation, groups=groups)
    return without_batch(y, batched)


def borders(padding, axes, kernel, stride, dilation, caller):
    """`padding`, a number for each axis, "same" or "valid", as a pair (before, after) for each axis."""
    if padding == "valid":
        return ((0, 0),) * axes
    if padding == "same":
        if any(s != 1 for s in stride):
            raise wrong(caller, "padding='same' is not supported for strided convolutions: give the padding "
                                "as a number")
        total = [d * (k - 1) for k, d in zip(kernel, dilation)]
        return tuple((n // 2, n - n // 2) for n in total)
    if isinstance(padding, str):
        raise wrong(caller, f"padding must be a number for each axis, 'same' or 'valid', not {padding!r}")
    return tuple((p, p) for p in per_axis(padding, axes, "padding", caller))


def _wrong_channels(caller, input, weight, groups, batched):
    """The error for an input with other channels than the weight has."""
    channels, wanted = input.shape[int(batched)], weight.shape[1] * groups
    message = (f"given groups={groups}, weight of size {list(weight.shape)}, expected "
               f"input{list(input.shape)} to have {wanted} channels, but got {channels} channels instead")
    if input.shape[-1] == wanted:
        message += (". The channels come before the length: x.transpose(-1, -2)" if weight.ndim == 3 else
                    ". The channels come before height and width: x.movedim(-1, -3)")
    return wrong(caller, message)


def _check_bias(caller, bias, out):
    if bias is not None and tuple(bias.shape) != (out,):
        raise wrong(caller, f"expected bias ({out},), one number for each output channel, got shape "
                            f"{tuple(bias.shape)}")


# ------------------------------------------------------------------------------------------- transposed

def conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """The transpose of `conv1d`, and its gradient: every element is spread over a window, times the kernel.

    Parameters
    ----------
    input : (N, C, L), or (C, L)
    weight : (C, O/groups, K): shaped for the convolution that goes the other way
    stride, padding, dilation : of that convolution; so `padding` cuts off
    output_padding : how much longer the output is at its end (convolved with stride 2, 7 and 8 both give 4)

    >>> import tinygrad_bio as tg
    >>> conv_transpose1d(tg.tensor([[[1., 10.]]]), tg.tensor([[[1., 2., 3.]]]), stride=2)
    tensor([[[ 1.,  2., 13., 20., 30.]]])
    """
    return _conv_transpose("conv_transpose1d", 1, input, weight, bias, stride, padding, output_padding,
                           groups, dilation)


def conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """`conv_transpose1d` in two dimensions: input (N, C, H, W), weight (C, O/groups, K, K).

    >>> import tinygrad_bio as tg
    >>> conv_transpose2d(tg.ones(1, 4, 5, 5), tg.ones(4, 2, 2, 2), stride=2).shape
    (1, 2, 10, 10)
    """
    return _conv_transpose("conv_transpose2d", 2, input, weight, bias, stride, padding, output_padding,
                           groups, dilation)


def _conv_transpose(caller, axes, input, weight, bias, stride, padding, output_padding, groups, dilation):
    x, batched = with_batch(input, axes, caller)
    stride = per_axis(stride, axes, "stride", caller, 1)
    dilation = per_axis(dilation, axes, "dilation", caller, 1)
    padding = per_axis(padding, axes, "padding", caller)
    extra = per_axis(output_padding, axes, "output_padding", caller)
    if weight.ndim != axes + 2 or x.shape[1] != weight.shape[0] or groups < 1 or weight.shape[0] % groups:
        raise wrong(caller, f"given groups={groups}, weight (in, out/groups, K…) of size "
                            f"{list(weight.shape)}, expected input{list(input.shape)} to have "
                            f"{weight.shape[0]} channels, divisible by groups, but got {x.shape[1]} channels "
                            "instead")
    _check_bias(caller, bias, weight.shape[1] * groups)
    if any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation)):
        raise wrong(caller, "output padding must be smaller than either stride or dilation, but got "
                            f"output_padding={extra}, stride={stride}, dilation={dilation}")
    pairs = tuple((p, p - e) for p, e in zip(padding, extra))     # of the convolution the other way round
    lengths = covered(x.shape[2:], weight.shape[2:], stride, pairs, dilation)
    if min(lengths) < 1:
        raise wrong(caller, f"nothing is left: input {tuple(input.shape)}, kernel {tuple(weight.shape[2:])} "
                            f"and padding {padding} give an output of size {lengths}. Use less padding")
    y = conv_input(x, weight, stride=stride, padding=pairs, dilation=dilation, groups=groups)
    if bias is not None:
        y = y + bias.reshape((-1,) + (1,) * axes)
    return without_batch(y, batched)


# ----------------------------------------------------------------------------------- windows as columns

def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """Each window of an image as a column: (N, C, H, W) -> (N, C·K·K, M) for M windows. The X̃ of Y = X̃ W.

    >>> import tinygrad_bio as tg
    >>> unfold(tg.arange(9.).reshape(1, 1, 3, 3), 2)
    tensor([[[0., 1., 3., 4.],
             [1., 2., 4., 5.],
             [3., 4., 6., 7.],
             [4., 5., 7., 8.]]])
    """
    x, batched = with_batch(input, 2, "unfold")
    how = _window_settings("unfold", kernel_size, stride, padding, dilation)
    if min(places(x.shape[2:], **how)) < 1:
        raise wrong("unfold", f"the kernel is larger than the input: input {tuple(input.shape)}, kernel_size "
                              f"{kernel_size}, dilation {dilation}, padding {padding}")
    return without_batch(pool.unfold(x, **how), batched)


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Windows put back into an image (N, C, *output_size), added where they overlap: `unfold` transposed.

    >>> import tinygrad_bio as tg
    >>> fold(tg.ones(1, 4, 4), (3, 3), 2)
    tensor([[[[1., 2., 1.],
              [2., 4., 2.],
              [1., 2., 1.]]]])
    """
    batched = input.ndim == 3
    x = input if batched else input[None]
    lengths = per_axis(output_size, 2, "output_size", "fold", 1)
    how = _window_settings("fold", kernel_size, stride, padding, dilation)
    m, size = places(lengths, **how), math.prod(how["kernel"])
    if x.ndim != 3 or x.shape[1] % size or x.shape[2] != math.prod(m):
        raise wrong("fold", f"expected input (N, C·{size}, {math.prod(m)}): {size} elements of each of "
                            f"{m[0]} × {m[1]} windows of an image {lengths}, got shape {tuple(input.shape)}")
    return without_batch(pool.fold(x, lengths=lengths, **how), batched)


def _window_settings(caller, kernel_size, stride, padding, dilation):
    return {"kernel": per_axis(kernel_size, 2, "kernel_size", caller, 1),
            "stride": per_axis(stride, 2, "stride", caller, 1),
            "padding": tuple((p, p) for p in per_axis(padding, 2, "padding", caller)),
            "dilation": per_axis(dilation, 2, "dilation", caller, 1)}
