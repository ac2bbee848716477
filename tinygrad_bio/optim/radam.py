"""RAdam: Adam that waits until its divisor can be trusted."""
import math

from ..backend import namespace
from .optimizer import Optimizer, track


class RAdam(Optimizer):
    """Rectified Adam: at first v is the mean of a handful of squares, and dividing by it is a gamble.

    ::

        m ← β₁·m + (1 − β₁)·g,   v ← β₂·v + (1 − β₂)·g²,   m̂ = m/(1 − β₁ᵗ)
        ρ∞ = 2/(1 − β₂) − 1,   ρ = ρ∞ − 2t·β₂ᵗ/(1 − β₂ᵗ)                    in step t = 1, 2, …
        if ρ > 5:   p ← p − lr·r·m̂·√(1 − β₂ᵗ)/(√v + ε),    r = √((ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ))
        else:       p ← p − lr·m̂

    ρ is how many squares v is the mean of, so to speak, and r makes up for its spread: no warm-up is needed.
    Before, g ← g + weight_decay·p, or p ← p·(1 − lr·weight_decay) with `decoupled_weight_decay`.

    Liu et al. (2020), arXiv:1908.03265.

    >>> import tinygrad_bio as tg
    >>> w = tg.tensor([1., -2.], requires_grad=True)
    >>> opt = tg.optim.RAdam([w], lr=0.1)
    >>> (w ** 2).sum().backward()
    >>> opt.step(); w                               # plain momentum at first
    tensor([ 0.8000, -1.6000], requires_grad=True)
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0,
                 decoupled_weight_decay=False, *, foreach=None, maximize=False, capturable=False,
                 differentiable=False):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
                                  "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize,
                                  "differentiable": differentiable})

    def check(self, group):
        self._check_numbers(group, not_negative="lr eps weight_decay", fractions="betas")

    def buffers(self, group):
        return "exp_avg", "exp_avg_sq"

    def update(self, p, g, state, group):
        xp, work, (beta1, beta2) = namespace(p), self.scratch(p), group["betas"]
        state["step"] = t = state["step"] + 1
        m, v = state["exp_avg"].array, state["exp_avg_sq"].array
        track(m, g, beta1, work)
        track(v, xp.multiply(g, g, out=work), beta2, work)
        step = group["lr"] / (1 - beta1 ** t)
        longest = 2 / (1 - beta2) - 1                                                               # ρ∞
        length = longest - 2 * t * beta2 ** t / (1 - beta2 ** t)                                    # ρ
        if length > 5:
            r = math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
            xp.add(xp.sqrt(v, out=work), group["eps"], out=work)
            xp.divide(m, work, out=work)
            xp.multiply(work, step * r * math.sqrt(1 - beta2 ** t), out=work)
        else:
            xp.multiply(m, step, out=work)
        xp.subtract(p, work, out=p)
