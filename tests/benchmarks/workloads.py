"""Ten training steps, each written once and run with PyTorch and with tinygrad_bio: the library is an argument.

Every workload is a function ``(lib) -> step``; ``step()`` is one whole training step: zero_grad, forward, loss, backward,
update. float32, the same data for both.
"""
import numpy as np

WORKLOADS = {}


def workload(function):
    """Enter a workload into the table under its name in front of the underscore (W1, W2, …)."""
    WORKLOADS[function.__name__.partition("_")[0]] = function
    return function


def data(lib, *shape, classes=None, seed=0):
    """Random numbers, or class numbers, as a tensor of the library."""
    rng = np.random.default_rng(seed)
    if classes:
        return lib.from_numpy(rng.integers(0, classes, shape))
    return lib.from_numpy(rng.standard_normal(shape).astype("float32"))


def training(lib, model, loss, lr=0.01):
    """A step that trains `model` with SGD on the loss that the function `loss` computes."""
    optimizer = lib.optim.SGD(model.parameters(), lr=lr)

    def step():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()
        return value
    return step


@workload
def W1_peptide_network(lib):
    """Linear 180 → 32 → 1 with sigmoid, MSE, batch 64: the peptide network of the course."""
    nn = lib.nn
    model = nn.Sequential(nn.Linear(180, 32), nn.Sigmoid(), nn.Linear(32, 1), nn.Sigmoid())
    x, y, criterion = data(lib, 64, 180), data(lib, 64, 1).sigmoid(), nn.MSELoss()
    return training(lib, model, lambda: criterion(model(x), y))


@workload
def W2_digits_network(lib):
    """784 → 256 → 128 → 10 with ReLU, cross-entropy, batch 128."""
    nn = lib.nn
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    x, y, criterion = data(lib, 128, 784), data(lib, 128, classes=10), nn.CrossEntropyLoss()
    return training(lib, model, lambda: criterion(model(x), y))


@workload
def W3_peptide_filters(lib):
    """(256, 21, 15) peptides through five parallel Conv1d (k = 1, 3, 5, 7, 9; 16 filters), ReLU, global max, 80 → 32 → 1."""
    nn = lib.nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.filters = nn.ModuleList([nn.Conv1d(21, 16, k, padding=k // 2) for k in (1, 3, 5, 7, 9)])
            self.fc1, self.fc2 = nn.Linear(80, 32), nn.Linear(32, 1)

        def forward(self, x):
            h = lib.cat([lib.relu(f(x)).amax(dim=2) for f in self.filters], dim=1)
            return lib.sigmoid(self.fc2(lib.relu(self.fc1(h))))

    model, x, y, criterion = Net(), data(lib, 256, 21, 15), data(lib, 256, 1).sigmoid(), nn.MSELoss()
    return training(lib, model, lambda: criterion(model(x), y))


@workload
def W4_lenet(lib):
    """LeNet-5 with batch normalisation on (64, 1, 32, 32), cross-entropy."""
    nn = lib.nn
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    x, y, criterion = data(lib, 64, 1, 32, 32), data(lib, 64, classes=10), nn.CrossEntropyLoss()
    return training(lib, model, lambda: criterion(model(x), y))


@workload
def W5_residual_network(lib):
    """A residual network on (32, 3, 32, 32): three stages of 16, 32, 64 channels with two basic blocks each."""
    nn = lib.nn

    class Block(nn.Module):
        def __init__(self, c_in, c_out, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(c_out)
            self.conv2 = nn.Conv2d(c_out, c_out, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(c_out)
            self.short = nn.Identity() if stride == 1 and c_in == c_out else nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out))

        def forward(self, x):
            return lib.relu(self.bn2(self.conv2(lib.relu(self.bn1(self.conv1(x))))) + self.short(x))

    stages = [Block(a, b, s) for a, b, s in ((16, 16, 1), (16, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1))]
    model = nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), *stages,
                          nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    x, y, criterion = data(lib, 32, 3, 32, 32), data(lib, 32, classes=10), nn.CrossEntropyLoss()
    return training(lib, model, lambda: criterion(model(x), y))


@workload
def W6_lstm(lib):
    """Embedding 25 → 64, LSTM 128 over (32, 100) residues, last state → 10 classes."""
    nn = lib.nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.lstm = nn.Embedding(25, 64), nn.LSTM(64, 128, batch_first=True)
            self.fc = nn.Linear(128, 10)

        def forward(self, x):
            return self.fc(self.lstm(self.embedding(x))[0][:, -1])

    model, x, y, criterion = Net(), data(lib, 32, 100, classes=25), data(lib, 32, classes=10), nn.CrossEntropyLoss()
    return training(lib, model, lambda: criterion(model(x), y))


@workload
def W7_transformer(lib):
    """Embedding 33 → 128, two encoder layers (4 heads, ffn 512) over (16, 128) residues, language-model head."""
    nn = lib.nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(33, 128)
            layer = nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, batch_first=True)
            self.encoder, self.head = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), nn.Linear(128, 33)

        def forward(self, x):
            return self.head(self.encoder(self.embedding(x)))

    model, x, y, criterion = Net(), data(lib, 16, 128, classes=33), data(lib, 16, 128, classes=33, seed=1), nn.CrossEntropyLoss()
    return training(lib, model, lambda: criterion(model(x).reshape(-1, 33), y.reshape(-1)))


@workload
def W8_graph_convolution(lib):
    """Two graph convolutions 1433 → 16 → 7 on a graph of 2708 nodes and 5429 undirected edges, sparse adjacency."""
    nn, n = lib.nn, 2708
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, n, 5429), rng.integers(0, n, 5429)
    rows, columns = np.concatenate([a, b, np.arange(n)]), np.concatenate([b, a, np.arange(n)])
    degree = np.bincount(rows, minlength=n)
    weight = (degree[rows] ** -0.5 * degree[columns] ** -0.5).astype("float32")
    adjacency = lib.sparse_coo_tensor(lib.from_numpy(np.stack([rows, columns])), lib.from_numpy(weight), (n, n))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.w1, self.w2 = nn.Linear(1433, 16), nn.Linear(16, 7)

        def forward(self, x):
            return lib.sparse.mm(adjacency, self.w2(lib.relu(lib.sparse.mm(adjacency, self.w1(x)))))

    model, criterion = Net(), nn.CrossEntropyLoss()
    x, y = lib.from_numpy((rng.random((n, 1433)) < 0.0127).astype("float32")), data(lib, n, classes=7)
    return training(lib, model, lambda: criterion(model(x), y))


@workload
def W9_chain(lib):
    """x = x·a + b two thousand times on four numbers, then sum and backward: the cost of an operation itself."""
    a, b = lib.tensor([0.999] * 4), lib.tensor([0.001] * 4)

    def step():
        x = start = lib.ones(4, requires_grad=True)
        for _ in range(2000):
            x = x * a + b
        x.sum().backward()
        return start.grad.sum()
    return step


@workload
def W10_elementwise(lib):
    """(eˣ·σ(x) + tanh x).sum() of a million numbers, and backward."""
    x = data(lib, 1_000_000).requires_grad_()

    def step():
        x.grad = None
        loss = (x.exp() * x.sigmoid() + x.tanh()).sum()
        loss.backward()
        return loss
    return step
