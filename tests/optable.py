"""The table of operations: one row for each, and the tests take it from there.

A row says with which numbers to try the operation, in which shapes and settings, and what its value is by
NumPy or SciPy. `test_ops.py` then tests value, gradient, second derivative, dtypes, layouts, broadcasting and
devices; `test_completeness.py` fails if an operation has no row. What a row can say is in `optable_row.py`.

    Row(e.exp, np.exp)                                      an elementwise operation, numbers from −2 to 2
    Row(e.log, np.log, low=0.1)                             … from 0.1 to 2
    Row(r.sum, np.sum, [(2, 3)], axis=[None, 0, (0, 1)])    any other: its shapes, and settings to be combined
"""
import numpy as np
import scipy.special as sp

from optable_row import (
    Row, along, attention, columns, correlate, correlate_input, correlate_weight, deviation, einsum, extreme,
    gathered, in_tap, largest_of_each, p_norm, positive, product, put, put_along, put_back, regular, share,
    symmetric, variance, written)
from tinygrad_bio import autograd, conversions, ops, ops as e
from tinygrad_bio.nn import hooks
from tinygrad_bio.ops import activation as a, decompose as d, graph, index as i, linalg as m
from tinygrad_bio.ops import loss as l, normalise as n, pool, recurrent, reduce as r, shape as s
from tinygrad_bio.ops.attention import scaled_dot_product_attention, softmax_or_zero
from tinygrad_bio.ops.conv import conv, conv_input, conv_weight

inf = np.inf
FULL, ALSO_EMPTY, EITHER = [(2, 3), (1, 4)], [(2, 3), (1, 4), (0, 3)], [False, True]
FIRST_IS_A_TENSOR = {"numbers": "called with a tensor in front only: nobody takes the loss of a number"}
MASK = np.array([[True, False, True], [False, False, True]])
SEEN = np.array([[True, False, True, True], [True, True, False, False], [False, True, True, True]])
WINNERS = np.array([[[0, 1], [1, 1]]])
PLACES = np.array([[0, 2, -1], [1, 1, 0]])                          # along an axis of 3; 1 occurs twice
PICKED = [0, -1, (slice(None), 1), (..., None, 0), slice(None, None, -2), (slice(1, 2), slice(0, 0)),
          np.array([1, 0, 1, 1]), (np.array([[0], [1]]), np.array([2, 2, -1])), MASK, np.array([True, False]),
          (slice(None), np.array([0, 0])), (None, np.array([1, 1]), slice(None), None),
          (np.array([], "int64"),)]

TABLE = [
    # arithmetic
    Row(e.add, np.add),
    Row(e.sub, np.subtract),
    Row(e.neg, np.negative),
    Row(e.positive, np.positive),
    Row(e.mul, np.multiply),
    Row(e.div, np.divide, low=[-2, 0.3]),
    Row(e.div, np.divide, high=[2, -0.3]),
    Row(e.pow, np.power, low=[0.2, -2]),
    Row(e.reciprocal, np.reciprocal, low=0.3),
    Row(e.square, np.square),
    Row(e.remainder, np.remainder, low=[-2, 0.5]),
    Row(e.remainder, np.remainder, high=[2, -0.5]),
    Row(e.fmod, np.fmod, low=[-2, 0.5]),
    Row(e.fmod, np.fmod, high=[2, -0.5]),

    # exponentials and logarithms
    Row(e.exp, np.exp),
    Row(e.exp2, np.exp2),
    Row(e.expm1, np.expm1),
    Row(e.log, np.log, low=0.2),
    Row(e.log2, np.log2, low=0.2),
    Row(e.log10, np.log10, low=0.2),
    Row(e.log1p, np.log1p, low=-0.8),
    Row(e.logaddexp, np.logaddexp),
    Row(e.xlogy, sp.xlogy, low=[-2, 0.2]),
    Row(e.logit, sp.logit, low=0.1, high=0.9),
    Row(e.sqrt, np.sqrt, low=0.2),
    Row(e.rsqrt, lambda x: 1 / np.sqrt(x), low=0.2),

    # trigonometric, hyperbolic
    Row(e.sin, np.sin),
    Row(e.cos, np.cos),
    Row(e.tan, np.tan, low=-1.2, high=1.2),
    Row(e.arcsin, np.arcsin, low=-0.9, high=0.9),
    Row(e.arccos, np.arccos, low=-0.9, high=0.9),
    Row(e.arctan, np.arctan),
    Row(e.arctan2, np.arctan2, low=0.2),
    Row(e.arctan2, np.arctan2, low=[-2, -2], high=[-0.2, 2]),
    Row(e.sinh, np.sinh),
    Row(e.cosh, np.cosh),
    Row(e.tanh, np.tanh),
    Row(e.arcsinh, np.arcsinh),
    Row(e.arccosh, np.arccosh, low=1.2, high=3),
    Row(e.arctanh, np.arctanh, low=-0.9, high=0.9),
    Row(e.hypot, np.hypot, low=0.2),

    # special functions
    Row(e.sigmoid, sp.expit),
    Row(e.erf, sp.erf),
    Row(e.erfc, sp.erfc),
    Row(e.erfinv, sp.erfinv, low=-0.9, high=0.9),
    Row(e.gammaln, sp.gammaln, low=0.4, high=4),
    Row(e.digamma, sp.digamma, low=0.5, high=4),
    Row(e.polygamma, lambda x, n: sp.polygamma(n, x), low=0.6, high=4, n=[1, 2]),

    # pieces and choices
    Row(e.absolute, np.absolute),
    Row(e.sign, np.sign),
    Row(e.floor, np.floor),
    Row(e.ceil, np.ceil),
    Row(e.trunc, np.trunc),
    Row(e.round, np.round, decimals=[0, 1]),
    Row(e.relu, lambda x: np.maximum(x, 0)),
    Row(e.maximum, np.maximum),
    Row(e.minimum, np.minimum),
    Row(e.clip, np.clip, min=[None, -0.7], max=[None, 1.1]),
    Row(e.clip_between, lambda x, low, high: np.minimum(np.maximum(x, low), high),
        leave_out=FIRST_IS_A_TENSOR),
    Row(e.select, lambda a, b, condition: np.where(condition, a, b),
        [((2, 3), (2, 3)), ((3,), (2, 1)), ((), (2, 3)), ((0, 3), (3,))],
        condition=[np.array([True, False, True])]),
    Row(e.lerp, lambda a, b, w: a + w * (b - a)),
    Row(e.nan_to_num, np.nan_to_num, nan=[0.0, 7.0]),
    Row(e.clip_above, np.maximum),
    Row(e.clip_below, np.minimum),
    Row(e.div_floor, np.floor_divide, low=[-2, 0.3]),
    Row(e.div_trunc, lambda a, b: np.trunc(a / b), high=[2, -0.3]),

    # activations
    Row(a.leaky_relu, lambda x, negative_slope: np.where(x > 0, x, negative_slope * x),
        negative_slope=[0.01, 0.5]),
    Row(a.prelu, lambda x, w: np.where(x > 0, x, w * x), leave_out=FIRST_IS_A_TENSOR),
    Row(a.elu,
        lambda x, alpha, scale, input_scale: scale * np.where(x > 0, x, alpha * np.expm1(input_scale * x)),
        alpha=[0.7, 2.0], scale=[1.0, 1.5], input_scale=[1.0, 0.5]),
    Row(a.gelu, lambda x: x * sp.ndtr(x)),
    Row(a.gelu_tanh, lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))),
    Row(a.silu, lambda x: x * sp.expit(x)),
    Row(a.mish, lambda x: x * np.tanh(np.log(1 + np.exp(x)))),
    Row(a.softplus,
        lambda x, beta, threshold: np.where(beta * x > threshold, x, np.log1p(np.exp(beta * x)) / beta),
        beta=[1.0, 2.0], threshold=[20.0, 1.0]),
    Row(a.logsigmoid, lambda x: np.log(sp.expit(x))),
    Row(a.hardtanh, lambda x, min_val, max_val: np.clip(x, min_val, max_val), min_val=[-1.0], max_val=[1.5]),
    Row(a.hardsigmoid, lambda x: np.clip(x / 6 + 0.5, 0, 1), low=-4, high=4),
    Row(a.hardswish, lambda x: x * np.clip(x / 6 + 0.5, 0, 1), low=-4, high=4),
    Row(a.softsign, lambda x: x / (1 + np.abs(x))),
    Row(a.tanhshrink, lambda x: x - np.tanh(x)),
    Row(a.softshrink, lambda x, lambd: np.sign(x) * np.maximum(np.abs(x) - lambd, 0), lambd=[0.5]),
    Row(a.hardshrink, lambda x, lambd: np.where(np.abs(x) > lambd, x, 0), lambd=[0.5]),
    Row(a.threshold, lambda x, threshold, value: np.where(x > threshold, x, value),
        threshold=[0.3], value=[-1.0]),
    Row(a.dropout, lambda x, mask: x * mask, [(2, 3), (1, 3)],
        mask=[np.array([[2, 0, 2], [0, 2, 2]], "float32")]),
    Row(a.scale_gradient, lambda x, factor: x, [(2, 3)], factor=[-0.5],
        gradient=lambda g, x, factor: g * factor),

    # losses
    Row(l.squared_error, lambda a, b: (a - b) ** 2),
    Row(l.mean_squared_error, lambda a, b: ((a - b) ** 2).mean(),
        [((2, 3), (2, 3)), ((1,), (1,)), ((2, 3), (3,))]),
    Row(l.huber, lambda d, delta: np.where(abs(d) < delta, d * d / 2, delta * (abs(d) - delta / 2)),
        delta=[1.0, 0.4]),
    Row(l.bce, lambda p, t: -t * np.log(p) - (1 - t) * np.log(1 - p), low=[0.1, 0], high=[0.9, 1],
        leave_out=FIRST_IS_A_TENSOR),
    Row(l.bce_with_logits, lambda x, t: -t * np.log(sp.expit(x)) - (1 - t) * np.log(sp.expit(-x)),
        low=[-2, 0], high=[2, 1], leave_out=FIRST_IS_A_TENSOR),
    Row(l.softmax_cross_entropy, lambda x, target: -np.log(share(x, 1))[np.arange(2), target],
        [(2, 3), (2, 4)], target=[np.array([2, 0]), np.array([1, 1])]),
    Row(l.floor_at, lambda x, min: np.maximum(x, min), low=0.3, min=[0.1]),
    Row(l.floor_at, lambda x, min: np.maximum(x, min), [(2, 3)], min=[0.1], gradient=lambda g, x, min: g),

    # sums, means, extremes, norms
    Row(r.sum, np.sum, ALSO_EMPTY, any_shape=(1, 0), axis=[None, 0, -1], keepdims=EITHER),
    Row(r.sum, np.sum, [(2, 3, 4)], axis=[(0, 2), (1, -1)], keepdims=EITHER),
    Row(r.sum, np.sum, [()], axis=[None]),
    Row(r.mean, np.mean, FULL, any_shape=(1, 1), axis=[None, 0, -1], keepdims=EITHER),
    Row(r.mean, np.mean, [(2, 3, 4), (2, 0, 4)], axis=[(0, 2)]),
    Row(r.var, variance, [(2, 3), (3, 2, 2)], axis=[None, 0, (0, 1)], correction=[0, 1]),
    Row(r.var, variance, [(2, 3)], any_shape=(1, 2), keepdims=[True]),
    Row(r.std, deviation, [(2, 3), (3, 2, 2)], axis=[None, 0, (0, 1)], correction=[0, 1]),
    Row(r.std, deviation, [(2, 3)], any_shape=(1, 2), keepdims=[True]),
    Row(r.prod, np.prod, ALSO_EMPTY, any_shape=(1, 0), axis=[0, -1], keepdims=EITHER),
    Row(r.amax, np.amax, FULL, any_shape=(1, 1), axis=[None, 0, -1], keepdims=EITHER),
    Row(r.amax, np.amax, [(2, 3, 2)], axis=[(0, 2)]),
    Row(r.amin, np.amin, FULL, any_shape=(1, 1), axis=[None, 0, -1], keepdims=EITHER),
    Row(r.norm, p_norm, FULL, any_shape=(1, 1), ord=[2, 1, 3, 0.5, inf, -inf],
        axis=[None, -1], keepdims=[False]),
    Row(r.norm, p_norm, [(2, 3)], ord=[0, 2], axis=[0, (0, 1)], keepdims=[True]),
    Row(r.logsumexp, sp.logsumexp, FULL, any_shape=(1, 1), axis=[None, 0, -1], keepdims=EITHER),
    Row(ops.softmax, share, ALSO_EMPTY, any_shape=(1, 0), axis=[0, -1]),
    Row(ops.log_softmax, lambda x, axis: np.log(share(x, axis)), ALSO_EMPTY, any_shape=(1, 0), axis=[0, -1]),

    # running
    Row(r.cumsum, np.cumsum, ALSO_EMPTY, any_shape=(1, 0), axis=[0, -1]),
    Row(r.cumprod, np.cumprod, ALSO_EMPTY, any_shape=(1, 0), axis=[0, -1]),
    Row(r.logcumsumexp, lambda x, axis: np.log(np.cumsum(np.exp(x), axis)), FULL, any_shape=(1, 1),
        axis=[0, -1]),

    # products
    Row(m.matmul, np.matmul,
        [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 2)), ((3,), (2, 3, 2)), ((2, 2, 3), (3,)),
         ((2, 2, 3), (3, 2)), ((2, 3), (4, 3, 2)), ((2, 1, 2, 3), (3, 3, 2)), ((0, 3), (3, 2)),
         ((2, 0), (0, 3)), ((0, 2, 3), (3, 2))]),
    Row(m.linear, lambda x, w: x @ w.T,
        [((2, 3), (4, 3)), ((3,), (4, 3)), ((2, 2, 3), (1, 3)), ((0, 3), (2, 3))]),
    Row(m.linear, lambda x, w, b: x @ w.T + b,
        [((2, 3), (4, 3), (4,)), ((3,), (4, 3), (4,)), ((2, 2, 3), (1, 3), (1,))]),
    Row(m.einsum, einsum, [((2, 3), (3, 2))], subscripts=["ij,jk->ik", "ij,ji->", "ij,kl->il"]),
    Row(m.einsum, einsum, [((2, 3),)], subscripts=["ij->ji", "ij->j", "ij->"]),
    Row(m.einsum, einsum, [((2, 3), (3,), (2, 2, 3))], subscripts=["bi,i,bji->bj"]),
    Row(m.cross, np.cross, [((3,), (3,)), ((2, 3), (2, 3)), ((2, 3), (3,))]),
    Row(m.cross, np.cross, [((3, 2), (3, 2))], axis=[0]),

    # shapes
    Row(s.reshape, lambda x, shape: x.reshape(shape), [(2, 3), (6,)], shape=[(3, 2), (6,), (1, 6, 1)]),
    Row(s.transpose, np.transpose, [(2, 3, 4), (0, 2, 1)], axes=[(2, 0, 1), (0, 1, 2)]),
    Row(s.swapaxes, np.swapaxes, [(2, 3, 4), (0, 2, 1)], any_shape=(1, 0), axis1=[0], axis2=[-1]),
    Row(s.broadcast_to, np.broadcast_to, [(3,), (1, 3), (2, 1)], shape=[(2, 3), (4, 2, 3)]),
    Row(s.flip, np.flip, [(2, 3), (0, 3)], any_shape=(1, 0), axis=[None, 0, -1]),
    Row(s.flip, np.flip, [(2, 3, 2)], axis=[(0, 2)]),
    Row(s.roll, np.roll, [(2, 3), (0, 3)], shift=[1, -2], axis=[0, 1]),
    Row(s.roll, np.roll, [(2, 3)], shift=[(1, 2)], axis=[(0, 1)]),
    Row(s.concatenate, lambda *xs, axis: np.concatenate(xs, axis), [((2, 3), (2, 3)), ((0, 3), (0, 3))],
        axis=[0, -1]),
    Row(s.concatenate, lambda *xs, axis: np.concatenate(xs, axis), [((2, 3), (2, 1), (2, 0))], axis=[1]),
    Row(s.stack, lambda *xs, axis: np.stack(xs, axis), [((2, 3), (2, 3)), ((0, 3), (0, 3)), ((2,),)],
        axis=[0, 1, -1]),
    Row(s.split, lambda x, sizes, axis: np.split(x, np.cumsum(sizes)[:-1], axis), [(2, 5)],
        sizes=[(2, 0, 3), (5,)], axis=[-1]),
    Row(s.pad, lambda x, width, value: np.pad(x, width, constant_values=value), [(2, 3), (0, 3)],
        width=[((1, 0), (0, 2))], value=[0.0, 5.0]),
    Row(s.tile, lambda x, repeats: np.tile(x, repeats), [(2, 3), (1, 1), (3,)], repeats=[(2, 1), (3, 1, 2)]),
    Row(s.tril, np.tril, [(3, 3), (2, 4, 3), (0, 3)], k=[-1, 0, 1]),
    Row(s.triu, np.triu, [(3, 3), (2, 4, 3), (0, 3)], k=[-1, 0, 1]),
    Row(s.diagonal, np.diagonal, [(3, 3), (2, 4, 3), (0, 3)], offset=[-1, 0, 1]),
    Row(s.diagonal, np.diagonal, [(2, 4, 3)], offset=[1], axis1=[-1], axis2=[0]),
    Row(s.diagonal_scatter, lambda x, shape, offset: np.diag(x, offset), [(2,)], shape=[(3, 3)],
        offset=[-1, 1]),
    Row(s.diagonal_scatter, lambda x, shape, axis1, axis2: np.stack([np.diag(row) for row in x], 1), [(2, 3)],
        shape=[(3, 2, 3)], axis1=[0], axis2=[2]),

    # places
    Row(i.getitem, lambda x, index: x[index], [(2, 3)], index=PICKED),
    Row(i.putitem, put, [(3,), (2, 3), (1, 1)], index=[..., (slice(None), slice(0, 3))], shape=[(2, 3)]),
    Row(i.putitem, put, [(3, 2)], index=[np.array([1, 0, 1]), (np.array([1, 0, 1]),), np.array([-1, -2, -1])],
        shape=[(2, 2)]),
    Row(i.putitem, put, [(2, 3)], index=[(np.array([[0], [1]]), np.array([2, 2, -1]))], shape=[(2, 3)]),
    Row(i.putitem, put, [(3,)], index=[MASK], shape=[(2, 3)]),
    Row(i.setitem, written, [((2, 3), (3,)), ((2, 3), ()), ((2, 3), (1, 3))],
        index=[0, slice(0, 1), np.array([True, False])]),
    Row(i.setitem, written, [((2, 3), (2,))], index=[(np.array([1, 0]), np.array([2, 2]))]),
    Row(i.fillitem, lambda x, index, value: written(x, value, index), [(2, 3)], index=PICKED, value=[0, 7.0]),
    Row(i.take_along_axis, lambda x, index, axis: np.take_along_axis(x, index, axis), [(2, 3)],
        index=[PLACES, PLACES[:, :1]], axis=[1]),
    Row(i.take_along_axis, gathered, [(3, 3)], index=[PLACES], axis=[0]),
    Row(i.put_along_axis, put_along, [(2, 3)], index=[PLACES], axis=[1], shape=[(2, 3)]),
    Row(i.put_along_axis, put_along, [(2, 3)], index=[PLACES], axis=[0], shape=[(3, 3)]),
    Row(i.gather, gathered, [(2, 3), (3, 3)], index=[PLACES, PLACES[:1, :2]], axis=[1]),
    Row(i.gather, gathered, [(3, 3), (3, 4)], index=[PLACES], axis=[0]),
    Row(i.scatter_add, lambda x, src, index, axis: x + put_along(src[:2, :3], index, axis, x.shape),
        [((2, 3), (2, 3)), ((3, 3), (3, 4))], index=[PLACES], axis=[1]),
    Row(i.scatter, lambda x, src, index, axis: written(x, src[:2, :3], along(index, axis)),
        [((2, 3), (2, 3)), ((3, 3), (3, 4))], index=[np.array([[0, 2, 1], [1, 2, 0]])], axis=[1]),
    Row(i.embedding, lambda w, index: w[index], [(4, 2), (3, 1)],
        index=[PLACES % 3, np.array(1), np.array([], "int64")]),
    Row(i.embedding, lambda w, index, padding_idx: w[index], [(4, 2)],
        index=[PLACES % 3], padding_idx=[1, -2],
        gradient=lambda g, w, index, padding_idx: written(put(g, index, w.shape), 0, padding_idx)),

    Row(i.scatter_extreme, extreme, [((3, 2), (3, 2))], index=[np.array([[0, 1], [2, 1], [0, 1]])], axis=[0],
        largest=[True, False]),

    # factorisations
    Row(d.inv, np.linalg.inv, [(2, 2), (2, 3, 3)], before=regular),
    Row(d.solve, np.linalg.solve, [((3, 3), (3, 2)), ((2, 2, 2), (2, 2, 1)), ((2, 2), (3, 2, 1))],
        before=regular),
    Row(d.det, np.linalg.det, [(2, 2), (2, 3, 3)]),
    Row(d.slogdet, np.linalg.slogdet, [(2, 2), (2, 3, 3)], before=regular),
    Row(d.cholesky, np.linalg.cholesky, [(2, 2), (2, 3, 3)], before=positive),
    Row(d.qr, np.linalg.qr, [(2, 2), (2, 3, 3)], before=regular),
    Row(d.qr, np.linalg.qr, [(3, 2)],
        leave_out={"any_layout": "a matrix of equal rows has no derivative of q"}),
    Row(d.eigh, np.linalg.eigh, [(2, 2), (2, 3, 3)], before=symmetric),
    Row(d.svd, lambda x: np.linalg.svd(x, full_matrices=False), [(2, 3), (3, 2), (2, 2, 2)]),
    Row(d.pinv, np.linalg.pinv, [(2, 3), (3, 2), (2, 2, 2)]),
    Row(d.pinv, np.linalg.pinv, [(3, 3), (2, 2, 2)], before=symmetric, rtol=[1e-3], hermitian=[True]),

    # graphs
    Row(graph.sparse_matmul, product, [((4,), (3, 2)), ((4,), (3,))],
        pattern=[graph.Pattern(np.array([0, 1, 0, 3]), np.array([1, 2, 1, 0]), (4, 3))]),
    Row(graph.segment_max, largest_of_each, [(5, 2), (5,)], index=[np.array([0, 2, 0, 2, 2])], size=[4]),

    # convolutions and normalisations: (N, C, *L), kernels (O, C/G, *K), gradients of values (N, O, *M)
    Row(conv, correlate, [((2, 2, 5), (3, 2, 2)), ((2, 2, 5), (3, 2, 2), (3,))], groups=[1],
        stride=[(1,), (2,)], padding=[((0, 0),), ((1, 2),)], dilation=[(1,), (2,)]),
    Row(conv, correlate, [((1, 4, 4), (2, 2, 2))], groups=[2], stride=[(1,)], padding=[((1, 0),)],
        dilation=[(1,)]),
    Row(conv, correlate, [((1, 2, 3, 4), (2, 2, 2, 2), (2,))], groups=[1], stride=[(1, 2)],
        padding=[((1, 1), (0, 1))], dilation=[(1, 1)]),
    Row(conv_input, correlate_input, [((2, 3, 3), (3, 2, 2)), ((2, 3, 3), (3, 1, 2))], groups=[1],
        stride=[(1,), (2,)], padding=[((0, 0),), ((1, 0),)], dilation=[(1,), (2,)]),
    Row(conv_weight, correlate_weight, [((2, 2, 3), (2, 2, 6))], groups=[1, 2], stride=[(1,), (2,)],
        padding=[((0, 0),), ((1, 0),)], dilation=[(1,)]),
    Row(n.batch_norm, n.batch_norm_plainly, [((4, 2),), ((4, 2), (2,), (2,)), ((2, 2, 3), (2,), (2,))],
        eps=[1e-3, 0.5]),
    Row(n.layer_norm, n.layer_norm_plainly, [((2, 3),), ((2, 3), (3,), (3,)), ((2, 2, 3), (3,), (3,))],
        ndim=[1], eps=[1e-3, 0.5]),
    Row(n.layer_norm, n.layer_norm_plainly, [((2, 2, 3), (2, 3), (2, 3))], ndim=[2], eps=[1e-3]),
    Row(n.rms_norm, lambda x, w=1, *, ndim, eps: x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * w,
        [((2, 3),), ((2, 2, 3), (3,))], ndim=[1], eps=[1e-3, 0.5]),

    # pooling and attention
    Row(pool.max_pool, lambda x, **how: columns(x, fill=-inf, **how).max(2), [(2, 2, 5)], kernel=[(2,), (3,)],
        stride=[(1,), (2,)], padding=[((0, 0),), ((1, 1),)], dilation=[(1,)]),
    Row(pool.max_pool, lambda x, **how: columns(x, fill=-inf, **how).max(2), [(1, 2, 4, 5)], kernel=[(2, 2)],
        stride=[(2, 1)], padding=[((1, 0), (0, 1))], dilation=[(1, 2)]),
    Row(pool.pick_winners, lambda x, winner, **how: columns(x, **how)[:, [[0], [1]], winner[0], [[0, 1]]],
        [(1, 2, 5)], winner=[WINNERS], kernel=[(2,)], stride=[(2,)], padding=[((0, 0),)],
        dilation=[(1,), (2,)]),
    Row(pool.put_winners, lambda g, winner, **how: put_back(in_tap(g, winner, how["kernel"]), **how),
        [(1, 2, 2)], winner=[WINNERS], lengths=[(5,)], kernel=[(2,)], stride=[(2,)], padding=[((0, 0),)],
        dilation=[(1,), (2,)]),
    Row(pool.window_sum, lambda x, scale, **how: scale * columns(x, dilation=(1, 1), **how).sum(2),
        [(1, 2, 3, 4)], kernel=[(2, 2)], stride=[(1, 1), (1, 2)], padding=[((0, 0), (1, 0))],
        scale=[1, 0.25]),
    Row(pool.window_spread,
        lambda g, scale, **how: scale * put_back(g[:, :, [[0, 1, 2]] * 2], dilation=(1,), **how), [(2, 1, 3)],
        lengths=[(6,)], kernel=[(2,)], stride=[(2,)], padding=[((0, 0),)], scale=[1, 0.5]),
    Row(pool.unfold, lambda x, **how: columns(x, **how).reshape(2, 4, -1), [(2, 2, 5)], kernel=[(2,)],
        stride=[(1,), (2,)], padding=[((0, 0),), ((1, 0),)], dilation=[(1,), (2,)]),
    Row(pool.fold, lambda x, **how: put_back(x.reshape(2, 2, 2, 4), **how), [(2, 4, 4)], lengths=[(5,)],
        kernel=[(2,)], stride=[(1,)], padding=[((0, 0),)], dilation=[(1,)]),
    Row(softmax_or_zero, share, ALSO_EMPTY, any_shape=(1, 0), axis=[0, -1]),
    Row(scaled_dot_product_attention, attention,
        [((2, 3, 2), (2, 4, 2), (2, 4, 3)), ((2, 1, 3, 2), (2, 1, 4, 2), (2, 1, 4, 1), (2, 1, 3, 4))],
        scale=[0.5], mask=[None, SEEN, np.where(SEEN, 0, -2).astype("float32")],
        dropout=[None, 2 * SEEN.astype("float32")]),

    # recurrent: (M, I), states (N, H), weights (gates·H, I) and (gates·H, H), biases (gates·H);
    # M = 6 residues of N = 3 sequences
    Row(recurrent.rnn, recurrent.rnn_plainly,
        [((6, 2), (3, 3), (3, 2), (3, 3)), ((6, 2), (3, 3), (3, 2), (3, 3), (3,), (3,))],
        batch_sizes=[(3, 2, 1)], reverse=EITHER, relu=EITHER),
    Row(recurrent.lstm, recurrent.lstm_plainly,
        [((6, 2), (3, 1), (3, 1), (4, 2), (4, 1)), ((6, 2), (3, 1), (3, 1), (4, 2), (4, 1), (4,), (4,))],
        batch_sizes=[(3, 2, 1)], reverse=EITHER),
    Row(recurrent.gru, recurrent.gru_plainly,
        [((6, 2), (3, 2), (6, 2), (6, 2)), ((6, 2), (3, 2), (6, 2), (6, 2), (6,), (6,))],
        batch_sizes=[(3, 2, 1)], reverse=EITHER),
    Row(recurrent.pack_rows, lambda x, rows: x[rows], [(4, 2), (4,)], rows=[np.array([2, 0, 3])]),
    Row(recurrent.unpack_rows, lambda x, rows, size: put(x, rows, (size,) + x.shape[1:]), [(3, 2), (3,)],
        rows=[np.array([2, 0, 3])], size=[4]),

    # what only moves numbers about
    Row(autograd.cast, lambda x, dtype: x.astype(dtype), [(2, 3), (0,)], dtype=[np.dtype("float64")],
        leave_out={"keeps_float32": "its purpose is another dtype"}),
    Row(autograd.alias, lambda x: x, [(2, 3), ()]),
    Row(conversions._clone, lambda x: x.copy(), [(2, 3), ()]),
    Row(hooks.watched, lambda *xs, watch: xs, [((2, 3), (3,))], watch=[lambda gs: gs]),
    Row(conversions._moved, lambda x, device: x.copy(), [(2, 3)], device=["cpu"]),
]

# Operations without a row, each with the reason.
WITHOUT_ROW = {
    autograd.output: "picks one output of an operation that has several: tested with those, such as `split`",
}
