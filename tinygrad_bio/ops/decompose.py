"""Inverses, determinants and factorisations of matrices (…, n, m), each for stacks of them too.

The pullbacks are matrix formulas, derived in the same way every time: write the differential of the defining
equation (A·A⁻¹ = 1 gives dA⁻¹ = −A⁻¹·dA·A⁻¹), and read off what multiplies dA in ⟨g, dy⟩ = ⟨∂A, dA⟩. Aᵀ
exchanges the last two axes. ``xp.linalg`` is NumPy's, CuPy's, or for Tensors ``ops.linalg``, where the
functions of this file are. See M. Giles (2008), An extended collection of matrix derivative results.
"""
from ..autograd import op
from ..backend import namespace
from .elementwise import quiet
from .reduce import _exclusive, _exclusive_back


def T(a):
    """The transpose of each matrix."""
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


@op
def inv(x):
    """y = x⁻¹,   ∂x = −yᵀ·g·yᵀ"""
    y = namespace(x).linalg.inv(x)
    return y, (lambda g: -(T(y) @ g @ T(y)),)


@op
def solve(a, b):
    """y = a⁻¹·b for matrices b (…, n, k),   ∂b = a⁻ᵀ·g,   ∂a = −∂b·yᵀ"""
    xp = namespace(a, b)
    y = xp.linalg.solve(a, b)
    return y, (lambda g: -(xp.linalg.solve(T(a), g) @ T(y)), lambda g: xp.linalg.solve(T(a), g))


@op
def det(x):
    """y = det x,   ∂x = g·y·x⁻ᵀ, the cofactors of x

    As U·diag(Π of all other σ)·Vᵀ·det U·det V, from the singular values, they exist for a singular x too.
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
    """y = (the sign of det x, ln |det x|),   ∂x = g₁·x⁻ᵀ"""
    xp = namespace(x)
    sign, logarithm = xp.linalg.slogdet(x)
    return (sign, logarithm), lambda gs: (gs[1][..., None, None] * T(xp.linalg.inv(x)),)


@op
def cholesky(x):
    """y lower triangular with y·yᵀ = x,   ∂x = ½·y⁻ᵀ·(P + Pᵀ)·y⁻¹

    P is the lower triangle of yᵀ·g, its diagonal halved.
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
def pinv(x):
    """y = x⁺, the pseudo-inverse,   ∂x = −yᵀ·g·yᵀ + (1 − x·y)·gᵀ·y·yᵀ + yᵀ·y·gᵀ·(1 − y·x)"""
    y = namespace(x).linalg.pinv(x)
    left, right = _eye(T(x)) - x @ y, _eye(x) - y @ x
    return y, (lambda g: left @ T(g) @ y @ T(y) + T(y) @ y @ T(g) @ right - T(y) @ g @ T(y),)
