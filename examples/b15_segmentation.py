"""Where are the cells? A U-Net draws a mask for a microscopy image.  (Lectures B15, E5)

For each pixel: background, cell, or border of a cell. To say what a pixel belongs to, one must see far around it (is this a cell, or
debris?) and yet know exactly where it is. The U-Net does both: pooling makes the image coarser on the way down, transposed convolution
makes it finer on the way up, and at each scale the fine features are handed over from the one side to the other:

    1@64×64 → 8@64×64 ───────── handed over ────────→ 8@64×64 → 3 scores per pixel
                 ↓ 16@32×32 ─────────────→ 16@32×32 ↑
                       ↓ 32@16×16 ──→ 32@16×16 ↑
                               64@8×8 ↑

The border is a class of its own, so that cells that touch can be told apart and counted. How well a mask A covers the true one B:

    Dice = 2 |A ∩ B| / (|A| + |B|)          IoU = |A ∩ B| / |A ∪ B|

The baseline is a threshold (Otsu's: the one that best divides bright from dark), once on the image as it is, once with craft: the slope
of the light is taken away first, and specks smaller than 3×3 pixels afterwards.

Run it:

    python examples/b15_segmentation.py        simulated cells with uneven light and debris, a minute
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy import ndimage

import tinygrad_bio as tg
from tinygrad_bio import bio, course, models, nn, train, viz

options = course.options(__doc__, epochs=10, quick_epochs=2, pictures=(240, "to learn from"), lr=(5e-3, "largest learning rate of Adam"))

# %% The pictures and their true masks
count = 48 if options.quick else options.pictures
learn, choose, test = (bio.simulate_cells(n, seed=3 * options.seed + k) for k, n in enumerate((count, count // 8, count // 4)))


def tensors(cells):
    """Pictures (N, 1, 64, 64) and classes of the pixels (N, 64, 64)."""
    return tg.from_numpy(cells.images), tg.from_numpy(cells.masks)


print(f"{len(learn)} pictures to learn from, {len(choose)} to watch, {len(test)} to test on; "
      f"{100 * (test.masks > 0).mean():.0f} % of the pixels are cells")

# %% The network: the U-Net of 2015, with 8 channels instead of 64 and three steps instead of four
model = models.UNet(1, 3, width=8, depth=3).to(options.device)
print(f"{sum(p.numel() for p in model.parameters()):,} weights")
optimizer = tg.optim.Adam(model.parameters(), lr=options.lr)
fall = tg.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.epochs)
history = train.fit(model, tensors(learn), nn.CrossEntropyLoss(), optimizer, options.epochs, validation=tensors(choose), batch_size=8,
                    scheduler=fall, device=options.device, progress=True)
history.plot(options.out / "learning_curve.png", title="U-Net", ylabel="cross-entropy per pixel", logy=True)
scores = train.predict(model, tensors(test)[0], batch_size=16, device=options.device)                   # (N, 3, 64, 64)
classes = scores.cpu().numpy().argmax(1)                                                                # (N, 64, 64)


# %% The baseline: a threshold
def otsu(image):
    """The threshold t with the largest p (1 − p) (mean above − mean below)², p the share of pixels above it."""
    def between(t):
        above = image > t
        return above.mean() * (~above).mean() * (image[above].mean() - image[~above].mean())**2
    return max(np.linspace(image.min(), image.max(), 102)[1:-1], key=between)


def without_slope(image):
    """Minus the plane a + b·row + c·column that fits it best (least squares)."""
    row, column = np.indices(image.shape)
    basis = np.stack([np.ones(image.size), row.ravel(), column.ravel()], axis=1)
    return image - (basis @ np.linalg.lstsq(basis, image.ravel(), rcond=None)[0]).reshape(image.shape)


pictures, truth = test.images[:, 0].astype("float64"), test.masks > 0                                   # (N, 64, 64)
level = np.stack([without_slope(image) for image in pictures])
masks = {"U-Net": classes > 0, "threshold": np.stack([image > otsu(image) for image in pictures]),
         "craft": np.stack([ndimage.binary_opening(image > otsu(image), np.ones((3, 3))) for image in level])}


# %% The result: of each picture by itself, then the mean
def dice(mask, truth):
    """(N,) of N pictures; 1 where both are empty."""
    both, sizes = (mask & truth).sum((1, 2)), mask.sum((1, 2)) + truth.sum((1, 2))
    return np.where(sizes > 0, 2 * both / np.maximum(sizes, 1), 1.0)


def mean_with_interval(values):
    """Of pictures drawn anew, again and again."""
    return bio.bootstrap(lambda truth, values: values.mean(), np.arange(len(values)), values)


dices = {name: dice(mask, truth) for name, mask in masks.items()}
ious = {name: value / (2 - value) for name, value in dices.items()}                                     # the same, said otherwise
table = course.Table(options, "Dice")
for metric, found in (("Dice", dices), ("IoU", ious)):
    interval = mean_with_interval(found["U-Net"])
    for name in ("threshold", "craft"):
        table.add(f"{len(test)} pictures", interval.value, interval, baseline=(name, found[name].mean()), metric=metric)


def count_cells(inside):
    """Connected regions of at least 6 pixels, in each picture (N,)."""
    numbered = [ndimage.label(picture)[0] for picture in inside]
    return np.array([(np.bincount(picture.ravel())[1:] >= 6).sum() for picture in numbered])


cells = np.array([len(np.unique(picture)) - 1 for picture in test.cells])
right = bio.wilson(int((count_cells(classes == 1) == cells).sum()), len(cells))
table.add("pictures with the right number of cells", 100 * right.value, (100 * right.low, 100 * right.high), metric="%", digits=0,
          baseline=("craft", 100 * (count_cells(masks["craft"]) == cells).mean()))
table.show()
print(f"\nCounted in the same way in the true masks, {100 * (count_cells(test.masks == 1) == cells).mean():.0f} % are right: some cells hide "
      "behind others.")

# %% The pictures: six images from the test, each with three masks below
show = slice(0, 6)
low, high = (edge(pictures[show], axis=(1, 2), keepdims=True) for edge in (np.min, np.max))
rows = [(pictures[show] - low) / (high - low), test.masks[show] / 2, classes[show] / 2, masks["craft"][show] / 2]     # from 0 to 1
names = [f"image {k + 1}" for k in range(6)] + ["true mask"] * 6 + [f"U-Net {d:.2f}" for d in dices["U-Net"][show]] + \
    [f"craft {d:.2f}" for d in dices["craft"][show]]
viz.images(np.concatenate(rows), options.out / "masks.png", columns=6, titles=names, cmap="viridis", limits=(0, 1),
           title="Cells (green) with their borders (yellow), and the Dice of each picture")
print(f"\nPictures: {options.out}/*.png")
