import type { Curve } from "../engine/curve.js";
import { PythonError, assert, int, modulo, power as pow } from "../engine/python.js";
import { cycle, halfCosine, segments } from "../engine/segments.js";
import { countUpTo } from "../engine/shapes.js";
import { factor, integer } from "./define.js";
import { scheduler } from "./allennlpCommon.js";

export const cosine = scheduler("cosine.CosineWithRestarts", {
  params: {
    t_initial: integer("epochs of the first cycle"),
    t_mul: factor("growth of the cycle", { default: 1 }),
    eta_min: 0,
    eta_mul: factor("factor of the peak per restart", { default: 1 }),
  },
  needs: ["initial_lr"],
  unit: "epoch",
  formula: "eta_min + (lr · eta_mul^i − eta_min) · (1 + cos(π · t_i / T_i)) / 2, T_i = ⌊t_initial · t_mul^i⌋",
  compile: (a, { initial_lr }) => restarting(a, initial_lr),
});

export interface Cosine {
  readonly t_initial: number;
  readonly t_mul: number;
  readonly eta_min: number;
  readonly eta_mul: number;
}
/** Cycles that hardly shrink or go back and forth are not followed for ever. */
const mostCycles = 100_000;
const tooMany = "ValueError: more than 100000 restarts";
/** CosineWithRestarts after e calls of step(): its counters moved on once a call. */
export function cosineAt(base: number, { t_initial, t_mul, eta_min, eta_mul }: Cosine) {
  assert(t_initial > 0 && eta_min >= 0);
  const starts = [0];
  const lengths = [t_initial];
  /** The cycle of e; a length of 0 divides by zero in the library. */
  const cycleAt = (e: number): [index: number, start: number, length: number] => {
    for (;;) {
      const i = starts.length - 1;
      const [start, length] = [starts[i]!, lengths[i]!];
      if (e < start + length || (length === 0 && e < start)) break;
      modulo(1, length);
      if (starts.length > mostCycles) throw new PythonError(tooMany);
      if (t_mul === 1) {
        const more = Math.floor((e - start) / length);
        return [i + more, start + more * length, length];
      }
      starts.push(start + length);
      lengths.push(int(t_initial * pow(t_mul, i + 1)));
    }
    const i = Math.max(0, t_mul > 0 ? countUpTo(starts, e) - 1 : starts.findLastIndex((start) => start <= e));
    return [i, starts[i]!, lengths[i]!];
  };
  return {
    at(e: number): number {
      if (e === 0) return base;
      const [i, start, length] = cycleAt(e);
      return eta_min + ((base * pow(eta_mul, i) - eta_min) / 2) * (2 * halfCosine((e - start) / length));
    },
    next(e: number): number {
      const [, start, length] = cycleAt(e);
      return start + length;
    },
  };
}

function restarting(a: Cosine, base: number): Curve {
  const { at, next } = cosineAt(base, a);
  // A cycle that shrinks to nothing divides by zero; the sum of the cycles before it is where.
  let last = Infinity;
  if (a.t_mul < 1) {
    last = 0;
    for (let i = 0, length = a.t_initial; length > 0; length = int(a.t_initial * pow(a.t_mul, ++i))) {
      if (i > mostCycles) throw new PythonError(tooMany);
      last += length;
    }
  }
  return segments(
    cycle(last, at, (e) => Math.min(next(e), last)),
    cycle(Infinity, at),
  );
}
