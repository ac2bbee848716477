"""The stand-in for CuPy is as strict as CuPy. On a machine with a card these tests run on CuPy itself too."""
import copy
import doctest
import gc
import inspect
import operator
import pickle
import sys
import warnings
import weakref

import numpy as np
import pytest
import scipy.special

import fakecupy
from fakecupy import fake_cupy, install, modules
from fakecupy import functions as tables


def real_cupy():
    """CuPy itself if it is installed, else None; and whether it finds a card (without one CuPy 13 raises)."""
    try:
        import cupy
    except ImportError:
        return None, False
    try:
        return cupy, cupy.cuda.is_available()
    except RuntimeError:
        return cupy, False


REAL, HAS_CARD = real_cupy()
HOST = np.ones((2, 3), "f")


@pytest.fixture(params=["stand-in", "CuPy"] if HAS_CARD else ["stand-in"])
def cp(request):
    if request.param == "CuPy":
        yield REAL
    else:
        with fake_cupy() as module:
            yield module


@pytest.fixture
def fake():
    """The stand-in alone, for what only it promises."""
    with fake_cupy() as module:
        yield module


@pytest.fixture
def x(cp):
    """[[0, 1, 2], [3, 4, 5]] on the card."""
    return cp.asarray(np.arange(6, dtype="f").reshape(2, 3))


def each(lines):
    """Run a test for each line of code; the line is then the test's name."""
    return pytest.mark.parametrize("code", [line.strip() for line in lines.strip().split("\n")])


def run(code, cp, x=None, **names):
    return eval(code, {"cp": cp, "xp": cp, "x": x, "np": np, "HOST": HOST, "operator": operator, **names})


# ------------------------------------------------------------------------------ 1. two memories

@pytest.mark.parametrize("name", "add sub mul truediv floordiv mod pow lt le gt ge eq ne".split())
def test_operators_refuse_numpy_arrays_on_either_side(x, name):
    op = getattr(operator, name)
    for a, b in ((x, HOST), (HOST, x)):
        with pytest.raises(TypeError, match="Unsupported type <class 'numpy.ndarray'>"):
            op(a, b)


@pytest.mark.parametrize("name", "add sub mul truediv floordiv mod pow".split())
def test_in_place_operators_refuse_numpy_arrays_and_keep_the_array(x, name):
    op = getattr(operator, "i" + name)
    before = x.get()
    for other in (HOST, [1.0, 2.0, 3.0]):
        with pytest.raises(TypeError, match="Unsupported type"):
            op(x, other)
    with pytest.raises(TypeError):
        op(HOST.copy(), x)
    assert (x.get() == before).all()
    assert op(x, 2) is x and x.get().tolist() == getattr(operator, name)(before, 2).tolist()


@pytest.mark.parametrize("name", "and_ or_ xor lshift rshift floordiv mod".split())
def test_integer_operators(cp, name):
    op, host = getattr(operator, name), np.array([5, 6])
    i = cp.asarray(host)
    assert op(i, 2).tolist() == op(host, 2).tolist() and op(2, i).tolist() == op(2, host).tolist()
    with pytest.raises(TypeError, match="Unsupported type"):
        op(i, host)


def test_matmul_refuses_numpy_arrays(x):
    for a, b in ((x, HOST.T), (HOST, x.T)):
        with pytest.raises(TypeError):
            a @ b
    assert (x @ x.T).tolist() == (x.get() @ x.get().T).tolist()


@pytest.mark.parametrize("other", [HOST, [1.0, 2.0, 3.0], "1", object(), np.array(1.0)], ids=str)
@each("""
    cp.add(x, other)
    cp.add(other, x)
    cp.exp(other)
    cp.where(x > 0, x, other)
    cp.where(x > 0, other, x)
    cp.maximum(x, other)
    """)
def test_ufuncs_refuse_all_but_arrays_of_the_card_and_scalars(cp, x, code, other):
    with pytest.raises(TypeError, match="Unsupported type"):
        run(code, cp, x, other=other)


@each("""
    cp.clip(x, HOST, None)
    cp.concatenate([x, HOST])
    cp.stack([HOST, x])
    cp.tensordot(x, HOST.T, 1)
    cp.dot(x, HOST.T)
    x.dot(HOST.T)
    cp.matmul(x, HOST.T)
    cp.searchsorted(x[0], HOST[0])
    cp.searchsorted(x[0], np.float32(1))
    cp.broadcast_to(HOST, (2, 2, 3))
    cp.repeat(x, HOST)
    cp.where(True, x, x)
    """)
def test_functions_refuse_numpy_arrays(cp, x, code):
    with pytest.raises((TypeError, ValueError, AttributeError, NotImplementedError)):
        run(code, cp, x)


@each("""
    cp.sum([1, 2])
    cp.sum(HOST)
    cp.mean(2.0)
    cp.sum(object())
    cp.tril(HOST)
    cp.outer(x, HOST)
    cp.concatenate([1.0, x])
    cp.concatenate(HOST)
    cp.einsum("ij,ij", x, HOST)
    cp.average(x, weights=HOST)
    cp.broadcast_arrays(x, HOST)
    cp.linalg.norm(HOST)
    cp.ascontiguousarray(HOST)
    """)
def test_functions_refuse_lists_and_numpy_arrays_even_where_cupy_passes_them_on(fake, code):
    with pytest.raises(TypeError, match="Unsupported type"):
        run(code, fake, fake.ones((2, 3)))


def test_out_must_be_on_the_card(cp, x):
    host = HOST.copy()
    for use in (lambda: cp.exp(x, out=host), lambda: np.exp(x, out=host), lambda: cp.exp(x, host),
                lambda: x.sum(axis=0, out=host[0])):
        with pytest.raises(TypeError):
            use()
    out = cp.zeros_like(x)
    assert cp.exp(x, out=out) is out and cp.exp(x, out) is out and np.exp(x, out=out) is out
    assert np.allclose(out.get(), np.exp(x.get()))
    row = cp.zeros(3, "f")
    assert x.sum(axis=0, out=row) is row and row.tolist() == [3, 5, 7]
    with pytest.raises(TypeError):                              # NumPy's casting rule: no float into integers
        cp.exp(x, out=cp.zeros((2, 3), dtype="i"))


SCALARS = [2, 2.5, True, 1j, np.float32(2), np.float64(2), np.int64(2), np.bool_(True)]


@pytest.mark.parametrize("scalar", SCALARS, ids=repr)
@pytest.mark.parametrize("dtype", "fdeiB?")
def test_scalars_are_welcome_and_promote_as_in_numpy_2(cp, dtype, scalar):
    host = np.ones(3, dtype)
    ours = cp.asarray(host)
    for name in ("add", "multiply", "true_divide", "maximum"):
        expected = getattr(np, name)(host, scalar).dtype
        assert getattr(cp, name)(ours, scalar).dtype == getattr(cp, name)(scalar, ours).dtype == expected
    assert (scalar + ours).dtype == (ours + scalar).dtype == (scalar + host).dtype
    assert cp.where(ours > 0, ours, scalar).dtype == np.where(host > 0, host, scalar).dtype


def test_a_0d_array_is_no_weak_scalar(cp):
    assert (cp.ones(3, "f") * cp.asarray(2.0)).dtype == "float64"


def test_a_ufunc_of_a_scalar_is_an_array(cp):
    assert type(cp.exp(1.0)) is cp.ndarray and cp.exp(1.0).shape == ()
    assert cp.exp(np.float32(1)).dtype == "float32"


# ------------------------------------------------------------------- 2. to the host only when asked

@each("""
    np.asarray(x)
    np.array(x)
    np.array([x[0], x[1]])
    np.float32(x[0, 0])
    np.ones(3) + [x, x]
    HOST.copy().__setitem__(0, x[0])
    memoryview(x)
    """)
def test_nothing_becomes_a_numpy_array_by_itself(cp, x, code):
    with pytest.raises(TypeError):
        run(code, cp, x)
    assert not hasattr(x, "__array_interface__")


def test_the_refusal_says_what_to_write(x):
    with pytest.raises(TypeError, match=r"Implicit conversion .* not allowed. Please use `.get\(\)`"):
        np.asarray(x)


def test_explicit_ways_to_the_host(cp, x):
    for host in (x.get(), cp.asnumpy(x)):
        assert type(host) is np.ndarray and host.dtype == "f" and host.tolist() == [[0, 1, 2], [3, 4, 5]]
    host = x.get()
    host[:] = 7
    assert float(x[0, 0]) == 0
    out = np.empty((2, 3), "f")
    assert x.get(out=out) is out and out[1, 2] == 5
    assert cp.asnumpy([1, 2]).tolist() == [1, 2] and x.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert repr(x) == repr(x.get()) and str(x) == str(x.get()) and f"{x[0, 1]:.2f}" == "1.00"


def test_one_element_becomes_a_number(x):
    one = x[1, 2]
    assert (float(one), int(one), bool(one), complex(one), one.item()) == (5.0, 5, True, 5 + 0j, 5.0)
    assert type(one.item()) is float and x[1:, 2:].item() == 5.0 and bool(x[:1, :1]) is False
    with pytest.raises(TypeError):
        one.item(0)
    with pytest.raises(ValueError, match="size 1"):
        x.item()
    with pytest.raises(ValueError, match="ambiguous"):
        bool(x)


@pytest.mark.filterwarnings("ignore::UserWarning")
@each("""
    float(x[0, 0])
    bool(x.any())
    x.sum().item()
    x.get()
    cp.asnumpy(x)
    repr(x)
    x[x > 1]
    x.__setitem__(x > 1, 0)
    x.nonzero()
    cp.nonzero(x)
    cp.where(x > 1)
    cp.unique(x)
    cp.bincount(x[0].astype("i"))
    """)
def test_waiting_for_the_card_can_be_forbidden(cp, x, code):
    import cupyx
    with cupyx.allow_synchronize(False):
        with pytest.raises(cupyx.DeviceSynchronized):
            run(code, cp, x)
        cp.where(x > 1, x, 0).sum()                             # this needs no answer
    run(code, cp, x)


# ----------------------------------------------------------------------------- 3. what an array is

def test_an_array_of_the_card_is_no_numpy_array(cp, x):
    assert not isinstance(x, np.ndarray) and isinstance(x, cp.ndarray)
    assert type(x).__module__ == "cupy" and type(x).__name__ == "ndarray"
    assert cp.get_array_module(x) is cp and cp.get_array_module(HOST) is np
    assert x.device == cp.cuda.Device(0) and x.device.id == 0
    with pytest.raises(TypeError):
        hash(x)
    with pytest.raises(AttributeError):
        x.name = "weights"


def test_memory_is_freed_without_the_garbage_collector(cp):
    gc.disable()
    try:
        x = cp.ones(3)
        y = x[1:] + 1
        references = weakref.ref(x), weakref.ref(y)
        del y
        assert references[0]() is x and references[1]() is None
        del x
        assert references[0]() is None
    finally:
        gc.enable()


def test_to_the_card_is_a_copy(cp):
    for move in (cp.asarray, cp.array, cp.asanyarray):
        host = np.zeros(3)
        x = move(host)
        host[0] = 7
        assert float(x[0]) == 0


def test_asarray_of_an_array_of_the_card_is_the_array(cp, x):
    assert cp.asarray(x) is x and cp.ascontiguousarray(x) is x and x.astype("f", copy=False) is x
    assert cp.array(x) is not x and x.astype("f") is not x and cp.asarray(x, dtype="d").dtype == "d"
    assert cp.ascontiguousarray(x.T).flags.c_contiguous


def test_lists_of_arrays_are_stacked_on_the_card_but_not_mixed(cp, x):
    assert cp.asarray([x[0], x[1]]).tolist() == x.tolist()
    with pytest.raises(TypeError):
        cp.asarray([x[0, 0], 1.0])


@each("""
    cp.asarray("text")
    cp.asarray([None])
    cp.asarray([[1], [2, 3]])
    cp.asarray(np.array(["a"]))
    cp.asarray([2 ** 70])
    cp.asarray({})
    cp.zeros(2, object)
    cp.empty(2, "M8[s]")
    x.astype("U3")
    x.astype(np.longdouble)
    """)
def test_a_card_holds_numbers_only(cp, x, code):
    with pytest.raises((ValueError, TypeError)):
        run(code, cp, x)


@each("""
    range(n)
    [1, 2, 3, 4][n]
    operator.index(n)
    "a" * n
    """)
def test_no_index_protocol(cp, code):
    with pytest.raises(TypeError):
        run(code, cp, n=cp.asarray(3))


def test_copies_and_pickles(x):
    for y in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x)), x.copy()):
        assert type(y) is type(x) and y.tolist() == x.tolist()
        y[0] = 9
        assert float(x[0, 0]) == 0


@pytest.mark.parametrize("name", "setflags itemset getfield ctypes __index__ __contains__".split())
def test_what_an_array_lacks(x, name):
    assert not hasattr(x, name)


# ------------------------------------------------------------------------ 4. NumPy's own functions

@each("""
    np.exp(x)
    np.add(1, x)
    np.sum(x)
    np.concatenate([x, x])
    np.linalg.norm(x)
    np.where(x > 0, x, 0)
    np.matmul(x, x.T)
    np.zeros_like(x)
    np.add.reduce(x)
    np.clip(x, 0, 1)
    np.multiply.outer(x, x)
    np.equal(x, 1)
    erf(x)
    """)
def test_numpys_functions_hand_over(cp, x, code):
    assert type(run(code, cp, x, erf=scipy.special.erf)) is cp.ndarray


def test_numpys_add_at_hands_over(cp):
    y = cp.zeros(2)
    np.add.at(y, cp.asarray([0, 0]), 1.0)
    assert y.tolist() == [2, 0]


@each("""
    np.vecdot(x, x)
    np.insert(x, 0, 1)
    np.block([x, x])
    np.spacing(x)
    np.maximum.reduce(x)
    np.exp(x, where=x > 1)
    np.linalg.multi_dot([x, x.T])
    np.sum(x, initial=1)
    np.add(x, HOST)
    np.concatenate([HOST, x])
    np.where(x > 0, HOST, x)
    np.copyto(HOST.copy(), x)
    np.dot(HOST, x.T)
    """)
def test_numpys_functions_raise_where_cupy_has_none_or_refuses(cp, x, code):
    with pytest.raises((TypeError, ValueError, AttributeError, NotImplementedError)):
        run(code, cp, x)


class Polite:
    """Another library's array: takes over every operation."""
    __array_ufunc__ = None

    def __radd__(self, other):
        return "taken over"

    __rmatmul__ = __gt__ = __radd__


class Dispatching(Polite):
    def __array_ufunc__(self, ufunc, method, *inputs, **settings):
        return ufunc.__name__

    def __array_function__(self, function, types, args, settings):
        return function.__name__


class Prior:
    __array_priority__ = 1000
    __radd__ = Polite.__radd__


class Plain:
    __radd__ = Polite.__radd__


def test_operators_leave_the_operation_to_those_who_claim_it(cp, x):
    assert x + Polite() == "taken over" and x @ Polite() == "taken over" and (x < Polite()) == "taken over"
    assert x + Dispatching() == "add" and x @ Dispatching() == "matmul"
    assert x + Prior() == "taken over" and np.concatenate([x, Dispatching()]) == "concatenate"
    with pytest.raises(TypeError):
        x + Plain()                                             # it claims nothing
    for use in (lambda: cp.add(x, Polite()), lambda: cp.sin(Dispatching()),
                lambda: operator.iadd(x, Dispatching())):
        with pytest.raises(TypeError, match="Unsupported type"):
            use()


def test_an_array_equals_no_object(x):
    assert (x == None).tolist() == [[False] * 3] * 2            # noqa: E711
    assert (x != Ellipsis).all() and not (x == object()).any()


# -------------------------------------------------------------------------------- 5. 0-d arrays

@pytest.mark.parametrize("name", "sum prod mean var std max min argmax argmin all any".split())
def test_reductions_give_0d_arrays(cp, x, name):
    for result in (getattr(cp, name)(x), getattr(x, name)(), getattr(np, name)(x)):
        assert type(result) is cp.ndarray and result.shape == ()
        assert result.dtype == getattr(np, name)(x.get()).dtype


@each("""
    x[0, 0]
    x[1][2]
    x[0][cp.asarray(1)]
    next(iter(x[0]))
    x.take(1)
    x[0].dot(x[0])
    x[0] @ x[0]
    cp.dot(x[0], x[0])
    cp.vdot(x[0], x[0])
    cp.einsum("i,i", x[0], x[0])
    cp.linalg.norm(x)
    cp.linalg.det(x[:, :2])
    cp.linalg.slogdet(x[:, :2])[0]
    cp.linalg.slogdet(x[:, :2])[1]
    cp.trace(x)
    cp.median(x)
    cp.average(x)
    cp.count_nonzero(x)
    cp.searchsorted(x[0], 1.0)
    cp.allclose(x, x)
    cp.array_equal(x, x)
    """)
def test_what_else_gives_0d_arrays(cp, x, code):
    result = run(code, cp, x)
    assert type(result) is cp.ndarray and result.shape == ()


def test_questions_about_an_array_are_answered_by_the_host(cp, x):
    assert type(x.shape) is tuple and type(x.size) is int and cp.ndim(x) == 2 and cp.shape(x) == (2, 3)
    assert type(cp.may_share_memory(x, x)) is bool and cp.size(x) == 6 and cp.result_type(x, 2.0) == "f"


def test_0d_arrays_have_no_length(cp):
    zero = cp.asarray(1.0)
    with pytest.raises(TypeError, match="iteration over a 0-d array"):
        iter(zero)
    with pytest.raises(TypeError, match="len"):
        len(zero)
    assert len(cp.ones((2, 3))) == 2 and [row.shape for row in cp.ones((2, 3))] == [(3,), (3,)]


def test_one_element_of_an_array_is_a_view(x):
    one = x[1, 2]
    one[...] = 50
    assert float(x[1, 2]) == 50 and one.base is x


# ---------------------------------------------------------------------------------- 6. indices

@pytest.mark.parametrize("index, same", [([3], [0]), ([-7, 5], [2, 2]), ([300], [0]), ([-1, 0], [2, 0])])
def test_integers_in_index_arrays_wrap_around(cp, index, same):
    host = np.array([10.0, 11.0, 12.0])
    x, i, expected = cp.asarray(host), cp.asarray(index), host[same].tolist()
    for picked in (x[i], x[index], x[np.array(index)], x.take(i), cp.take(x, i, axis=0),
                   cp.take_along_axis(x, i, 0), cp.stack([x, x])[1, i], cp.stack([x, x])[i * 0 + 1, i]):
        assert picked.tolist() == expected
    y = x.copy()
    y[i] = 5
    assert y.tolist() == np.where(np.isin(np.arange(3), same), 5, host).tolist()
    cp.add.at(x, i, 1.0)
    np.add.at(host, same, 1.0)
    assert x.tolist() == host.tolist()


@pytest.mark.parametrize("index", [2, -3, (0, 3), (slice(None), 3), np.int64(2)], ids=str)
def test_integers_by_themselves_do_not_wrap(x, index):
    with pytest.raises(IndexError, match="out of bounds"):
        x[index]
    with pytest.raises(IndexError, match="out of bounds"):
        x[index] = 0


@each("""
    x[cp.ones(3, "?")]
    x[cp.ones((2, 2), "?")]
    x[np.ones(3, "?")]
    x[[True, False, True]]
    x[cp.asarray([0.5])]
    x[[0.5]]
    x[0, 0, 0]
    x[0, 0, cp.asarray([0])]
    x[..., 0, ...]
    x["a"]
    cp.zeros((0, 3))[cp.asarray([0])]
    cp.zeros((0, 3)).take(cp.asarray([0]), axis=0)
    """)
def test_other_wrong_indices_raise(cp, x, code):
    with pytest.raises((IndexError, ValueError)):
        run(code, cp, x)


INDICES = [
    0, -1, slice(None), slice(1, None), (0, 1), (Ellipsis, 0), None, (slice(None), None, 1), (1, Ellipsis),
    (), (slice(None, None, -1), slice(None, None, 2)), [0, 1, 1], [[0], [1]], (slice(None), [2, 0]),
    ([0, 1], [1, 1]), ([0, 1], slice(None, 2)), (0, [1, 1]), np.array([1, 0]), (None, [1]), [], [True, False],
    (0, [True, False, True]),
]


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_indices_pick_what_they_pick_in_numpy(x, index):
    host = x.get()
    assert x[index].tolist() == host[index].tolist() and x[index].shape == host[index].shape
    host[index] = -1
    x[index] = -1
    assert x.tolist() == host.tolist()


@each("""
    x[0]
    x[:, 1:]
    x[None]
    x[...]
    x[0][1:]
    x.T
    x.view()
    x.reshape(3, 2)
    x.ravel()
    x.swapaxes(0, 1)
    cp.expand_dims(x, 0)
    cp.moveaxis(x, 0, 1)
    cp.broadcast_to(x, (4, 2, 3))
    cp.split(x, 3, 1)[1]
    """)
def test_views_share_memory_and_know_their_base(cp, x, code):
    view = run(code, cp, x)
    assert view.base is x and cp.may_share_memory(view, x) and not view.flags.owndata
    view[...] = 77
    assert float(x.max()) == 77


@each("""
    x[[0]]
    x[x > 1]
    x[cp.asarray(0)]
    x.flatten()
    x.copy()
    x + 0
    x.T.ravel()
    cp.tril(x)
    cp.concatenate([x])
    """)
def test_copies_own_their_memory(cp, x, code):
    picked = run(code, cp, x)
    assert not cp.may_share_memory(picked, x) and x.base is None and x.flags.owndata
    assert picked.data.ptr != x.data.ptr == x[0].data.ptr


# ------------------------------------------------------------------------ 7. no news from the card

@each("""
    x / 0
    1 / (x * 0)
    x % 0
    cp.log(-x)
    cp.sqrt(-x)
    cp.exp(x * 1000)
    (x * 1e300).astype("f")
    cp.asarray([1]) // 0
    cp.linalg.norm(x * 1e300)
    cp.sum(x * float("inf") - x * float("inf"))
    (x / 0).astype("i")
    cp.zeros((2, 3), "i").__setitem__(slice(None), x / 0)
    cp.zeros((2, 3), "i").__setitem__([0, 1], x / 0)
    """)
def test_arithmetic_never_warns(cp, x, code):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(code, cp, x.astype("d"))


def test_singular_matrices_raise_nothing(cp):
    singular = cp.ones((2, 2))
    for result in (cp.linalg.inv(singular), cp.linalg.solve(singular, cp.asarray([1.0, 2.0]))):
        assert not bool(cp.isfinite(result).all())
    assert cp.linalg.cholesky(-singular).shape == (2, 2)
    with pytest.raises(np.linalg.LinAlgError):
        cp.linalg.inv(cp.ones((2, 3)))
    assert cp.linalg.LinAlgError is np.linalg.LinAlgError


# --------------------------------------------------------------------------- 8. many threads at once

def test_of_several_values_for_one_place_the_first_stays(fake):
    x = fake.zeros(3)
    x[fake.asarray([0, 2, 0])] = fake.asarray([1.0, 2.0, 3.0])
    assert x.tolist() == [1, 0, 2]
    y = fake.zeros((2, 2))
    y[[0, 0], [1, -1]] = fake.asarray([4.0, 5.0])               # -1 is place 1 again
    assert y.tolist() == [[0, 4], [0, 0]]
    y[[1, 1]] = fake.asarray([[1.0, 2.0], [3.0, 4.0]])
    assert y.tolist() == [[0, 4], [1, 2]]


def test_at_counts_every_occurrence(cp):
    i, v = cp.asarray([0, 2, 0]), cp.asarray([1.0, 5.0, 3.0])
    for name, expected in (("add", [5, 1, 6]), ("maximum", [3, 1, 5]), ("minimum", [1, 1, 1])):
        x = cp.ones(3)
        getattr(cp, name).at(x, i, v)
        assert x.tolist() == expected
    rows = cp.zeros((2, 2), "f")
    cp.add.at(rows, (cp.asarray([1, 1]), slice(None)), 1)
    cp.add.at(rows, (slice(None), 0), cp.asarray([10.0, 20.0]))
    cp.add.at(rows, rows > 15, 100)
    assert rows.tolist() == [[10, 0], [122, 2]]


def test_at_casts_the_values_silently(cp):
    x = cp.asarray([5, 7], dtype="i")
    cp.add.at(x, cp.asarray([0, 1, 1]), cp.asarray([-0.5, 1.9, 1.9]))
    assert x.tolist() == [5, 9]


@pytest.mark.parametrize("name, dtype", [("add", "?"), ("add", "b"), ("add", "h"), ("add", "D"),
                                         ("maximum", "e"), ("minimum", "h"), ("subtract", "f")])
def test_at_has_instructions_for_some_dtypes_only(cp, name, dtype):
    with pytest.raises(TypeError, match="only supports"):
        getattr(cp, name).at(cp.ones(2, dtype), cp.asarray([0]), cp.ones(1, dtype))


def test_repeats_on_the_card_are_too_new(fake):
    with pytest.raises(ValueError, match="cannot be specified"):
        fake.repeat(fake.ones(2), fake.asarray([1, 2]))


@pytest.mark.parametrize("name", ["add", "maximum", "minimum"])
def test_at_of_int64_is_too_new(fake, name):
    with pytest.raises(TypeError, match="only supports"):
        getattr(fake, name).at(fake.ones(2, "q"), fake.asarray([0]), 1)


@pytest.mark.parametrize("name", ["multiply", "true_divide", "logaddexp", "logical_or"])
def test_at_of_other_functions_is_missing(cp, name):
    with pytest.raises(NotImplementedError):
        getattr(cp, name).at(cp.ones(2), cp.asarray([0]), 1.0)


def test_at_works_on_the_card_only(cp):
    with pytest.raises(AttributeError):
        cp.add.at(np.ones(2), cp.asarray([0]), 1.0)


# -------------------------------------------------------------------------------- 9. and 10.

def test_sums_and_products_reduce(cp, x):
    assert cp.add.reduce(x).tolist() == [3, 5, 7] and cp.add.reduce(x, axis=None).shape == ()
    assert cp.multiply.accumulate(x, 1).tolist() == [[0, 0, 0], [3, 12, 60]]
    assert cp.add.outer(x[0], x[1]).tolist() == np.add.outer(x.get()[0], x.get()[1]).tolist()


@each("""
    cp.maximum.reduce(x)
    cp.logaddexp.reduce(x)
    cp.logical_or.reduce(x)
    cp.maximum.accumulate(x)
    cp.minimum.accumulate(x)
    cp.multiply.reduceat(x, cp.asarray([0]))
    cp.add.reduce(x, where=x > 1)
    cp.add.reduce(x, initial=1)
    """)
def test_nothing_else_reduces(cp, x, code):
    with pytest.raises((NotImplementedError, TypeError)):
        run(code, cp, x)


def test_sorting_is_stable(cp):
    host = np.random.default_rng(0).integers(0, 3, 200)
    x = cp.asarray(host)
    assert cp.argsort(x).tolist() == x.argsort().tolist() == np.argsort(host, kind="stable").tolist()
    assert cp.sort(x, kind="stable").tolist() == np.sort(host).tolist()
    x.sort()
    assert x.tolist() == np.sort(host).tolist()


@each("""
    cp.argsort(x, kind="quicksort")
    cp.sort(x, kind="mergesort")
    cp.sort(x, kind="heapsort")
    x.argsort(order=None)
    x.T.sort()
    """)
def test_no_other_sorting(cp, x, code):
    with pytest.raises((ValueError, TypeError, NotImplementedError)):
        run(code, cp, x)


# ---------------------------------------------------------------------------- 11. fewer arguments

@each("""
    cp.sum(x, where=x > 1)
    cp.sum(x, initial=0)
    cp.sum(x, 0, axis=0)
    cp.sum(x, 0, None, None, False, 1)
    x.sum(where=x > 1)
    cp.max(x, initial=0)
    x.max(initial=0)
    cp.mean(x, where=x > 1)
    cp.prod(x, initial=1)
    cp.any(x, where=x > 1)
    cp.var(x, correction=1)
    cp.count_nonzero(x, keepdims=True)
    cp.add(x)
    cp.exp(x, x, x)
    cp.add(x, 1, where=x > 1)
    cp.add(x, 1, order="F")
    cp.exp(x, subok=True)
    cp.einsum("ij->i", x, out=x)
    cp.einsum("ij->i", x, casting="safe")
    cp.take(x, cp.asarray([9]), mode="clip")
    x.take(cp.asarray([9]), mode="raise")
    cp.clip(x, min=0, max=1)
    cp.zeros_like(x, subok=False)
    cp.broadcast_to(x, x.shape, subok=True)
    cp.ones(3, device="cuda")
    cp.array([1.0], ndmax=1)
    cp.unique(x, sorted=False)
    cp.linalg.svd(x, hermitian=True)
    cp.linalg.cholesky(x, upper=True)
    cp.linalg.pinv(x, rtol=1e-3)
    x.astype("d", casting="safe")
    x.copy(1, 2)
    cp.reshape(x)
    cp.moveaxis(x, 0)
    cp.concatenate()
    """)
def test_arguments_that_cupy_lacks_are_refused(cp, x, code):
    with pytest.raises(TypeError):
        run(code, cp, x)


def test_ravel_multi_index_wraps_by_default(cp):
    assert cp.ravel_multi_index((cp.asarray([0]), cp.asarray([4])), (2, 3)).tolist() == [1]


# ----------------------------------------------------------- 12. no write protection; who owns what

def test_no_write_protection(cp, x):
    assert not hasattr(x.flags, "writeable")
    with pytest.raises(KeyError):
        x.flags["WRITEABLE"]
    cp.diagonal(x)[...] = 7
    x.diagonal()[:1] = 8
    wide = cp.broadcast_to(x[0], (2, 3))
    wide[0] = 3
    assert x.tolist() == [[3, 3, 3], [3, 7, 5]]


def test_flags_tell_the_layout(cp, x):
    assert x.flags.c_contiguous and x.flags["C_CONTIGUOUS"]
    assert not x.T.flags.c_contiguous and x.T.flags.f_contiguous and x.T.flags.fnc
    f = cp.asarray(np.ones((2, 3), order="F"))
    assert f.flags.f_contiguous and (f + f).flags.c_contiguous  # NumPy would keep the order


def test_stride_tricks_forget_whose_memory_it_is(cp, x):
    windows = cp.lib.stride_tricks.sliding_window_view(x, 2, axis=1)
    assert windows.shape == (2, 2, 2) and windows.base is None and windows.data.ptr == x.data.ptr
    with pytest.raises(NotImplementedError):
        cp.lib.stride_tricks.sliding_window_view(x, 2, axis=1, writeable=True)
    row = cp.lib.stride_tricks.as_strided(x, (3,), (4,))
    row[0] = 5
    assert row.base is None and float(x[0, 0]) == 5
    assert cp.broadcast_to(windows, (2, 2, 2, 2)).sum().item() == 2 * windows.sum().item()


def test_the_shape_can_be_set_without_a_copy_only(x):
    x.shape = (3, 2)
    assert x.tolist() == [[0, 1], [2, 3], [4, 5]]
    y = x.T
    with pytest.raises(AttributeError):
        y.shape = (6,)


# ------------------------------------------------------------------------- 13. writing into slices

def test_slices_take_numbers_and_arrays_of_the_card_only(cp, x):
    x[:, 1] = 7
    x[0, :2] = cp.asarray([8, 9])
    x[1, 2] = np.float64(1)
    assert x.tolist() == [[8, 9, 2], [3, 7, 1]]
    for value in (np.ones(3), [1.0, 2.0, 3.0], HOST):
        with pytest.raises(ValueError, match="non-scalar numpy.ndarray cannot be used for fill"):
            x[:] = value
    for value in (np.ones(1), cp.ones(1), HOST):
        with pytest.raises(ValueError, match="cannot be used for fill"):
            x.fill(value)
    with pytest.raises(ValueError):
        x[0] = cp.ones(2)


def test_index_arrays_take_lists_too(cp, x):
    x[[0, 1], [0, 0]] = [5, 6]
    x[x > 5] = 0
    x[x == 5] = cp.asarray([[1.5]])
    assert x.tolist() == [[1.5, 1, 2], [0, 4, 1.5]]


# ---------------------------------------------------------------------------- 14. sparse matrices

def test_sparse_products(cp):
    from cupyx.scipy import sparse
    data, indices, indptr = cp.asarray([1.0, 2.0, 3.0]), cp.asarray([0, 2, 2]), cp.asarray([0, 2, 3])
    dense = [[1, 0, 2], [0, 0, 3]]
    m = sparse.csr_matrix((data, indices, indptr), shape=(2, 3))
    v = cp.asarray(np.arange(6.0).reshape(3, 2))
    expected = (np.array(dense) @ v.get()).tolist()
    for matrix in (m, m.tocsc(), m.tocoo(), m.T.tocsr().T, sparse.csr_matrix(cp.asarray(dense, dtype="d"))):
        assert matrix.toarray().tolist() == dense and matrix.shape == (2, 3) and matrix.dtype == "d"
        assert (matrix @ v).tolist() == matrix.dot(v).tolist() == expected
        assert (matrix @ v[:, 0]).shape == (2,) and type(matrix @ v) is cp.ndarray
    assert (m @ v).flags.f_contiguous and not (m @ v).flags.c_contiguous
    assert (v.T @ m.T).T.tolist() == expected
    twice = sparse.coo_matrix((data, (cp.asarray([0, 0, 1]), cp.asarray([1, 1, 0]))), shape=(2, 2))
    assert twice.tocsr().toarray().tolist() == [[0, 3], [3, 0]]
    assert sparse.issparse(m) and not sparse.issparse(v)


@pytest.mark.parametrize("dtype", ["i", "q", "e"])
def test_sparse_matrices_hold_no_integers_and_no_half_precision(cp, dtype):
    from cupyx.scipy import sparse
    places = cp.asarray([0, 1]), cp.asarray([0, 1, 2])
    with pytest.raises(ValueError, match="Only bool, float32, float64"):
        sparse.csr_matrix((cp.ones(2, dtype), *places), shape=(2, 2))


@each("""
    m @ np.ones((2, 2))
    np.ones((2, 2)) @ m
    sparse.csr_matrix((np.ones(2), np.array([0, 1]), np.array([0, 1, 2])), shape=(2, 2))
    sparse.csr_matrix((cp.ones(2), [0, 1], [0, 1, 2]), shape=(2, 2))
    """)
def test_sparse_matrices_refuse_numpy_arrays(cp, code):
    from cupyx.scipy import sparse
    m = sparse.csr_matrix((cp.ones(2), cp.asarray([0, 1]), cp.asarray([0, 1, 2])), shape=(2, 2))
    with pytest.raises((TypeError, ValueError)):
        run(code, cp, m=m, sparse=sparse)


# ----------------------------------------------------------------------- special functions, cuda

@pytest.mark.parametrize("name", "erf erfc expit gammaln digamma entr log_ndtr ndtr i0 loggamma".split())
def test_special_functions(cp, x, name):
    from cupyx.scipy import special
    result, expected = getattr(special, name)(x + 0.5), getattr(scipy.special, name)(x.get() + 0.5)
    assert result.dtype == "f" and np.allclose(result.get(), expected, rtol=1e-5)
    for other in (HOST, [0.5]):
        with pytest.raises(TypeError, match="Unsupported type"):
            getattr(special, name)(other)


@each("""
    special.logsumexp(x, axis=1)
    special.softmax(x, axis=1)
    special.log_softmax(x, axis=0)
    special.polygamma(1, x + 1)
    special.xlogy(x, x)
    """)
def test_special_functions_of_more_arguments(cp, x, code):
    from cupyx.scipy import special
    result, expected = run(code, cp, x, special=special), run(code, cp, x.get(), special=scipy.special)
    assert type(result) is cp.ndarray and np.allclose(result.get(), expected, rtol=1e-5)


def test_what_special_lacks(cp):
    from cupyx.scipy import special
    assert not hasattr(special, "erfi") and not hasattr(special, "wofz")
    with pytest.raises(TypeError):
        special.softmax(cp.ones(3), axis=0, keepdims=True)


def test_the_card(cp):
    assert cp.cuda.is_available() and cp.cuda.runtime.getDeviceCount() >= 1
    with cp.cuda.Device(0) as device:
        device.synchronize()
        cp.cuda.Stream.null.synchronize()
    with pytest.raises(cp.cuda.runtime.CUDARuntimeError, match="invalid device ordinal"):
        cp.cuda.Device(99).use()
    pool = cp.get_default_memory_pool()
    pool.free_all_blocks()
    assert pool.used_bytes() >= 0 and cp.cuda.runtime.getDeviceProperties(0)["name"]


@each("""
    cp.zeros(3)
    cp.asarray([1])
    cp.exp(1.0)
    cp.cuda.runtime.getDeviceCount()
    cp.cuda.Device(0).use()
    """)
def test_a_machine_without_a_card(code):
    with fake_cupy() as cp:
        with fake_cupy(devices=0), pytest.raises(RuntimeError, match="cudaErrorInsufficientDriver"):
            run(code, cp)
        run(code, cp)


def test_a_plain_no_is_too_new():
    with fake_cupy(devices=0) as cp:
        for available in (cp.is_available, cp.cuda.is_available):
            with pytest.raises(RuntimeError, match="cudaErrorInsufficientDriver"):
                available()
    with fake_cupy() as cp:
        assert cp.is_available()


# ------------------------------------------------------------------------------- names; garbage

def test_fresh_memory_holds_garbage(fake):
    assert fake.isnan(fake.empty(3)).all() and fake.isnan(fake.empty_like(fake.ones(3, "f"))).all()
    assert (fake.empty(3, "i") != 0).all() and fake.isnan(fake.ndarray((2,))).all()


@pytest.mark.parametrize("name", "errstate scatter_add insert block unstack spacing nditer emath".split())
def test_names_that_cupy_lacks(cp, name):
    with pytest.raises(AttributeError):
        getattr(cp, name)


@pytest.mark.parametrize("name", "concat trapezoid permute_dims put_along_axis cumulative_sum acos".split())
def test_names_that_are_too_new_say_so(fake, name):
    with pytest.raises(AttributeError, match="since version 14"):
        getattr(fake, name)


@pytest.mark.parametrize("name", ["random", "fft", "RawKernel"])
def test_names_that_are_not_played_say_so(fake, name):
    with pytest.raises(AttributeError, match="CuPy has it, the tests' stand-in does not"):
        getattr(fake, name)
    with pytest.raises(ImportError):
        __import__(f"cupy.{name}")


# -------------------------------------------------------------------- the same numbers as NumPy's

@each("""
    xp.sum(x, 0)
    xp.prod(x, axis=1, keepdims=True)
    xp.mean(x, 1)
    xp.var(x, 0)
    x.std(0, ddof=1)
    xp.max(x, axis=(0, 1), keepdims=True)
    xp.argmin(x, 1)
    xp.cumsum(x, 1)
    xp.cumprod(x, 0)
    xp.median(x, 0)
    xp.quantile(x, 0.3)
    xp.percentile(x, 30, 1)
    xp.average(x, 1, weights=x + 1)
    xp.diff(x)
    xp.count_nonzero(x, 1)
    xp.nanmax(x, 0)
    xp.clip(x, 1, 3)
    xp.round(x / 3, 1)
    xp.nan_to_num(x / 0)
    xp.isclose(x, x + 1)
    xp.flip(x, 1)
    xp.roll(x, 1, axis=1)
    xp.rot90(x)
    xp.tile(x, (2, 1))
    xp.repeat(x, 2, axis=1)
    xp.expand_dims(x, 0)
    xp.moveaxis(x, 0, 1)
    xp.transpose(x, (1, 0))
    xp.reshape(x, (3, 2))
    xp.broadcast_to(x, (2, 2, 3))
    xp.atleast_3d(x)
    xp.pad(x, ((1, 0), (0, 2)))
    xp.split(x, 3, axis=1)[2]
    xp.array_split(x, 2, 1)[1]
    xp.concatenate([x, x], axis=1)
    xp.stack((x, x), -1)
    xp.vstack([x, x])
    xp.tril(x)
    xp.diag(x[0])
    xp.diagonal(x)
    xp.trace(x)
    xp.sort(-x, 1)
    xp.argsort(-x, axis=1)
    xp.unique(x % 3)
    xp.nonzero(x)[0]
    xp.argwhere(x)
    xp.isin(x, x[0])
    xp.bincount(xp.asarray([1, 1]), minlength=4)
    xp.searchsorted(x[0], x[1])
    xp.take_along_axis(x, xp.asarray([[0], [1]]), 1)
    xp.select([x > 3, x > 1], [x, -x])
    xp.unravel_index(xp.asarray([4]), (2, 3))[1]
    xp.tril_indices(3)[0]
    xp.meshgrid(x[0], x[1])[1]
    xp.ogrid[:2, :3][1]
    xp.indices((2, 3))
    xp.arange(2, 5)
    xp.arange(4.0)
    xp.linspace(0, 1, 5)
    xp.eye(3)
    xp.full((2,), 3)
    xp.full_like(x, 2)
    xp.zeros_like(x)
    xp.dot(x, x.T)
    xp.outer(x, x)
    xp.kron(x, x)
    xp.tensordot(x, x, ([0], [0]))
    xp.einsum("ij,kj->ik", x, x)
    xp.divmod(x, 2)[1]
    xp.frexp(x)[1]
    xp.linalg.norm(x, axis=1)
    xp.linalg.solve(x[:, :2], x[:, 2])
    xp.linalg.svd(x)[1]
    xp.linalg.eigh(x @ x.T)[0]
    """)
def test_functions_compute_what_numpy_computes(cp, x, code):
    ours = run(code, cp, x)
    with np.errstate(all="ignore"):
        theirs = run(code, None, x.get(), xp=np)
    assert type(ours) is cp.ndarray and ours.shape == theirs.shape and ours.dtype == theirs.dtype
    assert np.allclose(ours.get(), theirs, rtol=1e-5, atol=1e-5)


# -------------------------------------------------------------------------- the stand-in as a module

def cupy_modules():
    return {name: module for name, module in sys.modules.items() if name.split(".")[0] in ("cupy", "cupyx")}


def test_inside_and_outside():
    before = cupy_modules()
    with fake_cupy() as cupy:
        import cupyx.scipy.sparse
        import cupyx.scipy.special
        assert sys.modules["cupy"] is cupy and cupyx.scipy.special.erf and cupyx.scipy.sparse.csr_matrix
        assert cupy.__name__ == "cupy" and cupy.__spec__.name == "cupy"
    assert cupy_modules() == before and not any(m is sys.modules.get(n) for n, m in modules.MODULES.items())


def test_a_real_cupy_is_set_aside_and_comes_back(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", type(sys)("cupy"))
    monkeypatch.setitem(sys.modules, "cupy.random", type(sys)("cupy.random"))
    before = cupy_modules()
    with pytest.raises(ZeroDivisionError), fake_cupy():
        assert set(cupy_modules()) == set(modules.MODULES)
        1 / 0
    assert cupy_modules() == before
    with monkeypatch.context() as patch:
        assert install(patch) is sys.modules["cupy"] and set(cupy_modules()) == set(modules.MODULES)
    assert cupy_modules() == before


def test_the_documentation_is_true():
    tests = doctest.testmod(fakecupy)
    assert tests.attempted and not tests.failed


# -------------------------------------------------------------- the tables against CuPy, if installed

needs_cupy = pytest.mark.skipif(REAL is None, reason="CuPy is not installed: nothing to compare with")


@needs_cupy
def test_every_name_played_is_in_cupy():
    import cupyx.scipy.sparse  # noqa: F401
    import cupyx.scipy.special  # noqa: F401
    for name, module in modules.MODULES.items():
        parent, _, last = name.rpartition(".")
        real = sys.modules.get(name) or getattr(sys.modules[parent], last)
        assert not [n for n in vars(module) if not n.startswith("_") and not hasattr(real, n)], name


@needs_cupy
@pytest.mark.parametrize("table, module", [("TABLE", "cupy"), ("WAITING", "cupy"), ("LINALG", "cupy.linalg")])
def test_every_argument_played_is_in_cupy(table, module):
    real_module = REAL.linalg if module == "cupy.linalg" else REAL
    too_new = modules.SINCE_14[module].split()
    for name, arrays, settings, positional in tables.entries(getattr(tables, table)):
        real = getattr(real_module, name, None)
        if isinstance(real, REAL.ufunc) or (real is None and name in too_new):
            continue
        theirs = inspect.signature(real).parameters.values()
        ours = [a.strip("[]*") for a in arrays] + list(settings)
        takes_any = any(p.kind is p.VAR_KEYWORD for p in theirs)
        assert takes_any or set(ours) <= {p.name for p in theirs}, name
        in_order = [p.name for p in theirs if p.kind is not p.KEYWORD_ONLY]
        assert in_order[:len(arrays) + positional] == ours[:len(arrays) + positional], name
