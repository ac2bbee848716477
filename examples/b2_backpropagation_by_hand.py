"""Backpropagation by hand: one neuron, two layers, and the four equations; each equals backward().  (Lectures B2, C2, E1)

How much would the error J change, if a weight changed a little? The chain rule takes the question apart, from the end to the beginning:

    one neuron       ∂J/∂w₁ = ∂J/∂ŷ · ∂ŷ/∂Σ · ∂Σ/∂w₁
    all layers       δ^L = ∇C ⊙ σ′(z^L)          δ^l = (wᵀ δ^(l+1)) ⊙ σ′(z^l)          ∂C/∂w = δ aᵀ          ∂C/∂b = δ

z^l = w a^(l−1) + b is what arrives at layer l, a^l = σ(z^l) what leaves it. The same network in the notation of the genomics lecture has
its biases inside the weights: s^(l) = W^(l)ᵀ x^(l−1), x^(l) = [1, θ(s^(l))], W^(l) of (d^(l−1) + 1) × d^(l) numbers.

Run it:

    python examples/b2_backpropagation_by_hand.py          some seconds
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import course, nn, viz

options = course.options(__doc__, lr=(1.0, "learning rate"))
exact = {"dtype": tg.float64}

# %% C2. One neuron: two inputs, two weights, a sigmoid; it says 0.59 and should say 0.10
x1, x2, y = (tg.tensor(v, **exact) for v in (0.50, 0.51, 0.10))
w1, w2 = tg.tensor(0.35, requires_grad=True, **exact), tg.tensor(0.40, requires_grad=True, **exact)
total = w1 * x1 + w2 * x2
output = tg.sigmoid(total)
loss = 0.5 * (output - y)**2
names = {"w₁": w1, "w₂": w2, "x₁": x1, "x₂": x2, "Σ": total, "ŷ": output, "J": loss}
viz.explain(loss, params=names, digits=2, lr=options.lr)
picture = viz.save(viz.graph(loss, params=names), options.out / "one_neuron.svg")

# %% The same, in three factors
dJ_dy, dy_ds, ds_dw = output - y, output * (1 - output), tg.stack([x1, x2])
by_hand = (dJ_dy * dy_ds * ds_dw).detach()                                                  # (2,)
loss.backward()
print(f"\nby hand:  ∂J/∂ŷ {dJ_dy.item():.2f} · ∂ŷ/∂Σ {dy_ds.item():.2f} · ∂Σ/∂w₁ {x1.item():.2f} = {by_hand[0].item():.2f},"
      f" for w₂ {by_hand[1].item():.2f};  backward(): {w1.grad.item():.2f}, {w2.grad.item():.2f}")
gap = max(abs(by_hand[0] - w1.grad).item(), abs(by_hand[1] - w2.grad).item())
w = tg.stack([w1, w2]).detach() - options.lr * by_hand
after = tg.sigmoid(w @ ds_dw)
print(f"a step of {options.lr:g}:  w₁ = {w[0].item():.2f}, w₂ = {w[1].item():.2f};  it now says {after.item():.4f} instead of "
      f"{output.item():.4f}, J = {0.5 * (after.item() - 0.1)**2:.4f} instead of {loss.item():.4f}")

# %% One more layer: a second neuron reads the first one's output (weight 0.6), and should say 0.10
v = tg.tensor(0.6, requires_grad=True, **exact)
w1.grad = w2.grad = None
hidden = tg.sigmoid(w1 * x1 + w2 * x2)
second = tg.sigmoid(v * hidden)
(0.5 * (second - y)**2).backward()
delta2 = (second - y) * second * (1 - second)                                               # what arrives at the second neuron
delta1 = v * delta2 * hidden * (1 - hidden)                                                 # and, through its weight, at the first
print(f"two neurons:  δ₂ {delta2.item():.4f}, δ₁ {delta1.item():.4f};  ∂J/∂v = δ₂·h = {(delta2 * hidden).item():.4f} "
      f"({v.grad.item():.4f}), ∂J/∂w₁ = δ₁·x₁ = {(delta1 * x1).item():.4f} ({w1.grad.item():.4f})")

# %% B2. Whole layers with NumPy: 3 inputs, 4 neurons, 2 outputs, sigmoids, C = ½ Σ (a − y)²
rng = np.random.default_rng(options.seed)
weights, biases = [rng.normal(size=(4, 3)), rng.normal(size=(2, 4))], [rng.normal(size=4), rng.normal(size=2)]
sample, target = rng.normal(size=3), np.array([0.0, 1.0])


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(weights, biases):
    """z and a of every layer; a begins with the input."""
    z, a = [], [sample]
    for w, b in zip(weights, biases):
        z.append(w @ a[-1] + b)
        a.append(sigmoid(z[-1]))
    return z, a


z, a = forward(weights, biases)
delta = (a[-1] - target) * sigmoid(z[-1]) * (1 - sigmoid(z[-1]))                            # δ^L = ∇C ⊙ σ′(z^L)
gradients = [(np.outer(delta, a[-2]), delta)]
for layer in reversed(range(len(weights) - 1)):
    delta = (weights[layer + 1].T @ delta) * sigmoid(z[layer]) * (1 - sigmoid(z[layer]))    # δ^l = (wᵀ δ^(l+1)) ⊙ σ′(z^l)
    gradients.insert(0, (np.outer(delta, a[layer]), delta))                                 # ∂C/∂w = δ aᵀ, ∂C/∂b = δ

# %% The same network out of layers
net = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 2), nn.Sigmoid()).double()
with tg.no_grad():
    for layer, w, b in zip((net[0], net[2]), weights, biases):
        layer.weight.copy_(tg.from_numpy(w))
        layer.bias.copy_(tg.from_numpy(b))
cost = 0.5 * ((net(tg.from_numpy(sample)) - tg.from_numpy(target))**2).sum()
cost.backward()
theirs = np.concatenate([p.grad.numpy().ravel() for p in net.parameters()])
ours = np.concatenate([part.ravel() for pair in gradients for part in pair])

# %% E1. The layered notation: a 1 before each layer's values, the biases as first row of W
x_l, s = np.concatenate([[1.0], sample]), None
for w, b in zip(weights, biases):
    layered = np.vstack([b, w.T])                                                           # (d^(l−1) + 1, d^l)
    s = layered.T @ x_l
    x_l = np.concatenate([[1.0], sigmoid(s)])
    print(f"E1. W of {layered.shape[0]} × {layered.shape[1]}, s = {np.round(s, 4)}, x = {np.round(x_l, 4)}")

# %% And by nudging each weight a little, which needs no calculus at all, but two forward passes for every weight
nudged, h = [], 1e-5
for parts in zip(weights, biases):
    for part in parts:
        for place in np.ndindex(part.shape):
            kept, costs = part[place], []
            for step in (h, -h):
                part[place] = kept + step
                costs.append(0.5 * ((forward(weights, biases)[1][-1] - target)**2).sum())
            part[place] = kept
            nudged.append((costs[0] - costs[1]) / (2 * h))



# %% The result
def decimals(gap):
    """How many decimals agree; float64 holds 16."""
    return -np.log10(max(gap, 1e-16))


gap_layers, gap_nudged = np.abs(ours - theirs).max(), np.abs(np.array(nudged) - theirs).max()
gap_notation = np.abs(x_l[1:] - net(tg.from_numpy(sample)).detach().numpy()).max()
table = course.Table(options, "decimals that agree with backward()", digits=0)
table.add("C2: one neuron, by the chain rule", decimals(gap), baseline=("nudging the weights", decimals(gap_nudged)))
table.add("B2: two layers, by the four equations", decimals(gap_layers), baseline=("nudging the weights", decimals(gap_nudged)))
table.add("E1: the layered notation, outputs", decimals(gap_notation), metric="decimals that agree with the layers")
table.show()

# %% The picture: J over both weights, and where steps lead
w, path = np.array([0.35, 0.40]), [[0.35, 0.40]]
for _ in range(40):
    out = sigmoid(w @ [0.50, 0.51])
    w = w - options.lr * (out - 0.10) * out * (1 - out) * np.array([0.50, 0.51])
    path.append(w)
viz.surface(lambda a, b: 0.5 * (sigmoid(0.50 * a + 0.51 * b) - 0.10)**2, {f"40 steps, learning rate {options.lr:g}": path},
            options.out / "steps.png", limits=((-4, 2), (-4, 2)), title="J of one neuron, and steps down")
print(f"Pictures: {options.out}/*.png, {picture}")
