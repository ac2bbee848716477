"""What happened, epoch by epoch."""


class History(dict):
    """{name: one number per epoch}, such as ``"train loss"``, ``"validation loss"``, ``"validation accuracy"``, ``"learning rate"``.

    ``best`` is the epoch (counted from 1) whose weights were kept, if early stopping kept any; ``stopped`` says why training ended.

    >>> history = History()
    >>> history.add({"train loss": 0.5, "validation loss": 0.6})
    >>> history.add({"train loss": 0.4, "validation loss": 0.5})
    >>> history
    epoch  train loss  validation loss
        1         0.5              0.6
        2         0.4              0.5
    """

    def __init__(self, *args, best=None, stopped=None, **keywords):
        super().__init__(*args, **keywords)
        self.best, self.stopped = best, stopped

    @property
    def epochs(self):
        """How many are over."""
        return max((len(values) for values in self.values()), default=0)

    def add(self, numbers):
        """Put the numbers of one more epoch at the end.

        >>> history = History()
        >>> history.add({"train loss": 0.5})
        >>> history.epochs
        1
        """
        for name, value in numbers.items():
            self.setdefault(name, []).append(float(value))

    def plot(self, path=None, ax=None, names=None, **keywords):
        """Draw the losses (or the curves called `names`) over the epochs: see ``viz.learning_curves``.

        >>> ax = History({"train loss": [0.5, 0.4], "validation loss": [0.6, 0.5]}, best=2).plot()
        >>> ax.get_xlabel()
        'epoch'
        """
        from .. import viz
        names = names or [name for name in self if name.endswith("loss")]
        missing = [name for name in names if name not in self]
        if missing:
            raise ValueError(f"History: there is no curve {missing[0]!r}; there are: {', '.join(self)}")
        keywords.setdefault("best", self.best)
        return viz.learning_curves({name: self[name] for name in names}, path, ax, **keywords)

    def __repr__(self):
        names = ["epoch", *self]
        rows = [[str(i + 1), *(f"{values[i]:.4g}" if i < len(values) else "" for values in self.values())] for i in range(self.epochs)]
        if len(rows) > 12:
            rows = rows[:4] + [["…"] * len(names)] + rows[-7:]
        widths = [max(len(row[i]) for row in [names, *rows]) for i in range(len(names))]
        return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths)) for row in [names, *rows])
