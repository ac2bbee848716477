"""DNA to protein with additive attention (Bahdanau et al. 2015): one GRU reads, another one writes."""
import random

import torch
from torch import nn, optim
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

PAD, START, END = 0, 1, 2


class Reader(nn.Module):
    """Both directions over each sequence's own length; the two last states start the writer."""

    def __init__(self, vocabulary, embedded, hidden, writer_hidden, dropout):
        super(Reader, self).__init__()
        self.embedding = nn.Embedding(vocabulary, embedded, padding_idx=PAD)
        self.gru = nn.GRU(embedded, hidden, bidirectional=True)
        self.bridge = nn.Linear(hidden * 2, writer_hidden)
        self.dropout = nn.Dropout(dropout)

    def forward(self, source, lengths):                                 # source: (S, N)
        x = self.dropout(self.embedding(source))                        # (S, N, E)
        packed = pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
        states, last = self.gru(packed)
        states, _ = pad_packed_sequence(states)                         # (S, N, 2H)
        last = torch.cat((last[-2, :, :], last[-1, :, :]), dim=1)       # (N, 2H)
        return states, torch.tanh(self.bridge(last))                    # …, (N, D)


class AdditiveAttention(nn.Module):
    """a = softmax(vᵀ tanh(W [hidden; state])) over the states."""

    def __init__(self, hidden, writer_hidden):
        super(AdditiveAttention, self).__init__()
        self.project = nn.Linear(hidden * 2 + writer_hidden, writer_hidden)
        self.v = nn.Parameter(torch.randn(writer_hidden))

    def forward(self, hidden, states, real):
        repeated = hidden.unsqueeze(1).repeat(1, states.shape[0], 1)    # (N, S, D)
        both = torch.cat((repeated, states.permute(1, 0, 2)), dim=2)    # (N, S, D + 2H)
        v = self.v.unsqueeze(0).expand(hidden.size(0), -1).unsqueeze(2)     # (N, D, 1)
        scores = torch.bmm(torch.tanh(self.project(both)), v).squeeze(2)    # (N, S)
        return F.softmax(scores.masked_fill(real == 0, -1e10), dim=1)


class Writer(nn.Module):
    """One step: look at the source, take the last token in, say which comes next."""

    def __init__(self, vocabulary, embedded, hidden, writer_hidden, dropout):
        super(Writer, self).__init__()
        self.vocabulary = vocabulary
        self.attention = AdditiveAttention(hidden, writer_hidden)
        self.embedding = nn.Embedding(vocabulary, embedded)
        self.gru = nn.GRU(hidden * 2 + embedded, writer_hidden)
        self.out = nn.Linear(hidden * 2 + writer_hidden + embedded, vocabulary)
        self.dropout = nn.Dropout(dropout)

    def forward(self, token, hidden, states, real):                     # token: (N,), hidden: (N, D)
        x = self.dropout(self.embedding(token.unsqueeze(0)))            # (1, N, E)
        weights = self.attention(hidden, states, real).unsqueeze(1)     # (N, 1, S)
        context = torch.bmm(weights, states.transpose(0, 1)).transpose(0, 1)    # (1, N, 2H)
        output, hidden = self.gru(torch.cat((x, context), dim=2), hidden.unsqueeze(0))
        assert (output == hidden).all()                                 # one step, layer and direction
        logits = self.out(torch.cat((output, context, x), dim=2).squeeze(0))    # (N, V)
        return logits, hidden.squeeze(0), weights.squeeze(1)


class Translator(nn.Module):

    def __init__(self, reader, writer, device):
        super(Translator, self).__init__()
        self.reader, self.writer, self.device = reader, writer, device

    def forward(self, source, lengths, target, teacher_forcing=0.5):    # target: (T, N), first START
        T, N = target.shape
        logits = torch.zeros(T, N, self.writer.vocabulary).to(self.device)
        states, hidden = self.reader(source, lengths)
        real = (source != PAD).permute(1, 0)                            # (N, S)
        token = target[0, :]
        for t in range(1, T):
            logits[t], hidden, _ = self.writer(token, hidden, states, real)
            told = random.random() < teacher_forcing                    # the true token, or its own
            token = target[t] if told else logits[t].argmax(1)
        return logits

    def translate(self, source, lengths, longest=20):
        """The most probable token each time, until END: a list, and the attention to the source (T, S)."""
        self.eval()
        with torch.no_grad():
            states, hidden = self.reader(source, lengths)
            real = (source != PAD).permute(1, 0)
            written, attention = [START], torch.zeros(longest, len(source)).to(self.device)
            while written[-1] != END and len(written) <= longest:
                token = torch.LongTensor([written[-1]]).to(self.device)
                logits, hidden, attention[len(written) - 1] = self.writer(token, hidden, states, real)
                written.append(logits.max(1)[1].item())
        return written[1:], attention[:len(written) - 1]


def init_weights(m):
    for name, param in m.named_parameters():
        if "weight" in name:
            nn.init.uniform_(param.data, -0.08, 0.08)
        else:
            nn.init.constant_(param.data, 0)


def make_model(vocabulary, target_vocabulary, embedded=6, hidden=5, writer_hidden=4, dropout=0.5):
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = Translator(Reader(vocabulary, embedded, hidden, writer_hidden, dropout),
                       Writer(target_vocabulary, embedded, hidden, writer_hidden, dropout), device).to(device)
    model.apply(init_weights)
    return model


def loss_of(logits, target):
    """Nothing is predicted for the first row, which is START, and padding does not count."""
    criterion = nn.CrossEntropyLoss(ignore_index=PAD)
    return criterion(logits[1:].view(-1, logits.shape[-1]), target[1:].reshape(-1))


def train(model, batches, optimizer, clip=1):
    """One epoch: the mean loss."""
    model.train()
    total = 0
    for source, lengths, target in batches:
        optimizer.zero_grad()
        loss = loss_of(model(source, lengths, target), target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        total += loss.item()
    return total / len(batches)


def make_optimizer(model):
    return optim.Adam(model.parameters(), lr=0.01)
