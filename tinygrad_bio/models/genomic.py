"""From genetic markers to a phenotype.  (Lecture E7)

Letters: N lines, M markers.
"""
from .. import nn
from ..nn import functional as F


class MarkerMLP(nn.Module):
    """A dense network over all markers, with much dropout: there are always more markers than lines.

    Shapes: (N, M) → (N, traits)

    >>> import tinygrad_bio as tg
    >>> tg.models.MarkerMLP(100, traits=2)(tg.zeros(3, 100)).shape
    (3, 2)
    """

    def __init__(self, markers, traits=1, hidden=(64, 32), dropout=0.5):
        super().__init__()
        sizes, layers = (markers, *hidden), []
        for a, b in zip(sizes, hidden):
            layers += [nn.Linear(a, b), nn.ReLU(), nn.Dropout(dropout)]
        self.layers = nn.Sequential(*layers, nn.Linear(hidden[-1], traits))

    def forward(self, x):
        return self.layers(x)


class MarkerCNN(nn.Module):
    """Filters slide along the chromosome: neighbouring markers are inherited together, so that a window is a feature.

    Shapes: (N, M) → (N, traits)

    >>> import tinygrad_bio as tg
    >>> tg.models.MarkerCNN(100)(tg.zeros(3, 100)).shape
    (3, 1)
    """

    def __init__(self, markers, traits=1, filters=8, width=9, pool=6, hidden=32, dropout=0.5):
        super().__init__()
        self.conv = nn.Conv1d(1, filters, width, padding="same")
        self.pool = nn.AvgPool1d(pool)
        self.dropout = nn.Dropout(dropout)
        self.hidden = nn.Linear(filters * (markers // pool), hidden)
        self.out = nn.Linear(hidden, traits)

    def forward(self, x):
        x = self.pool(F.relu(self.conv(x[:, None])))            # (N, filters, M/pool)
        x = F.relu(self.hidden(self.dropout(x.flatten(1))))
        return self.out(self.dropout(x))
