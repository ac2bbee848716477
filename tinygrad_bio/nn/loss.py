"""Losses as layers. What they compute: ``functional/loss.py`` and ``functional/classification.py``."""
from . import functional as F
from .module import Module

__all__ = ["L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss", "BCELoss", "BCEWithLogitsLoss",
           "CrossEntropyLoss", "NLLLoss", "CTCLoss", "KLDivLoss", "PoissonNLLLoss", "GaussianNLLLoss",
           "HingeEmbeddingLoss", "MarginRankingLoss", "TripletMarginLoss", "CosineEmbeddingLoss"]


class _Loss(Module):
    """A loss with a reduction: "mean", "sum" or "none"."""

    def __init__(self, *, reduction="mean"):
        super().__init__()
        self.reduction = reduction


class _WeightedLoss(_Loss):
    """A loss of classes, each of which may count with a weight of its own: (C), or None."""

    def __init__(self, weight=None, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)


# ------------------------------------------------------------------------------------------- regression

class L1Loss(_Loss):
    """The mean of |input − target|, of equal shapes.

    >>> import tinygrad_bio as tg
    >>> tg.nn.L1Loss()(tg.tensor([1., 2.]), tg.tensor([1., 4.]))
    tensor(1.)
    """

    def forward(self, input, target):
        return F.l1_loss(input, target, reduction=self.reduction)


class MSELoss(_Loss):
    """The mean of (input − target)², of equal shapes.

    >>> import tinygrad_bio as tg
    >>> tg.nn.MSELoss()(tg.tensor([1., 2.]), tg.tensor([1., 4.]))
    tensor(2.)
    """

    def forward(self, input, target):
        return F.mse_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    """d²/(2β) where |d| < β, else |d| − β/2.

    >>> import tinygrad_bio as tg
    >>> tg.nn.SmoothL1Loss(reduction="none")(tg.tensor([0.5, 3.]), tg.tensor([0., 0.]))
    tensor([0.1250, 2.5000])
    """

    def __init__(self, *, reduction="mean", beta=1.0):
        super().__init__(reduction=reduction)
        self.beta = beta

    def forward(self, input, target):
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    """d²/2 where |d| < δ, else δ(|d| − δ/2). Huber 1964.

    >>> import tinygrad_bio as tg
    >>> tg.nn.HuberLoss("none", delta=2.)(tg.tensor([0.5, 3.]), tg.tensor([0., 0.]))
    tensor([0.1250, 4.0000])
    """

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input, target):
        return F.huber_loss(input, target, self.reduction, self.delta)


# ---------------------------------------------------------------------------------------------- classes

class BCELoss(_WeightedLoss):
    """−t·ln p − (1 − t)·ln(1 − p) for probabilities p; for logits use `BCEWithLogitsLoss`.

    >>> import tinygrad_bio as tg
    >>> tg.nn.BCELoss()(tg.tensor([0.5]), tg.tensor([1.]))
    tensor(0.6931)
    """

    def forward(self, input, target):
        return F.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_Loss):
    """BCE of sigmoid(input), exact for logits of any size.

    Parameters
    ----------
    weight : what each element counts
    pos_weight : what the part with target 1 counts, for each class

    >>> import tinygrad_bio as tg
    >>> tg.nn.BCEWithLogitsLoss()(tg.tensor([1000.]), tg.tensor([0.]))
    tensor(1000.)
    """

    def __init__(self, weight=None, *, reduction="mean", pos_weight=None):
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input, target):
        return F.binary_cross_entropy_with_logits(input, target, self.weight, reduction=self.reduction,
                                                  pos_weight=self.pos_weight)


class CrossEntropyLoss(_WeightedLoss):
    """−ln softmax(input)[target], on logits (N, C, …) and class numbers (N, …) or probabilities (N, C, …).

    Parameters
    ----------
    weight : (C) what each class counts
    ignore_index : places with this target count nothing
    label_smoothing : the share of the target that is spread over all classes

    >>> import tinygrad_bio as tg
    >>> tg.nn.CrossEntropyLoss()(tg.zeros(2, 4), tg.tensor([0, 3]))
    tensor(1.3863)
    """

    def __init__(self, weight=None, *, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__(weight, reduction=reduction)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input, target):
        return F.cross_entropy(input, target, self.weight, ignore_index=self.ignore_index,
                               reduction=self.reduction, label_smoothing=self.label_smoothing)


class NLLLoss(_WeightedLoss):
    """−input[target], for logarithms of probabilities (N, C, …): follows a LogSoftmax.

    >>> import tinygrad_bio as tg
    >>> tg.nn.NLLLoss()(tg.tensor([[0.25, 0.75]]).log(), tg.tensor([0]))
    tensor(1.3863)
    """

    def __init__(self, weight=None, *, ignore_index=-100, reduction="mean"):
        super().__init__(weight, reduction=reduction)
        self.ignore_index = ignore_index

    def forward(self, input, target):
        return F.nll_loss(input, target, self.weight, ignore_index=self.ignore_index,
                          reduction=self.reduction)


class CTCLoss(_Loss):
    """−ln Σ p(path) over all ways to write the target along T steps, with repeats and blanks.

    For targets shorter than the input, where nobody knows what stands where: the bases behind the current of
    a nanopore, the words of speech. Graves et al. 2006.
    ``loss(log_probs, targets, input_lengths, target_lengths)``: see `nn.functional.ctc_loss`.

    Parameters
    ----------
    blank : the number of the blank among the classes
    reduction : "mean" divides each loss by its target's length first; "sum"; "none"
    zero_infinity : 0 instead of ∞ for a target that the input is too short for

    >>> import tinygrad_bio as tg
    >>> log_probs = tg.zeros(50, 2, 5).log_softmax(-1)                                  # (T, N, C)
    >>> tg.nn.CTCLoss()(log_probs, tg.tensor([[1, 2, 2], [4, 0, 0]]), [50, 40], [3, 1])
    tensor(39.4413)
    """

    def __init__(self, blank=0, reduction="mean", zero_infinity=False):
        super().__init__(reduction=reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(self, log_probs, targets, input_lengths, target_lengths):
        return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction,
                          self.zero_infinity)


# ---------------------------------------------------------------------------------------- distributions

class KLDivLoss(_Loss):
    """Σ p·(ln p − input), where `input` holds logarithms; "batchmean" is the mathematical definition.

    >>> import tinygrad_bio as tg
    >>> tg.nn.KLDivLoss(reduction="batchmean")(tg.tensor([[0.5, 0.5]]).log(), tg.tensor([[1., 0.]]))
    tensor(0.6931)
    """

    def __init__(self, *, reduction="mean", log_target=False):
        super().__init__(reduction=reduction)
        self.log_target = log_target

    def forward(self, input, target):
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class PoissonNLLLoss(_Loss):
    """−ln of a Poisson probability, for counts; `input` is the logarithm of what is expected, if log_input.

    >>> import tinygrad_bio as tg
    >>> tg.nn.PoissonNLLLoss()(tg.tensor([0.]), tg.tensor([3.]))
    tensor(1.)
    """

    def __init__(self, log_input=True, full=False, *, eps=1e-8, reduction="mean"):
        super().__init__(reduction=reduction)
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, log_input, target):
        return F.poisson_nll_loss(log_input, target, self.log_input, self.full, eps=self.eps,
                                  reduction=self.reduction)


class GaussianNLLLoss(_Loss):
    """½(ln var + (input − target)²/var): the network also says how sure it is.

    >>> import tinygrad_bio as tg
    >>> tg.nn.GaussianNLLLoss()(tg.tensor([1.]), tg.tensor([3.]), tg.tensor([4.]))
    tensor(1.1931)
    """

    def __init__(self, *, full=False, eps=1e-6, reduction="mean"):
        super().__init__(reduction=reduction)
        self.full, self.eps = full, eps

    def forward(self, input, target, var):
        return F.gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)


# ---------------------------------------------------------------------------------------------- margins

class HingeEmbeddingLoss(_Loss):
    """Distances x of pairs that are alike (target 1): x; of pairs that are not (−1): max(0, margin − x).

    >>> import tinygrad_bio as tg
    >>> tg.nn.HingeEmbeddingLoss(reduction="none")(tg.tensor([0.2, 0.2]), tg.tensor([1., -1.]))
    tensor([0.2000, 0.8000])
    """

    def __init__(self, margin=1.0, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input, target):
        return F.hinge_embedding_loss(input, target, self.margin, reduction=self.reduction)


class MarginRankingLoss(_Loss):
    """max(0, margin − target·(x1 − x2)): x1 shall be larger where target is 1, smaller where it is −1.

    >>> import tinygrad_bio as tg
    >>> tg.nn.MarginRankingLoss()(tg.tensor([2., 2.]), tg.tensor([1., 3.]), tg.tensor([1., 1.]))
    tensor(0.5000)
    """

    def __init__(self, margin=0.0, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        return F.margin_ranking_loss(input1, input2, target, self.margin, reduction=self.reduction)


class TripletMarginLoss(_Loss):
    """max(0, d(anchor, positive) − d(anchor, negative) + margin), with the p-norm as distance.

    >>> import tinygrad_bio as tg
    >>> tg.nn.TripletMarginLoss()(tg.tensor([[0., 0.]]), tg.tensor([[0., 1.]]), tg.tensor([[0., 1.5]]))
    tensor(0.5000)
    """

    def __init__(self, margin=1.0, p=2.0, eps=1e-6, swap=False, *, reduction="mean"):
        super().__init__(reduction=reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginLoss: margin must be positive, but is {margin}")
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor, positive, negative):
        return F.triplet_margin_loss(anchor, positive, negative, self.margin, self.p, self.eps, self.swap,
                                     reduction=self.reduction)


class CosineEmbeddingLoss(_Loss):
    """1 − cos of pairs that are alike (target 1), max(0, cos − margin) of pairs that are not (−1).

    >>> import tinygrad_bio as tg
    >>> tg.nn.CosineEmbeddingLoss(reduction="none")(tg.ones(2, 3), tg.ones(2, 3), tg.tensor([1, -1]))
    tensor([0., 1.])
    """

    def __init__(self, margin=0.0, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        return F.cosine_embedding_loss(input1, input2, target, self.margin, reduction=self.reduction)
