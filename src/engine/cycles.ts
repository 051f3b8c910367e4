import { countUpTo } from "./shapes.js";

/** One of cycles that follow each other: which, from 0, its first step, and how many steps it has. */
export type Cycle = readonly [index: number, start: number, length: number];

/** More are not counted one by one. */
export const mostCycles = 100_000;

/**
 * The cycle of step t where the first one is `first` steps long and `next` makes each length from the one before. A length that
 * comes back unchanged repeats for good, and so does one that is not positive, as an empty cycle. `leave` is asked before a cycle
 * is left: it raises where the library does, and is told how many cycles there are so far.
 */
export function cycles(
  first: number,
  next: (length: number) => number,
  leave: (length: number, count: number) => void,
): (t: number) => Cycle {
  const starts = [0];
  const lengths = [first];
  return (t) => {
    for (;;) {
      const i = starts.length - 1;
      const [start, length] = [starts[i]!, lengths[i]!];
      if (t < start + length) break;
      leave(length, starts.length);
      const following = next(length);
      if (following === length || length <= 0) {
        const more = length > 0 ? Math.floor((t - start) / length) : 0;
        return [i + more, start + more * length, length];
      }
      starts.push(start + length);
      lengths.push(following);
    }
    const i = Math.max(0, countUpTo(starts, t) - 1);
    return [i, starts[i]!, lengths[i]!];
  };
}

/** The steps of all cycles until a length is 0; Infinity where there are too many to tell. */
export function stepsOfAll(first: number, next: (length: number) => number): number {
  let sum = 0;
  let left = mostCycles;
  for (let length = first; length > 0; length = next(length)) {
    if (--left < 0) return Infinity;
    sum += length;
  }
  return sum;
}
