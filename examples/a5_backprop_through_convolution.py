"""Backpropagation through a convolution: one weight, many patches, one sum.  (Lecture A5)

A filter is laid on every patch of the input, always with the same weights. So each weight has a hand in every output, and its gradient
is the sum of what it did at each patch:

    z_ij = Σ_ab w_ab·x_(i+a)(j+b) + b          ∂J/∂w_ab = Σ_ij δ_ij·x_(i+a)(j+b)          ∂J/∂x = δ, laid out with the filter turned round

where δ_ij = ∂J/∂z_ij. The network of the lecture, small enough for paper: 4×4 input, a 2×2 filter → 3×3, a second one → 2×2, and one
neuron that reads these four numbers. It has 2·(4 + 1) + (4 + 1) = 15 weights; fully connected layers of the same sizes would have
9·17 + 4·10 + 5 = 198.

Run it:

    python examples/a5_backprop_through_convolution.py     some seconds
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import io

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import course, nn, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__)
tg.manual_seed(options.seed)

# %% The input, the target, the network
image = tg.tensor([[1.0, 0, 2, 1], [0, 1, 1, 0], [2, 1, 0, 1], [1, 0, 1, 2]], dtype=tg.float64)
target = tg.tensor([1.0], dtype=tg.float64)
net = nn.Sequential(nn.Conv2d(1, 1, 2), nn.Sigmoid(), nn.Conv2d(1, 1, 2), nn.Sigmoid(), nn.Flatten(0), nn.Linear(4, 1), nn.Sigmoid()).double()
first, second, dense = net[0], net[2], net[5]

# %% Forwards, patch by patch
x, w1, w2, v = image.numpy(), first.weight.detach().numpy()[0, 0], second.weight.detach().numpy()[0, 0], dense.weight.detach().numpy()[0]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def patches(x):
    """All 2×2 patches of a square image, one after the other: [((i, j), patch)]."""
    side = len(x) - 1
    return [((i, j), x[i:i + 2, j:j + 2]) for i in range(side) for j in range(side)]


def convolved(x, w, b):
    z = np.zeros((len(x) - 1, len(x) - 1))
    for (i, j), patch in patches(x):
        z[i, j] = (w * patch).sum() + b
    return z


a1 = sigmoid(convolved(x, w1, first.bias.item()))                                           # (3, 3)
a2 = sigmoid(convolved(a1, w2, second.bias.item()))                                         # (2, 2)
answer = sigmoid(v @ a2.ravel() + dense.bias.item())
print(f"4×4 → 3×3 → 2×2 → {answer:.4f}; the layers say {net(image[None])[0].item():.4f}")

# %% Backwards: δ of each layer, and each weight's sum over patches
delta3 = (answer - target.item()) * answer * (1 - answer)                                   # J = ½ (answer − target)²
delta2 = (delta3 * v).reshape(2, 2) * a2 * (1 - a2)                                         # (2, 2)
into_a1 = np.zeros((3, 3))
for (i, j), _ in patches(a1):
    into_a1[i:i + 2, j:j + 2] += delta2[i, j] * w2                                          # each δ goes back to the four it came from
delta1 = into_a1 * a1 * (1 - a1)                                                            # (3, 3)
shares = np.array([delta1[i, j] * patch for (i, j), patch in patches(x)])                   # (9 patches, 2, 2)
by_hand = {"first filter": shares.sum(0), "second filter": sum(delta2[i, j] * patch for (i, j), patch in patches(a1)),
           "first bias": delta1.sum(), "dense": delta3 * a2.ravel()}

# %% backward() says the same
loss = 0.5 * (net(image[None]) - target).square().sum()
loss.backward()
found = {"first filter": first.weight.grad[0, 0], "second filter": second.weight.grad[0, 0], "first bias": first.bias.grad[0],
         "dense": dense.weight.grad[0]}
print("\n∂J/∂w₁₁ of the first filter, patch by patch:")
print("    ", " ".join(f"{s:+.5f}" for s in shares[:, 0, 0]))
print(f"     sum {shares[:, 0, 0].sum():+.5f}; backward() {found['first filter'][0, 0].item():+.5f}")
turned = F.conv2d(tg.from_numpy(np.pad(delta2, 1))[None, None], second.weight.detach().flip(2, 3))[0, 0].numpy()
print("δ going back through a filter is a convolution with the filter turned round:", np.allclose(turned, into_a1))

# %% One weight, watched: `explain` shows its nine uses, and adds them
w11 = tg.tensor(w1[0, 0], requires_grad=True)
others = first.weight.detach().clone()
others[0, 0, 0, 0] = 0.0
rest = F.conv2d(image[None, None], others, first.bias.detach())[0, 0]                       # (3, 3) what the other three weights give
z1 = tg.stack([tg.stack([w11 * image[i, j] + rest[i, j] for j in range(3)]) for i in range(3)])
J = 0.5 * (net[1:](z1[None]) - target).square().sum()
account = io.StringIO()
viz.explain(J, params={"w₁₁": w11, "z": z1, "J": J}, file=account)
(options.out / "explain.txt").write_text(account.getvalue(), encoding="utf-8")
print("\n" + account.getvalue()[account.getvalue().index("Leaves"):])

# %% The result
def decimals(name):
    """How many decimals agree; float64 holds 16."""
    return -np.log10(max(np.abs(by_hand[name] - found[name].numpy()).max(), 1e-16))


def nudged(h=1e-5):
    """∂J/∂w of the first filter by trying: (2, 2)."""
    slope = np.zeros((2, 2))
    for a, b in np.ndindex(2, 2):
        costs = []
        for step in (h, -h):
            w = w1.copy()
            w[a, b] += step
            hidden = sigmoid(convolved(sigmoid(convolved(x, w, first.bias.item())), w2, second.bias.item()))
            costs.append(0.5 * (sigmoid(v @ hidden.ravel() + dense.bias.item()) - target.item())**2)
        slope[a, b] = (costs[0] - costs[1]) / (2 * h)
    return slope


by_trying = -np.log10(np.abs(nudged() - found["first filter"].numpy()).max())
table = course.Table(options, "decimals that agree with backward()", digits=0)
for name in by_hand:
    table.add(f"{name}, by hand", decimals(name), baseline=("nudging the first filter", by_trying))
table.show()

# %% The pictures
maps = {"input x": x, "δ of the 3×3": delta1, "∂J/∂w₁₁, by patch": shares[:, 0, 0].reshape(3, 3), "∂J/∂w, summed": by_hand["first filter"]}
with viz.panels(options.out / "patches.png", columns=4, size=(2.9, 2.6)) as axes:
    for ax, (title, values) in zip(axes, maps.items()):
        viz.heatmap(values, ax=ax, digits=0 if title.startswith("input") else 4, title=title, aspect="equal", centre=0)
print(f"\nPictures: {options.out}/*.png; {options.out}/explain.txt")
