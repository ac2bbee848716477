"""GoogLeNet: several sizes of filters side by side.  (Lecture D9; Szegedy et al. 2014, Going deeper with convolutions)"""
import tinygrad_bio as tg

from .. import nn
from ..nn import functional as F


class BasicConv2d(nn.Module):
    """Convolution, batch normalisation, ReLU.

    >>> BasicConv2d(3, 8, kernel_size=1)(tg.zeros(1, 3, 4, 4)).shape
    (1, 8, 4, 4)
    """

    def __init__(self, in_channels, out_channels, **keywords):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=False, **keywords)
        self.bn = nn.BatchNorm2d(out_channels, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class Inception(nn.Module):
    """Four views of one input, stacked as channels: 1×1, 3×3, a second 3×3, and the maximum of the neighbourhood.

    The 1×1 convolutions before the large filters make channels few: that is where the weights are saved. (The paper's third view
    is 5×5; the weights that are published for PyTorch have 3×3 there, and so have we.)

    >>> Inception(16, 8, 4, 8, 2, 4, 4)(tg.zeros(1, 16, 5, 5)).shape          # 8 + 8 + 4 + 4 channels
    (1, 24, 5, 5)
    """

    def __init__(self, in_channels, one, reduce3, three, reduce5, five, pooled):
        super().__init__()
        self.branch1 = BasicConv2d(in_channels, one, kernel_size=1)
        self.branch2 = nn.Sequential(BasicConv2d(in_channels, reduce3, kernel_size=1), BasicConv2d(reduce3, three, kernel_size=3, padding=1))
        self.branch3 = nn.Sequential(BasicConv2d(in_channels, reduce5, kernel_size=1), BasicConv2d(reduce5, five, kernel_size=3, padding=1))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), BasicConv2d(in_channels, pooled, kernel_size=1))

    def forward(self, x):
        return tg.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], dim=1)


# Channels that go in, and of one, reduce3, three, reduce5, five, pooled: for 64 channels after the first layer.
PLAN = {"3a": (192, 64, 96, 128, 16, 32, 32), "3b": (256, 128, 128, 192, 32, 96, 64),
        "4a": (480, 192, 96, 208, 16, 48, 64), "4b": (512, 160, 112, 224, 24, 64, 64), "4c": (512, 128, 128, 256, 24, 64, 64),
        "4d": (512, 112, 144, 288, 32, 64, 64), "4e": (528, 256, 160, 320, 32, 128, 128),
        "5a": (832, 256, 160, 320, 32, 128, 128), "5b": (832, 384, 192, 384, 48, 128, 128)}


class GoogLeNet(nn.Module):
    """22 layers deep with 6 624 904 parameters, a ninth of AlexNet's: no large dense layers, a global average instead.

    (Without the two auxiliary classifiers that helped its training before batch normalisation was known.)

    Parameters
    ----------
    num_classes : how many
    shrink : divides all channels, for a small version: 1, 2, 4 or 8

    Shapes: (N, 3, H, W), 32 pixels or more a side, 224 in the paper → (N, num_classes)

    >>> tg.models.GoogLeNet(num_classes=5, shrink=8).eval()(tg.zeros(1, 3, 64, 64)).shape
    (1, 5)
    """

    def __init__(self, num_classes=1000, dropout=0.2, shrink=1):
        super().__init__()
        first, second, last = 64 // shrink, 192 // shrink, 1024 // shrink
        self.conv1 = BasicConv2d(3, first, kernel_size=7, stride=2, padding=3)
        self.conv2 = BasicConv2d(first, first, kernel_size=1)
        self.conv3 = BasicConv2d(first, second, kernel_size=3, padding=1)
        for name, channels in PLAN.items():
            self.add_module("inception" + name, Inception(*(c // shrink for c in channels)))
        self.pool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.pool4 = nn.MaxPool2d(2, stride=2, ceil_mode=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(last, num_classes)

    def forward(self, x):
        x = self.pool(self.conv1(x))                                                    # a quarter of the side
        x = self.pool(self.conv3(self.conv2(x)))                                        # an eighth
        x = self.pool(self.inception3b(self.inception3a(x)))                            # a sixteenth
        x = self.inception4c(self.inception4b(self.inception4a(x)))
        x = self.pool4(self.inception4e(self.inception4d(x)))                           # a thirty-second
        x = self.inception5b(self.inception5a(x))                                       # (N, 1024, H/32, W/32)
        return self.fc(self.dropout(x.mean(dim=(2, 3))))
