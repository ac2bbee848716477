"""Attention step by step: three inputs, every number; then many heads, and attention as a soft look-up.  (Lectures B9, D7)

Each residue asks a question (query), each offers a headline (key) and a message (value). How well a headline answers the question decides
how much of the message is taken:

    Q = X W_q,  K = X W_k,  V = X W_v           A = softmax(Q Kᵀ / √d_k)           output = A V

Without any weights it is softmax(X Xᵀ) X: each takes from those it resembles. With keys and values of its own, softmax(X Kᵀ) V is a
dictionary that is asked by likeness, not by the exact word. √d_k keeps scores of long vectors small: the product of two vectors of d random
numbers has variance d, and softmax of large scores looks at one place only, where it has no slope left. The inputs are the lecture's;
the weights are small whole numbers, so that each step can be followed on paper.

Run it:

    python examples/b9_attention_step_by_step.py           some seconds
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import bio, course, nn, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, noise=(3.0, "how blurred the questions to the dictionary are"))
if options.noise <= 0:
    raise SystemExit(f"--noise: a number above 0, not {options.noise:g}: without noise the nearest key is always right")
exact = {"dtype": tg.float64}


def show(title, values, digits=0):
    """A matrix, row by row."""
    print(f"{title}")
    for row in values.tolist():
        print("    ", "  ".join(f"{v:{5 + digits}.{digits}f}" for v in row))


# %% Step by step
x = tg.tensor([[1, 0, 1, 0], [0, 2, 0, 2], [1, 1, 1, 1]], **exact)                          # (3 inputs, 4)
w_key = tg.tensor([[0, 0, 1], [1, 1, 0], [0, 1, 0], [1, 1, 0]], **exact)                    # (4, d_k = 3)
w_query = tg.tensor([[1, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 1]], **exact)
w_value = tg.tensor([[0, 2, 0], [0, 3, 0], [1, 0, 3], [1, 1, 0]], **exact)
show("1. inputs X", x)
keys, queries, values = x @ w_key, x @ w_query, x @ w_value                                 # (3, 3) each
show("2. keys K = X W_k", keys)
show("   queries Q = X W_q", queries)
show("   values V = X W_v", values)
scores = queries @ keys.T
show("3. scores Q Kᵀ: row i is what input i asks of all", scores)
scaled = scores / keys.shape[1]**0.5
show("4. divided by √d_k = √3", scaled, 2)
weights = F.softmax(scaled, dim=1)
show("5. attention: softmax of each row, adds up to 1", weights, 3)
output = weights @ values
show("6. outputs A V: each row a mixture of the values", output, 3)
show("   without √d_k:", F.softmax(scores, dim=1) @ values, 3)
show("   without any weights, softmax(X Xᵀ) X:", F.softmax(x @ x.T, dim=1) @ x, 3)

# %% The library's function, and a layer with two heads
same = F.scaled_dot_product_attention(queries, keys, values)
tg.manual_seed(options.seed)
layer = nn.MultiheadAttention(4, 2, bias=False, batch_first=True).double()
with tg.no_grad():
    several, maps = layer(x[None], x[None], x[None], average_attn_weights=False)            # (1, 3, 4), (1, 2 heads, 3, 3)
    parts = [(x @ w.T).reshape(3, 2, 2).transpose(0, 1) for w in layer.in_proj_weight.chunk(3)]     # each (heads, 3, 2)
    heads = F.softmax(parts[0] @ parts[1].transpose(1, 2) / 2**0.5, dim=2) @ parts[2]       # (heads, 3, 2): each head sees its own half
    by_hand = layer.out_proj(heads.transpose(0, 1).reshape(3, 4))                           # side by side again
    order = [2, 0, 1]
    moved = layer(x[None, order], x[None, order], x[None, order])[0]


def decimals(a, b):
    """How many decimals agree; float64 holds 16."""
    return -np.log10(max(float((a - b).abs().max()), 1e-16))


table = course.Table(options, "decimals that agree", digits=0)
table.add("one head by hand, and F.scaled_dot_product_attention", decimals(output, same))
table.add("two heads by hand, and nn.MultiheadAttention", decimals(by_hand, several[0]))
table.add("inputs in another order: outputs in that order", decimals(moved[0], several[0, order]))

# %% A soft dictionary: blurred amino acids (rows of BLOSUM62) ask for their hydropathy (Kyte and Doolittle 1982)
hydropathy = dict(zip("ARNDCQEGHILKMFPSTWYV", (1.8, -4.5, -3.5, -3.5, 2.5, -3.5, -3.5, -0.4, -3.2, 4.5, 3.8, -3.9, 1.9, 2.8, -1.6, -0.8, -0.7,
                                                -0.9, -1.3, 4.2)))
letters = bio.PROTEIN.letters
known = tg.from_numpy(bio.blosum(list(letters), "BLOSUM62", scale=1)[:, 0].astype("float64"))        # (20, 20) keys
answers = tg.tensor([[hydropathy[a]] for a in letters], **exact)                            # (20, 1) values
rng = np.random.default_rng(options.seed)
asked = rng.integers(20, size=100 if options.quick else 2000)
questions = known[asked] + options.noise * tg.from_numpy(rng.normal(size=(len(asked), 20)))
near = ((questions[:, None] - known)**2).sum(2)                                             # (N, 20) squared distances
truth = answers[asked].numpy()[:, 0]


def error(prediction):
    return float(np.sqrt(np.mean((prediction.numpy().ravel() - truth)**2)))


scales = np.geomspace(0.01, 10, 13)
soft = [error(F.softmax(-near * s, dim=1) @ answers) for s in scales]
nearest, mean = error(answers[near.argmin(1)]), error(answers.mean() * tg.ones(len(asked), **exact))
best = 1 / (2 * options.noise**2)                                       # Bayes' rule for this noise is a softmax: exp(−distance²/2σ²)
table.add("hydropathy of blurred amino acids, attention", error(F.softmax(-near * best, dim=1) @ answers), metric="RMSE", digits=3,
          better="lower", baseline=("nearest key", nearest))
table.show()

# %% Why √d: without it, attention over long vectors is nearly all or nothing
sizes, largest = [2, 4, 8, 16, 32, 64, 128, 256], {"q·k": [], "q·k / √d": []}
for d in sizes:
    q, k = tg.from_numpy(rng.normal(size=(400, d))), tg.from_numpy(rng.normal(size=(20, d)))
    for name, by in (("q·k", 1.0), ("q·k / √d", d**0.5)):
        largest[name].append(F.softmax(q @ k.T / by, dim=1).amax(1).mean().item())

# %% The pictures
with viz.panels(options.out / "steps.png", columns=4, size=(2.9, 2.5)) as axes:
    for ax, (title, m, digits) in zip(axes, (("Q Kᵀ", scores, 0), ("softmax(Q Kᵀ/√d)", weights, 2), ("V", values, 0), ("output A V", output, 2))):
        viz.heatmap(m, ax=ax, title=title, digits=digits, xticks="123", yticks="123", aspect="equal", ylabel="input")
peptide = "GILGFVFTLGGG"
h = tg.from_numpy(bio.blosum([peptide], "BLOSUM62", scale=1)[0].astype("float64"))                   # (12, 20)
viz.attention(F.softmax(h @ h.T / 20**0.5, dim=1), list(peptide), options.out / "peptide.png", title="softmax(X Xᵀ/√d): like looks at like")
with viz.panels(options.out / "look_up.png", columns=2, size=(4.2, 3.3)) as (left, right):
    viz.lines(scales, {"attention": soft, "nearest key": [nearest] * 13, "mean of all values": [mean] * 13}, ax=left, logx=True,
              xlabel="sharpness of the softmax", ylabel="RMSE of the hydropathy", title="A dictionary asked by likeness")
    viz.lines(sizes, largest, ax=right, logx=True, xlabel="length of the vectors, d", ylabel="largest of 20 weights, mean",
              title="Without √d one place takes all")
print(f"\nPictures: {options.out}/*.png")
