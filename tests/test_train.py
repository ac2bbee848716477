"""Training: the loop equals one written by hand, stops early, goes on after a kill, and explains what goes wrong."""
import pathlib
import random
import subprocess
import sys
import time

import numpy as np
import pytest

import tinygrad_bio as tg
from tinygrad_bio import nn, train

HERE = pathlib.Path(__file__).parent


def problem(n=40):
    tg.manual_seed(0)
    x = tg.randn(n, 3)
    return x, x[:, :1] * 2 - 1


def network():
    tg.manual_seed(1)
    net = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Dropout(0.2), nn.Linear(8, 1))
    return net, tg.optim.Adam(net.parameters(), lr=0.05)


def test_equals_the_loop_written_by_hand():
    x, y = problem()
    net, optimizer = network()
    by_fit = train.fit(net, (x, y), nn.MSELoss(), optimizer, epochs=3, batch_size=7)["train loss"]
    other, optimizer = network()
    batches, by_hand = tg.utils.data.DataLoader(tg.utils.data.TensorDataset(x, y), batch_size=7, shuffle=True), []
    for _ in range(3):
        total = 0.0
        for a, b in batches:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(other(a), b)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(a)
        by_hand.append(total / len(x))
    assert by_fit == by_hand
    assert all((p == q).all() for p, q in zip(net.parameters(), other.parameters()))


def test_early_stopping_goes_back_to_the_best_weights():
    x, y = problem()
    net, optimizer = network()
    noise = tg.randn(20, 1)
    history = train.fit(net, (x, y), nn.MSELoss(), optimizer, epochs=200, validation=(x[:20], noise), patience=4)
    assert history.epochs == history.best + 4 and "4 epochs" in history.stopped
    assert history["validation loss"][history.best - 1] == min(history["validation loss"])
    kept = train.evaluate(net, (x[:20], noise), nn.MSELoss())["loss"]
    assert kept == pytest.approx(min(history["validation loss"]), rel=1e-6)


def test_a_metric_can_decide_and_larger_is_better():
    x, y = problem()
    net, optimizer = network()
    scores = iter([1, 3, 2, 2, 2, 2])
    history = train.fit(net, (x, y), nn.MSELoss(), optimizer, epochs=6, validation=(x, y), patience=2, monitor="score",
                        metrics={"score": lambda output, target: next(scores)})
    assert history.best == 2 and history["validation score"] == [1, 3, 2, 2]


def test_schedulers_clipping_and_own_steps():
    x, y = problem()
    net, optimizer = network()
    plateau = tg.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, factor=0.1)
    history = train.fit(net, (x, y), lambda model, batch: (model(batch[0]) - batch[1]).abs().mean() * 0 + 1, optimizer, epochs=3,
                        scheduler=plateau)
    assert np.allclose(history["learning rate"], [0.05, 0.05, 0.005])
    net, _ = network()
    before = [p.clone() for p in net.parameters()]
    train.fit(net, (x, y), nn.MSELoss(), tg.optim.SGD(net.parameters(), lr=1.0), epochs=1, batch_size=40, clip_grad_norm=1e-3)
    moved = sum(float(((p - q) ** 2).sum()) for p, q in zip(net.parameters(), before)) ** 0.5
    assert moved == pytest.approx(1e-3, rel=1e-3)


def test_evaluation_is_in_evaluation_mode_without_recording_and_puts_the_mode_back():
    x, y = problem()
    net, _ = network()
    net[2].eval()
    seen = []
    net.register_forward_hook(lambda module, inputs, output: seen.append((module.training, output.requires_grad)))
    train.predict(net, x, batch_size=16)
    train.evaluate(net, (x, y), nn.MSELoss())
    assert set(seen) == {(False, False)}
    assert net.training and not net[2].training


def test_a_layer_that_stays_in_training_mode_is_named():
    class Stubborn(nn.Dropout):
        def train(self, mode=True):
            return super().train(True)

    net = nn.Sequential(nn.Linear(3, 1), Stubborn())
    with pytest.warns(train.TrainingModeWarning, match="training mode: 1"):
        train.predict(net, tg.ones(2, 3))


def test_a_loss_that_is_not_a_number_stops_before_it_spoils_the_weights():
    x, y = problem()
    y[17] = float("nan")
    net, optimizer = network()
    with pytest.raises(train.NotFiniteError, match=r"epoch 1, batch \d+: the loss is nan.*learning rate.*0.05"):
        train.fit(net, (x, y), nn.MSELoss(), optimizer, epochs=2, batch_size=4)
    assert all(tg.isfinite(p).all() for p in net.parameters())


@pytest.mark.parametrize("keywords, words", [
    (dict(patience=3), "needs validation data"),
    (dict(monitor="accuracy"), "the metrics are"),
    (dict(data=(tg.ones(3, 3), tg.ones(2, 1))), r"\[3, 2\]"),
    (dict(data=iter(())), "no batches"),
])
def test_errors(keywords, words):
    net, optimizer = network()
    data = keywords.pop("data", problem())
    with pytest.raises(ValueError, match=words):
        train.fit(net, data, nn.MSELoss(), optimizer, epochs=1, **keywords)


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    net, optimizer = network()
    train.save_checkpoint(tmp_path / "a", net, optimizer)
    with pytest.raises(ValueError, match="a optimizer, but no optimizer"):
        train.load_checkpoint(tmp_path / "a", net)


def test_the_history_is_a_table_and_a_picture(tmp_path):
    pytest.importorskip("matplotlib", reason="no matplotlib: the curves are not drawn")
    history = train.History({"train loss": list(range(30))})
    assert len(repr(history).splitlines()) == 13
    history.plot(tmp_path / "curve.png")
    assert (tmp_path / "curve.png").exists()
    with pytest.raises(ValueError, match="no curve 'accuracy'"):
        history.plot(names=["accuracy"])


# ------------------------------------------------------------------------------------------------ kills

def run(folder, result="result", wait=True):
    process = subprocess.Popen([sys.executable, HERE / "killed_run.py", folder / "checkpoint", folder / result],
                               cwd=HERE.parent, stderr=subprocess.PIPE)
    if wait:
        _, error = process.communicate()
        assert process.returncode == 0, error.decode()
    return process


def test_killed_at_twenty_moments_training_ends_with_the_same_bits(tmp_path):
    alone, killed = tmp_path / "alone", tmp_path / "killed"
    alone.mkdir(), killed.mkdir()
    start = time.perf_counter()
    run(alone)
    whole = time.perf_counter() - start
    moments, kills, done = random.Random(5), 0, 0
    while kills < 20:
        process = run(killed, wait=False)
        try:
            process.wait(timeout=moments.uniform(0.35, 1.0) * whole)
        except subprocess.TimeoutExpired:
            process.kill()
            kills += 1
        process.communicate()
        if (killed / "result").exists():                    # it came to its end between two kills: compare, and begin again
            compare(alone / "result", killed / "result")
            (killed / "result").unlink(), (killed / "checkpoint").unlink()
            done += 1
    run(killed)
    compare(alone / "result", killed / "result")
    print(f"{kills} kills, {done + 1} runs compared")


def compare(a, b):
    a, b = tg.load(a), tg.load(b)
    assert a["history"] == b["history"] and a["best"] == b["best"]
    for name, weight in a["weights"].items():
        assert (weight.numpy() == b["weights"][name].numpy()).all(), name
    for number, state in a["optimizer"]["state"].items():
        for name, value in state.items():
            assert np.array_equal(np.asarray(value), np.asarray(b["optimizer"]["state"][number][name])), (number, name)
