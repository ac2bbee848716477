"""Arrays that were written in place after an operation had recorded them.

``y = (w * w).sum(); optimizer.step(); y.backward()`` must not answer silently: the pullbacks of ``w * w`` hold the array
of w, and it has other values now. So every write is noted, with its place on the tape. The walk back looks, at
each node older than the last write, whether its pullbacks hold an array that was written after the node was recorded.
In ordinary training no node is, and this costs one comparison.

Writing into ``t.array`` by hand (NumPy's ``t.array[0] = 1``) is not seen.
"""
import inspect
import weakref

from ..backend import buffer_of, is_array
from .messages import here

_written = {}               # id of a buffer -> [weak reference to it, position when it was last written]


class Last:
    """The position on the tape of the last write."""
    position = 0


def mark_written(array, clock):
    """Note that an array has been written in place. Every in-place method and every optimiser calls this."""
    Last.position = next(clock)
    buffer = buffer_of(array)
    key = id(buffer)
    entry = _written.get(key)
    if entry is None:
        _written[key] = [weakref.ref(buffer, lambda _: _written.pop(key, None)), Last.position]
    else:
        entry[1] = Last.position


def check_unwritten(node, create_graph):
    """Raise if a pullback of the node, about to be called, holds an array that was written since."""
    pullbacks = [node.pullbacks] if callable(node.pullbacks) else \
        [pullback for pullback, parent in zip(node.pullbacks, node.parents) if parent is not None]
    held = [item for pullback in pullbacks for item in arrays_held(pullback)]
    if create_graph and node.arrays is not None:
        held += [(name, a) for name, a in zip(node.op.names, node.arrays) if is_array(a)]
    for name, array in held:
        entry = _written.get(id(buffer_of(array)))
        if entry is not None and entry[1] > node.position:
            raise RuntimeError(
                f"backward: op {node.name!r}{here(node.scope)} needs {name!r}, an array of shape {tuple(array.shape)} that was "
                f"written in place after the op had used it (by an optimiser's step, or by +=, x[i] = v, add_ …). "
                f"Call backward() before writing, or write into a copy: x = x.clone()")


def arrays_held(function, depth=3):
    """(name, array) for each array that a function's closure holds, also in lists and in inner functions."""
    held = []
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    for name, cell in zip(names, getattr(function, "__closure__", None) or ()):
        try:
            contents = cell.cell_contents
        except ValueError:                      # a variable that was never set
            continue
        for item in contents if isinstance(contents, (list, tuple)) else [contents]:
            if is_array(item):
                held.append((name, item))
            elif hasattr(item, "saved_arrays"):             # the context of a Function
                held += [("a saved tensor", a) for a in item.saved_arrays]
            elif depth and inspect.isfunction(item):
                held += arrays_held(item, depth - 1)
    return held
