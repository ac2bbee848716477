"""Models with names: built at full size, counted, and small ones trained.  (Lectures D9, E5)

    AlexNet 2012         eight layers, large filters first; nearly all weights in the dense layers at the end
    VGG 2014             3×3 filters only, up to 19 layers
    GoogLeNet 2014       inception: several widths side by side, a 1×1 convolution before each makes channels few
    ResNet 2015          y = x + f(x): the skip connection lets the gradient through 152 layers
    SENet 2017           squeeze-and-excitation: each channel is weighed by what the whole image holds
    U-Net 2015           down, up again, and bridges between: a class for each pixel
    ConvNeXt 2022        a ResNet with what was learned since: 7×7 filters, one for each channel
    BERT 2018, GPT-2 2019, T5 2019     transformers over letters: hidden ones guessed; the next one guessed; one sequence into another
    AlphaFold 2 2021     (an outlook) attention between residues, led by what is known of each pair: softmax(QKᵀ/√d + b_ij) V

Parameters and multiply-adds (of one image of 224×224) are counted on the network itself, by `viz.summary`, and stand beside the published
numbers. Small versions learn to read 8×8 digits, made 32×32.

Run it:

    python examples/d9_named_models.py                     two minutes; --quick leaves the large ones out
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

import tinygrad_bio as tg
from tinygrad_bio import bio, course, models, nn, train, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, epochs=4, quick_epochs=1, lr=(3e-3, "largest learning rate of AdamW"))

# %% Full size: published parameters and 10⁹ multiply-adds, with PyTorch's weights (SENet: of image-model collections)
PUBLISHED = {"AlexNet": (models.AlexNet, 61_100_840, 0.71), "GoogLeNet": (models.GoogLeNet, 6_624_904, 1.50),
             "ResNet-18": (models.resnet18, 11_689_512, 1.81), "ResNet-50": (models.resnet50, 25_557_032, 4.09),
             "ResNet-152": (models.resnet152, 60_192_808, 11.51), "SE-ResNet-50": (models.senet50, 28_088_024, 4.09),
             "ConvNeXt-T": (models.convnext_tiny, 28_589_128, 4.46), "VGG-16": (models.vgg16, 138_357_544, 15.47)}
image = tg.zeros(1, 3, 224, 224)
table = course.Table(options, "parameters", digits=0, better="lower")
for name in course.progress(["GoogLeNet"] if options.quick else list(PUBLISHED), "counting"):
    build, parameters, giga = PUBLISHED[name]
    started = time.perf_counter()
    found = viz.summary(build(), image)
    table.add(name, found.parameters, published=(parameters, "PyTorch's weights"), seconds=time.perf_counter() - started)
    table.add(name, found.operations / 1e9, published=(giga, "PyTorch's weights"), metric="10⁹ multiply-adds", digits=2,
              seconds=time.perf_counter() - started)
    if found.parameters != parameters or round(found.operations / 1e9, 2) != giga:
        raise AssertionError(f"{name}: {found.parameters} parameters and {found.operations / 1e9:.2f}·10⁹ operations, not the published numbers")

# %% The digits, three channels of 32×32
images, digits = load_digits(return_X_y=True)
order = np.random.permutation(len(images))[:300 if options.quick else 800]
x = tg.from_numpy(images[order].reshape(-1, 1, 8, 8).astype("float32") / 8 - 1)             # (N, 1, 8, 8), −1 … 1
x, y = F.interpolate(x, scale_factor=4, mode="nearest").repeat(1, 3, 1, 1), tg.from_numpy(digits[order].astype("int64"))
test = len(x) // 5
flat = x[:, 0, ::4, ::4].flatten(1).numpy()
linear = LogisticRegression(max_iter=1000).fit(flat[test:], y[test:].numpy()).score(flat[:test], y[:test].numpy())

# %% Small versions: an eighth of the width or less
small = {"AlexNet / 8": lambda: nn.Sequential(nn.Upsample(scale_factor=2), models.AlexNet(10, width=8)),
         "VGG-11 / 8": lambda: models.VGG(11, 10, width=8, batch_norm=True),
         "GoogLeNet / 8": lambda: models.GoogLeNet(10, shrink=8),
         "ResNet-18 / 8": lambda: models.resnet18(num_classes=10, width=8, small=True),
         "SE-ResNet-18 / 8": lambda: models.ResNet(models.resnet.BasicBlock, (2, 2, 2, 2), num_classes=10, width=8, squeeze=True, small=True),
         "ConvNeXt, 2 stages": lambda: models.ConvNeXt(10, depths=(2, 2), widths=(16, 32))}
SLOW = ("AlexNet / 8", "GoogLeNet / 8", "ConvNeXt, 2 stages")              # they learn slowly: three times the epochs
accuracy = {}
for name, build in small.items():
    if options.quick and name != "ResNet-18 / 8":
        continue
    tg.manual_seed(options.seed)
    started, net = time.perf_counter(), build().to(options.device)
    epochs = 3 * options.epochs if name in SLOW and not options.quick else options.epochs
    optimizer = tg.optim.AdamW(net.parameters(), lr=options.lr, weight_decay=0.01)
    rate = tg.optim.lr_scheduler.OneCycleLR(optimizer, options.lr, total_steps=epochs + 1)
    train.fit(net, (x[test:], y[test:]), nn.CrossEntropyLoss(), optimizer, epochs, batch_size=32, scheduler=rate, device=options.device,
              progress=True, words=name)
    right = int((train.predict(net, x[:test], device=options.device).argmax(1).cpu() == y[:test]).sum())
    accuracy[name] = bio.wilson(right, test)
    table.add(f"{name}, {sum(p.numel() for p in net.parameters()):,} parameters", 100 * accuracy[name].value,
              (100 * accuracy[name].low, 100 * accuracy[name].high), baseline=("logistic regression", 100 * linear), metric="digits right (%)",
              digits=1, better="higher", seconds=time.perf_counter() - started)

# %% Transformers over letters, small: sequences in which each letter depends on the one before
rng = np.random.default_rng(options.seed)
step = rng.dirichlet(np.full(20, 0.15), size=20).cumsum(1)                                  # the chances of the next letter
letters = np.zeros((128, 32), "int64")
letters[:, 0] = rng.integers(20, size=128)
for k in range(1, 32):
    letters[:, k] = np.minimum((rng.random((128, 1)) > step[letters[:, k - 1]]).sum(1), 19)
letters, HIDDEN, START = tg.from_numpy(letters), 20, 21
frequencies = np.bincount(letters.flatten().numpy(), minlength=20) / letters.numel()
guess = float(-(frequencies[frequencies > 0] * np.log(frequencies[frequencies > 0])).sum())       # cross-entropy of knowing how frequent each is


def masked(net):
    """BERT: a seventh of the letters is hidden, and guessed from both sides."""
    hidden = tg.rand(*letters.shape) < 0.15
    return F.cross_entropy(net(letters.masked_fill(hidden, HIDDEN))[hidden], letters[hidden])


def causal(net):
    """GPT: each letter is guessed from those before it."""
    return F.cross_entropy(net(letters[:, :-1]).flatten(0, 1), letters[:, 1:].flatten())


def turned(net):
    """T5: one sequence into another; here, the same one from the end to the beginning, letter by letter."""
    wanted = letters.flip(1)
    before = tg.cat([tg.full((len(letters), 1), START, dtype=tg.int64), wanted[:, :-1]], dim=1)
    return F.cross_entropy(net(letters, before).flatten(0, 1), wanted.flatten())


styles = {"BERT-style, masked": (lambda: models.LanguageModel(22, 48, 2, 4, max_length=32, dropout=0.0), masked, 200),
          "GPT-style, causal": (lambda: models.LanguageModel(22, 48, 2, 4, max_length=32, causal=True, dropout=0.0), causal, 60),
          "T5-style, one into another": (lambda: models.TranslationTransformer(22, 22, width=48, heads=4, depth=2, dropout=0.0), turned, 60)}
for name, (build, loss_of, steps) in styles.items():
    tg.manual_seed(options.seed)
    started, net = time.perf_counter(), build()
    optimizer = tg.optim.Adam(net.parameters(), lr=3e-3)
    for _ in course.progress(range(5 if options.quick else steps), name):
        optimizer.zero_grad()
        loss = loss_of(net)
        loss.backward()
        optimizer.step()
    with train.evaluating(net):
        table.add(f"{name}, {sum(p.numel() for p in net.parameters()):,} parameters", loss_of(net).item(), metric="cross-entropy (nats)", digits=2,
                  baseline=("frequencies", guess), seconds=time.perf_counter() - started)
table.show()


# %% An outlook: attention led by pairs, as in AlphaFold 2
class PairAttention(nn.Module):
    """Residues (N, L, E) and pairs (N, L, L, P) → the same: pairs say who should look at whom, residues tell pairs what they found."""

    def __init__(self, width, pair, heads):
        super().__init__()
        self.heads, self.bias = heads, nn.Linear(pair, heads)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.left, self.right = nn.Linear(width, pair), nn.Linear(width, pair)

    def forward(self, x, pairs):
        q, k, v = (part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in self.qkv(x).chunk(3, dim=2))   # (N, H, L, E/H)
        bias = self.bias(pairs).permute(0, 3, 1, 2)                                         # (N, H, L, L)
        found = F.scaled_dot_product_attention(q, k, v, attn_mask=bias).transpose(1, 2).flatten(2)
        x = x + self.out(found)
        return x, pairs + self.left(x)[:, :, None] * self.right(x)[:, None]


layer = PairAttention(32, 8, 4)
residues, pairs = tg.randn(2, 10, 32), tg.randn(2, 10, 10, 8, requires_grad=True)
new_residues, new_pairs = layer(residues, pairs)
new_residues.square().mean().backward()
print(f"\nPair attention: residues {new_residues.shape}, pairs {new_pairs.shape}; the residues' loss has a gradient for pairs: "
      f"{bool(pairs.grad.abs().sum() > 0)}")
print(viz.summary(layer, residues[:1], pairs.detach()[:1]))

# %% The picture
if len(accuracy) > 1:
    shown = {name.replace(" / ", "\n/ ").replace(", ", "\n"): value for name, value in accuracy.items()}
    viz.bars({name: {"small version": 100 * value.value, "logistic regression": 100 * linear} for name, value in shown.items()},
             options.out / "small_versions.png", ylabel="digits right (%)", digits=1, ylim=(70, 102), title="Small versions on 8×8 digits",
             intervals={name: {"small version": (100 * value.low, 100 * value.high)} for name, value in shown.items()})
near = {"ConvNeXt-T": "ResNet-50, SE-ResNet-50, ConvNeXt-T", "SE-ResNet-50": "", "ResNet-50": ""}      # too close for three labels
with viz.panels(options.out / "sizes.png", size=(4.8, 3.6)) as axes:
    ax = np.ravel(axes)[0]
    viz.points([(parameters / 1e6, giga) for _, parameters, giga in PUBLISHED.values()], ax=ax, annotate=[near.get(name, name) for name in PUBLISHED],
               xlabel="parameters (millions)", ylabel="10⁹ multiply-adds of one image", title="Many weights, or much work")
    ax.set(xscale="log", yscale="log", xlim=(5, 400), ylim=(0.5, 25))
print(f"Pictures: {options.out}/*.png")
