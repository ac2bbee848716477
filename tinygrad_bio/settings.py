"""How the library works on this machine: threads, and what PyTorch's switches for it mean here."""
import os
import warnings

import numpy as np

from . import backend
from .create import OLD_TYPES
from .functions.dtypes import OLD_NAMES

__all__ = ["set_num_threads", "get_num_threads", "set_num_interop_threads", "get_num_interop_threads",
           "use_deterministic_algorithms", "are_deterministic_algorithms_enabled",
           "set_float32_matmul_precision", "get_float32_matmul_precision", "set_default_tensor_type", "seed"]

_state = {"deterministic": False, "precision": "highest"}


def _pools():
    """threadpoolctl's view of NumPy's libraries, or None where it is not installed. (scikit-learn brings
    it.)
    """
    try:
        import threadpoolctl
    except ImportError:
        return None
    return threadpoolctl.ThreadpoolController().select(user_api="blas")


def set_num_threads(nthreads):
    """How many threads a product of matrices may use. The rest of NumPy uses one.

    It needs threadpoolctl (which comes with scikit-learn); without it a warning says what to write.

    >>> before = tg.get_num_threads()
    >>> tg.set_num_threads(before)
    >>> tg.get_num_threads() == before
    True
    """
    if not isinstance(nthreads, int) or nthreads < 1:
        raise RuntimeError(f"set_num_threads: expected a number of threads from 1 on, got {nthreads!r}")
    pools = _pools()
    if pools is not None:
        pools.limit(limits=nthreads)
    elif nthreads != get_num_threads():
        warnings.warn("set_num_threads: NumPy has chosen its threads when it was imported. Start with "
                      f"OMP_NUM_THREADS={nthreads} python …, or install threadpoolctl", stacklevel=2)


def get_num_threads():
    """How many threads a product of matrices may use.

    >>> tg.get_num_threads() >= 1
    True
    """
    pools = _pools()
    found = [pool["num_threads"] for pool in pools.info()] if pools is not None else []
    variables = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
    told = next((os.environ[v] for v in variables if v in os.environ), "")
    return max(found) if found else int(told) if told.isdigit() else os.cpu_count() or 1


def set_num_interop_threads(nthreads):
    """Accepted, without an effect: one operation runs at a time.

    >>> tg.set_num_interop_threads(1)
    """


def get_num_interop_threads():
    """How many operations run at a time: 1.

    >>> tg.get_num_interop_threads()
    1
    """
    return 1


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Accepted: on the processor the same program with the same seed always gives the same bits.

    On a card, sums at equal indices (`scatter_add`, gradients of indexing) may still differ in their last
    bits: `warn_only` or not, asking for more there warns.

    >>> tg.use_deterministic_algorithms(True)
    >>> tg.are_deterministic_algorithms_enabled()
    True
    >>> tg.use_deterministic_algorithms(False)
    """
    _state["deterministic"] = bool(mode)
    if mode and backend.cuda_is_available():
        warnings.warn("use_deterministic_algorithms: on the card, sums at equal indices are added in any "
                      "order, so that last bits may differ between runs", stacklevel=2)


def are_deterministic_algorithms_enabled():
    """Whether `use_deterministic_algorithms` has been asked for.

    >>> tg.are_deterministic_algorithms_enabled()
    False
    """
    return _state["deterministic"]


def set_float32_matmul_precision(precision):
    """Accepted ("highest", "high", "medium"), without an effect: products of float32 are always computed in
    float32.

    >>> tg.set_float32_matmul_precision("high"); tg.get_float32_matmul_precision()
    'high'
    """
    if precision not in ("highest", "high", "medium"):
        raise ValueError("set_float32_matmul_precision: expected 'highest', 'high' or 'medium', got "
                         f"{precision!r}")
    _state["precision"] = precision


def get_float32_matmul_precision():
    """What `set_float32_matmul_precision` was told last.

    >>> tg.get_float32_matmul_precision() in ("highest", "high", "medium")
    True
    """
    return _state["precision"]


def set_default_tensor_type(t, /):
    """PyTorch's old way to set the default dtype: ``tg.set_default_tensor_type(tg.DoubleTensor)``, or its
    name as text.

    >>> tg.set_default_tensor_type("torch.FloatTensor")
    >>> tg.tensor(0.5).dtype
    dtype('float32')
    """
    dtype = OLD_NAMES.get(t.removeprefix("torch.")) if isinstance(t, str) else OLD_TYPES.get(t)
    if dtype is None or dtype.kind != "f":
        raise TypeError("set_default_tensor_type: expected tg.FloatTensor, tg.DoubleTensor, … or its name, "
                        f"got {t!r}")
    backend.set_default_dtype(np.dtype(dtype))


def seed():
    """Start all random numbers from a seed drawn by the system, and return it.

    >>> tg.seed() == tg.initial_seed()
    True
    """
    return backend.default_generator.seed()
