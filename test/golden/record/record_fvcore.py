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


main("fvcore", run)
