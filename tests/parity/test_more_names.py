"""What fits into no table: dtypes, sizes, Jacobians, sparse products, old names, threads, hooks, and all their errors."""
import itertools
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from . import cases_more
from .both import LIBRARIES, array as A, assert_same, bools, compare, dtype_of, function, told

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]


def both(call):
    return [call(L) for L in LIBRARIES]


def raised(call):
    """The exceptions of both libraries, ours of PyTorch's kind."""
    found = []
    for L in LIBRARIES:
        with pytest.raises(Exception) as caught:
            call(L)
        found.append(caught.value)
    ours, theirs = found
    kinds = {NotImplementedError: RuntimeError}                 # which PyTorch raises for dtypes
    kind = kinds.get(type(theirs), type(theirs))
    assert isinstance(ours, kind), f"{ours!r} is no {kind}: {theirs!r}"
    return str(ours)


# ------------------------------------------------------------------------------------------------------ dtypes

@pytest.mark.parametrize("a, b", itertools.product(DTYPES, DTYPES))
def test_promotion(a, b):
    ours, theirs = both(lambda L: (L.promote_types(getattr(L, a), getattr(L, b)), L.can_cast(getattr(L, a), getattr(L, b)),
                                   L.result_type(L.ones(2, dtype=getattr(L, a)), L.ones(2, dtype=getattr(L, b))),
                                   L.result_type(L.ones(2, dtype=getattr(L, a)), L.ones((), dtype=getattr(L, b)))))
    assert [str(v) for v in ours] == [str(v).replace("torch.", "") for v in theirs]
    assert ours[2] == (tg.ones(2, dtype=a) * tg.ones(2, dtype=b)).dtype or a == b == "bool"       # it tells the truth


@pytest.mark.parametrize("a, number", itertools.product(DTYPES, [True, 3, -1, 300, 2.5]))
def test_result_type_with_a_number(a, number):
    for L in LIBRARIES:
        x = L.ones(2, dtype=getattr(L, a))
        assert str(L.result_type(x, number)) == str(L.result_type(number, x))
    ours, theirs = both(lambda L: L.result_type(L.ones(2, dtype=getattr(L, a)), number))
    assert str(ours) == str(theirs).replace("torch.", "")
    assert str(tg.result_type(number, 2)) == str(torch.result_type(number, 2)).replace("torch.", "")


# ------------------------------------------------------------------------------------------------------- sizes

def test_size():
    for L in LIBRARIES:
        x = L.zeros(5, 2, 3)
        assert isinstance(x.shape, L.Size) and isinstance(x.size(), tuple)
        assert x.shape.numel() == 30 and x.shape[1:].numel() == 6 and x.size().numel() == 30 and x[0].shape.numel() == 6
        assert x.shape == (5, 2, 3) and x.shape[0] == 5 and x.shape[-1] == 3 and hash(x.shape) == hash((5, 2, 3))
        assert L.zeros(()).shape.numel() == 1 and L.zeros(0, 3).shape.numel() == 0
        a, *rest = x.shape
        assert (a, rest) == (5, [2, 3]) and x.shape[:-1] + (7,) == (5, 2, 7) and len(x.shape) == 3
        assert L.zeros(x.shape).shape == L.ones(x.size()).shape == x.view(x.shape).shape and L.Size([2, 3]).numel() == 6
        assert type(x.shape[1:]) is L.Size and type(x.shape[0]) is int
    assert repr(tg.zeros(2, 3).shape) == "(2, 3)"


def test_a_size_is_saved_as_a_tuple(tmp_path):
    tg.save({"shape": tg.zeros(2, 3).shape, "w": tg.ones(2)}, tmp_path / "f")
    assert tg.load(tmp_path / "f")["shape"] == (2, 3)


# ---------------------------------------------------------------------------------------------------- Jacobians

def cube(x):
    return (x ** 3).sum(-1)


FUNCTIONS = [
    ("of one input", lambda L: lambda x: L.sin(x) * x.sum(), [A(2, 3)]),
    ("of one number", lambda L: lambda x: x.exp(), [A()]),
    ("of two inputs", lambda L: lambda x, y: L.tanh(x @ y), [A(2, 3), A(3, 2)]),
    ("with two outputs", lambda L: lambda x, y: (x * y.sum(), y ** 2), [A(2), A(3)]),
    ("linear", lambda L: lambda x: 3 * x, [A(3)]),
    ("constant", lambda L: lambda x: L.ones(2, dtype=L.float64), [A(3)]),
    ("that does not use an input", lambda L: lambda x, y: x ** 2, [A(2), A(3)]),
]


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("what, function, inputs", FUNCTIONS, ids=[f[0] for f in FUNCTIONS])
def test_jacobian(what, function, inputs, create_graph):
    def call(L, *xs):
        return L.autograd.functional.jacobian(function(L), xs if len(xs) > 1 else xs[0], create_graph=create_graph)
    compare(call, *inputs, order=1 if create_graph else 0)


NUMBERS = [
    ("of one input", lambda L: lambda x: L.sin(x).prod(), [A(2, 3)]),
    ("of two inputs", lambda L: lambda x, y: (L.tanh(x @ y) ** 2).sum(), [A(2, 3), A(3)]),
    ("linear", lambda L: lambda x: x.sum(), [A(3)]),
    ("of one element", lambda L: lambda x: (x ** 3).reshape(1, 1), [A(1)]),
    ("that does not use an input", lambda L: lambda x, y: (x ** 2).sum(), [A(2), A(3)]),
]


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("what, function, inputs", NUMBERS, ids=[f[0] for f in NUMBERS])
def test_hessian_and_products(what, function, inputs, create_graph):
    def hessian(L, *xs):
        return L.autograd.functional.hessian(function(L), xs if len(xs) > 1 else xs[0], create_graph=create_graph)

    def product(name):
        def call(L, *xs):
            xs, v = xs[:len(inputs)], xs[len(inputs):]
            xs, v = (xs, v) if len(xs) > 1 else (xs[0], v[0])
            return getattr(L.autograd.functional, name)(function(L), xs, v, create_graph=create_graph)
        return call

    order = 1 if create_graph and what != "linear" else 0
    compare(hessian, *inputs, order=order)
    for name in ("vhp", "hvp"):
        compare(product(name), *inputs, *(A(*np.shape(x), seed=5) for x in inputs), order=order)


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("what, function, inputs", FUNCTIONS, ids=[f[0] for f in FUNCTIONS])
def test_products_with_the_jacobian(what, function, inputs, create_graph):
    made = function(torch)(*(torch.tensor(x) for x in inputs))
    shapes = {"vjp": [tuple(y.shape) for y in (made if isinstance(made, tuple) else (made,))], "jvp": [np.shape(x) for x in inputs]}
    for name, of in shapes.items():
        def call(L, *xs, name=name):
            xs, v = xs[:len(inputs)], xs[len(inputs):]
            return getattr(L.autograd.functional, name)(function(L), xs if len(xs) > 1 else xs[0], v if len(v) > 1 else v[0],
                                                        create_graph=create_graph)
        compare(call, *inputs, *(A(*s, seed=5) for s in of), order=0 if what == "constant" else 1 if create_graph else 0)


def test_v_may_be_left_out_for_one_number():
    for name in ("vjp", "jvp", "vhp", "hvp"):
        compare(lambda L, x: getattr(L.autograd.functional, name)(lambda x: x ** 3, x), A(), order=0)


def test_the_import_of_pytorch_programs():
    from tinygrad_bio.autograd.functional import hessian, jacobian
    import tinygrad_bio.autograd.functional as functional
    assert functional.jacobian is jacobian is tg.autograd.functional.jacobian and callable(hessian)


@pytest.mark.parametrize("call, says", [
    (lambda L: L.autograd.functional.jacobian(lambda x: 2.0, L.ones(2)), "must be a Tensor"),
    (lambda L: L.autograd.functional.jacobian(lambda x: x, 2.0), "must be a Tensor"),
    (lambda L: L.autograd.functional.jacobian(lambda x: L.ones(2), L.ones(2), strict=True), "does not depend on the inputs"),
    (lambda L: L.autograd.functional.jacobian(lambda x, y: x * 2, (L.ones(2), L.ones(2)), strict=True), "on input 1"),
    (lambda L: L.autograd.functional.hessian(lambda x: x, L.ones(2)), "single number"),
    (lambda L: L.autograd.functional.hessian(lambda x: x.sum(), L.ones(2), strict=True), "input 0"),
    (lambda L: L.autograd.functional.vjp(lambda x: x, L.ones(2)), "left out"),
    (lambda L: L.autograd.functional.vjp(lambda x: x, L.ones(2), L.ones(3)), "must have the shapes"),
    (lambda L: L.autograd.functional.jvp(lambda x: x, L.ones(2)), "left out"),
    (lambda L: L.autograd.functional.vhp(lambda x: x.sum(), (L.ones(2), L.ones(2)), L.ones(2)), "must have the shapes"),
], ids=range(10))
def test_errors_of_jacobians(call, says):
    assert says in raised(call)


def test_gradcheck_is_where_pytorch_has_it():
    for L in LIBRARIES:
        x = L.tensor([1.0, 2.0], dtype=L.float64, requires_grad=True)
        assert L.autograd.gradcheck(L.sin, (x,)) and L.autograd.gradgradcheck(L.sin, (x,), eps=1e-6, atol=1e-4)
        assert "gradcheck" in dir(L.autograd)
    with pytest.raises(AttributeError, match="no attribute 'gradchek'"):
        tg.autograd.gradchek


# -------------------------------------------------------------------------------------------------- linear algebra

@pytest.mark.parametrize("upper", [False, True])
def test_gradients_through_a_cholesky_factor(upper):
    """PyTorch gives entries beyond the triangle, which it does not read, a gradient; ours is 0."""
    def call(L, a, b):
        a = L.triu(a) if upper else L.tril(a)
        return L.cholesky_solve(b, a, upper), L.cholesky_inverse(a, upper)
    compare(call, A(3, 3) + 3 * np.eye(3), A(3, 2), order=1)
    x = tg.tensor(np.tril(A(3, 3)) + 2 * np.eye(3), requires_grad=True)
    tg.testing.gradcheck(lambda x: tg.cholesky_solve(tg.ones(3, 1, dtype=tg.float64), x), x)


@pytest.mark.parametrize("shape, columns", [((5, 3), 2), ((3, 3), 1), ((2, 4), 2), ((2, 5, 3), 2)])
def test_lstsq(shape, columns):
    a, b = A(*shape), A(*shape[:-1], columns)
    compare(lambda L, a, b: L.linalg.lstsq(a, b).solution, a, b, order=1)
    ours, theirs = tg.linalg.lstsq(tg.tensor(a), tg.tensor(b)), torch.linalg.lstsq(torch.tensor(a), torch.tensor(b))
    assert_same(ours.rank, theirs.rank, "rank")
    assert ours.singular_values.numel() == theirs.singular_values.numel() == 0
    full = torch.linalg.lstsq(torch.tensor(a), torch.tensor(b), driver="gels")      # only some drivers tell residuals
    assert_same(ours.residuals, full.residuals, "residuals")
    with pytest.raises(tg.ShapeError, match="as many"):
        tg.linalg.lstsq(tg.ones(3, 2), tg.ones(2, 1))


@pytest.mark.parametrize("some", [True, False])
@pytest.mark.parametrize("shape", [(4, 2), (2, 4), (2, 3, 3)])
def test_old_svd_and_qr(shape, some):
    k = min(shape[-2:])

    def call(L, x):
        u, s, v = L.svd(x, some=some)
        return s, (u[..., :k] ** 2).sin(), (v[..., :k] ** 2).sin(), u[..., :k] @ L.diag_embed(s) @ v[..., :k].transpose(-2, -1)
    compare(call, A(*shape))
    ours, theirs = both(lambda L: L.svd(L.tensor(A(*shape)), some, compute_uv=False))
    assert_same(ours, theirs, "svd without vectors")
    assert [tuple(t.shape) for t in tg.svd(tg.tensor(A(*shape)), some)] == [tuple(t.shape) for t in torch.svd(torch.tensor(A(*shape)), some)]
    compare(lambda L, x: L.qr(x), A(*shape))


def test_condition_numbers_have_gradients():
    x = tg.tensor(A(3, 3), requires_grad=True)
    for p in (1, "fro", float("inf"), "nuc"):                 # PyTorch's own stumble over an in-place write
        assert tg.testing.gradcheck(lambda x: tg.linalg.cond(x, p), x)
    assert tg.testing.gradcheck(lambda x: tg.vander(x, 4), tg.tensor(A(3), requires_grad=True))


# ----------------------------------------------------------------------------------------------------------- sparse

def test_products_with_a_sparse_matrix_on_either_side():
    a = np.where(bools(3, 4), A(3, 4), 0)
    places = np.stack(a.nonzero())

    def call(L, values, x, y):
        s = L.sparse_coo_tensor(L.tensor(places), values, (3, 4))
        return L.mm(s, x), L.matmul(s, x), s.mm(x), s @ x, s.matmul(x), L.matmul(y, s), L.mm(y, s), L.mv(s, x[:, 0]), L.sparse.mm(s, x)
    inputs = a[tuple(places)], A(4, 2), A(2, 3)
    compare(call, *inputs, order=0)                             # PyTorch cannot add gradients of all kinds of products
    compare(lambda L, *inputs: call(L, *inputs)[-1], *inputs, order=1)
    assert tg.testing.gradcheck(lambda *inputs: call(tg, *inputs), [tg.tensor(v, requires_grad=True) for v in inputs])


def test_to_sparse_and_back():
    def call(L, x):
        s = x.to_sparse()
        assert s.is_sparse and not x.is_sparse and s.dim() == 2 and s.ndim == 2
        return s.to_dense() * 2, L.mm(s, x.t()), s.t().to_dense()
    x = np.where(bools(3, 4), A(3, 4), 0)
    compare(call, x, order=0)
    compare(lambda L, x: x.to_sparse().to_dense() ** 2, x, order=0)
    leaf = tg.tensor(x, requires_grad=True)
    (leaf.to_sparse().to_dense() ** 2).sum().backward()
    assert leaf.grad.tolist() == (2 * x).tolist()
    assert tg.ones(2).to_dense(tg.float64).dtype == tg.float64
    with pytest.raises(tg.ShapeError, match="expected a matrix"):
        tg.ones(2).to_sparse()


# ---------------------------------------------------------------------------------------- attributes and old names

def test_attributes():
    for L in LIBRARIES:
        x = L.ones(2, 3, requires_grad=True)
        y = x * 2
        assert x.is_cpu and not x.is_sparse and not x.retains_grad and not y.retains_grad
        y.retain_grad()
        assert y.retains_grad and x.real is x and x.H.shape == x.mH.shape == (3, 2) and L.ones(4, 2, 3).mH.shape == (4, 3, 2)
        assert x.data_ptr() == x.view(-1).data_ptr() == x.detach().data_ptr() != x.clone().data_ptr()
        assert x[1].data_ptr() == x.data_ptr() + 3 * x.element_size() and x.get_device() == -1
        assert L.conj(x) is x and x.conj() is x
    assert "mH" in raised(lambda L: L.ones(2, 2, 2, 2).H)


def test_old_types():
    for L in LIBRARIES:
        for name in ("Float", "Double", "Half", "Long", "Int", "Short", "Char", "Byte", "Bool"):
            x = L.ones(2).type(f"torch.{name}Tensor")
            assert x.type() == f"torch.{name}Tensor" and x.type() == L.ones(2).type(getattr(L, f"{name}Tensor")).type()
        x = L.tensor([1.5]).new([2, 3])
        assert x.tolist() == [2, 3] and x.dtype == L.float32 and L.ones(2).new(3, 2).shape == (3, 2) and L.ones(2).new().shape == (0,)
        assert L.tensor([1]).new(L.tensor([3]).numpy()).dtype == L.int64 and L.ones(2).new(L.ones(4).shape).shape == (4,)
        assert L.tensor([1]).new(3, device="cpu").shape == (3,)
    assert "torch.LongTensor" in raised(lambda L: L.ones(2).type("LongTensorr"))


def test_to_another_tensor():
    assert tg.ones(2).to(other=tg.ones(1, dtype=tg.int64)).dtype == tg.int64
    assert torch.ones(2).to(tensor=torch.ones(1, dtype=torch.int64)).dtype == torch.int64       # its name there, by the parser


def test_default_tensor_type_and_seed():
    try:
        for L in LIBRARIES:
            L.set_default_tensor_type("torch.DoubleTensor")
            assert L.tensor(0.5).dtype == L.float64
            L.set_default_tensor_type(L.FloatTensor)
            assert L.tensor(0.5).dtype == L.float32
            assert L.seed() == L.initial_seed() and isinstance(L.seed(), int) and L.seed() != L.seed()
        with pytest.raises(TypeError, match="FloatTensor"):
            tg.set_default_tensor_type("torch.LongTensor")
    finally:
        for L in LIBRARIES:
            L.set_default_dtype(L.float32)
            L.manual_seed(0)


# ------------------------------------------------------------------------------------------------ threads and switches

def test_threads():
    before = tg.get_num_threads()
    try:
        tg.set_num_threads(1)
        assert tg.get_num_threads() == 1
    finally:
        tg.set_num_threads(before)
    assert tg.get_num_threads() == before and tg.get_num_interop_threads() == 1 and tg.set_num_interop_threads(2) is None
    assert "from 1 on" in raised(lambda L: L.set_num_threads(0))


def test_threads_without_threadpoolctl():
    code = ("import sys, warnings; sys.modules['threadpoolctl'] = None\n"
            "import tinygrad_bio as tg\n"
            "assert tg.get_num_threads() == 3\n"
            "with warnings.catch_warnings(record=True) as w:\n"
            "    warnings.simplefilter('always'); tg.set_num_threads(3); assert not w; tg.set_num_threads(2)\n"
            "assert 'OMP_NUM_THREADS=2' in str(w[0].message)")
    done = subprocess.run([sys.executable, "-c", code], env={"OPENBLAS_NUM_THREADS": "3", "PATH": "", "PYTHONPATH": ":".join(sys.path)},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_switches():
    for L in LIBRARIES:
        L.use_deterministic_algorithms(True, warn_only=True)
        assert L.are_deterministic_algorithms_enabled()
        L.use_deterministic_algorithms(False)
        assert not L.are_deterministic_algorithms_enabled()
        L.set_float32_matmul_precision("high")
        assert L.get_float32_matmul_precision() == "high"
        L.set_float32_matmul_precision("highest")
    with pytest.raises(ValueError, match="'medium'"):
        tg.set_float32_matmul_precision("low")
    if not tg.cuda.is_available():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tg.use_deterministic_algorithms(True)
            tg.use_deterministic_algorithms(False)


def test_functions_of_nn_that_are_in_the_library_too():
    for name, place in tg._NAMES.items():
        if place == "nn.functional":
            assert getattr(tg, name) is getattr(tg.nn.functional, name) and callable(getattr(torch, name)), name
    compare(lambda L, x, w: (L.conv1d(x, w), L.layer_norm(x, (5,)), L.cosine_similarity(x, x + 1)), A(2, 3, 5), A(4, 3, 2))


# ---------------------------------------------------------------------------------------------------------- random

def test_random_draws():
    rates, counts, p = (np.full(20000, v) for v in (3.5, 12.0, 0.3))
    for L in LIBRARIES:
        L.manual_seed(1)
        drawn = L.poisson(L.tensor(rates))
        assert dtype_of(drawn) == "float64" and abs(float(drawn.mean()) - 3.5) < 0.05 and abs(float(drawn.var()) - 3.5) < 0.15
        drawn = L.binomial(L.tensor(counts), L.tensor(p))
        assert abs(float(drawn.mean()) - 3.6) < 0.05 and abs(float(drawn.var()) - 2.52) < 0.1
        assert L.poisson(L.ones(2, 3)).shape == (2, 3) and L.poisson(L.zeros(3)).tolist() == [0, 0, 0]
        again = [L.poisson(L.ones(9), generator=L.Generator().manual_seed(1)).tolist() for _ in range(2)]
        assert again[0] == again[1]
    assert "none of them negative" in raised(lambda L: L.poisson(L.tensor([-1.0])))
    assert "between 0 and 1" in str(pytest.raises(RuntimeError, tg.binomial, tg.ones(1), tg.tensor([2.0])).value)


@pytest.mark.parametrize("dtype", DTYPES)
def test_random_without_bounds(dtype):
    """As large as the dtype has: means and extremes are those of PyTorch."""
    ours, theirs = both(lambda L: L.zeros(20000, dtype=getattr(L, dtype)).random_().double().numpy())
    assert 0 <= ours.min() and abs(ours.mean() / theirs.mean() - 1) < 0.03 and abs(ours.max() / theirs.max() - 1) < 0.01
    assert tg.zeros(100).random_(to=3).max() <= 2 and tg.zeros(100).random_(3).max() <= 2 and tg.zeros(9).random_(5, 6).tolist() == [5] * 9


# ------------------------------------------------------------------------------------------------ arrays and memory

def test_asarray_shares_or_copies():
    for L in LIBRARIES:
        a = np.zeros(3)
        L.asarray(a)[0] = 5
        L.asarray(a, copy=True)[1] = 7
        assert a.tolist() == [5, 0, 0]
        x = L.ones(2)
        L.asarray(x)[0] = 3
        assert x.tolist() == [3, 1] and L.asarray(x, requires_grad=True).requires_grad
        assert not L.asarray(L.ones(2, requires_grad=True), requires_grad=False).requires_grad
        assert L.asarray(L.ones(2, requires_grad=True), copy=True).data_ptr() != x.data_ptr()
        assert L.asarray([1.0], requires_grad=True).is_leaf
    for call in (lambda L: L.asarray([1], copy=False), lambda L: L.asarray(np.ones(2), dtype=L.float32, copy=False)):
        assert "copy=False" in raised(call)


# --------------------------------------------------------------------------------------------------------- containers

def test_update_of_containers():
    for L in LIBRARIES:
        layers, parameters = L.nn.ModuleDict(), L.nn.ParameterDict()
        layers.update(modules={"a": L.nn.ReLU()})
        parameters.update(parameters={"b": L.nn.Parameter(L.ones(2))})
        assert list(layers) == ["a"] and list(parameters) == ["b"]


def hooked(L, forward=None, first=None, always=True):
    """A layer with two hooks, and what they saw."""
    class Net(L.nn.Module):
        def forward(self, x):
            return x * 2 if forward is None else forward(x)
    net, seen = Net(), []
    net.register_forward_hook(first or (lambda m, args, out: seen.append(("first", out))))
    net.register_forward_hook(lambda m, args, out: seen.append(("always", out)), always_call=always)
    return net, seen


def test_hooks_that_are_always_called():
    def fail(*_):
        raise KeyError("planted")

    for L in LIBRARIES:
        net, seen = hooked(L)
        net(L.ones(1))
        assert [name for name, _ in seen] == ["first", "always"]
        net, seen = hooked(L, forward=fail)
        with pytest.raises(KeyError, match="planted"):
            net(L.ones(1))
        assert seen == [("always", None)]
        net, seen = hooked(L, first=fail)
        with pytest.raises(KeyError, match="planted"):
            net(L.ones(1))
        assert [(name, out.tolist()) for name, out in seen] == [("always", [2.0])]
        net, seen = hooked(L, forward=fail, always=False)
        with pytest.raises(KeyError, match="planted"):
            net(L.ones(1))
        assert seen == []
        net, _ = hooked(L, forward=fail)
        net.register_forward_hook(lambda *_: 1 / 0, always_call=True)
        with pytest.warns(UserWarning, match="another error"), pytest.raises(KeyError, match="planted"):
            net(L.ones(1))
        net, seen = hooked(L, forward=fail)
        net.register_forward_hook(lambda m, args, kwargs, out: seen.append(kwargs), always_call=True, with_kwargs=True, prepend=True)
        with pytest.raises(KeyError, match="planted"):
            net(L.ones(1))
        assert seen == [{}, ("always", None)]


# -------------------------------------------------------------------------------------------------------------- errors

@pytest.mark.parametrize("call, says", [
    (lambda L: L.is_nonzero(L.ones(2)), "ambiguous"),
    (lambda L: L.hsplit(L.ones(2, 4), 3), "cannot be cut into 3 equal pieces"),
    (lambda L: L.hsplit(L.tensor(1.0), 2), "1 dimensions or more"),
    (lambda L: L.vsplit(L.ones(4), 2), "2 dimensions or more"),
    (lambda L: L.dsplit(L.ones(4, 4), 2), "3 dimensions or more"),
    (lambda L: L.hsplit(L.ones(4), 0), "equal pieces"),
    (lambda L: L.mode(L.ones(3, 0), 1), "shape (3, 0)"),
    (lambda L: L.mode(L.ones(3), 1), "out of range"),
    (lambda L: L.histc(L.ones(3, dtype=L.int64)), "write .float()"),
    (lambda L: L.histc(L.ones(3), 0), "one bin or more"),
    (lambda L: L.histc(L.ones(3), 4, 3, 1), "smaller to a larger"),
    (lambda L: L.histc(L.tensor([1.0, float("nan")]), 4), "finite"),
    (lambda L: L.histogram(L.ones(3, dtype=L.int64), 3), "write .float()"),
    (lambda L: L.masked_scatter(L.ones(3), L.ones(3), L.ones(3)), "must hold booleans"),
    (lambda L: L.masked_scatter(L.ones(3), L.ones(3).bool(), L.ones(2)), "True in 3 places, but source has 2"),
    (lambda L: L.masked_scatter(L.ones(3), L.ones(3).bool(), L.ones(3).long()), "source.to(input.dtype)"),
    (lambda L: L.ones(3).masked_scatter_(L.ones(2, 3).bool(), L.ones(6)), "shape (2, 3)"),
    (lambda L: L.select_scatter(L.ones(2, 3), L.ones(2), 0, 1), "but the slice has (3,)"),
    (lambda L: L.slice_scatter(L.ones(2, 3), L.ones(2, 3), 0, 1), "but the slice has (1, 3)"),
    (lambda L: L.diagonal_scatter(L.ones(3, 3), L.ones(2)), "but the diagonal has (3,)"),
    (lambda L: L.put(L.ones(3), L.tensor([0]), L.ones(2)), "as many elements"),
    (lambda L: L.put(L.ones(3), L.tensor([3]), L.ones(1)), "out of range"),
    (lambda L: L.put(L.ones(3), L.tensor([0]), L.ones(1).long()), "source.to(input.dtype)"),
    (lambda L: L.index_reduce(L.ones(3), 0, L.tensor([0]), L.ones(1), "sum"), "'mean'"),
    (lambda L: L.gcd(L.ones(3), 2 * L.ones(3)), "expected integers"),
    (lambda L: L.searchsorted(L.ones(3), L.ones(1), sorter=L.tensor([0, 1])), "sorter has shape (2,)"),
    (lambda L: L.searchsorted(L.ones(3), L.ones(1), side="left", right=True), "right=True"),
    (lambda L: L.searchsorted(L.ones(3), L.ones(1), side="middle"), "'middle'"),
    (lambda L: L.trapezoid(L.ones(3), L.ones(2)), "x has 2 places, but y has 3"),
    (lambda L: L.gradient(L.ones(1)), "needs 2 places"),
    (lambda L: L.gradient(L.ones(3), edge_order=3), "edge_order 1 or 2"),
    (lambda L: L.combinations(L.ones(2, 2)), "expected a vector"),
    (lambda L: L.vander(L.ones(2, 2)), "expected a vector"),
    (lambda L: L.linalg.solve(L.eye(2), L.ones(2), left=False), "left=False"),
    (lambda L: L.linalg.multi_dot([L.ones(2, 2)]), "two tensors or more"),
    (lambda L: L.linalg.multi_dot([L.ones(2, 2), L.ones(3, 2)]), "(2, 2) by (3, 2)"),
    (lambda L: L.matrix_exp(L.ones(2, 3)), "square"),
    (lambda L: L.linalg.pinv(L.ones(2)), "(…, n, m)"),
    (lambda L: L.linalg.cond(L.ones(2, 3), 1), "square"),
    (lambda L: L.ones(2, requires_grad=True).apply_(abs), "detach"),
], ids=range(40))
def test_errors(call, says):
    assert says in raised(call)


def test_apply_and_map_write_what_pytorchs_write():
    for L in LIBRARIES:
        x = L.tensor([[1.0, 2.0]])
        base = x
        assert x.apply_(lambda v: v * v + 1) is base and base.tolist() == [[2, 5]]
        assert x.map_(L.tensor([[10.0, 20.0]]), lambda a, b: a + b).tolist() == [[12, 25]]
        assert L.tensor([1, 2]).apply_(lambda v: v / 2).tolist() == [0, 1]


def test_second_derivative_of_copysign_at_zero():
    """PyTorch's is NaN there; ours 0, as at the other kinks."""
    x = tg.zeros(1, dtype=tg.float64, requires_grad=True)
    first, = tg.autograd.grad(tg.copysign(x, -1).sum(), x, create_graph=True)
    theirs = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    assert first.tolist() == torch.autograd.grad(torch.copysign(theirs, -1).sum(), theirs)[0].tolist() == [0.0]


# ------------------------------------------------------------------------------------------------------------- devices

def moved(value):
    """Tensors on the card in place of arrays, deep within arguments."""
    if isinstance(value, np.ndarray):
        return tg.tensor(value, device="cuda")
    return type(value)(map(moved, value)) if isinstance(value, (list, tuple)) else value


def numbers(value):
    """All results as a list of arrays of float64, here."""
    if isinstance(value, (list, tuple)):
        return [a for v in value for a in numbers(v)]
    return [np.asarray(value.detach().cpu().numpy() if isinstance(value, tg.Tensor) else value, dtype="float64")]


@pytest.mark.parametrize("case", [c for c in cases_more.CALLS if not any(c is m for m in cases_more.MADE)], ids=lambda case: case[0])
def test_on_a_card(case, cuda):
    name, args, keywords = case
    on_card = function(name)(tg, *map(moved, args), **{k: moved(v) for k, v in keywords.items()})
    for t in (on_card if isinstance(on_card, (tuple, list)) else [on_card]):
        assert not isinstance(t, tg.Tensor) or t.is_cuda and not t.is_cpu and t.get_device() == 0
    here = function(name)(tg, *told(tg, args, []), **told(tg, keywords, []))
    for a, b in zip(numbers(on_card), numbers(here), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9)


def test_draws_and_old_names_on_a_card(cuda):
    x = tg.ones(3, device=cuda)
    assert x.type() == "torch.cuda.FloatTensor" and tg.ones(2).type("torch.cuda.LongTensor").is_cuda
    assert tg.poisson(x).is_cuda and tg.binomial(x, x).tolist() == [1, 1, 1] and x.new(2).is_cuda and x.data_ptr() == x.view(3).data_ptr()
    assert x.diag().to_sparse().to_dense().tolist() == x.diag().tolist()
    assert x.apply_(lambda v: v + 1).tolist() == [2, 2, 2] and x.is_cuda and x.random_().is_cuda and x.cauchy_().is_cuda
    jacobian = tg.autograd.functional.jacobian(lambda x: x ** 2, tg.ones(2, device=cuda))
    assert jacobian.is_cuda and jacobian.tolist() == [[2, 0], [0, 2]]
