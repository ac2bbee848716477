"""The networks of tinygrad_bio.models: published parameter counts, shapes, one training step, padding."""
import numpy as np
import pytest

import tinygrad_bio as tg
from tinygrad_bio import models, nn
from tinygrad_bio.nn import functional as F


def size(net):
    return sum(p.numel() for p in net.parameters())


# Published: those of PyTorch's own weights (AlexNet, VGG, GoogLeNet, ResNet, ConvNeXt), of the SE-ResNet-50 of image-model
# collections, of GPT-2. LeNet-5: LeCun's 61 706 plus 2·(6 + 16) of batch normalisation. U-Net: summed by hand, below.
@pytest.mark.parametrize("build, count", [
    (models.LeNet5, 61_750),
    (models.AlexNet, 61_100_840),
    (models.vgg11, 132_863_336), (models.vgg16, 138_357_544), (models.vgg19, 143_667_240),
    (lambda: models.VGG(16, batch_norm=True), 138_365_992),
    (models.GoogLeNet, 6_624_904),
    (models.resnet18, 11_689_512), (models.resnet34, 21_797_672), (models.resnet50, 25_557_032),
    (models.resnet101, 44_549_160), (models.resnet152, 60_192_808),
    (models.senet50, 28_088_024),
    (models.convnext_tiny, 28_589_128),
    (lambda: models.LanguageModel(50257, 768, 12, 12, max_length=1024, causal=True), 124_439_808),
], ids=["LeNet5", "AlexNet", "VGG-11", "VGG-16", "VGG-19", "VGG-16 with batch norm", "GoogLeNet", "ResNet-18", "ResNet-34",
        "ResNet-50", "ResNet-101", "ResNet-152", "SE-ResNet-50", "ConvNeXt-T", "GPT-2 small"])
def test_published_parameter_counts(build, count, monkeypatch):
    for name in ("normal_", "kaiming_normal_", "kaiming_uniform_", "uniform_", "trunc_normal_"):
        monkeypatch.setattr(nn.init, name, lambda tensor, *args, **keywords: tensor)        # only sizes matter here
    assert size(build()) == count


def test_the_unet_of_the_paper():
    """3×3 convolutions 1 → 64 → 64, …, 512 → 1024 → 1024, 2×2 upwards, two 3×3 after each joining, 1×1 to 2 classes."""
    down = sum(9 * a * b + b for a, b in [(1, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 512), (512, 512),
                                          (512, 1024), (1024, 1024)])
    up = sum(4 * 2 * c * c + c + 9 * 2 * c * c + c + 9 * c * c + c for c in (512, 256, 128, 64))
    assert size(models.UNet(1, 2, batch_norm=False)) == down + up + 64 * 2 + 2 == 31_030_658


IMAGE = tg.rand(2, 3, 32, 32, generator=tg.Generator().manual_seed(0))
TOKENS = tg.tensor([[1, 2, 3, 4, 5], [4, 3, 2, 1, 0]])
EDGES, GRAPH = tg.tensor([[0, 1, 1, 2, 3, 4], [1, 0, 2, 1, 4, 3]]), tg.tensor([0, 0, 0, 1, 1])
SMALL = {
    "LeNet5": lambda: (models.LeNet5(3, 3), (IMAGE,)),
    "AlexNet": lambda: (models.AlexNet(3, width=4), (F.interpolate(IMAGE, 64),)),
    "VGG": lambda: (models.VGG(11, 3, width=4, batch_norm=True), (IMAGE,)),
    "GoogLeNet": lambda: (models.GoogLeNet(3, shrink=8), (IMAGE,)),
    "ResNet18": lambda: (models.resnet18(num_classes=3, width=4, small=True), (IMAGE,)),
    "SENet50": lambda: (models.senet50(num_classes=3, width=4, small=True), (IMAGE,)),
    "ConvNeXt": lambda: (models.ConvNeXt(3, depths=(1, 1), widths=(8, 16)), (IMAGE,)),
    "SequenceClassifier": lambda: (models.SequenceClassifier(22, 3, 8, 8), (TOKENS, [5, 4])),
    "GIN": lambda: (models.GIN(4, 3, hidden=8, layers=2), (tg.rand(5, 4), EDGES, GRAPH)),
    "GIN with relations": lambda: (models.GIN(4, 3, hidden=8, layers=2, relations=2, head="mlp"),
                                   (tg.rand(5, 4), EDGES, GRAPH, tg.tensor([0, 0, 1, 1, 0, 0]))),
}


@pytest.mark.parametrize("name", SMALL)
def test_classifiers_learn_two_examples_by_heart(name):
    tg.manual_seed(0)
    net, inputs = SMALL[name]()
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    target = tg.tensor([0, 2])
    optimizer = tg.optim.Adam(net.parameters(), lr=0.003)
    for _ in range(60):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(*inputs), target)
        loss.backward()
        optimizer.step()
    assert all(p.grad is not None for p in net.parameters()), "a parameter without a gradient"
    assert loss.item() < 0.2


def test_unet_learns_a_mask_and_names_sizes_that_do_not_fit():
    tg.manual_seed(0)
    net = models.UNet(1, 2, width=4, depth=2)
    image = tg.zeros(1, 1, 16, 16)
    image[:, :, 4:9, 5:12] = 1.0
    optimizer = tg.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(40):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(image), image[:, 0].long())
        loss.backward()
        optimizer.step()
    assert (net(image).argmax(1) == image[:, 0].long()).all()
    with pytest.raises(ValueError, match="divisible by 4"):
        net(tg.zeros(1, 1, 18, 17))


def test_fused_filters_are_the_filters_one_width_after_the_other():
    tg.manual_seed(0)
    net = models.PeptideCNN(widths=(1, 3, 5), filters=4)
    x = tg.randn(6, 9, 20)
    one_by_one = tg.cat([F.conv1d(x.transpose(1, 2), w, padding="same") for w in net.weights], dim=1)      # (N, 12, L)
    best, place = net.found(x)
    np.testing.assert_allclose(best.detach().numpy(), F.relu(one_by_one.amax(2)).detach().numpy(), rtol=1e-5)
    np.testing.assert_array_equal(place.numpy(), one_by_one.argmax(2).numpy())


@pytest.mark.parametrize("build, inputs", [
    (lambda: models.PeptideCNN(8, widths=(1, 3), filters=2), lambda: tg.randn(2, 7, 8)),
    (lambda: models.SequenceClassifier(9, 3, 4, 4), lambda: tg.randint(1, 9, (2, 7))),
    (lambda: models.Seq2Seq(9, 5, 4, 4), lambda: tg.randint(1, 9, (2, 7))),
])
def test_padding_is_never_looked_at(build, inputs):
    tg.manual_seed(0)
    net, x = build().eval(), inputs()
    more = tg.cat([x, tg.zeros_like(x[:, :3])], dim=1)
    rest = (tg.tensor([[0, 1], [0, 2]]),) if isinstance(net, models.Seq2Seq) else ()
    short = net(x, *rest, lengths=[7, 4])
    x[1, 4:] = 0
    long = net(more, *rest, lengths=[7, 4])
    np.testing.assert_allclose(short.detach().numpy(), long.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_a_causal_model_does_not_see_what_follows():
    tg.manual_seed(0)
    net = models.LanguageModel(9, 16, 2, 4, causal=True).eval()
    changed = TOKENS.clone()
    changed[:, 3:] = 7
    np.testing.assert_allclose(net(TOKENS)[:, :3].detach().numpy(), net(changed)[:, :3].detach().numpy(), atol=1e-6)
    assert abs(net(TOKENS)[:, 3:] - net(changed)[:, 3:]).max() > 1e-3
    with pytest.raises(ValueError, match="causal=True"):
        models.LanguageModel(9, 16, 1, 4).generate(TOKENS, 1)


def test_a_masked_model_sees_both_sides_but_no_padding():
    net = models.LanguageModel(9, 16, 2, 4, padding_idx=0).eval()
    _, maps = net.embed(TOKENS, need_weights=True)                                  # (N, depth, H, L, L)
    assert maps.shape == (2, 2, 4, 5, 5)
    assert (maps[1, ..., 4] == 0).all() and (maps[0, ..., 4] > 0).all()
    with pytest.raises(ValueError, match="max_length=3"):
        models.LanguageModel(9, 16, 1, 4, max_length=3)(TOKENS)


def test_the_lstm_language_model_never_sees_the_residue_it_predicts():
    tg.manual_seed(0)
    net = models.LSTMLanguageModel(9, 4, 8).eval()
    changed = TOKENS.clone()
    changed[:, 2] = 8
    difference = abs(net(TOKENS) - net(changed)).amax(2)                            # (N, L)
    assert (difference[:, 2] == 0).all() and (difference[:, [0, 1, 3, 4]] > 0).all()


@pytest.mark.parametrize("build", [lambda: models.Seq2Seq(9, 9, 16, 32), lambda: models.TranslationTransformer(9, 9, 32, 4, 1, 0.0)])
def test_translators_learn_to_reverse(build):
    tg.manual_seed(0)
    net, source = build(), tg.randint(3, 9, (64, 4))
    start, stop = tg.ones(64, 1, dtype=tg.int64), tg.full((64, 1), 2)
    target = tg.cat([start, source.flip(1), stop], dim=1)
    optimizer = tg.optim.Adam(net.parameters(), lr=0.003)
    for _ in range(400):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(source, target[:, :-1]).flatten(0, 1), target[:, 1:].flatten())
        loss.backward()
        optimizer.step()
    net.eval()
    said = net.translate(source, start=1, stop=2, steps=5)
    assert (said == target[:, 1:]).all(1).float().mean() > 0.9


def test_the_generative_models():
    tg.manual_seed(0)
    vae, x = models.VAE(16, 2, (8,)), tg.rand(5, 16)
    vae.eval()
    logits, mean, log_variance = (t.detach().numpy().astype("float64") for t in vae(x))     # no noise when evaluated
    p, deviation = 1 / (1 + np.exp(-logits)), np.exp(log_variance / 2)
    likelihood = (x.numpy() * np.log(p) + (1 - x.numpy()) * np.log(1 - p)).sum()
    divergence = (-np.log(deviation) + (deviation**2 + mean**2) / 2 - 0.5).sum()
    assert vae.loss(x, beta=3).item() == pytest.approx((-likelihood + 3 * divergence) / 5, rel=1e-5)
    gan = models.GAN(2, 3, (8,))
    gan.critic_loss(tg.randn(4, 2)).backward()
    assert all(p.grad is None for p in gan.generator.parameters())
    gan.generator_loss(4).backward()
    assert all(p.grad is not None for p in gan.generator.parameters())
    net = models.Autoencoder(8, 2, (4,), nn.Sigmoid())
    assert 0 < net(tg.randn(3, 8)).min() and net(tg.randn(3, 8)).max() < 1


def test_weights_of_torchvision_fit():
    """The keys are torchvision's, in its order; checked for what needs no download: names and shapes written down here."""
    keys = list(models.resnet18(num_classes=2, width=2).state_dict())
    assert keys[:6] == ["conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked"]
    assert {"layer2.0.downsample.0.weight", "layer4.1.bn2.running_var", "fc.bias"} <= set(keys)
    assert "inception4e.branch3.1.conv.weight" in models.GoogLeNet(2, shrink=8).state_dict()
    assert "classifier.6.weight" in models.vgg16(width=2).state_dict() and "features.28.bias" in models.vgg16(width=2).state_dict()
    assert "classifier.6.weight" in models.AlexNet(width=2).state_dict()


def test_a_relational_layer_by_hand():
    """W₀ x_i + Σ_r W_r Σ x_j, with loops over the edges; two bonds between the same two nodes both count."""
    tg.manual_seed(0)
    net = models.GIN(3, 2, hidden=4, layers=1, relations=2, head="mlp").double().eval()
    conv, x = net.convs[0], tg.randn(5, 3, dtype=tg.float64)
    edges, kinds = tg.cat([EDGES, EDGES[:, :1]], dim=1), [0, 1, 1, 0, 0, 1, 1]
    seen = {}
    conv.nn.register_forward_pre_hook(lambda module, inputs: seen.update(x=inputs[0]))
    net(x, edges, GRAPH, tg.tensor(kinds))
    wanted = [conv.own.weight @ node + conv.own.bias for node in x]
    by_kind = conv.along.weight.reshape(2, 4, 3)
    for source, target, kind in zip(*edges.tolist(), kinds):
        wanted[target] = wanted[target] + by_kind[kind] @ x[source]
    np.testing.assert_allclose(seen["x"].detach().numpy(), tg.stack(wanted).detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("options, kinds", [({}, None), (dict(relations=2, head="mlp"), [0, 1, 1, 0, 0, 1])])
def test_graphs_in_another_order_and_one_at_a_time_have_the_same_scores(options, kinds):
    tg.manual_seed(0)
    net = models.GIN(4, 3, hidden=8, layers=3, **options).double().eval()
    x, order = tg.randn(5, 4, dtype=tg.float64), tg.tensor([3, 0, 4, 2, 1])     # new number of each node
    kinds = () if kinds is None else (tg.tensor(kinds),)
    scores = net(x, EDGES, GRAPH, *kinds).detach().numpy()
    moved, graph = tg.zeros(5, 4, dtype=tg.float64), tg.zeros(5, dtype=tg.int64)
    moved[order], graph[order] = x, GRAPH
    np.testing.assert_allclose(net(moved, order[EDGES], graph, *kinds).detach().numpy(), scores, rtol=1e-9)
    second = net(x[3:], EDGES[:, 4:] - 3, GRAPH[3:] - 1, *(k[4:] for k in kinds)).detach().numpy()
    np.testing.assert_allclose(second, scores[1:], rtol=1e-9)


def test_kinds_of_edges_that_do_not_fit():
    net, x = models.GIN(4, 3, relations=2), tg.ones(5, 4)
    with pytest.raises(IndexError, match="edge_type goes from 0 to 2, expected 0 to 1 for relations=2"):
        net(x, EDGES, GRAPH, tg.tensor([0, 1, 2, 0, 0, 0]))
    with pytest.raises(tg.ShapeError, match=r"edge_type of shape \(6,\).*got \(2,\)"):
        net(x, EDGES, GRAPH, tg.tensor([0, 1]))
    with pytest.raises(ValueError, match="relations=None: say how many"):
        models.GIN(4, 3)(x, EDGES, GRAPH, tg.tensor([0, 1, 0, 0, 0, 0]))
    one, none = net(x, EDGES, GRAPH, tg.zeros(6, dtype=tg.int64)), net(x, EDGES, GRAPH)
    assert one.shape == none.shape == (2, 3)                                    # without kinds all edges are of kind 0


@pytest.mark.parametrize("call, words", [
    (lambda: models.GIN(4, 3, relations=0), "at least 1, or None, got 0"),
    (lambda: models.GIN(4, 3, head="sum"), "'linear' or 'mlp', not 'sum'"),
    (lambda: models.VGG(12), "depth must be one of"),
    (lambda: models.PeptideCNN(widths=(2,)), "must be odd"),
])
def test_errors(call, words):
    with pytest.raises(ValueError, match=words):
        call()
