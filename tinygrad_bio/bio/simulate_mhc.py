"""Simulated measurements for several MHC alleles and peptide lengths, in the form of the curated tables."""
import numpy as np

from .alphabet import PROTEIN
from .encoding import blosum_rows
from .measurements import Measurements
from .peptides import score_to_ic50
from .simulate import BACKGROUND, draw_letters

#: which residues of the pseudo-sequence make the pockets of peptide position 2 and of the last one, from 0
POCKETS = ((4, 6, 12), (21, 27, 33))


def simulate_measurements(n, *, seed, alleles=8, lengths=(8, 11), noise=0.08):
    """Peptides measured against alleles that resemble each other: ``(Measurements, pseudosequences)``.

    Three residues of an allele's pseudo-sequence make the pocket for peptide position 2 and three that for
    the last position; a residue in a pocket likes some letters and not others, always the same. So what is
    learned from one allele holds for another with like pockets, which is the idea of pan-specific networks.

    IC50s above 20 000 nM come as ``> 20000``; one row in ten is qualitative, ``< 500`` or ``> 500``. No
    peptide is measured twice for an allele. `noise` is in units of the score.

    >>> data, pseudosequences = simulate_measurements(100, seed=0)
    >>> len(data), len(pseudosequences), sorted(set(data.inequality.tolist()))
    (100, 8, ['<', '=', '>'])
    """
    if n < 1 or alleles < 1 or not 3 <= lengths[0] <= lengths[1]:
        raise ValueError(f"simulate_measurements: got n={n}, alleles={alleles}, lengths={lengths}, "
                         "expected at least 1 and 1, and the shortest and longest peptide")
    rng = np.random.default_rng(seed)
    likes = _likes(rng)  # (20 in the pocket, 20 in the peptide)
    mhc = _variants(rng, alleles)  # (alleles, 34)
    anchors = [likes[mhc[:, list(pocket)]].mean(axis=1) for pocket in POCKETS]  # two of (alleles, 20)
    rows = {}
    while len(rows) < n:
        allele, length = int(rng.integers(alleles)), int(rng.integers(lengths[0], lengths[1] + 1))
        codes = draw_letters(rng, np.broadcast_to(BACKGROUND, (length, 20)))
        if rng.random() < 0.6:  # people measure what is known to bind, here or to another allele
            known = int(rng.integers(alleles))
            for place, anchor in ((1, anchors[0]), (-1, anchors[1])):
                weights = BACKGROUND * np.exp(3 * anchor[known])
                codes[place] = draw_letters(rng, weights / weights.sum())
        score = 0.25 + 0.25 * (anchors[0][allele, codes[1]] + anchors[1][allele, codes[-1]]) - 0.04 * abs(length - 9)
        rows.setdefault((PROTEIN.decode(codes), f"SIM-{allele + 1:02d}"), score + noise * rng.normal())
    names, scores = list(rows), np.array(list(rows.values()))
    ic50 = score_to_ic50(np.clip(scores, 0, 1))
    weak, quantitative = ic50 > 20000, rng.random(n) >= 0.1
    inequality = np.where(weak, ">", "=")
    inequality[~quantitative] = np.where(ic50 < 500, "<", ">")[~quantitative]
    ic50 = np.where(quantitative, np.minimum(ic50, 20000.0), 500.0)
    table = Measurements([p for p, _ in names], [a for _, a in names], ic50, inequality, quantitative)
    return table, {f"SIM-{k + 1:02d}": sequence for k, sequence in enumerate(PROTEIN.decode(mhc))}


def _likes(rng):
    """How well each letter suits each pocket residue: like letters alike, thanks to BLOSUM62. Mean 0, spread
    about 1."""
    similar = np.exp(blosum_rows("BLOSUM62")[:20].astype(np.float64) / 3)
    similar /= similar.sum(axis=1, keepdims=True)
    table = similar @ rng.normal(size=(20, 20)) @ similar.T
    table -= table.mean(axis=1, keepdims=True)
    return 2 * table / table.std()


def _variants(rng, alleles):
    """Pseudo-sequences that go back to one ancestor, with four in five pocket residues changed: (alleles, 34)
    codes."""
    mhc = np.repeat(draw_letters(rng, np.broadcast_to(BACKGROUND, (1, 34, 20))), alleles, axis=0)
    variable = np.zeros(34, dtype=bool)
    variable[[place for pocket in POCKETS for place in pocket]] = True
    changed = (rng.random((alleles, 34)) < 0.8) & variable
    return np.where(changed, draw_letters(rng, np.broadcast_to(BACKGROUND, (alleles, 34, 20))), mhc)
