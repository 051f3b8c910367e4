"""MMEngine's parameter schedulers, and the warm-up that mmdet adds. Pins: torch==2.15.0 numpy mmengine==0.10.7
Sources: mmdet==3.3.0
"""
import types

import mmengine.optim.scheduler as library
from mmengine.registry import PARAM_SCHEDULERS

from record_common import main, source, walk
from torch_common import momentum_of, optimizer_of, run_stepped

mmdet = source("mmdet-3.3.0", "mmdet/engine/schedulers/quadratic_warmup.py", mmdet__registry=types.SimpleNamespace(PARAM_SCHEDULERS=PARAM_SCHEDULERS))


def run(case):
    """A scheduler alone, its momentum where it drives that, or a configuration's list as the runner steps it."""
    args, name = dict(case["args"]), case["callable"].rsplit(".", 1)[-1]
    if "param_scheduler" in args:
        return listed(case, **args)
    made = getattr(mmdet if name.startswith("Quadratic") else library, name)
    if "metrics" in case:
        def step(scheduler, _):
            def fed(k):
                scheduler.step()
                scheduler.step({args.get("monitor", "loss"): float(case["metrics"][k])})
            return fed
        return of(case, made, args, step)
    return of(case, made, args)


def of(case, made, args, step=None):
    driven = "momentum" if case.get("quantity") == "momentum" else "lr"
    if driven == "lr":
        return run_stepped(case, lambda optimizer: made(optimizer, **args), step)
    optimizer = optimizer_of(case)

    def start():
        scheduler = made(optimizer, **args)
        advance = step(scheduler, optimizer) if step else lambda k: scheduler.step()
        return (lambda: momentum_of(optimizer)), advance

    return walk(case, start)


def listed(case, param_scheduler, max_epochs, epoch_length):
    """After each update the schedulers of iterations step, after each epoch those of epochs, in the list's order."""
    optimizer = optimizer_of(case)

    def start():
        schedulers = []
        for settings in param_scheduler:
            settings = dict(settings)
            kind = getattr(library, settings.pop("type"))
            settings.setdefault("end", max_epochs if settings.get("by_epoch", True) else max_epochs * epoch_length)
            if settings.pop("convert_to_iter_based", False):
                schedulers.append(kind.build_iter_from_epoch(optimizer=optimizer, epoch_length=epoch_length, **settings))
            else:
                schedulers.append(kind(optimizer, **settings))

        def advance(k):
            optimizer.step()
            for by_epoch in [False, True] if (k + 1) % epoch_length == 0 else [False]:
                for scheduler in schedulers:
                    if scheduler.by_epoch == by_epoch:
                        scheduler.step()

        return (lambda: optimizer.param_groups[0]["lr"]), advance

    return walk(case, start)


LRS = [0.1, 0.01, 1e-3, 0.5]
SPAN = {"begin": [0, 0, 5, 20, ...], "end": [1, 6, 30, 100, 400, ..., 3]}
P = "mmengine.optim."
SETS = {
    "Constant": {"factor": [1 / 3, 0.5, 0.0, 1.0, 1.2, ...], **SPAN},
    "Linear": {"start_factor": [0.001, 0.1, 1.0, 0.0, 1.1, ...], "end_factor": [1.0, 0.0, 0.5, ...], **SPAN},
    "Step": {"step_size": [1, 7, 30, 100, 0], "gamma": [0.1, 0.9, 1.0, 0.0, ...], **SPAN},
    "MultiStep": {"milestones": [[30, 80], [5], [], [10, 10, 40], [60, 20], [0, 3]], "gamma": [0.1, 0.5, ...], **SPAN},
    "Exponential": {"gamma": [0.97, 0.5, 1.0, 1.01, 0.0], **SPAN},
    "CosineAnnealing": {"T_max": [None, 10, 50, 300, 1, ...], "eta_min": [0.0, 1e-4, 0.02, ..., ...], "eta_min_ratio": [..., ..., 0.1, 0.0], **SPAN},
    "Poly": {"eta_min": [0, 1e-4, 0.3, ...], "power": [1.0, 2.0, 0.5, 0.0, 3, ...], **SPAN},
    "CosineRestart": {"periods": [[20, 40, 60], [5], [30, 30]], "restart_weights": [[1, 0.5, 0.25], [1], [1, 1], ...], "eta_min": [0, 1e-3, ..., ...],
                      "eta_min_ratio": [..., ..., 0.1], **SPAN},
    "OneCycle": {"eta_max": [0.1, 0.01, 1.0], "total_steps": [10, 100, 333, 700, 1, ...], "pct_start": [0.3, 0.1, 0.9, 0.0, 1.0, ...],
                 "anneal_strategy": ["cos", "linear", "exp", ...], "div_factor": [25.0, 1, 10, ...], "final_div_factor": [1e4, 1, 100.0, ...],
                 "three_phase": [True, False, ...], "begin": [0, 10, ...], "end": [50, 200, 700, ...]},
}
RANDOM = {P + name + "LR": {"lr": LRS, **ranges} for name, ranges in SETS.items()}
RANDOM["mmdet.engine.schedulers.QuadraticWarmupLR"] = {"lr": LRS, **SPAN}

main("mmengine", run, RANDOM)
