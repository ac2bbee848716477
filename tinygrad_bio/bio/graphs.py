"""Graphs as arrays: sets of small graphs in the TU format, and the Cora network of papers.

An edge is a column of ``edge_index`` (2, E): it leads from node ``edge_index[0, e]`` to ``edge_index[1, e]``.
Nodes are counted from 0; an undirected edge is listed in both directions.
"""
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .files import FormatError, find_file, numbered_lines
from .tables import Table, read_matrix


@dataclass(frozen=True, eq=False)
class Graph:
    """One graph with n nodes and E directed edges.

    edge_index : (2, E) int64.
    nodes : n.
    node_labels : (n,) int64, a category per node (an element, a kind of secondary structure), or None.
    node_attributes : (n, A) float32, numbers per node, or None.
    edge_labels : (E,) int64, a category per edge (a kind of bond), or None.

    >>> water = Graph(np.array([[0, 1, 0, 2], [1, 0, 2, 0]]), 3, np.array([0, 1, 1]))
    >>> water.adjacency()
    array([[0., 1., 1.],
           [1., 0., 0.],
           [1., 0., 0.]], dtype=float32)
    """

    edge_index: np.ndarray
    nodes: int
    node_labels: np.ndarray | None = None
    node_attributes: np.ndarray | None = None
    edge_labels: np.ndarray | None = None

    def __repr__(self):
        return f"<Graph: {self.nodes} nodes, {self.edge_index.shape[1]} directed edges>"

    def adjacency(self):
        """(n, n) float32: entry [i, j] is 1 where an edge leads from j to i."""
        matrix = np.zeros((self.nodes, self.nodes), dtype=np.float32)
        matrix[self.edge_index[1], self.edge_index[0]] = 1
        return matrix

    def degrees(self):
        """(n,) int64: how many edges lead to each node."""
        return np.bincount(self.edge_index[1], minlength=self.nodes)


@dataclass(frozen=True, eq=False, repr=False)
class GraphSet(Table):
    """G graphs, each of one class.

    graphs : G `Graph` objects.
    labels : (G,) int64: an index into `classes`.
    classes : K values, what the file calls the classes (MUTAG: −1 and 1), ascending.
    node_classes : how many categories of node there are, over all graphs; 0 without node labels.
    name : what the set is called.

    >>> pair = Graph(np.array([[0, 1], [1, 0]]), 2, np.array([0, 2]))
    >>> GraphSet([pair], np.array([1]), [-1, 1], 3).features()[0]
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """

    graphs: list
    labels: np.ndarray
    classes: list
    node_classes: int = 0
    name: str = "graphs"

    shared = ("classes", "node_classes", "name")

    def __repr__(self):
        counts = zip(self.classes, np.bincount(self.labels, minlength=len(self.classes)))
        return f"<GraphSet {self.name}: {len(self)} graphs, " + ", ".join(f"class {c}: {n}" for c, n in counts) + ">"

    def features(self):
        """For each graph an array (n, F) float32: one-hot node labels, then attributes; a column of 1 if it
        has neither."""
        return [_features(graph, self.node_classes) for graph in self.graphs]


def _features(graph, classes):
    parts = []
    if graph.node_labels is not None:
        parts.append(np.eye(classes, dtype=np.float32)[graph.node_labels])
    if graph.node_attributes is not None:
        parts.append(graph.node_attributes.astype(np.float32))
    return np.concatenate(parts, axis=1) if parts else np.ones((graph.nodes, 1), dtype=np.float32)


def read_tu(folder):
    """A set of graphs in the format of TU Dortmund: ``DS_A.txt``, ``DS_graph_indicator.txt``, ... (each may
    be ``.gz``).

    Needed are A, graph_indicator and graph_labels; node_labels, node_attributes and edge_labels are read if
    they are there. Files count nodes from 1 over the whole set; here each graph counts its own from 0.
    (Morris et al. 2020, TUDataset.)

    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> for name, text in (("A", "1, 2\\n2, 1\\n"), ("graph_indicator", "1\\n1\\n"), ("graph_labels", "-1\\n")):
    ...     _ = pathlib.Path(folder.name, f"DS_{name}.txt").write_text(text)
    >>> read_tu(folder.name)
    <GraphSet DS: 1 graphs, class -1: 1>
    >>> folder.cleanup()
    """
    folder = Path(folder)
    folder = folder.parent if folder.is_file() else folder
    path = Path(find_file(folder, "*_A.txt", what="the edges of a TU set"))
    name = path.name[:path.name.index("_A.txt")]
    edges = read_matrix(path, ",", columns=2, dtype=np.int64) - 1  # (E, 2)
    where, graph_of = _column(folder, name, "graph_indicator", None)
    labels = _column(folder, name, "graph_labels", None)[1]
    n, g = len(graph_of), len(labels)
    graph_of = graph_of - 1
    _in_order(where, graph_of, g)
    wrong = np.flatnonzero(((edges < 0) | (edges >= n)).any(axis=1))
    if len(wrong):
        raise FormatError(str(path), int(wrong[0]) + 1, f"the edge {edges[wrong[0]] + 1}", f"nodes from 1 to {n}")
    crossing = np.flatnonzero(graph_of[edges[:, 0]] != graph_of[edges[:, 1]])
    if len(crossing):
        raise FormatError(str(path), int(crossing[0]) + 1,
                          f"an edge between graphs {graph_of[edges[crossing[0]]] + 1}",
                          "edges within a graph")
    node_labels = _column(folder, name, "node_labels", n)[1]
    edge_labels = _column(folder, name, "edge_labels", len(edges))[1]
    attributes = _column(folder, name, "node_attributes", n, numbers=np.float32)[1]
    if node_labels is not None:
        node_labels = node_labels - min(node_labels.min(), 0)
    first = np.searchsorted(graph_of, np.arange(g + 1))  # nodes first[i] to first[i + 1] belong to graph i
    order = np.argsort(graph_of[edges[:, 0]], kind="stable")
    edges, ends = edges[order], np.searchsorted(graph_of[edges[order, 0]], np.arange(g + 1))
    graphs = []
    for i in range(g):
        nodes, part = slice(first[i], first[i + 1]), slice(ends[i], ends[i + 1])
        graphs.append(Graph(np.ascontiguousarray(edges[part].T) - first[i], int(first[i + 1] - first[i]),
                            None if node_labels is None else node_labels[nodes],
                            None if attributes is None else attributes[nodes],
                            None if edge_labels is None else edge_labels[order[part]]))
    classes, labels = np.unique(labels, return_inverse=True)
    return GraphSet(graphs, labels, classes.tolist(), 0 if node_labels is None else int(node_labels.max()) + 1, name)


def _column(folder, name, what, length, numbers=np.int64):
    """(path, one value per line, or a row for attributes); `length` None: must be there, else how many it has
    if it is."""
    file = f"{name}_{what}.txt"
    if length is not None and not list(folder.glob(file)) + list(folder.glob(file + ".gz")):
        return None, None
    path = find_file(folder, file, what=f"the {what.replace('_', ' ')} of a TU set")
    values = read_matrix(path, ",", columns=None if numbers is np.float32 else 1, dtype=numbers)
    if length is not None and len(values) != length:
        raise FormatError(path, None, f"{len(values)} lines", f"{length}, as many as there are {what.split('_')[0]}s")
    return path, values if numbers is np.float32 else values[:, 0]


def _in_order(path, graph_of, graphs):
    steps = np.diff(graph_of, prepend=0)
    wrong = np.flatnonzero((steps < 0) | (graph_of < 0) | (graph_of >= graphs))
    if len(wrong):
        raise FormatError(path, int(wrong[0]) + 1, f"graph {graph_of[wrong[0]] + 1}", f"1 to {graphs}, ascending")


def read_tu_folds(folder):
    """The folds beside a TU set, ``10fold_idx/test_idx-1.txt`` and so on: a list of index arrays (graphs from
    0).

    The training part of a fold is everything else. In PROTEINS three graphs are in no test part.

    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> for k in (1, 2):
    ...     _ = pathlib.Path(folder.name, f"test_idx-{k}.txt").write_text(f"{k}\\n{k + 2}\\n")
    >>> read_tu_folds(folder.name)
    [array([1, 3]), array([2, 4])]
    >>> folder.cleanup()
    """
    folder = Path(folder)
    folder = folder / "10fold_idx" if (folder / "10fold_idx").is_dir() else folder
    numbers = sorted(int(path.stem.split("-")[1]) for path in folder.glob("test_idx-*.txt"))
    if not numbers or numbers != list(range(1, len(numbers) + 1)):
        raise FormatError(str(folder), None, f"test parts {numbers}", "test_idx-1.txt, test_idx-2.txt, ...")
    folds = [read_matrix(folder / f"test_idx-{k}.txt", columns=1, dtype=np.int64)[:, 0] for k in numbers]
    together = np.concatenate(folds)
    if len(np.unique(together)) < len(together):
        raise FormatError(str(folder), None, "a graph in two test parts", "each in one at most")
    return folds


@dataclass(frozen=True, eq=False)
class Network:
    """One large graph whose nodes are to be classified.

    graph : a `Graph` with n nodes; each link is listed in both directions, without repeats and self-loops.
    features : (n, F) float32 (Cora: 1 where a word occurs in the paper).
    labels : (n,) int64: an index into `classes`.
    classes : K strings.
    names : n strings.

    >>> Network(Graph(np.array([[0, 1], [1, 0]]), 2), np.eye(2), np.array([0, 0]), ["Theory"], ["31336", "35"])
    <Network: 2 nodes, 2 directed edges, 2 features, 1 classes>
    """

    graph: Graph
    features: np.ndarray
    labels: np.ndarray
    classes: list
    names: list

    def __repr__(self):
        return (f"<Network: {self.graph.nodes} nodes, {self.graph.edge_index.shape[1]} directed edges, "
                f"{self.features.shape[1]} features, {len(self.classes)} classes>")


def read_cora(folder):
    """Cora's papers: ``cora.content`` (id, words as 0/1, class) and ``cora.cites`` (cited, citing).

    Citations become links in both directions. (Sen et al. 2008, AI Magazine 29:93.)

    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> _ = pathlib.Path(folder.name, "cora.content").write_text("31336\\t0\\t1\\tTheory\\n35\\t1\\t0\\tTheory\\n")
    >>> _ = pathlib.Path(folder.name, "cora.cites").write_text("35\\t31336\\n")
    >>> read_cora(folder.name)
    <Network: 2 nodes, 2 directed edges, 2 features, 1 classes>
    >>> folder.cleanup()
    """
    folder = Path(folder)
    folder = folder.parent if folder.is_file() else folder
    content = find_file(folder, "*.content", what="the papers")
    cites = find_file(folder, "*.cites", what="the citations")
    index, rows, labels = {}, [], []
    for number, line in numbered_lines(content):
        fields = line.split()
        name, words, label = fields[:1], fields[1:-1], fields[-1:]
        if not words or len(words) != len(rows[0] if rows else words) or not set(words) <= {"0", "1"}:
            raise FormatError(content, number, repr(line[:40]),
                              f"id, {len(rows[0]) if rows else 'some'} of 0 or 1, class")
        if name[0] in index:
            raise FormatError(content, number, f"paper {name[0]} again", "each paper once")
        index[name[0]] = len(rows)
        rows.append(np.array(words) == "1")
        labels += label
    if not rows:
        raise FormatError(content, None, "no lines", "one line for each paper")
    links = []
    for number, line in numbered_lines(cites):
        names = line.split()
        if len(names) != 2 or any(name not in index for name in names):
            raise FormatError(cites, number, repr(line[:40]), "the ids of two papers: cited, citing")
        links.append([index[name] for name in names])
    links = np.array(links, dtype=np.int64).reshape(-1, 2)
    links = links[links[:, 0] != links[:, 1]]
    links = np.unique(np.concatenate([links, links[:, ::-1]]), axis=0)
    classes, labels = np.unique(labels, return_inverse=True)
    return Network(Graph(np.ascontiguousarray(links.T), len(rows)), np.array(rows, dtype=np.float32), labels,
                   classes.tolist(), list(index))
