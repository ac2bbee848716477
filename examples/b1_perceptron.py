"""The perceptron: it learns AND and OR, and never XOR. Two layers do.  (Lecture B1)

A neuron adds up its inputs, weighted, and fires if the sum is above zero. Rosenblatt's rule (1958) changes the weights only after a
mistake:

    ŷ = 1 if w·x + b > 0, else 0                 w ← w + (y − ŷ)·x,  b ← b + (y − ŷ)

If any line parts the two classes, this ends at one. For XOR there is no such line: (0,0) and (1,1) belong together, and so do (0,1) and
(1,0), which lie crosswise. A layer of neurons in between draws several lines, and a last neuron combines them. Steps have no slope, so
that the layers can learn by gradients, the steps between them become smooth (tanh).

Run it:

    python examples/b1_perceptron.py                       some seconds
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import tinygrad_bio as tg
from tinygrad_bio import course, nn, viz

options = course.options(__doc__, epochs=400, quick_epochs=400, hidden=(4, "neurons between"), lr=(0.05, "learning rate of Adam"),
                         starts=(10, "how often the two layers begin anew, with other weights"))

# %% Four points, three questions
x = tg.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
questions = {"AND": tg.tensor([0.0, 0.0, 0.0, 1.0]), "OR": tg.tensor([0.0, 1.0, 1.0, 1.0]), "XOR": tg.tensor([0.0, 1.0, 1.0, 0.0])}


# %% Rosenblatt's rule
def perceptron(y, rounds=50):
    """Weights (2,), bias, and the mistakes of each round; it stops after a round without any."""
    w, b, mistakes = tg.zeros(2), 0.0, []
    for _ in range(rounds):
        mistakes.append(0)
        for point, answer in zip(x, y):
            wrong = answer.item() - float(w @ point + b > 0)                                # −1, 0 or 1
            w, b = w + wrong * point, b + wrong
            mistakes[-1] += wrong != 0
        if mistakes[-1] == 0:
            break
    return w, b, mistakes


learned = {name: perceptron(y) for name, y in questions.items()}
for name, (w, b, mistakes) in learned.items():
    end = f"no mistake in round {len(mistakes)}" if mistakes[-1] == 0 else f"still {mistakes[-1]} mistakes in round {len(mistakes)}"
    print(f"{name:4}: w = {w.tolist()}, b = {b:g}: {end}")


# %% Two layers, trained by gradient descent
def two_layers(y, seed):
    """The network, and its loss after each step."""
    tg.manual_seed(seed)
    net = nn.Sequential(nn.Linear(2, options.hidden), nn.Tanh(), nn.Linear(options.hidden, 1), nn.Flatten(0))   # (4, 2) → (4,)
    optimizer, loss_of, losses = tg.optim.Adam(net.parameters(), lr=options.lr), nn.BCEWithLogitsLoss(), []
    for _ in range(options.epochs):
        optimizer.zero_grad()
        loss = loss_of(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return net, losses


networks = [two_layers(questions["XOR"], options.seed + start) for start in course.progress(range(options.starts), "starts")]
right = [bool(((net(x) > 0).float() == questions["XOR"]).all()) for net, _ in networks]
net, losses = networks[right.index(True) if any(right) else 0]

# %% The result
table = course.Table(options, "points right (of 4)", digits=0)
for name, y in questions.items():
    w, b, _ = learned[name]
    table.add(f"{name}: perceptron", int((((x @ w + b) > 0).float() == y).sum().item()),
              baseline=("always the same answer", max(int(y.sum().item()), 4 - int(y.sum().item()))))
w, b, _ = learned["XOR"]
table.add("XOR: two layers", int(((net(x) > 0).float() == questions["XOR"]).sum().item()),
          baseline=("perceptron", int((((x @ w + b) > 0).float() == questions["XOR"]).sum().item())))
table.add(f"XOR: of {options.starts} beginnings, how many end right", sum(right), metric="beginnings", baseline=("perceptron", 0))
table.show()

# %% The pictures
with viz.panels(options.out / "boundaries.png", columns=4, size=(3.3, 2.9)) as axes:
    for ax, (name, y) in zip(axes, questions.items()):
        w, b, _ = learned[name]
        viz.boundary(lambda p: (p @ w.numpy() + b > 0).astype(float), x, y, ax=ax, title=f"{name}: perceptron", margin=0.4)
    viz.boundary(lambda p: tg.sigmoid(net(tg.from_numpy(p))).detach(), x, questions["XOR"], ax=axes[3], title="XOR: two layers", margin=0.4)
viz.lines(None, {"perceptron, AND": learned["AND"][2], "perceptron, XOR": learned["XOR"][2]}, options.out / "mistakes.png",
          xlabel="round", ylabel="mistakes (of 4 points)", title="The rule ends only where a line exists")
viz.learning_curves({"two layers, XOR": losses}, options.out / "loss.png", ylabel="binary cross-entropy", logy=True)

# %% What the hidden neurons say: in their space, one line is enough
hidden = net[1](net[0](x)).detach().numpy()                                                 # (4, hidden)
print("\npoint    hidden neurons")
for point, h in zip(x.tolist(), hidden):
    print(f"{point}  ", "  ".join(f"{v:+.2f}" for v in h))
print(f"Pictures: {options.out}/*.png")
