import type { SyntaxNode } from "@lezer/common";
import { derive, dictItems, dictOf, force, plain } from "./access.js";
import { broadcast } from "./arrays.js";
import { looseEqual } from "./comparisons.js";
import { formatPercent } from "./format.js";
import { joinAll } from "./join.js";
import { LIMITS, PyError, TooComplex } from "./machine.js";
import { arithmetic } from "./numbers.js";
import { Instance, type ModuleValue } from "./objects.js";
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

export function list(items: Val[], like: List): List {
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
  if (v instanceof List) return v.open ? new Unknown(v.open) : v.items.length > 0;
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
