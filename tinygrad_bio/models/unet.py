"""U-Net: a class for every pixel of a microscopy image.  (Lectures B15, E5; Ronneberger et al. 2015)"""
import tinygrad_bio as tg

from .. import nn


def double(in_channels, out_channels, batch_norm):
    """Two 3×3 convolutions that keep the size.

    >>> len(double(1, 8, batch_norm=True))
    6
    """
    layers = []
    for channels in (in_channels, out_channels):
        layers.append(nn.Conv2d(channels, out_channels, 3, padding=1, bias=not batch_norm))
        layers += [nn.BatchNorm2d(out_channels)] if batch_norm else []
        layers.append(nn.ReLU())
    return nn.Sequential(*layers)


class UNet(nn.Module):
    """Down: what is there, at an ever coarser scale. Up: where exactly, with the fine details handed over at each scale.

    Parameters
    ----------
    in_channels, num_classes : of the image, of the mask
    width : channels at full size, doubled at each of the `depth` steps down; 64 and 4 in the paper (31 030 658 parameters with
        1 channel, 2 classes and no batch normalisation)
    batch_norm : normalise after each convolution

    Shapes: (N, in_channels, H, W) → (N, num_classes, H, W) logits; H and W must be divisible by 2^depth

    >>> tg.models.UNet(1, 2, width=4, depth=2)(tg.zeros(1, 1, 16, 16)).shape
    (1, 2, 16, 16)
    """

    def __init__(self, in_channels=1, num_classes=2, width=64, depth=4, batch_norm=True):
        super().__init__()
        sizes = [width * 2**i for i in range(depth + 1)]                            # 64, 128, …
        self.depth = depth
        self.down = nn.ModuleList(double(a, b, batch_norm) for a, b in zip([in_channels] + sizes, sizes))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * c, c, 2, stride=2) for c in sizes[:-1])
        self.merge = nn.ModuleList(double(2 * c, c, batch_norm) for c in sizes[:-1])
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Conv2d(width, num_classes, 1)

    def forward(self, x):
        if x.shape[2] % 2**self.depth or x.shape[3] % 2**self.depth:
            raise ValueError(f"UNet: height and width must be divisible by {2**self.depth} (depth={self.depth}), got {tuple(x.shape)}: pad the images")
        kept = []
        for i, block in enumerate(self.down):
            x = block(self.pool(x) if i else x)                                     # (N, width·2^i, H/2^i, W/2^i)
            kept.append(x)
        for i in reversed(range(self.depth)):
            x = tg.cat([kept[i], self.up[i](x)], dim=1)                             # details beside the coarse picture
            x = self.merge[i](x)                                                    # (N, width·2^i, H/2^i, W/2^i)
        return self.head(x)
