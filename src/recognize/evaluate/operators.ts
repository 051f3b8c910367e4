import type { SyntaxNode } from "@lezer/common";
import { derive, dictItems, dictKey, dictOf, force, plain } from "./access.js";
import { formatPercent } from "./format.js";
import { joinAll, same } from "./join.js";
import { LIMITS, PyError, TooComplex } from "./machine.js";
import { arithmetic } from "./numbers.js";
import { broadcast } from "./arrays.js";
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
import { Instance, type ModuleValue } from "./objects.js";

/** Where an operation stands, for what is kept of it when it is not data. */
export interface Place {
  readonly node?: SyntaxNode | undefined;
  readonly module?: ModuleValue | undefined;
}

/** True for values that stand for something of a library, not for data. */
export function isOpaque(value: Val): value is CallResult | Operation | Member | Library {
  return (
    value instanceof CallResult || value instanceof Operation || value instanceof Member || value instanceof Library
  );
}

const NUMERIC = new Set(["+", "-", "*", "/", "//", "%", "**", "@"]);

/** `a op b` for arithmetic and bit operators, with origins and assumptions kept. */
export function binary(op: string, a: Val, b: Val, place: Place = {}): Val {
  // The common case of interpretation: both plain numbers.
  if ((typeof a === "number" || a instanceof Float) && (typeof b === "number" || b instanceof Float))
    return arithmetic(op, a, b);
  a = force(a);
  b = force(b);
  if (a instanceof Choice) return joinAll(a.values.slice(0, LIMITS.alternatives).map((x) => binary(op, x, b, place)))!;
  if (b instanceof Choice) return joinAll(b.values.slice(0, LIMITS.alternatives).map((x) => binary(op, a, x, place)))!;
  if (a instanceof Unknown) return a;
  if (b instanceof Unknown) return b;
  if (a instanceof Tracked || b instanceof Tracked) return derive(binary(op, plain(a), plain(b), place), [a, b]);
  const x = typeof a === "boolean" ? Number(a) : a;
  const y = typeof b === "boolean" ? Number(b) : b;
  if (typeof a === "boolean" && typeof b === "boolean" && "&|^".includes(op))
    return Boolean(arithmetic(op, Number(a), Number(b)));
  const numbers = isNumber(x) && isNumber(y);
  if (numbers) return arithmetic(op, x, y);
  if (x instanceof NdArray || y instanceof NdArray) {
    const result = broadcast(op, x, y);
    if (result) return result;
  }
  if (isOpaque(x) || isOpaque(y) || x instanceof Instance || y instanceof Instance)
    return new Operation(op, [x, y], place.node, place.module);
  return sequences(op, x, y) ?? mismatch(op, x, y);
}

const isNumber = (x: Val): x is number | bigint | Float =>
  typeof x === "number" || typeof x === "bigint" || x instanceof Float;

function mismatch(op: string, a: Val, b: Val): never {
  throw new PyError("TypeError", `unsupported operand type(s) for ${op}: '${typeName(a)}' and '${typeName(b)}'`);
}

function sequences(op: string, a: Val, b: Val): Val | undefined {
  if (typeof a === "string") {
    if (op === "+" && typeof b === "string") return checked(a + b);
    if (op === "*" && typeof b === "number") return b * a.length > LIMITS.length ? tooLong() : a.repeat(Math.max(0, b));
    if (op === "%") return formatPercent(a, b);
  }
  if (op === "*" && typeof a === "number" && (typeof b === "string" || b instanceof List)) return sequences(op, b, a);
  if (a instanceof List) {
    if (op === "+" && b instanceof List) return list([...a.items, ...b.items], a);
    if (op === "*" && typeof b === "number") {
      if (b * a.items.length > LIMITS.length) return tooLong();
      return list(Array.from({ length: Math.max(0, b) }, () => a.items).flat(), a);
    }
    if (a.type === "set" && b instanceof List) {
      const has = (of: List, item: Val) => of.items.some((other) => looseEqual(item, other) === true);
      if (op === "-")
        return new List(
          a.items.filter((item) => !has(b, item)),
          "set",
        );
      if (op === "&")
        return new List(
          a.items.filter((item) => has(b, item)),
          "set",
        );
      if (op === "|") return new List([...a.items, ...b.items.filter((item) => !has(a, item))], "set");
    }
  }
  if (op === "|" && a instanceof Dict && b instanceof Dict) {
    const merged = dictOf([...dictItems(a), ...dictItems(b)], a.attributes, a.flavour, a.name);
    merged.open = a.open ?? b.open;
    merged.origins = [...a.origins, ...b.origins];
    return merged;
  }
  return undefined;
}

function list(items: Val[], like: List): List {
  if (items.length > LIMITS.length) tooLong();
  const result = new List(items, like.type);
  result.origins = like.origins;
  return result;
}

function checked(text: string): string {
  return text.length > LIMITS.length ? tooLong() : text;
}

function tooLong(): never {
  throw new TooComplex("a sequence of more than 100,000 items");
}

export function unary(op: string, a: Val, place: Place = {}): Val {
  if (op === "not") {
    const truth = truthOf(a);
    return typeof truth === "boolean" ? derive(!truth, [a]) : truth;
  }
  a = force(a);
  if (typeof a === "number" && op === "-") return a === 0 ? 0 : -a;
  if (a instanceof Choice) return joinAll(a.values.map((x) => unary(op, x, place)))!;
  if (a instanceof Unknown) return a;
  if (a instanceof Tracked) return derive(unary(op, a.value, place), [a]);
  if (typeof a === "boolean") return unary(op, Number(a), place);
  if (a instanceof Float) return op === "-" ? new Float(-a.value) : op === "+" ? a : mismatch(op, a, a);
  if (typeof a === "number") return op === "~" ? -a - 1 : a;
  if (typeof a === "bigint") return op === "-" ? -a : op === "~" ? -a - 1n : a;
  if (a instanceof NdArray)
    return op === "-"
      ? new NdArray(
          a.data.map((x) => (a.ints && x === 0 ? 0 : -x)),
          a.shape,
          a.ints,
          a.origins,
          a.symbols,
        )
      : a;
  if (isOpaque(a) || a instanceof Instance)
    return new Operation(op === "-" ? "neg" : op, [a], place.node, place.module);
  return mismatch(op, a, a);
}

/** Truth of a value, or Unknown with the reason. Values of several truths are unknown. */
export function truthOf(value: Val): boolean | Unknown {
  const v = plain(value);
  if (v === null) return false;
  if (typeof v !== "object") return Boolean(v);
  if (v instanceof Float) return v.value !== 0;
  if (v instanceof List) return v.items.length > 0;
  if (v instanceof Dict)
    return v.entries.size > 0 || (v.open || v.flavour ? (v.open ? new Unknown(v.open) : true) : false);
  if (v instanceof Range) return v.length > 0;
  if (v instanceof NdArray)
    return v.data.length === 1 ? v.data[0] !== 0 : new Unknown("the truth of an array is not one value");
  if (v instanceof Choice) {
    const truths = v.values.map(truthOf);
    return truths.every((truth) => truth === truths[0])
      ? truths[0]!
      : new Unknown("it depends on a condition that is not known");
  }
  if (v instanceof Unknown) return v;
  if (v instanceof CallResult && v.callee instanceof Library && /\.[A-Z]\w*$/.test(v.callee.name)) return true;
  if (v instanceof Library && !v.certain) return new Unknown(`${v.name} is not defined in this file`, v.name);
  if (v instanceof Library && !/(^|\.)[A-Z]\w*$/.test(v.name) && v.name.includes("."))
    return new Unknown("it is only known when the file runs");
  if (v instanceof CallResult || v instanceof Member || v instanceof Operation)
    return new Unknown("it is only known when the file runs");
  return true;
}

/** Comparison operators, `in`, `is`. */
export function compare(op: string, a: Val, b: Val, place: Place = {}): Val {
  if (typeof a === "number" && typeof b === "number") return order(op, a, b);
  a = force(a);
  b = force(b);
  if (a instanceof Choice) return joinAll(a.values.map((x) => compare(op, x, b, place)))!;
  if (b instanceof Choice) return joinAll(b.values.map((x) => compare(op, a, x, place)))!;
  if (op === "is" || op === "is not") {
    const is = identity(a, b);
    return typeof is === "boolean" ? derive(is === (op === "is"), [a, b]) : is;
  }
  if (a instanceof Unknown) return a;
  if (b instanceof Unknown) return b;
  if (a instanceof Tracked || b instanceof Tracked) return derive(compare(op, plain(a), plain(b), place), [a, b]);
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
  if (isOpaque(a) || isOpaque(b) || a instanceof Instance || b instanceof Instance)
    return new Unknown("it is only known when the file runs");
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
export function looseEqual(a: Val, b: Val): boolean | Unknown {
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
      const equal = looseEqual(x.items[i]!, y.items[i]!);
      if (equal !== true) return equal;
    }
    return true;
  }
  if (x instanceof Dict && y instanceof Dict) {
    if (x.entries.size !== y.entries.size) return false;
    for (const [key, [, value]] of x.entries) {
      const other = y.entries.get(key);
      const equal = other ? looseEqual(value, other[1]) : false;
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

/** Python's name of a value's type, for messages. */
export function typeName(value: Val): string {
  const v = plain(value) as ReturnType<typeof plain> | undefined;
  // An argument that a builtin needs and was not given.
  if (v === undefined) return "nothing";
  if (v === null) return "NoneType";
  if (typeof v === "boolean") return "bool";
  if (typeof v === "number" || typeof v === "bigint") return "int";
  if (typeof v === "string") return "str";
  if (v instanceof Float) return "float";
  if (v instanceof List) return v.type;
  if (v instanceof NdArray) return "numpy.ndarray";
  if (v instanceof Instance) return v.cls.name;
  if (v instanceof CallResult && v.callee instanceof Library) return v.callee.name.split(".").at(-1)!;
  return v.kind;
}
