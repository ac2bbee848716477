"""Models of PyTorch users on sequences and graphs: written for PyTorch, run here with other import lines.

Each file in ``models/`` that `programs.py` lists is read twice: as it is, and with ``torch`` replaced by
``tinygrad_bio`` in its import lines. Both must print alike, have the same parameters, give the same outputs
and gradients from the same weights, and take the same steps, all in float64. What the programs do as a whole
is in `test_models_training.py`.
"""
import re
import types

import numpy as np
import pytest

import tinygrad_bio as tg
from .both import LIBRARIES, assert_same, told
from .programs import (  # noqa: F401  (fixtures)
    CASES, FOLDER, WITHOUT_DROPOUT, both_models, in_float64, outputs, program, run, same_random, swapped,
    weights, with_weights)
from .twins import step_alike

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


# --------------------------------------------------------------------------------------------- each of them

@every_case
def test_only_import_lines_change(case):
    """And after that nothing is PyTorch's."""
    text = (FOLDER / f"{case.file}.py").read_text(encoding="utf-8")
    changed = [(a, b) for a, b in zip(text.splitlines(), swapped(text).splitlines(), strict=True) if a != b]
    assert changed and all(re.match(r"(import|from) torch\b", a) for a, _ in changed)
    for name, value in vars(program(case.file, tg)).items():
        is_module = isinstance(value, types.ModuleType)
        room = value.__name__ if is_module else getattr(value, "__module__", "")
        assert not str(room).startswith("torch"), f"{name} is of {room}"


@every_case
def test_parameters_and_names(case):
    ours, theirs = (case.build(program(case.file, library), 0.25) for library in LIBRARIES)
    assert sum(p.numel() for p in ours.parameters()) == sum(p.numel() for p in theirs.parameters())
    for table in ("state_dict", "named_parameters", "named_buffers"):
        mine, yours = (dict(getattr(model, table)()) for model in (ours, theirs))
        assert list(mine) == list(yours), table
        assert [tuple(t.shape) for t in mine.values()] == [tuple(t.shape) for t in yours.values()], table
    assert list(dict(ours.named_modules())) == list(dict(theirs.named_modules()))
    assert repr(ours) == repr(theirs).replace("NonDynamicallyQuantizableLinear", "Linear")


@every_case
def test_starting_values(case):
    """Constants are the same constants; random numbers have the same mean and spread."""
    ours, theirs = (case.build(program(case.file, library), 0.25).state_dict() for library in LIBRARIES)
    for name in theirs:
        mine, yours = ours[name].numpy(), theirs[name].numpy()
        zero = yours == 0                                               # of a padding row, or all
        assert ((mine == 0) == zero).all(), name
        mine, yours = mine[~zero], yours[~zero]
        if yours.dtype != "float64" or yours.size > 1 and (yours == yours[0]).all():
            assert (mine == yours).all(), name
        elif yours.size >= 40:
            assert abs(mine.mean() - yours.mean()) < 8 * yours.std() / yours.size ** 0.5, name
            assert abs(np.log(mine.std() / yours.std())) < 6 / yours.size ** 0.5, name


@every_case
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
def test_outputs_and_gradients(case, training):
    """In training without dropout, and in use with it."""
    ours, theirs = both_models(case, dropout=0.0 if training else 0.25)
    for model in (ours, theirs):
        model.train(training)
    step_alike(ours, theirs, *case.inputs, call=run(case))


@every_case
def test_three_steps(case):
    """The loss before each step; the gradients' norm, learning rates, parameters and buffers after it."""
    mine, yours = (steps(case, *both) for both in zip(LIBRARIES, both_models(case, 0.0)))
    for number, (a, b) in enumerate(zip(mine, yours, strict=True)):
        assert_same(a, b, f"step {number}")


def steps(case, library, model):
    m, path = program(case.file, library), []
    made = (case.optimizer or adam)(m, model)
    optimizer, scheduler = made if isinstance(made, tuple) else (made, None)
    for _ in range(3):
        loss = outputs(case.run(m, model, *told(library, case.inputs, [])))[-1]
        optimizer.zero_grad()
        loss.backward()
        norm = case.clip and library.nn.utils.clip_grad_norm_(model.parameters(), case.clip)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        path.append((loss.detach(), norm, [group["lr"] for group in optimizer.param_groups], weights(model)))
    return path


def adam(m, model):
    return m.torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-3)


@every_case
def test_weights_in_a_file(case, tmp_path):
    """torch.save(model.state_dict(), f), then load_state_dict(torch.load(f)) of a new model: as before."""
    m = program(case.file, tg)
    model, other = (case.build(m, 0.25).eval() for _ in range(2))
    m.torch.save(model.state_dict(), tmp_path / "model.pth")
    told_ = other.load_state_dict(m.torch.load(tmp_path / "model.pth"))
    assert str(told_) == "<All keys matched successfully>"
    results = [outputs(case.run(m, net, *told(tg, case.inputs, []))) for net in (model, other)]
    assert all((a == b).all() for a, b in zip(*results, strict=True))


@pytest.mark.parametrize("name", [name for name in CASES if name not in WITHOUT_DROPOUT])
def test_something_is_dropped_in_training(name):
    case = CASES[name]
    model = case.build(program(case.file, tg), 0.25)

    def first():
        return outputs(run(case)(model, *told(tg, case.inputs, [])))[0].detach()
    assert (first() != first()).any()
    model.eval()
    assert (first() == first()).all()


FAULTS = [("GPT", "0.044715", "0.0447"), ("GAT", "-9e15", "-9"), ("Cox", "grad_output.neg()", "grad_output"),
          ("tagger", "self.to_class(", "1.00001 * self.to_class("),
          ("BERT", "tokens.eq(PAD)", "tokens.eq(MASK)"),
          ("tagger with a CRF", "dim=1).view(1, -1)", "dim=0).view(1, -1)"),
          ("GCN", "a.sum(1)", "adjacency.sum(1)"), ("PINN", "create_graph=True", "retain_graph=True")]


@pytest.mark.parametrize("name, text, fault", FAULTS, ids=[name for name, *_ in FAULTS])
def test_a_fault_is_seen(name, text, fault):
    """A program that differs in one place does not pass."""
    case = CASES[name]
    ours, theirs = both_models(case, dropout=0.0)

    def change(program):
        assert text in program
        return program.replace(text, fault)
    faulty = with_weights(case.build(program(case.file, tg, change), 0.0), ours)
    step_alike(ours, theirs, *case.inputs, call=run(case))
    with pytest.raises((AssertionError, RuntimeError), match="Not equal to tolerance|does not require grad"):
        step_alike(faulty, theirs, *case.inputs, call=run(case, change))
