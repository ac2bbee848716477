"""Derivatives of a function at a point, under the names of ``torch.autograd.functional``: all of them, or
their products.

For a function y = f(x): the Jacobian J has an entry ∂yᵢ/∂xⱼ for each pair; the Hessian H, for a single number
y, ∂²y/∂xᵢ∂xⱼ. One walk back along the tape gives one row of J, or a product vᵀJ; to have J·v too, it is
walked twice.

    jacobian, hessian     J and H themselves
    vjp, jvp              vᵀJ, J·v
    vhp, hvp              vᵀH, H·v (which are equal, as H is symmetric)

In all of them `inputs` is one Tensor or a tuple, and the result has the same form. With ``create_graph=True``
it can be differentiated further. ``strict=True`` raises where an output does not depend on an input, instead
of giving zeros.

>>> import tinygrad_bio as tg
>>> from tinygrad_bio.autograd.functional import jacobian, hessian
>>> jacobian(lambda x: x ** 2, tg.tensor([1., 2.]))
tensor([[2., 0.],
        [0., 4.]])
>>> hessian(lambda x: (x ** 3).sum(), tg.tensor([1., 2.]))
tensor([[ 6.,  0.],
        [ 0., 12.]])
"""
from .autograd import ShapeError, enable_grad, grad
from .functions import ones_like, reshape, stack, zeros_like
from .tensor import Tensor

__all__ = ["vjp", "jvp", "jacobian", "hessian", "hvp", "vhp"]


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """All derivatives ∂yᵢ/∂xⱼ: a Tensor of shape (*y.shape, *x.shape).

    For several inputs a tuple of such; for several outputs a tuple, over the outputs, of these. (`vectorize`
    and `strategy` choose another way to the same numbers in PyTorch; here there is one.)

    >>> from tinygrad_bio.autograd.functional import jacobian
    >>> jacobian(lambda x, y: x * y, (tg.tensor([1., 2.]), tg.tensor(3.)))
    (tensor([[3., 0.],
            [0., 3.]]), tensor([1., 2.]))
    """
    _one_way(strategy, "jacobian")
    with enable_grad():
        one_input, xs = _tensors(inputs, "inputs", "jacobian")
        xs = _fresh(xs, create_graph)
        one_output, ys = _tensors(func(*xs), "outputs of the function", "jacobian")
        found = [_rows(y, xs, create_graph, strict, i) for i, y in enumerate(ys)]
    found = tuple(row[0] if one_input else row for row in found)
    return found[0] if one_output else found


def _rows(y, xs, create_graph, strict, number):
    """The Jacobians of one output, one for each input."""
    _depends(y, strict, number)
    rows = [_gradients((y.reshape(-1)[i],), xs, (None,), create_graph, strict, keep=True)
            for i in range(y.numel())]
    return tuple(_laid_out([row[k] for row in rows], y, x) for k, x in enumerate(xs))


def _laid_out(rows, y, x):
    made = stack(rows) if rows else zeros_like(x)[None][:0]
    return reshape(made, tuple(y.shape) + tuple(x.shape))


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False,
            outer_jacobian_strategy="reverse-mode"):
    """All second derivatives of a single number, ∂²y/∂xᵢ∂xⱼ: a Tensor of shape (*x.shape, *x.shape).

    For several inputs a tuple of tuples of such.

    >>> from tinygrad_bio.autograd.functional import hessian
    >>> hessian(lambda x: x[0] * x[1] ** 2, tg.tensor([1., 3.]))
    tensor([[0., 6.],
            [6., 2.]])
    """
    _one_way(outer_jacobian_strategy, "hessian")
    one_input, xs = _tensors(inputs, "inputs", "hessian")

    def slope(*xs):
        y = _single(func(*xs), "hessian")
        _depends(y, strict, 0)
        return _gradients((y,), xs, (None,), True, strict)

    found = jacobian(slope, xs, create_graph, strict)
    return found[0][0] if one_input else found


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """The function's value, and vᵀJ: how a weighted sum of the outputs changes with each input. v may be left
    out for one number.

    >>> from tinygrad_bio.autograd.functional import vjp
    >>> vjp(lambda x: x ** 2, tg.tensor([1., 2.]), tg.tensor([1., 10.]))
    (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    with enable_grad():
        one_input, xs = _tensors(inputs, "inputs", "vjp")
        xs = _fresh(xs, create_graph)
        one_output, ys = _tensors(func(*xs), "outputs of the function", "vjp")
        for i, y in enumerate(ys):
            _depends(y, strict, i)
        found = _gradients(ys, xs, _weights(v, ys, "vjp", "outputs"), create_graph, strict)
    return _given_back(ys, one_output, create_graph), _given_back(found, one_input, create_graph)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """The function's value, and J·v: how each output changes when the inputs move along v. v may be left out
    for one number.

    With w a placeholder, wᵀJ is linear in w, and its derivative with respect to w, times v, is J·v.

    >>> from tinygrad_bio.autograd.functional import jvp
    >>> jvp(lambda x: x ** 2, tg.tensor([1., 2.]), tg.tensor([1., 10.]))
    (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    with enable_grad():
        _, xs = _tensors(inputs, "inputs", "jvp")
        v = _weights(v, xs, "jvp", "inputs")
        xs = _fresh(xs, create_graph)
        one_output, ys = _tensors(func(*xs), "outputs of the function", "jvp")
        for i, y in enumerate(ys):
            _depends(y, strict, i)
        found = _forward(ys, xs, v, create_graph, strict)
    return _given_back(ys, one_output, create_graph), _given_back(found, one_output, create_graph)


def _forward(ys, xs, v, create_graph, strict):
    w = tuple(zeros_like(y).requires_grad_() for y in ys)
    back = _gradients(ys, xs, w, True, strict)                                  # wᵀJ
    return _gradients(back, w, v, create_graph, strict)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """The function's value, a single number, and vᵀH, without computing all of H.

    >>> from tinygrad_bio.autograd.functional import vhp
    >>> vhp(lambda x: (x ** 3).sum(), tg.tensor([1., 2.]), tg.tensor([1., 1.]))
    (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        one_input, xs = _tensors(inputs, "inputs", "vhp")
        v = _weights(v, xs, "vhp", "inputs")
        xs = _fresh(xs, create_graph)
        y = _single(func(*xs), "vhp")
        _depends(y, strict, 0)
        slope = _gradients((y,), xs, (None,), True, strict)
        found = _gradients(slope, xs, v, create_graph, strict)
    return _given_back((y,), True, create_graph), _given_back(found, one_input, create_graph)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """The function's value, a single number, and H·v. H is symmetric, so it is `vhp`.

    >>> from tinygrad_bio.autograd.functional import hvp
    >>> hvp(lambda x: (x ** 3).sum(), tg.tensor([1., 2.]), tg.tensor([1., 1.]))
    (tensor(9.), tensor([ 6., 12.]))
    """
    return vhp(func, inputs, v, create_graph, strict)


# -------------------------------------------------------------------------------------------- what they share

def _one_way(strategy, caller):
    if strategy not in ("reverse-mode", "forward-mode"):
        raise ValueError(f"{caller}: strategy must be 'reverse-mode' or 'forward-mode', not {strategy!r}")


def _tensors(given, what, caller):
    """Whether it was one Tensor alone, and a tuple of all."""
    alone = not isinstance(given, tuple)
    for t in (given,) if alone else given:
        if not isinstance(t, Tensor):
            raise TypeError(f"{caller}: the {what} must be a Tensor or a tuple of Tensors, got "
                            f"{type(t).__name__}")
    return alone, (given,) if alone else given


def _single(y, caller):
    """The one number that a function returned."""
    _, (y, *more) = _tensors(y, "output of the function", caller)
    if more or y.numel() != 1:
        raise RuntimeError(f"{caller}: the function must return a single number, as a Tensor of one element: "
                           "add .sum()")
    return y


def _fresh(xs, create_graph):
    """Tensors that nobody else holds: so the function's own use of the inputs, from outside, does not
    count.
    """
    return tuple(x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_()
                 for x in xs)


def _depends(y, strict, number):
    if strict and not y.requires_grad:
        raise RuntimeError(f"output {number} of the function does not depend on the inputs, or left the tape "
                           f"on the way (.detach(), .item(), NumPy); strict=True does not allow that")


def _weights(v, tensors, caller, what):
    """v as a tuple, checked against the tensors it multiplies."""
    if v is None:
        if len(tensors) != 1 or tensors[0].numel() != 1:
            raise RuntimeError(f"{caller}: v can be left out only if the {what} are a single number")
        return (ones_like(tensors[0]),)
    _, v = _tensors(v, "v", caller)
    if [tuple(t.shape) for t in v] != [tuple(t.shape) for t in tensors]:
        raise ShapeError(f"{caller}: v must have the shapes of the {what}, "
                         f"{[tuple(t.shape) for t in tensors]}, not {[tuple(t.shape) for t in v]}")
    return tuple(t.detach() if not t.requires_grad else t for t in v)


def _gradients(ys, xs, weights, create_graph, strict, keep=False):
    """Σ weightᵀ·∂y/∂x for each x: zeros (with `strict` an error) where no y depends on it."""
    pairs = [(y, w) for y, w in zip(ys, weights) if y.requires_grad]
    found = [None] * len(xs)
    if pairs:
        found = grad([y for y, _ in pairs], xs, [w for _, w in pairs], create_graph=create_graph,
                     retain_graph=create_graph or keep, allow_unused=True)
    for i, g in enumerate(found):
        if strict and (g is None or create_graph and not g.requires_grad):
            raise RuntimeError(f"{'no output depends' if g is None else 'the derivative does not depend'} on "
                               f"input {i}; strict=True does not allow that")
    return tuple(zeros_like(x) if g is None else g for g, x in zip(found, xs))


def _given_back(tensors, alone, create_graph):
    tensors = tuple(tensors) if create_graph else tuple(t.detach() for t in tensors)
    return tensors[0] if alone else tensors
