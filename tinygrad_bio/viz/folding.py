"""Which layer each operation belongs to, and which layers are drawn as one box.

A node's scope is the layer that recorded it, such as ``"encoder.fc1 (Linear)"``. A layer may be called
several times, so an operation's *place* is the calls it stands in, from the outermost to the innermost:
``(("encoder", 1), ("encoder.fc1", 1))``. Each call is an unbroken piece of the tape: boxes made of calls can
never depend on each other in a circle.
"""
from typing import NamedTuple

from ..autograd import Node


class Layer(NamedTuple):
    """A layer's dotted path and its class name, as the scope gives them."""
    path: str
    kind: str


def parsed(scope):
    """The layer of a scope.

    >>> parsed("encoder.fc1 (Linear)")
    Layer(path='encoder.fc1', kind='Linear')
    >>> parsed("Network")                       # the outermost layer has no path
    Layer(path='', kind='Network')
    """
    path, bracket, kind = scope.partition(" (")
    return Layer(path, kind.removesuffix(")")) if bracket else Layer("", scope)


def prefixes(path):
    """The layers around a layer, the outermost first, then itself.

    >>> prefixes("encoder.fc1")
    ['encoder', 'encoder.fc1']
    """
    parts = path.split(".") if path else []
    return [".".join(parts[:i + 1]) for i in range(len(parts))]


def places(nodes):
    """Where each node (given in tape order) stands, which class each layer is of, how often each was called.

    Returns
    -------
    ({node: place}, {(path, call): class name}, {path: number of calls})
    """
    found, kinds, layers, calls = {}, {}, {}, {}
    before = ()
    for node in nodes:
        if node.scope not in layers:
            layer = parsed(node.scope)
            layers[node.scope] = layer, prefixes(layer.path)
        (_, kind), around = layers[node.scope]
        place = []
        inside = True                               # still within the calls that the last node stood in
        for i, path in enumerate(around):
            inside = inside and i < len(before) and before[i][0] == path
            if not inside:
                calls[path] = calls.get(path, 0) + 1
            place.append((path, calls[path]))
        place = before if inside and len(place) == len(before) else tuple(place)    # one tuple for all in it
        if place:
            kinds.setdefault(place[-1], kind)
        before = found[node] = place
    return found, kinds, calls


def folder(fold, depth, known):
    """A function from a place to the call that is drawn as one box in its stead, or None.

    Parameters
    ----------
    fold : a layer's path, or several of them
    depth : fold all layers that stand this deep, and shallower ones with no layers inside; None folds none
    known : the paths of all layers there are, to tell one that is misspelt
    """
    fold = {fold} if isinstance(fold, str) else set(fold or ())
    for path in sorted(fold.difference(known)):
        raise ValueError(f"fold: there is no layer {path!r} in this graph, only {_some(sorted(known))}")
    if depth is not None and (not isinstance(depth, int) or depth < 1):
        raise ValueError(f"depth: expected 1 (fold the outermost layers), 2, …, but got {depth!r}")

    with_layers_inside = {path.rpartition(".")[0] for path in known}

    def folded(place):
        for i, call in enumerate(place):
            if call[0] in fold or i + 1 == depth:
                return call
        return place[-1] if place and depth is not None and place[-1][0] not in with_layers_inside else None

    return folded


def _some(paths, most=8):
    shown = ", ".join(map(repr, paths[:most])) or "operations outside of layers"
    return shown if len(paths) <= most else f"{shown} and {len(paths) - most} more"


def common(places_):
    """The calls that all these places share, the outermost first."""
    places_ = list(places_)
    shared = places_[0] if places_ else ()
    for place in places_[1:]:
        n = 0
        while n < min(len(shared), len(place)) and shared[n] == place[n]:
            n += 1
        shared = shared[:n]
    return shared


def owner(leaf, name, users):
    """The path of the innermost layer that a leaf belongs to: parameters belong to layers, nothing else does.

    The name says it: ``encoder.fc1.weight``. A Parameter without a name belongs to what all its users share.
    """
    if name is not None:
        return name.rpartition(".")[0]
    if type(leaf).__name__ != "Parameter":
        return ""
    shared = common([tuple((path, 0) for path, _ in place) for place in users])
    return shared[-1][0] if shared else ""


def within(path, layer):
    """Whether a layer is another one or stands in it.

    >>> within("encoder.fc1", "encoder"), within("encoder2", "encoder")
    (True, False)
    """
    return path == layer or path.startswith(layer + ".")


def home(path, users):
    """Where a leaf that belongs to the layer `path` is drawn: in the innermost call that its users share."""
    return tuple(call for call in common(users) if within(path, call[0]))


def is_node(edge):
    """Whether an edge is an operation's value, rather than a leaf."""
    return type(edge) is Node
