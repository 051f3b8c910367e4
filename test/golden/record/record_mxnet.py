"""MXNet's schedulers. Python: 3.8
Pins: mxnet==1.9.1 numpy<1.24
"""
import mxnet as mx

from record_common import main, walk


def run(case):
    """Asked for every number of updates in order, for they remember how far they are."""
    def start():
        scheduler = getattr(mx.lr_scheduler, case["callable"].rsplit(".", 1)[-1])(**case["args"])
        now = [0]

        def rate():
            return scheduler(now[0])

        def advance(k):
            now[0] = k + 1
            scheduler(k + 1)

        return rate, advance

    return walk(case, start)


WARM = {"base_lr": [0.1, 0.5, ...], "warmup_steps": [0, 1, 10, 100, ...], "warmup_begin_lr": [0, 0.01, ...], "warmup_mode": ["linear", "constant", ..., "cubic"]}
P = "mx.lr_scheduler."
RANDOM = {
    P + "FactorScheduler": dict(WARM, step=[1, 20, 250, 0], factor=[0.5, 0.9, 1.0, 1.5, ...], stop_factor_lr=[1e-8, 0.01, ...]),
    P + "MultiFactorScheduler": dict(WARM, step=[[30, 80], [100], [10, 10], [80, 30], []], factor=[0.1, 0.5, 1.0, ...]),
    P + "PolyScheduler": dict(WARM, max_update=[100, 333, 1000, 5], pwr=[1, 2, 3, ...], final_lr=[0, 0.01, ...]),
    P + "CosineScheduler": dict(WARM, max_update=[100, 333, 1000, 5], final_lr=[0, 0.01, ...]),
}

main("mxnet", run, RANDOM)
