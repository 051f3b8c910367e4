import type { Facts } from "../engine/facts.js";
import type { Evaluated, Origin } from "../recognize/finding.js";
import type { Resolved } from "../recognize/resolve.js";
import { isRateFunction, isScheduleCall, shortName } from "../schedules/compile.js";
import type { Value } from "../schedules/define.js";
import { formatCount, formatRate, formatShare } from "./format.js";

/** `0.1 → 0.0133 in 100,000 steps`; with a peak in between when there is one. A metric-driven rate waits for its metric. */
export function headline({ run, compiled }: Resolved, facts: Facts): string {
  const length = `${formatCount(run.totalSteps)} ${units(run.unit, run.totalSteps)}`;
  if (compiled?.live) return `${formatRate(facts.initial)} until the metric stalls`;
  const stops = [facts.initial];
  if (facts.peak > facts.initial * (1 + 1e-9) && facts.peak > facts.final * (1 + 1e-9)) stops.push(facts.peak);
  stops.push(facts.final);
  const path = stops
    .map((rate) => (Number.isNaN(rate) ? "?" : formatRate(rate)))
    .filter((text, i, all) => text !== all[i - 1]);
  return path.length === 1 ? `constant ${path[0]} for ${length}` : `${path.join(" → ")} in ${length}`;
}

/** The facts that matter for this curve, most telling first: peak, warm-up, half and tenth, vanishing, restarts. */
export function factWords({ run, compiled }: Resolved, facts: Facts): string[] {
  const words: string[] = [];
  const at = (t: number) => `${run.unit} ${formatCount(t)}`;
  if (compiled?.live) words.push(...(compiled.events ?? []).slice(0, 2).map((event) => event.because));
  if (facts.peakAt > 0 && facts.peak > facts.initial)
    words.push(`peak ${formatRate(facts.peak)} at ${at(facts.peakAt)}`);
  if (facts.warmupShare) words.push(`warm-up ${formatShare(facts.warmupShare)}`);
  if (facts.halfAt !== undefined) words.push(`half at ${at(facts.halfAt)}`);
  if (facts.tenthAt !== undefined) words.push(`a tenth at ${at(facts.tenthAt)}`);
  if (facts.vanishesAt !== undefined) words.push(`under 1e-3 of the peak from ${at(facts.vanishesAt)}`);
  const followed = compiled?.lr.walk ?? Infinity;
  if (!facts.exact && followed < facts.finalAt) words.push(`looked at here and there from ${at(followed)} on`);
  if (run.steppedPer === "never") words.unshift("never stepped");
  else if (run.steppedPer && run.steppedPer !== "optimizer step") words.unshift(`stepped per ${run.steppedPer}`);
  return words;
}

/**
 * What is wrong with the schedule: why it has no curve, else what no run could use: a rate that is not a number, infinite,
 * or negative by more than rounding. Undefined when nothing is.
 */
export function problemOf({ problem, run, compiled }: Resolved, facts: Facts | undefined): string | undefined {
  if (problem || !facts || compiled?.live) return problem;
  const at = (step: number) => `at ${run.unit} ${formatCount(step)}`;
  for (const [rate, step] of [
    [facts.initial, 0],
    [facts.peak, facts.peakAt],
    [facts.final, facts.finalAt],
  ] as const)
    if (Number.isNaN(rate) && step >= (compiled?.lr.walk ?? Infinity))
      return `Too complex to follow to ${at(step)}: only the first ${formatCount(compiled!.lr.walk!)} ${run.unit}s are known.`;
    else if (!Number.isFinite(rate))
      return `The learning rate is ${Number.isNaN(rate) ? "not a number" : "infinite"} ${at(step)}.`;
  if (facts.min < -1e-9 * Math.max(Math.abs(facts.initial), Math.abs(facts.peak)))
    return `The learning rate is negative (${formatRate(facts.min)} ${at(facts.minAt)}): such a step climbs.`;
  return undefined;
}

/** `step` or `steps`. */
export function units(unit: "step" | "epoch", count: number): string {
  return count === 1 ? unit : `${unit}s`;
}

/** A value as its author would write it, short enough for a table. */
export function valueText(value: Value | undefined): string {
  if (value === undefined || value === null) return "None";
  if (typeof value === "number")
    return Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : String(Number(value.toPrecision(10)));
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return `'${clip(value)}'`;
  if (isScheduleCall(value)) return `${shortName(value.definition)}(…)`;
  if (isRateFunction(value)) return clip(value.text);
  if (value instanceof Map)
    return clip(`{${[...value].map(([k, v]) => `${valueText(k)}: ${valueText(v)}`).join(", ")}}`);
  return clip(`[${(value as readonly Value[]).map((v) => valueText(v)).join(", ")}]`);
}

/** Where a value comes from: "literal", "argparse default · line 7", "len(train_loader), assumed", "not known: …". */
export function originWords(value: Evaluated, lineOf: (origin: Origin) => string): string {
  switch (value.status) {
    case "default":
      return "library default";
    case "assumed":
      return `${value.name === value.text ? "" : `${value.name}, `}assumed: ${value.because}`;
    case "unknown":
      return `not known: ${value.because}`;
    case "known": {
      const [first] = value.origins;
      const several = value.alternatives?.length ? ` · ${value.alternatives.length + 1} possible values` : "";
      if (!first) return `computed${several}`;
      const inPlace = first.how === "literal" && /^[\d.+\-[({'"]|^(True|False|None|true|false|null)$/.test(value.text);
      return `${inPlace ? "literal" : first.how === "literal" ? lineOf(first) : `${first.how} · ${lineOf(first)}`}${several}`;
    }
  }
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
