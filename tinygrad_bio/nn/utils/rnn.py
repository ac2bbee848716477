"""Sequences of different lengths in one batch: padded to one length, or packed without padding.

Padded, a batch is one Tensor (L, N, …) or (N, L, …), where what lies behind the end of a sequence means
nothing. Packed, it holds the residues that exist and no others, step by step, the longest sequence first.
Recurrent layers compute on packed batches (see ``ops/recurrent.py``). They pack by themselves when they are
told the lengths, ``lstm(x, lengths=lengths)``; the functions here are for programs that do it by hand.
"""
import collections

import numpy as np

from ... import ops
from ...autograd import ShapeError, new_tensor
from ...backend import asnumpy, namespace
from ...create import as_tensor, tensor
from ...functions.common import array_of

__all__ = ["PackedSequence", "invert_permutation", "pack_padded_sequence", "pad_packed_sequence",
           "pad_sequence", "unpad_sequence", "pack_sequence", "unpack_sequence"]

FIELDS = "data batch_sizes sorted_indices unsorted_indices"


class PackedSequence(collections.namedtuple("PackedSequence", FIELDS)):
    """A packed batch: made by `pack_padded_sequence` and `pack_sequence`, taken and returned by LSTM and GRU.

    Attributes
    ----------
    data : Tensor (M, …), the residues of all sequences, step by step
    batch_sizes : Tensor of integers, how many sequences are still there in each step
    sorted_indices : Tensor (N), which sequence of the user's is the longest, the second longest, …; None if
        they came sorted
    unsorted_indices : Tensor (N), the reverse of it

    >>> import tinygrad_bio as tg
    >>> pack_sequence([tg.tensor([1, 2, 3]), tg.tensor([4])]).data
    tensor([1, 4, 2, 3])
    """
    __slots__ = ()

    def __new__(cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
        if batch_sizes is None:                      # PackedSequence((data, batch_sizes)), as in old programs
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes.is_cuda:
            raise ValueError("PackedSequence: batch_sizes must be on the CPU, because they steer a loop "
                             "there: write batch_sizes.cpu()")
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    @property
    def is_cuda(self):
        """Whether the data are on a graphics card."""
        return self.data.is_cuda

    def to(self, *args, **kwargs):
        """The same on another device, or with data of another dtype."""
        data = self.data.to(*args, **kwargs)
        indices = (i if i is None else i.to(data.device) for i in self[2:])
        return type(self)(data, self.batch_sizes, *indices)

    def cuda(self, *args, **kwargs):
        """The same on a graphics card."""
        return self.to("cuda", *args, **kwargs)

    def cpu(self):
        """The same on the processor."""
        return self.to("cpu")

    def float(self):
        """The same with float32 data."""
        return self.to("float32")

    def double(self):
        """The same with float64 data."""
        return self.to("float64")


def invert_permutation(permutation):
    """The permutation that undoes this one (None stays None).

    >>> import tinygrad_bio as tg
    >>> invert_permutation(tg.tensor([2, 0, 1]))
    tensor([1, 2, 0])
    """
    if permutation is None:
        return None
    p = asnumpy(array_of(permutation))
    return as_tensor(np.argsort(p, kind="stable"), device=permutation.device)


# -------------------------------------------------------------------------- which residue goes into which row

class Packing:
    """Where the residues of a padded batch go when it is packed: host-side integers, made once from the
    lengths.

    order : the sequences, longest first;  batch_sizes : for each step, as a tuple
    step, sequence : of each row of the packed batch, where `sequence` counts in the user's order
    """

    def __init__(self, lengths, order=None):
        lengths = np.asarray(lengths)
        self.lengths, self.size = lengths, len(lengths)
        self.order = np.argsort(-lengths, kind="stable") if order is None else order
        present = np.arange(lengths.max())[:, None] < lengths[self.order]                         # (steps, N)
        self.batch_sizes = tuple(present.sum(axis=1).tolist())
        self.step, rank = np.nonzero(present)                                              # (M), step by step
        self.sequence = self.order[rank]

    def rows(self, length, batch_first):
        """The row of each packed residue in the padded batch, seen as (N·L, …) or (L·N, …)."""
        return self.sequence * length + self.step if batch_first else self.step * self.size + self.sequence

    def pack(self, x, batch_first):
        """(N, L, …) or (L, N, …) as (M, …)."""
        length, (a, b, *rest) = x.shape[1 if batch_first else 0], x.shape
        return ops.pack_rows(x.reshape((a * b, *rest)), rows=_beside(x, self.rows(length, batch_first)))

    def pad(self, x, length, batch_first):
        """(M, …) as (N, L, …) or (L, N, …), with 0 behind the ends."""
        shape = (self.size, length) if batch_first else (length, self.size)
        y = ops.unpack_rows(x, rows=_beside(x, self.rows(length, batch_first)), size=self.size * length)
        return y.reshape(shape + tuple(x.shape[1:]))


def _beside(x, index):
    """An index made on the host, on the device of x."""
    return namespace(x.array).asarray(index)


def checked_lengths(lengths, n, longest, caller):
    """The lengths of n sequences, each 1 … longest, as a NumPy array; an error says which is wrong."""
    given = asnumpy(array_of(lengths)) if hasattr(lengths, "shape") else np.asarray(lengths)
    if given.dtype.kind not in "iu" or given.ndim != 1:
        raise ShapeError(f"{caller}: lengths must be one integer for each sequence, got {given.dtype.name} "
                         f"of shape {given.shape}")
    if len(given) != n:
        raise ShapeError(f"{caller}: expected {n} lengths, one for each sequence of the batch, got "
                         f"{len(given)}: check batch_first, which says whether the batch is the first "
                         f"dimension or the second")
    if n and given.min() <= 0:
        raise ShapeError(f"{caller}: the length of all sequences must be at least 1, but sequence "
                         f"{given.argmin()} has length {given.min()}: leave empty sequences out of the batch")
    if n and given.max() > longest:
        raise ShapeError(f"{caller}: sequence {given.argmax()} has length {given.max()}, but the padded "
                         f"batch has only {longest} steps")
    return given.astype("int64")


# ---------------------------------------------------------------------------------------- PyTorch's functions

def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """Pack a padded batch: what lies behind the end of each sequence is left out.

    Parameters
    ----------
    input : Tensor (L, N, …), or (N, L, …) if batch_first
    lengths : for each sequence, at least 1
    enforce_sorted : the sequences come longest first; False sorts them, and remembers their order

    >>> import tinygrad_bio as tg
    >>> x = tg.tensor([[1, 2, 0], [3, 0, 0], [4, 5, 6]])
    >>> packed = pack_padded_sequence(x, [2, 1, 3], batch_first=True, enforce_sorted=False)
    >>> packed.data, packed.batch_sizes
    (tensor([4, 1, 3, 5, 2, 6]), tensor([3, 2, 1]))
    """
    if input.ndim < 2:
        raise ShapeError(f"pack_padded_sequence: expected (L, N, …) or (N, L, …), got shape "
                         f"{tuple(input.shape)}")
    n, longest = input.shape[:2] if batch_first else input.shape[1::-1]
    lengths = checked_lengths(lengths, n, longest, "pack_padded_sequence")
    if enforce_sorted and (np.diff(lengths) > 0).any():
        raise RuntimeError("`lengths` array must be sorted in decreasing order when `enforce_sorted` is "
                           "True. You can pass `enforce_sorted=False` to pack_padded_sequence, and the batch "
                           "is sorted for you")
    packing = Packing(lengths, np.arange(n) if enforce_sorted else None)
    sorted_indices = None if enforce_sorted else new_tensor(_beside(input, packing.order), None)
    return PackedSequence(packing.pack(input, batch_first), tensor(packing.batch_sizes), sorted_indices)


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None):
    """Pad a packed batch, and return it with the lengths, in the user's order.

    Parameters
    ----------
    sequence : PackedSequence
    padding_value : what to put behind the ends
    total_length : the length of the result, if not that of the longest sequence

    >>> import tinygrad_bio as tg
    >>> pad_packed_sequence(pack_sequence([tg.tensor([1, 2, 3]), tg.tensor([4])]), batch_first=True)
    (tensor([[1, 2, 3],
            [4, 0, 0]]), tensor([3, 1]))
    """
    packing = packing_of(sequence)
    longest = len(packing.batch_sizes)
    if total_length is not None and total_length < longest:
        raise ValueError(f"pad_packed_sequence: total_length is {total_length}, but the longest sequence has "
                         f"{longest} steps")
    length = longest if total_length is None else total_length
    padded = packing.pad(sequence.data, length, batch_first)
    if padding_value != 0:
        behind = np.arange(length) >= packing.lengths[:, None]                                     # (N, L)
        filler = np.where(behind if batch_first else behind.T, padding_value, 0).astype(padded.dtype)
        filler = filler.reshape(filler.shape + (1,) * (padded.ndim - 2))
        padded = padded + as_tensor(filler, device=padded.device)
    return padded, tensor(packing.lengths)


def packing_of(sequence):
    """The Packing of a PackedSequence."""
    sizes = sequence.batch_sizes.numpy()
    lengths = (np.arange(sizes[0])[:, None] < sizes).sum(axis=1)                          # (N), longest first
    if sequence.unsorted_indices is None:
        return Packing(lengths, np.arange(len(lengths)))
    back = asnumpy(sequence.unsorted_indices.array)
    return Packing(lengths[back], asnumpy(sequence.sorted_indices.array))


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Sequences (L_i, …) as one batch (L, N, …), or (N, L, …) if batch_first, the shorter ones filled up.

    >>> import tinygrad_bio as tg
    >>> pad_sequence([tg.tensor([1, 2, 3]), tg.tensor([4])], batch_first=True)
    tensor([[1, 2, 3],
            [4, 0, 0]])
    """
    if padding_side not in ("left", "right"):
        raise ValueError(f"pad_sequence: padding_side must be 'left' or 'right', not {padding_side!r}")
    sequences = list(sequences)
    if not sequences:
        raise ValueError("pad_sequence: expected at least one sequence, got none")
    if len({tuple(s.shape[1:]) for s in sequences}) > 1:
        raise ShapeError(f"pad_sequence: only the first dimension may differ, got shapes "
                         f"{[tuple(s.shape) for s in sequences]}")
    lengths = [len(s) for s in sequences]
    longest = max(lengths)
    padded = []
    for s, n in zip(sequences, lengths):
        width = (0, longest - n) if padding_side == "right" else (longest - n, 0)
        padded.append(ops.pad(s, (width,) + ((0, 0),) * (s.ndim - 1), padding_value))
    return ops.stack(padded, axis=0 if batch_first else 1)


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """The sequences of a padded batch, in a list.

    >>> import tinygrad_bio as tg
    >>> unpad_sequence(tg.tensor([[1, 2, 3], [4, 0, 0]]), [3, 1], batch_first=True)
    [tensor([1, 2, 3]), tensor([4])]
    """
    places = [(i, slice(int(n))) for i, n in enumerate(lengths)]
    return [padded_sequences[place if batch_first else place[::-1]] for place in places]


def pack_sequence(sequences, enforce_sorted=True):
    """Pack sequences (L_i, …).

    >>> import tinygrad_bio as tg
    >>> pack_sequence([tg.tensor([4]), tg.tensor([1, 2, 3])], enforce_sorted=False).data
    tensor([1, 4, 2, 3])
    """
    sequences = list(sequences)
    lengths = [len(s) for s in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences):
    """The sequences of a packed batch, in a list and in the user's order.

    >>> import tinygrad_bio as tg
    >>> unpack_sequence(pack_sequence([tg.tensor([1, 2, 3]), tg.tensor([4])]))
    [tensor([1, 2, 3]), tensor([4])]
    """
    return unpad_sequence(*pad_packed_sequence(packed_sequences))
