import type { Curve, Phase } from "./curve.js";

/** The algebra: every library's schedule is a short expression in these. All step arguments are integers unless said otherwise. */

/** A curve from a bare formula. `breaks`: ascending integers, or a function that gives the next break after t. */
export function curve(
  at: (t: number) => number,
  breaks: readonly number[] | ((t: number) => number) = [],
  phases: readonly Phase[] = [],
): Curve {
  return { at, nextBreak: typeof breaks === "function" ? breaks : (t) => firstAbove(breaks, t), phases };
}

/** lr for every t. */
export function constant(lr: number): Curve {
  return curve(() => lr, [], [{ kind: "constant", from: 0, to: Infinity }]);
}

/** Breaks at every positive multiple of `period` (real, > 0): the first integer t with t >= k·period. */
export function everyPeriod(period: number, offset = 0): (t: number) => number {
  if (!(period > 0)) return () => Infinity;
  return (t) => {
    let k = Math.max(1, Math.floor((t - offset) / period) + 1);
    let next = Math.ceil(k * period + offset);
    while (next <= t) next = Math.ceil(++k * period + offset);
    return next;
  };
}

/** values[i] holds while t < boundaries[i] (or t <= boundaries[i] when `inclusive`); values has one entry more. */
export function piecewiseConstant(boundaries: readonly number[], values: readonly number[], inclusive = false): Curve {
  const edges = boundaries.map((b) => (inclusive ? Math.floor(b) + 1 : Math.ceil(b)));
  return curve((t) => values[countUpTo(edges, t)] ?? NaN, edges);
}

/** Curves one after the other: each starts at its `from` and counts its own t from there when `restart`. */
export function sequence(parts: readonly { from: number; curve: Curve; restart?: boolean; kind?: Phase["kind"] }[]): Curve {
  const starts = parts.map((p) => p.from);
  const indexAt = (t: number) => Math.max(0, countUpTo(starts, t) - 1);
  const end = parts
    .map((p, i) => ({ own: p.curve.end, shift: p.restart ? p.from : 0, until: starts[i + 1] ?? Infinity }))
    .find(({ own, shift, until }) => own !== undefined && own.at + shift < until);
  return {
    at: (t) => {
      const p = parts[indexAt(t)]!;
      return p.curve.at(p.restart ? t - p.from : t);
    },
    nextBreak: (t) => {
      const i = indexAt(t);
      const p = parts[i]!;
      const shift = p.restart ? p.from : 0;
      return Math.min(p.curve.nextBreak(t - shift) + shift, starts[i + 1] ?? Infinity, t < starts[0]! ? starts[0]! : Infinity);
    },
    phases: parts.flatMap((p, i) => {
      const to = starts[i + 1] ?? Infinity;
      const shift = p.restart ? p.from : 0;
      if (p.kind) return [{ kind: p.kind, from: p.from, to }];
      return p.curve.phases
        .map((ph) => ({ kind: ph.kind, from: Math.max(ph.from + shift, p.from), to: Math.min(ph.to + shift, to) }))
        .filter((ph) => ph.to > ph.from);
    }),
    ...(end?.own && { end: { at: end.own.at + end.shift, because: end.own.because } }),
  };
}

/** f(c(t)) for a monotone f; breaks and phases stay. */
export function map(c: Curve, f: (lr: number) => number): Curve {
  return { ...c, at: (t) => f(c.at(t)) };
}

/** factor · c(t). */
export function scale(c: Curve, factor: number): Curve {
  return map(c, (lr) => lr * factor);
}

/** c(t + steps). */
export function shift(c: Curve, steps: number): Curve {
  return {
    at: (t) => c.at(t + steps),
    nextBreak: (t) => c.nextBreak(t + steps) - steps,
    phases: c.phases
      .map((p) => ({ kind: p.kind, from: Math.max(0, p.from - steps), to: p.to - steps }))
      .filter((p) => p.to > 0 && p.to > p.from),
    ...(c.end && { end: { at: Math.max(0, c.end.at - steps), because: c.end.because } }),
  };
}

/** The number of entries of `ascending` that are <= t. */
export function countUpTo(ascending: readonly number[], t: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The smallest entry of `ascending` that is > t; Infinity when there is none. */
export function firstAbove(ascending: readonly number[], t: number): number {
  return ascending[countUpTo(ascending, t)] ?? Infinity;
}
