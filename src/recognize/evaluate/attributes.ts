import { byName } from "../byName.js";
import { dictGet, dictItems, dictSet, force, numberOf, plain, relabel } from "./access.js";
import { methodOf } from "./containers.js";
import { joinAll } from "./join.js";
import { libraryValue } from "./libraries.js";
import { NotKnown, PyError, type Machine } from "./machine.js";
import { moduleMember, submodule } from "./imports.js";
import { ClassValue, FunctionValue, Instance, Method, ModuleValue } from "./objects.js";
import { typeName, type Place } from "./operators.js";
import { meaningOf, symbolFor } from "./symbols.js";
import type { ContextName } from "../../schedules/define.js";
import { callValue, safely } from "./call.js";
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
  Unknown,
  type Val,
} from "./values.js";

/** `object.name` */
export function getAttribute(m: Machine, object: Val, name: string, place: Place): Val {
  const v = force(object);
  if (m.optimizerRate !== undefined && isRate(v, name, place)) return new Float(m.optimizerRate);
  if (v instanceof Library) return libraryMember(m, v, name);
  if (v instanceof Instance) return instanceAttribute(m, v, name, place);
  if (v instanceof ModuleValue)
    return moduleMember(m, v, name) ?? submodule(m, v, name) ?? new Unknown(`${v.name} has no ${name}`);
  if (v instanceof ClassValue) return classAttribute(m, v, name, place);
  if (v instanceof Dict) return dictAttribute(m, v, name, place);
  if (v instanceof Choice) return joinAll(v.values.map((value) => getAttribute(m, value, name, place)))!;
  if (v instanceof Unknown) return settable(m, v, name, place);
  if (v instanceof CallResult) return v.attrs.get(name) ?? libraryAttribute(m, v, name, place);
  if (v instanceof Member) return libraryAttribute(m, v, name, place);
  if (v instanceof Operation) return new Member(v, name);
  if (v instanceof FunctionValue) return v.attrs.get(name) ?? (name === "__name__" ? v.name : new Member(v, name));
  if (v instanceof List && v.fields) {
    const at = v.fields.indexOf(name);
    if (at >= 0) return v.items[at]!;
  }
  if (v instanceof Range) return { start: v.start, stop: v.stop, step: v.step }[name] ?? new Member(v, name);
  return methodOf(m, v, name) ?? (name === "dtype" ? typeOf(v) : undefined) ?? missing(m, v, name);
}

/** The element type of a number or array, as far as it matters: whole numbers or not. */
function typeOf(value: Val): Library | undefined {
  const v = plain(value);
  if (v instanceof NdArray) return new Library(v.ints ? "numpy.int64" : "numpy.float32");
  if (v instanceof Float) return new Library("numpy.float32");
  return typeof v === "number" || typeof v === "bigint" ? new Library("numpy.int64") : undefined;
}

/** `model.optimizer.lr` of whatever is no data of the file's own. */
function isRate(v: Val, name: string, { node, module }: Place): boolean {
  return (
    isRateName(name) &&
    typeof v === "object" &&
    v !== null &&
    /^(?:library|member|call|unknown)$/.test(v.kind) &&
    /\bopt\w*\s*\.\s*\w+$/i.test((node && module?.source.text.slice(node.from, node.to)) ?? "")
  );
}

const isRateName = (name: string) => name === "lr" || name === "learning_rate";

function missing(m: Machine, v: Val, name: string): Val {
  if (m.tracking && m.guarded === 0)
    return new Unknown(v === null ? `.${name} of None` : `${typeName(v)} has no attribute ${name}`);
  throw new PyError("AttributeError", `'${typeName(v)}' object has no attribute '${name}'`);
}

/** An attribute of what is not known is named as written (`args.epochs`), so that it can be set. */
function settable(m: Machine, v: Unknown, name: string, place: Place): Val {
  const base = v.name;
  if (base === undefined || !/^[\w.]+$/.test(base) || !place.node) return v;
  return symbolFor(m, `${base}.${name}`, v.because, place.node);
}

/** Kept, since a rate function asks for the same at every step. */
export function libraryMember(m: Machine, library: Library, name: string): Val {
  // What nothing imports is another value at each place.
  if (!library.certain) return makeMember(m, library, name);
  const known = m.members.get(library);
  const before = known?.get(name);
  if (before !== undefined) return before;
  const value = makeMember(m, library, name);
  // A list may be changed by whoever asks for it.
  if (value instanceof List) return value;
  if (known) known.set(name, value);
  else m.members.set(library, new Map([[name, value]]));
  return value;
}

function makeMember(m: Machine, library: Library, name: string): Val {
  const value = library.certain ? libraryValue(m, `${library.name}.${name}`) : undefined;
  if (value !== undefined) return value;
  return new Library(
    `${library.name}.${name}`,
    library.certain,
    library.others.map((other) => `${other}.${name}`),
  );
}

/** What the trainer of Lightning and its like tells of the run, beside the names whose meaning is clear by themselves. */
const RUN_ATTRIBUTES: Readonly<Record<string, ContextName>> = byName({
  estimated_stepping_batches: "total_steps",
  num_training_batches: "steps_per_epoch",
  num_replicas_in_sync: "world_size",
  num_processes: "world_size",
  gradient_accumulation_steps: "grad_accumulation",
});

/** An attribute of what a library made: given to its constructor under the same name, a count of the run, or kept as a Member. */
function libraryAttribute(m: Machine, v: CallResult | Member, name: string, place: Place): Val {
  const made = v instanceof CallResult && v.callee instanceof Library && /\.[A-Z]\w*$/.test(v.callee.name);
  const given = made ? v.kwargs.get(name) : undefined;
  if (given !== undefined) return given;
  const { node, module } = place;
  const meaning = RUN_ATTRIBUTES[name] ?? meaningOf(name);
  const text =
    m.tracking && node && module && node.to - node.from < 60 && (meaning !== undefined || m.assume.size > 0)
      ? module.source.text.slice(node.from, node.to)
      : "";
  if (/\btrainer\.\w+$/.test(text) && !m.assume.has(text)) {
    const count = m.trainer?.(name === "estimated_stepping_batches" ? "max_steps" : name);
    if (count !== undefined && (numberOf(count) ?? 0) > 0) return count;
  }
  if (/^[\w.]+$/.test(text) && (meaning !== undefined || m.assume.has(text))) {
    const symbol = meaning === "world_size" ? "world_size" : text;
    return symbolFor(m, symbol, "it is only known when the file runs", node, undefined, meaning);
  }
  return new Member(v, name);
}

function dictAttribute(m: Machine, v: Dict, name: string, place: Place): Val {
  if (v.attributes) {
    const value = dictGet(v, name);
    if (value !== undefined) return settableEntry(m, v, name, value, place);
  }
  const method = methodOf(m, v, name);
  if (method) return method;
  if (v.flavour === "flags" && m.modules.loadFlags()) return dictAttribute(m, v, name, place);
  if (name === "__dict__") return v;
  // A namespace tells itself as pairs of name and value.
  if (name === "_get_kwargs" && v.flavour === "argparse")
    return new Builtin(name, () => {
      const pairs = dictItems(v).map(([key, value]) => new List([key, value], "tuple"));
      return v.open ? new Unknown(v.open) : new List(pairs);
    });
  if (v.attributes && (v.flavour || v.open)) {
    if (v.flavour === "config node")
      return new Unknown(
        `${v.name ? v.name + "." : ""}${name} is not set in this file`,
        v.name ? `${v.name}.${name}` : undefined,
      );
    if (m.guarded > 0 && !m.tracking) throw new PyError("AttributeError", name);
    return symbolFor(
      m,
      `${v.name || (v.flavour === "argparse" ? "args" : v.flavour)}.${name}`,
      v.open ?? `${v.flavour} has no ${name} in this file`,
      place.node,
    );
  }
  return missing(m, v, name);
}

/** An entry without a value of its own (an option without default) becomes a symbol under the name it is used by. */
export function settableEntry(m: Machine, v: Dict, name: string, value: Val, place: Place): Val {
  if (!(value instanceof Unknown) || value.name !== undefined) return value;
  const base = v.name || (v.flavour === "argparse" ? "args" : v.flavour === "flags" ? "FLAGS" : "");
  return base ? symbolFor(m, `${base}.${name}`, value.because, place.node) : value;
}

/** The class's attribute, through its bases in order. Library bases answer for what no class of the file has. */
export function lookup(cls: ClassValue, name: string, depth = 0): Val | undefined {
  const own = cls.attrs.get(name);
  if (own !== undefined || depth > 20) return own;
  for (const base of cls.bases) {
    const value = force(base);
    const found = value instanceof ClassValue ? lookup(value, name, depth + 1) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first base that is a library's, through the bases. */
export function libraryBase(cls: ClassValue, depth = 0): Val | undefined {
  for (const base of cls.bases) {
    const value = force(base);
    if (value instanceof ClassValue && depth < 20) {
      const found = libraryBase(value, depth + 1);
      if (found !== undefined) return found;
    } else if (value instanceof Library && value.name !== "object") return value;
    else if (value instanceof Unknown || value instanceof CallResult || value instanceof Member) return value;
  }
  return undefined;
}

function instanceAttribute(m: Machine, v: Instance, name: string, place: Place): Val {
  if (name === "__dict__") return new Member(v, name);
  if (name === "__class__") return v.cls;
  const found = lookup(v.cls, name);
  const fn = found instanceof FunctionValue ? found : undefined;
  if (fn?.role === "property") return force(callValue(m, new Method(fn, v), [], new Map(), place));
  const own = v.attrs.get(name);
  if (own !== undefined) return m.tracking ? own : m.strip(own);
  if (fn) return fn.role === "static" ? fn : new Method(fn, fn.role === "class" ? v.cls : v);
  if (found !== undefined) return found;
  const fallback = lookup(v.cls, "__getattr__");
  if (fallback instanceof FunctionValue) return force(callValue(m, fallback, [v, name], new Map(), place));
  const base = libraryBase(v.cls);
  if (base instanceof Library && givesItself(base.name, name))
    return new Builtin(name, () => {
      const process = lookup(v.cls, "process_args");
      if (process instanceof FunctionValue)
        safely(m, () => force(callValue(m, new Method(process, v), [], new Map(), place)));
      return v;
    });
  if (base !== undefined) return v.base?.kwargs.get(name) ?? new Member(v, name);
  if (m.tracking)
    return v.open
      ? symbolFor(m, `${v.cls.name}.${name}`, v.open, place.node)
      : new Unknown(`self.${name} is not set in this file`, `self.${name}`);
  if (v.open) throw new NotKnown(new Unknown(v.open, name));
  throw new PyError("AttributeError", `'${v.cls.name}' object has no attribute '${name}'`);
}

/** Methods of settings objects that give the object with its attributes: zencfg's as a dict, a Tap's as the command line leaves it. */
function givesItself(base: string, method: string): boolean {
  return (method === "to_dict" && base.startsWith("zencfg.")) || (method === "parse_args" && /(?:^|\.)Tap$/.test(base));
}

function classAttribute(m: Machine, v: ClassValue, name: string, place: Place): Val {
  const found = lookup(v, name);
  if (found instanceof FunctionValue && found.role === "class") return new Method(found, v);
  if (found !== undefined) return found;
  if (name === "__name__") return v.name;
  if (name === "__dict__") return new Member(v, name);
  const base = libraryBase(v);
  if (base instanceof Library && base.certain) return libraryMember(m, base, name);
  if (base !== undefined || m.tracking) return new Member(v, name);
  void place;
  throw new PyError("AttributeError", `type object '${v.name}' has no attribute '${name}'`);
}

/** `object.name = value` */
export function setAttribute(m: Machine, object: Val, name: string, value: Val): void {
  const v = force(object);
  const isOther = v instanceof Library || v instanceof Member || v instanceof CallResult || v instanceof Unknown;
  if (m.optimizerRate !== undefined && isOther && isRateName(name)) {
    m.optimizerRate = numberOf(value);
    if (m.optimizerRate === undefined) throw new NotKnown(new Unknown("what the optimizer's rate is set to"));
    return;
  }
  if (v instanceof Instance) {
    const found = lookup(v.cls, name);
    if (found instanceof FunctionValue && found.setter) {
      force(callValue(m, new Method(found, v), [value], new Map(), {}));
      return;
    }
    m.write(v.attrs, name, relabel(value, "attribute"));
  } else if (v instanceof ClassValue) m.write(v.attrs, name, value);
  else if (v instanceof ModuleValue) m.write(v.globals, name, value);
  else if (v instanceof CallResult || v instanceof FunctionValue) m.write(v.attrs, name, value);
  else if (v instanceof Dict && v.attributes) dictSet(m, v, name, value);
  else if (v instanceof Choice) for (const option of v.values.slice(0, 1)) setAttribute(m, option, name, value);
  else if (v instanceof Unknown && !m.tracking) throw new NotKnown(v);
}
