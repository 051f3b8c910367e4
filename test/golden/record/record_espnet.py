"""ESPnet 2's schedulers, and those of ESPnet 1. Pins: torch==2.15.0 numpy typeguard
Sources: espnet==202511
"""
import torch

from record_common import each, failure, main, source
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
        try:
            scheduler = getattr(first, name).build("lr", **args)
        except Exception as error:
            return {"steps": [], "values": [], "error": failure(error)}
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


LRS = [0.1, 0.01, 1e-3, 2.0]
W = [1, 2, 10, 100, 300, 1000, 0, 2.5]
P = "espnet2.schedulers."
RANDOM = {name: {"lr": LRS, **ranges} for name, ranges in {
    P + "warmup_lr.WarmupLR": {"warmup_steps": W + [...]},
    P + "noam_lr.NoamLR": {"model_size": [1, 256, 512, 320.0, ...], "warmup_steps": W + [...]},
    P + "warmup_step_lr.WarmupStepLR": {"warmup_steps": W, "steps_per_epoch": [1, 50, 200], "step_size": [1, 2, 5], "gamma": [0.1, 0.5, 1.0, ...]},
    P + "piecewise_linear_warmup_lr.PiecewiseLinearWarmupLR": {
        "warmup_steps_list": [[0, 100, 300], [0, 10], [0, 50, 60, 400]], "warmup_lr_list": [[0.0, 0.0005, 0.002], [0.0, 0.1], [0.0, 0.1, 0.02, 0.3]]},
    P + "tristage_lr.TristageLR": {"max_steps": [100, 333, 600, 1000], "warmup_ratio": [0.1, 0.5, 0.0, ...], "hold_ratio": [0.4, 0.1, 0.5, ...],
                                   "decay_ratio": [0.5, 0.4, 0.8, ...], "init_lr_scale": [0.01, 0.5, 0.0, ...], "final_lr_scale": [0.01, 0.1, 1.0, ...]},
    P + "exponential_decay_warmup.ExponentialDecayWarmup": {"max_lr": [1e-3, 0.1], "min_lr": [1e-5, 0.01, 1e-3], "total_steps": [50, 300, 600],
                                                            "warmup_steps": [0, 1, 20, 100, ...], "warm_from_zero": [True, False, ...]},
    P + "cosine_anneal_warmup_restart.CosineAnnealingWarmupRestarts": {
        "first_cycle_steps": [10, 77, 100, 600], "cycle_mult": [1.0, 2.0, 1.5, ...], "max_lr": [0.1, 1e-3, ...], "min_lr": [1e-3, 0.0, 1e-5, ...],
        "warmup_steps": [0, 1, 5, 50, ...], "gamma": [1.0, 0.5, 0.9, ...]},
    "espnet.scheduler.scheduler.NoamScheduler": {"warmup": [1, 10, 300, 1000, 0, ...]},
    "espnet.scheduler.scheduler.CyclicCosineScheduler": {"warmup": [0, 10, 300, ...], "total": [1, 50, 400, 1000, ...]},
}.items()}

main("espnet", run, RANDOM)
