"""MindSpore's cells, lists and schedulers. Pins: mindspore==2.10.0 numpy<2"""
import os
import warnings

os.environ["GLOG_v"] = "4"
warnings.filterwarnings("ignore")
import mindspore
import numpy
from mindspore import nn
from mindspore.experimental import optim

from record_common import argument, each, ended, failure, main, plain, walk

mindspore.set_context(mode=mindspore.PYNATIVE_MODE)


def rate_of(optimizer):
    rate = optimizer.param_groups[0]["lr"]
    return float(rate.asnumpy()) if hasattr(rate, "asnumpy") else float(rate)


def run(case):
    name, args = case["callable"].rsplit(".", 1)[-1], case["args"]
    if ".experimental." not in case["callable"]:
        try:
            made = getattr(nn, name)(**{k: argument(v, lambda n: getattr(nn, n.rsplit(".", 1)[-1])) for k, v in args.items()})
        except Exception as error:
            return {"steps": [], "values": [], "error": failure(error)}
        if isinstance(made, list):
            return each(case, lambda step: made[step])
        return each(case, lambda step: made(mindspore.Tensor(step, mindspore.int32)).asnumpy())
    optimizer = optim.SGD([mindspore.Parameter(mindspore.Tensor(numpy.zeros(1, numpy.float32)), name="w")], lr=case["initial_lr"])

    def named(callable_):
        return lambda **given: getattr(optim.lr_scheduler, callable_.rsplit(".", 1)[-1])(optimizer, **given)

    def start():
        return named(case["callable"])(**{k: argument(v, named) for k, v in args.items()})

    if "metrics" not in case:
        def stepped():
            scheduler = start()
            return (lambda: rate_of(optimizer)), (lambda _: scheduler.step())
        return walk(case, stepped)
    scheduler, values = start(), []
    for metric in case["metrics"]:
        scheduler.step(mindspore.Tensor(float(metric), mindspore.float32))
        values.append(plain(rate_of(optimizer)))
    return {"values": [values[s] for s in case["steps"]]}


main("mindspore", run)
