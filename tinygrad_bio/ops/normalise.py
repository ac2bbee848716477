"""Normalisations: subtract a mean, divide by a standard deviation, then let the network undo it with a weight
and a bias.

They differ in what the mean is taken over. For images (N, C, H, W): `batch_norm` over all but the channels;
`layer_norm` over all but the batch. (Group and instance norm are layer and batch norm of a reshaped array:
see ``nn/functional/norm.py``.) Each rule has its formula as composite; read that first. What makes the rules
faster is that they work in place on one array of their own.

The gradient is the same for all of them. With x̂ = (x − μ)/s and the gradient ĝ of x̂,

    ∂x = (ĝ − mean(ĝ) − x̂·mean(ĝ·x̂))/s

What would only shift or stretch all x changes nothing: so it is taken out of ĝ.
"""
import math

from ..autograd import op
from ..backend import namespace


# --------------------------------------------------------------------------------------------- over the batch

def batch_norm_plainly(x, weight=None, bias=None, *, eps):
    """y = (x − μ)/√(σ² + ε)·w + b, and the μ and σ² of each channel: a composition."""
    xp, axes = namespace(x), (0, *range(2, x.ndim))
    mean = x.mean(axis=axes, keepdims=True)                             # (1, C, 1, 1)
    d = x - mean                                                        # (N, C, H, W)
    var = (d * d).mean(axis=axes, keepdims=True)                        # (1, C, 1, 1)
    y = d / xp.sqrt(var + eps)
    if weight is not None:
        y = y * weight.reshape(mean.shape)
    if bias is not None:
        y = y + bias.reshape(mean.shape)
    return y, mean.reshape(-1), var.reshape(-1)


@op(composite=batch_norm_plainly, promote=False)
def batch_norm(x, weight=None, bias=None, *, eps):
    """y = x̂·w + b, x̂ = (x − μ)/s, s = √(σ² + ε);   ∂x = (ĝ − mean(ĝ) − x̂·mean(ĝ·x̂))/s

    with ĝ = g·w;   ∂w = Σ g·x̂,   ∂b = Σ g. The rule returns y, μ (C) and σ² (C), taken over all dimensions
    but the channels (dimension 1), σ² divided by n.

    >>> batch_norm(tg.tensor([[1., 10.], [3., 30.]]), eps=0.0)
    (tensor([[-1., -1.],
            [ 1.,  1.]]), tensor([ 2., 20.]), tensor([  1., 100.]))
    """
    xp, channels = namespace(x), (1, x.shape[1]) + (1,) * (x.ndim - 2)
    letters = "ncxyz"[:x.ndim]
    total, product = f"{letters}->c", f"{letters},{letters}->c"         # sums for each channel, by einsum
    n = x.size // x.shape[1]
    mean = xp.einsum(total, x) / n                                      # (C)
    y = x - mean.reshape(channels)                                      # (N, C, H, W): ours, now in place
    var = xp.einsum(product, y, y) / n                                  # (C)
    r = 1 / xp.sqrt(var + eps)
    scale = r if weight is None else r * weight
    y *= scale.reshape(channels)
    if bias is not None:
        y += bias.reshape(channels)

    def pullback(gs):
        g, to_mean, to_var = gs
        d = x - mean.reshape(channels)                                  # once more, rather than kept so long
        sum_g, sum_gd = xp.einsum(total, g), xp.einsum(product, g, d)   # (C)
        shift, stretch = (to_mean - scale * sum_g) / n, (2 * to_var - scale * r * r * sum_gd) / n
        d *= stretch.reshape(channels)
        d += shift.reshape(channels)
        d += g * scale.reshape(channels)
        return (d, sum_gd * r, sum_g)[:1 + (weight is not None) + (bias is not None)]

    return (y, mean, var), pullback


# ------------------------------------------------------------------------------------------ over each example

def layer_norm_plainly(x, weight=None, bias=None, *, ndim, eps):
    """y = (x − μ)/√(σ² + ε)·w + b, where μ and σ² are those of the last `ndim` dimensions: a composition."""
    axes = tuple(range(x.ndim - ndim, x.ndim))
    d = x - x.mean(axis=axes, keepdims=True)
    y = d / namespace(x).sqrt((d * d).mean(axis=axes, keepdims=True) + eps)
    if weight is not None:
        y = y * weight
    return y if bias is None else y + bias


@op(composite=layer_norm_plainly, promote=False)
def layer_norm(x, weight=None, bias=None, *, ndim, eps):
    """y = x̂·w + b, x̂ = (x − μ)/s, s = √(σ² + ε);   ∂x = (ĝ − mean(ĝ) − x̂·mean(ĝ·x̂))/s

    with ĝ = g·w;   ∂w = Σ g·x̂,   ∂b = Σ g. μ and σ² (divided by n) are those of the last `ndim` dimensions;
    w and b have their shape.

    >>> layer_norm(tg.tensor([[1., 3.], [10., 30.]]), ndim=1, eps=0.0)
    tensor([[-1.,  1.],
            [-1.,  1.]])
    """
    xp, n = namespace(x), math.prod(x.shape[x.ndim - ndim:])
    rows = x.reshape(math.prod(x.shape[:x.ndim - ndim]), n)             # (M, n)
    mean = xp.einsum("ij->i", rows)[:, None] / n                        # (M, 1)
    y = rows - mean                                                     # (M, n): ours, now in place
    r = 1 / xp.sqrt(xp.einsum("ij,ij->i", y, y)[:, None] / n + eps)     # (M, 1)
    y *= r
    if weight is not None:
        y *= weight.reshape(n)
    if bias is not None:
        y += bias.reshape(n)

    def pullback(g):
        g, d = g.reshape(rows.shape), rows - mean                       # once more, rather than kept so long
        to_bias = () if bias is None else (xp.einsum("ij->j", g).reshape(bias.shape),)
        g = g * r                                                       # (M, n): ours, now in place
        to_weight = () if weight is None else (xp.einsum("ij,ij->j", g, d).reshape(weight.shape),)
        if weight is not None:
            g *= weight.reshape(n)                                      # ĝ/s
        d *= xp.einsum("ij,ij->i", g, d)[:, None] * (r * r / -n)        # −x̂/s·mean(ĝ·x̂)
        d += g
        d -= xp.einsum("ij->i", g)[:, None] / n
        return (d.reshape(x.shape), *to_weight, *to_bias)

    return y.reshape(x.shape), pullback


@op(promote=False)
def rms_norm(x, weight=None, *, ndim, eps):
    """y = x̂·w, x̂ = x/s, s = √(mean(x²) + ε);   ∂x = (ĝ − x̂·mean(ĝ·x̂))/s with ĝ = g·w,   ∂w = Σ g·x̂

    Means over the last `ndim` dimensions: `layer_norm` without the subtraction. Zhang & Sennrich 2019.

    >>> rms_norm(tg.tensor([[3., 3.], [0., 8.]]), ndim=1, eps=0.0)
    tensor([[1.0000, 1.0000],
            [0.0000, 1.4142]])
    """
    axes = tuple(range(x.ndim - ndim, x.ndim))
    r = 1 / namespace(x).sqrt((x * x).mean(axis=axes, keepdims=True) + eps)
    unit = x * r

    def to_x(g):
        g = g if weight is None else g * weight
        return (g - unit * (g * unit).mean(axis=axes, keepdims=True)) * r

    if weight is None:
        return unit, (to_x,)
    return unit * weight, (to_x, lambda g: g * unit)
