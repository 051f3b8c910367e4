import type { Curve, CurveEnd, Phase } from "./curve.js";
import { Metered } from "./effort.js";
import { recursive } from "./recursive.js";
import { firstAbove } from "./shapes.js";

/** Steps that a recursive curve is followed for; there it ends, and says so. */
export const longestWalk = 1_700_000;
const tooFar: CurveEnd = {
  at: longestWalk,
  because: "LR Lens follows a rate that is made from the one before for no more than 1,700,000 steps",
};
const ahead = 4096;
/**
 * The part of its share that a formula keeps for pictures, and the steps that it is followed for at least: a picture looks at
 * up to 10,000, which then take a third of what following took.
 */
const kept = 0.15;
const fewest = 30_000;

/**
 * A curve that its own past decides: the rate at 0 is `first`, at k next(rate at k - 1, k), stepped once and kept. It ends where
 * `next` throws, which is looked for up to `horizon`, and after the longest walk.
 */
export function stepwise(
  first: number,
  next: (previous: number, t: number) => number,
  { phases = [], horizon = 0 }: { phases?: readonly Phase[]; horizon?: number } = {},
): Curve {
  let failed: CurveEnd | undefined;
  const step = new Metered(next);
  const value = recursive(first, (previous, t) => {
    if (failed) return NaN;
    try {
      return step.call(previous, t);
    } catch (error) {
      failed = { at: t, because: (error as Error).message };
      return NaN;
    }
  });
  const at = (t: number) => value(Math.floor(t));
  return {
    at,
    nextBreak: turns(at, () => longestWalk),
    phases,
    walk: longestWalk,
    get end() {
      at(Math.min(horizon, longestWalk - 1));
      return failed ?? tooFar;
    },
  };
}

/**
 * A curve of a formula whose breaks nobody declared (a function of the user's file): they are found by stepping, `walk` steps
 * at most, and as far as most of the curve's share of operations goes. It ends where the formula throws, which is
 * looked for in the same steps. `horizon`: the last step that anybody will ask for.
 */
export function opaque(
  formula: (t: number) => number,
  walk: number,
  { phases = [], horizon = walk }: { phases?: readonly Phase[]; horizon?: number } = {},
): Curve {
  let looked = false;
  let failed: CurveEnd | undefined;
  // Looking, sums and pictures ask for the same steps.
  const known: number[] = [];
  const metered = new Metered(formula);
  const rate = (t: number) => (t <= walk && t >= 0 ? (known[t] ??= metered.call(t)) : metered.call(t));
  let reach = walk;
  const look = () => {
    looked = true;
    // A formula of a step that counts from 1 has none at 0: `step ** -0.5`.
    const fromOne = Number.isNaN(at(0)) && !Number.isNaN(at(1));
    // A rate that builds on those before is then followed as far as it is needed, at once and no further.
    at(horizon);
    for (let t = fromOne ? 1 : 0; t <= walk; t++) {
      try {
        if (t >= fewest && t % 64 === 0 && metered.left < kept && metered.isAlone(t + 64)) {
          metered.extend();
          reach = t;
          return;
        }
        rate(t);
      } catch (error) {
        failed = { at: t, because: (error as Error).message };
        return;
      }
    }
  };
  const followed = () => {
    if (!looked) look();
    return reach;
  };
  const at = (t: number) => {
    try {
      return rate(t);
    } catch {
      return NaN; // Past the end there is no rate; nobody who draws should have to catch.
    }
  };
  return {
    at,
    nextBreak: turns(at, followed),
    phases,
    get walk() {
      return followed();
    },
    get end() {
      followed();
      return failed;
    },
  };
}

/**
 * Breaks of an unknown function: where it turns, or where a flat stretch ends. Found in order from 0 and kept; where there is
 * none for a while a harmless one is put in, so that asking never walks far.
 */
export function turns(at: (t: number) => number, walk: () => number): (t: number) => number {
  const found: number[] = [0];
  return (t) => {
    if (t >= walk()) return Infinity;
    while (found[found.length - 1]! <= t) {
      const from = found[found.length - 1]!;
      let previous = at(from + 1);
      const direction = Math.sign(previous - at(from)) + 0;
      let k = from + 2;
      for (const until = Math.min(from + ahead, walk()); k < until; k++) {
        const value = at(k);
        if (!Object.is(Math.sign(value - previous) + 0, direction)) break;
        previous = value;
      }
      found.push(k);
    }
    return firstAbove(found, t);
  };
}
