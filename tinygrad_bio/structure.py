"""Nested data as a table of arrays and a description in JSON, and back.

In the description a dictionary is a JSON object and a list a JSON array. What JSON does not have is an object
with a key that begins with "$"::

    {"$tensor": "model/weight"}     the Tensor of that name in the table ("$array": a NumPy array)
    {"$tuple": […]}                 a tuple
    {"$dict": [[key, value], …]}    a dictionary with keys that are not text, or begin with "$"
    {"$float": "nan"}               NaN, inf and -inf
    {"$complex": [re, im]}, {"$bytes": hex}, {"$dtype": name}, {"$device": name}, {"$none": 0}

A flat dictionary of Tensors needs no description: it is the table.
"""
import math

import numpy as np

from . import autograd, backend
from .autograd import new_tensor
from .backend import asnumpy, is_array
from .size import Size


# -------------------------------------------------------------------------------------------- taking apart

def flatten(obj):
    """Nested data as ``(arrays by name, description or None, aliases)``.

    `aliases` says which keys of a flat dictionary are the same tensor as another key, for readers without the
    description.

    >>> import tinygrad_bio as tg
    >>> arrays, description, aliases = flatten({"weights": [tg.tensor([1., 2.])], "epoch": 3})
    >>> arrays, description
    ({'weights/0': array([1., 2.], dtype=float32)}, {'weights': [{'$tensor': 'weights/0'}], 'epoch': 3})
    """
    table = _Table()
    description = table.describe(obj, ())
    if not (isinstance(obj, dict) and all(isinstance(value, autograd.Tensor) for value in obj.values())):
        return table.arrays, {"$none": 0} if obj is None else description, {}
    if description == {key: {"$tensor": key} for key in table.arrays}:
        return table.arrays, None, {}
    if "$dict" in description:
        return table.arrays, description, {}
    names = {key: value["$tensor"] for key, value in description.items()}
    return table.arrays, description, {key: name for key, name in names.items() if key != name}


class _Table:
    """The arrays met so far, under the names of where they were met first."""

    def __init__(self):
        self.arrays, self.names, self.within = {}, {}, []

    def describe(self, x, path):
        """The description of `x`, which is at `path` in the whole; arrays go into the table."""
        if x is None or isinstance(x, (str, bool)):
            return x
        if isinstance(x, autograd.Tensor):
            grad = {"requires_grad": True} if x.requires_grad and x.grad_fn is None else {}
            return {"$tensor": self.store(x.array, path), **grad}
        if is_array(x):
            return {"$array": self.store(x, path)}
        if isinstance(x, (int, float, complex, np.number, np.bool_)):
            return _number(x.item() if isinstance(x, np.generic) else x)
        if isinstance(x, bytes):
            return {"$bytes": x.hex()}
        if isinstance(x, np.dtype):
            return {"$dtype": x.name}
        if isinstance(x, backend.device):
            return {"$device": str(x)}
        if isinstance(x, (dict, list)) or type(x) in (tuple, Size):
            if any(x is outer for outer in self.within):
                raise ValueError(f"save: {_place(path)} contains itself")
            self.within.append(x)
            try:
                return self._container(x, path)
            finally:
                self.within.pop()
        raise _cannot(x, path)

    def _container(self, x, path):
        if isinstance(x, dict):
            if all(isinstance(key, str) and not key.startswith("$") for key in x):
                return {str(key): self.describe(value, (*path, key)) for key, value in x.items()}
            return {"$dict": [[self.describe(key, (*path, "key")), self.describe(value, (*path, key))]
                              for key, value in x.items()]}
        items = [self.describe(value, (*path, i)) for i, value in enumerate(x)]
        return {"$tuple": items} if isinstance(x, tuple) else items

    def store(self, array, path):
        """Put an array into the table, unless it is there, and return its name."""
        same = [("object", id(array))]
        if isinstance(array, np.ndarray) and array.size:
            same.append((array.__array_interface__["data"][0], array.shape, array.strides, array.dtype))
        for key in same:
            if key in self.names:
                return self.names[key]
        if array.dtype.kind not in "biufc":
            raise TypeError(f"save: {_place(path)} is an array of {array.dtype}, and only numbers can be "
                            f"stored: save array.tolist()")
        name = plain = "/".join(map(str, path)) or "tensor"
        number = 2
        while name in self.arrays or name == "__metadata__":
            name, number = f"{plain}#{number}", number + 1
        self.arrays[name] = asnumpy(array)
        self.names.update((key, name) for key in same)
        return name


def _number(x):
    if isinstance(x, complex):
        return {"$complex": [_number(x.real), _number(x.imag)]}
    if isinstance(x, float) and not math.isfinite(x):
        return {"$float": repr(float(x))}
    return float(x) if isinstance(x, float) else int(x) if not isinstance(x, bool) else x


def _place(path):
    return "obj" + "".join(f"[{key!r}]" for key in path)


def _cannot(x, path):
    """The error for something that cannot be saved, with what to write instead."""
    kind = type(x).__name__
    if callable(getattr(x, "state_dict", None)):
        return TypeError(f"save: {_place(path)} is a whole {kind}, and to build an object again would take a "
                         f"pickle, which can run any program when read. Save its state: "
                         f"tg.save(x.state_dict(), f), and later x.load_state_dict(tg.load(f))")
    remedy = "save its attributes, as numbers, text, Tensors, and dictionaries or lists of them"
    if isinstance(x, backend.Generator):
        remedy = "save generator.get_state(), and later generator.set_state(…)"
    elif isinstance(x, tuple):
        remedy = "save x._asdict()" if hasattr(x, "_asdict") else "save tuple(x)"
    elif isinstance(x, (set, frozenset)):
        remedy = "save sorted(x)"
    elif hasattr(x, "__fspath__"):
        remedy = "save str(x)"
    elif hasattr(x, "numpy") or hasattr(x, "__array__"):
        remedy = "save tg.tensor(numpy.asarray(x))"
    elif callable(x):
        remedy = "leave it out, and define it where the file is loaded"
    return TypeError(f"save: {_place(path)} is a {kind}, which cannot be saved: {remedy}")


# ---------------------------------------------------------------------------------------- putting together

def unflatten(arrays, description, aliases, name):
    """The nested data again. `name` is the file's, for messages.

    >>> unflatten(*flatten({"weights": [tg.tensor([1., 2.])], "epoch": 3}), name="a file")
    {'weights': [tensor([1., 2.])], 'epoch': 3}
    """
    tensors = {}

    def tensor(key):
        if key not in tensors:
            if arrays[key].dtype.kind not in "biufc":
                raise ValueError(f"load: {name}: {key!r} is an array of {arrays[key].dtype}, no numbers: "
                                 f"read the file with numpy.load")
            tensors[key] = new_tensor(arrays[key], None)
        return tensors[key]

    if description is None:
        return {key: tensor(aliases.get(key, key)) for key in (*arrays, *aliases)}
    try:
        return _built(description, arrays, tensor)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ValueError(f"load: {name} is damaged: its description does not fit its tensors "
                         f"({type(error).__name__}: {error})") from None


def _built(d, arrays, tensor):
    """What a piece of the description describes."""
    if isinstance(d, list):
        return [_built(item, arrays, tensor) for item in d]
    if not isinstance(d, dict):
        return d
    tag = next((key for key in d if key.startswith("$")), None)
    if tag is None:
        return {key: _built(value, arrays, tensor) for key, value in d.items()}
    value = d[tag]
    if tag == "$tensor":
        made = tensor(value)
        if d.get("requires_grad"):
            made.requires_grad = True
        return made
    if tag == "$array":
        return arrays[value]
    if tag == "$tuple":
        return tuple(_built(item, arrays, tensor) for item in value)
    if tag == "$dict":
        return {_built(key, arrays, tensor): _built(item, arrays, tensor) for key, item in value}
    if tag == "$complex":
        return complex(*(_built(part, arrays, tensor) for part in value))
    simple = {"$none": lambda _: None, "$float": float, "$bytes": bytes.fromhex, "$dtype": np.dtype,
              "$device": backend.device}
    return simple[tag](value)
