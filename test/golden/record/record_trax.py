"""Trax' schedules, with numpy in place of its JAX: float64. Pins: numpy
Sources: trax==1.4.1
"""
import types

import numpy

from record_common import each, main, source

library = source("trax-1.4.1", "trax/supervised/lr_schedules.py", gin=None, trax__fastmath=types.SimpleNamespace(numpy=numpy))


def run(case):
    return each(case, getattr(library, case["callable"].rsplit(".", 1)[-1])(**case["args"]))


P = "trax.lr."
RANDOM = {
    P + "constant": {"value": [0.1, 0.0]},
    P + "warmup": {"n_warmup_steps": [1, 10, 100, 1000], "max_value": [0.1, 1e-3]},
    P + "warmup_and_rsqrt_decay": {"n_warmup_steps": [1, 10, 100, 1000], "max_value": [0.1, 1e-3]},
    P + "multifactor": {"factors": ["constant * linear_warmup * rsqrt_decay", "constant * decay_every", "constant * linear_warmup * cosine_decay", "constant*rsqrt_hidden_size", ...],
                        "constant": [0.1, 1.0, ...], "warmup_steps": [1, 50, 400, ...], "decay_factor": [0.5, 0.9, ...], "steps_per_decay": [20, 100, ...],
                        "steps_per_cycle": [100, 333, ...]},
}

main("trax", run, RANDOM)
