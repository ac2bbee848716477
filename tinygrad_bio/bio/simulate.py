"""Simulated peptide–MHC data with a known answer, so that every example runs without a download.

With real data nobody knows the true motif. Here it is a `Motif` to hold beside what a network has learned.
The binding score is a sum over positions, which a linear model can find, plus terms for *pairs* of
positions, which it cannot: they are what a network can win. The measured score is that plus noise, cut off
at 0 and 1, as an assay is at 50 000 and 1 nM.
"""
from dataclasses import dataclass

import numpy as np

from .alphabet import PROTEIN
from .encoding import one_hot
from .peptides import PeptideTable

#: roughly how frequent each of ``PROTEIN.letters`` is in proteins, (20,), sum 1
BACKGROUND = np.array([8.3, 5.5, 4.1, 5.5, 1.4, 3.9, 6.7, 7.1, 2.3, 5.9,
                       9.7, 5.8, 2.4, 3.9, 4.7, 6.6, 5.4, 1.1, 2.9, 6.8])
BACKGROUND /= BACKGROUND.sum()

#: the amino acids that avoid water, and the others
HYDROPHOBIC, POLAR = "ACILMFWV", "RNDQEGHKPSTY"


def draw_letters(rng, probabilities):
    """One letter from each distribution: (..., A) probabilities give (...,) codes.

    >>> draw_letters(np.random.default_rng(0), np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]])).tolist()
    [1, 0]
    """
    # Each letter is the first whose running sum of probabilities passes a random number.
    passed = rng.random((*probabilities.shape[:-1], 1)) > probabilities.cumsum(axis=-1)[..., :-1]
    return passed.sum(axis=-1)


@dataclass(frozen=True, eq=False)
class Motif:
    """What an MHC molecule likes to bind.

    matrix : (L, 20), what each letter of ``PROTEIN.letters`` at each position adds to the score.
    pairs : tuples ``(position a, letters a, position b, letters b, bonus)``, positions counted from 1;
        the bonus is added where both positions hold one of their letters.
    offset : the score of a peptide to which nothing is added.
    allele : what tables call it.

    >>> motif = a2_motif()
    >>> motif.matrix.shape, motif.consensus()
    ((9, 20), 'FLFDGIHSV')
    """

    matrix: np.ndarray
    pairs: tuple = ()
    offset: float = 0.0
    allele: str = "SIM"

    def __post_init__(self):
        length = len(self.matrix)
        if np.shape(self.matrix) != (length, len(PROTEIN)):
            raise ValueError(f"Motif {self.allele}: got a matrix of shape {np.shape(self.matrix)}, "
                             f"expected (L, {len(PROTEIN)})")
        for pair in self.pairs:
            a, letters_a, b, letters_b, _ = pair
            positions_fit = 1 <= min(a, b) and max(a, b) <= length
            if not positions_fit or not set(letters_a + letters_b) <= set(PROTEIN.letters):
                raise ValueError(f"Motif {self.allele}: got the pair {pair}, "
                                 f"expected positions 1 to {length} and letters of {PROTEIN.letters}")

    def binding(self, peptides):
        """The true score of each peptide, before noise and cut-off: N strings of length L give (N,) float64.

        >>> a2_motif().binding(["FLFDGIHSV", "DDDDDDDDD"]).round(2)
        array([ 1.25, -0.29])
        """
        x = one_hot(list(peptides)).astype(np.float64)  # (N, L, 20)
        if x.shape[1] != len(self.matrix):
            raise ValueError(f"Motif {self.allele}: got peptides of length {x.shape[1]}, "
                             f"expected {len(self.matrix)}")
        score = self.offset + np.einsum("nla,la->n", x, self.matrix)
        for a, letters_a, b, letters_b, bonus in self.pairs:
            score += bonus * _has(x, a, letters_a) * _has(x, b, letters_b)
        return score

    def probabilities(self, strength=12.0):
        """The matrix as letter probabilities (L, 20), for a logo: background × exp(strength × matrix) / sum.

        >>> a2_motif().probabilities()[1].round(2)[[10, 12]]  # L and M at position 2
        array([0.48, 0.09])
        """
        weights = BACKGROUND * np.exp(strength * self.matrix)
        return weights / weights.sum(axis=1, keepdims=True)

    def consensus(self):
        """The letter that adds most, position by position."""
        return "".join(PROTEIN.letters[best] for best in self.matrix.argmax(axis=1))


def _has(x, position, letters):
    """1 where a peptide has one of `letters` at `position` (from 1), else 0: (N, L, 20) -> (N,)."""
    return x[:, position - 1, [PROTEIN.letters.index(letter) for letter in letters]].sum(axis=1)


def a2_motif():
    """A motif in the manner of HLA-A*02:01, in units of the score 1 − log50k(IC50).

    The anchors are the real ones (L or M at position 2, V or L at 9; Falk et al. 1991, Nature 351:290); all
    numbers are made up, and so is the pocket that positions 3 and 7 share: it holds one hydrophobic side
    chain, so exactly one of the two should be. That is XOR, of which a linear model sees nothing.

    >>> a2_motif().pairs[0]  # both anchors together hold better than the sum of each alone
    (2, 'LM', 9, 'VLI', 0.2)
    """
    adds = [  # position by position: letters, and what each of them adds
        {"FY": 0.10, "KR": 0.05, "DEP": -0.12},
        {"L": 0.20, "M": 0.18, "IVQ": 0.08, "AT": 0.04, "DEKRHFWYNGPS": -0.06},
        {"FW": 0.05, "KR": -0.05},
        {"DE": 0.05, "G": 0.03, "KR": -0.04},
        {"G": 0.04, "FY": 0.03, "P": -0.03},
        {"VILT": 0.05, "KRDE": -0.05},
        {"PYH": 0.05, "KRDE": -0.05},
        {"ST": 0.04, "DE": -0.03},
        {"V": 0.20, "L": 0.18, "I": 0.14, "AMT": 0.06, "DEKRHFWYNGPQS": -0.06},
    ]
    pairs = (
        (2, "LM", 9, "VLI", 0.2),
        (3, HYDROPHOBIC, 7, POLAR, 0.12),
        (3, POLAR, 7, HYDROPHOBIC, 0.12),
        (3, HYDROPHOBIC, 7, HYDROPHOBIC, -0.12),
        (3, POLAR, 7, POLAR, -0.12),
    )
    matrix = np.zeros((len(adds), len(PROTEIN)))
    for row, amounts in zip(matrix, adds):
        for letters, amount in amounts.items():
            row[[PROTEIN.letters.index(letter) for letter in letters]] = amount
    return Motif(matrix, pairs, offset=0.15, allele="SIM-A2")


def simulate_peptides(n, *, seed, motif=None, noise=0.12, enriched=0.5, strength=12.0):
    """Draw n different peptides and measure them with noise.

    Parameters
    ----------
    n : the number of peptides.
    seed : the same seed gives the same table.
    motif : a `Motif`; None takes `a2_motif`.
    noise : standard deviation of the measurement, in units of the score (0.12 is a factor of 3.7 in IC50).
    enriched : the share of peptides drawn from the motif instead of the background. Real tables are like
        that, since people measure what they expect to bind. With the default motif 41 % of the peptides
        are binders, with ``enriched=0`` 14 %.
    strength : how closely those peptides follow the motif, see `Motif.probabilities`.

    Returns
    -------
    (PeptideTable, Motif) : the data, and the truth behind them.

    >>> table, motif = simulate_peptides(1000, seed=0)
    >>> table
    <PeptideTable: 1000 peptides, SIM-A2>
    """
    motif = a2_motif() if motif is None else motif
    if n < 1 or noise < 0 or not 0 <= enriched <= 1:
        raise ValueError(f"simulate_peptides: got n={n}, noise={noise}, enriched={enriched}, "
                         "expected n >= 1, noise >= 0 and enriched in [0, 1]")
    rng = np.random.default_rng(seed)
    length, favoured = len(motif.matrix), motif.probabilities(strength)  # favoured: (L, 20)
    peptides = {}  # a dictionary, because it keeps the order and holds each peptide once
    for _ in range(100):
        probabilities = np.where(rng.random((n, 1, 1)) < enriched, favoured, BACKGROUND)  # (n, L, 20)
        peptides.update(dict.fromkeys(PROTEIN.decode(draw_letters(rng, probabilities))))
        if len(peptides) >= n:
            break
    else:
        raise ValueError(f"simulate_peptides: found only {len(peptides)} different peptides of length "
                         f"{length}, expected n={n}. Ask for fewer, or for a smaller strength")
    peptides = list(peptides)[:n]
    scores = np.clip(motif.binding(peptides) + noise * rng.normal(size=n), 0, 1)
    return PeptideTable(peptides, scores, [motif.allele] * n), motif
