"""DeepSpeed's schedulers. Pins: torch==2.15.0 numpy
Sources: deepspeed==0.19.8
"""
import logging
import types

from record_common import main, source
from record_torch import LRS
from torch_common import run_stepped

library = source("deepspeed-0.19.8", "deepspeed/runtime/lr_schedules.py", deepspeed__utils=types.SimpleNamespace(logger=logging.getLogger("deepspeed")))
logging.disable(logging.CRITICAL)


def run(case):
    """The momentum is one of Adam's betas: SGD has none that OneCycle could move."""
    function = getattr(library, case["callable"].rsplit(".", 1)[-1])
    return run_stepped(case, lambda optimizer: function(optimizer, **case["args"]))


T = [1, 5, 40, 100, 300, 600, 1000, 0]
W = [1, 2, 3, 10, 50, 100, 300, 0, 2.5, 1000]
TYPES = ["log", "linear", ..., "cosine"]
P = "deepspeed.runtime.lr_schedules."
RANDOM = {
    P + "WarmupLR": {"lr": LRS, "optimizer": ["Adam", "SGD"], "warmup_min_lr": [0.0, 1e-5, 0.5, ...], "warmup_max_lr": [1e-3, 0.1, None, ...],
                     "warmup_num_steps": W, "warmup_type": TYPES},
    P + "WarmupDecayLR": {"lr": LRS, "total_num_steps": T, "warmup_min_lr": [0.0, 1e-5, 0.5, ...], "warmup_max_lr": [1e-3, 0.1, ...],
                          "warmup_num_steps": W, "warmup_type": TYPES},
    P + "WarmupCosineLR": {"lr": LRS, "total_num_steps": T, "warmup_min_ratio": [0.0, 0.1, ...], "cos_min_ratio": [0.0, 0.1, 1e-4, ...],
                           "warmup_num_steps": W, "warmup_type": TYPES},
    P + "LRRangeTest": {"lr": LRS, "lr_range_test_min_lr": [1e-3, 1e-5, ...], "lr_range_test_step_size": [1, 10, 33, 200, 0, 2.5, ...],
                        "lr_range_test_step_rate": [1.0, 5, 0.1, 0, ...], "lr_range_test_staircase": [True, False, ...]},
    P + "OneCycle": {
        "lr": LRS, "optimizer": ["Adam", "AdamW", "SGD"], "cycle_min_lr": [1e-4, 0.001], "cycle_max_lr": [0.1, 0.01], "decay_lr_rate": [0.0, 0.5, 0.001, ...],
        "cycle_first_step_size": [1, 10, 33, 100, 0, ...], "cycle_second_step_size": [None, 0, 1, 20, 300, ...],
        "cycle_first_stair_count": [0, 1, 3, 5, 10, ...], "cycle_second_stair_count": [None, 0, 4, 7, ...], "decay_step_size": [0, 1, 20, 50, ...],
        "cycle_momentum": [True, False, ...], "cycle_min_mom": [0.8, 0.7, ...], "cycle_max_mom": [0.9, 0.99, ...], "decay_mom_rate": [0.0, 0.001, ...]},
}

if __name__ == "__main__":
    main("deepspeed", run, RANDOM)
