"""Attention: the lecture's numbers, the fused rule beside its formula, masks; padding never matters."""
import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import tinygrad_bio as tg
from tinygrad_bio import nn, ops
from tinygrad_bio.autograd import grad
from tinygrad_bio.backend import asnumpy
from tinygrad_bio.testing import assert_close, gradcheck, gradgradcheck

F = nn.functional
seeds = st.integers(0, 2 ** 20)
inf = math.inf


def random(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def some(*shape, seed=0):
    """Booleans, True with probability 0.6: whole rows may be False."""
    return np.random.default_rng([seed, *shape]).random(shape) < 0.6


# ------------------------------------------------------------------------------------ the lecture's numbers

X = np.array([[1., 0, 1, 0], [0, 2, 0, 2], [1, 1, 1, 1]])


def test_self_attention_step_by_step():
    """The inputs of the lecture, (1 0 1 0), (0 2 0 2), (1 1 1 1): X itself as queries, keys and values."""
    scores = X @ X.T
    assert scores.tolist() == [[2, 0, 2], [0, 8, 4], [2, 4, 4]]
    scaled = scores / math.sqrt(4)
    assert scaled.tolist() == [[1, 0, 1], [0, 4, 2], [1, 2, 2]]
    weights = np.exp(scaled) / np.exp(scaled).sum(1, keepdims=True)
    assert_close(weights,
                 [[0.42232, 0.15536, 0.42232], [0.01588, 0.86681, 0.11731],
                  [0.15536, 0.42232, 0.42232]], atol=5e-6)
    x = tg.tensor(X)
    assert_close(ops.attention_weights(x, x, scale=0.5), weights, rtol=1e-12)
    assert_close(F.scaled_dot_product_attention(x, x, x), weights @ X, rtol=1e-12)
    assert_close((weights @ X)[0], [0.84464, 0.73304, 0.84464, 0.73304], atol=5e-6)


def test_multi_head_attention_is_its_formula():
    """Each head by itself, with its own piece of the projections."""
    tg.manual_seed(0)
    layer = nn.MultiheadAttention(4, 2).double()
    x = tg.tensor(X)
    w, b = layer.in_proj_weight.detach().numpy(), layer.in_proj_bias.detach().numpy()
    heads, weights = [], []
    for h in (slice(0, 2), slice(2, 4)):
        q, k, v = (X @ w[i * 4:][h].T + b[i * 4:][h] for i in range(3))
        scores = np.exp(q @ k.T / math.sqrt(2))
        weights.append(scores / scores.sum(1, keepdims=True))
        heads.append(weights[-1] @ v)
    w, b = layer.out_proj.weight.detach().numpy(), layer.out_proj.bias.detach().numpy()
    expected = np.concatenate(heads, 1) @ w.T + b
    y, averaged = layer(x, x, x)
    assert_close(y.detach(), expected, rtol=1e-12)
    assert_close(averaged.detach(), np.mean(weights, 0), rtol=1e-12)
    assert_close(layer(x, x, x, average_attn_weights=False)[1].detach(), np.stack(weights), rtol=1e-12)
    assert_close(layer(x, x, x, need_weights=False)[0].detach(), expected, rtol=1e-12)


# ------------------------------------------------------------------------------------- fused and composed

def both_ways(arrays, seed=0, **settings):
    results = []
    for function in (ops.scaled_dot_product_attention, ops.scaled_dot_product_attention.composite):
        tensors = [tg.tensor(a, requires_grad=True) for a in arrays]
        y = function(*tensors, **settings)
        results.append([t.detach() for t in (y, *grad(y, tensors, tg.tensor(random(*y.shape, seed=seed))))])
    return results


@settings(max_examples=60)
@given(n=st.integers(1, 3), heads=st.sampled_from([(), (1,), (2,)]), queries=st.integers(1, 4),
       keys=st.integers(1, 4),
       width=st.integers(1, 3), of_values=st.integers(1, 3), bias=st.booleans(),
       mask=st.sampled_from([None, "bool", "numbers", "bool for all"]), drop=st.booleans(), seed=seeds)
def test_fused_rule_is_its_composition(n, heads, queries, keys, width, of_values, bias, mask, drop, seed):
    """Value and gradients, also where whole rows are masked."""
    lead, settings = (n, *heads), {"scale": 0.7}
    arrays = [random(*lead, queries, width, seed=seed), random(*lead, keys, width, seed=seed + 1),
              random(*lead, keys, of_values, seed=seed + 2)]
    if bias:
        arrays.append(random(queries, keys, seed=seed + 3))
    if mask:
        settings["mask"] = some(*(() if mask == "bool for all" else lead), queries, keys, seed=seed)
        if mask == "numbers":
            settings["mask"] = np.where(settings["mask"], 0.5, -inf)
    if drop:
        settings["dropout"] = 2.0 * some(*lead, queries, keys, seed=seed + 4)
    for fused, plain in zip(*both_ways(arrays, seed, **settings)):
        assert_close(fused, plain, rtol=1e-10, atol=1e-12)


def test_fused_rule_in_many_parts():
    """A batch whose scores do not fit into the cache is taken piece by piece, the last one smaller."""
    shape = (7, 2, 120, 5)
    assert len(ops.attention._parts((7, 2, 120, 120), np)) == 4
    arrays = [random(*shape, seed=k) for k in range(3)]
    for fused, plain in zip(*both_ways(arrays, scale=0.3, mask=some(7, 1, 120, 120))):
        assert_close(fused, plain, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("lead", [(2,), (1, 2)], ids=str)
def test_first_and_second_derivatives(lead):
    """By differences, with a bias that is learnt and a row that is masked."""
    arrays = [random(*lead, 2, 2), random(*lead, 3, 2), random(*lead, 3, 2, seed=1), random(2, 3)]
    mask = np.array([[True, False, True], [False, False, False]])
    tensors = [tg.tensor(a, requires_grad=True) for a in arrays]

    def function(*tensors):
        return ops.scaled_dot_product_attention(*tensors, scale=0.7, mask=mask)
    assert gradcheck(function, tensors) and gradgradcheck(function, tensors)


def test_scores_may_be_large():
    """e^x would overflow; the largest score is taken away first."""
    q = tg.tensor(np.array([[[1e4], [-1e4]]], "float32"))
    y = F.scaled_dot_product_attention(q, q, q, scale=1.0)
    assert y.flatten().tolist() == [1e4, -1e4]


def test_pure_with_respect_to_its_inputs():
    q = tg.tensor(random(2, 3, 4), requires_grad=True)
    before = q.array.copy()
    F.scaled_dot_product_attention(q, q, q).sum().backward()
    assert np.array_equal(q.array, before)


# ----------------------------------------------------------------------------------------------- masked rows

def masks_that_hide_all_of_row_1():
    hidden = np.zeros((3, 3), bool)
    hidden[1] = True
    return {"bool": hidden, "numbers": np.where(hidden, -inf, 0.0)}


@pytest.mark.parametrize("kind", ["bool", "numbers"])
@pytest.mark.parametrize("ndim", [2, 3, 4])
def test_a_query_without_keys_gives_0_and_gets_0(kind, ndim):
    """In scaled_dot_product_attention, fused and not: never NaN."""
    mask = masks_that_hide_all_of_row_1()[kind]
    q, k, v = (tg.tensor(random(*(2, 2)[:ndim - 2], 3, 4, seed=s), requires_grad=True) for s in range(3))
    y = F.scaled_dot_product_attention(q, k, v, tg.tensor(~mask if kind == "bool" else mask))
    found = grad((y * y).sum() + y.sum(), [q, k, v], create_graph=True)
    assert (y[..., 1, :] == 0).all() and (y[..., 0, :] != 0).all()
    assert (found[0][..., 1, :] == 0).all()
    assert all(d.isfinite().all() for d in [*found, *grad(sum(d.sum() for d in found), [q, k, v])])


@pytest.mark.parametrize("kind", ["bool", "numbers"])
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("learnt", [True, False])
def test_a_query_without_keys_in_multihead_attention(kind, need_weights, learnt):
    """Weights 0, output the bias of the last projection, gradient 0, on every path."""
    tg.manual_seed(0)
    layer = nn.MultiheadAttention(4, 2, batch_first=True).double()
    mask = tg.tensor(masks_that_hide_all_of_row_1()[kind])
    if learnt and kind == "numbers":
        mask.requires_grad_()
    x = tg.tensor(random(2, 3, 4), requires_grad=True)
    memory = tg.tensor(random(2, 3, 4, seed=1), requires_grad=True)
    y, weights = layer(x, memory, memory, attn_mask=mask, need_weights=need_weights)
    assert_close(y[:, 1], layer.out_proj.bias.expand(2, 4))
    if need_weights:
        assert (weights[:, 1] == 0).all() and (weights[:, 0] != 0).all()
    found = grad((y * y).sum(), [x, memory, *layer.parameters()])
    assert all(d.isfinite().all() for d in found)
    assert (found[0][:, 1] == 0).all() and (found[0][:, 0] != 0).all()


@pytest.mark.parametrize("need_weights", [True, False])
def test_a_sequence_that_is_padding_alone(need_weights):
    """All keys of one example ignored: its output is the bias, and it adds nothing to any gradient."""
    tg.manual_seed(0)
    layer = nn.MultiheadAttention(4, 2, batch_first=True).double()
    x = tg.tensor(random(2, 3, 4), requires_grad=True)
    y, _ = layer(x, x, x, key_padding_mask=tg.tensor([[False] * 3, [True] * 3]), need_weights=need_weights)
    dx, = grad((y * tg.tensor(random(2, 3, 4, seed=1))).sum(), x)
    assert_close(y[1], layer.out_proj.bias.expand(3, 4))
    assert (dx[1] == 0).all() and dx.isfinite().all()


def test_an_encoder_trains_on_a_batch_with_an_empty_row():
    tg.manual_seed(0)
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, 0.0, batch_first=True), 2)
    mask = np.triu(np.ones((3, 3), bool))                               # query 0 may attend to nothing at all
    encoder(tg.randn(2, 3, 4), mask=tg.tensor(mask))[..., 0].sum().backward()
    assert all(p.grad.isfinite().all() and p.grad.any() for p in encoder.parameters())


# ---------------------------------------------------------------------------------- padding never matters

MODELS = {
    "attention": lambda: nn.MultiheadAttention(4, 2, batch_first=True),
    "attention, extra keys": lambda: nn.MultiheadAttention(
        4, 2, add_bias_kv=True, add_zero_attn=True, batch_first=True),
    "encoder": lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 6, 0.0, batch_first=True), 2),
    "encoder, norm first": lambda: nn.TransformerEncoder(
        nn.TransformerEncoderLayer(4, 2, 6, 0.0, "gelu", batch_first=True, norm_first=True), 2,
        nn.LayerNorm(4))}


def run_padded(model, x, lengths, how):
    """What must not depend on the padding: outputs, and gradients of a loss over the real residues."""
    for p in model.parameters():
        p.grad = None
    x = tg.tensor(x, requires_grad=True)
    padding = tg.tensor(np.arange(x.shape[1]) >= np.array(lengths)[:, None])
    if isinstance(model, nn.MultiheadAttention):
        more = {"lengths": lengths} if how == "lengths" else {"key_padding_mask": padding}
        y = model(x, x, x, need_weights=how == "weights", **more)[0]
    else:
        y = model(x, **({"lengths": lengths} if how == "lengths" else {"src_key_padding_mask": padding}))
    real = [y[n, :k] for n, k in enumerate(lengths)]
    sum((r * tg.tensor(random(10, 4, seed=n)[:len(r)])).sum() for n, r in enumerate(real)).backward()
    dx = [x.grad[n, :k] for n, k in enumerate(lengths)]
    assert all((x.grad[n, k:] == 0).all() for n, k in enumerate(lengths)), "padding must get no gradient"
    return [t.detach().numpy().copy() for t in [*real, *dx, *(p.grad for p in model.parameters())]]


@settings(max_examples=60)
@given(kind=st.sampled_from(list(MODELS)), lengths=st.lists(st.integers(1, 5), min_size=1, max_size=3),
       more=st.integers(0, 3), filler=st.sampled_from([0.0, -3.0, 1e3]),
       how=st.sampled_from(["lengths", "mask", "weights"]), seed=seeds)
def test_padding_never_matters(kind, lengths, more, filler, how, seed):
    """Neither its amount nor its content: for outputs and gradients, of attention and of whole encoders."""
    tg.manual_seed(seed)
    model = MODELS[kind]().double()
    x = random(len(lengths), max(lengths), 4, seed=seed)
    wide = np.full((len(lengths), max(lengths) + more, 4), filler)
    for n, k in enumerate(lengths):
        wide[n, :k] = x[n, :k]
    expected = run_padded(model, x, lengths, "mask")
    for a, b in zip(run_padded(model, wide, lengths, how), expected):
        assert_close(a, b, rtol=1e-9, atol=1e-11)
    for n, k in enumerate(lengths):                                     # and each sequence is as if alone
        assert_close(run_padded(model, x[n:n + 1, :k], [k], "mask")[0], expected[n], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("first, second", [("bool", "bool"), ("bool", "numbers"), ("numbers", "bool"),
                                           ("numbers", "numbers"), ("bool", "learnt"), ("numbers", "learnt")])
def test_both_masks_act_together(first, second, need_weights):
    """What either of them hides is hidden; numbers are added up. All forms of the same masks agree."""
    tg.manual_seed(0)
    layer, x = nn.MultiheadAttention(4, 2, batch_first=True).double(), tg.tensor(random(2, 3, 4))
    padding = np.array([[False, False, True], [False, True, False]])                        # (N, S)
    behind = ~np.tri(3, dtype=bool)                                                         # (L, S)
    hidden = padding[:, None, None] | behind                                                # (N, 1, L, S)
    expected, weights = layer(x, x, x, attn_mask=tg.tensor(hidden.repeat(2, 1).reshape(4, 3, 3)))

    def told(mask, kind):
        mask = tg.tensor(mask if kind == "bool" else np.where(mask, -inf, 0.0))
        return mask.requires_grad_() if kind == "learnt" else mask
    y, w = layer(x, x, x, told(padding, first), need_weights, told(behind, second))
    assert_close(y, expected, rtol=1e-10)
    if need_weights:
        assert_close(w, weights, rtol=1e-10)
        assert ((w == 0).numpy() == hidden[:, 0]).all()


@pytest.mark.parametrize("norm_first", [True, False])
def test_layers_are_their_formula(norm_first):
    """Residual connections around each block, with a norm before the block or after the sum."""
    tg.manual_seed(0)
    more = {"dropout": 0.0, "batch_first": True, "norm_first": norm_first}
    encoder = nn.TransformerEncoderLayer(4, 2, 8, **more).double()
    decoder = nn.TransformerDecoderLayer(4, 2, 8, **more).double()
    x, memory = tg.tensor(random(2, 3, 4)), tg.tensor(random(2, 5, 4))

    def block(layer, number, x, f):
        norm = getattr(layer, f"norm{number}")
        return x + f(norm(x)) if norm_first else norm(x + f(x))

    def feed_forward(layer):
        return lambda x: layer.linear2(F.relu(layer.linear1(x)))
    y = block(encoder, 1, x, lambda x: encoder.self_attn(x, x, x)[0])
    assert_close(encoder(x), block(encoder, 2, y, feed_forward(encoder)), rtol=1e-10)
    padding = F.padding_mask_from_lengths([5, 2])
    y = block(decoder, 1, x, lambda x: decoder.self_attn(x, x, x, is_causal=True)[0])
    y = block(decoder, 2, y, lambda x: decoder.multihead_attn(x, memory, memory, padding)[0])
    assert_close(decoder(x, memory, tgt_is_causal=True, memory_key_padding_mask=padding),
                 block(decoder, 3, y, feed_forward(decoder)), rtol=1e-10)


def test_padding_mask_from_lengths():
    mask = F.padding_mask_from_lengths([3, 1], 4)
    assert mask.tolist() == [[False, False, False, True], [False, True, True, True]]
    assert F.padding_mask_from_lengths(tg.tensor([2, 1])).tolist() == [[False, False], [False, True]]
    for lengths, longest in (([0, 1], None), ([3], 2), ([1.5], None), ([[1]], None)):
        with pytest.raises(ValueError, match="padding_mask_from_lengths"):
            F.padding_mask_from_lengths(lengths, longest)


# ------------------------------------------------------------------------------------------------- symmetries

def test_self_attention_does_not_see_order():
    """Shuffled residues give shuffled outputs; with the positions added they do not."""
    tg.manual_seed(0)
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True), 2).double()
    position = nn.PositionalEncoding(8, dropout=0.0, batch_first=True, dtype=tg.float64)
    x, order = tg.tensor(random(1, 6, 8)), np.array([3, 0, 5, 1, 4, 2])
    assert_close(encoder(x[:, order]), encoder(x)[:, order], rtol=1e-9, atol=1e-11)
    difference = encoder(position(x[:, order])) - encoder(position(x))[:, order]
    assert difference.abs().max().item() > 1e-3


@pytest.mark.parametrize("model", ["attention", "encoder", "decoder"])
def test_causal_outputs_do_not_depend_on_what_comes_later(model):
    tg.manual_seed(0)
    x = tg.tensor(random(2, 5, 4), requires_grad=True)
    if model == "attention":
        y = F.scaled_dot_product_attention(x, x, x, is_causal=True)
    elif model == "encoder":
        y = nn.TransformerEncoderLayer(4, 2, 8, 0.0, batch_first=True).double()(x, is_causal=True)
    else:
        memory = tg.tensor(random(2, 3, 4))
        y = nn.TransformerDecoderLayer(4, 2, 8, 0.0, batch_first=True).double()(x, memory, tgt_is_causal=True)
    dx, = grad(y[:, 2, 0].sum(), x)                                   # (a sum over all of a norm is constant)
    assert (dx[:, 3:] == 0).all() and (dx[:, :3] != 0).all()


def test_extra_keys_are_seen_by_causal_queries():
    tg.manual_seed(0)
    layer = nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True, batch_first=True)
    x = tg.randn(1, 3, 4)
    weights = layer(x, x, x, is_causal=True)[1][0]
    assert weights.shape == (3, 5) and (weights[:, 3:] > 0).all()
    assert ((weights[:, :3] > 0).numpy() == np.tri(3, dtype=bool)).all()


# ---------------------------------------------------------------------------------------------- dropout, rest

def test_dropout_of_weights():
    """In training some weights are 0 and the rest doubled (p = ½), in what is returned as in what is used."""
    tg.manual_seed(0)
    layer = nn.MultiheadAttention(4, 1, dropout=0.5, batch_first=True).double()
    x = tg.tensor(random(3, 40, 4))
    kept = layer.eval()(x, x, x)[1]
    y, weights = layer.train()(x, x, x)
    zero = weights == 0
    assert 0.45 < zero.double().mean().item() < 0.55
    assert_close(tg.where(zero, 0.0, weights), tg.where(zero, 0.0, 2 * kept), rtol=1e-10)
    v = x @ layer.in_proj_weight[8:].T
    assert_close(y, (weights @ v) @ layer.out_proj.weight.T, rtol=1e-9, atol=1e-12)


def test_dropout_without_weights():
    """The faster path draws the same mask, so the same seed gives the same output."""
    outputs = []
    layer, x = nn.MultiheadAttention(4, 2, dropout=0.5,
                                     batch_first=True).double(), tg.tensor(random(3, 10, 4))
    for need_weights in (True, False):
        tg.manual_seed(1)
        outputs.append(layer(x, x, x, need_weights=need_weights)[0])
    assert_close(*outputs, rtol=1e-10, atol=1e-12)
    assert F.scaled_dot_product_attention(x, x, x, dropout_p=1.0).abs().max().item() == 0


def test_positional_encoding_is_its_formula():
    pe = nn.PositionalEncoding(6, dropout=0.0, max_len=50,
                               dtype=tg.float64)(tg.zeros(50, 6, dtype=tg.float64)).numpy()
    for position, i in ((0, 0), (1, 0), (7, 1), (49, 2)):
        angle = position / 10000 ** (2 * i / 6)
        assert pe[position, 2 * i:2 * i + 2].tolist() == pytest.approx([math.sin(angle), math.cos(angle)])
    products = pe @ pe.T                                   # of two positions: depends on their distance alone
    assert_close(np.diag(products, 5), np.full(45, products[0, 5]), rtol=1e-10)


@pytest.mark.parametrize("shape, batch_first", [
    ((7, 5), False), ((7, 5), True), ((7, 2, 5), False), ((2, 7, 5), True)], ids=str)
def test_positional_encoding_of_batches(shape, batch_first):
    """Also for an odd width; it is not saved, and the longest length is checked."""
    layer = nn.PositionalEncoding(5, dropout=0.0, max_len=7, batch_first=batch_first)
    y = layer(tg.zeros(*shape))
    y = y if len(shape) == 2 else y[0] if batch_first else y[:, 0]
    assert_close(y, layer.pe)
    assert not layer.state_dict()
    with pytest.raises(ValueError, match="max_len=7"):
        layer(tg.zeros(*(n + 1 for n in shape[:-1]), 5))


def test_layers_of_a_stack_start_equal_and_learn_by_themselves():
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8), 2)
    first, second = (list(layer.parameters()) for layer in encoder.layers)
    assert all((a == b).all() for a, b in zip(first, second))
    assert not {id(p.array) for p in first} & {id(p.array) for p in second}
    assert len(list(encoder.parameters())) == 2 * len(first)


@pytest.mark.parametrize("kind", ["weights", "no weights", "encoder", "transformer"])
def test_on_a_device_in_float32(kind, device):
    results = []
    for where in ("cpu", device):
        tg.manual_seed(0)
        x = tg.tensor(random(2, 5, 4).astype("float32"), device=where, requires_grad=True)
        padding = tg.tensor([[False] * 5, [False] * 3 + [True] * 2]).to(where)
        if kind == "encoder":
            layer = nn.TransformerEncoderLayer(4, 2, 8, 0.0, batch_first=True)
            model = nn.TransformerEncoder(layer, 1).to(where)
            outputs = [model(x, src_key_padding_mask=padding), model(x, lengths=tg.tensor([5, 3]))]
        elif kind == "transformer":
            model = nn.Transformer(4, 2, 1, 1, 8, 0.0, batch_first=True).to(where)
            mask = model.generate_square_subsequent_mask(5, device=where)
            outputs = [model(x, x, tgt_mask=mask, src_key_padding_mask=padding)]
        else:
            model = nn.MultiheadAttention(4, 2, 0.0, True, True, True, batch_first=True).to(where)
            outputs = [t for t in model(x, x, x, padding, kind == "weights", is_causal=True) if t is not None]
            bias = tg.zeros(5, 5, device=where, requires_grad=True)
            outputs.append(model(x, x, x, padding, kind == "weights", attn_mask=bias)[0])
        found = outputs + list(grad(sum((y * y)[..., 0].sum() for y in outputs), [x, *model.parameters()]))
        assert all(t.device.type == where and t.dtype == tg.float32 for t in found)
        results.append([asnumpy(t.detach().array) for t in found])
    for a, b in zip(*results):
        assert_close(a, b, rtol=1e-3, atol=1e-5)
