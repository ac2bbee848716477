"""The functions that are also methods of Tensor: ``x.exp()`` is ``tg.exp(x)``. (Conversions: ``conversions.py``.)"""
from . import create, functions as F
from .ops.index import is_basic
from .autograd import threads


class Methods:
    """Methods of Tensor that hand on to functions of the same name."""
    __slots__ = ()

    def __getitem__(self, index):
        part = F.getitem(self, index)
        if threads.mode.recording and part.array.base is not None and is_basic(index):
            part._part_of = self, index, None           # so that a[i][j] = v reaches a: see in_place
        return part

    def where(self, condition, other):
        """self where the condition holds, else other.

        >>> x = tg.tensor([-1., 2.])
        >>> x.where(x > 0, 0.)
        tensor([0., 2.])
        """
        return F.where(condition, self, other)

    def bernoulli(self, p=None, *, generator=None):
        """1 with the probability in each element, else 0.

        >>> tg.tensor([0., 1.]).bernoulli()
        tensor([0., 1.])
        """
        return create.bernoulli(self, p, generator=generator)

    def multinomial(self, num_samples, replacement=False, *, generator=None):
        """Class numbers drawn with the probabilities in the last dimension.

        >>> tg.tensor([0., 0.5, 0., 0.5]).multinomial(2).sort().values
        tensor([1, 3])
        """
        return create.multinomial(self, num_samples, replacement, generator=generator)

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
    logaddexp2 = F.logaddexp2
    copysign = F.copysign
    ldexp = F.ldexp
    gcd = F.gcd
    lcm = F.lcm
    conj = F.conj

    def polygamma(self, n):
        """The n-th derivative of the digamma function.

        >>> tg.tensor([1.]).polygamma(1)
        tensor([1.6449])
        """
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

    def count_nonzero(self, *dim, **keywords):
        """How many are not zero: of all, or along ``x.count_nonzero(0, 1)``.

        >>> tg.tensor([[0, 1], [2, 3]]).count_nonzero(0)
        tensor([1, 2])
        """
        return F.count_nonzero(self, *((dim,) if len(dim) > 1 else dim), **keywords)

    logsumexp = F.logsumexp

    @F.common.numpy_words
    def norm(self, p="fro", dim=None, keepdim=False, dtype=None):
        """(Σ|x|ᵖ)^(1/p) over all elements or along `dim`.

        >>> tg.tensor([3., 4.]).norm()
        tensor(5.)
        """
        return F.norm(self, p, dim, keepdim, dtype=dtype)

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
    mode = F.mode
    histc = F.histc
    histogram = F.histogram
    renorm = F.renorm

    # shape
    reshape = F.reshape
    view = F.view
    flatten = F.flatten
    unflatten = F.unflatten
    ravel = F.ravel

    def squeeze(self, *dim, **keywords):
        """Without the dimensions of size 1: all, or those named, ``x.squeeze(0, 1)``.

        >>> x = tg.zeros(1, 2, 1)
        >>> x.squeeze().shape, x.squeeze(0).shape
        ((2,), (2, 1))
        """
        return F.squeeze(self, *((dim,) if len(dim) > 1 else dim), **keywords)

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

    @F.common.numpy_words
    def split(self, split_size, dim=0):
        """Pieces of one size (the last may be smaller), or of the given sizes.

        >>> tg.arange(5).split(2)
        (tensor([0, 1]), tensor([2, 3]), tensor([4]))
        """
        return F.split(self, split_size, dim)

    chunk = F.chunk
    tensor_split = F.tensor_split
    unbind = F.unbind
    split_with_sizes = F.split_with_sizes

    def hsplit(self, *indices_or_sections, sections=None, indices=None):
        """Pieces side by side, along dimension 1 (0 of a vector): so many of one size, or cut at the given places.

        >>> tg.arange(4).hsplit(2)
        (tensor([0, 1]), tensor([2, 3]))
        """
        return F.hsplit(self, *_one(indices_or_sections), sections=sections, indices=indices)

    def vsplit(self, *indices_or_sections, sections=None, indices=None):
        """Pieces above each other, along dimension 0: so many of one size, or cut at the given places.

        >>> [piece.shape for piece in tg.ones(4, 3).vsplit(1, 2)]
        [(1, 3), (1, 3), (2, 3)]
        """
        return F.vsplit(self, *_one(indices_or_sections), sections=sections, indices=indices)

    def dsplit(self, *indices_or_sections, sections=None, indices=None):
        """Pieces behind each other, along dimension 2: so many of one size, or cut at the given places.

        >>> [piece.shape for piece in tg.ones(2, 3, 4).dsplit(2)]
        [(2, 3, 2), (2, 3, 2)]
        """
        return F.dsplit(self, *_one(indices_or_sections), sections=sections, indices=indices)

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
    index_reduce = F.index_reduce
    put = F.put
    masked_scatter = F.masked_scatter
    select_scatter = F.select_scatter
    slice_scatter = F.slice_scatter
    diagonal_scatter = F.diagonal_scatter
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
    addr = F.addr
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
    matrix_exp = F.matrix_exp
    cholesky = F.cholesky
    cholesky_inverse = F.cholesky_inverse
    cholesky_solve = F.cholesky_solve
    triangular_solve = F.triangular_solve
    pinverse = F.pinverse
    qr = F.qr
    svd = F.svd

    # questions
    eq = F.eq
    ne = F.ne
    lt = F.lt
    le = F.le
    gt = F.gt
    ge = F.ge
    not_equal = F.not_equal
    less = F.less
    less_equal = F.less_equal
    greater = F.greater
    greater_equal = F.greater_equal
    is_complex = F.is_complex
    is_signed = F.is_signed
    is_nonzero = F.is_nonzero
    is_same_size = F.is_same_size
    isreal = F.isreal
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


def _one(numbers):
    """``f(2, 3)`` as ``f((2, 3))``: one argument at most."""
    return (numbers,) if len(numbers) > 1 else numbers
