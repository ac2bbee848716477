"""Which peptides does an MHC molecule bind? A feed-forward network finds out.  (Lectures A1, A2, A3, A6)

MHC molecules carry peptides, mostly nine residues long, to the surface of our cells, where T cells look at them.
Which peptides an MHC allele binds can be measured, as the concentration (IC50, in nM) at which half of a competitor
is displaced. The network learns

    peptide  →  score = 1 − log(IC50)/log(50000)          1: binds at 1 nM,  0.426: 500 nM, a binder,  0: does not bind

    x (N, 9·40)  →  h = σ(x W₁ᵀ + b₁) (N, 16)  →  ŷ = σ(h W₂ᵀ + b₂) (N, 1)          loss = mean (ŷ − y)²

How good it is, is measured on peptides that it has never seen. The data are in five parts. Each part is left out once as the
test part. Of the other four, each in turn decides when to stop, while a network learns from the three that are left:
four networks for each test part. Their mean, the *ensemble*, is what predicts.

Run it:

    python examples/a3_peptide_mhc_ffn.py                                       simulated peptides, half a minute
    python examples/a3_peptide_mhc_ffn.py --data FOLDER --alleles A0201 B0702    course files FOLDER/A0201/c000 … c004

It writes its pictures and a table into results/a3_peptide_mhc_ffn.
"""
# %% The options
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")       # matrices this small: a second thread costs more than it brings

import numpy as np
from sklearn.linear_model import Ridge

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, viz
from tinygrad_bio.utils.data import DataLoader, TensorDataset

options = course.options(__doc__, epochs=200, quick_epochs=4, data="folder with one folder per allele, each with the parts c000 … c004",
                         alleles=(["A0201", "A0101", "A0301", "B0702"], "folders of --data"), hidden=(16, "hidden neurons"),
                         lr=(5e-3, "learning rate of Adam"), patience=(10, "epochs without improvement before stopping"))
PUBLISHED = {"A0201": (.872, .802), "A0101": (.834, .658), "A0301": (.812, .735), "B0702": (.829, .762)}    # network, ridge

# %% The data: five parts of each allele, read (or simulated) before anything is trained
if options.data:
    with course.reading():
        folds_of = {allele: bio.read_folds(options.data / allele) for allele in options.alleles}
else:
    table, motif = bio.simulate_peptides(300 if options.quick else 1200, seed=options.seed)
    folds_of = {"simulated": bio.deal_folds(table)}


# %% A2. Numbers for letters
# One-hot says which residue it is. The BLOSUM50 row says which residues it resembles, in units of 5, so that the numbers
# are about as large as those of the one-hot part. Both are learned from together: 20 + 20 numbers for each residue.
def encode(peptides):
    """Peptides of 9 residues as an array (N, 9·40), float32."""
    letters = np.concatenate([bio.one_hot(peptides), bio.blosum(peptides, "BLOSUM50", scale=1 / 5)], axis=-1)   # (N, 9, 40)
    return letters.reshape(len(peptides), -1)


print("A2. The first letters of ALAKAAAAM, each as its row of BLOSUM50/5 (A R N D C Q E G …):")
for letter, row in zip("ALAK", bio.blosum(["ALAKAAAAM"], "BLOSUM50", scale=1 / 5)[0]):
    print("   ", letter, " ".join(f"{v:4.1f}" for v in row[:12]), "…")


def tensors(table):
    """A table as tensors: what goes in (N, 360) and what should come out (N, 1)."""
    x = tg.from_numpy(encode(table.peptides))
    y = tg.from_numpy(table.scores.astype("float32")[:, None])
    return x.to(options.device), y.to(options.device)


# %% A1. The same network with loops, and with a matrix product
def with_loops(x, weight, bias):
    """h_nj = Σ_i x_ni·W_ji + b_j, one peptide, one neuron, one input at a time."""
    h = []
    for row in x:
        h.append([])
        for neuron, b in zip(weight, bias):
            total = b
            for value, w in zip(row, neuron):
                total += value * w
            h[-1].append(total)
    return h


tg.manual_seed(options.seed)
layer = nn.Linear(360, options.hidden)
x = tg.from_numpy(encode(folds_of[next(iter(folds_of))][0].peptides[:100]))
start = time.perf_counter()
slow = with_loops(x.tolist(), layer.weight.tolist(), layer.bias.tolist())
middle = time.perf_counter()
fast = layer(x)
end = time.perf_counter()
difference = np.abs(np.array(slow) - fast.detach().numpy()).max()
print(f"\nA1. {len(x)} peptides through the first layer: loops {1e3 * (middle - start):.0f} ms, matrix product "
      f"{1e3 * (end - middle):.2f} ms, {(middle - start) / (end - middle):.0f} times as fast. "
      f"Largest difference {difference:.0e}: rounding.")


# %% A3. The network, and how it learns
def network(hidden):
    """360 inputs, hidden neurons, one output between 0 and 1."""
    return nn.Sequential(nn.Linear(360, hidden), nn.Sigmoid(), nn.Linear(hidden, 1), nn.Sigmoid()).to(options.device)


def train(x, y, x_stop, y_stop, seed, hidden=options.hidden, lr=options.lr):
    """Train on (x, y) until (x_stop, y_stop) is no longer predicted better; the network with the best weights, and its history."""
    tg.manual_seed(seed)
    net, criterion = network(hidden), nn.MSELoss()
    optimizer = tg.optim.Adam(net.parameters(), lr=lr)
    batches = DataLoader(TensorDataset(x, y), batch_size=64, shuffle=True)      # shuffled: course files are sorted by score
    history, best = {"training": [], "stopping": []}, (np.inf, None, 0)
    for epoch in range(options.epochs):
        total = 0.0
        for x_batch, y_batch in batches:
            optimizer.zero_grad()
            loss = criterion(net(x_batch), y_batch)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x_batch)
        with tg.no_grad():
            stopping = criterion(net(x_stop), y_stop).item()
        history["training"].append(total / len(x))
        history["stopping"].append(stopping)
        if stopping < best[0]:
            best = (stopping, {name: w.clone() for name, w in net.state_dict().items()}, epoch)
        if epoch - best[2] >= options.patience:
            break
    net.load_state_dict(best[1])
    return net, history


def predict(net, x):
    """The predicted scores (N,)."""
    with tg.no_grad():
        return net(x).cpu().numpy()[:, 0]


name, folds = next(iter(folds_of.items()))
print(f"\nA3. Learning rate and hidden neurons, {name}: r on the part that stops the training (never on a test part)")
parts = [tensors(fold) for fold in folds[1:]]
x, y = (tg.cat(column) for column in zip(*parts[1:]))
rates, sizes = (.001, .005, .02), (2, 16, 64)
grid = np.zeros((len(rates), len(sizes)))
for i, j in course.progress(list(np.ndindex(grid.shape)), "grid"):
    net, history = train(x, y, *parts[0], seed=options.seed, hidden=sizes[j], lr=rates[i])
    grid[i, j] = bio.pearson(parts[0][1].cpu().numpy()[:, 0], predict(net, parts[0][0]))
print("    learning rate " + "".join(f"{n:>7} hidden" for n in sizes))
for rate, row in zip(rates, grid):
    print(f"    {rate:<13} " + "".join(f"{r:14.3f}" for r in row))


# %% A6. Cross-validation with an ensemble, and a straight line beside it
def ridge(x, y, x_stop, y_stop):
    """The baseline: a linear model, whose penalty is chosen on the same part that stops the networks."""
    models = [Ridge(alpha=alpha).fit(x, y) for alpha in (1, 3, 10, 30, 100, 300)]
    return min(models, key=lambda m: np.mean((m.predict(x_stop) - y_stop) ** 2))


def cross_validate(name, folds):
    """Predict every part with models that have not seen it: {"measured", "ensemble", "ridge"} and each network by itself."""
    found = {"measured": [], "ensemble": [], "ridge": [], "single": [], "histories": []}
    encoded = [tensors(fold) for fold in folds]
    for k, (x_test, y_test) in enumerate(course.progress(encoded, name)):
        inner, outputs, lines = [part for i, part in enumerate(encoded) if i != k], [], []
        for i, stop in enumerate(inner):
            x, y = (tg.cat(column) for column in zip(*(part for j, part in enumerate(inner) if j != i)))
            net, history = train(x, y, *stop, seed=1000 * options.seed + 10 * k + i)
            outputs.append(predict(net, x_test))
            lines.append(ridge(*(t.cpu().numpy() for t in (x, y[:, 0], stop[0], stop[1][:, 0]))).predict(x_test.cpu().numpy()))
            found["histories"].append(history)
        truth = y_test.cpu().numpy()[:, 0]
        found["measured"].append(truth)
        found["ensemble"].append(np.mean(outputs, axis=0))
        found["ridge"].append(np.mean(lines, axis=0))
        found["single"] += [bio.pearson(truth, output) for output in outputs]
    return {key: np.concatenate(v) if key in ("measured", "ensemble", "ridge") else v for key, v in found.items()} | {"net": net}


table = course.Table(options, "Pearson r")
for name, folds in folds_of.items():
    start = time.perf_counter()
    result = cross_validate(name, folds)
    seconds = time.perf_counter() - start
    measured, ensemble, binder = result["measured"], result["ensemble"], bio.is_binder(result["measured"])
    network_r, ridge_r = PUBLISHED.get(name, (None, None))
    table.add(f"{name}, {len(measured)} peptides", bio.pearson(measured, ensemble), bio.bootstrap(bio.pearson, measured, ensemble, seed=options.seed),
              baseline=("ridge", bio.pearson(measured, result["ridge"])), published=network_r and (network_r, f"network; its ridge {ridge_r:.3f}"),
              seconds=seconds)
    table.add(f"{name}, each network alone", np.mean(result["single"]), seconds=seconds)
    table.add(f"{name}, binders (≤ 500 nM) against the rest", bio.roc_auc(binder, ensemble), seconds=seconds, metric="AUC",
              interval=bio.bootstrap(bio.roc_auc, binder, ensemble, seed=options.seed), baseline=("ridge", bio.roc_auc(binder, result["ridge"])))
    viz.learning_curves(result["histories"][0], path=options.out / f"{name}_learning_curve.png",
                        title=f"{name}: one of the 20 networks", ylabel="mean squared error")
    viz.scatter(measured, ensemble, path=options.out / f"{name}_predicted.png", title=name,
                xlabel="measured score, 1 − log(IC50)/log(50000)", ylabel="predicted score")

# %% The result
print(f"\nA6. 5-fold cross-validation, ensembles of 4 networks (360 → {options.hidden} → 1)")
table.show()
print("\nPearson r of all test parts together; of networks alone, the mean of 20. Published: a network with BLOSUM encoding from the same\n"
      "course. The parts are not homology-reduced: r on peptides unlike any of these would be lower.")
if not options.data:
    print(f"The peptides were simulated from a known motif (consensus {motif.consensus()}): pairs of positions matter in it, "
          f"which ridge cannot see.")

# %% The picture of one training step: what `backward()` walks
loss = nn.MSELoss()(result["net"](x), y)
picture = viz.save(viz.graph(loss, params=result["net"]), options.out / "training_step.svg")
print(f"\nPictures: {options.out}/*.png, {picture}")
