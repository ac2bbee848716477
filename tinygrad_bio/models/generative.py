"""Networks that make something: auto-encoders, variational ones, and a generator with its critic.  (Lectures C8, D5, D6)

Letters: N samples, D numbers in each, Z latent ones.
"""
import tinygrad_bio as tg

from .. import nn
from ..nn import functional as F


def dense(sizes, last=None):
    """Linear layers with ReLU between them, and `last` behind the last one.

    >>> dense((8, 4, 2))
    Sequential(
      (0): Linear(in_features=8, out_features=4, bias=True)
      (1): ReLU()
      (2): Linear(in_features=4, out_features=2, bias=True)
    )
    """
    layers = [layer for a, b in zip(sizes, sizes[1:]) for layer in (nn.Linear(a, b), nn.ReLU())][:-1]
    return nn.Sequential(*layers, *([last] if last is not None else []))


class Autoencoder(nn.Module):
    """x̂ = decoder(encoder(x)), with few numbers between the two: compression that is learned.

    Parameters
    ----------
    size : D
    latent : Z
    hidden : sizes of the layers between, from the outside inwards
    output : what limits the output, ``nn.Sigmoid()`` for pixels between 0 and 1; None for any number

    Shapes: (N, D) → (N, D)

    >>> net = tg.models.Autoencoder(64, 2, hidden=(16,))
    >>> net(tg.zeros(3, 64)).shape, net.encoder(tg.zeros(3, 64)).shape
    ((3, 64), (3, 2))
    """

    def __init__(self, size, latent=2, hidden=(128, 32), output=None):
        super().__init__()
        self.encoder = dense((size, *hidden, latent))
        self.decoder = dense((latent, *reversed(hidden), size), output)

    def forward(self, x):
        return self.decoder(self.encoder(x))


class VAE(nn.Module):
    """The encoder gives a normal distribution for each sample; from a draw of it the decoder makes the sample again.

        z = μ(x) + σ(x)·ε,  ε ~ N(0, 1)          loss = −log p(x | z) + KL(N(μ, σ²) ‖ N(0, 1))

    Drawing ε outside of the network keeps z differentiable (reparameterisation; Kingma & Welling 2013). The KL term keeps the
    latent space without holes: whatever is drawn from N(0, 1) decodes to something.

    Shapes: (N, D) → x̂ logits (N, D), μ (N, Z), log σ² (N, Z)

    >>> net = tg.models.VAE(64, 2, hidden=(16,))
    >>> x = tg.rand(3, 64)
    >>> net.loss(x).shape, net.sample(5).shape
    ((), (5, 64))
    """

    def __init__(self, size, latent=2, hidden=(128, 32)):
        super().__init__()
        self.latent = latent
        self.encoder = dense((size, *hidden, 2 * latent))
        self.decoder = dense((latent, *reversed(hidden), size))

    def encode(self, x):
        """μ and log σ², (N, Z) each."""
        return self.encoder(x).chunk(2, dim=1)

    def forward(self, x):
        mean, log_variance = self.encode(x)
        noise = tg.randn_like(mean) if self.training else 0.0
        z = mean + tg.exp(0.5 * log_variance) * noise
        return self.decoder(z), mean, log_variance

    def loss(self, x, beta=1.0):
        """The negative evidence lower bound per sample; pixels of x between 0 and 1. `beta` weighs the KL term."""
        logits, mean, log_variance = self(x)
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        divergence = -0.5 * (1 + log_variance - mean**2 - tg.exp(log_variance)).sum()
        return (reconstruction + beta * divergence) / len(x)

    def sample(self, count, generator=None):
        """New samples (count, D), from z ~ N(0, 1)."""
        with tg.no_grad():
            z = tg.randn(count, self.latent, generator=generator).to(next(self.parameters()).device)
            return F.sigmoid(self.decoder(z))


class GAN(nn.Module):
    """A generator makes samples out of noise, a critic tells them from real ones, each learns from the other.

        critic: −log D(x) − log(1 − D(G(z)))           generator: −log D(G(z))               Goodfellow et al. 2014

    >>> net = tg.models.GAN(2, latent=3, hidden=(8,))
    >>> x = tg.randn(5, 2)
    >>> net.critic_loss(x).shape, net.generator_loss(5).shape, net.sample(4).shape
    ((), (), (4, 2))
    """

    def __init__(self, size, latent=8, hidden=(64, 64), output=None):
        super().__init__()
        self.latent = latent
        self.generator = dense((latent, *hidden, size), output)
        self.critic = dense((size, *reversed(hidden), 1))

    def noise(self, count, generator=None):
        """z ~ N(0, 1), (count, Z)."""
        return tg.randn(count, self.latent, generator=generator).to(next(self.parameters()).device)

    def critic_loss(self, x):
        """What the critic lowers: real samples x (N, D) against as many false ones. The generator gets no gradient."""
        false = self.generator(self.noise(len(x))).detach()
        yes, no = self.critic(x), self.critic(false)
        return (F.binary_cross_entropy_with_logits(yes, tg.ones_like(yes))
                + F.binary_cross_entropy_with_logits(no, tg.zeros_like(no)))

    def generator_loss(self, count):
        """What the generator lowers: the critic should take its samples for real."""
        score = self.critic(self.generator(self.noise(count)))
        return F.binary_cross_entropy_with_logits(score, tg.ones_like(score))

    def sample(self, count, generator=None):
        """New samples (count, D)."""
        with tg.no_grad():
            return self.generator(self.noise(count, generator))
