"""Diffusers' schedules. Pins: torch==2.15.0 numpy diffusers==0.42.1"""
import diffusers.optimization as library

from record_common import main
from record_torch import COUNTS, LRS
from torch_common import run_stepped


def run(case):
    function = getattr(library, case["callable"].rsplit(".", 1)[-1])
    args = dict(case["args"])

    def make(optimizer):
        if "name" in args:
            return function(args["name"], optimizer, **{k: v for k, v in args.items() if k != "name"})
        return function(optimizer, **args)

    return run_stepped(case, make)


W = COUNTS + [2.5, 62.5]
T = [1, 5, 40, 100, 300, 600, 1000, 0]
RULES = ["1:10,0.1:20,0.01:30,0.005", "0.5", "1:100,0.1:50,2", "1:5,0.3:5,0.1", "1:0,0.5", "1,2:3", "a:1,2", "1:2.5,1", " 1 : 10 , 0.5 "]
P = "diffusers.optimization.get_"
RANDOM = {
    P + "constant_schedule_with_warmup": {"lr": LRS, "num_warmup_steps": W},
    P + "linear_schedule_with_warmup": {"lr": LRS, "num_warmup_steps": W, "num_training_steps": T, "f_min": [0.0, 0.1, ...], "f_max": [1.0, 2.0, ...]},
    P + "cosine_schedule_with_warmup": {"lr": LRS, "num_warmup_steps": W, "num_training_steps": T, "num_cycles": [0.5, 1, 2, 0.3, ...]},
    P + "cosine_with_hard_restarts_schedule_with_warmup": {"lr": LRS, "num_warmup_steps": W, "num_training_steps": T, "num_cycles": [1, 2, 3, 7, ...]},
    P + "polynomial_decay_schedule_with_warmup": {
        "lr": LRS, "num_warmup_steps": W, "num_training_steps": T, "lr_end": [1e-7, 0.0, 1e-4, ...], "power": [1.0, 2.0, 0.5, ...]},
    P + "piecewise_constant_schedule": {"lr": LRS, "step_rules": RULES},
    P + "scheduler": {
        "lr": LRS, "name": ["linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup", "piecewise_constant", "none"],
        "step_rules": RULES[:4] + [None, ...], "num_warmup_steps": W + [None, ...], "num_training_steps": T + [None, ...], "num_cycles": [1, 3, ...],
        "power": [1.0, 2.0, ...]},
}

if __name__ == "__main__":
    main("diffusers", run, RANDOM)
