"""Datasets, samplers, collating, and the data loader with and without worker processes."""
import collections
import gc
import itertools
import multiprocessing
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
from hypothesis import given, strategies as st

import tinygrad_bio as tg
from tinygrad_bio.utils import data
from tinygrad_bio.utils.data import DataLoader

ROOT = pathlib.Path(tg.__file__).resolve().parent.parent


def seeded(seed):
    return tg.Generator().manual_seed(seed)


class Squares(data.Dataset):
    def __init__(self, n=10):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return tg.tensor([i, i * i]), i


class Noisy(data.Dataset):
    """Items with random numbers, as augmented images have."""

    def __len__(self):
        return 11

    def __getitem__(self, i):
        return tg.rand(2), tg.randint(0, 100, (1,)), i


class Stream(data.IterableDataset):
    def __init__(self, n=11):
        self.n = n

    def __iter__(self):
        return (tg.rand(1) + i for i in range(self.n))


class Shards(data.IterableDataset):
    """A stream that shares itself out among the workers."""

    def __iter__(self):
        worker = data.get_worker_info()
        first, step = (0, 1) if worker is None else (worker.id, worker.num_workers)
        return iter(range(first, 12, step))


def same(a, b):
    """Whether two batches are equal, in structure and in every bit."""
    if isinstance(a, tg.Tensor):
        return isinstance(b, tg.Tensor) and a.dtype == b.dtype and np.array_equal(a.numpy(), b.numpy())
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return a == b


# --------------------------------------------------------------------------------------------------- datasets

def test_tensor_dataset():
    x, y = tg.rand(4, 3), tg.arange(4)
    d = data.TensorDataset(x, y)
    assert len(d) == 4 and same(d[2], (x[2], y[2])) and same(d[1:3], (x[1:3], y[1:3]))


@pytest.mark.parametrize("make, kind, message", [
    (lambda: data.TensorDataset(), ValueError, "at least one tensor"),
    (lambda: data.TensorDataset(tg.rand(3), tg.rand(4)), ValueError,
     r"same number of rows, got shapes \(3,\), \(4,\)"),
    (lambda: data.TensorDataset([1, 2]), TypeError, "argument 0 must be a Tensor .* got list"),
    (lambda: data.TensorDataset(tg.tensor(1.0)), TypeError, "at least one dimension"),
    (lambda: data.StackDataset([1], [1, 2]), ValueError, r"one length, got \[1, 2\]"),
    (lambda: data.ConcatDataset([]), ValueError, "at least one dataset"),
    (lambda: data.ConcatDataset([Stream()]), TypeError, "use ChainDataset"),
    (lambda: data.ConcatDataset([[1, 2]])[2], IndexError, "index 2 is out of range for 2 items"),
    (lambda: data.Dataset()[0], NotImplementedError, "write a method __getitem__"),
    (lambda: iter(data.IterableDataset()), NotImplementedError, "write a method __iter__"),
])
def test_bad_datasets(make, kind, message):
    with pytest.raises(kind, match=message):
        make()


def test_datasets_of_datasets():
    joined = Squares(3) + Squares(2)
    assert [joined[i][1] for i in range(5)] == [0, 1, 2, 0, 1] and joined[-1][1] == 1
    assert data.StackDataset([1, 2], "ab")[1] == (2, "b")
    assert data.Subset("abcd", [3, 1])[0] == "d" and len(data.Subset("abcd", [3, 1])) == 2
    assert list(data.ChainDataset([range(2), range(3)])) == [0, 1, 0, 1, 2]
    assert len(data.ChainDataset([range(2), range(3)])) == 5
    assert len(list(Stream(2) + Stream(3))) == 5


@given(n=st.integers(0, 60), fractions=st.lists(st.integers(1, 9), min_size=1, max_size=5),
       seed=st.integers(0, 9))
def test_random_split_by_fractions(n, fractions, seed):
    """All items, each once; sizes within one of the fractions; the same for the same seed."""
    fractions = [f / sum(fractions) for f in fractions]
    parts = data.random_split(range(n), fractions, seeded(seed))
    assert sorted(itertools.chain(*parts)) == list(range(n))
    assert all(abs(len(part) - n * f) <= 1 for part, f in zip(parts, fractions))
    assert [list(p) for p in parts] == [list(p) for p in data.random_split(range(n), fractions, seeded(seed))]


def test_random_split_by_sizes():
    train, rest = data.random_split(range(100), [80, 20], seeded(1))
    assert (len(train), len(rest)) == (80, 20) and list(train) != sorted(train)
    assert [len(p) for p in data.random_split(range(10), [0.35, 0.35, 0.3])] == [4, 3, 3]     # as in PyTorch
    assert [len(p) for p in data.random_split(range(3), [1, 2])] == [1, 2]
    assert [len(p) for p in data.random_split(range(1), [1])] == [1]
    for lengths in ([5, 4], [0.5, 0.4], [11, -1]):
        with pytest.raises(ValueError, match="random_split: "):
            data.random_split(range(10), lengths)


# --------------------------------------------------------------------------------------------------- samplers

def test_samplers_cover_everything_once():
    for sampler in (data.SequentialSampler("abcde"), data.RandomSampler("abcde"),
                    data.SubsetRandomSampler(range(5)),
                    data.WeightedRandomSampler([1.0] * 5, 5, replacement=False)):
        assert sorted(sampler) == list(range(5)) and len(sampler) == 5


def test_random_samplers_follow_their_seed():
    for make in (lambda g: data.RandomSampler(range(50), generator=g),
                 lambda g: data.SubsetRandomSampler(range(50), g),
                 lambda g: data.WeightedRandomSampler(range(50), 50, generator=g),
                 lambda g: data.LengthBucketSampler(range(50), 4, generator=g)):
        assert list(make(seeded(1))) == list(make(seeded(1))) != list(make(seeded(2)))
        sampler = make(seeded(1))
        assert list(sampler) != list(sampler)                       # another order in the next epoch
        tg.manual_seed(3)
        first = list(make(None))
        tg.manual_seed(3)
        assert list(make(None)) == first


def test_a_sampler_takes_one_number_from_the_library():
    """… whatever it draws and how far it is run: the rest of a program does not depend on that."""
    def after(run):
        tg.manual_seed(0)
        run()
        return tg.rand(1).item()
    one, other = data.RandomSampler(range(9)), data.RandomSampler(range(5000))
    assert after(lambda: list(one)) == after(lambda: next(iter(other)))


def test_random_sampler_with_more_or_fewer_samples():
    more = list(data.RandomSampler(range(4), num_samples=10, generator=seeded(0)))
    assert len(more) == 10 and sorted(more[:4]) == sorted(more[4:8]) == [0, 1, 2, 3]
    assert len(set(data.RandomSampler(range(100), num_samples=7, generator=seeded(0)))) == 7
    drawn = list(data.RandomSampler(range(3), replacement=True, num_samples=3000, generator=seeded(0)))
    assert all(900 < drawn.count(i) < 1100 for i in range(3))


def test_weighted_sampler_draws_by_weight():
    drawn = collections.Counter(data.WeightedRandomSampler(tg.tensor([1.0, 0.0, 3.0]), 4000,
                                                           generator=seeded(0)))
    assert drawn[1] == 0 and 900 < drawn[0] < 1100


@pytest.mark.parametrize("make, message", [
    (lambda: data.RandomSampler("ab", num_samples=0), "num_samples must be an integer ≥ 1, got 0"),
    (lambda: data.WeightedRandomSampler([1.0, -1.0], 2), "weights must be one number ≥ 0"),
    (lambda: data.WeightedRandomSampler([0.0, 0.0], 2), "not all 0"),
    (lambda: data.WeightedRandomSampler([1.0, np.nan], 2), "weights must be"),
    (lambda: data.WeightedRandomSampler([1.0, 0.0], 2, replacement=False),
     "only 1 items have a weight above 0"),
    (lambda: data.BatchSampler("ab", 0, False), "batch_size must be an integer ≥ 1, got 0"),
    (lambda: data.BatchSampler("ab", 2.0, False), "batch_size must be"),
    (lambda: data.BatchSampler("ab", 2, 1), "drop_last must be True or False"),
    (lambda: data.LengthBucketSampler([1], 0), "batch_size must be"),
    (lambda: data.LengthBucketSampler([1], 1, batches_per_bucket=0), "batches_per_bucket must be ≥ 1"),
])
def test_bad_samplers(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@given(n=st.integers(0, 20), size=st.integers(1, 7), drop=st.booleans())
def test_batch_sampler(n, size, drop):
    batches = list(data.BatchSampler(range(n), size, drop))
    assert len(batches) == len(data.BatchSampler(range(n), size, drop))
    kept = n - n % size if drop else n
    assert list(itertools.chain(*batches)) == list(range(kept)) and all(len(b) == size for b in batches[:-1])


@given(n=st.integers(0, 100), size=st.integers(1, 9), drop=st.booleans(), per=st.integers(1, 5),
       shuffle=st.booleans())
def test_length_buckets(n, size, drop, per, shuffle):
    lengths = np.random.default_rng(n).integers(1, 500, n)
    sampler = data.LengthBucketSampler(lengths, size, shuffle=shuffle, drop_last=drop, batches_per_bucket=per,
                                       generator=seeded(0))
    batches = list(sampler)
    indices = list(itertools.chain(*batches))
    assert len(batches) == len(sampler) and len(indices) == len(set(indices))
    assert all(len(b) <= size for b in batches)
    assert len(indices) == (n - n % size if drop else n)
    assert not drop or all(len(b) == size for b in batches)


def test_length_buckets_pad_little():
    lengths = np.random.default_rng(0).integers(10, 1000, 2000)

    def padded(batches):
        return sum(len(b) * lengths[b].max() for b in batches) / lengths.sum()
    assert padded(data.BatchSampler(data.RandomSampler(lengths, generator=seeded(0)), 32, False)) > 1.8
    assert padded(data.LengthBucketSampler(lengths, 32, generator=seeded(0))) < 1.1


# -------------------------------------------------------------------------------------------------- collating

Pair = collections.namedtuple("Pair", "a b")


@pytest.mark.parametrize("items, expected", [
    ([1, 2], tg.tensor([1, 2])),
    ([1.5, 2.5], tg.tensor([1.5, 2.5], dtype=tg.float64)),
    ([True, False], tg.tensor([True, False])),
    ([np.float32(1), np.float32(2)], tg.tensor([1.0, 2.0])),
    (["ab", "c"], ["ab", "c"]),
    ([b"ab", b"c"], [b"ab", b"c"]),
    ([(1, "a"), (2, "b")], [tg.tensor([1, 2]), ["a", "b"]]),
    ([Pair(1, 2), Pair(3, 4)], Pair(tg.tensor([1, 3]), tg.tensor([2, 4]))),
    ([{"x": [1, 2], "n": "a"}, {"x": [3, 4], "n": "b"}],
     {"x": [tg.tensor([1, 3]), tg.tensor([2, 4])], "n": ["a", "b"]}),
    ([np.array([1, 2]), np.array([3, 4])], tg.tensor([[1, 2], [3, 4]])),
    ([tg.ones(2), np.ones(2, "float32")], tg.ones(2, 2)),
    ([tg.tensor(1.0), tg.tensor(2.0)], tg.tensor([1.0, 2.0])),
], ids=lambda x: str(x)[:40])
def test_default_collate(items, expected):
    assert same(data.default_collate(items), expected)


def test_collating_keeps_history_and_device(device):
    w = tg.tensor([1.0, 2.0], device=device, requires_grad=True)
    data.default_collate([w * 2, w * 3]).sum().backward()
    assert w.grad.tolist() == [5.0, 5.0]
    assert data.default_collate([tg.ones(1, device=device)] * 2).device == tg.device(device)
    padded, lengths = data.pad_collate([tg.ones(2, device=device), tg.ones(1, device=device)])
    assert padded.device == tg.device(device) and padded.tolist() == [[1.0, 1.0], [1.0, 0.0]]


@pytest.mark.parametrize("items, kind, message", [
    ([tg.ones(2), tg.ones(3)], tg.ShapeError,
     r"item 1 of the batch has shape \(3,\), item 0 has \(2,\).*collate_fn=pad_collate"),
    ([(1, 2), (1,)], TypeError, "item 1 of the batch is a tuple of 1, item 0 is a tuple of 2"),
    ([{"a": 1}, {"b": 1}], TypeError, r"item 1 of the batch has the keys \['b'\], item 0 has \['a'\]"),
    ([None, None], TypeError, "cannot make a batch of NoneType objects"),
    ([np.array(["a"]), np.array(["b"])], TypeError, "encode text as numbers first"),
])
def test_batches_that_cannot_be_made(items, kind, message):
    with pytest.raises(kind, match=message):
        data.default_collate(items)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=5), st.sampled_from(["int64", "float32"]))
def test_padding(lengths, dtype):
    sequences = [np.ones((n, 2), dtype) * (i + 1) for i, n in enumerate(lengths)]
    padded, found, targets = data.pad_collate([(tg.tensor(s), i) for i, s in enumerate(sequences)],
                                              pad={0: -7})
    assert padded.shape == (len(lengths), max(lengths), 2) and padded.dtype.name == dtype
    assert found.tolist() == lengths and found.dtype == tg.int64
    assert targets.tolist() == list(range(len(lengths)))
    for row, sequence in zip(padded.numpy(), sequences):
        assert np.array_equal(row[:len(sequence)], sequence) and (row[len(sequence):] == -7).all()


def test_padding_of_several_fields_and_of_dictionaries():
    items = [([1, 2, 3], [0, 1, 1], "a"), ([4], [1], "b")]
    x, lengths, y, names = data.pad_collate(items, pad={0: 0, 1: -100})
    assert x.tolist() == [[1, 2, 3], [4, 0, 0]] and y.tolist() == [[0, 1, 1], [1, -100, -100]]
    assert lengths.tolist() == [3, 1] and names == ["a", "b"]
    batch = data.pad_collate([{"ids": [1, 2], "y": 1.0}, {"ids": [3], "y": 2.0}], pad={"ids": 9})
    assert batch["ids"].tolist() == [[1, 2], [3, 9]] and batch["lengths"].tolist() == [2, 1]
    assert batch["y"].tolist() == [1.0, 2.0]
    with pytest.raises(tg.ShapeError, match=r"sequence 1 has shape \(1, 3\), sequence 0 has \(2, 2\): only"):
        data.pad_collate([tg.ones(2, 2), tg.ones(1, 3)])


# --------------------------------------------------------------------------------------- the loader by itself

@given(n=st.integers(1, 30), size=st.integers(1, 8), shuffle=st.booleans(), drop=st.booleans(),
       subset=st.booleans(),
       seed=st.integers(0, 99))
def test_the_fast_path_gives_what_the_items_give(n, size, shuffle, drop, subset, seed):
    class ItemByItem(data.TensorDataset):
        def __getitem__(self, i):
            return super().__getitem__(i)
    rng = np.random.default_rng(seed)
    tensors = tg.tensor(rng.normal(size=(n, 2, 3))), tg.tensor(rng.integers(0, 5, n))
    loaders = []
    for kind in (data.TensorDataset, ItemByItem):
        d = kind(*tensors)
        d = data.Subset(d, np.random.default_rng(1).permutation(n).tolist()) if subset else d
        loaders.append(DataLoader(d, size, shuffle, drop_last=drop, generator=seeded(seed)))
    batches = [list(loader) for loader in loaders]
    assert same(*batches) and len(batches[0]) == len(loaders[0])


def test_a_batch_is_a_copy(device):
    x = tg.zeros(4, device=device)
    for batch, in DataLoader(data.TensorDataset(x), batch_size=4):
        batch += 1
    assert x.tolist() == [0.0] * 4 and batch.device == tg.device(device)


def test_indices_out_of_range_are_seen(device):
    """… where CuPy would wrap them around."""
    loader = DataLoader(data.TensorDataset(tg.zeros(4, device=device)), sampler=[0, 4])
    with pytest.raises(IndexError, match="TensorDataset: index 4 is out of range"):
        list(loader)


def test_tensors_that_require_grad_keep_their_history():
    w = tg.ones(3, requires_grad=True)
    for x, in DataLoader(data.TensorDataset(w), batch_size=2):
        x.sum().backward()
    assert w.grad.tolist() == [1.0] * 3


def test_order_and_length():
    d = Squares(10)
    assert [y.tolist() for _, y in DataLoader(d, 4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert [y.tolist() for _, y in DataLoader(d, 4, drop_last=True)] == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert [y.tolist() for _, y in DataLoader(d, 2, sampler=[5, 1, 1])] == [[5, 1], [1]]
    assert [y.tolist() for _, y in DataLoader(d, batch_sampler=[[1], [2, 3]])] == [[1], [2, 3]]
    assert [len(DataLoader(d, 4)), len(DataLoader(d, 4, drop_last=True)),
            len(DataLoader(d, batch_sampler=[[1], [2, 3]]))] == [3, 2, 2]
    assert [i for _, i in DataLoader(d, batch_size=None)] == list(range(10))
    assert DataLoader(["a", "b", "c"], 2).collate_fn(["a"]) == ["a"]
    assert list(DataLoader("abc", 2)) == [["a", "b"], ["c"]]
    assert same(list(DataLoader([np.float64(1), {"a": np.ones(1)}], batch_size=None)),
                [tg.tensor(1.0, dtype=tg.float64), {"a": tg.ones(1, dtype=tg.float64)}])


def test_shuffling_follows_its_generator():
    def epochs(generator):
        loader = DataLoader(Squares(20), 20, shuffle=True, generator=generator)
        return [y.tolist() for _ in range(2) for _, y in loader]
    first = epochs(seeded(1))
    assert first == epochs(seeded(1)) != epochs(seeded(2)) and first[0] != first[1]
    assert sorted(first[0]) == list(range(20))


def test_a_dataset_with_getitems():
    class Fast(Squares):
        def __getitems__(self, indices):
            return [self[i] for i in indices[::-1]]
    assert [y.tolist() for _, y in DataLoader(Fast(4), 2)] == [[1, 0], [3, 2]]


def test_streams():
    loader = DataLoader(Stream(5), 2)
    assert [len(b) for b in loader] == [2, 2, 1]
    assert [len(b) for b in DataLoader(Stream(5), 2, drop_last=True)] == [2, 2]
    assert [b.shape for b in DataLoader(Stream(2), batch_size=None)] == [(1,), (1,)]
    with pytest.raises(TypeError, match="the Stream is a stream and has no __len__"):
        len(loader)
    assert len(DataLoader(data.ChainDataset([range(5)]), 2)) == 3


def test_the_datasets_random_numbers_leave_the_library_alone():
    """What a dataset draws does not shift the random numbers of the program around it."""
    def after(dataset):
        tg.manual_seed(0)
        loader = iter(DataLoader(dataset, 4))
        next(loader), next(loader)
        return tg.rand(1).item()
    assert after(Noisy()) == after(Squares(11))


@pytest.mark.parametrize("arguments, kind, message", [
    ({"shuffle": True, "sampler": [0]}, ValueError, "shuffle=True or a sampler, not both"),
    ({"batch_sampler": [[0]], "batch_size": 2}, ValueError, "a batch_sampler decides about all batches"),
    ({"batch_sampler": [[0]], "shuffle": True}, ValueError, "a batch_sampler decides about all batches"),
    ({"batch_size": None, "drop_last": True}, ValueError, "batch_size=None gives single items"),
    ({"batch_size": 0}, ValueError, "batch_size must be an integer ≥ 1"),
    ({"num_workers": -1}, ValueError, "num_workers must be an integer ≥ 0"),
    ({"timeout": -1}, ValueError, "expected timeout ≥ 0"),
    ({"persistent_workers": True}, ValueError, "persistent_workers=True needs num_workers ≥ 1"),
    ({"dataset": Stream(), "shuffle": True}, ValueError, "an IterableDataset comes in its own order"),
])
def test_bad_loaders(arguments, kind, message):
    with pytest.raises(kind, match=message):
        DataLoader(**{"dataset": Squares(), **arguments})


# ------------------------------------------------------------------------------------------- worker processes

@pytest.fixture(autouse=True)
def no_worker_is_left():
    yield
    gc.collect()
    assert not multiprocessing.active_children()


CASES = {
    "items": lambda **k: DataLoader(Squares(), 3, **k),
    "shuffled": lambda **k: DataLoader(Squares(), 3, shuffle=True, **k),
    "random items": lambda **k: DataLoader(Noisy(), 3, shuffle=True, drop_last=True, **k),
    "tensors": lambda **k: DataLoader(data.TensorDataset(tg.arange(10), tg.arange(10)), 3, shuffle=True, **k),
    "weighted": lambda **k: DataLoader(Noisy(), 3, sampler=data.WeightedRandomSampler(range(11), 20), **k),
    "buckets": lambda **k: DataLoader(Noisy(), batch_sampler=data.LengthBucketSampler(range(11), 2), **k),
    "single items": lambda **k: DataLoader(Noisy(), batch_size=None, **k),
    "stream": lambda **k: DataLoader(Stream(), 2, **k),
    "stream, full batches": lambda **k: DataLoader(Stream(), 4, drop_last=True, **k),
    "stream, single items": lambda **k: DataLoader(Stream(), batch_size=None, **k),
    "empty stream": lambda **k: DataLoader(Stream(0), 2, **k),
    "one batch": lambda **k: DataLoader(Squares(2), 3, **k),
}


@pytest.mark.parametrize("case", CASES)
def test_the_batches_do_not_depend_on_the_number_of_workers(case):
    """Three epochs with 0, 1, 3 workers, new and persistent; random numbers are drawn between the batches."""
    def run(**keywords):
        tg.manual_seed(5)
        loader, seen = CASES[case](**keywords), []
        for _ in range(3):
            for batch in loader:
                seen.append((batch, tg.rand(1).item()))
        return seen
    expected = run()
    assert case == "empty stream" or len(expected) >= 3
    for keywords in ({"num_workers": 1}, {"num_workers": 3},
                     {"num_workers": 2, "prefetch_factor": 1, "persistent_workers": True}):
        assert same(run(**keywords), expected), keywords


def test_a_stream_that_shares_itself_out():
    assert sorted(int(x) for b in DataLoader(Shards(), 2, num_workers=3) for x in b) == list(range(12))
    assert [int(x) for b in DataLoader(Shards(), 2) for x in b] == list(range(12))


class NoisyShards(Shards):
    def __iter__(self):
        return (tg.rand(1) for _ in super(NoisyShards, self).__iter__())


def test_shares_have_random_numbers_of_their_own():
    drawn = [float(x) for b in DataLoader(NoisyShards(), 2, num_workers=3) for x in b]
    assert len(drawn) == len(set(drawn)) == 12


def test_persistent_workers_stay_and_go():
    class Process(Squares):
        def __getitem__(self, i):
            return os.getpid()
    loader = DataLoader(Process(), 2, num_workers=2, persistent_workers=True)
    epochs = [{int(x) for b in loader for x in b} for _ in range(2)]
    assert epochs[0] == epochs[1] and len(epochs[0]) == 2 and os.getpid() not in epochs[0]
    assert len(multiprocessing.active_children()) == 2
    for _ in loader:
        break                                           # they are busy: better ended
    assert not multiprocessing.active_children() and len({int(x) for b in loader for x in b}) == 2
    del loader
    gc.collect()
    assert not multiprocessing.active_children()


def test_two_loops_over_one_loader():
    loader = DataLoader(Squares(4), 1, num_workers=1, persistent_workers=True)
    assert [(int(a), int(b)) for (_, a), (_, b) in zip(loader, loader)] == [(i, i) for i in range(4)]
    del loader


def test_worker_info_and_init():
    class Info(Squares):
        def __getitem__(self, i):
            info = data.get_worker_info()
            return info.id, info.num_workers, int(os.environ["STARTED"]), info.dataset.n

    def start(worker):
        os.environ["STARTED"] = str(10 + worker)
    seen = [[int(x) for x in b] for b in DataLoader(Info(4), 1, num_workers=2, worker_init_fn=start)]
    assert seen == [[0, 2, 10, 4], [1, 2, 11, 4]] * 2 and data.get_worker_info() is None
    assert "STARTED" not in os.environ


@pytest.mark.parametrize("context", sorted(set(multiprocessing.get_all_start_methods()) - {"fork"}))
def test_other_ways_to_start_processes(context):
    loader = DataLoader(data.TensorDataset(tg.arange(4)), 2, num_workers=1, multiprocessing_context=context)
    assert [x.tolist() for x, in loader] == [[0, 1], [2, 3]]


class Failing(Squares):
    """Item 7 raises what it is told to."""

    def __init__(self, error):
        super().__init__(10)
        self.error = error

    def __getitem__(self, i):
        if i == 7:
            raise self.error
        return i


class Unkind(Exception):
    """An error that cannot be made from a text."""

    def __init__(self, a, b):
        super().__init__(a, b)


@pytest.mark.parametrize("error, kind", [
    (ValueError("a bad letter"), ValueError), (KeyError("a bad letter"), KeyError),
    (tg.ShapeError("a bad letter"), tg.ShapeError),
    (Unkind("a bad letter", 2), RuntimeError), (StopIteration("a bad letter"), RuntimeError),
    (type("Local", (Exception,), {})("a bad letter"), RuntimeError)],
                         ids=lambda e: getattr(e, "__name__", type(e).__name__))
def test_errors_name_the_worker_and_the_item(error, kind):
    seen = []
    with pytest.raises(kind) as caught:
        for batch in DataLoader(Failing(error), 2, num_workers=2):
            seen.append(batch.tolist())
    message = str(caught.value)
    assert "DataLoader worker 1, dataset[7]" in message and "a bad letter" in message
    assert "in __getitem__" in message
    assert "\n" in message and "\\n" not in message
    assert seen == [[0, 1], [2, 3], [4, 5]]             # what came before was given out
    with pytest.raises((kind, type(error))) as caught:
        list(DataLoader(Failing(error), 2))
    if sys.version_info >= (3, 11) and not isinstance(error, StopIteration):
        assert caught.value.__notes__ == ["(in the DataLoader: dataset[7])"]


def fail(*_):
    raise ValueError("not today")


@pytest.mark.parametrize("arguments, where", [
    ({"collate_fn": fail}, r"collate_fn, for the items \[0, 1\]"),
    ({"worker_init_fn": fail}, "worker_init_fn"),
    ({"dataset": type("D", (Squares,), {"__getitems__": fail})()}, r"dataset.__getitems__\(\[0, 1\]\)"),
    ({"dataset": type("S", (Stream,), {"__iter__": fail})()}, r"iter\(dataset\)"),
    ({"dataset": type("S", (Stream,), {"__iter__": lambda _: map(fail, [0])})()}, "the stream, batch 0"),
    ({"dataset": Stream(), "collate_fn": fail}, "collate_fn, in the stream, batch 0"),
], ids=lambda x: x if isinstance(x, str) else "")
def test_errors_name_the_place(arguments, where):
    with pytest.raises(ValueError, match=f"DataLoader worker 0, {where}: ValueError: not today"):
        list(DataLoader(**{"dataset": Squares(), "batch_size": 2, "num_workers": 2, **arguments}))


def test_batches_that_cannot_be_sent():
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError),
                       match="sending the batch to the main process"):
        list(DataLoader(Squares(), 2, num_workers=1, collate_fn=lambda items: lambda: items))


class Deadly(Squares):
    def __init__(self, how):
        super().__init__(10)
        self.how = how

    def __getitem__(self, i):
        if i == 5:
            self.how()
        return i


@pytest.mark.parametrize("how, message", [
    (lambda: os.kill(os.getpid(), signal.SIGKILL),
     r"worker 0 \(process \d+\) was killed by signal 9 \(out of memory\?\)"),
    (lambda: os._exit(3), r"worker 0 \(process \d+\) ended with exit code 3"),
], ids=["killed", "exited"])
def test_a_worker_that_dies(how, message):
    with pytest.raises(RuntimeError, match="DataLoader " + message):
        list(DataLoader(Deadly(how), 1 + 1, num_workers=2))


def test_a_worker_that_hangs():
    start = time.monotonic()
    with pytest.raises(RuntimeError, match=r"worker 0 .* did not answer within timeout=0.5 s"):
        list(DataLoader(Deadly(lambda: time.sleep(60)), 2, num_workers=2, timeout=0.5))
    assert time.monotonic() - start < 5


def test_leaving_the_loop_ends_the_workers_at_once():
    start = time.monotonic()
    for _ in DataLoader(Deadly(lambda: time.sleep(60)), 2, num_workers=2):
        break
    with pytest.raises(ZeroDivisionError):
        for _ in DataLoader(Deadly(lambda: time.sleep(60)), 2, num_workers=2):
            1 / 0
    assert not multiprocessing.active_children() and time.monotonic() - start < 5


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_workers_leave_ctrl_c_to_the_main_process():
    loader = iter(DataLoader(Squares(8), 2, num_workers=2, prefetch_factor=1))
    seen = [next(loader)]
    for worker in multiprocessing.active_children():
        os.kill(worker.pid, signal.SIGINT)
    assert [y.tolist() for _, y in seen + list(loader)] == [[0, 1], [2, 3], [4, 5], [6, 7]]


def test_an_error_in_the_sampler_ends_the_workers():
    def sampler():
        yield from (0, 1, 2, 3, 4)
        raise ValueError("no more")
    with pytest.raises(ValueError, match="no more"):
        list(DataLoader(Squares(), 1, sampler=sampler(), num_workers=2))


def test_large_batches_and_many_indices_do_not_block():
    """Neither side may wait for the other while both send more than a pipe holds."""
    n = 200_000
    loader = DataLoader(data.TensorDataset(tg.zeros(n, 10)), 50_000, shuffle=True, num_workers=2,
                        prefetch_factor=3)
    assert sum(len(x) for x, in loader) == n


SCRIPT = """
    import sys, time, os
    sys.path.insert(0, {root!r})
    import tinygrad_bio as tg

    class Slow(tg.utils.data.Dataset):
        def __len__(self):
            return 1000
        def __getitem__(self, i):
            time.sleep(0.05 if i < 8 else 60)
            return i

    if __name__ == "__main__":
        for batch in tg.utils.data.DataLoader(Slow(), 2, num_workers=3, persistent_workers=True):
            print(batch.tolist(), flush=True)
"""


def alive(group):
    """Whether any process of a process group lives (zombies aside, which only wait to be counted)."""
    listed = subprocess.run(["ps", "-o", "stat=", "-g", str(group)], capture_output=True,
                            text=True).stdout.split("\n")
    return any(line.strip() and not line.startswith("Z") for line in listed)


@pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "the main process is killed"])
def test_no_process_survives_the_main_process(how, tmp_path):
    script = tmp_path / "train.py"
    script.write_text(textwrap.dedent(SCRIPT.format(root=str(ROOT))))
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True,
                               start_new_session=True)
    try:
        assert process.stdout.readline() == "[0, 1]\n"
        start = time.monotonic()
        if how == signal.SIGINT:
            os.killpg(process.pid, how)                 # as the terminal does: to all processes
        else:
            process.kill()
        process.wait(10)
        error = process.stderr.read() if how == signal.SIGINT else ""
        while alive(process.pid) and time.monotonic() - start < 10:
            time.sleep(0.05)
        assert not alive(process.pid)
        if how == signal.SIGINT:
            assert error.count("KeyboardInterrupt") == 1 and error.count("Traceback") == 1, error
            assert process.returncode != 0 and time.monotonic() - start < 5
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.stdout.close(), process.stderr.close()
