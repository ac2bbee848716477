"""Figures of training and results, in one look; by matplotlib: ``pip install "tinygrad_bio[examples]"``."""
import numpy as np

from ..bio.metrics import pearson
from . import style
from .canvas import axes_for


def learning_curves(history, path=None, ax=None, *, ylabel="loss", title=None, best=None, logy=False):
    """Draw how losses (or metrics) went over the epochs.

    Parameters
    ----------
    history : {name: one number per epoch}, for instance ``{"train": […], "validation": […]}``. Several runs,
        such as the folds of a cross-validation, are a list of such lists: thin lines, and a thick one for the
        mean over those runs that got as far
    path : write the figure there (.png, .pdf, .svg)
    ax : the axes to draw into; None makes a figure
    best : mark this epoch (counted from 1), for instance the one whose weights were kept
    logy : a logarithmic axis

    Returns
    -------
    matplotlib.axes.Axes

    >>> ax = learning_curves({"train": [0.9, 0.5, 0.4], "validation": [1.0, 0.7, 0.8]}, best=2)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('epoch', 'loss')
    """
    if not history:
        raise ValueError("learning_curves: expected {name: one number per epoch}, but the history is empty")
    with axes_for(path, ax) as axes:
        looks = zip(_again(style.CYCLE), _again(("-", "--", "-.", ":")))
        for (name, values), (colour, dash) in zip(history.items(), looks):
            runs = _runs(name, values)
            mean = _mean(runs)
            if len(runs) > 1:
                for run in runs:
                    axes.plot(range(1, len(run) + 1), run, color=colour, linewidth=0.7, alpha=0.45)
                name = f"{name} (mean of {len(runs)})"
            axes.plot(range(1, len(mean) + 1), mean, color=colour, linestyle=dash, label=name,
                    marker="o" if len(mean) == 1 else None)
        if best is not None:
            axes.axvline(best, color=style.GREY, linewidth=1, linestyle=":", label=f"kept: epoch {best}")
        if logy:
            axes.set_yscale("log")
        axes.set(xlabel="epoch", ylabel=ylabel)
        axes.xaxis.get_major_locator().set_params(integer=True)
        if title:
            axes.set_title(title, wrap=True)
        axes.legend()
    return axes


def scatter(y_true, y_pred, path=None, ax=None, *, xlabel="measured", ylabel="predicted", title=None,
            threshold=None):
    """Draw predicted against measured values, with Pearson's r in the title.

    Parameters
    ----------
    y_true, y_pred : two sequences of numbers of one length
    path, ax : as for :func:`learning_curves`
    title : goes before r
    threshold : draw a line here on both axes, for instance 0.426 (500 nM) for binders

    Returns
    -------
    matplotlib.axes.Axes

    >>> scatter([0.1, 0.4, 0.8], [0.2, 0.3, 0.9], title="A*02:01").get_title()
    'A*02:01: r = 0.953, n = 3'
    """
    y_true, y_pred = (np.asarray(y, dtype=float).ravel() for y in (y_true, y_pred))
    r = pearson(y_true, y_pred)
    with axes_for(path, ax, (4.2, 4.2)) as axes:
        n = len(y_true)
        size, alpha = (22, 0.8) if n <= 100 else (9, 0.35) if n <= 2000 else (4, 0.2)
        axes.scatter(y_true, y_pred, s=size, alpha=alpha, color=style.BLUE, linewidths=0, rasterized=n > 2000)
        low, high = min(y_true.min(), y_pred.min()), max(y_true.max(), y_pred.max())
        margin = 0.04 * (high - low or 1)
        limits = (low - margin, high + margin)
        axes.plot(limits, limits, color=style.GREY, linewidth=1, linestyle="--", zorder=0.8)
        if threshold is not None:
            axes.axvline(threshold, color=style.VERMILLION, linewidth=1, zorder=0.8)
            axes.axhline(threshold, color=style.VERMILLION, linewidth=1, zorder=0.8)
        axes.set(xlim=limits, ylim=limits, xlabel=xlabel, ylabel=ylabel, aspect="equal")
        axes.set_title(f"{title + ': ' if title else ''}r = {r:.3f}, n = {n}", wrap=True)
    return axes


def bars(table, path=None, ax=None, *, intervals=None, ylabel="Pearson r", title=None, ylim=None, digits=3):
    """Compare methods: one group of bars for each row of a table, one bar for each column.

    Parameters
    ----------
    table : {row: {column: number}}; a number that is missing or None leaves a gap
    path, ax : as for :func:`learning_curves`
    intervals : {row: {column: (low, high)}}, drawn as error bars
    ylim : limits of the axis. Bars start at 0, so that their lengths compare; for small differences change it
    digits : of the number above each bar; None writes none

    Returns
    -------
    matplotlib.axes.Axes

    >>> ax = bars({"A0201": {"ridge": 0.80, "network": 0.87}, "A0101": {"ridge": 0.66, "network": 0.84}})
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['ridge', 'network']
    """
    if not table:
        raise ValueError("bars: expected {row: {column: number}}, but the table is empty")
    columns = list(dict.fromkeys(column for row in table.values() for column in row))
    width = 0.8 / len(columns)
    with axes_for(path, ax, (min(9.5, max(4.8, 1.2 + 0.42 * len(table) * len(columns))), 3.4)) as axes:
        looks = zip(_again(style.CYCLE), _again(("", "///", "...", "xxx")))
        for k, (column, (colour, hatch)) in enumerate(zip(columns, looks)):
            heights = [np.nan if row.get(column) is None else float(row[column]) for row in table.values()]
            x = np.arange(len(table)) + (k - (len(columns) - 1) / 2) * width
            axes.bar(x, heights, 0.92 * width, label=column, color=colour, hatch=hatch, edgecolor="white",
                     linewidth=0)
            spans = [(intervals or {}).get(row, {}).get(column) for row in table]
            tops = _error_bars(axes, x, heights, spans)
            for place, height, top in zip(x, heights, tops):
                if digits is not None and np.isfinite(height):
                    axes.annotate(f"{height:.{digits}f}", (place, top), xytext=(0, 2), fontsize=7.5,
                                  textcoords="offset points", ha="center", va="bottom", color=style.INK)
        longest = max(len(line) for row in table for line in str(row).split("\n"))          # letters of 1/12 inch
        crowded = longest / 12 > 0.85 * axes.figure.get_figwidth() / len(table)
        axes.set_xticks(range(len(table)), list(table), **({"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if crowded else {}))
        axes.set_ylabel(ylabel)
        axes.grid(axis="x", visible=False)
        if ylim is not None:
            axes.set_ylim(ylim)
        else:
            axes.margins(y=0.12)
        if title:
            axes.set_title(title, wrap=True)
        if len(columns) > 1:
            axes.legend(ncols=_side_by_side(columns, axes.figure.get_figwidth()), loc="upper center", columnspacing=1.2,
                        bbox_to_anchor=(0.5, -0.1 - (0.02 * longest if crowded else 0.08 * max(str(row).count("\n") for row in table))))
    return axes


# --------------------------------------------------------------------------------------------- shared

def _again(items):
    """The items over and over."""
    while True:
        yield from items


def _runs(name, values):
    """A list of runs, each an array with a number per epoch; runs may stop at different epochs."""
    values = list(values)
    if not values:
        raise ValueError(f"learning_curves: {name!r} has no numbers: expected one per epoch")
    return [np.asarray(run, dtype=float) for run in (values if np.ndim(values[0]) else [values])]


def _mean(runs):
    """The mean over those runs that got as far as each epoch."""
    whole = np.full((len(runs), max(map(len, runs))), np.nan)           # (runs, epochs)
    for row, run in zip(whole, runs):
        row[:len(run)] = run
    return np.nanmean(whole, axis=0) if len(runs) > 1 else runs[0]


def _side_by_side(names, inches):
    """How many names fit on one line of a legend, at about 11 letters to the inch and 6 for the sample of each."""
    longest = max(len(str(name)) for name in names) + 6
    return max(1, min(len(names), int(11 * inches // longest)))


def _error_bars(ax, x, heights, intervals):
    """Draw the intervals there are; returns how high each bar reaches with its own."""
    tops = list(heights)
    for i, interval in enumerate(intervals):
        if interval is not None and np.isfinite(heights[i]):
            low, high = interval
            ax.plot([x[i], x[i]], [low, high], color=style.INK, linewidth=1.2, solid_capstyle="butt")
            tops[i] = max(tops[i], high)
    return tops
