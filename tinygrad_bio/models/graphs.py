"""Networks on graphs: molecules, proteins, citations.  (Lecture D4)

Letters: N nodes (of all graphs of a batch), C numbers for each node, G graphs.
"""
from .. import nn
from ..nn import functional as F


class GCN(nn.Module):
    """Two graph convolutions, for classes of nodes: softmax(Â relu(Â X W₁) W₂). Kipf & Welling 2016.

    Shapes: x (N, C) dense, or sparse; adjacency (N, N) or edge_index (2, edges) → (N, num_classes) logits

    >>> import tinygrad_bio as tg
    >>> tg.models.GCN(3, 4, 2)(tg.ones(3, 3), tg.tensor([[0, 1], [1, 0]])).shape
    (3, 2)
    """

    def __init__(self, in_channels, hidden, num_classes, dropout=0.5):
        super().__init__()
        self.conv1, self.conv2 = nn.GraphConv(in_channels, hidden), nn.GraphConv(hidden, num_classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, graph):
        x = F.relu(self.conv1(self.dropout(x), graph))          # (N, hidden)
        return self.conv2(self.dropout(x), graph)


class GIN(nn.Module):
    """Graph isomorphism network, for classes of whole graphs. Xu et al. 2019.

        x′_i = MLP((1 + ε)·x_i + Σ of the neighbours' x_j);     graph: the sum of its nodes, after every layer

    Every layer's sum is read out: local and wider surroundings are both counted.

    Parameters
    ----------
    in_channels, num_classes : of each node, of the answer
    hidden, layers : width and depth

    Shapes: x (N, C), edge_index (2, edges), batch (N,) the graph of each node → (G, num_classes) logits

    >>> import tinygrad_bio as tg
    >>> net = tg.models.GIN(3, 2, hidden=4, layers=2)
    >>> net(tg.ones(5, 3), tg.tensor([[0, 1, 3], [1, 0, 4]]), tg.tensor([0, 0, 1, 1, 1])).shape
    (2, 2)
    """

    def __init__(self, in_channels, num_classes, hidden=32, layers=4, dropout=0.5):
        super().__init__()
        sizes = [in_channels] + [hidden] * layers
        self.convs = nn.ModuleList(nn.GINConv(self._mlp(a, b)) for a, b in zip(sizes, sizes[1:]))
        self.norms = nn.ModuleList(nn.BatchNorm1d(hidden) for _ in range(layers))
        self.heads = nn.ModuleList(nn.Linear(size, num_classes) for size in sizes)
        self.dropout = nn.Dropout(dropout)

    @staticmethod
    def _mlp(a, b):
        return nn.Sequential(nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU(), nn.Linear(b, b))

    def forward(self, x, edge_index, batch):
        graphs = int(batch.max()) + 1
        scores = self.dropout(self.heads[0](nn.global_add_pool(x, batch, graphs)))
        for conv, norm, head in zip(self.convs, self.norms, self.heads[1:]):
            x = F.relu(norm(conv(x, edge_index)))                               # (N, hidden)
            scores = scores + self.dropout(head(nn.global_add_pool(x, batch, graphs)))
        return scores
