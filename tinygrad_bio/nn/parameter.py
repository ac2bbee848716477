"""Parameter: a Tensor that a Module owns and an optimiser changes."""
from ..autograd import new_tensor
from ..create import as_array
from ..tensor import Tensor


class Parameter(Tensor):
    """A Tensor that counts as a parameter of the Module it is assigned to. It requires grad.

    It shares memory with the Tensor or array it is made of.

    >>> import tinygrad_bio as tg
    >>> tg.nn.Parameter(tg.tensor([1., 2.]))
    Parameter containing:
    tensor([1., 2.], requires_grad=True)
    """

    def __init__(self, data=None, requires_grad=True):
        self.array = as_array([] if data is None else data)
        self.grad = self.grad_fn = None
        self._requires_grad = False
        self.requires_grad = requires_grad          # refuses integers

    def __repr__(self):
        shown = new_tensor(self.array, None)
        shown._requires_grad = self._requires_grad
        return f"Parameter containing:\n{shown!r}"
