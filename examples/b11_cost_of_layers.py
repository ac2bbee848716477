"""What does a layer cost? Operations counted on the tape, and time measured.  (Lecture B11)

Four ways to let n residues, each with d numbers, know of one another:

    layer                                  operations     one after the other    from end to end
    self-attention                         O(n²·d)        1 step                 1 layer
    recurrent                              O(n·d²)        n steps                n steps
    convolution of width k                 O(k·n·d²)      1 step                 n / k layers
    self-attention among r neighbours      O(r·n·d)       1 step                 n / r layers

Operations are counted by `viz.summary`: it runs the layer once, and adds up the multiplications of every product on the tape. What grows
how fast is found by doubling: a layer that needs four times as much for twice the residues grows with n². Then the clock is asked, forward
and backward. It agrees for long sequences; short ones cost what it takes to begin. (See Vaswani et al. 2017, table 1.)

Run it:

    python examples/b11_cost_of_layers.py                  half a minute
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import time

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import course, nn, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, width=(5, "k, of the convolution"), neighbours=(16, "r, of the restricted attention"))
k, r = options.width, options.neighbours


# %% The four layers, (1, n, d) → (1, n, d)
class Attention(nn.Module):
    """softmax(X Xᵀ / √d) X"""

    def forward(self, x):
        return F.softmax(x @ x.transpose(1, 2) / x.shape[2]**0.5, dim=2) @ x                # (1, n, n) @ (1, n, d)


class Neighbours(nn.Module):
    """The same, but each residue looks only at r around itself: of all others there are not even scores."""

    def forward(self, x):
        near = F.pad(x, (0, 0, r // 2, r - 1 - r // 2)).unfold(1, r, 1)                     # (1, n, d, r)
        inside = F.pad(tg.ones_like(x[:, :, :1]), (0, 0, r // 2, r - 1 - r // 2)).unfold(1, r, 1)    # (1, n, 1, r): 0 beyond the ends
        scores = (x[:, :, None] @ near).masked_fill(inside == 0, float("-inf"))             # (1, n, 1, d) @ (1, n, d, r) → (1, n, 1, r)
        return (F.softmax(scores / x.shape[2]**0.5, dim=3) @ near.transpose(2, 3))[:, :, 0]


class Convolution(nn.Module):
    """Every residue from k residues around it."""

    def __init__(self, d):
        super().__init__()
        self.conv = nn.Conv1d(d, d, k, padding="same", bias=False)

    def forward(self, x):
        return self.conv(x.transpose(1, 2)).transpose(1, 2)


class Recurrent(nn.Module):
    """Every residue from the one before it, and itself."""

    def __init__(self, d):
        super().__init__()
        self.rnn = nn.RNN(d, d, batch_first=True, bias=False)

    def forward(self, x):
        return self.rnn(x)[0]


layers = {"self-attention": (lambda d: Attention(), lambda n, d: 2 * n * n * d, "n²·d"),
          "recurrent": (Recurrent, lambda n, d: 2 * n * d * d, "n·d²"),
          f"convolution, k = {k}": (Convolution, lambda n, d: k * n * d * d, "k·n·d²"),
          f"attention to r = {r}": (lambda d: Neighbours(), lambda n, d: 2 * r * n * d, "r·n·d")}


# %% Operations: counted, beside the formula; and how they grow if n, or d, is doubled
n, d = 128, 64
table = course.Table(options, "multiply-adds", digits=0, better="lower")
print(f"n = {n}, d = {d}:  operations   n doubled   d doubled    steps")
for name, (build, formula, order) in layers.items():
    def count(n, d):
        return viz.summary(build(d), tg.zeros(1, n, d))
    once = count(n, d)
    grows = [count(2 * n, d).operations / once.operations, count(n, 2 * d).operations / once.operations]
    print(f"    {name:22} {once.operations:9,}        ×{grows[0]:.0f}          ×{grows[1]:.0f}    {once.steps:4}    O({order})")
    table.add(f"{name}: n = {n}, d = {d}", once.operations, baseline=("formula", formula(n, d)))
    if once.operations != formula(n, d):
        raise AssertionError(f"{name}: {once.operations} operations counted, {formula(n, d)} by the formula")


# %% Time: forward and backward, medians
def milliseconds(layer, n, d, rounds):
    x = tg.randn(1, n, d, requires_grad=True)
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        layer(x).sum().backward()
        taken.append(1000 * (time.perf_counter() - begun))
    return float(np.median(taken))


lengths = [16, 64, 256] if options.quick else [32, 64, 128, 256, 512, 1024, 2048]
times, counts = {name: [] for name in layers}, {name: [] for name in layers}
for length in course.progress(lengths, "timing"):
    for name, (build, formula, _) in layers.items():
        times[name].append(milliseconds(build(d), length, d, rounds=3 if options.quick else 9))
        counts[name].append(formula(length, d))
for name in layers:
    table.add(f"{name}: n = {lengths[-1]}, d = {d}, forward and backward", times[name][-1], metric="milliseconds", digits=1, better="lower",
              baseline=(f"at n = {lengths[-2]}", times[name][-2]))
table.show()
with viz.panels(options.out / "cost.png", columns=2, size=(4.3, 3.6), title=f"Four layers over n residues, d = {d}") as (left, right):
    viz.lines(lengths, counts, ax=left, logx=True, logy=True, xlabel="residues n", ylabel="multiply-adds, forward", title="counted")
    viz.lines(lengths, times, ax=right, logx=True, logy=True, xlabel="residues n", ylabel="milliseconds, forward and backward", title="measured")
print(f"\nSelf-attention needs more operations than a recurrent layer as soon as n > d = {d}; but these wait for nobody.")
print(f"Pictures: {options.out}/*.png")
