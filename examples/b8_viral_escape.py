"""Which mutations will a virus escape with? A language model of its protein knows.  (Lecture B8)

A mutation that escapes must do two things: keep the protein working, and look different to antibodies. A language model that has
read many strains can be asked for both:

    grammaticality     p(mutated residue | the rest of the protein)                     does it still make a protein?
    semantic change    |embedding of the mutant − embedding of the wild type|₁          does it mean something else?

    CSCS = rank(semantic change) + rank(grammaticality)              Hie et al. 2021, Science 371:284

The model is two LSTMs, one from each end, which guess a residue from all the others. It is never told which mutations escape.

Run it:

    python examples/b8_viral_escape.py                 a simulated virus with known escape mutations, a minute
    python examples/b8_viral_escape.py --data FILE     strains in a FASTA file (influenza H3); mutations of strains held back are sought
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import bio, course, models, train, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, epochs=25, quick_epochs=1, data="FASTA file (or its folder) with strains of one length",
                         hidden=(48, "neurons of each LSTM"), lr=(5e-3, "learning rate of Adam"))
LETTERS = bio.PROTEIN.letters

# %% The strains, the wild type whose mutations are asked about, and those that are known (only for the score at the end)
if options.data:
    with course.reading():
        file = next(options.data.glob("*.fasta")) if options.data.is_dir() else options.data
        strains = [record.sequence.rstrip("*") for record in bio.read_fasta(file, bio.PROTEIN.plus("*"))]
        if len({len(s) for s in strains}) != 1 or len(strains) < 20:
            raise ValueError(f"{file}: expected 20 or more strains of one length, got {len(strains)} of lengths {sorted({len(s) for s in strains})}")
    strains = [strains[i] for i in np.random.permutation(len(strains))]
    held, strains = strains[:len(strains) // 4], strains[len(strains) // 4:]
    wild = "".join(max(sorted(set(column)), key=column.count) for column in zip(*strains))                  # the commonest residues
    seen = {(i, s[i]) for s in strains for i in range(len(wild))}
    known = {(i, s[i]) for s in held for i in range(len(wild)) if s[i] != wild[i] and (i, s[i]) not in seen}
    sought = "mutations of the strains held back, in none of those read"
else:
    virus = bio.simulate_virus(150 if options.quick else 1000, 30 if options.quick else 40, seed=options.seed)
    strains, wild = virus.sequences, virus.wild_type
    known = {(m.position - 1, m.to) for m in virus.escapes}
    sought = "escape mutations"
codes = np.array([[LETTERS.index(c) for c in s] for s in strains])                                          # (N, L)
print(f"{len(strains)} strains of {len(wild)} residues; {len(known)} {sought}, among {19 * len(wild)} single mutations")


# %% The language model learns to guess each residue from all the others
def loss(model, batch):
    """Cross-entropy of every residue."""
    tokens, = batch
    return F.cross_entropy(model(tokens).flatten(0, 1), tokens.flatten())


model = models.LSTMLanguageModel(20, embedding=16, hidden=options.hidden, dropout=0.2).to(options.device)
held_back = max(8, len(codes) // 10)
history = train.fit(model, (tg.from_numpy(codes[held_back:]),), loss, tg.optim.Adam(model.parameters(), lr=options.lr), options.epochs,
                    validation=(tg.from_numpy(codes[:held_back]),), batch_size=16, patience=8, clip_grad_norm=1.0, device=options.device,
                    progress=True)
print(f"the residue that stands there is guessed with probability {np.exp(-min(history['validation loss'])):.2f}, geometric mean")

# %% Every single mutation of the wild type: is it likely, and does it change the meaning?
mutations = [m for m in bio.single_mutants(wild) if m.wild in LETTERS]
start = np.array([LETTERS.index(c) for c in wild])
mutants = np.repeat(start[None], len(mutations), axis=0)
mutants[np.arange(len(mutations)), [m.position - 1 for m in mutations]] = [LETTERS.index(m.to) for m in mutations]
with train.evaluating(model):
    logp = F.log_softmax(model(tg.from_numpy(start[None]).to(options.device))[0], dim=-1).cpu().numpy()     # (L, 20)
    meaning = model.embed(tg.from_numpy(start[None]).to(options.device)).mean(dim=1)                        # (1, 2H)
    change = np.concatenate([(model.embed(tg.from_numpy(part).to(options.device)).mean(dim=1) - meaning).abs().sum(dim=1).cpu().numpy()
                             for part in course.progress(np.array_split(mutants, max(1, len(mutants) // 128)), "mutants")])
grammar = np.array([logp[m.position - 1, LETTERS.index(m.to)] for m in mutations])
hit = np.array([(m.position - 1, m.to) in known for m in mutations])
blosum = bio.blosum(list(LETTERS), "BLOSUM62", scale=1)[:, 0]                                               # (20, 20)
scores = {"CSCS": bio.cscs(change, grammar), "grammaticality": grammar, "semantic change": change,
          "BLOSUM62": np.array([blosum[LETTERS.index(m.wild), LETTERS.index(m.to)] for m in mutations])}

# %% The result
auc = {name: bio.enrichment_auc(score, hit) for name, score in scores.items()}
value = bio.bootstrap(lambda truth, score: bio.enrichment_auc(score, truth), hit, scores["CSCS"], n=200, seed=options.seed)
table = course.Table(options, "enrichment AUC")
table.add("influenza H3" if options.data else "simulated virus", auc["CSCS"], value, baseline=("BLOSUM62", auc["BLOSUM62"]),
          published=(.766, "H3, other escapes") if options.data else None)
table.show()
print(f"\nAlone: grammaticality {auc['grammaticality']:.3f}, semantic change {auc['semantic change']:.3f}. By chance 0.5.")
best = np.argsort(-scores["CSCS"])[:10]
print("The ten with the highest CSCS:", " ".join(f"{mutations[k]}{'*' if hit[k] else ''}" for k in best), f"  (* {sought})")

# %% The pictures
viz.roc(hit, scores, options.out / "roc.png", title="influenza H3" if options.data else "simulated virus")
with viz.panels(options.out / "landscape.png", size=(5.2, 4)) as (ax,):
    ax.scatter(grammar[~hit] / np.log(10), change[~hit], s=5, color=viz.style.GREY, alpha=0.4, linewidths=0, label="other mutations")
    ax.scatter(grammar[hit] / np.log(10), change[hit], s=24, color=viz.style.VERMILLION, marker="D", linewidths=0, label=sought[:40])
    ax.set(xlabel="grammaticality, log₁₀ p", ylabel="semantic change (sum of |differences|)")
    ax.legend(fontsize=8.5, loc="upper center", bbox_to_anchor=(0.5, 1.14), ncols=2)
history.plot(options.out / "learning_curve.png", ylabel="cross-entropy of a residue")
print(f"Pictures: {options.out}/*.png")
