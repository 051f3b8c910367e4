import { describeFile } from "../../src/cli/human.js";
import { reportOf } from "../../src/cli/report.js";
import { analyze, completionsAt, describeKey, resolveAll, unreadKeys } from "../../src/core.js";
import { factsOf } from "../../src/engine/facts.js";
import { sampleColumns } from "../../src/engine/sample.js";
import { drawCurve, pictureColors, plotWidth } from "../../src/picture/svg.js";
import { factWords, headline } from "../../src/picture/words.js";
import type { Analysis } from "../../src/recognize/analyze.js";
import type { Assume, Resolved } from "../../src/recognize/resolve.js";
import type { SourceDocument, Workspace } from "../../src/source/document.js";

export interface ReadOptions {
  readonly assume?: Assume;
  readonly metrics?: readonly number[];
  readonly previous?: Analysis;
  /** An offset at which something is completed and hovered. */
  readonly at?: number;
}

/** What the guards of the reader caught is an exception all the same. */
export class Caught extends Error {}

const steps = [0, 1, 7, 100, 5000];
const far = [1_000_000, 2 ** 40];

/**
 * What a user asks of a document, findings and completion first; then, by the last bits of `at`, the command line's report or
 * its text, or else what the editor draws and tells. Throws what any of it throws.
 */
export function readAsUser(
  document: SourceDocument,
  workspace: Workspace,
  options: ReadOptions = {},
  clock: (part: "read" | "show") => void = () => undefined,
): Analysis {
  const { assume = new Map(), metrics, previous, at = 0 } = options;
  const analysis = analyze(document, workspace, { assume, ...(previous && { previous }) });
  if (analysis.problem?.startsWith("could not be read")) throw new Caught(analysis.problem);
  describeKey(analysis.findings, at);
  completionsAt(document, analysis.findings, at);
  unreadKeys(analysis.findings);
  clock("read");
  const asked = { at: at % 16 ? steps : [...steps, ...far], assume, ...(metrics && { metrics }) };
  if (at % 4 === 0) JSON.stringify(reportOf(analysis, workspace, asked));
  else if (at % 8 === 1) describeFile(analysis, workspace, asked, false);
  else resolveAll(analysis.findings, asked, show);
  clock("show");
  return analysis;
}

function show(resolved: Resolved): void {
  if (resolved.problem?.startsWith("cannot compute")) throw new Caught(resolved.problem);
  const { compiled, run, asWritten } = resolved;
  if (!compiled || compiled.lr.end?.at === 0) return;
  const width = plotWidth(320);
  const facts = factsOf(compiled.lr, run.totalSteps);
  headline(resolved, facts);
  factWords(resolved, facts);
  drawCurve({
    series: sampleColumns(compiled.lr, 0, run.totalSteps, width),
    ...(asWritten && { ghost: sampleColumns(asWritten, 0, run.totalSteps, width) }),
    from: 0,
    to: run.totalSteps,
    unit: run.unit,
    phases: compiled.lr.phases,
    width: 320,
    height: 140,
    colors: pictureColors.dark,
  });
}
