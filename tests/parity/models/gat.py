"""Graph attention (Veličković et al. 2018) on a dense adjacency matrix: all pairs of nodes are scored."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class AttentionHead(nn.Module):
    """α_ij = softmax_j LeakyReLU(aᵀ[W x_i ‖ W x_j]) over the neighbours j of i"""

    def __init__(self, in_features, out_features, dropout, alpha, concat=True):
        super(AttentionHead, self).__init__()
        self.dropout, self.concat = dropout, concat
        self.W = nn.Linear(in_features, out_features, bias=False)
        self.a = nn.Parameter(torch.empty(size=(2 * out_features, 1)))
        nn.init.xavier_uniform_(self.W.weight.data, gain=1.414)
        nn.init.xavier_uniform_(self.a.data, gain=1.414)
        self.leakyrelu = nn.LeakyReLU(alpha)

    def forward(self, x, adj):                                          # (n, F), (n, n)
        h = self.W(x)
        n, width = h.size()
        score = torch.matmul(h, self.a[:width, :]) + torch.matmul(h, self.a[width:, :]).T       # (n, n)
        score = self.leakyrelu(score)
        attention = torch.where(adj > 0, score, -9e15 * torch.ones_like(score))
        attention = F.dropout(F.softmax(attention, dim=1), self.dropout, training=self.training)
        h = torch.matmul(attention, h)
        return F.elu(h) if self.concat else h


class GAT(nn.Module):

    def __init__(self, features, hidden, classes, dropout=0.6, alpha=0.2, heads=3):
        super(GAT, self).__init__()
        self.dropout = dropout
        self.attentions = [AttentionHead(features, hidden, dropout, alpha) for _ in range(heads)]
        for i, attention in enumerate(self.attentions):
            self.add_module("attention_{}".format(i), attention)
        self.out_att = AttentionHead(hidden * heads, classes, dropout, alpha, concat=False)

    def forward(self, x, adj):
        x = F.dropout(x, self.dropout, training=self.training)
        x = torch.cat([att(x, adj) for att in self.attentions], dim=1)
        x = F.dropout(x, self.dropout, training=self.training)
        x = F.elu(self.out_att(x, adj))
        return F.log_softmax(x, dim=1)
