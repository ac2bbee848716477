"""`cupyx.scipy.sparse`: matrices of three kinds, to multiply dense arrays with."""
import numpy as np
import scipy.sparse

from .array import ndarray
from .convert import from_host, new, unsupported
from .cuda import wait

DTYPES = "?fdFD"                                # cuSPARSE has no integers and no half precision


class Matrix:
    """A sparse matrix on the card. Subclasses say of which kind."""
    kind = None
    __array_priority__ = 101

    def __init__(self, arg1, shape=None, dtype=None, copy=False):
        if isinstance(arg1, (Matrix, ndarray)):
            host = arg1._host
        elif scipy.sparse.issparse(arg1):       # SciPy's own are copied over
            host = arg1
        elif isinstance(arg1, tuple) and isinstance(arg1[0], (int, np.integer)):
            host, dtype = arg1, dtype or "d"
        else:
            host = self._parts(arg1)
        self._host = self.kind(host, shape=shape, dtype=dtype)
        if self._host.dtype.char not in DTYPES:
            raise ValueError("Only bool, float32, float64, complex64 and complex128 are supported")

    @staticmethod
    def _parts(parts):
        """(data, indices, indptr) or (data, (row, col)) as NumPy arrays; all of them must lie on the card."""
        for p in (parts[0],) + (parts[1] if len(parts) == 2 else parts[1:]):
            if not isinstance(p, ndarray) or p.ndim != 1:
                raise ValueError("data, indices, and indptr must be 1-D cupy arrays")
        wait()                                  # CuPy reads the ends of indptr, or the largest row and column
        if len(parts) == 2:
            return parts[0]._host.copy(), tuple(p._host.copy() for p in parts[1])
        return tuple(p._host.copy() for p in parts)

    dtype = property(lambda m: m._host.dtype)
    shape = property(lambda m: m._host.shape)
    nnz = property(lambda m: m._host.nnz)
    ndim = 2
    data = property(lambda m: new(m._host.data))
    T = property(lambda m: m.transpose())

    def transpose(self): return of(self._host.T)
    def tocsr(self): return of(self._host.tocsr())
    def tocsc(self): return of(self._host.tocsc())
    def tocoo(self): return of(self._host.tocoo())
    def toarray(self): return new(self._host.toarray())
    
    def get(self, stream=None):
        wait()
        return self._host.copy()

    def __matmul__(self, other):
        if isinstance(other, Matrix):
            return of(self._host @ other._host)
        if not isinstance(other, ndarray):
            return NotImplemented
        if not 1 <= other.ndim <= 2:
            raise ValueError("could not interpret dimensions")
        dtype = np.result_type(self.dtype, other.dtype)
        if dtype.char not in DTYPES[1:]:
            raise ValueError(f"cuSPARSE cannot multiply {self.dtype} by {other.dtype}")
        return new(np.asfortranarray(self._host @ other._host.astype(dtype, copy=False)))   # column by column

    def __rmatmul__(self, other):
        return (self.T @ other.T).T if isinstance(other, ndarray) else NotImplemented

    def dot(self, other):
        if not isinstance(other, (Matrix, ndarray)):
            raise unsupported(other)
        return self @ other

    def __mul__(self, other):
        if isinstance(other, (Matrix, ndarray)):
            return self @ other
        return of(self._host * other)


class csr_matrix(Matrix):
    kind = scipy.sparse.csr_matrix
    indices = property(lambda m: from_host(m._host.indices))
    indptr = property(lambda m: from_host(m._host.indptr))


class csc_matrix(Matrix):
    kind = scipy.sparse.csc_matrix
    indices = property(lambda m: from_host(m._host.indices))
    indptr = property(lambda m: from_host(m._host.indptr))


class coo_matrix(Matrix):
    kind = scipy.sparse.coo_matrix
    row = property(lambda m: from_host(m._host.row))
    col = property(lambda m: from_host(m._host.col))


def of(host):
    """The stand-in's matrix around one of SciPy's."""
    kind = {"csr": csr_matrix, "csc": csc_matrix, "coo": coo_matrix}[host.format]
    matrix = object.__new__(kind)
    matrix._host = host
    return matrix


def issparse(x):
    return isinstance(x, Matrix)


SPARSE = {"csr_matrix": csr_matrix, "csc_matrix": csc_matrix, "coo_matrix": coo_matrix,
          "issparse": issparse, "isspmatrix": issparse}
