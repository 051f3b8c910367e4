import type { Curve } from "../engine/curve.js";
import { PythonError, assert, divide, int, power as pow } from "../engine/python.js";
import { cycle, flat, halfCosine, segments } from "../engine/segments.js";
import { countUpTo } from "../engine/shapes.js";
import { factor, lr, steps } from "./define.js";
import { scheduler } from "./espnetCommon.js";

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
  const starts = [0];
  const lengths = [first];
  /** The cycle of step t. Lengths that no longer change repeat; a length of 0 (no warm-up) divides by zero. */
  const cycleAt = (t: number): [index: number, start: number, length: number] => {
    for (;;) {
      const [i, length] = [starts.length - 1, lengths.at(-1)!];
      const start = starts[i]!;
      if (t < start + length) break;
      const next = int((length - W) * mult) + W;
      if (starts.length > 100_000) throw new PythonError("ValueError: more than 100000 restarts");
      if (next === length || length <= 0) {
        const more = length > 0 ? Math.floor((t - start) / length) : 0;
        return [i + more, start + more * length, length];
      }
      starts.push(start + length);
      lengths.push(next);
    }
    const i = countUpTo(starts, t) - 1;
    return [i, starts[i]!, lengths[i]!];
  };
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
  let ending = Infinity;
  if (W === 0 && mult < 1) {
    ending = 0;
    let left = 100_000;
    for (let length = first; length > 0 && left > 0; left--, length = int(length * mult)) ending += length;
    if (left === 0) ending = Infinity;
  }
  return segments(
    flat(1, min_lr),
    cycle(ending, rate, (t) => Math.min(breaks(t), ending)),
    cycle(Infinity, rate, breaks),
  );
}
