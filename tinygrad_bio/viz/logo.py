"""Sequence logos: letters stacked at each position, as tall as they matter.

A column of probabilities p (over A letters) is as tall as the information in it,

    R = log₂ A + Σ_a p_a·log₂ p_a    bits,        and letter a is p_a·R tall

(Schneider & Stephens 1990, Nucleic Acids Res. 18:6097). A column of weights, such as those of a convolution's filter,
is drawn as it is: what speaks for the motif upwards, what speaks against it downwards.
"""
import numpy as np

from . import style
from .canvas import as_array, axes_for, labels, panels

AMINO, DNA = "ARNDCQEGHILKMFPSTWYV", "ACGT"
COLOURS = {**dict.fromkeys("DE", style.VERMILLION), **dict.fromkeys("KRH", style.BLUE), **dict.fromkeys("STNQ", style.GREEN),
           **dict.fromkeys("GPC", style.ORANGE), **dict.fromkeys("AVLIMFWY", style.INK)}
BASES = {"A": style.GREEN, "C": style.BLUE, "G": style.ORANGE, "T": style.VERMILLION, "U": style.VERMILLION}


def logo(values, letters=None, path=None, ax=None, *, kind="weights", title=None, start=1, ylabel=None, colours=None):
    """Draw a sequence logo.

    Parameters
    ----------
    values : (L, A) numbers, one row for each position and one column for each letter. Counts or probabilities for
        ``kind="information"``; anything for ``kind="weights"``
    letters : the A letters, in the order of the columns; 20 columns are amino acids in the order of BLOSUM files, 4 are ACGT
    path, ax : as for :func:`learning_curves`
    kind : ``"information"`` (bits) or ``"weights"`` (heights as they are)
    start : the number of the first position
    colours : {letter: colour}. Without: by chemistry (acidic red, basic blue, polar green, special orange, hydrophobic black)

    Returns
    -------
    matplotlib.axes.Axes

    >>> import numpy as np
    >>> ax = logo(np.array([[97, 1, 1, 1], [25, 25, 25, 25]]), "ACGT", kind="information")
    >>> ax.get_ylabel(), len(ax.patches)            # four letters in the first column, none in the second
    ('bits', 4)
    """
    values = as_array(values).astype(float)
    letters = _letters(values, letters)
    if kind == "information":
        values = information(values)
    elif kind != "weights":
        raise ValueError(f"logo: kind must be 'information' or 'weights', not {kind!r}")
    colours = colours or (BASES if set(letters) <= set("ACGTUN-") else COLOURS)
    with axes_for(path, ax, (max(2.8, 0.9 + 0.34 * len(values)), 2.2)) as axes:
        for position, row in enumerate(values):
            for bottom, letter, height in _stack(row, letters):
                _draw(axes, letter, position + start, bottom, height, colours.get(letter, style.GREY))
        up, down = np.clip(values, 0, None).sum(1).max(initial=0), np.clip(values, None, 0).sum(1).min(initial=0)
        margin = 0.04 * ((up - down) or 1)
        axes.set(xlim=(start - 0.6, start + len(values) - 0.4), ylim=(down - margin if down < 0 else 0, up + margin))
        axes.axhline(0, color=style.GREY, linewidth=0.8)
        axes.grid(visible=False)
        axes.set_xticks(range(start, start + len(values), max(1, len(values) // 15)))
        labels(axes, "position", ylabel or ("bits" if kind == "information" else "weight"), title)
    return axes


def filters(weight, letters=None, path=None, *, columns=4, title=None, names=None):
    """Draw the filters of a Conv1d as logos, each centred at every position.

    Adding one number to all letters of a position changes no comparison between sequences, so the mean over the letters is
    taken away: what is drawn is what tells one residue from another.

    Parameters
    ----------
    weight : (filters, A, K), as ``conv.weight`` has it when the channels are letters
    letters : the A letters
    columns : so many beside each other
    names : one title for each

    >>> import tinygrad_bio as tg
    >>> conv = tg.nn.Conv1d(4, 3, kernel_size=5)
    >>> filters(conv.weight, "ACGT", columns=3).shape
    (3,)
    """
    weight = as_array(weight)                                       # (filters, A, K)
    if weight.ndim != 3:
        raise ValueError(f"filters: expected the weight of a Conv1d (filters, letters, K), got shape {weight.shape}")
    columns = min(columns, len(weight))
    rows = -(-len(weight) // columns)
    with panels(path, rows, columns, size=(max(2.0, 0.8 + 0.24 * weight.shape[2]), 1.7), title=title) as grid:
        axes = np.ravel(grid)
        for i, ax in enumerate(axes):
            if i >= len(weight):
                ax.set_visible(False)
                continue
            centred = weight[i] - weight[i].mean(0)                 # (A, K)
            logo(centred.T, letters, ax=ax, title=names[i] if names else f"filter {i + 1}")
            labels(ax, "position" if i >= len(weight) - columns else " ", "weight" if i % columns == 0 else " ")
    return axes


def information(counts):
    """Heights in bits (L, A) of counts or probabilities (L, A); empty columns are 0.

    >>> import numpy as np
    >>> information(np.array([[8, 0, 0, 0], [4, 4, 0, 0]]))
    array([[2. , 0. , 0. , 0. ],
           [0.5, 0.5, 0. , 0. ]])
    """
    counts = np.asarray(counts, dtype=float)
    if (counts < 0).any():
        raise ValueError("information: counts and probabilities are at least 0; draw weights with kind='weights'")
    total = counts.sum(1, keepdims=True)
    p = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    surprise = np.log2(p, out=np.zeros_like(p), where=p > 0)
    bits = np.log2(p.shape[1]) + (p * surprise).sum(1, keepdims=True)
    return p * bits


def _letters(values, letters):
    """The letters of the columns; an error if they do not fit."""
    if values.ndim != 2:
        raise ValueError(f"logo: expected a table (positions, letters), got shape {values.shape}")
    letters = letters or {20: AMINO, 4: DNA}.get(values.shape[1])
    if letters is None or len(letters) != values.shape[1]:
        raise ValueError(f"logo: {values.shape[1]} columns need as many letters, got {letters!r}: give letters=")
    return letters


def _stack(row, letters):
    """(bottom, letter, height) of one column: the tallest letter outermost, on either side of 0."""
    top = bottom = 0.0
    for i in np.argsort(np.abs(row), kind="stable"):
        if row[i] > 0:
            yield top, letters[i], row[i]
            top += row[i]
        elif row[i] < 0:
            bottom += row[i]
            yield bottom, letters[i], -row[i]


def _draw(axes, letter, position, bottom, height, colour):
    """One letter, stretched to fill its box: as wide as a position, as tall as its height."""
    from matplotlib.patches import PathPatch
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D
    shape = TextPath((0, 0), letter, size=1, prop={"family": "DejaVu Sans", "weight": "bold"})
    box = shape.get_extents()
    width = 0.9 * (0.35 if letter in "I1" else 1)                   # an I as wide as a W would be a block
    stretch = (Affine2D().translate(-box.x0 - box.width / 2, -box.y0)
               .scale(width / box.width, height / box.height).translate(position, bottom))
    axes.add_patch(PathPatch(stretch.transform_path(shape), facecolor=colour, linewidth=0))
