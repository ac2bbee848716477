"""The programs on sequences, graphs and tables in ``models/``: how each is read, built and used."""
import pathlib
import re
import types
import warnings
from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from .both import LIBRARIES, array, bools, ints

FOLDER = pathlib.Path(__file__).with_name("models")


def swapped(text):
    """A program whose import lines take tinygrad_bio in place of PyTorch, and nothing else changed."""
    text = re.sub(r"^import torch$", "import tinygrad_bio as torch", text, flags=re.MULTILINE)
    return re.sub(r"^(import|from) torch(?=[. ])", r"\1 tinygrad_bio", text, flags=re.MULTILINE)


def program(name, library, change=str):
    """The file as a module of one library; `change` may plant a fault in its text."""
    text = change((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    module = types.ModuleType(name)
    exec(compile(swapped(text) if library is tg else text, f"models/{name}.py", "exec"), module.__dict__)
    return module


class Case(NamedTuple):
    """How one program is used."""
    file: str
    build: Callable                 # (m, dropout) -> model, where m is the program
    run: Callable                   # (m, model, *inputs) -> the loss, or a tuple of outputs that ends with it
    inputs: tuple                   # arrays; those of floats get gradients
    optimizer: Callable = None      # (m, model) -> optimizer, or (optimizer, scheduler); Adam if it has none
    clip: float = None              # the norm to which gradients are clipped


# ------------------------------------------------------------------------------------------- two of a kind

def both_models(case, dropout, seed=0):
    """(ours, PyTorch's) with equal weights, none of which is 0 or 1 any more."""
    ours, theirs = (case.build(program(case.file, library), dropout) for library in LIBRARIES)
    rng = np.random.default_rng(seed)
    for p in theirs.parameters():
        if not (p.detach() == -10000).any():                            # what a CRF forbids stays forbidden
            p.data.add_(torch.tensor(rng.normal(size=p.shape) * 0.1))
    return with_weights(ours, theirs), theirs


def with_weights(model, other):
    """The model, which now has the weights of the other."""
    tensor = tg.tensor if isinstance(model, tg.nn.Module) else torch.tensor
    model.load_state_dict({name: tensor(t.detach().numpy()) for name, t in other.state_dict().items()})
    return model


def run(case, change=str):
    """The outputs of a model of either library, as a function of the model and its inputs."""
    ours, theirs = program(case.file, tg, change), program(case.file, torch)

    def call(model, *inputs):
        return case.run(ours if isinstance(model, tg.nn.Module) else theirs, model, *inputs)
    return call


def outputs(result):
    """What a program returned, as a flat list of tensors; the last is the loss."""
    return [t for r in result for t in outputs(r)] if isinstance(result, tuple) else [result]


def alike(mine, yours, what="result", rtol=1e-8):
    """Raise unless numbers agree to `rtol`, and whole numbers, texts, dtypes and structures exactly."""
    if isinstance(yours, (torch.Tensor, np.ndarray, float)):
        same = type(mine).__name__ == type(yours).__name__ or isinstance(yours, torch.nn.Parameter)
        assert same, f"{what}: {type(mine)} instead of {type(yours)}"
        mine, yours = (t.detach().numpy() if hasattr(t, "detach") else np.asarray(t) for t in (mine, yours))
        assert (mine.dtype, mine.shape) == (yours.dtype, yours.shape), \
            f"{what}: {mine.dtype}{mine.shape} instead of {yours.dtype}{yours.shape}"
        np.testing.assert_allclose(mine, yours, rtol, rtol / 100, err_msg=what)
    elif isinstance(yours, (list, tuple)):
        assert len(mine) == len(yours), f"{what}: {len(mine)} instead of {len(yours)}"
        for i, (a, b) in enumerate(zip(mine, yours)):
            alike(a, b, f"{what}[{i}]", rtol)
    elif isinstance(yours, dict):
        alike([*mine], [*yours], what, rtol)
        alike([*mine.values()], [*yours.values()], what, rtol)
    elif isinstance(yours, (torch.dtype, torch.device, torch.nn.Module)):
        assert str(mine) == str(yours).removeprefix("torch."), f"{what}: {mine} instead of {yours}"
    else:
        assert type(mine) is type(yours) and mine == yours, f"{what}: {mine!r} instead of {yours!r}"


def weights(model):
    return [t.detach().clone() for t in model.state_dict().values()]


# ------------------------------------------------------------------------------------- their surroundings

@pytest.fixture(autouse=True)
def in_float64():
    """Both libraries compute in float64, and PyTorch does not speak of its own fast paths."""
    for library in LIBRARIES:
        library.set_default_dtype(library.float64)
        library.manual_seed(0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="torch")
        warnings.filterwarnings("ignore", "Sparse invariant checks", UserWarning)
        yield
    for library in LIBRARIES:
        library.set_default_dtype(library.float32)


class Drawn:
    """Random functions that give NumPy's numbers, the same in both libraries, from their seed on."""

    def __init__(self, library):
        self.tensor = library.tensor
        self.manual_seed(0)

    def manual_seed(self, seed):
        self.rng = np.random.default_rng(seed)

    def randn_like(self, input):
        return self.tensor(self.rng.normal(size=tuple(input.shape)))

    def bernoulli(self, input):
        return self.tensor(1.0 * (self.rng.random(tuple(input.shape)) < input.numpy()))

    def randint(self, high, size, dtype):
        return self.tensor(self.rng.integers(0, high, tuple(size)))

    def multinomial(self, input, num_samples, replacement=False):
        p = input.detach().numpy()
        below = p.cumsum(-1) / p.sum(-1, keepdims=True)
        draws = self.rng.random(p.shape[:-1] + (num_samples, 1))
        return self.tensor((below[..., None, :] < draws).sum(-1))


@pytest.fixture(autouse=True)
def same_random(in_float64, monkeypatch):
    for library in LIBRARIES:
        drawn = Drawn(library)
        for name in ("manual_seed", "randn_like", "bernoulli", "randint", "multinomial"):
            monkeypatch.setattr(library, name, getattr(drawn, name))


# --------------------------------------------------------------------------------------------- their inputs

def tokens(*shape, low=3, high=20, lengths=None, first=None, seed=0):
    """Random tokens (N, L), 0 from each row's length on."""
    x = ints(*shape, low=low, high=high, seed=seed)
    if first is not None:
        x[:, 0] = first
    for row, n in zip(x, lengths or ()):
        row[n:] = 0
    return x


def without(x, missing, value=-100):
    """Labels, some of which do not count."""
    return np.where(missing, value, x)


def ring(n, extra, seed=0):
    """A symmetric adjacency matrix: a ring with a few more edges, and one node that has none."""
    a, rng = np.zeros((n, n), "int64"), np.random.default_rng(seed)
    pairs = [(i, (i + 1) % (n - 1)) for i in range(n - 1)]
    for i, j in pairs + [tuple(rng.integers(0, n - 1, 2)) for _ in range(extra)]:
        a[i, j] = a[j, i] = i != j
    return a


def edges(n, m, seed=0):
    return np.random.default_rng(seed).integers(0, n, (2, m))


# --------------------------------------------------------------------------------------- how they are called

def classified(m, model, *inputs):
    """The loss of a network that gives log-probabilities; the last input is the labels, -1 for none."""
    *inputs, y = inputs
    log_probs = model(*inputs)
    flat = log_probs.reshape(-1, log_probs.shape[-1])[:y.numel()]
    return log_probs, m.F.nll_loss(flat, y.reshape(-1), ignore_index=-1)


def on_graph(made):
    """`classified`, with the adjacency matrix normalised, then dense or sparse. Only 4 nodes have labels."""
    def call(m, model, x, a, y):
        return classified(m, model, x, made(m, m.normalised(a.to(x.dtype))), y[:4])
    return call


def crf(m, model, x, lengths, y):
    return model.scores(x, lengths), model.neg_log_likelihood(x, lengths, y)


def language(m, model, x, y):
    log_probs, hidden = model(x, model.init_hidden(x.size(1)))
    return log_probs, hidden, m.nn.NLLLoss()(log_probs, y.view(-1))


def vae(m, model, x):
    m.torch.manual_seed(0)
    recon, mu, logvar = model(x)
    return recon, mu, logvar, m.loss_function(recon, m.torch.sigmoid(3 * x), mu, logvar)


def graphs(m, model, x, edges, graph, y):
    scores = model(x, edges, graph)
    return scores, m.F.cross_entropy(scores, y)


def translated(m, model, x, lengths, y):
    return m.loss_of(model(x, lengths, y, teacher_forcing=1.0), y)


def called(m, model, *inputs):
    return model(*inputs)


def loss_of(m, model, *inputs):
    return m.loss_of(model, *inputs)


def own(m, model):
    return m.make_optimizer(model)


# -------------------------------------------------------------------------------------------------- the list

DNA, PROTEIN, SHORT = (5, 7, 3), (4, 6, 5), (3, 7, 5, 6)                # lengths
PAIRS = tokens(3, 7, lengths=DNA).T, tokens(3, 6, lengths=PROTEIN, first=1).T
GRAPH = array(9, 5), ring(9, 4), ints(9)

CASES = {
    "GPT": Case(
        "gpt", lambda m, p: m.GPT(dropout=p), called, (tokens(3, 16), tokens(3, 16, seed=1)), own,
        clip=1.0),
    "seq2seq": Case(
        "seq2seq", lambda m, p: m.make_model(20, 20, dropout=p), translated,
        (PAIRS[0], np.array(DNA), PAIRS[1]), own, clip=1.0),
    "BERT": Case(
        "bert", lambda m, p: m.BERT(dropout=p), called,
        (tokens(3, 9, lengths=(9, 4, 6), first=1), ints(3, 9, high=2), without(tokens(3, 9), bools(3, 9)),
         ints(3, high=2)), own),
    "transformer": Case("transformer", lambda m, p: m.Translator(20, 20, dropout=p), loss_of, PAIRS, own),
    "transformer from scratch": Case(
        "transformer_scratch", lambda m, p: m.Classifier(dropout=p), classified,
        (tokens(4, 8, lengths=(8, 3, 5, 1)), np.array([8, 3, 5, 1]), ints(4))),
    "tagger": Case(
        "tagger", lambda m, p: m.BiLSTMTagger(dropout=p), classified,
        (tokens(4, 7, lengths=SHORT), np.array(SHORT), without(ints(4, 7), bools(4, 7), -1)), own),
    "tagger with a CRF": Case(
        "tagger", lambda m, p: m.BiLSTMCRF(dropout=p, layers=2), crf,
        (tokens(3, 6, lengths=(3, 6, 4)), np.array([3, 6, 4]), ints(3, 6)), own),
    "character model": Case(
        "charlm", lambda m, p: m.CharLM(dropout=p), language, (tokens(6, 3), tokens(6, 3, seed=1)),
        clip=0.25),
    "VAE": Case("vae", lambda m, p: m.VAE(), vae, (array(5, 2, 7),), own),
    "GCN": Case("gcn", lambda m, p: m.GCN(5, 6, 3, p), on_graph(lambda m, a: a), GRAPH, own),
    "GCN, sparse": Case(
        "gcn", lambda m, p: m.GCN(5, 6, 3, p), on_graph(lambda m, a: m.sparse(a)), GRAPH, own),
    "GAT": Case(
        "gat", lambda m, p: m.GAT(5, 4, 3, p), classified,
        (array(9, 5), ring(9, 4) + np.eye(9, dtype="int64"), ints(9))),
    "GIN": Case(
        "gin", lambda m, p: m.GIN(5, dropout=p), graphs,
        (array(11, 5), edges(11, 20), np.array([0] * 4 + [1] * 2 + [2] * 5), ints(3, high=2))),
    "word2vec": Case(
        "word2vec", lambda m, p: m.SkipGram(12, 5), called,
        (ints(6, high=12), ints(6, high=12, seed=1), ints(6, 3, high=12)),
        lambda m, net: m.torch.optim.SGD(net.parameters(), lr=0.5)),
    "Cox": Case(
        "cox", lambda m, p: m.DeepSurv(7, dropout=p), loss_of,
        (array(12, 7), array(12, kind="positive"), bools(12).astype("float64"), ints(12)), own),
    "training": Case(
        "training", lambda m, p: m.Net(5, 6, 3, p),
        lambda m, net, x, y: classified(m, lambda x: m.F.log_softmax(net(x), -1), x, y),
        (array(8, 5), ints(8))),
    "PINN": Case(
        "pinn", lambda m, p: m.Field(), loss_of,
        (np.linspace(0, 1, 7)[:, None], array(7, 1, kind="positive"))),
    "DQN": Case(
        "dqn", lambda m, p: m.QNet(), lambda m, net, x, y: m.F.smooth_l1_loss(net(x).gather(1, y), x[:, :1]),
        (array(6, 5), ints(6, 1, high=2))),
}
WITHOUT_DROPOUT = {"VAE", "word2vec", "PINN", "DQN"}
