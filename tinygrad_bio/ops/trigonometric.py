"""Trigonometric and hyperbolic functions and their inverses, each element by itself."""
from ..autograd import op
from ..backend import namespace
from .arithmetic import quiet


@op
def sin(x):
    """y = sin x,   ∂x = g·cos x

    >>> tg.sin(tg.tensor([0., 1.]))
    tensor([0.0000, 0.8415])
    """
    xp = namespace(x)
    return xp.sin(x), (lambda g: g * xp.cos(x),)


@op
def cos(x):
    """y = cos x,   ∂x = −g·sin x

    >>> tg.cos(tg.tensor([0., 1.]))
    tensor([1.0000, 0.5403])
    """
    xp = namespace(x)
    return xp.cos(x), (lambda g: -g * xp.sin(x),)


@op
def tan(x):
    """y = tan x,   ∂x = g·(1 + y²)

    >>> tg.tan(tg.tensor([0., 1.]))
    tensor([0.0000, 1.5574])
    """
    y = namespace(x).tan(x)
    return y, (lambda g: g * (1 + y * y),)


@op
@quiet
def arcsin(x):
    """y = arcsin x,   ∂x = g/√(1 − x²)

    >>> tg.arcsin(tg.tensor([0., 1.]))
    tensor([0.0000, 1.5708])
    """
    xp = namespace(x)
    return xp.arcsin(x), (lambda g: g / xp.sqrt(1 - x * x),)


@op
@quiet
def arccos(x):
    """y = arccos x,   ∂x = −g/√(1 − x²)

    >>> tg.arccos(tg.tensor([1., 0.]))
    tensor([0.0000, 1.5708])
    """
    xp = namespace(x)
    return xp.arccos(x), (lambda g: -g / xp.sqrt(1 - x * x),)


@op
def arctan(x):
    """y = arctan x,   ∂x = g/(1 + x²)

    >>> tg.arctan(tg.tensor([0., 1.]))
    tensor([0.0000, 0.7854])
    """
    return namespace(x).arctan(x), (lambda g: g / (1 + x * x),)


@op
@quiet
def arctan2(a, b):
    """y = the angle of the point (b, a),   ∂a = g·b/(a² + b²),   ∂b = −g·a/(a² + b²)   (0 at the origin)

    >>> tg.arctan2(tg.tensor([1., -1.]), tg.tensor([1., 1.]))
    tensor([ 0.7854, -0.7854])
    """
    xp = namespace(a, b)

    def over_square(v):
        r = a * a + b * b
        return xp.where(r == 0, 0.0, v / xp.where(r == 0, 1.0, r))

    return xp.arctan2(a, b), (lambda g: over_square(g * b), lambda g: over_square(-g * a))


@op
@quiet
def sinh(x):
    """y = sinh x,   ∂x = g·cosh x

    >>> tg.sinh(tg.tensor([0., 1.]))
    tensor([0.0000, 1.1752])
    """
    xp = namespace(x)
    return xp.sinh(x), (lambda g: g * xp.cosh(x),)


@op
@quiet
def cosh(x):
    """y = cosh x,   ∂x = g·sinh x

    >>> tg.cosh(tg.tensor([0., 1.]))
    tensor([1.0000, 1.5431])
    """
    xp = namespace(x)
    return xp.cosh(x), (lambda g: g * xp.sinh(x),)


@op
def tanh(x):
    """y = tanh x,   ∂x = g·(1 − y²)

    >>> tg.tanh(tg.tensor([0., 1.]))
    tensor([0.0000, 0.7616])
    """
    y = namespace(x).tanh(x)
    return y, (lambda g: g * (1 - y * y),)


@op
def arcsinh(x):
    """y = arsinh x,   ∂x = g/√(x² + 1)

    >>> tg.arcsinh(tg.tensor([0., 1.]))
    tensor([0.0000, 0.8814])
    """
    xp = namespace(x)
    return xp.arcsinh(x), (lambda g: g / xp.sqrt(x * x + 1),)


@op
@quiet
def arccosh(x):
    """y = arcosh x,   ∂x = g/√(x² − 1)

    >>> tg.arccosh(tg.tensor([1., 2.]))
    tensor([0.0000, 1.3170])
    """
    xp = namespace(x)
    return xp.arccosh(x), (lambda g: g / xp.sqrt(x * x - 1),)


@op
@quiet
def arctanh(x):
    """y = artanh x,   ∂x = g/(1 − x²)

    >>> tg.arctanh(tg.tensor([0., 0.5]))
    tensor([0.0000, 0.5493])
    """
    return namespace(x).arctanh(x), (lambda g: g / (1 - x * x),)
