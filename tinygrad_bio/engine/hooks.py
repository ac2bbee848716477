"""Functions that are called with gradients, or around layers, and the handles that take them away."""
import itertools


class RemovableHandle:
    """What registering a hook returns: ``handle.remove()`` takes the hook away; also works in a ``with`` statement.

    >>> x = tg.tensor(2., requires_grad=True)
    >>> handle = x.register_hook(lambda g: 10 * g)
    >>> handle.remove()
    >>> (x * x).backward()
    >>> x.grad
    tensor(4.)
    """
    _ids = itertools.count()

    def __init__(self, hooks):
        self.hooks, self.id = hooks, next(self._ids)

    def remove(self):
        """Take the hook away. Doing so twice is fine."""
        self.hooks.pop(self.id, None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


def add_hook(hooks, function):
    """Put a function into a dictionary of hooks, and return the handle that removes it.

    >>> hooks = {}
    >>> handle = add_hook(hooks, print)
    >>> len(hooks), handle.remove(), len(hooks)
    (1, None, 0)
    """
    handle = RemovableHandle(hooks)
    hooks[handle.id] = function
    return handle
