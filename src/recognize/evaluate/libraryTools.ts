import { dictItems, dictOf, force, plain, stringOf } from "./access.js";
import { callValue } from "./call.js";
import { deepCopy } from "./configs.js";
import { iterate } from "./items.js";
import type { Machine } from "./machine.js";
import { Instance } from "./objects.js";
import { Builtin, type BuiltinCall, CallResult, Dict, List, Unknown, type Val } from "./values.js";

export function copyOf(value: Val): Val {
  const v = force(value);
  if (v instanceof Dict && v.flavour !== "parser") return deepCopy(v);
  if (v instanceof List) return new List([...v.items], v.type, v.fields);
  if (v instanceof Instance) {
    const copy = new Instance(v.cls, v.call);
    for (const [name, item] of v.attrs) copy.attrs.set(name, item);
    return copy;
  }
  return v;
}

export function dictFrom(m: Machine, x: Val | undefined, kwargs: ReadonlyMap<string, Val>): Val {
  const from = x === undefined ? undefined : force(x);
  if (from === undefined) return dictOf([...kwargs]);
  if (from instanceof Dict) return dictOf([...dictItems(from), ...kwargs]);
  if (from instanceof List)
    return dictOf([...from.items.map((pair) => iterate(m, pair) as [Val, Val]), ...[...kwargs]]);
  return new Unknown("a dict of what is only known when the file runs");
}

export function namedTuple(
  m: Machine,
  _: Val | undefined,
  fields: Val | undefined,
  kwargs: ReadonlyMap<string, Val>,
): Val {
  const given = fields === undefined ? undefined : plain(fields);
  const names =
    typeof given === "string"
      ? given.split(/[\s,]+/).filter(Boolean)
      : given instanceof List
        ? given.items.map((item) => stringOf(item) ?? "")
        : [];
  const defaults = kwargs.get("defaults");
  const late = defaults === undefined ? [] : iterate(m, defaults);
  return new Builtin(
    "namedtuple",
    (args, named) =>
      new List(
        names.map(
          (name, i) =>
            named.get(name) ?? args[i] ?? late[i - (names.length - late.length)] ?? new Unknown(`${name} is not given`),
        ),
        "tuple",
        names,
      ),
  );
}

/** functools.partial: later keywords win. Of a library's class it stays a call of it that waits for the rest. */
export function partial(m: Machine, fn: Val, bound: readonly Val[], named: ReadonlyMap<string, Val>): Val {
  const target = force(fn);
  const bindings: NonNullable<Builtin["bound"]> = { fn: target, args: bound, kwargs: named };
  const run = (args: readonly Val[], kwargs: ReadonlyMap<string, Val>, call: BuiltinCall) => {
    const all = new Map([...named, ...kwargs]);
    const result = callValue(m, target, [...bound, ...args], all, { node: call.node, module: call.module });
    if (m.tracking && result instanceof CallResult) bindings.made ??= result;
    return result;
  };
  const made = new Builtin("partial", run);
  made.bound = bindings;
  return made;
}
