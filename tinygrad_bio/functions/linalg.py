"""Products of matrices and vectors, under PyTorch's names."""
import builtins

from .. import ops
from ..autograd import ShapeError, here
from .common import numpy_words, one_dim
from .reduce import norm, sum
from .arrange import diagonal
from .shape import permute, reshape, transpose

__all__ = ["matmul", "mm", "bmm", "mv", "dot", "vdot", "inner", "outer", "ger", "einsum", "tensordot", "kron",
           "cross", "trace", "addmm", "addmv", "addr", "baddbmm", "addbmm", "dist", "cdist", "matrix_power",
           "cov", "corrcoef"]


def matmul(input, other):
    """The matrix product, of vectors, matrices and stacks of matrices; ``input @ other``.

    >>> tg.matmul(tg.ones(2, 3), tg.ones(3))
    tensor([3., 3.])
    """
    if hasattr(input, "pattern") or hasattr(other, "pattern"):
        return _with_sparse(input, other)
    return ops.matmul(input, other)


def _with_sparse(a, b):
    """A product with a `SparseTensor` on one side; its own method knows how. (``sparse.py`` stands above this
    file.)
    """
    return a.mm(b) if hasattr(a, "pattern") else transpose(b.t().mm(a.mT), 0, 1)


def _needs(caller, **ndims):
    for name, (x, n) in ndims.items():
        if x.ndim != n:
            raise ShapeError(f"{caller}{here()}: {name} must have {n} dimensions, but has shape "
                             f"{tuple(x.shape)}")


def mm(input, mat2):
    """Matrix times matrix.

    >>> tg.mm(tg.tensor([[1, 2]]), tg.tensor([[3], [4]]))
    tensor([[11]])
    """
    _needs("mm", input=(input, 2), mat2=(mat2, 2))
    if hasattr(input, "pattern") or hasattr(mat2, "pattern"):
        return _with_sparse(input, mat2)
    return ops.matmul(input, mat2)


def bmm(input, mat2):
    """Stack of matrices (N, n, m) times stack of matrices (N, m, p).

    >>> tg.bmm(tg.ones(3, 2, 4), tg.ones(3, 4, 5)).shape
    (3, 2, 5)
    """
    _needs("bmm", input=(input, 3), mat2=(mat2, 3))
    if input.shape[0] != mat2.shape[0]:
        raise ShapeError(f"bmm{here()}: the stacks have {input.shape[0]} and {mat2.shape[0]} matrices; they "
                         f"must be equal")
    return ops.matmul(input, mat2)


def mv(input, vec):
    """Matrix times vector.

    >>> tg.mv(tg.tensor([[1, 2], [0, 1]]), tg.tensor([3, 4]))
    tensor([11,  4])
    """
    _needs("mv", input=(input, 2), vec=(vec, 1))
    if hasattr(input, "pattern"):
        return _with_sparse(input, vec)
    return ops.matmul(input, vec)


def dot(input, tensor):
    """Σ aᵢbᵢ of two vectors.

    >>> tg.dot(tg.tensor([1, 2]), tg.tensor([3, 4]))
    tensor(11)
    """
    _needs("dot", input=(input, 1), tensor=(tensor, 1))
    return ops.matmul(input, tensor)


def vdot(input, other):
    """`dot` (the two differ for complex numbers only).

    >>> tg.vdot(tg.tensor([1, 2]), tg.tensor([3, 4]))
    tensor(11)
    """
    return dot(input, other)


def inner(input, other):
    """Σ over the last dimension of both.

    >>> tg.inner(tg.tensor([[1, 2], [0, 1]]), tg.tensor([3, 4]))
    tensor([11,  4])
    """
    if input.ndim == 0 or other.ndim == 0:
        return input * other
    return tensordot(input, other, dims=([-1], [-1]))


@numpy_words
def vecdot(x, y, *, dim=-1):
    """Σ aᵢbᵢ along one dimension.

    >>> tg.linalg.vecdot(tg.tensor([[1, 2], [3, 4]]), tg.tensor([1, 1]))
    tensor([3, 7])
    """
    return sum(x * y, dim)


def outer(input, vec2):
    """All products aᵢbⱼ of two vectors, a matrix.

    >>> tg.outer(tg.tensor([1, 2]), tg.tensor([3, 4]))
    tensor([[3, 4],
            [6, 8]])
    """
    _needs("outer", input=(input, 1), vec2=(vec2, 1))
    return reshape(input, -1, 1) * vec2


ger = outer


def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    """beta·input + alpha·(mat1 @ mat2).

    >>> tg.addmm(tg.tensor([[1.]]), tg.tensor([[2., 3.]]), tg.tensor([[4.], [5.]]))
    tensor([[24.]])
    """
    return _plus(input, mm(mat1, mat2), beta, alpha)


def addmv(input, mat, vec, *, beta=1, alpha=1):
    """beta·input + alpha·(mat @ vec).

    >>> tg.addmv(tg.tensor([1.]), tg.tensor([[2., 3.]]), tg.tensor([4., 5.]))
    tensor([24.])
    """
    return _plus(input, mv(mat, vec), beta, alpha)


def addr(input, vec1, vec2, *, beta=1, alpha=1):
    """beta·input + alpha·(vec1 ⊗ vec2), the outer product.

    >>> tg.addr(tg.zeros(2, 2), tg.tensor([1., 2.]), tg.tensor([1., 3.]))
    tensor([[1., 3.],
            [2., 6.]])
    """
    return _plus(input, outer(vec1, vec2), beta, alpha)


def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """beta·input + alpha·(batch1 @ batch2), for stacks.

    >>> tg.baddbmm(tg.zeros(3, 2, 5), tg.ones(3, 2, 4), tg.ones(3, 4, 5)).shape
    (3, 2, 5)
    """
    return _plus(input, bmm(batch1, batch2), beta, alpha)


def addbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """beta·input + alpha·Σ (batch1 @ batch2) over the stack.

    >>> tg.addbmm(tg.zeros(2, 5), tg.ones(3, 2, 4), tg.ones(3, 4, 5)).shape
    (2, 5)
    """
    return _plus(input, sum(bmm(batch1, batch2), 0), beta, alpha)


def _plus(input, product, beta, alpha):
    product = product if alpha == 1 else product * alpha
    return product if beta == 0 else (input if beta == 1 else input * beta) + product


def einsum(equation, *operands):
    """Einstein's summation: ``einsum("bij,bjk->bik", a, b)``. Letters not behind the arrow are summed over.

    >>> tg.einsum("ij->j", tg.ones(2, 3))
    tensor([2., 2., 2.])
    """
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    inputs, out = _complete(equation.replace(" ", ""), operands)
    names, tensors = [], []
    for name, x in zip(inputs, operands):
        while len(set(name)) < len(name):                       # "ii": take the diagonal first
            letter = next(k for k in name if name.count(k) > 1)
            first = name.index(letter)
            second = name.index(letter, first + 1)
            x = diagonal(x, 0, first, second)
            name = "".join(k for i, k in enumerate(name) if i not in (first, second)) + letter
        names.append(name)
        tensors.append(x)
    return ops.einsum(*tensors, subscripts=",".join(names) + "->" + out)


def _complete(equation, operands):
    """The subscripts of each operand and of the result, all in letters, none left out."""
    left, arrow, out = equation.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(operands):
        raise ShapeError(f"einsum{here()}: {equation!r} names {len(inputs)} operands, but {len(operands)} "
                         f"were given")
    free = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in equation]
    more = [x.ndim - len(name.replace("...", "")) for name, x in zip(inputs, operands)]
    for name, x, n in zip(inputs, operands, more):
        if n < 0 or (n > 0 and "..." not in name):
            raise ShapeError(f"einsum{here()}: subscripts {name!r} do not fit an operand of shape "
                             f"{tuple(x.shape)}")
    widest = builtins.max(more) if more else 0
    dots = "".join(free[:widest])
    inputs = [name.replace("...", dots[widest - n:] if n else "") for name, n in zip(inputs, more)]
    if not arrow:
        letters = "".join(inputs)
        once = sorted(c for c in set(letters) if letters.count(c) == 1 and c not in dots)
        out = ("..." if widest else "") + "".join(once)
    return inputs, out.replace("...", dots)


def tensordot(a, b, dims=2):
    """Σ over several dimensions of both: the last `dims` of a with the first of b, or the two given lists.

    >>> tg.tensordot(tg.ones(2, 3, 4), tg.ones(3, 4, 5), dims=2).shape
    (2, 5)
    """
    if isinstance(dims, int):
        dims = (list(range(a.ndim - dims, a.ndim)), list(range(dims)))
    over_a = [one_dim(d, a.ndim, "tensordot") for d in _listed(dims[0])]
    over_b = [one_dim(d, b.ndim, "tensordot") for d in _listed(dims[1])]
    if [a.shape[d] for d in over_a] != [b.shape[d] for d in over_b]:
        raise ShapeError(f"tensordot{here()}: sizes do not match: dims {over_a} of {tuple(a.shape)}, "
                         f"{over_b} of {tuple(b.shape)}")
    keep_a = [d for d in range(a.ndim) if d not in over_a]
    keep_b = [d for d in range(b.ndim) if d not in over_b]
    n = 1
    for d in over_a:
        n *= a.shape[d]
    left = permute(a, keep_a + over_a).reshape(_product(a, keep_a), n) if a.ndim else a.reshape(1, 1)
    right = permute(b, over_b + keep_b).reshape(n, _product(b, keep_b)) if b.ndim else b.reshape(1, 1)
    shape = tuple(a.shape[d] for d in keep_a) + tuple(b.shape[d] for d in keep_b)
    return ops.matmul(left, right).reshape(shape)


def _listed(x):
    return list(x) if isinstance(x, (list, tuple)) else [x]


def _product(x, dims):
    n = 1
    for d in dims:
        n *= x.shape[d]
    return n


def kron(input, other):
    """The Kronecker product: every element of `input` times the whole of `other`.

    >>> tg.kron(tg.eye(2), tg.tensor([[1., 2.]]))
    tensor([[1., 2., 0., 0.],
            [0., 0., 1., 2.]])
    """
    n = builtins.max(input.ndim, other.ndim)
    a = reshape(input, (1,) * (n - input.ndim) + tuple(input.shape))
    b = reshape(other, (1,) * (n - other.ndim) + tuple(other.shape))
    shape = tuple(i * j for i, j in zip(a.shape, b.shape))
    a = reshape(a, tuple(k for i in a.shape for k in (i, 1)))
    b = reshape(b, tuple(k for i in b.shape for k in (1, i)))
    return reshape(a * b, shape)


@numpy_words
def cross(input, other, dim=None):
    """The cross product of vectors of size 3 along a dimension: the first of size 3, unless one is given.

    >>> tg.cross(tg.tensor([1, 0, 0]), tg.tensor([0, 1, 0]), dim=0)
    tensor([0, 0, 1])
    """
    if dim is None:
        dim = next((d for d, n in enumerate(input.shape) if n == 3), -1)
    return cross_of_last(input, other, dim=dim)


@numpy_words
def cross_of_last(input, other, *, dim=-1):
    """The cross product along the last dimension, unless another is given: ``linalg.cross``.

    >>> tg.linalg.cross(tg.tensor([1, 0, 0]), tg.tensor([0, 1, 0]))
    tensor([0, 0, 1])
    """
    dim = one_dim(dim, input.ndim, "cross")
    if input.shape[dim] != 3 or other.shape[dim - input.ndim] != 3:
        raise ShapeError(f"cross{here()}: dimension {dim} must have size 3 in both, but the shapes are "
                         f"{tuple(input.shape)} and "
                         f"{tuple(other.shape)}")
    return ops.cross(input, other, axis=dim)


def trace(input):
    """The sum of a matrix's diagonal.

    >>> tg.trace(tg.tensor([[1, 2], [3, 4]]))
    tensor(5)
    """
    return sum(diagonal(input))


def dist(input, other, p=2):
    """The p-norm of the difference.

    >>> tg.dist(tg.tensor([0., 0.]), tg.tensor([3., 4.]))
    tensor(5.)
    """
    return norm(input - other, p)


def cdist(x1, x2, p=2.0):
    """All distances between the rows of x1 (…, n, E) and of x2 (…, m, E): (…, n, m).

    >>> tg.cdist(tg.tensor([[0., 0.]]), tg.tensor([[3., 4.], [0., 1.]]))
    tensor([[5., 1.]])
    """
    return norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, dim=-1)


def cov(input, *, correction=1):
    """The covariances of the rows: variables (n, observations) to (n, n).

    >>> tg.cov(tg.tensor([[1., 2., 3.], [3., 2., 1.]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    x = input if input.ndim > 1 else reshape(input, 1, -1)
    d = x - x.mean(1, keepdim=True)
    c = d @ transpose(d, 0, 1) / (x.shape[1] - correction)
    return c if input.ndim > 1 else reshape(c, ())


def corrcoef(input):
    """Pearson's correlations of the rows: variables (n, observations) to (n, n).

    >>> tg.corrcoef(tg.tensor([[1., 2., 3.], [3., 2., 1.]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    c = cov(input)
    if c.ndim == 0:
        return c / c
    s = diagonal(c).sqrt()
    return c / s / reshape(s, -1, 1)


def matrix_power(input, n):
    """A square matrix multiplied by itself n times (n ≥ 0).

    >>> tg.matrix_power(tg.tensor([[1, 1], [0, 1]]), 5)
    tensor([[1, 5],
            [0, 1]])
    """
    from .compare import zeros_like
    result = zeros_like(input) + diagonal_ones(input)
    for bit in bin(n)[2:]:
        result = result @ result
        if bit == "1":
            result = result @ input
    return result


def diagonal_ones(input):
    """The identity matrix with the size and dtype of `input`."""
    from ..backend import namespace
    from .common import constant
    return constant(namespace(input.array).eye(input.shape[-1], dtype=input.dtype))


def mT(input):
    """The last two dimensions exchanged."""
    return transpose(input, -2, -1)
