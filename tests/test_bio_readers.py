"""Readers of `tinygrad_bio.bio` on the published files: what they hold, counted; and on broken ones."""
import gzip
import io
import sys

import numpy as np
import pytest

from tinygrad_bio import bio
from tinygrad_bio.bio import FormatError


def counts(data):
    return dict(zip(data.classes, np.bincount(data.labels).tolist()))


# ---------------------------------------------------------------------------------------- the published files

def test_all_course_peptides(shared_data):
    table = bio.read_peptides(shared_data / "mhc1_smm")
    assert len(table) == 22688 and len(set(table.alleles)) == 29
    assert table.alleles.count("A0201") == 3089 and {len(peptide) for peptide in table.peptides} == {9}


def test_curated_measurements(shared_data):
    table = bio.read_measurements(shared_data / "mhc1_curated")
    assert len(table) == 234295 and len(set(table.alleles)) == 218
    assert table.quantitative.sum() == 173426
    assert sum(len(peptide) == 9 for peptide in table.peptides) == 170725
    assert set(table.inequality) == {"=", "<", ">"}
    nine = bio.read_measurements(shared_data / "mhc1_curated", alleles=["HLA-A*02:01"], lengths=[9])
    assert len(nine) == sum(a == "HLA-A*02:01" and len(p) == 9 for a, p in zip(table.alleles, table.peptides)) > 5000


def test_pseudosequences(shared_data):
    found = bio.read_pseudosequences(shared_data / "mhc1_pseudoseq")
    assert len(found) == 2915 and {len(sequence) for sequence in found.values()} == {34}
    assert found["HLA-A*01:01"] == "YFAMYQENMAHTDANTLYIIYRDYTWVARVYRGY"


def test_peptide_classes(shared_data):
    data = bio.read_peptide_classes(shared_data / "mhc1_3class_a0201")
    assert counts(data) == {"NB": 7920, "WB": 7920, "SB": 7920}
    assert (data.split == "train").sum() == 21384


def test_multiloc(shared_data):
    data = bio.read_fasta_per_class(shared_data / "subloc_multiloc", alphabet=bio.PROTEIN)
    assert len(data) == 5959 and counts(data) == {
        "ER": 198, "Golgi": 150, "chloroplast": 449, "cytoplasmic": 1411, "extracellular": 843, "lysosomal": 103,
        "mitochondrial": 510, "nuclear": 837, "peroxisomal": 157, "plasma_membrane": 1238, "vacuolar": 63}
    kinds = [bio.targeting_peptide(note) for note in data.notes]
    assert sum(kind is not None and kind[0] == "SP" for kind in kinds) == 2295
    assert sum(kind is None for kind in kinds) == 2405


def test_uci(shared_data):
    promoters, splice = (bio.read_uci(shared_data / name) for name in ("dna_promoters", "dna_splice"))
    assert counts(promoters) == {"+": 53, "-": 53} and {len(s) for s in promoters.sequences} == {57}
    assert counts(splice) == {"EI": 767, "IE": 768, "N": 1655} and {len(s) for s in splice.sequences} == {60}
    assert len(splice) - len(set(splice.sequences)) == 185


def test_enhancers(shared_data):
    training, independent = bio.read_enhancers(shared_data / "dna_enhancers")
    assert counts(training) == {"non": 1484, "enhancer": 1484} and counts(independent) == {"non": 200, "enhancer": 100}
    assert counts(bio.read_enhancers(shared_data / "dna_enhancers", drop_leaks=False)[1])["enhancer"] == 200


@pytest.mark.parametrize("name, negative, positive", [("hiv_v3", 1151, 200), ("hiv_idv", 374, 384), ("amp_iamp2l", 2405, 879)])
def test_fasta_and_classes(shared_data, name, negative, positive):
    data = bio.read_fasta_and_classes(shared_data / "peptides" / name)
    assert np.bincount(data.labels).tolist() in ([negative, positive], [positive, negative])


def test_graphs(shared_data):
    mutag, proteins = (bio.read_tu(shared_data / "graphs_tu" / name) for name in ("MUTAG", "PROTEINS"))
    assert len(mutag) == 188 and counts(mutag) == {-1: 63, 1: 125} and mutag.node_classes == 7
    assert sum(g.nodes for g in mutag.graphs) == 3371 and sum(g.edge_index.shape[1] for g in mutag.graphs) == 7442
    assert {int(label) for g in mutag.graphs for label in g.edge_labels} == {0, 1, 2, 3}
    assert len(proteins) == 1113 and counts(proteins) == {1: 663, 2: 450} and proteins.node_classes == 3
    assert sum(g.nodes for g in proteins.graphs) == 43471
    assert sum(g.edge_index.shape[1] for g in proteins.graphs) == 162088
    assert {x.shape[1] for x in proteins.features()} == {4}
    for graph in mutag.graphs + proteins.graphs:  # both directions of each edge, all within the graph
        assert (graph.adjacency() == graph.adjacency().T).all() and graph.edge_index.max() < graph.nodes
    folds = bio.read_tu_folds(shared_data / "graphs_tu" / "PROTEINS")
    assert len(folds) == 10 and sum(map(len, folds)) == 1110


def test_cora(shared_data):
    cora = bio.read_cora(shared_data / "graphs_cora")
    assert cora.features.shape == (2708, 1433) and len(cora.classes) == 7
    assert set(np.unique(cora.features)) == {0, 1}
    assert cora.graph.edge_index.shape == (2, 10556)  # 5278 different links of 5429 citations, both ways
    assert cora.classes[cora.labels[cora.names.index("31336")]] == "Neural_Networks"


def test_wheat(shared_data):
    wheat = bio.read_genotypes(shared_data / "snp_wheat")
    assert wheat.markers.shape == (599, 1279) and wheat.traits.shape == (599, 4) and wheat.pedigree.shape == (599, 599)
    assert wheat.trait_names == ["1", "2", "4", "5"] and sorted(set(wheat.folds)) == list(range(1, 11))
    assert set(np.unique(wheat.markers)) == {0, 1} and wheat.pedigree[0, 0] == 1.9698
    np.testing.assert_allclose(wheat.traits.mean(axis=0), 0, atol=1e-9)


def test_kunitz_family(shared_data):
    family = bio.read_alignment(shared_data / "msa_pf00014")
    assert family.codes().shape == (13600, 53) and len(set(family.sequences)) == 8871
    distances = bio.read_distances(shared_data / "msa_pf00014", 53)
    i, j = np.triu_indices(53, 5)
    assert len(i) == 1176 and (distances[i, j] < 8).sum() == 464 and not np.isnan(distances).any()


def test_secondary_structure(shared_data):
    data = bio.read_secondary_structure(shared_data / "secstruct_flip")
    assert {part: int((data.split == part).sum()) for part in set(data.split)} == {
        "train": 9712, "validation": 1080, "test": 364}
    together = "".join(data.labels)
    assert [round(together.count(letter) / 1e6, 2) for letter in "HEC"] == [1.03, 0.60, 1.21]
    assert all(len(mask) == len(sequence) for mask, sequence in zip(data.masks, data.sequences))


def test_landscape(shared_data):
    for split, n in (("one_vs_rest", 28), ("two_vs_rest", 424), ("three_vs_rest", 2990), ("low_vs_high", 5089),
                     ("sampled", 6988)):
        data = bio.read_landscape(shared_data / "gb1_flip", split)
        assert len(data) == 8733 and (data.split != "test").sum() == n
    assert data.variable_positions().tolist() == [39, 40, 41, 54] and round(data.targets.max(), 2) == 8.76


def test_digits(shared_data):
    images, labels = bio.read_mnist(shared_data / "mnist")
    assert images.shape == (10000, 28, 28) and images.dtype == np.uint8
    assert labels[:5].tolist() == [7, 2, 1, 0, 4] and np.bincount(labels).tolist()[:2] == [980, 1135]


def test_esol(shared_data):
    data = bio.read_esol(shared_data / "esol")
    assert len(data) == 1128 and round(data.targets.mean(), 2) == -3.05 and data.descriptors.shape == (1128, 6)


def test_flu(shared_data):
    records = bio.read_fasta(bio.find_file(shared_data / "flu_h3", "*.fasta"), bio.PROTEIN.plus("*"))
    assert len(records) == 79 and {len(record.sequence) for record in records} == {571}


# --------------------------------------------------------------------------------------------- broken files

def write(folder, **files):
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def refused(function, *arguments, line, says, **keywords):
    with pytest.raises(FormatError) as caught:
        function(*arguments, **keywords)
    assert caught.value.line == line and says in str(caught.value), str(caught.value)


HEAD = "allele,peptide,ic50,measurement_inequality,measurement_type\n"


@pytest.mark.parametrize("text, line, says", [
    ("", None, "no lines"),
    (HEAD, None, "a header only"),
    ("allele,peptide\n", 1, "no column ic50, measurement_inequality, measurement_type"),
    (HEAD + "A,GILGFVFTM,18,=,quantitative\nA,GILGFVFTM,18,=\n", 3, "found 4 columns, expected 5"),
    (HEAD + "A,GIL-FVFTM,18,=,quantitative\n", 2, "'GIL-FVFTM' as peptide"),
    (HEAD + "A,GILGFVFTM,many,=,quantitative\n", 2, "'many' as ic50"),
    (HEAD + "A,GILGFVFTM,nan,=,quantitative\n", 2, "'nan' as ic50"),
    (HEAD + "A,GILGFVFTM,-2,=,quantitative\n", 2, "-2 as ic50, expected a positive number, in nM"),
    (HEAD + "A,GILGFVFTM,18,~,quantitative\n", 2, "'~' as measurement_inequality"),
    (HEAD + "A,GILGFVFTM,18,=,guess\n", 2, "'guess' as measurement_type"),
])
def test_broken_measurements(text, line, says, tmp_path):
    path = tmp_path / "curated.csv"
    path.write_text(text)
    refused(bio.read_measurements, tmp_path, line=line, says=says)
    refused(bio.read_measurements, path, line=line, says=str(path))


@pytest.mark.parametrize("text, line, says", [
    ("+,S10\n", 1, "three fields"), ("+,S10,acgt\n-,,acgt\n", 2, "three fields"),
    ("+,S10,acgu\n", 1, "'u' in the sequence"), ("\n", None, "no lines")])
def test_broken_uci(text, line, says):
    refused(bio.read_uci, io.StringIO(text), line=line, says=says)


def test_classes_that_do_not_fit_the_sequences(tmp_path):
    write(tmp_path, seqs__fasta=">a\nMK\n>b\nMV\n", classes__txt="1\n")
    refused(bio.read_fasta_and_classes, tmp_path, line=None, says="1 classes, expected 2")
    write(tmp_path, classes__txt="1\n2\n")
    refused(bio.read_fasta_and_classes, tmp_path, line=2, says="a class from 0 to 1")
    (tmp_path / "classes.txt").unlink()
    refused(bio.read_fasta_and_classes, tmp_path, line=None, says="no such file among seqs.fasta")


def test_headers_without_their_tag():
    refused(bio.read_tagged_fasta, io.StringIO(">a SET=train\nMK\n"), line=None, says="a tag TARGET=...")
    refused(bio.read_tagged_fasta, io.StringIO(">a TARGET=x SET=dev\nMK\n"), line=None, says="SET=train or SET=test")


def test_targeting_notes():
    for note in ("SP", "XX 14", "SP x", "SP 1 2 3"):
        with pytest.raises(ValueError, match="such as 'SP 14'"):
            bio.targeting_peptide(note)


def test_residue_labels_of_another_length(tmp_path):
    write(tmp_path, sequences__fasta=">a\nMKV\n", sampled__fasta=">a SET=train\nHH\n", mask__fasta=">a\n111\n")
    refused(bio.read_secondary_structure, tmp_path, line=None, says="2 labels for a, expected 3")
    write(tmp_path, sampled__fasta=">a SET=train\nHHQ\n")
    refused(bio.read_secondary_structure, tmp_path, line=None, says="letters HEC")
    write(tmp_path, sampled__fasta=">a SET=train\nHHH\n", mask__fasta=">b\n111\n")
    refused(bio.read_secondary_structure, tmp_path, line=None, says="nothing for a")


TU = {"X_A__txt": "1, 2\n2, 1\n3, 4\n4, 3\n", "X_graph_indicator__txt": "1\n1\n2\n2\n",
      "X_graph_labels__txt": "1\n-1\n"}


@pytest.mark.parametrize("name, text, line, says", [
    ("X_A__txt", "1, 2\n2, 5\n", 2, "nodes from 1 to 4"), ("X_A__txt", "1, 2\n0, 1\n", 2, "nodes from 1 to 4"),
    ("X_A__txt", "1, 2\n2, 3\n", 2, "an edge between graphs [1 2]"), ("X_A__txt", "1, 2\n2\n", 2, "1 numbers in '2'"),
    ("X_A__txt", "1, two\n", 1, "'two' as number 2"), ("X_A__txt", "1, 1.5\n", 1, "expected an integer"),
    ("X_graph_indicator__txt", "1\n2\n1\n2\n", 3, "ascending"), ("X_graph_indicator__txt", "1\n1\n2\n3\n", 4, "1 to 2"),
    ("X_node_labels__txt", "0\n0\n0\n", None, "3 lines, expected 4"),
    ("X_edge_labels__txt", "0\n0\n0\n", None, "3 lines, expected 4"),
])
def test_broken_graphs(name, text, line, says, tmp_path):
    refused(bio.read_tu, write(tmp_path, **{**TU, name: text}), line=line, says=says)


def test_whole_graphs(tmp_path):
    write(tmp_path, **TU, X_node_attributes__txt="1.5, 2\n3, 4\n5, 6\n7, 8\n", X_edge_labels__txt="5\n6\n7\n8\n")
    with gzip.open(tmp_path / "X_node_labels.txt.gz", "wt") as file:
        file.write("0\n2\n1\n0\n")
    data = bio.read_tu(tmp_path / "X_A.txt")
    first, second = data.graphs
    assert (data.classes, data.labels.tolist(), data.node_classes) == ([-1, 1], [1, 0], 3)
    assert second.edge_index.tolist() == [[0, 1], [1, 0]] and second.node_labels.tolist() == [1, 0]
    assert first.node_attributes.tolist() == [[1.5, 2], [3, 4]] and second.edge_labels.tolist() == [7, 8]
    assert data[[1]].graphs[0] is second and data.features()[0].tolist() == [[1, 0, 0, 1.5, 2], [0, 0, 1, 3, 4]]
    refused(bio.read_tu_folds, tmp_path, line=None, says="test_idx-1.txt")


def test_edges_in_any_order_keep_their_labels(tmp_path):
    write(tmp_path, **{**TU, "X_A__txt": "3, 4\n1, 2\n4, 3\n2, 1\n"}, X_edge_labels__txt="7\n5\n8\n6\n")
    first, second = bio.read_tu(tmp_path).graphs
    assert first.edge_index.tolist() == second.edge_index.tolist() == [[0, 1], [1, 0]]
    assert (first.edge_labels.tolist(), second.edge_labels.tolist()) == ([5, 6], [7, 8])


@pytest.mark.parametrize("content, cites, line, says", [
    ("a\t0\t1\tX\nb\t0\tX\n", "", 2, "id, 2 of 0 or 1, class"), ("a\t0\t2\tX\n", "", 1, "of 0 or 1"),
    ("a\t0\tX\na\t0\tX\n", "", 2, "paper a again"), ("a\t0\tX\n", "a\tb\n", 1, "the ids of two papers"),
    ("a\t0\tX\n", "a\n", 1, "the ids of two papers"), ("a\n", "", 1, "class"), ("", "", None, "no lines")])
def test_broken_papers(content, cites, line, says, tmp_path):
    refused(bio.read_cora, write(tmp_path, cora__content=content, cora__cites=cites), line=line, says=says)


@pytest.mark.parametrize("file, text, line, says", [
    ("w.X.csv", "a,b\n0,3\n", 2, "3 as b, expected 0, 1 or 2"), ("w.X.csv", "a,b\n0\n", 2, "1 numbers"),
    ("w.X.csv", "a,b\n0,NA\n", 2, "'NA' as number 2"), ("w.Y.csv", "E\n1\n", None, "1 lines of data, expected 2"),
    ("w.sets.csv", "1\n", None, "1 lines of data, expected 2"), ("w.A.csv", "a,b\n1,0.5\n0.4,1\n", None, "a symmetric one")])
def test_broken_genotypes(file, text, line, says, tmp_path):
    for name, good in (("w.X.csv", "a,b\n0,1\n1,1\n"), ("w.Y.csv", "E\n1\n2\n"), (file, text)):
        (tmp_path / name).write_text(good)
    refused(bio.read_genotypes, tmp_path, "w", line=line, says=says)


def test_broken_alignments_and_distances():
    refused(bio.read_alignment, io.StringIO(">a\nMK\n>b\nMKV\n"), line=None, says="3 columns in b, expected 2")
    refused(bio.read_distances, io.StringIO("1 2 0.5\n"), line=1, says="3 numbers")
    refused(bio.read_distances, io.StringIO("1 2 0.5 3\n1 9 0.5 3\n"), 8, line=2, says="columns from 1 to 8")


def test_broken_images(tmp_path):
    path = tmp_path / "t10k-images-idx3-ubyte"
    for data, says in ((b"GIF8", "00 00, a type"), (bytes([0, 0, 8, 1, 0, 0, 0, 3, 1, 2]), "cut off?"), (b"", "IDX file")):
        path.write_bytes(data)
        refused(bio.read_idx, path, line=None, says=says)
    zipped = tmp_path / "x.gz"
    zipped.write_bytes(gzip.compress(bytes(1000))[:-9])
    refused(bio.read_idx, zipped, line=None, says="a whole gzip file")
    path.write_bytes(bytes([0, 0, 8, 3, *[0, 0, 0, 1] * 3, 9]))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 1]))
    refused(bio.read_mnist, tmp_path, line=None, says="labels of shape (2,) for images (1, 1, 1)")


def test_idx_of_two_bytes_is_big_endian(tmp_path):
    (tmp_path / "x").write_bytes(bytes([0, 0, 0x0B, 1, 0, 0, 0, 2, 1, 0, 255, 255]))
    assert bio.read_idx(tmp_path / "x").tolist() == [256, -1]


def test_broken_landscapes_and_molecules():
    head = "sequence,target,set,validation\n"
    for text, line, says in ((head + "MK,1,train,\nM,1,train,\n", 3, "'M', expected 2 letters"),
                             (head + "MK,1,dev,\n", 2, "'train' or 'test'"), (head + "MK,x,train,\n", 2, "'x' as target")):
        refused(bio.read_landscape, io.StringIO(text), line=line, says=says)
    refused(bio.read_esol, io.StringIO("smiles\nCCO\n"), line=1, says="no column Compound ID")


def test_quotes_and_empty_lines_keep_the_line_number():
    text = 'id,"the name",y\n\n1,"a, b",2\n'
    assert list(bio.read_rows(io.StringIO(text), ["the name", "y"])) == [(3, ["a, b", "2"])]


def test_no_file_one_file_two_files(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file or folder, expected"):
        bio.read_uci(tmp_path / "nothing")
    refused(bio.read_uci, tmp_path, line=None, says="no such file among nothing, expected a UCI table (*.data)")
    write(tmp_path, a__data="+,a,acgt\n")
    assert bio.read_uci(tmp_path).names == ["a"]
    write(tmp_path, b__data="+,b,acgt\n")
    refused(bio.read_uci, tmp_path, line=None, says="2 files: a.data, b.data")
    assert bio.read_uci(str(tmp_path / "b.data")).names == ["b"]


# -------------------------------------------------------------------------------------------- other promises

def test_tables_pick_rows_and_check_lengths():
    data = bio.LabelledSequences(["A", "C", "G"], np.array([0, 1, 0]), ["x", "y"], ["a", "b", "c"])
    assert data[1].sequences == ["C"] and data[::-1].names == ["c", "b", "a"] and data[[0, 0]].labels.tolist() == [0, 0]
    assert data[data.labels == 0].classes == ["x", "y"]
    assert bio.LabelledSequences.join([data, data[:1]]).names == ["a", "b", "c", "a"]
    with pytest.raises(ValueError, match="'sequences': 1, 'labels': 2"):
        bio.LabelledSequences(["A"], np.array([0, 1]), ["x"], ["a"])
    with pytest.raises(ValueError, match="the same classes"):
        bio.LabelledSequences.join([data, bio.LabelledSequences(["A"], np.array([0]), ["z"], ["a"])])


def test_one_bound_is_enough():
    prediction, target = np.array([0.9, 0.9, 0.9, 0.1, 0.1, 0.1]), np.full(6, 0.5)
    sides = np.array([0, 1, -1, 0, 1, -1])
    assert bio.censored_mse(prediction, target, sides) == pytest.approx(0.16 * 4 / 6)
    with pytest.raises(ValueError, match=r"prediction \(6, 1\)"):
        bio.censored_mse(prediction[:, None], target, sides)


def test_censored_loss_has_the_right_gradient():
    import tinygrad_bio as tg
    prediction = tg.tensor([0.9, 0.9, 0.9, 0.1, 0.1, 0.1], requires_grad=True)
    bio.censored_mse(prediction, tg.full((6,), 0.5), tg.tensor([0, 1, -1, 0, 1, -1])).backward()
    np.testing.assert_allclose(prediction.grad.numpy(), np.array([0.8, 0, 0.8, -0.8, -0.8, 0]) / 6, rtol=1e-6)


def test_weights_count_neighbours():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, (60, 10))
    codes[20:40] = codes[:20]
    expected = [1 / ((codes == row).mean(axis=1) >= 0.6 - 1e-9).sum() for row in codes]
    np.testing.assert_allclose(bio.sequence_weights(codes, 0.6, block=7), expected)


def test_without_rdkit_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdkit", None)
    with pytest.raises(ImportError, match=r'pip install "tinygrad_bio\[chem\]"'):
        bio.smiles_to_graph("CCO")


def test_smiles(shared_data):
    pytest.importorskip("rdkit", reason='needs RDKit: pip install "tinygrad_bio[chem]"')
    graphs = [bio.smiles_to_graph(smiles) for smiles in bio.read_esol(shared_data / "esol").smiles]
    assert sum(graph.nodes for graph in graphs) == 14991 and {g.node_attributes.shape[1] for g in graphs} == {14}
    benzene, methane = bio.smiles_to_graph("c1ccccc1"), bio.smiles_to_graph("C")
    assert (benzene.degrees() == 2).all() and set(benzene.edge_labels) == {3} and methane.edge_index.shape == (2, 0)
    with pytest.raises(ValueError, match="expected a molecule such as 'CCO'"):
        bio.smiles_to_graph("C(")


def test_names_are_found_where_the_table_says():
    assert len(set(bio.__all__)) == len(bio.__all__) and not set(bio.__all__) & set(bio._FILES)
    for name in bio.__all__:
        thing = getattr(bio, name)
        assert thing.__doc__ if callable(thing) else True
        if callable(thing):
            assert thing.__module__ == f"tinygrad_bio.bio.{bio._FILE_OF[name]}", name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        bio.nothing
