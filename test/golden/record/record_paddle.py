"""PaddlePaddle: the classes of paddle.optimizer.lr. Pins: paddlepaddle==3.3.1

The static-graph functions, once fluid.layers, no longer run there: with paddlepaddle==2.6.2 "numpy<2" installed the script
records them alone, and leaves the classes.
"""
import math

import paddle
from paddle.optimizer import lr

from record_common import failure, main, plain, walk


def argument(value):
    if isinstance(value, dict) and "$expr" in value:
        return eval(value["$expr"], {"math": math})
    if isinstance(value, dict) and "$call" in value:
        return named(value)(**{k: argument(v) for k, v in value["args"].items()})
    return value


def named(case):
    return getattr(lr, (case.get("$call") or case["callable"]).rsplit(".", 1)[1])


def run(case):
    if (".fluid." in case["callable"]) != paddle.__version__.startswith("2."):
        return {}
    args = {k: argument(v) for k, v in case["args"].items()}
    if ".fluid." in case["callable"]:
        return static(case, args)
    try:
        scheduler = named(case)(**args)
    except Exception as error:
        return {"steps": [], "values": [], "error": failure(error)}
    if "metrics" in case:
        values = []
        for metric in case["metrics"]:
            scheduler.step(float(metric))
            values.append(plain(scheduler()))
        return {"values": [values[s] for s in case["steps"]]}
    return walk(case, lambda: (scheduler, lambda _: scheduler.step()))


def static(case, args):
    """The variable's value at each run of the program: the counter grows by one per run."""
    paddle.enable_static()
    try:
        program, startup = paddle.static.Program(), paddle.static.Program()
        with paddle.static.program_guard(program, startup), paddle.utils.unique_name.guard():
            rate = named(case)(**args)
        executor = paddle.static.Executor(paddle.CPUPlace())
        with paddle.static.scope_guard(paddle.static.Scope()):
            executor.run(startup)
            values = [plain(executor.run(program, fetch_list=[rate])[0].item()) for _ in range(max(case["steps"]) + 1)]
        return {"values": [values[s] for s in case["steps"]]}
    finally:
        paddle.disable_static()


main("paddle", run)
