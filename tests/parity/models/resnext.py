"""ResNeXt-50 (32×4d) (Xie et al. 2016): bottlenecks whose 3×3 convolution is split into 32 paths.

25 028 904 parameters, the published number of PyTorch's own weights for it (25.0·10⁶ in the paper).
"""
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    """Grouped convolution block (c)."""
    expansion = 4

    def __init__(self, in_channels, planes, cardinality, base_width, stride=1):
        super(Block, self).__init__()
        D = int(planes * (base_width / 64.0)) * cardinality
        self.conv_reduce = nn.Conv2d(in_channels, D, kernel_size=1, stride=1, padding=0, bias=False)
        self.bn_reduce = nn.BatchNorm2d(D)
        self.conv_conv = nn.Conv2d(D, D, kernel_size=3, stride=stride, padding=1,
                                   groups=cardinality, bias=False)
        self.bn = nn.BatchNorm2d(D)
        self.conv_expand = nn.Conv2d(D, planes * 4, kernel_size=1, stride=1, padding=0, bias=False)
        self.bn_expand = nn.BatchNorm2d(planes * 4)
        self.shortcut = nn.Sequential()
        if in_channels != planes * 4 or stride != 1:
            self.shortcut.add_module(
                "shortcut_conv", nn.Conv2d(in_channels, planes * 4, kernel_size=1, stride=stride, bias=False))
            self.shortcut.add_module("shortcut_bn", nn.BatchNorm2d(planes * 4))

    def forward(self, x):
        bottleneck = self.conv_reduce.forward(x)
        bottleneck = F.relu(self.bn_reduce.forward(bottleneck), inplace=True)
        bottleneck = self.conv_conv.forward(bottleneck)
        bottleneck = F.relu(self.bn.forward(bottleneck), inplace=True)
        bottleneck = self.conv_expand.forward(bottleneck)
        bottleneck = self.bn_expand.forward(bottleneck)
        residual = self.shortcut.forward(x)
        return F.relu(residual + bottleneck, inplace=True)


class ResNeXt(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], cardinality=32, base_width=4, num_classes=1000, stem=64):
        super(ResNeXt, self).__init__()
        self.stem = nn.ModuleDict({
            "conv": nn.Conv2d(3, stem, 7, 2, 3, bias=False),
            "bn": nn.BatchNorm2d(stem),
        })
        self.stages = nn.ModuleList()
        in_channels = stem
        for index, n in enumerate(num_blocks):
            blocks = nn.ModuleList()
            for bottleneck in range(n):
                stride = 2 if bottleneck == 0 and index > 0 else 1
                blocks.append(Block(in_channels, 64 * 2 ** index, cardinality, base_width, stride))
                in_channels = 256 * 2 ** index
            self.stages.append(blocks)
        self.classifier = nn.Linear(in_channels, num_classes)

        for key in self.state_dict():
            if key.split(".")[-1] == "weight":
                if "conv" in key:
                    nn.init.kaiming_normal_(self.state_dict()[key], mode="fan_out")
                if "bn" in key:
                    self.state_dict()[key][...] = 1
            elif key.split(".")[-1] == "bias":
                self.state_dict()[key][...] = 0

    def forward(self, x):
        x = F.relu(self.stem["bn"](self.stem["conv"](x)), True)
        x = F.max_pool2d(x, 3, 2, 1)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = F.adaptive_avg_pool2d(x, 1).squeeze()
        return self.classifier(x)


def resnext50_32x4d(**kwargs):
    return ResNeXt(**kwargs)
