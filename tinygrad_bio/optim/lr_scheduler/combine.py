"""Schedulers made of schedulers."""
import bisect

from .base import LRScheduler
from .plateau import ReduceLROnPlateau


class _Several(LRScheduler):
    """What schedulers made of schedulers share: undoing, saving and loading goes through all."""

    def undo(self):
        for s in self._schedulers:
            s.undo()

    def state_dict(self):
        """The states of all."""
        state = super().state_dict()
        state["_schedulers"] = [s.state_dict() for s in self._schedulers]
        return state

    def load_state_dict(self, state_dict):
        state = dict(state_dict)
        for s, saved in zip(self._schedulers, state.pop("_schedulers")):
            s.load_state_dict(saved)
        super().load_state_dict(state)


class SequentialLR(_Several):
    """One scheduler after the other: number i starts, with its epoch 0, at ``milestones[i - 1]``.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> warmup = tg.optim.lr_scheduler.ConstantLR(opt, factor=0.1, total_iters=2)
    >>> decay = tg.optim.lr_scheduler.ExponentialLR(opt, gamma=0.5)
    >>> scheduler = tg.optim.lr_scheduler.SequentialLR(opt, [warmup, decay], milestones=[2])
    >>> for epoch in range(5):
    ...     print(opt.param_groups[0]["lr"], end=" ")
    ...     opt.step(); scheduler.step()
    0.1 0.1 1.0 0.5 0.25

    A sequence within a sequence keeps all its epochs. (PyTorch 2.13 loses the first.)
    """

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1):
        if len(milestones) != len(schedulers) - 1 or list(milestones) != sorted(milestones):
            raise ValueError(f"SequentialLR: {len(schedulers)} schedulers need {len(schedulers) - 1} rising "
                             f"milestones, got {milestones!r}")
        if any(s.optimizer is not optimizer for s in schedulers):
            raise ValueError("SequentialLR: all schedulers must have been made with the same optimizer")
        self.optimizer, self._schedulers, self._milestones = optimizer, list(schedulers), list(milestones)
        self.last_epoch = last_epoch + 1
        for group in optimizer.param_groups:                # each scheduler has taken its first step already
            group["lr"] = group["initial_lr"]
        for s in self._schedulers:
            s.undo()
        first = self._schedulers[bisect.bisect_right(self._milestones, 0)]
        first.step()
        self._last_lr = first.get_last_lr()

    def start(self):
        self.last_epoch = 0
        first = self._schedulers[bisect.bisect_right(self._milestones, 0)]
        first.start()
        self._last_lr = first.get_last_lr()

    def undo(self):
        self.last_epoch -= 1
        super().undo()

    def step(self):
        """Move on the scheduler whose turn it is."""
        self.last_epoch += 1
        i = bisect.bisect_right(self._milestones, self.last_epoch)
        if i > 0 and self._milestones[i - 1] == self.last_epoch:
            self._schedulers[i].start()
        else:
            self._schedulers[i].step()
        self._last_lr = self._schedulers[i].get_last_lr()


class ChainedScheduler(_Several):
    """Several schedulers at once: each step of this one is a step of all, and what they do is multiplied.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> warmup = tg.optim.lr_scheduler.ConstantLR(opt, factor=0.1, total_iters=2)
    >>> decay = tg.optim.lr_scheduler.ExponentialLR(opt, gamma=0.5)
    >>> scheduler = ChainedScheduler([warmup, decay])
    >>> for epoch in range(4):
    ...     print(round(opt.param_groups[0]["lr"], 3), end=" ")
    ...     opt.step(); scheduler.step()
    0.1 0.05 0.25 0.125
    """

    def __init__(self, schedulers, optimizer=None):
        if not schedulers or any(isinstance(s, ReduceLROnPlateau) for s in schedulers):
            raise ValueError("ChainedScheduler: expected at least one scheduler, and no ReduceLROnPlateau, "
                             "whose step needs a value")
        self.optimizer = optimizer or schedulers[0].optimizer
        if any(s.optimizer is not self.optimizer for s in schedulers):
            raise ValueError("ChainedScheduler: all schedulers must have been made with the same optimizer")
        self._schedulers = list(schedulers)
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def start(self):
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        for s in self._schedulers:
            s.last_epoch = -1
        self.step()

    def step(self):
        """Move on all schedulers."""
        for s in self._schedulers:
            s.step()
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]
