"""Linear algebra under the names of ``torch.linalg``: ``tg.linalg.solve(A, b)``."""
from .functions.decompose import (  # noqa: F401
    cholesky, det, diagonal, eigh, eigvalsh, inv, matrix_norm, norm, pinv, qr, slogdet, solve, svd, svdvals,
    vector_norm)
from .functions.linalg import cross_of_last as cross, matmul, matrix_power, vecdot  # noqa: F401
