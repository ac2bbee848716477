"""The manners that all example scripts share: the same options, and one table of results at the end.

A script begins with

    options = course.options(__doc__, epochs=30, quick_epochs=2, data="FASTA file", lr=(1e-3, "learning rate of Adam"))

which gives it ``--data --seed --device --epochs --quick --out`` and ``--lr``, seeds all random numbers, and makes the folder for
pictures. It reads its files inside ``with course.reading():``, so that a missing or malformed one ends it with one clear sentence.
At the end stands

    table = course.Table(options, "Pearson r")
    table.add("A0201", 0.876, interval=(0.866, 0.886), baseline=("ridge", 0.80), published=(0.872, "course"), seconds=7)
    table.show()

which prints the result beside its baseline and the published number, and writes them to ``table.md`` and ``table.json``.
"""
import argparse
import contextlib
import json
import os
import pathlib
import random
import sys
import time

import numpy as np

__all__ = ["options", "reading", "Table", "progress"]


def options(doc, *, epochs=None, quick_epochs=None, data=None, name=None, arguments=None, **more):
    """Read the command line of an example.

    Parameters
    ----------
    doc : the script's docstring, shown by ``--help``
    epochs, quick_epochs : how long it trains, and with ``--quick``
    data : what ``--data`` takes, in words; None if the script has no use for files
    name : of the results' folder; without, the name of the script
    arguments : the words of the command line; without, those the script was called with (none in a notebook: change the defaults there,
        or give them here, ``arguments=["--quick"]``)
    **more : further options, ``lr=(1e-3, "learning rate of Adam")``: default and help. A tuple or list as default takes several words,
        False makes a switch (True one to put off: ``--no-lr``), None takes text

    Returns
    -------
    a namespace with ``data`` (pathlib.Path or None), ``seed``, ``device``, ``epochs``, ``quick``, ``out`` (pathlib.Path, made) and
    those of `more`; ``started`` is the time, ``command`` what was typed

    >>> chosen = options("Filters.", epochs=30, quick_epochs=2, name="filters", lr=(0.01, "learning rate"), arguments=["--quick"])
    >>> chosen.epochs, chosen.seed, chosen.lr, str(chosen.out)
    (2, 0, 0.01, 'results/filters')
    """
    notebook = _in_a_notebook()
    name = name or pathlib.Path(sys._getframe(1).f_globals.get("__file__") or "notebook").stem          # of the script that calls
    parser = argparse.ArgumentParser(prog=f"{name}.py", description=doc, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     allow_abbrev=False)
    if data is not None:
        parser.add_argument("--data", type=pathlib.Path, metavar="PATH", help=f"{data}; without it, simulated or bundled data".replace("%", "%%"))
    parser.add_argument("--seed", type=int, default=0, help="of all random numbers: the same seed gives the same results (0)")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"], help="where to compute (cpu)")
    if epochs is not None:
        parser.add_argument("--epochs", type=_positive, default=None, help=f"rounds of training ({epochs})")
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that everything works")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("results") / name, metavar="FOLDER",
                        help=f"where pictures and tables go (results/{name})")
    for key, (default, words) in more.items():
        _add(parser, f"--{key.replace('_', '-')}", default, words)
    chosen, unknown = parser.parse_known_args([] if arguments is None and notebook else arguments)     # a kernel has words of its own
    if unknown:
        parser.error(f"unknown option: {' '.join(unknown)}")
    if getattr(chosen, "data", None) is not None and not chosen.data.exists():
        parser.error(f"--data {chosen.data}: there is no such file or folder (expected: {data})")
    if epochs is not None and chosen.epochs is None:
        chosen.epochs = quick_epochs if chosen.quick and quick_epochs is not None else epochs
    chosen.data = getattr(chosen, "data", None)
    _check_device(parser, chosen.device)
    chosen.out.mkdir(parents=True, exist_ok=True)
    _seed(chosen.seed)
    chosen.name, chosen.started = name, time.perf_counter()
    chosen.command = _command(name, [] if arguments is None and notebook else sys.argv[1:] if arguments is None else arguments)
    return chosen


@contextlib.contextmanager
def reading():
    """Around the reading of files: what is wrong with them ends the script with one sentence, before any training.

    >>> from tinygrad_bio import bio
    >>> with reading():                                     # doctest: +IGNORE_EXCEPTION_DETAIL
    ...     records = bio.read_fasta("nowhere.fasta")
    Traceback (most recent call last):
    SystemExit: cannot use the data: ...
    """
    try:
        yield
    except (OSError, ValueError, EOFError) as error:
        raise SystemExit(f"cannot use the data: {error}") from None


def progress(items=None, words="", total=None):
    """The items, with a progress bar on the terminal (tqdm's, if it is installed).

    >>> sum(progress([1, 2, 3], "adding"))
    6
    """
    try:
        from tqdm import tqdm
    except ImportError:
        return items
    return tqdm(items, desc=f"    {words}", total=total, leave=False, dynamic_ncols=True, disable=None if items is not None else False)


class Table:
    """Results beside a baseline and published numbers; printed, and written into ``options.out``.

    Parameters
    ----------
    options : what :func:`options` gave
    metric : what the numbers are, with the unit: ``"Pearson r"``, ``"errors (%)"``
    digits : decimals
    better : ``"higher"`` or ``"lower"``: which numbers are the good ones

    One table for a script: a second one would overwrite the first one's files. Rows may have other metrics: see :meth:`add`.

    >>> table = Table(options("", name="example", arguments=[]), "accuracy (%)", digits=1)
    >>> table.add("MUTAG", 88.3, interval=(83, 92), baseline=("majority", 66.5), published=(89.4, "GIN"), seconds=61.2)
    >>> table.show()                                        # doctest: +NORMALIZE_WHITESPACE
    <BLANKLINE>
    |       | accuracy (%) [95 %] | baseline      | published  | time | seed |
    |-------|---------------------|---------------|------------|------|------|
    | MUTAG | 88.3 [83.0, 92.0]   | majority 66.5 | 89.4 (GIN) | 61 s | 0    |
    """

    def __init__(self, options, metric, digits=3, better="higher"):
        if better not in ("higher", "lower"):
            raise ValueError(f"Table: better must be 'higher' or 'lower', not {better!r}")
        self.options, self.metric, self.digits, self.better, self.rows = options, metric, digits, better, []

    def add(self, name, ours, interval=None, baseline=None, published=None, seconds=None, *, metric=None, digits=None, better=None):
        """One row.

        Parameters
        ----------
        name : of the data, or of the question
        ours : our number; None if there is only something to compare with
        interval : (low, high), 95 %; or what ``bio.bootstrap`` gives
        baseline : (name, number)
        published : (number, source)
        seconds : how long it took; without, since the start of the script
        metric, digits, better : of this row, where they differ from the table's

        >>> table = Table(options("", name="example", arguments=[]), "errors", digits=0, better="lower")
        >>> table.add("promoters", 5, published=(4, "KBANN"), seconds=3)
        >>> table.rows[0]["published"]
        4.0
        """
        low, high = (None, None) if interval is None else (interval.low, interval.high) if hasattr(interval, "low") else interval
        seconds = time.perf_counter() - self.options.started if seconds is None else seconds
        self.rows.append({
            "script": self.options.name, "command": self.options.command, "data": str(self.options.data) if self.options.data else None, "name": name,
            "metric": metric or self.metric, "better": better or self.better, "digits": self.digits if digits is None else digits, "ours": _number(ours), "low": _number(low), "high": _number(high),
            "baseline_name": baseline[0] if baseline else None, "baseline": _number(baseline[1]) if baseline else None,
            "published": _number(published[0]) if published else None, "source": published[1] if published else None,
            "seconds": round(seconds, 1), "seed": self.options.seed, "quick": self.options.quick})

    def lines(self):
        """The table as lines of Markdown, aligned.

        >>> Table(options("", name="example", arguments=[]), "r").lines()[1][:5]
        '|--|-'
        """
        cells = [["", f"{self.metric} [95 %]", "baseline", "published", "time", "seed"]] + [self._cells(row) for row in self.rows]
        if any(row["metric"] != self.metric for row in self.rows):                  # a column of its own for what the numbers are
            cells = [[name, metric, *rest] for (name, *rest), metric in zip(cells, ["", *(row["metric"] for row in self.rows)])]
            cells[0][2] = "ours [95 %]"
        widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
        lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in cells]
        return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]

    def show(self):
        """Print the table; write ``table.md`` and ``table.json``.

        >>> Table(options("", name="example", arguments=[]), "r").show()
        Traceback (most recent call last):
        ValueError: Table: no rows yet: call add() for each result
        """
        if not self.rows:
            raise ValueError("Table: no rows yet: call add() for each result")
        print("\n" + "\n".join(self.lines()))
        _write(self.options.out / "table.md", "\n".join(self.lines()) + "\n")
        _write(self.options.out / "table.json", json.dumps(self.rows, indent=1, ensure_ascii=False) + "\n")

    def _cells(self, row):
        def show(value):
            return f"{value:.{row['digits']}f}"
        ours = "–" if row["ours"] is None else show(row["ours"])
        if row["low"] is not None:
            ours += f" [{show(row['low'])}, {show(row['high'])}]"
        baseline = "–" if row["baseline"] is None else f"{row['baseline_name']} {show(row['baseline'])}"
        published = "–" if row["published"] is None else f"{show(row['published'])} ({row['source']})"
        return [row["name"], ours, baseline, published, f"{row['seconds']:.0f} s", str(row["seed"])]


def _add(parser, flag, default, words):
    """A further option, of the kind of its default."""
    words = words.replace("%", "%%")
    if isinstance(default, bool):
        parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=default, help=words)
    elif isinstance(default, (tuple, list)):
        parser.add_argument(flag, type=type(default[0]), default=default, nargs="+", help=f"{words} ({' '.join(map(str, default))})")
    else:
        kind, shown = (str, "") if default is None else (type(default), f" ({default})")
        parser.add_argument(flag, type=kind, default=default, help=words + shown)


def _command(name, words):
    """What was typed, but for the folder of the results.

    >>> _command("a3", ["--seed", "1", "--out", "there", "--quick"])
    'python examples/a3.py --seed 1 --quick'
    """
    words = list(words)
    if "--out" in words:
        del words[words.index("--out"):words.index("--out") + 2]
    return " ".join(["python", f"examples/{name}.py", *(word for word in words if not word.startswith("--out="))])


def _positive(text):
    """A whole number of at least 1."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def _number(value):
    """As a Python number, which JSON can write."""
    return None if value is None else float(value)


def _in_a_notebook():
    """Whether a notebook's kernel runs this."""
    ipython = sys.modules.get("IPython")
    return hasattr(ipython.get_ipython(), "kernel") if ipython else False


def _check_device(parser, device):
    """Refuse ``--device cuda`` where there is none, with the reason."""
    if device == "cuda":
        from . import backend
        try:
            if not backend.cupy().cuda.is_available():
                parser.error("--device cuda: CuPy is installed, but finds no graphics card (see `nvidia-smi`): leave --device out")
        except ImportError as error:
            parser.error(f"--device cuda: no CuPy with a graphics card: {error}")


def _seed(seed):
    """Seed every source of random numbers that a script may use."""
    from .backend import manual_seed
    manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)


def _write(path, text):
    """The whole file or none of it."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
