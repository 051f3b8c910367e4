import { writeFileSync } from "node:fs";
import { sampleColumns } from "../engine/sample.js";
import { drawCurve, pictureColors, plotWidth } from "../picture/svg.js";
import { analyze } from "../recognize/analyze.js";
import { rateAt, resolveAll, type Resolved } from "../recognize/resolve.js";
import { assumedOf, metricsOf, readCall, UsageError } from "./call.js";
import { diskWorkspace, documentOf, readText, workspaceRoot } from "./files.js";
import { smallCurve } from "./human.js";
import { placesOf } from "./lines.js";

const mostRows = 100_000;

/** `lr-lens plot`: the curves of one file in the terminal, or its schedules as SVG or CSV. */
export function plot(words: readonly string[]): number {
  const { values, positionals } = readCall(words, {
    out: { type: "string" },
    log: { type: "boolean" },
    steps: { type: "string" },
    metrics: { type: "string" },
    assume: { type: "string", multiple: true },
  });
  const [path, more] = positionals;
  if (path === undefined || more !== undefined) throw new UsageError("plot takes one file");
  const steps = values.steps === undefined ? undefined : Number(values.steps);
  if (steps !== undefined && !(Number.isSafeInteger(steps) && steps > 0))
    throw new UsageError(`--steps: "${values.steps}" is not a number of steps`);
  const write = values.out === undefined ? undefined : writers[/\.(\w+)$/.exec(values.out)?.[1]?.toLowerCase() ?? ""];
  if (values.out !== undefined && !write) throw new UsageError(`--out: "${values.out}" must end in .svg or .csv`);
  const assume = assumedOf(values.assume ?? []);
  if (steps !== undefined) assume.set("total_steps", steps);
  const options = { assume, ...(values.metrics !== undefined && { metrics: metricsOf(values.metrics) }) };
  const document = documentOf(path, readText(path));
  const workspace = diskWorkspace(workspaceRoot(path));
  const { findings } = analyze(document, workspace, options);
  const places = placesOf(document, workspace);
  const told = findings.filter(({ twin }) => !twin);
  const drawn = resolveAll(told, options, (one) => one).filter(({ compiled }) => compiled && compiled.lr.end?.at !== 0);
  if (drawn.length === 0) {
    process.stderr.write(
      `${path}: ${findings.length > 0 ? "no curve can be computed" : "no learning-rate schedule found"}\n`,
    );
    return 0;
  }
  if (!write) {
    const heading = ({ finding }: Resolved) =>
      `${path}:${places(finding.cell).position(finding.span.from).line + 1}  ${finding.callee}`;
    process.stdout.write(drawn.map((r) => [heading(r), ...smallCurve(r, 8, 72)].join("\n")).join("\n\n") + "\n");
    return 0;
  }
  try {
    writeFileSync(values.out!, write(drawn, values.log === true));
  } catch (error) {
    throw new UsageError(`${values.out} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
  return 0;
}

const writers: Readonly<Record<string, (drawn: readonly Resolved[], log: boolean) => string>> = { svg, csv };

/** The first schedule as a picture. */
function svg([first]: readonly Resolved[], log: boolean): string {
  const { compiled, run, asWritten } = first!;
  const [width, height] = [760, 320];
  const columns = plotWidth(width);
  return drawCurve({
    series: sampleColumns(compiled!.lr, 0, run.totalSteps, columns),
    ...(asWritten && { ghost: sampleColumns(asWritten, 0, run.totalSteps, columns) }),
    ...{ from: 0, to: run.totalSteps, unit: run.unit, log, phases: compiled!.lr.phases, width, height },
    colors: pictureColors.light,
  });
}

/** One row a step, one column a schedule; long runs are thinned to 100,000 rows. */
function csv(drawn: readonly Resolved[]): string {
  const total = Math.max(...drawn.map(({ run }) => run.totalSteps));
  const every = Math.ceil(total / mostRows);
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = [["step", ...drawn.map(({ finding }) => quoted(finding.callee))].join(",")];
  for (let t = 0; t <= total; t += every) rows.push([t, ...drawn.map((r) => rateAt(r, t) ?? "")].join(","));
  return rows.join("\n") + "\n";
}
