import { dictOf, force, numberOf, plain, symbolsOf } from "./access.js";
import { callValue } from "./call.js";
import { replaced } from "./classes.js";
import { compare, looseEqual } from "./comparisons.js";
import type { Run } from "./containers.js";
import { iterate } from "./items.js";
import { LIMITS, type Machine, NotKnown, PyError, TooComplex } from "./machine.js";
import { truthOf } from "./operators.js";
import { raise } from "./text.js";
import { List, Unknown, type Val } from "./values.js";

export function listMethod(m: Machine, v: List, name: string): Run | undefined {
  const set = (items: Val[]): null => {
    if (items.length > LIMITS.length) throw new TooComplex("a list of more than 100,000 items");
    resized();
    m.write(v as never, "items", items);
    return null;
  };
  // In a loop that is not followed nobody knows how often.
  const resized = () => {
    if (m.havoc > 0 && !v.open && !m.inLoop?.has(v))
      m.write(v as never, "open", "its length is only known when the file runs");
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
        resized();
        if (!m.speculative && v.items.length < LIMITS.length) v.items.push(item ?? null);
        else if (!m.tracking && v.items.length < LIMITS.length) {
          // In a run on numbers it is undone by its length.
          const { length } = v.items;
          m.write(v.items, "length", length + 1);
          m.write(v.items, length, item ?? null);
        } else set([...v.items, item ?? null]);
        return null;
      };
    case "add":
      return ([item]) => (positionOf(item!) < 0 ? set([...v.items, item!]) : null);
    case "extend":
    case "update":
      return ([more]) => {
        let added: readonly Val[];
        try {
          added = [...iterate(m, more!)];
        } catch (error) {
          // Nobody knows by how much it grew.
          if (m.tracking && error instanceof NotKnown) m.write(v as never, "open", error.unknown.because);
          throw error;
        }
        return set([...v.items, ...added]);
      };
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
