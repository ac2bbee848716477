"""Embeddings of bags: rows of a table summed up for each group of integers, such as the words of a text."""
from ... import ops
from ...autograd import ShapeError, here
from ...backend import namespace
from ...functions.common import array_of, constant, index_array
from ...ops.graph import segment_max
from .linear import embedding, shorten_rows, table_index

__all__ = ["embedding_bag"]


def embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False,
                  mode="mean", sparse=False, per_sample_weights=None, include_last_offset=False,
                  padding_idx=None):
    """y_b = Σ_i w_i·weight[input_i] over the integers of each bag b; or their mean, or their largest: (B, E).

    Parameters
    ----------
    input : (B, L), one bag a row; or (M), all bags one after another, with `offsets`
    weight : the table (V, E)
    offsets : (B) where each bag begins; an empty bag gives 0
    mode : "sum", "mean" or "max" (of equal ones the first gets the gradient)
    per_sample_weights : w, in the shape of the input; for "sum" only
    include_last_offset : the offsets (B + 1) end with the length of the input
    padding_idx : this row counts nowhere, and gets no gradient
    max_norm, norm_type, scale_grad_by_freq, sparse : as for `embedding`

    >>> import tinygrad_bio as tg
    >>> table = tg.tensor([[1., 10.], [2., 20.], [4., 40.]])
    >>> embedding_bag(tg.tensor([[0, 1], [2, 2]]), table, mode="sum")
    tensor([[ 3., 30.],
            [ 8., 80.]])
    >>> embedding_bag(tg.tensor([0, 1, 2]), table, offsets=[0, 1], mode="max")
    tensor([[ 1., 10.],
            [ 4., 40.]])
    """
    if mode not in ("sum", "mean", "max"):
        raise ValueError(f"embedding_bag{here()}: mode has to be one of sum, mean or max, not {mode!r}")
    if mode == "max" and (scale_grad_by_freq or sparse):
        raise ValueError(f"embedding_bag{here()}: max mode does not support scaling the gradient by the "
                         "frequency, nor sparse weights")
    if weight.ndim != 2:
        raise ShapeError(f"embedding_bag{here()}: weight has to be a table (V, E), but has shape "
                         f"{tuple(weight.shape)}")
    index = table_index(input, weight, padding_idx, "embedding_bag")
    _check_sample_weights(per_sample_weights, index, mode)
    bags, size = _bags(index, offsets, include_last_offset)                             # (M), B
    index, w = index.reshape(-1), per_sample_weights
    w = None if w is None else w.reshape(-1)
    if max_norm is not None:
        shorten_rows(weight, index, max_norm, norm_type)
    if padding_idx is not None:
        counts = (index != padding_idx % weight.shape[0]).nonzero()[0]
        index, bags, w = index[counts], bags[counts], None if w is None else w[counts]
    rows = embedding(index, weight, scale_grad_by_freq=scale_grad_by_freq)              # (M, E)
    if mode == "max":
        return _first_largest(rows, bags, size)
    total = ops.putitem(rows if w is None else rows * w[:, None], index=bags, shape=(size, weight.shape[1]))
    if mode == "sum":
        return total
    xp = namespace(bags)
    members = xp.maximum(xp.bincount(bags, minlength=size), 1)                          # (B)
    return total / constant(members[:, None].astype(total.dtype))


def _first_largest(rows, bags, size):
    """The largest of the rows (M, E) of each bag, element by element; 0 for an empty bag: (B, E)."""
    top = segment_max(rows.detach(), index=bags, size=size).array                       # (B, E)
    xp, last = namespace(top), max(len(bags) - 1, 0)
    places = xp.where(rows.array == top[bags], xp.arange(len(bags))[:, None], last).astype("int32")
    first = xp.full(top.shape, last, dtype="int32")                 # where each largest stands first
    xp.minimum.at(first, bags, places)
    (filled,) = (xp.bincount(bags, minlength=size) > 0).nonzero()
    winners = ops.gather(rows, index=first[filled], axis=0)
    return ops.putitem(winners, index=filled, shape=top.shape)


def _check_sample_weights(w, index, mode):
    if w is None:
        return
    if tuple(w.shape) != tuple(index.shape):
        raise ShapeError(f"embedding_bag{here()}: per_sample_weights must have the shape of the input, "
                         f"{tuple(index.shape)}, but has {tuple(w.shape)}")
    if mode != "sum":
        raise NotImplementedError(f"embedding_bag{here()}: per_sample_weights is only supported for "
                                  f"mode='sum', not {mode!r}")


def _bags(index, offsets, include_last_offset):
    """The bag that each integer is in, (M), and how many bags there are."""
    xp = namespace(index)
    if index.ndim == 2:
        if offsets is not None:
            raise ShapeError(f"embedding_bag{here()}: if input is 2D, each row is a bag, and offsets has to "
                             "be None")
        return xp.repeat(xp.arange(len(index)), index.shape[1]), len(index)
    if index.ndim != 1:
        raise ShapeError(f"embedding_bag{here()}: input has to be 1D or 2D, but has shape "
                         f"{tuple(index.shape)}")
    if offsets is None:
        raise ShapeError(f"embedding_bag{here()}: offsets has to be a 1D Tensor but got None: say where each "
                         "bag begins, or give input (B, L)")
    starts = index_array(array_of(offsets), index, "embedding_bag", "offsets")
    starts = starts[:-1] if include_last_offset else starts
    if starts.ndim != 1 or not len(starts) or int(starts[0]) != 0 or int(starts[-1]) > len(index) or (
            bool((xp.diff(starts) < 0).any())):
        raise ShapeError(f"embedding_bag{here()}: offsets have to begin with 0, and to grow to at most the "
                         f"input's length {len(index)}, but are {starts.tolist()}")
    return xp.searchsorted(starts, xp.arange(len(index)), side="right") - 1, len(starts)
