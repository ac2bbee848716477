"""The name of the layer that is running, such as ``encoder.fc1 (Linear)``: for error messages and drawings.

A layer does not know its own name: it may stand in several places. So the outermost layer that is called
makes a table of labels for everything below it, once, and keeps it. A layer that is called within it looks
itself up.
"""
import threading


class _Thread(threading.local):
    root = labels = None        # the outermost layer that is running in this thread, and its table


running = _Thread()


class Tree:
    """Counts the changes to the trees of layers, so that old tables are noticed."""
    version = 0


class Labels:
    """The label of each layer below `root`, by the layer's id (a number: the table keeps nothing alive)."""
    __slots__ = ("version", "of")

    def __init__(self, root):
        self.version = Tree.version
        self.of = {}
        for path, module in root.named_modules():
            if "training" not in module.__dict__:
                raise not_initialised(module)
            kind = type(module).__name__
            self.of[id(module)] = f"{path} ({kind})" if path else kind


def table(root):
    """The label of each layer below `root`, by id; kept, and made anew if any tree has changed since."""
    labels = root._labels
    if labels is None or labels.version != Tree.version:
        labels = root.__dict__["_labels"] = Labels(root)
    return labels.of


def joined_late(module):
    """Whether a layer without a label belongs to the outermost one after all: lists may have grown."""
    if id(module) in running.labels:
        return False
    running.root.__dict__["_labels"] = None
    running.labels = table(running.root)
    if id(module) not in running.labels:
        running.labels[id(module)] = ""             # a stranger, and known as such from now on
    return running.labels[id(module)] != ""


def not_initialised(module, what="use the layer"):
    """The error for a class that forgot the first line of its ``__init__``."""
    name = type(module).__name__
    return AttributeError(f"cannot {what} before Module.__init__() call: write super().__init__() as the "
                          f"first line of {name}.__init__")
