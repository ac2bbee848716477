"""Stochastic gradient descent, with momentum."""
from ..autograd import new_tensor
from ..backend import namespace
from .optimizer import Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent: a step against the gradient g, with momentum μ as a ball rolls on.

    ::

        v ← μ·v + (1 − dampening)·g         (v = g in the first step)
        p ← p − lr·v                        (nesterov: p − lr·(g + μ·v))

    Before, g ← g + weight_decay·p; and g ← −g to `maximize`.

    Robbins and Monro (1951), doi:10.1214/aoms/1177729586; momentum: Polyak (1964),
    doi:10.1016/0041-5553(64)90137-5; both forms of momentum: Sutskever et al. (2013), On the importance of
    initialization and momentum in deep learning.

    >>> import tinygrad_bio as tg
    >>> w = tg.tensor([1., -2.], requires_grad=True)
    >>> opt = tg.optim.SGD([w], lr=0.1)
    >>> for _ in range(3):
    ...     opt.zero_grad()
    ...     (w ** 2).sum().backward()
    ...     opt.step()
    >>> w
    tensor([ 0.5120, -1.0240], requires_grad=True)
    """

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *,
                 maximize=False, foreach=None, differentiable=False, fused=None):
        super().__init__(params, {"lr": lr, "momentum": momentum, "dampening": dampening,
                                  "weight_decay": weight_decay, "nesterov": nesterov, "maximize": maximize,
                                  "differentiable": differentiable})

    def check(self, group):
        self._check_numbers(group, not_negative="lr momentum weight_decay")
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ValueError(f"SGD: nesterov=True needs momentum > 0 and dampening = 0, got "
                             f"momentum={group['momentum']!r}, dampening={group['dampening']!r}")

    def buffers(self, group):
        return ("momentum_buffer",) if group["momentum"] else ()

    def start(self, p, state, group):
        """Nothing: the first velocity is the first gradient."""

    def update(self, p, g, state, group):
        xp, work, momentum = namespace(p), self.scratch(p), group["momentum"]
        if momentum:
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = new_tensor(g.copy(), None)
                v = state["momentum_buffer"].array
            else:
                v = state["momentum_buffer"].array
                xp.multiply(v, momentum, out=v)
                new = xp.multiply(g, 1 - group["dampening"], out=work) if group["dampening"] else g
                xp.add(v, new, out=v)
            g = xp.add(g, xp.multiply(v, momentum, out=work), out=work) if group["nesterov"] else v
        xp.multiply(g, group["lr"], out=work)
        xp.subtract(p, work, out=p)
