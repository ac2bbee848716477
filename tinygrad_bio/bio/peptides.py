"""Peptide–MHC binding data: the scale of the measurements, tables of peptides, folds for cross-validation.

Binding is measured as an IC50 in nM: from 1, very strong, to above 50 000, none. Networks learn the score
1 − log(IC50) / log(50000) instead, which is 1 for the strongest binders and 0 for none; 500 nM, the usual
limit for a binder, is 0.4256. (Nielsen et al. 2003, Protein Science 12:1007.)
"""
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .alphabet import PROTEIN
from .files import FormatError, name_of, numbered_lines

#: the IC50 in nM up to which a peptide is called a binder (50 nM: a strong one)
BINDER_NM = 500.0

_LOG_50K = np.log(50000.0)


def ic50_to_score(ic50, clip=True):
    """score = 1 − log(IC50) / log(50000), IC50 in nM. With `clip`, 0 above 50 000 nM and 1 below 1 nM.

    >>> ic50_to_score([1, 50, 500, 50000, 80000]).round(6)
    array([1.      , 0.638438, 0.425625, 0.      , 0.      ])
    """
    ic50 = np.asarray(ic50, dtype=np.float64)
    wrong = ~(ic50 > 0)  # written so that NaN is wrong too
    if wrong.any():
        raise ValueError(f"ic50_to_score: got IC50 = {ic50[wrong].flat[0]}, expected positive numbers in nM")
    score = 1 - np.log(ic50) / _LOG_50K
    return (np.clip(score, 0, 1) if clip else score)[()]  # [()] makes an array without dimensions a number


def score_to_ic50(score):
    """IC50 = 50000^(1 − score), in nM: the inverse of `ic50_to_score`.

    >>> score_to_ic50([1, 0.425625, 0]).round(1)
    array([1.e+00, 5.e+02, 5.e+04])
    """
    return (50000.0 ** (1 - np.asarray(score, dtype=np.float64)))[()]


def is_binder(score, limit_nm=BINDER_NM):
    """True where a score means an IC50 of at most `limit_nm`: the labels for AUC and MCC.

    Files give scores to six decimals, and there 500 nM (0.42562518...) is written 0.425625, a hair below
    the limit. Such a peptide was measured at the limit and counts, so both sides are compared to six
    decimals.

    >>> is_binder([0.7, 0.425625, 0.42562])
    array([ True,  True, False])
    """
    limit = ic50_to_score(limit_nm, clip=False)
    return np.round(np.asarray(score, dtype=np.float64), 6) >= np.round(limit, 6)


@dataclass(frozen=True, eq=False)
class PeptideTable:
    """Peptides and how they bind: `peptides` (N strings), `scores` (N,) float64, `alleles` (N strings, None).

    Indexing with a slice, an index array or a mask gives a table again.

    >>> table = PeptideTable(["GILGFVFTM", "ALAKAAAAM"], [0.8, 0.3], ["A0201", "A0201"])
    >>> len(table), table[table.scores > 0.5].peptides
    (2, ['GILGFVFTM'])
    """

    peptides: list
    scores: np.ndarray
    alleles: list | None = None

    def __post_init__(self):
        # object.__setattr__ is how a frozen dataclass fills in its own fields.
        object.__setattr__(self, "peptides", [str(peptide) for peptide in self.peptides])
        object.__setattr__(self, "scores", np.asarray(self.scores, dtype=np.float64))
        if self.alleles is not None:
            object.__setattr__(self, "alleles", [str(allele) for allele in self.alleles])
        n, alleles = len(self), "None" if self.alleles is None else len(self.alleles)
        if self.scores.shape != (n,) or alleles not in ("None", n):
            raise ValueError(f"PeptideTable: got {n} peptides, scores of shape {self.scores.shape}, alleles "
                             f"{alleles}, expected scores of shape ({n},) and {n} alleles or None")

    def __len__(self):
        return len(self.peptides)

    def __repr__(self):
        names = sorted(set(self.alleles or []))
        shown = ", ".join(names[:5]) + (f", ... ({len(names)} alleles)" if len(names) > 5 else "")
        return f"<PeptideTable: {len(self)} peptides, {shown or 'no alleles'}>"

    def __getitem__(self, index):
        rows = np.atleast_1d(np.arange(len(self))[index])
        alleles = None if self.alleles is None else [self.alleles[row] for row in rows]
        return PeptideTable([self.peptides[row] for row in rows], self.scores[rows], alleles)

    @staticmethod
    def join(tables):
        """One table from several: fold k is trained on ``PeptideTable.join(folds[:k] + folds[k + 1:])``.

        >>> tables = [PeptideTable(["GILGFVFTM"], [0.8]), PeptideTable(["ALAKAAAAM"], [0.3])]
        >>> PeptideTable.join(tables).scores
        array([0.8, 0.3])
        """
        tables = list(tables)
        if len({table.alleles is None for table in tables}) != 1:
            raise ValueError("PeptideTable.join: expected at least one table, and alleles in all or in none")
        alleles = None if tables[0].alleles is None else [name for table in tables for name in table.alleles]
        return PeptideTable([peptide for table in tables for peptide in table.peptides],
                            np.concatenate([table.scores for table in tables]), alleles)

    def keys(self):
        """What was measured in each row, (peptide, allele): equal keys are repeated measurements."""
        return list(zip(self.peptides, self.alleles or [None] * len(self)))


def read_peptides(source, unit="score", duplicates="error"):
    """Read a table in the course format: on each line ``PEPTIDE score`` or ``PEPTIDE score ALLELE``.

    Parameters
    ----------
    source : a path (``.gz`` too), an open text file, or a folder, of which all ``*.dat`` are read, in it and
        in the folders in it (the course has a folder for each allele).
    unit : ``"score"``: the second column is 1 − log50k(IC50), in [0, 1]; ``"nM"``: an IC50, to be converted.
    duplicates : ``"error"``: a peptide may stand there once per allele, since a copy in training and test
        data flatters every result; ``"keep"``: keep repeated measurements.

    Raises
    ------
    FormatError : names the file, the line, what was found and what was expected. Forgiven are lower case
        and empty lines at the end.

    >>> import io
    >>> read_peptides(io.StringIO("GILGFVFTM 0.8 A0201\\nALAKAAAAM 0.3 A0201\\n"))
    <PeptideTable: 2 peptides, A0201>
    >>> read_peptides(io.StringIO("GILGFVFTM 0.8\\nALAKAAAAM 0,3\\n"))
    Traceback (most recent call last):
    tinygrad_bio.bio.files.FormatError: <text>, line 2: found '0,3', expected a number, such as 0.53
    """
    if unit not in ("score", "nM") or duplicates not in ("error", "keep"):
        raise ValueError(f"read_peptides: got unit={unit!r} and duplicates={duplicates!r}, "
                         "expected 'score' or 'nM' and 'error' or 'keep'")
    if isinstance(source, (str, os.PathLike)) and os.path.isdir(source):
        return PeptideTable.join([read_peptides(path, unit, duplicates) for path in _tables_in(source)])
    path, rows, first_line, empty = name_of(source), [], {}, None
    for number, line in numbered_lines(source):
        if not line.strip():
            empty = empty or number
            continue
        if empty:
            raise FormatError(path, empty, "an empty line between others", "empty lines only at the end")
        row = _parse_row(path, number, line, len(rows[0]) if rows else None, unit)
        key = (row[0], *row[2:])
        if duplicates == "error" and key in first_line:
            raise FormatError(path, number, f"{' '.join(key)} again (first in line {first_line[key]})",
                              "each peptide once per allele. To keep repeated ones: duplicates='keep'")
        first_line[key] = number
        rows.append(row)
    if not rows:
        raise FormatError(path, None, "no lines", "lines such as 'ALAKAAAAM 0.53 A0201'")
    return PeptideTable(*zip(*rows))


def _tables_in(folder):
    found = sorted({*Path(folder).glob("*.dat"), *Path(folder).glob("*/*.dat")})
    if not found:
        raise FormatError(os.fspath(folder), None, "no file *.dat in it or one folder below",
                          "A0201.dat or A0201/A0201.dat")
    return found


def _parse_row(path, number, line, columns, unit):
    """One line as (peptide, score) or (peptide, score, allele); `columns` is what the first line had."""
    fields = line.split()
    if len(fields) not in ((columns,) if columns else (2, 3)):
        expected = f"{columns} as in line 1" if columns else "2 or 3"
        raise FormatError(path, number, f"{len(fields)} columns in {line[:60]!r}",
                          f"{expected}: PEPTIDE score [ALLELE]")
    for letter in fields[0]:
        if letter not in PROTEIN:
            raise FormatError(path, number, f"{letter!r} in {fields[0]!r}",
                              f"a peptide in column 1, letters {PROTEIN.symbols}")
    try:
        value = float(fields[1])
    except ValueError:
        raise FormatError(path, number, repr(fields[1]), "a number, such as 0.53") from None
    if unit == "nM":
        if not 0 < value < np.inf:
            raise FormatError(path, number, repr(fields[1]), "a positive IC50 in nM")
        value = float(ic50_to_score(value))
    elif not 0 <= value <= 1:
        raise FormatError(path, number, repr(fields[1]), "a score in [0, 1]. For IC50 in nM: unit='nM'")
    return (fields[0].upper(), value, *fields[2:])


def write_peptides(target, table):
    """Write a table in the course format, scores to six decimals; `target` is a path or an open text file.

    >>> import sys
    >>> write_peptides(sys.stdout, PeptideTable(["GILGFVFTM"], [0.8], ["A0201"]))
    GILGFVFTM 0.800000 A0201
    """
    if isinstance(target, (str, os.PathLike)):
        with open(target, "w", encoding="utf-8") as file:
            write_peptides(file, table)
        return
    for (peptide, allele), score in zip(table.keys(), table.scores):
        target.write(f"{peptide} {score:.6f}" + (f" {allele}" if allele is not None else "") + "\n")


def read_folds(folder, n=5):
    """Read the n test parts of a cross-validation: the files ``c000`` … ``c004`` of a folder.

    The training part of fold k is all others: ``PeptideTable.join(folds[:k] + folds[k + 1:])``. Lines in
    course files are sorted by score, so shuffle them before making mini-batches. A peptide in two parts
    (with the same allele) is an error: a network would be tested on what it has seen.

    Returns
    -------
    list of n PeptideTable.

    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> for k, part in enumerate(deal_folds(PeptideTable(["GILGFVFTM", "ALAKAAAAM"], [0.8, 0.3]), 2)):
    ...     write_peptides(pathlib.Path(folder.name, f"c00{k}"), part)
    >>> read_folds(folder.name, n=2)
    [<PeptideTable: 1 peptides, no alleles>, <PeptideTable: 1 peptides, no alleles>]
    >>> folder.cleanup()
    """
    names = [f"c{k:03d}" for k in range(n)]
    missing = [name for name in names if not os.path.isfile(os.path.join(folder, name))]
    if missing or os.path.exists(os.path.join(folder, f"c{n:03d}")):
        found = f"no {', '.join(missing)}" if missing else f"also c{n:03d}"
        raise FormatError(os.fspath(folder), None, found, f"n={n} test parts, {names[0]} ... {names[-1]}")
    folds, part_of = [], {}
    for name in names:
        path = os.path.join(folder, name)
        folds.append(read_peptides(path))
        for line, key in enumerate(folds[-1].keys(), start=1):
            if key in part_of:
                raise FormatError(path, line, f"{key[0]}, which is in {part_of[key]} too",
                                  "parts without common peptides")
            part_of[key] = name
    return folds


def deal_folds(table, n=5):
    """Split a table into n test parts with the same spread of scores: sort by score, deal out like cards.

    The course files were made so. Repeated peptides are refused: they could fall into two parts.

    >>> peptides = ["AAAAAAAAA", "CCCCCCCCC", "DDDDDDDDD", "EEEEEEEEE"]
    >>> [part.scores.tolist() for part in deal_folds(PeptideTable(peptides, [0.1, 0.9, 0.4, 0.6]), 2)]
    [[0.9, 0.4], [0.6, 0.1]]
    """
    if not 2 <= n <= len(table):
        raise ValueError(f"deal_folds: got n={n} for {len(table)} peptides, expected 2 to {len(table)} parts")
    if len(set(table.keys())) < len(table):
        raise ValueError("deal_folds: found a repeated peptide, expected each once per allele. Average them")
    order = np.argsort(-table.scores, kind="stable")
    return [table[order[part::n]] for part in range(n)]
