"""Indexing: all that NumPy understands, with gradients in which a place that occurs twice counts twice."""
import numpy as np
import pytest
from hypothesis import given, strategies as st

import tinygrad_bio as tg
from tinygrad_bio.autograd import grad
from tinygrad_bio.testing import assert_close, gradcheck, gradgradcheck, strategies


def picked(a, index):
    """a[index]. Numbers beside index arrays go first, as in PyTorch: x[0, :, [1, 2]] is x[0][:, [1, 2]]."""
    if not isinstance(index, tuple) or not any(isinstance(p, np.ndarray) for p in index):
        return a[index]
    axis, rest = 0, []
    for p in index:                                         # … comes last, if at all
        if isinstance(p, int):
            a = np.take(a, p, axis)
        else:
            rest.append(p)
            axis += 0 if p is None else p.ndim if getattr(p, "dtype", None) == bool else 1
    return a[tuple(rest)]


def places(shape, index):
    """The place in the flattened array of every element that an index picks."""
    return picked(np.arange(np.prod(shape, dtype=int)).reshape(shape), index)


def scattered(shape, index, g):
    """The gradient of x[index], slowly and surely."""
    d = np.zeros(np.prod(shape, dtype=int))
    np.add.at(d, places(shape, index), g)
    return d.reshape(shape)


@st.composite
def arrays_and_indices(draw, min_dims=0):
    x = draw(strategies.arrays(strategies.shapes(min_dims=min_dims)))
    return x, draw(strategies.indices(x.shape))


def on(device, index):
    """The index as a user has it on a device: index arrays as tensors there."""
    if isinstance(index, tuple):
        return tuple(on(device, part) for part in index)
    return tg.tensor(index, device=device) if isinstance(index, np.ndarray) else index


@given(arrays_and_indices())
def test_getitem_is_numpys(case):
    a, index = case
    x = tg.from_numpy(np.asarray(a)).requires_grad_()
    y = x[index]
    assert_close(y, np.asarray(picked(a, index)))
    g = np.random.default_rng(0).normal(size=y.shape)
    assert_close(grad(y, x, tg.tensor(g))[0], scattered(a.shape, index, g))


@given(arrays_and_indices())
def test_getitem_passes_gradcheck(case):
    a, index = case
    x = tg.from_numpy(np.asarray(a)).requires_grad_()
    assert gradcheck(lambda x: x[index], x) and gradgradcheck(lambda x: (x * x)[index], x)


@given(case=arrays_and_indices())
def test_tensors_lists_and_arrays_are_the_same_index(case):
    a, index = case
    x = tg.tensor(a)
    assert_close(x[on("cpu", index)], np.asarray(picked(a, index)))
    if isinstance(index, np.ndarray) and index.ndim:
        assert_close(x[index.tolist()] if index.size else x[index], a[index])


@pytest.mark.parametrize("index", [
    0, -1, slice(None, None, -1), (..., None), (None, 1, slice(0, 2)), np.array([1, 0, 1]),
    (np.array([[0], [1]]), np.array([2, 0])),
    np.array([True, False]), np.array([[True, False, True], [False, True, False]]),
    (slice(None), np.array([2, 2])),
    (np.array([True, False]), np.array([1, 2])), (0, np.array([1, 1, 1]))], ids=str)
def test_on_every_device(index, device):
    a = np.arange(6.0).reshape(2, 3)
    x = tg.tensor(a, device=device, requires_grad=True)
    y = x[on(device, index)]
    assert_close(y, np.asarray(a[index]))
    g = np.random.default_rng(0).normal(size=y.shape)
    assert_close(grad(y, x, tg.tensor(g, device=device))[0], scattered(a.shape, index, g))
    z = x.detach().clone()
    z[on(device, index)] = 7.0
    expected = a.copy()
    expected[index] = 7
    assert_close(z, expected)


# -------------------------------------------------------------------------------------------- writing

@given(arrays_and_indices(), strategies.seeds())
def test_setitem_is_numpys_and_has_gradients(case, seed):
    a, index = case
    a, at = np.asarray(a), np.asarray(places(np.shape(a), index))
    if np.unique(at).size < at.size:
        return                                  # which of two values for one place stays is not defined
    v = strategies.random_array(seed, at.shape)
    x, w = tg.tensor(a, requires_grad=True), tg.tensor(v, requires_grad=True)

    def assigned(x, w):
        y = x * 1
        y[index] = w
        return y
    expected = np.array(a, order="C")
    expected.reshape(-1)[at] = v
    assert_close(assigned(x, w), expected)
    assert gradcheck(assigned, (x, w)) and gradgradcheck(lambda x, w: assigned(x * x, w * w), (x, w))


@pytest.mark.parametrize("shape", [(), (1,), (3,), (1, 3), (2, 1), (1, 1, 3), (2, 3)])
def test_setitem_broadcasts_the_value(shape):
    v = tg.tensor(strategies.random_array(0, shape), requires_grad=True)

    def assigned(v):
        y = tg.zeros(2, 3, dtype=tg.float64)
        y[:] = v
        return y
    assert gradcheck(assigned, v)


# ------------------------------------------------------------------------------------ places that occur twice

def test_repeated_places_count_as_often_as_they_occur(device):
    x = tg.zeros(4, 2, device=device, requires_grad=True)
    index = tg.tensor([1, 3, 1, 1, -1], device=device)
    expected = np.array([[0, 0], [3, 3], [0, 0], [2, 2]], "float32")
    column = (index % 4)[:, None].expand(5, 2)
    for picked in (lambda: x[index], lambda: x.index_select(0, index % 4),
                   lambda: tg.take_along_dim(x, column, 0), lambda: tg.gather(x, 0, column)):
        assert_close(grad(picked().sum(), x)[0], expected)


def test_scatter_add_and_index_add_add_up(device):
    index = tg.tensor([0, 2, 0], device=device)
    assert tg.zeros(3, device=device).scatter_add(0, index, tg.ones(3, device=device)).tolist() == [2, 0, 1]
    assert tg.index_add(tg.zeros(3, device=device), 0, index, tg.ones(3, device=device)).tolist() == [2, 0, 1]


@given(st.integers(1, 4), st.integers(1, 4), strategies.seeds())
def test_gather_and_scatter_add_are_transposes(n, m, seed):
    """⟨gather(x), y⟩ = ⟨x, scatter_add(0, y)⟩ for every x and y."""
    rng = np.random.default_rng(seed)
    index = tg.tensor(rng.integers(0, n, (m, 3)))
    x, y = tg.tensor(rng.normal(size=(n, 3))), tg.tensor(rng.normal(size=(m, 3)))
    picked = (tg.gather(x, 0, index) * y).sum()
    assert_close(picked, (x * tg.zeros(n, 3, dtype=tg.float64).scatter_add(0, index, y)).sum())


# -------------------------------------------------------------------------------------------- out of range

OUT_OF_RANGE = {
    "a number": lambda x, i: x[3],
    "a negative number": lambda x, i: x[-4],
    "an index array": lambda x, i: x[i([0, 3])],
    "a negative index array": lambda x, i: x[i([-4])],
    "in a tuple": lambda x, i: x[:, i([0, 2])],
    "behind an ellipsis": lambda x, i: x[..., i([2])],
    "behind None": lambda x, i: x[None, i([3])],
    "behind a mask": lambda x, i: x[i([True, False, True]), i([0, 2])],
    "writing": lambda x, i: x.detach().__setitem__(i([3]), 1.0),
    "writing a tensor": lambda x, i: x.detach().__setitem__((slice(None), i([2])), x.detach()[:, :1]),
    "take_along_dim": lambda x, i: tg.take_along_dim(x, i([[3, 0]]), 0),
    "gather": lambda x, i: tg.gather(x, 1, i([[2]])),
    "gather below": lambda x, i: tg.gather(x, 1, i([[-3]])),
    "scatter_add": lambda x, i: x.scatter_add(0, i([[3]]), x),
    "scatter": lambda x, i: x.scatter(0, i([[3]]), x),
    "index_select": lambda x, i: x.index_select(0, i([3])),
    "index_add": lambda x, i: tg.index_add(x, 0, i([3]), x[:1]),
    "embedding": lambda x, i: tg.ops.embedding(x, index=i([3]).array),
}


@pytest.mark.parametrize("what", OUT_OF_RANGE)
def test_out_of_range_raises_on_both_backends(what, device):
    """CuPy would wrap around silently: a wrong token would look up some other one."""
    x = tg.zeros(3, 2, device=device, requires_grad=True)
    with pytest.raises(IndexError, match="out of (range|bounds)"):
        OUT_OF_RANGE[what](x, lambda v: tg.tensor(v, device=device))


def test_what_is_no_index_is_refused(device):
    x = tg.zeros(3, 2, device=device)
    with pytest.raises(IndexError, match=r"integers or booleans, not float32: write \.long\(\)"):
        x[tg.tensor([0.0], device=device)]
    with pytest.raises(IndexError):
        x[0, 0, 0]
    with pytest.raises(IndexError):
        x[tg.tensor([True, False], device=device)]


def test_an_index_of_the_host_for_a_tensor_anywhere(device):
    """As in PyTorch: places need not lie where the numbers lie, neither forwards nor backwards."""
    x = tg.tensor([1., 2., 3.], device=device, requires_grad=True)
    for places in (np.array([0, 2]), tg.tensor([0, 2]), np.array([True, False, True])):
        x.grad = None
        part = x[places]
        assert part.tolist() == [1, 3] and part.device == x.device
        part.sum().backward()
        assert x.grad.tolist() == [1, 0, 1]
