import { derive, dictGet, dictItems, dictKey, dictSet, force, numberOf, plain, stringOf, symbolsOf } from "./access.js";
import { element, sequence } from "./arrays.js";
import { getAttribute, settableEntry } from "./attributes.js";
import { callValue } from "./call.js";
import { joinAll } from "./join.js";
import { environment } from "./libraries.js";
import { LIMITS, NotKnown, PyError, TooComplex, type Machine } from "./machine.js";
import { ClassValue, FunctionValue, Instance, Method } from "./objects.js";
import { typeName, type Place } from "./operators.js";
import { symbolFor } from "./symbols.js";
import {
  CallResult,
  Choice,
  Dict,
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

const isSlice = (key: Val): key is List => key instanceof List && key.fields?.[0] === "slice";

/** `object[key]` */
export function getItem(m: Machine, object: Val, key: Val, place: Place): Val {
  const v = force(object);
  const k = force(key);
  if (v instanceof Choice) return joinAll(v.values.map((value) => getItem(m, value, k, place)))!;
  if (v instanceof Unknown) return named(m, v, k, place);
  if (v instanceof Dict) return dictItem(m, v, k, place);
  if (v instanceof CallResult || v instanceof Member || v instanceof Operation) {
    const text = stringOf(k);
    const own = v instanceof CallResult ? v.items.get(text ?? `#${numberOf(k)}`) : undefined;
    return own ?? new Member(v, undefined, k);
  }
  if (v instanceof Library) {
    if (v.name.endsWith("os.environ")) return environment(m, [k], new Map(), place, v)!;
    // `List[int]` is a type as much as `List`; an item of anything else is only known when the file runs.
    return /(^|\.)[A-Z]\w*$/.test(v.name) ? v : new Member(v, undefined, k);
  }
  if (v instanceof ClassValue || v instanceof FunctionValue) return v;
  if (v instanceof Instance) return instanceItem(m, v, k, place);
  if (k instanceof Choice) return joinAll(k.values.map((value) => getItem(m, v, value, place)))!;
  if (k instanceof Unknown)
    return v instanceof List && v.items.length > 0 && v.items.length < LIMITS.alternatives
      ? joinAll([...v.items, k])!
      : k;
  if (isSlice(k)) return slice(v, k);
  const at = numberOf(k);
  if (v instanceof List && v.open && at !== undefined) return new Unknown(v.open);
  const length = lengthOf(v);
  if (at === undefined || typeof length !== "number") {
    if (
      k !== null &&
      typeof k === "object" &&
      (k instanceof CallResult || k instanceof Member || k instanceof Operation)
    )
      return new Member(v, undefined, k);
    if (v instanceof NdArray && k instanceof List) return arrayItem(v, k);
    throw new PyError("TypeError", `'${typeName(v)}' indices must be integers`);
  }
  const index = at < 0 ? at + length : at;
  if (!Number.isInteger(index) || index < 0 || index >= length)
    throw new PyError("IndexError", `${typeName(v)} index out of range`);
  return itemAt(v, index);
}

function itemAt(v: Val, index: number): Val {
  const p = plain(v);
  if (p instanceof List) return p.symbols ? derive(p.items[index]!, [p]) : p.items[index]!;
  if (p instanceof Range) return p.start + index * p.step;
  if (typeof p === "string") return p[index]!;
  if (p instanceof NdArray) {
    if (p.shape.length === 1) return element(p, p.data[index]!);
    const size = p.data.length / p.shape[0]!;
    return new NdArray(p.data.slice(index * size, (index + 1) * size), p.shape.slice(1), p.ints, p.origins, p.symbols);
  }
  return new Unknown("an item that cannot be read");
}

function arrayItem(v: NdArray, key: List): Val {
  let at: Val = v;
  for (const k of key.items) {
    if (!(at instanceof NdArray) || isSlice(k)) throw new NotKnown(new Unknown("a slice of an array of several axes"));
    const index = numberOf(k);
    if (index === undefined) throw new NotKnown(new Unknown("an index that is not known"));
    const size = at.shape[0] ?? 0;
    if (index >= size || index < -size) throw new PyError("IndexError", "index out of bounds");
    at = itemAt(at, index < 0 ? index + size : index);
  }
  return at;
}

function slice(v: Val, key: List): Val {
  const length = lengthOf(v);
  const p = plain(v);
  if (typeof length !== "number") throw new PyError("TypeError", "the value cannot be sliced");
  const [from, to, by] = key.items.map((bound) => (plain(bound) === null ? undefined : numberOf(bound)));
  if (key.items.some((bound) => plain(bound) !== null && numberOf(bound) === undefined))
    return new Unknown("a slice with bounds that are not known");
  const step = by ?? 1;
  if (step === 0) throw new PyError("ValueError", "slice step cannot be zero");
  const clip = (bound: number | undefined, otherwise: number) =>
    bound === undefined
      ? otherwise
      : Math.min(Math.max(bound < 0 ? bound + length : bound, step < 0 ? -1 : 0), step < 0 ? length - 1 : length);
  const [start, stop] = [clip(from, step < 0 ? length - 1 : 0), clip(to, step < 0 ? -1 : length)];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > LIMITS.length) throw new TooComplex("a slice of more than 100,000 items");
  const indexes = sequence(count, (i) => start + i * step);
  if (typeof p === "string") return indexes.map((i) => p[i]).join("");
  if (p instanceof NdArray && p.shape.length === 1)
    return new NdArray(
      indexes.map((i) => p.data[i]!),
      [indexes.length],
      p.ints,
      p.origins,
      p.symbols,
    );
  const list = new List(
    indexes.map((i) => itemAt(p, i)),
    p instanceof List ? p.type : "list",
  );
  if (p instanceof List) list.origins = p.origins;
  return list;
}

function dictItem(m: Machine, v: Dict, key: Val, place: Place): Val {
  if (key instanceof Choice) return joinAll(key.values.map((value) => getItem(m, v, value, place)))!;
  const text = stringOf(key);
  const value = dictGet(v, key);
  if (value !== undefined) return text === undefined ? value : settableEntry(m, v, text, value, place);
  if (dictKey(key) === undefined) {
    // One of the entries: with few of them, each is possible.
    const values = dictItems(v).map(([, x]) => x);
    if (key instanceof Unknown && values.length > 0 && values.length <= LIMITS.alternatives && !v.open)
      return joinAll([...values])!;
    return key instanceof Unknown
      ? new Unknown(key.because)
      : new Unknown("an entry that is only known when the file runs");
  }
  if (v.open || v.flavour)
    return text === undefined || !place.node
      ? new Unknown(v.open ?? "no such entry")
      : symbolFor(
          m,
          place.module && v.flavour !== "kwargs" ? sourceText(place) : text,
          v.open ?? `${v.flavour} has no ${text} in this file`,
          place.node,
        );
  throw new PyError("KeyError", text ?? "a key");
}

const sourceText = (place: Place) => place.module!.source.text.slice(place.node!.from, place.node!.to);

/** `config["lr"]` of something not known: named as written. */
function named(m: Machine, v: Unknown, key: Val, place: Place): Val {
  if (
    v.name === undefined ||
    stringOf(key) === undefined ||
    !place.node ||
    !place.module ||
    place.node.to - place.node.from > 80
  )
    return v;
  const text = sourceText(place);
  return symbolFor(m, text, v.because, place.node, undefined, undefined);
}

function instanceItem(m: Machine, v: Instance, key: Val, place: Place): Val {
  const method = getAttribute(m, v, "__getitem__", {});
  if (method instanceof Method) return force(callValue(m, method, [key], new Map(), place));
  return new Member(v, undefined, key);
}

/** `object[key] = value` */
export function setItem(m: Machine, object: Val, key: Val, value: Val): void {
  const v = force(object);
  const k = force(key);
  if (v instanceof Dict) {
    dictSet(m, v, k, value);
  } else if (v instanceof List) {
    const at = numberOf(k);
    if (at === undefined || isSlice(k)) {
      const unknown = new Unknown("an item was set that is not known");
      // A slice may take in more than it gives up; else the length stays, and how it was told.
      const stays = !isSlice(k) && v.items.length <= 64 && symbolsOf(v).size === 0;
      if (!stays) m.write(v as never, "open", unknown.because);
      m.write(v as never, "items", stays ? v.items.map(() => unknown) : [unknown]);
      return;
    }
    const index = at < 0 ? at + v.items.length : at;
    if (index < 0 || index >= v.items.length) throw new PyError("IndexError", "list assignment index out of range");
    // Undone item by item: the list is not copied.
    m.write(v.items, index, value);
  } else if (v instanceof CallResult) m.write(v.items, stringOf(k) ?? `#${numberOf(k)}`, value);
  else if (v instanceof Member) m.stored?.(v, k, value);
  else if (v instanceof Instance) {
    const method = getAttribute(m, v, "__setitem__", {});
    if (method instanceof Method) force(callValue(m, method, [k, value], new Map(), {}));
  } else if (v instanceof NdArray && !isSlice(k)) {
    const at = numberOf(k);
    const x = numberOf(value);
    if (at === undefined || x === undefined || v.shape.length !== 1)
      throw new NotKnown(new Unknown("an array was changed in a way that is not followed"));
    m.write(v.data as never, at < 0 ? at + v.data.length : at, x);
  }
}

/** Number of items; Unknown when only the run tells. */
export function lengthOf(value: Val): number | Unknown {
  const v = plain(value);
  if (typeof v === "string") return v.length;
  if (v instanceof List) return v.open ? new Unknown(v.open) : v.items.length;
  if (v instanceof Dict) return v.open ? new Unknown(v.open) : v.entries.size;
  if (v instanceof Range) return v.length;
  if (v instanceof NdArray) return v.shape[0] ?? new Unknown("the length of a single number");
  if (v instanceof Unknown) return v;
  return new Unknown("its length is only known when the file runs");
}

/** The items. Of what is not known, `count` items that are not known either (for unpacking); without a count it cannot go on. */
export function iterate(m: Machine, value: Val, count?: number): Val[] {
  const v = force(value);
  if (v instanceof List) {
    if (v.open && count === undefined) throw new NotKnown(new Unknown(v.open));
    return v.items;
  }
  if (v instanceof Tracked && typeof v.value === "string") {
    m.tick(v.value.length);
    return [...v.value].map((char) => new Tracked(char, v.origins, v.symbols));
  }
  if (typeof v === "string") {
    m.tick(v.length);
    return [...v];
  }
  if (v instanceof Range) {
    if (v.length > LIMITS.length) throw new TooComplex("a range of more than 100,000 numbers");
    m.tick(v.length);
    return sequence(v.length, (i) => v.start + i * v.step);
  }
  if (v instanceof Dict) {
    if (v.open && count === undefined) throw new NotKnown(new Unknown(v.open));
    m.tick(v.entries.size >> 2);
    return dictItems(v).map(([key]) => key);
  }
  if (v instanceof NdArray) {
    m.tick(v.data.length);
    return Array.from({ length: v.shape[0] ?? 0 }, (_, i) => itemAt(v, i));
  }
  if (v instanceof Instance) {
    const method = getAttribute(m, v, "__iter__", {});
    if (method instanceof Method) {
      const items = force(callValue(m, method, [], new Map(), {}));
      if (items !== v && !(items instanceof Instance)) return iterate(m, items, count);
    }
  }
  if (v instanceof Choice && count !== undefined) {
    const options = v.values.map((option) => iterate(m, option, count));
    return Array.from({ length: count }, (_, i) =>
      joinAll(options.map((items) => items[i] ?? new Unknown("there are fewer values than names")))!,
    );
  }
  if (
    v instanceof Unknown ||
    v instanceof CallResult ||
    v instanceof Member ||
    v instanceof Operation ||
    v instanceof Choice ||
    v instanceof Library ||
    v instanceof Instance
  ) {
    if (count !== undefined)
      return Array.from({ length: count }, (_, i) =>
        v instanceof Unknown || v instanceof Choice
          ? v instanceof Unknown
            ? new Unknown(v.because)
            : new Unknown("it is only known when the file runs")
          : new Member(v, undefined, i),
      );
    throw new NotKnown(v instanceof Unknown ? v : new Unknown("its items are only known when the file runs"));
  }
  throw new PyError("TypeError", `'${typeName(v)}' object is not iterable`);
}
