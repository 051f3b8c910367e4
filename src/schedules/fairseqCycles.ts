import type { Curve } from "../engine/curve.js";
import { assert, divide, floorDivide, log, power as pow } from "../engine/python.js";
import { cycle, halfCosine, segments, warmup } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { factor, flag, lr, steps } from "./define.js";
import { max_update, rate, scheduler, single, warmFrom } from "./fairseqCommon.js";

const period = "updates of the first period; max_update − warmup_updates when not positive";
export const cosine = scheduler("cosine", "cosine_lr_scheduler.CosineLRSchedule", {
  params: {
    ...warmFrom,
    min_lr: lr("lowest rate of the first period", { default: 0 }),
    t_mult: factor("growth of the period", { default: 1 }),
    lr_period_updates: steps(period, { default: -1 }),
    lr_shrink: factor("shrink of both ends per period", { default: 0.1 }),
    max_update,
  },
  formula: "shrink^i · (min_lr + (lr − min_lr) · (1 + cos(π · t_i / period_i)) / 2) after the warm-up",
  quirks: [
    "At the end of a period the next begins, a tenth as high unless lr_shrink is written.",
    "min_lr shrinks too.",
  ],
  compile: (a, context) => cosineCurve(a, single(a.lr, context, "cosine")),
});

type Cosine = Readonly<Record<`warmup_${"updates" | "init_lr"}` | `lr_${"period_updates" | "shrink"}`, number>> &
  Readonly<Record<"min_lr" | "t_mult" | "max_update", number>>;
function cosineCurve({ min_lr: low, warmup_updates: W, t_mult: m, ...a }: Cosine, top: number): Curve {
  assert(top > low, `max_lr (=[${top}]) must be more than min_lr (=${low})`);
  const given = a.lr_period_updates > 0;
  assert(given || a.max_update > 0, "Either --max_update or --lr-period-updates must be set");
  const period = given ? a.lr_period_updates : a.max_update - W;
  const first = a.warmup_init_lr < 0 ? low : a.warmup_init_lr;
  const rise = W > 0 ? (top - first) / W : 1;
  const indexOf = (n: number) => Math.floor(m === 1 ? divide(n, period) : log(1 - divide(n, period) * (1 - m), m));
  const startOf = (i: number) => (m === 1 ? period * i : ((1 - m ** i) / (1 - m)) * period);
  const at = (t: number) => {
    const i = indexOf(t - W);
    const shrink = pow(a.lr_shrink, i);
    const progress = divide(t - W - startOf(i), m === 1 ? period : m ** i * period);
    return low * shrink + (top * shrink - low * shrink) * halfCosine(progress);
  };
  const restart = (t: number) => {
    const i = indexOf(t - W);
    let next = Math.max(t + 1, W + Math.ceil(startOf(i + 1)) - 1);
    for (let tries = 0; tries < 3 && indexOf(next - W) <= i; tries++) next++;
    return next;
  };
  // Periods that shrink, or that a too long warm-up makes negative, have a finite sum, at which the logarithm leaves its domain.
  const left = period / (1 - m);
  const last = left > 0 ? Math.ceil(W + left) : Infinity;
  const cycles = cycle(last, at, (t) => (t + 1 < last ? restart(t) : last));
  return segments(
    warmup(W, (t) => first + t * rise),
    cycles,
    cycle(Infinity, at),
  );
}

export const triangular = scheduler("triangular", "triangular_lr_scheduler.TriangularLRSchedule", {
  params: {
    max_lr: lr("highest rate"),
    lr_period_updates: steps("updates of a cycle", { default: 5000 }),
    lr_shrink: factor("shrink of the peak per cycle", { default: 0.1 }),
    shrink_min: flag("the lowest rate shrinks too", { default: false }),
    ...rate,
  },
  formula: "lr + (max_lr · shrink^cycle − lr) · max(0, 1 − |t / half − 2 · (cycle + 1) + 1|)",
  quirks: ["Half a period is the period divided by 2, rounded down: odd periods lose an update."],
  compile: (a, context) => triangles(a, single(a.lr, context, "triangular")),
});

interface Triangular {
  readonly max_lr: number;
  readonly lr_period_updates: number;
  readonly lr_shrink: number;
  readonly shrink_min: boolean;
}
function triangles(a: Triangular, low: number): Curve {
  assert(a.max_lr > low, "max_lr must be more than lr");
  const half = floorDivide(a.lr_period_updates, 2);
  const at = (t: number) => {
    const i = Math.floor(divide(t, 2 * half));
    const shrink = pow(a.lr_shrink, i);
    const [bottom, top] = [a.shrink_min ? low * shrink : low, a.max_lr * shrink];
    return bottom + (top - bottom) * Math.max(0, 1 - Math.abs(t / half - 2 * (i + 1) + 1));
  };
  return segments(cycle(Infinity, at, everyPeriod(half)));
}
