"""Labels along a sequence (secondary structure): a BiLSTM over packed sequences, also with a CRF on top."""
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


def collate(batch):
    """(tokens, labels) of different lengths -> padded, the longest first: (N, L), (N, L), (N,)."""
    batch.sort(key=lambda pair: len(pair[0]), reverse=True)
    tokens, labels = zip(*batch)
    lengths = torch.tensor([len(t) for t in tokens])
    return (pad_sequence(tokens, batch_first=True, padding_value=0),
            pad_sequence(labels, batch_first=True, padding_value=-1), lengths)


class BiLSTMTagger(nn.Module):

    def __init__(self, vocabulary=22, embedded=6, hidden=10, classes=3, layers=2, dropout=0.3):
        super(BiLSTMTagger, self).__init__()
        self.hidden, self.layers = hidden, layers
        self.embedding = nn.Embedding(vocabulary, embedded, padding_idx=0)
        self.lstm = nn.LSTM(embedded, hidden // 2, num_layers=layers, bidirectional=True, batch_first=True,
                            dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self.to_class = nn.Linear(hidden, classes)
        self.init_weights()

    def init_weights(self):
        for name, p in self.lstm.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(p.data)
            elif "weight_hh" in name:
                nn.init.orthogonal_(p.data)
            elif "bias" in name:
                p.data.fill_(0)
                n = p.size(0)
                p.data[n // 4:n // 2].fill_(1)                          # the gate that forgets starts open

    def init_hidden(self, batch):
        weight = next(self.parameters()).data
        return (weight.new_zeros(self.layers * 2, batch, self.hidden // 2),
                weight.new_zeros(self.layers * 2, batch, self.hidden // 2))

    def scores(self, tokens, lengths):
        """Scores (N, L, K) in the order of the batch, which is sorted here and then put back."""
        lengths, order = lengths.sort(0, descending=True)
        _, back = order.sort(0)
        x = self.dropout(self.embedding(tokens[order]))
        packed = pack_padded_sequence(x, lengths.cpu().numpy(), batch_first=True)
        output, (h, c) = self.lstm(packed, self.init_hidden(tokens.size(0)))
        output, _ = pad_packed_sequence(output, batch_first=True, total_length=tokens.size(1))
        return self.to_class(output.contiguous().view(-1, output.shape[2])).view(*tokens.shape, -1)[back]

    def forward(self, tokens, lengths):
        return F.log_softmax(self.scores(tokens, lengths), dim=2)


def accuracy(log_probs, labels):
    """Correct labels among those that are there (-1 is padding)."""
    _, predicted = torch.max(log_probs.data, 2)
    there = labels != -1
    correct = (predicted == labels)[there].sum().item()
    return correct / there.sum().item()


class BiLSTMCRF(BiLSTMTagger):
    """The tagger with scores of transitions: two classes more, START and STOP (Huang, Xu & Yu 2015)."""

    def __init__(self, vocabulary=22, embedded=6, hidden=10, classes=3, layers=1, dropout=0.0):
        super(BiLSTMCRF, self).__init__(vocabulary, embedded, hidden, classes + 2, layers, dropout)
        self.start, self.stop = classes, classes + 1
        self.transitions = nn.Parameter(torch.randn(classes + 2, classes + 2))      # [to, from]
        self.transitions.data[self.start, :] = -10000                   # nothing leads to the start,
        self.transitions.data[:, self.stop] = -10000                    # nothing follows the stop

    def _log_sum_of_all_paths(self, emissions):                         # (L, K)
        reached = torch.full((1, self.stop + 1), -10000.)
        reached[0][self.start] = 0.
        for emission in emissions:
            # [to, from]: how well each class is reached from each
            reached = torch.logsumexp(reached + self.transitions + emission.view(-1, 1), dim=1).view(1, -1)
        return torch.logsumexp(reached + self.transitions[self.stop], dim=1)[0]

    def _score_of(self, emissions, labels):
        score = torch.zeros(1)
        labels = torch.cat([torch.tensor([self.start], dtype=torch.long), labels])
        for i, emission in enumerate(emissions):
            score = score + self.transitions[labels[i + 1], labels[i]] + emission[labels[i + 1]]
        return (score + self.transitions[self.stop, labels[-1]]).squeeze()

    def neg_log_likelihood(self, tokens, lengths, labels):
        total = 0
        for emissions, n, path in zip(self.scores(tokens, lengths), lengths.tolist(), labels):
            total += self._log_sum_of_all_paths(emissions[:n]) - self._score_of(emissions[:n], path[:n])
        return total / len(tokens)

    def decode(self, tokens, lengths):
        """The best path of each sequence (Viterbi): a list of (score, classes)."""
        with torch.no_grad():
            return [self._best_path(e[:n]) for e, n in zip(self.scores(tokens, lengths), lengths.tolist())]

    def _best_path(self, emissions):
        came_from = []
        reached = torch.full((1, self.stop + 1), -10000.)
        reached[0][self.start] = 0
        for emission in emissions:
            best, source = (reached + self.transitions).max(dim=1)
            reached = (best + emission).unsqueeze(0)
            came_from.append(source)
        final = reached + self.transitions[self.stop]
        best = torch.max(final, 1)[1].item()
        score, path = final[0][best], [best]
        for source in reversed(came_from):
            path.append(source[path[-1]].item())
        assert path.pop() == self.start
        path.reverse()
        return score.item(), path


def make_optimizer(model):
    learning = filter(lambda p: p.requires_grad, model.parameters())
    return optim.SGD(learning, lr=0.1, momentum=0.9, weight_decay=1e-4)
