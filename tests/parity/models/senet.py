"""SE-ResNet-50 (Hu et al. 2017): squeeze-and-excitation after each bottleneck of a ResNet.

28 088 024 parameters: the 25 557 032 of ResNet-50; 2/16·Σ C² = 2 514 944 of the weights (the paper's "2.5
million"), and (1 + 1/16)·Σ C = 16 048 of the biases, where C goes over the output channels of the 16 blocks.
"""
from collections import OrderedDict

import torch.nn as nn
import torch.nn.functional as F


class SELayer(nn.Module):
    """How much of each channel goes on is decided from the means of all channels."""

    def __init__(self, channel, reduction=16):
        super(SELayer, self).__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channel, channel // reduction),
            nn.ReLU(inplace=True),
            nn.Linear(channel // reduction, channel),
            nn.Sigmoid()
        )

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.avg_pool(x).view(b, c)
        y = self.fc(y).view(b, c, 1, 1)
        return x * y.expand_as(x)


class SEBottleneck(nn.Module):
    expansion = 4

    def __init__(self, inplanes, planes, stride=1, reduction=16):
        super(SEBottleneck, self).__init__()
        outplanes = planes * self.expansion
        self.body = nn.Sequential(OrderedDict([
            ("conv1", nn.Conv2d(inplanes, planes, 1, bias=False)),
            ("bn1", nn.BatchNorm2d(planes)),
            ("relu1", nn.ReLU(inplace=True)),
            ("conv2", nn.Conv2d(planes, planes, 3, stride, 1, bias=False)),
            ("bn2", nn.BatchNorm2d(planes)),
            ("relu2", nn.ReLU(inplace=True)),
            ("conv3", nn.Conv2d(planes, outplanes, 1, bias=False)),
            ("bn3", nn.BatchNorm2d(outplanes)),
        ]))
        self.se = SELayer(outplanes, reduction)
        self.downsample = nn.Identity()
        if stride != 1 or inplanes != outplanes:
            self.downsample = nn.Sequential(
                nn.Conv2d(inplanes, outplanes, 1, stride, bias=False), nn.BatchNorm2d(outplanes))

    def forward(self, x):
        out = self.se(self.body(x))
        out = out + self.downsample(x)
        return F.relu_(out)


class SENet(nn.Module):
    def __init__(self, layers, num_classes=1000, width=64, reduction=16):
        super(SENet, self).__init__()
        self.layer0 = nn.Sequential()
        self.layer0.add_module("conv1", nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False))
        self.layer0.add_module("bn1", nn.BatchNorm2d(width))
        self.layer0.add_module("relu1", nn.ReLU(inplace=True))
        self.layer0.add_module("pool", nn.MaxPool2d(3, stride=2, padding=1))
        inplanes = width
        for i, number in enumerate(layers):
            planes = width * 2 ** i
            blocks = []
            for j in range(number):
                stride = 2 if i > 0 and j == 0 else 1
                blocks.append(SEBottleneck(inplanes, planes, stride=stride, reduction=reduction))
                inplanes = planes * SEBottleneck.expansion
            setattr(self, "layer{}".format(i + 1), nn.Sequential(*blocks))
        self.last_linear = nn.Linear(inplanes, num_classes)

    def features(self, x):
        x = self.layer0(x)
        for i in range(4):
            x = getattr(self, f"layer{i + 1}")(x)
        return x

    def logits(self, x):
        x = x.mean(3).mean(2)
        return self.last_linear(x)

    def forward(self, x):
        return self.logits(self.features(x))


def se_resnet50(**kwargs):
    return SENet([3, 4, 6, 3], **kwargs)


def parameter_groups(model, weight_decay):
    """Biases and normalisations are not decayed."""
    decay, no_decay = [], []
    for name, param in model.named_parameters():
        if not param.requires_grad:
            continue
        if len(param.shape) == 1 or name.endswith(".bias"):
            no_decay.append(param)
        else:
            decay.append(param)
    return [{"params": no_decay, "weight_decay": 0.}, {"params": decay, "weight_decay": weight_decay}]
