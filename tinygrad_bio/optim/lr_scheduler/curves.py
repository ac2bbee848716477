"""Schedulers whose learning rate follows a fixed curve over the epochs."""
import bisect
import math
import types

from .base import FactorLR, LRScheduler, per_group


class LambdaLR(LRScheduler):
    """lr(t) = lr₀·f(t), for a function f of your own (or a list of them, one for each parameter group).

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = tg.optim.lr_scheduler.LambdaLR(opt, lambda epoch: 1 / (1 + epoch))
    >>> opt.step(); scheduler.step(); scheduler.get_last_lr()
    [0.5]
    """

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        self.lr_lambdas = per_group(lr_lambda, optimizer, type(self).__name__, "lr_lambda")
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return [lr * f(self.last_epoch) for lr, f in zip(self.base_lrs, self.lr_lambdas)]

    def state_dict(self):
        """Without functions, which cannot be saved; of callable objects their attributes."""
        state = super().state_dict()
        functions = (types.FunctionType, types.BuiltinFunctionType)
        state["lr_lambdas"] = [None if isinstance(f, functions) else dict(f.__dict__)
                               for f in self.lr_lambdas]
        return state

    def load_state_dict(self, state_dict):
        state = dict(state_dict)
        for f, saved in zip(self.lr_lambdas, state.pop("lr_lambdas")):
            if saved is not None:
                f.__dict__.update(saved)
        super().load_state_dict(state)


class MultiplicativeLR(LambdaLR):
    """lr(t) = lr(t − 1)·f(t), for a function f of your own.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = tg.optim.lr_scheduler.MultiplicativeLR(opt, lambda epoch: 0.5)
    >>> for epoch in range(3):
    ...     print(opt.param_groups[0]["lr"], end=" ")
    ...     opt.step(); scheduler.step()
    1.0 0.5 0.25
    """

    def get_lr(self):
        if self.last_epoch <= 0:
            return [group["lr"] for group in self.optimizer.param_groups]
        return [group["lr"] * f(self.last_epoch)
                for group, f in zip(self.optimizer.param_groups, self.lr_lambdas)]


class StepLR(FactorLR):
    """lr(t) = lr₀·γ^⌊t/step_size⌋.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = tg.optim.lr_scheduler.StepLR(opt, step_size=2, gamma=0.5)
    >>> for epoch in range(4):
    ...     print(opt.param_groups[0]["lr"], end=" ")
    ...     opt.step(); scheduler.step()
    1.0 1.0 0.5 0.5
    """

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def factor(self, t):
        return self.gamma ** (t // self.step_size)


class MultiStepLR(FactorLR):
    """lr(t) = lr₀·γ to the number of milestones up to t.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = tg.optim.lr_scheduler.MultiStepLR(opt, milestones=[1, 3], gamma=0.5)
    >>> for epoch in range(4):
    ...     print(opt.param_groups[0]["lr"], end=" ")
    ...     opt.step(); scheduler.step()
    1.0 0.5 0.5 0.25
    """

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def factor(self, t):
        return self.gamma ** bisect.bisect_right(self.milestones, t)


class ExponentialLR(FactorLR):
    """lr(t) = lr₀·γᵗ.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = tg.optim.lr_scheduler.ExponentialLR(opt, gamma=0.5)
    >>> for epoch in range(3):
    ...     print(opt.param_groups[0]["lr"], end=" ")
    ...     opt.step(); scheduler.step()
    1.0 0.5 0.25
    """

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def factor(self, t):
        return self.gamma ** t


class ConstantLR(FactorLR):
    """lr(t) = lr₀·factor until epoch `total_iters`, then lr₀.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = tg.optim.lr_scheduler.ConstantLR(opt, factor=0.5, total_iters=2)
    >>> for epoch in range(4):
    ...     print(opt.param_groups[0]["lr"], end=" ")
    ...     opt.step(); scheduler.step()
    0.5 0.5 1.0 1.0
    """

    def __init__(self, optimizer, factor=1 / 3, total_iters=5, last_epoch=-1):
        if not 0 <= factor <= 1:
            raise ValueError(f"ConstantLR: factor must be in 0 ≤ x ≤ 1, got {factor!r}")
        self.start_factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def factor(self, t):
        return self.start_factor if t < self.total_iters else 1.0


class LinearLR(FactorLR):
    """lr(t) goes straight from lr₀·start_factor to lr₀·end_factor, and stays from epoch `total_iters` on.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> warmup = tg.optim.lr_scheduler.LinearLR(opt, start_factor=0.5, total_iters=2)
    >>> for epoch in range(4):
    ...     print(opt.param_groups[0]["lr"], end=" ")
    ...     opt.step(); warmup.step()
    0.5 0.75 1.0 1.0
    """

    def __init__(self, optimizer, start_factor=1 / 3, end_factor=1.0, total_iters=5, last_epoch=-1):
        if not 0 < start_factor <= 1 or not 0 <= end_factor <= 1:
            raise ValueError(f"LinearLR: expected 0 < start_factor ≤ 1 and 0 ≤ end_factor ≤ 1, got "
                             f"{start_factor!r} and {end_factor!r}")
        if total_iters < 1:
            raise ValueError(f"LinearLR: total_iters must be ≥ 1, got {total_iters!r}")
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def factor(self, t):
        part = min(t, self.total_iters) / self.total_iters
        return self.start_factor + (self.end_factor - self.start_factor) * part


class PolynomialLR(FactorLR):
    """lr(t) = lr₀·(1 − t/total_iters)^power, then 0.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = tg.optim.lr_scheduler.PolynomialLR(opt, total_iters=2, power=2)
    >>> for epoch in range(4):
    ...     print(opt.param_groups[0]["lr"], end=" ")
    ...     opt.step(); scheduler.step()
    1.0 0.25 0.0 0.0
    """

    def __init__(self, optimizer, total_iters=5, power=1.0, last_epoch=-1):
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def factor(self, t):
        return (1 - min(t, self.total_iters) / self.total_iters) ** self.power


class CosineAnnealingLR(FactorLR):
    """lr(t) = η + (lr₀ − η)·½(1 + cos(πt/T)), with η = eta_min, T = T_max: down in T epochs, and up again.

    Loshchilov and Hutter (2017), arXiv:1608.03983.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = tg.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=4)
    >>> for epoch in range(5):
    ...     print(round(opt.param_groups[0]["lr"], 3), end=" ")
    ...     opt.step(); scheduler.step()
    1.0 0.854 0.5 0.146 0.0
    """

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    @property
    def floor(self):
        return self.eta_min

    def factor(self, t):
        return (1 + math.cos(math.pi * t / self.T_max)) / 2


class CosineAnnealingWarmRestarts(LRScheduler):
    """As `CosineAnnealingLR`, but back to lr₀ at once after each cycle, of T_0, T_0·T_mult, … epochs.

    ``step(epoch + batch / batches)`` moves on within an epoch.

    Loshchilov and Hutter (2017), arXiv:1608.03983.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = tg.optim.lr_scheduler.CosineAnnealingWarmRestarts(opt, T_0=2)
    >>> for epoch in range(5):
    ...     print(round(opt.param_groups[0]["lr"], 3), end=" ")
    ...     opt.step(); scheduler.step()
    1.0 0.5 1.0 0.5 1.0
    """

    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1):
        for name, value in (("T_0", T_0), ("T_mult", T_mult)):
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"CosineAnnealingWarmRestarts: {name} must be an integer ≥ 1, got {value!r}")
        self.T_0, self.T_mult, self.eta_min = T_0, T_mult, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        T_cur, T_i = self.last_epoch, self.T_0          # epochs since the last restart; length of this cycle
        while T_cur >= T_i:
            T_cur, T_i = T_cur - T_i, T_i * self.T_mult
            if self.T_mult == 1:
                T_cur = T_cur % T_i
        height = (1 + math.cos(math.pi * T_cur / T_i)) / 2
        return [self.eta_min + (lr - self.eta_min) * height for lr in self.base_lrs]

    def step(self, epoch=None):
        if epoch is not None and epoch < 0:
            raise ValueError(f"CosineAnnealingWarmRestarts.step: epoch must be ≥ 0, got {epoch!r}")
        super().step(epoch)
