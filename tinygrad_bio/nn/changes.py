"""What changes a Module together with all that is within it: its mode, its device, its dtype."""


class Changes:
    """The methods of Module that reach every layer, parameter and buffer below it."""

    def apply(self, fn):
        """Call ``fn(module)`` on every Module within, from the inside outwards: for initialisation.

        >>> def ones_for_weights(module):
        ...     if isinstance(module, tg.nn.Linear):
        ...         tg.nn.init.ones_(module.weight)
        >>> net = tg.nn.Sequential(tg.nn.Linear(2, 1), tg.nn.ReLU()).apply(ones_for_weights)
        >>> net[0].weight.detach()
        tensor([[1., 1.]])
        """
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode=True):
        """Behave as in training: dropout drops, batch-norm takes the batch's statistics.

        >>> tg.nn.Dropout().eval().train().training
        True
        """
        if not isinstance(mode, bool):
            raise ValueError(f"train: mode must be True or False, not {type(mode).__name__}")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self):
        """Behave as in use: nothing is dropped, nothing depends on the rest of the batch.

        >>> tg.nn.Dropout(0.5).eval()(tg.ones(4))
        tensor([1., 1., 1., 1.])
        """
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Whether the parameters shall have gradients: False freezes them.

        >>> frozen = tg.nn.Linear(2, 1).requires_grad_(False)
        >>> [p.requires_grad for p in frozen.parameters()]
        [False, False]
        """
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Forget the gradients of all parameters.

        >>> layer = tg.nn.Linear(2, 1)
        >>> layer(tg.ones(2)).sum().backward()
        >>> layer.zero_grad()
        >>> layer.weight.grad is None
        True
        """
        for p in self.parameters():
            p.grad = None if set_to_none or p.grad is None else p.grad.new_zeros(p.grad.shape)

    def to(self, *args, **keywords):
        """Move all parameters and buffers to a device, and convert those of floats to a dtype.

        >>> import tinygrad_bio as tg
        >>> tg.nn.Linear(2, 2).to(tg.float64).weight.dtype
        dtype('float64')
        """
        def moved(t):
            new = t.detach().to(*args, **keywords)
            if not new.is_floating_point() and t.is_floating_point():
                raise TypeError(f"Module.to: a layer's parameters must be floats, not {new.dtype.name}")
            return new if t.is_floating_point() else t.detach().to(device=new.device)
        return self._apply(moved)

    def _apply(self, fn):
        """Give each parameter, gradient and buffer the array of ``fn(it)``. If fn fails, nothing changes."""
        new = [(p, fn(p)) for p in self.parameters()]
        new += [(p.grad, fn(p.grad)) for p, _ in new if p.grad is not None]
        new += [(b, fn(b)) for b in self.buffers()]
        for old, tensor in new:
            old.array = tensor.array
        return self

    def cpu(self):
        """Move all to the processor.

        >>> tg.nn.Linear(2, 1).cpu().weight.device
        device(type='cpu')
        """
        return self.to("cpu")

    def cuda(self, device=None):
        """Move all to the graphics card.

        >>> layer = tg.nn.Linear(2, 1)
        >>> layer = layer.cuda() if tg.cuda.is_available() else layer
        """
        return self.to("cuda" if device is None else f"cuda:{device}" if isinstance(device, int) else device)

    def float(self):
        """Convert floats to float32.

        >>> tg.nn.Linear(2, 1, dtype=tg.float64).float().weight.dtype
        dtype('float32')
        """
        return self.to("float32")

    def double(self):
        """Convert floats to float64.

        >>> tg.nn.Linear(2, 1).double().weight.dtype
        dtype('float64')
        """
        return self.to("float64")

    def half(self):
        """Convert floats to float16.

        >>> tg.nn.Linear(2, 1).half().weight.dtype
        dtype('float16')
        """
        return self.to("float16")

    def type(self, dst_type):
        """Convert floats to a dtype.

        >>> tg.nn.Linear(2, 1).type(tg.float64).weight.dtype
        dtype('float64')
        """
        return self.to(dst_type)
