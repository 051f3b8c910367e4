import { defineSchedule, factor, flag, integer, lr, optimizer } from "./define.js";
import type { Compiled, Context, LiveSchedule, ScheduleDefinition, TypedArgs } from "./define.js";
import { betterBy, metricDriven, oneEach, short } from "./plateau.js";
import { refuse } from "./refuse.js";
import { eachGroup, groupCount, oneGroup } from "./torchGroups.js";
import { raise } from "./torchRules.js";

const params = {
  optimizer,
  mode: "min",
  factor: factor("the rate is multiplied, or divided, by this", { default: 0.95, min: 0, max: 1 }),
  patience: integer("good or bad steps that are let pass", { default: 10, min: 0 }),
  threshold: 1e-6,
  threshold_mode: "abs",
  cooldown: integer("steps to wait after a reduction", { default: 0, min: 0 }),
  warmup: integer("steps to wait after an increase", { default: 0, min: 0 }),
  min_lr: lr("lowest rate", { default: 1e-3, min: 0 }),
  max_lr: lr("highest rate", { default: 1, min: 0 }),
  eps: 1e-8,
  verbose: flag("print each change", { default: false }),
  smooth: flag("judge the metric's running mean", { default: false }),
  window_size: integer("metrics in that mean", { default: 50, min: 1 }),
  reset_start: integer("reductions at min_lr until everything starts anew", { default: 500, min: 0 }),
};
type Greedy = TypedArgs<typeof params>;

/** Transformers' GreedyLR under one of its names. */
export const greedySchedule = (names: Pick<ScheduleDefinition, "id" | "aliases" | "source">): ScheduleDefinition =>
  defineSchedule({
    ...names,
    params,
    needs: ["initial_lr"],
    formula:
      "lr / factor after more than patience good steps, lr · factor after more than patience bad ones, within min_lr and max_lr",
    quirks: [
      "min_lr is 1e-3 unless given: a smaller starting rate is never reduced, only increased.",
      "After reset_start reductions at min_lr everything starts anew at the first rate.",
    ],
    compile: grouped,
  });

function grouped(rule: Greedy, context: Context): Compiled {
  refuse(rule.factor >= 1, "ValueError: Factor should be < 1.0.");
  const limits = ["min_lr", "max_lr"] as const;
  const count = groupCount(rule, limits, context);
  for (const name of limits) oneEach(rule[name], name, count);
  betterBy(rule.mode, rule.threshold, rule.threshold_mode);
  return eachGroup(count, context, (group, base) => metricDriven(greedy(base, oneGroup(rule, limits, group)), context));
}

function greedy(base: number, rule: Greedy): () => LiveSchedule {
  const isBetter = betterBy(rule.mode, rule.threshold, rule.threshold_mode);
  return () => {
    const fresh = () => ({
      best: rule.mode === "min" ? Infinity : -Infinity,
      bad: 0,
      good: 0,
      waiting: 0,
      window: [] as number[],
      sum: 0,
      resetsIn: rule.reset_start,
    });
    let s = fresh();
    const smoothed = (metric: number) => {
      if (!rule.smooth) return metric;
      s.window.push(metric);
      s.sum += metric;
      if (s.window.length > rule.window_size) s.sum -= s.window.shift()!;
      return s.window.length ? s.sum / s.window.length : raise("ZeroDivisionError: float division by zero");
    };
    return {
      lr: base,
      step(metric) {
        const current = smoothed(metric);
        if (s.waiting > 0) {
          s.waiting--;
          s.bad = s.good = 0;
          return undefined;
        }
        if (isBetter(current, s.best)) [s.best, s.bad, s.good] = [current, 0, s.good + 1];
        else [s.bad, s.good] = [s.bad + 1, 0];
        const before = this.lr;
        const steps = Math.max(s.bad, s.good);
        if (s.good > rule.patience) {
          const after = Math.min(before / rule.factor, rule.max_lr);
          if (after - before > rule.eps) this.lr = after;
          [s.resetsIn, s.waiting, s.good] = [rule.reset_start, rule.warmup, 0];
          return this.lr === before ? undefined : `better for ${steps} steps: ${short(before)} → ${short(this.lr)}`;
        }
        if (s.bad <= rule.patience) return undefined;
        const after = Math.max(before * rule.factor, rule.min_lr);
        if (before - after > rule.eps) this.lr = after;
        [s.waiting, s.bad] = [rule.cooldown, 0];
        if (this.lr <= rule.min_lr && --s.resetsIn <= 0) {
          s = { ...fresh(), waiting: rule.cooldown };
          this.lr = base;
          return `${rule.reset_start} reductions at the lowest rate: starts anew at ${short(base)}`;
        }
        return this.lr === before
          ? undefined
          : `no improvement for ${steps} steps: ${short(before)} → ${short(this.lr)}`;
      },
    };
  };
}
