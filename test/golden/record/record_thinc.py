"""thinc's schedules. Pins: thinc==9.1.1"""
import thinc.schedules

from record_common import argument, each, main


def named(name):
    return getattr(thinc.schedules, name.rsplit(".", 1)[-1])


def run(case):
    """A plateau's schedule is told the score of each step; the others answer any step."""
    schedule = named(case["callable"])(**{k: argument(v, named) for k, v in case["args"].items()})
    if "metrics" in case:
        return each(case, lambda step: schedule(step=step, last_score=(step, float(case["metrics"][step]))))
    return each(case, lambda step: schedule(step=step))


P = "thinc.schedules."
RANDOM = {
    P + "constant": {"rate": [0.1, 0.0]},
    P + "decaying": {"base_rate": [0.1, 1e-3], "decay": [0.0, 1e-4, 0.01, 1.0], "t": [0.0, 5.0, ...]},
    P + "compounding": {"start": [1.0, 0.1, 4.0], "stop": [10.0, 0.01, 32.0], "compound": [1.001, 1.5, 0.9, 1.0], "t": [0.0, 5.0, ...]},
    P + "slanted_triangular": {"max_rate": [0.1, 1e-3], "num_steps": [100, 333, 650], "cut_frac": [0.1, 0.5, 0.013, ...], "ratio": [32, 10, 1, ...], "t": [0.0, 5.0, ...]},
    P + "warmup_linear": {"initial_rate": [0.1, 5e-5], "warmup_steps": [0, 1, 50, 300], "total_steps": [100, 300, 650, 1000]},
    P + "cyclic_triangular": {"min_lr": [0.001, 0.0], "max_lr": [0.006, 0.1], "period": [1, 10, 33, 100]},
}

main("thinc", run, RANDOM)
