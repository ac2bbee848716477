"""Losses with margins between classes, as layers. What they compute: ``functional/margin.py``."""
from . import functional as F
from .loss import _Loss

__all__ = ["SoftMarginLoss", "MultiMarginLoss", "MultiLabelMarginLoss", "MultiLabelSoftMarginLoss",
           "TripletMarginWithDistanceLoss"]


class SoftMarginLoss(_Loss):
    """ln(1 + e^(−t·x)), with targets t of 1 and −1: logistic regression.

    >>> import tinygrad_bio as tg
    >>> tg.nn.SoftMarginLoss()(tg.tensor([0., 0.]), tg.tensor([1., -1.]))
    tensor(0.6931)
    """

    def forward(self, input, target):
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MultiMarginLoss(_Loss):
    """1/C·Σ_j max(0, margin − x_y + x_j)ᵖ over the classes j ≠ y, for scores (N, C) and right classes y (N).

    >>> import tinygrad_bio as tg
    >>> tg.nn.MultiMarginLoss()(tg.tensor([[0.1, 0.2, 0.8]]), tg.tensor([2]))
    tensor(0.2333)
    """

    def __init__(self, p=1, margin=1.0, weight=None, *, reduction="mean"):
        super().__init__(reduction=reduction)
        if p not in (1, 2):
            raise ValueError(f"MultiMarginLoss: only p == 1 and p == 2 are supported, not {p}")
        self.register_buffer("weight", weight)
        self.p, self.margin = p, margin

    def forward(self, input, target):
        return F.multi_margin_loss(input, target, self.p, self.margin, self.weight, reduction=self.reduction)


class MultiLabelMarginLoss(_Loss):
    """1/C·Σ max(0, 1 − (x_y − x_j)) over the right classes y, a list that ends with −1, and the others j.

    >>> import tinygrad_bio as tg
    >>> tg.nn.MultiLabelMarginLoss()(tg.tensor([0.1, 0.2, 0.4, 0.8]), tg.tensor([3, 0, -1, 1]))
    tensor(0.8500)
    """

    def forward(self, input, target):
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(_Loss):
    """The mean over the classes of −t·ln σ(x) − (1 − t)·ln σ(−x): each class is there or not, (N, C).

    >>> import tinygrad_bio as tg
    >>> tg.nn.MultiLabelSoftMarginLoss()(tg.zeros(1, 3), tg.tensor([[1., 0., 1.]]))
    tensor(0.6931)
    """

    def __init__(self, weight=None, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)

    def forward(self, input, target):
        return F.multilabel_soft_margin_loss(input, target, self.weight, reduction=self.reduction)


class TripletMarginWithDistanceLoss(_Loss):
    """max(0, d(anchor, positive) − d(anchor, negative) + margin), with a distance of your own.

    >>> import tinygrad_bio as tg
    >>> loss = tg.nn.TripletMarginWithDistanceLoss(distance_function=lambda a, b: (a - b).abs().sum(-1))
    >>> loss(tg.tensor([[0., 0.]]), tg.tensor([[0., 1.]]), tg.tensor([[0., 1.5]]))
    tensor(0.5000)
    """

    def __init__(self, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
        super().__init__(reduction=reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginWithDistanceLoss: margin must be greater than 0, but is {margin}")
        self.distance_function = F.pairwise_distance if distance_function is None else distance_function
        self.margin, self.swap = margin, swap

    def forward(self, anchor, positive, negative):
        return F.triplet_margin_with_distance_loss(
            anchor, positive, negative, distance_function=self.distance_function, margin=self.margin,
            swap=self.swap, reduction=self.reduction)
