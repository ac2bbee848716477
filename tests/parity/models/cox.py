"""Survival from gene expression (Cox 1972) with operations whose backward passes are written by hand."""
import torch
import torch.nn as nn
from torch.autograd import Function, Variable


class CoxLoss(Function):
    """−(1/deaths) Σ_{i died} (h_i − log Σ_{j at risk then} exp h_j); rows sorted, the longest time first."""

    @staticmethod
    def forward(ctx, hazard, event):
        shift = hazard.max()
        risk = torch.exp(hazard - shift)
        at_risk = torch.cumsum(risk, dim=0)
        ctx.save_for_backward(risk, at_risk, event)
        ctx.events = event.sum().clamp(min=1)
        return -((hazard - shift - torch.log(at_risk)) * event).sum() / ctx.events

    @staticmethod
    def backward(ctx, grad_output):
        risk, at_risk, event = ctx.saved_tensors
        share = torch.flip(torch.cumsum(torch.flip(event / at_risk, [0]), 0), [0])  # Σ_{deaths i ≥ j} 1/risk
        grad_hazard = grad_event = None
        if ctx.needs_input_grad[0]:
            grad_hazard = grad_output * (risk * share - event) / ctx.events
        return grad_hazard, grad_event


class ReverseGradient(Function):
    """The identity, whose gradient is turned round: to unlearn the hospital (Ganin & Lempitsky 2015)."""

    @staticmethod
    def forward(ctx, x, lambd):
        ctx.lambd = lambd
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.neg() * ctx.lambd, None


class StraightThrough(Function):
    """0 or 1, with the gradient of a clipped identity."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return (input > 0).type_as(input)

    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[input.abs() > 1] = 0
        return grad_input


class DeepSurv(nn.Module):
    """Log hazard ratios (N,), and scores of the hospital (N, K) that the features shall not reveal."""

    def __init__(self, genes, hidden=(8, 6), hospitals=3, dropout=0.2, lambd=0.3):
        super(DeepSurv, self).__init__()
        self.lambd = lambd
        self.gates = nn.Parameter(torch.ones(genes) * 0.5)
        layers = []
        for n_in, n_out in zip((genes,) + hidden[:-1], hidden):
            layers += [nn.Linear(n_in, n_out), nn.BatchNorm1d(n_out), nn.SELU(), nn.Dropout(dropout)]
        self.features = nn.Sequential(*layers)
        self.hazard = nn.Linear(hidden[-1], 1, bias=False)
        self.hospital = nn.Linear(hidden[-1], hospitals)
        self._initialize_weights()

    def _initialize_weights(self):
        for m in self.modules():
            if isinstance(m, nn.Linear):
                nn.init.kaiming_normal_(m.weight, nonlinearity="linear")
                if m.bias is not None:
                    nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.BatchNorm1d):
                m.weight.data.fill_(1)
                m.bias.data.zero_()

    def forward(self, x):
        x = self.features(x * StraightThrough.apply(self.gates))
        return self.hazard(x).squeeze(-1), self.hospital(ReverseGradient.apply(x, self.lambd))


def loss_of(model, expression, time, event, hospital, l1=0.01):
    """Sorted by time, the longest first; a penalty on the weights beside the two losses."""
    order = torch.argsort(time, descending=True)
    hazard, scores = model(Variable(expression[order]))
    loss = CoxLoss.apply(hazard, event[order])
    loss = loss + nn.CrossEntropyLoss()(scores, hospital[order])
    for name, p in model.named_parameters():
        if "weight" in name and p.dim() > 1:
            loss += l1 * torch.norm(p, p=1)
    return hazard, loss


def concordance(hazard, time, event):
    """Of all pairs of which we know who died first, the part in which that one's hazard is higher."""
    first = (time.unsqueeze(1) < time.unsqueeze(0)) & event.bool().unsqueeze(1)     # [i, j]: i died before j
    higher = hazard.unsqueeze(1) > hazard.unsqueeze(0)
    same = hazard.unsqueeze(1) == hazard.unsqueeze(0)
    return ((higher & first).sum() + 0.5 * (same & first).sum()).item() / first.sum().item()


def make_optimizer(model):
    heads = list(model.hazard.parameters()) + list(model.hospital.parameters())
    groups = [{"params": model.features.parameters()}, {"params": [model.gates], "lr": 1e-2},
              {"params": heads, "weight_decay": 1e-3}]
    return torch.optim.RMSprop(groups, lr=1e-3, alpha=0.9, momentum=0.5)
