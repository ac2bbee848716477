"""The loop: for each epoch, for each batch: forward, loss, backward, step; then validation."""
import inspect
import math
import os
import warnings

from .. import autograd, create
from ..functions import cat
from ..nn.utils import clip_grad_norm_
from ..tensor import Tensor
from ..utils.data import DataLoader, TensorDataset
from .checkpoint import load_checkpoint, save_checkpoint
from .history import History


class NotFiniteError(ArithmeticError):
    """The loss became NaN or infinite; the message says in which epoch and batch, and what helps."""


class TrainingModeWarning(UserWarning):
    """A model that behaves differently in training is being evaluated in training mode."""


def fit(model, data, loss, optimizer, epochs, *, validation=None, metrics=None, batch_size=32, scheduler=None,
        clip_grad_norm=None, patience=None, monitor="loss", larger_is_better=None, checkpoint=None, device=None, progress=False,
        words="training"):
    """Train a model.

    Parameters
    ----------
    model : a Module
    data, validation : a DataLoader (or any iterable of batches that starts anew each epoch); or the tensors ``(x, …, y)``, of which
        batches are made, those of `data` in a new order each epoch
    loss : ``loss(model(x, …), y)``, such as ``nn.MSELoss()``; or a function ``loss(model, batch)`` of two arguments called `model` and
        `batch`, for all that is not of this form (language models, auto-encoders)
    optimizer : with the model's parameters
    epochs : how many; the first of them may be in the checkpoint
    metrics : {name: function(outputs, targets) → number}, of the validation data
    batch_size : of data given as tensors
    scheduler : a learning-rate scheduler, stepped after each epoch; ReduceLROnPlateau gets the validation loss
    clip_grad_norm : the largest norm of all gradients together
    patience : stop after so many epochs without improvement of `monitor`, and go back to the best weights
    monitor : ``"loss"`` or the name of a metric, of the validation data
    larger_is_better : of the monitored number; without: no for the loss, yes for metrics
    checkpoint : a file. If it exists, training goes on from it, bit for bit as if it had never stopped; it is written after each epoch
    device : where to move batches (the model is moved by the caller)
    progress : show a bar; `words` stand before it

    Returns
    -------
    History

    Raises ``NotFiniteError`` when the loss is NaN or infinite, before the weights are changed by it.

    >>> import tinygrad_bio as tg
    >>> x, y = tg.randn(20, 2), tg.ones(20, 1)
    >>> net = tg.nn.Linear(2, 1)
    >>> fit(net, (x, y), tg.nn.MSELoss(), tg.optim.SGD(net.parameters(), lr=0.1), epochs=2, validation=(x, y)).epochs
    2
    """
    if patience is not None and validation is None:
        raise ValueError("fit: patience needs validation data: without them nobody can say when to stop")
    if monitor != "loss" and monitor not in (metrics or {}):
        raise ValueError(f"fit: monitor={monitor!r}, but the metrics are {sorted(metrics or {})}")
    data = batches_of(data, batch_size, shuffle=True)
    generator = getattr(data, "generator", None)
    step = _step(loss)
    better = _comparison(larger_is_better if larger_is_better is not None else monitor != "loss")
    history, best = History(), None
    if checkpoint is not None and os.path.exists(checkpoint):
        found = load_checkpoint(checkpoint, model, optimizer, scheduler, generator=generator)
        history, best = found["history"], found["best"]
    for epoch in _bar(range(history.epochs, epochs), progress, words, epochs) if history.stopped is None else ():
        numbers = {"train loss": _epoch(model, data, step, optimizer, clip_grad_norm, device, epoch + 1)}
        if validation is not None:
            checked = evaluate(model, validation, loss, metrics=metrics, batch_size=batch_size, device=device)
            numbers |= {f"validation {name}": value for name, value in checked.items()}
            if patience is not None and (best is None or better(checked[monitor], best["score"])):
                best = {"score": checked[monitor], "epoch": epoch + 1, "state": {k: v.clone() for k, v in model.state_dict().items()}}
        history.add(numbers | {"learning rate": optimizer.param_groups[0]["lr"]})
        _schedule(scheduler, numbers)
        if patience is not None and epoch + 1 - best["epoch"] >= patience:
            history.stopped = f"no better {monitor} for {patience} epochs"
        if checkpoint is not None:
            save_checkpoint(checkpoint, model, optimizer, scheduler, history=history, best=best, generator=generator)
        if history.stopped is not None:
            break
    if best is not None:
        model.load_state_dict(best["state"])
        history.best = best["epoch"]
    return history


def _epoch(model, data, step, optimizer, clip_grad_norm, device, epoch):
    """One pass over the data; the mean loss of its examples."""
    model.train()
    total, count = 0.0, 0
    for number, batch in enumerate(data, start=1):
        batch = _moved(batch, device)
        optimizer.zero_grad()
        loss = step(model, batch)
        value = loss.item()
        if not math.isfinite(value):
            raise NotFiniteError(
                f"epoch {epoch}, batch {number}: the loss is {value}. Mostly the learning rate is too large (now "
                f"{optimizer.param_groups[0]['lr']:g}): try a tenth of it, or clip_grad_norm=1. Otherwise look for NaN in the data, or "
                f"let tg.autograd.detect_anomaly() name the operation")
        loss.backward()
        if clip_grad_norm is not None:
            clip_grad_norm_(model.parameters(), clip_grad_norm)
        optimizer.step()
        n = _size(batch)
        total, count = total + value * n, count + n
    if not count:
        raise ValueError("fit: the data have no batches")
    return total / count


def evaluate(model, data, loss, *, metrics=None, batch_size=256, device=None):
    """The mean loss, and metrics over all examples together, in evaluation mode and without recording: {"loss": …, name: …}.

    The model's mode is put back afterwards. For the parameters see :func:`fit`.

    >>> import tinygrad_bio as tg
    >>> net = tg.nn.Linear(2, 1)
    >>> sorted(evaluate(net, (tg.ones(4, 2), tg.ones(4, 1)), tg.nn.L1Loss(), metrics={"largest": lambda out, y: out.max()}))
    ['largest', 'loss']
    """
    step, outputs, targets, total, count = _step(loss), [], [], 0.0, 0
    if metrics and step is loss:
        raise ValueError("evaluate: metrics need a loss of the form loss(model(x), y): with loss(model, batch) nobody knows the outputs")
    with _evaluating(model):
        for batch in batches_of(data, batch_size):
            batch = _moved(batch, device)
            if metrics:
                outputs.append(model(*batch[:-1]))
                targets.append(batch[-1])
                value = loss(outputs[-1], targets[-1])
            else:
                value = step(model, batch)
            n = _size(batch)
            total, count = total + value.item() * n, count + n
        found = {"loss": total / max(count, 1)}
        if metrics:
            outputs, targets = cat(outputs), cat(targets)
            found |= {name: float(metric(outputs, targets)) for name, metric in metrics.items()}
    return found


def predict(model, x, *, batch_size=256, device=None):
    """What the model says about x, batch by batch, in evaluation mode and without recording.

    x : a tensor (N, …), or several in a tuple, handed to the model side by side. Returns (N, …).

    >>> import tinygrad_bio as tg
    >>> predict(tg.nn.Sequential(tg.nn.Dropout(0.9)), tg.ones(3, 2)).sum()           # dropout is off
    tensor(6.)
    """
    tensors = x if isinstance(x, tuple) else (x,)
    with _evaluating(model):
        return cat([model(*_moved(batch, device)) for batch in batches_of(tensors, batch_size)])


def batches_of(data, batch_size=32, shuffle=False):
    """Batches of what was given: tensors or arrays (x, …, y) become a DataLoader; anything else is one already.

    >>> import tinygrad_bio as tg
    >>> [len(x) for x, y in batches_of((tg.ones(5, 2), tg.ones(5)), batch_size=2)]
    [2, 2, 1]
    """
    if not isinstance(data, (tuple, list)):
        return data
    tensors = [create.as_tensor(part) for part in data]
    if len({len(t) for t in tensors}) > 1:
        raise ValueError(f"expected as many inputs as targets, got {[len(t) for t in tensors]}")
    return DataLoader(TensorDataset(*tensors), batch_size=batch_size, shuffle=shuffle)


# ------------------------------------------------------------------------------------------------ small print

def _step(loss):
    """loss(model, batch) as it is; loss(output, target) put into that form."""
    try:
        names = list(inspect.signature(loss).parameters)
    except (TypeError, ValueError):
        names = []
    if names[:2] == ["model", "batch"]:
        return loss
    return lambda model, batch: loss(model(*batch[:-1]), batch[-1])


class _evaluating:
    """Evaluation mode and no recording, for a while; a warning if the model's own code keeps a layer in training mode."""

    def __init__(self, model):
        self.model, self.off = model, autograd.no_grad()

    def __enter__(self):
        self.modes = [(module, module.training) for module in self.model.modules()]
        self.model.eval()
        busy = [name for name, module in self.model.named_modules() if module.training]
        if busy:
            warnings.warn(f"evaluated in training mode: {', '.join(busy[:3])}. eval() does not reach it: does the model override train()?",
                          TrainingModeWarning, stacklevel=3)
        self.off.__enter__()

    def __exit__(self, *error):
        self.off.__exit__(*error)
        for module, training in self.modes:
            module.training = training


def _comparison(larger):
    return (lambda new, old: new > old) if larger else (lambda new, old: new < old)


def _schedule(scheduler, numbers):
    """Step the scheduler; one that waits for a plateau is told the loss."""
    if scheduler is None:
        return
    if "metrics" in inspect.signature(scheduler.step).parameters:
        scheduler.step(numbers.get("validation loss", numbers["train loss"]))
    else:
        scheduler.step()


def _moved(batch, device):
    """The batch on the device, as a tuple or list of parts."""
    batch = batch if isinstance(batch, (tuple, list)) else (batch,)
    return [part.to(device) if device is not None and isinstance(part, Tensor) else part for part in batch]


def _size(batch):
    """The number of examples in a batch."""
    return len(batch[0])


def _bar(epochs, progress, words, total):
    """The epochs, with a progress bar if that is wanted and tqdm is installed."""
    if not progress:
        return epochs
    try:
        from tqdm import tqdm
    except ImportError:
        return epochs
    return tqdm(epochs, desc=f"    {words}", initial=epochs.start, total=total, leave=False, dynamic_ncols=True)
