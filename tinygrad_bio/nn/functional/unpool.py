"""Max-pooling backwards: each largest goes back to where it stood."""
import math

from ... import ops
from ...autograd import here
from ...backend import check_index
from ...functions.common import index_array
from .spatial import per_axis, with_batch, without_batch, wrong

__all__ = ["max_unpool1d", "max_unpool2d"]


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """What `max_pool1d` returned with ``return_indices=True``, put back among zeros: (N, C, M) -> (N, C, L).

    Parameters
    ----------
    indices : where along L each element belongs; if two share a place, one of them stays
    kernel_size, stride, padding : those of the pooling, which give L = (M − 1)·stride + kernel − 2·padding
    output_size : L itself, (L) or (N, C, L): pooling forgets what its last window did not reach

    >>> import tinygrad_bio as tg
    >>> y, where = tg.nn.functional.max_pool1d(tg.tensor([[[1., 3., 2., 0.]]]), 2, return_indices=True)
    >>> max_unpool1d(y, where, 2)
    tensor([[[0., 3., 2., 0.]]])
    """
    return _max_unpool("max_unpool1d", 1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """`max_unpool1d` for images: (N, C, H, W) -> (N, C, H', W'). Indices count through all of H' × W'.

    >>> import tinygrad_bio as tg
    >>> x = tg.tensor([[[[1., 2.], [4., 3.]]]])
    >>> y, where = tg.nn.functional.max_pool2d(x, 2, return_indices=True)
    >>> max_unpool2d(y, where, 2)
    tensor([[[[0., 0.],
              [4., 0.]]]])
    """
    return _max_unpool("max_unpool2d", 2, input, indices, kernel_size, stride, padding, output_size)


def _max_unpool(caller, axes, input, indices, kernel_size, stride, padding, output_size):
    x, batched = with_batch(input, axes, caller)
    index = index_array(indices, input, caller, "indices")
    if tuple(index.shape) != tuple(input.shape):
        raise wrong(caller, f"input and indices must have one shape, got {tuple(input.shape)} and "
                            f"{tuple(index.shape)}")
    size = _size(caller, axes, x.shape[2:], kernel_size, stride, padding, output_size)
    n, c, *_ = x.shape
    index = index.reshape(n, c, -1)
    if index.size and int(index.min()) < 0:
        raise IndexError(f"{caller}{here()}: index {int(index.min())} is out of range: places are counted "
                         "from 0")
    check_index(index, math.prod(size), f"{caller}{here()}: index")
    y = ops.scatter(x.new_zeros((n, c, math.prod(size))), x.reshape(n, c, -1), index=index, axis=2)
    return without_batch(y.reshape(n, c, *size), batched)


def _size(caller, axes, lengths, kernel_size, stride, padding, output_size):
    """The sizes after unpooling, which may differ from the usual by less than a stride."""
    kernel = per_axis(kernel_size, axes, "kernel_size", caller, 1)
    stride = kernel if stride is None else per_axis(stride, axes, "stride", caller, 1)
    padding = per_axis(padding, axes, "padding", caller)
    usual = [(n - 1) * s + k - 2 * p for n, k, s, p in zip(lengths, kernel, stride, padding)]
    if output_size is None:
        return usual
    sizes = [int(n) for n in output_size]
    if len(sizes) not in (axes, axes + 2):
        raise wrong(caller, f"output_size should have {axes} or {axes + 2} elements, but is {tuple(sizes)}")
    sizes = sizes[-axes:]
    for n, m, s in zip(sizes, usual, stride):
        if not m - s < n < m + s:
            raise wrong(caller, f"invalid output_size {tuple(output_size)}: a size must be between {m - s} "
                                f"and {m + s} here, but is {n}")
    return sizes
