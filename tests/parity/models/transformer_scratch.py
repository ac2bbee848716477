"""The transformer's encoder from its parts: einsum, copies of layers, its own LayerNorm, a mask."""
import copy
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def clones(module, n):
    return nn.ModuleList([copy.deepcopy(module) for _ in range(n)])


class LayerNorm(nn.Module):
    """With the unbiased standard deviation, ε outside of the root."""

    def __init__(self, features, eps=1e-6):
        super(LayerNorm, self).__init__()
        self.gain = nn.Parameter(torch.ones(features))
        self.shift = nn.Parameter(torch.zeros(features))
        self.eps = eps

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        std = x.std(-1, keepdim=True)
        return self.gain * (x - mean) / (std + self.eps) + self.shift


class SelfAttention(nn.Module):

    def __init__(self, width, heads):
        super(SelfAttention, self).__init__()
        self.heads, self.per_head = heads, width // heads
        assert self.per_head * heads == width, "the width must be a multiple of the number of heads"
        self.values = nn.Linear(self.per_head, self.per_head, bias=False)       # the same for each head
        self.keys = nn.Linear(self.per_head, self.per_head, bias=False)
        self.queries = nn.Linear(self.per_head, self.per_head, bias=False)
        self.out = nn.Linear(width, width)
        self.seen = None

    def forward(self, values, keys, query, mask):
        N, Lq, E = query.shape
        values = self.values(values.reshape(N, values.shape[1], self.heads, self.per_head))
        keys = self.keys(keys.reshape(N, keys.shape[1], self.heads, self.per_head))
        queries = self.queries(query.reshape(N, Lq, self.heads, self.per_head))
        energy = torch.einsum("nqhd,nkhd->nhqk", [queries, keys])               # (N, H, Lq, Lk)
        if mask is not None:
            energy = energy.masked_fill(mask == 0, float("-1e20"))
        attention = torch.softmax(energy / math.sqrt(E), dim=3)
        self.seen = attention.detach().cpu().numpy()                            # to be drawn
        y = torch.einsum("nhqk,nkhd->nqhd", [attention, values]).reshape(N, Lq, E)
        return self.out(y)


class Layer(nn.Module):

    def __init__(self, width, heads, dropout, expansion):
        super(Layer, self).__init__()
        self.attention = SelfAttention(width, heads)
        self.norms = clones(LayerNorm(width), 2)
        self.feed_forward = nn.Sequential(nn.Linear(width, expansion * width), nn.ReLU(inplace=True),
                                          nn.Linear(expansion * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):
        x = self.dropout(self.norms[0](self.attention(x, x, x, mask) + x))
        return self.dropout(self.norms[1](self.feed_forward(x) + x))


class Classifier(nn.Module):
    """A protein's class: the mean over its residues of the last layer."""

    def __init__(self, vocabulary=21, width=8, layers=2, heads=2, longest=12, classes=3, dropout=0.1,
                 expansion=2):
        super(Classifier, self).__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.position = nn.Parameter(torch.randn(1, longest, width))
        self.layers = clones(Layer(width, heads, dropout, expansion), layers)
        self.head = nn.Linear(width, classes)
        for p in self.layers.parameters():
            if p.dim() > 1:
                nn.init.xavier_normal_(p, gain=nn.init.calculate_gain("relu"))

    def forward(self, tokens, lengths):                                 # (N, L), (N,)
        mask = torch.arange(tokens.size(1), device=tokens.device)[None, :] < lengths[:, None]   # (N, L)
        x = self.embedding(tokens) + self.position[:, :tokens.size(1)]
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :])
        mask = mask.unsqueeze(-1).type_as(x)
        pooled = (x * mask).sum(1) / mask.sum(1).clamp(min=1)           # (N, E)
        return F.log_softmax(self.head(pooled), dim=-1)
