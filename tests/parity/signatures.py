"""Signatures of both libraries as introspection tells them, and what differs between two of them.

PyTorch writes its Python functions in Python, whose signatures Python knows, and its builtin ones in C++, of which the
installed package carries *stubs*: files of definitions without bodies, one for each way to call. The few that have none
begin their docstring with the signature. So "PyTorch's signature" is here always a list: all the ways to call.
"""
import ast
import functools
import inspect
import pathlib
import re

import torch

KINDS = inspect.Parameter
POSITIONAL = (KINDS.POSITIONAL_ONLY, KINDS.POSITIONAL_OR_KEYWORD)
REQUIRED = KINDS.empty
SOME = "…"                                          # a default that a stub does not tell


class Unreadable(Exception):
    """Nobody says how this is called."""


# --------------------------------------------------------------------------------------------- PyTorch's

def theirs(thing, method=False):
    """All ways to call something of PyTorch's, without ``self`` for a method: a list of signatures."""
    found = _from_python(thing) or _from_stub(thing) or _from_docstring(thing)
    if not found:
        raise Unreadable(f"PyTorch does not tell the signature of {thing!r}")
    return [_without_first(s) for s in found] if method else found


def _from_python(thing):
    if not inspect.isfunction(thing):
        return []
    found = inspect.signature(thing)
    kinds = [p.kind for p in found.parameters.values()]
    told = kinds not in ([KINDS.VAR_POSITIONAL], [KINDS.VAR_POSITIONAL, KINDS.VAR_KEYWORD])     # (*args, **kwargs) says nothing
    return [found] if told or not _from_docstring(thing) else []


def _from_stub(thing):
    name = getattr(thing, "__name__", "")
    for owner, where in ((torch._C._VariableFunctions, "_VariableFunctions.pyi"), (torch._C._nn, "_nn.pyi"),
                         (torch._C.TensorBase, "__init__.pyi")):
        if getattr(owner, name, None) == thing:
            return stubs(where).get(("TensorBase." if owner is torch._C.TensorBase else "") + name, [])
    return stubs("__init__.pyi").get(name, []) if getattr(torch._C, name, None) is thing else []


@functools.cache
def stubs(where):
    """The signatures in one stub file: {"name" or "Class.name": [signature, …]}."""
    text = (pathlib.Path(torch.__file__).parent / "_C" / where).read_text(encoding="utf-8")
    found = {}
    for thing in ast.parse(text).body:
        for owner, definition in [("", thing)] + [(thing.name + ".", d) for d in getattr(thing, "body", ())
                                                  if isinstance(thing, ast.ClassDef)]:
            if isinstance(definition, ast.FunctionDef):
                found.setdefault(owner + definition.name, []).append(_signature(definition.args))
    return found


def _from_docstring(thing):
    """From ``name(input, dim=None, *, dtype=None) -> Tensor`` at the start of a docstring."""
    doc = inspect.getdoc(thing) or ""
    name = getattr(thing, "__name__", "").rpartition("_")[2] or "?"
    found = []
    for told in re.finditer(r"^(?:\.\. function:: )?[\w.]*\b%s\((.*?)\)(?: ->.*)?$" % re.escape(name), doc, re.MULTILINE):
        try:
            found += [_signature(a) for a in _parsed(told[1])]
        except SyntaxError:
            continue
    return found


def _parsed(arguments):
    """The arguments of a docstring's signature; ``(start=0, end)`` is two: with and without the first."""
    arguments = arguments.replace("\\*", "*")
    if re.match(r"\*\w+, \*,", arguments):
        arguments = arguments.replace(", *,", ",", 1)               # what follows *size is keyword-only anyway
    try:
        return [ast.parse(f"def f({arguments}): ...").body[0].args]
    except SyntaxError:
        first, _, rest = arguments.partition(", ")
        return _parsed(f"{first.partition('=')[0]}, {rest}") + _parsed(rest)


def _signature(arguments):
    """A signature from the syntax tree of a definition's arguments."""
    positional = arguments.posonlyargs + arguments.args
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    made = [KINDS(a.arg, KINDS.POSITIONAL_ONLY if i < len(arguments.posonlyargs) else KINDS.POSITIONAL_OR_KEYWORD, default=_default(d))
            for i, (a, d) in enumerate(zip(positional, defaults))]
    if arguments.vararg:
        made.append(KINDS(arguments.vararg.arg, KINDS.VAR_POSITIONAL))
    made += [KINDS(a.arg, KINDS.KEYWORD_ONLY, default=_default(d)) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults)]
    if arguments.kwarg:
        made.append(KINDS(arguments.kwarg.arg, KINDS.VAR_KEYWORD))
    return inspect.Signature(made)


def _default(node):
    if node is None:
        return REQUIRED
    try:
        value = ast.literal_eval(node)
    except ValueError:
        value = {"inf": float("inf")}.get(ast.unparse(node), SOME)
    return SOME if value is ... else value


# -------------------------------------------------------------------------------------------------- ours

def ours(thing, method=False):
    """The ways to call something of ours, without ``self`` for a method: a list of signatures."""
    found = [inspect.signature(thing)]
    parameters = list(found[0].parameters.values())
    if hasattr(thing, "rule"):                                      # an operation also takes PyTorch's names for its arrays
        for i, name in zip(range(len(thing.names)), ("input", "other")):
            parameters[i] = parameters[i].replace(name=name)
        found = [inspect.Signature(parameters)]
    outer = list(inspect.signature(thing, follow_wrapped=False).parameters.values())
    if len(outer) > 1 and outer[1].kind is KINDS.VAR_POSITIONAL:    # f(x, 2, 3) beside f(x, (2, 3))
        rest = [p.replace(kind=KINDS.KEYWORD_ONLY) for p in parameters[2:]]
        found.append(inspect.Signature([parameters[0], parameters[1].replace(kind=KINDS.VAR_POSITIONAL, default=REQUIRED), *rest]))
    return [_without_first(s) for s in found] if method else found


def _without_first(signature):
    parameters = list(signature.parameters.values())
    return signature.replace(parameters=parameters[1:] if parameters and parameters[0].kind in POSITIONAL else parameters)


# --------------------------------------------------------------------------------------------- comparing

def differences(here, there):
    """What differs between our ways to call (a list of signatures) and PyTorch's: a list of short sentences.

    Every call that PyTorch accepts should be accepted, and mean the same: each of its arguments is there, by name and at
    its place, with its default. What we accept beyond is told as "also".

    >>> f, g = (inspect.signature(f) for f in (lambda input, dim=None: 0, lambda input, dim=-1, *, out=None: 0))
    >>> differences([f], [g])
    ['dim=None, in PyTorch dim=-1', 'no out=']
    """
    found = []
    for way in there:
        found += min((_differences(mine, way, there) for mine in here), key=len)
    known = {p.name for way in there for p in way.parameters.values()}
    if not any(p.kind is KINDS.VAR_KEYWORD for way in there for p in way.parameters.values()):
        found += [f"also {_told(p)}" for mine in here for p in mine.parameters.values()
                  if p.name not in known and p.kind not in (KINDS.VAR_POSITIONAL, KINDS.VAR_KEYWORD)]
    return list(dict.fromkeys(found))


def _differences(mine, way, there):
    """What of one of PyTorch's ways to call is not possible, or means something else."""
    found, places = [], _places(mine)
    rest = next((i for i, p in enumerate(mine.parameters.values()) if p.kind is KINDS.VAR_POSITIONAL), None)
    for place, p in enumerate(way.parameters.values()):
        q = mine.parameters.get(p.name)
        if p.kind in (KINDS.VAR_POSITIONAL, KINDS.VAR_KEYWORD):
            if not any(m.kind is p.kind for m in mine.parameters.values()):
                found.append(f"no {_told(p)}")
            continue
        if q is None:
            if p.kind is not KINDS.POSITIONAL_ONLY or place not in places:
                found.append(f"no {p.name}=")
            continue
        if p.kind in POSITIONAL and places.get(place) != p.name and not (rest is not None and place >= rest):
            found.append(f"{p.name} " + ("only by name" if q.kind is KINDS.KEYWORD_ONLY else
                                         f"is argument {[*mine.parameters].index(p.name) + 1}, in PyTorch {place + 1}"))
        found += _default_differs(p, q, there)
    return found


def _places(signature):
    return {i: p.name for i, p in enumerate(signature.parameters.values()) if p.kind in POSITIONAL}


def _default_differs(p, q, there):
    """Whether the argument may be left out here as there, and means the same then. Ways to call may differ among themselves."""
    all_theirs = [way.parameters[p.name].default for way in there if p.name in way.parameters]
    if any(same(q.default, d) for d in all_theirs) or (len(there) > 1 and p.default is REQUIRED):
        return []
    return [f"{_told(q)}, in PyTorch {_told(p)}"]


def same(a, b):
    """Whether two defaults mean the same: numbers by value, functions by name, None and False by themselves."""
    if a is REQUIRED or b is REQUIRED:
        return a is b
    if SOME in (a if isinstance(a, str) else "", b if isinstance(b, str) else ""):
        return True
    if callable(a) and callable(b):
        return a.__name__ == b.__name__
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return a == b or str(a) == str(b)


def _told(p):
    star = {KINDS.VAR_POSITIONAL: "*", KINDS.VAR_KEYWORD: "**"}.get(p.kind, "")
    if star or p.default is REQUIRED:
        return star + p.name
    return f"{p.name}={getattr(p.default, '__name__', None) or repr(p.default)}"
