"""What the functions of images and sequences share: errors, settings for each axis, the batch."""
from ...autograd import ShapeError, here


def wrong(caller, message):
    """The error of a function, with the layer that called it."""
    return ShapeError(f"{caller}{here()}: {message}")


def per_axis(value, axes, name, caller, least=0):
    """A setting as a tuple with one number for each axis: from one number for all, or from a list.

    >>> per_axis(3, 2, "kernel_size", "conv2d"), per_axis([3, 5], 2, "kernel_size", "conv2d")
    ((3, 3), (3, 5))
    """
    numbers = tuple(int(n) for n in value) if isinstance(value, (tuple, list)) else (int(value),) * axes
    if len(numbers) == 1:
        numbers *= axes
    if len(numbers) != axes:
        raise wrong(caller, f"{name} must be one number or {axes}, but is {value}")
    if min(numbers) < least:
        raise wrong(caller, f"{name} must be at least {least}, but is {value}")
    return numbers


def with_batch(input, axes, caller):
    """The input as (N, C, *L), and whether it came with a batch: (C, *L) is one sample."""
    if input.ndim not in (axes + 1, axes + 2):
        shape = "(N, C, L) or (C, L)" if axes == 1 else "(N, C, H, W) or (C, H, W)"
        raise wrong(caller, f"expected input {shape}, got shape {tuple(input.shape)}")
    batched = input.ndim == axes + 2
    return (input if batched else input[None]), batched


def without_batch(output, batched):
    """The output like the input: with a batch, or one sample."""
    return output if batched else output[0]
