"""A network that solves D u'' = k u, u(0) = 1, u'(1) = 0: a morphogen that spreads and decays.

Raissi et al. 2019
"""
import torch
import torch.nn as nn


class Field(nn.Module):

    def __init__(self, hidden=6, layers=2):
        super().__init__()
        sizes = [1] + layers * [hidden]
        self.hidden = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])])
        self.out = nn.Linear(hidden, 1)
        self.log_k = nn.Parameter(torch.tensor(0.5))            # unknown, to be found from measurements

    def forward(self, x):
        for layer in self.hidden:
            x = torch.tanh(layer(x))
        return self.out(x)


def derivative(u, x):
    return torch.autograd.grad(u, x, grad_outputs=torch.ones_like(u), create_graph=True)[0]


def residuals(net, x, D=0.2):
    """D u'' − k u inside, and what is missed at the two ends."""
    x = x.clone().detach().requires_grad_(True)
    u = net(x)
    du = derivative(u, x)
    ddu = derivative(du, x)
    return D * ddu - net.log_k.exp() * u, u[0] - 1, du[-1]


def loss_of(net, x, measured):
    inside, left, right = residuals(net, x)
    fit = torch.mean((net(x) - measured) ** 2)
    return inside, (inside ** 2).mean() + left.pow(2).sum() + right.pow(2).sum() + fit


def solve(net, x, measured, adam=5, lbfgs=5):
    """The losses: some steps of Adam to begin with, then L-BFGS with a line search."""
    losses = []
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(adam):
        optimizer.zero_grad()
        _, loss = loss_of(net, x, measured)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    optimizer = torch.optim.LBFGS(net.parameters(), max_iter=4, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        _, loss = loss_of(net, x, measured)
        loss.backward()
        return loss
    for _ in range(lbfgs):
        losses.append(optimizer.step(closure).item())
    return losses
