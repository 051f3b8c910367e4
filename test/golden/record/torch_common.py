"""PyTorch's side of recording: an optimizer as the case's `code` has it, schedulers from names and arguments, and the walk."""
import importlib
import math
import re
import warnings

import torch

from record_common import plain, walk

warnings.filterwarnings("ignore")
NAMESPACE = {"math": math, "torch": torch, **vars(torch.optim.lr_scheduler)}


def optimizer_of(case):
    weight, bias = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))
    code, lr = case.get("code", ""), case.get("base_lr", 0.1)
    name = re.search(r"optim\.(\w+)\(", code)
    kind = getattr(torch.optim, name.group(1) if name else "SGD")
    momentum = re.search(r"momentum=([\d.]+)", code)
    extra = {"momentum": float(momentum.group(1))} if momentum and kind in (torch.optim.SGD, torch.optim.RMSprop) else {}
    rates = case["args"].get("group_lrs")
    if rates is None and ("model.bias" in code or any(isinstance(v, list) and k in ("max_lr",) for k, v in case["args"].items())):
        rates = [lr, lr]
    groups = [{"params": [p], "lr": r} for p, r in zip((weight, bias), rates)] if rates else [weight]
    return kind(groups, lr=lr, **extra)


def value_of(value, optimizer):
    if isinstance(value, str) and (value.startswith("lambda") or re.match(r"^[A-Z]\w*\(", value)):
        return eval(value, {**NAMESPACE, "optimizer": optimizer})
    if isinstance(value, dict) and "callable" in value:
        return build(value["callable"], value["args"], optimizer)
    if isinstance(value, list):
        return [value_of(v, optimizer) for v in value]
    return value


def function(name):
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def build(name, args, optimizer):
    values = {k: value_of(v, optimizer) for k, v in args.items()}
    if name.endswith(".ChainedScheduler"):
        return function(name)(values["schedulers"])
    return function(name)(optimizer, **values)


def momentum_of(optimizer):
    group = optimizer.param_groups[0]
    return group["betas"][0] if "betas" in group else group.get("momentum", math.nan)


def run_stepped(case, make, step=None):
    """Values, momenta and the second group's rates of a case whose scheduler `make(optimizer)` builds."""
    momenta, group1, optimizer = [], [], optimizer_of(case)

    def start():
        scheduler = make(optimizer)
        advance = step(scheduler, optimizer) if step else lambda k: scheduler.step()

        def rate():
            momenta.append(plain(momentum_of(optimizer)))
            group1.append(plain(optimizer.param_groups[-1]["lr"]))
            return optimizer.param_groups[0]["lr"]

        def both(k):
            optimizer.step()
            advance(k)

        return rate, both

    found = walk(case, start)
    if "momenta" in case:
        found["momenta"] = momenta[: len(found["values"])]
    if "values_group1" in case:
        found["values_group1"] = group1[: len(found["values"])]
    return found


def metric_step(case):
    metrics = [float(m) for m in case["metrics"]]
    return lambda scheduler, _: lambda k: scheduler.step(metrics[k])
