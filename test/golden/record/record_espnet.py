"""ESPnet 2's schedulers, and those of ESPnet 1. Pins: torch==2.15.0 numpy typeguard
Sources: espnet==202511
"""
import torch

from record_common import each, main, source
from torch_common import run_stepped

torch.optim.lr_scheduler._LRScheduler = torch.optim.lr_scheduler.LRScheduler
ESPNET = "espnet-202511"
for part in ("utils/dynamic_import", "utils/fill_missing_args", "scheduler/scheduler"):
    first = source(ESPNET, f"espnet/{part}.py")
source(ESPNET, "espnet2/schedulers/abs_scheduler.py")


def run(case):
    module, name = case["callable"].rsplit(".", 1)
    args = {k: v for k, v in case["args"].items() if k != "steps_per_epoch" or "val_losses" not in case}
    if module == "espnet.scheduler.scheduler":
        scheduler = getattr(first, name).build("lr", **args)
        return each(case, lambda k: case["base_lr"] * scheduler.scale(k))
    made = getattr(source(ESPNET, module.replace(".", "/") + ".py"), name)
    epoch = case["args"].get("steps_per_epoch")

    def step(scheduler, _):
        def both(k):
            scheduler.step()
            if (k + 1) % epoch == 0:
                scheduler.step(float(case["val_losses"][(k + 1) // epoch - 1]))
        return both

    return run_stepped(case, lambda optimizer: made(optimizer, **args), step if "val_losses" in case else None)


main("espnet", run)
