"""Simulated proteins: sorting signals for localisation, and secondary structure."""
import numpy as np

from .alphabet import PROTEIN
from .labelled import LabelledSequences
from .residues import ResidueLabels
from .simulate import BACKGROUND, draw_letters

#: the classes of `simulate_localisation`, and the signal of each
SIGNALS = {"cytoplasmic": "none", "nuclear": "KKKRK-like, anywhere", "mitochondrial": "transit peptide, N-terminal",
           "extracellular": "signal peptide, N-terminal", "ER": "signal peptide and KDEL at the end",
           "peroxisomal": "SKL at the end"}


def simulate_localisation(n, *, seed, length=(60, 120), decoys=0.3):
    """Proteins of six compartments with their sorting signals: ``(LabelledSequences, spans)``.

    Parameters
    ----------
    n : how many; classes are even.
    length : shortest and longest.
    decoys : the share of cytoplasmic proteins that have a signal peptide's hydrophobic stretch in their
        middle, where it means nothing: composition alone is not enough.

    Returns
    -------
    data : LabelledSequences; notes are as in MultiLoc, ``SP 21`` for a signal peptide of 21 residues.
    spans : N lists of ``(first, last)``, the residues of the signals, counted from 1.

    The signals are those of the textbooks (von Heijne 1990; Kalderon et al. 1984; Gould et al. 1989),
    simplified.

    >>> data, spans = simulate_localisation(60, seed=0)
    >>> data
    <LabelledSequences: 60 sequences, cytoplasmic 10, nuclear 10, mitochondrial 10, extracellular 10, ER 10,
    peroxisomal 10>
    """
    if n < 1 or length[0] < 50 or length[1] < length[0]:
        raise ValueError(f"simulate_localisation: got n={n}, length={length}, expected n >= 1 and two "
                         f"lengths from 50 on")
    rng, classes = np.random.default_rng(seed), list(SIGNALS)
    sequences, notes, spans = [], [], []
    labels = rng.permutation(np.arange(n) % len(classes))
    for label in labels:
        body = "M" + _letters(rng, rng.integers(length[0], length[1] + 1))
        sequence, note, span = _with_signal(rng, classes[label], body, decoys)
        sequences.append(sequence)
        notes.append(note)
        spans.append(span)
    return LabelledSequences(sequences, labels, classes, [f"sim{i}" for i in range(1, n + 1)], notes), spans


def _letters(rng, count, letters=PROTEIN.letters):
    weights = BACKGROUND[[PROTEIN.letters.index(letter) for letter in letters]]
    return "".join(rng.choice(list(letters), size=count, p=weights / weights.sum()))


def _with_signal(rng, name, body, decoys):
    """A protein with the signal of its class: (sequence, note, spans)."""
    if name in ("extracellular", "ER"):
        signal = _signal_peptide(rng)
        sequence, span = signal + body[1:], [(1, len(signal))]
        if name == "ER":
            sequence = sequence[:-4] + str(rng.choice(["KDEL", "HDEL"]))
            span.append((len(sequence) - 3, len(sequence)))
        return sequence, f"SP {len(signal)}", span
    if name == "mitochondrial":  # basic and without acidic residues, so that it makes an amphipathic helix
        signal = "M" + "".join(_letters(rng, 2, "LAVSTIF") + _letters(rng, 1, "RRKS")
                               for _ in range(rng.integers(6, 10)))
        return signal + body[1:], f"mTP {len(signal)}", [(1, len(signal))]
    if name == "nuclear":
        signal = "".join(rng.choice(list("KKKR"), 3)) + _letters(rng, 1, "KRPQ") + "".join(rng.choice(list("KR"), 2))
        start = int(rng.integers(10, len(body) - 16))
        return body[:start] + signal + body[start + 6:], "", [(start + 1, start + 6)]
    if name == "peroxisomal":
        return body[:-3] + str(rng.choice(["SKL", "SRL", "AKL"])), "", [(len(body) - 2, len(body))]
    if rng.random() < decoys:
        start = int(rng.integers(25, len(body) - 20))
        body = body[:start] + _letters(rng, 12, "LAVIF") + body[start + 12:]
    return body, "", []


def _signal_peptide(rng):
    """n-region with positive charge, hydrophobic core, and small residues at −3 and −1 of the cleavage
    site."""
    start = "M" + _letters(rng, 1, "KR") + _letters(rng, rng.integers(1, 4), "KRSTN")
    core = _letters(rng, rng.integers(8, 14), "LAVIF")
    cleavage = str(rng.choice(list("AVST"))) + _letters(rng, 1) + str(rng.choice(list("AAGS")))
    return start + core + _letters(rng, 3, "STGQPN") + cleavage


#: relative preference of each state for letters, after Chou & Fasman 1978: those named are 2.5 times as frequent
_PREFERRED = {"H": "AELMQKRH", "E": "VIYFWTLC", "C": "GNPSD"}


def simulate_secondary_structure(n, *, seed, length=(60, 120)):
    """Proteins made of helices, strands and loops: `ResidueLabels`.

    Segments follow each other at random; a state prefers some letters, and helices and strands have a
    water-facing and a core-facing side (period 3.6 and 2), which only a model that sees neighbours can use. One
    residue in twenty is masked. Of ten proteins eight are for training, one for validation, one for test.

    >>> data = simulate_secondary_structure(10, seed=0)
    >>> len(data), data.sequences[0][:10], data.labels[0][:10]
    (10, 'MPGNPIQGSY', 'CCCCCCHHHH')
    """
    if n < 1:
        raise ValueError(f"simulate_secondary_structure: got n={n}, expected at least 1")
    rng, proteins = np.random.default_rng(seed), []
    tables = {state: _emissions(state) for state in "HEC"}
    for i in range(n):
        target, labels, sides = int(rng.integers(length[0], length[1] + 1)), "", []
        while len(labels) < target:
            state = "C" if labels[-1:] in ("H", "E", "") else str(rng.choice(list("HE")))
            size = int(rng.integers(*{"H": (8, 18), "E": (4, 9), "C": (3, 9)}[state]))
            turn, phase = {"H": 2 * np.pi / 3.6, "E": np.pi, "C": 0.0}[state], rng.random() * 2 * np.pi
            labels += state * size
            sides += list(np.cos(turn * np.arange(size) + phase) > 0)
        labels, sides = labels[:target], sides[:target]
        probabilities = np.array([tables[state][int(side)] for state, side in zip(labels, sides)])  # (L, 20)
        sequence = PROTEIN.decode(draw_letters(rng, probabilities))
        proteins.append((f"sim{i + 1}", sequence, labels, rng.random(target) >= 0.05))
    names, sequences, labels, masks = map(list, zip(*proteins))
    split = np.array(["train"] * 8 + ["validation", "test"])[rng.permutation(np.arange(n) % 10)]
    return ResidueLabels(names, sequences, labels, masks, split)


def _emissions(state):
    """Letter probabilities (2, 20): facing water, facing the core."""
    weights = BACKGROUND * np.array([2.5 if letter in _PREFERRED[state] else 1.0 for letter in PROTEIN.letters])
    core = np.array([2.5 if letter in "ACILMFWV" else 1.0 for letter in PROTEIN.letters])
    rows = np.stack([weights / core, weights * core]) if state != "C" else np.stack([weights, weights])
    return rows / rows.sum(axis=1, keepdims=True)
