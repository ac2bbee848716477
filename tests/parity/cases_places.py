"""The table of calls that are compared, second part: shapes, places, products of matrices, new tensors."""
from .both import Dtype, array as A, bools, ints
from .cases import f32, row

x, y, z, v, M = A(2, 3), A(2, 3, seed=1), A(2, 3, 4), A(3), A(3, 3)
grid = ints(2, 3, low=-5, high=6)
stack = A(5, 2, 3)
long_index = ints(2, 4, low=0, high=3, seed=9)

SHAPE = [
    row("reshape", x, (3, 2)), row("reshape", x, (-1,)), row("reshape", x, shape=(6, 1)), row("reshape", z, (2, -1)), row("reshape", x, (1, 2, 3)),
    row("flatten", z), row("flatten", z, 1), row("flatten", z, 0, 1), row("flatten", z, start_dim=-2, end_dim=-1), row("flatten", A()),
    row("unflatten", A(2, 6), 1, (2, 3)), row("unflatten", A(2, 6), -1, (-1, 3)), row("unflatten", A(4), dim=0, sizes=(2, 2)),
    row("squeeze", A(1, 3, 1)), row("squeeze", A(1, 3, 1), 0), row("squeeze", A(1, 3, 1), (0, 2)), row("squeeze", A(1, 3, 1), 1), row("squeeze", A(1, 3), dim=-2),
    row("squeeze", A()), row("squeeze", A(), 0), row("unsqueeze", x, 0), row("unsqueeze", x, -1), row("unsqueeze", A(), 0), row("unsqueeze", x, dim=1),
    row("permute", z, (2, 0, 1)), row("permute", z, dims=(0, 2, 1)), row("permute", z, (-1, 0, 1)), row("transpose", z, 0, -1), row("transpose", z, dim0=1, dim1=2),
    row("swapaxes", z, 0, 1), row("swapdims", z, 0, 1), row("swapaxes", z, axis0=0, axis1=2), row("transpose", A(), 0, -1), row("t", x), row("t", v), row("t", A()),
    row("adjoint", z), row("movedim", z, 0, 2), row("movedim", z, (0, 1), (2, 0)), row("moveaxis", z, -1, 0), row("movedim", z, source=(0, 2), destination=(1, 0)),
    row("broadcast_to", v, (2, 3)), row("broadcast_to", v, size=(4, 2, 3)), row("broadcast_tensors", v, A(2, 1)), row("atleast_1d", A()), row("atleast_2d", v),
    row("atleast_1d", A(), v), row("atleast_2d", A(), v), row("atleast_3d", v), row("atleast_3d", x), row("atleast_2d", x),
    row("flip", z, (0, 2)), row("flip", z, (-1,)), row("flip", z, dims=(1,)), row("fliplr", x), row("flipud", x), row("roll", x, 1), row("roll", x, 2, 1),
    row("roll", x, (1, -1), (0, 1)), row("roll", x, shifts=-1, dims=0), row("rot90", x), row("rot90", z, 2, (1, 2)), row("rot90", x, -1), row("rot90", x, k=3, dims=(1, 0)),
    row("rot90", x, 4), row("cat", [x, y]), row("cat", [x, y], 1), row("cat", (x, A(2, 1)), dim=-1), row("cat", [x, grid]), row("cat", [grid, bools(1, 3)]), row("concat", [x, y]),
    row("concatenate", [x, y], 1), row("stack", [x, y]), row("stack", [x, y], 1), row("stack", (x, y), dim=-1), row("stack", [A(), A()]), row("vstack", [x, v]),
    row("hstack", [x, y]), row("hstack", [v, v]), row("hstack", [A(), v]), row("dstack", [x, y]), row("column_stack", [v, A(3, 2)]), row("vstack", [v, v]),
    row("split", A(5, 2), 2), row("split", A(5, 2), [1, 4]), row("split", z, 3, 2), row("split", z, [1, 2], dim=1), row("split", A(5), split_size_or_sections=2), row("chunk", A(5, 2), 2),
    row("chunk", A(5, 2), 4), row("chunk", z, 2, dim=-1), row("tensor_split", A(5), 2), row("tensor_split", A(5), (1, 3)), row("tensor_split", z, 3, 2),
    row("tensor_split", A(5), (3, 1)), row("tensor_split", A(5), sections=3), row("tensor_split", A(5), indices=(1, 7)), 
    row("unbind", x), row("unbind", z, 1), row("unbind", z, dim=-1), row("tile", x, (2,)), row("tile", x, (2, 1, 2)),
    row("tile", x, dims=(1, 2)), row("repeat_interleave", x, 2), row("repeat_interleave", x, 2, 1), row("repeat_interleave", x, ints(2, low=0, high=3), 0),
    row("repeat_interleave", x, repeats=2, dim=-1), row("repeat_interleave", ints(3)), row("repeat_interleave", A(), 3),
    row("tril", M), row("tril", A(2, 3, 4), 1), row("tril", x, diagonal=-1), row("triu", M), row("triu", z, 1), row("triu", x, diagonal=-1),
    row("diagonal", x), row("diagonal", z, 1, 1, 2), row("diagonal", z, -1, dim1=0, dim2=2), row("diagonal", z, offset=0, dim1=-2, dim2=-1), row("diag", v), row("diag", M, 1), row("diag", v, -1),
    row("diag", x, diagonal=1), row("diag_embed", x), row("diag_embed", v, 1), row("diag_embed", x, -1, 0, 2), row("diag_embed", x, offset=1, dim1=0, dim2=1), row("diagflat", x),
    row("narrow", z, 1, 1, 2), row("narrow", z, -1, -2, 2), row("narrow", x, dim=0, start=0, length=1), row("diff", x), row("diff", x, 2), row("diff", x, 1, 0),
    row("diff", x, n=1, dim=-2), row("diff", x, prepend=A(2, 1), append=A(2, 2)), row("diff", grid), row("select", z, 1, -1), row("select", z, dim=0, index=1),
    row("meshgrid", v, A(2), indexing="ij"), row("meshgrid", v, A(2), A(4), indexing="xy"), row("meshgrid", [v, A(2)], indexing="ij"), row("cartesian_prod", v, A(2)), 
    row("block_diag", M, x), row("numel", x), row("is_floating_point", x), row("is_floating_point", grid), row("broadcast_shapes", (2, 1), (3,)),
    row("t", x),
]

METHODS = [            # of Tensor only
    row("view", x, 3, 2), row("view", x, (6,)), row("view", x, -1), row("view_as", x, A(3, 2)), row("reshape", x, 3, 2), row("reshape_as", x, A(3, 2)), row("expand", v, 2, 3),
    row("expand", v, (4, 2, 3)), row("expand", A(2, 1), -1, 5), row("expand_as", v, x), row("permute", z, 2, 0, 1), row("permute", z, dims=(2, 1, 0)), row("flip", z, 0, 1), row("repeat", x, 2, 1), row("repeat", x, (2, 2, 2)),
    row("repeat", A(), 3), row("tile", x, 2, 2), row("unfold", A(7), 0, 3, 2), row("unfold", x, 1, 2, 1), row("unfold", x, dimension=-1, size=2, step=1), row("size", x), row("size", x, -1), row("dim", x),
    row("numel", x), row("nelement", x), row("ndimension", x), row("element_size", x), row("stride", x), row("stride", x, 0), row("is_contiguous", x), row("is_floating_point", x), row("item", A()), row("tolist", x), row("type_as", x, grid), row("double", grid), row("float", x),
    row("half", x), row("int", x * 3), row("long", x * 3), row("short", x * 3), row("byte", A(3, kind="positive")), row("char", x * 3), row("bool", A(3, kind="ties")), row("to", x, Dtype("float32")), row("to", x, dtype=Dtype("int64")), row("to", x, "cpu"),
    row("to", x, y), row("to", x, "cpu", Dtype("float32")), row("to", x, "cpu", copy=True), row("cpu", x), row("contiguous", x), row("new_zeros", x, 2, 2), row("new_zeros", x, (2,), dtype=Dtype("int64")), row("new_ones", grid, 3), row("new_full", x, (2, 2), 7), row("new_full", x, (2,), 7, dtype=Dtype("int64")),
    row("new_tensor", x, [1, 2]), row("clone", x), row("detach", x), row("index_put", x, (ints(4, high=2), ints(4)), A(4)),
    row("index_put", x, (ints(4, high=2), ints(4)), A(4), accumulate=True), row("where", x, x > 0, y), row("where", x, x > 0, 0.0), row("nonzero", grid, as_tuple=True), row("max", x, 1), row("dim", x),
]

PLACES = [
    row("gather", x, 1, long_index), row("gather", x, 0, ints(1, 3, high=2)), row("gather", x, dim=-1, index=long_index), row("gather", A(3), 0, ints(5)), row("gather", A(), 0, ints(high=1)),
    row("scatter", x, 1, ints(2, 2) * 0 + [0, 2], A(2, 2)), row("scatter", x, 1, ints(2, 1), 9.0), row("scatter", x, dim=0, index=ints(1, 3, high=2), src=A(1, 3, seed=4)), row("scatter", f32(x), 0, ints(1, 3, high=2), f32(A(2, 3, seed=4))), row("scatter", x, 1, ints(2, 1), value=2.0),
    row("scatter", f32(x), 1, ints(2, 2), f32(A(2, 2)), reduce="add"), row("scatter", x.astype("float32"), 1, ints(2, 2), A(2, 2).astype("float32"), reduce="multiply"),
    row("scatter_add", x, 1, long_index, A(2, 4)), row("scatter_add", f32(x), 1, long_index, f32(A(2, 5))), row("scatter_add", x, dim=0, index=ints(2, 3, high=2), src=y), row("scatter_add", v, 0, ints(6), A(6)),
    row("scatter_reduce", x, 1, long_index, A(2, 4), "sum"), row("scatter_reduce", x, 1, long_index, A(2, 4), "mean"), row("scatter_reduce", x, 1, long_index, A(2, 4), "amax"), row("scatter_reduce", x, 1, long_index, A(2, 4), "amin", include_self=False),
    row("scatter_reduce", x, 1, long_index, A(2, 4), "prod"), row("scatter_reduce", x, 1, long_index, A(2, 4), reduce="mean", include_self=False), row("scatter_reduce", x, 1, long_index, A(2, 4), reduce="sum", include_self=False),
    row("take_along_dim", x, ints(2, 1), 1), row("take_along_dim", x, ints(5, high=6)), row("take_along_dim", x, indices=ints(1, 3, high=2), dim=0), row("index_select", z, 1, ints(5)), row("index_select", x, dim=0, index=ints(2, high=2)),
    row("index_select", x, 1, ints(2, dtype="int32")), row("index_add", x, 0, ints(4, high=2), A(4, 3)), row("index_add", x, 1, ints(2), A(2, 2), alpha=2), row("index_add", z, dim=1, index=ints(4), source=A(2, 4, 4)),
    row("index_copy", x, 0, ints(1, high=2), A(1, 3)), row("index_copy", z, 2, ints(4, high=4) * 0 + [0, 1, 2, 3], A(2, 3, 4, seed=6)), row("index_fill", x, 1, ints(2), 5.0), row("index_fill", x, 0, ints(1, high=2), value=-1.0),
    row("masked_fill", x, bools(2, 3), 5.0), row("masked_fill", x, bools(3), 0.0), row("masked_fill", x, mask=x > 0, value=-1.0), row("masked_fill", grid, bools(2, 3), 7), row("masked_fill", x, bools(2, 3), A()), row("masked_select", x, bools(2, 3)), row("masked_select", x, mask=bools(3)),
    row("masked_select", v, bools(2, 3)), row("nonzero", grid), row("nonzero", grid, as_tuple=True), row("nonzero", A()), row("nonzero", x), row("argwhere", grid), row("take", x, ints(4, low=-6, high=6)), row("take", x, index=ints(2, 2)), row("one_hot", ints(2, 3)),
    row("one_hot", ints(4), 5), row("unique", ints(2, 5)), row("unique", ints(9), True, True, True), row("unique", ints(4, 2, high=2), dim=0), row("unique", ints(4, 2, high=2), return_inverse=True, return_counts=True, dim=0), row("unique", ints(9), return_counts=True),
    row("unique", ints(2, 5), return_inverse=True), row("unique_consecutive", ints(9, high=2), return_inverse=True, return_counts=True), row("searchsorted", A(5).cumsum() * 0 + [0.0, 1, 2, 2, 3], A(4) + 1), row("searchsorted", ints(1) * 0 + [1, 3, 3, 5], 3),
    row("searchsorted", ints(1) * 0 + [1, 3, 3, 5], 3, right=True), row("searchsorted", ints(1) * 0 + [1, 3, 3, 5], ints(2, 3, high=7), side="right"), row("searchsorted", A(2, 5).cumsum(1) * 0 + [0.0, 1, 2, 3, 4], A(2, 3) + 1), row("bucketize", A(4) + 1, A(1) * 0 + [0.0, 1.0, 2.0]),
    row("bucketize", ints(4), ints(1) * 0 + [0, 1, 2], right=True), row("bincount", ints(7)), row("bincount", ints(7), A(7).astype("float32")), row("bincount", ints(7), minlength=6), row("bincount", ints(7), weights=ints(7), minlength=2), row("isin", grid, ints(4)), row("isin", grid, 3),
    row("isin", grid, ints(4), invert=True), row("tril_indices", 3, 4), row("triu_indices", 3, 4, 1), row("tril_indices", 3, 3, offset=-1),
]

PRODUCTS = [
    row("matmul", M, M), row("matmul", x, v), row("matmul", A(2), x), row("matmul", v, v), row("matmul", stack, A(3, 4)), row("matmul", stack, A(5, 3, 2)), row("matmul", A(4, 1, 2, 3), A(5, 3, 2)), row("matmul", v, A(5, 3, 2)),
    row("matmul", stack, v), row("matmul", x, A(5, 3, 2)), row("matmul", A(2, 5, 2, 3), A(3, 4)), row("mm", x, A(3, 4)), row("mm", x, mat2=A(3, 4)), row("bmm", stack, A(5, 3, 4)), row("mv", x, v), row("dot", v, A(3, seed=2)), row("vdot", v, A(3, seed=2)), row("mv", x, vec=v),
    row("inner", v, v), row("inner", x, A(4, 3)), row("inner", A(), x), row("inner", z, A(5, 4)), row("outer", v, A(2)), row("ger", v, A(2)), row("outer", v, vec2=A(2)), row("kron", x, A(2, 2)), row("kron", v, x), row("kron", A(), x), row("trace", M), row("trace", x),
    row("addmm", A(2, 4), x, A(3, 4)), row("addmm", A(4), x, A(3, 4), beta=0.5, alpha=2), row("addmm", A(1), x, A(3, 4), beta=2), row("addmm", A(4), mat1=x, mat2=A(3, 4)), row("addmv", A(2), x, v), row("addmv", A(), x, v, beta=3, alpha=0.5), 
    row("baddbmm", A(5, 2, 4), stack, A(5, 3, 4)), row("baddbmm", A(2, 4), stack, A(5, 3, 4), beta=0.5, alpha=2), row("baddbmm", A(1, 2, 1), stack, A(5, 3, 4)), row("addbmm", A(2, 4), stack, A(5, 3, 4)),
    row("addbmm", A(2, 4), stack, A(5, 3, 4), beta=0.5, alpha=2), row("einsum", "ij,jk->ik", x, A(3, 4)), row("einsum", "bij,bjk->bik", stack, A(5, 3, 2)), row("einsum", "ij->ji", x), row("einsum", "ij->", x), row("einsum", "ij", x), row("einsum", "ii", M), row("einsum", "ii->i", M),
    row("einsum", "i,j->ij", v, A(2)), row("einsum", "...ij,...jk->...ik", A(4, 1, 2, 3), A(5, 3, 2)), row("einsum", "i,i", v, v), row("einsum", "bhld,bhmd->bhlm", A(2, 2, 3, 4), A(2, 2, 5, 4)), row("einsum", "ij,jk,kl->il", x, A(3, 2), A(2, 4)), row("einsum", "i...->...", x),
    row("einsum", "ij,ij->i", x, y), row("einsum", "ijk,k->ij", z, A(4)), row("einsum", "b...,b...->b", z, A(2, 3, 4, seed=3)), row("einsum", "ij,kj->ik", x, A(4, 3)), row("einsum", "ba", x), row("einsum", "i j, j k -> i k", x, A(3, 4)), row("einsum", "ij,jk->ik", [x, A(3, 4)]),
    row("einsum", "ij,j->i", x, v), row("einsum", "iij->j", A(3, 3, 2)), row("einsum", "ij,k->", x, v), row("tensordot", z, A(3, 4, 5), 2), row("tensordot", x, A(4, 3), ([1], [1])), row("tensordot", z, A(4, 3, 2), dims=([2, 1], [0, 1])),
    row("tensordot", x, y, dims=([0, 1], [0, 1])), row("tensordot", v, v, 0), row("tensordot", v, v, dims=1), row("cross", v, A(3, seed=4), dim=0), row("cross", x, y, dim=1), row("cross", A(3, 2), A(3, 2, seed=4), 0), row("linalg.cross", x, y), row("linalg.vecdot", x, y),
    row("linalg.vecdot", x, y, dim=0), row("linalg.vector_norm", x), row("linalg.vector_norm", x, 1, 0, True), row("linalg.vector_norm", x, ord=float("inf"), dim=1), row("linalg.vector_norm", z, 3, (0, 2)), row("matrix_power", M, 3), row("matrix_power", f32(M), 0), row("matrix_power", M, 1),
    row("matrix_power", stack[:, :, :2], 5), row("linalg.matmul", x, M), row("linalg.matrix_power", M, 2), row("linalg.diagonal", z),
    row("linalg.norm", x), row("linalg.norm", x, 1), row("linalg.norm", x, float("inf")), row("linalg.norm", x, "fro"), row("linalg.norm", v, 3), row("linalg.norm", x, dim=1), row("linalg.norm", x, 2, 1, True), row("linalg.norm", x, -1, (0, 1)), row("linalg.norm", x, 2), row("linalg.norm", x, "nuc"),
    row("linalg.matrix_norm", z), row("linalg.matrix_norm", z, 1), row("linalg.matrix_norm", z, float("inf"), keepdim=True), row("linalg.matrix_norm", x, 2), row("norm", x, "nuc"),
]

SPD = A(2, 3, 3, kind="spd")
SOLVED = [
    row("linalg.inv", M), row("linalg.inv", A(2, 3, 3)), row("inverse", M), row("linalg.inv", A(0, 0)), row("linalg.det", M), row("det", A(2, 3, 3)), row("linalg.det", A(1, 1)),
    row("linalg.slogdet", M), row("slogdet", A(2, 3, 3)), row("logdet", SPD), row("linalg.cholesky", SPD), row("linalg.cholesky", SPD[0], upper=True), row("linalg.solve", M, v),
    row("linalg.solve", M, A(3, 2)), row("linalg.solve", A(2, 3, 3), A(2, 3)), row("linalg.solve", A(2, 3, 3), A(3, 4)), row("linalg.solve", M, A(2, 3, 4)), row("linalg.qr", A(4, 3)), row("linalg.qr", M), row("linalg.qr", A(2, 4)), row("linalg.qr", A(5, 4, 2)),
    row("linalg.pinv", A(4, 3)), row("linalg.pinv", A(3, 4)), row("linalg.pinv", A(2, 3, 3)), row("linalg.svdvals", A(4, 3)), row("linalg.svdvals", A(2, 2, 3)), row("linalg.eigvalsh", SPD), row("cov", x), row("corrcoef", A(3, 5)), row("cov", v), row("cov", A(3, 5), correction=0),
]

NEW = [
    row("zeros", 2, 3), row("zeros", (2, 3)), row("zeros", [2, 3]), row("zeros", size=(2,)), row("ones", 2, dtype=Dtype("int64")), row("zeros", ()), row("full", (2,), 3), row("full", (2,), 3.5), row("full", (2, 2), True), row("full", [1], 3, dtype=Dtype("float64")), row("eye", 3), row("eye", 2, 3), row("eye", 3, dtype=Dtype("int64")),
    row("arange", 4), row("arange", 1, 4), row("arange", 0, 1, 0.1), row("arange", 4.0), row("arange", 5, 0, -2), row("arange", 1, 4, dtype=Dtype("float64")), row("arange", start=1, end=6, step=2), row("arange", end=3), row("linspace", 0, 1, 5), row("linspace", -1, 1, steps=4, dtype=Dtype("float64")),
    row("linspace", 0, 10, 1), row("linspace", 0, 1, 0), row("logspace", 0, 2, 3), row("logspace", 0, 3, 4, 2.0, dtype=Dtype("float64")), row("tensor", [1, 2]), row("tensor", [[1.0, 2.0]]), row("tensor", 3), row("tensor", 2.5), row("tensor", True), row("tensor", []), row("tensor", [[], []]), row("tensor", [1, 2.5]), row("tensor", [True, 2]),
    row("tensor", (1, 2)), row("tensor", [1], dtype=Dtype("float32")), row("tensor", [True, False]), row("as_tensor", [1.0, 2.0]), row("as_tensor", x, dtype=Dtype("float32")), row("FloatTensor", [1, 2]), row("LongTensor", [1, 2]), row("DoubleTensor", [[1, 2]]), row("IntTensor", [1]), row("BoolTensor", [1, 0]), row("FloatTensor", []),
    row("scalar_tensor", 3.0), row("is_tensor", x), row("is_tensor", 3), row("ByteTensor", [1]),
]
