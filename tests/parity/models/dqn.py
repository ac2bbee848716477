"""Q-learning with a replay memory and a slow copy of the network (Mnih et al. 2015): a walk along a chain."""
import math
import random
from collections import deque, namedtuple
from itertools import count

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

Transition = namedtuple("Transition", ("state", "action", "next_state", "reward"))


class Memory(object):

    def __init__(self, capacity):
        self.memory = deque([], maxlen=capacity)

    def push(self, *args):
        self.memory.append(Transition(*args))

    def sample(self, n):
        return random.sample(self.memory, n)

    def __len__(self):
        return len(self.memory)


class Chain:
    """Places 0 … n − 1. Right leads to a reward at the end, left to the start, for a small reward at once."""

    def __init__(self, n=5):
        self.n = n

    def reset(self):
        self.at = 0
        return self.seen()

    def seen(self):
        x = torch.zeros(1, self.n)
        x[0, :self.at + 1] = 1
        return x

    def step(self, action):
        self.at = self.at + 1 if action == 1 else 0
        done = self.at == self.n - 1
        return self.seen(), (1.0 if done else 0.05 * (action == 0)), done


class QNet(nn.Module):

    def __init__(self, n_observations=5, n_actions=2, hidden=8):
        super(QNet, self).__init__()
        self.layer1 = nn.Linear(n_observations, hidden)
        self.layer2 = nn.Linear(hidden, n_actions)

    def forward(self, x):
        return self.layer2(F.relu(self.layer1(x)))


def choose(policy, state, step):
    if random.random() > 0.05 + 0.85 * math.exp(-step / 30):
        with torch.no_grad():
            return policy(state).max(1)[1].view(1, 1)
    return torch.tensor([[random.randrange(2)]], dtype=torch.long)


def learn(policy, target, memory, optimizer, batch_size=16, gamma=0.9):
    if len(memory) < batch_size:
        return
    batch = Transition(*zip(*memory.sample(batch_size)))
    unfinished = torch.tensor(tuple(map(lambda s: s is not None, batch.next_state)), dtype=torch.bool)
    value = policy(torch.cat(batch.state)).gather(1, torch.cat(batch.action))
    next_value = torch.zeros(batch_size)
    next_states = torch.cat([s for s in batch.next_state if s is not None])
    next_value[unfinished] = target(next_states).max(1)[0].detach()
    expected = next_value * gamma + torch.cat(batch.reward)
    loss = nn.SmoothL1Loss()(value, expected.unsqueeze(1))
    optimizer.zero_grad()
    loss.backward()
    for param in policy.parameters():
        param.grad.data.clamp_(-1, 1)
    optimizer.step()
    return loss.item()


def follow(target, policy, tau=0.1):
    """The slow copy goes a small part of the way towards the network."""
    slow, fast = target.state_dict(), policy.state_dict()
    for key in fast:
        slow[key] = fast[key] * tau + slow[key] * (1 - tau)
    target.load_state_dict(slow)


def train(policy, target, episodes=12):
    """The losses of all steps, and how many steps each episode took."""
    target.load_state_dict(policy.state_dict())
    target.eval()
    optimizer, memory, env = optim.AdamW(policy.parameters(), lr=1e-2, amsgrad=True), Memory(200), Chain()
    losses, durations, steps = [], [], 0
    for _ in range(episodes):
        state = env.reset()
        for t in count():
            action = choose(policy, state, steps)
            steps += 1
            next_state, reward, done = env.step(action.item())
            memory.push(state, action, None if done else next_state, torch.tensor([reward]))
            state = next_state
            losses.append(learn(policy, target, memory, optimizer))
            follow(target, policy)
            if done or t > 40:
                durations.append(t + 1)
                break
    return losses, durations
