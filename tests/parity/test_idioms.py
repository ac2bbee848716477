"""The small change of PyTorch programs: each line is run in both libraries, and must give the same.

This is about the ways to write things (by place, by name, as method, with lists, sizes, old names). What the
functions compute is compared more closely elsewhere. In each line `torch` is the library, `x` a matrix (3, 4)
and `y` the classes 1, 0, 2.
"""
import copy
import io
import math
import textwrap
from collections import OrderedDict

import numpy as np
import pytest
import torch

import tinygrad_bio as tg
from .both import LIBRARIES, array
from .cases_idioms import LINES
from .programs import alike

# PyTorch tells of its own affairs, with NumPy 2 as well.
quiet = pytest.mark.filterwarnings(
    "ignore::UserWarning", "ignore::DeprecationWarning", "ignore::FutureWarning")

# Each block puts what is compared into R.
BLOCKS = {
    "a step by hand": """
        w = torch.ones(3, requires_grad=True)
        (w * 2).sum().backward()
        w.data -= 0.1 * w.grad.data
        w.grad.data.zero_()
        (w * w).sum().backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
            w.grad.zero_()
        w.grad = None
        (w * 3).sum().backward()
        w.data.add_(w.grad, alpha=-0.1)
        R = w, w.grad, w.requires_grad, w.is_leaf""",
    "writing into parts": """
        x = torch.zeros(3, 4)
        x[1] = torch.ones(4); x[:, 2] = 5; x[0, 0] += 2; x[x == 5] = 7; x[2, 1:3] = torch.tensor([8., 9.])
        x[:, 0].fill_(7); x[1].zero_(); x[0].add_(1); x.data[0] = 3; x.data[:, 1].mul_(2)
        for i in range(3):
            x[i][3] = i
        v = x.view(4, 3); v[0, 0] = 11
        x[x != x] = 0
        R = x""",
    "writing into views": """
        x = torch.arange(12.).view(3, 4)
        row = x[1]; row += 100
        x.t()[0] = 7; x.view(-1)[3] = 55; x.narrow(1, 0, 2)[2].zero_()
        x.split(2, 1)[1].mul_(2); x.unbind(0)[0].neg_(); x.unsqueeze(0)[0, 1, 2] = 6
        square = torch.zeros(2, 3, 3)
        square.diagonal(dim1=-2, dim2=-1).add_(1e-3); square[0].diagonal(1).fill_(4)
        square[1].diagonal()[0] = 5
        torch.diagonal(square[1], -1).copy_(torch.tensor([8., 9.]))
        w = torch.ones(2, 2, requires_grad=True)
        with torch.no_grad():
            w.diagonal().zero_()
        copy = x.expand(2, 3, 4).clone(); copy[0] = 0
        R = x, row, square, w, copy""",
    "mixed precision": """
        GradScaler, autocast = torch.cuda.amp.GradScaler, torch.cuda.amp.autocast
        model, scaler = nn.Linear(3, 2), torch.amp.GradScaler("cuda", enabled=torch.cuda.is_available())
        old = GradScaler(enabled=False)
        with torch.no_grad():
            model.weight.fill_(0.5); model.bias.zero_()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(2):
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cuda", dtype=torch.float16, enabled=False), autocast(enabled=False):
                loss = F.cross_entropy(model(torch.arange(6.).view(2, 3)), torch.tensor([0, 1]))
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer); scaler.update()
        scaler.load_state_dict(scaler.state_dict())
        R = loss, norm, model.weight, scaler.get_scale(), scaler.is_enabled(), old.state_dict()""",
    "losses, schedules and optimisers of one's own": """
        class FocalLoss(nn.modules.loss._WeightedLoss):
            def __init__(self, gamma=2, weight=None, reduction="mean"):
                super().__init__(weight, reduction=reduction)
                self.gamma = gamma
            def forward(self, x, y):
                ce = F.cross_entropy(x, y, weight=self.weight, reduction="none")
                return ((1 - torch.exp(-ce)) ** self.gamma * ce).mean()
        class WarmUp(torch.optim.lr_scheduler._LRScheduler):
            def __init__(self, optimizer, steps, last_epoch=-1):
                self.steps = steps
                super().__init__(optimizer, last_epoch)
            def get_lr(self):
                return [lr * min(1, (self.last_epoch + 1) / self.steps) for lr in self.base_lrs]
        class Signs(torch.optim.Optimizer):
            def __init__(self, params, lr=0.1):
                super().__init__(params, dict(lr=lr))
            @torch.no_grad()
            def step(self, closure=None):
                for group in self.param_groups:
                    for p in group["params"]:
                        state = self.state[p]
                        if len(state) == 0:
                            state["step"], state["mean"] = 0, torch.zeros_like(p.data)
                        state["step"] += 1
                        state["mean"].mul_(0.9).add_(p.grad, alpha=0.1)
                        p.add_(state["mean"].sign(), alpha=-group["lr"])
        x = torch.arange(6.).view(3, 2).requires_grad_()
        criterion, optimizer = FocalLoss(weight=torch.tensor([1., 2.])), Signs([x], lr=0.4)
        schedule, rates = WarmUp(optimizer, 3), []
        for _ in range(4):
            optimizer.zero_grad()
            loss = criterion(x, torch.tensor([0, 1, 1]))
            loss.backward()
            optimizer.step(); schedule.step()
            rates.append(schedule.get_last_lr())
        kinds = [isinstance(made, nn.modules.loss._WeightedLoss)
                 for made in (nn.NLLLoss(), nn.BCELoss(), nn.MSELoss())]
        R = x, loss, rates, optimizer.state[x], list(criterion.state_dict()), kinds""",
    "helpers of layers": """
        pair, single = nn.modules.utils._pair, nn.modules.utils._single
        R = pair(3), pair((1, 2)), pair([1, 2]), single(3), nn.modules.utils._ntuple(4)(0)""",
    "random numbers apart": """
        torch.manual_seed(1)
        with torch.random.fork_rng():
            torch.manual_seed(2)
            inner = torch.rand(2)
        after = torch.rand(2)
        torch.manual_seed(1)
        R = (after == torch.rand(2)).all(), (after == inner).any()""",
    "writing while recording": """
        w, out = torch.ones(3, requires_grad=True), torch.zeros(2, 3)
        for i in range(2):
            out[i] = w * (i + 1)
        loss = 0
        for row in out:
            loss += (row ** 2).sum()
        loss.backward()
        R = w.grad, out""",
    "in place": """
        x = torch.ones(2, 2)
        x.add_(1).mul_(2).sub_(1).div_(3); x += 1; x *= 2; x -= 0.5; x /= 2
        x.t_(); x.unsqueeze_(0); x.squeeze_(0)
        a = torch.tensor([1, 2, 3]); a += 1
        R = x, a, x.clone().zero_()""",
    "modes": """
        @torch.no_grad
        def f(x):
            return x * 2
        @torch.inference_mode()
        def g(x):
            return x * 2
        w = torch.ones(2, requires_grad=True)
        with torch.set_grad_enabled(False):
            off = (w * 2).requires_grad
        with torch.inference_mode(mode=False):
            on = (w * 2).requires_grad
        with torch.autograd.set_detect_anomaly(True), torch.autograd.no_grad():
            R = f(w).requires_grad, g(w).requires_grad, off, on, torch.is_grad_enabled()""",
    "gradients": """
        x = torch.ones(2, requires_grad=True)
        y = x * 2
        y.retain_grad()
        (y ** 3).sum().backward(retain_graph=True)
        g, = torch.autograd.grad((x ** 3).sum(), x, create_graph=True)
        g.sum().backward()
        z = torch.autograd.Variable(torch.ones(2), requires_grad=True)
        (z * 2).backward(torch.ones_like(z))
        h = (z * 3); h.register_hook(lambda g: g * 2); h.sum().backward()
        R = y.grad, g, x.grad, z.grad""",
    "a Function": """
        class Clip(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, k):
                ctx.save_for_backward(x); ctx.k = k
                return x.clamp(min=0) * k
            @staticmethod
            def backward(ctx, g):
                x, = ctx.saved_tensors
                g = g.clone(); g[x < 0] = 0
                return g * ctx.k, None
        x = torch.tensor([-1., 2.], requires_grad=True)
        Clip.apply(x, 3).sum().backward()
        R = x.grad""",
    "lists of layers that have names": """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.layers = [nn.Linear(2, 2), nn.Linear(2, 2)]
                for i, layer in enumerate(self.layers):
                    setattr(self, "fc%d" % i, layer)
                self.more = nn.ModuleList([nn.Linear(2, 1)])
                self.all = {"first": self.fc0, "last": self.more[0]}
                self.scales = [nn.Parameter(torch.ones(1))] * 1
                self.scale = self.scales[0]
                self.register_buffer("nothing", None)
        net = Net()
        names = list(dict(net.named_parameters())), list(dict(net.named_modules()))
        R = list(net.state_dict()), names, repr(net)""",
    "containers": """
        m = nn.ModuleDict({"a": nn.Linear(1, 1), "b": nn.ReLU()}); m["c"] = nn.Tanh()
        n = nn.ModuleList([nn.Linear(1, 1)])
        n.append(nn.ReLU()); n.extend([nn.Tanh()]); n.insert(0, nn.ReLU())
        p = nn.ParameterList([nn.Parameter(torch.ones(2)) for _ in range(2)])
        d = nn.ParameterDict({"a": p[0]})
        s = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU())); s.add_module("out", nn.Linear(3, 1))
        R = (list(m.keys()), "a" in m, [k for k, v in m.items()], len(m),
             repr(n), len(n), repr(n[-1]), repr(n[1:]), sum(p), list(d), repr(s),
             [n for n, _ in s.named_modules()], [type(m).__name__ for m in s.modules()])""",
    "weights": """
        m = nn.Linear(2, 3)
        m.state_dict()["weight"].copy_(torch.ones(3, 2))
        pretrained = {"weight": torch.ones(3, 2) * 2, "x": torch.ones(1)}
        own = m.state_dict()
        own.update({k: v for k, v in pretrained.items() if k in own})
        m.load_state_dict(own)
        result = m.load_state_dict({"bias": torch.zeros(3)}, strict=False)
        frozen = copy.deepcopy(m)
        for p in frozen.parameters():
            p.requires_grad = False
        frozen.bias.requires_grad_(True)
        t = copy.deepcopy(m); t.weight = nn.Parameter(torch.zeros(3, 2))
        for a, b in zip(t.parameters(), m.parameters()):
            a.data.copy_(0.9 * a.data + 0.1 * b.data)
        v = nn.utils.parameters_to_vector(t.parameters())
        asked = [p.requires_grad for p in frozen.parameters()]
        R = m.weight, result.missing_keys, result.unexpected_keys, t.weight, v, asked""",
    "optimisers": """
        m = nn.Linear(2, 1); nn.init.ones_(m.weight); nn.init.zeros_(m.bias)
        o = torch.optim.Adam([{"params": m.weight, "lr": 0.1}, {"params": [m.bias]}], betas=(0.5, 0.999))
        m(torch.ones(1, 2)).sum().backward(); o.step()
        o.add_param_group({"params": nn.Linear(1, 1).parameters(), "lr": 0.5})
        for group in o.param_groups:
            group["lr"] *= 0.5
        s = torch.optim.lr_scheduler.StepLR(o, 1, 0.5); s.optimizer.step(); s.step()
        o.load_state_dict(o.state_dict())
        rates = [g["lr"] for g in o.param_groups]
        R = m.weight, o.state[m.weight]["exp_avg"], s.get_last_lr(), rates, o.defaults["betas"]""",
    "clipping": """
        p = nn.Parameter(torch.ones(2)); (p * 1e3).sum().backward()
        n = nn.utils.clip_grad_norm_([p], max_norm=1.0, norm_type=2); first = p.grad.clone()
        nn.utils.clip_grad_norm_(p, .5); nn.utils.clip_grad_value_([p], 0.1); p.grad.data.clamp_(-0.05, 0.05)
        R = n, first, p.grad""",
    "a closure": """
        p = nn.Parameter(torch.ones(2)); opt = torch.optim.LBFGS([p], lr=0.5)
        def closure():
            opt.zero_grad(); loss = ((p - 3) ** 2).sum(); loss.backward()
            return loss
        R = [opt.step(closure).item() for _ in range(3)], p""",
    "files": """
        buffer = io.BytesIO(); m = nn.Linear(2, 2)
        torch.save({"model": m.state_dict(), "epoch": 3, "best": 0.5}, buffer); buffer.seek(0)
        d = torch.load(buffer, map_location="cpu")
        R = list(d), list(d["model"]), d["epoch"], (d["model"]["weight"] == m.weight).all()""",
    "random state": """
        torch.manual_seed(1); a = torch.rand(3)
        torch.manual_seed(1); state = torch.get_rng_state(); b = torch.rand(3)
        torch.set_rng_state(state)
        g = torch.Generator(device="cpu").manual_seed(1)
        same = (a == b).all(), (torch.rand(3) == b).all()
        R = same, torch.initial_seed(), torch.randperm(5, generator=g).shape""",
    "seeds and switches": """
        torch.manual_seed(0); torch.cuda.manual_seed(0); torch.cuda.manual_seed_all(0)
        torch.backends.cudnn.deterministic = True; torch.backends.cudnn.benchmark = False
        device = ("cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available()
                  else "cpu")
        found = torch.accelerator.is_available()
        same = torch.accelerator.current_accelerator().type if found else "cpu"
        R = device, same""",
    "hooks and properties": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__(); self.a = nn.Linear(2, 2)
            @property
            def device(self):
                return next(self.parameters()).device
            def forward(self, x):
                return self.a(x)
        m, seen = Net(), []
        handle = m.a.register_forward_hook(lambda module, i, o: seen.append(tuple(o.shape)))
        m(torch.ones(1, 2)); handle.remove(); m(torch.ones(1, 2))
        R = (m.device.type, seen, m.__class__.__name__.find("Net"), hasattr(m.a, "bias"),
             type(m.a) == nn.Linear, m.train().training)""",
    "iterables": """
        class Numbers(data.IterableDataset):
            def __iter__(self):
                return iter(range(5))
        q, k, v = torch.ones(2, 6).chunk(3, dim=-1)
        N, *rest = torch.ones(2, 3, 4).size()
        ordered = sorted([torch.tensor(2), torch.tensor(1)])
        R = list(data.DataLoader(Numbers(), batch_size=2)), q.shape, N, rest, ordered""",
}


def space(library):
    """The names that the lines use."""
    return {"torch": library, "nn": library.nn, "F": library.nn.functional, "data": library.utils.data,
            "np": np, "math": math, "copy": copy, "io": io, "OrderedDict": OrderedDict,
            "x": library.tensor(array(3, 4).astype("float32")), "y": library.tensor([1, 0, 2])}


def told_apart(line):
    """What differs, as text; None if nothing does."""
    theirs = eval(line, space(torch))
    try:
        alike(eval(line, space(tg)), theirs, rtol=2e-6)
    except Exception as error:
        return f"{line}\n    {type(error).__name__}: {' '.join(str(error).split())[:300]}"


@pytest.mark.parametrize("theme", LINES)
@quiet
def test_lines(theme):
    told = map(told_apart, textwrap.dedent(LINES[theme]).strip().splitlines())
    wrong = "\n".join(filter(None, told))
    assert not wrong, f"\n{wrong}"


@pytest.mark.parametrize("block", BLOCKS)
@quiet
def test_blocks(block):
    spaces = [space(library) for library in LIBRARIES]
    for names in spaces:
        exec(textwrap.dedent(BLOCKS[block]), names)
    alike(*(names["R"] for names in spaces), rtol=2e-6)


def test_a_difference_is_seen():
    assert told_apart("[x, torch.__name__]") and told_apart("len(torch.__name__)")
    assert told_apart("{'a': x.sum() + 1e-4 * (torch.__name__ != 'torch')}")
    assert told_apart("x.nothing if torch.__name__ != 'torch' else 1")
    assert not told_apart("[x, {'a': x.sum()}, x.shape, x.dtype, x.device, nn.ReLU(), None, 'a', 2.5]")
