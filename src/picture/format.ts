/**
 * Numbers as people read rates: `0.1`, `0.0133`, `3.2e-6`, `1e-5`. `digits` significant ones; trailing zeros dropped.
 * Plain notation from 1e-4 up to 1e6, else exponent notation without padding.
 */
export function formatRate(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  if (size >= 1e-4 * (1 - 1e-12) && size < 1e6) return String(Number(value.toPrecision(digits)));
  return `${String(Number(mantissa))}e${Number(exponent)}`;
}

/** Step counts with thin grouping: `100,000`; fractions keep three digits. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return formatRate(value);
  if (Math.abs(value) >= 1e15) return formatRate(value);
  const rounded = Math.round(value * 1000) / 1000;
  const [whole, fraction] = String(rounded).split(".") as [string, string | undefined];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction ? `${grouped}.${fraction}` : grouped;
}

/** Step counts short enough for an axis: `50 k`, `1.5 M`, `2 G`; exact ones below 10,000. */
export function formatAxisCount(value: number): string {
  const size = Math.abs(value);
  if (size < 1e4) return formatCount(value);
  const [unit, letter] = size < 1e6 ? [1e3, "k"] : size < 1e9 ? [1e6, "M"] : [1e9, "G"];
  return `${Number((value / unit).toPrecision(4))} ${letter}`;
}

/** Shares as people read them: `5 %`, `0.3 %`. */
export function formatShare(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
