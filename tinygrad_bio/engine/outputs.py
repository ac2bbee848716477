"""Operations with several outputs: one node for the operation, and one more to pick each output.

The gradients of the outputs meet at the node of the operation as a `Several`, which says which is which; its pullbacks
then receive a tuple, with zeros for the outputs that nobody used.
"""
from .. import autograd, backend
from .modes import threads


class Several(dict):
    """The gradients of several outputs, by number: what travels between the nodes of outputs and that of the operation."""
    shape = dtype = None

    def __add__(self, other):
        both = Several(self)
        for i, g in other.items():
            both[i] = g if i not in both else both[i] + g
        return both


class Outputs:
    """The shapes and dtypes of several outputs, where a Node expects those of its value."""

    def __init__(self, values):
        self.shape, self.dtype = tuple(v.shape for v in values), tuple(v.dtype for v in values)


def several_outputs(apply, parents, values, pullbacks, arrays, keywords):
    """Tensors for the outputs of an op; parents is None if nothing is recorded."""
    values = tuple(autograd.at_least_0d(v) for v in values)
    if parents is None:
        return tuple(autograd.new_tensor(v, None) for v in values)
    mode, pullbacks = threads.mode, pullbacks if callable(pullbacks) else list(pullbacks)       # a list: see _prepared
    node = autograd.Node(apply, parents, pullbacks, None if apply.linear else arrays, keywords, Outputs(values), mode)
    return tuple(autograd.new_tensor(v, autograd.Node(autograd.output, [node], (to_output(i),), None, {"index": i}, v, mode))
                 for i, v in enumerate(values))


def to_output(index):
    """The pullback of picking one output."""
    return lambda g: Several({index: g})


def all_outputs(gradients, node, create_graph):
    """A tuple with the gradient of each output of a node; zeros for the outputs that nobody used."""
    known = next(iter(gradients.values()))
    xp = backend.namespace(known.array if create_graph else known)
    zeros = [None if i in gradients else xp.zeros(*sd) for i, sd in enumerate(zip(node.shape, node.dtype))]
    return tuple(gradients[i] if z is None else autograd.new_tensor(z, None) if create_graph else z for i, z in enumerate(zeros))
