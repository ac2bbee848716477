"""Where in the cell does a protein work? Its sequence says so.  (Lecture B7)

A protein finds its compartment by signals in its own sequence: a hydrophobic stretch at the start leads out of the cell, a basic one
into the mitochondrion, KDEL at the very end keeps it in the ER. Convolutions look for signals everywhere, *attention* decides which
residues count. What the protein is made of as a whole tells as much; that comes in by a second door:

    letters, and how far it is to both ends → convolutions of several widths, side by side → h_i (C,) at each residue i
    head k:  a_ki = softmax over the residues of u_k·h_i        summary_k = Σ_i a_ki h_i
    words of 1–3 letters in the protein, and in its first 60 residues: TF-IDF → 512 directions (SVD) → dense
    all summaries, the mean and the maximum of h, and the words → dense → scores of the classes

An LSTM would take L steps, one after the other; this takes one. Of a long protein, the first 500 and last 100 residues are read.
*Proteins at random*: a fifth is the test part, as in the published work. But most have relatives in the training part, in the same
place. *Relatives together*: proteins that share 12 residues in a row are all in the test part, or none is. Only this says how well an
unknown family will fare. All was tried out on a fifth of the training part of proteins at random (``--develop``).

    python examples/b7_localisation.py                    simulated proteins with known signals, a minute
    python examples/b7_localisation.py --data FOLDER      one FASTA file for each class (MultiLoc), 10 minutes
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, train, viz
from tinygrad_bio.nn import functional as F
from tinygrad_bio.utils.data import DataLoader, LengthBucketSampler, pad_collate

options = course.options(__doc__, epochs=10, quick_epochs=4, data="folder with one FASTA file for each class", lr=(3e-3, "of AdamW"),
                         networks=(3, "networks, for proteins at random"), develop=(False, "test on a fifth of the training part"))
FIRST, LAST, HIDDEN = 500, 100, int(bio.PROTEIN.encode("X")[0])

# %% The proteins, and what is known of their signals
if options.data:
    with course.reading():
        proteins = bio.read_fasta_per_class(options.data)
        signals = [[peptide[1:]] if peptide else [] for peptide in map(bio.targeting_peptide, proteins.notes)]
else:
    proteins, signals = bio.simulate_localisation(150 if options.quick else 1500, seed=options.seed)
labels, classes = proteins.labels, proteins.classes
letters = [bio.PROTEIN.encode(s if len(s) <= FIRST + LAST else s[:FIRST] + s[-LAST:]) for s in proteins.sequences]
families = bio.common_motif_groups(proteins.sequences, 12)
print(f"{proteins}, {len(set(families))} families")


def count_words(rows):
    """TF-IDF of all proteins (sparse), and its main directions (N, 512); both fitted to the proteins `rows`."""
    counters = [TfidfVectorizer(analyzer="char", ngram_range=(1, 3), preprocessor=lambda s, end=end: s[:end], sublinear_tf=True,
                                dtype=np.float32) for end in (None, 60)]
    counts = make_union(*counters).fit([proteins.sequences[i] for i in rows]).transform(proteins.sequences).tocsr()
    main = TruncatedSVD(min(512, len(rows) - 1), random_state=options.seed).fit(counts[rows]).transform(counts)
    return counts, ((main - main[rows].mean(0)) / main[rows].std(0)).astype("float32")


def batches(rows, words, shuffle=False):
    """Letters (N, L), lengths, words (N, 512), labels, rows; proteins of like length together, so that little is padding."""
    order = LengthBucketSampler([len(letters[i]) for i in rows], 32, shuffle=shuffle, batches_per_bucket=15)
    return DataLoader([(letters[i], words[i], labels[i], i) for i in rows], batch_sampler=order,
                      collate_fn=lambda some: pad_collate(some, pad={0: HIDDEN}))


# %% The network
class Localiser(nn.Module):
    """Letters (N, L), lengths (N,), words (N, W) → scores (N, classes), attention (N, heads, L)."""

    def __init__(self, words, classes, widths=(1, 3, 5, 9, 15), filters=24, embedding=20, heads=6):
        super().__init__()
        self.embedding = nn.Embedding(len(bio.PROTEIN.symbols), embedding)
        self.convolutions = nn.ModuleList(nn.Conv1d(embedding + 6, filters, width, padding="same") for width in widths)
        channels = filters * len(widths)
        self.look = nn.Linear(channels, heads)
        self.words = nn.Sequential(nn.Dropout(0.3), nn.Linear(words, 64), nn.ReLU())
        self.dense = nn.Sequential(nn.Dropout(0.25), nn.Linear(channels * (heads + 2) + 64, 96), nn.ReLU(), nn.Dropout(0.25),
                                   nn.Linear(96, classes))

    def forward(self, letters, lengths, words):
        place, lengths = tg.arange(letters.shape[1], device=letters.device)[None, :, None], lengths[:, None, None]
        left = (lengths - 1 - place).clamp(min=0)                                               # (N, L, 1) residues to the end
        near = [tg.exp(-distance / reach) for distance in (place.expand(*left.shape), left) for reach in (8.0, 25.0, 80.0)]
        inside = (place < lengths).float()                                                      # (N, L, 1)
        x = (tg.cat([self.embedding(letters), *near], dim=2) * inside).transpose(1, 2)          # (N, E + 6, L)
        h = F.relu(tg.cat([convolution(x) for convolution in self.convolutions], dim=1)).transpose(1, 2) * inside    # (N, L, C)
        a = F.softmax(self.look(h).masked_fill(inside == 0, float("-inf")).transpose(1, 2), dim=2)                   # (N, heads, L)
        return self.dense(tg.cat([(a @ h).flatten(1), h.sum(1) / lengths[:, 0], h.amax(1), self.words(words)], dim=1)), a


def fit(rows, words, seed):
    """One network, trained on `rows`. One letter in ten is hidden: no single residue may decide. Rare classes weigh more."""
    tg.manual_seed(seed)
    rare = tg.from_numpy(np.bincount(labels[rows], minlength=len(classes)).clip(1).astype("float32") ** -0.5).to(options.device)
    net, data = Localiser(words.shape[1], len(classes)).to(options.device), batches(rows, words, shuffle=True)
    optimizer = tg.optim.AdamW(net.parameters(), lr=options.lr, weight_decay=0.02)
    rate = tg.optim.lr_scheduler.OneCycleLR(optimizer, options.lr, total_steps=options.epochs * len(data))
    for epoch in course.progress(range(options.epochs), f"network {seed}"):
        for batch in data:
            x, lengths, w, y, _ = (t.to(options.device) for t in batch)
            optimizer.zero_grad()
            scores, _ = net(x.masked_fill(tg.rand(*x.shape, device=x.device) < 0.1, HIDDEN), lengths, w)
            F.cross_entropy(scores, y, rare, label_smoothing=0.02).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            rate.step()
    return net


def ask(nets, rows, words):
    """Means of the networks: probabilities of the classes (N, classes), attention (N, 600)."""
    chances, looks = np.zeros((len(labels), len(classes))), np.zeros((len(labels), FIRST + LAST))
    for net in nets:
        with train.evaluating(net):
            for x, lengths, w, _, which in batches(rows, words):
                scores, a = net(x.to(options.device), lengths.to(options.device), w.to(options.device))
                chances[which.numpy()] += F.softmax(scores, dim=1).cpu().numpy() / len(nets)
                looks[which.numpy(), :x.shape[1]] += a.mean(1).cpu().numpy() / len(nets)
    return chances[rows], looks[rows]


# %% Training, and the result on both kinds of test part; for the baseline, a linear model of the words
table = course.Table(options, "accuracy (%)", digits=1)
for together in (True, False) if options.data else (False,):
    training = np.arange(len(labels))
    for _ in range(2 if options.develop else 1):
        folds = (bio.group_folds(families[training], 5, seed=options.seed, labels=labels[training]) if together
                 else bio.stratified_folds(labels[training], 5, seed=options.seed))
        training, test = np.delete(training, folds[0]), training[folds[0]]
    counts, words = count_words(training)
    nets = [fit(training, words, options.seed + k) for k in range(1 if together else options.networks)]
    chances, looks = ask(nets, test, words)
    linear = LogisticRegression(C=50, max_iter=500).fit(counts[training], labels[training]).predict_proba(counts[test])
    found = {"network": chances.argmax(1), "linear": linear.argmax(1), "both": (chances + linear).argmax(1),
             "nearest protein": labels[training][(counts[test] @ counts[training].T).toarray().argmax(1)]}
    for what, baseline, paper in (("network", "linear", (74.6, "MultiLoc")), ("both", "nearest protein", (90.2, "conv-LSTM, other split"))):
        value, low, high = (100 * number for number in bio.accuracy(labels[test], found[what]))
        table.add(f"{len(test)} {'proteins, relatives together' if together else 'proteins at random'}: {what}", value, (low, high),
                  (baseline, 100 * (found[baseline] == labels[test]).mean()), paper if options.data and not together else None)

# %% How much of the attention lies on the known signals of test proteins, and how much would if every residue got the same
marked = np.array([k for k, i in enumerate(test) if signals[i] and len(proteins.sequences[i]) <= FIRST + LAST])
on = [sum(looks[k, first - 1:last].sum() for first, last in signals[test[k]]) for k in marked]
even = [sum(last - first + 1 for first, last in signals[test[k]]) / len(letters[test[k]]) for k in marked]
table.add(f"on the known signals of {len(marked)}", 100 * np.mean(on), bio.bootstrap(lambda a, b: 100 * np.mean(a), on, even),
          ("all residues alike", 100 * np.mean(even)), metric="attention (%)")
table.show()

# %% The pictures
mcc = {method: bio.mcc_per_class(labels[test], found[method]) for method in ("network", "linear", "both")}
viz.bars({classes[c].replace("_", "\n"): {method: mcc[method][c] for method in mcc} for c in np.argsort(-np.bincount(labels))},
         options.out / "mcc.png", digits=None, ylabel="Matthews correlation", title="Each class against all others, frequent ones first")
with_most = sorted(set(labels[test[marked]]), key=lambda c: -sum(labels[test[marked]] == c))[:4]
shown = [min(marked[labels[test[marked]] == c], key=lambda k: abs(len(letters[test[k]]) - 200)) for c in with_most]  # easy to see
with viz.panels(options.out / "attention.png", rows=len(shown), size=(7.5, 2.0), title="What the heads look at") as axes:
    for i, look, ax in zip(test[shown], looks[shown], np.ravel(axes)):
        viz.saliency(look[:len(letters[i])], proteins.sequences[i], ax=ax, title=f"{proteins.names[i]}, {classes[labels[i]]}",
                     regions={f"signal {n}" if n > 1 else "known signal": span for n, span in enumerate(signals[i], 1)}, ylabel="attention")
print(f"Pictures: {options.out}/*.png")
