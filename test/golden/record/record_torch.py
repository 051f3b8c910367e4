"""PyTorch's learning-rate schedulers. Pins: torch==2.15.0 numpy"""
import torch

from record_common import main
from torch_common import build, metric_step, optimizer_of, run_stepped, value_of

PREFIX = "torch.optim.lr_scheduler."
OUTSIDE = ("group_lrs", "by_hand", "swa_start", "scheduler", "iters_per_epoch", "epochs_run")


def run(case):
    name = case["callable"]
    args = {k: v for k, v in case["args"].items() if k not in OUTSIDE}
    if case["args"].get("by_hand"):
        def by_hand(optimizer):
            return [value_of(s, optimizer) for s in args["schedulers"]]
        return run_stepped(case, by_hand, lambda all_of_them, _: lambda k: [s.step() for s in all_of_them])
    if "swa_start" in case["args"]:
        start = case["args"]["swa_start"]

        def pair(optimizer):
            return value_of(case["args"]["scheduler"], optimizer), build(name, args, optimizer)
        return run_stepped(case, pair, lambda two, _: lambda k: two[1 if k > start else 0].step())
    if "iters_per_epoch" in case["args"]:
        return fractional(case)
    step = metric_step(case) if "metrics" in case else None
    return run_stepped(case, lambda optimizer: build(name, args, optimizer), step)


def fractional(case):
    """scheduler.step(epoch + i / iters), the value read after the call."""
    args = dict(case["args"])
    iters = args.pop("iters_per_epoch")
    args.pop("epochs", None)
    optimizer = optimizer_of(case)
    scheduler = build(case["callable"], args, optimizer)
    found = []
    for k in range(max(case["steps"]) + 1):
        scheduler.step(k // iters + (k % iters) / iters)
        found.append(optimizer.param_groups[0]["lr"])
    return {"values": [found[k] for k in case["steps"]]}


LRS = [1.0, 0.3, 0.1, 0.05, 1e-3, 3e-4, 1e-5]
FACTORS = [0.0, 0.1, 0.25, 0.5, 0.9, 0.97, 0.999, 1.0, 1.01]
COUNTS = [0, 1, 2, 3, 5, 7, 10, 30, 40, 77, 100, 250, 300, 1000]
MAYBE = [..., ...]
PARTS = {
    "ConstantLR": {"factor": [0.1, 0.5, 1.0, 0.0], "total_iters": COUNTS},
    "LinearLR": {"start_factor": [0.01, 0.1, 0.5, 1.0, 1e-3], "end_factor": [1.0, 0.0, 0.1, 0.5, ...], "total_iters": COUNTS},
    "ExponentialLR": {"gamma": FACTORS},
    "StepLR": {"step_size": COUNTS, "gamma": FACTORS + MAYBE},
    "MultiStepLR": {"milestones": [[30, 80], [10], [], [5, 5, 20], [90, 10], [0, 3], [100, 200, 300]], "gamma": FACTORS + MAYBE},
    "PolynomialLR": {"total_iters": COUNTS + MAYBE, "power": [1.0, 2.0, 0.5, 0.9, 0.0, 3, -1.0, ...]},
    "CosineAnnealingLR": {"T_max": COUNTS + [10.5, 33.3], "eta_min": [0.0, 1e-5, 0.01, 0.5, ...]},
    "CosineAnnealingWarmRestarts": {"T_0": [1, 2, 3, 7, 10, 50, 0, 1000], "T_mult": [1, 1, 2, 3, ...], "eta_min": [0.0, 1e-4, 0.02, ...]},
    "LambdaLR": {"lr_lambda": ["lambda e: 0.95 ** e", "lambda e: 1 / (1 + e // 30)", "lambda e: min(1.0, (e + 1) / 20)"]},
    "MultiplicativeLR": {"lr_lambda": ["lambda e: 0.95", "lambda e: 0.5 if e % 25 == 0 else 1.0", "lambda e: (e + 1) / (e + 2)"]},
}


def part(choose):
    name = choose.choice(sorted(PARTS))
    return {"callable": PREFIX + name, "args": {k: v for k, vs in PARTS[name].items() if (v := choose.choice(vs)) is not ...}}


def parts(low, high):
    return lambda choose: [part(choose) for _ in range(choose.randint(low, high))]


def metrics(choose):
    value, found = choose.uniform(-1, 3), []
    for _ in range(120):
        value += choose.choice([0, 0, 0, -0.1, -0.01, 0.05, -1e-5]) * choose.random()
        found.append(round(value, choose.choice([2, 3, 6])) if choose.random() > 0.02 else "nan")
    return found


def sequence(choose):
    count = choose.randint(1, 3)
    return [part(choose) for _ in range(count)]


RANDOM = {PREFIX + name: {"lr": LRS, **ranges} for name, ranges in PARTS.items()}
RANDOM[PREFIX + "CyclicLR"] = {
    "optimizer": ["SGD", "Adam", "RMSprop", "Adagrad"], "base_lr": [0.1], "max_lr": [0.1, 0.006, 1e-3],
    "step_size_up": [1, 2, 10, 33, 100, 0, ...], "step_size_down": [None, 1, 20, 77, 0, ...],
    "mode": ["triangular", "triangular2", "exp_range", "square", ...], "gamma": [0.999, 0.99, 1.0, 1.2, ...],
    "cycle_momentum": [True, False, ...], "base_momentum": [0.8, 0.85, ...], "max_momentum": [0.9, 0.99, ...]}
RANDOM[PREFIX + "OneCycleLR"] = {
    "optimizer": ["SGD", "Adam", "AdamW", "Adadelta"], "max_lr": [0.1, 0.01, 3e-4],
    "total_steps": [1, 2, 3, 4, 5, 10, 20, 100, 333, 650, 0, None, ...], "epochs": [3, 10, None, ...], "steps_per_epoch": [20, 50, ...],
    "pct_start": [0.3, 0.1, 0.05, 0.25, 0.5, 0.9, 0.0, 1.0, 1.5, 1, ...], "anneal_strategy": ["cos", "linear", "cosine", ...],
    "div_factor": [25.0, 10, 1, 100.0, ...], "final_div_factor": [1e4, 1, 100.0, ...], "three_phase": [True, False, False, ...],
    "cycle_momentum": [True, False, ...]}
RANDOM[PREFIX + "ReduceLROnPlateau"] = {
    "lr": LRS, "metrics": metrics, "mode": ["min", "max", ..., "auto"], "factor": [0.1, 0.5, 0.9, 1.0, ...], "patience": [0, 1, 2, 5, ...],
    "threshold": [0.0, 1e-4, 0.01, 0.1, ...], "threshold_mode": ["rel", "abs", ...], "cooldown": [0, 1, 5, ...],
    "min_lr": [0.0, 1e-3, 0.05, ...], "eps": [1e-8, 1e-3, ...]}
RANDOM[PREFIX + "SequentialLR"] = {
    "lr": LRS, "schedulers": sequence, "milestones": [[], [0], [1], [5], [20], [5, 40], [0, 10], [30, 30], [60, 300], [40, 5]]}
RANDOM[PREFIX + "ChainedScheduler"] = {"lr": LRS, "schedulers": parts(0, 3)}
RANDOM["torch.optim.swa_utils.SWALR"] = {
    "lr": LRS, "swa_lr": [0.05, 1e-4, 0.5], "anneal_epochs": [0, 1, 5, 10, 100, -1, 2.5, ...], "anneal_strategy": ["cos", "linear", "exp", ...]}

if __name__ == "__main__":
    main("torch", run, RANDOM)
