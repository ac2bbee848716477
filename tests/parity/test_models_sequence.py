"""Programs of PyTorch users on sequences and graphs: written for PyTorch, run here after their import lines are changed.

Each file in ``models/`` that `programs.py` lists is read twice: as it is, and with ``torch`` replaced by ``tinygrad_bio``
in its import lines. Both must print alike, have the same parameters, give the same outputs and gradients from the same
weights, take the same steps, and write the same tokens, all in float64.
"""
import random
import re
import types
import warnings

import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from .both import LIBRARIES, array, assert_same, bools, ints, told
from .programs import CASES, FOLDER, alike, both_models, outputs, program, ring, run, swapped, tokens, with_weights
from .twins import step_alike

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


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


@pytest.fixture(autouse=True)
def same_random(in_float64, monkeypatch):
    """The random functions that the programs call give NumPy's numbers, the same in both libraries, from their seed on."""
    for library in LIBRARIES:
        rng = {"now": np.random.default_rng(0)}

        def multinomial(p, num_samples, replacement=False, rng=rng):
            p = p.detach().numpy()
            drawn = rng["now"].random(p.shape[:-1] + (num_samples, 1))
            return ((p.cumsum(-1) / p.sum(-1, keepdims=True))[..., None, :] < drawn).sum(-1)

        for name, draw in {
            "randn_like": lambda x, rng=rng: rng["now"].normal(size=tuple(x.shape)),
            "bernoulli": lambda p, rng=rng: 1.0 * (rng["now"].random(tuple(p.shape)) < p.numpy()),
            "randint": lambda high, size, dtype, rng=rng: rng["now"].integers(0, high, tuple(size)),
            "multinomial": multinomial,
        }.items():
            monkeypatch.setattr(library, name, lambda *a, draw=draw, library=library, **k: library.tensor(draw(*a, **k)))
        monkeypatch.setattr(library, "manual_seed", lambda seed, rng=rng: rng.update(now=np.random.default_rng(seed)))


# ------------------------------------------------------------------------------------------------ each of them

@every_case
def test_only_import_lines_change(case):
    """And after that nothing is PyTorch's."""
    text = (FOLDER / f"{case.file}.py").read_text(encoding="utf-8")
    changed = [(a, b) for a, b in zip(text.splitlines(), swapped(text).splitlines(), strict=True) if a != b]
    assert changed and all(re.match(r"(import|from) torch\b", a) for a, _ in changed)
    for name, value in vars(program(case.file, tg)).items():
        room = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", "")
        assert not str(room).startswith("torch"), f"{name} is of {room}"


@every_case
def test_parameters_and_names(case):
    ours, theirs = (case.build(program(case.file, library), 0.25) for library in LIBRARIES)
    assert sum(p.numel() for p in ours.parameters()) == sum(p.numel() for p in theirs.parameters())
    for table in ("state_dict", "named_parameters", "named_buffers"):
        mine, yours = ([(name, tuple(t.shape)) for name, t in dict(getattr(model, table)()).items()] for model in (ours, theirs))
        assert mine == yours, table
    assert [name for name, _ in ours.named_modules()] == [name for name, _ in theirs.named_modules()]
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
        if yours.size == 0 or (yours == yours[0]).all() or yours.dtype != "float64":
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
    """The loss before each step, and the norm of the gradients, learning rates, parameters and buffers after it."""
    paths = []
    for library, model in zip(LIBRARIES, both_models(case, dropout=0.0)):
        m, path = program(case.file, library), []
        made = case.optimizer(m, model) if case.optimizer else library.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-3)
        optimizer, scheduler = made if isinstance(made, tuple) else (made, None)
        for _ in range(3):
            loss = outputs(case.run(m, model, *told(library, case.inputs, [])))[-1]
            optimizer.zero_grad()
            loss.backward()
            norm = case.clip and library.nn.utils.clip_grad_norm_(model.parameters(), case.clip)
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
            path.append((loss.detach(), norm, [group["lr"] for group in optimizer.param_groups],
                         [t.detach().clone() for t in model.state_dict().values()]))
        paths.append(path)
    for step, (mine, yours) in enumerate(zip(*paths, strict=True)):
        assert_same(mine, yours, f"step {step}")


@every_case
def test_weights_in_a_file(case, tmp_path):
    """torch.save(model.state_dict(), f), and load_state_dict(torch.load(f)) into a new model: the same outputs."""
    m = program(case.file, tg)
    model, other = (case.build(m, 0.25).eval() for _ in range(2))
    m.torch.save(model.state_dict(), tmp_path / "model.pth")
    assert str(other.load_state_dict(m.torch.load(tmp_path / "model.pth"))) == "<All keys matched successfully>"
    for a, b in zip(*(outputs(case.run(m, net, *told(tg, case.inputs, []))) for net in (model, other)), strict=True):
        assert (a == b).all()


@pytest.mark.parametrize("name", [name for name in CASES if name not in ("VAE", "word2vec")])
def test_something_is_dropped_in_training(name):
    case = CASES[name]
    model = case.build(program(case.file, tg), 0.25)

    def loss():
        return outputs(run(case)(model, *told(tg, case.inputs, [])))[0].detach()
    assert (loss() != loss()).any()
    model.eval()
    assert (loss() == loss()).all()


FAULTS = [("GPT", "0.044715", "0.0447"), ("GAT", "-9e15", "-9"), ("tagger", "self.to_class(", "1.00001 * self.to_class("),
          ("Cox", "grad_output.neg()", "grad_output"), ("BERT", "tokens.eq(PAD)", "tokens.eq(MASK)"),
          ("tagger with a CRF", "dim=1).view(1, -1)", "dim=0).view(1, -1)"), ("GCN", "a.sum(1)", "adjacency.sum(1)")]


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
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        step_alike(faulty, theirs, *case.inputs, call=run(case, change))


# ----------------------------------------------------------------------------------------- whole programs

def both_do(file, use, *arrays, models=(None, None)):
    """``use(program, model, *tensors)`` in both libraries; what it returns is compared, and ours returned."""
    mine, yours = (use(program(file, library), model, *told(library, arrays, [])) for library, model in zip(LIBRARIES, models))
    alike(mine, yours)
    return mine


def both(name, use, *arrays, dropout=0.0):
    """`both_do` with a model of each library, with equal weights."""
    case = CASES[name]
    return both_do(case.file, use, *arrays, models=both_models(case, dropout))


def weights(model):
    return [t.detach().clone() for t in model.state_dict().values()]


@pytest.mark.parametrize("settings", [{}, {"temperature": 0.5, "top_k": 4}, {"temperature": 2.0, "sample": True, "top_k": 9}])
def test_gpt_writes_the_same_tokens(settings):
    """More of them than fit into its window."""
    def write(m, model, idx):
        model.eval()
        return model.generate(idx, 20, **settings)
    written = both("GPT", write, tokens(3, 4), dropout=0.1)
    assert written.shape == (3, 24) and len(set(written.flatten().tolist())) > 4
    ours, _ = both_models(CASES["GPT"], 0.0)
    assert ours.head.weight is ours.parts.tokens.weight


def test_seq2seq_learns_and_translates():
    """Half of the time it is told the true token, half it goes on from its own."""
    def learn(m, model, source, lengths, target):
        random.seed(3)
        optimizer = m.make_optimizer(model)
        losses = [m.train(model, [(source, lengths, target), (source[:5, :1], lengths[:1], target[:, :1])], optimizer)
                  for _ in range(4)]
        return losses, weights(model), [model.translate(source[:n, i:i + 1], lengths[i:i + 1]) for i, n in enumerate([5, 7, 3])]
    losses, _, translations = both("seq2seq", learn, *CASES["seq2seq"].inputs)
    assert losses[3] < losses[0] and any(len(t) > 1 for t, _ in translations)


def test_bert_hides_the_same_tokens():
    def hide(m, model, x):
        return m.hide(x, 20, chance=0.5)
    x = tokens(30, 12, lengths=range(30), first=1)
    hidden, labels = (t.numpy() for t in both_do("bert", hide, x))
    chosen = labels != -100
    assert 0.4 < chosen[x > 2].mean() < 0.6 and not chosen[x <= 2].any() and (hidden == x)[~chosen].all()
    assert 0.7 < (hidden == 3)[chosen].mean() < 0.9 and 0.04 < (hidden == x)[chosen].mean() < 0.2


def test_transformer_translates_token_by_token():
    def write(m, model, source):
        return [m.greedy_decode(model, source[:n, i:i + 1]) for i, n in enumerate([5, 7, 3])]
    written = both("transformer", write, CASES["transformer"].inputs[0], dropout=0.1)
    assert all(w[0] == 1 for w in written) and len({t for w in written for t in w}) > 3


def test_transformer_from_scratch_keeps_its_maps():
    def look(m, model, x, lengths, y):
        model(x, lengths)
        return [layer.attention.seen for layer in model.layers]
    first, _ = both("transformer from scratch", look, *CASES["transformer from scratch"].inputs)
    assert first.shape == (4, 2, 8, 8) and (first[1, :, :, 3:] == 0).all()


def test_tagger_batches_and_accuracy():
    def use(m, model, *sequences):
        x, y, lengths = m.collate([(s, s % 3) for s in sequences])
        return x, y, lengths, m.accuracy(model(x, lengths), y)
    *_, accuracy = both("tagger", use, *(ints(n, low=1, high=20) for n in (3, 6, 2)))
    assert 0 < accuracy < 1


def test_crf_finds_the_best_path():
    """And no path of all is better."""
    def use(m, model, x, lengths):
        torch = m.torch
        best = model.decode(x, lengths)
        every = torch.cartesian_prod(*[torch.arange(3)] * 3)
        emissions = model.scores(x, lengths).detach()[0][:3]
        scores = torch.stack([model._score_of(emissions, path) for path in every])
        assert scores.max().item() == pytest.approx(best[0][0]) and every[scores.argmax()].tolist() == best[0][1]
        return best, scores, model._log_sum_of_all_paths(emissions)
    _, scores, total = both("tagger with a CRF", use, *CASES["tagger with a CRF"].inputs[:2])
    assert tg.logsumexp(scores, 0).item() == pytest.approx(total.item())


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN_TANH", "RNN_RELU"])
def test_character_model_reads_on_and_writes(kind):
    """The state goes from one stretch into the next; its history does not."""
    def learn(m, model, text):
        source = m.batchify(text, 3)
        losses = [m.train(model, source, lr=2.0) for _ in range(3)]
        return (source, losses, m.evaluate(model, source), weights(model), m.write(model, 12, sample=False),
                m.write(model, 12, temperature=1.5))
    case = CASES["character model"]._replace(build=lambda m, p: m.CharLM(kind, dropout=p, tied=kind != "GRU"))
    text = np.tile([3, 1, 4, 1, 5, 9, 2, 6], 8)
    _, losses, perplexity, _, best, drawn = both_do("charlm", learn, text, models=both_models(case, 0.0))
    assert sum(losses[2]) < sum(losses[0]) and 1 < perplexity < 24 and best != drawn and len(losses[0]) == 4


def test_vae_learns_and_interpolates():
    def learn(m, model, x, y):
        m.torch.manual_seed(0)
        loader, optimizer = m.make_loader(x, y), m.make_optimizer(model)
        return [m.train(model, loader, optimizer) for _ in range(3)], weights(model), m.between(
            model, m.torch.zeros(3), m.torch.ones(3), 4)
    *_, line = both("VAE", learn, array(10, 14, kind="probability"), ints(10))
    assert line.shape == (4, 14)


@pytest.mark.parametrize("made", ["dense", "sparse"])
def test_gcn_learns(made):
    def learn(m, model, x, a, y):
        adjacency = m.normalised(a.to(m.torch.get_default_dtype()))
        adjacency = m.sparse(adjacency) if made == "sparse" else adjacency
        optimizer = m.make_optimizer(model)
        return [m.train(model, optimizer, x.detach(), adjacency, y, m.torch.tensor([0, 3, 5, 6])) for _ in range(20)], weights(model)
    steps, _ = both("GCN", learn, array(9, 5), ring(9, 4), ints(9))
    assert steps[-1][0] < steps[0][0]


def test_gin_puts_graphs_together():
    def put(m, model, *arrays):
        x, e, graph = m.batch_of([(x.detach(), e) for x, e in zip(arrays[::2], arrays[1::2])])
        return x, e, graph, model(x, e, graph)
    x, e, graph, scores = both("GIN", put, array(3, 5), ints(2, 4), array(1, 5), ints(2, 0), array(4, 5), ints(2, 6, high=4))
    assert graph.tolist() == [0, 0, 0, 1, 2, 2, 2, 2] and e.shape == (2, 10) and scores.shape == (3, 2)


def test_word2vec_learns_from_kmers():
    sentences = [["ATG", "TGC", "GCA", "CAT"] * 3, ["CAT", "ATT", "TTG"] * 3]

    def learn(m, model):
        data = m.Pairs(sentences, window=2)
        model = with_weights(m.SkipGram(len(data.words), 4), start)
        m.torch.manual_seed(0)
        return data.words, data.pairs, data.noise, m.train(model, data), weights(model), model.nearest(0)
    start = program("word2vec", torch).SkipGram(6, 4)
    *_, losses, _, nearest = both_do("word2vec", learn)
    assert losses[1] < losses[0] and len(nearest) == 3


def test_cox_gradients_and_concordance():
    def use(m, model, x, time, event, hospital):
        hazard = m.loss_of(model.eval(), x, time, event, hospital)[0]
        return m.concordance(hazard, m.torch.sort(time, descending=True)[0], event[m.torch.argsort(time, descending=True)])
    concordance = both("Cox", use, *CASES["Cox"].inputs)
    assert 0 < concordance < 1
    m = program("cox", tg)
    h, event = tg.tensor(array(6), requires_grad=True), tg.tensor(1.0 * bools(6))
    assert tg.testing.gradcheck(lambda h: m.CoxLoss.apply(h, event), (h,))


def test_training_stops_early_and_goes_on_from_a_checkpoint(tmp_path):
    """The same history in both; and interrupted after three epochs, the same as without."""
    x = array(40, 5, kind="probability")
    y = (x[:, :3] + 0.2 * array(40, 3)).argmax(1)

    def fit(m, start):
        m.set_seed(1)
        run = m.make(x, y)
        with_weights(run[0], start)
        folder = tmp_path / m.torch.__name__
        folder.mkdir()
        history, last, best = m.fit(*run, epochs=60, folder=str(folder))
        return history, list(last.values()), list(best.values()), weights(run[0]), m.predict(run[0], run[4]["val"], run[5])

    start = program("training", torch).make(x, y)[0]
    mine, yours = (fit(program("training", library), start) for library in LIBRARIES)
    alike(mine, yours)
    history, last, *_ = mine
    assert 6 < len(history) < 60 and history[-1]["lr"] < 0.05, "it was to stop early, at a smaller learning rate"
    assert history[-1]["train_acc"] > 0.8

    m = program("training", tg)
    (tmp_path / "again").mkdir()
    run = m.make(x, y)
    with_weights(run[0], start)
    m.fit(*run, epochs=3, folder=str(tmp_path / "again"))
    run = m.make(x, y, lr=0.7)
    epoch, before = m.load_checkpoint(str(tmp_path / "again" / "checkpoint.pth"), *run[:3], run[5])
    assert epoch == 3 and before == history[:3]
    m.load_checkpoint(str(tmp_path / "again" / "checkpoint.pth"), *run[:3], run[5])
    after, weights_after, *_ = m.fit(*run, epochs=len(history), folder=str(tmp_path / "again"), start=epoch, history=before,
                                     patience=40)
    assert after == history and all((a == b).all() for a, b in zip(weights_after.values(), last))
