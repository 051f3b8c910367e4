import {
  dictGet,
  dictItems,
  dictKey,
  dictOf,
  dictSet,
  derive,
  force,
  numberOf,
  plain,
  stringOf,
  symbolsOf,
} from "./access.js";
import { configMethod } from "./configs.js";
import { parserMethod } from "./argparse.js";
import { flagsMethod } from "./flags.js";
import { formatBraces } from "./format.js";
import { getAttribute } from "./attributes.js";
import { getItem, iterate } from "./items.js";
import { LIMITS, NotKnown, PyError, TooComplex, type Machine } from "./machine.js";
import { replaced } from "./classes.js";
import { compare, looseEqual, truthOf } from "./operators.js";
import { callValue } from "./call.js";
import { arrayMethod } from "./numpy.js";
import { Builtin, Choice, Dict, Float, List, NdArray, Tracked, Unknown, type BuiltinCall, type Val } from "./values.js";

type Run = (args: Val[], kwargs: Map<string, Val>, call: BuiltinCall) => Val;

/** A method of a builtin type, bound; undefined when there is none by that name. */
export function methodOf(m: Machine, value: Val, name: string): Val | undefined {
  const v = plain(value);
  let run: Run | undefined;
  if (typeof v === "string") run = stringMethod(v, name, value);
  else if (v instanceof List) run = listMethod(m, v, name);
  else if (v instanceof Dict)
    run = configMethod(m, v, name) ?? parserMethod(m, v, name) ?? flagsMethod(m, v, name) ?? dictMethod(m, v, name);
  else if (v instanceof NdArray) return arrayMethod(v, name);
  else if (typeof v === "number" || typeof v === "bigint" || v instanceof Float || typeof v === "boolean") {
    if (name === "is_integer" && v instanceof Float) run = () => Number.isInteger(v.value);
    else if (name === "bit_length")
      run = () => (numberOf(v) === 0 ? 0 : BigInt(numberOf(v)!).toString(2).replace("-", "").length);
    else if (name === "real" || name === "numerator") return value;
    // Scalars of numpy and torch look like plain numbers here.
    else if (/^(item|numpy|float|double|cpu|detach|clone)$/.test(name)) run = () => value;
    else if (name === "tolist") run = () => value;
  }
  return run && new Builtin(name, run, value);
}

// --- strings

function stringMethod(v: string, name: string, value: Val): Run | undefined {
  const text = (args: readonly Val[], i: number): string | undefined =>
    args[i] === undefined || plain(args[i]!) === null ? undefined : needString(args[i]!);
  const make = STRING[name];
  if (make)
    return (args) =>
      derive(
        make(v, (i) => text(args, i), args),
        [value, ...args],
      );
  switch (name) {
    case "format":
      return (args, kwargs, { m }) =>
        derive(
          formatBraces(v, args, kwargs, (base, path) => {
            let at = base;
            for (const part of path.match(/\.\w+|\[\w+\]/g) ?? [])
              at =
                part[0] === "."
                  ? getAttribute(m, at, part.slice(1), {})
                  : getItem(m, at, /^\[\d+\]$/.test(part) ? Number(part.slice(1, -1)) : part.slice(1, -1), {});
            return at;
          }),
          [value, ...args, ...kwargs.values()],
        );
    case "join":
      return (args, _, { m }) =>
        derive(
          limited(
            iterate(m, args[0] ?? null)
              .map(needString)
              .join(v),
          ),
          [value],
        );
    case "format_map":
      return (args) =>
        formatBraces(
          v,
          [],
          new Map(dictItems(force(args[0]!) as Dict).map(([key, x]) => [needString(key), x])),
          (base) => base,
        );
    default:
      return undefined;
  }
}

function needString(value: Val): string {
  const v = force(value);
  const text = v instanceof Choice ? undefined : stringOf(v);
  if (text !== undefined) return text;
  if (v instanceof Unknown) throw new NotKnown(v);
  if (v !== null && typeof v === "object" && !(v instanceof Float) && !(v instanceof Tracked))
    throw new NotKnown(new Unknown("a text that is only known when the file runs"));
  throw new PyError("TypeError", "a string is needed");
}

function limited(text: string): string {
  if (text.length > LIMITS.length) throw new TooComplex("a very long text");
  return text;
}

type StringFn = (v: string, text: (i: number) => string | undefined, args: readonly Val[]) => Val;
const trimmer =
  (start: boolean, end: boolean): StringFn =>
  (v, text) => {
    const chars = text(0);
    const has = (char: string) => (chars === undefined ? /\s/.test(char) : chars.includes(char));
    let [from, to] = [0, v.length];
    while (start && from < to && has(v[from]!)) from++;
    while (end && to > from && has(v[to - 1]!)) to--;
    return v.slice(from, to);
  };
const affix =
  (test: (v: string, part: string) => boolean): StringFn =>
  (v, text, args) => {
    const options = args[0] === undefined ? undefined : plain(args[0]);
    return options instanceof List
      ? options.items.some((option) => test(v, needString(option)))
      : test(v, text(0) ?? "");
  };
const STRING: Record<string, StringFn> = {
  lower: (v) => v.toLowerCase(),
  upper: (v) => v.toUpperCase(),
  casefold: (v) => v.toLowerCase(),
  capitalize: (v) => v.charAt(0).toUpperCase() + v.slice(1).toLowerCase(),
  title: (v) =>
    v.toLowerCase().replace(/(^|[^a-z])([a-z])/g, (_, before: string, char: string) => before + char.toUpperCase()),
  strip: trimmer(true, true),
  lstrip: trimmer(true, false),
  rstrip: trimmer(false, true),
  startswith: affix((v, part) => v.startsWith(part)),
  endswith: affix((v, part) => v.endsWith(part)),
  isdigit: (v) => /^\d+$/.test(v),
  isnumeric: (v) => /^\d+$/.test(v),
  isdecimal: (v) => /^\d+$/.test(v),
  isalpha: (v) => /^\p{L}+$/u.test(v),
  find: (v, text) => v.indexOf(text(0) ?? ""),
  rfind: (v, text) => v.lastIndexOf(text(0) ?? ""),
  index: (v, text) =>
    v.includes(text(0) ?? "") ? v.indexOf(text(0) ?? "") : raise("ValueError", "substring not found"),
  count: (v, text) => v.split(text(0) ?? " ").length - 1,
  replace: (v, text, args) => {
    const [from, to] = [text(0) ?? "", text(1) ?? ""];
    const count = args[2] === undefined ? -1 : (numberOf(args[2]) ?? -1);
    return limited(
      count < 0
        ? v.replaceAll(from, to)
        : Array.from({ length: Math.min(count, 1000) }).reduce<string>((at) => at.replace(from, to), v),
    );
  },
  split: (v, text, args) => split(v, text(0), args[1] === undefined ? -1 : (numberOf(args[1]) ?? -1)),
  rsplit: (v, text, args) => {
    const most = args[1] === undefined ? -1 : (numberOf(args[1]) ?? -1);
    const parts = split(v, text(0), -1).items as string[];
    const mark = text(0) ?? " ";
    return new List(
      most < 0 || parts.length <= most + 1
        ? parts
        : [parts.slice(0, parts.length - most).join(mark), ...parts.slice(parts.length - most)],
    );
  },
  splitlines: (v) => new List(v.split(/\r?\n/)),
  partition: (v, text) => {
    const at = v.indexOf(text(0) ?? "");
    return new List(at < 0 ? [v, "", ""] : [v.slice(0, at), text(0)!, v.slice(at + text(0)!.length)], "tuple");
  },
  zfill: (v, _, args) => v.padStart(Math.min(1000, numberOf(args[0]!) ?? 0), "0"),
  ljust: (v, text, args) => v.padEnd(Math.min(1000, numberOf(args[0]!) ?? 0), text(1) ?? " "),
  rjust: (v, text, args) => v.padStart(Math.min(1000, numberOf(args[0]!) ?? 0), text(1) ?? " "),
  removeprefix: (v, text) => (v.startsWith(text(0) ?? "") ? v.slice((text(0) ?? "").length) : v),
  removesuffix: (v, text) => (text(0) && v.endsWith(text(0)!) ? v.slice(0, -text(0)!.length) : v),
  encode: (v) => v,
  decode: (v) => v,
};

function split(v: string, mark: string | undefined, most: number): List {
  if (mark === "") throw new PyError("ValueError", "empty separator");
  const parts = mark === undefined ? v.split(/\s+/).filter(Boolean) : v.split(mark);
  if (parts.length > LIMITS.length) throw new TooComplex("a list of more than 100,000 items");
  return new List(
    most < 0 || parts.length <= most + 1 ? parts : [...parts.slice(0, most), parts.slice(most).join(mark ?? " ")],
  );
}

function raise(type: string, message: string): never {
  throw new PyError(type, message);
}

// --- lists, tuples, sets

function listMethod(m: Machine, v: List, name: string): Run | undefined {
  const set = (items: Val[]): null => {
    if (items.length > LIMITS.length) throw new TooComplex("a list of more than 100,000 items");
    m.write(v as never, "items", items);
    return null;
  };
  const positionOf = (item: Val): number => {
    for (let i = 0; i < v.items.length; i++) {
      const equal = looseEqual(v.items[i]!, item);
      if (equal === true) return i;
      if (typeof equal !== "boolean") throw new NotKnown(equal);
    }
    return -1;
  };
  switch (name) {
    case "append":
      return ([item]) => {
        // Nothing can be undone here, so the list grows in place.
        if (!m.speculative && v.items.length < LIMITS.length) v.items.push(item ?? null);
        else set([...v.items, item ?? null]);
        return null;
      };
    case "add":
      return ([item]) => (positionOf(item!) < 0 ? set([...v.items, item!]) : null);
    case "extend":
    case "update":
      return ([more]) => set([...v.items, ...iterate(m, more!)]);
    case "insert":
      return ([at, item]) => set(v.items.toSpliced(numberOf(at!) ?? 0, 0, item ?? null));
    case "pop":
      return ([at]) => {
        const index = at === undefined ? -1 : (numberOf(at) ?? -1);
        const item = v.items.at(index);
        if (item === undefined) throw new PyError("IndexError", "pop from empty list");
        set(v.items.toSpliced(index, 1));
        return item;
      };
    case "remove":
    case "discard":
      return ([item]) => {
        const at = positionOf(item!);
        if (at < 0 && name === "remove") throw new PyError("ValueError", "x not in list");
        return at < 0 ? null : set(v.items.toSpliced(at, 1));
      };
    case "clear":
      return () => set([]);
    case "copy":
      return () => new List([...v.items], v.type);
    case "index":
      return ([item]) => {
        const at = positionOf(item!);
        return at < 0 ? raise("ValueError", "x not in list") : at;
      };
    case "count":
      return ([item]) => v.items.filter((other) => looseEqual(other, item!) === true).length;
    case "reverse":
      return () => set(v.items.toReversed());
    case "sort":
      return (_, kwargs) => set(sorted(m, v.items, kwargs));
    case "union":
      return ([more]) => new List([...v.items, ...iterate(m, more!).filter((item) => positionOf(item) < 0)], "set");
    case "difference":
      return ([more]) =>
        new List(
          v.items.filter((item) => !iterate(m, more!).some((other) => looseEqual(other, item) === true)),
          "set",
        );
    case "_asdict":
      return v.fields && (() => dictOf(v.fields!.map((field, i) => [field, v.items[i]!] as const)));
    case "_replace":
      return v.fields && ((_, kwargs) => replaced(m, v, kwargs));
    default:
      return undefined;
  }
}

/** sorted(): stable, with key= and reverse=. */
export function sorted(m: Machine, items: readonly Val[], kwargs: ReadonlyMap<string, Val>): Val[] {
  m.tick(items.length);
  const key = kwargs.get("key");
  const keyed = items.map((item) => ({
    item,
    key: key === undefined || plain(key) === null ? item : force(callValue(m, key, [item], new Map(), {})),
  }));
  const reverse = kwargs.has("reverse") && truthOf(kwargs.get("reverse")!) === true;
  const less = (a: Val, b: Val): boolean => {
    m.tick();
    const result = compare("<", a, b);
    const truth = truthOf(result);
    if (typeof truth !== "boolean") throw new NotKnown(truth);
    if (symbolsOf(result).size && m.tracking) throw new NotKnown(new Unknown("an order that is only assumed"));
    return truth;
  };
  keyed.sort((a, b) => (less(a.key, b.key) ? -1 : less(b.key, a.key) ? 1 : 0) * (reverse ? -1 : 1));
  return keyed.map(({ item }) => item);
}

// --- dicts

function dictMethod(m: Machine, v: Dict, name: string): Run | undefined {
  const get = (key: Val): Val | undefined => {
    const found = dictGet(v, key);
    if (found !== undefined || !v.open) return found;
    return new Unknown(v.open, v.name && stringOf(key) ? `${v.name}.${stringOf(key)}` : undefined);
  };
  switch (name) {
    case "get":
      return ([key, otherwise], kwargs) => {
        const k = force(key ?? null);
        const hashable = dictKey(k) !== undefined;
        if (!hashable) return getItem(m, v, k, {});
        return get(k) ?? otherwise ?? kwargs.get("default") ?? null;
      };
    case "pop":
      return ([key, otherwise]) => {
        const found = get(key!);
        const hashed = dictKey(key!);
        if (found === undefined) return otherwise ?? raise("KeyError", "a key");
        if (hashed !== undefined) m.write(v.entries, hashed, undefined);
        return found;
      };
    case "setdefault":
      return ([key, value]) => {
        const found = get(key!);
        if (found !== undefined) return found;
        dictSet(m, v, key!, value ?? null);
        return value ?? null;
      };
    case "update":
    case "merge":
      return ([other], kwargs) => {
        if (other !== undefined) updateDict(m, v, other);
        for (const [key, value] of kwargs) dictSet(m, v, key, value);
        return null;
      };
    case "items":
      return () => closed(v, new List(dictItems(v).map(([key, value]) => new List([key, value], "tuple"))));
    case "keys":
      return () => closed(v, new List(dictItems(v).map(([key]) => key)));
    case "values":
      return () => closed(v, new List(dictItems(v).map(([, value]) => value)));
    case "copy":
    case "to_dict":
    case "todict":
    case "as_dict":
      return () => copyDict(v);
    case "__contains__":
      return ([key]) => get(key!) !== undefined;
    case "clear":
      return () => {
        for (const key of v.entries.keys()) m.write(v.entries, key, undefined);
        return null;
      };
    default:
      return undefined;
  }
}

const closed = (v: Dict, list: List): Val => (v.open ? new Unknown(v.open) : list);

export function copyDict(v: Dict): Dict {
  const copy = dictOf(dictItems(v), v.attributes, v.flavour, v.name);
  copy.open = v.open as string;
  copy.origins = v.origins;
  return copy;
}

/** dict.update, also of a dict with another: what is not known opens it. */
export function updateDict(m: Machine, v: Dict, other: Val): void {
  const from = force(other);
  if (from instanceof Dict) {
    for (const [key, value] of dictItems(from)) dictSet(m, v, key, value);
    if (from.open) m.write(v as never, "open", from.open);
  } else if (from instanceof List) {
    for (const pair of from.items) {
      const [key, value] = iterate(m, pair);
      if (key !== undefined && value !== undefined) dictSet(m, v, key, value);
    }
  } else {
    // It may have replaced any entry.
    const because =
      from instanceof Unknown ? from.because : "it was updated with values that are only known when the file runs";
    for (const [hashed, [key, value]] of v.entries)
      m.write(v.entries, hashed, Object.assign([key, new Choice([value, new Unknown(because)])], { entry: true }));
    m.write(v as never, "open", because);
  }
}

/** In-place operators that change the object: `list += …`, `dict |= …`. Undefined when the value is replaced instead. */
export function augment(m: Machine, op: string, old: Val, right: Val): Val | undefined {
  const v = force(old);
  if (v instanceof List && v.type === "list" && op === "+") {
    const items = [...v.items, ...iterate(m, right)];
    if (items.length > LIMITS.length) throw new TooComplex("a list of more than 100,000 items");
    m.write(v as never, "items", items);
    return v;
  }
  if (v instanceof Dict && op === "|") {
    updateDict(m, v, right);
    return v;
  }
  return undefined;
}
