import { LIMITS, PyError, TooComplex } from "./machine.js";
import { Float } from "./values.js";

/** int and float arithmetic with Python's rules. Operands are whole JS numbers, bigints (int) or Floats. */
export type Num = number | bigint | Float;

const value = (x: Num): number => (x instanceof Float ? x.value : Number(x));

/** A bigint brought back to a number where it fits; refuses more than LIMITS.bits. */
export function normalize(x: bigint): number | bigint {
  if (x >= -9007199254740991n && x <= 9007199254740991n) return Number(x);
  if (bits(x) > LIMITS.bits) throw new TooComplex("an integer of more than 4096 bits");
  return x;
}

const bits = (x: bigint) => (x < 0n ? -x : x).toString(16).length * 4;

export function int(x: number): number | bigint {
  return Number.isSafeInteger(x) ? x : normalize(BigInt(x));
}

export function arithmetic(op: string, a: Num, b: Num): Num {
  if (a instanceof Float || b instanceof Float) return new Float(floats(op, value(a), value(b)));
  if (op === "/") return new Float(trueDivide(a, b));
  if (op === "**" && Number(b) < 0) return new Float(floats("**", Number(a), Number(b)));
  if (typeof a === "number" && typeof b === "number") {
    const fast = small(op, a, b);
    if (Number.isSafeInteger(fast)) return fast === 0 ? 0 : fast;
  }
  return normalize(big(op, BigInt(a), BigInt(b)));
}

function trueDivide(a: number | bigint, b: number | bigint): number {
  if (Number(b) === 0) throw new PyError("ZeroDivisionError", "division by zero");
  return Number(a) / Number(b);
}

function small(op: string, a: number, b: number): number {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "//":
      if (b === 0) throw new PyError("ZeroDivisionError", "integer division or modulo by zero");
      return Math.floor(a / b) * b <= a === b > 0 && Math.abs(a) < 2 ** 52 ? Math.floor(a / b) : NaN;
    case "%": {
      if (b === 0) throw new PyError("ZeroDivisionError", "integer modulo by zero");
      const r = a % b;
      return r !== 0 && r < 0 !== b < 0 ? r + b : r;
    }
    case "**":
      return a ** b;
    default:
      return NaN;
  }
}

function big(op: string, a: bigint, b: bigint): bigint {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "//":
    case "%": {
      if (b === 0n) throw new PyError("ZeroDivisionError", "integer division or modulo by zero");
      const r = a % b;
      const off = r !== 0n && r < 0n !== b < 0n;
      return op === "%" ? (off ? r + b : r) : a / b - (off ? 1n : 0n);
    }
    case "**":
      if (b > 100_000n || BigInt(bits(a)) * b > BigInt(LIMITS.bits) * 2n) {
        if (a === 1n || a === 0n) return a;
        if (a === -1n) return b % 2n ? -1n : 1n;
        throw new TooComplex("an integer of more than 4096 bits");
      }
      return a ** b;
    case "<<":
      if (b > BigInt(LIMITS.bits)) throw new TooComplex("an integer of more than 4096 bits");
      return a << b;
    case ">>":
      return a >> (b > 100_000n ? 100_000n : b);
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    default:
      throw new PyError("TypeError", `unsupported operand ${op}`);
  }
}

function floats(op: string, a: number, b: number): number {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      if (b === 0) throw new PyError("ZeroDivisionError", "float division by zero");
      return a / b;
    case "//":
      if (b === 0) throw new PyError("ZeroDivisionError", "float floor division by zero");
      return floorDivide(a, b);
    case "%":
      if (b === 0) throw new PyError("ZeroDivisionError", "float modulo");
      return modulo(a, b);
    case "**": {
      if (a === 0 && b < 0) throw new PyError("ZeroDivisionError", "0.0 cannot be raised to a negative power");
      if (a < 0 && !Number.isInteger(b) && Number.isFinite(a) && Number.isFinite(b))
        throw new PyError("ValueError", "the power is a complex number");
      if (a === 1 || b === 0) return 1;
      if (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) return 1;
      const power = a ** b;
      if (!Number.isFinite(power) && Number.isFinite(a) && Number.isFinite(b))
        throw new PyError("OverflowError", "Result too large");
      return power;
    }
    default:
      throw new PyError("TypeError", `unsupported operand type(s) for ${op}: 'float'`);
  }
}

/** a - floor(a / b) * b as C's fmod gives it, with the sign of b. */
export function modulo(a: number, b: number): number {
  const r = a % b;
  if (r !== 0 && r < 0 !== b < 0) return r + b;
  return r === 0 ? (b < 0 ? -0 : 0) : r;
}

function floorDivide(a: number, b: number): number {
  const quotient = (a - modulo(a, b)) / b;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** Python's round: halves go to the even neighbour; with digits, on the shortest decimal form. */
export function round(x: number, digits = 0): number {
  if (!Number.isFinite(x)) return x;
  if (digits === 0) {
    const floor = Math.floor(x);
    const rest = x - floor;
    return rest < 0.5 ? floor : rest > 0.5 ? floor + 1 : floor % 2 === 0 ? floor : floor + 1;
  }
  if (digits > 22 || digits < -22) return digits > 0 ? x : 0;
  if (digits < 0) return round(x / 10 ** -digits) * 10 ** -digits;
  // toFixed rounds the exact binary value, but takes halves away from zero.
  const exact = x.toFixed(Math.min(100, digits + 30));
  const kept = exact.slice(0, exact.length - 30);
  if (/^50*$/.test(exact.slice(-30)) && "02468".includes(kept.at(-1)!)) return Number(kept);
  return Number(x.toFixed(digits));
}
