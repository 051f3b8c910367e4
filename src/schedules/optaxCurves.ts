import type { Curve, PhaseKind } from "../engine/curve.js";
import { f32, halfCosine32, pow32 } from "../engine/float32.js";
import { changes } from "../engine/search.js";
import { decay, flat, hold, segments } from "../engine/segments.js";
import { clamp, constant, sequence } from "../engine/shapes.js";
import type { Value } from "./define.js";
import { refuse } from "./refuse.js";

const rising = (from: number, to: number): PhaseKind => (to > from ? "warmup" : "decay");

/** (init − end) · (1 − c/T)^power + end, c = t − begin clamped to [0, T]. */
export function polynomial(init: number, end: number, degree: number, T: number, from: number): Curve {
  if (T <= 0) return constant(init);
  const begin = Math.max(0, from);
  const span = f32(init - end);
  const value = (t: number) => {
    const left = f32(1 - f32(Math.min(Math.max(t - begin, 0), T) / T));
    return f32(f32(span * pow32(left, degree)) + f32(end));
  };
  const transition = { kind: rising(init, end), to: begin + T, lr: value };
  return segments(hold(begin, value(begin)), transition, flat(Infinity, value(begin + T)));
}

interface Exponential {
  readonly transition_steps: number;
  readonly decay_rate: number;
  readonly transition_begin: number;
  readonly staircase: boolean;
  readonly end_value: number | null;
}

/** init · rate^((t − begin) / T) from begin on, bounded by end. */
export function exponential(start: number, a: Exponential): Curve {
  const { transition_steps: T, staircase, end_value: end } = a;
  // What JAX does not compute stays the Python float it was.
  if (T <= 0 || a.decay_rate === 0) return constant(start);
  const [init, rate] = [f32(start), f32(a.decay_rate)];
  const begin = Math.max(0, a.transition_begin);
  const smooth = (t: number) => f32((t - begin) / T);
  const stairs = (t: number) => (t <= begin ? 0 : Math.floor(smooth(t)));
  const power = (t: number) => f32(init * pow32(rate, staircase ? stairs(t) : smooth(t)));
  const free = segments(hold(begin, init), decay(Infinity, power, staircase ? changes(stairs) : undefined));
  if (end === null) return free;
  return rate < 1 ? clamp(free, f32(end)) : clamp(free, -Infinity, f32(end));
}

/** init · ((1 − alpha) · ((1 + cos(π·min(t, T)/T)) / 2)^exponent + alpha). */
export function cosine(init: number, T: number, alpha: number, degree: number): Curve {
  const message = `ValueError: The cosine_decay_schedule requires positive decay_steps, got decay_steps=${T}.`;
  refuse(!(T > 0), message);
  const value = (t: number) => {
    const wave = pow32(halfCosine32(f32(Math.min(t, T) / T)), degree);
    return f32(init * f32(f32(f32(1 - alpha) * wave) + f32(alpha)));
  };
  return segments(decay(T, value), flat(Infinity, value(T)));
}

/** Each curve counts from its boundary; of several boundaries passed the last in the list decides. */
export function join(curves: readonly Curve[], boundaries: readonly number[]): Curve {
  const parts: { from: number; curve: Curve; restart: boolean }[] = [];
  let until = Infinity;
  for (let i = Math.min(curves.length - 1, boundaries.length); i > 0; i--) {
    const from = Math.ceil(boundaries[i - 1]!);
    if (from < until) parts.unshift({ from, curve: curves[i]!, restart: true });
    until = Math.min(until, from);
  }
  if (until > 0) parts.unshift({ from: 0, curve: curves[0]!, restart: false });
  return sequence(parts);
}

export interface WarmedCosine {
  readonly init_value: number;
  readonly peak_value: number;
  readonly warmup_steps: number;
  /** Warm-up and cosine together. */
  readonly decay_steps: number;
  readonly end_value: number;
  readonly exponent: number;
}
export function warmedCosine({ peak_value: peak, warmup_steps: W, ...a }: WarmedCosine): Curve {
  const alpha = peak === 0 ? 0 : a.end_value / peak;
  return join([polynomial(a.init_value, peak, 1, W, 0), cosine(peak, a.decay_steps - W, alpha, a.exponent)], [W]);
}

export type Scales = readonly (readonly [step: number, scale: number])[];

/** The entries of a dict from step to scale, in the order of the steps; scales must not be negative. */
export function scalesOf(value: Value, who: string): Scales {
  const entries = value instanceof Map ? [...(value as ReadonlyMap<number, number>)] : [];
  const isNegative = entries.some(([, scale]) => scale < 0);
  refuse(isNegative, `ValueError: \`${who}\` expects non-negative scale factors`);
  return entries.toSorted(([a], [b]) => a - b);
}

/** From value to value (each the one before times its scale) between 0 and the boundaries; the last value holds. */
export function interpolate(type: string, init: number, entries: Scales): Curve {
  const isKnown = type === "linear" || type === "cosine";
  refuse(!isKnown, "ValueError: `interpolate_type` must be either 'cosine' or 'linear'");
  const values = [f32(init)];
  for (const [, scale] of entries) values.push(f32(values.at(-1)! * f32(scale)));
  const bounds = [0, ...entries.map(([bound]) => bound)];
  const pieces = entries.map(([to], i) => {
    const [a, b] = [values[i]!, values[i + 1]!];
    const share = (t: number) => f32((t - bounds[i]!) / Math.max(to - bounds[i]!, 1));
    const line = (t: number) => f32(f32(f32(b - a) * share(t)) + a);
    const wave = (t: number) => f32(b + f32(f32(a - b) * halfCosine32(share(t))));
    return { kind: rising(a, b), to, lr: type === "linear" ? line : wave };
  });
  return segments(...pieces, flat(Infinity, values.at(-1)!));
}
