"""Arguments of operations that are not all Tensors of one dtype: sorted out here, off the fast path."""
import numpy as np

from .. import autograd, backend
from ..backend import is_array
from .messages import DtypeError, explained, here, nth


def apply_converted(op, args, keywords):
    """Convert the arguments of an op to Tensors of one dtype (Python numbers may stay), then apply it."""
    args = _in_place_of_names(op, list(args), keywords)
    for name, setting in keywords.items():
        if isinstance(setting, autograd.Tensor):
            keywords[name] = _number(setting, name, op)
    if not any(isinstance(a, autograd.Tensor) for a in args):
        return _on_arrays(op, args, keywords)
    args = [a.item() if isinstance(a, np.generic) else a for a in args]         # np.float64(2.) counts as 2.
    for i, a in enumerate(args):
        if not (isinstance(a, (autograd.Tensor, bool, int, float, complex)) or is_array(a)):
            what = "None" if a is None else f"a {type(a).__name__}"
            raise TypeError(f"{op.__name__}{here()}: argument {nth(op, i)} is {what}, but a Tensor, an array or a number was "
                            f"expected: write tg.tensor(...) around it")
    dtype = backend.common_dtype([a.array if isinstance(a, autograd.Tensor) else a for a in args])
    kinds = {a.dtype.name: None for a in args if hasattr(a, "dtype")}
    if not op.promote and len(kinds) > 1:
        raise DtypeError(f"{op.__name__}{here()}: all arguments must have one dtype, but they have {', '.join(kinds)}: convert one, "
                        f"for instance with .to(tg.{dtype.name})")
    like = next(a for a in args if isinstance(a, autograd.Tensor)).array
    return op(*(_converted(a, dtype, like) for a in args), **keywords)


def _number(setting, name, op):
    """The number in a tensor that was given as a setting. None that requires grad: settings have no gradient."""
    if setting.requires_grad or setting.ndim:
        what = "a tensor that requires grad" if setting.requires_grad else f"a tensor of shape {tuple(setting.shape)}"
        raise TypeError(f"{op.__name__}{here()}: {name!r} is a setting, a plain number without a gradient, but it is {what}: write "
                        f"{name}=….item() if the number is meant; to learn it, write the formula with tensors and + − * / ** …")
    return setting.item()


def _converted(a, dtype, like):
    """One argument in the common dtype. Among floats a number stays a number; among integers it becomes an array."""
    if isinstance(a, autograd.Tensor):
        return a if a.array.dtype is dtype else autograd.cast(a, dtype=dtype)
    if is_array(a):
        return autograd.new_tensor(a.astype(dtype, copy=False), None)
    if dtype.kind == "f":
        return float(a)
    return autograd.new_tensor(backend.namespace(like).asarray(a, dtype=dtype), None)


def in_floats(args):
    """The arguments with integers as floats of the default dtype (float32), in which their logarithm, ratio, … is computed."""
    return [autograd.cast(a, dtype=backend.get_default_dtype()) if isinstance(a, autograd.Tensor) else a for a in args]


def _in_place_of_names(op, args, keywords):
    """The positional arguments, with those put in that were given by name: ``maximum(input=a, other=b)``."""
    for i, name in enumerate(op.names):
        for given in {name, ("input", "other")[i] if i < 2 else name}:
            if given in keywords:
                args.insert(i, keywords.pop(given))
    return args


def _on_arrays(op, args, keywords):
    """Apply an op to plain arrays and numbers only: the value of its rule. (Rules call other ops this way.)"""
    try:
        return op.rule(*(np.asarray(a) if isinstance(a, np.generic) else a for a in args), **keywords)[0]
    except Exception as error:
        raise explained(error, op, args, keywords) from error
