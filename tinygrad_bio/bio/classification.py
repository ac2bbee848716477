"""How good are predicted classes: accuracy with its interval, the confusion matrix, and numbers for each
class."""
import numpy as np

from .metrics import Interval, UndefinedMetricError, _check_shapes, _classes, mcc, roc_auc


def wilson(right, n, level=0.95):
    """The share right / n with Wilson's interval, which stays within 0 and 1 and holds for few cases too: an
    `Interval`.

    >>> print(wilson(102, 106))
    0.962 [0.907, 0.985]
    """
    from scipy.special import ndtri
    if not 0 <= right <= n or n < 1 or not 0 < level < 1:
        raise ValueError(f"wilson: got right={right}, n={n}, level={level}, expected 0 <= right <= n, n >= "
                         f"1, 0 < level < 1")
    z, p = float(ndtri((1 + level) / 2)), right / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    width = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Interval(p, float(max(centre - width, 0)), float(min(centre + width, 1)))


def accuracy(y_true, y_pred, level=0.95):
    """The share of right answers, with Wilson's interval: an `Interval`.

    >>> accuracy([0, 1, 1, 1], [0, 1, 0, 1]).value
    0.75
    """
    true, predicted = _both("accuracy", y_true, y_pred)
    return wilson(int((true == predicted).sum()), len(true), level)


def confusion_matrix(y_true, y_pred, classes=None):
    """How often class i (row) was taken for class j (column): (K, K) int64.

    `classes` gives the order; None takes all that occur, ascending.

    >>> confusion_matrix(["a", "b", "b"], ["a", "a", "b"])
    array([[1, 0],
           [1, 1]])
    """
    true, predicted = _both("confusion_matrix", y_true, y_pred)
    classes = np.unique(np.concatenate([true, predicted])) if classes is None else np.asarray(classes)
    index = {value: k for k, value in enumerate(classes.tolist())}
    unknown = set(true.tolist() + predicted.tolist()) - set(index)
    if unknown:
        raise ValueError(f"confusion_matrix: found the class {sorted(unknown)[0]!r}, expected one of {list(index)}")
    table = np.zeros((len(classes),) * 2, dtype=np.int64)
    np.add.at(table, ([index[c] for c in true.tolist()], [index[c] for c in predicted.tolist()]), 1)
    return table


def mcc_per_class(y_true, y_pred):
    """Matthews correlation of each class against all others: a dictionary class -> number.

    >>> {name: round(value, 3) for name, value in mcc_per_class(["a", "b", "c", "c"], ["a", "b", "b", "c"]).items()}
    {'a': 1.0, 'b': 0.577, 'c': 0.577}
    """
    true, predicted = _both("mcc_per_class", y_true, y_pred)
    return {name: mcc(true == name, predicted == name) for name in np.unique(true).tolist()}


def recall_per_class(y_true, y_pred):
    """Of each class, the share that was found, with Wilson's interval: a dictionary class -> `Interval`. 1 −
    it: error.

    >>> print(recall_per_class(["N", "N", "EI"], ["N", "EI", "EI"])["N"])
    0.500 [0.095, 0.905]
    """
    true, predicted = _both("recall_per_class", y_true, y_pred)
    return {name: wilson(int((predicted[true == name] == name).sum()), int((true == name).sum()))
            for name in np.unique(true).tolist()}


def balanced_accuracy(y_true, y_pred):
    """The mean of the classes' recalls: a rare class counts as much as a frequent one.

    >>> balanced_accuracy([0, 0, 0, 1], [0, 0, 0, 0])
    0.5
    """
    return float(np.mean([interval.value for interval in recall_per_class(y_true, y_pred).values()]))


def macro_auc(y_true, scores, classes=None):
    """The mean over classes of `roc_auc`, each against all others: labels (N,) and scores (N, K).

    `labels` are column numbers, or one of `classes` (K). A class that does not occur in `y_true` is left out.

    >>> macro_auc([0, 1, 2], np.eye(3))
    1.0
    """
    true, scores = np.asarray(y_true), np.asarray(scores, dtype=np.float64)
    if scores.ndim != 2 or len(scores) != len(true):
        raise ValueError(f"macro_auc: got y_true {true.shape} and scores {scores.shape}, expected (N,) and (N, K)")
    classes = np.arange(scores.shape[1]) if classes is None else np.asarray(classes)
    areas = [roc_auc(true == name, scores[:, k]) for k, name in enumerate(classes)
             if 0 < (true == name).sum() < len(true)]
    if not areas or not np.isin(true, classes).all():
        raise UndefinedMetricError(f"macro_auc: y_true holds {np.unique(true)[:5]}, expected two or more of "
                                   f"{classes[:5]}")
    return float(np.mean(areas))


def average_precision(y_true, y_pred):
    """Area under the precision–recall curve, Σ (R_k − R_{k−1}) P_k over the distinct scores, best first.

    A guesser gets the share of positives, so this tells more than ROC where positives are rare.

    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
    0.8333
    """
    from .metrics import _labels_and_scores
    positive, score = _labels_and_scores("average_precision", y_true, y_pred)
    order = np.argsort(-score, kind="stable")
    positive, score = positive[order], score[order]
    last = np.append(score[1:] != score[:-1], True)
    found = np.cumsum(positive)[last]
    called = np.flatnonzero(last) + 1
    return float((np.diff(found, prepend=0) / positive.sum() * found / called).sum())


def rmse(y_true, y_pred):
    """Root mean squared error, in the units of y.

    >>> rmse([1.0, 2.0], [1.0, 4.0])
    1.4142135623730951
    """
    from .metrics import _pair
    true, predicted = _pair("rmse", y_true, y_pred)
    return float(np.sqrt(np.mean((true - predicted) ** 2)))


def _both(function, y_true, y_pred):
    true, predicted = _classes("y_true", y_true), _classes("y_pred", y_pred)
    _check_shapes(function, true, predicted)
    return true, predicted
