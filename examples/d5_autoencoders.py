"""Through a narrow place and back: auto-encoders, and why their latent space has holes.  (Lectures D5, D6)

An encoder squeezes an image into few numbers z, a decoder makes the image again:

    auto-encoder       z = e(x),  x̂ = d(z)               loss = ‖x − x̂‖²
    denoising          z = e(x + noise)                  loss = ‖x − x̂‖²         what is noise does not fit through
    variational        z = μ(x) + σ(x)·ε                 loss = −log p(x | z) + β·KL(N(μ, σ²) ‖ N(0, 1))

With linear layers this would be principal components, which are the baseline here. What does not come back well is unlike anything learned:
an outlier. The z of an auto-encoder lie wherever they like, in heaps with holes between, where the decoder was never asked; the KL term of the
variational one pulls all z into one normal distribution, and the noise ε makes neighbours decode alike. So one can draw z ~ N(0, 1), and get
new digits. (β was tried at 1, 0.3, 0.1 with the drawn digits in view.)

Run it:

    python examples/d5_autoencoders.py                     8×8 digits of scikit-learn, a minute
    python examples/d5_autoencoders.py --data FOLDER       MNIST (t10k files), 5 minutes
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.spatial.distance import cdist
from scipy.stats import norm
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

import tinygrad_bio as tg
from tinygrad_bio import bio, course, models, nn, train, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, epochs=150, quick_epochs=6, data="folder with MNIST's t10k-images and t10k-labels files",
                         latent=(8, "numbers in z, for compression"), beta=(0.3, "weight of the KL term"), noise=(0.4, "spread of the noise to be taken away"),
                         outlier=(8, "the digit that is kept from the outlier detector"), lr=(2e-3, "largest learning rate of AdamW"))
if not 0 <= options.outlier <= 9:
    raise SystemExit(f"--outlier: a digit from 0 to 9, not {options.outlier}")

# %% The images, pixels from 0 to 1, flat
if options.data:
    with course.reading():
        images, digits = bio.read_mnist(options.data)
    images = images / 255
else:
    images, digits = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8) / 16
side = images.shape[1]
order = np.random.permutation(len(images))[:600 if options.quick else None]
x, digits = tg.from_numpy(images[order].reshape(len(order), -1).astype("float32")), digits[order]
test = len(x) // 5
x, y, x_test, y_test = x[test:], digits[test:], x[:test], digits[:test]
print(f"{len(x)} digits of {side}×{side} pixels to learn from, {len(x_test)} to test on")


# %% Training is the same for all: only the loss differs
def fit(net, loss, x, words):
    """The network after training on the images x."""
    net = net.to(options.device)
    optimizer = tg.optim.AdamW(net.parameters(), lr=options.lr, weight_decay=1e-4)
    rate = tg.optim.lr_scheduler.OneCycleLR(optimizer, options.lr, total_steps=options.epochs + 1)
    train.fit(net, (x,), loss, optimizer, options.epochs, batch_size=64, scheduler=rate, device=options.device, progress=True, words=words)
    return net


def squared(model, batch):
    return F.mse_loss(model(batch[0]), batch[0])


def denoising(model, batch):
    return F.mse_loss(model(batch[0] + options.noise * tg.randn_like(batch[0])), batch[0])


def variational(model, batch):
    return model.loss(batch[0], beta=options.beta)


def build(latent):
    return models.Autoencoder(side * side, latent, hidden=(128, 64), output=nn.Sigmoid())


def back(net, x):
    """What comes back, as an array (N, pixels)."""
    return train.predict(net, x, device=options.device).cpu().numpy()


def error(true, image):
    """Mean squared error of images (N, pixels)."""
    return float(((image - true)**2).mean())


# %% Compression: so many numbers for each digit
table = course.Table(options, "mean squared error", digits=4, better="lower")
true = x_test.numpy()
squeezed = fit(build(options.latent), squared, x, "auto-encoder")
pca = PCA(options.latent).fit(x.numpy())
again, by_pca = back(squeezed, x_test), pca.inverse_transform(pca.transform(true))
table.add(f"{side * side} pixels through {options.latent} numbers", error(true, again), bio.bootstrap(error, true, again),
          baseline=("PCA", error(true, by_pca)))

# %% Denoising: PCA takes noise away, too, with as many components as do it best
noisy = x_test + options.noise * tg.randn(*x_test.shape)
cleaner = fit(build(4 * options.latent), denoising, x, "denoising")
clean = back(cleaner, noisy)
projections = [PCA(k).fit(x.numpy()) for k in (4, 8, 16, 32)]
projected = min(error(true, p.inverse_transform(p.transform(noisy.numpy()))) for p in projections)
table.add(f"noise of {options.noise:g} taken away", error(true, clean), bio.bootstrap(error, true, clean), baseline=("PCA", projected))

# %% Outliers: one digit was never seen; does it come back worse?
usual = y != options.outlier
watch = fit(build(options.latent), squared, x[np.flatnonzero(usual)], "outliers")
pca_usual = PCA(options.latent).fit(x.numpy()[usual])
strange = {"auto-encoder": ((back(watch, x_test) - true)**2).mean(1),
           "PCA": ((pca_usual.inverse_transform(pca_usual.transform(true)) - true)**2).mean(1)}
unseen = (y_test == options.outlier).astype(int)
auc = bio.bootstrap(bio.roc_auc, unseen, strange["auto-encoder"])
table.add(f"the {options.outlier}s, which it never saw, found", auc.value, auc, metric="AUC", digits=3, better="higher",
          baseline=("PCA", bio.roc_auc(unseen, strange["PCA"])))

# %% D6. Two numbers only: the latent spaces side by side
plain = fit(build(2), squared, x, "auto-encoder, z of 2")
vae = fit(models.VAE(side * side, 2, hidden=(128, 64)), variational, x, "variational, z of 2")
with train.evaluating(plain), train.evaluating(vae):
    z_plain = plain.encoder(x.to(options.device)).cpu().numpy()
    z_vae = vae.encode(x.to(options.device))[0].cpu().numpy()

# %% New digits, drawn through two numbers: for the plain one from N(0, 1), and from a normal with its codes' own mean and covariance
def energy_distance(a, b):
    """How unlike two sets of images are as a whole; two sets of real ones are near 0 (Székely & Rizzo 2013)."""
    return float(2 * cdist(a, b).mean() - cdist(a, a).mean() - cdist(b, b).mean())


def decoded(z):
    """Images of the plain auto-encoder (N, pixels)."""
    with tg.no_grad():
        return plain.decoder(tg.from_numpy(z.astype("float32")).to(options.device)).cpu().numpy()


sampled = vae.sample(len(true)).cpu().numpy()
for name, z in (("z ~ N(0, 1)", np.random.randn(len(true), 2)), ("z ~ N(mean, covariance of the codes)",
                                                                 np.random.multivariate_normal(z_plain.mean(0), np.cov(z_plain.T), len(true)))):
    table.add(f"digits drawn, variational; the other from {name}", energy_distance(sampled, true), metric="energy distance", digits=3,
              baseline=("auto-encoder", energy_distance(decoded(z), true)))
table.show()
print(f"\nEnergy distance of two sets of real digits: {energy_distance(x.numpy()[:len(true)], true):.3f}")


# %% The pictures
def pictures(x):
    return np.asarray(x).reshape(-1, side, side)


viz.images(np.concatenate([pictures(rows) for rows in (true[:8], again[:8], by_pca[:8], noisy.numpy()[:8], clean[:8])]),
           options.out / "back.png", columns=8, limits=(0, 1), size=0.9,
           title=f"from above: digits; back from {options.latent} numbers; from {options.latent} components;\nnoisy; noise taken away")
viz.roc(unseen, strange, options.out / "outliers.png", title=f"Which are {options.outlier}s? Those that come back worst")
with viz.panels(options.out / "latent.png", columns=2, size=(4.6, 4.0)) as (left, right):
    viz.points(z_plain, y, ax=left, title="auto-encoder: heaps and holes", xlabel="z₁", ylabel="z₂")
    viz.points(z_vae, y, ax=right, title="variational: one cloud around 0", xlabel="z₁", ylabel="z₂")
grid = np.stack(np.meshgrid(*[np.linspace(0.02, 0.98, 12)] * 2), -1).reshape(-1, 2)         # quantiles
over = decoded(np.stack([np.quantile(z_plain[:, k], grid[:, k]) for k in (0, 1)], 1))
viz.images(pictures(over), options.out / "plain_grid.png", columns=12, limits=(0, 1), size=0.5, title="auto-encoder: z on a grid of quantiles of its codes")
with tg.no_grad():
    over = F.sigmoid(vae.decoder(tg.from_numpy(norm.ppf(grid).astype("float32")).to(options.device))).cpu().numpy()
viz.images(pictures(over), options.out / "vae_grid.png", columns=12, limits=(0, 1), size=0.5, title="variational: z on a grid of quantiles of N(0, 1)")
print(f"\nPictures: {options.out}/*.png")
