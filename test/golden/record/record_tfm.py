"""TensorFlow Model Garden's schedules. Pins: tensorflow-cpu==2.21.0 tf_keras==2.21.0
Sources: tf-models-official==2.20.0
"""
import os
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")
import tensorflow as tf
import tf_keras

from record_common import argument, each, failure, main, source

library = source("tf-models-official-2.20.0", "official/modeling/optimization/lr_schedule.py")


def named(name):
    return getattr(tf_keras.optimizers.schedules if name.startswith("tf_keras.") else library, name.rsplit(".", 1)[-1])


def run(case):
    try:
        schedule = named(case["callable"])(**{k: argument(v, named) for k, v in case["args"].items()})
    except Exception as error:
        return {"steps": [], "values": [], "error": failure(error)}
    return each(case, lambda step: schedule(tf.constant(step, tf.int64)))


main("tfm", run)
