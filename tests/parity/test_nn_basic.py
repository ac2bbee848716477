"""First layers, activations, losses, starting values and clipping against PyTorch."""
import functools
import inspect

import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from . import both
from .both import array, assert_same, compare, ints, numpy_of

F = "nn.functional"
KINKS = np.array([-25., -6., -3., -2., -1., -0.5, 0., 0.5, 1., 2., 3., 6., 19.9, 20.1, 30.])


def find(library, path):
    return functools.reduce(getattr, path.split("."), library)


# ------------------------------------------------------------------------------------------- activations

ACTIVATIONS = [
    ("relu", {}), ("relu6", {}), ("leaky_relu", {}), ("leaky_relu", {"negative_slope": 0.1}), ("rrelu", {"lower": 0.1}),
    ("elu", {}), ("elu", {"alpha": 2.0}), ("selu", {}), ("celu", {}), ("celu", {"alpha": 0.5}),
    ("gelu", {}), ("gelu", {"approximate": "tanh"}), ("silu", {}), ("mish", {}), ("softplus", {}),
    ("softplus", {"beta": 2.0, "threshold": 5.0}), ("sigmoid", {}), ("logsigmoid", {}), ("tanh", {}), ("hardtanh", {}),
    ("hardtanh", {"min_val": -2.0, "max_val": 0.5}), ("hardsigmoid", {}), ("hardswish", {}), ("softsign", {}),
    ("tanhshrink", {}), ("softshrink", {}), ("softshrink", {"lambd": 2.0}), ("hardshrink", {}), ("hardshrink", {"lambd": 0}),
    ("threshold", {"threshold": 0.5, "value": 7.0})]
ONCE = {"hardsigmoid"}              # PyTorch has no second derivative of it, and a gradient with 1/6 in float32


pytestmark = pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")             # PyTorch's advice about kl_div


@pytest.fixture(autouse=True)
def tolerance(request, monkeypatch):
    if "ardsigmoid" in request.node.name:
        monkeypatch.setattr(both, "RTOL", 1e-7)
        monkeypatch.setattr(both.assert_same, "__defaults__", (1e-7,))


@pytest.mark.parametrize("name, settings", ACTIVATIONS, ids=str)
def test_activation(name, settings):
    """At random places and at every kink: values, gradients, second derivatives."""
    def call(library, x):
        return find(library, f"{F}.{name}")(x, **settings)
    compare(call, array(4, 5), order=1 if name in ONCE else 2)
    compare(call, KINKS, order=1)
    compare(call, KINKS[KINKS != 0] if "elu" in name else KINKS, order=1 if name in ONCE else 2)     # at 0 their second derivative jumps


@pytest.mark.parametrize("name", ["softmax", "softmin", "log_softmax", "glu"])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_activation_along_a_dimension(name, dim):
    compare(lambda library, x: find(library, f"{F}.{name}")(x, dim=dim), array(4, 6, 2))


@pytest.mark.parametrize("shape, n", [((4, 3), 3), ((4, 3), 1), ((4, 3, 5), 3), ((6,), 1), ((), 1), ((2, 3, 2, 2), 3)], ids=str)
def test_prelu(shape, n):
    compare(lambda library, x, w: library.nn.functional.prelu(x, w), array(*shape), array(n))


MODULES = ["ReLU()", "ReLU6()", "LeakyReLU(0.2)", "PReLU()", "PReLU(5, 0.1)", "RReLU().eval()", "ELU(0.5)", "SELU()", "CELU(0.5)",
           "GELU()", "GELU('tanh')", "SiLU()", "Mish()", "Softplus(2, 3)", "Sigmoid()", "LogSigmoid()", "Tanh()", "Hardtanh(-2, 1)",
           "Hardsigmoid()", "Hardswish()", "Softsign()", "Tanhshrink()", "Softshrink(0.3)", "Hardshrink(0.3)", "Threshold(0.1, 9)",
           "GLU(0)", "Softmin(1)", "Softmax(1)", "LogSoftmax(0)", "Dropout().eval()", "Dropout(0)", "Identity(3, a=4)", "Flatten()",
           "Flatten(0, 1)", "Unflatten(1, (5, 1))", "Sequential()", "Threshold(1, 2, True).eval()"]


@pytest.mark.parametrize("text", MODULES)
def test_module(text):
    """Values, derivatives, names in the state_dict, and how it prints."""
    def call(library, x):
        module = eval("nn." + text, {"nn": library.nn}).to(library.float64)
        return module(x * 1)
    assert repr(eval("tg.nn." + text)) == repr(eval("torch.nn." + text))
    assert list(eval("tg.nn." + text).state_dict()) == list(eval("torch.nn." + text).state_dict())
    compare(call, array(4, 5), order=1 if "Hardsig" in text else 2)


def test_softmax2d():
    compare(lambda library, x: library.nn.Softmax2d()(x), array(2, 3, 2, 2))


@pytest.mark.parametrize("name", ["ReLU", "ReLU6", "LeakyReLU", "ELU", "SELU", "CELU", "SiLU", "Mish", "Hardtanh", "Hardswish", "Hardsigmoid"])
def test_in_place(name):
    """The input itself changes, with or without a history, and gradients are those of the function."""
    for grad in (False, True):
        x, x_ = tg.tensor(KINKS, requires_grad=grad), torch.tensor(KINKS, requires_grad=grad)
        before, before_ = (x * 1, x_ * 1)
        after, after_ = (getattr(lib.nn, name)(inplace=True)(b) for lib, b in ((tg, before), (torch, before_)))
        assert after is before and after_ is before_
        assert_same(before, before_, name)
        if grad:
            before.sum().backward()
            before_.sum().backward()
            assert_same(x.grad, x_.grad, f"{name}: gradient")


# ------------------------------------------------------------------------------------- layers with weights

def same_weights(text, *arrays, order=2):
    """Compare a layer that has PyTorch's weights: values, derivatives for inputs and weights, state_dict, repr."""
    theirs = eval("torch.nn." + text).double()
    state = {name: t.numpy().copy() for name, t in theirs.state_dict().items()}
    ours = eval("tg.nn." + text)
    assert repr(ours) == repr(theirs)
    assert [(k, tuple(v.shape)) for k, v in ours.state_dict().items()] == [(k, v.shape) for k, v in state.items()]

    def call(library, *inputs_and_weights):
        inputs, weights = inputs_and_weights[:len(arrays)], inputs_and_weights[len(arrays):]
        layer = eval("nn." + text, {"nn": library.nn})
        if library is torch:
            return torch.func.functional_call(layer.double(), dict(zip(state, weights)), inputs)
        for name, w in zip(state, weights):
            delattr(layer, name)
            object.__setattr__(layer, name, w)                  # the leaf itself, so that both have the same leaves
        return layer(*inputs)
    compare(call, *arrays, *state.values(), order=order)


@pytest.mark.parametrize("text", ["Linear(5, 3)", "Linear(5, 3, bias=False)", "Linear(5, 1)"])
@pytest.mark.parametrize("shape", [(5,), (4, 5), (2, 3, 5), (0, 5), (2, 0, 5)], ids=str)
def test_linear(text, shape):
    same_weights(text, array(*shape))


@pytest.mark.parametrize("text", ["Bilinear(3, 4, 2)", "Bilinear(3, 4, 2, bias=False)"])
@pytest.mark.parametrize("shape", [(), (5,), (2, 5)], ids=str)
def test_bilinear(text, shape):
    same_weights(text, array(*shape, 3), array(*shape, 4))


@pytest.mark.parametrize("text", ["Embedding(6, 3)", "Embedding(6, 3, padding_idx=2)", "Embedding(6, 3, padding_idx=-1)"])
@pytest.mark.parametrize("shape", [(), (7,), (2, 4), (0,)], ids=str)
def test_embedding(text, shape):
    same_weights(text, ints(*shape, high=6))


@pytest.mark.parametrize("settings", [{"scale_grad_by_freq": True}, {"scale_grad_by_freq": True, "padding_idx": 1}, {"padding_idx": -2}], ids=str)
def test_embedding_function(settings):
    compare(lambda library, w: library.nn.functional.embedding(library.tensor([[1, 2, 2], [5, 2, 0]]), w, **settings), array(6, 3),
            order=1)


def test_embedding_max_norm():
    """Rows that are used become short, in the table itself; others stay."""
    table, index = array(6, 3) * 3, np.array([1, 4, 4])
    w, w_ = tg.tensor(table.copy()), torch.tensor(table.copy())
    ours = tg.nn.functional.embedding(tg.tensor(index), w, max_norm=1.0)
    theirs = torch.nn.functional.embedding(torch.tensor(index), w_, max_norm=1.0)
    assert_same(ours, theirs, "value")
    assert_same(w, w_, "the table")


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, float("inf")])
def test_distances(p):
    pair = array(4, 3), array(4, 3, seed=1)
    compare(lambda library, a, b: library.nn.functional.pairwise_distance(a, b, p), *pair)
    compare(lambda library, a, b: library.nn.PairwiseDistance(p, keepdim=True)(a, b), *pair)
    compare(lambda library, a: library.nn.functional.normalize(a, p=p, dim=0), pair[0])


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_cosine_similarity(dim):
    compare(lambda library, a, b: library.nn.functional.cosine_similarity(a, b, dim), array(4, 3), array(4, 3, seed=1))
    compare(lambda library, a, b: library.nn.CosineSimilarity(dim)(a, b), array(4, 3), array(1, 3, seed=1))


def test_cosine_similarity_of_a_zero_vector():
    compare(lambda library, a, b: library.nn.functional.cosine_similarity(a, b), np.zeros((1, 2)), np.ones((1, 2)), order=1)


# ------------------------------------------------------------------------------------------------ losses

PAIR = (array(4, 3), array(4, 3, seed=1))
PROBABILITIES = (array(4, 3, kind="probability"), array(4, 3, kind="probability", seed=1))
SIGNS = np.array([1., -1., -1., 1.])
BETWEEN_NUMBERS = [
    ("mse_loss", {}, PAIR), ("mse_loss", {"weight": PROBABILITIES[0]}, PAIR),
    ("l1_loss", {}, PAIR), ("l1_loss", {"weight": PROBABILITIES[0]}, PAIR), ("l1_loss", {}, (np.zeros(2), np.zeros(2))),
    ("smooth_l1_loss", {}, PAIR), ("smooth_l1_loss", {"beta": 0.3}, PAIR), ("smooth_l1_loss", {"beta": 0.0}, PAIR),
    ("huber_loss", {}, PAIR), ("huber_loss", {"delta": 0.3}, PAIR), ("huber_loss", {"weight": PROBABILITIES[0]}, PAIR),
    ("huber_loss", {}, (np.array([1., -1., 0.]), np.zeros(3))), ("smooth_l1_loss", {}, (np.array([1., -1., 0.]), np.zeros(3))),
    ("binary_cross_entropy", {}, PROBABILITIES), ("binary_cross_entropy", {"weight": np.array([1., 2., 3.])}, PROBABILITIES),
    ("binary_cross_entropy_with_logits", {}, (PAIR[0] * 5, PROBABILITIES[1])),
    ("binary_cross_entropy_with_logits", {"weight": np.array([1., 2., 3.])}, (PAIR[0], PROBABILITIES[1])),
    ("binary_cross_entropy_with_logits", {"pos_weight": np.array([1., 2., 3.])}, (PAIR[0], PROBABILITIES[1])),
    ("kl_div", {}, (np.log(PROBABILITIES[0]), PROBABILITIES[1])), ("kl_div", {"log_target": True}, PAIR),
    ("poisson_nll_loss", {}, PAIR), ("poisson_nll_loss", {"log_input": False}, PROBABILITIES)]
REDUCTIONS = ["mean", "sum", "none"]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name, settings, pair", BETWEEN_NUMBERS, ids=lambda v: v if isinstance(v, str) else None)
def test_loss_between_numbers(name, settings, pair, reduction):
    def call(library, a, b):
        told = {k: library.tensor(v) if isinstance(v, np.ndarray) else v for k, v in settings.items()}
        return find(library, f"{F}.{name}")(a, b, reduction=reduction, **told)
    compare(call, *pair)


@pytest.mark.parametrize("log_target", [False, True])
def test_kl_div_batchmean(log_target):
    compare(lambda library, a, b: library.nn.functional.kl_div(a, b, reduction="batchmean", log_target=log_target), *PROBABILITIES)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_poisson_full(reduction):
    compare(lambda library, a: library.nn.functional.poisson_nll_loss(a, library.tensor([[0., 1., 5.]] * 4, dtype=library.float64),
                                                                     full=True, reduction=reduction), array(4, 3))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("shape", [(4, 3), (4, 1), (4,)], ids=str)
def test_gaussian_nll(shape, full, reduction):
    var = array(*shape, kind="positive")
    var.flat[0] = 1e-9                                              # below eps: the gradient goes through all the same
    compare(lambda library, a, b, v: library.nn.functional.gaussian_nll_loss(a, b, v, full, reduction=reduction), *PAIR, var)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_losses_with_margins(reduction):
    a, b, c = array(4, 3), array(4, 3, seed=1), array(4, 3, seed=2)

    def signs(library):
        return library.tensor(SIGNS)
    compare(lambda lib, x: lib.nn.functional.hinge_embedding_loss(x, signs(lib), 0.7, reduction=reduction), np.array([0.2, 0.2, 0.7, 3.]))
    compare(lambda lib, x, y: lib.nn.functional.margin_ranking_loss(x, y, signs(lib), 0.3, reduction=reduction), a[:, 0], b[:, 0])
    for swap in (False, True):
        compare(lambda lib, x, y, z: lib.nn.functional.triplet_margin_loss(x, y, z, 2.0, swap=swap, reduction=reduction), a, b, c)
    compare(lambda lib, x, y: lib.nn.functional.cosine_embedding_loss(x, y, signs(lib), 0.1, reduction=reduction), a, b)
    compare(lambda lib, x, y: lib.nn.functional.cosine_embedding_loss(x, y, lib.tensor(-1), -0.5, reduction=reduction), a[0], b[0])


SHAPES = {(5,): (), (4, 5): (4,), (4, 5, 3): (4, 3), (2, 5, 3, 2): (2, 3, 2), (0, 5): (0,)}
WEIGHT = np.array([0.5, 1., 2., 0.1, 0.])


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("settings", [{}, {"weight": WEIGHT}, {"ignore_index": 1}, {"weight": WEIGHT, "ignore_index": 2}], ids=str)
@pytest.mark.parametrize("smoothing", [None, 0.0, 0.1, 1.0])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_cross_entropy_and_nll(shape, settings, smoothing, reduction):
    """Smoothing None stands for nll_loss. Includes empty batches, whose mean is NaN."""
    target = ints(*SHAPES[shape], high=5)
    if SHAPES[shape] == (4, 3):
        target[0, 0] = -100                                         # ignored only if ignore_index is as usual
    if "ignore_index" in settings:
        target = np.where(target == -100, 0, target)

    def call(library, x):
        told = {k: library.tensor(v) if isinstance(v, np.ndarray) else v for k, v in settings.items()}
        functional = library.nn.functional
        if smoothing is None:
            return functional.nll_loss(x, library.tensor(target), reduction=reduction, **told)
        return functional.cross_entropy(x, library.tensor(target), reduction=reduction, label_smoothing=smoothing, **told)
    compare(call, array(*shape) * 3)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("settings", [{}, {"weight": WEIGHT}, {"label_smoothing": 0.2}, {"weight": WEIGHT, "label_smoothing": 0.2}], ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_cross_entropy_with_probabilities(shape, settings, reduction):
    def call(library, x, p):
        told = {k: library.tensor(v) if isinstance(v, np.ndarray) else v for k, v in settings.items()}
        return library.nn.functional.cross_entropy(x, p, reduction=reduction, **told)
    compare(call, array(*shape), array(*shape, kind="probability"))


@pytest.mark.parametrize("logits, target", [
    ([[1., -np.inf, 2.]], [0]), ([[1., -np.inf, 2.]], [1]), ([[-np.inf] * 3], [1]), ([[1., np.inf, 2.]], [1]), ([[1e4, -1e4, 0.]], [1]),
    ([[1., 2., 3.], [1., 2., 3.]], [-100, -100])], ids=str)
def test_cross_entropy_at_the_edges(logits, target):
    for reduction in REDUCTIONS:
        compare(lambda library, x: library.nn.functional.cross_entropy(x, library.tensor(target), reduction=reduction), np.array(logits),
                order=1)


def test_bce_at_the_edges():
    p, t = np.array([0., 1., 0., 1., 1e-9]), np.array([1., 0., 0., 1., 1.])
    compare(lambda lib, x: lib.nn.functional.binary_cross_entropy(x, lib.tensor(t), reduction="none"), p, order=1)
    compare(lambda lib, x: lib.nn.functional.binary_cross_entropy_with_logits(x, lib.tensor(t), reduction="none"),
            np.array([1000., -1000., 0., 50., -50.]))


LOSSES = [("L1Loss", {}), ("MSELoss", {}), ("SmoothL1Loss", {"beta": 0.5}), ("HuberLoss", {"delta": 0.5}), ("BCELoss", {}),
          ("BCEWithLogitsLoss", {}), ("KLDivLoss", {"log_target": True}), ("PoissonNLLLoss", {"full": True})]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name, settings", LOSSES, ids=str)
def test_loss_module(name, settings, reduction):
    compare(lambda library, a, b: getattr(library.nn, name)(reduction=reduction, **settings)(a, b), *PROBABILITIES)


def test_loss_modules_with_more_arguments():
    a, b, c = array(4, 3), array(4, 3, seed=1), array(4, 3, seed=2)
    compare(lambda lib, x, y, v: lib.nn.GaussianNLLLoss(full=True)(x, y, v), a, b, np.abs(c))
    compare(lambda lib, x, y, z: lib.nn.TripletMarginLoss(2.0, swap=True)(x, y, z), a, b, c)
    compare(lambda lib, x, y: lib.nn.CosineEmbeddingLoss(0.1)(x, y, lib.tensor(SIGNS)), a, b)
    compare(lambda lib, x, y: lib.nn.MarginRankingLoss(0.1)(x, y, lib.tensor(SIGNS)), a[:, 0], b[:, 0])
    compare(lambda lib, x: lib.nn.HingeEmbeddingLoss(0.6)(x, lib.tensor(SIGNS)), a[:, 0])
    t, w = ints(4, high=3), np.array([1., 2., 3.])
    compare(lambda lib, x: lib.nn.CrossEntropyLoss(lib.tensor(w), ignore_index=1, label_smoothing=0.1)(x, lib.tensor(t)), a)
    compare(lambda lib, x: lib.nn.NLLLoss(lib.tensor(w), reduction="sum")(x, lib.tensor(t)), a)
    compare(lambda lib, x: lib.nn.BCEWithLogitsLoss(lib.tensor(w), pos_weight=lib.tensor(w[::-1].copy()))(x, lib.sigmoid(x)), a)
    for name, weights in (("CrossEntropyLoss", {"weight": w}), ("BCELoss", {"weight": w}), ("BCEWithLogitsLoss", {"pos_weight": w})):
        ours, theirs = (getattr(lib.nn, name)(**{k: lib.tensor(v) for k, v in weights.items()}) for lib in (tg, torch))
        assert list(ours.state_dict()) == list(theirs.state_dict())


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_dtypes_stay(dtype):
    """float32 in, float32 out and float32 gradients: every activation and every loss."""
    for name, settings in ACTIVATIONS:
        x = tg.tensor(array(3, 4).astype(dtype), requires_grad=True)
        y = find(tg, f"{F}.{name}")(x, **settings)
        y.sum().backward()
        assert (name, y.dtype, x.grad.dtype) == (name, dtype, dtype)
    for name, settings, (a, b) in BETWEEN_NUMBERS:
        told = {k: tg.tensor(v.astype(dtype)) if isinstance(v, np.ndarray) else v for k, v in settings.items()}
        x, t = tg.tensor(a.astype(dtype), requires_grad=True), tg.tensor(b.astype(dtype), requires_grad=True)
        y = find(tg, f"{F}.{name}")(x, t, **told)
        y.backward()
        assert (name, y.dtype, x.grad.dtype, t.grad.dtype) == (name, dtype, dtype, dtype)
    for smoothing in (0.0, 0.1):
        x = tg.tensor(array(4, 3).astype(dtype), requires_grad=True)
        y = tg.nn.functional.cross_entropy(x, tg.tensor([0, 1, -100, 2]), tg.tensor([1., 2., 3.]), label_smoothing=smoothing)
        y.backward()
        assert (y.dtype, x.grad.dtype) == (dtype, dtype)


# ----------------------------------------------------------------------------------------- starting values

@pytest.mark.parametrize("text", ["Linear(100, 300)", "Linear(100, 300, bias=False)", "Bilinear(20, 30, 40)", "Embedding(300, 40)",
                                  "Embedding(300, 40, padding_idx=3)", "PReLU(4)"])
def test_starting_values(text):
    """The same bounds, mean and spread as PyTorch's."""
    tg.manual_seed(0)
    torch.manual_seed(0)
    for (name, ours), theirs in zip(eval("tg.nn." + text).named_parameters(), eval("torch.nn." + text).parameters()):
        a, b = numpy_of(ours), numpy_of(theirs)
        assert a.shape == b.shape and a.dtype == b.dtype
        assert abs(a.std() - b.std()) < 0.1 * b.std() + 1e-12 and abs(a.mean() - b.mean()) < 0.2 * b.std() + 1e-12
        if text.startswith(("Linear", "Bilinear")):
            bound = 1 / int(text[text.index("(") + 1:text.index(",")]) ** 0.5
            assert abs(a).max() <= bound * (1 + 1e-6) and abs(a).max() > bound * (0.999 if a.size > 1000 else 0.9)
            assert abs(b).max() <= bound * (1 + 1e-6)
    if "padding" in text:
        assert not ours[3].any() and ours[2].any()


INITS = [("uniform_", (-1, 3)), ("normal_", (1, 2)), ("trunc_normal_", (0, 1, -0.5, 1)), ("trunc_normal_", ()), ("constant_", (3,)),
         ("ones_", ()), ("zeros_", ()), ("xavier_uniform_", (2,)), ("xavier_normal_", ()), ("kaiming_uniform_", ()),
         ("kaiming_uniform_", (5 ** 0.5,)), ("kaiming_normal_", (0, "fan_out", "relu")), ("sparse_", (0.3,)), ("eye_", ()), ("orthogonal_", (2,))]


@pytest.mark.parametrize("name, settings", INITS, ids=str)
def test_init(name, settings):
    shape = (60, 80)
    ours, theirs = (getattr(lib.nn.init, name)(lib.empty(*shape), *settings) for lib in (tg, torch))
    a, b = numpy_of(ours), numpy_of(theirs)
    assert a.dtype == b.dtype
    np.testing.assert_allclose([a.mean(), a.std()], [b.mean(), b.std()], atol=0.06 * b.std() + 1e-7)
    if "uniform" in name or "trunc" in name:
        np.testing.assert_allclose([a.max(), a.min()], [b.max(), b.min()], rtol=0.01 if settings else 0.1)
    if name in ("eye_", "constant_"):
        np.testing.assert_array_equal(a, b)
    if name == "sparse_":
        np.testing.assert_array_equal((a == 0).sum(axis=0), (b == 0).sum(axis=0))


@pytest.mark.parametrize("shape, groups", [((4, 4, 3), 1), ((4, 2, 3), 2), ((3, 5, 3, 2), 1), ((6, 3, 4), 2)], ids=str)
def test_dirac(shape, groups):
    assert_same(tg.nn.init.dirac_(tg.ones(*shape), groups), torch.nn.init.dirac_(torch.ones(*shape), groups), "dirac_")


def test_gains():
    for name in ("linear", "conv1d", "conv2d", "conv_transpose1d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"):
        assert tg.nn.init.calculate_gain(name) == torch.nn.init.calculate_gain(name)
    assert tg.nn.init.calculate_gain("leaky_relu", 0.3) == torch.nn.init.calculate_gain("leaky_relu", 0.3)


# ----------------------------------------------------------------------------------------------- clipping

@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, float("inf")])
@pytest.mark.parametrize("max_norm", [0.5, 1e6])
@pytest.mark.parametrize("bad", [False, True])
def test_clip_grad_norm(p, max_norm, bad):
    gradients = [array(3, 4), array(5, seed=1), array(), None]
    if bad:
        gradients[1][0] = np.nan
    found = []
    for library in (tg, torch):
        parameters = [library.nn.Parameter(library.zeros(() if g is None else g.shape, dtype=library.float64)) for g in gradients]
        for q, g in zip(parameters, gradients):
            q.grad = None if g is None else library.tensor(g)
        total = library.nn.utils.clip_grad_norm_(parameters, max_norm, p)
        found.append([total, *(q.grad for q in parameters[:-1])])
    assert_same(*found, "clip_grad_norm_")


def test_clip_grad_value_and_vectors():
    found = []
    for library in (tg, torch):
        layer = library.nn.Linear(2, 3).to(library.float64)
        library.nn.utils.vector_to_parameters(library.tensor(array(9)), layer.parameters())
        layer(library.tensor(array(4, 2))).pow(2).sum().backward()
        library.nn.utils.clip_grad_value_(layer.parameters(), 0.9)
        found.append([library.nn.utils.parameters_to_vector(layer.parameters()).detach(), layer.weight.grad, layer.bias.grad])
    assert_same(*found, "clip_grad_value_")


# --------------------------------------------------------------------------------------------- containers

def net(library):
    nn = library.nn

    class Block(nn.Module):
        def __init__(self, n):
            super().__init__()
            self.scale = nn.Parameter(library.ones(n))
            self.layers = nn.ModuleList([nn.Linear(n, n) for _ in range(2)] + [nn.ReLU()])
            self.register_buffer("seen", library.zeros(1))
            self.register_buffer("scratch", library.zeros(1), persistent=False)
            self.heads = nn.ModuleDict({"a": nn.Linear(n, 1), "b": nn.Linear(n, 2)})
            self.free = nn.ParameterList([library.zeros(2), library.zeros(3)])
            self.register_parameter("none", None)

        def forward(self, x):
            for layer in self.layers:
                x = layer(x * self.scale)
            return self.heads["a"](x), self.heads["b"](x)

    class Net(nn.Module):
        def __init__(self):
            super(Net, self).__init__()
            self.embed = nn.Embedding(5, 4)
            self.first = Block(4)
            self.again = self.first
            self.seq = nn.Sequential(nn.Linear(4, 4), nn.Sequential(nn.Tanh(), nn.Linear(4, 4)))
            self.tied = nn.Linear(4, 5, bias=False)
            self.tied.weight = self.embed.weight

        def forward(self, i):
            x = self.seq(self.embed(i))
            return (*self.first(x), self.tied(x))
    return Net().to(library.float64)


def test_a_network():
    """Names and order everywhere; the numbers and gradients after loading PyTorch's weights; and back."""
    ours, theirs = net(tg), net(torch)
    assert repr(ours).replace(" ", "") == repr(theirs).replace("torch.", "").replace(" ", "")     # (its ParameterList is indented too far)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for what in ("named_parameters", "named_buffers", "named_modules", "named_children"):
        assert [n for n, _ in getattr(ours, what)()] == [n for n, _ in getattr(theirs, what)()], what
    for what in ("named_parameters", "named_buffers", "named_modules"):
        assert [n for n, _ in getattr(ours, what)(prefix="p", remove_duplicate=False)] == \
            [n for n, _ in getattr(theirs, what)(prefix="p", remove_duplicate=False)], what
    assert repr(ours.load_state_dict(theirs.state_dict())) == "<All keys matched successfully>"
    for i, (y, y_) in enumerate(zip(ours(tg.tensor([0, 3, 3])), theirs(torch.tensor([0, 3, 3])))):
        assert_same(y, y_, f"output {i}")
        y.sum().backward(retain_graph=True)
        y_.sum().backward(retain_graph=True)
    for (name, p), q in zip(ours.named_parameters(), theirs.parameters()):
        assert (p.grad is None) == (q.grad is None), name
        if q.grad is not None:
            assert_same(p.grad, q.grad, f"gradient of {name}")
    state = {k: torch.from_numpy(numpy_of(v) * 2) for k, v in ours.state_dict().items()}
    theirs.load_state_dict(state)
    assert_same(ours.seq[0].weight.detach() * 2, theirs.seq[0].weight.detach(), "the way back")


@pytest.mark.parametrize("edit", [
    "s.append(nn.Tanh())", "s.insert(1, nn.Tanh())", "s.extend([nn.Tanh()])", "del s[0]", "del s[1:]", "s.pop(0)", "s.__setitem__(0, nn.Tanh())",
    "s.__iadd__(nn.Sequential(nn.Tanh()))"])
@pytest.mark.parametrize("kind", ["Sequential", "ModuleList"])
def test_lists_of_layers(kind, edit):
    found = []
    for library in (tg, torch):
        nn = library.nn
        layers = [nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2)]
        s = nn.Sequential(*layers) if kind == "Sequential" else nn.ModuleList(layers)
        exec(edit, {"s": s, "nn": nn})
        found.append([repr(s), list(s.state_dict()), len(s), [type(m).__name__ for m in s], repr(s[0]), repr(s[-1]), repr(s[1:])])
    assert found[0] == found[1]


# ---------------------------------------------------------------------------------------------- signatures

LEFT_OUT = {"size_average", "reduce", "_stacklevel"}               # deprecated since 2018; what stands behind them is by name only
OTHERWISE = {"Hardtanh": {"min_value", "max_value"}, "normalize": {"out"}}            # deprecated; not needed
CLASSES = [*(text.partition("(")[0] for text in MODULES), *(name for name, _ in LOSSES),
           *("Linear Bilinear Embedding PairwiseDistance CosineSimilarity CrossEntropyLoss NLLLoss GaussianNLLLoss HingeEmbeddingLoss "
             "MarginRankingLoss TripletMarginLoss CosineEmbeddingLoss ModuleList ModuleDict ParameterDict ParameterList").split()]
FUNCTIONS = [*(f"functional.{n}" for n, _ in ACTIVATIONS if n not in ("sigmoid", "tanh")), *(f"functional.{n}" for n, _, _ in BETWEEN_NUMBERS),
             "functional.cross_entropy", "functional.nll_loss", "functional.gaussian_nll_loss", "functional.hinge_embedding_loss",
             "functional.margin_ranking_loss", "functional.triplet_margin_loss", "functional.cosine_embedding_loss", "functional.softmin",
             "functional.glu", "functional.dropout", "functional.embedding", "functional.normalize",
             *(f"init.{n}" for n, _ in INITS), *(f"functional.{n}" for n in (
                 "linear bilinear prelu one_hot cosine_similarity pairwise_distance").split()), "init.dirac_", "init.calculate_gain",
             *(f"utils.{n}" for n in ("clip_grad_norm_", "clip_grad_value_", "parameters_to_vector", "vector_to_parameters")),
             *(f"Module.{n}" for n in (
                 "add_module apply buffers children cpu cuda double eval extra_repr float get_buffer get_parameter get_submodule half "
                 "load_state_dict modules named_buffers named_children named_modules named_parameters parameters register_buffer "
                 "register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook register_module "
                 "register_parameter requires_grad_ train type zero_grad").split())]


DOCUMENTED = {                                                     # what is written in C has its signature in its documentation only
    "linear": lambda input, weight, bias=None: 0, "bilinear": lambda input1, input2, weight, bias=None: 0,
    "prelu": lambda input, weight: 0, "one_hot": lambda tensor, num_classes=-1: 0,
    "cosine_similarity": lambda x1, x2, dim=1, eps=1e-8: 0, "pairwise_distance": lambda x1, x2, p=2.0, eps=1e-6, keepdim=False: 0,
    "gelu": lambda input, approximate="none": 0, "logsigmoid": lambda input: 0, "softplus": lambda input, beta=1, threshold=20: 0,
    "hardshrink": lambda input, lambd=0.5: 0, "softshrink": lambda input, lambd=0.5: 0}


def signature(thing):
    """(name, default) of each argument that is not left out."""
    left_out = LEFT_OUT | OTHERWISE.get(thing.__name__, set())
    return [(p.name, p.default) for p in inspect.signature(thing).parameters.values()
            if p.name not in left_out and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]


@pytest.mark.parametrize("path", sorted({*CLASSES, *FUNCTIONS}))
def test_signature(path):
    """The names, order and defaults of arguments."""
    written = DOCUMENTED.get(path.removeprefix("functional."))
    assert signature(find(tg.nn, path)) == signature(written or find(torch.nn, path))
