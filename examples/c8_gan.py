"""A generative adversarial network: two networks, each the other's teacher.  (Lecture C8)

The generator G makes points x = G(z) out of noise z. The critic D says how likely a point is real. Both learn in turn:

    critic lowers      −log D(x) − log(1 − D(G(z)))         tell real from made
    generator lowers   −log D(G(z))                         be taken for real

The real points lie in eight heaps on a circle, so that one can see what goes wrong: a generator may leave heaps out (mode collapse),
or put points between them. How near made and real points are is measured by the energy distance, 0 for equal distributions:

    E = 2·mean|x − x′| − mean|x − y| − mean|x′ − y′|         x, y real, x′, y′ made

Nobody can see how good the generator is from its loss: that one only says how well it fares against the critic of the moment.

    python examples/c8_gan.py             half a minute
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.spatial.distance import cdist

import tinygrad_bio as tg
from tinygrad_bio import bio, course, models, viz

options = course.options(__doc__, epochs=6000, quick_epochs=100, heaps=(8, "heaps of real points"), spread=(0.1, "spread of a heap"),
                         lr=(1e-3, "learning rate of Adam, falls to 0"))

# %% The real points: heaps on a circle of radius 2
angles = 2 * np.pi * np.arange(options.heaps) / options.heaps
centres = 2 * np.stack([np.cos(angles), np.sin(angles)], 1)                     # (heaps, 2)


def real(count):
    """New real points (count, 2)."""
    heap = np.random.randint(options.heaps, size=count)
    return (centres[heap] + options.spread * np.random.randn(count, 2)).astype("float32")


def energy_distance(x, y):
    """How far two sets of points are from being the same; two sets of n from one distribution are not at 0, but near 2·mean|x − y|/n."""
    return 2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean()


def heaps_met(made):
    """How many heaps have at least a quarter of their share of the made points within 4 spreads; and the share of points in a heap."""
    distance = cdist(made, centres)                                             # (N, heaps)
    near = np.bincount(distance.argmin(1)[distance.min(1) < 4 * options.spread], minlength=options.heaps)
    return int((near > len(made) / options.heaps / 4).sum()), near.sum()


# %% The two networks, and an optimiser for each
model = models.GAN(2, latent=4, hidden=(64, 64)).to(options.device)
print(f"generator {sum(p.numel() for p in model.generator.parameters()):,} weights, "
      f"critic {sum(p.numel() for p in model.critic.parameters()):,} weights")
make = tg.optim.Adam(model.generator.parameters(), lr=options.lr, betas=(0.5, 0.999))
judge = tg.optim.Adam(model.critic.parameters(), lr=options.lr, betas=(0.5, 0.999))
fall = [tg.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / options.epochs) for optimizer in (make, judge)]

# %% Training: in turn, one batch of 128 each
stages = sorted({round(options.epochs * share) for share in (0.02, 0.1, 0.3, 1)})
check = real(1000)                                                              # to look at the distance on the way
drawn, course_of = {}, {"step": [], "critic": [], "generator": [], "energy distance": []}
for step in course.progress(range(1, options.epochs + 1), "training"):
    judge.zero_grad()
    critic_loss = model.critic_loss(tg.from_numpy(real(128)).to(options.device))
    critic_loss.backward()
    judge.step()
    make.zero_grad()
    generator_loss = model.generator_loss(128)
    generator_loss.backward()
    make.step()
    for scheduler in fall:
        scheduler.step()
    if step in stages:
        drawn[step] = model.sample(1000).cpu().numpy()
    if step % max(1, options.epochs // 60) == 0:
        for name, value in (("step", step), ("critic", critic_loss.item()), ("generator", generator_loss.item()),
                            ("energy distance", energy_distance(model.sample(1000).cpu().numpy(), check))):
            course_of[name].append(value)

# %% The result, beside one Gaussian with the real points' mean and covariance, and beside what real points reach
count = 1000
distances = {"GAN": [], "Gaussian": [], "real": []}
for _ in range(5 if options.quick else 20):                                     # new points each time, of both kinds
    x, learned_from = real(count), real(count)
    gaussian = np.random.multivariate_normal(learned_from.mean(0), np.cov(learned_from.T), count)
    for name, made in (("GAN", model.sample(count).cpu().numpy()), ("Gaussian", gaussian), ("real", real(count))):
        distances[name].append(energy_distance(made, x))
middle = {name: float(np.mean(values)) for name, values in distances.items()}
sample = model.sample(2000).cpu().numpy()
met, inside = heaps_met(sample)
gaussian_met, gaussian_inside = heaps_met(np.random.multivariate_normal([0, 0], np.cov(check.T), 2000))
share = bio.wilson(int(inside), 2000)
table = course.Table(options, "energy distance", digits=4, better="lower")
table.add("made and real points", middle["GAN"], tuple(np.percentile(distances["GAN"], [2.5, 97.5])), baseline=("one Gaussian", middle["Gaussian"]))
table.add("made points within 4 spreads of a heap", 100 * share.value, (100 * share.low, 100 * share.high),
          baseline=("one Gaussian", 100 * gaussian_inside / 2000), metric="share (%)", digits=1, better="higher")
table.add(f"heaps met, of {options.heaps}", met, baseline=("one Gaussian", gaussian_met), metric="heaps", digits=0, better="higher")
table.show()
print(f"\nTwo sets of real points have an energy distance of {middle['real']:.4f}: nearer cannot be asked for.")

# %% The pictures
with viz.panels(options.out / "samples.png", 2, 2, size=(3.6, 3.4)) as axes:
    for ax, (step, made) in zip(axes.flat, drawn.items()):
        viz.points(np.concatenate([check, made]), ["real"] * len(check) + ["samples"] * len(made), ax=ax, title=f"after {step} steps",
                   names={"samples": "made"}, xlabel="x₁", ylabel="x₂")
        ax.set(xlim=(-3.4, 3.4), ylim=(-3.4, 3.4))
        ax.legend(loc="center", fontsize=8.5, markerscale=2)
with viz.panels(options.out / "course.png", 1, 2, size=(4.0, 3.2)) as (left, right):
    viz.lines(course_of["step"], {name: course_of[name] for name in ("critic", "generator")}, ax=left, xlabel="step", ylabel="loss",
              title="The losses do not tell …")
    viz.lines(course_of["step"], {"made": course_of["energy distance"], **{name: [middle[key]] * len(course_of["step"])
              for name, key in (("one Gaussian", "Gaussian"), ("other real points", "real"))}}, ax=right,
              xlabel="step", ylabel="energy distance to real points", title="… how good the points are", logy=True)
print(f"Pictures: {options.out}/*.png")
