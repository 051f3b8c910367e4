import type { Curve } from "./curve.js";

/** What a curve does over a run of `totalSteps` steps: found from its breaks, never from samples. Steps count from 0. */
export interface Facts {
  readonly initial: number;
  readonly peak: number;
  readonly peakAt: number;
  /** The rate after the last step of the run, or at the last one before the library raises. */
  readonly final: number;
  readonly finalAt: number;
  readonly min: number;
  readonly minAt: number;
  /** Σ of the rates of all updates of the run. */
  readonly area: number;
  /** Length of the warm-up phases over the run, in [0, 1]. */
  readonly warmupShare?: number;
  /** The first step after the peak at which the rate is at most 1/2, 1/10 of it. */
  readonly halfAt?: number;
  readonly tenthAt?: number;
  /** The first step after the peak at which the rate is under 1e-3 of it. */
  readonly vanishesAt?: number;
  /** "falling" and "rising" in the weak sense: never the other way. */
  readonly trend: "constant" | "falling" | "rising" | "both";
  /** Breaks at which the rate jumps by more than 5 % of the peak. */
  readonly jumps: number;
  /** False when the run has too many breaks to visit: peak and area are then bounds from those visited. */
  readonly exact: boolean;
}

const breaksAtMost = 200_000;
const stepsSummed = 200_000;

/** Throws nothing for any curve; a curve with no rate at all gives NaN. */
export function factsOf(curve: Curve, totalSteps: number): Facts {
  const finalAt = Math.max(0, Math.min(totalSteps, (curve.end?.at ?? Infinity) - 1));
  const pieces = piecesOf(curve, finalAt);
  let [peak, peakAt, min, minAt] = [-Infinity, 0, Infinity, 0];
  let [falls, rises, jumps, area, last] = [false, false, 0, 0, NaN];
  for (const [a, b] of pieces.list) {
    const [left, right] = [curve.at(a), b - 1 === a ? curve.at(a) : curve.at(b - 1)];
    for (const [t, lr] of [[a, left], [b - 1, right]] as const) {
      if (lr > peak) [peak, peakAt] = [lr, t];
      if (lr < min) [min, minAt] = [lr, t];
    }
    falls ||= right < left || left < last;
    rises ||= right > left || left > last;
    last = right;
  }
  for (const [a] of pieces.list) if (a > 0 && Math.abs(curve.at(a) - curve.at(a - 1)) > 0.05 * peak && b2(curve, a) > 0.05 * peak) jumps++;
  for (const [a, b] of pieces.list) area += sum(curve, a, Math.min(b, finalAt === totalSteps ? finalAt : finalAt + 1));
  const initial = curve.at(0);
  if (!(peak >= min)) [peak, min] = [NaN, NaN];
  const below = (share: number, strict = false) => firstBelow(curve, pieces.list, peakAt, share * peak, strict);
  const warm = curve.phases.filter((p) => p.kind === "warmup").reduce((s, p) => s + Math.max(0, Math.min(p.to, totalSteps) - p.from), 0);
  const optional = (name: string, value: number | undefined) => (value === undefined ? {} : { [name]: value });
  return {
    initial,
    peak,
    peakAt,
    final: curve.at(finalAt),
    finalAt,
    min,
    minAt,
    area,
    ...(warm > 0 && totalSteps > 0 && { warmupShare: warm / totalSteps }),
    ...(peak > 0 && { ...optional("halfAt", below(0.5)), ...optional("tenthAt", below(0.1)), ...optional("vanishesAt", below(1e-3, true)) }),
    trend: falls && rises ? "both" : falls ? "falling" : rises ? "rising" : "constant",
    jumps,
    exact: pieces.complete,
  };
}

/** How far the rate jumps at a break beyond what the slope before it explains. */
function b2(curve: Curve, a: number): number {
  const jump = Math.abs(curve.at(a) - curve.at(a - 1));
  return a > 1 ? jump - Math.abs(curve.at(a - 1) - curve.at(a - 2)) : jump;
}

/** The monotone pieces [a, b) of [0, last]; past the bound the rest is visited at even distances. */
function piecesOf(curve: Curve, last: number): { list: [number, number][]; complete: boolean } {
  const list: [number, number][] = [];
  let a = 0;
  while (a <= last && list.length < breaksAtMost) {
    const b = Math.min(curve.nextBreak(a), last + 1);
    list.push([a, Math.max(b, a + 1)]);
    a = Math.max(b, a + 1);
  }
  if (a > last) return { list, complete: true };
  const stride = Math.max(1, Math.floor((last - a) / 1000));
  for (; a <= last; a += stride) list.push([a, Math.min(a + stride, last + 1)]);
  return { list, complete: false };
}

/** Σ curve.at(t), a <= t < b, on a smooth piece: directly when short, else by Euler–Maclaurin over Gauss–Legendre panels. */
function sum(curve: Curve, a: number, b: number): number {
  if (b <= a) return 0;
  if (b - a <= stepsSummed / 100) {
    let total = 0;
    for (let t = a; t < b; t++) total += curve.at(t);
    return total;
  }
  const [first, last] = [curve.at(a), curve.at(b - 1)];
  if (first === last) return first * (b - a);
  // Σ f(t) over a..b−1 ≈ ∫ f + (f(a) + f(b−1))/2 + (f'(b−1) − f'(a))/12, the integral by panels refined until it settles.
  const slopes = (last - curve.at(b - 2) - (curve.at(a + 1) - first)) / 12;
  return integral(curve, a, b - 1) + (first + last) / 2 + slopes;
}

const nodes = [-0.9061798459386640, -0.5384693101056831, 0, 0.5384693101056831, 0.9061798459386640];
const weights = [0.2369268850561891, 0.4786286704993665, 0.5688888888888889, 0.4786286704993665, 0.2369268850561891];

function integral(curve: Curve, a: number, b: number): number {
  const panels = (n: number) => {
    let total = 0;
    const half = (b - a) / n / 2;
    for (let i = 0; i < n; i++) for (let k = 0; k < 5; k++) total += weights[k]! * curve.at(a + half * (2 * i + 1 + nodes[k]!)) * half;
    return total;
  };
  let before = panels(8);
  for (let n = 16; n <= 4096; n *= 2) {
    const now = panels(n);
    if (Math.abs(now - before) <= 1e-12 * Math.abs(now)) return now;
    before = now;
  }
  return before;
}

/** The first t > start with rate <= level (or < level when strict), by bisection inside the piece that crosses it. */
function firstBelow(curve: Curve, pieces: readonly [number, number][], start: number, level: number, strict: boolean): number | undefined {
  const under = (t: number) => (strict ? curve.at(t) < level : curve.at(t) <= level * (1 + 1e-12));
  for (const [a, b] of pieces) {
    if (b - 1 <= start) continue;
    const low = Math.max(a, start + 1);
    if (under(low)) return low;
    if (!under(b - 1)) continue;
    let [over, at] = [low, b - 1];
    while (at - over > 1) {
      const middle = Math.floor((over + at) / 2);
      if (under(middle)) at = middle;
      else over = middle;
    }
    return at;
  }
  return undefined;
}
