"""Tables of numbers as coloured fields: attention, contacts, mutations, confusion, images."""
import numpy as np

from . import style
from .canvas import as_array, axes_for, labels, panels


def heatmap(values, path=None, ax=None, *, xticks=None, yticks=None, xlabel=None, ylabel=None, title=None, label=None,
            centre=None, digits=None, limits=None, aspect="auto", size=None):
    """Draw a table of numbers as colours, with the scale beside it.

    Parameters
    ----------
    values : (rows, columns)
    path, ax : as for :func:`learning_curves`
    xticks, yticks : names of the columns, of the rows
    label : what the colours mean, with the unit; stands beside the scale
    centre : this value is white, larger ones red, smaller ones blue (for differences). Without: from light to dark
    digits : write the numbers into the fields, with so many decimals
    limits : (lowest, highest) of the scale
    size : width and height in inches

    >>> ax = heatmap([[5, 1], [0, 4]], xticks=["coil", "helix"], yticks=["coil", "helix"], digits=0, xlabel="predicted")
    >>> [text.get_text() for text in ax.texts]
    ['5', '1', '0', '4']
    """
    values = as_array(values).astype(float)
    if values.ndim != 2:
        raise ValueError(f"heatmap: expected a table (rows, columns), got shape {values.shape}")
    low, high = limits or (np.nanmin(values), np.nanmax(values))
    if centre is not None:
        reach = max(abs(high - centre), abs(low - centre)) or 1
        low, high = centre - reach, centre + reach
    size = size or (min(8, max(3.4, 1.6 + 0.3 * values.shape[1])), min(6.5, max(2.6, 1.2 + 0.26 * values.shape[0])))
    with axes_for(path, ax, size) as axes:
        shown = axes.imshow(values, cmap="RdBu_r" if centre is not None else "Blues", vmin=low, vmax=high, aspect=aspect,
                            interpolation="nearest")
        axes.grid(visible=False)
        for axis in (axes.xaxis, axes.yaxis):
            axis.get_major_locator().set_params(integer=True)
        _ticks(axes.set_xticks, xticks, values.shape[1], rotation=0 if _short(xticks) else 45)
        _ticks(axes.set_yticks, yticks, values.shape[0])
        if digits is not None:
            for (i, j), value in np.ndenumerate(values):
                r, g, b, _ = shown.cmap(shown.norm(value))
                dark = 0.299 * r + 0.587 * g + 0.114 * b < 0.5
                axes.text(j, i, f"{value:.{digits}f}", ha="center", va="center", fontsize=8, color="white" if dark else style.INK)
        axes.figure.colorbar(shown, ax=axes, label=label, fraction=0.05, pad=0.02)
        labels(axes, xlabel, ylabel, title)
    return axes


def attention(weights, tokens=None, path=None, *, keys=None, title=None, columns=4, names=None):
    """Draw attention maps: which position (row) looks at which (column).

    Parameters
    ----------
    weights : (L, S), or several heads or layers (H, L, S)
    tokens, keys : names of the rows, and of the columns if they are others
    names : a title for each map; without: head 1, head 2, …

    >>> attention([[[1., 0.], [.5, .5]]], tokens="MK").shape
    (1,)
    """
    weights = as_array(weights)
    weights = weights[None] if weights.ndim == 2 else weights
    if weights.ndim != 3:
        raise ValueError(f"attention: expected weights (L, S) or (heads, L, S), got shape {weights.shape}: choose one of the batch")
    columns = min(columns, len(weights))
    least, most = (4.8, 8.0) if len(weights) == 1 else (2.3, 3.4)
    wide, tall = (min(most, max(least * s, 0.9 + 0.17 * n)) for n, s in ((weights.shape[2], 1), (weights.shape[1], 0.5)))
    with panels(path, -(-len(weights) // columns), columns, size=(wide, tall + 0.3), title=title) as grid:
        axes = np.ravel(grid)
        for ax in axes[len(weights):]:
            ax.set_visible(False)
        for i, (ax, w) in enumerate(zip(axes, weights)):
            ax.imshow(w, cmap="Blues", vmin=0, vmax=w.max() or 1, interpolation="nearest")
            ax.grid(visible=False)
            _ticks(ax.set_xticks, keys or tokens, w.shape[1])
            _ticks(ax.set_yticks, tokens, w.shape[0])
            labels(ax, "key" if i >= len(weights) - columns else None, "query" if i % columns == 0 else None,
                   names[i] if names else (f"head {i + 1}" if len(weights) > 1 else None))
    return axes


def contacts(scores, truth, path=None, ax=None, *, separation=6, title=None, top=None):
    """Draw predicted contacts (above the diagonal) beside the true ones (below it).

    Parameters
    ----------
    scores : (L, L) symmetric; the larger, the likelier a contact
    truth : (L, L) of bool
    separation : pairs with |i − j| below this are left out
    top : so many predictions are drawn, the best; L by default. Right ones are filled circles, wrong ones crosses

    >>> import numpy as np
    >>> truth = np.zeros((20, 20), bool); truth[2, 12] = truth[12, 2] = True
    >>> contacts(truth.astype(float), truth, top=1).get_title()
    'the best 1: 100 % right'
    """
    scores, truth = as_array(scores).astype(float), as_array(truth).astype(bool)
    length = len(scores)
    i, j = np.triu_indices(length, separation)
    best = np.argsort(-scores[i, j], kind="stable")[:length if top is None else top]
    i, j = i[best], j[best]
    right = truth[i, j]
    with axes_for(path, ax, (4.6, 4.6)) as axes:
        rows, columns = np.nonzero(np.tril(truth, -separation))
        axes.scatter(columns + 1, rows + 1, s=9, color="#B5B5B0", marker="s", linewidths=0, label="true contact")
        axes.scatter(j[right] + 1, i[right] + 1, s=16, color=style.BLUE, linewidths=0, label="predicted, right")
        axes.scatter(j[~right] + 1, i[~right] + 1, s=18, color=style.VERMILLION, marker="x", linewidths=1.2, label="predicted, wrong")
        axes.plot([1, length], [1, length], color=style.GREY, linewidth=0.8)
        axes.set(xlim=(0, length + 1), ylim=(length + 1, 0), aspect="equal")
        share = f"the best {len(best)}: {100 * right.mean():.0f} % right" if len(best) else "no pairs"
        labels(axes, "position", "position", f"{title}: {share}" if title else share)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, fontsize=8, handletextpad=0.2, columnspacing=0.8)
    return axes


def mutagenesis(effects, sequence, letters="ARNDCQEGHILKMFPSTWYV", path=None, ax=None, *, title=None, start=1,
                label="change of the score"):
    """Draw what every single mutation does: a row for each new letter, a column for each position; dots mark what was there.

    Parameters
    ----------
    effects : (L, A): the score of the mutant minus that of the sequence
    sequence : the L letters that were there
    letters : the A letters, in the order of the columns of `effects`

    >>> import numpy as np
    >>> ax = mutagenesis(np.zeros((3, 4)), "ACG", "ACGT")
    >>> [t.get_text() for t in ax.get_xticklabels()]
    ['A1', 'C2', 'G3']
    """
    effects = as_array(effects)
    if effects.shape != (len(sequence), len(letters)):
        raise ValueError(f"mutagenesis: expected effects ({len(sequence)}, {len(letters)}): positions, letters; got {effects.shape}")
    ticks = [f"{letter}{i + start}" for i, letter in enumerate(sequence)]
    size = (min(9, max(3.6, 1.6 + 0.22 * len(sequence))), 1.2 + 0.19 * len(letters))
    there = [(i, letters.index(letter)) for i, letter in enumerate(sequence) if letter in letters]
    with axes_for(path, ax, size) as axes:
        heatmap(effects.T, ax=axes, yticks=list(letters), centre=0, label=label, xticks=ticks, xlabel="position",
                ylabel="mutated to", title=title)
        axes.scatter(*zip(*there), s=8, color=style.INK, zorder=3)
    return axes


def images(pictures, path=None, *, columns=8, titles=None, title=None, cmap="gray", limits=None, size=1.15):
    """Draw pictures, filters or feature maps beside each other.

    Parameters
    ----------
    pictures : (N, H, W), (N, 1, H, W) or (N, 3, H, W) (colours from 0 to 1)
    titles : one for each, for instance what the network says
    limits : (black, white); without, each picture has its own
    cmap : a matplotlib colour map; ``"RdBu_r"`` for filters with both signs

    >>> import numpy as np
    >>> images(np.zeros((3, 8, 8)), titles=["a", "b", "c"]).shape
    (3,)
    """
    pictures = as_array(pictures)
    if pictures.ndim == 4:
        pictures = pictures[:, 0] if pictures.shape[1] == 1 else np.moveaxis(pictures, 1, -1)
    if pictures.ndim not in (3, 4) or (pictures.ndim == 4 and pictures.shape[-1] != 3):
        raise ValueError(f"images: expected (N, H, W), (N, 1, H, W) or (N, 3, H, W), got {pictures.shape}")
    columns = min(columns, len(pictures))
    tall = size + (0.22 if titles is not None else 0)
    with panels(path, -(-len(pictures) // columns), columns, size=(size, tall), title=title) as grid:
        axes = np.ravel(grid)
        for i, ax in enumerate(axes):
            ax.set_axis_off()
            if i < len(pictures):
                low, high = limits or (None, None)
                ax.imshow(pictures[i], cmap=cmap, vmin=low, vmax=high, interpolation="nearest")
                if titles is not None:
                    ax.set_title(str(titles[i]), fontsize=8.5, pad=2)
    return axes


def _short(names):
    return names is None or max((len(str(n)) for n in names), default=0) <= 3


def _ticks(setter, names, count, rotation=0):
    """Name every field if there is room, every fifth or so if not."""
    if names is None:
        return
    names = list(names)
    if len(names) != count:
        raise ValueError(f"expected {count} names, one for each row or column, got {len(names)}")
    step = 1 if count <= 40 else -(-count // 25)
    look = {"fontsize": 7.5} if count > 15 else {}
    if rotation:
        look |= {"rotation": rotation, "ha": "right"}
    setter(range(0, count, step), names[::step], **look)
