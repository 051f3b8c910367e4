import type { Curve } from "./curve.js";
import { sumOver } from "./area.js";

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
  /** False when the run has more breaks, or more unknown steps, than can be visited: the figures are then of those visited. */
  readonly exact: boolean;
}

/** Monotone stretches of the run one after the other, each with its two end values: in columns, for there may be 400,000. */
interface Pieces {
  readonly from: number[];
  /** The first step after each. */
  readonly to: number[];
  readonly left: number[];
  readonly right: number[];
}

/** Rates looked at, at most: a piece costs three, one by one summed they cost one. A few tenths of a second. */
const budget = 1_200_000;
const strides = 1000;

/** Throws nothing for any curve; a curve with no rate at all gives NaN. */
export function factsOf(curve: Curve, totalSteps: number): Facts {
  const finalAt = Math.max(0, Math.min(totalSteps, (curve.end?.at ?? Infinity) - 1));
  const { pieces, area, exact } = walk(curve, finalAt, Math.min(totalSteps, finalAt + 1));
  let [peak, peakAt, min, minAt] = [-Infinity, 0, Infinity, 0];
  let [falls, rises, last] = [false, false, NaN];
  for (let i = 0; i < pieces.from.length; i++) {
    const [start, end, left, right] = [pieces.from[i]!, pieces.to[i]! - 1, pieces.left[i]!, pieces.right[i]!];
    if (left > peak) [peak, peakAt] = [left, start];
    if (right > peak) [peak, peakAt] = [right, end];
    if (left < min) [min, minAt] = [left, start];
    if (right < min) [min, minAt] = [right, end];
    falls ||= right < left || left < last;
    rises ||= right > left || left > last;
    last = right;
  }
  if (!(peak >= min)) [peak, min] = [NaN, NaN];
  const below = (share: number, strict: boolean) =>
    peak > 0 && peak < Infinity ? firstBelow(curve, pieces, peakAt, share * peak, strict) : undefined;
  const [halfAt, tenthAt, vanishesAt] = [below(0.5, false), below(0.1, false), below(1e-3, true)];
  const warm = curve.phases
    .filter((p) => p.kind === "warmup")
    .reduce((sum, p) => sum + Math.max(0, Math.min(p.to, totalSteps) - p.from), 0);
  return {
    initial: curve.at(0),
    peak,
    peakAt,
    final: curve.at(finalAt),
    finalAt,
    min,
    minAt,
    area,
    ...(warm > 0 && totalSteps > 0 && { warmupShare: warm / totalSteps }),
    ...(halfAt !== undefined && { halfAt }),
    ...(tenthAt !== undefined && { tenthAt }),
    ...(vanishesAt !== undefined && { vanishesAt }),
    trend: falls && rises ? "both" : falls ? "falling" : rises ? "rising" : "constant",
    jumps: countJumps(curve, pieces, peak),
    exact,
  };
}

/** The pieces of [0, last] and Σ over [0, updates). Past the budget the rest is looked at in even strides. */
function walk(curve: Curve, last: number, updates: number): { pieces: Pieces; area: number; exact: boolean } {
  const pieces: Pieces = { from: [], to: [], left: [], right: [] };
  const add = (start: number, to: number, left: number) => {
    pieces.from.push(start);
    pieces.to.push(to);
    pieces.left.push(left);
    pieces.right.push(to - 1 === start ? left : curve.at(to - 1));
  };
  const known = Math.min(last, (curve.walk ?? Infinity) - 1);
  let [from, area, looked] = [0, 0, 0];
  const visit = (to: number, smooth: boolean) => {
    add(from, to, curve.at(from));
    const { sum, cost } = sumOver(curve, from, Math.min(to, updates), smooth && curve.walk === undefined);
    area += sum;
    looked += cost + 2;
    from = to;
  };
  while (from <= known && looked < budget) visit(Math.max(from + 1, Math.min(curve.nextBreak(from), known + 1)), true);
  if (from > last) return { pieces, area, exact: true };
  const stride = Math.max(1, Math.ceil((last + 1 - from) / strides));
  while (from <= last) {
    const [start, to] = [from, Math.min(from + stride, last + 1)];
    if (!(to > from)) break; // Above 2^53 a step more is no other number.
    const left = curve.at(start);
    add(start, to, left);
    area += left * Math.max(0, Math.min(to, updates) - start);
    from = to;
  }
  return { pieces, area, exact: false };
}

/** Breaks whose step is larger than what the slope before it explains, by more than 5 % of the peak. */
function countJumps(curve: Curve, { from, to, left, right }: Pieces, peak: number): number {
  let jumps = 0;
  for (let i = 1; i < from.length; i++) {
    const [end, before] = [to[i - 1]!, right[i - 1]!];
    const step = Math.abs(left[i]! - before);
    if (!(step > 0.05 * peak)) continue;
    const slope = end - from[i - 1]! > 1 ? Math.abs(before - curve.at(end - 2)) : 0;
    if (step - slope > 0.05 * peak) jumps++;
  }
  return jumps;
}

/** The first t > start with rate <= level (or < level when strict), by bisection inside the piece that crosses it. */
function firstBelow(curve: Curve, pieces: Pieces, start: number, level: number, strict: boolean): number | undefined {
  const isUnder = (lr: number) => (strict ? lr < level : lr <= level * (1 + 1e-12));
  for (let i = 0; i < pieces.from.length; i++) {
    const [from, last] = [pieces.from[i]!, pieces.to[i]! - 1];
    if (last <= start) continue;
    let low = Math.max(from, start + 1);
    if (isUnder(low === from ? pieces.left[i]! : curve.at(low))) return low;
    if (!isUnder(pieces.right[i]!)) continue;
    let high = Math.min(last, 2 ** 53);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (isUnder(curve.at(middle))) high = middle;
      else low = middle;
    }
    return high;
  }
  return undefined;
}
