"""Helix, strand or loop? One answer for each residue of a protein.  (Lecture B15)

Whether a residue sits in a helix (H), a strand (E) or neither (C) depends on its neighbours along the chain: a helix shows a
water-loving residue every 3.6 places, a strand every second. A convolution sees a window of 9; stacked convolutions whose filters
leave ever larger gaps (dilation 1, 2, 4, 8) see 129 residues, at the same cost each:

    letters → embedding, 32 numbers each → convolution, width 9 → 4 × [ h + dropout(ReLU(norm(convolution(h)))) ] → 3 scores per residue

Q3 is the share of residues that are right. Residues that are not resolved in the crystal have no label: they count neither in the loss
nor in Q3. Proteins are cut into pieces of at most 256 residues, and pieces of like length go together, so that little is padding.

Run it:

    python examples/b15_secondary_structure.py                     simulated proteins, a minute
    python examples/b15_secondary_structure.py --data FOLDER       sequences, sampled and mask .fasta(.gz) of FLIP: 15 minutes
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")                   # the matrices are small: a second thread would wait more than it helps

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, train, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, epochs=5, quick_epochs=1, data="folder with sequences.fasta, sampled.fasta and mask.fasta",
                         channels=(80, "channels of the convolutions"), lr=(3e-3, "largest learning rate of AdamW"))
CLASSES, NO_LABEL, WINDOW = "HEC", -100, 256

# %% The proteins, cut into pieces of numbers
if options.data:
    with course.reading():
        proteins = bio.read_secondary_structure(options.data)
else:
    proteins = bio.simulate_secondary_structure(60 if options.quick else 1000, seed=options.seed)


def pieces(part):
    """[(letters, labels, protein)] of at most 256 residues, short ones first."""
    found = []
    for i in np.flatnonzero(proteins.split == part):
        letters = bio.PROTEIN.encode(proteins.sequences[i])
        labels = np.where(proteins.masks[i], proteins.codes(i, CLASSES), NO_LABEL)
        found += [(letters[k:k + WINDOW], labels[k:k + WINDOW], i) for k in range(0, len(letters), WINDOW)]
    return sorted(found, key=lambda piece: len(piece[0]))


def batches(pieces, size=32):
    """Padded to the longest of each batch: letters (N, L), labels (N, L)."""
    made = []
    for k in range(0, len(pieces), size):
        group = pieces[k:k + size]
        letters = np.full((len(group), len(group[-1][0])), int(bio.PROTEIN.encode("X")[0]))
        labels = np.full(letters.shape, NO_LABEL)
        for row, (a, b, _) in enumerate(group):
            letters[row, :len(a)], labels[row, :len(a)] = a, b
        made.append((tg.from_numpy(letters), tg.from_numpy(labels)))
    return made


parts = {part: pieces(part) for part in ("train", "validation", "test")}
data = {part: batches(found) for part, found in parts.items()}
print(", ".join(f"{len({i for *_, i in found})} proteins for {part}" for part, found in parts.items()))


# %% The network
class Structure(nn.Module):
    """Letters (N, L) → scores (N, 3, L)."""

    def __init__(self, channels, width=9, dilations=(1, 2, 4, 8)):
        super().__init__()
        self.embedding = nn.Embedding(len(bio.PROTEIN.symbols), 32)
        self.first = nn.Conv1d(32, channels, width, padding="same")
        self.more = nn.ModuleList(nn.Sequential(nn.Conv1d(channels, channels, width, padding="same", dilation=gap),
                                                nn.BatchNorm1d(channels), nn.ReLU(), nn.Dropout(0.1)) for gap in dilations)
        self.last = nn.Conv1d(channels, 3, 1)

    def forward(self, letters):
        h = self.first(self.embedding(letters).transpose(1, 2))                     # (N, C, L)
        for block in self.more:
            h = h + block(h)                                                        # what is known stays, something is added
        return self.last(F.relu(h))


def predict(model, part):
    """For each piece: the probabilities (L, 3)."""
    scores = [train.predict(model, letters, device=options.device) for letters, _ in data[part]]
    rows = [row.T for batch in scores for row in F.softmax(batch, dim=1).cpu().numpy()]
    return [row[:len(letters)] for row, (letters, *_) in zip(rows, parts[part])]


def answers(model, part):
    """Of all residues with a label, in one line: truth, answer, number of the protein."""
    found = [(labels, chances.argmax(1), np.full(len(labels), i)) for chances, (_, labels, i) in zip(predict(model, part), parts[part])]
    truth, answer, protein = map(np.concatenate, zip(*found))
    known = truth != NO_LABEL
    return truth[known], answer[known], protein[known]


# %% Training: the learning rate rises and falls once, from batch to batch
model = Structure(options.channels).to(options.device)
print(f"{sum(p.numel() for p in model.parameters()):,} weights")
optimizer = tg.optim.AdamW(model.parameters(), lr=options.lr, weight_decay=1e-2)
rate = tg.optim.lr_scheduler.OneCycleLR(optimizer, options.lr, total_steps=options.epochs * len(data["train"]))
q3 = {"train": [], "validation": []}
for epoch in range(options.epochs):
    model.train()
    right = known = 0
    for k in course.progress(np.random.permutation(len(data["train"])), f"epoch {epoch + 1}"):
        letters, labels = (t.to(options.device) for t in data["train"][k])
        optimizer.zero_grad()
        scores = model(letters)
        F.cross_entropy(scores, labels, ignore_index=NO_LABEL).backward()
        optimizer.step()
        rate.step()
        right += (scores.argmax(1) == labels).sum().item()
        known += (labels != NO_LABEL).sum().item()
    truth, answer, _ = answers(model, "validation")
    q3["train"].append(100 * right / known)
    q3["validation"].append(100 * (truth == answer).mean())
    print(f"epoch {epoch + 1}: Q3 {q3['train'][-1]:.1f} % in training, {q3['validation'][-1]:.1f} % in validation")

# %% The result. Residues of one protein are not independent: the interval draws proteins
truth, answer, protein = answers(model, "test")
known, right = np.bincount(protein), np.bincount(protein, weights=truth == answer)
interval = bio.bootstrap(lambda known, right: 100 * right.sum() / known.sum(), known[known > 0], right[known > 0])
trained = np.concatenate([labels for _, labels, _ in parts["train"]])
letter = np.concatenate([letters for letters, *_ in parts["train"]])
counts = np.zeros((len(bio.PROTEIN.symbols), 3))
np.add.at(counts, (letter[trained != NO_LABEL], trained[trained != NO_LABEL]), 1)
alone = counts.argmax(1)                                                            # the usual state of each letter
tested = np.concatenate([labels for _, labels, _ in parts["test"]])
letter = np.concatenate([letters for letters, *_ in parts["test"]])
by_letter = 100 * (alone[letter] == tested)[tested != NO_LABEL].mean()
majority = 100 * (truth == counts.sum(0).argmax()).mean()
table = course.Table(options, "Q3 (%)", digits=1)
name = "FLIP, test" if options.data else "simulated, test"
table.add(f"{name}: {(known > 0).sum()} proteins", interval.value, interval, baseline=("majority", majority),
          published=(74.3, "one sequence, other test sets; 73.8–74.3") if options.data else None)
table.add("the same", interval.value, interval, baseline=("usual state of the letter", by_letter))
for state, recall in bio.recall_per_class(truth, answer).items():
    table.add(f"of the residues in {CLASSES[state]} are found", 100 * recall.value, (100 * recall.low, 100 * recall.high))
table.show()

# %% The pictures: learning, confusion, and one protein
viz.lines(None, q3, options.out / "learning_curve.png", xlabel="epoch", ylabel="Q3 (%)", marker="o", title="Residues that are right")
names = ["helix", "strand", "neither"]
confusion = bio.confusion_matrix(truth, answer, classes=[0, 1, 2])
viz.heatmap(100 * confusion / confusion.sum(1, keepdims=True), options.out / "confusion.png", xticks=names, yticks=names, digits=0,
            limits=(0, 100), xlabel="predicted", ylabel="true", label="share of the true state (%)")
chosen = int(np.median(np.flatnonzero([len(letters) >= 80 for letters, *_ in parts["test"]])))           # one of middling length
letters, labels, i = parts["test"][chosen]
chances, known = predict(model, "test")[chosen][:100], (labels != NO_LABEL)[:100]
rows = np.concatenate([[np.where(known, labels[:100] == state, np.nan), chances[:, state]] for state in range(3)])
viz.heatmap(rows, options.out / "one_protein.png", yticks=[f"{name}, {what}" for name in names for what in ("true", "predicted")],
            xlabel="residue, counted from 0", label="probability", limits=(0, 1), size=(9, 2.6), title=f"{proteins.names[i]}, of the test part")
print(f"\nPictures: {options.out}/*.png")
