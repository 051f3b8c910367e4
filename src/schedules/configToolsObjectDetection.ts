import type { Curve } from "../engine/curve.js";
import { f32 } from "../engine/float32.js";
import { cooldown, decay, flat, halfCosine, hold, segments, warmup } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { anything, factor, flag, lr, steps } from "./define.js";
import { library } from "./library.js";
import { refuse } from "./refuse.js";

/** The `learning_rate` of an optimizer in the pipeline.config of TensorFlow's Object Detection API. */
const objectDetection = library({
  homes: ["tf-object-detection:"],
  dtype: "float32",
  source: "tensorflow/models, research/object_detection/utils/learning_schedules.py",
});

export const configToolsObjectDetection = [
  objectDetection({
    name: "constant_learning_rate",
    params: { learning_rate: lr("the rate", { default: 0.002 }) },
    formula: "learning_rate",
    rule: ({ learning_rate }) => segments(flat(Infinity, learning_rate)),
  }),
  objectDetection({
    name: "exponential_decay_learning_rate",
    params: {
      initial_learning_rate: lr("rate after burn-in", { default: 0.002 }),
      decay_steps: steps("steps per factor", { default: 4000000 }),
      decay_factor: factor("factor every decay_steps", { default: 0.95 }),
      staircase: true,
      burnin_learning_rate: lr("rate during burn-in; 0 means the initial one", { default: 0 }),
      burnin_steps: steps("steps of burn-in", { default: 0 }),
      min_learning_rate: lr("floor", { default: 0 }),
    },
    formula: "max(min, initial · decay_factor^((t − burnin_steps) / decay_steps)), floored when staircase",
    quirks: ["staircase is true unless written."],
    rule(a) {
      const { burnin_steps: from, decay_steps: every, min_learning_rate: low, initial_learning_rate: first } = a;
      const floor = a.staircase ? Math.floor : (x: number) => x;
      const rate = (t: number) => Math.max(first * a.decay_factor ** floor((t - from) / every), low);
      const burn = hold(from, Math.max(a.burnin_learning_rate || first, low));
      return segments(burn, decay(Infinity, rate, a.staircase ? everyPeriod(every, from) : undefined));
    },
  }),
  objectDetection({
    name: "manual_step_learning_rate",
    params: {
      initial_learning_rate: lr("rate before the first step", { default: 0.002 }),
      schedule: anything("pairs [step, learning_rate]"),
      warmup: flag("rise linearly to the first scheduled rate", { default: false }),
    },
    formula: "the rate of the last schedule entry with step ≤ t",
    rule: (a) => manual(a.initial_learning_rate, (a.schedule ?? []) as readonly (readonly number[])[], a.warmup),
  }),
  objectDetection({
    name: "cosine_decay_learning_rate",
    params: {
      learning_rate_base: lr("peak rate", { default: 0.002 }),
      total_steps: steps("step at which the cosine ends", { default: 4000000 }),
      warmup_learning_rate: 0.0002,
      warmup_steps: 10000,
      hold_base_rate_steps: steps("steps at the peak", { default: 0 }),
    },
    formula: "linear to base over warmup_steps, hold, then base · (1 + cos(π · p)) / 2, 0 past total_steps",
    quirks: ["Past total_steps the rate is 0."],
    rule: cosine,
  }),
];

/** `first`, or a line up from it, until the first pair's step; then each pair's rate from its step on. */
function manual(first: number, schedule: readonly (readonly number[])[], rises: boolean): Curve {
  const pairs = schedule.map(([step, rate]) => [step ?? 0, f32(rate ?? 0.002)] as const);
  refuse(pairs.length === 0, "ValueError: Empty learning rate schedule.");
  const unsorted = pairs.some(([step], i) => i > 0 && step <= pairs[i - 1]![0]);
  refuse(unsorted, "ValueError: Entries in boundaries must be strictly increasing.");
  const [edge, target] = pairs[0]!;
  // Newer versions refuse a first step of 0; older files have it, and then the initial rate is never used.
  refuse(edge === 0 && rises, "ValueError: First step cannot be zero.");
  return segments(
    rises ? warmup(edge, (t) => first + ((target - first) / edge) * t) : hold(edge, first),
    ...pairs.map(([, rate], i) => hold(pairs[i + 1]?.[0] ?? Infinity, rate)),
  );
}

interface Cosine {
  readonly learning_rate_base: number;
  readonly total_steps: number;
  readonly warmup_learning_rate: number;
  readonly warmup_steps: number;
  readonly hold_base_rate_steps: number;
}

function cosine({ learning_rate_base: base, warmup_learning_rate: low, ...a }: Cosine): Curve {
  const { total_steps: T, warmup_steps: W, hold_base_rate_steps: H } = a;
  refuse(T < W, "ValueError: total_steps must be larger or equal to warmup_steps.");
  const falls = W > 0 && base < low;
  refuse(falls, "ValueError: learning_rate_base must be larger or equal to warmup_learning_rate.");
  return segments(
    warmup(W, (t) => ((base - low) / W) * t + low),
    // The library holds through the step W + H itself, where the cosine is at its start anyway.
    hold(Math.min(H > 0 ? W + H + 1 : 0, T + 1), base),
    decay(T + 1, (t) => base * halfCosine((t - W - H) / (T - W - H))),
    cooldown(Infinity, 0),
  );
}
