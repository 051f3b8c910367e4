"""fastai's annealing functions, and the rates that a learner's batches get. Pins: torch==2.15.0 fastai==2.8.12"""
import warnings

warnings.filterwarnings("ignore")
import fastai.callback.schedule as library
import torch
from fastai.basics import Callback, DataLoader, DataLoaders, Learner
from fastai.losses import MSELossFlat

from record_common import each, main, plain


def value(v):
    if isinstance(v, list):
        return [value(x) for x in v]
    if isinstance(v, dict) and "$call" in v:
        return getattr(library, v["$call"])(**v["args"])
    return v


class Rates(Callback):
    """The last group's rate and momentum at each update."""

    def __init__(self):
        self.seen = []

    def before_step(self):
        self.seen.append(dict(self.opt.hypers[-1]))


def run(case):
    """The functions are asked at step / 1000; a method trains a learner of two layers on n_iter batches an epoch."""
    name, args = case["callable"].rsplit(".", 1)[-1], {k: value(v) for k, v in case["args"].items()}
    if ".Learner." not in case["callable"]:
        anneal = getattr(library, name)(**args)
        return each(case, lambda step: anneal(step / 1000))
    rates = Rates()
    data = [(torch.zeros(1), torch.zeros(1)) for _ in range(case["n_iter"])]
    loader = DataLoader(data, bs=1, num_workers=0, pin_memory=False)
    model = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Linear(1, 1))
    learner = Learner(DataLoaders(loader, loader, device=torch.device("cpu")), model, loss_func=MSELossFlat(), cbs=[rates],
                      splitter=lambda m: [list(m[0].parameters()), list(m[1].parameters())])
    with learner.no_bar(), learner.no_logging():
        getattr(learner, name)(**args)
    found = {"values": [plain(rates.seen[s]["lr"]) for s in case["steps"]]}
    return {**found, "momenta": [plain(rates.seen[s]["mom"]) for s in case["steps"]]} if "momenta" in case else found


main("fastai", run)
