import type { Curve } from "../engine/curve.js";
import { PI32, f32 } from "../engine/float32.js";
import { round } from "../engine/python.js";
import { cycle, decay, flat, segments, warmup } from "../engine/segments.js";
import { constant, everyPeriod, map, piecewiseConstant, product } from "../engine/shapes.js";
import { anything, real, required } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";

const schedule = library({
  homes: (name) => [`flax.training.lr_schedule.create_${name}_learning_rate_schedule`],
  dtype: "float32",
  source: "flax 0.12.8, training/lr_schedule.py",
  first: { base_learning_rate: required, steps_per_epoch: real("steps of an epoch", { min: 1 }) },
});
const warmup_length = real("epochs of linear warm-up", { default: 0, min: 0 });
const withoutWaiting = "The warm-up is a factor on the schedule, which does not wait for it.";

interface Warm {
  readonly warmup_length: number;
  readonly steps_per_epoch: number;
}

/** schedule(t) · min(1, t / warmup_length / steps_per_epoch). */
function warmed(c: Curve, { warmup_length: epochs, steps_per_epoch: each }: Warm): Curve {
  if (!(epochs > 0)) return c;
  const share = (t: number) => Math.min(1, f32(f32(t / epochs) / each));
  return map(product(segments(warmup(epochs * each, share), flat(Infinity, 1)), c), f32);
}

/** base · (1 + cos(π · t / half)) / 2 in float32, on past `half` steps. */
function cosine(base: number, half: number): Curve {
  const at = (t: number) => f32(base * f32(f32(f32(Math.cos(f32(f32(t * PI32) / half))) * 0.5) + 0.5));
  return segments(decay(half, at, everyPeriod(half)), cycle(Infinity, at, everyPeriod(half)));
}

export const flax = [
  schedule({
    name: "constant",
    params: { warmup_length },
    formula: "base_learning_rate · min(1, t / (warmup_length · steps_per_epoch))",
    rule: (a) => warmed(constant(a.base_learning_rate), a),
  }),
  schedule({
    name: "stepped",
    params: {
      lr_sched_steps: anything("pairs of epoch and factor: from then on the rate is base_learning_rate · factor"),
      warmup_length,
    },
    formula:
      "base_learning_rate · factor of the last pair whose round(epoch · steps_per_epoch) is < t, · min(1, t / (warmup_length · steps_per_epoch))",
    quirks: [
      "Factors are of base_learning_rate: they do not multiply up.",
      "At a boundary the old rate still holds.",
      withoutWaiting,
    ],
    rule: (a) => warmed(stepped(a.lr_sched_steps, a.base_learning_rate, a.steps_per_epoch), a),
  }),
  schedule({
    name: "cosine",
    params: { halfcos_epochs: real("epochs of the half cosine"), warmup_length },
    formula:
      "base_learning_rate · (1 + cos(π · t / (halfcos_epochs · steps_per_epoch))) / 2 · min(1, t / (warmup_length · steps_per_epoch))",
    quirks: ["Past halfcos_epochs the rate climbs again.", withoutWaiting],
    rule: (a) => warmed(cosine(a.base_learning_rate, a.halfcos_epochs * a.steps_per_epoch), a),
  }),
];

/** base · factor after each pair's epoch, whose own step still has the rate before. */
function stepped(steps: unknown, base: number, each: number): Curve {
  const pairs = (Array.isArray(steps) ? steps : []) as readonly (readonly number[])[];
  const broken = pairs.some((pair) => !Array.isArray(pair) || pair.length < 2);
  refuse(broken, "IndexError: each step needs an epoch and a factor");
  const values = [1, ...pairs.map((pair) => pair[1]!)].map((factor) => f32(factor * base));
  const bounds = pairs.map((pair) => round(pair[0]! * each)).toSorted((a, b) => a - b);
  return piecewiseConstant(bounds, values, true);
}
