"""Figures of results: each is written, labelled, and complains about what it cannot draw."""
import numpy as np
import pytest

import tinygrad_bio as tg
from tinygrad_bio import nn, viz

pytest.importorskip("matplotlib", reason='figures need matplotlib: pip install "tinygrad_bio[examples]"')

@pytest.fixture(autouse=True)
def closed():
    """Figures without a path belong to pyplot: closed after each test."""
    yield
    import matplotlib.pyplot as plt
    plt.close("all")


rng = np.random.default_rng(0)
TABLE = rng.random((5, 4))
SQUARE = rng.random((12, 12))
DRAWN = {
    "logo": lambda path: viz.logo(TABLE, "ACGT", path),
    "heatmap": lambda path: viz.heatmap(TABLE, path, xlabel="letter", ylabel="position", label="weight"),
    "contacts": lambda path: viz.contacts(SQUARE, SQUARE > 0.5, path),
    "mutagenesis": lambda path: viz.mutagenesis(TABLE - 0.5, "ACGTA", "ACGT", path),
    "points": lambda path: viz.points(rng.random((9, 2)), list("aabbccaab"), path),
    "boundary": lambda path: viz.boundary(lambda x: x[:, 0], rng.random((9, 2)), [0, 1, 0, 1, 0, 1, 0, 1, 1], path),
    "lines": lambda path: viz.lines(None, {"a": [1, 2]}, path, xlabel="layer", ylabel="norm"),
    "roc": lambda path: viz.roc([0, 1, 1], {"network": [.1, .2, .3]}, path),
    "saliency": lambda path: viz.saliency([.1, .2], "MK", path),
    "surface": lambda path: viz.surface(lambda a, b: a * a + b * b, {"descent": [[1, 1], [0, 0]]}, path, limits=((-1, 1), (-1, 1))),
}


@pytest.mark.parametrize("name", DRAWN)
def test_figures_are_written_with_labelled_axes(name, tmp_path):
    axes = DRAWN[name](tmp_path / "deep" / f"{name}.png")
    assert axes.get_xlabel() and axes.get_ylabel()
    assert (tmp_path / "deep" / f"{name}.png").read_bytes()[:4] == b"\x89PNG"


def test_several_axes_in_one_figure(tmp_path):
    with viz.panels(tmp_path / "two.svg", columns=2) as (left, right):
        viz.logo(TABLE, "ACGT", ax=left)
        viz.heatmap(TABLE, ax=right)
    assert "<svg" in (tmp_path / "two.svg").read_text()
    viz.filters(nn.Conv1d(20, 5, 9).weight, path=tmp_path / "filters.png")
    viz.attention(rng.random((3, 6, 6)), "MKLVVA", tmp_path / "attention.png")
    viz.images(tg.rand(5, 1, 8, 8), tmp_path / "images.png", titles="abcde")
    assert len(list(tmp_path.iterdir())) == 4


def test_the_heights_of_a_logo_are_its_information():
    bits = viz.information([[1, 1, 1, 1], [3, 1, 0, 0]])
    assert np.allclose(bits[0], 0) and np.isclose(bits[1].sum(), 2 - (0.75 * np.log2(4 / 3) + 0.25 * 2))


def test_a_logo_stacks_the_tallest_letter_outermost_on_both_sides():
    axes = viz.logo([[2.0, -1.0, 1.0, -3.0]], "ACGT")
    boxes = sorted((round(p.get_path().get_extents().y0, 6), round(p.get_path().get_extents().y1, 6)) for p in axes.patches)
    assert boxes == [(-4, -1), (-1, 0), (0, 1), (1, 3)]


def test_filters_are_centred_at_each_position():
    weight = np.ones((1, 4, 3))                         # the same for all letters: tells nothing apart
    assert not viz.filters(weight)[0].patches


def test_contacts_count_what_is_right():
    truth = np.zeros((20, 20), bool)
    truth[1, 9] = truth[9, 1] = truth[0, 3] = truth[3, 0] = True        # the second is nearer than the separation
    scores = truth + 0.001 * np.arange(20)[:, None] * np.ones(20)
    assert viz.contacts(scores, truth, top=2).get_title() == "the best 2: 50 % right"


def test_gradient_norms_are_those_of_the_gradients():
    net = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
    with pytest.raises(ValueError, match="backward"):
        viz.gradient_norms(net)
    net(tg.ones(1, 2)).sum().backward()
    assert viz.gradient_norms(net)["2.weight"] == pytest.approx(float(net[2].weight.grad.norm()))


RING = np.array([[0, 1, 2, 3, 4, 5, 0], [1, 2, 3, 4, 5, 0, 6]])                  # a ring of six with one node beside it


def test_a_layout_keeps_the_steps_between_nodes():
    places = viz.layout(RING)
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
    assert all(0.8 < apart[i, j] < 1.3 for i, j in RING.T) and apart[0, 3] > 1.5
    assert np.array_equal(viz.layout(RING), places), "the same network is laid out in the same way"
    line = viz.layout([range(9), range(1, 10)])
    assert np.linalg.norm(line[0] - line[9]) == pytest.approx(9, abs=0.01)


def test_parts_of_a_network_do_not_lie_on_one_another():
    edges = np.concatenate([RING, RING + 7, [[14], [15]]], axis=1)
    places = viz.layout(edges, 20)                                              # two rings, a pair, four lonely nodes
    part = np.repeat([0, 1, 2, 3, 4, 5, 6], [7, 7, 2, 1, 1, 1, 1])
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
    assert apart[part[:, None] != part[None]].min() > 0.9
    assert viz.layout(np.zeros((2, 0), dtype=int), 3).shape == (3, 2) and viz.layout(np.zeros((2, 0), dtype=int)).shape == (0, 2)


def test_a_network_is_drawn(tmp_path):
    both = np.concatenate([RING, RING[::-1]], axis=1)
    axes = viz.network(both, list("CCCCCNO"), tmp_path / "network.png", annotate="CCCCCNO", widths=np.arange(14), title="ring")
    lines = axes.collections[0]
    assert len(lines.get_segments()) == 7 and lines.get_linewidths()[1] == 5, "an edge in both directions is drawn once"
    assert [text.get_text() for text in axes.texts] == list("CCCCCNO") and axes.get_title() == "ring"
    assert (tmp_path / "network.png").stat().st_size > 5000
    shaded = viz.network(tg.tensor(RING), np.linspace(0, 1, 7), annotate=range(7), label="score")
    assert shaded.texts[0].get_color() != shaded.texts[6].get_color() == "white" and len(shaded.figure.axes) == 2
    alone = viz.network(RING, np.arange(7), names={}, positions=np.zeros((7, 2)))
    assert alone.get_legend() is None


@pytest.mark.parametrize("call, words", [
    (lambda: viz.network(RING.T), r"expected edges \(2, E\).*\(7, 2\)"),
    (lambda: viz.network([[0.5], [1.0]]), "float64"),
    (lambda: viz.layout([[-1], [0]]), "layout: .*from 0"),
    (lambda: viz.network(RING, [0, 1]), "2 classes for 7 nodes"),
    (lambda: viz.network(RING, positions=np.zeros((3, 2))), r"\(7, 2\), one for each node, got \(3, 2\)"),
    (lambda: viz.logo([[1, 2, 3]], None), "3 columns need as many letters"),
    (lambda: viz.logo([1, 2, 3]), "expected a table"),
    (lambda: viz.logo([[1, 2, 3, 4]], kind="bits"), "'information' or 'weights'"),
    (lambda: viz.information([[-1, 2]]), "at least 0"),
    (lambda: viz.filters([[1.0]]), "weight of a Conv1d"),
    (lambda: viz.heatmap([1, 2]), "expected a table"),
    (lambda: viz.heatmap([[1, 2]], xticks=["a"]), "expected 2 names"),
    (lambda: viz.attention(np.zeros((2, 3, 4, 4))), "choose one of the batch"),
    (lambda: viz.mutagenesis(np.zeros((3, 4)), "AC", "ACGT"), r"\(2, 4\)"),
    (lambda: viz.images(np.zeros((2, 5, 8, 8))), r"\(N, H, W\)"),
    (lambda: viz.points(np.zeros((3, 5))), "choose two directions"),
    (lambda: viz.saliency([1, 2], "ABC"), "2 numbers for 3 residues"),
])
def test_what_cannot_be_drawn_is_explained(call, words):
    with pytest.raises(ValueError, match=words):
        call()
