import type { Curve, Phase } from "../engine/curve.js";
import { PythonError } from "../engine/python.js";
import {
  Raises,
  writtenAsFloat,
  type Args,
  type Compiled,
  type Context,
  type ParamSpec,
  type ScheduleCall,
  type ScheduleDefinition,
  type Value,
} from "./define.js";

/**
 * The one way from a call's values to its curve: keyword aliases resolved, kinds checked, defaults filled in, numbers rounded
 * to float32 where the library does. `args` by parameter name; a name the definition does not have is refused as in Python.
 * Throws `Raises` where the library does. Nested calls: definitions hand theirs to `compileCall` with the context they choose.
 */
export function compileSchedule(definition: ScheduleDefinition, args: Args, context: Partial<Context>): Compiled {
  try {
    const result = definition.compile(bindArguments(definition, args), context as Context);
    if (!("lr" in result)) return { lr: sound(result) };
    // Assigned in place: what is computed only when asked for (events) stays so.
    return Object.assign(result, {
      lr: sound(result.lr),
      ...(result.momentum && { momentum: sound(result.momentum) }),
      ...(result.groups && { groups: result.groups.map(sound) }),
    });
  } catch (error) {
    // What Python refuses in a constructor, the library refuses.
    if (error instanceof PythonError) throw new Raises(error.message);
    // A value of a kind that nobody could foresee (a number for a list of pairs) is the user's, not ours.
    if (error instanceof TypeError)
      throw new Raises(`TypeError: an argument of ${shortName(definition)} has a wrong type`);
    throw error;
  }
}

/**
 * The contract of Curve for values that no declaration foresees (a period of 1e-300, a length of NaN): breaks are integers
 * after t, phases follow each other from 0, and a rate is a number. Throws TypeError where it is not.
 */
function sound(c: Curve): Curve {
  if (typeof c.at(0) !== "number") throw new TypeError("a rate is a number");
  const phases: Phase[] = [];
  for (const { kind, to } of c.phases) {
    const from = phases.at(-1)?.to ?? 0;
    if (to > from) phases.push({ kind, from, to });
  }
  return {
    at: c.at,
    nextBreak: (t) => {
      const next = Math.ceil(c.nextBreak(t));
      return next > t ? next : Infinity;
    },
    phases,
    get walk() {
      return c.walk;
    },
    get end() {
      return c.end;
    },
  };
}

/** A schedule given as an argument; what was found beside it counts more than the outer context. */
export function compileCall(call: ScheduleCall, context: Partial<Context>): Compiled {
  return compileSchedule(call.definition, call.args, { ...context, ...call.context });
}

/** Arguments under their parameters' names, complete and checked. Extra names raise unless the library swallows them (`**kwargs`). */
export function bindArguments(definition: ScheduleDefinition, args: Args): Args {
  const floats = args[writtenAsFloat];
  const bound: Record<string, Value | undefined> & { [writtenAsFloat]?: ReadonlySet<string> } = {};
  const aliases = aliasTable(definition);
  for (const [name, value] of Object.entries(args)) if (value !== undefined) bound[aliases.get(name) ?? name] = value;
  if (floats) bound[writtenAsFloat] = new Set([...floats].map((name) => aliases.get(name) ?? name));
  for (const [name, spec] of Object.entries(definition.params)) {
    const value = bound[name];
    if (value === undefined) {
      if (spec.default === undefined && spec.kind !== "handle")
        throw new Raises(`TypeError: ${shortName(definition)}() missing required argument '${name}'`);
      if (spec.default !== undefined) bound[name] = rounded(spec, spec.default, definition);
    } else bound[name] = checked(name, spec, value, definition);
  }
  return bound;
}

export function isScheduleCall(value: unknown): value is ScheduleCall {
  return kindOf(value) === "schedule";
}

export function isRateFunction(value: unknown): value is Extract<Value, { kind: "function" }> {
  return kindOf(value) === "function";
}

/** The last part of the id: `StepLR`. */
export function shortName(definition: ScheduleDefinition): string {
  return definition.id.slice(Math.max(definition.id.lastIndexOf("."), definition.id.lastIndexOf(":")) + 1);
}

function checked(name: string, spec: ParamSpec, value: Value, definition: ScheduleDefinition): Value {
  const numeric = spec.kind === "number" || spec.kind === "integer";
  if (numeric && typeof value === "boolean") return Number(value);
  if (numeric && (typeof value === "string" || value instanceof Map || isRateFunction(value)))
    throw new Raises(`TypeError: ${name} must be a number, got ${describe(value)}`);
  if (numeric && value === null && spec.default !== null)
    throw new Raises(`TypeError: ${name} must be a number, got None`);
  const list = spec.kind === "numbers" || spec.kind === "schedules";
  if (list && !Array.isArray(value) && !(value === null && spec.default === null))
    throw new Raises(`TypeError: ${name} must be a list`);
  return rounded(spec, value, definition);
}

function rounded(spec: ParamSpec, value: Value, definition: ScheduleDefinition): Value {
  if (definition.dtype !== "float32" || (spec.kind !== "number" && spec.kind !== "numbers")) return value;
  if (typeof value === "number") return Math.fround(value);
  if (Array.isArray(value)) return value.map((v: Value) => (typeof v === "number" ? Math.fround(v) : v));
  return value;
}

function describe(value: Value): string {
  if (typeof value === "string") return `'${value.slice(0, 40)}'`;
  return value instanceof Map ? "a dict" : "a function";
}

function kindOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
}

function aliasTable(definition: ScheduleDefinition): Map<string, string> {
  const table = new Map<string, string>();
  for (const [name, spec] of Object.entries(definition.params))
    for (const other of spec.alias ?? []) table.set(other, name);
  return table;
}
