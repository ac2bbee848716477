"""All parameters of a network as one long vector, and back."""
from ...autograd import ShapeError
from ...functions import cat


def parameters_to_vector(parameters):
    """The parameters one after another, as a Tensor of one dimension. Gradients flow through.

    >>> import tinygrad_bio as tg
    >>> parameters_to_vector(tg.nn.Linear(2, 3).parameters()).shape
    (9,)
    """
    return cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec, parameters):
    """Write a vector, as `parameters_to_vector` makes it, into the parameters.

    >>> import tinygrad_bio as tg
    >>> layer = tg.nn.Linear(2, 1)
    >>> vector_to_parameters(tg.tensor([1., 2., 3.]), layer.parameters())
    >>> layer.bias.tolist()
    [3.0]
    """
    parameters, start = list(parameters), 0
    if vec.ndim != 1 or vec.numel() != sum(p.numel() for p in parameters):
        raise ShapeError(f"vector_to_parameters: expected a vector of {sum(p.numel() for p in parameters)} "
                         "numbers for these "
                         f"parameters, got shape {tuple(vec.shape)}")
    for p in parameters:
        p.array = vec.array[start:start + p.numel()].reshape(p.shape).astype(p.dtype)      # a copy
        start += p.numel()
