"""Products of matrices and their kin."""
from ..autograd import ShapeError, op
from ..backend import namespace, recorded
from .decompose import cholesky, det, eigh, inv, pinv, qr, slogdet, solve, svd  # noqa: F401  (rules call them xp.linalg.inv, …)
from .reduce import sum as sum_, total


@op(promote=False)
def matmul(a, b):
    """y = a b,   ∂a = g bᵀ,   ∂b = aᵀ g   (for stacks of matrices, matrix by matrix)

    >>> tg.ops.matmul(tg.tensor([[1., 2.]]), tg.tensor([[3.], [4.]]))
    tensor([[11.]])
    """
    if getattr(a, "ndim", 0) == 0 or getattr(b, "ndim", 0) == 0:
        raise ShapeError("matmul needs at least one dimension on each side: for a number write a * b")
    if a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        raise ShapeError(f"cannot multiply {tuple(a.shape)} by {tuple(b.shape)}: the last size of the first must be the "
                         f"{'second last' if b.ndim > 1 else 'only'} size of the second")
    xp = namespace(a, b)

    def to_a(g):
        if b.ndim == 1:
            return xp.expand_dims(g, -1) * b                                    # (…) (n) -> (…, n)
        if a.ndim == 1:
            return (b @ xp.expand_dims(g, -1)).reshape(b.shape[:-1])            # (…, n, m) (…, m, 1)
        return g @ b.swapaxes(-1, -2)

    def to_b(g):
        if a.ndim == 1:
            return xp.expand_dims(a, -1) * xp.expand_dims(g, -2) if b.ndim > 1 else a * g
        if b.ndim == 1:
            return xp.expand_dims(g, -1) * a                                    # summed to (n) by the engine
        if b.ndim == 2 and a.ndim > 2:                                          # one product for the whole stack
            return a.reshape(-1, a.shape[-1]).swapaxes(0, 1) @ g.reshape(-1, g.shape[-1])
        return a.swapaxes(-1, -2) @ g

    return _product(a, b), (to_a, to_b)


def _product(a, b):
    """a @ b, a stack times one matrix as one large product (several times as fast in NumPy)."""
    if a.ndim > 2 and b.ndim == 2 and 0 not in a.shape:
        return (a.reshape(-1, a.shape[-1]) @ b).reshape(a.shape[:-1] + b.shape[-1:])
    return a @ b


@op(promote=False)
def linear(x, weight, bias=None):
    """y = x Wᵀ + b,   ∂x = g W,   ∂W = gᵀ x summed over the batch,   ∂b = g summed over the batch

    >>> tg.ops.linear(tg.ones(1, 2), tg.ones(3, 2), tg.ones(3))
    tensor([[3., 3., 3.]])
    """
    y = _product(x, weight.swapaxes(0, 1))

    def to_weight(g):
        if x.ndim == 1:
            return g.reshape(-1, 1) * x
        if x.ndim == 2:
            return g.swapaxes(0, 1) @ x
        return g.reshape(-1, g.shape[-1]).swapaxes(0, 1) @ x.reshape(-1, x.shape[-1])

    if bias is None:
        return y, (lambda g: g @ weight, to_weight)
    y += bias
    return y, (lambda g: g @ weight, to_weight, lambda g: total(g, tuple(range(g.ndim - 1))) if g.ndim > 1 else g)


@op(promote=False)
def einsum(*operands, subscripts):
    """y = Σ of products as the subscripts say ("ij,jk->ik"),   ∂operand = Σ g · all other operands

    The subscripts are complete: no "…", the part behind the arrow written out, no letter twice in one operand.

    >>> tg.ops.einsum(tg.ones(2, 3), tg.ones(3, 4), subscripts="ij,jk->ik")
    tensor([[3., 3., 3., 3.],
            [3., 3., 3., 3.]])
    """
    inputs, out = subscripts.split("->")
    inputs = inputs.split(",")
    xp = namespace(*operands)
    sizes = {letter: n for name, a in zip(inputs, operands) for letter, n in zip(name, a.shape)}

    def pullback(i):
        def to_operand(g):
            others = [a for j, a in enumerate(operands) if j != i]
            names = [n for j, n in enumerate(inputs) if j != i]
            found = "".join(letter for letter in inputs[i] if letter in out + "".join(names))
            d = _einsum(xp, ",".join([out] + names) + "->" + found, g, *others)
            if found != inputs[i]:                     # letters that were summed over in this operand alone
                d = d.reshape(tuple(sizes[k] if k in found else 1 for k in inputs[i]))
                d = xp.broadcast_to(d, tuple(sizes[k] for k in inputs[i]))
            return d
        return to_operand

    return _einsum(xp, subscripts, *operands), tuple(pullback(i) for i in range(len(operands)))


def _einsum(xp, subscripts, *operands):
    if recorded(*operands):
        return einsum(*operands, subscripts=subscripts)
    return xp.einsum(subscripts, *operands, optimize=True)


@op
def cross(a, b, *, axis=-1):
    """y = a × b in three dimensions,   ∂a = b × g,   ∂b = g × a

    >>> tg.ops.cross(tg.tensor([1., 0., 0.]), tg.tensor([0., 1., 0.]))
    tensor([0., 0., 1.])
    """
    xp = namespace(a, b)
    if recorded(a, b):
        return cross(a, b, axis=axis), (lambda g: cross(b, g, axis=axis), lambda g: cross(g, a, axis=axis))
    return xp.cross(a, b, axis=axis), (lambda g: cross(b, g, axis=axis), lambda g: cross(g, a, axis=axis))


def trace(x):
    """The sum of the diagonal of a matrix, a composition."""
    return sum_(x.diagonal())
