"""What kind of protein is this, and which residues say so?  (Lectures B7, B13)

Letters: N sequences, L residues, E embedding, H hidden neurons in each direction.
"""
import tinygrad_bio as tg

from .. import nn
from ..nn import functional as F


class SequenceClassifier(nn.Module):
    """Embedding, convolution, bidirectional LSTM, and attention that weighs the residues:

        h_1 … h_L = LSTM(conv(embedding)),   a = softmax over the residues of u·tanh(W h_i),   class scores = V Σ_i a_i·h_i

    as in the conv-LSTM with attention of Sønderby et al. 2015 (doi 10.1007/978-3-319-21233-3_6). The weights a are what it looked at.

    Parameters
    ----------
    num_letters : size of the alphabet, with padding and unknown letters
    num_classes : how many
    width : of the convolution; 0 leaves it out
    padding_idx : the number of the padding letter

    Shapes: tokens (N, L), lengths (N,) → (N, num_classes) logits

    >>> net = tg.models.SequenceClassifier(22, 3, embedding=4, hidden=5)
    >>> logits, weights = net(tg.tensor([[3, 4, 5], [6, 7, 0]]), lengths=[3, 2], return_weights=True)
    >>> logits.shape, weights[1, 2].item()              # nothing looks at padding
    ((2, 3), 0.0)
    """

    def __init__(self, num_letters, num_classes, embedding=32, hidden=64, width=5, dropout=0.3, padding_idx=0):
        super().__init__()
        self.embedding = nn.Embedding(num_letters, embedding, padding_idx=padding_idx)
        self.conv = nn.Conv1d(embedding, embedding, width, padding="same") if width else None
        self.lstm = nn.LSTM(embedding, hidden, batch_first=True, bidirectional=True)
        self.key, self.query = nn.Linear(2 * hidden, hidden), nn.Linear(hidden, 1, bias=False)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(2 * hidden, num_classes)

    def forward(self, tokens, lengths=None, return_weights=False):
        return self.read(self.embedding(tokens), lengths, return_weights)           # (N, L, E)

    def read(self, x, lengths=None, return_weights=False):
        """From embedded residues (N, L, E): for saliency, which asks for the gradient there."""
        beyond = None if lengths is None else F.padding_mask_from_lengths(lengths, x.shape[1]).to(x.device)  # (N, L)
        if beyond is not None:
            x = x.masked_fill(beyond[:, :, None], 0.0)          # the convolution reaches over the end: nothing is there
        if self.conv is not None:
            x = F.relu(self.conv(x.transpose(1, 2)).transpose(1, 2))                # (N, L, E)
        h, _ = self.lstm(self.dropout(x), lengths=lengths)                          # (N, L, 2H)
        score = self.query(tg.tanh(self.key(h)))[:, :, 0]                           # (N, L)
        if beyond is not None:
            score = score.masked_fill(beyond, float("-inf"))
        weights = F.softmax(score, dim=1)                                           # (N, L)
        summary = (weights[:, None] @ h)[:, 0]                                      # (N, 2H)
        logits = self.out(self.dropout(summary))
        return (logits, weights) if return_weights else logits
