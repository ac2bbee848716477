"""Averages of the weights over training: SWA (the plain mean) and EMA (one that forgets)."""
import copy
import itertools

from ..autograd import no_grad
from ..create import tensor
from ..nn.module import Module
from .lr_scheduler.base import LRScheduler, per_group
from .lr_scheduler.cycles import between

__all__ = ["AveragedModel", "SWALR", "get_ema_avg_fn", "get_ema_multi_avg_fn", "get_swa_avg_fn", "get_swa_multi_avg_fn", "update_bn"]


def get_swa_avg_fn():
    """The mean of all weights so far: w̄ ← w̄ + (w − w̄)/(n + 1).

    >>> get_swa_avg_fn()(3.0, 6.0, 2)                           # 3.0 is the mean of 2 values so far
    4.0
    """
    def average(averaged, current, num_averaged):
        return averaged + (current - averaged) / (float(num_averaged) + 1)
    return average


def get_ema_avg_fn(decay=0.999):
    """An exponential moving average: w̄ ← decay·w̄ + (1 − decay)·w.

    >>> get_ema_avg_fn(0.75)(4.0, 8.0, 2)
    5.0
    """
    _check_decay(decay)

    def average(averaged, current, num_averaged):
        return decay * averaged + (1 - decay) * current
    return average


def get_swa_multi_avg_fn():
    """`get_swa_avg_fn` for lists of tensors, written in place.

    >>> import tinygrad_bio as tg
    >>> averaged = [tg.tensor([3.0])]
    >>> get_swa_multi_avg_fn()(averaged, [tg.tensor([6.0])], 2); averaged
    [tensor([4.])]
    """
    def average(averaged, current, num_averaged):
        for a, c in zip(averaged, current):
            a.copy_(get_swa_avg_fn()(a, c, num_averaged))
    return average


def get_ema_multi_avg_fn(decay=0.999):
    """`get_ema_avg_fn` for lists of tensors, written in place.

    >>> import tinygrad_bio as tg
    >>> averaged = [tg.tensor([4.0])]
    >>> get_ema_multi_avg_fn(0.75)(averaged, [tg.tensor([8.0])], 2); averaged
    [tensor([5.])]
    """
    _check_decay(decay)

    def average(averaged, current, num_averaged):
        for a, c in zip(averaged, current):
            a.copy_(get_ema_avg_fn(decay)(a, c, num_averaged))
    return average


def _check_decay(decay):
    if not 0 <= decay <= 1:
        raise ValueError(f"get_ema_avg_fn: decay must be in 0 ≤ x ≤ 1, got {decay!r}")


class AveragedModel(Module):
    """A copy of a model with the average of its weights: call `update_parameters` after each step or epoch.

    Parameters
    ----------
    model : Module, which goes on being trained as before
    device : where to keep the average (default: where the model is)
    avg_fn : function from (averaged, current, n) to the new average (default: the plain mean)
    multi_avg_fn : the same for lists of tensors, which it writes in place
    use_buffers : average the buffers too (running means …); else they are copied, see `update_bn`

    Izmailov et al. (2018), arXiv:1803.05407.

    >>> import tinygrad_bio as tg
    >>> from tinygrad_bio.optim.swa_utils import AveragedModel, get_ema_avg_fn
    >>> class Line(tg.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.slope = tg.nn.Parameter(tg.tensor(0.0))
    ...     def forward(self, x):
    ...         return self.slope * x
    >>> model = Line()
    >>> ema = AveragedModel(model, avg_fn=get_ema_avg_fn(0.9))
    >>> for slope in (1.0, 2.0):
    ...     model.slope.data.fill_(slope)                       # a training step
    ...     ema.update_parameters(model)
    tensor(1.)
    tensor(2.)
    >>> ema(10.0)                                               # 0.9·1 + 0.1·2 = 1.1
    tensor(11., grad_fn=<mul>)
    """

    def __init__(self, model, device=None, avg_fn=None, multi_avg_fn=None, use_buffers=False):
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise ValueError("AveragedModel: give avg_fn or multi_avg_fn, not both")
        self.module = copy.deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", tensor(0))
        self.avg_fn, self.multi_avg_fn = avg_fn or get_swa_avg_fn(), multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args, **kwargs):
        """The averaged model's output."""
        return self.module(*args, **kwargs)

    @no_grad
    def update_parameters(self, model):
        """Take the model's present weights into the average. (The first time: copy them.)"""
        pairs = list(zip(self.module.parameters(), model.parameters()))
        buffers = list(zip(self.module.buffers(), model.buffers()))
        if self.use_buffers:
            pairs += [(a, c) for a, c in buffers if a.is_floating_point()]      # (counters are copied)
        pairs = [(a.detach(), c.detach().to(a.device)) for a, c in pairs]
        n = self.n_averaged.item()
        if n == 0:
            for a, c in itertools.chain(pairs, buffers):
                a.detach().copy_(c.detach())
        else:
            for a, c in buffers:
                if not self.use_buffers or not a.is_floating_point():
                    a.copy_(c)
            if self.multi_avg_fn is not None:
                self.multi_avg_fn([a for a, _ in pairs], [c for _, c in pairs], n)
            else:
                for a, c in pairs:
                    a.copy_(self.avg_fn(a, c, n))
        self.n_averaged += 1


@no_grad
def update_bn(loader, model, device=None):
    """Compute the running means and variances of all batch-norm layers anew, in one pass over the data.

    Averaged weights need it: the averages of the statistics are not the statistics of the averages. `loader`
    gives batches, or tuples that begin with one.

    >>> import tinygrad_bio as tg
    >>> model = tg.nn.Linear(2, 1)
    >>> update_bn([tg.ones(4, 2)], model)                       # no batch normalisation: nothing to do
    """
    layers = [m for m in model.modules()
              if getattr(m, "running_mean", None) is not None and hasattr(m, "momentum")]
    if not layers:
        return
    momenta, was_training = [m.momentum for m in layers], model.training
    for m in layers:
        m.reset_running_stats()
        m.momentum = None                                       # the plain mean over all batches
    model.train()
    try:
        for batch in loader:
            batch = batch[0] if isinstance(batch, (list, tuple)) else batch
            model(batch if device is None else batch.to(device))
    finally:
        for m, momentum in zip(layers, momenta):
            m.momentum = momentum
        model.train(was_training)


class SWALR(LRScheduler):
    """From the present learning rate to `swa_lr` in `anneal_epochs` epochs, then constant: for averaging.

    >>> import tinygrad_bio as tg
    >>> opt = tg.optim.SGD([tg.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = SWALR(opt, swa_lr=0.5, anneal_epochs=2, anneal_strategy="linear")
    >>> for epoch in range(4):
    ...     print(opt.param_groups[0]["lr"], end=" ")
    ...     opt.step(); scheduler.step()
    1.0 0.75 0.5 0.5
    """

    def __init__(self, optimizer, swa_lr, anneal_epochs=10, anneal_strategy="cos", last_epoch=-1):
        whole = isinstance(anneal_epochs, int) and anneal_epochs >= 0
        if anneal_strategy not in ("cos", "linear") or not whole:
            raise ValueError(f"SWALR: expected anneal_strategy 'cos' or 'linear' and an integer "
                             f"anneal_epochs ≥ 0, got {anneal_strategy!r} and {anneal_epochs!r}")
        self.anneal_epochs, self.anneal_strategy = anneal_epochs, anneal_strategy
        for group, lr in zip(optimizer.param_groups, per_group(swa_lr, optimizer, "SWALR", "swa_lr")):
            group["swa_lr"] = lr
        super().__init__(optimizer, last_epoch)

    def part(self, step):
        """How far the way is gone after so many steps, 0 … 1."""
        return between(0.0, 1.0, max(0.0, min(1.0, step / max(1, self.anneal_epochs))), self.anneal_strategy)

    def get_lr(self):
        step = max(self._step_count - 1, 1 if self.anneal_epochs == 0 else 0)
        before, now = self.part(step - 1), self.part(step)
        lrs = []
        for group in self.optimizer.param_groups:
            end = group["swa_lr"]
            start = end if before == 1 else (group["lr"] - before * end) / (1 - before)
            lrs.append(end * now + start * (1 - now))
        return lrs
