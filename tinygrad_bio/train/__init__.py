"""Training, as it is mostly done: epochs, validation, early stopping, checkpoints, a history to look at.

>>> import tinygrad_bio as tg
>>> from tinygrad_bio import nn, train
>>> _ = tg.manual_seed(0)
>>> x = tg.randn(200, 3)
>>> y = x @ tg.tensor([[1.], [-2.], [0.5]])
>>> net = nn.Linear(3, 1)
>>> history = train.fit(net, (x, y), nn.MSELoss(), tg.optim.Adam(net.parameters(), lr=0.1), epochs=20)
>>> history["train loss"][-1] < 0.01
True

``loop.py`` is the loop, ``batches.py`` what goes into it, ``history.py`` what it remembers, ``checkpoint.py`` how it goes on after it
was killed. The scripts of the first lectures write the loop out by hand: it is ten lines. What is here are the others, which make long
training safe.
"""
from .batches import batches_of
from .checkpoint import load_checkpoint, save_checkpoint
from .history import History
from .loop import NotFiniteError, TrainingModeWarning, evaluate, evaluating, fit, predict

__all__ = ["fit", "evaluate", "predict", "evaluating", "batches_of", "History", "save_checkpoint", "load_checkpoint", "NotFiniteError",
           "TrainingModeWarning"]
