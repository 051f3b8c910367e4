import type { RunRecord } from "./run.js";

/** Over the runs, at each recorded count. Infinity where too many runs are no longer finite; never clamped. */
export interface Summary {
  readonly median: Float64Array;
  readonly p10: Float64Array;
  readonly p90: Float64Array;
  readonly mean: Float64Array;
}

/** Quantiles between order statistics are linear (numpy's default); with an infinite neighbour they are infinite. */
export function summarize(records: readonly RunRecord[], of: "loss" | "validation" = "loss"): Summary {
  const length = records[0]?.loss.length ?? 0;
  const make = () => new Float64Array(length);
  const [median, p10, p90, mean] = [make(), make(), make(), make()];
  const column = new Float64Array(records.length);
  for (let k = 0; k < length; k++) {
    let sum = 0;
    for (let r = 0; r < records.length; r++) {
      column[r] = records[r]![of]![k]!;
      sum += column[r]!;
    }
    column.sort();
    median[k] = quantile(column, 0.5);
    p10[k] = quantile(column, 0.1);
    p90[k] = quantile(column, 0.9);
    mean[k] = sum / records.length;
  }
  return { median, p10, p90, mean };
}

/** `sorted` ascending, not empty. */
export function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  const a = sorted[low]!;
  const b = sorted[Math.min(sorted.length - 1, low + 1)]!;
  return place === low || a === b ? a : a + (b - a) * (place - low);
}
