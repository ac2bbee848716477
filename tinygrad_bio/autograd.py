"""The engine: operations, the tape they are recorded on, and the walk back along it.

Read this file first. It is the whole of reverse-mode automatic differentiation.

An operation is a *rule*: a function from arrays to its value and its *pullbacks*, one for each array. A
pullback turns the gradient of the value, always called ``g``, into the gradient of that argument::

    @op
    def mul(a, b):
        \"\"\"y = a·b,   ∂a = g·b,   ∂b = g·a\"\"\"
        return a * b, (lambda g: g * b, lambda g: g * a)

That is all there is to write for a new operation. Arrays are positional, everything else is a keyword. A rule
knows nothing of Tensors, of broadcasting, or of whether anybody needs a gradient: :func:`op` does

    forward    take the arrays out of the Tensors, call the rule, put its value into a new Tensor, and
               record a :class:`Node` that remembers the pullbacks and where the arguments came from;
    backward   :func:`walk_back` visits the nodes from last to first, hands each its gradient, calls the
               pullbacks, sums what was broadcast, and adds up what meets at one place.

A gradient that shall itself be differentiated (``create_graph=True``) needs no second set of rules: the engine
runs the rule once more, *on Tensors*, and the pullbacks it gets then work on Tensors, so that they are recorded.

What a first reading can skip is in ``engine/``: modes, messages, conversions, the watch over in-place writes.
"""
import functools
import inspect
import itertools
import operator
import threading

import numpy as np

from . import backend
from .backend import is_array
from .engine import messages, written
from .engine.hooks import add_hook  # noqa: F401
from .engine.messages import DtypeError, ShapeError, here  # noqa: F401
from .engine.modes import (  # noqa: F401
    detect_anomaly, enable_grad, inference_mode, is_grad_enabled, no_grad, set_detect_anomaly, set_grad_enabled, threads)
from .engine.sums import total

__all__ = ["DtypeError", "Function", "Node", "ShapeError", "Variable", "backward", "cast", "detect_anomaly", "enable_grad", "grad",
           "inference_mode", "is_grad_enabled", "mark_written", "new_tensor", "no_grad", "op", "recorded_pullbacks",
           "set_detect_anomaly", "set_grad_enabled", "tape", "unbroadcast", "walk_back"]

Tensor = None               # tensor.py puts its class here, once: the engine only needs to make them
_clock = itertools.count(1)             # the positions on the tape


# ------------------------------------------------------------------------------------ what is recorded

class Node:
    """One recorded operation; ``grad_fn`` of the Tensor that it made.

    Attributes
    ----------
    op : the operation
    parents : for each argument the *edge* it came along: another Node, a leaf Tensor, or None (no gradient needed)
    pullbacks : one function for each argument, or one that returns the gradients of all
    arrays, keywords : the arguments, to run the rule once more (a linear op does not keep its arrays)
    shape, dtype : of the value
    position : when it was recorded; a node's parents always have smaller ones
    scope : the layer that recorded it
    hooks, trace : functions to call with the gradient; the user's line (both mostly None)

    Edges lead to nodes and not to Tensors, so that a Tensor may be given a new value later without
    changing what has been recorded. A node never knows the Tensor it made: no cycles, so a graph is freed
    as soon as nobody holds its end.

    >>> x = tg.tensor(3., requires_grad=True)
    >>> y = x * x
    >>> y.grad_fn, y.grad_fn.parents[0] is x
    (<mul node []>, True)
    """
    __slots__ = ("op", "parents", "pullbacks", "arrays", "keywords", "shape", "dtype", "position", "scope",
                 "hooks", "trace", "__weakref__")

    def __init__(self, op, parents, pullbacks, arrays, keywords, value, mode):
        self.op = op
        self.parents = parents
        self.pullbacks = pullbacks
        self.arrays = arrays
        self.keywords = keywords
        self.shape = value.shape
        self.dtype = value.dtype
        self.position = next(_clock)
        self.scope = mode.scope
        self.hooks = None
        self.trace = messages.users_line() if mode.anomaly else None

    @property
    def name(self):
        """The operation's name."""
        return self.op.__name__

    @property
    def next_functions(self):
        """PyTorch's spelling of the parents: ``((node or leaf, 0), …)``."""
        return tuple((parent, 0) for parent in self.parents)

    def __repr__(self):
        return f"<{self.name} node {list(self.shape)}>"


def new_tensor(array, node):
    """A Tensor of this array that came from this node (None: a constant).

    >>> new_tensor(np.ones(2, "float32"), None)
    tensor([1., 1.])
    """
    tensor = _new(Tensor)
    tensor.array = array
    tensor._grad = None
    tensor.grad_fn = node
    tensor._requires_grad = node is not None
    return tensor


_new = object.__new__            # past Tensor.__init__, which copies and converts what a user gives it


# ------------------------------------------------------------------------------------------ operations

def op(rule=None, *, linear=False, composite=None, promote=True):
    """Turn a rule into an operation on Tensors.

    Parameters
    ----------
    rule : function from arrays (positional) and settings (keywords, behind a ``*``) to ``(value, pullbacks)``
        `pullbacks` is a tuple with one function for each array, or one *joint* function that returns a tuple.
        `value` may be a tuple of arrays; pullbacks then receive a tuple of gradients.
    linear : the pullbacks never look at the values of the arguments (add, reshape, sum, …). They must work on
        whatever `g` is, array or Tensor. In return the arguments are not kept in memory.
    composite : for a fast rule that Tensors cannot follow, because it works in place: the same function
        written plainly. Higher derivatives go through it.
    promote : convert arguments to a common dtype first (if False, different dtypes are an error).

    An operation applied to plain arrays returns a plain array: rules may call other operations.

    >>> @op
    ... def cube(x):
    ...     '''y = x³,   ∂x = g·3x²'''
    ...     return x * x * x, (lambda g: g * (3 * x * x),)
    """
    if rule is None:
        return functools.partial(op, linear=linear, composite=composite, promote=promote)
    parameters = inspect.signature(rule).parameters.values()
    names = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
    by_name = {"input", "other", *names}        # arrays that were given by name are sorted in on the slow path

    @functools.wraps(rule)
    def apply(*args, **keywords):
        # 1. Take the arrays out of the Tensors, and note along which edges they came.
        mode = threads.mode
        arrays, parents, recording, dtype, alike, numbers = [], [], False, None, True, False
        for a in args:
            if isinstance(a, Tensor):
                array = a.array
                if dtype is None:
                    dtype = array.dtype
                elif array.dtype is not dtype:
                    alike = False
                arrays.append(array)
                if a._requires_grad and mode.recording:
                    parents.append(a.grad_fn or a)
                    recording = True
                else:
                    parents.append(None)
            else:
                arrays.append(a)
                parents.append(None)
                if type(a) is float or type(a) is int:
                    numbers = True
                else:
                    alike = False
        # 2. Anything but Tensors of one dtype, numbers beside floats, and plain settings is converted first.
        if keywords:
            for setting in keywords.values():
                if isinstance(setting, Tensor):
                    alike = False
        if not alike or (numbers and dtype not in _FLOATS) or (keywords and not by_name.isdisjoint(keywords)):
            return convert.apply_converted(apply, args, keywords)
        # 3. Run the rule.
        try:
            value, pullbacks = rule(*arrays, **keywords) if keywords else rule(*arrays)
        except Exception as error:
            raise messages.explained(error, apply, arrays, keywords) from error
        if type(value) not in _ARRAYS or value.dtype is not dtype:
            if type(value) is tuple:
                return outputs.several_outputs(apply, parents if recording else None, value, pullbacks, arrays, keywords)
            value = at_least_0d(value)
            if value.dtype.kind not in "fc":
                recording = False                   # what holds integers or booleans has no gradient
            elif dtype.kind in "iub" and apply is not cast:
                return apply(*convert.in_floats(args), **keywords)          # the logarithm of an integer
        # 4. Put the value into a Tensor, and, if anybody may ask for a gradient, record how it was made.
        if not recording:
            return new_tensor(value, None)
        return new_tensor(value, Node(apply, parents, pullbacks, None if linear else arrays, keywords, value, mode))

    apply.rule, apply.linear, apply.composite, apply.promote, apply.names = rule, linear, composite, promote, names
    apply.variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return apply


_FLOATS = {backend.float32, backend.float64, backend.float16}
_ARRAYS = backend.NAMESPACES


def at_least_0d(value):
    """The value as an array: NumPy makes a scalar where a 0-d array is meant."""
    return value if is_array(value) else np.asarray(value)


@op(linear=True)
def output(x, *, index):
    """Output number `index` of an operation that has several,   ∂x = {index: g}, which meets those of its siblings"""
    return x[index], (outputs.to_output(index),)


@op(linear=True)
def cast(x, *, dtype):
    """y = x in another dtype,   ∂x = g in x's dtype

    >>> cast(tg.tensor([0.5, 1.7]), dtype=tg.int64)
    tensor([0, 1])
    """
    before = x.dtype
    return x.astype(dtype), (lambda g: cast(g, dtype=before),)


@op(linear=True)
def alias(x):
    """y = x,   ∂x = g.  A Tensor that stands for a leaf as it was."""
    return x, (lambda g: g,)


# -------------------------------------------------------------------------------------------- the tape

def tape(*edges):
    """The nodes that led to these edges, in the order in which they were recorded.

    Why is an order needed at all? Take ``b = a + a; c = b + b``. The gradient reaches b from two sides. Only
    when both have arrived may it go on to a: going on after the first would count what lies before b
    twice, and exponentially often in a deep graph. In the order of recording every node comes after all
    that it was computed from. So walking *from the end* meets each node once, when its gradient is complete.

    The stack is explicit: a graph may be a million nodes deep, and Python functions may not.

    >>> a = tg.tensor(1., requires_grad=True)
    >>> b = a + a
    >>> [node.name for node in tape((b * b).grad_fn)]
    ['add', 'mul']
    """
    seen, stack = set(), [edge for edge in edges if type(edge) is Node]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                if type(parent) is Node:
                    stack.append(parent)
    return sorted(seen, key=operator.attrgetter("position"))


def walk_back(starts, wanted=None, retain_graph=False, create_graph=False):
    """Carry gradients from the end of the tape to its beginning. In short::

        for node in reversed(tape):
            g = pending.pop(node)                               # complete: all that used the node came after it
            for parent, pullback in zip(node.parents, node.pullbacks):
                pending[parent] += pullback(g)

    Parameters
    ----------
    starts : list of (edge, gradient)
    wanted : edges whose gradients are asked for; None asks for those of all leaves
    retain_graph : keep what the pullbacks need, for another walk
    create_graph : the gradients are Tensors, and computing them is recorded

    Returns
    -------
    dict : gradient by edge (for leaves only, if `wanted` is None)

    >>> x = tg.tensor(3., requires_grad=True)
    >>> y = x * x
    >>> walk_back([(y.grad_fn, np.ones((), "float32"))])[x].item()
    6.0
    """
    pending, owned, result = {}, set(), {}      # owned: those sums that the walk itself allocated
    last_write, anomaly = written.Last, threads.mode.anomaly
    nodes = tape(*(edge for edge, _ in starts))
    useful = None if wanted is None else _leading_to(wanted, nodes)
    for edge, g in starts:
        _add(pending, owned, edge, g)
    while nodes:
        node = nodes.pop()
        g = pending.pop(node, None)
        if g is None:
            continue
        if node.hooks:
            g = _call_hooks(node.hooks, g)
        if wanted is not None:
            if node in wanted:
                result[node] = g
            if node not in useful:
                continue
        parents, pullbacks = node.parents, node.pullbacks
        usual = type(pullbacks) is tuple and len(pullbacks) == len(parents) and node.position > last_write.position
        if create_graph or not usual:
            pullbacks, g = _prepared(node, g, create_graph)
        for parent, pullback in zip(parents, pullbacks):
            if parent is None or (wanted is not None and parent not in useful and parent not in wanted):
                continue
            d = pullback(g)
            if d is None:                           # a rule's way to say zero
                continue
            if d.shape != parent.shape or d.dtype is not parent.dtype:
                d = _fitted(d, node, parent)
            if anomaly:
                _check_finite(d, node, parent, g)
            if parent in pending:
                _add(pending, owned, parent, d)
            else:
                pending[parent] = d
        if not (retain_graph or node.arrays is None and (usual and not node.keywords or _holds_nothing(node))):
            node.pullbacks, node.arrays, node.keywords = None, None, _NOTHING      # let go of what was kept for this
    if wanted is None:
        return pending
    result.update((edge, pending[edge]) for edge in wanted if edge in pending)
    return result


def _prepared(node, g, create_graph):
    """The pullbacks of a node and its gradient, where they are not simply a tuple of functions and an array."""
    if node.pullbacks is None:
        raise RuntimeError(f"backward: the graph of {node} has been walked already and was freed. To go through it twice, call "
                           f"the first backward with retain_graph=True; to train, compute the loss anew in every step")
    if node.position < written.Last.position:
        written.check_unwritten(node, create_graph)
    pullbacks = recorded_pullbacks(node) if create_graph else node.pullbacks
    if type(g) is outputs.Several:
        g = outputs.all_outputs(g, node, create_graph)
    if callable(pullbacks):
        gradients = pullbacks(g)
        if not isinstance(gradients, (tuple, list)):
            raise TypeError(f"op {node.name!r}: its rule returned one pullback for all arguments, and that returned "
                            f"{messages.describe(gradients)} instead of a tuple. Is a comma missing, as in (lambda g: …,)?")
        pullbacks = [lambda _, d=d: d for d in gradients]
    if len(pullbacks) != len(node.parents):
        raise RuntimeError(f"op {node.name!r} was given {len(node.parents)} arguments, but its rule returned {len(pullbacks)} pullbacks")
    return pullbacks, g


_NOTHING = {}


def _holds_nothing(node):
    """Whether the pullbacks of a linear op hold no array, which they do if no setting is one, a mask or an index. Then they
    need not be let go, and another loss that stands upon the same sums and reshapes may call them again."""
    if callable(node.pullbacks):                    # the `backward` of a Function: it may hold what it likes
        return False
    for setting in node.keywords.values():
        for part in setting if type(setting) is tuple else (setting,):
            if is_array(part):
                return False
    return True


def _leading_to(wanted, nodes):
    """Those of the nodes (in tape order) from which a wanted edge is reached: the others need no walk."""
    useful = set()
    for node in nodes:
        if any(parent in wanted or parent in useful for parent in node.parents):
            useful.add(node)
    return useful


def _add(pending, owned, edge, g):
    """Add g to what has arrived at the edge, without ever writing into an array that somebody else may hold."""
    if edge not in pending:
        pending[edge] = g
    elif edge in owned:
        pending[edge] += g                      # our own sum: no need for yet another array
    else:
        pending[edge] = pending[edge] + g
        if is_array(pending[edge]):
            owned.add(edge)


def _fitted(d, node, parent):
    """The gradient d with the shape and dtype of its argument: what was broadcast forward is summed back."""
    if type(d) is outputs.Several:
        return d
    d = unbroadcast(d, parent, node)
    return d if d.dtype == parent.dtype else cast(d, dtype=parent.dtype)


def unbroadcast(g, argument, node=None):
    """Sum g down to the shape of the argument: the transpose of broadcasting it.

    >>> unbroadcast(np.ones((2, 3)), argument=np.ones(3))
    array([2., 2., 2.])
    """
    shape = argument.shape
    extra = len(g.shape) - len(shape)
    kept = g.shape[max(extra, 0):]
    if extra < 0 or any(n != k and n != 1 for n, k in zip(shape, kept)):
        raise messages.wrong_gradient_shape(node, argument, g)
    axes = tuple(range(extra)) + tuple(extra + i for i, (n, k) in enumerate(zip(shape, kept)) if n != k)
    return total(g, axes, keepdims=True).reshape(shape) if axes else g.reshape(shape)


def _check_finite(d, node, parent, g):
    """Anomaly detection: raise at the first gradient that is not finite."""
    d, g = (x.array if isinstance(x, Tensor) else x for x in (d, g))
    if is_array(d) and not bool(backend.namespace(d).isfinite(d).all()):
        raise messages.not_finite(d, g, node, parent)


# ------------------------------------------------------------------------------------- higher derivatives

def recorded_pullbacks(node):
    """The pullbacks of a node once more, such that calling them is recorded.

    A linear op's are good as they are. Else the rule runs again on Tensors that stand for the arguments of then,
    each with the edge it came along; a fused rule's composite stands in for it.

    >>> x = tg.tensor(3., requires_grad=True)
    >>> pullback = recorded_pullbacks((x ** 3).grad_fn)[0]
    >>> pullback(tg.tensor(1.))
    tensor(27., grad_fn=<mul>)
    """
    operation = node.op
    if operation.linear:
        return node.pullbacks
    tensors = [as_it_was(a, edge) for a, edge in zip(node.arrays, node.parents)]
    if operation.composite is None:
        return operation.rule(*tensors, **node.keywords)[1]
    value = operation.composite(*tensors, **node.keywords)

    def pullback(g):
        needed = [t for t, edge in zip(tensors, node.parents) if edge is not None]
        found = iter(grad(value, needed, g, create_graph=True, allow_unused=True, materialize_grads=True))
        return [None if edge is None else next(found) for edge in node.parents]

    return pullback


def as_it_was(array, edge):
    """A Tensor of the array an op received, connected to where it came from."""
    if not is_array(array):
        return array
    if edge is None or type(edge) is Node:
        return new_tensor(array, edge)
    if edge.array is array:
        return edge                             # a leaf that still has this value
    return new_tensor(array, Node(alias, [edge], (lambda g: g,), None, {}, array, threads.mode))


# ----------------------------------------------------------------------------------- backward and grad

def _start(tensors, gradients, caller):
    """Check where a walk starts: a list of (edge, gradient as a Tensor)."""
    if len(tensors) != len(gradients):
        raise RuntimeError(f"{caller}: {len(gradients)} gradients were given for {len(tensors)} tensors; one for each is needed")
    starts = []
    for tensor, g in zip(tensors, gradients):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{caller}: expected Tensors, got a {type(tensor).__name__}")
        if not tensor.requires_grad:
            raise RuntimeError(f"{caller}: this tensor of shape {tuple(tensor.shape)} does not require grad and has no "
                               f"grad_fn: no tensor with requires_grad=True led to it (or it was computed in no_grad, "
                               f"or went through .item(), .detach() or NumPy)")
        if g is None:
            if tensor.array.size != 1:
                raise RuntimeError(f"{caller}: a gradient is only implied for a single number, and this tensor has shape "
                                   f"{tuple(tensor.shape)}: reduce it first, e.g. .sum() or .mean(), or pass gradient=")
            g = new_tensor(backend.namespace(tensor.array).ones_like(tensor.array), None)
        elif tuple(g.shape) != tuple(tensor.shape):
            raise ShapeError(f"{caller}: the gradient has shape {tuple(g.shape)}, the tensor {tuple(tensor.shape)}")
        starts.append((tensor.grad_fn or tensor, g))
    return starts


def _listed(x, n=None):
    if x is None:
        return [None] * n
    return list(x) if isinstance(x, (tuple, list)) else [x]


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, inputs=None):
    """Add the gradient of the sum of `tensors` to the ``.grad`` of every leaf that they depend on.

    >>> import tinygrad_bio as tg
    >>> w = tg.tensor([1., 2.], requires_grad=True)
    >>> tg.autograd.backward((w * w).sum()); w.grad
    tensor([2., 4.])
    """
    tensors = _listed(tensors)
    starts = _start(tensors, _listed(grad_tensors, len(tensors)), "backward")
    retain_graph = create_graph if retain_graph is None else retain_graph
    wanted = None if inputs is None else {t.grad_fn or t for t in _listed(inputs)}
    found = _walk(starts, wanted, retain_graph, create_graph)
    shared = {id(backend.buffer_of(g.array if create_graph else g)) for _, g in starts}
    for leaf, g in found.items():
        _accumulate(leaf if inputs is None else _target(leaf, inputs), g, shared, retain_graph, create_graph)


def _target(edge, inputs):
    return next(t for t in _listed(inputs) if (t.grad_fn or t) is edge)


def _walk(starts, wanted, retain_graph, create_graph):
    """walk_back on Tensors with recording on, or on plain arrays with recording off."""
    if not create_graph:
        starts[:] = [(edge, g.array) for edge, g in starts]
    with set_grad_enabled(create_graph), np.errstate(all="ignore"):
        return walk_back(starts, wanted, retain_graph, create_graph)


def _accumulate(leaf, g, shared, retain_graph, create_graph):
    """leaf.grad += g, in memory of its own: shared with no other gradient, and writable."""
    g = _shown_to_hooks(leaf, g)
    if create_graph:
        g = g.clone()
    else:
        g = at_least_0d(g)
        whole = g.base is None                          # not a view: nearly always, and quickly seen
        buffer = g if whole else backend.buffer_of(g)
        if retain_graph or id(buffer) in shared or not (whole or buffer.size == g.size and backend.is_writable(g)):
            g = g.copy()                                # (pullbacks that live on may hold it, too)
        shared.add(id(buffer))
        g = new_tensor(g, None)
    with _accumulating:                                 # threads may share a leaf
        leaf._grad = g if leaf._grad is None else leaf._grad + g


_accumulating = threading.Lock()


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, only_inputs=True,
         allow_unused=None, is_grads_batched=False, materialize_grads=False):
    """The gradients of the sum of `outputs` with respect to `inputs`, as a tuple; no ``.grad`` is touched.

    Parameters
    ----------
    create_graph : the result can be differentiated again
    allow_unused : an input that the outputs do not depend on gives None instead of an error
    materialize_grads : … gives zeros instead

    >>> import tinygrad_bio as tg
    >>> x = tg.tensor(3., requires_grad=True)
    >>> dy, = tg.autograd.grad(x ** 3, x, create_graph=True)
    >>> dy, tg.autograd.grad(dy, x)
    (tensor(27., grad_fn=<mul>), (tensor(18.),))
    """
    if not only_inputs or is_grads_batched:
        raise NotImplementedError("grad: only_inputs=False and is_grads_batched=True are not supported: call it once for "
                                  "each gradient")
    outputs, inputs = _listed(outputs), _listed(inputs)
    for i, t in enumerate(inputs):
        if not t.requires_grad:
            raise RuntimeError(f"grad: input {i} does not require grad: set requires_grad=True before computing the outputs")
    starts = _start(outputs, _listed(grad_outputs, len(outputs)), "grad")
    retain_graph = create_graph if retain_graph is None else retain_graph
    edges = [t.grad_fn or t for t in inputs]
    found = _walk(starts, set(edges), retain_graph, create_graph)
    result = []
    for i, (edge, t) in enumerate(zip(edges, inputs)):
        g = found.get(edge)
        if g is not None:
            g = _shown_to_hooks(t, g)
        if g is None and materialize_grads:
            g = backend.namespace(t.array).zeros_like(t.array)
        elif g is None and not allow_unused:
            raise RuntimeError(f"grad: the outputs do not depend on input {i}. If that is meant, pass allow_unused=True "
                               f"(its gradient is then None) or materialize_grads=True (zeros)")
        if g is not None and not isinstance(g, Tensor):
            g = at_least_0d(g)
            g = new_tensor(g if backend.is_writable(g) else g.copy(), None)
        result.append(g)
    return tuple(result)


# ------------------------------------------------------------------------------------------------ hooks

def _call_hooks(hooks, g):
    """Show a gradient to the hooks; one that returns something replaces it."""
    for hook in list(hooks.values()):
        shown = g if isinstance(g, Tensor) else new_tensor(at_least_0d(g), None)
        changed = hook(shown)
        if changed is not None:
            if not isinstance(changed, Tensor) or tuple(changed.shape) != tuple(shown.shape):
                raise ShapeError(f"a hook was shown a gradient of shape {tuple(shown.shape)} and returned "
                                 f"{messages.describe(changed)}: return a Tensor of the same shape, or nothing")
            changed = changed if changed.dtype == shown.dtype else changed.to(shown.dtype)
            g = changed if isinstance(g, Tensor) else changed.array
    return g


def _shown_to_hooks(tensor, g):
    """The gradient of a leaf after its hooks; those of other Tensors were called on the way (they are their nodes')."""
    hooks = getattr(tensor, "_hooks", None)
    return _call_hooks(hooks, g) if hooks and tensor.grad_fn is None else g


def mark_written(array):
    """Note that an array has been written in place. Every in-place method and every optimiser calls this.

    >>> w = tg.ones(2, requires_grad=True)
    >>> loss = (w * w).sum()
    >>> w.array[0] = 5.0
    >>> mark_written(w.array)
    >>> loss.backward()                                             # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    RuntimeError: backward: op 'mul' needs 'b', an array of shape (2,) that was written in place after the op had used it (by an optimiser's step, or by +=, x[i] = v, add_ …). Call backward() before writing, or write into a copy: x = x.clone()
    """
    written.mark_written(array, _clock)


from .engine import convert, outputs  # noqa: E402  (they need what stands above)
from .engine.function import Function, Variable  # noqa: E402,F401


def __getattr__(name):
    """``tg.autograd.gradcheck`` and ``gradgradcheck`` are those of ``testing``, imported when they are first used."""
    if name in ("gradcheck", "gradgradcheck"):
        from .testing import gradients
        return getattr(gradients, name)
    raise AttributeError(f"module 'tinygrad_bio.autograd' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), "gradcheck", "gradgradcheck"})
