"""Plain methods to hold beside a network: nearest neighbours, ridge regression, and GBLUP with its kinship
matrices."""
from typing import NamedTuple

import numpy as np


def nearest_neighbours(train_x, train_y, x, k=5, weighted=True, block=512):
    """The mean answer of the k nearest training rows (Euclidean): (N, F), (N,) or (N, K), (M, F) give (M,) or
    (M, K).

    With `weighted` a neighbour counts 1 / distance (an identical one alone decides). For classes give one-hot
    rows as `train_y` and take the ``argmax``.

    >>> nearest_neighbours(np.array([[0.0], [1.0], [5.0]]), np.array([0.0, 1.0, 9.0]), np.array([[0.5]]), k=2)
    array([0.5])
    """
    train_x, y = _rows(train_x), np.asarray(train_y, dtype=np.float64)
    x = _rows(x)
    if len(y) != len(train_x) or x.shape[1] != train_x.shape[1] or not 1 <= k <= len(train_x):
        raise ValueError(f"nearest_neighbours: got train_x {train_x.shape}, train_y {y.shape}, x {x.shape}, k={k}, "
                         "expected (N, F), (N,), (M, F) and 1 <= k <= N")
    squares, answers = (train_x ** 2).sum(axis=1), []
    for start in range(0, len(x), block):
        part = x[start:start + block]
        square = (part ** 2).sum(axis=1)[:, None] + squares - 2 * part @ train_x.T  # (block, N)
        distance = np.sqrt(np.maximum(square, 0))
        near = np.argsort(distance, axis=1, kind="stable")[:, :k]
        gap = np.take_along_axis(distance, near, axis=1)
        weight = 1 / np.maximum(gap, 1e-6 * (1 + gap.max())) if weighted else np.ones_like(gap)
        weight /= weight.sum(axis=1, keepdims=True)
        answers.append(np.einsum("mk,mk...->m...", weight, y[near]))
    return np.concatenate(answers)


def ridge(train_x, train_y, x, penalty=1.0):
    """Ridge regression with an intercept: weights minimise Σ(y − ŷ)² + λ|w|². Gives ŷ for the rows of x, (M,)
    or (M, K).

    Solved in the smaller of the two dimensions, so many more markers than lines cost nothing.

    >>> ridge(np.array([[0.0], [1.0]]), np.array([0.0, 1.0]), np.array([[2.0]]), penalty=1e-9).round(3)
    array([2.])
    """
    a, y, b = _rows(train_x), np.asarray(train_y, dtype=np.float64), _rows(x)
    if len(a) != len(y) or a.shape[1] != b.shape[1] or penalty <= 0:
        raise ValueError(f"ridge: got train_x {a.shape}, train_y {y.shape}, x {b.shape}, penalty={penalty}, "
                         "expected (N, F), (N,) or (N, K), (M, F) and penalty > 0")
    mean, centre = a.mean(axis=0), y.mean(axis=0)
    a, b, y = a - mean, b - mean, y - centre
    n, f = a.shape
    if f <= n:
        weights = np.linalg.solve(a.T @ a + penalty * np.eye(f), a.T @ y)
    else:
        weights = a.T @ np.linalg.solve(a @ a.T + penalty * np.eye(n), y)
    return b @ weights + centre


def kinship(markers, ploidy=None):
    """How alike lines are by their markers: G = Z Zᵀ / c, (N, M) gives (N, N) float64.

    Z are the markers minus their column means. VanRaden's first: c = Σ_m ploidy · p(1 − p) with p the allele
    frequency, `ploidy` 2 for SNPs 0, 1, 2 and 1 for 0/1 markers (None looks). The mean of the diagonal is
    near 1 for unrelated, non-inbred lines. (VanRaden 2008, J Dairy Sci 91:4414.)

    >>> kinship(np.array([[0, 2], [2, 0], [1, 1]])).round(2)
    array([[ 2., -2.,  0.],
           [-2.,  2.,  0.],
           [ 0.,  0.,  0.]])
    """
    x = _rows(markers)
    if not np.isin(x, (0, 1, 2)).all():
        raise ValueError("kinship: expected markers 0, 1 and 2; fill in missing ones, with the column's mean rounded")
    ploidy = (2 if (x == 2).any() else 1) if ploidy is None else ploidy
    p = x.mean(axis=0) / ploidy
    z = x - x.mean(axis=0)
    scale = ploidy * (p * (1 - p)).sum()
    if scale == 0:
        raise ValueError("kinship: all lines have the same markers, expected some that differ")
    return z @ z.T / scale


def gaussian_kernel(markers, bandwidth=0.5):
    """K_ij = exp(−d²_ij / (bandwidth · mean d²)): (N, M) gives (N, N). GBLUP with it is RKHS regression,
    which sees epistasis.

    >>> gaussian_kernel(np.array([[0, 1], [1, 0]])).round(3)
    array([[1.   , 0.135],
           [0.135, 1.   ]])
    """
    x = _rows(markers)
    squares = (x ** 2).sum(axis=1)
    distance = np.maximum(squares[:, None] + squares - 2 * x @ x.T, 0)
    off = ~np.eye(len(x), dtype=bool)
    return np.exp(-distance / (bandwidth * distance[off].mean()))


class Blup(NamedTuple):
    """What `gblup` finds: `values` (N,) predicted for all lines, `heritability` λ = var(g)/(var(g) + var(e))
    by REML, `mean`.

    >>> Blup(np.zeros(3), 0.5, 0.0).heritability
    0.5
    """

    values: np.ndarray
    heritability: float
    mean: float


def gblup(kernel, y, train, heritability=None):
    """Genomic best linear unbiased prediction: y = μ + g + e, g ~ N(0, K σ²_g), e ~ N(0, σ²_e). A `Blup`.

    ĝ = K[:, train] (K[train, train] + δ I)⁻¹ (y_train − μ), δ = σ²_e / σ²_g. It is ridge regression on all
    markers, seen from the lines' side, and the standard that a network has to beat.

    Parameters
    ----------
    kernel : (N, N), over training *and* test lines: `kinship`, `gaussian_kernel`, a pedigree.
    y : (N,) the trait; only entries in `train` are looked at.
    train : indices, or a mask (N,).
    heritability : None estimates it from the training lines by REML.

    >>> x = np.random.default_rng(0).integers(0, 3, (60, 200))
    >>> gblup(kinship(x), x[:, 0], np.arange(50)).values.shape
    (60,)
    """
    kernel, y = np.asarray(kernel, dtype=np.float64), np.asarray(y, dtype=np.float64)
    train = np.flatnonzero(train) if np.asarray(train).dtype == bool else np.asarray(train)
    n = len(y)
    if kernel.shape != (n, n) or y.ndim != 1 or len(train) < 3 or not np.isfinite(y[train]).all():
        raise ValueError(f"gblup: got kernel {kernel.shape}, y {y.shape} and {len(train)} training lines, "
                         f"expected (N, N), (N,) "
                         "and at least 3, with finite y")
    k, target = kernel[np.ix_(train, train)], y[train]
    values, vectors = np.linalg.eigh((k + k.T) / 2)
    values = np.maximum(values, 0)
    ones, rotated = vectors.T @ np.ones(len(train)), vectors.T @ target
    if heritability is None:
        heritability = _reml(values, ones, rotated)
    elif not 0 < heritability < 1:
        raise ValueError(f"gblup: got heritability={heritability}, expected a number between 0 and 1")
    delta = (1 - heritability) / heritability
    weight = 1 / (values + delta)
    mean = (ones * weight) @ rotated / ((ones * weight) @ ones)
    alpha = vectors @ (weight * (rotated - mean * ones))
    return Blup(mean + kernel[:, train] @ alpha, float(heritability), float(mean))


def _reml(values, ones, y):
    """The heritability with the greatest restricted likelihood, of y rotated onto the kernel's eigenvectors.

    −2 log L = (n − 1) log(rᵀ W r) − Σ log w + log(1ᵀ W 1), W = diag(w), w = 1 / (value + δ), r = y − μ 1.
    """
    from scipy.optimize import minimize_scalar

    def cost(h):
        w = 1 / (values + (1 - h) / h)
        mean = (ones * w) @ y / ((ones * w) @ ones)
        residual = y - mean * ones
        return (len(y) - 1) * np.log((w * residual) @ residual) - np.log(w).sum() + np.log((ones * w) @ ones)

    grid = np.linspace(0.02, 0.98, 25)  # the likelihood may have two hills: look from afar first
    best = grid[np.argmin([cost(h) for h in grid])]
    return minimize_scalar(cost, bounds=(max(best - 0.05, 1e-3), min(best + 0.05, 1 - 1e-3)), method="bounded").x


def _rows(x):
    x = np.asarray(x, dtype=np.float64)
    if x.ndim != 2:
        raise ValueError(f"got an array of shape {x.shape}, expected (N, F). To flatten: x.reshape(len(x), -1)")
    return x
