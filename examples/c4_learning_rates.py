"""Too small, too large, adaptive: learning rates, and batches, on a loss surface one can see.  (Lecture C4)

Gradient descent goes downhill, w ← w − η·∂L/∂w. A model with two weights, ŷ = w₁x₁ + w₂x₂, has a loss that can be drawn as a map:
a valley, steep across and flat along, for x₂ is smaller than x₁. Its curvatures λ are the eigenvalues of 2·XᵀX/N, and

    η > 2/λ_max     every step lands higher on the other side       η ≪ 2/λ_max     it never arrives along the valley

Adam divides each weight's step by the usual size of its gradient: a learning rate of its own for each weight. The gradient may come
from all examples (gradient descent), from one (stochastic), or from a few (mini-batch): cheaper steps, in a more random direction.

    python examples/c4_learning_rates.py             a few seconds
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import course, viz

options = course.options(__doc__, epochs=30, quick_epochs=10, batch=(10, "examples of a mini-batch"), starts=(20, "different first weights"))
starts = 3 if options.quick else options.starts

# %% The data: 100 examples, y = x₁ + 2·x₂ + error
scale = np.array([1.0, 0.35])
x = (np.random.randn(100, 2) * scale).astype("float32")                         # (N, 2)
y = (x @ [1.0, 2.0] + 0.3 * np.random.randn(100)).astype("float32")             # (N,)
exact = np.linalg.lstsq(x, y, rcond=None)[0]                                    # the lowest point, by linear algebra
flat, steep = np.linalg.eigvalsh(2 * x.T @ x / len(x))
limit = 2 / steep
print(f"curvature across the valley {steep:.2f}, along it {flat:.2f}; learning rates above 2/{steep:.2f} = {limit:.2f} diverge")


def height(w1, w2):
    """The loss at weights of any shape."""
    error = np.asarray(w1)[..., None] * x[:, 0] + np.asarray(w2)[..., None] * x[:, 1] - y
    return (error**2).mean(-1)


lowest = float(height(*exact))


# %% One descent
def descend(optimizer, lr, batch=100, start=(-2.0, -1.5), epochs=options.epochs, **more):
    """Train for so many epochs; the weights (steps + 1, 2) on the way."""
    w = tg.tensor(list(start), requires_grad=True, device=options.device)
    descent, way = optimizer([w], lr=lr, **more), [list(start)]
    inputs, targets = tg.from_numpy(x).to(options.device), tg.from_numpy(y).to(options.device)
    for _ in range(epochs):
        order = np.random.permutation(100)
        for i in range(0, 100, batch):
            chosen = order[i:i + batch].tolist()
            descent.zero_grad()
            loss = ((inputs[chosen] @ w - targets[chosen])**2).mean()
            loss.backward()
            descent.step()
            way.append(w.tolist())
    return np.array(way)


SGD, Adam = tg.optim.SGD, tg.optim.Adam
rates = {"too small": dict(optimizer=SGD, lr=0.03 * limit), "good": dict(optimizer=SGD, lr=0.85 * limit),
         "too large": dict(optimizer=SGD, lr=1.03 * limit), "adaptive (Adam)": dict(optimizer=Adam, lr=0.3)}
batches = {"all 100": dict(optimizer=SGD, lr=0.1 * limit), f"mini-batch of {options.batch}": dict(optimizer=SGD, lr=0.1 * limit, batch=options.batch),
           "stochastic, 1": dict(optimizer=SGD, lr=0.1 * limit, batch=1)}

# %% The ways, from one start
by_rate = {name: descend(**how) for name, how in rates.items()}
by_batch = {name: descend(**how, epochs=3) for name, how in batches.items()}

# %% The result from many starts: how far above the lowest point the loss is at the end
table = course.Table(options, "loss at the end", digits=3, better="lower")
places = exact + 4 * np.random.randn(starts, 2)
for kind, ways, epochs in (("learning rate", rates, options.epochs), ("each step from", batches, 3)):
    for name, how in course.progress(list(ways.items()), kind):
        ends = [float(height(*descend(**how, epochs=epochs, start=place.tolist())[-1])) for place in places]
        table.add(f"{kind}: {name}, {epochs} epochs", np.median(ends), tuple(np.percentile(ends, [2.5, 97.5])), baseline=("least squares", lowest))
table.show()
print(f"\nMedian over {starts} starts, and the range of 95 % of them. Three epochs are 3 steps with all examples, "
      f"{3 * 100 // options.batch} with mini-batches, 300 with single ones.")

# %% The pictures: the ways on the map, and the loss after each step
with viz.panels(options.out / "learning_rates.png", 2, 2, size=(4.2, 3.5)) as ((rates_map, rates_loss), (batch_map, batch_loss)):
    edges = ((-3.2, 4.6), (-2.4, 3.8))
    viz.surface(height, by_rate, ax=rates_map, limits=edges, title="Learning rates: gradient descent, Adam")
    viz.surface(height, by_batch, ax=batch_map, limits=edges, title="Batches: three epochs each")
    above = {name: height(*way.T) - lowest for name, way in by_rate.items()}
    viz.lines(range(options.epochs + 1), above, ax=rates_loss, xlabel="step", ylabel="loss above the lowest", logy=True, title="Too large: it rises")
    rates_loss.set_ylim(1e-6, 1e7)
    for k, (name, way) in enumerate(by_batch.items()):
        batch_loss.plot(np.linspace(0, 3, len(way)), height(*way.T) - lowest, label=name, linestyle=("-", "--", "-.")[k],
                        linewidth=(2, 1.5, 1)[k], color=batch_map.get_lines()[k].get_color())
    batch_loss.set(xlabel="epoch", ylabel="loss above the lowest", yscale="log", ylim=(3e-5, 1e3), title="One epoch costs the same for all")
    for ax in (rates_loss, batch_loss):
        ax.legend(fontsize=8, loc="upper right")
    for ax in (rates_map, batch_map):
        ax.legend(fontsize=7.5, loc="upper left")
print(f"Picture: {options.out}/learning_rates.png")
