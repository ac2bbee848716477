"""Every name that both libraries have, room by room, and how its signature differs.

Nothing is listed by hand but the rooms: a new name is found by itself.
"""
import functools
import inspect
from typing import NamedTuple

import torch

import tinygrad_bio as tg

from .signatures import differences, ours, theirs

# The rooms of the two houses that have the same names. "" is the library itself.
ROOMS = ("", "Tensor", "linalg", "special", "random", "autograd", "autograd.functional", "distributions", "sparse", "cuda", "cuda.amp", "amp", "accelerator",
         "nn", "nn.functional", "nn.init", "nn.utils", "nn.utils.rnn", "nn.utils.parametrizations", "nn.utils.parametrize",
         "optim", "optim.lr_scheduler", "optim.swa_utils", "utils.data")

# Modules that have a name in common and are no such rooms.
NO_ROOMS = {**{path: "switches of PyTorch's kernels: they may be set, and change nothing" for path in (
                "backends", "backends.cudnn", "backends.mps")},
            "ops": "our rules; PyTorch's is a table of its operators",
            "testing": "our checks of gradients; PyTorch's compares tensors",
            "utils": "only its rooms have names",
            "nn.attention": "our file of layers; PyTorch's chooses between kernels",
            "nn.parameter": "the file of Parameter, which is in nn",
            **{path: "PyTorch's paths to the layers of nn" for path in (
                "nn.modules", *(f"nn.modules.{name}" for name in tg.nn.modules.FILES))},
            "nn.parallel": "the file of DataParallel, which is in nn",
            **{path: "a file, whose names are in its room" for path in (
                "nn.utils.clip_grad", "utils.data.dataloader", "utils.data.dataset", "utils.data.sampler")}}


class Name(NamedTuple):
    """One public name that both have."""
    room: str
    name: str
    mine: object
    yours: object

    @property
    def path(self):
        """``nn.Linear``."""
        return f"{self.room}.{self.name}".lstrip(".")


def at(library, path):
    """What is found under a path, or None."""
    for name in path.split(".") if path else ():
        library = getattr(library, name, None)
    return library


@functools.cache
def names(room):
    """The names of a room."""
    mine, yours = at(tg, room), at(torch, room)
    public = getattr(yours, "__all__", None) if room else None      # torch's own list leaves out a few
    shared = [name for name in sorted(dir(mine), key=str.lower) if not name.startswith("_")
              and hasattr(yours, name) and (public is None or name in public)]
    return [Name(room, name, getattr(mine, name), getattr(yours, name)) for name in shared
            if not inspect.ismodule(getattr(mine, name))]


def found(name):
    """What differs: a list of short sentences. Those about a method of a class begin with its name."""
    if not callable(name.mine) or not callable(name.yours) or isinstance(name.mine, property):
        return _of_constants(name)
    method = name.room == "Tensor"
    told = differences(ours(name.mine, method), theirs(name.yours, name.path, method))
    if isinstance(name.mine, type) and name.path not in ROOMS:
        for m in methods(name):
            here, there = getattr(name.mine, m), getattr(name.yours, m)
            told += [f".{m}: {text}" for text in
                     differences(ours(here, True), theirs(there, f"{name.path}.{m}", True))]
        told += [f"no method {m}" for m in missing_methods(name)]
    return told


def _of_constants(name):
    """Of what is not called: the kind, and a number's value."""
    if callable(name.mine) != callable(name.yours):
        return [f"{'a method' if callable(name.mine) else 'an attribute'} here only"]
    if isinstance(name.mine, float):
        return [] if repr(name.mine) == repr(name.yours) else [f"{name.mine!r}, in PyTorch {name.yours!r}"]
    kind = type(name.mine).__name__
    return [] if kind in ("property", "member_descriptor") else [f"a {kind}"]


def methods(name):
    """The public methods to compare: ``forward``, and all that no base with a public name has."""
    own = {m for base in _own(name.mine, "mine") for m in vars(base)} | {"forward"}
    return [m for m in sorted(own) if not m.startswith("_")
            and all(inspect.isroutine(getattr(cls, m, None)) for cls in (name.mine, name.yours))]


def missing_methods(name):
    """The public methods of PyTorch's class that ours lacks, if no base of it has them."""
    there = {m for base in _own(name.yours, "yours") for m, v in vars(base).items() if inspect.isroutine(v)}
    return sorted(m for m in there if not m.startswith("_") and not hasattr(name.mine, m))


def _own(cls, whose):
    """The class and those of its bases that belong to no class with a public name."""
    public = [base for base in cls.__mro__[1:] if id(base) in _public(whose) or base.__module__ == "builtins"]
    return [base for base in cls.__mro__ if not any(issubclass(p, base) for p in public)]


@functools.cache
def _public(whose):
    return {id(getattr(n, whose)) for room in ROOMS for n in names(room)}


def summary(thing):
    """The first sentence of a docstring, on one line."""
    first = (inspect.getdoc(thing) or "").split("\n\n")[0]
    return " ".join(first.split())
