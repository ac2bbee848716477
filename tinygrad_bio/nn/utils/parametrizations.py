"""Weight and spectral normalisation: the length of a weight trained by itself, or held at 1."""
from ... import ops
from ...autograd import no_grad
from ...tensor import Tensor
from ..conv import ConvTranspose1d, ConvTranspose2d
from ..functional import normalize
from ..module import Module
from .parametrize import register_parametrization

__all__ = ["weight_norm", "spectral_norm"]


def weight_norm(module, name="weight", dim=0):
    """w = g·v/‖v‖: the length g of a weight and its direction v are trained apart. Salimans & Kingma 2016.

    Parameters
    ----------
    name : of the parameter
    dim : one length for each index of this dimension (0: for each output); None: one for all

    >>> import tinygrad_bio as tg
    >>> layer = weight_norm(tg.nn.Linear(20, 40))
    >>> [(name, tuple(p.shape)) for name, p in layer.named_parameters()]   # doctest: +NORMALIZE_WHITESPACE
    [('bias', (40,)), ('parametrizations.weight.original0', (40, 1)),
     ('parametrizations.weight.original1', (40, 20))]
    """
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """w/σ, with σ the largest singular value of w as a matrix: the layer makes no vector longer.

    Miyato et al. 2018. Each use in training improves u and v, with σ ≈ uᵀ w v, by the power method.

    Parameters
    ----------
    name : of the parameter
    n_power_iterations : steps at each use
    eps : lengths of u and v below it count as eps
    dim : the outputs' dimension of w (0; 1 for transposed convolutions)

    >>> import tinygrad_bio as tg
    >>> _ = tg.manual_seed(0)
    >>> layer = spectral_norm(tg.nn.Linear(20, 40))
    >>> abs(tg.linalg.svdvals(layer.weight)[0].item() - 1) < 0.05
    True
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"spectral_norm: {type(module).__name__} has no parameter or buffer {name!r}")
    dim = outputs_dim(module) if dim is None else dim
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))


# ---------------------------------------------------------------------------------------------- the formulas

def length_except(v, dim):
    """The 2-norm of v for each index of `dim`, (1, …, n, …, 1); of all of v, (), if dim is None or −1."""
    if dim is None or dim == -1:
        return ops.norm(v)
    shape = [1] * v.ndim
    shape[dim] = v.shape[dim]
    return ops.norm(as_matrix(v, dim), axis=1).reshape(shape)


def as_matrix(weight, dim):
    """A weight with the outputs in rows: (out, …)."""
    front = ops.moveaxis(weight, dim, 0)
    return front.reshape(front.shape[0], weight.numel() // max(front.shape[0], 1))


def outputs_dim(module):
    """Where the weight of a layer has its outputs."""
    return 1 if isinstance(module, (ConvTranspose1d, ConvTranspose2d)) else 0


def largest_singular_value(matrix, u, v):
    """σ = uᵀ W v, where u and v are constants."""
    return (u.clone() @ (matrix @ v.clone()))           # copies: the next use will write into u and v


class _WeightNorm(Module):
    def __init__(self, dim=0):
        super().__init__()
        self.dim = dim

    def forward(self, weight_g, weight_v):
        return weight_v * (weight_g / length_except(weight_v, self.dim))

    def right_inverse(self, weight):
        """A weight as its length and its direction."""
        return length_except(weight, self.dim), weight


class _SpectralNorm(Module):
    def __init__(self, weight, n_power_iterations=1, dim=0, eps=1e-12):
        super().__init__()
        if not -weight.ndim <= dim < weight.ndim:
            raise IndexError(f"spectral_norm: dim {dim} is out of range: expected {-weight.ndim} … "
                             f"{weight.ndim - 1}")
        check_iterations(n_power_iterations)
        self.dim, self.eps = dim % weight.ndim, eps
        if weight.ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = as_matrix(weight.detach(), self.dim)
            for name, size in zip(("_u", "_v"), matrix.shape):
                self.register_buffer(name, normalize(matrix.new_empty(size).normal_(), dim=0, eps=eps))
            self._improve(matrix, 15)

    @no_grad()
    def _improve(self, matrix, times):
        for _ in range(times):
            self._u.copy_(normalize(matrix @ self._v, dim=0, eps=self.eps))
            self._v.copy_(normalize(matrix.T @ self._u, dim=0, eps=self.eps))

    def forward(self, weight):
        if weight.ndim == 1:
            return normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._improve(matrix.detach(), self.n_power_iterations)
        return weight / largest_singular_value(matrix, self._u, self._v)

    def right_inverse(self, value):
        """A weight that is assigned becomes the original as it is."""
        return value


def check_iterations(n):
    """Raise unless the power method makes at least one step."""
    if n <= 0:
        raise ValueError(f"Expected n_power_iterations to be positive, but got n_power_iterations={n}")
