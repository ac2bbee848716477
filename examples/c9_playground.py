"""A playground: points of two classes, a network of your choice, and its boundary, which moves while it learns.  (Lecture C9)

Each neuron of the first layer can only divide the plane by a straight line. Layers put such lines together to bent ones:

    h = σ(W x + b)       p(class 1 | x) = sigmoid(w·h + c)        loss = −log p of the right class

Change the layers, the activation, the learning rate or the points, and watch:

    python examples/c9_playground.py                                            spirals, two layers of 16
    python examples/c9_playground.py --points circles --layers 3 --activation relu      three lines make a triangle
    python examples/c9_playground.py --points xor --layers 0                    no hidden layer: it cannot
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from matplotlib.animation import PillowWriter
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, train, viz

POINTS = ("spirals", "circles", "moons", "xor")
ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "sigmoid": nn.Sigmoid, "none": nn.Identity}
options = course.options(__doc__, epochs=200, quick_epochs=5, points=("spirals", "which points: " + ", ".join(POINTS)),
                         layers=((16, 16), "neurons of each hidden layer; 0: no hidden layer"), noise=(0.08, "spread of the points"),
                         activation=("tanh", "activation: " + ", ".join(ACTIVATIONS)), lr=(0.02, "learning rate of Adam"))
if options.points not in POINTS or options.activation not in ACTIVATIONS or min(options.layers) < 0:
    raise SystemExit(f"--points must be one of {', '.join(POINTS)}, --activation one of {', '.join(ACTIVATIONS)}, --layers numbers of neurons")


# %% The points
def points(kind, count, noise):
    """`count` points (N, 2) and their classes (N,), half of them of each class."""
    y = np.arange(count) % 2
    t = np.random.rand(count)                                               # place along the curve, 0 … 1
    if kind == "spirals":
        angle = 3.5 * np.pi * np.sqrt(t) + np.pi * y
        x = np.sqrt(t)[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1) * 2
    elif kind == "circles":
        x = np.where(y, 0.7, 1.8)[:, None] * np.stack([np.cos(2 * np.pi * t), np.sin(2 * np.pi * t)], 1)
    elif kind == "moons":
        x = np.stack([np.cos(np.pi * t), np.sin(np.pi * t)], 1) * np.where(y, -1, 1)[:, None] + np.where(y, 0.5, -0.5)[:, None] * [1, 0.5]
    else:
        corner = np.stack([np.where(t < 0.5, 1, -1), np.where(t < 0.5, 1, -1) * np.where(y, -1, 1)], 1)
        x = corner + (np.random.rand(count, 2) - 0.5) * 1.6
    return (x + noise * np.random.randn(count, 2)).astype("float32"), y


x, y = points(options.points, 300, options.noise)
x_test, y_test = points(options.points, 1000, options.noise)

# %% The network
widths = [width for width in options.layers if width]
layers = []
for before, after in zip([2, *widths], widths):
    layers += [nn.Linear(before, after), ACTIVATIONS[options.activation]()]
model = nn.Sequential(*layers, nn.Linear([2, *widths][-1], 1), nn.Flatten(0)).to(options.device)       # (N,) scores
print(model)
optimizer = tg.optim.Adam(model.parameters(), lr=options.lr)
data = (tg.from_numpy(x), tg.from_numpy(y.astype("float32")))


def probability(x):
    """p(class 1) of points (N, 2)."""
    return tg.sigmoid(train.predict(model, tg.from_numpy(x), batch_size=10_000, device=options.device)).cpu().numpy()


# %% Training, with a picture after each tenth of the epochs so far: many at the beginning, when much happens
frames = np.unique(np.geomspace(1, options.epochs, 40).round().astype(int))
history, figure = {"training": [], "new points": []}, Figure(figsize=(4.8, 4.0), layout="constrained")
film = PillowWriter(fps=6)
with film.saving(figure, options.out / "boundary.gif", dpi=90):
    for epoch in course.progress(range(1, options.epochs + 1), "training"):
        train.fit(model, data, nn.BCEWithLogitsLoss(), optimizer, 1, batch_size=32, device=options.device)
        history["training"].append(100 * np.mean((probability(x) > 0.5) == y))
        history["new points"].append(100 * np.mean((probability(x_test) > 0.5) == y_test))
        if epoch in frames:
            figure.clear()
            viz.boundary(probability, x, y, ax=figure.add_subplot(), resolution=80,
                         title=f"epoch {epoch}: {history['training'][-1]:.0f} % of these points right")
            film.grab_frame()
    for _ in range(10):                                                     # the last frame stays for a while
        film.grab_frame()

# %% The result on new points, beside a straight line
straight = LogisticRegression().fit(x, y).score(x_test, y_test)
ours = bio.wilson(int(((probability(x_test) > 0.5) == y_test).sum()), len(y_test))
table = course.Table(options, "accuracy on new points (%)", digits=1)
table.add(f"{options.points}, {'-'.join(map(str, [2, *widths, 1]))}, {options.activation}", 100 * ours.value, (100 * ours.low, 100 * ours.high),
          baseline=("a straight line", 100 * straight))
table.show()

# %% The pictures: the boundary at the end, and how it came about
with viz.panels(options.out / "boundary.png", 1, 2, size=(4.4, 3.6)) as (left, right):
    viz.boundary(probability, x, y, ax=left, title=f"{options.points}, after {options.epochs} epochs")
    viz.lines(None, history, ax=right, xlabel="epoch", ylabel="right (%)", title="While it learned")
print(f"\nThe film: {options.out}/boundary.gif; its end: {options.out}/boundary.png")
