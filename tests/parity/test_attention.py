"""Attention and transformers against PyTorch: outputs, weights, all gradients, with every kind of mask."""
import math
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from torch.nn.attention import SDPBackend, sdpa_kernel

import tinygrad_bio as tg
from .both import array, assert_same, bools, compare
from .twins import fail_alike, step_alike, twins

F, F_ = tg.nn.functional, torch.nn.functional


def may_attend(*shape, seed=0):
    """A mask that hides some keys, but not all of any query: True means attend."""
    mask = bools(*shape, seed=seed)
    mask[..., 0] = True
    return mask


def numbers(mask):
    """The same mask as numbers to add, some of them finite. float32, lest they become leaves."""
    return np.where(mask, np.round(array(*mask.shape, seed=9), 1), -np.inf).astype("float32")


# --------------------------------------------------------------------------- scaled_dot_product_attention

@settings(max_examples=60)
@given(lead=st.sampled_from([(), (2,), (1, 2), (3, 1), (2, 2, 2)]), queries=st.integers(1, 4),
       keys=st.integers(1, 4),
       width=st.integers(1, 3), of_values=st.integers(1, 3), scale=st.sampled_from([None, 0.5]),
       mask=st.sampled_from([None, "bool", "numbers", "learnt", "causal"]), full=st.booleans())
def test_scaled_dot_product_attention(lead, queries, keys, width, of_values, scale, mask, full):
    """Also the second derivative."""
    allowed = may_attend(*(lead if full else ()), queries, keys)
    more = {None: [], "causal": [], "bool": [allowed], "numbers": [numbers(allowed)],
            "learnt": [array(*allowed.shape, seed=4)]}[mask]

    def call(library, q, k, v, *attn_mask):
        attn_mask = attn_mask[0].to(q.dtype) if mask == "numbers" else attn_mask[0] if attn_mask else None
        with sdpa_kernel(SDPBackend.MATH):                      # PyTorch's others have no second derivative
            return library.nn.functional.scaled_dot_product_attention(
                q, k, v, attn_mask, is_causal=mask == "causal", scale=scale)
    compare(call, array(*lead, queries, width), array(*lead, keys, width, seed=1),
            array(*lead, keys, of_values, seed=2), *more)


@pytest.mark.parametrize("shapes", [
    ((2, 3, 4, 5), (3, 6, 5), (6, 5)), ((1, 3, 4, 5), (2, 1, 6, 5), (2, 3, 6, 5)),
    ((4, 5), (2, 6, 5), (2, 6, 5))], ids=str)
def test_batches_are_broadcast(shapes):
    compare(lambda library, q, k, v: library.nn.functional.scaled_dot_product_attention(q, k, v),
            *(array(*shape, seed=i) for i, shape in enumerate(shapes)), order=1)


def test_heads_in_groups():
    def call(library, q, k, v):
        return library.nn.functional.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    compare(call, array(2, 6, 3, 4), array(2, 2, 5, 4), array(2, 2, 5, 4, seed=1), order=1)


def test_float32_at_working_size():
    rng = np.random.default_rng(0)
    q, k, v = (rng.normal(size=(4, 8, 100, 16)).astype("float32") for _ in range(3))
    y = F.scaled_dot_product_attention(*map(tg.tensor, (q, k, v)), is_causal=True)
    y_ = F_.scaled_dot_product_attention(*map(torch.tensor, (q, k, v)), is_causal=True)
    np.testing.assert_allclose(y.numpy(), y_.numpy(), rtol=1e-5, atol=1e-6)


# ------------------------------------------------------------------------------------- MultiheadAttention

@settings(max_examples=80)
@given(heads=st.integers(1, 3), width=st.integers(1, 2),
       widths=st.sampled_from([(None, None), (3, None), (3, 5)]), bias=st.booleans(), bias_kv=st.booleans(),
       zero=st.booleans(), batch_first=st.booleans(), n=st.integers(1, 3), queries=st.integers(1, 4),
       keys=st.integers(1, 4), need_weights=st.booleans(), average=st.booleans(),
       padding=st.sampled_from([None, "bool", "numbers"]), alone=st.booleans(), training=st.booleans(),
       mask=st.sampled_from([None, "bool", "numbers", "heads"]))
def test_multihead_attention(heads, width, widths, bias, bias_kv, zero, batch_first, n, queries, keys,
                             need_weights, average, padding, mask, alone, training):
    e, n = heads * width, 1 if alone else n
    kdim, vdim = (k or e for k in widths)
    ours, theirs = twins(f"MultiheadAttention({e}, {heads}, 0.0, {bias}, {bias_kv}, {zero}, {widths[0]}, "
                         f"{widths[1]}, {batch_first})")
    masks = {}
    if padding:
        allowed = may_attend(n, keys, seed=1)
        masks["key_padding_mask"] = ~allowed if padding == "bool" else numbers(allowed)
    if mask:
        allowed = may_attend(*((n * heads,) if mask == "heads" else ()), queries, keys, seed=2)
        masks["attn_mask"] = ~allowed if mask == "bool" else numbers(allowed)
    if alone and padding:
        masks["key_padding_mask"] = masks["key_padding_mask"][0]

    def batch(x):                                               # (N, L, E)
        return x[0] if alone else x if batch_first else x.swapaxes(0, 1)

    def call(layer, *inputs, **masks):
        masks = {k: m.double() if m.dtype != bool and m.is_floating_point() else m for k, m in masks.items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)        # PyTorch: both masks should have one dtype
            return layer(*inputs, need_weights=need_weights, average_attn_weights=average, **masks)

    for layer in (ours, theirs):
        layer.train(training)
    step_alike(ours, theirs, batch(array(n, queries, e)), batch(array(n, keys, kdim, seed=1)),
               batch(array(n, keys, vdim, seed=2)), call=call, **masks)


@settings(max_examples=30)
@given(heads=st.integers(1, 3), n=st.integers(1, 3), length=st.integers(1, 4), batch_first=st.booleans(),
       need_weights=st.booleans(), bias=st.booleans(), causal=st.booleans())
def test_self_attention(heads, n, length, batch_first, need_weights, bias, causal):
    """One input three times, which takes another way through the projection."""
    ours, theirs = twins(f"MultiheadAttention({2 * heads}, {heads}, bias={bias}, batch_first={batch_first})")
    mask = ~np.tri(length, dtype=bool)

    def call(layer, x, mask):
        masks = {"attn_mask": mask, "is_causal": True} if causal else {}
        return layer(x, x, x, need_weights=need_weights, **masks)
    step_alike(ours, theirs, array(*((n, length) if batch_first else (length, n)), 2 * heads), mask,
               call=call)


def test_is_causal_alone_is_the_causal_mask():
    """(PyTorch wants the mask too.)"""
    ours, theirs = twins("MultiheadAttention(4, 2, batch_first=True)")

    def call(layer, x, mask):
        return layer(x, x, x, is_causal=True) if layer is ours else layer(x, x, x, attn_mask=mask)
    step_alike(ours, theirs, array(2, 5, 4), ~np.tri(5, dtype=bool), call=call)


@pytest.mark.parametrize("need_weights", [True, False])
def test_lengths_are_a_key_padding_mask(need_weights):
    ours, theirs = twins("MultiheadAttention(4, 2, batch_first=True)")

    def call(layer, x, mask):
        padding = {"lengths": [5, 3]} if layer is ours else {"key_padding_mask": mask}
        return layer(x, x, x, need_weights=need_weights, **padding)
    step_alike(ours, theirs, array(2, 5, 4), np.arange(5) >= np.array([[5], [3]]), call=call)


def test_without_a_gradient_in_use():
    """PyTorch's fast path."""
    ours, theirs = (layer.eval() for layer in twins("MultiheadAttention(4, 2, batch_first=True)"))
    x = array(2, 5, 4)
    with torch.no_grad(), tg.no_grad():
        for need_weights in (True, False):
            assert_same(ours(*[tg.tensor(x)] * 3, need_weights=need_weights),
                        theirs(*[torch.tensor(x)] * 3, need_weights=need_weights), "output")


TEXTS = ["MultiheadAttention(8, 2)", "MultiheadAttention(8, 2, bias=False)",
         "MultiheadAttention(8, 2, kdim=3, vdim=5)", "MultiheadAttention(8, 2, add_bias_kv=True)",
         "TransformerEncoderLayer(8, 2)", "TransformerDecoderLayer(8, 2)",
         "TransformerEncoderLayer(8, 2, bias=False)", "Transformer(8, 2, 2, 1, 16)",
         "TransformerEncoder(TransformerEncoderLayer(8, 2), 3, LayerNorm(8))",
         "TransformerDecoder(TransformerDecoderLayer(8, 2), 2)"]


@pytest.mark.parametrize("text", TEXTS)
def test_names_shapes_and_printing(text):
    twins(text)


def test_starting_values():
    tg.manual_seed(0)
    layer = tg.nn.MultiheadAttention(16, 4, add_bias_kv=True)
    bound = math.sqrt(6 / (16 + 48))
    assert 0.98 * bound < layer.in_proj_weight.abs().max().item() <= bound
    assert not layer.in_proj_bias.any() and not layer.out_proj.bias.any() and layer.bias_k.any()
    model = tg.nn.Transformer(16, 4, 1, 1, 32)
    for p in model.parameters():
        assert p.ndim == 1 or 0.9 < p.abs().max().item() / math.sqrt(6 / sum(p.shape)) <= 1


# ------------------------------------------------------------------------------------------- transformers

def maybe_masks(shapes, kinds, seed):
    """Masks of these shapes by name, each of one kind ("bool", "numbers") or left out (None)."""
    found = {}
    for k, (name, shape) in enumerate(shapes.items()):
        if kinds[k % len(kinds)]:
            allowed = may_attend(*shape, seed=seed + k)
            found[name] = ~allowed if kinds[k % len(kinds)] == "bool" else numbers(allowed)
    return found


def called_in_float64(layer, *inputs, **masks):
    masks = {k: m if m.dtype in (tg.bool, torch.bool) else m.double() for k, m in masks.items()}
    return layer(*inputs, **masks)


KINDS_OF_MASKS = st.lists(st.sampled_from([None, "bool", "numbers"]), min_size=1, max_size=4)
settings_of_layers = {"norm_first": st.booleans(), "bias": st.booleans(), "batch_first": st.booleans(),
                      "activation": st.sampled_from(["'relu'", "'gelu'", "nn.functional.silu"]),
                      "eps": st.sampled_from([1e-5, 0.1])}


def common(norm_first, bias, batch_first, activation, eps, dropout=0.0):
    return (f"dropout={dropout}, norm_first={norm_first}, bias={bias}, batch_first={batch_first}, "
            f"activation={activation}, layer_norm_eps={eps}")


def placed(x, batch_first):
    return x if batch_first else x.swapaxes(0, 1)


@settings(max_examples=40)
@given(n=st.integers(1, 3), length=st.integers(1, 4), kinds=KINDS_OF_MASKS, in_use=st.booleans(),
       **settings_of_layers)
@pytest.mark.filterwarnings("ignore:Support for mismatched")
def test_encoder_layer(n, length, kinds, in_use, **how):
    ours, theirs = twins(f"TransformerEncoderLayer(4, 2, 6, {common(dropout=0.3 if in_use else 0.0, **how)})")
    for layer in (ours, theirs):
        layer.train(not in_use)
    masks = maybe_masks({"src_mask": (length, length), "src_key_padding_mask": (n, length)}, kinds, 3)
    x = placed(array(n, length, 4), how["batch_first"])
    step_alike(ours, theirs, x, call=called_in_float64, **masks)


@settings(max_examples=40)
@given(n=st.integers(1, 3), length=st.integers(1, 4), targets=st.integers(1, 4), kinds=KINDS_OF_MASKS,
       **settings_of_layers)
@pytest.mark.filterwarnings("ignore:Support for mismatched")
def test_decoder_layer(n, length, targets, kinds, **how):
    ours, theirs = twins(f"TransformerDecoderLayer(4, 2, 6, {common(**how)})")
    masks = maybe_masks(masks_of_target(n, length, targets), kinds, 5)
    x, y = (placed(array(n, k, 4, seed=k), how["batch_first"]) for k in (length, targets))
    step_alike(ours, theirs, y, x, call=called_in_float64, **masks)


def masks_of_target(n, length, targets):
    return {"tgt_mask": (targets, targets), "memory_mask": (targets, length),
            "tgt_key_padding_mask": (n, targets), "memory_key_padding_mask": (n, length)}


@settings(max_examples=20)
@given(n=st.integers(1, 2), length=st.integers(1, 4), targets=st.integers(1, 4), kinds=KINDS_OF_MASKS,
       norm=st.booleans(), **settings_of_layers)
@pytest.mark.filterwarnings("ignore:Support for mismatched")
def test_stacks(n, length, targets, kinds, norm, **how):
    """Encoder, decoder, and both together."""
    more, end = common(**how), ", LayerNorm(4)" if norm else ""
    x, y = (placed(array(n, k, 4, seed=k), how["batch_first"]) for k in (length, targets))
    encoder = f"TransformerEncoder(TransformerEncoderLayer(4, 2, 6, {more}), 2{end})"
    decoder = f"TransformerDecoder(TransformerDecoderLayer(4, 2, 6, {more}), 2{end})"
    of_target = masks_of_target(n, length, targets)
    for text, inputs, masks in (
            (encoder, [x], {"mask": (length, length), "src_key_padding_mask": (n, length)}),
            (decoder, [y, x], of_target),
            (f"Transformer(4, 2, 1, 2, 6, {more})", [x, y],
             {"src_mask": (length, length), "src_key_padding_mask": (n, length), **of_target})):
        step_alike(*twins(text), *inputs, call=called_in_float64, **maybe_masks(masks, kinds, 7))


def test_language_model_of_a_course():
    """The mask of generate_square_subsequent_mask, with is_causal, for one sequence and for a batch."""
    ours, theirs = twins("TransformerEncoder(TransformerEncoderLayer(4, 2, 6, 0.0), 2)")
    for shape in ((5, 4), (5, 2, 4)):
        def call(model, x):
            library = tg if model is ours else torch
            mask = library.nn.Transformer.generate_square_subsequent_mask(5).to(x.dtype)
            return model(x, mask=mask, is_causal=True), mask
        step_alike(ours, theirs, array(*shape), call=call)


def test_masks_from_generate_square_subsequent_mask():
    assert_same(tg.nn.Transformer.generate_square_subsequent_mask(4),
                torch.nn.Transformer.generate_square_subsequent_mask(4), "mask")


# ------------------------------------------------------------------------------------------------- errors

def attend(L, *shapes, **settings):
    return L.nn.functional.scaled_dot_product_attention(*(L.zeros(*s) for s in shapes), **settings)


def attend_heads(L, *shapes, **settings):
    return L.nn.MultiheadAttention(4, 2, batch_first=True)(*(L.zeros(*s) for s in shapes), **settings)


X = (2, 3, 4)
CALLS = {
    "widths": (lambda L: attend(L, X, (2, 3, 5), X), "one width E"),
    "values": (lambda L: attend(L, X, X, (2, 5, 4)), "one value for each key"),
    "batch": (lambda L: attend(L, X, (5, 3, 4), X), "must fit"),
    "mask and causal": (lambda L: attend(L, X, X, X, attn_mask=L.ones(3, 3).bool(), is_causal=True),
                        "Explicit attn_mask"),
    "mask, batch": (lambda L: attend(L, X, X, X, attn_mask=L.ones(5, 3, 3).bool()), "does not broadcast"),
    "mask, shape": (lambda L: attend(L, X, X, X, attn_mask=L.ones(2, 2).bool()), "does not broadcast"),
    "mask, dtype": (lambda L: attend(L, X, X, X, attn_mask=L.ones(3, 3).long()), "booleans (True = attend)"),
    "heads": (lambda L: L.nn.MultiheadAttention(5, 2), "must be divisible by num_heads"),
    "no heads": (lambda L: L.nn.MultiheadAttention(4, 0), "greater than 0"),
    "embedding": (lambda L: attend_heads(L, (2, 3, 5), X, X), "query of width 4"),
    "key and value": (lambda L: attend_heads(L, X, X, (2, 5, 4)), "one value for each key"),
    "dimensions": (lambda L: attend_heads(L, (1, *X), X, X), "must all have 3 dimensions"),
    "attn_mask": (lambda L: attend_heads(L, X, X, X, attn_mask=L.zeros(2, 3)), "shape (3, 3) or (4, 3, 3)"),
    "batch of target": (lambda L: L.nn.Transformer(4, 2, 1, 1, 8)(L.zeros(3, 2, 4), L.zeros(3, 1, 4)),
                        "batch number"),
    "feature number": (lambda L: L.nn.Transformer(4, 2, 1, 1, 8)(L.zeros(3, 2, 5), L.zeros(3, 2, 5)),
                       "feature number"),
    "activation": (lambda L: L.nn.TransformerEncoderLayer(4, 2, activation="sin"), "relu/gelu"),
}


@pytest.mark.parametrize("call, message", CALLS.values(), ids=CALLS)
@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_errors(call, message):
    fail_alike(lambda: call(tg), lambda: call(torch), message)


def test_errors_of_our_own():
    layer, x = tg.nn.MultiheadAttention(4, 2, batch_first=True), tg.zeros(*X)
    with pytest.raises(ValueError, match=r"key_padding_mask must have shape \(2, 3\), got \(3, 2\)"):
        layer(x, x, x, key_padding_mask=tg.zeros(3, 2))
    with pytest.raises(TypeError, match=r"attn_mask must hold booleans \(True = ignore\)"):
        layer(x, x, x, attn_mask=tg.zeros(3, 3).long())
    with pytest.raises(ValueError, match="not both"):
        layer(x, x, x, key_padding_mask=tg.zeros(2, 3), lengths=[3, 3])
    with pytest.raises(ValueError, match="length 4 is out of range"):
        layer(x, x, x, lengths=[3, 4])
    with pytest.raises(ValueError, match="probability"):
        F.scaled_dot_product_attention(x, x, x, dropout_p=1.5)
