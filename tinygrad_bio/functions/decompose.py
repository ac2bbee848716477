"""Inverses, determinants, factorisations and norms of matrices; the names of ``torch.linalg``."""
import collections

from .. import ops
from ..autograd import ShapeError, here
from ..backend import namespace
from .common import all_dims, constant, numpy_words, one_dim
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

    >>> import tinygrad_bio as tg
    >>> tg.linalg.inv(tg.tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    return ops.linalg.inv(_square(A, "inv"))


def inverse(input):
    """`linalg.inv`."""
    return inv(input)


def pinv(A):
    """The pseudo-inverse (Moore–Penrose) of any matrices."""
    return ops.linalg.pinv(_matrices(A, "pinv"))


def solve(A, B):
    """The X of A·X = B, for a vector or the columns of matrices B.

    >>> import tinygrad_bio as tg
    >>> tg.linalg.solve(tg.tensor([[2., 0.], [0., 4.]]), tg.tensor([2., 2.]))
    tensor([1.0000, 0.5000])
    """
    _square(A, "solve")
    vector = B.ndim == 1 or (B.ndim == A.ndim - 1 and tuple(B.shape) == tuple(A.shape[:-1]))
    if (B.shape[-1] if vector else B.shape[-2]) != A.shape[-1]:
        raise ShapeError(f"solve{here()}: A {tuple(A.shape)} and B {tuple(B.shape)} do not fit: B needs "
                         f"{A.shape[-1]} rows")
    return ops.linalg.solve(A, B.unsqueeze(-1)).squeeze(-1) if vector else ops.linalg.solve(A, B)


def det(input):
    """The determinants of square matrices."""
    return ops.linalg.det(_square(input, "det"))


def slogdet(input):
    """The determinant as its sign and the logarithm of its size: it may itself overflow, or vanish."""
    return SignAndLog(*ops.linalg.slogdet(_square(input, "slogdet")))


def logdet(input):
    """The logarithm of the determinant; NaN if that is negative."""
    sign, logarithm = slogdet(input)
    return ops.where(sign.array < 0, float("nan"), logarithm)


def cholesky(A, *, upper=False):
    """The lower triangular L with L·Lᵀ = A, for symmetric positive definite matrices (upper: Lᵀ)."""
    lower = ops.linalg.cholesky(_square(A, "cholesky"))
    return lower.transpose(-2, -1) if upper else lower


def qr(A, mode="reduced"):
    """A = Q·R with orthonormal columns in Q and a triangular R. (Of PyTorch's modes only "reduced".)"""
    if mode != "reduced":
        raise NotImplementedError(f"qr: mode {mode!r} is not supported, only 'reduced'")
    n, m = _matrices(A, "qr").shape[-2:]
    if n >= m:
        return QR(*ops.linalg.qr(A))
    q, r = ops.linalg.qr(A[..., :n])                    # wide: what lies behind the first square follows
    return QR(q, ops.concatenate([r, q.transpose(-2, -1) @ A[..., n:]], -1))


def eigh(A, UPLO="L"):
    """Eigenvalues in rising order, and eigenvectors (columns), of symmetric matrices.

    Only one triangle is read: the lower, or with ``UPLO="U"`` the upper.
    """
    _square(A, "eigh")
    return Eigen(*ops.linalg.eigh(A if UPLO == "L" else A.transpose(-2, -1)))


def eigvalsh(A, UPLO="L"):
    """The eigenvalues of symmetric matrices."""
    return eigh(A, UPLO).eigenvalues


def svd(A, full_matrices=True):
    """A = U·diag(S)·Vh with orthonormal U and V.

    The vectors that `full_matrices` adds, to make U and V square, have no gradient.
    """
    n, m = _matrices(A, "svd").shape[-2:]
    u, s, vh = ops.linalg.svd(A)
    if full_matrices and n != m:
        k, (all_u, _, all_vh) = s.shape[-1], namespace(A.array).linalg.svd(A.array)
        u = ops.concatenate([u, constant(all_u[..., k:])], -1)
        vh = ops.concatenate([vh, constant(all_vh[..., k:, :])], -2)
    return SVD(u, s, vh)


def svdvals(A):
    """The singular values, largest first."""
    return svd(A, full_matrices=False).S


# ------------------------------------------------------------------------------------------------- norms

@numpy_words
def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None):
    """(Σ|x|ᵖ)^(1/p) over all elements, or along `dim`."""
    return vector_norm_(x, ord, dim, keepdim, dtype)


@numpy_words
def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    """A norm of matrices: "fro" √Σx², "nuc" the sum of the singular values, 2 the largest of them (−2 the
    smallest), 1 the largest column sum of |x|, inf the largest row sum (−1 and −inf: the smallest).
    """
    A = _matrices(A if dtype is None else A.to(dtype), "matrix_norm")
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
def norm(A, ord=None, dim=None, keepdim=False, *, dtype=None):
    """`vector_norm` of a vector, along one dimension, or without `ord`; else `matrix_norm`."""
    of_vectors = isinstance(dim, int) or (A.ndim == 1 if dim is None else len(dim) == 1)
    if ord is None or of_vectors:
        return vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype)
    return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)


def diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    """The diagonals of matrices, as the last dimension."""
    return ops.diagonal(A, offset=offset, axis1=one_dim(dim1, A.ndim, "diagonal"),
                        axis2=one_dim(dim2, A.ndim, "diagonal"))
