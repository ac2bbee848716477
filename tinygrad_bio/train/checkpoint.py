"""Checkpoints: everything that decides how training goes on, in one file.

A run that is killed and goes on from its last checkpoint ends with the same weights, bit for bit, as one that was left alone. For that
the file holds, besides the weights: the optimiser's moments, the schedule, the random states (dropout, the order of the examples; also
NumPy's and Python's, which a loss may draw from), the history, and the best weights so far. It is written beside its place and then put
there: a kill while it is written leaves the old one.
"""
import glob
import os
import random

import numpy as np

from .. import backend, serialize
from .history import History

AGAIN = "go on with the same call as before, or delete the file to start again"


def save_checkpoint(path, model, optimizer=None, scheduler=None, *, history=None, best=None, generators=()):
    """Write a checkpoint.

    Parameters
    ----------
    path : the file
    model, optimizer, scheduler : what has a ``state_dict``
    history : a History; its length is the number of epochs that are over
    best : the state of the model to return to at the end, and its score: ``{"score": …, "state": …}``
    generators : those that order the examples, where it is not the library's own

    >>> import tinygrad_bio as tg, tempfile, os
    >>> net = tg.nn.Linear(2, 1)
    >>> path = os.path.join(tempfile.mkdtemp(), "run.safetensors")
    >>> save_checkpoint(path, net, history=History({"train loss": [0.5]}))
    >>> load_checkpoint(path, net)["history"].epochs
    1
    """
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    history = History() if history is None else history
    serialize.save({
        **{name: part.state_dict() for name, part in parts.items() if part is not None},
        "random": {"library": backend.get_rng_state(), "numpy": np.random.get_state(legacy=False), "python": random.getstate(),
                   "generators": [generator.get_state() for generator in generators]},
        "history": dict(history), "stopped": history.stopped, "best": best}, path)


def load_checkpoint(path, model, optimizer=None, scheduler=None, *, generators=()):
    """Put everything back as it was when the checkpoint was written.

    Returns
    -------
    {"history": History, "best": …}

    Raises ``ValueError`` with the parts' names if the checkpoint has other parts than asked for.

    >>> load_checkpoint("nowhere.safetensors", None)
    Traceback (most recent call last):
    FileNotFoundError: no checkpoint 'nowhere.safetensors'
    """
    if not os.path.exists(path):
        raise FileNotFoundError(f"no checkpoint {str(path)!r}")
    state = serialize.load(path)
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    for name, part in parts.items():
        if (part is None) == (name in state):
            there, here = ("a", "no") if name in state else ("no", "a")
            raise ValueError(f"checkpoint {str(path)!r} holds {there} {name}, but {here} {name} was given: {AGAIN}")
    if len(state["random"]["generators"]) != len(generators):
        raise ValueError(f"checkpoint {str(path)!r} holds {len(state['random']['generators'])} generators of the data, but {len(generators)} "
                         f"were given: {AGAIN}")
    for name, part in parts.items():
        if part is not None:
            part.load_state_dict(state[name])
    backend.set_rng_state(state["random"]["library"])
    np.random.set_state(state["random"]["numpy"])
    random.setstate(state["random"]["python"])
    for generator, its_state in zip(generators, state["random"]["generators"]):
        generator.set_state(its_state)
    return {"history": History(state["history"], stopped=state["stopped"]), "best": state["best"]}


def remove_unfinished(path):
    """Remove what a kill left of checkpoints that were just being written.

    >>> remove_unfinished("run.safetensors")
    """
    for name in glob.glob(glob.escape(os.path.realpath(path)) + ".*.unfinished"):
        os.remove(name)
