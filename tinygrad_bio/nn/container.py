"""Layers that hold layers.

Plain lists and dicts held by a Module work too. These are there for PyTorch's programs.
"""
from collections import OrderedDict

from ..tensor import Tensor
from .module import Module
from .parameter import Parameter

__all__ = ["Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"]


class _Numbered(Module):
    """A Module whose children are numbered attributes "0", "1", …: a list."""
    _kind = Module

    def _children(self):
        """The children by name, as they stand."""
        return {name: value for name, value in self.__dict__.items() if isinstance(value, self._kind)}

    def _replace(self, items):
        """Hold these instead, numbered anew."""
        for name in self._children():
            delattr(self, name)
        for i, item in enumerate(items):
            self._hold(str(i), item)

    def _hold(self, name, item):
        self.add_module(name, item)

    def _name(self, index):
        names = list(self._children())
        try:
            return names[index]
        except IndexError:
            raise IndexError(f"{type(self).__name__}: index {index} is out of range: it holds "
                             f"{len(names)}") from None

    def __len__(self):
        return len(self._children())

    def __iter__(self):
        return iter([value for value in self.__dict__.values() if isinstance(value, self._kind)])

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return getattr(self, self._name(index))

    def __setitem__(self, index, item):
        self._hold(self._name(index), item)

    def __delitem__(self, index):
        items = list(self)
        del items[index]
        self._replace(items)

    def append(self, module):
        """Put one more at the end."""
        self._hold(str(len(self)), module)
        return self

    def extend(self, modules):
        """Put several more at the end."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index, module):
        """Put one in before the place `index`."""
        items = list(self)
        items.insert(index, module)
        self._replace(items)
        return self

    def pop(self, key):
        """Take the one at place `key` out, and return it."""
        item = self[key]
        del self[key]
        return item

    def __iadd__(self, others):
        return self.extend(others)

    def __add__(self, others):
        return type(self)([*self, *others])


class Sequential(_Numbered):
    """Layers one after another: the output of each is the input of the next.

    Parameters
    ----------
    layers, or an OrderedDict (or dict) of them by name

    >>> import tinygrad_bio as tg
    >>> net = tg.nn.Sequential(tg.nn.Linear(180, 32), tg.nn.Sigmoid(), tg.nn.Linear(32, 1))
    >>> net(tg.ones(64, 180)).shape
    (64, 1)
    >>> net[:2]
    Sequential(
      (0): Linear(in_features=180, out_features=32, bias=True)
      (1): Sigmoid()
    )
    """

    def __init__(self, *args):
        super().__init__()
        named = len(args) == 1 and isinstance(args[0], dict)
        for name, layer in args[0].items() if named else enumerate(args):
            self.add_module(str(name), layer)

    def forward(self, input):
        for layer in self:
            input = layer(input)
        return input

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(OrderedDict(list(self._children().items())[index]))
        return super().__getitem__(index)

    def __add__(self, others):
        return Sequential(*self, *others)

    def __mul__(self, times):
        return Sequential(*(layer for _ in range(times) for layer in self))

    __rmul__ = __mul__


class ModuleList(_Numbered):
    """A list of layers, to be called by your own ``forward``.

    >>> import tinygrad_bio as tg
    >>> layers = tg.nn.ModuleList([tg.nn.Linear(4, 4) for _ in range(3)])
    >>> layers
    ModuleList(
      (0-2): 3 x Linear(in_features=4, out_features=4, bias=True)
    )
    """

    def __init__(self, modules=None):
        super().__init__()
        self.extend(modules or [])


class ParameterList(_Numbered):
    """A list of Parameters. Tensors that are put in become Parameters.

    >>> import tinygrad_bio as tg
    >>> weights = tg.nn.ParameterList([tg.zeros(2, 3), tg.zeros(3)])
    >>> [name for name, p in weights.named_parameters()]
    ['0', '1']
    """
    _kind = Parameter

    def __init__(self, values=None):
        super().__init__()
        self.extend(values or [])

    def _hold(self, name, item):
        self.register_parameter(name, _parameter(item))

    def __repr__(self):
        return _described(self)


class _Named(Module):
    """A Module whose children are attributes with names of the user's choice: a dict."""
    _kind = Module

    def _children(self):
        return {name: value for name, value in self.__dict__.items() if isinstance(value, self._kind)}

    def __getitem__(self, key):
        try:
            return self._children()[key]
        except KeyError:
            raise KeyError(f"{type(self).__name__} has no {key!r}; it has "
                           f"{', '.join(map(repr, self.keys())) or 'nothing'}") from None

    def __setitem__(self, key, item):
        self.add_module(key, item)

    def __delitem__(self, key):
        self[key]
        delattr(self, key)

    def __len__(self):
        return len(self._children())

    def __iter__(self):
        return iter(self._children())

    def __contains__(self, key):
        return key in self._children()

    def keys(self):
        """The names."""
        return self._children().keys()

    def values(self):
        """The children."""
        return self._children().values()

    def items(self):
        """(name, child) for each."""
        return self._children().items()

    def get(self, key, default=None):
        """The child of this name, or a default."""
        return self._children().get(key, default)

    def clear(self):
        """Take all out."""
        for key in self.keys():
            del self[key]

    def pop(self, key):
        """Take one out, and return it."""
        item = self[key]
        del self[key]
        return item

    def _put_all(self, items):
        """All of a dictionary, or of pairs (name, child)."""
        for key, item in items.items() if hasattr(items, "items") else items:
            self[key] = item


class ModuleDict(_Named):
    """A dictionary of layers, to be called by your own ``forward``.

    >>> import tinygrad_bio as tg
    >>> heads = tg.nn.ModuleDict({"binding": tg.nn.Linear(8, 1), "stability": tg.nn.Linear(8, 1)})
    >>> heads["binding"](tg.ones(5, 8)).shape
    (5, 1)
    """

    def __init__(self, modules=None):
        super().__init__()
        self.update(modules or {})

    def update(self, modules):
        """Put in all layers of a dictionary, or of pairs (name, layer)."""
        self._put_all(modules)


class ParameterDict(_Named):
    """A dictionary of Parameters. Tensors that are put in become Parameters.

    >>> import tinygrad_bio as tg
    >>> tg.nn.ParameterDict({"scale": tg.ones(2)})
    ParameterDict(
      (scale): Parameter containing: [float32 of size 2]
    )
    """
    _kind = Parameter

    def __init__(self, parameters=None):
        super().__init__()
        self.update(parameters or {})

    def update(self, parameters):
        """Put in all parameters of a dictionary, or of pairs (name, parameter)."""
        self._put_all(parameters)

    def __setitem__(self, key, item):
        self.register_parameter(key, _parameter(item))

    def __repr__(self):
        return _described(self)


def _parameter(item):
    if isinstance(item, Parameter) or not isinstance(item, Tensor):
        return item                                 # what is no Tensor is refused by register_parameter
    return Parameter(item)


def _described(module):
    lines = ""
    for name, p in module._children().items():
        size = "x".join(map(str, p.shape)) or "1"
        lines += f"\n  ({name}): Parameter containing: [{p.dtype.name} of size {size}]"
    return f"{type(module).__name__}({lines}\n)" if lines else f"{type(module).__name__}()"
