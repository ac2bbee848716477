"""Losses with margins between classes: the right class shall lead the others by so much, and no more."""
from ... import ops
from ...autograd import ShapeError, here
from ...backend import check_index, namespace
from ...functions.common import constant, index_array, same_shape
from .activation import logsigmoid
from .distance import pairwise_distance
from .loss import reduced

__all__ = ["multi_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss", "soft_margin_loss",
           "triplet_margin_with_distance_loss"]


def soft_margin_loss(input, target, *, reduction="mean"):
    """ln(1 + e^(−t·x)), with targets t of 1 and −1: logistic regression.

    >>> import tinygrad_bio as tg
    >>> soft_margin_loss(tg.tensor([0., 0.]), tg.tensor([1., -1.]))
    tensor(0.6931)
    """
    same_shape(input, target, "soft_margin_loss")
    return reduced(-logsigmoid(target * input), reduction)


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, *, reduction="mean"):
    """1/C·Σ_j max(0, margin − x_y + x_j)ᵖ over the classes j ≠ y: the hinge of a support vector machine.

    Parameters
    ----------
    input : scores (N, C) or (C)
    target : the right classes y, (N) or ()
    p : 1 or 2
    weight : (C) what each right class counts

    >>> import tinygrad_bio as tg
    >>> multi_margin_loss(tg.tensor([[0.1, 0.2, 0.8]]), tg.tensor([2]))         # (0.3 + 0.4 + 0)/3
    tensor(0.2333)
    """
    if p not in (1, 2):
        raise ValueError(f"multi_margin_loss: only p == 1 and p == 2 are supported, not {p}")
    y = index_array(target, input, "multi_margin_loss", "target")
    if input.ndim not in (1, 2) or tuple(y.shape) not in (tuple(input.shape[:-1]), (1,) * (2 - input.ndim)):
        raise ShapeError(f"multi_margin_loss{here()}: expected input (N, C) with target (N), or (C) with (), "
                         f"got {tuple(input.shape)} and {tuple(y.shape)}")
    x, y = (input if input.ndim == 2 else input[None]), y.reshape(-1)                   # (N, C), (N)
    _check_classes(y, x.shape[1], "multi_margin_loss")
    xp, classes = namespace(y), x.shape[1]
    right = ops.gather(x, index=y[:, None], axis=1)                                     # (N, 1)
    loss = ops.clip(margin - right + x, min=0)                                          # (N, C)
    loss = loss if p == 1 else loss * loss
    if weight is not None:
        if tuple(weight.shape) != (classes,):
            raise ShapeError(f"multi_margin_loss{here()}: weight must have one number for each of {classes} "
                             f"classes, but has shape {tuple(weight.shape)}")
        loss = loss * weight[constant(y)][:, None]
    others = constant((xp.arange(classes) != y[:, None]).astype(x.dtype))
    loss = ops.sum(loss * others, axis=1) / classes                                     # (N)
    return reduced(loss if input.ndim == 2 or reduction != "none" else loss[0], reduction)


def multilabel_margin_loss(input, target, *, reduction="mean"):
    """1/C·Σ max(0, 1 − (x_y − x_j)) over the right classes y and the others j.

    Parameters
    ----------
    input : scores (N, C) or (C)
    target : the right classes of each row, in the shape of the input; what follows the first −1 is not read

    >>> import tinygrad_bio as tg
    >>> multilabel_margin_loss(tg.tensor([0.1, 0.2, 0.4, 0.8]), tg.tensor([3, 0, -1, 1]))
    tensor(0.8500)
    """
    y = index_array(target, input, "multilabel_margin_loss", "target")
    if input.ndim not in (1, 2) or tuple(y.shape) != tuple(input.shape):
        raise ShapeError(f"multilabel_margin_loss{here()}: expected input and target (N, C) or (C), got "
                         f"{tuple(input.shape)} and {tuple(y.shape)}")
    x, y = (input, y) if input.ndim == 2 else (input[None], y[None])                    # (N, C)
    xp = namespace(y)
    read = xp.cumsum(y == -1, axis=1) == 0                                              # before the first −1
    _check_classes(y[read], x.shape[1], "multilabel_margin_loss")
    is_right = xp.zeros(tuple(x.shape), dtype=bool)
    is_right[xp.broadcast_to(xp.arange(len(y))[:, None], y.shape)[read], y[read]] = True
    right = ops.gather(x, index=xp.where(read, y, 0), axis=1)                           # (N, C): x of each y
    pairs = read[:, :, None] & ~is_right[:, None, :]                                    # (N, y, j)
    loss = ops.clip(1 - right[:, :, None] + x[:, None, :], min=0) * constant(pairs.astype(x.dtype))
    loss = ops.sum(loss, axis=(1, 2)) / x.shape[1]                                      # (N)
    return reduced(loss if input.ndim == 2 or reduction != "none" else loss[0], reduction)


def multilabel_soft_margin_loss(input, target, weight=None, *, reduction="mean"):
    """The mean over the classes of −t·ln σ(x) − (1 − t)·ln σ(−x), for targets t of 0 and 1: (…, C) -> (…).

    Parameters
    ----------
    weight : what each class counts (C), or each element

    >>> import tinygrad_bio as tg
    >>> multilabel_soft_margin_loss(tg.zeros(2, 3), tg.tensor([[1., 0., 1.], [0., 0., 0.]]))
    tensor(0.6931)
    """
    same_shape(input, target, "multilabel_soft_margin_loss")
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        loss = loss * weight
        same_shape(input, loss, "multilabel_soft_margin_loss", ("input", "input beside weight"))
    return reduced(ops.mean(loss, axis=-1), reduction)


def triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0,
                                      swap=False, reduction="mean"):
    """`triplet_margin_loss` with any distance: max(0, d(anchor, positive) − d(anchor, negative) + margin).

    Parameters
    ----------
    distance_function : d, a function of two Tensors (`pairwise_distance`)
    swap : take d(positive, negative) if it is smaller than d(anchor, negative)

    >>> import tinygrad_bio as tg
    >>> def alignment(a, b):
    ...     return 1 - cosine_similarity(a, b)
    >>> from tinygrad_bio.nn.functional import cosine_similarity
    >>> a, p, n = tg.tensor([[1., 0.]]), tg.tensor([[2., 0.]]), tg.tensor([[0., 1.]])
    >>> triplet_margin_with_distance_loss(a, p, n, distance_function=alignment, margin=2.0)
    tensor(1.)
    """
    if margin <= 0:
        raise ValueError(f"triplet_margin_with_distance_loss: margin must be greater than 0, but is {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        shapes = ", ".join(str(tuple(x.shape)) for x in (anchor, positive, negative))
        raise ShapeError(f"triplet_margin_with_distance_loss{here()}: anchor, positive and negative are "
                         f"expected to have the same number of dimensions, got shapes {shapes}")
    d = pairwise_distance if distance_function is None else distance_function
    near, far = d(anchor, positive), d(anchor, negative)
    if swap:
        far = ops.minimum(far, d(positive, negative))
    return reduced(ops.clip(margin + near - far, min=0), reduction)


def _check_classes(y, classes, caller):
    if y.size and int(y.min()) < 0:
        raise IndexError(f"{caller}{here()}: target {int(y.min())} is out of range: expected 0 … "
                         f"{classes - 1}")
    check_index(y, classes, f"{caller}{here()}: target")
