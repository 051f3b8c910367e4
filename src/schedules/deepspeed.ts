import { changes } from "../engine/search.js";
import { decay, flat, halfCosine, segments, warmup, type Segment } from "../engine/segments.js";
import { factor, flag, lr, ratio, steps, word } from "./define.js";
import type { Compiled, Context, ScheduleDefinition } from "./define.js";
import { oneCycle } from "./deepspeedOneCycle.js";
import { afterConstruction, deepspeedSchedule, positiveInt } from "./deepspeedRules.js";
import { forEachGroup, perGroup } from "./torchGroups.js";

const length = {
  warmup_num_steps: steps("steps of warm-up, at least 2", { default: 1000, min: 1 }),
  warmup_type: word("form of the warm-up", { default: "log", choices: ["log", "linear"] }),
};
const total_num_steps = steps("steps of the whole run", { min: 1 });
const top = "rate after the warm-up, or a list with one per group; the optimizer's when None";
const warmupParams = (max: number | null) => ({
  warmup_min_lr: lr("rate at the start, or a list with one per group", { default: 0, min: 0 }),
  warmup_max_lr: lr(top, { default: max, min: 0 }),
  ...length,
});
const twiceMin = "The first two updates both use the lowest rate; then it lags one step.";

interface Warmup {
  readonly warmup_min_lr: number;
  readonly warmup_max_lr: number | null;
  readonly warmup_num_steps: number;
  readonly warmup_type: string;
  readonly last_batch_iteration: number;
}

/** The warm-up's share at iteration j, W steps long: logarithmic unless "linear". */
function rising(W: number, type: string): (j: number) => number {
  return type === "linear" ? (j) => j / W : (j) => Math.log(j + 1) / Math.log(W);
}

/** min + delta · share(j), then what `after` makes of it. */
function warmed(a: Warmup, context: Context, after: (W: number, min: number, delta: number) => Segment[]): Compiled {
  positiveInt(a, "warmup_num_steps");
  return perGroup(a, ["warmup_min_lr", "warmup_max_lr"], context, (own, base) => {
    const W = Math.max(2, own.warmup_num_steps);
    const [min, delta] = [own.warmup_min_lr, (own.warmup_max_lr ?? base) - own.warmup_min_lr];
    const share = rising(W, own.warmup_type);
    const rise = warmup(W, (j) => min + delta * share(j));
    return { lr: afterConstruction(min, segments(rise, ...after(W, min, delta)), own.last_batch_iteration, base) };
  });
}

const warmupLR = deepspeedSchedule({
  name: "WarmupLR",
  params: warmupParams(null),
  formula: "lr = min + (max - min) · log(t) / log(warmup_num_steps), or · (t - 1) / warmup_num_steps when linear",
  quirks: [twiceMin, "The warm-up is logarithmic unless warmup_type is 'linear'."],
  rule: (a, context) => warmed(a, context, (_, min, delta) => [flat(Infinity, min + delta)]),
});

const warmupDecayLR = deepspeedSchedule({
  name: "WarmupDecayLR",
  params: { total_num_steps, ...warmupParams(1e-3) },
  formula: "as WarmupLR, then min + (max - min) · (total_num_steps - t + 1) / (total_num_steps - warmup_num_steps)",
  quirks: [
    twiceMin,
    "It decays to warmup_min_lr, not to 0.",
    "warmup_max_lr is 1e-3 unless given, whatever the optimizer's rate.",
  ],
  rule: ({ total_num_steps: T, ...a }, context) =>
    warmed(a, context, (W, min, delta) => [
      decay(T, (j) => min + delta * Math.max(0, (T - j) / Math.max(1, T - W))),
      flat(Infinity, min),
    ]),
});

const share = { min: 0, max: 1 };
const warmupCosineLR = deepspeedSchedule({
  name: "WarmupCosineLR",
  params: {
    total_num_steps,
    warmup_min_ratio: ratio("share of the optimizer's rate at the start", { default: 0, ...share }),
    warmup_num_steps: length.warmup_num_steps,
    cos_min_ratio: ratio("share of the optimizer's rate at the end", { default: 1e-4, ...share }),
    warmup_type: length.warmup_type,
  },
  formula: "lr = base_lr · (warm-up from warmup_min_ratio, then a half cosine to cos_min_ratio)",
  quirks: ["The first update's rate is exactly 0, even with a warmup_min_ratio."],
  rule: (a, context) => warmCosine(a, context),
});

interface WarmCosine extends Readonly<
  Record<"total_num_steps" | "warmup_min_ratio" | "warmup_num_steps" | "cos_min_ratio" | "last_batch_iteration", number>
> {
  readonly warmup_type: string;
}
function warmCosine(a: WarmCosine, context: Context): Compiled {
  positiveInt(a, "warmup_num_steps");
  const { total_num_steps: T, cos_min_ratio: low } = a;
  const W = Math.max(2, a.warmup_num_steps);
  const rise = rising(W, a.warmup_type);
  const length = Math.max(1, T - W);
  const last = W + length - 1;
  const fall = (j: number) => Math.max(0, low + (1 - low) * halfCosine(Math.min(1, (j - W + 1) / length)));
  return forEachGroup(context, (_, base) => {
    const up = warmup(W, (j) => base * (a.warmup_min_ratio + rise(j) * (1 - a.warmup_min_ratio)));
    const down = decay(last, (j) => base * fall(j));
    const curve = segments(up, down, flat(Infinity, base * fall(last)));
    return { lr: afterConstruction(0, curve, a.last_batch_iteration, base) };
  });
}

const lrRangeTest = deepspeedSchedule({
  name: "LRRangeTest",
  params: {
    lr_range_test_min_lr: lr("rate at the start, or a list with one per group", { default: 1e-3, min: 0 }),
    lr_range_test_step_size: steps("steps in which the rate grows by step_rate", { default: 2000, min: 1 }),
    lr_range_test_step_rate: factor("growth per step_size, in units of the first rate", { default: 1 }),
    lr_range_test_staircase: flag("grow once every step_size instead of smoothly", { default: false }),
  },
  needs: [],
  formula: "lr = min_lr · (1 + step_rate · t / step_size), floored when staircase",
  rule: (a, context) => rangeTest(a, context),
});

interface RangeTest extends Readonly<
  Record<`lr_range_test_${"min_lr" | "step_size" | "step_rate"}` | "last_batch_iteration", number>
> {
  readonly lr_range_test_staircase: boolean;
}
function rangeTest(a: RangeTest, context: Context): Compiled {
  positiveInt(a, "lr_range_test_step_size");
  const [size, stairs] = [a.lr_range_test_step_size, a.lr_range_test_staircase];
  const interval = (j: number) => (stairs ? Math.floor((j + 1) / size) : (j + 1) / size);
  const breaks = stairs ? changes(interval) : undefined;
  return perGroup(a, ["lr_range_test_min_lr"], context, ({ lr_range_test_min_lr: min }, base) => {
    const rise = warmup(Infinity, (j) => min * (1 + a.lr_range_test_step_rate * interval(j)), breaks);
    return { lr: afterConstruction(min, segments(rise), a.last_batch_iteration, base) };
  });
}

export const deepspeed: readonly ScheduleDefinition[] = [
  warmupLR,
  warmupDecayLR,
  warmupCosineLR,
  lrRangeTest,
  oneCycle,
];
