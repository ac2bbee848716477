"""Functions that are called around a layer: before and after its forward, and when gradients pass it.

``register_…`` are methods of Module. Each returns a handle; ``handle.remove()`` takes the function away.
"""
import warnings

from ..autograd import add_hook, is_grad_enabled, new_tensor, op
from ..tensor import Tensor


class Hooks:
    """The hooks of one layer, by when they are called: dictionaries number -> (function, with_kwargs).

    Those after forward have a third entry: whether to call them even if something raises.
    """
    __slots__ = ("before", "after", "backward_before", "backward_after")

    def __init__(self):
        self.before, self.after, self.backward_before, self.backward_after = {}, {}, {}, {}


def _add(module, when, hook, prepend=False, *options):
    if module._hooks is None:
        module.__dict__["_hooks"] = Hooks()
    hooks = getattr(module._hooks, when)
    others = dict(hooks)
    handle = add_hook(hooks, (hook, *options))
    if prepend:
        for number, other in others.items():            # to the end, behind the new one
            del hooks[number]
            hooks[number] = other
    return handle


def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
    """Call ``hook(module, args)`` before forward; what it returns, if anything, replaces the arguments.

    With ``with_kwargs`` it is ``hook(module, args, kwargs)``, and returns both or None.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.ReLU()
    >>> handle = layer.register_forward_pre_hook(lambda module, args: args[0] + 1)
    >>> layer(tg.tensor([-2., 0.]))
    tensor([0., 1.])
    """
    return _add(self, "before", hook, prepend, with_kwargs)


def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
    """Call ``hook(module, args, output)`` after forward; what it returns, if anything, replaces the output.

    With `always_call` it is called, with the output None, even if forward raises: to close what it opened.

    >>> import tinygrad_bio as tg
    >>> layer, seen = tg.nn.ReLU(), []
    >>> with layer.register_forward_hook(lambda module, args, output: seen.append(output.shape)):
    ...     y = layer(tg.zeros(2, 3))
    >>> seen
    [(2, 3)]
    """
    return _add(self, "after", hook, prepend, with_kwargs, always_call)


def register_full_backward_pre_hook(self, hook, prepend=False):
    """Call ``hook(module, grad_output)`` with the gradients of the outputs, before they pass the layer.

    What it returns, if anything, replaces them.

    >>> layer = tg.nn.Sigmoid()
    >>> handle = layer.register_full_backward_pre_hook(lambda module, gradients: print(gradients))
    >>> layer(tg.tensor([0.], requires_grad=True)).sum().backward()
    (tensor([1.]),)
    """
    return _add(self, "backward_before", hook, prepend, False)


def register_full_backward_hook(self, hook, prepend=False):
    """Call ``hook(module, grad_input, grad_output)`` when gradients have passed the layer.

    Both are tuples, with None for what needs no gradient. What it returns, if any, replaces `grad_input`.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.Sigmoid()
    >>> handle = layer.register_full_backward_hook(lambda module, before, after: print(before, after))
    >>> layer(tg.tensor([0.], requires_grad=True)).sum().backward()
    (tensor([0.2500]),) (tensor([1.]),)
    """
    return _add(self, "backward_after", hook, prepend, False)


def call(module, args, keywords):
    """``module.forward(*args, **keywords)`` with its hooks."""
    hooks = module._hooks
    for hook, with_kwargs in list(hooks.before.values()):
        changed = hook(module, args, keywords) if with_kwargs else hook(module, args)
        if changed is not None and with_kwargs:
            args, keywords = changed
        elif changed is not None:
            args = changed if isinstance(changed, tuple) else (changed,)
    watch = None
    if (hooks.backward_before or hooks.backward_after) and is_grad_enabled():
        watch = _Watch(module, hooks)
        args = watch.inputs(args)
    waiting, result = list(hooks.after.values()), None
    try:
        result = module.forward(*args, **keywords)
        while waiting:
            result = _called_after(waiting.pop(0), module, args, keywords, result)
    except Exception:
        _call_nevertheless(waiting, module, args, keywords, result)
        raise
    return watch.outputs(result) if watch else result


def _called_after(entry, module, args, keywords, result):
    hook, with_kwargs, _ = entry
    changed = hook(module, args, keywords, result) if with_kwargs else hook(module, args, result)
    return result if changed is None else changed


def _call_nevertheless(waiting, module, args, keywords, result):
    """Of the hooks that wait, call those with ``always_call``: an error is on its way, so theirs become
    warnings.
    """
    for entry in waiting:
        if entry[2]:
            try:
                result = _called_after(entry, module, args, keywords, result)
            except Exception as error:
                warnings.warn(f"a forward hook with always_call=True raised {error!r} while another error "
                              "was on its way",
                              stacklevel=4)


# ------------------------------------------------------------------------------------------ on the way back

@op(linear=True)
def watched(*tensors, watch):
    """y = x for each,   ∂x = g, or what `watch` makes of all g together"""
    return tensors, watch


class _Watch:
    """Sees the gradients of one call of a layer: of its outputs first, of its inputs last."""

    def __init__(self, module, hooks):
        self.module, self.hooks = module, hooks
        self.grad_output, self.places, self.n = None, (), 0     # places: which of the n inputs need gradients

    def inputs(self, args):
        self.n, self.places = len(args), _needing(args)
        return _passed(args, self.places, self.on_inputs)

    def outputs(self, result):
        several = isinstance(result, (tuple, list))
        if not several and not isinstance(result, Tensor):
            raise TypeError(f"a backward hook needs a layer that returns a Tensor or a tuple of Tensors, but "
                            f"{type(self.module).__name__} returned a {type(result).__name__}")
        outputs = tuple(result) if several else (result,)
        places, n = _needing(outputs), len(outputs)
        outputs = _passed(outputs, places, lambda g: self.on_outputs(g, places, n))
        return type(result)(outputs) if type(result) in (tuple, list) else outputs if several else outputs[0]

    def on_outputs(self, gradients, places, n):
        grad_output = _spread(gradients, places, n)
        for hook, _ in list(self.hooks.backward_before.values()):
            grad_output = _tuple(hook(self.module, grad_output), grad_output)
        if self.places:
            self.grad_output = grad_output
        else:                                         # no gradient will arrive at the inputs
            for hook, _ in list(self.hooks.backward_after.values()):
                hook(self.module, (None,) * self.n, grad_output)
        return _like(gradients, [grad_output[i] for i in places])

    def on_inputs(self, gradients):
        if self.grad_output is None:            # a second derivative, which did not come through the outputs
            return gradients
        grad_input = _spread(gradients, self.places, self.n)
        for hook, _ in list(self.hooks.backward_after.values()):
            grad_input = _tuple(hook(self.module, grad_input, self.grad_output), grad_input)
        self.grad_output = None                 # no cycle, where gradients are themselves recorded
        return _like(gradients, [grad_input[i] for i in self.places])


def _needing(values):
    return tuple(i for i, v in enumerate(values) if isinstance(v, Tensor) and v.requires_grad)


def _passed(values, places, watch):
    """The values, those at `places` sent through `watched`."""
    if not places:
        return values
    values = list(values)
    for i, tensor in zip(places, watched(*(values[i] for i in places), watch=watch)):
        values[i] = tensor
    return tuple(values)


def _spread(gradients, places, n):
    """The gradients as Tensors at their places among n, None elsewhere."""
    spread = [None] * n
    for i, g in zip(places, gradients):
        spread[i] = g if isinstance(g, Tensor) else new_tensor(g, None)
    return tuple(spread)


def _tuple(changed, unchanged):
    return unchanged if changed is None else changed if isinstance(changed, tuple) else (changed,)


def _like(gradients, tensors):
    """The Tensors as what came: Tensors while the backward pass is itself recorded, else plain arrays."""
    return tuple(t if isinstance(g, Tensor) else t.array for g, t in zip(gradients, tensors))
