import type { Curve } from "../engine/curve.js";
import { cosineStep, unclamped } from "../engine/cosine.js";
import { assert } from "../engine/python.js";
import { cycle, decay, flat, halfCosine, segments, warmup } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { stepwise } from "../engine/stepwise.js";
import { flag, lr, required, steps, type ScheduleDefinition } from "./define.js";
import { lambdaSchedule, raise, torchSchedule, type Rule } from "./torchRules.js";

const names = (name: string) => ({
  id: `pl_bolts.optimizers.lr_scheduler.${name}`,
  aliases: [
    `pl_bolts.optimizers.${name}`,
    `flash.core.optimizers.${name}`,
    `flash.core.optimizers.lr_scheduler.${name}`,
  ],
  source: "lightning-bolts 0.7.0, optimizers/lr_scheduler.py",
});

const linearWarmupCosineAnnealingLR = torchSchedule({
  ...names("LinearWarmupCosineAnnealingLR"),
  params: {
    warmup_epochs: steps("steps of linear warm-up", { min: 0 }),
    max_epochs: steps("steps of the whole run", { min: 1 }),
    warmup_start_lr: lr("rate at the start", { default: 0, min: 0 }),
    eta_min: 0,
  },
  older: false,
  formula:
    "start + t · (base_lr - start) / (warmup_epochs - 1), then a half cosine to eta_min over max_epochs - warmup_epochs",
  quirks: [
    "The full rate is there for two steps, warmup_epochs - 1 and warmup_epochs.",
    "With warmup_epochs = 0 the cosine starts from warmup_start_lr, not from base_lr.",
    "Past max_epochs the rate climbs again.",
  ],
  rule: (a) => warmCosine(a.warmup_epochs, a.max_epochs, a.warmup_start_lr, a.eta_min),
});

/** start → base in W - 1 steps, base at W once more, and a cosine to `low` at M. */
function warmCosine(W: number, M: number, start: number, low: number): Rule {
  const length = M - W;
  const zero = () => raise("ZeroDivisionError: integer modulo by zero");
  const next = (rate: number, k: number, base: number) => {
    if (k === 0) return start;
    if (k < W) return rate + (base - start) / (W - 1);
    if (k === W) return base;
    return length === 0 ? zero() : cosineStep(rate, k, { base, low, length, from: W });
  };
  const cosine = (from: number) => (t: number) => low + (from - low) * halfCosine((t - W) / length);
  const curve = (base: number) => {
    const rise = warmup(W, (t) => (t ? start + (t * (base - start)) / (W - 1) : start));
    const top = W ? base : start;
    if (length === 0) return segments(rise, flat(W + 1, top), flat(Infinity, zero));
    const swing = cycle(Infinity, cosine(base), everyPeriod(Math.abs(length), W));
    return segments(rise, decay(W + Math.abs(length), cosine(top)), swing);
  };
  const isWhole = Number.isInteger(W) && Number.isInteger(M) && W >= 0;
  return {
    curve: isWhole ? curve : (base) => stepwise(start, (rate, k) => next(rate, k, base)),
    closed: (base) => (W > 0 ? start : cosine(base)(0)),
    next: (rate, k, { base }) => next(rate, k, base),
  };
}

const past = "Past total_steps the straight line goes below 0 and the cosine climbs again.";
const linearWarmupDecay = lambdaSchedule({
  ...names("linear_warmup_decay"),
  params: {
    warmup_steps: required,
    total_steps: required,
    cosine: flag("a half cosine after the warm-up", { default: true }),
    linear: flag("a straight line after the warm-up", { default: false }),
  },
  function: true,
  formula: "factor t / warmup_steps, then (1 + cos(π · p)) / 2, or 1 - p, or 1",
  quirks: [past, "It is a factor for LambdaLR."],
  factor: (a) => warmFactor(a.warmup_steps, a.total_steps, a.cosine, a.linear),
});

/** t / W, then what `cosine` or `linear` make of the share of the rest that has passed; 1 with neither. */
function warmFactor(W: number, T: number, cosine: boolean, linear: boolean): Curve {
  assert(!(linear && cosine));
  const length = Math.max(1, T - W);
  const progress = (t: number) => (t - W) / length;
  const rise = warmup(W, (t) => t / Math.max(1, W));
  if (linear)
    return segments(
      rise,
      decay(Infinity, (t) => 1 - progress(t)),
    );
  if (!cosine) return segments(rise, flat(Infinity, 1));
  return segments(rise, ...unclamped(W + length, (t) => halfCosine(progress(t)), everyPeriod(length, W)));
}

export const lightningBolts: readonly ScheduleDefinition[] = [linearWarmupCosineAnnealingLR, linearWarmupDecay];
