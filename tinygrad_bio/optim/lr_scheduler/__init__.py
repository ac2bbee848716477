"""Learning rates that change during training, as in ``torch.optim.lr_scheduler``. Read ``base.py`` first."""
from .base import LRScheduler  # noqa: F401
from .curves import (  # noqa: F401
    ConstantLR, CosineAnnealingLR, CosineAnnealingWarmRestarts, ExponentialLR, LambdaLR, LinearLR,
    MultiplicativeLR, MultiStepLR, PolynomialLR, StepLR)
from .cycles import CyclicLR, OneCycleLR  # noqa: F401
from .combine import ChainedScheduler, SequentialLR  # noqa: F401
from .plateau import ReduceLROnPlateau  # noqa: F401

_LRScheduler = LRScheduler              # its old name, from which older programs derive schedules of their own
