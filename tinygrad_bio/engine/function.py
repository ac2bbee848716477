"""PyTorch's class for operations with a gradient of their own: ``Function`` with ``forward`` and ``backward``.

The library's own way is a rule (see ``autograd.op``): three lines, and higher derivatives for free. This class is here for
programs written for PyTorch.
"""
import weakref

from .. import autograd
from .modes import set_grad_enabled, threads
from .outputs import several_outputs


def Variable(data, requires_grad=False):
    """PyTorch's old word, from before Tensors had gradients: a leaf of the same numbers.

    >>> import tinygrad_bio as tg
    >>> tg.autograd.Variable(tg.ones(2), requires_grad=True)
    tensor([1., 1.], requires_grad=True)
    """
    return data.detach().requires_grad_(requires_grad)


class Context:
    """What `forward` hands to `backward`: saved tensors, and any attribute you set."""

    def __init__(self):
        self.needs_input_grad = ()
        self._saved = ()                    # (Tensor, its array, its edge) as they were when saved, or None
        self._undifferentiable = ()
        self._made = []                     # (output of forward, weak reference to its node)

    def save_for_backward(self, *tensors):
        """Keep tensors (or None) for `backward`."""
        self._saved = tuple(t if t is None else (t, t.array, (t.grad_fn or t) if t.requires_grad else None) for t in tensors)

    @property
    def saved_arrays(self):
        """The arrays that were saved: the watch over in-place writes looks at them."""
        return [saved[1] for saved in self._saved if saved is not None]

    @property
    def saved_tensors(self):
        """The tensors that were saved, as they were then. An output comes back with its place on the tape."""
        return tuple(saved if saved is None else self._restored(*saved) for saved in self._saved)

    def _restored(self, tensor, array, edge):
        for output, node in self._made:
            if tensor is output and node() is not None:
                return autograd.new_tensor(array, node())
        return autograd.as_it_was(array, edge)

    def mark_non_differentiable(self, *outputs):
        """These outputs (indices, masks) have no gradient."""
        self._undifferentiable = outputs

    def set_materialize_grads(self, value):
        """Gradients of unused outputs always arrive as zeros here; False is refused."""
        if not value:
            raise NotImplementedError("set_materialize_grads(False) is not offered: gradients of unused outputs arrive as zeros, not as "
                                      "None. Take out the test for None; zeros give the same result")

    def mark_dirty(self, *tensors):
        """Writing into arguments is refused."""
        raise NotImplementedError("mark_dirty is not offered: forward must not write into its arguments. Compute a new tensor and return it")


class Function:
    """An operation with its own backward pass, in PyTorch's style: subclass it and call ``YourFunction.apply(x, …)``.

    `forward` gets a context and the arguments (what it does with Tensors is not recorded); `backward` gets the context and
    the gradients of the outputs, and returns one gradient, or None, for each argument.

    >>> import tinygrad_bio as tg
    >>> class Cube(tg.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x * x * x
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         x, = ctx.saved_tensors
    ...         return g * 3 * x * x
    >>> x = tg.tensor(2., requires_grad=True)
    >>> Cube.apply(x).backward(); x.grad
    tensor(12.)
    """

    @staticmethod
    def forward(ctx, *args, **keywords):
        """Compute the outputs. To be written by the subclass."""
        raise NotImplementedError("a Function needs: @staticmethod def forward(ctx, x, ...)")

    setup_context = None                    # PyTorch's other style: forward(*args), then setup_context(ctx, inputs, output)

    @staticmethod
    def backward(ctx, *grad_outputs):
        """Compute the gradients of the arguments. To be written by the subclass."""
        raise NotImplementedError("a Function needs: @staticmethod def backward(ctx, grad_output)")

    @classmethod
    def apply(cls, *args):
        """Run `forward`, and record `backward` if an argument requires grad."""
        ctx = Context()
        ctx.needs_input_grad = tuple(isinstance(a, autograd.Tensor) and a.requires_grad for a in args)
        with set_grad_enabled(False):
            if cls.setup_context is None:
                result = cls.forward(ctx, *args)
            else:
                result = cls.forward(*args)
                cls.setup_context(ctx, args, result)
        if not (threads.mode.recording and any(ctx.needs_input_grad)):
            return result
        differentiable = [_differentiable(o, ctx) for o in _tuple(result)]
        made = iter(_recorded(cls, ctx, args, _tuple(result), differentiable))
        made = tuple(next(made) if d else o for o, d in zip(_tuple(result), differentiable))
        return made if isinstance(result, tuple) else made[0]


def _tuple(x):
    return x if isinstance(x, tuple) else (x,)


def _differentiable(output, ctx):
    return (isinstance(output, autograd.Tensor) and output.is_floating_point()
            and not any(output is u for u in ctx._undifferentiable))


def _recorded(cls, ctx, args, results, differentiable):
    """Tensors for those results of `forward` that have a gradient, on the tape."""
    tensors = [a for a in args if isinstance(a, autograd.Tensor)]
    parents = [(t.grad_fn or t) if t.requires_grad else None for t in tensors]
    pullback = _pullback(cls, ctx, [isinstance(a, autograd.Tensor) for a in args], differentiable)
    results = [r for r, d in zip(results, differentiable) if d]
    made = several_outputs(_operation(cls), parents, tuple(r.array for r in results), pullback, None, {})
    ctx._made = [(r, weakref.ref(m.grad_fn)) for r, m in zip(results, made)]    # weakly: or node -> context -> output -> node
    return made


def _operation(cls):
    """What a Node wants to know of its op. Its pullback works on Tensors itself, as a linear op's does."""
    def operation(*args):
        return cls.apply(*args)
    operation.__name__, operation.__doc__ = cls.__name__, cls.__doc__
    operation.rule = operation.composite = None
    operation.linear, operation.names, operation.variadic, operation.promote = True, [], True, False
    return operation


def _pullback(cls, ctx, is_tensor, differentiable):
    """One joint pullback: `backward` on Tensors, recorded only if the walk itself is."""
    def pullback(gs):
        recorded = isinstance(gs[0], autograd.Tensor)
        given = iter(gs if recorded else [autograd.new_tensor(g, None) for g in gs])
        with set_grad_enabled(recorded):
            found = _tuple(cls.backward(ctx, *(next(given) if d else None for d in differentiable)))
        if len(found) < len(is_tensor) or any(f is not None for f in found[len(is_tensor):]):
            raise RuntimeError(f"{cls.__name__}.backward returned {len(found)} gradients for {len(is_tensor)} arguments of forward: "
                               f"return one for each, None for those that need none")
        found = [f for f, tensor in zip(found, is_tensor) if tensor]
        return [f if f is None or recorded else f.array for f in found]
    return pullback
