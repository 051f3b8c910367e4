import { f32 } from "../engine/float32.js";
import type { Anneal } from "./fastaiNames.js";
import { raise } from "./torchRules.js";

/**
 * Anneals one after the other, each over its share of the run. The shares are float32 tensors: a position is compared and
 * measured in float32, which leaves its relative rounding of 1e-7 in the values.
 */
export function combined(
  shares: readonly number[],
  anneals: readonly Anneal[],
): { at: Anneal; index: (pos: number) => number; starts: number[] } {
  if (shares.reduce((sum, p) => sum + p, 0) !== 1) raise("AssertionError (the shares must add up to exactly 1)");
  if (shares.some((p) => p < 0)) raise("AssertionError (a share is negative)");
  let sum = 0;
  const starts = [0, ...shares.map((p) => (sum = f32(sum + f32(p))))];
  const index = (pos: number) => {
    let i = shares.length - 1;
    while (i > 0 && !(f32(pos) >= starts[i]!)) i--;
    return i;
  };
  const at = (pos: number) => {
    const i = index(pos);
    return anneals[i]!(f32(f32(f32(pos) - starts[i]!) / f32(starts[i + 1]! - starts[i]!)));
  };
  return { at, index, starts };
}
