import { walk } from "./errors.js";
import { Choice, Dict, Float, Library, List, NdArray, Tracked, Unknown, type Val } from "./values.js";

const LIMIT = 8;

/** True when two values need not be told apart. */
export function same(a: Val, b: Val, depth = 0): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") {
    const [x, y] = [a instanceof Tracked ? a.value : a, b instanceof Tracked ? b.value : b];
    return x === y || (x instanceof Float && y instanceof Float && Object.is(x.value, y.value));
  }
  if (a instanceof Tracked && b instanceof Tracked)
    return same(a.value, b.value) && (a.symbols?.size ?? 0) === (b.symbols?.size ?? 0);
  if (a instanceof Float && b instanceof Float) return Object.is(a.value, b.value);
  if (a instanceof Float || b instanceof Float)
    return a instanceof Tracked ? same(a.value, b) : b instanceof Tracked && same(a, b.value);
  if (a instanceof Unknown && b instanceof Unknown) return a.because === b.because;
  if (a instanceof Library && b instanceof Library) return a.name === b.name;
  if (a instanceof List && b instanceof List) {
    if (a.type !== b.type || a.items.length !== b.items.length || a.items.length >= 1000 || depth >= 6) return false;
    walk(a.items.length);
    return a.items.every((item, i) => same(item, b.items[i]!, depth + 1));
  }
  if (a instanceof NdArray && b instanceof NdArray) {
    if (a.data.length !== b.data.length) return false;
    walk(a.data.length >> 7);
    return a.data.every((x, i) => Object.is(x, b.data[i]));
  }
  if (a instanceof Dict && b instanceof Dict) return false;
  return false;
}

/** A value that is one of both; the first's come first. Unknowns stay among the choices, so that nothing looks surer than it is. */
export function join(a: Val, b: Val): Val {
  if (a === undefined || b === undefined) return a ?? b;
  if (same(a, b)) return a;
  const values: Val[] = [];
  const [first, second] = [choices(a), choices(b)];
  walk(first.length * second.length);
  for (const value of [...first, ...second]) if (!values.some((other) => same(other, value))) values.push(value);
  return values.length === 1 ? values[0]! : new Choice(values.slice(0, LIMIT));
}

/** The values that it may be. */
export function choices(value: Val): readonly Val[] {
  return value instanceof Choice ? value.values : [value];
}

export function joinAll(values: readonly Val[]): Val | undefined {
  return values.length ? values.reduce(join) : undefined;
}
