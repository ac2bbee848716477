"""Nothing is forgotten: every operation has a row in the op table, and every row an operation."""
import importlib
import pkgutil

import numpy as np

import tinygrad_bio
from optable import TABLE, WITHOUT_ROW
from tinygrad_bio import autograd
from tinygrad_bio.engine.written import arrays_held


def operations():
    """All operations of the package, by name: functions that carry a rule."""
    found = {}
    for module in pkgutil.walk_packages(tinygrad_bio.__path__, "tinygrad_bio."):
        for thing in vars(importlib.import_module(module.name)).values():
            if callable(thing) and hasattr(thing, "rule") and hasattr(thing, "composite"):
                found[f"{thing.__module__}.{thing.__name__}"] = thing
    return found


def test_the_walk_finds_operations():
    names = operations().keys()
    assert {"tinygrad_bio.ops.arithmetic.mul", "tinygrad_bio.autograd.cast"} <= names and len(names) > 100


def test_every_operation_has_a_row():
    known = {id(row.op) for row in TABLE} | {id(op) for op in WITHOUT_ROW}
    missing = sorted(name for name, op in operations().items() if id(op) not in known)
    assert not missing, f"add a row to tests/optable.py for: {', '.join(missing)}"


def test_nothing_is_left_out_without_need():
    with_row = {id(row.op) for row in TABLE}
    assert not [op.__name__ for op in WITHOUT_ROW if id(op) in with_row]
    assert all(reason for reason in WITHOUT_ROW.values())
    assert all(reason for row in TABLE for reason in row.leave_out.values())


def test_every_rules_docstring_is_its_formula():
    """A value "y = …", and a gradient "∂ … = …", which is how `explain` and the lectures quote it."""
    bad = [name for name, op in operations().items()
           if op not in WITHOUT_ROW and not ("y" in op.__doc__ and "=" in op.__doc__ and "∂" in op.__doc__)]
    assert not bad, f"write the formula, y = … and ∂x = …, into the docstring of: {', '.join(bad)}"


def test_linear_operations_hold_no_arrays_but_those_of_their_settings():
    """The walk back does not let go of their pullbacks, so that two losses may stand upon one sum."""
    looked_at, held = 0, []
    for row in TABLE:
        for arrays, settings in row.cases() if row.op.linear else ():
            value, pullbacks = row.op.rule(*arrays, **settings)
            value = value if hasattr(value, "shape") else np.zeros(())
            if autograd._holds_nothing(autograd.Node(row.op, [], pullbacks, None, settings, value, autograd.threads.mode)):
                looked_at += 1
                held += [row.op.__name__ for p in pullbacks if arrays_held(p)]
    assert looked_at > 50 and not held, sorted(set(held))
