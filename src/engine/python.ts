import { exactLog } from "./exactLog.js";

/**
 * Python's arithmetic where it differs from JavaScript's: it raises where JavaScript gives Infinity or NaN.
 * The message is Python's own, its type in front.
 */
export class PythonError extends Error {}

/** a / b; raises for b = 0. */
export function divide(a: number, b: number): number {
  if (b === 0) throw new PythonError("ZeroDivisionError: division by zero");
  return a / b;
}

/** a ** b; raises for 0 to a negative power, for a result too large, and for a negative base's fractional power (complex). */
export function power(a: number, b: number): number {
  if (a === 0 && b < 0) throw new PythonError("ZeroDivisionError: 0.0 cannot be raised to a negative power");
  const result = a ** b;
  if (Number.isFinite(result) || !Number.isFinite(a) || !Number.isFinite(b)) return result;
  if (a < 0 && Number.isNaN(result)) throw new PythonError("TypeError: the rate becomes a complex number");
  throw new PythonError("OverflowError: (34, 'Numerical result out of range')");
}

/** a // b as Python has it for floats: by the exact remainder, so 12 // 2.4 is 4 though 12 / 2.4 is 5; raises for b = 0. */
export function floorDivide(a: number, b: number): number {
  const rest = modulo(a, b);
  const quotient = (a - rest) / b;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** a % b with the divisor's sign; raises for b = 0. */
export function modulo(a: number, b: number): number {
  if (b === 0) throw new PythonError("ZeroDivisionError: modulo by zero");
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

/** math.log(x) or math.log(x, base). */
export function log(x: number, base = Math.E): number {
  if (!(x > 0) || !(base > 0)) throw new PythonError("ValueError: math domain error");
  return base === Math.E ? Math.log(x) : divide(exactLog(x), exactLog(base));
}

/** int(x): toward zero; raises for NaN and infinity. */
export function int(x: number): number {
  if (Number.isNaN(x)) throw new PythonError("ValueError: cannot convert float NaN to integer");
  if (!Number.isFinite(x)) throw new PythonError("OverflowError: cannot convert float infinity to integer");
  return Math.trunc(x);
}

/** round(x): half to even. */
export function round(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** assert: raises `AssertionError` with this message unless the condition holds. */
export function assert(condition: boolean, message = ""): asserts condition {
  if (!condition) throw new PythonError(message ? `AssertionError: ${message}` : "AssertionError");
}

/** repr(x): a whole number is an int unless `float`. */
export function repr(x: unknown, float = false): string {
  if (typeof x === "string") return `'${x}'`;
  if (x === null || x === undefined) return "None";
  if (typeof x === "boolean") return x ? "True" : "False";
  if (Array.isArray(x)) return `[${x.map((item) => repr(item)).join(", ")}]`;
  if (typeof x !== "number") return "<object>";
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  if (Number.isInteger(x) && !float) return String(x);
  const exponent = x === 0 ? 0 : Math.floor(Math.log10(Math.abs(x)));
  if (exponent >= -4 && exponent < 16) return Number.isInteger(x) ? `${x}.0` : String(x);
  return x.toExponential().replace(/e([-+])(\d)$/, "e$10$2");
}
