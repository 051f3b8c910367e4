import { within } from "../engine/effort.js";
import type { Value } from "../schedules/define.js";
import type { SourceDocument, Workspace } from "../source/document.js";
import { readConfig } from "./configs/index.js";
import type { Finding } from "./finding.js";
import { mayHoldSchedule } from "./prefilter.js";
import { readPython, type PythonReading } from "./reading.js";

/** What a document holds. Immutable; hand it back as `previous` so that an edit re-reads only what changed. */
export interface Analysis {
  readonly document: SourceDocument;
  /** Learning-rate schedules, in text order. */
  readonly findings: readonly Finding[];
  /** The same machinery on another quantity (momentum, weight decay): never called a learning rate. */
  readonly related: readonly Finding[];
  /** Set when the file was not followed to its end: "too complex to follow: …". */
  readonly problem?: string;
}

export interface AnalyzeOptions {
  /** Values the user has set, by the names the assumptions gave. */
  readonly assume?: ReadonlyMap<string, Value>;
  readonly previous?: Analysis;
}

/** Operations in rates that are tried while a file is read: some tenths of a second. */
const MOST_TRIALS = 5_000_000;

/**
 * Every schedule of a Python file, notebook or config. A file without schedule words is answered from a text scan alone.
 * Never throws: what cannot be followed is told in `problem` or in the findings.
 */
export function analyze(document: SourceDocument, workspace: Workspace, options: AnalyzeOptions = {}): Analysis {
  const nothing: Analysis = { document, findings: [], related: [] };
  if (!mayHoldSchedule(document)) return nothing;
  const assume = options.assume ?? new Map<string, Value>();
  try {
    const { findings: configs, problem } = readConfig(document, workspace, assume);
    if (!isPython(document)) return { document, ...split(configs), ...(problem !== undefined && { problem }) };
    const { reading: previous } = (options.previous ?? {}) as WithReading;
    const reading = within(MOST_TRIALS, () => readPython(document, workspace, assume, previous));
    const { python } = reading;
    const inConfigs = new Set(configs.map(({ span }) => span.from));
    // A configuration written in Python is read as such; what merely may be a schedule beside it is left out.
    const own = python.findings.filter(
      (f) => !inConfigs.has(f.span.from) && (configs.length === 0 || f.confidence !== "possible"),
    );
    const findings = [...configs, ...own];
    const result: Analysis & WithReading = {
      document,
      findings: findings.filter((f) => f.quantity === "lr"),
      related: [...findings.filter((f) => f.quantity !== "lr"), ...python.related],
      ...(python.problem !== undefined && { problem: python.problem }),
      reading,
    };
    return result;
  } catch (error) {
    if (error instanceof RangeError) return { ...nothing, problem: "too complex to follow: nested too deep" };
    return { ...nothing, problem: `could not be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** What the next analysis of the same document builds on. */
interface WithReading {
  readonly reading?: PythonReading;
}

function split(findings: readonly Finding[]): Pick<Analysis, "findings" | "related"> {
  return {
    findings: findings.filter((f) => f.quantity === "lr"),
    related: findings.filter((f) => f.quantity !== "lr"),
  };
}

function isPython({ path, languageId, cells }: SourceDocument): boolean {
  if (cells) return true;
  return languageId === "python" || (languageId === "" && /\.pyw?$/i.test(path));
}
