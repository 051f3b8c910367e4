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


LR = [[0.1], [5e-4], [0.002]]


def losses(choose):
    value, found = 1.5, []
    for _ in range(80):
        value += choose.choice([0, -0.1, -0.01, 0.05]) * choose.random()
        found.append(round(value, 5))
    return found


W = [0, 1, 50, 300, ...]
P = "fairseq.optim.lr_scheduler."
RANDOM = {
    P + "inverse_sqrt": {"arg:lr": LR, "warmup_updates": [1, 50, 300, 4000, ...], "warmup_init_lr": [-1, 0.0, 1e-7, 1e-3, ...]},
    P + "polynomial_decay": {"arg:lr": LR, "total_num_update": [100, 300, 650], "warmup_updates": W, "end_learning_rate": [0.0, 1e-4, ...], "power": [1.0, 2.0, 0.5, ...]},
    P + "cosine": {"arg:lr": LR, "max_update": [100, 300, 650], "warmup_updates": W, "warmup_init_lr": [-1, 0.0, 1e-5, ...], "min_lr": [0.0, 1e-4, ...],
                   "t_mult": [1, 2, 1.5, ...], "lr_period_updates": [-1, 100, 33, ...], "lr_shrink": [0.1, 0.5, 1.0, ...]},
    P + "tri_stage": {"arg:lr": LR, "warmup_steps": [0, 1, 50, ...], "hold_steps": [0, 100, ...], "decay_steps": [1, 200, ...], "init_lr_scale": [0.01, 1.0, 0.0, ...],
                      "final_lr_scale": [0.01, 0.5, ...], "phase_ratio": [..., ..., "(0.1, 0.4, 0.5)", "(0.3, 0.3, 0.4)"], "max_update": [100, 300, 650]},
    P + "triangular": {"arg:lr": LR, "max_lr": [0.5, 0.01], "lr_period_updates": [100, 33, 650, ...], "lr_shrink": [0.1, 0.5, 1.0, ...], "shrink_min": [True, False, ...]},
    P + "fixed": {"arg:lr": LR, "warmup_updates": W, "lr_shrink": [0.1, 0.5, ...], "force_anneal": [None, 1, 2, ...], "updates_per_epoch": [10, 25]},
    P + "step": {"arg:lr": LR, "warmup_updates": W, "warmup_init_lr": [-1, 0.0, 1e-4, ...], "lr_deacy_period": [1, 50, 200, ...], "lr_decay": [0.5, 0.1, 1.0, ...], "min_lr": [0.0, 1e-4]},
    P + "reduce_lr_on_plateau": {"arg:lr": LR, "val_losses": losses, "updates_per_epoch": [10, 25], "lr_shrink": [0.1, 0.5, ...], "lr_threshold": [1e-4, 0.05, ...],
                                 "lr_patience": [0, 1, 3, ...], "warmup_updates": W, "warmup_init_lr": [-1, 1e-4, ...]},
}

main("fairseq", run, RANDOM)
