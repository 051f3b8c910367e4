"""timm's schedulers. Pins: torch==2.15.0 numpy torchvision timm==1.0.31"""
import timm.scheduler as library

from record_common import main
from record_torch import COUNTS, LRS, metrics
from torch_common import run_stepped


def run(case):
    function = getattr(library, case["callable"].rsplit(".", 1)[-1])
    args = case["args"]
    per_update = args.get("t_in_epochs") is False or args.get("step_on_epochs") is False

    def make(optimizer):
        made = function(optimizer, **args)
        return made[0] if isinstance(made, tuple) else made

    def step(scheduler, _):
        if "metrics" in case:
            return lambda k: scheduler.step(k + 1, float(case["metrics"][k]))
        if per_update:
            return lambda k: scheduler.step_update(k + 1)
        return lambda k: scheduler.step(k + 1)

    return run_stepped(case, make, step)


WARM = {"warmup_t": [0, 0, 1, 5, 10, 60], "warmup_lr_init": [0.0, 1e-6, 1e-3, ...], "warmup_prefix": [True, False, ...], "t_in_epochs": [True, False, ...],
        "noise_range_t": [..., ..., ..., ..., 10, [20, 50]], "noise_pct": [0.67, 0.1, ...], "noise_seed": [42, 1, ...], "noise_std": [1.0, 0.3, ...]}
CYCLE = {"lr": LRS, "t_initial": [1, 2, 10, 30, 77, 100, 300, 1000, 0], "lr_min": [0.0, 1e-5, 1e-3, ...], "cycle_mul": [1.0, 1.0, 2.0, 1.5, 3, 0.5, ...],
         "cycle_decay": [1.0, 0.5, 0.1, ...], "cycle_limit": [1, 2, 3, 5, 100, 0, ...], **WARM}
P = "timm.scheduler."
RANDOM = {
    P + "CosineLRScheduler": {**CYCLE, "k_decay": [1.0, 0.5, 2.0, ...]},
    P + "TanhLRScheduler": {**CYCLE, "lb": [-7.0, -6.0, -3, ...], "ub": [3.0, 4.0, 1, -8, ...]},
    P + "PolyLRScheduler": {**CYCLE, "power": [0.5, 1.0, 2.0, 0.9, ...], "k_decay": [1.0, 0.5, ...]},
    P + "StepLRScheduler": {"lr": LRS, "decay_t": [1, 2.4, 10, 30, 0.5, 7.7, 90, 0], "decay_rate": [0.1, 0.97, 0.5, 1.0, 0.0, ...], **WARM},
    P + "MultiStepLRScheduler": {"lr": LRS, "decay_t": [[30, 60], [1], [], [10, 10, 20], [60, 30], [2, 5, 100]], "decay_rate": [0.1, 0.5, ...], **WARM},
    P + "PlateauLRScheduler": {
        "lr": LRS, "metrics": metrics, "decay_rate": [0.1, 0.5, 1.0, ...], "patience_t": [0, 1, 3, ...], "threshold": [1e-4, 0.05, ...],
        "cooldown_t": [0, 2, ...], "warmup_t": [0, 1, 10, ...], "warmup_lr_init": [0.0, 1e-3, ...], "lr_min": [0.0, 1e-3, ...], "mode": ["min", "max", ...]},
    P + "WSDLRScheduler": {
        "lr": LRS, "t_initial": [100, 300, 10, 0], "decay_t": [10, 50, 100, 300, 0, 2.5], "lr_min": [0.0, 1e-4, -1, ...],
        "stable_fn": ["constant", "rsqrt", "power", ..., "exp"], "stable_timescale": [None, 10, 100.0, 0, ...], "stable_power": [0.5, 0.7, ...],
        "decay_fn": ["linear", "1-sqrt", "cosine", "power", "exp", ..., "sqrt"], "decay_power": [0.5, 3.0, ...], "decay_ratio": [0.1, 0.5, 1.0, ...],
        "warmup_t": [0, 1, 10, 50], "warmup_lr_init": [0.0, 1e-5, ...], "t_in_epochs": [True, False, ...]},
    P + "create_scheduler_v2": {
        "lr": LRS, "sched": ["cosine", "tanh", "step", "multistep", "poly", "wsd", "rsqrt", "constant", "none?", ...], "num_epochs": [10, 100, 300],
        "decay_epochs": [None, 0.1, 2.4, 30, 0.5, ...], "decay_milestones": [[30, 60], [90, 180, 270], ...], "cooldown_epochs": [0, 10, ...],
        "decay_rate": [0.1, 0.5, 1.0, ...], "min_lr": [0.0, 1e-5, ...], "warmup_lr": [1e-5, 1e-6, ...], "warmup_epochs": [0, 3, 5, ...],
        "warmup_prefix": [True, False, ...], "noise": [..., ..., ..., 0.5, [0.2, 0.6]], "cycle_mul": [1.0, 2.0, ...], "cycle_decay": [0.5, 0.1, ...],
        "cycle_limit": [1, 3, ...], "k_decay": [1.0, 0.8, ...], "decay_fn": ["linear", ...], "stable_timescale": [50, None, ...],
        "step_on_epochs": [True, True, False, ...], "updates_per_epoch": [0, 10, 20]},
}

if __name__ == "__main__":
    main("timm", run, RANDOM)
