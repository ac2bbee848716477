"""The in-place methods that compute with each element: ``x.exp_()``. What makes them safe is in ``inplace.py``."""
from . import functions as F, ops
from .inplace import in_place


class InPlaceMath:
    """The methods of Tensor that replace each element by a function of it."""
    __slots__ = ()

    def add_(self, other, *, alpha=1):
        """self += alpha·other.

        >>> x = tg.tensor([1., 2.])
        >>> x.add_(10., alpha=2)
        tensor([21., 22.])
        >>> x
        tensor([21., 22.])
        """
        return in_place(self, F.add, other, alpha=alpha)

    def sub_(self, other, *, alpha=1):
        """self −= alpha·other.

        >>> tg.tensor([1., 2.]).sub_(1.)
        tensor([0., 1.])
        """
        return in_place(self, F.sub, other, alpha=alpha)

    def mul_(self, other):
        """self *= other.

        >>> tg.tensor([1., 2.]).mul_(3.)
        tensor([3., 6.])
        """
        return in_place(self, ops.mul, other)

    def div_(self, other, *, rounding_mode=None):
        """self /= other.

        >>> tg.tensor([1., 2.]).div_(2.)
        tensor([0.5000, 1.0000])
        """
        return in_place(self, F.div, other, rounding_mode=rounding_mode)

    def floor_divide_(self, other):
        """self //= other.

        >>> tg.tensor([7, -7]).floor_divide_(2)
        tensor([ 3, -4])
        """
        return in_place(self, F.floor_divide, other)

    def remainder_(self, other):
        """self %= other.

        >>> tg.tensor([7, -7]).remainder_(4)
        tensor([3, 1])
        """
        return in_place(self, ops.remainder, other)

    def pow_(self, exponent):
        """self **= exponent.

        >>> tg.tensor([2., 3.]).pow_(3)
        tensor([ 8., 27.])
        """
        return in_place(self, ops.pow, exponent)

    def neg_(self):
        """self = −self.

        >>> tg.tensor([1., -2.]).neg_()
        tensor([-1.,  2.])
        """
        return in_place(self, ops.neg)

    def abs_(self):
        """self = |self|.

        >>> tg.tensor([1., -2.]).abs_()
        tensor([1., 2.])
        """
        return in_place(self, ops.absolute)

    def exp_(self):
        """self = e to the self.

        >>> tg.tensor([0., 1.]).exp_()
        tensor([1.0000, 2.7183])
        """
        return in_place(self, ops.exp)

    def log_(self):
        """self = ln self.

        >>> tg.tensor([1., 10.]).log_()
        tensor([0.0000, 2.3026])
        """
        return in_place(self, ops.log)

    def sqrt_(self):
        """self = √self.

        >>> tg.tensor([4., 9.]).sqrt_()
        tensor([2., 3.])
        """
        return in_place(self, ops.sqrt)

    def rsqrt_(self):
        """self = 1/√self.

        >>> tg.tensor([4., 16.]).rsqrt_()
        tensor([0.5000, 0.2500])
        """
        return in_place(self, ops.rsqrt)

    def square_(self):
        """self = self².

        >>> tg.tensor([-3., 2.]).square_()
        tensor([9., 4.])
        """
        return in_place(self, ops.square)

    def reciprocal_(self):
        """self = 1/self.

        >>> tg.tensor([2., 4.]).reciprocal_()
        tensor([0.5000, 0.2500])
        """
        return in_place(self, ops.reciprocal)

    def sin_(self):
        """self = sin self.

        >>> tg.tensor([0., tg.pi / 2]).sin_()
        tensor([0., 1.])
        """
        return in_place(self, ops.sin)

    def cos_(self):
        """self = cos self.

        >>> tg.tensor([0., tg.pi]).cos_()
        tensor([ 1., -1.])
        """
        return in_place(self, ops.cos)

    def erfinv_(self):
        """self = the inverse of erf at self.

        >>> tg.tensor([0., 0.5]).erfinv_()
        tensor([0.0000, 0.4769])
        """
        return in_place(self, ops.erfinv)

    def floor_(self):
        """self = ⌊self⌋.

        >>> tg.tensor([1.7, -0.2]).floor_()
        tensor([ 1., -1.])
        """
        return in_place(self, ops.floor)

    def ceil_(self):
        """self = ⌈self⌉.

        >>> tg.tensor([1.2, -1.7]).ceil_()
        tensor([ 2., -1.])
        """
        return in_place(self, ops.ceil)

    def round_(self, *, decimals=0):
        """self rounded.

        >>> tg.tensor([0.5, 1.5, 2.6]).round_()
        tensor([0., 2., 3.])
        """
        return in_place(self, F.round, decimals=decimals)

    def trunc_(self):
        """self without its fraction.

        >>> tg.tensor([1.7, -1.7]).trunc_()
        tensor([ 1., -1.])
        """
        return in_place(self, ops.trunc)

    def nan_to_num_(self, nan=None, posinf=None, neginf=None):
        """Finite numbers for NaN and ±∞.

        >>> tg.tensor([1., tg.nan]).nan_to_num_()
        tensor([1., 0.])
        """
        return in_place(self, F.nan_to_num, nan, posinf, neginf)

    def relu_(self):
        """self = max(self, 0).

        >>> tg.tensor([-1., 2.]).relu_()
        tensor([0., 2.])
        """
        return in_place(self, ops.relu)

    def sigmoid_(self):
        """self = sigmoid(self).

        >>> tg.tensor([0., 2.]).sigmoid_()
        tensor([0.5000, 0.8808])
        """
        return in_place(self, ops.sigmoid)

    def tanh_(self):
        """self = tanh(self).

        >>> tg.tensor([0., 1.]).tanh_()
        tensor([0.0000, 0.7616])
        """
        return in_place(self, ops.tanh)

    def clamp_(self, min=None, max=None):
        """Hold every element between min and max.

        >>> tg.tensor([-1., 0.5, 2.]).clamp_(0, 1)
        tensor([0.0000, 0.5000, 1.0000])
        """
        return in_place(self, F.clamp, min, max)

    def clamp_min_(self, min):
        """Nothing below `min`.

        >>> tg.tensor([-1., 2.]).clamp_min_(0)
        tensor([0., 2.])
        """
        return in_place(self, F.clamp, min)

    def clamp_max_(self, max):
        """Nothing above `max`.

        >>> tg.tensor([-1., 2.]).clamp_max_(0)
        tensor([-1.,  0.])
        """
        return in_place(self, F.clamp, None, max)

    def clip_(self, min=None, max=None):
        """`clamp_` under NumPy's name.

        >>> tg.tensor([-1., 2.]).clip_(0, 1)
        tensor([0., 1.])
        """
        return in_place(self, F.clamp, min, max)

    def lerp_(self, end, weight):
        """self += weight·(end − self).

        >>> tg.tensor([0., 10.]).lerp_(tg.tensor([10., 10.]), 0.1)
        tensor([ 1., 10.])
        """
        return in_place(self, F.lerp, end, weight)

    def addcmul_(self, tensor1, tensor2, *, value=1):
        """self += value·tensor1·tensor2.

        >>> tg.zeros(2).addcmul_(tg.tensor([1., 2.]), tg.tensor([3., 4.]), value=10)
        tensor([30., 80.])
        """
        return in_place(self, F.addcmul, tensor1, tensor2, value=value)

    def addcdiv_(self, tensor1, tensor2, *, value=1):
        """self += value·tensor1/tensor2.

        >>> tg.zeros(2).addcdiv_(tg.tensor([1., 2.]), tg.tensor([4., 4.]))
        tensor([0.2500, 0.5000])
        """
        return in_place(self, F.addcdiv, tensor1, tensor2, value=value)
