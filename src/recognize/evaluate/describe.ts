import type { Value } from "../../schedules/define.js";
import type { Evaluated, Origin } from "../finding.js";
import { dictOf, force, originsOf, symbolsOf } from "./access.js";
import { choices } from "./join.js";
import { ClassValue, FunctionValue, Instance, Method, ModuleValue } from "./objects.js";
import {
  Builtin,
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

/** Makes a rate function of a function value; the program supplies it. */
export type MakeFunction = (value: FunctionValue | Method | Instance | Builtin | Library) => Value | undefined;

/** A value as schedules take it; undefined (with the reason) when it is not plain data. */
export function toValue(
  value: Val,
  makeFunction?: MakeFunction,
  depth = 0,
): { value: Value } | { because: string; name?: string } {
  const v = force(value);
  if (v === null || typeof v === "boolean" || typeof v === "number" || typeof v === "string") return { value: v };
  if (typeof v === "bigint") return { value: Number(v) };
  if (v instanceof Float) return { value: v.value };
  if (v instanceof Tracked) return toValue(v.value);
  if (depth > 10) return { because: "too complex to follow: nested more than 10 deep" };
  if (v instanceof Choice) {
    const known = v.values.map((x) => toValue(x, makeFunction, depth + 1));
    return known.find((x) => "value" in x) ?? known[0]!;
  }
  if (v instanceof Range) {
    if (v.length > 100_000) return { because: "too complex to follow: a range of more than 100,000 numbers" };
    return { value: Array.from({ length: v.length }, (_, i) => v.start + i * v.step) };
  }
  if (v instanceof NdArray) return { value: nested(v.data, v.shape) };
  if (v instanceof List || v instanceof Dict) {
    const items: Value[] = [];
    const pairs: [Value, Value][] = [];
    for (const item of v instanceof List ? v.items.map((x) => [null, x] as const) : v.entries.values()) {
      const inner = toValue(item[1], makeFunction, depth + 1);
      if (!("value" in inner)) return inner;
      if (v instanceof List) items.push(inner.value);
      else {
        const key = toValue(item[0]);
        pairs.push(["value" in key ? key.value : null, inner.value]);
      }
    }
    if (v instanceof List) return v.open ? { because: v.open } : { value: items };
    return v.open ? { because: v.open } : { value: new Map(pairs) };
  }
  if (v instanceof Unknown) return { because: v.because, ...(v.name && { name: v.name }) };
  // A graph's variable begins as it is made.
  if (v instanceof CallResult && /^(?:tensorflow|tf)\b.*\.Variable$/.test(calleeText(v.callee))) {
    const start = toValue(v.args[0] ?? v.kwargs.get("initial_value") ?? null, makeFunction, depth + 1);
    if ("value" in start && start.value !== null) return start;
  }
  if (
    makeFunction &&
    (v instanceof FunctionValue ||
      v instanceof Method ||
      v instanceof Instance ||
      v instanceof Builtin ||
      v instanceof Library)
  ) {
    const made = makeFunction(v);
    if (made !== undefined) return { value: made };
  }
  const name = freeNameIn(v);
  return { because: reason(v), ...(name && { name }) };
}

/** The name defined nowhere that keeps a value from being known. */
function freeNameIn(v: Val): string | undefined {
  if (v instanceof Library) return v.certain ? undefined : (v.others.at(-1) ?? v.name);
  const parts = v instanceof Operation ? v.operands : v instanceof CallResult && isPlainFunction(v) ? v.args : [];
  for (const part of parts) {
    const name = freeNameIn(force(part));
    if (name) return name;
  }
  return undefined;
}

/** max(), int(), math.cos(): what it gives is not known because of what it is given. */
const isPlainFunction = (v: CallResult) => /^(?:builtins|math)\./.test(calleeText(v.callee)) && v.args.length > 0;
const isOpen = (v: Val) => typeof v === "object" && v !== null && !(v instanceof Tracked || v instanceof Float);

function nested(data: readonly number[], shape: readonly number[]): Value {
  if (shape.length === 0) return data[0]!;
  if (shape.length === 1) return data;
  const size = data.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, i) => nested(data.slice(i * size, (i + 1) * size), shape.slice(1)));
}

/** Why a value is not a number or text, in words. */
function reason(v: Val): string {
  const open = v instanceof CallResult && isPlainFunction(v) ? v.args.map(force).find(isOpen) : undefined;
  if (open !== undefined) return reason(open);
  if (v instanceof CallResult) return `returned by ${calleeText(v.callee)}()`;
  if (v instanceof Member)
    return v.name === undefined
      ? "an item of a value that is only known when the file runs"
      : `.${v.name} is only known when the file runs`;
  if (v instanceof Operation) {
    const part = v.operands.map((operand) => force(operand)).find(isOpen);
    return part === undefined ? "it is only known when the file runs" : reason(part);
  }
  if (v instanceof Library) return v.certain ? `${v.name} is a library's` : `${v.name} is not defined in this file`;
  if (v instanceof Instance) return `an object of class ${v.cls.name}`;
  if (v instanceof ClassValue) return `the class ${v.name}`;
  if (v instanceof ModuleValue) return `the module ${v.name}`;
  return "a function";
}

export function calleeText(callee: Val): string {
  const v = force(callee);
  if (v instanceof Library || v instanceof Builtin) return v.name;
  if (v instanceof FunctionValue || v instanceof ClassValue) return v.name;
  if (v instanceof Member) return `${calleeText(v.of)}.${v.name ?? "[]"}`;
  if (v instanceof CallResult) return `${calleeText(v.callee)}()`;
  if (v instanceof Unknown) return v.name ?? "something not known";
  return "something not known";
}

/** A value set from outside, as the evaluator has it. Whole numbers are ints. */
export function fromValue(value: Value): Val {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : new Float(value);
  if (Array.isArray(value)) return new List(value.map((item: Value) => fromValue(item)));
  if (value instanceof Map)
    return dictOf([...value].map(([key, item]: [Value, Value]) => [fromValue(key), fromValue(item)] as const));
  if (value === null || typeof value !== "object") return value;
  return new Unknown("a function that was passed in");
}

/** What a finding says of a value. `place` turns the evaluator's origins into the document's. */
export function describe(
  value: Val,
  text: string,
  place: (origin: Origin) => Origin,
  makeFunction?: MakeFunction,
): Evaluated {
  const v = force(value);
  const origins = unique(originsOf(v).map(place));
  const all = choices(v).flatMap((choice) => choices(force(choice)));
  const read = all.map((choice) => ({ choice, result: toValue(choice, makeFunction) }));
  const known = read.filter((entry) => "value" in entry.result);
  const unknown = read.find((entry) => !("value" in entry.result));
  const main = known[0];
  if (!main || !("value" in main.result)) {
    const because =
      unknown && "because" in unknown.result ? unknown.result.because : "it is only known when the file runs";
    const name = unknown && "name" in unknown.result ? unknown.result.name : undefined;
    return { status: "unknown", text, because, origins, ...(name && { name }) };
  }
  const symbols = symbolsOf(v);
  const float = isFloatValue(main.choice) && { isFloat: true };
  if (symbols.size) {
    const assumptions = Object.fromEntries([...symbols].map(([name, x]) => [name, plainValue(x)]));
    const tracked = force(main.choice);
    const because = (tracked instanceof Tracked && tracked.because) || "it depends on the run";
    return {
      status: "assumed",
      value: main.result.value,
      text,
      name: [...symbols.keys()][0]!,
      because,
      assumptions,
      origins,
      ...float,
    };
  }
  // One of the values it may take is not known: not claimed.
  if (unknown && "because" in unknown.result) {
    const name = "name" in unknown.result ? unknown.result.name : undefined;
    return {
      status: "unknown",
      text,
      because: `it may be ${shown(main.result.value)}, or: ${unknown.result.because}`,
      origins,
      ...(name && { name }),
      ...(main.result.value !== null && { maybe: main.result.value }),
    };
  }
  const values = known.map((entry) => (entry.result as { value: Value }).value);
  return {
    status: "known",
    value: main.result.value,
    text,
    origins,
    ...float,
    ...(values.length > 1 && { alternatives: values.slice(1) }),
  };
}

const shown = (value: Value) => (value === null ? "None" : typeof value === "object" ? "one value" : String(value));

function isFloatValue(value: Val): boolean {
  const v = force(value);
  return v instanceof Float || (v instanceof Tracked && v.value instanceof Float) || (v instanceof NdArray && !v.ints);
}

function plainValue(value: Val): Value {
  const result = toValue(value);
  return "value" in result ? result.value : null;
}

function unique(origins: readonly Origin[]): Origin[] {
  const seen = new Set<string>();
  return origins.filter((origin) => {
    const key = `${origin.file ?? ""}:${origin.cell ?? ""}:${origin.from}:${origin.to}`;
    return !seen.has(key) && seen.add(key);
  });
}
