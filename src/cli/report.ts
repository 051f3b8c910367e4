import type { Value } from "../schedules/define.js";
import { isRateFunction, isScheduleCall } from "../schedules/compile.js";
import type { Analysis } from "../recognize/analyze.js";
import type { Evaluated, Finding, Origin } from "../recognize/finding.js";
import { rateAt, resolveAll, type Assume, type Resolved } from "../recognize/resolve.js";
import { factsOf } from "../engine/facts.js";
import type { Workspace } from "../source/document.js";
import { placesOf, type Places } from "./lines.js";

export interface ReportOptions {
  readonly at?: readonly number[];
  readonly metrics?: readonly number[];
  readonly assume?: Assume;
}

/** The JSON object for one file. Lines and characters from 0, in UTF-16 units; inside the cell, in a notebook. */
export function reportOf(
  analysis: Analysis,
  workspace: Workspace,
  options: ReportOptions = {},
): Record<string, unknown> {
  const { document } = analysis;
  const places = placesOf(document, workspace);
  const { findings, related } = analysis;
  const reports = resolveAll([...findings, ...related], options, (one) => reportFinding(one, places, options.at));
  return {
    path: document.path,
    languageId: document.languageId,
    findings: reports.slice(0, findings.length),
    ...(related.length > 0 && { related: reports.slice(findings.length) }),
    diagnostics: [],
    ...(analysis.problem !== undefined && { problem: analysis.problem }),
  };
}

function reportFinding(resolved: Resolved, places: Places, at?: readonly number[]): Record<string, unknown> {
  const { finding, definition, run, compiled } = resolved;
  const lines = places(finding.cell);
  const end = compiled?.lr.end;
  const problem = resolved.problem ?? (end && at?.some((t) => t >= end.at) ? end.because : undefined);
  return {
    callee: finding.callee,
    schedule: finding.schedule,
    confidence: finding.confidence,
    ...(finding.quantity !== "lr" && { quantity: finding.quantity }),
    range: lines.range(finding.span),
    cell: finding.cell ?? null,
    unit: run.unit,
    parameters: Object.fromEntries(
      Object.entries(resolved.parameters)
        .filter(([name, { status }]) => status === "known" || definition?.params[name]?.kind !== "handle")
        .map(([name, value]) => [name, reportValue(value, places, finding.cell)]),
    ),
    assumptions: Object.fromEntries(resolved.assumptions.map(({ name, value }) => [name, plain(value)])),
    run: {
      totalSteps: run.totalSteps,
      stepsPerEpoch: run.stepsPerEpoch ?? null,
      epochs: run.epochs ?? null,
      steppedPer: run.steppedPer ?? null,
      ...(run.differs && { differs: run.differs }),
    },
    facts: compiled && compiled.lr.end?.at !== 0 ? factsReport(factsOf(compiled.lr, run.totalSteps)) : null,
    ...(finding.optimizer && { optimizer: { name: finding.optimizer.name, lr: optimizerRate(finding) } }),
    ...(resolved.formula && { formula: resolved.formula }),
    ...(resolved.transforms.length > 0 && { transforms: resolved.transforms }),
    ...(problem !== undefined && { problem }),
    ...(finding.notes?.length && { notes: finding.notes }),
    ...(resolved.children.length > 0 && { children: resolved.children.map((child) => reportFinding(child, places)) }),
    ...(at && { values: at.map((t) => rateAt(resolved, t)) }),
  };
}

/** The rate that the file gives the optimizer; null when it is not known. */
function optimizerRate({ context: { initial_lr } }: Finding): unknown {
  return initial_lr === undefined || initial_lr.status === "unknown" ? null : plain(initial_lr.value);
}

function reportValue(value: Evaluated, places: Places, cell: number | undefined): Record<string, unknown> {
  if (value.status === "default") return { status: "default", value: plain(value.value) };
  const origins = value.origins.map((origin) => reportOrigin(origin, places, cell));
  const rest = { text: value.text, ...(origins.length > 0 && { origins }) };
  if (value.status === "unknown") return { status: "unknown", because: value.because, ...rest };
  if (value.status === "assumed")
    return { status: "assumed", value: plain(value.value), name: value.name, because: value.because, ...rest };
  return {
    status: "known",
    value: plain(value.value),
    ...rest,
    ...(value.alternatives?.length && { alternatives: value.alternatives.map(plain) }),
  };
}

function reportOrigin(origin: Origin, places: Places, cell: number | undefined): Record<string, unknown> {
  return {
    ...(origin.file !== undefined && { file: origin.file }),
    ...places(origin.cell ?? cell, origin.file).position(origin.from),
    length: origin.to - origin.from,
    how: origin.how,
    ...(origin.cell !== undefined && origin.cell !== cell && { cell: origin.cell }),
  };
}

/** A value as JSON: dicts as objects, functions as their text, nested schedules by name, what is not finite as text. */
export function plain(value: Value): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map((v: Value) => plain(v));
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [String(k), plain(v as Value)]));
  if (isRateFunction(value)) return value.text;
  if (isScheduleCall(value)) return { schedule: value.definition.id };
  return value;
}

/** Every fact under its own name; what is not finite becomes null. */
function factsReport(facts: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([k, v]) => [k, typeof v === "number" && !Number.isFinite(v) ? null : v]),
  );
}
