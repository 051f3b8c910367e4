import type { Curve } from "../engine/curve.js";
import { assert, divide, floorDivide, int, log, power as pow } from "../engine/python.js";
import { recursive } from "../engine/recursive.js";
import { cooldown, cycle, decay, halfCosine, hold, segments, warmup } from "../engine/segments.js";
import { countUpTo, everyPeriod, firstAbove } from "../engine/shapes.js";
import {
  Raises,
  anything,
  defineSchedule,
  factor,
  flag,
  integer,
  lr,
  numbers,
  power,
  ratio,
  real,
  steps,
  type Context,
  type Definition,
  type Params,
  type Value,
} from "./define.js";
import { metricDriven, plateau } from "./plateau.js";

/** fairseq's `--lr-scheduler` names, stepped as its Trainer steps them: t counts updates. */
function scheduler<P extends Params>(
  name: string,
  className: string,
  declaration: Omit<Definition<P>, "id" | "unit" | "source">,
) {
  const home = `fairseq.optim.lr_scheduler`;
  return defineSchedule<P>({
    ...(declaration as Definition<P>),
    id: `${home}.${name}`,
    aliases: [`fairseq:${name}`, `${home}.${className}`],
    needs: declaration.needs ?? ["initial_lr"],
    unit: "step",
    source: `fairseq 0.12.2, fairseq/optim/lr_scheduler/${className.split(".")[0]}.py`,
  });
}

const rate = { lr: anything("rate, or a list with one rate per epoch", { default: null }) };
const warmupUpdates = steps("updates of linear warm-up", { default: 0 });
const warmup_init_lr = lr("rate at update 0; negative: the scheduler's own choice", { default: -1 });
const max_update = steps("updates of the run", { default: 0 });

const rates = (given: Value, { initial_lr }: Context): readonly number[] =>
  given === null ? [initial_lr] : Array.isArray(given) ? (given as number[]) : [given as number];
/** The one rate; more are refused by those that cannot use them. */
function single(given: Value, context: Context, who: string): number {
  const all = rates(given, context);
  if (all.length > 1)
    throw new Raises(
      `ValueError: Cannot use a fixed learning rate schedule with ${who}. Consider --lr-scheduler=fixed instead.`,
    );
  return all[0]!;
}
const epochOf = (t: number, { steps_per_epoch }: Context) => Math.floor(t / Math.max(1, steps_per_epoch || 1)) + 1;

const inverseSqrt = scheduler("inverse_sqrt", "inverse_square_root_schedule.InverseSquareRootSchedule", {
  params: { ...rate, warmup_updates: steps("updates of linear warm-up", { default: 4000 }), warmup_init_lr },
  formula: "warmup_init_lr + (lr − warmup_init_lr) · t / W, then lr · √W / √t",
  quirks: ["warmup_updates = 0 divides by zero."],
  compile({ lr, warmup_updates: W, warmup_init_lr }, context) {
    const top = single(lr, context, "inverse_sqrt");
    const first = warmup_init_lr < 0 ? (W > 0 ? 0 : top) : warmup_init_lr;
    const [rise, scale] = [divide(top - first, W), top * pow(W, 0.5)];
    return segments(
      warmup(W, (t) => first + t * rise),
      decay(Infinity, (t) => scale * pow(t, -0.5)),
    );
  },
});

const polynomial = scheduler("polynomial_decay", "polynomial_decay_schedule.PolynomialDecayLRSchedule", {
  params: {
    ...rate,
    warmup_updates: warmupUpdates,
    force_anneal: integer("epoch from which each starts anew from the current rate", { default: null }),
    end_learning_rate: lr("final rate", { default: 0 }),
    power: power("exponent", { default: 1 }),
    total_num_update: steps("update at which the decay ends; max_update when absent", { default: null }),
    max_update,
  },
  needs: ["initial_lr", "steps_per_epoch"],
  formula: "lr · t / W up to W, then (lr − end) · (1 − (t − W) / (T − W))^power + end",
  quirks: [
    "Of a list of rates the first is skipped: epoch n takes entry n, counted from 0.",
    "T included, end_learning_rate holds.",
  ],
  compile(a, context) {
    const [lrs, T, W, end] = [
      rates(a.lr, context),
      a.total_num_update ?? a.max_update,
      a.warmup_updates,
      a.end_learning_rate,
    ];
    assert(T > 0);
    const length = Math.max(1, context.steps_per_epoch || 1);
    const value = (t: number, base: number) => {
      if (W > 0 && t <= W) return (t / W) * base;
      return t >= T ? end : (base - end) * pow(1 - divide(t - W, T - W), a.power) + end;
    };
    // From force_anneal on every epoch takes over the rate that the one before has reached.
    const inEpoch = (epoch: number) => lrs[Math.min(epoch, lrs.length - 1)]!;
    const base =
      a.force_anneal === null
        ? inEpoch
        : recursive(lrs[0]!, (before, epoch) =>
            epoch < a.force_anneal ? inEpoch(epoch) : value((epoch - 1) * length, before),
          );
    const at = (t: number) => value(t, base(epochOf(t, context)));
    const breaks = lrs.length > 1 || a.force_anneal !== null ? everyPeriod(length) : undefined;
    return segments(warmup(W > 0 ? W + 1 : 0, at, breaks), decay(T, at, breaks), cooldown(Infinity, at));
  },
});

const cosine = scheduler("cosine", "cosine_lr_scheduler.CosineLRSchedule", {
  params: {
    warmup_updates: warmupUpdates,
    warmup_init_lr,
    ...rate,
    min_lr: lr("lowest rate of the first period", { default: 0 }),
    t_mult: factor("growth of the period", { default: 1 }),
    lr_period_updates: steps("updates of the first period; max_update − warmup_updates when not positive", {
      default: -1,
    }),
    lr_shrink: factor("shrink of both ends per period", { default: 0.1 }),
    max_update,
  },
  formula: "shrink^i · (min_lr + (lr − min_lr) · (1 + cos(π · t_i / period_i)) / 2) after the warm-up",
  quirks: [
    "At the end of a period the next begins, a tenth as high unless lr_shrink is written.",
    "min_lr shrinks too.",
  ],
  compile(a, context) {
    const [top, low, W, m] = [single(a.lr, context, "cosine"), a.min_lr, a.warmup_updates, a.t_mult];
    assert(top > low, `max_lr (=[${top}]) must be more than min_lr (=${low})`);
    const first = a.warmup_init_lr < 0 ? low : a.warmup_init_lr;
    if (a.lr_period_updates <= 0) assert(a.max_update > 0, "Either --max_update or --lr-period-updates must be set");
    const period = a.lr_period_updates > 0 ? a.lr_period_updates : a.max_update - W;
    const rise = W > 0 ? (top - first) / W : 1;
    const indexOf = (n: number) => Math.floor(m === 1 ? divide(n, period) : log(1 - divide(n, period) * (1 - m), m));
    const startOf = (i: number) => (m === 1 ? period * i : ((1 - m ** i) / (1 - m)) * period);
    const at = (t: number) => {
      const n = t - W;
      const i = indexOf(n);
      const shrink = pow(a.lr_shrink, i);
      const [bottom, high] = [low * shrink, top * shrink];
      return bottom + (high - bottom) * halfCosine(divide(n - startOf(i), m === 1 ? period : m ** i * period));
    };
    const restart = (t: number) => {
      const i = indexOf(t - W);
      let next = Math.max(t + 1, W + Math.ceil(startOf(i + 1)) - 1);
      for (let tries = 0; tries < 3 && indexOf(next - W) <= i; tries++) next++;
      return next;
    };
    // Periods that shrink have a finite sum, at which the logarithm leaves its domain.
    const last = m < 1 ? Math.ceil(W + period / (1 - m)) : Infinity;
    const warm = warmup(W, (t) => first + t * rise);
    if (last === Infinity) return segments(warm, cycle(Infinity, at, restart));
    return segments(
      warm,
      cycle(last, at, (t) => (t + 1 < last ? restart(t) : last)),
      cycle(Infinity, at),
    );
  },
});

const triStage = scheduler("tri_stage", "tri_stage_lr_scheduler.TriStageLRSchedule", {
  params: {
    warmup_steps: steps("updates of linear warm-up", { default: 0 }),
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
  compile(a, context) {
    const top = single(a.lr, context, "tri-stage lr");
    const shares = a.phase_ratio as readonly number[] | null;
    if (shares !== null) {
      assert(a.max_update > 0);
      assert(shares.reduce((x, y) => x + y, 0) === 1, "phase ratios must add up to 1");
    }
    const [W, H, D] = shares
      ? (shares.map((s) => int(a.max_update * s)) as [number, number, number])
      : [a.warmup_steps, a.hold_steps, a.decay_steps];
    assert(W + H + D > 0, "please specify steps or phase_ratio");
    const [first, fall] = [a.init_lr_scale * top, divide(-log(a.final_lr_scale), D)];
    const rise = W === 0 ? 0 : (top - first) / W;
    return segments(
      warmup(W, (t) => first + rise * t),
      hold(W + H, top),
      decay(W + H + D + 1, (t) => top * Math.exp(-fall * (t - W - H))),
      cooldown(Infinity, a.final_lr_scale * top),
    );
  },
});

const triangular = scheduler("triangular", "triangular_lr_scheduler.TriangularLRSchedule", {
  params: {
    max_lr: lr("highest rate"),
    lr_period_updates: steps("updates of a cycle", { default: 5000 }),
    lr_shrink: factor("shrink of the peak per cycle", { default: 0.1 }),
    shrink_min: flag("the lowest rate shrinks too", { default: false }),
    ...rate,
  },
  formula: "lr + (max_lr · shrink^cycle − lr) · max(0, 1 − |t / half − 2 · (cycle + 1) + 1|)",
  quirks: ["Half a period is the period divided by 2, rounded down: odd periods lose an update."],
  compile(a, context) {
    const low = single(a.lr, context, "triangular");
    assert(a.max_lr > low, "max_lr must be more than lr");
    const half = floorDivide(a.lr_period_updates, 2);
    const at = (t: number) => {
      const i = Math.floor(divide(t, 2 * half));
      const shrink = pow(a.lr_shrink, i);
      const [bottom, top] = [a.shrink_min ? low * shrink : low, a.max_lr * shrink];
      return bottom + (top - bottom) * Math.max(0, 1 - Math.abs(t / half - 2 * (i + 1) + 1));
    };
    return segments(cycle(Infinity, at, everyPeriod(half)));
  },
});

const fixed = scheduler("fixed", "fixed_schedule.FixedLRSchedule", {
  params: {
    force_anneal: integer("epoch from which the rate shrinks every epoch", { default: null }),
    lr_shrink: factor("shrink per epoch", { default: 0.1 }),
    warmup_updates: warmupUpdates,
    ...rate,
  },
  needs: ["initial_lr", "steps_per_epoch"],
  formula: "lr[epoch] · min(1, (t + 1) / W); from force_anneal on lr[−1] · lr_shrink^(epoch + 1 − force_anneal)",
  compile(a, context) {
    const [lrs, W] = [rates(a.lr, context), a.warmup_updates];
    const inEpoch = (epoch: number) =>
      a.force_anneal === null || epoch < a.force_anneal
        ? lrs[Math.min(epoch - 1, lrs.length - 1)]!
        : lrs.at(-1)! * pow(a.lr_shrink, epoch + 1 - a.force_anneal);
    const at = (t: number) => inEpoch(epochOf(t, context)) * (W > 0 && t < W ? (t + 1) / W : 1);
    const breaks =
      lrs.length > 1 || a.force_anneal !== null ? everyPeriod(Math.max(1, context.steps_per_epoch || 1)) : undefined;
    return segments(warmup(W, at, breaks), decay(Infinity, at, breaks));
  },
});

const step = scheduler("step", "step_lr_scheduler.StepLRSchedule", {
  params: {
    warmup_updates: warmupUpdates,
    warmup_init_lr,
    ...rate,
    min_lr: lr("floor", { default: 0 }),
    lr_deacy_period: steps("updates between drops (spelled so)", { default: 25000 }),
    lr_decay: factor("factor of a drop", { default: 0.5, max: 1 }),
  },
  formula: "max(min_lr, lr · lr_decay^⌊(t − W) / lr_deacy_period⌋) after a linear warm-up",
  compile(a, context) {
    const [top, W, every, low] = [rates(a.lr, context)[0]!, a.warmup_updates, a.lr_deacy_period, a.min_lr];
    assert(every > 0 && a.lr_decay <= 1 && low >= 0 && top > low);
    const first = a.warmup_init_lr >= 0 ? a.warmup_init_lr : low;
    return segments(
      warmup(W, (t) => first + (t * (top - first)) / W),
      decay(Infinity, (t) => Math.max(top * pow(a.lr_decay, Math.floor((t - W) / every)), low), everyPeriod(every, W)),
    );
  },
});

const manual = scheduler("manual", "manual_lr_scheduler.ManualSchedule", {
  params: {
    epoch2lr: anything("rates by epoch, as a dict in a string: {'1-2':0.1,'3':0.05}", { default: "{}" }),
    update2lr: anything("rates by update, likewise", { default: "{}" }),
    ...rate,
  },
  needs: ["initial_lr", "steps_per_epoch"],
  formula: "the rate of the last update ≤ t in update2lr, else of the last epoch in epoch2lr, else the first rate",
  quirks: ["From the first update2lr entry on, epochs no longer matter."],
  compile(a, context) {
    const [byEpoch, byUpdate] = [manualKeys(a.epoch2lr), manualKeys(a.update2lr)];
    const first = byEpoch.values.get(1) ?? byUpdate.values.get(1) ?? rates(a.lr, context)[0]!;
    const length = Math.max(1, context.steps_per_epoch || 1);
    const last = ({ keys, values }: Keys, t: number) => values.get(keys[countUpTo(keys, t) - 1]!);
    const at = (t: number) => last(byUpdate, t) ?? last(byEpoch, epochOf(t, context)) ?? first;
    const epochStarts = byEpoch.keys.map((epoch) => (epoch - 1) * length);
    return segments(hold(Infinity, at, (t) => Math.min(firstAbove(byUpdate.keys, t), firstAbove(epochStarts, t))));
  },
});

interface Keys {
  readonly keys: readonly number[];
  readonly values: ReadonlyMap<number, number>;
}
/** `{'1':0.1,'5-8':0.05,'9,10':0.01}`; a range stands for every number in it. */
function manualKeys(given: Value): Keys {
  const text = String(given).replaceAll(" ", "");
  const pairs: [string, number][] =
    given instanceof Map
      ? [...(given as ReadonlyMap<Value, Value>)].map(([k, v]) => [String(k), Number(v)])
      : [...text.matchAll(/(?:'([^']*)'|"([^"]*)"|([^\s,:{]+)):([^,}]+)/g)].map((m) => [
          m[1] ?? m[2] ?? m[3]!,
          Number(m[4]),
        ]);
  if (!(given instanceof Map) && !/^\{.*\}$/.test(text))
    throw new Raises("ValueError: epoch2lr/update2lr must be abel to evaluated to a dict");
  const values = new Map<number, number>();
  for (const [key, value] of pairs) {
    const [from, to] = key.split("-").map(Number) as [number, number?];
    const all = key.includes(",") ? key.split(",").map(Number) : to === undefined ? [from] : range(from, to);
    for (const k of all) {
      if (!Number.isInteger(k) || Number.isNaN(value))
        throw new Raises(`ValueError: invalid literal for int() with base 10: '${key}'`);
      values.set(k, value);
    }
  }
  return { keys: [...values.keys()].sort((x, y) => x - y), values };
}
function range(from: number, to: number): number[] {
  if (to - from > 1e6) throw new Raises(`${from}-${to} names more than a million steps`);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

const onPlateau = scheduler("reduce_lr_on_plateau", "reduce_lr_on_plateau.ReduceLROnPlateauLRSchedule", {
  params: {
    lr_shrink: factor("factor of a reduction", { default: 0.1 }),
    lr_threshold: real("least relative improvement that counts", { default: 1e-4 }),
    lr_patience: integer("epochs without improvement that are tolerated", { default: 0 }),
    warmup_updates: warmupUpdates,
    warmup_init_lr,
    ...rate,
    maximize_best_checkpoint_metric: flag("greater is better", { default: false }),
  },
  needs: ["initial_lr", "steps_per_epoch"],
  formula: "linear warm-up; then lr · lr_shrink after more than lr_patience epochs without improvement",
  quirks: ["Epochs that end within the warm-up are not heard."],
  compile(a, context) {
    const [top, W] = [single(a.lr, context, "reduce_lr_on_plateau"), a.warmup_updates];
    const length = Math.max(1, context.steps_per_epoch || 1);
    const unheard = W > 0 ? Math.floor(W / length) : 0;
    const first = a.warmup_init_lr < 0 ? (W > 0 ? 0 : top) : a.warmup_init_lr;
    const rule = {
      mode: a.maximize_best_checkpoint_metric ? "max" : "min",
      factor: a.lr_shrink,
      patience: a.lr_patience,
    };
    const start = plateau(top, {
      ...rule,
      threshold: a.lr_threshold,
      threshold_mode: "rel",
      cooldown: 0,
      min_lr: 0,
      eps: 1e-8,
    });
    const { lr: byEpoch, ...driven } = metricDriven(start, {
      ...context,
      ...(context.metrics && { metrics: context.metrics.slice(unheard) }),
    });
    const heard = (t: number) => Math.max(0, Math.floor(t / length) - unheard);
    const breaks = (t: number) => {
      const next = byEpoch.nextBreak(heard(t));
      return next === Infinity ? Infinity : (next + unheard) * length;
    };
    const lr: Curve = segments(
      warmup(W > 0 ? W + 1 : 0, (t) => first + (t * (top - first)) / W),
      hold(Infinity, (t) => byEpoch.at(heard(t)), breaks),
    );
    const events = (driven.events ?? []).map((e) => ({ at: (e.at + unheard) * length, because: e.because }));
    return { ...driven, lr, events };
  },
});

export const fairseq = [inverseSqrt, polynomial, cosine, triStage, triangular, fixed, step, manual, onPlateau];
