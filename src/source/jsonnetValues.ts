import type { ConfigNode, Entry } from "./config.js";
import { entryOf, limits, numberOf } from "./config.js";
import { overlay } from "./references.js";

/** What a Jsonnet expression without objects comes to. */
export type Plain = number | boolean | string | null | undefined | readonly unknown[];
export type ScalarValue = number | boolean | string | null | undefined;

const isPlus = (e: Entry): boolean => "plus" in e;

/** `a + b`: fields of b over those of a; `key+:` fields are added to a's. */
export function overlayPlus(a: ConfigNode, b: ConfigNode): ConfigNode {
  if (a.kind !== "map" || b.kind !== "map") return b;
  const entries = a.entries.filter((e) => !entryOf(b, e.key));
  const own = b.entries.map((e) => {
    const below = entryOf(a, e.key);
    return below && isPlus(e) ? { key: e.key, keyAt: e.keyAt, value: overlay(below.value, e.value) } : e;
  });
  return { ...b, entries: [...entries, ...own] };
}

/** All fields evaluated. */
export function settle(node: ConfigNode, depth: number, done = new Map<ConfigNode, ConfigNode>()): ConfigNode {
  if (node.kind === "scalar" || depth > limits.depth) return node;
  // What a local holds is shared by all who use it, and settled once.
  const before = done.get(node);
  if (before) return before;
  const settled: ConfigNode =
    node.kind === "list"
      ? { ...node, items: node.items.map((i) => settle(i, depth + 1, done)) }
      : {
          ...node,
          entries: node.entries.map((e) => ({ key: e.key, keyAt: e.keyAt, value: settle(e.value, depth + 1, done) })),
        };
  done.set(node, settled);
  return settled;
}

/** A string literal's text. */
export const unquote = (token: string) => token.replace(/^@?["']|["']$/g, "").replace(/\\(["'\\])/g, "$1");

/** Two values under an operator; undefined where Jsonnet raises. */
export function compute(sign: string, x: unknown, y: unknown): Plain {
  if (sign === "==") return x === y;
  if (sign === "!=") return x !== y;
  if (sign === "&&") return Boolean(x && y);
  if (sign === "||") return Boolean(x || y);
  if (sign === "+" && (typeof x === "string" || typeof y === "string")) {
    const text = String(x) + String(y);
    return text.length > 100_000 ? undefined : text;
  }
  if (typeof x !== "number" || typeof y !== "number") return undefined;
  switch (sign) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
      return y === 0 ? undefined : x / y;
    case "%":
      return y === 0 ? undefined : x % y;
    case "<":
      return x < y;
    case ">":
      return x > y;
    case "<=":
      return x <= y;
    case ">=":
      return x >= y;
  }
  return undefined;
}

/** The functions of `std` that settings use; undefined for others. */
export function std(name: string, args: readonly unknown[]): Plain {
  const [a, b] = args;
  if (typeof a === "number")
    switch (name) {
      case "ceil":
        return Math.ceil(a);
      case "floor":
        return Math.floor(a);
      case "round":
        return Math.round(a);
      case "abs":
        return Math.abs(a);
      case "sqrt":
        return Math.sqrt(a);
      case "log":
        return Math.log(a);
      case "exp":
        return Math.exp(a);
      case "toString":
        return String(a);
      case "max":
        return typeof b === "number" ? Math.max(a, b) : undefined;
      case "min":
        return typeof b === "number" ? Math.min(a, b) : undefined;
      case "pow":
        return typeof b === "number" ? a ** b : undefined;
      case "mod":
        return typeof b === "number" ? a % b : undefined;
      case "range":
        return typeof b === "number" && b - a < 10_000
          ? Array.from({ length: Math.max(0, b - a + 1) }, (_, i) => a + i)
          : undefined;
    }
  if ((name === "parseInt" || name === "parseJson") && typeof a === "string") return numberOf(a);
  if (name === "length" && (Array.isArray(a) || typeof a === "string")) return a.length;
  if (name === "toString") return String(a);
  return undefined;
}
