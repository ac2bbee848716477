"""Drawing and explaining graphs: on the DOT text and the words, so that no test needs the program `dot`."""
import contextlib
import doctest
import importlib
import io
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import warnings

import graphviz
import numpy as np
import pytest

import tinygrad_bio as tg
from tinygrad_bio import viz
from tinygrad_bio.autograd import Node, op
from tinygrad_bio.engine.modes import threads
from tinygrad_bio.viz import facts, folding
from tinygrad_bio.viz.numbers import numbers as viz_numbers

MODULES = ["canvas", "explain", "facts", "folding", "graph", "logo", "maps", "networks", "numbers", "plan", "plots", "points",
           "render", "style", "summary"]


@contextlib.contextmanager
def layer(scope):
    """What a Module does while it runs: it tells the engine its name."""
    before, threads.mode.scope = threads.mode.scope, scope
    try:
        yield
    finally:
        threads.mode.scope = before


class Net:
    """encoder (fc1, relu, fc2) and head, with the scopes and the names that nn.Module would give them."""

    def __init__(self):
        rng = np.random.default_rng(0)
        shapes = {"encoder.fc1.weight": (5, 9), "encoder.fc1.bias": (5,), "encoder.fc2.weight": (4, 5),
                  "encoder.fc2.bias": (4,), "head.weight": (1, 4), "head.bias": (1,)}
        self.p = {name: tg.tensor(rng.normal(size=s), requires_grad=True) for name, s in shapes.items()}

    def named_parameters(self):
        return iter(self.p.items())

    def linear(self, name, x):
        with layer(f"{name} (Linear)"):
            return x @ self.p[name + ".weight"].T + self.p[name + ".bias"]      # (N, in) -> (N, out)

    def __call__(self, x):
        with layer("Net"):
            h = self.linear("encoder.fc1", x)
            with layer("encoder (Encoder)"):
                h = tg.relu(h)
            return self.linear("head", self.linear("encoder.fc2", h))


@pytest.fixture
def net():
    return Net()


@pytest.fixture
def loss(net):
    rng = np.random.default_rng(1)
    x, y = tg.tensor(rng.normal(size=(7, 9))), tg.tensor(rng.normal(size=(7, 1)))
    return ((net(x) - y) ** 2).mean()


@pytest.fixture
def no_dot(monkeypatch, tmp_path):
    """A machine without the program dot."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    return tmp_path


def diamonds(n):
    """n diamonds in a row: 2ⁿ ways lead through 3n operations."""
    leaf = tg.tensor(1., requires_grad=True)
    x = leaf
    for _ in range(n):
        x = x * 0.5 + x * 0.5
    return leaf, x


def label_of(picture, name):
    """The visible text in a box of the picture, one string."""
    found = re.search(rf"^\s*{name} \[label=<(.*?)>(?: \w+=|\])", picture.source, re.M)
    return re.sub(r"<.*?>", " ", found[1].replace("<br/>", " "))


def titles(picture):
    """The bold words of all boxes."""
    return re.findall(r"<b>(.*?)</b>", picture.source)


def arrows(picture):
    """(from, to) of each arrow, in the direction in which values flow."""
    found = re.findall(r"^\s*(\S+) -> (\S+)(.*)$", picture.source, re.M)
    return sorted((b, a) if "dir=back" in rest else (a, b) for a, b, rest in found)


def named_arrows(picture):
    """The same with the boxes' bold words."""
    names = dict(re.findall(r"^\s*(\S+) \[label=<<b>(.*?)</b>", picture.source, re.M))
    return sorted((names[a], names[b]) for a, b in arrows(picture))


# ------------------------------------------------------------------------------------------ what is drawn

def test_fan_in_has_two_arrows():
    a = tg.tensor(3., requires_grad=True)
    b = a + a
    c = b + b
    picture = viz.graph(c, params={"a": a, "b": b, "c": c})
    assert isinstance(picture, graphviz.Digraph)
    assert titles(picture) == ["b = add", "c = add", "a"]
    assert arrows(picture) == [("leaf0", "op0")] * 2 + [("op0", "op1")] * 2
    assert label_of(picture, "leaf0").split() == ["a", "float32[]"]


def test_every_arrow_of_the_tape_is_drawn_once(loss, net):
    picture = viz.graph(loss, params=net)
    nodes = tg.autograd.tape(loss.grad_fn)
    assert len(arrows(picture)) == sum(parent is not None for node in nodes for parent in node.parents)
    assert len(titles(picture)) == len(nodes) + 6


@pytest.mark.parametrize("as_given", [lambda net: net, lambda net: net.p, lambda net: net.named_parameters(),
                                      lambda net: list(net.named_parameters())])
def test_names_come_from_a_module_a_dictionary_or_pairs(loss, net, as_given):
    found = titles(viz.graph(loss, params=as_given(net)))
    assert set(net.p) <= set(found) and "leaf" not in found
    assert titles(viz.graph(loss)).count("leaf") == 6


def test_dtypes_and_shapes_in_boxes_and_shapes_on_arrows(loss, net):
    picture = viz.graph(loss, params=net)
    assert "float64[5, 9]" in picture.source and 'label="[7, 5]"' in picture.source
    assert "float64[]" in picture.source            # the loss


def test_layers_are_clusters_within_clusters(loss, net):
    lines = viz.graph(loss, params=net).source.split("\n")
    open_, stack = {}, []
    for line in lines:
        if "subgraph" in line and "rank" not in line:
            stack.append(re.search(r'subgraph "?(\S+?)"? \{', line)[1])
        elif line.strip() == "{":
            stack.append("row")
        elif line.strip() == "}" and stack:
            stack.pop()
        for name in re.findall(r"<b>(.*?)</b>", line):
            open_[name] = [s for s in stack if s != "row"]
    assert open_["encoder.fc1.weight"] == ["cluster_encoder_1", "cluster_encoder.fc1_1"]
    assert open_["relu"] == ["cluster_encoder_1"]
    assert open_["head.bias"] == ["cluster_head_1"]
    assert open_["mean"] == []
    assert 'label="fc1 (Linear)"' in "".join(lines) and 'label="encoder (Encoder)"' in "".join(lines)


def test_a_folded_layer_is_one_box_with_its_size_and_shapes(loss, net):
    picture = viz.graph(loss, params=net, fold="encoder")
    assert "encoder (Encoder)" in titles(picture) and "relu" not in titles(picture)
    text = picture.source
    assert re.search(r"7 operations, 4 parameters.*?\[7, 9\] → \[7, 4\]", text)
    assert "encoder.fc1.weight" not in text and "head.weight" in text
    inner = viz.graph(loss, params=net, fold=["encoder.fc2"])
    assert "encoder.fc2 (Linear)" in titles(inner) and "relu" in titles(inner)
    assert "encoder.fc2.bias" not in inner.source and "encoder.fc1.bias" in inner.source
    # an arrow goes in and an arrow comes out
    ends = named_arrows(inner)
    assert ("relu", "encoder.fc2 (Linear)") in ends
    assert sum(a == "encoder.fc2 (Linear)" for a, _ in ends) == 1


def test_parameters_stand_on_both_sides_of_the_operation_that_takes_them():
    w, b = tg.ones(2, 3, requires_grad=True), tg.ones(2, requires_grad=True)
    with layer("fc (Linear)"):
        y = tg.ops.linear(tg.ones(4, 3), w, b)
    source = viz.graph(y, params={"fc.weight": w, "fc.bias": b}).source
    assert "rank=same" in source and "leaf0 -> op0" in source and "op0 -> leaf1 [dir=back]" in source
    assert "rank=" not in viz.graph(y, params={"w": w, "b": b}).source


def test_depth_folds_all_layers_at_that_depth(loss, net):
    assert titles(viz.graph(loss, params=net, depth=1)) == \
        ["encoder (Encoder)", "head (Linear)", "sub", "pow", "mean"]
    assert sorted(titles(viz.graph(loss, params=net, depth=2))) == \
        ["encoder.fc1 (Linear)", "encoder.fc2 (Linear)", "head (Linear)", "mean", "pow", "relu", "sub"]


def test_a_module_of_the_library():
    nn = importlib.import_module("tinygrad_bio.nn")
    model = nn.Sequential(nn.Sequential(nn.Linear(3, 4), nn.ReLU()), nn.Linear(4, 1))
    y = model(tg.ones(5, 3)).sum()
    assert titles(viz.graph(y, params=model, depth=1)) == ["0 (Sequential)", "1 (Linear)", "sum"]
    assert {"0.0.weight", "0.0.bias", "1.weight", "1.bias"} <= set(titles(viz.graph(y, params=model)))
    unnamed = viz.graph(y)                          # Parameters stand in their layers even without names
    assert titles(unnamed).count("parameter") == 4 and unnamed.source.count("rank=same") == 2


def test_an_input_that_needs_a_gradient_stays_outside_of_the_layer_that_uses_it(net):
    x = tg.ones(2, 9, dtype=tg.float64, requires_grad=True)
    picture = viz.graph(net(x).sum(), params={**net.p, "x": x}, depth=1)
    assert ("x", "encoder (Encoder)") in named_arrows(picture)


def test_each_call_of_a_layer_is_a_box_and_shares_its_hidden_parameters(net):
    x = tg.ones(2, 9, dtype=tg.float64)
    both = ((net(x) - net(2 * x)) ** 2).sum()
    picture = viz.graph(both, params=net, depth=1)
    assert titles(picture)[:4] == ["encoder (Encoder), call 1", "head (Linear), call 1",
                                   "encoder (Encoder), call 2", "head (Linear), call 2"]
    assert picture.source.count("4 parameters") == 2 and len(arrows(picture)) == 6
    unfolded = viz.graph(both, params=net)
    assert "cluster_head_2" in unfolded.source and titles(unfolded).count("head.weight") == 1


def test_boxes_of_calls_never_depend_on_each_other_in_a_circle():
    w = tg.tensor(2., requires_grad=True)
    h = w
    for _ in range(4):                              # a recurrent net: the cell, something else, the cell, …
        with layer("cell (Cell)"):
            h = tg.tanh(h * w)
        h = h + 1
    picture = viz.graph(h, depth=1)
    order = {name: i for i, name in enumerate(re.findall(r"^\s*(op\d+) \[", picture.source, re.M))}
    assert len(order) == 8
    assert all(order[a] < order[b] for a, b in arrows(picture) if a in order)


def test_a_misspelt_layer_is_named_with_the_layers_there_are(loss):
    known = "'encoder', 'encoder.fc1', 'encoder.fc2', 'head'"
    with pytest.raises(ValueError, match=f"no layer 'encoder.fc9'.*only {known}"):
        viz.graph(loss, fold="encoder.fc9")
    with pytest.raises(ValueError, match="depth: expected 1"):
        viz.graph(loss, depth=0)


def test_constants_are_drawn_on_request():
    w = tg.tensor([1., 2.], requires_grad=True)
    x = tg.tensor([3., 4.])
    y = ((x * w) ** 2).sum()
    assert "dashed" not in viz.graph(y).source
    picture = viz.graph(y, params=iter([("x", x)]), show_constants=True)
    assert re.findall(r"_argument\d \[label=(\S+)", picture.source) == ["x", "2"]
    assert "float32[2]" in viz.graph(y, show_constants=True).source


def test_an_operation_with_several_outputs_is_one_box_whose_arrows_are_numbered():
    s = tg.tensor(np.arange(12.).reshape(4, 3), requires_grad=True)
    u, v = tg.split(s, 2)
    picture = viz.graph((u * v).sum(), params={"s": s}, show_values=True, show_grads=True)
    assert titles(picture) == ["split", "mul", "sum", "s"]
    assert 'label="0: [2, 3]"' in picture.source and 'label="1: [2, 3]"' in picture.source
    assert "grad [[6, 7, 8], [9, 10, 11]]; [[0, 1, 2], [3, 4, 5]]" in label_of(picture, "op0")
    one = viz.graph(v.sum(), show_grads=True)       # nobody used the other half: zeros
    assert "grad [[0, 0, 0], [0, 0, 0]]; [[1, 1, 1], [1, 1, 1]]" in label_of(one, "op0")


def test_a_users_own_operation_and_function_are_drawn():
    @op
    def cube(x):
        """y = x³,   ∂x = g·3x²"""
        return x * x * x, (lambda g: g * (3 * x * x),)

    class Double(tg.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = tg.tensor(2., requires_grad=True)
    picture = viz.graph(cube(Double.apply(x)), show_values=True, show_grads=True)
    assert titles(picture) == ["Double", "cube", "leaf"]
    assert "y = x³" in picture.source               # the formula, on hovering
    assert label_of(picture, "leaf0").split()[-4:] == ["value", "2", "grad", "96"]


def test_names_are_escaped():
    a = tg.tensor(1., requires_grad=True)
    picture = viz.graph(a * 2, params={'<w & "b">': a})
    assert "&lt;w &amp; &quot;b&quot;&gt;" in picture.source


def test_a_leaf_alone_and_several_outputs():
    a = tg.tensor([1., 2.], requires_grad=True)
    assert titles(viz.graph(a, params={"a": a})) == ["a"]
    picture = viz.graph(a.sum(), a.mean())
    assert titles(picture) == ["sum", "mean", "leaf"] and picture.source.count("penwidth=2") == 2
    assert titles(viz.graph([a.sum(), a.mean()])) == ["sum", "mean", "leaf"]


def test_what_cannot_be_drawn_is_explained():
    a = tg.tensor([1., 2.])
    with pytest.raises(RuntimeError, match=r"graph: this tensor of shape \[2\] has no history.*no_grad"):
        viz.graph(a)
    with pytest.raises(TypeError, match="expected a Tensor, got a float"):
        viz.graph(3.)
    with pytest.raises(TypeError, match=r"graph\(loss\)"):
        viz.graph()
    a.requires_grad_()
    with pytest.raises(TypeError, match="named_parameters.. or .*holds: Tensor"):
        viz.graph(a.sum(), params=[a])
    with pytest.raises(ValueError, match="direction is 'LR'"):
        viz.graph(a.sum(), direction="left")


# ------------------------------------------------------------------------------------- values and gradients

def test_values_are_found_again_where_anything_keeps_them():
    x = tg.tensor(0.5, requires_grad=True)
    a = tg.exp(x)
    b = a + a                                       # linear: keeps nothing, but its arguments are known
    c = b + 1.                                      # linear, its constant is gone; but sin keeps its argument
    d = tg.sin(c)
    e = d - 2.                                      # nothing keeps it
    f = e + d
    nodes = [t.grad_fn for t in (a, b, c, d, e, f)]
    found = facts.values([f], nodes)
    for t in (a, b, c, d, f):
        assert found[t.grad_fn] == t.array
    assert found[x] is x.array and e.grad_fn not in found


def test_values_and_gradients_in_boxes(loss, net):
    picture = viz.graph(loss, params=net, show_values=True, show_grads=True, digits=3)
    assert all(p.grad is None for p in net.p.values())
    loss.backward()
    bias = net.p["head.bias"]
    assert f"value [{bias.array.round(3).item():g}]" in picture.source
    assert f"grad [{bias.grad.array.round(3).item():g}]" in picture.source
    weight = net.p["encoder.fc1.weight"].array
    assert f"value: mean {weight.mean().round(3):g}, from {weight.min().round(3):g} to" in picture.source


def test_after_backward_leaves_show_their_grad(loss, net):
    loss.backward()
    picture = viz.graph(loss, params=net, show_grads=True, show_values=True)
    assert picture.source.count("grad") == 6
    assert any(label_of(picture, name).split()[-1].endswith("]") for name in re.findall(r"\bop\d+\b", picture.source)
               ), "values of all operations are shown: nothing was let go"


def several_graphs():
    """Graphs in which gradients meet, are broadcast, split, gathered and joined: {name: (leaves, output)}."""
    rng = np.random.default_rng(3)

    def leaf(*shape):
        return tg.tensor(rng.normal(size=shape), requires_grad=True)

    a, b, c = leaf(4, 3), leaf(3), leaf(4, 1)
    yield "broadcast", [a, b, c], (tg.exp(a * b) / (1 + c * c) + b).sum()
    a, b = leaf(4, 3), leaf(3, 5)
    yield "matmul", [a, b], (tg.tanh(a @ b) @ b.T * a).mean()
    a = leaf(6, 2)
    u, v, w = tg.split(a, 2)
    yield "split", [a], (u * v + u).sum() * w.mean()
    a = leaf(5)
    yield "index", [a], (a[[0, 0, 3]] * tg.cat([a[:2], a[4:]])).sum() + a.max()
    a = leaf()
    x = a
    for _ in range(20):
        x = x * 0.5 + tg.sin(x) * x
    yield "diamonds", [a], x


@pytest.mark.parametrize("name", ["broadcast", "matmul", "split", "index", "diamonds"])
def test_the_walk_for_showing_gives_what_backward_gives(name):
    leaves, y = next((leaves, y) for n, leaves, y in several_graphs() if n == name)
    found = facts.gradients([(y.grad_fn, np.ones_like(y.array))])
    assert all(leaf.grad is None for leaf in leaves)
    y.backward()                                    # the graph is still there
    for leaf in leaves:
        assert np.array_equal(found[leaf], leaf.grad.array)


def test_that_comparison_would_see_a_lost_gradient(monkeypatch):
    monkeypatch.setattr(facts, "_total", lambda ways: ways[0])
    (leaf,), y = next((leaves, y) for n, leaves, y in several_graphs() if n == "diamonds")
    found = facts.gradients([(y.grad_fn, np.ones_like(y.array))])
    y.backward()
    assert not np.allclose(found[leaf], leaf.grad.array)


# ----------------------------------------------------------------------------------- large graphs, and cost

def count_visits(monkeypatch, function):
    """How often a node's parents are looked at while the function runs."""
    slot, seen = Node.parents, [0]

    def parents(node):
        seen[0] += 1
        return slot.__get__(node)

    monkeypatch.setattr(Node, "parents", property(parents, slot.__set__))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function()
    finally:
        monkeypatch.setattr(Node, "parents", slot)
    return seen[0]


@pytest.mark.parametrize("options", [
    {"max_nodes": 10}, {"max_nodes": 10 ** 6},
    {"max_nodes": 10 ** 6, "show_values": True, "show_grads": True, "show_constants": True}])
def test_cost_is_linear_in_the_graph(monkeypatch, options):
    _, small = diamonds(60)
    _, large = diamonds(120)
    n = count_visits(monkeypatch, lambda: viz.graph(small, **options))
    assert n <= 20 * 180                            # 2⁶⁰ ways lead through it
    assert 1.9 <= count_visits(monkeypatch, lambda: viz.graph(large, **options)) / n <= 2.1


def test_sixty_diamonds_are_drawn_and_explained(capsys):
    leaf, x = diamonds(60)
    picture = viz.graph(x, params={"x": leaf})
    assert titles(picture).count("mul") == 120 and titles(picture).count("add") == 60
    viz.explain(x, max_nodes=3)
    said = capsys.readouterr().out
    assert "180 operations" in said and "… and 177 more" in said and "= 0.5 + 0.5 = 1" in said


def test_too_many_boxes_give_an_explanation(loss, net):
    with pytest.warns(UserWarning) as warned:
        picture = viz.graph(loss, params=net, max_nodes=10)
    text = str(warned[0].message)
    assert warned[0].filename == __file__
    assert text.startswith("This graph has 13 operations. Its picture would have 19 boxes,\n"
                           "and no more than max_nodes=10 are drawn.")
    assert "depth=1    to fold layers at depth 1 into a box each: 5 boxes" in text
    assert "fold='encoder'    to fold a layer, this one of 7 operations" in text and "max_nodes=19" in text
    assert picture.source.count("label=") == 1 and "19 boxes" in picture.source and "->" not in picture.source
    # what it says helps
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        viz.graph(loss, params=net, max_nodes=10, depth=1)
        viz.graph(loss, params=net, max_nodes=19)


def test_a_million_operations_give_an_explanation(monkeypatch):
    x = tg.tensor(1., requires_grad=True)
    y = x * 1.0
    like, n = y.grad_fn, 1_000_000
    node, mode = like, threads.mode
    for _ in range(n - 1):                          # what y = y * 1.0 does, without the arithmetic
        node = Node(like.op, [node], like.pullbacks, None, {}, y.array, mode)
    y.grad_fn = node
    with pytest.warns(UserWarning, match="1,000,000 operations.*1,000,001 boxes"):
        picture = viz.graph(y)
    assert len(picture.source) < 2000
    with pytest.warns(UserWarning, match="1,000,000 operations"):
        viz.graph(y, show_values=True, show_grads=True, show_constants=True)


# -------------------------------------------------------------------------------------------- explain

def told(*args, **keywords):
    out = io.StringIO()
    viz.explain(*args, file=out, **keywords)
    return out.getvalue()


def test_one_neuron_by_hand():
    """Item C2 of the lectures: the numbers on the slide."""
    x = tg.tensor([0.50, 0.51])
    w = tg.tensor([0.35, 0.40], requires_grad=True)
    s = x @ w
    y_hat = tg.sigmoid(s)
    J = 0.5 * (0.10 - y_hat) ** 2
    said = told(J, params=zip(["x", "w", "Σ", "ŷ", "J"], [x, w, s, y_hat, J]), digits=2, lr=1.0)
    assert "1. Σ = matmul(x, w)" in said
    for line in ["float32[]   Σ = 0.38", "float32[]   ŷ = 0.59", "float32[]   J = 0.12",
                 "arrived     ∂J/∂ŷ = 0.49",
                 "to Σ        ∂J/∂ŷ · ∂ŷ/∂Σ = 0.49 · 0.24 = 0.12",
                 "to w        ∂J/∂Σ · ∂Σ/∂w = 0.12 · [0.5, 0.51] = [0.06, 0.06]",
                 "gradient    ∂J/∂w = [0.06, 0.06]",
                 "at lr 1     new w = w − 1 · ∂J/∂w = [0.29, 0.34]"]:
        assert f"\n     {line}\n" in said, line


def test_one_neuron_with_single_weights():
    w1, w2 = (tg.tensor(v, requires_grad=True) for v in (0.35, 0.40))
    s = 0.50 * w1 + 0.51 * w2
    y_hat = tg.sigmoid(s)
    J = 0.5 * (0.10 - y_hat) ** 2
    said = told(J, params={"w1": w1, "w2": w2, "Σ": s, "ŷ": y_hat, "J": J}, digits=2, lr=1)
    assert "v1 = mul(0.5, w1)" in said and "∂v1/∂w1 = 0.12 · 0.5 = 0.06" in said
    assert "new w1 = w1 − 1 · ∂J/∂w1 = 0.29" in said and "new w2 = w2 − 1 · ∂J/∂w2 = 0.34" in said
    said = told(J, lr=0.5)                          # leaf1 is w1: 0.35 − 0.5 · 0.0595
    assert "at lr 0.5   new leaf1 = leaf1 − 0.5 · ∂loss/∂leaf1 = 0.3202" in said
    assert said.index("gradient    ∂loss/∂leaf1") < said.index("gradient    ∂loss/∂leaf2")


def test_a_value_that_is_used_twice_gets_a_sum():
    a = tg.tensor(3., requires_grad=True)
    b = a + a
    c = b + b
    said = told(c, params={"a": a, "b": b, "c": c})
    assert "to b⁽¹⁾     ∂c/∂c · ∂c/∂b⁽¹⁾ = 1 · 1 = 1" in said
    assert "arrived     ∂c/∂b = ∂c/∂b⁽¹⁾ + ∂c/∂b⁽²⁾ = 1 + 1 = 2" in said
    assert "gradient    ∂c/∂a = ∂c/∂a⁽¹⁾ + ∂c/∂a⁽²⁾ = 2 + 2 = 4" in said
    many = sum([a * 1.0 for _ in range(12)])
    assert "gradient    ∂loss/∂leaf1 = the sum over its 12 uses = 12" in told(many)


def test_explaining_changes_nothing_and_needs_the_graph(loss, net):
    seen = []
    loss.register_hook(seen.append)
    first = told(loss, params=net)
    assert first == told(loss, params=net)
    assert not seen and all(p.grad is None for p in net.p.values())
    loss.backward()
    assert len(seen) == 1 and net.p["head.bias"].grad is not None
    with pytest.raises(RuntimeError, match=r"freed by backward\(\): look at it before, or .*retain_graph"):
        told(loss)


def test_explain_says_layer_formula_large_arrays_and_line(net):
    with tg.autograd.detect_anomaly():
        y = (net(tg.ones(2, 9, dtype=tg.float64)) ** 2).mean()         # the line that is shown
    said = told(y, params=net)
    assert "in layer encoder.fc1 (Linear)" in said and "y = a b,   ∂a = g bᵀ,   ∂b = aᵀ g" in said
    assert "the line that is shown" in said
    assert re.search(r"gradient +∂loss/∂encoder.fc1.weight: mean \S+, from \S+ to \S+", said)


def test_explain_several_outputs():
    s = tg.tensor([1., 2., 3., 4.], requires_grad=True)
    u, v = tg.split(s, 2)
    said = told((u * v).sum(), params={"s": s})
    assert "2. v2 = mul(v1[0], v1[1])" in said and "float32[2]  v1[1] = [3, 4]" in said
    assert "arrived     ∂loss/∂v1[0] = [3, 4]" in said and "to s        [3, 4, 1, 2]" in said
    assert "to v1[0]    ∂loss/∂v2 · ∂v2/∂v1[0] = [1, 1] · [3, 4] = [3, 4]" in said


def test_explain_wants_one_number_or_a_gradient():
    a = tg.tensor([1., 2.], requires_grad=True)
    b = a * a
    with pytest.raises(RuntimeError, match="explain: a gradient is only implied for a single.*gradient="):
        viz.explain(b)
    with pytest.raises(tg.autograd.ShapeError, match=r"gradient= has shape \[3\]"):
        viz.explain(b, gradient=tg.ones(3))
    said = told(b, gradient=tg.tensor([1., 10.]))
    assert "∂loss/∂leaf1⁽¹⁾ + ∂loss/∂leaf1⁽²⁾ = [1, 20] + [1, 20] = [2, 40]" in said
    with pytest.raises(RuntimeError, match="explain: this tensor of shape .* has no history"):
        viz.explain(b.detach())
    assert "is a leaf: nothing was computed" in told(tg.tensor(1., requires_grad=True))


def test_explain_refuses_arrays_that_were_written_since():
    w = tg.tensor([1., 2.], requires_grad=True)
    y = (w * w).sum()
    with tg.no_grad():
        w += 1
    with pytest.raises(RuntimeError, match="written in place"):
        told(y)


def test_on_every_device(device):
    w = tg.tensor([[0.5, -1.], [2., 3.]], device=device, requires_grad=True)
    u, v = tg.split(tg.tanh(w @ w), 1)
    y = (u * v + w.sum()).mean()
    said = told(y, params={"w": w}, lr=0.1)
    assert "new w = w − 0.1" in said
    picture = viz.graph(y, params={"w": w}, show_values=True, show_grads=True, show_constants=True)
    y.backward()
    assert "grad " + viz_numbers(w.grad.array) in label_of(picture, "leaf0")


# -------------------------------------------------------------------------------------- rendering, saving

INSTALL = ["sudo apt install graphviz", "brew install graphviz", "winget install graphviz"]


def test_without_dot_the_text_is_left_and_the_remedy_said(loss, no_dot):
    picture = viz.graph(loss)
    with pytest.warns(UserWarning) as warned:
        written = viz.save(picture, no_dot / "deep" / "net.svg")
    assert written == no_dot / "deep" / "net.dot" and written.read_text(encoding="utf-8") == picture.source
    assert not (no_dot / "deep" / "net.svg").exists()
    text = str(warned[0].message)
    assert warned[0].filename == __file__ and str(written) in text and all(line in text for line in INSTALL)


def test_without_dot_a_notebook_shows_the_text_and_the_remedy(loss, no_dot):
    bundle = viz.graph(loss)._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert all(line in bundle["text/plain"] for line in INSTALL) and "digraph {" in bundle["text/plain"]


def test_the_text_itself_needs_no_dot(loss, no_dot):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for suffix in (".dot", ".gv"):
            assert viz.save(viz.graph(loss), str(no_dot / ("net" + suffix))) == no_dot / ("net" + suffix)


def a_dot(folder, script):
    """Put a program called dot into a folder."""
    program = folder / "dot"
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for dot is a shell script")
def test_a_picture_is_written_whole_or_not_at_all(loss, no_dot):
    read = "while read -r line; do :; done\n"
    a_dot(no_dot / "empty", read + 'echo "drawn $*"\n')
    path = no_dot / "net.png"
    path.write_text("old")
    assert viz.save(viz.graph(loss), path) == path
    assert "-Tpng" in path.read_text() and sorted(p.name for p in no_dot.iterdir()) == ["empty", "net.png"]
    a_dot(no_dot / "empty", read + 'echo half a picture\necho "no such font" >&2\nexit 1\n')
    with pytest.warns(UserWarning, match="could not draw it. It said: no such font"):
        assert viz.save(viz.graph(loss), path) == no_dot / "net.dot"
    assert "-Tpng" in path.read_text()              # the old picture is untouched
    assert set(viz.graph(loss)._repr_mimebundle_()) == {"text/plain"}


def test_a_file_that_cannot_be_finished_leaves_the_old_one(loss, tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    path = tmp_path / "net.dot"
    path.write_text("old")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        viz.save(viz.graph(loss), path)
    assert path.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["net.dot"]


def test_a_dot_that_breaks_off_is_no_traceback(loss, tmp_path, monkeypatch):
    def pipe(*args, **keywords):
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(graphviz.Digraph, "pipe", pipe)
    with pytest.warns(UserWarning, match="could not draw it. It said: .*Broken pipe"):
        assert viz.save(viz.graph(loss), tmp_path / "net.svg") == tmp_path / "net.dot"
    assert set(viz.graph(loss)._repr_mimebundle_()) == {"text/plain"}


@pytest.mark.skipif(shutil.which("dot") is None, reason="the program dot is not installed")
@pytest.mark.parametrize("kind, start", [(".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")])
def test_dot_draws_it(loss, net, tmp_path, kind, start):
    picture = viz.graph(loss, params=net, show_values=True, show_constants=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = viz.save(picture, tmp_path / ("net" + kind))
    assert path.read_bytes().startswith(start)
    assert "image/svg+xml" in picture._repr_mimebundle_()


def test_save_says_what_it_expects(loss, tmp_path):
    with pytest.raises(ValueError, match=r"ends in .svg, .png, .pdf, .dot, .gv, but got 'net.jpg'"):
        viz.save(viz.graph(loss), "net.jpg")
    with pytest.raises(TypeError, match=r"got a Tensor: write save\(graph\(loss\), 'net.svg'\)"):
        viz.save(loss, "net.svg")


# ----------------------------------------------------------------------------------------------- plots

def test_curves_are_labelled_and_written(tmp_path):
    history = {"train": [[3., 2., 1.], [3., 2.]], "validation": [[4., 3., 3.], [4., 2.]]}
    axes = viz.learning_curves(history, tmp_path / "new" / "curves.png", ylabel="error", best=2, title="A")
    assert (tmp_path / "new" / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert len(list((tmp_path / "new").iterdir())) == 1
    names = [t.get_text() for t in axes.get_legend().get_texts()]
    assert names == ["train (mean of 2)", "validation (mean of 2)", "kept: epoch 2"]
    mean = next(line for line in axes.lines if line.get_label() == names[1])
    assert mean.get_xydata().tolist() == [[1, 4], [2, 2.5], [3, 3]]
    with pytest.raises(ValueError, match="'train' has no numbers"):
        viz.learning_curves({"train": []})


def test_scatter_has_r_in_its_title(tmp_path):
    x = np.linspace(0, 1, 50)
    y = np.sin(3 * x)
    axes = viz.scatter(tg.tensor(x), y, tmp_path / "s.svg", title="HLA", threshold=0.426)
    assert axes.get_title() == f"HLA: r = {np.corrcoef(x, y)[0, 1]:.3f}, n = 50"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("measured", "predicted")
    first = (tmp_path / "s.svg").read_bytes()
    assert b"<svg" in first


def test_bars_leave_gaps_and_show_intervals(tmp_path):
    table = {"A0201": {"ridge": 0.802, "net": 0.87},
             "B0702": {"ridge": 0.762, "net": None, "published": 0.829}}
    axes = viz.bars(table, tmp_path / "b.pdf", intervals={"A0201": {"net": (0.86, 0.88)}})
    assert [t.get_text() for t in axes.texts] == ["0.802", "0.762", "0.870", "0.829"]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["A0201", "B0702"]
    assert [list(line.get_ydata()) for line in axes.lines] == [[0.86, 0.88]]
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF")


def test_figures_go_into_given_axes_and_leave_settings_alone(tmp_path):
    import matplotlib
    from matplotlib.figure import Figure
    before = dict(matplotlib.rcParams)
    ax = Figure().add_subplot()
    assert viz.learning_curves({"train": [1., 2.]}, ax=ax) is ax
    assert viz.scatter([1, 2, 3], [1, 3, 2], tmp_path / "x.png", ax=ax) is ax
    assert dict(matplotlib.rcParams) == before


def test_missing_matplotlib_is_explained(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r'pip install "tinygrad_bio\[examples\]"'):
        viz.learning_curves({"train": [1.]})


# ------------------------------------------------------------------------------------------ the package

def test_importing_the_library_imports_no_drawing():
    code = "import sys, tinygrad_bio; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = {".".join(module.split(".")[:2]) for module in said.split()}
    assert "tinygrad_bio.tensor" in loaded and not loaded & {"graphviz", "matplotlib", "tinygrad_bio.viz"}


def test_nothing_in_the_package_looks_at_viz():
    root = pathlib.Path(tg.__file__).parent
    for path in root.rglob("*.py"):
        if path.parent.name not in ("viz", "train") and path != root / "__init__.py":      # a history plots itself
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"^\s*(from|import)\s.*\bviz\b", text, re.M), path


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module("tinygrad_bio.viz." + name), extraglobs={"tg": tg}).failed == 0


def test_every_module_is_in_that_list_and_has_its_examples():
    here = pathlib.Path(viz.__file__).parent
    assert sorted(p.stem for p in here.glob("*.py") if p.stem != "__init__") == MODULES
    assert doctest.testmod(viz).failed == 0 and doctest.testmod(viz).attempted > 0


def test_scopes():
    assert folding.prefixes("") == [] and folding.parsed("") == ("", "")
    x = tg.tensor(1., requires_grad=True)
    with layer("Linear"):                           # a layer that is called by itself: no path, no cluster
        y = x * 2
    assert "cluster" not in viz.graph(y).source
