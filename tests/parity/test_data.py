"""Data utilities against PyTorch: signatures, batches, sizes. (Random orders are each library's own.)"""
import inspect

import numpy as np
import pytest
import torch
import torch.utils.data
from hypothesis import given, strategies as st

import tinygrad_bio as tg

NAMES = ["BatchSampler", "ChainDataset", "ConcatDataset", "DataLoader", "RandomSampler", "Sampler",
         "SequentialSampler", "StackDataset", "Subset", "SubsetRandomSampler", "TensorDataset",
         "WeightedRandomSampler", "default_convert", "get_worker_info", "random_split"]


@pytest.mark.parametrize("name", NAMES)
def test_signatures(name):
    """The same names, kinds, order and defaults. (Where PyTorch names its own generator, None is ours.)"""
    def signature(library):
        found = inspect.signature(getattr(library.utils.data, name)).parameters.values()
        return [(p.name, p.kind, None if p.default is torch.default_generator else p.default) for p in found]
    assert signature(tg) == signature(torch)


def plain(x):
    """A batch without its library: tensors as (dtype, values)."""
    if isinstance(x, (tg.Tensor, torch.Tensor)):
        return str(x.dtype).replace("torch.", ""), x.tolist()
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    return [plain(v) for v in x] if isinstance(x, (list, tuple)) else x


ITEMS = [
    lambda lib, i: i,
    lambda lib, i: i / 2,
    lambda lib, i: i > 1,
    lambda lib, i: "abc"[i],
    lambda lib, i: (i, "abc"[i]),
    lambda lib, i: [i, (i / 2, {"a": i})],
    lambda lib, i: {"x": lib.ones(2, 2) * i, "n": np.float32(i)},
    lambda lib, i: (np.arange(3) + i, np.ones(2, "float32"), np.int16(i)),
    lambda lib, i: lib.tensor(i),
    lambda lib, i: np.array(0.5),
]


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("batch_size", [2, None])
def test_batches(item, batch_size):
    def run(lib):
        items = [item(lib, i) for i in range(3)]
        return [plain(batch) for batch in lib.utils.data.DataLoader(items, batch_size)]
    assert run(tg) == run(torch)


@given(n=st.integers(1, 50), size=st.integers(1, 9), drop=st.booleans())
def test_lengths_and_batches(n, size, drop):
    def run(lib):
        loader = lib.utils.data.DataLoader(range(n), size, drop_last=drop)
        return len(loader), [b.tolist() for b in loader]
    assert run(tg) == run(torch)


@pytest.mark.filterwarnings("ignore:Length of split")            # PyTorch's, for an empty part
@given(n=st.integers(0, 60), parts=st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_sizes_of_random_splits(n, parts):
    fractions = [p / sum(parts) for p in parts]
    assert [len(s) for s in tg.utils.data.random_split(range(n), fractions)] == [
        len(s) for s in torch.utils.data.random_split(range(n), fractions)]
