"""Layers on graphs: every node looks at its neighbours.

A graph is given in one of three ways, and every layer takes all of them:

* ``edge_index`` (2, E), integers: edge e leads from node ``edge_index[0, e]`` to node ``edge_index[1, e]``; an undirected edge is listed
  in both directions. ``edge_weight`` (E,) may go with it.
* a dense adjacency matrix A (N, N), or a batch of them (B, N, N): ``A[i, j]`` is the weight of the edge from j to i.
* a sparse adjacency matrix, a `SparseTensor`.

Several graphs are one graph that falls apart: `batch_graphs` numbers the nodes on and says which graph each belongs to, and the pools
(`global_mean_pool`, …) bring each graph's nodes together.
"""
from ..autograd import ShapeError, here
from ..backend import check_index, namespace
from ..create import as_tensor, zeros
from ..functions import cat
from ..functions.common import index_array
from ..ops.graph import Pattern, segment_max, sparse_matmul
from ..ops.index import putitem
from ..sparse import SparseTensor
from ..tensor import Tensor
from . import init
from .functional import dropout, leaky_relu
from .linear import Linear
from .module import Module
from .parameter import Parameter

__all__ = ["GraphConv", "GATConv", "GINConv", "MessagePassing", "global_add_pool", "global_mean_pool", "global_max_pool", "batch_graphs"]


# ------------------------------------------------------------------------------------------------ what a graph is

def edges_of(graph, x, edge_weight=None):
    """A graph given in any way as (source, target, weight or None): index arrays (E,), a Tensor (E,)."""
    n = x.shape[0]
    if isinstance(graph, SparseTensor):
        return graph.pattern.columns, graph.pattern.rows, graph.values()
    if isinstance(graph, Tensor) and graph.is_floating_point():
        if tuple(graph.shape) != (n, n):
            raise ShapeError(f"graph{here()}: expected an adjacency matrix of shape ({n}, {n}) for {n} nodes, got {tuple(graph.shape)}")
        target, source = graph.array.nonzero()
        return source, target, graph[as_tensor(target), as_tensor(source)]
    index = index_array(graph, x, "graph", "edge_index")
    if index.ndim != 2 or index.shape[0] != 2:
        raise ShapeError(f"graph{here()}: expected edge_index of shape (2, E), an adjacency matrix of floats (N, N) or a SparseTensor, "
                         f"got shape {tuple(index.shape)}. If it is (E, 2), write edge_index.t()")
    check_index(index, n, f"graph{here()}: node")
    if index.size and int(index.min()) < 0:
        raise IndexError(f"graph{here()}: node {int(index.min())} is out of range: nodes are counted from 0 to {n - 1}")
    return index[0], index[1], edge_weight


def with_self_loops(source, target, weight, n, fill=1.0):
    """The edges, and one from each node to itself where it is *missing*; a weight that is there is kept."""
    xp = namespace(source)
    missing = xp.ones(n, dtype=bool)
    missing[source[source == target]] = False
    nodes = xp.arange(n)[missing]
    weight = cat([weight, weight.new_full((len(nodes),), fill)])
    return xp.concatenate([source, nodes]), xp.concatenate([target, nodes]), weight


def normalised(source, target, weight, n):
    """w_ij / √(d_i·d_j), where d is the sum of the weights of the edges *into* a node; 0 where that is 0."""
    degree = putitem(weight, index=target, shape=(n,))
    some = degree > 0
    inverse = some.where(some, 0.0).to(weight.dtype) * degree.where(some, 1.0) ** -0.5
    return inverse[as_tensor(source)] * weight * inverse[as_tensor(target)]


# ------------------------------------------------------------------------------------------------------- layers

class GraphConv(Module):
    """Graph convolution, X′ = Â X Wᵀ + b: each node becomes a weighted mean of its neighbours and itself, times a matrix.

    Â = D^(−1/2) (A + I) D^(−1/2), with D the sums of the rows of A + I. A self-loop is added only where there is none.
    Weights by Glorot, bias 0, added after the mean. (Kipf & Welling 2017; PyTorch Geometric calls it GCNConv. Lecture D4: X′ = σ(A X Wᵀ);
    put the σ behind it.)

    Parameters
    ----------
    in_features, out_features : channels of x (N, in_features) and of the result (N, out_features)
    normalize : False takes A as it is
    add_self_loops : as `normalize`, if not given
    improved : self-loops of weight 2

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.GraphConv(3, 2)
    >>> path = tg.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])               # 0 – 1 – 2
    >>> layer(tg.ones(3, 3), path).shape
    (3, 2)
    """

    def __init__(self, in_features, out_features, bias=True, normalize=True, add_self_loops=None, improved=False):
        super().__init__()
        add_self_loops = normalize if add_self_loops is None else add_self_loops
        if add_self_loops and not normalize:
            raise ValueError("GraphConv: self-loops belong to the normalisation; without it, put them into the graph yourself "
                             "(normalize=False, add_self_loops=False)")
        self.in_features, self.out_features = in_features, out_features
        self.normalize, self.add_self_loops, self.improved = normalize, add_self_loops, improved
        self.lin = Linear(in_features, out_features, bias=False)
        self.bias = Parameter(zeros(out_features)) if bias else None
        self.reset_parameters()

    def reset_parameters(self):
        """Glorot's uniform weights, bias 0."""
        init.xavier_uniform_(self.lin.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, x, graph, edge_weight=None):
        h = self.lin(x)                                                         # (N, out)
        if isinstance(graph, Tensor) and graph.is_floating_point() and graph.ndim == 3:
            y = self._dense(graph) @ h                                          # (B, N, N) (B, N, out)
        else:
            y = self._sparse(h, graph, edge_weight)
        return y if self.bias is None else y + self.bias

    def _sparse(self, h, graph, edge_weight):
        n = h.shape[0]
        source, target, weight = edges_of(graph, h, edge_weight)
        weight = h.new_ones(len(source)) if weight is None else weight.to(h.dtype)
        if self.add_self_loops:
            source, target, weight = with_self_loops(source, target, weight, n, 2.0 if self.improved else 1.0)
        if self.normalize:
            weight = normalised(source, target, weight, n)
        return sparse_matmul(weight, h, pattern=Pattern(target, source, (n, n)))

    def _dense(self, a):
        """Â for a batch of adjacency matrices (B, N, N)."""
        if self.add_self_loops:
            loops = a.diagonal(0, -2, -1)                                       # (B, N)
            a = a + (2.0 if self.improved else 1.0) * (loops == 0).to(a.dtype).unsqueeze(-1) * _identity(a)
        if not self.normalize:
            return a
        degree = a.sum(dim=-1, keepdim=True)                                    # (B, N, 1)
        some = degree > 0
        inverse = some.to(a.dtype) * degree.where(some, 1.0) ** -0.5
        return inverse * a * inverse.transpose(-1, -2)

    def extra_repr(self):
        return f"{self.in_features}, {self.out_features}"


def _identity(a):
    return as_tensor(namespace(a.array).eye(a.shape[-1], dtype=a.dtype))


class MessagePassing(Module):
    """The common shape of graph layers, to be subclassed: each edge makes a *message*, each node gathers those that reach it.

        x′_i = update( aggregate over edges j → i of message(x_i, x_j, edge_weight), x_i )

    Write `message` (and `update`, if something follows), and call ``self.propagate(x, graph)`` in `forward`.

    Parameters
    ----------
    aggr : "add", "mean" or "max"

    >>> import tinygrad_bio as tg
    >>> class Difference(tg.nn.MessagePassing):
    ...     def message(self, x_i, x_j, edge_weight):
    ...         return (x_i - x_j).abs()
    >>> layer = Difference(aggr="max")
    >>> layer(tg.tensor([[1.], [5.], [2.]]), tg.tensor([[0, 2], [1, 1]]))       # 0 → 1 ← 2
    tensor([[0.],
            [4.],
            [0.]])
    """

    def __init__(self, aggr="add"):
        super().__init__()
        if aggr not in ("add", "mean", "max"):
            raise ValueError(f"MessagePassing: aggr must be 'add', 'mean' or 'max', not {aggr!r}")
        self.aggr = aggr

    def forward(self, x, graph, edge_weight=None):
        return self.propagate(x, graph, edge_weight)

    def propagate(self, x, graph, edge_weight=None):
        """Make the messages, gather them, update: (N, C) → (N, C′)."""
        source, target, weight = edges_of(graph, x, edge_weight)
        messages = self.message(x[as_tensor(target)], x[as_tensor(source)], weight)         # (E, C)
        return self.update(_POOLS[self.aggr](messages, as_tensor(target), x.shape[0]), x)

    def message(self, x_i, x_j, edge_weight):
        """What travels along each edge from j to i: (E, C). The neighbour itself, times the edge's weight, unless overridden."""
        return x_j if edge_weight is None else x_j * edge_weight.unsqueeze(-1)

    def update(self, gathered, x):
        """What a node becomes: what it has gathered, unless overridden."""
        return gathered


class GINConv(MessagePassing):
    """Graph isomorphism layer, x′_i = nn((1 + ε)·x_i + Σ_j x_j): as good at telling graphs apart as any of its kind.

    (Xu et al. 2019, How powerful are graph neural networks?)

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.GINConv(tg.nn.Linear(3, 8), train_eps=True)
    >>> layer(tg.ones(2, 3), tg.tensor([[0, 1], [1, 0]])).shape
    (2, 8)
    """

    def __init__(self, nn, eps=0.0, train_eps=False):
        super().__init__(aggr="add")
        self.nn = nn
        if train_eps:
            self.eps = Parameter(zeros(1) + eps)
        else:
            self.register_buffer("eps", zeros(1) + eps)

    def update(self, gathered, x):
        return self.nn((1 + self.eps) * x + gathered)


class GATConv(Module):
    """Graph attention: each node weighs its neighbours by how much they matter to it.

        e_ij = LeakyReLU(a_s·W x_j + a_t·W x_i)       α_ij = softmax of e_ij over the edges into i       x′_i = Σ_j α_ij·W x_j

    in `heads` independent copies, concatenated (N, heads·out_channels) or, with ``concat=False``, averaged (N, out_channels).
    (Veličković et al. 2018; parameter names are PyTorch Geometric's.)

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.GATConv(3, 4, heads=2)
    >>> layer(tg.ones(2, 3), tg.tensor([[0, 1], [1, 0]])).shape
    (2, 8)
    """

    def __init__(self, in_channels, out_channels, heads=1, concat=True, negative_slope=0.2, dropout=0.0, add_self_loops=True, bias=True):
        super().__init__()
        self.in_channels, self.out_channels, self.heads, self.concat = in_channels, out_channels, heads, concat
        self.negative_slope, self.dropout, self.add_self_loops = negative_slope, dropout, add_self_loops
        self.att_src = Parameter(zeros(1, heads, out_channels))
        self.att_dst = Parameter(zeros(1, heads, out_channels))
        self.bias = Parameter(zeros(heads * out_channels if concat else out_channels)) if bias else None
        self.lin = Linear(in_channels, heads * out_channels, bias=False)
        self.reset_parameters()

    def reset_parameters(self):
        """Glorot's uniform weights, bias 0."""
        for weight in (self.lin.weight, self.att_src, self.att_dst):
            init.xavier_uniform_(weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, x, graph, return_attention_weights=False):
        n = x.shape[0]
        source, target, _ = edges_of(graph, x)
        if self.add_self_loops:
            source, target, _ = with_self_loops(source, target, x.new_ones(len(source)), n)
        source, target = as_tensor(source), as_tensor(target)
        h = self.lin(x).reshape(n, self.heads, self.out_channels)               # (N, H, C)
        from_source, from_target = (h * self.att_src).sum(dim=-1), (h * self.att_dst).sum(dim=-1)      # (N, H)
        e = leaky_relu(from_source[source] + from_target[target], self.negative_slope)                 # (E, H)
        attention = segment_softmax(e, target, n)                               # (E, H)
        weight = dropout(attention, self.dropout, self.training)
        y = global_add_pool(h[source] * weight.unsqueeze(-1), target, n)        # (N, H, C)
        y = y.reshape(n, -1) if self.concat else y.mean(dim=1)
        y = y if self.bias is None else y + self.bias
        return (y, attention) if return_attention_weights else y

    def extra_repr(self):
        return f"{self.in_channels}, {self.out_channels}, heads={self.heads}"


def segment_softmax(x, index, size):
    """Softmax over each group of rows: x (E, …), index (E,) says to which of `size` groups a row belongs."""
    top = segment_max(x.detach(), index=index.array, size=size)
    e = (x - top[index]).exp()
    return e / global_add_pool(e, index, size)[index]


# -------------------------------------------------------------------------------------------------------- pools

def _groups(batch, size):
    index = batch.array if isinstance(batch, Tensor) else batch
    size = (int(index.max()) + 1 if index.size else 0) if size is None else size
    check_index(index, size, "pool: graph")
    return index, size


def global_add_pool(x, batch, size=None):
    """The sum of each graph's nodes: x (N, C), batch (N,) the number of each node's graph → (B, C).

    >>> import tinygrad_bio as tg
    >>> tg.nn.global_add_pool(tg.tensor([[1.], [2.], [4.]]), tg.tensor([0, 0, 1]))
    tensor([[3.],
            [4.]])
    """
    index, size = _groups(batch, size)
    return putitem(x, index=index, shape=(size,) + tuple(x.shape[1:]))


def global_mean_pool(x, batch, size=None):
    """The mean of each graph's nodes; 0 for a graph without nodes.

    >>> import tinygrad_bio as tg
    >>> tg.nn.global_mean_pool(tg.tensor([[1.], [2.], [4.]]), tg.tensor([0, 0, 1]))
    tensor([[1.5000],
            [4.0000]])
    """
    index, size = _groups(batch, size)
    xp = namespace(index)
    n = xp.maximum(xp.bincount(index, minlength=size), 1).astype(x.dtype).reshape((-1,) + (1,) * (x.ndim - 1))
    return global_add_pool(x, batch, size) / as_tensor(n)


def global_max_pool(x, batch, size=None):
    """The largest of each graph's nodes, channel by channel; 0 for a graph without nodes.

    >>> import tinygrad_bio as tg
    >>> tg.nn.global_max_pool(tg.tensor([[1., 5.], [2., 3.], [4., 4.]]), tg.tensor([0, 0, 1]))
    tensor([[2., 5.],
            [4., 4.]])
    """
    index, size = _groups(batch, size)
    return segment_max(x, index=index, size=size)


_POOLS = {"add": global_add_pool, "mean": global_mean_pool, "max": global_max_pool}


def batch_graphs(graphs):
    """Several graphs as one: a list of (x (N, C), edge_index (2, E)) → x (ΣN, C), edge_index (2, ΣE), batch (ΣN,).

    >>> import tinygrad_bio as tg
    >>> pair = (tg.ones(2, 1), tg.tensor([[0, 1], [1, 0]]))
    >>> x, edge_index, batch = tg.nn.batch_graphs([pair, pair])
    >>> edge_index.tolist(), batch.tolist()
    ([[0, 1, 2, 3], [1, 0, 3, 2]], [0, 0, 1, 1])
    """
    graphs = list(graphs)
    if not graphs:
        raise ValueError("batch_graphs: expected at least one graph, got an empty list")
    start, moved, batch = 0, [], []
    for number, (x, edge_index) in enumerate(graphs):
        moved.append(as_tensor(edge_index) + start)
        batch += [number] * x.shape[0]
        start += x.shape[0]
    return cat([x for x, _ in graphs]), cat(moved, dim=1), as_tensor(batch, device=graphs[0][0].device)
