import type { SimulationSpec } from "./spec.js";
import { figure, count } from "./words.js";

export type VerdictKind = "converges" | "wanders" | "stalls" | "diverges";

export interface Verdict {
  readonly kind: VerdictKind;
  /** converges, stalls: from this step on; diverges: at this step. */
  readonly step?: number;
  /** Loss at the end of the run: expected where theory has it, else the median. */
  readonly loss: number;
  readonly sentence: string;
}

/** What the verdict is drawn from. Series have the length of `at`. */
export interface Evidence {
  /** Recorded counts of updates; the last is the run's length T. */
  readonly at: readonly number[];
  /** The loss that is judged, above the least possible: expected where theory has it, else the runs' median. */
  readonly excess: ArrayLike<number>;
  /** The least loss there is (0 when unknown): excess + least is what is told. */
  readonly least: number;
  readonly leastKnown: boolean;
  /** Rate in force at each recorded count. */
  readonly rates: ArrayLike<number>;
  /** Highest rate that does not grow, where known. */
  readonly limit?: { readonly lr: number; readonly words: string };
  /** What decides between resting and swinging. */
  readonly motion: TheoryMotion | SampledMotion;
  readonly told: NonNullable<SimulationSpec["told"]>;
  /** Runs and the steps at which some of them were no longer finite. */
  readonly runs: number;
  readonly failures: readonly number[];
  /** Excess at the end of the same run with its highest stable rate decayed linearly to 0; asked for only when needed. */
  readonly reference: () => number | undefined;
}

/** Known exactly on the quadratic. */
export interface TheoryMotion {
  readonly kind: "theory";
  /** Part of the loss that the distance of the mean from the minimum makes; the rest is noise. */
  readonly bias: ArrayLike<number>;
  /** Direction with the largest part of the loss at the end: its curvature, and e-folds it could still make in the last half. */
  readonly folds: number;
  /** The rate that would give that direction one e-fold of loss in the last half. */
  readonly needed: number;
}

/** Measured in the runs. */
export interface SampledMotion {
  readonly kind: "sampled";
  /** |∇f · Δθ| summed over the last half, as a part of the excess at the end: how far the loss was moved, up or down. */
  readonly drift: number;
  /** Standard deviation over time of one run's excess in the last half, as a part of its mean. */
  readonly fluctuation: number;
  /** |∇f · Δθ| of one update, as a part of the excess at the end: a swing from one wall to the other is large here. */
  readonly stroke: number;
  /** Standard errors by which the loss around the middle lies above the loss at the end, over the runs. */
  readonly fall: number;
}

const FLAT = 1.25;
const SETTLED = 1e-9;

/**
 * The rule, in order. E is the excess loss, E₀ at the start, E_end its mean over the last tenth, F = mean around the middle
 * of the run / E_end: how much the second half still gained.
 *   diverges   half of the runs or more are no longer finite; or E_end > 10 E₀ with a rate above the limit at some step (where none is known: and it does not fall);
 *              or the rate is above the stability limit over the last tenth and E grew in the second half
 *   converges  E_end <= 1e-9 E₀
 *   noise rules (theory: noise makes half of E_end or more; sampled: one run swings by 5 % or more, between records or in one update):
 *     F >= 1.25                          converges: the rate falls and the loss with it
 *     nothing moves any more             as below
 *     else                               wanders: the rate in force holds the loss where it is
 *   distance rules:
 *     E_end > ½ E₀ (0.95 E₀ when the least loss is unknown): stalls from step 0 when the last half could move the loss by
 *                                         less than one e-fold; else wanders: it swings
 *     flat from step k <= T/2 on, or from k <= 0.8 T while the reference run ends ten times lower, with little motion: stalls
 *     flat with much motion              wanders: it swings across the valley
 *     else                               converges (or is still falling at the end; the sentence says so)
 * "Little motion": theory: the direction that holds the loss could fall by less than a fifth in the last half; sampled: the
 * drift of the last half is less than a fifth of the excess.
 */
export function judge(e: Evidence): Verdict {
  const T = e.at[e.at.length - 1]!;
  const start = e.excess[0]!;
  const end = meanBetween(e, 0.9 * T, T);
  const middle = meanBetween(e, 0.45 * T, 0.55 * T);
  // A loss that cannot reach 0 needs more digits to tell where above its least it is.
  const shown = (excess: number) => figure(excess + e.least, e.least > 0 ? 4 : 2);

  const diverged = divergence(e, start, middle, end);
  if (diverged) return diverged;
  if (end <= SETTLED * start || end === 0) {
    const step = settledFrom(e, SETTLED * start);
    const sentence = `Converges: below ${shown(SETTLED * start)} by ${stepOf(e, step)}, ${shown(end)} at the end.`;
    return { kind: "converges", step, loss: end + e.least, sentence: sentence + grownFirst(e) + someFailed(e) };
  }

  const { motion } = e;
  // A fall that the runs' own scatter explains is none.
  const gained = motion.kind === "sampled" && motion.fall < 2.5 ? Math.min(1, middle / end) : middle / end;
  const still = motion.kind === "theory" ? motion.folds < 0.2 : motion.drift < 0.2;
  const noisy =
    motion.kind === "theory"
      ? motion.bias[e.at.length - 1]! <= end / 2
      : Math.max(motion.fluctuation, motion.stroke) >= 0.05 && !still;
  const wanders = (why: string): Verdict => {
    const reference = e.reference();
    const times = reference !== undefined && reference > 0 ? end / reference : undefined;
    const what = e.least > 0 ? `times as far above the least loss (${shown(0)}) as` : "times above";
    const above = times && times >= 1.2 ? `, ${figure(times)} ${what} the same run decayed to zero` : "";
    return {
      kind: "wanders",
      loss: end + e.least,
      sentence: `Wanders at ${shown(end)}${above}: ${why}.${grownFirst(e)}${someFailed(e)}`,
    };
  };
  const stalls = (step: number): Verdict => {
    const rate = e.rates[indexOf(e.at, step)]!;
    const below = motion.kind === "theory" ? motion.needed : undefined;
    const why =
      below !== undefined && rate < below
        ? `because the rate is below ${rateOf(e, below)}`
        : `because the rate (${rateOf(e, rate)} there) is too small to move it`;
    return {
      kind: "stalls",
      step,
      loss: end + e.least,
      sentence: `Stalls at ${shown(end)} from ${stepOf(e, step)} ${why}.${grownFirst(e)}${someFailed(e)}`,
    };
  };
  const converges = (): Verdict => {
    const step = settledFrom(e, (noisy && motion.kind === "sampled" ? 1.5 : 1.1) * end);
    const falling = !noisy && meanBetween(e, 0.85 * T, 0.9 * T) > 1.1 * end;
    const sentence = falling
      ? `Converges, still falling at the end: ${shown(e.excess[e.at.length - 1]!)} at ${stepOf(e, T)}.`
      : `Converges to ${shown(end)} by ${stepOf(e, step)}.`;
    return { kind: "converges", step, loss: end + e.least, sentence: sentence + grownFirst(e) + someFailed(e) };
  };

  if (noisy && !still) return gained >= FLAT ? converges() : wanders("the rate in force keeps the noise alive");
  const from = settledFrom(e, 1.1 * end);
  const barely = e.leastKnown ? 0.5 : 0.95;
  if (end > barely * start) {
    const hardly = motion.kind === "theory" ? motion.folds < 1 : motion.drift < 0.5;
    return hardly && end <= start ? stalls(0) : wanders("the steps swing across the minimum");
  }
  const flat = from <= 0.5 * T;
  if (still && flat && !noisy && motion.kind === "theory") return stalls(from);
  if (flat || from <= 0.8 * T) {
    const reference = e.reference();
    const lower = motion.kind === "theory" ? 10 : flat ? 2 : 10;
    if (still && reference !== undefined && end > lower * reference) return stalls(from);
    if (flat && !still && gained < FLAT && motion.kind === "theory")
      return wanders("the steps swing across the minimum");
  }
  return converges();
}

function divergence(e: Evidence, start: number, middle: number, end: number): Verdict | undefined {
  const T = e.at[e.at.length - 1]!;
  const over = e.limit === undefined ? -1 : e.at.findIndex((_, k) => e.rates[k]! > e.limit!.lr);
  const reason =
    over >= 0
      ? `because the rate exceeds ${rateOf(e, e.limit!.lr)}, ${e.limit!.words}`
      : "because the rate is too large";
  if (2 * e.failures.length >= e.runs && e.failures.length > 0) {
    const step = [...e.failures].sort((a, b) => a - b)[Math.ceil(e.runs / 2) - 1]!;
    const grown = firstFrom(e, (k) => !(e.excess[k]! <= 10 * start));
    const at = grown < 0 ? step : Math.min(step, e.at[grown]!);
    return {
      kind: "diverges",
      step: at,
      loss: Infinity,
      sentence: `Diverges at ${stepOf(e, at)} ${reason}; not a finite number from ${stepOf(e, step)} on.`,
    };
  }
  // A start next to the minimum rises to the noise floor under any rate: with a known limit, growth needs a rate above it.
  const grew = end > 10 * start && (e.limit ? over >= 0 : !(middle > 1.5 * end));
  const climbing =
    e.motion.kind === "theory" &&
    e.limit !== undefined &&
    end > 1.02 * middle &&
    minBetween(e, 0.9 * T, T) > e.limit.lr;
  if (!grew && !climbing && Number.isFinite(end)) return undefined;
  const from = firstFrom(e, (k) => !(e.excess[k]! <= 10 * start));
  const step = e.at[from >= 0 ? from : Math.max(0, over)]!;
  const sentence = `Diverges at ${stepOf(e, step)} ${reason}: ${figure(end + e.least)} at the end, ${figure(start + e.least)} at the start.`;
  return { kind: "diverges", step, loss: end + e.least, sentence };
}

/** Steps and rates in the user's own figures. */
const stepOf = ({ told }: Evidence, n: number) => `${told.unit ?? "step"} ${count(n * told.stride)}`;
const rateOf = ({ told }: Evidence, lr: number) => figure(lr / told.scale, 3);

function someFailed(e: Evidence): string {
  const { failures, runs } = e;
  if (failures.length === 0) return "";
  return ` ${failures.length} of ${runs} runs diverge, the first at ${stepOf(e, Math.min(...failures))}.`;
}

/** A run that grew and came back is told to have: in float32 it might not have come back. */
function grownFirst(e: Evidence): string {
  let top = 0;
  for (let k = 1; k < e.at.length; k++) if (e.excess[k]! > e.excess[top]!) top = k;
  if (!(e.excess[top]! > 100 * e.excess[0]!)) return "";
  const why = e.limit && maxOf(e.rates) > e.limit.lr ? `, while the rate is above ${rateOf(e, e.limit.lr)}` : "";
  return ` Before, it grows to ${figure(e.excess[top]! + e.least)} at ${stepOf(e, e.at[top]!)}${why}.`;
}

function maxOf(values: ArrayLike<number>): number {
  let max = -Infinity;
  for (let k = 0; k < values.length; k++) max = Math.max(max, values[k]!);
  return max;
}

function meanBetween({ at, excess }: Evidence, from: number, to: number): number {
  let sum = 0;
  let n = 0;
  for (let k = 0; k < at.length; k++) {
    if (at[k]! < from || at[k]! > to) continue;
    sum += excess[k]!;
    n++;
  }
  return n > 0 ? sum / n : excess[indexOf(at, to)]!;
}

function minBetween({ at, rates }: Evidence, from: number, to: number): number {
  let least = Infinity;
  for (let k = 0; k < at.length; k++) if (at[k]! >= from && at[k]! <= to) least = Math.min(least, rates[k]!);
  return least;
}

/** First recorded count from which the excess stays at or below `level`. */
function settledFrom({ at, excess }: Evidence, level: number): number {
  let k = at.length - 1;
  while (k > 0 && excess[k - 1]! <= level) k--;
  return at[k]!;
}

/** First index of the final stretch of which every entry passes; −1 when the last one does not. */
function firstFrom({ at }: Evidence, passes: (k: number) => boolean): number {
  let k = at.length;
  while (k > 0 && passes(k - 1)) k--;
  return k < at.length ? k : -1;
}

function indexOf(at: readonly number[], step: number): number {
  const k = at.findIndex((count) => count >= step);
  return k < 0 ? at.length - 1 : k;
}
