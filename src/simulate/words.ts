/** A figure for a sentence: two significant digits, 3e-4 below 0.001 and 1.2e6 from a million on. */
export function figure(x: number, digits = 2): string {
  if (!Number.isFinite(x)) return x > 0 ? "infinity" : "not a number";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e-3 && size < 1e6) return Number(x.toPrecision(digits)).toString();
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e") as [string, string];
  return `${Number(mantissa)}e${Number(exponent)}`;
}

/** A count of steps: 92,000. */
export function count(n: number): string {
  return Math.round(n)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}
