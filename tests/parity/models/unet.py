"""U-Net (Ronneberger et al. 2015): down, up, and at each size across. Of which class is each pixel?

31 030 658 parameters for one channel and two classes: without borders 572×572 pixels give 388×388, as in
Figure 1 of the paper. (The paper counts 23 convolutional layers, but no parameters.)
"""
import torch
import torch.nn as nn
import torch.nn.functional as F


def double_conv(in_channels, out_channels, padding):
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=padding),
        nn.ReLU(inplace=True),
        nn.Conv2d(out_channels, out_channels, 3, padding=padding),
        nn.ReLU(inplace=True)
    )


class Up(nn.Module):
    def __init__(self, channels, padding, bilinear):
        super().__init__()
        if bilinear:
            self.up = nn.Sequential(
                nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
                nn.Conv2d(channels, channels // 2, 1))
        else:
            self.up = nn.ConvTranspose2d(channels, channels // 2, kernel_size=2, stride=2)
        self.conv = double_conv(channels, channels // 2, padding)
        self.padding = padding

    def forward(self, x1, x2):
        x1 = self.up(x1)
        diff_y = x2.size()[2] - x1.size()[2]
        diff_x = x2.size()[3] - x1.size()[3]
        if self.padding:                        # make what comes from below larger,
            x1 = F.pad(x1, [diff_x // 2, diff_x - diff_x // 2, diff_y // 2, diff_y - diff_y // 2])
        else:                                   # or cut what comes from across
            top, left = diff_y // 2, diff_x // 2
            x2 = x2[:, :, top:top + x1.shape[2], left:left + x1.shape[3]]
        x = torch.cat([x2, x1], dim=1)
        return self.conv(x)


class UNet(nn.Module):
    def __init__(self, n_channels=1, n_classes=2, base=64, depth=4, padding=0, bilinear=False):
        super(UNet, self).__init__()
        self.n_channels = n_channels
        self.n_classes = n_classes
        self.inc = double_conv(n_channels, base, padding)
        self.downs = nn.ModuleList()
        for i in range(depth):
            c = base * 2 ** i
            self.downs.append(nn.Sequential(nn.MaxPool2d(2), double_conv(c, 2 * c, padding)))
        self.ups = nn.ModuleList([Up(base * 2 ** (i + 1), padding, bilinear) for i in reversed(range(depth))])
        self.outc = nn.Conv2d(base, n_classes, kernel_size=1)

    def forward(self, x):
        skips = [self.inc(x)]
        for down in self.downs:
            skips.append(down(skips[-1]))
        x = skips.pop()
        for up, skip in zip(self.ups, skips[::-1]):
            x = up(x, skip)
        return self.outc(x)


def dice_loss(logits, masks, eps=1e-6):
    """1 − 2·|A ∩ B| / (|A| + |B|), mean over classes and images."""
    probs = F.softmax(logits, dim=1)
    one_hot = F.one_hot(masks, logits.shape[1]).permute(0, 3, 1, 2).type_as(probs)
    inter = 2 * (probs * one_hot).sum(dim=(-1, -2))
    sets_sum = probs.sum(dim=(-1, -2)) + one_hot.sum(dim=(-1, -2))
    return 1 - ((inter + eps) / (sets_sum + eps)).mean()


def loss_fn(logits, masks):
    """Cross-entropy of each pixel, where those on the border between classes count more, and the overlap."""
    border = (masks[:, 1:, :] != masks[:, :-1, :]).to(logits.dtype)
    weight = torch.ones_like(masks, dtype=logits.dtype)
    weight[:, 1:, :] += 5 * border
    ce = F.cross_entropy(logits, masks, reduction="none")
    return (ce * weight).mean() + dice_loss(logits, masks)
