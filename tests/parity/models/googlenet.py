"""GoogLeNet (Szegedy et al. 2014) with batch normalisation, and two classifiers that only training uses.

13 004 888 parameters, and 6 624 904 without the auxiliary classifiers: the published number of PyTorch's
own weights for it. (Those have 3×3 convolutions in the branch that the paper gives 5×5.)
"""
from collections import namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F

GoogLeNetOutputs = namedtuple("GoogLeNetOutputs", ["logits", "aux2", "aux1"])


class BasicConv2d(nn.Module):
    def __init__(self, in_channels, out_channels, **kwargs):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=False, **kwargs)
        self.bn = nn.BatchNorm2d(out_channels, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Inception(nn.Module):
    """Four views of the same input, side by side: 1×1, 3×3, twice as large, and the maximum nearby."""

    def __init__(self, in_channels, ch1x1, ch3x3red, ch3x3, ch5x5red, ch5x5, pool_proj):
        super().__init__()
        self.branch1 = BasicConv2d(in_channels, ch1x1, kernel_size=1)
        self.branch2 = nn.Sequential(
            BasicConv2d(in_channels, ch3x3red, kernel_size=1),
            BasicConv2d(ch3x3red, ch3x3, kernel_size=3, padding=1))
        self.branch3 = nn.Sequential(
            BasicConv2d(in_channels, ch5x5red, kernel_size=1),
            BasicConv2d(ch5x5red, ch5x5, kernel_size=3, padding=1))
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(kernel_size=3, stride=1, padding=1, ceil_mode=True),
            BasicConv2d(in_channels, pool_proj, kernel_size=1))

    def forward(self, x):
        outputs = [branch(x) for branch in (self.branch1, self.branch2, self.branch3, self.branch4)]
        return torch.cat(outputs, 1)


class InceptionAux(nn.Module):
    def __init__(self, in_channels, num_classes, hidden):
        super().__init__()
        self.conv = BasicConv2d(in_channels, hidden // 8, kernel_size=1)
        self.fc1 = nn.Linear(hidden // 8 * 4 * 4, hidden)
        self.fc2 = nn.Linear(hidden, num_classes)
        self.dropout = nn.Dropout(0.7)

    def forward(self, x):
        x = F.adaptive_avg_pool2d(x, (4, 4))
        x = torch.flatten(self.conv(x), start_dim=1)
        x = self.dropout(F.relu(self.fc1(x), inplace=True))
        return self.fc2(x)


class GoogLeNet(nn.Module):
    # input channels, then those of the branches, in units of 8
    plan = {"inception3a": (24, 8, 12, 16, 2, 4, 4), "inception3b": (32, 16, 16, 24, 4, 12, 8),
            "inception4a": (60, 24, 12, 26, 2, 6, 8), "inception4b": (64, 20, 14, 28, 3, 8, 8),
            "inception4c": (64, 16, 16, 32, 3, 8, 8), "inception4d": (64, 14, 18, 36, 4, 8, 8),
            "inception4e": (66, 32, 20, 40, 4, 16, 16),
            "inception5a": (104, 32, 20, 40, 4, 16, 16), "inception5b": (104, 48, 24, 48, 6, 16, 16)}

    def __init__(self, num_classes=1000, aux_logits=True, unit=8):
        super(GoogLeNet, self).__init__()
        self.aux_logits = aux_logits
        self.conv1 = BasicConv2d(3, 8 * unit, kernel_size=7, stride=2, padding=3)
        self.maxpool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.conv2 = BasicConv2d(8 * unit, 8 * unit, kernel_size=1)
        self.conv3 = BasicConv2d(8 * unit, 24 * unit, kernel_size=3, padding=1)
        self.maxpool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        for name, channels in self.plan.items():
            self.add_module(name, Inception(*[unit * c for c in channels]))
            if name == "inception3b":
                self.maxpool3 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
            elif name == "inception4e":
                self.maxpool4 = nn.MaxPool2d(2, stride=2, ceil_mode=True)
        if aux_logits:
            self.aux1 = InceptionAux(64 * unit, num_classes, 128 * unit)
            self.aux2 = InceptionAux(66 * unit, num_classes, 128 * unit)
        else:
            self.aux1 = self.aux2 = None
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(128 * unit, num_classes)
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                torch.nn.init.trunc_normal_(m.weight, mean=0.0, std=0.01, a=-2, b=2)

    def forward(self, x):
        x = self.maxpool1(self.conv1(x))
        x = self.maxpool2(self.conv3(self.conv2(x)))
        x = self.maxpool3(self.inception3b(self.inception3a(x)))
        x = self.inception4a(x)
        aux1 = self.aux1(x) if self.training and self.aux1 is not None else None
        x = self.inception4d(self.inception4c(self.inception4b(x)))
        aux2 = self.aux2(x) if self.training and self.aux2 is not None else None
        x = self.maxpool4(self.inception4e(x))
        x = self.inception5b(self.inception5a(x))
        x = torch.flatten(self.avgpool(x), 1)
        x = self.fc(self.dropout(x))
        if self.training and self.aux_logits:
            return GoogLeNetOutputs(x, aux2, aux1)
        return x


def loss_fn(output, target):
    """The auxiliary classifiers count 0.3 each."""
    if isinstance(output, tuple):
        return sum(w * F.cross_entropy(y, target) for w, y in zip((1.0, 0.3, 0.3), output))
    return F.cross_entropy(output, target)
