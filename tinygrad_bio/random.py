"""Random numbers are drawn on the host, whatever the device, from a generator with a seed. Under PyTorch's names.

>>> _ = tg.random.manual_seed(5)
>>> tg.random.initial_seed()
5
"""
from contextlib import contextmanager

import numpy as np

__all__ = ["manual_seed", "initial_seed", "get_rng_state", "set_rng_state", "fork_rng"]


class Generator:
    """A source of random numbers with its own seed, as in PyTorch. Numbers are drawn on the host.

    >>> Generator().manual_seed(1).numpy.integers(10) == Generator().manual_seed(1).numpy.integers(10)
    np.True_
    """

    def __init__(self, device=None):
        self.manual_seed(0)

    def manual_seed(self, seed):
        """Start again from this seed; returns the generator."""
        self._seed = int(seed)
        self.numpy = np.random.default_rng(self._seed % 2 ** 64)
        return self

    def seed(self):
        """Start from a seed drawn by the system, and return it."""
        self.manual_seed(np.random.SeedSequence().entropy % 2 ** 63)
        return self._seed

    def initial_seed(self):
        """The seed it started from."""
        return self._seed

    def get_state(self):
        """Everything needed to go on from here, as a dictionary of plain values."""
        return dict(self.numpy.bit_generator.state, seed=self._seed)

    def set_state(self, new_state):
        """Go on from a state that `get_state` returned."""
        state = dict(new_state)
        self._seed = state.pop("seed")
        self.numpy.bit_generator.state = state


default_generator = Generator().manual_seed(0)


def manual_seed(seed):
    """Seed the generator behind every random number of the library (0 when a program starts).

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(5)
    >>> first = tg.rand(3)
    >>> _ = tg.manual_seed(5)
    >>> bool((tg.rand(3) == first).all())
    True
    """
    return default_generator.manual_seed(seed)


def initial_seed():
    """The seed that the random numbers started from.

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(5)
    >>> tg.initial_seed()
    5
    """
    return default_generator.initial_seed()


def get_rng_state():
    """Everything needed to draw the same random numbers again: put it into a checkpoint.

    >>> import tinygrad_bio as tg
    >>> state = tg.get_rng_state()
    >>> first = tg.rand(3)
    >>> tg.set_rng_state(state)
    >>> bool((tg.rand(3) == first).all())
    True
    """
    return default_generator.get_state()


def set_rng_state(new_state):
    """Go on drawing from a state that `get_rng_state` returned.

    >>> import tinygrad_bio as tg
    >>> state = tg.get_rng_state()
    >>> tg.set_rng_state(state)
    """
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(devices=None, enabled=True, device_type=None):
    """Within it random numbers are drawn as elsewhere; after it as if none had been drawn.

    `devices` and their type are not needed: all numbers are drawn on the host.

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(5)
    >>> with tg.random.fork_rng():
    ...     first = tg.rand(3)
    >>> bool((tg.rand(3) == first).all())
    True
    """
    state = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)
