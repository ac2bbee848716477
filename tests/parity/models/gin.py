"""Classes of whole graphs (GIN, Xu et al. 2019): lists of edges, and sums by index_add_ and scatter_add_."""
import torch
import torch.nn as nn
import torch.nn.functional as F


def batch_of(graphs):
    """(x, edges) of several graphs as one: nodes (n, F), edges (2, m), and each node's graph (n,)."""
    sizes = torch.tensor([x.size(0) for x, _ in graphs])
    starts = torch.cumsum(sizes, 0) - sizes
    x = torch.cat([x for x, _ in graphs])
    edges = torch.cat([e + s for (_, e), s in zip(graphs, starts)], dim=1)
    return x, edges, torch.repeat_interleave(torch.arange(len(graphs)), sizes)


class GINLayer(nn.Module):
    """MLP((1 + ε) x_i + Σ_j x_j)"""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.eps = nn.Parameter(torch.zeros(1))
        self.mlp = nn.Sequential(nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU(True),
                                 nn.Linear(outputs, outputs))

    def forward(self, x, edges):
        source, target = edges
        summed = torch.zeros_like(x).index_add_(0, target, x[source])
        return F.relu(self.mlp((1 + self.eps) * x + summed))


class GIN(nn.Module):

    def __init__(self, features, hidden=6, classes=2, layers=2, dropout=0.5):
        super().__init__()
        self.layers = nn.ModuleList()
        for i in range(layers):
            self.layers.append(GINLayer(hidden if i else features, hidden))
        self.heads = nn.ModuleList([nn.Linear(n, classes) for n in [features] + layers * [hidden]])
        self.dropout = dropout

    def forward(self, x, edges, graph):
        n = int(graph.max()) + 1
        states = [x]
        for layer in self.layers:
            states.append(layer(states[-1], edges))
        score = 0
        for h, head in zip(states, self.heads):
            pooled = h.new_zeros(n, h.size(1)).scatter_add_(0, graph.view(-1, 1).expand_as(h), h)
            count = torch.bincount(graph, minlength=n).clamp_(min=1).to(h.dtype)
            score = score + F.dropout(head(pooled / count.unsqueeze(-1)), self.dropout, self.training)
        return score
