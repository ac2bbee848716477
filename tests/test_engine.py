"""The engine itself: order, depth, memory, aliasing, in-place writes, threads. (Derivatives are tested in test_ops.)"""
import gc
import threading
import weakref

import numpy as np
import pytest

import tinygrad_bio as tg
from tinygrad_bio import autograd
from tinygrad_bio.autograd import op


def leaf(*values):
    return tg.tensor(list(values), requires_grad=True)


# ------------------------------------------------------------------------------------------ the tape's order

def test_a_gradient_that_arrives_twice_is_handed_on_once():
    a = leaf(1.)
    b = a + a
    c = b + b
    c.sum().backward()
    assert a.grad.tolist() == [4.]
    assert [n.name for n in autograd.tape(c.grad_fn)] == ["add", "add"]


def test_sixty_diamonds_are_walked_once_each():
    x = leaf(1.)
    y = x
    for _ in range(60):
        y = y + y
    assert len(autograd.tape(y.grad_fn)) == 60
    y.sum().backward()
    assert x.grad.item() == 2. ** 60


def test_a_chain_of_a_million_operations():
    x = leaf(0.)
    y = x
    for _ in range(1_000_000):
        y = y + 1
    assert len(autograd.tape(y.grad_fn)) == 1_000_000
    end = weakref.ref(y.grad_fn)
    y.sum().backward()
    assert x.grad.tolist() == [1.] and y.item() == 1e6
    del y
    assert end() is None


# ----------------------------------------------------------------------------------------------------- memory

@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def network():
    w1, w2 = tg.randn(5, 8, requires_grad=True), tg.randn(8, 1, requires_grad=True)
    return w1, w2, lambda x: ((tg.tanh(x @ w1).clamp(-1, 1)) @ w2).sigmoid().mean()


def test_dropping_the_loss_frees_the_graph_without_the_collector(no_collector):
    w1, w2, forward = network()
    loss = forward(tg.randn(4, 5))
    nodes = [weakref.ref(n) for n in autograd.tape(loss.grad_fn)]
    hidden = weakref.ref(loss.grad_fn.parents[0])
    del loss
    assert all(n() is None for n in nodes) and hidden() is None


def test_backward_frees_arrays_while_the_loss_lives(no_collector):
    x = tg.randn(1000, requires_grad=True)
    h = tg.exp(x)
    array = weakref.ref(h.array)
    loss = (h * h).sum()
    del h
    assert array() is not None
    loss.backward()
    assert array() is None


def test_double_backward_leaves_no_cycle(no_collector):
    x = tg.randn(5, requires_grad=True)
    g, = tg.autograd.grad((x.sin() * x).sum(), x, create_graph=True)
    node = weakref.ref(g.grad_fn)
    del g
    assert node() is None


def test_a_thousand_steps_hold_memory_constant(no_collector):
    w1, w2, forward = network()
    x = tg.randn(4, 5)

    def step():
        loss = forward(x)
        loss.backward()
        with tg.no_grad():
            for w in (w1, w2):
                w -= 0.1 * w.grad
                w.grad = None

    for _ in range(10):
        step()
    before = len(gc.get_objects())
    for _ in range(1000):
        step()
    assert len(gc.get_objects()) - before < 20


def test_a_linear_op_does_not_keep_its_argument():
    x = leaf(1., 2.)
    h = tg.exp(x)
    array = weakref.ref(h.array)
    y = h.reshape(2, 1) + 0
    exp_node = h.grad_fn
    exp_node.pullbacks = None           # exp's own pullback holds its value; nothing else may
    del h
    assert y.shape == (2, 1)
    y = y * 1
    y.array = y.array.copy()
    assert array() is None or array().base is None
    assert exp_node.arrays is not None


# --------------------------------------------------------------------------------------------------- aliasing

def test_no_two_leaves_share_their_gradient():
    a, b = leaf(1., 2.), leaf(3., 4.)
    seed = tg.tensor([1., 1.])
    (a + b).backward(seed)
    assert a.grad.array is not b.grad.array and not np.shares_memory(a.grad.array, b.grad.array)
    assert not np.shares_memory(a.grad.array, seed.array) and not np.shares_memory(b.grad.array, seed.array)


def test_accumulating_does_not_write_into_a_gradient_somebody_holds():
    a = leaf(1., 2.)
    a.sum().backward()
    held = a.grad
    a.sum().backward()
    assert held.tolist() == [1., 1.] and a.grad.tolist() == [2., 2.]


def test_a_joint_pullback_may_return_one_array_twice():
    @op
    def both(a, b):
        return a + b, lambda g: (g * 2, ) * 2

    a, b = leaf(1.), leaf(2.)
    both(a, b).sum().backward()
    assert a.grad.tolist() == b.grad.tolist() == [2.]
    assert not np.shares_memory(a.grad.array, b.grad.array)


def test_the_gradient_of_the_value_is_never_written():
    g = np.ones(2, dtype="float32")
    a = leaf(1., 2.)
    b = a * 1
    (b + b + b + b).backward(tg.from_numpy(g))
    assert a.grad.tolist() == [4., 4.] and g.tolist() == [1., 1.]


# -------------------------------------------------------------------------------------- pullbacks and their errors

def test_a_pullback_nobody_needs_is_not_called():
    called = []

    @op
    def mul(a, b):
        return a * b, (lambda g: called.append("a") or g * b, lambda g: called.append("b") or g * a)

    mul(leaf(1.), tg.tensor([2.])).sum().backward()
    assert called == ["a"]


def test_grad_walks_only_where_it_must():
    called = []

    @op
    def watched(x):
        return x * 1, (lambda g: called.append(1) or g,)

    a, b = leaf(1.), leaf(2.)
    tg.autograd.grad((watched(a) + b).sum(), b)
    assert called == []


@pytest.mark.parametrize("pullback, said", [
    (lambda g: g.T, r"argument 'x'.*gradient of shape \(3, 2\).*argument has shape \(2, 3\).*transpose"),
    (lambda g: g.sum(), r"gradient of shape \(\).*argument has shape \(2, 3\)")])
def test_a_pullback_with_the_wrong_shape_is_named(pullback, said):
    @op
    def wrong(x, y):
        return x * y, (pullback, lambda g: g)

    with pytest.raises(tg.ShapeError, match=said):
        wrong(tg.ones(2, 3, requires_grad=True), tg.ones(2, 3)).sum().backward()


def test_too_few_pullbacks_are_an_error():
    @op
    def short(a, b):
        return a * b, (lambda g: g * b,)

    with pytest.raises(RuntimeError, match="'short' was given 2 arguments, but its rule returned 1 pullbacks"):
        short(leaf(1.), leaf(2.)).sum().backward()


def test_second_backward_says_what_to_do():
    y = (leaf(1.) * 2).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        y.backward()


def test_retain_graph_walks_twice():
    x = leaf(3.)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [12.]


# ----------------------------------------------------------------------------------------------- several outputs

@op
def sin_cos(x):
    """Two outputs that share work."""
    s, c = np.sin(x), np.cos(x)
    return (s, c), (lambda gs: gs[0] * c - gs[1] * s,)


@pytest.mark.parametrize("use", [lambda s, c: s, lambda s, c: c, lambda s, c: s * c + s])
def test_outputs_that_are_used_once_never_or_twice(use):
    x, y = leaf(0.3, 1.), leaf(0.3, 1.)
    use(*sin_cos(x)).sum().backward()
    use(tg.sin(y), tg.cos(y)).sum().backward()
    np.testing.assert_allclose(x.grad.array, y.grad.array, rtol=1e-6)


# ------------------------------------------------------------------------------------------- higher derivatives

def test_third_derivative_of_x_sin_x():
    x = tg.tensor(0.7, dtype=tg.float64, requires_grad=True)
    d = x * x.sin()
    for _ in range(3):
        d, = tg.autograd.grad(d, x, create_graph=True)
    assert d.item() == pytest.approx(-3 * np.sin(0.7) - 0.7 * np.cos(0.7), rel=1e-12)


def test_a_composite_gives_the_second_derivative_of_a_fused_rule():
    def plain(x):
        return x * x * x

    @op(composite=plain)
    def fused(x):
        y = x ** 3
        slope = np.multiply(x, x, out=np.empty_like(x))
        slope *= 3                                          # in place: Tensors could not follow
        return y, (lambda g: g * slope,)

    x = leaf(2.)
    g, = tg.autograd.grad(fused(x).sum(), x, create_graph=True)
    assert g.tolist() == [12.] and tg.autograd.grad(g.sum(), x)[0].tolist() == [12.]


def test_the_second_derivative_belongs_to_the_value_of_then():
    """A leaf that was given another array after it had been used still differentiates at the old one."""
    x = leaf(2.)
    y = (x * x * x).sum()
    x.data = tg.tensor([100.])
    g, = tg.autograd.grad(y, x, create_graph=True)
    assert g.tolist() == [12.] and tg.autograd.grad(g.sum(), x)[0].tolist() == [12.]


# ------------------------------------------------------------------------------------------------ in-place writes

def test_a_step_before_backward_is_refused():
    w = leaf(1., 2.)
    y = (w * w).sum()
    with tg.no_grad():
        w -= 0.1
    with pytest.raises(RuntimeError, match=r"'mul' needs '[ab]'.*written in place"):
        y.backward()


def test_writing_what_no_pullback_needs_is_fine():
    w, x = leaf(1., 2.), tg.tensor([3., 4.])
    y = (w * x).sum()                                       # ∂w needs x only
    with tg.no_grad():
        w -= 0.1
    y.backward()
    assert w.grad.tolist() == [3., 4.]


def test_writing_a_view_or_the_output_is_seen():
    w = leaf(1., 2.)
    y = tg.exp(w)
    with tg.no_grad():
        y.view(2, 1)[0] = 5.
    with pytest.raises(RuntimeError, match="'exp' needs 'y'"):
        y.sum().backward()


def test_recorded_writes_make_new_arrays():
    w = leaf(1., 2.)
    y = w * 1
    squares = y * y
    y[0] = 10.                                              # squares still knows the old y
    (squares.sum() + y.sum()).backward()
    assert w.grad.tolist() == [2., 5.]


def test_a_leaf_is_not_written_while_recording():
    w = leaf(1.)
    with pytest.raises(RuntimeError, match="leaf that requires grad.*no_grad"):
        w += 1
    with pytest.raises(RuntimeError, match="leaf"):
        w[0] = 3.


# ------------------------------------------------------------------------------------------------- modes, threads

def test_no_grad_is_restored_after_an_exception():
    with pytest.raises(KeyError):
        with tg.no_grad():
            raise KeyError
    assert tg.is_grad_enabled()

    @tg.no_grad()
    def fails():
        raise KeyError
    with pytest.raises(KeyError):
        fails()
    assert tg.is_grad_enabled()


def test_grad_mode_belongs_to_the_thread():
    seen = []
    with tg.no_grad():
        t = threading.Thread(target=lambda: seen.append(tg.is_grad_enabled()))
        t.start()
        t.join()
    assert seen == [True]


def test_threads_record_side_by_side():
    results = {}

    def work(k):
        x = leaf(float(k))
        y = x
        for _ in range(300):
            y = y * 1.001
        y.sum().backward()
        results[k] = x.grad.item()

    workers = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert all(abs(v - 1.001 ** 300) < 1e-3 for v in results.values()) and len(results) == 4


# -------------------------------------------------------------------------------------------------------- anomaly

def test_anomaly_detection_names_op_line_and_cause():
    x = tg.tensor([0., 4.], requires_grad=True)
    with tg.autograd.detect_anomaly():
        y = tg.where(x > 1, tg.sqrt(x), 0.).sum()           # the trap: sqrt'(0) = inf, times 0
        with pytest.raises(RuntimeError, match=r"'sqrt'.*nan.*NOT selected.*test_engine\.py, line \d+: y = tg\.where"):
            y.backward()


def test_anomaly_detection_is_silent_on_a_healthy_graph():
    x = leaf(1., 4.)
    with tg.autograd.detect_anomaly():
        tg.sqrt(x).sum().backward()
    assert x.grad.tolist() == [0.5, 0.25]


# ----------------------------------------------------------------------------------------------------- import

def test_importing_the_library_imports_neither_cupy_nor_the_slow_parts():
    import subprocess
    import sys
    code = "import sys, tinygrad_bio; print([m for m in ('cupy', 'scipy.special', 'scipy.sparse', 'matplotlib', 'graphviz', 'Bio') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_only_the_backend_names_cupy():
    import pathlib
    package = pathlib.Path(tg.__file__).parent
    users = [str(p.relative_to(package)) for p in sorted(package.rglob("*.py")) if "import cupy" in p.read_text(encoding="utf-8")]
    assert users == ["backend.py"]
