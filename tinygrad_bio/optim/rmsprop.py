"""RMSprop: the gradient divided by the root of its mean square."""
from ..backend import namespace
from .optimizer import Optimizer, track


class RMSprop(Optimizer):
    """RMSprop: weights with large gradients take smaller steps, those with small gradients larger ones.

    ::

        v ← α·v + (1 − α)·g²                 (centered: ḡ ← α·ḡ + (1 − α)·g, and v − ḡ² stands for v below)
        b ← momentum·b + g/(√v + ε)
        p ← p − lr·b

    Before, g ← g + weight_decay·p.

    Tieleman and Hinton (2012), Lecture 6.5 of Neural Networks for Machine Learning; centered: Graves (2013),
    arXiv:1308.0850.

    >>> import tinygrad_bio as tg
    >>> w = tg.tensor([2., -3.], requires_grad=True)
    >>> opt = tg.optim.RMSprop([w], lr=0.1)
    >>> (w ** 2).sum().backward()
    >>> opt.step(); w                       # v starts at 0, so the first steps are large: lr/√(1 − α)
    tensor([ 1.0000, -2.0000], requires_grad=True)
    """

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False,
                 capturable=False, foreach=None, maximize=False, differentiable=False):
        super().__init__(params, {"lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps,
                                  "centered": centered, "weight_decay": weight_decay, "maximize": maximize,
                                  "differentiable": differentiable})

    def check(self, group):
        self._check_numbers(group, not_negative="lr alpha eps weight_decay momentum")

    def buffers(self, group):
        return (("square_avg",) + (("momentum_buffer",) if group["momentum"] else ())
                + (("grad_avg",) if group["centered"] else ()))

    def update(self, p, g, state, group):
        xp, work = namespace(p), self.scratch(p)
        state["step"] += 1
        v = state["square_avg"].array
        track(v, xp.multiply(g, g, out=work), group["alpha"], work)
        if group["centered"]:
            mean = state["grad_avg"].array
            track(mean, g, group["alpha"], work)
            v = xp.subtract(v, xp.multiply(mean, mean, out=work), out=work)
        xp.add(xp.sqrt(v, out=work), group["eps"], out=work)
        xp.divide(g, work, out=work)
        if group["momentum"]:
            b = state["momentum_buffer"].array
            xp.multiply(b, group["momentum"], out=b)
            work = xp.multiply(xp.add(b, work, out=b), group["lr"], out=work)
        else:
            xp.multiply(work, group["lr"], out=work)
        xp.subtract(p, work, out=p)
