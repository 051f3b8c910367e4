"""TensorFlow Addons' cyclical rates. Pins: tensorflow-cpu==2.15.1 tensorflow-addons==0.23.0 numpy<2"""
import math
import os
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")
import tensorflow as tf
import tensorflow_addons as tfa

from record_common import each, main


def run(case):
    """The step as a float32, which the library's own tests pass."""
    args = {k: eval(v["$expr"], {"math": math, "tf": tf}) if isinstance(v, dict) else v for k, v in case["args"].items()}
    schedule = getattr(tfa.optimizers, case["callable"].rsplit(".", 1)[-1])(**args)
    return each(case, lambda step: schedule(tf.constant(step, tf.float32)))


main("tfa", run)
