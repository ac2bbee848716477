"""Inverses, determinants and factorisations of matrices (…, n, m), each for stacks of them too.

The pullbacks are matrix formulas, derived in the same way every time: write the differential of the defining
equation (A·A⁻¹ = 1 gives dA⁻¹ = −A⁻¹·dA·A⁻¹), and read off what multiplies dA in ⟨g, dy⟩ = ⟨∂A, dA⟩. Aᵀ
exchanges the last two axes. ``xp.linalg`` is NumPy's, CuPy's, or for Tensors ``ops.linalg``, where the
functions of this file are. See M. Giles (2008), An extended collection of matrix derivative results.
"""
import numpy as np

from ..autograd import op
from ..backend import namespace, recorded
from .arithmetic import quiet
from .reduce import _exclusive, _exclusive_back


def T(a):
    """The transpose of each matrix.

    >>> T(np.ones((5, 2, 3))).shape
    (5, 3, 2)
    """
    return a.swapaxes(-1, -2)


def _eye(a):
    """The identity as large as the matrix a, a constant."""
    plain = a.array if hasattr(a, "array") else a
    return namespace(plain).eye(plain.shape[-1], dtype=plain.dtype)


def _diagonal(v):
    """Diagonal matrices (…, n, n) of vectors (…, n)."""
    return v[..., None] * _eye(v)


def _over(a, differences):
    """a/differences, and 0 where both are 0: what does not turn needs no axis to turn about."""
    xp = namespace(a, differences)
    none = (a == 0) & (differences == 0)
    return xp.where(none, 0.0, a / xp.where(none, 1.0, differences))


def smallest(s, shape, atol=None, rtol=None):
    """Up to where the singular values s (…, k) of matrices of this shape count as 0: max(atol, rtol·the
    largest).

    Without either, rtol is the precision of the dtype times the longer side; beside an atol it is 0.

    >>> smallest(np.array([10., 1.]), (2, 2), rtol=0.01)
    array([0.1])
    """
    if s.shape[-1] == 0:
        return s
    if rtol is None:
        rtol = 0.0 if atol is not None else max(shape[-2:]) * float(np.finfo(s.dtype).eps)
    atol, rtol = (v[..., None] if getattr(v, "ndim", 0) else v for v in (0.0 if atol is None else atol, rtol))
    return namespace(s).maximum(abs(s).max(axis=-1, keepdims=True) * rtol, atol)


def _turned(x, hermitian):
    """(u, s, vᵀ) with x = u·diag(s)·vᵀ. If x is symmetric its lower triangle is read, and s may be
    negative.
    """
    if not hermitian:
        return namespace(x).linalg.svd(x, full_matrices=False)
    w, v = namespace(x).linalg.eigh(x)
    return v, w, T(v)


@op
def inv(x):
    """y = x⁻¹,   ∂x = −yᵀ·g·yᵀ

    >>> inv(tg.tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    y = namespace(x).linalg.inv(x)
    return y, (lambda g: -(T(y) @ g @ T(y)),)


@op
def solve(a, b):
    """y = a⁻¹·b for matrices b (…, n, k),   ∂b = a⁻ᵀ·g,   ∂a = −∂b·yᵀ

    >>> solve(tg.tensor([[2., 0.], [0., 4.]]), tg.tensor([[2.], [2.]]))
    tensor([[1.0000],
            [0.5000]])
    """
    xp = namespace(a, b)
    y = xp.linalg.solve(a, b)
    return y, (lambda g: -(xp.linalg.solve(T(a), g) @ T(y)), lambda g: xp.linalg.solve(T(a), g))


@op
def det(x):
    """y = det x,   ∂x = g·y·x⁻ᵀ, the cofactors of x

    As U·diag(Π of all other σ)·Vᵀ·det U·det V, from the singular values, they exist for a singular x too.

    >>> det(tg.tensor([[2., 1.], [0., 3.]]))
    tensor(6.)
    """
    xp = namespace(x)
    y = xp.linalg.det(x)

    def pullback(g):
        if hasattr(x, "array") and bool((y != 0).all()):        # recorded: what can be differentiated again
            return (g * y)[..., None, None] * T(xp.linalg.inv(x))
        u, s, vt = xp.linalg.svd(x)
        others = _exclusive(s, -1) * _exclusive_back(s, -1)
        turned = xp.linalg.det(u) * xp.linalg.det(vt)
        return (g * turned)[..., None, None] * ((u * others[..., None, :]) @ vt)

    return y, (pullback,)


@op
def slogdet(x):
    """y = (the sign of det x, ln |det x|),   ∂x = g₁·x⁻ᵀ

    >>> slogdet(tg.tensor([[-1., 0.], [0., 1.]]))
    (tensor(-1.), tensor(0.))
    """
    xp = namespace(x)
    sign, logarithm = xp.linalg.slogdet(x)
    return (sign, logarithm), lambda gs: (gs[1][..., None, None] * T(xp.linalg.inv(x)),)


@op
def cholesky(x):
    """y lower triangular with y·yᵀ = x,   ∂x = ½·y⁻ᵀ·(P + Pᵀ)·y⁻¹

    P is the lower triangle of yᵀ·g, its diagonal halved.

    >>> cholesky(tg.tensor([[4., 2.], [2., 5.]]))
    tensor([[2., 0.],
            [1., 2.]])
    """
    xp = namespace(x)
    y = xp.linalg.cholesky(x)

    def pullback(g):
        p = xp.tril(T(y) @ g) * (1 - 0.5 * _eye(y))
        inverse = xp.linalg.inv(y)
        return T(inverse) @ (p + T(p)) @ inverse * 0.5

    return y, (pullback,)


@op
def qr(x):
    """y = (q, r), x = q·r with n ≥ m,   ∂x = (g₀ + q·S)·r⁻ᵀ

    S is symmetric; its lower triangle is that of r·g₁ᵀ − g₀ᵀ·q.

    >>> x = tg.tensor([[3., 1.], [4., 2.]])
    >>> q, r = qr(x)
    >>> tg.allclose(q @ r, x), tg.allclose(q.T @ q, tg.eye(2), atol=1e-6)
    (True, True)
    """
    xp = namespace(x)
    q, r = xp.linalg.qr(x)

    def pullback(gs):
        m = r @ T(gs[1]) - T(gs[0]) @ q
        lower = xp.tril(m)
        symmetric = lower + T(lower) * (1 - _eye(m))
        return (T(xp.linalg.solve(r, T(gs[0] + q @ symmetric))),)

    return (q, r), pullback


@op
@quiet
def eigh(x):
    """y = (w, v): eigenvalues and eigenvectors (columns) of a symmetric x,   ∂x = v·(diag g₀ + ½(K + Kᵀ))·vᵀ

    Kᵢⱼ = (vᵀ·g₁)ᵢⱼ/(wⱼ − wᵢ), 0 for i = j. Vectors of equal eigenvalues have no derivative (inf or NaN),
    unless g is 0 for them.

    >>> w, v = eigh(tg.tensor([[3., 0.], [0., 1.]]))
    >>> w
    tensor([1., 3.])
    """
    xp = namespace(x)
    w, v = xp.linalg.eigh(x)

    def pullback(gs):
        turn = (T(v) @ gs[1]) * (1 - _eye(v))
        k = _over(turn, w[..., None, :] - w[..., :, None])
        return (v @ (_diagonal(gs[0]) + 0.5 * (k + T(k))) @ T(v),)

    return (w, v), pullback


@op
@quiet
def svd(x, *, full_matrices=False):
    """y = (u, s, vᵀ), x = u·diag(s)·vᵀ,   ∂x = u·(K(uᵀ·g₀)·s + s·K(vᵀ·g₂ᵀ) + diag g₁)·vᵀ + R

    K(m)ᵢⱼ = (mᵢⱼ − mⱼᵢ)/(sⱼ² − sᵢ²). R is what turns u and v out of their own planes, if x is not square.
    Vectors of equal singular values have no derivative (inf or NaN), unless g is 0 for them.
    (`full_matrices` is NumPy's argument: rules call ``xp.linalg.svd``. Here it is always False.)

    >>> u, s, vt = svd(tg.tensor([[3., 0.], [0., -4.]]))
    >>> s
    tensor([4., 3.])
    """
    xp = namespace(x)
    u, s, vt = xp.linalg.svd(x, full_matrices=False)
    n, m, k = *x.shape[-2:], s.shape[-1]

    def pullback(gs):
        gu, gs_, gvt = gs
        apart = (s * s)[..., None, :] - (s * s)[..., :, None]
        a, b = T(u) @ gu, T(gvt @ T(vt))                                # uᵀ·g₀ and vᵀ·g₂ᵀ (k, k)
        ka, kb = _over(a - T(a), apart), _over(b - T(b), apart)
        inner = ka * s[..., None, :] + s[..., :, None] * kb + _diagonal(gs_)
        d = u @ inner @ vt
        if n > k:
            d = d + ((gu - u @ a) / s[..., None, :]) @ vt
        if m > k:
            d = d + (u / s[..., None, :]) @ (gvt - T(b) @ vt)
        return (d,)

    return (u, s, vt), pullback


@op
def pinv(x, *, atol=None, rtol=None, hermitian=False):
    """y = x⁺, the pseudo-inverse,   ∂x = −yᵀ·g·yᵀ + (1 − x·y)·gᵀ·y·yᵀ + yᵀ·y·gᵀ·(1 − y·x)

    Which singular values count as 0 is told by `smallest`. `hermitian`: x is symmetric.

    >>> pinv(tg.tensor([[1.], [1.]]))
    tensor([[0.5000, 0.5000]])
    """
    if recorded(x):
        y = pinv(x, atol=atol, rtol=rtol, hermitian=hermitian)
    else:
        (u, s, vt), xp = _turned(x, hermitian), namespace(x)
        counts = abs(s) > smallest(s, x.shape, atol, rtol)
        y = (T(vt) * xp.where(counts, 1 / xp.where(counts, s, 1), 0)[..., None, :]) @ T(u)
    left, right = _eye(T(x)) - x @ y, _eye(x) - y @ x
    return y, (lambda g: left @ T(g) @ y @ T(y) + T(y) @ y @ T(g) @ right - T(y) @ g @ T(y),)
