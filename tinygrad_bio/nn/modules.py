"""PyTorch's paths to the layers: ``from tinygrad_bio.nn.modules.conv import Conv2d``.

Nothing is defined here. PyTorch keeps its layers in ``nn/modules/``, and older programs import from there. So
this module has all layers, and under PyTorch's names of files those of each family.

>>> from tinygrad_bio.nn.modules.batchnorm import BatchNorm2d
>>> import tinygrad_bio as tg
>>> BatchNorm2d is tg.nn.BatchNorm2d, tg.nn.modules.Module is tg.nn.Module
(True, True)
"""
import sys
import types

from . import (activation as _activation, attention as _attention, cell as _cell, container, conv as _conv,
               distance, dropout, embedding as _embedding, fold, lazy as _lazy, linear as _linear,
               loss as _loss, margin as _margin, module, norm as _norm, pad as _pad, pool as _pool,
               recurrent as _recurrent, squashing as _squashing, transformer, upsample as _upsample)

# PyTorch's file, and the files here whose layers it has.
FILES = {
    "activation": (_activation, _squashing, _attention), "batchnorm": (_norm, _lazy),
    "channelshuffle": (_upsample,), "container": (container,), "conv": (_conv, _lazy),
    "distance": (distance,), "dropout": (dropout,),
    "flatten": (_linear,), "fold": (fold,), "instancenorm": (_norm,), "linear": (_linear, _lazy),
    "loss": (_loss, _margin), "module": (module,), "normalization": (_norm,), "padding": (_pad,),
    "pixelshuffle": (_upsample,), "pooling": (_pool,), "rnn": (_recurrent, _cell), "sparse": (_embedding,),
    "transformer": (transformer,), "upsampling": (_upsample,), "utils": ()}


def _ntuple(n):
    """A function that makes n numbers of one, and leaves n numbers as they are: ``_pair(3)`` is (3, 3)."""
    return lambda x: tuple(x) if hasattr(x, "__iter__") else (x,) * n


# What programs take from there in spite of the underscore, for isinstance and for classes of their own.
PRIVATE = {"batchnorm": {"_BatchNorm": _norm._BatchNorm},
           "instancenorm": {"_InstanceNorm": _norm._InstanceNorm},
           "conv": {"_ConvNd": _conv._Conv}, "loss": {"_Loss": _loss._Loss, "_WeightedLoss": _loss._WeightedLoss},
           "utils": {"_ntuple": _ntuple, "_single": _ntuple(1), "_pair": _ntuple(2), "_triple": _ntuple(3)}}

__path__ = []                                           # so that Python takes it for a package

for _name, _families in FILES.items():
    _file = types.ModuleType(f"{__name__}.{_name}", f"The layers of PyTorch's nn/modules/{_name}.py.")
    vars(_file).update(PRIVATE.get(_name, {}))
    for _family in _families:
        for _layer in _family.__all__:
            setattr(_file, _layer, getattr(_family, _layer))
            globals()[_layer] = getattr(_family, _layer)
    globals()[_name] = sys.modules[_file.__name__] = _file
