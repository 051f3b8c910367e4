import type { Curve } from "./curve.js";
import { ending } from "./shapes.js";

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

/** c, ended where Python cannot compute the factor any more, however small the rate that is made of it. */
export function overflowing(c: Curve, factor: (t: number) => number): Curve {
  const at = Number.isFinite(factor(0)) ? firstWhere((t) => !Number.isFinite(factor(t)), 0) : 0;
  return Number.isFinite(at) ? ending(c, at, "OverflowError: (34, 'Numerical result out of range')") : c;
}
