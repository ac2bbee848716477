"""A variational auto-encoder of binary profiles (Kingma & Welling 2014)."""
import torch
import torch.utils.data
from torch import nn, optim
from torch.nn import functional as F


class VAE(nn.Module):

    def __init__(self, inputs=14, hidden=10, latent=3):
        super(VAE, self).__init__()
        self.inputs = inputs
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc21 = nn.Linear(hidden, latent)
        self.fc22 = nn.Linear(hidden, latent)
        self.fc3 = nn.Linear(latent, hidden)
        self.fc4 = nn.Linear(hidden, inputs)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std)
        return eps.mul(std).add_(mu)

    def decode(self, z):
        h3 = F.relu(self.fc3(z))
        return F.sigmoid(self.fc4(h3))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, self.inputs))
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def loss_function(recon_x, x, mu, logvar, beta=1.0):
    """Reconstruction + β · KL(q(z|x) ‖ N(0, 1)), summed over the batch."""
    BCE = F.binary_cross_entropy(recon_x, x.view(recon_x.shape), reduction="sum")
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + beta * KLD


def train(model, loader, optimizer):
    """One epoch: the mean loss of a profile."""
    model.train()
    train_loss = 0
    for batch_idx, (data, _) in enumerate(loader):
        optimizer.zero_grad()
        recon_batch, mu, logvar = model(data)
        loss = loss_function(recon_batch, data, mu, logvar)
        loss.backward()
        train_loss += loss.item()
        optimizer.step()
    return train_loss / len(loader.dataset)


def make_loader(data, labels, batch_size=4):
    dataset = torch.utils.data.TensorDataset(data, labels)
    return torch.utils.data.DataLoader(dataset, batch_size=batch_size, shuffle=False)


def between(model, a, b, steps):
    """Profiles decoded along the line from one latent point to another: (steps, inputs)."""
    with torch.no_grad():
        z = torch.stack([torch.lerp(a, b, t.item()) for t in torch.linspace(0, 1, steps)])
        return model.decode(z)


def make_optimizer(model):
    return optim.Adam(model.parameters(), lr=1e-3)
