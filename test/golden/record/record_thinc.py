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


main("thinc", run)
