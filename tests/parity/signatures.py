"""Signatures of both libraries as introspection tells them, and what differs between two of them.

PyTorch writes some functions in Python, whose signatures Python knows, and the others in C++. Of those the
package carries *stubs*, files of definitions without bodies, one for each way to call; the few without a stub
have a *schema*. So "PyTorch's signature" is here always a list: all the ways to call.
"""
import ast
import functools
import inspect
import keyword
import pathlib
import typing

import torch

KINDS = inspect.Parameter
POSITIONAL = (KINDS.POSITIONAL_ONLY, KINDS.POSITIONAL_OR_KEYWORD)
REQUIRED = KINDS.empty
SOME = "…"                                          # a default that a stub does not tell

# Where the stub is wrong or there is none. `test_corrections_are_right` calls each.
CORRECTED = {
    "get_num_threads": ["()"], "get_num_interop_threads": ["()"],
    "linalg.solve_triangular": ["(input, B, *, upper, left=True, unitriangular=False, out=None)"],
    "Tensor.requires_grad_": ["(self, requires_grad=True)"],
    "numel": ["(input)"],
    "autograd.Variable": ["(data, requires_grad=False)"],
    "einsum": ["(equation, *operands)"],
    "Generator.set_state": ["(self, new_state, /)"],
    "Tensor.new_tensor": ["(self, data, *, dtype=None, device=None, requires_grad=False, pin_memory=False)"],
    "Tensor": ["(*size, device=None)", "(data, *, device=None)"],
    **{f"{kind}Tensor": ["(*size, device=None)", "(data, *, device=None)"]
       for kind in ("Bool", "Byte", "Double", "Float", "Half", "Int", "Long", "Short", "Char")}}


class Unreadable(Exception):
    """Nobody says how this is called."""


# --------------------------------------------------------------------------------------------- PyTorch's

def theirs(thing, where="", method=False):
    """All ways to call something of PyTorch's, without ``self`` for a method: a list of signatures."""
    if where in CORRECTED:
        found = [read(text) for text in CORRECTED[where]]
    elif isinstance(thing, type):
        found = _of_class(thing)
    else:
        found = _of_python(thing) or _of_stub(thing) or _of_schema(thing)
    if not found:
        raise Unreadable(f"PyTorch does not tell the signature of {thing!r}: write it into CORRECTED")
    found = [without_first(s) for s in found] if method else found
    return [_of_callers(way) for way in _without_deprecated(found)]


def _of_class(thing):
    if inspect.isfunction(thing.__init__):
        overloads = map(inspect.signature, typing.get_overloads(thing.__init__))
        found = [without_first(s) for s in overloads if "args" not in s.parameters]
        if found:
            return found
    try:
        found = inspect.signature(thing)
    except ValueError:
        return [without_first(s) for s in stubs("__init__.pyi").get(f"{thing.__name__}.__init__", [])]
    # (*args, **kwargs) is nn.Module's: it raises when it is given any
    return [inspect.Signature() if [*found.parameters] == ["args", "kwargs"] else found]


def _of_python(thing):
    if inspect.ismethod(thing):                                         # of the class, which is given already
        return [_with_self(inspect.signature(thing))]
    if not inspect.isfunction(thing):
        return []
    hidden = inspect.getclosurevars(thing).nonlocals.get("if_false")    # one or another, by an argument
    return _of_python(hidden) if hidden else [inspect.signature(thing)]


def _of_stub(thing):
    name = getattr(thing, "__name__", "")
    for owner, where, prefix in (
            (torch._C._VariableFunctions, "_VariableFunctions.pyi", ""), (torch._C._nn, "_nn.pyi", ""),
            (torch._C, "__init__.pyi", ""), (torch._C.TensorBase, "__init__.pyi", "TensorBase."),
            (torch.Generator, "__init__.pyi", "Generator.")):
        if getattr(owner, name, None) == thing:
            return [_filled(way, thing) for way in stubs(where).get(prefix + name, [])]
    return []


def _filled(way, thing):
    """A default that the stub does not tell, ``approximate: str = ...``, is in the operator's declaration."""
    told = {p.name: p.default for schema in _of_schema(thing) for p in schema.parameters.values()}
    return way.replace(parameters=[p.replace(default=told[p.name]) if p.default is SOME and p.name in told else p
                                   for p in way.parameters.values()])


@functools.cache
def stubs(where):
    """The signatures in one stub file: {"name" or "Class.name": [signature, …]}."""
    text = (pathlib.Path(torch.__file__).parent / "_C" / where).read_text(encoding="utf-8")
    found = {}
    for thing in ast.parse(text).body:
        inside, owner = (thing.body, f"{thing.name}.") if isinstance(thing, ast.ClassDef) else ([thing], "")
        for definition in inside:
            if isinstance(definition, ast.FunctionDef):
                found.setdefault(owner + definition.name, []).append(_signature(definition.args))
    return found


def read(text):
    """A signature that is written as text: ``read("(input, dim=None, *, dtype=None)")``."""
    return _signature(ast.parse(f"def f{text}: ...").body[0].args)


def _signature(arguments):
    """A signature from the syntax tree of a definition's arguments."""
    names = arguments.posonlyargs + arguments.args
    defaults = [None] * (len(names) - len(arguments.defaults)) + arguments.defaults
    made = [KINDS(a.arg, KINDS.POSITIONAL_ONLY if a in arguments.posonlyargs else KINDS.POSITIONAL_OR_KEYWORD,
                  default=_default(d)) for a, d in zip(names, defaults)]
    if arguments.vararg:
        made.append(KINDS(arguments.vararg.arg, KINDS.VAR_POSITIONAL))
    made += [KINDS(a.arg, KINDS.KEYWORD_ONLY, default=_default(d))
             for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults)]
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


def _of_schema(thing):
    """From the operator's declaration; what it calls ``self`` is ``input`` for the caller."""
    schemas = torch._C._jit_get_schemas_for_operator(f"aten::{getattr(thing, '__name__', '')}")
    writes = {s.overload_name for s in schemas
              if not all(a.has_default_value() for a in s.arguments if a.kwarg_only)}
    out = [KINDS("out", KINDS.KEYWORD_ONLY, default=None)] if writes else []
    return [inspect.Signature([_of_argument(a) for a in schema.arguments] + out)
            for schema in schemas if schema.overload_name not in writes]


def _of_argument(a):
    name = "input" if a.name == "self" else a.name + "_" * keyword.iskeyword(a.name)
    return KINDS(name, KINDS.KEYWORD_ONLY if a.kwarg_only else KINDS.POSITIONAL_OR_KEYWORD,
                 default=a.default_value if a.has_default_value() else REQUIRED)


def _without_deprecated(ways):
    """Without ``add(input, alpha, other)``: the places of a time when these were not given by name."""
    by_name = {p.name for way in ways for p in way.parameters.values() if p.kind is KINDS.KEYWORD_ONLY}
    old = by_name & {"alpha", "beta", "value"}
    return [way for way in ways
            if not any(p.kind in POSITIONAL and p.name in old for p in way.parameters.values())]


def _of_callers(way):
    """``self`` is what stubs call a number in the place of the first tensor."""
    return way.replace(parameters=[p.replace(name="input") if p.name == "self" else p
                                   for p in way.parameters.values()])


# -------------------------------------------------------------------------------------------------- ours

def ours(thing, method=False):
    """The ways to call something of ours, without ``self`` for a method: a list of signatures."""
    found = [_with_self(inspect.signature(thing)) if inspect.ismethod(thing) else inspect.signature(thing)]
    parameters = list(found[0].parameters.values())
    if hasattr(thing, "rule"):              # an operation also takes PyTorch's names for arrays (tested)
        for i, name in zip(range(len(thing.names)), ("input", "other")):
            parameters[i] = parameters[i].replace(name=name)
        found = [inspect.Signature(parameters)]
    name = _one_or_many(thing)
    if name:                                    # f(x, 2, 3) beside f(x, (2, 3)) and f(x, name=(2, 3))
        first, many, *rest = parameters
        stars, by_name = KINDS(name, KINDS.VAR_POSITIONAL), [p.replace(kind=KINDS.KEYWORD_ONLY) for p in rest]
        found = [inspect.Signature([first, many.replace(name=name), *rest]),
                 inspect.Signature([first, stars, *by_name])]
    return [without_first(s) for s in found] if method else found


def _one_or_many(thing):
    """The name behind the decorator `one_or_many`, which a function may wear under others."""
    while hasattr(thing, "__wrapped__"):
        if "numbers" in inspect.signature(thing, follow_wrapped=False).parameters:
            return inspect.getclosurevars(thing).nonlocals["name"]
        thing = thing.__wrapped__
    return None


def _with_self(signature):
    given = KINDS("self", KINDS.POSITIONAL_ONLY)
    return signature.replace(parameters=[given, *signature.parameters.values()])


def without_first(signature):
    parameters = list(signature.parameters.values())
    return signature.replace(parameters=parameters[parameters != [] and parameters[0].kind in POSITIONAL:])


# --------------------------------------------------------------------------------------------- comparing

def differences(here, there):
    """What differs between our ways to call (a list of signatures) and PyTorch's: a list of short sentences.

    Each call that PyTorch accepts should be accepted, and mean the same: every argument is there, by name and
    at its place, with its default. What we accept beyond is told as "also".

    >>> differences([read("(input, dim=None)")], [read("(input, dim=-1, *, out=None)")])
    ['dim=None, in PyTorch dim=-1', 'no out=']
    """
    found = []
    for way in there:
        found += min((_differences(mine, way, there) for mine in here), key=len)
    known = {p.name for way in there for p in way.parameters.values()}
    known |= {name for way in there for mine in here for name, p in zip(mine.parameters, way.parameters.values())
              if p.kind is KINDS.POSITIONAL_ONLY}
    found += [f"also {told(p)}" for mine in here for p in mine.parameters.values()
              if p.name not in known and p.kind not in (KINDS.VAR_POSITIONAL, KINDS.VAR_KEYWORD)]
    return list(dict.fromkeys(found))


def _differences(mine, way, there):
    """What of one of PyTorch's ways to call is not possible here, or means something else."""
    found, parameters = [], list(mine.parameters.values())
    rest = next((i for i, p in enumerate(parameters) if p.kind is KINDS.VAR_POSITIONAL), len(way.parameters))
    public = [p for p in way.parameters.values() if not p.name.startswith("_") or p.name in mine.parameters]
    for place, p in enumerate(public):
        by_place = p.kind is KINDS.POSITIONAL_ONLY and place < len(parameters)    # its name does not matter
        q = parameters[place] if by_place else mine.parameters.get(p.name)
        if p.kind in (KINDS.VAR_POSITIONAL, KINDS.VAR_KEYWORD):
            if not any(m.kind is p.kind for m in parameters):
                found.append(f"no {told(p)}")
        elif q is None:
            found.append(f"no {p.name}=")
        else:
            index = parameters.index(q)
            if p.kind in POSITIONAL and place < rest and q.kind is KINDS.KEYWORD_ONLY:
                found.append(f"{p.name} only by name")
            elif p.kind in POSITIONAL and place < rest and index != place:
                found.append(f"{p.name} is argument {index + 1}, in PyTorch {place + 1}")
            either_way = p.default is REQUIRED and place >= rest        # zeros(2, 3) and zeros(size=(2, 3))
            if not either_way and not _one_default(p, q, there):
                found.append(f"{told(q)}, in PyTorch {told(p)}")
    return found


def _one_default(p, q, there):
    """Whether the argument may be left out here as there, and means the same then."""
    all_theirs = [way.parameters[p.name].default for way in there if p.name in way.parameters]
    return any(same(q.default, d) for d in all_theirs) or (len(there) > 1 and p.default is REQUIRED)


def same(a, b):
    """Whether two defaults mean the same: numbers by value, functions by name, True and 1 apart."""
    if a is REQUIRED or b is REQUIRED:
        return a is b
    if any(isinstance(v, str) and v == SOME for v in (a, b)):
        return True
    if callable(a) and callable(b):
        return a.__name__ == b.__name__
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return a == b


def told(p):
    """A parameter as a reader writes it."""
    if p.kind in (KINDS.VAR_POSITIONAL, KINDS.VAR_KEYWORD):
        return ("*" if p.kind is KINDS.VAR_POSITIONAL else "**") + p.name
    if p.default is REQUIRED:
        return p.name
    if isinstance(p.default, (bool, int, float, str, tuple, type(None))):
        return f"{p.name}={p.default!r}"
    return f"{p.name}={getattr(p.default, '__name__', type(p.default).__name__)}"       # a function, …
