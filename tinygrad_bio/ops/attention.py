"""Attention: every query looks at all keys, and takes of each value as much as its key fits.

Read `attention_plainly` first: the formula of the lecture in five lines. `scaled_dot_product_attention`
computes the same, a few examples at a time. So their table of scores (L, S), the one large thing here, stays
in the cache from the product that makes it to the one that uses it up. Then it is forgotten, and the pullback
makes it again. What is divided by the sum of the weights is not the table but the output (L, D).

Letters: N batch, H heads, L queries, S keys, E width of queries and keys, D width of values.
"""
import numpy as np

from ..autograd import op
from ..backend import namespace
from .arithmetic import quiet
from .reduce import _finite_max


@op
@quiet
def softmax_or_zero(x, *, axis):
    """y = eˣ/Σ eˣ, but 0 where all x are −∞: nothing to choose from,   ∂x = y·(g − Σ g·y)

    >>> softmax_or_zero(tg.tensor([[0., 0.], [-np.inf, -np.inf]]), axis=-1)
    tensor([[0.5000, 0.5000],
            [0.0000, 0.0000]])
    """
    xp = namespace(x)
    e = xp.exp(x - _finite_max(x, axis))
    total = e.sum(axis=axis, keepdims=True)
    y = e / xp.where(total == 0, 1 + 0 * total, total)
    return y, (lambda g: y * (g - (g * y).sum(axis=axis, keepdims=True)),)


def attention_weights(q, k, bias=None, *, mask=None, scale):
    """softmax(q kᵀ·scale + bias) over the keys: (…, L, S).

    `mask` is a plain array that says of each key: True, attend to it; or a number to be added.

    >>> attention_weights(np.eye(2), np.zeros((3, 2)), mask=np.array([True, True, False]), scale=1.0)
    array([[0.5, 0.5, 0. ],
           [0.5, 0.5, 0. ]])
    """
    xp = namespace(q, k, bias)
    scores = (q @ k.swapaxes(-1, -2)) * scale                           # (…, L, E) @ (…, E, S) -> (…, L, S)
    if bias is not None:
        scores = scores + bias
    if mask is not None:
        scores = xp.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask
    return softmax_or_zero(scores, axis=-1)                             # (…, L, S)


def attention_plainly(q, k, v, bias=None, *, mask=None, scale, dropout=None):
    """softmax(q kᵀ·scale + bias) v: a composition."""
    weights = attention_weights(q, k, bias, mask=mask, scale=scale)     # (…, L, S)
    if dropout is not None:
        weights = weights * dropout                                     # (…, L, S)
    return weights @ v                                                  # (…, L, S) @ (…, S, D) -> (…, L, D)


@op(composite=attention_plainly, promote=False)
@quiet
def scaled_dot_product_attention(q, k, v, bias=None, *, mask=None, scale, dropout=None):
    """y = p v, p = softmax(s), s = q kᵀ·scale + bias;   ∂s = p·(g vᵀ − Σ g·y)

    ∂q = ∂s k·scale,   ∂k = ∂sᵀ q·scale,   ∂v = pᵀ g,   ∂bias = ∂s.
    q (N, …, L, E), k (N, …, S, E), v (N, …, S, D) -> y (N, …, L, D); bias, mask and dropout like the scores
    (N, …, L, S), or such that they broadcast. A query that may attend to no key gives 0, and gets 0.

    >>> q, k, v = tg.zeros(1, 1, 2), tg.zeros(1, 2, 2), tg.tensor([[[1., 0.], [3., 8.]]])
    >>> scaled_dot_product_attention(q, k, v, scale=1.0)          # no key fits better: the mean
    tensor([[[2., 4.]]])
    """
    xp = namespace(q, k, v)
    shape = q.shape[:-1] + k.shape[-2:-1]                               # of the scores: (N, …, L, S)
    bias, mask, dropout = (a if a is None else xp.broadcast_to(a, shape) for a in (bias, mask, dropout))
    log_total = xp.empty(shape[:-1] + (1,), dtype=q.dtype)              # ln Σ e^s of each query: (N, …, L, 1)
    y = xp.empty_like(q, shape=q.shape[:-1] + v.shape[-1:])             # laid out in memory as q is
    for n in _parts(shape, xp):
        p = _scores(n, q, k, bias, mask, scale)                         # (n, …, L, S)
        top = p.max(axis=-1, keepdims=True)                             # (n, …, L, 1)
        top = xp.where(xp.isfinite(top), top, 0)
        p -= top
        xp.exp(p, out=p)
        total = p.sum(axis=-1, keepdims=True)                           # (n, …, L, 1)
        y[n] = (p if dropout is None else p * dropout[n]) @ v[n]        # (n, …, L, D)
        y[n] /= xp.where(total == 0, 1, total)
        log_total[n] = xp.where(total == 0, np.inf, top + xp.log(total))

    def pullback(g):
        dq, dk, dv = xp.empty_like(q), xp.empty_like(k), xp.empty_like(v)
        to_bias = () if bias is None else (xp.empty(shape, dtype=q.dtype),)
        for n in _parts(shape, xp):
            p = _scores(n, q, k, bias, mask, scale)                     # (n, …, L, S), once more
            p -= log_total[n]
            xp.exp(p, out=p)
            ds = g[n] @ v[n].swapaxes(-1, -2)                           # (n, …, L, D) @ (n, …, D, S)
            if dropout is not None:
                ds *= dropout[n]
            dv[n] = (p if dropout is None else p * dropout[n]).swapaxes(-1, -2) @ g[n]
            ds -= (g[n] * y[n]).sum(axis=-1, keepdims=True)
            ds *= p                                                     # (n, …, L, S)
            dq[n] = ds @ (k[n] * scale)                                 # (n, …, L, E)
            dk[n] = ds.swapaxes(-1, -2) @ (q[n] * scale)                # (n, …, S, E)
            for d in to_bias:
                d[n] = ds
        return (dq, dk, dv, *to_bias)

    return y, pullback


def _scores(n, q, k, bias, mask, scale):
    """Those of one part of the batch, masked: (n, …, L, S)."""
    scores = (q[n] * scale) @ k[n].swapaxes(-1, -2)
    if bias is not None:
        scores += bias[n]
    if mask is not None and mask.dtype == bool:
        namespace(q).copyto(scores, -np.inf, where=~mask[n])
    elif mask is not None:
        scores += mask[n]
    return scores


def _parts(shape, xp):
    """Slices of the batch: on the processor so small that their scores fit its cache; on a card all of it."""
    n = shape[0]
    size = n if xp is not np else max(1, 2 ** 16 * n // max(1, int(np.prod(shape))))
    return [slice(start, start + size) for start in range(0, n, size)]
