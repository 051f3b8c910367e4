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


main("nemo", run)
