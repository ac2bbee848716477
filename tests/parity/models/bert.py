"""A masked language model (BERT, Devlin et al. 2019): nn.TransformerEncoder and a tied decoder."""
import torch
from torch import nn
import torch.nn.functional as F
from torch.optim.lr_scheduler import LambdaLR

PAD, CLS, SEP, MASK = 0, 1, 2, 3


class Embeddings(nn.Module):
    """Token + position + segment, normalised."""

    def __init__(self, vocabulary, width, longest, dropout):
        super(Embeddings, self).__init__()
        self.tokens = nn.Embedding(vocabulary, width, padding_idx=PAD)
        self.places = nn.Embedding(longest, width)
        self.segments = nn.Embedding(2, width)
        self.LayerNorm = nn.LayerNorm(width, eps=1e-12)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("place_ids", torch.arange(longest).expand((1, -1)))

    def forward(self, tokens, segments=None):                           # both: (N, L)
        if segments is None:
            segments = torch.zeros_like(tokens)
        x = self.tokens(tokens) + self.places(self.place_ids[:, :tokens.size(1)])
        x += self.segments(segments)
        return self.dropout(self.LayerNorm(x))                          # (N, L, E)


class TokenHead(nn.Module):
    """Logits of tokens, from the matrix that embeds them."""

    def __init__(self, embedding):
        super(TokenHead, self).__init__()
        vocabulary, width = embedding.weight.shape
        self.dense = nn.Linear(width, width)
        self.LayerNorm = nn.LayerNorm(width, eps=1e-12)
        self.decoder = nn.Linear(width, vocabulary, bias=False)
        self.decoder.weight = embedding.weight
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, x):
        return self.decoder(self.LayerNorm(F.gelu(self.dense(x)))) + self.bias


class BERT(nn.Module):

    def __init__(self, vocabulary=25, width=16, layers=2, heads=4, longest=20, dropout=0.1):
        super(BERT, self).__init__()
        self.embeddings = Embeddings(vocabulary, width, longest, dropout)
        layer = nn.TransformerEncoderLayer(d_model=width, nhead=heads, dim_feedforward=4 * width,
                                           dropout=dropout, activation="gelu", layer_norm_eps=1e-12,
                                           batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=layers, enable_nested_tensor=False)
        self.token_head = TokenHead(self.embeddings.tokens)
        self.pair_head = nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 2))
        self.apply(self.init_weights)

    def init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            module.weight.data.normal_(mean=0.0, std=0.02)
        elif isinstance(module, nn.LayerNorm):
            module.bias.data.zero_()
            module.weight.data.fill_(1.0)
        if isinstance(module, nn.Linear) and module.bias is not None:
            module.bias.data.zero_()
        if isinstance(module, nn.Embedding) and module.padding_idx is not None:
            with torch.no_grad():
                module.weight[module.padding_idx].fill_(0)

    def forward(self, tokens, segments=None, labels=None, follows=None):
        x = self.embeddings(tokens, segments)                           # (N, L, E)
        x = self.encoder(x, src_key_padding_mask=tokens.eq(PAD))
        scores, relation = self.token_head(x), self.pair_head(x[:, 0])  # (N, L, V), (N, 2)
        if labels is None:
            return scores, relation
        loss = F.cross_entropy(scores.view(-1, scores.shape[-1]), labels.view(-1))  # -100 does not count
        if follows is not None:
            loss = loss + F.cross_entropy(relation, follows)
        return scores, relation, loss


def hide(tokens, vocabulary, chance=0.15):
    """(input, labels): of those chosen 80 % become MASK, 10 % a random token; other labels are -100."""
    tokens, labels = tokens.clone(), tokens.clone()
    chances = torch.full(labels.shape, chance)
    special = torch.zeros_like(labels).bool()
    for token in (PAD, CLS, SEP):
        special |= labels == token
    chances.masked_fill_(special, value=0.0)
    chosen = torch.bernoulli(chances).bool()
    labels[~chosen] = -100
    masked = torch.bernoulli(torch.full(labels.shape, 0.8)).bool() & chosen
    tokens[masked] = MASK
    swapped = torch.bernoulli(torch.full(labels.shape, 0.5)).bool() & chosen & ~masked
    tokens[swapped] = torch.randint(vocabulary, labels.shape, dtype=torch.long)[swapped]
    return tokens, labels


def make_optimizer(model, lr=1e-3, warmup=2, total=10):
    """AdamW with and without decay, and a learning rate that rises and then falls along straight lines."""
    no_decay = ["bias", "LayerNorm.weight", "norm1.weight", "norm2.weight"]
    groups = [{"params": [p for n, p in model.named_parameters() if not any(nd in n for nd in no_decay)],
               "weight_decay": 0.01},
              {"params": [p for n, p in model.named_parameters() if any(nd in n for nd in no_decay)],
               "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=lr, eps=1e-8)

    def factor(step):
        if step < warmup:
            return (step + 1) / warmup
        return max(0.0, float(total - step) / max(1, total - warmup))
    return optimizer, LambdaLR(optimizer, factor)
