"""Adam and AdamW: a step size of its own for every weight."""
import math

from ..backend import namespace
from .optimizer import Optimizer, track


class Adam(Optimizer):
    """Adam: the mean m of the gradients, divided by the root of the mean v of their squares.

    ::

        m ← β₁·m + (1 − β₁)·g
        v ← β₂·v + (1 − β₂)·g²
        p ← p − lr·m̂/(√v̂ + ε)             m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ)  in step t = 1, 2, …

    m and v begin at 0 and are therefore too small at first, by exactly the factors that m̂ and v̂ divide out.
    Before, g ← g + weight_decay·p. With `amsgrad` v̂ is the largest v so far, divided in the same way.

    Kingma and Ba (2015), arXiv:1412.6980; AMSGrad: Reddi et al. (2018), arXiv:1904.09237.

    >>> import tinygrad_bio as tg
    >>> w = tg.tensor([1., -2.], requires_grad=True)
    >>> opt = tg.optim.Adam([w], lr=0.1)
    >>> (w ** 2).sum().backward()
    >>> opt.step(); w                               # in the first step, every weight moves by lr
    tensor([ 0.9000, -1.9000], requires_grad=True)
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *,
                 foreach=None, maximize=False, capturable=False, differentiable=False, fused=None,
                 decoupled_weight_decay=False):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
                                  "amsgrad": amsgrad, "maximize": maximize, "differentiable": differentiable,
                                  "decoupled_weight_decay": decoupled_weight_decay})

    def check(self, group):
        self._check_numbers(group, not_negative="lr eps weight_decay", fractions="betas")

    def buffers(self, group):
        return ("exp_avg", "exp_avg_sq") + (("max_exp_avg_sq",) if group["amsgrad"] else ())

    def update(self, p, g, state, group):
        xp, work, (beta1, beta2) = namespace(p), self.scratch(p), group["betas"]
        state["step"] = t = state["step"] + 1
        m, v = state["exp_avg"].array, state["exp_avg_sq"].array
        track(m, g, beta1, work)
        track(v, xp.multiply(g, g, out=work), beta2, work)
        if group["amsgrad"]:
            v = xp.maximum(state["max_exp_avg_sq"].array, v, out=state["max_exp_avg_sq"].array)
        xp.sqrt(v, out=work)
        xp.multiply(work, 1 / math.sqrt(1 - beta2 ** t), out=work)
        xp.add(work, group["eps"], out=work)                        # √v̂ + ε
        xp.divide(m, work, out=work)
        xp.multiply(work, group["lr"] / (1 - beta1 ** t), out=work)
        xp.subtract(p, work, out=p)


class AdamW(Adam):
    """Adam with *decoupled* weight decay: p ← p·(1 − lr·weight_decay), and nothing added to the gradient.

    In Adam that term is divided by √v̂ like the rest of the gradient: weights with large gradients hardly
    decay. Here all shrink alike.

    Loshchilov and Hutter (2019), arXiv:1711.05101.

    >>> import tinygrad_bio as tg
    >>> w = tg.tensor([10.], requires_grad=True)
    >>> opt = tg.optim.AdamW([w], lr=0.1, weight_decay=0.5)
    >>> (0 * w).sum().backward()
    >>> opt.step(); w
    tensor([9.5000], requires_grad=True)
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *,
                 maximize=False, foreach=None, capturable=False, differentiable=False, fused=None):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize,
                         differentiable=differentiable, decoupled_weight_decay=True)
