"""TensorFlow 1's decays, Keras 3, Keras 2. Pins: tensorflow-cpu==2.21.0 keras==3.15.1 tf_keras==2.21.0

python record_tensorflow.py [tf1] [keras] [keras2]   (all three when none is named)
"""
import math
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy
import tensorflow as tf
import tf_keras

from record_common import failure, main, plain

tf1 = tf.compat.v1
NAMES = {"keras": keras, "tf_keras": tf_keras, "math": math}


def argument(value):
    """An argument as the library takes it: tagged ones from their source text or their call."""
    if isinstance(value, dict) and "$expr" in value:
        return eval(value["$expr"], dict(NAMES))
    if isinstance(value, dict) and "$call" in value:
        return named(value["$call"])(**{k: argument(v) for k, v in value["args"].items()})
    return value


def named(path):
    module, *rest = path.split(".")
    found = NAMES[module]
    for name in rest:
        found = getattr(found, name)
    return found


def graph(case):
    """A session's value for each step, the step fed as an int64 (a float where the boundaries are floats)."""
    function = getattr(tf1.train, case["callable"].rsplit(".", 1)[1])
    args = {k: argument(v) for k, v in case["args"].items()}
    floats = any(isinstance(b, float) for b in args.get("boundaries", []))
    with tf1.Graph().as_default(), tf1.Session() as session:
        step = tf1.placeholder(tf.float32 if floats else tf.int64, [])
        rate = function(**{"x" if "boundaries" in args else "global_step": step}, **args)
        return {"values": [plain(session.run(rate, {step: s})) for s in case["steps"]]}


class Model:
    """As much of a model as a callback asks for."""

    def __init__(self, optimizer):
        self.optimizer, self.metrics = optimizer, []


def callback(case, library):
    args = {k: argument(v) for k, v in case["args"].items()}
    optimizer = keras.optimizers.SGD if library == "keras" else tf_keras.optimizers.legacy.SGD
    model = Model(optimizer(case["initial_lr"]))
    called = named(case["callable"])(**args)
    called.set_model(model)
    called.on_train_begin()
    metrics = [float(m) for m in case.get("metrics", [])]
    values = []
    for epoch in range(max(case["steps"]) + 1):
        called.on_epoch_begin(epoch)
        if metrics:
            called.on_epoch_end(epoch, {args.get("monitor", "val_loss"): metrics[epoch]})
        values.append(plain(numpy.array(model.optimizer.learning_rate)))
    return {"values": [values[s] for s in case["steps"]]}


def optimizer(case):
    built = named(case["callable"])(**case["args"])
    if case["callable"].startswith("keras."):
        return {"values": [plain(built.learning_rate)] * len(case["steps"])}
    values = []
    for step in case["steps"]:
        built.iterations.assign(step)
        values.append(plain(built._decayed_lr(tf.float32)))
    return {"values": values}


def kind(library):
    def run(case):
        if library == "tf1":
            return graph(case)
        if ".callbacks." in case["callable"]:
            return callback(case, library)
        if ".schedules." not in case["callable"]:
            return optimizer(case)
        try:
            schedule = named(case["callable"])(**{k: argument(v) for k, v in case["args"].items()})
        except Exception as error:
            return {"steps": [], "values": [], "error": failure(error)}
        return {"values": [plain(schedule(tf.constant(s, tf.int64))) for s in case["steps"]]}
    return run


main({library: kind(library) for library in ("tf1", "keras", "keras2")})
