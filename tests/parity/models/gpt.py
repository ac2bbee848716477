"""A language model that predicts the next residue: GPT-2's shape (Radford et al. 2019), tied weights."""
import math

import torch
import torch.nn as nn
from torch.nn import functional as F


class CausalAttention(nn.Module):
    """Each position looks at itself and at those before it."""

    def __init__(self, width, heads, longest, dropout):
        super(CausalAttention, self).__init__()
        assert width % heads == 0
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)
        future = torch.triu(torch.ones(longest, longest), diagonal=1) == 1
        self.register_buffer("future", future.view(1, 1, longest, longest))

    def forward(self, x):
        N, L, E = x.size()
        per_head = lambda t: t.view(N, L, self.heads, E // self.heads).transpose(1, 2)      # noqa: E731
        q, k, v = map(per_head, self.qkv(x).split(E, dim=2))                    # each (N, H, L, E/H)
        scores = q @ k.transpose(-2, -1) / math.sqrt(k.size(-1))                # (N, H, L, L)
        scores = scores.masked_fill(self.future[:, :, :L, :L], float("-inf"))
        y = self.dropout(F.softmax(scores, dim=-1)) @ v                         # (N, H, L, E/H)
        return self.out(y.transpose(1, 2).contiguous().view(N, L, E))


class TanhGELU(nn.Module):
    """The approximation by tanh, written out."""

    def forward(self, x):
        return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))


class Block(nn.Module):

    def __init__(self, width, heads, longest, dropout):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = CausalAttention(width, heads, longest, dropout)
        self.mlp = nn.ModuleDict(dict(up=nn.Linear(width, 4 * width), act=TanhGELU(),
                                      down=nn.Linear(4 * width, width), drop=nn.Dropout(dropout)))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        mlp = self.mlp
        return x + mlp.drop(mlp.down(mlp["act"](mlp.up(self.norm2(x)))))


class GPT(nn.Module):

    def __init__(self, vocabulary=25, width=12, layers=2, heads=3, longest=16, dropout=0.1):
        super().__init__()
        self.longest = longest
        self.parts = nn.ModuleDict({
            "tokens": nn.Embedding(vocabulary, width),
            "places": nn.Embedding(longest, width),
            "drop": nn.Dropout(dropout),
            "blocks": nn.ModuleList([Block(width, heads, longest, dropout) for _ in range(layers)]),
            "norm": nn.LayerNorm(width),
        })
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.parts.tokens.weight = self.head.weight                     # tied
        self.apply(init_weights)
        for name, p in self.named_parameters():                         # what is added to the residual stream
            if name.endswith("out.weight") or name.endswith("down.weight"):
                nn.init.normal_(p, mean=0.0, std=0.02 / math.sqrt(2 * layers))

    def forward(self, idx, targets=None):
        N, L = idx.size()
        assert L <= self.longest, f"{L} tokens, but only {self.longest} fit"
        places = torch.arange(0, L, dtype=torch.long, device=idx.device).unsqueeze(0)       # (1, L)
        x = self.parts.drop(self.parts.tokens(idx) + self.parts.places(places))             # (N, L, E)
        for block in self.parts["blocks"]:
            x = block(x)
        x = self.parts.norm(x)
        if targets is None:
            return self.head(x[:, [-1], :]), None                       # decoding needs the last position
        logits = self.head(x)                                           # (N, L, V)
        return logits, F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1), ignore_index=-1)

    @torch.no_grad()
    def generate(self, idx, new, temperature=1.0, top_k=None, sample=False):
        """`new` more tokens for each row: the most probable ones, or drawn from the (k most) probable."""
        for _ in range(new):
            seen = idx if idx.size(1) <= self.longest else idx[:, -self.longest:]
            logits, _ = self(seen)
            logits = logits[:, -1, :] / temperature
            if top_k is not None:
                best, _ = torch.topk(logits, min(top_k, logits.size(-1)))
                logits[logits < best[:, [-1]]] = -float("Inf")
            probs = F.softmax(logits, dim=-1)
            if sample:
                token = torch.multinomial(probs, num_samples=1)
            else:
                token = torch.argmax(probs, dim=-1, keepdim=True)
            idx = torch.cat((idx, token), dim=1)
        return idx


def init_weights(module):
    if isinstance(module, (nn.Linear, nn.Embedding)):
        torch.nn.init.normal_(module.weight, mean=0.0, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            torch.nn.init.zeros_(module.bias)


def make_optimizer(model, weight_decay=0.1, lr=3e-3):
    """Matrices decay; biases and normalisations do not."""
    params = {name: p for name, p in model.named_parameters() if p.requires_grad}
    groups = [{"params": [p for p in params.values() if p.dim() >= 2], "weight_decay": weight_decay},
              {"params": [p for p in params.values() if p.dim() < 2], "weight_decay": 0.0}]
    assert sum(len(g["params"]) for g in groups) == len(params)
    return torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.95))
