"""PyTorch's class for operations with a gradient of their own: ``Function`` with ``forward`` and ``backward``.

The library's own way is a rule (see ``autograd.op``): three lines, and higher derivatives for free. This class is here for
programs written for PyTorch.
"""
from .. import autograd
from .hooks import add_hook  # noqa: F401
from .modes import set_grad_enabled, threads


class Context:
    """What `forward` hands to `backward`: saved tensors, and any attribute you set."""

    def __init__(self):
        self._saved, self.needs_input_grad, self._undifferentiable = (), (), ()
        self._node = None

    def save_for_backward(self, *tensors):
        """Keep tensors (or None) for `backward`."""
        self._saved = tensors

    def mark_non_differentiable(self, *outputs):
        """These outputs (indices, masks) have no gradient."""
        self._undifferentiable = outputs

    def set_materialize_grads(self, value):
        """Accepted for PyTorch's sake: gradients of unused outputs always arrive as zeros here."""

    @property
    def saved_tensors(self):
        """The tensors that were saved. An output comes back with its place on the tape."""
        return tuple(self._with_history(t) for t in self._saved)

    def _with_history(self, t):
        for output, edge in self._outputs():
            if t is output and edge() is not None:
                return autograd.new_tensor(t.array, edge())
        return t

    def _outputs(self):
        return self._node or ()


class Function:
    """An operation with its own backward pass, in PyTorch's style: subclass it and call ``YourFunction.apply(x, …)``.

    `forward` gets a context and the arguments (its Tensors are recorded nowhere); `backward` gets the context and the gradients of
    the outputs and returns one gradient, or None, for each argument.

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

    @staticmethod
    def backward(ctx, *grad_outputs):
        """Compute the gradients of the arguments. To be written by the subclass."""
        raise NotImplementedError("a Function needs: @staticmethod def backward(ctx, grad_output)")

    @classmethod
    def apply(cls, *args):
        """Run `forward`, and record `backward` if an argument requires grad."""
        ctx = Context()
        tensors = [a for a in args if isinstance(a, autograd.Tensor)]
        ctx.needs_input_grad = tuple(isinstance(a, autograd.Tensor) and a.requires_grad for a in args)
        recording = threads.mode.recording and any(ctx.needs_input_grad)
        with set_grad_enabled(False):
            result = cls.forward(ctx, *args)
        outputs = result if isinstance(result, tuple) else (result,)
        if not recording:
            return result
        operation = _operation(cls)
        parents = [(t.grad_fn or t) if t.requires_grad else None for t in tensors]
        made = autograd._several_outputs(operation, parents, tuple(o.array for o in outputs), _pullback(cls, ctx, args), None, {})
        made = tuple(o.detach() if any(o is u for u in ctx._undifferentiable) else m for o, m in zip(outputs, made))
        _remember_outputs(ctx, outputs, made)
        return made if isinstance(result, tuple) else made[0]


def _remember_outputs(ctx, outputs, made):
    """Weakly, so that node -> pullback -> context -> output does not close a circle."""
    import weakref
    ctx._node = [(o, weakref.ref(m.grad_fn)) for o, m in zip(outputs, made) if m.grad_fn is not None]


def _operation(cls):
    """What a Node wants to know of its op. Its pullback works on Tensors itself, as a linear op's does."""
    def operation(*args):
        return cls.apply(*args)
    operation.__name__ = cls.__name__
    operation.__doc__ = cls.__doc__
    operation.rule = operation.composite = None
    operation.linear, operation.names, operation.variadic, operation.promote = True, [], True, False
    return operation


def _pullback(cls, ctx, args):
    """One joint pullback: `backward` on Tensors, recorded only if the walk itself is."""
    def pullback(gs):
        recorded = isinstance(gs[0], autograd.Tensor)
        given = gs if recorded else tuple(autograd.new_tensor(g, None) for g in gs)
        with set_grad_enabled(recorded):
            found = cls.backward(ctx, *given)
        found = found if isinstance(found, tuple) else (found,)
        if len(found) < len(args):
            raise RuntimeError(f"{cls.__name__}.backward returned {len(found)} gradients for {len(args)} arguments of forward: "
                               f"return one for each, None for those that need none")
        found = [f for f, a in zip(found, args) if isinstance(a, autograd.Tensor)]
        return [f if f is None or recorded else f.array for f in found]
    return pullback
