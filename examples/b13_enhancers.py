"""Enhancers: a network that reads both strands of DNA at once.  (Lecture B13)

An enhancer switches a gene on from far away. It holds binding sites of proteins, in any order, at any place, on either strand. So three
things are built in instead of learned:

    any place      filters slide along the DNA, and only the best place of each counts (global maximum), and the mean over all places
    either strand  reverse complement: A ↔ T, C ↔ G, read backwards. As one-hot (4, L) in the order A, C, G, T both axes are turned round;
                   the score is the mean of f(x) and f(x turned round), so that it cannot depend on the strand that was sequenced
    few data       an ensemble of small networks, dropout

The baseline counts words of 1 to 6 letters, on both strands, and weighs them (logistic regression). It is hard to beat: the simulated boxes
are such words, and on real enhancers the network is no better either.

In the published test set 100 of the 200 enhancers are in the training set, too, letter for letter; they are left out of the test here, and
so the classes are uneven: balanced accuracy, the mean of sensitivity and specificity, is the one to compare. Widths and dropout were chosen
by a fifth of the training set (``--develop``).

Run it:

    python examples/b13_enhancers.py                       simulated DNA with two known boxes, a minute
    python examples/b13_enhancers.py --data FOLDER         the iEnhancer benchmark (layer 1), a few minutes
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import dataclasses

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, train, viz

options = course.options(__doc__, epochs=15, quick_epochs=2, data="folder with enhancer.cv.txt, non.cv.txt, enhancer.ind.txt, non.ind.txt",
                         lr=(2e-3, "largest learning rate of AdamW"), networks=(5, "networks in the ensemble"), filters=(48, "filters"),
                         width=(9, "of the filters"), dropout=(0.4, "dropout"), develop=(False, "test on a fifth of the training set"))

# %% The sequences
if options.data:
    with course.reading():
        known, independent = bio.read_enhancers(options.data)
else:
    both, boxes = bio.simulate_promoters(400 if options.quick else 2500, seed=options.seed, length=80, strength=0.95)
    other = np.random.default_rng(options.seed).random(len(both)) < 0.5                     # half of them as the other strand
    both = dataclasses.replace(both, sequences=[bio.reverse_complement(s) if turn else s for s, turn in zip(both.sequences, other)])
    known, independent = both[np.arange(len(both)) % 5 > 0], both[np.arange(len(both)) % 5 == 0]
if options.develop:
    test = bio.group_folds(bio.groups_of(known.sequences), 5, seed=options.seed, labels=known.labels)[0]
    known, independent = known[np.setdiff1d(np.arange(len(known)), test)], known[test]
print(f"to learn from: {known}; to test on: {independent}")


def tensors(data):
    """One-hot (N, 4, L), labels (N,)."""
    return tg.from_numpy(np.ascontiguousarray(bio.one_hot(data.sequences, bio.DNA).transpose(0, 2, 1))), tg.from_numpy(data.labels.astype("float32"))


# %% The network
class BothStrands(nn.Module):
    """DNA (N, 4, L) → log odds of an enhancer (N,), the same for a strand and its reverse complement."""

    def __init__(self, filters, width, dropout):
        super().__init__()
        self.near = nn.Sequential(nn.Conv1d(4, filters, width, padding="same"), nn.BatchNorm1d(filters), nn.ReLU(), nn.MaxPool1d(4))
        self.wide = nn.Sequential(nn.Dropout(dropout), nn.Conv1d(filters, filters, 5, padding="same"), nn.BatchNorm1d(filters), nn.ReLU())
        self.out = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * filters, 32), nn.ReLU(), nn.Dropout(dropout), nn.Linear(32, 1))

    def strand(self, x):
        h = self.wide(self.near(x))                                                         # (N, F, L/4)
        return self.out(tg.cat([h.amax(2), h.mean(2)], dim=1))[:, 0]

    def forward(self, x):
        return (self.strand(x) + self.strand(x.flip(1, 2))) / 2


# %% An ensemble
x, y = tensors(known)
x_test, y_test = tensors(independent)
truth, odds = independent.labels, np.zeros(len(independent))
for member in course.progress(range(2 if options.quick else options.networks), "networks"):
    tg.manual_seed(1000 * options.seed + member)
    net = BothStrands(options.filters, options.width, options.dropout).to(options.device)
    optimizer = tg.optim.AdamW(net.parameters(), lr=options.lr, weight_decay=0.05)
    rate = tg.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: min((epoch + 1) / 3, 1) * (1 - epoch / (options.epochs + 1)))
    history = train.fit(net, (x, y), nn.BCEWithLogitsLoss(), optimizer, options.epochs, batch_size=32, scheduler=rate, device=options.device)
    odds += train.predict(net, x_test, device=options.device).cpu().numpy()
turned = train.predict(net, x_test.flip(1, 2), device=options.device).cpu().numpy()
same = np.abs(turned - train.predict(net, x_test, device=options.device).cpu().numpy()).max()
print(f"The other strand gets the same score, to {same:.0e}.")


# %% The baseline: words on both strands
def strands(data):
    return [f"{s} {bio.reverse_complement(s)}" for s in data.sequences]


words = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 6), sublinear_tf=True, lowercase=False).fit(strands(known))
linear = LogisticRegression(C=3, max_iter=1000).fit(words.transform(strands(known)), known.labels)
plain = linear.decision_function(words.transform(strands(independent)))
together = odds / (2 if options.quick else options.networks) + plain                        # log odds of both, added up

# %% The result
name = "enhancers, independent" if options.data else "simulated promoters"
table = course.Table(options, "balanced accuracy (%)", digits=1)


def balanced(truth, odds):
    return 100 * bio.balanced_accuracy(truth, (odds > 0).astype(int))


auc, of_both = bio.bootstrap(bio.roc_auc, truth, odds), bio.bootstrap(balanced, truth, together)
interval = bio.bootstrap(balanced, truth, odds)
for source, value in ((None, None),) if not options.data or options.develop else (("iEnhancer-2L, with the leak", 73.0), ("iEnhancer-DCSA, with the leak", 82.5)):
    table.add(f"{name}: network", interval.value, interval, baseline=("words", balanced(truth, plain)), published=(value, source) if source else None)
table.add(f"{name}: network and words", of_both.value, of_both, baseline=("words", balanced(truth, plain)))
for k, what in ((1, "of the enhancers are found"), (0, "of the others are left alone")):
    found = bio.wilson(int(((odds > 0) == k)[truth == k].sum()), int((truth == k).sum()))
    table.add(what if options.data else what.replace("enhancers", "promoters"), 100 * found.value, (100 * found.low, 100 * found.high),
              baseline=("words", 100 * ((plain > 0) == k)[truth == k].mean()), metric="share (%)")
table.add(f"{name}: network", auc.value, auc, metric="AUC", digits=3, baseline=("words", bio.roc_auc(truth, plain)))
table.show()

# %% The pictures: ROC, and what the filters of the last network look for
viz.roc(truth, {"network": odds, "words": plain, "both": together}, options.out / "roc.png", title=name)
weight = net.near[0].weight.detach().cpu().numpy()                                          # (F, 4, width)
viz.filters(weight[np.argsort(-np.linalg.norm(weight - weight.mean(1, keepdims=True), axis=(1, 2)))[:6]], "ACGT", options.out / "filters.png", columns=3,
            title="the six strongest filters of the first layer")
print(f"Pictures: {options.out}/*.png")
