"""Optimizer: what all optimisers share. A subclass says only how one parameter is updated.

An optimiser works on plain arrays and in place. It reads gradients, never writes into them, and notes every
parameter that it writes (``mark_written``), so that a graph recorded before the step cannot silently be
walked after it.
"""
import collections

import numpy as np

from .. import autograd
from ..autograd import ShapeError, enable_grad, mark_written, new_tensor
from ..backend import DeviceMismatchError, device_of, namespace, to_device


class Optimizer:
    """Base class of all optimisers.

    Parameters
    ----------
    params : Tensors; or dictionaries ``{"params": Tensors, "lr": 0.1}``, one for each *parameter group* with
        its own settings; or ``(name, Tensor)`` pairs, as from ``model.named_parameters()``
    defaults : dict of the settings for all groups that do not give their own

    Attributes
    ----------
    param_groups : list of dict; change ``group["lr"]`` at any time
    state : dict, for each parameter a dict with what is remembered of it from step to step

    A new optimiser takes its own `update`. (Or its own `step`, as in PyTorch: ``p.data.add_(p.grad,
    alpha=-lr)``.)

    >>> import tinygrad_bio as tg
    >>> class SignDescent(Optimizer):
    ...     '''p ← p − lr·sign(g)'''
    ...     def __init__(self, params, lr=0.1):
    ...         super().__init__(params, {"lr": lr})
    ...     def update(self, p, g, state, group):
    ...         p -= group["lr"] * np.sign(g)
    >>> w = tg.tensor([1., -2.], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> SignDescent([w]).step(); w
    tensor([ 0.9000, -1.9000], requires_grad=True)

    PyTorch's switches ``foreach``, ``fused`` and ``capturable`` choose among implementations. There is one
    here, so they are accepted and have no effect.
    """

    def __init__(self, params, defaults):
        self.defaults = dict(defaults)
        self.state = collections.defaultdict(dict)
        self.param_groups = []
        self.steps = 0                              # how many have been made: the schedulers look
        self.scratch = Scratch()
        if isinstance(params, (autograd.Tensor, str, dict)):
            raise TypeError(f"{self.name}: params must be a list of Tensors or of dictionaries (parameter "
                            f"groups), but it is one {type(params).__name__}: write model.parameters(), or "
                            f"put it into a list: [w]")
        params = list(params)
        if not params:
            raise ValueError(f"{self.name}: the list of parameters is empty. (A generator such as "
                             f"model.parameters() can be gone through only once.)")
        for group in params if isinstance(params[0], dict) else [{"params": params}]:
            self.add_param_group(group)

    @property
    def name(self):
        """The optimiser's name, for messages."""
        return type(self).__name__

    # ------------------------------------------------------------------------------------- parameter groups

    def add_param_group(self, param_group):
        """Add parameters and settings: ``opt.add_param_group({"params": new.parameters(), "lr": 0.1})``."""
        where = f"{self.name}: parameter group {len(self.param_groups)}"
        if not isinstance(param_group, dict) or "params" not in param_group:
            raise TypeError(f"{where} must be a dictionary with the key 'params', got {_short(param_group)}")
        group = {"params": _listed(param_group["params"], where)}
        if group["params"] and isinstance(group["params"][0], tuple):
            group["param_names"] = [name for name, _ in group["params"]]
            group["params"] = [p for _, p in group["params"]]
        known = {id(p) for g in self.param_groups for p in g["params"]}
        for i, p in enumerate(group["params"]):
            if not isinstance(p, autograd.Tensor):
                raise TypeError(f"{where}: parameter {i} must be a Tensor, got {_short(p)}")
            if p.grad_fn is not None:
                raise ValueError(f"{where}: parameter {i} was computed (by op {p.grad_fn.name!r}), and only "
                                 f"leaves can be optimised: make it with requires_grad=True, or write "
                                 f".detach().requires_grad_()")
            if id(p) in known:
                raise ValueError(f"{where}: parameter {i} (shape {tuple(p.shape)}) is there twice, so it "
                                 f"would be updated twice in each step: leave one out (tied weights: use "
                                 f"model.parameters(), which lists each once)")
            known.add(id(p))
        for name, value in {**self.defaults, **param_group}.items():
            if name != "params":
                group[name] = value.item() if isinstance(value, (autograd.Tensor, np.generic)) else value
        self.check(group)
        self.param_groups.append(group)

    def check(self, group):
        """Raise if a setting of a group makes no sense. Subclasses say what theirs must be."""

    def _check_numbers(self, group, not_negative="", fractions=""):
        """Raise unless some settings are numbers ≥ 0, and others numbers (or pairs) in 0 ≤ x < 1."""
        for name in (not_negative + " " + fractions).split():
            values = group[name] if isinstance(group[name], (tuple, list)) else [group[name]]
            for x in values:
                if isinstance(x, str) or not hasattr(x, "__float__"):
                    raise TypeError(f"{self.name}: {name} must be a number, got {group[name]!r}")
                if not x >= 0 or (name in fractions.split() and not x < 1):
                    expected = "in 0 ≤ x < 1" if name in fractions.split() else "≥ 0"
                    raise ValueError(f"{self.name}: {name} must be {expected}, got {group[name]!r}")
        if group.get("differentiable"):
            raise NotImplementedError(f"{self.name}: differentiable=True is not offered: steps are written "
                                      f"in place. To differentiate through an update, write it with Tensors: "
                                      f"w2 = w - lr * g, g from autograd.grad(..., create_graph=True)")

    # --------------------------------------------------------------------------------------------- the step

    def zero_grad(self, set_to_none=True):
        """Forget the gradients, before the next ``backward``. With `set_to_none=False` they become zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad = None if set_to_none else new_tensor(namespace(p.array).zeros_like(p.array), None)

    def step(self, closure=None):
        """Update all parameters that have a gradient.

        `closure`, if given, computes the loss and its gradients anew; its loss is returned.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        self.steps += 1
        with np.errstate(all="ignore"):             # a gradient may be infinite: that is seen in the loss
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    state = self.state[p]
                    try:
                        g = self.gradient(p, group)
                        if not state:
                            self.start(p.array, state, group)
                        self.update(p.array, g, state, group)
                    except (TypeError, ValueError) as error:
                        raise self._explained(error, p, state) from error
                    mark_written(p.array)
        return loss

    def start(self, p, state, group):
        """Prepare what is remembered of a parameter, before its first update."""
        buffers = self.buffers(group)
        if buffers:
            state["step"] = 0
        for name in buffers:
            state[name] = new_tensor(namespace(p).zeros_like(p), None)

    def buffers(self, group):
        """The names of those arrays in `state` that have the parameter's shape."""
        return ()

    def update(self, p, g, state, group):
        """Write new values into the array `p`, given the array `g`, which must not be written to."""
        raise NotImplementedError(f"{self.name}: write a method update(self, p, g, state, group), or "
                                  f"step(self, closure=None)")

    def gradient(self, p, group):
        """The array to descend along.

        It is the gradient, negated if ``group["maximize"]``, plus weight_decay·p: the derivative of
        ½·weight_decay·|p|². *Decoupled* weight decay instead shrinks the parameter itself, here and now: p ←
        p·(1 − lr·weight_decay).
        """
        p, g = p.array, p.grad.array
        if g.shape != p.shape:
            raise ShapeError(f"its gradient has shape {tuple(g.shape)}")
        if type(g) is not type(p):
            raise DeviceMismatchError(f"its gradient is on {str(device_of(g))!r}")
        decay, maximize = group.get("weight_decay", 0), group.get("maximize", False)
        if decay and group.get("decoupled_weight_decay"):
            namespace(p).multiply(p, 1 - group["lr"] * decay, out=p)
            decay = 0
        if decay or maximize:
            xp, out = namespace(p), self.scratch(p, "gradient")
            if decay:
                xp.multiply(p, decay, out=out)
                g = (xp.subtract if maximize else xp.add)(out, g, out=out)
            else:
                g = xp.negative(g, out=out)
        return g

    def _explained(self, error, p, state):
        """An error of `update`, with the parameter it happened to."""
        which = next(f"parameter {i} of group {k}" for k, group in enumerate(self.param_groups)
                     for i, q in enumerate(group["params"]) if q is p)
        where = f"{self.name}.step: {which}, {p.dtype.name}{list(p.shape)} on {str(p.device)!r}"
        places = {str(t.device) for t in state.values() if isinstance(t, autograd.Tensor)} - {str(p.device)}
        if places:
            return DeviceMismatchError(f"{where}: its state is on {places.pop()!r}. Move the model "
                                       f"before the first step, or make the optimiser anew")
        kinds = (ShapeError, DeviceMismatchError, TypeError, ValueError)
        return next(kind for kind in kinds if isinstance(error, kind))(f"{where}: {error}")

    # ------------------------------------------------------------------------------------ saving and loading

    def state_dict(self):
        """Settings and state in dictionaries, in PyTorch's form: parameters go by their number.

        The arrays in it are the live ones: save it at once (``tg.save``), or take ``copy.deepcopy``.
        """
        numbers, groups = {}, []
        for group in self.param_groups:
            for p in group["params"]:
                numbers[id(p)] = len(numbers)
            groups.append({**group, "params": [numbers[id(p)] for p in group["params"]]})
        state = {numbers[id(p)]: dict(remembered) for p, remembered in self.state.items() if remembered}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Take over settings and state that `state_dict` gave. Arrays are copied."""
        if not isinstance(state_dict, dict) or not {"state", "param_groups"} <= state_dict.keys():
            raise ValueError(f"{self.name}.load_state_dict: expected a dictionary with 'state' and "
                             f"'param_groups', as from optimizer.state_dict(), got {_short(state_dict)}")
        theirs = [len(group["params"]) for group in state_dict["param_groups"]]
        ours = [len(group["params"]) for group in self.param_groups]
        if theirs != ours:
            raise ValueError(f"{self.name}.load_state_dict: this optimiser has groups of {ours} parameters, "
                             f"what is loaded has {theirs}: make the optimiser with the same model and "
                             f"groups as the one that was saved")
        groups = [{**mine, **loaded, "params": mine["params"]}
                  for mine, loaded in zip(self.param_groups, state_dict["param_groups"])]
        place = {number: (p, group) for group, loaded in zip(groups, state_dict["param_groups"])
                 for number, p in zip(loaded["params"], group["params"])}
        state = collections.defaultdict(dict)
        for number, remembered in state_dict["state"].items():
            if number not in place:
                raise ValueError(f"{self.name}.load_state_dict: there is a state for parameter {number!r}, "
                                 f"but no group lists it")
            p, group = place[number]
            buffers = self.buffers(group)
            state[p] = {name: _taken_over(value, p, name, name in buffers)
                        for name, value in remembered.items()}
            for name in buffers:
                shape = getattr(state[p].get(name), "shape", None)
                if shape != p.shape:
                    found = "is missing" if shape is None else f"has shape {tuple(shape)}"
                    raise ValueError(f"{self.name}.load_state_dict: parameter {number} has shape "
                                     f"{tuple(p.shape)}, but {name!r} {found}")
        self.param_groups, self.state = groups, state

    def __repr__(self):
        lines = [f"{self.name} ("]
        for i, group in enumerate(self.param_groups):
            lines += [f"Parameter Group {i}"] + [f"    {k}: "
                                                 f"{group[k]}" for k in sorted(group) if k != "params"]
        return "\n".join(lines + [")"])


class Scratch:
    """Arrays to compute in, kept from step to step: views of buffers as large as the largest parameter.

    >>> scratch = Scratch()
    >>> scratch(np.ones((2, 3))).shape, scratch(np.ones(6)).base is scratch(np.ones((2, 3))).base
    ((2, 3), True)
    """

    def __init__(self):
        self.buffers, self.views = {}, {}

    def __call__(self, like, slot="update"):
        """An array of the shape and dtype of another one, full of old numbers; one for each slot."""
        key = slot, like.dtype, type(like), like.shape
        view = self.views.get(key)
        if view is None:
            buffer = self.buffers.get(key[:3])
            if buffer is None or buffer.size < like.size:
                self.views = {k: v for k, v in self.views.items() if k[:3] != key[:3]}
                buffer = self.buffers[key[:3]] = namespace(like).empty(like.size, dtype=like.dtype)
            view = self.views[key] = buffer[:like.size].reshape(like.shape)
        return view


def track(mean, value, beta, work):
    """mean ← β·mean + (1 − β)·value, in place: an average that forgets. `work` may be `value` itself."""
    xp = namespace(mean)
    xp.multiply(value, 1 - beta, out=work)
    xp.multiply(mean, beta, out=mean)
    xp.add(mean, work, out=mean)


def _taken_over(value, p, name, is_buffer):
    """A value of a loaded state: a copy of an array where its parameter is, a number for a counter."""
    if isinstance(value, (list, tuple)):
        return type(value)(_taken_over(v, p, name, False) for v in value)
    if not isinstance(value, (np.ndarray, autograd.Tensor)):
        return value
    array = value.array if isinstance(value, autograd.Tensor) else value
    if array.ndim == 0 and not is_buffer:               # PyTorch keeps counters in 0-d tensors
        return int(array.item()) if name == "step" else array.item()
    array = to_device(array, p.device)
    return new_tensor(array.astype(p.dtype if array.dtype.kind == "f" else array.dtype, copy=True), None)


def _listed(params, where):
    if isinstance(params, autograd.Tensor):
        return [params]
    if isinstance(params, (set, frozenset)):
        raise TypeError(f"{where}: params must have an order, or state could not be loaded again: use a "
                        f"list, not a set")
    return list(params)


def _short(x):
    return f"{type(x).__name__} {repr(x)[:60]}"
