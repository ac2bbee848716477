"""One layer of attention over the columns of an alignment: what it attends to are residues in contact.  (Lecture B12)

Letters: N sequences, L columns, A letters (with the gap), H heads, D width of a head.
"""
import numpy as np

import tinygrad_bio as tg

from .. import nn
from ..nn import functional as F


class FactoredAttention(nn.Module):
    """Each residue is predicted from all the others; which ones matter depends on the positions alone.

        W_ij = Σ_h softmax_j(q_hi·k_hj/√D)·V_h          (A × A)          logits_i = b_i + Σ_{j≠i} W_ij one_hot(x_j)

    A Potts model whose couplings share what letters do to each other (V_h) and differ in who meets whom (attention). Bhattacharya
    et al. 2022, Interpreting Potts and Transformer protein models through the lens of simplified attention (PSB).

    Shapes: one-hot (N, L, A) → logits (N, L, A)

    >>> net = tg.models.FactoredAttention(length=5, letters=21, heads=2, width=3)
    >>> net(tg.zeros(4, 5, 21)).shape, net.attention().shape, net.contact_scores().shape
    ((4, 5, 21), (2, 5, 5), (5, 5))
    """

    def __init__(self, length, letters=21, heads=32, width=16):
        super().__init__()
        self.query = nn.Parameter(0.1 * tg.randn(heads, length, width))
        self.key = nn.Parameter(0.1 * tg.randn(heads, length, width))
        self.value = nn.Parameter(0.1 * tg.randn(heads, letters, letters))
        self.bias = nn.Parameter(tg.zeros(length, letters))
        self.register_buffer("itself", tg.eye(length).bool(), persistent=False)

    def attention(self):
        """Who looks at whom, (H, L, L); nobody at itself."""
        score = self.query @ self.key.transpose(1, 2) / self.query.shape[2]**0.5
        return F.softmax(score.masked_fill(self.itself, float("-inf")), dim=-1)

    def couplings(self):
        """W, (L, A, L, A)."""
        return tg.einsum("hij,hab->iajb", self.attention(), self.value)

    def forward(self, x):
        length, letters = self.bias.shape
        w = self.couplings().reshape(length * letters, length * letters)
        return (x.flatten(1) @ w.T).reshape(-1, length, letters) + self.bias

    def contact_scores(self):
        """How strongly two columns are coupled: the Frobenius norm of W_ij + W_jiᵀ, centred, without gaps; (L, L) array."""
        with tg.no_grad():
            w = self.couplings().cpu().numpy()                                      # (L, A, L, A)
        w = (w + w.transpose(2, 3, 0, 1)) / 2
        for axis in (1, 3):
            w = w - w.mean(axis=axis, keepdims=True)                                # what a letter does whatever it meets
        scores = np.sqrt((w[:, :-1, :, :-1]**2).sum(axis=(1, 3)))
        np.fill_diagonal(scores, 0.0)
        return scores
