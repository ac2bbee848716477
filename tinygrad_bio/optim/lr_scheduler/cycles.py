"""Schedulers that move on after every *batch*, up and down, and the momentum with them."""
import math

from .base import LRScheduler, per_group


def between(start, end, part, strategy="cos"):
    """A number on the way from start (part = 0) to end (part = 1), along half a cosine or a line.

    >>> between(0, 10, 0.5), between(0, 10, 0.25, "linear")
    (5.0, 2.5)
    """
    if strategy == "linear":
        return start + (end - start) * part
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2


class MomentumCycle(LRScheduler):
    """Also writes a momentum: into ``momentum``, or into the first of Adam's ``betas``."""

    def check_momentum(self, optimizer):
        """Raise unless the optimiser has a momentum."""
        if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
            raise ValueError(f"{type(self).__name__}: {type(optimizer).__name__} has no momentum to cycle: "
                             f"write cycle_momentum=False")

    @staticmethod
    def set_momentum(group, momentum):
        """Write the momentum of a group."""
        if "betas" in group:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


class OneCycleLR(MomentumCycle):
    """One cycle for the whole training, moved on after every batch: up to max_lr, then far down.

    ::

        batch                        learning rate                       momentum
        0 … pct_start·total_steps    max_lr/div_factor → max_lr          max_momentum → base_momentum
        … total_steps                max_lr → start/final_div_factor     base_momentum → max_momentum

    With `three_phase` the second phase mirrors the first, and a third one follows. Give `total_steps`, or
    `epochs` and `steps_per_epoch` (= ``len(loader)``).

    Smith and Topin (2018), arXiv:1708.07120.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0, momentum=0.9)
    >>> scheduler = tg.optim.lr_scheduler.OneCycleLR(opt, max_lr=1.0, total_steps=5)
    >>> for batch in range(5):
    ...     print(round(opt.param_groups[0]["lr"], 2), end=" ")
    ...     opt.step()
    ...     if batch < 4:
    ...         scheduler.step()
    0.04 0.95 0.61 0.19 0.0
    """

    def __init__(self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3,
                 anneal_strategy="cos", cycle_momentum=True, base_momentum=0.85, max_momentum=0.95,
                 div_factor=25.0, final_div_factor=1e4, three_phase=False, last_epoch=-1):
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("OneCycleLR: give total_steps, or both epochs and steps_per_epoch")
            total_steps = epochs * steps_per_epoch
        if total_steps < 1 or not 0 <= pct_start <= 1 or anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"OneCycleLR: expected total_steps ≥ 1, 0 ≤ pct_start ≤ 1 and anneal_strategy "
                             f"'cos' or 'linear', got {total_steps!r}, {pct_start!r} and {anneal_strategy!r}")
        self.total_steps, self.anneal_strategy = total_steps, anneal_strategy
        self.cycle_momentum = cycle_momentum
        ends = [pct_start * total_steps - 1, total_steps - 1]                   # the last batch of each phase
        if three_phase:
            ends.insert(1, 2 * pct_start * total_steps - 2)
        names = ["initial_lr", "max_lr", *(["initial_lr"] if three_phase else []), "min_lr"]
        momenta = ["max_momentum", "base_momentum", *["max_momentum"] * (len(names) - 2)]
        self.phases = list(zip(ends, names, names[1:], momenta, momenta[1:]))
        if last_epoch == -1:
            highest = per_group(max_lr, optimizer, "OneCycleLR", "max_lr")
            for group, high in zip(optimizer.param_groups, highest):
                group["initial_lr"] = high / div_factor
                group["max_lr"], group["min_lr"] = high, group["initial_lr"] / final_div_factor
        if cycle_momentum:
            self.check_momentum(optimizer)
            lows = per_group(base_momentum, optimizer, "OneCycleLR", "base_momentum")
            highs = per_group(max_momentum, optimizer, "OneCycleLR", "max_momentum")
            if last_epoch == -1:
                for group, low, high in zip(optimizer.param_groups, lows, highs):
                    group["base_momentum"], group["max_momentum"] = low, high
                    self.set_momentum(group, high)
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        t, start = self.last_epoch, 0.0
        if t > self.total_steps:
            raise ValueError(f"OneCycleLR: step {t} of {self.total_steps}: the cycle is over. total_steps "
                             f"must be the number of batches of the whole training (epochs × len(loader)), "
                             f"with one scheduler.step() after each")
        for i, (end, lr_from, lr_to, momentum_from, momentum_to) in enumerate(self.phases):
            if t <= end or i == len(self.phases) - 1:
                part = (t - start) / (end - start) if end != start else 0.0
                break
            start = end
        groups = self.optimizer.param_groups
        if self.cycle_momentum:
            for group in groups:
                momentum = between(group[momentum_from], group[momentum_to], part, self.anneal_strategy)
                self.set_momentum(group, momentum)
        return [between(group[lr_from], group[lr_to], part, self.anneal_strategy) for group in groups]


class CyclicLR(MomentumCycle):
    """Up and down again between two learning rates, moved on after every batch.

    `mode`: ``"triangular"``, ``"triangular2"`` (half as high in each cycle), ``"exp_range"`` (times γ^batch);
    or a function `scale_fn` of the cycle (1, 2, …) or of the batch, as `scale_mode` says.

    Smith (2017), arXiv:1506.01186.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0, momentum=0.9)
    >>> scheduler = tg.optim.lr_scheduler.CyclicLR(opt, base_lr=1.0, max_lr=3.0, step_size_up=2)
    >>> for batch in range(6):
    ...     print(opt.param_groups[0]["lr"], end=" ")
    ...     opt.step(); scheduler.step()
    1.0 2.0 3.0 2.0 1.0 2.0
    """

    def __init__(self, optimizer, base_lr, max_lr, step_size_up=2000, step_size_down=None, mode="triangular",
                 gamma=1.0, scale_fn=None, scale_mode="cycle", cycle_momentum=True, base_momentum=0.8,
                 max_momentum=0.9, last_epoch=-1):
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError(f"CyclicLR: mode must be 'triangular', 'triangular2' or 'exp_range', got "
                             f"{mode!r}")
        self.max_lrs = per_group(max_lr, optimizer, "CyclicLR", "max_lr")
        self.up = step_size_up
        self.length = step_size_up + (step_size_up if step_size_down is None else step_size_down)
        self.mode, self.gamma, self.scale_fn, self.scale_mode = mode, gamma, scale_fn, scale_mode
        self.cycle_momentum = cycle_momentum
        lows = per_group(base_lr, optimizer, "CyclicLR", "base_lr")
        if last_epoch == -1:
            for group, low in zip(optimizer.param_groups, lows):
                group["lr"] = group["initial_lr"] = low
        if cycle_momentum:
            self.check_momentum(optimizer)
            self.base_momentums = per_group(base_momentum, optimizer, "CyclicLR", "base_momentum")
            self.max_momentums = per_group(max_momentum, optimizer, "CyclicLR", "max_momentum")
        super().__init__(optimizer, last_epoch)
        self.base_lrs = lows

    def scale(self, cycle):
        """How high this cycle is."""
        if self.scale_fn is not None:
            return self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.mode == "exp_range":
            return self.gamma ** self.last_epoch
        return 1.0 if self.mode == "triangular" else 0.5 ** (cycle - 1)

    def get_lr(self):
        cycle = math.floor(1 + self.last_epoch / self.length)
        x = 1 + self.last_epoch / self.length - cycle                           # 0 … 1 within the cycle
        up = self.up / self.length
        height = (x / up if x <= up else (x - 1) / (up - 1)) * self.scale(cycle)
        if self.cycle_momentum:
            for group, low, high in zip(self.optimizer.param_groups, self.base_momentums, self.max_momentums):
                self.set_momentum(group, high - (high - low) * height)
        return [low + (high - low) * height for low, high in zip(self.base_lrs, self.max_lrs)]

    def state_dict(self):
        """Without `scale_fn`, if it is a function."""
        return {name: value for name, value in super().state_dict().items() if name != "scale_fn"}
