import { decay, flat, type Segment } from "./segments.js";
import { everyPeriod } from "./shapes.js";

/** Decays that tool after tool has under names of its own, each to the end of time unless it says where it stops. */

/** base · gamma^t. */
export function byFactor(base: number, gamma: number): Segment {
  return decay(Infinity, (t) => base * gamma ** t);
}

/** base · gamma^⌊t / every⌋. */
export function bySteps(base: number, gamma: number, every: number): Segment {
  return decay(Infinity, (t) => base * gamma ** Math.floor(t / every), everyPeriod(every));
}

/** base · (1 + gamma · t)^−power. */
export function byInverse(base: number, gamma: number, power: number): Segment {
  return decay(Infinity, (t) => base * (1 + gamma * t) ** -power);
}

/** base / (1 + e^(steepness · (t − middle))). */
export function bySigmoid(base: number, steepness: number, middle: number): Segment {
  return decay(Infinity, (t) => base / (1 + Math.exp(steepness * (t - middle))));
}

/** (base − low) · (1 − t / T)^power + low up to step T itself; there is no rate after it. */
export function byPower(base: number, T: number, power: number, low = 0): Segment[] {
  return [decay(T + 1, (t) => (base - low) * (1 - t / T) ** power + low), flat(Infinity, NaN)];
}
