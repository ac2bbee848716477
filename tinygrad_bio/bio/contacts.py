"""From a map of "which positions see each other" to residue contacts: symmetry, APC, precision at L."""
import numpy as np


def symmetrise(scores):
    """(A + Aᵀ) / 2 of the last two dimensions: contacts have no direction, attention has.

    >>> symmetrise(np.array([[0.0, 1.0], [0.0, 0.0]]))
    array([[0. , 0.5],
           [0.5, 0. ]])
    """
    scores = _square("symmetrise", scores)
    return (scores + np.swapaxes(scores, -1, -2)) / 2


def apc(scores):
    """Average product correction: A_ij − A_i· A_·j / A_··, with the means over rows, columns and all, without
    the diagonal.

    Some positions (variable ones, or the first) go well with everything; this takes away what two positions
    would share by that alone. (Dunn et al. 2008, Bioinformatics 24:333.) Takes (..., L, L); the diagonal
    becomes 0.

    >>> apc(np.outer([1.0, 2.0, 1.0], [1.0, 2.0, 1.0])).round(2)[0]
    array([ 0.  ,  0.2 , -0.35])
    """
    scores = _square("apc", scores)
    length = scores.shape[-1]
    off = ~np.eye(length, dtype=bool)
    scores = np.where(off, scores, 0.0)
    rows = scores.sum(axis=-1, keepdims=True) / (length - 1)  # (..., L, 1)
    columns = scores.sum(axis=-2, keepdims=True) / (length - 1)  # (..., 1, L)
    mean = scores.sum(axis=(-1, -2), keepdims=True) / (length * (length - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(mean == 0, 0.0, rows * columns / mean)
    return np.where(off, scores - expected, 0.0)


def contact_map(distances, limit=8.0):
    """Which residues touch: distance below `limit` Å. NaN (unknown) is no contact. (L, L) bool.

    >>> contact_map(np.array([[0.0, 7.9], [7.9, 0.0]]))[0, 1]
    np.True_
    """
    return np.asarray(distances) < limit  # NaN < 8 is False


def precision_at(scores, contacts, separation=6, known=None):
    """Which share of the strongest pairs are contacts: ``{"L": ..., "L/2": ..., "L/5": ..., "random": ...}``.

    Parameters
    ----------
    scores : (L, L), symmetric (see `symmetrise`), high for contacts.
    contacts : (L, L) bool, the truth.
    separation : only pairs with j − i ≥ separation count, since neighbours in sequence touch anyhow.
    known : (L, L) bool, which pairs the structure shows; None: all. For distances with NaN:
        ``~np.isnan(distances)``.

    ``"random"`` is the share of contacts among all pairs counted, which a guesser reaches. Equal scores are
    taken in the order of the pairs.

    >>> scores = np.zeros((10, 10)); scores[0, 8] = scores[8, 0] = 1
    >>> precision_at(scores, scores > 0)["L/5"]  # one of the strongest two is right
    0.5
    """
    scores, contacts = _square("precision_at", scores), np.asarray(contacts, dtype=bool)
    if scores.ndim != 2 or scores.shape != contacts.shape:
        raise ValueError(f"precision_at: got scores {scores.shape} and contacts {contacts.shape}, expected "
                         f"two of (L, L)")
    if not np.allclose(scores, scores.T):
        raise ValueError("precision_at: scores are not symmetric, so half of them would be ignored. Use "
                         "symmetrise(scores)")
    length = len(scores)
    i, j = np.triu_indices(length, separation)
    if known is not None:
        keep = np.asarray(known, dtype=bool)[i, j]
        i, j = i[keep], j[keep]
    if len(i) < length:
        raise ValueError(f"precision_at: {len(i)} pairs are left, expected at least L = {length}. "
                         "Use a smaller separation")
    hits = contacts[i, j][np.argsort(-scores[i, j], kind="stable")]
    found = {name: float(hits[:max(1, length // part)].mean()) for name, part in (("L", 1), ("L/2", 2), ("L/5", 5))}
    return {**found, "random": float(hits.mean())}


def _square(function, scores):
    scores = np.asarray(scores, dtype=np.float64)
    if scores.ndim < 2 or scores.shape[-1] != scores.shape[-2] or scores.shape[-1] < 2:
        raise ValueError(f"{function}: got shape {scores.shape}, expected (..., L, L) with L of at least 2")
    return scores
