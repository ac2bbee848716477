"""Where figures are drawn: one axes or several, in our look, written whole or not at all."""
import contextlib
import io
import pathlib

import numpy as np

from . import style
from .render import write_whole


@contextlib.contextmanager
def axes_for(path, ax, size=(4.8, 3.4), **keywords):
    """The axes `ax`, or those of a new figure (size in inches); written to `path`, if given, on leaving."""
    with _look():
        if ax is None:
            ax = _figure(path, size).add_subplot(**keywords)
        yield ax
        _write(ax.figure, path)


@contextlib.contextmanager
def panels(path=None, rows=1, columns=1, *, size=(3.2, 2.8), title=None, sharex=False, sharey=False):
    """Several small figures in one: each is drawn by any function of ``viz`` through its ``ax=``.

    Parameters
    ----------
    path : write the figure there (.png, .pdf, .svg) at the end
    rows, columns : how many
    size : width and height of each, in inches
    title : stands above all
    sharex, sharey : one scale for all

    Yields
    ------
    an array of matplotlib axes: (columns,) if there is one row, otherwise (rows, columns)

    >>> from tinygrad_bio.viz import learning_curves
    >>> with panels(columns=2) as (left, right):
    ...     _ = learning_curves({"train": [0.9, 0.5]}, ax=left)
    ...     _ = learning_curves({"train": [0.8, 0.4]}, ax=right)
    """
    with _look():
        figure = _figure(path, (size[0] * columns, size[1] * rows))
        grid = figure.subplots(rows, columns, squeeze=False, sharex=sharex, sharey=sharey)
        if title:
            figure.suptitle(title, fontsize=11.5)
        yield grid[0] if rows == 1 else grid
        _write(figure, path)


def labels(ax, xlabel=None, ylabel=None, title=None):
    """Write what was given beside the axes."""
    if xlabel:
        ax.set_xlabel(xlabel)
    if ylabel:
        ax.set_ylabel(ylabel)
    if title:
        ax.set_title(title, wrap=True)


def as_array(values):
    """Numbers of any kind, a Tensor on any device too, as a NumPy array."""
    values = values.detach().cpu().numpy() if hasattr(values, "detach") else values
    return np.asarray(values)


@contextlib.contextmanager
def _look():
    """Our settings while a figure is drawn; those of the user are left alone."""
    try:
        import matplotlib
    except ImportError as error:
        raise ImportError('this figure needs matplotlib: pip install "tinygrad_bio[examples]"') from error
    with matplotlib.rc_context(style.FIGURE):
        yield


def _figure(path, size):
    """A new figure. With a path it is unknown to pyplot, so nothing has to be closed; without, a notebook shows it."""
    if path is not None:
        from matplotlib.figure import Figure
        return Figure(figsize=size, layout="constrained")
    import matplotlib.pyplot as plt
    return plt.figure(figsize=size, layout="constrained")


def _write(figure, path):
    """Write the figure, if there is a path: the whole file, or none of it."""
    if path is None:
        return
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = io.BytesIO()
    figure.savefig(content, format=path.suffix[1:] or "png")
    write_whole(path, content.getvalue())
