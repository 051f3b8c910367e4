"""optax, jax.example_libraries.optimizers, flax.training. Pins: jax==0.10.2 optax==0.2.8 flax==0.12.8

python record_optax.py [optax] [jax] [flax]   (all three when none is named). Op by op, not compiled; 32 bits.
"""
import flax.training.lr_schedule
import jax
import jax.example_libraries.optimizers
import jax.numpy as jnp
import optax

from record_common import failure, main, plain

MODULES = {"optax": optax, "jax": jax, "flax": flax}


def argument(value):
    if isinstance(value, list):
        return [argument(v) for v in value]
    if not isinstance(value, dict):
        return value
    if "$dict" in value:
        return dict(value["$dict"])
    if "$call" in value:
        return named(value["$call"])(**{k: argument(v) for k, v in value["args"].items()})
    return value


def named(path):
    module, *rest = path.split(".")
    found = MODULES[module]
    for name in rest:
        found = getattr(found, name)
    return found


def run(case):
    try:
        built = named(case["callable"])(**{k: argument(v) for k, v in case["args"].items()})
    except Exception as error:
        return {"steps": [], "values": [], "error": failure(error)}
    if "metrics" not in case:
        return {"values": [plain(built(jnp.asarray(s, jnp.int32))) for s in case["steps"]]}
    state = built.init({"w": jnp.zeros(())})
    values = []
    for metric in case["metrics"]:
        _, state = built.update({"w": jnp.ones(())}, state, value=float(metric))
        values.append(plain(state.scale))
    return {"values": [values[s] for s in case["steps"]]}


main({library: run for library in MODULES})
