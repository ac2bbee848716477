"""What a Module is made of, as a dictionary and back, and in print. These functions are methods of Module."""
import collections

import numpy as np

from .. import backend
from ..autograd import mark_written
from ..backend import is_array
from ..create import as_array
from ..tensor import Tensor


class IncompatibleKeys(collections.namedtuple("IncompatibleKeys", "missing_keys unexpected_keys")):
    """What `load_state_dict` returns: the keys that were missing, and those that nobody asked for."""
    __slots__ = ()

    def __repr__(self):
        return super().__repr__() if any(self) else "<All keys matched successfully>"


def state_dict(self, *, destination=None, prefix="", keep_vars=False):
    """All parameters and saved buffers by name, in order. They share memory with the layer.

    Parameters
    ----------
    destination, prefix : a dictionary to put them into, and what to put before each name
    keep_vars : give the Parameters themselves, not Tensors of the same numbers without history

    >>> import tinygrad_bio as tg
    >>> list(tg.nn.Sequential(tg.nn.Linear(2, 3), tg.nn.ReLU()).state_dict())
    ['0.weight', '0.bias']
    """
    from .module import Module, Parameter
    found = collections.OrderedDict() if destination is None else destination
    for own in (self._own(Parameter), self._own_buffers(saved_only=True)):
        for name, tensor in own:
            found[prefix + name] = tensor if keep_vars else tensor.detach()
    for name, module in self._own(Module):
        module.state_dict(destination=found, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
    return found


def load_state_dict(self, state_dict, strict=True, assign=False):
    """Copy the numbers of a `state_dict` into this layer. If anything does not fit, nothing is changed.

    Parameters
    ----------
    state_dict : Tensors or arrays by name
    strict : raise if a name is missing or unknown; wrong shapes are an error always
    assign : use the given arrays themselves, with their dtype, instead of copying their numbers

    Returns
    -------
    namedtuple of the missing_keys and the unexpected_keys

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.Linear(2, 2)
    >>> layer.load_state_dict({"weight": tg.ones(2, 2), "bias": tg.zeros(2)})
    <All keys matched successfully>
    >>> layer.load_state_dict({"weight": tg.ones(2, 3), "b": tg.zeros(2)})  # doctest: +NORMALIZE_WHITESPACE
    Traceback (most recent call last):
        ...
    RuntimeError: Error(s) in loading state_dict for Linear (nothing was loaded):
        Missing key(s) in state_dict: "bias".
        Unexpected key(s) in state_dict: "b".
        size mismatch for weight: the state_dict has shape (2, 3), the shape in this model is (2, 2).
    """
    if not hasattr(state_dict, "keys"):
        raise TypeError(f"load_state_dict: expected a dictionary of Tensors by name, as state_dict() returns "
                        f"and tg.load(file) reads, got {type(state_dict).__name__}")
    own = self.state_dict(keep_vars=True)
    missing = [name for name in own if name not in state_dict]
    unexpected = [name for name in state_dict if name not in own]
    problems, new = [], []
    if strict and missing:
        problems.append("Missing key(s) in state_dict: " + _quoted(missing))
    if strict and unexpected:
        problems.append("Unexpected key(s) in state_dict: " + _quoted(unexpected))
    for name, tensor in own.items():
        if name in state_dict:
            array, problem = _fitting(tensor, state_dict[name], assign)
            new.append((tensor, array))
            if problem:
                problems.append(problem.format(name=name))
    if problems:
        start = f"Error(s) in loading state_dict for {type(self).__name__} (nothing was loaded):"
        raise RuntimeError("\n\t".join([start, *problems]))
    for tensor, array in new:
        if assign:
            tensor.array = array
        elif not getattr(tensor.array.flags, "writeable", True):        # a buffer made by expand()
            tensor.array = array.copy()
        else:
            tensor.array[...] = array
            mark_written(tensor.array)
    return IncompatibleKeys(missing, unexpected)


def _fitting(tensor, value, assign):
    """The value (another library's too, if NumPy can read it) as an array, and what is wrong with it."""
    try:
        array = as_array(value if isinstance(value, Tensor) or is_array(value) else np.asarray(value))
    except (TypeError, ValueError):
        return None, f"{{name}} is a {type(value).__name__}, but a Tensor or an array was expected."
    if tuple(array.shape) != tuple(tensor.shape):
        return None, (f"size mismatch for {{name}}: the state_dict has shape {tuple(array.shape)}, the shape "
                      f"in this model is {tuple(tensor.shape)}.")
    array = backend.to_device(array, tensor.device)
    return (array if assign else array.astype(tensor.dtype, copy=False)), None


def _quoted(names):
    return ", ".join(f'"{name}"' for name in names) + "."


# -------------------------------------------------------------------------------------------- looking up

def found(module, kind, by_path, target):
    """What has this path, or an error that names what there is."""
    if target in by_path:
        return by_path[target]
    import difflib
    near = difflib.get_close_matches(target, by_path, 3) or [path for path in by_path if path][:8]
    raise AttributeError(f"{type(module).__name__} has no {kind} {target!r}. There is: "
                         f"{', '.join(near) or 'none'}")


class NoAttribute(AttributeError):
    """An attribute that a Module does not have. The message is made only if somebody reads it."""

    def __init__(self, module, name):
        super().__init__(name)
        self.module, self.missing = module, name

    def __str__(self):
        import difflib
        kind = type(self.module)
        parts = [name for name in self.module.__dict__ if not name.startswith("_") and name != "training"]
        methods = [name for name in dir(kind) if not name.startswith("_")]
        near = difflib.get_close_matches(self.missing, parts + methods, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        given = ", ".join(parts) or "nothing yet"
        return f"{kind.__name__} has no attribute {self.missing!r}.{hint} It was given: {given}"

    def __reduce__(self):
        return AttributeError, (str(self),)


# -------------------------------------------------------------------------------------------- printing

def printed(self):
    """The layers as a tree, with their settings."""
    from .container import ModuleList
    from .module import Module
    extra, parts = self.extra_repr(), [(name, repr(module)) for name, module in self._own(Module)]
    lines = [f"({name}): {text}" for name, text in (_folded(parts) if isinstance(self, ModuleList) else parts)]
    if not lines and "\n" not in extra:
        return f"{type(self).__name__}({extra})"
    lines = (extra.split("\n") if extra else []) + lines
    return f"{type(self).__name__}(\n  " + "\n".join(lines).replace("\n", "\n  ") + "\n)"


def _folded(named):
    """Equal neighbours in a ModuleList, in one line: ``(0-2): 3 x Linear(…)``."""
    groups = []
    for name, text in named:
        if groups and groups[-1][2] == text and name.isdigit():
            groups[-1][1] = name
        else:
            groups.append([name, name, text])
    return [(first, text) if first == last else (f"{first}-{last}", f"{int(last) - int(first) + 1} x {text}")
            for first, last, text in groups]
