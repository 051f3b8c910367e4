import { derive, dictKey, force, plain } from "./access.js";
import { broadcast } from "./arrays.js";
import { joinAll, same } from "./join.js";
import { LIMITS, PyError, TooComplex, walk } from "./machine.js";
import { Instance } from "./objects.js";
import { isOpaque, typeName } from "./operators.js";
import {
  CallResult,
  Choice,
  Dict,
  Float,
  Library,
  List,
  Member,
  NdArray,
  Operation,
  Range,
  Tracked,
  Unknown,
  type Val,
} from "./values.js";

/** Comparison operators, `in`, `is`. */
export function compare(op: string, a: Val, b: Val): Val {
  const left = a instanceof Float && !op.startsWith("i") ? a.value : a;
  const right = b instanceof Float && !op.startsWith("i") ? b.value : b;
  if (typeof left === "number" && typeof right === "number") return order(op, left, right);
  a = force(a);
  b = force(b);
  if (a instanceof Choice) return joinAll(a.values.map((x) => compare(op, x, b)))!;
  if (b instanceof Choice) return joinAll(b.values.map((x) => compare(op, a, x)))!;
  if (op === "is" || op === "is not") {
    const is = identity(a, b);
    return typeof is === "boolean" ? derive(is === (op === "is"), [a, b]) : is;
  }
  if (a instanceof Unknown) return a;
  if (b instanceof Unknown) return b;
  if (a instanceof Tracked || b instanceof Tracked) return derive(compare(op, plain(a), plain(b)), [a, b]);
  if (op === "in" || op === "not in") {
    const inside = contains(b, a);
    return typeof inside === "boolean" ? inside === (op === "in") : inside;
  }
  if (op === "==" || op === "!=" || op === "<>") {
    const equal = looseEqual(a, b);
    return typeof equal === "boolean" ? equal === (op === "==") : equal;
  }
  const [x, y] = [comparable(a), comparable(b)];
  if (x !== undefined && y !== undefined && typeof x === typeof y) return order(op, x, y);
  if (a instanceof NdArray || b instanceof NdArray) {
    const result = broadcast(op, a, b);
    if (result) return result;
  }
  if (a instanceof List && b instanceof List) return lexicographic(op, a, b);
  if ((isOpaque(a) || isOpaque(b)) && !(a instanceof Instance || b instanceof Instance))
    return new Operation(op, [a, b], undefined, undefined);
  if (a instanceof Instance || b instanceof Instance) return new Unknown("it is only known when the file runs");
  throw new PyError("TypeError", `'${op}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

function comparable(x: Val): number | string | undefined {
  if (typeof x === "number" || typeof x === "string") return x;
  if (typeof x === "boolean" || typeof x === "bigint") return Number(x);
  if (x instanceof Float) return x.value;
  return x instanceof NdArray && x.data.length === 1 && x.shape.length === 0 ? x.data[0] : undefined;
}

function order<T extends number | string>(op: string, a: T, b: T): boolean {
  switch (op) {
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "<=":
      return a <= b;
    case ">=":
      return a >= b;
    case "!=":
    case "is not":
    case "<>":
      return a !== b;
    case "in":
    case "not in":
      throw new PyError("TypeError", "argument is not iterable");
    default:
      return a === b;
  }
}

function lexicographic(op: string, a: List, b: List): Val {
  walk();
  for (let i = 0; i < Math.min(a.items.length, b.items.length); i++) {
    const equal = looseEqual(a.items[i]!, b.items[i]!);
    if (typeof equal !== "boolean") return equal;
    if (!equal) return compare(op, a.items[i]!, b.items[i]!);
  }
  return order(op, a.items.length, b.items.length);
}

function identity(a: Val, b: Val): boolean | Unknown {
  const [x, y] = [plain(a), plain(b)];
  if (x instanceof Unknown) return x;
  if (y instanceof Unknown) return y;
  if (x === null || y === null || typeof x === "boolean" || typeof y === "boolean") {
    const other = x === null || typeof x === "boolean" ? y : x;
    // What a library's function returned may be None; an object it constructed, or a module, is not.
    if (other instanceof CallResult && !(other.callee instanceof Library && /\.[A-Z]\w*$/.test(other.callee.name)))
      return new Unknown("it is only known when the file runs");
    if (other instanceof Library && !other.certain)
      return new Unknown(`${other.name} is not defined in this file`, other.name);
    if (other instanceof Member) return new Unknown("it is only known when the file runs");
    return x === y;
  }
  if (x instanceof Float && y instanceof Float) return Object.is(x.value, y.value);
  return x === y || (x instanceof Library && y instanceof Library && x.name === y.name);
}

/** Equality as `==` has it. */
export function looseEqual(a: Val, b: Val, depth = 0): boolean | Unknown {
  walk();
  if (depth > LIMITS.depth) throw new TooComplex("values nested more than 100 deep");
  const [x, y] = [plain(a), plain(b)];
  if (x instanceof Unknown) return x;
  if (y instanceof Unknown) return y;
  if (x instanceof Choice || y instanceof Choice) {
    const values = [...(x instanceof Choice ? x.values : [x])].flatMap((p) =>
      (y instanceof Choice ? y.values : [y]).map((q) => looseEqual(p, q)),
    );
    return values.every((value) => value === values[0])
      ? values[0]!
      : new Unknown("it depends on a condition that is not known");
  }
  const [p, q] = [comparable(x), comparable(y)];
  if (p !== undefined && q !== undefined) return p === q;
  if (x instanceof List && y instanceof List) {
    if ((x.type === "set") !== (y.type === "set") || x.items.length !== y.items.length) return false;
    if (x.type === "list" && y.type === "tuple") return false;
    if (x.type === "set") return x.items.every((item) => contains(y, item) === true);
    for (let i = 0; i < x.items.length; i++) {
      const equal = looseEqual(x.items[i]!, y.items[i]!, depth + 1);
      if (equal !== true) return equal;
    }
    return true;
  }
  if (x instanceof Dict && y instanceof Dict) {
    if (x.entries.size !== y.entries.size) return false;
    for (const [key, [, value]] of x.entries) {
      const other = y.entries.get(key);
      const equal = other ? looseEqual(value, other[1], depth + 1) : false;
      if (equal !== true) return equal;
    }
    return true;
  }
  if (x instanceof Range && y instanceof Range) return x.start === y.start && x.stop === y.stop && x.step === y.step;
  if (isOpaque(x) || isOpaque(y)) {
    if (x instanceof Library && y instanceof Library) return x.name === y.name;
    if (x === null || y === null) return identity(x, y);
    return new Unknown("it is only known when the file runs");
  }
  if (x instanceof NdArray || y instanceof NdArray) return same(x, y);
  return x === y;
}

function contains(container: Val, item: Val): boolean | Unknown {
  const box = plain(container);
  const needle = plain(item);
  if (needle instanceof Unknown) return needle;
  if (typeof box === "string") {
    if (typeof needle !== "string")
      return isOpaque(needle) ? new Unknown("it is only known when the file runs") : false;
    return box.includes(needle);
  }
  if (box instanceof Dict) {
    const key = dictKey(needle);
    if (key === undefined) return new Unknown("it is only known when the file runs");
    return box.entries.has(key) || (box.open ? new Unknown(box.open) : false);
  }
  if (box instanceof List) {
    let unsure: Unknown | undefined;
    for (const other of box.items) {
      const equal = looseEqual(other, needle);
      if (equal === true) return true;
      if (typeof equal !== "boolean") unsure = equal;
    }
    return unsure ?? false;
  }
  if (box instanceof Range) {
    const x = comparable(needle);
    if (typeof x !== "number") return false;
    const inside = box.step > 0 ? x >= box.start && x < box.stop : x <= box.start && x > box.stop;
    return inside && (x - box.start) % box.step === 0;
  }
  if (box instanceof NdArray) return box.data.includes(comparable(needle) as number);
  if (box instanceof Unknown) return box;
  return new Unknown("it is only known when the file runs");
}
