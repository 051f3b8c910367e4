import type { ConfigNode, MapNode } from "./config.js";
import { entryOf } from "./config.js";
import { evaluateExpression, type Plain } from "./expression.js";

/** References that one value may still follow, for each may name several others, and that all values of a text may. */
let fuel = 0;
const left = new WeakMap<ConfigNode, number>();

/**
 * Follows what a value refers to, whatever the syntax: OmegaConf's `${a.b}` with the common resolvers, MONAI's `@id` and
 * `$expression`, HyperPyYAML's `!ref <a> * 2`, thinc's `${section:key}`. A node that is no reference comes back as it is.
 * A reference that leads nowhere becomes a scalar without a value whose note says so. Cycles end at 32 steps.
 */
export function resolveNode(
  node: ConfigNode,
  root: ConfigNode,
  parents: readonly ConfigNode[] = [],
  depth = 0,
): ConfigNode {
  if (node.kind !== "scalar" || typeof node.value !== "string") return node;
  const text = node.value;
  const reference = node.tag === "!ref" || text.includes("${") || /^[@$%]/.test(text);
  if (!reference) return node;
  if (depth === 0) fuel = 2000;
  if (depth > 32) return unknown(node, "refers to itself");
  const all = left.get(root) ?? 20_000;
  left.set(root, all - 1);
  if (--fuel < 0 || all <= 0) return unknown(node, "too complex to follow: it refers to too many others");
  const ask = (name: string): ConfigNode | undefined => {
    const bare = name.replace(/^(?:<|@|\$\{?)/, "").replace(/[>}]$/, "");
    const found = find(bare, root, parents, depth);
    return found && resolveNode(found, root, parents, depth + 1);
  };
  const whole =
    /^(?:\$\{([^{}]*)\}|@([\w.:#-]+))$/.exec(text) ?? (node.tag === "!ref" ? /^<([^<>]+)>$/.exec(text) : null);
  if (whole) {
    const name = whole[1] ?? whole[2] ?? "";
    const target = ask(name);
    if (target) return { ...target, through: [...(target.through ?? []), { ...node.at, how: "reference" }] };
    return resolver(node, name, ask) ?? unknown(node, `${text} is not in this file`);
  }
  if (node.tag !== "!ref" && text.startsWith("@")) return unknown(node, `${text} is not in this file`);
  const inside = text.includes("${") && /\$\{[^{}]*\$\{/.test(text) ? innermost(node, root, parents, depth) : undefined;
  if (inside) return inside;
  const used: ConfigNode[] = [];
  const body = node.tag !== "!ref" && text.startsWith("$") && !text.startsWith("${") ? text.slice(1) : text;
  const value = evaluateExpression(body, (name) => {
    const target = ask(name) ?? (name.startsWith("${") ? resolver(node, name.slice(2, -1), ask) : undefined);
    if (target) used.push(target);
    return target && plainOf(target);
  });
  if (value === undefined) {
    // Text around references is text: a file name, a run name. Its value is of no use as a number.
    return text.includes("${") || node.tag === "!ref" || body !== text
      ? unknown(node, `${text} cannot be followed`)
      : node;
  }
  return computed(node, value, used);
}

/** `${eval:${a} * 2}`: the innermost reference is replaced by its value, then the text is read again. */
function innermost(
  node: ConfigNode & { kind: "scalar" },
  root: ConfigNode,
  parents: readonly ConfigNode[],
  depth: number,
): ConfigNode | undefined {
  const used: ConfigNode[] = [];
  let lost = false;
  const text_ = String(node.value);
  const text = text_.replace(/\$\{([^{}]*)\}/g, (all) => {
    const target = resolveNode({ ...node, value: all, tag: undefined }, root, parents, depth + 1);
    const value = target.kind === "scalar" ? target.value : undefined;
    if (value !== undefined && value !== null) used.push(target);
    else if (/default|\benv\b/.test(text_)) return "";
    else lost = true;
    return String(value);
  });
  if (lost) return undefined;
  const result = resolveNode({ ...node, value: text }, root, parents, depth + 1);
  return result.kind === "scalar" && result.value !== undefined
    ? { ...result, through: [...(result.through ?? []), ...used.map((u) => ({ ...u.at }))] }
    : undefined;
}

function resolver(
  node: ConfigNode & { kind: "scalar" },
  name: string,
  ask: (name: string) => ConfigNode | undefined,
): ConfigNode | undefined {
  const match = /^([\w.]+):(.*)$/s.exec(name);
  if (!match) return undefined;
  const [, kind = "", body = ""] = match;
  const parts = body.split(",").map((p) => p.trim().replace(/^["']|["']$/g, ""));
  const used: ConfigNode[] = [];
  const numberOf = (part: string): Plain | undefined =>
    evaluateExpression(part, (n) => {
      const target = ask(n);
      if (target) used.push(target);
      return target && plainOf(target);
    });
  const two = (operator: string) => numberOf(parts.map((p) => `(${p})`).join(operator));
  let value: Plain | undefined;
  if (kind === "oc.env" || kind === "env")
    value = parts[1] === undefined ? undefined : (numberOf(parts[1]) ?? parts[1]);
  else if (/default/.test(kind)) value = parts[1] ? (numberOf(parts[1]) ?? parts[1]) : numberOf(parts[0] ?? "");
  else if (/eval$|^calc$|^math$|^expr$/.test(kind)) value = numberOf(body.trim().replace(/^(["'])(.*)\1$/s, "$2"));
  else if (/mul|prod/.test(kind)) value = two("*");
  else if (/floor_?div|int_?div|^idiv/.test(kind)) value = two("//");
  else if (/div/.test(kind)) value = two("/");
  else if (/^(?:add|sum|plus)/.test(kind)) value = two("+");
  else if (/^(?:sub|minus)/.test(kind)) value = two("-");
  else if (/^(?:int|float|round|ceil|floor|min|max|len)$/.test(kind)) value = numberOf(`${kind}(${body})`);
  return value === undefined ? undefined : computed(node, value, used);
}

function computed(node: ConfigNode & { kind: "scalar" }, value: Plain, used: readonly ConfigNode[]): ConfigNode {
  const through = used.flatMap((u) => [u.at, ...(u.through ?? [])]);
  if (Array.isArray(value))
    return {
      kind: "list",
      at: node.at,
      items: (value as Plain[]).map((v) => computed({ ...node, tag: undefined }, v, [])),
      through,
    };
  return {
    kind: "scalar",
    at: node.at,
    value: value as string | number | boolean | null,
    text: node.text,
    through: [...(node.through ?? []), ...through],
  };
}

function unknown(node: ConfigNode & { kind: "scalar" }, note: string): ConfigNode {
  return { ...node, value: undefined, note };
}

/** `a.b`, `a::b`, `a#b`, `a:b`, `a[b]`; a leading dot counts from the node's own map, two from its parent's. */
function find(path: string, root: ConfigNode, parents: readonly ConfigNode[], depth: number): ConfigNode | undefined {
  const dots = /^\.*/.exec(path)![0].length;
  let node: ConfigNode | undefined = dots ? parents[parents.length - dots] : root;
  for (const part of path
    .slice(dots)
    .split(/::|[.#:[\]]/)
    .filter((p) => p !== "")) {
    if (node && node.kind === "scalar") node = resolveNode(node, root, parents, depth + 1);
    if (node?.kind === "list") node = node.items[Number(part)];
    else node = entryOf(node, part)?.value;
  }
  return node;
}

/**
 * Lists and scalars as plain values; undefined for maps, for what could not be followed, and for more than 20,000 items
 * (nested anchors multiply).
 */
export function plainOf(node: ConfigNode, budget = { left: 20_000 }): Plain | undefined {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "map" || (budget.left -= node.items.length) < 0) return undefined;
  const items = node.items.map((item) => plainOf(item, budget));
  return items.every((i) => i !== undefined) ? (items as Plain[]) : undefined;
}

/**
 * `over` on top of `base`, map by map; what only the base has keeps its file. `replaces` entries (`_delete_: true`) drop the base's.
 * What stands in several places of both is made once and stands in all of them again, so that names in names in names do not grow.
 */
export function overlay(
  base: ConfigNode,
  over: ConfigNode,
  made = new Map<ConfigNode, Map<ConfigNode, ConfigNode>>(),
): ConfigNode {
  if (base.kind !== "map" || over.kind !== "map" || deletes(over)) return over;
  const known = made.get(over)?.get(base);
  if (known) return known;
  // Of several entries under one name the last one counts.
  const [below, given] = [base, over].map((map) => new Map(map.entries.map((e) => [e.key, e])));
  const entries = [...below!.values()].filter((e) => !given!.has(e.key));
  const own = [...given!.values()].map((e) => {
    const under = below!.get(e.key);
    return under ? { ...e, value: overlay(under.value, e.value, made) } : e;
  });
  const result = { ...over, entries: [...entries, ...own] };
  if (!made.has(over)) made.set(over, new Map());
  made.get(over)!.set(base, result);
  return result;
}

const deletes = (node: MapNode) => {
  const value = entryOf(node, "_delete_")?.value;
  return value?.kind === "scalar" && value.value === true;
};
