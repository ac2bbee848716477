"""Sparse matrices: most of their entries are 0, and only the others are kept. Under PyTorch's names.

>>> places = tg.tensor([[0, 1, 1], [2, 0, 2]])                      # row and column of each entry
>>> a = tg.sparse_coo_tensor(places, tg.tensor([3., 4., 5.]), (2, 3))
>>> tg.sparse.mm(a, tg.ones(3, 1))
tensor([[3.],
        [9.]])
"""
import numpy as np

from .autograd import ShapeError, here
from .backend import is_array, namespace
from .create import as_tensor
from .functions.common import index_array
from .ops import matmul
from .ops.graph import Pattern, sparse_matmul
from .tensor import Tensor

__all__ = ["SparseTensor", "sparse_coo_tensor", "mm", "spmm"]


class SparseTensor:
    """A sparse matrix: the place of each entry, and its value, which may require grad.

    Make it with `sparse_coo_tensor`, or from a SciPy matrix with `SparseTensor.from_scipy`. It can be multiplied by a matrix
    (``a @ x``), transposed (``a.t()``), and made dense.

    >>> graph = tg.sparse_coo_tensor([[0, 1], [1, 0]], [2., 3.], (2, 2))
    >>> graph @ tg.tensor([[1.], [10.]])
    tensor([[20.],
            [ 3.]])
    """

    def __init__(self, pattern, values):
        self.pattern, self._values = pattern, values

    @classmethod
    def from_scipy(cls, matrix, dtype=None):
        """From any SciPy sparse matrix."""
        coo = matrix.tocoo()
        return cls(Pattern(coo.row.astype(np.int64), coo.col.astype(np.int64), coo.shape), as_tensor(coo.data, dtype=dtype))

    shape = property(lambda self: self.pattern.shape, doc="(rows, columns)")
    dtype = property(lambda self: self._values.dtype, doc="The type of the values.")
    device = property(lambda self: self._values.device, doc="Where the values are.")
    ndim = property(lambda self: 2, doc="The number of dimensions.")
    is_sparse = property(lambda self: True, doc="That it is sparse.")
    requires_grad = property(lambda self: self._values.requires_grad, doc="Whether a gradient of the values is wanted.")

    def indices(self):
        """Row and column of each entry, (2, E)."""
        return as_tensor(namespace(self.pattern.rows).stack([self.pattern.rows, self.pattern.columns]))

    def values(self):
        """The values, (E,)."""
        return self._values

    def size(self, dim=None):
        """The shape, or one side of it."""
        return self.shape if dim is None else self.shape[dim]

    def t(self):
        """The transposed matrix."""
        return SparseTensor(self.pattern.T, self._values)

    def coalesce(self):
        """Itself: entries at one place count as their sum everywhere."""
        return self

    def to_dense(self):
        """All entries, zeros included."""
        n, m = self.shape
        flat = self.pattern.rows * m + self.pattern.columns
        return as_tensor(namespace(flat).zeros(n * m, dtype=self.dtype)).index_add(0, as_tensor(flat), self._values).reshape(n, m)

    def to(self, *args, **keywords):
        """On another device or in another dtype."""
        values = self._values.to(*args, **keywords)
        if values.device == self.device:
            return SparseTensor(self.pattern, values)
        rows, columns = (as_tensor(a).to(values.device).array for a in (self.pattern.rows, self.pattern.columns))
        return SparseTensor(Pattern(rows, columns, self.shape), values)

    def dim(self):
        """The number of dimensions: 2."""
        return 2

    def mm(self, mat2):
        """This matrix times a dense one, or a vector."""
        return mm(self, mat2)

    matmul = mv = __matmul__ = mm

    def __repr__(self):
        return f"SparseTensor(shape={self.shape}, entries={len(self.pattern.rows)}, dtype={self.dtype.name})"


def sparse_coo_tensor(indices, values, size=None, *, dtype=None, device=None):
    """A sparse matrix from the places of its entries, indices (2, E), and their values (E,).

    >>> tg.sparse_coo_tensor([[0, 1], [1, 0]], [2., 3.], (2, 2)).to_dense()
    tensor([[0., 2.],
            [3., 0.]])
    """
    values = as_tensor(values, dtype=dtype, device=device)
    places = index_array(indices, values, "sparse_coo_tensor", "indices")
    if places.ndim != 2 or places.shape[0] != 2 or tuple(values.shape) != (places.shape[1],):
        raise ShapeError(f"sparse_coo_tensor: expected indices of shape (2, E) and values of shape (E,), got {tuple(places.shape)} "
                         f"and {tuple(values.shape)}")
    if size is None:
        size = tuple(int(n) + 1 for n in places.max(axis=1)) if places.size else (0, 0)
    return SparseTensor(Pattern(places[0], places[1], size), values)


def mm(mat1, mat2):
    """Sparse matrix (n, m) times dense matrix (m, p) or vector (m,).

    >>> tg.sparse.mm(tg.sparse_coo_tensor([[0], [1]], [2.], (2, 2)), tg.ones(2, 1))
    tensor([[2.],
            [0.]])
    """
    if not isinstance(mat1, SparseTensor) or not (isinstance(mat2, Tensor) or is_array(mat2)):
        raise TypeError(f"sparse.mm: expected a SparseTensor and a Tensor, got {type(mat1).__name__} and {type(mat2).__name__}")
    if mat1.shape[1] != mat2.shape[0]:
        raise ShapeError(f"sparse.mm{here()}: cannot multiply {mat1.shape} by {tuple(mat2.shape)}: {mat1.shape[1]} columns, but "
                         f"{mat2.shape[0]} rows")
    return sparse_matmul(mat1.values(), mat2, pattern=mat1.pattern)


def spmm(input, mat2):
    """A sparse or dense matrix (n, m) times a dense one (m, p): so that a layer takes either, ``tg.spmm(adj, x @ w)``.

    >>> bool((spmm(tg.eye(3), tg.ones(3, 2)) == 1).all())
    True
    """
    return matmul(input, mat2) if isinstance(input, Tensor) else mm(input, mat2)
