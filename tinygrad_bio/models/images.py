"""Convolutional networks from 1998 to 2014: convolve, pool, repeat; then a few dense layers.  (Lectures E4, E5)

Letters: N images, C channels, H×W pixels.
"""
from .. import nn


class LeNet5(nn.Module):
    """LeNet-5 with batch normalisation: 6@5×5 – 16@5×5 – 400-120-84-classes. LeCun et al. 1998; lecture E4.

    61 750 parameters with 10 classes, 44 of them of the batch normalisation.

    Parameters
    ----------
    num_classes : how many
    in_channels : 1 for grey images

    Shapes: (N, in_channels, 32, 32) → (N, num_classes)

    >>> import tinygrad_bio as tg
    >>> tg.models.LeNet5()(tg.zeros(2, 1, 32, 32)).shape
    (2, 10)
    """

    def __init__(self, num_classes=10, in_channels=1):
        super().__init__()
        self.layer1 = nn.Sequential(nn.Conv2d(in_channels, 6, 5), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2))
        self.layer2 = nn.Sequential(nn.Conv2d(6, 16, 5), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2))
        self.fc = nn.Sequential(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, num_classes))

    def forward(self, x):
        x = self.layer1(x)                  # (N, 6, 14, 14)
        x = self.layer2(x)                  # (N, 16, 5, 5)
        return self.fc(x.flatten(1))


class AlexNet(nn.Module):
    """The network that won ImageNet in 2012 (Krizhevsky), in the one-column form of 2014: 61 100 840 parameters.

    Shapes: (N, 3, 224, 224) → (N, num_classes)

    >>> import tinygrad_bio as tg
    >>> tg.models.AlexNet(num_classes=2, width=4)(tg.zeros(1, 3, 64, 64)).shape          # 16 times thinner
    (1, 2)
    """

    def __init__(self, num_classes=1000, dropout=0.5, width=64):
        super().__init__()
        a, b, c, d = width, 3 * width, 6 * width, 4 * width
        self.features = nn.Sequential(
            nn.Conv2d(3, a, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, stride=2),
            nn.Conv2d(a, b, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, stride=2),
            nn.Conv2d(b, c, 3, padding=1), nn.ReLU(),
            nn.Conv2d(c, d, 3, padding=1), nn.ReLU(),
            nn.Conv2d(d, d, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, stride=2))
        self.avgpool = nn.AdaptiveAvgPool2d(6)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(d * 36, 64 * width), nn.ReLU(),
            nn.Dropout(dropout), nn.Linear(64 * width, 64 * width), nn.ReLU(), nn.Linear(64 * width, num_classes))

    def forward(self, x):
        x = self.avgpool(self.features(x))              # (N, 4·width, 6, 6)
        return self.classifier(x.flatten(1))


PLANS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}       # 3×3 layers before each pooling


class VGG(nn.Module):
    """Only 3×3 convolutions, but many: two of them see 5×5 pixels, three 7×7, with fewer weights. Simonyan & Zisserman 2014.

    Parameters
    ----------
    depth : 11, 13, 16 or 19 layers with weights (VGG-16: 138 357 544 parameters)
    num_classes : how many
    width : channels of the first block, 64 in the paper; they double four times
    batch_norm : normalise after each convolution

    Shapes: (N, 3, 224, 224) → (N, num_classes)

    >>> import tinygrad_bio as tg
    >>> tg.models.VGG(11, num_classes=3, width=4)(tg.zeros(1, 3, 32, 32)).shape
    (1, 3)
    """

    def __init__(self, depth=16, num_classes=1000, dropout=0.5, width=64, batch_norm=False):
        super().__init__()
        if depth not in PLANS:
            raise ValueError(f"VGG: depth must be one of {sorted(PLANS)}, not {depth}")
        layers, channels = [], 3
        for repeats, factor in zip(PLANS[depth], (1, 2, 4, 8, 8)):
            for _ in range(repeats):
                layers.append(nn.Conv2d(channels, factor * width, 3, padding=1))
                layers += [nn.BatchNorm2d(factor * width)] if batch_norm else []
                layers.append(nn.ReLU())
                channels = factor * width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7)
        self.classifier = nn.Sequential(
            nn.Linear(channels * 49, 64 * width), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(64 * width, 64 * width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(64 * width, num_classes))

    def forward(self, x):
        x = self.avgpool(self.features(x))              # (N, 8·width, 7, 7)
        return self.classifier(x.flatten(1))


def vgg11(**keywords):
    """VGG with 11 layers: 132 863 336 parameters.

    >>> from tinygrad_bio import models
    >>> len(models.vgg11(width=2).features)
    21
    """
    return VGG(11, **keywords)


def vgg16(**keywords):
    """VGG with 16 layers: 138 357 544 parameters.

    >>> from tinygrad_bio import models
    >>> len(models.vgg16(width=2).features)
    31
    """
    return VGG(16, **keywords)


def vgg19(**keywords):
    """VGG with 19 layers: 143 667 240 parameters.

    >>> from tinygrad_bio import models
    >>> len(models.vgg19(width=2).features)
    37
    """
    return VGG(19, **keywords)
