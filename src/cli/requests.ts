import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { analyze } from "../recognize/analyze.js";
import type { Value } from "../schedules/define.js";
import type { Workspace } from "../source/document.js";
import { fromJson, metricsOf } from "./call.js";
import { diskWorkspace, documentOf, readText, workspaceRoot } from "./files.js";
import { reportOf, type ReportOptions } from "./report.js";

/** One JSON request per line in, one answer per line out, in the same order. A bad request answers with its error. */
export async function answerRequests(input: Readable, output: Writable, options: ReportOptions): Promise<number> {
  const workspaces = new Map<string, Workspace>();
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === "") continue;
    if (!output.write(answer(line, options, workspaces) + "\n"))
      await new Promise<void>((resolve) => output.once("drain", resolve));
  }
  return 0;
}

/** The answer to one request line, as a line of JSON. Never throws. */
export function answer(line: string, defaults: ReportOptions = {}, workspaces = new Map<string, Workspace>()): string {
  let id: unknown = null;
  try {
    const request = parse(line);
    if (typeof request !== "object" || request === null || Array.isArray(request))
      throw new Error("a request is an object");
    const fields = request as Record<string, unknown>;
    id = fields["id"] ?? null;
    const path = checked(fields, "path", (v) => typeof v === "string", "a string");
    if (path === undefined) throw new Error('"path" is missing');
    const text = checked(fields, "text", (v) => typeof v === "string", "a string");
    const languageId = checked(fields, "languageId", (v) => typeof v === "string", "a string");
    const at = checked(fields, "at", areSteps, "a list of whole steps from 0") ?? defaults.at;
    const metrics = checked(fields, "metrics", areNumbers, "a list of numbers") ?? defaults.metrics;
    const given = checked(fields, "assume", isObject, "an object") ?? {};
    const assume = new Map<string, Value>(defaults.assume);
    for (const [name, value] of Object.entries(given as object)) assume.set(name, fromJson(value));
    const document = documentOf(
      path as string,
      (text as string | undefined) ?? readText(path as string),
      languageId as string | undefined,
    );
    const root = workspaceRoot(path as string);
    let workspace = workspaces.get(root);
    if (!workspace) workspaces.set(root, (workspace = diskWorkspace(root)));
    const options = {
      assume,
      at: at as number[] | undefined,
      metrics: (metrics as (number | string | null)[] | undefined)?.map((m) => metricsOf(String(m ?? "nan"))[0]!),
    };
    return JSON.stringify({ id, ...reportOf(analyze(document, workspace, options), workspace, options) });
  } catch (error) {
    return JSON.stringify({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

/** As JSON, or as Python's json module writes it: bare NaN and Infinity between brackets, commas and colons. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    const quoted = line.replace(/([[,:]\s*)(-?(?:NaN|Infinity))(?=\s*[\],}])/g, '$1"$2"');
    if (quoted === line) throw error;
    return JSON.parse(quoted);
  }
}

function checked(fields: Record<string, unknown>, name: string, test: (v: unknown) => boolean, what: string): unknown {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (!test(value)) throw new Error(`"${name}" must be ${what}`);
  return value;
}

const isObject = (v: unknown) => typeof v === "object" && !Array.isArray(v);
const areSteps = (v: unknown) => Array.isArray(v) && v.every((t) => Number.isSafeInteger(t) && (t as number) >= 0);
/** JSON has no NaN: null, "nan" and "inf" as text stand for them. */
const areNumbers = (v: unknown) =>
  Array.isArray(v) &&
  v.every(
    (n) => n === null || typeof n === "number" || (typeof n === "string" && /^[-+]?(nan|inf|infinity)$/i.test(n)),
  );
