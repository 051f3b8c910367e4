"""PaddlePaddle: the classes of paddle.optimizer.lr. Pins: paddlepaddle==3.3.1 setuptools"""
import math

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
    if ".fluid." in case["callable"]:
        return None
    args = {k: argument(v) for k, v in case["args"].items()}
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


main("paddle", run)
