"""torchtune, LitGPT, nanoGPT, Megatron. Pins: torch==2.15.0 numpy
Sources: torchtune==0.6.1 litgpt==0.5.13 megatron-core==0.16.1 github:karpathy/nanoGPT@3adf61e154c3fe3fca428ad6bc3818b27a3b8291:train.py github:NVIDIA/Megatron-LM@d98e8a64ddf34856e74b24714e3bedb2f5a39553:megatron/training/training.py
"""
import logging
import math
import types

import torch

from record_common import each, function_of, main, source
from torch_common import run_stepped

logging.disable(logging.CRITICAL)
NANO = "karpathy-nanoGPT-3adf61e154c3fe3fca428ad6bc3818b27a3b8291"
MEGATRON = "NVIDIA-Megatron-LM-d98e8a64ddf34856e74b24714e3bedb2f5a39553"
tune = source("torchtune-0.6.1", "torchtune/training/lr_schedulers.py", torchtune__training__memory=None)
megatron = source("megatron-core-0.16.1", "megatron/core/optimizer_param_scheduler.py",
                  megatron__core__utils=types.SimpleNamespace(log_single_rank=lambda *_: None))
pretrain = function_of("litgpt-0.5.13", "litgpt/pretrain.py", "get_lr", math=math)
finetune = function_of("litgpt-0.5.13", "litgpt/finetune/lora.py", "get_lr_scheduler", torch=torch)
# What Megatron's command line has where a flag is not written.
FLAGS = {"min_lr": 0.0, "lr_decay_style": "linear", "lr_decay_iters": None, "lr_decay_samples": None, "lr_warmup_iters": 0, "lr_warmup_samples": 0,
         "lr_warmup_fraction": None, "lr_warmup_init": 0.0, "lr_wsd_decay_style": "exponential", "lr_wsd_decay_iters": None, "lr_wsd_decay_samples": None,
         "train_iters": None, "train_samples": None, "start_weight_decay": 0.01, "end_weight_decay": 0.01, "weight_decay_incr_style": "constant",
         "use_checkpoint_opt_param_scheduler": False, "override_opt_param_scheduler": False}


def run(case):
    """Megatron's scheduler is stepped by the samples of an iteration."""
    name, args = case["callable"], dict(case["args"])
    if name == "litgpt.pretrain.get_lr":
        return each(case, lambda k: pretrain(it=k, **args))
    if name == "nanoGPT.train.get_lr":
        return each(case, function_of(NANO, "train.py", "get_lr", math=math, **args))
    if name.startswith("torchtune."):
        return run_stepped(case, lambda optimizer: tune.get_cosine_schedule_with_warmup(optimizer, **args))
    if name.startswith("litgpt.finetune."):
        return run_stepped(case, lambda optimizer: finetune(optimizer, **args))
    if name == "megatron:arguments":
        flags = types.SimpleNamespace(**{**FLAGS, **args})
        build = function_of(MEGATRON, "megatron/training/training.py", "get_optimizer_param_scheduler", get_args=lambda: flags,
                            update_train_iters=lambda _: None, OptimizerParamScheduler=megatron.OptimizerParamScheduler)
        return run_stepped(case, build, lambda scheduler, _: lambda k: scheduler.step(increment=flags.global_batch_size))
    increment = args.pop("increment")
    return run_stepped(case, lambda optimizer: megatron.OptimizerParamScheduler(optimizer, **args),
                       lambda scheduler, _: lambda k: scheduler.step(increment=increment))


MEGA = {"init_lr": [0.0, 1e-5], "max_lr": [1e-3, 3e-4], "min_lr": [0.0, 1e-5, 1e-4, 2e-3], "lr_warmup_steps": [0, 1, 50, 300, 320], "lr_decay_steps": [300, 500, 1000, 0],
        "start_wd": [0.01], "end_wd": [0.01], "wd_incr_steps": [500], "wd_incr_style": ["constant"], "increment": [1, 2, 7]}
FLAG = {"arg:lr": [1e-3, 3e-4], "min_lr": [0.0, 1e-5, ...], "lr_decay_style": ["cosine", "linear", "constant", "inverse-square-root", ...], "lr_warmup_init": [..., ..., 1e-6],
        "lr_warmup_fraction": [..., ..., 0.1, 0.013, None], "global_batch_size": [1, 8, 32]}
GET = {"learning_rate": [1e-3, 6e-4], "warmup_iters": [0, 1, 50, 300], "min_lr": [0.0, 1e-5, 6e-4]}
P = "megatron.core.optimizer_param_scheduler.OptimizerParamScheduler:"
RANDOM = {
    **{P + style: {**MEGA, "lr_decay_style": [style]} for style in ("cosine", "linear", "constant", "inverse-square-root")},
    P + "WSD": {**MEGA, "lr_decay_style": ["WSD"], "wsd_decay_steps": [1, 100, 300, 0], "lr_wsd_decay_style": ["linear", "cosine", "exponential", "minus_sqrt", "poly"]},
    "megatron:arguments": {**FLAG, "train_iters": [300, 650], "lr_warmup_iters": [0, 1, 50, ...], "lr_decay_iters": [200, 500, None, ...]},
    "torchtune.training.get_cosine_schedule_with_warmup": {"lr": [0.1, 3e-4], "num_warmup_steps": [0, 1, 50, 300], "num_training_steps": [100, 300, 650], "num_cycles": [0.5, 1.0, 2.5, ...]},
    "litgpt.pretrain.get_lr": {**GET, "max_iters": [50, 300, 650, 1000]},
    "nanoGPT.train.get_lr": {**GET, "lr_decay_iters": [50, 300, 650, 1000]},
    "litgpt.finetune.lora.get_lr_scheduler": {"lr": [0.1, 3e-4], "warmup_steps": [0, 1, 50, 300], "max_steps": [50, 300, 650]},
}

main("llm", run, RANDOM)
