"""From indices to a batch: what is the same with and without worker processes."""
import contextlib
import itertools

import numpy as np

from ... import backend
from .collate import default_collate
from .dataset import can_gather


class WorkerInfo:
    """What a dataset can know about the worker process that it is in."""

    def __init__(self, id, num_workers, seed, dataset):
        self.id, self.num_workers, self.seed, self.dataset = id, num_workers, seed, dataset
        self.asked = False              # whether the dataset has looked at it: it then reads its share only

    def __repr__(self):
        return f"WorkerInfo(id={self.id}, num_workers={self.num_workers}, seed={self.seed})"


class Here:
    """The worker that this process is, if it is one."""
    worker = None


def get_worker_info():
    """In a worker process of a `DataLoader`, its `WorkerInfo`; None in the main process.

    An `IterableDataset` that calls this reads only its own share of the stream in each worker.

    >>> get_worker_info() is None
    True
    """
    if Here.worker is not None and not Here.worker.asked:
        Here.worker.asked = True
        backend.default_generator.numpy = np.random.default_rng([Here.worker.seed])     # each share its own
    return Here.worker


@contextlib.contextmanager
def drawing_from(rng):
    """Let the library's random numbers come from `rng`, and put things back afterwards."""
    generator = backend.default_generator
    before, generator.numpy = generator.numpy, rng
    try:
        yield
    finally:
        generator.numpy = before


def fetch(dataset, indices, collate_fn, seed, number):
    """Batch `number` of an epoch. `indices` is a list, or a single index if items are not put into batches.

    Random numbers drawn by the dataset (``tg.rand`` …) depend on the epoch's seed and the number of the batch
    only, not on which process draws them.
    """
    if isinstance(indices, list) and collate_fn is default_collate and can_gather(dataset):
        return dataset.gather(indices)
    with drawing_from(np.random.default_rng([seed, number])):
        if not isinstance(indices, list):
            item, = _items(dataset, [indices])
            return _called(collate_fn, "collate_fn", item)
        if hasattr(dataset, "__getitems__"):
            items = _called(dataset.__getitems__, f"dataset.__getitems__({_shortened(indices)})", indices)
        else:
            items = _items(dataset, indices)
        return _called(collate_fn, f"collate_fn, for the items {_shortened(indices)}", items)


def _items(dataset, indices):
    items = []
    try:
        for i in indices:
            items.append(dataset[i])
    except Exception as error:
        raise _located(error, f"dataset[{i}]")
    return items


def stream(dataset, batch_size, drop_last, collate_fn, seed):
    """The batches of an IterableDataset, each with its number; None for batches that another worker makes.

    Every worker reads the whole stream and makes its own share of the batches, so they are the same for any
    number of workers. A dataset that asks `get_worker_info` reads a share only: then all batches are its
    worker's.
    """
    rng = np.random.default_rng([seed])
    if Here.worker is not None:
        Here.worker.asked = False
    with drawing_from(rng):
        items = _called(iter, "iter(dataset)", dataset)
        rng = backend.default_generator.numpy           # another one, if the dataset has asked for its share
    for number in itertools.count():
        with drawing_from(rng):
            where = f"the stream, batch {number}"
            size = 1 if batch_size is None else batch_size
            batch = _called(list, where, itertools.islice(items, size))
            rng = backend.default_generator.numpy
            if not batch or (drop_last and len(batch) < size):
                return
            worker = Here.worker
            if worker is None or worker.asked or number % worker.num_workers == worker.id:
                batch = batch[0] if batch_size is None else batch
                batch = _called(collate_fn, f"collate_fn, in {where}", batch)
            else:
                batch = None
        yield batch


def _called(function, where, argument):
    """Call a function of the user's; an error remembers where it happened."""
    try:
        return function(argument)
    except Exception as error:
        raise _located(error, where)


def _located(error, where):
    """The error, knowing where it happened."""
    if not hasattr(error, "where"):
        error.where = where
        if hasattr(error, "add_note"):                              # Python 3.11
            error.add_note(f"(in the DataLoader: {where})")
    if isinstance(error, StopIteration):                # it would end the loop over batches silently
        located = RuntimeError(f"{where} raised StopIteration")
        located.__cause__, located.where = error, where
        return located
    return error


def _shortened(indices):
    if len(indices) <= 8:
        return repr(indices)
    return f"[{', '.join(map(str, indices[:6]))}, … {len(indices)} in all]"
