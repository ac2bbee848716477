"""Nothing public is forgotten: every function and method is compared, or a reason is given here."""
import inspect

import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from . import cases, cases_more, cases_places, test_inplace
from .both import LIBRARIES, dtype_of
from .test_functions import CALLS

NUMPY = "NumPy's name, which PyTorch does not have"
OURS = "ours, which operators and protocols use"
ELSEWHERE = {
    "expand_dims": NUMPY, "take_along_axis": NUMPY, "getitem": OURS, "setitem": OURS,
    "empty": "holds anything in PyTorch", "empty_like": "holds anything in PyTorch",
    "from_numpy": "test_autograd.py", "rand": "here", "randn": "here", "randint": "here", "randperm": "here",
    "normal": "here", "bernoulli": "here", "multinomial": "here",
    "rand_like": "here", "randn_like": "here", "randint_like": "here",
    **dict.fromkeys(("promote_types", "result_type", "can_cast", "poisson", "binomial"), "test_more_names.py"),
}
OF_TENSOR = {           # what only a Tensor has, compared in test_autograd.py, test_dtypes.py and test_more_names.py
    "H", "data_ptr", "is_cpu", "is_sparse", "mH", "retains_grad", "to_sparse",
    "T", "mT", "array", "backward", "data", "detach", "device", "dtype", "element_size", "grad", "grad_fn",
    "is_cuda", "is_leaf", "itemsize", "nbytes", "ndim", "new_empty",
    "numpy", "register_hook", "requires_grad", "retain_grad", "shape", "type", "cuda", "bernoulli",
    "multinomial",
}


def compared():
    names = {name for name, _, _ in [*CALLS, *cases_places.METHODS, *cases_more.METHODS]} | {"eigh", "svd"}
    names.update(cases.UNARY, cases.BINARY, cases.BITWISE, cases.REDUCTIONS, cases.ALONG)
    return {n.removeprefix("linalg.").removeprefix("special.") for n in names}


def test_every_function_is_compared():
    rooms = (tg.functions, tg.create)
    public = {name for room in rooms for name in room.__all__}
    assert public - compared() == set(ELSEWHERE), "compare the new function in cases.py, or say here why not"


def test_every_function_of_linalg_and_special_is_compared():
    for room in (tg.linalg, tg.special):
        public = {n for n, f in inspect.getmembers(room, callable) if not n.startswith("_")}
        assert not public - compared() - {"gammaln", "psi"}, room.__name__
        theirs = {"linalg": torch.linalg, "special": torch.special}[room.__name__.split(".")[-1]]
        assert all(hasattr(theirs, n) for n in public)


def test_every_method_is_compared():
    public = {n for n in dir(tg.Tensor) if not n.startswith("_") and not n.endswith("_")}
    assert public - compared() - OF_TENSOR <= set(ELSEWHERE)
    assert test_inplace.test_every_in_place_method_is_compared() is None


def test_names_that_are_not_pytorchs():
    """Whoever reads PyTorch's pages finds every name there but these."""
    functions = {n for n in tg.functions.__all__ + tg.create.__all__ if not hasattr(torch, n)
                 and not hasattr(torch.Tensor, n)}
    assert functions == {"getitem", "setitem", "expand_dims", "take_along_axis", "one_hot"}
    methods = {n for n in dir(tg.Tensor) if not n.startswith("_") and not hasattr(torch.Tensor, n)}
    assert methods == {"array", "expand_dims"}


# ------------------------------------------------------------------------------------------------- random

@pytest.mark.parametrize("call", [
    lambda L: L.rand(2, 3), lambda L: L.rand((2, 3)), lambda L: L.rand([2]), lambda L: L.rand(size=(2,)),
    lambda L: L.rand(2, dtype=L.float64), lambda L: L.rand(()),
    lambda L: L.randn(2, 3), lambda L: L.randn(2, requires_grad=True), lambda L: L.randn(0, 2),
    lambda L: L.randint(5, (2, 3)), lambda L: L.randint(2, 5, (2,)),
    lambda L: L.randint(high=3, size=(2,)), lambda L: L.randint(low=1, high=3, size=[2]),
    lambda L: L.randint(0, 2, (3,), dtype=L.float32), lambda L: L.randperm(5),
    lambda L: L.normal(0.0, 1.0, (2, 3)), lambda L: L.normal(0.0, 1.0, size=(2,)),
    lambda L: L.normal(L.zeros(3), L.ones(3)), lambda L: L.normal(L.zeros(3), 2.0),
    lambda L: L.normal(1.0, L.ones(2, 2)), lambda L: L.normal(L.zeros(3)),
    lambda L: L.normal(mean=L.zeros(3), std=L.ones(3)), lambda L: L.bernoulli(L.full((2, 2), 0.5)),
    lambda L: L.bernoulli(L.full((2,), 0.5, dtype=L.float64)), lambda L: L.multinomial(L.ones(4), 2),
    lambda L: L.multinomial(L.ones(3, 4), 2), lambda L: L.multinomial(L.ones(4), 6, True),
    lambda L: L.multinomial(L.ones(4), num_samples=6, replacement=True), lambda L: L.rand_like(L.ones(2, 3)),
    lambda L: L.randn_like(L.ones(2), dtype=L.float64),
    lambda L: L.rand_like(L.ones(2), requires_grad=True), lambda L: L.ones(2, 4).multinomial(1),
    lambda L: L.full((3,), 0.5).bernoulli(), lambda L: L.empty(2, 3), lambda L: L.empty((2,), dtype=L.int64),
    lambda L: L.empty_like(L.ones(2)), lambda L: L.empty_like(L.ones(2), dtype=L.int32),
    lambda L: L.ones(2).new_empty(3), lambda L: L.rand(2, generator=L.Generator().manual_seed(1)),
    lambda L: L.randperm(4, generator=L.Generator()), lambda L: L.randint_like(L.ones(3, dtype=L.int64), 5),
], ids=range(41))
def test_random_tensors_have_pytorchs_shape_and_dtype(call):
    ours, theirs = (call(L) for L in LIBRARIES)
    seen = [(tuple(t.shape), dtype_of(t), t.requires_grad) for t in (ours, theirs)]
    assert seen[0] == seen[1]


@pytest.mark.parametrize("draw", [
    lambda L: L.rand(20000), lambda L: L.randn(20000), lambda L: L.randint(-3, 7, (20000,)).float(),
    lambda L: L.normal(2.0, 3.0, (20000,)),
    lambda L: L.bernoulli(L.full((20000,), 0.3)),
    lambda L: L.multinomial(L.tensor([1.0, 2.0, 7.0]), 20000, replacement=True).float(),
    lambda L: L.randperm(20000).float()], ids=range(7))
def test_random_numbers_have_pytorchs_distribution(draw):
    found = []
    for L in LIBRARIES:
        L.manual_seed(3)
        first = draw(L)
        L.manual_seed(3)
        assert first.tolist() == draw(L).tolist()                   # the seed decides
        found.append(np.asarray(first.tolist()))
    ours, theirs = found
    scale = theirs.std()
    assert abs(ours.mean() - theirs.mean()) < 0.04 * scale and abs(ours.std() - scale) < 0.03 * scale
    both = np.sort(np.unique(np.concatenate([ours[:200], theirs[:200]])))
    below = [(a[:, None] <= both).mean(axis=0) for a in (ours, theirs)]     # two distribution functions
    assert np.abs(below[0] - below[1]).max() < 0.02


def test_multinomial_without_replacement_draws_no_class_twice():
    for L in LIBRARIES:
        rows = L.multinomial(L.rand(50, 6), 6)
        assert all(sorted(row) == list(range(6)) for row in rows.tolist())
