"""A training run with everything random in it, for test_train.py, which kills it: python killed_run.py CHECKPOINT RESULT."""
import sys

import tinygrad_bio as tg
from tinygrad_bio import nn, train

tg.manual_seed(3)
x = tg.randn(96, 6)
y = (x[:, :1] * x[:, 1:2]).sin()
net = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 1))
optimizer = tg.optim.Adam(net.parameters(), lr=0.02, weight_decay=1e-3)
scheduler = tg.optim.lr_scheduler.StepLR(optimizer, step_size=7, gamma=0.8)
history = train.fit(net, (x[:64], y[:64]), nn.MSELoss(), optimizer, epochs=60, validation=(x[64:], y[64:]), batch_size=8,
                    scheduler=scheduler, clip_grad_norm=1.0, patience=50, checkpoint=sys.argv[1])
tg.save({"weights": net.state_dict(), "optimizer": optimizer.state_dict(), "history": dict(history), "best": history.best}, sys.argv[2])
