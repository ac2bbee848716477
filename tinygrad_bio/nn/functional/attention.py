"""Attention as a function; the rule, with its derivative, is in ``ops/attention.py``."""
import math

import numpy as np

from ... import backend, ops
from ...autograd import DtypeError, ShapeError, here, new_tensor
from ...backend import asnumpy, namespace
from ...functions import repeat_interleave
from ...functions.common import array_of
from .dropout import kept

__all__ = ["scaled_dot_product_attention", "padding_mask_from_lengths"]


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False,
                                 scale=None, enable_gqa=False):
    """softmax(Q Kᵀ/√E) V: query (…, L, E), key (…, S, E), value (…, S, D) -> (…, L, D). Vaswani et al. 2017.

    Parameters
    ----------
    attn_mask : broadcasts to (…, L, S). Booleans: True means *attend* (MultiheadAttention has it the other
        way round, as in PyTorch). Numbers are added to the scores, −∞ to hide a key; they may have a
        gradient.
    dropout_p : the probability with which a weight becomes 0; it is always applied, so give 0.0 in use
    is_causal : query i attends to keys 0 … i
    scale : instead of 1/√E
    enable_gqa : several heads of the query (dimension −3) share one head of key and value

    A query that may attend to no key gives 0, not NaN, and gets the gradient 0.

    >>> import tinygrad_bio as tg
    >>> x = tg.tensor([[1., 0., 1., 0.], [0., 2., 0., 2.], [1., 1., 1., 1.]])
    >>> scaled_dot_product_attention(x, x, x, is_causal=True)
    tensor([[1.0000, 0.0000, 1.0000, 0.0000],
            [0.0180, 1.9640, 0.0180, 1.9640],
            [0.5777, 1.2670, 0.5777, 1.2670]])
    """
    q, k, v = query, key, value
    _check_shapes(q, k, v, enable_gqa)
    if enable_gqa:
        k, v = (repeat_interleave(x, q.shape[-3] // x.shape[-3], dim=-3) for x in (k, v))
    leads = q.shape[:-2], k.shape[:-2], v.shape[:-2]                            # batch and heads
    shape = np.broadcast_shapes(*leads) + (q.shape[-2], k.shape[-2])            # of the scores: (…, L, S)
    mask = None
    if is_causal:
        if attn_mask is not None:
            raise RuntimeError(f"scaled_dot_product_attention{here()}: Explicit attn_mask should not be set "
                               f"when is_causal=True: write the causal mask into attn_mask, or leave one of "
                               f"them out")
        mask = namespace(q.array).tri(*shape[-2:], dtype=bool)                  # (L, S)
    elif attn_mask is not None:
        mask = _checked_mask(attn_mask, q, shape)
    learnt = getattr(attn_mask, "requires_grad", False)                         # as a bias for distances is
    settings = {"mask": None if learnt else mask, "scale": scale}
    if scale is None:
        settings["scale"] = 1 / math.sqrt(max(q.shape[-1], 1))
    if dropout_p:
        settings["dropout"] = dropout_mask(shape, dropout_p, q)
    rule = ops.scaled_dot_product_attention
    if len(set(leads)) > 1 or len(shape) < 3 or 0 in q.shape + k.shape:
        rule = rule.composite                                                   # which broadcasts a batch
    return rule(q, k, v, *([attn_mask] if learnt else []), **settings)


def _check_shapes(q, k, v, grouped):
    name = f"scaled_dot_product_attention{here()}"
    shapes = f"query {tuple(q.shape)}, key {tuple(k.shape)}, value {tuple(v.shape)}"
    if min(q.ndim, k.ndim, v.ndim) < 2:
        raise ShapeError(f"{name}: expected query (…, L, E), key (…, S, E), value (…, S, D), got {shapes}")
    if q.shape[-1] != k.shape[-1]:
        raise ShapeError(f"{name}: query and key must have one width E (the last dimension), got {shapes}")
    if k.shape[-2] != v.shape[-2]:
        raise ShapeError(f"{name}: there must be one value for each key (dimension −2), got {shapes}")
    if grouped and (q.ndim < 3 or q.shape[-3] % k.shape[-3] or q.shape[-3] % v.shape[-3]):
        raise ShapeError(f"{name}: with enable_gqa the heads of the query (dimension −3) must be a multiple "
                         f"of those of key and value, got {shapes}")
    try:
        np.broadcast_shapes(q.shape[:-2], *(() if grouped else (k.shape[:-2], v.shape[:-2])))
    except ValueError:
        raise ShapeError(f"{name}: the dimensions before the last two (batch, heads) must fit, "
                         f"got {shapes}") from None


def _checked_mask(mask, q, shape):
    """The mask's array, if it holds booleans or floats and broadcasts to the scores."""
    array = array_of(mask)
    name = f"scaled_dot_product_attention{here()}"
    if array.dtype != bool and array.dtype.kind != "f":
        raise DtypeError(f"{name}: attn_mask must hold booleans (True = attend) or floats (added to the "
                         f"scores), not {array.dtype.name}: write mask.bool()")
    try:
        fits = np.broadcast_shapes(array.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(f"{name}: attn_mask of shape {tuple(array.shape)} does not broadcast to the scores "
                         f"{tuple(shape)} (…, L, S)")
    return array if array.dtype == bool else array.astype(q.dtype, copy=False)


def dropout_mask(shape, p, like):
    """0 with probability p, else 1/(1 − p), on the device of a tensor."""
    if not 0 <= p <= 1:
        raise ValueError(f"scaled_dot_product_attention{here()}: dropout_p is a probability and must be "
                         f"between 0 and 1, but is {p}")
    return backend.to_device(kept(shape, p, like.dtype), like.device)


def padding_mask_from_lengths(lengths, max_length=None):
    """Which places of a padded batch are padding: Booleans (N, S), True behind the end of each sequence.

    It is what ``key_padding_mask`` of MultiheadAttention and ``src_key_padding_mask`` of a transformer want.
    For `scaled_dot_product_attention`, where True means *attend*, write ``~mask[:, None, None, :]``.

    Parameters
    ----------
    lengths : one integer for each sequence (a list, an array, a Tensor)
    max_length : S; the longest of the lengths, if left out

    >>> padding_mask_from_lengths([3, 1])
    tensor([[False, False, False],
            [False,  True,  True]])
    """
    given = np.asarray(asnumpy(array_of(lengths)) if hasattr(lengths, "dtype") else lengths)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        raise ShapeError(f"padding_mask_from_lengths: expected one integer for each sequence, got "
                         f"{given.dtype.name} of shape {given.shape}")
    longest = int(given.max()) if max_length is None else max_length
    if given.size and (given.min() < 1 or given.max() > longest):
        bad = int(given.min() if given.min() < 1 else given.max())
        raise ShapeError(f"padding_mask_from_lengths: length {bad} is out of range: expected 1 … {longest}")
    mask = new_tensor(np.arange(longest) >= given[:, None], None)                                     # (N, S)
    return mask.to(lengths.device) if hasattr(lengths, "requires_grad") else mask
