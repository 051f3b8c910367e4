import type { Curve } from "../engine/curve.js";
import { divide, modulo, power } from "../engine/python.js";
import { changes } from "../engine/search.js";
import { cycle, decay, flat, hold, segments, warmup, type Segment } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";

/** The factors that Transformers and its relatives hand to LambdaLR, with W warm-up steps of T in all. Fractions are allowed. */

/** t / W. */
const rising = (W: number, height = 1): Segment => warmup(W, (t) => (height * t) / Math.max(1, W));

export function warmupThenConstant(W: number): Curve {
  return segments(rising(W), flat(Infinity, 1));
}

/** Up to `high`, then straight down to `low` at T, and there it stays. */
export function warmupThenLinear(W: number, T: number, low = 0, high = 1): Curve {
  const at = (t: number) => low + (high - low) * Math.max(0, (T - t) / Math.max(1, T - W));
  return segments(rising(W, high), decay(T, at), flat(Infinity, low));
}

/** Cosine through `cycles` periods until T and on; it goes between 1 and `low`. */
export function warmupThenCosine(W: number, T: number, cycles: number, low = 0): Curve {
  return segments(rising(W), ...waves(T, cosine(W, Math.max(1, T - W), cycles, low)));
}

/** The same, with the warm-up and the cosine one step ahead: (t + 1) / W, or from `start` in W - 1 steps. */
export function aheadThenCosine(W: number, T: number, cycles: number, low: number, start: number | null): Curve {
  const up = (t: number) =>
    start === null ? (t + 1) / Math.max(1, W) : start + ((1 - start) * t) / Math.max(1, W - 1);
  return segments(warmup(W, up), ...waves(T, cosine(W - 1, Math.max(1, T - W), cycles, low)));
}

/** `cycles` half cosines from 1 to 0, one after the other; 0 from T on. */
export function warmupThenRestarts(W: number, T: number, cycles: number): Curve {
  const progress = (t: number) => (t - W) / Math.max(1, T - W);
  const at = (t: number) => Math.max(0, 0.5 * (1 + Math.cos(Math.PI * modulo(cycles * progress(t), 1))));
  const isOver = (t: number) => progress(t) >= 1;
  const restart = changes((t) => Math.floor(cycles * progress(t)));
  const over = isOver(Math.ceil(Math.max(W, T))) ? Math.max(W, T) : Math.max(W, T) + 1;
  return segments(rising(W), { kind: "cycle", to: over, lr: at, breaks: restart }, flat(Infinity, 0));
}

/** Down to `end` by (1 - p)^power; `init` and `end` are rates, the factor is relative to `init`. */
export function warmupThenPolynomial(W: number, T: number, init: number, end: number, exponent: number): Curve {
  const at = (t: number) => ((init - end) * power(1 - divide(t - W, T - W), exponent) + end) / init;
  return segments(rising(W), decay(Math.floor(T) + 1, at), flat(Infinity, end / init));
}

/** 1 / √((t - W + scale) / scale). */
export function warmupThenInverseSqrt(W: number, scale: number): Curve {
  const at = (t: number) => divide(1, Math.sqrt(divide(t - W + scale, scale)));
  return segments(rising(W), decay(scale < 0 ? W - scale : Infinity, at), decay(Infinity, at));
}

/** Warm-up from `low`, a stable stretch, decay to `low`. */
export function warmupStableDecay(
  [W, stable, D]: readonly [number, number, number],
  [up, down]: readonly [string, string],
  low: number,
  cycles: number,
): Curve {
  const lifted = (f: number) => Math.max(0, f * (1 - low) + low);
  const rise = (p: number) =>
    up === "linear" ? p : up === "cosine" ? 0.5 * (1 - Math.cos(Math.PI * p)) : 1 - Math.sqrt(1 - p);
  const from = W + stable;
  const wave = cosine(from, Math.max(1, D), cycles, low);
  const fall = (t: number) => {
    const p = (t - from) / Math.max(1, D);
    return lifted(down === "linear" ? 1 - p : 1 - Math.sqrt(p));
  };
  return segments(
    warmup(W, (t) => lifted(rise(t / Math.max(1, W)))),
    hold(from, 1),
    down === "cosine" ? { ...wave, kind: "decay", to: from + D } : decay(from + D, fall),
    flat(Infinity, low),
  );
}

/** "1:10,0.1:20,0.01": 1 before step 10, 0.1 before step 20, then 0.01. */
export function piecewiseRules(rules: readonly (readonly [until: number, factor: number])[], last: number): Curve {
  const sorted = [...new Map(rules)].sort(([a], [b]) => a - b);
  return segments(...sorted.map(([until, factor]) => hold(until, factor)), flat(Infinity, last));
}

interface Wave {
  readonly lr: (t: number) => number;
  readonly breaks: (t: number) => number;
}

function cosine(from: number, length: number, cycles: number, low: number): Wave {
  const lr = (t: number) =>
    Math.max(0, 0.5 * (1 + Math.cos(Math.PI * cycles * 2 * ((t - from) / length))) * (1 - low) + low);
  return { lr, breaks: everyPeriod(length / Math.abs(2 * cycles), from) };
}

function waves(T: number, { lr, breaks }: Wave): Segment[] {
  return [decay(T, lr, breaks), cycle(Infinity, lr, breaks)];
}
