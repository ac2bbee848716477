"""Convolutional networks written for PyTorch run after their import lines are changed, with the same numbers.

The files in ``models/`` are programs for PyTorch. Each is executed twice: as it is, and with its import lines
changed to tinygrad_bio's. (Run any of them alone with PyTorch: nothing in them knows of us.) Compared are the
number of parameters, also with the published one; the names in the state_dict; then, with the same weights,
outputs, gradients of the input and of all parameters, running averages, and weights after steps of an
optimiser; all in float64.
"""
import copy
import functools
import types
from dataclasses import dataclass

import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from . import programs
from .both import LIBRARIES, array, assert_same, dtype_of, ints, numpy_of
from .twins import step_alike

program = functools.cache(programs.program)


@dataclass
class Case:
    """A network."""
    file: str
    full: str                   # how it is made,
    parameters: int             # and how many it then has
    small: str                  # how it is made to compare numbers,
    shape: tuple                # and what it is given

    def made(self, library, text):
        return eval(text, program(self.file, library).__dict__)


IMAGES = (3, 3, 64, 64)
CASES = {
    "LeNet-5": Case("lenet5", "LeNet5()", 61_750, "LeNet5(7)", (4, 1, 32, 32)),
    "AlexNet": Case("alexnet", "AlexNet()", 61_100_840, "AlexNet(5, width=16)", (2, 3, 95, 63)),
    "VGG-16": Case("vgg", "vgg16()", 138_357_544, "vgg16(num_classes=5, width=32)", (2, 3, 64, 32)),
    "VGG-16-BN": Case("vgg", "vgg16_bn(width=2)", 35_621_896, "vgg16_bn(num_classes=5, width=32)", IMAGES),
    "GoogLeNet": Case("googlenet", "GoogLeNet()", 13_004_888, "GoogLeNet(5, unit=2)", IMAGES),
    "GoogLeNet in use": Case("googlenet", "GoogLeNet(aux_logits=False)", 6_624_904,
                             "GoogLeNet(5, False, 1)", IMAGES),
    "ResNet-18": Case("resnet", "resnet18()", 11_689_512, "resnet18(num_classes=5, width=16)", IMAGES),
    "ResNet-50": Case("resnet", "resnet50()", 25_557_032, "resnet50(num_classes=5, width=8)", IMAGES),
    "pre-activation ResNet-164": Case("preact_resnet", "PreActResNet()", 1_703_258,
                                      "PreActResNet(20)", (2, 3, 16, 16)),
    "SE-ResNet-50": Case("senet", "se_resnet50()", 28_088_024,
                         "se_resnet50(num_classes=5, width=8, reduction=4)", IMAGES),
    "DenseNet-121": Case("densenet", "DenseNet()", 7_978_856,
                         "DenseNet(4, num_init_features=8, num_classes=5)", IMAGES),
    "MobileNetV2": Case("mobilenetv2", "MobileNetV2()", 3_504_872, "MobileNetV2(5, width_mult=0.25)", IMAGES),
    "EfficientNet-B0": Case("efficientnet", "EfficientNet()", 5_288_548, "EfficientNet(5)", (3, 3, 48, 48)),
    "ShuffleNetV2": Case("shufflenetv2", "ShuffleNetV2()", 2_278_604,
                         "ShuffleNetV2((2, 3, 2), (8, 16, 24, 32, 40), 5)", IMAGES),
    "ResNeXt-50": Case("resnext", "resnext50_32x4d()", 25_028_904,
                       "ResNeXt([1, 2, 1, 1], 4, 4, 5, stem=16)", IMAGES),
    "U-Net": Case("unet", "UNet()", 31_030_658, "UNet(1, 2, base=4, depth=2)", (2, 1, 44, 52)),
    "U-Net with borders": Case("unet", "UNet(3, 2, padding=1, bilinear=True)", 28_942_850,
                               "UNet(3, 4, 4, 3, 1, bilinear=True)", (2, 3, 27, 38)),
    "DCGAN generator": Case("dcgan", "Generator()", 3_576_704, "Generator(6, 4)", (3, 6, 1, 1)),
    "DCGAN discriminator": Case("dcgan", "Discriminator()", 2_765_568, "Discriminator(4)", IMAGES),
    "VAE": Case("conv_vae", "VAE()", 191_489, "VAE(3, 4)", (4, 1, 28, 28)),
}
every_network = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


# ------------------------------------------------------------------------------------------ two of a kind

def pair(case, text=None, seed=0):
    """The network in both libraries, in float64, with the same weights, drawn by NumPy, of a healthy size."""
    ours, theirs = (case.made(library, text or case.small).to(library.float64) for library in LIBRARIES)
    rng = np.random.default_rng(seed)
    for p in theirs.parameters():
        p.data = torch.tensor(drawn(rng, p))
    settle(theirs, torch.tensor(array(*case.shape, seed=100)))
    assert ours.load_state_dict({name: t.numpy() for name, t in theirs.state_dict().items()}) == ([], [])
    for library, model in zip(LIBRARIES, (ours, theirs)):
        drop_alike(library, model)
    return ours, theirs


def drawn(rng, p):
    """Weights as He et al. draw them; what usually starts as 1 or 0 does not, to hide no fault."""
    if p.ndim > 1:
        return rng.normal(size=p.shape) * (2 / p[0].numel()) ** 0.5
    return 0.5 * bool((p == 1).all()) + 0.1 * rng.normal(size=p.shape)


def settle(model, x):
    """Give batch normalisation the averages of this batch, so that numbers keep their size in use as well."""
    layers = {m: m.momentum for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)}
    for layer in layers:
        layer.momentum = 1.0
    torch.manual_seed(0)                        # something may be dropped
    model.train()(x)
    for layer, momentum in layers.items():
        layer.momentum = momentum


def drop_alike(library, model):
    """In training, what Dropout and StochasticDepth drop is drawn by NumPy, the same in both libraries."""
    for number, layer in enumerate(model.modules()):
        if type(layer).__name__ in ("Dropout", "StochasticDepth"):
            layer.forward = functools.partial(dropped, library, layer, np.random.default_rng(number))
        elif type(layer).__name__ == "VAE":
            layer.noise = library.tensor(array(4, layer.fc_mu.out_features, seed=5))


def dropped(library, layer, rng, x):
    if not layer.training:
        return type(layer).forward(layer, x)
    shape = tuple(x.shape) if type(layer).__name__ == "Dropout" else (x.shape[0], 1, 1, 1)
    return x * library.tensor((rng.random(shape) >= layer.p) / (1 - layer.p))


def state_alike(ours, theirs):
    """Parameters, running averages and counts, by the same names in the same order."""
    mine, other = ours.state_dict(), theirs.state_dict()
    assert list(mine) == list(other)
    for name in other:
        assert_same(mine[name], other[name], name)


# ------------------------------------------------------------------------------------------------ the tests

@every_network
def test_number_of_parameters_and_names(case):
    """Ours is made in full; PyTorch's without memory for the numbers."""
    with torch.device("meta"):
        theirs = case.made(torch, case.full)
    ours = case.made(tg, case.full)
    shapes, shapes_ = ([(name, tuple(t.shape), dtype_of(t)) for name, t in model.state_dict().items()]
                       for model in (ours, theirs))
    assert shapes == shapes_
    assert [name for name, _ in ours.named_modules()] == [name for name, _ in theirs.named_modules()]
    assert repr(ours) == repr(theirs)
    assert sum(p.numel() for p in ours.parameters() if p.requires_grad) == case.parameters
    assert sum(p.numel() for p in theirs.parameters() if p.requires_grad) == case.parameters


@every_network
def test_two_training_steps_and_use(case):
    """In use; two steps of SGD, with running averages and weights after each; then in use again.

    The steps are small: gradients of deep networks are so sensitive that after large ones the last digits of
    the first step would be seen in the second (as large a difference comes in PyTorch from one in the 16th digit
    of the input).
    """
    ours, theirs = pair(case)
    settings = {"lr": 1e-5, "momentum": 0.9, "weight_decay": 0.1, "nesterov": True}
    optimizers = [library.optim.SGD(model.parameters(), **settings)
                  for library, model in zip(LIBRARIES, (ours, theirs))]
    for step, training in enumerate((False, True, True, False)):
        for model in (ours, theirs):
            model.train(training)
        step_alike(ours, theirs, array(*case.shape, seed=step))
        used = [p for p in theirs.parameters() if p.ndim > 1 and p.grad is not None]
        assert min(p.grad.abs().max() for p in used) > 1e-3, "gradients that vanish would show no fault"
        if training:
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad()
            state_alike(ours, theirs)


@pytest.mark.parametrize("name", sorted({case.file for case in CASES.values()}))
def test_nothing_of_pytorch_is_left(name):
    """The program with changed import lines does not reach PyTorch, and the other does not reach us."""
    for library, other in (LIBRARIES, LIBRARIES[::-1]):
        for thing in vars(program(name, library)).values():
            bases = [c.__module__ for c in getattr(thing, "__mro__", ())]
            bases += [thing.__name__] if isinstance(thing, types.ModuleType) else []
            assert not any(base.partition(".")[0] == other.__name__ for base in bases), thing


@pytest.mark.parametrize("name", [
    "LeNet-5", "ResNet-18", "pre-activation ResNet-164", "VGG-16-BN", "MobileNetV2", "GoogLeNet",
    "EfficientNet-B0", "DCGAN generator", "DCGAN discriminator", "VAE", "ResNeXt-50"])
def test_starting_values(name):
    """Not the same random numbers, but as large ones: the layers' own and those of ``apply(init_fn)``."""
    torch.manual_seed(0)
    tg.manual_seed(0)
    ours, theirs = (CASES[name].made(library, CASES[name].small).state_dict() for library in LIBRARIES)
    for key, t in theirs.items():
        mine, other = numpy_of(ours[key]).astype("float64"), numpy_of(t).astype("float64")
        if t.dtype == torch.int64 or other.size > 1 and other.std() == 0:
            np.testing.assert_array_equal(mine, other, key)
        elif other.size > 1:                    # 6 standard deviations of the estimates
            std, error = other.std(), 6 / mine.size ** 0.5
            assert abs(mine.std() - std) < error * std, key
            assert abs(mine.mean() - other.mean()) < 2 ** 0.5 * error * std, key
            assert abs(mine).max() < 1.7 * abs(other).max() or mine.size < 100, key


def test_starting_values_that_leave_branches_out():
    """``zero_init_residual``: at the start every block hands its input on."""
    case = CASES["ResNet-50"]
    for library in LIBRARIES:
        model = case.made(library, "resnet50(num_classes=5, width=4, zero_init_residual=True)")
        assert all((m.bn3.weight == 0).all() for m in model.modules() if type(m).__name__ == "Bottleneck")


@pytest.mark.parametrize("name", ["ResNet-18", "GoogLeNet"])
def test_weights_through_a_file(name, tmp_path):
    """In float32, as they are exchanged: from PyTorch to us, and back."""
    safetensors = pytest.importorskip("safetensors.torch", reason="needs pip install safetensors")
    case, file = CASES[name], tmp_path / "model.safetensors"
    ours, theirs = (case.made(library, case.small).eval() for library in LIBRARIES)
    x = array(*case.shape).astype("float32")
    safetensors.save_file(theirs.state_dict(), file)
    ours.load_state_dict(tg.load(file))
    with torch.no_grad(), tg.no_grad():
        expected = theirs(torch.tensor(x)).numpy()
        got = ours(tg.tensor(x)).numpy()
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5 * abs(expected).max())
        back = case.made(torch, case.small).eval()
        tg.save(ours.state_dict(), file)
        back.load_state_dict(safetensors.load_file(file))
        np.testing.assert_array_equal(back(torch.tensor(x)).numpy(), expected)


@pytest.mark.parametrize("name, text", [
    ("AlexNet", None), ("EfficientNet-B0", "EfficientNet(5, 0., 0.9)"), ("MobileNetV2", None),
    ("DenseNet-121", "DenseNet(4, (1, 1), 8, drop_rate=0.3, num_classes=5)")])
def test_something_is_dropped_in_training_only(name, text):
    case = CASES[name]
    tg.manual_seed(0)
    model, x = case.made(tg, text or case.small).double(), tg.tensor(array(*case.shape))
    first, second = (numpy_of(model(x)) for _ in range(2))
    assert np.abs(first - second).max() > 1e-3 * np.abs(first).max()
    model.eval()
    np.testing.assert_array_equal(*(numpy_of(model(x)) for _ in range(2)))


# -------------------------------------------------------------------------------- programs, not only networks

def test_lenet5_program():
    """Data loaders, epochs, StepLR, and the accuracy at the end: what is printed is the same."""
    images, labels = array(28, 1, 32, 32), ints(28, high=10)
    _, start = pair(CASES["LeNet-5"], "LeNet5()")
    weights = {name: t.numpy().copy() for name, t in start.state_dict().items()}
    mains = (program("lenet5", library).main for library in LIBRARIES)
    (log, ours), (log_, theirs) = (main(images, labels, weights) for main in mains)
    assert log == log_ and len(log) == 5 and log[-1].startswith("Accuracy")
    state_alike(ours, theirs)
    assert not np.allclose(weights["fc3.weight"], numpy_of(ours.fc3.weight), atol=1e-3), "nothing was learnt"


def test_googlenet_loss():
    """The auxiliary classifiers count in training, and are not there in use."""
    ours, theirs = pair(CASES["GoogLeNet in use"], "GoogLeNet(5, unit=1)")
    for model in (ours, theirs):
        model.train()

    def loss(model, x):
        return program("googlenet", library_of(model)).loss_fn(model(x), library_of(model).tensor([0, 4, 2]))
    outputs = step_alike(ours, theirs, array(*IMAGES), call=loss)
    assert tuple(outputs[0].shape) == () and all(p.grad is not None for p in ours.aux1.parameters())
    y = ours.eval()(tg.ones(2, 3, 64, 64, dtype=tg.float64))
    assert isinstance(y, tg.Tensor) and y.shape == (2, 5)


def test_unet_loss():
    """Weights for pixels on borders, written into a part of a tensor, and the Dice loss with one_hot."""
    ours, theirs = pair(CASES["U-Net"])
    masks = ints(2, 4, 12, high=2)

    def loss(model, x):
        return program("unet", library_of(model)).loss_fn(model(x), library_of(model).tensor(masks))
    step_alike(ours, theirs, array(2, 1, 44, 52), call=loss)


def test_dcgan_program():
    """Three steps of both networks with Adam: five printed numbers each, and their state afterwards."""
    (g, g_), (d, d_) = pair(CASES["DCGAN generator"]), pair(CASES["DCGAN discriminator"])
    trainers = [program("dcgan", library).Trainer(*nets, lr=0.01)
                for library, nets in zip(LIBRARIES, ((g, d), (g_, d_)))]
    for step in range(3):
        real, noise = array(4, 3, 64, 64, seed=step), array(4, 6, 1, 1, seed=step)
        printed = [trainer.step(library.tensor(real), library.tensor(noise))
                   for library, trainer in zip(LIBRARIES, trainers)]
        np.testing.assert_allclose(*printed, rtol=1e-8)
        state_alike(d, d_), state_alike(g, g_)


def test_vae_program():
    """Adam, ExponentialLR, clipped gradients: losses, weights, and images drawn from the latent space."""
    ours, theirs = pair(CASES["VAE"])
    files = [(library, program("conv_vae", library), model)
             for library, model in zip(LIBRARIES, (ours, theirs))]
    batches = [array(4, 784, seed=k, kind="probability") for k in range(2)]
    losses = [file.train(model, [library.tensor(x) for x in batches]) for library, file, model in files]
    np.testing.assert_allclose(*losses, rtol=1e-8)
    assert losses[0][1] < losses[0][0]
    state_alike(ours, theirs)
    images = [file.sample(model, library.tensor(array(5, 3))) for library, file, model in files]
    assert isinstance(images[0], np.ndarray) and images[0].shape == (5, 1, 28, 28)
    np.testing.assert_allclose(*images, rtol=1e-8)


def test_fine_tuning_of_mobilenet():
    """Frozen features: no gradients, averages that stay, and a classifier that learns."""
    models = ours, theirs = pair(CASES["MobileNetV2"])
    before = copy.deepcopy(ours.features.state_dict())
    for library, model in zip(LIBRARIES, models):
        model.train()
        learning = program("mobilenetv2", library).freeze_features(model)
        assert len(learning) == 2
        optimizer = library.optim.RMSprop(learning, lr=0.01)
        for step in range(2):
            outputs = model(library.tensor(array(*IMAGES, seed=step)))
            loss = library.nn.functional.cross_entropy(outputs, library.tensor([0, 1, 4]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        assert all(p.grad is None for p in model.features.parameters())
    state_alike(ours, theirs)
    for name, t in before.items():
        np.testing.assert_array_equal(numpy_of(t), numpy_of(ours.features.state_dict()[name]), name)


def test_parameter_groups_of_senet():
    """Weight decay for weights only; AdamW; a learning rate that warms up and follows a cosine (LambdaLR)."""
    text = "SENet([1, 1, 1, 1], num_classes=5, width=8, reduction=4)"
    models = ours, theirs = pair(CASES["SE-ResNet-50"], text)
    rates = []
    for library, model in zip(LIBRARIES, models):
        model.train()
        groups = program("senet", library).parameter_groups(model, weight_decay=0.3)
        optimizer = library.optim.AdamW(groups, lr=0.01)
        curve = program("preact_resnet", library).warmup_cosine
        scheduler = library.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda=curve)
        criterion = library.nn.CrossEntropyLoss(label_smoothing=0.1)
        for step in range(4):
            optimizer.zero_grad()
            criterion(model(library.tensor(array(*IMAGES, seed=step))), library.tensor([0, 1, 4])).backward()
            optimizer.step()
            scheduler.step()
            rates.append([group["lr"] for group in optimizer.param_groups])
    np.testing.assert_allclose(rates[:4], rates[4:], rtol=1e-12)
    state_alike(ours, theirs)


def library_of(model):
    return tg if isinstance(model, tg.nn.Module) else torch


# ------------------------------------------------------------------------------------------- can it fail?

def weaker_skip(model):
    b = model.layer2[1]
    b.forward = lambda x: b.relu(b.bn2(b.conv2(b.relu(b.bn1(b.conv1(x))))) + 0.9999999 * x)


def other_momentum(model):
    model.layer4[0].bn1.momentum = 0.1000001


def other_eps(model):
    model.layer3[0].downsample[1].eps = 1.1e-5


def other_weight(model):
    with tg.no_grad():
        model.layer4[1].conv1.weight[3, 2, 1, 1] += 1e-6


def other_border(model):
    model.layer1[0].conv1.padding_mode = "circular"


def lost_gradient(model):
    model.layer1[0].conv2.weight.register_hook(lambda g: 1.0000001 * g)


def forgotten_relu(model):
    model.layer4[1].relu = tg.nn.Identity()


@pytest.mark.parametrize("fault", [
    weaker_skip, other_momentum, other_eps, other_weight, other_border, lost_gradient, forgotten_relu])
def test_a_planted_fault_is_seen(fault):
    case = CASES["ResNet-18"]
    ours, theirs = pair(case)
    x = array(*case.shape)
    for model in (ours, theirs):
        model.train()
    fault(ours)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        step_alike(ours, theirs, x)
