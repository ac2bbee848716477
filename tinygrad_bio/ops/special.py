"""The error function, the gamma function and their kin: SciPy computes them, the derivatives are here."""
import math

from ..autograd import op
from ..backend import namespace, recorded, special
from .arithmetic import quiet


def _special(name, x):
    """A function of SciPy's, in x's dtype: SciPy itself makes float64 of float16."""
    y = getattr(special(x), name)(x)
    return y.astype(x.dtype) if y.dtype != x.dtype and x.dtype.kind == "f" else y


@op
def erf(x):
    """y = 2/√π ∫₀ˣ e^(−t²) dt,   ∂x = g·2/√π·e^(−x²)

    >>> tg.erf(tg.tensor([0., 1.]))
    tensor([0.0000, 0.8427])
    """
    xp = namespace(x)
    return _special("erf", x), (lambda g: g * (2 / math.sqrt(math.pi) * xp.exp(-x * x)),)


@op
def erfc(x):
    """y = 1 − erf x, exact for large x,   ∂x = −g·2/√π·e^(−x²)

    >>> tg.erfc(tg.tensor([0., 1.]))
    tensor([1.0000, 0.1573])
    """
    xp = namespace(x)
    return _special("erfc", x), (lambda g: g * (-2 / math.sqrt(math.pi) * xp.exp(-x * x)),)


@op
@quiet
def erfinv(x):
    """y = the inverse of erf,   ∂x = g·√π/2·e^(y²)

    >>> tg.erfinv(tg.tensor([0., 0.5]))
    tensor([0.0000, 0.4769])
    """
    y = _special("erfinv", x)
    return y, (lambda g: g * (math.sqrt(math.pi) / 2 * namespace(y).exp(y * y)),)


@op
@quiet
def gammaln(x):
    """y = ln |Γ(x)|,   ∂x = g·ψ(x)

    >>> tg.lgamma(tg.tensor([3., 5.]))
    tensor([0.6931, 3.1781])
    """
    return _special("gammaln", x), (lambda g: g * _special("digamma", x),)


@op
@quiet
def digamma(x):
    """y = ψ(x), the derivative of ln Γ,   ∂x = g·ψ′(x)

    >>> tg.digamma(tg.tensor([1., 2.]))
    tensor([-0.5772,  0.4228])
    """
    return _special("digamma", x), (lambda g: g * polygamma(x, n=1),)


@op
@quiet
def polygamma(x, *, n):
    """y = ψ⁽ⁿ⁾(x), the n-th derivative of ψ,   ∂x = g·ψ⁽ⁿ⁺¹⁾(x)

    >>> tg.ops.polygamma(tg.tensor([1.]), n=1)
    tensor([1.6449])
    """
    if recorded(x):
        return polygamma(x, n=n), (lambda g: g * polygamma(x, n=n + 1),)
    y = special(x).polygamma(n, x).astype(x.dtype)
    return y, (lambda g: g * polygamma(x, n=n + 1),)
