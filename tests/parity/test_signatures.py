"""Every public name is called as PyTorch's of that name, or the difference is listed with its reason."""
import doctest
import importlib.util
import inspect
import pathlib
from collections import OrderedDict

import pytest
import torch

import tinygrad_bio as tg

from . import names, signatures
from .both import LIBRARIES, assert_same
from .differences import NOT_YET, RULES, SINGLE, UNDERSTOOD, reason
from .names import NO_ROOMS, ROOMS, Name, at, found
from .signatures import CORRECTED, SOME, Unreadable, differences, ours, read, theirs

ROOT = pathlib.Path(tg.__file__).resolve().parent.parent


def unlisted(some):
    """The differences of these names that nobody has given a reason for."""
    return [f"{name.path}: {text}" for name in some for text in found(name)
            if reason(name.path, text) is None]


# ----------------------------------------------------------------------------------------- the comparison

@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room or "tinygrad_bio")
def test_all_differences_are_listed(room):
    bad = unlisted(names.names(room))
    assert not bad, "remove these, or list them in differences.py with the reason:\n" + "\n".join(bad)


@pytest.fixture(scope="module")
def all_found():
    return {name.path: found(name) for room in ROOMS for name in names.names(room)}


def test_nothing_is_listed_that_does_not_differ(all_found):
    tables = (SINGLE, NOT_YET, UNDERSTOOD)
    listed = [(path, text) for table in tables for path, texts in table.items() for text in texts]
    bad = [f"{path}: {text}" for path, text in listed if text not in all_found.get(path, ())]
    assert not bad, "these no longer differ; take them out of differences.py:\n" + "\n".join(bad)


def test_every_pattern_of_a_rule_is_needed(all_found):
    for rule in RULES:
        for what in rule.what:
            one = rule._replace(what=(what,))
            covered = any(one.covers(path, text) for path, texts in all_found.items() for text in texts)
            assert covered, f"no longer needed: {what}"


def test_every_reason_is_told():
    assert all(rule.why.strip() and rule.title for rule in RULES)
    assert all(why.strip() for texts in SINGLE.values() for why in texts.values())
    assert not [path for path, texts in NOT_YET.items() if not SINGLE.get(path, {}).keys().isdisjoint(texts)]


CALLS = [(path, calls) for path, texts in UNDERSTOOD.items() for calls in texts.values()]


@pytest.mark.parametrize("path, calls", CALLS, ids=[f"{path}-{i}" for i, (path, _) in enumerate(CALLS)])
def test_calls_that_signatures_tell_differently_are_understood(path, calls):
    results = []
    for L in LIBRARIES:
        x = L.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        made = eval(f"[{calls}]", {"L": L, "x": x, "OrderedDict": OrderedDict})
        results.append([plain(path, result) for result in made])
    for mine, yours in zip(*results, strict=True):
        assert_same(mine, yours, path)


def plain(path, result):
    """Of random results only the shape; the rest as it is."""
    return [*result.shape] if "rand" in path and hasattr(result, "shape") else result


# ------------------------------------------------------------------------------------------ the completeness

def test_rooms_with_a_name_in_common_are_compared():
    def walk(mine, yours, path):
        for name in dir(mine):
            inner, there = getattr(mine, name), getattr(yours, name, None)
            its_own = inspect.ismodule(inner) and inner.__name__ == f"{mine.__name__}.{name}"
            if its_own and inspect.ismodule(there) and not name.startswith("_"):
                yield f"{path}{name}"
                yield from walk(inner, there, f"{path}{name}.") if name != "ops" else ()
    missing = set(walk(tg, torch, "")) - set(ROOMS) - set(NO_ROOMS)
    assert not missing, f"put into ROOMS of names.py, or into NO_ROOMS with the reason: {sorted(missing)}"


def test_operations_take_their_arrays_by_pytorchs_names():
    """Our rules call them x, or a and b; `signatures.ours` says "input" and "other", as these are taken."""
    ops = [n for n in names.names("") if hasattr(n.mine, "rule")]
    assert len(ops) > 40
    for n in ops:
        given = {name: tg.tensor([2.5]) for name, _ in zip(("input", "other"), n.mine.names)}
        assert_same(n.mine(**given), n.mine(*given.values()), n.path)


# ----------------------------------------------------------------------------------- the reader is right

@pytest.mark.parametrize("path, expected", [
    ("sum", ["(input, *, dtype=None)", "(input, dim, keepdim=False, *, dtype=None, out=None)"]),
    ("addmm", ["(input, mat1, mat2, *, beta=1, alpha=1, out=None)"]),
    ("nn.Linear", ["(in_features, out_features, bias=True, device=None, dtype=None)"]),
    ("nn.LSTM", ["(input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, "
                 "bidirectional=False, proj_size=0, device=None, dtype=None)"]),
    ("nn.functional.max_pool1d", ["(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, "
                                  "return_indices=False)"]),
    ("nn.functional.gelu", ["(input, approximate='none')"]),
    ("linalg.inv", ["(A, *, out=None)"]), ("special.log_softmax", ["(input, dim, *, dtype=None)"]),
    ("optim.SGD", ["(params, lr=0.001, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, "
                   "maximize=False, foreach=None, differentiable=False, fused=None)"])])
def test_pytorchs_signatures_are_read(path, expected):
    bare = [s.replace(parameters=[p.replace(annotation=p.empty) for p in s.parameters.values()],
                      return_annotation=s.empty) for s in theirs(at(torch, path), path)]
    assert set(expected) <= set(map(str, bare))


def test_no_default_stays_unknown():
    unknown = {p.name for room in ROOMS for n in names.names(room) if callable(n.mine) and callable(n.yours)
               for way in theirs(n.yours, n.path, room == "Tensor") for p in way.parameters.values()
               if p.default is SOME}
    assert unknown <= {"layout", "memory_format"}, unknown


def test_corrections_are_right():
    """What CORRECTED says by hand, called."""
    x = torch.zeros(2, 3)
    assert not x.requires_grad_(requires_grad=True).grad_fn and torch.numel(input=x) == 6
    assert x.new_tensor([1], dtype=torch.int32, device="cpu", requires_grad=False).dtype == torch.int32
    with pytest.raises(TypeError):
        x.new_tensor([1], torch.int32)
    with pytest.raises(TypeError, match="no keyword"):
        torch.Generator().set_state(new_state=torch.Generator().get_state())
    assert torch.get_num_threads() >= 1 and torch.get_num_interop_threads() >= 1
    assert torch.linalg.solve_triangular(input=x[:, :2] + torch.eye(2), B=x, upper=True).shape == (2, 3)
    assert torch.autograd.Variable(data=x.detach(), requires_grad=True).requires_grad
    assert torch.einsum("ij->i", x).shape == (2,) and torch.Tensor(2, 3).shape == (2, 3)
    for kind in (k for k in CORRECTED if k.endswith("Tensor")):
        made = getattr(torch, kind)
        assert made(2, 3, device="cpu").shape == (2, 3) and made([1, 0], device="cpu").tolist() == [1, 0]


def test_what_nobody_tells_is_an_error():
    with pytest.raises(Unreadable, match="CORRECTED"):
        theirs(object().__dir__)


# ------------------------------------------------------------------------- the comparison sees what it should

@pytest.mark.parametrize("mine, yours, expected", [
    ("(input, dim=None)", "(input, dim=None)", []),
    ("(input, dim=0)", "(input, dim=None)", ["dim=0, in PyTorch dim=None"]),
    ("(input, dim=1)", "(input, dim=True)", ["dim=1, in PyTorch dim=True"]),
    ("(input, p=2)", "(input, p=2.0)", []),
    ("(input, dim)", "(input, dim=None)", ["dim, in PyTorch dim=None"]),
    ("(input, dim=None)", "(input, dim)", ["dim=None, in PyTorch dim"]),
    ("(x)", "(input)", ["no input=", "also x"]),
    ("(input, b, a)", "(input, a, b)", ["a is argument 3, in PyTorch 2", "b is argument 2, in PyTorch 3"]),
    ("(input, *, dim=0)", "(input, dim=0)", ["dim only by name"]),
    ("(input, dim=0)", "(input, *, dim=0)", []),
    ("(input)", "(input, *, out=None)", ["no out="]),
    ("(x)", "(input, /)", []),
    ("(dims)", "(*dims)", ["no *dims"]),
    ("(*tensors)", "(*tensors)", []),
    ("(*shape, size=None)", "(size, *, dtype=None)", ["no dtype="])])
def test_planted_differences_are_seen(mine, yours, expected):
    assert differences([read(mine)], [read(yours)]) == expected


def test_the_example_in_the_docstring_is_right():
    assert doctest.testmod(signatures) == (0, 1)


def test_one_signature_may_stand_for_several():
    several = [read("(input)"), read("(input, dim, keepdim=False)")]
    assert differences([read("(input, dim=None, keepdim=False)")], several) == []
    assert differences([read("(input, dim=None)")], several) == ["no keepdim="]


def test_a_planted_fault_is_reported_with_its_name():
    class Linear(tg.nn.Module):
        def __init__(self, in_features, out_features, bias=False):
            """Bias off, no device, no dtype."""

        def reset_parameters(self):
            """As it should be."""

        def forward(self, x):
            """Not input."""

    assert unlisted([Name("nn", "Linear", Linear, torch.nn.Linear)]) == [
        "nn.Linear: bias=False, in PyTorch bias=True", "nn.Linear: no device=", "nn.Linear: no dtype=",
        "nn.Linear: .forward: no input=", "nn.Linear: .forward: also x"]
    wrong = [Name("", "pi", 3.14, torch.pi), Name("Tensor", "T", tg.Tensor.clone, torch.Tensor.T)]
    assert unlisted(wrong) == [
        "pi: 3.14, in PyTorch 3.141592653589793", "Tensor.T: a method here only"]
    assert unlisted([Name("nn", "Linear", tg.nn.Linear, torch.nn.Linear)]) == []


def test_methods_of_ours_are_read_in_all_their_ways():
    assert [str(s) for s in ours(tg.Tensor.permute, True)] == ["(dims)", "(*dims)"]


# ------------------------------------------------------------------------------------------------ the page

@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("make_names", ROOT / "docs" / "make_names.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(maker):
    there = (ROOT / "docs" / "5-names.md").read_text(encoding="utf-8")
    assert there == maker.page(), "docs/5-names.md is stale: run python docs/make_names.py"


def test_every_name_says_what_it_does(maker):
    bare = [n.path for room in ROOMS for n in names.names(room) if not maker.what_it_does(n)]
    assert not bare, f"write a docstring for: {', '.join(bare)}"


def test_the_page_names_every_name_and_every_reason(maker, all_found):
    text = maker.page()
    for path, texts in all_found.items():
        name = path.rpartition(".")[2]
        assert f"`{name}`" in text or f"`x.{name}`" in text or f"`x.{name}()`" in text, path
        for difference in texts:
            kind, why = reason(path, difference)
            assert kind != "single" or why in text, (path, difference)
    assert all(rule.why in text for rule in RULES)
