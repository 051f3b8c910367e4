import type { Curve } from "../engine/curve.js";
import { cycles, mostCycles, stepsOfAll } from "../engine/cycles.js";
import { cycle, halfCosine, segments } from "../engine/segments.js";
import type { Span } from "./composerTime.js";
import { refuse } from "./refuse.js";

/** A half cosine from 1 at p = 0 to `low` at p = 1, and the ends outside. */
export const anneal = (p: number, low: number): number => low + (1 - low) * halfCosine(Math.min(Math.max(p, 0), 1));

const decayed = "Interval between restarts for cosine annealing/warm restarts scheduler has decayed to 0.";

/** Cosines one after the other, each `mult` times as long as the one before, in whole units of time. */
export function restarting(first: Span, mult: number, low: number): Curve {
  const next = (length: number) => Math.trunc(mult * length);
  const cycleAt = cycles(first.value, next, (length, count) => {
    refuse(length === 0, `ValueError: ${decayed}`);
    // Negative lengths would go back and forth for ever, in the library too.
    refuse(length < 0 || count > mostCycles, "ValueError: the cycles do not reach this step");
  });
  const at = (b: number) => {
    const clock = b * first.perBatch;
    const [, start, length] = cycleAt(clock);
    return anneal((clock - start) / length, low);
  };
  const restart = (b: number) => {
    const [, start, length] = cycleAt(b * first.perBatch);
    return Math.ceil((start + length) / first.perBatch);
  };
  if (!(mult > 0 && mult < 1) || first.value <= 0) return segments(cycle(Infinity, at, restart));
  return segments(cycle(stepsOfAll(first.value, next) / first.perBatch, at, restart), cycle(Infinity, at));
}
