import { byName } from "../byName.js";
import { derive, dictItems, force, numberOf, plain, stringOf } from "./access.js";
import { getAttribute } from "./attributes.js";
import type { Run } from "./containers.js";
import { formatBraces } from "./format.js";
import { getItem, iterate } from "./items.js";
import { LIMITS, NotKnown, PyError, TooComplex } from "./machine.js";
import { Choice, Dict, Float, List, Tracked, Unknown, type Val } from "./values.js";

export function stringMethod(v: string, name: string, value: Val): Run | undefined {
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

const STRING: Record<string, StringFn> = byName({
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
  isupper: (v) => v === v.toUpperCase() && v !== v.toLowerCase(),
  islower: (v) => v === v.toLowerCase() && v !== v.toUpperCase(),
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
});

function split(v: string, mark: string | undefined, most: number): List {
  if (mark === "") throw new PyError("ValueError", "empty separator");
  const parts = mark === undefined ? v.split(/\s+/).filter(Boolean) : v.split(mark);
  if (parts.length > LIMITS.length) throw new TooComplex("a list of more than 100,000 items");
  return new List(
    most < 0 || parts.length <= most + 1 ? parts : [...parts.slice(0, most), parts.slice(most).join(mark ?? " ")],
  );
}

export function raise(type: string, message: string): never {
  throw new PyError(type, message);
}
