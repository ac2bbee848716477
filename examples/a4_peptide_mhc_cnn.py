"""A convolutional network for peptide–MHC binding, and what its filters look for.  (Lectures A4, A6)

The feed-forward network of A3 has its own weights for each position. A convolution uses the same filters at every position:

    peptide (N, 9, 40) → filters of widths 1, 3, 5, 7, 9 → relu → the maximum over the positions → dense → σ → score

All filters are one matrix product: narrow ones are widened with zeros. The global maximum remembers where each filter fitted best;
only that place gets the gradient. So it finds motifs wherever they stand, in peptides of any length. But the ends of a 9-mer sit in
fixed pockets: where a residue stands matters as much. A second CNN keeps what each filter finds at each place instead of the
maximum. Shared filters and weights of each position make different mistakes: the mean of FFN and CNN is better than either.

Run it:

    python examples/a4_peptide_mhc_cnn.py                                       simulated peptides, a minute
    python examples/a4_peptide_mhc_cnn.py --data FOLDER --alleles A0201 B0702    course files FOLDER/A0201/c000 … c004
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import time

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import bio, course, models, nn, train, viz

options = course.options(__doc__, epochs=100, quick_epochs=2, data="folder with one folder per allele, each with c000 … c004",
                         alleles=(("A0201", "A0101", "A0301", "B0702"), "which alleles"), filters=(16, "filters of each width"),
                         patience=(10, "epochs without improvement before stopping"))
PUBLISHED = {"A0201": .872, "A0101": .834, "A0301": .812, "B0702": .829}        # networks with BLOSUM encoding, the same course

# %% The data, in five parts
if options.data:
    with course.reading():
        folds_of = {allele: bio.read_folds(options.data / allele) for allele in options.alleles}
else:
    peptides, motif = bio.simulate_peptides(200 if options.quick else 1000, seed=options.seed)
    folds_of = {"simulated": bio.deal_folds(peptides)}


def tensors(part):
    """What goes in (N, 9, 40): one-hot and BLOSUM50/5; what should come out (N,)."""
    x = np.concatenate([bio.one_hot(part.peptides), bio.blosum(part.peptides, "BLOSUM50", scale=1 / 5)], axis=-1)
    return tg.from_numpy(x), tg.from_numpy(part.scores.astype("float32"))


# %% The two networks
build = {"FFN": lambda: models.PeptideFFN(9, 40, hidden=16),
         "CNN": lambda: models.PeptideCNN(40, widths=(1, 3), filters=options.filters, hidden=16, length=9, dropout=0.2),
         "CNN, global maximum": lambda: models.PeptideCNN(40, widths=(1, 3, 5, 7, 9), filters=options.filters, hidden=16)}
rates = {"FFN": 5e-3, "CNN": 2e-3, "CNN, global maximum": 2e-3}
net = build["CNN, global maximum"]()
one_by_one = sum(len(w) * w[0].numel() for w in net.weights)
print(f"CNN with global maximum: {sum(p.numel() for p in net.parameters())} weights, {one_by_one} of them in {len(net.weights)}×{options.filters} filters,"
      f" applied as one product of {tuple(net.fused().shape)}; FFN: {sum(p.numel() for p in build['FFN']().parameters())}")


def learn(name, parts, stop, seed):
    """A network that learns from some parts and stops by another."""
    tg.manual_seed(seed)
    net = build[name]().to(options.device)
    x, y = (tg.cat(column) for column in zip(*parts))
    train.fit(net, (x, y), nn.MSELoss(), tg.optim.Adam(net.parameters(), lr=rates[name]), options.epochs, validation=stop,
              batch_size=64, patience=options.patience, device=options.device)
    return net


# %% A6. Each part is predicted by four networks of each kind that have not seen it
table = course.Table(options, "Pearson r of CNN + FFN")
for allele, folds in folds_of.items():
    start, parts = time.perf_counter(), [tensors(fold) for fold in folds]
    measured = np.concatenate([y.numpy() for _, y in parts])
    found = {name: [[] for _ in parts] for name in ("FFN", "CNN")}                       # name → test part → predictions of each network
    rounds = [(k, i) for k in range(5) for i in range(5) if i != k][:4 if options.quick else None]
    for k, i in course.progress(rounds, allele):
        inner = [part for j, part in enumerate(parts) if j not in (k, i)]
        for name in ("FFN", "CNN"):
            net = learn(name, inner, parts[i], seed=1000 * options.seed + 10 * k + i)
            found[name][k].append(train.predict(net, parts[k][0], device=options.device).cpu().numpy())
    tested = [k for k in range(5) if found["CNN"][k]]
    measured = np.concatenate([parts[k][1].numpy() for k in tested])
    mean = {name: np.concatenate([np.mean(found[name][k], axis=0) for k in tested]) for name in found}
    single = {name: np.mean([bio.pearson(parts[k][1].numpy(), p) for k in tested for p in found[name][k]]) for name in found}
    both = (mean["FFN"] + mean["CNN"]) / 2
    linear = np.concatenate([bio.fit_smm([p for j, f in enumerate(folds) if j != k for p in f.peptides],
                                         np.concatenate([f.scores for j, f in enumerate(folds) if j != k]))(folds[k].peptides) for k in tested])
    interval = bio.bootstrap(bio.pearson, measured, both, seed=options.seed)
    table.add(allele, interval.value, interval, baseline=("SMM", bio.pearson(measured, linear)),
              published=(PUBLISHED[allele], "course's ANN") if allele in PUBLISHED else None, seconds=time.perf_counter() - start)
    print(f"{allele}: " + ", ".join(f"{name} alone {single[name]:.3f}, ensemble {bio.pearson(measured, mean[name]):.3f}" for name in found)
          + f"; both {interval.value:.3f}; AUC at 500 nM {bio.roc_auc(bio.is_binder(measured), both):.3f}")

    # the CNN with the global maximum, once, for its filters: what each residue adds, the BLOSUM half translated back to residues
    last = learn("CNN, global maximum", parts[2:], parts[1], seed=options.seed)
    alone = bio.pearson(parts[0][1].numpy(), train.predict(last, parts[0][0], device=options.device).cpu().numpy())
    print(f"{allele}: one network with the global maximum, first part only: {alone:.3f}")
    widest = last.weights[-1].detach().cpu().numpy()                            # (filters, 40, 9)
    residues = widest[:, :20] + np.einsum("fbk,ab->fak", widest[:, 20:], bio.blosum(list(bio.PROTEIN.letters), "BLOSUM50", scale=1 / 5)[:, 0])
    use = np.argsort(-np.linalg.norm(last.hidden.weight.detach().cpu().numpy()[:, -options.filters:], axis=0))[:6]
    viz.filters(residues[use], bio.PROTEIN.letters, options.out / f"{allele}_filters.png", columns=3,
                title=f"{allele}: the six 9-wide filters that count most")
    viz.scatter(measured, both, options.out / f"{allele}_predicted.png", title=f"{allele}, CNN + FFN",
                xlabel="measured score, 1 − log(IC50)/log(50000)", ylabel="predicted score", threshold=0.426)
table.show()
if not options.data:
    print(f"The peptides were simulated from a known motif (consensus {motif.consensus()}).")
print(f"Pictures: {options.out}/*.png")
