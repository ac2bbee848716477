"""Simulators with a known truth: the truth is in the data, and the easy way to it is closed."""
import numpy as np
import pytest

from tinygrad_bio import bio


def ridge_accuracy(x, labels, penalty=10.0):
    """Accuracy of ridge regression on the classes, trained on the first half, tested on the second."""
    x = np.asarray(x, dtype=np.float64).reshape(len(x), -1)
    half = len(x) // 2
    mean = x[:half].mean(axis=0)
    a, y = x[:half] - mean, np.eye(labels.max() + 1)[labels[:half]]
    dual = np.linalg.solve(a @ a.T + penalty * np.eye(half), y - y.mean(axis=0))
    scores = (x[half:] - mean) @ (a.T @ dual) + y.mean(axis=0)
    return (scores.argmax(axis=1) == labels[half:]).mean()


SIMULATORS = [
    (bio.simulate_promoters, (40,), lambda r: r[0].sequences), (bio.simulate_splice, (40,), lambda r: r[0].sequences),
    (bio.simulate_genes, (10,), lambda r: r[0]), (bio.simulate_localisation, (12,), lambda r: r[0].sequences),
    (bio.simulate_secondary_structure, (10,), lambda r: r.sequences),
    (lambda **k: bio.simulate_protein_family(20, 12, sweeps=3, **k), (), lambda r: r[0].sequences),
    (lambda **k: bio.simulate_virus(20, 20, sweeps=3, **k), (), lambda r: r.sequences),
    (bio.simulate_measurements, (30,), lambda r: r[0].peptides),
    (bio.simulate_genotypes, (30, 60), lambda r: r[0].traits.tolist()),
    (bio.simulate_survival, (30, 10), lambda r: r[0].times.tolist()),
    (lambda **k: bio.simulate_cells(2, size=32, **k), (), lambda r: r.images.tolist()),
    (bio.simulate_molecules, (6,), lambda r: [g.edge_index.tolist() for g in r.graphs]),
    (bio.simulate_network, (60,), lambda r: r.graph.edge_index.tolist())]


@pytest.mark.parametrize("number", range(len(SIMULATORS)))
def test_the_seed_decides(number):
    simulate, arguments, content = SIMULATORS[number]
    first, again, other = (content(simulate(*arguments, seed=seed)) for seed in (0, 0, 1))
    assert first == again and first != other
    with pytest.raises(TypeError, match="seed"):
        simulate(*arguments)


def test_promoters_have_their_boxes_and_letters_do_not_tell():
    data, motifs = bio.simulate_promoters(2000, seed=0)
    for motif in motifs:
        here = np.flatnonzero(motif.starts >= 0)
        assert (here == np.flatnonzero(data.labels == 1)).all()
        windows = bio.one_hot([data.sequences[i][motif.starts[i]:motif.starts[i] + 6] for i in here], bio.DNA)
        np.testing.assert_allclose(windows.mean(axis=0), motif.probabilities, atol=0.05)
    gap = (motifs[1].starts - motifs[0].starts)[data.labels == 1] - 6
    assert sorted(set(gap)) == [16, 17, 18]
    letters = ridge_accuracy(bio.kmer_counts(data.sequences, 1), data.labels)
    assert 0.4 < letters < 0.6 < 0.7 < ridge_accuracy(bio.kmer_counts(data.sequences, 4), data.labels)


def test_splice_junctions_are_in_the_middle():
    data, (donor, acceptor) = bio.simulate_splice(2000, seed=0)
    assert np.bincount(data.labels).tolist() == [500, 500, 1000]
    assert {data.sequences[i][30:32] for i in np.flatnonzero(data.labels == 0)} == {"GT"}
    assert {data.sequences[i][28:30] for i in np.flatnonzero(data.labels == 1)} == {"AG"}
    assert set(donor.starts[data.labels == 0]) == {27} and set(acceptor.starts[data.labels == 1]) == {14}
    bare = [data.sequences[i] for i in np.flatnonzero(data.labels == 2)]
    assert 0.25 < np.mean([s[30:32] == "GT" for s in bare]) < 0.4
    assert 0.8 < ridge_accuracy(bio.one_hot(data.sequences, bio.DNA), data.labels) < 0.99


def test_genes_mean_their_proteins():
    from Bio.Seq import Seq
    dna, proteins = bio.simulate_genes(30, seed=0)
    assert [str(Seq(gene).translate(to_stop=True)) for gene in dna] == proteins
    assert {len(gene) % 3 for gene in dna} == {0} and 6 <= min(map(len, proteins)) and max(map(len, proteins)) <= 16


def test_localisation_signals_stand_where_the_spans_say():
    data, spans = bio.simulate_localisation(600, seed=0)
    for sequence, label, note, span in zip(data.sequences, data.labels, data.notes, spans):
        name = data.classes[label]
        assert (name == "cytoplasmic") == (not span)
        if note:
            kind, first, last = bio.targeting_peptide(note)
            assert (first, last) == span[0] and kind == {"mitochondrial": "mTP"}.get(name, "SP")
        if name == "mitochondrial":
            assert not set(sequence[:span[0][1]]) & set("DE")
        if name == "peroxisomal":
            assert sequence[slice(span[0][0] - 1, span[0][1])] in ("SKL", "SRL", "AKL") and span[0][1] == len(sequence)
        if name == "nuclear":
            assert sum(letter in "KR" for letter in sequence[slice(span[0][0] - 1, span[0][1])]) >= 5
    composition = ridge_accuracy(bio.kmer_counts(data.sequences, 1, bio.PROTEIN), data.labels)
    assert 1 / 6 < composition < 0.7


def test_secondary_structure_prefers_its_letters():
    data = bio.simulate_secondary_structure(300, seed=0)
    sequence, labels = "".join(data.sequences), "".join(data.labels)
    share = {state: np.mean([letter in "VIYFWTLC" for letter, label in zip(sequence, labels) if label == state])
             for state in "HEC"}
    assert share["E"] > share["H"] + 0.1 and share["E"] > share["C"] + 0.2
    assert np.mean(np.concatenate(data.masks)) == pytest.approx(0.95, abs=0.01)
    assert [int((data.split == part).sum()) for part in ("train", "validation", "test")] == [240, 30, 30]


def test_gibbs_sampling_draws_from_the_model():
    fields = np.zeros((2, 20))
    fields[0, 3] = 2.0
    table = 3.0 * np.roll(np.eye(20), 1, axis=1)  # the next letter: not symmetric
    model = bio.Potts(fields, {(0, 1): table})
    codes = model.sample(20000, seed=0, sweeps=20)
    energy = fields[0][:, None] + table  # log of the unnormalised probability of every pair
    expected = np.exp(energy) / np.exp(energy).sum()
    found = np.zeros((20, 20))
    np.add.at(found, (codes[:, 0], codes[:, 1]), 1 / len(codes))
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_contacts_can_be_found_in_the_family():
    family, truth = bio.simulate_protein_family(3000, 24, seed=0, sweeps=20)
    contacts = truth.contacts()
    i, j = np.nonzero(contacts)
    assert (contacts == contacts.T).all() and (np.abs(i - j) >= 5).all() and contacts.sum() == 48
    hot = bio.one_hot(family.sequences).astype(np.float64)  # (N, L, 20)
    hot -= hot.mean(axis=0)
    flat = hot.reshape(len(hot), -1)
    covariance = (flat.T @ flat / len(flat)).reshape(24, 20, 24, 20)
    strength = np.sqrt((covariance ** 2).sum(axis=(1, 3)))
    found = bio.precision_at(bio.apc(strength), contacts, separation=5)
    assert found["L"] > 0.6, found  # the random baseline is 24 of 190


def test_escapes_are_alive_in_the_epitope_and_new():
    virus = bio.simulate_virus(400, 30, seed=0, sweeps=10)
    assert 5 <= len(virus.escapes) <= 21 and virus.wild_type in virus.sequences
    assert {mutation.position - 1 for mutation in virus.escapes} <= set(virus.epitope)
    for mutation in virus.escapes:
        mutant = mutation.apply(virus.wild_type)
        assert virus.model.log_fitness([virus.wild_type])[0] - virus.model.log_fitness([mutant])[0] <= 4
    one_hot = bio.one_hot(virus.sequences)
    assert ridge_accuracy(one_hot[:, virus.epitope], virus.clusters) > 0.75


def test_measurements_are_censored_and_alleles_follow_their_pockets():
    data, pseudosequences = bio.simulate_measurements(3000, seed=0, alleles=12)
    assert len(data) == 3000 and set(data.alleles) == set(pseudosequences)
    assert {len(p) for p in data.peptides} == {8, 9, 10, 11} and {len(s) for s in pseudosequences.values()} == {34}
    assert (data.ic50[(data.inequality == ">") & data.quantitative] == 20000).all() and data.ic50.max() <= 20000
    assert 0.05 < (data.inequality == ">").mean() < 0.6 and 0.05 < (~data.quantitative).mean() < 0.15
    both = [(a, p) for a, p in zip(data.alleles, data.peptides)]
    assert len(set(both)) == 3000
    exact = data[data.quantitative & (data.inequality == "=")]
    ends = bio.one_hot([p[1] + p[-1] for p in exact.peptides]).reshape(len(exact), 40)
    names = sorted(pseudosequences)
    allele = np.eye(12)[[names.index(a) for a in exact.alleles]]
    pan = np.concatenate([ends, (allele[:, :, None] * ends[:, None]).reshape(len(exact), -1)], axis=1)
    half = len(exact) // 2
    alone, with_allele = (bio.pearson(exact.scores[half:], bio.ridge(x[:half], exact.scores[:half], x[half:], 3.0))
                          for x in (ends, pan))
    assert with_allele > alone + 0.05


@pytest.mark.parametrize("heritability", [0.3, 0.8])
def test_heritability_is_as_said(heritability):
    data, truth = bio.simulate_genotypes(400, 300, seed=0, heritability=heritability, environments=3)
    for e in range(3):
        r = np.corrcoef(truth.genetic[:, e], data.traits[:, e])[0, 1]
        assert r ** 2 == pytest.approx(heritability, abs=1e-9)
    np.testing.assert_allclose(data.traits.std(axis=0), 1)
    additive = data.markers @ truth.additive
    assert np.corrcoef(additive, truth.genetic[:, 0])[0, 1] == pytest.approx(1)
    near = np.abs(np.corrcoef(data.markers.T)[np.arange(299), np.arange(1, 300)]).mean()
    assert near > 3 * np.abs(np.corrcoef(data.markers.T)[np.arange(150), np.arange(150, 300)]).mean()


def test_epistasis_takes_its_share():
    data, truth = bio.simulate_genotypes(2000, 200, seed=0, heritability=1.0, epistasis=0.5)
    additive = data.markers @ truth.additive
    assert 0.4 < np.corrcoef(additive, truth.genetic[:, 0])[0, 1] ** 2 < 0.6


def test_survival_follows_the_hazard():
    data, log_hazard = bio.simulate_survival(1500, 20, seed=0)
    assert 0.66 < data.events.mean() < 0.74
    truth = bio.concordance(data.times, data.events, log_hazard)
    linear = bio.concordance(data.times, data.events, data.features[:, :5] @ np.array([1, -1, 1, -1, 1.0]))
    assert 0.75 < truth < 0.9 and 0.65 < linear < truth - 0.02
    plain, _ = bio.simulate_survival(4000, 20, seed=0, effect=0, interaction=0, censoring=0)
    assert bio.kaplan_meier(plain.times, plain.events).median() == pytest.approx(36, rel=0.05)


def test_no_threshold_finds_the_cells():
    pictures = bio.simulate_cells(20, seed=0)
    assert pictures.images.dtype == np.float32 and pictures.images.shape == (20, 1, 64, 64)
    assert ((pictures.masks > 0) == (pictures.cells > 0)).all() and (pictures.masks == 2).any()
    inside = pictures.cells > 0
    assert 0.05 < inside.mean() < 0.35
    best = max(2 * (guess & inside).sum() / (guess.sum() + inside.sum())  # Dice
               for limit in np.linspace(0, 1, 41) for guess in [pictures.images[:, 0] > limit])
    assert best < 0.75


@pytest.mark.parametrize("rule", ["nitro", "ring"])
def test_molecules_follow_their_rule(rule):
    data = bio.simulate_molecules(200, seed=0, rule=rule)
    for graph, label in zip(data.graphs, data.labels):
        matrix = graph.adjacency()
        assert (matrix == matrix.T).all() and matrix.trace() == 0
        bonds = graph.edge_index.shape[1] // 2
        core = matrix.copy()
        for _ in range(graph.nodes):  # take off leaves until only a ring is left
            core[core.sum(axis=1) <= 1] = 0
            core = core * core.T
        ring = core.sum(axis=1) > 0
        nitrogen = np.flatnonzero(graph.node_labels == 1)[0]
        on_ring = bool((matrix[nitrogen] * ring).any())
        if rule == "nitro":
            assert bonds == graph.nodes and ring.sum() == 6 and on_ring == bool(label)
        else:
            assert (ring.sum() == 6) == bool(label) and bonds == graph.nodes - 1 + label
    if rule == "nitro":
        counts = np.array([[*x.sum(axis=0), g.edge_index.shape[1]] for g, x in zip(data.graphs, data.features())])
        assert 0.35 < ridge_accuracy(counts, data.labels, 1.0) < 0.65


def test_the_network_is_homophilous():
    data = bio.simulate_network(400, seed=0)
    source, target = data.graph.edge_index
    assert (data.labels[source] == data.labels[target]).mean() == pytest.approx(0.8, abs=0.04)
    assert len(np.unique(data.graph.edge_index, axis=1).T) == data.graph.edge_index.shape[1] == 1600
    training, validation, test = bio.split_nodes(data.labels, 20, 100, 200, seed=0)
    assert np.bincount(data.labels[training]).tolist() == [20] * 4 and not set(training) & set(validation) & set(test)
    with pytest.raises(ValueError, match="at least 20 of each class and 1500 more"):
        bio.split_nodes(data.labels, seed=0)


@pytest.mark.parametrize("function, arguments, says", [
    (bio.simulate_promoters, {"n": 0}, "n=0"), (bio.simulate_promoters, {"n": 3, "length": 20}, "at least 30"),
    (bio.simulate_splice, {"n": 3, "length": 20}, "at least 36"), (bio.simulate_genes, {"n": 0}, "n=0"),
    (bio.simulate_localisation, {"n": 3, "length": (10, 20)}, "two lengths"),
    (bio.simulate_secondary_structure, {"n": 0}, "n=0"), (bio.random_potts, {"length": 3}, "at least 8"),
    (bio.simulate_virus, {"clusters": 1}, "2 clusters"), (bio.simulate_genotypes, {"heritability": 0}, "0 < heritability"),
    (bio.simulate_survival, {"censoring": 1}, "censoring in"), (bio.simulate_cells, {"n": 1, "size": 8}, "size >= 16"),
    (bio.simulate_molecules, {"n": 3, "rule": "x"}, "'nitro' or 'ring'"), (bio.simulate_network, {"classes": 1}, "classes=1")])
def test_arguments_are_checked(function, arguments, says):
    with pytest.raises(ValueError, match=says):
        function(**arguments, seed=0)
