import { cycle, decay, type Segment } from "./segments.js";

/** A cosine from `base` at step `from` to `low` after `length` steps, and on. */
export interface CosineFall {
  readonly base: number;
  readonly low: number;
  /** Steps of half a period; not 0. */
  readonly length: number;
  readonly from?: number;
}

/**
 * The rate at step k as PyTorch and its copies make it from the rate before: its distance to `low` is scaled by the ratio of two
 * cosines, so rounding gathers where the closed form has none; at the bottom, where the ratio has none, a term is added.
 */
export function cosineStep(rate: number, k: number, { base, low, length: n, from = 0 }: CosineFall): number {
  const past = k - 1 - from - n;
  // A remainder takes several times as long as a quotient, which is whole for each multiple.
  if (Number.isInteger(past / (2 * n)) && past % (2 * n) === 0)
    return rate + ((base - low) * (1 - Math.cos(Math.PI / n))) / 2;
  const before = heightOf((Math.PI * (k - 1 - from)) / n);
  return (heightOf((Math.PI * (k - from)) / n) / before) * (rate - low) + low;
}

/** Steps are made in order: what one divides is what the next divides by. */
const latest = { angle: NaN, height: NaN };
function heightOf(angle: number): number {
  if (angle !== latest.angle) [latest.angle, latest.height] = [angle, 1 + Math.cos(angle)];
  return latest.height;
}

/** A fall up to step `to`, and the same formula past it, where nothing clamps it: a cosine climbs again. */
export function unclamped(to: number, lr: (t: number) => number, breaks: (t: number) => number): Segment[] {
  return [decay(to, lr, breaks), cycle(Infinity, lr, breaks)];
}
