"""Simulated DNA with planted motifs: promoters, splice junctions, and genes to translate.

What a network should find is known here: which letters a motif prefers, and where it stands in each sequence.
"""
from dataclasses import dataclass

import numpy as np

from .alphabet import DNA
from .codons import CODONS, translate
from .labelled import LabelledSequences
from .simulate import draw_letters


@dataclass(frozen=True, eq=False)
class PlantedMotif:
    """A motif and where it stands.

    name : what it is called.
    probabilities : (K, 4), of A, C, G, T at each of its positions.
    starts : (N,) int64, its first position in each sequence, counted from 0; −1 where it was not planted.

    >>> motif = PlantedMotif("TATA box", np.array([[0, 0, 0, 1.0], [1, 0, 0, 0]]), np.array([3, -1]))
    >>> motif.consensus()
    'TA'
    """

    name: str
    probabilities: np.ndarray
    starts: np.ndarray

    def consensus(self):
        """The likeliest letter at each position."""
        return DNA.decode(self.probabilities.argmax(axis=1))


def motif_probabilities(pattern, strength=0.8):
    """Letter probabilities (K, 4) from a pattern in IUPAC letters: `strength` for what it says, the rest
    even.

    >>> motif_probabilities("TR", 0.8)
    array([[0.05, 0.05, 0.05, 0.85],
           [0.45, 0.05, 0.45, 0.05]])
    """
    said = DNA.shares()[DNA.encode(pattern)].astype(np.float64)  # (K, 4)
    known = said.sum(axis=1, keepdims=True) > 0  # N says nothing
    return np.where(known, strength * said + (1 - strength) / 4, 0.25)


def simulate_promoters(n, *, seed, length=57, strength=0.8, gc=0.5):
    """Bacterial promoters and other DNA: ``(LabelledSequences, [minus35, minus10])``, half of each class.

    A promoter has TTGACA and, 16 to 18 letters behind it, TATAAT (Hawley & McClure 1983), each letter as
    expected with a share of about `strength`; the pair may stand anywhere. The other class has the same two
    boxes shuffled, so counting letters does not help. Classes: ``-`` and ``+``.

    >>> data, (minus35, minus10) = simulate_promoters(100, seed=0)
    >>> data, minus35.consensus(), minus10.consensus()
    (<LabelledSequences: 100 sequences, - 50, + 50>, 'TTGACA', 'TATAAT')
    """
    _positive("simulate_promoters", n=n)
    if length < 30:
        raise ValueError(f"simulate_promoters: got length={length}, expected at least 30, room for both boxes")
    rng = np.random.default_rng(seed)
    codes = draw_letters(rng, np.broadcast_to(_background(gc), (n, length, 4)))  # (N, L)
    labels = rng.permutation(np.arange(n) % 2)
    boxes = [motif_probabilities(pattern, strength) for pattern in ("TTGACA", "TATAAT")]
    first = rng.integers(0, length - 29, size=n)
    second = first + 6 + rng.integers(16, 19, size=n)
    for i in range(n):
        for start, box in ((first[i], boxes[0]), (second[i], boxes[1])):
            letters = draw_letters(rng, box)
            codes[i, start:start + 6] = letters if labels[i] else rng.permutation(letters)
    motifs = [PlantedMotif(name, box, np.where(labels == 1, start, -1))
              for name, box, start in (("−35 box", boxes[0], first), ("−10 box", boxes[1], second))]
    return _labelled(codes, labels, ["-", "+"]), motifs


def simulate_splice(n, *, seed, length=60, strength=0.85):
    """Splice junctions in the middle of each sequence: ``(LabelledSequences, [donor, acceptor])``.

    EI, exon to intron (a quarter): MAG|GTRAGT. IE, intron to exon (a quarter): 12 pyrimidines, NCAG|G. N,
    neither (a half): random DNA, of which every second has a bare GT or AG at the junction's place. The
    junction is between letters length/2 and length/2 + 1. (After Shapiro & Senapathy 1987.)

    >>> data, (donor, acceptor) = simulate_splice(200, seed=0)
    >>> data, donor.consensus()[3:5], acceptor.consensus()[-3:]
    (<LabelledSequences: 200 sequences, EI 50, IE 50, N 100>, 'GT', 'AGG')
    """
    _positive("simulate_splice", n=n)
    if length < 36:
        raise ValueError(f"simulate_splice: got length={length}, expected at least 36, room for the acceptor")
    rng = np.random.default_rng(seed)
    middle = length // 2
    codes = draw_letters(rng, np.full((n, length, 4), 0.25))
    labels = rng.permutation(np.array([0, 1, 2, 2])[np.arange(n) % 4])
    donor, acceptor = motif_probabilities("MAGGTRAGT", strength), motif_probabilities("Y" * 12 + "NCAGG", strength)
    donor[3:5], acceptor[-3:-1] = np.eye(4)[[2, 3]], np.eye(4)[[0, 2]]  # GT and AG are (almost) never otherwise
    for i, label in enumerate(labels):
        if label == 0:
            codes[i, middle - 3:middle + 6] = draw_letters(rng, donor)
        elif label == 1:
            codes[i, middle - 16:middle + 1] = draw_letters(rng, acceptor)
        elif rng.random() < 0.25:
            codes[i, middle:middle + 2] = DNA.encode("GT")
        elif rng.random() < 1 / 3:
            codes[i, middle - 2:middle] = DNA.encode("AG")
    motifs = [PlantedMotif("donor", donor, np.where(labels == 0, middle - 3, -1)),
              PlantedMotif("acceptor", acceptor, np.where(labels == 1, middle - 16, -1))]
    return _labelled(codes, labels, ["EI", "IE", "N"]), motifs


def simulate_genes(n, *, seed, codons=(5, 15)):
    """Coding sequences and what they mean: ``(list of DNA, list of proteins)``, to learn translation from.

    Each starts with ATG and ends with a stop codon; between them are `codons` = (fewest, most) random ones.

    >>> dna, proteins = simulate_genes(2, seed=0, codons=(3, 3))
    >>> len(dna[0]), len(proteins[0]), proteins[0][0]
    (15, 4, 'M')
    """
    _positive("simulate_genes", n=n)
    rng = np.random.default_rng(seed)
    sense, stops = [c for c, a in CODONS.items() if a != "*"], [c for c, a in CODONS.items() if a == "*"]
    genes = ["ATG" + "".join(rng.choice(sense, rng.integers(codons[0], codons[1] + 1))) + rng.choice(stops)
             for _ in range(n)]
    return [str(gene) for gene in genes], [translate(gene, to_stop=True) for gene in genes]


def _background(gc):
    return np.array([(1 - gc) / 2, gc / 2, gc / 2, (1 - gc) / 2])


def _labelled(codes, labels, classes):
    return LabelledSequences(DNA.decode(codes), labels.astype(np.int64), classes,
                             [f"sim{i}" for i in range(1, len(codes) + 1)])


def _positive(function, **numbers):
    for name, value in numbers.items():
        if value < 1:
            raise ValueError(f"{function}: got {name}={value}, expected at least 1")
