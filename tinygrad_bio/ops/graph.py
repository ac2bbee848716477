"""Operations on graphs: products with sparse matrices, and sums, maxima and softmax over groups of rows.

A graph is a list of edges. What travels along them is picked with ``x[source]``, and gathered at the targets by a sum over
groups: those are `getitem` and `putitem` of ``index.py``. Where each edge only multiplies by a number, both steps together are
a product with a sparse matrix, and that is much faster.
"""
import numpy as np

from ..autograd import op
from ..backend import check_index, namespace, recorded, sparse
from ..engine.written import Last
from .index import putitem


class Pattern:
    """Where the entries of a sparse matrix stand; the same for any values. Sorted once, then used for every product.

    rows, columns : integer arrays (E,); a place may occur twice, its values are then added
    shape : (n rows, n columns)

    >>> pattern = Pattern(np.array([0, 1, 1]), np.array([2, 0, 2]), (2, 3))
    >>> pattern.matrix(np.array([3., 4., 5.])).toarray()
    array([[0., 0., 3.],
           [4., 0., 5.]])
    """

    def __init__(self, rows, columns, shape):
        check_index(rows, shape[0], "sparse matrix: row")
        check_index(columns, shape[1], "sparse matrix: column")
        self.rows, self.columns, self.shape = rows, columns, tuple(int(n) for n in shape)
        self._order = self._starts = self._transposed = self._last = None

    @property
    def T(self):
        """The pattern of the transposed matrix."""
        if self._transposed is None:
            self._transposed = Pattern(self.columns, self.rows, self.shape[::-1])
        return self._transposed

    def matrix(self, values):
        """The matrix with these values (E,), in rows: CSR of SciPy or of CuPy. Kept until something is written in place."""
        if self._last is None or self._last[0] is not values or self._last[2] != Last.position:
            xp = namespace(values)
            if self._order is None:
                self._order = xp.argsort(self.rows, kind="stable")
                counts = xp.bincount(self.rows, minlength=self.shape[0])
                self._starts = xp.concatenate([xp.zeros(1, dtype="int32"), xp.cumsum(counts).astype("int32")])
                self._sorted_columns = self.columns[self._order].astype("int32")
            parts = (values[self._order], self._sorted_columns, self._starts)
            self._last = (values, sparse(values).csr_matrix(parts, shape=self.shape), Last.position)
        return self._last[1]


@op(promote=False)
def sparse_matmul(values, x, *, pattern):
    """y = A x,   ∂x = Aᵀ g,   ∂A_ij = Σ_c g_ic·x_jc   (only where A has entries)

    >>> pattern = Pattern(np.array([0, 1, 1]), np.array([2, 0, 2]), (2, 3))
    >>> sparse_matmul(tg.tensor([3., 4., 5.]), tg.ones(3, 1), pattern=pattern)
    tensor([[3.],
            [9.]])
    """
    if recorded(values, x):
        y = sparse_matmul(values, x, pattern=pattern)
    else:
        y = pattern.matrix(values) @ x

    def to_values(g):
        return (g[pattern.rows] * x[pattern.columns]).sum(axis=-1) if len(x.shape) > 1 else g[pattern.rows] * x[pattern.columns]

    return y, (to_values, lambda g: sparse_matmul(values, g, pattern=pattern.T))


@op
def segment_max(x, *, index, size):
    """y[s] = the largest of the rows x[n] with index[n] = s, 0 if there is none;   ∂x = g, in equal parts, to those equal to it

    >>> segment_max(tg.tensor([[1.], [5.], [3.]]), index=np.array([0, 0, 1]), size=2)
    tensor([[5.],
            [3.]])
    """
    if recorded(x):
        y = segment_max(x, index=index, size=size)
    else:
        xp = namespace(x)
        y = xp.full((size,) + x.shape[1:], -np.inf, dtype=x.dtype)
        xp.maximum.at(y, index, x)
        empty = xp.bincount(index, minlength=size) == 0
        y[empty] = 0

    def pullback(g):
        xp = namespace(g, x)
        hit = xp.where(x == y[index], 1 + 0 * x, 0 * x)
        return g[index] * hit / putitem(hit, index=index, shape=(size,) + tuple(x.shape[1:]))[index]

    return y, (pullback,)
