"""Overfitting, and four ways against it: L1, L2, early stopping, dropout.  (Lecture C5)

A network with more weights than examples can learn the examples by heart, their errors included. The training loss falls, the loss on
examples it has not seen falls and then rises. Against it:

    L1                loss + λ·Σ|w|          many weights become nearly 0
    L2                loss + λ·Σ w²          no weight becomes large (weight decay)
    early stopping    go back to the weights that were best on the validation part
    dropout           put a share p of the neurons to 0 in each step: none can rely on another

Three parts of the data: to learn from, to choose by (validation: when to stop, how large λ and p are), and to test on, at the end, once.
The task was made so that a network overfits it: it shows what each remedy does, not which is the best in general.

    python examples/c5_overfitting.py             simulated, a minute
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from sklearn.linear_model import RidgeCV

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, viz

options = course.options(__doc__, epochs=300, quick_epochs=5, examples=(150, "examples to learn from"), noise=(1.0, "spread of their errors"),
                         hidden=(100, "neurons of each of the two hidden layers"), lr=(3e-3, "learning rate of Adam"),
                         repeats=(3, "data sets, and trainings of each kind"))
repeats = 1 if options.quick else options.repeats


# %% The data: 8 numbers, of which only 3 matter
def data(count, rng):
    """x (N, 8) and y = x₁ + 2·|x₂| + 2·max(x₃, 0) + error (N, 1)."""
    x = rng.normal(size=(count, 8))
    y = x[:, 0] + 2 * np.abs(x[:, 1]) + 2 * np.maximum(x[:, 2], 0) + options.noise * rng.normal(size=count)
    return tg.from_numpy(x.astype("float32")).to(options.device), tg.from_numpy(y[:, None].astype("float32")).to(options.device)


# %% The network, and what it should become
def network(p=0.0):
    """8 inputs, two hidden layers, one output."""
    return nn.Sequential(nn.Linear(8, options.hidden), nn.ReLU(), nn.Dropout(p), nn.Linear(options.hidden, options.hidden), nn.ReLU(),
                         nn.Dropout(p), nn.Linear(options.hidden, 1)).to(options.device)


def error(model, part):
    """Mean squared error, without dropout and penalty."""
    model.eval()
    with tg.no_grad():
        return nn.functional.mse_loss(model(part[0]), part[1]).item()


def learn(parts, seed, p=0.0, l1=0.0, l2=0.0, patience=None):
    """Train one network; it, its errors on the training and the validation part after each epoch, and the epoch it went back to."""
    tg.manual_seed(seed)
    model, curves, best = network(p), {"training": [], "validation": []}, (np.inf, None, 0)
    optimizer = tg.optim.Adam(model.parameters(), lr=options.lr)
    batches = tg.utils.data.DataLoader(tg.utils.data.TensorDataset(*parts["training"]), batch_size=25, shuffle=True)
    weights = [w for name, w in model.named_parameters() if name.endswith("weight")]                    # biases are left alone
    for epoch in range(1, options.epochs + 1):
        model.train()
        for x, y in batches:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            if l1:
                loss = loss + l1 * sum(w.abs().sum() for w in weights)
            if l2:
                loss = loss + l2 * sum((w**2).sum() for w in weights)
            loss.backward()
            optimizer.step()
        for name in curves:
            curves[name].append(error(model, parts[name]))
        if patience and curves["validation"][-1] < best[0]:
            best = (curves["validation"][-1], {name: w.clone() for name, w in model.state_dict().items()}, epoch)
        if patience and epoch - best[2] >= patience:
            break
    if patience:
        model.load_state_dict(best[1])
    return model.eval(), curves, best[2] or None


def predict(model, part):
    """The outputs (N,) as an array."""
    with tg.no_grad():
        return model(part[0]).cpu().numpy()[:, 0]


# %% How large λ and p are is chosen on the validation part of a data set of its own
def new_parts(seed):
    """Training, validation and test part."""
    rng = np.random.default_rng(seed)
    return {"training": data(options.examples, rng), "validation": data(200, rng), "test": data(2000, rng)}


choices = {"L1": [dict(l1=v) for v in (3e-3, 1e-2, 3e-2)], "L2": [dict(l2=v) for v in (3e-2, 1e-1, 3e-1)],
           "dropout": [dict(p=v) for v in (0.1, 0.3, 0.5)]}
methods = {"none": {}, "L1": {}, "L2": {}, "early stopping": dict(patience=25), "dropout": {}}
first = new_parts(options.seed + 1000)
for name, candidates in choices.items():
    ends = [learn(first, options.seed, **candidate)[1]["validation"][-1] for candidate in course.progress(candidates, name)]
    methods[name] = candidates[int(np.argmin(ends))]
    print(f"{name}: validation error at the end", ", ".join(f"{v:.3f} for {list(c.values())[0]:g}" for v, c in zip(ends, candidates)))

# %% Each method on fresh data sets
tests, curves, weights, best = {name: [] for name in [*methods, "ridge"]}, {}, {}, {}
for repeat in course.progress(range(repeats), "training"):
    parts = new_parts(options.seed + repeat)
    for name, settings in methods.items():
        model, shown, epoch = learn(parts, options.seed + repeat, **settings)
        tests[name].append((predict(model, parts["test"]) - parts["test"][1].cpu().numpy()[:, 0])**2)          # (2000,)
        if repeat == 0:
            curves[name], best[name] = shown, epoch
            weights[name] = np.abs(np.concatenate([w.detach().cpu().numpy().ravel() for k, w in model.named_parameters() if "weight" in k]))
    ridge = RidgeCV(alphas=np.logspace(-2, 3, 20)).fit(parts["training"][0].cpu().numpy(), parts["training"][1].cpu().numpy()[:, 0])
    tests["ridge"].append((ridge.predict(parts["test"][0].cpu().numpy()) - parts["test"][1].cpu().numpy()[:, 0])**2)

# %% The result, beside a straight line through the same examples
table = course.Table(options, "test error (mean square)", digits=3, better="lower")
squares = {name: np.concatenate(values) for name, values in tests.items()}
for name, settings in methods.items():
    interval = bio.bootstrap(lambda y, square: square.mean(), np.zeros_like(squares[name]), squares[name], n=200, seed=options.seed)
    shown = ", ".join(f"{'λ' if key[0] == 'l' else key} = {value:g}" for key, value in settings.items())
    table.add(f"{name}{f' ({shown})' if shown else ''}", squares[name].mean(), interval, baseline=("ridge", squares["ridge"].mean()))
table.show()
print(f"\nNo model can do better than the errors in y: {options.noise**2:.2f}. "
      "Weights below 0.001:", ", ".join(f"{name} {100 * (w < 1e-3).mean():.0f} %" for name, w in weights.items()))

# %% The picture: training and validation error for each
with viz.panels(options.out / "overfitting.png", 2, 3, size=(3.1, 2.7)) as axes:
    for ax, (name, shown) in zip(axes.flat, curves.items()):
        viz.learning_curves(shown, ax=ax, title=name, ylabel="mean squared error", best=best[name])
        ax.axhline(options.noise**2, color="0.5", linewidth=0.8, linestyle=":")
        ax.set_ylim(0, 5)
        ax.legend(fontsize=8, loc="upper right")
    viz.lines(None, {name: shown["validation"] for name, shown in curves.items()}, ax=axes.flat[-1], xlabel="epoch",
              ylabel="mean squared error", title="validation, all together")
    axes.flat[-1].set_ylim(1, 4)
    axes.flat[-1].legend(fontsize=8, loc="upper right")
print(f"The dotted line is the error that remains. Picture: {options.out}/overfitting.png")
