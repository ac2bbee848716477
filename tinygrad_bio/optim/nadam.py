"""NAdam: Adam with Nesterov's momentum."""
import math

from ..backend import namespace
from .optimizer import Optimizer, track


class NAdam(Optimizer):
    """NAdam: Adam that looks one step ahead, with a momentum μ that grows.

    ::

        μₜ = β₁·(1 − ½·0.96^(t·momentum_decay))           in step t = 1, 2, …
        m ← β₁·m + (1 − β₁)·g,   v ← β₂·v + (1 − β₂)·g²
        m̂ = μₜ₊₁·m/(1 − μ₁⋯μₜ₊₁) + (1 − μₜ)·g/(1 − μ₁⋯μₜ)
        p ← p − lr·m̂/(√(v/(1 − β₂ᵗ)) + ε)

    Before, g ← g + weight_decay·p, or p ← p·(1 − lr·weight_decay) with `decoupled_weight_decay`.

    Dozat (2016), Incorporating Nesterov momentum into Adam, ICLR workshop.

    >>> import tinygrad_bio as tg
    >>> w = tg.tensor([1., -2.], requires_grad=True)
    >>> opt = tg.optim.NAdam([w], lr=0.1)
    >>> (w ** 2).sum().backward()
    >>> opt.step(); w
    tensor([ 0.8944, -1.8944], requires_grad=True)
    """

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3,
                 decoupled_weight_decay=False, *, foreach=None, maximize=False, capturable=False,
                 differentiable=False):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
                                  "momentum_decay": momentum_decay, "maximize": maximize,
                                  "decoupled_weight_decay": decoupled_weight_decay,
                                  "differentiable": differentiable})

    def check(self, group):
        self._check_numbers(group, not_negative="lr eps weight_decay momentum_decay", fractions="betas")

    def buffers(self, group):
        return "exp_avg", "exp_avg_sq"

    def start(self, p, state, group):
        super().start(p, state, group)
        state["mu_product"] = 1.0                                   # μ₁⋯μₜ

    def update(self, p, g, state, group):
        xp, work, lr, (beta1, beta2) = namespace(p), self.scratch(p), group["lr"], group["betas"]
        ahead = self.scratch(p, "ahead")
        state["step"] = t = state["step"] + 1
        mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (s * group["momentum_decay"])) for s in (t, t + 1))
        state["mu_product"] = product = state["mu_product"] * mu
        m, v = state["exp_avg"].array, state["exp_avg_sq"].array
        track(m, g, beta1, work)
        track(v, xp.multiply(g, g, out=work), beta2, work)
        xp.multiply(m, lr * mu_next / (1 - product * mu_next), out=ahead)
        xp.add(ahead, xp.multiply(g, lr * (1 - mu) / (1 - product), out=work), out=ahead)           # lr·m̂
        xp.multiply(xp.sqrt(v, out=work), 1 / math.sqrt(1 - beta2 ** t), out=work)
        xp.divide(ahead, xp.add(work, group["eps"], out=work), out=ahead)
        xp.subtract(p, ahead, out=p)
