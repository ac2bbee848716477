"""The functions that are also methods of Tensor: ``x.exp()`` is ``tg.exp(x)``. Plus conversions and copies."""
import numpy as np

from . import autograd, backend, create, functions as F
from .ops.index import is_basic
from .autograd import new_tensor, threads
from .backend import namespace


class Methods:
    """Methods of Tensor that hand on to functions of the same name."""
    __slots__ = ()

    def __getitem__(self, index):
        part = F.getitem(self, index)
        if threads.mode.recording and part.array.base is not None and is_basic(index):
            part._part_of = self, index, None           # so that a[i][j] = v reaches a: see in_place
        return part

    def where(self, condition, other):
        """self where the condition holds, else other."""
        return F.where(condition, self, other)

    # conversions and copies

    def clone(self):
        """A copy, on the tape: gradients flow through."""
        return _clone(self) if self._requires_grad and threads.mode.recording else new_tensor(self.array.copy(), None)

    def contiguous(self):
        """With the numbers in memory row after row: itself if they are."""
        return self if self.array.flags.c_contiguous else self.clone()

    def to(self, *args, dtype=None, device=None, copy=False, non_blocking=False):
        """On another device, in another dtype, or as another tensor has them: ``t.to("cuda")``, ``t.to(tg.float64)``."""
        for a in args:
            if isinstance(a, autograd.Tensor):
                dtype, device = a.dtype, a.device
            elif isinstance(a, backend.device) or (isinstance(a, str) and a.partition(":")[0] in ("cpu", "cuda")):
                device = a
            elif not isinstance(a, bool):
                dtype = a
        moved = self
        if dtype is not None and np.dtype(dtype) != self.dtype:
            moved = autograd.cast(self, dtype=np.dtype(dtype))
        if device is not None and backend.device(device) != moved.device:
            moved = _moved(moved, device=str(device))
        return moved.clone() if copy and moved is self else moved

    def type(self, dtype=None, non_blocking=False):
        """The dtype, or the tensor in another one: ``x.type(tg.int64)``, in old programs ``tg.LongTensor``."""
        return self.dtype if dtype is None else self.to(create.OLD_TYPES.get(dtype, dtype))

    def type_as(self, other):
        """In the dtype of another tensor."""
        return self.to(other.dtype)

    def cpu(self):
        """On the processor."""
        return self.to("cpu")

    def cuda(self, device=None, non_blocking=False):
        """On the graphics card."""
        return self.to("cuda" if device is None else backend.device(device))

    def float(self):
        """As float32."""
        return self.to(backend.float32)

    def double(self):
        """As float64."""
        return self.to(backend.float64)

    def half(self):
        """As float16."""
        return self.to(backend.float16)

    def long(self):
        """As int64."""
        return self.to(backend.int64)

    def int(self):
        """As int32."""
        return self.to(backend.int32)

    def short(self):
        """As int16."""
        return self.to(backend.int16)

    def char(self):
        """As int8."""
        return self.to(backend.int8)

    def byte(self):
        """As uint8."""
        return self.to(backend.uint8)

    def bool(self):
        """As booleans: not zero."""
        return self.to(backend.bool_)

    def new_tensor(self, data, dtype=None, device=None, requires_grad=False):
        """A tensor of new data with this one's dtype and device."""
        from .create import tensor
        return tensor(data, dtype=dtype or self.dtype, device=device or self.device, requires_grad=requires_grad)

    def new_full(self, size, fill_value, dtype=None, device=None, requires_grad=False):
        """One number everywhere, with this one's dtype and device unless others are given."""
        made = new_tensor(namespace(self.array).full(tuple(size), fill_value, dtype=dtype or self.dtype), None)
        return (made if device is None else made.to(device)).requires_grad_(requires_grad)

    def new_zeros(self, *size, dtype=None, device=None, requires_grad=False):
        """Zeros with this one's dtype and device."""
        return self.new_full(F.common.sizes(size), 0, dtype, device, requires_grad)

    def new_ones(self, *size, dtype=None, device=None, requires_grad=False):
        """Ones with this one's dtype and device."""
        return self.new_full(F.common.sizes(size), 1, dtype, device, requires_grad)

    def new_empty(self, *size, dtype=None, device=None, requires_grad=False):
        """Zeros with this one's dtype and device (nothing is left to chance)."""
        return self.new_full(F.common.sizes(size), 0, dtype, device, requires_grad)

    def bernoulli(self, p=None, *, generator=None):
        """1 with the probability in each element, else 0."""
        from .create import bernoulli
        return bernoulli(self, p, generator=generator)

    def multinomial(self, num_samples, replacement=False, *, generator=None):
        """Class numbers drawn with the probabilities in the last dimension."""
        from .create import multinomial
        return multinomial(self, num_samples, replacement, generator=generator)

    # of each element
    absolute = F.absolute
    arccos = F.arccos
    arccosh = F.arccosh
    arcsin = F.arcsin
    arcsinh = F.arcsinh
    arctan = F.arctan
    arctan2 = F.arctan2
    arctanh = F.arctanh
    ceil = F.ceil
    cos = F.cos
    cosh = F.cosh
    digamma = F.digamma
    erf = F.erf
    erfc = F.erfc
    erfinv = F.erfinv
    exp = F.exp
    exp2 = F.exp2
    expm1 = F.expm1
    floor = F.floor
    fmod = F.fmod
    hypot = F.hypot
    log = F.log
    log10 = F.log10
    log1p = F.log1p
    log2 = F.log2
    logaddexp = F.logaddexp
    maximum = F.maximum
    minimum = F.minimum
    nan_to_num = F.nan_to_num
    positive = F.positive
    pow = F.pow
    reciprocal = F.reciprocal
    relu = F.relu
    remainder = F.remainder
    rsqrt = F.rsqrt
    sigmoid = F.sigmoid
    sign = F.sign
    sin = F.sin
    sinh = F.sinh
    sqrt = F.sqrt
    square = F.square
    tan = F.tan
    tanh = F.tanh
    trunc = F.trunc
    xlogy = F.xlogy
    abs = F.abs
    acos = F.acos
    acosh = F.acosh
    asin = F.asin
    asinh = F.asinh
    atan = F.atan
    atan2 = F.atan2
    atanh = F.atanh
    fix = F.fix
    lgamma = F.lgamma
    negative = F.negative
    neg = F.neg
    multiply = F.multiply
    divide = F.divide
    true_divide = F.true_divide
    subtract = F.subtract
    fmax = F.fmax
    fmin = F.fmin
    add = F.add
    sub = F.sub
    mul = F.mul
    div = F.div
    clamp = F.clamp
    clip = F.clip
    round = F.round
    frac = F.frac
    lerp = F.lerp
    logit = F.logit
    sinc = F.sinc
    float_power = F.float_power
    addcmul = F.addcmul
    addcdiv = F.addcdiv
    sgn = F.sgn
    clamp_min = F.clamp_min
    clamp_max = F.clamp_max
    deg2rad = F.deg2rad
    rad2deg = F.rad2deg
    heaviside = F.heaviside

    def polygamma(self, n):
        """The n-th derivative of the digamma function."""
        return F.polygamma(n, self)

    # sums, extremes, order
    sum = F.sum
    mean = F.mean
    prod = F.prod
    var = F.var
    std = F.std
    amax = F.amax
    amin = F.amin
    max = F.max
    min = F.min
    aminmax = F.aminmax
    argmax = F.argmax
    argmin = F.argmin
    all = F.all
    any = F.any
    count_nonzero = F.count_nonzero
    logsumexp = F.logsumexp
    norm = F.norm
    sort = F.sort
    argsort = F.argsort
    topk = F.topk
    kthvalue = F.kthvalue
    median = F.median
    nanmedian = F.nanmedian
    quantile = F.quantile
    nanquantile = F.nanquantile
    cumsum = F.cumsum
    cumprod = F.cumprod
    cummax = F.cummax
    cummin = F.cummin
    logcumsumexp = F.logcumsumexp
    softmax = F.softmax
    log_softmax = F.log_softmax
    nansum = F.nansum
    nanmean = F.nanmean
    msort = F.msort

    # shape
    reshape = F.reshape
    view = F.view
    flatten = F.flatten
    unflatten = F.unflatten
    ravel = F.ravel
    squeeze = F.squeeze
    unsqueeze = F.unsqueeze
    expand_dims = F.expand_dims
    permute = F.permute
    transpose = F.transpose
    swapaxes = F.swapaxes
    swapdims = F.swapdims
    t = F.t
    movedim = F.movedim
    moveaxis = F.moveaxis
    expand = F.expand
    expand_as = F.expand_as
    broadcast_to = F.broadcast_to
    flip = F.flip
    fliplr = F.fliplr
    flipud = F.flipud
    roll = F.roll
    rot90 = F.rot90
    split = F.split
    chunk = F.chunk
    tensor_split = F.tensor_split
    unbind = F.unbind
    repeat = F.repeat
    tile = F.tile
    repeat_interleave = F.repeat_interleave
    tril = F.tril
    triu = F.triu
    diagonal = F.diagonal
    diag = F.diag
    diag_embed = F.diag_embed
    diagflat = F.diagflat
    narrow = F.narrow
    select = F.select
    unfold = F.unfold
    diff = F.diff
    adjoint = F.adjoint
    view_as = F.view_as
    reshape_as = F.reshape_as

    # places
    gather = F.gather
    scatter = F.scatter
    scatter_add = F.scatter_add
    scatter_reduce = F.scatter_reduce
    take_along_dim = F.take_along_dim
    index_select = F.index_select
    index_add = F.index_add
    index_copy = F.index_copy
    index_fill = F.index_fill
    index_put = F.index_put
    masked_fill = F.masked_fill
    masked_select = F.masked_select
    nonzero = F.nonzero
    argwhere = F.argwhere
    take = F.take
    unique = F.unique
    unique_consecutive = F.unique_consecutive
    bincount = F.bincount

    # products
    matmul = F.matmul
    mm = F.mm
    bmm = F.bmm
    mv = F.mv
    dot = F.dot
    vdot = F.vdot
    inner = F.inner
    outer = F.outer
    ger = F.ger
    kron = F.kron
    cross = F.cross
    trace = F.trace
    addmm = F.addmm
    addmv = F.addmv
    baddbmm = F.baddbmm
    addbmm = F.addbmm
    cov = F.cov
    corrcoef = F.corrcoef
    inverse = F.inverse
    det = F.det
    slogdet = F.slogdet
    logdet = F.logdet
    dist = F.dist
    matrix_power = F.matrix_power

    # questions
    eq = F.eq
    ne = F.ne
    lt = F.lt
    le = F.le
    gt = F.gt
    ge = F.ge
    equal = F.equal
    allclose = F.allclose
    isclose = F.isclose
    isnan = F.isnan
    isinf = F.isinf
    isfinite = F.isfinite
    isposinf = F.isposinf
    isneginf = F.isneginf
    logical_and = F.logical_and
    logical_or = F.logical_or
    logical_xor = F.logical_xor
    logical_not = F.logical_not
    bitwise_and = F.bitwise_and
    bitwise_or = F.bitwise_or
    bitwise_xor = F.bitwise_xor
    bitwise_not = F.bitwise_not
    bitwise_left_shift = F.bitwise_left_shift
    bitwise_right_shift = F.bitwise_right_shift
    floor_divide = F.floor_divide
    signbit = F.signbit


@autograd.op(linear=True)
def _clone(x):
    """y = a copy of x,   ∂x = g"""
    return x.copy(), (lambda g: g,)


@autograd.op(linear=True)
def _moved(x, *, device):
    """y = x on another device,   ∂x = g on x's device"""
    before = str(backend.device_of(x))
    return backend.to_device(x, device), (lambda g: _moved(g, device=before),)
