"""fairseq's schedulers. Pins: torch==2.15.0 numpy omegaconf
Sources: fairseq==0.12.2
"""
import argparse
import dataclasses
import logging
import types

import torch

from record_common import main, source, walk

FILES = {"inverse_sqrt": "inverse_square_root_schedule", "polynomial_decay": "polynomial_decay_schedule", "cosine": "cosine_lr_scheduler",
         "tri_stage": "tri_stage_lr_scheduler", "triangular": "triangular_lr_scheduler", "fixed": "fixed_schedule", "step": "step_lr_scheduler",
         "manual": "manual_lr_scheduler", "reduce_lr_on_plateau": "reduce_lr_on_plateau"}
logging.disable(logging.CRITICAL)
HOME = "fairseq/optim/lr_scheduler/"
made = {}


class Optimizer:
    """As much of FairseqOptimizer as a scheduler asks for."""

    def __init__(self, lr):
        self.optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)

    def get_lr(self):
        return self.optimizer.param_groups[0]["lr"]

    def set_lr(self, lr):
        for group in self.optimizer.param_groups:
            group["lr"] = lr


def registered(name, dataclass=None):
    def keep(scheduler):
        made[name] = (scheduler, dataclass)
        return scheduler
    return keep


base = source("fairseq-0.12.2", HOME + "fairseq_lr_scheduler.py", fairseq__dataclass__utils=None,
              fairseq__optim=types.SimpleNamespace(FairseqOptimizer=Optimizer))
around = types.SimpleNamespace(FairseqLRScheduler=base.FairseqLRScheduler, LegacyFairseqLRScheduler=base.LegacyFairseqLRScheduler,
                               register_lr_scheduler=registered)
for file in FILES.values():
    source("fairseq-0.12.2", HOME + file + ".py", fairseq__dataclass=types.SimpleNamespace(FairseqDataclass=object), fairseq__optim__lr_scheduler=around)
# What the parts of a configuration that a scheduler's own part refers to have by default.
REFERRED = {"maximize_best_checkpoint_metric": False, "max_update": 0}


def configured(name, args):
    """The scheduler's own configuration, or, for the one that still reads a command line, its parsed arguments."""
    scheduler, dataclass = made[name]
    if dataclass is None:
        parser = argparse.ArgumentParser()
        scheduler.add_args(parser)
        parsed = parser.parse_args([])
        for key, value in args.items():
            setattr(parsed, key, value)
        return parsed
    own = {k: v for k, v in args.items() if k in {f.name for f in dataclasses.fields(dataclass)}}
    settings = dataclass(**own)
    for key, value in REFERRED.items():
        if str(getattr(settings, key, "")).startswith("${"):
            setattr(settings, key, args.get(key, value))
    return settings


def run(case):
    """fairseq's Trainer: step_begin_epoch, then after each update step_update; step with the validation loss ends an epoch."""
    name, args = case["callable"].rsplit(".", 1)[-1], case["args"]
    epoch = args.get("updates_per_epoch") or case.get("updates_per_epoch") or 10**9

    def start():
        optimizer = Optimizer(args["lr"][0])
        scheduler = made[name][0](configured(name, args), optimizer)
        scheduler.step_update(0)
        begin(scheduler, 1, 0)

        def advance(k):
            updates = k + 1
            optimizer.optimizer.step()
            scheduler.step_update(updates)
            if updates % epoch == 0:
                losses = case.get("val_losses")
                scheduler.step(updates // epoch, float(losses[updates // epoch - 1]) if losses else None)
                scheduler.step_update(updates)
                begin(scheduler, updates // epoch + 1, updates)

        return optimizer.get_lr, advance

    return walk(case, start)


def begin(scheduler, epoch, updates):
    scheduler.step_begin_epoch(epoch)
    scheduler.step_update(updates)


main("fairseq", run)
