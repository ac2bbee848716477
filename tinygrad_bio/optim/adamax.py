"""Adamax: Adam with the largest gradient of late instead of the root mean square."""
from ..backend import namespace
from .optimizer import Optimizer, track


class Adamax(Optimizer):
    """Adamax: Adam with the infinity norm.

    ::

        m ← β₁·m + (1 − β₁)·g
        u ← max(β₂·u, |g| + ε)
        p ← p − lr/(1 − β₁ᵗ) · m/u               in step t = 1, 2, …

    Before, g ← g + weight_decay·p.

    Kingma and Ba (2015), section 7.1, arXiv:1412.6980.

    >>> import tinygrad_bio as tg
    >>> w = tg.tensor([1., -2.], requires_grad=True)
    >>> opt = tg.optim.Adamax([w], lr=0.1)
    >>> (w ** 2).sum().backward()
    >>> opt.step(); w
    tensor([ 0.9000, -1.9000], requires_grad=True)
    """

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, foreach=None, *,
                 maximize=False, differentiable=False, capturable=False):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
                                  "maximize": maximize, "differentiable": differentiable})

    def check(self, group):
        self._check_numbers(group, not_negative="lr eps weight_decay", fractions="betas")

    def buffers(self, group):
        return "exp_avg", "exp_inf"

    def update(self, p, g, state, group):
        xp, work, (beta1, beta2) = namespace(p), self.scratch(p), group["betas"]
        state["step"] = t = state["step"] + 1
        m, u = state["exp_avg"].array, state["exp_inf"].array
        track(m, g, beta1, work)
        xp.multiply(u, beta2, out=u)
        xp.maximum(u, xp.add(xp.absolute(g, out=work), group["eps"], out=work), out=u)
        xp.divide(m, u, out=work)
        xp.multiply(work, group["lr"] / (1 - beta1 ** t), out=work)
        xp.subtract(p, work, out=p)
