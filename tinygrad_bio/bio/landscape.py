"""Fitness landscapes: many variants of one protein, each with a measured fitness."""
from dataclasses import dataclass

import numpy as np

from .alphabet import PROTEIN
from .files import FormatError, find_file, name_of
from .tables import Table, read_rows, to_number


@dataclass(frozen=True, eq=False, repr=False)
class Landscape(Table):
    """Variants of one protein and how well each works.

    sequences : N strings of one length L.
    targets : (N,) float64, the measured fitness (GB1: binding relative to the wild type, which is 1).
    split : (N,) strings: ``train``, ``validation`` or ``test``.

    >>> Landscape(["MK", "MR"], np.array([1.0, 0.2]), np.array(["train", "test"])).variable_positions()
    array([2])
    """

    sequences: list
    targets: np.ndarray
    split: np.ndarray

    def variable_positions(self):
        """The positions, counted from 1, at which the variants differ."""
        letters = np.array([list(sequence) for sequence in self.sequences])  # (N, L)
        return np.flatnonzero((letters != letters[0]).any(axis=0)) + 1


def read_landscape(source, split="sampled"):
    """A split of FLIP's GB1 landscape, a CSV with the columns sequence, target, set and validation.

    `source` is the file, or the folder of splits, from which ``<split>.csv`` is read: one_vs_rest,
    two_vs_rest, three_vs_rest, low_vs_high or sampled. (Wu et al. 2016, eLife 5:e16965; Dallago et al. 2021.)

    >>> import io
    >>> read_landscape(io.StringIO("sequence,target,set,validation\\nMK,1.0,train,\\nMR,0.2,train,True\\n")).split
    array(['train', 'validation'], dtype='<U10')
    """
    source = find_file(source, f"{split}.csv", what="a split of the landscape")
    path, rows = name_of(source), []
    for line, (sequence, target, part, validation) in read_rows(source, ["sequence", "target", "set", "validation"]):
        if rows and len(sequence) != len(rows[0][0]) or any(letter not in PROTEIN for letter in set(sequence)):
            length = len(rows[0][0]) if rows else "some"
            raise FormatError(path, line, repr(sequence[:40]), f"{length} letters of {PROTEIN.symbols}")
        if part not in ("train", "test") or validation not in ("", "True", "False"):
            raise FormatError(path, line, f"set={part!r}, validation={validation!r}",
                              "'train' or 'test', '' or 'True'")
        rows.append((sequence, to_number(target, path, line, "target"),
                     "validation" if validation == "True" else part))
    sequences, targets, parts = zip(*rows)
    return Landscape(list(sequences), np.array(targets), np.array(parts))
