"""Parametrisations: a parameter that is computed from another one each time it is used.

``layer.weight = f(original)``: training changes `original`, the layer sees f of it. So a weight can be kept
symmetric, positive, orthogonal or of length 1 while an ordinary optimiser trains it. Ready-made ones are in
``parametrizations.py``.

An attribute that is computed is a *property*, and those belong to classes. So a layer that gets one also gets
a class of its own, "Parametrized…", derived from what it was.
"""
import contextlib

from ...autograd import DtypeError, ShapeError, no_grad
from ...tensor import Tensor
from ..container import ModuleDict, ModuleList
from ..parameter import Parameter

__all__ = ["register_parametrization", "remove_parametrizations", "is_parametrized", "cached",
           "ParametrizationList", "type_before_parametrizations"]

_cache = None                                       # within cached(): {(id of the layer, name): Tensor}


def register_parametrization(module, tensor_name, parametrization, *, unsafe=False):
    """Compute a parameter or buffer of a layer by ``parametrization(original)`` from now on.

    Parameters
    ----------
    tensor_name : such as "weight"; a second parametrisation of it takes the result of the first
    parametrization : a Module; it may have a method ``right_inverse(value)`` that gives the original, or the
        originals in a tuple, for a value: then the present value is kept, and ``layer.weight = value`` works
    unsafe : the result may have another shape or dtype

    >>> import tinygrad_bio as tg
    >>> class Symmetric(tg.nn.Module):
    ...     def forward(self, x):
    ...         return x.triu() + x.triu(1).T
    >>> layer = register_parametrization(tg.nn.Linear(3, 3), "weight", Symmetric())
    >>> bool((layer.weight == layer.weight.T).all()), [name for name, p in layer.named_parameters()]
    (True, ['bias', 'parametrizations.weight.original'])
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            before = getattr(module, tensor_name)
            _check_like(parametrization(before), before, parametrization)
        module.parametrizations[tensor_name].append(parametrization)
        module.parametrizations[tensor_name].unsafe |= unsafe
        return module
    if tensor_name not in {**module._parameters, **module._buffers}:
        raise ValueError(f"register_parametrization: {type(module).__name__} has no parameter or buffer "
                         f"{tensor_name!r}")
    parametrizations = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        module.parametrizations = ModuleDict()
    module.parametrizations[tensor_name] = parametrizations
    _give_class(module, type_before_parametrizations(module))
    return module


def remove_parametrizations(module, tensor_name, leave_parametrized=True):
    """Make an ordinary parameter or buffer again of one that is computed.

    Parameters
    ----------
    leave_parametrized : it keeps its present value; False gives it that of the original

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.utils.parametrizations.weight_norm(tg.nn.Linear(3, 2))
    >>> remove_parametrizations(layer, "weight")
    Linear(in_features=3, out_features=2, bias=True)
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"remove_parametrizations: {type(module).__name__} has no parametrization on "
                         f"{tensor_name!r}")
    if not leave_parametrized and not module.parametrizations[tensor_name].is_tensor:
        raise ValueError(f"remove_parametrizations: {tensor_name!r} is computed from several tensors, so "
                         "there is no original to go back to: leave_parametrized must be True")
    parametrizations, value = module.parametrizations[tensor_name], getattr(module, tensor_name)
    if not parametrizations.is_tensor:
        original = Parameter(value.detach()) if value.requires_grad else value
    else:
        original = parametrizations.original        # the same object, which an optimiser may know
        if leave_parametrized:
            original.array = value.array
    before = type_before_parametrizations(module)
    del module.parametrizations[tensor_name]
    if not len(module.parametrizations):
        del module.parametrizations
    _give_class(module, before)
    _register(module, tensor_name, original)
    return module


def is_parametrized(module, tensor_name=None):
    """Whether a layer has a tensor that is computed, or whether this one is.

    >>> import tinygrad_bio as tg
    >>> is_parametrized(tg.nn.utils.parametrizations.weight_norm(tg.nn.Linear(3, 2)), "bias")
    False
    """
    found = module.__dict__.get("parametrizations")
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def type_before_parametrizations(module):
    """The class that a layer had before it was given a parametrisation.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.utils.parametrizations.weight_norm(tg.nn.Linear(3, 2))
    >>> type(layer).__name__, type_before_parametrizations(layer).__name__
    ('ParametrizedLinear', 'Linear')
    """
    return getattr(type(module), "_before_parametrizations", type(module))


@contextlib.contextmanager
def cached():
    """Within ``with cached():`` each parameter is computed once, not at every use: for use in a loop.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.utils.parametrizations.weight_norm(tg.nn.Linear(3, 2))
    >>> with cached():
    ...     layer.weight is layer.weight
    True
    """
    global _cache
    before, _cache = _cache, {} if _cache is None else _cache
    try:
        yield
    finally:
        _cache = before


class ParametrizationList(ModuleList):
    """The parametrisations of one tensor, and the original, or original0, original1, …, it is computed from.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.utils.parametrizations.weight_norm(tg.nn.Linear(3, 2))
    >>> layer.parametrizations.weight.original0.shape
    (2, 1)
    """

    def __init__(self, modules, original, unsafe=False):
        if not len(modules):
            raise ValueError("ParametrizationList requires one or more modules")
        super().__init__(modules)
        self.unsafe = unsafe
        with no_grad():
            new = original
            for module in reversed(list(self)):
                new = module.right_inverse(new) if hasattr(module, "right_inverse") else new
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            original.array = new.array
            _register(self, "original", original)
        else:
            for i, part in enumerate(new):
                trained = isinstance(original, Parameter)
                _register(self, f"original{i}", Parameter(part, original.requires_grad) if trained else part)
        if not unsafe:
            _check_like(self(), original, self[0])

    def originals(self):
        """The tensors that are trained."""
        if self.is_tensor:
            return [self.original]
        return [getattr(self, f"original{i}") for i in range(self.ntensors)]

    @no_grad()
    def right_inverse(self, value):
        """Give the originals the values that lead to this one."""
        for module in reversed(list(self)):
            if not hasattr(module, "right_inverse"):
                raise RuntimeError(f"parametrization {type(module).__name__} does not implement "
                                   "right_inverse, so its result cannot be assigned to")
            value = module.right_inverse(value)
        for old, new in zip(self.originals(), [value] if self.is_tensor else value, strict=True):
            _check_like(new, old, self[0])
            old.copy_(new)

    def forward(self):
        first, *rest = self
        x = first(*self.originals())
        for module in rest:
            x = module(x)
        return x


def _give_class(module, before):
    """Make the layer of the class that it had before, with a property for each tensor that is computed."""
    names = list(module.parametrizations) if is_parametrized(module) else []
    if names:
        members = {name: _computed(name) for name in names}
        members["_before_parametrizations"] = before
        module.__class__ = type(f"Parametrized{before.__name__}", (before,), members)
    else:
        module.__class__ = before


def _computed(name):
    """The property ``layer.name`` that is computed whenever it is read."""
    def read(self):
        if _cache is None:
            return self.parametrizations[name]()
        key = id(self), name
        if key not in _cache:
            _cache[key] = self.parametrizations[name]()
        return _cache[key]

    def write(self, value):
        self.parametrizations[name].right_inverse(value)

    return property(read, write)


def _register(module, name, tensor):
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def _check_like(new, old, parametrization):
    name = type(parametrization).__name__
    if not isinstance(new, Tensor):
        raise ValueError(f"a parametrization must return a Tensor, but {name} returned a "
                         f"{type(new).__name__}")
    hint = "pass unsafe=True if that is meant"
    if tuple(new.shape) != tuple(old.shape):
        raise ShapeError(f"a parametrization may not change the shape, but {name} makes {tuple(new.shape)} "
                         f"of {tuple(old.shape)}: {hint}")
    if new.dtype != old.dtype:
        raise DtypeError(f"a parametrization may not change the dtype, but {name} makes {new.dtype.name} of "
                         f"{old.dtype.name}: {hint}")
