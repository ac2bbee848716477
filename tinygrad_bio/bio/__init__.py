"""Biology: sequences in, arrays out, and numbers that say how good a prediction is. Plain NumPy, no Tensors.

In reading order:

* ``alphabet``: which letters a sequence may hold and what each stands for: `PROTEIN`, `DNA`, `RNA`.
* ``encoding``: `pad` to one length, `one_hot`, `blosum`, `kmers`, `kmer_counts`.
* ``peptides``: IC50 and score, `read_peptides`, `read_folds`: the tables of the peptide–MHC course.
* ``fasta``: `read_fasta`.
* ``metrics``: `pearson`, `spearman`, `roc_auc`, `auc01`, `mcc`, and `bootstrap` for an interval around each.
* ``simulate``: peptides with a known motif.
* ``files``: `FormatError`, how every reader reports a bad line.

>>> from tinygrad_bio import bio
>>> table, motif = bio.simulate_peptides(100, seed=0)
>>> x = bio.blosum(table.peptides, "BLOSUM62", scale=1/5)
>>> x.shape, x.reshape(len(table), -1).shape
((100, 9, 20), (100, 180))
"""
from .alphabet import DNA, PROTEIN, RNA, Alphabet
from .encoding import blosum, blosum_rows, kmer_counts, kmer_names, kmers, one_hot, pad
from .fasta import FastaRecord, read_fasta
from .files import FormatError, numbered_lines
from .metrics import Interval, UndefinedMetricError, auc01, bootstrap, mcc, pearson, roc_auc, spearman
from .peptides import (BINDER_NM, PeptideTable, deal_folds, ic50_to_score, is_binder, read_folds,
                       read_peptides, score_to_ic50, write_peptides)
from .simulate import Motif, a2_motif, simulate_peptides

__all__ = [
    "Alphabet", "PROTEIN", "DNA", "RNA",
    "pad", "one_hot", "blosum", "blosum_rows", "kmers", "kmer_names", "kmer_counts",
    "BINDER_NM", "ic50_to_score", "score_to_ic50", "is_binder",
    "PeptideTable", "read_peptides", "write_peptides", "read_folds", "deal_folds",
    "FastaRecord", "read_fasta", "FormatError", "numbered_lines",
    "pearson", "spearman", "roc_auc", "auc01", "mcc", "bootstrap", "Interval", "UndefinedMetricError",
    "Motif", "a2_motif", "simulate_peptides",
]
