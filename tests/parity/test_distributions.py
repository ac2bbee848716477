"""Distributions: densities, moments, divergences with both derivatives against PyTorch; draws by their statistics."""
import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from .both import LIBRARIES, array as A, assert_same, compare, ints

P = A(4, 3, kind="positive")                            # (N, K)
ASKED = [
    ("Normal", (A(4), A(4, kind="positive")), {}, A(5, 4), ["log_prob", "cdf"]),
    ("Normal", (A(4, 1), A(3, kind="positive")), {}, A(3), ["log_prob", "cdf"]),
    ("Normal", (0.5, 2.0), {}, A(3).astype("float32"), ["log_prob", "cdf"]),
    ("Normal", (A(4), A(4, kind="positive")), {}, A(4, kind="probability"), ["icdf"]),
    ("Normal", (A(4), 2), {}, A(4), ["log_prob"]),
    ("Uniform", (-A(4, kind="positive") - 3, A(4, kind="positive") + 3), {}, A(5, 4), ["log_prob", "cdf"]),
    ("Uniform", (0.0, 1.0), {}, A(4, kind="probability").astype("float32"), ["log_prob", "cdf", "icdf"]),
    ("Uniform", (0.0, 1.0), {"validate_args": False}, (A(6) * 2).astype("float32"), ["log_prob", "cdf"]),
    ("Bernoulli", (A(4, kind="probability"),), {}, ints(5, 4, high=2).astype("float64"), ["log_prob"]),
    ("Bernoulli", (), {"logits": A(4) * 3}, ints(5, 4, high=2).astype("float64"), ["log_prob"]),
    ("Bernoulli", (0.3,), {}, ints(3, high=2).astype("float32"), ["log_prob"]),
    ("Categorical", (P,), {}, ints(4), ["log_prob"]),
    ("Categorical", (P,), {}, ints(5, 4), ["log_prob"]),
    ("Categorical", (), {"logits": A(4, 3) * 2}, ints(4), ["log_prob"]),
    ("Categorical", (A(3, kind="positive"),), {}, ints(6), ["log_prob"]),
    ("Categorical", (A(3, kind="positive"),), {}, ints(6).astype("float32"), ["log_prob"]),
]


def label(case):
    return f"{case[0]}-{'-'.join(case[2])}-{np.shape(case[3])}-{case[4][0]}"


@pytest.mark.parametrize("case", ASKED, ids=label)
def test_what_it_answers(case):
    name, args, keywords, value, questions = case

    def call(L, args, keywords, value):
        d = getattr(L.distributions, name)(*args, **keywords)
        return [getattr(d, q)(value) for q in questions]
    compare(call, args, keywords, value)

    def facts(L, args, keywords):
        d = getattr(L.distributions, name)(*args, **keywords)
        more = [d.probs, d.logits] if name in ("Bernoulli", "Categorical") else []
        return d.mean, d.variance, d.stddev, d.mode, d.entropy(), d.perplexity(), more

    compare(facts, args, keywords)
    for L in LIBRARIES:
        d = getattr(L.distributions, name)(*args_of(L, args), **args_of(L, keywords))
        assert isinstance(d.batch_shape, L.Size) and d.event_shape == () and d.sample().shape == d.batch_shape
        assert d.sample((7, 2)).shape == (7, 2, *d.batch_shape) and not d.sample().requires_grad
        assert d.sample(L.Size([2])).dtype == d.sample().dtype
        wider = d.expand((6, *d.batch_shape))
        assert wider.batch_shape == (6, *d.batch_shape) and wider.sample().shape == wider.batch_shape
    ours, theirs = (getattr(L.distributions, name)(*args_of(L, args), **args_of(L, keywords)) for L in LIBRARIES)
    assert repr(ours) == repr(theirs).replace("torch.Size([", "(").replace("])", ",)").replace("4, 3,)", "4, 3)")
    assert ours.batch_shape == theirs.batch_shape and ours.has_rsample is theirs.has_rsample


def args_of(L, given):
    if isinstance(given, dict):
        return {k: args_of(L, [v])[0] for k, v in given.items()}
    return [L.tensor(v) if isinstance(v, np.ndarray) else v for v in given]


PAIRS = [
    ("Normal", [(A(4), A(4, kind="positive")), (A(4, seed=1), A(4, kind="positive", seed=1))]),
    ("Normal", [(A(4, 1), A(4, 1, kind="positive")), (A(3), A(3, kind="positive", seed=1))]),
    ("Uniform", [(A(4), A(4) + 1), (A(4) - 2, A(4) + 3)]), ("Uniform", [(A(4), A(4) + 1), (A(4) + 0.5, A(4) + 3)]),
    ("Bernoulli", [(A(4, kind="probability"),), (A(4, kind="probability", seed=1),)]),
    ("Categorical", [(P,), (A(4, 3, kind="positive", seed=1),)]),
]


@pytest.mark.parametrize("name, pair", PAIRS, ids=[f"{name}-{i}" for i, (name, _) in enumerate(PAIRS)])
def test_divergence(name, pair):
    def call(L, p, q):
        kind = getattr(L.distributions, name)
        return L.distributions.kl_divergence(kind(*p), kind(*q))
    compare(call, *pair)


def test_divergence_of_what_is_certain():
    for name, p, q in (("Bernoulli", [0.0, 1.0, 1.0, 0.5, 0.0], [0.0, 1.0, 0.0, 1.0, 0.5]),
                       ("Categorical", [[0.0, 1.0], [0.5, 0.5], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0], [0.5, 0.5]])):
        ours, theirs = (L.distributions.kl_divergence(*(getattr(L.distributions, name)(L.tensor(v, dtype=L.float64)) for v in (p, q)))
                        for L in LIBRARIES)
        assert_same(ours, theirs, name)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_is_certain(dtype):
    """Logarithms of 0 are held off by the precision of the dtype."""
    def facts(L):
        coin = L.distributions.Bernoulli(L.tensor([0.0, 1.0, 0.0], dtype=getattr(L, dtype)))
        die = L.distributions.Categorical(L.tensor([[0.0, 1.0], [1.0, 0.0]], dtype=getattr(L, dtype)))
        value = L.tensor([0.0, 1.0, 1.0], dtype=getattr(L, dtype))
        return coin.log_prob(value), coin.entropy(), coin.logits, die.log_prob(L.tensor([0, 0])), die.entropy(), die.logits
    for mine, yours in zip(facts(tg), facts(torch), strict=True):
        np.testing.assert_allclose(mine.numpy(), yours.numpy(), rtol=1e-5, atol=2 * np.finfo(dtype).eps)


@pytest.mark.parametrize("name, args", [("Normal", (2.0, 0.5)), ("Uniform", (-1.0, 3.0)), ("Bernoulli", (0.3,))])
def test_draws(name, args):
    for L in LIBRARIES:
        d = getattr(L.distributions, name)(*args)
        L.manual_seed(1)
        drawn = d.sample((20000,))
        assert abs(float(drawn.mean() - d.mean)) < 0.03 and abs(float(drawn.std() - d.stddev)) < 0.03
        L.manual_seed(1)
        assert bool((drawn == d.sample((20000,))).all()) and bool(d.log_prob(drawn).isfinite().all())


def test_draws_of_classes():
    p = [[0.1, 0.2, 0.7], [0.0, 1.0, 0.0]]
    for L in LIBRARIES:
        L.manual_seed(1)
        drawn = L.distributions.Categorical(L.tensor(p)).sample((20000,))
        assert drawn.shape == (20000, 2) and drawn.dtype == L.int64
        found = [[float((drawn[:, i] == k).float().mean()) for k in range(3)] for i in range(2)]
        assert np.abs(np.array(found) - p).max() < 0.02
        support = L.distributions.Categorical(L.tensor(p)).enumerate_support()
        assert support.tolist() == [[0, 0], [1, 1], [2, 2]]
        assert L.distributions.Categorical(L.tensor(p)).enumerate_support(expand=False).tolist() == [[0], [1], [2]]
        assert L.distributions.Bernoulli(L.tensor([0.5, 0.1])).enumerate_support().tolist() == [[0, 0], [1, 1]]
        assert L.distributions.Categorical(L.tensor([1.0, 2.0])).sample(L.Size([3])).shape == (3,)


@pytest.mark.parametrize("name", ["Normal", "Uniform"])
def test_gradients_through_draws(name):
    """∂z/∂μ = 1 and ∂z/∂σ = ε = (z − μ)/σ; of low and high the shares of the way."""
    for L in LIBRARIES:
        a, b = L.zeros(5, requires_grad=True), L.full((5,), 2.0, requires_grad=True)
        z = getattr(L.distributions, name)(a, b).rsample()
        z.sum().backward()
        to_a, to_b = (L.ones(5), z.detach() / 2) if name == "Normal" else (1 - z.detach() / 2, z.detach() / 2)
        assert bool(((a.grad - to_a).abs() < 1e-6).all()) and bool(((b.grad - to_b).abs() < 1e-6).all())


def test_a_policy_gradient_and_a_variational_step():
    """The two programs that these are for, with the same draw in both libraries."""
    def policy(L, logits):
        d = L.distributions.Categorical(logits=logits)
        action = L.tensor([2, 0, 1, 1])
        return -(d.log_prob(action) * L.tensor([1.0, -0.5, 2.0, 0.3], dtype=L.float64)).mean() - 0.01 * d.entropy().mean()
    compare(policy, A(4, 3))

    def step(L, mu, log_var, noise):
        q = L.distributions.Normal(mu, (0.5 * log_var).exp())
        z = q.loc + q.scale * noise
        prior = L.distributions.Normal(L.zeros_like(mu), L.ones_like(mu))
        return L.distributions.kl_divergence(q, prior).sum(1), q.log_prob(z), L.distributions.Bernoulli(logits=z).log_prob((z > 0).to(z.dtype))
    compare(step, A(4, 2), A(4, 2, seed=1), A(4, 2, seed=2), order=1)


@pytest.mark.parametrize("call, says", [
    (lambda D, L: D.Normal(0.0, -1.0), "scale must be positive, but is [-1.0]"),
    (lambda D, L: D.Normal(L.zeros(9), L.zeros(9)), "…"), (lambda D, L: D.Normal(0.0, 1.0).log_prob(2), "must be a Tensor"),
    (lambda D, L: D.Normal(0.0, 1.0).log_prob(L.tensor(float("nan"))), "must be a number"),
    (lambda D, L: D.Uniform(2.0, 2.0), "smaller than high"), (lambda D, L: D.Uniform(0.0, 1.0).log_prob(L.tensor(3.0)), "between"),
    (lambda D, L: D.Bernoulli(), "neither"), (lambda D, L: D.Bernoulli(0.5, 0.5), "both"), (lambda D, L: D.Bernoulli(1.5), "between 0 and 1"),
    (lambda D, L: D.Bernoulli(0.5).log_prob(L.tensor(0.5)), "0 or 1"), (lambda D, L: D.Bernoulli(0.5).rsample(), "has no rsample"),
    (lambda D, L: D.Categorical(L.tensor([-1.0, 2.0])), "not negative"), (lambda D, L: D.Categorical(L.tensor(1.0)), "single number"),
    (lambda D, L: D.Categorical(L.ones(3)).log_prob(L.tensor(3)), "0 … 2"),
    (lambda D, L: D.Categorical(L.ones(3)).log_prob(L.tensor(0.5)), "0 … 2"), (lambda D, L: D.Categorical(L.ones(3)).rsample(), "no rsample"),
    (lambda D, L: D.kl_divergence(D.Normal(0.0, 1.0), D.Bernoulli(0.5)), "no formula for Normal and Bernoulli"),
], ids=range(17))
def test_errors(call, says):
    with pytest.raises((ValueError, NotImplementedError)) as theirs:
        call(torch.distributions, torch)
    with pytest.raises(theirs.type) as ours:
        call(tg.distributions, tg)
    assert says in str(ours.value), str(ours.value)
    assert tg.distributions.Normal(0.0, -1.0, validate_args=False).scale == -1


def test_on_a_card(cuda):
    D, one = tg.distributions, tg.ones(3, device=cuda)
    for d in (D.Normal(0.0, one), D.Uniform(0.0, one), D.Bernoulli(one / 2), D.Categorical(one), D.Bernoulli(logits=one)):
        assert d.sample((2,)).is_cuda and d.entropy().is_cuda and d.log_prob(d.sample()).is_cuda and D.kl_divergence(d, d).sum().item() == 0
