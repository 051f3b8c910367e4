import type { Curve } from "./curve.js";

/** Integers beyond this are not exact in float64; no run is that long. */
const farthest = 2 ** 53;

/** The first integer t > from, up to `limit`, for which `holds`, given that it then holds for good; Infinity when there is none. */
export function firstWhere(holds: (t: number) => boolean, from: number, limit = farthest): number {
  let low = from;
  let high = from + 1;
  while (high < limit && !holds(high)) [low, high] = [high, high + 2 * (high - from)];
  if (high >= limit) {
    high = Math.min(limit, farthest);
    if (high <= low || !holds(high)) return Infinity;
  }
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Breaks of a staircase: where `level`, which never returns to a value that it left, takes another one. O(log of its width). */
export function changes(level: (t: number) => number | boolean): (t: number) => number {
  return (t) => {
    const now = level(t);
    return firstWhere((s) => !Object.is(level(s), now), t);
  };
}

/** Where a curve that rises and then falls on the integers of [from, to] (or falls and then rises) has its extreme. */
export function turningPoint(at: (t: number) => number, from: number, to: number): number {
  let low = Math.floor(from);
  let high = Math.ceil(to);
  const up = at(Math.floor((low + high) / 2)) >= Math.min(at(low), at(high)) ? 1 : -1;
  while (high - low > 2) {
    const a = low + Math.floor((high - low) / 3);
    const b = high - Math.floor((high - low) / 3);
    if (up * at(a) < up * at(b)) low = a;
    else high = b;
  }
  return low + 1;
}

/** The nearest of several next-break functions. */
export function earliest(...all: readonly ((t: number) => number)[]): (t: number) => number {
  return (t) => Math.min(...all.map((next) => next(t)));
}

/** c, never below (`side` 1) or never above (−1) `bound`; where it reaches the bound is a break. NaN stays NaN. */
export function bounded(c: Curve, bound: number, side: 1 | -1 = 1): Curve {
  const beyond = (t: number) => side * c.at(t) < side * bound;
  return {
    ...c,
    at: (t) => {
      const lr = c.at(t);
      return side * lr < side * bound ? bound : lr;
    },
    nextBreak: (t) => {
      const next = c.nextBreak(t);
      const now = beyond(t);
      const crossing = firstWhere((s) => beyond(s) !== now, t, Math.min(next, farthest));
      return Math.min(next, crossing);
    },
  };
}
