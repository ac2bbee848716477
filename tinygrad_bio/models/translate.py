"""From one sequence to another: encoder and decoder.  (Lectures B6, B10)

Letters: N sequences, L source tokens, T target tokens, H hidden neurons, E width, V vocabulary of the target.
"""
import tinygrad_bio as tg

from .. import nn
from ..nn import functional as F


def greedy(step, start, stop, steps):
    """Decode by taking the likeliest token each time: `step`(tokens (N, t)) → logits (N, V) of the next one.

    After `stop` a sequence is filled up with `stop`; decoding ends when all have stopped, or after `steps` tokens.

    >>> greedy(lambda tokens: tg.eye(4)[tokens[:, -1] + 1], start=tg.tensor([[0]]), stop=3, steps=9)
    tensor([[1, 2, 3]])
    """
    tokens = start                                                  # (N, 1)
    finished = tg.zeros(len(start), dtype=tg.bool, device=start.device)
    with tg.no_grad():
        for _ in range(steps):
            chosen = step(tokens).argmax(dim=-1)                    # (N,)
            chosen = tg.where(finished, stop, chosen)
            tokens = tg.cat([tokens, chosen[:, None]], dim=1)
            finished = finished | (chosen == stop)
            if finished.all():
                break
    return tokens[:, 1:]


class Seq2Seq(nn.Module):
    """A GRU reads the source, a GRU writes the target, and looks back at the source at every step (Bahdanau et al. 2014).

        h_1 … h_L = GRU(source);   s_t = GRU(s_t₋₁, y_t₋₁);   c_t = Σ_i softmax_i(s_t W h_i)·h_i;   y_t from [s_t, c_t]

    Parameters
    ----------
    source, target : sizes of the vocabularies
    embedding, hidden : of each token, of each GRU

    Shapes: source (N, L), target (N, T) with its start token → (N, T, target) logits of the *next* tokens

    >>> net = tg.models.Seq2Seq(5, 6, embedding=4, hidden=8)
    >>> net(tg.tensor([[1, 2, 3, 4]]), tg.tensor([[0, 2]])).shape
    (1, 2, 6)
    >>> net.translate(tg.tensor([[1, 2, 3, 4]]), start=0, stop=5, steps=3).shape[0]
    1
    """

    def __init__(self, source, target, embedding=32, hidden=64):
        super().__init__()
        self.source, self.target = nn.Embedding(source, embedding), nn.Embedding(target, embedding)
        self.encoder = nn.GRU(embedding, hidden, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(embedding, hidden, batch_first=True)
        self.bridge = nn.Linear(2 * hidden, hidden)                             # both directions → the decoder's first state
        self.key = nn.Linear(2 * hidden, hidden, bias=False)
        self.out = nn.Linear(3 * hidden, target)

    def encode(self, source, lengths=None):
        """The states of the source (N, L, 2H), the decoder's first state (1, N, H), and which places are padding (N, L)."""
        h, last = self.encoder(self.source(source), lengths=lengths)            # (N, L, 2H), (2, N, H)
        first = tg.tanh(self.bridge(tg.cat([last[0], last[1]], dim=1)))[None]
        beyond = None
        if lengths is not None:
            beyond = (tg.arange(source.shape[1]) >= tg.as_tensor(lengths)[:, None]).to(h.device)
        return h, first, beyond

    def decode(self, target, h, first, beyond=None, return_weights=False):
        """Logits (N, T, V) of the tokens that follow each of target (N, T)."""
        s, _ = self.decoder(self.target(target), first)                         # (N, T, H)
        score = s @ self.key(h).transpose(1, 2)                                 # (N, T, L)
        if beyond is not None:
            score = score.masked_fill(beyond[:, None], float("-inf"))
        weights = F.softmax(score, dim=-1)
        logits = self.out(tg.cat([s, weights @ h], dim=2))
        return (logits, weights) if return_weights else logits

    def forward(self, source, target, lengths=None):
        return self.decode(target, *self.encode(source, lengths))

    def translate(self, source, start, stop, steps, lengths=None):
        """Greedy decoding: tokens (N, ≤ steps), without the start token."""
        with tg.no_grad():
            state = self.encode(source, lengths)
            first = tg.full((len(source), 1), start, dtype=tg.int64, device=source.device)
            return greedy(lambda tokens: self.decode(tokens, *state)[:, -1], first, stop, steps)


class TranslationTransformer(nn.Module):
    """The transformer of Vaswani et al. 2017: encoder and decoder of attention, and sines for the positions.

    Shapes: source (N, L), target (N, T) with its start token → (N, T, target) logits of the next tokens

    >>> net = tg.models.TranslationTransformer(5, 6, width=8, heads=2, depth=1)
    >>> net(tg.tensor([[1, 2, 3, 4]]), tg.tensor([[0, 2]])).shape
    (1, 2, 6)
    """

    def __init__(self, source, target, width=64, heads=4, depth=2, dropout=0.1, padding_idx=None):
        super().__init__()
        self.width, self.padding_idx = width, padding_idx
        self.source, self.target = nn.Embedding(source, width), nn.Embedding(target, width)
        for embedding in (self.source, self.target):
            nn.init.normal_(embedding.weight, std=width**-0.5)      # times √E in forward: as large as the sines, which it must not drown
        self.position = nn.PositionalEncoding(width, dropout, batch_first=True)
        self.transformer = nn.Transformer(width, heads, depth, depth, 4 * width, dropout, batch_first=True, norm_first=True)
        self.out = nn.Linear(width, target)

    def _padding(self, tokens):
        return None if self.padding_idx is None else tokens == self.padding_idx

    def encode(self, source):
        """What the encoder makes of the source, (N, L, E)."""
        x = self.position(self.source(source) * self.width**0.5)
        return self.transformer.encoder(x, src_key_padding_mask=self._padding(source))

    def decode(self, target, memory, source):
        """Logits (N, T, V) of the tokens that follow each of target (N, T)."""
        y = self.position(self.target(target) * self.width**0.5)
        mask = nn.Transformer.generate_square_subsequent_mask(target.shape[1], device=target.device)
        y = self.transformer.decoder(y, memory, tgt_mask=mask, memory_key_padding_mask=self._padding(source))
        return self.out(y)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)

    def translate(self, source, start, stop, steps):
        """Greedy decoding: tokens (N, ≤ steps), without the start token."""
        with tg.no_grad():
            memory = self.encode(source)
            first = tg.full((len(source), 1), start, dtype=tg.int64, device=source.device)
            return greedy(lambda tokens: self.decode(tokens, memory, source)[:, -1], first, stop, steps)
