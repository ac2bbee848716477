"""Genotypes and phenotypes: markers of many lines, their measured traits, their pedigree, their folds."""
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .files import FormatError, find_file
from .tables import Table, read_matrix


@dataclass(frozen=True, eq=False, repr=False)
class Genotypes(Table):
    """N lines or individuals.

    markers : (N, M) float32, one column per marker (wheat: 0/1, the presence of a DArT marker; SNPs: 0, 1,
        2).
    traits : (N, T) float64, one column per trait or environment (wheat: standardised grain yield).
    folds : (N,) int64, the published fold of each line, or None.
    marker_names, trait_names : M and T strings.
    pedigree : (N, N) float64, the relationship expected from the pedigree, or None.

    >>> data = Genotypes(np.eye(3), np.ones((3, 1)), np.array([1, 2, 2]), ["a", "b", "c"], ["yield"], np.eye(3))
    >>> data[data.folds == 2].markers.shape, data[data.folds == 2].pedigree.shape
    ((2, 3), (2, 2))
    """

    markers: np.ndarray
    traits: np.ndarray
    folds: np.ndarray | None
    marker_names: list
    trait_names: list
    pedigree: np.ndarray | None = None

    shared = ("marker_names", "trait_names")

    def __repr__(self):
        traits = ", ".join(self.trait_names)
        return f"<Genotypes: {len(self)} lines, {self.markers.shape[1]} markers, traits {traits}>"

    def __getitem__(self, index):
        part = super().__getitem__(index)
        if part.pedigree is not None:  # it has lines along both sides
            object.__setattr__(part, "pedigree", part.pedigree[:, np.atleast_1d(np.arange(len(self))[index])])
        return part


def read_genotypes(folder, name="wheat"):
    """The wheat lines of the R package BGLR: ``wheat.X.csv``, ``wheat.Y.csv``, and if there ``wheat.A.csv``,
    ``wheat.sets.csv``.

    X markers, Y traits, A pedigree, all with a header line; sets: the fold of each line.
    (Crossa et al. 2010, Genetics 186:713.)

    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> _ = pathlib.Path(folder.name, "wheat.X.csv").write_text("wPt.1,wPt.2\\n0,1\\n1,1\\n")
    >>> _ = pathlib.Path(folder.name, "wheat.Y.csv").write_text("E1\\n1.67\\n-0.25\\n")
    >>> read_genotypes(folder.name)
    <Genotypes: 2 lines, 2 markers, traits E1>
    >>> folder.cleanup()
    """
    folder = Path(folder)
    folder = folder.parent if folder.is_file() else folder
    path = find_file(folder, f"{name}.X.csv", what="the markers")
    marker_names, markers = read_matrix(path, ",", header=True)
    if not np.isin(markers, (0, 1, 2)).all():
        row, column = np.argwhere(~np.isin(markers, (0, 1, 2)))[0]
        raise FormatError(path, int(row) + 2, f"{markers[row, column]:g} as {marker_names[column]}", "0, 1 or 2")
    n = len(markers)
    trait_names, traits = _lines(find_file(folder, f"{name}.Y.csv", what="the traits"), n, header=True)
    pedigree = None
    if _is_there(folder, f"{name}.A.csv"):
        pedigree = _lines(find_file(folder, f"{name}.A.csv"), n, header=True)[1]
    if pedigree is not None and (pedigree.shape[1] != n or not np.allclose(pedigree, pedigree.T)):
        raise FormatError(find_file(folder, f"{name}.A.csv"), None, f"a matrix of shape {pedigree.shape}",
                          f"a symmetric one, ({n}, {n})")
    sets = f"{name}.sets.csv"
    folds = _lines(find_file(folder, sets), n, dtype=np.int64)[:, 0] if _is_there(folder, sets) else None
    return Genotypes(markers.astype(np.float32), traits, folds, marker_names, trait_names, pedigree)


def _is_there(folder, name):
    return any((folder / file).exists() for file in (name, name + ".gz"))


def _lines(path, n, **keywords):
    found = read_matrix(path, ",", **keywords)
    length = len(found[1] if isinstance(found, tuple) else found)
    if length != n:
        raise FormatError(path, None, f"{length} lines of data", f"{n}, one for each line of markers")
    return found
