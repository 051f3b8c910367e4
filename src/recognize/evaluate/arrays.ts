import { PyError, walk } from "./machine.js";
import { arithmetic } from "./numbers.js";
import { Float, List, NdArray, Tracked, type Val } from "./values.js";
import { plain } from "./access.js";

/** An array of what Python hands over (numbers, nested lists), or undefined when something in it is not a number. */
export function toArray(value: Val): NdArray | undefined {
  const v = plain(value);
  if (v instanceof NdArray) return v;
  const n = scalar(v);
  if (n) return new NdArray([n.value], [], n.int);
  if (!(v instanceof List))
    return v !== null && typeof v === "object" && v.kind === "range" ? fromRange(v.start, v.step, v.length) : undefined;
  const parts: NdArray[] = [];
  for (const item of v.items) {
    const part = toArray(item);
    if (!part || part.shape.join() !== (parts[0] ?? part).shape.join()) return undefined;
    parts.push(part);
  }
  return new NdArray(
    parts.flatMap((part) => part.data),
    [parts.length, ...(parts[0]?.shape ?? [])],
    parts.length > 0 && parts.every((part) => part.ints),
  );
}

function fromRange(start: number, step: number, length: number): NdArray | undefined {
  if (length > 100_000) return undefined;
  return new NdArray(
    sequence(length, (i) => start + i * step),
    [length],
    true,
  );
}

/** The numbers f(0) to f(length - 1). */
export function sequence(length: number, f: (i: number) => number): number[] {
  if (!(length >= 1)) return [];
  walk(length >> 2);
  const numbers = new Array<number>(Math.floor(length));
  for (let i = 0; i < numbers.length; i++) numbers[i] = f(i);
  return numbers;
}

function scalar(v: Val): { value: number; int: boolean } | undefined {
  if (typeof v === "number") return { value: v, int: true };
  if (typeof v === "boolean" || typeof v === "bigint") return { value: Number(v), int: true };
  return v instanceof Float ? { value: v.value, int: false } : undefined;
}

/** One element as numpy hands it out. */
export function element(array: NdArray, value: number): Val {
  const plainValue = array.ints ? value : new Float(value);
  return array.origins.length || array.symbols ? new Tracked(plainValue, array.origins, array.symbols) : plainValue;
}

const COMPARE: Record<string, (a: number, b: number) => boolean> = {
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** Elementwise `a op b` where one side is an array; shapes must be equal, or one side a single number (or the last axis alike). */
export function broadcast(op: string, a: Val, b: Val): NdArray | undefined {
  const [x, y] = [toArray(a), toArray(b)];
  if (!x || !y) return undefined;
  const ints = x.ints && y.ints && op !== "/";
  return zip(
    x,
    y,
    COMPARE[op] ? true : ints,
    COMPARE[op] ? (p, q) => Number(COMPARE[op]!(p, q)) : (p, q) => elementwise(op, p, q, ints),
  );
}

export function zip(
  x: NdArray,
  y: NdArray,
  ints: boolean,
  apply: (a: number, b: number) => number,
): NdArray | undefined {
  const [long, short] = x.data.length >= y.data.length && x.shape.length >= y.shape.length ? [x, y] : [y, x];
  const fits =
    short.data.length === 1 || long.shape.slice(long.shape.length - short.shape.length).join() === short.shape.join();
  if (!fits) throw new PyError("ValueError", "operands could not be broadcast together");
  const n = short.data.length;
  walk(long.data.length >> 3);
  const data = long.data.map((value, i) =>
    long === x ? apply(value, short.data[i % n]!) : apply(short.data[i % n]!, value),
  );
  return new NdArray(data, long.shape, ints, [...x.origins, ...y.origins], x.symbols ?? y.symbols);
}

/** numpy divides by zero without raising. */
function elementwise(op: string, a: number, b: number, ints: boolean): number {
  if (b === 0 && (op === "/" || op === "//" || op === "%"))
    return op === "%" ? NaN : a === 0 ? NaN : a > 0 ? Infinity : -Infinity;
  if (op === "**") return a ** b;
  const result = arithmetic(op, ints ? a : new Float(a), ints ? b : new Float(b));
  return result instanceof Float ? result.value : Number(result);
}
