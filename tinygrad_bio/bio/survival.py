"""Survival: times at which something happened, or until which it had not (censored).

Cox's model says that the hazard of patient i is e^{r_i} times a common one; a network gives the log risk r_i.
"""
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .metrics import UndefinedMetricError
from .tables import Table


@dataclass(frozen=True, eq=False, repr=False)
class Survival(Table):
    """N patients.

    features : (N, F) float32, what is known of each at the start (gene expression).
    times : (N,) float64, months until the event or until the patient was last seen.
    events : (N,) bool, True: the event happened; False: censored.
    feature_names : F strings.

    >>> Survival(np.zeros((2, 1)), np.array([3.0, 8.0]), np.array([True, False]), ["TP53"])
    <Survival: 2 patients, 1 events>
    """

    features: np.ndarray
    times: np.ndarray
    events: np.ndarray
    feature_names: list

    shared = ("feature_names",)

    def __repr__(self):
        return f"<Survival: {len(self)} patients, {int(np.sum(self.events))} events>"


def cox_loss(log_risk, times, events):
    """Cox's negative log partial likelihood per event, to be minimised:

    loss = −1/D Σ_{i: event} ( r_i − log Σ_{j: t_j ≥ t_i} e^{r_j} ),  D the number of events.

    Whoever is still there at t_i could have been the one. Tied times share one risk set (Breslow).

    Parameters
    ----------
    log_risk : (N,), a Tensor or an array; the loss is of the same kind. Made of operators only.
    times, events : (N,) arrays.

    Source: Cox 1972, J R Stat Soc B 34:187; for networks Katzman et al. 2018 (DeepSurv).

    >>> cox_loss(np.array([0.0, 0.0]), [1.0, 2.0], [True, True]).round(4)  # log 2 for the first, 0 for the last
    np.float64(0.3466)
    """
    times, events = _times("cox_loss", times, events)
    if tuple(log_risk.shape) != times.shape:
        raise ValueError(f"cox_loss: got log_risk of shape {tuple(log_risk.shape)} for {len(times)} patients, "
                         f"expected ({len(times)},). For a column: log_risk.squeeze(1)")
    if not events.any():
        raise UndefinedMetricError("cox_loss: no event, so there is nothing to learn. Use larger batches")
    # The risk set of each event as a row of 0 and −inf: what is added before exp leaves the others out.
    at_risk = times[None, :] >= times[events][:, None]  # (D, N)
    out = _beside(log_risk, np.where(at_risk, 0.0, -np.inf))
    row = log_risk[None, :] + out  # (D, N)
    top = _beside(log_risk, _detached(row).max(axis=1, keepdims=True))  # (D, 1): no e^r may leave the range of floats
    log_sum = np.log(np.exp(row - top).sum(1)) + top[:, 0]  # (D,)
    return (log_sum.sum() - (log_risk * _beside(log_risk, events * 1.0)).sum()) / int(events.sum())


def _detached(x):
    """The numbers of a Tensor or an array, on the host."""
    return np.asarray(x.detach().cpu() if hasattr(x, "detach") else x)


def _beside(x, constant):
    """An array that may be added to x: of x's precision and, if x is a Tensor, on x's device."""
    return x.new_tensor(constant) if hasattr(x, "new_tensor") else constant.astype(x.dtype)


def concordance(times, events, risk):
    """Harrell's C: of all pairs of which we know who had the event first, the share in which that one had the
    higher risk.

    Equal risks count ½; ½ is guessing and 1 perfect. A pair is known if the earlier time is an event; with
    equal times, if one of the two is censored. Any increasing function of the risk gives the same answer.
    (Harrell et al. 1982.)

    >>> concordance([2, 4, 6], [True, True, False], [0.9, 0.1, 0.4]).round(4)
    np.float64(0.6667)
    """
    times, events = _times("concordance", times, events)
    risk = np.asarray(risk, dtype=np.float64)
    if risk.shape != times.shape or not np.isfinite(risk).all():
        raise ValueError(f"concordance: got risk of shape {risk.shape} for {len(times)} patients, "
                         f"expected ({len(times)},) finite numbers")
    good = known = 0.0
    for i in np.flatnonzero(events):
        others = (times > times[i]) | ((times == times[i]) & ~events)
        known += others.sum()
        good += (risk[i] > risk[others]).sum() + 0.5 * (risk[i] == risk[others]).sum()
    if not known:
        raise UndefinedMetricError("concordance: no pair of which we know who had the event first")
    return np.float64(good / known)


class Curve(NamedTuple):
    """A survival curve, a staircase: `times` of the events (K,), `survival` from each on (K,), and its 95 %
    interval `low`, `high`; `at_risk` (K,) how many were left just before.

    >>> Curve(np.array([1.0]), np.array([0.5]), np.array([0.1]), np.array([0.9]), np.array([2])).at(0.5)
    1.0
    """

    times: np.ndarray
    survival: np.ndarray
    low: np.ndarray
    high: np.ndarray
    at_risk: np.ndarray

    def at(self, time):
        """The share that is still without event at `time`."""
        before = np.searchsorted(self.times, time, side="right")
        return float(self.survival[before - 1]) if before else 1.0

    def median(self):
        """The first time at which half have had the event; inf if that is never seen."""
        below = np.flatnonzero(self.survival <= 0.5)
        return float(self.times[below[0]]) if len(below) else float("inf")


def kaplan_meier(times, events):
    """The survival curve of a group: S(t) = Π_{t_k ≤ t} (1 − d_k / n_k), d_k events among n_k still there: a
    `Curve`.

    The interval is Greenwood's on the log-log scale, so it stays within 0 and 1. (Kaplan & Meier 1958.)

    >>> kaplan_meier([1, 2, 3, 4], [True, False, True, True]).survival
    array([0.75 , 0.375, 0.   ])
    """
    times, events = _times("kaplan_meier", times, events)
    when, deaths = np.unique(times[events], return_counts=True)
    left = (times[None, :] >= when[:, None]).sum(axis=1)  # (K,)
    survival = np.cumprod(1 - deaths / left)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(deaths / (left * (left - deaths)))
        width = 1.959964 * np.sqrt(greenwood) / np.log(survival)
        low, high = survival ** np.exp(-width), survival ** np.exp(width)
    low, high = (np.where(survival > 0, edge, 0.0) for edge in (low, high))
    return Curve(when, survival, low, high, left)


def logrank(times, events, group):
    """Do two groups differ in survival? The p-value of the log-rank test; `group` (N,) is True for one of the
    groups.

    >>> round(logrank([1, 2, 3, 10, 11, 12], [True] * 6, [True] * 3 + [False] * 3), 3)
    0.025
    """
    from scipy.stats import chi2
    times, events = _times("logrank", times, events)
    group = np.asarray(group).astype(bool)
    if group.shape != times.shape or group.all() or not group.any():
        raise ValueError(f"logrank: got group of shape {group.shape} with {int(group.sum())} True for "
                         f"{len(times)} patients, "
                         "expected one value each, and someone in both groups")
    difference = variance = 0.0
    for t in np.unique(times[events]):
        here, left = events & (times == t), times >= t
        d, n, n1 = here.sum(), left.sum(), (left & group).sum()
        difference += (here & group).sum() - d * n1 / n
        variance += d * (n1 / n) * (1 - n1 / n) * (n - d) / max(n - 1, 1)
    return float(chi2.sf(difference ** 2 / variance, 1)) if variance else 1.0


def _times(function, times, events):
    times, events = np.asarray(times, dtype=np.float64), np.asarray(events)
    if times.ndim != 1 or times.shape != events.shape or not len(times):
        raise ValueError(f"{function}: got times of shape {times.shape} and events of shape {events.shape}, "
                         "expected two of (N,), not empty")
    if not np.isfinite(times).all() or (times < 0).any() or not np.isin(events, (0, 1)).all():
        raise ValueError(f"{function}: expected times of at least 0 and events that are True or False")
    return times, events.astype(bool)
