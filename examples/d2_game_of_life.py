"""Filters that find gliders in the Game of Life: first set by hand, then learned.  (Lecture D2)

Each cell of the board lives or not. A cell with three living neighbours lives next, one with two stays as it is, any other dies: one filter
counts the neighbours, so the whole game is a convolution. A glider is a pattern of five cells that crawls across the board; it has four
shapes in turn. A filter with +1 where it is alive and −1 where it is dead answers 5 if a glider is there, and at most 4 anywhere else:

    answer at a cell = Σ_ab w_ab·x_(i+a)(j+b)           all at once: Y = X̃ W,  X̃ one row for each 5×5 patch, W one column for each filter

Then the filters begin at random, and learn from boards with gliders, and with gliders that have one cell wrong: they come to what one would
have set by hand. (Each is told its own shape. A single filter for all four becomes a blurred sum of them, and is taken in by near-gliders.)
Both are asked about Gosper's gun, which sends off a glider every 30 generations, and which the learned filters have never seen.

Run it:

    python examples/d2_game_of_life.py                     some seconds
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import course, nn, train, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, epochs=60, quick_epochs=20, lr=(0.5, "learning rate of Adam"))
rng = np.random.default_rng(options.seed)
GUN = """
........................O
......................O.O
............OO......OO............OO
...........O...O....OO............OO
OO........O.....O...OO
OO........O...O.OO....O.O
..........O.....O.......O
...........O...O
............OO"""
COUNT = tg.tensor([[[[1.0, 1, 1], [1, 0, 1], [1, 1, 1]]]])


# %% The game as a convolution
def step(boards):
    """The next generation of boards (N, 1, H, W) of 0 and 1."""
    neighbours = F.conv2d(boards, COUNT, padding=1)
    return ((neighbours == 3) | ((neighbours == 2) & (boards == 1))).float()


def board(drawing, height, width, top, left):
    """A drawing of dots and letters on an empty board (1, 1, H, W)."""
    x = np.zeros((1, 1, height, width), "float32")
    for i, line in enumerate(drawing.strip("\n").splitlines()):
        for j, cell in enumerate(line):
            x[0, 0, top + i, left + j] = cell == "O"
    return tg.from_numpy(x)


generations = [board(GUN, 48, 70, 2, 2)]
for _ in range(130):
    generations.append(step(generations[-1]))
gun = tg.cat(generations)                                                                   # (131, 1, 48, 70)

# %% Filters by hand: the four shapes of a glider that goes down to the right, with dead cells around
shapes = [board(".O.\n..O\nOOO", 5, 5, 1, 1)]
for _ in range(3):
    grown = step(F.pad(shapes[-1], (3, 3, 3, 3)))                                           # room to crawl
    rows, columns = grown[0, 0].nonzero(as_tuple=True)
    top, left = int(rows.min()) - 1, int(columns.min()) - 1
    shapes.append(grown[:, :, top:top + 5, left:left + 5])
by_hand = 2 * tg.cat(shapes) - 1                                                            # (4, 1, 5, 5) of ±1
answers = F.conv2d(gun, by_hand, padding=2)                                                 # (131, 4, 48, 70)
found = (answers == 5).any(1)                                                               # (131, 48, 70)
as_product = F.unfold(gun, 5, padding=2).transpose(1, 2) @ by_hand.reshape(4, 25).T         # X̃ (…, patches, 25) times W (25, 4)
if not (as_product.transpose(1, 2).reshape(*answers.shape) == answers).all():
    raise AssertionError("Y = X̃ W differs from the convolution")


def gliders(x):
    """Where a glider of each shape is, by comparing every 5×5 patch: no filter, no sum. (N, 4, H, W) of bool."""
    patches = np.lib.stride_tricks.sliding_window_view(np.pad(x[:, 0], ((0, 0), (2, 2), (2, 2))), (5, 5), axis=(1, 2))
    return np.stack([(patches == shape[0, 0].numpy()).all((3, 4)) for shape in shapes], axis=1)


truth = gliders(gun.numpy()).any(1)
print("gliders in flight, every 30 generations:", found.sum((1, 2))[10::30].tolist(), "found;", truth.sum((1, 2))[10::30].tolist(), "there")


# %% Boards to learn from: leftovers of random games, with gliders and near-gliders put in
def boards(count, side=32):
    """Boards (N, 1, side, side), and where gliders of each shape are (N, 4, side, side)."""
    x = tg.from_numpy((rng.random((count, 1, side, side)) < 0.3).astype("float32"))
    for _ in range(6):
        x = step(x)
    x = x.numpy().copy()
    for one in x[:, 0]:
        for _ in range(12):
            i, j = rng.integers(0, side - 5, 2)
            shape = shapes[rng.integers(4)][0, 0].numpy().copy()
            if rng.random() < 0.7:
                a, b = rng.integers(0, 5, 2) if rng.random() < 0.5 else rng.integers(1, 4, 2)
                shape[a, b] = 1 - shape[a, b]                                               # one cell wrong: no glider
            one[i:i + 5, j:j + 5] = shape
    return x, gliders(x)


x, y = boards(60 if options.quick else 300)
x_test, y_test = boards(100)


# %% One layer: for each filter, the log odds that its glider is there, at every cell
def learn(y, seed, words):
    """A layer with a filter for each channel of y (N, F, H, W), and its history."""
    tg.manual_seed(seed)
    net = nn.Conv2d(1, y.shape[1], 5, padding=2).to(options.device)                         # (N, 1, H, W) → (N, F, H, W)
    nn.init.constant_(net.bias, -2.0)                                                       # gliders are rare
    optimizer = tg.optim.Adam(net.parameters(), lr=options.lr)
    rate = tg.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 - epoch / options.epochs)
    history = train.fit(net, (tg.from_numpy(x), tg.from_numpy(y.astype("float32"))), nn.BCEWithLogitsLoss(pos_weight=tg.tensor(5.0)), optimizer,
                        options.epochs, batch_size=8, scheduler=rate, device=options.device, progress=True, words=words)
    return net, history


def says(net, x):
    """Where any of its filters says "glider": (N, H, W)."""
    return (train.predict(net, x).cpu().numpy() > 0).any(1)


def f1(said, true):
    """2·right / (said + true): 1 if all gliders are found, and nothing else."""
    return 2 * (said & true).sum() / max(said.sum() + true.sum(), 1)


four, history = learn(y, options.seed, "four filters")
one, _ = learn(y.any(1, keepdims=True), options.seed, "one filter")
questions = {"gun": (gun, truth), "near-gliders": (tg.from_numpy(x_test), y_test.any(1))}
said = says(four, gun)

# %% The result
table = course.Table(options, "F1 over all cells")
for name, (x, true) in questions.items():
    five_alive = (F.conv2d(x, tg.ones(1, 1, 5, 5), padding=2)[:, 0] == 5).numpy()
    for filters, answer in (("four filters by hand", (F.conv2d(x, by_hand, padding=2) == 5).any(1).numpy()),
                            ("four filters, learned", says(four, x)), ("one filter, learned", says(one, x))):
        table.add(f"{name}: {filters}", f1(answer, true), baseline=("five cells alive", f1(five_alive, true)))
table.show()

# %% The pictures
with viz.panels(options.out / "gun.png", columns=2, rows=2, size=(4.0, 2.9)) as axes:
    for ax, t in zip(axes.flat, (0, 40, 85, 130)):
        viz.heatmap(gun[t, 0].numpy(), ax=ax, title=f"generation {t}: {truth[t].sum()} gliders", aspect="equal", limits=(0, 1.6))
        i, j = np.nonzero(said[t])
        ax.scatter(j, i, s=130, facecolors="none", edgecolors="#D55E00", linewidths=1.6, label="learned filters")
        i, j = np.nonzero(found[t].numpy())
        ax.scatter(j, i, s=12, color="#E69F00", marker="D", label="filters by hand")
        ax.legend(loc="lower left", fontsize=7)
learned = four.weight.detach().cpu()[:, 0]
pairs = [f"by hand {k + 1}" for k in range(4)] + [f"learned {k + 1}" for k in range(4)]
viz.images(tg.cat([by_hand[:, 0], learned / learned.abs().amax((1, 2), keepdim=True)]), options.out / "filters.png", columns=4, titles=pairs,
           cmap="RdBu_r", limits=(-1, 1), title="red: should live, blue: should not")
history.plot(options.out / "learning_curve.png", title="four filters", ylabel="weighted cross-entropy", logy=True)
print(f"\nPictures: {options.out}/*.png")
