"""Weight and spectral normalisation as programs before PyTorch 1.9 have them: by a hook before forward.

New programs use ``parametrizations.py``, where the formulas are; the names in the `state_dict` differ.
"""
from ...autograd import no_grad
from ..functional import normalize
from ..parameter import Parameter
from .parametrizations import as_matrix, check_iterations, largest_singular_value, length_except, outputs_dim

__all__ = ["weight_norm", "remove_weight_norm", "spectral_norm", "remove_spectral_norm"]


def weight_norm(module, name="weight", dim=0):
    """w = g·v/‖v‖, with parameters weight_g and weight_v: see `parametrizations.weight_norm`.

    >>> import tinygrad_bio as tg
    >>> layer = weight_norm(tg.nn.Linear(20, 40))
    >>> list(layer.state_dict()), layer.weight_g.shape
    (['bias', 'weight_g', 'weight_v'], (40, 1))
    """
    _refuse_second(module, _WeightNorm, name)
    weight = _parameter(module, name, "weight_norm")
    delattr(module, name)
    with no_grad():
        module.register_parameter(f"{name}_g", Parameter(length_except(weight, dim)))
    module.register_parameter(f"{name}_v", Parameter(weight.detach()))
    _start(module, _WeightNorm(name, dim))
    return module


def remove_weight_norm(module, name="weight"):
    """Make an ordinary parameter again of a weight with `weight_norm`.

    >>> import tinygrad_bio as tg
    >>> list(remove_weight_norm(weight_norm(tg.nn.Linear(20, 40))).state_dict())
    ['bias', 'weight']
    """
    return _finish(module, _WeightNorm, name, ("g", "v"))


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """w/σ, with parameter weight_orig and buffers weight_u, weight_v: see `parametrizations.spectral_norm`.

    >>> import tinygrad_bio as tg
    >>> list(spectral_norm(tg.nn.Linear(20, 40)).state_dict())
    ['bias', 'weight_orig', 'weight_u', 'weight_v']
    """
    _refuse_second(module, _SpectralNorm, name)
    check_iterations(n_power_iterations)
    weight = _parameter(module, name, "spectral_norm")
    norm = _SpectralNorm(name, n_power_iterations, eps, outputs_dim(module) if dim is None else dim)
    delattr(module, name)
    module.register_parameter(f"{name}_orig", weight)
    matrix = as_matrix(weight.detach(), norm.dim)
    for letter, size in zip("uv", matrix.shape):
        drawn = matrix.new_empty(size).normal_()
        module.register_buffer(f"{name}_{letter}", normalize(drawn, dim=0, eps=eps))
    setattr(module, name, weight.detach())
    module.register_forward_pre_hook(norm)
    return module


def remove_spectral_norm(module, name="weight"):
    """Make an ordinary parameter again of a weight with `spectral_norm`.

    >>> import tinygrad_bio as tg
    >>> list(remove_spectral_norm(spectral_norm(tg.nn.Linear(20, 40))).state_dict())
    ['bias', 'weight']
    """
    return _finish(module, _SpectralNorm, name, ("orig", "u", "v"))


# ------------------------------------------------------------------------------------------------- the hooks

class _WeightNorm:
    """Called before forward: computes the weight."""

    def __init__(self, name, dim):
        self.name, self.dim = name, dim

    def computed(self, module, improve):
        g, v = getattr(module, f"{self.name}_g"), getattr(module, f"{self.name}_v")
        return v * (g / length_except(v, self.dim))

    def __call__(self, module, inputs):
        setattr(module, self.name, self.computed(module, module.training))


class _SpectralNorm(_WeightNorm):
    def __init__(self, name, n_power_iterations, eps, dim):
        super().__init__(name, dim)
        self.n_power_iterations, self.eps = n_power_iterations, eps

    def computed(self, module, improve):
        weight, u, v = (getattr(module, f"{self.name}_{part}") for part in ("orig", "u", "v"))
        matrix = as_matrix(weight, self.dim)
        if improve:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(normalize(matrix.T @ u, dim=0, eps=self.eps))
                    u.copy_(normalize(matrix @ v, dim=0, eps=self.eps))
        return weight / largest_singular_value(matrix, u, v)


def _parameter(module, name, caller):
    weight = module._parameters.get(name)
    if weight is None:
        raise ValueError(f"{caller}: {type(module).__name__} has no parameter {name!r}")
    return weight


def _found(module, kind, name):
    """The numbers and hooks of this kind and name."""
    hooks = module._hooks.before if module._hooks else {}
    found = [(number, hook) for number, (hook, *_) in hooks.items()]
    return [(number, hook) for number, hook in found if type(hook) is kind and hook.name == name]


def _refuse_second(module, kind, name):
    if _found(module, kind, name):
        raise RuntimeError(f"Cannot register two {_CALLED[kind]} hooks on the same parameter {name}")


def _start(module, norm):
    setattr(module, norm.name, norm.computed(module, False))
    module.register_forward_pre_hook(norm)


def _finish(module, kind, name, parts):
    """Take the hook away, and put the weight as it is now in the place of its parts."""
    found = _found(module, kind, name)
    if not found:
        raise ValueError(f"{_CALLED[kind]} of {name!r} not found in {type(module).__name__}")
    (number, norm), = found
    del module._hooks.before[number]
    with no_grad():
        weight = norm.computed(module, False)
    for part in ("", *(f"_{part}" for part in parts)):
        delattr(module, name + part)
    module.register_parameter(name, Parameter(weight.detach()))
    return module


_CALLED = {_WeightNorm: "weight_norm", _SpectralNorm: "spectral_norm"}
