import type { Context, ContextName, ScheduleDefinition, Value } from "../schedules/define.js";
import { contextDefaults } from "./assumptions.js";
import type { Evaluated, Finding } from "./finding.js";
import type { Assumption } from "./resolve.js";
import { longest, type ResolvedRun } from "./run.js";

type Mutable<T> = { -readonly [K in keyof T]?: T[K] };

/**
 * The surroundings handed to `compile`: what the user set, else what the file says, else the default. Only what the
 * definition needs is noted as assumed.
 */
export function contextOf(
  finding: Finding,
  definition: ScheduleDefinition | undefined,
  run: ResolvedRun,
  assume: ReadonlyMap<string, Value>,
  note: (a: Assumption) => void,
): Mutable<Context> {
  const needs = neededBy(finding, definition);
  const context: Record<string, unknown> = {};
  for (const name of Object.keys(contextDefaults) as ContextName[]) {
    const found = finding.context[name];
    const given = assume.get(name);
    const fromRun = runValue(run, name);
    if (given !== undefined) context[name] = given;
    else if (found && found.status !== "unknown") {
      context[name] = found.value;
      if (found.status === "assumed" && needs.has(name))
        for (const [symbol, value] of Object.entries(found.assumptions))
          note({ name: symbol, value, because: found.because, kind: "value" });
    } else if (fromRun !== undefined) context[name] = fromRun;
    else {
      const { value: otherwise, because } = definition?.usual?.[name] ?? contextDefaults[name];
      // What it is unless something changes it is likelier than the usual.
      const maybe = found?.status === "unknown" ? found.maybe : undefined;
      const value = typeof maybe === typeof otherwise ? maybe! : otherwise;
      context[name] = value;
      if (needs.has(name)) note({ name, value, because: reason(found) ?? because, kind: "context" });
    }
    if (fromRun !== undefined && Number(context[name]) > longest) context[name] = longest;
  }
  const rates = finding.groupRates?.map((rate) => (rate.status === "unknown" ? undefined : rate.value));
  if (rates?.every((rate) => typeof rate === "number") && !assume.has("initial_lr")) context["group_lrs"] = rates;
  if (finding.optimizer)
    context["optimizer"] = finding.optimizer.name.slice(finding.optimizer.name.lastIndexOf(".") + 1);
  const { momentum } = finding;
  if (momentum && momentum.status !== "unknown" && typeof momentum.value === "number")
    context["momentum"] = momentum.value;
  return context as Mutable<Context>;
}

function runValue(run: ResolvedRun, name: ContextName): number | undefined {
  if (name === "total_steps") return run.totalSteps;
  if (name === "steps_per_epoch") return run.stepsPerEpoch;
  return name === "epochs" ? run.epochs : undefined;
}

function neededBy(finding: Finding, definition: ScheduleDefinition | undefined): Set<ContextName> {
  return new Set(definition?.needs ?? (finding.rate ? (Object.keys(finding.context) as ContextName[]) : []));
}

function reason(found: Evaluated | undefined): string | undefined {
  return found?.status === "unknown" ? found.because : undefined;
}
