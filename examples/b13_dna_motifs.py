"""Where does a gene's message get cut? A network that reads DNA, and the motif it found.  (Lecture B13)

Between the parts of a gene that are kept (exons) lie parts that are cut out (introns). The cell finds the junctions by their
sequence: EI, where an intron begins (…AG|GTAAGT…), and IE, where it ends (…(C or T)ₙ NCAG|G…). The network tells them from other DNA:

    one-hot (N, 4, 60) → convolution 7 → relu → convolution 7 → relu → max pool → dense → softmax over N, EI, IE

Which bases does it look at? Each base in turn is exchanged for the three others (saturation mutagenesis); how much the score falls
is drawn as a logo: the junction's consensus should come out, though nobody gave it to the network.

Run it:

    python examples/b13_dna_motifs.py                   simulated junctions with a known motif, half a minute
    python examples/b13_dna_motifs.py --data FILE       UCI's splice.data (three classes) or promoters.data (two; leave-one-out)
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, train, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, epochs=12, quick_epochs=2, data="splice.data or promoters.data, or the folder of one",
                         lr=(2e-3, "learning rate of AdamW"), networks=(3, "networks in each ensemble"))
PUBLISHED = {"N": (4.62, "KBANN"), "EI": (7.56, "KBANN"), "IE": (8.47, "KBANN")}        # Noordewier et al. 1991, errors in %

# %% The sequences: letters to numbers (R, which means A or G, is half of each), and folds with duplicates together
with course.reading():
    data = bio.read_uci(options.data) if options.data else bio.simulate_splice(200 if options.quick else 1500, seed=options.seed)[0]
x = np.ascontiguousarray(bio.one_hot(data.sequences, bio.DNA).transpose(0, 2, 1))       # (N, 4, L)
y = np.asarray(data.labels, dtype="int64")
classes, length, few = list(data.classes), x.shape[2], len(y) < 200
number = len(y) if few else (3 if options.quick else 10)                                # few sequences: leave one out
folds = bio.group_folds(bio.groups_of(data.sequences), number, seed=options.seed, labels=y)
print(f"{len(y)} sequences of {length} bases, {number} folds:", ", ".join(f"{np.sum(y == k)} {c}" for k, c in enumerate(classes)))


# %% The network
class Pairs(nn.Module):
    """Each base, and each pair of neighbours, as a number of its own: (N, 4, L) → (N, 4·L + 16·(L − 1))."""

    def forward(self, x):
        pairs = x[:, :, None, :-1] * x[:, None, :, 1:]                                  # (N, 4, 4, L − 1)
        return tg.cat([x.flatten(1), pairs.flatten(1)], dim=1)


def network():
    """(N, 4, L) → (N, classes)"""
    if few:                                                 # a hundred sequences do not feed two convolutions
        return nn.Sequential(Pairs(), nn.Dropout(0.3), nn.Linear(20 * length - 16, 16), nn.Sigmoid(), nn.Dropout(0.2), nn.Linear(16, len(classes)))
    return nn.Sequential(
        nn.Conv1d(4, 32, 7, padding="same"), nn.ReLU(),
        nn.Conv1d(32, 32, 7, padding="same"), nn.BatchNorm1d(32), nn.ReLU(), nn.MaxPool1d(2),
        nn.Flatten(), nn.Dropout(0.4), nn.Linear(32 * (length // 2), 64), nn.ReLU(), nn.Dropout(0.4), nn.Linear(64, len(classes)))


def learn(chosen, seed):
    """A network trained on these sequences, its rate rising and falling once."""
    tg.manual_seed(seed)
    net = network().to(options.device)
    epochs = 5 * options.epochs if few and not options.quick else options.epochs
    optimizer = tg.optim.AdamW(net.parameters(), lr=5 * options.lr if few else options.lr, weight_decay=0.1 if few else 0.01)
    rise = None if few else tg.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: min((epoch + 1) / 3, 1) * (1 - epoch / (epochs + 1)))
    train.fit(net, (x[chosen], y[chosen]), nn.CrossEntropyLoss(label_smoothing=0.0 if few else 0.02), optimizer, epochs, batch_size=128 if few else 64,
              scheduler=rise, device=options.device)
    return net


def probabilities(nets, x):
    """The mean over the networks, (N, classes)."""
    x = tg.from_numpy(np.ascontiguousarray(x))
    return np.mean([F.softmax(train.predict(net, x, device=options.device), dim=1).cpu().numpy() for net in nets], axis=0)


# %% Every sequence is predicted by networks that have not seen it, nor its duplicates
predicted, linear = np.zeros((len(y), len(classes))), np.zeros(len(y), dtype=int)
for k, test in enumerate(course.progress(folds, "cross-validation")):
    rest = np.setdiff1d(np.arange(len(y)), test)
    nets = [learn(rest, 1000 * options.seed + 10 * k + m) for m in range(1 if options.quick else options.networks)]
    predicted[test] = probabilities(nets, x[test])
    scores = bio.ridge(x[rest].reshape(len(rest), -1), np.eye(len(classes))[y[rest]], x[test].reshape(len(test), -1), penalty=10.0)
    linear[test] = scores.argmax(1)
wrong = predicted.argmax(1) != y

# %% The result, beside a straight line (ridge regression)
table = course.Table(options, "errors (of 106)" if few else "errors (%)", digits=0 if few else 2, better="lower")
for k, name in enumerate(["all"] if few else classes):
    part = np.full(len(y), True) if few else y == k
    count, base = int(wrong[part].sum()), int((linear[part] != y[part]).sum())
    interval = bio.wilson(count, int(part.sum()))
    scale = len(y) if few else 100
    table.add("promoters, leave one out" if few else f"{name} ({part.sum()} sequences)", count if few else 100 * interval.value,
              (scale * interval.low, scale * interval.high), baseline=("ridge", base if few else 100 * base / part.sum()),
              published=((4, "KBANN") if few else PUBLISHED.get(name)) if options.data else None)
table.show()

# %% What it looks at: how much each base matters, averaged over sequences that it got right
net = nets[0]
shown = [k for k, c in enumerate(classes) if c not in ("N", "-")]
with viz.panels(options.out / "what_it_looks_at.png", rows=len(shown), columns=1, size=(8.5, 2.2)) as grid:
    for ax, k in zip(np.ravel(grid), shown):
        chosen = np.flatnonzero((y == k) & ~wrong)[:20 if options.quick else 150]
        heights = np.zeros((length, 4))
        for i in chosen:
            mutants = np.repeat(x[i][None], 4 * length, axis=0)                         # (4·L, 4, L)
            for j in range(length):
                mutants[4 * j:4 * j + 4, :, j] = np.eye(4)                              # each base in turn at place j
            scores = np.log(probabilities([net], mutants)[:, k] + 1e-9).reshape(length, 4)
            heights += x[i].T * (scores - scores.mean(1, keepdims=True)) / len(chosen)  # of the base that is there
        viz.logo(heights, "ACGT", ax=ax, title=f"{classes[k]}: what each base adds to ln p", ylabel="ln p", start=1 - length // 2)
viz.heatmap(bio.confusion_matrix(y, predicted.argmax(1)), options.out / "confusion.png", xticks=classes, yticks=classes, digits=0,
            xlabel="predicted", ylabel="true", label="sequences")
print(f"\nPositions are counted from the middle of the sequence. Pictures: {options.out}/*.png")
