import * as vscode from "vscode";
import { sampleColumns } from "../engine/sample.js";
import { drawCurve, pictureColors, plotWidth } from "../picture/svg.js";
import { factWords, headline, originWords, units, valueText } from "../picture/words.js";
import type { Evaluated, Origin } from "../recognize/finding.js";
import type { Resolved } from "../recognize/resolve.js";
import { formatCount } from "../picture/format.js";
import type { Located } from "./analyses.js";
import { factsOf } from "./computed.js";
import { settings } from "./settings.js";

const size = { width: 380, height: 150 };
export const hoverCommands = ["lrLens.plot", "lrLens.simulate", "lrLens.assume", "lrLens.copyCsv"];

/** Facts, picture, formula, parameters with their origins, assumptions, links: what matters most stands first. */
export function hoverMarkdown(located: Located): vscode.MarkdownString {
  const { resolved, document } = located;
  const { finding } = resolved;
  const text = new vscode.MarkdownString("", true);
  text.isTrusted = { enabledCommands: hoverCommands };
  text.supportHtml = true;
  const facts = factsOf(resolved);
  const paragraphs: string[] = [];
  if (facts) {
    paragraphs.push([`**${escape(headline(resolved, facts))}**`, ...factWords(resolved, facts).map(escape)].join(" · "));
    paragraphs.push(picture(resolved));
  } else paragraphs.push(`**${escape(finding.callee)}**`);
  if (resolved.problem) paragraphs.push(`$(warning) ${escape(resolved.problem)}`);
  if (resolved.formula) paragraphs.push(`\`${resolved.formula.replaceAll("`", "'")}\``);
  if (finding.schedule === "function") paragraphs.push("$(symbol-function) Interpreted step by step from this function's own code.");
  paragraphs.push(...resolved.transforms.map((words) => `then ${escape(words)}`));
  const table = parameterTable(resolved, located);
  if (table) paragraphs.push(table);
  const assumptions = assumptionLines(located);
  if (assumptions) paragraphs.push(assumptions);
  if (resolved.run.differs) paragraphs.push(`$(info) ${escape(resolved.run.differs)}`);
  for (const note of [...(finding.notes ?? []), ...(resolved.definition?.quirks ?? [])].slice(0, 4)) paragraphs.push(`$(info) ${escape(note)}`);
  if (finding.confidence === "possible") paragraphs.push("$(question) No import of this name is in sight: taken by its name and its arguments.");
  const where = [document.uri.toString(), finding.span.from];
  const link = (title: string, command: string, tooltip: string) =>
    `[${title}](command:${command}?${encodeURIComponent(JSON.stringify(where))} "${tooltip}")`;
  paragraphs.push(
    [
      link("Plot", "lrLens.plot", "Open the curve beside the editor"),
      link("Simulate", "lrLens.simulate", "Run gradient descent under this schedule"),
      link("Copy as CSV", "lrLens.copyCsv", "Copy the curve's values"),
    ].join(" · "),
  );
  text.value = paragraphs.join("\n\n");
  return text;
}

function picture(resolved: Resolved): string {
  const { compiled, run, asWritten } = resolved;
  if (!compiled) return "";
  const columns = plotWidth(size.width);
  const to = Math.max(1, run.totalSteps);
  const svg = drawCurve({
    series: sampleColumns(compiled.lr, 0, to, columns),
    ...(asWritten && { ghost: sampleColumns(asWritten, 0, to, columns) }),
    from: 0,
    to,
    unit: run.unit,
    log: settings.logAxis(),
    phases: compiled.lr.phases,
    ...size,
    colors: pictureColors[themeKind()],
  });
  const data = btoa(String.fromCharCode(...new TextEncoder().encode(svg)));
  return `<img alt="learning rate over ${formatCount(to)} ${units(run.unit, to)}" src="data:image/svg+xml;base64,${data}" width="${size.width}" height="${size.height}">`;
}

function themeKind(): keyof typeof pictureColors {
  switch (vscode.window.activeColorTheme.kind) {
    case vscode.ColorThemeKind.Light:
      return "light";
    case vscode.ColorThemeKind.HighContrast:
      return "hcDark";
    case vscode.ColorThemeKind.HighContrastLight:
      return "hcLight";
    default:
      return "dark";
  }
}

function parameterTable(resolved: Resolved, located: Located): string | undefined {
  const rows = rowsOf(resolved, located);
  if (rows.length === 0) return undefined;
  return ["| | | |", "|---|---|---|", ...rows].join("\n");
}

function rowsOf(resolved: Resolved, located: Located, indent = ""): string[] {
  const rows = Object.entries(resolved.parameters)
    .filter(([name]) => resolved.definition?.params[name]?.kind !== "handle")
    .map(([name, value]) => row(`${indent}${name}`, value, resolved, located));
  for (const child of resolved.children) rows.push(`| ${indent}**${cell(child.finding.callee)}** | | |`, ...rowsOf(child, located, `${indent}&emsp;`));
  return rows;
}

function row(name: string, value: Evaluated, resolved: Resolved, located: Located): string {
  const shown = value.status === "unknown" ? "?" : valueText(value.value);
  const written = value.status === "known" && value.text !== shown && value.text.length <= 24 && /^[\d.eE+_-]+$/.test(value.text) ? value.text : shown;
  const unit = resolved.definition?.params[name.replace(/^(&emsp;)+/, "")]?.unit;
  const counted = unit === "step" || unit === "epoch" ? `${unit}s, ` : "";
  return `| ${name} | \`${cell(written)}\` | ${cell(counted + originWords(value, (origin) => place(origin, located)))} |`;
}

/** `line 7`, or the file and line for another file, with the cell in a notebook. */
function place(origin: Origin, { document, unit }: Located): string {
  if (origin.file) return origin.file.slice(origin.file.lastIndexOf("/") + 1);
  const holder = origin.cell === undefined ? document : unit.documentOf(origin.cell);
  if (!holder) return "";
  const line = `line ${holder.positionAt(origin.from).line + 1}`;
  return holder === document ? line : `cell ${(origin.cell ?? 0) + 1}, ${line}`;
}

function assumptionLines({ resolved, document }: Located): string | undefined {
  if (resolved.assumptions.length === 0) return undefined;
  const lines = resolved.assumptions.slice(0, 6).map(({ name, value, because }) => {
    const target = encodeURIComponent(JSON.stringify([document.uri.toString(), resolved.finding.span.from, name]));
    return `$(edit) **assumed** ${escape(name)} = ${escape(typeof value === "number" ? formatCount(value) : valueText(value))}: ${escape(because)} · [change](command:lrLens.assume?${target} "Set this value for the file")`;
  });
  return lines.join("  \n");
}

/** User text shown as text. */
function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, (c) => (c === "<" ? "&lt;" : c === ">" ? "&gt;" : c === "&" ? "&amp;" : `\\${c}`)).replace(/\n/g, " ");
}

/** Inside a table a pipe ends the cell, and code spans keep the rest as it is. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("`", "'").replaceAll("<", "&lt;").replace(/\n/g, " ");
}
