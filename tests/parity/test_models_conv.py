"""Convolutional networks written for PyTorch run after their import lines are changed, and give the same numbers.

The files in ``models/`` are programs for PyTorch. Each is executed twice: as it is, and with its import lines changed to
tinygrad_bio's. (Run any of them alone with PyTorch: nothing in them knows of us.) Compared are the number of parameters,
also with the published one; the names in the state_dict; then, with the same weights, outputs, gradients of the input and
of all parameters, running averages, and weights after steps of an optimiser; all in float64.
"""
import copy
import functools
import pathlib
import re
import types
from dataclasses import dataclass

import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from .both import LIBRARIES, array, assert_same, ints, numpy_of
from .twins import step_alike

FOLDER = pathlib.Path(__file__).parent / "models"


@functools.cache
def program(name, library):
    """A file of ``models/`` as a module: as it is, or with its import lines changed."""
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    if library is tg:
        source = re.sub(r"(?m)^import torch$", "import tinygrad_bio as torch", source)
        source = re.sub(r"(?m)^(import|from) torch\b", r"\1 tinygrad_bio", source)
    module = types.ModuleType(name)
    exec(compile(source, f"models/{name}.py for {library.__name__}", "exec"), module.__dict__)
    return module


@dataclass
class Case:
    """A network: which file, how it is made in full, how many parameters it then has, and how for the comparison of numbers."""
    file: str
    full: str
    parameters: int
    small: str
    shape: tuple

    def made(self, library, text):
        return eval(text, program(self.file, library).__dict__)


CASES = {
    "LeNet-5": Case("lenet5", "LeNet5()", 61_750, "LeNet5(7)", (4, 1, 32, 32)),
    "AlexNet": Case("alexnet", "AlexNet()", 61_100_840, "AlexNet(5, width=16)", (2, 3, 95, 63)),
    "VGG-16": Case("vgg", "vgg16()", 138_357_544, "vgg16(num_classes=5, width=32)", (2, 3, 64, 32)),
    "VGG-16-BN": Case("vgg", "vgg16_bn(width=2)", 35_621_896, "vgg16_bn(num_classes=5, width=32)", (3, 3, 64, 64)),
    "GoogLeNet": Case("googlenet", "GoogLeNet()", 13_004_888, "GoogLeNet(5, unit=2)", (3, 3, 64, 64)),
    "GoogLeNet without auxiliaries": Case("googlenet", "GoogLeNet(aux_logits=False)", 6_624_904,
                                          "GoogLeNet(5, False, unit=1)", (3, 3, 64, 64)),
    "ResNet-18": Case("resnet", "resnet18()", 11_689_512, "resnet18(num_classes=5, width=16)", (3, 3, 64, 64)),
    "ResNet-50": Case("resnet", "resnet50()", 25_557_032, "resnet50(num_classes=5, width=8)", (3, 3, 64, 64)),
    "pre-activation ResNet-164": Case("preact_resnet", "PreActResNet()", 1_703_258, "PreActResNet(20)", (2, 3, 16, 16)),
    "SE-ResNet-50": Case("senet", "se_resnet50()", 28_088_024, "se_resnet50(num_classes=5, width=8, reduction=4)", (3, 3, 64, 64)),
    "DenseNet-121": Case("densenet", "DenseNet()", 7_978_856, "DenseNet(4, num_init_features=8, num_classes=5)", (3, 3, 64, 64)),
    "MobileNetV2": Case("mobilenetv2", "MobileNetV2()", 3_504_872, "MobileNetV2(5, width_mult=0.25)", (3, 3, 64, 64)),
    "EfficientNet-B0": Case("efficientnet", "EfficientNet()", 5_288_548, "EfficientNet(5)", (3, 3, 64, 64)),
    "ShuffleNetV2": Case("shufflenetv2", "ShuffleNetV2()", 2_278_604,
                         "ShuffleNetV2((2, 3, 2), (8, 16, 24, 32, 40), 5)", (3, 3, 64, 64)),
    "ResNeXt-50": Case("resnext", "resnext50_32x4d()", 25_028_904, "ResNeXt([1, 2, 1, 1], 4, 4, 5, stem=16)", (3, 3, 64, 64)),
    "U-Net": Case("unet", "UNet()", 31_030_658, "UNet(1, 2, base=4, depth=2)", (2, 1, 44, 52)),
    "U-Net with borders": Case("unet", "UNet(3, 2, padding=1, bilinear=True)", 31_032_837 - 1, "UNet(3, 4, 4, 3, 1, bilinear=True)", (2, 3, 27, 38)),
    "DCGAN generator": Case("dcgan", "Generator()", 3_576_704, "Generator(6, 4)", (3, 6, 1, 1)),
    "DCGAN discriminator": Case("dcgan", "Discriminator()", 2_765_568, "Discriminator(4)", (3, 3, 64, 64)),
    "VAE": Case("conv_vae", "VAE()", 191_489, "VAE(3, 4)", (4, 1, 28, 28)),
}
every_network = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


# ------------------------------------------------------------------------------------------ two of a kind

def pair(case, text=None, seed=0):
    """The network in both libraries, in float64, with the same weights: numbers from NumPy, of a healthy size."""
    ours, theirs = (case.made(library, text or case.small).to(library.float64) for library in LIBRARIES)
    rng = np.random.default_rng(seed)
    for name, p in theirs.state_dict().items():
        if p.ndim > 1 and p.requires_grad is False and name in dict(theirs.named_parameters()):
            p[...] = torch.tensor(rng.normal(size=p.shape) * (2 / p[0].numel()) ** 0.5)
        elif name.endswith("running_var"):
            p[...] = torch.tensor(rng.uniform(0.5, 1.5, p.shape))
        elif p.is_floating_point() and p.ndim == 1:
            p += torch.tensor(0.1 * rng.normal(size=p.shape))
    assert ours.load_state_dict({name: p.numpy() for name, p in theirs.state_dict().items()}) == ([], [])
    for library, model in zip(LIBRARIES, (ours, theirs)):
        drop_alike(library, model)
    return ours, theirs


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
    shapes, shapes_ = ([(name, tuple(t.shape), str(t.dtype).replace("torch.", "")) for name, t in model.state_dict().items()]
                       for model in (ours, theirs))
    assert shapes == shapes_
    assert [name for name, _ in ours.named_modules()] == [name for name, _ in theirs.named_modules()]
    assert sum(p.numel() for p in ours.parameters() if p.requires_grad) == case.parameters
    assert sum(p.numel() for p in theirs.parameters() if p.requires_grad) == case.parameters


@every_network
def test_two_training_steps_and_use(case):
    """Outputs and gradients in use; then two steps of SGD, with running averages and weights after each; then in use again."""
    ours, theirs = pair(case)
    optimizers = [library.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, weight_decay=1e-4, nesterov=True)
                  for library, model in zip(LIBRARIES, (ours, theirs))]
    for step, training in enumerate((False, True, True, False)):
        for model in (ours, theirs):
            model.train(training)
        step_alike(ours, theirs, array(*case.shape, seed=step))
        if training:
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad()
            state_alike(ours, theirs)
