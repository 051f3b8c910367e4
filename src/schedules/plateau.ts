import { stepwise } from "../engine/stepwise.js";
import { repr } from "../engine/python.js";
import { Raises, factor, lr, type Compiled, type Context, type LiveSchedule } from "./define.js";
import { refuse } from "./refuse.js";
import type { CurveEvent } from "../engine/curve.js";

/** Its parameters in their order, as PyTorch has them. */
export const plateauParams = {
  mode: "min",
  factor: factor("the rate is multiplied by this at each reduction", { default: 0.1, min: 0, max: 1 }),
  patience: 10,
  threshold: 1e-4,
  threshold_mode: "rel",
  cooldown: 0,
  min_lr: lr("lowest rate, or a list with one per group", { default: 0, min: 0 }),
  eps: 1e-8,
};

/** The rule of PyTorch's ReduceLROnPlateau, which many libraries keep. */
export interface PlateauRule {
  readonly mode: string;
  readonly factor: number;
  readonly patience: number;
  readonly threshold: number;
  readonly threshold_mode: string;
  readonly cooldown: number;
  readonly min_lr: number;
  readonly eps: number;
}

/** A limit is one number, or a list with one for each of the optimizer's groups. */
export function oneEach(limit: number | readonly number[], name: string, count: number): void {
  if (typeof limit !== "object" || limit === null) return;
  refuse(limit.length !== count, `ValueError: expected ${count} ${name}s, got ${limit.length}`);
}

/**
 * A metric-driven rate over `context.metrics`: at(t) is the rate after t metrics were fed, and past the last metric that one
 * repeats. Without metrics it never improves.
 */
export function metricDriven(start: () => LiveSchedule, context: Pick<Context, "metrics" | "total_steps">): Compiled {
  const metrics = context.metrics?.length ? context.metrics : [1];
  const metricBefore = (t: number) => metrics[Math.min(t, metrics.length) - 1]!;
  let run = start();
  const first = run.lr;
  const lr = stepwise(first, (_, t) => {
    if (t === 1) run = start();
    run.step(metricBefore(t));
    return run.lr;
  });
  let told: CurveEvent[] | undefined;
  return {
    lr,
    live: start,
    get events() {
      return (told ??= [
        ...happenings(start(), metricBefore, Math.max(metrics.length, Math.min(context.total_steps || 0, 10_000))),
      ]);
    },
  };
}

function* happenings(run: LiveSchedule, metricBefore: (t: number) => number, until: number): Generator<CurveEvent> {
  for (let t = 1; t <= until; t++) {
    const because = run.step(metricBefore(t));
    if (because !== undefined) yield { at: t, because };
  }
}

/** torch.optim.lr_scheduler.ReduceLROnPlateau: NaN never counts as better; a change smaller than `eps` is not made. */
export function plateau(base: number, rule: PlateauRule): () => LiveSchedule {
  if (rule.factor >= 1) throw new Raises("ValueError: Factor should be < 1.0.");
  const isBetter = betterBy(rule.mode, rule.threshold, rule.threshold_mode);
  return () => {
    let best = rule.mode === "min" ? Infinity : -Infinity;
    let bad = 0;
    let cooling = 0;
    return {
      lr: base,
      step(metric) {
        if (isBetter(metric, best)) [best, bad] = [metric, 0];
        else bad++;
        if (cooling > 0) [cooling, bad] = [cooling - 1, 0];
        if (bad <= rule.patience) return undefined;
        const waited = bad;
        [cooling, bad] = [rule.cooldown, 0];
        const [before, after] = [this.lr, Math.max(this.lr * rule.factor, rule.min_lr)];
        if (!(before - after > rule.eps)) return undefined;
        this.lr = after;
        return `no improvement for ${waited} ${waited === 1 ? "step" : "steps"}: ${short(before)} → ${short(after)}`;
      },
    };
  };
}

/** Whether a metric beats the best so far, by PyTorch's rules for `mode` and `threshold_mode`; raises for unknown ones. */
export function betterBy(mode: string, threshold: number, thresholdMode: string): (a: number, best: number) => boolean {
  if (mode !== "min" && mode !== "max") throw new Raises(`ValueError: mode ${mode} is unknown!`);
  if (thresholdMode !== "rel" && thresholdMode !== "abs")
    throw new Raises(`ValueError: threshold mode ${thresholdMode} is unknown!`);
  if (mode === "min")
    return thresholdMode === "rel" ? (a, best) => a < best * (1 - threshold) : (a, best) => a < best - threshold;
  return thresholdMode === "rel" ? (a, best) => a > best * (threshold + 1) : (a, best) => a > best + threshold;
}

/** A rate in a sentence: at most four digits. */
export function short(lr: number): string {
  return repr(Number(lr.toPrecision(4)));
}
