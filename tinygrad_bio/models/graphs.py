"""Networks on graphs: molecules, proteins, citations.  (Lecture D4)

Letters: N nodes (of all graphs of a batch), C numbers for each node, G graphs.
"""
from .. import nn
from ..autograd import ShapeError
from ..functions import cat, stack
from ..nn import functional as F
from ..sparse import sparse_coo_tensor


class GCN(nn.Module):
    """Two graph convolutions, for classes of nodes: softmax(Â relu(Â X W₁) W₂). Kipf & Welling 2016.

    Shapes: x (N, C); edge_index (2, edges), or the adjacency (N, N), dense or sparse → (N, num_classes) logits

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

    Every layer's sum is read out: local and wider surroundings are both counted. Edges may be of several kinds, as bonds are; with
    ``relations=R`` each kind has a matrix of its own, and so has the node itself (Schlichtkrull et al. 2018):

        x′_i = MLP′(W₀·x_i + Σ_r W_r·Σ of the x_j along edges j → i of kind r)

    Parameters
    ----------
    in_channels, num_classes : of each node, of the answer
    hidden, layers : width and depth
    relations : how many kinds of edges; None (the paper's) does not look at the kind
    head : ``"linear"``, the paper's: a linear map of each layer's sum, and these added. ``"mlp"``: all layers' sums side by side,
        normalised, through two dense layers

    Shapes: x (N, C), edge_index (2, edges), batch (N,) the graph of each node, edge_type (edges,) the kind, from 0
    → (G, num_classes) logits. Without edge_type all edges are of kind 0.

    >>> import tinygrad_bio as tg
    >>> x, edges, batch = tg.ones(5, 3), tg.tensor([[0, 1, 3], [1, 0, 4]]), tg.tensor([0, 0, 1, 1, 1])
    >>> tg.models.GIN(3, 2, hidden=4, layers=2)(x, edges, batch).shape
    (2, 2)
    >>> tg.models.GIN(3, 2, hidden=4, layers=2, relations=2, head="mlp")(x, edges, batch, edge_type=tg.tensor([1, 1, 0])).shape
    (2, 2)
    """

    def __init__(self, in_channels, num_classes, hidden=32, layers=4, dropout=0.5, relations=None, head="linear"):
        super().__init__()
        if head not in ("linear", "mlp"):
            raise ValueError(f"GIN: head must be 'linear' or 'mlp', not {head!r}")
        if relations is not None and relations < 1:
            raise ValueError(f"GIN: relations must be at least 1, or None, got {relations}")
        sizes = [in_channels] + [hidden] * layers
        self.relations = relations
        self.convs = nn.ModuleList(self._conv(a, b) for a, b in zip(sizes, sizes[1:]))
        self.norms = nn.ModuleList(nn.BatchNorm1d(hidden) for _ in range(layers))
        if head == "linear":
            self.heads, self.mlp = nn.ModuleList(nn.Linear(size, num_classes) for size in sizes), None
        else:
            self.heads, self.mlp = None, nn.Sequential(nn.BatchNorm1d(sum(sizes)), nn.Dropout(dropout), nn.Linear(sum(sizes), hidden),
                                                       nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, num_classes))
        self.dropout = nn.Dropout(dropout)

    def _conv(self, a, b):
        if self.relations is None:
            return nn.GINConv(nn.Sequential(nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU(), nn.Linear(b, b)))
        return _RelationalConv(nn.Sequential(nn.BatchNorm1d(b), nn.ReLU(), nn.Linear(b, b)), a, b, self.relations)

    def forward(self, x, edge_index, batch, edge_type=None):
        if edge_type is not None and self.relations is None:
            raise ValueError("GIN: got edge_type, but relations=None: say how many kinds of edges there are, GIN(..., relations=4)")
        graph = edge_index if self.relations is None else _by_kind(edge_index, edge_type, x, self.relations)
        graphs = int(batch.max()) + 1
        sums = [nn.global_add_pool(x, batch, graphs)]
        for conv, norm in zip(self.convs, self.norms):
            x = F.relu(norm(conv(x, graph)))                                    # (N, hidden)
            sums.append(nn.global_add_pool(x, batch, graphs))                   # (G, hidden)
        if self.mlp is not None:
            return self.mlp(cat(sums, dim=1))
        return sum(self.dropout(head(one)) for head, one in zip(self.heads, sums))


class _RelationalConv(nn.Module):
    """nn(W₀·x_i + Σ_r W_r·Σ of the x_j along edges of kind r)"""

    def __init__(self, after, a, b, relations):
        super().__init__()
        self.nn, self.relations = after, relations
        self.own, self.along = nn.Linear(a, b), nn.Linear(a, relations * b, bias=False)

    def forward(self, x, graph):
        messages = self.along(x).reshape(len(x) * self.relations, -1)          # row j·R + r: W_r x_j
        return self.nn(self.own(x) + graph @ messages)


def _by_kind(edge_index, edge_type, x, relations):
    """The edges as a sparse matrix (N, N·R): entry [i, j·R + r] is 1 for an edge j → i of kind r. Shared by all layers."""
    source, target = edge_index[0], edge_index[1]
    if edge_type is not None:
        if edge_type.shape != source.shape:
            raise ShapeError(f"GIN: expected edge_type of shape {tuple(source.shape)}, one kind for each edge, "
                             f"got {tuple(edge_type.shape)}")
        if len(edge_type) and not 0 <= int(edge_type.min()) <= int(edge_type.max()) < relations:
            raise IndexError(f"GIN: edge_type goes from {int(edge_type.min())} to {int(edge_type.max())}, expected 0 to {relations - 1} "
                             f"for relations={relations}")
    kind = 0 if edge_type is None else edge_type
    places = stack([target, source * relations + kind])
    return sparse_coo_tensor(places, x.new_ones(places.shape[1]), (len(x), len(x) * relations))
