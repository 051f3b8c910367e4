"""Ultralytics' rates: the curve is the library's, the warm-up restated from its trainer. Pins: torch==2.15.0 numpy
Sources: ultralytics==8.4.190
"""
import math

import numpy
import torch

from record_common import function_of, main, plain, walk

one_cycle = function_of("ultralytics-8.4.190", "ultralytics/utils/torch_utils.py", "one_cycle", math=math)
HYPER = {"lr0": 0.01, "lrf": 0.01, "cos_lr": False, "warmup_epochs": 3.0, "warmup_bias_lr": 0.1, "warmup_momentum": 0.8, "momentum": 0.937}


def schedule(a, optimizer):
    """BaseTrainer._setup_scheduler."""
    lf = one_cycle(1, a["lrf"], a["epochs"]) if a["cos_lr"] else lambda x: max(1 - x / a["epochs"], 0) * (1.0 - a["lrf"]) + a["lrf"]
    return lf, torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda=lf)


def optimizer_of(a, groups):
    return torch.optim.SGD([{"params": [torch.nn.Parameter(torch.zeros(1))]} for _ in range(groups)], lr=a["lr0"], momentum=a["momentum"])


def run(case):
    a = {**HYPER, **{k: v for k, v in case["args"].items() if k not in ("defaults", "tag")}}
    if case["callable"] == "ultralytics.lf":
        def start():
            optimizer = optimizer_of(a, 1)
            scheduler = schedule(a, optimizer)[1]

            def advance(_):
                optimizer.step()
                scheduler.step()
            return (lambda: optimizer.param_groups[0]["lr"]), advance
        return walk(case, start)
    return train(case, a)


def train(case, a):
    """BaseTrainer._do_train: the scheduler steps before an epoch, the warm-up interpolates before an update while ni <= nw."""
    batches, optimizer = a["batches_per_epoch"], optimizer_of(a, 2)
    lf, scheduler = schedule(a, optimizer)
    scheduler.last_epoch = -1
    warmup = min(a["warmup_epochs"], max(a["epochs"] - 1, 0))
    nw = round(warmup * batches) if warmup > 0 else 0
    weights, biases, momenta = [], [], []
    for epoch in range(a["epochs"]):
        scheduler.step()
        for ni in range(epoch * batches, (epoch + 1) * batches):
            for index, group in enumerate(optimizer.param_groups):
                if nw and ni <= nw:
                    first = a["warmup_bias_lr"] if index == 1 else 0.0
                    group["lr"] = float(numpy.interp(ni, [0, nw], [first, group["initial_lr"] * lf(epoch)]))
                    group["momentum"] = float(numpy.interp(ni, [0, nw], [a["warmup_momentum"], a["momentum"]]))
            weights.append(plain(optimizer.param_groups[0]["lr"]))
            biases.append(plain(optimizer.param_groups[1]["lr"]))
            momenta.append(plain(optimizer.param_groups[0]["momentum"]))
            optimizer.step()
    return {key: [all_[s] for s in case["steps"]] for key, all_ in [("values", weights), ("values_group1", biases), ("momenta", momenta)]}


main("ultralytics", run)
