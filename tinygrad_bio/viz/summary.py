"""What a network consists of and what it costs: parameters, multiplications, steps that wait for one another.

The forward pass is run once and recorded; what each operation costs follows from the shapes on the tape. So functions without a layer of
their own (``q @ k.T``) are counted like the layers.
"""
import contextlib
import itertools
from math import prod
from typing import NamedTuple

from ..autograd import enable_grad, output, tape
from ..tensor import Tensor
from .facts import edge_of
from .folding import parsed

# Multiply-adds of one operation, from the shapes of its arguments (None where there is none) and of its value.
PRODUCTS = {
    "matmul": lambda shapes, out, node: prod(out) * shapes[0][-1],                           # (…, M, K) @ (…, K, N)
    "linear": lambda shapes, out, node: prod(out) * shapes[0][-1],
    "einsum": lambda shapes, out, node: _indices(shapes, node.keywords["subscripts"]),
    "conv": lambda shapes, out, node: prod(out) * prod(shapes[1][1:]),                       # w (O, C/groups, k, …): each value sees C/groups·k
    "conv_input": lambda shapes, out, node: prod(shapes[0]) * prod(shapes[1][1:]),           # the transposed convolution
    "sparse_matmul": lambda shapes, out, node: len(node.keywords["pattern"].rows) * prod(out[1:]),
    "scaled_dot_product_attention": lambda shapes, out, node: prod(shapes[0]) * shapes[1][-2] + prod(out) * shapes[1][-2],  # q kᵀ, then p v
    "rnn": lambda shapes, out, node: shapes[0][0] * (prod(shapes[2]) + prod(shapes[3])),     # every row times W_ih and W_hh
    "gru": lambda shapes, out, node: shapes[0][0] * (prod(shapes[2]) + prod(shapes[3])),
    "lstm": lambda shapes, out, node: shapes[0][0] * (prod(shapes[3]) + prod(shapes[4])),
}


class Row(NamedTuple):
    """One layer, or what a network does between its layers."""
    path: str               # "encoder.fc1"; "" for the outermost
    kind: str               # "Linear"
    shape: tuple            # of its last value
    parameters: int         # of its own, without those of layers within it; a shared one counts where it is first met
    operations: int         # multiply-adds
    steps: int              # products that wait for one another


class Summary:
    """What :func:`summary` found; printed, it is a table.

    Attributes
    ----------
    rows : list of :class:`Row`, in the order of the forward pass
    parameters, trainable : numbers in all parameters, in those that learn
    operations : multiply-adds of one forward pass
    steps : the longest chain of products of which each waits for the one before: one for every layer, n for a recurrent one over n residues

    >>> found = summary(tg.nn.Linear(3, 2), tg.ones(5, 3))
    >>> found.parameters, found.operations, found.steps
    (8, 30, 1)
    """

    def __init__(self, rows, parameters, trainable, steps):
        self.rows, self.parameters, self.trainable, self.steps = rows, parameters, trainable, steps
        self.operations = sum(row.operations for row in rows)

    def __repr__(self):
        cells = [("layer", "output", "parameters", "multiply-adds", "steps")]
        cells += [(f"{row.path} ({row.kind})" if row.path else row.kind, str(tuple(row.shape)), f"{row.parameters:,}",
                   f"{row.operations:,}", str(row.steps)) for row in self.rows]
        cells.append(("all", "", f"{self.parameters:,}", f"{self.operations:,}", str(self.steps)))
        widths = [max(len(line[i]) for line in cells) for i in range(5)]
        lines = ["  ".join(cell.ljust(w) if i < 2 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths))).rstrip()
                 for line in cells]
        rule = "─" * max(map(len, lines))
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def summary(model, *inputs, **keywords):
    """Run a network once and count, layer by layer: shape of the value, parameters, multiply-adds, steps one after the other.

    Only products count as operations (matrix products, convolutions, attention, recurrent steps): a sum or an activation costs one
    operation for each number, which is little beside them. The network is in evaluation mode meanwhile; nothing in it is changed.

    Parameters
    ----------
    model : Module, or any function of Tensors
    *inputs, **keywords : what it is called with; Tensors of a batch of 1 give the cost of one sample

    Returns
    -------
    Summary, to be printed; ``parameters``, ``operations``, ``steps`` and ``rows`` are its numbers

    >>> from tinygrad_bio import nn, viz
    >>> net = nn.Sequential(nn.Conv1d(20, 16, 5), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 5, 1))
    >>> viz.summary(net, tg.zeros(1, 20, 9))
    layer        output      parameters  multiply-adds  steps
    ─────────────────────────────────────────────────────────
    0 (Conv1d)   (1, 16, 5)       1,616          8,000      1
    1 (ReLU)     (1, 16, 5)           0              0      0
    2 (Flatten)  (1, 80)              0              0      0
    3 (Linear)   (1, 1)              81             80      1
    ─────────────────────────────────────────────────────────
    all                           1,697          8,080      2
    """
    with _evaluating(model):
        outputs = model(*map(_asking, inputs), **{name: _asking(value) for name, value in keywords.items()})
    ends = [t for t in _tensors(outputs) if t.requires_grad]
    if not ends:
        raise RuntimeError("summary: no operation was recorded: does the network detach what it computes, or compute within no_grad?")
    nodes = [node for node in tape(*map(edge_of, ends)) if node.op is not output]
    named = dict(model.named_parameters()) if hasattr(model, "named_parameters") else {}
    return Summary(_rows(nodes, named), sum(p.numel() for p in named.values()),
                   sum(p.numel() for p in named.values() if p.requires_grad), max(_depths(nodes).values(), default=0))


def operations(node):
    """Multiply-adds of one recorded operation; 0 if it is no product.

    >>> operations((tg.ones(2, 3, requires_grad=True) @ tg.ones(3, 4)).grad_fn)
    24
    """
    if node.name not in PRODUCTS:
        return 0
    shapes = [getattr(parent, "shape", None) if parent is not None else getattr(array, "shape", None)
              for parent, array in zip(node.parents, node.arrays)]
    out = node.shape[0] if type(node.dtype) is tuple else node.shape
    return int(PRODUCTS[node.name](shapes, out, node))


def _rows(nodes, named):
    """One row for each layer, in the order in which they began."""
    of_layer = {}
    for node in nodes:
        of_layer.setdefault(node.scope or "no layer", []).append(node)
    rows = []
    for scope, own in of_layer.items():
        path, kind = parsed(scope)
        inside = sum(p.numel() for name, p in named.items() if name.rpartition(".")[0] == path)
        shape = own[-1].shape[0] if type(own[-1].dtype) is tuple else own[-1].shape
        rows.append(Row(path, kind, tuple(shape), inside, sum(map(operations, own)), max(_depths(own).values())))
    return rows


def _depths(nodes):
    """For each node, how many products had to be done one after the other."""
    depth = {}
    for node in nodes:
        before = max((depth.get(_made(parent), 0) for parent in node.parents if parent is not None), default=0)
        depth[node] = before + _steps(node)
    return depth


def _made(edge):
    """The operation whose output this is."""
    return edge.parents[0] if getattr(edge, "op", None) is output else edge


def _steps(node):
    """How many products within one operation wait for one another: a recurrent one waits at each residue."""
    if node.name in ("rnn", "lstm", "gru"):
        return len(node.keywords["batch_sizes"])
    return 2 if node.name == "scaled_dot_product_attention" else int(node.name in PRODUCTS)


def _indices(shapes, subscripts):
    """The product of the lengths of all different letters: as loops would do it."""
    letters = {}
    for shape, names in zip(shapes, subscripts.split("->")[0].split(",")):
        letters.update(zip(names, shape))
    return prod(letters.values())


def _asking(value):
    """A floating Tensor as one that asks for its gradient, so that everything done with it is recorded."""
    wanted = isinstance(value, Tensor) and value.dtype.kind == "f"
    return value.detach().requires_grad_() if wanted else value


def _tensors(outputs):
    """All Tensors in nested tuples, lists and dictionaries."""
    if isinstance(outputs, Tensor):
        return [outputs]
    parts = outputs.values() if isinstance(outputs, dict) else outputs if isinstance(outputs, (tuple, list)) else ()
    return list(itertools.chain.from_iterable(map(_tensors, parts)))


@contextlib.contextmanager
def _evaluating(model):
    """Evaluation mode, and every parameter recorded, for a while."""
    modules = list(model.modules()) if hasattr(model, "modules") else []
    modes = [(module, module.training) for module in modules]
    frozen = [p for p in model.parameters() if not p.requires_grad] if modules else []
    try:
        for module in modules:
            module.training = False
        for p in frozen:
            p.requires_grad_(True)
        with enable_grad():                             # within the caller's no_grad(), too
            yield
    finally:
        for module, training in modes:
            module.training = training
        for p in frozen:
            p.requires_grad_(False)
