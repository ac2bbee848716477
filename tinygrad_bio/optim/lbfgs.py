"""L-BFGS: Newton's method with a curvature that is learnt from the last steps."""
import numpy as np

from ..autograd import enable_grad, mark_written, new_tensor
from ..backend import namespace
from .line_search import Point, strong_wolfe
from .optimizer import Optimizer


class LBFGS(Optimizer):
    """L-BFGS: for small problems whose loss is the same in every evaluation (all data at once, no dropout).

    Newton's step −H⁻¹g needs the inverse of the matrix H of second derivatives. H tells how the gradient
    changes along a step: y = H·s, for a step s and the change y of the gradient over it. The last
    `history_size` pairs (s, y) are all that is kept, and H⁻¹ is the matrix nearest to a multiple of the
    identity that fits them; `direction` multiplies by it.

    One ``step(closure)`` makes up to `max_iter` such steps, and calls the closure for each; the closure must
    clear the gradients, compute the loss, call ``backward`` and return the loss. With
    ``line_search_fn="strong_wolfe"`` the length of each is searched for (recommended), else it is `lr`.

    Liu and Nocedal (1989), doi:10.1007/BF01589116; Nocedal and Wright (2006), Numerical Optimization,
    algorithm 7.4.

    >>> import tinygrad_bio as tg
    >>> w = tg.tensor([-1., 2.], requires_grad=True)
    >>> opt = tg.optim.LBFGS([w], line_search_fn="strong_wolfe", max_iter=50)
    >>> def closure():
    ...     opt.zero_grad()
    ...     loss = (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2     # Rosenbrock's valley, lowest at (1, 1)
    ...     loss.backward()
    ...     return loss
    >>> loss = opt.step(closure); bool(closure() < 1e-6)
    True
    """

    def __init__(self, params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-7, tolerance_change=1e-9,
                 history_size=100, line_search_fn=None):
        if line_search_fn not in (None, "strong_wolfe"):
            raise ValueError(f"LBFGS: line_search_fn must be None or 'strong_wolfe', got {line_search_fn!r}")
        max_eval = max_iter * 5 // 4 if max_eval is None else max_eval
        super().__init__(params, {"lr": lr, "max_iter": max_iter, "max_eval": max_eval,
                                  "tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change,
                                  "history_size": history_size, "line_search_fn": line_search_fn})
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS: parameter groups are not possible, because one direction is taken for "
                             "all parameters")

    def check(self, group):
        self._check_numbers(group, not_negative="lr max_iter max_eval tolerance_grad tolerance_change "
                                                "history_size")

    def step(self, closure):
        """Go on until gradient or change are small, or for `max_iter` steps or `max_eval` evaluations.

        Returns the loss that `closure` gave first.
        """
        self.steps += 1
        with np.errstate(all="ignore"):
            return self._minimise(closure, self.param_groups[0])

    def _minimise(self, closure, group):
        state = self.state[group["params"][0]]          # one state for all parameters: kept with the first
        if not state:
            state.update(func_evals=0, n_iter=0, old_dirs=[], old_stps=[], ro=[], H_diag=1.0)
        first_loss, lr = self._evaluate(closure, state), float(group["lr"])
        x, g, loss = self._flat(), self._flat_gradient(), float(first_loss)
        before = state["func_evals"] - 1
        if self._largest(g) <= group["tolerance_grad"]:
            return first_loss
        for i in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                d = -g
                t = min(1.0, 1.0 / float(abs(g).sum())) * lr
            else:
                self._remember(g, state, group)
                d = self.direction(g, state)
                t = lr
            state["prev_flat_grad"], state["d"] = new_tensor(g, None), new_tensor(d, None)
            state["prev_loss"] = previous = loss
            slope = float(g @ d)
            if slope > -group["tolerance_change"]:
                state["t"] = t
                break
            if group["line_search_fn"]:
                left = group["max_eval"] - (state["func_evals"] - before)
                point, _ = strong_wolfe(lambda t: self._point(closure, state, x, t, d),
                                        Point(0.0, loss, g, slope), t, size=self._largest(d), tries=left)
                t, loss, g = point.t, point.loss, point.gradient
            x = x + t * d
            self._write(x)
            state["t"] = t
            if not group["line_search_fn"] and i < group["max_iter"]:
                loss, g = float(self._evaluate(closure, state)), self._flat_gradient()
            if (state["func_evals"] - before >= group["max_eval"]
                    or self._largest(g) <= group["tolerance_grad"]
                    or self._largest(t * d) <= group["tolerance_change"]
                    or abs(loss - previous) < group["tolerance_change"]):
                break
        return first_loss

    def _remember(self, g, state, group):
        """Add the last step s and the change y of the gradient over it, if the loss is convex along it."""
        y = g - state["prev_flat_grad"].array
        s = state["d"].array * state["t"]
        ys = float(y @ s)
        if ys > 1e-10:
            new = {"old_dirs": new_tensor(y, None), "old_stps": new_tensor(s, None), "ro": 1.0 / ys}
            for name, value in new.items():
                state[name] = [*state[name], value][-group["history_size"]:]
            state["H_diag"] = ys / float(y @ y)

    def direction(self, g, state):
        """−H⁻¹g by the two-loop recursion: undo the pairs, last to first; scale; redo them, first to last."""
        pairs = [(s.array, y.array, ro)
                 for s, y, ro in zip(state["old_stps"], state["old_dirs"], state["ro"])]
        q, shares = -g, []
        for s, y, ro in reversed(pairs):
            shares.append(ro * float(s @ q))
            q = q - shares[-1] * y
        q = q * state["H_diag"]
        for (s, y, ro), share in zip(pairs, reversed(shares)):
            q = q + (share - ro * float(y @ q)) * s
        return q

    # ------------------------------------------------------------- all parameters as one vector, and back

    def _evaluate(self, closure, state):
        state["func_evals"] += 1
        with enable_grad():
            return closure()

    def _point(self, closure, state, x, t, d):
        """The loss and its slope at x + t·d."""
        self._write(x + t * d)
        loss, g = float(self._evaluate(closure, state)), self._flat_gradient()
        return Point(t, loss, g, float(g @ d))

    def _flat(self):
        arrays = [p.array for p in self.param_groups[0]["params"]]
        return namespace(*arrays).concatenate([a.reshape(-1) for a in arrays])

    def _flat_gradient(self):
        params = self.param_groups[0]["params"]
        xp = namespace(params[0].array)
        gradients = [xp.zeros_like(p.array) if p.grad is None else p.grad.array for p in params]
        return xp.concatenate([g.reshape(-1) for g in gradients])

    def _write(self, x):
        start = 0
        for p in self.param_groups[0]["params"]:
            p.array[...] = x[start:start + p.array.size].reshape(p.array.shape)
            mark_written(p.array)
            start += p.array.size

    @staticmethod
    def _largest(x):
        return float(abs(x).max())
