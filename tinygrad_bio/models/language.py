"""Language models of proteins and DNA: what residue stands here?  (Lectures B8, B12, B13, D9)

* masked (BERT-style): some tokens are hidden, and predicted from both sides;
* causal (GPT-style): each token is predicted from those before it.

Letters: N sequences, L tokens, E width, H heads, V vocabulary.
"""
import math

import tinygrad_bio as tg

from .. import nn
from ..nn import functional as F


class Block(nn.Module):
    """x ← x + attention(norm(x));   x ← x + W₂ gelu(W₁ norm(x))

    Shapes: (N, L, E) → (N, L, E), and with ``need_weights`` the attention (N, H, L, L)

    >>> y, weights = Block(8, 2)(tg.zeros(1, 3, 8), need_weights=True)
    >>> y.shape, weights.shape
    ((1, 3, 8), (1, 2, 3, 3))
    """

    def __init__(self, width, heads, dropout=0.0):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, dropout=dropout, batch_first=True)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask=None, padding=None, need_weights=False):
        h = self.norm1(x)
        h, weights = self.attention(h, h, h, attn_mask=mask, key_padding_mask=padding, need_weights=need_weights,
                                    average_attn_weights=False)
        x = x + self.dropout(h)
        x = x + self.dropout(self.fc2(F.gelu(self.fc1(self.norm2(x)))))
        return (x, weights) if need_weights else x


class LanguageModel(nn.Module):
    """A transformer over tokens, whose output layer is its embedding turned round (weight tying).

    Parameters
    ----------
    vocabulary : V
    width, depth, heads : E, number of blocks, H. GPT-2 small is ``LanguageModel(50257, 768, 12, 12, max_length=1024, causal=True)``:
        124 439 808 parameters
    max_length : positions that have an embedding
    causal : True: a token sees only those before it
    padding_idx : the padding token, looked at by nobody; None if there is none

    Shapes: tokens (N, L) → (N, L, V) logits

    >>> net = tg.models.LanguageModel(25, width=8, depth=1, heads=2, max_length=16)
    >>> net(tg.tensor([[5, 6, 7]])).shape
    (1, 3, 25)
    """

    def __init__(self, vocabulary, width=128, depth=2, heads=4, max_length=512, causal=False, dropout=0.1, padding_idx=None):
        super().__init__()
        self.causal, self.padding_idx, self.max_length = causal, padding_idx, max_length
        self.token = nn.Embedding(vocabulary, width, padding_idx=padding_idx)
        self.position = nn.Embedding(max_length, width)
        self.blocks = nn.ModuleList(Block(width, heads, dropout) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        for name, p in self.named_parameters():
            if p.ndim > 1:                                          # GPT-2's: small, and smaller where blocks add up
                nn.init.normal_(p, std=0.02 / math.sqrt(2 * depth) if name.endswith(("out_proj.weight", "fc2.weight")) else 0.02)
            elif name.endswith("in_proj_bias"):
                nn.init.zeros_(p)

    def embed(self, tokens, need_weights=False):
        """The last hidden states (N, L, E); with ``need_weights`` also the attention (N, depth, H, L, L)."""
        length = tokens.shape[1]
        if length > self.max_length:
            raise ValueError(f"LanguageModel: {length} tokens, but max_length={self.max_length}: cut the sequences, or build a longer model")
        x = self.dropout(self.token(tokens) + self.position(tg.arange(length, device=tokens.device)))       # (N, L, E)
        mask = nn.Transformer.generate_square_subsequent_mask(length, device=tokens.device) if self.causal else None
        padding = None if self.padding_idx is None else tokens == self.padding_idx                          # (N, L)
        maps = []
        for block in self.blocks:
            x = block(x, mask, padding, need_weights)
            if need_weights:
                x, weights = x
                maps.append(weights)
        x = self.norm(x)
        return (x, tg.stack(maps, dim=1)) if need_weights else x

    def forward(self, tokens):
        return F.linear(self.embed(tokens), self.token.weight)

    def generate(self, tokens, steps, temperature=0.0, generator=None):
        """Go on with a causal model: tokens (N, L) → (N, L + steps); temperature 0 takes the likeliest.

        >>> tg.models.LanguageModel(9, 8, 1, 2, causal=True).generate(tg.tensor([[1, 2]]), steps=3).shape
        (1, 5)
        """
        if not self.causal:
            raise ValueError("LanguageModel: only a causal model goes on by itself: build it with causal=True")
        was_training = self.training
        self.eval()
        with tg.no_grad():
            for _ in range(steps):
                logits = self(tokens[:, -self.max_length:])[:, -1]                      # (N, V)
                if temperature:
                    chosen = tg.multinomial(F.softmax(logits / temperature, dim=-1), 1, generator=generator)
                else:
                    chosen = logits.argmax(dim=-1, keepdim=True)
                tokens = tg.cat([tokens, chosen], dim=1)
        self.train(was_training)
        return tokens


class LSTMLanguageModel(nn.Module):
    """Two LSTMs, one from each end, which predict a residue from all the others: the model of viral escape (Hie et al. 2021).

    The state at i of the left LSTM has read residues 0 … i−1, that of the right one i+1 … L−1; so residue i itself is never seen,
    and none has to be masked. Together they are the *embedding* of residue i in its context; p(residue i | the rest) is the
    *grammaticality* of what stands there.

    Parameters
    ----------
    vocabulary : V
    embedding, hidden : of each letter, of each LSTM

    Shapes: tokens (N, L) → (N, L, V) logits

    >>> net = tg.models.LSTMLanguageModel(21, 4, 6)
    >>> net(tg.tensor([[1, 2, 3, 4]])).shape, net.embed(tg.tensor([[1, 2, 3, 4]])).shape
    ((1, 4, 21), (1, 4, 12))
    """

    def __init__(self, vocabulary, embedding=20, hidden=64, dropout=0.1):
        super().__init__()
        self.token = nn.Embedding(vocabulary + 1, embedding)                    # one more: the end, on both sides
        self.left = nn.LSTM(embedding, hidden, batch_first=True)
        self.right = nn.LSTM(embedding, hidden, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(2 * hidden, vocabulary)
        self.vocabulary = vocabulary

    def embed(self, tokens):
        """The context of each residue, (N, L, 2·hidden)."""
        end = tg.full((len(tokens), 1), self.vocabulary, dtype=tg.int64, device=tokens.device)
        before = self.token(tg.cat([end, tokens[:, :-1]], dim=1))               # at i: residue i−1
        behind = self.token(tg.cat([tokens[:, 1:], end], dim=1))                # at i: residue i+1
        left, _ = self.left(self.dropout(before))                               # (N, L, hidden)
        right, _ = self.right(self.dropout(behind.flip(1)))
        return tg.cat([left, right.flip(1)], dim=2)

    def forward(self, tokens):
        return self.out(self.dropout(self.embed(tokens)))
