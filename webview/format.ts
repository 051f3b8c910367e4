/** Rates: `0.1`, `0.0133`, `3.2e-6`; `digits` significant ones, plain from 1e-4 to 1e6. */
export function rateText(x: number, digits = 3): string {
  if (x === 0) return "0";
  const size = Math.abs(x);
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e") as [string, string];
  return size >= 1e-4 && size < 1e6 ? String(Number(x.toPrecision(digits))) : `${Number(mantissa)}e${Number(exponent)}`;
}

/** Losses, two digits: `0.0038`, `1.4e-4`. */
export function lossText(x: number): string {
  return Math.abs(x) < 1e-3 && x !== 0 ? x.toExponential(1).replace(".0e", "e") : rateText(x, 2);
}

/** Counts with commas: `100,000`; fractions keep two digits. */
export function countText(x: number): string {
  const [whole, fraction] = String(Math.round(x * 100) / 100).split(".") as [string, string?];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction ? `${grouped}.${fraction}` : grouped;
}

/** Counts short enough for an axis: `50 k`, `1.5 M`. */
export function axisCount(x: number): string {
  const size = Math.abs(x);
  if (size < 1e4) return countText(x);
  const [unit, letter] = size < 1e6 ? [1e3, "k"] : size < 1e9 ? [1e6, "M"] : [1e9, "G"];
  return `${Number((x / unit).toPrecision(4))} ${letter}`;
}

/**
 * A number as people type one: `1e-3`, `.5`, `1_000`, `1,000`, `−2`. Undefined when it is none, or not finite.
 */
export function readNumber(text: string): number | undefined {
  const clean = text
    .trim()
    .replaceAll("_", "")
    .replace(/^−/, "-")
    .replace(/^([+-]?\d{1,3})(,\d{3})+(?=$|\.)/, (match) => match.replaceAll(",", ""));
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(clean)) return undefined;
  const value = Number(clean);
  return Number.isFinite(value) ? value : undefined;
}

/** `30, 60, 90` or `[30, 60]`; undefined when an entry is no number. */
export function readNumbers(text: string): number[] | undefined {
  const inner = text
    .trim()
    .replace(/^[[(]/, "")
    .replace(/[\])]$/, "")
    .trim();
  if (inner === "") return [];
  const values = inner
    .split(/[,;\s]+/)
    .filter((word) => word !== "")
    .map(readNumber);
  return values.every((v) => v !== undefined) ? (values as number[]) : undefined;
}

/** Rounded to the finest power of ten (or 1, 2, 5 of it) that `resolution` can tell apart, so that dragging gives round numbers. */
export function roundTo(x: number, resolution: number): number {
  if (!(resolution > 0) || !Number.isFinite(x)) return x;
  const decade = Math.floor(Math.log10(resolution));
  const unit = resolution / 10 ** decade;
  const step = unit <= 1 ? 1 : unit <= 2 ? 2 : unit <= 5 ? 5 : 10;
  const count = Math.round(x / (step * 10 ** decade)) * step;
  return decade < 0 ? count / 10 ** -decade : count * 10 ** decade;
}

/** Three significant digits: what a slider gives. */
export function threeDigits(x: number): number {
  return Number(x.toPrecision(3));
}
