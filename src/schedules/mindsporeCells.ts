import type { Curve } from "../engine/curve.js";
import { PI32, divided32, f32, pow32 } from "../engine/float32.js";
import { changes } from "../engine/search.js";
import { decay, flat, segments, warmup } from "../engine/segments.js";
import { cycling, falling } from "../engine/shapes.js";
import { polynomialFormula } from "./decayWords.js";
import { factor, flag, lr, power, real, steps } from "./define.js";
import { below, cell, counts, floats, type Given } from "./mindsporeChecks.js";

/** What MindSpore's cells and lists take alike. */
export const learning_rate = lr("rate at step 0", { min: 0, above: true });
export const decay_rate = factor("the rate is multiplied by this every decay_steps", { min: 0, above: true });
export const is_stair = flag("drop once every decay_steps instead of smoothly", { default: false });
export const perStep = (unit: "step" | "epoch") => real(`decay per ${unit}`, { min: 0, above: true });
export const inverseRate = (length: string) =>
  real(`share of the rate's inverse added every ${length}`, { min: 0, above: true });
export const min_lr = lr("lowest rate", { min: 0 });
export const max_lr = lr("highest rate");
export const end_learning_rate = lr("rate at the end of the decay", { min: 0 });
export const exponent = power("1 is linear", { min: 0, above: true });
export const minFirst = "min_lr comes first.";
const decay_steps = steps("steps in which decay_rate takes effect once", { min: 1 });
const longer = flag("start over with a longer period when decay_steps is over", { default: false });

export const cells = [
  cell({
    name: "ExponentialDecayLR",
    params: { learning_rate, decay_rate, decay_steps, is_stair },
    formula: "learning_rate · decay_rate^(t / decay_steps), the exponent floored when is_stair",
    rule: (a) => decaying(a, (p) => a.learning_rate * pow32(a.decay_rate, p)),
  }),
  cell({
    name: "NaturalExpDecayLR",
    params: {
      learning_rate,
      decay_rate: perStep("step"),
      decay_steps: steps("length of a stair; otherwise unused", { min: 1 }),
      is_stair,
    },
    formula: "learning_rate · e^(−decay_rate · t), with is_stair t cut to a multiple of decay_steps",
    quirks: ["decay_steps counts only with is_stair: the decay is per step, unlike TensorFlow's."],
    rule(a) {
      const cut = (p: number, t: number) => (a.is_stair ? f32(p * a.decay_steps) : t);
      return decaying(a, (p, t) => a.learning_rate * pow32(f32(Math.E), f32(-a.decay_rate * cut(p, t))));
    },
  }),
  cell({
    name: "InverseDecayLR",
    params: { learning_rate, decay_rate: inverseRate("decay_steps"), decay_steps, is_stair },
    formula: "learning_rate / (1 + decay_rate · t / decay_steps), the quotient floored when is_stair",
    rule: (a) => decaying(a, (p) => a.learning_rate / f32(1 + f32(a.decay_rate * p))),
  }),
  cell({
    name: "CosineDecayLR",
    params: { min_lr, max_lr, decay_steps: steps("steps from the highest to the lowest", { min: 1 }) },
    formula: "min_lr + (max_lr − min_lr) · (1 + cos(π · min(t, T) / T)) / 2, T = decay_steps",
    quirks: [minFirst, "Both rates must be written as floats."],
    rule(a) {
      floats(a, ["min_lr", 0, true], ["max_lr", 0]);
      counts(a, "decay_steps");
      below(a.min_lr, a.max_lr);
      return cosine(a.min_lr, f32(0.5 * (a.max_lr - a.min_lr)), a.decay_steps);
    },
  }),
  cell({
    name: "PolynomialDecayLR",
    params: {
      learning_rate,
      end_learning_rate,
      decay_steps: steps("steps of the decay", { min: 1 }),
      power: exponent,
      update_decay_steps: longer,
    },
    formula: polynomialFormula("learning_rate", "end_learning_rate", "update_decay_steps"),
    quirks: ["end_learning_rate and power have no defaults.", "All rates and power must be written as floats."],
    rule: polynomial,
  }),
  cell({
    name: "WarmUpLR",
    params: {
      learning_rate: lr("rate after the warm-up", { min: 0 }),
      warmup_steps: steps("steps of the warm-up", { min: 1 }),
    },
    formula: "learning_rate · min(t, warmup_steps) / warmup_steps",
    quirks: ["The first update has rate 0."],
    rule(a) {
      floats(a, ["learning_rate", 0, true]);
      counts(a, "warmup_steps");
      const rise = warmup(a.warmup_steps, (t) => f32(a.learning_rate * divided32(t, a.warmup_steps)));
      return segments(rise, flat(Infinity, a.learning_rate));
    },
  }),
];

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
  return falling((t) => f32(rate(p(t), f32(t))), a.is_stair ? changes(stairs) : []);
}

/** From low + 2 · half down to low in T steps, by a sine a quarter ahead. */
function cosine(low: number, half: number, T: number): Curve {
  const share = (t: number) => f32(f32(Math.min(t, T) / T) + 0.5);
  const value = (t: number) => f32(low + f32(half * f32(1 + f32(Math.sin(f32(PI32 * share(t)))))));
  return segments(decay(T, value), flat(Infinity, value(T)));
}

interface Polynomial extends Given {
  readonly learning_rate: number;
  readonly end_learning_rate: number;
  readonly decay_steps: number;
  readonly power: number;
  readonly update_decay_steps: boolean;
}

function polynomial(a: Polynomial): Curve {
  floats(a, ["learning_rate", 0], ["end_learning_rate", 0, true], ["power", 0]);
  counts(a, "decay_steps");
  const { decay_steps: T, end_learning_rate: end } = a;
  const span = f32(a.learning_rate - end);
  const value = (p: number) => f32(f32(span * pow32(f32(1 - p), a.power)) + end);
  const turn = (t: number) => Math.max(Math.ceil(f32(f32(t) / T)), 1);
  if (a.update_decay_steps) return cycling((t) => value(f32(f32(t) / f32(T * turn(t)))), changes(turn));
  const once = decay(T, (t) => value(f32(f32(t) / T)));
  return segments(once, flat(Infinity, value(1)));
}
