import { entryOf, type ConfigNode, type ConfigText, type Entry } from "../../source/config.js";
import { readPythonConfig } from "../../source/pythonConfig.js";
import { overlay } from "../../source/references.js";
import type { Workspace } from "../../source/document.js";
import { siblingOf } from "./files.js";
import type { Syntax } from "./format.js";

type Read = (text: string, file: string) => ConfigText;
interface Reach {
  readonly workspace: Workspace;
  readonly read: Read;
  readonly syntax: Syntax;
  /** Files being read, so that a cycle ends; and how many more, of how many characters, may be. */
  readonly open: readonly string[];
  readonly left: { files: number; characters: number };
  /** What was read, for the formats' cheap tests. */
  readonly texts: string[];
}

/** A broken file takes some ten times as long to read. */
const BROKEN = 8;
/** Bases of bases of bases are followed so far; real ones are rarely four deep. */
const deepest = 12;

/**
 * The tree with what it inherits below it: `_base_`, `_BASE_`, `BASE`, `extends`, `include`, Hydra's `defaults:` and mmengine's
 * `read_base()` imports. Each value keeps its file. Files that are not there are told in `missing`.
 */
export function inherit(
  root: ConfigNode,
  path: string,
  text: string,
  syntax: Syntax,
  workspace: Workspace,
  read: Read,
): { root: ConfigNode; missing: string[]; texts: readonly string[] } {
  const missing: string[] = [];
  const reach: Reach = { workspace, read, syntax, open: [path], left: { files: 64, characters: 250_000 }, texts: [] };
  const full = composed(root, path, text, reach, missing);
  return { root: full, missing, texts: reach.texts };
}

function composed(root: ConfigNode, path: string, text: string, reach: Reach, missing: string[]): ConfigNode {
  if (root.kind !== "map") return root;
  const { before, after } = basesOf(root, reach.syntax);
  if (!before.length && !after.length) return root;
  const load = (base: Base): ConfigNode | undefined => {
    for (const candidate of candidates(path, base.path, reach.syntax)) {
      if (reach.open.includes(candidate) || reach.open.length > deepest || reach.left.files <= 0) continue;
      const found = reach.workspace.read(candidate);
      if (found === undefined || (reach.left.characters -= found.length) < 0) continue;
      reach.left.files--;
      reach.texts.push(found);
      const {
        roots: [tree],
        problems,
      } = reach.read(found, candidate);
      if (problems.length) reach.left.characters -= BROKEN * found.length;
      if (!tree) return undefined;
      let inner = composed(tree, candidate, found, { ...reach, open: [...reach.open, candidate] }, missing);
      if (inner.kind === "map")
        for (const [name = "", as = ""] of base.renamed ?? []) {
          const entry = entryOf(inner, name);
          if (entry) inner = { ...inner, entries: [...inner.entries, { ...entry, key: as }] };
        }
      return base.at.length ? under(inner, base.at) : inner;
    }
    if (!base.optional) missing.push(base.path);
    return undefined;
  };
  const join = (all: readonly Base[], from: ConfigNode | undefined) =>
    all.reduce<ConfigNode | undefined>((below, base) => {
      const next = load(base);
      return below && next ? overlay(below, next) : (next ?? below);
    }, from);
  const below = join(before, undefined);
  let own: ConfigNode = root;
  // Names of the base may stand in the child's expressions.
  if (below && reach.syntax === "python")
    own = readPythonConfig(text, reach.open.length > 1 ? path : undefined, below, root).roots[0] ?? root;
  const all = below ? overlay(below, own) : own;
  return join(after, all) ?? all;
}

interface Base {
  readonly path: string;
  /** The keys under which the file's content stands (Hydra's groups). */
  readonly at: readonly string[];
  readonly optional?: boolean;
  /** `import a as b`. */
  readonly renamed?: readonly (readonly string[])[];
}

function basesOf(root: ConfigNode & { kind: "map" }, syntax: Syntax): { before: Base[]; after: Base[] } {
  const before: Base[] = [];
  const after: Base[] = [];
  for (const { key, value } of root.entries) {
    const names = (value.kind === "list" ? value.items : [value]).flatMap((v) =>
      v.kind === "scalar" && typeof v.value === "string" && v.value ? [v.value] : [],
    );
    if (syntax === "python") {
      if (key === "_base_") before.push(...names.map((path) => ({ path, at: [] })));
      else if (key === "import" && names[0]?.startsWith("."))
        before.push({
          path: dotted(names[0]),
          at: [],
          optional: true,
          renamed:
            value.kind === "scalar" ? [...value.text.matchAll(/\b(\w+)\s+as\s+(\w+)/g)].map((m) => [m[1]!, m[2]!]) : [],
        });
    } else if (syntax === "gin") {
      if (key === "include") before.push(...names.map((path) => ({ path, at: [] })));
    } else if (
      /^(?:_base_|_BASE_|BASE|__base__|base_config|_include_|includes?|extends|inherits?_from|parent_config|\$include)$/.test(
        key,
      )
    )
      before.push(...names.filter((n) => /^[\w./~-]+$/.test(n)).map((path) => ({ path, at: [] })));
    else if (key === "defaults" && value.kind === "list") {
      let self = false;
      for (const item of value.items) {
        if (item.kind === "scalar" && item.value === "_self_") self = true;
        else for (const base of hydra(item)) (self ? after : before).push(base);
      }
    }
  }
  return { before, after };
}

/** `- group: option`, `- override /a/b@pkg: option`, `- file`. */
function hydra(item: ConfigNode): Base[] {
  if (item.kind === "scalar")
    return typeof item.value === "string" ? [{ path: item.value.replace(/^\//, ""), at: [], optional: true }] : [];
  if (item.kind !== "map") return [];
  return item.entries.flatMap(({ key, value }) => {
    const [group = "", to] = key
      .replace(/^(?:override|optional)\s+/, "")
      .replace(/^\//, "")
      .split("@");
    const names = (value.kind === "list" ? value.items : [value]).flatMap((v) =>
      v.kind === "scalar" && typeof v.value === "string" ? [v.value] : [],
    );
    if (/^hydra(?:\/|$)/.test(group)) return [];
    const at = to === "_global_" || to === "_here_" ? [] : (to ?? group).split(/[/.]/);
    return names.map((name) => ({ path: `${group}/${name}`, at, optional: true }));
  });
}

/** `..x.y` of an import as a path. */
function dotted(module: string): string {
  const dots = /^\.+/.exec(module)![0].length;
  return `${"../".repeat(dots - 1)}${module.slice(dots).replaceAll(".", "/")}.py`;
}

function candidates(from: string, named: string, syntax: Syntax): string[] {
  const withEnding = /\.\w{1,6}$/.test(named)
    ? [named]
    : syntax === "yaml"
      ? [`${named}.yaml`, `${named}.yml`]
      : [named];
  return withEnding.flatMap((n) => siblingOf(from, n));
}

function under(node: ConfigNode, keys: readonly string[]): ConfigNode {
  // A file may say itself that it belongs at the top: `# @package _global_` is seen as its `defaults` or nested group key.
  return keys.reduceRight<ConfigNode>(
    (inner, key) => ({ kind: "map", at: node.at, entries: [{ key, keyAt: node.at, value: inner } satisfies Entry] }),
    node,
  );
}
