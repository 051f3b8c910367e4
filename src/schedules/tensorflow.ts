import type { Curve, Phase } from "../engine/curve.js";
import { PI32, byReciprocal32, divided32, f32, pow32 } from "../engine/float32.js";
import { changes } from "../engine/search.js";
import { curve, everyPeriod, withTurns } from "../engine/shapes.js";
import { refuse } from "./refuse.js";

/**
 * The decays that TensorFlow 1, Keras 2 and Keras 3 share, each in the arithmetic of whoever runs it.
 * t is cast to the learning rate's type first, so past 2^24 a float32 schedule no longer sees every step.
 */
export interface Arithmetic {
  /** To the learning rate's type. */
  readonly cast: (x: number) => number;
  /** Rounds the result of each operation. */
  readonly round: (x: number) => number;
  /** By a constant. */
  readonly divide: (a: number, b: number) => number;
  readonly power: (a: number, b: number) => number;
  readonly pi: number;
}

/** Eager TensorFlow, and Keras on it. */
export const eager: Arithmetic = { cast: f32, round: f32, divide: divided32, power: pow32, pi: PI32 };
/** A session's graph: its optimizer turns a division by a constant into a product, so that step 41 / 41 falls short of 1. */
export const graph: Arithmetic = { ...eager, divide: byReciprocal32 };
/** A Keras 3 schedule whose rate is written as an int: every parameter is cast to an int, π to 3. */
export const wholeNumbers: Arithmetic = {
  cast: Math.trunc,
  round: (x) => x,
  divide: (a, b) => a / b,
  power: (a, b) => (a === 1 ? 1 : a ** b),
  pi: 3,
};

const phase = (kind: Phase["kind"], from = 0, to = Infinity): Phase => ({ kind, from, to });
const untilThenFlat = (end: number): Phase[] => [phase("decay", 0, Math.ceil(end)), phase("constant", Math.ceil(end))];

/** lr · rate^(t / every); the exponent floored when staircase. */
export function exponential(m: Arithmetic, lr: number, steps: number, rate: number, staircase: boolean): Curve {
  const [base, every, ratio] = [m.cast(lr), m.cast(steps), m.cast(rate)];
  const smooth = (t: number) => m.divide(m.cast(t), every);
  const stairs = (t: number) => Math.floor(smooth(t));
  const exponent = staircase ? stairs : smooth;
  return curve((t) => m.round(base * m.power(ratio, exponent(t))), staircase ? changes(stairs) : [], [phase("decay")]);
}

/** lr / (1 + rate · t / every); the quotient floored when staircase. */
export function inverseTime(m: Arithmetic, lr: number, steps: number, rate: number, staircase: boolean): Curve {
  const [base, every, ratio] = [m.cast(lr), m.cast(steps), m.cast(rate)];
  const smooth = (t: number) => m.divide(m.cast(t), every);
  const stairs = (t: number) => Math.floor(smooth(t));
  const p = staircase ? stairs : smooth;
  const pole = ratio < 0 ? [Math.ceil(-every / ratio)] : [];
  return curve((t) => m.round(base / m.round(1 + m.round(ratio * p(t)))), staircase ? changes(stairs) : pole, [
    phase("decay"),
  ]);
}

/** (lr − end) · (1 − min(t, T) / T)^power + end; with cycle T grows to its next multiple instead of t being clamped. */
export function polynomial(
  m: Arithmetic,
  lr: number,
  steps: number,
  end: number,
  exponent: number,
  cycle: boolean,
): Curve {
  const [T, floor, degree] = [m.cast(steps), m.cast(end), m.cast(exponent)];
  const span = m.round(m.cast(lr) - floor);
  const value = (p: number) => m.round(m.round(span * m.power(m.round(1 - p), degree)) + floor);
  if (!cycle) return curve((t) => value(m.divide(Math.min(m.cast(t), T), T)), [Math.ceil(T)], untilThenFlat(T));
  const turn = (t: number) => (t === 0 ? 1 : Math.ceil(m.divide(m.cast(t), steps)));
  return curve((t) => value(m.round(m.cast(t) / m.round(T * turn(t)))), changes(turn), [phase("cycle")]);
}

/** lr · ((1 − alpha) · (1 + cos(π·min(t, T)/T)) / 2 + alpha). */
export function cosine(m: Arithmetic, lr: number, steps: number, alpha: number): Curve {
  const T = m.cast(steps);
  return curve(cosineFrom(m, m.cast(lr), T, alpha, 0), [Math.ceil(T)], untilThenFlat(T));
}

/** Keras' cosine with warm-up: linear from `lr` to `target` in W steps, then the cosine over T further ones. */
export function warmedCosine(
  m: Arithmetic,
  lr: number,
  steps: number,
  alpha: number,
  target: number,
  warmup: number,
): Curve {
  const [initial, T, peak, W] = [m.cast(lr), m.cast(steps), m.cast(target), m.cast(warmup)];
  const rise = m.round(peak - initial);
  const decay = cosineFrom(m, peak, T, alpha, W);
  const up = (t: number) => m.round(m.round(rise * m.divide(t, W)) + initial);
  const last = Math.ceil(W + T);
  const top = Math.max(0, Math.ceil(W));
  const phases = [phase("warmup", 0, top), phase("decay", top, last), phase("constant", last)];
  const breaks = [...new Set([top, last])].filter((b) => b > 0);
  return curve(
    (t) => (m.cast(t) < W ? up(m.cast(t)) : decay(t)),
    breaks,
    phases.filter((p) => p.to > p.from),
  );
}

function cosineFrom(m: Arithmetic, lr: number, T: number, alpha: number, shift: number): (t: number) => number {
  const share = m.round(1 - alpha);
  const last = m.round(T + shift);
  return (t) => {
    const p = m.divide(m.round(Math.min(m.cast(t), last) - shift), T);
    return m.round(lr * m.round(m.round(share * halfCosine(m, p)) + alpha));
  };
}

/** lr · ((1 − alpha) · m_mul^i · (1 + cos(π·p)) / 2 + alpha), p the share done of period i, which lasts first · t_mul^i steps. */
export function cosineRestarts(
  m: Arithmetic,
  lr: number,
  first: number,
  t_mul: number,
  m_mul: number,
  alpha: number,
): Curve {
  const [base, T, tMul, mMul, floor] = [m.cast(lr), m.cast(first), m.cast(t_mul), m.cast(m_mul), m.cast(alpha)];
  const { round, divide, power } = m;
  const done = (t: number) => divide(m.cast(t), T);
  const growth = round(1 - tMul);
  const logMul = round(Math.log(tMul));
  const restart = (x: number) =>
    tMul === 1 ? Math.floor(x) : Math.floor(divide(round(Math.log(round(1 - round(x * growth)))), logMul));
  const within = (x: number, i: number) => {
    if (tMul === 1) return round(x - i);
    const stretched = power(tMul, i);
    return round(round(x - divide(round(1 - stretched), growth)) / stretched);
  };
  const at = (t: number) => {
    const x = done(t);
    const i = restart(x);
    const height = round(round(0.5 * power(mMul, i)) * round(1 + round(Math.cos(round(m.pi * within(x, i))))));
    return round(base * round(round(round(1 - floor) * height) + floor));
  };
  return curve(
    at,
    changes((t) => restart(done(t))),
    [phase("cycle")],
  );
}

/** lr · ((alpha + (T − t)/T) · (1 + cos(2π·periods·t/T)) / 2 + beta), t clamped to T. */
export function linearCosine(
  m: Arithmetic,
  lr: number,
  steps: number,
  periods: number,
  alpha: number,
  beta: number,
): Curve {
  const [base, T, n, a, b] = [m.cast(lr), m.cast(steps), m.cast(periods), m.cast(alpha), m.cast(beta)];
  const { round, divide } = m;
  const twice = round(2 * n);
  const at = (t: number) => {
    const g = Math.min(m.cast(t), T);
    const linear = divide(round(T - g), T);
    const wave = halfCosine(m, round(twice * divide(g, T)));
    return round(base * round(round(round(a + linear) * wave) + b));
  };
  return withTurns(curve(at, linearCosineBreaks(T, n), untilThenFlat(T)));
}

/** The wave's zeros, where the rate turns up again, and T. */
function linearCosineBreaks(T: number, periods: number): (t: number) => number {
  const zero = everyPeriod(T / periods, -T / (2 * periods));
  return (t) => (t >= T ? Infinity : Math.min(zero(t), Math.ceil(T)));
}

/**
 * values[i] from the step after boundaries[i − 1] up to boundaries[i]; a boundary itself keeps the old value.
 * Unsorted boundaries claim some steps twice: there Keras 3 adds the values up (`overlap` "sum"), the others raise.
 */
export function piecewise(
  m: Arithmetic,
  boundaries: readonly number[],
  values: readonly number[],
  overlap: "sum" | "raise",
): Curve {
  const fits = boundaries.length === values.length - 1;
  refuse(!fits, "ValueError: The length of boundaries should be 1 less than the length of values.");
  refuse(!boundaries.length, "IndexError: list index out of range (no boundaries)");
  const rates = values.map(m.cast);
  const last = boundaries.length - 1;
  const isSorted = boundaries.every((b, i) => i === 0 || b >= boundaries[i - 1]!);
  const claims = (t: number) => (isSorted ? [rates[countBelow(boundaries, t)]!] : claimed(t));
  const claimed = (t: number) =>
    rates.filter((_, i) =>
      i === 0 ? t <= boundaries[0]! : i > last ? t > boundaries[last]! : t > boundaries[i - 1]! && t <= boundaries[i]!,
    );
  const at = (t: number) => {
    const own = claims(t);
    return overlap === "sum" ? own.reduce((sum, v) => m.round(sum + v), 0) : (own[0] ?? rates[0]!);
  };
  const edges = [...new Set(boundaries.map((b) => Math.floor(b) + 1))].filter((b) => b > 0).toSorted((a, b) => a - b);
  const steady = curve(
    at,
    edges,
    [0, ...edges].map((from, i) => phase("constant", from, edges[i] ?? Infinity)),
  );
  const twice = overlap === "raise" ? [0, ...edges].find((t) => claims(t).length > 1) : undefined;
  const because =
    "InvalidArgumentError: more than 1 conditions evaluated as True but exclusive=True (boundaries are unsorted)";
  return twice === undefined ? steady : { ...steady, end: { at: twice, because } };
}

function countBelow(ascending: readonly number[], t: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < t) low = middle + 1;
    else high = middle;
  }
  return low;
}

function halfCosine(m: Arithmetic, p: number): number {
  return m.round(0.5 * m.round(1 + m.round(Math.cos(m.round(m.pi * p)))));
}
