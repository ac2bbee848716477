"""What `ndarray` is made of: its operators, and the small objects that `x.flags` and `x.data` are."""
import numpy as np

from .cuda import Device


def ufunc(name):
    """The universal function behind an operator."""
    from .ufuncs import UFUNCS
    return UFUNCS[name]


def gives_way(x, other):
    """Whether `x` leaves the operation to `other`: NumPy's rules (NEP 13), which CuPy follows."""
    theirs = getattr(other, "__array_ufunc__", gives_way)               # gives_way: a value that nobody has
    if theirs is not gives_way:
        return theirs is None
    return getattr(x, "__array_priority__", 0) < getattr(other, "__array_priority__", 0)


def operator(name):
    """x ∘ y. Arrays of the card meet at once; all else goes through NumPy's dispatch, to `y`'s type too."""
    def forward(x, y, modulo=None):
        if isinstance(y, type(x)):
            return ufunc(name)(x, y)
        return NotImplemented if gives_way(x, y) else getattr(np, name)(x, y)
    return forward


def operators(name):
    """The methods for x ∘ y, for y ∘ x and for x ∘= y."""
    def reflected(x, y, modulo=None):
        return ufunc(name)(y, x)

    def inplace(x, y):
        return ufunc(name)(x, y, x)
    return operator(name), reflected, inplace


def comparison(name):
    def compare(x, y):
        if name in ("equal", "not_equal") and (y is None or type(y).__eq__ is object.__eq__):
            return ufunc("logical_or")(x, True) if name == "not_equal" else ufunc("logical_and")(x, False)
        if isinstance(y, np.ndarray) and y.ndim == 0:
            y = y.item()
        return operator(name)(x, y)
    return compare


class Flags:
    """What CuPy tells of memory layout. There is no `writeable`."""

    def __init__(self, x):
        self.c_contiguous, self.f_contiguous = x._host.flags.c_contiguous, x._host.flags.f_contiguous
        self.owndata = x._base is None
        self.fnc, self.forc = x._host.flags.fnc, x._host.flags.forc

    def __getitem__(self, name):
        if name not in ("C_CONTIGUOUS", "F_CONTIGUOUS", "OWNDATA"):
            raise KeyError(f"{name} is not defined for cupy.ndarray.flags")
        return getattr(self, name.lower())


class MemoryPointer:
    """Where an array lies on the card: ``x.data.ptr``."""

    def __init__(self, x):
        self.ptr, self.device, self.device_id = x._host.ctypes.data, Device(0), 0
