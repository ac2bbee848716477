"""Batches: made of tensors, moved to a device, counted; and the step that turns one into a loss."""
import inspect

from .. import create
from ..tensor import Tensor
from ..utils.data import DataLoader, TensorDataset


def batches_of(data, batch_size=32, shuffle=False):
    """Batches of what was given: tensors or arrays (x, …, y) become a DataLoader; anything else holds batches already.

    >>> import tinygrad_bio as tg
    >>> [len(x) for x, y in batches_of((tg.ones(5, 2), tg.ones(5)), batch_size=2)]
    [2, 2, 1]
    """
    if not isinstance(data, (tuple, list)) or isinstance(data, list) and data and isinstance(data[0], (tuple, list, dict)):
        return data
    tensors = [create.as_tensor(part) for part in data]
    if len({len(t) for t in tensors}) > 1:
        raise ValueError(f"expected as many inputs as targets, got {[len(t) for t in tensors]}")
    return DataLoader(TensorDataset(*tensors), batch_size=batch_size, shuffle=shuffle)


def generators_of(*loaders):
    """The random generators that loaders and their samplers have of their own: a checkpoint keeps their state.

    >>> import tinygrad_bio as tg
    >>> loader = DataLoader([1, 2], shuffle=True, generator=tg.Generator())
    >>> len(generators_of(loader))
    1
    """
    found = []
    for loader in loaders:
        cut = getattr(loader, "batch_sampler", None)
        for part in (loader, getattr(loader, "sampler", None), cut, getattr(cut, "sampler", None)):
            generator = getattr(part, "generator", None)
            if generator is not None and all(generator is not other for other in found):
                found.append(generator)
    return found


def moved(batch, device):
    """The batch on the device, as a list of its parts (or as a dictionary, if it is one)."""
    if isinstance(batch, dict):
        return {name: _moved(part, device) for name, part in batch.items()}
    return [_moved(part, device) for part in (batch if isinstance(batch, (tuple, list)) else (batch,))]


def _moved(part, device):
    if device is None:
        return part
    if hasattr(part, "to"):
        return part.to(device)
    return [_moved(inner, device) for inner in part] if isinstance(part, (tuple, list)) else part


def size_of(batch):
    """The number of examples in a batch: the length of its first part."""
    first = next(iter(batch.values())) if isinstance(batch, dict) else batch[0]
    return len(first) if hasattr(first, "__len__") else 1


def is_whole_step(loss):
    """Whether `loss` is of the form ``loss(model, batch)``, rather than ``loss(output, target)``."""
    if isinstance(loss, type) or not callable(loss):
        raise TypeError(f"expected a loss such as nn.MSELoss(), or a function, got {getattr(loss, '__name__', loss)!r}"
                        + (": write brackets behind it" if isinstance(loss, type) else ""))
    try:
        return list(inspect.signature(loss).parameters)[:2] == ["model", "batch"]
    except (TypeError, ValueError):
        return False


def step_of(loss):
    """``step(model, batch)``, which computes the loss of a batch: `loss` itself, or made of loss(output, target)."""
    whole = is_whole_step(loss)

    def step(model, batch):
        value = loss(model, batch) if whole else loss(model(*batch[:-1]), batch[-1])
        if not isinstance(value, Tensor) or value.numel() != 1:
            got = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else f"a {type(value).__name__}"
            raise TypeError(f"the loss of a batch must be a Tensor with one number, got {got}"
                            + (": take its mean()" if isinstance(value, Tensor) else ""))
        return value
    return step
