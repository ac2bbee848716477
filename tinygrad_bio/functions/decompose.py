"""Inverses, determinants, factorisations and norms of matrices; the names of ``torch.linalg``."""
import collections

from .. import ops
from ..autograd import ShapeError, here
from ..backend import namespace
from .common import all_dims, array_of, constant, numpy_words, one_dim
from .reduce import floats, norm as vector_norm_
from .shape import movedim

__all__ = ["inverse", "det", "slogdet", "logdet"]

SignAndLog = collections.namedtuple("SignAndLog", "sign logabsdet")
QR = collections.namedtuple("QR", "Q R")
Eigen = collections.namedtuple("Eigen", "eigenvalues eigenvectors")
SVD = collections.namedtuple("SVD", "U S Vh")


def _square(x, caller):
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ShapeError(f"{caller}{here()}: expected square matrices (…, n, n), got shape {tuple(x.shape)}")
    return floats(x, caller)


def _matrices(x, caller):
    if x.ndim < 2:
        raise ShapeError(f"{caller}{here()}: expected matrices (…, n, m), got shape {tuple(x.shape)}")
    return floats(x, caller)


def inv(A):
    """The inverse of square matrices.

    >>> tg.linalg.inv(tg.tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    return ops.linalg.inv(_square(A, "inv"))


def inverse(input):
    """`linalg.inv`.

    >>> tg.inverse(tg.tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    return inv(input)


@numpy_words
def pinv(input, *, atol=None, rtol=None, hermitian=False):
    """The pseudo-inverse (Moore–Penrose) of any matrices.

    Singular values up to max(atol, rtol·the largest) count as 0. Without either, rtol is the precision of the
    dtype times the longer side. `hermitian`: they are symmetric, and only their lower triangle is read.

    >>> tg.linalg.pinv(tg.tensor([[1.], [1.]]))
    tensor([[0.5000, 0.5000]])
    """
    x = (_square if hermitian else _matrices)(input, "pinv")
    return ops.linalg.pinv(x, atol=array_of(atol), rtol=array_of(rtol), hermitian=hermitian)


def solve(A, B, *, left=True):
    """The X of A·X = B, for a vector or the columns of matrices B; that of X·A = B if not `left`.

    >>> tg.linalg.solve(tg.tensor([[2., 0.], [0., 4.]]), tg.tensor([2., 2.]))
    tensor([1.0000, 0.5000])
    """
    _square(A, "solve")
    if not left:
        if B.ndim < 2:
            raise ShapeError(f"solve{here()}: with left=False B must be a matrix: write solve(A.mT, B) for a "
                             "vector")
        return solve(A.mT, B.mT).mT
    vector = B.ndim == 1 or (B.ndim == A.ndim - 1 and tuple(B.shape) == tuple(A.shape[:-1]))
    if (B.shape[-1] if vector else B.shape[-2]) != A.shape[-1]:
        raise ShapeError(f"solve{here()}: A {tuple(A.shape)} and B {tuple(B.shape)} do not fit: B needs "
                         f"{A.shape[-1]} rows")
    return ops.linalg.solve(A, B.unsqueeze(-1)).squeeze(-1) if vector else ops.linalg.solve(A, B)


def det(input):
    """The determinants of square matrices.

    >>> tg.det(tg.tensor([[2., 0.], [0., 3.]]))
    tensor(6.)
    """
    return ops.linalg.det(_square(input, "det"))


def slogdet(input):
    """The determinant as its sign and the logarithm of its size: it may itself overflow, or vanish.

    >>> sign, size = tg.slogdet(tg.tensor([[0., 1.], [1., 0.]]))
    >>> sign.item(), size.item()
    (-1.0, 0.0)
    """
    return SignAndLog(*ops.linalg.slogdet(_square(input, "slogdet")))


def logdet(input):
    """The logarithm of the determinant; NaN if that is negative.

    >>> tg.logdet(tg.eye(3))
    tensor(0.)
    """
    sign, logarithm = slogdet(input)
    return ops.where(sign.array < 0, float("nan"), logarithm)


@numpy_words
def cholesky(input, *, upper=False):
    """The lower triangular L with L·Lᵀ = A, for symmetric positive definite matrices (upper: Lᵀ).

    >>> tg.linalg.cholesky(tg.tensor([[4., 2.], [2., 5.]]))
    tensor([[2., 0.],
            [1., 2.]])
    """
    lower = ops.linalg.cholesky(_square(input, "cholesky"))
    return lower.transpose(-2, -1) if upper else lower


def qr(A, mode="reduced"):
    """A = Q·R with orthonormal columns in Q and a triangular R. (Of PyTorch's modes only "reduced".)

    >>> q, r = tg.linalg.qr(tg.tensor([[0., 2.], [3., 0.]]))
    >>> tg.allclose(q @ r, tg.tensor([[0., 2.], [3., 0.]]))
    True
    """
    if mode != "reduced":
        raise NotImplementedError(f"qr: mode {mode!r} is not supported, only 'reduced'")
    n, m = _matrices(A, "qr").shape[-2:]
    if n >= m:
        return QR(*ops.linalg.qr(A))
    q, r = ops.linalg.qr(A[..., :n])                    # wide: what lies behind the first square follows
    return QR(q, ops.concatenate([r, q.transpose(-2, -1) @ A[..., n:]], -1))


@numpy_words
def eigh(input, UPLO="L"):
    """Eigenvalues in rising order, and eigenvectors (columns), of symmetric matrices.

    Only one triangle is read: the lower, or with ``UPLO="U"`` the upper.

    >>> values, vectors = tg.linalg.eigh(tg.tensor([[2., 0.], [0., 1.]]))
    >>> values
    tensor([1., 2.])
    """
    _square(input, "eigh")
    return Eigen(*ops.linalg.eigh(input if UPLO == "L" else input.transpose(-2, -1)))


@numpy_words
def eigvalsh(input, UPLO="L"):
    """The eigenvalues of symmetric matrices.

    >>> tg.linalg.eigvalsh(tg.tensor([[2., 0.], [0., 1.]]))
    tensor([1., 2.])
    """
    return eigh(input, UPLO).eigenvalues


def svd(A, full_matrices=True):
    """A = U·diag(S)·Vh with orthonormal U and V.

    The vectors that `full_matrices` adds, to make U and V square, have no gradient.

    >>> u, s, vh = tg.linalg.svd(tg.tensor([[0., 2.], [3., 0.]]))
    >>> s
    tensor([3., 2.])
    """
    n, m = _matrices(A, "svd").shape[-2:]
    u, s, vh = ops.linalg.svd(A)
    if full_matrices and n != m:
        k, (all_u, _, all_vh) = s.shape[-1], namespace(A.array).linalg.svd(A.array)
        u = ops.concatenate([u, constant(all_u[..., k:])], -1)
        vh = ops.concatenate([vh, constant(all_vh[..., k:, :])], -2)
    return SVD(u, s, vh)


def svdvals(A):
    """The singular values, largest first.

    >>> tg.linalg.svdvals(tg.tensor([[0., 2.], [3., 0.]]))
    tensor([3., 2.])
    """
    return svd(A, full_matrices=False).S


# ------------------------------------------------------------------------------------------------- norms

@numpy_words
def vector_norm(input, ord=2, dim=None, keepdim=False, *, dtype=None):
    """(Σ|x|ᵖ)^(1/p) over all elements, or along `dim`.

    >>> tg.linalg.vector_norm(tg.tensor([[3., 4.], [6., 8.]]), dim=1)
    tensor([ 5., 10.])
    """
    return vector_norm_(input, ord, dim, keepdim, dtype=dtype)


@numpy_words
def matrix_norm(input, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    """A norm of matrices: "fro" √Σx², "nuc" the sum of the singular values, 2 the largest of them (−2 the
    smallest), 1 the largest column sum of |x|, inf the largest row sum (−1 and −inf: the smallest).

    >>> tg.linalg.matrix_norm(tg.tensor([[3., 0.], [0., 4.]]))
    tensor(5.)
    """
    A = _matrices(input if dtype is None else input.to(dtype), "matrix_norm")
    rows, columns = all_dims(dim, A.ndim, "matrix_norm")
    if ord == "fro":
        return vector_norm_(A, 2, (rows, columns), keepdim)
    if ord in (1, -1, float("inf"), -float("inf")):
        summed, other = (rows, columns) if ord in (1, -1) else (columns, rows)
        found = A.abs().sum(summed, keepdim=True)
        found = found.amax(other, keepdim=True) if ord > 0 else found.amin(other, keepdim=True)
        return found if keepdim else found.squeeze((rows, columns))
    s = svdvals(movedim(A, (rows, columns), (-2, -1)))
    if ord not in ("nuc", 2, -2):
        raise RuntimeError(f"matrix_norm: ord must be 'fro', 'nuc', ±1, ±2 or ±inf, not {ord!r}")
    found = s.sum(-1) if ord == "nuc" else s.amax(-1) if ord == 2 else s.amin(-1)
    for d in sorted((rows, columns)) if keepdim else ():
        found = found.unsqueeze(d)
    return found


@numpy_words
def norm(input, ord=None, dim=None, keepdim=False, *, dtype=None):
    """`vector_norm` of a vector, along one dimension, or without `ord`; else `matrix_norm`.

    >>> tg.linalg.norm(tg.tensor([3., 4.]))
    tensor(5.)
    """
    of_vectors = isinstance(dim, int) or (input.ndim == 1 if dim is None else len(dim) == 1)
    if ord is None or of_vectors:
        return vector_norm(input, 2 if ord is None else ord, dim, keepdim, dtype=dtype)
    return matrix_norm(input, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)


def diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    """The diagonals of matrices, as the last dimension.

    >>> tg.linalg.diagonal(tg.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    return ops.diagonal(A, offset=offset, axis1=one_dim(dim1, A.ndim, "diagonal"),
                        axis2=one_dim(dim2, A.ndim, "diagonal"))
