import type { SyntaxNode } from "@lezer/common";
import { PythonProgram } from "../../../src/recognize/evaluate/index.js";
import type { Evaluated } from "../../../src/recognize/finding.js";
import type { Value } from "../../../src/schedules/define.js";

export interface Marked {
  readonly program: PythonProgram;
  readonly node: SyntaxNode;
  readonly text: string;
}

/** A program of a source whose expression of interest stands between « and ». Other files by path. */
export function marked(
  source: string,
  files: Readonly<Record<string, string>> = {},
  assume: Readonly<Record<string, Value>> = {},
): Marked {
  const from = source.indexOf("«");
  const to = source.indexOf("»") - 1;
  const text = source.replace(/[«»]/g, "");
  const workspace = { read: (path: string) => files[path] };
  const program = new PythonProgram({ path: "train.py", languageId: "python", text }, workspace, {
    assume: new Map(Object.entries(assume)),
  });
  let node = program.source.tree.resolveInner(from, 1);
  while (node.to < to && node.parent) node = node.parent;
  return { program, node, text };
}

/** An evaluated value in one line: `0.1`, `10.0`, `0.1 or 0.01`, `assumed 1000 [len(loader)]`, `unknown: reason`. */
export function told(value: Evaluated): string {
  switch (value.status) {
    case "known":
      return [value.value, ...(value.alternatives ?? [])].map((item) => shown(item, value.isFloat)).join(" or ");
    case "assumed":
      return `assumed ${shown(value.value, value.isFloat)} [${Object.keys(value.assumptions).join(", ")}]`;
    case "unknown":
      return `unknown: ${value.because}`;
    default:
      return `default ${shown(value.value)}`;
  }
}

function shown(value: Value, float?: boolean): string {
  if (value === null) return "None";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return float && Number.isInteger(value) ? `${value}.0` : String(value);
  if (Array.isArray(value)) return `[${value.map((item: Value) => shown(item)).join(", ")}]`;
  if (value instanceof Map)
    return `{${[...value].map(([key, item]: [Value, Value]) => `${shown(key)}: ${shown(item)}`).join(", ")}}`;
  return typeof value === "boolean" ? (value ? "True" : "False") : "function";
}
