"""The figures on the lecture slides, recomputed with the library."""
import numpy as np

import tinygrad_bio as tg
from tinygrad_bio.nn import functional as F


def grid(rows):
    return tg.tensor([[float(v) for v in row.split()] for row in rows.split("/")], dtype=tg.float64)[None, None]


def test_b3_convolution():
    image, kernel = grid("3 3 2 1 0 / 0 0 1 3 1 / 3 1 2 2 3 / 2 0 0 2 2 / 2 0 0 0 1"), grid("0 1 2 / 2 2 0 / 0 1 2")
    assert F.conv2d(image, kernel)[0, 0].tolist() == [[12, 12, 17], [10, 17, 19], [9, 6, 14]]


def test_e2_true_convolution_with_a_repeated_border():
    image = grid("1 0 1 1 0 / 0 1 1 0 0 / 1 0 0 0 1 / 1 1 0 0 0 / 0 1 1 1 1")
    kernel = grid("9 8 7 / 6 5 4 / 3 2 1")
    y = F.conv2d(F.pad(image, (1, 1, 1, 1), mode="replicate"), kernel.flip(2, 3))[0, 0]
    assert y[0].tolist() == [21, 31, 31, 19, 5] and y[1, :2].tolist() == [24, 22]
    assert F.conv2d(F.pad(image, (1, 1, 1, 1), mode="replicate"), kernel)[0, 0, 0].tolist() != y[0].tolist()


def test_c2_one_neuron():
    """x = (0.50, 0.51), w = (0.35, 0.40), sigmoid, y = 0.10, learning rate 1; rounded as on the slide."""
    x, y = tg.tensor([0.50, 0.51], dtype=tg.float64), 0.10
    w = tg.tensor([0.35, 0.40], dtype=tg.float64, requires_grad=True)
    total = (w * x).sum()
    total.retain_grad()
    output = tg.sigmoid(total)
    output.retain_grad()
    loss = 0.5 * (y - output)**2
    loss.backward()
    assert round(total.item(), 2) == 0.38 and round(output.item(), 2) == 0.59 and round(loss.item(), 2) == 0.12
    assert round(output.grad.item(), 2) == 0.49                                                 # ∂J/∂ŷ
    assert round(total.grad.item() / output.grad.item(), 2) == 0.24                             # ∂ŷ/∂Σ
    assert round(w.grad[0].item() / total.grad.item(), 2) == 0.50                               # ∂Σ/∂w₁
    assert round(w.grad[0].item(), 2) == 0.06
    assert round((w - w.grad)[0].item(), 2) == 0.29


def test_b9_attention_of_three_inputs():
    """softmax(XXᵀ)X and softmax(QKᵀ/√d)V of the slide's inputs equal the formula written out with NumPy."""
    x = np.array([[1., 0, 1, 0], [0, 2, 0, 2], [1, 1, 1, 1]])
    def softmax(z):                                                             # noqa: E306
        e = np.exp(z - z.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)
    t = tg.tensor(x)
    np.testing.assert_allclose((F.softmax(t @ t.T, dim=-1) @ t).numpy(), softmax(x @ x.T) @ x, rtol=1e-12)
    np.testing.assert_allclose(F.scaled_dot_product_attention(t, t, t).numpy(), softmax(x @ x.T / 2) @ x, rtol=1e-12)
    assert (x @ x.T).tolist() == [[2, 0, 2], [0, 8, 4], [2, 4, 4]]


def test_c3_how_many_steps():
    assert round((0.5 - -0.2) / 1e-5) == 70_000


def test_e3_batch_normalisation_by_hand_equals_the_layer():
    """x = 1, 2, 3, 6: mean 3, variance 14/4, γ = 2, β = 1; the running variance gathers 14/3."""
    layer = tg.nn.BatchNorm1d(1)
    with tg.no_grad():
        layer.weight.fill_(2.0)
        layer.bias.fill_(1.0)
    out = layer(tg.tensor([[1.0], [2.0], [3.0], [6.0]]))
    by_hand = [2 * (x - 3) / (3.5 + 1e-5)**0.5 + 1 for x in (1, 2, 3, 6)]
    assert np.allclose(out.detach().numpy()[:, 0], by_hand, atol=1e-6)
    assert [round(v, 4) for v in out.flatten().tolist()] == [-1.1381, -0.0690, 1.0, 4.2071]
    assert np.isclose(layer.running_mean.item(), 0.3) and np.isclose(layer.running_var.item(), 0.9 + 14 / 30)
    single = layer.eval()(tg.tensor([[6.0]])).item()
    assert np.isclose(single, 2 * (6 - 0.3) / (0.9 + 14 / 30 + 1e-5)**0.5 + 1)


def test_e3_dropout_keeps_the_mean_and_raises_the_variance():
    """Variance after dropout: E[x²]/(1 − p) − E[x]²; in evaluation nothing changes."""
    tg.manual_seed(0)
    x = 1 + 0.5 * tg.randn(200_000)
    kept = tg.nn.functional.dropout(x, 0.5, training=True)
    assert abs(kept.mean().item() - 1) < 0.01 and abs(kept.var().item() - (1.25 / 0.5 - 1)) < 0.02
    assert (tg.nn.Dropout(0.5).eval()(x) == x).all()


def test_e3_softmax():
    assert [round(v, 3) for v in tg.tensor([2.0, 1.0, 0.1]).softmax(0).tolist()] == [0.659, 0.242, 0.099]


def test_b9_keys_queries_and_values_step_by_step():
    """The lecture's three inputs with weights of small whole numbers; every step as on paper."""
    x = tg.tensor([[1., 0, 1, 0], [0, 2, 0, 2], [1, 1, 1, 1]], dtype=tg.float64)
    w_key = tg.tensor([[0., 0, 1], [1, 1, 0], [0, 1, 0], [1, 1, 0]], dtype=tg.float64)
    w_query = tg.tensor([[1., 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 1]], dtype=tg.float64)
    w_value = tg.tensor([[0., 2, 0], [0, 3, 0], [1, 0, 3], [1, 1, 0]], dtype=tg.float64)
    k, q, v = x @ w_key, x @ w_query, x @ w_value
    assert k.tolist() == [[0, 1, 1], [4, 4, 0], [2, 3, 1]]
    assert q.tolist() == [[1, 0, 2], [2, 2, 2], [2, 1, 3]]
    assert v.tolist() == [[1, 2, 3], [2, 8, 0], [2, 6, 3]]
    assert (q @ k.T).tolist() == [[2, 4, 4], [4, 16, 12], [4, 12, 10]]
    e = np.exp(-2 / 3**0.5)                                                     # of the scores 2, 4, 4 after √3
    first = [(e + 4) / (e + 2), (2 * e + 14) / (e + 2), (3 * e + 3) / (e + 2)]
    np.testing.assert_allclose(F.scaled_dot_product_attention(q, k, v)[0].numpy(), first, rtol=1e-12)
    assert [round(number, 3) for number in first] == [1.864, 6.319, 1.704]


def test_c2_after_a_step_and_with_one_more_neuron():
    """Worked out with ten digits: the new weights, the new output, and δ through a second neuron with weight 0.6."""
    x, y, v = np.array([0.50, 0.51]), 0.10, 0.6
    w = tg.tensor([0.35, 0.40], dtype=tg.float64, requires_grad=True)
    h = tg.sigmoid(w @ tg.from_numpy(x))
    (0.5 * (h - y)**2).backward()
    new = (w - w.grad).detach()
    assert [round(number, 2) for number in new.tolist()] == [0.29, 0.34]
    assert round(tg.sigmoid(new @ tg.from_numpy(x)).item(), 4) == 0.5789
    w.grad = None
    out = tg.sigmoid(v * tg.sigmoid(w @ tg.from_numpy(x)))
    (0.5 * (out - y)**2).backward()
    delta2 = (out.item() - y) * out.item() * (1 - out.item())
    delta1 = v * delta2 * h.item() * (1 - h.item())
    np.testing.assert_allclose(w.grad.numpy(), delta1 * x, rtol=1e-12)
    assert (round(delta2, 4), round(delta1, 4)) == (0.1182, 0.0171)


def test_a5_the_gradient_of_a_shared_weight_is_the_sum_over_its_patches():
    x = np.array([[1., 0, 2, 1], [0, 1, 1, 0], [2, 1, 0, 1], [1, 0, 1, 2]])
    w = tg.tensor([[1., -1.], [0.5, 2.]], dtype=tg.float64, requires_grad=True)
    z = F.conv2d(tg.from_numpy(x)[None, None], w[None, None])[0, 0]             # (3, 3)
    delta = np.arange(9.).reshape(3, 3) - 3                                     # any gradient that arrives
    z.backward(tg.from_numpy(delta))
    by_patch = sum(delta[i, j] * x[i:i + 2, j:j + 2] for i in range(3) for j in range(3))
    assert w.grad.tolist() == by_patch.tolist()


def test_e1_layered_notation():
    """s = Wᵀ[1, x] with W of (d + 1) × d′: the biases are W's first row."""
    layer = tg.nn.Linear(3, 2).double()
    W = np.vstack([layer.bias.detach().numpy(), layer.weight.detach().numpy().T])
    assert W.shape == (3 + 1, 2)
    x = np.array([0.3, -1.0, 2.0])
    np.testing.assert_allclose(W.T @ np.append(1.0, x), layer(tg.from_numpy(x)).detach().numpy(), rtol=1e-13)
