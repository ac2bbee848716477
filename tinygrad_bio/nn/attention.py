"""Multi-head attention: several attentions side by side, each in its own projection of the input.

Letters: N batch, L queries, S keys, E width of the model, H heads, D = E/H width of a head.
"""
from .. import ops
from ..autograd import DtypeError, ShapeError, here
from ..backend import namespace
from ..create import empty, zeros
from ..functions import cat
from ..functions.common import as_tensor
from . import functional as F, init
from .functional.attention import dropout_mask
from .linear import Linear
from .module import Module
from .parameter import Parameter

__all__ = ["MultiheadAttention"]


class MultiheadAttention(Module):
    """output = [head_1 … head_H] W_O,   head_h = softmax(Q_h K_hᵀ/√D) V_h

    with Q_h = query W_Qh, K_h = key W_Kh, V_h = value W_Vh. Vaswani et al. 2017. W_Q, W_K and W_V stand one
    below the other in in_proj_weight (3E, E).

    Parameters
    ----------
    embed_dim, num_heads : E and H; H divides E
    dropout : the probability with which a weight becomes 0, in training
    bias : whether the projections add one
    add_bias_kv : one more key and value that are learnt;  add_zero_attn : one more that are 0
    kdim, vdim : the widths of key and value, if not E
    batch_first : inputs are (N, L, E) instead of (L, N, E)

    Shapes
    ------
    ``attention(query, key, value)`` gives ``output, weights``: query (L, N, E), key (S, N, kdim) and value
    (S, N, vdim), all without N for a single sequence; output (L, N, E); weights (N, L, S), the mean over the
    heads (after dropout, so that rows need not sum to 1).

    Masks hide keys. In both of them True means *ignore* (for `scaled_dot_product_attention` it means attend),
    and numbers are added to the scores. A query that may attend to no key gets weights 0 and, before the last
    projection, the output 0.

    >>> import tinygrad_bio as tg
    >>> attention = tg.nn.MultiheadAttention(16, 4, batch_first=True)
    >>> x = tg.rand(2, 10, 16)
    >>> output, weights = attention(x, x, x, lengths=[10, 6])
    >>> output.shape, weights.shape, bool((weights[1, :, 6:] == 0).all())
    ((2, 10, 16), (2, 10, 10), True)
    """

    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False,
                 kdim=None, vdim=None, batch_first=False, device=None, dtype=None):
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(f"MultiheadAttention: embed_dim and num_heads must be greater than 0, got "
                             f"{embed_dim} and {num_heads}")
        if embed_dim % num_heads:
            raise AssertionError(f"MultiheadAttention: embed_dim must be divisible by num_heads, got "
                                 f"{embed_dim} and {num_heads}")
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim, self.vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn
        self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim

        def parameter(*shape):
            return Parameter(empty(*shape, device=device, dtype=dtype))

        together = self._qkv_same_embed_dim
        self.register_parameter("q_proj_weight", None if together else parameter(embed_dim, embed_dim))
        self.register_parameter("k_proj_weight", None if together else parameter(embed_dim, self.kdim))
        self.register_parameter("v_proj_weight", None if together else parameter(embed_dim, self.vdim))
        self.register_parameter("in_proj_weight", parameter(3 * embed_dim, embed_dim) if together else None)
        self.register_parameter("in_proj_bias", parameter(3 * embed_dim) if bias else None)
        self.register_parameter("bias_k", parameter(1, 1, embed_dim) if add_bias_kv else None)
        self.register_parameter("bias_v", parameter(1, 1, embed_dim) if add_bias_kv else None)
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        self._reset_parameters()

    def _reset_parameters(self):
        """Draw new starting values: projections by Xavier's rule, biases 0."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None,
                average_attn_weights=True, is_causal=False, lengths=None):
        """(output, weights); see the class for shapes.

        Parameters
        ----------
        key_padding_mask : (N, S), which keys to ignore
        need_weights : False is faster, and gives None for the weights
        attn_mask : (L, S), or (N·H, L, S) for each head by itself
        average_attn_weights : False gives the weights of each head, (N, H, L, S)
        is_causal : ignore all keys behind the query's own place
        lengths : how many keys of each sequence are real, instead of a key_padding_mask
        """
        self._check_input(query, key, value)
        alone, one_input = query.ndim == 2, query is key and key is value
        if alone:
            query, key, value = (x[None] for x in (query, key, value))              # (1, L, E), (1, S, ·)
        elif not self.batch_first:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))    # (N, L, E), (N, S, ·)
        q, k, v = self._projected(query, key, value, one_input)                     # (N, H, L or S, D)
        k, v = self._with_extra_keys(k, v)
        shape = (*q.shape[:3], k.shape[2])                                          # (N, H, L, S)
        mask, bias = self._masks(shape, q, key_padding_mask, attn_mask, is_causal, lengths)
        settings = {"mask": mask, "scale": self.head_dim ** -0.5}
        dropped = dropout_mask(shape, self.dropout, q) if self.dropout and self.training else None
        if need_weights:
            weights = ops.attention_weights(q, k, *bias, **settings)                # (N, H, L, S)
            weights = weights if dropped is None else weights * dropped
            heads = weights @ v                                                     # (N, H, L, D)
        else:
            heads = ops.scaled_dot_product_attention(q, k, v, *bias, dropout=dropped, **settings)
        y = self.out_proj(heads.transpose(1, 2).reshape(query.shape))               # (N, L, E)
        y = y[0] if alone else y if self.batch_first else y.transpose(0, 1)
        if not need_weights:
            return y, None
        weights = weights.mean(1) if average_attn_weights else weights              # (N, L, S), (N, H, L, S)
        return y, weights[0] if alone else weights

    # ------------------------------------------------------------------------------------- projections

    def _projected(self, query, key, value, one_input):
        """Queries, keys and values of all heads, each (N, H, L or S, D)."""
        pieces = {"sizes": (self.embed_dim,) * 3}
        if one_input and self._qkv_same_embed_dim:
            y = F.linear(query, self.in_proj_weight, self.in_proj_bias)             # (N, L, 3E), at once
            return [self._heads(x) for x in ops.split(y, axis=2, **pieces)]
        weights = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight) # (E, E), (E, kdim), (E, vdim)
        if self._qkv_same_embed_dim:
            weights = ops.split(self.in_proj_weight, axis=0, **pieces)              # 3 × (E, E)
        biases = [None] * 3
        if self.in_proj_bias is not None:
            biases = ops.split(self.in_proj_bias, axis=0, **pieces)                 # 3 × (E)
        return [self._heads(F.linear(*xwb)) for xwb in zip((query, key, value), weights, biases)]

    def _heads(self, x):
        """(N, L, E) as (N, H, L, D): heads side by side become heads by themselves."""
        n, length, _ = x.shape
        return x.reshape(n, length, self.num_heads, self.head_dim).transpose(1, 2)

    def _with_extra_keys(self, k, v):
        """Keys and values (N, H, S, D), with those that were learnt, and with 0, behind them."""
        n, h, _, d = k.shape
        if self.bias_k is not None:
            k, v = (cat([x, b.reshape(1, h, 1, d).expand(n, h, 1, d)], 2)           # (N, H, S + 1, D)
                    for x, b in ((k, self.bias_k), (v, self.bias_v)))
        if self.add_zero_attn:
            zero = zeros(n, h, 1, d, dtype=k.dtype, device=k.device)
            k, v = (cat([x, zero], 2) for x in (k, v))                              # (N, H, S + 1, D)
        return k, v

    # ------------------------------------------------------------------------------------------- masks

    def _masks(self, shape, like, key_padding_mask, attn_mask, is_causal, lengths):
        """All masks as one array (True: attend; or numbers to add); in a list those that have a gradient."""
        n, h, queries, keys = shape
        extra = (self.bias_k is not None) + self.add_zero_attn                      # keys that are not real
        real, xp = keys - extra, namespace(like.array)
        if lengths is not None:
            if key_padding_mask is not None:
                raise ValueError(f"MultiheadAttention{here()}: give lengths or key_padding_mask, not both")
            key_padding_mask = F.padding_mask_from_lengths(lengths, real).to(like.device)
        ignored, added = [], []                         # booleans and numbers, to broadcast to (N, H, L, S)
        if key_padding_mask is not None:
            shapes = {(n, real): (n, 1, 1, real)}
            if n == 1:
                shapes[real,] = (1, 1, 1, real)                                     # of a single sequence
            _sort_in(key_padding_mask, "key_padding_mask", shapes, extra, like, ignored, added)
        if attn_mask is not None:
            shapes = {(queries, real): (1, 1, queries, real), (n * h, queries, real): (n, h, queries, real)}
            _sort_in(attn_mask, "attn_mask", shapes, extra, like, ignored, added)
        if is_causal:
            behind = ~xp.tri(queries, keys, dtype=bool)                             # (L, S)
            ignored.append(behind & (xp.arange(keys) < real))                       # extra keys are seen
        return _combined(xp, ignored, added)

    def _check_input(self, query, key, value):
        shapes = f"query {tuple(query.shape)}, key {tuple(key.shape)}, value {tuple(value.shape)}"
        if query.ndim not in (2, 3) or query.ndim != key.ndim or key.ndim != value.ndim:
            raise AssertionError(f"MultiheadAttention{here()}: query, key and value must all have 3 "
                                 f"dimensions, or 2 without a batch, got {shapes}")
        widths = {"query": self.embed_dim, "key": self.kdim, "value": self.vdim}
        for (name, width), x in zip(widths.items(), (query, key, value)):
            if x.shape[-1] != width:
                raise AssertionError(f"MultiheadAttention{here()}: was expecting {name} of width {width} "
                                     f"(its last dimension), got {shapes}")
        batch = 0 if self.batch_first else 1
        batches = query.ndim == 2 or query.shape[batch] == key.shape[batch]
        if key.shape[:-1] != value.shape[:-1] or not batches:
            raise AssertionError(f"MultiheadAttention{here()}: there must be one value for each key, and one "
                                 f"batch size (dimension {batch}), got {shapes}")


def _sort_in(mask, name, shapes, extra, like, ignored, added):
    """Put a mask, shaped to broadcast to (N, H, L, S), to the booleans or to the numbers."""
    mask = as_tensor(mask, like)
    if tuple(mask.shape) not in shapes:
        raise ShapeError(f"MultiheadAttention{here()}: {name} must have shape "
                         f"{' or '.join(map(str, shapes))}, got {tuple(mask.shape)}")
    mask = mask.reshape(shapes[tuple(mask.shape)])
    if extra:
        mask = ops.pad(mask, ((0, 0),) * 3 + ((0, extra),))                         # False or 0: attend
    if mask.dtype == bool:
        ignored.append(mask.array)
    elif mask.dtype.kind == "f":
        added.append(mask if mask.dtype == like.dtype else mask.to(like.dtype))
    else:
        raise DtypeError(f"MultiheadAttention{here()}: {name} must hold booleans (True = ignore) or floats "
                         f"(added to the scores), not {mask.dtype.name}: write mask.bool()")


def _combined(xp, ignored, added):
    """One array (True: attend; or numbers to add) or None, and in a list a Tensor, if it has a gradient."""
    hidden = total = None
    for mask in ignored:
        hidden = mask if hidden is None else hidden | mask
    for numbers in added:
        total = numbers if total is None else total + numbers
    if total is None or total.requires_grad:
        return None if hidden is None else ~hidden, [] if total is None else [total]
    return total.array if hidden is None else xp.where(hidden, -xp.inf, total.array), []
