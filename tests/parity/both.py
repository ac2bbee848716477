"""One call, two libraries: the same arguments go to both, and all that comes back is compared.

NumPy arrays in the arguments become tensors of each library; float64 arrays become leaves that require grad.
Compared are the values, dtypes and shapes, the gradients for a random cotangent (once computed on plain
arrays and once recorded, which is another path through the engine), and the second derivative ∂⟨∂⟨y, v⟩/∂x,
w⟩/∂x in random directions.
"""
import functools
import warnings

import numpy as np
import torch

import tinygrad_bio as tg

RTOL, ATOL = 1e-8, 1e-10
LIBRARIES = (tg, torch)


class Dtype(str):
    """A dtype by name, that becomes tg.float32 in one library and torch.float32 in the other."""


def array(*shape, seed=0, kind="normal"):
    """A float64 array of seeded random numbers of some kind; "spd" is symmetric and positive definite."""
    rng = np.random.default_rng([seed, len(shape), *shape])
    if kind == "normal":
        return rng.normal(size=shape)
    if kind == "positive":
        return rng.uniform(0.2, 2.5, shape)
    if kind == "unit":
        return rng.uniform(-0.9, 0.9, shape)
    if kind == "probability":
        return rng.uniform(0.05, 0.95, shape)
    if kind == "above1":
        return rng.uniform(1.1, 3, shape)
    if kind == "ties":
        return rng.integers(-1, 2, shape).astype("float64")
    if kind == "spd":                                               # symmetric, positive definite
        a = rng.normal(size=shape)
        return a @ a.swapaxes(-1, -2) + shape[-1] * np.eye(shape[-1])
    raise ValueError(kind)


def ints(*shape, low=0, high=3, seed=0, dtype="int64"):
    rng = np.random.default_rng([seed, low + 100, high + 100, *shape])
    return rng.integers(low, high, shape).astype(dtype)


def bools(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).random(shape) < 0.5


def told(library, value, leaves):
    """An argument in one library's words; new leaves are appended to `leaves`."""
    if isinstance(value, np.ndarray):
        made = library.tensor(value, requires_grad=value.dtype == "float64")
        if made.requires_grad:
            leaves.append(made)
        return made
    if isinstance(value, Dtype):
        return getattr(library, value)
    if isinstance(value, (list, tuple)):
        return type(value)(told(library, v, leaves) for v in value)
    if isinstance(value, dict):
        return {k: told(library, v, leaves) for k, v in value.items()}
    return value


def numpy_of(x):
    if isinstance(x, torch.Tensor):
        return x.detach().numpy(force=True)
    return x.detach().numpy() if isinstance(x, tg.Tensor) else np.asarray(x)


def dtype_of(x):
    return str(x.dtype).replace("torch.", "")


FIELDS = ("values", "indices", "min", "max", "sign", "logabsdet", "Q", "R", "eigenvalues", "eigenvectors",
          "U", "S", "Vh", "V", "hist", "bin_edges", "solution", "residuals", "rank", "singular_values", "cloned_coefficient")


def assert_same(ours, theirs, what, rtol=RTOL):
    """Raise unless structure, dtype, shape and numbers agree."""
    if isinstance(theirs, (tuple, list)) and not isinstance(theirs, torch.Size):
        assert isinstance(ours, (tuple, list)), f"{what}: {type(ours)} instead of {len(theirs)} results"
        assert len(ours) == len(theirs), f"{what}: {len(ours)} results instead of {len(theirs)}"
        for name in FIELDS:
            if hasattr(theirs, name):
                assert hasattr(ours, name), f"{what}: the result has no field {name!r}"
                assert_same(getattr(ours, name), getattr(theirs, name), f"{what}.{name}")
        for i, (a, b) in enumerate(zip(ours, theirs)):
            assert_same(a, b, f"{what}[{i}]")
    elif isinstance(theirs, torch.Tensor):
        assert isinstance(ours, tg.Tensor), f"{what}: {type(ours).__name__} instead of a Tensor"
        dtypes, shapes = (dtype_of(ours), dtype_of(theirs)), (tuple(ours.shape), tuple(theirs.shape))
        assert dtypes[0] == dtypes[1], f"{what}: dtype {dtypes[0]} instead of {dtypes[1]}"
        assert shapes[0] == shapes[1], f"{what}: shape {shapes[0]} instead of {shapes[1]}"
        rtol = 1e-5 if dtype_of(theirs) == "float32" else rtol
        np.testing.assert_allclose(numpy_of(ours), numpy_of(theirs), rtol, rtol / 100, err_msg=what)
    else:
        kind = tg.Size if isinstance(theirs, torch.Size) else type(theirs)
        assert type(ours) is kind, f"{what}: {type(ours)} instead of {kind}"
        assert ours == theirs or ours != ours and theirs != theirs, f"{what}: {ours} instead of {theirs}"


def differentiable(result):
    """The outputs that require grad, in order."""
    if isinstance(result, (tuple, list)):
        return [t for r in result for t in differentiable(r)]
    return [result] if isinstance(result, LIBRARIES_TENSORS) and result.requires_grad else []


LIBRARIES_TENSORS = (torch.Tensor, tg.Tensor)


def random_like(library, tensors, seed):
    rng = np.random.default_rng(seed)
    return [library.tensor(np.asarray(rng.normal(size=tuple(t.shape)))).to(t.dtype) for t in tensors]


THEIR_NAME = {"one_hot": "nn.functional.one_hot"}              # where PyTorch keeps it elsewhere


def function(name):
    """Call by name, such as "linalg.inv"."""
    def call(library, *args, **keywords):
        name_there = THEIR_NAME.get(name, name) if library is torch else name
        return functools.reduce(getattr, name_there.split("."), library)(*args, **keywords)
    return call


def method(name):
    """Call the method of the first argument."""
    def call(library, first, *args, **keywords):
        return getattr(first, name)(*args, **keywords)
    return call


def derivatives(library, call, args, keywords, order):
    """Gradients and second derivatives of all leaves (or zeros), and how many outputs require grad."""
    leaves = []
    result = call(library, *told(library, args, leaves), **told(library, keywords, leaves))
    outputs = differentiable(result)
    if not outputs or not order:
        return [], [], len(outputs)
    cotangents = random_like(library, outputs, seed=1)
    library.autograd.backward(outputs, cotangents, retain_graph=True)
    plain = [library.zeros_like(t) if t.grad is None else t.grad for t in leaves]
    found = library.autograd.grad(outputs, leaves, cotangents, create_graph=True, allow_unused=True)
    gradients = [library.zeros_like(t) if g is None else g for g, t in zip(found, leaves)]
    if library is tg:
        for p, g in zip(plain, gradients):
            what = "backward() and create_graph=True differ"
            np.testing.assert_allclose(numpy_of(p), numpy_of(g), RTOL, ATOL, err_msg=what)
    if order < 2:
        return plain, [], len(outputs)
    recorded = [g for g in gradients if g.requires_grad]
    directions = [d for g, d in zip(gradients, random_like(library, gradients, seed=2)) if g.requires_grad]
    if not recorded:
        return gradients, [library.zeros_like(t) for t in leaves], len(outputs)
    total = sum((g * d).sum() for g, d in zip(recorded, directions))
    second = library.autograd.grad(total, leaves, allow_unused=True)
    second = [library.zeros_like(t) if s is None else s for s, t in zip(second, leaves)]
    return gradients, second, len(outputs)


def compare(call, *args, order=2, **keywords):
    """Compare one call in both libraries: ``call(library, *args, **keywords)``. Returns PyTorch's result.

    order: 0 for values only, 1 for gradients too, 2 for second derivatives too. NumPy must not warn.
    """
    narrow = any(type(v) is Dtype and v == "float32" for v in keywords.values())
    rtol = 1e-5 if narrow else RTOL                 # computed in float32: so precise are its gradients
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        warnings.filterwarnings("ignore", r"\w+\(\): degrees of freedom|The reduce argument")   # PyTorch's
        ours, result = (call(lib, *told(lib, args, []), **told(lib, keywords, [])) for lib in LIBRARIES)
        assert_same(ours, result, "value")
        (g, s, n), (g_, s_, n_) = (derivatives(lib, call, args, keywords, order) for lib in LIBRARIES)
    assert n == n_, f"{n} outputs require grad instead of {n_}"
    for what, ours, theirs in (("gradient", g, g_), ("second derivative", s, s_)):
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            assert_same(a.detach(), b.detach(), f"{what} of tensor {i}", rtol)
    return result
