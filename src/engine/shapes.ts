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

/** One decay without an end. */
export function falling(at: (t: number) => number, breaks: Parameters<typeof curve>[1] = []): Curve {
  return curve(at, breaks, [{ kind: "decay", from: 0, to: Infinity }]);
}

/** Cycle after cycle. */
export function cycling(at: (t: number) => number, breaks: Parameters<typeof curve>[1] = []): Curve {
  return curve(at, breaks, [{ kind: "cycle", from: 0, to: Infinity }]);
}

/** c, which the library ends at this step. */
export function ending(c: Curve, at: number, because: string): Curve {
  return { ...c, end: { at, because } };
}

/** Breaks at every positive multiple of `period` (real, > 0): the first integer t with t >= k·period. */
export function everyPeriod(period: number, offset = 0): (t: number) => number {
  if (!(period > 0) || !Number.isFinite(offset)) return () => Infinity;
  // Every integer is one, and so is none that a double of this size could tell from the next.
  if (period <= 1) return (t) => Math.max(Math.floor(t) + 1, Math.ceil(period + offset));
  return (t) => {
    let k = Math.max(1, Math.floor((t - offset) / period) + 1);
    let next = Math.ceil(k * period + offset);
    for (let tries = 0; next <= t && tries < 3; tries++) next = Math.ceil(++k * period + offset);
    return next > t ? next : Infinity;
  };
}

/** values[i] holds while t < boundaries[i] (or t <= boundaries[i] when `inclusive`); values has one entry more. */
export function piecewiseConstant(boundaries: readonly number[], values: readonly number[], inclusive = false): Curve {
  const edges = boundaries.map((b) => (inclusive ? Math.floor(b) + 1 : Math.ceil(b)));
  return curve((t) => values[countUpTo(edges, t)] ?? NaN, edges);
}

/** Curves one after the other: each starts at its `from` and counts its own t from there when `restart`. None: no rate at all. */
export function sequence(
  parts: readonly { from: number; curve: Curve; restart?: boolean; kind?: Phase["kind"] }[],
): Curve {
  if (!parts.length) return curve(() => NaN);
  const starts = parts.map((p) => p.from);
  const indexAt = (t: number) => Math.max(0, countUpTo(starts, t) - 1);
  const end = parts
    .map((p, i) => ({
      own: p.curve.end,
      from: p.from,
      shift: p.restart ? p.from : 0,
      until: starts[i + 1] ?? Infinity,
    }))
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
      return Math.min(
        p.curve.nextBreak(t - shift) + shift,
        starts[i + 1] ?? Infinity,
        t < starts[0]! ? starts[0]! : Infinity,
      );
    },
    phases: parts.flatMap((p, i) => {
      const to = starts[i + 1] ?? Infinity;
      const shift = p.restart ? p.from : 0;
      if (p.kind) return [{ kind: p.kind, from: p.from, to }];
      return p.curve.phases
        .map((ph) => ({ kind: ph.kind, from: Math.max(ph.from + shift, p.from), to: Math.min(ph.to + shift, to) }))
        .filter((ph) => ph.to > ph.from);
    }),
    ...(end?.own && { end: { at: Math.max(end.from, end.own.at + end.shift), because: end.own.because } }),
  };
}

/** f(c(t)) for a monotone f; breaks and phases stay. */
export function map(c: Curve, f: (lr: number) => number): Curve {
  const { at } = c;
  return { ...c, at: (t) => f(at(t)) };
}

/** factor · c(t). */
export function scale(c: Curve, factor: number): Curve {
  const { at } = c;
  return { ...c, at: (t) => at(t) * factor };
}

/** a(t) · b(t); on pieces where both move, one turn is looked for (log-concave pieces have no more). */
export function product(a: Curve, b: Curve): Curve {
  const at = (t: number) => a.at(t) * b.at(t);
  const nextBreak = (t: number) => Math.min(a.nextBreak(t), b.nextBreak(t));
  const end = !a.end || (b.end && b.end.at < a.end.at) ? b.end : a.end;
  const walk = a.walk === undefined ? b.walk : Math.min(a.walk, b.walk ?? Infinity);
  return {
    ...withTurns({ at, nextBreak, phases: a.phases.length ? a.phases : b.phases }),
    ...(end && { end }),
    ...(walk && { walk }),
  };
}

/** The same curve, its pieces split where they turn: each piece given may have one extreme inside. */
export function withTurns(c: Curve): Curve {
  const slope = (t: number) => c.at(t + 1) - c.at(t);
  return {
    ...c,
    nextBreak: (t) => {
      const to = c.nextBreak(t);
      const from = Math.max(0, t);
      const start = Math.sign(slope(from));
      // The direction at the far end: the last step inside the piece; on an endless one, far out but finite.
      let high = Number.isFinite(to) ? Math.min(to - 2, 2 ** 53) : far(from, c.at);
      if (high <= from || Math.sign(slope(high)) === start || start === 0) return to;
      let low = from;
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (Math.sign(slope(middle)) === start) low = middle;
        else high = middle;
      }
      return high + 1;
    },
  };
}

/** The largest power of two past `from` up to 2^40 at which the rate is still a finite, nonzero number. */
function far(from: number, at: (t: number) => number): number {
  let reach = 1;
  while (reach < 2 ** 40 && Number.isFinite(at(from + 2 * reach)) && at(from + 2 * reach) !== 0) reach *= 2;
  return from + reach - 1;
}

/** min(max(c(t), low), high). Where it starts or stops clamping is a break. */
export function clamp(c: Curve, low: number, high = Infinity): Curve {
  const clamped = (lr: number) => Math.min(Math.max(lr, low), high);
  return {
    ...map(c, clamped),
    nextBreak: (t) => {
      const to = c.nextBreak(t);
      const side = (u: number) => (c.at(u) < low ? -1 : c.at(u) > high ? 1 : 0);
      const last = Number.isFinite(to) ? Math.min(to - 1, 2 ** 53) : far(t, c.at);
      if (last <= t || side(t) === side(last)) return to;
      let [a, b] = [t, last];
      while (b - a > 1) {
        const middle = Math.floor((a + b) / 2);
        if (side(middle) === side(t)) a = middle;
        else b = middle;
      }
      return b;
    },
  };
}

/** The point-wise merge of breaks: the smallest next one. */
export function earliest(...breaks: readonly ((t: number) => number)[]): (t: number) => number {
  return (t) => breaks.reduce((least, next) => Math.min(least, next(t)), Infinity);
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

/** The curve when each of its steps lasts `factor` (> 0) steps: c(⌊t / factor⌋). */
export function stretch(c: Curve, factor: number): Curve {
  const inner = (t: number) => Math.floor(t / factor + 1e-9);
  return {
    at: (t) => c.at(inner(t)),
    nextBreak: (t) => Math.ceil((inner(t) + 1) * factor - 1e-9),
    phases: c.phases.map((p) => ({ kind: p.kind, from: p.from * factor, to: p.to * factor })),
    ...(c.walk && { walk: Math.ceil(c.walk * factor) }),
    ...(c.end && { end: { at: c.end.at * factor, because: c.end.because } }),
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
