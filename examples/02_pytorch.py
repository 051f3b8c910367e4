"""Image classifier: linear warm-up, then a cosine down to eta_min, both stepped once per epoch (PyTorch)."""
import torch
from torch import nn, optim
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, ReduceLROnPlateau, SequentialLR
from torchvision import datasets, transforms

EPOCHS = 90
WARMUP = 5

data = datasets.CIFAR10("data", train=True, download=True, transform=transforms.ToTensor())
loader = torch.utils.data.DataLoader(data, batch_size=128, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 256), nn.ReLU(), nn.Linear(256, 10))

optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
scheduler = SequentialLR(
    optimizer,
    schedulers=[
        LinearLR(optimizer, start_factor=0.01, total_iters=WARMUP),
        CosineAnnealingLR(optimizer, T_max=EPOCHS - WARMUP, eta_min=1e-4),
    ],
    milestones=[WARMUP],
)

for epoch in range(EPOCHS):
    for images, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
    scheduler.step()

# Fine-tuning: the rate falls tenfold whenever the validation loss has not improved for five epochs.
tuner = optim.SGD(model.parameters(), lr=1e-3)
plateau = ReduceLROnPlateau(tuner, factor=0.1, patience=5, min_lr=1e-6)
