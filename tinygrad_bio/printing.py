"""How a tensor prints: the numbers, then dtype, device and grad_fn where they are not the usual ones."""
import numpy as np

from . import backend

_options = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80}


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None):
    """Digits behind the point, from how many numbers on to shorten, how many at each end, how wide.

    >>> tg.set_printoptions(precision=2)
    >>> tg.tensor([0.12345])
    tensor([0.12])
    >>> tg.set_printoptions(precision=4)
    """
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    _options.update({name: value for name, value in given.items() if value is not None})


def printed(t):
    """``tensor([1., 2.], grad_fn=<mul>)``"""
    array = backend.asnumpy(t.array)
    whole = array.dtype.kind == "f" and bool(np.all((array == np.trunc(array)) | ~np.isfinite(array)))
    name = "Parameter" if type(t).__name__ == "Parameter" else "tensor"
    options = {("max_line_width" if k == "linewidth" else k): v for k, v in _options.items()}
    text = np.array2string(array, separator=", ", prefix=name + "(", floatmode="maxprec" if whole else "fixed", **options)
    notes = ""
    if array.dtype not in (backend.get_default_dtype(), backend.int64, backend.bool_):
        notes += f", dtype={array.dtype.name}"
    if t.is_cuda:
        notes += f", device='{t.device}'"
    if t.grad_fn is not None:
        notes += f", grad_fn=<{t.grad_fn.name}>"
    elif t.requires_grad:
        notes += ", requires_grad=True"
    return f"{name}({text}{notes})"
