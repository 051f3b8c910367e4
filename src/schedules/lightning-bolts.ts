import type { Curve } from "../engine/curve.js";
import { assert } from "../engine/python.js";
import { decay, flat, halfCosine, segments, warmup } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { stepwise } from "../engine/stepwise.js";
import { flag, lr, steps } from "./define.js";
import type { ScheduleDefinition } from "./define.js";
import { lambdaSchedule, raise, torchSchedule } from "./torchRules.js";

const names = (name: string) => ({
  id: `pl_bolts.optimizers.lr_scheduler.${name}`,
  aliases: [
    `pl_bolts.optimizers.${name}`,
    `flash.core.optimizers.${name}`,
    `flash.core.optimizers.lr_scheduler.${name}`,
  ],
  source: "lightning-bolts 0.7.0, optimizers/lr_scheduler.py",
});
const zero = () => raise("ZeroDivisionError: integer modulo by zero");

const linearWarmupCosineAnnealingLR = torchSchedule({
  ...names("LinearWarmupCosineAnnealingLR"),
  params: {
    warmup_epochs: steps("steps of linear warm-up", { min: 0 }),
    max_epochs: steps("steps of the whole run", { min: 1 }),
    warmup_start_lr: lr("rate at the start", { default: 0, min: 0 }),
    eta_min: lr("lowest rate", { default: 0, min: 0 }),
  },
  older: false,
  formula:
    "start + t · (base_lr - start) / (warmup_epochs - 1), then a half cosine to eta_min over max_epochs - warmup_epochs",
  quirks: [
    "The full rate is there for two steps, warmup_epochs - 1 and warmup_epochs.",
    "With warmup_epochs = 0 the cosine starts from warmup_start_lr, not from base_lr.",
    "Past max_epochs the rate climbs again.",
  ],
  rule: ({ warmup_epochs: W, max_epochs: M, warmup_start_lr: start, eta_min: low }) => {
    const D = M - W;
    const half = (k: number) => 1 + Math.cos((Math.PI * (k - W)) / D);
    const next = (rate: number, k: number, base: number) => {
      if (k === 0) return start;
      if (k < W) return rate + (base - start) / (W - 1);
      if (k === W) return base;
      if (D === 0) return zero();
      if ((k - 1 - M) % (2 * D) === 0) return rate + ((base - low) * (1 - Math.cos(Math.PI / D))) / 2;
      return (half(k) / half(k - 1)) * (rate - low) + low;
    };
    const cosine = (from: number) => (t: number) => low + (from - low) * halfCosine((t - W) / D);
    return {
      next: (rate, k, { base }) => next(rate, k, base),
      closed: (base, k) => (k < W ? start + (k * (base - start)) / (W - 1) : cosine(base)(k)),
      curve: (base): Curve => {
        if (!Number.isInteger(W) || !Number.isInteger(M) || W < 0)
          return stepwise(start, (rate, k) => next(rate, k, base));
        if (D === 0)
          return segments(
            warmup(W, (t) => (t ? start + (t * (base - start)) / (W - 1) : start)),
            flat(W + 1, W ? base : start),
            flat(Infinity, zero),
          );
        const top = W + Math.abs(D);
        return segments(
          warmup(W, (t) => (t ? start + (t * (base - start)) / (W - 1) : start)),
          decay(top, cosine(W ? base : start)),
          { kind: "cycle", to: Infinity, lr: cosine(base), breaks: everyPeriod(Math.abs(D), W) },
        );
      },
    };
  },
});

const linearWarmupDecay = lambdaSchedule({
  ...names("linear_warmup_decay"),
  params: {
    warmup_steps: steps("steps of linear warm-up", { min: 0 }),
    total_steps: steps("steps of the whole run", { min: 1 }),
    cosine: flag("a half cosine after the warm-up", { default: true }),
    linear: flag("a straight line after the warm-up", { default: false }),
  },
  function: true,
  formula: "factor t / warmup_steps, then (1 + cos(π · p)) / 2, or 1 - p, or 1",
  quirks: [
    "Past total_steps the straight line goes below 0 and the cosine climbs again.",
    "It is a factor for LambdaLR.",
  ],
  factor: ({ warmup_steps: W, total_steps: T, cosine, linear }) => {
    assert(!(linear && cosine));
    const length = Math.max(1, T - W);
    const progress = (t: number) => (t - W) / length;
    const up = warmup(W, (t) => t / Math.max(1, W));
    if (!cosine && !linear) return segments(up, flat(Infinity, 1));
    if (linear)
      return segments(
        up,
        decay(Infinity, (t) => 1 - progress(t)),
      );
    const wave = (t: number) => halfCosine(progress(t));
    return segments(up, decay(W + length, wave), {
      kind: "cycle",
      to: Infinity,
      lr: wave,
      breaks: everyPeriod(length, W),
    });
  },
});

export const lightningBolts: readonly ScheduleDefinition[] = [linearWarmupCosineAnnealingLR, linearWarmupDecay];
