"""Activations and their derivatives.  (Lecture C1)

Between two layers stands a function that is not a straight line; without one, any number of layers would be a single matrix.

    sigmoid   σ(z) = 1/(1 + e⁻ᶻ)          σ′ = σ·(1 − σ) ≤ ¼
    tanh      tanh z = 2σ(2z) − 1          1 − tanh² ≤ 1
    ReLU      max(0, z)                    0 or 1
    softmax   e^{z_i}/Σ_j e^{z_j}          p_i·(δ_ij − p_j): what goes to one class is taken from the others

The derivatives drawn here are not typed in: each is what ``backward()`` gives, and is compared with a difference quotient.

Run it:

    python examples/c1_activations.py             a second
"""
# %% The options
import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import course, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__)

# %% Five activations and what backward() says about them
activations = {"sigmoid": F.sigmoid, "tanh": F.tanh, "ReLU": F.relu, "GELU": F.gelu, "SiLU": F.silu}
z = np.linspace(-5, 5, 401)                                                     # 0 is among them
values, slopes = {}, {}
for name, activation in activations.items():
    x = tg.tensor(z, dtype=tg.float64, requires_grad=True)
    y = activation(x)
    y.sum().backward()                                                          # each y depends on its own x only
    values[name], slopes[name] = y.detach().numpy(), x.grad.numpy()

# %% Compared with (f(z + h) − f(z − h))/2h, away from ReLU's corner
h, table = 1e-5, course.Table(options, "largest slope", digits=6)
for name, activation in activations.items():
    smooth = np.abs(z) > 0.01
    quotient = (activation(tg.tensor(z + h)) - activation(tg.tensor(z - h))).numpy() / (2 * h)
    table.add(name, slopes[name][smooth].max(), baseline=("difference quotient", quotient[smooth].max()))
    print(f"    {name}: backward and the difference quotient differ by at most {np.abs(quotient - slopes[name])[smooth].max():.0e}")
table.show()
print(f"\nThe slope of the sigmoid is at most {slopes['sigmoid'].max():.2f}: after ten layers, {slopes['sigmoid'].max()**10:.0e} of a gradient is left.")

# %% Softmax: three scores, three probabilities, and how each depends on each
scores = tg.tensor([2.0, 1.0, -1.0], dtype=tg.float64, requires_grad=True)
p = F.softmax(scores, dim=0)
jacobian = np.stack([tg.autograd.grad(p[i], scores, retain_graph=True)[0].numpy() for i in range(3)])
expected = np.diag(p.tolist()) - np.outer(p.tolist(), p.tolist())
print(f"softmax of {scores.tolist()}: {np.round(p.tolist(), 3)}, the sum is {p.sum().item():.0f}")
print(f"∂p_i/∂z_j from backward differs from p_i·(δ_ij − p_j) by at most {np.abs(jacobian - expected).max():.0e}; its rows sum to 0")

# %% The picture
with viz.panels(options.out / "activations.png", columns=3, size=(3.6, 3.1)) as (left, middle, right):
    viz.lines(z, values, ax=left, xlabel="z", ylabel="f(z)", title="activations")
    viz.lines(z, slopes, ax=middle, xlabel="z", ylabel="f′(z)", title="derivatives, by backward()")
    viz.heatmap(jacobian, ax=right, centre=0, digits=2, xticks=["z₁", "z₂", "z₃"], yticks=["p₁", "p₂", "p₃"], title="∂p/∂z of the softmax",
                label="derivative")
    left.set_ylim(-1.2, 3)
print(f"Picture: {options.out}/activations.png")
