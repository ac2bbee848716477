"""LRScheduler: what all schedulers share. FactorLR: for those that follow a known curve."""
import warnings

from ..optimizer import Optimizer


class LRScheduler:
    """Base class. Making a scheduler sets the learning rates of epoch 0; each `step` goes on by one epoch.

    A new scheduler defines `get_lr`: the learning rates (one for each parameter group) of the epoch
    ``self.last_epoch``. It may use ``self.base_lrs``, those that the optimiser was made with.

    Parameters
    ----------
    optimizer : Optimizer
    last_epoch : the epoch to go on after (only with an optimiser whose state was loaded; -1: start anew)

    >>> import tinygrad_bio as tg
    >>> class HalfLR(LRScheduler):
    ...     def get_lr(self):
    ...         return [lr * 0.5 ** self.last_epoch for lr in self.base_lrs]
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = HalfLR(opt)
    >>> for epoch in range(3):
    ...     opt.step()                              # train for one epoch, then:
    ...     scheduler.step()
    >>> scheduler.get_last_lr(), opt.param_groups[0]["lr"]
    ([0.125], 0.125)
    """

    def __init__(self, optimizer, last_epoch=-1):
        self.attach(optimizer, last_epoch)
        self.step()

    def attach(self, optimizer, last_epoch):
        """Remember the optimiser, and the learning rates it started with."""
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__}: optimizer must be an Optimizer, got "
                            f"{type(optimizer).__name__}")
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(f"{type(self).__name__}: last_epoch={last_epoch} goes on after an earlier "
                               f"run, but parameter group {i} has no 'initial_lr': load the optimiser's "
                               f"state first, or set group['initial_lr']")
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._step_count = 0

    def get_lr(self):
        """The learning rate of each group in the epoch ``self.last_epoch``."""
        raise NotImplementedError(f"{type(self).__name__}: write a method get_lr(self) that returns a list "
                                  f"of learning rates")

    def get_last_lr(self):
        """The learning rates that were set last."""
        return self._last_lr

    def step(self, epoch=None):
        """Set the learning rates of the next epoch (or of the given one)."""
        self._warn_if_too_early()
        self._step_count += 1
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        by_formula = epoch is not None and hasattr(self, "closed_form")
        self.set_lrs(self.closed_form() if by_formula else self.get_lr())

    def set_lrs(self, lrs):
        """Write learning rates into the optimiser's groups."""
        for group, lr in zip(self.optimizer.param_groups, lrs):
            group["lr"] = lr
        self._last_lr = list(lrs)

    def _warn_if_too_early(self):
        counted = type(self.optimizer).step is Optimizer.step               # an optimiser may have its own
        if self._step_count == 1 and self.optimizer.steps == 0 and counted:
            warnings.warn(f"{type(self).__name__}.step() was called before optimizer.step(): the first "
                          f"learning rate is skipped. Call optimizer.step() first", stacklevel=3)

    def start(self):
        """Begin (again) with epoch 0: called when its turn comes in a sequence of schedulers."""
        self.step(0)

    def undo(self):
        """Take back the step that making the scheduler took: for schedulers made of schedulers."""
        self.last_epoch -= 1
        self._step_count -= 1

    def state_dict(self):
        """Everything but the optimiser: to be saved with the optimiser's own state."""
        return {name: value for name, value in self.__dict__.items() if name != "optimizer"}

    def load_state_dict(self, state_dict):
        """Go on from what `state_dict` gave. Load the optimiser's state too: it has the learning rates."""
        self.__dict__.update(state_dict)


class FactorLR(LRScheduler):
    """lr(t) = floor + (lr₀ − floor)·factor(t): subclasses define `factor`, and perhaps `floor`.

    The learning rate is not set to this value but multiplied by factor(t)/factor(t − 1). So several
    schedulers can act on one optimiser, and a learning rate that was changed by hand stays changed.
    """
    floor = 0.0

    def factor(self, t):
        """The curve, over epochs t = 0, 1, 2, …"""
        raise NotImplementedError

    def get_lr(self):
        t = self.last_epoch
        before = self.factor(t - 1) if t > 0 else 1.0
        if before == 0:
            return self.closed_form()                       # there is nothing left that could be multiplied
        change = self.factor(t) / before
        return [self.floor + (group["lr"] - self.floor) * change if change != 1 else group["lr"]
                for group in self.optimizer.param_groups]

    def closed_form(self):
        """The learning rates of ``self.last_epoch`` without looking at the current ones."""
        return [self.floor + (lr - self.floor) * self.factor(self.last_epoch) for lr in self.base_lrs]


def per_group(value, optimizer, who, name):
    """One value for each parameter group: a list of the right length as it is, a single value repeated."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [value] * groups
    if len(value) != groups:
        raise ValueError(f"{who}: expected {groups} values of {name}, one for each parameter group, got "
                         f"{len(value)}")
    return list(value)
