"""How good are predictions, and how sure are we of it? Correlations, areas under the ROC curve, MCC.

All take ``(y_true, y_pred)``, 1-D and of one length, and give one number. The correlations take measured
scores, `roc_auc` and `auc01` labels 0/1 (``is_binder(scores)`` makes them), `mcc` classes. `bootstrap`
puts an interval around any of them.
"""
import warnings
from typing import NamedTuple

import numpy as np


class UndefinedMetricError(ValueError):
    """The metric has no value for these data: one class only, or a single pair.

    >>> roc_auc([1, 1], [0.2, 0.9])
    Traceback (most recent call last):
    tinygrad_bio.bio.metrics.UndefinedMetricError: roc_auc: y_true holds only the class 1, expected 0 and 1
    """


def pearson(y_true, y_pred):
    """Pearson's r = Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)² Σ(y − ȳ)²): 1 on a rising line, −1 on a falling one.

    If one side is constant, r is 0/0: NaN, with a RuntimeWarning.

    >>> round(pearson([0.1, 0.4, 0.8], [0.2, 0.3, 0.9]), 4)
    0.9527
    """
    x, y = _pair("pearson", y_true, y_pred)
    return _correlation("pearson", x, y)


def spearman(y_true, y_pred):
    """Spearman's ρ: Pearson's r of the ranks, so only the order counts. Equal values share their mean rank.

    >>> round(spearman([0.1, 0.4, 0.8], [1, 10, 1000]), 4)
    1.0
    """
    x, y = _pair("spearman", y_true, y_pred)
    return _correlation("spearman", ranks(x), ranks(y))


def ranks(x):
    """Ranks from 1; equal values share the mean of the ranks they take up together.

    >>> ranks([10, 30, 10])
    array([1.5, 3. , 1.5])
    """
    _, which, counts = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[which]


def _correlation(name, x, y):
    if len(x) < 2:
        raise UndefinedMetricError(f"{name}: got a single pair, expected at least two")
    for which, values in (("y_true", x), ("y_pred", y)):
        if values.min() == values.max():
            warnings.warn(f"{name}: {which} is constant, so the correlation is undefined (NaN)",
                          RuntimeWarning, stacklevel=3)
            return float("nan")
    x, y = _centred(x), _centred(y)
    r = (x @ y) / (np.linalg.norm(x) * np.linalg.norm(y))
    return float(np.clip(r, -1, 1))  # rounding may step over the edge by 1e-16


def _centred(x):
    """x − x̄, scaled near 1 by powers of two, which are exact: no square may leave the range of floats."""
    x = np.ldexp(x, -np.frexp(np.abs(x).max())[1])
    x = x - x.mean()
    return np.ldexp(x, -np.frexp(np.abs(x).max())[1])


def roc_auc(y_true, y_pred):
    """Area under the ROC curve: the chance that a random positive scores above a random negative.

    A tie counts ½. 1 is perfect, ½ is guessing. Counted from ranks, AUC = (R − n₊(n₊ + 1)/2) / (n₊ n₋) with
    R the sum of the ranks of the n₊ positives (Mann and Whitney's statistic).

    >>> roc_auc([1, 0, 1, 0], [0.9, 0.2, 0.4, 0.6])
    0.75
    """
    positive, score = _labels_and_scores("roc_auc", y_true, y_pred)
    n_pos, n_neg = int(positive.sum()), int((~positive).sum())
    return float((ranks(score)[positive].sum() - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg))


def auc01(y_true, y_pred, max_fpr=0.1):
    """AUC0.1: the area under the ROC curve up to a false positive rate of 0.1, divided by 0.1.

    That is the mean sensitivity in the strict part of the curve: it asks how good the *top* of the list is,
    which is what the laboratory will test. 1 is perfect; guessing gives 0.05, not ½ (scikit-learn's
    ``max_fpr`` rescales after McClish; this does not). Tied scores enter together, as one straight piece
    of the curve, and the cut at 0.1 is interpolated linearly.

    >>> round(auc01([1, 1, 0] + [0] * 19, [0.9, 0.7, 0.8] + [0.1] * 19), 4)
    0.75
    """
    positive, score = _labels_and_scores("auc01", y_true, y_pred)
    if not 0 < max_fpr <= 1:
        raise ValueError(f"auc01: got max_fpr={max_fpr}, expected a rate above 0 and up to 1")
    fpr, tpr = _roc_curve(positive, score)
    k = np.searchsorted(fpr, max_fpr)  # point k is the first at or behind the cut, k − 1 the last before it
    at_cut = tpr[k - 1] + (tpr[k] - tpr[k - 1]) * (max_fpr - fpr[k - 1]) / (fpr[k] - fpr[k - 1])
    x, y = np.append(fpr[:k], max_fpr), np.append(tpr[:k], at_cut)
    return float((np.diff(x) * (y[1:] + y[:-1]) / 2).sum() / max_fpr)  # trapezia


def _roc_curve(positive, score):
    """False and true positive rate when all scores down to s are called positive, for each distinct s."""
    order = np.argsort(-score, kind="stable")
    positive, score = positive[order], score[order]
    last_of_tie = np.append(score[1:] != score[:-1], True)
    fpr = np.cumsum(~positive)[last_of_tie] / (~positive).sum()
    tpr = np.cumsum(positive)[last_of_tie] / positive.sum()
    return np.append(0.0, fpr), np.append(0.0, tpr)  # from (0, 0) to (1, 1)


def mcc(y_true, y_pred):
    """Matthews correlation of true and predicted classes: 1 all right, 0 as good as chance.

    For any number of classes this is Gorodkin's R_K, which for two is Matthews' coefficient (−1: all
    wrong). With t_k and p_k how often class k is true and is predicted, c how many are right, s all:
    R_K = (c·s − Σ t_k p_k) / √((s² − Σ p_k²)(s² − Σ t_k²)).

    Classes may be numbers or names. If only one class is ever predicted the answer is 0, as in scikit-learn.
    Sources: Matthews 1975, BBA 405:442; Gorodkin 2004, Comput Biol Chem 28:367.

    >>> round(mcc(["SB", "WB", "NB", "NB"], ["SB", "NB", "NB", "NB"]), 4)
    0.6455
    """
    true, predicted = _classes("y_true", y_true), _classes("y_pred", y_pred)
    _check_shapes("mcc", true, predicted)
    names, codes = np.unique(np.concatenate([true, predicted]), return_inverse=True)
    true, predicted = codes[:len(true)], codes[len(true):]
    t = np.bincount(true, minlength=len(names)).astype(np.float64)  # (classes,)
    p = np.bincount(predicted, minlength=len(names)).astype(np.float64)
    if (t > 0).sum() < 2:
        raise UndefinedMetricError(f"mcc: y_true holds only the class {names[true[0]]}, expected two or more")
    c, s = (true == predicted).sum(), len(true)
    spread = (s * s - p @ p) * (s * s - t @ t)
    return float((c * s - t @ p) / np.sqrt(spread)) if spread > 0 else 0.0


class Interval(NamedTuple):
    """A value with its bootstrap interval; printed as ``value [low, high]``.

    >>> print(Interval(0.87123, 0.8612, 0.8805))
    0.871 [0.861, 0.880]
    """

    value: float
    low: float
    high: float

    def __str__(self):
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def bootstrap(metric, y_true, y_pred, n=1000, seed=0, level=0.95):
    """A metric with an interval: draw N of the N pairs with replacement, n times, and look at the spread.

    The interval holds the middle `level` of the n values. It says how much the result depends on *which*
    peptides happened to be measured, not how much on the network's random start. Pairs must be independent:
    with repeated measurements the interval is too narrow. Resamples without a value (one class only) are
    left out; if half of them are, that is an UndefinedMetricError.

    Returns
    -------
    Interval ``(value, low, high)``. Source: Efron & Tibshirani 1993, Introduction to the Bootstrap, ch. 13.

    >>> rng = np.random.default_rng(0)
    >>> truth = rng.normal(size=200)
    >>> print(bootstrap(pearson, truth, truth + rng.normal(size=200)))
    0.658 [0.584, 0.720]
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    value = float(metric(y_true, y_pred))  # checks the shapes too
    if n < 1 or not 0 < level < 1:
        raise ValueError(f"bootstrap: got n={n} and level={level}, expected n >= 1 and 0 < level < 1")
    if np.isnan(value):
        return Interval(value, value, value)
    rng, values = np.random.default_rng(seed), []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a constant resample of sound data is no news
        for _ in range(n):
            rows = rng.integers(0, len(y_true), size=len(y_true))
            try:
                values.append(metric(y_true[rows], y_pred[rows]))
            except UndefinedMetricError:
                continue
    values = np.array(values, dtype=np.float64)
    values = values[~np.isnan(values)]
    if len(values) <= n / 2:
        raise UndefinedMetricError(f"bootstrap: only {len(values)} of {n} resamples have a value, expected "
                                   "more than half. There are too few data, or too few of one class")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high))


def _check_shapes(metric, y_true, y_pred):
    if y_true.ndim != 1 or y_true.shape != y_pred.shape or not len(y_true):
        raise ValueError(f"{metric}: got y_true of shape {y_true.shape} and y_pred of shape {y_pred.shape}, "
                         "expected both 1-D, of one length and not empty. For a column (N, 1): y.squeeze(1)")


def _pair(metric, y_true, y_pred):
    """Both as float64 (N,), all finite."""
    x, y = np.asarray(y_true, dtype=np.float64), np.asarray(y_pred, dtype=np.float64)
    _check_shapes(metric, x, y)
    for which, values in (("y_true", x), ("y_pred", y)):
        wrong = np.flatnonzero(~np.isfinite(values))
        if len(wrong):
            raise ValueError(f"{metric}: {which}[{wrong[0]}] is {values[wrong[0]]}, expected finite numbers "
                             "(did the training diverge?)")
    return x, y


def _labels_and_scores(metric, y_true, y_pred):
    """The positives as a mask (N,), the scores as float64 (N,)."""
    labels, score = _pair(metric, y_true, y_pred)
    wrong = labels[(labels != 0) & (labels != 1)]
    if len(wrong):
        raise ValueError(f"{metric}: y_true holds {wrong[0]:g}, expected labels 0 and 1. "
                         "For measured scores: is_binder(y_true)")
    if labels.min() == labels.max():
        raise UndefinedMetricError(f"{metric}: y_true holds only the class {labels[0]:g}, expected 0 and 1")
    return labels == 1, score


def _classes(which, labels):
    labels = np.asarray(labels)
    if labels.dtype.kind == "f" and (labels != np.round(labels)).any():  # NaN too: it differs from itself
        first = labels[labels != np.round(labels)].flat[0]
        raise ValueError(f"mcc: {which} holds {first}, expected classes. "
                         "For scores: mcc(is_binder(y_true), is_binder(y_pred))")
    return labels
