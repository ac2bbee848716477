"""Every public function and method against PyTorch: values, both derivatives, all ways of calling."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from . import cases, cases_more, cases_places
from .both import THEIR_NAME, array, compare, function, ints, method, told

CALLS = [*cases.ARITHMETIC, *cases.REDUCE, *cases.EMPTY, *cases_places.SHAPE, *cases_places.PLACES,
         *cases_places.PRODUCTS,
         *cases_places.SOLVED, *cases_places.NEW, *cases_more.CALLS]
THEIR_WORDS = {"dim": "axis", "keepdim": "keepdims", "dims": "axis"}


# by name only for plain numbers, or alone: not offered
NUMBERS_BY_NAME = {"test_element", "element", "repeats"}
ONCE = {"cdist"}                   # PyTorch has no second derivative of these


def label(case):
    name, args, keywords = case

    def short(a):
        return f"{a.dtype.char}{list(a.shape)}".replace(" ", "") if isinstance(a, np.ndarray) else \
            "[" + ",".join(map(short, a)) + "]" if isinstance(a, (list, tuple)) else str(a)
    return f"{name}({','.join([*map(short, args), *(f'{k}={short(v)}' for k, v in keywords.items())])})"


def other_ways(name, args, keywords):
    """The same call as a method, with names for all arguments, and with NumPy's words."""
    if args and isinstance(args[0], np.ndarray) and "." not in name and hasattr(torch.Tensor, name):
        yield "method", method(name), args, keywords
    for words in {tuple(a.name for a in schema.arguments) for schema in schemas(name)}:
        words = ["input" if w == "self" else w for w in words]
        offered = "." not in name and name not in THEIR_NAME and not NUMBERS_BY_NAME & {*words[:len(args)]}
        if offered and len(words) >= len(args):
            yield f"by name {words[:len(args)]}", function(name), (), {**dict(zip(words, args)), **keywords}
    renamed = {THEIR_WORDS.get(k, k): v for k, v in keywords.items()}
    if renamed != keywords:
        yield f"NumPy's words {renamed.keys()}", function(name), args, renamed


def schemas(name):
    """PyTorch's own list of an operation's signatures (not those for Python's numbers)."""
    return [s for s in torch._C._jit_get_schemas_for_operator(f"aten::{name}")
            if "Tensor" in str(s.arguments[0].type) or
            str(s.arguments[0].type).startswith("List")]


def understood(call, args, keywords):
    try:
        call(torch, *told(torch, args, []), **told(torch, keywords, []))
        return True
    except (TypeError, RuntimeError, AttributeError, IndexError):
        return False


@pytest.mark.parametrize("case", CALLS, ids=label)
def test_call(case):
    name, args, keywords = case
    compare(function(name), *args, order=1 if name in ONCE else 2, **keywords)
    for how, call, a, k in other_ways(name, args, keywords):
        if understood(call, a, k):
            try:
                compare(call, *a, order=0, **k)
            except Exception as error:
                raise AssertionError(f"called {how}: {error}") from error


@pytest.mark.parametrize("case", [*cases_places.METHODS, *cases_more.METHODS], ids=label)
def test_method(case):
    name, args, keywords = case
    compare(method(name), *args, **keywords)


# ----------------------------------------------------------- factorisations: the signs of vectors are free

@pytest.mark.parametrize("shape", [(3, 3), (2, 4, 4), (1, 1)])
def test_eigh(shape):
    def call(lib, a):
        a = a + a.transpose(-2, -1)
        w, v = lib.linalg.eigh(a)
        return w, (v * v).sin(), (v @ lib.diag_embed(w.exp()) @ v.transpose(-2, -1))
    compare(call, array(*shape))
    compare(lambda lib, a: lib.linalg.eigh(a, UPLO="U").eigenvalues, array(*shape))


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (2, 3, 2)])
def test_svd(shape):
    def call(lib, a):
        u, s, vh = lib.linalg.svd(a, full_matrices=False)
        return s, (u * u).sin(), (vh * vh).exp(), u @ vh
    compare(call, array(*shape))
    compare(lambda lib, a: lib.linalg.svd(a).S, array(*shape))
    k = min(shape[-2:])

    def vectors(lib, a):
        u, _, vh = lib.linalg.svd(a)
        return (u[..., :k] ** 2).sin(), (vh[..., :k, :] ** 2).sin()
    compare(vectors, array(*shape))
    compare(lambda lib, a: [(part * part).detach() for part in lib.linalg.svd(a)], array(*shape), order=0)


def test_gradient_with_equal_eigenvalues():
    """Only the values are asked for: they have a derivative although the vectors have none."""
    compare(lambda lib, a: lib.linalg.eigvalsh(a), np.eye(3), order=1)
    compare(lambda lib, a: lib.linalg.svdvals(a), np.eye(3), order=1)


# --------------------------------------------------------------------------------------------- drawn shapes

drawn = settings(max_examples=15, deadline=None, derandomize=True, database=None)
shapes = st.lists(st.integers(0, 3), max_size=3).map(tuple)
arrangements = st.sampled_from(["C", "transposed", "strided"])


def arranged(a, arrangement):
    """The same numbers, lying differently in memory."""
    if arrangement == "transposed":
        return np.ascontiguousarray(a.T).T
    if arrangement == "strided":
        return np.repeat(a[..., None], 2, axis=-1)[..., 0]
    return a


@pytest.mark.parametrize("name", cases.UNARY)
@drawn
@given(shape=shapes, arrangement=arrangements)
def test_unary(name, shape, arrangement):
    call = function(name) if hasattr(torch, name) else method(name)
    compare(call, arranged(array(*shape, kind=cases.UNARY[name]), arrangement))


def test_unary_by_name_and_as_method():
    for name, kind in cases.UNARY.items():
        x = array(2, 3, kind=kind)
        if hasattr(torch.Tensor, name):
            compare(method(name), x, order=0)
        if understood(function(name), (), {"input": x}):
            compare(function(name), input=x, order=0)


@pytest.mark.parametrize("name", cases.BINARY)
@drawn
@given(data=st.data())
def test_binary(name, data):
    shape, kind = data.draw(shapes), cases.BINARY[name]
    lead = data.draw(st.integers(0, len(shape)))
    other = tuple(data.draw(st.sampled_from([1, n])) for n in shape[lead:])
    order = 0 if name == "heaviside" else 2                         # PyTorch has no derivative of it
    pair = [array(*shape, kind=kind), array(*other, kind=kind, seed=7)]
    pair = pair if data.draw(st.booleans()) else pair[::-1]
    compare(function(name), *(a.astype("float32") for a in pair) if order == 0 else pair, order=order)


@pytest.mark.parametrize("name", cases.BINARY)
def test_binary_with_ties_by_name_and_as_method(name):
    a, b = (array(4, 4, kind="ties", seed=s) + 3 for s in (1, 2))
    if name == "heaviside":
        a, b = a.astype("float32"), b.astype("float32")
    compare(function(name), a, b, order=1)
    if understood(function(name), (), {"input": a, "other": b}):
        compare(function(name), input=a, other=b, order=0)
    if hasattr(torch.Tensor, name):
        compare(method(name), a, b, order=0)
    # a plain number on either side, where PyTorch takes one
    for number in (2, 2.5):
        for args in ((a, number), (number, a)):
            if understood(function(name), args, {}):
                compare(function(name), *args, order=0)


@pytest.mark.parametrize("name", cases.BITWISE)
def test_bitwise(name):
    for dtype in ("int64", "int32", "uint8", "bool"):
        a, b = ints(2, 3, high=2, dtype=dtype), ints(3, high=2, seed=1, dtype=dtype)
        if dtype == "bool" and "shift" in name:
            continue
        compare(function(name), a, b)
        compare(function(name), a, 1)
        compare(function(name), a, np.asarray(1))                   # a 0-d tensor does not widen
        compare(method(name), a, b)


@st.composite
def reductions(draw, several, least=1):
    """A shape, and dim: a number from either end, or several."""
    shape = draw(st.lists(st.integers(least, 3), min_size=1, max_size=3).map(tuple))
    one = st.integers(-len(shape), len(shape) - 1)
    many = st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True).map(tuple)
    return shape, draw(one | many if several else one)


@pytest.mark.parametrize("name", cases.REDUCTIONS)
@drawn
@given(data=st.data())
def test_reduction(name, data):
    takes = cases.REDUCTIONS[name]
    least = 2 if "var" in name or "std" in name else 1
    shape, dim = data.draw(reductions(takes in ("many", "must", "nokeep"), least))
    ties, keepdim = data.draw(st.booleans()), data.draw(st.booleans())
    x = array(*shape, kind="ties" if ties else "normal", seed=3)
    if takes not in ("must", "keyword") and data.draw(st.integers(0, 4)) == 0:
        compare(function(name), x, order=1 if ties else 2)
        return
    keywords = {} if takes == "nokeep" else {"keepdim": keepdim}
    order = 0 if name in ("median", "topk") and ties else 1 if ties else 2      # which of equal ones is open
    if order == 0:
        compare(lambda lib, x, **k: getattr(lib, name)(x, **k).values, x, dim=dim, order=0, **keywords)
    else:
        compare(function(name), x, dim=dim, order=order, **keywords)
    if order and hasattr(torch.Tensor, name):
        compare(method(name), x, dim=dim, order=0, **keywords)
    words = {"axis": dim, **({} if takes == "nokeep" else {"keepdims": keepdim})}
    if order and understood(function(name), (x,), words):
        compare(function(name), x, order=0, **words)


@pytest.mark.parametrize("name", cases.ALONG)
@drawn
@given(data=st.data())
def test_along(name, data):
    shape, dim = data.draw(reductions(several=False))
    compare(function(name), array(*shape, seed=4), dim)
    compare(method(name), array(*shape, seed=4), dim=dim, order=0)
    if understood(function(name), (array(*shape),), {"axis": dim}):
        compare(function(name), array(*shape, seed=4), axis=dim, order=0)
    if name in ("cumsum", "cumprod", "softmax", "cummax"):
        compare(function(name), array(*shape, seed=4, kind="ties"), dim, order=1)


@drawn
@given(data=st.data())
def test_matmul(data):
    n, m, k = (data.draw(st.integers(0, 3)) for _ in range(3))
    batch = data.draw(st.lists(st.integers(1, 3), max_size=2))
    left = [data.draw(st.sampled_from([1, b])) for b in batch]
    right = [data.draw(st.sampled_from([1, b])) for b in batch][data.draw(st.integers(0, len(batch))):]
    a = array(*left, n, m) if data.draw(st.booleans()) else array(m)
    b = array(*right, m, k) if data.draw(st.booleans()) else array(m)
    compare(function("matmul"), a, b)
    compare(lambda lib, a, b: a @ b, a, b, order=0)


# ---------------------------------------------------------------------------------------------- x[index]

@st.composite
def indices(draw, shape):
    """An index into this shape: numbers, slices, …, None, index tensors and masks, in any mixture."""
    many = draw(st.lists(st.integers(1, 2), min_size=1, max_size=2).map(tuple))
    parts, axis, dots = [], 0, False
    while axis < len(shape):
        n = shape[axis]
        kind = draw(st.sampled_from(["number", "slice", "tensor", "mask", "none", "dots", "stop", "list"]))
        if kind == "number":
            parts.append(draw(st.integers(-n, n - 1)))
        elif kind == "slice":
            parts.append(slice(draw(st.none() | st.integers(-n, n)), draw(st.none() | st.integers(-n, n)),
                               draw(st.sampled_from([None, 1, 2]))))
        elif kind == "tensor":
            parts.append(ints(*draw(st.sampled_from([many, many[-1:], (1,)])), low=-n, high=n, seed=axis))
        elif kind == "list":
            parts.append(ints(2, high=n, seed=axis).tolist())
        elif kind == "mask":
            if any(isinstance(p, (list, np.ndarray)) for p in parts):
                continue
            parts.append(np.arange(n) % 2 == 0)
            break                                           # (another index tensor would have to fit it)
        elif kind == "none":
            parts.append(None)
            continue
        elif kind == "dots":
            if dots:
                continue
            parts.append(Ellipsis)
            dots, axis = True, draw(st.integers(axis, len(shape))) - 1      # for so many dimensions, at least
        elif kind == "stop":
            break
        axis += 1
    return tuple(parts)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_getitem_and_setitem(data):
    shape = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=4).map(tuple))
    index, x = data.draw(indices(shape)), array(*shape)

    def get(library, x, *index):
        return x[tuple(index)]

    if not understood(get, (x, *index), {}):
        return
    result = compare(get, x, *index)
    value = array(*data.draw(st.sampled_from([tuple(result.shape), (1, *result.shape), ()])), seed=8)

    def put(library, x, value, *index):
        y = x.clone()
        y[tuple(index)] = value
        return y

    places = torch.arange(x.size).reshape(shape)[tuple(told(torch, list(index), []))].reshape(-1)
    if len(set(places.tolist())) == len(places):
        compare(put, x, value, *index)                      # (of two values for one place either may win)
        compare(put, x, 2.5, *index)
