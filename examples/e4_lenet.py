"""LeNet-5 reads handwritten digits, and what it sees.  (Lectures E4, E6, C6)

A convolution slides small filters over an image, pooling keeps the strongest answer of each 2×2 square, and after two rounds of
both a few dense layers decide:

    1@32×32 → 6@28×28 → pool → 16@10×10 → pool → 400 → 120 → 84 → 10 scores        61 750 weights

Batch normalisation after each convolution lets it learn faster. The class below is the lecture's PyTorch code; only the import lines
were changed. The same network is in the library as ``models.LeNet5``.

Run it:

    python examples/e4_lenet.py                      1797 small digits that come with scikit-learn, a minute
    python examples/e4_lenet.py --data FOLDER        MNIST's t10k files: 8000 to learn from, 2000 to test on
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

import tinygrad_bio as torch
import tinygrad_bio.nn as nn
from tinygrad_bio import bio, course, train, viz

options = course.options(__doc__, epochs=15, quick_epochs=1, data="folder with MNIST's t10k-images and t10k-labels files",
                         lr=(5e-3, "largest learning rate: it rises over 4 epochs, and falls to 0"))

# %% The digits, 32×32 pixels, mean 0 and spread 1
if options.data:
    with course.reading():
        images, digits = bio.read_mnist(options.data)
    images = np.pad(images, ((0, 0), (2, 2), (2, 2)))                               # (N, 32, 32)
else:
    images, digits = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8).repeat(4, axis=1).repeat(4, axis=2) * 16      # 8×8 pixels, each made 4×4
order = np.random.permutation(len(images))[:600 if options.quick else None]
images, digits = images[order].astype("float32") / 255, digits[order].astype("int64")
images = torch.from_numpy((images - images.mean()) / images.std())[:, None]         # (N, 1, 32, 32)
digits = torch.from_numpy(digits)
test = len(images) // 5
x, y, x_test, y_test = images[test:], digits[test:], images[:test], digits[:test]
print(f"{len(x)} digits to learn from, {len(x_test)} to test on")


# %% The lecture's class
class LeNet5(nn.Module):
    def __init__(self, num_classes):
        super(LeNet5, self).__init__()
        self.layer1 = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=5, stride=1, padding=0),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2, stride=2))
        self.layer2 = nn.Sequential(
            nn.Conv2d(6, 16, kernel_size=5, stride=1, padding=0),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2, stride=2))
        self.fc = nn.Linear(400, 120)
        self.relu = nn.ReLU()
        self.fc1 = nn.Linear(120, 84)
        self.relu1 = nn.ReLU()
        self.fc2 = nn.Linear(84, num_classes)

    def forward(self, x):
        out = self.layer1(x)
        out = self.layer2(out)
        out = out.reshape(out.size(0), -1)
        out = self.fc(out)
        out = self.relu(out)
        out = self.fc1(out)
        out = self.relu1(out)
        return self.fc2(out)


model = LeNet5(10).to(options.device)
print(f"{sum(p.numel() for p in model.parameters()):,} weights")


# %% Training: every batch is moved by up to two pixels, so that the place of a digit does not matter
def loss(model, batch):
    """Cross-entropy of the scores; in training, of shifted images."""
    images, digits = batch
    if model.training:
        images = torch.roll(images, tuple(np.random.randint(-2, 3, 2)), dims=(2, 3))
    return nn.functional.cross_entropy(model(images), digits)


batches = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=64, shuffle=True)
optimizer = torch.optim.Adam(model.parameters(), lr=options.lr)
rise = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: min((epoch + 1) / 4, 1.0) * (1 - epoch / (options.epochs + 1)))
history = train.fit(model, batches, loss, optimizer, options.epochs, validation=(x_test, y_test), scheduler=rise,
                    device=options.device, progress=True)
history.plot(options.out / "learning_curve.png", title="LeNet-5", ylabel="cross-entropy", logy=True)

# %% The result, beside the nearest neighbour
scores = train.predict(model, x_test, device=options.device).cpu().numpy()
right = (scores.argmax(1) == y_test.numpy()).sum()
neighbour = KNeighborsClassifier(1).fit(x.flatten(1).numpy(), y.numpy()).score(x_test.flatten(1).numpy(), y_test.numpy())
table = course.Table(options, "accuracy (%)", digits=2)
ours = bio.wilson(int(right), len(x_test))
table.add("MNIST, 8000/2000" if options.data else "digits of scikit-learn", 100 * ours.value, (100 * ours.low, 100 * ours.high),
          baseline=("nearest neighbour", 100 * neighbour), published=(99.2, "LeCun 1998, 60 000 digits") if options.data else None)
table.show()

# %% E6. What it sees: the filters, and what each finds in one digit
model.eval()
viz.images(model.layer1[0].weight.detach().cpu(), options.out / "filters.png", columns=6, cmap="RdBu_r", title="the six 5×5 filters of the first layer")
with torch.no_grad():
    maps = model.layer1[:3](x_test[:1].to(options.device))[0]                       # (6, 28, 28)
viz.images(maps.cpu(), options.out / "feature_maps.png", columns=6, title=f"where each filter answers, in a {y_test[0].item()}")
wrong = np.flatnonzero(scores.argmax(1) != y_test.numpy())[:16]
if len(wrong):
    viz.images(x_test.numpy()[wrong], options.out / "mistakes.png", titles=[f"{y_test[int(i)].item()} → {scores[i].argmax()}" for i in wrong],
               cmap="gray_r", title="mistakes: true digit → what it said")
print(f"\nReceptive field: a unit of the second layer sees {1 + 4 + 1 + 2 * 4 + 2}×{1 + 4 + 1 + 2 * 4 + 2} of the 32×32 pixels.")
print(f"Pictures: {options.out}/*.png")
