"""Samplers: in which order items are taken, and which form a batch."""
import numpy as np

from ... import backend


def _rng(generator):
    """A generator's numbers; without one, numbers seeded by a single one from the library's generator."""
    if generator is not None:
        return generator.numpy
    return np.random.default_rng(int(backend.default_generator.numpy.integers(2 ** 62)))


class Sampler:
    """Base class: a subclass defines ``__iter__``, over indices or lists of them, and ``__len__``.

    >>> class Backwards(Sampler):
    ...     def __init__(self, n):
    ...         self.n = n
    ...     def __iter__(self):
    ...         return iter(range(self.n - 1, -1, -1))
    >>> list(Backwards(3))
    [2, 1, 0]
    """

    def __iter__(self):
        raise NotImplementedError(f"{type(self).__name__}: write a method __iter__(self)")


class SequentialSampler(Sampler):
    """0, 1, 2, …

    >>> list(SequentialSampler("abc"))
    [0, 1, 2]
    """

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self):
        return len(self.data_source)


class RandomSampler(Sampler):
    """All items in random order; with `replacement`, `num_samples` draws among all.

    >>> import tinygrad_bio as tg
    >>> sorted(RandomSampler("abc", generator=tg.Generator().manual_seed(0)))
    [0, 1, 2]
    """

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
        if num_samples is not None and (not isinstance(num_samples, int) or num_samples < 1):
            raise ValueError(f"RandomSampler: num_samples must be an integer ≥ 1, got {num_samples!r}")
        self.data_source, self.replacement, self._num_samples = data_source, replacement, num_samples
        self.generator = generator

    @property
    def num_samples(self):
        """How many indices one pass gives."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self):
        n, rng = len(self.data_source), _rng(self.generator)
        if self.replacement:
            yield from rng.integers(0, n, self.num_samples).tolist()
            return
        left = self.num_samples                     # more than n: several orders, one after the other
        while left > 0:
            order = rng.permutation(n)[:left]
            yield from order.tolist()
            left -= len(order)

    def __len__(self):
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """Given indices in random order.

    >>> sorted(SubsetRandomSampler([7, 3, 5]))
    [3, 5, 7]
    """

    def __init__(self, indices, generator=None):
        self.indices, self.generator = indices, generator

    def __iter__(self):
        order = _rng(self.generator).permutation(len(self.indices))
        return (self.indices[i] for i in order.tolist())

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Indices drawn with probabilities proportional to `weights`: rare classes as often as common ones.

    >>> import tinygrad_bio as tg
    >>> list(WeightedRandomSampler([0, 1, 0], 4, generator=tg.Generator().manual_seed(0)))
    [1, 1, 1, 1]
    """

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        self.weights = np.asarray(backend.asnumpy(getattr(weights, "array", weights)), dtype=backend.float64)
        if self.weights.ndim != 1 or (self.weights < 0).any() or not 0 < self.weights.sum() < np.inf:
            raise ValueError("WeightedRandomSampler: weights must be one number ≥ 0 for each item, not all "
                             "0, and finite")
        if not isinstance(num_samples, int) or num_samples < 1:
            raise ValueError(f"WeightedRandomSampler: num_samples must be an integer ≥ 1, got "
                             f"{num_samples!r}")
        if not replacement and num_samples > (self.weights > 0).sum():
            raise ValueError(f"WeightedRandomSampler: {num_samples} samples without replacement, but only "
                             f"{(self.weights > 0).sum()} items have a weight above 0")
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self):
        rng = _rng(self.generator)
        p = self.weights / self.weights.sum()
        yield from rng.choice(len(p), self.num_samples, self.replacement, p).tolist()

    def __len__(self):
        return self.num_samples


class BatchSampler(Sampler):
    """The indices of another sampler, `batch_size` at a time; the last batch may be smaller, or is dropped.

    >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler, batch_size, drop_last):
        if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size < 1:
            raise ValueError(f"batch_size must be an integer ≥ 1, got {batch_size!r}")
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last must be True or False, got {drop_last!r}")
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self):
        batch = []
        for index in self.sampler:
            batch.append(index)
            if len(batch) == self.batch_size:
                yield batch
                batch = []
        if batch and not self.drop_last:
            yield batch

    def __len__(self):
        n = len(self.sampler)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)


class LengthBucketSampler(Sampler):
    """Batches of items of similar length, so that little is padded. A `batch_sampler` for `DataLoader`.

    Items are put in random order and cut into *buckets* of ``batches_per_bucket·batch_size``; each bucket is
    sorted by length and cut into batches; the batches come in random order. A larger bucket pads less and
    mixes less. (Not in PyTorch itself.)

    Parameters
    ----------
    lengths : the length of each item
    shuffle : if False, all is sorted by length, and nothing is random

    >>> list(LengthBucketSampler([5, 1, 4, 2], batch_size=2, shuffle=False))
    [[1, 3], [2, 0]]
    """

    def __init__(self, lengths, batch_size, *, shuffle=True, drop_last=False, batches_per_bucket=50,
                 generator=None):
        if batches_per_bucket < 1:
            raise ValueError(f"LengthBucketSampler: batches_per_bucket must be ≥ 1, got "
                             f"{batches_per_bucket!r}")
        self.lengths = np.asarray(backend.asnumpy(getattr(lengths, "array", lengths)))
        self.cut = BatchSampler(range(len(self.lengths)), batch_size, drop_last)        # checks its arguments
        self.shuffle, self.generator, self.bucket = shuffle, generator, batches_per_bucket * batch_size

    def __iter__(self):
        n, size = len(self.lengths), self.cut.batch_size
        if not self.shuffle:
            order = np.argsort(self.lengths, kind="stable").tolist()
            yield from BatchSampler(order, size, self.cut.drop_last)
            return
        rng = _rng(self.generator)
        order = rng.permutation(n)
        batches = []
        for start in range(0, n, self.bucket):
            bucket = order[start:start + self.bucket]
            bucket = bucket[np.argsort(self.lengths[bucket], kind="stable")].tolist()
            batches += [bucket[i:i + size] for i in range(0, len(bucket), size)]
        if self.cut.drop_last:
            batches = [batch for batch in batches if len(batch) == size]
        for i in rng.permutation(len(batches)).tolist():
            yield batches[i]

    def __len__(self):
        return len(self.cut)
