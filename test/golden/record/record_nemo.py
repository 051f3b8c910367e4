"""NeMo's schedulers. Pins: torch==2.15.0 numpy omegaconf
Sources: nemo-toolkit==3.0.0
"""
import logging
import types

from record_common import main, source
from torch_common import run_stepped

library = source("nemo-toolkit-3.0.0", "nemo/core/optim/lr_scheduler.py", nemo__core__classes__common=None, nemo__core__config__schedulers=None,
                 nemo__utils=types.SimpleNamespace(logging=logging), nemo__utils__model_utils=None)


def run(case):
    made = getattr(library, case["callable"].rsplit(".", 1)[-1])
    return run_stepped(case, lambda optimizer: made(optimizer, **case["args"]))


LRS = [0.1, 0.01, 1e-3, 5e-4]
WARM = {"warmup_steps": [0, 1, 10, 100, 300, ..., ...], "warmup_ratio": [..., ..., ..., 0.1, 0.5], "max_steps": [1, 50, 200, 600, 1000], "min_lr": [0.0, 1e-5, 1e-3, 0.02, ...]}
HOLD = {**WARM, "constant_steps": [0, 20, 100, ..., ...], "constant_ratio": [..., ..., ..., 0.1, 0.3]}
HELD = {**WARM, "hold_steps": [0, 20, 100, ..., ...], "hold_ratio": [..., ..., ..., 0.1, 0.3]}
P = "nemo.core.optim.lr_scheduler."
RANDOM = {P + name: {"lr": LRS, "optimizer": ["SGD", "AdamW"], **ranges} for name, ranges in {
    "SquareAnnealing": WARM, "SquareRootAnnealing": WARM, "WarmupAnnealing": WARM, "InverseSquareRootAnnealing": WARM, "WarmupPolicy": WARM,
    "CosineAnnealing": HOLD, "WarmupAnnealHoldPolicy": HOLD, "WarmupHoldPolicy": HELD, "WarmupHoldAnnealLinear": HELD,
    "WarmupHoldAnnealOneMinusSquareRoot": HELD,
    "PolynomialDecayAnnealing": {**WARM, "power": [1.0, 2.0, 0.5, 0.0, ...], "cycle": [True, False, ...]},
    "PolynomialHoldDecayAnnealing": {**HELD, "power": [1.0, 2.0, 0.5, ...], "cycle": [True, False, ...]},
    "NoamAnnealing": {**WARM, "d_model": [1, 256, 512]},
    "NoamHoldAnnealing": {**HELD, "decay_rate": [0.5, 1.0, 0.2, ...]},
    "SquareRootConstantPolicy": {"constant_steps": [1, 20, 100, 700, 0, ...], "constant_ratio": [..., ..., 0.1], "max_steps": [50, 300, 900], "min_lr": [0.0, 1e-3, ...]},
    "T5InverseSquareRootAnnealing": {"constant_steps": [1, 20, 100, 700, 0, ...], "constant_ratio": [..., ..., 0.1], "max_steps": [50, 300, 900], "min_lr": [0.0, 1e-3, ...]},
}.items()}

main("nemo", run, RANDOM)
