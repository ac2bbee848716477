"""Proteins with one label per residue: secondary structure, with a mask of the residues that count."""
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .alphabet import PROTEIN
from .fasta import read_fasta
from .files import FormatError, find_file
from .labelled import header_tags, split_of
from .tables import Table


@dataclass(frozen=True, eq=False, repr=False)
class ResidueLabels(Table):
    """N proteins, each with a label for each residue.

    names : N strings.
    sequences : N strings; protein i has L_i residues.
    labels : N strings, of the same lengths: ``H`` helix, ``E`` strand, ``C`` anything else.
    masks : N bool arrays (L_i,), True where the label is known. Leave the rest out of loss and score.
    split : (N,) strings: ``train``, ``validation`` or ``test``.

    >>> data = ResidueLabels(["1abc-A"], ["MKV"], ["CHH"], [np.array([False, True, True])], np.array(["train"]))
    >>> data.codes(0)
    array([2, 0, 0])
    """

    names: list
    sequences: list
    labels: list
    masks: list
    split: np.ndarray

    def codes(self, protein, classes="HEC"):
        """The labels of one protein as numbers (L,): indices into `classes`."""
        return np.array([classes.index(letter) for letter in self.labels[protein]])


def read_secondary_structure(folder, labels="sampled.fasta"):
    """FLIP's form: ``sequences.fasta``, ``mask.fasta`` (0, 1) and a FASTA of labels with the split in its
    headers.

    All three name the proteins alike and give each the same length. (Klausen et al. 2019, Proteins 87:520;
    Dallago et al. 2021, FLIP.)

    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> for name, text in (("sequences", "MKV"), ("mask", "011"), ("sampled", "CHH")):
    ...     _ = pathlib.Path(folder.name, name + ".fasta").write_text(f">1abc-A SET=train VALIDATION=False\\n{text}\\n")
    >>> data = read_secondary_structure(folder.name)
    >>> data.labels, data.masks, data.split[0]
    (['CHH'], [array([False,  True,  True])], np.str_('train'))
    >>> folder.cleanup()
    """
    folder = Path(folder)
    folder = folder.parent if folder.is_file() else folder
    paths = [find_file(folder, name, what=what) for name, what in
             (("sequences.fasta", "the sequences"), (labels, "the labels"), ("mask.fasta", "the mask"))]
    proteins, states, masks = read_fasta(paths[0], PROTEIN), _by_name(paths[1]), _by_name(paths[2])
    found = []
    for protein in proteins:
        for path, other, letters in ((paths[1], states, "HEC"), (paths[2], masks, "01")):
            record = other.get(protein.name)
            if record is None or len(record.sequence) != len(protein.sequence):
                length = "nothing" if record is None else f"{len(record.sequence)} labels"
                raise FormatError(path, None, f"{length} for {protein.name}", f"{len(protein.sequence)} labels")
            if not set(record.sequence) <= set(letters):
                raise FormatError(path, None, f"{record.sequence[:30]!r} for {protein.name}", f"letters {letters}")
        state, mask = states[protein.name], masks[protein.name].sequence
        found.append((protein.name, protein.sequence.upper(), state.sequence, np.array(list(mask)) == "1",
                      split_of(header_tags(state.description), paths[1], protein.name)))
    names, sequences, labels, masks, split = zip(*found)
    return ResidueLabels(list(names), list(sequences), list(labels), list(masks), np.array(split))


def _by_name(path):
    return {record.name: record for record in read_fasta(path)}
