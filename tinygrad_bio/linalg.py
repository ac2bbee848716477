"""Linear algebra under the names of ``torch.linalg``: ``tg.linalg.solve(A, b)``."""
from .functions import decompose
from .functions.decompose import (  # noqa: F401
    cholesky, diagonal, eigh, eigvalsh, inv, matrix_norm, norm, pinv, qr, solve, svd, svdvals, vector_norm)
from .functions.solve import (  # noqa: F401
    cond, lstsq, matrix_exp, matrix_rank, multi_dot, powers_of as vander, solve_triangular)
from .functions.linalg import cross_of_last as cross, matmul, matrix_power, vecdot  # noqa: F401


def det(A):
    """The determinants of square matrices: ``tg.det``, whose argument is called `input`.

    >>> tg.linalg.det(tg.tensor([[2., 1.], [0., 3.]]))
    tensor(6.)
    """
    return decompose.det(A)


def slogdet(A):
    """The sign of the determinant, and the logarithm of its size: ``tg.slogdet``, whose argument is called `input`.

    >>> tg.linalg.slogdet(tg.tensor([[-1., 0.], [0., 1.]]))
    SignAndLog(sign=tensor(-1.), logabsdet=tensor(0.))
    """
    return decompose.slogdet(A)
