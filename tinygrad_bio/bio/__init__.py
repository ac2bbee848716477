"""Biology: sequences in, arrays out, and numbers that say how good a prediction is. Plain NumPy, no Tensors.

In reading order:

* ``alphabet``: which letters a sequence may hold and what each stands for: `PROTEIN`, `DNA`, `RNA`.
* ``encoding``: `pad` to one length, `one_hot`, `blosum`, `kmers`, `kmer_counts`.

Readers. Each takes a file or the folder it lies in, and names file and line of whatever is wrong:

* ``peptides``: IC50 and score, `read_peptides`, `read_folds`: the tables of the peptide–MHC course.
* ``measurements``: `read_measurements` with ``<`` and ``>``, `censored_mse`, `read_pseudosequences`.
* ``fasta``: `read_fasta`. ``labelled``: sequences with a class each. ``residues``: with a label per residue.
* ``landscape``: variants with a fitness. ``alignment``: aligned sequences, `sequence_weights`, distances.
* ``graphs``: `read_tu`, `read_cora`. ``molecules``: `read_esol`, `smiles_to_graph`.
* ``snps``: genotypes. ``images``: `read_mnist`.
* ``files``: `FormatError`, how every reader reports a bad line. ``tables``: `Table`, one row per thing.

And ``metrics``: `pearson`, `spearman`, `roc_auc`, `auc01`, `mcc`, and `bootstrap` for an interval
around each. ``classification``: accuracy with its interval, `mcc_per_class`, `confusion_matrix`. ``contacts``:
`precision_at`, `apc`. ``survival``: `cox_loss`, `concordance`, `kaplan_meier`.

Methods: ``tokens``: `KmerTokenizer`, `mask_tokens`; ``folds``: `common_motif_folds`, `group_folds`;
``mutations``: `effect_matrix`, `cscs`; ``codons``: `translate`. Baselines: ``pssm``: `fit_pssm`, `fit_smm`;
``baselines``: `nearest_neighbours`, `ridge`, `gblup`.

Data: ``download``: `fetch` brings public data sets, listed in ``sources``. ``simulate`` and ``simulate_...``:
data with a known truth for every example that is run without files.

>>> from tinygrad_bio import bio
>>> table, motif = bio.simulate_peptides(100, seed=0)
>>> x = bio.blosum(table.peptides, "BLOSUM62", scale=1/5)
>>> x.shape, x.reshape(len(table), -1).shape
((100, 9, 20), (100, 180))
"""
from importlib import import_module

# Which file holds which name. A file is read when one of its names is first used, so that
# `from tinygrad_bio import bio` is quick.
_FILES = {
    "alphabet": "Alphabet PROTEIN DNA RNA",
    "encoding": "pad one_hot blosum blosum_rows kmers kmer_names kmer_counts",
    "peptides": "BINDER_NM ic50_to_score score_to_ic50 is_binder PeptideTable read_peptides write_peptides read_folds "
                "deal_folds",
    "measurements": "Measurements read_measurements read_pseudosequences censored_mse",
    "fasta": "FastaRecord read_fasta",
    "labelled": "LabelledSequences read_fasta_per_class read_enhancers read_fasta_and_classes read_tagged_fasta read_uci "
                "read_peptide_classes targeting_peptide header_tags",
    "residues": "ResidueLabels read_secondary_structure",
    "landscape": "Landscape read_landscape",
    "alignment": "GAPPED Alignment read_alignment read_distances sequence_weights",
    "contacts": "symmetrise apc contact_map precision_at",
    "graphs": "Graph GraphSet Network read_tu read_tu_folds read_cora",
    "molecules": "ELEMENTS Molecules read_esol smiles_to_graph",
    "snps": "Genotypes read_genotypes",
    "images": "read_idx read_mnist",
    "files": "FormatError numbered_lines find_file",
    "tables": "Table read_rows read_matrix",
    "metrics": "ranks pearson spearman roc_auc auc01 mcc bootstrap Interval UndefinedMetricError",
    "sources": "SOURCES Source",
    "download": "fetch FetchError data_home",
    "tokens": "SPECIAL KmerTokenizer Masked mask_tokens",
    "folds": "groups_of common_motif_groups group_folds common_motif_folds stratified_folds Split cross_validation",
    "pssm": "Pssm substitution_frequencies henikoff_weights fit_pssm fit_smm",
    "baselines": "nearest_neighbours ridge kinship gaussian_kernel Blup gblup",
    "classification": "wilson accuracy confusion_matrix mcc_per_class recall_per_class balanced_accuracy macro_auc "
                      "average_precision rmse",
    "codons": "CODONS translate reverse_complement",
    "mutations": "Mutation single_mutants effect_matrix cscs enrichment_auc",
    "survival": "Survival cox_loss concordance Curve kaplan_meier logrank",
    "simulate": "Motif a2_motif simulate_peptides",
    "simulate_mhc": "simulate_measurements",
    "simulate_dna": "PlantedMotif motif_probabilities simulate_promoters simulate_splice simulate_genes",
    "simulate_protein": "SIGNALS simulate_localisation simulate_secondary_structure",
    "simulate_family": "Potts random_potts simulate_protein_family ViralFamily simulate_virus",
    "simulate_traits": "TraitTruth simulate_genotypes simulate_survival",
    "simulate_images": "CellImages simulate_cells",
    "simulate_graphs": "ATOMS simulate_molecules simulate_network split_nodes",
}
_FILE_OF = {name: file for file, names in _FILES.items() for name in names.split()}

__all__ = list(_FILE_OF)


def __getattr__(name):
    if name in _FILES:
        return import_module(f".{name}", __name__)
    if name in _FILE_OF:
        return getattr(import_module(f".{_FILE_OF[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__, *_FILES})
