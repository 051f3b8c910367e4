import type { Columns } from "../src/panel/protocol.js";

export interface Point {
  readonly x: number;
  /** null breaks the line. */
  readonly y: number | null;
}

/** First step of column i. */
export function columnStart({ from, to, first }: Columns, i: number): number {
  const n = first.length;
  return n === to - from + 1 ? from + i : Math.ceil(from + (i * (to - from)) / n);
}

/** The column that covers a step; −1 outside. */
export function columnOf(columns: Columns, step: number): number {
  const n = columns.first.length;
  if (n === 0 || step < columns.from || step > columns.to) return -1;
  let i = Math.min(n - 1, Math.floor(((step - columns.from) * n) / Math.max(1, columns.to - columns.from)));
  if (n === columns.to - columns.from + 1) i = step - columns.from;
  while (i > 0 && columnStart(columns, i) > step) i--;
  while (i + 1 < n && columnStart(columns, i + 1) <= step) i++;
  return i;
}

/** Whether each column is one step: then the line is drawn as the steps it is. */
export function isStepwise({ from, to, first }: Columns): boolean {
  return first.length === to - from + 1;
}

/**
 * A line through the columns that keeps every extreme: at a column's first step its exact rate, then its extremes where the
 * way to the next column's rate does not pass them. x in units of `perUnit` steps. Rates that a log axis cannot show
 * (0 and below) break the line when `positive`.
 */
export function linePoints(columns: Columns, perUnit: number, positive: boolean): Point[] {
  const points: Point[] = [];
  const n = columns.first.length;
  const shown = (y: number | null | undefined) => (y === null || y === undefined || (positive && y <= 0) ? null : y);
  for (let i = 0; i < n; i++) {
    const x = columnStart(columns, i) / perUnit;
    const first = columns.first[i]!;
    points.push({ x, y: shown(first) });
    const min = columns.min[i]!;
    const max = columns.max[i]!;
    if (min === null || max === null || first === null || min === max) continue;
    const next = columns.first[i + 1] ?? first;
    const low = Math.min(first, next);
    const high = Math.max(first, next);
    const beyond = (i + 1 < n ? columnStart(columns, i + 1) : columns.to) / perUnit;
    const middle = x + (beyond - x) / 2;
    if (max > high) points.push({ x: middle, y: shown(max) });
    if (min < low) points.push({ x: middle, y: shown(min) });
  }
  return points;
}

/** The largest and the smallest positive rate; undefined when there is none. */
export function extent(list: readonly Columns[]): { max: number; leastPositive: number } | undefined {
  let max = -Infinity;
  let leastPositive = Infinity;
  for (const { min, max: high } of list) {
    for (const y of high) if (y !== null && y > max) max = y;
    for (const y of min) if (y !== null && y > 0 && y < leastPositive) leastPositive = y;
  }
  return max > -Infinity ? { max, leastPositive } : undefined;
}
