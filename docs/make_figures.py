"""Draw the figures of these pages anew: ``python docs/make_figures.py`` (needs Graphviz's ``dot``)."""
import pathlib

import tinygrad_bio as tg
from tinygrad_bio import nn, viz

HERE = pathlib.Path(__file__).parent / "img"


def diamonds():
    """b = a + a; c = b + b, of page 1."""
    a = tg.tensor([1.0], requires_grad=True)
    b = a + a
    c = b + b
    return viz.graph(c, params={"a": a})


def training_step():
    """One training step of the peptide network, of the front page."""
    tg.manual_seed(0)
    net = nn.Sequential(nn.Linear(180, 32), nn.Sigmoid(), nn.Linear(32, 1), nn.Sigmoid())
    loss = nn.MSELoss()(net(tg.randn(64, 180)), tg.rand(64, 1))
    return viz.graph(loss, params=net)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for draw in (diamonds, training_step):
        print(viz.save(draw(), HERE / f"{draw.__name__}.svg"))
