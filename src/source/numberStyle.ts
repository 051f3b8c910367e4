/**
 * A number literal rewritten with a new value in its author's style: `3e-4` stays in exponent notation, `1_000` keeps its
 * underscores, `.5` its missing zero, `0.10` its decimals as a minimum, `1.` its point; a YAML float stays one (`1.0e-5`).
 * `digits` significant digits are kept at most. A literal of no known style becomes the shortest plain spelling.
 */
export function formatLike(literal: string, value: number, digits = 6): string {
  const rounded = Number(value.toPrecision(digits));
  const style = /^([+-]?)(\d[\d_]*)?(\.(\d[\d_]*)?)?(?:([eE])([+-]?)(\d+))?$/.exec(literal.trim());
  if (!style) return shortest(rounded);
  const [, , whole = "", point, decimals = "", exponentMark, exponentSign, exponentDigits = ""] = style;
  if (rounded === 0) return exponentMark || point ? (whole === "" ? ".0" : "0.0") : "0";
  if (exponentMark) {
    const [mantissa, exponent] = rounded.toExponential().split("e") as [string, string];
    const power = Number(exponent);
    const kept =
      point && !mantissa.includes(".")
        ? `${mantissa}.${"0".repeat(Math.max(decimals.length > 0 ? 1 : 0, 0))}`
        : mantissa;
    const sign = power < 0 ? "-" : exponentSign === "+" ? "+" : "";
    return `${kept}${exponentMark}${sign}${String(Math.abs(power)).padStart(exponentDigits.length, "0")}`;
  }
  if (!point) {
    if (!Number.isInteger(rounded)) return shortest(rounded);
    const plain = plainDigits(rounded);
    return whole.includes("_") ? plain.replace(/\B(?=(\d{3})+$)/g, "_") : plain;
  }
  const size = Math.abs(rounded);
  // A plain decimal that would need more than eight places reads better with an exponent.
  if (size < 1e-5 || size >= 1e15) return shortest(rounded);
  let [integer, fraction = ""] = plainDigits(rounded).split(".") as [string, string | undefined];
  if (decimals.length > fraction.length && decimals.endsWith("0")) fraction = fraction.padEnd(decimals.length, "0");
  if (fraction === "" && decimals.length > 0) fraction = "0";
  if (whole === "" && (integer === "0" || integer === "-0")) integer = integer.replace("0", "");
  return `${integer}.${fraction}`;
}

function shortest(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7) && !(Number.isInteger(value) && size < 1e15)) {
    const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
    return `${mantissa}e${Number(exponent)}`;
  }
  return plainDigits(value);
}

/** Decimal digits without an exponent, for sizes from 1e-21 to 1e21. */
function plainDigits(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  return value.toFixed(20).replace(/\.?0+$/, "");
}
