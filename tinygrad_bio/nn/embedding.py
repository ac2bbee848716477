"""Embedding: a vector for each symbol of an alphabet, learnt; and of a bag of symbols, their sum."""
from ..autograd import ShapeError
from ..create import empty
from . import functional as F, init
from .module import Module
from .parameter import Parameter

__all__ = ["Embedding", "EmbeddingBag"]


class _Table(Module):
    """What Embedding and EmbeddingBag share: the table (V, E), whose row for padding stays 0."""

    def __init__(self, num_embeddings, embedding_dim, padding_idx, weight, freeze, device, dtype):
        super().__init__()
        name = type(self).__name__
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise IndexError(f"{name}: padding_idx {padding_idx} is out of range: expected "
                                 f"{-num_embeddings} … {num_embeddings - 1}")
            padding_idx %= num_embeddings
        self.num_embeddings, self.embedding_dim, self.padding_idx = num_embeddings, embedding_dim, padding_idx
        if weight is None:
            table = empty(num_embeddings, embedding_dim, device=device, dtype=dtype)
            self.weight = Parameter(table, not freeze)
            self.reset_parameters()
        elif tuple(weight.shape) == (num_embeddings, embedding_dim):
            self.weight = Parameter(weight, not freeze)
        else:
            raise ShapeError(f"{name}: _weight has shape {tuple(weight.shape)}, expected "
                             f"{(num_embeddings, embedding_dim)}")

    def reset_parameters(self):
        """Draw a new table."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight.array[self.padding_idx] = 0

    def _notes(self, **usually):
        """The settings for `extra_repr`: those that are not as usual."""
        notes = f"{self.num_embeddings}, {self.embedding_dim}"
        for name, usual in usually.items():
            if getattr(self, name) != usual:
                notes += f", {name}={getattr(self, name)}"
        return notes


def _checked_table(embeddings, caller):
    """Raise unless it is a table (V, E)."""
    if embeddings.ndim != 2:
        raise ShapeError(f"{caller}.from_pretrained: expected a table (V, E), got shape "
                         f"{tuple(embeddings.shape)}")


class Embedding(_Table):
    """A table with a row for each integer from 0 to num_embeddings − 1: a one-hot encoding times a matrix.

    Parameters
    ----------
    num_embeddings, embedding_dim : rows (V) and columns (E) of the table
    padding_idx : a row that stays 0 and gets no gradient, for padding; counts from the end if negative
    max_norm, norm_type : shorten rows to this norm when they are used
    scale_grad_by_freq : divide a row's gradient by how often the row is used
    sparse : accepted for PyTorch's sake; gradients are dense

    Shapes
    ------
    input: integers (…), output (…, E). The table starts from a normal distribution with variance 1.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.Embedding(25, 8, padding_idx=0)
    >>> layer(tg.tensor([[3, 7, 0]])).shape
    (1, 3, 8)
    >>> layer(tg.tensor([25]))                                             # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    IndexError: embedding in layer 'Embedding': index 25 is out of range: expected 0 … 24 ...
    """

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0,
                 scale_grad_by_freq=False, sparse=False, _weight=None, _freeze=False, device=None,
                 dtype=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx, _weight, _freeze, device, dtype)
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, padding_idx=None, max_norm=None, norm_type=2.0,
                        scale_grad_by_freq=False, sparse=False):
        """An Embedding with a given table (V, E); it is not trained unless ``freeze=False``.

        >>> import tinygrad_bio as tg
        >>> tg.nn.Embedding.from_pretrained(tg.tensor([[1., 2.], [3., 4.]]))(tg.tensor([1]))
        tensor([[3., 4.]])
        """
        _checked_table(embeddings, "Embedding")
        return cls(*embeddings.shape, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse,
                   _weight=embeddings, _freeze=freeze)

    def forward(self, input):
        return F.embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type,
                           self.scale_grad_by_freq, self.sparse)

    def extra_repr(self):
        return self._notes(padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False,
                           sparse=False)


class EmbeddingBag(_Table):
    """The sum, mean or largest of the rows that a bag of integers names: `Embedding`, then `mode`.

    For what counts without its order: the words of a text, the mutations of a genome, the k-mers of a read.

    Parameters
    ----------
    num_embeddings, embedding_dim : rows (V) and columns (E) of the table
    mode : "sum", "mean" or "max"
    padding_idx : a row that counts nowhere, stays 0 and gets no gradient
    include_last_offset : the offsets (B + 1) end with the length of the input
    max_norm, norm_type, scale_grad_by_freq, sparse : as for Embedding

    Shapes
    ------
    ``layer(input, offsets, per_sample_weights)``: input (B, L), or (M) with offsets (B) that say where each
    bag begins; weights in the shape of the input, for "sum"; output (B, E)

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.EmbeddingBag(25, 8, mode="sum")
    >>> layer(tg.tensor([3, 7, 7, 1, 2]), offsets=tg.tensor([0, 3])).shape
    (2, 8)
    """

    def __init__(self, num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False,
                 mode="mean", sparse=False, _weight=None, include_last_offset=False, padding_idx=None,
                 device=None, dtype=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx, _weight, False, device, dtype)
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        self.mode, self.include_last_offset = mode, include_last_offset

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, max_norm=None, norm_type=2.0, scale_grad_by_freq=False,
                        mode="mean", sparse=False, include_last_offset=False, padding_idx=None):
        """An EmbeddingBag with a given table (V, E); it is not trained unless ``freeze=False``.

        >>> import tinygrad_bio as tg
        >>> layer = tg.nn.EmbeddingBag.from_pretrained(tg.tensor([[1., 2.], [3., 4.]]))
        >>> layer(tg.tensor([[0, 1]]))
        tensor([[2., 3.]])
        """
        _checked_table(embeddings, "EmbeddingBag")
        layer = cls(*embeddings.shape, max_norm, norm_type, scale_grad_by_freq, mode, sparse, embeddings,
                    include_last_offset, padding_idx)
        layer.weight.requires_grad = not freeze
        return layer

    def forward(self, input, offsets=None, per_sample_weights=None):
        return F.embedding_bag(input, self.weight, offsets, self.max_norm, self.norm_type,
                               self.scale_grad_by_freq, self.mode, self.sparse, per_sample_weights,
                               self.include_last_offset, self.padding_idx)

    def extra_repr(self):
        notes = self._notes(max_norm=None, norm_type=2.0, scale_grad_by_freq=False)
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{notes}, mode={self.mode!r}{padding}"
