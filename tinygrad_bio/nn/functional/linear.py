"""Linear maps and look-up tables: the functions behind the layers of those names."""
import math

from ... import ops
from ...autograd import ShapeError, here, mark_written
from ...backend import DeviceMismatchError, device_of, namespace
from ...functions import one_hot  # noqa: F401
from ...functions.common import array_of, index_array

__all__ = ["linear", "bilinear", "embedding", "one_hot"]


def linear(input, weight, bias=None):
    """y = x Wᵀ + b over the last dimension: input (…, in), weight (out, in), bias (out) -> (…, out).

    >>> import tinygrad_bio as tg
    >>> linear(tg.ones(4, 2), tg.ones(3, 2), tg.zeros(3)).shape
    (4, 3)
    """
    try:
        return ops.linear(input, weight) if bias is None else ops.linear(input, weight, bias)
    except ShapeError:
        raise _wrong_features(input, weight, bias) from None


def _wrong_features(input, weight, bias):
    """The error for an input that a linear map does not fit: what came, what was expected, what to write."""
    came, wanted = tuple(input.shape), weight.shape[-1]
    if weight.ndim != 2 or (bias is not None and tuple(bias.shape) != (weight.shape[0],)):
        return ShapeError(f"linear{here()}: expected weight (out, in) and bias (out), got "
                          f"{tuple(weight.shape)} and {None if bias is None else tuple(bias.shape)}")
    message = (f"linear{here()}: the last dimension of the input must have in_features={wanted}, but the "
               f"input has shape {came}")
    if len(came) > 2 and math.prod(came[1:]) == wanted:
        return ShapeError(f"{message}: flatten all but the batch, x.flatten(1)")
    if len(came) > 1 and wanted in came[:-1]:
        return ShapeError(f"{message}: move the features to the end, x.transpose({came.index(wanted)}, -1)")
    if math.prod(came) == wanted:
        return ShapeError(f"{message}: make one row of it, x.reshape(1, -1)")
    return ShapeError(f"{message}: change the layer to in_features={came[-1] if came else 1}, or the input")


def bilinear(input1, input2, weight, bias=None):
    """y_k = Σ_ij x1_i W_kij x2_j + b_k: inputs (…, in1) and (…, in2), weight (out, in1, in2) -> (…, out).

    >>> import tinygrad_bio as tg
    >>> bilinear(tg.ones(4, 2), tg.ones(4, 3), tg.ones(1, 2, 3)).shape
    (4, 1)
    """
    out, in1, in2 = weight.shape
    if input1.shape[:-1] != input2.shape[:-1] or input1.shape[-1] != in1 or input2.shape[-1] != in2:
        raise ShapeError(f"bilinear{here()}: expected inputs (…, {in1}) and (…, {in2}) with equal first "
                         f"dimensions, got {tuple(input1.shape)} and {tuple(input2.shape)}")
    y = ops.einsum(input1.reshape(-1, in1), weight, input2.reshape(-1, in2), subscripts="ni,kij,nj->nk")
    y = y.reshape(tuple(input1.shape[:-1]) + (out,))
    return y if bias is None else y + bias


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False,
              sparse=False):
    """The rows of `weight` (V, E) that the integers in `input` (…) name: (…, E).

    Parameters
    ----------
    padding_idx : this row gets no gradient
    max_norm, norm_type : first shorten the rows that are used, in place, to this norm
    scale_grad_by_freq : divide a row's gradient by how often the row is used
    sparse : accepted for PyTorch's sake; gradients are dense

    >>> import tinygrad_bio as tg
    >>> embedding(tg.tensor([1, 1, 0]), tg.tensor([[0., 0.], [1., 2.]]))
    tensor([[1., 2.],
            [1., 2.],
            [0., 0.]])
    """
    index = table_index(input, weight, padding_idx, "embedding")
    if max_norm is not None:
        shorten_rows(weight, index, max_norm, norm_type)
    y = ops.embedding(weight, index=index, padding_idx=padding_idx)
    if scale_grad_by_freq and index.size:
        times = namespace(index).bincount(index.reshape(-1))[index]             # (…): how often each is used
        y = ops.scale_gradient(y, factor=(1 / times[..., None]).astype(y.dtype))
    return y


def table_index(input, weight, padding_idx, caller):
    """The integers that name rows of a table, as an array; they and padding_idx are checked."""
    index, table = index_array(input, weight, caller, "input"), array_of(weight)
    if namespace(index) is not namespace(table):
        there = str(device_of(table))
        raise DeviceMismatchError(f"{caller}{here()}: input is on {str(device_of(index))!r}, weight on "
                                  f"{there!r}: move one, e.g. input.to({there!r})")
    rows = table.shape[0]
    if padding_idx is not None and not -rows <= padding_idx < rows:
        raise IndexError(f"{caller}{here()}: padding_idx {padding_idx} is out of range: expected {-rows} … "
                         f"{rows - 1}")
    return index


def shorten_rows(weight, index, max_norm, norm_type):
    """Make the rows that are used no longer than max_norm, in place."""
    used = namespace(index).unique(index)
    rows = array_of(weight)[used]                                               # (u, E)
    length = ops.norm(rows, ord=norm_type, axis=1, keepdims=True)
    weight.array[used] = namespace(rows).where(length > max_norm, rows * (max_norm / (length + 1e-7)), rows)
    mark_written(weight.array)
