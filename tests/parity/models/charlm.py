"""A character LSTM whose state is carried from one stretch of text into the next, without its history."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class CharLM(nn.Module):
    """Embedding, LSTM (or GRU, RNN), scores; the matrix of scores may be that of the embedding."""

    def __init__(self, kind="LSTM", vocabulary=24, width=8, layers=2, dropout=0.2, tied=True):
        super(CharLM, self).__init__()
        self.vocabulary, self.kind, self.width, self.layers = vocabulary, kind, width, layers
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(vocabulary, width)
        if kind in ["LSTM", "GRU"]:
            self.rnn = getattr(nn, kind)(width, width, layers, dropout=dropout)
        else:
            nonlinearity = {"RNN_TANH": "tanh", "RNN_RELU": "relu"}[kind]
            self.rnn = nn.RNN(width, width, layers, nonlinearity=nonlinearity, dropout=dropout)
        self.decoder = nn.Linear(width, vocabulary)
        if tied:
            self.decoder.weight = self.encoder.weight
        self.init_weights()

    def init_weights(self):
        initrange = 0.1
        nn.init.uniform_(self.encoder.weight, -initrange, initrange)
        self.decoder.bias.data.zero_()
        self.decoder.weight.data.uniform_(-initrange, initrange)

    def forward(self, tokens, hidden):                                  # (L, N)
        x = self.drop(self.encoder(tokens))
        output, hidden = self.rnn(x, hidden)
        scores = self.decoder(self.drop(output)).view(-1, self.vocabulary)      # (L·N, V)
        return F.log_softmax(scores, dim=1), hidden

    def init_hidden(self, batch):
        weight = next(self.parameters())
        zeros = weight.new_zeros(self.layers, batch, self.width)
        return (zeros, zeros.clone()) if self.kind == "LSTM" else zeros


def detached(hidden):
    """The same states without their history."""
    if isinstance(hidden, torch.Tensor):
        return hidden.detach()
    return tuple(detached(h) for h in hidden)


def batchify(text, columns):
    """A long sequence as `columns` long ones, side by side: (L, N)."""
    rows = text.size(0) // columns
    text = text.narrow(0, 0, rows * columns)
    return text.view(columns, -1).t().contiguous()


def stretch(source, i, length):
    """`length` rows from the i-th on, and the targets, which are one row further down."""
    length = min(length, len(source) - 1 - i)
    return source[i:i + length], source[i + 1:i + 1 + length].view(-1)


def train(model, source, length=5, lr=5.0, clip=0.25):
    """One epoch of plain gradient descent by hand: the loss of each stretch."""
    model.train()
    criterion = nn.NLLLoss()
    hidden, losses = model.init_hidden(source.size(1)), []
    for i in range(0, source.size(0) - 1, length):
        tokens, targets = stretch(source, i, length)
        model.zero_grad()
        hidden = detached(hidden)
        output, hidden = model(tokens, hidden)
        loss = criterion(output, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        for p in model.parameters():
            p.data.add_(p.grad, alpha=-lr)
        losses.append(loss.item())
    return losses


def evaluate(model, source, length=5):
    """The perplexity."""
    model.eval()
    total, hidden = 0., model.init_hidden(source.size(1))
    with torch.no_grad():
        for i in range(0, source.size(0) - 1, length):
            tokens, targets = stretch(source, i, length)
            output, hidden = model(tokens, hidden)
            hidden = detached(hidden)
            total += len(tokens) * F.nll_loss(output, targets).item()
    return math.exp(total / (len(source) - 1))


def write(model, length, temperature=1.0, sample=True):
    """Characters, each drawn from (or the best of) what the model expects after those before it."""
    model.eval()
    token, hidden, written = torch.zeros(1, 1, dtype=torch.long), model.init_hidden(1), []
    with torch.no_grad():
        for _ in range(length):
            output, hidden = model(token, hidden)
            weights = output.squeeze().div(temperature).exp().cpu()
            chosen = torch.multinomial(weights, 1)[0] if sample else weights.argmax()
            token.fill_(chosen)
            written.append(chosen.item())
    return written
