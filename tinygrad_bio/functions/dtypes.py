"""Questions about dtypes and kinds of numbers, under PyTorch's names."""
import builtins

import numpy as np

from ..autograd import DtypeError, here
from ..backend import _CATEGORY, _scalar_dtype, common_dtype, namespace
from .common import array_of, constant

__all__ = ["promote_types", "result_type", "can_cast", "is_complex", "is_signed", "is_nonzero",
           "is_same_size", "isreal", "real", "conj"]


def promote_types(type1, type2):
    """The smallest dtype that holds the numbers of both, as arithmetic between their tensors finds it.

    Floats win over integers, integers over booleans, whatever their sizes.

    >>> tg.promote_types(tg.int64, tg.float16), tg.promote_types(tg.uint8, tg.int8)
    (dtype('float16'), dtype('int16'))
    """
    first, second = np.dtype(type1), np.dtype(type2)
    more = _CATEGORY[first.kind] - _CATEGORY[second.kind]
    return np.result_type(first, second) if more == 0 else first if more > 0 else second


def result_type(tensor1, tensor2):
    """The dtype of arithmetic between two tensors or numbers. A number, or a tensor without dimensions,
    widens only to floats.

    >>> tg.result_type(tg.ones(2, dtype=tg.int8), 300), tg.result_type(tg.ones(2, dtype=tg.int8), 1.5)
    (dtype('int8'), dtype('float32'))
    """
    values = [array_of(v) for v in (tensor1, tensor2)]
    return common_dtype([v if hasattr(v, "dtype") else np.asarray(0, _scalar_dtype(v)) for v in values])


def can_cast(from_, to):
    """Whether numbers may be written into a tensor of another dtype: from floats not into integers, from
    these not into booleans.

    >>> tg.can_cast(tg.int64, tg.float32), tg.can_cast(tg.float32, tg.int64)
    (True, False)
    """
    return _CATEGORY[np.dtype(from_).kind] <= _CATEGORY[np.dtype(to).kind]


def is_complex(input):
    """Whether the elements are complex numbers.

    >>> tg.is_complex(tg.ones(2))
    False
    """
    return input.dtype.kind == "c"


def is_signed(input):
    """Whether the dtype has negative numbers.

    >>> tg.is_signed(tg.ones(2)), tg.is_signed(tg.ones(2, dtype=tg.uint8))
    (True, False)
    """
    return input.dtype.kind not in "ub"


def is_nonzero(input):
    """Whether the number in a tensor of one is not 0.

    >>> tg.is_nonzero(tg.tensor([0.5]))
    True
    """
    return builtins.bool(input)


def is_same_size(input, other):
    """Whether two tensors have the same shape.

    >>> tg.is_same_size(tg.ones(2), tg.zeros(2))
    True
    """
    return tuple(input.shape) == tuple(other.shape)


def isreal(input):
    """Where the imaginary part is 0: everywhere, unless the numbers are complex.

    >>> tg.isreal(tg.tensor([1., 2.]))
    tensor([ True,  True])
    """
    a = array_of(input)
    return constant(namespace(a).isreal(a), input)


def real(input):
    """The real part: the tensor itself, unless its numbers are complex.

    >>> tg.real(tg.tensor([1., 2.]))
    tensor([1., 2.])
    """
    return _itself(input, "real")


def conj(input):
    """The complex conjugate: the tensor itself, unless its numbers are complex.

    >>> tg.conj(tg.tensor([1., 2.]))
    tensor([1., 2.])
    """
    return _itself(input, "conj")


def _itself(input, caller):
    if input.dtype.kind == "c":
        raise DtypeError(f"{caller}{here()}: complex numbers are not offered: keep real and imaginary parts "
                         "in two tensors")
    return input


_OLD = {"float32": "Float", "float64": "Double", "float16": "Half",
        "int64": "Long", "int32": "Int", "int16": "Short", "int8": "Char", "uint8": "Byte", "bool": "Bool"}
OLD_NAMES = {f"{old}Tensor": np.dtype(name) for name, old in _OLD.items()}


def old_type_name(dtype, device):
    """PyTorch's old name of a tensor's type: torch.FloatTensor."""
    return f"torch.{'cuda.' if device.type == 'cuda' else ''}{_OLD[dtype.name]}Tensor"
