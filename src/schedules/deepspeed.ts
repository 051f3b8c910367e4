import type { Curve } from "../engine/curve.js";
import { repr } from "../engine/python.js";
import { changes } from "../engine/search.js";
import { decay, flat, halfCosine, segments, warmup, type Segment } from "../engine/segments.js";
import { constant, sequence, shift } from "../engine/shapes.js";
import {
  defineSchedule,
  factor,
  flag,
  integer,
  lr,
  optimizer,
  ratio,
  real,
  steps,
  word,
  writtenAsFloat,
} from "./define.js";
import type { Context, ScheduleDefinition } from "./define.js";
import { eachGroup, groupCount, isInt, oneGroup, raise } from "./torchRules.js";

const names = (name: string) => ({
  id: `deepspeed.runtime.lr_schedules.${name}`,
  aliases: [`deepspeed.${name}`],
  source: "deepspeed 0.19.8, runtime/lr_schedules.py",
});
const last_batch_iteration = integer("completed steps when resuming; -1 for a fresh run", { default: -1 });

/** `first` until the first step, then the formula at j = t - 1: the constructor's rate is in force for the first update. */
function afterConstruction(first: number, ofIteration: Curve, last: number, resumed: number): Curve {
  if (last === -1)
    return sequence([
      { from: 0, curve: constant(first), kind: "warmup" },
      { from: 1, curve: shift(ofIteration, -1) },
    ]);
  return sequence([
    { from: 0, curve: constant(resumed), kind: "constant" },
    { from: 1, curve: shift(ofIteration, last) },
  ]);
}

function positiveInt(args: object, name: string): void {
  const value = (args as Record<string, number>)[name]!;
  const float = (args as { [writtenAsFloat]?: ReadonlySet<string> })[writtenAsFloat]?.has(name);
  if (!isInt(args, name) || value <= 0)
    raise(`ValueError: ${name} must be a positive integer, got ${repr(value, float)}`);
}

/** The warm-up's share at iteration j, W steps long: logarithmic unless "linear". */
function rising(W: number, type: string): (j: number) => number {
  return type === "linear" ? (j) => j / W : (j) => Math.log(j + 1) / Math.log(W);
}

const warmupParams = (max: number | null) => ({
  warmup_min_lr: lr("rate at the start, or a list with one per group", { default: 0, min: 0 }),
  warmup_max_lr: lr("rate after the warm-up, or a list with one per group; the optimizer's when None", {
    default: max,
    min: 0,
  }),
  warmup_num_steps: steps("steps of warm-up, at least 2", { default: 1000, min: 1 }),
  warmup_type: word("form of the warm-up", { default: "log", choices: ["log", "linear"] }),
  last_batch_iteration,
});
const twiceMin = "The first two updates both use the lowest rate; then it lags one step.";

interface Warmup {
  readonly warmup_min_lr: number;
  readonly warmup_max_lr: number | null;
  readonly warmup_num_steps: number;
  readonly warmup_type: string;
  readonly last_batch_iteration: number;
}

function warmed(args: Warmup, context: Context, after: (W: number, min: number, delta: number) => Segment[]) {
  positiveInt(args, "warmup_num_steps");
  const lists = ["warmup_min_lr", "warmup_max_lr"];
  return eachGroup(groupCount(args, lists, context), context, (group, base) => {
    const a = oneGroup(args, lists, group);
    const W = Math.max(2, a.warmup_num_steps);
    const [min, delta] = [a.warmup_min_lr, (a.warmup_max_lr ?? base) - a.warmup_min_lr];
    const share = rising(W, a.warmup_type);
    const curve = segments(
      warmup(W, (j) => min + delta * share(j)),
      ...after(W, min, delta),
    );
    return { lr: afterConstruction(min, curve, a.last_batch_iteration, base) };
  });
}

const warmupLR = defineSchedule({
  ...names("WarmupLR"),
  params: { optimizer, ...warmupParams(null) },
  unit: "step",
  needs: ["initial_lr"],
  formula: "lr = min + (max - min) · log(t) / log(warmup_num_steps), or · (t - 1) / warmup_num_steps when linear",
  quirks: [twiceMin, "The warm-up is logarithmic unless warmup_type is 'linear'."],
  compile: (args, context) => warmed(args, context, (_, min, delta) => [flat(Infinity, min + delta)]),
});

const warmupDecayLR = defineSchedule({
  ...names("WarmupDecayLR"),
  params: { optimizer, total_num_steps: steps("steps of the whole run", { min: 1 }), ...warmupParams(1e-3) },
  unit: "step",
  needs: ["initial_lr"],
  formula: "as WarmupLR, then min + (max - min) · (total_num_steps - t + 1) / (total_num_steps - warmup_num_steps)",
  quirks: [
    twiceMin,
    "It decays to warmup_min_lr, not to 0.",
    "warmup_max_lr is 1e-3 unless given, whatever the optimizer's rate.",
  ],
  compile: (args, context) =>
    warmed(args, context, (W, min, delta) => {
      const T = args.total_num_steps;
      const left = (j: number) => Math.max(0, (T - j) / Math.max(1, T - W));
      return [decay(T, (j) => min + delta * left(j)), flat(Infinity, min)];
    }),
});

const warmupCosineLR = defineSchedule({
  ...names("WarmupCosineLR"),
  params: {
    optimizer,
    total_num_steps: steps("steps of the whole run", { min: 1 }),
    warmup_min_ratio: ratio("share of the optimizer's rate at the start", { default: 0, min: 0, max: 1 }),
    warmup_num_steps: steps("steps of warm-up, at least 2", { default: 1000, min: 1 }),
    cos_min_ratio: ratio("share of the optimizer's rate at the end", { default: 1e-4, min: 0, max: 1 }),
    warmup_type: word("form of the warm-up", { default: "log", choices: ["log", "linear"] }),
    last_batch_iteration,
  },
  unit: "step",
  needs: ["initial_lr"],
  formula: "lr = base_lr · (warm-up from warmup_min_ratio, then a half cosine to cos_min_ratio)",
  quirks: ["The first update's rate is exactly 0, even with a warmup_min_ratio."],
  compile: (a, context) => {
    positiveInt(a, "warmup_num_steps");
    const [W, T, low] = [Math.max(2, a.warmup_num_steps), a.total_num_steps, a.cos_min_ratio];
    const share = rising(W, a.warmup_type);
    const length = Math.max(1, T - W);
    const fall = (j: number) => Math.max(0, low + (1 - low) * halfCosine(Math.min(1, (j - W + 1) / length)));
    return eachGroup(groupCount({}, [], context), context, (_, base) => {
      const up = warmup(W, (j) => base * (a.warmup_min_ratio + share(j) * (1 - a.warmup_min_ratio)));
      const last = W + length - 1;
      const curve = segments(
        up,
        decay(last, (j) => base * fall(j)),
        flat(Infinity, base * fall(last)),
      );
      return { lr: afterConstruction(0, curve, a.last_batch_iteration, base) };
    });
  },
});

const lrRangeTest = defineSchedule({
  ...names("LRRangeTest"),
  params: {
    optimizer,
    lr_range_test_min_lr: lr("rate at the start, or a list with one per group", { default: 1e-3, min: 0 }),
    lr_range_test_step_size: steps("steps in which the rate grows by step_rate", { default: 2000, min: 1 }),
    lr_range_test_step_rate: factor("growth per step_size, in units of the first rate", { default: 1 }),
    lr_range_test_staircase: flag("grow once every step_size instead of smoothly", { default: false }),
    last_batch_iteration,
  },
  unit: "step",
  formula: "lr = min_lr · (1 + step_rate · t / step_size), floored when staircase",
  compile: (args, context) => {
    const lists = ["lr_range_test_min_lr"];
    const count = groupCount(args, lists, context);
    positiveInt(args, "lr_range_test_step_size");
    const size = args.lr_range_test_step_size;
    const interval = (j: number) => (args.lr_range_test_staircase ? Math.floor((j + 1) / size) : (j + 1) / size);
    return eachGroup(count, context, (group, base) => {
      const min = oneGroup(args, lists, group).lr_range_test_min_lr;
      const at = (j: number) => min * (1 + args.lr_range_test_step_rate * interval(j));
      const curve = segments({
        kind: "warmup",
        to: Infinity,
        lr: at,
        ...(args.lr_range_test_staircase && { breaks: changes(interval) }),
      });
      return { lr: afterConstruction(min, curve, args.last_batch_iteration, base) };
    });
  },
});

/** Optimizers whose defaults have no betas: DeepSpeed leaves their momentum alone. */
const withoutBetas = new Set(["SGD", "RMSprop", "Adagrad", "Adadelta", "ASGD", "LBFGS", "Rprop", "Adafactor"]);

const oneCycle = defineSchedule({
  ...names("OneCycle"),
  params: {
    optimizer,
    cycle_min_lr: lr("lowest rate of the cycle, or a list with one per group"),
    cycle_max_lr: lr("highest rate of the cycle, or a list with one per group"),
    decay_lr_rate: factor("how fast the rate falls after the cycle", { default: 0, min: 0 }),
    cycle_first_step_size: steps("steps up", { default: 2000, min: 1 }),
    cycle_second_step_size: steps("steps down; as many as up when None", { default: null, min: 0 }),
    cycle_first_stair_count: integer("stairs on the way up; 0 is smooth", { default: 0, min: 0 }),
    cycle_second_stair_count: integer("stairs on the way down; as on the way up when None", { default: null, min: 0 }),
    decay_step_size: steps("steps in which the decay grows by decay_lr_rate; 0 switches it off", {
      default: 0,
      min: 0,
    }),
    cycle_momentum: flag("move beta1 against the rate", { default: true }),
    cycle_min_mom: real("lowest momentum", { default: 0.8 }),
    cycle_max_mom: real("highest momentum", { default: 0.9 }),
    decay_mom_rate: factor("how fast the momentum grows after the cycle", { default: 0 }),
    last_batch_iteration,
  },
  unit: "step",
  formula:
    "a triangle from cycle_min_lr to cycle_max_lr and back, then cycle_min_lr / (1 + decay_lr_rate · t' / decay_step_size)",
  quirks: [
    "decay_lr_rate does nothing unless decay_step_size is above 0.",
    "Only optimizers with betas have their momentum moved; before the first step it is the lowest one.",
  ],
  compile: (args, context) => {
    const lists = ["cycle_min_lr", "cycle_max_lr"];
    const [first, second] = [
      args.cycle_first_step_size,
      (args.cycle_second_step_size as number | null) ?? args.cycle_first_step_size,
    ];
    if (first <= 0) raise(`ValueError: cycle_first_step_size must be positive, got ${repr(first, true)}`);
    if (second < 0) raise(`ValueError: cycle_second_step_size must be non-negative, got ${repr(second, true)}`);
    const stairs = [
      args.cycle_first_stair_count,
      (args.cycle_second_stair_count as number | null) ?? args.cycle_first_stair_count,
    ] as const;
    const total = first + second;
    const part = (count: number, position: (b: number) => number) => {
      const level = (j: number) => Math.floor(position(j + 1) * count);
      return count > 0
        ? { share: (j: number) => level(j) / count, breaks: changes(level) }
        : { share: (j: number) => position(j + 1) };
    };
    const up = part(stairs[0], (b) => b / first);
    const down = part(stairs[1], (b) => (second ? (total - b) / second : 0));
    /** From low to high and back, then `rest` at the t' steps after the cycle. */
    const along = (low: number, high: number, rest: (after: number) => number, moves: boolean) =>
      segments(
        warmup(second ? first : first - 1, (j) => low + (high - low) * up.share(j), up.breaks),
        decay(total, (j) => low + (high - low) * down.share(j), down.breaks),
        moves ? decay(Infinity, (j) => rest(j - total + 1)) : flat(Infinity, rest(0)),
      );
    const decays = (rate: number) => Math.abs(args.decay_step_size) > 0 && Math.abs(rate) > 0;
    const growth = (rate: number) => (after: number) => 1 + (decays(rate) ? (rate * after) / args.decay_step_size : 0);
    const moving = args.cycle_momentum && !withoutBetas.has(context.optimizer ?? "");
    const momentum = along(
      args.cycle_max_mom,
      args.cycle_min_mom,
      (after) => args.cycle_max_mom * growth(args.decay_mom_rate)(after),
      decays(args.decay_mom_rate),
    );
    return eachGroup(groupCount(args, lists, context), context, (group, base) => {
      const { cycle_min_lr: low, cycle_max_lr: high } = oneGroup(args, lists, group);
      const rate = along(low, high, (after) => low / growth(args.decay_lr_rate)(after), decays(args.decay_lr_rate));
      const last = args.last_batch_iteration;
      return {
        lr: afterConstruction(low, rate, last, base),
        ...(moving && {
          momentum: afterConstruction(args.cycle_min_mom, momentum, last, context.momentum ?? args.cycle_min_mom),
        }),
      };
    });
  },
});

export const deepspeed: readonly ScheduleDefinition[] = [
  warmupLR,
  warmupDecayLR,
  warmupCosineLR,
  lrRangeTest,
  oneCycle,
];
