"""Write ``5-names.md``, the table of all names that PyTorch has too: ``python docs/make_names.py``.

It needs PyTorch. What differs comes from comparing signatures, and why from ``tests/parity/differences.py``.
"""
import importlib
import pathlib
import pkgutil
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tests")]

import tinygrad_bio as tg  # noqa: E402
from tinygrad_bio import create  # noqa: E402
from parity.differences import RULES, reason  # noqa: E402
from parity.names import ROOMS, at, found, names, summary  # noqa: E402

HEAD = """# 5. All names

The public names of PyTorch that are here too: {count} in all. Their arguments, with order and defaults, are
compared with PyTorch {version} by a test, which fails on any difference that is not on this page. Results are
compared by other tests; where they differ on purpose, [page 4](4-differences-from-pytorch.md) says so.

In the last column “–” means: called as in PyTorch. “Not yet”: PyTorch accepts more, and we shall. A number is
that of a line in this table:

| | what differs in many places | why |
|---|---|---|
{rules}

The page is made by `python docs/make_names.py`.
"""

TITLES = {"": "tinygrad_bio", "Tensor": "tinygrad_bio.Tensor"}

# What a room is, where its file is no good place to say so.
ABOUT = {
    "": "`import tinygrad_bio as torch`. What is also a method of tensors has both names in its row.",
    "Tensor": "Methods and attributes of a tensor `x` that are not in the tables above. A name with `_` at "
              "its end works in place.",
    "autograd": "`torch.autograd`, and in its own file what a program may want of the engine.",
    "nn": "`from tinygrad_bio import nn`.", "nn.functional": "`import tinygrad_bio.nn.functional as F`.",
    "nn.utils": "What is done with the parameters of a whole network.",
    "optim": "`from tinygrad_bio import optim`.",
    "optim.lr_scheduler": "They set the learning rate from epoch to epoch.",
    "utils.data": "From a dataset to batches."}

# What has no docstring of its own that would say it.
ATTRIBUTES = {"Tensor.grad": "The gradient that `backward()` found, on a leaf.",
              "Tensor.grad_fn": "The node of the tape that made it; None for a leaf.",
              "dtype": "What dtypes are: NumPy's class.",
              "finfo": "The limits of a dtype of floats, `tg.finfo(x.dtype).min`: NumPy's class.",
              "iinfo": "The limits of a dtype of integers: NumPy's class."}

FAMILIES_FROM = 40                                  # a room with as many names is divided by files


# --------------------------------------------------------------------------------------------- one name

def what_it_does(name):
    if name.path in ATTRIBUTES:
        return ATTRIBUTES[name.path]
    if isinstance(name.mine, float):
        return f"The number {name.mine!r}."
    if not callable(name.mine) and not isinstance(name.mine, property):
        return f"The dtype {name.mine.name}."
    if name.name.endswith("Tensor") and not summary(name.mine):
        return f"An old name: a tensor of the dtype {name.mine([]).dtype.name}."
    return plain(summary(name.mine))


def plain(text):
    """Without the marks of docstrings: ``code`` and :func:`code` become `code`."""
    return re.sub(r":\w+:`", "`", text).replace("``", "`")


def what_differs(name):
    """The rules by number, then what is special to this name, each with its reason: 1, 2; no `p=` (why)."""
    rules, special = set(), {}
    for text in found(name):
        kind, why = reason(name.path, text) or (None, None)
        if kind is None:
            raise LookupError(f"{name.path}: {text}: list it in tests/parity/differences.py, with the reason")
        if kind == "rule":
            rules.add(why + 1)
        elif kind == "single":
            special.setdefault(why, []).append(text)
    told = [f"{gathered(texts)} ({why})" for why, texts in special.items()]
    return "; ".join(filter(None, [", ".join(map(str, sorted(rules))), *told])) or "–"


def gathered(texts):
    """Differences with one reason as one phrase: `.append()`: no `module=`, also `item`."""
    by_method = {}
    for text in texts:
        method, _, text = text.rpartition(": ") if text.startswith(".") else ("", "", text)
        by_method.setdefault(method, []).append(text)
    return "; ".join((f"`{m}()`: " if m else "") + _phrase(some) for m, some in by_method.items())


def _phrase(texts):
    """no `a=`, `b=`, also `c`, `d=1`, in PyTorch `d=2`"""
    told = []
    for before in ("no method ", "no ", "also "):
        named = [f"`{text.removeprefix(before)}`" for text in texts if text.startswith(before)]
        texts = [text for text in texts if not text.startswith(before)]
        if named:
            told.append(before.replace("method", "method" + "s" * (len(named) > 1)) + ", ".join(named))
    for text in texts:
        here, both, there = text.partition(", in PyTorch ")
        words = here.split(" ", 1)
        is_place = len(words) > 1 and "=" not in here                   # "dim is argument 2, in PyTorch 3"
        told.append(f"`{words[0]}` {words[1]}{both}{there}" if is_place else f"`{here}`{both}`{there}`")
    return ", ".join(told)


def row(name, method):
    """One line of a table. `method` is the Tensor method of that name, if its row is this one."""
    shown = f"`{name.name}`"
    if name.room == "Tensor":
        shown = f"`x.{name.name}()`" if callable(name.mine) else f"`x.{name.name}`"
    if method:
        shown += f", `x.{name.name}()`"
    cells = (shown, what_it_does(name), what_differs(name))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


# --------------------------------------------------------------------------------------------- one room

def shared_methods():
    """{name: the Tensor method} of the methods that stand in the row of the function: they differ no more."""
    functions = {n.name: what_differs(n).removeprefix("1").removeprefix("; ") or "–" for n in names("")}
    methods = {n.name: n for n in names("Tensor") if callable(n.mine) and n.name in functions}
    return {name: m for name, m in methods.items() if what_differs(m) in ("–", functions[name])}


def families(room, some):
    """[(title, names)]: by the file that they are read in, if there are many."""
    if len(some) < FAMILIES_FROM:
        return [("", some)]
    found = {}
    for name in some:
        found.setdefault(home(room, name), []).append(name)
    return [(family_title(module), found[module]) for module in sorted(found, key=place)]


def home(room, name):
    """The file that offers this name, or else the one that defines it."""
    if room == "Tensor":
        return next(kind.__module__ for kind in tg.Tensor.__mro__ if name.name in vars(kind))
    package = at(tg, room or "functions")
    for file in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if name.name in getattr(importlib.import_module(file.name), "__all__", ()):
            return file.name
    if room == "" and name.name not in create.__all__:
        return "tinygrad_bio"
    return name.mine.__module__


FIRST = ("create", "functions.math", "functions.reduce", "functions.compare", "functions.shape",
         "functions.arrange", "functions.index", "module", "parameter", "container", "linear", "tensor", "methods",
         "conversions", "inplace", "inplace_math")


def place(module):
    """The order of files: those read first, then by name; what belongs to no family comes last."""
    first = next((i for i, end in enumerate(FIRST) if module.endswith(f".{end}")), len(FIRST))
    return module == "tinygrad_bio", first, module


def family_title(module):
    if module == "tinygrad_bio":
        return "### Dtypes, devices, modes, files\n"
    title = re.split(r"\. |: |; | under PyTorch", summary(importlib.import_module(module)))[0]
    file = module.removeprefix("tinygrad_bio.").replace(".", "/")
    return f"### {title.rstrip('.,')}\n\nRead it in `{file}.py`.\n"


def table(some, methods):
    rows = [row(n, methods.get(n.name)) for n in some]
    return "\n".join(["| name | what it does | what differs, and why |", "|---|---|---|", *rows])


def chapter(room, methods):
    some = [n for n in names(room) if room != "Tensor" or n.name not in methods]
    about = ABOUT.get(room) or summary(at(tg, room)).partition(": ``")[0].rstrip(".") + "."
    parts = [f"## {TITLES.get(room, room)}\n", about + "\n"]
    for title, of in families(room, some):
        parts += ([title] if title else []) + [table(of, methods if room == "" else {}) + "\n"]
    return "\n".join(parts)


def page():
    """The whole page."""
    import torch
    methods = shared_methods()
    rules = "\n".join(f"| {i} | {rule.title} | {rule.why} |" for i, rule in enumerate(RULES, 1))
    count, version = sum(len(names(room)) for room in ROOMS), torch.__version__.partition("+")[0]
    head = HEAD.format(count=count, version=version, rules=rules)
    return "\n".join([head, *(chapter(room, methods) for room in ROOMS)])


if __name__ == "__main__":
    (HERE / "5-names.md").write_text(page(), encoding="utf-8")
    print(HERE / "5-names.md")
