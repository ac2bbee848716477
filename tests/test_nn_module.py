"""Module: what it finds, names, saves, calls, prints and forgets."""
import copy
import gc
import pickle
import threading
import weakref

import numpy as np
import pytest

import tinygrad_bio as tg
from tinygrad_bio import nn
from tinygrad_bio.autograd import threads


class Scaled(nn.Module):
    """One of everything: a parameter, buffers, layers in attributes, lists and dicts."""

    def __init__(self, n=3):
        super().__init__()
        self.layers = [nn.Linear(n, n), (nn.ReLU(), nn.Linear(n, 2))]
        self.scale = nn.Parameter(tg.ones(n))
        self.register_buffer("mean", tg.zeros(n))
        self.register_buffer("scratch", tg.zeros(1), persistent=False)
        self.heads = {"a": nn.Linear(2, 1), "raw": nn.Parameter(tg.zeros(2))}
        self.register_parameter("left_out", None)

    def forward(self, x):
        x = self.layers[0]((x - self.mean) * self.scale)
        for layer in self.layers[1]:
            x = layer(x)
        return self.heads["a"](x + self.heads["raw"])


NAMES = ["scale", "heads.raw", "layers.0.weight", "layers.0.bias", "layers.1.1.weight", "layers.1.1.bias", "heads.a.weight", "heads.a.bias"]


def where():
    return threads.mode.scope


class Where(nn.Module):
    """A layer that notes how it is called while it runs."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x=None):
        self.seen.append(where())
        return x


# -------------------------------------------------------------------------------------------------- finding

def test_names_in_order():
    net = Scaled()
    assert [n for n, _ in net.named_parameters()] == NAMES
    assert [n for n, _ in net.named_buffers()] == ["mean", "scratch"]
    assert [n for n, _ in net.named_modules()] == ["", "layers.0", "layers.1.0", "layers.1.1", "heads.a"]
    assert [n for n, _ in net.named_children()] == ["layers.0", "layers.1.0", "layers.1.1", "heads.a"]
    assert list(net.state_dict()) == ["scale", "heads.raw", "mean", *NAMES[2:]]
    assert [n for n, _ in net.named_parameters(recurse=False)] == NAMES[:2]
    assert [n for n, _ in net.named_parameters(prefix="net")][0] == "net.scale"
    assert sum(p.numel() for p in net.parameters()) == 3 + 2 + 12 + 8 + 3


def test_order_does_not_depend_on_hashes():
    """The same names in processes with different hash seeds."""
    import os
    import subprocess
    import sys
    program = ("import tinygrad_bio as tg; m = tg.nn.Module(); [setattr(m, n, tg.nn.Linear(1, 1)) for n in ('b', 'z', 'a', 'q')]; "
               "print([n for n, _ in m.named_parameters()])")
    found = {subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}).stdout for seed in "123"}
    assert len(found) == 1 and "b.weight" in found.pop()


def test_shared_ones_come_once():
    net = nn.Module()
    net.embed, net.out = nn.Embedding(5, 4), nn.Linear(4, 5, bias=False)
    net.out.weight = net.embed.weight
    net.again = net.embed
    assert [n for n, _ in net.named_parameters()] == ["embed.weight"]
    assert len(list(net.modules())) == 3
    assert len(list(net.named_modules(remove_duplicate=False))) == 4
    assert list(net.state_dict()) == ["embed.weight", "out.weight", "again.weight"]


def test_a_module_that_knows_its_parent():
    parent = nn.Sequential(nn.Linear(2, 2))
    parent[0].owner = parent
    assert len(list(parent.modules())) == 2 and len(list(parent.parameters())) == 2


def test_paths():
    net = Scaled()
    assert net.get_parameter("layers.1.1.bias") is net.layers[1][1].bias
    assert net.get_submodule("heads.a") is net.heads["a"] and net.get_submodule("") is net
    assert net.get_buffer("mean") is net.mean
    with pytest.raises(AttributeError, match=r"Scaled has no parameter 'layers.1.1.bais'. There is: layers.1.1.bias"):
        net.get_parameter("layers.1.1.bais")


def test_iterating_while_calling_and_replacing():
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    for name, child in net.named_children():
        child(tg.ones(2))
        net(tg.ones(2))
        setattr(net, name, nn.Tanh())
    assert [type(m).__name__ for m in net] == ["Tanh", "Tanh"]


# ----------------------------------------------------------------------------------------------- attributes

def test_forgotten_init():
    class Net(nn.Module):
        def __init__(self):
            self.fc = nn.Linear(2, 2)
    with pytest.raises(AttributeError, match=r"cannot assign module before Module.__init__\(\) call: write super\(\).__init__\(\) as the "
                                             r"first line of Net.__init__"):
        Net()

    class Bare(nn.Module):
        def __init__(self):
            self.n = 3

        def forward(self, x):
            return x
    for use in (lambda m: m(1), lambda m: m.training, lambda m: list(m.named_buffers()), lambda m: m.register_buffer("b", tg.ones(1)),
                lambda m: setattr(m, "p", nn.Parameter(tg.ones(1))), lambda m: nn.Sequential(m)(1)):
        with pytest.raises(AttributeError, match=r"write super\(\).__init__\(\) as the first line of Bare.__init__"):
            use(Bare())


def test_wrong_assignments():
    layer = nn.Linear(2, 2)
    with pytest.raises(TypeError, match="cannot assign a Tensor to 'weight' of Linear, which is a Parameter"):
        layer.weight = tg.ones(2, 2)
    with pytest.raises(TypeError, match="which is a Module"):
        Scaled.__setattr__(net := nn.Sequential(nn.ReLU()), "0", 3)
    layer.bias = None
    assert [n for n, _ in layer.named_parameters()] == ["weight"] and list(net.state_dict()) == []
    layer.bias = nn.Parameter(tg.zeros(2))
    assert [n for n, _ in layer.named_parameters()] == ["weight", "bias"]
    layer.register_buffer("b", tg.zeros(1))
    with pytest.raises(TypeError, match="buffer 'b'"):
        layer.b = 3
    layer.b = tg.ones(1)
    assert "b" in layer.state_dict()
    layer.b = nn.Parameter(tg.ones(1))
    assert list(dict(layer.named_buffers())) == [] and "b" in dict(layer.named_parameters())
    layer.register_buffer("c", tg.zeros(1))
    del layer.b, layer.c
    assert not hasattr(layer, "b") and not hasattr(layer, "c") and list(layer.state_dict()) == ["weight", "bias"]


@pytest.mark.parametrize("register, value, error", [
    ("register_parameter", tg.ones(1), TypeError), ("register_buffer", 3, TypeError), ("add_module", 3, TypeError)])
def test_wrong_registrations(register, value, error):
    layer = nn.Linear(2, 2)
    with pytest.raises(error):
        getattr(layer, register)("x", value)
    for name, wrong in (("a.b", KeyError), ("", KeyError), (3, TypeError), ("forward", KeyError)):
        with pytest.raises(wrong):
            getattr(layer, register)(name, None)


def test_unknown_attribute():
    net = Scaled()
    with pytest.raises(AttributeError, match="Scaled has no attribute 'layer'. Did you mean 'layers'. It was given: layers, scale, mean"):
        net.layer
    with pytest.raises(AttributeError, match="Did you mean 'parameters'"):
        net.paramters()
    assert not hasattr(net, "nothing") and getattr(net, "nothing", 7) == 7
    assert isinstance(pickle.loads(pickle.dumps(pytest.raises(AttributeError, getattr, net, "nothing").value)), AttributeError)


def test_a_failing_property_shows_its_own_error():
    class Net(nn.Module):
        @property
        def size(self):
            return self.nowhere
    with pytest.raises(AttributeError, match="'nowhere'"):
        Net().size


def test_parameter():
    array = np.ones(2, "float32")
    p = nn.Parameter(tg.from_numpy(array))
    assert p.requires_grad and p.is_leaf and p.array is array and isinstance(p, tg.Tensor)
    assert repr(p) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"
    assert type(p * 1) is tg.Tensor and type(p.detach()) is tg.Tensor
    assert not nn.Parameter(tg.ones(1), requires_grad=False).requires_grad
    with pytest.raises(RuntimeError, match="int64"):
        nn.Parameter(tg.tensor([1]))
    assert nn.Parameter(tg.tensor([1]), requires_grad=False).dtype == tg.int64
    with tg.no_grad():
        p += 1
    assert isinstance(p, nn.Parameter) and p.tolist() == [2, 2]


def test_private_tables_are_for_reading():
    net = Scaled()
    assert list(net._modules) == ["layers.0", "layers.1.0", "layers.1.1", "heads.a"] and list(net._parameters) == ["scale", "heads.raw"]
    with pytest.raises(TypeError):
        net._modules["x"] = nn.ReLU()


# ------------------------------------------------------------------------------------------- doing to all

def test_train_and_eval():
    net = nn.Sequential(nn.Dropout(), nn.Sequential(nn.Dropout()))
    assert net.training and net.eval() is net and not any(m.training for m in net.modules())
    net.train()
    assert all(m.training for m in net.modules())
    with pytest.raises(ValueError, match="True or False"):
        net.train("yes")


def test_apply_goes_from_the_inside_outwards():
    seen = []
    net = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Tanh()))
    assert net.apply(lambda m: seen.append(type(m).__name__)) is net
    assert seen == ["ReLU", "Tanh", "Sequential", "Sequential"]


def test_gradients_of_all():
    net = Scaled()
    net(tg.ones(4, 3)).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.scale.grad[0] = float("nan")
    net.zero_grad(set_to_none=False)
    assert all(not p.grad.any() for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    net.requires_grad_(False)
    assert not net(tg.ones(4, 3)).requires_grad


def test_dtypes():
    net = Scaled()
    net.register_buffer("count", tg.tensor(3))
    net(tg.ones(1, 3)).sum().backward()
    before = {n: p for n, p in net.named_parameters()}
    assert net.double() is net
    assert {p.dtype.name for p in net.parameters()} == {"float64"} == {p.grad.dtype.name for p in net.parameters()}
    assert net.mean.dtype == tg.float64 and net.count.dtype == tg.int64
    assert all(p is before[n] for n, p in net.named_parameters())                   # the same objects: optimisers hold them
    assert net.half().scale.dtype == tg.float16 and net.float().scale.dtype == tg.float32
    assert net.to("cpu", tg.float64).scale.dtype == tg.float64 and net.type(tg.float32).scale.dtype == tg.float32
    assert net.to(tg.ones(1, dtype=tg.float64)).mean.dtype == tg.float64
    with pytest.raises(TypeError, match="must be floats, not int64"):
        net.to(tg.int64)
    assert net.scale.dtype == tg.float64


def test_devices(cuda):
    net = Scaled()
    x = tg.ones(4, 3)
    expected = net(x)
    net(x).sum().backward()
    net.to(cuda)
    assert {t.device.type for t in (*net.parameters(), *net.buffers())} == {"cuda"} and net.scale.grad.is_cuda
    y = net(x.to(cuda))
    assert y.is_cuda and np.allclose(y.detach().cpu().numpy(), expected.detach().numpy(), atol=1e-6)
    with pytest.raises(tg.DeviceMismatchError):
        net(x)
    state = net.state_dict()
    assert not net.cpu().scale.is_cuda
    net.load_state_dict(state)                                  # from the card, to the host
    assert not net.scale.is_cuda and net(x).allclose(expected, atol=1e-6)
    assert net.cuda().mean.is_cuda and net.cuda(0).mean.is_cuda


# -------------------------------------------------------------------------------------------- saving, copying

def test_state_dict_there_and_back():
    a, b = Scaled(), Scaled()
    state = a.state_dict()
    assert all(type(v) is tg.Tensor and not v.requires_grad for v in state.values())
    assert state["scale"].array is a.scale.array and a.state_dict(keep_vars=True)["scale"] is a.scale
    result = b.load_state_dict(state)
    assert result.missing_keys == [] == result.unexpected_keys and repr(result) == "<All keys matched successfully>"
    assert all(p.equal(q) for p, q in zip(a.parameters(), b.parameters()))
    assert b.scale.array is not a.scale.array
    b.load_state_dict({k: v.numpy().astype("float64") for k, v in state.items()})
    assert b.scale.dtype == tg.float32
    b.load_state_dict({k: v.double() for k, v in state.items()}, assign=True)
    assert b.scale.dtype == tg.float64 and isinstance(b.scale, nn.Parameter)


def test_loading_is_strict_and_all_or_nothing():
    net = Scaled()
    before = {k: v.numpy().copy() for k, v in net.state_dict().items()}
    state = {k: v + 1 for k, v in net.state_dict().items()}
    state["layers.0.weight"] = tg.ones(2, 2)
    state["extra"] = tg.ones(1)
    state["mean"] = "text"
    del state["scale"]
    with pytest.raises(RuntimeError) as error:
        net.load_state_dict(state)
    message = str(error.value)
    for part in ('Error(s) in loading state_dict for Scaled', 'Missing key(s) in state_dict: "scale".', 'Unexpected key(s) in state_dict: "extra".',
                 "size mismatch for layers.0.weight: the state_dict has shape (2, 2), the shape in this model is (3, 3).", "mean is a str"):
        assert part in message
    with pytest.raises(RuntimeError, match="size mismatch") as error:
        net.load_state_dict({**state, "mean": tg.ones(3)}, strict=False)
    assert "Missing" not in str(error.value)
    assert all(np.array_equal(before[k], v.numpy()) for k, v in net.state_dict().items()), "something was written"
    found = net.load_state_dict({"scale": tg.ones(3) * 5, "other": tg.ones(1)}, strict=False)
    assert found.unexpected_keys == ["other"] and len(found.missing_keys) == 8 and net.scale.tolist() == [5, 5, 5]
    for wrong in (net, "weights.npz", None):
        with pytest.raises(TypeError, match="expected a dictionary"):
            net.load_state_dict(wrong)


def test_loading_is_seen_by_the_watch_over_writes():
    layer = nn.Linear(2, 2)
    y = (layer.weight * layer.weight).sum()
    layer.load_state_dict(nn.Linear(2, 2).state_dict())
    with pytest.raises(RuntimeError, match="written in place"):
        y.backward()


def test_copies():
    net = Scaled()
    net.tied = net.layers[0]
    net(tg.ones(1, 3)).sum().backward()
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert [n for n, _ in other.named_parameters()] == [n for n, _ in net.named_parameters()]
        assert other.tied is other.layers[0] and other.scale is not net.scale
        assert other(tg.ones(1, 3)).equal(net(tg.ones(1, 3)))
        with tg.no_grad():
            other.scale += 1
        assert net.scale.tolist() == [1, 1, 1] and isinstance(other.scale, nn.Parameter) and other.scale.requires_grad
    copied = copy.deepcopy(nn.Sequential(Where()))
    copied(1)
    assert copied[0].seen == ["0 (Where)"] and "_labels" in copied.__dict__ and "_labels" not in copy.deepcopy(copied).__dict__


# --------------------------------------------------------------------------------------------------- the scope

def test_scope():
    net, inner = nn.Sequential(Where(), nn.Sequential(Where())), Where()
    assert where() == ""
    net(1)
    assert net[0].seen == ["0 (Where)"] and net[1][0].seen == ["1.0 (Where)"] and where() == ""
    net[1](1)
    assert net[1][0].seen[1:] == ["0 (Where)"]                  # named from the outermost layer that was called
    inner()
    assert inner.seen == ["Where"]


def test_scope_is_restored_on_errors():
    class Fails(nn.Module):
        def forward(self, x):
            raise ZeroDivisionError
    net = nn.Sequential(nn.Sequential(Fails()))
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            net(1)
        assert where() == ""
    ok = Where()
    ok(1)
    assert ok.seen == ["Where"]


def test_scope_follows_changes():
    net = nn.Sequential(Where())
    net(1)
    net.append(Where())
    net(1)
    assert net[1].seen == ["1 (Where)"]
    net.insert(0, nn.Identity())
    net(1)
    assert net[2].seen[-1] == "2 (Where)"

    class Listed(nn.Module):
        def __init__(self):
            super().__init__()
            self.parts = [Where()]

        def forward(self, x):
            for part in self.parts:
                part(x)
    net, late = Listed(), nn.Sequential(Where())
    net(1)
    net.parts.append(late)
    net(1)
    assert net.parts[0].seen == ["parts.0 (Where)"] * 2 and net.parts[1][0].seen == ["parts.1.0 (Where)"]


def test_scope_of_layers_that_change_places():
    net = nn.Sequential(Where(), Where())
    first, second = net
    net(1)
    net[0], net[1] = second, first
    net(1)
    assert first.seen == ["0 (Where)", "1 (Where)"] and second.seen == ["1 (Where)", "0 (Where)"]


def test_scope_of_a_stranger():
    """A layer that belongs to nobody is named from itself."""
    stranger = nn.Sequential(Where())

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = Where(), Where()

        def forward(self, x):
            return self.b(stranger(self.a(x)))
    net = Net()
    for _ in range(2):
        net(1)
    assert net.a.seen == ["a (Where)"] * 2 and net.b.seen == ["b (Where)"] * 2 and stranger[0].seen == ["0 (Where)"] * 2


def test_a_class_with_its_own_call():
    calls = []

    class Loud(nn.Module):
        def __call__(self, x):
            calls.append(where())
            return super().__call__(x)

        def forward(self, x):
            return x + 1
    assert Loud()(1) == 2 and nn.Sequential(Loud(), Loud())(1) == 3 and len(calls) == 3


def test_scope_on_nodes_and_in_errors():
    net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1))
    y = net(tg.ones(2, 4))
    scopes = {node.name: node.scope for node in tg.autograd.tape(y.grad_fn)}
    assert scopes == {"linear": "2 (Linear)", "relu": "1 (ReLU)"}
    with pytest.raises(tg.ShapeError, match=r"linear in layer '0 \(Linear\)': the last dimension of the input must have in_features=4"):
        net(tg.ones(2, 5))


def test_threads_have_their_own_scope():
    class Waits(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Where()

        def forward(self, barrier):
            barrier.wait(5)
            self.inner(1)
            barrier.wait(5)
    nets, barrier = [Waits() for _ in range(4)], threading.Barrier(4)
    workers = [threading.Thread(target=net, args=(barrier,)) for net in nets]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert [net.inner.seen for net in nets] == [["inner (Where)"]] * 4 and where() == ""


# --------------------------------------------------------------------------------------------------- memory

def test_dropping_a_network_and_its_loss_frees_everything():
    """With the garbage collector off: nothing holds on to anything in a circle."""
    gc.collect()
    gc.disable()
    try:
        net = Scaled()
        net.register_forward_hook(lambda module, args, output: None)
        net.layers[0].register_full_backward_hook(lambda module, before, after: None)
        x = tg.ones(4, 3, requires_grad=True)
        loss = net(x).sum()
        loss.backward(retain_graph=True)
        g, = tg.autograd.grad(loss, x, create_graph=True)
        held = [weakref.ref(t) for t in (net, *net.modules(), *net.parameters(), loss, g, loss.grad_fn, *tg.autograd.tape(g.grad_fn))]
        arrays = [weakref.ref(p.array) for p in net.parameters()]
        del net, loss, g, x
        assert [r() for r in held + arrays if r() is not None] == []
    finally:
        gc.enable()


# ---------------------------------------------------------------------------------------------------- hooks

def test_forward_hooks():
    layer, seen = nn.Linear(2, 2), []
    first = layer.register_forward_pre_hook(lambda m, args: seen.append("pre"))
    second = layer.register_forward_hook(lambda m, args, out: seen.append("post"))
    layer.register_forward_hook(lambda m, args, out: seen.append("early"), prepend=True)
    layer(tg.ones(2))
    assert seen == ["pre", "early", "post"]
    first.remove()
    second.remove()
    second.remove()
    layer(tg.ones(2))
    assert seen == ["pre", "early", "post", "early"]


def test_forward_hooks_that_change_things():
    layer = nn.Identity()
    layer.register_forward_pre_hook(lambda m, args: (args[0] + 1,))
    layer.register_forward_hook(lambda m, args, out: out * 10)
    assert layer(1) == 20

    class Named(nn.Module):
        def forward(self, x, *, by=1):
            return x * by
    named = Named()
    named.register_forward_pre_hook(lambda m, args, kwargs: (args, {"by": kwargs["by"] + 1}), with_kwargs=True)
    named.register_forward_hook(lambda m, args, kwargs, out: (out, kwargs["by"]), with_kwargs=True)
    assert named(5, by=2) == (15, 3)


def test_backward_hooks():
    layer, seen = nn.Linear(3, 2), []
    layer.register_full_backward_pre_hook(lambda m, after: (after[0] * 2,))
    layer.register_full_backward_hook(lambda m, before, after: seen.append((before[0].tolist(), after[0].tolist())))
    x = tg.ones(1, 3, requires_grad=True)
    layer(x).sum().backward()
    assert np.allclose(x.grad.numpy(), 2 * layer.weight.detach().sum(0).numpy()) and layer.bias.grad.tolist() == [2, 2]
    assert seen == [(x.grad.tolist(), [[2, 2]])]


def test_a_backward_hook_that_replaces_and_one_without_input_gradients():
    seen = []
    layer = nn.Linear(3, 2)
    layer.register_full_backward_hook(lambda m, before, after: seen.append(before))
    layer(tg.ones(1, 3)).sum().backward()
    assert seen == [(None,)]
    square = nn.Tanh()
    square.register_full_backward_hook(lambda m, before, after: (before[0] * 0,))
    x = tg.ones(2, requires_grad=True)
    square(x).sum().backward()
    assert x.grad.tolist() == [0, 0]

    class Two(nn.Module):
        def forward(self, a, n, b):
            return a * n, b, "text"
    two = Two()
    two.register_full_backward_hook(lambda m, before, after: seen.append((len(before), before[1], len(after), after[2])))
    a, b = tg.ones(2, requires_grad=True), tg.ones(2, requires_grad=True)
    two(a, 3, b)[0].sum().backward()
    assert seen[-1] == (3, None, 3, None) and a.grad.tolist() == [3, 3] and not b.grad.any()
    with tg.no_grad():
        two(a, 3, b)
    assert len(seen) == 2
    broken = nn.Identity()
    broken.register_full_backward_hook(lambda m, before, after: None)
    with pytest.raises(TypeError, match="returned a dict"):
        broken({})


def test_backward_hooks_and_higher_derivatives():
    layer, orders = nn.Sigmoid(), []
    layer.register_full_backward_hook(lambda m, before, after: orders.append(before[0].requires_grad))
    x = tg.tensor([0.3], dtype=tg.float64, requires_grad=True)
    g, = tg.autograd.grad(layer(x).sum(), x, create_graph=True)
    h, = tg.autograd.grad(g.sum(), x)
    s = 1 / (1 + np.exp(-0.3))
    assert orders == [True] and np.allclose([g.item(), h.item()], [s * (1 - s), s * (1 - s) * (1 - 2 * s)], rtol=1e-12)


# ------------------------------------------------------------------------------------------------- containers

def test_sequential():
    from collections import OrderedDict
    net = nn.Sequential(OrderedDict(conv=nn.Linear(2, 3), act=nn.ReLU()))
    assert net.conv is net[0] and list(net.state_dict()) == ["conv.weight", "conv.bias"] and net[-1] is net.act and len(net) == 2
    assert list(net[:1].state_dict()) == ["conv.weight", "conv.bias"]
    relu = nn.ReLU()
    assert len(nn.Sequential(relu, nn.Tanh(), relu)) == 3 and nn.Sequential(relu, relu)(tg.ones(1)).item() == 1
    with pytest.raises(IndexError, match="Sequential: index 2 is out of range: it holds 2"):
        net[2]
    with pytest.raises(TypeError, match="cannot add a function as module '0'"):
        nn.Sequential(lambda x: x)
    assert len(net + nn.Sequential(relu)) == 3 and len(net * 2) == 4 and nn.Sequential()(5) == 5


def test_module_dict():
    d = nn.ModuleDict({"a": nn.Linear(1, 2)})
    d["b"] = nn.ReLU()
    d.update([("c", nn.Tanh())])
    assert list(d) == ["a", "b", "c"] == list(d.keys()) and "a" in d and "z" not in d and len(d) == 3
    assert d.pop("b") is not None and list(d) == ["a", "c"] and [type(m).__name__ for m in d.values()] == ["Linear", "Tanh"]
    del d["c"]
    assert [n for n, _ in d.items()] == ["a"] and d.get("z") is None
    with pytest.raises(KeyError, match="ModuleDict has no 'q'; it has 'a'"):
        d["q"]
    for name in ("keys", "training", "a.b", ""):
        with pytest.raises(KeyError):
            d[name] = nn.ReLU()
    with pytest.raises(TypeError):
        d[1] = nn.ReLU()
    d.clear()
    assert len(d) == 0 and list(d.parameters()) == []


def test_parameter_containers():
    p = nn.ParameterList([tg.ones(2), nn.Parameter(tg.zeros(3))])
    p.append(tg.ones(1))
    p[0] = nn.Parameter(tg.zeros(5))
    assert [q.shape for q in p] == [(5,), (3,), (1,)] and all(isinstance(q, nn.Parameter) for q in p) and p[-1].item() == 1
    with pytest.raises(TypeError):
        p.append(3)
    d = nn.ParameterDict({"w": tg.ones(2)})
    d["v"] = tg.zeros(1)
    assert list(d.state_dict()) == ["w", "v"] and isinstance(d["v"], nn.Parameter)
    with pytest.raises(TypeError, match="cannot assign a Tensor to 'w'"):
        d.w = tg.ones(2)


def test_printing():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = [nn.Linear(2, 2), nn.Linear(2, 2)]
            self.act = nn.ReLU()
    assert repr(Net()) == """\
Net(
  (layers.0): Linear(in_features=2, out_features=2, bias=True)
  (layers.1): Linear(in_features=2, out_features=2, bias=True)
  (act): ReLU()
)"""
    assert repr(nn.Sequential(nn.Sequential(nn.Tanh()))) == "Sequential(\n  (0): Sequential(\n    (0): Tanh()\n  )\n)"


def test_a_module_without_forward():
    with pytest.raises(NotImplementedError, match="Module has no forward"):
        nn.Module()(1)
