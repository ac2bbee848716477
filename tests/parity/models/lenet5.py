"""LeNet-5 with batch normalisation (6@5×5 – 16@5×5 – 400-120-84-classes), and loops that train and test.

61 750 parameters with 10 classes: the 61 706 of LeNet-5 (LeCun et al. 1998, every map of the second
convolution connected to all of the first), and 2·(6 + 16) of the batch normalisation.
"""
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


class LeNet5(nn.Module):
    def __init__(self, num_classes=10):
        super(LeNet5, self).__init__()
        self.block1 = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=5, stride=1, padding=0),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2, stride=2))
        self.block2 = nn.Sequential(
            nn.Conv2d(6, 16, kernel_size=5, stride=1, padding=0),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2, stride=2))
        self.fc1 = nn.Linear(400, 120)
        self.relu1 = nn.ReLU()
        self.fc2 = nn.Linear(120, 84)
        self.relu2 = nn.ReLU()
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        out = self.block1(x)
        out = self.block2(out)
        out = out.reshape(out.size(0), -1)
        out = self.relu1(self.fc1(out))
        out = self.relu2(self.fc2(out))
        return self.fc3(out)


def main(images, labels, weights, batch_size=8, num_epochs=2, learning_rate=0.02):
    """Train on some images, test on the same. Returns what such scripts print, and the model."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dataset = TensorDataset(torch.from_numpy(images), torch.from_numpy(labels))
    train_loader = DataLoader(dataset=dataset, batch_size=batch_size, shuffle=False, drop_last=True)
    test_loader = DataLoader(dataset=dataset, batch_size=batch_size, shuffle=False)

    model = LeNet5(num_classes=10).to(dtype=torch.float64).to(device)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)

    log = []
    total_step = len(train_loader)
    for epoch in range(num_epochs):
        model.train()
        running_loss = 0.0
        for i, (x, y) in enumerate(train_loader):
            x = x.to(device)
            y = y.to(device)

            outputs = model(x)
            loss = criterion(outputs, y)

            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

            running_loss += loss.item() * x.size(0)
            if (i + 1) % 2 == 0:
                log.append(f"Epoch [{epoch + 1}/{num_epochs}], Step [{i + 1}/{total_step}], "
                           f"Loss: {loss.item():.4f}")
        scheduler.step()
        lr = optimizer.param_groups[0]["lr"]
        log.append("lr {:.4f}, mean loss {:.6f}".format(lr, running_loss / len(dataset)))

    model.eval()
    with torch.no_grad():
        correct = 0
        total = 0
        for x, y in test_loader:
            x, y = x.to(device), y.to(device)
            outputs = model(x)
            _, predicted = torch.max(outputs.data, 1)
            total += y.size(0)
            correct += (predicted == y).sum().item()
        log.append("Accuracy: {} %".format(100 * correct / total))
    return log, model
