"""ConvNeXt: a convolutional network with what was learned from transformers.  (Lecture E5; Liu et al. 2022)"""
import tinygrad_bio as tg

from .. import nn
from ..nn import functional as F


class LayerNorm2d(nn.LayerNorm):
    """Layer normalisation over the channels of an image (N, C, H, W).

    >>> LayerNorm2d(4)(tg.rand(1, 4, 2, 2)).mean(dim=1).abs().max() < 1e-6
    tensor(True)
    """

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXtBlock(nn.Module):
    """x + γ·W₂ gelu(W₁ norm(7×7 convolution of each channel by itself)): space first, then channels, as in a transformer.

    Shapes: (N, C, H, W) → the same

    >>> ConvNeXtBlock(8)(tg.zeros(1, 8, 9, 9)).shape
    (1, 8, 9, 9)
    """

    def __init__(self, channels, scale=1e-6):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.fc1, self.fc2 = nn.Linear(channels, 4 * channels), nn.Linear(4 * channels, channels)
        self.gamma = nn.Parameter(tg.full((channels,), scale))

    def forward(self, x):
        y = self.depthwise(x).permute(0, 2, 3, 1)                   # (N, H, W, C): channels last for norm and dense layers
        y = self.fc2(F.gelu(self.fc1(self.norm(y))))
        return x + (self.gamma * y).permute(0, 3, 1, 2)


class ConvNeXt(nn.Module):
    """Four stages of ConvNeXt blocks.

    Parameters
    ----------
    depths : blocks in each stage
    widths : channels of each stage
    patch : the first layer cuts the image into patches of so many pixels a side

    Shapes: (N, in_channels, H, W) → (N, num_classes)

    >>> tg.models.ConvNeXt(2, depths=(1, 1), widths=(4, 8), patch=2)(tg.zeros(1, 3, 16, 16)).shape
    (1, 2)
    """

    def __init__(self, num_classes=1000, depths=(3, 3, 9, 3), widths=(96, 192, 384, 768), patch=4, in_channels=3):
        super().__init__()
        layers = [nn.Conv2d(in_channels, widths[0], patch, stride=patch), LayerNorm2d(widths[0], eps=1e-6)]
        for i, (depth, width) in enumerate(zip(depths, widths)):
            if i:
                layers += [LayerNorm2d(widths[i - 1], eps=1e-6), nn.Conv2d(widths[i - 1], width, 2, stride=2)]
            layers += [ConvNeXtBlock(width) for _ in range(depth)]
        self.features = nn.Sequential(*layers)
        self.norm = nn.LayerNorm(widths[-1], eps=1e-6)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.features(x)                                        # (N, C, H', W')
        return self.head(self.norm(x.mean(dim=(2, 3))))


def convnext_tiny(**keywords):
    """ConvNeXt-T: 28 589 128 parameters.

    >>> len(tg.models.convnext_tiny(num_classes=2, widths=(2, 4, 8, 16)).features)
    26
    """
    return ConvNeXt(**keywords)
