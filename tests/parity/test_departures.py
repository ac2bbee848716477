"""Where we differ from PyTorch on purpose. Each test holds both answers: if one changes, we look at it again.

(For dtypes that PyTorch refuses and we take see DIFFERENT in test_dtypes.py.)
"""
import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from .both import LIBRARIES, array

nan, inf = float("nan"), float("inf")


def gradient(L, call, *values):
    leaves = [L.tensor(v, dtype=L.float64, requires_grad=True) for v in values]
    call(L, *leaves).sum().backward()
    return [leaf.grad.tolist() for leaf in leaves]


def test_the_determinant_of_a_singular_matrix_has_a_gradient():
    """The cofactors. PyTorch gives 0."""
    ours, theirs = (gradient(L, lambda L, x: L.linalg.det(x), [[3.0, 6.0], [4.0, 8.0]])[0] for L in LIBRARIES)
    np.testing.assert_allclose(ours, [[8, -4], [-6, 3]], rtol=1e-12)
    np.testing.assert_allclose(theirs, [[0, 0], [0, 0]], atol=1e-12)
    for a in (np.zeros((2, 2)), np.ones((3, 3)), np.diag([1.0, 2.0, 0.0])):
        cofactors = [[(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(a, i, 0), j, 1))
                      for j in range(len(a))] for i in range(len(a))]
        np.testing.assert_allclose(gradient(tg, lambda L, x: L.linalg.det(x), a)[0], cofactors, atol=1e-12)


def test_amax_of_a_row_with_nan():
    """The NaN gets the gradient, as from max(). PyTorch makes the whole row NaN."""
    ours, theirs = (gradient(L, lambda L, x: L.amax(x, 1), [[1.0, nan, 2.0]])[0] for L in LIBRARIES)
    assert ours == [[0, 1, 0]] and np.isnan(theirs).all()


def test_an_infinite_gradient_of_amax():
    """It goes to the largest only. In PyTorch 0·inf makes NaN of the others."""
    ours, theirs = (gradient(L, lambda L, x: L.amax(x, 0) * inf, [-1.0, 2.0])[0] for L in LIBRARIES)
    assert ours == [0, inf] and np.isnan(theirs[0])


@pytest.mark.parametrize("call", [
    lambda L, i: L.ones(3)[i],
    lambda L, i: L.gather(L.ones(3), 0, i),
    lambda L, i: L.scatter(L.ones(3), 0, i, 2.0),
    lambda L, i: L.take_along_dim(L.ones(3), i, 0),
    lambda L, i: L.index_select(L.ones(3), 0, i),
    lambda L, i: L.take(L.ones(3), i),
    lambda L, i: L.index_add(L.ones(3), 0, i, L.ones(1)),
    lambda L, i: L.index_copy(L.ones(3), 0, i, L.ones(1)),
    lambda L, i: L.scatter_add(L.ones(3), 0, i, L.ones(1)),
    lambda L, i: L.scatter_reduce(L.ones(3), 0, i, L.ones(1), "sum"),
    lambda L, i: L.index_fill(L.ones(3), 0, i, 2.0)], ids=range(11))
def test_an_index_out_of_range_is_an_IndexError(call):
    """PyTorch raises IndexError or RuntimeError, and in take_along_dim may read another element."""
    with pytest.raises(IndexError, match="3 is out of range: expected (-3|0) … 2"):
        call(tg, tg.tensor([3]))
    try:
        call(torch, torch.tensor([3]))
    except (IndexError, RuntimeError):
        pass


@pytest.mark.parametrize("call", [
    lambda L, i: L.gather(L.ones(3), 0, i),
    lambda L, i: L.scatter(L.ones(3), 0, i, 2.0),
    lambda L, i: L.scatter_add(L.ones(3), 0, i, L.ones(1)),
    lambda L, i: L.index_select(L.ones(3), 0, i),
    lambda L, i: L.index_add(L.ones(3), 0, i, L.ones(1)),
    lambda L, i: L.index_copy(L.ones(3), 0, i, L.ones(1)),
    lambda L, i: L.scatter_reduce(L.ones(3), 0, i, L.ones(1), "sum")], ids=range(7))
def test_negative_places_are_refused_by_both(call):
    """Not a departure but for the type: −1 is mostly a mark that ought to have been masked."""
    with pytest.raises(IndexError, match="index -1 is out of range: expected 0 … 2"):
        call(tg, tg.tensor([-1]))
    with pytest.raises((IndexError, RuntimeError)):
        call(torch, torch.tensor([-1]))


def test_an_index_of_uint8_is_refused():
    """PyTorch takes it for a mask, and warns; NumPy for places."""
    with pytest.raises(IndexError, match=r"\.bool\(\) for a mask, \.long\(\) for places"):
        tg.ones(3)[tg.tensor([1, 0, 1], dtype=tg.uint8)]


def test_batch_norm_of_images_one_pixel_wide():
    """PyTorch 2.13 mistakes the strides of such a gradient for another memory order: it is wrong by far."""
    x, w, found = array(2, 4, 6, 1), array(4, 4, seed=1), []
    for library in LIBRARIES:
        leaf = library.tensor(x, requires_grad=True)

        def loss(x):
            y = library.nn.functional.batch_norm(x, None, None, training=True)
            return (y.squeeze(3).transpose(1, 2) @ library.tensor(w)).pow(2)[..., 0].sum()
        loss(leaf).backward()
        steps = 1e-5 * np.eye(x.size).reshape(-1, *x.shape)
        differences = [float(loss(library.tensor(x + d)) - loss(library.tensor(x - d))) / 2e-5 for d in steps]
        found.append(np.abs(leaf.grad.numpy().ravel() - differences).max())
    assert found[0] < 1e-6 and found[1] > 1


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_transformer_has_one_path():
    """In use and without gradients PyTorch takes another one, on which padded places come out as 0."""
    padding, found = np.array([[False, False, True], [False, True, True]]), []
    for library in LIBRARIES:
        layer = library.nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
        encoder = library.nn.TransformerEncoder(layer, 1).eval()
        with library.no_grad():
            for p in encoder.parameters():
                p.copy_(library.arange(float(p.numel())).reshape(p.shape).cos() / 2)
            x = library.arange(24.).reshape(2, 3, 4).sin()
            found.append(encoder(x, src_key_padding_mask=library.tensor(padding)).numpy())
    np.testing.assert_allclose(found[0][~padding], found[1][~padding], rtol=1e-4, atol=1e-5)
    assert (found[1][padding] == 0).all() and (found[0][padding] != 0).any()


def test_slices_may_run_backwards():
    assert tg.arange(4)[::-1].tolist() == [3, 2, 1, 0]
    with pytest.raises(ValueError, match="step must be greater than zero"):
        torch.arange(4)[::-1]


def test_view_copies_where_it_must():
    """PyTorch's view() refuses and asks for reshape()."""
    assert tg.arange(6).reshape(2, 3).t().view(-1).tolist() == [0, 3, 1, 4, 2, 5]
    with pytest.raises(RuntimeError, match="view size is not compatible"):
        torch.arange(6).reshape(2, 3).t().view(-1)


def test_what_was_saved_is_never_overwritten():
    """While recording, a write makes a new array: the gradient is right where PyTorch can only refuse."""
    for L in LIBRARIES:
        a = L.tensor([1.0, 2.0], requires_grad=True)
        b = a * 1
        y = b * b
        b.add_(10)
        if L is tg:
            (y.sum() + b.sum()).backward()
            assert a.grad.tolist() == [3.0, 5.0]
        else:
            with pytest.raises(RuntimeError, match="modified by an inplace operation"):
                y.sum().backward()


def test_a_view_taken_before_a_recorded_write_keeps_the_old_values():
    for L, seen in ((tg, 2.0), (torch, 6.0)):
        b = L.ones(2, requires_grad=True) * 2
        view = b[0]
        b.mul_(3)
        assert view.item() == seen
    # off the tape both write the memory that views look at
    c = tg.ones(2)
    view = c[0]
    c.mul_(3)
    assert view.item() == 3


def test_writing_through_data_is_seen():
    """PyTorch does not see it, and answers silently with the gradient at another point."""
    for L in LIBRARIES:
        w = L.tensor([1.0, 2.0], requires_grad=True)
        loss = (w * w).sum()
        w.data.add_(1)
        if L is tg:
            with pytest.raises(RuntimeError, match="written in place"):
                loss.backward()
        else:
            loss.backward()
            assert w.grad.tolist() == [4.0, 6.0]


def test_grad_is_a_new_tensor_after_each_backward():
    """In PyTorch the tensor that .grad was before is written into."""
    for L, same in ((tg, False), (torch, True)):
        w = L.ones(2, requires_grad=True)
        w.sum().backward()
        before = w.grad
        w.sum().backward()
        assert (w.grad is before) == same and w.grad.tolist() == [2, 2]


def test_second_derivatives_that_pytorch_does_not_have():
    """cdist, and a number modulo a tensor; see `gradgradcheck` for all others."""
    for L in LIBRARIES:
        x = L.tensor([[0.0, 1.0]], dtype=L.float64, requires_grad=True)
        y = L.tensor([[3.0, 5.0]], dtype=L.float64)
        g, = L.autograd.grad(L.cdist(x, y).sum(), x, create_graph=True)
        if L is tg:
            h, = L.autograd.grad(g[0, 0], x)
            # d²|v|/dx dv = (1 - v vᵀ/v²)/|v|
            np.testing.assert_allclose(h.tolist(), [[16 / 125, -12 / 125]])
        else:
            with pytest.raises(RuntimeError, match="not implemented"):
                L.autograd.grad(g[0, 0], x)
    assert gradient(tg, lambda L, x: 7 % x, [3.0])[0] == [-2.0]


def test_integers_that_do_not_fit_widen():
    """In PyTorch 300 becomes 44 among uint8, and −1 becomes 255."""
    for L, expected in ((tg, [305, 4, False]), (torch, [49, 4, True])):
        t = L.tensor([5], dtype=L.uint8)
        assert [(t + 300).item(), (t + -1).item(), (t < -1).item()] == expected


def test_messages_name_the_values():
    """The same mistake in both: ours says what was found, where, and what to write instead."""
    with pytest.raises(RuntimeError) as theirs:
        torch.ones(2, 3) @ torch.ones(2, 3).double().T
    with pytest.raises(RuntimeError) as ours:
        tg.ones(2, 3) @ tg.ones(2, 3).double().T
    assert "float != double" in str(theirs.value)
    assert "float32, float64: convert one, for instance with .to(tg.float64)" in str(ours.value)
