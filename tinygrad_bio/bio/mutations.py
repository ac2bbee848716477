"""Every single mutant of a protein, what a model thinks of each, and the ranking for viral escape (CSCS)."""
from typing import NamedTuple

import numpy as np

from .alphabet import PROTEIN
from .metrics import ranks, roc_auc


class Mutation(NamedTuple):
    """One letter exchanged: ``K12A`` is `wild` K, `position` 12 (counted from 1), `to` A.

    >>> mutation = Mutation.parse("K2A")
    >>> mutation, str(mutation), mutation.apply("MKV")
    (Mutation(wild='K', position=2, to='A'), 'K2A', 'MAV')
    """

    wild: str
    position: int
    to: str

    def __str__(self):
        return f"{self.wild}{self.position}{self.to}"

    @classmethod
    def parse(cls, text):
        """A mutation from its usual name, such as ``N501Y``."""
        if len(text) < 3 or not text[1:-1].isdecimal() or not (text[0] + text[-1]).isalpha():
            raise ValueError(f"Mutation.parse: got {text!r}, expected a name such as 'N501Y'")
        return cls(text[0].upper(), int(text[1:-1]), text[-1].upper())

    def apply(self, sequence):
        """The sequence with this mutation; it must have the wild type's letter there."""
        if not 1 <= self.position <= len(sequence) or sequence[self.position - 1] != self.wild:
            there = sequence[self.position - 1] if 1 <= self.position <= len(sequence) else "nothing"
            raise ValueError(f"{self}: the sequence has {there} at position {self.position}, expected {self.wild}")
        return sequence[:self.position - 1] + self.to + sequence[self.position:]


def single_mutants(sequence, alphabet=PROTEIN, positions=None):
    """All L × 19 mutations of a sequence, by position and then letter; `positions` (from 1) keeps to some.

    >>> mutants = single_mutants("MKV")
    >>> len(mutants), str(mutants[0]), str(mutants[-1])
    (57, 'M1A', 'V3Y')
    """
    places = range(1, len(sequence) + 1) if positions is None else positions
    return [Mutation(sequence[place - 1], place, letter) for place in places for letter in alphabet.letters
            if letter != sequence[place - 1]]


def effect_matrix(score, sequence, alphabet=PROTEIN, batch_size=1024):
    """Saturation mutagenesis: score(mutant) − score(wild type) for every letter at every position, (L, 20)
    float64.

    Rows are positions, columns ``alphabet.letters``; the wild type's own letters are 0.

    Parameters
    ----------
    score : a function from a list of strings to as many numbers: an array, a list, or a detached Tensor.

    >>> effect_matrix(lambda texts: [text.count("G") for text in texts], "AG", batch_size=10)[:, 7]  # column G
    array([1., 0.])
    """
    mutants = single_mutants(sequence, alphabet)
    texts = [sequence] + [mutant.apply(sequence) for mutant in mutants]
    values = []
    for start in range(0, len(texts), batch_size):
        part = texts[start:start + batch_size]
        scores = np.asarray(score(part), dtype=np.float64)
        if scores.shape != (len(part),):
            raise ValueError(f"effect_matrix: score gave shape {scores.shape} for {len(part)} sequences, "
                             f"expected ({len(part)},): one number each")
        values.append(scores)
    values = np.concatenate(values)
    effects = np.zeros((len(sequence), len(alphabet)))
    rows = [mutant.position - 1 for mutant in mutants]
    columns = [alphabet.letters.index(mutant.to) for mutant in mutants]
    effects[rows, columns] = values[1:] - values[0]
    return effects


def cscs(semantic_change, grammaticality, beta=1.0):
    """Constrained semantic change search: rank(semantic change) + β · rank(grammaticality), (N,) float64,
    high is likely.

    An escape mutation must look different to antibodies (the embedding moves: `semantic_change`, a distance)
    and still make a working protein (the language model finds it likely: `grammaticality`, a probability or
    its logarithm). The two have different scales, so ranks are added. (Hie et al. 2021, Science 371:284.)

    >>> cscs([0.1, 0.5, 0.9], [0.3, 0.2, 0.0])
    array([4., 4., 4.])
    """
    change, grammar = np.asarray(semantic_change, dtype=np.float64), np.asarray(grammaticality, dtype=np.float64)
    if change.ndim != 1 or change.shape != grammar.shape or not np.isfinite(change).all() or np.isnan(grammar).any():
        raise ValueError(f"cscs: got shapes {change.shape} and {grammar.shape}, expected two of (N,), without NaN")
    return ranks(change) + beta * ranks(grammar)


def enrichment_auc(score, known):
    """The area under "share of known escapes found against share of mutations tried, best first": ½ is
    chance.

    `known` (N,) is 1 or True for each known one. A perfect ranking gives 1 − ½ · (share of known ones), a
    little less than 1: the curve counts all mutations, where ROC counts the false ones only. (The measure of
    Hie et al. 2021.)

    >>> round(enrichment_auc([0.9, 0.8, 0.1, 0.2], [1, 0, 0, 0]), 3)
    0.875
    """
    known = np.asarray(known).astype(bool)
    share = known.mean()
    return float((1 - share) * roc_auc(known, score) + share / 2)
