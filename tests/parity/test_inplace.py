"""Methods that write into a tensor, and x[i] = v, against PyTorch: on and off the tape, and through views."""
import inspect

import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from .both import LIBRARIES, array as A, bools, compare, ints

x, y = A(2, 3), A(2, 3, seed=1)
positive = A(2, 3, kind="positive")
row = [
    ("abs_",), ("add_", y), ("add_", 2), ("add_", y, {"alpha": 3}), ("sub_", y), ("sub_", 2.5, {"alpha": 2}),
    ("mul_", y), ("mul_", 2), ("div_", positive),
    ("div_", 2), ("div_", positive, {"rounding_mode": "floor"}), ("neg_",), ("exp_",), ("relu_",),
    ("sigmoid_",), ("tanh_",), ("sin_",), ("cos_",),
    ("square_",), ("floor_",), ("ceil_",), ("round_",), ("round_", {"decimals": 1}), ("trunc_",),
    ("nan_to_num_",), ("clamp_", -0.5, 0.5),
    ("clamp_", {"min": 0.1}), ("clip_", {"max": 0.1}), ("clamp_min_", 0.1), ("clamp_max_", 0.1),
    ("lerp_", y, 0.3), ("addcmul_", y, positive, {"value": 2}),
    ("addcdiv_", y, positive, {"value": 2}), ("remainder_", 0.7), ("masked_fill_", bools(2, 3), 5.0),
    ("index_fill_", 1, ints(2), 3.0),
    ("index_add_", 1, ints(2), A(2, 2), {"alpha": 2}), ("index_copy_", 0, ints(1, high=2), A(1, 3)),
    ("scatter_", 1, ints(2, 1), A(2, 1)),
    ("scatter_", 1, ints(2, 1), {"value": 7.0}), ("scatter_", 1, ints(2, 1), 7.0),
    ("scatter_add_", 1, ints(2, 4), A(2, 4)),
    ("scatter_reduce_", 1, ints(2, 4), A(2, 4), "amax"),
    ("index_put_", (ints(2, high=2), np.array([0, 2])), A(2)),
    ("index_put_", (ints(4, high=2), ints(4)), A(4), {"accumulate": True}), ("copy_", y), ("copy_", A(3)),
    ("copy_", ints(2, 3)), ("fill_", 3.0), ("fill_", A()),
    ("zero_",), ("tril_",), ("triu_", 1), ("t_",), ("transpose_", 0, 1), ("squeeze_",), ("unsqueeze_", 1),
    ("fill_diagonal_", 2.0), ("pow_", 2),
    ("__iadd__", y), ("__isub__", 1), ("__imul__", y), ("__itruediv__", positive), ("__ipow__", 2),
    ("__imod__", 0.7), ("detach_",),
]
on_positive = [("log_",), ("sqrt_",), ("rsqrt_",), ("reciprocal_",), ("pow_", 0.5), ("erfinv_",)]
without_gradient = [("__ifloordiv__", 2), ("floor_divide_", 2)]
row += [
    ("absolute_",), ("atan_",), ("arctan_",), ("atan2_", positive), ("arctan2_", positive), ("cosh_",),
    ("sinh_",), ("tan_",), ("deg2rad_",), ("rad2deg_",), ("erf_",), ("erfc_",), ("exp2_",), ("expm1_",),
    ("frac_",), ("fix_",), ("sign_",), ("sgn_",), ("sinc_",), ("negative_",), ("multiply_", y),
    ("subtract_", y), ("divide_", positive), ("true_divide_", positive), ("subtract_", y, {"alpha": 2}),
    ("copysign_", y), ("copysign_", -1), ("hypot_", y), ("ldexp_", ints(3)), ("fmod_", 0.7),
    ("fmod_", positive), ("xlogy_", positive), ("xlogy_", 2.0), ("cumsum_", 1), ("cumprod_", 0),
    ("cumsum_", {"dim": -1}), ("masked_scatter_", bools(2, 3), A(6)), ("masked_scatter_", bools(3), A(6)),
    ("index_reduce_", 1, ints(4), A(2, 4), "amax"),
    ("index_reduce_", 1, ints(4), A(2, 4), "mean", {"include_self": False}),
    ("put_", ints(2, high=6) * 0 + [1, 4], A(2)), ("put_", ints(3, high=6), A(3), {"accumulate": True}),
    ("renorm_", 2, 0, 0.5), ("addmm_", A(2, 4), A(4, 3)),
    ("addmm_", A(2, 4), A(4, 3), {"beta": 0.5, "alpha": 2}), ("addbmm_", A(5, 2, 4), A(5, 4, 3)),
    ("addbmm_", A(5, 2, 4), A(5, 4, 3), {"beta": 2, "alpha": 0.5}), ("addr_", A(2), A(3)),
    ("addr_", A(2), A(3), {"alpha": 2}), ("swapaxes_", 0, 1), ("swapdims_", 0, -1), ("float_power_", 2),
]
on_positive += [
    ("acos_",), ("arccos_",), ("asin_",), ("arcsin_",), ("log10_",), ("log1p_",), ("log2_",), ("digamma_",),
    ("lgamma_",), ("logit_",), ("logit_", 0.3), ("logit_", {"eps": 0.1}), ("polygamma_", 1),
]
without_gradient += [       # steps; and functions whose in-place form has no gradient in PyTorch
    ("heaviside_", y), ("asinh_",), ("arcsinh_",), ("logical_not_",), ("eq_", 1.0), ("ne_", y),
    ("not_equal_", 0), ("lt_", y), ("less_", 0), ("le_", 0.5), ("less_equal_", y), ("gt_", 0),
    ("greater_", y), ("ge_", y), ("greater_equal_", 0), ("logical_and_", y), ("logical_or_", bools(2, 3)),
    ("logical_xor_", y),
]
random = ["bernoulli_", "cauchy_", "exponential_", "geometric_", "log_normal_", "normal_", "random_", "uniform_"]
ELSEWHERE = {"apply_", "map_"} | {"acosh_", "arccosh_", "atanh_", "arctanh_", "addmv_", "baddbmm_"}      # test_more_names.py; below
INTEGERS = [("add_", 2), ("mul_", ints(2, 3)), ("__iand__", 3), ("__ior__", 3), ("__ixor__", 3), ("fill_", 2),
            ("clamp_", 0, 1), ("floor_divide_", 2),
            ("remainder_", 2), ("masked_fill_", bools(2, 3), 5), ("copy_", x), ("zero_",), ("bitwise_not_",), ("bitwise_and_", 3),
            ("bitwise_or_", ints(2, 3)), ("bitwise_xor_", 3), ("bitwise_left_shift_", 2), ("bitwise_right_shift_", ints(3)),
            ("gcd_", ints(3, low=4, high=9)), ("lcm_", ints(3, low=4, high=9)), ("eq_", 2), ("lt_", ints(2, 3)), ("logical_not_",),
            ("cumsum_", 0), ("put_", ints(2) * 0 + [1, 4], ints(2))]


def label(case):
    shown = [np.shape(a) if isinstance(a, np.ndarray) else a for a in case[1:]]
    return "-".join(map(str, [case[0], *shown])).replace(" ", "")


def split(case):
    keywords = case[-1] if isinstance(case[-1], dict) else {}
    return case[0], case[1:len(case) - bool(keywords)], keywords


@pytest.mark.parametrize("case", row + on_positive + without_gradient, ids=label)
def test_in_place(case):
    """As a step of a computation, and, with recording off, into memory that others see."""
    name, args, keywords = split(case)
    start = A(2, 3, kind="probability") if case in on_positive else x

    def on_the_tape(lib, start, *args):
        z = start * 1
        result = getattr(z, name)(*args, **keywords)
        assert result is z, f"{name} returns the tensor itself"
        return z

    def off_the_tape(lib, start, *args):
        base = start.detach().clone()
        z = base.view(-1).view(2, 3)                                # what is written into it goes into base
        getattr(z, name)(*(a.detach() if hasattr(a, "detach") else a for a in args), **keywords)
        return base, z

    if case not in without_gradient:
        compare(on_the_tape, start, *args, order=2 if name != "detach_" else 0)
    if name != "detach_":                                           # PyTorch refuses to detach a view
        compare(off_the_tape, start, *args, order=0)


@pytest.mark.parametrize("case", INTEGERS, ids=label)
def test_in_place_on_integers(case):
    name, args, keywords = split(case)
    compare(lambda lib, a, *args: getattr(a.clone(), name)(*args), ints(2, 3, low=-3, high=9), *args, order=0)


def test_every_in_place_method_is_compared():
    methods = {n for n, _ in inspect.getmembers(tg.Tensor, callable) if n.endswith("_")
               and not n.startswith("_")}
    methods |= {n for n in vars(tg.Tensor) | vars(tg.inplace.InPlace) if n.startswith("__i") and n[3:-2] in (
        "add sub mul truediv pow mod floordiv and or xor matmul lshift rshift").split()}
    cases = row + on_positive + without_gradient + INTEGERS
    compared = {case[0] for case in cases} | set(random) | {"requires_grad_"}
    assert methods == compared | ELSEWHERE


@pytest.mark.parametrize("name, start, args", [
    ("acosh_", A(2, 3, kind="above1"), ()), ("arccosh_", A(2, 3, kind="above1"), ()), ("atanh_", A(2, 3, kind="unit"), ()),
    ("arctanh_", A(2, 3, kind="unit"), ()), ("addmv_", A(2), (A(2, 4), A(4))),
    ("baddbmm_", A(5, 2, 3), (A(5, 2, 4), A(5, 4, 3)))])
def test_in_place_from_other_starts(name, start, args):
    def call(lib, start, *args):
        return getattr(start * 1 if args else start.detach(), name)(*args)
    compare(call, start, *args)                                 # (PyTorch has no gradient for those without arguments)
    with tg.no_grad():
        z = tg.tensor(start)
        view = z.view(-1)
        assert getattr(z, name)(*map(tg.tensor, args)) is z and view.tolist() == z.view(-1).tolist()


@pytest.mark.parametrize("name", random)
def test_random_ones(name):
    z = tg.zeros(40, 50, dtype=tg.float64)
    args = {"random_": (0, 5), "uniform_": (-1, 1), "normal_": (2.0, 3.0), "bernoulli_": (0.3,),
            "exponential_": (2.0,), "geometric_": (0.3,), "log_normal_": (0.5, 0.3), "cauchy_": (1.0, 0.5)}[name]
    assert getattr(z, name)(*args, generator=tg.Generator().manual_seed(1)) is z
    again = getattr(tg.zeros(40, 50, dtype=tg.float64), name)(*args, generator=tg.Generator().manual_seed(1))
    assert bool((z == again).all())
    theirs = torch.zeros(4000, 50, dtype=torch.float64)
    getattr(theirs, name)(*args, generator=torch.Generator().manual_seed(1))
    if name == "cauchy_":                                           # has no mean
        z, theirs = z.atan(), theirs.atan()
    scale = float(theirs.std())
    assert abs(float(z.mean()) - float(theirs.mean())) < 0.1 * scale
    assert abs(float(z.std()) - scale) < 0.1 * scale
    assert float(theirs.min()) - 0.05 * scale <= float(z.min()) + 3 * scale * (name == "normal_")


@pytest.mark.parametrize("index, value", [
    (0, y[0]), (0, 5.0), ((slice(None), 1), A(2)), ((Ellipsis, 0), 2), (ints(1, high=2), A(1, 3)),
    ((0, ints(2) * 0 + [0, 2]), A(2)), (bools(2, 3), 7.0),
    (bools(2, 3), A(int(bools(2, 3).sum()))), (np.array([True, False]), A(1, 3)), (slice(0, 1), A(3)),
    ((slice(None), None, 0), A(2, 1)), (0, A(1, 1, 3)),
    ((np.array([0, 1]), np.array([2, 0])), A(2)), ((), 3.0), (Ellipsis, y), (0, ints(3)),
], ids=str)
def test_setitem_on_and_off_the_tape(index, value):
    def put(lib, target, value, *index):
        index = index[0] if len(index) == 1 else tuple(index)
        target[index] = value
        return target

    parts = index if isinstance(index, tuple) and index else (index,)
    compare(lambda lib, start, value, *i: put(lib, start * 1, value, *i), x, value, *parts)
    def only_value_on_the_tape(lib, start, value, *index):
        return put(lib, start.detach().clone(), value, *index)

    def off_the_tape(lib, start, value, *index):
        return put(lib, start.clone(), value, *index)

    compare(only_value_on_the_tape, x, value, *parts, order=1)
    compare(off_the_tape, x.astype("float32"), told_without_grad(value), *parts, order=0)
    if not (isinstance(value, np.ndarray) and any(isinstance(p, np.ndarray) for p in parts)):
        compare(off_the_tape, ints(2, 3), told_without_grad(value), *parts, order=0)    # (dtypes must match)


def told_without_grad(value):
    return value.astype("float32") if isinstance(value, np.ndarray) and value.dtype == "float64" else value


def test_a_view_written_off_the_tape_writes_its_base():
    def call(lib, start):
        base = start.clone()
        base[0].fill_(1)
        base.t()[2].zero_()
        base.view(-1)[1:3].add_(5)
        base[:, 1:].mul_(2)
        base.unsqueeze(0)[0, 1, 0].fill_(9)
        for part in base.split(1):
            part.sub_(1)
        base.data[1, 1] = 33
        return base
    compare(call, x.astype("float32"), order=0)


@pytest.mark.parametrize("write", [
    lambda lib, a, b: a.add_(b), lambda lib, a, b: a.__setitem__(0, b), lambda lib, a, b: a.copy_(b)],
    ids=["add_", "setitem", "copy_"])
def test_a_chain_of_writes(write):
    """The value before each write still counts where it was used."""
    def call(lib, a, b):
        a = a * 2
        early = a + 1
        write(lib, a, b[0])
        middle = a * 5                                              # (PyTorch refuses a.mul_ after a * a)
        a.mul_(3)
        return early, middle, a
    compare(call, x, y)


def errors(call):
    """The exception of each library, ours first."""
    found = []
    for lib in LIBRARIES:
        with pytest.raises(Exception) as caught:
            call(lib)
        found.append(caught.value)
    return found


@pytest.mark.parametrize("call, says", [
    (lambda lib: lib.ones(3, requires_grad=True).add_(1), "leaf"),
    (lambda lib: lib.ones(3, requires_grad=True).__setitem__(0, 1.0), "leaf"),
    (lambda lib: lib.ones(3).add_(lib.ones(2, 3)), "shape"),
    (lambda lib: lib.ones(3, dtype=lib.int64).add_(0.5), "float"),
    (lambda lib: lib.ones(3, dtype=lib.bool).add_(1), "int64"),
    (lambda lib: lib.ones(3, dtype=lib.int64).div_(2), "float"),
    (lambda lib: lib.ones(3).expand(2, 3).add_(1), "expand"),
    (lambda lib: lib.ones(3).__setitem__(slice(0, 2), lib.ones(3)), "broadcast"),
    (lambda lib: lib.ones(3).__setitem__(5, 1.0), "out of"),
    (lambda lib: lib.ones(3).__setitem__(lib.tensor([5]), 1.0), "out of range"),
], ids=range(10))
def test_errors(call, says):
    ours, theirs = errors(call)
    assert isinstance(ours, type(theirs)), f"{type(ours)} is no {type(theirs)}: {theirs}"
    assert says in str(ours), str(ours)


def test_a_failed_write_changes_nothing():
    a = tg.ones(3)
    with pytest.raises(IndexError, match="7 is out of range"):
        a[tg.tensor([0, 7])] = 5.0
    assert a.tolist() == [1, 1, 1]
