"""In-place forms of functions of each element: ``x.atan_()`` writes ``tg.atan(x)`` into x (see
`in_place`).
"""
from . import functions as F, ops
from .inplace import in_place
from .inplace_math import InPlaceMath


class InPlaceElements:
    """Methods of Tensor that write what a function makes of each element."""
    __slots__ = ()

    def acos_(self):
        """self = arccos self.

        >>> tg.tensor([1., 0.]).acos_()
        tensor([0.0000, 1.5708])
        """
        return in_place(self, ops.arccos)

    def acosh_(self):
        """self = arcosh self.

        >>> tg.tensor([1., 2.]).acosh_()
        tensor([0.0000, 1.3170])
        """
        return in_place(self, ops.arccosh)

    def asin_(self):
        """self = arcsin self.

        >>> tg.tensor([0., 1.]).asin_()
        tensor([0.0000, 1.5708])
        """
        return in_place(self, ops.arcsin)

    def asinh_(self):
        """self = arsinh self.

        >>> tg.tensor([0., 1.]).asinh_()
        tensor([0.0000, 0.8814])
        """
        return in_place(self, ops.arcsinh)

    def atan_(self):
        """self = arctan self.

        >>> tg.tensor([0., 1.]).atan_()
        tensor([0.0000, 0.7854])
        """
        return in_place(self, ops.arctan)

    def atanh_(self):
        """self = artanh self.

        >>> tg.tensor([0., 0.5]).atanh_()
        tensor([0.0000, 0.5493])
        """
        return in_place(self, ops.arctanh)

    def cosh_(self):
        """self = cosh self.

        >>> tg.tensor([0., 1.]).cosh_()
        tensor([1.0000, 1.5431])
        """
        return in_place(self, ops.cosh)

    def sinh_(self):
        """self = sinh self.

        >>> tg.tensor([0., 1.]).sinh_()
        tensor([0.0000, 1.1752])
        """
        return in_place(self, ops.sinh)

    def tan_(self):
        """self = tan self.

        >>> tg.tensor([0., 1.]).tan_()
        tensor([0.0000, 1.5574])
        """
        return in_place(self, ops.tan)

    def deg2rad_(self):
        """Degrees become radians.

        >>> tg.tensor([0., 180.]).deg2rad_()
        tensor([0.0000, 3.1416])
        """
        return in_place(self, F.deg2rad)

    def rad2deg_(self):
        """Radians become degrees.

        >>> tg.tensor([0., 1.]).rad2deg_()
        tensor([ 0.0000, 57.2958])
        """
        return in_place(self, F.rad2deg)

    def erf_(self):
        """self = erf self.

        >>> tg.tensor([0., 1.]).erf_()
        tensor([0.0000, 0.8427])
        """
        return in_place(self, ops.erf)

    def erfc_(self):
        """self = 1 − erf self.

        >>> tg.tensor([0., 1.]).erfc_()
        tensor([1.0000, 0.1573])
        """
        return in_place(self, ops.erfc)

    def exp2_(self):
        """self = 2 to the self.

        >>> tg.tensor([0., 3.]).exp2_()
        tensor([1., 8.])
        """
        return in_place(self, ops.exp2)

    def expm1_(self):
        """self = e to the self, less 1.

        >>> tg.tensor([0., 1.]).expm1_()
        tensor([0.0000, 1.7183])
        """
        return in_place(self, ops.expm1)

    def log10_(self):
        """self = log₁₀ self.

        >>> tg.tensor([1., 100.]).log10_()
        tensor([0., 2.])
        """
        return in_place(self, ops.log10)

    def log1p_(self):
        """self = ln(1 + self).

        >>> tg.tensor([0., 1.]).log1p_()
        tensor([0.0000, 0.6931])
        """
        return in_place(self, ops.log1p)

    def log2_(self):
        """self = log₂ self.

        >>> tg.tensor([1., 8.]).log2_()
        tensor([0., 3.])
        """
        return in_place(self, ops.log2)

    def digamma_(self):
        """self = the derivative of ln Γ at self.

        >>> tg.tensor([1., 2.]).digamma_()
        tensor([-0.5772,  0.4228])
        """
        return in_place(self, ops.digamma)

    def lgamma_(self):
        """self = ln Γ(self).

        >>> tg.tensor([1., 5.]).lgamma_()
        tensor([0.0000, 3.1781])
        """
        return in_place(self, F.lgamma)

    def frac_(self):
        """self without its whole part.

        >>> tg.tensor([1.25, -1.25]).frac_()
        tensor([ 0.2500, -0.2500])
        """
        return in_place(self, F.frac)

    def sign_(self):
        """self = its sign: −1, 0 or 1.

        >>> tg.tensor([-3., 2.]).sign_()
        tensor([-1.,  1.])
        """
        return in_place(self, ops.sign)

    def sinc_(self):
        """self = sin(π·self)/(π·self).

        >>> tg.tensor([0., 0.5]).sinc_()
        tensor([1.0000, 0.6366])
        """
        return in_place(self, F.sinc)

    def logit_(self, eps=None):
        """self = ln(self/(1 − self)), held in [eps, 1 − eps] first.

        >>> tg.tensor([0.5, 0.75]).logit_()
        tensor([0.0000, 1.0986])
        """
        return in_place(self, F.logit, eps)

    def polygamma_(self, n):
        """self = the n-th derivative of the digamma function at self.

        >>> tg.tensor([1., 2.]).polygamma_(1)
        tensor([1.6449, 0.6449])
        """
        return in_place(self, _polygamma, n)

    def atan2_(self, other):
        """self = the angle of the point (other, self).

        >>> tg.tensor([1., 1.]).atan2_(tg.tensor([1., 0.]))
        tensor([0.7854, 1.5708])
        """
        return in_place(self, ops.arctan2, other)

    def copysign_(self, other):
        """self = |self| with the sign of other.

        >>> tg.tensor([1., 2.]).copysign_(-1)
        tensor([-1., -2.])
        """
        return in_place(self, F.copysign, other)

    def hypot_(self, other):
        """self = √(self² + other²).

        >>> tg.tensor([3., 5.]).hypot_(tg.tensor([4., 12.]))
        tensor([ 5., 13.])
        """
        return in_place(self, ops.hypot, other)

    def ldexp_(self, other):
        """self = self·2^other.

        >>> tg.tensor([1., 3.]).ldexp_(tg.tensor([2, 0]))
        tensor([4., 3.])
        """
        return in_place(self, F.ldexp, other)

    def float_power_(self, exponent):
        """self to a power; self must hold float64.

        >>> tg.tensor([2., 3.], dtype=tg.float64).float_power_(2)
        tensor([4., 9.], dtype=float64)
        """
        return in_place(self, F.float_power, exponent)

    def fmod_(self, other):
        """self = the remainder of self/other, with the sign of self.

        >>> tg.tensor([5., -5.]).fmod_(3)
        tensor([ 2., -2.])
        """
        return in_place(self, ops.fmod, other)

    def xlogy_(self, other):
        """self = self·ln other.

        >>> tg.tensor([0., 2.]).xlogy_(tg.tensor([0., 1.]))
        tensor([0., 0.])
        """
        return in_place(self, F.xlogy, other)

    def heaviside_(self, values):
        """self = 0 below zero, 1 above, `values` at zero.

        >>> tg.tensor([-2., 0., 3.]).heaviside_(tg.tensor([0.5]))
        tensor([0.0000, 0.5000, 1.0000])
        """
        return in_place(self, F.heaviside, values)

    # other names
    arccos_ = acos_
    arccosh_ = acosh_
    arcsin_ = asin_
    arcsinh_ = asinh_
    arctan_ = atan_
    arctanh_ = atanh_
    sgn_ = sign_
    arctan2_ = atan2_
    absolute_ = InPlaceMath.abs_
    fix_ = InPlaceMath.trunc_
    negative_ = InPlaceMath.neg_
    multiply_ = InPlaceMath.mul_
    subtract_ = InPlaceMath.sub_
    divide_ = InPlaceMath.div_
    true_divide_ = InPlaceMath.div_


def _polygamma(self, n):
    return F.polygamma(n, self)
