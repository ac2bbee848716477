"""Tokenisers and masking, folds, matrices, baselines, class metrics, contacts, mutations, survival."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_bio as tg
from tinygrad_bio import bio

dna = st.text("ACGT", min_size=3, max_size=60)


# ------------------------------------------------------------------------------------------ tokens and masking

@given(dna, st.integers(1, 4), st.booleans())
def test_tokens_round_trip(sequence, k, overlapping):
    tokenizer = bio.KmerTokenizer(k, overlapping=overlapping)
    codes = tokenizer.encode(sequence)
    whole = len(sequence) if overlapping and len(sequence) >= k else len(sequence) // k * k
    assert tokenizer.decode(codes) == sequence[:whole]
    assert codes[0] == tokenizer.start and codes[-1] == tokenizer.end and len(tokenizer) == 5 + 4 ** k


def test_words_with_unknown_letters():
    tokenizer = bio.KmerTokenizer(2)
    assert tokenizer.tokens(tokenizer.encode("acNgt", special=False)) == ["AC", "[UNK]", "[UNK]", "GT"]
    assert tokenizer.decode(tokenizer.encode("ACNGT")) == "ACNGT"
    with pytest.raises(ValueError, match="position 3: found 'U'"):
        tokenizer.encode("ACU")
    with pytest.raises(ValueError, match="a sequence of 6 tokens, expected at most length=5"):
        tokenizer.batch(["ACGTA"], length=5)
    with pytest.raises(ValueError, match="a million words"):
        bio.KmerTokenizer(11)
    assert len(bio.KmerTokenizer(1, bio.PROTEIN)) == 25


@given(st.lists(dna, min_size=1, max_size=4), st.integers(1, 4), st.booleans(), st.integers(1, 4),
       st.floats(0.05, 0.9), st.integers(0, 99))
def test_no_visible_word_tells_about_a_target(sequences, k, overlapping, span, rate, seed):
    tokenizer = bio.KmerTokenizer(k, overlapping=overlapping)
    codes = tokenizer.batch(sequences)
    inputs, targets = bio.mask_tokens(codes, tokenizer, rate, seed=seed, span=span)
    for row, answer, original in zip(inputs, targets, codes):
        masked = row == tokenizer.mask
        assert (row[~masked] == original[~masked]).all()
        hidden = np.flatnonzero(answer >= 0)
        assert masked[hidden].all() and (answer[hidden] == original[hidden]).all()
        assert (original[masked] >= 5).all()
        if (original >= 5).any():
            assert len(hidden)
        reach = k if overlapping else 1
        for place in hidden:  # every word that shares a letter with a target is hidden
            for other in range(max(1, place - reach + 1), min(len(row) - 1, place + reach)):
                assert masked[other] or original[other] < 5


def test_as_much_is_hidden_as_was_asked():
    rng = np.random.default_rng(0)
    sequences = ["".join(rng.choice(list("ACGT"), 300)) for _ in range(50)]
    for k, span in ((1, 1), (3, 1), (6, (1, 5))):
        tokenizer = bio.KmerTokenizer(k)
        codes = tokenizer.batch(sequences)
        inputs, targets = bio.mask_tokens(codes, tokenizer, 0.15, seed=1, span=span)
        letters = [sum(1 for i in range(300) if all(row[1 + max(0, i - k + 1):1 + min(i, 300 - k) + 1] == tokenizer.mask))
                   for row in inputs]
        assert np.mean(letters) / 300 == pytest.approx(0.15, abs=0.015), (k, span)
        again = bio.mask_tokens(codes, tokenizer, 0.15, seed=1, span=span)
        assert (again.inputs == inputs).all()


def test_bert_shows_some_targets():
    tokenizer = bio.KmerTokenizer(1, bio.PROTEIN)
    codes = tokenizer.batch(["ACDEFGHIKLMNPQRSTVWY" * 50])
    inputs, targets = bio.mask_tokens(codes, tokenizer, 0.5, seed=0, random=0.2, keep=0.2)
    chosen = targets[0] >= 0
    shown = inputs[0][chosen]
    assert np.mean(shown == tokenizer.mask) == pytest.approx(0.6, abs=0.07)
    assert np.mean(shown == codes[0][chosen]) == pytest.approx(0.2 + 0.2 / 20, abs=0.06)
    assert (inputs[0][~chosen] == codes[0][~chosen]).all()
    with pytest.raises(ValueError, match="neighbours would show the answer"):
        bio.mask_tokens(bio.KmerTokenizer(3).batch(["ACGTAC"]), bio.KmerTokenizer(3), seed=0, keep=0.1)
    with pytest.raises(ValueError, match="rate=1.5"):
        bio.mask_tokens(codes, tokenizer, 1.5, seed=0)


# ------------------------------------------------------------------------------------------------------- folds

peptides = st.lists(st.text("ACD", min_size=3, max_size=9), min_size=4, max_size=30)


@given(peptides, st.integers(2, 5))
def test_motif_groups_are_the_connected_components(sequences, motif):
    groups = bio.common_motif_groups(sequences, motif)
    words = [{s[i:i + motif] for i in range(len(s) - motif + 1)} or {s} for s in sequences]
    reached = np.array([[bool(a & b) for b in words] for a in words])
    for _ in range(len(sequences)):
        reached = reached | ((reached.astype(int) @ reached.astype(int)) > 0)
    assert ((groups[:, None] == groups) == reached).all()


@given(peptides, st.integers(0, 5))
def test_no_group_is_in_two_folds(sequences, seed):
    groups = bio.groups_of(sequences)
    if groups.max() < 2:
        return
    folds = bio.group_folds(groups, 3, seed=seed)
    assert sorted(np.concatenate(folds)) == list(range(len(sequences)))
    for k, fold in enumerate(folds):
        for other in folds[k + 1:]:
            assert not set(groups[fold]) & set(groups[other])


def test_folds_are_even_and_stratified():
    rng = np.random.default_rng(0)
    groups, labels = rng.integers(0, 200, 1000), (rng.random(1000) < 0.1).astype(int)
    folds = bio.group_folds(groups, 5, seed=0, labels=labels)
    assert all(180 <= len(fold) <= 220 for fold in folds)
    assert max(labels[fold].sum() for fold in folds) - min(labels[fold].sum() for fold in folds) <= 6
    plain = bio.stratified_folds(labels, 5, seed=0)
    assert {int(labels[fold].sum()) for fold in plain} <= {labels.sum() // 5, labels.sum() // 5 + 1}
    assert sorted(np.concatenate(plain)) == list(range(1000))
    scores = rng.random(1000)
    means = [scores[fold].mean() for fold in bio.stratified_folds(scores, 5, seed=0)]
    assert max(means) - min(means) < 0.005
    assert not all((a == b).all() for a, b in zip(plain, bio.stratified_folds(labels, 5, seed=1)) if len(a) == len(b))
    with pytest.raises(ValueError, match="n=5 for 2 groups"):
        bio.group_folds([0, 0, 1], 5, seed=0)
    with pytest.raises(ValueError, match="3 or more"):
        list(bio.cross_validation(plain[:2]))
    for split in bio.cross_validation(plain):
        assert sorted(np.concatenate(split)) == list(range(1000))


def test_course_peptides_in_common_motif_folds(shared_data):
    table = bio.read_peptides(shared_data / "mhc1_smm" / "A0201")
    folds = bio.common_motif_folds(table.peptides, 5, motif=7, seed=0)
    words = [{p[i:i + 7] for row in fold for p in [table.peptides[row]] for i in range(3)} for fold in folds]
    assert not any(words[a] & words[b] for a in range(5) for b in range(a))
    assert max(map(len, folds)) - min(map(len, folds)) <= 20


# ---------------------------------------------------------------------------------------------------- baselines

def test_substitution_frequencies_are_the_courses(shared_data):
    rows = [line.split() for line in open(shared_data / "mhc1_smm" / "Matrices" / "blosum62.freq_rownorm")]
    theirs = np.array([row for row in rows if len(row) == 20], dtype=float)
    ours, background = bio.substitution_frequencies()
    np.testing.assert_allclose(ours.sum(axis=1), 1)
    assert np.abs(ours - theirs).max() < 0.06 and np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.99
    assert background.sum() == pytest.approx(1) and bio.PROTEIN.letters[background.argmax()] == "L"


def test_pssm_by_hand():
    flat = bio.fit_pssm(["AA", "AR"], beta=0, weighting=False)
    _, q = bio.substitution_frequencies()
    assert flat.matrix[0, 0] == pytest.approx(2 * np.log2(1 / q[0])) and flat.matrix[0, 5] == -np.inf
    assert flat.matrix[1, 1] == pytest.approx(2 * np.log2(0.5 / q[1]))
    only_pseudo = bio.fit_pssm(["I", "I"], beta=1e9)
    likes = bio.substitution_frequencies()[0][9]  # what stands opposite I
    np.testing.assert_allclose(only_pseudo.matrix[0], 2 * np.log2(likes / q), atol=1e-6)
    assert only_pseudo.matrix[0, bio.PROTEIN.letters.index("V")] > 0 > only_pseudo.matrix[0, bio.PROTEIN.letters.index("D")]
    with pytest.raises(ValueError, match="peptides of length 3, expected 2"):
        flat(["AAA"])


@pytest.mark.parametrize("similarity", [None, "BLOSUM62"])
def test_smm_finds_the_matrix_it_was_made_from(similarity):
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(9, 20))
    sequences = ["".join(rng.choice(list(bio.PROTEIN.letters), 9)) for _ in range(3000)]
    scores = bio.Pssm(truth, 0.3)(sequences) + 0.1 * rng.normal(size=3000)
    model = bio.fit_smm(sequences, scores, similarity=similarity)
    centred = truth - truth.mean(axis=1, keepdims=True)  # a constant per position cannot be told from the intercept
    found = model.matrix - model.matrix.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(found, centred, atol=0.06)
    assert bio.pearson(scores, model(sequences)) > 0.99


def test_leave_one_out_is_exact():
    rng = np.random.default_rng(1)
    sequences = ["".join(rng.choice(list("ACDE"), 3)) for _ in range(12)]
    scores = rng.normal(size=12)
    from tinygrad_bio.bio.pssm import _best_penalty
    x = bio.one_hot(sequences).reshape(12, -1).astype(float)
    u, s, _ = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    errors = {}
    for penalty in 10.0 ** np.arange(-2, 4.1, 0.25):
        rest = [np.arange(12) != k for k in range(12)]
        errors[penalty] = np.mean([(bio.ridge(x[r], scores[r], x[~r], penalty)[0] - scores[~r][0]) ** 2 for r in rest])
    assert _best_penalty(u, s, u.T @ (scores - scores.mean()), scores) == pytest.approx(min(errors, key=errors.get))


def test_smm_on_the_course_peptides(shared_data):
    folds = bio.read_folds(shared_data / "mhc1_smm" / "A0201")
    train, test = bio.PeptideTable.join(folds[1:]), folds[0]
    plain, alike = (bio.pearson(test.scores, bio.fit_smm(train.peptides, train.scores, similarity=s)(test.peptides))
                    for s in (None, "BLOSUM62"))
    assert 0.78 < plain < 0.83 and alike > plain - 0.005  # published for ridge: 0.802 over the five parts


def test_neighbours_and_ridge_against_scikit_learn():
    sklearn = pytest.importorskip("sklearn", reason="compared with scikit-learn")
    from sklearn.linear_model import Ridge
    from sklearn.neighbors import KNeighborsRegressor
    assert sklearn
    rng = np.random.default_rng(0)
    for f in (5, 80):
        x, y, new = rng.normal(size=(40, f)), rng.normal(size=(40, 2)), rng.normal(size=(9, f))
        np.testing.assert_allclose(bio.ridge(x, y, new, 2.0), Ridge(2.0).fit(x, y).predict(new), rtol=1e-8, atol=1e-10)
        for weighted in (True, False):
            theirs = KNeighborsRegressor(3, weights="distance" if weighted else "uniform").fit(x, y).predict(new)
            np.testing.assert_allclose(bio.nearest_neighbours(x, y, new, 3, weighted, block=4), theirs, rtol=1e-6)
    assert bio.nearest_neighbours(x, y[:, 0], x, 3)[:5] == pytest.approx(y[:5, 0], abs=1e-4)


def test_gblup_is_ridge_on_markers_and_finds_heritability():
    data, truth = bio.simulate_genotypes(400, 300, seed=0, heritability=0.6)
    kernel, y = bio.kinship(data.markers), data.traits[:, 0]
    train = np.arange(300)
    fixed = bio.gblup(kernel, y, train, heritability=0.5)
    x = data.markers.astype(float)
    scale = (x.mean(axis=0) * (1 - x.mean(axis=0))).sum()
    # The same answer as ridge with λ = δ · c; the kernel is centred on all lines and ridge on the training ones.
    direct = bio.ridge(x[train], y[train], x, penalty=scale)
    assert np.corrcoef(fixed.values, direct)[0, 1] > 0.9999
    found = bio.gblup(kernel, y, np.arange(400) < 300)
    at80 = bio.gblup(kernel, y, train, heritability=0.8)
    v = np.linalg.inv(kernel[:300, :300] + 0.25 * np.eye(300))
    mean = v.sum(axis=0) @ y[train] / v.sum()
    np.testing.assert_allclose(at80.values, mean + kernel[:, :300] @ v @ (y[train] - mean), rtol=1e-6)
    assert 0.4 < found.heritability < 0.8
    assert 0.4 < bio.pearson(y[300:], found.values[300:]) < np.sqrt(0.6)
    noise = np.random.default_rng(0).normal(size=400)
    assert bio.gblup(kernel, noise, train).heritability < 0.25
    for wrong in ({"heritability": 1.5}, {"heritability": 0.0}):
        with pytest.raises(ValueError, match="between 0 and 1"):
            bio.gblup(kernel, y, train, **wrong)
    with pytest.raises(ValueError, match="missing ones"):
        bio.kinship(np.array([[0, np.nan], [1, 2]]))


def test_gblup_on_wheat_is_near_the_published_numbers(shared_data):
    wheat = bio.read_genotypes(shared_data / "snp_wheat")
    kernel, rs = bio.kinship(wheat.markers), []
    for fold in range(1, 11):
        test = wheat.folds == fold
        values = bio.gblup(kernel, wheat.traits[:, 0], ~test).values
        rs.append(bio.pearson(wheat.traits[test, 0], values[test]))
    assert np.mean(rs) == pytest.approx(0.518, abs=0.03)  # Bayesian lasso on markers, Crossa et al. 2010


# ------------------------------------------------------------------------------------------------ class metrics

@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=40))
def test_class_metrics_against_scikit_learn(pairs):
    metrics = pytest.importorskip("sklearn.metrics", reason="compared with scikit-learn")
    true, predicted = map(list, zip(*pairs))
    assert (bio.confusion_matrix(true, predicted, list("abc")) == metrics.confusion_matrix(true, predicted, labels=list("abc"))).all()
    assert bio.accuracy(true, predicted).value == pytest.approx(metrics.accuracy_score(true, predicted))
    recalls = metrics.recall_score(true, predicted, average=None, labels=sorted(set(true)))
    assert bio.balanced_accuracy(true, predicted) == pytest.approx(np.mean(recalls))
    if len(set(true)) > 1:
        for name, value in bio.mcc_per_class(true, predicted).items():
            theirs = metrics.matthews_corrcoef([t == name for t in true], [p == name for p in predicted])
            assert value == pytest.approx(theirs, abs=1e-9)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=40))
def test_average_precision_against_scikit_learn(pairs):
    metrics = pytest.importorskip("sklearn.metrics", reason="compared with scikit-learn")
    true, scores = np.array([t for t, _ in pairs]), np.array([s for _, s in pairs], dtype=float)
    if 0 < true.sum() < len(true):
        assert bio.average_precision(true.astype(int), scores) == pytest.approx(metrics.average_precision_score(true, scores))


def test_wilson_against_scipy_and_its_edges():
    from scipy.stats import binomtest
    for right, n in ((0, 5), (5, 5), (3, 7), (102, 106)):
        theirs = binomtest(right, n).proportion_ci(method="wilson")
        assert bio.wilson(right, n)[1:] == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    with pytest.raises(ValueError, match="right=6, n=5"):
        bio.wilson(6, 5)
    with pytest.raises(ValueError, match="found the class 'z'"):
        bio.confusion_matrix(["a"], ["z"], ["a", "b"])
    assert bio.macro_auc(["x", "y", "x"], [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]], ["x", "y"]) == 1.0
    with pytest.raises(bio.UndefinedMetricError, match="two or more"):
        bio.macro_auc([0, 0], np.eye(2))


# ------------------------------------------------------------------------------------------ contacts, mutations

def test_apc_removes_what_is_only_in_the_margins():
    rng = np.random.default_rng(0)
    u = rng.uniform(1, 3, 30)
    contact = np.zeros((30, 30))
    contact[3, 20] = contact[20, 3] = 0.5
    corrected = bio.apc(np.outer(u, u) + contact)
    assert np.unravel_index(corrected.argmax(), corrected.shape) in ((3, 20), (20, 3))
    assert bio.apc(np.ones((2, 4, 4))).shape == (2, 4, 4) and np.abs(bio.apc(np.ones((4, 4)))).max() < 1e-12
    assert not bio.apc(np.zeros((4, 4))).any()
    with pytest.raises(ValueError, match="L, L"):
        bio.apc(np.ones((3, 4)))


def test_precision_counts_the_right_pairs():
    length = 20
    contacts, scores = np.zeros((2, length, length))
    pairs = [(i, i + 8) for i in range(10)]
    for rank, (i, j) in enumerate(pairs):
        scores[i, j] = scores[j, i] = 10 - rank
        contacts[i, j] = contacts[j, i] = rank < 6
    contacts[0, 1] = scores[0, 1] = scores[1, 0] = 99  # too near to count
    found = bio.precision_at(scores, contacts)
    assert found["L/5"] == 1.0 and found["L/2"] == 0.6 and found["L"] == pytest.approx(6 / 20)
    assert found["random"] == pytest.approx(6 / (14 * 15 / 2))
    known = np.ones((length, length), dtype=bool)
    known[0, 8] = False
    assert bio.precision_at(scores, contacts, known=known)["L/2"] == 0.5
    with pytest.raises(ValueError, match="not symmetric"):
        bio.precision_at(np.triu(scores), contacts)
    with pytest.raises(ValueError, match="smaller separation"):
        bio.precision_at(scores, contacts, separation=18)


def test_distances_become_contacts(shared_data):
    distances = bio.read_distances(shared_data / "msa_pf00014", 53)
    found = bio.precision_at(-distances, bio.contact_map(distances))
    assert found["L"] == 1.0 and 0.2 < found["random"] < 0.5


def test_mutations():
    assert len(bio.single_mutants("MKV")) == 57 and len(bio.single_mutants("MKV", positions=[2])) == 19
    for text in ("K", "12A", "KA", "K1-", "K-1A"):
        with pytest.raises(ValueError, match="such as 'N501Y'"):
            bio.Mutation.parse(text)
    with pytest.raises(ValueError, match="has M at position 1, expected K"):
        bio.Mutation("K", 1, "A").apply("MKV")
    with pytest.raises(ValueError, match="has nothing at position 9"):
        bio.Mutation("K", 9, "A").apply("MKV")


def test_effects_of_an_additive_score_are_its_matrix():
    rng = np.random.default_rng(0)
    model, sequence = bio.Pssm(rng.normal(size=(5, 20))), "MKVAW"
    effects = bio.effect_matrix(model, sequence, batch_size=7)
    own = bio.PROTEIN.encode(sequence)
    np.testing.assert_allclose(effects, model.matrix - model.matrix[np.arange(5), own][:, None], atol=1e-12)
    with pytest.raises(ValueError, match="one number each"):
        bio.effect_matrix(lambda texts: np.zeros((len(texts), 2)), "MK")


def test_cscs_finds_what_neither_half_finds():
    rng = np.random.default_rng(0)
    change, grammar = rng.random(2000), rng.random(2000)
    escapes = (change > 0.7) & (grammar > 0.7)
    both = bio.enrichment_auc(bio.cscs(change, np.log(grammar)), escapes)
    assert both > 0.92 > 0.87 > bio.enrichment_auc(change, escapes)
    assert (bio.cscs(change, grammar) == bio.cscs(change ** 3, np.log(grammar))).all()  # only ranks count
    order = np.argsort(-change)
    curve = np.concatenate([[0], np.cumsum(escapes[order]) / escapes.sum()])
    assert bio.enrichment_auc(change, escapes) == pytest.approx(np.mean((curve[1:] + curve[:-1]) / 2))


# ----------------------------------------------------------------------------------------------------- codons

def test_translation_is_biopythons():
    from Bio.Seq import Seq
    rng = np.random.default_rng(0)
    for letters in ("ACGT", "ACGTRYN"):
        for _ in range(50):
            gene = "".join(rng.choice(list(letters), 30))
            # Biopython says B, Z and J for pairs of amino acids; here they are X.
            theirs = str(Seq(gene).translate())
            ours = bio.translate(gene)
            assert len(ours) == len(theirs) and all(a == b or (a == "X" and b in "BZJ") for a, b in zip(ours, theirs))
            assert bio.reverse_complement(gene) == str(Seq(gene).reverse_complement())
    assert bio.translate("AATGGC", frame=1) == "M" and len(bio.CODONS) == 64
    with pytest.raises(ValueError, match="position 5: found '-'"):
        bio.translate("ATGA-G")
    with pytest.raises(ValueError, match="frame=3"):
        bio.translate("ATG", frame=3)


# --------------------------------------------------------------------------------------------------- survival

def cox_by_loops(risk, times, events):
    terms = [np.log(sum(np.exp(r) for r, t in zip(risk, times) if t >= ti)) - ri
             for ri, ti, e in zip(risk, times, events) if e]
    return np.mean(terms)


@given(st.lists(st.tuples(st.floats(-3, 3), st.integers(1, 6), st.booleans()), min_size=2, max_size=20))
def test_cox_loss_is_its_formula(patients):
    risk, times, events = (np.array(column) for column in zip(*patients))
    if not events.any():
        with pytest.raises(bio.UndefinedMetricError, match="no event"):
            bio.cox_loss(risk, times, events)
        return
    assert bio.cox_loss(risk, times, events) == pytest.approx(cox_by_loops(risk, times, events), rel=1e-9, abs=1e-9)
    shifted = bio.cox_loss(risk + 5000.0, times, events)  # only differences count, and nothing overflows
    assert shifted == pytest.approx(cox_by_loops(risk, times, events), rel=1e-6, abs=1e-6)


def test_cox_loss_is_differentiable(device):
    rng = np.random.default_rng(0)
    risk, times, events = rng.normal(size=12), rng.integers(1, 7, 12), rng.random(12) < 0.7
    x = tg.tensor(risk, device=device, requires_grad=True)
    loss = bio.cox_loss(x, times, events)
    loss.backward()
    gradient = np.empty(12)
    for i in range(12):
        step = 1e-6 * (np.arange(12) == i)
        gradient[i] = (cox_by_loops(risk + step, times, events) - cox_by_loops(risk - step, times, events)) / 2e-6
    np.testing.assert_allclose(x.grad.cpu().numpy(), gradient, atol=1e-7)
    assert loss.item() == pytest.approx(cox_by_loops(risk, times, events))
    with pytest.raises(ValueError, match=r"shape \(12, 1\) for 12 patients"):
        bio.cox_loss(x.unsqueeze(1), times, events)


def test_cox_loss_in_float32_stays_there():
    x = tg.zeros(3, requires_grad=True)
    assert bio.cox_loss(x, [1, 2, 3], [True, True, False]).dtype == tg.float32


@given(st.lists(st.tuples(st.integers(1, 6), st.booleans(), st.integers(0, 4)), min_size=2, max_size=25))
def test_concordance_counts_pairs(patients):
    good = known = 0
    for i, (ti, ei, ri) in enumerate(patients):
        for j, (tj, ej, rj) in enumerate(patients):
            if i != j and ei and (ti < tj or (ti == tj and not ej)):
                known += 1
                good += (ri > rj) + 0.5 * (ri == rj)
    times, events, risk = map(list, zip(*patients))
    if not known:
        with pytest.raises(bio.UndefinedMetricError):
            bio.concordance(times, events, risk)
    else:
        assert bio.concordance(times, events, risk) == pytest.approx(good / known)


def test_kaplan_meier_by_hand_and_logrank():
    # Freireich's 6-MP patients, the textbook example: S(6) = 0.857, S(23) = 0.448
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    events = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    curve = bio.kaplan_meier(times, events)
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    np.testing.assert_allclose(curve.survival, [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], atol=5e-4)
    assert curve.at(5) == 1 and curve.at(6) == curve.at(6.5) == pytest.approx(6 / 7) and curve.median() == 23
    np.testing.assert_allclose([curve.low[0], curve.high[0]], [0.6197, 0.9516], atol=1e-4)  # as Stata prints them
    np.testing.assert_allclose([curve.low[-1], curve.high[-1]], [0.1881, 0.6801], atol=1e-4)
    assert (curve.low < curve.survival).all() and (curve.survival < curve.high).all() and (curve.high <= 1).all()
    control = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    p = bio.logrank(times + control, events + [1] * 21, [True] * 21 + [False] * 21)
    assert p == pytest.approx(4.17e-5, rel=0.01)  # chi square 16.8, as published
    with pytest.raises(ValueError, match="someone in both groups"):
        bio.logrank(times, events, [True] * 21)


def test_survival_arguments_are_checked():
    for times, events in (([1, 2], [1]), ([], []), ([-1.0], [1]), ([1.0], [2]), ([np.nan], [1])):
        with pytest.raises(ValueError, match="kaplan_meier"):
            bio.kaplan_meier(times, events)
