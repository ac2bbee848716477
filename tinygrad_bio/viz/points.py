"""Points and curves: decision boundaries, latent spaces, trajectories, ROC, survival, gradients by depth, saliency."""
import numpy as np

from ..bio.metrics import roc_auc
from . import style
from .canvas import as_array, axes_for, labels

MARKERS = "osD^vP*X<>ph"


def points(xy, classes=None, path=None, ax=None, *, names=None, annotate=None, title=None, xlabel="first direction",
           ylabel="second direction"):
    """Draw points of the plane, such as a latent space or embeddings; classes differ in colour and in shape.

    Parameters
    ----------
    xy : (N, 2)
    classes : N labels; up to 12 different ones. Numbers of a floating dtype become a colour scale instead
    path, ax : as for :func:`learning_curves`
    names : {label: name in the legend}
    annotate : N texts, one beside each point

    >>> ax = points([[0, 0], [1, 1], [2, 0]], classes=["helix", "strand", "helix"])
    >>> [t.get_text() for t in ax.get_legend().get_texts()]
    ['helix', 'strand']
    """
    xy = as_array(xy).astype(float)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise ValueError(f"points: expected (N, 2), got shape {xy.shape}: choose two directions, or project (PCA) first")
    size, alpha = (34, 0.9) if len(xy) <= 60 else (14, 0.7) if len(xy) <= 1000 else (5, 0.45)
    with axes_for(path, ax, (4.8, 4.0)) as axes:
        given = None if classes is None else as_array(classes)
        if given is None or given.dtype.kind == "f":
            shown = axes.scatter(*xy.T, s=size, alpha=alpha, linewidths=0,
                                 **({"color": style.BLUE} if given is None else {"c": given, "cmap": "cividis"}))
            if given is not None:
                axes.figure.colorbar(shown, ax=axes)
        else:
            for k, label in enumerate(np.unique(given)):
                chosen = given == label
                axes.scatter(*xy[chosen].T, s=size, alpha=alpha, color=style.CYCLE[k % 7], marker=MARKERS[k % 12], linewidths=0,
                             label=str((names or {}).get(label, label)))
            many = len(np.unique(given)) > 4
            axes.legend(**(dict(loc="center left", bbox_to_anchor=(1, 0.5)) if many else {}), fontsize=8.5, handletextpad=0.2,
                        markerscale=(34 / size)**0.5)
        for text, place in zip(annotate or (), xy):
            axes.annotate(str(text), place, xytext=(4, 3), textcoords="offset points", fontsize=9)
        labels(axes, xlabel, ylabel, title)
    return axes


def boundary(predict, x, y, path=None, ax=None, *, title=None, xlabel="x₁", ylabel="x₂", resolution=120, margin=0.15):
    """Draw which class a network gives to every point of the plane, under the points it learned from.

    Parameters
    ----------
    predict : called with an array (M, 2) of float32; gives M probabilities of class 1 (or (M, classes) scores, of which the
        largest counts). A Module is called without recording
    x, y : (N, 2) points, N classes
    resolution : so many points along each side are asked for

    >>> ax = boundary(lambda x: (x[:, 0] > x[:, 1]).astype(float), [[0, 1], [1, 0]], [0, 1], resolution=20)
    >>> ax.get_xlabel()
    'x₁'
    """
    x, y = as_array(x).astype("float32"), as_array(y).ravel()
    low, high = x.min(0), x.max(0)
    low, high = low - margin * (high - low), high + margin * (high - low)
    grid = np.stack(np.meshgrid(*np.linspace(low, high, resolution).T), -1).astype("float32")       # (r, r, 2)
    with axes_for(path, ax, (4.4, 3.8)) as axes:
        scores = _ask(predict, grid.reshape(-1, 2))
        if scores.ndim == 2 and scores.shape[1] > 1:
            colours = [style.CYCLE[k % 7] for k in range(scores.shape[1])]
            field = scores.argmax(1).reshape(resolution, resolution)
            axes.contourf(grid[..., 0], grid[..., 1], field, levels=np.arange(scores.shape[1] + 1) - 0.5, colors=colours, alpha=0.25)
        else:
            field = scores.reshape(resolution, resolution)
            shown = axes.contourf(grid[..., 0], grid[..., 1], field, levels=np.linspace(0, 1, 11), cmap="RdBu_r", alpha=0.55, extend="both")
            axes.contour(grid[..., 0], grid[..., 1], field, levels=[0.5], colors=style.INK, linewidths=1.4)
            axes.figure.colorbar(shown, ax=axes, label="p(class 1)")
            colours = [style.BLUE, style.VERMILLION]
        for k, label in enumerate(np.unique(y)):
            axes.scatter(*x[y == label].T, s=26, marker=MARKERS[k], color=colours[k % len(colours)], edgecolors="white", linewidths=0.6,
                         label=f"class {label:g}" if np.issubdtype(y.dtype, np.number) else str(label))
        axes.grid(visible=False)
        axes.legend(fontsize=8.5, loc="upper right", handletextpad=0.2)
        labels(axes, xlabel, ylabel, title)
    return axes


def lines(x, curves, path=None, ax=None, *, xlabel=None, ylabel=None, title=None, logx=False, logy=False, steps=False, marker=None):
    """Draw curves over one axis: functions, gradient norms by layer or time step, accuracy by number of labels …

    Parameters
    ----------
    x : the M places, or names of them; None counts from 1
    curves : {name: M numbers}, or {name: (M numbers, lowest, highest)} for a band around the curve
    logx, logy : logarithmic axes
    steps : constant between the places (survival curves)

    >>> ax = lines(None, {"plain": [1e-1, 1e-3, 1e-5], "residual": [.2, .1, .1]}, logy=True, xlabel="layer", ylabel="gradient norm")
    >>> ax.get_yscale()
    'log'
    """
    with axes_for(path, ax) as axes:
        for k, (name, values) in enumerate(curves.items()):
            band = isinstance(values, tuple)
            values, *span = (as_array(v).astype(float) for v in (values if band else (values,)))
            named = x is not None and isinstance(x[0], str)
            places = np.arange(1, len(values) + 1) if x is None or named else as_array(x)
            look = dict(color=style.CYCLE[k % 7], linestyle=("-", "--", "-.", ":")[k % 4], label=name)
            dots = marker or ("o" if len(values) <= 12 and not steps else None)
            axes.plot(places, values, **look, marker=dots, markersize=4, drawstyle="steps-post" if steps else "default")
            if span:
                axes.fill_between(places, *span, color=style.CYCLE[k % 7], alpha=0.15, linewidth=0, step="post" if steps else None)
            if named:
                axes.set_xticks(places, x, rotation=45 if max(map(len, x)) > 4 else 0, ha="right" if max(map(len, x)) > 4 else "center")
        axes.set(xscale="log" if logx else "linear", yscale="log" if logy else "linear")
        if x is None and not logx:
            axes.xaxis.get_major_locator().set_params(integer=True)
        if len(curves) > 1 or next(iter(curves)):
            axes.legend(fontsize=8.5)
        labels(axes, xlabel, ylabel, title)
    return axes


def roc(truth, scores, path=None, ax=None, *, title=None):
    """Draw ROC curves: how many positives are found (up) at how many false alarms (right).

    Parameters
    ----------
    truth : N values of 0 and 1
    scores : {name: N scores}, the larger the likelier positive; the area under the curve is in the legend

    >>> ax = roc([0, 0, 1, 1], {"network": [.1, .4, .35, .8]})
    >>> [t.get_text() for t in ax.get_legend().get_texts()]
    ['network: AUC 0.750', 'chance: 0.5']
    """
    truth = as_array(truth).astype(bool)
    with axes_for(path, ax, (4.2, 4.0)) as axes:
        for k, (name, score) in enumerate(scores.items()):
            score = as_array(score).ravel()
            order = np.argsort(-score, kind="stable")
            last = np.append(np.diff(score[order]) != 0, True)              # equal scores are one step
            found = np.append(0, np.cumsum(truth[order])[last]) / truth.sum()
            alarms = np.append(0, np.cumsum(~truth[order])[last]) / (~truth).sum()
            axes.plot(alarms, found, color=style.CYCLE[k % 7], linestyle=("-", "--", "-.", ":")[k % 4],
                      label=f"{name}: AUC {roc_auc(truth, score):.3f}")
        axes.plot([0, 1], [0, 1], color=style.GREY, linewidth=1, linestyle=":", label="chance: 0.5")
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        axes.legend(loc="lower right", fontsize=8.5)
        labels(axes, "false positive rate", "true positive rate", title)
    return axes


def saliency(values, sequence, path=None, ax=None, *, regions=None, title=None, ylabel="|gradient × input|", start=1):
    """Draw how much each residue of a sequence matters, with the letters below if there are at most 80.

    Parameters
    ----------
    values : L numbers, for instance the gradient with respect to the embedding times the embedding, summed over channels
    sequence : the L letters
    regions : {name: (first, last)}, positions counted from `start`, shaded: a known signal peptide, for instance

    >>> ax = saliency([.1, .9, .2], "MKL", regions={"signal": (1, 2)})
    >>> [t.get_text() for t in ax.get_xticklabels()]
    ['M', 'K', 'L']
    """
    values = as_array(values).ravel()
    if len(values) != len(sequence):
        raise ValueError(f"saliency: {len(values)} numbers for {len(sequence)} residues")
    places = np.arange(start, start + len(values))
    with axes_for(path, ax, (min(9, max(4, 1 + 0.13 * len(values))), 2.6)) as axes:
        for k, (name, (first, last)) in enumerate((regions or {}).items()):
            axes.axvspan(first - 0.5, last + 0.5, color=(style.ORANGE, style.SKY, style.GREEN)[k % 3], alpha=0.3, linewidth=0, label=name)
        axes.bar(places, values, width=0.85, color=style.BLUE)
        if len(values) <= 80:
            axes.set_xticks(places, list(sequence), fontsize=8 if len(values) <= 45 else 6)
        if regions:
            axes.legend(fontsize=8.5)
        axes.grid(axis="x", visible=False)
        axes.set_xlim(start - 0.7, start + len(values) - 0.3)
        labels(axes, "position", ylabel, title)
    return axes


def surface(function, paths, path=None, ax=None, *, limits, title=None, xlabel="w₁", ylabel="w₂", levels=18, resolution=90):
    """Draw a loss over two weights as height lines, and the ways that optimisers took down it.

    Parameters
    ----------
    function : called with two arrays of one shape; gives the losses in that shape
    paths : {name: (steps, 2)}
    limits : ((lowest, highest) of the first weight, of the second)

    >>> ax = surface(lambda a, b: a**2 + 3 * b**2, {"descent": [[2, 1], [1, .2], [.5, 0]]}, limits=((-2, 2), (-2, 2)))
    >>> ax.get_ylabel()
    'w₂'
    """
    a, b = np.meshgrid(*(np.linspace(*limit, resolution) for limit in limits))
    with axes_for(path, ax, (4.6, 3.8)) as axes:
        heights = as_array(function(a, b)).astype(float)
        low = heights.min()
        spaced = low + np.geomspace(max(1e-3 * np.ptp(heights), 1e-12), np.ptp(heights), levels)
        axes.contour(a, b, heights, levels=spaced, colors=style.GREY, linewidths=0.6)
        for k, (name, way) in enumerate(paths.items()):
            way = as_array(way)
            axes.plot(*way.T, color=style.CYCLE[k % 7], marker=MARKERS[k], markersize=3.2, linewidth=1.2, label=name)
        axes.set(xlim=limits[0], ylim=limits[1])
        axes.grid(visible=False)
        axes.legend(fontsize=8.5)
        labels(axes, xlabel, ylabel, title)
    return axes


def gradient_norms(module, kind="weight"):
    """{parameter: norm of its gradient} in the order of the layers, for :func:`lines`: what vanishing gradients look like.

    Parameters
    ----------
    module : after ``loss.backward()``
    kind : only parameters whose name ends in this; "" takes all

    >>> import tinygrad_bio as tg
    >>> net = tg.nn.Sequential(tg.nn.Linear(2, 3), tg.nn.Sigmoid(), tg.nn.Linear(3, 1))
    >>> net(tg.ones(1, 2)).sum().backward()
    >>> list(gradient_norms(net))
    ['0.weight', '2.weight']
    """
    norms = {name: float(np.linalg.norm(as_array(p.grad))) for name, p in module.named_parameters()
             if p.grad is not None and name.rpartition(".")[2].startswith(kind)}
    if not norms:
        raise ValueError("gradient_norms: no gradients yet: call loss.backward() first")
    return norms


def _ask(predict, x):
    """What the network says about the points, as an array (M,) or (M, classes)."""
    if hasattr(predict, "parameters"):
        from ..autograd import no_grad
        from ..create import from_numpy
        with no_grad():
            return np.squeeze(as_array(predict(from_numpy(x))))
    return np.squeeze(as_array(predict(x)))
