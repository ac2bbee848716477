"""From DNA to protein: sequence-to-sequence networks learn the genetic code.  (Lectures B6, B10)

Three bases make one amino acid; a stop codon ends the protein. Nobody tells the networks that: they see genes and their proteins, as
two sequences of different length, and have to find out.

    encoder   reads the gene                       h_1 … h_L
    decoder   writes the protein, residue by residue, looking back at the gene each time

1. A GRU reads, a GRU writes, attention looks back (Bahdanau et al. 2014)
2. The transformer: attention everywhere, sines for the positions (Vaswani et al. 2017)

In training the decoder is given the true residues so far; afterwards it goes on from its own, always with the likeliest (greedy
decoding). A gene counts as right if every residue and the stop are.

Run it:

    python examples/b6_translate_dna.py              two minutes
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import time

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import bio, course, models, train, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, epochs=20, quick_epochs=1, lr=(3e-3, "learning rate of Adam"), genes=(3000, "genes to learn from"))

# %% Genes and their proteins as numbers; 0 is padding
genes, proteins = bio.simulate_genes(200 if options.quick else options.genes + 300, seed=options.seed, codons=(4, 8))
START, STOP = 1, 2
letters = bio.PROTEIN.letters
longest = max(map(len, genes)), max(map(len, proteins)) + 2
source = np.zeros((len(genes), longest[0]), dtype="int64")                      # (N, L): A C G T are 1 2 3 4
target = np.zeros((len(genes), longest[1]), dtype="int64")                      # (N, T): start, residues from 3 on, stop
for i, (gene, protein) in enumerate(zip(genes, proteins)):
    source[i, :len(gene)] = ["ACGT".index(base) + 1 for base in gene]
    residues = [letters.index(residue) + 3 for residue in protein.rstrip("*")]
    target[i, :len(residues) + 2] = [START, *residues, STOP]
lengths = np.array([len(gene) for gene in genes])
seen = set(genes[300:]) if not options.quick else set(genes[100:])
test = np.array([i for i in range(100 if options.quick else 300) if genes[i] not in seen])
learn = np.arange(100 if options.quick else 300, len(genes))
print(f"{len(learn)} genes to learn from, {len(test)} others to test on. The first:\n    {genes[0]}\n    {proteins[0]}")

# %% The two networks
networks = {"GRU with attention": models.Seq2Seq(5, 23, embedding=32, hidden=64),
            "transformer": models.TranslationTransformer(5, 23, width=64, heads=4, depth=1, dropout=0.0, padding_idx=0)}


def loss(model, batch):
    """Cross-entropy of the next residue, from the gene and the true residues so far; padding does not count."""
    source, target, lengths = batch
    if isinstance(model, models.Seq2Seq):
        logits = model(source, target[:, :-1], lengths=lengths)                 # (N, T−1, V)
    else:
        logits = model(source, target[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten(), ignore_index=0)


def translate(model, rows):
    """Greedy decoding: the tokens said, (N, ≤ T)."""
    keywords = {"lengths": lengths[rows]} if isinstance(model, models.Seq2Seq) else {}
    with train.evaluating(model):
        return model.translate(tg.from_numpy(source[rows]).to(options.device), START, STOP, longest[1] - 1, **keywords).cpu().numpy()


def right_genes(said, rows):
    """Whether each gene was translated without a mistake."""
    wanted = target[rows, 1:]
    padded = np.zeros_like(wanted)
    padded[:, :said.shape[1]] = said
    return np.array([(p[:np.argmax(w == STOP) + 1] == w[:np.argmax(w == STOP) + 1]).all() for p, w in zip(padded, wanted)])


# %% Training
table = course.Table(options, "genes right (%)", digits=1)
common = np.bincount(target[learn][target[learn] > 2]).argmax()
guess = (target[test][target[test] > 2] == common).mean()
histories = {}
for name, model in networks.items():
    start = time.perf_counter()
    tg.manual_seed(options.seed)
    model.to(options.device)
    optimizer = tg.optim.Adam(model.parameters(), lr=options.lr if "GRU" in name else options.lr * 2 / 3)
    data = tuple(tg.from_numpy(a[learn]) for a in (source, target, lengths))
    histories[name] = train.fit(model, data, loss, optimizer, options.epochs, batch_size=64, clip_grad_norm=1.0, device=options.device,
                                progress=True, words=name)["train loss"]
    right = right_genes(translate(model, test), test)
    share = bio.wilson(int(right.sum()), len(test))
    table.add(f"{name}, {sum(p.numel() for p in model.parameters()):,} weights", 100 * share.value, (100 * share.low, 100 * share.high),
              baseline=("commonest residue everywhere", 0.0), seconds=time.perf_counter() - start)
table.show()
print(f"(The commonest residue everywhere would get {100 * guess:.0f} % of the residues right and no gene.)")

# %% The pictures: how they learned, and where the GRU looks when it writes each residue
viz.learning_curves(histories, options.out / "learning_curves.png", ylabel="cross-entropy of the next residue", logy=True)
model, row = networks["GRU with attention"], test[:1]
with train.evaluating(model):
    tokens = tg.from_numpy(source[row][:, :lengths[row[0]]]).to(options.device)
    _, weights = model.decode(tg.from_numpy(target[row][:, :-1]).to(options.device), *model.encode(tokens), return_weights=True)
count = len(proteins[row[0]].rstrip("*")) + 1
viz.attention(weights[0, :count], list(proteins[row[0]].rstrip("*") + "*"), options.out / "attention.png", keys=list(genes[row[0]]),
              title="where it looks (base, across) to write each residue (down)")
print(f"Pictures: {options.out}/*.png")
