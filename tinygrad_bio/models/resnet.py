"""Residual networks: each block adds something to its input, so that gradients have a way around it.  (Lectures E5, D9)

    y = relu(x + F(x))            He et al. 2015, Deep residual learning for image recognition

and SENet, whose blocks also learn which channels matter for this image (Hu et al. 2017, Squeeze-and-excitation networks).
"""
from .. import nn
from ..nn import functional as F


class SqueezeExcitation(nn.Module):
    """y = x·σ(W₂ relu(W₁ mean(x))): each channel is turned up or down by what the whole image looks like.

    Shapes: (N, C, H, W) → the same

    >>> import tinygrad_bio as tg
    >>> SqueezeExcitation(8, 2)(tg.ones(1, 8, 4, 4)).shape
    (1, 8, 4, 4)
    """

    def __init__(self, channels, squeezed):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(channels, squeezed), nn.Linear(squeezed, channels)

    def forward(self, x):
        s = x.mean(dim=(2, 3))                                      # squeeze: (N, C)
        s = F.sigmoid(self.fc2(F.relu(self.fc1(s))))                # excitation: (N, C), between 0 and 1
        return x * s[:, :, None, None]


class BasicBlock(nn.Module):
    """relu(x + two 3×3 convolutions of x).

    >>> import tinygrad_bio as tg
    >>> BasicBlock(4, 8, stride=2)(tg.zeros(1, 4, 6, 6)).shape
    (1, 8, 3, 3)
    """

    expansion = 1

    def __init__(self, in_channels, channels, stride=1, squeeze=False):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.se = SqueezeExcitation(channels, channels // 16) if squeeze else None
        self.downsample = shortcut(in_channels, channels, stride)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y = y if self.se is None else self.se(y)
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Bottleneck(nn.Module):
    """relu(x + three convolutions): 1×1 to few channels, 3×3 there, 1×1 to four times as many.

    >>> import tinygrad_bio as tg
    >>> Bottleneck(16, 4)(tg.zeros(1, 16, 6, 6)).shape
    (1, 16, 6, 6)
    """

    expansion = 4

    def __init__(self, in_channels, channels, stride=1, squeeze=False):
        super().__init__()
        out = 4 * channels
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.se = SqueezeExcitation(out, out // 16) if squeeze else None
        self.downsample = shortcut(in_channels, out, stride)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        y = y if self.se is None else self.se(y)
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


def shortcut(in_channels, out_channels, stride):
    """What takes x to the shape of F(x): nothing if they agree, otherwise a 1×1 convolution.

    >>> shortcut(8, 8, stride=1) is None, len(shortcut(8, 16, stride=2))
    (True, 2)
    """
    if stride == 1 and in_channels == out_channels:
        return None
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels))


class ResNet(nn.Module):
    """Four stages of residual blocks, each with twice the channels and half the side of the one before.

    Parameters
    ----------
    block : BasicBlock or Bottleneck
    layers : blocks in each of the four stages
    num_classes : how many
    width : channels of the first stage
    squeeze : squeeze-and-excitation in every block (SENet)
    small : for images of 32 to 64 pixels: a 3×3 convolution first, and no pooling behind it

    Shapes: (N, in_channels, H, W), 224×224 in the paper → (N, num_classes)

    >>> import tinygrad_bio as tg
    >>> tg.models.resnet18(num_classes=4, width=4, small=True)(tg.zeros(2, 3, 32, 32)).shape
    (2, 4)
    """

    def __init__(self, block, layers, num_classes=1000, width=64, squeeze=False, small=False, in_channels=3):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, *((3, 1, 1) if small else (7, 2, 3)), bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.Identity() if small else nn.MaxPool2d(3, stride=2, padding=1)
        channels = width
        for stage, repeats in enumerate(layers):
            blocks = []
            for i in range(repeats):
                stride = 2 if i == 0 and stage > 0 else 1
                blocks.append(block(channels, width * 2**stage, stride, squeeze))
                channels = width * 2**stage * block.expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(channels, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):                       # the gradient neither grows nor shrinks on its way back
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))   # (N, C, H/32, W/32)
        return self.fc(x.mean(dim=(2, 3)))


def resnet18(**keywords):
    """18 layers: 11 689 512 parameters.

    >>> from tinygrad_bio import models
    >>> len(models.resnet18(width=2).layer1)
    2
    """
    return ResNet(BasicBlock, (2, 2, 2, 2), **keywords)


def resnet34(**keywords):
    """34 layers: 21 797 672 parameters.

    >>> from tinygrad_bio import models
    >>> len(models.resnet34(width=2).layer3)
    6
    """
    return ResNet(BasicBlock, (3, 4, 6, 3), **keywords)


def resnet50(**keywords):
    """50 layers: 25 557 032 parameters.

    >>> from tinygrad_bio import models
    >>> models.resnet50(width=2).fc.in_features
    64
    """
    return ResNet(Bottleneck, (3, 4, 6, 3), **keywords)


def resnet101(**keywords):
    """101 layers: 44 549 160 parameters.

    >>> from tinygrad_bio import models
    >>> len(models.resnet101(width=2).layer3)
    23
    """
    return ResNet(Bottleneck, (3, 4, 23, 3), **keywords)


def resnet152(**keywords):
    """152 layers: 60 192 808 parameters.

    >>> from tinygrad_bio import models
    >>> len(models.resnet152(width=2).layer2)
    8
    """
    return ResNet(Bottleneck, (3, 8, 36, 3), **keywords)


def senet50(**keywords):
    """SE-ResNet-50: 28 088 024 parameters.

    >>> from tinygrad_bio import models
    >>> models.senet50(width=4).layer1[0].se
    SqueezeExcitation(
      (fc1): Linear(in_features=16, out_features=1, bias=True)
      (fc2): Linear(in_features=1, out_features=16, bias=True)
    )
    """
    return ResNet(Bottleneck, (3, 4, 6, 3), squeeze=True, **keywords)
