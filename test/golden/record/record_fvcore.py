"""fvcore's schedulers of the share of the run, and what Detectron2 builds of them. Pins: torch==2.15.0 numpy fvcore==0.1.5.post20221221 yacs
Sources: github:facebookresearch/detectron2@02b5c4e295e990042a714712c21dc79b731e8833:detectron2/solver/lr_scheduler.py github:facebookresearch/detectron2@02b5c4e295e990042a714712c21dc79b731e8833:detectron2/solver/build.py github:facebookresearch/detectron2@02b5c4e295e990042a714712c21dc79b731e8833:detectron2/config/defaults.py github:facebookresearch/detectron2@02b5c4e295e990042a714712c21dc79b731e8833:projects/DeepLab/deeplab/lr_scheduler.py
"""
import logging
import types

import fvcore.common.param_scheduler as library
from fvcore.common.config import CfgNode

from record_common import each, failure, function_of, main, source
from torch_common import run_stepped

DETECTRON = "facebookresearch-detectron2-02b5c4e295e990042a714712c21dc79b731e8833"
logging.disable(logging.CRITICAL)
solver = source(DETECTRON, "detectron2/solver/lr_scheduler.py")
deeplab = source(DETECTRON, "projects/DeepLab/deeplab/lr_scheduler.py")
defaults = source(DETECTRON, "detectron2/config/defaults.py", detectron2__config__config=types.SimpleNamespace(CfgNode=CfgNode))
NAMES = {**vars(library), **vars(solver)}
build = function_of(DETECTRON, "detectron2/solver/build.py", "build_lr_scheduler", **NAMES)


def value(v):
    return eval(v, dict(NAMES)) if isinstance(v, str) and "(" in v else v


def run(case):
    """A scheduler of the share of the run is asked at k / total; a configuration's keys stand in the library's defaults."""
    name, args = case["callable"], {k: value(v) for k, v in case["args"].items()}
    if name.startswith("detectron2.solver.build_lr_scheduler"):
        def built(optimizer):
            cfg = defaults._C.clone()
            for key, setting in {"BASE_LR": case["base_lr"], **args}.items():
                cfg.SOLVER[key] = setting
            return build(cfg, optimizer)
        return run_stepped(case, built)
    made = getattr(deeplab, name.rsplit(".", 1)[-1], None) or NAMES[name.rsplit(".", 1)[-1]]
    if "total" not in args:
        return run_stepped(case, lambda optimizer: made(optimizer, **args))
    total = args.pop("total")
    try:
        scheduler = made(**args)
    except Exception as error:
        return {"steps": [], "values": [], "error": failure(error)}
    return each(case, lambda k: scheduler(k / total))


TOTAL = {"total": [100, 300, 700]}
N = [100, 300, 700, 50]
INNER = ["CosineParamScheduler(0.1, 0.0001)", "LinearParamScheduler(1.0, 0.0)", "PolynomialDecayParamScheduler(0.5, 0.9)", "ExponentialParamScheduler(1.0, 0.01)",
         "ConstantParamScheduler(0.3)", "MultiStepParamScheduler([1, 0.1, 0.01], milestones=[30, 80], num_updates=100)", "StepParamScheduler(100, [1, 0.5, 0.1])"]
F, D = "fvcore.common.param_scheduler.", "detectron2."
OLD = {"lr": [0.1, 0.02], "warmup_factor": [0.001, 0.333, 1.0, 0.0, ...], "warmup_iters": [0, 1, 50, 300, ...], "warmup_method": ["linear", "constant", ..., "exp"]}
CFG = {"lr": [0.1, 0.02], "MAX_ITER": [100, 300, 700], "WARMUP_ITERS": [0, 1, 30, 400, 1000], "WARMUP_FACTOR": [0.001, 0.5, 0.0, ...],
       "WARMUP_METHOD": ["linear", "constant", ...], "RESCALE_INTERVAL": [True, False, ..., ...]}
RANDOM = {
    F + "ConstantParamScheduler": {"value": [0.1, 0.0], **TOTAL},
    F + "CosineParamScheduler": {"start_value": [0.1, 0.0], "end_value": [1e-4, 0.5], **TOTAL},
    F + "LinearParamScheduler": {"start_value": [0.1, 0.0], "end_value": [1e-4, 0.5], **TOTAL},
    F + "ExponentialParamScheduler": {"start_value": [0.1, 2.0], "decay": [0.01, 0.5, 1.0], **TOTAL},
    F + "PolynomialDecayParamScheduler": {"base_value": [0.1, 2.0], "power": [0.9, 2, 0.5, 0], **TOTAL},
    F + "MultiStepParamScheduler": {"values": [[1, 0.1, 0.01], [1, 0.5], [0.3]], "num_updates": [100, 300, None, ...],
                                    "milestones": [[30, 80], [50], [], [80, 30], None, ...], **TOTAL},
    F + "StepParamScheduler": {"num_updates": N, "values": [[1, 0.1, 0.01], [0.5], [1, 0.9, 0.8, 0.7, 0.6]], **TOTAL},
    F + "StepWithFixedGammaParamScheduler": {"base_value": [0.1], "num_decays": [1, 3, 7, 0], "gamma": [0.1, 0.5, 0.9], "num_updates": N, **TOTAL},
    F + "CompositeParamScheduler": {
        "schedulers": lambda c: "[" + ", ".join(c.choice(INNER) for _ in range(2)) + "]", "lengths": [[0.1, 0.9], [0.5, 0.5], [0.33, 0.67], [0.0, 1.0]],
        "interval_scaling": [["rescaled", "rescaled"], ["fixed", "fixed"], ["rescaled", "fixed"], ["fixed", "rescaled"]], **TOTAL},
    D + "solver.WarmupParamScheduler": {"scheduler": INNER, "warmup_factor": [0.001, 0.3, 0.0, 1.0], "warmup_length": [0.0, 0.1, 0.5, 1.0],
                                        "warmup_method": ["linear", "constant", ...], "rescale_interval": [True, False, ...], **TOTAL},
    D + "solver.lr_scheduler.WarmupMultiStepLR": {"milestones": [[30, 80], [200], [], [90, 20]], "gamma": [0.1, 0.5, ...], **OLD},
    D + "solver.lr_scheduler.WarmupCosineLR": {"max_iters": [100, 300, 700], **OLD},
    D + "projects.deeplab.WarmupPolyLR": {"max_iters": [100, 300, 700, 1000], "power": [0.9, 2.0, 1.0, 0.5, ...], "constant_ending": [0.0, 0.1, 0.9, ...], **OLD},
    D + "solver.build_lr_scheduler:WarmupMultiStepLR": {"LR_SCHEDULER_NAME": ["WarmupMultiStepLR"], "STEPS": [[30, 80], [200], [500, 600], []], "GAMMA": [0.1, 0.5, ...], **CFG},
    D + "solver.build_lr_scheduler:WarmupCosineLR": {"LR_SCHEDULER_NAME": ["WarmupCosineLR"], "BASE_LR_END": [0.0, 0.001, ..., 0.5], **CFG},
    D + "solver.build_lr_scheduler:WarmupStepWithFixedGammaLR": {"LR_SCHEDULER_NAME": ["WarmupStepWithFixedGammaLR"], "NUM_DECAYS": [1, 3, 7, ...], "GAMMA": [0.1, 0.5, ...], **CFG},
}

main("fvcore", run, RANDOM)
