"""Encoder and decoder (Vaswani et al. 2017): nn.Transformer, masks, label smoothing, greedy decoding."""
import math

import torch
from torch import Tensor
import torch.nn as nn

PAD, START, END = 0, 1, 2
device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")


class Sines(nn.Module):
    """Adds sin and cos of position / 10000^(2i/E)."""

    def __init__(self, width: int, dropout: float = 0.1, longest: int = 50):
        super(Sines, self).__init__()
        self.dropout = nn.Dropout(p=dropout)
        position = torch.arange(longest, dtype=torch.get_default_dtype()).unsqueeze(1)      # (L, 1)
        speed = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        pe = torch.zeros(longest, 1, width)
        pe[:, 0, 0::2] = torch.sin(position * speed)
        pe[:, 0, 1::2] = torch.cos(position * speed)
        self.register_buffer("pe", pe)

    def forward(self, x: Tensor) -> Tensor:                             # (L, N, E)
        return self.dropout(x + self.pe[:x.size(0)])


class Translator(nn.Module):

    def __init__(self, vocabulary: int, target_vocabulary: int, width=8, heads=2, layers=2, feedforward=12,
                 dropout=0.1):
        super(Translator, self).__init__()
        self.scale = math.sqrt(width)
        self.embed = nn.Embedding(vocabulary, width)
        self.embed_target = nn.Embedding(target_vocabulary, width)
        self.sines = Sines(width, dropout)
        self.transformer = nn.Transformer(d_model=width, nhead=heads, num_encoder_layers=layers,
                                          num_decoder_layers=layers, dim_feedforward=feedforward,
                                          dropout=dropout)
        self.out = nn.Linear(width, target_vocabulary)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)

    def encode(self, source, mask=None, padding=None):
        return self.transformer.encoder(self.sines(self.embed(source) * self.scale), mask, padding)

    def decode(self, target, memory, mask, padding=None, memory_padding=None):
        y = self.sines(self.embed_target(target) * self.scale)
        return self.transformer.decoder(y, memory, tgt_mask=mask, tgt_key_padding_mask=padding,
                                        memory_key_padding_mask=memory_padding)

    def forward(self, source, target):                                  # (S, N), (T, N)
        S, T = source.shape[0], target.shape[0]
        x = self.sines(self.embed(source) * self.scale)
        y = self.sines(self.embed_target(target) * self.scale)
        nothing = torch.zeros((S, S), device=source.device).type(torch.bool)
        padding, target_padding = (source == PAD).transpose(0, 1), (target == PAD).t()
        y = self.transformer(x, y, nothing, causal(T, source.device), None, padding, target_padding, padding)
        return self.out(y)                                              # (T, N, V)


def causal(size, device):
    """0 where a position may look, -inf at what comes after it."""
    allowed = (torch.triu(torch.ones(size, size, device=device)) == 1).transpose(0, 1)
    mask = allowed.to(torch.get_default_dtype())
    return mask.masked_fill(mask == 0, float("-inf")).masked_fill(mask == 1, float(0.0))


def loss_of(model, source, target):
    """Each token is predicted from those before it."""
    criterion = torch.nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=0.1)
    logits = model(source.to(device), target[:-1, :].to(device))
    return logits, criterion(logits.reshape(-1, logits.shape[-1]), target[1:, :].reshape(-1).to(device))


def make_optimizer(model, width=8, warmup=40):
    """Adam whose learning rate rises for `warmup` steps and then falls with 1/√step."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.5, betas=(0.9, 0.98), eps=1e-9)
    rate = lambda step: width ** -0.5 * min((step + 1) ** -0.5, (step + 1) * warmup ** -1.5)    # noqa: E731
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda=rate)


@torch.no_grad()
def greedy_decode(model, source, longest=12):
    """The tokens written for one sequence (S, 1)."""
    model.eval()
    memory = model.encode(source)
    written = torch.ones(1, 1).fill_(START).type(torch.long).to(device)
    for _ in range(longest):
        mask = causal(written.size(0), device).type(torch.bool)
        y = model.decode(written, memory, mask)                         # (T, 1, E)
        _, token = torch.max(model.out(y[-1]), dim=1)
        written = torch.cat([written, torch.ones(1, 1).type_as(source.data).fill_(token.item())], dim=0)
        if token == END:
            break
    return written.flatten().tolist()
