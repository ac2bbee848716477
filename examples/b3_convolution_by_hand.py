"""Convolution by hand: the lecture's numbers, edges, and what "true" convolution is.  (Lectures B3, B4, E2, C6)

A filter is laid on every patch of the image, multiplied place by place, and summed:

    y_ij = Σ_ab w_ab·x_(i+a)(j+b)                  what deep learning calls convolution (strictly: cross-correlation)
    y_ij = Σ_ab w_ab·x_(i−a)(j−b)                  true convolution: the filter is turned by 180° first

With a border of p = (k − 1)/2 pixels the image keeps its size; the border may repeat the outermost pixels (replicate). A step of
more than one pixel (stride) or taking the maximum of each patch (pooling) makes it smaller: ⌊(n + 2p − k)/s⌋ + 1.

Run it:

    python examples/b3_convolution_by_hand.py              a second
"""
# %% The options
import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import bio, course, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__)


def image_of(rows):
    """Rows of digits as a tensor (1, 1, H, W)."""
    return tg.tensor([[int(v) for v in row.split()] for row in rows.split("/")], dtype=tg.float64)[None, None]


def by_hand(x, w):
    """Every patch times the filter, with loops; lists (H, W) and (k, k)."""
    k, out = len(w), []
    for i in range(len(x) - k + 1):
        out.append([sum(w[a][b] * x[i + a][j + b] for a in range(k) for b in range(k)) for j in range(len(x[0]) - k + 1)])
    return out


# %% B3. The lecture's image and kernel
image, kernel = image_of("3 3 2 1 0 / 0 0 1 3 1 / 3 1 2 2 3 / 2 0 0 2 2 / 2 0 0 0 1"), image_of("0 1 2 / 2 2 0 / 0 1 2")
slide = np.array([[12, 12, 17], [10, 17, 19], [9, 6, 14]])
b3 = F.conv2d(image, kernel)[0, 0].numpy()
print("B3. conv2d:", *b3.astype(int).tolist(), sep="\n    ")
assert (b3 == slide).all() and by_hand(image[0, 0].tolist(), kernel[0, 0].tolist()) == b3.tolist()

# %% E2. True convolution: the kernel turned by 180°, the outermost pixels repeated
genome, weights = image_of("1 0 1 1 0 / 0 1 1 0 0 / 1 0 0 0 1 / 1 1 0 0 0 / 0 1 1 1 1"), image_of("9 8 7 / 6 5 4 / 3 2 1")
border = F.pad(genome, (1, 1, 1, 1), mode="replicate")
e2 = F.conv2d(border, weights.flip(2, 3))[0, 0].numpy()
plain = F.conv2d(border, weights)[0, 0].numpy()
print("E2. True convolution (left), cross-correlation (right), with a repeated border:")
for left, right in zip(e2.astype(int), plain.astype(int)):
    print("    ", " ".join(f"{v:3}" for v in left), "   ", " ".join(f"{v:3}" for v in right))
assert e2[0].tolist() == [21, 31, 31, 19, 5] and e2[1, :2].tolist() == [24, 22]

# %% The same as a product of matrices: each patch a row, Y = X̃ W
patches = F.unfold(image, kernel_size=3)[0].T                                  # (9 patches, 9 pixels)
as_product = (patches @ kernel.flatten()).reshape(3, 3).numpy()
assert (as_product == b3).all()
print("Patches as rows", tuple(patches.shape), "times the kernel as a column give the same.")

# %% How large the result is, and pooling
table = course.Table(options, "side of the result", digits=0)
for n, k, p, s in ((5, 3, 0, 1), (5, 3, 1, 1), (28, 5, 2, 1), (28, 5, 0, 2), (227, 11, 0, 4)):
    side = F.conv2d(tg.zeros(1, 1, n, n), tg.zeros(1, 1, k, k), padding=p, stride=s).shape[-1]
    table.add(f"n = {n}, k = {k}, p = {p}, s = {s}", side, baseline=("⌊(n + 2p − k)/s⌋ + 1 =", (n + 2 * p - k) // s + 1))
table.show()
pooled = F.max_pool2d(image, 2, padding=1)[0, 0]
print(f"\nThe maximum of each 2×2 patch of the first image, with a border: {pooled.int().tolist()}")

# %% B4, C6. Edges: Sobel's two filters, and −1 … 8 … −1, on a picture of cells
cells = tg.from_numpy(bio.simulate_cells(1, seed=options.seed, noise=0.02).images[:1].reshape(1, 1, 64, 64).astype("float64"))
sobel = image_of("1 0 -1 / 2 0 -2 / 1 0 -1")
across, down = F.conv2d(cells, sobel, padding=1), F.conv2d(cells, sobel.transpose(2, 3), padding=1)
edges = F.conv2d(F.pad(cells, (1, 1, 1, 1), mode="replicate"), image_of("-1 -1 -1 / -1 8 -1 / -1 -1 -1"))
strength = tg.hypot(across, down)
shown = [cells, across, down, strength, edges]
viz.images(np.stack([t[0, 0].numpy()[1:-1, 1:-1] for t in shown]), options.out / "edges.png", columns=5, size=1.7,
           titles=["image", "Sobel, across", "Sobel, down", "both: √(a² + d²)", "−1 … 8 … −1"], title="What edge filters see")
with viz.panels(options.out / "worked_numbers.png", columns=3, size=(3.1, 2.9)) as axes:
    for ax, (numbers, title) in zip(axes, ((image[0, 0], "image"), (kernel[0, 0], "kernel"), (tg.tensor(b3), "result"))):
        viz.heatmap(numbers, ax=ax, digits=0, title=title, aspect="equal", limits=(0, 20))
print(f"Pictures: {options.out}/*.png")
