"""Transfer: learn from one MHC molecule with thousands of measurements, go on with one that has few.  (Lecture D8)

A network that has seen many peptides of a common molecule knows what residues are like, and which positions count. For a rare one:

    from scratch     all weights at random, learned from the few labels
    fine-tuned       all weights from the common molecule, then learned from the few labels
    head only        the hidden layer is kept as it is, only the last layer learns: few weights for few labels
    as it is         the common molecule's network, unchanged: no labels at all

The nearer the two molecules, the more is gained; between far ones it may do harm. And the more labels, the less it matters: the curves meet.
Peptides that are tested are kept from the pre-training, too: the same peptide is often measured with several molecules. How long and how
fast to train was tried out on A0202; the other targets were run with that.

Run it:

    python examples/d8_transfer.py                                  simulated molecules, a minute
    python examples/d8_transfer.py --data FOLDER                    mhc1_smm: from A0201 to others, half a minute
    python examples/d8_transfer.py --data FOLDER --targets A0301    to another one
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import copy
import dataclasses

import numpy as np
from scipy.stats import t as student

import tinygrad_bio as tg
from tinygrad_bio import bio, course, models, nn, train, viz

options = course.options(__doc__, epochs=40, quick_epochs=3, data="folder with one folder per allele, each with c000 … c004",
                         source=("A0201", "the molecule with many labels"), targets=(("A0203", "A6802", "B0702"), "those with few"),
                         labels=((5, 10, 20, 40, 80, 160, 320), "how many labels"), draws=(10, "random choices of the labels"),
                         steps=(50, "steps of fine-tuning"), lr=(5e-3, "learning rate of Adam"))
if options.draws < 2 or min(options.labels) < 2 or options.source in options.targets:
    raise SystemExit("--draws and --labels must be at least 2 (an interval needs two, and so does a correlation), --targets others than --source")
if options.quick:
    options.labels, options.draws = [10, 80], min(options.draws, 2)

# %% The peptides: many of the source, and of each target a test part and a part from which labels are drawn
if options.data:
    with course.reading():
        def everything(allele):
            return bio.PeptideTable.join(bio.read_folds(options.data / allele))
        source, tables = everything(options.source), {allele: everything(allele) for allele in options.targets}
else:
    motif = bio.a2_motif()
    near, far = motif.matrix.copy(), np.random.default_rng(5).permutation(motif.matrix.ravel()).reshape(motif.matrix.shape)
    near[8, [bio.PROTEIN.letters.index(a) for a in "VLIKR"]] = [-0.05, -0.05, -0.05, 0.2, 0.2]      # position 9: a basic residue instead
    source, _ = bio.simulate_peptides(400 if options.quick else 2000, seed=options.seed, motif=motif)
    tables = {name: bio.simulate_peptides(800, seed=options.seed + 1, motif=dataclasses.replace(motif, matrix=matrix, pairs=pairs))[0]
              for name, matrix, pairs in (("near", near, motif.pairs[1:]), ("far", far, ()))}
print(f"{len(source)} peptides of the source; " + ", ".join(f"{len(table)} of {name}" for name, table in tables.items()))


def tensors(peptides, scores):
    """What goes in (N, 9, 40): one-hot and BLOSUM50/5; what should come out (N,)."""
    x = np.concatenate([bio.one_hot(peptides), bio.blosum(peptides, "BLOSUM50", scale=1 / 5)], axis=-1)
    return tg.from_numpy(x).to(options.device), tg.from_numpy(np.asarray(scores, "float32")).to(options.device)


# %% Pre-training: five networks, on all of the source but what will be tested
def pretrained(avoid, seed):
    """A network that learned from the source, without the peptides in `avoid`."""
    tg.manual_seed(seed)
    keep = [i for i, peptide in enumerate(source.peptides) if peptide not in avoid]
    net = models.PeptideFFN(9, 40, hidden=16).to(options.device)
    x, y = tensors([source.peptides[i] for i in keep], source.scores[keep])
    train.fit(net, (x, y), nn.MSELoss(), tg.optim.Adam(net.parameters(), lr=options.lr), options.epochs, batch_size=64)
    return net


def tuned(net, x, y, parameters):
    """The network after some steps over all labels at once; it is the one given that changes."""
    optimizer = tg.optim.Adam(parameters, lr=options.lr)
    for _ in range(options.steps):
        optimizer.zero_grad()
        nn.functional.mse_loss(net(x), y).backward()
        optimizer.step()
    return net


# %% For each target: so many labels, several draws of them, each way of learning
ways = ("from scratch", "fine-tuned", "head only", "ridge")
table, curves = course.Table(options, "Pearson r"), {}
for name, peptides in tables.items():
    rng = np.random.default_rng(options.seed)
    order = rng.permutation(len(peptides))
    test, pool = order[:len(order) // 2], order[len(order) // 2:]
    x_test, y_test = tensors([peptides.peptides[i] for i in test], peptides.scores[test])
    truth = y_test.cpu().numpy()
    avoid = {peptides.peptides[i] for i in test}
    bases = [pretrained(avoid, 100 * options.seed + k) for k in course.progress(range(2 if options.quick else 5), f"{name}: pre-training")]
    as_it_is = np.mean([bio.pearson(truth, train.predict(net, x_test).cpu().numpy()) for net in bases])
    sizes = [n for n in options.labels if n <= len(pool)]
    curves[name] = {way: np.zeros((len(sizes), options.draws)) for way in ways}
    for draw in course.progress(range(options.draws), name):
        chosen = rng.permutation(pool)
        for k, n in enumerate(sizes):
            x, y = tensors([peptides.peptides[i] for i in chosen[:n]], peptides.scores[chosen[:n]])
            tg.manual_seed(1000 * options.seed + draw)
            fresh, base = models.PeptideFFN(9, 40, hidden=16).to(options.device), bases[draw % len(bases)]
            whole, head = copy.deepcopy(base), copy.deepcopy(base)
            for way, net, parameters in (("from scratch", fresh, fresh.parameters()), ("fine-tuned", whole, whole.parameters()),
                                         ("head only", head, head.out.parameters())):
                found = train.predict(tuned(net, x, y, parameters), x_test).cpu().numpy()
                curves[name][way][k, draw] = bio.pearson(truth, found)
            linear = bio.ridge(x.flatten(1).cpu().numpy(), y.cpu().numpy(), x_test.flatten(1).cpu().numpy(), penalty=10.0)
            curves[name]["ridge"][k, draw] = bio.pearson(truth, linear)
    for n in (sizes[len(sizes) // 3], sizes[-1]):
        values = {way: curves[name][way][sizes.index(n)] for way in ways}
        spread = student.ppf(0.975, options.draws - 1) * values["fine-tuned"].std(ddof=1) / options.draws**0.5   # 95 %, of the mean over draws
        middle = values["fine-tuned"].mean()
        table.add(f"{name}, {n} labels: fine-tuned", middle, (middle - spread, middle + spread), baseline=("from scratch", values["from scratch"].mean()))
    table.add(f"{name}, no labels: the source's network", as_it_is, baseline=(f"ridge on {n} labels", values["ridge"].mean()))
    curves[name]["as it is"] = np.full((len(sizes), options.draws), as_it_is)
table.show()

# %% The picture: few-label curves, bands are the middle half of the draws
with viz.panels(options.out / "few_labels.png", columns=len(curves), size=(3.7, 3.4), sharey=True) as axes:
    for ax, (name, ways_of) in zip(np.ravel(axes), curves.items()):
        shown = {way: (v.mean(1), np.quantile(v, 0.25, axis=1), np.quantile(v, 0.75, axis=1)) for way, v in ways_of.items()}
        viz.lines([n for n in options.labels][:len(ways_of["ridge"])], shown, ax=ax, logx=True, xlabel="labels of the target",
                  ylabel="Pearson r on its test part", title=f"{options.source if options.data else 'source'} → {name}")
print(f"\nPictures: {options.out}/*.png")
