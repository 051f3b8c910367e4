"""Trax' schedules, with numpy in place of its JAX: float64. Pins: numpy
Sources: trax==1.4.1
"""
import types

import numpy

from record_common import each, main, source

library = source("trax-1.4.1", "trax/supervised/lr_schedules.py", gin=None, trax__fastmath=types.SimpleNamespace(numpy=numpy))


def run(case):
    return each(case, getattr(library, case["callable"].rsplit(".", 1)[-1])(**case["args"]))


main("trax", run)
