"""Ignite's parameter schedulers. Pins: torch==2.15.0 numpy pytorch-ignite==0.5.5"""
import types

import ignite.handlers.param_scheduler as library
import torch

from record_common import main
from record_torch import LRS, PARTS, metrics
from torch_common import NAMESPACE, optimizer_of
from record_common import walk

NAMES = {**NAMESPACE, **{n: getattr(library, n) for n in (
    "LinearCyclicalScheduler", "CosineAnnealingScheduler", "PiecewiseLinear", "ConcatScheduler", "LRScheduler", "ParamGroupScheduler", "create_lr_scheduler_with_warmup")}}


def value(v, key, optimizer):
    if key == "milestones_values":
        return [tuple(pair) for pair in v]
    if isinstance(v, str) and "(" in v:
        return eval(v, {**NAMES, "optimizer": optimizer})
    return [value(x, key, optimizer) for x in v] if isinstance(v, list) else v


def run(case):
    """Handlers run before update k, the plateau's after epoch k."""
    name, optimizer = case["callable"].rsplit(".", 1)[-1], optimizer_of(case)

    def start():
        args = {k: value(v, k, optimizer) for k, v in case["args"].items()}
        takes_optimizer = name in ("LinearCyclicalScheduler", "CosineAnnealingScheduler", "PiecewiseLinear", "ReduceLROnPlateauScheduler")
        scheduler = getattr(library, name)(*([optimizer] if takes_optimizer else []), **args)
        if name == "ReduceLROnPlateauScheduler":
            def feed(k):
                scheduler(types.SimpleNamespace(state=types.SimpleNamespace(metrics={args["metric_name"]: float(case["metrics"][k])})))
            return (lambda: optimizer.param_groups[0]["lr"]), feed
        scheduler(None)

        def rate():
            second.append(optimizer.param_groups[-1]["lr"])
            return optimizer.param_groups[0]["lr"]
        return rate, (lambda k: scheduler(None))

    second = []
    found = walk(case, start)
    return {**found, "values_group1": second[: len(found["values"])]} if "values_group1" in case else found


def torch_text(choose):
    name = choose.choice([n for n in sorted(PARTS)])
    args = {k: v for k, vs in PARTS[name].items() if (v := choose.choice(vs)) is not ...}
    return f"{name}(optimizer, " + ", ".join(f"{k}={v}" for k, v in args.items()) + ")"


CYCLE = {"param_name": ["lr"], "start_value": [0.1, 0.001, 0.5, 0.0], "end_value": [0.01, 1.0, 0.0], "cycle_size": [2, 3, 10, 77, 100, 400, 1, 12.5],
         "cycle_mult": [1.0, 2.0, 1.5, 0.8, 1.01, ...], "start_value_mult": [1.0, 0.5, ...], "end_value_mult": [1.0, 0.8, ...]}


def cyclic_text(choose):
    name = choose.choice(["LinearCyclicalScheduler", "CosineAnnealingScheduler"])
    return f"{name}(optimizer, 'lr', {choose.choice([0.1, 0.5, 0.0])}, {choose.choice([0.01, 0.3])}, {choose.choice([2, 10, 33, 100])})"


P = "ignite.handlers."
RANDOM = {
    P + "LinearCyclicalScheduler": {**CYCLE, "monotonic": [True, False, ...], "warmup_duration": [0, 0, 5, 20, ...]},
    P + "CosineAnnealingScheduler": {**CYCLE, "warmup_duration": [0, 5, 20, ...]},
    P + "PiecewiseLinear": {"param_name": ["lr"], "milestones_values": [
        [[10, 0.5], [20, 0.45], [21, 0.3]], [[0, 0.0], [100, 0.4]], [[5, 0.1]], [[0, 0.1], [30, 0.1], [30, 0.01]], [[3, 0.1], [1, 0.2]], [[0.5, 1.0]], []]},
    P + "ConcatScheduler": {"schedulers": lambda c: [cyclic_text(c) for _ in range(c.randint(1, 3))],
                            "durations": [[30], [1], [0], [50, 20], [0, 5], [10, 0], [-1], [], [5.5]]},
    P + "LRScheduler": {"lr": LRS, "lr_scheduler": torch_text, "use_legacy": [True, False, ..., ...]},
    P + "create_lr_scheduler_with_warmup": {
        "lr": [0.1, 0.01], "lr_scheduler": lambda c: c.choice([torch_text, cyclic_text])(c), "warmup_start_value": [0.0, 0.01, 0.1],
        "warmup_duration": [2, 3, 10, 50, 1], "warmup_end_value": [0.1, 0.01, 0.5, None, ...]},
    P + "ReduceLROnPlateauScheduler": {"lr": LRS, "metrics": metrics, "metric_name": ["loss"], "mode": ["min", "max", ...], "factor": [0.5, 0.1, 1.0, ...],
                                       "patience": [0, 1, 3, ...], "cooldown": [0, 2, ...], "threshold": [1e-4, 0.05, ...], "threshold_mode": ["rel", "abs", ...],
                                       "min_lr": [0.01, ..., ...]},
}

if __name__ == "__main__":
    main("ignite", run, RANDOM)
