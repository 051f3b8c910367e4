import type { Curve, PhaseKind } from "../engine/curve.js";
import { changes } from "../engine/search.js";
import { curve } from "../engine/shapes.js";
import type { Compiled, Context, Value } from "./define.js";
import { combined } from "./fastaiCombined.js";
import { cos, type Anneal } from "./fastaiNames.js";
import { numberOf } from "./nested.js";

/**
 * The position at batch t: each batch adds 1 / (batches · epochs), and each epoch starts anew at epoch / epochs, so the sums'
 * rounding is that of the library. One epoch's positions are kept.
 */
function positions(batches: number, n_epoch: number): Anneal {
  const step = 1 / (batches * n_epoch);
  let epoch = -1;
  let own = new Float64Array(0);
  return (t) => {
    const asked = Math.min(Math.floor(t / batches), n_epoch - 1);
    if (asked !== epoch) {
      epoch = asked;
      own = new Float64Array(Math.min(batches, 2 ** 21));
      own[0] = epoch / n_epoch;
      for (let i = 1; i < own.length; i++) own[i] = own[i - 1]! + step;
    }
    return own[Math.min(t - epoch * batches, own.length - 1)]!;
  };
}

interface Fit {
  readonly n_epoch: number;
  readonly shares: readonly number[];
  readonly lr: readonly Anneal[];
  readonly kinds: readonly PhaseKind[];
  readonly momentum?: readonly Anneal[];
}

/** Batches of an epoch. */
export const batchesOf = (given: number) => Math.max(1, Math.floor(given || 1));

/** What Learner.fit does with a position: one rate per training batch. */
export function fitted({ n_epoch, shares, lr, kinds, momentum }: Fit, { steps_per_epoch }: Context): Compiled {
  const batches = batchesOf(steps_per_epoch);
  const total = batches * n_epoch;
  const at = positions(batches, n_epoch);
  const along = (anneals: readonly Anneal[]): Curve => {
    const all = combined(shares, anneals);
    const edges = changes((t) => all.index(at(t)));
    const bounds = all.starts.map((_, i) =>
      i === 0 ? 0 : i === shares.length ? total : Math.min(total, firstAt(all.index, at, i, total)),
    );
    const phases = kinds
      .map((kind, i) => ({ kind, from: bounds[i]!, to: bounds[i + 1]! }))
      .filter((p) => p.to > p.from);
    return curve(
      (t) => all.at(at(t)),
      (t) => (t < total ? Math.min(edges(t), total) : Infinity),
      phases,
    );
  };
  return { lr: along(lr), ...(momentum && { momentum: along(momentum) }) };
}

/** The first batch whose position is in the i-th share. */
function firstAt(index: (pos: number) => number, at: Anneal, i: number, total: number): number {
  // A length may be given as a fraction, which no middle would ever narrow down.
  let [low, high] = [-1, Math.min(Math.ceil(total), 2 ** 53)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (index(at(middle)) >= i) high = middle;
    else low = middle;
  }
  return high;
}

interface OneCycle extends Readonly<Record<"n_epoch" | "top" | "div" | "div_final" | "pct_start", number>> {
  readonly moms: Value;
}
/** Learner.fit_one_cycle. */
export function oneCycle({ n_epoch, top, div, div_final, pct_start, moms }: OneCycle, context: Context): Compiled {
  const [m1, m2, m3] = Array.isArray(moms) && moms.length === 3 ? moms.map(numberOf) : [0.95, 0.85, 0.95];
  const shares = [pct_start, 1 - pct_start];
  const lr = [cos(top / div, top), cos(top, top / div_final)];
  return fitted({ n_epoch, shares, lr, kinds: ["warmup", "decay"], momentum: [cos(m1!, m2!), cos(m2!, m3!)] }, context);
}
