"""A simulated protein family with known contacts, and a viral protein with known escape mutations.

Sequences are drawn from a Potts model, P(x) ∝ exp(Σ_i h_i(x_i) + Σ_{i<j} J_ij(x_i, x_j)): residues in contact
choose each other. A network that has learned the family should find the contacts again, and know which
mutation the rest of the sequence allows.
"""
from dataclasses import dataclass

import numpy as np

from .alignment import Alignment
from .alphabet import PROTEIN
from .mutations import Mutation
from .simulate import BACKGROUND, draw_letters


@dataclass(frozen=True, eq=False)
class Potts:
    """What a protein family prefers.

    fields : (L, 20), h, the preference for each letter of ``PROTEIN.letters`` at each position.
    couplings : a dictionary ``(i, j)`` with i < j, from 0, to J_ij (20, 20).

    >>> model = Potts(np.zeros((3, 20)), {(0, 2): np.eye(20)})
    >>> model.log_fitness(["AKA", "AKR"]), model.contacts().sum()
    (array([1., 0.]), np.int64(2))
    """

    fields: np.ndarray
    couplings: dict

    def log_fitness(self, sequences):
        """Σ h + Σ J, without the constant log Z: N strings of length L give (N,)."""
        codes = PROTEIN.encode(list(sequences))  # (N, L)
        total = self.fields[np.arange(len(self.fields)), codes].sum(axis=1)
        for (i, j), table in self.couplings.items():
            total = total + table[codes[:, i], codes[:, j]]
        return total

    def contacts(self):
        """(L, L) bool, symmetric: which positions are coupled."""
        found = np.zeros((len(self.fields),) * 2, dtype=bool)
        for i, j in self.couplings:
            found[i, j] = found[j, i] = True
        return found

    def sample(self, n, *, seed, sweeps=40, extra=None):
        """Draw n sequences by Gibbs sampling: (n, L) codes. All chains run side by side, `sweeps` times over
        all positions.

        `extra` (n, L, 20) is added to the fields of each chain.

        >>> Potts(np.full((2, 20), 0.0), {}).sample(3, seed=0).shape
        (3, 2)
        """
        rng = np.random.default_rng(seed)
        length = len(self.fields)
        codes = draw_letters(rng, np.broadcast_to(BACKGROUND, (n, length, 20)))
        for _ in range(sweeps):
            for i in rng.permutation(length):
                logits = np.broadcast_to(self.fields[i], (n, 20)) if extra is None else self.fields[i] + extra[:, i]
                for (a, b), table in self._at(i):
                    logits = logits + (table.T[codes[:, b]] if a == i else table[codes[:, a]])
                weights = np.exp(logits - logits.max(axis=1, keepdims=True))
                codes[:, i] = draw_letters(rng, weights / weights.sum(axis=1, keepdims=True))
        return codes

    def _at(self, i):
        return [(pair, table) for pair, table in self.couplings.items() if i in pair]


def random_potts(length, *, seed, contacts=None, conservation=1.0, strength=2.0):
    """A random `Potts` model with about `contacts` contacts (None: length), all at least 5 positions apart.

    Each position is in one to three contacts. Couplings are normal numbers times `strength` · ½, centred, so
    that they say nothing about single positions; fields are background plus normal numbers times
    `conservation`.

    >>> len(random_potts(30, seed=0).couplings)
    30
    """
    if length < 8:
        raise ValueError(f"random_potts: got length={length}, expected at least 8")
    rng = np.random.default_rng(seed)
    fields = np.log(BACKGROUND) + conservation * rng.normal(size=(length, 20))
    i, j = np.triu_indices(length, 5)
    wanted, degree, couplings = length if contacts is None else contacts, np.zeros(length, dtype=int), {}
    for k in rng.permutation(len(i)):
        a, b = int(i[k]), int(j[k])
        if len(couplings) < wanted and max(degree[a], degree[b]) < 3:
            table = rng.normal(size=(20, 20)) * strength / 2
            couplings[a, b] = table - table.mean(axis=0) - table.mean(axis=1, keepdims=True) + table.mean()
            degree[[a, b]] += 1
    return Potts(fields, couplings)


def simulate_protein_family(n=2000, length=30, *, seed, contacts=None, strength=2.0, sweeps=40):
    """An aligned family and the truth behind it: ``(Alignment, Potts)``; contacts are ``potts.contacts()``.

    >>> family, truth = simulate_protein_family(50, 12, seed=0, sweeps=5)
    >>> family, truth.contacts().shape
    (<Alignment: 50 sequences of length 12>, (12, 12))
    """
    model = random_potts(length, seed=seed, contacts=contacts, strength=strength)
    codes = model.sample(n, seed=[seed, 1], sweeps=sweeps)
    return Alignment(PROTEIN.decode(codes), [f"sim{i}" for i in range(1, n + 1)]), model


@dataclass(frozen=True, eq=False)
class ViralFamily:
    """A simulated viral protein.

    sequences : N strings of length L, strains that live.
    clusters : (N,) int64, the antigenic cluster of each: antibodies tell clusters apart.
    wild_type : a string of cluster 0, the strain whose mutants are asked about.
    epitope : the positions antibodies see, from 0, ascending.
    escapes : list of `Mutation` of the wild type: in the epitope, to a letter of another cluster, and alive.
    model : the `Potts` model behind fitness.

    >>> virus = simulate_virus(40, 20, seed=0, sweeps=3)
    >>> len(virus.sequences), len(virus.epitope), str(virus.escapes[0])[1:-1] in map(str, np.array(virus.epitope) + 1)
    (40, 5, True)
    """

    sequences: list
    clusters: np.ndarray
    wild_type: str
    epitope: list
    escapes: list
    model: Potts


def simulate_virus(n=1000, length=40, *, seed, clusters=4, strength=2.0, drift=3.0, sweeps=30, tolerance=4.0):
    """Strains of a virus in antigenic clusters, with the list of single mutations that escape: `ViralFamily`.

    Fitness is a `Potts` model, so what a mutation does depends on the rest (epistasis). Each cluster has its
    own letters in the epitope, a quarter of the positions, which selection favours by `drift` in log fitness.
    A mutation of the wild type escapes if it changes the epitope to a letter of another cluster, and costs at
    most `tolerance` in log fitness. This is the pattern that "high grammaticality, high semantic change" is
    meant to find (Hie et al. 2021, Science 371:284).

    >>> simulate_virus(40, 20, seed=0, sweeps=3).escapes == simulate_virus(40, 20, seed=0, sweeps=3).escapes
    True
    """
    if clusters < 2 or n < clusters:
        raise ValueError(f"simulate_virus: got n={n}, clusters={clusters}, expected 2 clusters or more and a "
                         f"strain in each")
    rng = np.random.default_rng([seed, 7])
    model = random_potts(length, seed=seed, strength=strength, conservation=1.5)
    epitope = np.sort(rng.choice(length, size=max(3, length // 4), replace=False))
    letters = np.argsort(rng.random((len(epitope), 20)), axis=1)[:, :clusters]  # (epitope, clusters), all different
    label = np.arange(n) % clusters
    extra = np.zeros((n, length, 20))
    for place, position in enumerate(epitope):
        extra[np.arange(n), position, letters[place, label]] = drift
    sequences = PROTEIN.decode(model.sample(n, seed=[seed, 1], sweeps=sweeps, extra=extra))
    ancestors = [sequence for sequence, cluster in zip(sequences, label) if cluster == 0]
    wild_type = ancestors[int(np.argmax(model.log_fitness(ancestors)))]
    candidates = [Mutation(wild_type[position], int(position) + 1, PROTEIN.letters[letters[place, cluster]])
                  for place, position in enumerate(epitope) for cluster in range(1, clusters)]
    candidates = [mutation for mutation in candidates if mutation.to != mutation.wild]
    cost = model.log_fitness([wild_type])[0] - model.log_fitness([m.apply(wild_type) for m in candidates])
    escapes = [mutation for mutation, loss in zip(candidates, cost) if loss <= tolerance]
    return ViralFamily(sequences, label, wild_type, epitope.tolist(), escapes, model)
