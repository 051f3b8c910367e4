import { isAlias, isMap, isPair, isScalar, isSeq, parseAllDocuments } from "yaml";
import type { Document, Node, Pair } from "yaml";
import { opensMore } from "./brackets.js";
import type { ConfigNode, ConfigText, Entry, Place } from "./config.js";
import { limits, numberOf, wordValue } from "./config.js";

const ONE_DOT_ONE =
  "without a dot this is a string to YAML 1.1 readers such as PyYAML; most tools convert it, some compare it as text";

/**
 * YAML 1.1 and 1.2 as people write them: duplicate keys, unknown tags, tabs and errors elsewhere are tolerated. Aliases share
 * their anchor's node (never copied, so nested anchors cost nothing); `<<` merges stand before the map's own keys.
 */
export function readYaml(text: string, file?: string): ConfigText {
  if (opensMore(text, MAX_BRACKETS)) return { roots: [], problems: ["nested too deeply"] };
  let documents: readonly Document[];
  try {
    // PyYAML refuses tabs as indentation; a space keeps every offset and lets the rest be read.
    const tabs = /^[ ]*\t/m.test(text);
    const spaced = tabs ? text.replace(/^[ \t]+/gm, (s) => s.replaceAll("\t", " ")) : text;
    const wanted = spaced.length > LARGE ? relevant(spaced) : spaced;
    documents = parsed(wanted);
    if (documents.some((d) => d.errors.some((e) => e.code === "BAD_INDENT")))
      documents = parsed(flowsOnOneLine(wanted));
  } catch (error) {
    return { roots: [], problems: [error instanceof RangeError ? "nested too deeply" : String(error)] };
  }
  const problems = documents.flatMap((d) => d.errors.slice(0, 3).map((e) => e.message));
  const roots: ConfigNode[] = [];
  for (const document of documents.slice(0, 50)) {
    if (!document.contents) continue;
    roots.push(converter(document, file, problems)(document.contents, 0));
  }
  return { roots, problems };
}

const options = {
  uniqueKeys: false,
  strict: false,
  logLevel: "silent",
  prettyErrors: false,
  stringKeys: false,
} as const;

/** A broken text has thousands of errors, and each would take down where in the parser it was made. */
function parsed(text: string): readonly Document[] {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return parseAllDocuments(text, options) as Document[];
  } finally {
    Error.stackTraceLimit = before;
  }
}

/** The parser takes each one that is never closed to be open to the end, at some kilobytes. Words of a text may hold some. */
const MAX_BRACKETS = 2000;

/** Above this many characters only the top-level blocks that may matter are parsed. */
const LARGE = 200_000;
const WORDS = /lr|learn|sched|warm|decay|optim|solver|train|epoch|step|iter|max_|_base_|defaults|<<|&\w/i;

/** Other top-level blocks become blank, so that offsets stay. */
function relevant(text: string): string {
  return text.replace(/^[^\s#\-%.}\]][^\n]*(?:\n(?:[ \t\-#}\]][^\n]*)?(?=\n|$))*/gm, (block) =>
    WORDS.test(block) ? block : block.replace(/[^\n]/g, " "),
  );
}

/**
 * PyYAML does not ask for indentation inside `[…]` and `{…}`, so closing brackets often stand too far left. With such
 * collections put on one line (line ends and comments become spaces, so that offsets stay) every reader takes them.
 */
function flowsOnOneLine(text: string): string {
  const flow = /(?=[[{])(?<=(?:^|[:?-])[ \t]+(?:[!&][^\s,[\]{}]*[ \t]+)*)[[{]/gm;
  let out = "";
  let done = 0;
  for (let open = flow.exec(text); open; open = flow.exec(text)) {
    let depth = 0;
    const token = /"(?:[^"\\]|\\[\s\S]){0,5000}"|'[^']{0,5000}'|[[{]|[\]}]|(?<=\s)#[^\n]*/g;
    token.lastIndex = open.index;
    const comments: [number, number][] = [];
    let end = -1;
    for (let t = token.exec(text); t && end < 0; t = depth > 0 ? token.exec(text) : null) {
      if (/^[[{]/.test(t[0])) depth++;
      else if (/^[\]}]/.test(t[0]) && --depth === 0) end = token.lastIndex;
      else if (t[0].startsWith("#")) comments.push([t.index, token.lastIndex]);
    }
    if (end < 0) break;
    let piece = text.slice(open.index, end);
    for (const [from, to] of comments)
      piece = piece.slice(0, from - open.index) + " ".repeat(to - from) + piece.slice(to - open.index);
    out += text.slice(done, open.index) + piece.replace(/[\r\n]/g, " ");
    done = flow.lastIndex = end;
  }
  return out + text.slice(done);
}

function converter(document: Document, file: string | undefined, problems: string[]) {
  const known = new Map<Node, ConfigNode>();
  const open = new Set<Node>();
  const anchors = new Map<string, Node>();
  let budget: number = limits.nodes;
  const place = (node: Node): Place => ({
    from: node.range?.[0] ?? 0,
    to: node.range?.[1] ?? 0,
    ...(file && { file }),
  });

  const empty = (at: Place, note?: string): ConfigNode => ({
    kind: "scalar",
    at,
    value: note ? undefined : null,
    text: "",
    ...(note && { note }),
  });

  function convert(node: Node, depth: number): ConfigNode {
    const at = place(node);
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (!target) return empty(at, `no anchor &${node.source} before this`);
      if (open.has(target)) return empty(at, `*${node.source} stands inside its own anchor`);
      const value = known.get(target) ?? convert(target, depth + 1);
      return { ...value, through: [...(value.through ?? []), { ...at, how: "alias" }] };
    }
    const before = known.get(node);
    if (before) return before;
    if (depth > limits.depth || --budget < 0) {
      if (budget < 0 || !problems.includes("nested too deeply"))
        problems.push(budget < 0 ? "too large" : "nested too deeply");
      return empty(at, "nested too deeply");
    }
    if ("anchor" in node && node.anchor) anchors.set(node.anchor as string, node);
    open.add(node);
    const value = build(node, at, depth);
    open.delete(node);
    known.set(node, value);
    return value;
  }

  function build(node: Node, at: Place, depth: number): ConfigNode {
    const tag = node.tag && !node.tag.startsWith("tag:yaml.org,2002:") ? { tag: node.tag } : {};
    if (isSeq(node)) {
      const items = node.items.map((item) =>
        isPair(item) ? { kind: "map" as const, at, entries: [pair(item, depth)] } : convert(item as Node, depth + 1),
      );
      return { kind: "list", at, items, ...tag };
    }
    if (isMap(node)) {
      const merged: Entry[] = [];
      const own: Entry[] = [];
      for (const item of node.items) {
        const entry = pair(item, depth);
        if (entry.key !== "<<") own.push(entry);
        else
          for (const source of entry.value.kind === "list" ? [...entry.value.items].reverse() : [entry.value])
            if (source.kind === "map" && merged.length + source.entries.length < 10_000)
              merged.push(
                ...source.entries.map((e) => ({
                  ...e,
                  value: { ...e.value, through: [...(e.value.through ?? []), { ...entry.value.at, how: "merge" }] },
                })),
              );
      }
      return { kind: "map", at, entries: [...merged, ...own], ...tag };
    }
    if (!isScalar(node)) return empty(at);
    const source = typeof node.source === "string" ? node.source : String(node.value ?? "");
    if (node.type === "PLAIN") {
      const value = node.tag === "tag:yaml.org,2002:str" ? source : wordValue(source);
      const note =
        typeof value === "number" && /^[-+]?\d[\d_]*[eE]/.test(source) && !node.tag ? { note: ONE_DOT_ONE } : {};
      return { kind: "scalar", at, value, text: source, ...note, ...tag };
    }
    const number =
      node.tag === "tag:yaml.org,2002:float" || node.tag === "tag:yaml.org,2002:int" ? numberOf(source) : undefined;
    return { kind: "scalar", at, value: number ?? source, text: source, quoted: true, ...tag };
  }

  function pair(item: Pair, depth: number): Entry {
    const key = item.key as Node;
    const keyAt = place(key);
    const text = isScalar(key) ? (typeof key.source === "string" ? key.source : String(key.value)) : "?";
    return {
      key: text,
      keyAt,
      value: item.value ? convert(item.value as Node, depth + 1) : empty({ ...keyAt, from: keyAt.to }),
    };
  }
  return convert;
}
