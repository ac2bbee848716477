"""Skip-gram with negative sampling (Mikolov et al. 2013) on k-mers: which word stands near which."""
from collections import Counter

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import Dataset, DataLoader


class Pairs(Dataset):
    """Each word with each of its neighbours within the window."""

    def __init__(self, sentences, window):
        counts = Counter(word for s in sentences for word in s)
        self.words = [word for word, _ in counts.most_common()]
        self.index = {word: i for i, word in enumerate(self.words)}
        frequency = torch.tensor([counts[w] for w in self.words]).float() ** 0.75
        self.noise = frequency / frequency.sum()
        self.pairs = [(self.index[s[i]], self.index[s[j]]) for s in sentences for i in range(len(s))
                      for j in range(max(0, i - window), min(len(s), i + window + 1)) if i != j]

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, i):
        return self.pairs[i]

    def collate(self, batch, negatives=3):
        centre, context = zip(*batch)
        noise = torch.multinomial(self.noise, len(batch) * negatives, replacement=True)
        return torch.LongTensor(centre), torch.LongTensor(context), noise.view(-1, negatives)


class SkipGram(nn.Module):

    def __init__(self, vocabulary, width):
        super(SkipGram, self).__init__()
        self.u = nn.Embedding(vocabulary, width)
        self.v = nn.Embedding(vocabulary, width)
        initrange = 0.5 / width
        self.u.weight.data.uniform_(-initrange, initrange)
        self.v.weight.data.uniform_(-0, 0)

    def forward(self, centre, context, noise):                          # (N,), (N,), (N, K)
        u, v = self.u(centre), self.v(context)                          # (N, E)
        score = torch.sum(torch.mul(u, v), dim=1)                       # (N,)
        negative = torch.bmm(self.v(noise), u.unsqueeze(2)).squeeze(2)  # (N, K)
        return -1 * (torch.sum(F.logsigmoid(score)) + torch.sum(F.logsigmoid(-1 * negative))) / len(centre)

    def nearest(self, index, k=3):
        """The k words with the most similar vectors, and their cosines."""
        weights = self.u.weight.data
        similarity = F.cosine_similarity(weights[index].unsqueeze(0), weights, dim=1)
        similarity[index] = -2
        values, indices = similarity.topk(k)
        return [(i.item(), round(v.item(), 6)) for v, i in zip(values, indices)]


def train(model, dataset, epochs=2, lr=0.5, batch_size=8):
    """Gradient descent whose learning rate falls along a straight line: the mean loss of each epoch."""
    loader = DataLoader(dataset, batch_size=batch_size, shuffle=False, collate_fn=dataset.collate)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    steps, done, losses = epochs * len(loader), 0, []
    for epoch in range(epochs):
        running = 0.0
        for centre, context, noise in loader:
            for group in optimizer.param_groups:
                group["lr"] = lr * (1.0 - 1.0 * done / steps)
            optimizer.zero_grad()
            loss = model.forward(centre, context, noise)
            loss.backward()
            optimizer.step()
            running += loss.item() * centre.size(0)
            done += 1
        losses.append(running / len(dataset))
    return losses
