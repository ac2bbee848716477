"""Programs of PyTorch users on sequences and graphs: written for PyTorch, run here after their import lines are changed.

Each file in ``models/`` is read twice: as it is, and with ``torch`` replaced by ``tinygrad_bio`` in its import lines. Both
must print alike, have the same parameters, give the same outputs and gradients from the same weights, take the same
steps, and write the same tokens, all in float64.
"""
import pathlib
import re
import types
import warnings
from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from .both import array, assert_same, bools, ints, told
from .twins import step_alike

FOLDER = pathlib.Path(__file__).with_name("models")
LIBRARIES = (tg, torch)


# ------------------------------------------------------------------------------------------ reading a program

def swapped(text):
    """A program whose import lines take tinygrad_bio in place of PyTorch, and nothing else changed."""
    text = re.sub(r"^import torch$", "import tinygrad_bio as torch", text, flags=re.MULTILINE)
    return re.sub(r"^(import|from) torch(?=[. ])", r"\1 tinygrad_bio", text, flags=re.MULTILINE)


def program(name, library, change=str):
    """The file as a module of one library."""
    path = FOLDER / f"{name}.py"
    text = change(path.read_text(encoding="utf-8"))
    module = types.ModuleType(f"{name}_in_{library.__name__}")
    exec(compile(swapped(text) if library is tg else text, path, "exec"), module.__dict__)
    return module


@pytest.fixture(autouse=True)
def float64():
    """Both libraries compute in float64, and PyTorch does not speak of its own fast paths."""
    tg.set_default_dtype(tg.float64)
    torch.set_default_dtype(torch.float64)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="torch")
        yield
    tg.set_default_dtype(tg.float32)
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def same_random(monkeypatch):
    """The random functions that the programs call give the same numbers in both libraries; call it to start anew."""
    rng = {}

    def start():
        rng.update({library: np.random.default_rng(0) for library in LIBRARIES})

    def multinomial(library, input, num_samples, replacement=False):
        p = input.detach().numpy()
        draws = rng[library].random(p.shape[:-1] + (num_samples,))
        return (p.cumsum(-1) / p.sum(-1, keepdims=True))[..., None, :] < draws[..., None]

    for library in LIBRARIES:
        def put(name, draw, library=library):
            monkeypatch.setattr(library, name, lambda *a, **k: library.tensor(draw(library, *a, **k)), raising=False)
        put("randn_like", lambda lib, x: rng[lib].normal(size=tuple(x.shape)))
        put("bernoulli", lambda lib, p: (rng[lib].random(tuple(p.shape)) < p.numpy()).astype("float64"))
        put("randint", lambda lib, high, size, dtype=None: rng[lib].integers(0, high, tuple(size)))
        put("multinomial", lambda lib, *a, **k: multinomial(lib, *a, **k).sum(-1))
    start()
    return start


# ------------------------------------------------------------------------------------------------- the programs

class Case(NamedTuple):
    """How one program is used."""
    file: str
    build: Callable                 # (m, dropout) -> model, where m is the program
    run: Callable                   # (m, model, *inputs) -> the loss, or a tuple of outputs that ends with it
    inputs: tuple                   # arrays; those of floats get gradients
    optimizer: Callable = None      # (m, model) -> optimizer, or (optimizer, scheduler)
    clip: float = None              # the norm to which gradients are clipped


def tokens(*shape, low=3, high=20, lengths=None, first=None, seed=0):
    """Random tokens (N, L), 0 from each row's length on."""
    x = ints(*shape, low=low, high=high, seed=seed)
    if first is not None:
        x[:, 0] = first
    for row, n in zip(x, lengths or ()):
        row[n:] = 0
    return x


def with_margin(x, missing, value=-100):
    """Labels, some of which do not count."""
    return np.where(missing, value, x)


def ring(n, extra, seed=0):
    """A symmetric adjacency matrix: a ring with a few more edges, and one node that has none."""
    a, rng = np.zeros((n, n), "int64"), np.random.default_rng(seed)
    for i, j in [(i, (i + 1) % (n - 1)) for i in range(n - 1)] + [tuple(rng.integers(0, n - 1, 2)) for _ in range(extra)]:
        a[i, j] = a[j, i] = i != j
    return a


def edges(n, m, seed=0):
    return np.random.default_rng(seed).integers(0, n, (2, m))


def adam(m, model):
    return m.torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-3)


def gcn_run(make):
    def run(m, model, x, a, y):
        adjacency = make(m, m.normalised(a.to(x.dtype)))
        output = model(x, adjacency)
        return output, m.F.nll_loss(output[:4], y[:4])
    return run


def crf_run(m, model, x, lengths, y):
    scores = model.scores(x, lengths)
    return scores, model.neg_log_likelihood(x, lengths, y)


def vae_run(m, model, x):
    m.torch.randn_like = lambda std: std.new_ones(std.shape) * 0.3 + m.torch.arange(std.size(1)) / 7
    recon, mu, logvar = model(x)
    return recon, mu, logvar, m.loss_function(recon, m.torch.sigmoid(3 * x), mu, logvar)


DNA, PROTEIN = (5, 7, 3), (4, 6, 5)
CASES = {
    "GPT": Case("gpt", lambda m, p: m.GPT(dropout=p), lambda m, net, x, y: net(x, y),
                (tokens(3, 16), tokens(3, 16, seed=1)), lambda m, net: m.make_optimizer(net), clip=1.0),
    "seq2seq": Case("seq2seq", lambda m, p: m.make_model(20, 20, dropout=p),
                    lambda m, net, x, n, y: net(x, n, y, teacher_forcing=1.0),
                    (tokens(3, 7, lengths=DNA).T, np.array(DNA), tokens(3, 6, lengths=PROTEIN, first=1).T),
                    lambda m, net: m.make_optimizer(net), clip=1.0),
    "BERT": Case("bert", lambda m, p: m.BERT(dropout=p), lambda m, net, x, s, y, f: net(x, s, y, f),
                 (tokens(3, 9, lengths=(9, 4, 6), first=1), ints(3, 9, high=2),
                  with_margin(tokens(3, 9), bools(3, 9)), ints(3, high=2)),
                 lambda m, net: m.make_optimizer(net)),
    "transformer": Case("transformer", lambda m, p: m.Translator(20, 20, dropout=p),
                        lambda m, net, x, y: m.loss_of(net, x, y),
                        (tokens(3, 7, lengths=DNA).T, tokens(3, 6, lengths=PROTEIN, first=1).T),
                        lambda m, net: m.make_optimizer(net)),
    "transformer from scratch": Case(
        "transformer_scratch", lambda m, p: m.Classifier(dropout=p),
        lambda m, net, x, n, y: (net(x, n), m.F.nll_loss(net(x, n), y)),
        (tokens(4, 8, lengths=(8, 3, 5, 1)), np.array([8, 3, 5, 1]), ints(4))),
    "tagger": Case("tagger", lambda m, p: m.BiLSTMTagger(dropout=p),
                   lambda m, net, x, n, y: (net(x, n), m.F.nll_loss(net(x, n).view(-1, 3), y.view(-1), ignore_index=-1)),
                   (tokens(4, 7, lengths=(3, 7, 5, 6)), np.array([3, 7, 5, 6]),
                    with_margin(ints(4, 7), bools(4, 7), -1)), lambda m, net: m.make_optimizer(net)),
    "tagger with a CRF": Case("tagger", lambda m, p: m.BiLSTMCRF(dropout=p, layers=2), crf_run,
                              (tokens(3, 6, lengths=(3, 6, 4)), np.array([3, 6, 4]), ints(3, 6)),
                              lambda m, net: m.make_optimizer(net)),
    "character model": Case("charlm", lambda m, p: m.CharLM(dropout=p),
                            lambda m, net, x, y: (*net(x, net.init_hidden(3)),
                                                  m.nn.NLLLoss()(net(x, net.init_hidden(3))[0], y.view(-1))),
                            (tokens(6, 3), tokens(6, 3, seed=1)), clip=0.25),
    "VAE": Case("vae", lambda m, p: m.VAE(), vae_run, (array(5, 2, 7),), lambda m, net: m.make_optimizer(net)),
    "GCN": Case("gcn", lambda m, p: m.GCN(5, 6, 3, p), gcn_run(lambda m, a: a),
                (array(9, 5), ring(9, 4), ints(9)), lambda m, net: m.make_optimizer(net)),
    "GCN, sparse": Case("gcn", lambda m, p: m.GCN(5, 6, 3, p), gcn_run(lambda m, a: m.sparse(a)),
                        (array(9, 5), ring(9, 4), ints(9)), lambda m, net: m.make_optimizer(net)),
    "GAT": Case("gat", lambda m, p: m.GAT(5, 4, 3, p),
                lambda m, net, x, a, y: (net(x, a), m.F.nll_loss(net(x, a)[:4], y[:4])),
                (array(9, 5), ring(9, 4) + np.eye(9, dtype="int64"), ints(9))),
    "GIN": Case("gin", lambda m, p: m.GIN(5, dropout=p),
                lambda m, net, x, e, g, y: (net(x, e, g), m.F.cross_entropy(net(x, e, g), y)),
                (array(11, 5), edges(11, 20), np.array([0] * 4 + [1] * 2 + [2] * 5), ints(3, high=2))),
    "word2vec": Case("word2vec", lambda m, p: m.SkipGram(12, 5), lambda m, net, *x: net(*x),
                     (ints(6, high=12), ints(6, high=12, seed=1), ints(6, 3, high=12)),
                     lambda m, net: m.torch.optim.SGD(net.parameters(), lr=0.5)),
    "Cox": Case("cox", lambda m, p: m.DeepSurv(7, dropout=p), lambda m, net, *x: m.loss_of(net, *x),
                (array(12, 7), array(12, kind="positive"), bools(12).astype("float64"), ints(12)),
                lambda m, net: m.make_optimizer(net)),
    "training": Case("training", lambda m, p: m.Net(5, 6, 3, p),
                     lambda m, net, x, y: (net(x), m.F.cross_entropy(net(x), y)), (array(8, 5), ints(8))),
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def weights_to(model, theirs):
    model.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    return model


def both_models(case, dropout, seed=0):
    """(ours, PyTorch's) with equal weights, none of which is 0 or 1 any more."""
    ours, theirs = (case.build(program(case.file, library), dropout) for library in LIBRARIES)
    rng = np.random.default_rng(seed)
    for p in theirs.parameters():
        if not (p.detach() == -10000).any():                            # what a CRF forbids stays forbidden
            p.data.add_(torch.tensor(rng.normal(size=p.shape) * 0.1))
    return weights_to(ours, theirs), theirs


def run(case):
    """A call for :func:`step_alike`: the outputs of a model of either library."""
    programs = {library: program(case.file, library) for library in LIBRARIES}
    return lambda model, *inputs: case.run(programs[tg if isinstance(model, tg.nn.Module) else torch], model, *inputs)


def outputs(result):
    """What a program returned, as a flat list of tensors."""
    return [t for r in result for t in outputs(r)] if isinstance(result, tuple) else [result]


# ------------------------------------------------------------------------------------------------ for each of them

@every_case
def test_parameters_and_names(case):
    ours, theirs = (case.build(program(case.file, library), 0.25) for library in LIBRARIES)
    assert sum(p.numel() for p in ours.parameters()) == sum(p.numel() for p in theirs.parameters())
    for names in ("state_dict", "named_parameters", "named_buffers", "named_modules"):
        mine, yours = (dict(getattr(model, names)()) for model in (ours, theirs))
        assert list(mine) == list(yours), names
        if names != "named_modules":
            assert [tuple(t.shape) for t in mine.values()] == [tuple(t.shape) for t in yours.values()], names
    assert repr(ours) == repr(theirs).replace("NonDynamicallyQuantizableLinear", "Linear")


@every_case
def test_starting_values(case):
    """Constants are the same constants; random numbers have the same mean and spread."""
    ours, theirs = (case.build(program(case.file, library), 0.25) for library in LIBRARIES)
    for name, yours in theirs.state_dict().items():
        mine, yours = ours.state_dict()[name].detach().numpy(), yours.numpy()
        rows = [(mine, yours)] if mine.ndim < 2 or (yours != 0).all() else zip(mine, yours)     # a padding row is 0
        for a, b in rows:
            if b.dtype != "float64" or np.ptp(b) == 0:
                assert (a == b).all(), name
            elif b.size >= 40:
                assert abs(a.mean() - b.mean()) < 8 * b.std() / b.size ** 0.5, name
                assert abs(np.log(a.std() / b.std())) < 6 / b.size ** 0.5, name


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
    """The loss before each step, and parameters, buffers and learning rates after it."""
    paths = []
    for library, model in zip(LIBRARIES, both_models(case, dropout=0.0)):
        m, path = program(case.file, library), []
        made = (case.optimizer or adam)(m, model)
        optimizer, scheduler = made if isinstance(made, tuple) else (made, None)
        for _ in range(3):
            loss = outputs(case.run(m, model, *told(library, case.inputs, [])))[-1]
            optimizer.zero_grad()
            loss.mean().backward()
            norm = case.clip and library.nn.utils.clip_grad_norm_(model.parameters(), case.clip)
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
            path.append((loss.detach(), norm, [g["lr"] for g in optimizer.param_groups],
                         [t.detach().clone() for t in model.state_dict().values()]))
        paths.append(path)
    for step, (mine, yours) in enumerate(zip(*paths)):
        assert_same(mine, yours, f"step {step}")


@every_case
def test_weights_in_a_file(case, tmp_path):
    """torch.save(model.state_dict(), f), and load_state_dict(torch.load(f)) into a new model: the same outputs."""
    m = program(case.file, tg)
    model, other = case.build(m, 0.25), case.build(m, 0.25)
    m.torch.save(model.state_dict(), tmp_path / "model.pth")
    assert str(other.load_state_dict(m.torch.load(tmp_path / "model.pth"))) == "<All keys matched successfully>"
    first, second = (tg.nn.utils.parameters_to_vector(net.parameters()) for net in (model, other))
    assert (first == second).all()
    model.eval(), other.eval()
    inputs = told(tg, case.inputs, [])
    for a, b in zip(*(outputs(case.run(m, net, *inputs)) for net in (model, other))):
        assert (a == b).all()


@every_case
def test_nothing_of_pytorch_is_left(case):
    """Only import lines are changed, and after that nothing comes from PyTorch."""
    text = (FOLDER / f"{case.file}.py").read_text(encoding="utf-8")
    for before, after in zip(text.splitlines(), swapped(text).splitlines(), strict=True):
        assert before == after or re.match(r"(import|from) torch\b", before), before
    for name, value in vars(program(case.file, tg)).items():
        room = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", "")
        assert not str(room).startswith("torch"), f"{name} is of {room}"


@pytest.mark.parametrize("name, before, after", [
    ("GPT", "0.044715", "0.0447"), ("GAT", "-9e15", "-9"), ("tagger", "return self.to_class(", "return 1.0001 * self.to_class("),
    ("Cox", "grad_output.neg()", "grad_output"), ("BERT", "tokens.eq(PAD)", "tokens.eq(MASK)")])
def test_a_fault_is_seen(name, before, after):
    """A program that differs in one place does not pass."""
    case = CASES[name]
    ours, theirs = both_models(case, dropout=0.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(globals(), "swapped", lambda text, swap=swapped: swap(text).replace(before, after))
        faulty = weights_to(case.build(program(case.file, tg), 0.0), ours)
        call = run(case)
    step_alike(ours, theirs, *case.inputs, call=run(case))
    with pytest.raises(AssertionError):
        step_alike(faulty, theirs, *case.inputs, call=call)
