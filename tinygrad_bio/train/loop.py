"""The loop: for each epoch, for each batch: forward, loss, backward, step; then validation."""
import contextlib
import inspect
import math
import os
import warnings

from .. import autograd, nn
from ..functions import cat
from ..nn.utils import clip_grad_norm_
from .batches import batches_of, generators_of, is_whole_step, moved, size_of, step_of
from .checkpoint import load_checkpoint, remove_unfinished, save_checkpoint
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
    data, validation : a DataLoader (or a list of batches, or what else starts anew each epoch); or the tensors ``(x, …, y)``, of
        which batches are made, those of `data` in a new order each epoch
    loss : ``loss(model(x, …), y)``, such as ``nn.MSELoss()``; or a function ``loss(model, batch)`` of two arguments called `model` and
        `batch`, for all that is not of this form (language models, auto-encoders). A batch is a list of tensors, or a dictionary
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

    The model is trained in training mode; parts of it that were put into evaluation mode before (``model.encoder.eval()``) stay there.
    Raises ``NotFiniteError`` when the loss is NaN or infinite, before the weights are changed by it.

    >>> import tinygrad_bio as tg
    >>> x, y = tg.randn(20, 2), tg.ones(20, 1)
    >>> net = tg.nn.Linear(2, 1)
    >>> fit(net, (x, y), tg.nn.MSELoss(), tg.optim.SGD(net.parameters(), lr=0.1), epochs=2, validation=(x, y)).epochs
    2
    """
    _check(model, loss, optimizer, epochs, validation, metrics, scheduler, clip_grad_norm, patience, monitor)
    data = batches_of(data, batch_size, shuffle=True)
    validation = batches_of(validation, batch_size) if validation is not None else None
    parts = dict(model=model, optimizer=optimizer, scheduler=scheduler, generators=generators_of(data, validation))
    larger = larger_is_better if larger_is_better is not None else monitor != "loss"
    history, best = History(), None
    if checkpoint is not None:
        remove_unfinished(checkpoint)
        if os.path.exists(checkpoint):
            found = load_checkpoint(checkpoint, **parts)
            history, best = found["history"], found["best"]
    if not model.training:
        model.train()
    bar = _bar(range(history.epochs, epochs if history.stopped is None else 0), progress, words, epochs)
    for epoch in bar:
        numbers = {"train loss": _epoch(model, data, step_of(loss), optimizer, clip_grad_norm, device, epoch + 1)}
        if validation is not None:
            checked = evaluate(model, validation, loss, metrics=metrics, device=device)
            if math.isnan(checked["loss"]):
                raise NotFiniteError(f"epoch {epoch + 1}: the training loss is {numbers['train loss']:.4g}, but the validation loss is "
                                     f"nan: look for NaN in the validation data")
            numbers |= {f"validation {name}": value for name, value in checked.items()}
            if patience is not None and (best is None or _better(checked[monitor], best["score"], larger)):
                best = {"score": checked[monitor], "epoch": epoch + 1, "state": {k: v.clone() for k, v in model.state_dict().items()}}
        history.add(numbers | {"learning rate": optimizer.param_groups[0]["lr"]})
        _schedule(scheduler, numbers)
        if patience is not None and epoch + 1 - best["epoch"] >= patience:
            history.stopped = f"no better {monitor} for {patience} epochs"
        if checkpoint is not None:
            save_checkpoint(checkpoint, **parts, history=history, best=best)
        if hasattr(bar, "set_postfix"):
            bar.set_postfix({name: f"{value:.4g}" for name, value in numbers.items()})
        if history.stopped is not None:
            break
    if best is not None:
        model.load_state_dict(best["state"])
        history.best = best["epoch"]
    return history


def _epoch(model, data, step, optimizer, clip_grad_norm, device, epoch):
    """One pass over the data; the mean loss of its examples."""
    total, count = 0.0, 0
    for number, batch in enumerate(data, start=1):
        batch = moved(batch, device)
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
        n = size_of(batch)
        total, count = total + value * n, count + n
    if not count:
        raise ValueError(f"fit: the data have no batches in epoch {epoch}. (A generator can be gone through only once: give a list, a "
                         f"DataLoader, or the tensors)")
    return total / count


def evaluate(model, data, loss, *, metrics=None, batch_size=256, device=None):
    """The mean loss, and metrics over all examples together, in evaluation mode and without recording: {"loss": …, name: …}.

    The model's mode is put back afterwards. For the parameters see :func:`fit`.

    >>> import tinygrad_bio as tg
    >>> net = tg.nn.Linear(2, 1)
    >>> sorted(evaluate(net, (tg.ones(4, 2), tg.ones(4, 1)), tg.nn.L1Loss(), metrics={"largest": lambda out, y: out.max()}))
    ['largest', 'loss']
    """
    step, outputs, targets, total, count = step_of(loss), [], [], 0.0, 0
    _check_metrics(loss, metrics)
    with evaluating(model):
        for batch in batches_of(data, batch_size):
            batch = moved(batch, device)
            if metrics:
                outputs.append(model(*batch[:-1]))
                targets.append(batch[-1])
                value = loss(outputs[-1], targets[-1])
            else:
                value = step(model, batch)
            n = size_of(batch)
            total, count = total + value.item() * n, count + n
        if not count:
            raise ValueError("evaluate: the data have no batches")
        found = {"loss": total / count}
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
    with evaluating(model):
        return cat([model(*moved(batch, device)) for batch in batches_of(tensors, batch_size)])


@contextlib.contextmanager
def evaluating(model):
    """Evaluation mode and no recording, for a while: dropout is off, batch-norm uses what it has learned. The mode is put back.

    A layer that is in training mode all the same is named in a ``TrainingModeWarning``: its answers would be random.

    >>> import tinygrad_bio as tg
    >>> net = tg.nn.Sequential(tg.nn.Dropout(0.9))
    >>> with evaluating(net):
    ...     net(tg.ones(3))
    tensor([1., 1., 1.])
    >>> net.training
    True
    """
    modes = [(module, module.training) for module in model.modules()]
    try:
        with autograd.no_grad():
            _warn_of_training(model.eval(), "eval() does not reach it: does the model override train()?")
            yield
            _warn_of_training(model, "something called train() meanwhile")
    finally:
        for module, training in modes:
            module.training = training


# ------------------------------------------------------------------------------------------------ small print

def _warn_of_training(model, why):
    busy = [name or type(model).__name__ for name, module in model.named_modules() if module.training]
    if busy:
        warnings.warn(f"evaluated in training mode: {', '.join(busy[:3])}: {why}", TrainingModeWarning, stacklevel=4)


def _check(model, loss, optimizer, epochs, validation, metrics, scheduler, clip_grad_norm, patience, monitor):
    """Refuse what would fail, or mislead, only after an epoch."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"fit: the model must be an nn.Module, got {type(model).__name__}")
    own = {id(p) for p in model.parameters()}
    if not any(id(p) in own for group in optimizer.param_groups for p in group["params"]):
        raise ValueError("fit: the optimizer has none of this model's parameters, so nothing would be learned: make it with "
                         "model.parameters()")
    if getattr(scheduler, "optimizer", optimizer) is not optimizer:
        raise ValueError("fit: the scheduler belongs to another optimizer")
    for name, value in {"epochs": epochs, "patience": patience, "clip_grad_norm": clip_grad_norm}.items():
        if value is not None and not value > 0:
            raise ValueError(f"fit: {name} must be positive, got {value!r}")
    if validation is None and (patience is not None or metrics):
        raise ValueError(f"fit: {'metrics' if patience is None else 'patience'} needs validation data: without them nobody can say "
                         f"{'how good it is' if patience is None else 'when to stop'}")
    if monitor != "loss" and monitor not in (metrics or {}):
        raise ValueError(f"fit: monitor={monitor!r}, but the metrics are {sorted(metrics or {})}")
    _check_metrics(loss, metrics)


def _check_metrics(loss, metrics):
    if is_whole_step(loss) and metrics:
        raise ValueError("metrics need a loss of the form loss(output, target): with loss(model, batch) nobody knows the outputs")


def _better(new, old, larger):
    """Whether a score is better than the best so far. Any number is better than NaN."""
    return not math.isnan(new) and (math.isnan(old) or (new > old if larger else new < old))


def _schedule(scheduler, numbers):
    """Step the scheduler; one that waits for a plateau is told the loss."""
    if scheduler is None:
        return
    if "metrics" in inspect.signature(scheduler.step).parameters:
        scheduler.step(numbers.get("validation loss", numbers["train loss"]))
    else:
        scheduler.step()


def _bar(epochs, progress, words, total):
    """The epochs, with a progress bar if that is wanted and tqdm is installed."""
    if not progress:
        return epochs
    try:
        from tqdm import tqdm
    except ImportError:
        return epochs
    return tqdm(epochs, desc=f"    {words}", initial=epochs.start, total=total, leave=False, dynamic_ncols=True,
                disable=None)                                                           # None: only on a terminal
