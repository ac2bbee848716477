"""EfficientNet-B0 (Tan & Le 2019): inverted bottlenecks with squeeze-and-excitation, SiLU, stochastic depth.

5 288 548 parameters, the published number of PyTorch's own weights for it ("5.3M" in Table 2 of the paper).
"""
import collections
import copy
import math

import torch
from torch import nn
from torch.nn import functional as F

BlockArgs = collections.namedtuple("BlockArgs", [
    "expand_ratio", "kernel_size", "stride", "input_filters", "output_filters", "num_repeat"])

BLOCKS = [
    BlockArgs(1, 3, 1, 32, 16, 1),
    BlockArgs(6, 3, 2, 16, 24, 2),
    BlockArgs(6, 5, 2, 24, 40, 2),
    BlockArgs(6, 3, 2, 40, 80, 3),
    BlockArgs(6, 5, 1, 80, 112, 3),
    BlockArgs(6, 5, 2, 112, 192, 4),
    BlockArgs(6, 3, 1, 192, 320, 1),
]


class Swish(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)


class StochasticDepth(nn.Module):
    """Leaves out the whole branch for some samples of the batch, in training."""

    def __init__(self, p):
        super(StochasticDepth, self).__init__()
        self.p = p

    def forward(self, inputs):
        if not self.training or self.p == 0:
            return inputs
        keep_prob = 1 - self.p
        random_tensor = keep_prob
        random_tensor += torch.rand([inputs.shape[0], 1, 1, 1], dtype=inputs.dtype, device=inputs.device)
        binary_tensor = torch.floor(random_tensor)
        return inputs / keep_prob * binary_tensor

    def extra_repr(self):
        return f"p={self.p}"


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, squeezed):
        super(SqueezeExcitation, self).__init__()
        self._se_reduce = nn.Conv2d(channels, squeezed, kernel_size=1)
        self._se_expand = nn.Conv2d(squeezed, channels, kernel_size=1)
        self._swish = Swish()

    def forward(self, x):
        x_squeezed = F.adaptive_avg_pool2d(x, 1)
        x_squeezed = self._se_expand(self._swish(self._se_reduce(x_squeezed)))
        return F.sigmoid(x_squeezed) * x


class MBConvBlock(nn.Module):
    def __init__(self, args, drop_rate, norm):
        super(MBConvBlock, self).__init__()
        self.id_skip = args.stride == 1 and args.input_filters == args.output_filters
        inp, oup = args.input_filters, args.input_filters * args.expand_ratio
        self.expand = None
        if oup != inp:
            self.expand = nn.Sequential(nn.Conv2d(inp, oup, 1, bias=False), norm(oup), nn.SiLU(inplace=True))
        k = args.kernel_size
        self._depthwise_conv = nn.Conv2d(oup, oup, k, args.stride, padding=k // 2, groups=oup, bias=False)
        self._bn1 = norm(oup)
        self._se = SqueezeExcitation(oup, max(1, inp // 4))
        self._project_conv = nn.Conv2d(oup, args.output_filters, kernel_size=1, bias=False)
        self._bn2 = norm(args.output_filters)
        self._act = nn.SiLU()
        self._drop = StochasticDepth(drop_rate)

    def forward(self, inputs):
        x = inputs
        if self.expand is not None:
            x = self.expand(x)
        x = self._act(self._bn1(self._depthwise_conv(x)))
        x = self._bn2(self._project_conv(self._se(x)))
        if self.id_skip:
            x = self._drop(x)
            x = x + inputs
        return x


class EfficientNet(nn.Module):
    def __init__(self, num_classes=1000, dropout_rate=0.2, drop_connect_rate=0.2, momentum=0.01, eps=1e-3):
        super(EfficientNet, self).__init__()

        def norm(channels):
            return nn.BatchNorm2d(num_features=channels, momentum=momentum, eps=eps)

        first = BLOCKS[0].input_filters
        self._conv_stem = nn.Conv2d(3, first, kernel_size=3, stride=2, padding=1, bias=False)
        self._bn0 = norm(first)
        self._blocks = nn.ModuleList([])
        total = sum(args.num_repeat for args in copy.deepcopy(BLOCKS))
        for args in BLOCKS:
            for _ in range(args.num_repeat):
                self._blocks.append(MBConvBlock(args, drop_connect_rate * len(self._blocks) / total, norm))
                args = args._replace(input_filters=args.output_filters, stride=1)
        self._conv_head = nn.Conv2d(BLOCKS[-1].output_filters, 1280, kernel_size=1, bias=False)
        self._bn1 = norm(1280)
        self._avg_pooling = nn.AdaptiveAvgPool2d(1)
        self._dropout = nn.Dropout(dropout_rate)
        self._fc = nn.Linear(1280, num_classes)
        self._swish = Swish()
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self):
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                fan_out = m.kernel_size[0] * m.kernel_size[1] * m.out_channels // m.groups
                m.weight.normal_(0, math.sqrt(2.0 / fan_out))
                if m.bias is not None:
                    m.bias.zero_()
        bound = 1.0 / math.sqrt(self._fc.weight.size(0))
        self._fc.weight.uniform_(-bound, bound)
        self._fc.bias.zero_()

    def forward(self, inputs):
        x = self._swish(self._bn0(self._conv_stem(inputs)))
        for idx, block in enumerate(self._blocks):
            x = block(x)
        x = self._swish(self._bn1(self._conv_head(x)))
        x = self._avg_pooling(x)
        x = x.flatten(start_dim=1)
        x = self._dropout(x)
        return self._fc(x)
