"""A convolutional variational auto-encoder (Kingma & Welling 2013) of images of 28×28.

191 489 parameters with 16 latent dimensions: 320 + 18 496 of the encoder, 2·50 192 of its two heads, and
53 312 + 18 464 + 513 of the decoder.
"""
import torch
import torch.utils.data
from torch import nn, optim
from torch.nn import functional as F


class Reshape(nn.Module):
    def __init__(self, *shape):
        super(Reshape, self).__init__()
        self.shape = shape

    def forward(self, x):
        return x.view(-1, *self.shape)


class VAE(nn.Module):
    def __init__(self, latent=16, width=32):
        super(VAE, self).__init__()
        self.width = width
        self.encoder = nn.Sequential(
            nn.Conv2d(1, width, 3, stride=2, padding=1), nn.ReLU(),                     # 28 -> 14
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), nn.ReLU(),             # 14 -> 7
            nn.Flatten())
        self.fc_mu = nn.Linear(2 * width * 7 * 7, latent)
        self.fc_logvar = nn.Linear(2 * width * 7 * 7, latent)
        self.decoder = nn.Sequential(
            nn.Linear(latent, 2 * width * 7 * 7), nn.ReLU(),
            Reshape(2 * width, 7, 7),
            nn.ConvTranspose2d(2 * width, width, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
            nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1))
        self.noise = None                       # given by who wants to know the outcome

    def encode(self, x):
        h = self.encoder(x)
        return self.fc_mu(h), self.fc_logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std) if self.noise is None else self.noise
        return eps.mul(std).add_(mu)

    def decode(self, z):
        return F.sigmoid(self.decoder(z))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 1, 28, 28))
        z = self.reparameterize(mu, logvar) if self.training else mu
        return self.decode(z), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    """Reconstruction, and the divergence KL(N(μ, σ²) ‖ N(0, 1)) = −½ Σ (1 + log σ² − μ² − σ²)."""
    BCE = F.binary_cross_entropy(recon_x.view(-1, 784), x.view(-1, 784), reduction="sum")
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD


def train(model, batches, epochs=2, lr=1e-3):
    optimizer = optim.Adam(model.parameters(), lr=lr)
    scheduler = optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    losses = []
    for epoch in range(1, epochs + 1):
        model.train()
        train_loss = 0
        for batch_idx, data in enumerate(batches):
            optimizer.zero_grad()
            recon_batch, mu, logvar = model(data)
            loss = loss_function(recon_batch, data, mu, logvar)
            loss.backward()
            train_loss += loss.item()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=100.0)
            optimizer.step()
        scheduler.step()
        losses.append(train_loss / sum(len(data) for data in batches))
    return losses


@torch.no_grad()
def sample(model, z):
    model.eval()
    return model.decode(z).cpu().view(-1, 1, 28, 28).numpy()
