"""Peptide–MHC measurements with inequalities, for many alleles and lengths, and the MHC pseudo-sequences.

An assay often says only "weaker than 20 000 nM". The curated tables of MHCflurry keep such rows, with ``>``
or ``<`` beside the number. They are worth having, but must not be taken as equalities: see `censored_mse`.
(O'Donnell et al. 2018, Cell Systems 7:129; pseudo-sequences: Nielsen et al. 2007, PLoS ONE 2:e796.)
"""
from dataclasses import dataclass

import numpy as np

from .alphabet import PROTEIN
from .files import FormatError, find_file, name_of
from .peptides import ic50_to_score
from .tables import Table, read_rows, to_number


@dataclass(frozen=True, eq=False, repr=False)
class Measurements(Table):
    """How strongly peptides bind to MHC molecules, one row per measurement.

    peptides : N strings, of different lengths.
    alleles : N strings, such as ``HLA-A*02:01``.
    ic50 : (N,) float64, in nM.
    inequality : (N,) strings: ``=``, ``<`` (the IC50 is smaller, so binding is stronger) or ``>``.
    quantitative : (N,) bool; False: a mere "positive" or "negative" that the curators gave a number.

    >>> table = Measurements(["GILGFVFTM", "ALAKAAAAM"], ["HLA-A*02:01"] * 2, np.array([18.0, 20000.0]),
    ...                      np.array(["=", ">"]), np.array([True, True]))
    >>> table.scores.round(3), table.sides
    (array([0.733, 0.085]), array([ 0, -1]))
    """

    peptides: list
    alleles: list
    ic50: np.ndarray
    inequality: np.ndarray
    quantitative: np.ndarray

    @property
    def scores(self):
        """1 − log50k(IC50), (N,) float64: what networks learn."""
        return ic50_to_score(self.ic50)

    @property
    def sides(self):
        """On which side of `scores` the truth lies, (N,): 0 there, 1 at or above it, −1 at or below it.

        Scores fall where IC50s rise, so ``<`` gives 1. This is the third argument of `censored_mse`.
        """
        return np.where(self.inequality == "=", 0, np.where(self.inequality == "<", 1, -1))


_COLUMNS = ["allele", "peptide", "ic50", "measurement_inequality", "measurement_type"]


def read_measurements(source, alleles=None, lengths=None):
    """Read a curated table in MHCflurry's form, a CSV file.

    Parameters
    ----------
    source : path of the file (``.gz`` too) or of its folder, or an open text file.
    alleles, lengths : keep only these alleles, and peptides of these lengths; None keeps all.

    Returns
    -------
    Measurements

    >>> import io
    >>> read_measurements(io.StringIO("allele,peptide,ic50,measurement_inequality,measurement_type\\n"
    ...                               "HLA-A*02:01,GILGFVFTM,18,=,quantitative\\n")).ic50
    array([18.])
    """
    source = find_file(source, "*curated*.csv", "*.csv", what="a table of measurements")
    path, rows = name_of(source), []
    for line, (allele, peptide, ic50, inequality, kind) in read_rows(source, _COLUMNS):
        if not set(peptide) <= _LETTERS:
            raise FormatError(path, line, f"{peptide!r} as peptide", f"letters {PROTEIN.symbols}")
        if inequality not in ("=", "<", ">"):
            raise FormatError(path, line, f"{inequality!r} as measurement_inequality", "'=', '<' or '>'")
        if kind not in ("quantitative", "qualitative"):
            raise FormatError(path, line, f"{kind!r} as measurement_type", "'quantitative' or 'qualitative'")
        ic50 = to_number(ic50, path, line, "ic50")
        if ic50 <= 0:
            raise FormatError(path, line, f"{ic50:g} as ic50", "a positive number, in nM")
        if (alleles is None or allele in alleles) and (lengths is None or len(peptide) in lengths):
            rows.append((peptide, allele, ic50, inequality, kind == "quantitative"))
    if not rows:
        raise ValueError(f"read_measurements: {path} has no rows with alleles={alleles} and lengths={lengths}")
    peptides, alleles, ic50, inequality, quantitative = zip(*rows)
    return Measurements(list(peptides), list(alleles), np.array(ic50), np.array(inequality), np.array(quantitative))


_LETTERS = set(PROTEIN.symbols)


def read_pseudosequences(source):
    """The 34 residues of each MHC molecule that touch a peptide, as a dictionary: allele -> string.

    >>> import io
    >>> read_pseudosequences(io.StringIO("allele,pseudosequence\\nHLA-A*01:01,YFAMYQENMAHTDANTLYIIYRDYTWVARVYRGY\\n"))
    {'HLA-A*01:01': 'YFAMYQENMAHTDANTLYIIYRDYTWVARVYRGY'}
    """
    source = find_file(source, "*pseudoseq*.csv", what="a table of pseudo-sequences")
    path, found = name_of(source), {}
    for line, (allele, sequence) in read_rows(source, ["allele", "pseudosequence"]):
        length = len(next(iter(found.values()), sequence))
        if len(sequence) != length or not set(sequence) <= _LETTERS:
            raise FormatError(path, line, f"{sequence!r}", f"{length} letters of {PROTEIN.symbols}")
        if found.setdefault(allele, sequence) != sequence:
            raise FormatError(path, line, f"{allele} again, with another sequence", "one sequence per allele")
    return found


def censored_mse(prediction, target, sides):
    """Mean squared error where some targets are only bounds: an answer beyond the bound, on its right side,
    is right.

    loss = mean of (prediction − target)², with 0 where ``sides`` is 1 and prediction ≥ target, or −1 and ≤.

    Works on Tensors (and is differentiable there) and on arrays alike, since it is made of operators only.
    All three have one shape. Source: MHCflurry's MSEWithInequalities (O'Donnell et al. 2018).

    >>> censored_mse(np.array([0.2, 0.2, 0.2]), np.array([0.4, 0.4, 0.1]), np.array([0, -1, -1])).round(4)
    np.float64(0.0167)
    """
    if not prediction.shape == target.shape == sides.shape:  # broadcasting (N, 1) with (N,) would be a silent N × N
        raise ValueError(f"censored_mse: got prediction {tuple(prediction.shape)}, target "
                         f"{tuple(target.shape)}, sides "
                         f"{tuple(sides.shape)}, expected one shape. For a column: prediction.squeeze(1)")
    error = prediction - target
    counts = (sides == 0) | (sides * error < 0)
    return (error * error * counts).mean()
