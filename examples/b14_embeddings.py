"""Amino acids as points: what stands in the same surroundings, means the same.  (Lectures B14, C7, D1)

One-hot says that all twenty amino acids differ equally. An embedding gives each a few numbers, which are learned: here by guessing a
residue from its neighbours (word2vec's continuous bag of words, Mikolov et al. 2013):

    h = mean of the embeddings of the four residues around,      p(residue) = softmax(W h)

Residues that are found in the same surroundings end up near each other. Does that agree with chemistry? BLOSUM62 says which residues
replace each other in evolution; it was not used for training, so the correlation with it is a test.

Run it:

    python examples/b14_embeddings.py                  sequences from a made-up grammar of six chemical classes, a quarter of a minute
    python examples/b14_embeddings.py --data FOLDER    one FASTA file per class (MultiLoc's proteins)
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, train, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, epochs=6, quick_epochs=1, data="folder with one FASTA file per class",
                         width=(8, "numbers in each embedding"), lr=(3e-3, "learning rate of Adam"))
LETTERS = bio.PROTEIN.letters
CLASSES = {"small": "AGSTP", "aliphatic": "VILMC", "aromatic": "FWY", "positive": "KRH", "negative": "DE", "amide": "NQ"}
CLASS_OF = {letter: name for name, members in CLASSES.items() for letter in members}

# %% The sequences
if options.data:
    with course.reading():
        proteins = bio.read_fasta_per_class(options.data)
    sequences = [s for s in proteins.sequences if len(s) >= 50]
else:
    random, names = np.random.default_rng(options.seed), list(CLASSES)
    follows = random.dirichlet(np.full(len(names), 0.3), size=(len(names), len(names)))          # a class, given the two before it
    sequences = []
    for _ in range(100 if options.quick else 1500):
        state = list(random.integers(len(names), size=2))
        for _ in range(100):
            state.append(random.choice(len(names), p=follows[state[-2], state[-1]]))
        sequences.append("".join(random.choice(list(CLASSES[names[k]])) for k in state))
codes = [np.array([LETTERS.find(c) for c in s]) for s in sequences]
windows = np.concatenate([np.lib.stride_tricks.sliding_window_view(c, 5) for c in codes if len(c) >= 5])
windows = windows[(windows >= 0).all(1)]                                        # (N, 5): without unknown residues
windows = np.random.default_rng(options.seed).permutation(windows)[:400_000].astype("int64")
held = len(windows) // 10
print(f"{len(sequences)} proteins, {len(windows)} windows of five residues")


# %% The network: an embedding for the neighbours, another for the residue in the middle
class BagOfWords(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.around, self.middle = nn.Embedding(20, width), nn.Linear(width, 20)

    def forward(self, neighbours):
        return self.middle(self.around(neighbours).mean(dim=1))                 # (N, 4) → (N, width) → (N, 20)


net = BagOfWords(options.width).to(options.device)
neighbours, middle = tg.from_numpy(windows[:, [0, 1, 3, 4]]), tg.from_numpy(windows[:, 2])
history = train.fit(net, (neighbours[held:], middle[held:]), nn.CrossEntropyLoss(), tg.optim.Adam(net.parameters(), lr=options.lr),
                    options.epochs, validation=(neighbours[:held], middle[:held]), batch_size=256, device=options.device, progress=True)

# %% How alike two residues are to the network: the cosine of what predicts them
vectors = net.middle.weight.detach().cpu().numpy()                              # (20, width)
vectors = vectors - vectors.mean(0)
alike = np.asarray(F.cosine_similarity(tg.from_numpy(vectors)[:, None], tg.from_numpy(vectors)[None], dim=-1).numpy())
i, j = np.triu_indices(20, 1)
substitutions = bio.blosum(list(LETTERS), "BLOSUM62", scale=1)[:, 0]                      # (20, 20)
same = np.array([CLASS_OF[LETTERS[a]] == CLASS_OF[LETTERS[b]] for a, b in zip(i, j)])
frequency = np.bincount(windows[:, 2], minlength=20)
baseline = bio.spearman(substitutions[i, j], -np.abs(np.log(frequency[i] + 1) - np.log(frequency[j] + 1)))
value = bio.bootstrap(bio.spearman, substitutions[i, j], alike[i, j], seed=options.seed)
table = course.Table(options, "Spearman's rank correlation with BLOSUM62", digits=2)
if options.data:                                                                # the made-up grammar knows nothing of evolution
    table.add("190 pairs of amino acids", value.value, value, baseline=("how common they are", baseline))
chemistry = bio.bootstrap(bio.roc_auc, same.astype(int), alike[i, j], seed=options.seed)
table.add("same chemical class or not", chemistry.value, chemistry, baseline=("chance", 0.5), metric="AUC")
table.show()
uniform = -(np.log(frequency / frequency.sum()) * frequency / frequency.sum()).sum()
print(f"\nCross-entropy of the middle residue: {history['validation loss'][-1]:.3f}; knowing only how common each is: {uniform:.3f}")
for letter in "KFD":
    order = np.argsort(-alike[LETTERS.index(letter)])[1:5]
    print(f"    nearest to {letter}: {' '.join(LETTERS[k] for k in order)}")

# %% The map: two directions that keep most of the differences (principal components)
_, _, directions = np.linalg.svd(vectors, full_matrices=False)
viz.points(vectors @ directions[:2].T, [CLASS_OF[letter] for letter in LETTERS], options.out / "map.png", annotate=LETTERS,
           title="Amino acids, as their surroundings know them", xlabel="first principal component", ylabel="second principal component")
order = [LETTERS.index(letter) for members in CLASSES.values() for letter in members]
with viz.panels(options.out / "similarity.png", columns=2, size=(4.6, 4)) as (left, right):
    viz.heatmap(alike[np.ix_(order, order)], ax=left, xticks=[LETTERS[k] for k in order], yticks=[LETTERS[k] for k in order], centre=0,
                label="cosine", title="embedding", aspect="equal")
    viz.heatmap(substitutions[np.ix_(order, order)], ax=right, xticks=[LETTERS[k] for k in order], yticks=[LETTERS[k] for k in order],
                centre=0, label="half bits", title="BLOSUM62", aspect="equal", limits=(-4, 6))
print(f"Pictures: {options.out}/*.png")
