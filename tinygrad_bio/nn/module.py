"""Module: what all layers and networks are. It finds its parameters, and calls ``forward``.

A subclass assigns its parts as attributes in ``__init__`` and computes in ``forward``. Whatever is a
Parameter or a Module among the attributes, or within a list, tuple or dict among them, belongs to it, under its
name there: ``fc1.weight``, ``layers.0.bias``. The order is that of assignment.

>>> import tinygrad_bio as tg
>>> class Net(tg.nn.Module):
...     def __init__(self):
...         super().__init__()
...         self.hidden = [tg.nn.Linear(4, 3), tg.nn.Linear(3, 2)]
...     def forward(self, x):
...         for layer in self.hidden:
...             x = layer(x).relu()
...         return x
>>> [name for name, p in Net().named_parameters()]
['hidden.0.weight', 'hidden.0.bias', 'hidden.1.weight', 'hidden.1.bias']
"""
from types import MappingProxyType

from ..autograd import threads
from ..tensor import Tensor
from . import hooks, scope, state
from .changes import Changes
from .parameter import Parameter
from .scope import running

__all__ = ["Module", "Parameter"]


class Module(Changes):
    """Base class of all layers and networks. A subclass writes ``forward``; the user calls ``module(x)``.

    >>> import tinygrad_bio as tg
    >>> class Scale(tg.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.factor = tg.nn.Parameter(tg.tensor(2.))
    ...     def forward(self, x):
    ...         return self.factor * x
    >>> Scale()(tg.tensor([1., 3.])).detach()
    tensor([2., 6.])
    """
    _hooks = None               # a hooks.Hooks, from the first hook on
    _labels = None              # a scope.Labels, from the first call on

    def __init__(self):
        self.__dict__["training"] = True
        self.__dict__["_persistent"] = {}   # the name of each buffer -> whether it is saved in the state_dict

    def forward(self, *input):
        """What the layer computes. Every subclass writes its own.

        >>> tg.nn.Linear(3, 2).forward(tg.zeros(4, 3)).shape
        (4, 2)
        >>> tg.nn.Linear(3, 2)(tg.zeros(4, 3)).shape                # the same, and hooks are called
        (4, 2)
        """
        raise NotImplementedError(f"{type(self).__name__} has no forward: write def forward(self, x): …")

    def __call__(self, *args, **keywords):
        label = running.labels and running.labels.get(id(self))
        if not label:
            return self._call_outermost(args, keywords)
        mode = threads.mode
        before, mode.scope = mode.scope, label              # so that errors and drawings can name this layer
        try:
            if self._hooks is None:
                return self.forward(*args, **keywords)
            return hooks.call(self, args, keywords)
        finally:
            mode.scope = before

    def _call_outermost(self, args, keywords):
        """The call of a layer that no other layer called: those below it are named from here."""
        if running.root is not None and scope.joined_late(self):
            return Module.__call__(self, *args, **keywords)
        before = running.root, running.labels
        running.root, running.labels = self, scope.table(self)
        try:
            return Module.__call__(self, *args, **keywords)
        finally:
            running.root, running.labels = before

    # ------------------------------------------------------------------------------------- attributes

    def __setattr__(self, name, value):
        old = self.__dict__.get(name)
        if isinstance(value, (Parameter, Module)):
            if "training" not in self.__dict__:
                kind = "parameter" if isinstance(value, Parameter) else "module"
                raise scope.not_initialised(self, f"assign {kind}")
            self._persistent.pop(name, None)
        elif value is not None and isinstance(old, (Parameter, Module)):
            kind = "Parameter" if isinstance(old, Parameter) else "Module"
            raise TypeError(f"cannot assign a {type(value).__name__} to {name!r} of {type(self).__name__}, "
                            f"which is a {kind} (a {kind} or None was expected): write nn.Parameter(...) "
                            f"around it, or del the attribute first")
        elif name in self.__dict__.get("_persistent", ()) and not isinstance(value, (Tensor, type(None))):
            raise TypeError(f"cannot assign a {type(value).__name__} to the buffer {name!r} of "
                            f"{type(self).__name__}: a Tensor or None was expected")
        if isinstance(value, Module) or isinstance(old, Module):
            scope.Tree.version += 1
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        object.__delattr__(self, name)
        self._persistent.pop(name, None)
        scope.Tree.version += 1

    def __getattr__(self, name):                # called only if the attribute was not found
        if name in ("training", "_persistent"):
            raise scope.not_initialised(self)
        inherited = getattr(type(self), name, None)
        if isinstance(inherited, property):
            return inherited.fget(self)         # a property failed inside: let its own error be seen
        raise state.NoAttribute(self, name)

    def __getstate__(self):                     # for copy, deepcopy and pickle: ids mean nothing in a copy
        return {name: value for name, value in self.__dict__.items() if name != "_labels"}

    def _own(self, kind):
        """(name, object) for each Parameter or Module among the attributes, also in lists and dicts."""
        named = None
        for name, value in list(self.__dict__.items()):
            if isinstance(value, kind):
                yield name, value
            elif isinstance(value, (list, tuple, dict)) and value:
                for path, held in _within(name, value, kind):
                    named = _by_attribute(self) if named is None else named
                    if id(held) not in named:       # self.layers = [self.fc1, self.fc2] gives no second names
                        yield path, held

    def _own_buffers(self, saved_only=False):
        for name, saved in list(self._persistent.items()):
            if self.__dict__[name] is not None and (saved or not saved_only):
                yield name, self.__dict__[name]

    def register_parameter(self, name, param):
        """``self.name = param``, where the name may be computed; None for a parameter that is left out.

        >>> layer = tg.nn.Module()
        >>> layer.register_parameter("scale", tg.nn.Parameter(tg.ones(2)))
        >>> list(layer.state_dict())
        ['scale']
        """
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(f"cannot register a {type(param).__name__} as parameter {name!r}: an "
                            "nn.Parameter or None was expected")
        self._register(name, param)

    def register_buffer(self, name, tensor, persistent=True):
        """A Tensor that belongs to the layer, moves and is saved with it (if persistent), but is not trained.

        >>> import tinygrad_bio as tg
        >>> layer = tg.nn.Module()
        >>> layer.register_buffer("mean", tg.zeros(2))
        >>> list(layer.state_dict()), list(layer.parameters())
        (['mean'], [])
        """
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"cannot register a {type(tensor).__name__} as buffer {name!r}: a Tensor or "
                            "None was expected")
        self._register(name, tensor)
        self._persistent[name] = persistent

    def add_module(self, name, module):
        """``self.name = module``, where the name may be computed.

        >>> net = tg.nn.Module()
        >>> net.add_module("fc1", tg.nn.Linear(3, 2))
        >>> net.fc1
        Linear(in_features=3, out_features=2, bias=True)
        """
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"cannot add a {type(module).__name__} as module {name!r}: an nn.Module or None "
                            "was expected")
        self._register(name, module)

    register_module = add_module

    def _register(self, name, value):
        if "training" not in self.__dict__:
            raise scope.not_initialised(self, f"register {name!r}")
        if not isinstance(name, str):
            raise TypeError("the name of a parameter, buffer or module must be text, not "
                            f"{type(name).__name__}")
        if name == "" or "." in name:
            raise KeyError(f'names of parameters, buffers and modules must not be "" or contain ".": {name!r}')
        mine = isinstance(self.__dict__.get(name), (Parameter, Module)) or name in self._persistent
        if hasattr(self, name) and not mine and self.__dict__.get(name, self) is not None:
            raise KeyError(f"{type(self).__name__} already has an attribute {name!r}")
        setattr(self, name, value)

    # ------------------------------------------------------------------------------- what belongs to it

    def named_children(self):
        """(name, module) for each Module that is directly within this one; shared ones once.

        >>> net = tg.nn.Sequential(tg.nn.Linear(3, 2), tg.nn.ReLU())
        >>> list(net.named_children())
        [('0', Linear(in_features=3, out_features=2, bias=True)), ('1', ReLU())]
        """
        return _once(self._own(Module), set())

    def children(self):
        """The Modules that are directly within this one.

        >>> net = tg.nn.Sequential(tg.nn.Linear(3, 2), tg.nn.ReLU())
        >>> list(net.children())
        [Linear(in_features=3, out_features=2, bias=True), ReLU()]
        """
        return (module for _, module in self.named_children())

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """(path, module) for this Module and all within it, from the outside inwards; shared ones once.

        >>> net = tg.nn.Sequential(tg.nn.Sequential(tg.nn.ReLU()), tg.nn.ReLU())
        >>> [path for path, module in net.named_modules()]
        ['', '0', '0.0', '1']
        """
        memo = set() if memo is None else memo
        if remove_duplicate and self in memo:
            return
        memo.add(self)
        yield prefix, self
        for name, module in self._own(Module):
            yield from module.named_modules(memo, _joined(prefix, name), remove_duplicate)

    def modules(self, remove_duplicate=True):
        """This Module and all within it.

        >>> net = tg.nn.Sequential(tg.nn.Linear(3, 2), tg.nn.ReLU())
        >>> [type(module).__name__ for module in net.modules()]
        ['Sequential', 'Linear', 'ReLU']
        """
        return (module for _, module in self.named_modules(remove_duplicate=remove_duplicate))

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """(path, Parameter) for this Module and all within it; shared ones once.

        >>> net = tg.nn.Sequential(tg.nn.Linear(3, 2), tg.nn.ReLU())
        >>> [(path, p.shape) for path, p in net.named_parameters()]
        [('0.weight', (2, 3)), ('0.bias', (2,))]
        """
        return self._named(lambda module: module._own(Parameter), prefix, recurse, remove_duplicate)

    def parameters(self, recurse=True):
        """The Parameters of this Module and of all within it: what an optimiser is given.

        >>> import tinygrad_bio as tg
        >>> sum(p.numel() for p in tg.nn.Linear(10, 3).parameters())
        33
        """
        return (p for _, p in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        """(path, Tensor) for the buffers of this Module and of all within it; shared ones once.

        >>> [path for path, b in tg.nn.BatchNorm1d(2).named_buffers()]
        ['running_mean', 'running_var', 'num_batches_tracked']
        """
        return self._named(Module._own_buffers, prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        """The buffers of this Module and of all within it.

        >>> list(tg.nn.BatchNorm1d(2).buffers())
        [tensor([0., 0.]), tensor([1., 1.]), tensor(0)]
        """
        return (b for _, b in self.named_buffers(recurse=recurse))

    def _named(self, own, prefix, recurse, remove_duplicate):
        modules = self.named_modules(None, prefix, remove_duplicate) if recurse else [(prefix, self)]
        found = ((_joined(path, name), x) for path, module in modules for name, x in own(module))
        return _once(found, set()) if remove_duplicate else found

    # PyTorch's private tables, for reading only.
    _modules = property(lambda self: MappingProxyType(dict(self._own(Module))))
    _parameters = property(lambda self: MappingProxyType(dict(self._own(Parameter))))
    _buffers = property(lambda self: MappingProxyType(dict(self._own_buffers())))

    def get_submodule(self, target):
        """The Module with this path, such as "encoder.layers.0"; "" for this one.

        >>> net = tg.nn.Sequential(tg.nn.Sequential(tg.nn.ReLU()))
        >>> net.get_submodule("0.0")
        ReLU()
        """
        return state.found(self, "module", dict(self.named_modules(remove_duplicate=False)), target)

    def get_parameter(self, target):
        """The Parameter with this path, such as "fc1.weight".

        >>> net = tg.nn.Sequential(tg.nn.Linear(3, 2))
        >>> net.get_parameter("0.bias").shape
        (2,)
        """
        return state.found(self, "parameter", dict(self.named_parameters(remove_duplicate=False)), target)

    def get_buffer(self, target):
        """The buffer with this path.

        >>> net = tg.nn.Sequential(tg.nn.BatchNorm1d(2))
        >>> net.get_buffer("0.running_mean")
        tensor([0., 0.])
        """
        return state.found(self, "buffer", dict(self.named_buffers(remove_duplicate=False)), target)

    # --------------------------------------------------- changing, saving, watching, printing: elsewhere

    state_dict = state.state_dict
    load_state_dict = state.load_state_dict
    register_forward_pre_hook = hooks.register_forward_pre_hook
    register_forward_hook = hooks.register_forward_hook
    register_full_backward_pre_hook = hooks.register_full_backward_pre_hook
    register_full_backward_hook = hooks.register_full_backward_hook
    __repr__ = state.printed

    def extra_repr(self):
        """What ``repr`` shows in the brackets: the settings.

        >>> tg.nn.Linear(3, 2).extra_repr()
        'in_features=3, out_features=2, bias=True'
        """
        return ""


def _by_attribute(module):
    """The ids of all that a Module holds without a list or dict between, however deep."""
    found, todo = set(), [module]
    while todo:
        for value in todo.pop().__dict__.values():
            if isinstance(value, (Parameter, Module)) and id(value) not in found:
                found.add(id(value))
                todo += [value] if isinstance(value, Module) else []
    return found


def _within(name, container, kind):
    """(name, object) for what is of the kind within a list, tuple or dict, however deep."""
    for key, value in container.items() if isinstance(container, dict) else enumerate(container):
        if isinstance(value, kind):
            yield f"{name}.{key}", value
        elif isinstance(value, (list, tuple, dict)):
            yield from _within(f"{name}.{key}", value, kind)


def _once(named, seen):
    """Those (name, object) whose object has not come before."""
    for name, value in named:
        if id(value) not in seen:
            seen.add(id(value))
            yield name, value


def _joined(prefix, name):
    return f"{prefix}.{name}" if prefix else name
