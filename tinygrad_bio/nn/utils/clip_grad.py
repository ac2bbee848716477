"""Gradients that are too large are made smaller before the optimiser's step: one bad batch does no harm."""
import math

from ...autograd import new_tensor
from ...backend import namespace
from ...tensor import Tensor


def _gradients(parameters):
    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return [p.grad for p in parameters if p.grad is not None]


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Scale all gradients together so that their common norm is at most `max_norm`: the direction stays.

    Parameters
    ----------
    parameters : a Tensor, or all that are trained: ``model.parameters()``
    norm_type : 2, or any p, or infinity
    error_if_nonfinite : raise if the norm is NaN or infinite; otherwise the gradients are then all NaN or 0

    Returns
    -------
    Tensor : the norm before

    >>> import tinygrad_bio as tg
    >>> w = tg.nn.Parameter(tg.zeros(2))
    >>> w.grad = tg.tensor([3., 4.])
    >>> clip_grad_norm_([w], 1.0), w.grad
    (tensor(5.), tensor([0.6000, 0.8000]))
    """
    gradients = _gradients(parameters)
    total = get_total_norm(gradients, norm_type, error_if_nonfinite)
    _scaled_down(gradients, max_norm, total)
    return total


def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """The norm of all numbers in several Tensors together: the first half of `clip_grad_norm_`.

    >>> import tinygrad_bio as tg
    >>> get_total_norm([tg.tensor([3.]), tg.tensor([[4.]])])
    tensor(5.)
    """
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    if not tensors:
        return new_tensor(namespace().zeros((), "float32"), None)
    total = _norm_of_all([t.array for t in tensors], float(norm_type))
    if error_if_nonfinite and not math.isfinite(float(total)):
        raise RuntimeError(f"clip_grad_norm_: the norm of the gradients is {float(total)}. Find its cause "
                           "with tg.autograd.detect_anomaly(), or pass error_if_nonfinite=False to go on")
    return new_tensor(total, None)


def clip_grads_with_norm_(parameters, max_norm, total_norm, foreach=None):
    """Scale gradients by max_norm/total_norm, if that is less than 1: the second half of `clip_grad_norm_`.

    >>> import tinygrad_bio as tg
    >>> w = tg.nn.Parameter(tg.zeros(2))
    >>> w.grad = tg.tensor([3., 4.])
    >>> clip_grads_with_norm_(w, 1.0, tg.tensor(10.))
    >>> w.grad
    tensor([0.3000, 0.4000])
    """
    _scaled_down(_gradients(parameters), max_norm, total_norm)


def _scaled_down(gradients, max_norm, total_norm):
    total = total_norm.array
    scale = float(max_norm) / (total + 1e-6)
    scale = namespace(scale).where(scale > 1, 1.0, scale)                   # NaN stays NaN
    for g in gradients:
        g.array = _array(g.array * scale.astype(g.dtype))


def _norm_of_all(arrays, p):
    """The p-norm of all numbers in several arrays, as a 0-d array."""
    xp = namespace(*arrays)
    if math.isinf(p):
        return _array(xp.stack([abs(a).max() if a.size else a.sum() for a in arrays]).max())
    if p == 2:
        return _array(xp.sqrt(xp.stack([(a * a).sum() for a in arrays]).sum()))
    return _array(xp.stack([(abs(a) ** p).sum() for a in arrays]).sum() ** (1 / p))


def _array(x):
    """x, or the 0-d array for the scalar that NumPy makes of one."""
    return namespace(x).asarray(x)


def clip_grad_value_(parameters, clip_value, foreach=None):
    """Hold every number of every gradient between −clip_value and clip_value.

    >>> import tinygrad_bio as tg
    >>> w = tg.nn.Parameter(tg.zeros(2))
    >>> w.grad = tg.tensor([3., -0.5])
    >>> clip_grad_value_(w, 1.0)
    >>> w.grad
    tensor([ 1.0000, -0.5000])
    """
    for g in _gradients(parameters):
        g.array = _array(g.array.clip(-float(clip_value), float(clip_value)))
