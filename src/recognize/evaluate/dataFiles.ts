import type { ConfigNode } from "../../source/config.js";
import { readJson } from "../../source/json.js";
import { readToml } from "../../source/toml.js";
import { readYaml } from "../../source/yaml.js";
import type { Origin } from "../finding.js";
import { dictOf, force, stringOf } from "./access.js";
import { TooComplex, type Machine } from "./machine.js";
import type { ModuleValue } from "./objects.js";
import { CallResult, Float, Library, List, Member, Tracked, Unknown, type Val } from "./values.js";

/** Whose rules decide what a bare word is: PyYAML keeps `1e-4` as text, since YAML 1.1 wants a dot and a sign in it. */
export type DataReader = "json" | "yaml" | "yaml 1.2" | "toml";
const readers = { json: readJson, yaml: readYaml, "yaml 1.2": readYaml, toml: readToml };

/**
 * What `json.load(open("a.json"))` or `yaml.safe_load(f)` gives, read from the file of the workspace that the script names: beside
 * the script, or below one of the folders above it, as when it is started from there. Undefined when that is not a known file.
 */
export function loadedFile(
  m: Machine,
  from: ModuleValue | undefined,
  file: Val | undefined,
  by: DataReader,
): Val | undefined {
  const path = pathOf(file);
  const found = path === undefined || !from ? undefined : m.modules.data(from, path);
  return found && parsedData(found.text, by, found.path);
}

/** The value of a text in a data format; its places in `file`. */
export function parsedData(text: string, by: DataReader, file?: string): Val | undefined {
  const [root] = readers[by](text, file).roots;
  return root && valueOf(root, by, new Map(), 0);
}

/** The path that a file object, or a path itself, was made of. */
function pathOf(file: Val | undefined): string | undefined {
  const value = file === undefined ? undefined : force(file);
  if (value === undefined) return undefined;
  const path = stringOf(value);
  if (path !== undefined) return path;
  if (!(value instanceof CallResult)) return undefined;
  const callee = force(value.callee);
  if (callee instanceof Member)
    return /^(?:open|read|read_text)$/.test(callee.name ?? "") ? pathOf(callee.of) : undefined;
  return callee instanceof Library && /(^|\.)(?:open|Path)$/.test(callee.name) ? pathOf(value.args[0]) : undefined;
}

const deepest = 60;
const mostValues = 20_000;

function valueOf(node: ConfigNode, by: DataReader, made: Map<ConfigNode, Val>, depth: number): Val {
  const before = made.get(node);
  if (before !== undefined) return before;
  if (depth > deepest) return new Unknown("nested too deeply");
  if (made.size > mostValues) throw new TooComplex(`a file of more than ${mostValues} values`);
  const inner = (child: ConfigNode) => valueOf(child, by, made, depth + 1);
  const { from, to, file } = node.at;
  const origins: Origin[] = [{ from, to, ...(file !== undefined && { file }), how: "config file" }];
  const value =
    node.kind === "map"
      ? dictOf(node.entries.map(({ key, value }) => [key, inner(value)]))
      : node.kind === "list"
        ? new List(node.items.map(inner))
        : scalar(node, by, origins);
  made.set(node, value);
  return value;
}

/** A YAML 1.1 float as PyYAML takes it. */
const float = /^[-+]?(?:\d[\d_]*\.[\d_]*|\.\d[\d_]*)(?:[eE][-+]\d+)?$/;

function scalar(node: Extract<ConfigNode, { kind: "scalar" }>, by: DataReader, origins: readonly Origin[]): Val {
  const { value, text, quoted } = node;
  if (value === undefined) return new Unknown(node.note ?? "not a plain value");
  if (typeof value !== "number" || quoted) return new Tracked(value, origins);
  if (by === "yaml" && /[eE]/.test(text) && !/^0x/i.test(text) && !float.test(text)) return new Tracked(text, origins);
  return new Tracked(/[.eEn]/.test(text) && !/^0x/i.test(text) ? new Float(value) : value, origins);
}
