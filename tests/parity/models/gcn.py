"""Graph convolution (Kipf & Welling 2017) with a dense or a sparse adjacency matrix, few nodes labelled."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn import Module
from torch.nn.parameter import Parameter


def normalised(adjacency):
    """D^-1/2 (A + I) D^-1/2."""
    a = adjacency + torch.eye(adjacency.size(0))
    d = a.sum(1).pow(-0.5)
    d[torch.isinf(d)] = 0.
    return torch.mm(torch.mm(torch.diag(d), a), torch.diag(d))


def sparse(matrix):
    """The same matrix, only its numbers that are not 0."""
    rows, columns = torch.nonzero(matrix, as_tuple=True)
    return torch.sparse_coo_tensor(torch.stack([rows, columns]), matrix[rows, columns], matrix.shape)


class GraphConvolution(Module):
    """A X W + b"""

    def __init__(self, in_features, out_features, bias=True):
        super(GraphConvolution, self).__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(torch.empty(in_features, out_features))
        if bias:
            self.bias = Parameter(torch.empty(out_features))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1. / math.sqrt(self.weight.size(1))
        self.weight.data.uniform_(-stdv, stdv)
        if self.bias is not None:
            self.bias.data.uniform_(-stdv, stdv)

    def forward(self, input, adj):
        support = torch.mm(input, self.weight)
        output = torch.spmm(adj, support)
        if self.bias is not None:
            return output + self.bias
        return output

    def __repr__(self):
        return self.__class__.__name__ + " (" + str(self.in_features) + " -> " + str(self.out_features) + ")"


class GCN(nn.Module):

    def __init__(self, features, hidden, classes, dropout):
        super(GCN, self).__init__()
        self.gc1 = GraphConvolution(features, hidden)
        self.gc2 = GraphConvolution(hidden, classes, bias=False)
        self.dropout = dropout

    def forward(self, x, adj):
        x = F.relu(self.gc1(x, adj))
        x = F.dropout(x, self.dropout, training=self.training)
        return F.log_softmax(self.gc2(x, adj), dim=1)


def accuracy(output, labels):
    preds = output.max(1)[1].type_as(labels)
    correct = preds.eq(labels).double()
    correct = correct.sum()
    return correct / len(labels)


def train(model, optimizer, features, adj, labels, idx_train):
    model.train()
    optimizer.zero_grad()
    output = model(features, adj)
    loss = F.nll_loss(output[idx_train], labels[idx_train])
    loss.backward()
    optimizer.step()
    return loss.item(), accuracy(output[idx_train], labels[idx_train]).item()


def make_optimizer(model):
    return torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
