import type { Curve } from "../engine/curve.js";
import { assert, divide, int, log, power as pow } from "../engine/python.js";
import { recursive } from "../engine/recursive.js";
import { cooldown, decay, hold, segments, warmup } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { factor, integer, numbers, ratio, steps, type Context } from "./define.js";
import { epochBreaks, epochOf, lengthOf, rate, rates, scheduler, single } from "./fairseqCommon.js";
import { max_update, warm, warmFrom, warmup_init_lr, warmup_updates } from "./fairseqCommon.js";
import { cosine, triangular } from "./fairseqCycles.js";
import { manual } from "./fairseqManual.js";
import { onPlateau } from "./fairseqPlateau.js";

const inverseSqrt = scheduler("inverse_sqrt", "inverse_square_root_schedule.InverseSquareRootSchedule", {
  params: { ...rate, warmup_updates: steps("updates of linear warm-up", { default: 4000 }), warmup_init_lr },
  formula: "warmup_init_lr + (lr − warmup_init_lr) · t / W, then lr · √W / √t",
  quirks: ["warmup_updates = 0 divides by zero."],
  compile({ lr, warmup_updates: W, warmup_init_lr: init }, context) {
    const top = single(lr, context, "inverse_sqrt");
    const first = init < 0 ? (W > 0 ? 0 : top) : init;
    const [rise, scale] = [divide(top - first, W), top * pow(W, 0.5)];
    const root = decay(Infinity, (t) => scale * pow(t, -0.5));
    return segments(
      warmup(W, (t) => first + t * rise),
      root,
    );
  },
});

const skipsFirst = "Of a list of rates the first is skipped: epoch n takes entry n, counted from 0.";
const polynomial = scheduler("polynomial_decay", "polynomial_decay_schedule.PolynomialDecayLRSchedule", {
  params: {
    ...rate,
    warmup_updates,
    force_anneal: integer("epoch from which each starts anew from the current rate", { default: null }),
    end_learning_rate: 0,
    power: 1,
    total_num_update: steps("update at which the decay ends; max_update when absent", { default: null }),
    max_update,
  },
  needs: ["initial_lr", "steps_per_epoch"],
  formula: "lr · t / W up to W, then (lr − end) · (1 − (t − W) / (T − W))^power + end",
  quirks: [skipsFirst, "T included, end_learning_rate holds."],
  compile: (a, context) => polynomialCurve(a, rates(a.lr, context), a.total_num_update ?? a.max_update, context),
});

interface Polynomial {
  readonly warmup_updates: number;
  readonly force_anneal: number | null;
  readonly end_learning_rate: number;
  readonly power: number;
}
function polynomialCurve(a: Polynomial, lrs: readonly number[], T: number, context: Context): Curve {
  const { warmup_updates: W, end_learning_rate: end, force_anneal: from } = a;
  assert(T > 0);
  const value = (t: number, base: number) => {
    if (W > 0 && t <= W) return (t / W) * base;
    return t >= T ? end : (base - end) * pow(1 - divide(t - W, T - W), a.power) + end;
  };
  const inEpoch = (epoch: number) => lrs[Math.min(epoch, lrs.length - 1)]!;
  // From force_anneal on every epoch takes over the rate that the one before has reached.
  const annealed = (before: number, epoch: number) =>
    from === null || epoch < from ? inEpoch(epoch) : value((epoch - 1) * lengthOf(context), before);
  const base = from === null ? inEpoch : recursive(lrs[0]!, annealed);
  const at = (t: number) => value(t, base(epochOf(t, context)));
  const breaks = epochBreaks(lrs.length > 1 || from !== null, context);
  return segments(warmup(W > 0 ? W + 1 : 0, at, breaks), decay(T, at, breaks), cooldown(Infinity, at));
}

const triStage = scheduler("tri_stage", "tri_stage_lr_scheduler.TriStageLRSchedule", {
  params: {
    warmup_steps: 0,
    hold_steps: steps("updates at the peak", { default: 0 }),
    decay_steps: steps("updates of the exponential decay", { default: 0 }),
    phase_ratio: numbers("the three as shares of max_update", { default: null }),
    init_lr_scale: ratio("factor at update 0", { default: 0.01 }),
    final_lr_scale: ratio("factor at the end", { default: 0.01 }),
    max_update,
    ...rate,
  },
  formula:
    "linear from lr · init_lr_scale, hold, lr · final_lr_scale^(t_decay / decay_steps), then lr · final_lr_scale",
  quirks: ["decay_steps = 0 divides by zero.", "phase_ratio must sum to exactly 1 in floating point."],
  compile: (a, context) => threeStages(a, single(a.lr, context, "tri-stage lr"), stagesOf(a.phase_ratio, a.max_update)),
});

type Stages = readonly number[] | undefined;
/** phase_ratio in updates. */
function stagesOf(shares: readonly number[] | null, updates: number): Stages {
  if (shares === null) return undefined;
  assert(updates > 0);
  assert(shares.reduce((x, y) => x + y, 0) === 1, "phase ratios must add up to 1");
  return shares.map((s) => int(updates * s));
}
type TriStage = Readonly<Record<`${"warmup" | "hold" | "decay"}_steps` | `${"init" | "final"}_lr_scale`, number>>;
function threeStages(a: TriStage, top: number, stages: Stages): Curve {
  const [W = NaN, H = NaN, D = NaN] = stages ?? [a.warmup_steps, a.hold_steps, a.decay_steps];
  assert(W + H + D > 0, "please specify steps or phase_ratio");
  const [first, fall] = [a.init_lr_scale * top, divide(-log(a.final_lr_scale), D)];
  const rise = W === 0 ? 0 : (top - first) / W;
  return segments(
    warmup(W, (t) => first + rise * t),
    hold(W + H, top),
    decay(W + H + D + 1, (t) => top * Math.exp(-fall * (t - W - H))),
    cooldown(Infinity, a.final_lr_scale * top),
  );
}

const fixed = scheduler("fixed", "fixed_schedule.FixedLRSchedule", {
  params: {
    force_anneal: integer("epoch from which the rate shrinks every epoch", { default: null }),
    lr_shrink: factor("shrink per epoch", { default: 0.1 }),
    ...warm,
  },
  needs: ["initial_lr", "steps_per_epoch"],
  formula: "lr[epoch] · min(1, (t + 1) / W); from force_anneal on lr[−1] · lr_shrink^(epoch + 1 − force_anneal)",
  compile: (a, context) => byEpoch(a, rates(a.lr, context), context),
});

type Fixed = Readonly<Record<"lr_shrink" | "warmup_updates", number>> & { readonly force_anneal: number | null };
function byEpoch(
  { force_anneal: from, lr_shrink, warmup_updates: W }: Fixed,
  lrs: readonly number[],
  context: Context,
) {
  const inEpoch = (epoch: number) =>
    from === null || epoch < from
      ? lrs[Math.min(epoch, lrs.length) - 1]!
      : lrs.at(-1)! * pow(lr_shrink, epoch + 1 - from);
  const at = (t: number) => inEpoch(epochOf(t, context)) * (W > 0 && t < W ? (t + 1) / W : 1);
  const breaks = epochBreaks(lrs.length > 1 || from !== null, context);
  return segments(warmup(W, at, breaks), decay(Infinity, at, breaks));
}

const step = scheduler("step", "step_lr_scheduler.StepLRSchedule", {
  params: {
    ...warmFrom,
    min_lr: 0,
    lr_deacy_period: steps("updates between drops (spelled so)", { default: 25000 }),
    lr_decay: factor("factor of a drop", { default: 0.5, max: 1 }),
  },
  formula: "max(min_lr, lr · lr_decay^⌊(t − W) / lr_deacy_period⌋) after a linear warm-up",
  compile: (a, context) => dropping(a, rates(a.lr, context)[0]!),
});

type Step = Readonly<Record<`warmup_${"updates" | "init_lr"}` | `lr_${"deacy_period" | "decay"}` | "min_lr", number>>;
function dropping(
  { warmup_updates: W, lr_deacy_period: every, lr_decay, min_lr: low, ...a }: Step,
  top: number,
): Curve {
  assert(every > 0 && lr_decay <= 1 && low >= 0 && top > low);
  const first = a.warmup_init_lr >= 0 ? a.warmup_init_lr : low;
  const drop = (t: number) => Math.max(top * pow(lr_decay, Math.floor((t - W) / every)), low);
  const rise = warmup(W, (t) => first + (t * (top - first)) / W);
  return segments(rise, decay(Infinity, drop, everyPeriod(every, W)));
}

export const fairseq = [inverseSqrt, polynomial, cosine, triStage, triangular, fixed, step, manual, onPlateau];
