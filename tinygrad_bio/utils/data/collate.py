"""Collating: a list of items becomes a batch."""
import numpy as np

from ... import autograd, backend
from ...autograd import ShapeError, new_tensor
from ...create import tensor


def default_collate(batch):
    """Stack what the items hold: tensors and arrays along a new first dimension, numbers into a tensor.

    Tuples, lists and dictionaries are gone into: the batch has their structure. Text stays a list. Python
    floats become float64 and integers int64, as in PyTorch.

    >>> default_collate([{"x": 1.5, "name": "a"}, {"x": 2.5, "name": "b"}])
    {'x': tensor([1.5000, 2.5000], dtype=float64), 'name': ['a', 'b']}
    """
    first = batch[0]
    if isinstance(first, (autograd.Tensor, np.ndarray)):
        return _stacked(batch)
    if isinstance(first, (bool, np.bool_, int, float, complex, np.number)):
        return tensor(np.array(batch))
    if isinstance(first, (str, bytes)):
        return list(batch)
    if isinstance(first, dict):
        for i, item in enumerate(batch):
            if not isinstance(item, dict) or item.keys() != first.keys():
                raise TypeError(f"default_collate: item {i} of the batch has the keys {_keys(item)}, item 0 "
                                f"has {_keys(first)}: all must have the same")
        return {key: default_collate([item[key] for item in batch]) for key in first}
    if isinstance(first, (tuple, list)):
        for i, item in enumerate(batch):
            if not isinstance(item, (tuple, list)) or len(item) != len(first):
                raise TypeError(f"default_collate: item {i} of the batch is {_described(item)}, item 0 is "
                                f"{_described(first)}: all must have the same number of fields. (For "
                                f"sequences of different lengths: collate_fn=pad_collate)")
        fields = [default_collate(list(field)) for field in zip(*batch)]
        if hasattr(first, "_fields"):               # a named tuple
            return type(first)(*fields)
        return fields
    raise TypeError(f"default_collate: cannot make a batch of {type(first).__name__} objects: return "
                    f"tensors, arrays, numbers, text, or tuples, lists or dictionaries of them, or give a "
                    f"collate_fn of your own")


def _stacked(batch):
    """Tensors or arrays (N of them) along a new first dimension: (N, …)."""
    for i, item in enumerate(batch):
        if not hasattr(item, "shape") or tuple(item.shape) != tuple(batch[0].shape):
            raise ShapeError(f"default_collate: item {i} of the batch has shape "
                             f"{tuple(getattr(item, 'shape', ()))}, item 0 has {tuple(batch[0].shape)}: all "
                             f"must be equal. For sequences of different lengths: collate_fn=pad_collate")
    if any(getattr(item, "requires_grad", False) for item in batch):
        from ...functions import stack
        return stack([item if isinstance(item, autograd.Tensor) else tensor(item) for item in batch])
    arrays = [item.array if isinstance(item, autograd.Tensor) else item for item in batch]
    if arrays[0].dtype.kind not in "biufc":
        raise TypeError(f"default_collate: cannot make a tensor of an array of {arrays[0].dtype}: encode "
                        f"text as numbers first")
    return new_tensor(backend.namespace(*arrays).stack(arrays), None)


def default_convert(data):
    """Arrays and NumPy's numbers become tensors, all else stays: for items that are not put into batches.

    >>> default_convert({"x": np.ones(2), "name": "a"})
    {'x': tensor([1., 1.], dtype=float64), 'name': 'a'}
    """
    if isinstance(data, (np.ndarray, np.number, np.bool_)) and data.dtype.kind in "biufc":
        return tensor(data)
    if isinstance(data, dict):
        return {key: default_convert(value) for key, value in data.items()}
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    if isinstance(data, (tuple, list)):
        return [default_convert(value) for value in data]
    return data


def pad_collate(batch, pad={0: 0}):
    """Pad sequences of different lengths, and return these too. Items: ``sequence`` or ``(sequence, …)``.

    Parameters
    ----------
    pad : which fields are sequences, and the number to fill each up with. Default: the first field, with 0.
        For a target per residue: ``functools.partial(pad_collate, pad={0: 0, 1: -100})``, as -100 is what
        losses ignore. For dictionaries: ``pad={"ids": 0}``, and the batch has ``"lengths"`` besides.

    Returns
    -------
    (padded (N, L, …), lengths (N,), the other fields as in `default_collate` …), L being the longest

    >>> import tinygrad_bio as tg
    >>> pad_collate([(tg.tensor([1, 2, 3]), 0), (tg.tensor([4]), 1)])
    (tensor([[1, 2, 3],
            [4, 0, 0]]), tensor([3, 1]), tensor([0, 1]))
    """
    first = batch[0]
    if isinstance(first, dict):
        fields, length_of = first.keys(), next(iter(pad))
        padded = {key: pad_sequences([item[key] for item in batch], pad[key]) if key in pad
                  else default_collate([item[key] for item in batch]) for key in fields}
        return {**padded, "lengths": tensor([len(item[length_of]) for item in batch], dtype=backend.int64)}
    if not isinstance(first, (tuple, list)):
        batch = [(item,) for item in batch]
    fields = [pad_sequences(field, pad[i]) if i in pad else default_collate(list(field))
              for i, field in enumerate(zip(*batch))]
    lengths = tensor([len(item[next(iter(pad))]) for item in batch], dtype=backend.int64)
    return (fields[0], lengths, *fields[1:])


def pad_sequences(sequences, value=0):
    """N sequences of shapes (Lₙ, …) as one tensor (N, L, …), filled up with `value` behind."""
    arrays = [s.array if isinstance(s, autograd.Tensor) else tensor(s).array for s in sequences]
    xp, rest = backend.namespace(*arrays), arrays[0].shape[1:]
    for i, a in enumerate(arrays):
        if a.ndim == 0 or a.shape[1:] != rest:
            raise ShapeError(f"pad_collate: sequence {i} has shape {a.shape}, sequence 0 has "
                             f"{arrays[0].shape}: only the first dimension may differ")
    padded = xp.full((len(arrays), max(len(a) for a in arrays)) + rest, value, dtype=arrays[0].dtype)
    for row, a in zip(padded, arrays):
        row[:len(a)] = a
    return new_tensor(padded, None)


def _keys(item):
    return sorted(map(str, item)) if isinstance(item, dict) else f"… none: it is {_described(item)}"


def _described(item):
    return f"a {type(item).__name__}" + (f" of {len(item)}" if isinstance(item, (tuple, list)) else "")
