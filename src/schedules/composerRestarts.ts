import type { Curve } from "../engine/curve.js";
import { PythonError } from "../engine/python.js";
import { cycle, halfCosine, segments } from "../engine/segments.js";
import { countUpTo } from "../engine/shapes.js";
import type { Span } from "./composerTime.js";

/** A half cosine from 1 at p = 0 to `low` at p = 1, and the ends outside. */
export const anneal = (p: number, low: number): number => low + (1 - low) * halfCosine(Math.min(Math.max(p, 0), 1));

const decayed = "Interval between restarts for cosine annealing/warm restarts scheduler has decayed to 0.";

/** Cosines one after the other, each `mult` times as long as the one before, in whole units of time. */
export function restarting(first: Span, mult: number, low: number): Curve {
  const ends = [first.value];
  let length = first.value;
  let steady = false;
  /** Cycles in order; once the length no longer changes the rest is arithmetic. */
  const cycleAt = (clock: number): [start: number, length: number] => {
    while (!steady && ends.at(-1)! <= clock) {
      if (length === 0) throw new PythonError(`ValueError: ${decayed}`);
      // Negative lengths would go back and forth for ever, in the library too.
      if (length < 0 || ends.length > 1e5) throw new PythonError("ValueError: the cycles do not reach this step");
      const next = Math.trunc(mult * length);
      steady = next === length;
      if (!steady) ends.push(ends.at(-1)! + next);
      length = next;
    }
    const last = ends.at(-1)!;
    if (clock >= last) return [last + Math.floor((clock - last) / length) * length, length];
    const i = countUpTo(ends, clock);
    return [ends[i - 1] ?? 0, ends[i]! - (ends[i - 1] ?? 0)];
  };
  const end = (clock: number) => cycleAt(clock).reduce((a, b) => a + b);
  const at = (b: number) => {
    const [start, length] = cycleAt(b * first.perBatch);
    return anneal((b * first.perBatch - start) / length, low);
  };
  const restart = (b: number) => Math.ceil(end(b * first.perBatch) / first.perBatch);
  if (!(mult > 0 && mult < 1) || first.value <= 0) return segments(cycle(Infinity, at, restart));
  let total = 0;
  for (let l = first.value; l > 0; l = Math.trunc(mult * l)) total += l;
  return segments(cycle(total / first.perBatch, at, restart), cycle(Infinity, at));
}
