"""Probability distributions, under the names of ``torch.distributions``: drawn from, and differentiated through.

`sample` draws without a gradient. `rsample` draws such that gradients reach the parameters, because the draw is
computed from them and from noise: z = μ + σ·ε. That is how a variational autoencoder learns. Where no such formula
is known (`Bernoulli`, `Categorical`), gradients go through `log_prob` instead: policy gradients do so.

>>> from tinygrad_bio.distributions import Categorical, Normal, kl_divergence
>>> z = Normal(tg.zeros(2), tg.ones(2)).rsample()                   # μ and σ of a VAE's encoder
>>> kl_divergence(Normal(1., 1.), Normal(0., 1.))
tensor(0.5000)
>>> action = Categorical(logits=tg.zeros(4)).sample()               # what an agent does
"""
import math

from .autograd import no_grad
from .backend import finfo_of
from .create import arange, bernoulli, multinomial, rand, randn, tensor
from .functions import broadcast_tensors, erf, erfinv, where
from .nn.functional import binary_cross_entropy_with_logits
from .size import Size
from .tensor import Tensor

__all__ = ["Distribution", "Normal", "Uniform", "Bernoulli", "Categorical", "kl_divergence"]


def _together(*values):
    """Parameters as tensors of one shape. Numbers take the dtype of the tensors among them."""
    like = next((v for v in values if isinstance(v, Tensor)), None)
    made = [v if isinstance(v, Tensor) else tensor(float(v)) if like is None else like.new_tensor(float(v)) for v in values]
    return broadcast_tensors(*made)


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
        self._batch_shape, self._event_shape, self._validate = Size(batch_shape), Size(event_shape), validate_args is not False

    batch_shape = property(lambda self: self._batch_shape, doc="The shape of the parameters.")
    event_shape = property(lambda self: self._event_shape, doc="The shape of one draw.")
    stddev = property(lambda self: self.variance.sqrt(), doc="The standard deviation.")

    @no_grad()
    def sample(self, sample_shape=()):
        """A draw, or as many as `sample_shape` says: (*sample_shape, *batch_shape). Without a gradient."""
        return self.rsample(sample_shape)

    def rsample(self, sample_shape=()):
        """A draw through which gradients reach the parameters."""
        raise NotImplementedError(f"{type(self).__name__} has no rsample: gradients cannot pass through its draws. "
                                  f"Use sample() and the gradient of log_prob")

    def log_prob(self, value):
        """ln p(value), of a density where values are continuous."""
        raise NotImplementedError(f"{type(self).__name__} has no log_prob")

    def entropy(self):
        """−E ln p."""
        raise NotImplementedError(f"{type(self).__name__} has no entropy")

    def perplexity(self):
        """e to the entropy: among how many equally likely values the choice is."""
        return self.entropy().exp()

    def expand(self, batch_shape, _instance=None):
        """The same with parameters expanded to another batch shape."""
        more = (1,) * (len(batch_shape) - len(self.batch_shape)) + tuple(self.batch_shape)
        return type(self)(*(p.expand(tuple(batch_shape) + tuple(p.shape[len(self.batch_shape):])) if more else p
                            for p in self._parameters()), validate_args=self._validate)

    def _shape(self, sample_shape):
        return tuple(sample_shape) + tuple(self.batch_shape) + tuple(self.event_shape)

    def _check(self, name, value, condition, expected):
        """Raise unless the condition holds everywhere: for a parameter, or for the value of log_prob."""
        if not isinstance(value, Tensor):
            raise ValueError(f"{type(self).__name__}: {name} must be a Tensor, got {type(value).__name__}: write tg.tensor(…)")
        if self._validate and not bool(condition.all()):
            bad = value[~condition].reshape(-1)[:3].tolist() if tuple(value.shape) == tuple(condition.shape) else value.tolist()
            raise ValueError(f"{type(self).__name__}: {name} must be {expected}, but found {bad} "
                             f"(validate_args=False leaves the check out)")

    def __repr__(self):
        shown = [f"{name}: {p.item() if p.ndim == 0 else tuple(p.shape)}" for name, p in zip(self._names, self._parameters())]
        return f"{type(self).__name__}({', '.join(shown)})"

    def _parameters(self):
        return [getattr(self, name) for name in self._names]


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
        self._check("scale", self.scale, self.scale > 0, "positive")

    mean = mode = property(lambda self: self.loc, doc="The mean.")
    stddev = property(lambda self: self.scale, doc="The standard deviation.")
    variance = property(lambda self: self.scale ** 2, doc="The variance.")

    def rsample(self, sample_shape=()):
        """μ + σ·ε with ε from the standard normal distribution."""
        noise = randn(*self._shape(sample_shape), dtype=self.loc.dtype, device=self.loc.device)
        return self.loc + noise * self.scale

    def log_prob(self, value):
        """−(x − μ)²/(2σ²) − ln σ − ½ ln 2π."""
        self._check("the value", value, value == value, "a number") if isinstance(value, Tensor) else self._check("the value", value, None, "")
        return -((value - self.loc) ** 2) / (2 * self.scale ** 2) - self.scale.log() - math.log(math.sqrt(2 * math.pi))

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
        self._check("low", self.low, self.low < self.high, "smaller than high")

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
        if isinstance(value, Tensor):
            self._check("the value", value, (value >= self.low) & (value <= self.high), "between low and high")
        else:
            self._check("the value", value, None, "")
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
