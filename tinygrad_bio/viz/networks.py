"""Graphs of nodes and edges, laid out and drawn: molecules, papers that cite one another. (The graph of operations: ``graph.py``.)"""
import numpy as np

from . import style
from .canvas import as_array, axes_for
from .points import MARKERS


def network(edges, classes=None, path=None, ax=None, *, positions=None, names=None, annotate=None, widths=None, limits=None, label=None,
            title=None, size=None):
    """Draw a network: nodes as points, edges as lines; classes differ in colour and in shape.

    Parameters
    ----------
    edges : (2, E), the nodes at the two ends of each edge, from 0; both directions of an edge, if listed, are one line
    classes : N labels; up to 12 different ones. Numbers of a floating dtype become a colour scale instead
    path, ax : as for :func:`learning_curves`
    positions : (N, 2) where the nodes stand; without, those of :func:`layout`
    names : {label: name in the legend}; ``{}`` draws no legend
    annotate : N texts, one in each node
    widths : E line widths in points, such as 2.5 for a double bond
    limits, label : (lowest, highest) of the colour scale, and what it shows; without `label` no scale is drawn beside
    size : of a node, in points

    >>> ax = network([[0, 1, 2], [1, 2, 0]], classes=["C", "C", "N"])
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['C', 'N']
    """
    edges = _edges(edges, "network")
    n = max([int(edges.max(initial=-1)) + 1] + [len(part) for part in (classes, positions, annotate) if part is not None])
    positions = layout(edges, n) if positions is None else as_array(positions).astype(float)
    if positions.shape != (n, 2):
        raise ValueError(f"network: expected positions of shape ({n}, 2), one for each node, got {positions.shape}")
    size = size or (15 if annotate is not None else 11 if n <= 40 else 6 if n <= 200 else 4.5)
    given = None if classes is None else as_array(classes)
    if given is not None and len(given) != n:
        raise ValueError(f"network: {len(given)} classes for {n} nodes")
    with axes_for(path, ax, (5.2, 4.4)) as axes:
        from matplotlib.collections import LineCollection
        _, once = np.unique(np.sort(edges, axis=0), axis=1, return_index=True)                  # one direction of each edge
        widths = (1.3 if n <= 40 else 0.7 if n <= 200 else 0.4) if widths is None else as_array(widths)[once]
        axes.add_collection(LineCollection(positions[edges.T[once]], linewidths=widths, colors=style.GREY, zorder=1))
        look = dict(clip_on=False, s=size**2, edgecolors="white" if n > 40 else style.INK, linewidths=0.3 if n > 40 else 0.7, zorder=2)
        if given is None or given.dtype.kind == "f":
            low, high = limits or (None, None)
            shown = axes.scatter(*positions.T, c=np.zeros(n) if given is None else given, cmap="OrRd", vmin=low, vmax=high, **look)
            fills = shown.to_rgba(shown.get_array())                            # (N, 4)
            if label and given is not None:
                axes.figure.colorbar(shown, ax=axes, label=label, shrink=0.8)
        else:
            from matplotlib.colors import to_rgba
            kinds, kind = np.unique(given, return_inverse=True)
            fills = np.array([to_rgba(style.CYCLE[k % 7]) for k in kind])
            for k, one in enumerate(kinds):
                axes.scatter(*positions[kind == k].T, color=style.CYCLE[k % 7], marker="o" if annotate is not None else MARKERS[k % 12],
                             label=str((names or {}).get(one, one)), **look)
            if names != {}:
                axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8.5, handletextpad=0.2)
        dark = fills[:, :3] @ [0.299, 0.587, 0.114] < 0.5                       # white letters there
        for text, place, white in zip(annotate if annotate is not None else (), positions, dark):
            axes.annotate(str(text), place, ha="center", va="center", fontsize=0.6 * size, color="white" if white else style.INK, zorder=3)
        axes.margins(0.1)
        axes.set_aspect("equal", adjustable="datalim")
        axes.set_axis_off()
        if title:
            axes.set_title(title, wrap=True)
    return axes


def layout(edges, n=None, *, steps=200, seed=0):
    """Places for the nodes of a network (N, 2): as far apart, as far as possible, as there are steps between them.

        stress = Σ_{i<j} (‖p_i − p_j‖ − d_ij)² / d_ij²          d: the length of the shortest path

    It is made smaller by majorisation. Parts that are not connected are set beside one another, the largest first. For up to about a
    thousand nodes. (Gansner, Koren & North 2004, Graph drawing by stress majorization.)

    Parameters
    ----------
    edges : (2, E)
    n : how many nodes; without, as many as the edges name
    steps : at most so many
    seed : of the places it begins with

    >>> places = layout([[0, 1], [1, 2]])                   # 0 – 1 – 2: a straight line
    >>> [round(float(np.linalg.norm(places[i] - places[j])), 2) for i, j in ((0, 1), (1, 2), (0, 2))]
    [1.0, 1.0, 2.0]
    """
    from scipy.sparse import coo_matrix, csgraph
    edges = _edges(edges, "layout")
    n = int(edges.max(initial=-1)) + 1 if n is None else n
    links = coo_matrix((np.ones(edges.shape[1]), edges), shape=(n, n)).tocsr()
    _, part = csgraph.connected_components(links, directed=False)
    places, rng = np.zeros((n, 2)), np.random.default_rng(seed)
    right = across = down = height = 0.0                    # parts stand in rows; the largest is the first row, and sets the width
    for nodes in sorted((np.flatnonzero(part == k) for k in np.unique(part)), key=len, reverse=True):
        found = _spread(csgraph.shortest_path(links[nodes][:, nodes], directed=False, unweighted=True), steps, rng)
        found = found - found.min(0)
        wide, high = found.max(0) + 1.5
        if across + wide > right:
            right, across, down, height = max(right, wide), 0.0, down + height, 0.0
        height = max(height, high)
        places[nodes] = found + [across, -down - high]
        across += wide
    return places


def _spread(d, steps, rng):
    """The places (m, 2) of one connected part, from its distances (m, m)."""
    m = len(d)
    if m == 1:
        return np.zeros((1, 2))
    weight = np.where(d > 0, d, np.inf) ** -2.0             # w_ij = 1/d_ij², 0 on the diagonal
    inverse = np.linalg.pinv(np.diag(weight.sum(1)) - weight, hermitian=True)
    centred = -0.5 * (np.eye(m) - 1 / m) @ d**2 @ (np.eye(m) - 1 / m)
    value, vector = np.linalg.eigh(centred)                 # classical scaling: the two directions in which it is widest
    p = vector[:, -2:][:, ::-1] * np.sqrt(np.maximum(value[-2:][::-1], 0)) + 0.05 * rng.normal(size=(m, 2))
    before = np.inf
    for _ in range(steps):
        apart = np.linalg.norm(p[:, None] - p[None], axis=-1)                   # (m, m)
        stress = (weight * (apart - d) ** 2).sum() / 2
        if before - stress < 1e-5 * before:
            break
        before = stress
        pull = weight * d / np.where(apart > 1e-9, apart, np.inf)
        p = inverse @ (pull.sum(1)[:, None] * p - pull @ p)
    return p


def _edges(edges, who):
    edges = as_array(edges)
    if edges.ndim != 2 or edges.shape[0] != 2 or edges.size and (edges.dtype.kind not in "iu" or edges.min() < 0):
        raise ValueError(f"{who}: expected edges (2, E), the numbers of the nodes at both ends, from 0; got {edges.dtype} {edges.shape}")
    return edges.astype(np.int64)
