"""Move the input, and the output moves: what convolution keeps, and what pooling forgets.  (Lecture D3)

A shift τ moves a picture, or a sequence. A layer φ is

    equivariant    φ(τ(X)) = τ(φ(X))          the answer moves along: convolution
    invariant      φ(τ(X)) = φ(X)             the answer stays: global pooling
    neither        a dense layer, which has a weight of its own for every place

Two things limit it. At the edge something moves in that was not there before (only on a ring, with circular padding, is convolution exactly
equivariant). And a layer that takes steps of s keeps shifts by multiples of s only: pooling is invariant a little, if the maximum does not
cross the border of its window. Global pooling gives as many numbers for any size of input, so that one network reads short and long ones.

What that is worth: a motif is learned at the left half of sequences, and looked for in the right half. Only a network that does not care
where it stands can find it there.

Run it:

    python examples/d3_equivariance.py                     some seconds
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, train, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, epochs=20, quick_epochs=4, lr=(3e-3, "learning rate of AdamW"))
tg.manual_seed(options.seed)
rng = np.random.default_rng(options.seed)

# %% Measured: how far φ(τ(X)) is from τ(φ(X)), relative to the answer, for random pictures and all shifts
x = tg.from_numpy(rng.normal(size=(8, 1, 16, 16)))                                          # float64
circular = nn.Conv2d(1, 4, 3, padding=1, padding_mode="circular").double()
zeros = nn.Conv2d(1, 4, 3, padding=1).double()
with tg.no_grad():
    zeros.load_state_dict(circular.state_dict())
dense = nn.Linear(256, 256).double()
layers = {"convolution on a ring": circular, "convolution, zeros at the edge": zeros,
          "ReLU of it": lambda x: F.relu(circular(x)),
          "maximum of 2×2": lambda x: F.max_pool2d(circular(x), 2),
          "dense layer": lambda x: dense(x.flatten(1)).reshape(-1, 1, 16, 16)}


def gap(layer, shift):
    """‖φ(τX) − τφ(X)‖ / ‖φ(X)‖. An answer with half the side moves by half the shift."""
    y = layer(x)
    scale = 16 // y.shape[2]
    moved = layer(tg.roll(x, (shift, shift), dims=(2, 3)))
    along = tg.roll(y, (shift // scale, shift // scale), dims=(2, 3))
    return ((moved - along).norm() / y.norm()).item()


shifts = list(range(9))
with tg.no_grad():
    gaps = {name: [gap(layer, shift) for shift in shifts] for name, layer in layers.items()}
for name, values in gaps.items():
    print(f"{name:32}", "  ".join(f"{v:.0e}" if v else "  0  " for v in values))
exact = max(gaps["convolution on a ring"])
if exact > 1e-12 or gaps["maximum of 2×2"][2] > 1e-12:
    raise AssertionError("convolution on a ring, and pooling of even shifts, should be equivariant to rounding")

# %% Pooling stays, for small shifts: a spot moves, what do a maximum, a mean and a global maximum of it do?
spot = tg.zeros(9, 1, 16, 16, dtype=tg.float64)
for shift in shifts:
    spot[shift, 0, 4:6, shift:shift + 2] = 1.0                                              # 2×2, moves to the right


def changed(y):
    """Distance of each answer from the first, relative."""
    return ((y - y[:1]).flatten(1).norm(dim=1) / y[:1].norm()).tolist()


pooled = {"as it is": changed(spot), "maximum of 4×4": changed(F.max_pool2d(spot, 4)), "mean of 4×4": changed(F.avg_pool2d(spot, 4)),
          "global maximum": changed(F.adaptive_max_pool2d(spot, 1)), "global mean": changed(F.adaptive_avg_pool2d(spot, 1))}

# %% What it is worth: a motif learned at the left, looked for at the right
motif, length = "TATAAT", 60


def promoters(count, low, high):
    """One-hot DNA (N, 4, 60) and whether a motif was put between `low` and `high` (N,)."""
    sequences, has = [], rng.integers(0, 2, count)
    for wanted in has:
        letters = rng.choice(list("ACGT"), length)
        if wanted:
            place = rng.integers(low, high - len(motif) + 1)
            letters[place:place + len(motif)] = list(motif)
        sequences.append("".join(letters))
    return tg.from_numpy(bio.one_hot(sequences, bio.DNA)).transpose(1, 2), tg.from_numpy(has.astype("float32"))


left, right = promoters(800, 0, 30), promoters(800, 30, 60)
left_test = promoters(800, 0, 30)


class Global(nn.Module):
    """Filters, the best place of each, a neuron: (N, 4, any length) → log odds (N,)."""

    def __init__(self):
        super().__init__()
        self.conv, self.out = nn.Conv1d(4, 16, 7, padding=3), nn.Linear(16, 1)

    def forward(self, x):
        return self.out(F.relu(self.conv(x)).amax(2))[:, 0]


class Flat(nn.Module):
    """The same filters, but every place has weights of its own behind them."""

    def __init__(self):
        super().__init__()
        self.conv, self.out = nn.Conv1d(4, 16, 7, padding=3), nn.Linear(16 * length, 1)

    def forward(self, x):
        return self.out(F.relu(self.conv(x)).flatten(1))[:, 0]


builds = {"global maximum": Global, "flattened": Flat,
          "dense": lambda: nn.Sequential(nn.Flatten(), nn.Linear(4 * length, 64), nn.ReLU(), nn.Linear(64, 1), nn.Flatten(0))}
accuracy, nets = {}, {}
for name, build in builds.items():
    tg.manual_seed(options.seed)
    nets[name] = build().to(options.device)
    optimizer = tg.optim.AdamW(nets[name].parameters(), lr=options.lr, weight_decay=0.05)
    train.fit(nets[name], left, nn.BCEWithLogitsLoss(), optimizer, options.epochs, batch_size=16, device=options.device, progress=True, words=name)
    accuracy[name] = {where: bio.wilson(int(((train.predict(nets[name], part[0]).cpu() > 0) == (part[1] == 1)).sum()), len(part[1]))
                      for where, part in (("motif at the left", left_test), ("motif at the right", right))}

# %% The result
table = course.Table(options, "accuracy (%)", digits=1)
for where in ("motif at the left", "motif at the right"):
    for name in builds:
        found = accuracy[name][where]
        table.add(f"{where}: {name}", 100 * found.value, (100 * found.low, 100 * found.high), baseline=("guessing", 50.0))
table.show()
for size in (30, 60, 240):
    answer = nets["global maximum"](F.pad(right[0][:1, :, :min(size, 60)], (0, size - min(size, 60))))
    print(f"A sequence of {size} letters into the network with the global maximum: {answer.shape}")

# %% The pictures
with viz.panels(options.out / "equivariance.png", columns=2, size=(4.4, 3.5)) as (one, two):
    viz.lines(shifts, {name: np.maximum(values, 1e-17) for name, values in gaps.items()}, ax=one, logy=True, xlabel="shift (pixels)",
              ylabel="‖φ(τX) − τφ(X)‖ / ‖φ(X)‖", title="Equivariant: does the answer move along?")
    viz.lines(shifts, pooled, ax=two, xlabel="shift of a 2×2 spot (pixels)", ylabel="change of the answer, relative",
              title="Invariant: does the answer stay?")
viz.bars({where: {name: 100 * accuracy[name][where].value for name in builds} for where in accuracy["dense"]}, options.out / "motif.png",
         ylabel="accuracy (%)", title="Learned at the left; looked for at both sides", digits=0)
with tg.no_grad():
    before, after = circular(x[:1])[0, 0], circular(tg.roll(x[:1], (4, 4), dims=(2, 3)))[0, 0]
viz.images(np.stack([x[0, 0].numpy(), before.numpy(), tg.roll(x[0, 0], (4, 4), dims=(0, 1)).numpy(), after.numpy()]), options.out / "moved.png",
           titles=["X", "φ(X)", "τ(X)", "φ(τ(X)) = τ(φ(X))"], columns=4, size=1.9)
print(f"Pictures: {options.out}/*.png")
