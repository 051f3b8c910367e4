import type { Curve } from "../engine/curve.js";
import { PI32, f32 } from "../engine/float32.js";
import { round } from "../engine/python.js";
import { flat, segments, warmup } from "../engine/segments.js";
import { constant, curve, everyPeriod, map, piecewiseConstant, product } from "../engine/shapes.js";
import { Raises, anything, defineSchedule, lr, real } from "./define.js";

const names = (name: string) => ({ id: `flax.training.lr_schedule.create_${name}_learning_rate_schedule` });
const common = { unit: "step", dtype: "float32", source: "flax 0.12.8, training/lr_schedule.py" } as const;
const start = {
  base_learning_rate: lr("rate after the warm-up"),
  steps_per_epoch: real("steps of an epoch", { min: 1 }),
};
const warmup_length = real("epochs of linear warm-up", { default: 0, min: 0 });
const product_ = "The warm-up is a factor on the schedule, which does not wait for it.";

/** schedule(t) · min(1, t / warmup_length / steps_per_epoch). */
function warmed(c: Curve, epochs: number, stepsPerEpoch: number): Curve {
  if (!(epochs > 0)) return c;
  const share = (t: number) => Math.min(1, f32(f32(t / epochs) / stepsPerEpoch));
  return map(product(segments(warmup(epochs * stepsPerEpoch, share), flat(Infinity, 1)), c), f32);
}

export const flax = [
  defineSchedule({
    ...names("constant"),
    ...common,
    params: { ...start, warmup_length },
    formula: "base_learning_rate · min(1, t / (warmup_length · steps_per_epoch))",
    compile: (a) => warmed(constant(a.base_learning_rate), a.warmup_length, a.steps_per_epoch),
  }),
  defineSchedule({
    ...names("stepped"),
    ...common,
    params: {
      ...start,
      lr_sched_steps: anything("pairs of epoch and factor: from then on the rate is base_learning_rate · factor"),
      warmup_length,
    },
    formula:
      "base_learning_rate · factor of the last pair whose round(epoch · steps_per_epoch) is < t, · min(1, t / (warmup_length · steps_per_epoch))",
    quirks: [
      "Factors are of base_learning_rate: they do not multiply up.",
      "At a boundary the old rate still holds.",
      product_,
    ],
    compile({ base_learning_rate, steps_per_epoch, lr_sched_steps, warmup_length }) {
      const pairs = (Array.isArray(lr_sched_steps) ? lr_sched_steps : []) as readonly (readonly number[])[];
      if (pairs.some((p) => !Array.isArray(p) || p.length < 2))
        throw new Raises("IndexError: each step needs an epoch and a factor");
      const values = [1, ...pairs.map((p) => p[1]!)].map((factor) => f32(factor * base_learning_rate));
      const bounds = pairs.map((p) => round(p[0]! * steps_per_epoch)).toSorted((a, b) => a - b);
      return warmed(piecewiseConstant(bounds, values, true), warmup_length, steps_per_epoch);
    },
  }),
  defineSchedule({
    ...names("cosine"),
    ...common,
    params: { ...start, halfcos_epochs: real("epochs of the half cosine"), warmup_length },
    formula:
      "base_learning_rate · (1 + cos(π · t / (halfcos_epochs · steps_per_epoch))) / 2 · min(1, t / (warmup_length · steps_per_epoch))",
    quirks: ["Past halfcos_epochs the rate climbs again.", product_],
    compile({ base_learning_rate, steps_per_epoch, halfcos_epochs, warmup_length }) {
      const half = halfcos_epochs * steps_per_epoch;
      const at = (t: number) =>
        f32(base_learning_rate * f32(f32(f32(Math.cos(f32(f32(t * PI32) / half))) * 0.5) + 0.5));
      const wave = curve(at, everyPeriod(half), [
        { kind: "decay", from: 0, to: Math.ceil(half) },
        { kind: "cycle", from: Math.ceil(half), to: Infinity },
      ]);
      return warmed(wave, warmup_length, steps_per_epoch);
    },
  }),
];
