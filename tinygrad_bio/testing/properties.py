"""What every operation must do, tested in one line: ``check_op(cube)``.

Hypothesis draws shapes (empty ones and such that broadcast among them) and numbers, and looks for a small
case that fails. The properties are the functions below; the first line of each says what must hold.
"""
import inspect
import warnings

import numpy as np

from .. import autograd
from ..autograd import new_tensor
from ..backend import asnumpy, float32, float64, is_array
from .close import assert_close
from .differences import KinkWarning, floats, name_of, random_gradient
from .gradients import gradcheck, gradgradcheck
from .strategies import LAYOUTS, broadcastable_shapes, import_hypothesis, laid_out, random_array, seeds


def check_op(op, *, low=-2.0, high=2.0, shapes=None, arguments=None, second_order=True, examples=20,
             **settings):
    """Test an operation, or any differentiable function of Tensors; an error shows a small case that fails.

    Its value is finite, gradient and second derivative are right, float32 stays float32, broadcasting and
    layouts of memory make no difference, arguments are not written to, and empty arrays pass.

    Parameters
    ----------
    op : the operation: one that `autograd.op` made, or a function of Tensors
    low, high : the arguments lie between these numbers, inside the domain; a list gives each argument its own
    shapes : for operations that are not elementwise, the shapes to try: ``[((2, 3), (3, 4)), …]``, for one
        argument ``[(2, 3), …]``; or a strategy. If left out, they get any shapes that broadcast together.
    arguments : how many arrays it takes, where that does not show from its signature
    second_order : False leaves out the second derivative
    examples : how many cases to draw
    settings : handed to the operation as keywords

    >>> import tinygrad_bio as tg
    >>> check_op(tg.log, low=0.1)
    >>> check_op(tg.softmax, shapes=[(3,), (2, 3), (0, 3)], dim=-1)
    >>> @tg.autograd.op
    ... def careless(a, b):
    ...     '''y = a·b, but the second pullback forgot a'''
    ...     return a * b, (lambda g: g * b, lambda g: g)
    >>> try:
    ...     check_op(careless)
    ... except tg.testing.GradcheckError as error:
    ...     print(str(error).splitlines()[1])
    the gradient of input 1 (float64[2, 3]) is wrong at 6 of 6 elements; the largest differences are
    """
    property_test(op, low=low, high=high, shapes=shapes, arguments=arguments, second_order=second_order,
                  examples=examples, **settings)()


def property_test(op=None, *, low=-2.0, high=2.0, shapes=None, arguments=None, second_order=True, examples=20,
                  **settings):
    """`check_op` as a test for pytest: the decorator of a function of Tensors, or one line.

    >>> import tinygrad_bio as tg
    >>> @property_test(low=0.1)
    ... def test_geometric_mean(a, b):
    ...     return tg.sqrt(a * b)
    >>> test_geometric_mean()                               # pytest calls it
    >>> test_tanh = property_test(tg.tanh)
    >>> test_tanh()
    """
    if op is None:
        return lambda op: property_test(op, low=low, high=high, shapes=shapes, arguments=arguments,
                                        second_order=second_order, examples=examples, **settings)
    hypothesis = import_hypothesis()
    drawn, always = _cases(op, shapes, _number_of_arguments(op) if arguments is None else arguments)
    elementwise = shapes is None

    def test(shapes, seed):
        arrays = [random_array(seed + i, s, _of(low, i), _of(high, i)) for i, s in enumerate(shapes)]
        with warnings.catch_warnings():                     # a kink that was met by chance is no news here
            warnings.simplefilter("ignore", KinkWarning)
            check_once(op, arrays, settings, elementwise, second_order)

    name = "a_function" if name_of(op) == "a lambda" else name_of(op)
    test.__name__ = test.__qualname__ = name if name.startswith("test") else f"test_{name}"
    run = hypothesis.given(shapes=drawn, seed=seeds())(test)
    for s in reversed(always):                              # Hypothesis tries the last one first
        run = hypothesis.example(shapes=s, seed=0)(run)
    run = hypothesis.settings(max_examples=examples, deadline=None, database=None, derandomize=True,
                              report_multiple_bugs=False)(run)

    def test_op():
        run()
    test_op.__name__ = test_op.__qualname__ = test.__name__
    test_op.__doc__ = f"Property test of {name_of(op)}."
    return test_op


def check_once(op, arrays, settings, elementwise=True, second_order=True, leave_out=()):
    """All properties at these arrays, but those that are named in `leave_out`."""
    left_out = set(leave_out)
    if not elementwise:
        left_out.add("broadcasts")
    if not second_order:
        left_out.add("second_derivative")
    for holds in PROPERTIES:
        if holds.__name__ not in left_out:
            holds(op, arrays, settings)


def _number_of_arguments(op):
    """How many arrays an op takes: those parameters that have no default and are not keyword-only."""
    parameters = inspect.signature(getattr(op, "rule", op)).parameters.values()
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        raise TypeError(f"check_op: {name_of(op)} takes any number of arrays: say how many with arguments=")
    n = sum(p.default is p.empty and p.kind is not p.KEYWORD_ONLY for p in parameters)
    if n == 0:
        raise TypeError(f"check_op: {name_of(op)} takes no arrays: they must be positional, def f(x, *, n=1)")
    return n


def _cases(op, shapes, n):
    """A strategy for the shapes of n arguments, and those shapes that are always tried."""
    st = import_hypothesis().strategies
    if shapes is None:
        return broadcastable_shapes(n), [((2, 3),) * n, ((),) * n, ((0, 3),) * n]
    if isinstance(shapes, st.SearchStrategy):
        return shapes, []
    always = [_for_each_argument(s, n, op) for s in shapes]
    return st.sampled_from(always), always


def _for_each_argument(shape, n, op):
    """The shapes of one case: ``(2, 3)`` stands for ``((2, 3),)``."""
    if n == 1 and all(isinstance(k, int) for k in shape):
        return (tuple(shape),)
    if len(shape) != n:
        raise ValueError(f"check_op: {name_of(op)} takes {n} arrays, but {shape} are shapes of {len(shape)}")
    return tuple(tuple(s) for s in shape)


def _of(bound, i):
    return bound[i] if isinstance(bound, (list, tuple)) else bound


# ------------------------------------------------------------------------------------------ the properties

def run(op, arrays, settings):
    """Values and gradients of an op, for random gradients of the values: two lists of arrays."""
    tensors = [new_tensor(a, None).requires_grad_() for a in arrays]
    outputs = floats(op(*tensors, **settings))
    values = [asnumpy(y.array) for y in outputs]
    rng = np.random.default_rng(0)
    starts = [(y, new_tensor(random_gradient(rng, y), None)) for y in outputs if y.requires_grad]
    if not starts:
        return values, [np.zeros_like(a) for a in arrays]
    found = autograd.grad([y for y, _ in starts], tensors, [g for _, g in starts], materialize_grads=True)
    return values, [asnumpy(d.array) for d in found]


def finite(op, arrays, settings):
    """The value is finite."""
    values, _ = run(op, arrays, settings)
    assert values, f"{name_of(op)} returned no Tensor of floats"
    for y in values:
        assert np.isfinite(y).all(), (
            f"{name_of(op)}: the value is not finite. If the numbers left its domain, say where it begins "
            f"and ends with low= and high=")


def pure(op, arrays, settings):
    """Neither forward nor backward writes into an argument."""
    for dtype in (float64, float32):
        given = [a.astype(dtype) for a in arrays]
        kept = [a.copy() for a in given]
        run(op, given, settings)
        for i, (a, k) in enumerate(zip(given, kept)):
            assert np.array_equal(a, k), f"{name_of(op)} wrote into argument {i}: rules must not do that"


def first_derivative(op, arrays, settings):
    """The gradient agrees with differences of values."""
    _at(gradcheck, op, arrays, settings)


def second_derivative(op, arrays, settings):
    """The second derivative agrees with differences of the gradient."""
    _at(gradgradcheck, op, arrays, settings)


def _at(check, op, arrays, settings):
    def function(*tensors):
        return op(*tensors, **settings)
    function.__name__ = name_of(op)
    check(function, [new_tensor(a, None).requires_grad_() for a in arrays])


def keeps_float32(op, arrays, settings):
    """float32 stays float32 in value and gradients, within the rule as well, and nearly equals float64."""
    narrow = [a.astype(float32) for a in arrays]
    found, exact = run(op, narrow, settings), run(op, [a.astype(float64) for a in narrow], settings)
    for what, ys, es in zip(("value", "gradient"), found, exact):
        for y, e in zip(ys, es):
            assert y.dtype == float32, f"{name_of(op)}: the {what} of float32 arguments is {y.dtype.name}"
            assert_close(y.astype(float64), e, rtol=1e-3, atol=1e-4,
                         msg=f"{name_of(op)}: {what} in float32 and in float64")
    if hasattr(op, "rule"):
        _rule_keeps_float32(op, narrow, settings)


def _rule_keeps_float32(op, arrays, settings):
    """The engine would cast a gradient back, so that the price of computing it in float64 would not show."""
    value, pullbacks = op.rule(*arrays, **settings)
    g = tuple(np.asarray(y) for y in value) if type(value) is tuple else np.asarray(value)
    gradients = pullbacks(g) if callable(pullbacks) else [pullback and pullback(g) for pullback in pullbacks]
    for i, d in enumerate(gradients):
        assert not is_array(d) or d.dtype == float32, (
            f"{name_of(op)}: the pullback of argument {i} computes in {d.dtype.name} from float32 arrays. "
            f"Does it use an array made without dtype=x.dtype, or an np.float64? Python's numbers do no harm")


def broadcasts(op, arrays, settings):
    """Arguments that broadcast give what their spread-out copies give, and their gradients are summed."""
    shape = np.broadcast_shapes(*(a.shape for a in arrays))
    values, gradients = run(op, arrays, settings)
    full, spread = run(op, [np.broadcast_to(a, shape).copy() for a in arrays], settings)
    for y, f in zip(values, full):
        assert_close(y, f, rtol=1e-10, msg=f"{name_of(op)}: value with and without broadcasting")
    for i, (a, d, s) in enumerate(zip(arrays, gradients, spread)):
        assert_close(d, autograd.unbroadcast(s, a), rtol=1e-10, atol=1e-10,
                     msg=f"{name_of(op)}: gradient of argument {i}, broadcast from {a.shape} to {shape}")


def any_layout(op, arrays, settings):
    """How the numbers lie in memory makes no difference."""
    for layout in LAYOUTS:
        views = [laid_out(a, layout) for a in arrays]
        found, expected = run(op, views, settings), run(op, [np.array(v, order="C") for v in views], settings)
        for what, ys, es in zip(("value", "gradient"), found, expected):
            for y, e in zip(ys, es):
                assert_close(y, e, rtol=1e-10, atol=1e-12,
                             msg=f"{name_of(op)}: {what} for arguments {layout} in memory")


PROPERTIES = (finite, pure, first_derivative, second_derivative, keeps_float32, broadcasts, any_layout)
