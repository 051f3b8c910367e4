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


main("chainer", run)
