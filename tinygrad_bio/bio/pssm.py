"""Position-specific scoring matrices, the baselines of the peptide–MHC course: from binders alone
(`fit_pssm`), and from measured scores (`fit_smm`)."""
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .alphabet import PROTEIN
from .encoding import blosum_rows, one_hot


@dataclass(frozen=True, eq=False)
class Pssm:
    """A score for each letter at each position, and nothing else: what pairs of positions do is not in it.

    matrix : (L, 20), columns ``PROTEIN.letters``.
    intercept : the score of a peptide to which nothing is added.
    penalty : the ridge penalty that was used; None for a matrix of frequencies.

    >>> Pssm(np.zeros((9, 20)), 0.5)(["GILGFVFTM"])
    array([0.5])
    """

    matrix: np.ndarray
    intercept: float = 0.0
    penalty: float | None = None

    def __call__(self, peptides):
        """Scores of N peptides of length L, (N,) float64."""
        x = one_hot(list(peptides))  # (N, L, 20)
        if x.shape[1] != len(self.matrix):
            raise ValueError(f"Pssm: got peptides of length {x.shape[1]}, expected {len(self.matrix)}")
        return self.intercept + np.einsum("nla,la->n", x.astype(np.float64), self.matrix)


@lru_cache(maxsize=None)
def substitution_frequencies(matrix="BLOSUM62"):
    """q(b | a): how often letter a stands opposite letter b in related proteins, (20, 20), rows a sum to 1;
    and background q (20,).

    Won back from the scores, which are s_ab = 2 log₂(q_ab / q_a q_b) rounded: q_ab ∝ q_a q_b 2^{s/2}, with q
    such that the table's sums fit (found by iteration).

    >>> q, background = substitution_frequencies()
    >>> round(float(q[9, 19]), 2), round(float(background[10]), 2)  # I to V; L
    (0.17, 0.09)
    """
    scores = blosum_rows(matrix)[:20].astype(np.float64)
    ratio = 2.0 ** (scores / 2)
    background = np.full(20, 0.05)
    for _ in range(2000):  # the fixed point q_a = Σ_b q_a q_b ratio_ab
        background = background * (ratio @ background) ** -0.5
        background /= background.sum()
    joint = background[:, None] * background * ratio
    return joint / joint.sum(axis=1, keepdims=True), background


def henikoff_weights(codes):
    """Position-based weights, w_n ∝ Σ_l 1 / (r_l s_ln): r different letters at position l, s times this one.
    (N,), mean 1.

    Cheap, and good at the question "how many copies of this do we have?". (Henikoff & Henikoff 1994, JMB
    243:574.)

    >>> henikoff_weights(np.array([[0, 0], [0, 0], [1, 2]]))
    array([0.75, 0.75, 1.5 ])
    """
    codes = np.asarray(codes)
    weights = np.zeros(len(codes))
    for column in codes.T:
        _, which, counts = np.unique(column, return_inverse=True, return_counts=True)
        weights += 1 / (len(counts) * counts[which])
    return weights / weights.mean()


def fit_pssm(binders, beta=50.0, weighting=True):
    """Log-odds of the letters of known binders, in half bits: w = 2 log₂(p / q), a `Pssm`.

    p = (α f + β g) / (α + β): f the (weighted) frequencies, g_b = Σ_a f_a q(b | a) pseudo-counts from
    BLOSUM62, so that a letter never seen is likely if letters like it are; α = mean number of different
    letters per position − 1, q the background. (Altschul et al. 1997; Nielsen et al. 2004, Bioinformatics
    20:1388.)

    Parameters
    ----------
    binders : N strings of one length, those that bind.
    beta : the weight of the pseudo-counts; the course takes 50 to 200.
    weighting : count near-copies less, see `henikoff_weights`.

    >>> matrix = fit_pssm(["ALAKAAAAM", "GLLGFVFTM", "KLNEPVLLL"])
    >>> matrix.matrix.shape, PROTEIN.letters[matrix.matrix[1].argmax()]
    ((9, 20), 'L')
    """
    x = one_hot(list(binders)).astype(np.float64)  # (N, L, 20)
    codes = PROTEIN.encode(list(binders))
    q, background = substitution_frequencies()
    weights = henikoff_weights(codes) if weighting else np.ones(len(codes))
    f = np.einsum("n,nla->la", weights, x)
    f /= np.maximum(f.sum(axis=1, keepdims=True), 1e-12)  # (L, 20)
    g = f @ q
    alpha = np.mean([len(np.unique(column)) for column in codes.T]) - 1 if weighting else len(codes) - 1
    p = (alpha * f + beta * g) / (alpha + beta) if alpha + beta else f
    with np.errstate(divide="ignore"):  # beta = 0 leaves letters with p = 0: −inf says so
        return Pssm(2 * np.log2(p / background))


def fit_smm(peptides, scores, penalty=None, similarity="BLOSUM62"):
    """The stabilised matrix method: ridge regression on one-hot positions, a `Pssm`.

    minimises Σ_n (score_n − predicted_n)² + λ Σ_l m_lᵀ S⁻¹ m_l, with m_l the row of position l. As a Bayesian
    would say it, rows are normal with covariance S / λ a priori: similar letters have similar effects.

    Parameters
    ----------
    penalty : λ; None chooses it by the exact leave-one-out error on these peptides, from a grid.
    similarity : which matrix S is made of: a substitution matrix, or None for S = 1 (plain ridge, SMM of
        2005).

    Sources: Peters & Sette 2005, BMC Bioinformatics 6:132; Kim et al. 2009 (SMM-PMBEC), BMC Bioinformatics
    10:394.

    >>> fit_smm(["ALAKAAAAM", "GLLGFVFTM", "KLNEPVLLL"], [0.2, 0.6, 0.4], penalty=1.0).matrix.shape
    (9, 20)
    """
    x = one_hot(list(peptides)).astype(np.float64)  # (N, L, 20)
    y = np.asarray(scores, dtype=np.float64)
    n, length, _ = x.shape
    if y.shape != (n,) or not np.isfinite(y).all():
        raise ValueError(f"fit_smm: got scores of shape {y.shape} for {n} peptides, expected ({n},) finite numbers")
    root = _root(similarity)
    z = (x @ root).reshape(n, -1)  # features of which the prior covariance is 1
    mean = z.mean(axis=0)
    u, s, vt = np.linalg.svd(z - mean, full_matrices=False)  # (N, R), (R,), (R, L·20)
    t = u.T @ (y - y.mean())
    penalty = _best_penalty(u, s, t, y) if penalty is None else float(penalty)
    weights = vt.T @ (s / (s ** 2 + penalty) * t)
    matrix = weights.reshape(length, 20) @ root.T
    return Pssm(matrix, float(y.mean() - mean @ weights), penalty)


def _root(similarity):
    """S^½ (20, 20) of a covariance with 1 on the diagonal."""
    if similarity is None:
        return np.eye(20)
    scores = blosum_rows(similarity)[:20].astype(np.float64)
    values, vectors = np.linalg.eigh(np.exp(scores / 4))
    s = (vectors * np.maximum(values, 1e-3)) @ vectors.T
    scale = np.sqrt(np.diag(s))
    values, vectors = np.linalg.eigh(s / scale[:, None] / scale)
    return (vectors * np.sqrt(np.maximum(values, 1e-6))) @ vectors.T


def _best_penalty(u, s, t, y):
    """λ with the least leave-one-out error: the residual of a left-out row is e_n / (1 − h_n)."""
    errors = {}
    for penalty in 10.0 ** np.arange(-2, 4.1, 0.25):
        shrink = s ** 2 / (s ** 2 + penalty)
        residual = y - y.mean() - u @ (shrink * t)
        leverage = (u ** 2) @ shrink + 1 / len(y)
        errors[penalty] = np.mean((residual / np.maximum(1 - leverage, 1e-9)) ** 2)
    return float(min(errors, key=errors.get))
