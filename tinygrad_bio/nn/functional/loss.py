"""Losses that compare numbers with numbers, or one vector with another. Class labels: ``classification.py``.

Input and target must have the same shape: broadcasting (N, 1) against (N) would silently compare every
element with every other. `reduction` is "mean", "sum", or "none" for one loss per element.
"""
import math

from ... import ops
from ...autograd import ShapeError, here
from ...functions.common import same_shape
from .distance import pairwise_distance

__all__ = ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div", "poisson_nll_loss",
           "gaussian_nll_loss", "hinge_embedding_loss", "margin_ranking_loss", "triplet_margin_loss",
           "cosine_embedding_loss"]


def reduced(loss, reduction):
    """The mean, the sum, or all of the losses."""
    if reduction == "mean":
        return ops.mean(loss)
    if reduction == "sum":
        return ops.sum(loss)
    if reduction == "none":
        return loss
    raise ValueError(f"reduction must be 'mean', 'sum' or 'none', not {reduction!r}")


# ------------------------------------------------------------------------------------------- regression

def mse_loss(input, target, *, reduction="mean", weight=None):
    """The mean of (input − target)²; with weights the weighted mean.

    >>> import tinygrad_bio as tg
    >>> mse_loss(tg.tensor([1., 2.]), tg.tensor([1., 4.]))
    tensor(2.)
    """
    same_shape(input, target, "mse_loss")
    if reduction == "mean" and weight is None:
        return ops.mean_squared_error(input, target)
    loss = ops.squared_error(input, target)
    return reduced(loss, reduction) if weight is None else _weighted_mean(loss, weight, reduction, "mse_loss")


def l1_loss(input, target, *, reduction="mean", weight=None):
    """The mean of |input − target|; with weights the weighted mean.

    >>> import tinygrad_bio as tg
    >>> l1_loss(tg.tensor([1., 2.]), tg.tensor([1., 4.]))
    tensor(1.)
    """
    same_shape(input, target, "l1_loss")
    loss = ops.absolute(ops.sub(input, target))
    return reduced(loss, reduction) if weight is None else _weighted_mean(loss, weight, reduction, "l1_loss")


def _weighted_mean(loss, weight, reduction, caller):
    same_shape(loss, weight, caller, ("input", "weight"))
    loss = loss * weight
    return ops.sum(loss) / ops.sum(weight) if reduction == "mean" else reduced(loss, reduction)


def smooth_l1_loss(input, target, *, reduction="mean", beta=1.0):
    """d²/(2β) where |d| < β, else |d| − β/2: quadratic near 0, linear far away. β = 0 is `l1_loss`.

    >>> import tinygrad_bio as tg
    >>> smooth_l1_loss(tg.tensor([0.5, 3.]), tg.tensor([0., 0.]), reduction="none")
    tensor([0.1250, 2.5000])
    """
    if beta < 0:
        raise RuntimeError(f"smooth_l1_loss: beta must not be negative, but is {beta}")
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    same_shape(input, target, "smooth_l1_loss")
    return reduced(ops.div(ops.huber(ops.sub(input, target), delta=beta), beta), reduction)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """d²/2 where |d| < δ, else δ(|d| − δ/2): an outlier pulls no harder than δ. Huber 1964.

    >>> import tinygrad_bio as tg
    >>> huber_loss(tg.tensor([0.5, 3.]), tg.tensor([0., 0.]), reduction="none", delta=2.)
    tensor([0.1250, 4.0000])
    """
    if delta <= 0:
        raise RuntimeError(f"huber_loss: delta must be positive, but is {delta}")
    same_shape(input, target, "huber_loss")
    loss = ops.huber(ops.sub(input, target), delta=delta)
    if weight is not None:
        same_shape(loss, weight, "huber_loss", ("input", "weight"))
        loss = loss * weight
    return reduced(loss, reduction)


# -------------------------------------------------------------------------------------- distributions

def kl_div(input, target, *, reduction="mean", log_target=False):
    """Kullback–Leibler divergence Σ p·(ln p − input): `input` holds *logarithms*, `target` probabilities p.

    ``reduction="batchmean"`` divides by the batch, which is the definition in books; "mean" by all elements.

    Parameters
    ----------
    log_target : the target holds logarithms too

    >>> import tinygrad_bio as tg
    >>> kl_div(tg.tensor([[0.5, 0.5]]).log(), tg.tensor([[1., 0.]]), reduction="batchmean")
    tensor(0.6931)
    """
    same_shape(input, target, "kl_div")
    loss = ops.exp(target) * (target - input) if log_target else ops.xlogy(target, target) - target * input
    if reduction == "batchmean":
        return ops.sum(loss) / (input.shape[0] if input.ndim else 1)
    return reduced(loss, reduction)


def poisson_nll_loss(input, target, log_input=True, full=False, *, eps=1e-8, reduction="mean"):
    """−ln of a Poisson probability: for counts, such as sequencing reads.

    Parameters
    ----------
    input : the logarithm of the expected count, or the count itself (``log_input=False``)
    target : the counts that were seen
    full : add Stirling's approximation of ln(target!), which does not change the gradient

    >>> import tinygrad_bio as tg
    >>> poisson_nll_loss(tg.tensor([0.]), tg.tensor([3.]))
    tensor(1.)
    """
    same_shape(input, target, "poisson_nll_loss")
    loss = ops.exp(input) - target * input if log_input else input - target * ops.log(input + eps)
    if full:
        counts = ops.maximum(target, 1)                 # ln 1! = 0, and Stirling's formula is for larger ones
        stirling = counts * ops.log(counts) - counts + 0.5 * ops.log(2 * math.pi * counts)
        loss = loss + stirling * (target > 1).to(loss.dtype)
    return reduced(loss, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """−ln of a normal density, ½(ln var + (input − target)²/var): the network also says how sure it is.

    Parameters
    ----------
    var : variances, one for each element, or with one dimension of size 1 or the last left out; or a number
    full : add the constant ½ ln 2π
    eps : smaller variances count as eps

    >>> import tinygrad_bio as tg
    >>> gaussian_nll_loss(tg.tensor([1.]), tg.tensor([3.]), tg.tensor([4.]))
    tensor(1.1931)
    """
    same_shape(input, target, "gaussian_nll_loss")
    if isinstance(var, (int, float)):
        var = input.new_full(input.shape, var)
    if tuple(var.shape) == tuple(input.shape[:-1]) and var.ndim < input.ndim:
        var = var.unsqueeze(-1)
    unequal = [v for v, n in zip(var.shape, input.shape) if v != n]
    if var.ndim != input.ndim or (unequal and unequal != [1]):
        raise ShapeError(f"gaussian_nll_loss{here()}: var has shape {tuple(var.shape)}, which does not fit "
                         f"input {tuple(input.shape)}")
    if bool((var < 0).any()):
        raise ValueError(f"gaussian_nll_loss{here()}: var holds negative numbers, such as "
                         f"{float(var.min())}: variances are squares")
    var = ops.floor_at(var, min=eps)
    loss = 0.5 * (ops.log(var) + ops.squared_error(input, target) / var)
    return reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, reduction)


# ------------------------------------------------------------------------------- margins: far enough is good

def hinge_embedding_loss(input, target, margin=1.0, *, reduction="mean"):
    """Distances x of pairs that are alike (target 1): x; of pairs that are not (−1): max(0, margin − x).

    >>> import tinygrad_bio as tg
    >>> hinge_embedding_loss(tg.tensor([0.2, 0.2]), tg.tensor([1., -1.]), reduction="none")
    tensor([0.2000, 0.8000])
    """
    same_shape(input, target, "hinge_embedding_loss")
    zero = input.new_zeros(input.shape)
    apart = ops.where(target != 1, ops.clip(margin - input, min=0), zero)
    return reduced(apart + ops.where(target != -1, input, zero), reduction)


def margin_ranking_loss(input1, input2, target, margin=0.0, *, reduction="mean"):
    """max(0, margin − target·(x1 − x2)): x1 shall be larger where target is 1, smaller where it is −1.

    >>> import tinygrad_bio as tg
    >>> margin_ranking_loss(tg.tensor([2., 2.]), tg.tensor([1., 3.]), tg.tensor([1., 1.]))
    tensor(0.5000)
    """
    same_shape(input1, input2, "margin_ranking_loss", ("input1", "input2"))
    same_shape(input1, target, "margin_ranking_loss", ("input1", "target"))
    return reduced(ops.clip(margin - target * (input1 - input2), min=0), reduction)


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, *,
                        reduction="mean"):
    """max(0, d(anchor, positive) − d(anchor, negative) + margin), of vectors in the last dimension.

    Parameters
    ----------
    swap : take d(positive, negative) if it is smaller than d(anchor, negative)

    >>> import tinygrad_bio as tg
    >>> triplet_margin_loss(tg.tensor([[0., 0.]]), tg.tensor([[0., 1.]]), tg.tensor([[0., 1.5]]))
    tensor(0.5000)
    """
    if margin <= 0:
        raise ValueError(f"triplet_margin_loss: margin must be positive, but is {margin}")
    same_shape(anchor, positive, "triplet_margin_loss", ("anchor", "positive"))
    same_shape(anchor, negative, "triplet_margin_loss", ("anchor", "negative"))
    near, far = pairwise_distance(anchor, positive, p, eps), pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = ops.minimum(far, pairwise_distance(positive, negative, p, eps))
    return reduced(ops.clip(margin + near - far, min=0), reduction)


def cosine_embedding_loss(input1, input2, target, margin=0.0, *, reduction="mean"):
    """1 − cos of pairs (N, E) that are alike (target (N) is 1); max(0, cos − margin) where it is −1.

    >>> import tinygrad_bio as tg
    >>> cosine_embedding_loss(tg.ones(2, 3), tg.ones(2, 3), tg.tensor([1, -1]), reduction="none")
    tensor([0., 1.])
    """
    same_shape(input1, input2, "cosine_embedding_loss", ("input1", "input2"))
    if tuple(target.shape) != tuple(input1.shape[:-1]) or input1.ndim not in (1, 2):
        raise ShapeError(f"cosine_embedding_loss{here()}: expected inputs (N, E) and target (N), or (E) and "
                         f"(), got {tuple(input1.shape)} and {tuple(target.shape)}")
    tiny = 1e-12                                            # a zero vector has the cosine 0
    squares1, squares2 = ops.sum(input1 * input1, axis=-1) + tiny, ops.sum(input2 * input2, axis=-1) + tiny
    cos = ops.sum(input1 * input2, axis=-1) / ops.sqrt(squares1 * squares2)
    zero = cos.new_zeros(cos.shape)
    alike = ops.where(target == 1, 1 - cos, zero)
    return reduced(alike + ops.where(target == -1, ops.clip(cos - margin, min=0), zero), reduction)
