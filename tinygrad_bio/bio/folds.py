"""Folds for cross-validation that do not fool anybody: what is alike stays together.

All give a list of index arrays, the test parts, which together hold every row once; `cross_validation` walks
through them.
"""
from typing import NamedTuple

import numpy as np

from .encoding import kmers


def groups_of(items):
    """A number for each item, (N,) int64, equal for equal items: duplicates become groups, in order of
    appearance.

    >>> groups_of(["ACGT", "GGCC", "ACGT"])
    array([0, 1, 0])
    """
    number = {}
    return np.array([number.setdefault(item, len(number)) for item in items], dtype=np.int64)


def common_motif_groups(sequences, motif=8):
    """Sequences that share a stretch of `motif` letters get the same number, and so do those that are linked
    by others.

    Found by union-find over the k-mers. Sequences shorter than `motif` are grouped if equal.

    >>> common_motif_groups(["AAAACCCC", "CCCCDDDD", "EEEEFFFF"], motif=4)
    array([0, 0, 1])
    """
    if motif < 1:
        raise ValueError(f"common_motif_groups: got motif={motif}, expected at least 1")
    parent, owner = list(range(len(sequences))), {}

    def root(i):
        while parent[i] != i:
            parent[i] = i = parent[parent[i]]  # halves the way for the next one
        return i

    for i, sequence in enumerate(sequences):
        for word in kmers(sequence, motif) or [sequence]:
            parent[root(i)] = root(owner.setdefault(word, i))
    return groups_of([root(i) for i in range(len(sequences))])


def group_folds(groups, n=5, *, seed, labels=None):
    """n folds of nearly equal size in which no group is in two: a list of n index arrays.

    Parameters
    ----------
    groups : (N,) what must stay together, from `groups_of` or `common_motif_groups`, or patient numbers.
    labels : (N,) classes, to be spread evenly too, as far as the groups allow.

    Large groups are dealt out first, each to the fold that needs it most. If one group is larger than a fold
    should be, folds are uneven, and there is no help but a stricter idea of "alike".

    >>> [fold.tolist() for fold in group_folds([0, 0, 1, 2, 3, 3], 3, seed=0)]
    [[0, 1], [4, 5], [2, 3]]
    """
    groups = groups_of(list(groups))
    count = int(groups.max(initial=-1)) + 1
    if not 2 <= n <= count:
        raise ValueError(f"group_folds: got n={n} for {count} groups, expected 2 to {count} folds")
    classes = np.zeros(len(groups), dtype=np.int64) if labels is None else groups_of(list(labels))
    if len(classes) != len(groups):
        raise ValueError(f"group_folds: got {len(classes)} labels for {len(groups)} rows, expected as many")
    sizes = np.zeros((count, classes.max() + 1))  # how many of each class are in each group
    np.add.at(sizes, (groups, classes), 1)
    share = sizes / sizes.sum(axis=0)  # rare classes weigh as much as frequent ones
    order = np.random.default_rng(seed).permutation(count)
    order = order[np.argsort(-sizes[order].sum(axis=1), kind="stable")]
    filled, fold_of = np.zeros((n, sizes.shape[1])), np.empty(count, dtype=np.int64)
    for group in order:
        # The fold in which this group's classes are scarcest; its size decides between equal ones.
        need = filled @ share[group] + 1e-6 * filled.sum(axis=1)
        fold_of[group] = np.argmin(need)
        filled[fold_of[group]] += share[group]
    return [np.flatnonzero(fold_of[groups] == k) for k in range(n)]


def common_motif_folds(sequences, n=5, *, seed, motif=8, labels=None):
    """Folds in which no test peptide shares `motif` letters in a row with a training peptide: a list of n
    index arrays.

    Random folds test a network on peptides it has almost seen. (Nielsen et al. 2007, PLoS ONE 2:e796: "common
    motif"; 9 letters for MHC class II, 8 for class I.)

    >>> [fold.tolist() for fold in common_motif_folds(["AAAACCCC", "CCCCDDDD", "EEEEFFFF"], 2, motif=4, seed=0)]
    [[0, 1], [2]]
    """
    return group_folds(common_motif_groups(sequences, motif), n, seed=seed, labels=labels)


def stratified_folds(labels, n=5, *, seed):
    """n folds with the same share of each class, or for numbers (floats) the same spread: a list of n index
    arrays.

    >>> [np.bincount(np.array([0, 0, 0, 0, 1, 1])[fold]).tolist() for fold in stratified_folds([0, 0, 0, 0, 1, 1], 2, seed=0)]
    [[2, 1], [2, 1]]
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or not 2 <= n <= len(labels):
        raise ValueError(f"stratified_folds: got labels of shape {labels.shape} and n={n}, expected (N,) and "
                         f"2 to N folds")
    order = np.random.default_rng(seed).permutation(len(labels))
    key = labels if labels.dtype.kind == "f" else groups_of(labels.tolist())
    order = order[np.argsort(key[order], kind="stable")]  # sorted by class, at random within it, and dealt like cards
    return [np.sort(order[k::n]) for k in range(n)]


class Split(NamedTuple):
    """Index arrays of one round: `train`, `validation` (to choose by), `test` (to report).

    >>> Split(np.array([0]), np.array([1]), np.array([2])).test
    array([2])
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def cross_validation(folds):
    """Yield a `Split` for each fold: it is the test part, the next one the validation part, and all others
    train.

    >>> [split.train.tolist() for split in cross_validation([np.array([0]), np.array([1]), np.array([2])])]
    [[2], [0], [1]]
    """
    n = len(folds)
    if n < 3:
        raise ValueError(f"cross_validation: got {n} folds, expected 3 or more: test, validation, training")
    for k in range(n):
        others = [folds[j] for j in range(n) if j not in (k, (k + 1) % n)]
        yield Split(np.concatenate(others), folds[(k + 1) % n], folds[k])
