"""What is a paper about, if only a few are labelled? Its words, and the papers it cites.  (Lecture D4)

2708 papers on machine learning, 1433 words, 5278 citations, seven fields. Twenty papers of each field are labelled; all the others are
to be classified. Papers cite their own field, so neighbours know something. Four ways to use that:

    perceptron            relu(X W₁ᵀ) W₂ᵀ                       the words alone
    label propagation     Y ← 0.9 Â Y + 0.1 Y₀                  the citations alone: labels flow along them
    graph convolution     Â relu(Â X W₁ᵀ) W₂ᵀ                   both: each layer looks one step far (Kipf & Welling 2017)
    propagation           Z ← 0.9 Â Z + 0.1 Z₀, ten times       both: the perceptron's answer Z₀ is carried ten steps far, and at
                                                                each step recalled (Gasteiger et al. 2019, "APPNP")

Â = D^(−1/2) (A + I) D^(−1/2) is the adjacency with self-connections, normalised. Words and Â are sparse matrices, of which only the
entries are kept. All papers are seen in training, most of them without their labels. Ten random splits into 20 papers of each field to
learn from, 500 to choose the best epoch by, 1000 to test; five networks in each ensemble. Width and weight decay were chosen on the
validation parts, too. The interval is that of the mean over splits; splits share papers, so it is a little too narrow. The published
numbers are those of one fixed split; on random ones the authors of the graph convolution had 80.1 %.

Run it:

    python examples/d4_citations.py                    simulated papers with known fields, a minute
    python examples/d4_citations.py --data FOLDER      Cora: cora.content and cora.cites (Sen et al. 2008)
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import scipy.sparse
import scipy.stats

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, epochs=200, quick_epochs=60, data="folder with cora.content and cora.cites",
                         lr=(0.01, "learning rate of Adam"), hidden=(128, "hidden units"), decay=(2e-3, "weight decay of the first layer"))
splits, networks = (4, 1) if options.quick else (10, 5) if options.data else (5, 3)

# %% The papers
sizes = (20, 500, 1000) if options.data else (10, 50, 100) if options.quick else (20, 120, 400)    # training per class, validation, test
with course.reading():
    papers = bio.read_cora(options.data) if options.data else bio.simulate_network(200 if options.quick else 600, seed=options.seed)
    parts = [bio.split_nodes(papers.labels, *sizes, seed=1000 * options.seed + k) for k in range(splits)]
n, classes, labels = len(papers.labels), len(papers.classes), papers.labels
a, b = papers.graph.edge_index
print(f"{papers}\n{100 * (labels[a] == labels[b]).mean():.0f} % of the links stay in the field")

# %% Words and citations as sparse matrices
words = scipy.sparse.csr_array(papers.features / np.maximum(papers.features.sum(axis=1, keepdims=True), 1))     # each paper's sum is 1
A = np.eye(n, dtype="float32") + papers.graph.adjacency()
A = scipy.sparse.csr_array(A / np.sqrt(np.outer(A.sum(axis=1), A.sum(axis=1))))
X, A_hat = (tg.SparseTensor.from_scipy(matrix).to(options.device) for matrix in (words, A))
y = tg.from_numpy(labels).to(options.device)


# %% The networks
class Reader(nn.Module):
    """Words (papers, words), graph (papers, papers) → scores (papers, classes)."""

    def __init__(self, kind):
        super().__init__()
        self.kind, self.dropout = kind, nn.Dropout(0.5)
        self.first, self.second = nn.Linear(X.shape[1], options.hidden), nn.Linear(options.hidden, classes)

    def forward(self, words, graph):
        words = tg.SparseTensor(words.pattern, self.dropout(words.values()))        # dropout: some words are overlooked
        hidden = words @ self.first.weight.T + self.first.bias
        if self.kind == "graph convolution":
            return graph @ self.second(self.dropout(F.relu(graph @ hidden)))
        start = out = self.second(self.dropout(F.relu(hidden)))
        for _ in range(10 if self.kind == "propagation" else 0):
            out = 0.9 * (graph @ out) + 0.1 * start
        return out


def fit(kind, training, validation, seed):
    """Train one network; its probabilities (papers, classes) at the epoch that was best on the validation part."""
    tg.manual_seed(seed)
    net = Reader(kind).to(options.device)
    optimizer = tg.optim.Adam([dict(params=net.first.parameters(), weight_decay=options.decay), dict(params=net.second.parameters())],
                              lr=options.lr)
    best = (-1, 0)
    for epoch in range(options.epochs):
        net.train()
        optimizer.zero_grad()
        F.cross_entropy(net(X, A_hat)[training], y[training]).backward()
        optimizer.step()
        if epoch % 2:
            with tg.no_grad():
                guess = net.eval()(X, A_hat)
            score = ((guess[validation].argmax(1) == y[validation]).sum().item(), -F.cross_entropy(guess[validation], y[validation]).item())
            if score > best:
                best, kept = score, F.softmax(guess, dim=1).cpu().numpy()
    return kept


def label_propagation(training):
    """Labels flow along the links, and the known ones are renewed at each step: (papers, classes)."""
    known = np.zeros((n, classes))
    known[training, labels[training]] = 1
    spread = known
    for _ in range(50):
        spread = 0.9 * (A @ spread) + 0.1 * known
    return spread


# %% Every split
accuracy = {"perceptron": [], "label propagation": [], "graph convolution": [], "propagation": []}
for number, (training, validation, test) in enumerate(course.progress(parts, "splits")):
    for kind, found in accuracy.items():
        if kind == "label propagation":
            guess = label_propagation(training)
        else:
            guess = sum(fit(kind, training, validation, 1000 * options.seed + 10 * number + k) for k in range(networks))
        found.append(100 * (guess[test].argmax(axis=1) == labels[test]).mean())

# %% The result
published = {"perceptron": (55.1, "in Veličković et al. 2018"), "label propagation": (68.0, "in Kipf & Welling 2017"),
             "graph convolution": (81.5, "Kipf & Welling 2017"), "propagation": (83.0, "GAT, Veličković et al. 2018")}
table = course.Table(options, "accuracy (%)", digits=1)
means, spans = {}, {}
for kind, found in accuracy.items():
    means[kind], spans[kind] = np.mean(found), scipy.stats.t.interval(0.95, splits - 1, np.mean(found), scipy.stats.sem(found))
    table.add(kind, means[kind], spans[kind], published=published[kind] if options.data else None,
              baseline=None if kind == "perceptron" else ("perceptron", means["perceptron"]))
table.show()
with viz.panels(options.out / "accuracy.png", size=(5.4, 3.3)) as (ax,):
    viz.bars({kind.replace(" ", "\n"): {"accuracy": mean} for kind, mean in means.items()}, ax=ax, digits=1, ylabel="accuracy (%)",
             intervals={kind.replace(" ", "\n"): {"accuracy": span} for kind, span in spans.items()},
             title=f"{classes} fields, {len(training)} labelled papers of {n}")

# %% Papers in the plane: their words, and what the last ensemble makes of them (principal components)
fields = np.array([name.replace("_", " ") for name in papers.classes])[labels]
with viz.panels(options.out / "papers.png", columns=2, size=(4.4, 3.6)) as (left, right):
    for ax, values, title in ((left, papers.features, "words"), (right, np.sqrt(guess / networks), "propagation: √ of the probabilities")):
        values = values - values.mean(axis=0)
        directions = np.linalg.eigh(values.T @ values)[1][:, :-3:-1]
        viz.points((values @ directions)[test], fields[test], ax=ax, title=title, xlabel="first component", ylabel="second component")
        ax.locator_params(nbins=6)
    left.get_legend().remove()

# %% The network itself; of a large one the surroundings of a paper in which fields meet
near = scipy.sparse.csgraph.shortest_path(A, unweighted=True) <= 4                                 # (papers, papers)
share = (near @ np.eye(classes)[labels]).max(axis=1) / near.sum(axis=1)                            # of the most frequent field
shown = np.flatnonzero(near[np.argmin(np.where(abs(near.sum(axis=1) - 200) < 50, share, 2))]) if n > 1000 else np.arange(n)
viz.network(np.stack(A[shown][:, shown].nonzero()), fields[shown], options.out / "network.png",
            title=f"{len(shown)} papers and their citations")
print(f"Pictures: {options.out}/*.png")
