"""The interface of automatic differentiation, line by line the same program in PyTorch and here."""
import copy
import gc
import io
import pickle
import threading
import warnings
import weakref

import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from .both import LIBRARIES, array as A, assert_same, compare


def same(program, *arrays):
    """Run a program on both libraries, on float64 leaves: its results, or its errors' types, must agree."""
    results = []
    for L in LIBRARIES:
        leaves = [L.tensor(a, requires_grad=True) for a in arrays]
        try:
            results.append(program(L, *leaves))
        except Exception as error:
            results.append(error)
    ours, theirs = results
    if isinstance(theirs, Exception):
        assert isinstance(ours, type(theirs)), f"{ours!r} instead of {theirs!r}"
    elif isinstance(ours, Exception):
        raise ours
    else:
        agree(ours, theirs)
    return theirs


def agree(ours, theirs):
    if isinstance(theirs, (tuple, list)) and not isinstance(theirs, torch.Size):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs):
            agree(a, b)
    elif isinstance(theirs, torch.Tensor):
        assert_same(ours, theirs, "result")
        assert ours.requires_grad == theirs.requires_grad and ours.is_leaf == theirs.is_leaf
    else:
        assert ours == theirs, f"{ours} instead of {theirs}"


x, y, M = A(3), A(3, seed=1), A(3, 3)


# ------------------------------------------------------------------------------------------------ backward

def test_gradients_add_up_over_calls():
    def program(L, x):
        for _ in range(3):
            (x * x).sum().backward()
        first = x.grad.clone()
        x.grad = None
        (x * x).sum().backward()
        x.grad.zero_()
        (x ** 3).sum().backward()
        return first, x.grad
    same(program, x)


def test_a_leaf_used_many_times():
    same(lambda L, x, y: [(x * x + x * y + x).sum().backward(), x.grad, y.grad], x, y)


def test_b_a_plus_a():
    def program(L, a):
        b = a + a
        c = b + b
        c.backward(L.tensor([1.0, 2.0, 3.0], dtype=L.float64))
        return c, a.grad
    same(program, x)


@pytest.mark.parametrize("retain_graph, create_graph",
                         [(None, False), (True, False), (None, True), (False, True), (False, False)])
def test_backward_twice(retain_graph, create_graph):
    def program(L, x):
        loss = (x ** 3).sum()
        loss.backward(retain_graph=retain_graph, create_graph=create_graph)
        loss.backward()
        return x.grad.detach()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)                # PyTorch warns of a reference cycle
        same(program, x)


TRUNKS = {
    "sum": lambda L, x: x.sum(), "mean": lambda L, x: x.mean(), "add": lambda L, x: x + x, "reshape": lambda L, x: x.reshape(3, 1).T,
    "slice": lambda L, x: x[1:], "cat": lambda L, x: L.cat([x, x]), "chunk": lambda L, x: L.chunk(x, 3)[1], "expand": lambda L, x: x.expand(2, 3),
    "cumsum": lambda L, x: x.cumsum(0), "to": lambda L, x: x.to(L.float32)}
THAT_HOLD = {"mul": lambda L, x: x * x, "exp": lambda L, x: x.exp(), "where": lambda L, x: L.where(x > 0, x, -x), "max": lambda L, x: x.amax(),
             "index": lambda L, x: x[L.tensor([0, 0, 1])], "gather": lambda L, x: x.gather(0, L.tensor([0, 0, 1]))}


@pytest.mark.parametrize("name", TRUNKS)
def test_two_losses_on_a_trunk_that_holds_nothing(name):
    """A sum keeps no array: PyTorch goes through it again, and so may a second loss."""
    def program(L, x):
        trunk = TRUNKS[name](L, x + 1)
        a, b = trunk.sum(), (trunk * trunk).sum()
        a.backward()
        b.backward()
        a.backward()
        return x.grad
    same(program, x)


@pytest.mark.parametrize("name", THAT_HOLD)
def test_two_losses_on_a_trunk_that_holds_arrays(name):
    for L in LIBRARIES:
        x = L.ones(3, dtype=L.float64, requires_grad=True)
        trunk = THAT_HOLD[name](L, x + 1)
        a, b = trunk.sum(), (trunk + 1).sum()
        a.backward(retain_graph=True)
        b.backward()
        with pytest.raises(RuntimeError, match="retain_graph=True"):
            a.backward()


class Squared(tg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x * 1)
        Squared.saved = weakref.ref(ctx.saved_arrays[0])
        return x * x

    @staticmethod
    def backward(ctx, g):
        return 2 * g * ctx.saved_tensors[0]


def test_a_function_lets_its_saved_tensors_go():
    x = tg.ones(3, requires_grad=True)
    loss = Squared.apply(x).sum()
    loss.backward()
    assert Squared.saved() is None and x.grad.tolist() == [2., 2., 2.]
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        loss.backward()


def test_what_holds_arrays_lets_them_go():
    """… also where it is linear: the mask of a `where`."""
    mask = tg.tensor([True, False, True])
    array = weakref.ref(mask.array)
    x = tg.ones(3, requires_grad=True)
    loss = tg.where(mask, x, -x).sum()
    del mask
    assert array() is not None
    loss.backward()
    assert array() is None and loss.grad_fn is not None


def test_backward_arguments():
    same(lambda L, x: [(x * x).backward(gradient=L.tensor([1., 2., 3.], dtype=L.float64)), x.grad], x)
    same(lambda L, x: [(x * x).backward(L.ones(3, dtype=L.float64)), x.grad], x)
    same(lambda L, x, y: [(x * y).sum().backward(inputs=[x]), x.grad, y.grad], x, y)
    same(lambda L, x, y: [(x * y).sum().backward(inputs=x), x.grad, y.grad], x, y)
    same(lambda L, x, y: [L.autograd.backward([(x * y).sum(), x.sum()]), x.grad, y.grad], x, y)
    ones = {L: L.ones(3, dtype=L.float64) for L in LIBRARIES}
    same(lambda L, x, y: [L.autograd.backward([x * y, x.sum()], [ones[L], None]), x.grad, y.grad], x, y)
    same(lambda L, x: [(x * 2).sum().backward(gradient=L.tensor(5.0, dtype=L.float64)), x.grad], x)
    same(lambda L, x: [(x[:1] * 2).backward(), x.grad], x)                  # one number in a vector of one
    same(lambda L, x: [x.sum().backward(create_graph=False, retain_graph=None), x.grad], x)


def test_backward_into_what_is_not_a_leaf():
    def program(L, x):
        z = x * 2
        (z * z).sum().backward(inputs=[z])
        return z.grad, x.grad
    same(program, x)


def test_gradient_of_a_gradient_by_backward():
    def program(L, x):
        g, = L.autograd.grad((x ** 3).sum(), x, create_graph=True)
        (g * g).sum().backward()
        return x.grad, g.detach()
    same(program, x)


def test_third_derivative():
    def program(L, x):
        value, found = L.sin(x) * x.exp(), []
        for _ in range(4):
            value, = L.autograd.grad(value.sum(), x, create_graph=True)
            found.append(value.detach())
        return found
    same(program, x)


# -------------------------------------------------------------------------------------------- autograd.grad

def test_grad():
    same(lambda L, x, y: L.autograd.grad((x * y).sum(), [x, y]), x, y)
    same(lambda L, x, y: L.autograd.grad((x * y).sum(), x), x, y)
    same(lambda L, x, y: L.autograd.grad([(x * y).sum(), x.sum()], (x, y)), x, y)
    ones = {L: L.ones(3, dtype=L.float64) for L in LIBRARIES}
    same(lambda L, x, y: L.autograd.grad([x * y, x * x], [y, x], grad_outputs=[ones[L], ones[L]]), x, y)
    same(lambda L, x, y: L.autograd.grad(x * y, x, L.ones(3, dtype=L.float64)), x, y)
    same(lambda L, x, y: L.autograd.grad(x.sum(), [x, y], allow_unused=True), x, y)
    same(lambda L, x, y: L.autograd.grad(x.sum(), [x, y], materialize_grads=True), x, y)
    same(lambda L, x, y: L.autograd.grad(x.sum(), [x, y]), x, y)
    same(lambda L, x, y: L.autograd.grad(x.sum(), [x, y], allow_unused=False), x, y)
    same(lambda L, x: L.autograd.grad(x, x, L.ones(3, dtype=L.float64)), x)
    same(lambda L, x: L.autograd.grad(x * 2, x), x)
    same(lambda L, x: [L.autograd.grad(x.sum(), x), x.grad], x)
    same(lambda L, x: L.autograd.grad(outputs=(x ** 2).sum(), inputs=(x, x)), x)


def test_grad_of_inner_tensors():
    def program(L, x):
        z = x * 2
        w = z.sin()
        loss = (w * z).sum()
        return L.autograd.grad(loss, [w, z, x])
    same(program, x)


def test_grad_keeps_or_frees_the_graph():
    def twice(keep):
        def program(L, x):
            loss = (x * x).sum()
            first, = L.autograd.grad(loss, x, retain_graph=keep)
            second, = L.autograd.grad(loss, x)
            return first, second
        return program
    same(twice(True), x)
    same(twice(False), x)


def test_second_derivatives_of_two():
    def program(L, x, y):
        gx, gy = L.autograd.grad((x * y * y).sum(), [x, y], create_graph=True)
        return [*L.autograd.grad(gx.sum(), [y], retain_graph=True), *L.autograd.grad(gy.sum(), [x, y])]
    same(program, x, y)


def test_gradient_penalty():
    def program(L, x, M):
        score = L.tanh(x @ M).sum()
        g, = L.autograd.grad(score, x, create_graph=True)
        penalty = (g.norm() - 1) ** 2
        penalty.backward()
        return x.grad, M.grad, penalty
    same(program, x, M)


# -------------------------------------------------------------------------------------------- what records

def test_modes():
    def program(L, x):
        found = [L.is_grad_enabled()]
        with L.no_grad():
            found += [(x * 2).requires_grad, L.is_grad_enabled()]
            with L.enable_grad():
                found += [(x * 2).requires_grad]
            found += [(x * 2).requires_grad]
        with L.set_grad_enabled(False):
            found += [(x * 2).requires_grad]
        with L.set_grad_enabled(True):
            found += [(x * 2).requires_grad]
        with L.inference_mode():
            found += [(x * 2).requires_grad]
        L.set_grad_enabled(False)
        found += [(x * 2).requires_grad]
        L.set_grad_enabled(True)

        @L.no_grad()
        def f(x):
            return (x * 2).requires_grad

        @L.no_grad
        def g(x):
            return (x * 2).requires_grad

        @L.enable_grad()
        def h(x):
            return (x * 2).requires_grad
        found += [f(x), g(x), f(x), f.__name__]
        with L.no_grad():
            found += [h(x), x.requires_grad, L.tensor(1.0, requires_grad=True).requires_grad]
        try:
            with L.no_grad():
                raise KeyError
        except KeyError:
            found += [L.is_grad_enabled()]
        return found
    same(program, x)


def test_a_generator_in_no_grad():
    def program(L, x):
        @L.no_grad()
        def steps():
            for i in range(2):
                yield (x * i).requires_grad
        return [(inside, (x * 2).requires_grad) for inside in steps()]
    same(program, x)


def test_the_mode_belongs_to_a_thread():
    def program(L, x):
        found, inside, go_on = [], threading.Event(), threading.Event()

        def other():
            inside.wait(5)
            found.append((L.is_grad_enabled(), (x * 2).requires_grad))
            go_on.set()
        thread = threading.Thread(target=other)
        thread.start()
        with L.no_grad():
            inside.set()
            go_on.wait(5)
        thread.join()
        return found
    same(program, x)


def test_backward_in_threads():
    def program(L, x):
        losses = [(x * i).sin().sum() for i in range(4)]
        grads = [None] * 4

        def work(i):
            grads[i], = L.autograd.grad(losses[i], x)
        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        return grads
    same(program, x)


def test_detach_and_requires_grad():
    def program(L, x):
        d = x.detach()
        z = x * 2
        found = [d.requires_grad, d.is_leaf, z.is_leaf, z.detach().is_leaf, x.is_leaf, z.requires_grad,
                 x.grad_fn is None, z.grad_fn is None]
        with L.no_grad():
            d[0] = 5.0                                              # the same memory
        found += [x[0].item(), x.data.requires_grad, x.data[0].item(), L.zeros(2).requires_grad]
        w = L.zeros(2)
        found += [w.requires_grad_() is w, w.requires_grad]
        w.requires_grad = False
        found += [w.requires_grad, (x * 1).detach_().requires_grad,
                  L.ones(2, requires_grad=True).requires_grad, w.requires_grad_(True).is_leaf]
        return found
    same(program, x)


def test_a_detached_branch_gets_nothing():
    same(lambda L, x: [(x * x.detach()).sum().backward(), x.grad], x)
    same(lambda L, x: [(x * L.tensor(x.tolist(), dtype=L.float64)).sum().backward(), x.grad], x)


# ------------------------------------------------------------------------------------------------ hooks

def test_hooks():
    def program(L, x):
        seen, z = [], x * 2
        z.register_hook(lambda g: seen.append(g.tolist()))
        handle = z.register_hook(lambda g: g * 10)
        x.register_hook(lambda g: g + 1)
        z.sum().backward(retain_graph=True)
        first = x.grad.clone()
        handle.remove()
        z.sum().backward()
        return seen, first, x.grad
    same(program, x)


def test_hooks_in_grad():
    def program(L, x):
        z = x * 2
        z.register_hook(lambda g: g * 10)
        x.register_hook(lambda g: g + 1)
        return [*L.autograd.grad(z.sum(), [x], retain_graph=True), *L.autograd.grad(z.sum(), [z])]
    same(program, x)


def test_retain_grad_keeps_what_goes_on():
    def program(L, x):
        z = x * 2
        z.retain_grad()
        z.register_hook(lambda g: g * 10)
        z.sum().backward()
        return z.grad, x.grad
    same(program, x)


def test_hook_on_a_leaf_used_twice_sees_the_sum():
    def program(L, x):
        seen = []
        x.register_hook(lambda g: seen.append(g.tolist()))
        (x * 2 + x * x).sum().backward()
        return seen
    same(program, x)


def test_retain_grad():
    def program(L, x):
        z = x * 2
        z.retain_grad()
        z.retain_grad()                                             # twice is once
        x.retain_grad()
        w = z * z
        w.sum().backward(retain_graph=True)
        first = z.grad.clone()
        w.sum().backward()
        return first, z.grad, w.grad is None, x.grad
    with pytest.warns(UserWarning, match="non-leaf"):
        same(program, x)


# -------------------------------------------------------------------------------------- writing and versions

def test_an_optimiser_like_step():
    def program(L, w):
        for _ in range(5):
            loss = ((w - 3) ** 2).sum()
            w.grad = None
            loss.backward()
            with L.no_grad():
                w -= 0.1 * w.grad
        return w.detach(), w.requires_grad, w.is_leaf
    same(program, x)


@pytest.mark.parametrize("write", ["step", "add_", "setitem", "copy_"])
def test_a_graph_older_than_the_step_is_refused(write):
    def program(L, w):
        loss = (w * w).sum()
        with L.no_grad():
            if write == "step":
                w -= 0.1
            elif write == "add_":
                w.add_(1)
            elif write == "setitem":
                w[0] = 7.0
            else:
                w.copy_(w + 1)
        loss.backward()
        return w.grad
    assert isinstance(same(program, x), RuntimeError)


def test_writing_what_is_not_needed_is_allowed():
    def program(L, w):
        loss = (w + w).sum()                                        # the gradient needs no values
        with L.no_grad():
            w -= 0.1
        loss.backward()
        y = w.exp()
        with L.no_grad():
            w.add_(1)                                               # exp's gradient needs its value, not w
        y.sum().backward()
        return w.grad
    same(program, x)


def test_setitem_with_gradients_to_both():
    def program(L, x, y):
        z = x * 1
        z[1] = y[0] * 2
        z[2:] = y[1:2]
        (z * z).sum().backward()
        return z.detach(), x.grad, y.grad
    same(program, x, y)


def test_setitem_into_a_constant():
    def program(L, x):
        z = L.zeros(2, 3, dtype=L.float64)
        z[0] = x
        z[1, 1] = x[0] * x[1]
        z.sum().backward()
        return z.detach(), x.grad, z.requires_grad, z.is_leaf
    same(program, x)


def test_plus_equals():
    def program(L, x, y):
        total = 0
        for i in range(3):
            total += (x * y ** i).sum()
        z = x * 2
        before = z
        z += y
        z *= 3
        (total + z.sum()).backward()
        return x.grad, y.grad, before is z
    same(program, x, y)


def test_assigning_grad_and_data():
    def program(L, x):
        x.grad = L.ones(3, dtype=L.float64)
        (x * 2).sum().backward()
        first = x.grad.clone()
        x.data = L.zeros(3, dtype=L.float64)
        return first, x.detach(), x.requires_grad
    same(program, x)


def test_no_two_gradients_share_memory():
    def program(L, x, y):
        (x + y).sum().backward()
        x.grad.mul_(10)
        z = x + y
        z.retain_grad()
        z.sum().backward()
        x.grad.add_(1)
        return x.grad, y.grad, z.grad
    same(program, x, y)


# ------------------------------------------------------------- what a Tensor is to the rest of Python

def test_deepcopy_and_pickle():
    def program(L, x):
        x.grad = L.ones(3, dtype=L.float64)
        c = copy.deepcopy(x)
        c.data[0] = 9.0
        shared = copy.deepcopy([x, x])
        p = pickle.loads(pickle.dumps(x))
        buffer = io.BytesIO()
        pickle.dump({"w": x}, buffer)
        found = [shared[0] is shared[1], shared[0] is x, x[0].item() != 9.0]
        return c.detach(), c.requires_grad, c.grad, p.detach(), p.requires_grad, found
    same(program, x)


def test_hash_membership_and_iteration():
    def program(L, x):
        t = L.tensor([[1.0, 2.0], [3.0, 4.0]])
        d = {x: 1, t: 2}
        return [d[x], d[t], x in d, 3.0 in t, 7.0 in t, L.tensor(2.0) in t, len(t), len({x, x, t}),
                [row.tolist() for row in t], hash(x) == hash(x), x is x.data, isinstance(x, L.Tensor),
                L.is_tensor(x)]
    same(program, x)


def test_iteration_is_differentiable():
    def program(L, M):
        total = 0
        for i, row in enumerate(M):
            total = total + (i + 1) * (row * row).sum()
        a, b, c = M
        (total + (a * b * c).sum()).backward()
        return M.grad
    same(program, M)


@pytest.mark.parametrize("value", [3, 3.7, True, [3], [[2.5]], -1.5, 0])
def test_conversions_to_numbers(value):
    def program(L):
        t = L.tensor(value)
        found = [float(t), int(t), bool(t), t.item(), t.tolist(), type(t.item()).__name__, complex(t)]
        return found
    same(program)


def test_as_an_index():
    same(lambda L: [[10, 20, 30][L.tensor(1)], list(range(L.tensor(3))), "abc"[L.tensor(2)],
                    [1, 2][L.tensor([1])]])
    same(lambda L: [1, 2][L.tensor(1.0)])
    same(lambda L: [1, 2][L.tensor([0, 1])])


@pytest.mark.parametrize("what", ["{:.3f}", "{:5.1f}", "{:d}"])
def test_format(what):
    same(lambda L: what.format(L.tensor(3 if "d" in what else 3.14159)))


def test_comparison_with_none_and_others():
    def program(L, x):
        return [x == None, x != None, (x == x).all().item(), x.equal(x), x == "a"]          # noqa: E711
    same(program, x)


@pytest.mark.parametrize("make", [
    lambda L: L.tensor([1.0, 2.0]), lambda L: L.tensor([1.5, -2.25]), lambda L: L.tensor(3.0),
    lambda L: L.tensor(2.5), lambda L: L.tensor([1, 2]),
    lambda L: L.tensor([True, False]), lambda L: L.zeros(2, 2), lambda L: L.tensor([]),
    lambda L: L.tensor([[1.0, 2.5], [3.25, 4.0]]),
    lambda L: L.tensor([float("nan"), 1.5]), lambda L: L.tensor([1.0], requires_grad=True),
    lambda L: L.arange(3), lambda L: L.tensor([-1, 10]),
    lambda L: L.ones(2, 3), lambda L: L.tensor([0.1234567, 123.5]), lambda L: L.tensor(7),
    lambda L: L.tensor([[1], [2]])], ids=range(17))
def test_printing(make):
    assert repr(make(tg)) == repr(make(torch))


def test_shapes_behave_like_tuples():
    same(lambda L: [tuple(L.zeros(2, 3).shape), L.zeros(2, 3).size(-1), L.zeros(2, 3).shape == (2, 3),
                    L.zeros(2, 3).shape[1:], L.zeros(4).size()[0], L.zeros(2, 3).ndim,
                    L.zeros(2, 3).size(1), L.zeros(()).shape == (), [*L.zeros(2, 3).size()],
                    L.zeros(2, 3).numel()])


def test_numpy_both_ways():
    for L in LIBRARIES:
        a = np.arange(3.0)
        t = L.from_numpy(a)
        t[0] = 7
        assert a[0] == 7 and t.numpy() is not None and np.shares_memory(t.numpy(), a)
        assert np.asarray(t).tolist() == [7, 1, 2] and np.array(t, dtype="float32").dtype == "float32"
        assert (t + np.ones(3)).tolist() == [8, 2, 3] if L is tg else True
        assert L.tensor(a).numpy() is not a and not np.shares_memory(L.tensor(a).numpy(), a)
        assert np.shares_memory(L.as_tensor(a).numpy(), a)
        assert isinstance(L.tensor([1.0, 2.0]).detach().cpu().numpy(), np.ndarray)


def test_reflected_operators():
    def program(L, x):
        return [2 + x, 2 - x, 2 * x, 2 / x, 2 ** x, 2.5 % x.detach(), 7 // x.detach().abs(), 1 > x, 1 <= x,
                1 == x, abs(x), -x, +x, ~(x > 0), 3 & L.tensor([1, 2]), 3 | L.tensor([4]),
                1 ^ L.tensor([1]), 2 << L.tensor([1]) if L is torch else L.tensor([2]) << 1]
    same(program, x)
    compare(lambda L, x: [2 - x, 2 / x, 2 ** x, (x + 3) ** 2 % 7], x)


def test_a_graph_is_freed():
    def program(L, x):
        import weakref
        loss = (x * 2).sin().sum()
        inner = loss * 1
        gone = weakref.ref(inner)
        gc.disable()
        try:
            del inner
            return gone() is None
        finally:
            gc.enable()
    same(program, x)


WRONG_GRADIENTS = {
    "a number": lambda L, x: 1.0, "a list": lambda L, x: [1., 1., 1.], "another shape": lambda L, x: L.ones(1, 3, dtype=L.float64),
    "a narrower dtype": lambda L, x: L.ones(3), "integers": lambda L, x: L.ones(3, dtype=L.int64), "itself": lambda L, x: x}


@pytest.mark.parametrize("name", WRONG_GRADIENTS)
def test_a_wrong_gradient_cannot_be_assigned(name):
    for L in LIBRARIES:
        x = L.ones(3, dtype=L.float64, requires_grad=True)
        with pytest.raises((TypeError, RuntimeError)) as error:
            x.grad = WRONG_GRADIENTS[name](L, x)
        assert isinstance(error.value, TypeError) == (name in ("a number", "a list")) or L is tg
        assert x.grad is None


def test_a_gradient_can_be_assigned_and_deleted():
    def program(L, x):
        x.grad = L.ones(3, dtype=L.float64)
        (x * x).sum().backward()
        found = x.grad.clone()
        del x.grad
        return found, x.grad is None
    same(program, x)


def test_custom_function():
    def program(L, x, y):
        class Cube(L.autograd.Function):
            @staticmethod
            def forward(ctx, x, y, power):
                ctx.save_for_backward(x, y)
                ctx.power = power
                return x ** power * y

            @staticmethod
            def backward(ctx, g):
                x, y = ctx.saved_tensors
                return g * ctx.power * x ** (ctx.power - 1) * y, g * x ** ctx.power, None
        z = Cube.apply(x, y, 3)
        g, = L.autograd.grad(z.sum(), x, create_graph=True)
        z.sum().backward(retain_graph=True)
        h, = L.autograd.grad(g.sum(), x)
        return z.detach(), x.grad, y.grad, h
    same(program, x, y)
