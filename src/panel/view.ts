import type { Curve } from "../engine/curve.js";
import { factsOf, type Facts } from "../engine/facts.js";
import { ratesOver } from "../engine/rates.js";
import { sampleColumns } from "../engine/sample.js";
import { formatCount, formatRate, formatShare } from "../picture/format.js";
import { headline, problemOf, units } from "../picture/words.js";
import type { Evaluated, Origin } from "../recognize/finding.js";
import type { Resolved } from "../recognize/resolve.js";
import { stretch } from "../engine/shapes.js";
import { editOf, type TextOf } from "./edits.js";
import { handlesOf } from "./handles.js";
import { paramOf, slotsOf } from "./params.js";
import type { Columns, FindingItem, Ghost, OptimizerView, Rates, ScheduleView } from "./protocol.js";

/** Where the schedule stands, as the host knows it. */
export interface Place {
  readonly key: string;
  readonly uri: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly cell?: number;
  readonly followsCursor: boolean;
  readonly draft?: boolean;
  readonly lineOf: (origin: Origin) => string;
  readonly textOf: TextOf;
}

export interface GhostSource {
  readonly id: string;
  readonly kind: Ghost["kind"];
  readonly label: string;
  readonly resolved: Resolved;
}

/** At most this many simulated updates; a longer run is compressed in time and the panel says by how much. */
const budget = 1_000_000;

/** Everything the webview draws, as plain data. `width`: pixels of the plot. */
export function viewOf(resolved: Resolved, place: Place, width: number, ghosts: readonly GhostSource[]): ScheduleView {
  const { finding, compiled, run } = resolved;
  const slots = slotsOf(resolved);
  const facts = compiled && compiled.lr.end?.at !== 0 ? factsOf(compiled.lr, run.totalSteps) : undefined;
  const problem = problemOf(resolved, facts);
  const perStep = stepsOf(resolved);
  const total = Math.max(1, Math.round(run.totalSteps * perStep));
  const curve = compiled && inOptimizerSteps(compiled.lr, perStep);
  const textOf = place.textOf;
  return {
    key: place.key,
    title: finding.callee,
    ...(resolved.definition && resolved.definition.id !== finding.callee && { schedule: resolved.definition.id }),
    ...(resolved.formula && { formula: resolved.formula }),
    uri: place.uri,
    file: place.file,
    line: place.line,
    ...(place.cell !== undefined && { cell: place.cell }),
    followsCursor: place.followsCursor,
    ...(place.draft && { draft: true }),
    facts: facts ? factCards(resolved, facts) : [],
    totalSteps: total,
    axes: axesOf(resolved, perStep, total),
    curve: curve ? columnsOf(curve, total, width) : { from: 0, to: total, min: [], max: [], first: [] },
    ...(compiled?.momentum && { momentum: columnsOf(inOptimizerSteps(compiled.momentum, perStep), total, width) }),
    phases: (curve?.phases ?? [])
      .filter((phase) => phase.from < total)
      .map((phase) => ({
        kind: phase.kind,
        from: Math.round(phase.from),
        to: Number.isFinite(phase.to) ? Math.round(phase.to) : null,
      })),
    breaks: curve ? firstBreaks(curve, total) : [],
    ghosts: [
      ...(resolved.asWritten
        ? [
            {
              id: "asWritten",
              kind: "asWritten" as const,
              label: "as written",
              curve: columnsOf(inOptimizerSteps(resolved.asWritten, perStep), total, width),
            },
          ]
        : []),
      ...ghosts.flatMap((ghost) => ghostOf(ghost, total, width)),
    ],
    params: slots.map((slot) => {
      const edit =
        slot.value.status === "unknown" || slot.value.status === "assumed"
          ? { whyNot: slot.value.because }
          : editOf(slot, slot.value.value, textOf);
      return paramOf(slot, place.lineOf, "whyNot" in edit ? edit.whyNot : undefined);
    }),
    handles: compiled && facts ? handlesOf(slots, compiled.lr, facts, run.totalSteps, perStep) : [],
    assumptions: resolved.assumptions.map(({ name, value, because }) => ({
      name,
      value: typeof value === "number" && Number.isFinite(value) ? value : String(value),
      because,
      ...(typeof value === "number" && Number.isInteger(value) && { integer: true }),
      ...(typeof value === "number" && value >= 0 && { min: 0 }),
    })),
    transforms: [...resolved.transforms],
    notes: [...(finding.notes ?? []), ...(resolved.definition?.quirks ?? []), ...(run.differs ? [run.differs] : [])],
    events: (compiled?.events ?? []).slice(0, 40).map(({ at, because }) => ({ at: Math.round(at * perStep), because })),
    diagnostics: [],
    ...(problem && { problem }),
    simulation: ratesOf(resolved, curve, total),
    ...optimizerOf(resolved),
  };
}

/** One line of the list of schedules in the file. */
export function itemOf(resolved: Resolved, place: Pick<Place, "key" | "file" | "line">): FindingItem {
  const facts =
    resolved.compiled && resolved.compiled.lr.end?.at !== 0
      ? factsOf(resolved.compiled.lr, resolved.run.totalSteps)
      : undefined;
  return {
    key: place.key,
    title: resolved.finding.callee,
    file: place.file,
    line: place.line,
    summary: facts ? headline(resolved, facts) : (resolved.problem ?? ""),
  };
}

/** Optimizer steps of one scheduler step. */
function stepsOf({ run }: Resolved): number {
  return run.unit === "epoch" ? Math.max(1, run.stepsPerEpoch ?? 1) : 1;
}

function inOptimizerSteps(curve: Curve, perStep: number): Curve {
  return perStep === 1 ? curve : stretch(curve, perStep);
}

function axesOf({ run, finding }: Resolved, perStep: number, total: number): ScheduleView["axes"] {
  const axes: ScheduleView["axes"][number][] = [{ name: "steps", perUnit: 1 }];
  const perEpoch = run.unit === "epoch" ? perStep : run.stepsPerEpoch;
  if (perEpoch) axes.push({ name: "epochs", perUnit: perEpoch });
  const batch = finding.context.batch_size;
  if (batch && batch.status !== "unknown" && typeof batch.value === "number" && batch.value > 0)
    axes.push({ name: "samples", perUnit: 1 / batch.value });
  // What a schedule in ratios is written in; and the shape is right even where the run length is only assumed.
  axes.push({ name: "%", perUnit: total / 100 });
  // A schedule counted in epochs is first read in epochs.
  return run.unit === "epoch" ? [...axes.slice(1, 2), axes[0]!, ...axes.slice(2)] : axes;
}

function factCards({ run }: Resolved, facts: Facts): ScheduleView["facts"][number][] {
  const cards: ScheduleView["facts"][number][] = [];
  const card = (value: string, label: string) => cards.push({ value, label });
  const at = (t: number) => `${run.unit} ${formatCount(t)}`;
  const peakFirst = facts.peakAt === 0;
  card(formatRate(facts.initial), peakFirst ? "initial = peak" : "initial");
  if (!peakFirst) card(formatRate(facts.peak), `peak, ${at(facts.peakAt)}`);
  card(formatRate(facts.final), `final, ${at(facts.finalAt)}`);
  if (facts.warmupShare) card(formatShare(facts.warmupShare), "warm-up");
  if (facts.halfAt !== undefined) card(formatCount(facts.halfAt), `${units(run.unit, 2)} to half`);
  if (facts.tenthAt !== undefined) card(formatCount(facts.tenthAt), `${units(run.unit, 2)} to a tenth`);
  if (facts.vanishesAt !== undefined) card(formatCount(facts.vanishesAt), `${units(run.unit, 2)} to 1e-3 of the peak`);
  card(formatRate(facts.area), "area Σ lr");
  return cards;
}

function columnsOf(curve: Curve, total: number, width: number): Columns {
  const { min, max, first } = sampleColumns(curve, 0, total, width);
  const finite = (values: ArrayLike<number>) => Array.from(values, (v) => (Number.isFinite(v) ? v : null));
  return { from: 0, to: total, min: finite(min), max: finite(max), first: finite(first) };
}

function firstBreaks(curve: Curve, total: number): number[] {
  const breaks: number[] = [];
  for (let t = curve.nextBreak(0); t < total && breaks.length < 40; t = curve.nextBreak(t)) breaks.push(t);
  return breaks.length < 40 ? breaks : [];
}

function ghostOf(ghost: GhostSource, total: number, width: number): Ghost[] {
  const { compiled } = ghost.resolved;
  if (!compiled || compiled.lr.end?.at === 0) return [];
  const curve = inOptimizerSteps(compiled.lr, stepsOf(ghost.resolved));
  return [
    {
      id: ghost.id,
      kind: ghost.kind,
      label: ghost.label,
      curve: columnsOf(curve, total, width),
      simulation: ratesOf(ghost.resolved, curve, total),
    },
  ];
}

function ratesOf({ compiled }: Resolved, curve: Curve | undefined, total: number): Rates {
  if (!curve) return { rates: new Float64Array(0), stride: 1 };
  const updates = Math.min(total, budget);
  const stride = total / updates;
  const step = (k: number) => Math.floor(k * stride);
  const rates =
    stride === 1 ? ratesOver(curve, 0, updates) : Float64Array.from({ length: updates }, (_, k) => curve.at(step(k)));
  const k = rates.findIndex((rate, k) => !Number.isFinite(rate) || step(k) >= (curve.end?.at ?? Infinity));
  if (k >= 0) {
    const because = curve.end && step(k) >= curve.end.at ? curve.end.because : undefined;
    const stopped = { at: step(k), because: because ?? `${rates[k]} from step ${formatCount(step(k))} on` };
    return { rates: rates.slice(0, k), stride, stopped };
  }
  return { rates, stride, ...(compiled?.live && { live: true }) };
}

const simulated: Readonly<Record<string, NonNullable<OptimizerView["kind"]>>> = {
  sgd: "sgd",
  gradientdescentoptimizer: "sgd",
  momentumoptimizer: "sgd",
  momentum: "sgd",
  adam: "adam",
  adamoptimizer: "adam",
  adamw: "adamw",
  rmsprop: "rmsprop",
  rmspropoptimizer: "rmsprop",
  adagrad: "adagrad",
  adagradoptimizer: "adagrad",
};

function optimizerOf({ finding }: Resolved): { optimizer?: OptimizerView } {
  if (!finding.optimizer) return {};
  const { name } = finding.optimizer;
  const settings: Record<string, number | boolean | readonly number[]> = {};
  for (const [key, value] of Object.entries(finding.optimizer.settings)) {
    const plain = plainSetting(value);
    if (plain !== undefined) settings[key] = plain;
  }
  return {
    optimizer: { name, kind: simulated[name.slice(name.lastIndexOf(".") + 1).toLowerCase()] ?? null, settings },
  };
}

function plainSetting(value: Evaluated): number | boolean | readonly number[] | undefined {
  if (value.status === "unknown") return undefined;
  const plain = value.value;
  if (typeof plain === "boolean" || (typeof plain === "number" && Number.isFinite(plain))) return plain;
  if (Array.isArray(plain) && plain.every((v) => typeof v === "number" && Number.isFinite(v)))
    return plain as readonly number[];
  return undefined;
}
