import { assert } from "../engine/python.js";
import { anything, defineSchedule, factor, optimizer, real, steps, word, type LiveSchedule } from "./define.js";
import { head, identity, span } from "./mmengineFamily.js";
import { metricDriven, plateau } from "./plateau.js";
import { refuse } from "./refuse.js";

export const onPlateau = (["LR", "Momentum", "ParamScheduler"] as const).map((kind) =>
  defineSchedule({
    ...identity(`ReduceOnPlateau${kind}`, kind),
    params: {
      ...(head(kind) as { optimizer: typeof optimizer }),
      monitor: word("name of the metric", { default: "loss" }),
      rule: word("whether less or greater is better", { default: "less", choices: ["less", "greater"] }),
      factor: factor("factor of a reduction", { default: 0.1 }),
      patience: steps("epochs without improvement that are tolerated", { default: 10 }),
      threshold: real("least improvement that counts", { default: 1e-4, min: 0 }),
      threshold_rule: word("relative or absolute threshold", { default: "rel", choices: ["rel", "abs"] }),
      cooldown: steps("epochs of rest after a reduction", { default: 0 }),
      min_value: anything("floor, or one per group", { default: 0 }),
      eps: 1e-8,
      ...span,
    },
    formula: "lr · factor after more than `patience` epochs without improvement of `monitor`",
    quirks: ["The epoch is counted before the metric is fed, so begin = 1 still hears the first one."],
    compile(a, context) {
      const mode = modes[a.rule] ?? a.rule;
      const min_lr = (Array.isArray(a.min_value) ? a.min_value[0] : a.min_value) as number;
      const base = kind === "Momentum" ? (context.momentum ?? 0.9) : context.initial_lr;
      checkSpan(a, kind);
      const start = plateau(base, { ...a, mode, threshold_mode: a.threshold_rule, min_lr });
      return metricDriven(() => during(start(), a.begin, a.end), context);
    },
  }),
);

const modes: Readonly<Record<string, string>> = { less: "min", greater: "max" };

interface Checked {
  readonly begin: number;
  readonly end: number;
  readonly by_epoch: boolean;
  readonly factor: number;
  readonly threshold: number;
}
function checkSpan({ begin, end, by_epoch, factor, threshold }: Checked, kind: string): void {
  refuse(end <= begin, `ValueError: end should be larger than begin, but got begin=${begin}, end=${end}`);
  assert(by_epoch, `Now ReduceOnPlateau${kind} only support by_epoch=True`);
  refuse(factor >= 1, "ValueError: Factor should be < 1.0.");
  refuse(threshold < 0, `ValueError: threshold ${threshold} should be >= 0.`);
}

/** Hears the metric of epoch i (from 1) only while begin ≤ i < end. */
function during(inner: LiveSchedule, begin: number, end: number): LiveSchedule {
  let epoch = 0;
  return {
    get lr() {
      return inner.lr;
    },
    step: (metric) => (++epoch >= begin && epoch < end ? inner.step(metric) : undefined),
  };
}
