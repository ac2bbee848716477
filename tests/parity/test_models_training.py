"""Whole programs of PyTorch users on sequences and graphs: they learn, decode, save, and go on as in PyTorch.

The files are those of `test_models_sequence.py`, from the same weights, in float64. Compared are losses,
weights after training, and all that the programs write.
"""
import math
import random

import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from .both import LIBRARIES, array, bools, ints, told
from .programs import (  # noqa: F401  (fixtures)
    CASES, alike, both_models, in_float64, program, ring, same_random, tokens, weights, with_weights)


def both_do(file, use, *arrays, models=(None, None)):
    """``use(program, model, *tensors)`` in both libraries; what it returns is compared, and ours returned."""
    mine, yours = (use(program(file, library), model, *told(library, arrays, []))
                   for library, model in zip(LIBRARIES, models))
    alike(mine, yours)
    return mine


def both(name, use, *arrays, dropout=0.0):
    """`both_do` with a model of each library, with equal weights."""
    case = CASES[name]
    return both_do(case.file, use, *arrays, models=both_models(case, dropout))


@pytest.mark.parametrize("settings", [{}, {"temperature": 0.5, "top_k": 4},
                                      {"temperature": 2.0, "sample": True, "top_k": 9}])
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
    def learn(m, model, x, n, y):
        random.seed(3)
        optimizer, batches = m.make_optimizer(model), [(x, n, y), (x[:5, :1], n[:1], y[:, :1])]
        losses = [m.train(model, batches, optimizer) for _ in range(4)]
        written = [model.translate(x[:k, i:i + 1], n[i:i + 1]) for i, k in enumerate(n.tolist())]
        return losses, weights(model), written
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
    """No path of all is better, and their probabilities sum to 1."""
    def use(m, model, x, lengths):
        best, emissions = model.decode(x, lengths), model.scores(x, lengths).detach()[0][:3]
        paths = m.torch.cartesian_prod(*[m.torch.arange(3)] * 3)
        scores = m.torch.stack([model._score_of(emissions, path) for path in paths])
        assert scores.max().item() == pytest.approx(best[0][0])
        assert paths[scores.argmax()].tolist() == best[0][1]
        return best, scores, model._log_sum_of_all_paths(emissions)
    _, scores, total = both("tagger with a CRF", use, *CASES["tagger with a CRF"].inputs[:2])
    assert tg.logsumexp(scores, 0).item() == pytest.approx(total.item())


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN_TANH", "RNN_RELU"])
def test_character_model_reads_on_and_writes(kind):
    """The state goes from one stretch into the next; its history does not."""
    def learn(m, model, text):
        source = m.batchify(text, 3)
        losses = [m.train(model, source, lr=2.0) for _ in range(3)]
        written = m.write(model, 12, sample=False), m.write(model, 12, temperature=1.5)
        return losses, source, m.evaluate(model, source), weights(model), written
    case = CASES["character model"]._replace(build=lambda m, p: m.CharLM(kind, dropout=p, tied=kind != "GRU"))
    text = np.tile([3, 1, 4, 1, 5, 9, 2, 6], 8)
    losses, _, perplexity, _, (best, drawn) = both_do("charlm", learn, text, models=both_models(case, 0.0))
    assert len(losses[0]) == 4 and sum(losses[2]) < sum(losses[0]) and 1 < perplexity < 24 and best != drawn


def test_vae_learns_and_interpolates():
    def learn(m, model, x, y):
        m.torch.manual_seed(0)
        loader, optimizer = m.make_loader(x, y), m.make_optimizer(model)
        losses = [m.train(model, loader, optimizer) for _ in range(3)]
        return losses, weights(model), m.between(model, m.torch.zeros(3), m.torch.ones(3), 4)
    *_, line = both("VAE", learn, array(10, 14, kind="probability"), ints(10))
    assert line.shape == (4, 14)


@pytest.mark.parametrize("made", ["dense", "sparse"])
def test_gcn_learns(made):
    def learn(m, model, x, a, y):
        adjacency = m.normalised(a.to(m.torch.get_default_dtype()))
        adjacency = m.sparse(adjacency) if made == "sparse" else adjacency
        optimizer, some = m.make_optimizer(model), m.torch.tensor([0, 3, 5, 6])
        return [m.train(model, optimizer, x.detach(), adjacency, y, some) for _ in range(20)], weights(model)
    learnt, _ = both("GCN", learn, array(9, 5), ring(9, 4), ints(9))
    assert learnt[-1][0] < learnt[0][0]


def test_gin_puts_graphs_together():
    def put(m, model, *arrays):
        x, e, graph = m.batch_of([(x.detach(), e) for x, e in zip(arrays[::2], arrays[1::2])])
        return x, e, graph, model(x, e, graph)
    graphs = array(3, 5), ints(2, 4), array(1, 5), ints(2, 0), array(4, 5), ints(2, 6, high=4)
    x, e, graph, scores = both("GIN", put, *graphs)
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
        time, order = m.torch.sort(time, descending=True)
        return m.concordance(hazard, time, event[order])
    assert 0 < both("Cox", use, *CASES["Cox"].inputs) < 1
    m = program("cox", tg)
    h, event = tg.tensor(array(6), requires_grad=True), tg.tensor(1.0 * bools(6))
    assert tg.testing.gradcheck(lambda h: m.CoxLoss.apply(h, event), (h,))


def test_pinn_solves_its_equation():
    def solve(m, model, x):
        x, root = x.detach(), (0.6 / 0.2) ** 0.5
        measured = m.torch.cosh((1 - x) * root) / math.cosh(root)
        return m.solve(model, x, measured, adam=20, lbfgs=6), weights(model)
    losses, _ = both("PINN", solve, np.linspace(0, 1, 9)[:, None])
    assert losses[-1] < 0.1 * losses[0]


def test_dqn_finds_its_way():
    def learn(m, model):
        random.seed(2)
        return m.train(model, m.QNet(), episodes=25), weights(model)
    (_, durations), _ = both("DQN", learn)
    assert sum(durations[-5:]) < 0.7 * sum(durations[:5])


def test_training_stops_early_and_goes_on_from_a_checkpoint(tmp_path):
    """The same history in both; and interrupted after three epochs, the same as without."""
    x = array(40, 5, kind="probability")
    y = (x[:, :3] + 0.2 * array(40, 3)).argmax(1)
    start = program("training", torch).make(x, y)[0]

    def fit(library, folder, epochs=60):
        m = program("training", library)
        m.set_seed(1)
        made = m.make(x, y)
        with_weights(made[0], start)
        folder.mkdir()
        history, last, best = m.fit(*made, epochs=epochs, folder=str(folder))
        return history, last, best, weights(made[0]), m.predict(made[0], made[4]["val"], made[5])

    mine, yours = (fit(library, tmp_path / library.__name__) for library in LIBRARIES)
    alike(mine, yours)
    history, last, *_ = mine
    assert 6 < len(history) < 60, "it was to stop early"
    assert history[-1]["lr"] < 0.05 and history[-1]["train_acc"] > 0.8

    folder, m = tmp_path / "again", program("training", tg)
    fit(tg, folder, epochs=3)
    made = m.make(x, y, lr=0.7)
    epoch, before = m.load_checkpoint(str(folder / "checkpoint.pth"), *made[:3], made[5])
    assert epoch == 3 and before == history[:3]
    after, weights_after, _ = m.fit(*made, epochs=len(history), folder=str(folder), start=epoch,
                                    history=before, patience=60)
    assert after == history and all((weights_after[name] == last[name]).all() for name in last)
