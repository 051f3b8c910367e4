"""AllenNLP's schedulers. Python: 3.9
Pins: allennlp==2.10.1 torch==1.12.1 numpy<2 setuptools<70 typing_extensions<4.6
"""
import allennlp.training.learning_rate_schedulers as rates
import allennlp.training.momentum_schedulers as momenta
import torch
from allennlp.common.lazy import Lazy

from record_common import main, walk
from torch_common import optimizer_of

OUTSIDE = ("epochs", "batches_per_epoch")


def lazily(scheduler):
    """A scheduler of a combined one, which is built when its epochs begin."""
    args = dict(scheduler)
    made = rates.LearningRateScheduler.by_name(args.pop("type"))
    return Lazy(lambda **more: made(**args, **more))


def groups_of(case):
    """Two layers and the empty group that AllenNLP makes for the rest, where the case tells of groups."""
    if "values_group1" not in case:
        return optimizer_of(case)
    lr = case["base_lr"]
    layers = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for _ in range(2)]
    return torch.optim.AdamW([*layers, {"params": [], "lr": lr}], lr=lr)


def run(case):
    """Read after step_batch(n + 1), before update n; step(metric) follows the last batch of an epoch."""
    args = {k: v for k, v in case["args"].items() if k not in OUTSIDE}
    if "schedulers" in args:
        args["schedulers"] = [(epochs, lazily(scheduler)) for epochs, scheduler in args["schedulers"]]
    name = case["callable"].rsplit(".", 1)[-1]
    momentum = ".momentum_schedulers." in case["callable"]
    epoch = case["args"].get("batches_per_epoch", 1)
    optimizer, second = groups_of(case), []

    def start():
        scheduler = getattr(momenta if momentum else rates, name)(optimizer, **args)
        scheduler.step_batch(1)

        def rate():
            second.append(float(optimizer.param_groups[:2][-1]["lr"]))
            return optimizer.param_groups[0]["momentum" if momentum else "lr"]

        def advance(k):
            optimizer.step()
            if (k + 1) % epoch == 0:
                metrics = case.get("metrics")
                scheduler.step(float(metrics[(k + 1) // epoch - 1]) if metrics else None)
            scheduler.step_batch(k + 2)

        return rate, advance

    found = walk(case, start)
    return {**found, "values_group1": second[: len(found["values"])]} if "values_group1" in case else found


main("allennlp", run)
