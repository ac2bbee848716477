"""Activations along a dimension: softmax and its kin, which make probabilities, and gates."""
import warnings

from ... import backend, functions, ops
from ...autograd import ShapeError, here, new_tensor
from ...functions import softmax  # noqa: F401
from ...functions.common import one_dim

__all__ = ["glu", "softmax", "softmin", "log_softmax", "gumbel_softmax"]


def glu(input, dim=-1):
    """a·sigmoid(b), where a and b are the halves of the input along `dim`. Dauphin et al. 2016.

    >>> import tinygrad_bio as tg
    >>> glu(tg.tensor([4., 0.]))
    tensor([2.])
    """
    if input.ndim == 0 or input.shape[one_dim(dim, input.ndim, "glu")] % 2:
        raise ShapeError(f"glu{here()}: dimension {dim} must have an even size to be halved, but the shape "
                         f"is {tuple(input.shape)}")
    a, b = functions.chunk(input, 2, dim)
    return a * ops.sigmoid(b)


def softmin(input, dim=None, dtype=None):
    """softmax(−x): the smallest gets most.

    >>> import tinygrad_bio as tg
    >>> softmin(tg.tensor([0., 0.]), dim=0)
    tensor([0.5000, 0.5000])
    """
    return softmax(-input, dim, dtype)


def log_softmax(input, dim=None, dtype=None):
    """ln(softmax(x)) along `dim`, without leaving the range of floats.

    >>> import tinygrad_bio as tg
    >>> log_softmax(tg.tensor([0., 1000.]), dim=0)
    tensor([-1000.,     0.])
    """
    return functions.log_softmax(input, dim, dtype)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """softmax((x + g)/τ), g = −ln(−ln u), u uniform: a class drawn from softmax(x), as a smooth vector.

    The smaller τ, the closer to a one-hot vector. Gradients reach the logits, as they do not through a draw.
    Jang et al. 2017, Maddison et al. 2017.

    Parameters
    ----------
    tau : the temperature τ
    hard : the value is one-hot, and the gradient still that of the smooth vector ("straight through")
    eps : without effect, as in PyTorch

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(0)
    >>> gumbel_softmax(tg.tensor([[0., 0., 0.], [9., 0., 0.]]), hard=True)
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    """
    if eps != 1e-10:
        warnings.warn("gumbel_softmax: eps is deprecated and has no effect", stacklevel=2)
    drawn = backend.default_generator.numpy.gumbel(size=tuple(logits.shape)).astype(logits.dtype)
    smooth = softmax((logits + new_tensor(backend.to_device(drawn, logits.device), None)) / tau, dim)
    if not hard:
        return smooth
    chosen = smooth.detach().argmax(dim, keepdim=True)
    one_hot = ops.zeros_like(smooth).scatter(dim, chosen, 1.0)
    return one_hot - smooth.detach() + smooth
