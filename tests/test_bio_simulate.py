"""The simulator of peptide–MHC data: `tinygrad_bio.bio.simulate`."""
import numpy as np
import pytest

from tinygrad_bio.bio import (PROTEIN, Motif, PeptideTable, a2_motif, deal_folds, is_binder, one_hot, pearson,
                              simulate_peptides)
from tinygrad_bio.bio.simulate import BACKGROUND, HYDROPHOBIC, POLAR


@pytest.fixture(scope="module")
def simulated():
    return simulate_peptides(4000, seed=0)


def additive_fit(table):
    """The best model without interactions: least squares (a little ridge, since each position sums to 1)."""
    x = one_hot(table.peptides).reshape(len(table), -1).astype(np.float64)  # (N, 180)
    mean = table.scores.mean()
    weights = np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ (table.scores - mean))

    def predict(peptides):
        return mean + one_hot(peptides).reshape(len(peptides), -1) @ weights

    return weights.reshape(9, 20), predict


def test_tables_look_like_measured_ones(simulated):
    table, motif = simulated
    assert len(table) == len(set(table.peptides)) == 4000
    assert all(len(peptide) == 9 and set(peptide) <= set(PROTEIN.letters) for peptide in table.peptides)
    assert table.scores.min() == 0 and table.scores.max() == 1  # an assay has both limits
    assert 0.35 < is_binder(table.scores).mean() < 0.45
    assert set(table.alleles) == {motif.allele}


def test_the_seed_decides():
    first, again, other = (simulate_peptides(50, seed=seed)[0] for seed in (3, 3, 4))
    assert first.peptides == again.peptides and first.peptides != other.peptides
    np.testing.assert_array_equal(first.scores, again.scores)
    with pytest.raises(TypeError, match="seed"):
        simulate_peptides(50)


def test_without_noise_scores_are_the_motifs():
    table, motif = simulate_peptides(200, seed=0, noise=0)
    np.testing.assert_allclose(table.scores, np.clip(motif.binding(table.peptides), 0, 1))
    noisy, _ = simulate_peptides(4000, seed=0, noise=0.05)
    true = motif.binding(noisy.peptides)
    inside = (true > 0.2) & (true < 0.8)  # where the limits do not cut
    assert np.std((noisy.scores - true)[inside]) == pytest.approx(0.05, rel=0.05)


def test_binding_is_matrix_plus_pairs():
    matrix = np.zeros((3, 20))
    matrix[0, PROTEIN.letters.index("A")] = 0.5
    motif = Motif(matrix, pairs=((1, "AR", 3, "W", 0.25),), offset=0.1)
    found = motif.binding(["AAA", "AAW", "RAW", "RRR", "WAA"])
    assert found.tolist() == pytest.approx([0.6, 0.85, 0.35, 0.1, 0.1])
    assert motif.consensus()[0] == "A"
    with pytest.raises(ValueError, match="peptides of length 4, expected 3"):
        motif.binding(["AAAA"])


def test_the_motif_favours_its_anchors():
    motif = a2_motif()
    probabilities = motif.probabilities()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_allclose(motif.probabilities(0), np.tile(BACKGROUND, (9, 1)))
    assert PROTEIN.letters[probabilities[1].argmax()] == "L" and motif.consensus()[8] == "V"
    assert sorted(HYDROPHOBIC + POLAR) == sorted(PROTEIN.letters)
    best, one_anchor, none = motif.binding(["ALAAAAKAV", "ALAAAAKAK", "AKAAAAKAK"])
    assert best - one_anchor > one_anchor - none  # together they hold better than one by one


def test_enrichment_and_background():
    table, _ = simulate_peptides(4000, seed=0, enriched=0)
    frequencies = one_hot(table.peptides).mean(axis=(0, 1))
    np.testing.assert_allclose(frequencies, BACKGROUND, atol=0.005)  # 36 000 letters: standard error 0.0016
    few, half, many = (is_binder(simulate_peptides(2000, seed=0, enriched=share)[0].scores).mean()
                       for share in (0, 0.5, 1))
    assert few < 0.2 < 0.35 < half < 0.5 < 0.6 < many


def test_an_additive_model_finds_the_anchors_but_leaves_room_for_a_network(simulated):
    table, motif = simulated
    folds = deal_folds(table)
    train, test = PeptideTable.join(folds[1:]), folds[0]
    weights, predict = additive_fit(train)
    assert {PROTEIN.letters[weights[1].argmax()], PROTEIN.letters[weights[8].argmax()]} == {"L", "V"}
    additive = pearson(test.scores, predict(test.peptides))
    ceiling = pearson(test.scores, np.clip(motif.binding(test.peptides), 0, 1))  # what noise leaves possible
    assert 0.78 < additive < 0.86
    assert 0.91 < ceiling < 0.95


@pytest.mark.parametrize("keywords", [{"n": 0}, {"noise": -1}, {"enriched": 1.5}])
def test_arguments_are_checked(keywords):
    with pytest.raises(ValueError, match="expected n >= 1, noise >= 0 and enriched in"):
        simulate_peptides(**{"n": 10, "seed": 0, **keywords})


def test_impossible_requests_end(simulated):
    with pytest.raises(ValueError, match="found only 20 different peptides of length 1"):
        simulate_peptides(30, seed=0, motif=Motif(np.zeros((1, 20))))


@pytest.mark.parametrize("matrix, pairs, message", [
    (np.zeros((9, 19)), (), r"matrix of shape \(9, 19\)"),
    (np.zeros((9, 20)), ((0, "A", 3, "A", 1.0),), "positions 1 to 9"),
    (np.zeros((9, 20)), ((1, "A", 10, "A", 1.0),), "positions 1 to 9"),
    (np.zeros((9, 20)), ((1, "X", 3, "A", 1.0),), "letters of"),
])
def test_a_motif_checks_itself(matrix, pairs, message):
    with pytest.raises(ValueError, match=message):
        Motif(matrix, pairs)
