"""NumPy's functions on Tensors: ``np.exp(x)`` and ``np.mean(x, axis=0)`` are recorded like our own.

>>> x = tg.tensor([0., 1.], requires_grad=True)
>>> np.sum(np.exp(x)).backward()
>>> x.grad
tensor([1.0000, 2.7183])
"""
from . import functions as F, ops


class NumPyProtocols:
    """What NumPy asks of a Tensor that one of its functions is given."""
    __slots__ = ()

    def __array_ufunc__(self, ufunc, method, *args, **keywords):
        name = _UFUNCS.get(ufunc.__name__, ufunc.__name__)
        function = getattr(ops, name, None) or getattr(F, name, None)
        if method != "__call__" or function is None or keywords:
            raise TypeError(f"np.{ufunc.__name__} ({method}) does not work on Tensors: use a function of tinygrad_bio, or "
                            f"np.{ufunc.__name__}(t.detach().numpy())")
        return function(*args)

    def __array_function__(self, function, types, args, keywords):
        ours = _AS_IN_NUMPY.get(function.__name__) or getattr(F, function.__name__, None)
        if ours is None or function.__module__ != "numpy" or function.__name__ in _NOT_AS_IN_NUMPY:
            raise TypeError(f"np.{function.__name__} does not work on Tensors: use a function of tinygrad_bio, or "
                            f"np.{function.__name__}(t.detach().numpy())")
        return ours(*args, **keywords)


_UFUNCS = {"subtract": "sub", "multiply": "mul", "divide": "div", "true_divide": "div", "negative": "neg", "power": "pow",
           "abs": "absolute", "invert": "bitwise_not", "left_shift": "bitwise_left_shift",
           "right_shift": "bitwise_right_shift", "equal": "eq", "not_equal": "ne", "less": "lt", "less_equal": "le",
           "greater": "gt", "greater_equal": "ge"}      # NumPy's names that are not ours

# Where a function of NumPy's is called, its meaning and its arguments count, not those of PyTorch's namesake.
_AS_IN_NUMPY = {
    "shape": lambda a: tuple(a.shape), "ndim": lambda a: a.ndim, "size": lambda a, axis=None: a.numel() if axis is None else a.shape[axis],
    "broadcast_to": ops.broadcast_to, "swapaxes": ops.swapaxes, "moveaxis": ops.moveaxis,
    "transpose": lambda a, axes=None: F.permute(a, axes or tuple(reversed(range(a.ndim)))),
    "flip": lambda m, axis=None: ops.flip(m, axis),
    "roll": lambda a, shift, axis=None: F.roll(a, shift, axis),
    "std": lambda a, axis=None, *, ddof=0, keepdims=False: F.std(a, axis, correction=ddof, keepdim=keepdims),
    "var": lambda a, axis=None, *, ddof=0, keepdims=False: F.var(a, axis, correction=ddof, keepdim=keepdims),
    "max": lambda a, axis=None, *, keepdims=False: F.amax(a, axis, keepdims),
    "min": lambda a, axis=None, *, keepdims=False: F.amin(a, axis, keepdims),
    "sort": lambda a, axis=-1: F.sort(a, axis).values,
    "round": lambda a, decimals=0: F.round(a, decimals=decimals),
    "split": lambda ary, indices_or_sections, axis=0: list(F.tensor_split(ary, indices_or_sections, axis)),
}
_NOT_AS_IN_NUMPY = {"median", "nanmedian", "quantile", "nanquantile", "nonzero", "repeat", "take", "unique"}
