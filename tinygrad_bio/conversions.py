"""The methods of Tensor that copy it, move it, convert it, and make new tensors like it."""
import numpy as np

from . import autograd, backend, create, functions as F
from .autograd import new_tensor, threads
from .backend import namespace
from .size import Size


class Conversions:
    """Methods of Tensor for other devices, other dtypes, copies, and new tensors that are like it."""
    __slots__ = ()

    def clone(self):
        """A copy, on the tape: gradients flow through.

        >>> x = tg.zeros(2)
        >>> y = x.clone().fill_(1.)
        >>> x
        tensor([0., 0.])
        """
        return _clone(self) if self._requires_grad and threads.mode.recording else new_tensor(self.array.copy(), None)

    def contiguous(self):
        """With the numbers in memory row after row: itself if they are.

        >>> x = tg.zeros(2, 3).T
        >>> x.stride(), x.contiguous().stride()
        ((1, 3), (2, 1))
        """
        return self if self.array.flags.c_contiguous else self.clone()

    def to(self, *args, dtype=None, device=None, copy=False, non_blocking=False, other=None):
        """On another device, in another dtype, or as another tensor has them: ``t.to("cuda")``, ``t.to(tg.float64)``.

        >>> tg.tensor([1, 2]).to(tg.float64)
        tensor([1., 2.], dtype=float64)
        >>> device = "cuda" if tg.cuda.is_available() else "cpu"
        >>> x = tg.zeros(2).to(device)
        """
        for a in (*args, other):
            if isinstance(a, autograd.Tensor):
                dtype, device = a.dtype, a.device
            elif isinstance(a, backend.device) or (isinstance(a, str) and a.partition(":")[0] in ("cpu", "cuda")):
                device = a
            elif a is not None and not isinstance(a, bool):
                dtype = a
        moved = self
        if dtype is not None and np.dtype(dtype) != self.dtype:
            moved = autograd.cast(self, dtype=np.dtype(dtype))
        if device is not None and backend.device(device) != moved.device:
            moved = _moved(moved, device=str(device))
        return moved.clone() if copy and moved is self else moved

    def type(self, dtype=None, non_blocking=False):
        """PyTorch's old name of the type, or the tensor in another dtype: ``x.type(tg.int64)``, ``x.type("torch.LongTensor")``.

        >>> x = tg.tensor([1.5])
        >>> x.type(), x.type(tg.int64), x.type("torch.LongTensor")
        ('torch.FloatTensor', tensor([1]), tensor([1]))
        """
        if dtype is None:
            return F.dtypes.old_type_name(self.dtype, self.device)
        if not isinstance(dtype, str):
            return self.to(create.OLD_TYPES.get(dtype, dtype))
        *place, name = dtype.split(".")
        if place not in (["torch"], ["torch", "cuda"]) or name not in F.dtypes.OLD_NAMES:
            raise ValueError(f"type: {dtype!r} is not known: write a dtype such as tg.int64, or 'torch.LongTensor'")
        return self.to("cuda" if len(place) > 1 else "cpu", F.dtypes.OLD_NAMES[name])

    def type_as(self, other):
        """In the dtype of another tensor.

        >>> tg.tensor([1, 2]).type_as(tg.tensor(0.5))
        tensor([1., 2.])
        """
        return self.to(other.dtype)

    def cpu(self):
        """On the processor.

        >>> tg.zeros(2).cpu().device
        device(type='cpu')
        """
        return self.to("cpu")

    def cuda(self, device=None, non_blocking=False):
        """On the graphics card.

        >>> x = tg.zeros(2).cuda() if tg.cuda.is_available() else tg.zeros(2)
        """
        return self.to("cuda" if device is None else backend.device(device))

    def to_sparse(self):
        """A matrix as a `SparseTensor`, which keeps only what is not 0. Gradients flow through.

        >>> tg.eye(2).to_sparse().indices()
        tensor([[0, 1],
                [0, 1]])
        """
        from .sparse import sparse_coo_tensor           # late: it stands on this class
        if self.ndim != 2:
            raise autograd.ShapeError(f"to_sparse: expected a matrix, got shape {tuple(self.shape)}")
        rows, columns = self.array.nonzero()
        return sparse_coo_tensor(new_tensor(namespace(rows).stack([rows, columns]), None), self[rows, columns], tuple(self.shape))

    def to_dense(self, dtype=None):
        """The tensor itself (in another dtype), as it is dense. (`SparseTensor` has this method too.)

        >>> tg.ones(2).to_dense()
        tensor([1., 1.])
        """
        return self if dtype is None else self.to(dtype)

    def data_ptr(self):
        """The address of the first number in memory: equal for two tensors that share it.

        >>> x = tg.ones(2, 3)
        >>> x.data_ptr() == x.view(-1).data_ptr(), x.data_ptr() == x.clone().data_ptr()
        (True, False)
        """
        return backend.address(self.array)

    def get_device(self):
        """The number of the card that holds it, or −1.

        >>> tg.ones(2).get_device()
        -1
        """
        return -1 if self.device.type == "cpu" else self.device.index or 0

    def float(self):
        """As float32.

        >>> tg.tensor([1, 2]).float()
        tensor([1., 2.])
        """
        return self.to(backend.float32)

    def double(self):
        """As float64.

        >>> tg.tensor([1, 2]).double()
        tensor([1., 2.], dtype=float64)
        """
        return self.to(backend.float64)

    def half(self):
        """As float16.

        >>> tg.tensor([0.1]).half()
        tensor([0.1000], dtype=float16)
        """
        return self.to(backend.float16)

    def long(self):
        """As int64.

        >>> tg.tensor([1.7, -1.7]).long()
        tensor([ 1, -1])
        """
        return self.to(backend.int64)

    def int(self):
        """As int32.

        >>> tg.tensor([1.7]).int()
        tensor([1], dtype=int32)
        """
        return self.to(backend.int32)

    def short(self):
        """As int16.

        >>> tg.tensor([1.7]).short()
        tensor([1], dtype=int16)
        """
        return self.to(backend.int16)

    def char(self):
        """As int8.

        >>> tg.tensor([1.7]).char()
        tensor([1], dtype=int8)
        """
        return self.to(backend.int8)

    def byte(self):
        """As uint8.

        >>> tg.tensor([255.]).byte()
        tensor([255], dtype=uint8)
        """
        return self.to(backend.uint8)

    def bool(self):
        """As booleans: not zero.

        >>> tg.tensor([0., 0.5]).bool()
        tensor([False,  True])
        """
        return self.to(backend.bool_)

    def new_tensor(self, data, dtype=None, device=None, requires_grad=False):
        """A tensor of new data with this one's dtype and device.

        >>> tg.zeros(2, dtype=tg.float64).new_tensor([1, 2])
        tensor([1., 2.], dtype=float64)
        """
        return create.tensor(data, dtype=dtype or self.dtype, device=device or self.device, requires_grad=requires_grad)

    def new(self, *data, device=None):
        """PyTorch's old way to make a tensor of this one's dtype and device: of data, or zeros of these sizes.

        >>> tg.zeros(2, dtype=tg.int64).new([1, 2]), tg.zeros(2).new(2, 3).shape
        (tensor([1, 2]), (2, 3))
        """
        if len(data) == 1 and not isinstance(data[0], (int, Size)):
            return self.new_tensor(data[0], device=device)
        return self.new_zeros(*(data or (0,)), device=device)

    def new_full(self, size, fill_value, dtype=None, device=None, requires_grad=False):
        """One number everywhere, with this one's dtype and device unless others are given.

        >>> tg.zeros(2, dtype=tg.float64).new_full((3,), 7)
        tensor([7., 7., 7.], dtype=float64)
        """
        made = new_tensor(namespace(self.array).full(tuple(size), fill_value, dtype=dtype or self.dtype), None)
        return (made if device is None else made.to(device)).requires_grad_(requires_grad)

    def new_zeros(self, *size, dtype=None, device=None, requires_grad=False):
        """Zeros with this one's dtype and device.

        >>> tg.ones(2, dtype=tg.int64).new_zeros(3)
        tensor([0, 0, 0])
        """
        return self.new_full(F.common.sizes(size), 0, dtype, device, requires_grad)

    def new_ones(self, *size, dtype=None, device=None, requires_grad=False):
        """Ones with this one's dtype and device.

        >>> tg.zeros(2, dtype=tg.int64).new_ones(3)
        tensor([1, 1, 1])
        """
        return self.new_full(F.common.sizes(size), 1, dtype, device, requires_grad)

    def new_empty(self, *size, dtype=None, device=None, requires_grad=False):
        """Zeros with this one's dtype and device (nothing is left to chance).

        >>> tg.ones(2, dtype=tg.int64).new_empty(2, 3).shape
        (2, 3)
        """
        return self.new_full(F.common.sizes(size), 0, dtype, device, requires_grad)


@autograd.op(linear=True)
def _clone(x):
    """y = a copy of x,   ∂x = g"""
    return x.copy(), (lambda g: g,)


@autograd.op(linear=True)
def _moved(x, *, device):
    """y = x on another device,   ∂x = g on x's device"""
    before = str(backend.device_of(x))
    return backend.to_device(x, device), (lambda g: _moved(g, device=before),)
