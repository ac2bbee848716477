"""Equations, ranks and products of many matrices: more of ``torch.linalg``, and PyTorch's older names at the
end.
"""
import builtins
import collections

from .. import ops
from ..autograd import ShapeError, here
from ..backend import namespace
from ..ops.decompose import smallest
from .common import array_of, constant, numpy_words
from .decompose import (
    _matrices, _square, cholesky as cholesky_of, norm, pinv, qr as qr_of, solve, svd as svd_of, svdvals)
from .linalg import matmul
from .reduce import sum
from .arrange import tril, triu
from .shape import reshape

__all__ = ["cholesky", "cholesky_inverse", "cholesky_solve", "chain_matmul", "matrix_exp", "pinverse", "qr",
           "svd", "triangular_solve", "vander"]

LeastSquares = collections.namedtuple("LeastSquares", "solution residuals rank singular_values")
TriangularSolve = collections.namedtuple("TriangularSolve", "solution cloned_coefficient")
USV = collections.namedtuple("USV", "U S V")


@numpy_words
def solve_triangular(input, B, *, upper, left=True, unitriangular=False):
    """The X of A·X = B (or X·A = B, if not `left`) for a triangular A (`input`), of which only this triangle
    is read.

    With `unitriangular` its diagonal counts as 1.

    >>> tg.linalg.solve_triangular(tg.tensor([[2., 0.], [1., 1.]]), tg.tensor([[2.], [3.]]), upper=False)
    tensor([[1.],
            [2.]])
    """
    _square(input, "solve_triangular")
    k = 1 if unitriangular else 0
    a = triu(input, k) if upper else tril(input, -k)
    if unitriangular:
        a = a + constant(namespace(input.array).eye(input.shape[-1], dtype=input.dtype))
    return solve(a, B, left=left)


@numpy_words
def lstsq(input, b, rcond=None):
    """The X that makes ‖A·X − B‖ smallest, for matrices A (…, m, n) and B (…, m, k); with ranks and
    residuals.

    The result has fields: `solution` (…, n, k), which has a gradient; `residuals`, the sums of squares ‖A·X −
    B‖² (…, k), empty unless m > n (PyTorch leaves them out with its usual driver); `rank` (…);
    `singular_values`, empty. Where the columns of A are not independent, the smallest such X. Singular values
    below rcond·the largest count as 0.

    >>> x = tg.tensor([[1., 0.], [1., 1.], [1., 2.]])             # a line through (0, 1), (1, 3), (2, 5)
    >>> tg.linalg.lstsq(x, tg.tensor([[1.], [3.], [5.]])).solution.round(decimals=4)
    tensor([[1.],
            [2.]])
    """
    _matrices(input, "lstsq")
    vector = b.ndim == input.ndim - 1 and tuple(b.shape) == tuple(input.shape[:-1])
    right = b.unsqueeze(-1) if vector else b
    if right.ndim < 2 or right.shape[-2] != input.shape[-2]:
        raise ShapeError(f"lstsq{here()}: A has {input.shape[-2]} rows, B {tuple(b.shape)}: they must be as "
                         "many")
    solution = pinv(input, rtol=rcond) @ right
    m, n = input.shape[-2:]
    nothing = constant(input.array.reshape(-1)[:0])
    misfit = sum((input.detach() @ solution.detach() - right.detach()) ** 2, -2) if m > n else nothing
    return LeastSquares(solution.squeeze(-1) if vector else solution, misfit, matrix_rank(input, rtol=rcond),
                        nothing)


@numpy_words
def matrix_rank(input, tol=None, hermitian=False, *, atol=None, rtol=None):
    """How many singular values are larger than max(atol, rtol·the largest); `tol` is an older word for
    `atol`.

    Without either, rtol is the precision of the dtype times the longer side.

    >>> tg.linalg.matrix_rank(tg.ones(3, 3))
    tensor(1)
    """
    a = _matrices(input, "matrix_rank").array
    xp = namespace(a)
    s = abs(xp.linalg.eigh(a)[0]) if hermitian else xp.linalg.svd(a, compute_uv=False)
    least = smallest(s, a.shape, array_of(tol if atol is None else atol), array_of(rtol))
    return constant(xp.asarray((s > least).sum(axis=-1)))


@numpy_words
def cond(input, p=None):
    """The condition number: how much larger relative errors can become when A·x = b is solved. ‖A‖ₚ·‖A⁻¹‖ₚ.

    p is 2 unless given: the largest singular value over the smallest (for −2 the reverse). Else see
    `matrix_norm`.

    >>> tg.linalg.cond(tg.tensor([[1., 0.], [0., 10.]]))
    tensor(10.)
    """
    _matrices(input, "cond")
    if p in (None, 2, -2):
        s = svdvals(input)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    singular = namespace(input.array).linalg.det(_square(input, "cond").array)[..., None, None] == 0
    eye = namespace(input.array).eye(input.shape[-1], dtype=input.dtype)
    found = norm(input, p, (-2, -1)) * norm(ops.linalg.inv(ops.where(singular, eye, input)), p, (-2, -1))
    return ops.where(singular[..., 0, 0], float("inf"), found)


def multi_dot(tensors):
    """The product of several matrices (first and last may be vectors), in the order that takes the fewest
    steps.

    >>> tg.linalg.multi_dot([tg.ones(2, 3), tg.ones(3, 4), tg.ones(4)])
    tensor([12., 12.])
    """
    tensors = list(tensors)
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot: expected two tensors or more, got {len(tensors)}")
    row, column = tensors[0].ndim == 1, tensors[-1].ndim == 1
    chain = [reshape(tensors[0], 1, -1) if row else tensors[0], *tensors[1:-1],
             reshape(tensors[-1], -1, 1) if column else tensors[-1]]
    for a, b in zip(chain, chain[1:]):
        if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
            raise ShapeError(f"multi_dot{here()}: cannot multiply {tuple(a.shape)} by {tuple(b.shape)}")
    product = _chain(chain, _cheapest([a.shape[0] for a in chain] + [chain[-1].shape[1]]), 0, len(chain) - 1)
    shape = tuple(n for n, dropped in zip(product.shape, (row, column)) if not dropped)
    return reshape(product, shape)


def _cheapest(sizes):
    """{(i, j): where to cut the product of matrices i … j}, matrix i being (sizes[i], sizes[i + 1])."""
    n, cut = len(sizes) - 1, {}
    cost = {(i, i): 0 for i in range(n)}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            cost[i, j], cut[i, j] = builtins.min(
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j))
    return cut


def _chain(chain, cut, i, j):
    if i == j:
        return chain[i]
    k = cut[i, j]
    return matmul(_chain(chain, cut, i, k), _chain(chain, cut, k + 1, j))


def chain_matmul(*matrices):
    """`linalg.multi_dot` of matrices only.

    >>> tg.chain_matmul(tg.ones(2, 3), tg.ones(3, 1))
    tensor([[3.],
            [3.]])
    """
    return multi_dot(matrices) if len(matrices) > 1 else matrices[0]


def matrix_exp(input):
    """e to the power of square matrices, Σ Aᵏ/k!: what a system of linear differential equations does in time
    1.

    Computed as (e^(A/2ˢ)) squared s times, so that the series of A/2ˢ is short.

    >>> tg.matrix_exp(tg.tensor([[0., 1.], [0., 0.]]))
    tensor([[1., 1.],
            [0., 1.]])
    """
    _square(input, "matrix_exp")
    a, xp = input.array, namespace(input.array)
    size = float(abs(a).sum(axis=-2).max()) if a.size else 0.0
    if size != size or size == float("inf"):
        return input * float("nan")
    squarings = builtins.max(0, int(xp.ceil(xp.log2(size * 4)))) if size > 0.25 else 0
    x = input / 2.0 ** squarings
    one = constant(xp.broadcast_to(xp.eye(a.shape[-1], dtype=a.dtype), a.shape))
    y = one
    for k in range(14, 0, -1):                          # Horner's scheme; 0.25¹⁵/15! < 1e-21
        y = one + x @ y / k
    for _ in range(squarings):
        y = y @ y
    return y


def vander(x, N=None, increasing=False):
    """The powers of a vector's elements as columns, xᴺ⁻¹ … x⁰ (or rising): for fitting polynomials.

    >>> tg.vander(tg.tensor([1, 2, 3]))
    tensor([[1, 1, 1],
            [4, 2, 1],
            [9, 3, 1]])
    """
    if x.ndim != 1:
        raise ShapeError(f"vander{here()}: expected a vector, got shape {tuple(x.shape)}")
    powers = namespace(x.array).arange(x.shape[0] if N is None else N)
    return reshape(x, -1, 1) ** constant(powers if increasing else powers[::-1].copy())


def powers_of(x, *, N=None):
    """``linalg.vander``: the powers of the last dimension's elements, x⁰ … xᴺ⁻¹, as a new last dimension.

    >>> tg.linalg.vander(tg.tensor([1, 2]), N=3)
    tensor([[1, 1, 1],
            [1, 2, 4]])
    """
    return x.unsqueeze(-1) ** constant(namespace(x.array).arange(x.shape[-1] if N is None else N))


# ----------------------------------------------------------------------------------- PyTorch's older names

def cholesky(input, upper=False):
    """``linalg.cholesky``.

    >>> tg.cholesky(tg.tensor([[4., 2.], [2., 2.]]))
    tensor([[2., 0.],
            [1., 1.]])
    """
    return cholesky_of(input, upper=upper)


def cholesky_solve(input, input2, upper=False):
    """The X of A·X = B, from B (`input`) and A's Cholesky factor L (`input2`), A = L·Lᵀ (upper: A = LᵀL).

    >>> tg.cholesky_solve(tg.tensor([[4.], [2.]]), tg.tensor([[2., 0.], [0., 1.]]))
    tensor([[1.],
            [2.]])
    """
    L = input2.mT if upper else input2
    return solve_triangular(L.mT, solve_triangular(L, input, upper=False), upper=True)


def cholesky_inverse(input, upper=False):
    """A⁻¹ from A's Cholesky factor.

    >>> tg.cholesky_inverse(tg.tensor([[2., 0.], [0., 1.]]))
    tensor([[0.2500, 0.0000],
            [0.0000, 1.0000]])
    """
    _square(input, "cholesky_inverse")
    one = constant(namespace(input.array).eye(input.shape[-1], dtype=input.dtype))
    return cholesky_solve(one, input, upper)


def triangular_solve(input, A, upper=True, transpose=False, unitriangular=False):
    """``linalg.solve_triangular`` with the arguments in another order; and a copy of A.

    >>> tg.triangular_solve(tg.tensor([[2.], [3.]]), tg.tensor([[2., 0.], [1., 1.]]), upper=False).solution
    tensor([[1.],
            [2.]])
    """
    a, upper = (A.mT, not upper) if transpose else (A, upper)
    return TriangularSolve(solve_triangular(a, input, upper=upper, unitriangular=unitriangular), A.clone())


def pinverse(input, rcond=1e-15):
    """``linalg.pinv``.

    >>> tg.pinverse(tg.tensor([[2., 0.], [0., 0.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.0000]])
    """
    return pinv(input, rtol=rcond)


def qr(input, some=True):
    """``linalg.qr``. (Only with `some`.)

    >>> q, r = tg.qr(tg.tensor([[3.], [4.]]))
    >>> bool(((q @ r)[:, 0].round() == tg.tensor([3., 4.])).all())
    True
    """
    return qr_of(input, "reduced" if some else "complete")


def svd(input, some=True, compute_uv=True):
    """A = U·diag(S)·Vᵀ: as ``linalg.svd``, but with V, not Vᵀ, and small U and V unless not `some`.

    Without `compute_uv`, U and V are zeros.

    >>> u, s, v = tg.svd(tg.tensor([[3., 0.], [0., 4.], [0., 0.]]))
    >>> u.shape, s, v.shape
    ((3, 2), tensor([4., 3.]), (2, 2))
    """
    if compute_uv:
        u, s, vh = svd_of(input, full_matrices=not some)
        return USV(u, s, vh.mT)
    n, m = input.shape[-2:]
    lead, xp = tuple(input.shape[:-2]), namespace(input.array)
    u, v = (constant(xp.zeros(lead + (k, k), dtype=input.dtype)) for k in (n, m))
    return USV(u, svdvals(input), v)
