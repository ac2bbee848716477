"""Attention finds which residues touch: from an alignment to a contact map.  (Lecture B12)

Residues that touch in the folded protein must fit each other: when one changes, the other changes with it. A language model of one
family, asked to guess each residue from all the others, learns that. With a single layer of attention, whose weights depend on the
positions only, we can read off what it looks at:

    W_ij = Σ_heads softmax_j(q_i·k_j/√D)·V          logits_i = b_i + Σ_{j≠i} W_ij x_j

The score of a pair is the size of W_ij, made symmetric and corrected for columns that are coupled to everything (APC):
S_ij − S_i·S_·j/S. No structure is used for training; it is only compared with at the end.

Run it:

    python examples/b12_contacts.py                    a simulated family with known contacts, half a minute
    python examples/b12_contacts.py --data FOLDER      Pfam alignment …fasta.gz and distances …struct.dat (PF00014: Kunitz domain)
"""
# %% The options
import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import bio, course, models, train, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, epochs=8, quick_epochs=2, data="folder with an aligned FASTA file and a file of distances",
                         heads=(32, "heads"), lr=(1e-2, "learning rate of Adam"))

# %% The family: sequences as numbers, how much each counts, and the true contacts (for the end)
if options.data:
    with course.reading():
        family = bio.read_alignment(options.data)
        distances = bio.read_distances(options.data)
    contacts, known = bio.contact_map(distances), ~np.isnan(distances)
    name = "PF00014"
else:
    family, potts = bio.simulate_protein_family(400 if options.quick else 4000, length=24 if options.quick else 40, seed=options.seed)
    contacts = potts.contacts()
    known, name = np.ones_like(contacts, dtype=bool), "simulated"
codes = np.unique(family.codes(), axis=0)                                       # (N, L): each sequence once
weights = bio.sequence_weights(codes).astype("float32")                         # relatives share one vote
length = codes.shape[1]
print(f"{name}: {len(codes)} different sequences of length {length}, which count as {weights.sum():.0f}")


# %% The model, and what it should become: likely, with couplings no larger than necessary
def loss(model, batch):
    """Weighted cross-entropy of all residues of a sequence, plus a penalty on the couplings."""
    codes, weight = batch
    logits = model(F.one_hot(codes, 21).float())                                # (N, L, 21)
    each = F.cross_entropy(logits.flatten(0, 1), codes.flatten(), reduction="none").reshape(codes.shape).sum(dim=1)      # (N,)
    return (each * weight).sum() / weight.sum() + 1e-3 * (model.couplings()**2).sum()


model = models.FactoredAttention(length, 21, heads=options.heads, width=16).to(options.device)
optimizer = tg.optim.Adam(model.parameters(), lr=options.lr)
precision = []


def pairs():
    """The scores of all pairs, corrected."""
    return bio.apc(bio.symmetrise(model.contact_scores()))


data = (tg.from_numpy(codes.astype("int64")), tg.from_numpy(weights))
for epoch in course.progress(range(options.epochs), "training"):
    train.fit(model, data, loss, optimizer, 1, batch_size=256, device=options.device)
    precision.append(bio.precision_at(pairs(), contacts, separation=6, known=known))       # looked at, never used to stop

# %% The result, beside chance and beside the oldest method: covariance of the columns
onehot = np.eye(21)[codes]                                                      # (N, L, 21)
share = weights / weights.sum()
mean = np.einsum("n,nia->ia", share, onehot)
covariance = np.einsum("n,nia,njb->iajb", share, onehot, onehot, optimize=True) - mean[:, :, None, None] * mean
plain = bio.apc(bio.symmetrise(np.sqrt((covariance[:, :20, :, :20]**2).sum((1, 3)) * (1 - np.eye(length)))))
ours = precision[-1]
base = bio.precision_at(plain, contacts, separation=6, known=known)
attention = model.attention().detach().cpu().numpy().max(0)
maps = bio.precision_at(bio.apc(bio.symmetrise(attention)), contacts, separation=6, known=known)
table = course.Table(options, "precision (%)", digits=1)
for share_of, count in (("L", length), ("L/2", length // 2), ("L/5", length // 5)):
    interval = bio.wilson(round(ours[share_of] * count), count)
    table.add(f"{name}, best {share_of} pairs, |i−j| ≥ 6", 100 * ours[share_of], (100 * interval.low, 100 * interval.high),
              baseline=("covariance", 100 * base[share_of]),
              published=(41.1, "ESM-1b, long-range, other proteins") if options.data and share_of == "L" else None)
table.show()
print(f"\nBy chance {100 * ours['random']:.1f} % would be right. The strongest head's attention alone: L {100 * maps['L']:.1f} %, "
      f"L/2 {100 * maps['L/2']:.1f} %, L/5 {100 * maps['L/5']:.1f} %.")

# %% The pictures
viz.contacts(pairs(), contacts & known, options.out / "contacts.png", title=name)
viz.lines(None, {key: [100 * p[key] for p in precision] for key in ("L", "L/2", "L/5", "random")}, options.out / "precision.png",
          xlabel="epoch", ylabel="pairs that are contacts (%)", title="What attention learns without a structure")
viz.heatmap(bio.symmetrise(attention), options.out / "attention.png", xlabel="column of the alignment", ylabel="column of the alignment",
            label="attention of the strongest head", size=(5, 4.2), aspect="equal")
print(f"Pictures: {options.out}/*.png")
