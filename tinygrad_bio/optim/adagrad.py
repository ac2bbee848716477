"""Adagrad: the gradient divided by the root of the sum of its squares."""
from ..autograd import new_tensor
from ..backend import namespace
from .optimizer import Optimizer


class Adagrad(Optimizer):
    """Adagrad: rarely used weights (of rare words, say) keep large steps, the others take ever smaller ones.

    ::

        s ← s + g²                              (s = initial_accumulator_value at first)
        p ← p − lr/(1 + (t − 1)·lr_decay) · g/(√s + ε)          in step t = 1, 2, …

    Before, g ← g + weight_decay·p.

    Duchi, Hazan and Singer (2011), Adaptive subgradient methods for online learning and stochastic
    optimization, JMLR 12.

    >>> import tinygrad_bio as tg
    >>> w = tg.tensor([1., -2.], requires_grad=True)
    >>> opt = tg.optim.Adagrad([w], lr=0.1)
    >>> (w ** 2).sum().backward()
    >>> opt.step(); w
    tensor([ 0.9000, -1.9000], requires_grad=True)
    """

    def __init__(self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10,
                 foreach=None, *, maximize=False, differentiable=False, fused=None):
        super().__init__(params, {"lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
                                  "initial_accumulator_value": initial_accumulator_value,
                                  "maximize": maximize, "differentiable": differentiable})

    def check(self, group):
        self._check_numbers(group, not_negative="lr lr_decay weight_decay initial_accumulator_value eps")

    def buffers(self, group):
        return ("sum",)

    def start(self, p, state, group):
        state["step"] = 0
        state["sum"] = new_tensor(namespace(p).full_like(p, group["initial_accumulator_value"]), None)

    def update(self, p, g, state, group):
        xp, work, s = namespace(p), self.scratch(p), state["sum"].array
        state["step"] = t = state["step"] + 1
        xp.add(s, xp.multiply(g, g, out=work), out=s)
        xp.add(xp.sqrt(s, out=work), group["eps"], out=work)
        xp.divide(g, work, out=work)
        xp.multiply(work, group["lr"] / (1 + (t - 1) * group["lr_decay"]), out=work)
        xp.subtract(p, work, out=p)
