"""The table of calls that are compared, third part: long names, pieces, counts, replacements, equations, areas."""
import numpy as np

from .both import Dtype, array as A, bools, ints
from .cases import f32, row

x, y, z, v, M = A(2, 3), A(2, 3, seed=1), A(2, 3, 4), A(3), A(3, 3)
grid = ints(2, 3, low=-5, high=6)
signs = np.array([[1.0, -0.0, 0.0], [-2.0, 3.0, -1.0]])
SPD = A(2, 3, 3, kind="spd")
low_rank = A(4, 2) @ A(2, 3)
symmetric = low_rank.T @ low_rank
up, down = np.triu(M) + 2 * np.eye(3), np.tril(A(2, 3, 3)) + 2 * np.eye(3)

ELEMENTS = [
    row("greater", x, y), row("greater", x, 0), row("greater_equal", grid, 1), row("less", x, y),
    row("less_equal", grid, 1), row("not_equal", grid, 1), row("logaddexp2", x, y),
    row("logaddexp2", x, A(2, 1)), row("copysign", x, y), row("copysign", x, -1), row("copysign", x, -0.0),
    row("copysign", x, signs), row("copysign", f32(signs), f32(x)), row("copysign", grid, -2),
    row("ldexp", x, ints(3)), row("ldexp", grid, ints(3)), row("ldexp", x, y),
    row("gcd", grid * 6, ints(3, low=4, high=13)), row("gcd", ints(3, dtype="int32"), ints(3)),
    row("gcd", grid, np.array(4)), row("lcm", grid, ints(3, low=4, high=13)),
    row("lcm", ints(3, dtype="uint8"), ints(3, dtype="uint8")), row("real", x), row("conj", x),
    row("isreal", x), row("isreal", grid), row("is_complex", x), row("is_signed", x), row("is_signed", grid),
    row("is_signed", ints(2, dtype="uint8")), row("is_signed", bools(2)), row("is_nonzero", A(1)),
    row("is_nonzero", A()), row("is_nonzero", np.zeros((1, 1))), row("is_same_size", x, y),
    row("is_same_size", x, v), row("fill", x, 3), row("fill", x, A()), row("fill", grid, 2),
]

PIECES = [
    row("hsplit", z, 3), row("hsplit", v, 3), row("hsplit", z, (1, 2)), row("hsplit", v, [2]),
    row("vsplit", z, 2), row("vsplit", A(4, 3), (1, 3)), row("dsplit", z, 2), row("dsplit", z, (1, 5)),
    row("split_with_sizes", v, [1, 2]), row("split_with_sizes", z, (1, 3), -1), row("row_stack", [x, v]),
    row("combinations", v), row("combinations", v, 3), row("combinations", v, 2, True),
    row("combinations", ints(4), r=1), row("combinations", A(2), 3),
    row("combinations", A(3), r=3, with_replacement=True), row("unravel_index", ints(4, high=6), (2, 3)),
    row("unravel_index", ints(2, 2, high=24), (2, 3, 4)), row("unravel_index", ints(3), 5),
    row("count_nonzero", grid, (0, 1)), row("roll", x, 1, ()),
]

COUNTS = [
    row("mode", ints(7)), row("mode", ints(3, 5)), row("mode", ints(3, 5), 0),
    row("mode", ints(3, 5), -1, True), row("mode", A(3, 5, kind="ties")),
    row("mode", A(3, 5, kind="ties"), dim=0, keepdim=True), row("mode", bools(5)), row("mode", A()),
    row("mode", x), row("mode", A(0, 3), 1), row("mode", np.array([2, 2, 1, 1, 3])),
    row("histc", f32(A(50)), 7), row("histc", f32(A(2, 9)), 4, -1, 1),
    row("histc", f32(A(9)), bins=4, min=0, max=2), row("histc", f32(A(0)), 4),
    row("histc", f32(np.ones(3)), 4), row("histc", f32(np.array([0.0, 1.0, 2.0, 3.0, 4.0])), 4),
    row("histc", f32(np.array([1.0, np.nan, 3.0])), 4, min=0, max=4), row("histc", f32(A(50))),
    row("histogram", f32(A(50)), 7), row("histogram", f32(A(2, 9)), bins=4, range=(-1.0, 1.0)),
    row("histogram", f32(A(9)), 3, weight=f32(A(9, kind="positive")), density=True),
    row("histogram", f32(np.ones(2)), 2),
    row("histogram", f32(A(2, 9)), f32(np.array([-1.0, 0.0, 0.5, 3.0]))),
    row("histogram", f32(A(9)), f32(np.array([-1.0, 0.0, 0.5, 3.0])), weight=f32(A(9, kind="positive"))),
    row("searchsorted", np.array([3.0, 1.0, 2.0]), A(4) + 2, sorter=np.array([1, 2, 0])),
    row("searchsorted", np.array([[3, 1, 2], [6, 5, 4]]), ints(2, 2, high=7), sorter=np.array([[1, 2, 0], [2, 1, 0]]), right=True),
    row("searchsorted", np.array([1, 3, 3, 5]), ints(3, high=6), side="left"),
]

REPLACED = [
    row("masked_scatter", x, bools(2, 3), A(7)), row("masked_scatter", x, bools(3), A(2, 3, seed=4)),
    row("masked_scatter", v, bools(2, 3), A(6)), row("masked_scatter", grid, bools(2, 3), ints(6)),
    row("masked_scatter", x, mask=bools(2, 3), source=y), row("masked_scatter", A(0), bools(0), A(0)),
    row("select_scatter", z, A(2, 4), 1, -1), row("select_scatter", z, src=A(3, 4), dim=0, index=1),
    row("slice_scatter", z, A(2, 3, 2), 2, 0, 4, 2), row("slice_scatter", z, A(2, 2, 4), dim=1, start=1),
    row("slice_scatter", x, A(1, 3), end=1), row("slice_scatter", x, A(1, 3), 0, -1),
    row("diagonal_scatter", M, v), row("diagonal_scatter", x, A(2), 1),
    row("diagonal_scatter", z, A(4, 2), 0, 0, 1), row("diagonal_scatter", z, A(2, 2), -1, 1, 2),
    row("index_reduce", x, 1, ints(5), A(2, 5), "amax"),
    row("index_reduce", x, 0, ints(4, high=2), A(4, 3), "mean"),
    row("index_reduce", x, 1, ints(5), A(2, 5), reduce="amin", include_self=False),
    row("index_reduce", x, 1, ints(5), A(2, 5), "mean", include_self=False),
    row("index_reduce", x, 1, ints(5), A(2, 5), "prod"), row("put", x, ints(2, low=-6, high=6), A(2)),
    row("put", x, ints(2, 2, high=6), A(4), accumulate=True),
    row("put", x, index=np.array([1, 0]), source=A(2)), row("renorm", x, 2, 0, 0.5),
    row("renorm", z, 1, 1, 2.0), row("renorm", x, p=3, dim=1, maxnorm=100),
]

AREAS = [
    row("trapezoid", x), row("trapezoid", x, dx=0.5), row("trapezoid", x, A(3).cumsum()),
    row("trapezoid", x, y, dim=0), row("trapezoid", z, dim=1), row("trapezoid", z, A(3), dim=1),
    row("trapezoid", A(1)), row("trapezoid", x, x=A(3, seed=4), dim=-1), row("trapz", x),
    row("trapz", x, A(3)), row("cumulative_trapezoid", x), row("cumulative_trapezoid", x, A(3)),
    row("cumulative_trapezoid", z, dx=2.0, dim=0), row("gradient", A(5)), row("gradient", A(4, 5)),
    row("gradient", A(4, 5), spacing=2.0), row("gradient", A(4, 5), dim=1),
    row("gradient", A(4, 5), spacing=[0.5, 2.0]), row("gradient", A(5), edge_order=2),
    row("gradient", A(4, 5), dim=(0,), edge_order=2), row("gradient", A(2)),
    row("gradient", A(3), edge_order=2), row("gradient", A(5), spacing=[A(5, kind="positive").cumsum()]),
    row("gradient", A(5, 4), spacing=[A(5, kind="positive").cumsum(), A(4, kind="positive").cumsum()], edge_order=2),
]

EQUATIONS = [
    row("linalg.solve", M, A(2, 3), left=False), row("linalg.solve", A(2, 3, 3), A(4, 3), left=False),
    row("linalg.solve", M, v, left=True), row("linalg.pinv", A(4, 3), atol=1e-3),
    row("linalg.pinv", A(4, 3), rtol=0.5), row("linalg.pinv", low_rank),
    row("linalg.pinv", low_rank, atol=0.1, rtol=0.1), row("linalg.pinv", symmetric, hermitian=True),
    row("linalg.pinv", SPD - 4 * np.eye(3), hermitian=True), row("linalg.pinv", M, hermitian=True),
    row("linalg.pinv", A(0, 3)), row("linalg.pinv", A(2, 4, 3), rtol=0.3), row("pinverse", A(4, 3)),
    row("pinverse", A(2, 3, 3), 0.4), row("linalg.pinv", f32(low_rank)),
    row("linalg.solve_triangular", up, A(3, 2), upper=True),
    row("linalg.solve_triangular", down, A(2, 3, 2), upper=False),
    row("linalg.solve_triangular", M, A(2, 3), upper=True, left=False, unitriangular=True),
    row("linalg.solve_triangular", up, A(2, 3, 4), upper=True), row("triangular_solve", A(3, 2), up),
    row("triangular_solve", A(3, 2), up, transpose=True),
    row("triangular_solve", A(3, 2), down[0], upper=False),
    row("triangular_solve", A(3, 2), M, unitriangular=True), row("cholesky", SPD),
    row("cholesky", SPD[0], True), row("cholesky_solve", f32(A(3, 2)), f32(down[0])),
    row("cholesky_solve", f32(A(3, 2)), f32(up), True), row("cholesky_inverse", f32(down[0])),
    row("cholesky_inverse", f32(up), True), row("linalg.matrix_rank", low_rank),
    row("linalg.matrix_rank", SPD), row("linalg.matrix_rank", M, 2.0),
    row("linalg.matrix_rank", M, atol=1.0, rtol=0.1), row("linalg.matrix_rank", symmetric, hermitian=True),
    row("linalg.matrix_rank", low_rank, rtol=0.9), row("linalg.cond", M), row("linalg.cond", A(2, 4, 3)),
    row("linalg.cond", f32(M), 1), row("linalg.cond", f32(M), "fro"), row("linalg.cond", M, -2),
    row("linalg.cond", f32(M), p=float("inf")), row("linalg.cond", f32(np.ones((2, 2))), 1),
    row("linalg.cond", f32(A(2, 3, 3)), "nuc"), row("linalg.multi_dot", [x, A(3, 4), A(4, 2)]),
    row("linalg.multi_dot", [v, M, A(3, 5)]), row("linalg.multi_dot", [v, M, v]),
    row("linalg.multi_dot", [A(3, 9), A(9, 2), A(2, 8), A(8, 3)]), row("linalg.multi_dot", [x, v]),
    row("chain_matmul", x, M, A(3, 4)), row("linalg.lstsq", f32(A(3, 3)), f32(A(3, 2))),
    row("linalg.lstsq", f32(A(2, 4)), f32(A(2, 1))), row("matrix_exp", M), row("matrix_exp", A(2, 3, 3) * 10),
    row("matrix_exp", A(2, 2) * 0.01), row("linalg.matrix_exp", np.zeros((3, 3))), row("matrix_exp", A(0, 0)),
    row("vander", f32(v)), row("vander", f32(v), 2, True), row("vander", ints(3), N=4),
    row("linalg.vander", v), row("linalg.vander", x, N=2), row("linalg.vander", ints(2, 3)),
    row("addr", x, A(2), v), row("addr", v, A(2), v, beta=2, alpha=0.5), row("addr", x, A(2), v, beta=0),
    row("linalg.norm", input=x), row("linalg.vector_norm", input=x), row("linalg.det", A=M),
    row("linalg.slogdet", A=M), row("linalg.cholesky", input=SPD), row("linalg.eigvalsh", input=SPD),
    row("linalg.pinv", input=x), row("norm", x, 2, 1, True),
]

MADE = [
    row("asarray", [1, 2.0]), row("asarray", 3), row("asarray", x), row("asarray", x, dtype=Dtype("float32")),
    row("asarray", [1], copy=True), row("HalfTensor", [1, 2]), row("ShortTensor", [1]),
    row("CharTensor", [1]),
]

CALLS = [*ELEMENTS, *PIECES, *COUNTS, *REPLACED, *AREAS, *EQUATIONS, *MADE]

METHODS = [            # of Tensor only
    row("squeeze", A(1, 3, 1), 0, 2), row("squeeze", A(1, 3, 1, 1), 0, -1), row("squeeze", A(1, 3, 1)),
    row("squeeze", A(1, 3, 1), (0,)), row("squeeze", A(1, 3, 1), dim=2), row("squeeze", A(1, 3), ()),
    row("count_nonzero", grid, 0, 1), row("count_nonzero", grid), row("count_nonzero", grid, dim=(0, 1)),
    row("count_nonzero", grid, ()), row("split", A(5, 2), split_size=2),
    row("split", A(5, 2), split_size=[1, 4], dim=0), row("norm", f32(x), 2, 1, False, Dtype("float64")),
    row("hsplit", z, 1, 2), row("vsplit", A(4, 3), 1, 3), row("dsplit", z, 1, 3), row("type", x),
    row("type", grid), row("type", bools(2)), row("type", x, "torch.FloatTensor"),
    row("type", x, "torch.LongTensor"), row("type", grid, "torch.HalfTensor"), row("new", x, [1, 2]),
    row("new", grid, [[1], [2]]), row("get_device", x), row("to_dense", x), row("conj", x),
    row("roll", x, 1, ()), row("is_nonzero", A(1)), row("fill_diagonal_", f32(M), 3.0), row("matrix_exp", M),
]
