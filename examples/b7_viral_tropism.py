"""Which door does the virus use? HIV tropism from the V3 loop.  (Lecture B7)

HIV enters a cell through one of two co-receptors. Most viruses need CCR5 (R5); some have switched to CXCR4 (X4), against which drugs
that block CCR5 do not help. The switch is written into 35 residues of the envelope protein, the V3 loop. The old rule reads two of
them: X4 if position 11 or 25 has a positive charge (R or K). A network reads all:

    loop → one-hot (38 × 20) → 32 filters of width 5 → ReLU → dense 32 → ReLU → log odds of X4

Only one virus in seven is X4, so *accuracy* says little: "always R5" has 85 %. The area under the ROC curve (the chance that a random X4
scores above a random R5) does not depend on how many there are; average precision does, and is the stricter judge. Ten folds (five, if
simulated); the same loop from two patients stays in one fold; an ensemble of three networks in each. How they train was tried out in
other runs on the real loops (15 or 30 epochs, with or without filters), so that number is a little kind to us. The simulated rule is a
sum over residues: there the linear model is the right one, and a network with its many weights cannot be better.

Run it:

    python examples/b7_viral_tropism.py                    simulated loops with a known rule, a minute
    python examples/b7_viral_tropism.py --data FOLDER      seqs.fasta and classes.txt, 1351 loops (Dybowski et al. 2010)
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from sklearn.linear_model import LogisticRegression

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, train, viz

options = course.options(__doc__, epochs=30, quick_epochs=6, data="folder with seqs.fasta and classes.txt",
                         lr=(2e-3, "learning rate of AdamW"), networks=(3, "networks in each ensemble"))


# %% The loops
def simulate(n, seed):
    """Loops, classes (1: X4), and the log odds that drew them: charge at 11 and 25, and the charge of the whole loop."""
    rng = np.random.default_rng(seed)
    usual = np.array(list("CTRPNNNTRKSIHIGPGRAFYATGDIIGDIRQAHC"))                            # a common R5 loop
    loops, odds = [], []
    for _ in range(n):
        loop = usual.copy()
        for place in (10, 24):                                                              # 11 and 25, counted from 1
            loop[place] = rng.choice(list("RKSGDE"), p=[.1, .06, .34, .3, .1, .1])
        for place in rng.choice(np.arange(4, 33), size=rng.poisson(5)):
            loop[place] = rng.choice(list(bio.PROTEIN.letters))
        charge = np.isin(loop, ["R", "K"]).sum() - np.isin(loop, ["D", "E"]).sum()
        odds.append(3 * np.isin(loop[[10, 24]], ["R", "K"]).sum() + 0.7 * charge - 6.5)
        loops.append("".join(np.delete(loop, 22)) if rng.random() < 0.15 else "".join(loop))
    odds = np.array(odds)
    return loops, (rng.random(n) < 1 / (1 + np.exp(-odds))).astype("int64"), odds


if options.data:
    with course.reading():
        virus = bio.read_fasta_and_classes(options.data, classes=("R5", "X4"))
        loops, labels = virus.sequences, virus.labels
        if not 26 <= min(map(len, loops)) <= max(map(len, loops)) <= 38:
            raise ValueError(f"{options.data}: expected V3 loops of 26 to 38 residues, got {min(map(len, loops))} to {max(map(len, loops))}")
else:
    loops, labels, odds = simulate(300 if options.quick else 1000, options.seed)


def encode(loops):
    """One-hot (N, 38, 20). Shorter loops get their gap behind the crown: 11 and 25 keep their places (from the start, from the end)."""
    return bio.one_hot(bio.pad(loops, 38, mode="middle", edges=(14, 12)))


x, y = tg.from_numpy(encode(loops)).to(options.device), tg.from_numpy(labels.astype("float32")).to(options.device)
folds = bio.group_folds(bio.groups_of(loops), 10 if options.data else 3 if options.quick else 5, seed=options.seed, labels=labels)
print(f"{len(loops)} loops, {len(set(loops))} different ones; {labels.sum()} are X4 ({100 * labels.mean():.0f} %)")


# %% The network
class Tropism(nn.Module):
    """One-hot (N, 38, 20) → log odds (N,)."""

    def __init__(self):
        super().__init__()
        self.filters = nn.Conv1d(20, 32, 5, padding="same")
        self.dense = nn.Sequential(nn.ReLU(), nn.Flatten(), nn.Dropout(0.5), nn.Linear(32 * 38, 32), nn.ReLU(), nn.Dropout(0.5),
                                   nn.Linear(32, 1))

    def forward(self, x):
        return self.dense(self.filters(x.transpose(1, 2)))[:, 0]


scores = {"network": np.zeros(len(x)), "logistic regression": np.zeros(len(x))}
for number, test in enumerate(course.progress(folds, "folds")):
    rest = np.setdiff1d(np.arange(len(x)), test)
    ensemble = []
    for member in range(options.networks):
        tg.manual_seed(1000 * options.seed + 10 * number + member)
        net = Tropism().to(options.device)
        optimizer = tg.optim.AdamW(net.parameters(), lr=options.lr, weight_decay=0.05)
        train.fit(net, (x[rest], y[rest]), nn.BCEWithLogitsLoss(), optimizer, options.epochs, batch_size=64)
        scores["network"][test] += train.predict(net, x[test]).cpu().numpy() / options.networks
        ensemble.append(net)
    flat = x.flatten(1).cpu().numpy()
    linear = LogisticRegression(C=0.3, max_iter=500).fit(flat[rest], labels[rest])
    scores["logistic regression"][test] = linear.decision_function(flat[test])
scores["11/25 rule"] = np.array([(loop[10] in "RK") + (loop[-11] in "RK") for loop in loops], dtype="float64")

# %% The result
table = course.Table(options, "AUC")
name = "HIV V3" if options.data else "simulated loops"
auc = bio.bootstrap(bio.roc_auc, labels, scores["network"])
for baseline in ("logistic regression", "11/25 rule"):
    table.add(name, auc.value, auc, baseline=(baseline, bio.roc_auc(labels, scores[baseline])),
              published=(0.937, "Dybowski et al. 2010") if options.data else None)
if not options.data:
    table.add("the true log odds (upper bound)", bio.roc_auc(labels, odds), baseline=("guessing", 0.5))
precision = bio.bootstrap(bio.average_precision, labels, scores["network"])
table.add(name, precision.value, precision, metric="average precision",
          baseline=("logistic regression", bio.average_precision(labels, scores["logistic regression"])))
table.show()
viz.roc(labels, scores, options.out / "roc.png", title="X4 among the viruses")

# %% What would make an R5 virus an X4 virus? Every single mutation of one loop, by networks that have not seen it
candidates = [i for i in folds[-1] if labels[i] == 0 and len(loops[i]) == 35]
middle = candidates[int(np.argsort(scores["network"][candidates])[len(candidates) // 2])]          # a typical one


def log_odds(loops):
    """Mean of the last fold's ensemble."""
    return sum(train.predict(net, tg.from_numpy(encode(loops)).to(options.device)).cpu().numpy() for net in ensemble) / len(ensemble)


effects = bio.effect_matrix(log_odds, loops[middle])                                               # (35, 20)
viz.mutagenesis(effects, loops[middle], path=options.out / "mutations.png", label="change of the log odds of X4",
                title="Towards X4 (red) or R5 (blue)")
strongest = np.dstack(np.unravel_index(np.argsort(-effects.ravel())[:8], effects.shape))[0]
print(f"\n{loops[middle]}: strongest steps towards X4:", ", ".join(f"{loops[middle][i]}{i + 1}{bio.PROTEIN.letters[a]}" for i, a in strongest))
print(f"Pictures: {options.out}/*.png")
