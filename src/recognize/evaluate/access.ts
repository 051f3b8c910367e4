import type { Origin } from "../finding.js";
import { NotKnown, TooComplex, walk } from "./errors.js";
import { entry, type Machine } from "./machine.js";
import { Choice, Deferred, Dict, Float, List, NdArray, Range, Tracked, Unknown, type Val } from "./values.js";

/** The value itself, when it is a call that nobody had needed yet. */
export function force(value: Val): Val {
  // Imports in a circle may wait for each other.
  for (let steps = 0; value instanceof Deferred; steps++) {
    if (steps > 200) return new Unknown("it depends on itself");
    if (value.value !== undefined) value = value.value;
    else if (value.busy) return new Unknown("it depends on itself");
    else {
      const deferred: Deferred = value;
      deferred.busy = true;
      try {
        deferred.value = value.run();
      } catch (error) {
        if (!(error instanceof TooComplex || error instanceof NotKnown)) throw error;
        deferred.value = new Unknown(
          error instanceof TooComplex ? `too complex to follow: ${error.message}` : error.message,
        );
      } finally {
        deferred.busy = false;
      }
      value = deferred.value;
    }
  }
  return value;
}

/** Forced, and the first of several. */
export function first(value: Val): Val {
  let one = force(value);
  // Of calls that wait for each other one may be its own first.
  for (let steps = 0; one instanceof Choice; steps++) {
    if (steps > 50) return new Unknown("it depends on itself");
    one = force(one.values[0]!);
  }
  return one;
}

/** Forced, without origins. */
export function plain(value: Val): Exclude<Val, Tracked | Deferred> {
  const forced = force(value);
  return (forced instanceof Tracked ? forced.value : forced) as Exclude<Val, Tracked | Deferred>;
}

/** The number (bool and big int too), when it is one; of several the first. */
export function numberOf(value: Val): number | undefined {
  const v = plain(first(value));
  if (typeof v === "number") return v;
  if (typeof v === "boolean" || typeof v === "bigint") return Number(v);
  if (v instanceof NdArray && v.data.length === 1 && v.shape.length === 0) return v.data[0];
  return v instanceof Float ? v.value : undefined;
}

export function stringOf(value: Val): string | undefined {
  const v = plain(first(value));
  return typeof v === "string" ? v : undefined;
}

export function isFloat(value: Val): boolean {
  const v = plain(first(value));
  return v instanceof Float || (v instanceof NdArray && !v.ints);
}

/** Key of a dictionary for a hashable value; equal keys in Python are equal here (1, 1.0 and True). Undefined when not hashable. */
export function dictKey(value: Val): string | number | undefined {
  const v = plain(value);
  // A text is its own key; whatever else is not a number begins with what no text of a script does.
  if (typeof v === "string") return v.startsWith("\0") ? "\0s" + v : v;
  if (typeof v === "number") return v;
  if (typeof v === "boolean") return Number(v);
  if (v instanceof Float) return v.value;
  if (v === null) return "\0None";
  if (v instanceof List && v.type === "tuple") {
    const keys = v.items.map(dictKey);
    return keys.includes(undefined) ? undefined : "\0t" + keys.map((key) => `${typeof key}:${key}`).join("|");
  }
  if (typeof v === "bigint") return "\0b" + v;
  if (typeof v === "object" && (v.kind === "library" || v.kind === "builtin")) return `\0o${v.kind} ${v.name}`;
  return undefined;
}

/** The entry under a string (or any hashable value). */
export function dictGet(dict: Dict, key: Val): Val | undefined {
  const hashed = dictKey(key);
  return hashed === undefined ? undefined : dict.entries.get(hashed)?.[1];
}

export function dictSet(m: Machine, dict: Dict, key: Val, value: Val): boolean {
  const hashed = dictKey(key);
  if (hashed === undefined) {
    m.write(dict as never, "open", "it was filled with keys that are not known");
    return false;
  }
  m.write(dict.entries, hashed, entry(key, value));
  return true;
}

/** A new dict; for building, before anybody else sees it. */
export function dictOf(pairs: Iterable<readonly [Val, Val]>, attributes = false, flavour = "", name = ""): Dict {
  const dict = new Dict(attributes, flavour, name);
  for (const [key, value] of pairs) {
    const hashed = dictKey(key);
    if (hashed === undefined) dict.open = "it has keys that are not known";
    else dict.entries.set(hashed, entry(key, value));
  }
  return dict;
}

/** Sets the entry of a dict under a text key, for good: no journal takes it back. */
export function dictPut(dict: Dict, name: string, value: Val): void {
  dict.entries.set(name, entry(name, value));
}

export function dictItems(dict: Dict): [key: Val, value: Val][] {
  return [...dict.entries.values()];
}

/** Spans that contributed to a value, the literal first; of values of very many parts the first ones. */
export function originsOf(value: Val): readonly Origin[] {
  const v = force(value);
  if (hasOrigins(v)) return v.origins;
  const found: Origin[] = [];
  collectOrigins(v, found, { left: 1000 }, 0);
  return found;
}

const hasOrigins = (v: Val) =>
  v instanceof Tracked || v instanceof NdArray || v instanceof Unknown || v instanceof Dict;

function collectOrigins(value: Val, found: Origin[], looks: { left: number }, depth: number): void {
  const v = force(value);
  if (hasOrigins(v) || v instanceof List) found.push(...v.origins);
  const parts = v instanceof Dict || (v instanceof List && v.items.length >= 64) ? undefined : partsOf(v);
  if (parts && depth <= 4)
    for (const part of parts) if (looks.left-- > 0) collectOrigins(part, found, looks, depth + 1);
}

const NO_SYMBOLS: ReadonlyMap<string, Val> = new Map();

/** Assumed symbols that contributed to a value, with the values used. */
export function symbolsOf(value: Val, depth = 0): ReadonlyMap<string, Val> {
  const v = force(value);
  if (v instanceof Tracked || v instanceof NdArray) return v.symbols ?? NO_SYMBOLS;
  if (v instanceof List && v.symbols) return v.symbols;
  const parts = partsOf(v);
  if (!parts || parts.length > 1000 || depth > 4) return NO_SYMBOLS;
  walk(parts.length);
  let symbols: Map<string, Val> | undefined;
  for (const part of parts) for (const [name, x] of symbolsOf(part, depth + 1)) (symbols ??= new Map()).set(name, x);
  return symbols ?? NO_SYMBOLS;
}

function partsOf(v: Val): readonly Val[] | undefined {
  if (v instanceof List) return v.items;
  if (v instanceof Range) return v.bounds;
  if (v instanceof Choice) return v.values;
  return v instanceof Dict ? dictItems(v).flat() : undefined;
}

/** Names how a literal is known: "argparse default" for what so far is only a "literal". */
export function relabel(value: Val, how: string): Val {
  if (!(value instanceof Tracked) || value.origins[0]?.how !== "literal") return value;
  return new Tracked(
    value.value,
    [{ ...value.origins[0], how }, ...value.origins.slice(1)],
    value.symbols,
    value.because,
  );
}

/** A number, text, … that carries nothing with it. */
const isBare = (value: Val): value is Tracked["value"] =>
  value === null || typeof value !== "object" || value instanceof Float;

/** Of a longer list all items share the assumptions. */
const mostTold = 64;
/** What else contributed to a value is not told. */
const mostOrigins = 16;

/** Puts the origins and assumptions of `sources` on a computed value. */
export function derive(value: Val, sources: readonly Val[]): Val {
  if (sources.every(isBare)) return value;
  const origins: Origin[] = [];
  let symbols: Map<string, Val> | undefined;
  let because: string | undefined;
  for (const source of sources) {
    for (const origin of originsOf(source))
      if (origins.length < mostOrigins && !origins.includes(origin)) origins.push(origin);
    const more = symbolsOf(source);
    if (more.size) {
      symbols ??= new Map();
      for (const [name, x] of more) symbols.set(name, x);
      because ??= source instanceof Tracked ? source.because : undefined;
    }
  }
  return origins.length || symbols ? carrying(value, origins, symbols, because) : value;
}

/** The value with more origins and assumptions on it, and in a list on each item; a list in it at several places has them once. */
function carrying(
  value: Val,
  origins: readonly Origin[],
  symbols: ReadonlyMap<string, Val> | undefined,
  because: string | undefined,
  lists = new Set<List>(),
): Val {
  if (isBare(value)) return new Tracked(value, origins, symbols, because);
  if (value instanceof Tracked) {
    const all = [...origins, ...value.origins.filter((origin) => !origins.includes(origin))];
    return new Tracked(
      value.value,
      all.slice(0, mostOrigins),
      symbols ? new Map([...(value.symbols ?? []), ...symbols]) : value.symbols,
      value.because ?? because,
    );
  }
  if (value instanceof NdArray)
    return new NdArray(value.data, value.shape, value.ints, [...value.origins, ...origins], symbols ?? value.symbols);
  if (value instanceof Range) {
    const bounds = value.bounds.map((bound) => carrying(bound, origins, symbols, because, lists));
    return new Range(value.start, value.stop, value.step, bounds);
  }
  if (!(value instanceof List) || lists.has(value)) return value;
  lists.add(value);
  if (symbols && value.items.length > mostTold) value.symbols = new Map([...(value.symbols ?? []), ...symbols]);
  else if (symbols) {
    walk(value.items.length);
    value.items = value.items.map((item) => carrying(item, origins, symbols, because, lists));
  }
  if (!value.origins.length) value.origins = origins;
  return value;
}
