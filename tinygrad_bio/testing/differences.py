"""The comparison behind `gradcheck`: slopes from differences of values, beside the gradients of the tape.

The gradient of ``Σ v·f(x)`` is asked for, with random numbers v. Element by element the input is shifted by
±eps; a number is wrong if it differs from the slope by more than atol + rtol·|slope|.

How is a kink told from a curve? To its left and right the slopes differ, however small the step. On a smooth
function they differ as well, by step·f″, but eight times less with a step eight times smaller. At a jump,
finally, the slope itself grows eightfold.
"""
import warnings

import numpy as np

from .. import autograd
from ..autograd import enable_grad, new_tensor, no_grad
from ..backend import asnumpy, float64, to_device

FINE = 1e-6                 # kinks are looked for with a step no larger than this,
SMALLER = 8                 # and with one so many times smaller


class GradcheckError(RuntimeError):
    """A gradient is wrong, or could not be checked."""
    __module__ = "tinygrad_bio.testing"         # where it is to be imported from


class KinkWarning(UserWarning):
    """Some elements lie at a kink, where there is no derivative, and were left out."""
    __module__ = "tinygrad_bio.testing"


class Comparison:
    """One function at one point: its gradients by both ways, and the report of what differs."""

    def __init__(self, caller, func, inputs, *, eps, atol, rtol, nondet_tol, seed, max_elements, names=None):
        self.title, self.func, self.inputs = f"{caller} of {name_of(func)}", func, inputs
        self.eps, self.atol, self.rtol, self.nondet_tol = eps, atol, rtol, nondet_tol
        self.rng, self.max_elements, self.ops = np.random.default_rng(seed), max_elements, []
        self.names = names or [f"input {i}" for i in range(len(inputs))]
        self.checked = [i for i, x in enumerate(inputs) if getattr(x, "requires_grad", False)]
        if not self.checked:
            raise ValueError(f"{self.title}: no input requires grad, so there is nothing to check: pass "
                             f"tg.tensor(..., dtype=tg.float64, requires_grad=True)")
        for i in self.checked:
            if inputs[i].dtype != float64:
                raise ValueError(f"{self.title}: {self.names[i]} is {inputs[i].dtype.name}, but differences "
                                 f"of values only say something in float64: write .double() first")

    def run(self):
        """Compare every gradient; raise at the first input where one is wrong."""
        before = [asnumpy(x.array).copy() if hasattr(x, "array") else None for x in self.inputs]
        with enable_grad():
            outputs = floats(self.func(*self.inputs))
        if not outputs:
            self.fail(" it returns no Tensor of floats")
        self.look_at_value(joined(outputs), before)
        gradients = [random_gradient(self.rng, y) for y in outputs]
        self.weights = joined(gradients)
        analytic = self.analytic(outputs, gradients)
        self.look_for_writes(before, "its backward pass")
        for i, d in zip(self.checked, analytic):
            self.compare(i, d)

    def fail(self, why):
        raise GradcheckError(f"{self.title}:{why}")

    def look_at_value(self, recorded, before):
        """The function must be finite here, leave its inputs alone, and give one answer, recorded or not."""
        self.look_for_writes(before, "the function")
        self.value, again = self.evaluate(), self.evaluate()
        if not np.isfinite(self.value).all():
            self.fail(" the value is not finite at these inputs: choose some inside its domain")
        if again.shape != self.value.shape or (np.abs(again - self.value) > self.nondet_tol).any():
            self.fail(" two evaluations gave different values. Is it random (dropout: call .eval() first), "
                      "or does it keep a state (batch norm)?")
        if (np.abs(recorded - self.value) > self.atol + self.rtol * np.abs(self.value)).any():
            self.fail(" its value is another one when it is recorded. If this is a gradient: does the "
                      "composite of a fused op compute something else?")

    def look_for_writes(self, before, who):
        for name, x, old in zip(self.names, self.inputs, before):
            if old is not None and not np.array_equal(asnumpy(x.array), old, equal_nan=True):
                self.fail(f" {who} wrote into {name}: rules must leave their arguments as they are")

    # -------------------------------------------------------------------------------------- by the tape

    def analytic(self, outputs, gradients):
        """The gradients of the checked inputs as the tape gives them, as NumPy arrays."""
        inputs = [self.inputs[i] for i in self.checked]
        given = [(y, g, new_tensor(to_device(g.copy(), y.device), None))
                 for y, g in zip(outputs, gradients) if y.requires_grad]
        if not given:
            return [np.zeros(x.shape) for x in inputs]
        values, tensors = [y for y, _, _ in given], [t for _, _, t in given]
        self.ops = [node.name for node in autograd.tape(*(y.grad_fn for y in values if y.grad_fn))]
        found = autograd.grad(values, inputs, tensors, materialize_grads=True)
        if not all(np.array_equal(asnumpy(t.array), g) for _, g, t in given):
            self.fail(" a pullback wrote into the gradient that it was given, which others may hold too: "
                      "write g * a, not g *= a")
        return [asnumpy(d.array) for d in found]

    # ------------------------------------------------------------------------------------ by differences

    def evaluate(self):
        """All outputs now, as one long vector."""
        with no_grad():
            return joined(floats(self.func(*self.inputs)))

    def slopes(self, tensor, host, place, step):
        """The slope of Σ weights·outputs at an element; the slopes of all outputs to its left and right."""
        values = []
        for at in (host[place] - step, host[place] + step):
            shifted = host.copy()
            shifted[place] = at
            kept, tensor.array = tensor.array, to_device(shifted, tensor.device)
            try:
                values.append(self.evaluate())
            finally:
                tensor.array = kept
        below, above = values
        slope = self.weights @ (above - below) / (2 * step)
        return slope, (self.value - below) / step, (above - self.value) / step

    def numeric(self, tensor, host, place, analytic):
        """The slope at an element, and whether it lies at a kink or a jump."""
        with np.errstate(all="ignore"):
            slope, left, right = self.slopes(tensor, host, place, self.eps)
            if self.close(analytic, slope) and not self.bend(left, right).any():
                return slope, False
            step = min(self.eps, FINE)
            coarse, left, right = self.slopes(tensor, host, place, step)
            finer, finer_left, finer_right = self.slopes(tensor, host, place, step / SMALLER)
            bend = self.bend(left, right)
            kink = (bend != 0) & (np.abs(bend - SMALLER * (finer_right - finer_left)) > 0.5 * np.abs(bend))
            jump = abs(finer - coarse) > abs(coarse) + self.atol + self.noise().sum()
            return slope, bool(kink.any() or (jump and not self.close(analytic, slope)))

    def bend(self, left, right):
        """By how much the slopes of each output to the left and right differ; 0 if within what is allowed."""
        allowed = self.atol + self.rtol * np.maximum(np.abs(left), np.abs(right)) + self.noise()
        return np.where(np.abs(right - left) > allowed, right - left, 0)

    def noise(self):
        """How far rounding may take a slope off."""
        return 200 * np.finfo(float).eps * np.abs(self.value) / min(self.eps, FINE)

    def close(self, analytic, numeric):
        return abs(analytic - numeric) <= self.atol + self.rtol * abs(numeric)

    # ----------------------------------------------------------------------------------- side by side

    def compare(self, i, analytic):
        """Compare one input's gradient, element by element."""
        tensor, name = self.inputs[i], self.names[i]
        host = np.array(asnumpy(tensor.array))
        places = list(np.ndindex(host.shape))
        if len(places) > self.max_elements:
            sample = self.rng.choice(len(places), self.max_elements, replace=False)
            places = [places[k] for k in sorted(sample)]
        smooth, kinks = [], []
        for place in places:
            slope, at_kink = self.numeric(tensor, host, place, analytic[place])
            (kinks if at_kink else smooth).append((place, analytic[place], slope))
        if kinks and not smooth:
            self.fail(f" all {len(places)} elements of {name} lie at a kink, so nothing was checked: choose "
                      f"other inputs")
        if kinks:
            shown = ", ".join(str(place) for place, _, _ in kinks[:5]) + (" …" if kinks[5:] else "")
            warnings.warn(f"{self.title}: {len(kinks)} of {len(places)} elements of {name} lie at a kink and "
                          f"were left out: {shown}", KinkWarning, stacklevel=5)
        wrong = [row for row in smooth if not self.close(*row[1:])]
        if wrong:
            self.fail(self.report(i, wrong, smooth))

    def report(self, i, wrong, smooth):
        """What is wrong, in numbers, and what it looks like."""
        x = self.inputs[i]
        unnamed = {"alias", "output", name_of(self.func)}
        ops = ", ".join(name for name in dict.fromkeys(self.ops) if name not in unnamed)
        wrong.sort(key=lambda row: -np.nan_to_num(abs(row[1] - row[2]), nan=np.inf))
        lines = ["",
                 f"the gradient of {self.names[i]} ({x.dtype.name}{list(x.shape)}) is wrong at {len(wrong)} "
                 f"of {len(smooth)} elements{f' (ops: {ops})' if ops else ''}; the largest differences are",
                 f"    {'element':<12}{'analytic':>13}{'numeric':>16}{'difference':>16}"]
        for place, a, n in wrong[:10]:
            lines.append(f"    {str(place):<12}{a:>13.6g}{n:>16.6g}{abs(a - n):>16.6g}")
        cause = likely_cause(x.shape, [a for _, a, _ in smooth], [n for _, _, n in smooth])
        return "\n".join(lines + [f"Likely cause: {cause}"] * bool(cause))


def likely_cause(shape, analytic, numeric):
    """What the wrong numbers look like, in words; None if like nothing in particular."""
    a, n = np.array(analytic), np.array(numeric)
    if not np.isfinite(n).all():
        return "the function is not finite on both sides: the point lies at the edge of its domain"
    if not a.any():
        return "all are 0: is a pullback missing, or was the tape left by .detach(), .item() or NumPy?"
    ratio = a[n != 0] / n[n != 0]
    if ratio.size and np.allclose(ratio, ratio[0], rtol=1e-4) and np.allclose(a[n == 0], 0, atol=1e-5):
        return "the sign" if np.isclose(ratio[0], -1) else (
            f"all are {ratio[0]:.4g} times the right ones: a factor forgotten, or a mean in place of a sum?")
    if len(shape) == 2 and shape[0] == shape[1] and a.size == shape[0] ** 2:
        if np.allclose(a.reshape(shape).T, n.reshape(shape), 1e-4, 1e-5):
            return "this is the transpose of the right gradient"
    if np.allclose(np.sort(a), np.sort(n), 1e-4, 1e-5):
        return "the right numbers in the wrong places: is a transpose, a flip or another order forgotten?"
    return None


# ------------------------------------------------------------------------------------------- small things

def listed(x):
    return list(x) if isinstance(x, (tuple, list)) else [x]


def floats(outputs):
    """Those outputs that are Tensors of floats."""
    return [y for y in listed(outputs) if isinstance(y, autograd.Tensor) and y.dtype.kind == "f"]


def joined(arrays):
    """All numbers in one vector."""
    return np.concatenate([asnumpy(getattr(a, "array", a)).reshape(-1).astype(float64) for a in arrays])


def random_gradient(rng, y):
    """Random numbers in the shape of an output, none near 0."""
    return (rng.uniform(0.5, 1.5, y.shape) * rng.choice([-1, 1], y.shape)).astype(y.dtype)


def name_of(func):
    """A function's name for a message."""
    inner = getattr(func, "func", func)                     # functools.partial has no name of its own
    name = getattr(inner, "__name__", None) or type(func).__name__
    return "a lambda" if name == "<lambda>" else name
