import { parseTOML } from "toml-eslint-parser";
import type { AST } from "toml-eslint-parser";
import type { ConfigNode, ConfigText, Entry, MapNode, Place } from "./config.js";

/** TOML; a line that the parser refuses (duplicate key, syntax error) is left out and the rest read. */
export function readToml(text: string, file?: string): ConfigText {
  const problems: string[] = [];
  const duplicates: { line: string; from: number }[] = [];
  let source = text;
  for (let attempt = 0; attempt < 30; attempt++) {
    try {
      const root = convertTable(
        parseTOML(source).body[0].body,
        { from: 0, to: text.length, ...(file && { file }) },
        file,
      );
      return { roots: [root], problems };
    } catch (error) {
      const index = (error as { index?: unknown }).index;
      if (typeof index !== "number") return { roots: [], problems: [...problems, String(error)] };
      const from = source.lastIndexOf("\n", Math.max(0, index - 1)) + 1;
      const end = source.indexOf("\n", index);
      const to = end < 0 ? source.length : end;
      if (!source.slice(from, to).trim()) return { roots: [], problems: [...problems, String(error)] };
      problems.push(`line left out: ${source.slice(from, to).trim().slice(0, 60)}`);
      duplicates.push({ line: source.slice(from, to), from });
      source = source.slice(0, from) + " ".repeat(to - from) + source.slice(to);
    }
  }
  return { roots: [], problems };
}

function convertTable(body: readonly AST.TOMLNode[], at: Place, file: string | undefined): MapNode {
  const root: Mutable = { kind: "map", at, entries: [] };
  for (const node of body) {
    if (node.type === "TOMLKeyValue") put(root, node, file);
    if (node.type !== "TOMLTable") continue;
    let target = descend(root, node.key.keys.slice(0, node.kind === "array" ? -1 : undefined), file, node.range);
    if (node.kind === "array") {
      const last = node.key.keys.at(-1)!;
      const list = (target.entries.find((e) => e.key === nameOf(last))?.value ?? undefined) as
        { kind: "list"; items: ConfigNode[] } | undefined;
      const item: Mutable = { kind: "map", at: placeOf(node.range, file), entries: [] };
      if (list?.kind === "list") list.items.push(item);
      else
        target.entries.push({
          key: nameOf(last),
          keyAt: placeOf(last.range, file),
          value: { kind: "list", at: item.at, items: [item] },
        });
      target = item;
    }
    for (const pair of node.body) put(target, pair, file);
  }
  return root;
}

type Mutable = { kind: "map"; at: Place; entries: Entry[] };
type Key = AST.TOMLBare | AST.TOMLQuoted;
const placeOf = (range: readonly [number, number], file: string | undefined): Place => ({
  from: range[0],
  to: range[1],
  ...(file && { file }),
});
const nameOf = (key: Key): string => (key.type === "TOMLBare" ? key.name : key.value);

function descend(
  root: Mutable,
  keys: readonly Key[],
  file: string | undefined,
  range: readonly [number, number],
): Mutable {
  let node = root;
  for (const key of keys) {
    const below = node.entries.find((e) => e.key === nameOf(key))?.value;
    const last = below?.kind === "list" ? below.items.at(-1) : below;
    if (last?.kind === "map") node = last as Mutable;
    else {
      const next: Mutable = { kind: "map", at: placeOf(range, file), entries: [] };
      node.entries.push({ key: nameOf(key), keyAt: placeOf(key.range, file), value: next });
      node = next;
    }
  }
  return node;
}

function put(target: Mutable, pair: AST.TOMLKeyValue, file: string | undefined): void {
  const keys = pair.key.keys;
  const last = keys.at(-1)!;
  const holder = descend(target, keys.slice(0, -1), file, pair.range);
  holder.entries.push({ key: nameOf(last), keyAt: placeOf(last.range, file), value: valueOf(pair.value, file) });
}

function valueOf(node: AST.TOMLContentNode, file: string | undefined): ConfigNode {
  const at = placeOf(node.range, file);
  if (node.type === "TOMLArray") return { kind: "list", at, items: node.elements.map((e) => valueOf(e, file)) };
  if (node.type === "TOMLInlineTable") {
    const table: Mutable = { kind: "map", at, entries: [] };
    for (const pair of node.body) put(table, pair, file);
    return table;
  }
  const value = node.value;
  const plain = typeof value === "bigint" ? Number(value) : value;
  const text = node.kind === "integer" || node.kind === "float" ? node.number : String(plain);
  return {
    kind: "scalar",
    at,
    text,
    ...(node.kind === "string" && { quoted: true }),
    value: typeof plain === "number" || typeof plain === "string" || typeof plain === "boolean" ? plain : text,
  };
}
