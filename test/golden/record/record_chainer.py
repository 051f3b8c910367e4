"""Chainer's extensions that shift an optimizer's attribute. Python: 3.8
First: setuptools<58 wheel numpy<1.24
Pins: chainer==7.8.1
"""
import types

from chainer.training import extensions

from record_common import main, walk


def run(case):
    """The attribute after initialize() and as many calls; without init it is what the optimizer has."""
    args = {k: tuple(v) if k.endswith("_range") else v for k, v in case["args"].items()}
    optimizer = types.SimpleNamespace(**{args["attr"]: case.get("initial_lr", 0.0)})
    updater = types.SimpleNamespace(get_optimizer=lambda _: optimizer)
    trainer = types.SimpleNamespace(updater=updater)

    def start():
        extension = getattr(extensions, case["callable"].rsplit(".", 1)[-1])(**args, optimizer=optimizer)
        extension.initialize(trainer)
        return (lambda: getattr(optimizer, args["attr"])), (lambda _: extension(trainer))

    return walk(case, start)


INIT = {"attr": ["lr"], "init": [0.1, 1.0, 1e-3, ...], "initial_lr": [0.1]}
P = "chainer.training.extensions."
RANDOM = {
    P + "ExponentialShift": dict(INIT, rate=[0.95, 0.5, 1.0, 1.01], target=[..., ..., 0.01, 0.5]),
    P + "InverseShift": dict(INIT, gamma=[0.1, 1e-3, 1.0], power=[1.0, 0.5, 2.0], target=[..., ..., 0.01]),
    P + "LinearShift": {"attr": ["lr"], "value_range": [[0.1, 0.0], [0.0, 1.0], [0.3, 0.3]], "time_range": [[0, 100], [50, 333], [0, 1]], "initial_lr": [0.1]},
    P + "MultistepShift": {"attr": ["lr"], "gamma": [0.1, 0.5], "step_value": [[30, 60, 90], [5], [100, 400]], "init": [0.1, 1.0]},
    P + "PolynomialShift": dict(INIT, rate=[1.0, 0.5, 2.0], max_count=[100, 300, 1], target=[..., ..., 0.02]),
    P + "StepShift": dict(INIT, gamma=[0.1, 0.5, 1.0], step=[1, 30, 77], target=[..., ..., 0.01]),
    P + "WarmupShift": {"attr": ["lr"], "warmup_start": [0.0, 0.01], "warmup_iter": [1, 10, 200], "init": [0.1, 1.0]},
}

main("chainer", run, RANDOM)
