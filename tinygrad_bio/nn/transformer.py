"""Transformers: layers of attention and of a network that is applied to each residue. Vaswani et al. 2017.

Letters: N batch, L length of the source, T length of the target, E width of the model. Shapes are given for
``batch_first=True``; without it the first two dimensions are exchanged.
"""
import copy
import math

import numpy as np

from ..autograd import ShapeError, here, new_tensor
from ..backend import get_default_dtype, to_device
from ..create import as_tensor
from . import functional as F, init
from .attention import MultiheadAttention
from .container import ModuleList
from .dropout import Dropout
from .linear import Linear
from .module import Module
from .norm import LayerNorm

__all__ = ["Transformer", "TransformerEncoder", "TransformerDecoder", "TransformerEncoderLayer",
           "TransformerDecoderLayer",
           "PositionalEncoding"]


def generate_square_subsequent_mask(sz, device=None, dtype=None):
    """The mask of a language model: 0 up to the query's own place, −∞ behind it, (sz, sz).

    >>> generate_square_subsequent_mask(3)
    tensor([[  0., -inf, -inf],
            [  0.,   0., -inf],
            [  0.,   0.,   0.]])
    """
    mask = np.where(np.tri(sz, dtype=bool), 0.0, -np.inf).astype(dtype or get_default_dtype())
    return new_tensor(to_device(mask, device or "cpu"), None)


class PositionalEncoding(Module):
    """y = x + PE,   PE[pos, 2i] = sin(pos/10000^(2i/E)),   PE[pos, 2i+1] = cos(pos/10000^(2i/E))

    Attention does not see order: without this, a shuffled sequence would be the same to it. Each pair of
    dimensions is a clock hand that turns at its own speed.

    Parameters
    ----------
    d_model : E
    dropout : applied to the sum
    max_len : the longest sequence
    batch_first : (N, L, E) instead of (L, N, E); a single sequence (L, E) fits both

    >>> import tinygrad_bio as tg
    >>> tg.nn.PositionalEncoding(4, dropout=0.0)(tg.zeros(2, 4))
    tensor([[0.0000, 1.0000, 0.0000, 1.0000],
            [0.8415, 0.5403, 0.0100, 0.9999]])
    """

    def __init__(self, d_model, dropout=0.1, max_len=5000, batch_first=False, device=None, dtype=None):
        super().__init__()
        self.batch_first, self.dropout = batch_first, Dropout(dropout)
        position = np.arange(max_len)[:, None]                                                  # (max_len, 1)
        speed = np.exp(np.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))               # (E/2)
        table = np.zeros((max_len, d_model))
        table[:, 0::2] = np.sin(position * speed)
        table[:, 1::2] = np.cos(position * speed[:d_model // 2])
        table = as_tensor(table.astype(dtype or get_default_dtype()), device=device)            # (max_len, E)
        self.register_buffer("pe", table, persistent=False)

    def forward(self, x):
        length = x.shape[1 if self.batch_first and x.ndim == 3 else 0]
        if length > len(self.pe) or x.shape[-1] != self.pe.shape[1]:
            raise ShapeError(f"PositionalEncoding{here()}: expected a length of at most "
                             f"max_len={len(self.pe)} and width d_model={self.pe.shape[1]}, got shape "
                             f"{tuple(x.shape)}")
        pe = self.pe[:length]                                                                   # (L, E)
        if x.ndim == 3 and not self.batch_first:
            pe = pe[:, None]                                                                    # (L, 1, E)
        return self.dropout(x + pe)                                                             # like x


# ---------------------------------------------------------------------------------------------------- layers

class _Layer(Module):
    """What both kinds of layer share: the network for each residue, how blocks are added and normalised."""

    def _feed_forward(self, x):
        """(N, L, E), over (N, L, dim_feedforward), to (N, L, E)."""
        return self.linear2(self.dropout(self.activation(self.linear1(x))))

    def _added(self, x, block, norm, dropout):
        """x + block(x), a residual connection, normalised before the block (norm_first) or after the sum."""
        if self.norm_first:
            return x + dropout(block(norm(x)))
        return norm(x + dropout(block(x)))


def _activation(activation):
    """relu or gelu by name; else the function itself."""
    if not isinstance(activation, str):
        return activation
    if activation not in ("relu", "gelu"):
        raise RuntimeError(f"activation should be relu/gelu, not {activation!r}: give a function for any "
                           f"other")
    return F.relu if activation == "relu" else F.gelu


class TransformerEncoderLayer(_Layer):
    """x ← norm(x + attention(x, x, x));   x ← norm(x + W₂ relu(W₁ x)),   with dropout on each term that is
    added

    Parameters
    ----------
    d_model, nhead : E and H
    dim_feedforward : the width between W₁ and W₂
    dropout : the probability of 0, in training
    activation : "relu", "gelu", or a function
    layer_norm_eps : ε of the norms
    batch_first : (N, L, E) instead of (L, N, E)
    norm_first : normalise what goes into each block rather than what comes out of each sum; deep stacks train
        more easily
    bias : whether linear maps and norms have one

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.TransformerEncoderLayer(16, 4, dim_feedforward=32, batch_first=True)
    >>> layer(tg.rand(2, 10, 16), lengths=[10, 6]).shape
    (2, 10, 16)
    """

    def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation=F.relu,
                 layer_norm_eps=1e-5, batch_first=False,
                 norm_first=False, bias=True, device=None, dtype=None):
        super().__init__()
        where = {"device": device, "dtype": dtype}
        self.norm_first, self.activation = norm_first, _activation(activation)
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **where)
        self.linear1 = Linear(d_model, dim_feedforward, bias, **where)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **where)
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, **where)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, **where)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False, lengths=None):
        """src (N, L, E) -> (N, L, E).

        Parameters
        ----------
        src_mask : (L, L) or (N·H, L, L), and src_key_padding_mask : (N, L); True or −∞ hides a key
        is_causal : hide all keys behind the query's own place
        lengths : of the sequences, instead of a src_key_padding_mask
        """
        def attention(x):
            return self.self_attn(x, x, x, src_key_padding_mask, False, src_mask, is_causal=is_causal,
                                  lengths=lengths)[0]

        x = self._added(src, attention, self.norm1, self.dropout1)                              # (N, L, E)
        return self._added(x, self._feed_forward, self.norm2, self.dropout2)


class TransformerDecoderLayer(_Layer):
    """An encoder layer with a second attention between the two: its queries come from the target, its keys
    from `memory`.

    Parameters are those of TransformerEncoderLayer.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.TransformerDecoderLayer(16, 4, dim_feedforward=32, batch_first=True)
    >>> layer(tg.rand(2, 7, 16), tg.rand(2, 10, 16), tgt_is_causal=True).shape
    (2, 7, 16)
    """

    def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation=F.relu,
                 layer_norm_eps=1e-5, batch_first=False,
                 norm_first=False, bias=True, device=None, dtype=None):
        super().__init__()
        where = {"device": device, "dtype": dtype}
        self.norm_first, self.activation = norm_first, _activation(activation)
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **where)
        self.multihead_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first,
                                                 **where)
        self.linear1 = Linear(d_model, dim_feedforward, bias, **where)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **where)
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, **where)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, **where)
        self.norm3 = LayerNorm(d_model, layer_norm_eps, bias=bias, **where)
        self.dropout1, self.dropout2, self.dropout3 = Dropout(dropout), Dropout(dropout), Dropout(dropout)

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None,
                memory_key_padding_mask=None, tgt_is_causal=False, memory_is_causal=False):
        """tgt (N, T, E), memory (N, L, E) -> (N, T, E); masks (T, T), (T, L), (N, T), (N, L)."""
        def attention(x):
            return self.self_attn(x, x, x, tgt_key_padding_mask, False, tgt_mask, is_causal=tgt_is_causal)[0]

        def attention_to_memory(x):
            return self.multihead_attn(x, memory, memory, memory_key_padding_mask, False, memory_mask,
                                       is_causal=memory_is_causal)[0]

        x = self._added(tgt, attention, self.norm1, self.dropout1)                              # (N, T, E)
        x = self._added(x, attention_to_memory, self.norm2, self.dropout2)
        return self._added(x, self._feed_forward, self.norm3, self.dropout3)


# ---------------------------------------------------------------------------------------------------- stacks

def _copies(layer, n):
    """The layer n times, each with parameters of its own that start equal, as in PyTorch."""
    return ModuleList([copy.deepcopy(layer) for _ in range(n)])


class TransformerEncoder(Module):
    """`num_layers` copies of an encoder layer, one after another, and a norm if one is given.

    Parameters
    ----------
    encoder_layer : is copied, so all layers start with equal weights (initialise them anew if that matters)
    num_layers, norm : how many; a layer for the end
    enable_nested_tensor, mask_check : accepted for PyTorch's sake (it then writes 0 at padded places, in use)

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    >>> encoder = tg.nn.TransformerEncoder(layer, num_layers=2)
    >>> encoder(tg.rand(2, 10, 16), lengths=[10, 6]).shape
    (2, 10, 16)
    """

    def __init__(self, encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True):
        super().__init__()
        self.layers, self.num_layers, self.norm = _copies(encoder_layer, num_layers), num_layers, norm
        self.enable_nested_tensor, self.mask_check = enable_nested_tensor, mask_check

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None, lengths=None):
        """src (N, L, E) -> (N, L, E); masks as for the layer. A causal mask needs no `is_causal`."""
        settings = {} if lengths is None else {"lengths": lengths}    # a layer of the user's need not know it
        for layer in self.layers:
            src = layer(src, src_mask=mask, src_key_padding_mask=src_key_padding_mask,
                        is_causal=bool(is_causal), **settings)
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(Module):
    """`num_layers` copies of a decoder layer, one after another, and a norm if one is given.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.TransformerDecoderLayer(16, 4, 32, batch_first=True)
    >>> decoder = tg.nn.TransformerDecoder(layer, num_layers=2)
    >>> decoder(tg.rand(2, 7, 16), tg.rand(2, 10, 16), tgt_is_causal=True).shape
    (2, 7, 16)
    """

    def __init__(self, decoder_layer, num_layers, norm=None):
        super().__init__()
        self.layers, self.num_layers, self.norm = _copies(decoder_layer, num_layers), num_layers, norm

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None,
                memory_key_padding_mask=None, tgt_is_causal=None, memory_is_causal=False):
        """tgt (N, T, E), memory (N, L, E) -> (N, T, E); masks as for the layer."""
        for layer in self.layers:
            tgt = layer(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask,
                        tgt_key_padding_mask=tgt_key_padding_mask,
                        memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=bool(tgt_is_causal),
                        memory_is_causal=memory_is_causal)
        return tgt if self.norm is None else self.norm(tgt)


class Transformer(Module):
    """Encoder and decoder: reads a source, writes a target one residue after the other. Vaswani et al. 2017.

    Parameters
    ----------
    d_model, nhead : E and H
    num_encoder_layers, num_decoder_layers : how many layers of each
    custom_encoder, custom_decoder : Modules to take instead
    the others : as for TransformerEncoderLayer

    Shapes
    ------
    src (N, L, E), tgt (N, T, E) -> (N, T, E); the target is given shifted by one, with a causal mask, so that
    each place sees only what was written before it.

    >>> import tinygrad_bio as tg
    >>> model = tg.nn.Transformer(16, 4, 1, 1, 32, batch_first=True)
    >>> model(tg.rand(2, 10, 16), tg.rand(2, 7, 16), tgt_mask=model.generate_square_subsequent_mask(7)).shape
    (2, 7, 16)
    """

    def __init__(self, d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048,
                 dropout=0.1, activation=F.relu, custom_encoder=None, custom_decoder=None,
                 layer_norm_eps=1e-5, batch_first=False, norm_first=False, bias=True, device=None,
                 dtype=None):
        super().__init__()
        settings = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first,
                    norm_first, bias, device, dtype)

        def norm():
            return LayerNorm(d_model, eps=layer_norm_eps, bias=bias, device=device, dtype=dtype)

        self.encoder = custom_encoder if custom_encoder is not None else TransformerEncoder(
            TransformerEncoderLayer(*settings), num_encoder_layers, norm())
        self.decoder = custom_decoder if custom_decoder is not None else TransformerDecoder(
            TransformerDecoderLayer(*settings), num_decoder_layers, norm())
        self._reset_parameters()
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def _reset_parameters(self):
        for p in self.parameters():
            if p.ndim > 1:
                init.xavier_uniform_(p)

    def forward(self, src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, src_key_padding_mask=None,
                tgt_key_padding_mask=None, memory_key_padding_mask=None, src_is_causal=None,
                tgt_is_causal=None, memory_is_causal=False):
        """src (N, L, E), tgt (N, T, E) -> (N, T, E); True or −∞ in a mask hides a key."""
        batch = 0 if self.batch_first else 1
        if src.ndim == 3 and src.shape[batch] != tgt.shape[batch]:
            raise ShapeError(f"Transformer{here()}: the batch number of src and tgt must be equal (dimension "
                             f"{batch}), got shapes {tuple(src.shape)} and {tuple(tgt.shape)}: check "
                             f"batch_first")
        if src.shape[-1] != self.d_model or tgt.shape[-1] != self.d_model:
            raise ShapeError(f"Transformer{here()}: the feature number of src and tgt must be equal to "
                             f"d_model={self.d_model}, got shapes {tuple(src.shape)} and {tuple(tgt.shape)}")
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask,
                              is_causal=src_is_causal)
        return self.decoder(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask,
                            tgt_key_padding_mask=tgt_key_padding_mask,
                            memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=tgt_is_causal,
                            memory_is_causal=memory_is_causal)

    @staticmethod
    def generate_square_subsequent_mask(sz, device=None, dtype=None):
        """The mask of a language model: 0 up to the query's own place, −∞ behind it, (sz, sz)."""
        return generate_square_subsequent_mask(sz, device, dtype)
