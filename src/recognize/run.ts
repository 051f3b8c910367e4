import type { Curve } from "../engine/curve.js";
import { stretch } from "../engine/shapes.js";
import type { Args, ContextName, ScheduleDefinition, Value } from "../schedules/define.js";
import { contextDefaults, lengthFromArguments } from "./assumptions.js";
import type { Evaluated, Finding } from "./finding.js";
import type { Assumption } from "./resolve.js";

/** Where a length of the run comes from. */
export type RunSource = "file" | "schedule" | "assumed" | "set";

/** The run as it will be: lengths in scheduler steps (`totalSteps`), optimizer steps an epoch, epochs. */
export interface ResolvedRun {
  /** What one scheduler step is, as run. */
  readonly unit: "step" | "epoch";
  readonly totalSteps: number;
  readonly stepsPerEpoch?: number;
  readonly epochs?: number;
  readonly steppedPer?: string;
  /** Scheduler steps made by one call (accelerate's num_processes). */
  readonly stepsPerCall?: number;
  readonly sources: Readonly<Partial<Record<"totalSteps" | "stepsPerEpoch" | "epochs", RunSource>>>;
  /** In words, when the schedule is stepped otherwise than it was written for. */
  readonly differs?: string;
  readonly assumptions: readonly Assumption[];
  /** From the schedule's curve to the one its author meant, over the run's own steps. */
  readonly asWritten?: (curve: Curve) => Curve;
}

interface Length {
  readonly value: number;
  readonly source: RunSource;
}

/** A longer run, an endless one too, counts as one of so many steps: far above, a step more is no other number. */
export const longest = 1e15;
const isLength = (value: unknown): value is number => typeof value === "number" && value > 0;

/**
 * Total steps, most telling first: what the user set; the loop or trainer of the file; epochs × steps per epoch when both
 * are in the file; the schedule's own parameters; epochs × an assumed steps per epoch; the default.
 */
export function resolveRun(
  finding: Finding,
  definition: ScheduleDefinition | undefined,
  args: Args,
  assume: ReadonlyMap<string, Value>,
): ResolvedRun {
  const { run } = finding;
  const assumptions: Assumption[] = [];
  const find = (name: ContextName, own?: Evaluated): Length | undefined => {
    const given = assume.get(name);
    if (isLength(given)) return { value: Math.min(given, longest), source: "set" };
    for (const found of [own, finding.context[name]])
      if (found && found.status !== "unknown" && isLength(found.value)) {
        if (found.status === "assumed")
          for (const [symbol, value] of Object.entries(found.assumptions))
            assumptions.push({ name: symbol, value, because: found.because, kind: "value" });
        return { value: Math.min(found.value, longest), source: found.status === "assumed" ? "assumed" : "file" };
      }
    return undefined;
  };
  const fallBack = (
    name: "total_steps" | "steps_per_epoch" | "epochs",
    value?: number,
    because = contextDefaults[name].because,
  ): Length => {
    const length = value ?? (contextDefaults[name].value as number);
    assumptions.push({ name, value: length, because, kind: "context" });
    return { value: length, source: "assumed" };
  };
  const { unit } = run;
  const stated = find("total_steps", run.totalSteps);
  let perEpoch = find("steps_per_epoch", run.stepsPerEpoch) ?? ownPerEpoch(args);
  let epochs = find("epochs", run.epochs);
  const own = definition && lengthFromArguments(definition, args);
  let total: Length;
  if (stated?.source === "set") total = stated;
  else if (unit === "epoch" && epochs && epochs.source !== "assumed") total = epochs;
  else if (stated) total = stated;
  else if (unit === "step" && epochs && perEpoch)
    total = { value: Math.round(epochs.value * perEpoch.value), source: epochs.source };
  else if (own?.beyond)
    total = fallBack(
      unit === "epoch" ? "epochs" : "total_steps",
      own.steps,
      `a third beyond the last of ${own.parameter}: the run length is not in this file`,
    );
  else if (own) total = { value: own.steps, source: "schedule" };
  else if (unit === "epoch") total = epochs ?? fallBack("epochs", beyondFirst(definition, args, 100));
  else if (epochs) {
    perEpoch ??= fallBack("steps_per_epoch");
    total = { value: Math.round(epochs.value * perEpoch.value), source: "assumed" };
  } else total = fallBack("total_steps", beyondFirst(definition, args, 100_000));
  if (unit === "epoch") epochs ??= total;

  const counted = Object.values(definition?.params ?? {}).some((spec) => spec.unit === "epoch" || spec.unit === "step");
  const mismatch = definition?.unit === "epoch" && unit === "step" && run.steppedPer !== undefined && counted;
  if (mismatch) perEpoch ??= fallBack("steps_per_epoch");
  const perCall = run.stepsPerCall && run.stepsPerCall.status !== "unknown" ? run.stepsPerCall.value : undefined;
  const asWritten =
    mismatch && perEpoch && perEpoch.value > 1 ? (curve: Curve): Curve => stretch(curve, perEpoch!.value) : undefined;
  return {
    unit,
    totalSteps: Math.max(1, Math.min(longest, Math.round(total.value))),
    ...(perEpoch && { stepsPerEpoch: perEpoch.value }),
    ...(epochs && { epochs: epochs.value }),
    ...(run.steppedPer && { steppedPer: run.steppedPer }),
    ...(typeof perCall === "number" && perCall !== 1 && { stepsPerCall: perCall }),
    sources: {
      totalSteps: total.source,
      ...(perEpoch && { stepsPerEpoch: perEpoch.source }),
      ...(epochs && { epochs: epochs.source }),
    },
    ...(mismatch && { differs: `usually stepped once per epoch, here per ${run.steppedPer}` }),
    ...(asWritten && { asWritten }),
    assumptions,
  };
}

/** The call's own argument that says how many steps an epoch has. */
function ownPerEpoch(args: Args): Length | undefined {
  const value = args["steps_per_epoch"] ?? args["num_steps_per_epoch"];
  return isLength(value) ? { value: Math.min(value, longest), source: "schedule" } : undefined;
}

/** A default run that reaches the schedule's first drop: ten times its period when that is longer than the usual default. */
function beyondFirst(definition: ScheduleDefinition | undefined, args: Args, usual: number): number {
  let longest = 0;
  for (const [name, spec] of Object.entries(definition?.params ?? {})) {
    const value = args[name];
    if ((spec.unit === "step" || spec.unit === "epoch") && typeof value === "number" && value > longest)
      longest = value;
  }
  return Number.isFinite(longest) && longest > usual / 2 ? Math.ceil(longest * 5) : usual;
}
