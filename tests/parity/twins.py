"""Twins: the same layer in both libraries, with the same weights, and everything about the two compared.

    ours, theirs = twins("LSTM(3, 4, bidirectional=True)")
    step_alike(ours, theirs, array(5, 2, 3))

compares outputs, the gradients of inputs and parameters for random gradients of the outputs, and the state
afterwards.
"""
import warnings

import numpy as np
import torch

import tinygrad_bio as tg
from .both import assert_same, differentiable, random_like, told


def twins(text, seed=0):
    """(ours, PyTorch's) of ``nn.…``, in float64, with equal random parameters and buffers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)            # PyTorch on its own fast paths
        theirs = eval(text, {"nn": torch.nn, "lib": torch, **vars(torch.nn)}).double()
    ours = eval(text, {"nn": tg.nn, "lib": tg, **vars(tg.nn)}).double()
    rng = np.random.default_rng(seed)
    for p in theirs.parameters():                               # also those that start as 0 and 1
        p.data = torch.tensor(rng.normal(size=p.shape) * 0.5 + (0.3 if p.ndim == 1 else 0))
    assert [(k, tuple(v.shape)) for k, v in ours.state_dict().items()] == \
        [(k, tuple(v.shape)) for k, v in theirs.state_dict().items()], "the names in the state_dict"
    assert repr(ours) == repr(theirs).replace("NonDynamicallyQuantizableLinear", "Linear")
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    return ours, theirs


def called(layer, *inputs, **settings):
    return layer(*inputs, **settings)


def step_alike(ours, theirs, *inputs, call=called, seed=1, **settings):
    """One step of both: outputs, gradients of inputs and parameters, state. Returns both outputs."""
    results = []
    for library, layer in ((tg, ours), (torch, theirs)):
        leaves = []
        given = told(library, inputs, leaves)
        outputs = call(layer, *given, **{k: told(library, v, leaves) for k, v in settings.items()})
        for p in layer.parameters():
            p.grad = None
        ends = differentiable(outputs)
        library.autograd.backward(ends, random_like(library, ends, seed))
        results.append((outputs, [t.grad for t in leaves], {k: p.grad for k, p in layer.named_parameters()},
                        layer.state_dict()))
    (y, g, w, s), (y_, g_, w_, s_) = results
    assert_same(y, y_, "output")
    assert w.keys() == w_.keys()
    named = [(f"gradient of input {i}", *pair) for i, pair in enumerate(zip(g, g_))]
    for what, a, b in named + [(f"gradient of {name}", w[name], w_[name]) for name in w_]:
        assert (a is None) == (b is None), f"{what}: {a}, in PyTorch {b}"
        if b is not None:
            assert_same(a, b, what)
    for name in s_:
        assert_same(s[name], s_[name].detach(), f"{name} after the step")
    return y, y_


def fail_alike(ours, theirs, error):
    """Both calls raise, ours an error that a program which expects PyTorch's catches as well."""
    try:
        theirs()
    except Exception as raised:
        expected = raised
    else:
        raise AssertionError("PyTorch does not raise")
    try:
        ours()
    except Exception as raised:
        assert isinstance(raised, type(expected)), f"{raised!r} instead of {expected!r}"
        assert error in str(raised), f"the message does not say {error!r}: {raised}"
    else:
        raise AssertionError(f"no error, where PyTorch raises {expected!r}")
