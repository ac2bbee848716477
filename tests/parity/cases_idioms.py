"""Ways to write things in PyTorch, line by line: `test_idioms.py` runs each in both libraries.

`torch` is the library, `data` its utils.data, `x` a matrix (3, 4) and `y` the classes 1, 0, 2.
"""

LINES = {
    "making": """
        torch.tensor([[1, 2], [3, 4]], dtype=torch.float32)
        torch.tensor([x[0, 0], x[1, 1]]), torch.tensor([x.sum(), 2.]), torch.tensor([x.sum().double(), 2.])
        torch.tensor([x.sum().long(), 2.]), torch.tensor([x.sum().half(), 2])
        torch.tensor([x.sum().int(), 2])
        torch.tensor([np.float64(1), 2.]), torch.tensor([np.float32(1), 2]), torch.tensor([True, 2])
        torch.tensor([[1, 2.], [3, 4]])
        torch.tensor(True), torch.tensor(3).item(), torch.tensor(range(3)), torch.tensor([[]])
        torch.as_tensor([1., 2.]), torch.from_numpy(np.ones(3)).float()
        torch.Tensor([1, 2]), torch.Tensor([[1, 2], [3, 4]]), torch.Tensor(np.ones((2, 2)))
        torch.Tensor(range(3)), torch.Tensor()
        torch.Tensor(3, 4).shape, torch.Tensor(1).fill_(3.), nn.Parameter(torch.Tensor(3, 4)).shape
        torch.Tensor(x) is not None
        torch.FloatTensor(3, 4).shape, torch.FloatTensor([1, 2]), torch.LongTensor([1, 2])
        torch.DoubleTensor([1])
        torch.zeros(x.size()), torch.zeros(*x.shape), torch.zeros(2, 3, dtype=torch.long, device=x.device)
        torch.zeros(2, 3).to(x)
        torch.full((2, 2), 7), torch.full((2,), True), torch.full((3, 3), float("-inf")).triu(1)
        torch.arange(0, 10, 2).float(), torch.arange(10.).view(2, 5), torch.linspace(0, 1, 5)
        torch.logspace(0, 1, 3)
        torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij")[0]
        torch.cartesian_prod(torch.arange(2), torch.arange(2))
        torch.eye(4)[y], F.one_hot(y, 4).float(), F.one_hot(y, num_classes=5), torch.ones_like(x)
        torch.zeros_like(x).bool()
        x.new_zeros(2), x.new_zeros((2, 3)), x.new_tensor([1, 2]), x.new_ones(x.size()), x.new_full((2,), 3)
        torch.randint(0, 2, (3,)).shape, torch.randint(5, size=(3, 2)).dtype, torch.rand((2, 3)).shape
        torch.randperm(5).sort()[0]
        torch.randn(2, 3, device="cpu", requires_grad=True).is_leaf, torch.randn_like(x).shape
        torch.normal(0, 1, size=(2, 3)).shape
        torch.empty(2, 3).normal_(0, 1).shape, torch.empty(2, 3).uniform_(-1, 1).shape
        torch.zeros(3).bernoulli_(1.0)
        torch.multinomial(torch.tensor([0., 1., 0.]), 1)
        torch.multinomial(torch.tensor([[0., 1., 0.]]), 3, replacement=True)
        """,
    "asking": """
        torch.is_tensor(x), isinstance(x, torch.Tensor), torch.is_floating_point(x), x.is_floating_point()
        torch.numel(x)
        x.dtype == torch.float32, x.dtype in (torch.float32, torch.float64)
        isinstance(x.dtype, torch.dtype), x.type_as(y)
        float(torch.finfo(x.dtype).min), float(torch.finfo(torch.float32).eps), torch.iinfo(torch.int64).max
        x.device.type, str(x.device), x.device == torch.device("cpu"), torch.device("cuda:0").index
        torch.device("cuda", 1).index
        x.type(torch.FloatTensor), x.type(torch.LongTensor), x.type(torch.float64), x.type(torch.bool)
        x.to("cpu", torch.float64), x.to(device="cpu", dtype=torch.long), x.to(y)
        x.to(torch.device("cpu"), non_blocking=True)
        x.element_size() * x.nelement(), x.ndim, x.dim(), x.ndimension(), x.is_cuda, x.is_contiguous()
        x.t().is_contiguous()
        len(x), x.tolist(), [row.sum().item() for row in x], x.size(), x.size(0), x.size(-1)
        x.shape[:-1] + (3,), x.stride()
        "%.3f" % x.sum(), "{:.3f}".format(x.sum()), "{:.3f}".format(x.sum().item()), f"{x.sum():.2e}"
        f"{x.shape[0]:>3}"
        float(x.sum()), int(torch.tensor(3.7)), bool(torch.tensor(0.)), round(torch.tensor(2.567).item(), 2)
        np.array(x), np.array([t.numpy() for t in x]), np.mean([x.sum().item(), 2.]), x.sum().data
        x.cpu().detach().numpy()
        torch.isnan(x).any().item(), x.isnan().any(), torch.isfinite(x).all(), torch.equal(x, x.clone())
        torch.allclose(x, x + 1e-9)
        math.exp(torch.tensor(1.)), math.sqrt(torch.tensor(4.)), max(torch.tensor(1.), torch.tensor(2.))
        [10, 20][torch.tensor(1)], range(torch.tensor(3)), list(range(3))[:torch.tensor(2)]
        np.arange(3)[torch.tensor([0, 2])]
        torch.cuda.is_available(), torch.cuda.device_count(), torch.backends.mps.is_available()
        torch.accelerator.is_available()
        torch.is_grad_enabled(), torch.get_default_dtype() == torch.float32
        torch.Generator().manual_seed(3).initial_seed()
        str(torch.tensor(1)), str(torch.ones(2, 2)), str(torch.tensor([1.5], requires_grad=True))
        repr(torch.arange(3))
        """,
    "taking parts": """
        x[..., None].shape, x[:, None, :].shape, x[None].shape, x[..., 1:], x[:, -1], x[-1], x[:, ::2]
        x[0, [1, 2]]
        x[x > 0], x[y == 1].mean(), x[torch.arange(3), y], x[:, [0, 2]], x[range(2)], x[y.tolist()]
        x[y.numpy()]
        x[torch.tensor([True, False, True])], x[:, y], x[y][:, y], x[torch.LongTensor([0, 2])]
        x.gather(1, y.view(-1, 1)), x.gather(1, y.unsqueeze(1)).squeeze(1)
        torch.take_along_dim(x, y.view(-1, 1), dim=1)
        torch.index_select(x, 0, y), x.index_select(1, torch.tensor([0])), torch.masked_select(x, x > 0)
        torch.narrow(x, 1, 0, 2)
        x.chunk(2, dim=1)[0], x.chunk(2, -1)[1], torch.split(x, [1, 3], dim=1)[1], x.split(2)[1]
        torch.unbind(x, 1)[0]
        x.topk(2)[1], x.topk(2, dim=1, largest=False).values, x.sort(descending=True), x.sort(dim=0)[0]
        x.argsort(1, True)
        torch.nonzero(x > 0).shape, (x > 0).nonzero().squeeze().shape, torch.where(y > 0)[0]
        x.unfold(1, 2, 1).shape
        x.diagonal(), torch.tril(torch.ones(3, 3)), torch.triu(torch.ones(3, 3), diagonal=1).bool()
        x.flip(0), x.flip([0, 1])
        torch.flip(x, dims=[1]), torch.roll(x, 1, 0), torch.roll(x, shifts=(1, 1), dims=(0, 1))
        """,
    "shapes": """
        x.view(-1, 2, 2).shape, x.view(x.size(0), -1).shape, x.reshape(-1)
        x.permute(1, 0).contiguous().view(-1), x.view(3, 2, -1)[0]
        x.t(), x.T, x.transpose(0, 1), x.transpose(-2, -1), x.mT, x.unsqueeze(0).expand(2, -1, -1).shape
        x[0].expand_as(x)
        x.repeat(2, 1), x.unsqueeze(1).repeat(1, 2, 1).shape, torch.repeat_interleave(x, 2, dim=0)
        torch.tile(x, (2, 1)), x.view_as(x)
        torch.cat([x, x], -1).shape, torch.cat((x, x)).shape, torch.stack((x, x), dim=1).shape
        torch.hstack([x, x]).shape
        x.squeeze().shape, x[None].squeeze(0).shape, torch.flatten(x[None], 1).shape
        x[None].flatten(1).shape, nn.Flatten()(x[None])
        torch.movedim(x, 0, 1).shape, torch.swapaxes(x, 0, 1).shape, torch.atleast_2d(x[0]).shape
        torch.broadcast_tensors(x, y[0])[1]
        F.pad(x, (1, 1)), F.pad(x, (0, 0, 1, 0), value=3), F.pad(x.unsqueeze(0), (1, 1), mode="replicate")
        F.pad(x, (-1, 0))
        """,
    "computing": """
        x ** 2, 2 ** x, 1 / (x.abs() + 1), x // 1, -x, abs(x), x % 2, x @ x.T, x.matmul(x.t())
        torch.matmul(x, x.transpose(-2, -1))
        x + np.float32(1), np.float64(2) * x, x * np.ones(4, "float32"), x.long() / 2, x.long() * 2.5
        y.int() + y, x + y.view(3, 1)
        torch.ones(2) + torch.ones(2, dtype=torch.float64), torch.add(x, x, alpha=2)
        torch.div(x, 2, rounding_mode="floor")
        torch.max(x, 1)[1], torch.max(x, dim=1).values, x.max(1, keepdim=True)[1], torch.max(x, x * 2)
        torch.min(x, 0).indices
        x.argmax(dim=1, keepdim=True).eq(y.view(-1, 1)).sum().item(), x.max(1)[1].eq(y).sum()
        (x.argmax(1) == y).float().mean()
        torch.sum(x, (0, 1)), x.sum(-1, True), x.mean([0, 1]), x.mean(1, keepdim=True)
        x.std(dim=0, unbiased=False), x.var(0)
        x.norm(2, 1), x.norm(dim=1, p=2), torch.norm(x), x.norm(p="fro"), torch.linalg.norm(x, dim=1)
        x.pow(2).sum().sqrt()
        torch.clamp(x, min=0), torch.clamp(x, 0, 1), x.clamp(min=1e-6), x.clamp_min(0)
        torch.cumsum(x, dim=1), x.cumprod(0)
        (x > 0) & (x < 1), (x > 0) | ~(x < 1), ((x > 0) * (x < 1)).float(), (x > 0).sum(), (x > 0).all()
        torch.any(x > 0, dim=1)
        torch.where(x > 0, x, torch.zeros_like(x)), torch.where(x > 0, 1., 0.), torch.where(x > 0, x, 0)
        x.masked_fill(x > 0, -1e9), x.masked_fill(~(x > 0), float("-inf"))
        x.masked_fill(x > 0, torch.finfo(x.dtype).min)
        torch.einsum("bi,bj->bij", x, x).shape, torch.einsum("bi,bi->b", [x, x])
        torch.einsum("...i,ij->...j", x, torch.eye(4))
        torch.bmm(x.unsqueeze(1), x.unsqueeze(2)).squeeze(), torch.outer(x[0], x[1]), torch.dot(x[0], x[1])
        torch.mv(x, x[0])
        torch.addmm(torch.zeros(3, 3), x, x.t()), torch.tensordot(x, x, dims=([1], [1]))
        torch.cdist(x, x.flip(0)), x.lerp(x * 2, 0.5)
        torch.zeros(3, 4).scatter_(1, y.view(-1, 1), 1), x.scatter_add(1, y.view(-1, 1), torch.ones(3, 1))
        torch.zeros(4).index_add_(0, y, torch.ones(3))
        torch.zeros(4).index_put_((y,), torch.ones(3), accumulate=True)
        torch.unique(y, return_inverse=True, return_counts=True), torch.bincount(y, minlength=4)
        torch.count_nonzero(x)
        torch.logsumexp(x, dim=1, keepdim=True), torch.softmax(x, dim=1), x.softmax(-1)
        x.log_softmax(dim=-1), torch.quantile(x, 0.5)
        (torch.triu(torch.ones(3, 3)) == 1).t().float().masked_fill(torch.eye(3) == 0, float("-inf"))
        (1 - torch.triu(torch.ones(1, 3, 3), diagonal=1)).bool()
        torch.arange(3)[None, :] < torch.tensor([1, 2])[:, None]
        torch.spmm(torch.eye(3), x), torch.mm(torch.eye(3), x), torch.round(x * 100) / 100, torch.sign(x)
        x.nan_to_num()
        """,
    "networks": """
        F.softmax(x, 1), F.log_softmax(x, dim=1), F.sigmoid(x), F.tanh(x), F.relu(x, inplace=False)
        F.leaky_relu(x, 0.2), F.softplus(x)
        F.gelu(x), F.gelu(x, approximate="tanh"), F.elu(x), F.selu(x), F.silu(x), F.glu(x), F.logsigmoid(x)
        F.normalize(x, p=2, dim=1)
        F.cosine_similarity(x.unsqueeze(1), x.unsqueeze(0), dim=2), F.pairwise_distance(x, x.flip(0))
        F.linear(x, torch.ones(2, 4))
        F.layer_norm(x, x.shape[-1:]), F.embedding(y, x), F.dropout(x, 0.5, False)
        F.dropout(x, p=0.0, training=True)
        F.cross_entropy(x, y), F.cross_entropy(x, y, weight=torch.ones(4))
        F.cross_entropy(x, F.softmax(x, -1)), F.nll_loss(x, y)
        F.mse_loss(input=x, target=x * 2, reduction="sum"), F.l1_loss(x, x * 2), F.smooth_l1_loss(x, x * 2)
        F.huber_loss(x, x * 2)
        F.binary_cross_entropy(torch.sigmoid(x), (x > 0).float())
        F.kl_div(x, F.softmax(x, 1), reduction="batchmean")
        F.binary_cross_entropy_with_logits(x, (x > 0).float(), pos_weight=torch.ones(4) * 2)
        nn.MSELoss(reduction="mean")(x, x * 2)
        F.scaled_dot_product_attention(x[None], x[None], x[None], is_causal=True)
        F.interpolate(x[None, None], scale_factor=2).shape
        nn.CrossEntropyLoss(ignore_index=0)(x, y), nn.BCELoss()(torch.sigmoid(x), (x > 0).float())
        nn.Softmax(dim=1)(x)
        nn.Embedding.from_pretrained(x)(y)
        nn.Embedding.from_pretrained(x, freeze=False).weight.requires_grad, nn.LayerNorm([3, 4])(x)
        nn.LSTM(4, 2)(x[:, None])[1][0].shape, nn.GRU(4, 2, batch_first=True)(x[None])[0].shape
        nn.BatchNorm1d(4)(x)
        nn.MultiheadAttention(4, 2, batch_first=True)(x[None], x[None], x[None], need_weights=False)[1]
        nn.Transformer.generate_square_subsequent_mask(3)
        nn.Transformer(4, 2, 1, 1, 4).generate_square_subsequent_mask(3)
        nn.init.xavier_uniform_(torch.empty(3, 4)).shape, nn.init.calculate_gain("leaky_relu", 0.2)
        nn.Sequential(OrderedDict([("fc", nn.Linear(4, 3))])).fc.bias.shape
        len(nn.Sequential(nn.Linear(4, 3), nn.ReLU()))
        list(nn.Sequential(nn.Linear(4, 3), nn.ReLU()).children())[:-1]
        nn.Sequential(nn.Linear(4, 3), nn.ReLU())[0].weight.shape
        sum(p.numel() for p in nn.Linear(4, 3).parameters() if p.requires_grad)
        nn.Linear(4, 3).weight.is_leaf
        nn.utils.rnn.pad_sequence([x[0], x[1, :2]], batch_first=True), nn.Identity()(x), nn.PReLU()(x)
        """,
    "data": """
        data.TensorDataset(x, y)[0][1]
        len(data.DataLoader(data.TensorDataset(x, y), batch_size=2, shuffle=True, drop_last=True))
        list(data.DataLoader(data.TensorDataset(x, y), batch_size=2))
        next(iter(data.DataLoader(list(zip(x, y)), batch_size=2)))
        list(data.DataLoader([{"a": 1, "b": 2.}, {"a": 3, "b": 4.}], batch_size=2))
        list(data.DataLoader([1, 2, 3], 2, num_workers=0))
        [len(d) for d in data.random_split(range(10), [7, 3], generator=torch.Generator().manual_seed(1))]
        [len(d) for d in data.random_split(range(10), [0.7, 0.3])], list(data.Subset(range(9), [1, 5]))
        list(data.DataLoader(["a", "b"], sampler=data.WeightedRandomSampler([0., 1.], 4), batch_size=2))
        """,
}
