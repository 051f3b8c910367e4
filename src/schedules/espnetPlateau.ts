import type { CurveEvent } from "../engine/curve.js";
import { power as pow } from "../engine/python.js";
import { stepwise } from "../engine/stepwise.js";
import { anything, factor, real, steps, type Compiled, type Context, type LiveSchedule } from "./define.js";
import { scheduler } from "./espnetCommon.js";
import { plateau } from "./plateau.js";

export const onPlateau = scheduler("warmup_reducelronplateau.WarmupReduceLROnPlateau", {
  params: {
    warmup_steps: steps("steps of warm-up; fractions are taken", { default: 25000 }),
    mode: "min",
    factor: factor("factor of a reduction", { default: 0.1 }),
    patience: steps("epochs without improvement that are tolerated", { default: 10 }),
    threshold: real("least improvement that counts", { default: 1e-4 }),
    threshold_mode: "rel",
    cooldown: 0,
    min_lr: anything("floor, or one per group", { default: 0 }),
    eps: 1e-8,
    verbose: null,
  },
  needs: ["steps_per_epoch"],
  formula: "lr · t / W up to W; then lr · factor after more than patience epochs without improvement",
  quirks: [
    "The first update is at the full rate.",
    "During the warm-up a reduction lasts one step: the next one overwrites it.",
  ],
  compile(a, context) {
    const min_lr = (Array.isArray(a.min_lr) ? a.min_lr[0] : a.min_lr) as number;
    const rise = context.initial_lr * pow(a.warmup_steps, -1);
    return warming(plateau(context.initial_lr, { ...a, min_lr }), a.warmup_steps, rise, context);
  },
});

/** lr · t / W for W steps, whatever the plateau says beneath it; it is fed a metric at the end of each epoch. */
function warming(start: () => LiveSchedule, W: number, rise: number, context: Context): Compiled {
  const { initial_lr: base, steps_per_epoch, metrics = [1], total_steps } = context;
  const [length, top] = [Math.max(1, steps_per_epoch || 1), Math.floor(W)];
  let run = start();
  const events: CurveEvent[] = [];
  const next = (_: number, t: number) => {
    if (t === 1) run = start();
    if (t <= W) run.lr = rise * t;
    const because = t % length === 0 ? run.step(metrics[Math.min(t / length, metrics.length) - 1]!) : undefined;
    if (because !== undefined) events.push({ at: t, because });
    return run.lr;
  };
  const phases = [
    { kind: "warmup", from: 0, to: top },
    { kind: "hold", from: top, to: Infinity },
  ] as const;
  const lr = stepwise(base, next, { phases, horizon: Math.min(total_steps || 0, metrics.length * length) });
  return {
    lr,
    live: start,
    get events() {
      return (lr.at(Math.min(metrics.length * length, 1e5)), events);
    },
  };
}
