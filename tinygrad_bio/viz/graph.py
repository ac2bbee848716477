"""The recorded graph as a picture: operations, leaves, and the layers around them."""
import html
import warnings

import graphviz

from .. import backend
from ..autograd import output
from . import facts, folding, style
from .facts import edge_of
from .numbers import is_small, kind, numbers
from .plan import Plan, too_many
from .render import Picture


def graph(*outputs, params=None, show_values=False, show_grads=False, show_constants=False, fold=(),
          depth=None, max_nodes=300, direction="LR", digits=4):
    """Draw how tensors were computed.

    Parameters
    ----------
    outputs : the tensors whose history is wanted, mostly one: the loss
    params : names of leaves, and of values: a Module, ``{"w": w}``, or ``model.named_parameters()``
    show_values : write the numbers into the boxes, where they are known (of large arrays mean and range)
    show_grads : write the gradient of the outputs (of their sum) into the boxes. After ``backward()``, which
        frees the graph, only leaves have one: what is in their ``.grad``
    show_constants : also draw numbers and arrays that need no gradient, such as the data
    fold : the path of a layer, or several, to draw as one box: ``fold=["encoder", "head.fc1"]``
    depth : fold every layer at this depth, and shallower ones with no layers inside; 1 is the outermost
    max_nodes : if there were more boxes, draw only an explanation of what to write
    direction : where the values flow: "LR" (left to right), "TB" (top to bottom), "RL", "BT"
    digits : behind the decimal point of values and gradients

    Returns
    -------
    graphviz.Digraph : shown by notebooks, written by :func:`save`; ``.source`` is its DOT text

    >>> import tinygrad_bio as tg
    >>> from tinygrad_bio import viz
    >>> a = tg.tensor(3., requires_grad=True)
    >>> b = a + a
    >>> c = b + b
    >>> picture = viz.graph(c, params={"a": a, "b": b})
    >>> picture.source.count("leaf0 -> op0"), picture.source.count("op0 -> op1")
    (2, 2)
    """
    if direction not in ("LR", "TB", "RL", "BT"):
        raise ValueError(f"graph: direction is 'LR', 'TB', 'RL' or 'BT', but got {direction!r}")
    plan = Plan(facts.checked_outputs(outputs, "graph"), params, fold, depth)
    picture = Picture(graph_attr={**style.GRAPH, "rankdir": direction},
                      node_attr=style.NODE, edge_attr=style.EDGE)
    if plan.size > max_nodes:
        message = too_many(plan, max_nodes)
        warnings.warn(message, stacklevel=2)
        picture.node("message", label="".join(line + r"\l" for line in message.split("\n")), **style.MESSAGE)
        return picture
    notes = _notes(plan, show_values, show_grads, digits)
    plan.lay_out()
    behind = {leaf for box in plan.boxes.values() for leaf in box.beside[1:]}
    _draw_level(picture, plan, (), plan.tree(), notes)
    for wire in plan.wires:
        _draw_arrow(picture, wire, behind)
    if show_constants:
        _draw_constants(picture, plan, digits)
    return picture


# ------------------------------------------------------------------------------------- writing the DOT

def _draw_level(picture, plan, place, tree, notes):
    """Draw what stands directly at this place, and a cluster for each layer call inside it."""
    here, leaves, deeper = tree[place]
    for box in here:
        _draw_box(picture, plan, box, notes)
    for leaf in leaves:
        name = plan.names.get(leaf) or ("parameter" if type(leaf).__name__ == "Parameter" else "leaf")
        picture.node(plan.leaves[leaf], label=_label(name, _kinds(leaf), *notes.get(leaf, [])), **style.LEAF)
    for box in here:
        if box.beside:
            with picture.subgraph(graph_attr={"rank": "same"}) as row:
                for name in [box.name, *(plan.leaves[leaf] for leaf in box.beside)]:
                    row.node(name)
    for inner in deeper:
        path, n = inner[-1]
        with picture.subgraph(name=f"cluster_{path}_{n}") as cluster:
            cluster.attr(label=plan.title(inner[-1], path.rpartition(".")[2]), **style.CLUSTER)
            _draw_level(cluster, plan, inner, tree, notes)


def _draw_box(picture, plan, box, notes):
    """An operation: its value's name, type, numbers; or a folded layer: its size, what goes in and out."""
    end = style.RESULT if any(edge in plan.ends for edge in box.outward) else {}
    if box.call is not None:
        contents = _plural(len(box.nodes), "operation")
        if box.leaves:
            contents += ", " + _plural(len(box.leaves), "parameter")
        flow = f"{_inward(box)} → {', '.join(str(list(edge.shape)) for edge in box.outward)}"
        looks = {**style.FOLDED, **{k: v for k, v in end.items() if k != "fillcolor"}}
        picture.node(box.name, label=_label(plan.title(box.call, box.call[0]), contents, flow), **looks)
        return
    node, = box.nodes
    name = plan.names.get(node)
    title = f"{name} = {node.name}" if name else node.name
    label = _label(title, _kinds(node), *notes.get(node, []))
    picture.node(box.name, label=label, tooltip=_tooltip(node), **end)


def _draw_arrow(picture, wire, behind):
    """A value on its way. The arrow from a parameter that stands behind its operation is turned round."""
    if wire.edge in behind:
        picture.edge(wire.target, wire.source, dir="back")
    else:
        picture.edge(wire.source, wire.target, label=_shape(wire.edge) or None)


def _draw_constants(picture, plan, digits):
    """A stub for each argument that needs no gradient; a folded layer's are not drawn."""
    names = facts.names_of_arrays(plan.params)
    for box in plan.boxes.values():
        if box.call is not None:
            continue
        node, = box.nodes
        for i, parent in enumerate(node.parents):
            value = None if node.arrays is None else node.arrays[i]
            if parent is not None or (node.arrays is not None and value is None):
                continue                            # an argument that was left out, such as bias=None
            stub = f"{box.name}_argument{i}"
            picture.node(stub, label=_constant(value, names, digits), **style.CONSTANT)
            picture.edge(stub, box.name, style="dashed")


# -------------------------------------------------------------------------------------- text in boxes

def _label(*lines):
    """A label of several lines: the first in bold, the others small. (An HTML-like label of DOT.)"""
    title, *others = [html.escape(str(line)) for line in lines if line]
    small = "".join(f'<br/><font point-size="9" color="{style.GREY}">{line}</font>' for line in others)
    return f"<<b>{title}</b>{small}>"


def _notes(plan, show_values, show_grads, digits):
    """{edge: lines for its box}: value and gradient, where they are asked for and known."""
    lines = {}
    if show_values:
        for edge, value in facts.values(plan.outputs, plan.nodes).items():
            lines.setdefault(edge, []).append(_note("value", value, digits))
    if show_grads:
        for edge, g in _gradients(plan).items():
            lines.setdefault(edge, []).append(_note("grad", g, digits))
    return lines


def _note(what, value, digits):
    """``value 3``; ``value: mean 0.1, from 0 to 0.5``; of each array, if there are several outputs."""
    arrays = value if isinstance(value, tuple) else (value,)
    colon = "" if all(map(is_small, arrays)) else ":"
    return f"{what}{colon} " + "; ".join(numbers(a, digits) for a in arrays)


def _gradients(plan):
    """The gradient at each edge; after backward() what it left in the leaves."""
    if any(node.pullbacks is None for node in plan.nodes):
        return {leaf: leaf.grad.array for leaf in plan.leaves if leaf.grad is not None}
    return facts.gradients([(edge_of(t), facts.ones_like(t.array)) for t in plan.outputs])


def _constant(value, names, digits):
    """What a stub says: name, number, or dtype and shape. Linear operations do not keep their constants."""
    if value is None:
        return "constant"
    if not backend.is_array(value) or value.size == 1:
        return names.get(id(value)) or numbers(value, digits)
    return names.get(id(value)) or kind(value.dtype, value.shape)


def _kinds(edge):
    """dtype and shape of a value; of all values, for an operation with several outputs."""
    if facts.has_several_outputs(edge):
        return ", ".join(kind(d, s) for d, s in zip(edge.dtype, edge.shape))
    return kind(edge.dtype, edge.shape)


def _shape(edge):
    """The label of an arrow: the shape of what flows, behind the output's number where there are several.

    Single numbers have none, nor has a leaf: its box, at the other end of the arrow, says it.
    """
    shape = str(list(edge.shape)) if edge.shape and folding.is_node(edge) else ""
    return f"{edge.keywords['index']}: {shape}" if folding.is_node(edge) and edge.op is output else shape


def _inward(box):
    """The shapes that come into a folded layer. Data have no arrow: they are among its operations' arrays."""
    if box.inward:
        return ", ".join(str(list(edge.shape)) for edge in box.inward)
    data = (a for node in box.nodes for a, parent in zip(node.arrays or (), node.parents)
            if parent is None and backend.is_array(a) and a.ndim)
    return next((str(list(a.shape)) for a in data), "constant")


def _tooltip(node):
    """What hovering over an operation shows in a notebook: settings, formula, and where it was recorded."""
    settings = ", ".join(f"{k}={v!r}" for k, v in node.keywords.items())
    formula = (node.op.__doc__ or "").strip().split("\n")[0]
    call = f"{node.name}({settings})" if 0 < len(settings) < 80 else node.name
    lines = [call, formula, node.scope, node.trace]
    return r"\n".join(graphviz.escape(line) for line in lines if line)


def _plural(n, word):
    return f"{n:,} {word}" + ("" if n == 1 else "s")
