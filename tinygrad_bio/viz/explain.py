"""The backward pass in words and numbers: what arrives at each operation, and what it hands on."""
import collections
import sys

from .. import backend
from ..autograd import ShapeError, output, tape
from ..tensor import Tensor
from . import facts
from .facts import edge_of
from .numbers import is_small, kind, number, numbers


def explain(loss, params=None, gradient=None, digits=4, lr=None, max_nodes=100, file=None):
    """Print how the gradient comes back from `loss`, operation by operation. Call it before ``backward()``.

    Each entry has the operation and its formula, its value, the gradient that arrived, and what each argument
    is handed: by the chain rule the gradient that arrived times the operation's own derivative, written out
    where both are small. A value that is used several times, b⁽¹⁾, b⁽²⁾, …, gets the sum over its uses.
    Nothing is changed: no ``.grad`` is touched, the graph stays, hooks are not called. Operations that were
    recorded inside ``detect_anomaly()`` remember your line, and it is shown.

    Parameters
    ----------
    params : names of leaves, and of values and constants too: a Module, ``{"w": w, "Σ": s}``, or pairs
    gradient : what arrives at `loss`; needed only if that is not a single number
    digits : behind the decimal point
    lr : a learning rate: also show what a step of gradient descent makes of each small leaf
    max_nodes : how many operations to show, counted from the end
    file : where to print; standard output if None

    >>> import tinygrad_bio as tg
    >>> from tinygrad_bio import viz
    >>> a = tg.tensor(3., requires_grad=True)
    >>> b = a * a
    >>> viz.explain(b + b, params={"a": a, "b": b})
    loss = 18 came from 2 operations. Back through them, the last one first:
    <BLANKLINE>
    2. loss = add(b, b)
         y = a + b,   ∂a = g,   ∂b = g
         float32[]   loss = 18
         arrived     ∂loss/∂loss = 1
         to b⁽¹⁾     ∂loss/∂loss · ∂loss/∂b⁽¹⁾ = 1 · 1 = 1
         to b⁽²⁾     ∂loss/∂loss · ∂loss/∂b⁽²⁾ = 1 · 1 = 1
    <BLANKLINE>
    1. b = mul(a, a)
         y = a·b,   ∂a = g·b,   ∂b = g·a
         float32[]   b = 9
         arrived     ∂loss/∂b = ∂loss/∂b⁽¹⁾ + ∂loss/∂b⁽²⁾ = 1 + 1 = 2
         to a⁽¹⁾     ∂loss/∂b · ∂b/∂a⁽¹⁾ = 2 · 3 = 6
         to a⁽²⁾     ∂loss/∂b · ∂b/∂a⁽²⁾ = 2 · 3 = 6
    <BLANKLINE>
    Leaves
      a
         float32[]   a = 3
         gradient    ∂loss/∂a = ∂loss/∂a⁽¹⁾ + ∂loss/∂a⁽²⁾ = 6 + 6 = 12
    """
    facts.checked_outputs([loss], "explain")
    account = Account(loss, params, digits, lr, max_nodes)
    for step, leaves in facts.walk([(edge_of(loss), _first(loss, gradient))]):
        if step is not None:
            account.tell(step)
        else:
            account.tell_leaves(leaves)
    print("\n".join(account.lines), file=file or sys.stdout)


def _first(loss, gradient):
    """The gradient to begin with: 1 for a single number."""
    if gradient is None and loss.array.size != 1:
        raise RuntimeError(f"explain: a gradient is only implied for a single number, and this tensor has "
                           f"shape {list(loss.shape)}: reduce it first, e.g. by .sum(), or pass gradient=")
    if gradient is None:
        return facts.ones_like(loss.array)
    if tuple(gradient.shape) != tuple(loss.shape):
        raise ShapeError(f"explain: gradient= has shape {list(gradient.shape)}, and the tensor has shape "
                         f"{list(loss.shape)}")
    return getattr(gradient, "array", gradient)


class Account:
    """The lines of the account as they come together."""

    def __init__(self, loss, params, digits, lr, max_nodes):
        self.digits, self.lr = digits, lr
        params = facts.named(params)                # once: it may be a generator
        self.names = facts.names_of_edges(params)
        self.names_of_constants = facts.names_of_arrays(params)
        self.end = self.names.setdefault(edge_of(loss), "loss")
        nodes = tape(edge_of(loss))
        self.operations = [node for node in nodes if node.op is not output]
        self.number_of = {node: i + 1 for i, node in enumerate(self.operations)}
        self.shown = set(self.operations[-max_nodes:] if max_nodes else ())
        self.values = facts.values([loss], [n for n in nodes if n in self.shown or n.op is output])
        self.uses = collections.Counter(p for node in nodes for p in node.parents if p is not None)
        self.handed = collections.Counter()         # how many uses of an edge have had their turn
        self.leaves = [p for p in self.uses if isinstance(p, Tensor)]       # in the order of their first use
        for i, leaf in enumerate(leaf for leaf in self.leaves if leaf not in self.names):
            self.names[leaf] = f"leaf{i + 1}"
        start = f"{self.end} = {self.written(loss.array)}" if is_small(loss.array) else \
            f"{self.end} {kind(loss.dtype, loss.shape)}"
        n = len(self.operations)
        several = f"{n:,} operations. Back through them, the last one first:" if n > 1 else "one operation:"
        self.lines = [f"{start} came from {several}" if n else f"{start} is a leaf: nothing was computed."]

    def written(self, array):
        """Numbers, rounded; many as a summary."""
        return numbers(array, self.digits)

    # ------------------------------------------------------------------------------------------ names

    def name(self, edge):
        """The name of a value: the given one, or v3 for the third operation's value. Leaves all have one."""
        if edge in self.names:
            return self.names[edge]
        if edge.op is output:
            return f"{self.name(edge.parents[0])}[{edge.keywords['index']}]"
        return f"v{self.number_of[edge]}"

    def use(self, edge, n):
        """The name of the n-th use of a value, such as b⁽²⁾; plainly b if there is only one."""
        return self.name(edge) + (f"⁽{str(n).translate(_RAISED)}⁾" if self.uses[edge] > 1 else "")

    def argument(self, node, i):
        """How an operation's argument is written: a name, a number, or the type of an array."""
        if node.parents[i] is not None:
            return self.name(node.parents[i])
        if node.arrays is None:
            return "constant"                       # linear operations do not keep it
        value = node.arrays[i]
        if not backend.is_array(value):
            return "None" if value is None else number(value, self.digits)
        name = self.names_of_constants.get(id(value))
        return name or (self.written(value) if is_small(value, 4) else kind(value.dtype, value.shape))

    def call(self, node):
        """The operation as a call: ``matmul(x, w)``, ``sum(v1, axis=0)``."""
        arguments = [self.argument(node, i) for i in range(len(node.parents))]
        settings = [f"{k}={v!r}" for k, v in node.keywords.items() if v is not None and v is not False]
        settings = [s if len(s) < 40 else s[:s.index("=")] + "=…" for s in settings]
        return f"{node.name}({', '.join(arguments + settings)})"

    # ---------------------------------------------------------------------------------------- entries

    def tell(self, step):
        """The entry of one operation."""
        node = step.node
        if node not in self.shown or node.op is output:
            self.handed.update(p for p, d in zip(node.parents, step.handed) if d is not None)
            return
        where = f"   in layer {node.scope}" if node.scope else ""
        self.lines += ["", f"{self.number_of[node]}. {self.name(node)} = {self.call(node)}{where}"]
        formula = (node.op.__doc__ or "").strip().split("\n")[0]
        self.lines += [f"     {line}" for line in (formula, node.trace) if line]
        self.entries = []
        if facts.has_several_outputs(node):
            values = self.values.get(node) or [None] * len(node.shape)
            for i, g in enumerate(step.g):
                self.tell_value(f"{self.name(node)}[{i}]", kind(node.dtype[i], node.shape[i]), values[i])
                self.tell_gradient(f"{self.name(node)}[{i}]", [d for k, d in step.arrived if k == i], g)
        else:
            self.tell_value(self.name(node), kind(node.dtype, node.shape), self.values.get(node))
            self.tell_gradient(self.name(node), step.arrived, step.g)
        for parent, d, local in zip(node.parents, step.handed, facts.local_derivatives(step)):
            if d is not None:
                self.handed[parent] += 1
                target = self.use(parent, self.handed[parent])
                self.entry(f"to {target}", self.product(step, target, d, local))
        self.close()

    def entry(self, title, text):
        """One line of an entry: ``arrived     ∂J/∂b = 2``."""
        self.entries.append((title, text))

    def close(self):
        """Write the entry, its titles in a column."""
        width = max(11, *(len(title) for title, _ in self.entries))
        self.lines += [f"     {title:<{width}} {text}" for title, text in self.entries]

    def tell_value(self, name, type_, value):
        """``float32[]   b = 9``; large values as mean, smallest and largest."""
        if value is None:
            self.entry(type_, f"{name} (its numbers were not kept)")
        else:
            self.entry(type_, name + (" = " if is_small(value) else ": ") + self.written(value))

    def tell_gradient(self, name, ways, total, title="arrived"):
        """``arrived   ∂J/∂b = ∂J/∂b⁽¹⁾ + ∂J/∂b⁽²⁾ = 1 + 1 = 2``: each way it came, and the sum."""
        parts = [f"∂{self.end}/∂{name}"]
        if 1 < len(ways) <= 4:
            parts.append(" + ".join(f"{parts[0]}⁽{str(i + 1).translate(_RAISED)}⁾" for i in range(len(ways))))
            if is_small(total):
                parts.append(" + ".join(map(self.written, ways)))
        elif len(ways) > 4:
            parts.append(f"the sum over its {len(ways)} uses")
        self.entry(title, " = ".join(parts) + (" = " if is_small(total) else ": ") + self.written(total))

    def product(self, step, target, d, local):
        """``∂J/∂b · ∂b/∂a = 2 · 3 = 6``; only the result, if the chain rule is no product of numbers."""
        if not is_small(d):
            return f"{kind(d.dtype, d.shape)}: {self.written(d)}"
        if local is None:
            return self.written(d)
        value = self.name(step.node)
        factors = [f"({f})" if f.startswith("-") else f for f in map(self.written, (step.g, local))]
        return f"∂{self.end}/∂{value} · ∂{value}/∂{target} = {' · '.join(factors)} = {self.written(d)}"

    def tell_leaves(self, arrived):
        """What arrived at the leaves, and where a step of gradient descent would take them."""
        hidden = len(self.operations) - len(self.shown)
        if hidden:
            everything = len(self.operations)
            self.lines += ["", f"… and {hidden:,} more before these: max_nodes={everything} shows all."]
        self.lines += ["", "Leaves"]
        for leaf in self.leaves or arrived:
            if leaf not in arrived:                 # every rule on the way said "zero"
                continue
            name, ways = self.name(leaf), arrived[leaf]
            g = facts.together(leaf, ways)
            self.lines.append(f"  {name}")
            self.entries = []
            self.tell_value(name, kind(leaf.dtype, leaf.shape), leaf.array)
            self.tell_gradient(name, ways, g, "gradient")
            if self.lr is not None and is_small(g):
                lr, new = number(self.lr, self.digits), self.written(leaf.array - self.lr * g)
                self.entry(f"at lr {lr}", f"new {name} = {name} − {lr} · ∂{self.end}/∂{name} = {new}")
            self.close()


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
