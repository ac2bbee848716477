"""Vanishing gradients: in deep networks, and over time.  (Lectures C3, B5)

Going back through a layer multiplies the gradient by the weights and by the slope of the activation. The slope of a sigmoid is at most
¼: after twenty layers nothing is left, and the first layers do not learn. The lecture asks: *how many steps does a weight need from 0.5
to −0.2, at a gradient of 10⁻⁵ and a learning rate of 1?* What helps: ReLU (slope 1), and residual connections,
x ← x + f(x), whose derivative 1 + f′ has a way around every layer.

A recurrent network is as deep as its sequence is long. h_t = tanh(W h_t₋₁ + …) multiplies by W and a slope at each step; the LSTM's
cell c_t = f·c_t₋₁ + i·g is a residual connection in time, if the forget gate is open.

Run it:

    python examples/c3_vanishing_gradient.py             some seconds
"""
# %% The options
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import tinygrad_bio as tg
from tinygrad_bio import course, nn, viz
from tinygrad_bio.nn import functional as F

options = course.options(__doc__, depth=(20, "hidden layers"), length=(60, "time steps"), width=(32, "neurons in each layer"))

# %% The lecture's question
distance, gradient, rate = 0.5 - (-0.2), 1e-5, 1.0
print(f"From 0.5 to −0.2 at a gradient of {gradient:g} and learning rate {rate:g}: {distance / (rate * gradient):,.0f} steps.")


# %% Three deep networks, and how large the gradient of each layer's weights is
class Deep(nn.Module):
    """x → layer → … → layer → one number; with `residual`, each layer adds to its input."""

    def __init__(self, activation, residual=False):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(options.width, options.width) for _ in range(options.depth))
        self.out = nn.Linear(options.width, 1)
        self.activation, self.residual = activation, residual

    def forward(self, x):
        for layer in self.layers:
            y = self.activation(layer(x))
            x = x + y / options.depth**0.5 if self.residual else y
        return self.out(x)


norms = {}
for name, activation, residual in (("sigmoid", F.sigmoid, False), ("ReLU", F.relu, False), ("residual, sigmoid", F.sigmoid, True),
                                   ("residual, ReLU", F.relu, True)):
    tg.manual_seed(options.seed)
    x, y = tg.randn(64, options.width), tg.randn(64, 1)
    net = Deep(activation, residual)
    if activation is F.relu:
        for layer in net.layers:                                                # He et al. 2015: keeps the size of what passes
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    F.mse_loss(net(x), y).backward()
    norms[name] = list(viz.gradient_norms(net).values())[:-1]

table = course.Table(options, "log₁₀ of the first gradient ÷ the last", digits=1)
for name, values in norms.items():
    table.add(f"{name}, {options.depth} layers", np.log10(values[0] / values[-1]),
              baseline=("¼ for each layer", np.log10(0.25) * (options.depth - 1)) if name == "sigmoid" else None)

# %% The same over time: how much the last output depends on the input of each step
over_time = {}
for name, layer in (("RNN", nn.RNN), ("GRU", nn.GRU), ("LSTM", nn.LSTM), ("LSTM, forget gate open", nn.LSTM)):
    tg.manual_seed(options.seed)
    net = layer(8, options.width, batch_first=True)
    if "open" in name:                                                          # Jozefowicz et al. 2015: start by remembering
        with tg.no_grad():
            net.bias_hh_l0[options.width:2 * options.width] = 3.0
    x = tg.randn(32, options.length, 8).requires_grad_()                        # (N, L, C)
    output, _ = net(x)
    (output[:, -1]**2).sum().backward()
    over_time[name] = np.sqrt((x.grad.numpy()**2).sum((0, 2)))                  # (L,)
    table.add(f"{name}, {options.length} steps", np.log10(over_time[name][0] / over_time[name][-1]),
              baseline=("RNN", np.log10(over_time["RNN"][0] / over_time["RNN"][-1])) if name != "RNN" else None)
table.show()

# %% The picture
with viz.panels(options.out / "gradients.png", columns=2, size=(4.8, 3.8)) as (left, right):
    viz.lines(None, norms, ax=left, logy=True, xlabel="layer (1: next to the input)", ylabel="norm of the gradient of its weights",
              title=f"{options.depth} layers")
    viz.lines(np.arange(1, options.length + 1), over_time, ax=right, logy=True, xlabel="time step (the loss is at the last)",
              ylabel="norm of the gradient of the input there", title=f"{options.length} time steps")
print(f"Picture: {options.out}/gradients.png")
