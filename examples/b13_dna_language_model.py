"""DNA as a language: words of three letters, hidden and guessed; then attention finds the splice sites.  (Lecture B13)

A language model learns from sequences alone, without any labels. Words (3-mers) are hidden, and guessed from what stands around:

    tokens:  [CLS] CAG AGG [MASK] [MASK] [MASK] … [SEP]             loss = −log p(hidden word)

Overlapping words share letters, so all that share one with a hidden word are hidden, too: otherwise the answer would stand next door.
The state of [CLS] has looked at the whole sequence. A linear layer on it tells where an intron begins (EI), where it ends (IE), and other
DNA (N); all weights go on learning. What [CLS] looks at, its attention in the last block, is drawn over the sequence: words at the junction
stand out, and the letters there, as a logo, are the consensus MAG|GTRAGT and (Y)ₙNCAG|G, though nobody gave them to the network. (With one
block. With two, the first may carry letters elsewhere, and the second then looks there: attention is not always an explanation. Simulated
DNA is random but for the junctions, so there is little to learn before the labels come, and pre-training does not help.)

Run it:

    python examples/b13_dna_language_model.py               simulated junctions with a known motif, a minute
    python examples/b13_dna_language_model.py --data FILE   UCI's splice.data, two minutes
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import copy

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import bio, course, models, nn, train, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, epochs=12, quick_epochs=1, data="splice.data, or its folder", lr=(2e-3, "largest learning rate of AdamW"),
                         pretraining=(12, "epochs of guessing hidden words"), few=(200, "labels, where there are few"), blocks=(1, "blocks of the transformer"))
PUBLISHED = {"N": (4.62, "KBANN"), "EI": (7.56, "KBANN"), "IE": (8.47, "KBANN")}            # Noordewier et al. 1991, errors in %, 10-fold
if options.quick:
    options.pretraining = 1

# %% Sequences as words; a fifth is the test part, duplicates together
if options.data:
    with course.reading():
        data = bio.read_uci(options.data)
        if sorted(data.classes) != ["EI", "IE", "N"]:
            raise ValueError(f"{options.data}: expected the classes EI, IE and N of splice.data, got {', '.join(data.classes)}")
else:
    data, _ = bio.simulate_splice(200 if options.quick else 2000, seed=options.seed)
words = bio.KmerTokenizer(3)
x, y = tg.from_numpy(words.batch(data.sequences)), tg.from_numpy(np.asarray(data.labels, dtype="int64"))    # (N, 60)
classes, length = list(data.classes), len(data.sequences[0])
test = bio.group_folds(bio.groups_of(data.sequences), 5, seed=options.seed, labels=y.numpy())[0]
rest = np.random.permutation(np.setdiff1d(np.arange(len(y)), test))
print(f"{len(y)} sequences of {length} bases; {len(words)} words, such as {' '.join(words.tokens(x[0].tolist())[:6])} …; {len(test)} to test on")


# %% The model: a language model, and a linear layer on [CLS]
class Reader(nn.Module):
    """Words (N, T) → scores of the classes (N, 3)."""

    def __init__(self, classes):
        super().__init__()
        self.language = models.LanguageModel(len(words), width=48, depth=options.blocks, heads=4, max_length=x.shape[1], dropout=0.1)
        self.head = nn.Linear(48, classes)

    def forward(self, tokens):
        return self.head(self.language.embed(tokens)[:, 0])

    def looks(self, tokens):
        """What [CLS] looks at in the last block, mean over the heads: (N, T)."""
        return self.language.embed(tokens, need_weights=True)[1][:, -1, :, 0].mean(1)


def guessing(model, batch):
    """Cross-entropy of hidden words; others hidden each time."""
    inputs, targets = bio.mask_tokens(batch[0].cpu().numpy(), words, rate=0.2, span=(3, 6), seed=masking)
    return F.cross_entropy(model(tg.from_numpy(inputs).to(options.device)).flatten(0, 1), tg.from_numpy(targets).to(options.device).flatten())


def fit(model, data, loss, epochs, title):
    """Trained in place; the rate rises, and falls."""
    optimizer = tg.optim.AdamW(model.parameters(), lr=options.lr, weight_decay=0.05)
    rate = tg.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: min((epoch + 1) / 3, 1) * (1 - epoch / (epochs + 1)))
    return train.fit(model, data, loss, optimizer, epochs, batch_size=32, scheduler=rate, clip_grad_norm=1.0, device=options.device,
                     progress=True, words=title)


# %% Pre-training on the sequences of the training part, without labels
tg.manual_seed(options.seed)
masking = np.random.default_rng(options.seed)
fresh = Reader(len(classes)).to(options.device)
pretrained = copy.deepcopy(fresh)
history = fit(pretrained.language, (x[rest],), guessing, options.pretraining, "guessing words")
masking = np.random.default_rng(0)
with train.evaluating(pretrained):
    guess = np.mean([guessing(pretrained.language, (x[test],)).item() for _ in range(3)])
counts = np.bincount(x[rest].flatten().numpy(), minlength=len(words))[5:] + 1               # words only
often = -np.log(counts / counts.sum())
usual = float(np.mean(often[x[test][:, 1:-1].flatten().numpy().clip(5) - 5]))

# %% Fine-tuning: with all labels, and with few; with and without pre-training
errors, readers, amounts = {}, {}, sorted({len(rest), min(options.few, len(rest))}, reverse=True)
for labels in amounts:
    part = rest[:labels]
    for name, start in (("pre-trained", pretrained), ("from scratch", fresh)):
        tg.manual_seed(options.seed)
        net = copy.deepcopy(start)
        fit(net, (x[part], y[part]), nn.CrossEntropyLoss(), options.epochs * (1 if labels == len(rest) or options.quick else 2), f"{name}, {labels} labels")
        readers[name, labels] = net
        errors[name, labels] = train.predict(net, x[test], device=options.device).cpu().numpy().argmax(1) != y[test].numpy()
    onehot = bio.one_hot(data.sequences, bio.DNA).reshape(len(y), -1)
    straight = bio.ridge(onehot[part], np.eye(len(classes))[y[part].numpy()], onehot[test], penalty=10.0)
    errors["ridge", labels] = straight.argmax(1) != y[test].numpy()

# %% The result
table = course.Table(options, "errors (%)", digits=1, better="lower")
for labels in amounts:
    for k, name in enumerate(classes):
        of = y[test].numpy() == k
        share = bio.wilson(int(errors["pre-trained", labels][of].sum()), int(of.sum()))
        table.add(f"{name}, {labels} labels", 100 * share.value, (100 * share.low, 100 * share.high),
                  baseline=("ridge", 100 * errors["ridge", labels][of].mean()),
                  published=PUBLISHED[name] if options.data and labels == len(rest) else None)
    table.add(f"all classes, {labels} labels", 100 * errors["pre-trained", labels].mean(),
              baseline=("from scratch", 100 * errors["from scratch", labels].mean()))
table.add("a hidden word", guess, metric="cross-entropy (nats)", digits=3, baseline=("frequencies of the words", usual))

# %% What [CLS] looks at, and the letters there
net = readers["pre-trained", len(rest)]
with train.evaluating(net):
    attention = np.concatenate([net.looks(x[i:i + 64].to(options.device)).cpu().numpy() for i in range(0, len(x), 64)])[:, 1:-1]   # (N, 58 words)
letters = np.zeros((len(x), length))                                                        # each letter gets a third of each of its words
for offset in range(3):
    letters[:, offset:offset + attention.shape[1]] += attention / 3
shown = [classes.index("EI"), classes.index("IE")]
middle, onehot = np.arange(1, length + 1) - length // 2, bio.one_hot(data.sequences, bio.DNA)
viz.lines(middle, {classes[k]: letters[y.numpy() == k].mean(0) for k in range(len(classes))}, options.out / "attention.png",
          xlabel="position, counted from the junction", ylabel="attention of [CLS]", title="Where it looks")
with viz.panels(options.out / "motifs.png", rows=2, columns=1, size=(7.5, 2.2)) as axes:
    for ax, k in zip(np.ravel(axes), shown):
        of = y.numpy() == k
        peak = int(np.convolve(letters[of].mean(0), np.ones(9), mode="valid").argmax())     # the nine letters it looks at most
        begin, end = max(peak - 6, 0), min(peak + 15, length)
        logo = onehot[of][:, begin:end].mean(0)                                             # (≤ 21, 4)
        viz.logo(viz.information(logo), "ACGT", ax=ax, title=f"{classes[k]}: letters around the nine it looks at most", ylabel="bits",
                 start=int(middle[begin]))
        table.add(f"{classes[k]}: distance of the most attended nine letters from the junction", abs(peak + 4 + 1 - length // 2), metric="letters",
                  digits=0, baseline=("a random place, mean", np.abs(np.arange(length - 8) + 5 - length // 2).mean()))
table.show()
history.plot(options.out / "guessing.png", title="guessing hidden words", ylabel="cross-entropy (nats)")
print(f"\nPictures: {options.out}/*.png")
