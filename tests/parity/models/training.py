"""A whole training run: seeds, data, scheduler, early stopping, checkpoints, and going on from one."""
import copy
import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, Dataset, Subset


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed)
    os.environ["PYTHONHASHSEED"] = str(seed)
    torch.manual_seed(seed)
    if torch.cuda.is_available():
        torch.cuda.manual_seed_all(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


class Table(Dataset):
    """Rows of numbers with a class."""

    def __init__(self, x, y, transform=None):
        self.x = torch.from_numpy(x)
        self.y = torch.from_numpy(y).long()
        self.transform = transform

    def __len__(self):
        return len(self.y)

    def __getitem__(self, idx):
        if torch.is_tensor(idx):
            idx = idx.tolist()
        x = self.x[idx]
        return (self.transform(x) if self.transform else x), self.y[idx]


class Net(nn.Module):

    def __init__(self, inputs, hidden, classes, dropout):
        super(Net, self).__init__()
        self.bn = nn.BatchNorm1d(inputs)
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, classes)
        self.drop = nn.Dropout(p=dropout)

    def forward(self, x):
        x = self.drop(torch.tanh(self.fc1(self.bn(x))))
        return self.fc2(x)


class EarlyStopping:
    """Stops when the validation loss has not fallen for `patience` epochs; the best weights are saved."""

    def __init__(self, path, patience=3, delta=0.0):
        self.path, self.patience, self.delta = path, patience, delta
        self.counter, self.best, self.early_stop = 0, None, False

    def __call__(self, val_loss, model):
        if self.best is None or val_loss < self.best - self.delta:
            self.best, self.counter = val_loss, 0
            torch.save(model.state_dict(), self.path)
        else:
            self.counter += 1
            self.early_stop = self.counter >= self.patience


def save_checkpoint(path, epoch, model, optimizer, scheduler, history):
    torch.save({
        "epoch": epoch,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "scheduler_state_dict": scheduler.state_dict(),
        "history": history,
    }, path)


def load_checkpoint(path, model, optimizer, scheduler, device):
    checkpoint = torch.load(path, map_location=device)
    model.load_state_dict(checkpoint["model_state_dict"])
    optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    scheduler.load_state_dict(checkpoint["scheduler_state_dict"])
    return checkpoint["epoch"], checkpoint["history"]


def one_epoch(model, loader, criterion, device, optimizer=None):
    """(mean loss, accuracy) of an epoch, which trains if there is an optimiser."""
    training = optimizer is not None
    model.train() if training else model.eval()
    running_loss, correct, total = 0.0, 0, 0
    for inputs, labels in loader:
        inputs, labels = inputs.to(device), labels.to(device, non_blocking=True)
        with torch.set_grad_enabled(training):
            outputs = model(inputs)
            loss = criterion(outputs, labels)
            if training:
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                nn.utils.clip_grad_value_(model.parameters(), 0.5)
                optimizer.step()
        _, predicted = torch.max(outputs.data, 1)
        running_loss += loss.item() * inputs.size(0)
        correct += (predicted == labels.data).sum().item()
        total += labels.size(0)
    return running_loss / total, correct / total


def make(x, y, hidden=6, dropout=0.0, lr=0.05):
    """Everything that a run needs: (model, optimizer, scheduler, criterion, loaders, device)."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = Table(x, y, transform=lambda row: row * 2 - 1)
    n_train = int(0.75 * len(data))
    rows = {"train": range(n_train), "val": range(n_train, len(data))}
    loaders = {phase: DataLoader(Subset(data, rows[phase]), batch_size=6, shuffle=False, num_workers=0)
               for phase in ["train", "val"]}
    classes = int(data.y.max().item()) + 1
    model = Net(x.shape[1], hidden, classes, dropout).to(device)
    weight = 1.0 / torch.bincount(data.y).type(data.x.dtype)
    criterion = nn.CrossEntropyLoss(weight=weight / weight.sum())
    optimizer = optim.SGD(model.parameters(), lr=lr, momentum=0.9, nesterov=True)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", factor=0.5, patience=1)
    return model, optimizer, scheduler, criterion, loaders, device


def fit(model, optimizer, scheduler, criterion, loaders, device, epochs, folder, start=0, history=None,
        patience=3):
    """The history. The model ends with its best weights; the checkpoint has the last ones."""
    history = history or []
    stopping = EarlyStopping(os.path.join(folder, "best.pt"), patience)
    best_weights, best_acc = copy.deepcopy(model.state_dict()), 0.0
    for epoch in range(start, epochs):
        train_loss, train_acc = one_epoch(model, loaders["train"], criterion, device, optimizer)
        val_loss, val_acc = one_epoch(model, loaders["val"], criterion, device)
        scheduler.step(val_loss)
        history.append({"epoch": epoch, "train_loss": train_loss, "train_acc": train_acc,
                        "val_loss": val_loss, "val_acc": val_acc, "lr": optimizer.param_groups[0]["lr"]})
        path = os.path.join(folder, "checkpoint.pth")
        save_checkpoint(path, epoch + 1, model, optimizer, scheduler, history)
        if val_acc > best_acc:
            best_acc, best_weights = val_acc, copy.deepcopy(model.state_dict())
        stopping(val_loss, model)
        if stopping.early_stop:
            break
    last = {k: v.clone() for k, v in model.state_dict().items()}
    model.load_state_dict(torch.load(stopping.path))
    return history, last, best_weights


def predict(model, loader, device):
    """Probabilities (n, classes) as a NumPy array, and the true classes."""
    model.eval()
    probabilities, truth = [], []
    with torch.no_grad():
        for inputs, labels in loader:
            probabilities.append(F.softmax(model(inputs.to(device)), dim=1).cpu().detach().numpy())
            truth.extend(labels.tolist())
    return np.concatenate(probabilities), truth
