"""Probability distributions, under the names of ``torch.distributions``: drawn from, and differentiated
through.

`sample` draws without a gradient. `rsample` draws such that gradients reach the parameters, because the draw
is computed from them and from noise: z = μ + σ·ε. That is how a variational autoencoder learns. Where no such
formula is known (`Bernoulli`, `Categorical`), gradients go through `log_prob` instead: policy gradients do
so.

>>> from tinygrad_bio.distributions import Categorical, Normal, kl_divergence
>>> z = Normal(tg.zeros(2), tg.ones(2)).rsample()                   # μ and σ of a VAE's encoder
>>> kl_divergence(Normal(1., 1.), Normal(0., 1.))
tensor(0.5000)
>>> action = Categorical(logits=tg.zeros(4)).sample()               # what an agent does
"""
import math

import numpy as np

from .autograd import no_grad
from .create import arange, bernoulli, multinomial, rand, randn, tensor
from .functions import broadcast_tensors, erf, erfinv, where
from .nn.functional import binary_cross_entropy_with_logits
from .size import Size
from .tensor import Tensor

__all__ = ["Distribution", "Normal", "Uniform", "Bernoulli", "Categorical", "kl_divergence"]


def _together(*values):
    """Parameters as tensors of one shape. Numbers take the dtype of the tensors among them."""
    like = next((v for v in values if isinstance(v, Tensor)), None)
    make = tensor if like is None else like.new_tensor
    return broadcast_tensors(*(v if isinstance(v, Tensor) else make(float(v)) for v in values))


class Distribution:
    """Base class: a batch of independent distributions, one for each element of the parameters.

    `batch_shape` is the shape of the parameters; `event_shape` that of one draw: () for all that are here.

    >>> from tinygrad_bio.distributions import Normal
    >>> d = Normal(tg.zeros(2, 3), 1.)
    >>> d.batch_shape, d.event_shape, d.sample((5,)).shape
    ((2, 3), (), (5, 2, 3))
    """
    has_rsample = has_enumerate_support = False

    def __init__(self, batch_shape=(), event_shape=(), validate_args=None):
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)
        self._validate = validate_args is not False

    batch_shape = property(lambda self: self._batch_shape, doc="The shape of the parameters.")
    event_shape = property(lambda self: self._event_shape, doc="The shape of one draw.")
    stddev = property(lambda self: self.variance.sqrt(), doc="The standard deviation.")

    @no_grad()
    def sample(self, sample_shape=()):
        """A draw, or as many as `sample_shape` says: (*sample_shape, *batch_shape). Without a gradient."""
        return self.rsample(sample_shape)

    def rsample(self, sample_shape=()):
        """A draw through which gradients reach the parameters."""
        raise NotImplementedError(f"{type(self).__name__} has no rsample: gradients cannot pass through its "
                                  f"draws. Use sample() and the gradient of log_prob")

    def log_prob(self, value):
        """ln p(value), of a density where values are continuous."""
        raise NotImplementedError(f"{type(self).__name__} has no log_prob")

    def cdf(self, value):
        """How probable a draw up to `value` is."""
        raise NotImplementedError(f"{type(self).__name__} has no cdf")

    def icdf(self, value):
        """Up to where a draw lies with the probability `value`: the inverse of `cdf`."""
        raise NotImplementedError(f"{type(self).__name__} has no icdf")

    def enumerate_support(self, expand=True):
        """All values that there are, along a new first dimension."""
        raise NotImplementedError(f"{type(self).__name__} has more values than can be listed")

    def entropy(self):
        """−E ln p."""
        raise NotImplementedError(f"{type(self).__name__} has no entropy")

    def perplexity(self):
        """e to the entropy: among how many equally likely values the choice is."""
        return self.entropy().exp()

    def expand(self, batch_shape, _instance=None):
        """The same with parameters expanded to another batch shape."""
        n = len(self.batch_shape)
        wider = {name: p.expand(tuple(batch_shape) + tuple(p.shape[n:])) for name, p in self._parameters()}
        return type(self)(**wider, validate_args=self._validate)

    def _shape(self, sample_shape):
        return tuple(sample_shape) + tuple(self.batch_shape) + tuple(self.event_shape)

    def _check(self, name, value, holds, expected):
        """Raise unless `holds(value)` is true everywhere: for a parameter, or for the value of log_prob."""
        kind = type(self).__name__
        if not isinstance(value, Tensor):
            raise ValueError(f"{kind}: {name} must be a Tensor, got {type(value).__name__}: write "
                             "tg.tensor(…)")
        if self._validate and not bool(holds(value.detach()).all()):
            found = value.detach().reshape(-1)[:6].tolist()
            raise ValueError(f"{kind}: {name} must be {expected}, but is "
                             f"{found}{' …' if value.numel() > 6 else ''} "
                             f"(validate_args=False leaves out this check)")

    def __repr__(self):
        shown = [f"{name}: {p.item() if p.ndim == 0 else tuple(p.shape)}" for name, p in self._parameters()]
        return f"{type(self).__name__}({', '.join(shown)})"

    def _parameters(self):
        return [(name, getattr(self, name)) for name in self._names]


class Normal(Distribution):
    """The normal distribution with mean `loc` and standard deviation `scale`.

    >>> from tinygrad_bio.distributions import Normal
    >>> Normal(0., 1.).log_prob(tg.tensor(0.))
    tensor(-0.9189)
    """
    has_rsample, _names = True, ("loc", "scale")

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = _together(loc, scale)
        super().__init__(self.loc.shape, validate_args=validate_args)
        self._check("scale", self.scale, lambda s: s > 0, "positive")

    mean = mode = property(lambda self: self.loc, doc="The mean.")
    stddev = property(lambda self: self.scale, doc="The standard deviation.")
    variance = property(lambda self: self.scale ** 2, doc="The variance.")

    def rsample(self, sample_shape=()):
        """μ + σ·ε with ε from the standard normal distribution."""
        noise = randn(*self._shape(sample_shape), dtype=self.loc.dtype, device=self.loc.device)
        return self.loc + noise * self.scale

    def log_prob(self, value):
        """−(x − μ)²/(2σ²) − ln σ − ½ ln 2π."""
        self._check("the value", value, lambda v: v == v, "a number")
        far = (value - self.loc) ** 2 / (2 * self.scale ** 2)
        return -far - self.scale.log() - 0.5 * math.log(2 * math.pi)

    def cdf(self, value):
        """How probable a draw up to `value` is."""
        return 0.5 * (1 + erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value):
        """Up to where a draw lies with the probability `value`."""
        return self.loc + self.scale * erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self):
        """½ + ½ ln 2π + ln σ."""
        return 0.5 + 0.5 * math.log(2 * math.pi) + self.scale.log()


class Uniform(Distribution):
    """All values from `low` up to, not including, `high` alike.

    >>> from tinygrad_bio.distributions import Uniform
    >>> Uniform(0., 4.).log_prob(tg.tensor(1.)).exp()
    tensor(0.2500)
    """
    has_rsample, _names = True, ("low", "high")

    def __init__(self, low, high, validate_args=None):
        self.low, self.high = _together(low, high)
        super().__init__(self.low.shape, validate_args=validate_args)
        self._check("low", self.low, lambda low: low < self.high, "smaller than high")

    mean = property(lambda self: (self.high + self.low) / 2, doc="The middle.")
    mode = property(lambda self: self.high * math.nan, doc="NaN: no value is more likely than the others.")
    stddev = property(lambda self: (self.high - self.low) / math.sqrt(12), doc="The standard deviation.")
    variance = property(lambda self: (self.high - self.low) ** 2 / 12, doc="The variance.")

    def rsample(self, sample_shape=()):
        """low + u·(high − low) with u between 0 and 1."""
        drawn = rand(*self._shape(sample_shape), dtype=self.low.dtype, device=self.low.device)
        return self.low + drawn * (self.high - self.low)

    def log_prob(self, value):
        """−ln(high − low) inside, −∞ outside (and at `high`)."""
        self._check("the value", value, lambda v: (v >= self.low) & (v <= self.high), "between low and high")
        inside = (self.low <= value) & (value < self.high)
        return where(inside, 0.0, -math.inf).to(self.low.dtype) - (self.high - self.low).log()

    def cdf(self, value):
        """How probable a draw up to `value` is."""
        return ((value - self.low) / (self.high - self.low)).clamp(0, 1)

    def icdf(self, value):
        """Up to where a draw lies with the probability `value`."""
        return value * (self.high - self.low) + self.low

    def entropy(self):
        """ln(high − low)."""
        return (self.high - self.low).log()


def _either(probs, logits, kind):
    if (probs is None) == (logits is None):
        raise ValueError(f"{kind}: give either probs or logits, not "
                         f"{'both' if probs is not None else 'neither'}")


def _inside(p):
    """Probabilities held off 0 and 1 by the precision of their dtype, so that logarithms stay finite."""
    eps = float(np.finfo(p.dtype).eps)
    return p.clamp(eps, 1 - eps)


class Bernoulli(Distribution):
    """1 with the probability `probs`, else 0. Or give `logits`, ln(p/(1 − p)).

    >>> from tinygrad_bio.distributions import Bernoulli
    >>> Bernoulli(tg.tensor([0.25, 1.])).log_prob(tg.tensor([1., 1.])).exp()
    tensor([0.2500, 1.0000])
    """
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        _either(probs, logits, "Bernoulli")
        self._names = ("probs",) if logits is None else ("logits",)
        given, = _together(probs if logits is None else logits)
        super().__init__(given.shape, validate_args=validate_args)
        if logits is None:
            self.probs = given
            self._check("probs", given, lambda p: (p >= 0) & (p <= 1), "between 0 and 1")
            inside = _inside(given)
            self.logits = inside.log() - (-inside).log1p()
        else:
            self.logits, self.probs = given, given.sigmoid()

    mean = property(lambda self: self.probs, doc="The probability of 1.")
    variance = property(lambda self: self.probs * (1 - self.probs), doc="p·(1 − p).")

    @property
    def mode(self):
        """The likelier value; NaN if both are alike."""
        return where(self.probs == 0.5, math.nan, (self.probs >= 0.5).to(self.probs.dtype)).detach()

    @no_grad()
    def sample(self, sample_shape=()):
        """Zeros and ones, (*sample_shape, *batch_shape)."""
        return bernoulli(self.probs.expand(self._shape(sample_shape)))

    def log_prob(self, value):
        """ln p for 1, ln(1 − p) for 0."""
        self._check("the value", value, lambda v: (v == 0) | (v == 1), "0 or 1")
        logits, value = broadcast_tensors(self.logits, value)
        return -binary_cross_entropy_with_logits(logits, value.to(logits.dtype), reduction="none")

    def entropy(self):
        """−p·ln p − (1 − p)·ln(1 − p)."""
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand=True):
        """All values, 0 and 1, along a new first dimension."""
        return _support(self, arange(2, dtype=self.probs.dtype, device=self.probs.device), expand)


class Categorical(Distribution):
    """One of K classes, with the probabilities in the last dimension of `probs` (brought to sum to 1), or the
    softmax of `logits`.

    >>> from tinygrad_bio.distributions import Categorical
    >>> d = Categorical(tg.tensor([1., 1., 2.]))
    >>> d.probs, d.log_prob(tg.tensor(2)).exp()
    (tensor([0.2500, 0.2500, 0.5000]), tensor(0.5000))
    """
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        _either(probs, logits, "Categorical")
        self._names = ("probs",) if logits is None else ("logits",)
        given = probs if logits is None else logits
        if given.ndim < 1:
            raise ValueError("Categorical: expected the probabilities of all classes along a last dimension, "
                             "got a single number")
        super().__init__(given.shape[:-1], validate_args=validate_args)
        if logits is None:
            self._check("probs", given, lambda p: (p >= 0) & (p.sum(-1, keepdim=True) > 0),
                        "not negative, and some positive")
            self.probs = given / given.sum(-1, keepdim=True)
            self.logits = _inside(self.probs).log()
        else:
            self.logits = given - given.logsumexp(-1, keepdim=True)
            self.probs = self.logits.softmax(-1)

    mean = variance = property(lambda self: self.probs[..., 0].detach() * math.nan,
                               doc="NaN: classes are no numbers.")
    mode = property(lambda self: self.probs.argmax(-1), doc="The likeliest class.")

    @no_grad()
    def sample(self, sample_shape=()):
        """Class numbers, (*sample_shape, *batch_shape)."""
        rows = self.probs.reshape(-1, self.probs.shape[-1])                             # (N, K)
        drawn = multinomial(rows, Size(sample_shape).numel(), replacement=True)         # (N, samples)
        return drawn.t().reshape(self._shape(sample_shape))

    def log_prob(self, value):
        """ln p of class numbers, whose shape is broadcast with `batch_shape`."""
        n = self.logits.shape[-1]
        self._check("the value", value, lambda v: (v >= 0) & (v < n) & (v == v.long()),
                    f"a class number 0 … {n - 1}")
        index, logits = broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return logits.gather(-1, index[..., :1]).squeeze(-1)

    def entropy(self):
        """−Σ p·ln p."""
        return -(self.logits.clamp(min=float(np.finfo(self.logits.dtype).min)) * self.probs).sum(-1)

    def enumerate_support(self, expand=True):
        """All class numbers, along a new first dimension."""
        return _support(self, arange(self.probs.shape[-1], device=self.probs.device), expand)


def _support(distribution, values, expand):
    values = values.reshape(-1, *(1,) * len(distribution.batch_shape))
    return values.expand(-1, *distribution.batch_shape) if expand else values


def kl_divergence(p, q):
    """KL(p ‖ q) = E ln(p/q) for x drawn from p: how much is lost by taking q for p. For two distributions of
    one kind.

    >>> from tinygrad_bio.distributions import Normal, kl_divergence
    >>> kl_divergence(Normal(tg.zeros(2), 1.), Normal(tg.tensor([0., 1.]), 1.))
    tensor([0.0000, 0.5000])
    """
    formula = _KL.get(type(p)) if type(p) is type(q) else None
    if formula is None:
        raise NotImplementedError(f"kl_divergence: no formula for {type(p).__name__} and {type(q).__name__}; "
                                  "there is one for two of "
                                  f"{', '.join(kind.__name__ for kind in _KL)}. Else draw: (p.log_prob(x) − "
                                  "q.log_prob(x)).mean()")
    return formula(p, q)


def _kl_normal(p, q):
    ratio = (p.scale / q.scale) ** 2
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale) ** 2 - 1 - ratio.log())


def _kl_bernoulli(p, q):
    def softplus(x):
        return x.clamp(min=0) + (-x.abs()).exp().log1p()
    ones = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    zeros = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    ones = where((q.probs == 0) & (p.probs > 0), math.inf, where(p.probs == 0, 0.0, ones))
    return ones + where((q.probs == 1) & (p.probs < 1), math.inf, where(p.probs == 1, 0.0, zeros))


def _kl_categorical(p, q):
    terms = p.probs * (p.logits - q.logits)
    return where((q.probs == 0) & (p.probs > 0), math.inf, where(p.probs == 0, 0.0, terms)).sum(-1)


def _kl_uniform(p, q):
    within = (q.low <= p.low) & (q.high >= p.high)
    return where(within, ((q.high - q.low) / (p.high - p.low)).log(), math.inf)


_KL = {Normal: _kl_normal, Bernoulli: _kl_bernoulli, Categorical: _kl_categorical, Uniform: _kl_uniform}
