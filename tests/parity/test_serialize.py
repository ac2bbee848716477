"""Weights go to PyTorch and back through safetensors, and optimiser states through numbers."""
import numpy as np
import pytest
import torch

import tinygrad_bio as tg

safetensors = pytest.importorskip("safetensors.torch",
                                  reason="needs the safetensors library: pip install safetensors")


def models():
    """The same network in both libraries, with different weights."""
    torch.manual_seed(0)
    return [lib.nn.Sequential(lib.nn.Linear(4, 3), lib.nn.ReLU(), lib.nn.Linear(3, 2)) for lib in (tg, torch)]


def outputs(ours, theirs):
    x = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    return ours(tg.tensor(x)).detach().numpy(), theirs(torch.tensor(x)).detach().numpy()


def test_from_pytorch(tmp_path):
    ours, theirs = models()
    safetensors.save_file(theirs.state_dict(), tmp_path / "weights.safetensors")
    assert not np.allclose(*outputs(ours, theirs))
    ours.load_state_dict(tg.load(tmp_path / "weights.safetensors"))
    np.testing.assert_allclose(*outputs(ours, theirs), rtol=1e-5, atol=1e-6)


def test_to_pytorch(tmp_path):
    ours, theirs = models()
    tg.save(ours.state_dict(), tmp_path / "weights.safetensors")
    theirs.load_state_dict(safetensors.load_file(tmp_path / "weights.safetensors"))
    np.testing.assert_allclose(*outputs(ours, theirs), rtol=1e-5, atol=1e-6)


def test_tied_weights_in_both_directions(tmp_path):
    class Tied(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.head = torch.nn.Embedding(5, 3), torch.nn.Linear(3, 5, bias=False)
            self.head.weight = self.embedding.weight
    theirs, name = Tied(), str(tmp_path / "tied.safetensors")
    safetensors.save_model(theirs, name)
    loaded = tg.load(name)
    assert sorted(loaded) == ["embedding.weight", "head.weight"]
    assert loaded["head.weight"] is loaded["embedding.weight"]
    loaded["embedding.weight"].fill_(7.0)
    tg.save(loaded, name)
    safetensors.load_model(theirs, name)
    assert bool((theirs.head.weight == 7).all())


def test_bfloat16(tmp_path):
    x = torch.randn(3, 5).bfloat16()
    safetensors.save_file({"x": x}, tmp_path / "x")
    np.testing.assert_array_equal(tg.load(tmp_path / "x")["x"].numpy(), x.float().numpy())


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop", "NAdam", "Adadelta"])
def test_an_optimisers_state_from_pytorch(name):
    """Three steps there, their state_dict here, and the fourth step is the same."""
    settings = {"lr": 0.1, **({"momentum": 0.9} if name in ("SGD", "RMSprop") else {})}
    w = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    theirs = getattr(torch.optim, name)([w], **settings)

    def step(opt, w):
        opt.zero_grad()
        (w ** 4).sum().backward()
        opt.step()
    for _ in range(3):
        step(theirs, w)
    mine = tg.tensor(w.detach().numpy(), requires_grad=True)
    ours = getattr(tg.optim, name)([mine], **settings)
    state = theirs.state_dict()
    arrays = {k: v.detach().numpy() for k, v in state["state"][0].items()}
    ours.load_state_dict({"state": {0: arrays}, "param_groups": state["param_groups"]})
    step(theirs, w), step(ours, mine)
    np.testing.assert_allclose(mine.detach().numpy(), w.detach().numpy(), 1e-7 if name == "NAdam" else 1e-12)
