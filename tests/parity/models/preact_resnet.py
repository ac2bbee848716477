"""Residual networks with the activation before the convolution (He et al. 2016), for images of 32×32.

ResNet-164 of bottlenecks has 1.7 million parameters (Table 2 of Huang et al. 2016), exactly 1 703 258 with
10 classes.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.nn.init as init


def _weights_init(m):
    if type(m) == nn.Conv2d or type(m) == nn.Linear:
        init.kaiming_normal_(m.weight)
    if isinstance(m, nn.Linear):
        init.zeros_(m.bias)


class PreActBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_planes, planes, stride=1):
        super(PreActBottleneck, self).__init__()
        self.bn1 = nn.BatchNorm2d(in_planes)
        self.conv1 = nn.Conv2d(in_planes, planes, kernel_size=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)
        if stride != 1 or in_planes != self.expansion * planes:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_planes, self.expansion * planes, kernel_size=1, stride=stride, bias=False)
            )

    def forward(self, x):
        out = F.relu(self.bn1(x))
        shortcut = self.shortcut(out) if hasattr(self, "shortcut") else x
        out = self.conv1(out)
        out = self.conv2(F.relu(self.bn2(out)))
        out = self.conv3(F.relu(self.bn3(out)))
        out += shortcut
        return out


class PreActResNet(nn.Module):
    def __init__(self, depth=164, num_classes=10):
        super(PreActResNet, self).__init__()
        assert (depth - 2) % 9 == 0, "depth must be 9n + 2"
        n = (depth - 2) // 9
        self.register_buffer("mean", torch.tensor([0.49, 0.48, 0.45]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([0.25, 0.24, 0.26]).view(1, 3, 1, 1), persistent=False)
        self.in_planes = 16
        self.conv1 = nn.Conv2d(3, 16, kernel_size=3, stride=1, padding=1, bias=False)
        plan = [(16, 1), (32, 2), (64, 2)]
        self.layers = nn.ModuleList([self._make_layer(planes, n, stride) for planes, stride in plan])
        self.bn = nn.BatchNorm2d(64 * PreActBottleneck.expansion)
        self.linear = nn.Linear(64 * PreActBottleneck.expansion, num_classes)
        self.apply(_weights_init)

    def _make_layer(self, planes, num_blocks, stride):
        strides = [stride] + [1] * (num_blocks - 1)
        layers = []
        for stride in strides:
            layers.append(PreActBottleneck(self.in_planes, planes, stride))
            self.in_planes = planes * PreActBottleneck.expansion
        return nn.Sequential(*layers)

    def forward(self, x):
        out = (x - self.mean) / self.std
        out = self.conv1(out)
        for layer in self.layers:
            out = layer(out)
        out = F.relu(self.bn(out))
        out = F.avg_pool2d(out, out.size()[3])
        out = out.view(out.size(0), -1)
        return self.linear(out)


def warmup_cosine(epoch, warmup=3, epochs=10):
    """A learning rate that grows for some epochs and then falls along a cosine."""
    if epoch < warmup:
        return (epoch + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (epoch - warmup) / (epochs - warmup)))
