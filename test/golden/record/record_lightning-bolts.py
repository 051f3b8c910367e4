"""Lightning Bolts' schedules. Pins: torch==2.15.0 numpy
Sources: lightning-bolts==0.7.0
"""
import torch

from record_common import main, source
from record_torch import LRS
from torch_common import run_stepped

torch.optim.lr_scheduler._LRScheduler = torch.optim.lr_scheduler.LRScheduler
library = source("lightning-bolts-0.7.0", "pl_bolts/optimizers/lr_scheduler.py", pl_bolts__utils__stability=None)


def run(case):
    """A function gives the factor of a LambdaLR, a class is a scheduler."""
    name = case["callable"].rsplit(".", 1)[-1]
    made = getattr(library, name)

    def make(optimizer):
        return made(optimizer, **case["args"]) if name[0].isupper() else torch.optim.lr_scheduler.LambdaLR(optimizer, made(**case["args"]))

    return run_stepped(case, make)


W = [0, 1, 2, 3, 10, 50, 100, 300, 1000]
P = "pl_bolts.optimizers."
RANDOM = {
    P + "LinearWarmupCosineAnnealingLR": {
        "lr": LRS, "warmup_epochs": W, "max_epochs": W, "warmup_start_lr": [0.0, 1e-3, 0.1, ...], "eta_min": [0.0, 1e-5, 1e-6, ...]},
    P + "lr_scheduler.linear_warmup_decay": {"lr": LRS, "warmup_steps": W, "total_steps": W, "cosine": [True, False, ...], "linear": [True, False, ...]},
}

if __name__ == "__main__":
    main("lightning-bolts", run, RANDOM)
