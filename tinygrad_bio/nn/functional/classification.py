"""Losses for classes: yes or no, or one of many.

"Logits" are numbers before the sigmoid or softmax: any size, any sign. The losses on logits compute both
together, because the logarithm of a probability that has underflowed to 0 would be −∞.
"""
import math

from ... import ops
from ...autograd import DtypeError, ShapeError, here
from ...backend import DeviceMismatchError, namespace
from ...functions.common import array_of, constant, same_shape
from .loss import reduced

__all__ = ["binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "nll_loss"]


# ------------------------------------------------------------------------------------------ yes or no

def binary_cross_entropy(input, target, weight=None, *, reduction="mean"):
    """−t·ln p − (1 − t)·ln(1 − p) for probabilities p; the logarithms are held above −100.

    Parameters
    ----------
    weight : what each element counts, in a shape that broadcasts to the input's

    >>> import tinygrad_bio as tg
    >>> binary_cross_entropy(tg.tensor([0.5, 0.]), tg.tensor([1., 1.]), reduction="none")
    tensor([  0.6931, 100.0000])
    """
    same_shape(input, target, "binary_cross_entropy")
    for name, x in (("input", input), ("target", target)):
        array = array_of(x)
        if array.size and not (array.min() >= 0 and array.max() <= 1):
            hint = ": for logits use binary_cross_entropy_with_logits" if name == "input" else ""
            raise ValueError(f"binary_cross_entropy{here()}: {name} must hold probabilities between 0 and 1, "
                             f"but its range is {float(array.min()):g} … {float(array.max()):g}{hint}")
    return reduced(_weighted(ops.bce(input, target), weight), reduction)


def binary_cross_entropy_with_logits(input, target, weight=None, *, reduction="mean", pos_weight=None):
    """`binary_cross_entropy` of sigmoid(input), exact for logits of any size.

    Parameters
    ----------
    weight : what each element counts
    pos_weight : what the part with target 1 counts, for each class (last dimension): > 1 where 1 is rare

    >>> import tinygrad_bio as tg
    >>> binary_cross_entropy_with_logits(tg.tensor([500., 0.]), tg.tensor([0., 1.]), reduction="none")
    tensor([500.0000,   0.6931])
    """
    same_shape(input, target, "binary_cross_entropy_with_logits")
    if pos_weight is None:
        loss = ops.bce_with_logits(input, target)
    else:
        loss = (target - 1) * ops.logsigmoid(-input) - pos_weight * target * ops.logsigmoid(input)
        same_shape(input, loss, "binary_cross_entropy_with_logits", ("input", "input beside pos_weight"))
    return reduced(_weighted(loss, weight), reduction)


def _weighted(loss, weight):
    if weight is None:
        return loss
    weighted = loss * weight
    same_shape(loss, weighted, "binary cross-entropy", ("input", "input beside weight"))
    return weighted


# ---------------------------------------------------------------------------------------- one of many

def cross_entropy(input, target, weight=None, *, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """−ln softmax(input)[target]: how surprised the network was by the right class.

    Parameters
    ----------
    input : logits (C), (N, C) or (N, C, d1, …): classes in dimension 1
    target : class numbers () , (N) or (N, d1, …); or probabilities, in the shape of the input
    weight : (C) what each class counts; the mean is divided by the sum of the weights of the targets
    ignore_index : places with this target count nothing
    label_smoothing : the share ε of the target that goes to all classes alike: (1 − ε)·loss + ε·mean

    >>> import tinygrad_bio as tg
    >>> cross_entropy(tg.tensor([[0., 0.], [0., 4.]]), tg.tensor([0, 1]), reduction="none")
    tensor([0.6931, 0.0181])
    """
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"cross_entropy: label_smoothing must be between 0 and 1, but is {label_smoothing}")
    if array_of(target).dtype.kind == "f":
        return _against_probabilities(input, target, weight, reduction, label_smoothing)
    return _against_classes(input, target, weight, ignore_index, reduction, ops.softmax_cross_entropy,
                            "cross_entropy", label_smoothing)


def nll_loss(input, target, weight=None, *, ignore_index=-100, reduction="mean"):
    """−input[target], for `input` that holds logarithms of probabilities: the second half of `cross_entropy`.

    >>> import tinygrad_bio as tg
    >>> nll_loss(tg.tensor([[0.25, 0.75]]).log(), tg.tensor([0]))
    tensor(1.3863)
    """
    return _against_classes(input, target, weight, ignore_index, reduction, _picked, "nll_loss")


def _picked(rows, target):
    """−rows[i, target[i]]."""
    return -ops.getitem(rows, index=(namespace(target).arange(len(target)), target))


def _against_classes(input, target, weight, ignore_index, reduction, loss_of_rows, caller, smoothing=0):
    """The loss of each place that is not ignored, smoothed, weighted and reduced."""
    rows, classes, shape = _as_rows(input, target, ignore_index, caller)        # (M, C), (M)
    known = _known(classes, ignore_index)
    if known is not None:
        rows, classes = ops.getitem(rows, index=known), classes[known]
    loss = loss_of_rows(rows, target=classes)                                   # (M)
    w = None if weight is None else _class_weights(weight, rows, caller)        # (C)
    if w is not None:
        loss = loss * constant(w[classes])
    if smoothing:
        each = ops.log_softmax(rows, axis=1) * (-smoothing / rows.shape[1])
        loss = loss * (1 - smoothing) + ops.sum(each if w is None else each * constant(w), axis=1)
    if reduction == "mean" and w is not None:
        return ops.sum(loss) / ops.sum(constant(w[classes]))
    if reduction == "none":
        if known is not None:                                               # 0 for those that were ignored
            loss = ops.putitem(loss, index=known, shape=(math.prod(shape),))
        return ops.reshape(loss, shape=shape)
    return reduced(loss, reduction)


def _against_probabilities(input, target, weight, reduction, smoothing):
    """−Σ_k w_k·t_k·ln p_k; the mean is over the places, whatever the weights."""
    dim = _class_dim(input)
    if tuple(target.shape) == tuple(input.shape[:dim] + input.shape[dim + 1:]):
        raise DtypeError(f"cross_entropy{here()}: a target with one class number for each place must hold "
                         f"integers, but it holds {target.dtype.name}: write target.long()")
    same_shape(input, target, "cross_entropy")
    if smoothing:
        target = target * (1 - smoothing) + smoothing / input.shape[dim]
    loss = -ops.log_softmax(input, axis=dim) * target
    if weight is not None:
        w = _class_weights(weight, input, "cross_entropy")
        loss = loss * constant(w.reshape((-1,) + (1,) * (input.ndim - 1 - dim)))
    return reduced(ops.sum(loss, axis=dim), reduction)


def _class_dim(input):
    return 1 if input.ndim > 1 else 0


def _as_rows(input, target, ignore_index, caller):
    """Input (…, C, …) as rows (M, C), target as class numbers (M), both checked; and the target's shape."""
    a, t, dim = input.array, array_of(target), _class_dim(input)
    if t.dtype.kind not in "iu":
        raise DtypeError(f"{caller}{here()}: target must hold class numbers (int64), but it holds "
                         f"{t.dtype.name}: write .long()")
    if a.ndim == 0 or tuple(t.shape) != tuple(a.shape[:dim] + a.shape[dim + 1:]):
        expected = "input (C) with target (), (N, C) with (N), or (N, C, d1, …) with (N, d1, …)"
        hint = ""
        if t.shape == a.shape:
            hint = ": class probabilities must be floats"
        elif t.shape == a.shape[:-1]:
            hint = f": the classes belong into dimension 1, input.transpose(1, {a.ndim - 1})"
        raise ShapeError(f"{caller}{here()}: expected {expected}, got input {tuple(a.shape)} and target "
                         f"{tuple(t.shape)}{hint}")
    if namespace(t) is not namespace(a):
        raise DeviceMismatchError(f"{caller}{here()}: input is on {str(input.device)!r} and target is not: "
                                  "write target.to(input.device)")
    classes, n = t.reshape(-1), a.shape[dim]
    if classes.size:
        low, high = int(classes.min()), int(classes.max())
        if low < 0 or high >= n:
            _raise_outside(classes, n, ignore_index, caller)
    if a.ndim == 1:
        return ops.reshape(input, shape=(1, n)), classes, ()
    if a.ndim > 2:
        input = ops.moveaxis(input, 1, -1)                                      # (N, d1, …, C)
    return (input if input.ndim == 2 else ops.reshape(input, shape=(-1, n))), classes, tuple(t.shape)


def _raise_outside(classes, n, ignore_index, caller):
    """Raise for a target that is no class and is not ignored."""
    wrong = ((classes < 0) | (classes >= n)) & (classes != ignore_index)
    if bool(wrong.any()):
        raise IndexError(f"{caller}{here()}: target {int(classes[wrong][0])} is out of range: expected 0 … "
                         f"{n - 1} ({n} classes in dimension 1 of the input), or ignore_index={ignore_index}")


def _known(classes, ignore_index):
    """The places whose target is not to be ignored; None if that is all of them."""
    kept = classes != ignore_index
    return None if bool(kept.all()) else kept.nonzero()[0]


def _class_weights(weight, input, caller):
    n = input.shape[_class_dim(input)]
    if tuple(weight.shape) != (n,):
        raise ShapeError(f"{caller}{here()}: weight must have one number for each of {n} classes, but has "
                         f"shape {tuple(weight.shape)}")
    return array_of(weight).astype(input.dtype, copy=False)
