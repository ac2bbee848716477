"""Checkpoints: everything that decides how training goes on, in one file.

A run that is killed and goes on from its last checkpoint ends with the same weights, bit for bit, as one that was left alone. For that
the file holds, besides the weights: the optimiser's moments, the schedule, the random state (dropout, the order of the examples), the
history, and the best weights so far. It is written beside its place and then put there: a kill while it is written leaves the old one.
"""
import os

from .. import backend, serialize
from .history import History


def save_checkpoint(path, model, optimizer=None, scheduler=None, *, history=None, best=None, generator=None):
    """Write a checkpoint.

    Parameters
    ----------
    path : the file
    model, optimizer, scheduler : what has a ``state_dict``
    history : a History; its length is the number of epochs that are over
    best : the state of the model to return to at the end, and its score: ``{"score": …, "state": …}``
    generator : a Generator that orders the examples, if it is not the library's own

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
        "random": backend.get_rng_state(), "generator": generator.get_state() if generator is not None else None,
        "history": dict(history), "stopped": history.stopped, "best": best}, path)


def load_checkpoint(path, model, optimizer=None, scheduler=None, *, generator=None):
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
            raise ValueError(f"checkpoint {str(path)!r} holds {there} {name}, but {here} {name} was given: go on with the same call as "
                             f"before, or delete the file to start again")
    for name, part in parts.items():
        if part is not None:
            part.load_state_dict(state[name])
    backend.set_rng_state(state["random"])
    if generator is not None and state["generator"] is not None:
        generator.set_state(state["generator"])
    return {"history": History(state["history"], stopped=state["stopped"]), "best": state["best"]}
