"""Simulated graphs with a known rule: molecules with a toxic group, rings and chains, and a network of
papers."""
import numpy as np

from .graphs import Graph, GraphSet, Network

#: the node labels of simulated molecules
ATOMS = ("C", "N", "O")


def simulate_molecules(n, *, seed, rule="nitro", atoms=(8, 16)):
    """Molecule-like graphs in two classes with one rule: `GraphSet` with classes 0 and 1, half of each.

    Every graph is a tree of carbons with one ring of six and one nitro group (an N with two O).

    rule : ``"nitro"``: class 1 if the nitro group sits on the ring, 0 if elsewhere. Atoms and bonds are the
        same in number in both, so counting them is no better than guessing; a network must look two steps
        far. (The degrees of the atoms give a hint: 70 %.)
        ``"ring"``: class 1 with the ring, class 0 with a chain in its place (it lacks one bond).

    >>> data = simulate_molecules(20, seed=0)
    >>> data, data.graphs[0].node_labels.max()
    (<GraphSet nitro: 20 graphs, class 0: 10, class 1: 10>, np.int64(2))
    """
    if rule not in ("nitro", "ring") or n < 1 or atoms[0] < 8 or atoms[1] < atoms[0]:
        raise ValueError(f"simulate_molecules: got n={n}, rule={rule!r}, atoms={atoms}, expected n >= 1, "
                         f"'nitro' or 'ring', "
                         "and fewest and most carbons, at least 8")
    rng = np.random.default_rng(seed)
    labels, graphs = rng.permutation(np.arange(n) % 2), []
    for label in labels:
        carbons = int(rng.integers(atoms[0], atoms[1] + 1))
        edges = [(k, k + 1) for k in range(5)] + ([(5, 0)] if rule == "nitro" or label else [])
        edges += [(k, int(rng.integers(0, k))) for k in range(6, carbons)]
        on_ring = label == 1 if rule == "nitro" else rng.random() < 0.5
        at = int(rng.integers(0, 6)) if on_ring else int(rng.integers(6, carbons))
        edges += [(at, carbons), (carbons, carbons + 1), (carbons, carbons + 2)]
        elements = np.array([0] * carbons + [1, 2, 2])
        graphs.append(_shuffled(rng, edges, elements))
    return GraphSet(graphs, labels, [0, 1], len(ATOMS), rule)


def _shuffled(rng, edges, elements):
    """A graph whose nodes come in random order, so that a node's number says nothing."""
    order = rng.permutation(len(elements))  # new number of each node
    ends = order[np.array(edges)]
    ends = np.concatenate([ends, ends[:, ::-1]])
    labels = np.empty_like(elements)
    labels[order] = elements
    return Graph(np.ascontiguousarray(ends.T), len(elements), labels)


def simulate_network(n=600, *, seed, classes=4, words=120, links=4.0, homophily=0.8, signal=0.25, length=20):
    """Papers that cite within their field more than outside it: a `Network` in the manner of Cora.

    Parameters
    ----------
    links : the mean number of links of a paper. homophily : the share of them within the class.
    words : how many different words there are; a paper has `length` of them, a share `signal` of which is
        drawn from the words of its field and the rest from all.

    With the defaults neither words nor links alone decide: a network that uses both wins.

    >>> simulate_network(100, seed=0)
    <Network: 100 nodes, 400 directed edges, 120 features, 4 classes>
    """
    if not 2 <= classes <= min(n, words) or not 0 <= homophily <= 1 or not 0 <= signal <= 1:
        raise ValueError(f"simulate_network: got n={n}, classes={classes}, words={words}, homophily={homophily}, "
                         f"signal={signal}, expected 2 <= classes <= n and words, and shares in [0, 1]")
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n) % classes)
    wanted, pairs = int(round(n * links / 2)), set()
    while len(pairs) < min(wanted, n * (n - 1) // 4):
        a, same = int(rng.integers(n)), rng.random() < homophily
        b = int(rng.choice(np.flatnonzero((labels == labels[a]) == same)))
        if a != b:
            pairs.add((min(a, b), max(a, b)))
    links_ = np.array(sorted(pairs))
    features = np.zeros((n, words), dtype=np.float32)
    for i, label in enumerate(labels):
        own = rng.random(length) < signal
        features[i, np.where(own, rng.integers(0, words // classes, length) * classes + label,
                             rng.integers(0, words, length))] = 1
    edges = np.concatenate([links_, links_[:, ::-1]]).T
    return Network(Graph(np.ascontiguousarray(edges), n), features, labels,
                   [f"field {k + 1}" for k in range(classes)],
                   [f"paper{i + 1}" for i in range(n)])


def split_nodes(labels, per_class=20, validation=500, test=1000, *, seed):
    """The usual split of one network: `per_class` training nodes of each class, then validation and test
    nodes at random.

    Returns three index arrays. (Yang et al. 2016, Planetoid, whose fixed split is one draw of this kind.)

    >>> [len(part) for part in split_nodes(np.arange(100) % 2, 10, 30, 40, seed=0)]
    [20, 30, 40]
    """
    labels = np.asarray(labels)
    order = np.random.default_rng(seed).permutation(len(labels))
    training = np.concatenate([order[labels[order] == label][:per_class] for label in np.unique(labels)])
    rest = order[~np.isin(order, training)]
    fewest = np.unique(labels[training], return_counts=True)[1].min()
    if fewest < per_class or len(rest) < validation + test:
        raise ValueError(f"split_nodes: got {len(labels)} nodes, expected at least {per_class} of each class and "
                         f"{validation + test} more")
    return training, rest[:validation], rest[validation:validation + test]
