import type { Curve } from "../engine/curve.js";
import { cycles, mostCycles, stepsOfAll } from "../engine/cycles.js";
import { assert, divide, int, power as pow } from "../engine/python.js";
import { cycle, flat, halfCosine, segments } from "../engine/segments.js";
import { factor, lr, steps } from "./define.js";
import { scheduler } from "./espnetCommon.js";
import { refuse } from "./refuse.js";

export const cosine = scheduler("cosine_anneal_warmup_restart.CosineAnnealingWarmupRestarts", {
  params: {
    first_cycle_steps: steps("steps of the first cycle"),
    cycle_mult: factor("growth of the cycle without its warm-up", { default: 1 }),
    max_lr: lr("peak of the first cycle", { default: 0.1 }),
    min_lr: 0.001,
    warmup_steps: steps("steps of warm-up of each cycle", { default: 0 }),
    gamma: factor("factor of the peak per cycle", { default: 1 }),
  },
  formula: "min_lr + (max_lr · gamma^cycle − min_lr) · t / W, then half a cosine back to min_lr",
  quirks: ["The optimizer's rate is ignored.", "The first update is at min_lr, also without warm-up."],
  compile: (a) => restarting(a),
});

type Restarts = Readonly<
  Record<"first_cycle_steps" | "cycle_mult" | "max_lr" | "min_lr" | "warmup_steps" | "gamma", number>
>;
/** Cycles of a straight rise and half a cosine; what is longer than its warm-up grows by cycle_mult each time. */
function restarting({ first_cycle_steps: first, cycle_mult: mult, warmup_steps: W, ...a }: Restarts): Curve {
  const { max_lr, min_lr, gamma } = a;
  assert(W < first);
  const next = (length: number) => int((length - W) * mult) + W;
  const cycleAt = cycles(first, next, (_, count) =>
    refuse(count > mostCycles, "ValueError: more than 100000 restarts"),
  );
  const rate = (t: number) => {
    const [i, start, length] = cycleAt(t);
    const [rise, s] = [max_lr * pow(gamma, i) - min_lr, t - start];
    return min_lr + (s < W ? (rise * s) / W : rise * halfCosine(divide(s - W, length - W)));
  };
  const breaks = (t: number) => {
    const [, start, length] = cycleAt(t);
    return t < start + W ? Math.ceil(start + W) : length > 0 ? Math.ceil(start + length) : Infinity;
  };
  // With shrinking cycles and no warm-up the length reaches 0; that step is the last segment's first.
  const ending = W === 0 && mult < 1 ? stepsOfAll(first, next) : Infinity;
  return segments(
    flat(1, min_lr),
    cycle(ending, rate, (t) => Math.min(breaks(t), ending)),
    cycle(Infinity, rate, breaks),
  );
}
