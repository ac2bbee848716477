"""What there is to draw of a graph: boxes, leaves, the layers around them, the values between them."""
from typing import NamedTuple

from ..autograd import output, tape
from ..tensor import Tensor
from . import facts, folding
from .facts import edge_of


class Box:
    """What is drawn as one box: an operation, or one call of a folded layer with all that is in it.

    Attributes
    ----------
    name : its name in the DOT text
    place : the layer calls it is drawn in
    call : the call of the folded layer, None for an operation
    nodes, leaves : the operations, and the parameters that are hidden within a folded layer
    inward, outward : the edges whose values come in from elsewhere, or go elsewhere (as keys, in order)
    beside : parameters that are drawn next to the operation, out of the way of what flows from data to loss
    """

    def __init__(self, name, place, call, leaves):
        self.name, self.place, self.call, self.leaves = name, place, call, leaves
        self.nodes, self.beside = [], []
        self.inward, self.outward = {}, {}


class Wire(NamedTuple):
    """A value on its way, to be drawn as an arrow between two boxes."""
    edge: object
    source: str
    target: str


class Plan:
    """All that there is to draw. Each step passes once over nodes or edges: the cost is linear."""

    def __init__(self, outputs, params, fold, depth):
        self.outputs = outputs
        self.ends = {edge_of(t): None for t in outputs}
        self.params = facts.named(params)           # once: it may be a generator
        self.names = facts.names_of_edges(self.params)
        self.nodes = tape(*self.ends)
        self.places, self.kinds, self.calls = folding.places(self.nodes)
        modules = params.named_modules() if hasattr(params, "named_modules") else ()
        self.classes = {path: type(module).__name__ for path, module in modules}
        self.folded = folding.folder(fold, depth, self.calls)
        self.leaves = {}                            # leaf -> its name in the DOT text
        self.place_of_leaf = {}
        self.hidden = {}                            # call of a folded layer -> its parameters
        self._settle_leaves()
        self.size = self.count(self.folded) + len(self.leaves)

    def _settle_leaves(self):
        """Give each leaf its place; those that belong to a folded layer are hidden in it."""
        users = {edge: [()] for edge in self.ends if not folding.is_node(edge)}
        for node in self.nodes:
            for parent in node.parents:
                if isinstance(parent, Tensor):
                    users.setdefault(parent, []).append(self.places[node])
        for leaf, places in users.items():
            owner = folding.owner(leaf, self.names.get(leaf), places)
            calls = {self.folded(place) for place in places}
            if all(call is not None and folding.within(owner, call[0]) for call in calls):
                for call in calls:                  # several calls of a layer share its parameters
                    self.hidden.setdefault(call, []).append(leaf)
            else:
                self.leaves[leaf] = f"leaf{len(self.leaves)}"
                self.place_of_leaf[leaf] = folding.home(owner, places)

    def count(self, folded):
        """How many boxes there would be with this folding, leaves not counted."""
        single, calls = 0, set()
        for node in self.nodes:
            call = folded(self.places[node])
            if call is not None:
                calls.add(call)
            elif node.op is not output:
                single += 1
        return single + len(calls)

    def lay_out(self):
        """Make the boxes and the wires. Only a picture that is going to be drawn needs them."""
        self.boxes, self.box_of = {}, {}
        for node in self.nodes:
            place = self.places[node]
            call = self.folded(place)
            if node.op is output:                   # is drawn as one with the operation whose output it is
                self.box_of[node] = self.box_of[node.parents[0]]
                continue
            key = node if call is None else call
            if key not in self.boxes:
                around = place if call is None else place[:place.index(call)]
                self.boxes[key] = Box(f"op{len(self.boxes)}", around, call, self.hidden.get(call, []))
            self.boxes[key].nodes.append(node)
            self.box_of[node] = self.boxes[key]
        self.wires = self._wires()
        self._put_beside()

    def _wires(self):
        """The arrows. What flows within a box (a folded layer) is left out, and a value enters that once."""
        found = []
        for node in self.nodes:
            box = self.box_of[node]
            for edge in node.parents:
                source = self.box_of.get(edge)      # None for a leaf
                if edge is None or (source is None and edge not in self.leaves) or source is box:
                    continue
                if box.call is not None and edge in box.inward:
                    continue
                box.inward[edge] = None
                if source is not None:
                    source.outward[edge] = None
                found.append(Wire(edge, source.name if source else self.leaves[edge], box.name))
        for edge in self.ends:
            if folding.is_node(edge):
                self.box_of[edge].outward[edge] = None
        return found

    def _put_beside(self):
        """Parameters that only one operation takes, and in their own layer, stand on its two sides."""
        targets, by_name = {}, {box.name: box for box in self.boxes.values()}
        for wire in self.wires:
            if wire.edge in self.leaves:
                targets.setdefault(wire.edge, []).append(by_name[wire.target])
        for leaf, (box, *others) in targets.items():
            place = self.place_of_leaf[leaf]
            if place and not others and box.place == place and box.call is None and len(box.beside) < 2:
                box.beside.append(leaf)

    def tree(self):
        """What stands directly at each place: {place: (boxes, leaves, places one level deeper)}."""
        levels = {(): ([], [], [])}

        def level(place):
            if place not in levels:
                level(place[:-1])[2].append(place)
                levels[place] = ([], [], [])
            return levels[place]

        for box in self.boxes.values():
            level(box.place)[0].append(box)
        for leaf, place in self.place_of_leaf.items():
            level(place)[1].append(leaf)
        return levels

    def title(self, call, name):
        """A layer's name, its class, and which of its calls if there are several: ``fc1 (Linear), call 2``"""
        path, n = call
        kind = self.kinds.get(call) or self.classes.get(path)      # a container records nothing by itself
        return name + (f" ({kind})" if kind else "") + (f", call {n}" if self.calls[path] > 1 else "")


def too_many(plan, max_nodes):
    """The message in place of a picture nobody could read: how large it would be, and what to write."""
    operations = sum(node.op is not output for node in plan.nodes)
    lines = [f"This graph has {operations:,} operations. Its picture would have {plan.size:,} boxes,",
             f"and no more than max_nodes={max_nodes:,} are drawn.", "What to write:"]
    all_boxes = plan.size - len(plan.leaves)
    deepest = max(map(len, plan.places.values()), default=0)
    for depth in range(1, deepest + 1):
        n = plan.count(folding.folder((), depth, plan.calls))
        if n < all_boxes:
            lines.append(f"    depth={depth}    to fold layers at depth {depth} into a box each: {n:,} boxes")
    if deepest:
        sizes = {}
        for place in plan.places.values():
            for path, _ in place[:1]:
                sizes[path] = sizes.get(path, 0) + 1
        largest = max(sizes, key=sizes.get)
        lines.append(f"    fold={largest!r}    to fold a layer, this one of {sizes[largest]:,} operations")
    else:
        lines.append("    a smaller example: fewer steps of the same computation look alike")
    if plan.size <= 3000:                           # `dot` needs minutes and more memory beyond that
        lines.append(f"    max_nodes={plan.size}    to draw it all the same")
    return "\n".join(lines)
