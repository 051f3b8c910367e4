"""Paddle 1's decays: fluid.layers in static graphs, fluid.dygraph called per update. Python: 3.7
Pins: paddlepaddle==1.8.5 protobuf<3.21 numpy
"""
import math

import paddle.fluid as fluid

from record_common import failure, main, plain, walk


def argument(value):
    if isinstance(value, dict) and "$call" in value:
        return named(value["$call"])(**{k: argument(v) for k, v in value["args"].items()})
    if isinstance(value, dict) and "$expr" in value:
        return eval(value["$expr"], {"math": math})
    return value


def named(callable_):
    _, _, module, name = callable_.split(".")
    return getattr(getattr(fluid, module), name)


def run(case):
    if ".fluid." not in case["callable"]:
        return None
    if ".dygraph." in case["callable"]:
        return dynamic(case)
    program, startup = fluid.Program(), fluid.Program()
    with fluid.program_guard(program, startup), fluid.unique_name.guard():
        rate = named(case["callable"])(**{k: argument(v) for k, v in case["args"].items()})
    executor = fluid.Executor(fluid.CPUPlace())
    with fluid.scope_guard(fluid.Scope()):
        executor.run(startup)
        values = [plain(executor.run(program, fetch_list=[rate])[0].item()) for _ in range(max(case["steps"]) + 1)]
    return {"values": [values[s] for s in case["steps"]]}


def dynamic(case):
    """Every update calls the schedule once, which moves its counter on."""
    with fluid.dygraph.guard(fluid.CPUPlace()):
        def start():
            schedule = named(case["callable"])(**{k: argument(v) for k, v in case["args"].items()})
            called = []

            def rate():
                if not called:
                    called.append(schedule().numpy().item())
                return called[0]

            def advance(_):
                rate()
                called.clear()

            return rate, advance

        return walk(case, start)


main("paddle", run)
