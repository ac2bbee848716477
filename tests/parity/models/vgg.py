"""VGG-16 (configuration D of Simonyan & Zisserman 2014), without and with batch normalisation.

138 357 544 parameters ("138 million" in Table 2 of the paper); 138 365 992 with batch normalisation.
"""
import torch.nn as nn

cfg = {
    "A": [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    "D": [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"],
}


def make_layers(plan, batch_norm, width):
    layers = []
    in_channels = 3
    for v in plan:
        if v == "M":
            layers += [nn.MaxPool2d(kernel_size=2, stride=2)]
        else:
            v = v // width
            conv2d = nn.Conv2d(in_channels, v, kernel_size=3, padding=1)
            if batch_norm:
                layers += [conv2d, nn.BatchNorm2d(v), nn.ReLU(True)]
            else:
                layers += [conv2d, nn.ReLU(True)]
            in_channels = v
    return nn.Sequential(*layers)


class VGG(nn.Module):
    def __init__(self, plan="D", batch_norm=False, num_classes=1000, width=1):
        super(VGG, self).__init__()
        self.features = make_layers(cfg[plan], batch_norm, width)
        self.avgpool = nn.AdaptiveAvgPool2d(7)
        hidden = 4096 // width
        self.classifier = nn.Sequential(
            nn.Linear(512 // width * 7 * 7, hidden), nn.ReLU(True), nn.Dropout(),
            nn.Linear(hidden, hidden), nn.ReLU(True), nn.Dropout(),
            nn.Linear(hidden, num_classes))
        self._initialize_weights()

    def forward(self, x):
        x = self.avgpool(self.features(x))
        x = x.view(x.size(0), -1)
        return self.classifier(x)

    def _initialize_weights(self):
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
                if m.bias is not None:
                    nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, 0, 0.01)
                nn.init.constant_(m.bias, 0)


def vgg16(**kwargs):
    return VGG("D", **kwargs)


def vgg16_bn(**kwargs):
    return VGG("D", batch_norm=True, **kwargs)
