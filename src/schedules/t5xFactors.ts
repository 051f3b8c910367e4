import type { Curve } from "../engine/curve.js";
import { decay, halfCosine, segments, warmup } from "../engine/segments.js";
import { earliest, everyPeriod } from "../engine/shapes.js";
import { factor, integer, lr, steps, word } from "./define.js";
import { refuse } from "./refuse.js";

/** T5X's `create_learning_rate_scheduler`: factors that multiply. */
export const multifactorParams = {
  factors: word("product of the factors, joined by *", { default: "constant * linear_warmup * rsqrt_decay" }),
  base_learning_rate: lr("the constant factor", { default: 0.5 }),
  warmup_steps: 1000,
  decay_factor: factor("factor of decay_every and linear_decay", { default: 0.5 }),
  steps_per_decay: steps("steps between drops (decay_every)", { default: 20000 }),
  steps_per_cycle: steps("steps of a cosine cycle", { default: 100000 }),
  step_offset: integer("subtracted from the step", { default: 0 }),
  min_learning_rate: lr("floor", { default: 1e-8 }),
};
type Multifactor = {
  readonly [Name in keyof typeof multifactorParams]: Name extends "factors" ? string : number;
};

/** max(min_learning_rate, the factors' product in the order written), each a function of the step less step_offset. */
export function multifactor(a: Multifactor): Curve {
  const { base_learning_rate: base, warmup_steps: W, steps_per_decay, steps_per_cycle } = a;
  const f: Readonly<Record<string, (t: number) => number>> = {
    constant: () => base,
    linear_warmup: (t) => Math.min(1, t / W),
    linear_decay: (t) => base * Math.min(t / W, 1 + a.decay_factor * (W - t)),
    rsqrt_decay: (t) => 1 / Math.sqrt(Math.max(t, W)),
    rsqrt_normalized_decay: (t) => Math.sqrt(W) / Math.sqrt(Math.max(t, W)),
    decay_every: (t) => a.decay_factor ** Math.floor(t / steps_per_decay),
    cosine_decay: (t) => Math.max(0, halfCosine((Math.max(0, t - W) / steps_per_cycle) % 1)),
  };
  const names = a.factors.split("*").map((name) => name.trim());
  for (const name of names) refuse(!(name in f), `ValueError: Unknown factor ${name}.`);
  const product = (t: number) => names.reduce((x, name) => x * f[name]!(t), 1);
  const rate = (t: number) => Math.max(a.min_learning_rate, product(Math.max(0, t - a.step_offset)));
  const breaks = earliest(
    ...(names.includes("decay_every") ? [everyPeriod(steps_per_decay, a.step_offset)] : []),
    ...(names.includes("cosine_decay") ? [everyPeriod(steps_per_cycle, W + a.step_offset)] : []),
  );
  return segments(warmup(W + a.step_offset, rate, breaks), decay(Infinity, rate, breaks));
}
