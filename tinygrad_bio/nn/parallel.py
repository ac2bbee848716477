"""DataParallel, for programs that wrap their network in it. Here is one device: it hands everything on."""
from .module import Module

__all__ = ["DataParallel"]


class DataParallel(Module):
    """The module itself, under the name ``.module``: PyTorch splits the batch between graphics cards here.

    The names in the `state_dict` begin with "module.", as PyTorch's do, so weights can be exchanged.

    Parameters
    ----------
    module : the network
    device_ids, output_device, dim : accepted for PyTorch's sake

    >>> import tinygrad_bio as tg
    >>> net = tg.nn.DataParallel(tg.nn.Linear(3, 2))
    >>> net(tg.ones(5, 3)).shape, list(net.state_dict())
    ((5, 2), ['module.weight', 'module.bias'])
    """

    def __init__(self, module, device_ids=None, output_device=None, dim=0):
        super().__init__()
        self.module, self.dim = module, dim
        self.device_ids, self.output_device = [] if device_ids is None else list(device_ids), output_device

    def forward(self, *inputs, **kwargs):
        return self.module(*inputs, **kwargs)
