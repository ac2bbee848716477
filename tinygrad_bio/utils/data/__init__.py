"""Datasets, samplers and the data loader, as in ``torch.utils.data``."""
from .dataset import (  # noqa: F401
    ChainDataset, ConcatDataset, Dataset, IterableDataset, StackDataset, Subset, TensorDataset, random_split)
from .sampler import (  # noqa: F401
    BatchSampler, LengthBucketSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler,
    WeightedRandomSampler)
from .collate import default_collate, default_convert, pad_collate  # noqa: F401
from .fetch import get_worker_info  # noqa: F401
from .dataloader import DataLoader  # noqa: F401
