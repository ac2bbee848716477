"""Mixed precision under PyTorch's names: programs that ask for it run, and compute in their tensors' own precision.

On some cards PyTorch computes products in float16 within `autocast`, and `GradScaler` keeps such small gradients
from becoming 0. Here every operation computes in the dtype of its tensors, so `autocast` changes nothing, nothing
has to be scaled, and the results are at least as precise. For float16 on purpose write ``model.half()``.

>>> import tinygrad_bio as tg
>>> w = tg.ones(2, requires_grad=True)
>>> optimizer, scaler = tg.optim.SGD([w], lr=0.5), tg.amp.GradScaler()
>>> with tg.autocast("cuda"):
...     loss = (w * w).sum()
>>> scaler.scale(loss).backward()
>>> scaler.step(optimizer)
>>> scaler.update()
>>> w.tolist(), loss.dtype, scaler.is_enabled()
([0.0, 0.0], dtype('float32'), False)
"""
from contextlib import ContextDecorator

__all__ = ["autocast", "is_autocast_available", "GradScaler"]


class autocast(ContextDecorator):
    """With it or without it operations compute in the dtype of their tensors. A context, or a decorator.

    >>> with tg.autocast("cpu", dtype=tg.float16):
    ...     print((tg.ones(1) * 2).dtype)
    float32
    """

    def __init__(self, device_type, dtype=None, enabled=True, cache_enabled=None):
        self.device = str(device_type)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


def is_autocast_available(device_type):
    """False: see the top of this file.

    >>> tg.amp.is_autocast_available("cuda")
    False
    """
    return False


class GradScaler:
    """What PyTorch's is where there is nothing to scale: ``scale`` returns its argument, ``step`` is the optimiser's.

    >>> tg.amp.GradScaler().scale(tg.tensor(3.))
    tensor(3.)
    """

    def __init__(self, device="cuda", init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5,
                 growth_interval=2000, enabled=True):
        pass

    def scale(self, outputs):
        """The outputs, as they are."""
        return outputs

    def unscale_(self, optimizer):
        """Nothing: gradients have not been scaled."""

    def step(self, optimizer, *args, **kwargs):
        """``optimizer.step(*args, **kwargs)``."""
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale=None):
        """Nothing: the scale stays 1."""

    def get_scale(self):
        """1."""
        return 1.0

    def is_enabled(self):
        """False."""
        return False

    def state_dict(self):
        """Nothing to remember."""
        return {}

    def load_state_dict(self, state_dict):
        """Nothing to remember, so a state of PyTorch's is accepted as well."""
