"""Language model: warm-up from zero, cosine down to a tenth of the peak (JAX with Optax)."""
import argparse

import optax

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=20_000)
parser.add_argument("--peak-lr", type=float, default=3e-4)
args = parser.parse_args()

schedule = optax.warmup_cosine_decay_schedule(
    init_value=0.0,
    peak_value=args.peak_lr,
    warmup_steps=int(0.05 * args.steps),
    decay_steps=args.steps,
    end_value=0.1 * args.peak_lr,
)
optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=0.1))
