"""What can be found out about a recorded graph: the names, values and gradients at its edges.

An *edge* is what the tape calls it: a Node (a value that an operation made) or a leaf Tensor.
Nothing here changes the graph: it can go backward afterwards, and no ``.grad`` is touched.
"""
import itertools
from typing import NamedTuple

import numpy as np

from .. import autograd
from ..autograd import Node, output, tape
from ..backend import namespace
from ..engine import written
from ..tensor import Tensor


ELEMENTWISE = tuple(f"ops.{kind}" for kind in ("arithmetic", "exponential", "trigonometric", "special", "choice", "activation"))
# where rules work on each element by itself


def edge_of(tensor):
    """Where a tensor comes from: its node, or itself if it is a leaf."""
    return tensor.grad_fn or tensor


def checked_outputs(outputs, caller):
    """The given tensors as a list; an error that says what to do for anything that has no history."""
    tensors = list(itertools.chain.from_iterable(o if isinstance(o, (list, tuple)) else [o] for o in outputs))
    if not tensors:
        raise TypeError(f"{caller}: expected a tensor whose history is wanted, such as {caller}(loss)")
    for t in tensors:
        if not isinstance(t, Tensor):
            raise TypeError(f"{caller}: expected a Tensor, got a {type(t).__name__}; names go into params=")
        if not t.requires_grad:
            raise RuntimeError(f"{caller}: this tensor of shape {list(t.shape)} has no history: no tensor "
                               f"with requires_grad=True led to it, or it was computed in no_grad, or it "
                               f"went through .item(), .detach() or NumPy")
    return tensors


# --------------------------------------------------------------------------------------------- names

def named(params):
    """The list of (name, Tensor) behind `params`: a Module, a dictionary, or pairs of a name and a Tensor.

    >>> import tinygrad_bio as tg
    >>> named({"w": tg.ones(2)})
    [('w', tensor([1., 1.]))]
    """
    if params is None:
        return []
    if hasattr(params, "named_parameters"):
        params = params.named_parameters()
    pairs = list(params.items() if hasattr(params, "items") else params)
    for pair in pairs:
        kinds = [type(p) for p in pair] if isinstance(pair, (tuple, list)) else [type(pair)]
        if len(kinds) != 2 or kinds[0] is not str or not issubclass(kinds[1], Tensor):
            raise TypeError(f"params: expected names with Tensors, such as model, model.named_parameters() "
                            f"or {{'w': w}}, but it holds: {', '.join(k.__name__ for k in kinds)}")
    return [tuple(pair) for pair in pairs]


def names_of_edges(params):
    """The name of each edge: of a leaf, and of a value too if its tensor was given. The first name counts."""
    found = {}
    for name, tensor in named(params):
        found.setdefault(edge_of(tensor), name)
    return found


def names_of_arrays(params):
    """The name of each array by its identity: constants are known to the graph only as arrays."""
    return {id(tensor.array): name for name, tensor in reversed(named(params))}


# -------------------------------------------------------------------------------------------- values

def values(outputs, nodes):
    """The value at each edge, as far as it can be found: {edge: array, or a tuple of arrays}.

    Operations whose pullbacks need their arguments keep them, so the values in between are mostly there; else
    the rule is run again. Nothing is kept of what only *linear* operations (add, sum, reshape, …) saw, and
    nothing at all after ``backward()``.
    """
    found = {edge_of(t): t.array for t in outputs}
    for node in nodes:
        for i, parent in enumerate(node.parents):
            if isinstance(parent, Tensor):
                found.setdefault(parent, parent.array)
            elif parent is not None and node.arrays is not None:
                found.setdefault(parent, node.arrays[i])
    with np.errstate(all="ignore"):
        for node in nodes:
            arguments = _arguments(node, found)
            if node not in found and arguments is not None:
                found[node] = node.op.rule(*arguments, **node.keywords)[0]
    return found


def _arguments(node, found):
    """The arrays to run a node's rule on once more, or None if they are not to be had."""
    if node.arrays is not None:
        return node.arrays
    if node.pullbacks is None or node.op.rule is None or not all(parent in found for parent in node.parents):
        return None         # freed, or an autograd.Function, or a linear operation with a constant argument
    return [found[parent] for parent in node.parents]


# ----------------------------------------------------------------------------------------- gradients

class Step(NamedTuple):
    """One node on the way back: the gradients that arrived, their sum, and what each argument is handed."""
    node: Node
    arrived: list               # one array for each way the gradient came
    g: object                   # their sum; a tuple for an operation with several outputs
    handed: list                # one array for each argument, None where none is needed


def walk(starts):
    """The way of the gradients: a `Step` for each node, the last one first; then what reached the leaves.

    The same walk as :func:`tinygrad_bio.autograd.walk_back`, which every reader should see first; this one
    keeps the graph and shows what it does. Hooks are not called.

    Parameters
    ----------
    starts : list of (edge, gradient as an array)

    Yields
    ------
    (Step, None) for each node; at the end (None, {leaf: the gradients that arrived})
    """
    arrived = {}
    for edge, g in starts:
        arrived.setdefault(edge, []).append(g)
    for node in reversed(tape(*(edge for edge, _ in starts))):
        ways = arrived.pop(node, None)
        if ways is None:                            # every rule said "zero" (None) to it
            continue
        g = together(node, ways)
        if node.op is output:                       # goes on with the number of the output it belongs to
            handed = [(node.keywords["index"], g)]
        else:
            handed = pulled_back(node, g)
        for parent, d in zip(node.parents, handed):
            if d is not None:
                arrived.setdefault(parent, []).append(d)
        yield Step(node, ways, g, handed), None
    yield None, arrived


def together(edge, ways):
    """The sum of the gradients that arrived along several ways; a tuple for a node with several outputs."""
    if not has_several_outputs(edge):
        return _total(ways)
    xp = namespace(ways[0][1])
    by_output = [[d for i, d in ways if i == k] for k in range(len(edge.shape))]
    return tuple(_total(ds) if ds else xp.zeros(shape, dtype)
                 for ds, shape, dtype in zip(by_output, edge.shape, edge.dtype))


def _total(ways):
    total = ways[0]
    for d in ways[1:]:
        total = (total + d).reshape(d.shape)          # a sum of 0-d arrays is a NumPy scalar: an array again
    return total


def has_several_outputs(edge):
    """Whether the edge is a node with a tuple of values; its shape and dtype are tuples, too."""
    return type(edge.dtype) is tuple


def pulled_back(node, g):
    """What the node hands to its arguments when `g` arrives: an array in each argument's shape, or None."""
    if node.pullbacks is None:
        raise RuntimeError(f"the graph of {node} was freed by backward(): look at it before, or call "
                           f"backward(retain_graph=True)")
    if node.position < written.Last.position:
        written.check_unwritten(node, False)
    with autograd.no_grad(), np.errstate(all="ignore"):
        if callable(node.pullbacks):
            found = node.pullbacks(g)
        else:
            found = [None if parent is None else pullback(g)
                     for parent, pullback in zip(node.parents, node.pullbacks)]
        return [None if parent is None or d is None else
                autograd.unbroadcast(d, parent, node).astype(parent.dtype, copy=False)
                for parent, d in zip(node.parents, found)]


def local_derivatives(step):
    """∂value/∂argument for each argument where this is an array of the argument's shape; None elsewhere.

    It is if the value is a single number, or if the operation works on each element by itself.
    """
    node = step.node
    if has_several_outputs(node) or node.op is output:
        return [None] * len(node.parents)
    single = int(np.prod(node.shape)) == 1
    if not single and not getattr(node.op.rule, "__module__", "").endswith(ELEMENTWISE):
        return [None] * len(node.parents)
    derivatives = pulled_back(node, ones_like(step.g))
    return [d if d is not None and (single or parent.shape == node.shape) else None
            for parent, d in zip(node.parents, derivatives)]


def ones_like(array):
    """The gradient to begin with: one for each number."""
    return namespace(array).ones_like(array)


def gradients(starts):
    """The gradient at every edge: {edge: array}. For a value that several operations used, the sum."""
    found = {}
    for step, leaves in walk(starts):
        if step is not None:
            found[step.node] = step.g
        else:
            found.update((leaf, together(leaf, ways)) for leaf, ways in leaves.items())
    return found
