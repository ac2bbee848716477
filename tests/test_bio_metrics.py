"""Correlations, ROC areas, MCC and bootstrap: `tinygrad_bio.bio.metrics`, against SciPy and scikit-learn."""
import warnings

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tinygrad_bio.bio import UndefinedMetricError, auc01, bootstrap, mcc, pearson, roc_auc, spearman

# Few distinct values, so that ties are common.
values = st.one_of(st.integers(-3, 3).map(float), st.floats(-1e6, 1e6, allow_subnormal=False))


@st.composite
def pairs(draw, left=values, right=values, min_size=2, max_size=40):
    n = draw(st.integers(min_size, max_size))
    return (np.array(draw(st.lists(left, min_size=n, max_size=n))),
            np.array(draw(st.lists(right, min_size=n, max_size=n))))


labelled = pairs(left=st.integers(0, 1)).filter(lambda pair: 0 < pair[0].sum() < len(pair[0]))


# ---- correlations

@settings(deadline=None)
@given(pairs())
def test_pearson_is_scipys(pair):
    # Where the spread is a rounding error of the mean, r is noise in SciPy too (it warns there).
    assume(all(np.ptp(x) > 1e-6 * np.abs(x).max() for x in pair))
    assert pearson(*pair) == pytest.approx(scipy.stats.pearsonr(*pair).statistic, abs=1e-8)


@settings(deadline=None)
@given(pairs())
def test_spearman_is_scipys(pair):
    assume(all(np.ptp(x) > 0 for x in pair))
    assert spearman(*pair) == pytest.approx(scipy.stats.spearmanr(*pair).statistic, abs=1e-12)


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=10))
def test_pearson_stands_any_float(x):
    assume(min(x) < max(x) and np.isfinite(max(x) - min(x)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pearson(x, x) == pytest.approx(1, abs=1e-9)
        assert pearson(x, np.negative(x)) == pytest.approx(-1, abs=1e-9)


@settings(deadline=None)
@given(pairs(left=st.integers(-5, 5), right=st.integers(-5, 5)))
def test_only_the_order_matters_to_spearman(pair):
    x, y = pair
    assume(np.ptp(x) > 0 and np.ptp(y) > 0)
    assert spearman(np.exp(x), y ** 3) == pytest.approx(spearman(x, y), abs=1e-12)


@pytest.mark.parametrize("metric", [pearson, spearman])
def test_a_constant_side_gives_nan_and_a_warning(metric):
    with pytest.warns(RuntimeWarning, match=f"{metric.__name__}: y_pred is constant"):
        assert np.isnan(metric([0.1, 0.2, 0.3], [0.5, 0.5, 0.5]))
    with pytest.warns(RuntimeWarning, match="y_true is constant"):
        assert np.isnan(metric([0.1, 0.1, 0.1], [0.5, 0.6, 0.5]))
    with pytest.raises(UndefinedMetricError, match="single pair"):
        metric([0.1], [0.2])


# ---- ROC

@settings(deadline=None)
@given(labelled)
def test_auc_is_the_chance_that_a_positive_scores_higher(pair):
    labels, scores = pair
    above = np.subtract.outer(scores[labels == 1], scores[labels == 0])
    assert roc_auc(labels, scores) == pytest.approx(np.mean((above > 0) + 0.5 * (above == 0)), abs=1e-12)
    assert roc_auc(labels, scores) == pytest.approx(sklearn.metrics.roc_auc_score(labels, scores), abs=1e-12)


@settings(deadline=None)
@given(labelled, st.sampled_from([0.01, 0.1, 0.3, 0.5, 0.999]))
def test_auc01_is_scikit_learns_without_mcclish(pair, cut):
    labels, scores = pair
    scaled = sklearn.metrics.roc_auc_score(labels, scores, max_fpr=cut)
    # scaled = ½(1 + (area − cut²/2) / (cut − cut²/2)), turned round:
    area = (2 * scaled - 1) * (cut - cut ** 2 / 2) + cut ** 2 / 2
    assert auc01(labels, scores, max_fpr=cut) == pytest.approx(area / cut, abs=1e-9)


@settings(deadline=None)
@given(labelled)
def test_auc01_with_the_whole_curve_is_the_auc(pair):
    assert auc01(*pair, max_fpr=1) == pytest.approx(roc_auc(*pair), abs=1e-12)


def test_auc01_known_values():
    labels = np.array([1] * 5 + [0] * 100)
    assert auc01(labels, labels) == pytest.approx(1)                  # perfect
    assert auc01(labels, np.zeros(105)) == pytest.approx(0.05)        # all tied: guessing
    assert auc01(labels, -labels) == 0                                # upside down
    # 5 of 100 negatives above all positives: sensitivity 0 up to a rate of 0.05, then 1.
    assert auc01(labels, np.concatenate([np.full(5, 2), np.full(5, 3), np.zeros(95)])) == pytest.approx(0.5)


@pytest.mark.parametrize("metric", [roc_auc, auc01])
def test_roc_needs_two_classes_and_labels(metric):
    with pytest.raises(UndefinedMetricError, match=f"{metric.__name__}: y_true holds only the class 0"):
        metric([0, 0], [0.1, 0.2])
    with pytest.raises(ValueError, match=r"y_true holds 0.7, expected labels 0 and 1.*is_binder"):
        metric([0.7, 1, 0], [0.1, 0.2, 0.3])
    assert metric([True, False], [2, 1]) == 1
    with pytest.raises(ValueError, match="max_fpr=0"):
        auc01([0, 1], [0, 1], max_fpr=0)


# ---- MCC

@settings(deadline=None)
@given(pairs(left=st.integers(0, 3), right=st.integers(0, 4)))
def test_mcc_is_scikit_learns(pair):
    assume(len(set(pair[0])) > 1)
    expected = sklearn.metrics.matthews_corrcoef(*pair)
    assert mcc(*pair) == pytest.approx(expected, abs=1e-12)
    assert mcc(*(np.array(list("abcde"))[each] for each in pair)) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(pairs(left=st.booleans(), right=st.booleans()))
def test_mcc_of_two_classes_is_their_pearson_correlation(pair):
    assume(all(len(set(each)) == 2 for each in pair))
    assert mcc(*pair) == pytest.approx(pearson(*pair), abs=1e-12)


def test_mcc_edges():
    assert mcc([0, 1, 1], [1, 1, 1]) == 0
    assert mcc([0.0, 1.0], [0.0, 1.0]) == 1
    with pytest.raises(UndefinedMetricError, match="only the class 1"):
        mcc([1, 1], [1, 0])
    with pytest.raises(ValueError, match=r"y_pred holds 0.3, expected classes.*is_binder\(y_pred\)"):
        mcc([0.0, 1.0], [0.3, 0.9])
    with pytest.raises(ValueError, match="holds nan"):
        mcc([0.0, 1.0], [np.nan, 1.0])
    many = np.arange(200_000) % 2  # s⁴ = 1.6e21 is beyond 64-bit integers
    assert mcc(many, many) == pytest.approx(1)


# ---- shapes and NaN, for all

@pytest.mark.parametrize("metric", [pearson, spearman, roc_auc, auc01, mcc])
def test_shapes_must_agree(metric):
    labels = np.array([0, 1, 1])
    for wrong in (labels[:2], labels[:, None], labels[None]):
        with pytest.raises(ValueError, match=f"{metric.__name__}: got y_true of shape .*squeeze"):
            metric(labels, wrong)
    with pytest.raises(ValueError, match="1-D"):
        metric(labels[:, None], labels[:, None])
    with pytest.raises(ValueError, match="not empty"):
        metric([], [])


@pytest.mark.parametrize("metric", [pearson, spearman, roc_auc, auc01])
def test_nan_is_refused_by_name(metric):
    with pytest.raises(ValueError, match=rf"{metric.__name__}: y_pred\[1\] is nan.*diverge"):
        metric([0, 1, 1], [0.1, np.nan, 0.3])


# ---- bootstrap

def correlated(rng, n, rho):
    x, noise = rng.normal(size=(2, n))
    return x, rho * x + np.sqrt(1 - rho ** 2) * noise


def test_bootstrap_intervals_cover_the_truth_as_often_as_they_say():
    rng, hits = np.random.default_rng(0), 0
    for seed in range(200):
        interval = bootstrap(pearson, *correlated(rng, 100, 0.6), n=200, seed=seed, level=0.9)
        hits += interval.low <= 0.6 <= interval.high
    assert 0.84 <= hits / 200 <= 0.95  # 0.90, two standard errors being 0.04; percentiles are a little narrow


def test_bootstrap_is_seeded_and_nested():
    pair = correlated(np.random.default_rng(1), 80, 0.7)
    first = bootstrap(pearson, *pair, n=300)
    assert first == bootstrap(pearson, *pair, n=300) != bootstrap(pearson, *pair, n=300, seed=1)
    assert first.value == pearson(*pair) and first.low < first.value < first.high
    narrow = bootstrap(pearson, *pair, n=300, level=0.5)
    assert first.low < narrow.low < narrow.high < first.high


def test_bootstrap_resamples_pairs_not_sides():
    x = np.random.default_rng(2).normal(size=50)
    assert bootstrap(pearson, x, x, n=50)[1:] == pytest.approx((1, 1))  # shuffled apart, it would be near 0


def test_bootstrap_leaves_out_undefined_resamples():
    labels, scores = [1] + [0] * 30, [0.9] + [0.1] * 30  # a third of the resamples has no positive
    assert bootstrap(roc_auc, labels, scores, n=200) == (1, 1, 1)
    with pytest.raises(UndefinedMetricError, match="only .* of 200 resamples"):
        bootstrap(spearman, [0, 1], [0.2, 0.9], n=200, seed=1)  # half of them draw one pair twice
    with pytest.raises(UndefinedMetricError, match="only the class 0"):
        bootstrap(roc_auc, [0, 0], [0.1, 0.2])


def test_bootstrap_of_nan_is_nan_and_warns_once():
    with pytest.warns(RuntimeWarning) as caught:
        interval = bootstrap(pearson, [1, 2, 3], [5, 5, 5])
    assert np.isnan(interval).all() and len(caught) == 1


@pytest.mark.parametrize("keywords", [{"n": 0}, {"level": 0}, {"level": 95}])
def test_bootstrap_arguments(keywords):
    with pytest.raises(ValueError, match="n >= 1 and 0 < level < 1"):
        bootstrap(pearson, [1, 2, 3], [1, 2, 4], **keywords)


def test_bootstrap_passes_other_errors_on():
    calls = iter([1.0, 0.9])  # the sample itself, one resample, and then a fault

    def faulty(y_true, y_pred):
        return next(calls)

    with pytest.raises(StopIteration):
        bootstrap(faulty, [1, 2], [1, 2])
