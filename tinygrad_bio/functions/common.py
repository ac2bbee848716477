"""What the functions share: taking arrays out of Tensors, understanding dimensions, NumPy's words."""
import functools
import inspect
import operator

from .. import autograd, backend
from ..autograd import DtypeError, ShapeError, here, new_tensor
from ..backend import is_array, namespace

_NUMPY_WORDS = {"axis": "dim", "keepdims": "keepdim", "axes": "dims", "a": "input", "x": "input",
                "ddof": "correction"}


def numpy_words(function):
    """Let a function also take NumPy's words: ``axis`` for ``dim``, ``keepdims`` for ``keepdim``.

    >>> @numpy_words
    ... def f(input, dim=None):
    ...     return dim
    >>> f(0, axis=1)
    1
    """
    known = inspect.signature(function).parameters
    words = {theirs: ours for theirs, ours in _NUMPY_WORDS.items() if ours in known and theirs not in known}

    @functools.wraps(function)
    def wrapper(*args, **keywords):
        for word in keywords.keys() & words.keys():
            keywords[words[word]] = keywords.pop(word)
        return function(*args, **keywords)
    return wrapper


def one_or_many(name):
    """Let a function of a tuple be called as ``f(x, (2, 3))``, as ``f(x, 2, 3)`` and by name.

    >>> @one_or_many("shape")
    ... def f(input, shape):
    ...     return shape
    >>> f(0, 2, 3), f(0, [2, 3]), f(0, shape=5)
    ((2, 3), (2, 3), (5,))
    """
    def decorate(function):
        @functools.wraps(function)
        def wrapper(input, *numbers, **keywords):
            if name in keywords:
                numbers = (keywords.pop(name),)
            return function(input, sizes(numbers), **keywords)
        return wrapper
    return decorate


def array_of(x):
    """The array in a Tensor; arrays and numbers as they are.

    >>> array_of(tg.ones(2)), array_of(3)
    (array([1., 1.], dtype=float32), 3)
    """
    return x.array if isinstance(x, autograd.Tensor) else x


def constant(array, like=None):
    """A result that has no gradient: a Tensor, or a plain array if what came in was one.

    >>> constant(np.ones(2), like=tg.ones(2)), constant(np.ones(2), like=np.ones(2))
    (tensor([1., 1.], dtype=float64), array([1., 1.]))
    """
    if not is_array(array):
        array = backend.np.asarray(array)
    return new_tensor(array, None) if like is None or isinstance(like, autograd.Tensor) else array


def as_tensor(x, like):
    """x as a Tensor: itself, or an array, list or number put on the device of `like`.

    >>> as_tensor([1., 2.], like=tg.ones(2))
    tensor([1., 2.])
    """
    if isinstance(x, autograd.Tensor):
        return x
    if not is_array(x):
        x = namespace(like.array).asarray(x)
        if x.dtype.kind == "f":
            x = x.astype(backend.get_default_dtype())
    return new_tensor(x, None)


def index_array(index, like, caller, name="index"):
    """An index argument (Tensor, array or list) as an integer array on the device of `like`.

    >>> index_array([0, 2], tg.ones(3), "gather")
    array([0, 2])
    """
    index = array_of(index)
    if not is_array(index):
        index = namespace(array_of(like)).asarray(index)
    if index.dtype.kind not in "iu":
        raise DtypeError(f"{caller}{here()}: {name} must hold integers (int64), but it holds "
                         f"{index.dtype.name}: write .long()")
    return index


def one_dim(dim, ndim, caller):
    """A dimension as a number from 0: counts from the end if negative, and is checked.

    >>> one_dim(-1, 3, "sum")
    2
    """
    if not isinstance(dim, int):
        dim = whole(dim, "dim", caller)
    limit = max(ndim, 1)
    if not -limit <= dim < limit:
        raise IndexError(f"{caller}{here()}: dim {dim} is out of range for a tensor of {ndim} dimensions: "
                         f"expected {-limit} … {limit - 1}")
    return dim % limit


def all_dims(dim, ndim, caller):
    """`dim` as None, or as a tuple of checked dimensions (an empty one means all, as in PyTorch).

    >>> all_dims((0, -1), 3, "sum")
    (0, 2)
    """
    if dim is None or (isinstance(dim, (tuple, list)) and len(dim) == 0):
        return None
    dims = tuple(one_dim(d, ndim, caller) for d in (dim if isinstance(dim, (tuple, list)) else (dim,)))
    if len(set(dims)) != len(dims):
        raise ShapeError(f"{caller}{here()}: dim {dim} names a dimension twice")
    return dims if ndim else None


def sizes(shape):
    """``f(2, 3)`` and ``f((2, 3))`` alike: the sizes as a tuple of ints.

    >>> sizes((2, 3)), sizes(((2, 3),))
    ((2, 3), (2, 3))
    """
    if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
        shape = shape[0]
    try:
        return tuple(map(operator.index, shape))
    except TypeError:
        return tuple(whole(n, "a size") for n in shape)             # says which one


def whole(n, name, caller=None):
    """An int, of an int or a tensor that holds one; an error for anything else.

    >>> whole(tg.tensor(3), "dim", "sum")
    3
    """
    try:
        return operator.index(n)
    except TypeError:
        what, way = f"{n!r} (a {type(n).__name__})", ""
        if hasattr(n, "dtype"):
            what = f"a tensor of {n.dtype.name}{list(n.shape)}"
        elif isinstance(n, float):
            way = f": write {n:.0f}" if n == n // 1 else ": write n // 2 rather than n / 2"
        start = "" if caller is None else f"{caller}{here()}: "
        raise TypeError(f"{start}{name} must be a whole number, but is {what}{way}") from None


def same_shape(a, b, caller, names=("input", "target")):
    """Raise unless two tensors have one shape."""
    if a.shape != b.shape:
        raise ShapeError(f"{caller}{here()}: {names[0]} has shape {tuple(a.shape)} and {names[1]} "
                         f"{tuple(b.shape)}; they must be equal, because broadcasting would silently compare "
                         f"every element with every other. Reshape one: {names[1]}.reshape({names[0]}.shape)")
