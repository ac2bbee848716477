"""The dtype (and value) of every result, over all dtypes and ways of giving the other operand, against
PyTorch.
"""
import operator
import re

import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from .both import LIBRARIES, dtype_of, numpy_of

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
FLOATS = ["float16", "float32", "float64"]
MAIN = ["bool", "uint8", "int32", "int64", "float32", "float64"]

BINARY = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow,
    "==": operator.eq, "<": operator.lt, ">=": operator.ge, "&": operator.and_, "|": operator.or_,
    "^": operator.xor,
}
FUNCTIONS = {       # of two tensors
    name: lambda L, a, b, name=name: getattr(L, name)(a, b) for name in (
        "maximum", "minimum", "fmod", "atan2", "hypot", "logaddexp", "xlogy", "fmax", "float_power",
        "logical_and", "true_divide", "clamp_min")}
FUNCTIONS |= {
    "where": lambda L, a, b: L.where(a > 0, a, b), "cat": lambda L, a,
    b: L.cat([L.as_tensor(v).reshape(-1) for v in (a, b)]),
    "stack": lambda L, a, b: L.stack([L.as_tensor(v).sum() for v in (a, b)]),
    "div floor": lambda L, a, b: L.div(a, b, rounding_mode="floor"), "div trunc": lambda L, a,
    b: L.div(a, b, rounding_mode="trunc"),
    "add alpha": lambda L, a, b: L.add(a, b, alpha=2), "clamp": lambda L, a, b: L.clamp(a, b, b),
    "isclose": lambda L, a, b: L.isclose(a, b)}
UNARY = {name: lambda L, a, name=name: getattr(L, name)(a) for name in (
    "abs", "neg", "sign", "square", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt",
    "reciprocal", "sin", "cos", "tan", "asin", "acos",
    "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sigmoid", "erf", "erfc", "erfinv", "lgamma",
    "digamma", "floor", "ceil", "round", "trunc", "frac", "relu",
    "logit", "sinc", "isnan", "isfinite", "isinf", "logical_not", "bitwise_not", "deg2rad", "positive",
    "nan_to_num", "signbit", "sgn", "zeros_like", "clone")}
REDUCTIONS = {name: lambda L, a, name=name: getattr(L, name)(a) for name in (
    "sum", "mean", "prod", "var", "std", "max", "min", "amax", "amin", "argmax", "argmin", "all", "any",
    "count_nonzero", "nansum", "median", "unique", "norm", "nanmean")}
REDUCTIONS |= {f"{name}(dim)": lambda L, a, name=name: getattr(L, name)(a, 0) for name in (
    "sum", "prod", "mean", "cumsum", "cumprod", "logsumexp", "softmax", "max", "cummax", "sort", "median",
    "logcumsumexp", "argsort", "diff", "any")}
REDUCTIONS |= {
    "sum(dtype)": lambda L, a: L.sum(a, dtype=L.float64),
    "cumsum(dtype)": lambda L, a: L.cumsum(a, 0, dtype=L.float32),
    "mean(dtype)": lambda L, a: L.mean(a, dtype=L.float32),
    "prod(dtype)": lambda L, a: L.prod(a, dtype=L.float32),
    "softmax(dtype)": lambda L, a: L.softmax(a, 0, dtype=L.float64),
    "cumsum of 2-d": lambda L, a: a.reshape(2, 1).cumsum(0)}

# Where we differ on purpose: why, and a pattern for "what: ours instead of theirs".
DIFFERENT = {
    "a boolean counts as 0 or 1 in a difference too; PyTorch refuses":
        r"(bool.* - |- .*bool|True - | - True).*instead of error",
    "a number that does not fit makes int64 of integers; PyTorch lets it wrap around to 255":
        r"(uint8\S* .* -1|-1 .* uint8\S*): (int64 instead of uint8|.* instead of .*\((bool|float32)\))",
    "PyTorch divides by 0.1, NumPy by the float16 next to it":
        r"^float16.* // 0.1",
    "int8, as NumPy has it; PyTorch mostly refuses":
        r"(bool.* \*\* .*(bool|True)|True \*\* bool).*: int8 instead of (error|bool)",
    "defined, and computed in float32; PyTorch has not written it":
        r"^(hypot|logaddexp|logcumsumexp|cdist|isclose|argmax|argmin|median)\b.*instead of error",
    "PyTorch takes no plain number here":
        r"^(maximum|minimum|atan2|fmax|logical_and) \w+ \S+: .*instead of error",
    "harmless; PyTorch refuses":
        r"^((abs|floor|ceil|round|trunc|relu|positive|median\(dim\)) bool|clamp bool.* bool).*of error",
    "NumPy's logical product; PyTorch refuses":
        r"^(matmul|mm|dot|einsum|linear|tensordot|addmm) bool bool: bool instead of error",
    "write .int() or .float()":
        r"^(sign|sgn|sigmoid) bool: error|^square bool: bool instead of int64",
    "a multiple of a boolean is an integer":
        r"^add alpha .*(bool|True).*: int64 instead of",
}


def tensor(L, values, dtype):
    return L.tensor(values, dtype=getattr(L, dtype))


def outcome(L, call):
    """(dtype, numbers) of a result, or of the first of several; or "error"."""
    try:
        result = call(L)
    # (NotImplementedError is a RuntimeError)
    except (RuntimeError, TypeError, ValueError, OverflowError):
        return "error", None
    result = result[0] if isinstance(result, tuple) else result
    return dtype_of(result), numpy_of(result)


def agree(what, call):
    ours, theirs = (outcome(L, call) for L in LIBRARIES)
    if ours[0] != theirs[0]:
        return f"{what}: {ours[0]} instead of {theirs[0]}"
    if ours[1] is not None:
        rtol = {"float16": 2e-3, "float32": 1e-6}.get(ours[0], 1e-12)
        if ours[1].shape != theirs[1].shape or not np.allclose(ours[1].astype("float64"),
                                                               theirs[1].astype("float64"), rtol, rtol,
                                                               equal_nan=True):
            return f"{what}: {ours[1]} instead of {theirs[1]} ({ours[0]})"
    return None


def report(found):
    different = [line for line in found if line
                 and not any(re.search(pattern, line) for pattern in DIFFERENT.values())]
    assert not different, f"{len(different)} differ:\n" + "\n".join(different)


@pytest.mark.parametrize("symbol", BINARY)
def test_operators_between_tensors(symbol):
    """(2) with (2), (2) with a 0-d tensor, 0-d with (2): all dtypes with all."""
    found = []
    for a in DTYPES:
        for b in DTYPES:
            for x, y in (([1, 3], [1, 2]), ([1, 3], 1), (3, [1, 2]), (3, 2)):
                found.append(agree(f"{a}{np.shape(x)} {symbol} {b}{np.shape(y)}",
                                   lambda L: BINARY[symbol](tensor(L, x, a), tensor(L, y, b))))
    report(found)


NUMBERS = [2, True, 2.5, np.float64(2.5), np.float32(2.5), np.int64(2), -1, 0.1]


@pytest.mark.parametrize("symbol", BINARY)
def test_operators_with_numbers(symbol):
    """A plain number on either side never widens a dtype within its kind. (NumPy's numbers on the left
    decide themselves in PyTorch.)
    """
    found = []
    for a in DTYPES:
        for number in NUMBERS:
            for x in ([1, 3], 3):
                found.append(agree(f"{a}{np.shape(x)} {symbol} {number!r}",
                                   lambda L: BINARY[symbol](tensor(L, x, a), number)))
                if not isinstance(number, np.generic):
                    found.append(agree(f"{number!r} {symbol} {a}{np.shape(x)}",
                                       lambda L: BINARY[symbol](number, tensor(L, x, a))))
    report(found)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_two(name):
    found = []
    for a in MAIN:
        for b in MAIN:
            for x, y in (([1, 3], [1, 2]), ([1, 3], 1), (3, [1, 2])):
                found.append(agree(f"{name} {a}{np.shape(x)} {b}{np.shape(y)}",
                                   lambda L: FUNCTIONS[name](L, tensor(L, x, a), tensor(L, y, b))))
        for number in (2, True, 2.5):
            found.append(agree(f"{name} {a} {number!r}",
                               lambda L: FUNCTIONS[name](L, tensor(L, [1, 3], a), number)))
    report(found)


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one(name):
    report([agree(f"{name} {d}", lambda L: UNARY[name](L, tensor(L, [0, 1, 3], d))) for d in DTYPES])


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(name):
    report([agree(f"{name} {d}", lambda L: REDUCTIONS[name](L, tensor(L, [3, 1], d))) for d in DTYPES])


@pytest.mark.parametrize("name",
                         ["matmul", "mm", "dot", "einsum", "linear", "outer", "kron", "tensordot", "addmm",
                          "cdist"])
def test_products_do_not_convert(name):
    def call(L, a, b):
        m, n = tensor(L, [[1, 2], [3, 4]], a), tensor(L, [[1, 2], [3, 4]], b)
        if name == "einsum":
            return L.einsum("ij,jk->ik", m, n)
        if name == "linear":
            return L.nn.functional.linear(m, n)
        if name == "addmm":
            return L.addmm(m, m, n)
        if name in ("dot", "outer"):
            return getattr(L, name)(m[0], n[0])
        return getattr(L, name)(m, n)
    report([agree(f"{name} {a} {b}", lambda L: call(L, a, b)) for a in MAIN for b in MAIN])


def test_conversions():
    values = [0.0, 1.9, -1.9, 200.7]
    found = [agree(f"{a} to {b}",
                   lambda L: tensor(L, values if a in FLOATS else [0, 1, 100], a).to(getattr(L, b)))
                   for a in DTYPES for b in DTYPES
             # a float that does not fit: undefined in C
             if not (a in FLOATS and b in ("uint8", "int8"))]
    report(found)


def test_what_new_tensors_are():
    for data in (1, 1.5, True, [1, 2], [1.5], [True], [1, 1.5], [True, 2], [], [[]], np.float64(1),
                 np.float32(1), np.int32(1), np.arange(3), np.ones(2, "float32"),
                 [np.float64(1)], [np.float32(1), np.float32(2)], [np.int32(1)], [np.ones(2), np.zeros(2)],
                 np.bool_(True), np.ones(2, "uint8")):
        ours, theirs = (L.tensor(data) for L in LIBRARIES)
        assert (dtype_of(ours), tuple(ours.shape)) == (dtype_of(theirs), tuple(theirs.shape)), data
    for nested in (lambda L: [L.tensor(1.0), L.tensor(2.0)], lambda L: [L.tensor(1), 2],
                   lambda L: [[L.tensor(1.5, dtype=L.float64)]]):
        ours, theirs = (L.tensor(nested(L)) for L in LIBRARIES)
        assert dtype_of(ours) == dtype_of(theirs) and ours.tolist() == theirs.tolist()


def test_default_dtype():
    for L in LIBRARIES:
        L.set_default_dtype(L.float64)
        try:
            made = [L.tensor(1.5), L.zeros(2), L.tensor([1, 2]) / 2, L.tensor([1]) * 2.5, L.arange(0, 1, 0.5),
                    L.tensor([4]).sqrt(), L.rand(2), L.linspace(0, 1, 3)]
            assert {dtype_of(t) for t in made} == {"float64"}
            assert dtype_of(L.tensor([1.0], dtype=L.float32) * 2.5) == "float32"
        finally:
            L.set_default_dtype(L.float32)


def test_gradients_have_the_dtype_of_what_they_belong_to():
    for L in LIBRARIES:
        a, b, c = (L.ones(2, dtype=d, requires_grad=True) for d in (L.float32, L.float64, L.float16))
        ((a * b + c) * np.float64(2.0)).sum().backward()
        assert [dtype_of(t.grad) for t in (a, b, c)] == ["float32", "float64", "float16"]
        w = L.ones(2, requires_grad=True)
        (w * 3).to(L.int64).float().sum()                           # through integers no gradient flows
        assert not any(t.requires_grad for t in ((w * 3).to(L.int64), w > 0, w.argmax()))


def test_float32_stays_float32_in_value_and_gradient():
    """Under NumPy 2 a float64 scalar would widen: no function lets one in."""
    for name, call in {**UNARY, **REDUCTIONS}.items():
        if name in ("sum(dtype)", "softmax(dtype)", "bitwise_not"):
            continue
        x = tg.tensor([0.3, 0.6], requires_grad=True)
        y = call(tg, x)
        y = y[0] if isinstance(y, tuple) else y
        if y.requires_grad:
            assert y.dtype == tg.float32, name
            g, = tg.autograd.grad(y.sum(), x, create_graph=True)
            assert g.dtype == tg.float32, name


def test_comparison_of_integers_that_do_not_fit():
    """A departure: PyTorch makes 44 of 300, silently."""
    assert (tg.tensor([5], dtype=tg.uint8) < 300).tolist() == [True]
    assert (tg.tensor([5], dtype=tg.uint8) + 300).tolist() == [305]
    assert (torch.tensor([5], dtype=torch.uint8) + 300).tolist() == [49]
