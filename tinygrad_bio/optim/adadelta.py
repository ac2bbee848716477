"""Adadelta: steps in the units of the weights, without a learning rate to choose."""
from ..backend import namespace
from .optimizer import Optimizer, track


class Adadelta(Optimizer):
    """Adadelta: the gradient, divided by its own root mean square and multiplied by that of the former steps.

    ::

        v ← ρ·v + (1 − ρ)·g²
        δ = √(u + ε)/√(v + ε) · g
        u ← ρ·u + (1 − ρ)·δ²
        p ← p − lr·δ

    Before, g ← g + weight_decay·p. So a step has the unit of p, whatever the unit of the loss.

    Zeiler (2012), arXiv:1212.5701.

    >>> import tinygrad_bio as tg
    >>> w = tg.tensor([1., -2.], requires_grad=True)
    >>> opt = tg.optim.Adadelta([w])
    >>> (w ** 2).sum().backward()
    >>> opt.step(); w
    tensor([ 0.9968, -1.9968], requires_grad=True)
    """

    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0, foreach=None, *, capturable=False,
                 maximize=False, differentiable=False):
        super().__init__(params, {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay,
                                  "maximize": maximize, "differentiable": differentiable})

    def check(self, group):
        self._check_numbers(group, not_negative="lr rho eps weight_decay")
        if group["rho"] > 1:
            raise ValueError(f"Adadelta: rho must be in 0 ≤ x ≤ 1, got {group['rho']!r}")

    def buffers(self, group):
        return "square_avg", "acc_delta"

    def update(self, p, g, state, group):
        xp, work, delta, eps = namespace(p), self.scratch(p), self.scratch(p, "delta"), group["eps"]
        state["step"] += 1
        v, u = state["square_avg"].array, state["acc_delta"].array
        track(v, xp.multiply(g, g, out=work), group["rho"], work)
        xp.sqrt(xp.add(u, eps, out=delta), out=delta)
        xp.divide(delta, xp.sqrt(xp.add(v, eps, out=work), out=work), out=delta)
        xp.multiply(delta, g, out=delta)
        track(u, xp.multiply(delta, delta, out=work), group["rho"], work)
        xp.multiply(delta, group["lr"], out=delta)
        xp.subtract(p, delta, out=p)
