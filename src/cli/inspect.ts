import { analyze } from "../recognize/analyze.js";
import { assumedOf, metricsOf, readCall, stepsOf, UsageError } from "./call.js";
import { diskWorkspace, documentOf, readText, workspaceRoot } from "./files.js";
import { describeFile } from "./human.js";
import { reportOf, type ReportOptions } from "./report.js";
import { answerRequests } from "./requests.js";

/** `lr-lens inspect`: what schedules the files hold, for people or as JSON. Status 0 whether any was found or not. */
export async function inspect(words: readonly string[]): Promise<number> {
  const { values, positionals } = readCall(words, {
    json: { type: "boolean" },
    at: { type: "string" },
    metrics: { type: "string" },
    assume: { type: "string", multiple: true },
    "jsonl-requests": { type: "boolean" },
  });
  const options: ReportOptions = {
    assume: assumedOf(values.assume ?? []),
    ...(values.at !== undefined && { at: stepsOf(values.at) }),
    ...(values.metrics !== undefined && { metrics: metricsOf(values.metrics) }),
  };
  if (values["jsonl-requests"]) return answerRequests(process.stdin, process.stdout, options);
  if (positionals.length === 0) throw new UsageError("which file?");
  // All are read before anything is printed, so that a missing file is told alone.
  const files = positionals.map((path) => ({ path, text: readText(path) }));
  for (const { path, text } of files) {
    const workspace = diskWorkspace(workspaceRoot(path));
    const analysis = analyze(documentOf(path, text), workspace, options);
    const out = values.json
      ? JSON.stringify(reportOf(analysis, workspace, options), undefined, files.length === 1 ? 2 : undefined)
      : describeFile(analysis, workspace, options, process.stdout.isTTY === true);
    process.stdout.write(out + "\n");
  }
  return 0;
}
