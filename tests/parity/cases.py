"""The table of calls that are compared: name, arguments, settings. Arrays of float64 are differentiated."""
from .both import Dtype, array as A, bools, ints

# functions of one tensor, and where the numbers that they are tried on lie
UNARY = {
    "abs": "normal", "absolute": "normal", "acos": "unit", "acosh": "above1", "arccos": "unit",
    "arccosh": "above1", "arcsin": "unit", "arcsinh": "normal", "arctan": "normal", "arctanh": "unit",
    "asin": "unit", "asinh": "normal", "atan": "normal", "atanh": "unit", "ceil": "normal", "clone": "normal",
    "cos": "normal", "cosh": "normal", "deg2rad": "normal", "digamma": "positive", "erf": "normal",
    "erfc": "normal", "erfinv": "unit", "exp": "normal", "exp2": "normal", "expm1": "normal", "fix": "normal",
    "floor": "normal", "frac": "normal", "isfinite": "normal", "isinf": "normal", "isnan": "normal",
    "isneginf": "normal", "isposinf": "normal", "lgamma": "positive", "log": "positive", "log10": "positive",
    "log1p": "positive", "log2": "positive", "logical_not": "ties", "logit": "probability",
    "nan_to_num": "normal", "neg": "normal", "negative": "normal", "positive": "normal", "rad2deg": "normal",
    "reciprocal": "positive", "relu": "normal", "round": "normal", "rsqrt": "positive", "sgn": "normal",
    "sigmoid": "normal", "sign": "normal", "signbit": "normal", "sin": "normal", "sinc": "normal",
    "sinh": "normal", "sqrt": "positive", "square": "normal", "tan": "unit", "tanh": "normal",
    "trunc": "normal", "ravel": "normal", "zeros_like": "normal", "ones_like": "normal", "nonzero": "ties",
    "argwhere": "ties", "detach": "normal",
}
# functions of two tensors whose shapes are broadcast
BINARY = {
    "add": "normal", "arctan2": "normal", "atan2": "normal", "div": "positive", "divide": "positive",
    "eq": "ties", "float_power": "positive", "fmax": "normal", "fmin": "normal", "fmod": "positive",
    "ge": "ties", "gt": "ties", "heaviside": "ties", "hypot": "normal", "isclose": "ties", "le": "ties",
    "logaddexp": "normal", "logical_and": "ties", "logical_or": "ties", "logical_xor": "ties", "lt": "ties",
    "maximum": "normal", "minimum": "normal", "mul": "normal", "multiply": "normal", "ne": "ties",
    "pow": "positive", "remainder": "positive", "rsub": "normal", "sub": "normal", "subtract": "normal",
    "true_divide": "positive", "xlogy": "positive", "max": "normal", "min": "normal",
}
BITWISE = ["bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift"]
# reductions over dim, some with several dims; "one" means one dim must be given
REDUCTIONS = {
    "sum": "many", "mean": "many", "amax": "many", "amin": "many", "var": "many", "std": "many",
    "var_mean": "many", "std_mean": "many", "logsumexp": "must", "nansum": "many", "nanmean": "many",
    "all": "many", "any": "many", "count_nonzero": "nokeep", "prod": "one", "max": "one", "min": "one",
    "argmax": "one", "argmin": "one", "median": "one", "aminmax": "keyword", "linalg.vector_norm": "many",
}
# along one dim, keeping the shape
ALONG = ["cumsum", "cumprod", "cummax", "cummin", "logcumsumexp", "softmax", "log_softmax", "sort", "argsort"]


def f32(x):
    """In float32: compared in value only, not differentiated."""
    return x.astype("float32")


def row(name, *args, **keywords):
    return name, args, keywords


x, y, z, v, M, S = A(2, 3), A(2, 3, seed=1), A(2, 3, 4), A(3), A(3, 3), A(5, 2, 3)
nans = A(2, 3).copy()
nans[0, 1] = float("nan")
special = A(6)
special[1:4] = float("nan"), float("inf"), -float("inf")
grid = ints(2, 3, low=-5, high=6)

ARITHMETIC = [
    row("add", x, 2), row("add", x, y, alpha=3), row("add", x, 2.5, alpha=2), row("sub", x, y, alpha=2),
    row("sub", x, 1.5), row("rsub", x, 2), row("rsub", x, y, alpha=3), row("mul", x, 3), row("div", x, 2),
    row("div", x, y, rounding_mode="floor"), row("div", x, y, rounding_mode="trunc"),
    row("div", grid, 2, rounding_mode="floor"), row("div", grid, 2, rounding_mode="trunc"),
    row("div", grid, ints(2, 3, low=1), rounding_mode="floor"), row("floor_divide", grid, 2),
    row("floor_divide", grid, ints(3, low=1)), row("remainder", x, 0.7), row("remainder", x, -0.7),
    row("remainder", 2.5, f32(A(3, kind="positive"))), row("remainder", grid, 3), row("remainder", grid, -3),
    row("fmod", x, 0.7), row("fmod", grid, 3), row("fmod", x, y), row("pow", x, 2), row("pow", x, 3),
    row("pow", x, -2), row("pow", x, 0), row("pow", x, 1), row("pow", A(3, kind="positive"), 0.5),
    row("pow", 2, x), row("pow", 2.5, x), row("pow", 1, x), row("pow", grid, 2), row("pow", grid, 2.0),
    row("float_power", x, 2), row("float_power", 2.0, x), row("clamp", x, -0.5, 0.5),
    row("clamp", x, min=-0.1), row("clamp", x, max=0.2), row("clamp", x, 0.3), row("clip", x, -0.5, 0.5),
    row("clamp", x, A(3, kind="unit") - 1, A(3, kind="positive")), row("clamp", x, min=y),
    row("clamp", x, max=A(1)), row("clamp", grid, -1, 2), row("clamp", grid, -1.5, 2), row("clamp", x, 1, -1),
    row("clamp", x, min=y, max=A(2, 3, seed=3)), row("clamp_min", x, 0.1), row("clamp_max", x, 0.1),
    row("clamp_min", x, y), row("round", A(4) * 100, decimals=2), row("round", A(4) * 100, decimals=-1),
    row("round", A(4) * 100), row("floor", grid), row("ceil", grid), row("trunc", grid), row("round", grid),
    row("where", x > 0, x, y), row("where", x > 0, x, 0.0), row("where", x > 0, 1.0, x),
    row("where", bools(3), x, y), row("where", x > 0), row("where", bools(4, 1, 1), x, A(3)),
    row("where", x > 0, 1.0, 0.0), row("where", x > 0, 1, 0), row("where", x > 0, grid, 0.5),
    row("lerp", x, y, 0.3), row("lerp", x, y, A(2, 3, seed=5)), row("lerp", x, y, 0.8),
    row("lerp", x, A(3), A(2, 1)), row("logit", A(4, kind="probability"), 0.1),
    row("logit", A(4, kind="probability"), eps=0.3), row("nan_to_num", special),
    row("nan_to_num", special, 1.0, 2.0, -3.0), row("nan_to_num", special, nan=7.0),
    row("polygamma", 1, A(3, kind="positive")), row("polygamma", 0, A(3, kind="positive")),
    row("polygamma", 3, A(3, kind="positive")), row("addcmul", x, y, A(2, 3, seed=2), value=0.5),
    row("addcmul", x, A(3), A(2, 1)), row("addcdiv", x, y, A(2, 3, kind="positive"), value=2),
    row("addcdiv", x, y, A(3, kind="positive")), row("xlogy", x, 2.0),
    row("xlogy", 2.0, A(3, kind="positive")), row("heaviside", f32(x), f32(A(1))), row("special.expit", x),
    row("isclose", x, x + 1e-9), row("isclose", nans, nans, equal_nan=True),
    row("isclose", x, x + 0.01, rtol=0.1, atol=0.01), row("allclose", x, x + 1e-9), row("allclose", x, y),
    row("allclose", nans, nans, equal_nan=True), row("equal", x, x), row("equal", x, v), row("eq", x, 0.5),
    row("lt", grid, 0), row("gt", x, 0), row("logical_and", grid, grid), row("bitwise_not", grid),
    row("bitwise_not", bools(3)), row("full_like", x, 3), row("full_like", grid, 3),
    row("zeros_like", x, dtype=Dtype("int64")), row("ones_like", grid, dtype=Dtype("float32")),
    row("isin", grid, ints(3)),
]

REDUCE = [
    row("sum", grid), row("sum", bools(2, 3), 0), row("sum", x, 1, dtype=Dtype("float32")), row("sum", x, ()),
    row("sum", x, []), row("sum", x, (0, 1), True), row("sum", x, (-1,)), row("mean", x, 1, True),
    row("mean", grid, dtype=Dtype("float64")), row("mean", x, (0, -1)), row("prod", grid),
    row("prod", A(2, 3, kind="ties")), row("prod", A(2, 3, kind="ties"), 1), row("prod", x),
    row("prod", x, -1, keepdim=True), row("prod", bools(2, 3), 1), row("prod", x, dtype=Dtype("float32")),
    row("cumprod", A(2, 4, kind="ties"), 1), row("cumsum", bools(4), 0), row("cumsum", grid, 1),
    row("cumsum", x, 1, dtype=Dtype("float32")), row("cumprod", ints(4), 0), row("var", x), row("var", x, 1),
    row("var", x, 1, False), row("var", x, 1, True, True), row("var", x, unbiased=False),
    row("var", x, False), row("var", x, dim=1, correction=0), row("var", x, (0, 1), correction=2),
    row("var", x, 0, keepdim=True), row("std", x), row("std", x, False), row("std", x, 1, False),
    row("std", x, 1, True, True), row("std", x, dim=0, correction=0, keepdim=True), row("std", x, (0, 1)),
    row("var_mean", x, 1, False), row("var_mean", x, dim=0, correction=0, keepdim=True),
    row("std_mean", x, 1, True, True), row("std_mean", x), row("std_mean", x, False),
    row("var_mean", x, (0, 1), unbiased=False), row("max", x), row("min", x), row("max", x, 0, True),
    row("min", x, -1), row("max", A(2, 3, kind="ties")), row("min", A(2, 3, kind="ties")),
    row("max", A(2, 3, kind="ties"), 1), row("amax", A(2, 3, kind="ties"), (0, 1)),
    row("amin", A(2, 3, kind="ties"), 1), row("amax", A(2, 3, kind="ties")), row("max", grid),
    row("max", grid, 1), row("max", nans), row("max", nans, 1), row("min", nans, 1),
    row("amax", f32(nans), 1), row("argmax", nans, 1), row("argmax", nans), row("argmin", nans, 1, True),
    row("aminmax", x), row("aminmax", x, dim=1, keepdim=True), row("aminmax", A(2, 3, kind="ties"), dim=0),
    row("argmax", x), row("argmax", x, 1, True), row("argmin", x, keepdim=True),
    row("argmax", A(2, 3, kind="ties"), 1), row("argmax", x, None, True), row("median", x),
    row("median", x, 1), row("median", x, 1, True), row("median", A(4)), row("median", A(5, kind="ties")),
    row("median", nans), row("median", nans, 1), row("kthvalue", x, 2), row("kthvalue", x, 1, 0),
    row("kthvalue", z, 2, 1, True), row("kthvalue", x, k=3, dim=-1), row("topk", x, 2),
    row("topk", x, 2, 1, False), row("topk", z, 1, dim=0), row("topk", x, 0),
    row("topk", x, 3, largest=False), row("sort", x), row("sort", x, 0, True),
    row("sort", x, dim=0, descending=True), row("sort", A(2, 6, kind="ties"), stable=True),
    row("sort", A(2, 6, kind="ties"), stable=True, descending=True), row("sort", nans, descending=True),
    row("sort", nans), row("argsort", x, 0, True), row("argsort", x, dim=0, stable=True), row("msort", x),
    row("sort", A()), row("argsort", A()), row("sort", grid, descending=True),
    row("sort", bools(5), stable=True), row("cummax", A(2, 5, kind="ties"), 1),
    row("cummin", A(2, 5, kind="ties"), 1), row("cummax", nans, 1), row("cummin", nans, 1),
    row("cummax", grid, 0), row("logsumexp", z, (0, 2)), row("logsumexp", z, -1, True),
    row("logcumsumexp", z * 100, 1), row("logsumexp", z * 1000, 1), row("all", bools(2, 3)),
    row("any", bools(2, 3), 1), row("all", grid, 1, True), row("any", ints(2, 3, dtype="uint8")),
    row("all", ints(3, dtype="uint8")), row("count_nonzero", grid), row("count_nonzero", grid, 1),
    row("count_nonzero", grid, (0, 1)), row("count_nonzero", bools(2, 3), dim=0), row("nansum", nans),
    row("nansum", nans, 1, True), row("nanmean", nans), row("nanmean", nans, 0), row("nanmedian", nans),
    row("nanmedian", nans, 1), row("norm", x), row("norm", x, 2), row("norm", x, 1, 1),
    row("norm", x, 3, 0, True), row("norm", x, float("inf"), 1), row("norm", x, -float("inf")),
    row("norm", x, 0.5, 1), row("norm", x, 0), row("norm", x, p="fro", dim=(0, 1)),
    row("norm", x, dim=1, keepdim=True), row("norm", x, p=1.5), row("norm", f32(x), dtype=Dtype("float64")),
    row("softmax", x, 1, dtype=Dtype("float32")), row("log_softmax", x, -1, dtype=Dtype("float32")),
    row("softmax", z * 1000, 1), row("log_softmax", z * 1000, 1), row("quantile", x, 0.3),
    row("quantile", x, 0.25, dim=1, keepdim=True), row("quantile", x, A(3, kind="probability"), dim=0),
    row("quantile", x, 0.5, interpolation="nearest"), row("quantile", nans, 0.5, 1),
    row("quantile", x, 0.4, interpolation="lower"), row("quantile", x, 0.4, interpolation="higher"),
    row("quantile", x, 0.4, interpolation="midpoint"), row("nanquantile", nans, 0.4, 1),
    row("nanquantile", nans, 0.4), row("cov", x), row("corrcoef", x), row("dist", x, y), row("dist", x, y, 1),
    row("dist", x, v, 3), row("cdist", x, A(4, 3)), row("cdist", A(2, 4, 3), A(2, 5, 3)),
    row("cdist", x, A(4, 3), p=1), row("cdist", x, A(4, 3), 3.0), row("cdist", x, A(4, 3), float("inf")),
]

EMPTY = [
    row("sum", A(0)), row("sum", A(0, 3), 0), row("sum", A(0, 3), 1), row("mean", A(0)),
    row("mean", A(2, 0), 1), row("prod", A(0)), row("prod", A(0, 2), 0), row("var", A(0)),
    row("var", f32(A(1))), row("std", A(1, 2), 0), row("std", A(2, 0), 1), row("cumsum", A(0), 0),
    row("cumprod", A(2, 0), 1), row("logsumexp", A(2, 0), 1), row("cummax", A(2, 0), 1),
    row("logcumsumexp", A(0), 0), row("softmax", A(2, 0), 1), row("softmax", A(0, 2), 1),
    row("log_softmax", A(0, 2), 1), row("sort", A(0)), row("argsort", A(2, 0)), row("amax", A(2, 0), 0),
    row("max", A(0, 3), 1), row("argmax", A(0, 3), 1), row("norm", A(0)), row("norm", A(2, 0), 2, 1),
    row("topk", A(2, 0), 0), row("median", A(0, 3), 1), row("any", A(0)), row("all", A(0)),
    row("all", A(2, 0), 1), row("count_nonzero", A(0)), row("cat", [A(0), x], 1), row("cat", [A(0, 3), x]),
    row("stack", [A(0), A(0)]), row("split", A(0), 2), row("chunk", A(0), 2), row("flip", A(2, 0), (0, 1)),
    row("matmul", A(2, 0), A(0, 3)), row("matmul", A(0, 2), A(2, 3)), row("matmul", A(0, 2, 3), A(3, 4)),
    row("bmm", A(0, 2, 3), A(0, 3, 4)), row("einsum", "ij,jk->ik", A(2, 0), A(0, 3)), row("diag", A(0)),
    row("tril", A(0, 3)), row("roll", A(0), 1), row("unique", ints(0)), row("nonzero", A(0)),
    row("masked_select", A(0), bools(0)), row("gather", A(2, 3), 1, ints(2, 0)),
    row("scatter_add", A(2, 3), 1, ints(2, 0), A(2, 0)), row("index_select", A(2, 3), 0, ints(0)),
    row("index_add", A(2, 3), 0, ints(0), A(0, 3)), row("cdist", A(0, 3), A(2, 3)),
    row("cdist", A(2, 0), A(3, 0)), row("diff", A(0)), row("diff", A(1)), row("outer", A(0), A(2)),
    row("dot", A(0), A(0)), row("kron", A(0, 2), A(2, 2)), row("trace", A(0, 0)),
    row("repeat_interleave", A(0), 2), row("tile", A(0), (2,)), row("bincount", ints(0)), row("nansum", A(0)),
    row("flatten", A(0, 3)), row("squeeze", A(0, 1)), row("unbind", A(0, 3)), row("unbind", A(3, 0)),
    row("median", A(0)), row("nanmean", A(0)),
]
