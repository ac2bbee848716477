"""Errors in the user's terms: the operation, the argument, the layer, the line; what was expected, what came, what to write."""
import traceback

from .. import backend
from ..backend import DeviceMismatchError, is_array
from .modes import threads


class ShapeError(ValueError, RuntimeError):
    """Shapes that do not fit. (Also a RuntimeError, which is what PyTorch raises.)

    >>> tg.ones(2, 3) @ tg.ones(2, 3)
    Traceback (most recent call last):
        ...
    tinygrad_bio.engine.messages.ShapeError: matmul: cannot multiply (2, 3) by (2, 3): the last size of the first must be the second last size of the second. Given: a=float32[2, 3], b=float32[2, 3]
    """


class DtypeError(TypeError, RuntimeError):
    """A dtype that an operation does not take, or dtypes that do not fit. (Also a RuntimeError, as in PyTorch.)

    >>> tg.tensor([1, 2]).mean()
    Traceback (most recent call last):
        ...
    tinygrad_bio.engine.messages.DtypeError: mean: expected floats, but the tensor holds int64: write .float() first
    """


def here(scope=None):
    """" in layer 'fc1 (Linear)'" for a message; empty outside layers.

    >>> here("encoder.fc1 (Linear)")
    " in layer 'encoder.fc1 (Linear)'"
    """
    scope = threads.mode.scope if scope is None else scope
    return f" in layer '{scope}'" if scope else ""


def nth(op, i):
    """The name of an op's i-th argument in quotes, or its number where the op takes any number of arrays."""
    return repr(op.names[i]) if i < len(op.names) and not op.variadic else f"number {i}"


def describe(value):
    """An argument in a message: ``float32[64, 9]`` for an array, its repr otherwise.

    >>> describe(np.zeros((64, 9), "float32"))
    'float32[64, 9]'
    """
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{value.dtype.name}{list(value.shape)}"
    return repr(value) if len(repr(value)) < 60 else type(value).__name__


def explained(error, op, arrays, keywords):
    """The error of a rule, with the op, the layer, and every argument's dtype and shape."""
    if getattr(error, "explained", False):
        return error
    names = [nth(op, i).strip("'") for i in range(len(arrays))]
    on = [(n, str(backend.device_of(a))) for n, a in zip(names, arrays) if is_array(a)]
    given = ", ".join(f"{n}={describe(a)}" for n, a in [*zip(names, arrays), *keywords.items()])
    start = f"{op.__name__}{here()}: "
    if len({device for _, device in on}) > 1:
        places = ", ".join(f"{n} on {device!r}" for n, device in on)
        new = DeviceMismatchError(f"{start}arguments on different devices: {places}. Move one, for instance with .to('cuda')")
    elif isinstance(error, ValueError):
        new = ShapeError(f"{start}{error}. Given: {given}")
    elif isinstance(error, TypeError) and str(error).startswith(("ufunc", "numpy boolean", "The numpy boolean")):
        new = DtypeError(f"{start}{error}. Given: {given}")
    elif type(error) in (IndexError, TypeError, NotImplementedError):
        new = type(error)(f"{start}{error}. Given: {given}")
    elif isinstance(error, TypeError):                      # NumPy has subclasses that cannot be made from a message
        new = DtypeError(f"{start}{error}. Given: {given}")
    else:
        new = error
    new.explained = True
    return new


def users_line():
    """File, line and text of the code that is running now, outside this library."""
    for frame in reversed(traceback.extract_stack()):
        if "tinygrad_bio" not in frame.filename.replace("\\", "/").split("/")[:-1]:
            return f"{frame.filename}, line {frame.lineno}: {frame.line}"
    return None


def wrong_gradient_shape(node, parent, g):
    """The error for a pullback whose result does not have its argument's shape."""
    of = "" if node is None else f" of argument {argument(node, parent)} of op {node.name!r}{here(node.scope)}"
    return ShapeError(f"the pullback{of} returned a gradient of shape {tuple(g.shape)}, but the argument has shape "
                      f"{tuple(parent.shape)}. Is a transpose, a sum or a broadcast missing in the rule?")


def argument(node, parent):
    """Which argument of a node came along this edge."""
    return nth(node.op, next((i for i, edge in enumerate(node.parents) if edge is parent), 0))


_CAUSES = {
    "sqrt": "√x has an infinite slope at 0: write tg.sqrt(x + 1e-12), or tg.norm / tg.std, whose gradient at 0 is 0",
    "log": "ln x is −∞ at 0: hold x away from 0 with .clamp(min=1e-12), or use log_softmax / a loss that takes logits",
    "div": "a division by 0: hold the denominator away from 0",
    "pow": "a negative power of 0, or a fractional power of a negative number",
    "exp": "eˣ overflowed: subtract the maximum first (softmax and logsumexp do)",
    "softmax": "a row that is −∞ everywhere (fully masked?) has no softmax",
}


_WHERE = ("a gradient of 0 met an infinite slope, and 0·∞ is NaN. That is mostly a branch of `where` that was NOT selected: mask "
          "the input of that branch too, where(ok, f(where(ok, x, 1)), 0)")


def not_finite(d, g, node, parent):
    """The error of anomaly detection: whose gradient, in which layer, from which line, and why perhaps.

    `d` is the gradient that is not finite, `g` the one that came in (an array, or something else for several outputs).
    """
    xp = backend.namespace(d)
    came_in_finite = not is_array(g) or bool(xp.isfinite(g).all())
    is_nan = bool(xp.isnan(d).any())
    if is_nan and is_array(g) and g.shape == d.shape and bool(((g == 0) & xp.isnan(d)).any()):
        cause = _WHERE
    else:
        cause = _CAUSES.get(node.name) if came_in_finite else "it was handed a gradient that was not finite already"
    which = "its argument" if len(node.parents) == 1 else f"argument {argument(node, parent)}"
    return RuntimeError(f"op {node.name!r}{here(node.scope)}: the gradient of {which} is {'nan' if is_nan else 'inf'} "
                        f"(shape {tuple(d.shape)})." + (f" Likely cause: {cause}." if cause else "")
                        + (f" It was recorded by {node.trace}" if node.trace else ""))
