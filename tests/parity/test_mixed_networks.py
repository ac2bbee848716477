"""Networks put together at random: each part is right by itself, and so must be what one hands to the next.

What a part returns may lie in memory in any order, be a view, or be shared by two parts. So Hypothesis draws
a chain of layers and rearrangements, and both libraries take two training steps with it, in float64. Compared
are outputs, the gradient of the input, all parameters and buffers after the steps, the output in use, and a
gradient of gradients.
"""
import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from .both import LIBRARIES, array
from .twins import twins

C = 4                                                               # channels, in all parts


class Take:
    """What is done to a tensor between layers, by name: each keeps the shape (N, C, L) but for L."""
    turned = staticmethod(lambda lib, x: x.transpose(1, 2).contiguous().transpose(1, 2))
    flipped = staticmethod(lambda lib, x: x.flip(2))
    every_second = staticmethod(lambda lib, x: x[:, :, ::2])
    halves_exchanged = staticmethod(lambda lib, x: lib.cat(x.chunk(2, dim=1)[::-1], dim=1))
    rolled = staticmethod(lambda lib, x: lib.roll(x, 1, 2))
    channels_chosen = staticmethod(lambda lib, x: x[:, [2, 0, 3, 3]])
    gated = staticmethod(lambda lib, x: x * lib.sigmoid(x.mean(2, keepdim=True)))
    softened = staticmethod(lambda lib, x: lib.softmax(x, dim=2) * x.shape[2])
    twice = staticmethod(lambda lib, x: lib.stack([x, 2 * x], dim=3).flatten(2))
    padded = staticmethod(lambda lib, x: lib.nn.functional.pad(x, (1, 2), mode="replicate"))
    spread = staticmethod(lambda lib, x: x.unsqueeze(0).expand(2, *x.shape).mean(0))
    by_place = staticmethod(lambda lib, x: lib.softmax(lib.einsum("ncl,nkl->nck", x, x), 2) @ x)
    squashed = staticmethod(lambda lib, x: lib.where(x > 0, x, 0.1 * x.detach() + x.tanh()))
    split = staticmethod(lambda lib, x: x.split([1, 2, 1], dim=1)[1].sum(1, keepdim=True) + x)


TAKES = [name for name in vars(Take) if not name.startswith("_")]

# Layers of (N, C, L), and how each is called: as it is; on (N, L, C); on images (N, C, L, 2); by its first
# result.
PLAIN = ["Conv1d(4, 4, 3, padding=1)", "Conv1d(4, 4, 2, 2, padding=1, groups=2)",
         "Conv1d(4, 4, 3, dilation=2, padding='same')", "Conv1d(4, 4, 1)",
         "Conv1d(4, 4, 3, padding=1, groups=4, padding_mode='circular')",
         "ConvTranspose1d(4, 4, 3, 2, 1)", "BatchNorm1d(4)", "InstanceNorm1d(4, affine=True)",
         "GroupNorm(2, 4)",
         "MaxPool1d(2, ceil_mode=True)", "AvgPool1d(3, 1, 1)", "AdaptiveAvgPool1d(5)", "AdaptiveMaxPool1d(4)",
         "Upsample(scale_factor=2, mode='linear')", "ReLU()", "GELU()", "SiLU()", "ELU()", "PReLU(4)",
         "LeakyReLU(0.1, inplace=True)", "Hardswish()", "Softmax(dim=1)", "LPPool1d(2, 2)"]
LAST = ["Linear(4, 4)", "LayerNorm(4)", "RMSNorm(4)",
        "TransformerEncoderLayer(4, 2, 6, 0.0, batch_first=True)",
        "TransformerEncoderLayer(4, 2, 6, 0.0, 'gelu', batch_first=True, norm_first=True)"]
IMAGE = ["Conv2d(4, 4, (3, 1), padding=(1, 0))", "BatchNorm2d(4)", "MaxPool2d((2, 1), ceil_mode=True)",
         "ChannelShuffle(2)"]
RECURRENT = ["LSTM(4, 2, batch_first=True, bidirectional=True)", "GRU(4, 4, 2, batch_first=True)",
             "RNN(4, 4, batch_first=True)"]
LAYERS = {**dict.fromkeys(PLAIN, "plain"), **dict.fromkeys(LAST, "last"), **dict.fromkeys(IMAGE, "image"),
          **dict.fromkeys(RECURRENT, "recurrent"), "MultiheadAttention(4, 2, batch_first=True)": "attention"}

parts = st.one_of(st.sampled_from(TAKES), st.sampled_from(list(LAYERS)))


def through(library, layer, kind, x):
    """One layer, applied to (N, C, L)."""
    if kind == "plain":
        return layer(x * 1 if getattr(layer, "inplace", False) else x)      # what others need stays
    if kind == "image":
        return layer(library.stack([x, x.flip(2)], dim=3)).mean(3)  # (N, C, L, 2); of width 1 PyTorch's
                                                                        # BatchNorm2d has wrong gradients
    x = x.transpose(1, 2)                                           # (N, L, C)
    if kind == "attention":
        y, weights = layer(x, x.flip(1), x)
        return (y + weights @ x).transpose(1, 2)
    y = layer(x)[0] if kind == "recurrent" else layer(x)
    return y.transpose(1, 2)


def network(library, chain, layers):
    """x (N, C, L) -> (N, C, L′). Half of what goes in goes round every third part, if the shapes allow it."""
    def forward(x):
        for number, part in enumerate(chain):
            before = x
            if x.shape[2] < 4 and ("Pool" in part or ", 2, 2" in part or part == "every_second"):
                continue                                            # nothing would be left
            if part in TAKES:
                x = getattr(Take, part)(library, x)
            else:
                x = through(library, layers[number], LAYERS[part], x)
            if number % 3 == 2 and x.shape == before.shape:
                x = 0.5 * x + 0.5 * before
        return x
    return forward


def trained(library, chain, made, x, steps=2):
    """All that is compared, in order."""
    layers, found = dict(made), []
    forward = network(library, chain, layers)
    parameters = [p for layer in layers.values() for p in layer.parameters()]
    optimizer = library.optim.SGD(parameters, lr=0.02, momentum=0.9) if parameters else None
    for step in range(steps):
        given_x = library.tensor(x + step, requires_grad=True)
        y = forward(given_x)
        loss = (y * library.tensor(array(*y.shape, seed=step))).mean() + (y ** 2).mean()
        for p in parameters:
            p.grad = None
        loss.backward()
        found += [y.detach(), given_x.grad, *(p.grad for p in parameters)]
        if optimizer:
            library.nn.utils.clip_grad_norm_(parameters, 1.0)       # lest the second step be chaotic
            optimizer.step()
        found += [t.detach().clone() for layer in layers.values() for t in layer.state_dict().values()]
    for layer in layers.values():
        layer.eval()
    with library.no_grad():
        found.append(forward(library.tensor(x)))
    return found


def assert_alike(mine, yours):
    """Each number to 1e-7 of itself, or to 1e-9 of the largest beside it."""
    for number, (a, b) in enumerate(zip(mine, yours, strict=True)):
        assert (a is None) == (b is None), f"number {number}"
        if b is not None:
            scale = max(1.0, float(b.abs().max()))
            a, b = a.detach().numpy(), b.detach().numpy()
            assert (a.dtype, a.shape) == (b.dtype, b.shape), f"number {number}"
            np.testing.assert_allclose(a / scale, b / scale, 1e-7, 1e-9, err_msg=f"number {number}")


def pair_of_layers(chain):
    """For each library, the (number, layer) of those parts of a chain that are layers."""
    made = {number: twins(part, seed=number) for number, part in enumerate(chain) if part not in TAKES}
    return [[(number, both[i]) for number, both in made.items()] for i in (0, 1)]


@settings(max_examples=60)
@given(chain=st.lists(parts, min_size=3, max_size=7), n=st.integers(2, 3), length=st.integers(6, 9))
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_chains(chain, n, length):
    x = array(n, C, length)
    mine, yours = (trained(library, chain, made, x)
                   for library, made in zip(LIBRARIES, pair_of_layers(chain)))
    assert_alike(mine, yours)


SMOOTH = [part for part in [*TAKES, *LAYERS] if part not in ("squashed", "softened") and not part.startswith(
    ("MaxPool", "AdaptiveMax", "ReLU", "LeakyReLU", "PReLU", "ELU", "Hardswish", "LPPool", "Transformer"))]


@settings(max_examples=40)
@given(chain=st.lists(st.sampled_from(SMOOTH), min_size=2, max_size=5), length=st.integers(6, 8))
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_gradients_of_gradients(chain, length):
    """As a gradient penalty needs them: through everything, to all parameters and the input."""
    found = []
    for library, made in zip(LIBRARIES, pair_of_layers(chain)):
        layers = dict(made)
        x = library.tensor(array(2, C, length), requires_grad=True)
        y = network(library, chain, layers)(x)
        g, = library.autograd.grad((y * library.tensor(array(*y.shape, seed=1))).sum(), x, create_graph=True)
        penalty = (1 + (g ** 2).sum()).log()
        leaves = [x, *(p for layer in layers.values() for p in layer.parameters())]
        second = [None] * len(leaves)                               # if the network is linear
        if penalty.requires_grad:
            second = library.autograd.grad(penalty, leaves, allow_unused=True)
        second = [library.zeros_like(t) if s is None else s for s, t in zip(second, leaves)]
        found.append([g.detach(), *second])
    assert_alike(*found)


def test_a_fault_in_one_part_is_seen(monkeypatch):
    monkeypatch.setattr(Take, "flipped", staticmethod(lambda lib, x: x.flip(2) if lib is torch else x))
    with pytest.raises(AssertionError):
        chain = ["flipped", "BatchNorm1d(4)", "GRU(4, 4, 2, batch_first=True)"]
        test_chains.hypothesis.inner_test(chain, 2, 6)
