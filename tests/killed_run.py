"""A training run with everything random in it, for test_train.py, which kills it.

    python killed_run.py CHECKPOINT RESULT                 train, or go on, to the end
    python killed_run.py CHECKPOINT RESULT KILLS SEED      the same, but killed so many times on the way

The library is imported once; each run is then a fork of its own, which begins, or goes on from the checkpoint, until it is killed.
"""
import os
import random
import signal
import sys
import time

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import nn, train
from tinygrad_bio.utils.data import DataLoader, TensorDataset


def noisy(model, batch):
    """A loss that draws from NumPy and from Python too."""
    x, y = batch
    if model.training:
        x = x + float(np.random.normal(scale=0.01)) + random.uniform(-0.01, 0.01)
    return nn.functional.mse_loss(model(x), y)


def run(checkpoint, result):
    """The whole training: data, network, optimizer, schedule; all drawn from seeds."""
    tg.manual_seed(3), np.random.seed(3), random.seed(3)
    x = tg.randn(96, 6)
    y = (x[:, :1] * x[:, 1:2]).sin()
    net = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 1))
    optimizer = tg.optim.Adam(net.parameters(), lr=0.02, weight_decay=1e-3)
    scheduler = tg.optim.lr_scheduler.StepLR(optimizer, step_size=7, gamma=0.8)
    batches = DataLoader(TensorDataset(x[:64], y[:64]), batch_size=8, shuffle=True, generator=tg.Generator().manual_seed(5))
    history = train.fit(net, batches, noisy, optimizer, epochs=100, validation=(x[64:], y[64:]), scheduler=scheduler,
                        clip_grad_norm=1.0, patience=90, checkpoint=checkpoint)
    tg.save({"weights": net.state_dict(), "optimizer": optimizer.state_dict(), "history": dict(history), "best": history.best}, result)


def started(checkpoint, result):
    """A run in a process of its own; its number."""
    child = os.fork()
    if child == 0:
        try:
            run(checkpoint, result)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    return child


def ended(child):
    """Wait for it; whether it came to its end, rather than being killed. Stop everything if it failed."""
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (0, -signal.SIGKILL):
        sys.exit(f"a run failed with status {status}")
    return status == 0


def main(checkpoint, result, kills=0, seed=0):
    start = time.perf_counter()
    if not kills:
        return run(checkpoint, result)
    ended(started(checkpoint + ".alone", result + ".alone"))
    whole, moments, done, where = time.perf_counter() - start, random.Random(int(seed)), 0, []
    while len(where) < int(kills):
        child = started(checkpoint, result)
        time.sleep(moments.uniform(0, 0.2) * whole)
        os.kill(child, signal.SIGKILL)
        if ended(child):                                    # it was at its end before the kill: one more result; begin anew
            os.rename(result, f"{result}.{done}")
            os.remove(checkpoint)
            done += 1
        else:
            where.append(train_epochs(checkpoint))
    ended(started(checkpoint, result))
    print("killed after epoch", *where)


def train_epochs(checkpoint):
    """How many epochs the checkpoint holds."""
    return len(tg.load(checkpoint)["history"]["train loss"]) if os.path.exists(checkpoint) else 0


if __name__ == "__main__":
    main(*sys.argv[1:])
