"""Connectionist temporal classification: a short sequence read from a long one, without knowing where."""
import numpy as np

from ... import ops
from ...autograd import DtypeError, ShapeError, here
from ...backend import asnumpy, namespace
from ...functions import unbind
from ...functions.common import array_of, constant
from .loss import reduced

__all__ = ["ctc_loss"]

NEVER = -1e30                       # ln of a probability of 0, but finite: −∞ − (−∞) would be NaN


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean",
             zero_infinity=False):
    """−ln Σ p(path) over all paths that spell the target: T steps, each with a label or the blank.

    A path spells what is left when repeats are merged and then blanks are removed: "–AA–AC" spells "AAC". Put
    the target's labels between blanks, –A–A–C–, as states s, and let α_t(s) be the probability of all
    beginnings of paths that stand at s after step t:

        α_t(s) = p_t(label of s)·(α_t₋₁(s) + α_t₋₁(s − 1) + α_t₋₁(s − 2)),

    the last term only where s is a label that differs from the one before. Here it is computed on logarithms,
    by differentiable operations. Graves et al. 2006.

    Parameters
    ----------
    log_probs : (T, N, C), or (T, C): the logarithms of probabilities, as `log_softmax` makes them
    targets : labels (N, S), or all sequences one after another (Σ target_lengths); never the blank
    input_lengths, target_lengths : (N), Tensors or lists; for (T, C) one number each
    blank : the number of the blank among the C classes
    reduction : "mean" divides each loss by its target_length first; "sum"; "none"
    zero_infinity : 0 instead of ∞ for a target that the input is too short for. (The gradient of such a
        sequence is 0 in any case; in PyTorch it is NaN if the loss is ∞.)

    The gradient is that for log_probs. PyTorch's has exp(log_probs) added, which log_softmax takes away.

    >>> import tinygrad_bio as tg
    >>> x = tg.tensor([[0.25, 0.75], [0.5, 0.5]])               # 2 steps: – or A
    >>> ctc_loss(x.log(), tg.tensor([1]), [2], [1]).exp()       # AA, A– and –A: ⅞
    tensor(1.1429)
    """
    if log_probs.ndim not in (2, 3):
        raise ShapeError(f"ctc_loss{here()}: expected log_probs (T, N, C) or (T, C), got shape "
                         f"{tuple(log_probs.shape)}")
    batched = log_probs.ndim == 3
    log_probs = log_probs if batched else log_probs[:, None]
    steps = _lengths(input_lengths, log_probs, "input_lengths", log_probs.shape[0])
    sizes = _lengths(target_lengths, log_probs, "target_lengths")
    labels = _labels(targets, sizes, log_probs.shape[2], blank)                                     # (N, S)
    loss = -_ln_probability(log_probs, labels, steps, sizes, blank)                                 # (N)
    hopeless = loss.array > -NEVER / 10
    if hopeless.any():
        loss = ops.where(hopeless, 0.0 if zero_infinity else np.inf, loss)
    if reduction == "mean":
        loss = loss / constant(namespace(loss.array).asarray(np.maximum(sizes, 1).astype(loss.dtype)))
    return reduced(loss if batched or reduction != "none" else loss[0], reduction)


def _ln_probability(log_probs, labels, steps, sizes, blank):
    """ln Σ p(path) for each sequence, (N). The states are –, label 0, –, label 1, …, –: P = 2S + 1."""
    xp, (t_max, n, _) = namespace(log_probs.array), log_probs.shape
    states = np.full((n, 2 * labels.shape[1] + 1), blank)                                           # (N, P)
    states[:, 1::2] = labels
    jump = np.full(states.shape, NEVER)                             # ln 1 where a blank may be jumped over
    jump[:, 3::2][labels[:, 1:] != labels[:, :-1]] = 0
    start = np.full(states.shape, NEVER)
    start[:, 0] = 0                                             # before step 0 we stand at the first blank
    jump, a = (constant(xp.asarray(x.astype(log_probs.dtype))) for x in (jump, start))
    index = xp.broadcast_to(xp.asarray(states), (t_max,) + states.shape)
    emitted = ops.gather(ops.clip(log_probs, min=NEVER), index=index, axis=2)                      # (T, N, P)
    for t, emitted_now in enumerate(unbind(emitted)):
        ways = [a, _moved_on(a, 1), _moved_on(a, 2) + jump]                                         # (N, P)
        new = ops.logsumexp(ops.stack(ways), axis=0) + emitted_now
        a = new if (steps > t).all() else ops.where(xp.asarray(steps > t)[:, None], new, a)
    ends = xp.asarray(np.stack([2 * sizes, np.maximum(2 * sizes - 1, 0)], axis=1))                  # (N, 2)
    no_label = np.where(np.stack([sizes < 0, sizes == 0], axis=1), NEVER, 0).astype(log_probs.dtype)
    return ops.logsumexp(ops.gather(a, index=ends, axis=1) + constant(xp.asarray(no_label)), axis=1)


def _moved_on(a, k):
    """a (N, P) moved k states on."""
    return ops.pad(a, ((0, 0), (k, 0)), NEVER)[:, :-k]


# ------------------------------------------------------------------------------------------- what was given

def _lengths(lengths, log_probs, name, longest=None):
    """The lengths of the N sequences as a NumPy array, checked."""
    given, n = np.atleast_1d(asnumpy(array_of(lengths))), log_probs.shape[1]
    if given.dtype.kind not in "iu" or given.shape != (n,):
        raise ShapeError(f"ctc_loss{here()}: {name} must be of size batch_size: one integer for each of {n} "
                         f"sequences, got {given.dtype.name} of shape {given.shape}")
    if given.min(initial=0) < 0 or longest is not None and given.max(initial=0) > longest:
        bad = given.min() if given.min() < 0 else given.max()
        raise ShapeError(f"ctc_loss{here()}: Expected {name} between 0 and "
                         f"{'the length of the target' if longest is None else longest}, but got value {bad}")
    return given.astype("int64")


def _labels(targets, sizes, classes, blank):
    """The labels (N, S) as a NumPy array, shorter sequences filled up with blanks."""
    if not 0 <= blank < classes:
        raise ValueError(f"ctc_loss{here()}: blank must be in label range, 0 … {classes - 1}, but is {blank}")
    given = asnumpy(array_of(targets))
    if given.dtype.kind not in "iu":
        raise DtypeError(f"ctc_loss{here()}: targets must hold integers, but hold {given.dtype.name}: write "
                         ".long()")
    inside = np.arange(sizes.max(initial=0)) < sizes[:, None]                                       # (N, S)
    labels = np.full(inside.shape, blank)
    if given.ndim == 1 and len(given) == sizes.sum():
        labels[inside] = given
    elif given.ndim == 2 and len(given) == len(sizes) and given.shape[1] >= inside.shape[1]:
        labels[inside] = given[:, :inside.shape[1]][inside]
    else:
        raise ShapeError(f"ctc_loss{here()}: expected targets ({len(sizes)}, S) with S ≥ {inside.shape[1]}, "
                         f"or ({sizes.sum()}) one after another, for target_lengths {sizes.tolist()}; got "
                         f"shape {given.shape}")
    used = labels[inside]
    wrong = used[(used < 0) | (used >= classes) | (used == blank)]
    if wrong.size:
        raise IndexError(f"ctc_loss{here()}: target {wrong[0]} is out of range: expected 0 … {classes - 1}, "
                         f"without the blank {blank}")
    return labels
