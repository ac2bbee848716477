"""Alignments: sequences in columns, their weights, and the distances of residues in a known structure."""
from dataclasses import dataclass

import numpy as np

from .alphabet import PROTEIN
from .fasta import read_fasta
from .files import FormatError, find_file, name_of
from .tables import Table, read_matrix

#: the 20 amino acids and the gap, which is letter 20
GAPPED = PROTEIN.plus("-")


@dataclass(frozen=True, eq=False, repr=False)
class Alignment(Table):
    """N aligned sequences of length L.

    sequences : N strings, letters of the 20 amino acids and ``-``.
    names : N strings.

    >>> Alignment(["MK-", "MKV"], ["a", "b"]).codes()
    array([[12, 11, 20],
           [12, 11, 19]])
    """

    sequences: list
    names: list

    def codes(self):
        """(N, L) int64: amino acids 0 to 19 in the order of ``PROTEIN.letters``, 20 the gap (and anything
        unknown)."""
        return np.minimum(GAPPED.encode(self.sequences), 20)

    def __repr__(self):
        return f"<Alignment: {len(self)} sequences of length {len(self.sequences[0])}>"


def read_alignment(source):
    """An aligned FASTA file; insert columns (lower case and ``.``, as in Pfam's A2M) are left out.

    >>> import io
    >>> read_alignment(io.StringIO(">a\\nMK-\\n>b\\nMaKV\\n")).sequences
    ['MK-', 'MKV']
    """
    source = find_file(source, "*.fasta", "*.a2m", "*.afa", what="an alignment in FASTA form")
    records = read_fasta(source, GAPPED.plus("."))
    sequences = ["".join(letter for letter in record.sequence if letter != "." and not letter.islower())
                 for record in records]
    for record, sequence in zip(records, sequences):
        if len(sequence) != len(sequences[0]):
            raise FormatError(name_of(source), None, f"{len(sequence)} columns in {record.name}",
                              f"{len(sequences[0])} as in {records[0].name}: an alignment")
    return Alignment(sequences, [record.name for record in records])


def read_distances(source, length=None):
    """Distances between the residues of a structure: an (L, L) float64 in Å, symmetric, 0 on the diagonal,
    NaN unknown.

    The file has four numbers per line: i, j (columns of the alignment, from 1), a score, the distance.

    >>> import io
    >>> read_distances(io.StringIO("1 2 0.5 3.8\\n1 3 0.1 7.5\\n"))
    array([[0. , 3.8, 7.5],
           [3.8, 0. , nan],
           [7.5, nan, 0. ]])
    """
    source = find_file(source, "*struct*.dat", what="residue distances")
    path, rows = name_of(source), read_matrix(source, columns=4)
    pairs = rows[:, :2]
    length = int(pairs.max()) if length is None else length
    no_column = (pairs < 1) | (pairs > length) | (pairs != np.round(pairs))
    wrong = np.flatnonzero(no_column.any(axis=1) | (rows[:, 3] < 0))
    if len(wrong):
        raise FormatError(path, int(wrong[0]) + 1, f"{rows[wrong[0]]}",
                          f"columns from 1 to {length}, a distance in Å")
    distances = np.full((length, length), np.nan)
    np.fill_diagonal(distances, 0.0)
    i, j = pairs.astype(np.int64).T - 1
    distances[i, j] = distances[j, i] = rows[:, 3]
    return distances


def sequence_weights(codes, identity=0.8, block=512):
    """1 / (how many sequences are at least `identity` alike to this one, itself included): (N, L) codes give
    (N,) float64.

    A family is sampled unevenly: ten copies of one protein should count once. The sum of the weights is the
    *effective number* of sequences. (Morcos et al. 2011, PNAS 108:E1293.)

    >>> sequence_weights(np.array([[0, 1, 2, 3, 4], [0, 1, 2, 3, 5], [9, 9, 9, 9, 9]]), 0.8)
    array([0.5, 0.5, 1. ])
    """
    codes = np.asarray(codes)
    if codes.ndim != 2 or not 0 < identity <= 1:
        raise ValueError(f"sequence_weights: got codes of shape {codes.shape} and identity={identity}, "
                         "expected (N, L) and a share in (0, 1]")
    unique, which, copies = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    n, length = unique.shape
    values = int(codes.max()) + 1
    hot = (unique[:, :, None] == np.arange(values)).reshape(n, -1).astype(np.float32)  # (n, L·values)
    limit = np.ceil(identity * length - 1e-9)  # matching columns, an integer that float32 holds exactly
    alike = np.empty(n)
    for start in range(0, n, block):  # in blocks, since all n × n numbers at once may not fit in memory
        matches = hot[start:start + block] @ hot.T  # (block, n)
        alike[start:start + block] = (matches >= limit) @ copies.astype(np.float64)
    return 1 / alike[which.reshape(-1)]
