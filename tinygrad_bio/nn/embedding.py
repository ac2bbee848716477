"""Embedding: a vector for each symbol of an alphabet, learnt."""
from ..autograd import ShapeError
from ..create import empty
from . import functional as F, init
from .module import Module
from .parameter import Parameter

__all__ = ["Embedding"]


class Embedding(Module):
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
        super().__init__()
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise IndexError(f"Embedding: padding_idx {padding_idx} is out of range: expected "
                                 f"{-num_embeddings} … {num_embeddings - 1}")
            padding_idx %= num_embeddings
        self.num_embeddings, self.embedding_dim, self.padding_idx = num_embeddings, embedding_dim, padding_idx
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        if _weight is None:
            table = empty(num_embeddings, embedding_dim, device=device, dtype=dtype)
            self.weight = Parameter(table, not _freeze)
            self.reset_parameters()
        elif tuple(_weight.shape) == (num_embeddings, embedding_dim):
            self.weight = Parameter(_weight, not _freeze)
        else:
            raise ShapeError(f"Embedding: _weight has shape {tuple(_weight.shape)}, expected "
                             f"{(num_embeddings, embedding_dim)}")

    def reset_parameters(self):
        """Draw a new table."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight.array[self.padding_idx] = 0

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, padding_idx=None, max_norm=None, norm_type=2.0,
                        scale_grad_by_freq=False, sparse=False):
        """An Embedding with a given table (V, E); it is not trained unless ``freeze=False``.

        >>> import tinygrad_bio as tg
        >>> tg.nn.Embedding.from_pretrained(tg.tensor([[1., 2.], [3., 4.]]))(tg.tensor([1]))
        tensor([[3., 4.]])
        """
        if embeddings.ndim != 2:
            raise ShapeError("Embedding.from_pretrained: expected a table (V, E), got shape "
                             f"{tuple(embeddings.shape)}")
        return cls(*embeddings.shape, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse,
                   _weight=embeddings, _freeze=freeze)

    def forward(self, input):
        return F.embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type,
                           self.scale_grad_by_freq, self.sparse)

    def extra_repr(self):
        notes = f"{self.num_embeddings}, {self.embedding_dim}"
        usually = {"padding_idx": None, "max_norm": None, "norm_type": 2.0, "scale_grad_by_freq": False,
                   "sparse": False}
        for name, usual in usually.items():
            if getattr(self, name) != usual:
                notes += f", {name}={getattr(self, name)}"
        return notes
