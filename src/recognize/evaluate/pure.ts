import { NotKnown, walk } from "./machine.js";
import { derive, first, force } from "./access.js";
import { joinAll } from "./join.js";
import { Instance } from "./objects.js";
import {
  CallResult,
  Choice,
  Library,
  List,
  Member,
  NdArray,
  Operation,
  Tracked,
  Unknown,
  type BuiltinCall,
  type Val,
} from "./values.js";

/** A function of plain values: numbers, strings, lists of them. */
export type Pure = (args: readonly Val[], kwargs: ReadonlyMap<string, Val>, call: BuiltinCall) => Val;

/**
 * Applies it to values as the evaluator has them: of several possible values each, unknown to unknown, what a library made to a
 * CallResult of `name`; origins and assumptions go to the result.
 */
export function applyPure(
  name: string,
  fn: Pure,
  args: readonly Val[],
  kwargs: ReadonlyMap<string, Val>,
  call: BuiltinCall,
): Val {
  const { m } = call;
  for (const arg of args) if (arg instanceof NdArray) walk(arg.data.length >> 3);
  if (!m.tracking) {
    // On numbers, of several possible values the first.
    const values = args.map((arg) => bare(first(arg)));
    if (![...values, ...kwargs.values()].some(isOpen) && !(values[0] instanceof Library))
      return fn(values, kwargs, call);
  }
  const values = args.map(force);
  const at = values.findIndex((value) => value instanceof Choice);
  if (at >= 0)
    return joinAll(
      (values[at] as Choice).values.map((value) => applyPure(name, fn, values.with(at, value), kwargs, call)),
    )!;
  const named = new Map([...kwargs].map(([key, value]) => [key, force(value)]));
  const all = [...values, ...named.values()];
  const unknown = all.find((value) => value instanceof Unknown);
  if (unknown) return unknown;
  if (all.some(isOpen) || values[0] instanceof Library)
    return new CallResult(new Library(name), values, named, call.node, call.module);
  try {
    const result = fn(values.map(bare), new Map([...named].map(([key, value]) => [key, bare(value)])), call);
    return derive(result, all);
  } catch (error) {
    if (error instanceof NotKnown)
      return hasOpen(all) ? new CallResult(new Library(name), values, named, call.node, call.module) : error.unknown;
    throw error;
  }
}

const bare = (value: Val): Val => {
  const v = force(value);
  return v instanceof Tracked ? v.value : v;
};

function isOpen(value: Val): boolean {
  return (
    value instanceof CallResult ||
    value instanceof Member ||
    value instanceof Operation ||
    value instanceof Instance ||
    value instanceof Unknown ||
    (typeof value === "object" && value !== null && value.kind === "module")
  );
}

function hasOpen(values: readonly Val[]): boolean {
  return values.some(
    (value) => isOpen(value) || (value instanceof List && value.items.length < 1000 && hasOpen(value.items.map(force))),
  );
}
