import { countUpTo, sequence } from "./shapes.js";
import type { Curve, CurveEnd, Phase, PhaseKind } from "./curve.js";

/** One formula, in force until t reaches `to` (not necessarily whole: the first integer t >= `to` belongs to the next segment). */
export interface Segment {
  readonly kind: PhaseKind;
  readonly to: number;
  readonly lr: number | ((t: number) => number);
  /** Breaks inside, as of `Curve.nextBreak`, in the curve's own t. */
  readonly breaks?: (t: number) => number;
}

const segment =
  (kind: PhaseKind) =>
  (to: number, lr: Segment["lr"], breaks?: Segment["breaks"]): Segment => ({ kind, to, lr, ...(breaks && { breaks }) });
export const warmup = segment("warmup");
export const hold = segment("hold");
export const decay = segment("decay");
export const cooldown = segment("cooldown");
export const cycle = segment("cycle");
export const flat = segment("constant");

/**
 * A curve in segments, in ascending order from t = 0; every formula takes the curve's own t. Empty segments (their end is not
 * after the one before) are left out, as an `if` chain over t would; the last one runs to Infinity.
 * Throws TypeError when none is left. The curve ends where a formula throws: at the first step of its segment, or at its last one.
 */
export function segments(...all: readonly Segment[]): Curve {
  const phases: Phase[] = [];
  const kept: Segment[] = [];
  let from = 0;
  let end: CurveEnd | undefined;
  for (const part of all) {
    const to = Math.ceil(part.to);
    if (!(to > from)) continue;
    if (!end) end = failure(part, from) ?? (Number.isFinite(to) ? failure(part, to - 1) : undefined);
    phases.push({ kind: part.kind, from, to });
    kept.push(part);
    from = to;
  }
  // What a list of lengths decides may be nothing at all: whoever compiled the call says that an argument is wrong.
  if (!kept.length) throw new TypeError("a curve needs a segment");
  const last = kept.length - 1;
  const ends = phases.map((p) => p.to);
  const indexAt = (t: number) => Math.min(last, countUpTo(ends, t));
  const formulas = kept.map(({ lr }) => (typeof lr === "number" ? () => lr : lr));
  const stop = end?.at ?? Infinity;
  // Whoever asks for many rates asks in order: the segment found last is tried first.
  let [low, high, formula] = [Infinity, -Infinity, formulas[0]];
  const find = (t: number) => {
    const i = indexAt(t);
    [low, high] = [i === 0 ? -Infinity : phases[i]!.from, Math.min(i === last ? Infinity : ends[i]!, stop)];
    formula = formulas[i];
  };
  return {
    at: (t) => {
      if (!(t >= low && t < high)) {
        if (!(t < stop)) return NaN;
        find(t);
      }
      try {
        return formula ? formula(t) : NaN;
      } catch {
        return NaN; // Past the end there is no rate; nobody who draws should have to catch.
      }
    },
    nextBreak: (t) => {
      const i = indexAt(t);
      const edge = i < last ? ends[i]! : Infinity;
      try {
        const own = kept[i]!.breaks?.(t) ?? Infinity;
        return own > t ? Math.min(own, edge) : edge;
      } catch {
        return edge; // The formula has already ended here.
      }
    },
    phases: merged(phases),
    ...(end && { end }),
  };
}

/** A line from `first` to `peak` over the first W steps. */
export function rising(W: number, peak: number, first = 0): Segment {
  return warmup(W, (t) => first + ((peak - first) * t) / W);
}

/** rate(i) once i of the edges (ascending) are behind. */
export function drops(edges: readonly number[], rate: (passed: number) => number): Segment[] {
  return [...edges.map((edge, i) => decay(edge, rate(i))), decay(Infinity, rate(edges.length))];
}

/** `rise` in the first W steps (not necessarily whole), then c: with its own clock started at W when `restart`. */
export function warmed(W: number, rise: Segment["lr"], c: Curve, restart = false): Curve {
  if (!(W > 0)) return c;
  return sequence([
    { from: 0, curve: segments(warmup(W, rise)), kind: "warmup" },
    { from: restart ? W : Math.ceil(W), curve: c, restart },
  ]);
}

/** Neighbours of one kind are one phase. */
function merged(phases: readonly Phase[]): Phase[] {
  const result: Phase[] = [];
  for (const phase of phases) {
    const before = result.at(-1);
    if (before?.kind === phase.kind) result[result.length - 1] = { ...before, to: phase.to };
    else result.push(phase);
  }
  return result;
}

/** Steps inside which `c` (counted in epochs) stays the same: t / length, floored. Each epoch's first step is a break. */
export function perEpoch(c: Curve, length: number): Curve {
  return {
    at: (t) => c.at(Math.floor(t / length)),
    nextBreak: (t) => (Math.floor(t / length) + 1) * length,
    phases: c.phases.map((p) => ({ kind: p.kind, from: p.from * length, to: p.to * length })),
    ...(c.end && { end: { at: c.end.at * length, because: c.end.because } }),
  };
}

/** c one step late, as where a trainer sets the rate after the update: the rate at t is c(t − 1), and at 0 c(0). */
export function lagging(c: Curve): Curve {
  return {
    at: (t) => c.at(Math.max(0, t - 1)),
    nextBreak: (t) => (t < 1 ? 1 : c.nextBreak(t - 1) + 1),
    phases: c.phases.map((p) => ({ kind: p.kind, from: p.from === 0 ? 0 : p.from + 1, to: p.to + 1 })),
    ...(c.end && { end: { at: c.end.at === 0 ? 0 : c.end.at + 1, because: c.end.because } }),
  };
}

/** The half cosine: 1 at p = 0, 0 at p = 1. Not clamped. */
export function halfCosine(p: number): number {
  return 0.5 * (1 + Math.cos(Math.PI * p));
}

function valueOf(part: Segment, t: number): number {
  return typeof part.lr === "number" ? part.lr : part.lr(t);
}

function failure(part: Segment, t: number): CurveEnd | undefined {
  try {
    valueOf(part, t);
    return undefined;
  } catch (error) {
    return { at: t, because: (error as Error).message };
  }
}
