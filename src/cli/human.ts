import type { Curve } from "../engine/curve.js";
import { factsOf } from "../engine/facts.js";
import { sampleColumns } from "../engine/sample.js";
import { formatCount, formatRate } from "../picture/format.js";
import { factWords, headline, originWords, units, valueText } from "../picture/words.js";
import type { Analysis } from "../recognize/analyze.js";
import type { Origin } from "../recognize/finding.js";
import { rateAt, resolveAll, type Resolved } from "../recognize/resolve.js";
import type { Workspace } from "../source/document.js";
import { brailleRows } from "./braille.js";
import type { ReportOptions } from "./report.js";
import { placesOf, type Places } from "./lines.js";

const ink = { bold: [1, 22], dim: [2, 22], yellow: [33, 39], cyan: [36, 39] } as const;
export type Paint = (text: string, colour: keyof typeof ink) => string;
export const colours: Paint = (text, name) => `\x1b[${ink[name][0]}m${text}\x1b[${ink[name][1]}m`;
export const noColours: Paint = (text) => text;

/** One block per schedule: place and callee, facts, a small curve, parameters, assumptions and warnings. */
export function describeFile(
  analysis: Analysis,
  workspace: Workspace,
  options: ReportOptions,
  terminal: boolean,
): string {
  const { document, findings } = analysis;
  const paint = terminal ? colours : noColours;
  const places = placesOf(document, workspace);
  const told = findings.filter(({ twin }) => !twin);
  const blocks = resolveAll(told, options, (one) => describe(one, document.path, places, paint, options));
  if (analysis.problem !== undefined) blocks.push(`${document.path}: ${analysis.problem}`);
  return blocks.length > 0 ? blocks.join("\n\n") : `${document.path}: no learning-rate schedule found`;
}

function describe(resolved: Resolved, path: string, places: Places, paint: Paint, options: ReportOptions): string {
  const { finding, run, compiled } = resolved;
  const lineOf = (origin: Origin) =>
    `${origin.file === undefined ? "" : `${origin.file} `}line ${places(origin.cell ?? finding.cell, origin.file).position(origin.from).line + 1}`;
  const line = places(finding.cell).position(finding.span.from).line + 1;
  const cell = finding.cell === undefined ? "" : ` [cell ${finding.cell}]`;
  const unsure = finding.confidence === "certain" ? "" : `  (${finding.confidence})`;
  const name = finding.schedule.endsWith(finding.callee)
    ? finding.schedule
    : `${finding.callee}  ${paint(finding.schedule, "dim")}`;
  const out = [`${paint(`${path}:${line}`, "cyan")}${cell}  ${paint(name, "bold")}${unsure}`];
  if (compiled && compiled.lr.end?.at !== 0) {
    const facts = factsOf(compiled.lr, run.totalSteps);
    out.push("  " + [headline(resolved, facts), ...factWords(resolved, facts)].join(" · "));
    out.push(...smallCurve(resolved).map((row) => "  " + row));
  }
  if (resolved.formula) out.push(`  ${resolved.formula}`);
  for (const words of resolved.transforms) out.push(`  then ${words}`);
  const handle = (parameter: string) => resolved.definition?.params[parameter]?.kind === "handle";
  for (const [parameter, value] of Object.entries(resolved.parameters))
    if (value.status !== "default" && !handle(parameter)) {
      const shown = value.status === "unknown" ? "?" : valueText(value.value);
      out.push(`  ${parameter} = ${shown}  ${paint(originWords(value, lineOf), "dim")}`);
    }
  for (const child of resolved.children)
    out.push(`  with ${child.finding.callee}${child.formula ? `: ${child.formula}` : ""}`);
  for (const { name: symbol, value, because } of resolved.assumptions)
    out.push(paint(`  assumed ${symbol} = ${valueText(value)} (${because}); set with --assume '${symbol}=…'`, "dim"));
  const warnings = [resolved.problem, run.differs, ...(finding.notes ?? [])];
  for (const warning of warnings) if (warning !== undefined) out.push(paint(`  ! ${warning}`, "yellow"));
  if (options.at) {
    const shown = options.at.slice(0, 40);
    out.push(...shown.map((t) => `  ${run.unit} ${formatCount(t)}: ${rateAt(resolved, t) ?? "no rate"}`));
    if (options.at.length > shown.length) out.push(`  … ${options.at.length - shown.length} more with --json`);
  }
  return out.join("\n");
}

const rows = 4;
const width = 60;

/** One pair of extremes per dot; a run shorter than that has each of its steps drawn as wide as it takes. */
function dotColumns(lr: Curve, total: number, dots: number): { min: ArrayLike<number>; max: ArrayLike<number> } {
  if (total >= dots) return sampleColumns(lr, 0, total, dots);
  const rates = Array.from({ length: dots }, (_, x) => lr.at(Math.floor((x * total) / dots)));
  return { min: rates, max: rates };
}

/** The curve over its run in a few rows of braille, with the highest and lowest rate beside it. */
export function smallCurve({ compiled, run }: Resolved, height = rows, columns = width): string[] {
  if (!compiled) return [];
  const { min, max } = dotColumns(compiled.lr, Math.max(1, run.totalSteps), columns * 2);
  const finite = (values: ArrayLike<number>) => Array.from(values).filter(Number.isFinite);
  const high = Math.max(...finite(max));
  const low = Math.min(0, ...finite(min));
  if (!Number.isFinite(high)) return [];
  const drawn = brailleRows(min, max, height, low, high);
  const edge = Math.max(formatRate(high).length, formatRate(low).length);
  const axis = `0${formatCount(run.totalSteps).padStart(columns - 1)} ${units(run.unit, 2)}`;
  return [
    ...drawn.map(
      (row, i) => `${(i === 0 ? formatRate(high) : i === height - 1 ? formatRate(low) : "").padStart(edge)} ${row}`,
    ),
    `${" ".repeat(edge)} ${axis}`,
  ];
}
