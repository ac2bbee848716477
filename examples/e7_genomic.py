"""From DNA markers to yield: neural networks against the animal breeder's method.  (Lecture E7)

Each line of wheat is described by 1279 markers that are there or not; its yield is measured in four environments. There are twice as
many markers as lines, so every method must hold back:

    GBLUP           y = μ + g + e,  g ~ N(0, K σ²),  K = Z Zᵀ/M: relatives resemble each other          (additive effects)
    RKHS            the same with K = exp(−distance²): near relatives count more                      (interactions too)
    MLP             Z → 128 → 4 environments at once, with much dropout
    CNN             filters along the chromosome first: neighbours are inherited together

Each line's yield is predicted by models that have not seen it: ten folds (five, if simulated), r within each fold, and their mean.

Run it:

    python examples/e7_genomic.py                    simulated lines with known heritability, half a minute
    python examples/e7_genomic.py --data FOLDER      wheat.X.csv, wheat.Y.csv, wheat.sets.csv (of the R package BGLR)
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import bio, course, models, nn, train, viz

options = course.options(__doc__, epochs=60, quick_epochs=5, data="folder with wheat.X.csv, wheat.Y.csv, wheat.sets.csv",
                         lr=(3e-4, "learning rate of AdamW"), networks=(3, "networks in each ensemble"))
PUBLISHED = {"1": (.518, .601), "2": (.493, .494), "4": (.403, .445), "5": (.457, .524)}       # Crossa et al. 2010: M-BL, M-RKHS

# %% The lines: markers with mean 0 and spread 1, yields, and the fold that each line is tested in
if options.data:
    with course.reading():
        lines = bio.read_genotypes(options.data)
else:
    size = (150, 200) if options.quick else (500, 800)
    lines, truth = bio.simulate_genotypes(*size, seed=options.seed, heritability=0.5, epistasis=0.3, environments=4)
markers = lines.markers.astype("float32")
spread = markers.std(0)
z = (markers - markers.mean(0)) / np.where(spread > 0, spread, 1)                      # (N, M)
yields = lines.traits.astype("float32")                                                # (N, 4)
folds = lines.folds if options.data and lines.folds is not None else np.arange(len(z)) % (10 if options.data else 5)
names = lines.trait_names
print(f"{z.shape[0]} lines, {z.shape[1]} markers, {yields.shape[1]} environments, {len(np.unique(folds))} folds")

# %% The baselines need no training: one linear system each
found = {"GBLUP": np.zeros_like(yields), "RKHS": np.zeros_like(yields)}
kernels = {"GBLUP": bio.kinship(lines.markers), "RKHS": bio.gaussian_kernel(lines.markers)}
for fold in course.progress(np.unique(folds), "GBLUP and RKHS"):
    test = folds == fold
    for name, kernel in kernels.items():
        for k in range(yields.shape[1]):
            found[name][test, k] = bio.gblup(kernel, yields[:, k], ~test).values[test]

# %% The networks: all environments at once, an ensemble of three for each fold
build = {"MLP": lambda: nn.Sequential(nn.Dropout(0.2), models.MarkerMLP(z.shape[1], yields.shape[1], hidden=(128,), dropout=0.7)),
         "CNN": lambda: models.MarkerCNN(z.shape[1], yields.shape[1], filters=8, hidden=64, dropout=0.6)}
rates = {"MLP": options.lr, "CNN": 3 * options.lr}
x, y = tg.from_numpy(z).to(options.device), tg.from_numpy(yields).to(options.device)
for name in build:
    found[name] = np.zeros_like(yields)
    for fold in course.progress(np.unique(folds), name):
        test = folds == fold
        for number in range(1 if options.quick else options.networks):
            tg.manual_seed(1000 * options.seed + 10 * int(fold) + number)
            net = build[name]().to(options.device)
            optimizer = tg.optim.AdamW(net.parameters(), lr=rates[name], weight_decay=1.0)
            train.fit(net, (x[~test], y[~test]), nn.MSELoss(), optimizer, options.epochs, batch_size=64)
            found[name][test] += train.predict(net, x[test]).cpu().numpy()


# %% The result: r within each fold (as published), its mean and standard error
def within_folds(prediction):
    """(folds, environments)"""
    return np.array([[bio.pearson(yields[folds == f, k], prediction[folds == f, k]) for k in range(yields.shape[1])]
                     for f in np.unique(folds)])


r = {name: within_folds(prediction) for name, prediction in found.items()}
mean = {name: value.mean(0) for name, value in r.items()}
error = {name: value.std(0, ddof=1) / np.sqrt(len(value)) for name, value in r.items()}
table = course.Table(options, "Pearson r of the MLP")
for k, name in enumerate(names):
    ours = mean["MLP"][k]
    table.add(f"environment {name}", ours, (ours - 1.96 * error["MLP"][k], ours + 1.96 * error["MLP"][k]),
              baseline=("GBLUP", mean["GBLUP"][k]), published=(PUBLISHED[name][0], "M-BL") if options.data else None)
table.show()
print("\nMean r over the folds, all methods:")
for method, values in mean.items():
    print(f"    {method:6}", "  ".join(f"{v:.3f}" for v in values))
if options.data:
    print("    M-BL  ", "  ".join(f"{PUBLISHED[n][0]:.3f}" for n in names), "   (Crossa et al. 2010, other random parts)")
    print("    M-RKHS", "  ".join(f"{PUBLISHED[n][1]:.3f}" for n in names))
else:
    print(f"    The best that is possible: r = √heritability = {np.sqrt(truth.heritability):.3f}")

# %% The picture
bars = {f"environment {name}": {method: mean[method][k] for method in mean} for k, name in enumerate(names)}
spans = {f"environment {name}": {m: (mean[m][k] - error[m][k], mean[m][k] + error[m][k]) for m in mean} for k, name in enumerate(names)}
viz.bars(bars, options.out / "methods.png", intervals=spans, ylabel="Pearson r (mean of the folds ± standard error)", digits=2,
         title="Yield predicted from markers")
viz.scatter(yields[:, 0], found["MLP"][:, 0], options.out / "first_environment.png", title=f"environment {names[0]}, MLP",
            xlabel="measured yield (standard deviations)", ylabel="predicted yield")
print(f"\nPictures: {options.out}/*.png")
