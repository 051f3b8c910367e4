import type { Curve } from "../engine/curve.js";
import { PI32, divided32, f32, pow32 } from "../engine/float32.js";
import { changes } from "../engine/search.js";
import { decay, flat, segments, warmup } from "../engine/segments.js";
import { curve } from "../engine/shapes.js";
import { defineSchedule, factor, flag, lr, power, real, steps } from "./define.js";
import { cell, floats, counts, below } from "./mindsporeChecks.js";
import type { Given } from "./mindsporeChecks.js";

export const learning_rate = lr("rate at step 0", { min: 0, above: true });
export const decay_rate = factor("the rate is multiplied by this every decay_steps", { min: 0, above: true });
const decay_steps = steps("steps in which decay_rate takes effect once", { min: 1 });
export const is_stair = flag("drop once every decay_steps instead of smoothly", { default: false });
export const falling = [{ kind: "decay", from: 0, to: Infinity }] as const;

interface Decay extends Given {
  readonly learning_rate: number;
  readonly decay_rate: number;
  readonly decay_steps: number;
  readonly is_stair: boolean;
}
/** A rate of the quotient t / decay_steps in float32, floored when is_stair. */
function decaying(a: Decay, rate: (p: number, t: number) => number): Curve {
  counts(a, "decay_steps");
  floats(a, ["learning_rate", 0], ["decay_rate", 0]);
  const smooth = (t: number) => divided32(f32(t), a.decay_steps);
  const stairs = (t: number) => Math.floor(smooth(t));
  const p = a.is_stair ? stairs : smooth;
  return curve((t) => f32(rate(p(t), f32(t))), a.is_stair ? changes(stairs) : [], falling);
}

export const cells = [
  defineSchedule({
    ...cell("ExponentialDecayLR"),
    params: { learning_rate, decay_rate, decay_steps, is_stair },
    formula: "learning_rate · decay_rate^(t / decay_steps), the exponent floored when is_stair",
    compile: (a) => decaying(a, (p) => a.learning_rate * pow32(a.decay_rate, p)),
  }),
  defineSchedule({
    ...cell("NaturalExpDecayLR"),
    params: {
      learning_rate,
      decay_rate: real("decay per step", { min: 0, above: true }),
      decay_steps: steps("length of a stair; otherwise unused", { min: 1 }),
      is_stair,
    },
    formula: "learning_rate · e^(−decay_rate · t), with is_stair t cut to a multiple of decay_steps",
    quirks: ["decay_steps counts only with is_stair: the decay is per step, unlike TensorFlow's."],
    compile: (a) =>
      decaying(
        a,
        (p, t) => a.learning_rate * pow32(f32(Math.E), f32(-a.decay_rate * (a.is_stair ? f32(p * a.decay_steps) : t))),
      ),
  }),
  defineSchedule({
    ...cell("InverseDecayLR"),
    params: {
      learning_rate,
      decay_rate: real("share of the rate's inverse added every decay_steps", { min: 0, above: true }),
      decay_steps,
      is_stair,
    },
    formula: "learning_rate / (1 + decay_rate · t / decay_steps), the quotient floored when is_stair",
    compile: (a) => decaying(a, (p) => a.learning_rate / f32(1 + f32(a.decay_rate * p))),
  }),
  defineSchedule({
    ...cell("CosineDecayLR"),
    params: {
      min_lr: lr("lowest rate", { min: 0 }),
      max_lr: lr("highest rate"),
      decay_steps: steps("steps from the highest to the lowest", { min: 1 }),
    },
    formula: "min_lr + (max_lr − min_lr) · (1 + cos(π · min(t, T) / T)) / 2, T = decay_steps",
    quirks: ["min_lr comes first.", "Both rates must be written as floats."],
    compile(a) {
      floats(a, ["min_lr", 0, true], ["max_lr", 0]);
      counts(a, "decay_steps");
      below(a.min_lr, a.max_lr);
      const half = f32(0.5 * (a.max_lr - a.min_lr));
      const value = (t: number) => {
        const p = f32(f32(Math.min(t, a.decay_steps) / a.decay_steps) + 0.5);
        return f32(a.min_lr + f32(half * f32(1 + f32(Math.sin(f32(PI32 * p))))));
      };
      return segments(decay(a.decay_steps, value), flat(Infinity, value(a.decay_steps)));
    },
  }),
  defineSchedule({
    ...cell("PolynomialDecayLR"),
    params: {
      learning_rate,
      end_learning_rate: lr("rate at the end of the decay", { min: 0 }),
      decay_steps: steps("steps of the decay", { min: 1 }),
      power: power("1 is linear", { min: 0, above: true }),
      update_decay_steps: flag("start over with a longer period when decay_steps is over", { default: false }),
    },
    formula:
      "(learning_rate − end_learning_rate) · (1 − min(t, T) / T)^power + end_learning_rate, T = decay_steps (with update_decay_steps: · ⌈t / decay_steps⌉)",
    quirks: ["end_learning_rate and power have no defaults.", "All rates and power must be written as floats."],
    compile(a) {
      floats(a, ["learning_rate", 0], ["end_learning_rate", 0, true], ["power", 0]);
      counts(a, "decay_steps");
      const { decay_steps: T, end_learning_rate: end } = a;
      const span = f32(a.learning_rate - end);
      const value = (p: number) => f32(f32(span * pow32(f32(1 - p), a.power)) + end);
      const turn = (t: number) => Math.max(Math.ceil(f32(f32(t) / T)), 1);
      if (a.update_decay_steps)
        return curve((t) => value(f32(f32(t) / f32(T * turn(t)))), changes(turn), [
          { kind: "cycle", from: 0, to: Infinity },
        ]);
      return segments(
        decay(T, (t) => value(f32(f32(t) / T))),
        flat(Infinity, value(1)),
      );
    },
  }),
  defineSchedule({
    ...cell("WarmUpLR"),
    params: {
      learning_rate: lr("rate after the warm-up", { min: 0 }),
      warmup_steps: steps("steps of the warm-up", { min: 1 }),
    },
    formula: "learning_rate · min(t, warmup_steps) / warmup_steps",
    quirks: ["The first update has rate 0."],
    compile(a) {
      floats(a, ["learning_rate", 0, true]);
      counts(a, "warmup_steps");
      const W = a.warmup_steps;
      return segments(
        warmup(W, (t) => f32(a.learning_rate * divided32(t, W))),
        flat(Infinity, a.learning_rate),
      );
    },
  }),
];
