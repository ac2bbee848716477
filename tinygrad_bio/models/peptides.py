"""Networks that predict which peptides an MHC molecule binds.  (Lectures A3, A4)

Letters: N peptides, L residues, A numbers for each residue (20 for one-hot or BLOSUM), K width of a filter.
"""
import tinygrad_bio as tg

from .. import nn
from ..nn import functional as F


class PeptideFFN(nn.Module):
    """ŷ = σ(W₂ σ(W₁ x)): one hidden layer over all residues at once, as in NetMHC (Nielsen et al. 2003, Protein Sci. 12:1007).

    Every position has its own weights: right for peptides of one length whose ends sit in fixed pockets.

    Shapes: (N, L, A) → (N,), between 0 and 1

    >>> tg.models.PeptideFFN(length=9, channels=20)(tg.zeros(2, 9, 20)).shape
    (2,)
    """

    def __init__(self, length=9, channels=20, hidden=16):
        super().__init__()
        self.hidden = nn.Linear(length * channels, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        h = F.sigmoid(self.hidden(x.flatten(1)))                # (N, hidden)
        return F.sigmoid(self.out(h))[:, 0]


class PeptideCNN(nn.Module):
    """Filters of several widths slide along the peptide; what each finds at its best place goes into a small dense network.

        h_f = max over places of relu(Σ_k w_fk·x_(place+k) + b_f),      ŷ = σ(W₂ tanh(W₁ h))

    Filters of different widths are different weights, but one product: narrow ones are widened with zeros, on the fly, and all are
    applied at once. Peptides may differ in length: what lies beyond `lengths` is never looked at as a place.

    Parameters
    ----------
    channels : A
    widths : odd widths of the filters
    filters : how many of each width
    hidden : neurons behind the pooling
    length : of all peptides. If it is given nothing is pooled: what each filter finds at each of the L places goes on. Filters are
        shared by all places all the same; right for 9-mers, whose ends sit in fixed pockets

    Shapes: (N, L, A) → (N,), between 0 and 1

    >>> net = tg.models.PeptideCNN(channels=20, widths=(1, 3, 5), filters=4)
    >>> net(tg.zeros(2, 9, 20)).shape, [tuple(w.shape) for w in net.weights]
    ((2,), [(4, 20, 1), (4, 20, 3), (4, 20, 5)])
    """

    def __init__(self, channels=20, widths=(1, 3, 5, 7, 9), filters=16, hidden=32, length=None, dropout=0.0):
        super().__init__()
        if any(width % 2 == 0 for width in widths):
            raise ValueError(f"PeptideCNN: widths must be odd, so that a filter has a middle; got {tuple(widths)}")
        self.widths, self.length = tuple(widths), length
        self.weights = nn.ParameterList(nn.Parameter(tg.empty(filters, channels, width)) for width in widths)
        self.bias = nn.Parameter(tg.zeros(filters * len(widths)))
        for weight in self.weights:
            nn.init.kaiming_uniform_(weight, nonlinearity="relu")
        self.hidden = nn.Linear(filters * len(widths) * (length or 1), hidden)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, 1)

    def fused(self):
        """All filters as one weight (filters of all widths, A, widest): zeros on both sides of the narrow ones."""
        widest = max(self.widths)
        return tg.cat([F.pad(w, [(widest - w.shape[2]) // 2] * 2) for w in self.weights])

    def answers(self, x):
        """How well each filter fits at each place, (N, filters, L)."""
        return F.conv1d(x.transpose(1, 2), self.fused(), self.bias, padding="same")

    def found(self, x, lengths=None):
        """How well each filter fits where it fits best, and where: ((N, filters), (N, filters) positions)."""
        if lengths is None:
            best, place = self.answers(x).max(dim=2)
        else:
            beyond = F.padding_mask_from_lengths(lengths, x.shape[1]).to(x.device)      # (N, L)
            x = x.masked_fill(beyond[:, :, None], 0.0)          # filters reach over the end: nothing is there
            best, place = self.answers(x).masked_fill(beyond[:, None, :], float("-inf")).max(dim=2)
        return F.relu(best), place

    def forward(self, x, lengths=None):
        if self.length is None:
            h, _ = self.found(x, lengths)                       # (N, filters)
        else:
            h = F.relu(self.answers(x)).flatten(1)              # (N, filters·L)
        h = tg.tanh(self.hidden(self.dropout(h)))
        return F.sigmoid(self.out(h))[:, 0]
