"""Training: the loop equals one written by hand, stops early, goes on after a kill, and explains what goes wrong."""
import os
import pathlib
import random
import subprocess
import sys

import numpy as np
import pytest

import tinygrad_bio as tg
from tinygrad_bio import nn, train
from tinygrad_bio.utils.data import DataLoader, TensorDataset

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


def test_a_score_that_is_not_a_number_is_never_the_best():
    x, y = problem()
    net, optimizer = network()
    scores = iter([float("nan"), 1, float("nan"), 2, 1, 1])
    history = train.fit(net, (x, y), nn.MSELoss(), optimizer, epochs=6, validation=(x, y), patience=5, monitor="score",
                        metrics={"score": lambda output, target: next(scores)})
    assert history.best == 4


def test_not_a_number_in_the_validation_data_is_said():
    x, y = problem()
    net, optimizer = network()
    with pytest.raises(train.NotFiniteError, match="epoch 1: the training loss is .* but the validation loss is nan"):
        train.fit(net, (x, y), nn.MSELoss(), optimizer, epochs=2, validation=(x * float("nan"), y))


def test_parts_in_evaluation_mode_stay_there():
    x, y = problem()
    net, optimizer = network()
    net[2].eval()
    seen = []
    train.fit(net, (x, y), lambda model, batch: (seen.append(model[2].training), nn.functional.mse_loss(model(batch[0]), batch[1]))[1],
              optimizer, epochs=2, validation=(x, y))
    assert not any(seen) and net.training


def test_batches_may_be_lists_or_dictionaries():
    x, y = problem()

    def trained(data, loss):
        net, optimizer = network()
        return train.fit(net, data, loss, optimizer, epochs=2)["train loss"]

    expected = trained([(x[:10], y[:10]), (x[10:], y[10:])], nn.MSELoss())
    assert trained([{"x": x[:10], "y": y[:10]}, {"x": x[10:], "y": y[10:]}],
                   lambda model, batch: nn.functional.mse_loss(model(batch["x"]), batch["y"])) == expected


def test_train_called_meanwhile_is_said():
    x, y = problem()
    net, _ = network()
    with pytest.warns(train.TrainingModeWarning, match="meanwhile"):
        train.evaluate(net, (x, y), lambda model, batch: model.train()(batch[0]).mean())
    assert net.training


@pytest.mark.parametrize("keywords, words", [
    (dict(patience=3), "patience needs validation data"),
    (dict(metrics={"r": None}), "metrics needs validation data"),
    (dict(epochs=0), "epochs must be positive, got 0"),
    (dict(clip_grad_norm=-1), "clip_grad_norm must be positive"),
    (dict(loss=nn.MSELoss), "got 'MSELoss': write brackets behind it"),
    (dict(loss=nn.MSELoss(reduction="none")), r"one number, got shape \(32, 1\): take its mean"),
    (dict(loss=lambda output, y: 0.0), "got a float"),
    (dict(model=len), "must be an nn.Module"),
    (dict(optimizer=tg.optim.SGD(nn.Linear(1, 1).parameters(), lr=1)), "none of this model's parameters"),
    (dict(scheduler=tg.optim.lr_scheduler.StepLR(tg.optim.SGD(nn.Linear(1, 1).parameters(), lr=1), 1)), "another optimizer"),
    (dict(loss=lambda model, batch: 0, validation=(tg.ones(2, 3), tg.ones(2, 1)), metrics={"r": len}), "nobody knows the outputs"),
    (dict(monitor="accuracy"), "the metrics are"),
    (dict(data=(tg.ones(3, 3), tg.ones(2, 1))), r"\[3, 2\]"),
    (dict(data=iter(())), "no batches in epoch 1"),
])
def test_errors(keywords, words):
    net, optimizer = network()
    given = dict(model=net, data=problem(), loss=nn.MSELoss(), optimizer=optimizer, epochs=1) | keywords
    with pytest.raises((ValueError, TypeError), match=words):
        train.fit(**given)


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


def test_on_a_card_too(cuda, tmp_path):
    """Batches are moved, and a checkpoint that was written there goes on there."""
    x, y = problem()

    def go_on(epochs):
        net, optimizer = network()
        net.to(cuda)
        history = train.fit(net, (x, y), nn.MSELoss(), optimizer, epochs, validation=(x, y), patience=9, device=cuda,
                            checkpoint=tmp_path / "kept", metrics={"largest": lambda output, target: output.max().item()})
        return history, train.predict(net, x, device=cuda).cpu().numpy()

    whole, outputs = go_on(4)
    (tmp_path / "kept").unlink()
    go_on(2)
    continued, same = go_on(4)
    assert continued == whole and (same == outputs).all()


# ------------------------------------------------------------------------------------------------ kills

def run(*words):
    """What killed_run.py prints."""
    done = subprocess.run([sys.executable, HERE / "killed_run.py", *map(str, words)], cwd=HERE.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork and no SIGKILL")
def test_killed_at_twenty_moments_training_ends_with_the_same_bits(tmp_path):
    alone, killed = tmp_path / "alone", tmp_path / "killed"
    run(tmp_path / "checkpoint", alone)
    said = run(tmp_path / "another", killed, 20, 5)
    epochs = [int(word) for word in said.split()[3:]]
    print(said)
    assert len(epochs) == 20 and len(set(epochs)) >= 10                     # they were spread over the whole training
    results = sorted(tmp_path.glob("killed*"))
    assert len(results) >= 2
    for result in results:
        compare(alone, result)
    assert not list(tmp_path.glob("*.unfinished"))


@pytest.mark.parametrize("left_out", ["library", "numpy", "python", "generators", "optimizer", "scheduler", "nothing"])
def test_a_checkpoint_needs_each_of_its_parts(tmp_path, left_out):
    """Stop after 3 of 6 epochs and go on: the same, if and only if every part of the checkpoint is used."""
    import killed_run

    def go_on(epochs, damage=None):
        tg.manual_seed(3), np.random.seed(3), random.seed(3)
        x, y = problem(64)
        net, optimizer = network()
        scheduler = tg.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
        loader = DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True, generator=tg.Generator().manual_seed(5))
        if damage is not None:                                              # put the part of a fresh start into the checkpoint
            train.save_checkpoint(tmp_path / "fresh", net, optimizer, scheduler, generators=[loader.generator])
            state, fresh = tg.load(tmp_path / "kept"), tg.load(tmp_path / "fresh")
            place = "random" if damage in state["random"] else None
            (state[place] if place else state)[damage] = (fresh[place] if place else fresh)[damage]
            tg.save(state, tmp_path / "kept")
        train.fit(net, loader, killed_run.noisy, optimizer, epochs, scheduler=scheduler, checkpoint=tmp_path / "kept")
        return np.concatenate([p.detach().numpy().ravel() for p in net.parameters()])

    whole = go_on(6)
    (tmp_path / "kept").unlink()
    go_on(3)
    continued = go_on(6, damage=None if left_out == "nothing" else left_out)
    assert (continued == whole).all() == (left_out == "nothing")


def compare(a, b):
    a, b = tg.load(a), tg.load(b)
    assert a["history"] == b["history"] and a["best"] == b["best"]
    for name, weight in a["weights"].items():
        assert (weight.numpy() == b["weights"][name].numpy()).all(), name
    for number, state in a["optimizer"]["state"].items():
        for name, value in state.items():
            assert np.array_equal(np.asarray(value), np.asarray(b["optimizer"]["state"][number][name])), (number, name)
