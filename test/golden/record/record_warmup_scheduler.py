"""The gradual warm-up of the package warmup-scheduler. Pins: torch==2.15.0 numpy warmup-scheduler==0.3"""
from warmup_scheduler import GradualWarmupScheduler

from record_common import main
from torch_common import run_stepped, value_of


def run(case):
    def make(optimizer):
        # The other scheduler is made first, as where it is an argument.
        args = {name: value_of(value, optimizer) for name, value in case["args"].items()}
        return GradualWarmupScheduler(optimizer, **args)

    metrics = [float(m) for m in case.get("metrics", [])]
    step = (lambda scheduler, _: lambda k: scheduler.step(metrics=metrics[k])) if metrics else None
    return run_stepped(case, make, step)


if __name__ == "__main__":
    main("warmup_scheduler", run)
