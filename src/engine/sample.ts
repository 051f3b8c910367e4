import type { Curve } from "./curve.js";

/**
 * Extremes per pixel column. Column i covers the integer steps from ceil(from + i·(to − from)/n) up to the next column's
 * first; the last column includes `to`. All three arrays have n entries, NaN where there is no rate.
 */
export interface Columns {
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** The rate at the column's first step. */
  readonly first: Float64Array;
}

/** Breaks visited one by one, in all columns together; each column may have 64. Some 20 milliseconds. */
const breaksInAll = 64_000;
/** Rates looked at in a column where the breaks of a user's function are no longer followed. */
const looks = 16;

/**
 * The curve over [from, to] for drawing `width` pixels wide: n = width columns, or one for each step when there are fewer.
 * Costs O(width + breaks in reach), at most 64,000 breaks (64 for each column), whatever the number of steps: between two breaks a curve is
 * monotone, so its values beside the breaks are the extremes.
 */
export function sampleColumns(curve: Curve, from: number, to: number, width: number): Columns {
  if (!(width >= 2)) throw new RangeError(`Cannot sample curve: width must be >= 2, got ${width}`);
  const steps = to - from + 1;
  const count = Math.max(1, Math.min(Math.floor(width), steps));
  const oneEach = count === steps;
  const columns = { min: new Float64Array(count), max: new Float64Array(count), first: new Float64Array(count) };
  const start = (i: number) => (oneEach ? from + i : Math.ceil(from + (i * (to - from)) / count));
  const stop = curve.end?.at ?? Infinity;
  for (let i = 0; i < count; i++) {
    const a = start(i);
    const b = Math.min(i + 1 < count ? start(i + 1) : to + 1, stop);
    const [min, max] = a < b ? extremes(curve, a, b, Math.max(64, breaksInAll / count)) : [NaN, NaN];
    columns.min[i] = min;
    columns.max[i] = max;
    columns.first[i] = a < stop ? curve.at(a) : NaN;
  }
  return columns;
}

/** [min, max] over the integers of [a, b), exact when at most `most` breaks lie inside. */
export function extremes(curve: Curve, a: number, b: number, most = 64): [number, number] {
  let [min, max] = [Infinity, -Infinity];
  const look = (t: number) => {
    const lr = curve.at(t);
    if (lr < min) min = lr;
    if (lr > max) max = lr;
  };
  look(a);
  const followed = Math.min(b, curve.walk ?? Infinity);
  let t = curve.nextBreak(a);
  for (let n = 0; t < followed && n < most; n++, t = curve.nextBreak(t)) {
    look(t - 1);
    look(t);
  }
  if (t < followed) {
    // Too many to visit: cycles repeat, so those begun at even distances tell the rest.
    const stride = (followed - t) / most;
    for (let n = 0; n < most; n++) {
      const near = curve.nextBreak(Math.floor(t + n * stride));
      if (near >= followed) break;
      look(near - 1);
      look(near);
    }
  }
  if (followed < b) for (let n = 1; n < looks; n++) look(Math.floor(a + ((b - 1 - a) * n) / looks));
  look(b - 1);
  return min <= max ? [min, max] : [NaN, NaN];
}
