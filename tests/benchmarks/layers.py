"""Time single layers side by side with PyTorch: ``python tests/benchmarks/layers.py [part of a name …]``.

The other table (``run.py``) has whole training steps; this one says which layer of a slow one is to blame.
Each line is one layer, forward and backward, with the sizes that a course gives it; then one step of each
optimiser over the weights of two networks. Both libraries run in one process and in turn, in float32. With one
thread (as here by default) it is the processor's own time. Below 1, tinygrad_bio is faster.

A layer by itself is given its gradient as PyTorch lays it out in memory. Within a network convolutions find it
as they left it, and need not rearrange it: so they do better there than here.
"""
import argparse
import functools
import sys

import numpy as np

from run import compare, prepared
from workloads import data


def both_ways(lib, function, *inputs, parameters=()):
    """A step: forward, and backward from random numbers. Inputs that are floats get gradients too."""
    leaves = [x for x in inputs if str(x.dtype).endswith("float32")]
    for x in leaves:
        x.requires_grad_()
    leaves = [*leaves, *parameters]
    with lib.no_grad():
        g = data(lib, *function(*inputs).shape, seed=7)

    def step():
        for x in leaves:
            x.grad = None
        y = function(*inputs)
        y.backward(g)
        return y
    return step


def layer(make, *shape, classes=None):
    """A row: the layer that ``make(lib.nn)`` gives, on an input of this shape."""
    def build(lib):
        module = make(lib.nn)
        x = data(lib, *shape, classes=classes)
        return both_ways(lib, _first(module), x, parameters=module.parameters())
    return build


def function(make, *shapes):
    """A row: the function that ``make(lib)`` gives, on inputs of these shapes; (shape, n): n classes."""
    def build(lib):
        inputs = [data(lib, *s[0], classes=s[1]) if type(s[0]) is tuple else data(lib, *s) for s in shapes]
        return both_ways(lib, make(lib), *inputs)
    return build


def loss(make, shape, target=None, *, classes=None, **how):
    """A row: the loss that ``make(lib.nn)`` gives, for a fixed target: numbers in 0 … 1, or classes."""
    def build(lib):
        criterion = make(lib.nn)
        y = data(lib, *(target or shape), classes=classes, seed=1)
        y = y if classes else y.sigmoid()
        change = how.get("input", lambda x: x)
        return both_ways(lib, lambda x: criterion(change(x), y), data(lib, *shape))
    return build


def _first(module):
    """The module as a function to one Tensor: recurrent layers and attention return several."""
    def call(x):
        y = module(x, x, x) if type(module).__name__ == "MultiheadAttention" else module(x)
        return y[0] if isinstance(y, tuple) else y
    return call


def _first_twice(module):
    """A module of two inputs as one of one input: its `forward` is given the input twice."""
    forward = module.forward
    module.forward = lambda x: forward(x, x)
    return module


def _f(name, **settings):
    """The function of ``nn.functional`` with this name, with these settings."""
    return lambda lib: functools.partial(getattr(lib.nn.functional, name), **settings)


def _masked_mean(x, mask):
    """The mean over the residues (N, L, E) that are there."""
    return (x * (mask > 0)).sum(1) / (mask > 0).sum(1)


def _eval(module):
    return module.eval()


def _packed(lib):
    """A bidirectional LSTM over packed sequences of different lengths."""
    module, lengths = lib.nn.LSTM(64, 64, bidirectional=True), np.linspace(100, 20, 32).astype(int).tolist()
    pack = lib.nn.utils.rnn.pack_padded_sequence

    def call(x):
        return module(pack(x, lengths))[0].data
    return both_ways(lib, call, data(lib, 100, 32, 64), parameters=module.parameters())


def _ignoring(lib):
    """Cross-entropy of a language model: half of the targets are padding."""
    y, criterion = data(lib, 16, 128, classes=33, seed=1), lib.nn.CrossEntropyLoss(ignore_index=0)
    y[:, 64:] = 0
    return both_ways(lib, lambda x: criterion(x.transpose(1, 2), y), data(lib, 16, 128, 33))


ACTIVATIONS = """ReLU LeakyReLU PReLU ELU SELU CELU GELU SiLU Mish Softplus Sigmoid LogSigmoid Tanh Hardtanh
    ReLU6 Hardsigmoid Hardswish Softsign Tanhshrink Softshrink Hardshrink""".split()

ROWS = {
    # activations, on 256 × 1024 numbers
    **{name: layer(lambda nn, name=name: getattr(nn, name)(), 256, 1024) for name in ACTIVATIONS},
    "GELU tanh": layer(lambda nn: nn.GELU(approximate="tanh"), 256, 1024),
    "GLU": layer(lambda nn: nn.GLU(), 256, 1024),
    "Dropout": layer(lambda nn: nn.Dropout(0.5), 256, 1024),
    "Dropout2d": layer(lambda nn: nn.Dropout2d(0.5), 32, 32, 32, 32),
    "Softmax": layer(lambda nn: nn.Softmax(-1), 256, 1024),
    "LogSoftmax": layer(lambda nn: nn.LogSoftmax(-1), 256, 1024),
    "Softmax over channels": layer(lambda nn: nn.Softmax(1), 32, 21, 400),

    # linear
    "Linear 784→256": layer(lambda nn: nn.Linear(784, 256), 128, 784),
    "Linear on (N, L, E)": layer(lambda nn: nn.Linear(128, 512), 16, 128, 128),
    "Bilinear": layer(lambda nn: _first_twice(nn.Bilinear(32, 32, 16)), 128, 32),

    # convolutions
    "Conv1d 21→64 k9": layer(lambda nn: nn.Conv1d(21, 64, 9, padding=4), 64, 21, 100),
    "Conv1d dilated": layer(lambda nn: nn.Conv1d(32, 32, 3, padding=8, dilation=8), 16, 32, 500),
    "Conv1d 4→32 k15 long": layer(lambda nn: nn.Conv1d(4, 32, 15), 16, 4, 1000),
    "Conv1d depthwise": layer(lambda nn: nn.Conv1d(64, 64, 5, padding=2, groups=64), 16, 64, 200),
    "Conv2d 3→16 3×3": layer(lambda nn: nn.Conv2d(3, 16, 3, padding=1), 32, 3, 32, 32),
    "Conv2d 32→32 3×3": layer(lambda nn: nn.Conv2d(32, 32, 3, padding=1), 32, 32, 16, 16),
    "Conv2d 64→128 3×3 /2": layer(lambda nn: nn.Conv2d(64, 128, 3, 2, 1), 16, 64, 16, 16),
    "Conv2d 1×1": layer(lambda nn: nn.Conv2d(64, 128, 1), 16, 64, 16, 16),
    "Conv2d 7×7 /2": layer(lambda nn: nn.Conv2d(3, 32, 7, 2, 3), 4, 3, 96, 96),
    "Conv2d 5×5 1→6": layer(lambda nn: nn.Conv2d(1, 6, 5), 64, 1, 32, 32),
    "Conv2d one image": layer(lambda nn: nn.Conv2d(32, 32, 3, padding=1), 1, 32, 56, 56),
    "Conv2d depthwise 3×3": layer(lambda nn: nn.Conv2d(64, 64, 3, padding=1, groups=64), 16, 64, 32, 32),
    "Conv2d depthwise 3×3 /2": layer(lambda nn: nn.Conv2d(64, 64, 3, 2, 1, groups=64), 16, 64, 32, 32),
    "Conv2d depthwise 5×5": layer(lambda nn: nn.Conv2d(96, 96, 5, padding=2, groups=96), 16, 96, 14, 14),
    "Conv2d groups 4": layer(lambda nn: nn.Conv2d(64, 64, 3, padding=1, groups=4), 16, 64, 16, 16),
    "Conv2d groups 32": layer(lambda nn: nn.Conv2d(128, 128, 3, padding=1, groups=32), 8, 128, 16, 16),
    "ConvTranspose1d /2": layer(lambda nn: nn.ConvTranspose1d(32, 16, 4, 2, 1), 32, 32, 100),
    "ConvTranspose2d 2×2 /2": layer(lambda nn: nn.ConvTranspose2d(64, 32, 2, 2), 8, 64, 16, 16),
    "ConvTranspose2d 4×4 /2": layer(lambda nn: nn.ConvTranspose2d(64, 32, 4, 2, 1), 16, 64, 8, 8),

    # pooling
    "MaxPool1d 2": layer(lambda nn: nn.MaxPool1d(2), 64, 64, 100),
    "MaxPool1d global": layer(lambda nn: nn.MaxPool1d(100), 64, 64, 100),
    "AdaptiveMaxPool1d 1": layer(lambda nn: nn.AdaptiveMaxPool1d(1), 64, 64, 100),
    "amax over length": function(lambda lib: lambda x: x.amax(dim=2), (64, 64, 100)),
    "MaxPool2d 2": layer(lambda nn: nn.MaxPool2d(2), 32, 32, 32, 32),
    "MaxPool2d 3/2": layer(lambda nn: nn.MaxPool2d(3, 2, 1), 16, 32, 32, 32),
    "AvgPool1d 2": layer(lambda nn: nn.AvgPool1d(2), 64, 64, 100),
    "AvgPool2d 2": layer(lambda nn: nn.AvgPool2d(2), 32, 32, 32, 32),
    "AvgPool2d 3/1": layer(lambda nn: nn.AvgPool2d(3, 1, 1), 16, 32, 16, 16),
    "AdaptiveAvgPool2d 1": layer(lambda nn: nn.AdaptiveAvgPool2d(1), 32, 64, 16, 16),
    "AdaptiveAvgPool2d 7": layer(lambda nn: nn.AdaptiveAvgPool2d(7), 16, 64, 16, 16),

    # normalisations
    "BatchNorm1d": layer(lambda nn: nn.BatchNorm1d(256), 128, 256),
    "BatchNorm2d": layer(lambda nn: nn.BatchNorm2d(32), 32, 32, 32, 32),
    "BatchNorm2d eval": layer(lambda nn: _eval(nn.BatchNorm2d(32)), 32, 32, 32, 32),
    "LayerNorm": layer(lambda nn: nn.LayerNorm(128), 16, 128, 128),
    "GroupNorm": layer(lambda nn: nn.GroupNorm(8, 32), 32, 32, 16, 16),
    "InstanceNorm2d": layer(lambda nn: nn.InstanceNorm2d(32, affine=True), 32, 32, 16, 16),
    "RMSNorm": layer(lambda nn: nn.RMSNorm(128), 16, 128, 128),

    # tables
    "Embedding 25×64": layer(lambda nn: nn.Embedding(25, 64), 64, 128, classes=25),
    "Embedding 25×64 padded": layer(lambda nn: nn.Embedding(25, 64, 0), 64, 128, classes=25),
    "Embedding 10000×128": layer(lambda nn: nn.Embedding(10000, 128), 16, 128, classes=10000),
    "EmbeddingBag": layer(lambda nn: nn.EmbeddingBag(1000, 64), 64, 50, classes=1000),

    # recurrent
    "RNN": layer(lambda nn: nn.RNN(64, 64, batch_first=True), 32, 50, 64),
    "GRU": layer(lambda nn: nn.GRU(64, 128, batch_first=True), 32, 50, 64),
    "LSTM": layer(lambda nn: nn.LSTM(64, 128, batch_first=True), 32, 50, 64),
    "LSTM of two directions, packed": _packed,
    "LSTMCell": layer(lambda nn: nn.LSTMCell(64, 64), 32, 64),
    "GRUCell": layer(lambda nn: nn.GRUCell(64, 64), 32, 64),

    # attention
    "attention": function(_f("scaled_dot_product_attention"), *3 * [(16, 4, 128, 32)]),
    "attention, causal": function(_f("scaled_dot_product_attention", is_causal=True), *3 * [(16, 4, 128, 32)]),
    "MultiheadAttention": layer(lambda nn: nn.MultiheadAttention(128, 4, batch_first=True), 16, 128, 128),
    "TransformerEncoderLayer": layer(
        lambda nn: nn.TransformerEncoderLayer(128, 4, 512, batch_first=True, activation="gelu"), 16, 64, 128),

    # losses
    "MSELoss": loss(lambda nn: nn.MSELoss(), (256, 1024)),
    "L1Loss": loss(lambda nn: nn.L1Loss(), (256, 1024)),
    "SmoothL1Loss": loss(lambda nn: nn.SmoothL1Loss(), (256, 1024)),
    "HuberLoss": loss(lambda nn: nn.HuberLoss(), (256, 1024)),
    "BCELoss": loss(lambda nn: nn.BCELoss(), (256, 1024), input=lambda x: x.sigmoid()),
    "BCEWithLogitsLoss": loss(lambda nn: nn.BCEWithLogitsLoss(), (256, 1024)),
    "CrossEntropyLoss 10": loss(lambda nn: nn.CrossEntropyLoss(), (128, 10), (128,), classes=10),
    "CrossEntropyLoss 1000": loss(lambda nn: nn.CrossEntropyLoss(), (256, 1000), (256,), classes=1000),
    "CrossEntropyLoss smoothed": loss(
        lambda nn: nn.CrossEntropyLoss(label_smoothing=0.1), (256, 1000), (256,), classes=1000),
    "CrossEntropyLoss (N, C, L), padded": _ignoring,
    "NLLLoss": loss(lambda nn: nn.NLLLoss(), (256, 1000), (256,), classes=1000),
    "KLDivLoss": loss(lambda nn: nn.KLDivLoss(reduction="batchmean"), (256, 1024)),
    "PoissonNLLLoss": loss(lambda nn: nn.PoissonNLLLoss(), (256, 1024)),
    "CosineEmbeddingLoss": function(lambda lib: lambda a, b: lib.nn.functional.cosine_embedding_loss(
        a, b, lib.ones(256)), (256, 1024), (256, 1024)),
    "TripletMarginLoss": function(_f("triplet_margin_loss"), *3 * [(256, 512)]),

    # functions
    "interpolate nearest": function(_f("interpolate", scale_factor=2), (8, 32, 32, 32)),
    "interpolate bilinear": function(_f("interpolate", scale_factor=2, mode="bilinear"), (8, 32, 32, 32)),
    "PixelShuffle": layer(lambda nn: nn.PixelShuffle(2), 8, 64, 32, 32),
    "pad": function(_f("pad", pad=(1, 1, 1, 1)), (16, 32, 32, 32)),
    "pad reflect": function(_f("pad", pad=(1, 1, 1, 1), mode="reflect"), (16, 32, 32, 32)),
    "unfold": function(_f("unfold", kernel_size=3, padding=1), (16, 16, 32, 32)),
    "x[rows], repeated": function(lambda lib: lambda x, i: x[i], (1000, 64), ((5000,), 1000)),
    "x[:, places]": function(lambda lib: lambda x, i: x[:, i], (256, 1000), ((500,), 1000)),
    "gather": function(lambda lib: lambda x, i: x.gather(1, i), (256, 1000), ((256, 100), 1000)),
    "masked mean over length": function(lambda lib: _masked_mean, (32, 100, 64), ((32, 100, 1), 3)),
    "masked_fill": function(
        lambda lib: lambda x, m: x.masked_fill(m == 0, -1e9), (256, 1024), ((256, 1024), 2)),
    "cat": function(lambda lib: lambda a, b: lib.cat([a, b], dim=1), (32, 32, 32, 32), (32, 32, 32, 32)),
    "cumsum": function(lambda lib: lambda x: x.cumsum(1), (256, 1024)),
    "sort": function(lambda lib: lambda x: x.sort(1)[0], (256, 1024)),
    "topk": function(lambda lib: lambda x: x.topk(5, 1)[0], (256, 1024)),
    "max over rows": function(lambda lib: lambda x: x.max(1)[0], (256, 1024)),
    "std over rows": function(lambda lib: lambda x: x.std(1), (256, 1024)),
    "logsumexp": function(lambda lib: lambda x: x.logsumexp(1), (256, 1024)),
    "bmm": function(lambda lib: lib.bmm, (64, 64, 64), (64, 64, 64)),
    "einsum bhld,bhsd": function(
        lambda lib: lambda a, b: lib.einsum("bhld,bhsd->bhls", a, b), (16, 4, 64, 32), (16, 4, 64, 32)),
    "normalize": function(_f("normalize", dim=1), (256, 1024)),
}


# ----------------------------------------------------------------------------------------------- optimisers

def resnet18():
    """The shapes of ResNet-18's weights for ten classes: 62 arrays, 11 million numbers."""
    shapes = [(64, 3, 7, 7), (64,), (64,)]
    for a, b in ((64, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 512), (512, 512)):
        shapes += [(b, a, 3, 3), (b,), (b,), (b, b, 3, 3), (b,), (b,)]
        shapes += [(b, a, 1, 1), (b,), (b,)] if a != b else []
    return [*shapes, (10, 512), (10,)]


def gpt():
    """The shapes of a small GPT's weights, width 128 and six layers: 77 arrays, 1.2 million numbers."""
    block = [(384, 128), (384,), (128, 128), (128,), (512, 128), (512,), (128, 512), (128,), *4 * [(128,)]]
    return [(65, 128), (128, 128), *6 * block, (128,), (128,), (65, 128)]


def optimiser(name, shapes, **settings):
    """A row: one step over weights of these shapes."""
    def build(lib):
        weights = [data(lib, *shape).requires_grad_() for shape in shapes()]
        for i, w in enumerate(weights):
            w.grad = data(lib, *w.shape, seed=i)
        optimizer = getattr(lib.optim, name)(weights, lr=1e-5, **settings)
        return optimizer.step
    return build


OPTIMISERS = [("SGD", {}), ("SGD", {"momentum": 0.9, "weight_decay": 1e-4}), ("Adam", {}), ("AdamW", {}),
              ("RMSprop", {}), ("Adagrad", {})]
for network in (gpt, resnet18):
    for kind, settings in OPTIMISERS:
        ROWS[f"{kind}{' momentum' * bool(settings)}, {network.__name__}"] = optimiser(kind, network, **settings)


def main(argv=None):
    """Run the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="parts of the names of the rows to run (all)")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(argv)
    ours, theirs, clock = prepared(options)
    print(f"{'ours ms':>9} {'PyTorch ms':>11} {'ratio':>6}   forward and backward")
    for name, build in ROWS.items():
        if options.names and not any(part in name for part in options.names):
            continue
        try:
            a, b, ratio = compare(build, ours, theirs, options.rounds, clock, least=0.004)
        except AttributeError as error:
            print(f"{'-':>9} {'-':>11} {'-':>6}   {name}  [not there yet: {error}]")
            continue
        print(f"{a:9.3f} {b:11.3f} {ratio:6.2f}   {name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
