"""Batch normalisation, dropout and softmax: what each does in training, and what in use.  (Lecture E3)

Batch normalisation gives each feature mean 0 and spread 1 over the batch, and lets the network choose another mean and spread:

    μ_B = mean of the batch      σ²_B = its variance      y = γ·(x − μ_B)/√(σ²_B + ε) + β

In use a single example must be possible, so running means of μ_B and σ²_B, gathered in training, take their place. Dropout puts each
value to 0 with probability p and divides the others by 1 − p: the mean stays, the variance grows. In use it does nothing. Softmax
makes probabilities of scores: softmax(s)_k = e^(s_k)/Σ_j e^(s_j).

Then a network of many sigmoid layers learns digits without batch normalisation, with it, and with dropout besides.

    python examples/e3_batchnorm_dropout.py             digits that come with scikit-learn, half a minute
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, train, viz

options = course.options(__doc__, epochs=40, quick_epochs=2, depth=(6, "hidden layers"), p=(0.2, "probability of dropout"),
                         lr=(0.1, "learning rate of stochastic gradient descent, momentum 0.9"))

# %% Batch normalisation by hand: one feature, a batch of four
layer = nn.BatchNorm1d(1)
with tg.no_grad():
    layer.weight.fill_(2.0)                                                 # γ
    layer.bias.fill_(1.0)                                                   # β
x = tg.tensor([[1.0], [2.0], [3.0], [6.0]])
mean, variance = x.mean(), x.var(unbiased=False)                            # divided by N = 4
by_hand = layer.weight * (x - mean) / (variance + layer.eps).sqrt() + layer.bias
print(f"x = 1, 2, 3, 6:  μ_B = {mean.item():.2f}   σ²_B = {variance.item():.2f}   γ = 2   β = 1")
print("by hand  ", " ".join(f"{v:7.4f}" for v in by_hand.flatten().tolist()))
print("the layer", " ".join(f"{v:7.4f}" for v in layer(x).flatten().tolist()))

# %% Training and evaluation: the running statistics
# Each batch in training moves them a tenth of the way: running ← 0.9·running + 0.1·batch. The variance that is gathered is the
# unbiased one (divided by N − 1 = 3: 4.67). They start at 0 and 1.
print(f"after one batch: running mean {layer.running_mean.item():.4f} = 0.9·0 + 0.1·3, "
      f"running variance {layer.running_var.item():.4f} = 0.9·1 + 0.1·4.67")
running = [[0.0, 1.0]]
for _ in range(60):
    running.append([layer.running_mean.item(), layer.running_var.item()])
    layer(x)
running = np.array(running)                                                 # (batches, 2)
layer.eval()
print(f"in use, a single 6 becomes {layer(x[3:]).item():.4f}, as in the batch ({by_hand[3].item():.4f}) up to the unbiased variance")

# %% Dropout: the mean stays, the variance grows to E[x²]/(1 − p) − E[x]²
values = 1 + 0.5 * tg.randn(20_000)
rates = np.round(np.arange(0, 0.81, 0.1), 1)
measured = {"mean": [], "variance": []}
for p in rates:
    kept = nn.functional.dropout(values, p=float(p), training=True)
    measured["mean"].append(kept.mean().item())
    measured["variance"].append(kept.var(unbiased=False).item())
expected = (values**2).mean().item() / (1 - rates) - values.mean().item()**2
print(f"\ndropout, p = 0.5: mean {values.mean().item():.3f} → {measured['mean'][5]:.3f}, variance "
      f"{values.var(unbiased=False).item():.3f} → {measured['variance'][5]:.3f} (formula: {expected[5]:.3f})")
print("in use it does nothing:", bool((nn.Dropout(0.5).eval()(values) == values).all()))

# %% Softmax: adding the same to all scores changes nothing
scores = tg.tensor([2.0, 1.0, 0.1])
print("\nsoftmax(2, 1, 0.1)       =", " ".join(f"{v:.3f}" for v in scores.softmax(0).tolist()))
print("softmax(102, 101, 100.1) =", " ".join(f"{v:.3f}" for v in (scores + 100).softmax(0).tolist()))

# %% The digits: a fifth to test on
images, digits = load_digits(return_X_y=True)
order = np.random.permutation(len(images))[:500 if options.quick else None]
images, digits = (images[order] / 16 - 0.5).astype("float32"), digits[order]
test = len(images) // 5
x, y, x_test, y_test = (tg.from_numpy(a) for a in (images[test:], digits[test:], images[:test], digits[:test]))


# %% The same network three times
def network(normalise, p):
    """64 pixels, layers of 64 sigmoids, 10 scores."""
    layers = []
    for _ in range(options.depth):
        layers += [nn.Linear(64, 64), *([nn.BatchNorm1d(64)] if normalise else []), nn.Sigmoid(), *([nn.Dropout(p)] if p else [])]
    return nn.Sequential(*layers, nn.Linear(64, 10)).to(options.device)


def accuracy(scores, digits):
    """Share of right answers, %."""
    return 100 * (scores.argmax(1) == digits).float().mean().item()


straight = LogisticRegression(max_iter=2000).fit(x.numpy(), y.numpy())
baseline = 100 * straight.score(x_test.numpy(), y_test.numpy())
table = course.Table(options, "accuracy (%)", digits=1)
histories = {}
for name, normalise, p in (("plain", False, 0), ("batch normalisation", True, 0), ("batch norm. and dropout", True, options.p)):
    tg.manual_seed(options.seed)
    model = network(normalise, p)
    optimizer = tg.optim.SGD(model.parameters(), lr=options.lr, momentum=0.9)
    histories[name] = train.fit(model, (x, y), nn.CrossEntropyLoss(), optimizer, options.epochs, batch_size=64, progress=True, words=name,
                                validation=(x_test, y_test), metrics={"accuracy": accuracy}, device=options.device)
    right = (train.predict(model, x_test, device=options.device).cpu().argmax(1) == y_test).sum().item()
    share = bio.wilson(right, test)
    table.add(f"{options.depth} sigmoid layers, {name}", 100 * share.value, (100 * share.low, 100 * share.high),
              baseline=("logistic regression", baseline))
table.show()
print("\nWithout batch normalisation the gradient has vanished before it reaches the first layers. Dropout costs here: in a deep, narrow "
      "network its noise adds up over the layers. It pays where a wide network has too few examples: see C5.")

# %% The pictures
with viz.panels(options.out / "batchnorm_dropout.png", 2, 2, size=(4.0, 3.0)) as ((top_left, top_right), (bottom_left, bottom_right)):
    viz.lines(range(len(running)), {"mean (batch: 3)": running[:, 0], "variance (batch: 4.67)": running[:, 1]}, ax=top_left,
              xlabel="batches seen", ylabel="running statistic", title="Running statistics approach the batch's")
    viz.lines(rates, {"mean": measured["mean"], "variance": measured["variance"], "variance, formula": expected}, ax=top_right,
              xlabel="p of dropout", ylabel="after dropout", title="Dropout keeps the mean")
    viz.lines(None, {name: history["train loss"] for name, history in histories.items()}, ax=bottom_left, xlabel="epoch",
              ylabel="cross-entropy, training", title=f"{options.depth} sigmoid layers: the loss", logy=True)
    viz.lines(None, {name: history["validation accuracy"] for name, history in histories.items()}, ax=bottom_right, xlabel="epoch",
              ylabel="accuracy on test digits (%)", title="the accuracy")
print(f"\nThe curves on the test digits are only looked at: nothing was chosen by them.\nPictures: {options.out}/*.png")
