"""Where in the cell does a protein work? Its sequence says so.  (Lecture B7)

A protein finds its compartment by signals in its own sequence: a hydrophobic stretch at the start leads out of the cell, a basic one
into the mitochondrion, KDEL at the very end keeps it in the ER. The network looks for signals everywhere, and *attention* decides which
residues count:

    letters and how far it is to both ends → convolutions of widths 1 … 21, side by side → h_i (N, L, C)
    head k:  a_ki = softmax over the residues of u_k·h_i        summary_k = Σ_i a_ki h_i
    all summaries, the mean and the maximum of h → dense → scores of the classes

A long LSTM would take L steps, one after the other; this takes one. Of a long protein, the first 700 and last 100 residues are read.

Two ways to ask how good it is. *Proteins at random*: a fifth is the test part, as in the published work. But proteins have relatives,
and relatives mostly live in the same place; so a mere search for the most similar training protein does well. *Relatives together*:
proteins that share 12 residues in a row are all in the test part, or none is. Only this says how well an unknown family will fare.
Widths, layers and epochs were tried out on a fifth of the training part (``--develop``), not on the test part.

Run it:

    python examples/b7_localisation.py                    simulated proteins with known signals, a minute
    python examples/b7_localisation.py --data FOLDER      one FASTA file for each class (MultiLoc), 15 minutes
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, train, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, epochs=10, quick_epochs=2, data="folder with one FASTA file for each class",
                         lr=(3e-3, "largest learning rate of AdamW"), networks=(3, "networks in each ensemble"),
                         develop=(False, "test on a fifth of the training part, to try things out"))
FIRST, LAST, PADDING = 700, 100, int(bio.PROTEIN.encode("X")[0])

# %% The proteins
if options.data:
    with course.reading():
        proteins = bio.read_fasta_per_class(options.data)
else:
    proteins, signals = bio.simulate_localisation(150 if options.quick else 1500, seed=options.seed)
labels, classes = proteins.labels, proteins.classes
print(proteins)
letters = [bio.PROTEIN.encode(s if len(s) <= FIRST + LAST else s[:FIRST] + s[-LAST:]) for s in proteins.sequences]


def batch_of(rows):
    """Padded to the longest: letters (N, L), lengths (N,)."""
    lengths = np.array([len(letters[i]) for i in rows])
    padded = np.full((len(rows), lengths.max()), PADDING)
    for row, i in zip(padded, rows):
        row[:len(letters[i])] = letters[i]
    return tg.from_numpy(padded).to(options.device), tg.from_numpy(lengths).to(options.device)


def batches(rows, size=32, rng=None):
    """Proteins of like length together, so that little is padding; with `rng`, other companions and another order each time."""
    lengths = np.array([len(letters[i]) for i in rows])
    order = np.argsort(lengths * rng.uniform(0.8, 1.25, len(rows)) if rng else lengths, kind="stable")
    groups = [rows[order[k:k + size]] for k in range(0, len(rows), size)]
    return [groups[k] for k in (rng.permutation(len(groups)) if rng else range(len(groups)))]


# %% The network
class Localiser(nn.Module):
    """Letters (N, L), lengths (N,) → scores (N, classes)."""

    def __init__(self, classes, widths=(1, 3, 5, 9, 15, 21), filters=24, embedding=20, heads=6, hidden=96):
        super().__init__()
        self.embedding = nn.Embedding(len(bio.PROTEIN.symbols), embedding)
        self.convolutions = nn.ModuleList(nn.Conv1d(embedding + 6, filters, width, padding="same") for width in widths)
        channels = filters * len(widths)
        self.look = nn.Linear(channels, heads)
        self.dense = nn.Sequential(nn.Dropout(0.4), nn.Linear(channels * (heads + 2), hidden), nn.ReLU(), nn.Dropout(0.4),
                                   nn.Linear(hidden, classes))

    def forward(self, letters, lengths):
        return self.read(self.embedding(letters), lengths)[0]

    def read(self, x, lengths):
        """From embedded residues (N, L, E): scores (N, classes), attention (N, heads, L)."""
        place = tg.arange(x.shape[1], device=x.device)[None, :, None]                           # (1, L, 1)
        left = (lengths[:, None, None] - 1 - place).clamp(min=0)                                # (N, L, 1) residues to the end
        near = [tg.exp(-distance / reach) for distance in (place.expand(*left.shape), left) for reach in (8.0, 25.0, 80.0)]
        inside = (place < lengths[:, None, None]).float()                                       # (N, L, 1)
        x = (tg.cat([x, *near], dim=2) * inside).transpose(1, 2)                                # (N, E + 6, L)
        h = F.relu(tg.cat([convolution(x) for convolution in self.convolutions], dim=1)) * inside.transpose(1, 2)  # (N, C, L)
        a = self.look(h.transpose(1, 2)).masked_fill(inside == 0, float("-inf"))                # (N, L, heads)
        a = F.softmax(a.transpose(1, 2), dim=2)                                                 # (N, heads, L)
        summary = tg.cat([(a @ h.transpose(1, 2)).flatten(1), h.sum(2) / lengths[:, None], h.amax(2)], dim=1)
        return self.dense(summary), a


def fit(rows, seed, words):
    """One network, trained on the proteins `rows`. One letter in ten is hidden: no single residue may decide."""
    tg.manual_seed(seed)
    rng, net = np.random.default_rng(seed), Localiser(len(classes)).to(options.device)
    optimizer = tg.optim.AdamW(net.parameters(), lr=options.lr, weight_decay=0.02)
    rate = tg.optim.lr_scheduler.OneCycleLR(optimizer, options.lr, total_steps=options.epochs * len(batches(rows)))
    for epoch in course.progress(range(options.epochs), words):
        for group in batches(rows, rng=rng):
            x, lengths = batch_of(group)
            x = x.masked_fill(tg.rand(*x.shape, device=x.device) < 0.1, PADDING)
            optimizer.zero_grad()
            F.cross_entropy(net(x, lengths), tg.from_numpy(labels[group]).to(options.device), label_smoothing=0.05).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            rate.step()
    return net


def chances(net, rows):
    """The probabilities of the classes (N, classes)."""
    found = np.zeros((len(labels), len(classes)))
    with train.evaluating(net):
        for group in batches(rows, size=64):
            found[group] = F.softmax(net(*batch_of(group)), dim=1).cpu().numpy()
    return found[rows]
