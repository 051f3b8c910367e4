"""fastai 1's one-cycle scheduler, stepped as its learner does. Pins: torch==2.15.0 fastai==1.0.61 fastprogress<1.1"""
import types
import warnings

warnings.filterwarnings("ignore")
import numpy

# Names that numpy had when fastai 1 was written.
for old in (float, int, bool, object):
    if old.__name__ not in numpy.__dict__:
        setattr(numpy, old.__name__, old)
from fastai.basic_train import defaults
from fastai.callbacks.one_cycle import OneCycleScheduler

from record_common import main, plain, walk


class Learn(types.SimpleNamespace):
    """What the scheduler reads of a learner, which it refers to weakly."""


def run(case):
    """What `fit_one_cycle` hands to the scheduler; the rate and momentum of each batch are set after the batch before."""
    args = dict(case["args"])
    epochs, lr_max = args.pop("cyc_len"), args.pop("max_lr", defaults.lr)
    if isinstance(lr_max, slice):
        lr_max = lr_max.stop
    opt = types.SimpleNamespace(lr=None, mom=None)
    learn = Learn(data=types.SimpleNamespace(train_dl=range(case["n_iter"])), opt=opt)

    def start(read):
        scheduler = OneCycleScheduler(learn, lr_max, **args)
        scheduler.on_train_begin(n_epochs=epochs, epoch=0)
        return read, lambda _: scheduler.on_batch_end(True)

    found = walk(case, lambda: start(lambda: opt.lr))
    return {**found, "momenta": walk(case, lambda: start(lambda: opt.mom))["values"]} if "momenta" in case else found


main("fastai1", run)
