"""Multi-head attention: several attentions side by side, each in its own projection of the input.

Letters: N batch, L queries, S keys, E width of the model, H heads, D = E/H width of a head.
"""
from .. import ops
from ..autograd import DtypeError, ShapeError, here, new_tensor
from ..backend import namespace
from ..create import empty, zeros
from ..functions import cat
from ..functions.common import array_of
from . import functional as F, init
from .linear import Linear
from .module import Module
from .parameter import Parameter

__all__ = ["MultiheadAttention"]


class MultiheadAttention(Module):
    """out = [head_1 … head_H] W_O,   head_h = softmax(Q_h K_hᵀ/√D) V_h,   Q_h, K_h, V_h = query W_Qh, key
    W_Kh, value W_Vh

    Vaswani et al. 2017. The three projections are kept one below the other in in_proj_weight (3E, E).

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
    ``attention(query, key, value)`` gives ``output, weights``: query (L, N, E), key (S, N, kdim), value (S,
    N, vdim), all without N for a single sequence; output (L, N, E); weights (N, L, S), the mean over heads
    (after dropout, so that rows need not sum to 1).

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

    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None,
                 batch_first=False, device=None, dtype=None):
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(f"MultiheadAttention: embed_dim and num_heads must be greater than 0, got {embed_dim} and {num_heads}")
        if embed_dim % num_heads:
            raise AssertionError(f"MultiheadAttention: embed_dim must be divisible by num_heads, got {embed_dim} and {num_heads}")
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim, self.vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn
        self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim

        def parameter(*shape):
            return Parameter(empty(*shape, device=device, dtype=dtype))

        together = self._qkv_same_embed_dim
        for name, width in (("q_proj_weight", embed_dim), ("k_proj_weight", self.kdim), ("v_proj_weight", self.vdim)):
            self.register_parameter(name, None if together else parameter(embed_dim, width))
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

    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True,
                is_causal=False, lengths=None):
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
        alone, same = query.ndim == 2, query is key and key is value
        self._check_input(query, key, value)
        if alone:
            query, key, value = (x[None] for x in (query, key, value))                  # (1, L, E), (1, S, ·)
        elif not self.batch_first:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))        # (N, L, E), (N, S, ·)
        q, k, v = self._projected_together(query) if same and self._qkv_same_embed_dim else self._projected(query, key, value)
        extra = (self.bias_k is not None) + self.add_zero_attn                     # keys that are no residues
        shape = (len(query), self.num_heads, query.shape[1], key.shape[1] + extra)  # of the scores: (N, H, L, S)
        mask, bias = self._masks(shape, extra, query, key_padding_mask, attn_mask, is_causal, lengths)
        scale, p = self.head_dim ** -0.5, self.dropout if self.training else 0.0
        dropped = F.attention._dropout_mask(shape, p, query) if p else None
        if need_weights:
            weights = ops.attention_weights(q, k, *bias, mask=mask, scale=scale)                # (N, H, L, S)
            weights = weights if dropped is None else weights * dropped
            heads = weights @ v                                                                 # (N, H, L, D)
        else:
            heads = ops.scaled_dot_product_attention(q, k, v, *bias, mask=mask, scale=scale, dropout=dropped)  # (N, H, L, D)
        y = self.out_proj(heads.transpose(1, 2).reshape(query.shape))                           # (N, L, E)
        y = y[0] if alone else y if self.batch_first else y.transpose(0, 1)
        if not need_weights:
            return y, None
        weights = weights.mean(1) if average_attn_weights else weights             # (N, L, S) or (N, H, L, S)
        return y, weights[0] if alone else weights

    # ---------------------------------------------------------------------------------------- projections

    def _heads(self, x):
        """(N, L, E) as (N, H, L, D): heads side by side become heads by themselves."""
        n, length, _ = x.shape
        return x.reshape(n, length, self.num_heads, self.head_dim).transpose(1, 2)

    def _projected_together(self, x):
        """q, k and v (N, H, L, D) of one input (N, L, E), in one product."""
        n, length, e = x.shape
        y = F.linear(x, self.in_proj_weight, self.in_proj_bias)                                 # (N, L, 3E)
        q, k, v = ops.split(y, sizes=(e, e, e), axis=2)                                        # 3 × (N, L, E)
        q, k, v = (self._heads(t) for t in (q, k, v))                                           # (N, H, L, D)
        return (q, *self._with_extra(k, v))

    def _projected(self, query, key, value):
        e = self.embed_dim
        weights = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)  # (E, E), (E, kdim), (E, vdim)
        if self._qkv_same_embed_dim:
            weights = ops.split(self.in_proj_weight, sizes=(e, e, e), axis=0)                   # 3 × (E, E)
        biases = (None,) * 3 if self.in_proj_bias is None else ops.split(self.in_proj_bias, sizes=(e, e, e), axis=0)
        q, k, v = (self._heads(F.linear(x, w, b)) for x, w, b in zip((query, key, value), weights, biases))  # (N, H, L or S, D)
        return (q, *self._with_extra(k, v))

    def _with_extra(self, k, v):
        """Keys and values (N, H, S, D) with those that were learnt, and with 0, behind them."""
        n, h, _, d = k.shape
        if self.bias_k is not None:
            learnt = (b.reshape(1, h, 1, d).expand(n, h, 1, d) for b in (self.bias_k, self.bias_v))  # (N, H, 1, D)
            k, v = (cat([x, b], 2) for x, b in zip((k, v), learnt))                         # (N, H, S + 1, D)
        if self.add_zero_attn:
            zero = zeros(n, h, 1, d, dtype=k.dtype, device=k.device)                            # (N, H, 1, D)
            k, v = (cat([x, zero], 2) for x in (k, v))
        return k, v

    # ---------------------------------------------------------------------------------------------- masks

    def _masks(self, shape, extra, like, key_padding_mask, attn_mask, is_causal, lengths):
        """All masks as one array (True: attend; or numbers to add), and those numbers that have a gradient, in a list."""
        n, h, queries, keys = shape
        xp, real = namespace(like.array), keys - extra
        if lengths is not None:
            if key_padding_mask is not None:
                raise ValueError(f"MultiheadAttention{here()}: give lengths or key_padding_mask, not both")
            key_padding_mask = F.padding_mask_from_lengths(lengths, real).to(like.device)       # (N, S)
        ignored, added = [], []                                                    # broadcast to (N, H, L, S)
        for name, mask, allowed in (("key_padding_mask", key_padding_mask, {(n, real): (n, 1, 1, real)}),
                                    ("attn_mask", attn_mask, {(queries, real): (1, 1, queries, real),
                                                              (n * h, queries, real): (n, h, queries, real)})):
            if mask is None:
                continue
            if name == "key_padding_mask" and mask.ndim == 1:
                mask = mask[None]                                                   # (S) of a single sequence
            if tuple(mask.shape) not in allowed:
                raise ShapeError(f"MultiheadAttention{here()}: {name} must have shape {' or '.join(map(str, allowed))}, got "
                                 f"{tuple(mask.shape)}")
            mask = _beside_extra(mask.reshape(allowed[tuple(mask.shape)]), extra)
            if mask.dtype == bool:
                ignored.append(array_of(mask))
            elif mask.dtype.kind == "f":
                added.append(mask if mask.dtype == like.dtype else mask.to(like.dtype))
            else:
                raise DtypeError(f"MultiheadAttention{here()}: {name} must hold booleans (True = ignore) or floats (added to the "
                                 f"scores), not {mask.dtype.name}: write mask.bool()")
        if is_causal:
            ignored.append(~xp.tri(queries, keys, dtype=bool) & (xp.arange(keys) < real))  # (L, S); extra keys are seen
        return _combined(xp, ignored, added)

    def _check_input(self, query, key, value):
        shapes = f"query {tuple(query.shape)}, key {tuple(key.shape)}, value {tuple(value.shape)}"
        if query.ndim not in (2, 3) or query.ndim != key.ndim or key.ndim != value.ndim:
            raise AssertionError(f"MultiheadAttention{here()}: query, key and value must all have 3 dimensions, or 2 without a batch, got "
                                 f"{shapes}")
        for name, x, width in (("query", query, self.embed_dim), ("key", key, self.kdim), ("value", value, self.vdim)):
            if x.shape[-1] != width:
                raise AssertionError(f"MultiheadAttention{here()}: was expecting {name} of width {width} (last dimension), got {shapes}")
        batch = 0 if self.batch_first else 1
        if key.shape[:-1] != value.shape[:-1] or (query.ndim == 3 and query.shape[batch] != key.shape[batch]):
            raise AssertionError(f"MultiheadAttention{here()}: key and value must belong together, one to one, and query, key and value "
                                 f"have one batch size (dimension {batch}), got {shapes}")


def _beside_extra(mask, extra):
    """A mask (…, S) with False or 0, attend, for the extra keys."""
    return ops.pad(mask, ((0, 0),) * 3 + ((0, extra),)) if extra else mask


def _combined(xp, ignored, added):
    """One mask array (True: attend, or numbers to add) or None, and a list of at most one Tensor with a gradient."""
    learnt = [a for a in added if a.requires_grad]
    numbers = [a.array for a in added if not a.requires_grad]
    hidden = None
    for mask in ignored:
        hidden = mask if hidden is None else hidden | mask
    bias = learnt[:1] if len(learnt) < 2 else [learnt[0] + learnt[1]]
    if bias and numbers:
        bias, numbers = [bias[0] + new_tensor(numbers[0], None)], []
    if not numbers:
        return None if hidden is None else ~hidden, bias
    total = numbers[0] if len(numbers) == 1 else numbers[0] + numbers[1]
    return total if hidden is None else xp.where(hidden, -xp.inf, total).astype(total.dtype), bias
