"""Simulated genotypes with a trait of known heritability, and survival times that follow gene expression."""
from typing import NamedTuple

import numpy as np

from .snps import Genotypes
from .survival import Survival


class TraitTruth(NamedTuple):
    """What is behind simulated traits: `additive` (M,) effect per marker, `pairs` of markers that interact
    (P, 2) with effects `epistatic` (P,), `genetic` (N, T) values without the environment, `heritability` h².

    >>> TraitTruth(np.zeros(3), np.zeros((0, 2), int), np.zeros(0), np.zeros((4, 1)), 0.5).heritability
    0.5
    """

    additive: np.ndarray
    pairs: np.ndarray
    epistatic: np.ndarray
    genetic: np.ndarray
    heritability: float


def simulate_genotypes(n=600, markers=1200, *, seed, heritability=0.5, causal=50, epistasis=0.0,
                       environments=1, founders=20):
    """Lines with markers in blocks and a trait: ``(Genotypes, TraitTruth)``.

    Each line is a mosaic of `founders` ancestors, so near markers go together and lines are related, as in
    wheat. The genetic value g is additive over `causal` markers plus, for a share `epistasis` of its
    variance, products of pairs of them. The trait is g + noise, with var(g) / var(trait) = `heritability` in
    the sample, standardised per environment; environments differ in their noise only. No method can do better
    than r = √h² on new lines. Folds 1 to 10 are random.

    >>> data, truth = simulate_genotypes(100, 200, seed=0, heritability=0.5)
    >>> data
    <Genotypes: 100 lines, 200 markers, traits E1>
    >>> round(float(np.corrcoef(truth.genetic[:, 0], data.traits[:, 0])[0, 1]), 2)  # near √0.5 = 0.71
    0.71
    """
    if min(n, markers, environments) < 1 or not 4 <= causal <= markers:
        raise ValueError(f"simulate_genotypes: got n={n}, markers={markers}, environments={environments}, "
                         f"causal={causal}, expected at least 1 each, and 4 <= causal <= markers")
    if not 0 < heritability <= 1 or not 0 <= epistasis <= 1:
        raise ValueError(f"simulate_genotypes: got heritability={heritability}, epistasis={epistasis}, "
                         "expected 0 < heritability <= 1 and 0 <= epistasis <= 1")
    rng = np.random.default_rng(seed)
    ancestors = rng.random((founders, markers)) < rng.uniform(0.2, 0.8, size=markers)  # (founders, M)
    switch = rng.random((n, markers)) < 20 / markers  # about 20 pieces per line
    switch[:, 0] = True
    piece = np.maximum.accumulate(np.where(switch, np.arange(markers), 0), axis=1)  # where each piece began
    who = np.take_along_axis(rng.integers(0, founders, (n, markers)), piece, axis=1)
    x = ancestors[who, np.arange(markers)].astype(np.float64)  # (N, M)

    at = rng.choice(markers, causal, replace=False)
    additive = np.zeros(markers)
    additive[at] = rng.normal(size=causal)
    pairs = at[:causal // 2 * 2].reshape(-1, 2)
    epistatic = rng.normal(size=len(pairs))
    centred = x - x.mean(axis=0)
    products = centred[:, pairs[:, 0]] * centred[:, pairs[:, 1]]  # (N, P)
    parts = [(1 - epistasis, centred @ additive), (epistasis, products @ epistatic)]
    scaled = [np.sqrt(share) / max(part.std(), 1e-12) for share, part in parts]
    genetic = sum(scale * (part - part.mean()) for scale, (_, part) in zip(scaled, parts))
    genetic = genetic / genetic.std()

    noise = rng.normal(size=(n, environments))
    noise = noise - noise.mean(axis=0)
    noise -= genetic[:, None] * (genetic @ noise)[None] / (genetic @ genetic)  # so that h² holds in this very sample
    noise /= np.maximum(noise.std(axis=0), 1e-12)
    traits = np.sqrt(heritability) * genetic[:, None] + np.sqrt(1 - heritability) * noise
    truth = TraitTruth(additive * scaled[0], pairs, epistatic * scaled[1],
                       np.repeat(np.sqrt(heritability) * genetic[:, None], environments, axis=1), heritability)
    data = Genotypes(x.astype(np.float32), traits, rng.permutation(np.arange(n) % 10 + 1),
                     [f"m{k}" for k in range(1, markers + 1)], [f"E{k}" for k in range(1, environments + 1)])
    return data, truth


def simulate_survival(n=500, genes=100, *, seed, prognostic=5, effect=0.6, interaction=0.6, censoring=0.3,
                      median=36.0):
    """Patients with expressed genes and survival times: ``(Survival, log_hazard)``.

    Genes come in ten pathways that rise and fall together. The log hazard (N,) is `effect` times the first
    `prognostic` genes with alternating sign, plus `interaction` times the product of the first two, which Cox
    regression cannot see and a network can. Times are exponential, in months, with the given `median` for an
    average patient; about a share `censoring` of patients leaves the study before.

    >>> data, log_hazard = simulate_survival(200, 20, seed=0)
    >>> data, data.features.shape
    (<Survival: 200 patients, 131 events>, (200, 20))
    """
    if n < 2 or genes < 2 or not 2 <= prognostic <= genes or not 0 <= censoring < 1:
        raise ValueError(f"simulate_survival: got n={n}, genes={genes}, prognostic={prognostic}, "
                         f"censoring={censoring}, "
                         "expected n >= 2, 2 <= prognostic <= genes and censoring in [0, 1)")
    rng = np.random.default_rng(seed)
    pathways = rng.normal(size=(n, 10))
    x = np.sqrt(0.3) * pathways[:, np.arange(genes) % 10] + np.sqrt(0.7) * rng.normal(size=(n, genes))
    signs = np.where(np.arange(prognostic) % 2 == 0, 1.0, -1.0)
    log_hazard = effect * (x[:, :prognostic] @ signs) + interaction * x[:, 0] * x[:, 1]
    times = rng.exponential(size=n) * median / np.log(2) * np.exp(-log_hazard)
    leaves = rng.random(n) < censoring
    observed = np.where(leaves, times * rng.random(n), times)  # those leave at some time before their event
    names = [f"gene{k}" for k in range(1, genes + 1)]
    return Survival(x.astype(np.float32), observed, ~leaves, names), log_hazard
