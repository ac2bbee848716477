"""DataLoader: batches from a dataset, in order or shuffled, in this process or from worker processes."""
import weakref

from ... import backend
from . import fetch
from .collate import default_collate, default_convert
from .dataset import IterableDataset
from .sampler import BatchSampler, RandomSampler, SequentialSampler


class DataLoader:
    """Go through a dataset in batches: ``for x, y in DataLoader(dataset, batch_size=64, shuffle=True):``.

    Parameters
    ----------
    dataset : Dataset, or anything with a length and items by number; or an IterableDataset
    batch_size : items in a batch; None: items as they are
    shuffle : in a new random order in each epoch
    sampler, batch_sampler : the order of single items, or lists of those in each batch, instead of `shuffle`
    num_workers : processes that load in advance. The batches are the same for any number of them, and so are
        random numbers that the dataset draws from this library (``tg.rand`` …). 0 loads when a batch is asked
        for
    collate_fn : from a list of items to a batch: `default_collate`, `pad_collate`, your own
    drop_last : leave out a last batch that is smaller
    timeout : seconds to wait for a worker; 0: for ever
    worker_init_fn : called with the worker's number when it starts
    multiprocessing_context : "fork", "spawn", "forkserver"
    generator : source of the random order (default: the library's)
    prefetch_factor : batches that each worker is ahead (2)
    persistent_workers : keep the workers after an epoch

    Of an IterableDataset every worker reads the whole stream and makes its share of the batches; a dataset
    that calls `get_worker_info` reads a share only, as in PyTorch. `pin_memory` and `in_order` have no
    effect.

    >>> import tinygrad_bio as tg
    >>> data = tg.utils.data.TensorDataset(tg.arange(5), 10 * tg.arange(5))
    >>> for x, y in DataLoader(data, batch_size=2):
    ...     print(x.tolist(), y.tolist())
    [0, 1] [0, 10]
    [2, 3] [20, 30]
    [4] [40]
    """

    def __init__(self, dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0,
                 collate_fn=None, pin_memory=False, drop_last=False, timeout=0, worker_init_fn=None,
                 multiprocessing_context=None, generator=None, *, prefetch_factor=None,
                 persistent_workers=False, pin_memory_device="", in_order=True):
        if not isinstance(num_workers, int) or num_workers < 0:
            raise ValueError(f"DataLoader: num_workers must be an integer ≥ 0, got {num_workers!r}")
        if timeout < 0 or (prefetch_factor is not None and prefetch_factor < 1):
            raise ValueError(f"DataLoader: expected timeout ≥ 0 and prefetch_factor ≥ 1, got {timeout!r} and "
                             f"{prefetch_factor!r}")
        if persistent_workers and num_workers == 0:
            raise ValueError("DataLoader: persistent_workers=True needs num_workers ≥ 1")
        self.dataset, self.drop_last, self.generator = dataset, drop_last, generator
        self.num_workers, self.timeout, self.worker_init_fn = num_workers, timeout, worker_init_fn
        self.multiprocessing_context, self.persistent_workers = multiprocessing_context, persistent_workers
        self.prefetch_factor = prefetch_factor or 2
        self.is_stream = isinstance(dataset, IterableDataset)
        self._check_order(shuffle, sampler, batch_sampler, batch_size, drop_last)
        if not self.is_stream and sampler is None:
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if not self.is_stream and batch_sampler is None and batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        single = batch_size is None and batch_sampler is None
        self.batch_size = batch_size
        self.sampler, self.batch_sampler = sampler, batch_sampler
        self.collate_fn = collate_fn or (default_convert if single else default_collate)
        self._workers = None                    # those that are kept from epoch to epoch

    def _check_order(self, shuffle, sampler, batch_sampler, batch_size, drop_last):
        """Raise if two arguments both say in which order to go."""
        if self.is_stream and (shuffle or sampler is not None or batch_sampler is not None):
            raise ValueError("DataLoader: an IterableDataset comes in its own order: shuffle, sampler and "
                             "batch_sampler are not possible")
        if sampler is not None and shuffle:
            raise ValueError("DataLoader: give shuffle=True or a sampler, not both")
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            raise ValueError("DataLoader: a batch_sampler decides about all batches: leave out batch_size, "
                             "shuffle, sampler and drop_last")
        if batch_size is None and (shuffle or drop_last):
            raise ValueError("DataLoader: batch_size=None gives single items: shuffle and drop_last are not "
                             "possible (use a sampler)")

    def __len__(self):
        """The number of batches."""
        if not self.is_stream:
            return len(self.sampler if self.batch_sampler is None else self.batch_sampler)
        if not hasattr(self.dataset, "__len__"):
            raise TypeError(f"DataLoader: the {type(self.dataset).__name__} is a stream and has no __len__, "
                            f"so the number of batches is not known")
        n, size = len(self.dataset), self.batch_size or 1
        return n // size if self.drop_last else -(-n // size)

    def __iter__(self):
        seed = int((self.generator or backend.default_generator).numpy.integers(2 ** 62))
        if self.num_workers:
            yield from self._from_workers(seed)
        elif self.is_stream:
            yield from fetch.stream(self.dataset, self.batch_size, self.drop_last, self.collate_fn, seed)
        else:
            for number, indices in enumerate(self._order()):
                yield fetch.fetch(self.dataset, indices, self.collate_fn, seed, number)

    def _order(self):
        """A list of indices for each batch (or single indices)."""
        if self.batch_sampler is None:
            return self.sampler
        return (list(indices) for indices in self.batch_sampler)

    def _from_workers(self, seed):
        """The batches of one epoch from worker processes, which are ended on every way out."""
        workers, self._workers = self._workers, None
        if workers is None:
            from .workers import Workers                # imported late: it needs multiprocessing
            workers = Workers(self.num_workers, self.dataset, self.collate_fn, self.worker_init_fn,
                              self.multiprocessing_context, self.timeout, self.prefetch_factor, seed)
            if self.persistent_workers:
                weakref.finalize(self, workers.close)
        done = False
        try:
            if self.is_stream:
                yield from workers.streams(("stream", seed, self.batch_size, self.drop_last))
            else:
                tasks = (("batch", seed, k, indices) for k, indices in enumerate(self._order()))
                yield from workers.batches(tasks)
            done = True
        finally:                                # after an error, Ctrl-C or `break` the workers are busy
            if done and self.persistent_workers and self._workers is None:
                self._workers = workers
            else:
                workers.close(now=not done)
