import { cycle, decay, halfCosine, type Segment } from "./segments.js";
import { everyPeriod } from "./shapes.js";

/** The value between a and b at p in [0, 1] (outside too: nothing is clamped). */
export type Ease = (a: number, b: number, p: number) => number;
export const byCosine: Ease = (a, b, p) => b + (a - b) * halfCosine(p);
export const byLine: Ease = (a, b, p) => a + (b - a) * p;

/** Half a cosine from `high` to `low` in `length` steps after `from`; where nothing stops it, up again, and so on. */
export function cosineFall(high: number, low: number, from: number, length: number): Segment {
  return decay(Infinity, (t) => byCosine(high, low, (t - from) / length), everyPeriod(Math.abs(length), from));
}

export interface OneCycle {
  /** Steps of the whole cycle. */
  readonly total: number;
  /** Rising share of it. */
  readonly rise: number;
  readonly first: number;
  readonly peak: number;
  readonly last: number;
  readonly ease: Ease;
  /** Fall back to `first` as fast as it rose, then to `last`. */
  readonly threePhase?: boolean;
}

/**
 * first → peak → last over `total` steps: the phases end at rise·total − 1, (2·rise·total − 2 with three phases,) total − 1,
 * each last step included. Past total − 1 the last phase is extrapolated, as the libraries do before they refuse.
 */
export function oneCycle({ total, rise, first, peak, last, ease, threePhase }: OneCycle): Segment[] {
  const top = rise * total - 1;
  const back = 2 * rise * total - 2;
  const stretch = (kind: typeof decay, from: number, to: number, a: number, b: number) =>
    kind(Math.floor(to) + 1, (t) => ease(a, b, (t - from) / (to - from)));
  const phases = threePhase
    ? [stretch(decay, top, back, peak, first), stretch(decay, back, total - 1, first, last)]
    : [stretch(decay, top, total - 1, peak, last)];
  const onward = phases.at(-1)!.lr;
  const from = threePhase ? back : top;
  return [stretch(cycle, 0, top, first, peak), ...phases, cycle(Infinity, onward, everyPeriod(total - 1 - from, from))];
}
