"""Questions: comparisons, logic, and what has no gradient. All return Tensors without history."""
import builtins

import numpy as np

from .. import autograd, ops
from ..autograd import DtypeError
from ..backend import common_dtype, is_array, namespace
from .common import array_of, constant

__all__ = ["eq", "ne", "lt", "le", "gt", "ge", "not_equal", "less", "less_equal", "greater", "greater_equal",
           "equal", "allclose", "isclose", "isnan", "isinf", "isfinite", "isposinf", "isneginf",
           "logical_and", "logical_or", "logical_xor", "logical_not", "bitwise_and", "bitwise_or",
           "bitwise_xor", "bitwise_not", "bitwise_left_shift", "bitwise_right_shift", "floor_divide",
           "signbit", "zeros_like", "ones_like", "full_like", "empty_like"]


def _compare(function, input, other, integers_too=False):
    """function(input, other) on arrays of their common dtype; numbers, lists, arrays fit in beside a Tensor.

    Comparing integers of two sizes needs no conversion, and would go wrong where a large one did not fit.
    """
    values = [v.item() if isinstance(v, np.generic) else v for v in (array_of(input), array_of(other))]
    xp = namespace(*values)
    values = [v if is_array(v) or isinstance(v, (builtins.bool, int, float)) else xp.asarray(v)
              for v in values]
    dtype = common_dtype(values)
    if integers_too and dtype.kind == "f":
        raise DtypeError(f"&, |, ^, << and >> work on integers and booleans, not on {dtype.name}: compare "
                         f"first, as in (x > 0) & (x < 1)")
    if dtype.kind == "f" or integers_too:               # so that float32 0.1 equals the number 0.1
        values = [v.astype(dtype, copy=False) if is_array(v) else dtype.type(v) for v in values]
    return constant(function(xp)(*values))


def eq(input, other):
    """Where the two are equal.

    >>> tg.tensor([1, 2]) == 2
    tensor([False,  True])
    """
    return _compare(lambda xp: xp.equal, input, other)


def ne(input, other):
    """Where the two differ.

    >>> tg.ne(tg.tensor([1, 2, 3]), 2)
    tensor([ True, False,  True])
    """
    return _compare(lambda xp: xp.not_equal, input, other)


def lt(input, other):
    """Where the first is smaller.

    >>> tg.lt(tg.tensor([1, 2, 3]), 2)
    tensor([ True, False, False])
    """
    return _compare(lambda xp: xp.less, input, other)


def le(input, other):
    """Where the first is not larger.

    >>> tg.le(tg.tensor([1, 2, 3]), 2)
    tensor([ True,  True, False])
    """
    return _compare(lambda xp: xp.less_equal, input, other)


def gt(input, other):
    """Where the first is larger.

    >>> tg.gt(tg.tensor([1, 2, 3]), 2)
    tensor([False, False,  True])
    """
    return _compare(lambda xp: xp.greater, input, other)


def ge(input, other):
    """Where the first is not smaller.

    >>> tg.ge(tg.tensor([1, 2, 3]), 2)
    tensor([False,  True,  True])
    """
    return _compare(lambda xp: xp.greater_equal, input, other)


not_equal, less, less_equal, greater, greater_equal = ne, lt, le, gt, ge


def equal(input, other):
    """Whether both have the same shape and the same numbers: True or False.

    >>> tg.equal(tg.tensor([1, 2]), tg.tensor([1, 2]))
    True
    """
    return tuple(input.shape) == tuple(other.shape) and builtins.bool(eq(input, other).array.all())


def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Where |input − other| ≤ atol + rtol·|other|.

    >>> tg.isclose(tg.tensor([1., 2.]), tg.tensor([1., 2.1]))
    tensor([ True, False])
    """
    a, b = array_of(input), array_of(other)
    return constant(namespace(a, b).isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan))


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Whether `isclose` holds everywhere: True or False.

    >>> tg.allclose(tg.tensor([1., 2.]), tg.tensor([1., 2.000001]))
    True
    """
    return builtins.bool(isclose(input, other, rtol, atol, equal_nan).array.all())


def _ask(name, input):
    a = array_of(input)
    return constant(getattr(namespace(a), name)(a), input)


def isnan(input):
    """Where NaN.

    >>> tg.isnan(tg.tensor([1., tg.inf, tg.nan]))
    tensor([False, False,  True])
    """
    return _ask("isnan", input)


def isinf(input):
    """Where +∞ or −∞.

    >>> tg.isinf(tg.tensor([1., -tg.inf, tg.nan]))
    tensor([False,  True, False])
    """
    return _ask("isinf", input)


def isfinite(input):
    """Where neither NaN nor infinite.

    >>> tg.isfinite(tg.tensor([1., tg.inf, tg.nan]))
    tensor([ True, False, False])
    """
    return _ask("isfinite", input)


def isposinf(input):
    """Where +∞.

    >>> tg.isposinf(tg.tensor([-tg.inf, tg.inf]))
    tensor([False,  True])
    """
    return eq(input, np.inf)


def isneginf(input):
    """Where −∞.

    >>> tg.isneginf(tg.tensor([-tg.inf, tg.inf]))
    tensor([ True, False])
    """
    return eq(input, -np.inf)


def signbit(input):
    """Where the sign is minus (−0.0 included).

    >>> tg.signbit(tg.tensor([1., -2.]))
    tensor([False,  True])
    """
    return _ask("signbit", input)


def logical_not(input):
    """Where zero.

    >>> tg.logical_not(tg.tensor([0., 2.]))
    tensor([ True, False])
    """
    return _ask("logical_not", input)


def bitwise_not(input):
    """``~input``: not, for booleans; each bit, for integers.

    >>> tg.bitwise_not(tg.tensor([True, False]))
    tensor([False,  True])
    """
    if input.dtype.kind not in "iub":
        raise DtypeError(f"~ works on integers and booleans, not on {input.dtype.name}: write -x for minus, "
                         f"~(x > 0) for not")
    return _ask("invert", input)


def logical_and(input, other):
    """Where both are not zero.

    >>> tg.logical_and(tg.tensor([True, True]), tg.tensor([True, False]))
    tensor([ True, False])
    """
    return _compare(lambda xp: xp.logical_and, input, other)


def logical_or(input, other):
    """Where one is not zero.

    >>> tg.logical_or(tg.tensor([True, False]), tg.tensor([False, False]))
    tensor([ True, False])
    """
    return _compare(lambda xp: xp.logical_or, input, other)


def logical_xor(input, other):
    """Where exactly one is not zero.

    >>> tg.logical_xor(tg.tensor([True, True]), tg.tensor([True, False]))
    tensor([False,  True])
    """
    return _compare(lambda xp: xp.logical_xor, input, other)


def bitwise_and(input, other):
    """``input & other``: and, for booleans; each bit, for integers.

    >>> tg.bitwise_and(tg.tensor([6, 5]), 3)
    tensor([2, 1])
    """
    return _compare(lambda xp: xp.bitwise_and, input, other, integers_too=True)


def bitwise_or(input, other):
    """``input | other``.

    >>> tg.bitwise_or(tg.tensor([6, 5]), 3)
    tensor([7, 7])
    """
    return _compare(lambda xp: xp.bitwise_or, input, other, integers_too=True)


def bitwise_xor(input, other):
    """``input ^ other``.

    >>> tg.bitwise_xor(tg.tensor([6, 5]), 3)
    tensor([5, 6])
    """
    return _compare(lambda xp: xp.bitwise_xor, input, other, integers_too=True)


def bitwise_left_shift(input, other):
    """``input << other``.

    >>> tg.bitwise_left_shift(tg.tensor([1, 3]), 2)
    tensor([ 4, 12])
    """
    return _compare(lambda xp: xp.left_shift, input, other, integers_too=True)


def bitwise_right_shift(input, other):
    """``input >> other``.

    >>> tg.bitwise_right_shift(tg.tensor([4, 12]), 2)
    tensor([1, 3])
    """
    return _compare(lambda xp: xp.right_shift, input, other, integers_too=True)


def floor_divide(input, other):
    """⌊input/other⌋, without a gradient: it is made of steps. Asking for one is an error.

    >>> tg.tensor([7, -7]) // 2
    tensor([ 3, -4])
    """
    for t in (input, other):
        if getattr(t, "requires_grad", False):
            raise RuntimeError("floor_divide (//) is not differentiable: its derivative is 0 or none. "
                               "Write .detach() on the tensor, or div(…, rounding_mode='floor')")
    with autograd.no_grad():
        return ops.div_floor(input, other)


def zeros_like(input, dtype=None, device=None, requires_grad=False):
    """Zeros of the same shape and dtype.

    >>> tg.zeros_like(tg.tensor([1., 2.]))
    tensor([0., 0.])
    """
    return full_like(input, 0, dtype, device, requires_grad)


def ones_like(input, dtype=None, device=None, requires_grad=False):
    """Ones of the same shape and dtype.

    >>> tg.ones_like(tg.tensor([1, 2]))
    tensor([1, 1])
    """
    return full_like(input, 1, dtype, device, requires_grad)


def empty_like(input, dtype=None, device=None, requires_grad=False):
    """A tensor of the same shape and dtype (zeros here: nothing is left to chance).

    >>> tg.empty_like(tg.tensor([1., 2.])).shape
    (2,)
    """
    return full_like(input, 0, dtype, device, requires_grad)


def full_like(input, fill_value, dtype=None, device=None, requires_grad=False):
    """One number everywhere, in the same shape and dtype.

    >>> tg.full_like(tg.tensor([1., 2.]), 7)
    tensor([7., 7.])
    """
    a = array_of(input)
    made = constant(namespace(a).full(a.shape, fill_value, dtype=dtype or a.dtype), input)
    made = made if device is None else made.to(device)
    if requires_grad:
        made.requires_grad = True
    return made
