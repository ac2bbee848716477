"""In-place forms of comparisons, logic, products, running sums and replacements; and random numbers (see
`in_place`).
"""
from . import functions as F
from .inplace import draw, in_place


class InPlaceOthers:
    """Methods of Tensor that write the result of such a function."""
    __slots__ = ()

    def logical_not_(self):
        """1 where self is 0, else 0.

        >>> tg.tensor([0., 2.]).logical_not_()
        tensor([1., 0.])
        """
        return in_place(self, F.logical_not)

    def bitwise_not_(self):
        """self = ~self.

        >>> tg.tensor([0, 5]).bitwise_not_()
        tensor([-1, -6])
        """
        return in_place(self, F.bitwise_not)

    def gcd_(self, other):
        """self = the largest whole number that divides both.

        >>> tg.tensor([4, 6]).gcd_(tg.tensor([6, 9]))
        tensor([2, 3])
        """
        return in_place(self, F.gcd, other)

    def lcm_(self, other):
        """self = the smallest whole number that both divide.

        >>> tg.tensor([4, 6]).lcm_(tg.tensor([6, 9]))
        tensor([12, 18])
        """
        return in_place(self, F.lcm, other)

    def eq_(self, other):
        """1 where both are equal, else 0.

        >>> tg.tensor([1., 2.]).eq_(2)
        tensor([0., 1.])
        """
        return in_place(self, F.eq, other)

    def ne_(self, other):
        """1 where both differ, else 0.

        >>> tg.tensor([1., 2.]).ne_(2)
        tensor([1., 0.])
        """
        return in_place(self, F.ne, other)

    def lt_(self, other):
        """1 where self is smaller, else 0.

        >>> tg.tensor([1., 2.]).lt_(2)
        tensor([1., 0.])
        """
        return in_place(self, F.lt, other)

    def le_(self, other):
        """1 where self is not larger, else 0.

        >>> tg.tensor([1., 2.]).le_(1)
        tensor([1., 0.])
        """
        return in_place(self, F.le, other)

    def gt_(self, other):
        """1 where self is larger, else 0.

        >>> tg.tensor([1., 2.]).gt_(1)
        tensor([0., 1.])
        """
        return in_place(self, F.gt, other)

    def ge_(self, other):
        """1 where self is not smaller, else 0.

        >>> tg.tensor([1., 2.]).ge_(2)
        tensor([0., 1.])
        """
        return in_place(self, F.ge, other)

    def logical_and_(self, other):
        """1 where both are not 0, else 0.

        >>> tg.tensor([0., 2.]).logical_and_(tg.tensor([3., 3.]))
        tensor([0., 1.])
        """
        return in_place(self, F.logical_and, other)

    def logical_or_(self, other):
        """1 where one is not 0, else 0.

        >>> tg.tensor([0., 2.]).logical_or_(tg.tensor([0., 0.]))
        tensor([0., 1.])
        """
        return in_place(self, F.logical_or, other)

    def logical_xor_(self, other):
        """1 where exactly one is not 0, else 0.

        >>> tg.tensor([0., 2.]).logical_xor_(tg.tensor([3., 3.]))
        tensor([1., 0.])
        """
        return in_place(self, F.logical_xor, other)

    def bitwise_and_(self, other):
        """self &= other.

        >>> tg.tensor([6, 5]).bitwise_and_(3)
        tensor([2, 1])
        """
        return in_place(self, F.bitwise_and, other)

    def bitwise_or_(self, other):
        """self |= other.

        >>> tg.tensor([6, 5]).bitwise_or_(3)
        tensor([7, 7])
        """
        return in_place(self, F.bitwise_or, other)

    def bitwise_xor_(self, other):
        """self ^= other.

        >>> tg.tensor([6, 5]).bitwise_xor_(3)
        tensor([5, 6])
        """
        return in_place(self, F.bitwise_xor, other)

    def bitwise_left_shift_(self, other):
        """self <<= other.

        >>> tg.tensor([6, 5]).bitwise_left_shift_(1)
        tensor([12, 10])
        """
        return in_place(self, F.bitwise_left_shift, other)

    def bitwise_right_shift_(self, other):
        """self >>= other.

        >>> tg.tensor([6, 5]).bitwise_right_shift_(1)
        tensor([3, 2])
        """
        return in_place(self, F.bitwise_right_shift, other)

    def cumsum_(self, dim, *, dtype=None):
        """self = its running sums along `dim`.

        >>> tg.tensor([1., 2., 3.]).cumsum_(0)
        tensor([1., 3., 6.])
        """
        return in_place(self, F.cumsum, dim, dtype=dtype)

    def cumprod_(self, dim, *, dtype=None):
        """self = its running products along `dim`.

        >>> tg.tensor([1., 2., 3.]).cumprod_(0)
        tensor([1., 2., 6.])
        """
        return in_place(self, F.cumprod, dim, dtype=dtype)

    def masked_scatter_(self, mask, source):
        """Write the elements of `source`, one after another, where the mask is True.

        >>> tg.tensor([1., 2., 3.]).masked_scatter_(tg.tensor([True, False, True]), tg.tensor([8., 9.]))
        tensor([8., 2., 9.])
        """
        return in_place(self, _masked_scatter, mask, source)

    def index_reduce_(self, dim, index, source, reduce, *, include_self=True):
        """Combine the slices at `index` with those of `source`: "mean", "amax", "amin", "prod".

        >>> tg.tensor([1., 2.]).index_reduce_(0, tg.tensor([1]), tg.tensor([5.]), "amax")
        tensor([1., 5.])
        """
        return in_place(self, F.index_reduce, dim, index, source, reduce, include_self=include_self)

    def put_(self, index, source, accumulate=False):
        """Write (or add) elements at their places in the flattened tensor.

        >>> tg.tensor([1., 2.]).put_(tg.tensor([1]), tg.tensor([5.]))
        tensor([1., 5.])
        """
        return in_place(self, F.put, index, source, accumulate)

    def renorm_(self, p, dim, maxnorm):
        """Scale slices along `dim` with a p-norm above `maxnorm` down to it.

        >>> tg.tensor([[3., 4.]]).renorm_(2, 0, 1)
        tensor([[0.6000, 0.8000]])
        """
        return in_place(self, F.renorm, p, dim, maxnorm)

    def addmm_(self, mat1, mat2, *, beta=1, alpha=1):
        """self = beta·self + alpha·(mat1 @ mat2).

        >>> tg.tensor([[1.]]).addmm_(tg.ones(1, 3), tg.ones(3, 1))
        tensor([[4.]])
        """
        return in_place(self, F.addmm, mat1, mat2, beta=beta, alpha=alpha)

    def addmv_(self, mat, vec, *, beta=1, alpha=1):
        """self = beta·self + alpha·(mat @ vec).

        >>> tg.tensor([1.]).addmv_(tg.ones(1, 3), tg.ones(3))
        tensor([4.])
        """
        return in_place(self, F.addmv, mat, vec, beta=beta, alpha=alpha)

    def addr_(self, vec1, vec2, *, beta=1, alpha=1):
        """self = beta·self + alpha·(vec1 ⊗ vec2).

        >>> tg.tensor([[1., 1.]]).addr_(tg.tensor([2.]), tg.tensor([3., 4.]))
        tensor([[7., 9.]])
        """
        return in_place(self, F.addr, vec1, vec2, beta=beta, alpha=alpha)

    def baddbmm_(self, batch1, batch2, *, beta=1, alpha=1):
        """self = beta·self + alpha·(batch1 @ batch2), for stacks.

        >>> tg.tensor([[[1.]]]).baddbmm_(tg.ones(1, 1, 3), tg.ones(1, 3, 1))
        tensor([[[4.]]])
        """
        return in_place(self, F.baddbmm, batch1, batch2, beta=beta, alpha=alpha)

    def addbmm_(self, batch1, batch2, *, beta=1, alpha=1):
        """self = beta·self + alpha·Σ (batch1 @ batch2) over the stack.

        >>> tg.tensor([[1.]]).addbmm_(tg.ones(2, 1, 3), tg.ones(2, 3, 1))
        tensor([[7.]])
        """
        return in_place(self, F.addbmm, batch1, batch2, beta=beta, alpha=alpha)

    def swapaxes_(self, axis0, axis1):
        """Exchange two dimensions in place.

        >>> tg.zeros(2, 3).swapaxes_(0, 1).shape
        (3, 2)
        """
        return self._reshaped(F.transpose, axis0, axis1)

    def swapdims_(self, dim0, dim1):
        """Exchange two dimensions in place.

        >>> tg.zeros(2, 3).swapdims_(0, 1).shape
        (3, 2)
        """
        return self._reshaped(F.transpose, dim0, dim1)

    def apply_(self, callable):
        """Give every number what a Python function makes of it: slow, and without a gradient.

        >>> tg.tensor([1., 2.]).apply_(lambda v: v * v + 1)
        tensor([2., 5.])
        """
        return in_place(_unrecorded(self), _mapped, callable)

    def map_(self, other, callable):
        """Give every number what a Python function makes of it and of its partner: slow, and without a
        gradient.

        >>> tg.tensor([1., 2.]).map_(tg.tensor([10., 20.]), lambda a, b: a + b)
        tensor([11., 22.])
        """
        return in_place(_unrecorded(self), _mapped, callable, other)

    def log_normal_(self, mean=1.0, std=2.0, *, generator=None):
        """Draw every number as e to the power of a normal one.

        >>> bool((tg.zeros(100).log_normal_(0, 1) > 0).all())
        True
        """
        return draw(self, "log_normal", lambda rng, n: rng.lognormal(mean, std, n), generator)

    def geometric_(self, p, *, generator=None):
        """Draw how often something of probability p must be tried until it happens: 1, 2, …

        >>> bool((tg.zeros(100).geometric_(0.5) >= 1).all())
        True
        """
        return draw(self, "geometric", lambda rng, n: rng.geometric(p, n), generator)

    def cauchy_(self, median=0.0, sigma=1.0, *, generator=None):
        """Draw every number from a Cauchy distribution.

        >>> tg.zeros(2, 3).cauchy_().shape
        (2, 3)
        """
        def cauchy(rng, n):
            return median + sigma * rng.standard_cauchy(n)
        return draw(self, "cauchy", cauchy, generator)

    # other names
    not_equal_ = ne_
    less_ = lt_
    less_equal_ = le_
    greater_ = gt_
    greater_equal_ = ge_


def _masked_scatter(self, mask, source):
    if tuple(mask.shape) != tuple(F.broadcast_shapes(tuple(self.shape), tuple(mask.shape))):
        mask = F.broadcast_to(mask, tuple(self.shape))
    return F.masked_scatter(self, mask, source)


def _unrecorded(self):
    if self.requires_grad:
        raise RuntimeError("apply_ and map_ have no gradient, and this tensor requires grad: write "
                           "x.detach().apply_(…)")
    return self


def _mapped(self, callable, tensor=None):
    others = () if tensor is None else (F.broadcast_to(tensor, tuple(self.shape)).reshape(-1).tolist(),)
    made = self.new_tensor([callable(*numbers) for numbers in zip(self.reshape(-1).tolist(), *others)])
    return made.to(self.dtype).reshape(tuple(self.shape))
