"""All examples run: those in docstrings, and the Python blocks of README.md and docs/."""
import contextlib
import doctest
import importlib
import inspect
import io
import pathlib
import pkgutil
import re
import textwrap
import types

import numpy as np
import pytest

import tinygrad_bio

ROOT = pathlib.Path(tinygrad_bio.__file__).resolve().parent.parent
MODULES = ["tinygrad_bio"] + [m.name for m in pkgutil.walk_packages(tinygrad_bio.__path__, "tinygrad_bio.")]
PAGES = sorted([*ROOT.glob("README.md"), *ROOT.glob("docs/**/*.md")])
OPTIONS = doctest.NORMALIZE_WHITESPACE


@pytest.fixture(autouse=True)
def fixed_surroundings(tmp_path, monkeypatch):
    """Each example starts in an empty folder, from seed 0, and prints numbers in one way."""
    monkeypatch.chdir(tmp_path)
    tinygrad_bio.manual_seed(0)
    with np.printoptions(precision=8, threshold=1000, linewidth=75, suppress=False, legacy=False):
        yield


# ------------------------------------------------------------------------------------------------ docstrings

def examples(module):
    """The docstrings of a module that hold examples. In each, `tg` and `np` are known."""
    known = {"tg": tinygrad_bio, "np": np}
    found = doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(module), extraglobs=known)
    return [test for test in found if test.examples]


@pytest.mark.parametrize("module", [m for m in MODULES if examples(m)])
def test_examples_in_docstrings(module):
    for test in examples(module):
        text = io.StringIO()
        failed, _ = doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=text.write)
        assert not failed, f"{test.filename}, line {test.lineno}\n{text.getvalue()}"


# What a user reaches by name. A room that says so itself, in ``__all__``, offers that; any other, all that has no underscore.
ROOMS = ["", "accelerator", "autograd", "backend", "backends.cudnn", "backends.mps", "bio", "course", "create", "cuda", "derivatives",
         "distributions", "linalg",
         "models", "nn", "nn.functional", "nn.init", "nn.utils", "nn.utils.parametrizations", "nn.utils.parametrize",
         "nn.utils.rnn", "ops", "optim", "optim.lr_scheduler", "optim.swa_utils", "random", "serialize", "settings", "sparse", "special",
         "testing", "testing.strategies", "train", "utils.data", "viz"]


def offered(room):
    """(name, thing) of each function and class of this library in a room; errors and warnings are shown by what raises them."""
    for name in getattr(room, "__all__", None) or [n for n in dir(room) if not n.startswith("_")]:
        thing = getattr(room, name)
        is_message = inspect.isclass(thing) and issubclass(thing, (Exception, Warning))
        ours = (getattr(thing, "__module__", None) or "").startswith("tinygrad_bio")
        if ours and not is_message and (inspect.isroutine(thing) or inspect.isclass(thing)):
            yield f"{room.__name__}.{name}", thing


def methods(kind):
    """(name, method) of what a class of ours, or one it stands on, defines under a public name."""
    for base in kind.__mro__:
        for name, thing in vars(base).items() if base.__module__.startswith("tinygrad_bio") else ():
            thing = getattr(thing, "__func__", thing)                       # of a class method
            if not name.startswith("_") and inspect.isroutine(thing):
                yield f"{kind.__name__}.{name}", thing


def rules():
    """(name, rule) of every rule of differentiation, wherever in ``ops`` it stands."""
    for module in MODULES:
        if module.startswith("tinygrad_bio.ops."):
            for name, thing in vars(importlib.import_module(module)).items():
                if hasattr(thing, "rule") and not name.startswith("_"):
                    yield f"{module}.{name}", thing


def has_example(thing):
    return ">>>" in (thing.__doc__ or "")


def test_every_public_name_has_an_example():
    rooms = [importlib.import_module(f"tinygrad_bio.{room}".rstrip(".")) for room in ROOMS]
    things = [pair for room in rooms for pair in offered(room)] + list(rules())
    things += [pair for kind in (tinygrad_bio.Tensor, tinygrad_bio.nn.Module) for pair in methods(kind)]
    without = {thing: name for name, thing in things if not has_example(thing)}
    assert len(things) > 1500, "the search is broken: there are more public names"
    assert not without, f"{len(without)} public names have no example: {', '.join(sorted(without.values()))}"


def test_every_property_of_a_tensor_is_shown_with_the_class():
    shown = tinygrad_bio.Tensor.__doc__
    properties = [n for n, thing in vars(tinygrad_bio.Tensor).items() if isinstance(thing, property) and n[0] != "_"]
    assert [name for name in properties if not re.search(rf"\.{name}\b", shown)] == []


def test_a_name_without_an_example_is_found():
    def bare():
        """What it does, and nothing to run."""
    bare.__module__ = "tinygrad_bio.made.up"
    room = types.ModuleType("room")
    room.bare, room._hidden, room.foreign, room.Bad = bare, bare, re.compile, tinygrad_bio.ShapeError
    assert list(offered(room)) == [("room.bare", bare)] and not has_example(bare)
    room.__all__ = ["foreign"]
    assert list(offered(room)) == []


# ------------------------------------------------------------------------------------------ README and docs

BLOCK = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^ *```[ ]*$", re.MULTILINE | re.DOTALL)


def blocks(text):
    """(language, code, line) of each fenced block."""
    for found in BLOCK.finditer(text):
        yield found[2], textwrap.dedent(found[3]), text.count("\n", 0, found.start()) + 2


def run_page(text, name):
    """Run a page's ``python`` blocks in order, in one namespace.

    A block with prompts (>>>) is run as a doctest. What any other block prints is compared with the ``text``
    block that follows it, if one does; there, "…" or "..." stands for anything.
    """
    space, printed = {"__name__": "__main__"}, None
    for language, code, line in blocks(text):
        if language == "text" and printed is not None:
            expected = code.replace("…", "...")
            assert doctest.OutputChecker().check_output(expected, printed, OPTIONS | doctest.ELLIPSIS), (
                f"{name}, line {line}: the block above prints\n{printed}\nand not\n{code}")
        printed = None
        if language == "python" and ">>>" in code:
            test = doctest.DocTestParser().get_doctest(code, space, name, name, line - 1)
            test.globs = space                              # run() would work on a copy
            report = io.StringIO()
            runner = doctest.DocTestRunner(optionflags=OPTIONS | doctest.ELLIPSIS)
            failed, _ = runner.run(test, out=report.write, clear_globs=False)
            assert not failed, f"{name}, line {line}\n{report.getvalue()}"
        elif language == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile("\n" * (line - 1) + code, name, "exec"), space)
            printed = out.getvalue()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_python_blocks_of_a_page(page):
    run_page(page.read_text(encoding="utf-8"), str(page))


# ----------------------------------------------------------------------------------------- the test is tested

PAGE = """
```python
x = 2
print(x, "and more")
```
```text
{}
```
```sh
not python
```
1. indented
   ```python
   >>> x + 1
   {}
   ```
"""


def test_a_page_that_is_right_passes():
    run_page(PAGE.format("2 and …", "3"), "page.md")


@pytest.mark.parametrize("printed, shown", [("2 and less", "3"), ("2 and …", "4")])
def test_a_page_that_shows_something_else_fails(printed, shown):
    with pytest.raises(AssertionError, match="page.md, line"):
        run_page(PAGE.format(printed, shown), "page.md")


def test_a_page_whose_code_fails_fails_at_its_line():
    with pytest.raises(ZeroDivisionError) as caught:
        run_page("first\n\n```python\nx = 1\n1 / 0\n```\n", "page.md")
    assert caught.traceback[-1].lineno == 4                 # counted from 0: line 5 of the page
